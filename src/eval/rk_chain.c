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

/* Exponentials and logarithms, which extend the field Calcium works in; roots do too, but their
   fields have finite degree. */
static bool is_exponential(const rk_instr *p) {
    switch (p->code) {
    case RK_P_SOFTMAX:
    case RK_P_ENTROPY:
        return true;
    case RK_P_FN:
        return p->fn != RK_FN_SQRT && p->fn != RK_FN_ABS && p->fn != RK_FN_SIGN &&
               p->fn != RK_FN_RELU;
    default:
        return false;
    }
}

static bool is_root(const rk_instr *p) {
    return (p->code == RK_P_FN && p->fn == RK_FN_SQRT) || p->code == RK_P_SINGULAR_VALUE ||
           p->code == RK_P_EIGEN_MODULUS;
}

/* How deep functions are nested in an instruction that Q did not settle. */
typedef struct nesting {
    unsigned char exponentials, roots;
} nesting;

static nesting nesting_of(const rk_instr *p, const nesting *of) {
    nesting n = {0, 0};
    for (size_t k = 0; k < p->nargs; k++) {
        const nesting *a = &of[p->arg[k]];
        n.exponentials = a->exponentials > n.exponentials ? a->exponentials : n.exponentials;
        n.roots = a->roots > n.roots ? a->roots : n.roots;
    }
    n.exponentials = (unsigned char)(n.exponentials + (is_exponential(p) && n.exponentials < 9));
    n.roots = (unsigned char)(n.roots + (is_root(p) && n.roots < 9));
    return n;
}

/* What ends within about half a second: largest side of a matrix to eliminate, and most entries
   of any other. Measured with softmax and layernorm of small integer matrices with a repeated
   row: eliminating 4 rows of exponentials takes 0.5 s and 5 rows 3 s to minutes; of roots 7 rows
   0.6 s and 10 rows 9 s; products of twice nested softmax take 0.02 s for 3 tokens, 2 s for 4. */
static void exact_limits(nesting n, int64_t *side, int64_t *entries) {
    static const int64_t by_exponentials[][2] = {{6, 100}, {4, 30}, {3, 9}, {2, 4}};
    unsigned level = n.exponentials < 3 ? n.exponentials : 3;
    *side = by_exponentials[level][0];
    *entries = by_exponentials[level][1];
    if (n.roots > 1 && *side > 4)
        *side = 4;
}

static bool step_affordable(const rk_program *program, const rk_instr *p, const nesting *of) {
    int64_t side, entries;
    if (p->nargs == 0)
        return true;
    const rk_instr *a = &program->instr[p->arg[0]];
    int64_t least = a->rows < a->cols ? a->rows : a->cols;
    exact_limits(of[p->arg[0]], &side, &entries);
    switch (p->code) {
    case RK_P_RANK:
    case RK_P_DET:
    case RK_P_INV:
        return least <= side;
    case RK_P_SINGULAR_VALUE:
    case RK_P_EIGEN_MODULUS: /* of a rational matrix: numbers of that degree */
        return least <= (of[p->arg[0]].roots + of[p->arg[0]].exponentials > 0 ? 2 : side);
    default:
        return p->truth || p->rows * p->cols <= entries;
    }
}

bool rk_chain_exact_affordable(const rk_chain *c, unsigned root) {
    const rk_program *program = c->first.program;
    unsigned char *marks = open_part(&c->first, root);
    nesting *of = rk_calloc((size_t)root + 1, sizeof *of);
    bool affordable = true;
    for (unsigned i = 0; i <= root && affordable; i++) {
        if (!marks[i])
            continue;
        of[i] = nesting_of(&program->instr[i], of);
        affordable = step_affordable(program, &program->instr[i], of);
    }
    rk_free(of);
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
