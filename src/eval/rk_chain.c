#include "rk_chain.h"

#include <string.h>

#include "base/rk_mem.h"

void rk_chain_init(rk_chain *c, const rk_program *program, const rk_assignment *a) {
    memset(c, 0, sizeof *c);
    c->assignment = a;
    c->rational = rk_domain_rational();
    rk_run_init(&c->first, program, c->rational);
    rk_run_set_inputs(&c->first, a);
}

static void drop_later(rk_chain *c) {
    if (c->later == NULL)
        return;
    rk_run_clear(&c->second);
    rk_domain_free(c->later);
    c->later = NULL;
}

void rk_chain_clear(rk_chain *c) {
    drop_later(c);
    rk_run_clear(&c->first);
    rk_domain_free(c->rational);
}

rk_run *rk_chain_run(rk_chain *c) {
    return c->later ? &c->second : &c->first;
}

static bool enter(rk_chain *c, rk_domain *domain) {
    drop_later(c);
    if (domain == NULL)
        return false;
    c->later = domain;
    rk_run_init(&c->second, c->first.program, domain);
    c->second.earlier = &c->first;
    c->second.deadline = c->first.deadline;
    rk_run_set_inputs(&c->second, c->assignment);
    return true;
}

bool rk_chain_next(rk_chain *c, unsigned *step, slong precision_cap, bool try_exact) {
    for (;;) {
        unsigned n = (*step)++;
        slong precision = (slong)64 << (n < RK_CHAIN_EXACT_STEP ? n : n - 1);
        if (n == RK_CHAIN_EXACT_STEP && try_exact)
            return enter(c, rk_domain_calcium());
        if (n != RK_CHAIN_EXACT_STEP && precision <= precision_cap)
            return enter(c, rk_domain_ball(precision));
        if (n > RK_CHAIN_EXACT_STEP)
            return false;
    }
}

/* --- what it would cost --------------------------------------------------------------------- */

static bool known_over_q(const rk_run *q, unsigned i) {
    return q->done[i] && (q->ev[i] == RK_EV_OK || q->defined[i] == RK_EV_UNDEFINED);
}

/* Marks what root needs and Q did not settle. */
static unsigned char *open_part(const rk_run *q, unsigned root) {
    unsigned char *marks = rk_calloc((size_t)root + 1, 1);
    marks[root] = 1;
    for (size_t i = (size_t)root + 1; i-- > 0;) {
        const rk_instr *p = &q->program->instr[i];
        if (known_over_q(q, (unsigned)i))
            marks[i] = 0;
        for (size_t k = 0; marks[i] && k < p->nargs; k++)
            marks[p->arg[k]] = 1;
    }
    return marks;
}

/* Functions that extend the field in which Calcium works. */
static bool extends_field(const rk_instr *p) {
    switch (p->code) {
    case RK_P_SOFTMAX:
    case RK_P_ENTROPY:
    case RK_P_SINGULAR_VALUE:
    case RK_P_EIGEN_MODULUS:
        return true;
    case RK_P_FN:
        return p->fn != RK_FN_ABS && p->fn != RK_FN_SIGN && p->fn != RK_FN_RELU;
    default:
        return false;
    }
}

/* What ends within about half a second when functions are nested so deep: the smaller side of a
   matrix to eliminate, and the entries of any other. Calcium gives up on single numbers that grow
   too large, but not on many that nearly do. Measured on blocks of layernorm, softmax and gelu
   over small integers: one layer 8 by 8 0.2 to 0.7 s, two layers 6 by 6 0.3 s and 8 by 8 1 s,
   three layers 4 by 4 0.7 s, four layers 3 by 3 0.4 s and 4 by 4 2 s. */
enum { DEEPEST = 4 };

static const struct {
    int64_t side, entries, spectrum;
} exact_limits[DEEPEST + 1] = {{8, 100, 6}, {8, 64, 2}, {6, 36, 2}, {4, 16, 2}, {3, 9, 2}};

static unsigned char depth_of(const rk_instr *p, const unsigned char *depth) {
    unsigned char d = 0;
    for (size_t k = 0; k < p->nargs; k++)
        d = depth[p->arg[k]] > d ? depth[p->arg[k]] : d;
    return (unsigned char)(d + (extends_field(p) && d < DEEPEST));
}

static bool step_affordable(const rk_program *program, const rk_instr *p,
                            const unsigned char *depth) {
    if (p->nargs == 0)
        return true;
    const rk_instr *a = &program->instr[p->arg[0]];
    int64_t least = a->rows < a->cols ? a->rows : a->cols;
    unsigned d = depth[p->arg[0]];
    switch (p->code) {
    case RK_P_RANK:
    case RK_P_DET:
    case RK_P_INV:
        return least <= exact_limits[d].side;
    case RK_P_SINGULAR_VALUE:
    case RK_P_EIGEN_MODULUS:
        return least <= exact_limits[d].spectrum;
    default:
        return p->truth || p->rows * p->cols <= exact_limits[d].entries;
    }
}

/* Sums of 40 roots or logarithms take 0.5 s, of 80 exponentials 6 s. */
#define MOST_FUNCTIONS 40

/* Did numbers over Q grow beyond their limit here? They would do no better in Calcium. */
static bool grew_too_large(const rk_run *q, unsigned i) {
    const rk_instr *p = &q->program->instr[i];
    bool own = q->done[i] && q->ev[i] == RK_EV_LIMIT;
    for (size_t k = 0; k < p->nargs; k++)
        own = own && q->ev[p->arg[k]] == RK_EV_OK;
    return own;
}

bool rk_chain_exact_affordable(const rk_chain *c, unsigned root) {
    const rk_program *program = c->first.program;
    unsigned char *marks = open_part(&c->first, root);
    unsigned char *depth = rk_calloc((size_t)root + 1, 1);
    size_t functions = 0;
    bool affordable = true;
    for (unsigned i = 0; i <= root && affordable; i++) {
        if (!marks[i])
            continue;
        depth[i] = depth_of(&program->instr[i], depth);
        functions += extends_field(&program->instr[i]);
        affordable = functions <= MOST_FUNCTIONS && !grew_too_large(&c->first, i) &&
                     step_affordable(program, &program->instr[i], depth);
    }
    rk_free(depth);
    rk_free(marks);
    return affordable;
}

bool rk_chain_hopeless(const rk_program *program, unsigned root) {
    unsigned char *marks = rk_calloc(program->ninstr, 1);
    bool found = false;
    rk_program_closure(program, root, marks);
    for (unsigned i = 0; i <= root; i++)
        found = found || (marks[i] && program->instr[i].code == RK_P_CONSTRUCT);
    rk_free(marks);
    return found;
}

/* The first instruction below root that failed though its arguments did not. */
rk_span rk_chain_obstacle(rk_chain *c, unsigned root) {
    rk_run *run = rk_chain_run(c);
    const rk_program *program = run->program;
    unsigned char *marks = rk_calloc(program->ninstr, 1);
    rk_span span = program->instr[root].span;
    rk_program_closure(program, root, marks);
    for (unsigned i = 0; i <= root; i++) {
        if (!marks[i] || !run->done[i] || run->ev[i] != run->ev[root])
            continue;
        span = program->instr[i].span;
        break;
    }
    rk_free(marks);
    return span;
}
