/* Critical values of one entry: where a comparison of the theorem turns, between two such places,
   and beyond them. Finds violations on intervals far too short for random draws. */
#include "rk_roots.h"
#include "rk_trial.h"

enum { MAX_COMPARISONS = 12, MAX_ROOTS = 24 };

typedef struct roots {
    fmpq value[MAX_ROOTS];
    slong count;
} roots;

/* One entry of left minus right, as far as this run can tell. */
static bool difference(rk_run *run, const rk_instr *compare, slong entry, fmpq_t out) {
    const unsigned *arg = compare->arg;
    if (rk_run_compute(run, arg[0]) != RK_EV_OK || rk_run_compute(run, arg[1]) != RK_EV_OK)
        return false;
    const rk_matrix *x = &run->value[arg[0]], *y = &run->value[arg[1]];
    slong left = x->rows * x->cols, right = y->rows * y->cols;
    const fmpq *a = (const fmpq *)x->entry + entry % left;
    const fmpq *b = (const fmpq *)y->entry + entry % right;
    fmpq_sub(out, a, b);
    return true;
}

/* Adds the roots of the polynomial with these values. */
static void add_roots(roots *r, const fmpq *value) {
    fmpq_poly_t f;
    fmpq_poly_init(f);
    if (rk_roots_interpolate(f, value))
        r->count += rk_roots_rational(r->value + r->count, MAX_ROOTS - r->count, f);
    fmpq_poly_clear(f);
}

static slong choose_comparisons(const rk_program *program, rk_rng *rng, unsigned *chosen) {
    slong n = 0;
    for (unsigned i = 0; i < program->ninstr; i++) {
        if (program->instr[i].code != RK_P_COMPARE)
            continue;
        if (n < MAX_COMPARISONS)
            chosen[n++] = i;
        else if (rk_rng_below(rng, 4) == 0)
            chosen[rk_rng_below(rng, MAX_COMPARISONS)] = i;
    }
    return n;
}

/* The differences of all comparisons with the entry x at all points of interpolation. */
static void collect_roots(roots *r, const rk_judge *judge, const rk_program *program, rk_rng *rng,
                          rk_assignment *a, fmpq *x) {
    unsigned chosen[MAX_COMPARISONS];
    slong n = choose_comparisons(program, rng, chosen), entry = (slong)rk_rng_below(rng, 16);
    fmpq *value = _fmpq_vec_init(n * RK_ROOTS_POINTS);
    bool known[MAX_COMPARISONS];
    for (slong c = 0; c < n; c++)
        known[c] = true;
    for (slong k = 0; k < RK_ROOTS_POINTS; k++) {
        rk_run run;
        fmpq_set_si(x, rk_roots_point(k), 1);
        rk_run_init(&run, program, judge->rationals);
        rk_run_set_inputs(&run, a);
        for (slong c = 0; c < n; c++)
            known[c] = known[c] && difference(&run, &program->instr[chosen[c]], entry,
                                              value + c * RK_ROOTS_POINTS + k);
        rk_run_clear(&run);
    }
    for (slong c = 0; c < n; c++)
        if (known[c])
            add_roots(r, value + c * RK_ROOTS_POINTS);
    _fmpq_vec_clear(value, n * RK_ROOTS_POINTS);
}

static void sort(roots *r) {
    for (slong i = 1; i < r->count; i++)
        for (slong j = i; j > 0 && fmpq_cmp(r->value + j - 1, r->value + j) > 0; j--)
            fmpq_swap(r->value + j - 1, r->value + j);
}

/* Candidate k: the roots, then the simplest numbers between neighbours, then beyond both ends. */
static void candidate(const roots *r, slong k, fmpq_t x) {
    slong n = r->count;
    if (k < n)
        fmpq_set(x, r->value + k);
    else if (k < 2 * n - 1)
        fmpq_simplest_between(x, r->value + k - n, r->value + k - n + 1);
    else if (k == 2 * n - 1)
        fmpq_sub_si(x, r->value, 1);
    else
        fmpq_add_si(x, r->value + n - 1, 1);
}

/* The open interval's own numbers: simplest_between may return an end. */
static void inside(const roots *r, slong k, fmpq_t x) {
    if (k < r->count || k >= 2 * r->count - 1)
        return;
    const fmpq *low = r->value + k - r->count, *high = low + 1;
    if (!fmpq_equal(x, low) && !fmpq_equal(x, high))
        return;
    fmpq_add(x, low, high);
    fmpq_div_2exp(x, x, 1);
}

static bool try_values(rk_judge *judge, const rk_program *program, const roots *r,
                       rk_assignment *out, fmpq *x, unsigned *claim) {
    for (slong k = 0; r->count > 0 && k < 2 * r->count + 1; k++) {
        candidate(r, k, x);
        inside(r, k, x);
        if (rk_judge_try(judge, program, out, RK_EFFORT_SCREENED, claim))
            return true;
    }
    return false;
}

bool rk_trial_critical(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                       unsigned *claim) {
    unsigned style = (unsigned)rk_rng_below(rng, rk_sample_styles());
    if (program->nslots == 0)
        return false;
    size_t s = (size_t)rk_rng_below(rng, program->nslots);
    if (program->slots[s].defined)
        return false;
    rk_sample(program, style, rng, out);
    fmpq_mat_struct *m = &out->value[s];
    slong i = (slong)rk_rng_below(rng, (uint64_t)m->r),
          j = (slong)rk_rng_below(rng, (uint64_t)m->c);
    roots r = {.count = 0};
    for (slong k = 0; k < MAX_ROOTS; k++)
        fmpq_init(r.value + k);
    collect_roots(&r, judge, program, rng, out, fmpq_mat_entry(m, i, j));
    sort(&r);
    bool found = try_values(judge, program, &r, out, fmpq_mat_entry(m, i, j), claim);
    for (slong k = 0; k < MAX_ROOTS; k++)
        fmpq_clear(r.value + k);
    return found;
}
