/* The kinds of certificate that decide claims by facts on their parts, at given dimensions. */
#include "vf_cert.h"
#include "vf_fractions.h"

#include <string.h>

/* Is one of them false wherever it is defined? */
static bool some_false(vf_facts *f, const vf_term *const *truth, size_t n) {
    for (size_t k = 0; k < n; k++)
        if (vf_decide(f, truth[k]) == VF_FALSE)
            return true;
    return false;
}

/* Where a hypothesis is false, or what is to be shown is defined nowhere, there is nothing to show.
 */
static void ensure_claims(vf_facts *f) {
    const vf_theorem *t = f->theorem;
    bool vacuous = some_false(f, t->assume, t->nassumes);
    for (size_t k = 0; k < t->nclaims && !vacuous; k++)
        ENSURE("a claim does not follow",
               vf_is_settled(f, t->claim[k], VF_TRUE) ||
                   (f->fractions && vf_fractions_nowhere(f, t->claim[k])));
}

/* By shapes and declared sets alone. */
void vf_check_shape(vf_theorem *t, vf_cert *c, vf_point *at) {
    vf_take_alone(c, "shape");
    ensure_claims(vf_facts_new(t, at));
}

/* There is no example: a claim or hypothesis is false at every assignment, by shapes or fractions.
 */
void vf_check_no_example(vf_theorem *t, vf_cert *c, vf_point *at) {
    bool shape = strcmp(vf_next(c), "shape") == 0;
    if (shape)
        vf_take_alone(c, "shape");
    vf_facts *f = shape ? vf_facts_new(t, at) : vf_rational_facts(t, c, at, NULL);
    for (size_t k = 0; k < t->nvars; k++)
        ENSURE("this refutes `exists` theorems", t->var[k].quantifier == VF_EXISTS);
    ENSURE("this refutes `exists` theorems", t->nvars > 0);
    ENSURE("an example is not excluded",
           some_false(f, t->claim, t->nclaims) || some_false(f, t->assume, t->nassumes));
}

/* By fractions, too. */
void vf_check_rational(vf_theorem *t, vf_cert *c, vf_point *at) {
    ensure_claims(vf_rational_facts(t, c, at, NULL));
}

vf_facts *vf_rational_facts(vf_theorem *t, vf_cert *c, const vf_point *at, const vf_point *near) {
    vf_facts *f = vf_facts_new(t, at);
    bool functions = strcmp(vf_next(c), "functions") == 0;
    vf_take_alone(c, functions ? "functions" : "rational");
    if (functions)
        vf_functions_use(f, near);
    else
        vf_fractions_use(f);
    return f;
}

/* By exact points, too. */
void vf_check_witness(vf_theorem *t, vf_cert *c, vf_point *at) {
    ensure_claims(vf_witness_facts(t, c, at));
}
