/* What follows from equations alone: p*m is a sum of multiples of polynomials that are known to be
   0, where m is known not to be 0; or m is such a sum and a multiple of p, so p is not 0. The
   multipliers, of bounded degree, solve a linear system: modulo a prime, and then exactly if they
   can be read as fractions of small numbers. The sum is multiplied out to be sure. */
#include "base/rk_clock.h"
#include "base/rk_flint.h"
#include "base/rk_mem.h"
#include "rk_inequality.h"

enum {
    MOST_EQUATIONS = 24,
    MOST_DIVISORS = 8,
    MOST_COLUMNS = 800,
    MOST_ROWS = 2000,
    MORE_DEGREES = 2
};

static const mp_limb_t PRIME = 4611686018427387847u; /* 2^62 - 57 */

typedef struct ideal {
    rk_inequalities *s;
    const fmpz_mpoly_ctx_struct *ring;
    const fmpz_mpoly_struct *given[MOST_EQUATIONS + 1]; /* 0 at every point, and perhaps the goal */
    slong ngiven;
    fmpz_mpoly_t divisor[MOST_DIVISORS]; /* 0 nowhere; the first is 1 */
    slong ndivisors;
    unsigned char *uses;       /* by variable */
    fmpz_mpoly_struct *column; /* monomials times what is given */
    slong *from, ncolumns;     /* by column */
    fmpz_mpoly_t rows;         /* all monomials of columns and target, coefficients 1 */
} ideal;

/* --- what is known ------------------------------------------------------------------------ */

static bool touches(const ideal *x, const fmpz_mpoly_struct *p) {
    for (slong k = 0; k < x->s->nvars; k++)
        if (x->uses[k] && fmpz_mpoly_degree_si(p, k, x->ring) > 0)
            return true;
    return false;
}

static void take_variables(const ideal *x, const fmpz_mpoly_struct *p) {
    for (slong k = 0; k < x->s->nvars; k++)
        x->uses[k] |= fmpz_mpoly_degree_si(p, k, x->ring) > 0;
}

static bool takes_part(const ideal *x, const fmpz_mpoly_struct *p) {
    for (slong i = 0; i < x->ngiven; i++)
        if (x->given[i] == p)
            return true;
    return false;
}

/* Equations that share variables with the goal, or with others that do. */
static void take_equations(ideal *x) {
    const fmpz_mpoly_struct *p;
    unsigned signs;
    for (bool more = true; more;) {
        more = false;
        for (slong k = 0; (p = rk_function_known(x->s->domain, k, &signs)) != NULL; k++) {
            if (signs != RK_MAY_ZERO || x->ngiven == MOST_EQUATIONS || takes_part(x, p) ||
                !touches(x, p))
                continue;
            x->given[x->ngiven++] = p;
            take_variables(x, p);
            more = true;
        }
    }
}

static void add_divisor(ideal *x, const fmpz_mpoly_struct *p) {
    if (x->ndivisors == MOST_DIVISORS)
        return;
    fmpz_mpoly_init(x->divisor[x->ndivisors], x->ring);
    fmpz_mpoly_set(x->divisor[x->ndivisors++], p, x->ring);
}

static void take_divisors(ideal *x) {
    const fmpz_mpoly_struct *p;
    unsigned signs;
    fmpz_mpoly_t one;
    fmpz_mpoly_init(one, x->ring);
    fmpz_mpoly_one(one, x->ring);
    add_divisor(x, one);
    for (slong k = 0; (p = rk_function_known(x->s->domain, k, &signs)) != NULL; k++)
        if (!(signs & RK_MAY_ZERO) && touches(x, p))
            add_divisor(x, p);
    for (slong k = 0; k < x->s->nvars; k++) {
        if (!x->uses[k] || (rk_function_signs_of_variable(x->s->domain, k) & RK_MAY_ZERO))
            continue;
        fmpz_mpoly_gen(one, k, x->ring);
        add_divisor(x, one);
    }
    fmpz_mpoly_clear(one, x->ring);
}

static void ideal_init(ideal *x, rk_inequalities *s, const fmpz_mpoly_t goal) {
    *x = (ideal){.s = s, .ring = s->ring};
    x->uses = rk_calloc((size_t)s->nvars + 1, 1);
    x->column = rk_calloc(MOST_COLUMNS, sizeof *x->column);
    x->from = rk_calloc(MOST_COLUMNS, sizeof *x->from);
    take_variables(x, goal);
    take_equations(x);
    take_divisors(x);
}

static void clear_columns(ideal *x) {
    while (x->ncolumns > 0)
        fmpz_mpoly_clear(&x->column[--x->ncolumns], x->ring);
}

static void ideal_clear(ideal *x) {
    clear_columns(x);
    while (x->ndivisors > 0)
        fmpz_mpoly_clear(x->divisor[--x->ndivisors], x->ring);
    rk_free(x->column);
    rk_free(x->from);
    rk_free(x->uses);
}

/* --- the linear system -------------------------------------------------------------------- */

/* Appends p times all monomials of a degree in the variables from k on; false: too many. */
static bool add_multiples(ideal *x, slong i, const fmpz_mpoly_struct *p, slong k, slong degree) {
    while (k < x->s->nvars && !x->uses[k])
        k++;
    if (degree == 0) {
        if (x->ncolumns == MOST_COLUMNS)
            return false;
        fmpz_mpoly_init(&x->column[x->ncolumns], x->ring);
        fmpz_mpoly_set(&x->column[x->ncolumns], p, x->ring);
        x->from[x->ncolumns++] = i;
        return true;
    }
    if (k >= x->s->nvars)
        return true;
    fmpz_mpoly_t q, gen;
    fmpz_mpoly_init(q, x->ring);
    fmpz_mpoly_init(gen, x->ring);
    fmpz_mpoly_gen(gen, k, x->ring);
    fmpz_mpoly_mul(q, p, gen, x->ring);
    bool ok = add_multiples(x, i, q, k, degree - 1) && add_multiples(x, i, p, k + 1, degree);
    fmpz_mpoly_clear(q, x->ring);
    fmpz_mpoly_clear(gen, x->ring);
    return ok;
}

static bool add_columns(ideal *x, slong top) {
    clear_columns(x);
    for (slong degree = 0; degree <= top; degree++)
        for (slong i = 0; i < x->ngiven; i++)
            if (degree + fmpz_mpoly_total_degree_si(x->given[i], x->ring) <= top &&
                !add_multiples(x, i, x->given[i], 0, degree))
                return false;
    return true;
}

static void take_monomials(ideal *x, const fmpz_mpoly_struct *p) {
    fmpz_mpoly_t all;
    fmpz_mpoly_init(all, x->ring);
    fmpz_mpoly_set(all, p, x->ring);
    for (slong i = 0; i < all->length; i++)
        fmpz_one(all->coeffs + i);
    fmpz_mpoly_add(all, all, x->rows, x->ring);
    for (slong i = 0; i < all->length; i++)
        fmpz_one(all->coeffs + i);
    fmpz_mpoly_swap(all, x->rows, x->ring);
    fmpz_mpoly_clear(all, x->ring);
}

/* The coefficients of p in column j, row by row of x->rows; both are in the order of the ring. */
static void put_column(const ideal *x, nmod_mat_t m, slong j, const fmpz_mpoly_struct *p) {
    fmpz_mpoly_t monomial, one;
    fmpz_mpoly_init(monomial, x->ring);
    fmpz_mpoly_init(one, x->ring);
    slong i = 0;
    for (slong row = 0; row < x->rows->length && i < p->length; row++) {
        fmpz_mpoly_get_term_monomial(one, x->rows, row, x->ring);
        fmpz_mpoly_get_term_monomial(monomial, p, i, x->ring);
        if (fmpz_mpoly_equal(one, monomial, x->ring))
            nmod_mat_entry(m, row, j) = fmpz_fdiv_ui(p->coeffs + i++, PRIME);
    }
    fmpz_mpoly_clear(monomial, x->ring);
    fmpz_mpoly_clear(one, x->ring);
}

/* --- its solution ------------------------------------------------------------------------- */

/* From the reduced form, columns without pivot being 0; false: there is none, or it is not small.
 */
static bool read_solution(const ideal *x, const nmod_mat_t m, slong rank, fmpq *solution) {
    fmpz_t residue, prime;
    fmpz_init(residue);
    fmpz_init_set_ui(prime, PRIME);
    bool ok = true;
    for (slong row = 0, j = 0; row < rank && ok; row++, j++) {
        while (nmod_mat_entry(m, row, j) == 0)
            j++;
        ok = j < x->ncolumns;
        if (!ok)
            break;
        fmpz_set_ui(residue, nmod_mat_entry(m, row, x->ncolumns));
        ok = fmpq_reconstruct_fmpz(&solution[j], residue, prime);
    }
    fmpz_clear(residue);
    fmpz_clear(prime);
    return ok;
}

static bool solve(ideal *x, const fmpz_mpoly_t target, fmpq *solution) {
    fmpz_mpoly_init(x->rows, x->ring);
    take_monomials(x, target);
    for (slong j = 0; j < x->ncolumns; j++)
        take_monomials(x, &x->column[j]);
    bool ok = x->rows->length <= MOST_ROWS;
    if (ok) {
        nmod_mat_t m;
        nmod_mat_init(m, x->rows->length, x->ncolumns + 1, PRIME);
        for (slong j = 0; j < x->ncolumns; j++)
            put_column(x, m, j, &x->column[j]);
        put_column(x, m, x->ncolumns, target);
        ok = read_solution(x, m, nmod_mat_rref(m), solution);
        nmod_mat_clear(m);
    }
    fmpz_mpoly_clear(x->rows, x->ring);
    return ok;
}

/* multiple[i] of given[i] is the sum of the columns of that, times *scale. */
static void gather(const ideal *x, const fmpq *solution, fmpz_t scale,
                   fmpz_mpoly_struct *multiple) {
    fmpz_t c;
    fmpz_mpoly_t part;
    fmpz_init(c);
    fmpz_mpoly_init(part, x->ring);
    fmpz_one(scale);
    for (slong j = 0; j < x->ncolumns; j++)
        fmpz_lcm(scale, scale, fmpq_denref(&solution[j]));
    for (slong j = 0; j < x->ncolumns; j++) {
        if (fmpq_is_zero(&solution[j]))
            continue;
        fmpz_divexact(c, scale, fmpq_denref(&solution[j]));
        fmpz_mul(c, c, fmpq_numref(&solution[j]));
        (void)fmpz_mpoly_divides(part, &x->column[j], x->given[x->from[j]], x->ring);
        fmpz_mpoly_scalar_mul_fmpz(part, part, c, x->ring);
        fmpz_mpoly_add(&multiple[x->from[j]], &multiple[x->from[j]], part, x->ring);
    }
    fmpz_mpoly_clear(part, x->ring);
    fmpz_clear(c);
}

/* Is it true without the prime? */
static bool is_right(const ideal *x, const fmpz_mpoly_t target, const fmpz_t scale,
                     const fmpz_mpoly_struct *multiple) {
    fmpz_mpoly_t rest, part;
    fmpz_mpoly_init(rest, x->ring);
    fmpz_mpoly_init(part, x->ring);
    fmpz_mpoly_scalar_mul_fmpz(rest, target, scale, x->ring);
    for (slong i = 0; i < x->ngiven; i++) {
        fmpz_mpoly_mul(part, &multiple[i], x->given[i], x->ring);
        fmpz_mpoly_sub(rest, rest, part, x->ring);
    }
    bool zero = fmpz_mpoly_is_zero(rest, x->ring);
    fmpz_mpoly_clear(rest, x->ring);
    fmpz_mpoly_clear(part, x->ring);
    return zero;
}

/* --- steps -------------------------------------------------------------------------------- */

static void put_terms(const ideal *x, const fmpz_mpoly_struct *multiple, slong n,
                      const char *sign) {
    rk_buf *out = &x->s->steps->text;
    for (slong i = 0; i < n; i++) {
        if (fmpz_mpoly_is_zero(&multiple[i], x->ring))
            continue;
        rk_buf_printf(out, " | %s(", sign);
        rk_steps_put(x->s->steps, &multiple[i]);
        rk_buf_puts(out, ")*(");
        rk_steps_put(x->s->steps, x->given[i]);
        rk_buf_putc(out, ')');
    }
}

static void write_evident(const ideal *x, const fmpz_mpoly_struct *multiple, slong n,
                          const fmpz_mpoly_t divisor) {
    for (slong i = 0; i < n; i++)
        if (!fmpz_mpoly_is_zero(&multiple[i], x->ring))
            rk_steps_sign(x->s->steps, x->given[i], RK_MAY_ZERO);
    rk_steps_sign(x->s->steps, divisor,
                  rk_function_signs_of_poly(x->s->domain, divisor) & ~(unsigned)RK_MAY_ZERO);
}

/* goal * divisor * scale is the sum of the multiples. */
static void write_zero(const ideal *x, const fmpz_mpoly_t goal, const fmpz_mpoly_t divisor,
                       const fmpz_t scale, const fmpz_mpoly_struct *multiple) {
    rk_buf *out = &x->s->steps->text;
    char *factor = fmpz_get_str(NULL, 10, scale);
    write_evident(x, multiple, x->ngiven, divisor);
    rk_steps_fact(x->s->steps, goal, RK_MAY_ZERO);
    rk_buf_printf(out, "sum %s*(", factor);
    rk_steps_put(x->s->steps, divisor);
    rk_buf_putc(out, ')');
    put_terms(x, multiple, x->ngiven, "");
    rk_buf_putc(out, '\n');
    flint_free(factor);
}

/* The last given is the goal: its multiple is divisor * scale less the other multiples. */
static void write_apart(const ideal *x, const fmpz_mpoly_t goal, const fmpz_mpoly_t divisor,
                        const fmpz_t scale, const fmpz_mpoly_struct *multiple) {
    rk_buf *out = &x->s->steps->text;
    char *factor = fmpz_get_str(NULL, 10, scale);
    write_evident(x, multiple, x->ngiven - 1, divisor);
    rk_steps_fact(x->s->steps, goal, RK_MAY_NEGATIVE | RK_MAY_POSITIVE);
    rk_buf_puts(out, "sum (");
    rk_steps_put(x->s->steps, &multiple[x->ngiven - 1]);
    rk_buf_printf(out, ") | %s*(", factor);
    rk_steps_put(x->s->steps, divisor);
    rk_buf_putc(out, ')');
    put_terms(x, multiple, x->ngiven - 1, "-");
    rk_buf_putc(out, '\n');
    flint_free(factor);
}

/* --- both --------------------------------------------------------------------------------- */

/* Is the target such a sum at this degree? Writes the step if so; apart: the goal is given. */
static bool at_degree(ideal *x, const fmpz_mpoly_t goal, const fmpz_mpoly_t divisor,
                      const fmpz_mpoly_t target, slong degree, bool apart) {
    if (!add_columns(x, degree))
        return false;
    fmpq *solution = _fmpq_vec_init(x->ncolumns);
    fmpz_mpoly_struct *multiple = rk_calloc((size_t)x->ngiven, sizeof *multiple);
    fmpz_t scale;
    fmpz_init(scale);
    for (slong i = 0; i < x->ngiven; i++)
        fmpz_mpoly_init(&multiple[i], x->ring);
    bool ok = solve(x, target, solution);
    if (ok) {
        gather(x, solution, scale, multiple);
        ok = is_right(x, target, scale, multiple);
    }
    if (ok && x->s->steps != NULL)
        (apart ? write_apart : write_zero)(x, goal, divisor, scale, multiple);
    for (slong i = 0; i < x->ngiven; i++)
        fmpz_mpoly_clear(&multiple[i], x->ring);
    fmpz_clear(scale);
    rk_free(multiple);
    _fmpq_vec_clear(solution, x->ncolumns);
    return ok;
}

static bool by_divisor(ideal *x, const fmpz_mpoly_t goal, const fmpz_mpoly_t divisor, bool apart) {
    fmpz_mpoly_t target;
    fmpz_mpoly_init(target, x->ring);
    if (apart)
        fmpz_mpoly_set(target, divisor, x->ring);
    else
        fmpz_mpoly_mul(target, goal, divisor, x->ring);
    slong low = fmpz_mpoly_total_degree_si(target, x->ring);
    slong least = fmpz_mpoly_total_degree_si(goal, x->ring);
    bool found = false;
    low = low > least ? low : least;
    for (slong d = low; d <= low + MORE_DEGREES && !found && rk_clock() < x->s->deadline; d++)
        found = at_degree(x, goal, divisor, target, d, apart);
    fmpz_mpoly_clear(target, x->ring);
    return found;
}

static bool follows(rk_inequalities *s, const fmpz_mpoly_t goal, bool apart) {
    ideal x;
    bool found = false;
    ideal_init(&x, s, goal);
    bool any = x.ngiven > 0;
    if (any && apart)
        x.given[x.ngiven++] = goal;
    for (slong k = 0; any && k < x.ndivisors && !found; k++)
        found = by_divisor(&x, goal, x.divisor[k], apart);
    ideal_clear(&x);
    return found;
}

bool rk_inequality_zero_by_equations(rk_inequalities *s, const fmpz_mpoly_t p) {
    return follows(s, p, false);
}

bool rk_inequality_apart_by_equations(rk_inequalities *s, const fmpz_mpoly_t p) {
    return follows(s, p, true);
}
