/* Equational hypotheses by solving: linear in a whole slot, or polynomial in one entry. The same
   for degeneracies that a claim on ranks may fail at: a square matrix whose rank is asked for is
   made singular by solving its determinant for one entry. */
#include <limits.h>
#include "base/rk_mem.h"
#include "rk_hunt.h"
#include "rk_element.h"
#include "rk_params.h"
#include "rk_roots.h"
#include "rk_trial.h"

enum { MAX_UNKNOWNS = 16, MAX_SINGULAR = 6, DRAWS = 6 };
#define NO_MATRIX UINT_MAX

typedef struct equations {
    const rk_program *program;
    const rk_domain *domain;
    unsigned *compare; /* instructions `a == b` that are to hold */
    size_t count, capacity;
    unsigned singular; /* instruction of a square matrix to be made singular, or NO_MATRIX */
    slong entries;     /* of all differences a - b together, and the determinant */
} equations;

static void collect(equations *e, unsigned i) {
    const rk_instr *in = &e->program->instr[i];
    if (in->code == RK_P_AND)
        for (size_t k = 0; k < in->nargs; k++)
            collect(e, in->arg[k]);
    if (in->code != RK_P_COMPARE || in->cmp != RK_EQ)
        return;
    rk_grow(&e->compare, &e->capacity, e->count + 1, sizeof *e->compare);
    e->compare[e->count++] = i;
    e->entries += (slong)(e->program->instr[in->arg[0]].rows * e->program->instr[in->arg[0]].cols);
}

static void collect_all(equations *e, const rk_judge *judge, const rk_program *program) {
    *e = (equations){.program = program, .domain = judge->rationals, .singular = NO_MATRIX};
    for (size_t h = 0; h < program->nhypotheses; h++)
        collect(e, program->hypotheses[h]);
    for (size_t c = 0; c < program->nclaims && judge->checked->mode == RK_MODE_EXISTS; c++)
        collect(e, program->claims[c]);
}

static bool is_small_square(const rk_instr *in) {
    return in->rows == in->cols && in->rows <= MAX_SINGULAR;
}

/* A random one of the square matrices whose rank the claims ask for. */
static void choose_singular(equations *e, rk_rng *rng) {
    const rk_program *p = e->program;
    uint64_t seen = 0;
    for (size_t i = 0; i < p->ninstr; i++)
        if (p->instr[i].code == RK_P_RANK && is_small_square(&p->instr[p->instr[i].arg[0]]) &&
            rk_rng_below(rng, ++seen) == 0)
            e->singular = p->instr[i].arg[0];
    e->entries += e->singular != NO_MATRIX;
}

static bool determinant(const equations *e, rk_run *run, fmpq_t out) {
    const rk_instr *in = &e->program->instr[e->singular];
    if (rk_run_compute(run, e->singular) != RK_EV_OK)
        return false;
    fmpq_mat_t a;
    fmpq_mat_init(a, (slong)in->rows, (slong)in->cols);
    bool ok = rk_matrix_get_fmpq_mat(a, &run->value[e->singular]) == RK_EV_OK;
    if (ok)
        fmpq_mat_det(out, a);
    fmpq_mat_clear(a);
    return ok;
}

/* The differences of all equations as one column (entries by 1), at an assignment. */
static bool residual(const equations *e, const rk_assignment *a, fmpq_mat_t out) {
    rk_run run;
    rk_run_init(&run, e->program, e->domain);
    bool ok = rk_run_set_inputs(&run, a) == RK_EV_OK;
    slong row = 0;
    for (size_t k = 0; k < e->count && ok; k++) {
        const unsigned *arg = e->program->instr[e->compare[k]].arg;
        ok = rk_run_compute(&run, arg[0]) == RK_EV_OK && rk_run_compute(&run, arg[1]) == RK_EV_OK;
        const rk_matrix *x = &run.value[arg[0]], *y = &run.value[arg[1]];
        for (slong i = 0; ok && i < x->rows; i++)
            for (slong j = 0; j < x->cols; j++) {
                const fmpq *right = rk_matrix_entry(y, i, j);
                fmpq_sub(fmpq_mat_entry(out, row, 0), rk_matrix_entry(x, i, j), right);
                row++;
            }
    }
    if (ok && e->singular != NO_MATRIX)
        ok = determinant(e, &run, fmpq_mat_entry(out, row, 0));
    rk_run_clear(&run);
    return ok;
}

/* --- a whole slot ------------------------------------------------------------ */

static bool is_mirrored(rk_set set) {
    return set == RK_SET_SYMMETRIC || set == RK_SET_PSD;
}

static slong unknowns(const rk_slot *slot) {
    slong n = (slong)slot->rows, m = (slong)slot->cols;
    if (slot->set == RK_SET_DIAGONAL)
        return n;
    return is_mirrored(slot->set) ? n * (n + 1) / 2 : n * m;
}

/* Linear coordinates: all entries, the upper triangle, or the diagonal. */
static fmpq *unknown_entry(const rk_slot *slot, fmpq_mat_t value, slong k) {
    if (slot->set == RK_SET_DIAGONAL)
        return fmpq_mat_entry(value, k, k);
    if (!is_mirrored(slot->set))
        return fmpq_mat_entry(value, k / value->c, k % value->c);
    slong i = 0;
    while (k >= value->c - i)
        k -= value->c - i++;
    return fmpq_mat_entry(value, i, i + k);
}

static void mirror(const rk_slot *slot, fmpq_mat_t value) {
    for (slong i = 0; is_mirrored(slot->set) && i < value->r; i++)
        for (slong j = 0; j < i; j++)
            fmpq_set(fmpq_mat_entry(value, i, j), fmpq_mat_entry(value, j, i));
}

static bool wants_row_sums(rk_set set) {
    return set == RK_SET_STOCHASTIC || set == RK_SET_ATTENTION;
}

/* The residual with the row sums of a stochastic slot below it. */
static bool slot_residual(const equations *e, rk_assignment *a, size_t s, fmpq_mat_t out) {
    const rk_slot *slot = &e->program->slots[s];
    mirror(slot, &a->value[s]);
    if (!residual(e, a, out))
        return false;
    for (slong i = 0; wants_row_sums(slot->set) && i < (slong)slot->rows; i++) {
        fmpq *sum = fmpq_mat_entry(out, e->entries + i, 0);
        fmpq_set_si(sum, -1, 1);
        for (slong j = 0; j < (slong)slot->cols; j++)
            fmpq_add(sum, sum, fmpq_mat_entry(&a->value[s], i, j));
    }
    return true;
}

/* Column k of `matrix`: how the residual moves with unknown k, from `base`. */
static bool slopes(const equations *e, rk_assignment *a, size_t s, const fmpq_mat_t base,
                   fmpq_mat_t matrix) {
    const rk_slot *slot = &e->program->slots[s];
    fmpq_mat_t moved;
    fmpq_mat_init(moved, base->r, 1);
    bool ok = true;
    for (slong k = 0; k < matrix->c && ok; k++) {
        fmpq *x = unknown_entry(slot, &a->value[s], k);
        fmpq_add_si(x, x, 1);
        ok = slot_residual(e, a, s, moved);
        fmpq_sub_si(x, x, 1);
        for (slong i = 0; i < base->r && ok; i++)
            fmpq_sub(fmpq_mat_entry(matrix, i, k), fmpq_mat_entry(moved, i, 0),
                     fmpq_mat_entry(base, i, 0));
    }
    mirror(slot, &a->value[s]);
    fmpq_mat_clear(moved);
    return ok;
}

static bool row_is_zero(const fmpq_mat_t a, slong i) {
    for (slong j = 0; j < a->c; j++)
        if (!fmpq_is_zero(fmpq_mat_entry(a, i, j)))
            return false;
    return true;
}

/* Moves slot s by a solution of matrix * change = -base, equations that do not mention it left
   aside. Right only if the residual is linear in the slot; the judge sees to the rest. */
static bool move_slot(const equations *e, rk_assignment *a, size_t s, fmpq_mat_t base,
                      const fmpq_mat_t matrix) {
    const rk_slot *slot = &e->program->slots[s];
    fmpq_mat_t change;
    fmpq_mat_init(change, matrix->c, 1);
    for (slong i = 0; i < base->r; i++)
        if (row_is_zero(matrix, i))
            fmpq_zero(fmpq_mat_entry(base, i, 0));
    bool ok = fmpq_mat_can_solve(change, matrix, base) != 0;
    for (slong k = 0; k < matrix->c && ok; k++) {
        fmpq *x = unknown_entry(slot, &a->value[s], k);
        fmpq_sub(x, x, fmpq_mat_entry(change, k, 0));
    }
    mirror(slot, &a->value[s]);
    fmpq_mat_clear(change);
    return ok;
}

static bool solve_slot(const equations *e, rk_assignment *a, size_t s) {
    const rk_slot *slot = &e->program->slots[s];
    if (slot->defined || unknowns(slot) > MAX_UNKNOWNS || slot->set == RK_SET_ORTHOGONAL ||
        slot->set == RK_SET_PERMUTATION || slot->set == RK_SET_UNIT_ROWS)
        return false;
    slong rows = e->entries + (wants_row_sums(slot->set) ? (slong)slot->rows : 0);
    fmpq_mat_t base, matrix;
    fmpq_mat_init(base, rows, 1);
    fmpq_mat_init(matrix, rows, unknowns(slot));
    bool ok = slot_residual(e, a, s, base) && slopes(e, a, s, base, matrix) &&
              move_slot(e, a, s, base, matrix);
    fmpq_mat_clear(base);
    fmpq_mat_clear(matrix);
    return ok;
}

/* --- one entry ---------------------------------------------------------------- */

/* A common root of all residuals (rows of `value`, one column a point) as polynomials. */
static bool common_root(fmpq *root, const fmpq_mat_t value, uint64_t pick) {
    fmpq_poly_t all, f;
    fmpq_poly_init(all);
    fmpq_poly_init(f);
    bool ok = true;
    for (slong row = 0; row < value->r && ok; row++) {
        ok = rk_roots_interpolate(f, fmpq_mat_entry(value, row, 0));
        if (fmpq_poly_degree(f) > 0) /* constants are for other entries to settle */
            fmpq_poly_gcd(all, all, f);
    }
    fmpq *roots = _fmpq_vec_init(RK_ROOTS_DEGREE);
    slong n = ok ? rk_roots_rational(roots, RK_ROOTS_DEGREE, all) : 0;
    if (n > 0)
        fmpq_set(root, roots + pick % (uint64_t)n);
    _fmpq_vec_clear(roots, RK_ROOTS_DEGREE);
    fmpq_poly_clear(all);
    fmpq_poly_clear(f);
    return n > 0;
}

/* The residuals with x at all points of interpolation, one column a point. */
static bool sample_entry(const equations *e, const rk_assignment *a, fmpq *x, fmpq_mat_t value) {
    fmpq_mat_t column;
    fmpq_mat_init(column, e->entries, 1);
    bool ok = true;
    for (slong k = 0; k < RK_ROOTS_POINTS && ok; k++) {
        fmpq_set_si(x, rk_roots_point(k), 1);
        ok = residual(e, a, column);
        for (slong i = 0; i < e->entries && ok; i++)
            fmpq_set(fmpq_mat_entry(value, i, k), fmpq_mat_entry(column, i, 0));
    }
    fmpq_mat_clear(column);
    return ok;
}

/* Puts a common root of all residuals into entry (i, j) of slot s. */
static bool solve_entry(const equations *e, rk_assignment *a, size_t s, slong i, slong j,
                        uint64_t pick) {
    if (e->program->slots[s].defined)
        return false;
    fmpq *x = fmpq_mat_entry(&a->value[s], i, j);
    fmpq_t old;
    fmpq_mat_t value;
    fmpq_init(old);
    fmpq_set(old, x);
    fmpq_mat_init(value, e->entries, RK_ROOTS_POINTS);
    bool ok = sample_entry(e, a, x, value) && common_root(x, value, pick);
    if (!ok)
        fmpq_set(x, old);
    fmpq_mat_clear(value);
    fmpq_clear(old);
    return ok;
}

static bool solve_some_entry(const equations *e, rk_assignment *a, size_t s, rk_rng *rng) {
    const rk_slot *slot = &e->program->slots[s];
    slong i = (slong)rk_rng_below(rng, (uint64_t)slot->rows);
    slong j = (slong)rk_rng_below(rng, (uint64_t)slot->cols);
    return solve_entry(e, a, s, i, j, rk_rng_u64(rng));
}

/* Do all equations hold? (The determinant, last in the residual, is not looked at.) */
static bool holds(const equations *e, const rk_assignment *a) {
    fmpq_mat_t r;
    fmpq_mat_init(r, e->entries, 1);
    bool ok = residual(e, a, r);
    slong equalities = e->entries - (e->singular != NO_MATRIX);
    for (slong i = 0; i < equalities && ok; i++)
        ok = fmpq_is_zero(fmpq_mat_entry(r, i, 0));
    fmpq_mat_clear(r);
    return ok;
}

/* Solves for one slot after the other, from a random one on. */
static void solve_slots(const equations *e, rk_rng *rng, rk_assignment *out) {
    size_t n = e->program->nslots, start = (size_t)rk_rng_below(rng, n);
    bool entry = rk_rng_below(rng, 3) == 0;
    for (size_t k = 0; k < n; k++) {
        size_t s = (start + k) % n;
        if (entry)
            solve_some_entry(e, out, s, rng);
        else
            solve_slot(e, out, s);
    }
}

/* Draws until the equations hold, by luck of the structured draw or by solving. */
static bool draw_solution(const equations *e, rk_rng *rng, rk_assignment *out) {
    for (int k = 0; k < DRAWS; k++) {
        bool mixed = rk_rng_below(rng, 2) != 0;
        unsigned style = (unsigned)rk_rng_below(rng, rk_sample_styles());
        rk_sample(e->program, mixed ? rk_sample_mixed() : style, rng, out);
        if (holds(e, out))
            return true;
        if (k >= DRAWS - 2) {
            solve_slots(e, rng, out);
            if (holds(e, out))
                return true;
        }
    }
    return e->count == 0;
}

/* Solves the determinant of the chosen matrix for one entry of some slot. */
static void make_singular(equations *e, rk_rng *rng, rk_assignment *out) {
    choose_singular(e, rng);
    size_t n = e->program->nslots, start = (size_t)rk_rng_below(rng, n);
    for (size_t k = 0; k < n && e->singular != NO_MATRIX; k++)
        if (solve_some_entry(e, out, (start + k) % n, rng))
            return;
}

bool rk_trial_solve(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                    unsigned *claim) {
    equations e;
    collect_all(&e, judge, program);
    bool found = false;
    if (program->nslots > 0 && draw_solution(&e, rng, out)) {
        if (e.count == 0 || rk_rng_below(rng, 2))
            make_singular(&e, rng, out);
        found = rk_judge_try(judge, program, out, RK_EFFORT_SCREENED, claim);
    }
    rk_free(e.compare);
    return found;
}

/* --- what there is to solve --------------------------------------------------- */

bool rk_trial_has_equations(const rk_judge *judge, const rk_program *program) {
    equations e;
    collect_all(&e, judge, program);
    rk_free(e.compare);
    return e.count > 0;
}

size_t rk_trial_matrices(const rk_program *program) {
    size_t n = 0;
    for (size_t i = 0; i < program->ninstr; i++) {
        const rk_instr *in = &program->instr[i];
        n += in->code == RK_P_RANK && is_small_square(&program->instr[in->arg[0]]);
    }
    return n;
}

bool rk_trial_repair(const rk_judge *judge, const rk_program *program, size_t matrix, size_t slot,
                     slong i, slong j, rk_assignment *a) {
    equations e;
    collect_all(&e, judge, program);
    for (size_t k = 0; k < program->ninstr && e.singular == NO_MATRIX; k++) {
        const rk_instr *in = &program->instr[k];
        if (in->code == RK_P_RANK && is_small_square(&program->instr[in->arg[0]]) && matrix-- == 0)
            e.singular = in->arg[0];
    }
    e.entries += e.singular != NO_MATRIX;
    bool ok = e.entries > 0 && solve_entry(&e, a, slot, i, j, 0);
    rk_free(e.compare);
    return ok;
}
