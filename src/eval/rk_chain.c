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

static double operations(const rk_program *program, const rk_instr *p) {
    double entries = (double)p->rows * (double)p->cols;
    const rk_instr *a = p->nargs > 0 ? &program->instr[p->arg[0]] : p;
    double rows = (double)a->rows, cols = (double)a->cols;
    switch (p->code) {
    case RK_P_MUL:
        return entries * cols;
    case RK_P_RANK:
    case RK_P_DET:
    case RK_P_INV:
        return 4 * rows * cols * (rows < cols ? rows : cols);
    default:
        return entries + rows * cols;
    }
}

#define EXACT_OPERATIONS 4000.0

bool rk_chain_exact_affordable(const rk_chain *c, unsigned root) {
    unsigned char *marks = open_part(&c->first, root);
    double cost = 0;
    for (unsigned i = 0; i <= root; i++)
        if (marks[i])
            cost += operations(c->first.program, &c->first.program->instr[i]);
    rk_free(marks);
    return cost <= EXACT_OPERATIONS;
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
