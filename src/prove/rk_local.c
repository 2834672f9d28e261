#include "rk_local.h"
#include "base/rk_mem.h"
#include "rk_facts.h"
#include "rk_prove.h"

struct rk_local {
    const rk_program *program;
    rk_domain *domain;
    rk_run run;
    unsigned char *moves; /* depends on a generic variable, and is not locally constant */
    unsigned char *ranks; /* depends on a rank or sign of something that moves: may jump */
    rk_facts bounds;
};

/* Members of finite sets stand still: each is a point of positive measure. */
static bool is_finite(const rk_slot *slot) {
    switch (slot->set) {
    case RK_SET_PERMUTATION:
        return true;
    case RK_SET_ORTHOGONAL:
        return slot->rows == 1;
    case RK_SET_UNIT_ROWS:
    case RK_SET_STOCHASTIC:
    case RK_SET_ATTENTION:
        return slot->cols == 1;
    default:
        return false;
    }
}

bool rk_local_stands_still(const rk_slot *slot) {
    return slot->quant != RK_GENERIC || is_finite(slot);
}

/* --- entries of one sign ------------------------------------------------------------------ */

typedef struct signs {
    bool known, any_zero, any_positive, any_negative;
    int64_t live_rows, live_cols; /* rows and columns with an entry that is not negative */
} signs;

static int entry_sign(const rk_matrix *m, slong i, slong j, bool *known) {
    int s = 0;
    if (m->domain->sign(m->domain, &s, rk_matrix_entry(m, i, j)) != RK_EV_OK)
        *known = false;
    return s;
}

static signs signs_of(const rk_local *l, unsigned instr) {
    const rk_matrix *m = &l->run.value[instr];
    signs r = {.known = l->run.ev[instr] == RK_EV_OK};
    if (!r.known)
        return r;
    unsigned char *column = rk_calloc((size_t)m->cols, 1);
    for (slong i = 0; i < m->rows; i++) {
        bool live = false;
        for (slong j = 0; j < m->cols; j++) {
            int s = entry_sign(m, i, j, &r.known);
            r.any_zero |= s == 0;
            r.any_positive |= s > 0;
            r.any_negative |= s < 0;
            live |= s >= 0;
            column[j] |= s >= 0;
        }
        r.live_rows += live;
    }
    for (slong j = 0; j < m->cols; j++)
        r.live_cols += column[j];
    rk_free(column);
    return r;
}

/* --- definedness around the point --------------------------------------------------------- */

static bool stays_positive(const rk_local *l, unsigned i) {
    signs s = signs_of(l, i);
    return s.known && !l->ranks[i] && !s.any_zero && !s.any_negative;
}

static bool stays_nonzero(const rk_local *l, unsigned i) {
    signs s = signs_of(l, i);
    return s.known && !l->ranks[i] && !s.any_zero;
}

/* Does the instruction stay defined when its moving arguments move a little? The run found it
   defined at the point itself; open conditions then stay true. */
static bool stays_defined(const rk_local *l, unsigned i) {
    const rk_instr *in = &l->program->instr[i];
    bool moving = in->nargs > 0 && l->moves[in->arg[0]];
    switch (in->code) {
    case RK_P_FN:
        if (!moving)
            return true;
        if (in->fn == RK_FN_SQRT || in->fn == RK_FN_LOG)
            return stays_positive(l, in->arg[0]);
        return true;
    case RK_P_DIV:
    case RK_P_EDIV:
    case RK_P_ROW_DIVIDE:
        return !l->moves[in->arg[1]] || stays_nonzero(l, in->arg[1]);
    case RK_P_INV:
        return !moving || !l->ranks[in->arg[0]];
    case RK_P_SOFTMAX:
        return in->nargs < 2 || !l->moves[in->arg[1]];
    case RK_P_ENTROPY:
        return !moving || stays_positive(l, in->arg[0]);
    case RK_P_UNDEFINED:
    case RK_P_CONSTRUCT:
        return false;
    default:
        return true;
    }
}

/* --- what moves --------------------------------------------------------------------------- */

static void local_branch(rk_local *l, unsigned i) {
    const rk_instr *in = &l->program->instr[i];
    signs s = signs_of(l, in->arg[0]);
    if (!s.known)
        return;
    bool still = !s.any_zero && (in->fn == RK_FN_SIGN || (in->fn == RK_FN_RELU && !s.any_positive));
    if (still)
        l->moves[i] = 0;
    if (in->fn == RK_FN_RELU)
        l->bounds.fact_high[i] = s.live_rows < s.live_cols ? s.live_rows : s.live_cols;
}

/* Around the point the function is plus or minus the identity: its rank is that of its argument. */
static bool is_local_identity(const rk_local *l, const rk_instr *in) {
    if (in->code != RK_P_FN || (in->fn != RK_FN_RELU && in->fn != RK_FN_ABS))
        return false;
    if (l->ranks[in->arg[0]])
        return false;
    signs s = signs_of(l, in->arg[0]);
    if (!s.known || s.any_zero)
        return false;
    return !s.any_negative || (in->fn == RK_FN_ABS && !s.any_positive);
}

/* A product with a factor that stands still at 0 stands still. */
static bool is_stilled(const rk_local *l, const rk_instr *in) {
    bool product = in->code == RK_P_MUL || in->code == RK_P_SCALE || in->code == RK_P_EMUL ||
                   in->code == RK_P_ROW_SCALE;
    for (size_t k = 0; product && k < in->nargs; k++) {
        if (l->moves[in->arg[k]])
            continue;
        signs s = signs_of(l, in->arg[k]);
        if (s.known && !s.any_positive && !s.any_negative)
            return true;
    }
    return false;
}

enum { LARGEST_RANKED = 64 };

/* A rank as large as the shape allows stays so around the point. */
static bool is_full_rank(const rk_local *l, const rk_instr *in) {
    if (in->code != RK_P_RANK || l->ranks[in->arg[0]] || l->run.ev[in->arg[0]] != RK_EV_OK)
        return false;
    slong low = 0, high = 0;
    const rk_matrix *m = &l->run.value[in->arg[0]];
    slong full = m->rows < m->cols ? m->rows : m->cols;
    return m->rows <= LARGEST_RANKED && m->cols <= LARGEST_RANKED &&
           rk_matrix_rank(&low, &high, m) == RK_EV_OK && low == full;
}

static void classify(rk_local *l, unsigned i) {
    const rk_instr *in = &l->program->instr[i];
    l->moves[i] = in->code == RK_P_INPUT && !rk_local_stands_still(&l->program->slots[in->slot]);
    for (size_t k = 0; k < in->nargs; k++) {
        l->moves[i] |= l->moves[in->arg[k]];
        l->ranks[i] |= l->ranks[in->arg[k]];
    }
    if (l->moves[i] && (is_stilled(l, in) || is_full_rank(l, in)))
        l->moves[i] = l->ranks[i] = 0;
    if (!l->moves[i])
        return;
    bool jumps = l->ranks[i];
    bool sign = in->code == RK_P_FN && in->fn == RK_FN_SIGN;
    bool relu = in->code == RK_P_FN && in->fn == RK_FN_RELU;
    if (in->code == RK_P_RANK || in->code == RK_P_IS_PSD || in->code == RK_P_IS_INTEGER || sign)
        l->ranks[i] = 1;
    if (!jumps && (relu || sign))
        local_branch(l, i);
    if (!l->moves[i])
        l->ranks[i] = 0;
}

/* Near the point no rank is smaller than at the point; of what stands still it is the same. */
static void set_rank_facts(rk_local *l, unsigned i) {
    slong low = 0, high = 0;
    const rk_matrix *m = &l->run.value[i];
    if (l->run.ev[i] != RK_EV_OK || m->rows > LARGEST_RANKED || m->cols > LARGEST_RANKED)
        return;
    rk_ev ev = rk_matrix_rank(&low, &high, m);
    l->bounds.fact_low[i] = low;
    if (ev == RK_EV_OK && !l->moves[i])
        l->bounds.fact_high[i] = high;
}

/* Ranks of what stands still, a `forall` factor that is 0 among them, and of what is asked for. */
static void rank_facts(rk_local *l) {
    const rk_program *p = l->program;
    for (unsigned i = 0; i < p->ninstr; i++) {
        if (!p->instr[i].truth && !l->moves[i])
            set_rank_facts(l, i);
        if (p->instr[i].code == RK_P_RANK && !l->ranks[p->instr[i].arg[0]])
            set_rank_facts(l, p->instr[i].arg[0]);
    }
}

/* --- truth -------------------------------------------------------------------------------- */

static rk_tern strictly(rk_cmp cmp, const rk_matrix *a, const rk_matrix *b) {
    rk_ev why;
    rk_relation strict = cmp == RK_LT || cmp == RK_LE ? RK_REL_LT : RK_REL_GT;
    rk_relation weak = cmp == RK_LT || cmp == RK_LE ? RK_REL_LE : RK_REL_GE;
    if (cmp == RK_EQ || cmp == RK_NE) {
        if (rk_tern_true(rk_matrix_compare(RK_REL_NE, a, b, &why)))
            return rk_tern_of(cmp == RK_NE);
        return RK_UNKNOWN;
    }
    if (rk_tern_true(rk_matrix_compare(strict, a, b, &why)))
        return RK_TRUE;
    if (rk_tern_false(rk_matrix_compare(weak, a, b, &why)))
        return RK_FALSE;
    return RK_UNKNOWN;
}

static void set_truth_fact(rk_local *l, unsigned i) {
    const rk_instr *in = &l->program->instr[i];
    bool moving = false, continuous = true;
    for (size_t k = 0; k < in->nargs; k++) {
        moving |= l->moves[in->arg[k]];
        continuous &= !l->ranks[in->arg[k]] && l->run.ev[in->arg[k]] == RK_EV_OK;
    }
    if (!moving)
        l->bounds.fact_truth[i] = l->run.truth[i];
    else if (in->code == RK_P_COMPARE && continuous)
        l->bounds.fact_truth[i] =
            strictly(in->cmp, &l->run.value[in->arg[0]], &l->run.value[in->arg[1]]);
}

/* relu(A) and |A| on entries of one sign pass the bounds of A on; one more propagation reaches
   everything, because arguments stand before their users. */
static void pass_local_identities(rk_local *l) {
    const rk_program *p = l->program;
    for (unsigned i = 0; i < p->ninstr; i++) {
        if (!is_local_identity(l, &p->instr[i]))
            continue;
        unsigned a = p->instr[i].arg[0];
        l->bounds.fact_low[i] = l->bounds.low[a];
        l->bounds.fact_high[i] = l->bounds.high[a];
        rk_facts_propagate(&l->bounds);
    }
}

static bool analyse(rk_local *l) {
    const rk_program *p = l->program;
    for (unsigned i = 0; i < p->ninstr; i++) {
        (void)rk_run_compute(&l->run, i);
        if (l->run.defined[i] != RK_EV_OK)
            return false;
        classify(l, i);
        if (!stays_defined(l, i))
            return false;
    }
    rank_facts(l);
    for (unsigned i = 0; i < p->ninstr; i++)
        if (p->instr[i].truth)
            set_truth_fact(l, i);
    rk_facts_propagate(&l->bounds);
    pass_local_identities(l);
    return true;
}

/* Takes the domain over. */
static rk_local *try_domain(const rk_program *program, const rk_assignment *point,
                            rk_domain *domain) {
    rk_local *l = rk_calloc(1, sizeof *l);
    l->program = program;
    l->domain = domain;
    l->moves = rk_calloc(program->ninstr, 1);
    l->ranks = rk_calloc(program->ninstr, 1);
    rk_run_init(&l->run, program, domain);
    rk_facts_init(&l->bounds, program);
    if (rk_run_set_inputs(&l->run, point) == RK_EV_OK && analyse(l))
        return l;
    rk_local_free(l);
    return NULL;
}

static bool is_settled(const rk_local *l) {
    return rk_tern_known(rk_facts_claims(&l->bounds)) &&
           rk_tern_known(rk_facts_hypotheses(&l->bounds));
}

rk_local *rk_local_new(const rk_program *program, const rk_assignment *point, slong precision) {
    rk_local *l = try_domain(program, point, rk_domain_rational());
    if (l != NULL && is_settled(l))
        return l;
    rk_local *ball = try_domain(program, point, rk_domain_ball(precision));
    rk_local_free(ball != NULL ? l : NULL);
    return ball != NULL ? ball : l;
}

void rk_local_free(rk_local *l) {
    if (l == NULL)
        return;
    rk_run_clear(&l->run);
    rk_facts_clear(&l->bounds);
    rk_free(l->moves);
    rk_free(l->ranks);
    rk_domain_free(l->domain);
    rk_free(l);
}

const rk_facts *rk_local_facts(const rk_local *l) {
    return &l->bounds;
}

void rk_local_bound_rank(rk_local *l, unsigned instr, slong high) {
    int64_t *known = &l->bounds.fact_high[instr];
    if (*known < 0 || high < *known)
        *known = high;
}

void rk_local_know_truth(rk_local *l, unsigned instr, rk_tern truth) {
    if (rk_tern_known(truth))
        l->bounds.fact_truth[instr] = truth;
}

void rk_local_conclude(rk_local *l) {
    rk_facts_propagate(&l->bounds);
}

static const void *entry_at(const rk_matrix *m, slong k) {
    return rk_matrix_entry(m, k / m->cols, k % m->cols);
}

int rk_local_sign(const rk_local *l, unsigned instr, slong k) {
    const rk_matrix *m = &l->run.value[instr];
    int sign = 0;
    if (l->run.ev[instr] != RK_EV_OK || l->ranks[instr] ||
        m->domain->sign(m->domain, &sign, entry_at(m, k)) != RK_EV_OK)
        return 0;
    return sign;
}

int rk_local_order(const rk_local *l, unsigned instr, slong k, slong m) {
    const rk_matrix *a = &l->run.value[instr];
    int sign = 0;
    if (l->run.ev[instr] != RK_EV_OK || l->ranks[instr])
        return 0;
    rk_matrix t;
    rk_matrix_init(&t, a->domain, 1, 1);
    a->domain->sub(a->domain, t.entry, entry_at(a, k), entry_at(a, m));
    if (a->domain->sign(a->domain, &sign, t.entry) != RK_EV_OK)
        sign = 0;
    rk_matrix_clear(&t);
    return sign;
}

static rk_local *local_at(const rk_program *program, const rk_assignment *point,
                          const rk_prove_options *o) {
    return rk_local_new(program, point, o->precision_cap > 0 ? o->precision_cap : 256);
}

bool rk_prove_open_violation(const rk_program *program, const rk_assignment *point,
                             const rk_prove_options *o) {
    rk_local *l = local_at(program, point, o);
    bool violated = l != NULL && rk_tern_false(rk_facts_claims(rk_local_facts(l))) &&
                    rk_tern_true(rk_facts_hypotheses(rk_local_facts(l)));
    rk_local_free(l);
    return violated;
}

bool rk_prove_open_instance(const rk_program *program, const rk_assignment *point,
                            const rk_prove_options *o) {
    rk_local *l = local_at(program, point, o);
    bool held = l != NULL && rk_tern_true(rk_facts_hypotheses(rk_local_facts(l)));
    rk_local_free(l);
    return held;
}
