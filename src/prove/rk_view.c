#include "rk_view.h"
#include "base/rk_mem.h"
#include "domain/rk_domain.h"

bool rk_slot_is_generic(const rk_slot *slot) {
    return slot->quant == RK_GENERIC;
}

static bool is_forall(const rk_slot *s) {
    return s->quant != RK_GENERIC;
}

bool rk_has_generic(const rk_program *program) {
    for (size_t s = 0; s < program->nslots; s++)
        if (rk_slot_is_generic(&program->slots[s]))
            return true;
    return false;
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
    case RK_P_RESHAPE:
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

bool rk_code_is_partial(rk_code code) {
    return code == RK_P_DIV || code == RK_P_EDIV || code == RK_P_ROW_DIVIDE || code == RK_P_INV;
}

bool rk_is_exponential(const rk_instr *in) {
    if (in->code == RK_P_SOFTMAX)
        return true;
    return in->code == RK_P_FN && (in->fn == RK_FN_EXP || in->fn == RK_FN_TANH ||
                                   in->fn == RK_FN_SIGMOID || in->fn == RK_FN_SILU);
}

bool rk_is_root(const rk_instr *in) {
    return in->code == RK_P_FN && in->fn == RK_FN_SQRT;
}

/* --- what the text says ------------------------------------------------------------------- */

static void mark_analytic(rk_view *v, bool (*usable)(const rk_slot *slot),
                          bool (*knows)(const rk_instr *instr)) {
    const rk_program *p = v->program;
    for (size_t i = 0; i < p->ninstr; i++) {
        const rk_instr *in = &p->instr[i];
        bool ok = in->code == RK_P_INPUT ? usable(&p->slots[in->slot]) : code_is_rational(in->code);
        ok = ok || (knows != NULL && knows(in));
        for (size_t k = 0; k < in->nargs; k++)
            ok = ok && v->analytic[in->arg[k]];
        v->analytic[i] = ok;
    }
}

void rk_view_bar(rk_view *v, unsigned instr) {
    v->analytic[instr] = 0;
    for (size_t i = instr; i < v->program->ninstr; i++)
        for (size_t k = 0; k < v->program->instr[i].nargs; k++)
            v->analytic[i] &= v->analytic[v->program->instr[i].arg[k]];
}

static bool set_is_positive(rk_set set) {
    return set == RK_SET_POSITIVE || set == RK_SET_NONNEGATIVE || set == RK_SET_STOCHASTIC ||
           set == RK_SET_ATTENTION || set == RK_SET_PERMUTATION;
}

static bool fn_is_positive(int fn, bool argument) {
    bool always = fn == RK_FN_EXP || fn == RK_FN_SIGMOID || fn == RK_FN_SQRT || fn == RK_FN_ABS ||
                  fn == RK_FN_RELU;
    bool keeps = fn == RK_FN_TANH || fn == RK_FN_SILU || fn == RK_FN_GELU || fn == RK_FN_SIGN;
    return always || (keeps && argument);
}

/* x'*x and x*x' for a vector x, x^2 for a number */
static bool is_square(const rk_program *p, const rk_instr *in) {
    unsigned a = in->arg[0], b = in->arg[1];
    const rk_instr *x = &p->instr[a], *y = &p->instr[b];
    bool transposed = (x->code == RK_P_TRANSPOSE && x->arg[0] == b) ||
                      (y->code == RK_P_TRANSPOSE && y->arg[0] == a);
    return in->rows == 1 && in->cols == 1 && (a == b || transposed);
}

static bool is_positive(const rk_view *v, const rk_instr *in) {
    const rk_program *p = v->program;
    bool all = true;
    for (size_t k = 0; k < in->nargs; k++)
        all = all && v->positive[in->arg[k]];
    switch (in->code) {
    case RK_P_INPUT:
        return set_is_positive(p->slots[in->slot].set);
    case RK_P_RATIONAL:
        return fmpq_sgn(in->number) >= 0;
    case RK_P_MUL:
        return all || is_square(p, in);
    case RK_P_SCALE:
    case RK_P_EMUL:
        return all || in->arg[0] == in->arg[1];
    case RK_P_FN:
        return fn_is_positive(in->fn, all);
    case RK_P_SOFTMAX:
    case RK_P_RANK:
    case RK_P_NORM1:
    case RK_P_ENTROPY:
    case RK_P_SINGULAR_VALUE:
    case RK_P_EIGEN_MODULUS:
        return true;
    case RK_P_KEEP:
        return v->positive[in->arg[0]];
    case RK_P_DATA:
    case RK_P_UNDEFINED:
    case RK_P_CONSTRUCT:
    case RK_P_SUB:
    case RK_P_NEG:
    case RK_P_DET:
    case RK_P_INV:
        return false;
    default:
        return all && !in->truth;
    }
}

void rk_view_init(rk_view *v, const rk_program *program, bool (*usable)(const rk_slot *slot),
                  bool (*knows)(const rk_instr *instr)) {
    *v = (rk_view){.program = program};
    v->mentions_generic = rk_calloc(program->ninstr, 1);
    v->mentions_forall = rk_calloc(program->ninstr, 1);
    v->analytic = rk_calloc(program->ninstr, 1);
    v->defined = rk_calloc(program->ninstr, 1);
    v->positive = rk_calloc(program->ninstr, 1);
    rk_depends(program, rk_slot_is_generic, v->mentions_generic);
    rk_depends(program, is_forall, v->mentions_forall);
    mark_analytic(v, usable, knows);
    for (size_t i = 0; i < program->ninstr; i++)
        v->positive[i] = is_positive(v, &program->instr[i]);
    rk_facts_init(&v->bounds, program);
}

void rk_view_clear(rk_view *v) {
    rk_facts_clear(&v->bounds);
    rk_free(v->mentions_generic);
    rk_free(v->mentions_forall);
    rk_free(v->analytic);
    rk_free(v->defined);
    rk_free(v->positive);
}

/* --- verdicts ----------------------------------------------------------------------------- */

/* Defined wherever its arguments are: by its nature, or by the signs that the text ensures. */
static bool is_total(const rk_view *v, const rk_instr *in) {
    const rk_program *p = v->program;
    switch (in->code) {
    case RK_P_INPUT:
    case RK_P_RANK:
    case RK_P_MAX_ENTRIES:
    case RK_P_MIN_ENTRIES:
    case RK_P_NORM1:
        return true;
    case RK_P_FN:
        if (in->fn == RK_FN_SQRT)
            return v->positive[in->arg[0]];
        return in->fn != RK_FN_LOG;
    case RK_P_SOFTMAX:
        return in->nargs == 1 || p->instr[in->arg[1]].code == RK_P_CAUSAL ||
               p->instr[in->arg[1]].code == RK_P_ONES;
    default:
        return in->truth || code_is_rational(in->code);
    }
}

/* Everything below this root is defined almost everywhere. */
static bool almost_defined_below(const rk_view *v, unsigned root, unsigned char *needed) {
    const rk_program *p = v->program;
    rk_program_closure(p, root, needed);
    bool ok = true;
    for (size_t i = 0; i < p->ninstr && ok; i++) {
        bool partial = rk_code_is_partial(p->instr[i].code);
        if (needed[i])
            ok = is_total(v, &p->instr[i]) && (!partial || (v->analytic[i] && v->defined[i]));
    }
    return ok;
}

/* The claim and every hypothesis are: almost everywhere, or at least on an open set. */
static bool almost_defined(const rk_view *v, unsigned claim) {
    const rk_program *p = v->program;
    if (v->open)
        return true;
    unsigned char *needed = rk_malloc(p->ninstr);
    bool ok = almost_defined_below(v, claim, needed);
    for (size_t h = 0; h < p->nhypotheses && ok; h++)
        ok = almost_defined_below(v, p->hypotheses[h], needed);
    rk_free(needed);
    return ok;
}

/* Is the conjunct an equation that almost nothing satisfies? */
static unsigned null_equation(const rk_view *v, unsigned i) {
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

static bool report_null_equation(const rk_view *v, rk_diags *diags) {
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

static void settle_claims(const rk_view *v, rk_proof *out) {
    const rk_program *p = v->program;
    rk_tern hypotheses = rk_facts_hypotheses(&v->bounds), all = RK_TRUE;
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

void rk_view_join_sides(rk_view *v, unsigned char *sides) {
    const rk_program *p = v->program;
    for (size_t c = 0; sides != NULL && c < p->nclaims; c++) {
        unsigned i = p->claims[c];
        const rk_instr *in = &p->instr[i];
        if (in->code != RK_P_COMPARE || in->cmp != RK_EQ || rk_tern_known(v->bounds.truth[i]))
            continue;
        const rk_range *a = &v->bounds.value[in->arg[0]], *b = &v->bounds.value[in->arg[1]];
        if (!a->known || !b->known)
            continue;
        if ((sides[c] & RK_SIDE_LE && fmpq_cmp(&a->low, &b->high) >= 0) ||
            (sides[c] & RK_SIDE_GE && fmpq_cmp(&a->high, &b->low) <= 0)) {
            v->bounds.truth[i] = RK_TRUE;
            sides[c] |= RK_SIDE_USED;
        }
    }
}

void rk_view_conclude(const rk_view *v, rk_proof *out, rk_diags *diags) {
    bool excluded = rk_tern_false(rk_facts_claims(&v->bounds)) ||
                    rk_tern_false(rk_facts_hypotheses(&v->bounds));
    if (v->program->checked->mode == RK_MODE_EXISTS)
        out->status = excluded ? RK_PROOF_FALSE : RK_PROOF_NONE;
    else if (report_null_equation(v, diags))
        out->status = RK_PROOF_ERROR;
    else
        settle_claims(v, out);
}
