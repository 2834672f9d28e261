#include <stdlib.h>
#include <string.h>
#include "base/rk_mem.h"
#include "farkas_inside.h"
#include "scalar_inside.h"

enum { MULTIPLIERS = 24, PRODUCTS = 1500, FACT_TERMS = 64, ROWS = 6000 };

void rk_fk_init(rk_fk_system *k, rk_scalars *s) {
    *k = (rk_fk_system){.s = s};
}

void rk_fk_clear(rk_fk_system *k) {
    rk_free(k->variable);
    rk_free(k->of_atom);
    rk_free(k->row);
    rk_free(k->slot);
    rk_free(k->term);
    rk_free(k->column);
    rk_free(k->goal);
    rk_free(k->sum);
    rk_free(k->touched);
}

/* --- variables and monomials --------------------------------------------------------------- */

static unsigned variable_of(rk_fk_system *k, unsigned atom) {
    if (atom >= k->natoms) {
        size_t n = k->natoms ? k->natoms : 64;
        while (n <= atom)
            n *= 2;
        k->of_atom = rk_realloc(k->of_atom, n * sizeof *k->of_atom);
        memset(k->of_atom + k->natoms, 0, (n - k->natoms) * sizeof *k->of_atom);
        k->natoms = n;
    }
    if (!k->of_atom[atom]) {
        int64_t low = rk_sc_low(k->s, atom);
        rk_grow(&k->variable, &k->cap_variables, k->nvariables + 1, sizeof *k->variable);
        k->variable[k->nvariables] =
            (rk_fk_variable){atom, low == INT64_MIN ? 0 : low, low != INT64_MIN};
        k->of_atom[atom] = (unsigned)++k->nvariables;
    }
    return k->of_atom[atom] - 1;
}

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

static unsigned *row_slot(const rk_fk_system *k, const rk_fk_monomial *m) {
    uint64_t hash = m->degree;
    for (unsigned i = 0; i < m->degree; i++)
        hash = mix(hash, m->variable[i]);
    size_t i = hash & (k->nslots - 1);
    for (; k->slot[i]; i = (i + 1) & (k->nslots - 1)) {
        const rk_fk_monomial *r = &k->row[k->slot[i] - 1];
        if (r->degree == m->degree &&
            memcmp(r->variable, m->variable, m->degree * sizeof *m->variable) == 0)
            break;
    }
    return &k->slot[i];
}

static void rows_grow(rk_fk_system *k) {
    if (2 * (k->nrows + 1) <= k->nslots)
        return;
    rk_free(k->slot);
    k->nslots = k->nslots ? 2 * k->nslots : 512;
    k->slot = rk_calloc(k->nslots, sizeof *k->slot);
    for (size_t i = 0; i < k->nrows; i++)
        *row_slot(k, &k->row[i]) = (unsigned)i + 1;
}

/* Even powers of a variable of either sign are nonnegative. */
static bool nonnegative(const rk_fk_system *k, const rk_fk_monomial *m) {
    for (unsigned i = 0; i < m->degree; i++) {
        if (k->variable[m->variable[i]].nonneg)
            continue;
        if (i + 1 == m->degree || m->variable[i + 1] != m->variable[i])
            return false;
        i++;
    }
    return true;
}

static unsigned row_of(rk_fk_system *k, const rk_fk_monomial *m) {
    rows_grow(k);
    unsigned *slot = row_slot(k, m);
    if (*slot)
        return *slot - 1;
    rk_grow(&k->row, &k->cap_rows, k->nrows + 1, sizeof *k->row);
    k->row[k->nrows] = *m;
    k->row[k->nrows].nonneg = nonnegative(k, m);
    *slot = (unsigned)++k->nrows;
    return *slot - 1;
}

static bool monomial_times(rk_fk_monomial *m, unsigned variable) {
    if (m->degree == RK_FK_DEGREE)
        return false;
    unsigned i = m->degree++;
    for (; i > 0 && m->variable[i - 1] > variable; i--)
        m->variable[i] = m->variable[i - 1];
    m->variable[i] = variable;
    return true;
}

rk_sc rk_fk_monomial_scalar(const rk_fk_system *k, unsigned row) {
    rk_sc product = rk_sc_int(k->s, 1);
    for (unsigned i = 0; i < k->row[row].degree; i++) {
        const rk_fk_variable *v = &k->variable[k->row[row].variable[i]];
        rk_sc excess = rk_sc_sub(k->s, rk_sc_atom(k->s, v->atom), rk_sc_int(k->s, v->low));
        product = rk_sc_mul(k->s, product, excess);
    }
    return product;
}

/* --- polynomials to terms ------------------------------------------------------------------ */

typedef struct expansion { /* of one polynomial, collected in k->sum */
    rk_fk_system *k;
    unsigned natoms;
    unsigned variable[RK_CANON_ATOMS];
    ulong exponent[RK_CANON_ATOMS + 1];
    size_t ntouched;
} expansion;

static bool collect(expansion *e, const rk_fk_monomial *m, int64_t coefficient) {
    rk_fk_system *k = e->k;
    unsigned row = row_of(k, m);
    size_t had = k->cap_sum;
    rk_grow(&k->sum, &k->cap_sum, k->nrows, sizeof *k->sum);
    if (k->cap_sum > had)
        memset(k->sum + had, 0, (k->cap_sum - had) * sizeof *k->sum);
    rk_grow(&k->touched, &k->cap_touched, e->ntouched + 1, sizeof *k->touched);
    k->touched[e->ntouched++] = row;
    return !__builtin_add_overflow(k->sum[row], coefficient, &k->sum[row]) && k->nrows <= ROWS;
}

/* (low + x)^exponent by the binomial theorem, for the atoms from `at` on. */
static bool expand(expansion *e, unsigned at, const rk_fk_monomial *m, int64_t coefficient) {
    while (at < e->natoms && e->exponent[at] == 0)
        at++;
    if (at == e->natoms)
        return collect(e, m, coefficient);
    int64_t low = e->k->variable[e->variable[at]].low, binomial = 1;
    ulong n = e->exponent[at];
    if (n > RK_FK_DEGREE)
        return false;
    for (ulong j = 0; j <= n; j++) { /* the term low^j * x^(n - j) */
        rk_fk_monomial next = *m;
        for (ulong i = j; i < n; i++)
            if (!monomial_times(&next, e->variable[at]))
                return false;
        int64_t factor;
        if (__builtin_mul_overflow(coefficient, binomial, &factor) ||
            !expand(e, at + 1, &next, factor))
            return false;
        if (low == 0)
            return true;
        if (__builtin_mul_overflow(coefficient, low, &coefficient))
            return false;
        binomial = binomial * (int64_t)(n - j) / (int64_t)(j + 1);
    }
    return true;
}

static bool expand_polynomial(expansion *e, rk_sc a) {
    const fmpz_mpoly_struct *p = fmpz_mpoly_q_numref(a->value);
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(rk_scalars_canons(e->k->s), a);
    if (p->length > FACT_TERMS)
        return false;
    e->natoms = a->natoms;
    for (unsigned i = 0; i < a->natoms; i++)
        e->variable[i] = variable_of(e->k, a->atom[i]);
    for (slong i = 0; i < p->length; i++) {
        if (!fmpz_fits_si(p->coeffs + i) || !fmpz_mpoly_term_exp_fits_ui(p, i, ctx))
            return false;
        fmpz_mpoly_get_term_exp_ui(e->exponent, p, i, ctx);
        if (!expand(e, 0, &(rk_fk_monomial){0}, fmpz_get_si(p->coeffs + i)))
            return false;
    }
    return true;
}

/* Moves what was collected to a list of terms, and clears it. */
static void take(expansion *e, bool keep) {
    rk_fk_system *k = e->k;
    for (size_t i = 0; i < e->ntouched; i++) {
        unsigned row = k->touched[i];
        if (keep && k->sum[row]) {
            rk_grow(&k->term, &k->cap_terms, k->nterms + 1, sizeof *k->term);
            k->term[k->nterms++] = (rk_fk_term){row, k->sum[row]};
        }
        k->sum[row] = 0;
    }
}

static void add_column(rk_fk_system *k, const rk_fk_column *column) {
    rk_grow(&k->column, &k->cap_columns, k->ncolumns + 1, sizeof *k->column);
    k->column[k->ncolumns++] = *column;
}

static unsigned row_of_one(rk_fk_system *k) {
    return row_of(k, &(rk_fk_monomial){0});
}

bool rk_fk_add(rk_fk_system *k, unsigned fact, rk_sc value, bool equation) {
    expansion e = {.k = k};
    size_t first = k->nterms;
    bool fits = expand_polynomial(&e, value);
    take(&e, fits);
    if (k->nterms == first)
        return false;
    add_column(k, &(rk_fk_column){.fact = fact,
                                  .multiplier = row_of_one(k),
                                  .equation = equation,
                                  .first = first,
                                  .nterms = k->nterms - first});
    return true;
}

bool rk_fk_set_goal(rk_fk_system *k, rk_sc value) {
    expansion e = {.k = k};
    bool fits = expand_polynomial(&e, value);
    rk_free(k->goal);
    k->cap_goal = k->nrows;
    k->goal = rk_calloc(k->cap_goal, sizeof *k->goal);
    for (size_t r = 0; r < k->cap_goal && r < k->cap_sum; r++)
        k->goal[r] = k->sum[r];
    take(&e, false);
    return fits;
}

int64_t rk_fk_goal(const rk_fk_system *k, size_t row) {
    return row < k->cap_goal ? k->goal[row] : 0;
}

/* --- products ------------------------------------------------------------------------------ */

/* m = whole / part; false where it does not divide. */
static bool quotient(const rk_fk_monomial *whole, const rk_fk_monomial *part, rk_fk_monomial *m) {
    *m = (rk_fk_monomial){0};
    unsigned j = 0;
    for (unsigned i = 0; i < whole->degree; i++)
        if (j < part->degree && part->variable[j] == whole->variable[i])
            j++;
        else
            m->variable[m->degree++] = whole->variable[i];
    return j == part->degree;
}

static bool product(const rk_fk_monomial *a, const rk_fk_monomial *b, rk_fk_monomial *m) {
    *m = *a;
    for (unsigned i = 0; i < b->degree; i++)
        if (!monomial_times(m, b->variable[i]))
            return false;
    return true;
}

typedef struct candidate {
    unsigned row, votes, order;
} candidate;

typedef struct multipliers {
    candidate item[512];
    size_t n;
} multipliers;

static void vote(multipliers *c, unsigned row, unsigned votes) {
    size_t i = 0;
    while (i < c->n && c->item[i].row != row)
        i++;
    if (i == sizeof c->item / sizeof *c->item)
        return;
    if (i == c->n)
        c->item[c->n++] = (candidate){row, 0, (unsigned)i};
    c->item[i].votes += votes;
}

static int by_votes(const void *a, const void *b) {
    const candidate *x = a, *y = b;
    return x->votes != y->votes ? (x->votes < y->votes ? 1 : -1)
                                : (x->order > y->order) - (x->order < y->order);
}

/* Rows of products that stand in the goal or in a column, by what they weigh. */
static unsigned *wanted_products(const rk_fk_system *k) {
    unsigned *weight = rk_calloc(k->nrows + 1, sizeof *weight);
    for (size_t r = 0; r < k->nrows; r++)
        if (k->row[r].degree >= 2 && rk_fk_goal(k, r))
            weight[r] = 100;
    for (size_t c = 0; c < k->ncolumns; c++)
        for (size_t t = 0; t < k->column[c].nterms; t++) {
            unsigned row = k->term[k->column[c].first + t].row;
            weight[row] += k->row[row].degree >= 2;
        }
    return weight;
}

static void find_multipliers(rk_fk_system *k, multipliers *out) {
    unsigned *weight = wanted_products(k);
    size_t nrows = k->nrows;
    out->n = 0;
    for (size_t whole = 0; whole < nrows; whole++)
        for (size_t part = 0; weight[whole] && part < nrows; part++) {
            rk_fk_monomial m;
            if (k->row[part].degree == 0 || k->row[part].degree >= k->row[whole].degree ||
                !quotient(&k->row[whole], &k->row[part], &m))
                continue;
            vote(out, row_of(k, &m), weight[whole]);
        }
    qsort(out->item, out->n, sizeof *out->item, by_votes);
    out->n = out->n < MULTIPLIERS ? out->n : MULTIPLIERS;
    rk_free(weight);
}

static bool add_product(rk_fk_system *k, size_t column, unsigned multiplier) {
    rk_fk_column c = k->column[column];
    size_t first = k->nterms;
    for (size_t t = 0; t < c.nterms; t++) {
        rk_fk_term term = k->term[c.first + t];
        rk_fk_monomial m;
        if (!product(&k->row[term.row], &k->row[multiplier], &m)) {
            k->nterms = first;
            return false;
        }
        rk_grow(&k->term, &k->cap_terms, k->nterms + 1, sizeof *k->term);
        k->term[k->nterms++] = (rk_fk_term){row_of(k, &m), term.coefficient};
    }
    c.multiplier = multiplier;
    c.first = first;
    c.dropped = false;
    add_column(k, &c);
    return true;
}

/* Has the product of the column with the monomial a term among the wanted rows? */
static bool meets(const rk_fk_system *k, size_t column, unsigned multiplier, const bool *wanted,
                  size_t nwanted) {
    const rk_fk_column *c = &k->column[column];
    for (size_t t = 0; t < c->nterms; t++) {
        rk_fk_monomial m;
        const rk_fk_monomial *old = &k->row[k->term[c->first + t].row];
        if (old->degree == 0 || !product(old, &k->row[multiplier], &m))
            continue;
        unsigned slot = *row_slot(k, &m);
        if (slot && slot - 1 < nwanted && wanted[slot - 1])
            return true;
    }
    return false;
}

/* One round: products that meet the products wanted so far. Those they have become wanted. */
static size_t add_products(rk_fk_system *k, size_t nfacts, const multipliers *u, bool *done) {
    size_t added = 0, nwanted = k->nrows;
    unsigned *weight = wanted_products(k);
    bool *wanted = rk_calloc(nwanted + 1, sizeof *wanted);
    for (size_t r = 0; r < nwanted; r++)
        wanted[r] = weight[r] > 0;
    for (size_t c = 0; c < nfacts; c++)
        for (size_t i = 0; i < u->n; i++) {
            bool allowed = k->column[c].equation || k->row[u->item[i].row].nonneg;
            bool *mark = &done[c * u->n + i];
            if (*mark || !allowed || k->ncolumns > nfacts + PRODUCTS || k->nrows > ROWS ||
                !meets(k, c, u->item[i].row, wanted, nwanted))
                continue;
            *mark = true;
            added += add_product(k, c, u->item[i].row);
        }
    rk_free(weight);
    rk_free(wanted);
    return added;
}

bool rk_fk_products(rk_fk_system *k) {
    multipliers *u = rk_malloc(sizeof *u);
    find_multipliers(k, u);
    size_t nfacts = k->ncolumns;
    bool *done = rk_calloc(nfacts * u->n + 1, sizeof *done);
    for (int round = 0; round < 4 && u->n && add_products(k, nfacts, u, done); round++)
        ;
    bool any = k->ncolumns > nfacts;
    rk_free(done);
    rk_free(u);
    return any;
}

/* --- columns that cannot take part --------------------------------------------------------- */

typedef struct census { /* of one row: the columns that are left in it */
    unsigned plus, minus, both;
} census;

static void count(const rk_fk_system *k, census *rows) {
    memset(rows, 0, k->nrows * sizeof *rows);
    for (size_t c = 0; c < k->ncolumns; c++)
        for (size_t t = 0; !k->column[c].dropped && t < k->column[c].nterms; t++) {
            const rk_fk_term *term = &k->term[k->column[c].first + t];
            if (k->column[c].equation)
                rows[term->row].both++;
            else if (term->coefficient > 0)
                rows[term->row].plus++;
            else
                rows[term->row].minus++;
        }
}

/* Nothing outweighs a positive coefficient in this row (or a negative one in an equation), so the
   columns that have one get the multiplier 0. */
static bool useless(const rk_fk_system *k, const rk_fk_column *c, const census *rows) {
    for (size_t t = 0; t < c->nterms; t++) {
        const rk_fk_term *term = &k->term[c->first + t];
        const census *r = &rows[term->row];
        if (rk_fk_goal(k, term->row) != 0)
            continue;
        if (r->plus + r->minus + r->both == 1 &&
            (c->equation ? !k->row[term->row].nonneg
                         : !k->row[term->row].nonneg || term->coefficient > 0))
            return true;
        if (c->equation || r->both)
            continue;
        if (term->coefficient > 0 ? r->minus == 0 : r->plus == 0 && !k->row[term->row].nonneg)
            return true;
    }
    return false;
}

static bool possible(const rk_fk_system *k, const census *rows) {
    for (size_t r = 0; r < k->nrows; r++) {
        int64_t goal = rk_fk_goal(k, r);
        if (goal < 0 && rows[r].minus + rows[r].both == 0)
            return false;
        if (goal > 0 && !k->row[r].nonneg && rows[r].plus + rows[r].both == 0)
            return false;
    }
    return true;
}

bool rk_fk_prune(rk_fk_system *k) {
    census *rows = rk_malloc((k->nrows + 1) * sizeof *rows);
    for (bool more = true; more;) {
        more = false;
        count(k, rows);
        for (size_t c = 0; c < k->ncolumns; c++)
            if (!k->column[c].dropped && useless(k, &k->column[c], rows))
                more = k->column[c].dropped = true;
    }
    bool some = possible(k, rows);
    rk_free(rows);
    return some;
}

/* --- columns near the goal ------------------------------------------------------------------ */

typedef struct incidence { /* the columns of each row */
    size_t *first;         /* by row, and one more */
    unsigned *column;
} incidence;

static void incidence_init(incidence *in, const rk_fk_system *k) {
    in->first = rk_calloc(k->nrows + 2, sizeof *in->first);
    in->column = rk_malloc((k->nterms + 1) * sizeof *in->column);
    for (size_t c = 0; c < k->ncolumns; c++)
        for (size_t t = 0; !k->column[c].dropped && t < k->column[c].nterms; t++)
            in->first[k->term[k->column[c].first + t].row + 2]++;
    for (size_t r = 0; r < k->nrows; r++)
        in->first[r + 2] += in->first[r + 1];
    for (size_t c = 0; c < k->ncolumns; c++)
        for (size_t t = 0; !k->column[c].dropped && t < k->column[c].nterms; t++)
            in->column[in->first[k->term[k->column[c].first + t].row + 1]++] = (unsigned)c;
}

/* Rows in the order in which they are reached. */
typedef struct frontier {
    unsigned *row;
    bool *reached;
    size_t n;
} frontier;

static void reach(frontier *f, unsigned row) {
    if (f->reached[row])
        return;
    f->reached[row] = true;
    f->row[f->n++] = row;
}

static size_t take_column(const rk_fk_system *k, frontier *f, unsigned c, bool *use) {
    if (use[c])
        return 0;
    use[c] = true;
    for (size_t t = 0; t < k->column[c].nterms; t++)
        reach(f, k->term[k->column[c].first + t].row);
    return 1;
}

/* Rows such as the dimension n stand in so many columns that they bring nothing nearer. */
static bool common(const rk_fk_system *k, const incidence *in, unsigned row) {
    return in->first[row + 1] - in->first[row] > 16 + k->ncolumns / 16;
}

void rk_fk_near(const rk_fk_system *k, size_t most, bool *use) {
    incidence in;
    incidence_init(&in, k);
    frontier f = {rk_malloc((k->nrows + 1) * sizeof *f.row),
                  rk_calloc(k->nrows + 1, sizeof *f.reached), 0};
    memset(use, 0, k->ncolumns * sizeof *use);
    for (size_t r = 0; r < k->nrows; r++)
        if (rk_fk_goal(k, r))
            reach(&f, (unsigned)r);
    size_t n = 0;
    for (size_t i = 0; i < f.n && n < most; i++)
        for (size_t j = in.first[f.row[i]]; !common(k, &in, f.row[i]) && j < in.first[f.row[i] + 1];
             j++)
            n += take_column(k, &f, in.column[j], use);
    rk_free(in.first);
    rk_free(in.column);
    rk_free(f.row);
    rk_free(f.reached);
}
