#include "rk_chain.h"

#include <math.h>
#include <string.h>

#include "base/rk_mem.h"

void rk_chain_init(rk_chain *c, const rk_program *program, const rk_assignment *a) {
    memset(c, 0, sizeof *c);
    c->assignment = a;
    c->domain[0] = rk_domain_rational();
    rk_run_init(&c->run[0], program, c->domain[0]);
    rk_run_set_inputs(&c->run[0], a);
    c->n = 1;
}

static void drop_last(rk_chain *c) {
    c->n--;
    rk_run_clear(&c->run[c->n]);
    rk_domain_free(c->domain[c->n]);
}

void rk_chain_clear(rk_chain *c) {
    while (c->n > 0)
        drop_last(c);
}

rk_run *rk_chain_run(rk_chain *c) {
    return &c->run[c->n - 1];
}

static bool enter(rk_chain *c, rk_domain *domain) {
    if (domain == NULL)
        return false;
    rk_run *run = &c->run[c->n], *earlier = rk_chain_run(c);
    c->domain[c->n++] = domain;
    rk_run_init(run, c->run[0].program, domain);
    run->earlier = earlier;
    run->deadline = c->run[0].deadline;
    rk_run_set_inputs(run, c->assignment);
    return true;
}

/* --- what it would cost --------------------------------------------------------------------- */

/* Did an exact stage settle instruction i for the stages after it? */
static bool known_exactly(const rk_chain *c, unsigned i) {
    for (size_t k = 0; k < c->n; k++) {
        const rk_run *run = &c->run[k];
        if (run->domain->exact && rk_run_settles(run, i))
            return true;
    }
    return false;
}

/* Marks what root needs and no exact stage settled. */
static unsigned char *open_part(const rk_chain *c, unsigned root) {
    unsigned char *marks = rk_calloc((size_t)root + 1, 1);
    marks[root] = 1;
    for (size_t i = (size_t)root + 1; i-- > 0;) {
        const rk_instr *p = &c->run[0].program->instr[i];
        if (known_exactly(c, (unsigned)i))
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

/* Calcium computes whatever is open, if slowly. */
static bool calcium_affordable(const rk_chain *c, const unsigned char *open, unsigned root) {
    const rk_program *program = c->run[0].program;
    unsigned char *depth = rk_calloc((size_t)root + 1, 1);
    size_t functions = 0;
    bool affordable = true;
    for (unsigned i = 0; i <= root && affordable; i++) {
        if (!open[i])
            continue;
        depth[i] = depth_of(&program->instr[i], depth);
        functions += extends_field(&program->instr[i]);
        affordable = functions <= MOST_FUNCTIONS && !grew_too_large(&c->run[0], i) &&
                     step_affordable(program, &program->instr[i], depth);
    }
    rk_free(depth);
    return affordable;
}

static bool makes_powers(const rk_instr *p) {
    return p->code == RK_P_SOFTMAX || p->code == RK_P_ENTROPY ||
           (p->code == RK_P_FN && p->fn != RK_FN_SQRT && extends_field(p));
}

/* Whether something open is an exponential or a logarithm, and matrices have at most so many
   entries, and those to eliminate such a smaller side. */
static bool powers_within(const rk_chain *c, const unsigned char *open, unsigned root,
                          int64_t entries, int64_t side) {
    bool any = false, affordable = true;
    for (unsigned i = 0; i <= root && affordable; i++) {
        const rk_instr *p = &c->run[0].program->instr[i];
        if (!open[i])
            continue;
        any = any || makes_powers(p);
        affordable = p->truth || p->rows * p->cols <= entries;
        if (p->code == RK_P_RANK || p->code == RK_P_DET || p->code == RK_P_INV) {
            const rk_instr *a = &c->run[0].program->instr[p->arg[0]];
            affordable = affordable && (a->rows <= side || a->cols <= side);
        }
    }
    return any && affordable;
}

/* Each ends within about half a second. */
static bool powers_affordable(const rk_chain *c, const unsigned char *open, unsigned root) {
    return powers_within(c, open, root, 1024, 16);
}

static bool closed_affordable(const rk_chain *c, const unsigned char *open, unsigned root) {
    return powers_within(c, open, root, 36, 5);
}

/* --- square roots --------------------------------------------------------------------------- */

/* Products of numbers that the square roots are worth: a second or less. */
#define MOST_PRODUCTS 100000

static double products_of(const rk_program *program, const rk_instr *p) {
    double entries = (double)p->rows * (double)p->cols;
    return p->code == RK_P_MUL ? entries * (double)program->instr[p->arg[0]].cols : entries;
}

/* Does p take roots of what is settled? */
static bool takes_roots(const rk_chain *c, const rk_instr *p) {
    bool root = (p->code == RK_P_FN && p->fn == RK_FN_SQRT) || p->code == RK_P_SINGULAR_VALUE ||
                p->code == RK_P_EIGEN_MODULUS;
    return root && known_exactly(c, p->arg[0]);
}

static bool roots_affordable(const rk_chain *c, const unsigned char *open, unsigned root) {
    const rk_program *program = c->run[0].program;
    double products = 0;
    bool roots = false;
    for (unsigned i = 0; i <= root; i++) {
        if (!open[i])
            continue;
        products += products_of(program, &program->instr[i]);
        roots = roots || takes_roots(c, &program->instr[i]);
    }
    return roots && products <= MOST_PRODUCTS;
}

/* --- the stages ----------------------------------------------------------------------------- */

/* One row for each domain after Q. */
typedef struct stage {
    /* parameter 0: the first try. NULL: not available */
    rk_domain *(*make)(slong parameter);
    /* exact stages: whether to try, given the marks of what is open below root; not NULL */
    bool (*worth)(const rk_chain *c, const unsigned char *open, unsigned root);
    /* the finer parameter with which the domain, having met its limits, asks to be made again;
       0: none. May be NULL */
    slong (*again)(const rk_domain *domain);
    slong precision; /* of balls; 0: an exact stage */
} stage;

static rk_domain *make_surd(slong parameter) {
    (void)parameter;
    return rk_domain_surd();
}

static rk_domain *make_calcium(slong parameter) {
    (void)parameter;
    return rk_domain_calcium();
}

static rk_domain *make_powers(slong parameter) {
    (void)parameter;
    return rk_domain_power();
}

static const stage stages[] = {
    {.precision = 64},
    {.make = make_surd, .worth = roots_affordable},
    {.make = make_powers, .worth = powers_affordable},
    {.precision = 128},
    {.make = rk_domain_closed, .worth = closed_affordable, .again = rk_closed_finer},
    {.make = make_calcium, .worth = calcium_affordable},
};
enum { NSTAGES = sizeof stages / sizeof *stages };
_Static_assert(NSTAGES + 2 <= RK_CHAIN_KEPT, "Q, every stage, and balls of more bits");

static slong precision_of(unsigned s) {
    return s < NSTAGES ? stages[s].precision : (slong)256 << (s - NSTAGES);
}

bool rk_chain_worth(const rk_chain *c, unsigned s, unsigned root) {
    unsigned char *open = open_part(c, root);
    bool worth = s < NSTAGES && stages[s].worth != NULL && stages[s].worth(c, open, root);
    rk_free(open);
    return worth;
}

/* The stage at this step of the walk. */
static unsigned stage_at(const rk_chain_walk *walk) {
    unsigned step = walk->step;
    if (!walk->closed_forms)
        return step;
    for (int balls = 0; balls < 2; balls++)
        for (unsigned s = 0; s < NSTAGES; s++)
            if ((stages[s].precision > 0) == balls && step-- == 0)
                return s;
    return walk->step;
}

/* Enters the stage in hand again if it asks for it. */
static bool enter_again(rk_chain *c) {
    if (c->n < 2 || c->stage >= NSTAGES || stages[c->stage].again == NULL)
        return false;
    slong finer = stages[c->stage].again(rk_chain_run(c)->domain);
    if (finer == 0 || finer == c->parameter)
        return false;
    drop_last(c);
    c->parameter = finer;
    return enter(c, stages[c->stage].make(finer));
}

/* Exact runs stay, for what they settled. */
static bool enter_stage(rk_chain *c, unsigned s) {
    if (!rk_chain_run(c)->domain->exact)
        drop_last(c);
    c->stage = s;
    c->parameter = 0;
    slong precision = precision_of(s);
    return enter(c, precision > 0 ? rk_domain_ball(precision) : stages[s].make(0));
}

/* --- what precision would do ---------------------------------------------------------------- */

/* By how many bits the radii are larger, beside the largest entry, than where numbers were only
   rounded; the precision when nothing is left. */
static slong bits_lost(const rk_matrix *a) {
    slong precision = a->domain->precision, lost;
    mag_t most, radius, t;
    mag_init(most);
    mag_init(radius);
    mag_init(t);
    for (slong k = 0; k < a->rows * a->cols; k++) {
        const arb_struct *x = rk_matrix_entry(a, 0, k);
        arf_get_mag(t, arb_midref(x));
        mag_max(most, most, t);
        mag_max(radius, radius, arb_radref(x));
    }
    mag_mul_2exp_si(t, radius, precision);
    lost = mag_cmp(t, most) <= 0 ? 0
           : mag_cmp(radius, most) >= 0
               ? precision
               : (slong)ceil(mag_get_d_log2_approx(t)) - (slong)floor(mag_get_d_log2_approx(most));
    mag_clear(most);
    mag_clear(radius);
    mag_clear(t);
    return FLINT_MIN(lost, precision);
}

static bool has_balls(const rk_run *run, unsigned i) {
    return run->done[i] && run->ev[i] == RK_EV_OK && !run->program->instr[i].truth;
}

/* What was lost before the arguments of i were made. They themselves may be small by cancellation,
   which says nothing of the bits that would be enough. */
static slong lost_before(const rk_run *run, unsigned i) {
    const rk_instr *p = &run->program->instr[i];
    slong lost = 0;
    for (size_t k = 0; k < p->nargs; k++) {
        const rk_instr *a = &run->program->instr[p->arg[k]];
        for (size_t l = 0; l < a->nargs; l++) {
            slong here = has_balls(run, a->arg[l]) ? bits_lost(&run->value[a->arg[l]]) : 0;
            lost = here > lost ? here : lost;
        }
    }
    return lost;
}

static bool fails_first(const rk_run *run, unsigned i) {
    const rk_instr *p = &run->program->instr[i];
    if (!run->done[i] || run->ev[i] != RK_EV_PRECISION)
        return false;
    for (size_t k = 0; k < p->nargs; k++)
        if (run->ev[p->arg[k]] != RK_EV_OK)
            return false;
    return true;
}

/* Did something fail that was given numbers of which nothing was left? */
static bool ran_out(const rk_run *run) {
    for (unsigned i = 0; i < run->program->ninstr; i++)
        if (fails_first(run, i) && lost_before(run, i) >= run->domain->precision)
            return true;
    return false;
}

/* The bits with which something would be left in the end, if bits are lost on as they were before
   none was left: what the instruction that lost most had lost, and MARGIN. 0: others failed. */
static slong bits_needed(const rk_run *run) {
    enum { MARGIN = 16 };
    slong done = 0, so_far = 0, most = 0, needed = 0;
    bool out = ran_out(run);
    for (unsigned i = 0; i < run->program->ninstr; i++)
        done += run->done[i];
    for (unsigned i = 0; i < run->program->ninstr && out; i++) {
        slong lost = has_balls(run, i) ? bits_lost(&run->value[i]) : 0;
        so_far += run->done[i];
        if (lost <= most || lost >= run->domain->precision)
            continue;
        most = lost;
        needed = lost * done / so_far + MARGIN;
    }
    return needed;
}

/* Balls that would tell nothing, with better ones under the cap. */
static bool too_few_bits(const rk_chain_walk *walk, slong precision) {
    return precision > 0 && precision < walk->needed && 2 * precision <= walk->precision_cap;
}

bool rk_chain_next(rk_chain *c, rk_chain_walk *walk, rk_chain_wanted *wanted, const void *who) {
    if (enter_again(c))
        return true;
    const rk_run *run = rk_chain_run(c);
    if (run->domain->precision > 0) {
        slong needed = bits_needed(run);
        walk->needed = needed > walk->needed ? needed : walk->needed;
    }
    for (;; walk->step++) {
        unsigned s = stage_at(walk);
        slong precision = precision_of(s);
        if (precision > walk->precision_cap) {
            if (s >= NSTAGES)
                return false;
            continue;
        }
        if (too_few_bits(walk, precision))
            continue;
        if ((precision > 0 || wanted(who, s)) && enter_stage(c, s)) {
            walk->step++;
            return true;
        }
    }
}

/* --- what is out of reach ------------------------------------------------------------------- */

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
