#include "rk_aim.h"
#include "base/rk_mem.h"

static const rk_instr *at(const rk_aim *aim, unsigned i) {
    return &aim->program->instr[i];
}

bool rk_aim_is_count(const rk_program *program, unsigned i) {
    const rk_instr *in = &program->instr[i];
    if (in->code == RK_P_RATIONAL || in->code == RK_P_RANK)
        return true;
    if (in->rows != 1 || in->cols != 1 || in->nargs == 0 ||
        (in->code != RK_P_ADD && in->code != RK_P_SUB && in->code != RK_P_MUL &&
         in->code != RK_P_SCALE && in->code != RK_P_NEG && in->code != RK_P_DIV))
        return false;
    for (size_t k = 0; k < in->nargs; k++)
        if (!rk_aim_is_count(program, in->arg[k]))
            return false;
    return true;
}

static void add(rk_aim *aim, rk_condition c) {
    rk_grow(&aim->condition, &aim->capacity, aim->count + 1, sizeof *aim->condition);
    aim->condition[aim->count++] = c;
}

/* --- comparisons --------------------------------------------------------------- */

/* One entry of left - right is to be positive; of right - left for sign -1. */
static void set_goal(rk_aim *aim, const rk_instr *in, int sign, rk_rng *rng) {
    const rk_instr *x = at(aim, in->arg[0]), *y = at(aim, in->arg[1]);
    const rk_instr *shape = x->rows * x->cols == 1 ? y : x;
    aim->goal = RK_GOAL_ENTRY;
    aim->left = in->arg[0];
    aim->right = in->arg[1];
    aim->row = (int64_t)rk_rng_below(rng, (uint64_t)shape->rows);
    aim->col = (int64_t)rk_rng_below(rng, (uint64_t)shape->cols);
    aim->sign = sign;
}

static void at_most(rk_aim *aim, unsigned i, unsigned left, unsigned right) {
    add(aim, (rk_condition){RK_CONDITION_AT_MOST, left, right, i, true});
}

/* The comparison of numbers is to be `want`; `free`: it may become the goal, which a comparison
   that is to fail in some entry always can. */
static void compare(rk_aim *aim, unsigned i, bool want, bool free, rk_rng *rng) {
    const rk_instr *in = at(aim, i);
    rk_cmp cmp = want ? in->cmp : rk_cmp_negation(in->cmp);
    bool goal = free && aim->goal == RK_GOAL_NONE;
    if (goal)
        aim->touching = cmp == RK_GE || cmp == RK_LE;
    if (cmp == RK_EQ)
        add(aim, (rk_condition){RK_CONDITION_ZERO, in->arg[0], in->arg[1], i, true});
    else if (cmp == RK_NE && goal)
        set_goal(aim, in, rk_rng_below(rng, 2) ? 1 : -1, rng);
    else if ((cmp == RK_GT || cmp == RK_GE) && goal)
        set_goal(aim, in, 1, rng);
    else if ((cmp == RK_LT || cmp == RK_LE) && goal)
        set_goal(aim, in, -1, rng);
    else if (cmp == RK_GT || cmp == RK_GE)
        at_most(aim, i, in->arg[1], in->arg[0]);
    else if (cmp == RK_LT || cmp == RK_LE)
        at_most(aim, i, in->arg[0], in->arg[1]);
}

static void definite(rk_aim *aim, unsigned i, bool want, bool free) {
    unsigned left = at(aim, i)->arg[0];
    if (want) {
        add(aim, (rk_condition){RK_CONDITION_PSD, left, left, i, true});
    } else if (free && aim->goal == RK_GOAL_NONE) {
        aim->goal = RK_GOAL_NOT_PSD;
        aim->left = left;
    }
}

/* --- formulas ------------------------------------------------------------------ */

static void choose(rk_aim *aim, unsigned i, bool want, bool free, rk_rng *rng);

static void each(rk_aim *aim, unsigned i, bool want, bool free, rk_rng *rng) {
    for (size_t k = 0; k < at(aim, i)->nargs; k++)
        choose(aim, at(aim, i)->arg[k], want, free, rng);
}

static void one(rk_aim *aim, unsigned i, bool want, bool free, rk_rng *rng) {
    const rk_instr *in = at(aim, i);
    if (in->nargs > 0) /* a range may be empty */
        choose(aim, in->arg[rk_rng_below(rng, in->nargs)], want, free, rng);
}

/* a implies b. */
static void implication(rk_aim *aim, unsigned i, bool want, bool free, rk_rng *rng) {
    const rk_instr *in = at(aim, i);
    bool second = rk_rng_below(rng, 2);
    if (!want) {
        choose(aim, in->arg[1], false, free, rng);
        choose(aim, in->arg[0], true, false, rng);
    } else {
        choose(aim, in->arg[second], second, free, rng);
    }
}

static void equivalence(rk_aim *aim, unsigned i, bool want, bool free, rk_rng *rng) {
    const rk_instr *in = at(aim, i);
    bool first = rk_rng_below(rng, 2);
    choose(aim, in->arg[0], first, free && !first, rng);
    choose(aim, in->arg[1], first == want, free, rng);
}

static void choose(rk_aim *aim, unsigned i, bool want, bool free, rk_rng *rng) {
    const rk_instr *in = at(aim, i);
    switch (in->code) {
    case RK_P_NOT:
        choose(aim, in->arg[0], !want, free, rng);
        break;
    case RK_P_AND:
        (want ? each : one)(aim, i, want, free, rng);
        break;
    case RK_P_OR:
        (want ? one : each)(aim, i, want, free, rng);
        break;
    case RK_P_IMPLIES:
        implication(aim, i, want, free, rng);
        break;
    case RK_P_IFF:
        equivalence(aim, i, want, free, rng);
        break;
    case RK_P_COMPARE:
        if (rk_aim_is_count(aim->program, in->arg[0]) && rk_aim_is_count(aim->program, in->arg[1]))
            add(aim, (rk_condition){RK_CONDITION_RANK, in->arg[0], in->arg[1], i, want});
        else
            compare(aim, i, want, free, rng);
        break;
    case RK_P_IS_PSD:
        definite(aim, i, want, free);
        break;
    default:
        break;
    }
}

void rk_aim_choose(rk_aim *aim, const rk_program *program, bool exists, rk_rng *rng) {
    *aim = (rk_aim){.program = program};
    size_t chosen = (size_t)rk_rng_below(rng, program->nclaims);
    for (size_t c = 0; c < program->nclaims; c++)
        if (exists || c == chosen)
            choose(aim, program->claims[c], exists, true, rng);
    for (size_t h = 0; h < program->nhypotheses; h++)
        choose(aim, program->hypotheses[h], true, false, rng);
}

void rk_aim_clear(rk_aim *aim) {
    rk_free(aim->condition);
}

bool rk_aim_has(const rk_aim *aim, rk_condition_kind kind) {
    for (size_t i = 0; i < aim->count; i++)
        if (aim->condition[i].kind == kind)
            return true;
    return false;
}
