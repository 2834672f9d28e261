#include "rk_landing.h"
#include "rk_equations.h"
#include "rk_exact.h"

/* Exact checks of one place at most, and solutions of equations. */
enum { TRIES = 4, SOLUTIONS = 24 };

typedef struct landing {
    rk_judge *judge;
    const rk_system *s;
    const rk_program *program;
    rk_rng *rng;
    rk_point near;
    rk_assignment *out;
    unsigned *claim;
    int tries, solutions;
} landing;

static void add_null(rk_equations *e, const rk_system *s, const rk_null *null, int fineness) {
    fmpq_mat_t v;
    fmpq_mat_init(v, null->size, null->drop);
    for (slong i = 0; i < v->r; i++)
        for (slong j = 0; j < v->c; j++)
            rk_terrain_round(fmpq_mat_entry(v, i, j), rk_system_null(null, s->place, i, j),
                             fineness);
    rk_equations_add_null(e, null->instr, v, null->left);
    fmpq_mat_clear(v);
}

static bool has(const rk_equations *e, unsigned compare) {
    for (size_t k = 0; k < e->count; k++)
        if (e->compare[k] == compare)
            return true;
    return false;
}

/* The equations of the hypotheses, those of the aim, and the null vectors as rationals. */
static void collect(rk_equations *e, const landing *t, int fineness) {
    rk_equations_init(e, t->judge, t->program);
    for (size_t i = 0; i < t->s->aim->count; i++) {
        const rk_condition *c = &t->s->aim->condition[i];
        if (c->kind == RK_CONDITION_ZERO && !has(e, c->instr))
            rk_equations_add(e, c->instr);
    }
    for (size_t k = 0; k < t->s->nnulls; k++)
        add_null(e, t->s, &t->s->null[k], fineness);
}

static bool solve_some_entry(const landing *t, const rk_equations *e, size_t slot) {
    const rk_slot *s = &t->program->slots[slot];
    slong i = (slong)rk_rng_below(t->rng, (uint64_t)s->rows);
    slong j = (slong)rk_rng_below(t->rng, (uint64_t)s->cols);
    return rk_equations_solve_entry(e, t->out, slot, i, j, rk_rng_u64(t->rng));
}

/* Solves for one slot, or one entry of it, what the snapped point misses. */
static bool solve_in(landing *t, const rk_equations *e, size_t slot, bool entry) {
    if (t->program->slots[slot].defined || !rk_point_apply(t->program, &t->near, t->out))
        return false;
    t->solutions++;
    bool moved =
        entry ? solve_some_entry(t, e, slot) : rk_equations_solve_slot(e, t->out, slot, NULL);
    if (!moved || !rk_equations_hold(e, t->out))
        return false;
    t->tries++;
    return rk_judge_try(t->judge, t->program, t->out, RK_EFFORT_SCREENED, t->claim);
}

/* All slots in turn, from a random one on. */
static bool solve_near(landing *t, int fineness) {
    rk_equations e;
    size_t n = t->program->nslots;
    collect(&e, t, fineness);
    size_t start = (size_t)rk_rng_below(t->rng, n);
    bool found = false;
    for (size_t k = 0; k < 2 * n && !found && t->solutions < SOLUTIONS && t->tries < TRIES; k++)
        found = solve_in(t, &e, (start + k) % n, k >= n);
    rk_equations_clear(&e);
    return found;
}

static bool has_equations(const landing *t) {
    return t->s->nnulls > 0 || rk_aim_has(t->s->aim, RK_CONDITION_ZERO);
}

/* What was met only nearly, by solving for it. */
static bool solve(landing *t) {
    static const int fineness[] = {0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 28, 36};
    int n = (int)(sizeof fineness / sizeof *fineness);
    for (int k = 0; k < n && t->tries < TRIES && t->solutions < SOLUTIONS; k++) {
        rk_terrain_snap(t->s->terrain, fineness[k], &t->near);
        if (solve_near(t, fineness[k]))
            return true;
    }
    return false;
}

bool rk_landing(rk_judge *judge, const rk_system *s, rk_rng *rng, rk_assignment *out,
                unsigned *claim) {
    landing t = {
        .judge = judge, .s = s, .program = s->aim->program, .rng = rng, .out = out, .claim = claim};
    const rk_terrain *at = s->terrain;
    rk_point_init(&t.near, t.program);
    bool found = has_equations(&t) && solve(&t);
    rk_point_clear(&t.near);
    return found || rk_exact_try(judge, t.program, at->theta, at->count, out, claim);
}
