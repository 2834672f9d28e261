/* Norms of matrices as numbers. The norm 1 is the norm inf of the transpose. A factor leaves with
   its modulus, a vector has its length for norm 2, and where the norm of a matrix is known it is
   that number; every other norm is a quantity of its own. */
#include "rk_mx_inside.h"
#include "rk_mx_read_inside.h"

rk_sc rk_read_modulus(rk_reader *r, rk_sc c) {
    fmpq_t q;
    fmpq_init(q);
    bool rational = rk_sc_is_rational(r->scalars, c, q);
    fmpq_abs(q, q);
    rk_sc value = rational ? rk_sc_rational(r->scalars, q) : rk_read_function_of(r, RK_T_ABS, c);
    fmpq_clear(q);
    return value;
}

const rk_mx *rk_read_without_factor(rk_reader *r, const rk_mx *a, rk_sc *c) {
    fmpq_t q;
    rk_sc one = rk_sc_int(r->scalars, 1);
    *c = a->nwords > 0 ? a->word[0].coef : one;
    if (rk_sc_is_one(*c))
        return a;
    if (a->nwords == 1) {
        rk_word w = a->word[0];
        w.coef = one;
        return rk_mx_of_words(r->s, a->rows, a->cols, &w, 1);
    }
    fmpq_init(q);
    bool rational = rk_sc_is_rational(r->scalars, *c, q);
    fmpq_clear(q);
    if (!rational) {
        *c = one;
        return a;
    }
    return rk_mx_scale(r->s, rk_sc_div(r->scalars, one, *c), a);
}

/* All entries nonnegative and every row with the same sum: that sum; NULL: not known. */
static rk_sc row_sum(rk_reader *r, const rk_mx *a) {
    if (!rk_mx_is_nonnegative(r->s, a))
        return NULL;
    const rk_mx *ones = rk_read_ones(r, a->rows);
    const rk_mx *sums = rk_mx_mul(r->s, a, rk_read_ones(r, a->cols));
    if (sums->nwords != 1)
        return NULL;
    rk_sc c = sums->word[0].coef;
    return sums == rk_mx_scale(r->s, c, ones) ? c : NULL;
}

static bool is_isometry(rk_reader *r, const rk_mx *a) {
    const rk_mx *t = rk_mx_transpose(r->s, a);
    return rk_mx_is_eye(rk_mx_mul(r->s, t, a)) || rk_mx_is_eye(rk_mx_mul(r->s, a, t));
}

static bool is_vector(const rk_mx *a) {
    return rk_sc_is_one(a->rows) || rk_sc_is_one(a->cols);
}

/* The matrix without factors that change no length (norm 2), no order of rows or columns (inf). */
static const rk_mx *without_isometries(rk_reader *r, rk_norm_kind kind, const rk_mx *a) {
    unsigned prop = kind == RK_NORM_INF ? RK_PROP_PERMUTATION : RK_PROP_ORTHOGONAL;
    for (int side = 0; side < 2; side++) {
        while (a->nwords > 0 && a->word[0].length > 0) {
            const rk_word *w = &a->word[0];
            rk_letter l = w->letter[side ? w->length - 1 : 0];
            if (!(l.leaf->props & prop) || l.inverted)
                break;
            const rk_mx *t = rk_mx_of_letter(r->s, rk_letter_transpose(r->s, l));
            const rk_mx *rest = side ? rk_mx_mul(r->s, a, t) : rk_mx_mul(r->s, t, a);
            if (rest->weight >= a->weight)
                break;
            a = rest;
        }
    }
    return a;
}

static rk_sc frobenius(rk_reader *r, const rk_mx *a) {
    rk_sc square = rk_read_entries_product(r, a, a);
    rk_sc root = rk_read_function_of(r, RK_T_SQRT, square);
    const rk_quantity *q = rk_sc_whole_quantity(r->scalars, root);
    if (q != NULL && q->op == RK_T_SQRT && q->nargs == 1 && q->arg[0] == square)
        rk_sc_know_root(r->scalars, q, a);
    return root;
}

static rk_sc quantity(rk_reader *r, rk_norm_kind kind, const rk_mx *a) {
    const rk_mx *t = rk_mx_transpose(r->s, a);
    bool turn = kind == RK_NORM_TWO && rk_mx_compare(r->s, t, a) < 0;
    rk_quantity q = {.kind = RK_Q_OF_TERM, .mx = {turn ? t : a}, .nmx = 1, .nonneg = true};
    q.op = kind == RK_NORM_TWO ? RK_T_NORM_2 : RK_T_NORM_INF;
    return rk_sc_quantity(r->scalars, &q);
}

/* G where a == G*G'; NULL where the word does not show it. */
static const rk_mx *gram_factor(rk_reader *r, const rk_mx *a) {
    if (rk_mx_is_grid(a) || a->nwords != 1 || a->word[0].length < 2 || a->word[0].length % 2 != 0)
        return NULL;
    const rk_mx *left, *right;
    rk_mx_split(r->s, a, a->word[0].length / 2, &left, &right);
    return rk_mx_transpose(r->s, right) == left ? left : NULL;
}

rk_sc rk_reader_norm(rk_reader *r, rk_norm_kind kind, const rk_mx *a) {
    if (rk_mx_is_zero(a))
        return rk_sc_int(r->scalars, 0);
    if (rk_read_is_number(a))
        return rk_read_modulus(r, rk_mx_value(r->s, a));
    rk_sc c;
    const rk_mx *rest = rk_read_without_factor(r, a, &c);
    if (rest != a)
        return rk_sc_mul(r->scalars, rk_read_modulus(r, c), rk_reader_norm(r, kind, rest));
    rest = without_isometries(r, kind, a);
    if (rest != a)
        return rk_reader_norm(r, kind, rest);
    if (kind == RK_NORM_FRO || (kind == RK_NORM_TWO && is_vector(a)))
        return frobenius(r, a);
    if (kind == RK_NORM_TWO && is_isometry(r, a))
        return rk_sc_int(r->scalars, 1);
    const rk_mx *factor = kind == RK_NORM_TWO ? gram_factor(r, a) : NULL;
    if (factor != NULL) { /* norm(G*G', 2) == norm(G, 2)^2 */
        rk_sc root = rk_reader_norm(r, kind, factor);
        return rk_sc_mul(r->scalars, root, root);
    }
    rk_sc known = kind == RK_NORM_INF ? row_sum(r, a) : NULL;
    return known ? known : quantity(r, kind, a);
}

/* --- terms ---------------------------------------------------------------------------------- */

size_t rk_reader_nnorms(const rk_reader *r) {
    return r->nnorms;
}

const rk_norm *rk_reader_norm_read(const rk_reader *r, size_t i) {
    return &r->norm[i];
}

/* The value of a norm in the text, which is noted. */
static rk_sc noted(rk_reader *r, rk_norm_kind kind, const rk_mx *a) {
    enum { MOST_NORMS = 24 };
    bool old = r->nnorms == MOST_NORMS || !rk_read_sure(r);
    for (size_t i = 0; i < r->nnorms && !old; i++)
        old = r->norm[i].kind == kind && r->norm[i].mx == a;
    if (!old) {
        rk_grow(&r->norm, &r->cap_norms, r->nnorms + 1, sizeof *r->norm);
        r->norm[r->nnorms++] = (rk_norm){kind, a};
    }
    return rk_reader_norm(r, kind, a);
}

const rk_mx *rk_read_norm(rk_reader *r, const rk_term *t) {
    const rk_mx *a = rk_read_matrix(r, t->kid[0]);
    rk_sc value;
    switch (t->op) {
    case RK_T_NORM_1:
        value = noted(r, RK_NORM_INF, rk_mx_transpose(r->s, a));
        break;
    case RK_T_NORM_INF:
        value = noted(r, RK_NORM_INF, a);
        break;
    case RK_T_NORM_1INF:
        value = rk_sc_mul(r->scalars, noted(r, RK_NORM_INF, rk_mx_transpose(r->s, a)),
                          noted(r, RK_NORM_INF, a));
        value = rk_read_function_of(r, RK_T_SQRT, value);
        break;
    case RK_T_NORM_FRO:
        value = noted(r, RK_NORM_FRO, a);
        break;
    default:
        value = noted(r, RK_NORM_TWO, a);
    }
    return rk_mx_scalar(r->s, value);
}

/* --- singular values and eigenvalues --------------------------------------------------------- */

size_t rk_reader_nmeasures(const rk_reader *r) {
    return r->nmeasures;
}

const rk_measure *rk_reader_measure(const rk_reader *r, size_t i) {
    return &r->measure[i];
}

static void note_measure(rk_reader *r, const rk_measure *m) {
    enum { MOST_MEASURES = 16 };
    if (r->nmeasures == MOST_MEASURES || !rk_read_sure(r))
        return;
    for (size_t i = 0; i < r->nmeasures; i++)
        if (r->measure[i].value == m->value && r->measure[i].mx == m->mx)
            return;
    rk_grow(&r->measure, &r->cap_measures, r->nmeasures + 1, sizeof *r->measure);
    r->measure[r->nmeasures++] = *m;
}

const rk_mx *rk_read_spectral(rk_reader *r, const rk_term *t) {
    rk_measure m = {.op = t->op, .mx = rk_read_matrix(r, t->kid[0])};
    if (t->ival[0] != NULL)
        m.place = rk_read_size(r, t->ival[0]);
    if (t->op == RK_T_SIGMA && rk_sc_is_one(m.place))
        return rk_mx_scalar(r->s, noted(r, RK_NORM_TWO, m.mx));
    const rk_mx *value = rk_read_measure(r, t);
    m.value = rk_mx_value(r->s, value);
    note_measure(r, &m);
    return value;
}
