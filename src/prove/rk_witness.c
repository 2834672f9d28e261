#include "rk_prove.h"
#include "base/rk_mem.h"
#include "rk_facts.h"
#include "rk_interior.h"
#include "rk_local.h"

/* What the method knows of the program: which instructions are rational functions of generic
   variables alone. Only of those does a witness say anything. */
typedef struct view {
    const rk_program *program;
    unsigned char *mentions_generic, *mentions_forall;
    unsigned char *rational; /* built of + - * / inv from generic variables and constants */
    rk_facts bounds;
    unsigned char
        *defined; /* a unit (or no partial operation) at the witness, so almost everywhere */
} view;

static bool is_generic(const rk_slot *s) {
    return s->quant == RK_GENERIC;
}

static bool is_forall(const rk_slot *s) {
    return s->quant != RK_GENERIC;
}

/* Sets on which a rational function that is nonzero at one point (of each component drawn) is
   nonzero almost everywhere: affine spaces, cones with interior, the two components of the
   orthogonal group, products of spheres of positive dimension. */
static bool set_is_irreducible(const rk_slot *s) {
    if (s->defined)
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

static bool code_is_rational(rk_code code) {
    switch (code) {
    case RK_P_RATIONAL:
    case RK_P_DATA:
    case RK_P_EYE:
    case RK_P_ONES:
    case RK_P_ZEROS:
    case RK_P_UNIT:
    case RK_P_CAUSAL:
    case RK_P_KEEP:
    case RK_P_ADD:
    case RK_P_SUB:
    case RK_P_NEG:
    case RK_P_MUL:
    case RK_P_SCALE:
    case RK_P_DIV:
    case RK_P_EMUL:
    case RK_P_EDIV:
    case RK_P_TRANSPOSE:
    case RK_P_SLICE:
    case RK_P_HCAT:
    case RK_P_VCAT:
    case RK_P_DIAG_MAKE:
    case RK_P_DIAG_TAKE:
    case RK_P_VEC:
    case RK_P_KRON:
    case RK_P_ROW_SUMS:
    case RK_P_ROW_SCALE:
    case RK_P_ROW_DIVIDE:
    case RK_P_SUM_ENTRIES:
    case RK_P_DET:
    case RK_P_TRACE:
    case RK_P_INV:
        return true;
    default:
        return false;
    }
}

static void mark_rational(view *v) {
    const rk_program *p = v->program;
    for (size_t i = 0; i < p->ninstr; i++) {
        const rk_instr *in = &p->instr[i];
        bool ok = in->code == RK_P_INPUT
                      ? is_generic(&p->slots[in->slot]) && set_is_irreducible(&p->slots[in->slot])
                      : code_is_rational(in->code);
        for (size_t k = 0; k < in->nargs; k++)
            ok = ok && v->rational[in->arg[k]];
        v->rational[i] = ok;
    }
}

static void view_init(view *v, const rk_program *program) {
    *v = (view){.program = program};
    v->mentions_generic = rk_calloc(program->ninstr, 1);
    v->mentions_forall = rk_calloc(program->ninstr, 1);
    v->rational = rk_calloc(program->ninstr, 1);
    v->defined = rk_calloc(program->ninstr, 1);
    rk_depends(program, is_generic, v->mentions_generic);
    rk_depends(program, is_forall, v->mentions_forall);
    mark_rational(v);
    rk_facts_init(&v->bounds, program);
}

static void view_clear(view *v) {
    rk_facts_clear(&v->bounds);
    rk_free(v->mentions_generic);
    rk_free(v->mentions_forall);
    rk_free(v->rational);
    rk_free(v->defined);
}

/* --- facts from one run ------------------------------------------------------------------- */

static bool is_partial(rk_code code) {
    return code == RK_P_DIV || code == RK_P_EDIV || code == RK_P_ROW_DIVIDE || code == RK_P_INV;
}

/* Components are combined by the weaker fact: the least rank, difference only if at each one. */
static void take_rank(view *v, rk_run *run, unsigned i, bool first) {
    slong low = 0, high = 0;
    if (rk_run_compute(run, i) == RK_EV_OK)
        (void)rk_matrix_rank(&low, &high, &run->value[i]);
    int64_t *fact = &v->bounds.fact_low[i];
    *fact = first || low < *fact ? low : *fact;
}

static void take_difference(view *v, rk_run *run, unsigned i, bool first) {
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

static void take_facts(view *v, rk_run *run, bool first) {
    const rk_program *p = v->program;
    for (unsigned i = 0; i < p->ninstr; i++) {
        const rk_instr *in = &p->instr[i];
        if (in->code == RK_P_RANK && v->rational[in->arg[0]])
            take_rank(v, run, in->arg[0], first);
        bool equation = in->code == RK_P_COMPARE && (in->cmp == RK_EQ || in->cmp == RK_NE);
        if (equation && v->rational[in->arg[0]] && v->rational[in->arg[1]])
            take_difference(v, run, i, first);
        if (v->rational[i]) {
            bool ok = !is_partial(in->code) || rk_run_compute(run, i) == RK_EV_OK;
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
static bool observe(view *v, rk_rng *rng, ulong p, uint64_t components, bool first,
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

static bool gather(view *v, const rk_prove_options *o, unsigned attempt, rk_proof *out) {
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

/* --- verdicts ----------------------------------------------------------------------------- */

/* Everything that claim and hypotheses contain is defined almost everywhere. */
static bool almost_defined(const view *v, unsigned claim) {
    const rk_program *p = v->program;
    unsigned char *needed = rk_calloc(p->ninstr, 1);
    rk_program_closure(p, claim, needed);
    for (size_t h = 0; h < p->nhypotheses; h++)
        rk_program_closure(p, p->hypotheses[h], needed);
    bool ok = true;
    for (size_t i = 0; i < p->ninstr && ok; i++) {
        rk_code code = p->instr[i].code;
        bool plain = code_is_rational(code) || p->instr[i].truth || code == RK_P_INPUT ||
                     code == RK_P_RANK || code == RK_P_MAX_ENTRIES || code == RK_P_MIN_ENTRIES ||
                     code == RK_P_NORM1;
        if (needed[i])
            ok = plain && (!is_partial(code) || (v->rational[i] && v->defined[i]));
    }
    rk_free(needed);
    return ok;
}

/* Is the conjunct an equation that almost nothing satisfies? */
static unsigned null_equation(const view *v, unsigned i) {
    const rk_program *p = v->program;
    const rk_instr *in = &p->instr[i];
    if (in->code == RK_P_AND) {
        for (size_t k = 0; k < in->nargs; k++) {
            unsigned found = null_equation(v, in->arg[k]);
            if (found != (unsigned)-1)
                return found;
        }
        return (unsigned)-1;
    }
    bool equation = in->code == RK_P_COMPARE && in->cmp == RK_EQ;
    bool null = equation && v->mentions_generic[i] && !v->mentions_forall[i] &&
                rk_tern_false(v->bounds.truth[i]);
    return null ? i : (unsigned)-1;
}

static bool report_null_equation(const view *v, rk_diags *diags) {
    const rk_program *p = v->program;
    for (size_t h = 0; h < p->nhypotheses; h++) {
        unsigned i = null_equation(v, p->hypotheses[h]);
        if (i == (unsigned)-1)
            continue;
        rk_diag_add(diags, RK_ERROR, "generic-equation", p->instr[i].span,
                    "almost nothing satisfies this equation, so a generic claim under it says "
                    "nothing");
        rk_diag_hint(diags, "use 'forall', or a set whose members satisfy the equation");
        return true;
    }
    return false;
}

static rk_tern hypotheses_truth(const view *v) {
    rk_tern t = RK_TRUE;
    for (size_t h = 0; h < v->program->nhypotheses; h++)
        t = rk_tern_and(t, v->bounds.truth[v->program->hypotheses[h]]);
    return t;
}

static void conclude(const view *v, rk_proof *out) {
    const rk_program *p = v->program;
    rk_tern hypotheses = hypotheses_truth(v), all = RK_TRUE;
    bool defined = true;
    for (size_t c = 0; c < p->nclaims; c++) {
        rk_tern t = v->bounds.truth[p->claims[c]];
        bool here = almost_defined(v, p->claims[c]);
        if (rk_tern_false(t) && rk_tern_true(hypotheses) && here) {
            out->status = RK_PROOF_FALSE;
            out->witnessed = true;
            return;
        }
        all = rk_tern_and(all, t);
        defined = defined && here;
    }
    if (rk_tern_true(all) || rk_tern_false(hypotheses)) {
        out->status = RK_PROOF_TRUE;
        out->witnessed = defined && rk_tern_true(hypotheses);
    }
}

static bool has_generic(const rk_program *program) {
    for (size_t s = 0; s < program->nslots; s++)
        if (is_generic(&program->slots[s]))
            return true;
    return false;
}

static bool has_rational_atom(const view *v) {
    const rk_program *p = v->program;
    for (size_t i = 0; i < p->ninstr; i++) {
        const rk_instr *in = &p->instr[i];
        if ((in->code == RK_P_RANK || in->code == RK_P_COMPARE) && v->rational[in->arg[0]])
            return true;
    }
    return false;
}

void rk_prove_witness(const rk_program *program, const rk_prove_options *o, rk_proof *out,
                      rk_diags *diags) {
    if (!has_generic(program))
        return;
    view v;
    view_init(&v, program);
    out->method = "witness mod p";
    out->example = rk_malloc(sizeof *out->example);
    rk_assignment_init(out->example, program);
    for (unsigned k = 0; k < ATTEMPTS && out->status == RK_PROOF_NONE && has_rational_atom(&v);
         k++) {
        if (!gather(&v, o, k, out))
            continue;
        if (report_null_equation(&v, diags))
            out->status = RK_PROOF_ERROR;
        else
            conclude(&v, out);
    }
    view_clear(&v);
}

bool rk_prove_open_violation(const rk_program *program, const rk_assignment *point,
                             const rk_prove_options *o) {
    rk_local *l = rk_local_new(program, point, o->precision_cap > 0 ? o->precision_cap : 256);
    if (l == NULL)
        return false;
    rk_tern claims = RK_TRUE, hypotheses = RK_TRUE;
    for (size_t c = 0; c < program->nclaims; c++)
        claims = rk_tern_and(claims, rk_local_truth(l, program->claims[c]));
    for (size_t h = 0; h < program->nhypotheses; h++)
        hypotheses = rk_tern_and(hypotheses, rk_local_truth(l, program->hypotheses[h]));
    rk_local_free(l);
    return rk_tern_false(claims) && rk_tern_true(hypotheses);
}
