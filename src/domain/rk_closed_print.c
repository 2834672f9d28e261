/* Closed forms as text: (1 + 2*sqrt(3))/(log(2) + exp(-1/2*log(3))). */
#include "function_inside.h"
#include "rk_closed.h"

static bool put_quotient(const rk_domain *d, rk_buf *out, const fmpz_mpoly_q_struct *x);

static void put_integer(rk_buf *out, const fmpz_t n) {
    char *s = fmpz_get_str(NULL, 10, n);
    rk_buf_puts(out, s);
    flint_free(s);
}

static bool put_generator(const rk_domain *d, rk_buf *out, slong k, ulong exponent) {
    const rk_generator *g = &rk_functions_of(d)->generator[k];
    if (g->kind != RK_GEN_ROOT && g->kind != RK_GEN_EXP && g->kind != RK_GEN_LOG)
        return false;
    rk_buf_puts(out, g->kind == RK_GEN_ROOT ? "sqrt(" : g->kind == RK_GEN_EXP ? "exp(" : "log(");
    bool good;
    if (g->kind == RK_GEN_EXP && exponent > 1) { /* exp(x)^k = exp(k*x) */
        fmpz_mpoly_q_t x;
        fmpz_t n;
        fmpz_init_set_ui(n, exponent);
        fmpz_mpoly_q_init(x, rk_ring(d));
        fmpz_mpoly_q_mul_fmpz(x, g->what, n, rk_ring(d));
        good = put_quotient(d, out, x);
        fmpz_mpoly_q_clear(x, rk_ring(d));
        fmpz_clear(n);
        exponent = 1;
    } else {
        good = put_quotient(d, out, g->what);
    }
    rk_buf_putc(out, ')');
    if (exponent > 1)
        rk_buf_printf(out, "^%lu", (unsigned long)exponent);
    return good;
}

/* Term i of p with its sign when it is not the first one. */
static bool put_term(const rk_domain *d, rk_buf *out, const fmpz_mpoly_t p, slong i) {
    const rk_functions *f = rk_functions_of(d);
    ulong *exponent = rk_malloc((size_t)(f->nvars + 1) * sizeof *exponent);
    bool good = true, any = false;
    fmpz_t c;
    fmpz_init(c);
    fmpz_mpoly_get_term_coeff_fmpz(c, p, i, f->ring);
    fmpz_mpoly_get_term_exp_ui(exponent, p, i, f->ring);
    bool minus = fmpz_sgn(c) < 0;
    rk_buf_puts(out, i == 0 ? (minus ? "-" : "") : minus ? " - " : " + ");
    fmpz_abs(c, c);
    if (!fmpz_is_one(c) || fmpz_mpoly_is_fmpz(p, f->ring)) {
        put_integer(out, c);
        any = true;
    }
    for (slong k = 0; k < f->nused && good; k++) {
        if (exponent[k] == 0)
            continue;
        rk_buf_puts(out, any ? "*" : "");
        good = put_generator(d, out, k, exponent[k]);
        any = true;
    }
    if (!any)
        rk_buf_putc(out, '1');
    rk_free(exponent);
    fmpz_clear(c);
    return good;
}

static bool put_polynomial(const rk_domain *d, rk_buf *out, const fmpz_mpoly_t p, bool brackets) {
    bool good = true;
    rk_buf_puts(out, brackets ? "(" : "");
    for (slong i = 0; i < p->length && good; i++)
        good = put_term(d, out, p, i);
    rk_buf_puts(out, brackets ? ")" : p->length == 0 ? "0" : "");
    return good;
}

static bool put_quotient(const rk_domain *d, rk_buf *out, const fmpz_mpoly_q_struct *x) {
    const fmpz_mpoly_struct *num = fmpz_mpoly_q_numref(x), *den = fmpz_mpoly_q_denref(x);
    bool whole = fmpz_mpoly_is_one(den, rk_ring(d));
    bool good = put_polynomial(d, out, num, !whole && num->length > 1);
    if (whole || !good)
        return good;
    rk_buf_putc(out, '/');
    return put_polynomial(d, out, den, !fmpz_mpoly_is_fmpz(den, rk_ring(d)));
}

enum { DIGITS = 20 };

void rk_closed_print(const rk_domain *d, rk_buf *out, const void *x) {
    rk_buf text;
    rk_buf_init(&text);
    if (rk_function_exceeded(d)) {
        rk_buf_puts(out, "a number that is too large");
    } else if (put_quotient(d, &text, x)) {
        rk_buf_puts(out, text.text);
    } else {
        arb_t value;
        arb_init(value);
        rk_closed_ball(d, value, x);
        char *s = arb_get_str(value, DIGITS, ARB_STR_NO_RADIUS);
        rk_buf_printf(out, "~%s", s);
        flint_free(s);
        arb_clear(value);
    }
    rk_buf_clear(&text);
}
