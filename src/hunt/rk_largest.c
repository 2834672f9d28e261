#include "rk_largest.h"
#include <string.h>
#include "base/rk_mem.h"
#include "rk_judge.h"
#include "rk_ladder.h"
#include "rk_margin.h"
#include "rk_plan.h"

enum { SIMPLE = 2000, ROUNDS = 40, STEPS = 8, MAX_BITS = 10 };
static const double least_gain = 1e-6;

typedef struct largest {
    rk_judge judge;
    rk_program *program;
    rk_assignment best, next;
    double violation; /* at `best` */
    unsigned claim;
} largest;

/* Takes `next` if it violates more, exactly. */
static bool offer(largest *l) {
    unsigned claim = 0;
    double violation = rk_judge_margin(&l->judge, l->program, &l->next);
    if (!(violation > l->violation + least_gain) ||
        !rk_judge_try(&l->judge, l->program, &l->next, RK_EFFORT_SCREENED, &claim))
        return false;
    rk_assignment_set(&l->best, &l->next);
    l->violation = violation;
    l->claim = claim;
    return true;
}

static void among_simple(largest *l) {
    rk_ladder *ladder = rk_ladder_new(l->program, NULL, SIMPLE, NULL);
    for (size_t n; (n = rk_ladder_block(ladder, 64)) > 0 && !rk_judge_out_of_time(&l->judge);)
        for (size_t i = 0; i < n; i++) {
            rk_ladder_get(ladder, i, &l->next);
            offer(l);
        }
    rk_ladder_free(ladder);
}

/* Step number k from x: twice, half, minus, one more or less, and a quarter. */
static void step(fmpq_t x, int k) {
    static const slong part[] = {4, -4, 1, -1, 2};
    fmpq_t change;
    fmpq_init(change);
    if (k == 0)
        fmpq_mul_2exp(x, x, 1);
    else if (k == 1)
        fmpq_div_2exp(x, x, 1);
    else if (k == 2)
        fmpq_neg(x, x);
    else
        fmpq_set_si(change, part[k - 3], 4);
    fmpq_add(x, x, change);
    fmpq_clear(change);
}

static bool is_short(const fmpq_t x) {
    return fmpz_bits(fmpq_numref(x)) <= MAX_BITS && fmpz_bits(fmpq_denref(x)) <= MAX_BITS;
}

static bool step_entries(largest *l, size_t slot) {
    bool any = false;
    const fmpq_mat_struct *m = &l->best.value[slot];
    for (slong e = 0; e < m->r * m->c; e++)
        for (int k = 0; k < STEPS && !rk_judge_out_of_time(&l->judge); k++) {
            rk_assignment_set(&l->next, &l->best);
            fmpq *x = fmpq_mat_entry(&l->next.value[slot], e / m->c, e % m->c);
            step(x, k);
            any = (is_short(x) && offer(l)) || any;
        }
    return any;
}

static void by_steps(largest *l) {
    bool any = true;
    for (int round = 0; round < ROUNDS && any; round++) {
        any = false;
        for (size_t slot = 0; slot < l->program->nslots; slot++)
            any = step_entries(l, slot) || any;
    }
}

static void hand_over(largest *l, const rk_finding *f, rk_finding *out) {
    size_t n = l->program->checked->ndims;
    *out = (rk_finding){.program = l->program, .claim = l->claim, .trial = f->trial};
    out->dims = rk_calloc(n + 1, sizeof *out->dims);
    memcpy(out->dims, f->dims, n * sizeof *out->dims);
    out->how = rk_strdup("largest violation");
    rk_assignment_init(&out->value, l->program);
    rk_assignment_set(&out->value, &l->best);
}

static bool search(largest *l, const rk_finding *f) {
    l->violation = rk_judge_margin(&l->judge, l->program, &f->value);
    if (!rk_margin_climbs(l->program) || !(l->violation >= 0))
        return false;
    double before = l->violation;
    rk_assignment_init(&l->best, l->program);
    rk_assignment_init(&l->next, l->program);
    rk_assignment_set(&l->best, &f->value);
    among_simple(l);
    by_steps(l);
    rk_assignment_clear(&l->next);
    return l->violation > before;
}

bool rk_largest_find(const rk_checked *checked, const rk_finding *f, const rk_hunt_options *o,
                     rk_finding *out, double *violation) {
    bool too_large = false, found = false;
    largest l = {.program = rk_plan_build(checked, f->dims, &too_large)};
    if (!l.program)
        return false;
    rk_judge_init(&l.judge, checked, o, NULL);
    found = f->forms.n == 0 && search(&l, f);
    rk_judge_clear(&l.judge);
    *violation = l.violation;
    if (found)
        hand_over(&l, f, out);
    else
        rk_program_free(l.program);
    if (l.best.value)
        rk_assignment_clear(&l.best);
    return found;
}
