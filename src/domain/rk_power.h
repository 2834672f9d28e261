/* Numbers of K(T), K = Q or Q(sqrt(m)), for one real number T that is transcendental, so that K(T)
   is a field of rational functions and equality is exact. Internal to the domain.

   T is e or e^sqrt(m) (Hermite-Lindemann), and then its positive roots T^(1/n) belong to the
   field, too; or log(b) for a rational b > 1 that is no power of another (exp of its multiples is a
   power of b). Which one is settled by the first exponential or logarithm, and m by the first
   root; whatever needs another is ESCAPE. So e and log(2), log(2) and log(3), e and e^e, whose
   independence is not known, never meet here. */
#ifndef RK_POWER_H
#define RK_POWER_H

#include "domain_inside.h"

/* x^shift * (p + q*sqrt(m)) / d with x = T^(1/n): d(0) and one of p(0), q(0) are not 0, d's leading
   coefficient is positive; 0 is p = q = 0, shift = 0, d = n = 1. A number that grew beyond the
   limits is `lost`: nothing is ever said of it. */
typedef struct power {
    fmpz_poly_struct p, q, d;
    slong shift, n;
    bool lost;
} power;

/* The longest polynomials. */
enum { RK_POWER_TERMS = 512 };

typedef enum power_kind {
    POWER_OPEN, /* no exponential and no logarithm so far */
    POWER_E,    /* T = e */
    POWER_ROOT, /* T = e^sqrt(m) */
    POWER_LOG   /* T = log(b) */
} power_kind;

typedef struct power_context {
    power_kind kind;
    fmpz_t m; /* 0: no root so far; else positive and no square */
    fmpq_t b; /* POWER_LOG */
} power_context;

static inline power_context *rk_power_context(const rk_domain *d) {
    return d->context;
}

/* Brings x to normal form; loses it when it is too large. */
void rk_power_normalise(power *x);
void rk_power_lose(power *x);
void rk_power_set_monomial(power *r, const fmpq_t c, slong k, slong n); /* c * T^(k/n), c != 0 */
bool rk_power_is_zero(const power *x); /* of a number that is not lost */

/* Writes x in terms of T^(1/(n*times)); it may get lost. */
void rk_power_refine(power *x, slong times);
/* The least common multiple; 0 when it is too large. */
slong rk_power_common(slong n, slong k);

void rk_power_add(const rk_domain *d, void *r, const void *x, const void *y);
void rk_power_sub(const rk_domain *d, void *r, const void *x, const void *y);
void rk_power_mul(const rk_domain *d, void *r, const void *x, const void *y);
rk_ev rk_power_div(const rk_domain *d, void *r, const void *x, const void *y);

/* sqrt(x) of a positive rational: r*sqrt(m) or r; ESCAPE when it needs another root. */
rk_ev rk_power_root(const rk_domain *d, power *r, const fmpq_t x);
rk_ev rk_power_fn(const rk_domain *d, rk_fn f, void *r, const void *x);

/* An enclosure of x, which is not lost. */
void rk_power_enclose(const rk_domain *d, arb_t value, const power *x, slong bits);
rk_ev rk_power_sign(const rk_domain *d, int *sign, const void *x);

void rk_power_matrix_mul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b);
rk_ev rk_power_rank(slong *low, slong *high, const rk_matrix *a);
rk_ev rk_power_det(void *r, const rk_matrix *a);
rk_ev rk_power_inv(rk_matrix *r, const rk_matrix *a);

/* As the claim language writes it, with exp, log and sqrt. */
void rk_power_print(const rk_domain *d, rk_buf *out, const void *x);

#endif
