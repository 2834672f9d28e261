/* What the files of rational functions with generators share. Elements are fmpz_mpoly_q over
   context->ring; variables 0 .. ninputs - 1 are indeterminates, those behind them generators in the
   order in which they were made. */
#ifndef RK_FUNCTION_INSIDE_H
#define RK_FUNCTION_INSIDE_H

#include "domain_inside.h"
#include "rk_function.h"

typedef enum rk_generator_kind {
    RK_GEN_INPUT,
    RK_GEN_ROOT, /* the nonnegative root of `what` */
    RK_GEN_EXP,
    RK_GEN_LOG, /* log(what) */
    RK_GEN_ERF  /* erf(what/sqrt(2)) */
} rk_generator_kind;

typedef struct rk_generator {
    rk_generator_kind kind;
    fmpz_mpoly_q_t what;
    unsigned signs;
    ulong degree;         /* 0, or x^degree = power holds and is used to reduce: 1 or 2 */
    fmpz_mpoly_q_t power; /* free of x itself, and of all that is reduced by means of x */
} rk_generator;

typedef struct rk_exponent { /* exp(what/divisor) is `value` */
    fmpz_mpoly_q_t what, value;
    bool of_log;  /* what is a generator log(value): its divisor is 1 or 2 */
    ulong *image; /* of what at the points mod p */
} rk_exponent;

typedef struct rk_known_sign {
    fmpz_mpoly_t what; /* leading coefficient positive */
    unsigned signs;
    bool lasting; /* of indeterminates alone: kept over restarts */
} rk_known_sign;

enum { RK_MAX_EXPONENTS = 24, RK_SPAN_POINTS = RK_MAX_EXPONENTS + 4, RK_MAX_KNOWN = 64 };
enum { RK_MAX_DIVISOR = 24 };

typedef struct rk_functions {
    fmpz_mpoly_ctx_t ring;
    slong max_terms;
    bool exceeded, restart, formal;
    slong ninputs, nvars, nused;
    rk_generator *generator; /* nvars */
    rk_exponent exponent[RK_MAX_EXPONENTS];
    slong nexponents;
    ulong divisor[RK_MAX_EXPONENTS]; /* by order of creation; kept over restarts */
    rk_known_sign known[RK_MAX_KNOWN];
    slong nknown;
    /* Without indeterminates an element is one number, whose sign an enclosure tells: the signs of
       a polynomial, by means of `numbers`; NULL else. */
    unsigned (*signs_of)(const rk_domain *d, const fmpz_mpoly_t p);
    void *numbers;
    const rk_function_watch *watch; /* or NULL */
} rk_functions;

static inline rk_functions *rk_functions_of(const rk_domain *d) {
    return d->context;
}

static inline const fmpz_mpoly_ctx_struct *rk_ring(const rk_domain *d) {
    return rk_functions_of(d)->ring;
}

static inline bool rk_function_is_zero(const void *x) {
    return ((const fmpz_mpoly_q_struct *)x)->num.length == 0;
}

/* Arithmetic that keeps normal forms; divide: y is not formally zero. */
void rk_function_mul(const rk_domain *d, void *r, const void *x, const void *y);
rk_ev rk_function_divide(const rk_domain *d, void *r, const void *x, const void *y);
rk_ev rk_function_power(const rk_domain *d, void *r, const void *x, slong exponent);
bool rk_function_affordable(const rk_domain *d, void *r, slong terms);
void rk_function_free(rk_domain *d); /* the context */

/* Writes powers of reducible variables by the lower ones; takes roots out of denominators. */
void rk_function_reduce(const rk_domain *d, void *x);
bool rk_function_is_reducible(const rk_domain *d, const void *x); /* holds such a variable */
/* A fresh generator; -1 when there is no room. */
slong rk_function_generator(const rk_domain *d, rk_generator_kind kind, const void *what,
                            unsigned signs);
slong rk_function_find_generator(const rk_domain *d, rk_generator_kind kind, const void *what);

/* Sets of signs. */
unsigned rk_signs_mul(unsigned a, unsigned b);
unsigned rk_signs_of_poly(const rk_domain *d, const fmpz_mpoly_t p);
void rk_signs_learn(const rk_domain *d, const void *x, unsigned signs); /* of x; may want restart */

/* Tells who watches that f(x) is r; gives back the outcome. */
rk_ev rk_function_tell(const rk_domain *d, rk_ev ev, rk_fn f, const void *x, const void *r);
rk_ev rk_function_apply(const rk_domain *d, rk_fn f, void *r, const void *x);
rk_ev rk_function_abs(const rk_domain *d, void *r, const void *x);
rk_ev rk_function_sqrt(const rk_domain *d, void *r, const void *x);
rk_ev rk_function_exp(const rk_domain *d, void *r, const void *x);
rk_ev rk_function_log(const rk_domain *d, void *r, const void *x);
bool rk_function_add_exponent(const rk_domain *d, const void *what, const void *value, bool of_log);

/* x = sign * product of base^exponent, the bases irreducible or prime numbers, each with what is
   known of its sign; a base that is known to be negative has been replaced by its negative. */
typedef struct rk_part {
    fmpz_mpoly_q_t base;
    slong exponent;
    unsigned signs;
} rk_part;

typedef struct rk_parts {
    int sign;
    rk_part *part;
    slong n;
} rk_parts;

bool rk_parts_of(rk_parts *r, const rk_domain *d, const void *x); /* x not 0; false: too large */
void rk_parts_clear(rk_parts *r, const rk_domain *d);

#endif
