#include "rk_spread.h"
#include <pthread.h>
#include <string.h>
#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "eval/rk_chain.h"
#include "rk_formal.h"
#include "rk_interior.h"
#include "rk_view.h"

/* What is known of a program, by its dimensions: there is one program for each choice. */
typedef struct known {
    int64_t *dims;
    bool fails;    /* or may fail at a random point: violations may be more than a null set */
    bool is_false; /* by its form */
} known;

struct rk_spread {
    pthread_mutex_t lock;
    known *known;
    size_t nknown, capacity;
};

rk_spread *rk_spread_new(void) {
    rk_spread *s = rk_calloc(1, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

void rk_spread_free(rk_spread *s) {
    if (!s)
        return;
    for (size_t k = 0; k < s->nknown; k++)
        rk_free(s->known[k].dims);
    rk_free(s->known);
    pthread_mutex_destroy(&s->lock);
    rk_free(s);
}

/* --- random points ------------------------------------------------------------------------ */

enum { POINTS = 24, FEWER_POINTS = 6, POINT_BITS = 6 };

static bool has_forall(const rk_program *program) {
    for (size_t s = 0; s < program->nslots; s++)
        if (!program->slots[s].defined && !rk_slot_is_generic(&program->slots[s]))
            return true;
    return false;
}

/* The generic slots drawn anew; the others keep their values. */
static void redraw(const rk_program *program, const rk_assignment *point, rk_rng *rng,
                   rk_assignment *a) {
    rk_interior_draw(program, rng, POINT_BITS, rk_rng_u64(rng), a);
    for (size_t s = 0; s < program->nslots; s++)
        if (!program->slots[s].defined && !rk_slot_is_generic(&program->slots[s]))
            fmpq_mat_set(&a->value[s], &point->value[s]);
}

/* Random points tell where a search of the form is worth its time: of a null set they hit nothing,
   and where the claim is false by its form it holds at none of them. */
static void look_around(const rk_program *program, const rk_assignment *point, int points,
                        const rk_prove_options *o, bool *fails, bool *holds) {
    rk_decide_options d = {.precision_cap = o->precision_cap};
    rk_rng rng = rk_rng_trial(o->seed, program->checked->statement, 0x737072656164ULL);
    rk_assignment a;
    *fails = *holds = false;
    rk_assignment_init(&a, program);
    for (int k = 0; k < points && !(*fails && *holds); k++) {
        rk_instance x;
        redraw(program, point, &rng, &a);
        rk_decide(program, &a, &d, &x);
        *fails = *fails || x.overall == RK_INSTANCE_VIOLATED || x.overall == RK_INSTANCE_UNKNOWN;
        *holds = *holds || x.overall == RK_INSTANCE_HOLDS;
        rk_instance_clear(&x);
    }
    rk_assignment_clear(&a);
}

/* --- the form ----------------------------------------------------------------------------- */

static bool false_by_form(const rk_program *program, const rk_prove_options *o) {
    rk_proof proof;
    rk_diags *said = rk_diags_new(); /* of an equation among the hypotheses: check tells that */
    rk_proof_init(&proof);
    rk_prove_symbolic(program, o, &proof, said);
    if (proof.status == RK_PROOF_NONE)
        rk_prove_identity(program, o, &proof);
    bool found = proof.status == RK_PROOF_FALSE;
    rk_proof_clear(&proof);
    rk_diags_free(said);
    return found;
}

/* Seconds for one claim. */
#define LONGEST 2.0

/* What the form says of ranks and comparisons meets what the point says: ranks are at most the one,
   at least the other. */
static void join_form(rk_local *local, const rk_formal *f) {
    const rk_program *p = f->run.program;
    for (unsigned i = 0; i < p->ninstr; i++) {
        if (!f->run.done[i])
            continue;
        if (p->instr[i].code == RK_P_RANK && f->run.bounds[i] != NULL)
            rk_local_bound_rank(local, p->instr[i].arg[0],
                                fmpz_get_si(fmpq_numref(&f->run.bounds[i]->high)));
        if (p->instr[i].code == RK_P_COMPARE)
            rk_local_know_truth(local, i, f->run.truth[i]);
    }
    rk_local_conclude(local);
}

/* What was computed speaks of where the left sides of the claim hold: is that all around the point?
 */
static bool left_sides_hold(const rk_local *local, const rk_formal *f) {
    const rk_program *p = f->run.program;
    const rk_facts *facts = rk_local_facts(local);
    bool hold = true;
    for (unsigned i = f->whole; i != f->claim && hold; i = p->instr[i].arg[1])
        hold = rk_tern_true(facts->truth[p->instr[i].arg[0]]);
    return hold;
}

static bool claim_false_near(const rk_program *program, unsigned claim, rk_local *local,
                             const rk_assignment *point, const rk_prove_options *o) {
    rk_formal f;
    double end = rk_clock() + LONGEST;
    end = o->deadline > 0 && o->deadline < end ? o->deadline : end;
    if (!rk_formal_open_near(&f, program, claim, local, point, end))
        return false;
    bool holds = left_sides_hold(local, &f);
    bool found = holds && rk_tern_false(f.run.truth[f.claim]);
    if (holds && !found)
        join_form(local, &f);
    rk_formal_close(&f);
    return found || rk_tern_false(rk_facts_claims(rk_local_facts(local)));
}

/* Everything is defined and the hypotheses hold on a neighbourhood, in which moduli, roots and
   their kin are the branches that they are at the point, and there the claim is false. */
static bool false_near(const rk_program *program, const rk_assignment *point,
                       const rk_prove_options *o) {
    rk_local *local = rk_local_new(program, point, o->precision_cap > 0 ? o->precision_cap : 256);
    bool found = false;
    bool inside = local != NULL && rk_tern_true(rk_facts_hypotheses(rk_local_facts(local)));
    for (size_t c = 0; c < program->nclaims && inside && !found; c++)
        found = claim_false_near(program, program->claims[c], local, point, o);
    rk_local_free(local);
    return found;
}

/* Is a rank, or made of ranks and numbers. */
static bool is_count(const rk_program *p, unsigned i) {
    const rk_instr *in = &p->instr[i];
    bool count = in->code == RK_P_ADD || in->code == RK_P_SUB;
    for (size_t k = 0; k < in->nargs && count; k++)
        count = is_count(p, in->arg[k]);
    return count || in->code == RK_P_RANK || in->code == RK_P_RATIONAL;
}

static bool is_same_everywhere(const rk_program *p, const rk_instr *in) {
    switch (in->code) {
    case RK_P_COMPARE:
        return is_count(p, in->arg[0]) && is_count(p, in->arg[1]);
    case RK_P_FN:
    case RK_P_ENTROPY:
    case RK_P_NORM1:
    case RK_P_MAX_ENTRIES:
    case RK_P_MIN_ENTRIES:
    case RK_P_SINGULAR_VALUE:
    case RK_P_EIGEN_MODULUS:
        return false;
    default:
        return !in->truth || in->code == RK_P_AND || in->code == RK_P_OR || in->code == RK_P_NOT;
    }
}

/* Ranks of rational functions are the same almost everywhere: near a point there is no other form.
 */
static bool has_one_form(const rk_program *p) {
    bool one = p->nhypotheses == 0 && !has_forall(p);
    for (size_t s = 0; s < p->nslots && one; s++)
        one = p->slots[s].defined ||
              (p->slots[s].set != RK_SET_ORTHOGONAL && !rk_local_stands_still(&p->slots[s]));
    for (size_t i = 0; i < p->ninstr && one; i++)
        one = is_same_everywhere(p, &p->instr[i]);
    return one;
}

/* --- what is kept ------------------------------------------------------------------------- */

static bool look_up(rk_spread *s, const rk_program *program, known *what) {
    size_t bytes = program->checked->ndims * sizeof *program->dims;
    bool found = false;
    pthread_mutex_lock(&s->lock);
    for (size_t k = 0; k < s->nknown && !found; k++)
        if (memcmp(s->known[k].dims, program->dims, bytes) == 0) {
            *what = s->known[k];
            found = true;
        }
    pthread_mutex_unlock(&s->lock);
    return found;
}

static void keep(rk_spread *s, const rk_program *program, known what) {
    size_t bytes = program->checked->ndims * sizeof *program->dims;
    what.dims = rk_malloc(bytes + 1);
    memcpy(what.dims, program->dims, bytes);
    pthread_mutex_lock(&s->lock);
    rk_grow(&s->known, &s->capacity, s->nknown + 1, sizeof *s->known);
    s->known[s->nknown++] = what;
    pthread_mutex_unlock(&s->lock);
}

/* Two threads may find out the same at once. */
static known find_out(rk_spread *s, const rk_program *program, const rk_assignment *point,
                      const rk_prove_options *o) {
    known what = {0};
    bool holds;
    if (look_up(s, program, &what))
        return what;
    look_around(program, point, POINTS, o, &what.fails, &holds);
    what.is_false = what.fails && !holds && false_by_form(program, o);
    keep(s, program, what);
    return what;
}

/* With values that stand still everything depends on these. */
static known find_out_here(const rk_program *program, const rk_assignment *point,
                           const rk_prove_options *o) {
    known what = {0};
    bool holds;
    look_around(program, point, FEWER_POINTS, o, &what.fails, &holds);
    return what;
}

bool rk_spread_violation(rk_spread *s, const rk_program *program, const rk_assignment *point,
                         const rk_prove_options *o) {
    if (!rk_has_generic(program) || rk_prove_open_violation(program, point, o))
        return true;
    known what =
        has_forall(program) ? find_out_here(program, point, o) : find_out(s, program, point, o);
    return what.is_false || (what.fails && !has_one_form(program) && false_near(program, point, o));
}
