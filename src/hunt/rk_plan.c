#include "rk_plan.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/rk_mem.h"
#include "rk_enumerate.h"
#include "rk_far.h"

/* Work limits: a trial costs milliseconds at most. */
enum { MAX_PROGRAMS = 256, MAX_INSTRUCTIONS = 20000, MAX_ENTRIES = 4096 };
/* Largest values of open dimensions, with variables to draw and without. */
enum { OPEN_DIM = 6, CLOSED_DIM = 128 };
static const uint64_t max_cell = 100000;
/* Multiplications of one run, beyond the smallest dimensions; and far from them. */
static const double max_work = 6000, max_far_work = 60000;
/* Far dimensions: programs kept, choices tried for them, and how often they are visited. */
enum { FAR_PROGRAMS = 32, FAR_CHOICES = 128, FAR_STRIDE = 16 };

double rk_plan_work(const rk_program *program) {
    double sum = 0;
    for (size_t i = 0; i < program->ninstr; i++) {
        const rk_instr *in = &program->instr[i];
        const rk_instr *first = in->nargs ? &program->instr[in->arg[0]] : in;
        double entries = (double)(first->rows * first->cols);
        bool cubic = in->code == RK_P_MUL || in->code == RK_P_INV || in->code == RK_P_DET ||
                     in->code == RK_P_RANK;
        int64_t inner = in->code == RK_P_MUL        ? in->cols
                        : first->rows < first->cols ? first->rows
                                                    : first->cols;
        sum += entries * (cubic ? (double)inner : 1);
    }
    return sum;
}

rk_program *rk_plan_build(const rk_checked *checked, const int64_t *dims, bool *too_large) {
    rk_build_options o = {.max_instr = MAX_INSTRUCTIONS, .max_entries = MAX_ENTRIES};
    rk_program *program = NULL;
    rk_build_status status = rk_program_build(checked, dims, &o, &program);
    if (status == RK_BUILD_TOO_LARGE)
        *too_large = true;
    return status == RK_BUILD_OK ? program : NULL;
}

static void add_program(rk_plan *plan, const rk_checked *checked, const int64_t *dims) {
    rk_program *program = rk_plan_build(checked, dims, &plan->too_large);
    if (!program)
        return;
    double cost = rk_plan_work(program);
    if (plan->nprograms == 0)
        plan->work_limit = 2 * cost > max_work ? 2 * cost : max_work;
    if (cost > plan->work_limit) {
        plan->too_large = true;
        rk_program_free(program);
        return;
    }
    rk_grow(&plan->program, &plan->capacity, plan->nprograms + 1, sizeof *plan->program);
    plan->program[plan->nprograms++] = program;
}

static void add_programs(rk_plan *plan, const rk_checked *checked, int64_t max_dim) {
    int64_t *dims = rk_calloc(checked->ndims + 1, sizeof *dims);
    rk_dims_iter *it = rk_dims_iter_new(checked, max_dim);
    for (int seen = 0; seen < 16 * MAX_PROGRAMS && plan->nprograms < MAX_PROGRAMS; seen++) {
        if (!rk_dims_next(it, dims))
            break;
        add_program(plan, checked, dims);
    }
    rk_dims_iter_free(it);
    rk_free(dims);
}

static bool has_program(const rk_plan *plan, const rk_checked *checked, const int64_t *dims) {
    for (size_t p = 0; p < plan->nprograms; p++)
        if (memcmp(plan->program[p]->dims, dims, checked->ndims * sizeof *dims) == 0)
            return true;
    return false;
}

/* Where something is drawn only what is cheap enough; leaving these out leaves out nothing that
   was meant to be visited. */
static void add_far_programs(rk_plan *plan, const rk_checked *checked, int64_t max_dim) {
    size_t count, most = plan->nprograms + FAR_PROGRAMS;
    int64_t *dims = rk_far_dims(checked, max_dim, &count);
    bool large = false, drawn = checked->nvars > 0;
    for (size_t i = 0; i < count && i < FAR_CHOICES && plan->nprograms < most; i++) {
        const int64_t *choice = dims + i * checked->ndims;
        rk_program *program = NULL;
        if (!has_program(plan, checked, choice))
            program = rk_plan_build(checked, choice, &large);
        if (program && drawn && rk_plan_work(program) > max_far_work) {
            rk_program_free(program);
            program = NULL;
        }
        if (!program)
            continue;
        rk_grow(&plan->program, &plan->capacity, plan->nprograms + 1, sizeof *plan->program);
        plan->program[plan->nprograms++] = program;
    }
    rk_free(dims);
}

static int by_weight(const void *a, const void *b) {
    const rk_cell *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? -1 : 1;
    if (x->program != y->program)
        return x->program < y->program ? -1 : 1;
    if (x->alphabet != y->alphabet)
        return x->alphabet < y->alphabet ? -1 : 1;
    return y->sorted - x->sorted;
}

static void add_cell(rk_plan *plan, size_t p, unsigned alphabet) {
    const rk_program *program = plan->program[p];
    uint64_t count = rk_enumerate_count(program, alphabet);
    uint64_t orders = rk_enumerate_orders(program);
    if (count > max_cell || (alphabet > 0 && count == rk_enumerate_count(program, 0)))
        return;
    plan->cell[plan->ncells++] = (rk_cell){p, alphabet, true, count / orders, count, 0};
    if (orders > 1)
        plan->cell[plan->ncells++] = (rk_cell){p, alphabet, false, count, count, 0};
}

static void add_cells(rk_plan *plan) {
    plan->cell = rk_calloc(2 * plan->nprograms * RK_ALPHABETS + 1, sizeof *plan->cell);
    for (size_t p = 0; p < plan->nprograms; p++)
        for (unsigned alphabet = 0; alphabet < RK_ALPHABETS; alphabet++)
            add_cell(plan, p, alphabet);
    qsort(plan->cell, plan->ncells, sizeof *plan->cell, by_weight);
    for (size_t i = 0; i < plan->ncells; i++) {
        plan->cell[i].first = plan->enumerations;
        plan->enumerations += plan->cell[i].count;
    }
}

/* One instance for each choice of dimensions: no variable is left free. */
static bool is_closed(const rk_plan *plan) {
    for (size_t p = 0; p < plan->nprograms; p++)
        for (size_t s = 0; s < plan->program[p]->nslots; s++)
            if (!plan->program[p]->slots[s].defined)
                return false;
    return true;
}

void rk_plan_init(rk_plan *plan, const rk_checked *checked, const int64_t *only, int64_t max_dim) {
    *plan = (rk_plan){0};
    int64_t cap = checked->nvars == 0 ? CLOSED_DIM : OPEN_DIM;
    if (only)
        add_program(plan, checked, only);
    else
        add_programs(plan, checked, max_dim ? max_dim : cap);
    plan->near = plan->nprograms;
    if (!only && !max_dim && plan->nprograms > 0)
        add_far_programs(plan, checked, cap);
    plan->closed = is_closed(plan);
    add_cells(plan);
}

void rk_plan_clear(rk_plan *plan) {
    for (size_t p = 0; p < plan->nprograms; p++)
        if (plan->program[p]) /* a finding may have taken it over */
            rk_program_free(plan->program[p]);
    rk_free(plan->program);
    rk_free(plan->cell);
}

/* 0, 0 1, 0 1 2, ...: every prefix has the smallest dimensions most often. Returns the column of
   element j and its row. */
static uint64_t triangular(uint64_t j, uint64_t *row) {
    uint64_t r = (uint64_t)((sqrt(8 * (double)j + 1) - 1) / 2);
    while (r * (r + 1) / 2 > j) /* the root is rounded */
        r--;
    while ((r + 1) * (r + 2) / 2 <= j)
        r++;
    *row = r;
    return j - r * (r + 1) / 2;
}

/* How many of 0 .. count-1 are p mod n. */
static uint64_t congruent(uint64_t count, uint64_t p, uint64_t n) {
    return count > p ? (count - p - 1) / n + 1 : 0;
}

/* How many of the first j elements of the triangle are p mod n: column i stands in the rows from
   the i-th on. */
static uint64_t visits_of_triangle(uint64_t j, uint64_t p, uint64_t n) {
    uint64_t row, column = triangular(j, &row), columns = congruent(row, p, n);
    uint64_t skipped = columns > 0 ? columns * p + n * (columns * (columns - 1) / 2) : 0;
    return columns * row - skipped + congruent(column, p, n);
}

/* Programs of far dimensions in turn. */
static size_t visit_far(const rk_plan *plan, uint64_t j, uint64_t *visit) {
    uint64_t n = plan->nprograms - plan->near, p = j % n;
    *visit = congruent(j, p, n);
    return plan->near + (size_t)p;
}

size_t rk_plan_visit(const rk_plan *plan, uint64_t j, uint64_t *visit) {
    uint64_t n = plan->near, row;
    if (plan->nprograms > plan->near) {
        if (j % FAR_STRIDE == FAR_STRIDE - 1)
            return visit_far(plan, j / FAR_STRIDE, visit);
        j -= j / FAR_STRIDE;
    }
    uint64_t p = (j % 2 ? j / 2 : triangular(j / 2, &row)) % n;
    *visit = visits_of_triangle((j + 1) / 2, p, n) + congruent(j / 2, p, n);
    return (size_t)p;
}

const rk_cell *rk_plan_cell(const rk_plan *plan, uint64_t j) {
    if (j >= plan->enumerations)
        return NULL;
    size_t low = 0, high = plan->ncells;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (plan->cell[middle].first <= j)
            low = middle;
        else
            high = middle;
    }
    return &plan->cell[low];
}
