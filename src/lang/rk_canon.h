/* Canonical forms of sizes: reduced quotients of polynomials with integer coefficients in atoms.
   An atom is a symbol or something opaque (a power with a symbolic exponent, a sum that has no
   closed form). Each form has only the atoms that occur in it, sorted, so that forms are equal
   exactly when they look alike. A rk_canons owns every form and atom made with it. Operations
   return NULL when the result would have too many terms, atoms or digits. */
#ifndef RK_CANON_H
#define RK_CANON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/rk_buf.h"
#include "base/rk_flint.h"
#include "base/rk_limits.h"

enum { RK_CANON_ATOMS = 256, RK_CANON_TERMS = RK_LIMIT_SIZE_TERMS, RK_CANON_BITS = 4096 };

typedef struct rk_canon {
    unsigned natoms, *atom;
    fmpz_mpoly_q_t value; /* in a context of max(1, natoms) variables */
    unsigned id;          /* for whoever interns forms */
} rk_canon;

typedef enum rk_atom_kind {
    RK_A_SYM,
    RK_A_BOUND,
    RK_A_POW,
    RK_A_LOOPSUM,
    RK_A_OPAQUE
} rk_atom_kind;

typedef struct rk_atom {
    rk_atom_kind kind;
    unsigned index;          /* SYM: the symbol; BOUND: level of the bound index; OPAQUE: which */
    const rk_canon *part[3]; /* POW: base, exponent; LOOPSUM: low, high, body */
    unsigned bound;          /* highest level of a bound index inside */
    unsigned depth;          /* atoms inside atoms */
    const void *tree;        /* for the owner: what the atom was made from */
} rk_atom;

typedef struct rk_canons rk_canons;

rk_canons *rk_canons_new(void);
void rk_canons_free(rk_canons *cs);

/* Forms made after the mark are freed, all but one (may be NULL): for intermediate results that no
   atom and nobody else refers to. */
size_t rk_canons_mark(const rk_canons *cs);
void rk_canons_release(rk_canons *cs, size_t mark, const rk_canon *keep);

/* The atom equal to this one, made if there is none yet. OPAQUE atoms are equal when `tree` is. */
unsigned rk_canon_atom(rk_canons *cs, const rk_atom *atom);
unsigned rk_canon_fresh(rk_canons *cs, const void *tree); /* an OPAQUE atom unlike all others */
const rk_atom *rk_canon_atom_get(const rk_canons *cs, unsigned id);

const rk_canon *rk_canon_int(rk_canons *cs, int64_t value);
const rk_canon *rk_canon_rational(rk_canons *cs, const fmpq_t value);
/* The polynomial p of a's context as a form of its own. */
const rk_canon *rk_canon_poly(rk_canons *cs, const rk_canon *a, const fmpz_mpoly_t p);
const rk_canon *rk_canon_gen(rk_canons *cs, unsigned atom);
const rk_canon *rk_canon_add(rk_canons *cs, const rk_canon *a, const rk_canon *b);
const rk_canon *rk_canon_sub(rk_canons *cs, const rk_canon *a, const rk_canon *b);
const rk_canon *rk_canon_mul(rk_canons *cs, const rk_canon *a, const rk_canon *b);
const rk_canon *rk_canon_div(rk_canons *cs, const rk_canon *a, const rk_canon *b); /* b not 0 */
const rk_canon *rk_canon_pow(rk_canons *cs, const rk_canon *a, int64_t k); /* not 0 to negative */

bool rk_canon_equal(rk_canons *cs, const rk_canon *a, const rk_canon *b);
bool rk_canon_is_zero(rk_canons *cs, const rk_canon *a);
bool rk_canon_is_int(rk_canons *cs, const rk_canon *a, int64_t *value);
bool rk_canon_mentions(const rk_canons *cs, const rk_canon *a, unsigned atom);

/* `a` with `by` for the atom, inside powers too; NULL also when the atom stands inside a sum. */
const rk_canon *rk_canon_put(rk_canons *cs, const rk_canon *a, unsigned atom, const rk_canon *by);

/* Sum of body for atom = low..high, where the body is a polynomial in the atom (Faulhaber's
   formula: sum of i^k is (B(high + 1) - B(low))/(k + 1) with the Bernoulli polynomial B of degree
   k + 1); NULL where it is not. */
const rk_canon *rk_canon_faulhaber(rk_canons *cs, unsigned atom, const rk_canon *low,
                                   const rk_canon *high, const rk_canon *body);

/* True only if a >= 0 wherever each atom is at least low[atom] (INT64_MIN: not known). A
   sufficient test: all coefficients in the excess over the bounds are nonnegative. */
bool rk_canon_nonnegative(rk_canons *cs, const rk_canon *a, const int64_t *low);

fmpz_mpoly_ctx_struct *rk_canon_context(rk_canons *cs, const rk_canon *a);

#endif
