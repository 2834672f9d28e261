/* The language evaluated at one assignment by textbook algorithms: what a certificate of a
   refutation, an example or a finite proof rests on, and the reference for the engine. */
#ifndef VF_VALUE_H
#define VF_VALUE_H

#include "vf_text.h"

typedef enum vf_tern { VF_FALSE, VF_TRUE, VF_UNDEFINED, VF_UNKNOWN } vf_tern;

typedef struct vf_entry vf_entry; /* an exact real number (vf_number.h) */

typedef struct vf_value { /* rows by cols, row by row */
    size_t rows, cols;
    const vf_entry **entry;
} vf_value;

typedef struct vf_point {
    long *dim;      /* by symbol: value of each dimension (and of indices, while bound) */
    vf_value **var; /* by variable and member: var[v][m - 1]; [0] for a single one */
} vf_point;

/* One claim or hypothesis of the theorem at the point. UNDEFINED: some part of it is (as written,
   no short cut); UNKNOWN: it could not be decided, which no certificate may rest on. */
vf_tern vf_truth(const vf_theorem *theorem, const vf_term *term, const vf_point *point);
/* Is every part of it certainly defined there, whether or not it can be decided? */
bool vf_is_defined(const vf_theorem *theorem, const vf_term *term, const vf_point *point);
/* An integer expression; false where it is no integer (a quotient) or does not fit. */
bool vf_integer(const vf_theorem *theorem, const vf_term *term, const vf_point *point, long *value);
bool vf_in_sets(const vf_theorem *theorem, const vf_point *point);
/* Is this choice of dimensions allowed: sizes integers, extents at least 1, values declared? */
bool vf_dims_allowed(const vf_theorem *theorem, const vf_point *point);

#endif
