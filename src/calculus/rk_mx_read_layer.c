/* The parts of transformers written out, and entrywise functions. */
#include "rk_mx_read_inside.h"

/* --- normalisations ------------------------------------------------------------------------- */

static rk_sc reciprocal(rk_reader *r, rk_sc a) {
    return rk_sc_div(r->scalars, rk_sc_int(r->scalars, 1), a);
}

static rk_sc eps_of(rk_reader *r, const rk_term *t, size_t kid) {
    return t->nkids > kid ? rk_read_value(r, t->kid[kid]) : rk_sc_int(r->scalars, 0);
}

/* X - X*1*1'/d is X times the centring projector. */
static const rk_mx *centred(rk_reader *r, const rk_mx *x) {
    return rk_read_product(r, x, rk_mx_center(r->s, rk_mx_eye(r->s, x->cols)));
}

static const rk_mx *centred_tokens(rk_reader *r, const rk_mx *x) {
    return rk_read_product(r, rk_mx_center_tokens(r->s, rk_mx_eye(r->s, x->rows)), x);
}

const rk_mx *rk_read_layernorm(rk_reader *r, const rk_term *t) {
    const rk_mx *c = centred(r, rk_read_matrix(r, t->kid[0]));
    const rk_mx *gain = rk_mx_diag(r->s, rk_read_matrix(r, t->kid[1]));
    const rk_mx *bias = rk_mx_transpose(r->s, rk_read_matrix(r, t->kid[2]));
    const rk_mx *scaled = rk_read_product(r, rk_mx_scales(r->s, c, eps_of(r, t, 3)), c);
    return rk_read_total(r, rk_read_product(r, scaled, gain),
                         rk_read_product(r, rk_read_ones(r, c->rows), bias));
}

const rk_mx *rk_read_rmsnorm(rk_reader *r, const rk_term *t) {
    const rk_mx *x = rk_read_matrix(r, t->kid[0]);
    const rk_mx *gain = rk_mx_diag(r->s, rk_read_matrix(r, t->kid[1]));
    const rk_mx *scaled = rk_read_product(r, rk_mx_scales(r->s, x, eps_of(r, t, 2)), x);
    return rk_read_product(r, scaled, gain);
}

const rk_mx *rk_read_batchnorm(rk_reader *r, const rk_term *t) {
    const rk_mx *c = centred_tokens(r, rk_read_matrix(r, t->kid[0]));
    return rk_read_product(r, c, rk_mx_scales(r->s, rk_mx_transpose(r->s, c), eps_of(r, t, 1)));
}

const rk_mx *rk_read_center(rk_reader *r, const rk_term *t) {
    return centred(r, rk_read_matrix(r, t->kid[0]));
}

const rk_mx *rk_read_center_tokens(rk_reader *r, const rk_term *t) {
    return centred_tokens(r, rk_read_matrix(r, t->kid[0]));
}

const rk_mx *rk_read_softmax(rk_reader *r, const rk_term *t) {
    const rk_mx *mask = t->nkids > 1 ? rk_read_matrix(r, t->kid[1]) : NULL;
    return rk_mx_softmax(r->s, rk_read_matrix(r, t->kid[0]), mask);
}

/* --- functions of a number ------------------------------------------------------------------ */

static rk_sc half(rk_reader *r) {
    return reciprocal(r, rk_sc_int(r->scalars, 2));
}

/* f(0), NULL where it is undefined. */
static rk_sc at_zero(rk_reader *r, rk_op op) {
    switch (op) {
    case RK_T_EXP:
        return rk_sc_int(r->scalars, 1);
    case RK_T_SIGMOID:
        return half(r);
    case RK_T_LOG:
        return NULL;
    default:
        return rk_sc_int(r->scalars, 0);
    }
}

static rk_sc rational_root(rk_reader *r, rk_sc v) {
    fmpq_t q;
    fmpq_init(q);
    rk_sc root = NULL;
    if (rk_sc_is_rational(r->scalars, v, q) && fmpz_is_square(fmpq_numref(q)) &&
        fmpz_is_square(fmpq_denref(q))) {
        fmpz_sqrt(fmpq_numref(q), fmpq_numref(q));
        fmpz_sqrt(fmpq_denref(q), fmpq_denref(q));
        root = rk_sc_rational(r->scalars, q);
    }
    fmpq_clear(q);
    return root;
}

/* Where the sign of v is known; NULL elsewhere. */
static rk_sc by_sign(rk_reader *r, rk_op op, rk_sc v) {
    bool positive = rk_sc_is_positive(r->scalars, v);
    rk_sc minus = rk_sc_sub(r->scalars, rk_sc_int(r->scalars, 0), v);
    bool negative = !positive && rk_sc_is_positive(r->scalars, minus);
    if (op == RK_T_RELU && rk_sc_at_least(r->scalars, v, 0))
        return v;
    if (op == RK_T_RELU && rk_sc_at_least(r->scalars, minus, 0))
        return rk_sc_int(r->scalars, 0);
    if (op == RK_T_ABS && rk_sc_at_least(r->scalars, v, 0))
        return v;
    if (op == RK_T_ABS && negative)
        return minus;
    if (op == RK_T_SIGN && (positive || negative))
        return rk_sc_int(r->scalars, positive ? 1 : -1);
    return NULL;
}

rk_sc rk_read_function_of(rk_reader *r, rk_op op, rk_sc v) {
    rk_sc known = rk_sc_is_zero(v) ? at_zero(r, op) : by_sign(r, op, v);
    known = !known && op == RK_T_SQRT ? rational_root(r, v) : known;
    known = !known && op == RK_T_LOG && rk_sc_is_one(v) ? rk_sc_int(r->scalars, 0) : known;
    if (known)
        return known;
    rk_sc minus = rk_sc_sub(r->scalars, rk_sc_int(r->scalars, 0), v);
    if (op == RK_T_ABS && rk_sc_compare(r->scalars, v, minus) < 0) /* one of both has the name */
        v = minus;
    rk_quantity q = {.kind = RK_Q_OF_TERM, .op = op, .arg = &v, .nargs = 1};
    bool positive = rk_sc_is_positive(r->scalars, v);
    q.positive = op == RK_T_EXP || op == RK_T_SIGMOID || (op == RK_T_SQRT && positive);
    q.nonneg = q.positive || op == RK_T_SQRT || op == RK_T_ABS || op == RK_T_RELU;
    q.nonzero = q.positive || (op == RK_T_ABS && rk_sc_is_nonzero(r->scalars, v));
    return rk_sc_quantity(r->scalars, &q);
}

/* --- functions of every entry --------------------------------------------------------------- */

static const rk_mx *entrywise(rk_reader *r, rk_op op, const rk_mx *a);

static const rk_mx *of_cells(rk_reader *r, rk_op op, const rk_mx *a) {
    size_t n = a->grid_rows * a->grid_cols;
    const rk_mx **cell = rk_arena_alloc(r->arena, n * sizeof *cell);
    for (size_t i = 0; i < n; i++)
        cell[i] = entrywise(r, op, a->cell[i]);
    return rk_mx_grid(r->s, a->grid_rows, a->grid_cols, cell);
}

/* f of the zero matrix, NULL where it is undefined. */
static const rk_mx *of_zeros(rk_reader *r, rk_op op, const rk_mx *a) {
    rk_sc value = at_zero(r, op);
    return value ? rk_mx_scale(r->s, value, rk_mx_ones(r->s, a->rows, a->cols)) : NULL;
}

/* a = b*1' where every word ends in a row of ones: f(a) = f(b)*1'. */
static const rk_mx *of_equal_columns(rk_reader *r, rk_op op, const rk_mx *a) {
    for (size_t i = 0; i < a->nwords; i++) {
        const rk_word *w = &a->word[i];
        const rk_letter *last = w->length ? &w->letter[w->length - 1] : NULL;
        if (last == NULL || last->leaf->kind != RK_L_ONES || !last->transposed)
            return NULL;
    }
    const rk_mx *ones = rk_read_ones(r, a->cols);
    const rk_mx *column = rk_mx_mul(r->s, a, rk_mx_scale(r->s, reciprocal(r, a->cols), ones));
    return rk_mx_mul(r->s, entrywise(r, op, column), rk_mx_transpose(r->s, ones));
}

/* A permutation that stands at the left (right) end and leaves a lighter matrix when it is taken
   out. */

static bool lighter(const rk_mx *a, const rk_mx *b) {
    return a->nwords > 0 && a->weight < b->weight;
}

static const rk_mx *without_left(rk_reader *r, const rk_mx *a, const rk_mx **factor) {
    for (size_t i = 0; i < a->nwords; i++) {
        const rk_letter *l = a->word[i].letter;
        if (a->word[i].length == 0 || !(l->leaf->props & RK_PROP_PERMUTATION))
            continue;
        const rk_mx *f = rk_mx_of_letter(r->s, *l);
        const rk_mx *rest = rk_mx_mul(r->s, rk_mx_transpose(r->s, f), a);
        if (lighter(rest, a)) {
            *factor = f;
            return rest;
        }
    }
    return NULL;
}

static const rk_mx *without_right(rk_reader *r, const rk_mx *a, const rk_mx **factor) {
    const rk_mx *rest = without_left(r, rk_mx_transpose(r->s, a), factor);
    if (rest == NULL)
        return NULL;
    *factor = rk_mx_transpose(r->s, *factor);
    return rk_mx_transpose(r->s, rest);
}

/* Functions commute with what moves entries about. */
static const rk_mx *of_moved(rk_reader *r, rk_op op, const rk_mx *a) {
    const rk_mx *factor, *rest = without_left(r, a, &factor);
    if (rest)
        return rk_mx_mul(r->s, factor, entrywise(r, op, rest));
    rest = without_right(r, a, &factor);
    return rest ? rk_mx_mul(r->s, entrywise(r, op, rest), factor) : NULL;
}

static const rk_mx *of_loop(rk_reader *r, rk_op op, const rk_mx *a) {
    if (a->nwords != 1 || a->word[0].length != 1 || a->word[0].letter[0].transposed)
        return NULL;
    const rk_leaf *l = a->word[0].letter[0].leaf;
    if (l->kind != RK_L_HCAT && l->kind != RK_L_VCAT)
        return NULL;
    const rk_mx *body = entrywise(r, op, rk_mx_scale(r->s, a->word[0].coef, l->arg[0]));
    return rk_mx_loop(r->s, l->kind, l->sym, l->index[0], l->index[1], body);
}

/* relu(c*A) = c*relu(A) and abs(c*A) = c*abs(A) for positive c, sign(c*A) = sign(A); of others
   abs(c)*abs(A). */
static const rk_mx *of_multiple(rk_reader *r, rk_op op, const rk_mx *a) {
    if (op != RK_T_RELU && op != RK_T_ABS && op != RK_T_SIGN)
        return NULL;
    rk_sc c = a->word[0].coef;
    if (rk_sc_is_one(c))
        return NULL;
    if (rk_sc_is_positive(r->scalars, c)) {
        const rk_mx *image = entrywise(r, op, rk_mx_scale(r->s, reciprocal(r, c), a));
        return op == RK_T_SIGN ? image : rk_mx_scale(r->s, c, image);
    }
    const rk_mx *rest = op == RK_T_ABS ? rk_read_without_factor(r, a, &c) : a;
    return rest == a ? NULL : rk_mx_scale(r->s, rk_read_modulus(r, c), entrywise(r, op, rest));
}

static const rk_mx *opaque_entrywise(rk_reader *r, rk_op op, const rk_mx *a) {
    const rk_mx *t = rk_mx_transpose(r->s, a);
    bool turn = rk_mx_compare(r->s, t, a) < 0;
    a = turn ? t : a;
    rk_leaf leaf = {.kind = RK_L_FUNCTION, .op = op, .rows = a->rows, .cols = a->cols, .arg = {a}};
    if (op == RK_T_EXP || op == RK_T_SIGMOID)
        leaf.props = RK_PROP_POSITIVE | RK_PROP_NOT_ZERO;
    if (op == RK_T_ABS || op == RK_T_RELU)
        leaf.props = RK_PROP_NONNEGATIVE;
    const rk_mx *f = rk_mx_of_leaf(r->s, rk_mx_leaf(r->s, &leaf));
    return turn ? rk_mx_transpose(r->s, f) : f;
}

static const rk_mx *entrywise(rk_reader *r, rk_op op, const rk_mx *a) {
    if (rk_read_is_number(a))
        return rk_mx_scalar(r->s, rk_read_function_of(r, op, rk_mx_value(r->s, a)));
    if (rk_mx_is_grid(a))
        return of_cells(r, op, a);
    const rk_mx *f = NULL;
    if (rk_mx_is_zero(a)) {
        f = of_zeros(r, op, a);
        return f ? f : opaque_entrywise(r, op, a);
    }
    f = of_equal_columns(r, op, a);
    if (!f && (f = of_equal_columns(r, op, rk_mx_transpose(r->s, a))))
        f = rk_mx_transpose(r->s, f);
    f = f ? f : of_moved(r, op, a);
    f = f ? f : of_loop(r, op, a);
    f = f ? f : of_multiple(r, op, a);
    return f ? f : opaque_entrywise(r, op, a);
}

const rk_mx *rk_reader_abs(rk_reader *r, const rk_mx *a) {
    return entrywise(r, RK_T_ABS, a);
}

const rk_mx *rk_read_entrywise(rk_reader *r, const rk_term *t) {
    return entrywise(r, t->op, rk_read_matrix(r, t->kid[0]));
}
