/* The evaluation of terms at one point, as parts of the checker see it from inside: a machine
   remembers the values of terms, counts the rounds of loops, and under jrank carries derivatives
   along. NULL stands for a value that is not there: the machine then says why. */
#ifndef VF_MACHINE_H
#define VF_MACHINE_H

#include "vf_entry.h"

typedef struct vf_memo vf_memo;

typedef struct vf_direction { /* of one variable or member, for jrank */
    unsigned var;
    size_t member; /* from 0 */
    vf_grid by;
} vf_direction;

typedef struct vf_machine {
    const vf_theorem *theorem;
    const vf_point *point; /* a copy with room for all indices */
    vf_doubt doubt;
    bool stopped;             /* something could not be computed at all */
    size_t clock, *changed;   /* by symbol: when it last got a value */
    const vf_value **running; /* by symbol: the value so far of the fold that binds it */
    size_t nsyms;             /* for which there is room */
    vf_memo **memo;
    size_t nmemos, room;
    const vf_direction *direction;
    size_t ndirections; /* 0: nothing moves */
} vf_machine;

void vf_machine_init(vf_machine *m, const vf_theorem *theorem, const vf_point *point);
const vf_value *vf_machine_value(vf_machine *m, const vf_term *term);
vf_tern vf_machine_truth(vf_machine *m, const vf_term *term);
/* An integer expression; false: the machine says why there is none. */
bool vf_machine_integer(vf_machine *m, const vf_term *term, long *value);
/* A size at the point; false: no integer that fits. */
bool vf_machine_size(const vf_theorem *theorem, const vf_point *point, vf_ratio size, long *value);

vf_value *vf_value_new(size_t rows, size_t cols);
const vf_value *vf_value_scalar(const vf_entry *x);
const vf_entry **vf_value_at(const vf_value *a, size_t i, size_t j);
vf_grid vf_value_grid(const vf_value *a);
/* Is it in the set, or (false) not known to be? Of rational entries it is known. */
bool vf_in_set(vf_set set, const vf_grid *a);
bool vf_value_moves(const vf_value *a);

/* Operations on values that are there. */
const vf_value *vf_apply(vf_machine *m, const vf_term *term, const vf_value *const *kid);
const vf_value *vf_value_mul(const vf_value *a, const vf_value *b);
const vf_value *vf_value_add(const vf_value *a, const vf_value *b);
const vf_value *vf_apply_norm(vf_machine *m, vf_op op, const vf_value *a);
const vf_value *vf_apply_spectrum(vf_machine *m, vf_op op, const vf_value *a, size_t k);
const vf_value *vf_apply_layer(vf_machine *m, vf_op op, const vf_value *const *kid, size_t n);
const vf_value *vf_jrank(vf_machine *m, const vf_term *term);
/* In which the variables move that a jrank counts by. False: how many there are is not known. */
bool vf_directions(vf_machine *m, const vf_term *jrank, const vf_direction **direction, size_t *n);
const vf_value *vf_rank_value(vf_machine *m, const vf_value *a);
vf_tern vf_compare(vf_op op, const vf_value *a, const vf_value *b);

#endif
