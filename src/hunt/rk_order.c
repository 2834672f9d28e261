#include "rk_order.h"
#include <stdlib.h>
#include "base/rk_mem.h"

typedef struct measure {
    slong nonzero, distinct, negative;
    fmpz_t denominators; /* sum of all */
    fmpq_t magnitude;    /* sum of moduli */
} measure;

static int by_value(const void *a, const void *b) {
    const fmpq *const *x = a, *const *y = b;
    return fmpq_cmp(*x, *y);
}

static slong count_distinct(const fmpq **value, slong n) {
    if (n == 0)
        return 0;
    qsort(value, (size_t)n, sizeof *value, by_value);
    slong distinct = 1;
    for (slong i = 1; i < n; i++)
        distinct += !fmpq_equal(value[i - 1], value[i]);
    return distinct;
}

static void measure_entry(measure *m, const fmpq_t x) {
    fmpq_t modulus;
    fmpq_init(modulus);
    fmpq_abs(modulus, x);
    fmpq_add(m->magnitude, m->magnitude, modulus);
    fmpz_add(m->denominators, m->denominators, fmpq_denref(x));
    m->nonzero += !fmpq_is_zero(x);
    m->negative += fmpq_sgn(x) < 0;
    fmpq_clear(modulus);
}

static void measure_matrix(measure *m, const fmpq_mat_t a) {
    slong n = 0;
    const fmpq **value = rk_malloc((size_t)(a->r * a->c + 1) * sizeof *value);
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < a->c; j++) {
            value[n] = fmpq_mat_entry(a, i, j);
            measure_entry(m, value[n++]);
        }
    m->distinct += count_distinct(value, n);
    rk_free(value);
}

static void measure_init(measure *m, const rk_assignment *a) {
    *m = (measure){0};
    fmpz_init(m->denominators);
    fmpq_init(m->magnitude);
    for (size_t s = 0; s < a->nslots; s++)
        measure_matrix(m, &a->value[s]);
}

static void measure_clear(measure *m) {
    fmpz_clear(m->denominators);
    fmpq_clear(m->magnitude);
}

static int compare_slong(slong a, slong b) {
    return (a > b) - (a < b);
}

static int compare_measure(const measure *a, const measure *b) {
    int c = compare_slong(a->nonzero, b->nonzero);
    if (c == 0)
        c = compare_slong(a->distinct, b->distinct);
    if (c == 0)
        c = fmpz_cmp(a->denominators, b->denominators);
    if (c == 0)
        c = fmpq_cmp(a->magnitude, b->magnitude);
    return c ? c : compare_slong(a->negative, b->negative);
}

/* Positive before negative before zero, then simpler first. */
static int compare_entry(const fmpq_t a, const fmpq_t b) {
    static const slong place[] = {1, 2, 0}; /* negative, zero, positive */
    int c = compare_slong(place[fmpq_sgn(a) + 1], place[fmpq_sgn(b) + 1]);
    if (c == 0)
        c = fmpz_cmp(fmpq_denref(a), fmpq_denref(b));
    return c ? c : fmpz_cmpabs(fmpq_numref(a), fmpq_numref(b));
}

static int compare_entries(const rk_assignment *a, const rk_assignment *b) {
    for (size_t s = 0; s < a->nslots; s++)
        for (slong i = 0; i < a->value[s].r; i++)
            for (slong j = 0; j < a->value[s].c; j++) {
                int c = compare_entry(fmpq_mat_entry(&a->value[s], i, j),
                                      fmpq_mat_entry(&b->value[s], i, j));
                if (c)
                    return c;
            }
    return 0;
}

int rk_order_compare(const rk_assignment *a, const rk_assignment *b) {
    measure x, y;
    measure_init(&x, a);
    measure_init(&y, b);
    int c = compare_measure(&x, &y);
    measure_clear(&x);
    measure_clear(&y);
    return c ? c : compare_entries(a, b);
}
