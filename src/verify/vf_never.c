/* A claim that never holds: the theorem becomes one that says so of all values, for a proof of
   another kind. */
#include "vf_cert.h"

#include "vf_calculus.h"

/* Where there is to be one example, the other claims are hypotheses, and all values are meant. */
static void look_for_no_example(vf_theorem *t, size_t k) {
    const vf_term **all = vf_alloc((t->nassumes + t->nclaims + 1) * sizeof *all);
    size_t n = t->nassumes;
    for (size_t i = 0; i < n; i++)
        all[i] = t->assume[i];
    for (size_t i = 0; i < t->nclaims; i++)
        if (i != k)
            all[n++] = t->claim[i];
    t->assume = all;
    t->nassumes = n;
    for (size_t v = 0; v < t->nvars; v++)
        t->var[v].quantifier = VF_FORALL;
}

static bool wants_example(const vf_theorem *t) {
    return t->nvars > 0 && t->var[0].quantifier == VF_EXISTS;
}

/* Of numbers, and of matrices as a whole, the contrary comparison: `<` and its kin between matrices
   speak of all entries, and their negation of some entry. */
static bool has_contrary(const vf_term *claim) {
    bool whole = claim->op == VF_EQ || claim->op == VF_NE;
    return whole ||
           (vf_is_comparison(claim) && vf_is_number(claim->kid[0]) && vf_is_number(claim->kid[1]));
}

static const vf_term *negated(const vf_term *claim) {
    vf_term *t = vf_alloc(sizeof *t);
    if (has_contrary(claim)) {
        *t = *claim;
        t->op = vf_comparison((vf_literal){claim, true});
        return t;
    }
    *t = (vf_term){.op = VF_NOT, .truth = true, .height = claim->height + 1, .nkids = 1};
    t->kid = vf_alloc(sizeof *t->kid);
    t->kid[0] = claim;
    return t;
}

void vf_take_never(vf_theorem *t, vf_cert *c) {
    size_t k = vf_index_text(vf_take(c, "never"), t->nclaims);
    const vf_term **claim = vf_alloc(sizeof *claim);
    claim[0] = negated(t->claim[k]);
    if (wants_example(t))
        look_for_no_example(t, k);
    t->claim = claim;
    t->nclaims = 1;
}
