/* Degeneracies by search: matrices whose ranks the theorem speaks of are driven to lower rank in
   doubles, together with whatever else has to hold, from random points; where that looks like a
   violation the null vectors are made rational and the degeneracy is solved for exactly. */
#include <math.h>
#include "base/rk_mem.h"
#include "rk_graded.h"
#include "rk_landing.h"
#include "rk_trial.h"

enum { MOST = 24, STARTS = 6, LOOKS = 40 };
static const double work = 2e7;
/* Sum of squares below which ranks in doubles have dropped, too. */
static const double zero = 1e-22;

/* The arguments of all ranks, each once. */
static size_t list_matrices(const rk_program *program, unsigned *list) {
    size_t n = 0;
    for (size_t i = 0; i < program->ninstr; i++) {
        bool seen = program->instr[i].code != RK_P_RANK;
        for (size_t k = 0; k < n && !seen; k++)
            seen = list[k] == program->instr[i].arg[0];
        if (!seen)
            list[n++] = program->instr[i].arg[0];
    }
    return n;
}

static bool already(const rk_system *s, unsigned instr) {
    for (size_t i = 0; i < s->nnulls; i++)
        if (s->null[i].instr == instr)
            return true;
    return false;
}

static bool drop_one(rk_system *s, unsigned instr, slong drop, rk_rng *rng) {
    bool left = rk_rng_below(rng, 2);
    return !already(s, instr) && rk_system_drop(s, instr, drop, left);
}

/* One to three of the matrices, mostly one, mostly by 1. */
static bool drop_some(rk_system *s, const unsigned *list, size_t n, rk_rng *rng) {
    static const int degeneracies[] = {1, 1, 1, 1, 2, 2, 3}, drops[] = {1, 1, 1, 1, 2};
    int count = degeneracies[rk_rng_below(rng, sizeof degeneracies / sizeof *degeneracies)];
    bool some = false;
    for (int k = 0; k < count; k++) {
        int drop = drops[rk_rng_below(rng, sizeof drops / sizeof *drops)];
        some = drop_one(s, list[rk_rng_below(rng, n)], drop, rng) || some;
    }
    return some;
}

/* --- what conditions on ranks ask for ------------------------------------------ */

/* The matrices whose loss of rank moves a scalar in one direction. */
typedef struct levers {
    unsigned *instr; /* room for all instructions */
    size_t n;
} levers;

static int sign_of(const rk_program *p, unsigned i) {
    return p->instr[i].code == RK_P_RATIONAL ? fmpq_sgn(p->instr[i].number) : 0;
}

/* Those below instruction i that move it the way `sign` says. */
static void find_levers(levers *l, const rk_program *p, unsigned i, int sign) {
    const rk_instr *in = &p->instr[i];
    switch (in->code) {
    case RK_P_RANK:
        if (sign < 0 && l->n < p->ninstr)
            l->instr[l->n++] = in->arg[0];
        break;
    case RK_P_NEG:
        find_levers(l, p, in->arg[0], -sign);
        break;
    case RK_P_SUB:
        find_levers(l, p, in->arg[0], sign);
        find_levers(l, p, in->arg[1], -sign);
        break;
    case RK_P_MUL:
    case RK_P_SCALE:
    case RK_P_DIV:
        for (size_t k = 0; k < 2; k++)
            find_levers(l, p, in->arg[k], sign_of(p, in->arg[1 - k]) < 0 ? -sign : sign);
        break;
    default:
        for (size_t k = 0; k < in->nargs; k++)
            find_levers(l, p, in->arg[k], sign);
    }
}

/* By how much left - right, now `gap`, has to move for the comparison to be `want`. */
static double shift_for(rk_cmp cmp, bool want, double gap, rk_rng *rng) {
    switch (cmp) {
    case RK_EQ:
    case RK_NE:
        if ((cmp == RK_EQ) == want)
            return -gap;
        return gap != 0 ? 0 : rk_rng_below(rng, 2) ? 1 : -1;
    case RK_LE:
        return want ? fmin(0, -gap) : fmax(0, 1 - gap);
    case RK_LT:
        return want ? fmin(0, -1 - gap) : fmax(0, -gap);
    case RK_GE:
        return want ? fmax(0, -gap) : fmin(0, -1 - gap);
    case RK_GT:
        return want ? fmax(0, 1 - gap) : fmin(0, -gap);
    }
    return 0;
}

/* One lever by as much as is needed, or several by 1 each. */
static bool pull(rk_system *s, levers *l, slong amount, rk_rng *rng) {
    bool apart = rk_rng_below(rng, 3) == 0, some = false;
    for (slong k = 0; k < (apart ? amount : 1) && l->n > 0; k++) {
        size_t chosen = (size_t)rk_rng_below(rng, l->n);
        some = drop_one(s, l->instr[chosen], apart ? 1 : amount, rng) || some;
        l->instr[chosen] = l->instr[--l->n];
    }
    return some;
}

/* Drops that make the aim's conditions on ranks come true, each seen alone. */
static bool drop_needed(rk_system *s, levers *l, rk_rng *rng) {
    const rk_program *p = s->aim->program;
    bool some = false;
    for (size_t i = 0; i < s->aim->count; i++) {
        const rk_condition *c = &s->aim->condition[i];
        rk_graded x, y;
        if (c->kind != RK_CONDITION_RANK || !rk_graded_value(&s->terrain->run, c->left, &x) ||
            !rk_graded_value(&s->terrain->run, c->right, &y))
            continue;
        double shift = shift_for(p->instr[c->instr].cmp, c->want, x.value - y.value, rng);
        l->n = 0;
        find_levers(l, p, c->left, shift < 0 ? -1 : 1);
        find_levers(l, p, c->right, shift < 0 ? 1 : -1);
        slong amount = (slong)ceil(fabs(shift));
        some = (amount > 0 && pull(s, l, amount, rng)) || some;
    }
    return some;
}

static bool choose_drops(rk_system *s, const unsigned *list, size_t n, rk_rng *rng) {
    levers l = {.instr = rk_malloc((s->aim->program->ninstr + 1) * sizeof *l.instr)};
    bool some = rk_rng_below(rng, 4) > 0 && drop_needed(s, &l, rng);
    rk_free(l.instr);
    return some || drop_some(s, list, n, rng);
}

/* --- the search ---------------------------------------------------------------- */

/* From the terrain's point to where the chosen matrices have lost rank. */
static bool descend(rk_system *s, const unsigned *list, size_t n, int looks, rk_rng *rng) {
    double *here = rk_malloc((size_t)(s->terrain->nactive + 1) * sizeof *here);
    rk_terrain_here(s->terrain, here);
    bool ok = rk_terrain_go(s->terrain, here) && choose_drops(s, list, n, rng);
    rk_free(here);
    if (!ok)
        return false;
    rk_system_begin(s);
    return rk_system_solve(s, looks) < zero;
}

/* A matrix that is to vanish altogether: rounding has a rank of its own, and doubles tell nothing.
 */
static bool vanishes(const rk_system *s) {
    for (size_t i = 0; i < s->nnulls; i++)
        if (s->null[i].drop == s->null[i].size)
            return true;
    return false;
}

/* Does the place look like a finding in doubles? */
static bool looks_right(rk_judge *judge, const rk_system *s, rk_assignment *out) {
    rk_point point;
    rk_point_init(&point, s->aim->program);
    rk_terrain_exact(s->terrain, &point);
    bool ok =
        rk_point_apply(s->aim->program, &point, out) && rk_judge_worth(judge, s->aim->program, out);
    rk_point_clear(&point);
    return ok;
}

bool rk_trial_degenerate(rk_judge *judge, const rk_program *program, rk_rng *rng,
                         rk_assignment *out, unsigned *claim) {
    unsigned *list = rk_malloc((program->ninstr + 1) * sizeof *list);
    size_t n = list_matrices(program, list);
    rk_terrain t;
    rk_terrain_init(&t, program, rng, MOST, true);
    double affordable = work / (t.work * LOOKS);
    int starts = affordable < 1 ? 1 : affordable > STARTS ? STARTS : (int)affordable;
    int looks = affordable < 0.3 ? LOOKS / 3 : affordable < 1 ? (int)(affordable * LOOKS) : LOOKS;
    bool found = false;
    for (int k = 0; k < starts && !found && n > 0 && t.nactive > 0; k++) {
        rk_aim aim;
        rk_system s;
        rk_aim_choose(&aim, program, judge->checked->mode == RK_MODE_EXISTS, rng);
        rk_system_init(&s, &t, &aim);
        if (descend(&s, list, n, looks, rng) && (vanishes(&s) || looks_right(judge, &s, out)))
            found = rk_landing(judge, &s, rng, out, claim);
        rk_system_clear(&s);
        rk_aim_clear(&aim);
        rk_terrain_draw(&t, rng);
    }
    rk_terrain_clear(&t);
    rk_free(list);
    return found;
}
