#include "rk_moduli.h"

#include <stdlib.h>

#include "base/rk_mem.h"

enum {
    MOST_ROWS = 40,
    MOST_BITS = 4000, /* of all entries of a row together, about */
    FIRST_BITS = 64,
    LAST_BITS = 4096
};

struct rk_moduli {
    slong n, zeros;           /* eigenvalues, and those that are 0 */
    fmpz_t scale;             /* the roots are the eigenvalues times this */
    fmpz_poly_factor_t parts; /* square-free, coprime, not divisible by x */
};

static bool small_enough(const fmpz_mat_t a, const fmpz_t denominator) {
    slong n = fmpz_mat_nrows(a), bits = fmpz_mat_max_bits(a);
    bits = (bits < 0 ? -bits : bits) + (slong)fmpz_bits(denominator);
    return n <= MOST_ROWS && n * bits <= MOST_BITS;
}

static void split(rk_moduli *m, fmpz_poly_t p) {
    while (fmpz_is_zero(fmpz_poly_get_coeff_ptr(p, 0))) {
        fmpz_poly_shift_right(p, p, 1);
        m->zeros++;
    }
    if (fmpz_poly_degree(p) > 0)
        fmpz_poly_factor_squarefree(m->parts, p);
}

rk_moduli *rk_moduli_new(const fmpq_mat_t square) {
    slong n = fmpq_mat_nrows(square);
    rk_moduli *m = rk_calloc(1, sizeof *m);
    fmpz_mat_t a;
    fmpz_poly_t p;
    m->n = n;
    fmpz_init(m->scale);
    fmpz_poly_factor_init(m->parts);
    fmpz_mat_init(a, n, n);
    fmpz_poly_init(p);
    fmpq_mat_get_fmpz_mat_matwise(a, m->scale, square);
    bool good = n > 0 && small_enough(a, m->scale);
    if (good) {
        fmpz_mat_charpoly(p, a);
        split(m, p);
    }
    fmpz_mat_clear(a);
    fmpz_poly_clear(p);
    if (good)
        return m;
    rk_moduli_free(m);
    return NULL;
}

void rk_moduli_free(rk_moduli *m) {
    if (m == NULL)
        return;
    fmpz_clear(m->scale);
    fmpz_poly_factor_clear(m->parts);
    rk_free(m);
}

/* --- which side of a circle ------------------------------------------------------------------- */

/* h := the part of the square-free f whose roots have their mirror images z -> c/conj(z) among the
   roots of f: gcd of f and x^n f(c/x). The other part g = f/h has no root on the circle. */
static void mirror_part(fmpz_poly_t h, fmpz_poly_t g, const fmpz_poly_t f, const fmpq_t c) {
    slong n = fmpz_poly_degree(f);
    fmpz_poly_t mirrored;
    fmpz_t u, v, t;
    fmpz_poly_init(mirrored);
    fmpz_init(u);
    fmpz_init(v);
    fmpz_init(t);
    for (slong i = 0; i <= n; i++) {
        fmpz_pow_ui(u, fmpq_numref(c), (ulong)i);
        fmpz_pow_ui(v, fmpq_denref(c), (ulong)(n - i));
        fmpz_poly_get_coeff_fmpz(t, f, i);
        fmpz_mul(t, t, u);
        fmpz_mul(t, t, v);
        fmpz_poly_set_coeff_fmpz(mirrored, n - i, t);
    }
    fmpz_poly_gcd(h, f, mirrored);
    fmpz_poly_primitive_part(g, f);
    fmpz_poly_div(g, g, h);
    fmpz_poly_clear(mirrored);
    fmpz_clear(u);
    fmpz_clear(v);
    fmpz_clear(t);
}

/* Is the only root of the polynomial near the mirror image of root i root i itself? Then that
   image, a root, is it. */
static bool own_mirror(acb_srcptr root, slong n, slong i, const arb_t c, slong bits) {
    acb_t image;
    bool own = true;
    acb_init(image);
    acb_conj(image, root + i);
    acb_inv(image, image, bits);
    acb_mul_arb(image, image, c, bits);
    own = acb_is_finite(image);
    for (slong j = 0; j < n && own; j++)
        own = j == i || !acb_overlaps(image, root + j);
    acb_clear(image);
    return own;
}

typedef struct sides { /* roots beyond, on, and all that were placed */
    slong beyond, on, placed;
} sides;

/* Places the roots of f by isolating discs; `mirrored`: f is closed under mirroring. */
static sides place(const fmpz_poly_t f, const arb_t c, bool mirrored, slong bits) {
    slong n = fmpz_poly_degree(f);
    sides s = {0, 0, 0};
    if (n <= 0)
        return s;
    acb_ptr root = _acb_vec_init(n);
    arb_t square, t;
    arb_init(square);
    arb_init(t);
    arb_fmpz_poly_complex_roots(root, f, 0, bits);
    for (slong i = 0; i < n; i++) {
        arb_sqr(square, acb_realref(root + i), bits);
        arb_sqr(t, acb_imagref(root + i), bits);
        arb_add(square, square, t, bits);
        bool beyond = arb_gt(square, c), below = arb_lt(square, c);
        bool on = !beyond && !below && mirrored && own_mirror(root, n, i, c, bits);
        s.beyond += beyond;
        s.on += on;
        s.placed += beyond || below || on;
    }
    arb_clear(square);
    arb_clear(t);
    _acb_vec_clear(root, n);
    return s;
}

/* All roots of a part placed, at rising precision. */
static bool place_part(sides *s, const fmpz_poly_t f, const fmpq_t c) {
    fmpz_poly_t h, g;
    arb_t ball;
    bool done = false;
    fmpz_poly_init(h);
    fmpz_poly_init(g);
    arb_init(ball);
    mirror_part(h, g, f, c);
    for (slong bits = FIRST_BITS; bits <= LAST_BITS && !done; bits *= 2) {
        arb_set_fmpq(ball, c, bits);
        sides a = place(h, ball, true, bits), b = place(g, ball, false, bits);
        *s = (sides){a.beyond + b.beyond, a.on + b.on, a.placed + b.placed};
        done = s->placed == fmpz_poly_degree(f);
    }
    fmpz_poly_clear(h);
    fmpz_poly_clear(g);
    arb_clear(ball);
    return done;
}

bool rk_moduli_compare(int *sign, const rk_moduli *m, slong k, const fmpq_t c) {
    slong beyond = 0, on = fmpq_is_zero(c) ? m->zeros : 0;
    fmpq_t scaled;
    bool known = true;
    if (fmpq_sgn(c) < 0) {
        *sign = 1;
        return true;
    }
    fmpq_init(scaled);
    fmpq_mul_fmpz(scaled, c, m->scale);
    fmpq_mul_fmpz(scaled, scaled, m->scale);
    for (slong i = 0; i < m->parts->num && known; i++) {
        sides s = {fmpz_poly_degree(m->parts->p + i), 0, 0};
        if (!fmpq_is_zero(c))
            known = place_part(&s, m->parts->p + i, scaled);
        beyond += m->parts->exp[i] * s.beyond;
        on += m->parts->exp[i] * s.on;
    }
    fmpq_clear(scaled);
    *sign = k <= beyond ? 1 : k <= beyond + on ? 0 : -1;
    return known;
}

/* --- enclosures ------------------------------------------------------------------------------- */

static int descending(const void *x, const void *y) {
    return -arf_cmp(x, y);
}

/* The roots of all parts, with multiplicity, from `at` on. */
static void put_moduli(arb_ptr modulus, const rk_moduli *m, slong bits) {
    for (slong i = 0; i < m->parts->num; i++) {
        slong n = fmpz_poly_degree(m->parts->p + i);
        acb_ptr root = _acb_vec_init(n);
        arb_fmpz_poly_complex_roots(root, m->parts->p + i, 0, bits);
        for (slong j = 0; j < n * m->parts->exp[i]; j++)
            acb_abs(modulus++, root + j % n, bits);
        _acb_vec_clear(root, n);
    }
}

/* The k-th largest of numbers lies between the k-th largest of their lower and of their upper
   ends. */
static void kth_largest(arb_t r, arb_srcptr x, slong n, slong k, slong bits) {
    arf_struct *end = rk_malloc((size_t)(2 * n) * sizeof *end);
    for (slong i = 0; i < n; i++) {
        arf_init(end + i);
        arf_init(end + n + i);
        arb_get_interval_arf(end + i, end + n + i, x + i, bits);
    }
    qsort(end, (size_t)n, sizeof *end, descending);
    qsort(end + n, (size_t)n, sizeof *end, descending);
    arb_set_interval_arf(r, end + k - 1, end + n + k - 1, bits);
    for (slong i = 0; i < 2 * n; i++)
        arf_clear(end + i);
    rk_free(end);
}

bool rk_moduli_enclose(arb_t r, const rk_moduli *m, slong k, slong precision) {
    slong bits = precision + 16;
    arb_ptr modulus = _arb_vec_init(m->n); /* those of zeros stay 0 */
    put_moduli(modulus, m, bits);
    kth_largest(r, modulus, m->n, k, bits);
    arb_div_fmpz(r, r, m->scale, precision);
    _arb_vec_clear(modulus, m->n);
    return arb_is_finite(r);
}
