/* The field Q(sqrt g_1, ..., sqrt g_k) and roots of its elements, growing as roots are taken: what
   its files share.

   The g_i are integers > 1 that are independent modulo squares: no product of some of them is a
   square. So (Kummer theory; Besicovitch 1940) the field K they generate has degree 2^k, and the
   products of the sqrt(g_i) over subsets are a basis over Q. The nested generators u_j are positive
   elements of K, independent modulo squares of K. So the products
   sqrt(g_S) = prod_{i in S} sqrt(g_i) * prod_{j in S} sqrt(u_j) over all subsets are a basis of the
   larger field over Q. A number is a sum of rational multiples of them, S written as a mask; it is
   zero when it has no term. */
#ifndef RK_SURD_H
#define RK_SURD_H

#include "domain_inside.h"

enum {
    RK_SURD_GENERATORS = 48,
    RK_SURD_NESTED = 16, /* masks: bits from RK_SURD_GENERATORS on */
    RK_SURD_CHARACTERS = 64,
    RK_SURD_TERMS = 512,    /* of one number */
    RK_SURD_BITS = 1 << 15, /* of numerators, denominators and radicands */
    RK_SURD_REGULAR = 160   /* rows of a rational matrix that stands for one over the field */
};

typedef struct rk_surd_term {
    uint64_t mask;
    fmpq c; /* not 0 */
} rk_surd_term;

typedef struct rk_surd {
    rk_surd_term *term; /* by ascending mask */
    slong n, room;
    bool lost; /* beyond the limits: no value, nothing is said of it */
} rk_surd;

typedef struct rk_surd_field {
    slong n;
    fmpz generator[RK_SURD_GENERATORS];
    uint64_t character[RK_SURD_GENERATORS]; /* bit j: the generator is no square mod prime[j] */
    ulong prime[RK_SURD_CHARACTERS];
    slong nprimes;
    ulong last_prime;
    double work; /* of the products so far: pairs of terms times their bits */
    int frozen;  /* when > 0, no root is new: those that would be are ESCAPE */
    slong nnested;
    rk_surd nested[RK_SURD_NESTED]; /* elements of K */
    rk_surd inverse[RK_SURD_NESTED];
} rk_surd_field;

#define RK_SURD_FLAT (((uint64_t)1 << RK_SURD_GENERATORS) - 1) /* masks of K */

static inline rk_surd_field *rk_surd_field_of(const rk_domain *d) {
    return d->context;
}

/* --- the field (rk_surd_field.c) --- */

void rk_surd_field_init(rk_surd_field *f);
void rk_surd_field_clear(rk_surd_field *f);

/* sqrt(v) = c * sqrt(g_mask) for an integer v > 0, with a new generator if it must and `add` says
   that its root is not in the field already; else ESCAPE. LIMIT: v is too large, or there are too
   many generators. */
rk_ev rk_surd_field_root(rk_surd_field *f, fmpq_t c, uint64_t *mask, const fmpz_t v, bool add);

void rk_surd_field_forget(rk_surd_field *f, slong n); /* generators from the n-th on: unused */

/* g_mask, the product of the generators, for a mask of K */
void rk_surd_field_product(const rk_surd_field *f, fmpz_t r, uint64_t mask);

/* sqrt(g_mask) = c * sqrt(v) with v smaller, for people; mask of K */
void rk_surd_field_radicand(const rk_surd_field *f, fmpz_t c, fmpz_t v, uint64_t mask);

/* --- numbers (rk_surd.c) --- */

void rk_surd_clear(rk_surd *x); /* zero bytes are 0 */

void rk_surd_enclose(const rk_surd_field *f, arb_t r, const rk_surd *x, slong precision);

/* r := x / sqrt(g_mask), which takes the terms c*sqrt(g_mask) to c. r may be x. */
void rk_surd_lower(const rk_surd_field *f, rk_surd *r, const rk_surd *x, uint64_t mask);

/* r := x with those terms negated whose mask has the bit */
void rk_surd_conjugate(const rk_domain *d, rk_surd *r, const rk_surd *x, uint64_t bit);

void rk_surd_raise(const rk_domain *d, void *r, uint64_t mask); /* r *= sqrt(g_mask) */

/* r := sqrt(x), x > 0, where it is a sum of square roots of rationals; ESCAPE: it is none. */
rk_ev rk_surd_flat_root(const rk_domain *d, rk_surd *r, const rk_surd *x);

/* The same for a rational x > 0; `add` as above. */
rk_ev rk_surd_rational_root(const rk_domain *d, rk_surd *r, const fmpq_t x, bool add);

/* The same for x irrational (rk_surd_denest.c). */
rk_ev rk_surd_denest(const rk_domain *d, rk_surd *r, const rk_surd *x);

/* r := sqrt(x), x > 0 in K: by the nested generators, or by a new one, nested if x is not rational
   (rk_surd_nested.c). ESCAPE: x is not in K, or nothing could be shown. */
rk_ev rk_surd_nested_root(const rk_domain *d, rk_surd *r, const rk_surd *x);

bool rk_surd_is_flat(const rk_surd *x); /* in K */

void rk_surd_print(const rk_domain *d, rk_buf *out, const void *x);

/* --- matrices (rk_surd_linear.c, rk_surd_rank.c) --- */

/* A matrix by classes: the sum of sqrt(g_mask[k]) * part[k]; mask[0] is 0 and part[0] the
   rational part. */
typedef struct rk_surd_parts {
    slong n;
    uint64_t *mask;
    fmpq_mat_struct *part;
} rk_surd_parts;

bool rk_surd_parts_init(rk_surd_parts *p, const rk_matrix *a); /* false: some entry is lost */
void rk_surd_parts_clear(rk_surd_parts *p);

/* The subgroup of masks (under xor) that is spanned by those of the parts, in echelon form. */
typedef struct rk_surd_span {
    slong n;
    uint64_t basis[64];
} rk_surd_span;

void rk_surd_span_of(rk_surd_span *s, const rk_surd_parts *p);
slong rk_surd_span_index(const rk_surd_span *s, uint64_t mask); /* from 0, below 2^n */
uint64_t rk_surd_span_mask(const rk_surd_span *s, slong index);

/* The matrix, of elements of K, as one of rationals: each entry becomes the 2^n by 2^n matrix of
   the multiplication by it on the basis sqrt(g_S), S in the span. r is initialised by the function.
 */
void rk_surd_regular(fmpq_mat_t r, const rk_surd_field *f, const rk_surd_parts *p,
                     const rk_surd_span *s);

/* Divides every row, then every column, by sqrt(g_mask) for the mask that most of its entries have.
   row and col, when not NULL, get the masks; without them the line may also be multiplied, where
   that leaves fewer terms. With `mixed`, a mask other than 0 is preferred where as many entries
   have it. */
void rk_surd_scale(rk_matrix *a, uint64_t *row, uint64_t *col, bool mixed);

/* Elimination in the field: below the pivots of the first `cols` columns, with `above` also above
   them, rows swapped into pivot order; *rank is that of these columns. LIMIT: the numbers grow. */
rk_ev rk_surd_eliminate(rk_matrix *a, slong cols, bool above, slong *rank);

rk_ev rk_surd_det(void *r, const rk_matrix *a);
rk_ev rk_surd_inv(rk_matrix *r, const rk_matrix *a);
rk_ev rk_surd_rank(slong *low, slong *high, const rk_matrix *a);

#endif
