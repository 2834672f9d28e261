/* Goal = sum of multiplier * product of what is given * square, multipliers >= 0. The columns of
   the linear program are such polynomials, its rows the monomials, and what is missing is measured
   by slack in both directions. Squares start with those of monomials and of sums of two; as long as
   slack remains, the dual solution is a functional that is nonnegative on no square that is
   missing: eigenvectors of its moment matrices give the next ones (Ahmadi, Dash, Hall). Doubles
   only choose the columns; the multipliers come from exact elimination. */
#include <string.h>
#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "inequality_sum.h"

/* --- which polynomials -------------------------------------------------------------------- */

typedef struct attempt {
    bool linked;    /* variables that are linked to those of the goal take part */
    int multiplier; /* power of the polynomial that the goal is multiplied by */
    int more;       /* degree of the columns beyond that of the goal */
} attempt;

static bool only_within(const rk_sum_problem *q, const fmpz_mpoly_t p) {
    for (slong k = 0; k < q->s->nvars; k++)
        if (!q->uses[k] && fmpz_mpoly_degree_si(p, k, q->s->ring) > 0)
            return false;
    return true;
}

static bool touches(const rk_sum_problem *q, const fmpz_mpoly_t p) {
    for (slong k = 0; k < q->s->nvars; k++)
        if (q->uses[k] && fmpz_mpoly_degree_si(p, k, q->s->ring) > 0)
            return true;
    return false;
}

/* Takes in the variables of everything given that shares one with those in use. */
static void link_variables(rk_sum_problem *q) {
    for (bool changed = true; changed;) {
        changed = false;
        for (slong i = 0; i < q->s->ngiven; i++) {
            if (!touches(q, q->s->given[i].g) || only_within(q, q->s->given[i].g))
                continue;
            changed = true;
            for (slong k = 0; k < q->s->nvars; k++)
                q->uses[k] |= fmpz_mpoly_degree_si(q->s->given[i].g, k, q->s->ring) > 0;
        }
    }
}

static bool is_nonnegative_variable(const rk_sum_problem *q, slong k) {
    return !(rk_function_signs_of_variable(q->s->domain, k) & RK_MAY_NEGATIVE);
}

/* So 0 where its variables are: a number is not. */
static bool is_homogeneous(const rk_sum_problem *q) {
    fmpz_mpoly_t one;
    slong top = fmpz_mpoly_total_degree_si(q->goal, q->s->ring), sum;
    bool same = top > 0;
    fmpz_mpoly_init(one, q->s->ring);
    for (slong i = 0; i < q->goal->length && same; i++) {
        fmpz_mpoly_get_term_monomial(one, q->goal, i, q->s->ring);
        sum = fmpz_mpoly_total_degree_si(one, q->s->ring);
        same = sum == top;
    }
    fmpz_mpoly_clear(one, q->s->ring);
    return same;
}

/* What the goal may be multiplied by: positive, or zero only where a homogeneous goal is zero too;
   the latter will not do for a strict goal. */
static bool multiply_goal(rk_sum_problem *q, int power) {
    const fmpz_mpoly_ctx_struct *ring = q->s->ring;
    bool nonnegative = true, homogeneous = is_homogeneous(q);
    if (power == 0)
        return true;
    fmpz_mpoly_t m, x;
    fmpz_mpoly_init(m, ring);
    fmpz_mpoly_init(x, ring);
    for (slong k = 0; k < q->s->nvars; k++)
        nonnegative = nonnegative && (!q->uses[k] || is_nonnegative_variable(q, k));
    if (!homogeneous || q->strict)
        fmpz_mpoly_one(m, ring);
    for (slong k = 0; k < q->s->nvars; k++) {
        if (!q->uses[k])
            continue;
        fmpz_mpoly_gen(x, k, ring);
        fmpz_mpoly_pow_ui(x, x, nonnegative ? 1 : 2, ring);
        fmpz_mpoly_add(m, m, x, ring);
    }
    q->power = power;
    fmpz_mpoly_set(q->multiplier, m, ring);
    fmpz_mpoly_pow_ui(m, m, (ulong)power, ring);
    bool ok = m->length * q->goal->length <= RK_SUM_TERMS;
    if (ok)
        fmpz_mpoly_mul(q->goal, q->goal, m, ring);
    fmpz_mpoly_clear(m, ring);
    fmpz_mpoly_clear(x, ring);
    return ok && rk_function_reduce_poly(q->s->domain, q->goal);
}

static void add_product(rk_sum_problem *q, const fmpz_mpoly_t p, bool strict, slong last,
                        slong rest) {
    if (q->nproducts == RK_SUM_PRODUCTS)
        return;
    rk_sum_product *x = &q->product[q->nproducts++];
    fmpz_mpoly_init(x->p, q->s->ring);
    fmpz_mpoly_set(x->p, p, q->s->ring);
    x->strict = strict;
    x->last = last;
    x->rest = rest;
    x->degree = fmpz_mpoly_total_degree_si(p, q->s->ring);
}

/* All products of what is given, from the number 1 on, up to the degree. */
static void add_products(rk_sum_problem *q) {
    const fmpz_mpoly_ctx_struct *ring = q->s->ring;
    fmpz_mpoly_t p;
    fmpz_mpoly_init(p, ring);
    fmpz_mpoly_one(p, ring);
    add_product(q, p, true, 0, -1);
    for (slong k = 0; k < q->nproducts; k++) {
        for (slong i = q->product[k].last; i < q->s->ngiven; i++) {
            const rk_given *g = &q->s->given[i];
            slong degree = fmpz_mpoly_total_degree_si(g->g, ring);
            if (!only_within(q, g->g) || degree < 1 || q->product[k].degree + degree > q->degree)
                continue;
            fmpz_mpoly_mul(p, q->product[k].p, g->g, ring);
            if (p->length <= RK_SUM_TERMS)
                add_product(q, p, q->product[k].strict && g->strict, i, k);
        }
    }
    fmpz_mpoly_clear(p, ring);
}

static bool problem_open(rk_sum_problem *q, rk_inequalities *s, const fmpz_mpoly_t goal,
                         bool strict, attempt a) {
    memset(q, 0, sizeof *q);
    q->s = s;
    q->strict = strict;
    q->uses = rk_calloc((size_t)s->nvars + 1, 1);
    fmpz_mpoly_init(q->goal, s->ring);
    fmpz_mpoly_init(q->multiplier, s->ring);
    fmpz_mpoly_set(q->goal, goal, s->ring);
    slong before = rk_inequality_variables(s, goal, q->uses);
    if (a.linked)
        link_variables(q);
    for (slong k = 0; k < s->nvars; k++)
        if (q->uses[k] && q->nvars < RK_SUM_VARIABLES)
            q->variable[q->nvars++] = k;
        else if (q->uses[k])
            return false;
    if (a.linked && q->nvars == before)
        return false;
    if (!multiply_goal(q, a.multiplier))
        return false;
    q->degree = fmpz_mpoly_total_degree_si(q->goal, s->ring) + a.more;
    if (q->degree > RK_SUM_DEGREE)
        return false;
    add_products(q);
    return a.more == 0 || q->nproducts > 1;
}

static void problem_close(rk_sum_problem *q) {
    for (slong k = 0; k < q->nproducts; k++)
        fmpz_mpoly_clear(q->product[k].p, q->s->ring);
    for (slong k = 0; k < q->ncolumns; k++) {
        fmpz_mpoly_clear(q->column[k].p, q->s->ring);
        fmpz_mpoly_clear(q->column[k].root, q->s->ring);
    }
    rk_free(q->column);
    rk_free(q->uses);
    rk_free(q->basis);
    fmpz_mpoly_clear(q->goal, q->s->ring);
    fmpz_mpoly_clear(q->multiplier, q->s->ring);
}

/* --- rows and columns --------------------------------------------------------------------- */

slong rk_sum_row(rk_sum_problem *q, const ulong *exponent, bool add) {
    rk_sum_monomial m;
    unsigned hash = 0;
    memset(&m, 0, sizeof m);
    for (slong k = 0; k < q->nvars; k++) {
        m.e[k] = (unsigned char)exponent[q->variable[k]];
        hash = hash * 31 + m.e[k];
    }
    slong *slot = &q->slot[hash % RK_SUM_SLOTS];
    slong r = *slot;
    while (r > 0 && memcmp(&q->row[r - 1], &m, sizeof m) != 0)
        r = q->next[r - 1];
    if (r > 0 || !add || q->nrows == RK_SUM_ROWS)
        return r - 1;
    q->row[q->nrows] = m;
    q->next[q->nrows] = *slot;
    *slot = ++q->nrows;
    return q->nrows - 1;
}

static bool add_column(rk_sum_problem *q, const fmpz_mpoly_t p, bool strict) {
    if (q->ncolumns == RK_SUM_COLUMNS)
        return false;
    rk_grow(&q->column, &q->cap_columns, (size_t)q->ncolumns + 1, sizeof *q->column);
    rk_sum_column *c = &q->column[q->ncolumns];
    fmpz_mpoly_init(c->p, q->s->ring);
    fmpz_mpoly_set(c->p, p, q->s->ring);
    c->strict = strict;
    if (!rk_function_reduce_poly(q->s->domain, c->p) || fmpz_mpoly_is_zero(c->p, q->s->ring)) {
        fmpz_mpoly_clear(c->p, q->s->ring);
        return false;
    }
    q->ncolumns++;
    return true;
}

bool rk_sum_add_square(rk_sum_problem *q, slong product, const fmpz_mpoly_t root) {
    const fmpz_mpoly_ctx_struct *ring = q->s->ring;
    fmpz_mpoly_t p;
    fmpz_mpoly_init(p, ring);
    fmpz_mpoly_mul(p, root, root, ring);
    fmpz_mpoly_mul(p, p, q->product[product].p, ring);
    bool plain = fmpz_mpoly_is_fmpz(root, ring);
    bool ok = p->length <= RK_SUM_TERMS && add_column(q, p, plain && q->product[product].strict);
    if (ok) {
        rk_sum_column *c = &q->column[q->ncolumns - 1];
        c->product = product;
        fmpz_mpoly_init(c->root, ring);
        fmpz_mpoly_set(c->root, root, ring);
    }
    fmpz_mpoly_clear(p, ring);
    return ok;
}

/* Monomials up to half the degree. Those whose squares no sum of squares can use are left out: the
   degrees of the goal, in all and in each variable, bound those of the squares; where conditions
   are given, their terms may cancel and only the degree counts. */
static bool is_useful(const rk_sum_problem *q, const unsigned char *e, slong least, slong most) {
    slong sum = 0;
    for (slong k = 0; k < q->nvars; k++) {
        sum += e[k];
        slong top = fmpz_mpoly_degree_si(q->goal, q->variable[k], q->s->ring);
        if (q->nproducts == 1 && 2 * e[k] > top)
            return false;
    }
    return 2 * sum <= most && (q->nproducts > 1 || 2 * sum >= least);
}

static slong least_degree(const rk_sum_problem *q) {
    slong least = WORD_MAX;
    fmpz_mpoly_t one;
    fmpz_mpoly_init(one, q->s->ring);
    for (slong i = 0; i < q->goal->length; i++) {
        fmpz_mpoly_get_term_monomial(one, q->goal, i, q->s->ring);
        slong n = fmpz_mpoly_total_degree_si(one, q->s->ring);
        least = n < least ? n : least;
    }
    fmpz_mpoly_clear(one, q->s->ring);
    return least;
}

static bool next_monomial(const rk_sum_problem *q, unsigned char *e) {
    slong sum = 0, most = q->degree / 2;
    for (slong k = 0; k < q->nvars; k++)
        sum += e[k];
    for (slong k = 0; k < q->nvars; k++) {
        if (sum < most) {
            e[k]++;
            return true;
        }
        sum -= e[k];
        e[k] = 0;
    }
    return false;
}

static void make_basis(rk_sum_problem *q) {
    unsigned char e[RK_SUM_VARIABLES] = {0};
    slong least = least_degree(q);
    q->basis = rk_malloc(RK_SUM_BASIS * sizeof *q->basis);
    do {
        if (!is_useful(q, e, least, q->degree))
            continue;
        if (q->nbasis == RK_SUM_BASIS)
            return;
        memset(&q->basis[q->nbasis], 0, sizeof *q->basis);
        memcpy(q->basis[q->nbasis++].e, e, (size_t)q->nvars);
    } while (next_monomial(q, e));
}

slong rk_sum_degree_of(const rk_sum_problem *q, slong basis) {
    slong sum = 0;
    for (slong k = 0; k < q->nvars; k++)
        sum += q->basis[basis].e[k];
    return sum;
}

void rk_sum_monomial_poly(const rk_sum_problem *q, fmpz_mpoly_t p, slong basis, slong c) {
    ulong *e = rk_calloc((size_t)fmpz_mpoly_ctx_nvars(q->s->ring) + 1, sizeof *e);
    for (slong k = 0; k < q->nvars; k++)
        e[q->variable[k]] = q->basis[basis].e[k];
    fmpz_mpoly_zero(p, q->s->ring);
    fmpz_mpoly_set_coeff_si_ui(p, c, e, q->s->ring);
    rk_free(e);
}

static bool fits(const rk_sum_problem *q, slong product, slong basis) {
    return q->product[product].degree + 2 * rk_sum_degree_of(q, basis) <= q->degree;
}

/* (a + c*b)^2 times each product, for c = 0, 1, -1. */
static void add_binomials(rk_sum_problem *q, slong product) {
    fmpz_mpoly_t a, b;
    fmpz_mpoly_init(a, q->s->ring);
    fmpz_mpoly_init(b, q->s->ring);
    for (slong i = 0; i < q->nbasis; i++) {
        if (!fits(q, product, i))
            continue;
        rk_sum_monomial_poly(q, a, i, 1);
        rk_sum_add_square(q, product, a);
        for (slong j = 0; j < i && q->ncolumns < RK_SUM_FIRST; j++) {
            if (!fits(q, product, j))
                continue;
            rk_sum_monomial_poly(q, b, j, 1);
            fmpz_mpoly_add(a, a, b, q->s->ring);
            rk_sum_add_square(q, product, a);
            fmpz_mpoly_scalar_mul_si(b, b, 2, q->s->ring);
            fmpz_mpoly_sub(a, a, b, q->s->ring);
            rk_sum_add_square(q, product, a);
            rk_sum_monomial_poly(q, a, i, 1);
        }
    }
    fmpz_mpoly_clear(a, q->s->ring);
    fmpz_mpoly_clear(b, q->s->ring);
}

static bool make_columns(rk_sum_problem *q) {
    make_basis(q);
    for (slong k = 0; k < q->nproducts; k++) {
        fmpz_mpoly_t one;
        fmpz_mpoly_init(one, q->s->ring);
        fmpz_mpoly_one(one, q->s->ring);
        rk_sum_add_square(q, k, one);
        fmpz_mpoly_clear(one, q->s->ring);
    }
    for (slong k = 0; k < q->nproducts && q->ncolumns < RK_SUM_FIRST; k++)
        add_binomials(q, k);
    return q->ncolumns > 0;
}

/* --- attempts ----------------------------------------------------------------------------- */

static bool try(rk_inequalities *s, const fmpz_mpoly_t p, bool strict, attempt a) {
    rk_sum_problem q;
    bool ok = problem_open(&q, s, p, strict, a) && make_columns(&q) && rk_sum_solve(&q, p);
    problem_close(&q);
    return ok;
}

bool rk_inequality_sum(rk_inequalities *s, const fmpz_mpoly_t p, bool strict) {
    static const attempt attempts[] = {{false, 0, 0}, {true, 0, 0},  {false, 0, 1}, {false, 1, 0},
                                       {true, 0, 1},  {false, 2, 0}, {false, 0, 2}, {false, 3, 0}};
    if (p->length > RK_SUM_TERMS)
        return false;
    for (size_t k = 0; k < sizeof attempts / sizeof *attempts && rk_clock() < s->deadline; k++)
        if (try(s, p, strict, attempts[k]))
            return true;
    return false;
}
