#include "base/rk_mem.h"
#include "rk_interior.h"
#include "rk_view.h"

/* Sets on which a rational function that is nonzero at one point (of each component drawn) is
   nonzero almost everywhere: affine spaces, cones with interior, the two components of the
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

/* --- facts from one run ------------------------------------------------------------------- */

/* Components are combined by the weaker fact: the least rank, difference only if at each one. */
static void take_rank(rk_view *v, rk_run *run, unsigned i, bool first) {
    slong low = 0, high = 0;
    if (rk_run_compute(run, i) == RK_EV_OK)
        (void)rk_matrix_rank(&low, &high, &run->value[i]);
    int64_t *fact = &v->bounds.fact_low[i];
    *fact = first || low < *fact ? low : *fact;
}

static void take_difference(rk_view *v, rk_run *run, unsigned i, bool first) {
    const rk_instr *in = &v->program->instr[i];
    unsigned a = in->arg[0], b = in->arg[1];
    rk_ev why;
    bool differ = rk_run_compute(run, a) == RK_EV_OK && rk_run_compute(run, b) == RK_EV_OK &&
                  rk_tern_true(rk_matrix_compare(RK_REL_NE, &run->value[a], &run->value[b], &why));
    rk_tern fact = rk_tern_of(in->cmp == RK_NE);
    if (!differ)
        v->bounds.fact_truth[i] = RK_UNKNOWN;
    else if (first)
        v->bounds.fact_truth[i] = fact;
}

static void take_facts(rk_view *v, rk_run *run, bool first) {
    const rk_program *p = v->program;
    for (unsigned i = 0; i < p->ninstr; i++) {
        const rk_instr *in = &p->instr[i];
        if (in->code == RK_P_RANK && v->analytic[in->arg[0]])
            take_rank(v, run, in->arg[0], first);
        bool equation = in->code == RK_P_COMPARE && (in->cmp == RK_EQ || in->cmp == RK_NE);
        if (equation && v->analytic[in->arg[0]] && v->analytic[in->arg[1]])
            take_difference(v, run, i, first);
        if (v->analytic[i]) {
            bool ok = !rk_code_is_partial(in->code) || rk_run_compute(run, i) == RK_EV_OK;
            v->defined[i] = ok && (first || v->defined[i]);
        }
    }
}

/* A prime of 23 bits: products run at the speed of BLAS, and a random point of a hypersurface of
   degree D is met with probability about D / 2^23, which a second attempt mends. */
static ulong draw_prime(rk_rng *rng) {
    return n_nextprime(((ulong)1 << 22) + rk_rng_below(rng, (ulong)1 << 21), 1);
}

/* One exact interior point of the given components, reduced mod p. False: a denominator was no
   unit, nothing is learned. */
static bool observe(rk_view *v, rk_rng *rng, ulong p, uint64_t components, bool first,
                    rk_assignment *point) {
    rk_domain *field = rk_domain_prime(p);
    rk_run run;
    rk_run_init(&run, v->program, field);
    rk_interior_draw(v->program, rng, 20, components, point);
    bool ok = rk_run_set_inputs(&run, point) == RK_EV_OK;
    if (ok)
        take_facts(v, &run, first);
    rk_run_clear(&run);
    rk_domain_free(field);
    return ok;
}

enum { MAX_COMPONENTS = 6, ATTEMPTS = 3, WITNESS_STREAM = 0x7769746e };

static bool gather(rk_view *v, const rk_prove_options *o, unsigned attempt, rk_proof *out) {
    unsigned orthogonal = rk_interior_components(v->program);
    if (orthogonal > MAX_COMPONENTS)
        return false;
    rk_rng rng = rk_rng_trial(o->seed, v->program->checked->digest,
                              ((uint64_t)WITNESS_STREAM << 32) + attempt);
    out->modulus = draw_prime(&rng);
    for (uint64_t c = 0; c < (uint64_t)1 << orthogonal; c++)
        if (!observe(v, &rng, out->modulus, c, c == 0, out->example))
            return false;
    rk_facts_propagate(&v->bounds);
    return true;
}

static bool has_rational_atom(const rk_view *v) {
    const rk_program *p = v->program;
    for (size_t i = 0; i < p->ninstr; i++) {
        const rk_instr *in = &p->instr[i];
        if ((in->code == RK_P_RANK || in->code == RK_P_COMPARE) && v->analytic[in->arg[0]])
            return true;
    }
    return false;
}

void rk_prove_witness(const rk_program *program, const rk_prove_options *o, rk_proof *out,
                      rk_diags *diags) {
    if (!rk_has_generic(program))
        return;
    rk_view v;
    rk_view_init(&v, program, is_usable, NULL);
    out->method = "witness mod p";
    out->example = rk_malloc(sizeof *out->example);
    rk_assignment_init(out->example, program);
    for (unsigned k = 0; k < ATTEMPTS && out->status == RK_PROOF_NONE && has_rational_atom(&v);
         k++) {
        if (gather(&v, o, k, out))
            rk_view_conclude(&v, out, diags);
    }
    if (out->status == RK_PROOF_NONE) { /* the point shows nothing: later provers have their own */
        rk_assignment_clear(out->example);
        rk_free(out->example);
        out->example = NULL;
        out->modulus = 0;
    }
    rk_view_clear(&v);
}
