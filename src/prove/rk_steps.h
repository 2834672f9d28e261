/* The steps of an argument about formal functions as records of a certificate of kind `identity`
   (docs/certificate-format.md), written while the argument is made: how generators are made of one
   another, and which signs follow from which. What is evident to the checker, the sign of a sum of
   terms that all have it, is not written. */
#ifndef RK_STEPS_H
#define RK_STEPS_H

#include "domain/rk_function.h"
#include "eval/rk_program.h"

typedef struct rk_steps {
    const rk_program *program;
    const rk_domain *domain;
    rk_buf text;
    char **name; /* of the ring's variables */
    slong nnames;
    int run; /* generators of different runs have different names */
    bool failed;
    const void *under, *within; /* whose root, and whose modulus, is being taken; or NULL */
    rk_function_watch watch;
} rk_steps;

void rk_steps_init(rk_steps *s, const rk_program *program);
void rk_steps_clear(rk_steps *s);

/* Watches a formal domain; its first indeterminates are the free entries of the slots that are
   usable. To be called again after a restart. */
void rk_steps_watch(rk_steps *s, const rk_domain *d, bool (*usable)(const rk_slot *slot));
/* The slot is given by an `assume NAME == E`, with these entries. */
void rk_steps_defined(rk_steps *s, unsigned slot, const rk_matrix *value);

void rk_steps_put(rk_steps *s, const fmpz_mpoly_t p); /* appends the polynomial */
/* Appends p as a product of its factors, to the given power, behind `first`. */
void rk_steps_put_factors(rk_steps *s, const fmpz_mpoly_t p, const char *first, ulong power);
/* `fact` with the relation that says that p has these signs; a proof must follow. */
void rk_steps_fact(rk_steps *s, const fmpz_mpoly_t p, unsigned signs);
/* Makes it evident that p has one of these signs, where the domain knows that. */
void rk_steps_sign(rk_steps *s, const fmpz_mpoly_t p, unsigned signs);
/* Records that x has these signs, which those of numerator and denominator make evident, or, if
   `product`, those of their product: so it is found in whatever way the text writes x. */
void rk_steps_conclude(rk_steps *s, const void *x, unsigned signs, bool product);
/* The same of numerator and denominator of x. */
void rk_steps_signs(rk_steps *s, const void *x);

#endif
