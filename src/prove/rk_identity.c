/* Identities and inequalities, with functions in them or not, at every value at which both sides
   are defined: the claim runs over formal functions; comparisons that their form does not settle
   become polynomial inequalities. */
#include <string.h>
#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "rk_formal.h"
#include "rk_inequality.h"
#include "rk_interior.h"
#include "rk_prove_records.h"
#include "rk_view.h"

enum { MOST_EQUATIONS = 36 };      /* entries of matrices that are shown to be equal */
static const double LONGEST = 0.6; /* seconds for one claim at one choice of dimensions */
static const double LONGEST_WRITTEN = 4;

typedef struct argument {
    const rk_program *program;
    rk_formal formal;
    rk_inequalities given;
    rk_tern *truth; /* of instructions, at all points */
    rk_means means;
    bool violated;   /* some claim is false at every point */
    rk_steps *steps; /* to be written; or NULL */
} argument;

static const char *const name_of_means[] = {
    [RK_BY_IDENTITY] = "identity",
    [RK_BY_SIGNS] = "signs",
    [RK_BY_COEFFICIENTS] = "nonnegative coefficients",
    [RK_BY_SQUARES] = "sum of squares",
    [RK_BY_ROOTS] = "root isolation",
    [RK_BY_BOXES] = "branch and bound",
};

static void use(argument *a, rk_means means) {
    a->means = means > a->means ? means : a->means;
}

/* --- comparisons -------------------------------------------------------------------------- */

/* x >= 0, or > 0, where x = p/q: the same of p*q, or of p with the sign of q. */
static bool is_nonnegative(argument *a, const fmpz_mpoly_q_struct *x, bool strict) {
    const fmpz_mpoly_ctx_struct *ring = a->given.ring;
    fmpz_mpoly_t p;
    fmpz_mpoly_init(p, ring);
    unsigned den = rk_function_signs_of_poly(a->formal.domain, &x->den);
    bool one_sided = !(den & RK_MAY_NEGATIVE) || !(den & RK_MAY_POSITIVE);
    fmpz_mpoly_set(p, &x->num, ring);
    if (one_sided && (den & RK_MAY_NEGATIVE))
        fmpz_mpoly_neg(p, p, ring);
    else if (!one_sided)
        fmpz_mpoly_mul(p, p, &x->den, ring);
    bool ok = rk_function_reduce_poly(a->formal.domain, p) && rk_inequality(&a->given, p, strict);
    if (ok)
        use(a, a->given.means);
    if (ok && a->steps != NULL) {
        rk_steps_sign(a->steps, &x->den, one_sided ? den : den & ~(unsigned)RK_MAY_ZERO);
        rk_steps_conclude(a->steps, x, rk_inequality_signs(strict), !one_sided);
    }
    fmpz_mpoly_clear(p, ring);
    return ok;
}

/* x - y >= 0, or > 0, for every entry; either may be a scalar for all. */
static bool is_above(argument *a, const rk_matrix *x, const rk_matrix *y, bool strict) {
    const rk_domain *d = a->formal.domain;
    bool one = x->rows * x->cols == 1, other = y->rows * y->cols == 1, ok = true;
    slong n = one ? y->rows * y->cols : x->rows * x->cols;
    rk_matrix t;
    rk_matrix_init(&t, d, 1, 1);
    for (slong k = 0; k < n && ok; k++) {
        d->sub(d, t.entry, rk_matrix_entry(x, 0, one ? 0 : k),
               rk_matrix_entry(y, 0, other ? 0 : k));
        ok = !rk_function_exceeded(d) && is_nonnegative(a, t.entry, strict);
    }
    rk_matrix_clear(&t);
    return ok;
}

/* x = p/q has these signs, as p is shown to be 0, or to be nowhere 0. */
static bool has_signs(argument *a, const fmpz_mpoly_q_struct *x, unsigned signs,
                      bool (*shown)(rk_inequalities *s, const fmpz_mpoly_t p)) {
    if (!shown(&a->given, &x->num))
        return false;
    use(a, a->given.means);
    if (a->steps != NULL) {
        rk_steps_signs(a->steps, x);
        rk_steps_conclude(a->steps, x, signs, false);
    }
    return true;
}

/* Two entries that are never equal. */
static bool differ(argument *a, const rk_matrix *x, const rk_matrix *y) {
    const rk_domain *d = a->formal.domain;
    bool scalar = x->rows * x->cols == 1 && y->rows * y->cols == 1;
    if (!scalar || is_above(a, x, y, true) || is_above(a, y, x, true))
        return scalar;
    rk_matrix t;
    rk_matrix_init(&t, d, 1, 1);
    d->sub(d, t.entry, rk_matrix_entry(x, 0, 0), rk_matrix_entry(y, 0, 0));
    bool ok = !rk_function_exceeded(d) &&
              has_signs(a, t.entry, RK_MAY_NEGATIVE | RK_MAY_POSITIVE, rk_inequality_apart);
    rk_matrix_clear(&t);
    return ok;
}

/* Every entry of the difference is 0. */
static bool is_equal(argument *a, const rk_matrix *x, const rk_matrix *y) {
    const rk_domain *d = a->formal.domain;
    bool ok = x->rows == y->rows && x->cols == y->cols && x->rows * x->cols <= MOST_EQUATIONS;
    rk_matrix t;
    rk_matrix_init(&t, d, 1, 1);
    for (slong k = 0; ok && k < x->rows * x->cols; k++) {
        d->sub(d, t.entry, rk_matrix_entry(x, 0, k), rk_matrix_entry(y, 0, k));
        const fmpz_mpoly_q_struct *q = t.entry;
        if (rk_function_exceeded(d))
            ok = false;
        else if (!fmpz_mpoly_is_zero(&q->num, a->given.ring))
            ok = has_signs(a, q, RK_MAY_ZERO, rk_inequality_zero);
    }
    rk_matrix_clear(&t);
    return ok;
}

/* True at all points, if that is shown. */
static rk_tern compare(argument *a, const rk_instr *in) {
    const rk_run *run = &a->formal.run;
    const rk_matrix *x = &run->value[in->arg[0]], *y = &run->value[in->arg[1]];
    if (run->ev[in->arg[0]] != RK_EV_OK || run->ev[in->arg[1]] != RK_EV_OK)
        return RK_UNKNOWN;
    switch (in->cmp) {
    case RK_LT:
        return is_above(a, y, x, true) ? RK_TRUE : RK_UNKNOWN;
    case RK_LE:
        return is_above(a, y, x, false) ? RK_TRUE : RK_UNKNOWN;
    case RK_GT:
        return is_above(a, x, y, true) ? RK_TRUE : RK_UNKNOWN;
    case RK_GE:
        return is_above(a, x, y, false) ? RK_TRUE : RK_UNKNOWN;
    case RK_NE:
        return differ(a, x, y) ? RK_TRUE : RK_UNKNOWN;
    default:
        return is_equal(a, x, y) ? RK_TRUE : RK_UNKNOWN;
    }
}

/* --- truth values ------------------------------------------------------------------------- */

static rk_tern combine(const argument *a, const rk_instr *in) {
    rk_tern t = rk_tern_of(in->code != RK_P_OR);
    switch (in->code) {
    case RK_P_NOT:
        return rk_tern_not(a->truth[in->arg[0]]);
    case RK_P_IMPLIES:
        return rk_tern_implies(a->truth[in->arg[0]], a->truth[in->arg[1]]);
    case RK_P_IFF:
        return rk_tern_iff(a->truth[in->arg[0]], a->truth[in->arg[1]]);
    case RK_P_AND:
    case RK_P_OR:
        for (size_t k = 0; k < in->nargs; k++)
            t = in->code == RK_P_OR ? rk_tern_or(t, a->truth[in->arg[k]])
                                    : rk_tern_and(t, a->truth[in->arg[k]]);
        return t;
    default:
        return RK_UNKNOWN;
    }
}

/* What the run left open is tried as an inequality; a false part of the claim ends it. */
static bool holds_by_inequalities(argument *a, double deadline) {
    const rk_program *p = a->program;
    unsigned claim = a->formal.claim;
    unsigned char *needed = rk_malloc(p->ninstr);
    rk_program_closure(p, claim, needed);
    rk_inequalities_init(&a->given, a->formal.domain, deadline, a->steps);
    for (unsigned i = 0; i <= claim; i++) {
        const rk_instr *in = &p->instr[i];
        if (!needed[i] || !in->truth)
            continue;
        a->truth[i] = a->formal.run.truth[i];
        if (!rk_tern_known(a->truth[i]))
            a->truth[i] = in->code == RK_P_COMPARE ? compare(a, in) : combine(a, in);
    }
    rk_inequalities_clear(&a->given);
    rk_free(needed);
    return rk_tern_true(a->truth[claim]);
}

static bool has_order(const rk_program *p, unsigned claim) {
    unsigned char *needed = rk_malloc(p->ninstr);
    bool found = false;
    rk_program_closure(p, claim, needed);
    for (unsigned i = 0; i <= claim; i++)
        found =
            found || (needed[i] && p->instr[i].code == RK_P_COMPARE && p->instr[i].cmp != RK_EQ);
    rk_free(needed);
    return found;
}

/* --- steps of a certificate --------------------------------------------------------------- */

/* What signs say of x is made evident; does it say that x is not 0? */
static bool write_signs(argument *a, rk_matrix *x) {
    const rk_domain *d = a->formal.domain;
    rk_steps_signs(a->steps, x->entry);
    unsigned signs = rk_function_signs(d, x->entry);
    bool zero = signs & RK_MAY_ZERO, negative = !(signs & RK_MAY_POSITIVE);
    if (negative)
        d->neg(d, x->entry, x->entry);
    if (negative || !(signs & RK_MAY_NEGATIVE))
        rk_steps_conclude(a->steps, x->entry, rk_inequality_signs(!zero), false);
    else if (!zero)
        rk_steps_conclude(a->steps, x->entry, signs, false);
    return !zero;
}

/* What the run itself could tell of a comparison, it told by signs. */
static void write_comparison(argument *a, unsigned i) {
    const rk_instr *in = &a->program->instr[i];
    const rk_matrix *x = &a->formal.run.value[in->arg[0]], *y = &a->formal.run.value[in->arg[1]];
    const rk_domain *d = a->formal.domain;
    bool one = x->rows * x->cols == 1, other = y->rows * y->cols == 1, apart = false;
    bool whole = in->cmp == RK_EQ || in->cmp == RK_NE;
    rk_matrix t;
    if (!rk_tern_known(a->formal.run.truth[i]))
        return;
    rk_matrix_init(&t, d, 1, 1);
    for (slong k = 0; k < (one ? y->rows * y->cols : x->rows * x->cols) && !apart; k++) {
        d->sub(d, t.entry, rk_matrix_entry(x, 0, one ? 0 : k),
               rk_matrix_entry(y, 0, other ? 0 : k));
        bool is_zero = rk_function_signs(d, t.entry) == RK_MAY_ZERO;
        apart = !is_zero && write_signs(a, &t) && whole;
    }
    rk_matrix_clear(&t);
}

static void write_claim(argument *a, unsigned claim) {
    const rk_program *p = a->program;
    unsigned char *needed = rk_malloc(p->ninstr);
    rk_program_closure(p, claim, needed);
    for (unsigned i = 0; i <= claim; i++)
        if (needed[i] && p->instr[i].code == RK_P_COMPARE)
            write_comparison(a, i);
    rk_free(needed);
}

static bool holds(argument *a, unsigned claim, double deadline) {
    double end = rk_clock() + (a->steps != NULL ? LONGEST_WRITTEN : LONGEST);
    end = deadline > 0 && deadline < end ? deadline : end;
    if (!rk_formal_open(&a->formal, a->program, claim, end, a->steps))
        return false;
    bool ok = rk_tern_true(a->formal.run.truth[a->formal.claim]);
    if (ok && has_order(a->program, a->formal.claim))
        use(a, RK_BY_SIGNS);
    a->violated = rk_tern_false(a->formal.run.truth[claim]) && a->formal.claim == a->formal.whole;
    ok = ok || (!a->violated && holds_by_inequalities(a, end));
    if (ok && a->steps != NULL)
        write_claim(a, a->formal.claim);
    rk_formal_close(&a->formal);
    return ok;
}

enum { INTERIOR_POINTS = 4, INTERIOR_BITS = 8 };

/* A generic claim that is false wherever it is defined is false almost everywhere if it is defined,
   and the hypotheses hold, on an open set. */
static bool refute(const rk_program *program, const rk_prove_options *o, rk_proof *out) {
    rk_rng rng = rk_rng_trial(o->seed, program->checked->statement, 0x6964656e74697479ULL);
    rk_assignment a;
    bool found = false;
    rk_assignment_init(&a, program);
    for (int k = 0; k < INTERIOR_POINTS && !found; k++) {
        rk_interior_draw(program, &rng, INTERIOR_BITS, rk_rng_u64(&rng), &a);
        found = rk_prove_open_instance(program, &a, o);
    }
    if (found) {
        out->status = RK_PROOF_FALSE;
        out->method = "identity";
        out->witnessed = true;
        out->example = rk_malloc(sizeof *out->example);
        rk_assignment_init(out->example, program);
        rk_assignment_set(out->example, &a);
        rk_record_open(program, NULL, o, &a);
    }
    rk_assignment_clear(&a);
    return found;
}

/* Does the text of an `assume` have a part that is not served? */
static bool is_left_out(const rk_program *p, const rk_term *assumed) {
    for (size_t h = 0; h < p->nhypotheses; h++) {
        rk_span at = p->instr[p->hypotheses[h]].span;
        if (at.source == assumed->span.source && at.begin >= assumed->span.begin &&
            at.end <= assumed->span.end && !rk_formal_serves(p, p->hypotheses[h]))
            return true;
    }
    return false;
}

/* Steps tell nothing of them but of numbers. */
static bool speaks_of_ranks(const rk_program *p) {
    for (size_t i = 0; i < p->ninstr; i++)
        if (p->instr[i].code == RK_P_RANK)
            return true;
    return false;
}

/* Argues once more, and writes the steps down. Nothing is written if some step has no record. The
   steps say nothing of Jacobians. */
static void write_records(argument *a, const rk_prove_options *o) {
    const rk_program *p = a->program;
    size_t before = o->records->len;
    bool ok = true;
    if (rk_has_jacobians(p->checked)) {
        rk_record_rational(p, o);
        return;
    }
    if (speaks_of_ranks(p)) {
        if (p->nclaims == 1) /* several are recorded one by one */
            rk_record_functions(p, o);
        return;
    }
    rk_buf_puts(o->records, "identity\n");
    for (size_t c = 0; c < p->nclaims && ok; c++) {
        rk_steps steps;
        rk_steps_init(&steps, p);
        a->steps = &steps;
        rk_buf_printf(o->records, "claim %zu\n", c + 1);
        for (size_t k = 0; k < p->checked->nassumes; k++)
            if (is_left_out(p, p->checked->assumes[k]))
                rk_buf_printf(o->records, "without %zu\n", k + 1);
        ok = holds(a, p->claims[c], 0) && !steps.failed && strchr(steps.text.text, '?') == NULL;
        rk_buf_puts(o->records, steps.text.text);
        rk_steps_clear(&steps);
    }
    a->steps = NULL;
    if (!ok)
        rk_buf_cut(o->records, before);
}

void rk_prove_identity(const rk_program *program, const rk_prove_options *o, rk_proof *out) {
    argument a = {.program = program};
    bool ok = program->checked->mode == RK_MODE_UNIVERSAL;
    a.truth = rk_calloc(program->ninstr + 1, sizeof *a.truth);
    for (size_t c = 0; c < program->nclaims && ok; c++)
        ok = holds(&a, program->claims[c], o->deadline);
    if (ok) {
        out->status = RK_PROOF_TRUE;
        out->method = name_of_means[a.means];
        if (o->records != NULL)
            write_records(&a, o);
    } else if (a.violated && rk_has_generic(program)) {
        (void)refute(program, o, out);
    }
    rk_free(a.truth);
}
