/* Scalars of the calculus: rational functions in dimensions and in quantities such as rank(E),
   x'*y, det(E), sqrt(dk). Interned: two scalars are equal as rational functions exactly when the
   pointers are equal. Owned by the rk_scalars; so is every quantity. A result that grows too large
   becomes a quantity that knows only what it was made from: less is found, nothing false. */
#ifndef RK_SCALAR_H
#define RK_SCALAR_H

#include "base/rk_buf.h"
#include "lang/rk_canon.h"
#include "lang/rk_term.h"

typedef struct rk_mx rk_mx;
typedef struct rk_scalars rk_scalars;
typedef const rk_canon *rk_sc; /* interned */

typedef enum rk_quantity_kind {
    RK_Q_RANK,  /* rank(mx[0]); mx[0] already normalised for ranks */
    RK_Q_ENTRY, /* the one entry of the 1 by 1 matrix mx[0], which is one word of length >= 1 */
    RK_Q_DET,
    RK_Q_TRACE,
    RK_Q_OF_TERM, /* another function of scalars and matrices: op, args */
    RK_Q_MIN,     /* of the scalars arg[]; sorted, no repetition */
    RK_Q_MAX,
    RK_Q_SUM,  /* sum of arg[0] for sym = arg[1]..arg[2] (no closed form), arg[0] a monomial */
    RK_Q_FRESH /* equal to nothing else; mx[] and arg[] name what it depends on */
} rk_quantity_kind;

typedef struct rk_quantity {
    rk_quantity_kind kind;
    unsigned id, atom; /* atom: of the rk_canons */
    rk_op op;          /* OF_TERM */
    const rk_mx *mx[2];
    size_t nmx;
    const rk_sc *arg;
    size_t nargs;
    unsigned sym;         /* SUM: the bound index */
    const rk_mx *root_of; /* of a root: a matrix whose Frobenius norm it is; not compared; NULL */
    bool positive, nonneg, nonzero, integer; /* known at every assignment at which it is defined */
} rk_quantity;

/* What the scalars ask of the store of the matrices inside quantities. Set by rk_mxs_new. */
typedef struct rk_scalar_hooks {
    void *self; /* the rk_mxs */
    const rk_mx *(*put)(void *self, const rk_mx *a, unsigned sym, rk_sc by);
    bool (*mentions)(const void *self, const rk_mx *a, unsigned sym);
    int (*compare)(const void *self, const rk_mx *a, const rk_mx *b);
    /* The scalar of a quantity whose matrices have changed: rk_mx_rank(mx[0]) for a RANK,
       rk_mx_value(mx[0]) for an ENTRY; rk_sc_quantity for what has no normal form. */
    rk_sc (*again)(void *self, const rk_quantity *q);
    /* The symbol by which loops over this range are known: one that neither stands free in the body
       nor is bound inside it. */
    unsigned (*index)(void *self, rk_sc low, rk_sc high, unsigned sym, rk_sc body);
} rk_scalar_hooks;

/* Works on the canonical forms of `sizes` (rk_sizes_canons), so that dimensions defined by
   `dim d = ...` are put in. */
rk_scalars *rk_scalars_new(rk_sizes *sizes, rk_arena *arena);
void rk_scalars_free(rk_scalars *s);
void rk_scalars_set_hooks(rk_scalars *s, const rk_scalar_hooks *hooks); /* copied */

rk_sc rk_sc_int(rk_scalars *s, int64_t value);
rk_sc rk_sc_rational(rk_scalars *s, const fmpq_t value);
rk_sc rk_sc_size(rk_scalars *s, const rk_size *size);
rk_sc rk_sc_sym(rk_scalars *s, unsigned sym); /* a dimension or index */
/* The scalar made of one quantity. Quantities are interned by all fields but id, atom and what is
   known of the sign; knowledge adds up. A MIN, MAX or SUM may come out as a simpler scalar. */
rk_sc rk_sc_quantity(rk_scalars *s, const rk_quantity *q);
void rk_sc_know_root(rk_scalars *s, const rk_quantity *root, const rk_mx *of); /* root_of */
rk_sc rk_sc_add(rk_scalars *s, rk_sc a, rk_sc b);
rk_sc rk_sc_sub(rk_scalars *s, rk_sc a, rk_sc b);
rk_sc rk_sc_mul(rk_scalars *s, rk_sc a, rk_sc b);
rk_sc rk_sc_div(rk_scalars *s, rk_sc a, rk_sc b); /* b is not 0 */
rk_sc rk_sc_pow(rk_scalars *s, rk_sc a, rk_sc exponent);
/* with `by` for a dimension or index, inside quantities too */
rk_sc rk_sc_put(rk_scalars *s, rk_sc a, unsigned sym, rk_sc by);
/* `a` with image(q) for each quantity q; where that is NULL, q stays with its arguments mapped. */
typedef rk_sc rk_sc_image(void *self, const rk_quantity *q);
rk_sc rk_sc_map(rk_scalars *s, rk_sc a, rk_sc_image *image, void *self);
/* with `by` for one atom, at the top level only */
rk_sc rk_sc_put_atom(rk_scalars *s, rk_sc a, unsigned atom, rk_sc by);

/* c where a = b + c with a small integer c > 0 and b without a constant term, not 0; else 0. The
   members of a range low..a beyond b stand apart in sums and products over it. */
int64_t rk_sc_excess(rk_scalars *s, rk_sc a);

bool rk_sc_is_zero(rk_sc a);
bool rk_sc_is_one(rk_sc a);
bool rk_sc_is_int(rk_scalars *s, rk_sc a, int64_t *value);
bool rk_sc_is_rational(rk_scalars *s, rk_sc a, fmpq_t value);
bool rk_sc_mentions(const rk_scalars *s, rk_sc a, unsigned sym); /* inside quantities too */
int rk_sc_compare(const rk_scalars *s, rk_sc a, rk_sc b); /* a total order that does not depend on
                                                            the order in which things were made */

/* What is known of a dimension or index: low <= sym. Bounds narrow inside a case. */
void rk_sc_bound(rk_scalars *s, unsigned sym, int64_t low);
/* The text divides by this scalar, so it is not 0 wherever the text is defined. */
void rk_sc_assume_nonzero(rk_scalars *s, rk_sc a);
/* It is assumed that a >= 0, or that a > 0. Only so many assumptions are kept. */
void rk_sc_assume_nonnegative(rk_scalars *s, rk_sc a, bool strict);
bool rk_sc_has_assumptions(const rk_scalars *s); /* of this kind */
/* True only if it holds at every assignment that is allowed. Sufficient, not necessary. */
bool rk_sc_at_least(rk_scalars *s, rk_sc a, int64_t least);
bool rk_sc_is_nonzero(rk_scalars *s, rk_sc a);
bool rk_sc_is_positive(rk_scalars *s, rk_sc a);
bool rk_sc_is_integer(rk_scalars *s, rk_sc a); /* takes integer values only */
/* a >= 0, or a > 0, said by b >= 0 as strongly as a's taking integer values (times a positive
   number) allows: 2*n - 125 > 0 becomes n - 63. NULL where a > 0 has no such b. */
rk_sc rk_sc_rounded(rk_scalars *s, rk_sc a, bool strict);
int64_t rk_sc_low(rk_scalars *s, unsigned atom); /* a known lower bound; INT64_MIN: none */

bool rk_sc_has_atom(rk_sc a, unsigned atom); /* at the top level */
/* The quantity behind an atom of a form; NULL for a dimension, index or power. */
const rk_quantity *rk_sc_atom_quantity(const rk_scalars *s, unsigned atom);
/* The quantity that makes up the whole of a; NULL where it is more. */
const rk_quantity *rk_sc_whole_quantity(const rk_scalars *s, rk_sc a);
rk_canons *rk_scalars_canons(rk_scalars *s);
rk_sizes *rk_scalars_sizes(rk_scalars *s);

#endif
