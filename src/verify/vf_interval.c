#include "vf_interval.h"

void vf_interval_init(vf_interval *r, mpfr_prec_t precision) {
    mpfr_init2(r->lo, precision);
    mpfr_init2(r->hi, precision);
    vf_interval_all(r);
}

void vf_interval_clear(vf_interval *r) {
    mpfr_clear(r->lo);
    mpfr_clear(r->hi);
}

void vf_interval_all(vf_interval *r) {
    mpfr_set_inf(r->lo, -1);
    mpfr_set_inf(r->hi, 1);
}

/* An end that is not a number says nothing. */
static void repair(vf_interval *r) {
    if (mpfr_nan_p(r->lo) || mpfr_nan_p(r->hi))
        vf_interval_all(r);
}

void vf_interval_set(vf_interval *r, const vf_interval *a) {
    mpfr_set(r->lo, a->lo, MPFR_RNDD);
    mpfr_set(r->hi, a->hi, MPFR_RNDU);
}

void vf_interval_set_q(vf_interval *r, mpq_srcptr q) {
    mpfr_set_q(r->lo, q, MPFR_RNDD);
    mpfr_set_q(r->hi, q, MPFR_RNDU);
}

void vf_interval_add(vf_interval *r, const vf_interval *a, const vf_interval *b) {
    mpfr_add(r->lo, a->lo, b->lo, MPFR_RNDD);
    mpfr_add(r->hi, a->hi, b->hi, MPFR_RNDU);
    repair(r);
}

void vf_interval_sub(vf_interval *r, const vf_interval *a, const vf_interval *b) {
    vf_interval minus;
    vf_interval_init(&minus, mpfr_get_prec(r->lo));
    mpfr_neg(minus.lo, b->hi, MPFR_RNDD);
    mpfr_neg(minus.hi, b->lo, MPFR_RNDU);
    vf_interval_add(r, a, &minus);
    vf_interval_clear(&minus);
}

/* The least and the largest of the products of ends. */
void vf_interval_mul(vf_interval *r, const vf_interval *a, const vf_interval *b) {
    const mpfr_t *x[] = {&a->lo, &a->hi}, *y[] = {&b->lo, &b->hi};
    vf_interval all, one;
    mpfr_prec_t precision = mpfr_get_prec(r->lo);
    vf_interval_init(&all, precision);
    vf_interval_init(&one, precision);
    for (int k = 0; k < 4; k++) {
        mpfr_mul(one.lo, *x[k / 2], *y[k % 2], MPFR_RNDD);
        mpfr_mul(one.hi, *x[k / 2], *y[k % 2], MPFR_RNDU);
        repair(&one);
        if (k == 0 || mpfr_less_p(one.lo, all.lo))
            mpfr_set(all.lo, one.lo, MPFR_RNDD);
        if (k == 0 || mpfr_greater_p(one.hi, all.hi))
            mpfr_set(all.hi, one.hi, MPFR_RNDU);
    }
    vf_interval_set(r, &all);
    vf_interval_clear(&all);
    vf_interval_clear(&one);
}

void vf_interval_inverse(vf_interval *r, const vf_interval *a) {
    vf_interval made;
    vf_interval_init(&made, mpfr_get_prec(r->lo));
    if (vf_interval_sign(a) != 0) {
        mpfr_ui_div(made.lo, 1, a->hi, MPFR_RNDD);
        mpfr_ui_div(made.hi, 1, a->lo, MPFR_RNDU);
    }
    vf_interval_set(r, &made);
    vf_interval_clear(&made);
}

void vf_interval_sqrt(vf_interval *r, const vf_interval *a) {
    mpfr_sqrt(r->lo, a->lo, MPFR_RNDD);
    mpfr_sqrt(r->hi, a->hi, MPFR_RNDU);
    if (mpfr_nan_p(r->lo))
        mpfr_set_zero(r->lo, 1);
    repair(r);
}

void vf_interval_exp(vf_interval *r, const vf_interval *a) {
    mpfr_exp(r->lo, a->lo, MPFR_RNDD);
    mpfr_exp(r->hi, a->hi, MPFR_RNDU);
}

void vf_interval_log(vf_interval *r, const vf_interval *a) {
    mpfr_log(r->lo, a->lo, MPFR_RNDD);
    mpfr_log(r->hi, a->hi, MPFR_RNDU);
    if (mpfr_nan_p(r->lo))
        mpfr_set_inf(r->lo, -1);
    repair(r);
}

void vf_interval_erf(vf_interval *r, const vf_interval *a) {
    mpfr_erf(r->lo, a->lo, MPFR_RNDD);
    mpfr_erf(r->hi, a->hi, MPFR_RNDU);
}

void vf_interval_pi(vf_interval *r) {
    mpfr_const_pi(r->lo, MPFR_RNDD);
    mpfr_const_pi(r->hi, MPFR_RNDU);
}

int vf_interval_sign(const vf_interval *a) {
    return mpfr_sgn(a->lo) > 0 ? 1 : mpfr_sgn(a->hi) < 0 ? -1 : 0;
}
