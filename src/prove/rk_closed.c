/* Theorems with nothing left to choose, and those with finitely many choices: decided by exact
   evaluation. Also the shape bounds alone. */
#include "rk_prove_records.h"
#include "rk_prove.h"
#include "base/rk_mem.h"
#include "rk_facts.h"

void rk_proof_init(rk_proof *p) {
    *p = (rk_proof){.status = RK_PROOF_NONE, .why = RK_EV_OK};
}

void rk_proof_clear(rk_proof *p) {
    if (p->example != NULL) {
        rk_assignment_clear(p->example);
        rk_free(p->example);
    }
    rk_proof_init(p);
}

/* --- evaluation of cases ------------------------------------------------------------------ */

/* What the cases seen so far establish. */
typedef struct tally {
    bool exists;
    uint64_t cases, held, unknown;
    bool settled; /* one violation (universal) or one example (exists) settles everything */
} tally;

static void keep_example(rk_proof *out, const rk_program *program, const rk_assignment *a) {
    if (out->example == NULL) {
        out->example = rk_malloc(sizeof *out->example);
        rk_assignment_init(out->example, program);
    }
    rk_assignment_set(out->example, a);
}

/* An `exists` theorem wants all claims and hypotheses true at one point; a universal one fails as
   soon as some claim is false where the hypotheses are true. */
static bool every_claim_holds(const rk_program *program, const rk_instance *x) {
    for (size_t c = 0; c < program->nclaims; c++)
        if (x->claim[c] != RK_INSTANCE_HOLDS)
            return false;
    return true;
}

static bool some_claim(const rk_program *program, const rk_instance *x, rk_instance_status s) {
    for (size_t c = 0; c < program->nclaims; c++)
        if (x->claim[c] == s)
            return true;
    return false;
}

static void count_case(tally *t, const rk_program *program, const rk_assignment *a,
                       const rk_prove_options *o, double rank_deadline, rk_proof *out) {
    rk_decide_options d = {.precision_cap = o->precision_cap, .rank_deadline = rank_deadline};
    rk_instance x;
    rk_decide(program, a, &d, &x);
    bool violated = some_claim(program, &x, RK_INSTANCE_VIOLATED);
    bool all = every_claim_holds(program, &x);
    t->cases++;
    t->held += all;
    if ((t->exists && all) || (!t->exists && violated)) {
        keep_example(out, program, a);
        t->settled = true;
    } else if (some_claim(program, &x, RK_INSTANCE_UNKNOWN)) {
        t->unknown++;
        out->why = x.why;
        out->where = x.where;
        out->late = x.late;
    }
    rk_instance_clear(&x);
}

static void conclude(const tally *t, rk_proof *out) {
    out->cases = t->cases;
    out->witnessed = t->held > 0 || t->settled;
    if (t->exists)
        out->status = t->settled ? RK_PROOF_TRUE : t->unknown == 0 ? RK_PROOF_FALSE : RK_PROOF_NONE;
    else if (t->settled)
        out->status = RK_PROOF_FALSE;
    else if (t->unknown == 0)
        out->status = RK_PROOF_TRUE;
}

static bool is_exponential(const rk_instr *in) {
    switch (in->fn) {
    case RK_FN_EXP:
    case RK_FN_TANH:
    case RK_FN_SIGMOID:
    case RK_FN_SILU:
        return true;
    default:
        return false;
    }
}

/* Are there exponentials of exponentials of exponentials? */
static bool nests_exponentials(const rk_program *p) {
    enum { DEEP = 3 };
    unsigned char *depth = rk_calloc(p->ninstr + 1, 1);
    bool nested = false;
    for (size_t i = 0; i < p->ninstr && !nested; i++) {
        const rk_instr *in = &p->instr[i];
        for (size_t k = 0; k < in->nargs; k++)
            if (depth[in->arg[k]] > depth[i])
                depth[i] = depth[in->arg[k]];
        if (in->code == RK_P_SOFTMAX || (in->code == RK_P_FN && is_exponential(in)))
            depth[i]++;
        nested = depth[i] == DEEP;
    }
    rk_free(depth);
    return nested;
}

static bool follows_from_shapes(const rk_program *program) {
    rk_facts b;
    rk_facts_init(&b, program);
    rk_facts_propagate(&b);
    bool follows = rk_tern_true(rk_facts_claims(&b));
    rk_facts_clear(&b);
    return follows;
}

/* The checker goes through the cases itself; values of such exponentials may take it too
   long, where shapes need none. */
static void record(const rk_program *program, const rk_prove_options *o, const rk_proof *out) {
    bool exists = program->checked->mode == RK_MODE_EXISTS;
    if (out->status != (exists ? RK_PROOF_FALSE : RK_PROOF_TRUE))
        return;
    if (!exists && nests_exponentials(program) && follows_from_shapes(program))
        rk_record_shape(program, o);
    else
        rk_record_cases(program, o);
}

static tally tally_of(const rk_program *program) {
    return (tally){.exists = program->checked->mode == RK_MODE_EXISTS};
}

static bool is_closed(const rk_program *program) {
    for (size_t s = 0; s < program->nslots; s++)
        if (!program->slots[s].defined)
            return false;
    return true;
}

void rk_prove_closed(const rk_program *program, const rk_prove_options *o, rk_proof *out) {
    if (!is_closed(program))
        return;
    rk_assignment nothing;
    rk_assignment_init(&nothing, program);
    tally t = tally_of(program);
    out->method = "exact evaluation";
    count_case(&t, program, &nothing, o, o->deadline, out);
    conclude(&t, out);
    record(program, o, out);
    rk_assignment_clear(&nothing);
}

bool rk_closed_is_likely(const rk_program *program, const rk_prove_options *o, rk_doubts *doubts) {
    rk_decide_options d = {
        .precision_cap = o->precision_cap, .rank_deadline = o->deadline, .doubts = doubts};
    rk_assignment nothing;
    rk_instance x;
    if (!is_closed(program))
        return false;
    rk_assignment_init(&nothing, program);
    rk_decide(program, &nothing, &d, &x);
    bool likely = every_claim_holds(program, &x);
    rk_instance_clear(&x);
    rk_assignment_clear(&nothing);
    return likely;
}

/* --- finite sets -------------------------------------------------------------------------- */

enum { MAX_CASES = 20000 };

static uint64_t power_capped(uint64_t base, int64_t exponent) {
    uint64_t r = 1;
    for (int64_t i = 0; i < exponent && r <= MAX_CASES; i++)
        r *= base;
    return r;
}

/* Number of members of the slot's set, 0 when infinite or too many. */
static uint64_t members(const rk_slot *s) {
    uint64_t r = 0;
    if (s->defined)
        return 1;
    if (s->set == RK_SET_PERMUTATION) {
        r = 1;
        for (int64_t k = 2; k <= s->rows && r <= MAX_CASES; k++)
            r *= (uint64_t)k;
    } else if ((s->set == RK_SET_STOCHASTIC || s->set == RK_SET_ATTENTION) && s->cols == 1) {
        r = 1;
    } else if (s->set == RK_SET_UNIT_ROWS && s->cols == 1) {
        r = power_capped(2, s->rows);
    } else if (s->set == RK_SET_ORTHOGONAL && s->rows == 1) {
        r = 2;
    }
    return r <= MAX_CASES ? r : 0;
}

/* The k-th permutation in the factorial number system. */
static void set_permutation(fmpq_mat_t m, uint64_t k) {
    slong n = fmpq_mat_nrows(m);
    slong *left = rk_malloc((size_t)n * sizeof *left);
    for (slong i = 0; i < n; i++)
        left[i] = i;
    fmpq_mat_zero(m);
    for (slong i = 0; i < n; i++) {
        slong rest = n - i, pick = (slong)(k % (uint64_t)rest);
        k /= (uint64_t)rest;
        fmpq_one(fmpq_mat_entry(m, i, left[pick]));
        left[pick] = left[rest - 1];
    }
    rk_free(left);
}

static void set_member(fmpq_mat_t m, const rk_slot *s, uint64_t k) {
    if (s->set == RK_SET_PERMUTATION) {
        set_permutation(m, k);
        return;
    }
    for (slong i = 0; i < fmpq_mat_nrows(m); i++)
        fmpq_set_si(fmpq_mat_entry(m, i, 0), k >> i & 1 ? -1 : 1, 1);
}

static uint64_t count_all(const rk_program *program) {
    uint64_t total = 1;
    for (size_t s = 0; s < program->nslots; s++) {
        total *= members(&program->slots[s]);
        if (total == 0 || total > MAX_CASES)
            return 0;
    }
    return total;
}

static void set_case(const rk_program *program, uint64_t k, rk_assignment *a) {
    for (size_t s = 0; s < program->nslots; s++) {
        const rk_slot *slot = &program->slots[s];
        if (slot->defined)
            continue;
        uint64_t n = members(slot);
        set_member(&a->value[s], slot, k % n);
        k /= n;
    }
}

void rk_prove_cases(const rk_program *program, const rk_prove_options *o, rk_proof *out) {
    uint64_t total = program->nslots > 0 ? count_all(program) : 0;
    if (total == 0)
        return;
    rk_assignment a;
    rk_assignment_init(&a, program);
    tally t = tally_of(program);
    out->method = "all cases";
    for (uint64_t k = 0; k < total && !t.settled; k++) {
        set_case(program, k, &a);
        count_case(&t, program, &a, o, 0, out);
    }
    conclude(&t, out);
    record(program, o, out);
    rk_assignment_clear(&a);
}

/* --- shapes ------------------------------------------------------------------------------- */

/* Operations that are defined everywhere: then any point of the sets is an instance. */
static bool is_total(const rk_program *program) {
    for (size_t i = 0; i < program->ninstr; i++)
        switch (program->instr[i].code) {
        case RK_P_UNDEFINED:
        case RK_P_CONSTRUCT:
        case RK_P_DIV:
        case RK_P_EDIV:
        case RK_P_ROW_DIVIDE:
        case RK_P_INV:
        case RK_P_SOFTMAX:
        case RK_P_FN:
        case RK_P_SINGULAR_VALUE:
        case RK_P_EIGEN_MODULUS:
        case RK_P_ENTROPY:
            return false;
        default:
            break;
        }
    return true;
}

/* No assignment is an example: some claim or hypothesis is false wherever it is defined. */
static bool excludes_examples(const rk_facts *b) {
    return rk_tern_false(rk_facts_claims(b)) || rk_tern_false(rk_facts_hypotheses(b));
}

void rk_prove_bounds(const rk_program *program, const rk_prove_options *o, rk_proof *out) {
    rk_facts b;
    rk_facts_init(&b, program);
    rk_facts_propagate(&b);
    rk_mode mode = program->checked->mode;
    if (mode == RK_MODE_UNIVERSAL && rk_tern_true(rk_facts_claims(&b))) {
        out->status = RK_PROOF_TRUE;
        out->method = "shape bounds";
        out->witnessed = program->nhypotheses == 0 && is_total(program);
        rk_record_shape(program, o);
    } else if (mode == RK_MODE_EXISTS && excludes_examples(&b)) {
        out->status = RK_PROOF_FALSE;
        out->method = "shape bounds";
        rk_record_shape(program, o);
    }
    rk_facts_clear(&b);
}
