#include "rk_roots.h"

slong rk_roots_point(slong k) {
    return k <= RK_ROOTS_DEGREE ? k : -1;
}

static void through(fmpq_poly_t f, const fmpq *value) {
    fmpz *x = _fmpz_vec_init(RK_ROOTS_DEGREE + 1), *y = _fmpz_vec_init(RK_ROOTS_DEGREE + 1);
    fmpz_t den;
    fmpz_init_set_ui(den, 1);
    for (slong k = 0; k <= RK_ROOTS_DEGREE; k++)
        fmpz_lcm(den, den, fmpq_denref(value + k));
    for (slong k = 0; k <= RK_ROOTS_DEGREE; k++) {
        fmpz_set_si(x + k, rk_roots_point(k));
        fmpz_divexact(y + k, den, fmpq_denref(value + k));
        fmpz_mul(y + k, y + k, fmpq_numref(value + k));
    }
    fmpq_poly_interpolate_fmpz_vec(f, x, y, RK_ROOTS_DEGREE + 1);
    fmpq_poly_scalar_div_fmpz(f, f, den);
    _fmpz_vec_clear(x, RK_ROOTS_DEGREE + 1);
    _fmpz_vec_clear(y, RK_ROOTS_DEGREE + 1);
    fmpz_clear(den);
}

bool rk_roots_interpolate(fmpq_poly_t f, const fmpq *value) {
    fmpq_t found, at;
    fmpq_init(found);
    fmpq_init(at);
    through(f, value);
    fmpq_set_si(at, rk_roots_point(RK_ROOTS_DEGREE + 1), 1);
    fmpq_poly_evaluate_fmpq(found, f, at);
    bool ok = fmpq_equal(found, value + RK_ROOTS_DEGREE + 1);
    fmpq_clear(found);
    fmpq_clear(at);
    return ok;
}

static void sort(fmpq *x, slong n) {
    for (slong i = 1; i < n; i++)
        for (slong j = i; j > 0 && fmpq_cmp(x + j - 1, x + j) > 0; j--)
            fmpq_swap(x + j - 1, x + j);
}

slong rk_roots_rational(fmpq *root, slong room, const fmpq_poly_t f) {
    fmpz_poly_t integral;
    fmpz_poly_factor_t factors;
    slong n = 0;
    if (fmpq_poly_degree(f) < 1)
        return 0;
    fmpz_poly_init(integral);
    fmpz_poly_factor_init(factors);
    fmpq_poly_get_numerator(integral, f);
    fmpz_poly_factor(factors, integral);
    for (slong k = 0; k < factors->num && n < room; k++) {
        if (fmpz_poly_degree(factors->p + k) != 1)
            continue;
        const fmpz *c = (factors->p + k)->coeffs;
        fmpq_set_fmpz_frac(root + n, c, c + 1);
        fmpq_neg(root + n, root + n);
        n++;
    }
    sort(root, n);
    fmpz_poly_factor_clear(factors);
    fmpz_poly_clear(integral);
    return n;
}
