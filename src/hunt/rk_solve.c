/* Trials that solve. The slots are taken in a random order; each equation is left to the last slot
   it rests on, and solved there: linearly in the whole slot, or as a polynomial in one entry.
   What a structured draw satisfies already is left alone. The same for degeneracies that a claim
   on ranks may fail at: a square matrix whose rank is asked for is made singular. */
#include "base/rk_mem.h"
#include "rk_beside.h"
#include "rk_equations.h"
#include "rk_trial.h"

enum { MAX_SINGULAR = 6, DRAWS = 6, ENTRIES_TRIED = 3 };

static bool is_small_square(const rk_instr *in) {
    return in->rows == in->cols && in->rows <= MAX_SINGULAR;
}

static bool asks_rank(const rk_program *p, size_t i) {
    return p->instr[i].code == RK_P_RANK && is_small_square(&p->instr[p->instr[i].arg[0]]);
}

/* A random one of the square matrices whose rank is asked for. */
static unsigned choose_singular(const rk_program *p, rk_rng *rng) {
    uint64_t seen = 0;
    unsigned chosen = RK_NO_MATRIX;
    for (size_t i = 0; i < p->ninstr; i++)
        if (asks_rank(p, i) && rk_rng_below(rng, ++seen) == 0)
            chosen = p->instr[i].arg[0];
    return chosen;
}

static bool solve_some_entry(const rk_equations *e, rk_assignment *a, size_t s, rk_rng *rng) {
    const rk_slot *slot = &e->program->slots[s];
    slong i = (slong)rk_rng_below(rng, (uint64_t)slot->rows);
    slong j = (slong)rk_rng_below(rng, (uint64_t)slot->cols);
    return rk_equations_solve_entry(e, a, s, i, j, rk_rng_u64(rng));
}

/* --- what is kept -------------------------------------------------------------------- */

static void *make_solver(rk_judge *judge, const rk_program *program) {
    rk_solver *solver = rk_calloc(1, sizeof *solver);
    rk_equations_init(&solver->equations, judge, program);
    solver->degree = rk_calloc(solver->equations.count * program->nslots + 1, 1);
    rk_equations_degrees(&solver->equations, solver->degree);
    return solver;
}

static void drop_solver(void *thing) {
    rk_solver *solver = thing;
    rk_equations_clear(&solver->equations);
    rk_free(solver->degree);
    rk_free(solver);
}

const rk_solver *rk_solver_of(rk_judge *judge, const rk_program *program) {
    static const rk_keeping kind = {make_solver, drop_solver};
    return rk_judge_keep(judge, program, &kind);
}

/* --- one slot after the other ------------------------------------------------------- */

typedef struct stages {
    size_t *order; /* slots */
    size_t *last;  /* of each equation: place in the order of the last slot it rests on */
    unsigned char *active;
} stages;

static void stages_init(stages *st, const rk_solver *solver, rk_rng *rng) {
    size_t n = solver->equations.program->nslots, count = solver->equations.count;
    st->order = rk_malloc((n + 1) * sizeof *st->order);
    st->last = rk_malloc((count + 1) * sizeof *st->last);
    st->active = rk_calloc(count + 1, 1);
    for (size_t k = 0; k < n; k++)
        st->order[k] = k;
    for (size_t k = n - 1; k > 0; k--) {
        size_t other = (size_t)rk_rng_below(rng, k + 1), kept = st->order[k];
        st->order[k] = st->order[other];
        st->order[other] = kept;
    }
    for (size_t k = 0; k < count; k++) {
        st->last[k] = n;
        for (size_t at = 0; at < n; at++)
            if (solver->degree[k * n + st->order[at]])
                st->last[k] = at;
    }
}

static void stages_clear(stages *st) {
    rk_free(st->order);
    rk_free(st->last);
    rk_free(st->active);
}

/* Marks the equations that slot `at` in the order is the last of. *linear: they all are in it. */
static bool choose_active(stages *st, const rk_solver *solver, size_t at, bool *linear) {
    size_t n = solver->equations.program->nslots;
    bool any = false;
    *linear = true;
    for (size_t k = 0; k < solver->equations.count; k++) {
        st->active[k] = st->last[k] == at;
        any = any || st->active[k];
        *linear = *linear && (!st->active[k] || solver->degree[k * n + st->order[at]] < 2);
    }
    return any;
}

/* Solves for the slot as a whole, else for an entry of it. */
static bool settle(const rk_equations *active, rk_assignment *a, size_t s, bool linear,
                   rk_rng *rng) {
    if (rk_equations_hold(active, a))
        return true;
    if (linear && rk_rng_below(rng, 8))
        return rk_equations_solve_slot(active, a, s, rk_rng_below(rng, 2) ? rng : NULL) &&
               rk_equations_hold(active, a);
    return solve_some_entry(active, a, s, rng) && rk_equations_hold(active, a);
}

static bool solve_in_turn(const rk_solver *solver, rk_rng *rng, rk_assignment *out) {
    stages st;
    stages_init(&st, solver, rng);
    bool linear, ok = true;
    for (size_t at = 0; at < solver->equations.program->nslots && ok; at++)
        if (choose_active(&st, solver, at, &linear)) {
            rk_equations active = solver->equations;
            active.active = st.active;
            ok = settle(&active, out, st.order[at], linear, rng);
        }
    stages_clear(&st);
    return ok;
}

/* All equations at once for one slot after the other. */
static bool solve_together(const rk_equations *e, rk_rng *rng, rk_assignment *out) {
    size_t n = e->program->nslots, start = (size_t)rk_rng_below(rng, n);
    bool entry = rk_rng_below(rng, 3) == 0;
    for (size_t k = 0; k < n; k++) {
        size_t s = (start + k) % n;
        if (entry)
            solve_some_entry(e, out, s, rng);
        else
            rk_equations_solve_slot(e, out, s, NULL);
    }
    return rk_equations_hold(e, out);
}

bool rk_solver_finish(const rk_solver *solver, rk_rng *rng, rk_assignment *a) {
    const rk_equations *e = &solver->equations;
    if (rk_equations_hold(e, a))
        return true;
    if (e->program->nslots == 0)
        return false;
    if (rk_rng_below(rng, 3))
        return solve_in_turn(solver, rng, a) && rk_equations_hold(e, a);
    return solve_together(e, rng, a);
}

/* --- the trial ---------------------------------------------------------------------- */

/* Draws until the equations hold, by luck of the structured draw or by solving. */
static bool draw_solution(const rk_solver *solver, rk_rng *rng, rk_assignment *out) {
    const rk_equations *e = &solver->equations;
    for (int k = 0; k < DRAWS; k++) {
        bool mixed = rk_rng_below(rng, 2) != 0;
        unsigned style = (unsigned)rk_rng_below(rng, rk_sample_styles());
        rk_sample(e->program, mixed ? rk_sample_mixed() : style, rng, out);
        if (k < DRAWS - 2 ? rk_equations_hold(e, out) : rk_solver_finish(solver, rng, out))
            return true;
    }
    return e->count == 0;
}

/* Solves the determinant of the chosen matrix for one entry of some slot. */
static void make_singular(const rk_equations *equations, rk_rng *rng, rk_assignment *out) {
    rk_equations e = *equations;
    unsigned matrix = choose_singular(e.program, rng);
    size_t n = e.program->nslots, start = (size_t)rk_rng_below(rng, n);
    if (matrix == RK_NO_MATRIX)
        return;
    rk_equations_set_singular(&e, matrix);
    for (size_t k = 0; k < n; k++)
        if (!rk_beside_dense(e.program, (start + k) % n) &&
            solve_some_entry(&e, out, (start + k) % n, rng))
            return;
}

bool rk_trial_solve(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                    unsigned *claim) {
    const rk_solver *solver = rk_solver_of(judge, program);
    if (program->nslots == 0 || !draw_solution(solver, rng, out))
        return false;
    if (solver->equations.count == 0 || rk_rng_below(rng, 2))
        make_singular(&solver->equations, rng, out);
    return rk_judge_try(judge, program, out, RK_EFFORT_SCREENED, claim);
}

/* --- what there is to solve --------------------------------------------------------- */

bool rk_trial_has_equations(const rk_judge *judge, const rk_program *program) {
    rk_equations e;
    rk_equations_init(&e, judge, program);
    bool any = e.count > 0;
    rk_equations_clear(&e);
    return any;
}

size_t rk_trial_matrices(const rk_program *program) {
    size_t n = 0;
    for (size_t i = 0; i < program->ninstr; i++)
        n += asks_rank(program, i);
    return n;
}

bool rk_trial_repair(const rk_judge *judge, const rk_program *program, size_t matrix, size_t slot,
                     slong i, slong j, rk_assignment *a) {
    rk_equations e;
    rk_equations_init(&e, judge, program);
    for (size_t k = 0; k < program->ninstr && e.singular == RK_NO_MATRIX; k++)
        if (asks_rank(program, k) && matrix-- == 0)
            rk_equations_set_singular(&e, program->instr[k].arg[0]);
    bool ok = e.entries > 0 && rk_equations_solve_entry(&e, a, slot, i, j, 0);
    rk_equations_clear(&e);
    return ok;
}
