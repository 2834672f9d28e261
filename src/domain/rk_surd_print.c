/* Sums of square roots as the claim language reads them: 1/2 + 3*sqrt(5)/7. */
#include "rk_surd.h"

static void put_integer(rk_buf *out, const fmpz_t n) {
    char *digits = fmpz_get_str(NULL, 10, n);
    rk_buf_puts(out, digits);
    flint_free(digits);
}

/* c*sqrt(v), c positive */
static void put_root(rk_buf *out, const fmpq_t c, const fmpz_t v) {
    if (!fmpz_is_one(fmpq_numref(c))) {
        put_integer(out, fmpq_numref(c));
        rk_buf_putc(out, '*');
    }
    rk_buf_puts(out, "sqrt(");
    put_integer(out, v);
    rk_buf_putc(out, ')');
}

static void put_term(const rk_surd_field *f, rk_buf *out, const rk_surd_term *t) {
    fmpz_t factor, v;
    fmpq_t c;
    fmpz_init(factor);
    fmpz_init(v);
    fmpq_init(c);
    rk_surd_field_radicand(f, factor, v, t->mask);
    fmpq_mul_fmpz(c, &t->c, factor);
    fmpq_abs(c, c);
    if (t->mask == 0)
        put_integer(out, fmpq_numref(c));
    else
        put_root(out, c, v);
    if (!fmpz_is_one(fmpq_denref(c))) {
        rk_buf_putc(out, '/');
        put_integer(out, fmpq_denref(c));
    }
    fmpz_clear(factor);
    fmpz_clear(v);
    fmpq_clear(c);
}

void rk_surd_print(const rk_domain *d, rk_buf *out, const void *x) {
    const rk_surd *a = x;
    if (a->lost || a->n == 0) {
        rk_buf_puts(out, a->lost ? "~" : "0");
        return;
    }
    for (slong i = 0; i < a->n; i++) {
        bool minus = fmpq_sgn(&a->term[i].c) < 0;
        if (i == 0)
            rk_buf_puts(out, minus ? "-" : "");
        else
            rk_buf_puts(out, minus ? " - " : " + ");
        put_term(rk_surd_field_of(d), out, &a->term[i]);
    }
}
