#include "vf_entry.h"

const vf_entry *vf_entry_of(const vf_number *value) {
    vf_entry *made = vf_alloc(sizeof *made);
    made->value = value;
    return made;
}

const vf_entry *vf_entry_int(long value) {
    return vf_entry_of(vf_num_int(value));
}

static const vf_number *slope(const vf_entry *a, size_t k) {
    return a != NULL && a->n > 0 ? a->slope[k] : vf_num_zero();
}

const vf_entry *vf_entry_chain(const vf_number *value, const vf_entry *a, const vf_number *by_a,
                               const vf_entry *b, const vf_number *by_b) {
    vf_entry *made = vf_alloc(sizeof *made);
    made->value = value;
    made->n = a->n > 0 ? a->n : b != NULL ? b->n : 0;
    if (made->n > 0)
        made->slope = vf_alloc(made->n * sizeof *made->slope);
    for (size_t k = 0; k < made->n; k++) {
        const vf_number *x[] = {slope(a, k), slope(b, k)}, *y[] = {by_a, by_b};
        made->slope[k] = vf_num_dot(x, y, b != NULL ? 2 : 1);
    }
    return made;
}

const vf_entry *vf_entry_add(const vf_entry *a, const vf_entry *b) {
    const vf_number *unit = vf_num_int(1);
    return vf_entry_chain(vf_num_add(a->value, b->value), a, unit, b, unit);
}

const vf_entry *vf_entry_sub(const vf_entry *a, const vf_entry *b) {
    return vf_entry_chain(vf_num_sub(a->value, b->value), a, vf_num_int(1), b, vf_num_int(-1));
}

const vf_entry *vf_entry_neg(const vf_entry *a) {
    return vf_entry_chain(vf_num_neg(a->value), a, vf_num_int(-1), NULL, NULL);
}

const vf_entry *vf_entry_mul(const vf_entry *a, const vf_entry *b) {
    return vf_entry_chain(vf_num_mul(a->value, b->value), a, b->value, b, a->value);
}

const vf_entry *vf_entry_dot(const vf_entry *const *a, const vf_entry *const *b, size_t n) {
    const vf_number **x = vf_alloc((n + 1) * sizeof *x), **y = vf_alloc((n + 1) * sizeof *y);
    bool moves = false;
    for (size_t k = 0; k < n; k++) {
        x[k] = a[k]->value;
        y[k] = b[k]->value;
        moves = moves || a[k]->n > 0 || b[k]->n > 0;
    }
    if (!moves)
        return vf_entry_of(vf_num_dot(x, y, n));
    const vf_entry *sum = vf_entry_mul(a[0], b[0]);
    for (size_t k = 1; k < n; k++)
        sum = vf_entry_add(sum, vf_entry_mul(a[k], b[k]));
    return sum;
}

static const vf_entry *undefined(vf_doubt *doubt) {
    doubt->undefined = true;
    return vf_entry_int(0);
}

static const vf_entry *unsure(vf_doubt *doubt) {
    doubt->unsure = true;
    return vf_entry_of(vf_num_unknown());
}

/* d(a/b) = (da - (a/b)*db)/b */
const vf_entry *vf_entry_div(vf_doubt *doubt, const vf_entry *a, const vf_entry *b) {
    int sign = vf_num_sign(b->value);
    if (sign == 0)
        return undefined(doubt);
    if (sign == VF_NO_SIGN)
        return unsure(doubt);
    const vf_number *by = vf_num_inverse(b->value), *value = vf_num_mul(a->value, by);
    return vf_entry_chain(value, a, by, b, vf_num_neg(vf_num_mul(value, by)));
}

int vf_entry_still(const vf_entry *a) {
    int still = 1;
    for (size_t k = 0; k < a->n && still != 0; k++) {
        int sign = vf_num_sign(a->slope[k]);
        still = sign == VF_NO_SIGN ? VF_NO_SIGN : sign != 0 ? 0 : still;
    }
    return still;
}

/* --- functions of one entry ------------------------------------------------------------------ */

static const vf_entry *chain1(const vf_number *value, const vf_entry *a, const vf_number *by) {
    return vf_entry_chain(value, a, by, NULL, NULL);
}

/* A root of 0 has no slope. */
static const vf_entry *sqrt_of(vf_doubt *doubt, const vf_entry *a) {
    int sign = vf_num_sign(a->value);
    if (sign < 0 || (sign == 0 && a->n > 0))
        return undefined(doubt);
    if (sign == 0)
        return vf_entry_int(0);
    if (sign == VF_NO_SIGN)
        return unsure(doubt);
    const vf_number *root = vf_num_sqrt(a->value);
    return chain1(root, a, vf_num_inverse(vf_num_mul(vf_num_int(2), root)));
}

static const vf_entry *log_of(vf_doubt *doubt, const vf_entry *a) {
    int sign = vf_num_sign(a->value);
    if (sign == -1 || sign == 0)
        return undefined(doubt);
    if (sign == VF_NO_SIGN)
        return unsure(doubt);
    return chain1(vf_num_log(a->value), a, vf_num_inverse(a->value));
}

static const vf_entry *exp_of(const vf_entry *a) {
    const vf_number *value = vf_num_exp(a->value);
    return chain1(value, a, value);
}

/* 1/(1 + exp(-x)): the divisor is at least 1. */
static const vf_entry *sigmoid_of(const vf_entry *a) {
    vf_doubt none = {0};
    const vf_entry *e = exp_of(vf_entry_neg(a));
    return vf_entry_div(&none, vf_entry_int(1), vf_entry_add(vf_entry_int(1), e));
}

/* 2/(1 + exp(-2*x)) - 1 */
static const vf_entry *tanh_of(const vf_entry *a) {
    const vf_entry *two = vf_entry_int(2);
    const vf_entry *s = sigmoid_of(vf_entry_mul(two, a));
    return vf_entry_sub(vf_entry_mul(two, s), vf_entry_int(1));
}

/* (1 + erf(x/sqrt(2)))/2, with the derivative exp(-x^2/2)/sqrt(2*pi) */
static const vf_entry *normal_distribution(const vf_entry *a) {
    const vf_number *half = vf_num_inverse(vf_num_int(2)), *x = a->value;
    const vf_number *at = vf_num_mul(x, vf_num_sqrt(half));
    const vf_number *value = vf_num_mul(half, vf_num_add(vf_num_int(1), vf_num_erf(at)));
    const vf_number *two_pi = vf_num_mul(vf_num_int(2), vf_num_pi());
    const vf_number *bell = vf_num_exp(vf_num_neg(vf_num_mul(half, vf_num_mul(x, x))));
    return chain1(value, a, vf_num_mul(bell, vf_num_inverse(vf_num_sqrt(two_pi))));
}

/* --- between others -------------------------------------------------------------------------- */

typedef struct among { /* the largest (smallest) of these */
    const vf_entry *const *a;
    size_t n;
    bool largest;
} among;

static void enclose_extreme(const void *what, unsigned level, vf_interval *r) {
    const among *m = what;
    vf_interval x;
    vf_interval_init(&x, vf_level_precision(level));
    for (size_t k = 0; k < m->n; k++) {
        vf_num_enclose(m->a[k]->value, level, &x);
        if (k == 0 || (mpfr_cmp(x.lo, r->lo) > 0) == m->largest)
            mpfr_set(r->lo, x.lo, MPFR_RNDD);
        if (k == 0 || (mpfr_cmp(x.hi, r->hi) > 0) == m->largest)
            mpfr_set(r->hi, x.hi, MPFR_RNDU);
    }
    vf_interval_clear(&x);
}

/* Which of them it is cannot be told; none of them moves. */
static const vf_entry *one_of(const vf_entry *const *a, size_t n, bool largest) {
    among *m = vf_alloc(sizeof *m);
    *m = (among){a, n, largest};
    return vf_entry_of(vf_num_enclosed(enclose_extreme, m));
}

static const vf_entry *larger_of(const vf_entry *a, const vf_entry *b) {
    const vf_entry **pair = vf_alloc(2 * sizeof *pair);
    pair[0] = a;
    pair[1] = b;
    return one_of(pair, 2, true);
}

/* Of a number of either sign that does not move. */
static const vf_entry *kinked_anywhere(vf_op f, const vf_entry *a) {
    if (f == VF_SIGN)
        return vf_entry_of(vf_num_between(-1, 1));
    return larger_of(a, f == VF_ABS ? vf_entry_neg(a) : vf_entry_int(0));
}

/* What has a kink or a jump at 0: slope below and above, and at 0 where nothing moves there. */
static const vf_entry *kinked(vf_doubt *doubt, vf_op f, const vf_entry *a) {
    int sign = vf_num_sign(a->value), still = sign == 0 && a->n > 0 ? vf_entry_still(a) : 1;
    if (sign == VF_NO_SIGN && a->n > 0)
        return unsure(doubt);
    if (sign == VF_NO_SIGN)
        return kinked_anywhere(f, a);
    if (still == 0 || (f == VF_SIGN && sign == 0 && a->n > 0))
        return undefined(doubt);
    if (still == VF_NO_SIGN)
        return unsure(doubt);
    if (f == VF_SIGN)
        return chain1(vf_num_int(sign), a, vf_num_zero());
    const vf_number *by = vf_num_int(f == VF_RELU && sign < 0 ? 0 : sign < 0 ? -1 : 1);
    return chain1(vf_num_mul(by, a->value), a, by);
}

const vf_entry *vf_entry_function(vf_doubt *doubt, vf_op f, const vf_entry *a) {
    switch (f) {
    case VF_SQRT:
        return sqrt_of(doubt, a);
    case VF_EXP:
        return exp_of(a);
    case VF_LOG:
        return log_of(doubt, a);
    case VF_TANH:
        return tanh_of(a);
    case VF_SIGMOID:
        return sigmoid_of(a);
    case VF_SILU:
        return vf_entry_mul(a, sigmoid_of(a));
    case VF_GELU:
        return vf_entry_mul(a, normal_distribution(a));
    default: /* abs, sign, relu */
        return kinked(doubt, f, a);
    }
}

/* --- functions of several -------------------------------------------------------------------- */

/* The place of a largest (smallest) entry; n: it could not be told. */
static size_t extreme_place(const vf_entry *const *a, size_t n, bool largest) {
    size_t best = 0;
    for (size_t k = 1; k < n; k++) {
        int sign = vf_num_sign(vf_num_sub(a[k]->value, a[best]->value));
        if (sign == VF_NO_SIGN)
            return n;
        if (largest ? sign > 0 : sign < 0)
            best = k;
    }
    return best;
}

/* Where several are largest, their slopes must agree. */
const vf_entry *vf_entry_extreme(vf_doubt *doubt, const vf_entry *const *a, size_t n,
                                 bool largest) {
    size_t best = extreme_place(a, n, largest), moving = 0;
    for (size_t k = 0; k < n; k++)
        moving += a[k]->n > 0;
    if (best == n)
        return moving ? unsure(doubt) : one_of(a, n, largest);
    for (size_t k = 0; moving && k < n; k++) {
        const vf_entry *apart = vf_entry_sub(a[k], a[best]);
        if (k == best || vf_num_sign(apart->value) != 0)
            continue;
        int still = vf_entry_still(apart);
        if (still != 1)
            return still == 0 ? undefined(doubt) : unsure(doubt);
    }
    return a[best];
}

/* -p*log(p), which is 0 at 0, where p must not move. */
static const vf_entry *entropy_part(vf_doubt *doubt, const vf_entry *p) {
    int sign = vf_num_sign(p->value), still = sign == 0 ? vf_entry_still(p) : 1;
    if (sign == -1 || still == 0)
        return undefined(doubt);
    if (sign == VF_NO_SIGN || still == VF_NO_SIGN)
        return unsure(doubt);
    if (sign == 0)
        return chain1(vf_num_zero(), p, vf_num_zero());
    return vf_entry_neg(vf_entry_mul(p, log_of(doubt, p)));
}

const vf_entry *vf_entry_entropy(vf_doubt *doubt, const vf_entry *const *p, size_t n) {
    const vf_entry *sum = entropy_part(doubt, p[0]);
    for (size_t k = 1; k < n; k++)
        sum = vf_entry_add(sum, entropy_part(doubt, p[k]));
    return sum;
}
