#include "rk_equations.h"

#include <string.h>

#include "base/rk_mem.h"
#include "rk_element.h"
#include "rk_roots.h"

enum { MAX_UNKNOWNS = 36 };

void rk_equations_add(rk_equations *e, unsigned compare) {
    const rk_instr *in = &e->program->instr[compare], *side = &e->program->instr[in->arg[0]];
    rk_grow(&e->compare, &e->capacity, e->count + 1, sizeof *e->compare);
    e->compare[e->count++] = compare;
    e->entries += (slong)(side->rows * side->cols);
}

static bool compares_ranks(const rk_program *p, const rk_instr *in) {
    return p->instr[in->arg[0]].code == RK_P_RANK || p->instr[in->arg[1]].code == RK_P_RANK;
}

/* The equations without which instruction i is not true, respectively not false. */
static void collect(rk_equations *e, unsigned i, bool wanted) {
    const rk_instr *in = &e->program->instr[i];
    switch (in->code) {
    case RK_P_COMPARE:
        if (in->cmp == (wanted ? RK_EQ : RK_NE) && (wanted || !compares_ranks(e->program, in)))
            rk_equations_add(e, i);
        break;
    case RK_P_NOT:
        collect(e, in->arg[0], !wanted);
        break;
    case RK_P_AND:
    case RK_P_OR:
        for (size_t k = 0; k < in->nargs && wanted == (in->code == RK_P_AND); k++)
            collect(e, in->arg[k], wanted);
        break;
    case RK_P_IMPLIES:
        if (!wanted) {
            collect(e, in->arg[0], true);
            collect(e, in->arg[1], false);
        }
        break;
    default:
        break;
    }
}

/* What the first claim that can only fail where equations hold asks for. */
static void collect_failure(rk_equations *e) {
    size_t before = e->count;
    for (size_t c = 0; c < e->program->nclaims && e->count == before; c++)
        collect(e, e->program->claims[c], false);
}

void rk_equations_init(rk_equations *e, const rk_judge *judge, const rk_program *program) {
    *e = (rk_equations){.program = program, .domain = judge->rationals, .singular = RK_NO_MATRIX};
    for (size_t h = 0; h < program->nhypotheses; h++)
        collect(e, program->hypotheses[h], true);
    for (size_t c = 0; c < program->nclaims && judge->checked->mode == RK_MODE_EXISTS; c++)
        collect(e, program->claims[c], true);
    if (judge->checked->mode == RK_MODE_UNIVERSAL)
        collect_failure(e);
}

void rk_equations_clear(rk_equations *e) {
    for (size_t k = 0; k < e->nnulls; k++)
        fmpq_mat_clear(&e->null[k].v);
    rk_free(e->null);
    rk_free(e->compare);
}

void rk_equations_set_singular(rk_equations *e, unsigned instr) {
    e->singular = instr;
    e->entries++;
}

static unsigned char least(unsigned a, unsigned b) {
    return (unsigned char)(a < b ? a : b);
}

/* The degree in a slot, from the degrees of the arguments. */
static unsigned char degree_of(const rk_instr *in, const unsigned char *degree, size_t slot) {
    unsigned char sum = 0, most = 0;
    if (in->code == RK_P_INPUT)
        return in->slot == slot;
    for (size_t k = 0; k < in->nargs; k++) {
        unsigned char d = degree[in->arg[k]];
        sum = least(2, (unsigned)sum + d);
        most = d > most ? d : most;
    }
    switch (in->code) {
    case RK_P_ADD:
    case RK_P_SUB:
    case RK_P_NEG:
    case RK_P_TRANSPOSE:
    case RK_P_SLICE:
    case RK_P_HCAT:
    case RK_P_VCAT:
    case RK_P_DIAG_MAKE:
    case RK_P_DIAG_TAKE:
    case RK_P_VEC:
    case RK_P_RESHAPE:
    case RK_P_ROW_SUMS:
    case RK_P_SUM_ENTRIES:
    case RK_P_TRACE:
    case RK_P_COMPARE:
    case RK_P_KEEP:
        return most;
    case RK_P_MUL:
    case RK_P_SCALE:
    case RK_P_EMUL:
    case RK_P_KRON:
    case RK_P_ROW_SCALE:
        return sum;
    case RK_P_DIV:
    case RK_P_EDIV:
    case RK_P_ROW_DIVIDE:
        return degree[in->arg[1]] ? 2 : most;
    default:
        return most ? 2 : 0;
    }
}

void rk_equations_degrees(const rk_equations *e, unsigned char *degree) {
    const rk_program *p = e->program;
    unsigned char *needed = rk_calloc(p->ninstr + 1, 1), *of = rk_calloc(p->ninstr + 1, 1);
    for (size_t k = 0; k < e->count; k++)
        needed[e->compare[k]] = 1;
    for (size_t i = p->ninstr; i-- > 0;)
        for (size_t k = 0; needed[i] && k < p->instr[i].nargs; k++)
            needed[p->instr[i].arg[k]] = 1;
    for (size_t s = 0; s < p->nslots; s++) {
        for (size_t i = 0; i < p->ninstr; i++)
            if (needed[i])
                of[i] = degree_of(&p->instr[i], of, s);
        for (size_t k = 0; k < e->count; k++)
            degree[k * p->nslots + s] = of[e->compare[k]];
    }
    rk_free(needed);
    rk_free(of);
}

static bool determinant(const rk_equations *e, rk_run *run, fmpq_t out) {
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

static bool difference(const rk_equations *e, rk_run *run, size_t k, fmpq *out) {
    const unsigned *arg = e->program->instr[e->compare[k]].arg;
    const rk_matrix *x = &run->value[arg[0]], *y = &run->value[arg[1]];
    if (rk_run_compute(run, arg[0]) != RK_EV_OK || rk_run_compute(run, arg[1]) != RK_EV_OK)
        return false;
    for (slong i = 0; i < x->rows; i++)
        for (slong j = 0; j < x->cols; j++) {
            const fmpq *right = rk_matrix_entry(y, i, j);
            fmpq_sub(out++, rk_matrix_entry(x, i, j), right);
        }
    return true;
}

static bool null_product(rk_run *run, const rk_null_condition *n, fmpq *out) {
    if (rk_run_compute(run, n->instr) != RK_EV_OK)
        return false;
    const rk_matrix *m = &run->value[n->instr];
    fmpq_mat_t value, turned, product;
    fmpq_mat_init(value, m->rows, m->cols);
    fmpq_mat_init(turned, m->cols, m->rows);
    fmpq_mat_init(product, n->left ? m->cols : m->rows, n->v.c);
    bool ok = rk_matrix_get_fmpq_mat(value, m) == RK_EV_OK;
    fmpq_mat_transpose(turned, value);
    fmpq_mat_mul(product, n->left ? turned : value, &n->v);
    for (slong i = 0; ok && i < product->r; i++)
        for (slong j = 0; j < product->c; j++)
            fmpq_set(out++, fmpq_mat_entry(product, i, j));
    fmpq_mat_clear(product);
    fmpq_mat_clear(turned);
    fmpq_mat_clear(value);
    return ok;
}

static slong null_rows(const rk_equations *e, const rk_null_condition *n) {
    const rk_instr *in = &e->program->instr[n->instr];
    return (slong)(n->left ? in->cols : in->rows) * n->v.c;
}

void rk_equations_add_null(rk_equations *e, unsigned instr, const fmpq_mat_t v, bool left) {
    rk_grow(&e->null, &e->null_capacity, e->nnulls + 1, sizeof *e->null);
    rk_null_condition *n = &e->null[e->nnulls++];
    n->instr = instr;
    n->left = left;
    fmpq_mat_init_set(&n->v, v);
    e->entries += null_rows(e, n);
}

static slong rows_of(const rk_equations *e, size_t k) {
    const rk_instr *left = &e->program->instr[e->program->instr[e->compare[k]].arg[0]];
    return (slong)(left->rows * left->cols);
}

bool rk_equations_residual(const rk_equations *e, const rk_assignment *a, fmpq_mat_t out) {
    rk_run run;
    rk_run_init(&run, e->program, e->domain);
    bool ok = rk_run_set_inputs(&run, a) == RK_EV_OK;
    slong row = 0;
    fmpq_mat_zero(out);
    for (size_t k = 0; k < e->count && ok; row += rows_of(e, k++))
        ok = (e->active && !e->active[k]) || difference(e, &run, k, fmpq_mat_entry(out, row, 0));
    for (size_t k = 0; k < e->nnulls && ok && !e->active; k++) {
        ok = null_product(&run, &e->null[k], fmpq_mat_entry(out, row, 0));
        row += null_rows(e, &e->null[k]);
    }
    if (ok && e->singular != RK_NO_MATRIX && !e->active)
        ok = determinant(e, &run, fmpq_mat_entry(out, row, 0));
    rk_run_clear(&run);
    return ok;
}

/* --- a whole slot ------------------------------------------------------------ */

static bool is_mirrored(rk_set set) {
    return set == RK_SET_SYMMETRIC || set == RK_SET_PSD;
}

slong rk_equations_unknowns(const rk_slot *slot) {
    slong n = (slong)slot->rows, m = (slong)slot->cols;
    if (slot->set == RK_SET_DIAGONAL)
        return n;
    return is_mirrored(slot->set) ? n * (n + 1) / 2 : n * m;
}

fmpq *rk_equations_unknown(const rk_slot *slot, fmpq_mat_t value, slong k) {
    if (slot->set == RK_SET_DIAGONAL)
        return fmpq_mat_entry(value, k, k);
    if (!is_mirrored(slot->set))
        return fmpq_mat_entry(value, k / value->c, k % value->c);
    slong i = 0;
    while (k >= value->c - i)
        k -= value->c - i++;
    return fmpq_mat_entry(value, i, i + k);
}

void rk_equations_mirror(const rk_slot *slot, fmpq_mat_t value) {
    for (slong i = 0; is_mirrored(slot->set) && i < value->r; i++)
        for (slong j = 0; j < i; j++)
            fmpq_set(fmpq_mat_entry(value, i, j), fmpq_mat_entry(value, j, i));
}

static bool wants_row_sums(rk_set set) {
    return set == RK_SET_STOCHASTIC || set == RK_SET_ATTENTION;
}

/* The residual with the row sums of a stochastic slot below it. */
static bool slot_residual(const rk_equations *e, rk_assignment *a, size_t s, fmpq_mat_t out) {
    const rk_slot *slot = &e->program->slots[s];
    rk_equations_mirror(slot, &a->value[s]);
    if (!rk_equations_residual(e, a, out))
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
static bool slopes(const rk_equations *e, rk_assignment *a, size_t s, const fmpq_mat_t base,
                   fmpq_mat_t matrix) {
    const rk_slot *slot = &e->program->slots[s];
    fmpq_mat_t moved;
    fmpq_mat_init(moved, base->r, 1);
    bool ok = true;
    for (slong k = 0; k < matrix->c && ok; k++) {
        fmpq *x = rk_equations_unknown(slot, &a->value[s], k);
        fmpq_add_si(x, x, 1);
        ok = slot_residual(e, a, s, moved);
        fmpq_sub_si(x, x, 1);
        for (slong i = 0; i < base->r && ok; i++)
            fmpq_sub(fmpq_mat_entry(matrix, i, k), fmpq_mat_entry(moved, i, 0),
                     fmpq_mat_entry(base, i, 0));
    }
    rk_equations_mirror(slot, &a->value[s]);
    fmpq_mat_clear(moved);
    return ok;
}

static bool row_is_zero(const fmpq_mat_t a, slong i) {
    for (slong j = 0; j < a->c; j++)
        if (!fmpq_is_zero(fmpq_mat_entry(a, i, j)))
            return false;
    return true;
}

/* A random order of the unknowns, or the given one: those that come first move first. */
static void choose_order(slong *order, slong count, rk_rng *rng) {
    for (slong k = 0; k < count; k++)
        order[k] = k;
    for (slong k = count - 1; k > 0 && rng; k--) {
        slong other = (slong)rk_rng_below(rng, (uint64_t)k + 1), kept = order[k];
        order[k] = order[other];
        order[other] = kept;
    }
}

/* change := a solution of matrix * change = base with its columns taken in that order. */
static bool solve_in_order(fmpq_mat_t change, const fmpq_mat_t matrix, const fmpq_mat_t base,
                           const slong *order) {
    fmpq_mat_t sorted;
    fmpq_mat_init(sorted, matrix->r, matrix->c);
    for (slong i = 0; i < matrix->r; i++)
        for (slong k = 0; k < matrix->c; k++)
            fmpq_set(fmpq_mat_entry(sorted, i, k), fmpq_mat_entry(matrix, i, order[k]));
    bool ok = fmpq_mat_can_solve(change, sorted, base) != 0;
    fmpq_mat_clear(sorted);
    return ok;
}

/* Moves slot s by a solution of matrix * change = -base, equations that do not mention it left
   aside. Right only if the residual is linear in the slot; the judge sees to the rest. */
static bool move_slot(const rk_equations *e, rk_assignment *a, size_t s, fmpq_mat_t base,
                      const fmpq_mat_t matrix, rk_rng *rng) {
    const rk_slot *slot = &e->program->slots[s];
    slong order[MAX_UNKNOWNS];
    fmpq_mat_t change;
    fmpq_mat_init(change, matrix->c, 1);
    for (slong i = 0; i < base->r; i++)
        if (row_is_zero(matrix, i))
            fmpq_zero(fmpq_mat_entry(base, i, 0));
    choose_order(order, matrix->c, rng);
    bool ok = solve_in_order(change, matrix, base, order);
    for (slong k = 0; k < matrix->c && ok; k++) {
        fmpq *x = rk_equations_unknown(slot, &a->value[s], order[k]);
        fmpq_sub(x, x, fmpq_mat_entry(change, k, 0));
    }
    rk_equations_mirror(slot, &a->value[s]);
    fmpq_mat_clear(change);
    return ok;
}

bool rk_equations_solve_slot(const rk_equations *e, rk_assignment *a, size_t s, rk_rng *rng) {
    const rk_slot *slot = &e->program->slots[s];
    if (slot->defined || rk_equations_unknowns(slot) > MAX_UNKNOWNS ||
        slot->set == RK_SET_ORTHOGONAL || slot->set == RK_SET_PERMUTATION ||
        slot->set == RK_SET_UNIT_ROWS)
        return false;
    slong rows = e->entries + (wants_row_sums(slot->set) ? (slong)slot->rows : 0);
    fmpq_mat_t base, matrix;
    fmpq_mat_init(base, rows, 1);
    fmpq_mat_init(matrix, rows, rk_equations_unknowns(slot));
    bool ok = slot_residual(e, a, s, base) && slopes(e, a, s, base, matrix) &&
              move_slot(e, a, s, base, matrix, rng);
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
static bool sample_entry(const rk_equations *e, const rk_assignment *a, fmpq *x, fmpq_mat_t value) {
    fmpq_mat_t column;
    fmpq_mat_init(column, e->entries, 1);
    bool ok = true;
    for (slong k = 0; k < RK_ROOTS_POINTS && ok; k++) {
        fmpq_set_si(x, rk_roots_point(k), 1);
        ok = rk_equations_residual(e, a, column);
        for (slong i = 0; i < e->entries && ok; i++)
            fmpq_set(fmpq_mat_entry(value, i, k), fmpq_mat_entry(column, i, 0));
    }
    fmpq_mat_clear(column);
    return ok;
}

bool rk_equations_solve_entry(const rk_equations *e, rk_assignment *a, size_t s, slong i, slong j,
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

/* --- do they hold? --------------------------------------------------------------- */

bool rk_equations_hold(const rk_equations *e, const rk_assignment *a) {
    fmpq_mat_t r;
    fmpq_mat_init(r, e->entries, 1);
    bool ok = rk_equations_residual(e, a, r);
    slong equalities = e->entries - (e->singular != RK_NO_MATRIX);
    for (slong i = 0; i < equalities && ok; i++)
        ok = fmpq_is_zero(fmpq_mat_entry(r, i, 0));
    fmpq_mat_clear(r);
    return ok;
}
