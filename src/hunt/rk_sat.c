/* Trials by search for a model: the theorem over a few small exact numbers as a formula, a solver
   with random phases, models one after the other to the judge. */
#include <string.h>

#include "base/rk_mem.h"
#include "rk_encode.h"
#include "rk_equations.h"
#include "rk_trial.h"

enum { CONFLICTS = 50, DOUBLINGS = 5, MODELS = 4, ASSUMED = 3 };

typedef struct rk_choice {
    rk_alphabet alphabet;
    unsigned weight;
} rk_choice;

static const rk_choice choices[] = {
    {{0, 1, 1}, 3}, {{-1, 1, 1}, 5}, {{-2, 1, 1}, 2}, {{-2, 2, 2}, 2}, {{0, 1, 0}, 4},
    {{0, 4, 4}, 1}, {{-3, 3, 1}, 2}, {{-3, 3, 3}, 1}, {{-5, 5, 5}, 1},
};
enum { CHOICES = sizeof choices / sizeof choices[0] };

typedef enum state { NEW, READY, USELESS } state;

/* What is kept for a program. A formula without models is found useless once and for all: trials
   that skip it find what they would have found. */
typedef struct formulas {
    state state[CHOICES];
    rk_encoding *encoding[CHOICES];
} formulas;

static void *make_formulas(rk_judge *judge, const rk_program *program) {
    (void)judge;
    (void)program;
    return rk_calloc(1, sizeof(formulas));
}

static void drop_formulas(void *thing) {
    formulas *f = thing;
    for (int k = 0; k < CHOICES; k++)
        rk_encoding_free(f->encoding[k]);
    rk_free(f);
}

static int choose(rk_rng *rng) {
    unsigned total = 0;
    for (int k = 0; k < CHOICES; k++)
        total += choices[k].weight;
    uint64_t at = rk_rng_below(rng, total);
    int k = 0;
    while (at >= choices[k].weight)
        at -= choices[k++].weight;
    return k;
}

static const rk_encoding *encoding_of(formulas *f, int k, rk_judge *judge,
                                      const rk_program *program) {
    if (f->state[k] == NEW) {
        f->encoding[k] = rk_encode(judge, program, choices[k].alphabet);
        f->state[k] = f->encoding[k] ? READY : USELESS;
    }
    return f->state[k] == READY ? f->encoding[k] : NULL;
}

/* Most searches are short, few are long: which need it cannot be told before. */
static int most_conflicts(rk_rng *rng) {
    int most = CONFLICTS;
    for (int k = 0; k < DOUBLINGS && rk_rng_below(rng, 2); k++)
        most *= 2;
    return most;
}

static bool out_of_time(void *judge) {
    return rk_judge_out_of_time(judge);
}

/* Which bits of the slots are tried false first: in some trials most of them. */
static unsigned char *random_phases(const rk_encoding *e, rk_rng *rng) {
    unsigned char *flip = rk_malloc((size_t)e->cnf.variables + 1);
    memset(flip, 1, (size_t)e->cnf.variables + 1);
    uint64_t zeros = 1 + rk_rng_below(rng, 3);
    for (size_t k = 0; k < e->ninputs; k++)
        flip[e->input[k]] = rk_rng_below(rng, zeros + 1) != 0;
    return flip;
}

/* Is there one with a few bits at random values? If not, one without. */
static rk_sat search(const rk_encoding *e, rk_solving *s, rk_rng *rng, bool *useless) {
    int assumed[ASSUMED];
    size_t n = e->ninputs ? (size_t)rk_rng_below(rng, ASSUMED + 1) : 0;
    for (size_t k = 0; k < n; k++) {
        int v = e->input[rk_rng_below(rng, e->ninputs)];
        assumed[k] = rk_rng_below(rng, 2) ? v : -v;
    }
    rk_sat found = rk_solving_run(s, assumed, n);
    if (found == RK_SAT_NONE && n > 0)
        found = rk_solving_run(s, NULL, 0);
    *useless = found == RK_SAT_NONE;
    return found;
}

/* No model with these values again. */
static void block(const rk_encoding *e, rk_solving *s) {
    int *clause = rk_malloc((e->ninputs + 1) * sizeof *clause);
    for (size_t k = 0; k < e->ninputs; k++)
        clause[k] = rk_solving_value(s, e->input[k]) ? -e->input[k] : e->input[k];
    rk_solving_clause(s, clause, e->ninputs);
    rk_free(clause);
}

/* A model to the judge; one mod 2 is lifted first, if it is not one as it stands. */
static bool try_model(const rk_alphabet *alphabet, rk_judge *judge, const rk_program *program,
                      rk_rng *rng, rk_assignment *out, unsigned *claim) {
    const rk_equations *equations = &rk_solver_of(judge, program)->equations;
    if (alphabet->bottom == 0 && !rk_equations_hold(equations, out) &&
        !rk_equations_lift(equations, rng, out))
        return false;
    return rk_judge_try(judge, program, out, RK_EFFORT_SCREENED, claim);
}

static bool try_models(const rk_encoding *e, const rk_alphabet *alphabet, rk_solving *s,
                       rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                       unsigned *claim, bool *useless) {
    rk_sat found = search(e, s, rng, useless);
    for (int k = 0; found == RK_SAT_MODEL && k < MODELS; k++) {
        rk_encoding_read(e, s, program, out);
        if (try_model(alphabet, judge, program, rng, out, claim))
            return true;
        block(e, s);
        found = rk_solving_run(s, NULL, 0);
    }
    return false;
}

bool rk_trial_sat(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                  unsigned *claim) {
    static const rk_keeping kind = {make_formulas, drop_formulas};
    formulas *f = rk_judge_keep(judge, program, &kind);
    int k = choose(rng);
    const rk_encoding *e = encoding_of(f, k, judge, program);
    if (!e || program->nslots == 0)
        return false;
    unsigned char *flip = random_phases(e, rng);
    rk_sat_options options = {most_conflicts(rng), flip, out_of_time, judge};
    rk_solving *s = rk_solving_new(&e->cnf, &options);
    bool useless = false;
    bool found =
        s && try_models(e, &choices[k].alphabet, s, judge, program, rng, out, claim, &useless);
    rk_solving_free(s);
    rk_free(flip);
    if (useless)
        f->state[k] = USELESS;
    return found;
}
