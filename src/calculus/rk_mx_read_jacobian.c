/* Degrees of freedom for all sizes. Since vec(L*dV*R) == kron(R', L)*vec(dV), jrank of a text whose
   derivative is a sum of such products is the rank of a row of Kronecker products. Of other texts
   the shape of the Jacobian is known, and that it is a product where they see the variables through
   one place. */
#include "rk_mx_derive.h"
#include "rk_rewrite.h"

/* --- by variable ---------------------------------------------------------------------------- */

/* The columns of one variable, or of all members of a family over a range: the sum of kron(a, b),
   side by side over the range. */
typedef struct slot {
    unsigned var;
    rk_sc member;
    bool flipped, family;
    rk_drange range;
    const rk_mx *a[RK_DERIVE_TERMS], *b[RK_DERIVE_TERMS];
    rk_drange inner[RK_DERIVE_TERMS][2]; /* ranges that are summed over */
    size_t ninner[RK_DERIVE_TERMS], n;
} slot;

typedef struct slots {
    slot *item;
    size_t n;
} slots;

static bool same_range(const rk_drange *x, const rk_drange *y) {
    return x->sym == y->sym && x->low == y->low && x->high == y->high;
}

/* Are these certainly the same columns (1), certainly others (0), or can it not be told (-1)? */
static int same_columns(rk_differ *d, const slot *x, const slot *y) {
    if (x->var != y->var)
        return 0;
    if (x->family || y->family)
        return x->family && y->family && same_range(&x->range, &y->range) ? 1 : -1;
    if (x->member == y->member)
        return 1;
    rk_sc gap = rk_sc_sub(d->r->scalars, x->member, y->member);
    return rk_sc_is_nonzero(d->r->scalars, gap) ? 0 : -1;
}

/* The range that the member of a family runs over, taken from those of the term. */
static void find_family(rk_differ *d, const rk_dterm *t, slot *s) {
    rk_scalars *sc = d->r->scalars;
    for (size_t i = 0; i < t->nranges; i++) {
        bool own = t->member != NULL && t->member == rk_sc_sym(sc, t->range[i].sym);
        if (own && !s->family) {
            s->family = true;
            s->range = t->range[i];
            continue;
        }
        d->failed |= t->member != NULL && rk_sc_mentions(sc, t->member, t->range[i].sym);
        s->inner[0][s->ninner[0]++] = t->range[i];
    }
    for (size_t i = 0; s->family && i < s->ninner[0]; i++) /* sums must stand inside */
        d->failed |= rk_sc_mentions(sc, s->inner[0][i].low, s->range.sym) ||
                     rk_sc_mentions(sc, s->inner[0][i].high, s->range.sym) ||
                     rk_sc_mentions(sc, s->range.low, s->inner[0][i].sym) ||
                     rk_sc_mentions(sc, s->range.high, s->inner[0][i].sym);
}

static void add_term(slot *s, const slot *from) {
    s->a[s->n] = from->a[0];
    s->b[s->n] = from->b[0];
    s->ninner[s->n] = from->ninner[0];
    for (size_t i = 0; i < from->ninner[0]; i++)
        s->inner[s->n][i] = from->inner[0][i];
    s->n++;
}

static void sort_into(rk_differ *d, slots *all, const rk_dterm *t) {
    slot *s = rk_arena_alloc(d->r->arena, sizeof *s);
    *s = (slot){.var = t->var, .member = t->member, .flipped = t->flipped, .n = 1};
    s->a[0] = rk_mx_transpose(d->r->s, t->right);
    s->b[0] = t->left;
    find_family(d, t, s);
    for (size_t i = 0; i < all->n && !d->failed; i++) {
        int same = same_columns(d, &all->item[i], s);
        d->failed |= same < 0 || (same == 1 && all->item[i].flipped != s->flipped);
        if (same == 1 && !d->failed) {
            add_term(&all->item[i], s);
            return;
        }
    }
    if (!d->failed)
        all->item[all->n++] = *s;
}

/* Terms with the same a, or the same b, are one. */
static bool merge_two(rk_differ *d, slot *s, size_t i, size_t k) {
    if (s->ninner[i] > 0 || s->ninner[k] > 0 || (s->a[i] != s->a[k] && s->b[i] != s->b[k]))
        return false;
    if (s->a[i] == s->a[k])
        s->b[i] = rk_mx_add(d->r->s, s->b[i], s->b[k]);
    else
        s->a[i] = rk_mx_add(d->r->s, s->a[i], s->a[k]);
    s->n--;
    s->a[k] = s->a[s->n];
    s->b[k] = s->b[s->n];
    s->ninner[k] = s->ninner[s->n];
    for (size_t m = 0; m < s->ninner[k]; m++)
        s->inner[k][m] = s->inner[s->n][m];
    return true;
}

static void merge_terms(rk_differ *d, slot *s) {
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = i + 1; k < s->n;)
            if (!merge_two(d, s, i, k))
                k++;
}

/* --- columns -------------------------------------------------------------------------------- */

/* Columns as kron(a, b), or (b NULL) as the matrix a. */
typedef struct columns {
    const rk_mx *a, *b;
} columns;

static const rk_mx *side_by_side(rk_differ *d, const rk_drange *over, const rk_mx *body) {
    return rk_mx_loop(d->r->s, RK_L_HCAT, over->sym, over->low, over->high, body);
}

static const rk_mx *summed(rk_differ *d, const slot *s, size_t i, const rk_mx *a) {
    for (size_t k = 0; k < s->ninner[i]; k++)
        a = rk_mx_loop(d->r->s, RK_L_SUM, s->inner[i][k].sym, s->inner[i][k].low,
                       s->inner[i][k].high, a);
    return a;
}

static bool mentions_inner(rk_differ *d, const slot *s, const rk_mx *a) {
    bool any = false;
    for (size_t k = 0; k < s->ninner[0]; k++)
        any |= rk_mx_mentions_sym(d->r->s, a, s->inner[0][k].sym);
    return any;
}

/* One term that is a Kronecker product also after its sums; false: none. */
static bool single(rk_differ *d, const slot *s, columns *c) {
    if (s->n != 1)
        return false;
    bool a = mentions_inner(d, s, s->a[0]), b = mentions_inner(d, s, s->b[0]);
    *c = (columns){s->a[0], s->b[0]};
    if (a && b)
        return false;
    if (a || s->ninner[0] > 0)
        *(a ? &c->a : &c->b) = summed(d, s, 0, a ? c->a : c->b);
    return true;
}

static const rk_mx *whole_of(rk_differ *d, columns c) {
    return c.b == NULL ? c.a : rk_mx_kron_whole(d->r->s, c.a, c.b);
}

/* The columns of one member. */
static columns of_member(rk_differ *d, const slot *s) {
    columns c;
    if (single(d, s, &c))
        return c;
    const rk_mx *sum = NULL;
    for (size_t i = 0; i < s->n; i++) {
        const rk_mx *part = summed(d, s, i, rk_mx_kron_whole(d->r->s, s->a[i], s->b[i]));
        sum = sum == NULL ? part : rk_mx_add(d->r->s, sum, part);
    }
    return (columns){sum, NULL};
}

static bool factors(rk_differ *d, const slot *s, const columns *c) {
    return c->b != NULL && (!rk_mx_mentions_sym(d->r->s, c->a, s->range.sym) ||
                            !rk_mx_mentions_sym(d->r->s, c->b, s->range.sym));
}

/* A family of kron(a[h], b) is kron(hcat(h, a[h]), b); one of kron(a, b[h]) is kron(a, hcat(h,
   b[h])) with its columns in another order, which the rank of a row of blocks does not see. */
static columns of_slot(rk_differ *d, const slot *s) {
    columns c = of_member(d, s);
    if (!s->family)
        return c;
    if (!factors(d, s, &c))
        return (columns){side_by_side(d, &s->range, whole_of(d, c)), NULL};
    bool second = !rk_mx_mentions_sym(d->r->s, c.a, s->range.sym);
    *(second ? &c.b : &c.a) = side_by_side(d, &s->range, second ? c.b : c.a);
    return c;
}

/* Families over one range of which one has no common factor: member by member. */
static columns of_families(rk_differ *d, const slots *all, size_t first, bool *done) {
    const rk_mx *cell[RK_DERIVE_TERMS];
    size_t n = 0;
    const slot *s = &all->item[first];
    for (size_t i = first; i < all->n; i++) {
        if (done[i] || !all->item[i].family || !same_range(&all->item[i].range, &s->range))
            continue;
        cell[n++] = whole_of(d, of_member(d, &all->item[i]));
        done[i] = true;
    }
    const rk_mx *body = n == 1 ? cell[0] : rk_mx_grid(d->r->s, 1, n, cell);
    return (columns){side_by_side(d, &s->range, body), NULL};
}

static bool splits(rk_differ *d, const slots *all, size_t at) {
    for (size_t i = 0; i < all->n; i++) {
        const slot *s = &all->item[i];
        if (!s->family || !same_range(&s->range, &all->item[at].range))
            continue;
        columns c = of_member(d, s);
        if (!factors(d, s, &c))
            return true;
    }
    return false;
}

static const rk_mx *beside(rk_differ *d, const rk_mx *a, const rk_mx *b) {
    return rk_mx_grid(d->r->s, 1, 2, (const rk_mx *const[]){a, b});
}

/* kron(a, b) beside kron(a, c) has the rank of kron(a, [b, c]). */
static bool join_two(rk_differ *d, columns *x, const columns *y) {
    if (x->b == NULL || y->b == NULL || (x->a != y->a && x->b != y->b))
        return false;
    if (x->a == y->a)
        x->b = beside(d, x->b, y->b);
    else
        x->a = beside(d, x->a, y->a);
    return true;
}

static size_t join_all(rk_differ *d, columns *c, size_t n) {
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n;) {
            if (join_two(d, &c[i], &c[k]))
                c[k] = c[--n];
            else
                k++;
        }
    return n;
}

static const rk_mx *row_of_columns(rk_differ *d, const slots *all) {
    columns c[RK_DERIVE_TERMS];
    bool done[RK_DERIVE_TERMS] = {false};
    const rk_mx *cell[RK_DERIVE_TERMS];
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++) {
        if (done[i])
            continue;
        c[n++] = all->item[i].family && splits(d, all, i) ? of_families(d, all, i, done)
                                                          : of_slot(d, &all->item[i]);
    }
    n = join_all(d, c, n);
    for (size_t i = 0; i < n; i++)
        cell[i] = whole_of(d, c[i]);
    return n == 1 ? cell[0] : rk_mx_grid(d->r->s, 1, n, cell);
}

/* The Jacobian up to the order of its columns; NULL where there is none in this form. */
static const rk_mx *jacobian(rk_differ *d, const rk_dsum *sum, rk_sc rows) {
    slots all = {rk_arena_alloc(d->r->arena, RK_DERIVE_TERMS * sizeof(slot)), 0};
    for (size_t i = 0; i < sum->n && !d->failed; i++)
        sort_into(d, &all, &sum->term[i]);
    if (d->failed)
        return NULL;
    for (size_t i = 0; i < all.n; i++)
        merge_terms(d, &all.item[i]);
    return all.n == 0 ? rk_mx_zero(d->r->s, rows, rk_sc_int(d->r->scalars, 1))
                      : row_of_columns(d, &all);
}

/* --- the rank ------------------------------------------------------------------------------- */

/* What a function that is one to one in each entry, with a slope that is nowhere 0, is taken of;
   NULL for others. */
static const rk_term *beneath(rk_differ *d, const rk_term *t) {
    switch (t->op) {
    case RK_T_TRANSPOSE:
    case RK_T_NEG:
    case RK_T_VEC:
    case RK_T_EXP:
    case RK_T_LOG:
    case RK_T_TANH:
    case RK_T_SIGMOID:
        return t->kid[0];
    case RK_T_LAYERNORM:
        return t->nkids > 3 && !rk_derive_moves(d, t->kid[1]) && !rk_derive_moves(d, t->kid[2]) &&
                       !rk_derive_moves(d, t->kid[3]) &&
                       rk_sc_is_positive(d->r->scalars, rk_read_value(d->r, t->kid[3])) &&
                       rk_mx_is_invertible(d->r->s,
                                           rk_mx_diag(d->r->s, rk_derive_matrix(d, t->kid[1])))
                   ? t->kid[0]
                   : NULL;
    case RK_T_SOFTMAX:
        return t->nkids == 1 ? t->kid[0] : NULL;
    default:
        return NULL;
    }
}

/* The rows of a softmax see their logits up to a shift, those of a LayerNorm with eps > 0 what
   centring leaves. */
static bool centres(const rk_term *t) {
    return t->op == RK_T_SOFTMAX || t->op == RK_T_LAYERNORM;
}

/* hcat(h, E[h]) where E[h] moves with the members h alone: the sum over h. */
static const rk_mx *of_blocks(rk_differ *d, const rk_term *t, const rk_term *text) {
    rk_dsum sum = {.n = 0};
    rk_read_range l = rk_read_open_range(d->r, t);
    rk_sc index = rk_sc_sym(d->r->scalars, l.sym);
    rk_derive(d, t->kid[0], &sum);
    for (size_t i = 0; i < sum.n; i++)
        d->failed |= sum.term[i].member != index;
    const rk_mx *j = d->failed ? NULL : jacobian(d, &sum, rk_sc_int(d->r->scalars, 1));
    rk_sc rank = j != NULL ? rk_mx_rank(d->r->s, j) : NULL;
    rk_read_close_range(d->r, &l);
    if (rank == NULL)
        return NULL;
    rk_mxs_note_jacobian(
        d->r->s,
        &(rk_jacobian){.text = text, .matrix = j, .sym = l.sym, .low = l.low, .high = l.high});
    return rk_read_range_sum(d->r, &l, rank);
}

/* Of the text, a jrank. */
static const rk_mx *rank_of(rk_differ *d, const rk_term *text) {
    const rk_term *t = text->kid[0];
    bool centred = false;
    for (const rk_term *next; (next = centred ? NULL : beneath(d, t)) != NULL; t = next)
        centred = centres(t);
    if (!centred && rk_derive_moves(d, t) && (t->op == RK_T_LOOP_HCAT || t->op == RK_T_LOOP_VCAT)) {
        const rk_mx *blocks = of_blocks(d, t, text);
        if (blocks != NULL)
            return blocks;
        d->failed = false;
    }
    rk_dsum sum = {.n = 0};
    rk_derive(d, t, &sum);
    rk_sc rows = rk_read_size(d->r, t->rows), cols = rk_read_size(d->r, t->cols);
    if (centred && !d->failed)
        rk_derive_times_right(d, &sum, rk_derive_projector(d, cols));
    rk_dsum moved = {.n = 0};
    rk_derive_put_all(d, &moved, &sum);
    if (d->failed)
        return NULL;
    const rk_mx *j = jacobian(d, &moved, rk_sc_mul(d->r->scalars, rows, cols));
    if (j == NULL)
        return NULL;
    rk_mxs_note_jacobian(d->r->s, &(rk_jacobian){.text = text, .matrix = j});
    return rk_mx_scalar(d->r->s, rk_mx_rank(d->r->s, j));
}

/* --- where only the shape is known ---------------------------------------------------------- */

static rk_sc half_of(rk_reader *r, rk_sc a) {
    return rk_sc_div(r->scalars, a, rk_sc_int(r->scalars, 2));
}

/* Directions of one member. */
static rk_sc directions(rk_reader *r, const rk_var *v) {
    rk_scalars *sc = r->scalars;
    rk_sc n = rk_read_size(r, v->rows), m = rk_read_size(r, v->cols), one = rk_sc_int(sc, 1);
    switch (v->set) {
    case RK_SET_INTEGER:
    case RK_SET_PERMUTATION:
        return rk_sc_int(sc, 0);
    case RK_SET_STOCHASTIC:
    case RK_SET_ATTENTION:
    case RK_SET_UNIT_ROWS:
        return rk_sc_mul(sc, n, rk_sc_sub(sc, m, one));
    case RK_SET_SYMMETRIC:
    case RK_SET_PSD:
        return half_of(r, rk_sc_mul(sc, n, rk_sc_add(sc, n, one)));
    case RK_SET_ORTHOGONAL:
        return half_of(r, rk_sc_mul(sc, n, rk_sc_sub(sc, n, one)));
    case RK_SET_DIAGONAL:
        return n;
    default:
        return rk_sc_mul(sc, n, m);
    }
}

static rk_sc all_directions(rk_differ *d) {
    rk_reader *r = d->r;
    rk_sc sum = rk_sc_int(r->scalars, 0);
    for (size_t i = 0; i < d->nvars; i++) {
        const rk_var *v = &r->checked->vars[d->vars[i]];
        rk_sc one = directions(r, v);
        if (v->family != NULL)
            one = rk_sc_mul(r->scalars, rk_read_size(r, v->family), one);
        sum = rk_sc_add(r->scalars, sum, one);
    }
    return sum;
}

/* How many entries of a row of the text are independent at most. */
static rk_sc free_in_row(rk_differ *d, const rk_term *t, rk_sc cols) {
    rk_scalars *sc = d->r->scalars;
    bool still = true;
    for (size_t i = 1; i < t->nkids; i++)
        still = still && !rk_derive_moves(d, t->kid[i]);
    int64_t lost = 0;
    if (still && (t->op == RK_T_SOFTMAX || (t->op == RK_T_RMSNORM && t->nkids == 2)))
        lost = 1;
    if (still && t->op == RK_T_LAYERNORM)
        lost = t->nkids == 3 ? 2 : 1;
    return lost && rk_read_sure(d->r) ? rk_sc_sub(sc, cols, rk_sc_int(sc, lost)) : cols;
}

/* What tells an unknown derivative from others: where equations are assumed the texts, since equal
   values may have other derivatives; elsewhere the variables, beside the matrices themselves. */
static const rk_mx *key_of(rk_differ *d, const rk_term *e, const rk_term *by) {
    rk_reader *r = d->r;
    const rk_rewrite *equations = rk_mxs_rules(r->s);
    bool texts = equations != NULL && rk_rewrite_size(equations) > 0;
    const rk_sc *first, *second;
    size_t n = texts ? rk_read_key(r, e, &first) : by->op == RK_T_JRANK ? d->nvars : 0;
    size_t m = texts ? rk_read_key(r, by, &second) : 0;
    const rk_mx **cell = rk_arena_alloc(r->arena, (n + m + 2) * sizeof *cell);
    for (size_t i = 0; i < n; i++)
        cell[i] = rk_mx_scalar(r->s, texts ? first[i] : rk_sc_int(r->scalars, d->vars[i]));
    for (size_t i = 0; i < m; i++)
        cell[n + i] = rk_mx_scalar(r->s, second[i]);
    cell[n + m] = rk_mx_scalar(r->s, rk_sc_int(r->scalars, texts));
    cell[n + m + 1] = cell[n + m];
    return rk_mx_grid(r->s, 1, n + m + 2, cell);
}

/* The derivative of the text e by another (or by the variables, for jrank itself): a matrix of
   which only the shape is known. `member`: e is a member of a sum. The rows of all softmaxes sum to
   1, but what the length of a normalised row takes away differs from member to member. */
static const rk_mx *unknown(rk_differ *d, const rk_term *e, const rk_term *by, rk_sc cols,
                            rk_sc member) {
    rk_reader *r = d->r;
    rk_sc width = rk_read_size(r, e->cols);
    rk_leaf leaf = {.kind = RK_L_FUNCTION, .op = RK_T_JRANK};
    leaf.arg[0] = rk_derive_matrix(d, e);
    leaf.arg[1] = key_of(d, e, by);
    leaf.arg[2] = by->op == RK_T_JRANK ? NULL : rk_derive_matrix(d, by);
    if (member == NULL || e->op == RK_T_SOFTMAX)
        width = free_in_row(d, e, width);
    leaf.rows = rk_sc_mul(r->scalars, rk_read_size(r, e->rows), width);
    leaf.cols = cols;
    leaf.index[0] = member;
    if (rk_sc_is_zero(leaf.rows) || rk_sc_is_zero(leaf.cols))
        return rk_mx_zero(r->s, leaf.rows, leaf.cols);
    return rk_mx_of_leaf(r->s, rk_mx_leaf(r->s, &leaf));
}

/* --- through one place ---------------------------------------------------------------------- */

/* The one text through which another sees the variables, itself with a derivative; a softmax sees
   it up to shifts of its rows. */
typedef struct waist {
    const rk_term *text;
    bool centred, none;
} waist;

static bool has_derivative(rk_differ *d, const rk_term *t, rk_dsum *sum) {
    sum->n = 0;
    d->failed = false;
    rk_derive(d, t, sum);
    bool has = !d->failed;
    d->failed = false;
    return has;
}

static bool binds(const rk_term *t) {
    return t->op == RK_T_FOLD || t->op == RK_T_LOOP_SUM || t->op == RK_T_LOOP_PROD ||
           t->op == RK_T_LOOP_HCAT || t->op == RK_T_LOOP_VCAT || t->op == RK_T_LOOP_MAX ||
           t->op == RK_T_LOOP_MIN || t->op == RK_T_JRANK;
}

static void find_waist(rk_differ *d, const rk_term *t, bool centred, waist *w) {
    rk_dsum sum;
    if (w->none || !rk_derive_moves(d, t))
        return;
    if (!binds(t) && has_derivative(d, t, &sum)) {
        w->none = w->text != NULL && w->text != t;
        w->centred = centred && (w->text == NULL || w->centred);
        w->text = t;
        return;
    }
    w->none = binds(t);
    for (size_t i = 0; i < t->nkids; i++)
        find_waist(d, t->kid[i], t->op == RK_T_SOFTMAX && t->nkids == 1, w);
}

/* The Jacobian as an unknown matrix times that of the waist; NULL: there is none. `member`: the
   index on which all variables must hang, or NULL. */
static const rk_mx *through_waist(rk_differ *d, const rk_term *t, rk_sc member, rk_jacobian *note) {
    waist w = {.text = NULL};
    rk_dsum sum, moved = {.n = 0};
    find_waist(d, t, false, &w);
    if (w.none || w.text == NULL || !has_derivative(d, w.text, &sum))
        return NULL;
    rk_sc rows = rk_read_size(d->r, w.text->rows), cols = rk_read_size(d->r, w.text->cols);
    if (w.centred)
        rk_derive_times_right(d, &sum, rk_derive_projector(d, cols));
    rk_derive_put_all(d, &moved, &sum);
    for (size_t i = 0; i < moved.n; i++)
        if (member != NULL && moved.term[i].member != member)
            return NULL;
    rk_sc size = rk_sc_mul(d->r->scalars, rows, cols);
    const rk_mx *inner = jacobian(d, &moved, size);
    d->failed = false;
    if (inner == NULL)
        return NULL;
    note->matrix = inner;
    note->outer = unknown(d, t, w.text, size, member);
    note->place = rk_derive_matrix(d, w.text);
    return rk_mx_mul(d->r->s, note->outer, inner);
}

/* A sum whose member h sees the members h of the families only, and through one place. */
static const rk_mx *through_members(rk_differ *d, const rk_term *t, rk_jacobian *note) {
    if (t->op != RK_T_LOOP_SUM)
        return NULL;
    rk_read_range l = rk_read_open_range(d->r, t);
    const rk_mx *body = NULL;
    if (l.count < 0)
        body = through_waist(d, t->kid[0], rk_sc_sym(d->r->scalars, l.sym), note);
    rk_read_close_range(d->r, &l);
    note->sym = l.sym;
    note->low = l.low;
    note->high = l.high;
    return body == NULL ? NULL : rk_mx_loop(d->r->s, RK_L_HCAT, l.sym, l.low, l.high, body);
}

/* --- variable by variable ------------------------------------------------------------------- */

static void forget_moves(rk_differ *d) {
    for (size_t i = 0; i <= d->r->checked->nterms; i++)
        d->moves[i] = 0;
}

/* The columns of the variables for which the text has a derivative; the others go to `rest`. */
static const rk_mx *known_columns(rk_differ *d, const rk_term *t, unsigned *rest, size_t *nrest) {
    rk_dsum all = {.n = 0};
    const unsigned *vars = d->vars;
    size_t n = d->nvars;
    for (size_t i = 0; i < n; i++) {
        rk_dsum sum;
        d->vars = &vars[i];
        d->nvars = 1;
        forget_moves(d);
        if (has_derivative(d, t, &sum))
            rk_derive_put_all(d, &all, &sum);
        else
            rest[(*nrest)++] = vars[i];
    }
    forget_moves(d);
    d->vars = vars;
    d->nvars = n;
    rk_sc rows = rk_read_size(d->r, t->rows), cols = rk_read_size(d->r, t->cols);
    const rk_mx *j = jacobian(d, &all, rk_sc_mul(d->r->scalars, rows, cols));
    if (d->failed) { /* columns that cannot be told apart */
        *nrest = n;
        for (size_t i = 0; i < n; i++)
            rest[i] = vars[i];
    }
    d->failed = false;
    return *nrest == n ? NULL : j;
}

/* Does a variable stand in the text that is none of these? */
static bool mentions_others(rk_differ *d, const rk_term *t, const unsigned *vars, size_t n) {
    bool found = false;
    for (size_t i = 0; i < t->nvars && !found; i++) {
        bool listed = false;
        for (size_t k = 0; k < n; k++)
            listed = listed || vars[k] == t->vars[i];
        d->vars = &t->vars[i];
        d->nvars = 1;
        forget_moves(d);
        found = !listed && rk_derive_moves(d, t->kid[0]);
    }
    return found;
}

/* What is known of the Jacobian where the text has no derivative by all variables. */
static const rk_mx *partly_known(rk_differ *d, const rk_term *t) {
    unsigned *rest = rk_arena_alloc(d->r->arena, (t->nvars + 1) * sizeof *rest);
    size_t nrest = 0;
    const rk_mx *known = known_columns(d, t->kid[0], rest, &nrest);
    if (!mentions_others(d, t, rest, nrest))
        known = NULL;
    d->vars = rest;
    d->nvars = nrest;
    forget_moves(d);
    rk_jacobian note = {.text = t};
    const rk_mx *j = through_waist(d, t->kid[0], NULL, &note);
    if (j == NULL)
        j = through_members(d, t->kid[0], &note);
    bool through = j != NULL;
    if (j == NULL)
        j = unknown(d, t->kid[0], t, all_directions(d), NULL);
    bool alone = known == NULL || rk_mx_is_zero(known);
    if (!alone && known->rows != j->rows)
        return NULL;
    note.known = known;
    if (through)
        rk_mxs_note_jacobian(d->r->s, &note);
    return alone ? j : beside(d, known, j);
}

/* The text stands still. */
static void note_nothing(rk_reader *r, const rk_term *t) {
    const rk_term *e = t->kid[0];
    rk_sc rows = rk_sc_mul(r->scalars, rk_read_size(r, e->rows), rk_read_size(r, e->cols));
    const rk_mx *none = rk_mx_zero(r->s, rows, rk_sc_int(r->scalars, 1));
    rk_mxs_note_jacobian(r->s, &(rk_jacobian){.text = t, .matrix = none});
}

/* Is it the whole Jacobian, of which nothing but the shape is known? */
static bool is_unknown(const rk_mx *j) {
    const rk_letter *l = rk_mx_letter(j);
    return l != NULL && l->leaf->kind == RK_L_FUNCTION && l->leaf->op == RK_T_JRANK;
}

/* A variable of all real matrices, or a member of its family, by itself among others: each entry is
   a direction. */
static bool is_own(const rk_reader *r, const rk_term *t) {
    const rk_term *v = t->kid[0];
    for (size_t i = 0; v->op == RK_T_VAR && i < t->nvars; i++)
        if (t->vars[i] == v->var)
            return r->checked->vars[v->var].set == RK_SET_REAL;
    return false;
}

const rk_mx *rk_read_jrank(rk_reader *r, const rk_term *t) {
    if (is_own(r, t)) {
        const rk_mx *v = rk_read_matrix(r, t->kid[0]);
        return rk_mx_scalar(r->s, rk_sc_mul(r->scalars, v->rows, v->cols));
    }
    rk_differ d = {.r = r, .vars = t->vars, .nvars = t->nvars};
    d.moves = rk_calloc(r->checked->nterms + 1, 1);
    rk_derive_matrix(&d, t->kid[0]); /* what it needs for being defined is noted */
    const rk_mx *rank = rank_of(&d, t);
    if (rank == NULL) {
        d.failed = false;
        const rk_mx *j = partly_known(&d, t);
        if (j == NULL) {
            d.vars = t->vars;
            d.nvars = t->nvars;
            j = unknown(&d, t->kid[0], t, all_directions(&d), NULL);
        }
        if (rk_mx_is_zero(j))
            note_nothing(r, t);
        else if (is_unknown(j))
            rk_mxs_note_jacobian(r->s, &(rk_jacobian){.text = t, .matrix = j, .shape = true});
        rank = rk_mx_scalar(r->s, rk_mx_rank(r->s, j));
    }
    rk_free(d.moves);
    return rank;
}
