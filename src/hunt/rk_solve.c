/* Trials that solve. The slots are taken in a random order; each equation is left to the last slot
   it rests on, and solved there: linearly in the whole slot, or as a polynomial in one entry.
   What a structured draw satisfies already is left alone. The same for degeneracies that a claim
   on ranks may fail at: a square matrix whose rank is asked for is made singular. */
#include <string.h>

#include "base/rk_mem.h"
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

/* --- one slot after the other ------------------------------------------------------- */

typedef struct stages {
    size_t *order;        /* slots */
    size_t *last;         /* of each equation: place in the order of the last slot it rests on */
    unsigned char *rests; /* equation by slot */
    unsigned char *active;
} stages;

static void choose_order(stages *st, const rk_equations *e, rk_rng *rng) {
    size_t n = e->program->nslots;
    for (size_t k = 0; k < n; k++)
        st->order[k] = k;
    for (size_t k = n - 1; k > 0; k--) {
        size_t other = (size_t)rk_rng_below(rng, k + 1), kept = st->order[k];
        st->order[k] = st->order[other];
        st->order[other] = kept;
    }
    for (size_t k = 0; k < e->count; k++) {
        st->last[k] = 0;
        for (size_t at = 0; at < n; at++)
            if (st->rests[k * n + st->order[at]])
                st->last[k] = at;
    }
}

static void stages_init(stages *st, const rk_equations *e, rk_rng *rng) {
    size_t n = e->program->nslots;
    st->order = rk_malloc((n + 1) * sizeof *st->order);
    st->last = rk_malloc((e->count + 1) * sizeof *st->last);
    st->rests = rk_malloc(e->count * n + 1);
    st->active = rk_calloc(e->count + 1, 1);
    rk_equations_mark_slots(e, st->rests);
    choose_order(st, e, rng);
}

static void stages_clear(stages *st) {
    rk_free(st->order);
    rk_free(st->last);
    rk_free(st->rests);
    rk_free(st->active);
}

/* Do the equations hold that slot `at` in the order is the last of? Otherwise it is solved for:
   as a whole, or entry by entry. */
static void settle(const rk_equations *active, rk_assignment *a, size_t s, rk_rng *rng) {
    if (rk_equations_hold(active, a))
        return;
    bool whole = rk_rng_below(rng, 4) != 0;
    if (whole && rk_equations_solve_slot(active, a, s, rk_rng_below(rng, 2) ? rng : NULL) &&
        rk_equations_hold(active, a))
        return;
    for (int k = 0; k < ENTRIES_TRIED; k++)
        if (solve_some_entry(active, a, s, rng) && rk_equations_hold(active, a))
            return;
}

static void solve_in_turn(const rk_equations *e, rk_rng *rng, rk_assignment *out) {
    stages st;
    stages_init(&st, e, rng);
    for (size_t at = 0; at < e->program->nslots; at++) {
        bool any = false;
        for (size_t k = 0; k < e->count; k++) {
            st.active[k] = st.last[k] == at;
            any = any || st.active[k];
        }
        rk_equations active = *e;
        active.active = st.active;
        if (any && !e->program->slots[st.order[at]].defined)
            settle(&active, out, st.order[at], rng);
    }
    stages_clear(&st);
}

/* All equations at once for one slot after the other. */
static void solve_together(const rk_equations *e, rk_rng *rng, rk_assignment *out) {
    size_t n = e->program->nslots, start = (size_t)rk_rng_below(rng, n);
    bool entry = rk_rng_below(rng, 3) == 0;
    for (size_t k = 0; k < n; k++) {
        size_t s = (start + k) % n;
        if (entry)
            solve_some_entry(e, out, s, rng);
        else
            rk_equations_solve_slot(e, out, s, NULL);
    }
}

bool rk_solve_rest(const rk_equations *e, rk_rng *rng, rk_assignment *out) {
    if (rk_equations_hold(e, out))
        return true;
    if (rk_rng_below(rng, 3))
        solve_in_turn(e, rng, out);
    else
        solve_together(e, rng, out);
    return rk_equations_hold(e, out);
}

/* --- the trial ---------------------------------------------------------------------- */

/* Draws until the equations hold, by luck of the structured draw or by solving. */
static bool draw_solution(const rk_equations *e, rk_rng *rng, rk_assignment *out) {
    for (int k = 0; k < DRAWS; k++) {
        bool mixed = rk_rng_below(rng, 2) != 0;
        unsigned style = (unsigned)rk_rng_below(rng, rk_sample_styles());
        rk_sample(e->program, mixed ? rk_sample_mixed() : style, rng, out);
        if (k < DRAWS - 2 ? rk_equations_hold(e, out) : rk_solve_rest(e, rng, out))
            return true;
    }
    return e->count == 0;
}

/* Solves the determinant of the chosen matrix for one entry of some slot. */
static void make_singular(rk_equations *e, rk_rng *rng, rk_assignment *out) {
    unsigned matrix = choose_singular(e->program, rng);
    size_t n = e->program->nslots, start = (size_t)rk_rng_below(rng, n);
    if (matrix == RK_NO_MATRIX)
        return;
    rk_equations_set_singular(e, matrix);
    for (size_t k = 0; k < n; k++)
        if (solve_some_entry(e, out, (start + k) % n, rng))
            return;
}

bool rk_trial_solve(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                    unsigned *claim) {
    rk_equations e;
    rk_equations_init(&e, judge, program);
    bool found = false;
    if (program->nslots > 0 && draw_solution(&e, rng, out)) {
        if (e.count == 0 || rk_rng_below(rng, 2))
            make_singular(&e, rng, out);
        found = rk_judge_try(judge, program, out, RK_EFFORT_SCREENED, claim);
    }
    rk_equations_clear(&e);
    return found;
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
