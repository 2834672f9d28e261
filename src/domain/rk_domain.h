/* Arithmetic behind one interface. A domain is a kind of number with its context (a prime, a
   precision); a value is a matrix of entries of that domain. Programs (eval) run over any of
   them. Entry functions are given; everything structural and entrywise is built on them once, in
   rk_matrix.h, and fast paths replace what a library does better.

   Domains: Q (fmpq), Q with square roots (of rationals, and of sums of such roots), prime field
   (nmod, word-size), double, interval (doubles with error bounds), ball (arb, with a precision),
   powers of e (rational functions of one exponential or logarithm), Calcium (ca: algebraic and
   elementary numbers). The rank kernels of src/linalg stand above this room: they know FLINT's
   matrices and nothing of domains.

   What a domain may say. Q, with roots too, the prime field, powers of e and Calcium are exact:
   "zero" is proved there. A ball holds the value; it is zero only when it is the one point 0. In a
   prime field a number is a residue, possibly the image of a rational: a residue 0 as divisor is no
   proof that anything is undefined, so dividing by it is ESCAPE; a square root is the smaller of
   the two residues, so several roots are not consistent with each other; exp is known at 0 only, as
   if every exponential were sent to 1 (a ring homomorphism). An interval holds the value as a
   ball does, as far as the C library and BLAS keep to the errors granted to them. Doubles are
   approximate and prove nothing. */
#ifndef RK_DOMAIN_H
#define RK_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>
#include "base/rk_flint.h"
#include "base/rk_buf.h"
#include "base/rk_tern.h"

/* Outcome of an operation at one place. */
typedef enum rk_ev {
    RK_EV_OK,
    RK_EV_UNDEFINED, /* certainly not defined: division by zero, log of -1, inv of singular */
    RK_EV_ESCAPE,    /* defined, perhaps, but not representable here: try a richer domain */
    RK_EV_PRECISION, /* could not be told at this precision */
    RK_EV_CONSTRUCT, /* no method for this operation in this domain */
    RK_EV_LIMIT      /* size or time */
} rk_ev;

/* The outcome of two operations that are both needed: UNDEFINED before all others, since one
   undefined part makes the whole undefined, then the later in the list above. */
rk_ev rk_ev_worst(rk_ev a, rk_ev b);

typedef struct rk_domain rk_domain;

typedef struct rk_matrix {
    const rk_domain *domain;
    slong rows, cols;
    void *entry; /* rows*cols entries, row-major, contiguous */
} rk_matrix;

typedef enum rk_fn { /* entrywise functions of one argument */
                     RK_FN_SQRT,
                     RK_FN_EXP,
                     RK_FN_LOG,
                     RK_FN_TANH,
                     RK_FN_SIGMOID,
                     RK_FN_SILU,
                     RK_FN_GELU,
                     RK_FN_ABS,
                     RK_FN_SIGN,
                     RK_FN_RELU,
                     RK_FN_GELU_SLOPE /* the derivative of gelu */
} rk_fn;

struct rk_domain {
    const char *name; /* "rational", "prime field", ... */
    size_t size;      /* bytes of an entry */
    bool exact;       /* equality is decided and means equality */
    bool ordered;     /* sign works (not in a prime field) */
    bool plain;       /* zero bytes are 0, and an entry owns nothing */
    slong precision;  /* ball: bits; else 0 */
    ulong modulus;    /* prime field */
    void *context;    /* Calcium: ca_ctx_struct *; else the domain's own business */

    void (*init)(const rk_domain *, void *x); /* to 0 */
    void (*clear)(const rk_domain *, void *x);
    void (*set)(const rk_domain *, void *r, const void *x);
    /* ESCAPE in a prime field when the denominator is no unit */
    rk_ev (*set_fmpq)(const rk_domain *, void *r, const fmpq_t x);
    /* the value as a rational: OK, or ESCAPE when it is not known to be one; in a prime field the
       least residue, of a double the number it holds */
    rk_ev (*get_fmpq)(const rk_domain *, fmpq_t r, const void *x);
    void (*add)(const rk_domain *, void *r, const void *x, const void *y);
    void (*sub)(const rk_domain *, void *r, const void *x, const void *y);
    void (*neg)(const rk_domain *, void *r, const void *x);
    void (*mul)(const rk_domain *, void *r, const void *x, const void *y);
    rk_ev (*div)(const rk_domain *, void *r, const void *x, const void *y);
    rk_ev (*fn)(const rk_domain *, rk_fn f, void *r, const void *x);
    rk_tern (*is_zero)(const rk_domain *, const void *x);
    /* sign of x: *sign in -1 0 1 with RK_EV_OK, else why not */
    rk_ev (*sign)(const rk_domain *, int *sign, const void *x);
    void (*print)(const rk_domain *, rk_buf *out, const void *x);
    /* Whether x holds a number, where add, sub, neg and mul may have to give up: OK, or why not.
       NULL: they never do. */
    rk_ev (*outcome)(const rk_domain *, const void *x);

    /* Inexact domains: r := what lies within `radius` of x; doubles around the value, false when
       there are none that are finite. NULL elsewhere. */
    rk_ev (*set_near)(const rk_domain *, void *r, double x, double radius);
    bool (*ends)(const rk_domain *, double *low, double *high, const void *x);

    /* Refinements of sign, or NULL where it serves: *low <= sign(x - y) <= *high, and the larger
       (smaller) of two numbers where neither need be known to be it. */
    void (*compare)(const rk_domain *, int *low, int *high, const void *x, const void *y);
    void (*extreme)(const rk_domain *, void *r, const void *x, const void *y, bool maximum);

    /* Whole matrices; r is initialised and has its shape. NULL (matrix_mul, and the spectra):
       the generic code of rk_matrix.h serves, respectively CONSTRUCT. */
    void (*matrix_mul)(rk_matrix *r, const rk_matrix *a, const rk_matrix *b);
    bool whole_products; /* matrix_mul pays for small matrices, too */
    rk_ev (*matrix_inv)(rk_matrix *r, const rk_matrix *a);
    rk_ev (*matrix_det)(void *r, const rk_matrix *a);
    /* bounds of the rank; low == high if OK */
    rk_ev (*matrix_rank)(slong *low, slong *high, const rk_matrix *a);
    /* the k-th largest eigenvalue of a symmetric positive semidefinite matrix, k-th largest
       modulus of an eigenvalue of any square matrix, k from 1 */
    rk_ev (*psd_eigenvalue)(void *r, const rk_matrix *a, slong k);
    /* the k-th largest singular value, or NULL: the root of an eigenvalue of a'a or aa' */
    rk_ev (*singular_value)(void *r, const rk_matrix *a, slong k);
    rk_ev (*eigen_modulus)(void *r, const rk_matrix *a, slong k);

    void (*free_context)(rk_domain *);
};

/* A domain and its values belong to one thread at a time (contexts cache what they computed).
   Each returns a domain to be freed with rk_domain_free, or NULL (prime field: modulus < 2 or
   composite; precision out of range). */
rk_domain *rk_domain_rational(void);
rk_domain *rk_domain_surd(void);
rk_domain *rk_domain_prime(ulong p);
rk_domain *rk_domain_double(void);
rk_domain *rk_domain_interval(void);
rk_domain *rk_domain_ball(slong precision);
rk_domain *rk_domain_calcium(void);
/* One transcendental T over Q or Q(sqrt(m)): e, or e^sqrt(m), with their roots, or log(b). Which
   one is settled by the first exponential or logarithm, m by the first root; what needs another is
   ESCAPE, as is what grows too large. Equality is exact. */
rk_domain *rk_domain_power(void);
/* Square roots, exponentials, logarithms, erf, nested: a number is zero when it is so formally, and
   not zero when an enclosure says so; else PRECISION. exp(x) is a power of exp(x/divisor) for the
   exponents of a basis; rk_closed_finer: the divisor, other than 0, with which more could be
   computed. */
rk_domain *rk_domain_closed(slong divisor);
slong rk_closed_finer(const rk_domain *closed);
void rk_closed_ball(const rk_domain *closed, arb_t value, const void *x);
/* An enclosure of a number of rk_domain_power. */
void rk_power_ball(const rk_domain *powers, arb_t value, const void *x, slong bits);
/* Rational functions of `variables` indeterminates over Q. Once numerators and denominators could
   pass max_terms terms the domain has exceeded its limit and nothing computed in it means a thing.
 */
rk_domain *rk_domain_functions(slong variables, slong max_terms);
void rk_function_variable(const rk_domain *functions, void *r, slong k); /* r := x_k, k from 0 */
bool rk_function_exceeded(const rk_domain *functions);
void rk_domain_free(rk_domain *domain);

#endif
