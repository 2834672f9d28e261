/* Entries of matrices: exact numbers, and under jrank also their derivatives in given directions.
   Operations that are not defined, or of which that could not be told, say so in the doubt they
   are given and return some number. */
#ifndef VF_ENTRY_H
#define VF_ENTRY_H

#include "vf_linear.h"
#include "vf_value.h"

struct vf_entry {
    const vf_number *value;
    size_t n; /* directions; 0: it does not move */
    const vf_number **slope;
};

typedef struct vf_doubt {
    bool undefined; /* something is certainly not defined */
    bool unsure;    /* of something it could not be told whether it is */
} vf_doubt;

const vf_entry *vf_entry_of(const vf_number *value);
const vf_entry *vf_entry_int(long value);
/* f(a, b) with its partial derivatives; b may be NULL */
const vf_entry *vf_entry_chain(const vf_number *value, const vf_entry *a, const vf_number *by_a,
                               const vf_entry *b, const vf_number *by_b);
const vf_entry *vf_entry_add(const vf_entry *a, const vf_entry *b);
const vf_entry *vf_entry_sub(const vf_entry *a, const vf_entry *b);
const vf_entry *vf_entry_neg(const vf_entry *a);
const vf_entry *vf_entry_mul(const vf_entry *a, const vf_entry *b);
const vf_entry *vf_entry_div(vf_doubt *doubt, const vf_entry *a, const vf_entry *b);
const vf_entry *vf_entry_dot(const vf_entry *const *a, const vf_entry *const *b, size_t n);
const vf_entry *vf_entry_function(vf_doubt *doubt, vf_op f, const vf_entry *a);
const vf_entry *vf_entry_extreme(vf_doubt *doubt, const vf_entry *const *a, size_t n, bool largest);
const vf_entry *vf_entry_entropy(vf_doubt *doubt, const vf_entry *const *p, size_t n);

/* Is no derivative other than 0? 1, 0, VF_NO_SIGN */
int vf_entry_still(const vf_entry *a);

#endif
