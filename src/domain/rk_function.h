/* Rational functions over Q with formal generators: what rk_domain_functions makes, and how values
   of `exp`, `sqrt` and their kin become variables of their own.

   An element stands for a function on a set of points: those at which every hypothesis of a claim
   holds and everything in it, as written, is defined. Each generator has one value at such a point
   (the positive root, the exponential), so each step of an evaluation is a ring homomorphism as
   long as what it divides by is not 0 there, and an element that is formally zero is zero at every
   point. The converse fails: an element that is not formally zero may vanish at some points or
   (s - x with s^2 = x^2) on a whole branch. Accordingly is_zero, sign and compare speak of all
   points at once and say "unknown" otherwise.

   What is used, and why it holds at every point:
   - a root s of v satisfies s^2 = v, s >= 0. sqrt(p*w) = sqrt(p)*sqrt(w) only where p is known to
   be positive, or both known to be nonnegative: sqrt(x*y) at x = y = -1 has no such roots.
     sqrt(x^2) is |x|, with |x|^2 = x^2, never x;
   - exponents are written over a basis, linearly independent over Q, of those met; exp of a
     combination is the product of powers. log(p*w) = log(p) + log(w) only for positive p;
   - no sign is guessed: it comes from the declared sets, from hypotheses, and from definedness
     itself (the argument of a log is positive, a divisor is not 0). */
#ifndef RK_FUNCTION_H
#define RK_FUNCTION_H

#include "rk_domain.h"

/* Signs that a value may take at the points: a set. */
enum { RK_MAY_NEGATIVE = 1, RK_MAY_ZERO = 2, RK_MAY_POSITIVE = 4, RK_MAY_ANY = 7 };

/* `variables` indeterminates and room for `generators` more. Once numerators and denominators could
   pass max_terms terms, or the generators run out, the domain has exceeded its limit and nothing
   computed in it means a thing. */
rk_domain *rk_domain_formal(slong variables, slong generators, slong max_terms);

/* dx/dx_k, and a basis of the kernel of a as columns of polynomials, which is initialised; in a
   domain from rk_domain_functions. */
rk_ev rk_function_derivative(const rk_domain *d, void *r, const void *x, slong k);
rk_ev rk_function_kernel(rk_matrix *r, const rk_matrix *a);
const fmpz_mpoly_ctx_struct *rk_function_ring(const rk_domain *d);

/* Hereafter the domain is from rk_domain_formal. */

/* At every point x has one of these signs. Whoever says so vouches for it. */
void rk_function_assume_sign(const rk_domain *d, const void *x, unsigned signs);
/* At every point x is 0: where the equation gives an indeterminate as a polynomial of others, or
   its square, that stands for it; else this is a sign that is known. */
void rk_function_assume_zero(const rk_domain *d, const void *x);
unsigned rk_function_signs(const rk_domain *d, const void *x);

/* What is known, for provers of inequalities. Elements are fmpz_mpoly_q over this ring; variables
   are counted from 0, indeterminates first. */
slong rk_function_variables(const rk_domain *d); /* in use */
unsigned rk_function_signs_of_variable(const rk_domain *d, slong k);
unsigned rk_function_signs_of_poly(const rk_domain *d, const fmpz_mpoly_t p);
/* The k-th polynomial of known signs, NULL behind the last. */
const fmpz_mpoly_struct *rk_function_known(const rk_domain *d, slong k, unsigned *signs);
/* What generator k is the root, the exponential or the logarithm of; NULL: it is none. */
const fmpz_mpoly_q_struct *rk_function_radicand(const rk_domain *d, slong k);
const fmpz_mpoly_q_struct *rk_function_exponent(const rk_domain *d, slong k);
const fmpz_mpoly_q_struct *rk_function_argument_of_log(const rk_domain *d, slong k);
/* Puts the values of the generators behind those of the indeterminates, in doubles and for
   guesses only; an indeterminate with an equation gets the value that satisfies it. */
void rk_function_fill(const rk_domain *d, double *value);
double rk_function_poly_at(const rk_domain *d, const fmpz_mpoly_t p, const double *value);
/* Replaces p by what it equals, lower powers of roots; false: that has a denominator. */
bool rk_function_reduce_poly(const rk_domain *d, fmpz_mpoly_t p);

/* Told as it happens, for whoever writes proofs down; x, r and p are elements and polynomials as
   they are at that moment. */
typedef struct rk_function_watch {
    void *self;
    void (*generator)(void *self, slong k); /* was made */
    void (*value)(void *self, rk_fn f, const void *x,
                  const void *r); /* f(x) is r: sqrt abs exp log */
    void (*sign)(void *self, const void *x, const fmpz_mpoly_t p, unsigned signs); /* of p, by x */
    void (*root)(void *self, const void *x);    /* that of x is about to be taken; NULL: was */
    void (*modulus)(void *self, const void *x); /* likewise of x, as the root of x^2 */
    void (*radicand)(void *self, slong k); /* of root k: is positive, since the root is not 0 */
    void (*equation)(void *self, slong k); /* of variable k (rk_function_equation) was assumed */
} rk_function_watch;

void rk_function_set_watch(const rk_domain *d, const rk_function_watch *watch); /* NULL: nobody */
/* x_k^degree in other variables, by an equation among the hypotheses; NULL: there is none. */
const fmpz_mpoly_q_struct *rk_function_equation(const rk_domain *d, slong k, ulong *degree);
/* The signs that the signs of variables alone give, term by term. */
unsigned rk_function_signs_by_terms(const rk_domain *d, const fmpz_mpoly_t p);

/* Were signs or exponents learned that would have changed what was computed before? Then restart
   (all elements but those of indeterminates alone lose their meaning) and compute anew. */
bool rk_function_wants_restart(const rk_domain *d);
void rk_function_restart(const rk_domain *d);

#endif
