/* The linear program of rk_inequality_sum: columns become vectors over monomials, CLP looks for
   nonnegative multipliers, new squares come from its dual solution, and the multipliers are solved
   for and checked exactly. */
#include <coin/Clp_C_Interface.h>
#include <math.h>
#include <string.h>
#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "inequality_sum.h"

enum { ROUNDS = 30, PIVOTS = 20000, SWEEPS = 30, SQUARES_A_ROUND = 24 };
static const double SLACK_COST = 1000, CLOSE = 1e-7;

typedef struct entry {
    int row;
    double value;
} entry;

typedef struct program {
    rk_sum_problem *q;
    entry *entry;
    size_t nentries, cap_entries;
    size_t *first; /* by column, with one more */
    size_t cap_first;
    slong ncolumns; /* put in so far */
    double *goal;   /* by row */
    double *dual;   /* of the rows that were known then */
    int known;
    Clp_Simplex *model;
} program;

/* --- vectors ------------------------------------------------------------------------------ */

static bool outside(const rk_sum_problem *q, const ulong *exponent) {
    for (slong k = 0; k < q->s->nvars; k++)
        if (exponent[k] > 0 && !q->uses[k])
            return true;
    return false;
}

/* Appends the terms of a polynomial. Where rows are added: false, and nothing, when some term has
   none; else terms without a row are passed over. */
static bool put_terms(program *p, const fmpz_mpoly_t poly, bool add) {
    const fmpz_mpoly_ctx_struct *ring = p->q->s->ring;
    ulong *e = rk_malloc((size_t)(fmpz_mpoly_ctx_nvars(ring) + 1) * sizeof *e);
    size_t start = p->nentries;
    bool ok = true;
    fmpz_t c;
    fmpz_init(c);
    for (slong i = 0; i < poly->length && ok; i++) {
        fmpz_mpoly_get_term_exp_ui(e, poly, i, ring);
        fmpz_mpoly_get_term_coeff_fmpz(c, poly, i, ring);
        slong row = outside(p->q, e) ? -1 : rk_sum_row(p->q, e, add);
        ok = row >= 0 || !add;
        if (row < 0)
            continue;
        rk_grow(&p->entry, &p->cap_entries, p->nentries + 1, sizeof *p->entry);
        p->entry[p->nentries].row = (int)row;
        p->entry[p->nentries++].value = fmpz_get_d(c);
    }
    if (!ok)
        p->nentries = start;
    fmpz_clear(c);
    rk_free(e);
    return ok;
}

/* A column without terms here takes no part. */
static void put_columns(program *p) {
    for (; p->ncolumns < p->q->ncolumns; p->ncolumns++) {
        rk_grow(&p->first, &p->cap_first, (size_t)p->ncolumns + 2, sizeof *p->first);
        p->first[p->ncolumns] = p->nentries;
        (void)put_terms(p, p->q->column[p->ncolumns].p, true);
        p->first[p->ncolumns + 1] = p->nentries;
    }
}

/* --- the linear program ------------------------------------------------------------------- */

typedef struct arrays {
    CoinBigIndex *start;
    int *index;
    double *value, *cost, *upper, *right;
} arrays;

/* Columns scaled to largest entry 1; behind them two slacks for each row. */
static void fill(const program *p, arrays *a, int rows) {
    int n = 0, columns = (int)p->ncolumns;
    for (int c = 0; c < columns; c++) {
        double largest = 1e-300;
        for (size_t t = p->first[c]; t < p->first[c + 1]; t++)
            largest = fmax(largest, fabs(p->entry[t].value));
        a->start[c] = n;
        a->cost[c] = p->q->strict && p->q->column[c].strict ? -1 : 0;
        a->upper[c] = a->cost[c] < 0 ? 1 : HUGE_VAL;
        if (p->first[c] == p->first[c + 1])
            a->upper[c] = 0;
        for (size_t t = p->first[c]; t < p->first[c + 1]; t++, n++) {
            a->index[n] = p->entry[t].row;
            a->value[n] = p->entry[t].value / largest;
        }
    }
    for (int c = 0; c < 2 * rows; c++, n++) {
        a->start[columns + c] = n;
        a->cost[columns + c] = SLACK_COST;
        a->upper[columns + c] = HUGE_VAL;
        a->index[n] = c / 2;
        a->value[n] = c % 2 == 0 ? 1 : -1;
    }
    a->start[columns + 2 * rows] = n;
}

static bool run(program *p) {
    int rows = (int)p->q->nrows, columns = (int)p->ncolumns + 2 * rows;
    size_t n = p->nentries + 2 * (size_t)rows + 1;
    arrays a = {.start = rk_malloc(((size_t)columns + 1) * sizeof *a.start),
                .index = rk_malloc(n * sizeof(int)),
                .value = rk_malloc(n * sizeof(double)),
                .cost = rk_malloc((size_t)columns * sizeof(double)),
                .upper = rk_malloc((size_t)columns * sizeof(double))};
    fill(p, &a, rows);
    if (p->model != NULL)
        Clp_deleteModel(p->model);
    p->model = Clp_newModel();
    Clp_setLogLevel(p->model, 0);
    Clp_setMaximumIterations(p->model, PIVOTS);
    double left = p->q->s->deadline - rk_clock();
    Clp_setMaximumSeconds(p->model, left > 0.01 ? left : 0.01);
    Clp_loadProblem(p->model, columns, rows, a.start, a.index, a.value, NULL, a.upper, a.cost,
                    p->goal, p->goal);
    Clp_primal(p->model, 0);
    rk_free(a.start);
    rk_free(a.index);
    rk_free(a.value);
    rk_free(a.cost);
    rk_free(a.upper);
    return Clp_status(p->model) == 0;
}

static double missing(const program *p) {
    const double *x = Clp_primalColumnSolution(p->model);
    double sum = 0;
    for (int c = (int)p->ncolumns; c < Clp_numberColumns(p->model); c++)
        sum += x[c];
    return sum;
}

/* --- new squares -------------------------------------------------------------------------- */

/* The value of the dual solution on a polynomial; monomials without a row count 0. */
static double functional(program *p, const fmpz_mpoly_t poly) {
    size_t start = p->nentries;
    double sum = 0;
    (void)put_terms(p, poly, false);
    for (size_t t = start; t < p->nentries; t++)
        if (p->entry[t].row < p->known)
            sum += p->entry[t].value * p->dual[p->entry[t].row];
    p->nentries = start;
    return sum;
}

/* Jacobi's method: the columns of v become eigenvectors of the symmetric n by n matrix m, and its
   diagonal the eigenvalues. */
static void rotate(double *m, double *v, slong n, slong i, slong j) {
    double angle = 0.5 * atan2(2 * m[i * n + j], m[j * n + j] - m[i * n + i]);
    double c = cos(angle), s = sin(angle);
    for (slong k = 0; k < n; k++) {
        double x = m[k * n + i], y = m[k * n + j];
        m[k * n + i] = c * x - s * y;
        m[k * n + j] = s * x + c * y;
        x = v[k * n + i], y = v[k * n + j];
        v[k * n + i] = c * x - s * y;
        v[k * n + j] = s * x + c * y;
    }
    for (slong k = 0; k < n; k++) {
        double x = m[i * n + k], y = m[j * n + k];
        m[i * n + k] = c * x - s * y;
        m[j * n + k] = s * x + c * y;
    }
}

static void eigen(double *m, double *v, slong n) {
    for (slong k = 0; k < n * n; k++)
        v[k] = k / n == k % n;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double off = 0;
        for (slong i = 0; i < n; i++)
            for (slong j = i + 1; j < n; j++) {
                off += fabs(m[i * n + j]);
                if (fabs(m[i * n + j]) > 1e-14)
                    rotate(m, v, n, i, j);
            }
        if (off < 1e-11)
            return;
    }
}

/* The square of the combination of the basis with weights near v, rounded to multiples of 1/k of
   the largest; the coarsest rounding on which the functional keeps a good part of its value. */
static bool add_rounded(program *p, slong product, const slong *basis, const double *v, slong n,
                        slong stride, double eigenvalue) {
    static const int fine[] = {1, 2, 3, 4, 5, 6, 8, 12, 60, 1000};
    const fmpz_mpoly_ctx_struct *ring = p->q->s->ring;
    double largest = 0;
    bool added = false;
    fmpz_mpoly_t root, term, square;
    fmpz_mpoly_init(root, ring);
    fmpz_mpoly_init(term, ring);
    fmpz_mpoly_init(square, ring);
    for (slong i = 0; i < n; i++)
        largest = fmax(largest, fabs(v[i * stride]));
    for (size_t f = 0; f < sizeof fine / sizeof *fine && !added; f++) {
        double norm = 0;
        fmpz_mpoly_zero(root, ring);
        for (slong i = 0; i < n; i++) {
            slong w = (slong)lround(v[i * stride] / largest * fine[f]);
            norm += (double)w * (double)w;
            rk_sum_monomial_poly(p->q, term, basis[i], w);
            fmpz_mpoly_add(root, root, term, ring);
        }
        fmpz_mpoly_mul(square, root, root, ring);
        fmpz_mpoly_mul(square, square, p->q->product[product].p, ring);
        if (rk_function_reduce_poly(p->q->s->domain, square) &&
            functional(p, square) > 0.25 * norm * eigenvalue)
            added = rk_sum_add_square(p->q, product, root);
    }
    fmpz_mpoly_clear(root, ring);
    fmpz_mpoly_clear(term, ring);
    fmpz_mpoly_clear(square, ring);
    return added;
}

/* Eigenvectors of the moment matrix of one product with positive eigenvalues: squares on which the
   functional shows that they are missing. Returns how many were added. */
static int add_squares(program *p, slong product) {
    rk_sum_problem *q = p->q;
    const fmpz_mpoly_ctx_struct *ring = q->s->ring;
    slong basis[RK_SUM_BASIS], n = 0;
    int added = 0;
    for (slong i = 0; i < q->nbasis; i++)
        if (q->product[product].degree + 2 * rk_sum_degree_of(q, i) <= q->degree)
            basis[n++] = i;
    if (n < 2)
        return 0;
    double *m = rk_malloc((size_t)(n * n) * sizeof *m), *v = rk_malloc((size_t)(n * n) * sizeof *v);
    fmpz_mpoly_t a, b;
    fmpz_mpoly_init(a, ring);
    fmpz_mpoly_init(b, ring);
    for (slong i = 0; i < n; i++)
        for (slong j = 0; j <= i; j++) {
            rk_sum_monomial_poly(q, a, basis[i], 1);
            rk_sum_monomial_poly(q, b, basis[j], 1);
            fmpz_mpoly_mul(a, a, b, ring);
            fmpz_mpoly_mul(a, a, q->product[product].p, ring);
            bool ok = rk_function_reduce_poly(q->s->domain, a);
            m[i * n + j] = m[j * n + i] = ok ? functional(p, a) : 0;
        }
    eigen(m, v, n);
    for (slong k = 0; k < n; k++)
        if (m[k * n + k] > 1e-6)
            added += add_rounded(p, product, basis, v + k, n, n, m[k * n + k]);
    fmpz_mpoly_clear(a, ring);
    fmpz_mpoly_clear(b, ring);
    rk_free(m);
    rk_free(v);
    return added;
}

static bool generate(program *p) {
    int added = 0;
    const double *dual = Clp_dualRowSolution(p->model);
    p->known = Clp_numberRows(p->model);
    p->dual = rk_realloc(p->dual, ((size_t)p->known + 1) * sizeof *p->dual);
    for (int r = 0; r < p->known; r++)
        p->dual[r] = dual[r] / SLACK_COST;
    for (slong k = 0; k < p->q->nproducts && added < SQUARES_A_ROUND; k++)
        if (rk_clock() < p->q->s->deadline)
            added += add_squares(p, k);
    return added > 0;
}

/* --- exact multipliers -------------------------------------------------------------------- */

/* sum of value_k*column_k, times the common denominator, minus that of the goal: is it 0, no
   multiplier negative, and a positive column used where the goal is strict? */
static bool is_certificate(const rk_sum_problem *q, const fmpq *value) {
    const fmpz_mpoly_ctx_struct *ring = q->s->ring;
    bool ok = true, positive = false;
    fmpz_t den, c;
    fmpz_mpoly_t sum, term;
    fmpz_init_set_ui(den, 1);
    fmpz_init(c);
    fmpz_mpoly_init(sum, ring);
    fmpz_mpoly_init(term, ring);
    for (slong k = 0; k < q->ncolumns; k++)
        fmpz_lcm(den, den, fmpq_denref(value + k));
    fmpz_mpoly_scalar_mul_fmpz(sum, q->goal, den, ring);
    for (slong k = 0; k < q->ncolumns && ok; k++) {
        if (fmpq_is_zero(value + k))
            continue;
        fmpz_divexact(c, den, fmpq_denref(value + k));
        fmpz_mul(c, c, fmpq_numref(value + k));
        ok = fmpz_sgn(c) > 0;
        positive = positive || q->column[k].strict;
        fmpz_mpoly_scalar_mul_fmpz(term, q->column[k].p, c, ring);
        fmpz_mpoly_sub(sum, sum, term, ring);
    }
    ok = ok && fmpz_mpoly_is_zero(sum, ring) && (positive || !q->strict);
    fmpz_mpoly_clear(sum, ring);
    fmpz_mpoly_clear(term, ring);
    fmpz_clear(den);
    fmpz_clear(c);
    return ok;
}

/* The coefficients of the columns in use, and the goal last, as rows of monomials. */
static void set_matrix(program *p, fmpz_mat_t a, const bool *use) {
    const fmpz_mpoly_ctx_struct *ring = p->q->s->ring;
    ulong *e = rk_malloc((size_t)(fmpz_mpoly_ctx_nvars(ring) + 1) * sizeof *e);
    slong u = 0;
    for (slong k = 0; k <= p->ncolumns; k++) {
        const fmpz_mpoly_struct *x = k < p->ncolumns ? p->q->column[k].p : p->q->goal;
        if (k < p->ncolumns && !use[k])
            continue;
        for (slong i = 0; i < x->length; i++) {
            fmpz_mpoly_get_term_exp_ui(e, x, i, ring);
            slong row = rk_sum_row(p->q, e, false);
            if (row >= 0)
                fmpz_mpoly_get_term_coeff_fmpz(fmpz_mat_entry(a, row, u), x, i, ring);
        }
        u++;
    }
    rk_free(e);
}

static bool solve_exactly(program *p, const bool *use, slong unknowns, fmpq *value) {
    fmpz_mat_t a;
    fmpz_t den;
    fmpz_init(den);
    fmpz_mat_init(a, p->q->nrows, unknowns + 1);
    set_matrix(p, a, use);
    slong rank = fmpz_mat_rref(a, den, a), row = 0, u = 0;
    for (slong k = 0; k < p->ncolumns; k++) {
        fmpq_zero(value + k);
        if (!use[k])
            continue;
        if (row < rank && !fmpz_is_zero(fmpz_mat_entry(a, row, u)))
            fmpq_set_fmpz_frac(value + k, fmpz_mat_entry(a, row++, unknowns), den);
        u++;
    }
    fmpz_mat_clear(a);
    fmpz_clear(den);
    return row == rank && is_certificate(p->q, value);
}

/* A column as it was made: the product of what is given, and the square. */
static void write_column(const rk_sum_problem *q, const fmpq *value, const rk_sum_column *c) {
    rk_steps *steps = q->s->steps;
    char *number = fmpq_get_str(NULL, 10, value);
    rk_buf_printf(&steps->text, " | %s", number);
    flint_free(number);
    for (slong k = c->product; q->product[k].rest >= 0; k = q->product[k].rest) {
        rk_buf_puts(&steps->text, "*(");
        rk_steps_put(steps, q->s->given[q->product[k].last].g);
        rk_buf_putc(&steps->text, ')');
    }
    rk_buf_puts(&steps->text, "*(");
    rk_steps_put(steps, c->root);
    rk_buf_puts(&steps->text, ")^2");
}

static void write_sum(const rk_sum_problem *q, const fmpz_mpoly_t goal, const fmpq *value) {
    rk_steps *steps = q->s->steps;
    for (slong k = 0; k < q->ncolumns; k++)
        for (slong i = q->column[k].product; !fmpq_is_zero(value + k) && q->product[i].rest >= 0;
             i = q->product[i].rest) {
            const rk_given *g = &q->s->given[q->product[i].last];
            rk_steps_sign(steps, g->g, rk_inequality_signs(g->strict));
        }
    rk_steps_fact(steps, goal, rk_inequality_signs(q->strict));
    rk_buf_puts(&steps->text, "sum ");
    if (q->power > 0) {
        rk_buf_putc(&steps->text, '(');
        rk_steps_put(steps, q->multiplier);
        rk_buf_printf(&steps->text, ")^%ld", (long)q->power);
    } else {
        rk_buf_putc(&steps->text, '1');
    }
    for (slong k = 0; k < q->ncolumns; k++)
        if (!fmpq_is_zero(value + k))
            write_column(q, value + k, &q->column[k]);
    rk_buf_putc(&steps->text, '\n');
}

static bool extract(program *p, const fmpz_mpoly_t goal) {
    static const double least[] = {1e-9, 1e-7, 1e-5, 1e-3};
    const double *x = Clp_primalColumnSolution(p->model);
    bool *use = rk_malloc((size_t)(p->ncolumns + 1) * sizeof *use), found = false;
    fmpq *value = _fmpq_vec_init(p->q->ncolumns);
    for (size_t i = 0; !found && i < sizeof least / sizeof *least; i++) {
        slong n = 0;
        for (slong k = 0; k < p->ncolumns; k++) {
            use[k] = x[k] > least[i];
            n += use[k];
        }
        found = solve_exactly(p, use, n, value);
    }
    if (found && p->q->s->steps != NULL)
        write_sum(p->q, goal, value);
    _fmpq_vec_clear(value, p->q->ncolumns);
    rk_free(use);
    return found;
}

/* --- rounds ------------------------------------------------------------------------------- */

static bool set_goal(program *p) {
    bool ok = put_terms(p, p->q->goal, true);
    p->goal = rk_calloc(RK_SUM_ROWS + 1, sizeof *p->goal);
    double largest = 1e-300;
    for (size_t t = 0; t < p->nentries; t++)
        largest = fmax(largest, fabs(p->entry[t].value));
    for (size_t t = 0; t < p->nentries; t++)
        p->goal[p->entry[t].row] = p->entry[t].value / largest;
    p->nentries = 0;
    return ok;
}

bool rk_sum_solve(rk_sum_problem *q, const fmpz_mpoly_t goal) {
    program p = {.q = q};
    bool found = false, more = set_goal(&p);
    for (int round = 0; round < ROUNDS && more && !found; round++) {
        put_columns(&p);
        more = rk_clock() < q->s->deadline && run(&p);
        if (more && missing(&p) < CLOSE)
            found = extract(&p, goal);
        more = more && !found && q->ncolumns < RK_SUM_COLUMNS && generate(&p);
    }
    if (p.model != NULL)
        Clp_deleteModel(p.model);
    rk_free(p.entry);
    rk_free(p.first);
    rk_free(p.goal);
    rk_free(p.dual);
    return found;
}
