#include "rk_mx_derive.h"

enum { MOST_POWER = 6, MOST_MEMBERS = 8 };

static bool is_listed(const rk_differ *d, unsigned var) {
    for (size_t i = 0; i < d->nvars; i++)
        if (d->vars[i] == var)
            return true;
    return false;
}

/* Does the text mention a listed variable? */
bool rk_derive_moves(rk_differ *d, const rk_term *t) {
    if (d->moves[t->id] == 0) {
        bool any = t->op == RK_T_VAR && is_listed(d, t->var);
        for (size_t i = 0; i < t->nkids && !any; i++)
            any = rk_derive_moves(d, t->kid[i]);
        d->moves[t->id] = any ? 2 : 1;
    }
    return d->moves[t->id] == 2;
}

/* --- sums of terms -------------------------------------------------------------------------- */

static void put(rk_differ *d, rk_dsum *sum, const rk_dterm *term) {
    if (rk_mx_is_zero(term->left) || rk_mx_is_zero(term->right))
        return;
    if (sum->n == RK_DERIVE_TERMS)
        d->failed = true;
    else
        sum->term[sum->n++] = *term;
}

void rk_derive_put_all(rk_differ *d, rk_dsum *sum, const rk_dsum *from) {
    for (size_t i = 0; i < from->n; i++)
        put(d, sum, &from->term[i]);
}

static void times_left(rk_differ *d, const rk_mx *a, rk_dsum *sum) {
    for (size_t i = 0; i < sum->n; i++)
        sum->term[i].left = rk_mx_mul(d->r->s, a, sum->term[i].left);
}

void rk_derive_times_right(rk_differ *d, rk_dsum *sum, const rk_mx *b) {
    for (size_t i = 0; i < sum->n; i++)
        sum->term[i].right = rk_mx_mul(d->r->s, sum->term[i].right, b);
}

static void times_number(rk_differ *d, rk_sc c, rk_dsum *sum) {
    for (size_t i = 0; i < sum->n; i++)
        sum->term[i].left = rk_mx_scale(d->r->s, c, sum->term[i].left);
}

static void turn(rk_differ *d, rk_dsum *sum) {
    for (size_t i = 0; i < sum->n; i++) {
        rk_dterm *t = &sum->term[i];
        const rk_mx *left = t->left;
        t->left = rk_mx_transpose(d->r->s, t->right);
        t->right = rk_mx_transpose(d->r->s, left);
        t->flipped = !t->flipped;
    }
}

/* --- the rules ------------------------------------------------------------------------------ */

static const rk_mx *eye(rk_differ *d, rk_sc n) {
    return rk_mx_eye(d->r->s, n);
}

const rk_mx *rk_derive_matrix(rk_differ *d, const rk_term *t) {
    return rk_read_matrix(d->r, t);
}

/* Directions are all matrices, or those whose rows sum to 0: dV = dY*P with the projector P. */
static void derive_variable(rk_differ *d, const rk_term *t, rk_dsum *out) {
    rk_sc rows = rk_read_size(d->r, t->rows), cols = rk_read_size(d->r, t->cols);
    rk_dterm term = {.var = t->var, .left = eye(d, rows), .right = eye(d, cols)};
    term.member = t->ival[0] ? rk_read_size(d->r, t->ival[0]) : NULL;
    switch (d->r->checked->vars[t->var].set) {
    case RK_SET_REAL:
    case RK_SET_POSITIVE:
    case RK_SET_NONNEGATIVE:
    case RK_SET_NONZERO:
    case RK_SET_INVERTIBLE:
        break;
    case RK_SET_STOCHASTIC:
    case RK_SET_ATTENTION:
        term.right = rk_mx_center(d->r->s, term.right);
        break;
    case RK_SET_INTEGER:
    case RK_SET_PERMUTATION:
        return;
    default:
        d->failed = true;
        return;
    }
    put(d, out, &term);
}

static void derive_sum(rk_differ *d, const rk_term *t, rk_dsum *out) {
    rk_dsum second = {.n = 0};
    rk_derive(d, t->kid[0], out);
    rk_derive(d, t->kid[1], &second);
    if (t->op == RK_T_SUB)
        times_number(d, rk_sc_int(d->r->scalars, -1), &second);
    rk_derive_put_all(d, out, &second);
}

static void derive_product(rk_differ *d, const rk_term *t, rk_dsum *out) {
    rk_dsum second = {.n = 0};
    rk_derive(d, t->kid[0], out);
    if (out->n > 0)
        rk_derive_times_right(d, out, rk_derive_matrix(d, t->kid[1]));
    rk_derive(d, t->kid[1], &second);
    if (second.n > 0)
        times_left(d, rk_derive_matrix(d, t->kid[0]), &second);
    rk_derive_put_all(d, out, &second);
}

/* A number that moves times a row or column is a product of matrices. */
static void derive_scale(rk_differ *d, const rk_term *t, rk_dsum *out) {
    rk_dsum second = {.n = 0};
    rk_derive(d, t->kid[0], out);
    if (out->n > 0) {
        const rk_mx *a = rk_derive_matrix(d, t->kid[1]);
        if (rk_sc_is_one(a->cols))
            times_left(d, a, out);
        else if (rk_sc_is_one(a->rows))
            rk_derive_times_right(d, out, a);
        else
            d->failed = true;
    }
    rk_derive(d, t->kid[1], &second);
    if (second.n > 0)
        times_number(d, rk_read_value(d->r, t->kid[0]), &second);
    rk_derive_put_all(d, out, &second);
}

static void derive_quotient(rk_differ *d, const rk_term *t, rk_dsum *out) {
    rk_sc v = rk_read_value(d->r, t->kid[1]);
    d->failed |= rk_derive_moves(d, t->kid[1]) || rk_sc_is_zero(v) || !rk_read_sure(d->r);
    if (d->failed)
        return;
    rk_derive_matrix(d, t);
    rk_derive(d, t->kid[0], out);
    times_number(d, rk_sc_div(d->r->scalars, rk_sc_int(d->r->scalars, 1), v), out);
}

static void derive_inverse(rk_differ *d, const rk_term *t, rk_dsum *out) {
    const rk_mx *inverse = rk_derive_matrix(d, t);
    rk_derive(d, t->kid[0], out);
    times_left(d, inverse, out);
    rk_derive_times_right(d, out, inverse);
    times_number(d, rk_sc_int(d->r->scalars, -1), out);
}

/* Sum of A^i * dA * A^(k - 1 - i). */
static void derive_power(rk_differ *d, const rk_term *t, rk_dsum *out) {
    int64_t k;
    rk_sc exponent = rk_read_size(d->r, t->ival[0]);
    if (!rk_sc_is_int(d->r->scalars, exponent, &k) || k < 0 || k > MOST_POWER) {
        d->failed = true;
        return;
    }
    const rk_mx *a = rk_derive_matrix(d, t->kid[0]);
    for (int64_t i = 0; i < k; i++) {
        rk_dsum part = {.n = 0};
        rk_derive(d, t->kid[0], &part);
        times_left(d, rk_mx_power(d->r->s, a, rk_sc_int(d->r->scalars, i)), &part);
        rk_derive_times_right(d, &part,
                              rk_mx_power(d->r->s, a, rk_sc_int(d->r->scalars, k - 1 - i)));
        rk_derive_put_all(d, out, &part);
    }
}

const rk_mx *rk_derive_projector(rk_differ *d, rk_sc n) {
    return rk_mx_center(d->r->s, eye(d, n));
}

static void derive_linear(rk_differ *d, const rk_term *t, rk_dsum *out) {
    const rk_term *kid = t->kid[0];
    rk_sc rows = rk_read_size(d->r, kid->rows), cols = rk_read_size(d->r, kid->cols);
    rk_derive(d, kid, out);
    switch (t->op) {
    case RK_T_NEG:
        times_number(d, rk_sc_int(d->r->scalars, -1), out);
        break;
    case RK_T_TRANSPOSE:
        turn(d, out);
        break;
    case RK_T_CENTER:
        rk_derive_times_right(d, out, rk_derive_projector(d, cols));
        break;
    case RK_T_CENTER_TOKENS:
        times_left(d, rk_derive_projector(d, rows), out);
        break;
    default: /* the sum of all entries */
        times_left(d, rk_mx_transpose(d->r->s, rk_read_ones(d->r, rows)), out);
        rk_derive_times_right(d, out, rk_read_ones(d->r, cols));
    }
}

/* A row, column or entry, of which the text says that it is there. */
static void derive_place(rk_differ *d, const rk_term *t, rk_dsum *out) {
    const rk_term *kid = t->kid[0];
    rk_sc rows = rk_read_size(d->r, kid->rows), cols = rk_read_size(d->r, kid->cols);
    rk_sc at[2] = {rk_read_size(d->r, t->ival[0]), NULL};
    at[1] = t->op == RK_T_ENTRY ? rk_read_size(d->r, t->ival[1]) : at[0];
    bool row = t->op != RK_T_COL, col = t->op != RK_T_ROW;
    d->failed |= !rk_read_sure(d->r);
    if (d->failed)
        return;
    rk_derive(d, kid, out);
    if (row && !rk_sc_is_one(rows))
        times_left(d, rk_mx_transpose(d->r->s, rk_mx_unit(d->r->s, rows, at[0])), out);
    if (col && !rk_sc_is_one(cols))
        rk_derive_times_right(d, out, rk_mx_unit(d->r->s, cols, at[1]));
}

/* --- blocks and loops ----------------------------------------------------------------------- */

/* The identity beside zeros that takes block `at` of the kids out of a row of blocks. */
static const rk_mx *selector(rk_differ *d, const rk_term *t, size_t at, bool beside) {
    const rk_mx **cell = rk_arena_alloc(d->r->arena, t->nkids * sizeof *cell);
    rk_sc own = rk_read_size(d->r, beside ? t->kid[at]->cols : t->kid[at]->rows);
    for (size_t i = 0; i < t->nkids; i++) {
        rk_sc size = rk_read_size(d->r, beside ? t->kid[i]->cols : t->kid[i]->rows);
        cell[i] = i == at ? eye(d, own) : rk_mx_zero(d->r->s, own, size);
    }
    return t->nkids == 1 ? cell[0] : rk_mx_grid(d->r->s, 1, t->nkids, cell);
}

static void derive_blocks(rk_differ *d, const rk_term *t, rk_dsum *out) {
    bool beside = t->op == RK_T_HCAT;
    for (size_t i = 0; i < t->nkids && !d->failed; i++) {
        rk_dsum part = {.n = 0};
        rk_derive(d, t->kid[i], &part);
        if (part.n == 0)
            continue;
        const rk_mx *place = selector(d, t, i, beside);
        if (beside)
            rk_derive_times_right(d, &part, place);
        else
            times_left(d, rk_mx_transpose(d->r->s, place), &part);
        rk_derive_put_all(d, out, &part);
    }
}

static rk_sc in_range(rk_differ *d, const rk_read_range *l, int64_t i) {
    return rk_sc_add(d->r->scalars, l->low, rk_sc_int(d->r->scalars, i));
}

static rk_dterm with_index(rk_differ *d, rk_dterm t, unsigned sym, rk_sc value) {
    t.left = rk_mx_put_sym(d->r->s, t.left, sym, value);
    t.right = rk_mx_put_sym(d->r->s, t.right, sym, value);
    if (t.member != NULL)
        t.member = rk_sc_put(d->r->scalars, t.member, sym, value);
    for (size_t i = 0; i < t.nranges; i++) {
        t.range[i].low = rk_sc_put(d->r->scalars, t.range[i].low, sym, value);
        t.range[i].high = rk_sc_put(d->r->scalars, t.range[i].high, sym, value);
    }
    return t;
}

/* Closes the loop over the terms of its body. */
static void over_range(rk_differ *d, const rk_read_range *l, const rk_dsum *body, rk_dsum *out) {
    for (size_t i = 0; i < body->n && !d->failed; i++) {
        rk_dterm term = body->term[i];
        if (l->count >= 0 && l->count <= MOST_MEMBERS) {
            for (int64_t k = 0; k < l->count; k++) {
                rk_dterm one = with_index(d, term, l->sym, in_range(d, l, k));
                put(d, out, &one);
            }
            continue;
        }
        d->failed |= term.nranges == 2;
        if (d->failed)
            return;
        term.range[term.nranges++] = (rk_drange){l->sym, l->low, l->high};
        put(d, out, &term);
    }
}

/* Row of blocks number h, as a product: the unit column of h by the identity. */
static const rk_mx *place_of(rk_differ *d, const rk_read_range *l, rk_sc size) {
    rk_scalars *sc = d->r->scalars;
    rk_sc one = rk_sc_int(sc, 1), before = rk_sc_sub(sc, l->low, one);
    const rk_mx *unit = rk_mx_unit(d->r->s, rk_sc_sub(sc, l->high, before),
                                   rk_sc_sub(sc, rk_sc_sym(sc, l->sym), before));
    return rk_mx_kron(d->r->s, unit, eye(d, size));
}

static void derive_loop(rk_differ *d, const rk_term *t, rk_dsum *out) {
    const rk_term *body = t->kid[t->nkids - 1];
    rk_dsum sum = {.n = 0};
    rk_read_range l = rk_read_open_range(d->r, t);
    rk_derive(d, body, &sum);
    rk_sc rows = rk_read_size(d->r, body->rows), cols = rk_read_size(d->r, body->cols);
    bool sizes =
        rk_sc_mentions(d->r->scalars, rows, l.sym) || rk_sc_mentions(d->r->scalars, cols, l.sym);
    rk_read_close_range(d->r, &l);
    d->failed |= sizes || (t->op != RK_T_LOOP_SUM && !l.runs);
    if (d->failed)
        return;
    if (t->op == RK_T_LOOP_HCAT)
        rk_derive_times_right(d, &sum, rk_mx_transpose(d->r->s, place_of(d, &l, cols)));
    if (t->op == RK_T_LOOP_VCAT)
        times_left(d, place_of(d, &l, rows), &sum);
    over_range(d, &l, &sum, out);
}

typedef void derive_fn(rk_differ *d, const rk_term *t, rk_dsum *out);

static derive_fn *const rules[RK_T_COUNT] = {
    [RK_T_VAR] = derive_variable,
    [RK_T_ADD] = derive_sum,
    [RK_T_SUB] = derive_sum,
    [RK_T_NEG] = derive_linear,
    [RK_T_MUL] = derive_product,
    [RK_T_SCALE] = derive_scale,
    [RK_T_DIV] = derive_quotient,
    [RK_T_TRANSPOSE] = derive_linear,
    [RK_T_POWER] = derive_power,
    [RK_T_INV] = derive_inverse,
    [RK_T_CENTER] = derive_linear,
    [RK_T_CENTER_TOKENS] = derive_linear,
    [RK_T_SUM_ENTRIES] = derive_linear,
    [RK_T_ENTRY] = derive_place,
    [RK_T_ROW] = derive_place,
    [RK_T_COL] = derive_place,
    [RK_T_HCAT] = derive_blocks,
    [RK_T_VCAT] = derive_blocks,
    [RK_T_LOOP_SUM] = derive_loop,
    [RK_T_LOOP_HCAT] = derive_loop,
    [RK_T_LOOP_VCAT] = derive_loop,
};

void rk_derive(rk_differ *d, const rk_term *t, rk_dsum *out) {
    if (d->failed || !rk_derive_moves(d, t))
        return;
    if (rules[t->op] == NULL)
        d->failed = true;
    else
        rules[t->op](d, t, out);
}
