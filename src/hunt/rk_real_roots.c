/* Lists of real roots: polynomials are factored over Q, the real roots of each factor isolated by
   balls, and named where the factor is one that square roots, or exp(log(r)/n), solve. */
#include <string.h>
#include "base/rk_mem.h"
#include "rk_number.h"
#include "rk_roots.h"

enum { MAX_DEGREE = 24, MAX_BITS = 2000, PRECISION = 2 * RK_ROOT_BITS };

/* --- the list ------------------------------------------------------------------------------- */

void rk_root_list_clear(rk_root_list *l) {
    for (size_t i = 0; i < l->n; i++) {
        fmpq_clear(&l->root[i].near);
        rk_free(l->root[i].text);
    }
    rk_free(l->root);
    *l = (rk_root_list){0};
}

void rk_root_list_add(rk_root_list *l, const fmpq_t near, bool exact, const char *text) {
    rk_grow(&l->root, &l->cap, l->n + 1, sizeof *l->root);
    rk_root *r = &l->root[l->n++];
    *r = (rk_root){.exact = exact};
    fmpq_init(&r->near);
    fmpq_set(&r->near, near);
    if (text != NULL && !exact) {
        size_t n = strlen(text) + 1;
        r->text = memcpy(rk_malloc(n), text, n);
    }
}

/* Exact ones, then those with a closed form, first among those near the same number. */
static int order(const rk_root *a, const rk_root *b) {
    int c = fmpq_cmp(&a->near, &b->near);
    if (c == 0)
        c = (int)b->exact - (int)a->exact;
    return c ? c : (b->text != NULL) - (a->text != NULL);
}

static void drop_last(rk_root_list *l) {
    l->n--;
    fmpq_clear(&l->root[l->n].near);
    rk_free(l->root[l->n].text);
}

void rk_root_list_sort(rk_root_list *l) {
    for (size_t i = 1; i < l->n; i++)
        for (size_t j = i; j > 0 && order(&l->root[j - 1], &l->root[j]) > 0; j--) {
            rk_root t = l->root[j];
            l->root[j] = l->root[j - 1];
            l->root[j - 1] = t;
        }
    for (size_t i = 1; i < l->n;) {
        if (!fmpq_equal(&l->root[i - 1].near, &l->root[i].near)) {
            i++;
            continue;
        }
        rk_root same = l->root[i];
        memmove(&l->root[i], &l->root[i + 1], (l->n - i - 1) * sizeof same);
        l->root[l->n - 1] = same;
        drop_last(l);
    }
}

/* --- closed forms --------------------------------------------------------------------------- */

/* g(z) = f(z - s), s = c_{n-1}/(n*c_n), which has no term of degree n - 1. */
static void shift(fmpq_poly_t g, fmpq_t s, const fmpz_poly_t f) {
    slong n = fmpz_poly_degree(f);
    fmpq_poly_t line;
    fmpq_t minus;
    fmpq_init(minus);
    fmpq_poly_init(line);
    fmpq_set_fmpz_frac(s, f->coeffs + n - 1, f->coeffs + n);
    fmpq_set_si(minus, n, 1);
    fmpq_div(s, s, minus);
    fmpq_neg(minus, s);
    fmpq_poly_set_coeff_si(line, 1, 1);
    fmpq_poly_set_coeff_fmpq(line, 0, minus);
    fmpq_poly_set_fmpz_poly(g, f);
    fmpq_poly_compose(g, g, line);
    fmpq_poly_clear(line);
    fmpq_clear(minus);
}

/* z^n = r: z = exp(log(r)/n). */
static bool put_binomial(rk_buf *out, const fmpz *c, slong n) {
    fmpq_t r;
    for (slong k = 1; k < n; k++)
        if (!fmpz_is_zero(c + k))
            return false;
    fmpq_init(r);
    fmpq_set_fmpz_frac(r, c, c + n);
    fmpq_abs(r, r);
    char *text = fmpq_get_str(NULL, 10, r);
    rk_buf_printf(out, "exp(log(%s)/%ld)", text, (long)n);
    flint_free(text);
    fmpq_clear(r);
    return true;
}

/* |z| for a root z of c0 + c2*z^2 + c4*z^4. */
static bool put_biquadratic(rk_buf *out, const fmpz *c, const arb_t z) {
    arb_t square;
    if (!fmpz_is_zero(c + 1) || !fmpz_is_zero(c + 3))
        return false;
    fmpz *half = _fmpz_vec_init(3);
    arb_init(square);
    arb_sqr(square, z, PRECISION);
    for (slong k = 0; k < 3; k++)
        fmpz_set(half + k, c + 2 * k);
    rk_buf_puts(out, "sqrt(");
    rk_number_print_root(out, half, square);
    rk_buf_putc(out, ')');
    arb_clear(square);
    _fmpz_vec_clear(half, 3);
    return true;
}

static void put_shifted(rk_buf *out, const fmpq_t s, bool negative, const char *text) {
    fmpq_t minus;
    if (fmpq_is_zero(s)) {
        rk_buf_printf(out, "%s%s", negative ? "-" : "", text);
        return;
    }
    fmpq_init(minus);
    fmpq_neg(minus, s);
    char *first = fmpq_get_str(NULL, 10, minus);
    rk_buf_printf(out, "%s %s %s", first, negative ? "-" : "+", text);
    flint_free(first);
    fmpq_clear(minus);
}

/* A root x of the irreducible f, of degree at least 3. */
static bool put_by_shift(rk_buf *out, const fmpz_poly_t f, const arb_t x) {
    fmpq_poly_t g;
    fmpq_t s;
    arb_t z, t;
    rk_buf modulus;
    slong n = fmpz_poly_degree(f);
    fmpq_poly_init(g);
    fmpq_init(s);
    arb_init(z);
    arb_init(t);
    rk_buf_init(&modulus);
    shift(g, s, f);
    arb_set_fmpq(t, s, PRECISION);
    arb_add(z, x, t, PRECISION);
    const fmpz *c = fmpq_poly_numref(g);
    bool found = (n == 4 && put_biquadratic(&modulus, c, z)) || put_binomial(&modulus, c, n);
    if (found)
        put_shifted(out, s, arb_is_negative(z), modulus.text);
    rk_buf_clear(&modulus);
    fmpq_poly_clear(g);
    fmpq_clear(s);
    arb_clear(z);
    arb_clear(t);
    return found;
}

static bool put_closed_form(rk_buf *out, const fmpz_poly_t f, const arb_t x) {
    if (fmpz_poly_degree(f) != 2)
        return put_by_shift(out, f, x);
    rk_number_print_root(out, f->coeffs, x);
    return true;
}

/* --- polynomials ---------------------------------------------------------------------------- */

static void add_root(rk_root_list *l, const fmpz_poly_t f, const arb_t x) {
    fmpq_t near;
    fmpz_t scaled;
    arf_t shifted;
    rk_buf text;
    rk_buf_init(&text);
    fmpq_init(near);
    fmpz_init(scaled);
    arf_init(shifted);
    arf_mul_2exp_si(shifted, arb_midref(x), RK_ROOT_BITS);
    arf_get_fmpz(scaled, shifted, ARF_RND_NEAR);
    fmpq_set_fmpz(near, scaled);
    fmpq_div_2exp(near, near, RK_ROOT_BITS);
    bool closed = put_closed_form(&text, f, x);
    rk_root_list_add(l, near, false, closed ? text.text : NULL);
    rk_buf_clear(&text);
    fmpq_clear(near);
    fmpz_clear(scaled);
    arf_clear(shifted);
}

static void add_rational(rk_root_list *l, const fmpz_poly_t f) {
    fmpq_t root;
    fmpq_init(root);
    fmpq_set_fmpz_frac(root, f->coeffs, f->coeffs + 1);
    fmpq_neg(root, root);
    rk_root_list_add(l, root, true, NULL);
    fmpq_clear(root);
}

static void add_factor(rk_root_list *l, const fmpz_poly_t f) {
    slong n = fmpz_poly_degree(f);
    if (n == 1)
        add_rational(l, f);
    if (n < 2 || n > MAX_DEGREE || FLINT_ABS(fmpz_poly_max_bits(f)) > MAX_BITS)
        return;
    acb_ptr root = _acb_vec_init(n);
    arb_fmpz_poly_complex_roots(root, f, 0, PRECISION);
    for (slong k = 0; k < n; k++)
        if (acb_is_real(root + k))
            add_root(l, f, acb_realref(root + k));
    _acb_vec_clear(root, n);
}

void rk_root_list_add_poly(rk_root_list *l, const fmpz_poly_t f) {
    fmpz_poly_factor_t factors;
    if (fmpz_poly_degree(f) < 1)
        return;
    fmpz_poly_factor_init(factors);
    fmpz_poly_factor(factors, f);
    for (slong k = 0; k < factors->num; k++)
        add_factor(l, factors->p + k);
    fmpz_poly_factor_clear(factors);
}
