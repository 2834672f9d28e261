/* A generic theorem is refuted by an open set of violations: a small box around an exact point.
   Each free entry of a generic variable stands for every number of an interval, and what the
   evaluation of the claim finds true, false or defined is so for all of them. */
#include <string.h>

#include "vf_cert.h"
#include "vf_facts.h"
#include "vf_fractions.h"
#include "vf_machine.h"

enum { RADIUS_BITS = 200 };

/* The numbers within 2^-RADIUS_BITS of the centre. */
static void enclose(const void *what, unsigned level, vf_interval *r) {
    mpq_t end, radius;
    mpq_init(end);
    mpq_init(radius);
    mpq_set_ui(radius, 1, 1);
    mpq_div_2exp(radius, radius, RADIUS_BITS);
    (void)level;
    mpq_sub(end, what, radius);
    mpfr_set_q(r->lo, end, MPFR_RNDD);
    mpq_add(end, what, radius);
    mpfr_set_q(r->hi, end, MPFR_RNDU);
    mpq_clear(end);
    mpq_clear(radius);
}

static const vf_entry *around(const vf_entry *centre) {
    mpq_t *q = vf_alloc(sizeof *q);
    mpq_init(*q);
    ENSURE("the entries of the centre are rational", vf_num_is_rational(centre->value, *q));
    return vf_entry_of(vf_num_enclosed(enclose, *q));
}

/* The free entries of a row vary, the others follow. */
static void vary_row(vf_set set, const vf_value *centre, vf_value *box, size_t i) {
    bool stochastic = set == VF_STOCHASTIC || set == VF_ATTENTION;
    const vf_entry *rest = vf_entry_int(1);
    for (size_t j = 0; j < centre->cols; j++) {
        const vf_entry **x = vf_value_at(box, i, j), *c = *vf_value_at(centre, i, j);
        if ((set == VF_SYMMETRIC || set == VF_PSD) && j < i)
            *x = *vf_value_at(box, j, i);
        else if (stochastic && j + 1 == centre->cols)
            *x = rest;
        else
            *x = set == VF_DIAGONAL && i != j ? c : around(c);
        rest = stochastic ? vf_entry_sub(rest, *x) : rest;
    }
}

/* Orthogonal matrices near the centre, and rows of length 1, lie in the box with others; those of
   one column are isolated. */
static bool is_curved(vf_set set) {
    return set == VF_ORTHOGONAL || set == VF_UNIT_ROWS;
}

static vf_value vary(const vf_variable *v, const vf_value *centre) {
    vf_value *box = vf_value_new(centre->rows, centre->cols);
    ENSURE("a generic variable ranges over a continuum",
           v->set != VF_INTEGER && v->set != VF_PERMUTATION);
    if (is_curved(v->set) && centre->cols == 1)
        return *centre;
    for (size_t i = 0; i < centre->rows; i++)
        vary_row(v->set, centre, box, i);
    return *box;
}

/* The box; `flat`: but for curved sets, of which the centre is taken. */
static vf_point box_around(const vf_theorem *t, const vf_point *centre, bool flat) {
    vf_point box = {centre->dim, vf_alloc((t->nvars + 1) * sizeof *box.var)};
    for (size_t v = 0; v < t->nvars; v++) {
        const vf_variable *x = &t->var[v];
        long members = 1;
        ENSURE("the number of members",
               !x->members || (vf_integer(t, x->members, centre, &members) && members >= 1));
        box.var[v] = vf_alloc((size_t)members * sizeof *box.var[v]);
        for (long m = 0; m < members; m++)
            box.var[v][m] = x->quantifier != VF_GENERIC || (flat && is_curved(x->set))
                                ? centre->var[v][m]
                                : vary(x, &centre->var[v][m]);
    }
    return box;
}

/* Truth at every point of the box; *defined: everything is, at every point. */
static vf_tern truth(const vf_theorem *t, const vf_term *term, const vf_point *box, bool *defined) {
    vf_machine m;
    vf_machine_init(&m, t, box);
    vf_tern r = vf_machine_truth(&m, term);
    *defined = !m.doubt.undefined && !m.doubt.unsure && !m.stopped;
    return *defined ? r : VF_UNKNOWN;
}

/* Facts that hold almost everywhere, if the certificate has them. */
static vf_facts *facts(vf_theorem *t, vf_cert *c, const vf_point *at) {
    const char *next = vf_next(c);
    if (strcmp(next, "witness") == 0)
        return vf_witness_facts(t, c, at);
    bool fractions = strcmp(next, "rational") == 0 || strcmp(next, "functions") == 0;
    return fractions ? vf_rational_facts(t, c, at, at) : NULL;
}

void vf_check_open(vf_theorem *t, vf_cert *c, vf_point *at) {
    bool defined, generic = false, fails = false;
    for (size_t v = 0; v < t->nvars; v++)
        generic = generic || t->var[v].quantifier == VF_GENERIC;
    ENSURE("`open` is for generic theorems", generic);
    vf_take_alone(c, "open");
    vf_read_sets(t, c, at);
    vf_facts *f = facts(t, c, at);
    vf_point flat = box_around(t, at, true), box = box_around(t, at, false);
    ENSURE("a value is not in its set", vf_in_sets(t, at) && vf_in_sets(t, &flat));
    for (size_t k = 0; k < t->nassumes; k++)
        ENSURE("a hypothesis is not true on the box",
               truth(t, t->assume[k], &box, &defined) == VF_TRUE);
    if (strcmp(vf_next(c), "never") == 0) {
        vf_take_never(t, c);
        fails = vf_defined_near(vf_facts_new(t, at), t->claim[0], &box);
        if (!fails)
            truth(t, t->claim[0], &box, &fails);
        ENSURE("a claim that never holds speaks of nothing on the box", fails);
        vf_check_calculus(t, c);
    }
    for (size_t k = 0; k < t->nclaims && !fails; k++) /* the cheaper way first */
        fails =
            f && vf_is_settled(f, t->claim[k], VF_FALSE) && vf_defined_near(f, t->claim[k], &box);
    for (size_t k = 0; k < t->nclaims && !fails; k++) {
        fails = truth(t, t->claim[k], &box, &defined) == VF_FALSE;
        fails = fails || (f && defined && vf_is_settled(f, t->claim[k], VF_FALSE));
    }
    ENSURE("no claim is false on the box", fails);
}
