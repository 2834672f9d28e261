/* The kinds of certificate that decide claims by facts on their parts, at given dimensions. */
#include "vf_cert.h"
#include "vf_fractions.h"

#include <string.h>

/* Is one of them false wherever it is defined? */
static bool some_false(vf_facts *f, const vf_term *const *truth, size_t n) {
    for (size_t k = 0; k < n; k++)
        if (vf_is_settled(f, truth[k], VF_FALSE))
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

/* kernel K | D ...: in these directions of its variables the text of jrank number K stands still.
 */
static void take_kernels(vf_facts *f, vf_cert *c) {
    const char *rest;
    while (vf_take_if(c, "kernel", &rest)) {
        size_t n = vf_count_fields(rest);
        const char **field = vf_alloc((n + 1) * sizeof *field);
        ENSURE("a kernel has a number and directions", n >= 2);
        vf_fields(rest, field, n);
        vf_kernel k = {vf_jrank_numbered(f->theorem, field[0]), vf_alloc(n * sizeof *k.along), 0};
        for (; k.n + 1 < n; k.n++)
            k.along[k.n] = vf_read_term(f->theorem, NULL, 0, field[k.n + 1], NULL);
        f->kernel = vf_grow(f->kernel, f->nkernels, sizeof *f->kernel);
        f->kernel[f->nkernels++] = k;
    }
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
    take_kernels(f, c);
    return f;
}

/* By exact points, too. */
void vf_check_witness(vf_theorem *t, vf_cert *c, vf_point *at) {
    vf_facts *f = vf_witness_facts(t, c, at);
    take_kernels(f, c);
    ensure_claims(f);
}
