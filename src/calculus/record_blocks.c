/* Elimination in grids of blocks: each step as factors L, R, U, V with Y == L*X*R, X == U*Y*V,
   which shows that X and Y have the same rank whatever was done to them. */
#include "rk_block.h"

#include <string.h>

#include "record_inside.h"

enum { MOST_FACTS = 200 };

typedef struct chain {
    rk_recorder *r;
    size_t first, n;              /* number of the first record, and how many */
    signed char sign[MOST_FACTS]; /* in the sum of all */
    bool failed;
} chain;

typedef struct factors {
    const rk_mx *l, *r, *u, *v;
} factors;

/* --- grids ---------------------------------------------------------------------------------- */

/* The identity with these block sizes. */
static rk_block unit(rk_mxs *s, size_t n, const rk_sc *size) {
    rk_block b = {.rows = n, .cols = n};
    for (size_t i = 0; i < n; i++) {
        b.height[i] = b.width[i] = size[i];
        for (size_t j = 0; j < n; j++)
            b.cell[i][j] = i == j ? rk_mx_eye(s, size[i]) : rk_mx_zero(s, size[i], size[j]);
    }
    return b;
}

static const rk_mx *minus(rk_mxs *s, const rk_mx *a) {
    return rk_mx_scale(s, rk_sc_int(rk_mxs_scalars(s), -1), a);
}

/* --- records -------------------------------------------------------------------------------- */

static void put_rank(rk_recorder *r, const rk_mx *a) {
    rk_buf_puts(r->out, "rank(");
    rk_record_mx(r, a);
    rk_buf_putc(r->out, ')');
}

static void written(chain *c, int sign) {
    rk_record_end(c->r);
    if (c->n == MOST_FACTS)
        c->failed = true;
    else
        c->sign[c->n++] = (signed char)sign;
}

static void put_equivalent(chain *c, const rk_mx *x, const rk_mx *y, factors f, int sign) {
    rk_recorder *r = c->r;
    rk_mxs *s = r->store;
    const rk_mx *arg[] = {x, y, f.l, f.r, f.u, f.v};
    if (x == NULL || y == NULL || x == y) {
        c->failed |= x != y;
        return;
    }
    c->failed |= rk_mx_mul(s, rk_mx_mul(s, f.l, x), f.r) != y ||
                 rk_mx_mul(s, rk_mx_mul(s, f.u, y), f.v) != x;
    rk_buf_puts(r->out, "fact equivalent");
    for (size_t i = 0; i < 6; i++) {
        rk_record_bar(r);
        rk_record_mx(r, arg[i]);
    }
    rk_record_bar(r);
    put_rank(r, x);
    rk_buf_puts(r->out, " == ");
    put_rank(r, y);
    written(c, sign);
}

/* --- what was written down ------------------------------------------------------------------- */

typedef struct track { /* sizes of the block rows and columns now, and the factors so far */
    rk_mxs *s;
    size_t rows, cols;
    rk_sc height[RK_BLOCK_MAX], width[RK_BLOCK_MAX];
    factors f;
} track;

/* The step as a factor on the right of block columns of these sizes, and its inverse. */
static void elementary(track *t, const rk_block_step *step, size_t n, const rk_sc *size,
                       const rk_mx *factor, const rk_mx **there, const rk_mx **back) {
    rk_block e = unit(t->s, n, size), inverse = e;
    switch (step->kind) {
    case RK_BLOCK_ADD:
        e.cell[step->k][step->j] = factor;
        inverse.cell[step->k][step->j] = minus(t->s, factor);
        break;
    case RK_BLOCK_MULTIPLY:
        e.cell[step->j][step->j] = factor;
        inverse.cell[step->j][step->j] = rk_mx_inv(t->s, factor);
        break;
    case RK_BLOCK_EXCHANGE:
    case RK_BLOCK_KEEP:
        break;
    }
    *there = rk_block_matrix(t->s, &e);
    *back = rk_block_matrix(t->s, &inverse);
}

/* The columns order[0..kept) of the identity: of exchanges and of what is kept. */
static const rk_mx *selection(rk_mxs *s, size_t n, rk_sc *size, const size_t *order, size_t kept) {
    rk_block all = unit(s, n, size), e = {.rows = n, .cols = kept};
    for (size_t j = 0; j < kept; j++) {
        e.width[j] = size[order[j]];
        for (size_t i = 0; i < n; i++) {
            e.height[i] = size[i];
            e.cell[i][j] = i == order[j] ? all.cell[i][i] : rk_mx_zero(s, size[i], e.width[j]);
        }
    }
    memcpy(size, e.width, kept * sizeof *size);
    return rk_block_matrix(s, &e);
}

static size_t selected(const rk_block_step *step, size_t n, size_t *order) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (step->kind == RK_BLOCK_EXCHANGE)
            order[kept++] = i == step->j ? step->k : i == step->k ? step->j : i;
        else if (step->kept >> i & 1)
            order[kept++] = i;
    return kept;
}

/* A log may speak of a larger grid than the one that was noted. */
static bool is_step_of(const rk_block_step *step, size_t n) {
    bool pair = step->kind == RK_BLOCK_ADD || step->kind == RK_BLOCK_EXCHANGE;
    return step->kind == RK_BLOCK_KEEP || (step->j < n && (!pair || step->k < n));
}

static void follow(track *t, const rk_block_step *step) {
    bool rows = step->of_rows;
    size_t *n = rows ? &t->rows : &t->cols, order[RK_BLOCK_MAX];
    rk_sc *size = rows ? t->height : t->width;
    const rk_mx *there, *back;
    if (step->kind == RK_BLOCK_ADD || step->kind == RK_BLOCK_MULTIPLY) {
        const rk_mx *factor = rows ? rk_mx_transpose(t->s, step->factor) : step->factor;
        elementary(t, step, *n, size, factor, &there, &back);
    } else {
        size_t kept = selected(step, *n, order);
        there = selection(t->s, *n, size, order, kept);
        back = rk_mx_transpose(t->s, there);
        *n = kept;
    }
    if (rows) {
        t->f.l = rk_mx_mul(t->s, rk_mx_transpose(t->s, there), t->f.l);
        t->f.u = rk_mx_mul(t->s, t->f.u, rk_mx_transpose(t->s, back));
    } else {
        t->f.r = rk_mx_mul(t->s, t->f.r, there);
        t->f.v = rk_mx_mul(t->s, back, t->f.v);
    }
}

static bool followed(rk_mxs *s, const rk_block *from, const rk_block_log *log, size_t steps,
                     factors *f) {
    track t = {.s = s, .rows = from->rows, .cols = from->cols};
    memcpy(t.height, from->height, sizeof t.height);
    memcpy(t.width, from->width, sizeof t.width);
    rk_block rows = unit(s, t.rows, t.height), cols = unit(s, t.cols, t.width);
    t.f.l = t.f.u = rk_block_matrix(s, &rows);
    t.f.r = t.f.v = rk_block_matrix(s, &cols);
    for (size_t i = 0; i < steps; i++) {
        if (!is_step_of(&log->step[i], log->step[i].of_rows ? t.rows : t.cols))
            return false;
        follow(&t, &log->step[i]);
    }
    *f = t.f;
    return true;
}

static void put_steps(chain *c, const rk_block *from, const rk_block *to, const rk_block_log *log,
                      size_t steps) {
    rk_mxs *s = c->r->store;
    const rk_mx *x = rk_block_matrix(s, from), *y = rk_block_matrix(s, to);
    factors f;
    if (x == NULL || y == NULL || !followed(s, from, log, steps, &f))
        c->failed = true;
    else if (x != y)
        put_equivalent(c, x, y, f, 1);
}

/* --- auxiliary grids ------------------------------------------------------------------------- */

static rk_block square(rk_mxs *s, size_t n, const rk_block *like) {
    return unit(s, n, like->height);
}

static void put_pair(chain *c, const rk_block *x, const rk_block *y, const rk_block *l,
                     const rk_block *r, const rk_block *u, const rk_block *v) {
    rk_mxs *s = c->r->store;
    factors f = {rk_block_matrix(s, l), rk_block_matrix(s, r), rk_block_matrix(s, u),
                 rk_block_matrix(s, v)};
    put_equivalent(c, rk_block_matrix(s, x), rk_block_matrix(s, y), f, 1);
}

/* [I, 0; 0, P + Q*R] to [I, R; -Q, P] */
static void put_complement(chain *c, const rk_block_origin *o) {
    rk_mxs *s = c->r->store;
    const rk_block *y = &o->root;
    rk_block l = unit(s, 2, y->height), u = l, r = unit(s, 2, y->width), v = r;
    l.cell[1][0] = y->cell[1][0];
    u.cell[1][0] = minus(s, y->cell[1][0]);
    r.cell[0][1] = y->cell[0][1];
    v.cell[0][1] = minus(s, y->cell[0][1]);
    put_pair(c, &o->before[0], y, &l, &r, &u, &v);
}

/* [B, 0; 0, A + B] to [B, B; B, -A] */
static void put_bordered(chain *c, const rk_block_origin *o) {
    rk_mxs *s = c->r->store;
    const rk_block *y = &o->root;
    rk_block l = unit(s, 2, y->height), r = unit(s, 2, y->width), v = r;
    l.cell[1][0] = l.cell[0][0];
    l.cell[1][1] = minus(s, l.cell[1][1]);
    r.cell[0][1] = r.cell[0][0];
    v.cell[0][1] = minus(s, r.cell[0][0]);
    put_pair(c, &o->before[0], y, &l, &r, &l, &v);
}

/* A block row times I - factor is put below. */
static void put_absorbed(chain *c, const rk_block_origin *o) {
    rk_mxs *s = c->r->store;
    const rk_block *x = &o->before[0], *y = &o->root;
    rk_block rows = unit(s, y->rows, y->height), cols = unit(s, x->cols, x->width), l = rows, u;
    l.cols = x->rows;
    for (size_t j = 0; j < x->rows; j++)
        l.cell[x->rows][j] = rk_mx_zero(s, y->height[x->rows], x->height[j]);
    const rk_mx *eye = rk_mx_eye(s, x->height[o->row]);
    l.cell[x->rows][o->row] = rk_mx_sub(s, eye, o->factor);
    rk_block_part(&u, &rows, (1u << x->rows) - 1, (1u << y->rows) - 1);
    put_pair(c, x, y, &l, &cols, &u, &cols);
}

/* rk_inst_schur.c says what the three steps are. */
static void put_idempotents(chain *c, const rk_block_origin *o) {
    rk_mxs *s = c->r->store;
    rk_scalars *sc = c->r->scalars;
    const rk_block *w = o->before;
    const rk_mx *a = w[1].cell[0][0], *b = w[1].cell[1][1];
    rk_sc share = rk_sc_div(sc, rk_sc_int(sc, 1), o->c);
    rk_block eye = square(s, 3, &w[0]), l = eye, r = eye, v = eye;
    l.cell[2][0] = l.cell[2][1] = r.cell[0][2] = r.cell[1][2] = eye.cell[0][0];
    l.cell[2][2] = v.cell[0][2] = v.cell[1][2] = minus(s, eye.cell[0][0]);
    put_pair(c, &w[0], &w[1], &l, &r, &l, &v);
    r = v = eye;
    v.cell[2][0] = rk_mx_scale(s, share, a);
    r.cell[2][0] = minus(s, v.cell[2][0]);
    put_pair(c, &w[1], &w[2], &eye, &r, &eye, &v);
    rk_block u = eye;
    l = eye;
    l.cell[1][2] = rk_mx_scale(s, share, b);
    u.cell[1][2] = minus(s, l.cell[1][2]);
    put_pair(c, &w[2], &o->root, &l, &eye, &u, &eye);
}

static void put_auxiliary(chain *c, const rk_block_origin *o) {
    switch (o->auxiliary) {
    case RK_BLOCK_ITSELF:
        break;
    case RK_BLOCK_COMPLEMENT:
        put_complement(c, o);
        break;
    case RK_BLOCK_IDEMPOTENT:
        put_idempotents(c, o);
        break;
    case RK_BLOCK_BORDERED:
        put_bordered(c, o);
        break;
    case RK_BLOCK_ABSORBED:
        put_absorbed(c, o);
        break;
    }
}

/* --- block diagonal grids -------------------------------------------------------------------- */

/* The parts one after the other on the diagonal, from part i on. */
static rk_block on_diagonal(rk_mxs *s, const rk_block *part, size_t i, size_t n) {
    rk_block d = {0};
    for (size_t p = i; p < n; p++) {
        memcpy(d.height + d.rows, part[p].height, part[p].rows * sizeof *d.height);
        memcpy(d.width + d.cols, part[p].width, part[p].cols * sizeof *d.width);
        d.rows += part[p].rows;
        d.cols += part[p].cols;
    }
    for (size_t j = 0; j < d.rows; j++)
        for (size_t k = 0; k < d.cols; k++)
            d.cell[j][k] = rk_mx_zero(s, d.height[j], d.width[k]);
    for (size_t p = i, row = 0, col = 0; p < n; row += part[p].rows, col += part[p].cols, p++)
        for (size_t j = 0; j < part[p].rows; j++)
            for (size_t k = 0; k < part[p].cols; k++)
                d.cell[row + j][col + k] = part[p].cell[j][k];
    return d;
}

/* Block rows (or columns) of b in the order in which the parts have them. */
static size_t order_of(const rk_block *b, bool rows, size_t *order) {
    unsigned left = (1u << b->rows) - 1;
    size_t n = 0;
    for (size_t first = 0; first < b->rows; first++) {
        if (!(left >> first & 1))
            continue;
        unsigned r = 1u << first, c = 0, old;
        do {
            old = r;
            for (size_t i = 0; i < b->rows; i++)
                for (size_t j = 0; j < b->cols; j++)
                    if (!rk_mx_is_zero(b->cell[i][j]) && (r >> i & 1 || c >> j & 1)) {
                        r |= 1u << i;
                        c |= 1u << j;
                    }
        } while (r != old);
        left &= ~r;
        for (size_t i = 0; c != 0 && i < RK_BLOCK_MAX; i++)
            if ((rows ? r : c) >> i & 1)
                order[n++] = i;
    }
    return n;
}

static void put_order(chain *c, const rk_block *b, const rk_block *whole, int sign) {
    rk_mxs *s = c->r->store;
    size_t order[RK_BLOCK_MAX], n;
    rk_sc height[RK_BLOCK_MAX], width[RK_BLOCK_MAX];
    memcpy(height, b->height, sizeof height);
    memcpy(width, b->width, sizeof width);
    n = order_of(b, true, order);
    const rk_mx *u = selection(s, b->rows, height, order, n);
    n = order_of(b, false, order);
    const rk_mx *r = selection(s, b->cols, width, order, n);
    factors f = {rk_mx_transpose(s, u), r, u, rk_mx_transpose(s, r)};
    put_equivalent(c, rk_block_matrix(s, b), rk_block_matrix(s, whole), f, sign);
}

/* rank of the grid == sum of the ranks of its parts; sign: of this in the sum. */
static void put_diagonal(chain *c, const rk_block *b, int sign) {
    rk_recorder *r = c->r;
    rk_mxs *s = r->store;
    rk_block part[RK_BLOCK_MAX];
    size_t n = rk_block_components(b, part);
    if (n == 0) {
        c->failed = true;
        return;
    }
    rk_block whole = on_diagonal(s, part, 0, n);
    if (!rk_block_same(&whole, b))
        put_order(c, b, &whole, sign);
    for (size_t i = 0; i + 1 < n; i++) {
        rk_block rest = on_diagonal(s, part, i + 1, n);
        const rk_mx *one = rk_block_matrix(s, &part[i]), *other = rk_block_matrix(s, &rest);
        whole = on_diagonal(s, part, i, n);
        rk_buf_puts(r->out, "fact diagonal | ");
        rk_record_mx(r, one);
        rk_record_bar(r);
        rk_record_mx(r, other);
        rk_record_bar(r);
        put_rank(r, rk_block_matrix(s, &whole));
        rk_buf_puts(r->out, " == ");
        put_rank(r, one);
        rk_buf_puts(r->out, " + ");
        put_rank(r, other);
        written(c, sign);
    }
}

/* --- the way --------------------------------------------------------------------------------- */

static void put_way(chain *c, const rk_block_way *way) {
    const rk_block_origin *o = &way->origin;
    rk_block_log log = {.full = false};
    if (o->nbefore > 0)
        put_diagonal(c, &o->before[0], -1);
    put_auxiliary(c, o);
    rk_block tidied = o->root;
    tidied.log = &log;
    tidied.logged = 0;
    tidied.turned = false; /* what was done to the root before is not in this log */
    rk_block_tidy(way->g, &tidied);
    c->failed |= log.full || !rk_block_same(&tidied, &way->grid[0]);
    put_steps(c, &o->root, &way->grid[0], &log, tidied.logged);
    for (size_t i = 0; i + 1 < way->ngrids && !c->failed; i++) {
        rk_elimination e = {.g = way->g, .nletters = way->nletters};
        size_t steps = 0;
        memcpy(e.letter, way->letter, sizeof e.letter);
        c->failed |= !rk_eliminate_again(&e, &way->grid[i], &way->grid[i + 1], &log, &steps);
        if (!c->failed)
            put_steps(c, &way->grid[i], &way->grid[i + 1], &log, steps);
    }
    if (!c->failed)
        put_diagonal(c, &way->grid[way->ngrids - 1], 1);
}

size_t rk_record_elimination(rk_recorder *r, const rk_fact *f, size_t n) {
    chain c = {.r = r, .first = n + 1};
    put_way(&c, f->note->way);
    if (c.failed)
        rk_record_fail(r, "an elimination that could not be followed");
    rk_buf_puts(r->out, "fact derived | 1 | ");
    rk_record_relation(r, f->value, true);
    for (size_t i = 0; i < c.n; i++)
        rk_buf_printf(r->out, " | %zu | %d", c.first + i, c.sign[i]);
    rk_record_end(r);
    return c.n + 1;
}
