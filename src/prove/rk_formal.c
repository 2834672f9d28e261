#include "rk_formal.h"
#include "base/rk_clock.h"
#include "base/rk_mem.h"

enum {
    MAX_VARIABLES = 40,
    MAX_GENERATORS = 48,
    MAX_TERMS = 4000,
    MAX_INSTRUCTIONS = 3000,
    MAX_RANKED = 6,
    MAX_RUNS = 8
};

/* --- which claims ------------------------------------------------------------------------- */

static bool is_served(const rk_program *p, const rk_instr *in) {
    const rk_instr *first = in->nargs > 0 ? &p->instr[in->arg[0]] : NULL;
    switch (in->code) {
    case RK_P_UNDEFINED:
    case RK_P_CONSTRUCT:
    case RK_P_SINGULAR_VALUE:
    case RK_P_EIGEN_MODULUS:
    case RK_P_IS_INTEGER:
        return false;
    case RK_P_RANK:
        return first->rows <= MAX_RANKED && first->cols <= MAX_RANKED;
    case RK_P_INPUT:
        return p->slots[in->slot].defined || rk_symbols_usable(&p->slots[in->slot]);
    default:
        return true;
    }
}

static bool is_made_of_served(const rk_program *p, const unsigned char *needed) {
    for (size_t i = 0; i < p->ninstr; i++)
        if (needed[i] && !is_served(p, &p->instr[i]))
            return false;
    return true;
}

/* Generators that functions may bring, with some for the roots and logarithms of numbers. */
static slong count_generators(const rk_program *p) {
    int64_t n = 8;
    for (size_t i = 0; i < p->ninstr && n < MAX_GENERATORS; i++) {
        const rk_instr *in = &p->instr[i];
        if (in->code == RK_P_FN || in->code == RK_P_SOFTMAX || in->code == RK_P_ENTROPY)
            n += in->rows * in->cols;
        else if (in->code == RK_P_MAX_ENTRIES || in->code == RK_P_MIN_ENTRIES ||
                 in->code == RK_P_NORM1)
            n += 2 * p->instr[in->arg[0]].rows * p->instr[in->arg[0]].cols;
    }
    return n < MAX_GENERATORS ? (slong)n : MAX_GENERATORS;
}

/* --- hypotheses --------------------------------------------------------------------------- */

static unsigned signs_said(rk_cmp cmp) {
    switch (cmp) {
    case RK_LT:
        return RK_MAY_NEGATIVE;
    case RK_LE:
        return RK_MAY_NEGATIVE | RK_MAY_ZERO;
    case RK_GT:
        return RK_MAY_POSITIVE;
    case RK_GE:
        return RK_MAY_POSITIVE | RK_MAY_ZERO;
    case RK_EQ:
        return RK_MAY_ZERO;
    default:
        return RK_MAY_NEGATIVE | RK_MAY_POSITIVE;
    }
}

/* a - b entry by entry, where either side may be a scalar for all entries. */
static void assume_entries(const rk_domain *d, rk_cmp cmp, const rk_matrix *a, const rk_matrix *b) {
    const rk_matrix *shape = a->rows * a->cols == 1 ? b : a;
    slong n = shape->rows * shape->cols;
    rk_matrix t;
    if (cmp == RK_NE && n > 1)
        return;
    rk_matrix_init(&t, d, 1, 1);
    for (slong k = 0; k < n; k++) {
        d->sub(d, t.entry, rk_matrix_entry(a, 0, a->rows * a->cols == 1 ? 0 : k),
               rk_matrix_entry(b, 0, b->rows * b->cols == 1 ? 0 : k));
        if (cmp == RK_EQ)
            rk_function_assume_zero(d, t.entry);
        else
            rk_function_assume_sign(d, t.entry, signs_said(cmp));
    }
    rk_matrix_clear(&t);
}

static void assume(rk_run *run, unsigned i) {
    const rk_instr *in = &run->program->instr[i];
    if (in->code == RK_P_AND)
        for (size_t k = 0; k < in->nargs; k++)
            assume(run, in->arg[k]);
    if (in->code != RK_P_COMPARE || run->ev[in->arg[0]] != RK_EV_OK ||
        run->ev[in->arg[1]] != RK_EV_OK)
        return;
    assume_entries(run->domain, in->cmp, &run->value[in->arg[0]], &run->value[in->arg[1]]);
}

/* --- one claim ---------------------------------------------------------------------------- */

/* 0*log(0) counts 0 in an entropy, so an entry of its argument may be 0 where all is defined. */
static bool entropy_is_served(rk_run *run, const rk_instr *in) {
    const rk_matrix *p = &run->value[in->arg[0]];
    int sign;
    if (rk_run_compute(run, in->arg[0]) != RK_EV_OK)
        return false;
    for (slong k = 0; k < p->rows * p->cols; k++)
        if (p->domain->sign(p->domain, &sign, rk_matrix_entry(p, 0, k)) != RK_EV_OK || sign <= 0)
            return false;
    return true;
}

static bool compute(rk_run *run, unsigned root, unsigned char *needed) {
    const rk_program *p = run->program;
    rk_program_closure(p, root, needed);
    for (unsigned i = 0; i < root; i++)
        if (needed[i] && p->instr[i].code == RK_P_ENTROPY && !entropy_is_served(run, &p->instr[i]))
            return false;
    (void)rk_run_compute(run, root);
    return !rk_function_exceeded(run->domain);
}

/* Where the claim is an implication its left side is one more hypothesis. */
static bool compute_claim(rk_formal *f, unsigned char *needed) {
    const rk_program *p = f->run.program;
    unsigned goal = f->whole;
    while (p->instr[goal].code == RK_P_IMPLIES) {
        unsigned left = p->instr[goal].arg[0];
        if (!compute(&f->run, left, needed))
            return false;
        assume(&f->run, left);
        goal = p->instr[goal].arg[1];
    }
    f->claim = goal;
    return compute(&f->run, goal, needed);
}

/* Hypotheses first: what they say of signs serves the claim. False: beyond a limit. */
static bool run_once(rk_formal *f, unsigned char *needed) {
    const rk_program *p = f->run.program;
    rk_function_restart(f->run.domain);
    rk_symbols_set(&f->run, rk_symbols_usable);
    rk_symbols_assume(&f->run);
    for (size_t h = 0; h < p->nhypotheses; h++) {
        rk_program_closure(p, p->hypotheses[h], needed);
        if (!is_made_of_served(p, needed))
            continue;
        if (!compute(&f->run, p->hypotheses[h], needed))
            return false;
        assume(&f->run, p->hypotheses[h]);
    }
    return compute_claim(f, needed);
}

bool rk_formal_open(rk_formal *f, const rk_program *p, unsigned claim, double deadline) {
    slong variables = rk_symbols_count(p, rk_symbols_usable, MAX_VARIABLES);
    unsigned char *needed = rk_malloc(p->ninstr);
    rk_program_closure(p, claim, needed);
    bool ok =
        variables <= MAX_VARIABLES && p->ninstr <= MAX_INSTRUCTIONS && is_made_of_served(p, needed);
    *f = (rk_formal){.whole = claim, .claim = claim};
    if (ok) {
        f->domain = rk_domain_formal(variables, count_generators(p), MAX_TERMS);
        rk_run_init(&f->run, p, f->domain);
        f->run.deadline = deadline;
    }
    for (int k = 0; k < MAX_RUNS && ok; k++) {
        ok = run_once(f, needed) && rk_clock() < deadline;
        if (rk_tern_known(f->run.truth[f->claim]) || !rk_function_wants_restart(f->domain))
            break;
    }
    rk_free(needed);
    if (!ok)
        rk_formal_close(f);
    return ok;
}

void rk_formal_close(rk_formal *f) {
    if (f->domain == NULL)
        return;
    rk_run_clear(&f->run);
    rk_domain_free(f->domain);
    f->domain = NULL;
}
