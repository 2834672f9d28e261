/* Numbers of K(T) as text: (1 + 2*exp(1/2))/(1 + exp(3)), 3*log(2)^2 - sqrt(2)*log(2). */
#include "rk_power.h"

static void put_integer(rk_buf *out, const fmpz_t n) {
    char *s = fmpz_get_str(NULL, 10, n);
    rk_buf_puts(out, s);
    flint_free(s);
}

static void put_fraction(rk_buf *out, const fmpq_t x) {
    char *s = fmpq_get_str(NULL, 10, x);
    rk_buf_puts(out, s);
    flint_free(s);
}

static void put_sqrt(rk_buf *out, const power_context *c) {
    rk_buf_puts(out, "sqrt(");
    put_integer(out, c->m);
    rk_buf_putc(out, ')');
}

static void put_exp(rk_buf *out, const power_context *c, slong k, slong n) {
    fmpq_t x;
    fmpq_init(x);
    fmpq_set_si(x, k, (ulong)n);
    rk_buf_puts(out, "exp(");
    if (c->kind != POWER_ROOT || !fmpz_is_pm1(fmpq_numref(x)))
        put_fraction(out, x);
    if (c->kind == POWER_ROOT) { /* exp(sqrt(2)), exp(-sqrt(2)/3), exp(3/2*sqrt(2)) */
        bool unit = fmpz_is_pm1(fmpq_numref(x));
        rk_buf_puts(out, !unit ? "*" : fmpq_sgn(x) < 0 ? "-" : "");
        put_sqrt(out, c);
        if (unit && !fmpz_is_one(fmpq_denref(x))) {
            rk_buf_putc(out, '/');
            put_integer(out, fmpq_denref(x));
        }
    }
    rk_buf_putc(out, ')');
    fmpq_clear(x);
}

/* T^(k/n), k not 0 */
static void put_power(rk_buf *out, const power_context *c, slong k, slong n) {
    if (c->kind != POWER_LOG) {
        put_exp(out, c, k, n);
        return;
    }
    rk_buf_puts(out, "log(");
    put_fraction(out, c->b);
    rk_buf_putc(out, ')');
    if (k < 0)
        rk_buf_printf(out, "^(%ld)", (long)k);
    else if (k > 1)
        rk_buf_printf(out, "^%ld", (long)k);
}

/* coefficient * sqrt(m) * T^(k/n), with its sign when it is not the first term. */
static void put_term(rk_buf *out, const power_context *c, const fmpz_t coefficient, bool root,
                     slong k, slong n, bool first) {
    fmpz_t size;
    fmpz_init(size);
    fmpz_abs(size, coefficient);
    bool minus = fmpz_sgn(coefficient) < 0;
    rk_buf_puts(out, first ? (minus ? "-" : "") : minus ? " - " : " + ");
    bool number = !fmpz_is_one(size) || (!root && k == 0);
    if (number)
        put_integer(out, size);
    if (root) {
        rk_buf_puts(out, number ? "*" : "");
        put_sqrt(out, c);
    }
    if (k != 0) {
        rk_buf_puts(out, number || root ? "*" : "");
        put_power(out, c, k, n);
    }
    fmpz_clear(size);
}

static slong put_terms(rk_buf *out, const power_context *c, const fmpz_poly_struct *f, bool root,
                       const power *x, slong shift, slong written) {
    for (slong i = 0; i < f->length; i++)
        if (!fmpz_is_zero(f->coeffs + i))
            put_term(out, c, f->coeffs + i, root, i + shift, x->n, written++ == 0);
    return written;
}

static slong count_terms(const fmpz_poly_struct *f) {
    slong count = 0;
    for (slong i = 0; i < f->length; i++)
        count += !fmpz_is_zero(f->coeffs + i);
    return count;
}

void rk_power_print(const rk_domain *d, rk_buf *out, const void *x) {
    const power *a = x;
    const power_context *c = rk_power_context(d);
    slong top = count_terms(&a->p) + count_terms(&a->q);
    bool fraction = !fmpz_poly_is_one(&a->d);
    if (a->lost || top == 0) {
        rk_buf_puts(out, a->lost ? "a number that is too large" : "0");
        return;
    }
    rk_buf_puts(out, fraction && top > 1 ? "(" : "");
    slong written = put_terms(out, c, &a->p, false, a, a->shift, 0);
    put_terms(out, c, &a->q, true, a, a->shift, written);
    rk_buf_puts(out, fraction && top > 1 ? ")" : "");
    if (!fraction)
        return;
    bool single = a->d.length == 1;
    rk_buf_puts(out, single ? "/" : "/(");
    put_terms(out, c, &a->d, false, a, 0, 0);
    rk_buf_puts(out, single ? "" : ")");
}
