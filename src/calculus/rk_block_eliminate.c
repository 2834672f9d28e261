/* Elimination in grids of blocks: best first over what one step reaches, within fixed limits. */
#include "rk_block.h"

#include <string.h>

enum {
    ROOM = 8,        /* how much more than the root a grid may score */
    EXPANSIONS = 12, /* grids from which further steps are taken */
    WORDS = 4,       /* words looked at in one cell */
    STATES = 80
};

/* --- steps -------------------------------------------------------------------------------- */

static void push(rk_elimination *e, size_t parent, rk_block *b) {
    rk_block_tidy(e->g, b);
    if (e->target != NULL) {
        if (e->reached)
            return;
        e->reached = rk_block_same(b, e->target) && b->log != NULL && !b->log->full;
        e->steps = b->logged;
        if (e->reached)
            b->log->closed = true;
        return;
    }
    unsigned score = rk_block_score(b);
    if (e->nstates == e->max_states || score > e->state[0].score + ROOM)
        return;
    for (size_t i = 0; i < e->nstates; i++)
        if (e->state[i].score == score && rk_block_same(&e->state[i].block, b))
            return;
    e->state[e->nstates++] =
        (rk_elimination_state){.block = *b, .parent = (unsigned)parent, .score = score};
}

/* One grid being left by column steps; flipped: it is the transposed one, so they are row steps. */
typedef struct leaving {
    rk_elimination *e;
    size_t parent;
    bool flipped;
    rk_block b;
} leaving;

static void arrive(leaving *l, rk_block *b) {
    if (l->flipped)
        rk_block_transpose(l->e->s, b, b);
    push(l->e, l->parent, b);
}

/* Block column k times K is added to block column j. False if that is no grid of plain cells. */
static bool add_column(rk_mxs *s, rk_block *b, size_t j, size_t k, const rk_mx *factor) {
    for (size_t i = 0; i < b->rows; i++) {
        if (rk_mx_is_zero(b->cell[i][k]))
            continue;
        const rk_mx *more = rk_mx_mul(s, b->cell[i][k], factor);
        if (rk_mx_is_grid(more))
            return false;
        b->cell[i][j] = rk_mx_add(s, b->cell[i][j], more);
    }
    rk_block_write_down(b, (rk_block_step){RK_BLOCK_ADD, .j = j, .k = k, .factor = factor});
    return true;
}

/* The same was done to block rows: row k, times the factor from the left, was added to row j. */
static void added_row(rk_block *b, size_t j, size_t k, const rk_mx *factor) {
    rk_block_write_down(
        b, (rk_block_step){RK_BLOCK_ADD, .of_rows = true, .j = j, .k = k, .factor = factor});
}

static bool may_try(leaving *l) {
    if (l->e->reached || l->e->trials == 0 || l->e->nstates == l->e->max_states)
        return false;
    l->e->trials--;
    return true;
}

static void try_column(leaving *l, size_t j, size_t k, const rk_mx *factor) {
    if (rk_mx_is_grid(factor) || factor->rows != l->b.width[k] || factor->cols != l->b.width[j] ||
        !may_try(l))
        return;
    rk_block b = l->b;
    if (add_column(l->e->s, &b, j, k, factor) &&
        rk_block_score(&b) <= l->e->state[l->parent].score + 2 * ROOM)
        arrive(l, &b);
}

/* --- factors found by division ------------------------------------------------------------ */

/* w is u times the rest: K = -(coefficient of w / coefficient of u) * rest takes w away. */
static void divide_word(leaving *l, size_t j, size_t k, const rk_word *w, const rk_word *u) {
    rk_mxs *s = l->e->s;
    rk_scalars *scalars = rk_mxs_scalars(s);
    if (!rk_sc_is_nonzero(scalars, u->coef))
        return;
    const rk_mx *rest = w->length == u->length ? rk_mx_eye(s, l->b.width[j])
                                               : rk_block_letters(s, w, u->length, w->length);
    rk_sc ratio = rk_sc_div(scalars, w->coef, u->coef);
    try_column(l, j, k, rk_mx_scale(s, rk_sc_sub(scalars, rk_sc_int(scalars, 0), ratio), rest));
}

/* The coefficient c with a == c*word; NULL if there is none. */
static rk_sc multiple_of(rk_scalars *scalars, const rk_mx *a, const rk_word *word) {
    if (a->nwords != 1 || a->word[0].length != word->length ||
        !rk_block_is_prefix(&a->word[0], word) || !rk_sc_is_nonzero(scalars, a->word[0].coef))
        return NULL;
    return rk_sc_div(scalars, a->word[0].coef, word->coef);
}

/* By the assumed equations, the pivot times a part of the word may be the word. */
static void divide_by_rules(leaving *l, size_t j, size_t k, const rk_mx *pivot, const rk_word *w) {
    rk_mxs *s = l->e->s;
    rk_scalars *scalars = rk_mxs_scalars(s);
    if (pivot->nwords != 1 || pivot->word[0].length == 0 || !rk_sc_is_nonzero(scalars, w->coef))
        return;
    for (size_t from = 0; from < w->length; from++) {
        if (rk_letter_rows(w->letter[from]) != l->b.width[k])
            continue;
        for (size_t to = from + 1; to <= w->length; to++) {
            if (rk_letter_cols(w->letter[to - 1]) != l->b.width[j])
                continue;
            const rk_mx *part = rk_block_letters(s, w, from, to);
            const rk_mx *product = rk_mx_mul(s, pivot, part);
            rk_sc ratio = multiple_of(scalars, product, w);
            if (ratio)
                try_column(l, j, k,
                           rk_mx_scale(s, rk_sc_div(scalars, rk_sc_int(scalars, -1), ratio), part));
        }
    }
}

/* x times the target is the target, where x is the pivot times y: K = -y*target. */
static void divide_if_absorbed(leaving *l, size_t j, size_t k, const rk_mx *target, const rk_mx *x,
                               const rk_mx *y) {
    rk_mxs *s = l->e->s;
    if (x->rows != x->cols || rk_mx_is_grid(x) || rk_mx_mul(s, x, target) != target)
        return;
    const rk_mx *factor = y ? rk_mx_mul(s, y, target) : target;
    try_column(l, j, k, rk_mx_scale(s, rk_sc_int(rk_mxs_scalars(s), -1), factor));
}

/* Idempotents and generalised inverses among the letters of the sequent. */
static void divide_by_target(leaving *l, size_t j, size_t k, const rk_mx *target,
                             const rk_mx *pivot) {
    rk_mxs *s = l->e->s;
    divide_if_absorbed(l, j, k, target, pivot, NULL);
    for (size_t i = 0; i < l->e->nletters; i++) {
        rk_letter letter = l->e->letter[i];
        if (rk_letter_rows(letter) != pivot->cols || rk_letter_cols(letter) != target->rows)
            continue;
        const rk_mx *y = rk_mx_of_letter(s, letter);
        divide_if_absorbed(l, j, k, target, rk_mx_mul(s, pivot, y), y);
    }
}

static void divide_cell(leaving *l, size_t j, size_t k, const rk_mx *target, const rk_mx *pivot) {
    for (size_t w = 0; w < target->nwords && w < WORDS; w++) {
        for (size_t u = 0; u < pivot->nwords && u < WORDS; u++)
            if (rk_block_is_prefix(&pivot->word[u], &target->word[w]))
                divide_word(l, j, k, &target->word[w], &pivot->word[u]);
        divide_by_rules(l, j, k, pivot, &target->word[w]);
    }
    divide_by_target(l, j, k, target, pivot);
}

/* --- numbers as factors ------------------------------------------------------------------- */

/* Row q plus or minus row p, which makes the cell in column j zero. */
static void clear_alike(leaving *l, const rk_block *b, size_t j, size_t p, size_t q) {
    rk_mxs *s = l->e->s;
    bool same = b->cell[p][j] == b->cell[q][j];
    rk_block cleared = *b;
    for (size_t c = 0; c < b->cols; c++)
        cleared.cell[q][c] = same ? rk_mx_sub(s, b->cell[q][c], b->cell[p][c])
                                  : rk_mx_add(s, b->cell[q][c], b->cell[p][c]);
    if (b->log != NULL)
        added_row(&cleared, q, p,
                  rk_mx_scale(s, rk_sc_int(rk_mxs_scalars(s), same ? -1 : 1),
                              rk_mx_eye(s, b->height[q])));
    if (may_try(l))
        arrive(l, &cleared);
}

/* Column j plus or minus column k, if two of its cells become equal up to sign: one of them is
   cleared by the other. */
static void add_alike(leaving *l, size_t j, size_t k, int sign) {
    rk_mxs *s = l->e->s;
    rk_scalars *scalars = rk_mxs_scalars(s);
    rk_block b = l->b;
    if (!add_column(s, &b, j, k,
                    rk_mx_scale(s, rk_sc_int(scalars, sign), rk_mx_eye(s, b.width[j]))))
        return;
    for (size_t p = 0; p < b.rows; p++)
        for (size_t q = p + 1; q < b.rows; q++) {
            const rk_mx *x = b.cell[p][j], *y = b.cell[q][j];
            if (rk_mx_is_zero(x) || l->b.cell[p][j] == l->b.cell[q][j] || x->rows != y->rows)
                continue;
            if (x == y || x == rk_mx_scale(s, rk_sc_int(scalars, -1), y))
                clear_alike(l, &b, j, p, q);
        }
}

/* The cell (i, j) is cleared by multiples of its neighbours p in column k and q in row r at once.
   The cell (r, k) is zero, so that the two steps do not meet. */
static void clear_by_both(leaving *l, size_t i, size_t j, size_t k, size_t r) {
    rk_mxs *s = l->e->s;
    const rk_mx *p = l->b.cell[i][k], *q = l->b.cell[r][j];
    rk_sc x, y;
    if (p->cols != q->cols || p->rows != q->rows || rk_mx_is_zero(p) || rk_mx_is_zero(q) ||
        !rk_mx_is_zero(l->b.cell[r][k]) || !rk_block_combine(s, l->b.cell[i][j], p, q, &x, &y) ||
        !may_try(l))
        return;
    rk_block b = l->b;
    if (!add_column(s, &b, j, k, rk_mx_scale(s, x, rk_mx_eye(s, b.width[j]))))
        return;
    for (size_t c = 0; c < b.cols; c++)
        b.cell[i][c] = rk_mx_add(s, b.cell[i][c], rk_mx_scale(s, y, b.cell[r][c]));
    if (b.log != NULL)
        added_row(&b, i, r, rk_mx_scale(s, y, rk_mx_eye(s, b.height[i])));
    arrive(l, &b);
}

static void number_steps(leaving *l) {
    const rk_block *b = &l->b;
    for (size_t j = 0; j < b->cols; j++)
        for (size_t k = 0; k < b->cols; k++) {
            if (k == j || b->width[j] != b->width[k])
                continue;
            add_alike(l, j, k, 1);
            add_alike(l, j, k, -1);
            for (size_t i = 0; i < b->rows; i++)
                for (size_t r = 0; r < b->rows; r++)
                    if (r != i && !rk_mx_is_zero(b->cell[i][j]) && b->height[r] == b->height[i])
                        clear_by_both(l, i, j, k, r);
        }
}

/* --- invertible blocks -------------------------------------------------------------------- */

/* Is it worth to multiply by the inverse of the letter? It is an inverse itself, or some other cell
   of the column is a number. */
static bool worth_clearing(const leaving *l, size_t j, rk_letter last) {
    if (last.inverted || last.leaf->kind == RK_L_INV)
        return true;
    for (size_t i = 0; i < l->b.rows; i++)
        if (l->b.cell[i][j]->nwords == 1 && l->b.cell[i][j]->word[0].length == 0)
            return rk_inst_invertible(l->e->g, rk_mx_of_letter(l->e->s, last));
    return false;
}

static void multiply_column(leaving *l, size_t j, const rk_mx *factor) {
    rk_block b = l->b;
    for (size_t i = 0; i < b.rows; i++) {
        b.cell[i][j] = rk_mx_mul(l->e->s, b.cell[i][j], factor);
        if (rk_mx_is_grid(b.cell[i][j]))
            return;
    }
    rk_block_write_down(&b, (rk_block_step){RK_BLOCK_MULTIPLY, .j = j, .factor = factor});
    arrive(l, &b);
}

/* The invertible letter at the end of a word of block column j is taken away from the right. */
static void clear_last_letter(leaving *l, size_t j) {
    rk_mxs *s = l->e->s;
    for (size_t i = 0; i < l->b.rows; i++)
        for (size_t w = 0; w < l->b.cell[i][j]->nwords; w++) {
            const rk_word *word = &l->b.cell[i][j]->word[w];
            if (word->length == 0)
                continue;
            rk_letter last = word->letter[word->length - 1];
            if (!worth_clearing(l, j, last) || !may_try(l))
                continue;
            multiply_column(l, j, rk_mx_inv(s, rk_mx_of_letter(s, last)));
            return;
        }
}

static bool alone(const rk_block *b, size_t i, size_t j) {
    for (size_t k = 0; k < b->cols; k++)
        if (k != j && !rk_mx_is_zero(b->cell[i][k]))
            return false;
    for (size_t k = 0; k < b->rows; k++)
        if (k != i && !rk_mx_is_zero(b->cell[k][j]))
            return false;
    return true;
}

/* The rest of row i and column j is cleared by the invertible block there: what remains is its
   Schur complement. */
static void clear_by_pivot(leaving *l, size_t i, size_t j) {
    rk_mxs *s = l->e->s;
    const rk_mx *pivot = l->b.cell[i][j];
    if (pivot->rows != pivot->cols || alone(&l->b, i, j) || !rk_inst_invertible(l->e->g, pivot) ||
        !may_try(l))
        return;
    const rk_mx *inverse = rk_mx_inv(s, pivot);
    rk_block b = l->b;
    for (size_t k = 0; k < b.cols; k++) {
        if (k == j || rk_mx_is_zero(l->b.cell[i][k]))
            continue;
        const rk_mx *factor = rk_mx_mul(s, inverse, l->b.cell[i][k]);
        rk_scalars *scalars = rk_mxs_scalars(s);
        if (!add_column(s, &b, k, j, rk_mx_scale(s, rk_sc_int(scalars, -1), factor)))
            return;
        b.cell[i][k] = rk_mx_zero(s, b.height[i], b.width[k]);
    }
    for (size_t k = 0; k < b.rows; k++) {
        if (k == i)
            continue;
        if (b.log != NULL && !rk_mx_is_zero(b.cell[k][j]))
            added_row(&b, k, i,
                      rk_mx_scale(s, rk_sc_int(rk_mxs_scalars(s), -1),
                                  rk_mx_mul(s, b.cell[k][j], inverse)));
        b.cell[k][j] = rk_mx_zero(s, b.height[k], b.width[j]);
    }
    arrive(l, &b);
}

/* --- the search --------------------------------------------------------------------------- */

static void column_steps(leaving *l) {
    const rk_block *b = &l->b;
    for (size_t j = 0; j < b->cols; j++) {
        clear_last_letter(l, j);
        for (size_t k = 0; k < b->cols; k++)
            for (size_t i = 0; k != j && i < b->rows; i++)
                if (!rk_mx_is_zero(b->cell[i][j]) && !rk_mx_is_zero(b->cell[i][k]))
                    divide_cell(l, j, k, b->cell[i][j], b->cell[i][k]);
    }
}

static void expand(rk_elimination *e, size_t index) {
    leaving l = {.e = e, .parent = index, .b = e->state[index].block};
    l.b.log = e->log;
    l.b.logged = 0;
    l.b.turned = false;
    for (size_t i = 0; i < l.b.rows; i++)
        for (size_t j = 0; j < l.b.cols; j++)
            if (!rk_mx_is_zero(l.b.cell[i][j]))
                clear_by_pivot(&l, i, j);
    column_steps(&l);
    number_steps(&l);
    l.flipped = true;
    rk_block_transpose(e->s, &l.b, &l.b);
    column_steps(&l);
    number_steps(&l);
}

static size_t simplest_open(const rk_elimination *e) {
    size_t best = e->nstates;
    for (size_t i = 0; i < e->nstates; i++)
        if (!e->state[i].expanded &&
            (best == e->nstates || e->state[i].score < e->state[best].score))
            best = i;
    return best;
}

void rk_eliminate(rk_elimination *e, const rk_block *root) {
    e->s = rk_instances_store(e->g);
    if (e->max_states == 0)
        e->max_states = STATES;
    e->state = rk_malloc(e->max_states * sizeof *e->state);
    e->state[0] = (rk_elimination_state){.block = *root};
    rk_block_tidy(e->g, &e->state[0].block);
    e->state[0].score = rk_block_score(&e->state[0].block);
    e->nstates = 1;
    for (size_t times = 0; times < EXPANSIONS && e->trials > 0; times++) {
        size_t next = simplest_open(e);
        if (next == e->nstates)
            break;
        e->state[next].expanded = true;
        expand(e, next);
    }
}

bool rk_eliminate_again(rk_elimination *e, const rk_block *from, const rk_block *target,
                        rk_block_log *log, size_t *steps) {
    rk_elimination_state state = {.block = *from, .score = rk_block_score(from)};
    enum { ALL = 100000 };
    e->s = rk_instances_store(e->g);
    e->state = &state;
    e->nstates = 1;
    e->max_states = 2;
    e->trials = ALL;
    e->target = target;
    e->log = log;
    log->full = log->closed = false;
    expand(e, 0);
    e->state = NULL;
    *steps = e->steps;
    return e->reached;
}

void rk_elimination_clear(rk_elimination *e) {
    rk_free(e->state);
    e->state = NULL;
    e->nstates = 0;
}
