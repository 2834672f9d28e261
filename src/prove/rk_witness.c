/* Facts from one exact point of each component: the tower of rk_witness_tower.h sends the values
   of a program to a finite field, after the roots and the exponents in question have been shown to
   be independent where that is needed. */
#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "rk_interior.h"
#include "rk_prove_records.h"
#include "rk_witness_roots.h"
#include "rk_witness_vanish.h"

/* Sets on which a function that is nonzero at one point (of each component drawn) is nonzero
   almost everywhere: affine spaces, cones with interior, the two components of the
   orthogonal group, products of spheres of positive dimension. */
static bool is_usable(const rk_slot *s) {
    if (s->defined || !rk_slot_is_generic(s))
        return false;
    switch (s->set) {
    case RK_SET_INTEGER:
    case RK_SET_PERMUTATION:
    case RK_SET_GAUSSIAN:
    case RK_SET_UNIFORM:
    case RK_SET_HAAR:
        return false;
    case RK_SET_UNIT_ROWS:
        return s->cols >= 2;
    default:
        return true;
    }
}

enum { MAX_COMPONENTS = 6, ATTEMPTS = 3, WITNESS_STREAM = 0x7769746e, POINT_BITS = 20 };

/* --- facts from one point ----------------------------------------------------------------- */

/* Components are combined by the weaker fact: the least rank, difference only if at each one. */
static void take_rank(rk_view *v, rk_tower *t, unsigned i, bool first) {
    slong low = 0, high = 0;
    if (rk_tower_value(t, 0, i) == RK_EV_OK)
        (void)rk_matrix_rank(&low, &high, &t->floor[0].run.value[i]);
    int64_t *fact = &v->bounds.fact_low[i];
    *fact = first || low < *fact ? low : *fact;
}

static void take_difference(rk_view *v, rk_tower *t, unsigned i, bool first) {
    const rk_instr *in = &v->program->instr[i];
    unsigned a = in->arg[0], b = in->arg[1];
    rk_ev why;
    bool differ = rk_tower_value(t, 0, a) == RK_EV_OK && rk_tower_value(t, 0, b) == RK_EV_OK &&
                  rk_tern_true(rk_matrix_compare(RK_REL_NE, &t->floor[0].run.value[a],
                                                 &t->floor[0].run.value[b], &why));
    rk_tern fact = rk_tern_of(in->cmp == RK_NE);
    if (!differ)
        v->bounds.fact_truth[i] = RK_UNKNOWN;
    else if (first)
        v->bounds.fact_truth[i] = fact;
}

static void take_facts(rk_view *v, rk_tower *t, bool first) {
    const rk_program *p = v->program;
    for (unsigned i = 0; i < p->ninstr; i++) {
        const rk_instr *in = &p->instr[i];
        if (in->code == RK_P_RANK && v->analytic[in->arg[0]])
            take_rank(v, t, in->arg[0], first);
        bool equation = in->code == RK_P_COMPARE && (in->cmp == RK_EQ || in->cmp == RK_NE);
        if (equation && v->analytic[in->arg[0]] && v->analytic[in->arg[1]])
            take_difference(v, t, i, first);
        if (v->analytic[i]) {
            bool ok = !rk_code_is_partial(in->code) || rk_tower_value(t, 0, i) == RK_EV_OK;
            v->defined[i] = ok && (first || v->defined[i]);
        }
    }
}

static bool is_known(const rk_instr *in) {
    return rk_is_exponential(in) || rk_is_root(in);
}

/* --- what is beyond this method ----------------------------------------------------------- */

typedef struct witness {
    const rk_program *program;
    const rk_prove_options *options;
    rk_view view;
    rk_closed closed;
    unsigned *level, levels; /* of roots */
    double deadline;         /* of this prover, which leaves time to others */
    rk_rng rng;
} witness;

static void bar_closed(witness *w) {
    const rk_program *p = w->program;
    for (unsigned i = 0; i < p->ninstr; i++) {
        const rk_instr *in = &p->instr[i];
        if (!w->view.analytic[i])
            continue;
        bool mask = in->code == RK_P_SOFTMAX && in->nargs > 1;
        bool number = rk_is_root(in) && !w->closed.moving[i];
        if ((mask && !rk_closed_is_mask(&w->closed, in->arg[1])) ||
            (number && !rk_closed_take_root(&w->closed, i)))
            rk_view_bar(&w->view, i);
    }
}

/* Bars exponentials nested deeper than so. */
static void bar_deep_exponentials(witness *w, unsigned deepest) {
    const rk_program *p = w->program;
    unsigned *depth = rk_calloc(p->ninstr + 1, sizeof *depth);
    rk_exponential_depths(p, depth);
    for (unsigned i = 0; i < p->ninstr; i++)
        if (rk_is_exponential(&p->instr[i]) && depth[i] > deepest)
            rk_view_bar(&w->view, i);
    rk_free(depth);
}

static void bar_deep_roots(witness *w) {
    (void)rk_root_levels(&w->view, &w->closed, w->level);
    for (unsigned i = 0; i < w->program->ninstr; i++)
        if (rk_is_root(&w->program->instr[i]) && w->level[i] > RK_EXTENSION_LEVELS)
            rk_view_bar(&w->view, i);
    w->levels = rk_root_levels(&w->view, &w->closed, w->level);
}

/* --- one tower at a point ----------------------------------------------------------------- */

/* Shows, on one component, that roots and exponents are independent where that is needed; bars
   what is not shown to be. False: a denominator was no unit, nothing is learned. */
static bool certify(witness *w, uint64_t component) {
    rk_tower t;
    rk_assignment from, to;
    rk_assignment_init(&from, w->program);
    rk_assignment_init(&to, w->program);
    rk_interior_draw(w->program, &w->rng, POINT_BITS, component, &from);
    rk_interior_draw(w->program, &w->rng, POINT_BITS, component, &to);
    bool ok = rk_tower_init(&t, &w->view, &w->closed, w->levels, w->deadline, &w->rng) &&
              rk_tower_set_point(&t, &from);
    if (ok && w->levels > 0)
        rk_roots_certify(&t, &w->view, w->level, &from, &to);
    if (ok && !rk_exponents_vanish(&t, &from))
        bar_deep_exponentials(w, 1);
    rk_tower_clear(&t);
    rk_assignment_clear(&from);
    rk_assignment_clear(&to);
    return ok;
}

static bool observe(witness *w, uint64_t component, rk_proof *out) {
    rk_tower t;
    rk_interior_draw(w->program, &w->rng, POINT_BITS, component, out->example);
    bool ok = rk_tower_init(&t, &w->view, &w->closed, w->levels, w->deadline, &w->rng) &&
              rk_tower_set_point(&t, out->example);
    if (ok)
        take_facts(&w->view, &t, component == 0);
    out->modulus = t.floor[0].modulus;
    rk_tower_clear(&t);
    return ok;
}

/* --- a real point where everything is defined --------------------------------------------- */

enum { OPEN_POINTS = 8, OPEN_BITS = 4, LARGEST_OPEN = 4000 };

static bool is_small(const rk_program *p) {
    int64_t entries = 0;
    for (size_t i = 0; i < p->ninstr; i++)
        entries += p->instr[i].rows * p->instr[i].cols;
    return entries <= LARGEST_OPEN;
}

/* Where the text does not ensure that radicands are positive, a point near which they are. */
static bool find_open_point(witness *w, rk_proof *out) {
    for (unsigned k = 0; is_small(w->program) && k < OPEN_POINTS && !w->view.open; k++) {
        rk_interior_draw(w->program, &w->rng, OPEN_BITS, rk_rng_u64(&w->rng), out->example);
        w->view.open = rk_prove_open_instance(w->program, out->example, w->options);
    }
    return w->view.open;
}

enum { PLAIN_POINTS = 24 };

/* A point with small entries around which the claim fails says more than the one that was drawn
   for its size. */
static void find_plain_violation(witness *w, rk_proof *out) {
    rk_assignment a;
    bool found = !is_small(w->program);
    rk_assignment_init(&a, w->program);
    for (unsigned k = 0; k < PLAIN_POINTS && !found; k++) {
        rk_interior_draw(w->program, &w->rng, 1 + k / 8, rk_rng_u64(&w->rng), &a);
        found = rk_prove_open_violation(w->program, &a, w->options);
        if (found)
            rk_assignment_set(out->example, &a);
    }
    rk_assignment_clear(&a);
}

static void conclude(witness *w, rk_proof *out, rk_diags *diags) {
    rk_facts_propagate(&w->view.bounds);
    rk_view_join_sides(&w->view, w->options->sides);
    rk_view_conclude(&w->view, out, diags);
    bool settled = out->status == RK_PROOF_FALSE || out->status == RK_PROOF_ERROR;
    bool known = rk_tern_known(rk_facts_claims(&w->view.bounds));
    if (!settled && known && !out->witnessed && find_open_point(w, out))
        rk_view_conclude(&w->view, out, diags);
    if (out->status == RK_PROOF_FALSE)
        find_plain_violation(w, out);
    if (out->status == RK_PROOF_TRUE)
        rk_record_witness(w->program, &w->view, w->options);
    if (out->status == RK_PROOF_FALSE)
        rk_record_open(w->program, &w->view, w->options, out->example);
}

/* The part of the time left that may be used: what cannot be proved then is still hunted. */
#define TIME_SHARE 0.75

/* --- the prover --------------------------------------------------------------------------- */

static bool has_atom(const rk_view *v) {
    const rk_program *p = v->program;
    for (size_t i = 0; i < p->ninstr; i++) {
        const rk_instr *in = &p->instr[i];
        if ((in->code == RK_P_RANK || in->code == RK_P_COMPARE) && v->analytic[in->arg[0]])
            return true;
    }
    return false;
}

static bool gather(witness *w, rk_proof *out) {
    uint64_t components = (uint64_t)1 << rk_interior_components(w->program);
    bool certified = w->levels == 0 && rk_tower_height(&w->view) <= 1; /* nothing to be shown */
    for (uint64_t c = 0; c < components && !certified; c++)
        if (!certify(w, c))
            return false;
    for (uint64_t c = 0; c < components; c++)
        if (!observe(w, c, out))
            return false;
    return true;
}

static const char *method_of(const rk_view *v) {
    bool roots = false, exponentials = false;
    for (size_t i = 0; i < v->program->ninstr; i++) {
        roots = roots || (v->analytic[i] && rk_is_root(&v->program->instr[i]));
        exponentials = exponentials || (v->analytic[i] && rk_is_exponential(&v->program->instr[i]));
    }
    if (roots)
        return exponentials ? "witness mod p with roots and exponentials"
                            : "witness mod p with roots";
    return exponentials ? "witness mod p with exponentials" : "witness mod p";
}

/* False: no attempt can succeed. */
static bool attempt(witness *w, unsigned k, rk_proof *out, rk_diags *diags) {
    rk_view_init(&w->view, w->program, is_usable, is_known);
    w->rng = rk_rng_trial(w->options->seed, w->program->checked->statement,
                          ((uint64_t)WITNESS_STREAM << 32) + k);
    bar_closed(w);
    bar_deep_exponentials(w, RK_FLOORS - 1);
    bar_deep_roots(w);
    bool hope = has_atom(&w->view);
    if (hope && gather(w, out)) {
        conclude(w, out, diags);
        out->method = method_of(&w->view);
    }
    rk_view_clear(&w->view);
    return hope;
}

static void forget_example(rk_proof *out) {
    rk_assignment_clear(out->example);
    rk_free(out->example);
    out->example = NULL;
    out->modulus = 0;
}

void rk_prove_witness(const rk_program *program, const rk_prove_options *o, rk_proof *out,
                      rk_diags *diags) {
    if (!rk_has_generic(program) || rk_interior_components(program) > MAX_COMPONENTS)
        return;
    double now = rk_clock();
    witness w = {.program = program, .options = o};
    w.deadline = o->deadline > 0 ? now + (o->deadline - now) * TIME_SHARE : 0;
    w.level = rk_calloc(program->ninstr + 1, sizeof *w.level);
    rk_closed_init(&w.closed, program);
    out->method = "witness mod p";
    out->example = rk_malloc(sizeof *out->example);
    rk_assignment_init(out->example, program);
    bool hope = true;
    for (unsigned k = 0; k < ATTEMPTS && out->status == RK_PROOF_NONE && hope; k++)
        hope = (w.deadline <= 0 || rk_clock() < w.deadline) && attempt(&w, k, out, diags);
    if (out->status == RK_PROOF_NONE) /* the point shows nothing: later provers have their own */
        forget_example(out);
    rk_closed_clear(&w.closed);
    rk_free(w.level);
}
