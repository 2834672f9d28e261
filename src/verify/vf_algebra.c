/* The kinds of certificate that decide claims by facts on their parts, at given dimensions. */
#include "vf_cert.h"
#include "vf_fractions.h"

static void ensure_claims(vf_facts *f) {
    for (size_t k = 0; k < f->theorem->nclaims; k++)
        ENSURE("a claim does not follow", vf_decide(f, f->theorem->claim[k]) == VF_TRUE);
}

/* By shapes and declared sets alone. */
void vf_check_shape(vf_theorem *t, vf_cert *c, vf_point *at) {
    vf_take_alone(c, "shape");
    ensure_claims(vf_facts_new(t, at));
}

/* There is no example: a claim or hypothesis is false at every assignment. */
void vf_check_no_example(vf_theorem *t, vf_cert *c, vf_point *at) {
    bool excluded = false;
    vf_take_alone(c, "shape");
    vf_facts *f = vf_facts_new(t, at);
    for (size_t k = 0; k < t->nvars; k++)
        ENSURE("this refutes `exists` theorems", t->var[k].quantifier == VF_EXISTS);
    ENSURE("this refutes `exists` theorems", t->nvars > 0);
    for (size_t k = 0; k < t->nclaims; k++)
        excluded = excluded || vf_decide(f, t->claim[k]) == VF_FALSE;
    for (size_t k = 0; k < t->nassumes; k++)
        excluded = excluded || vf_decide(f, t->assume[k]) == VF_FALSE;
    ENSURE("an example is not excluded", excluded);
}

/* By fractions, too. */
void vf_check_rational(vf_theorem *t, vf_cert *c, vf_point *at) {
    vf_take_alone(c, "rational");
    vf_facts *f = vf_facts_new(t, at);
    vf_fractions_use(f);
    ensure_claims(f);
}

/* By exact points, too. */
void vf_check_witness(vf_theorem *t, vf_cert *c, vf_point *at) {
    ensure_claims(vf_witness_facts(t, c, at));
}
