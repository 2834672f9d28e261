/* Sums of square roots as the claim language reads them: 1/2 + 3*sqrt(5)/7. */
#include "rk_surd.h"

static void put_integer(rk_buf *out, const fmpz_t n) {
    char *digits = fmpz_get_str(NULL, 10, n);
    rk_buf_puts(out, digits);
    flint_free(digits);
}

typedef struct radical {
    fmpq_t c; /* positive */
    fmpz_t v;
    uint64_t nested;
} radical;

/* A term as c * sqrt(v) * the nested roots. */
static void simplify(const rk_surd_field *f, radical *r, const rk_surd_term *t) {
    fmpz_t factor;
    fmpz_init(factor);
    fmpz_init(r->v);
    fmpq_init(r->c);
    rk_surd_field_radicand(f, factor, r->v, t->mask & RK_SURD_FLAT);
    fmpq_mul_fmpz(r->c, &t->c, factor);
    fmpq_abs(r->c, r->c);
    r->nested = t->mask >> RK_SURD_GENERATORS;
    fmpz_clear(factor);
}

static void put_sum(const rk_surd_field *f, rk_buf *out, const rk_surd *x);

/* The factors of a term, a `*` between them. */
static void put_factors(const rk_surd_field *f, rk_buf *out, const radical *r) {
    const char *times = "";
    if (!fmpz_is_one(fmpq_numref(r->c)) || (fmpz_is_one(r->v) && r->nested == 0)) {
        put_integer(out, fmpq_numref(r->c));
        times = "*";
    }
    if (!fmpz_is_one(r->v)) {
        rk_buf_printf(out, "%ssqrt(", times);
        put_integer(out, r->v);
        rk_buf_putc(out, ')');
        times = "*";
    }
    for (slong k = 0; r->nested >> k != 0; k++) {
        if (!(r->nested >> k & 1))
            continue;
        rk_buf_printf(out, "%ssqrt(", times);
        put_sum(f, out, &f->nested[k]);
        rk_buf_putc(out, ')');
        times = "*";
    }
}

static void put_term(const rk_surd_field *f, rk_buf *out, const rk_surd_term *t) {
    radical r;
    simplify(f, &r, t);
    put_factors(f, out, &r);
    if (!fmpz_is_one(fmpq_denref(r.c))) {
        rk_buf_putc(out, '/');
        put_integer(out, fmpq_denref(r.c));
    }
    fmpz_clear(r.v);
    fmpq_clear(r.c);
}

static void put_sum(const rk_surd_field *f, rk_buf *out, const rk_surd *x) {
    for (slong i = 0; i < x->n; i++) {
        bool minus = fmpq_sgn(&x->term[i].c) < 0;
        if (i == 0)
            rk_buf_puts(out, minus ? "-" : "");
        else
            rk_buf_puts(out, minus ? " - " : " + ");
        put_term(f, out, &x->term[i]);
    }
}

void rk_surd_print(const rk_domain *d, rk_buf *out, const void *x) {
    const rk_surd *a = x;
    if (a->lost || a->n == 0)
        rk_buf_puts(out, a->lost ? "~" : "0");
    else
        put_sum(rk_surd_field_of(d), out, a);
}
