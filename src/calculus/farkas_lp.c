#include <coin/Clp_C_Interface.h>
#include <math.h>
#include <string.h>
#include "base/rk_mem.h"
#include "farkas_inside.h"

/* The linear program: multipliers >= 0 (an equation has two columns, for the two signs of its
   multiplier) such that in each row their sum is at most the goal's coefficient, or equal to it
   where the monomial may have either sign. Its cost is about the number of facts used. It is solved
   in doubles by CLP's dual simplex method, which starts at multipliers 0 without a phase of its
   own; only the basis is taken from it. */

enum { PIVOTS = 20000, SHORTEN = 48, MANY = 400, NEAR = 200 };

typedef struct program {
    size_t nrows, ncolumns;
    unsigned *row;    /* of the system, by row here */
    unsigned *column; /* of the system, by column here */
    double *lower, *upper, *most, *cost, *value;
    int *start, *index;
    Clp_Simplex *model;
} program;

static bool is_basic(int status) {
    return status == 1;
}

/* Rows that a column in use or the goal has, numbered from 0. */
static unsigned *number_rows(const rk_fk_system *k, const bool *use, program *p) {
    unsigned *place = rk_calloc(k->nrows + 1, sizeof *place);
    p->row = rk_malloc((k->nrows + 1) * sizeof *p->row);
    for (size_t c = 0; c < k->ncolumns; c++)
        for (size_t t = 0; use[c] && t < k->column[c].nterms; t++)
            place[k->term[k->column[c].first + t].row] = 1;
    for (size_t r = 0; r < k->nrows; r++)
        if (place[r] || rk_fk_goal(k, r)) {
            p->row[p->nrows++] = (unsigned)r;
            place[r] = (unsigned)p->nrows;
        }
    return place;
}

static void set_rows(const rk_fk_system *k, program *p) {
    p->lower = rk_malloc((p->nrows + 1) * sizeof(double));
    p->upper = rk_malloc((p->nrows + 1) * sizeof(double));
    for (size_t i = 0; i < p->nrows; i++) {
        p->upper[i] = (double)rk_fk_goal(k, p->row[i]);
        p->lower[i] = k->row[p->row[i]].nonneg ? -HUGE_VAL : p->upper[i];
    }
}

/* Short facts first, then those that come first, and as few products as possible. */
static double cost_of(const rk_fk_system *k, size_t c) {
    const rk_fk_column *column = &k->column[c];
    return 1 + 0.05 * (double)column->nterms + 0.5 * k->row[column->multiplier].degree +
           1e-6 * (double)c;
}

static void put_column(const rk_fk_system *k, program *p, size_t c, int sign,
                       const unsigned *place) {
    const rk_fk_column *column = &k->column[c];
    size_t at = p->ncolumns++;
    int n = p->start[at];
    for (size_t t = 0; t < column->nterms; t++, n++) {
        const rk_fk_term *term = &k->term[column->first + t];
        p->index[n] = (int)place[term->row] - 1;
        p->value[n] = sign * (double)term->coefficient;
    }
    p->start[at + 1] = n;
    p->column[at] = (unsigned)c;
    p->cost[at] = cost_of(k, c);
    p->most[at] = HUGE_VAL;
}

static void set_columns(const rk_fk_system *k, const bool *use, program *p, const unsigned *place) {
    size_t n = 2 * k->ncolumns + 1, nterms = 1;
    for (size_t c = 0; c < k->ncolumns; c++)
        nterms += 2 * k->column[c].nterms;
    p->column = rk_malloc(n * sizeof *p->column);
    p->cost = rk_malloc(n * sizeof(double));
    p->most = rk_malloc(n * sizeof(double));
    p->start = rk_calloc(n, sizeof *p->start);
    p->index = rk_malloc(nterms * sizeof *p->index);
    p->value = rk_malloc(nterms * sizeof(double));
    for (size_t c = 0; c < k->ncolumns; c++) {
        if (use[c])
            put_column(k, p, c, 1, place);
        if (use[c] && k->column[c].equation)
            put_column(k, p, c, -1, place);
    }
}

static void program_init(program *p, const rk_fk_system *k, const bool *use) {
    memset(p, 0, sizeof *p);
    unsigned *place = number_rows(k, use, p);
    set_rows(k, p);
    set_columns(k, use, p, place);
    rk_free(place);
    p->model = Clp_newModel();
    Clp_setLogLevel(p->model, 0);
    Clp_setMaximumIterations(p->model, PIVOTS);
    Clp_loadProblem(p->model, (int)p->ncolumns, (int)p->nrows, p->start, p->index, p->value, NULL,
                    p->most, p->cost, p->lower, p->upper);
}

static void program_clear(program *p) {
    Clp_deleteModel(p->model);
    rk_free(p->row);
    rk_free(p->column);
    rk_free(p->lower);
    rk_free(p->upper);
    rk_free(p->most);
    rk_free(p->cost);
    rk_free(p->value);
    rk_free(p->start);
    rk_free(p->index);
}

static bool program_run(program *p) {
    Clp_dual(p->model, 0);
    return Clp_status(p->model) == 0;
}

/* --- a short support ------------------------------------------------------------------------ */

/* Marks the columns of the system whose multiplier is more than `least`; their number. */
static size_t support(const rk_fk_system *k, program *p, double least, bool *use) {
    const double *x = Clp_primalColumnSolution(p->model);
    size_t n = 0;
    memset(use, 0, k->ncolumns * sizeof *use);
    for (size_t i = 0; i < p->ncolumns; i++)
        if (x[i] > least)
            use[p->column[i]] = true;
    for (size_t c = 0; c < k->ncolumns; c++)
        n += use[c];
    return n;
}

/* Leaves out one column after the other, the last ones first, while a solution remains. */
static void shorten(program *p) {
    for (size_t i = p->ncolumns; i-- > 0;) {
        if (Clp_primalColumnSolution(p->model)[i] <= 1e-9)
            continue;
        p->most[i] = 0;
        Clp_chgColumnUpper(p->model, p->most);
        if (program_run(p))
            continue;
        p->most[i] = HUGE_VAL;
        Clp_chgColumnUpper(p->model, p->most);
        program_run(p);
    }
}

/* --- exact multipliers ----------------------------------------------------------------------- */

/* Does the row hold with equality in the solution? */
static bool tight(const rk_fk_system *k, program *p, size_t row) {
    return !k->row[p->row[row]].nonneg || !is_basic(Clp_getRowStatus(p->model, (int)row));
}

/* The equations of the tight rows in the unknowns use[], with the goal as the last column. */
static size_t equations(const rk_fk_system *k, program *p, const bool *use, size_t unknowns,
                        fmpz_mat_t a) {
    size_t *line = rk_malloc((k->nrows + 1) * sizeof *line), nlines = 0;
    memset(line, 0xff, (k->nrows + 1) * sizeof *line);
    for (size_t i = 0; i < p->nrows; i++)
        if (tight(k, p, i))
            line[p->row[i]] = nlines++;
    fmpz_mat_init(a, (slong)nlines, (slong)unknowns + 1);
    slong u = 0;
    for (size_t c = 0; c < k->ncolumns; c++) {
        for (size_t t = 0; use[c] && t < k->column[c].nterms; t++) {
            const rk_fk_term *term = &k->term[k->column[c].first + t];
            if (line[term->row] != SIZE_MAX)
                fmpz_set_si(fmpz_mat_entry(a, (slong)line[term->row], u), term->coefficient);
        }
        u += use[c];
    }
    for (size_t r = 0; r < k->nrows; r++)
        if (line[r] != SIZE_MAX)
            fmpz_set_si(fmpz_mat_entry(a, (slong)line[r], u), rk_fk_goal(k, r));
    rk_free(line);
    return nlines;
}

/* Reads the unknowns from the reduced rows; unknowns that are free are 0. False: no solution. */
static bool read_solution(const fmpz_mat_t a, slong rank, const fmpz_t den, const bool *use,
                          const rk_fk_system *k, fmpq *value) {
    slong u = 0, row = 0, unknowns = fmpz_mat_ncols(a) - 1;
    for (size_t c = 0; c < k->ncolumns; c++) {
        fmpq_zero(value + c);
        if (!use[c])
            continue;
        if (row < rank && !fmpz_is_zero(fmpz_mat_entry(a, row, u)))
            fmpq_set_fmpz_frac(value + c, fmpz_mat_entry(a, row++, unknowns), den);
        u++;
    }
    return row == rank;
}

static bool solve_exactly(const rk_fk_system *k, program *p, const bool *use, size_t unknowns,
                          fmpq *value) {
    fmpz_mat_t a;
    fmpz_t den;
    equations(k, p, use, unknowns, a);
    fmpz_init(den);
    slong rank = fmpz_mat_rref(a, den, a);
    bool solved = read_solution(a, rank, den, use, k, value);
    fmpz_clear(den);
    fmpz_mat_clear(a);
    return solved;
}

/* The system itself, exactly: signs of the multipliers, and every row. */
static bool holds(const rk_fk_system *k, const fmpq *value) {
    fmpq *left = _fmpq_vec_init((slong)k->nrows + 1);
    fmpq_t part;
    bool good = true;
    fmpq_init(part);
    for (size_t r = 0; r < k->nrows; r++)
        fmpq_set_si(left + r, rk_fk_goal(k, r), 1);
    for (size_t c = 0; c < k->ncolumns; c++) {
        good &= k->column[c].equation || fmpq_sgn(value + c) >= 0;
        for (size_t t = 0; !fmpq_is_zero(value + c) && t < k->column[c].nterms; t++) {
            const rk_fk_term *term = &k->term[k->column[c].first + t];
            fmpq_mul_si(part, value + c, term->coefficient);
            fmpq_sub(left + term->row, left + term->row, part);
        }
    }
    for (size_t r = 0; r < k->nrows; r++)
        good &= k->row[r].nonneg ? fmpq_sgn(left + r) >= 0 : fmpq_is_zero(left + r);
    fmpq_clear(part);
    _fmpq_vec_clear(left, (slong)k->nrows + 1);
    return good;
}

static bool extract(const rk_fk_system *k, program *p, fmpq *value) {
    static const double least[] = {1e-9, 1e-7, 1e-5};
    bool *use = rk_malloc((k->ncolumns + 1) * sizeof *use), found = false;
    for (size_t i = 0; !found && i < sizeof least / sizeof *least; i++) {
        size_t n = support(k, p, least[i], use);
        found = solve_exactly(k, p, use, n, value) && holds(k, value);
    }
    rk_free(use);
    return found;
}

/* The same on the columns of the support alone, made shorter. */
static bool extract_short(const rk_fk_system *k, program *p, fmpq *value) {
    bool *use = rk_malloc((k->ncolumns + 1) * sizeof *use), found = false;
    size_t n = support(k, p, 1e-9, use);
    if (n >= 2 && n <= SHORTEN) {
        program small;
        program_init(&small, k, use);
        if (program_run(&small)) {
            shorten(&small);
            found = extract(k, &small, value);
        }
        program_clear(&small);
    }
    rk_free(use);
    return found;
}

static bool solve_with(const rk_fk_system *k, const bool *use, fmpq *value) {
    program p;
    program_init(&p, k, use);
    bool found = program_run(&p) && (extract_short(k, &p, value) || extract(k, &p, value));
    program_clear(&p);
    return found;
}

/* Of many columns those near the goal are tried first. */
bool rk_fk_solve(const rk_fk_system *k, fmpq *value) {
    bool *use = rk_malloc((k->ncolumns + 1) * sizeof *use), found = false;
    size_t n = 0;
    for (size_t c = 0; c < k->ncolumns; c++)
        n += !k->column[c].dropped;
    if (n > MANY) {
        rk_fk_near(k, NEAR, use);
        found = solve_with(k, use, value);
    }
    for (size_t c = 0; c < k->ncolumns; c++)
        use[c] = !k->column[c].dropped;
    found = found || solve_with(k, use, value);
    rk_free(use);
    return found;
}
