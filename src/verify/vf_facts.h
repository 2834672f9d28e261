/* Claims decided by what is known of their parts: a rank lies between two bounds, a comparison of
   matrices holds or does not, everything else follows by intervals and three-valued logic. Bounds
   that hold at every assignment come from shapes and declared sets (vf_shape.c); a kind of
   certificate adds what it can show. */
#ifndef VF_FACTS_H
#define VF_FACTS_H

#include "vf_value.h"

/* What has been computed for a term while certain values were bound: a hash table. */
typedef struct vf_table {
    struct vf_table_item *item;
    size_t n, room;
} vf_table;

void **vf_table_place(vf_table *m, const void *term,
                      unsigned long scope); /* a place, NULL in it if new */

typedef struct vf_shape {
    size_t rows, cols;
    long low, high;     /* of the rank */
    bool nonzero;       /* no entry is 0 */
    bool positive;      /* all are above 0 */
    bool to_zero, kept; /* A*1 = 0; A*1 = 1 (1: the column of ones) */
} vf_shape;

/* Along these matrices, one for each variable or member that a jrank counts by, its text does not
   move: a certificate says so, and whoever uses it has to show it. */
typedef struct vf_kernel {
    const vf_term *jrank, **along;
    size_t n;
} vf_kernel;

typedef struct vf_facts vf_facts;
struct vf_facts {
    vf_theorem *theorem;
    long *value;              /* of dimensions, and of indices while they are bound, by symbol */
    const vf_shape **running; /* of folds, by symbol */
    size_t nsyms;             /* for which there is room */
    unsigned long scope, scopes;
    vf_table shapes;
    /* What a kind of certificate adds; each may be NULL. The bounds are narrowed. */
    void *fractions, *points;
    bool brief; /* what may take long is left out */
    vf_kernel *kernel;
    size_t nkernels;
    void (*rank)(vf_facts *f, const vf_term *matrix, long *low, long *high);
    void (*jrank)(vf_facts *f, const vf_term *t, long *low, long *high);
    vf_tern (*compare)(vf_facts *f, const vf_term *t);
};

vf_facts *vf_facts_new(vf_theorem *t, const vf_point *at);
/* Of all symbols that the theorem has by now. */
const long *vf_facts_values(vf_facts *f);

/* TRUE, FALSE or UNKNOWN. */
vf_tern vf_decide(vf_facts *f, const vf_term *truth);
/* Is it known to be so? First by what is found without much work. */
bool vf_is_settled(vf_facts *f, const vf_term *truth, vf_tern as);
vf_tern vf_not(vf_tern a);
vf_tern vf_both(vf_tern a, vf_tern b);
/* not, and, or, =>, <=> of parts of which each is TRUE, FALSE or UNKNOWN. */
vf_tern vf_connect(const vf_term *t, vf_tern (*part)(void *self, const vf_term *t), void *self);
/* Only if they are written alike, so equal wherever they are defined, with the same indices. */
bool vf_is_same_text(const vf_term *a, const vf_term *b);
long vf_facts_integer(vf_facts *f, const vf_term *t); /* ENSURE: it is a known integer */

/* Bounds that hold at every assignment of the theorem's sets at which the term is defined. */
const vf_shape *vf_shape_of(vf_facts *f, const vf_term *t);

/* At most so large is the rank of a Jacobian, wherever it exists. */
long vf_most_moves(vf_facts *f, const vf_term *jrank);

/* An index is bound, and put back. */
typedef struct vf_bound {
    long value;
    unsigned long scope;
} vf_bound;
vf_bound vf_facts_bind(vf_facts *f, unsigned sym, long value);
void vf_facts_unbind(vf_facts *f, unsigned sym, vf_bound before);
void vf_facts_rounds(long from, long to); /* refuses loops that are too long */

#endif
