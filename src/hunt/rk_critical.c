/* Critical places along a line: where a comparison of the theorem turns, an absolute value has its
   kink, or a matrix loses rank; between two such places; and beyond them. Finds violations at
   single points and on intervals far too short for random draws. */
#include "domain/rk_function.h"
#include "rk_needle.h"
#include "rk_trial.h"

enum {
    HEIGHTS = 16,     /* functions of the parameter that are looked at */
    TERMS = 64,       /* of their numerators */
    PLACES = 24,      /* of polynomials, in one trial */
    NEEDLES = 6,      /* of other functions */
    MAX_WORK = 200,   /* entries of all instructions beyond which only polynomials are looked at */
    NEEDLE_SHARE = 4, /* one of so many trials looks for them */
    TRIES = 40,       /* of one trial */
    FORMS = 8,        /* closed forms tried in one trial */
    ROUNDINGS = 5     /* rationals tried near a place without closed form */
};

typedef struct trial {
    rk_judge *judge;
    rk_track line;
    rk_height height[HEIGHTS];
    size_t nheights;
    rk_root_list places;
    rk_assignment *out;
    unsigned *claim;
    int tries;
} trial;

/* --- polynomials ---------------------------------------------------------------------------- */

/* The numerator; the ring has one variable. */
static void numerator(fmpz_poly_t r, const fmpz_mpoly_q_t x, const fmpz_mpoly_ctx_struct *ring) {
    fmpz_t c;
    fmpz_init(c);
    fmpz_poly_zero(r);
    for (slong k = 0; k < x->num.length; k++) {
        ulong degree = 0;
        fmpz_mpoly_get_term_exp_ui(&degree, &x->num, k, ring);
        fmpz_mpoly_get_term_coeff_fmpz(c, &x->num, k, ring);
        if (degree <= TERMS)
            fmpz_poly_set_coeff_fmpz(r, (slong)degree, c);
    }
    fmpz_clear(c);
}

/* The heights that are no rational functions stay in the list. */
static void polynomial_places(trial *t) {
    rk_domain *d = rk_domain_functions(1, TERMS);
    const fmpz_mpoly_ctx_struct *ring = rk_function_ring(d);
    size_t left = 0;
    rk_run run;
    fmpz_mpoly_q_t x;
    fmpz_poly_t f;
    fmpz_mpoly_q_init(x, ring);
    fmpz_poly_init(f);
    rk_run_init(&run, t->line.program, d);
    rk_function_variable(d, x, 0);
    rk_ev ev = rk_track_inputs(&run, &t->line, x);
    for (size_t k = 0; k < t->nheights && !rk_function_exceeded(d); k++) {
        bool known = ev == RK_EV_OK && rk_height_value(&run, &t->height[k], x) == RK_EV_OK;
        if (!known) {
            t->height[left++] = t->height[k];
        } else if (t->places.n < PLACES) {
            numerator(f, x, ring);
            rk_root_list_add_poly(&t->places, f);
        }
    }
    t->nheights = left;
    rk_run_clear(&run);
    fmpz_mpoly_q_clear(x, ring);
    fmpz_poly_clear(f);
    rk_domain_free(d);
}

/* --- trying --------------------------------------------------------------------------------- */

static bool try_at(trial *t, const fmpq_t x) {
    if (t->tries++ >= TRIES)
        return false;
    rk_track_at(&t->line, x, t->out);
    return rk_judge_try(t->judge, t->line.program, t->out, RK_EFFORT_SCREENED, t->claim);
}

/* The simplest number strictly between two places. */
static void between(fmpq_t x, const fmpq_t low, const fmpq_t high) {
    fmpq_simplest_between(x, low, high);
    if (!fmpq_equal(x, low) && !fmpq_equal(x, high))
        return;
    fmpq_add(x, low, high);
    fmpq_div_2exp(x, x, 1);
}

static bool try_rationals(trial *t) {
    rk_root_list *l = &t->places;
    fmpq_t x;
    bool found = false;
    fmpq_init(x);
    for (size_t k = 0; k < l->n && !found; k++)
        found = l->root[k].exact && try_at(t, &l->root[k].near);
    for (size_t k = 0; k + 1 < l->n && !found; k++) {
        between(x, &l->root[k].near, &l->root[k + 1].near);
        found = try_at(t, x);
    }
    if (l->n > 0 && !found) {
        fmpq_sub_si(x, &l->root[0].near, 1);
        fmpz_fdiv_q(fmpq_numref(x), fmpq_numref(x), fmpq_denref(x));
        fmpz_one(fmpq_denref(x));
        found = try_at(t, x);
    }
    if (l->n > 0 && !found) {
        fmpq_add_si(x, &l->root[l->n - 1].near, 1);
        fmpz_cdiv_q(fmpq_numref(x), fmpq_numref(x), fmpq_denref(x));
        fmpz_one(fmpq_denref(x));
        found = try_at(t, x);
    }
    fmpq_clear(x);
    return found;
}

/* Rationals ever nearer to a place that is not rational: a strict violation reaches some of them.
 */
static bool try_near(trial *t, const fmpq_t place) {
    fmpq_t low, high;
    bool found = false;
    fmpq_init(low);
    fmpq_init(high);
    for (int k = 1; k <= ROUNDINGS && !found; k++) {
        fmpq_one(low);
        fmpq_div_2exp(low, low, (flint_bitcnt_t)(k * k + 2));
        fmpq_add(high, place, low);
        fmpq_sub(low, place, low);
        fmpq_simplest_between(low, low, high);
        found = try_at(t, low);
    }
    fmpq_clear(low);
    fmpq_clear(high);
    return found;
}

/* A place without a closed form at which doubles see a violation is a hit that stays open. */
static void count_open(trial *t, const fmpq_t place) {
    rk_track_at(&t->line, place, t->out);
    if (t->judge->tally && rk_judge_worth(t->judge, t->line.program, t->out))
        t->judge->tally->unconfirmed++;
}

static bool try_forms(trial *t) {
    bool found = false;
    int forms_left = FORMS;
    for (size_t k = 0; k < t->places.n && !found; k++) {
        const rk_root *root = &t->places.root[k];
        if (root->exact)
            continue;
        if (root->text == NULL) {
            found = try_near(t, &root->near);
            if (!found)
                count_open(t, &root->near);
            continue;
        }
        if (forms_left-- == 0)
            break;
        rk_forms forms = {0};
        rk_track_forms(&t->line, root->text, &root->near, &forms);
        rk_track_at(&t->line, &root->near, t->out);
        found = rk_judge_try_forms(t->judge, t->line.program, t->out, &forms, t->claim);
        rk_forms_clear(&forms);
    }
    return found;
}

static bool try_places(trial *t) {
    rk_root_list_sort(&t->places);
    return try_rationals(t) || try_forms(t);
}

/* --- the whole ------------------------------------------------------------------------------ */

static int64_t work_of(const rk_program *program) {
    int64_t n = 0;
    for (size_t i = 0; i < program->ninstr; i++)
        n += 1 + program->instr[i].rows * program->instr[i].cols;
    return n;
}

/* Needles are dear: `all` looks for them whenever there may be any. */
static bool search_line(trial *t, const rk_program *program, rk_rng *rng, bool all) {
    t->nheights = rk_heights(t->height, HEIGHTS, program, rng);
    polynomial_places(t);
    bool found = try_places(t);
    rk_root_list_clear(&t->places);
    if (found || t->nheights == 0 || work_of(program) > MAX_WORK ||
        (!all && rk_rng_below(rng, NEEDLE_SHARE) != 0))
        return found;
    rk_needles(&t->places, NEEDLES, &t->line, t->height, t->nheights);
    found = try_places(t);
    rk_root_list_clear(&t->places);
    return found;
}

/* Half of the points have entries 0 and 1 alone, where their sets allow it. */
static void simplify(const rk_program *program, rk_rng *rng, rk_assignment *a) {
    for (size_t s = 0; s < program->nslots; s++) {
        rk_set set = program->slots[s].set;
        bool zero = set == RK_SET_REAL || set == RK_SET_NONNEGATIVE;
        if (!zero && set != RK_SET_POSITIVE && set != RK_SET_NONZERO)
            continue;
        for (slong i = 0; i < a->value[s].r; i++)
            for (slong j = 0; j < a->value[s].c; j++)
                fmpq_set_si(fmpq_mat_entry(&a->value[s], i, j),
                            zero ? rk_rng_between(rng, 0, 1) : 1, 1);
    }
}

bool rk_trial_critical(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                       unsigned *claim) {
    trial t = {.judge = judge, .out = out, .claim = claim};
    unsigned style = (unsigned)rk_rng_below(rng, rk_sample_styles());
    if (!rk_sample(program, style, rng, out))
        rk_sample_interior(program, rng, out);
    if (rk_rng_below(rng, 2))
        simplify(program, rng, out);
    if (!rk_track_draw(&t.line, program, rng, out))
        return false;
    bool found = search_line(&t, program, rng, false);
    rk_track_clear(&t.line);
    return found;
}

bool rk_trial_critical_entry(rk_judge *judge, const rk_program *program, size_t slot, slong i,
                             slong j, rk_assignment *a, unsigned *claim) {
    trial t = {.judge = judge, .out = a, .claim = claim};
    rk_rng rng = rk_rng_trial(0, judge->checked->statement, slot);
    if (!rk_track_entry(&t.line, program, a, slot, i, j))
        return false;
    bool found = search_line(&t, program, &rng, true);
    rk_track_clear(&t.line);
    return found;
}
