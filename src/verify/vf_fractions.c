#include "vf_fractions.h"
#include "vf_residues.h"

#include "vf_symbolic.h"

enum { MOST_NORMS = 8, MOST_SQUARED = 300, MOST_SIGNS = 16, MOST_PRINCIPAL = 4 };

/* --- what a term is built of ---------------------------------------------------------------- */

static bool built_of(const vf_theorem *t, const vf_term *term, vf_allowed *allowed,
                     vf_table *seen) {
    void **place = vf_table_place(seen, term, 0);
    if (*place)
        return true; /* or not: then that was told where it was met first */
    *place = seen;
    if (!allowed(t, term))
        return false;
    for (size_t k = 0; k < term->nkids; k++)
        if (!built_of(t, term->kid[k], allowed, seen))
            return false;
    return true;
}

bool vf_built_of(const vf_theorem *t, const vf_term *term, vf_allowed *allowed) {
    vf_table seen = {0};
    return built_of(t, term, allowed, &seen);
}

bool vf_is_generic(const vf_theorem *t, const vf_term *part) {
    return part->op != VF_VAR || t->var[part->var].quantifier == VF_GENERIC;
}

bool vf_is_rational(const vf_theorem *t, const vf_term *part) {
    (void)t;
    switch (part->op) {
    case VF_ROWS:
    case VF_COLS:
    case VF_EYE:
    case VF_ONES:
    case VF_ZEROS:
    case VF_UNIT:
    case VF_CAUSAL:
    case VF_DIAG:
    case VF_VEC:
    case VF_KRON:
    case VF_DET:
    case VF_TRACE:
    case VF_INV:
    case VF_CENTER:
    case VF_CENTER_TOKENS:
    case VF_SUM_ENTRIES:
    case VF_SUM_OF:
    case VF_NUMBER:
    case VF_SYM:
    case VF_VAR:
    case VF_DATUM:
    case VF_ACC:
    case VF_NEG:
    case VF_ADD:
    case VF_SUB:
    case VF_MUL:
    case VF_DIV:
    case VF_EMUL:
    case VF_EDIV:
    case VF_POWER:
    case VF_TRANSPOSE:
    case VF_ENTRY:
    case VF_COLON:
    case VF_HCAT:
    case VF_VCAT:
    case VF_LOOP_SUM:
    case VF_LOOP_PROD:
    case VF_LOOP_HCAT:
    case VF_LOOP_VCAT:
    case VF_FOLD:
        return true;
    default:
        return false;
    }
}

/* Do almost all values of the variables' free entries lie in the sets? Those of rows of length 1
   do not, and what is no identity of fractions may be one there. */
static bool is_free_part(const vf_theorem *t, const vf_term *part) {
    return part->op != VF_VAR ||
           (vf_is_generic(t, part) && t->var[part->var].set != VF_UNIT_ROWS &&
            t->var[part->var].set != VF_ORTHOGONAL && t->var[part->var].set != VF_PERMUTATION &&
            t->var[part->var].set != VF_INTEGER);
}

/* What becomes a fraction of entries and generators. */
static bool is_formal(const vf_theorem *t, const vf_term *part) {
    return vf_is_layer(part->op) || (vf_is_entrywise(part->op) && part->op != VF_SIGN) ||
           part->op == VF_NORM_FRO || vf_is_rational(t, part);
}

/* Where nothing is differentiated, what is a value of moduli, too. */
static bool has_value(const vf_theorem *t, const vf_term *part) {
    static const vf_op more[] = {VF_NORM_ONE,    VF_NORM_INF,    VF_NORM_1INF,
                                 VF_MAX_ENTRIES, VF_MIN_ENTRIES, VF_MAX_OF,
                                 VF_MIN_OF,      VF_LOOP_MAX,    VF_LOOP_MIN};
    for (size_t k = 0; k < sizeof more / sizeof *more; k++)
        if (part->op == more[k])
            return true;
    return is_formal(t, part);
}

/* Without erf, whose derivative is no fraction of generators. Where a derivative exists, the
   argument of a kink or step is not 0, or does not move. */
static bool is_smooth(const vf_theorem *t, const vf_term *part) {
    return part->op == VF_SIGN || (part->op != VF_GELU && is_formal(t, part));
}

typedef struct field { /* vf_facts.fractions */
    vf_symbolic *s;
    bool functions;
    const vf_point *near;
} field;

static bool is_free(const vf_facts *f, const vf_term *t) {
    const field *k = f->fractions;
    return k->near || vf_built_of(f->theorem, t, is_free_part);
}

static bool is_fraction(const vf_facts *f, const vf_term *t) {
    const field *k = f->fractions;
    return vf_built_of(f->theorem, t, k->functions ? has_value : vf_is_rational);
}

static vf_symbolic *new_symbolic(vf_facts *f) {
    const field *k = f->fractions;
    vf_symbolic *s = vf_symbolic_near(f->theorem, f->value, k->functions, k->near);
    vf_symbolic_take(s, vf_facts_values(f));
    s->fewer = true;
    return s;
}

/* --- normal forms --------------------------------------------------------------------------- */

/* p with squares of roots put in; the same number wherever it is defined. */
static vf_ratio put_squares(const vf_symbolic *s, const vf_poly *p) {
    for (unsigned a = (unsigned)s->natoms; a-- > 0;) {
        unsigned e = s->atom[a].degree, degree = vf_poly_degree(p, a);
        if (e == 0 || degree < e)
            continue;
        vf_ratio sum = vf_ratio_int(0), power = vf_ratio_int(1);
        for (unsigned k = 0; k <= degree; k++) {
            const vf_poly *part =
                vf_poly_mul(vf_poly_part(p, a, k), vf_poly_pow(vf_poly_atom(a), k % e));
            if (k > 0 && k % e == 0)
                power = vf_ratio_mul(power, s->atom[a].power);
            sum = vf_ratio_add(sum, vf_ratio_mul(vf_ratio_of(part), power));
        }
        vf_ratio num = put_squares(s, sum.num), den = put_squares(s, sum.den);
        return vf_ratio_div(num, den);
    }
    return vf_ratio_of(p);
}

static vf_ratio reduced(const vf_symbolic *s, vf_ratio x) {
    vf_ratio num = put_squares(s, x.num);
    return vf_ratio_is_zero(num) ? num : vf_ratio_div(num, put_squares(s, x.den));
}

static const vf_form *normal_form(const vf_symbolic *s, const vf_form *a) {
    vf_form *r = vf_alloc(sizeof *r);
    *r = (vf_form){a->rows, a->cols, vf_alloc(a->rows * a->cols * sizeof *r->entry)};
    for (size_t k = 0; k < a->rows * a->cols; k++)
        r->entry[k] = s->functions ? reduced(s, a->entry[k]) : a->entry[k];
    return r;
}

/* --- elimination ---------------------------------------------------------------------------- */

typedef struct grid {
    size_t rows, cols;
    const vf_poly **entry;
} grid;

static const vf_poly **at(const grid *g, size_t i, size_t j) {
    return &g->entry[i * g->cols + j];
}

static grid grid_new(size_t rows, size_t cols) {
    return (grid){rows, cols, vf_alloc(rows * cols * sizeof(const vf_poly *))};
}

/* Rows times common denominators, which changes no rank. */
static grid cleared(const vf_form *a) {
    grid g = grid_new(a->rows, a->cols);
    for (size_t i = 0; i < a->rows; i++) {
        vf_ratio scale = vf_ratio_int(1);
        const vf_ratio *row = &a->entry[i * a->cols];
        for (size_t j = 0; j < a->cols; j++)
            scale = vf_ratio_mul(scale, vf_ratio_of(vf_ratio_mul(scale, row[j]).den));
        for (size_t j = 0; j < a->cols; j++) {
            vf_ratio x = vf_ratio_mul(scale, row[j]);
            *at(&g, i, j) = vf_poly_quotient(x.num, x.den);
            ENSURE("a row times its denominators has none", *at(&g, i, j) != NULL);
        }
    }
    return g;
}

/* Brings the entry with the fewest terms, not 0, if possible a number, to the place (k, k). False:
   all are 0. */
static bool pivot(grid *g, size_t k) {
    size_t best = 0, row = k, col = k;
    for (size_t i = k; i < g->rows; i++)
        for (size_t j = k; j < g->cols; j++) {
            size_t n = 2 * vf_poly_terms(*at(g, i, j));
            n -= n > 0 && vf_poly_is_rational(*at(g, i, j), NULL);
            if (n > 0 && (best == 0 || n < best)) {
                best = n;
                row = i;
                col = j;
            }
        }
    for (size_t j = 0; j < g->cols; j++) {
        const vf_poly *x = *at(g, k, j);
        *at(g, k, j) = *at(g, row, j);
        *at(g, row, j) = x;
    }
    for (size_t i = 0; i < g->rows; i++) {
        const vf_poly *x = *at(g, i, k);
        *at(g, i, k) = *at(g, i, col);
        *at(g, i, col) = x;
    }
    return best > 0;
}

/* Bareiss: every entry left is a minor, so the division has no remainder. */
static void eliminate(grid *g, size_t k, const vf_poly *before) {
    const vf_poly *p = *at(g, k, k);
    for (size_t i = k + 1; i < g->rows; i++)
        for (size_t j = k + 1; j < g->cols; j++) {
            const vf_poly *x = vf_poly_mul(p, *at(g, i, j));
            x = vf_poly_sub(x, vf_poly_mul(*at(g, i, k), *at(g, k, j)));
            *at(g, i, j) = vf_poly_quotient(x, before);
            ENSURE("a minor divides", *at(g, i, j) != NULL);
        }
}

static long rank_of_block(grid g, const vf_poly **minor) {
    size_t k = 0;
    *minor = vf_poly_int(1);
    for (; k < g.rows && k < g.cols && pivot(&g, k); k++) {
        eliminate(&g, k, *minor);
        *minor = *at(&g, k, k);
    }
    return (long)k;
}

/* Gives rows that share a column with row i, and rows that share one with these, its block. */
static void spread_block(const grid *g, size_t i, size_t *block) {
    for (size_t j = 0; j < g->cols; j++)
        for (size_t k = 0; k < g->rows && !vf_poly_is_zero(*at(g, i, j)); k++)
            if (block[k] == 0 && !vf_poly_is_zero(*at(g, k, j))) {
                block[k] = block[i];
                spread_block(g, k, block);
            }
}

static grid rows_of_block(const grid *g, const size_t *block, size_t which) {
    grid r = grid_new(g->rows, g->cols);
    r.rows = 0;
    for (size_t i = 0; i < g->rows; i++)
        for (size_t j = 0; block[i] == which && j < g->cols; j++) {
            *at(&r, r.rows, j) = *at(g, i, j);
            r.rows += j + 1 == g->cols;
        }
    return r;
}

/* The rank, and minors that are not 0, whose product is one of this size: one for each block, that
   is rows that have no column in common with others. */
typedef struct ranked {
    long rank;
    const vf_poly **minor;
    size_t n;
} ranked;

/* Rows from `equations` on have full rank on their own at every point. */
static ranked rank_of(grid g, size_t equations) {
    size_t *block = vf_alloc((g.rows + 1) * sizeof *block);
    ranked r = {0, vf_alloc((g.rows + 1) * sizeof *r.minor), 0};
    for (size_t i = 0; i < g.rows; i++) {
        if (block[i] != 0)
            continue;
        block[i] = ++r.n;
        spread_block(&g, i, block);
        r.rank += rank_of_block(rows_of_block(&g, block, r.n), &r.minor[r.n - 1]);
        if (i >= equations)
            r.minor[r.n - 1] = vf_poly_int(1);
    }
    return r;
}

/* --- what follows --------------------------------------------------------------------------- */

/* Under a bound index everything is computed anew. */
static vf_symbolic *symbolic(vf_facts *f) {
    vf_symbolic *s = ((field *)f->fractions)->s;
    vf_symbolic_take(s, vf_facts_values(f));
    s->scope = f->scope == 0 ? 0 : ++s->scopes;
    return s;
}

/* Is p, with squares of roots put in, not 0 almost everywhere? It is not if for the last root s in
   it, with p = a + b*s and s^2 = r, the norm a^2 - b^2*r is not. */
static bool is_almost_nowhere_zero(const vf_symbolic *s, const vf_poly *p) {
    vf_ratio x = put_squares(s, p);
    for (size_t norms = 0; norms <= MOST_NORMS; norms++) {
        unsigned last = (unsigned)s->natoms;
        while (last > 0 &&
               (s->atom[last - 1].kind == VF_OF_ENTRY || !vf_poly_mentions(x.num, last - 1)))
            last--;
        if (last-- == 0)
            return !vf_poly_is_zero(x.num);
        if (s->atom[last].kind != VF_OF_ROOT || vf_poly_terms(x.num) > MOST_SQUARED)
            return false;
        vf_ratio a = vf_ratio_of(vf_poly_part(x.num, last, 0));
        vf_ratio b = vf_ratio_of(vf_poly_part(x.num, last, 1));
        b = vf_ratio_mul(vf_ratio_mul(b, b), s->atom[last].power);
        x = put_squares(s, vf_ratio_sub(vf_ratio_mul(a, a), b).num);
    }
    return false;
}

/* Without factors that are known not to be 0. */
static const vf_poly *stripped(const vf_symbolic *s, const vf_poly *p) {
    for (size_t k = 0; k < s->nfacts; k++) {
        const vf_poly *q = s->fact[k].p, *rest = p;
        if ((s->fact[k].signs & VF_NULL) || vf_poly_is_rational(q, NULL))
            continue;
        for (; rest != NULL && !vf_poly_is_rational(p, NULL); rest = vf_poly_quotient(p, q))
            p = rest;
    }
    return p;
}

/* A minor that is a number is nowhere 0. */
static bool is_apart(vf_symbolic *s, const vf_poly *minor, bool free, bool signs) {
    minor = signs ? stripped(s, minor) : minor;
    return vf_poly_is_rational(minor, NULL) || (free && is_almost_nowhere_zero(s, minor)) ||
           (signs && !(vf_signs(s, minor) & VF_NULL));
}

/* free: of the entries of the variables that t mentions almost all values are in the sets; signs:
   s is of this term alone, so what it knows of signs holds wherever the term is defined. */
static void narrow(vf_symbolic *s, ranked r, bool free, bool signs, long *low, long *high) {
    bool apart = true;
    *high = r.rank < *high ? r.rank : *high;
    for (size_t k = 0; k < r.n; k++)
        apart = apart && is_apart(s, r.minor[k], free, signs);
    if (apart)
        *low = r.rank > *low ? r.rank : *low;
}

void vf_fractions_rank(vf_facts *f, const vf_term *matrix, long *low, long *high) {
    if (!is_fraction(f, matrix))
        return;
    vf_symbolic *s = symbolic(f);
    grid g = cleared(normal_form(s, vf_symbolic_of(s, matrix)));
    ranked r = rank_of(g, g.rows);
    narrow(s, r, is_free(f, matrix), false, low, high);
    if (*low == *high || f->brief)
        return;
    s = new_symbolic(f); /* by atoms of its own, whose signs the sets and this term alone tell */
    g = cleared(normal_form(s, vf_symbolic_of(s, matrix)));
    narrow(s, rank_of(g, g.rows), is_free(f, matrix), true, low, high);
}

/* --- Jacobians ------------------------------------------------------------------------------ */

/* What a variable's atoms may do: all of it at every point, or, of orthogonal matrices and rows of
   length 1, what leaves equations as they are. Their derivatives have full rank at every point. */
typedef struct motions {
    const vf_form **member;
    size_t nmembers;
    unsigned *atom;
    size_t natoms;
    vf_ratio *equation;
    size_t nequations;
} motions;

static bool has_atom(const vf_form *x, unsigned atom) {
    for (size_t k = 0; k < x->rows * x->cols; k++)
        if (vf_poly_equal(x->entry[k].num, vf_poly_atom(atom)))
            return true;
    return false;
}

/* Of the lines i and j, rows or columns, the product. */
static vf_ratio product_of_lines(const vf_form *x, size_t i, size_t j, bool columns) {
    vf_ratio sum = vf_ratio_int(0);
    for (size_t k = 0; k < (columns ? x->rows : x->cols); k++) {
        vf_ratio a = x->entry[columns ? k * x->cols + i : i * x->cols + k];
        vf_ratio b = x->entry[columns ? k * x->cols + j : j * x->cols + k];
        sum = vf_ratio_add(sum, vf_ratio_mul(a, b));
    }
    return sum;
}

static void add_member(vf_symbolic *s, vf_set set, const vf_form *x, motions *m) {
    m->member = vf_grow(m->member, m->nmembers, sizeof *m->member);
    m->member[m->nmembers++] = x;
    for (unsigned a = 0; a < s->natoms; a++)
        if (has_atom(x, a)) {
            m->atom = vf_grow(m->atom, m->natoms, sizeof *m->atom);
            m->atom[m->natoms++] = a;
        }
    for (size_t i = 0; i < x->rows && (set == VF_ORTHOGONAL || set == VF_UNIT_ROWS); i++)
        for (size_t j = set == VF_ORTHOGONAL ? 0 : i; j <= i; j++) {
            m->equation = vf_grow(m->equation, m->nequations, sizeof *m->equation);
            m->equation[m->nequations++] = product_of_lines(x, i, j, set == VF_ORTHOGONAL);
        }
}

static void add_variable(vf_symbolic *s, const vf_facts *f, const vf_term *variable, motions *m) {
    bool near = ((const field *)f->fractions)->near != NULL;
    const vf_variable *v = &f->theorem->var[variable->var];
    size_t members = v->members ? (size_t)vf_symbolic_integer(s, v->members) : 1;
    if (v->set == VF_INTEGER || v->set == VF_PERMUTATION) /* their points are isolated */
        return;
    ENSURE("a set without coordinates",
           !near || (v->set != VF_ORTHOGONAL && v->set != VF_UNIT_ROWS));
    ENSURE("a variable that stands still", !near || v->quantifier == VF_GENERIC);
    for (size_t k = 0; k < members; k++)
        add_member(s, v->set, s->variable[variable->var][k], m);
}

/* Of the variables that t counts by, each once. */
static motions motions_of(vf_symbolic *s, const vf_facts *f, const vf_term *t) {
    motions m = {0};
    for (size_t k = 1; k < t->nkids; k++) {
        bool before = false;
        for (size_t i = 1; i < k; i++)
            before = before || t->kid[i]->var == t->kid[k]->var;
        if (!before)
            add_variable(s, f, t->kid[k], &m);
    }
    return m;
}

/* Derivatives of atoms and of fractions of them by one atom of an entry. */
typedef struct slope {
    vf_symbolic *s;
    vf_ratio *of; /* by atom */
} slope;

static vf_ratio slope_of_poly(const slope *d, const vf_poly *p) {
    vf_ratio sum = vf_ratio_int(0);
    for (unsigned a = 0; a < d->s->natoms; a++)
        if (!vf_ratio_is_zero(d->of[a]) && vf_poly_mentions(p, a))
            sum = vf_ratio_add(sum, vf_ratio_mul(vf_ratio_of(vf_poly_derivative(p, a)), d->of[a]));
    return sum;
}

/* (num'*den - num*den')/den^2 */
static vf_ratio slope_of(const slope *d, vf_ratio x) {
    vf_ratio num = vf_ratio_of(x.num), den = vf_ratio_of(x.den);
    vf_ratio top = vf_ratio_sub(vf_ratio_mul(slope_of_poly(d, x.num), den),
                                vf_ratio_mul(num, slope_of_poly(d, x.den)));
    return vf_ratio_div(top, vf_ratio_mul(den, den));
}

static vf_ratio slope_of_generator(const slope *d, unsigned a) {
    const vf_atom *x = &d->s->atom[a];
    vf_ratio self = vf_ratio_of(vf_poly_atom(a)), inner = slope_of(d, x->what);
    if (vf_ratio_is_zero(inner) || x->kind == VF_OF_SIGN)
        return vf_ratio_int(0);
    switch (x->kind) {
    case VF_OF_ROOT:
        return vf_ratio_div(inner, vf_ratio_add(self, self));
    case VF_OF_EXP:
        return vf_ratio_mul(inner, self);
    case VF_OF_LOG:
        return vf_ratio_div(inner, x->what);
    default:
        vf_refuse("a derivative that is no fraction");
    }
}

static slope standing_still(vf_symbolic *s) {
    slope d = {s, vf_alloc((s->natoms + 1) * sizeof *d.of)};
    for (unsigned a = 0; a < s->natoms; a++)
        d.of[a] = vf_ratio_int(0);
    return d;
}

/* The argument of a generator mentions atoms before it alone. */
static void move_generators(slope *d) {
    for (unsigned a = 0; a < d->s->natoms; a++)
        if (d->s->atom[a].kind != VF_OF_ENTRY)
            d->of[a] = slope_of_generator(d, a);
}

static slope slope_by(vf_symbolic *s, unsigned by) {
    slope d = standing_still(s);
    d.of[by] = vf_ratio_int(1);
    move_generators(&d);
    return d;
}

/* Of the entries, and of the equations below them. */
static const vf_form *jacobian(vf_symbolic *s, const vf_form *a, const motions *m) {
    vf_form *g = vf_alloc(sizeof *g);
    size_t entries = a->rows * a->cols, rows = entries + m->nequations;
    *g = (vf_form){rows, m->natoms, vf_alloc(rows * m->natoms * sizeof *g->entry)};
    for (size_t j = 0; j < m->natoms; j++) {
        slope d = slope_by(s, m->atom[j]);
        for (size_t i = 0; i < rows; i++)
            g->entry[i * m->natoms + j] =
                slope_of(&d, i < entries ? a->entry[i] : m->equation[i - entries]);
    }
    return normal_form(s, g);
}

/* --- directions in which nothing moves -------------------------------------------------------- */

/* Of matrix x the entry that is this atom. */
static size_t place_of_atom(const vf_form *x, unsigned atom) {
    size_t k = 0;
    while (!vf_poly_equal(x->entry[k].num, vf_poly_atom(atom)))
        k++;
    return k;
}

/* What a kernel gives the atoms of the variables, in their order. */
static vf_ratio *vector_of(vf_symbolic *s, const vf_kernel *kernel, const motions *m) {
    vf_ratio *v = vf_alloc((m->natoms + 1) * sizeof *v);
    size_t atoms = s->natoms, n = 0;
    ENSURE("a matrix for each variable that moves", kernel->n == m->nmembers);
    s->strict = true;
    for (size_t i = 0; i < m->nmembers; i++) {
        const vf_form *x = m->member[i], *along = vf_symbolic_of(s, kernel->along[i]);
        ENSURE("a direction has the shape of its variable",
               along->rows == x->rows && along->cols == x->cols);
        for (unsigned a = 0; a < atoms; a++)
            if (has_atom(x, a))
                v[n++] = along->entry[place_of_atom(x, a)];
    }
    s->strict = false;
    ENSURE("a direction with functions that the text does not have", s->natoms == atoms);
    return v;
}

static void ensure_still(vf_symbolic *s, const vf_form *value, const motions *m,
                         const vf_ratio *along) {
    slope d = standing_still(s);
    for (size_t k = 0; k < m->natoms; k++)
        d.of[m->atom[k]] = along[k];
    move_generators(&d);
    for (size_t i = 0; i < value->rows * value->cols; i++)
        ENSURE("a direction in which the text moves",
               vf_ratio_is_zero(reduced(s, slope_of(&d, value->entry[i]))));
}

/* J*V is 0 by the rules. V has rank r and is made of fractions of entries alone; a polynomial in
   these is no divisor of 0 among what roots and other functions are adjoined to. So a minor of J of
   more than n - r rows, which is 0 when multiplied with one of V, is 0, and at every point. */
static long most_by_kernels(const vf_facts *f, const vf_term *t, vf_symbolic *s,
                            const vf_form *value, const motions *m) {
    vf_form all = {0, m->natoms, vf_alloc((f->nkernels * m->natoms + 1) * sizeof *all.entry)};
    for (size_t k = 0; k < f->nkernels; k++) {
        if (f->kernel[k].jrank != t)
            continue;
        ENSURE("a kernel where equations hold", m->nequations == 0);
        vf_ratio *v = vector_of(s, &f->kernel[k], m);
        ensure_still(s, value, m, v);
        for (size_t j = 0; j < m->natoms; j++)
            all.entry[all.rows * m->natoms + j] = v[j];
        all.rows++;
    }
    return (long)m->natoms - vf_residues_rank(s, &all);
}

/* --- the rank of a Jacobian ------------------------------------------------------------------- */

/* A square matrix times what makes polynomials of its entries. */
static grid all_cleared(const vf_form *a) {
    grid g = grid_new(a->rows, a->cols);
    vf_ratio scale = vf_ratio_int(1);
    for (size_t k = 0; k < a->rows * a->cols; k++)
        scale = vf_ratio_mul(scale, vf_ratio_of(vf_ratio_mul(scale, a->entry[k]).den));
    for (size_t k = 0; k < a->rows * a->cols; k++) {
        vf_ratio x = vf_ratio_mul(scale, a->entry[k]);
        g.entry[k] = vf_poly_quotient(x.num, x.den);
        ENSURE("a matrix times its denominators has none", g.entry[k] != NULL);
    }
    return g;
}

static grid product_of(grid a, grid b) {
    grid g = grid_new(a.rows, b.cols);
    for (size_t i = 0; i < g.rows; i++)
        for (size_t j = 0; j < g.cols; j++) {
            *at(&g, i, j) = vf_poly_zero();
            for (size_t k = 0; k < a.cols; k++)
                *at(&g, i, j) =
                    vf_poly_add(*at(&g, i, j), vf_poly_mul(*at(&a, i, k), *at(&b, k, j)));
        }
    return g;
}

/* The sum of the principal minors of size r >= 1, or its negative, by Faddeev and LeVerrier:
   m = g*(m - c), c = trace(m)/step, from m = 0 and c = -1. */
static const vf_poly *principal_minors(grid g, long r) {
    grid m = grid_new(g.rows, g.cols);
    const vf_poly *c = vf_poly_int(-1);
    for (size_t k = 0; k < g.rows * g.cols; k++)
        m.entry[k] = vf_poly_zero();
    for (long step = 1; step <= r; step++) {
        const vf_poly *trace = vf_poly_zero();
        for (size_t i = 0; i < g.rows; i++)
            *at(&m, i, i) = vf_poly_sub(*at(&m, i, i), c);
        m = product_of(g, m);
        for (size_t i = 0; i < g.rows; i++)
            trace = vf_poly_add(trace, *at(&m, i, i));
        c = vf_poly_quotient(trace, vf_poly_int(step));
    }
    return c;
}

/* Some minor of size r is not 0 where the sum of the principal ones is not. */
static bool has_principal_minor(vf_symbolic *s, const vf_form *a, long r) {
    if (a->rows != a->cols || a->rows > MOST_PRINCIPAL || r < 1)
        return false;
    const vf_poly *sum = principal_minors(all_cleared(a), r);
    return !vf_poly_is_zero(sum) && is_apart(s, sum, false, true);
}

/* Does the Jacobian exist wherever the claim is defined? */
static bool is_differentiable(const vf_facts *f, const vf_term *t) {
    const field *k = f->fractions;
    return vf_built_of(f->theorem, t, k->functions ? is_smooth : vf_is_rational);
}

/* By atoms of its own, whose signs this term alone tells: that it is defined. Along the directions
   that the equations leave, J has the rank of J with their derivatives below it, less that of
   these. */
void vf_fractions_jrank(vf_facts *f, const vf_term *t, long *low, long *high) {
    if (!is_differentiable(f, t->kid[0]))
        return;
    vf_symbolic *s = new_symbolic(f);
    s->kinks = true;
    motions m = motions_of(s, f, t);
    if (m.natoms == 0) {
        *high = 0;
        return;
    }
    const vf_form *value = vf_symbolic_of(s, t->kid[0]);
    long most = most_by_kernels(f, t, s, value, &m);
    *high = most < *high ? most : *high;
    if (m.nequations == 0 && is_free(f, t->kid[0])) {
        long found = vf_residues_jacobian(s, value, m.atom, m.natoms);
        *low = found > *low ? found : *low;
    }
    if (*low == *high || f->brief)
        return;
    const vf_form *slopes = jacobian(s, value, &m);
    ranked r = rank_of(cleared(slopes), value->rows * value->cols);
    long lost = (long)m.nequations, least = *low + lost;
    most = *high + lost;
    narrow(s, r, lost == 0 && is_free(f, t->kid[0]), true, &least, &most);
    if (least < most && most == r.rank && has_principal_minor(s, slopes, most))
        least = most;
    *low = least - lost;
    *high = most - lost;
}

/* --- comparisons ---------------------------------------------------------------------------- */

/* Does a number compare so with 0? */
static bool holds(vf_op op, int sign) {
    switch (op) {
    case VF_EQ:
        return sign == 0;
    case VF_NE:
        return sign != 0;
    case VF_LT:
        return sign < 0;
    case VF_LE:
        return sign <= 0;
    case VF_GT:
        return sign > 0;
    default:
        return sign >= 0;
    }
}

/* All entries of the difference are numbers: what follows; else UNKNOWN. `!=` says that some entry
   differs, the others that each compares so. */
static vf_tern compare_numbers(vf_op op, const vf_ratio *difference, size_t n) {
    bool all = true;
    mpq_t q;
    mpq_init(q);
    for (size_t k = 0; k < n; k++) {
        if (!vf_poly_is_rational(difference[k].den, NULL) ||
            !vf_poly_is_rational(difference[k].num, q))
            return VF_UNKNOWN;
        all = all && holds(op == VF_NE ? VF_EQ : op, mpq_sgn(q));
    }
    mpq_clear(q);
    return all != (op == VF_NE) ? VF_TRUE : VF_FALSE;
}

/* Is one of them not 0 almost everywhere? */
static bool some_apart(const vf_symbolic *s, const vf_ratio *x, size_t n) {
    for (size_t k = 0; k < n; k++)
        if (is_almost_nowhere_zero(s, x[k].num))
            return true;
    return false;
}

vf_tern vf_fractions_compare(vf_facts *f, const vf_term *t) {
    if (t->op < VF_EQ || t->op > VF_GE || !is_fraction(f, t->kid[0]) || !is_fraction(f, t->kid[1]))
        return VF_UNKNOWN;
    vf_symbolic *s = symbolic(f);
    size_t n;
    const vf_ratio *side = vf_symbolic_differences(s, t, &n);
    vf_ratio *difference = vf_alloc((n + 1) * sizeof *difference);
    for (size_t k = 0; k < n; k++)
        difference[k] = s->functions ? reduced(s, side[k]) : side[k];
    vf_tern r = compare_numbers(t->op, difference, n);
    bool equation = t->op == VF_EQ || t->op == VF_NE;
    if (r == VF_UNKNOWN && equation && is_free(f, t) && some_apart(s, difference, n))
        r = t->op == VF_NE ? VF_TRUE : VF_FALSE; /* not the same fraction: almost everywhere */
    if (r != VF_UNKNOWN || n > MOST_SIGNS)
        return r;
    /* by atoms of its own, whose signs this comparison alone tells: that it is defined */
    bool absurd = false;
    return vf_symbolic_compare(new_symbolic(f), t, &absurd);
}

/* --- definedness ---------------------------------------------------------------------------- */

/* Learns what each value outside of loops needs to be defined. */
static void define(const vf_facts *f, vf_symbolic *s, const vf_term *t) {
    size_t n = t->op == VF_JRANK || t->op == VF_ENTRY ? 1 : vf_is_loop(t->op) ? 0 : t->nkids;
    if (!t->truth && is_fraction(f, t)) {
        (void)vf_symbolic_of(s, t);
        return;
    }
    for (size_t k = 0; k < n; k++)
        define(f, s, t->kid[k]);
}

/* The facts of the sets come first: they say nothing of what is defined. */
bool vf_fractions_nowhere(vf_facts *f, const vf_term *truth) {
    vf_symbolic *s = new_symbolic(f);
    bool free = is_free(f, truth);
    size_t k = s->nfacts;
    define(f, s, truth);
    for (; k < s->nfacts; k++) {
        unsigned signs = vf_signs(s, s->fact[k].p);
        if (signs == 0 || (signs == VF_NULL && free && is_almost_nowhere_zero(s, s->fact[k].p)))
            return true;
    }
    return false;
}

static void use(vf_facts *f, bool functions, const vf_point *near) {
    field *k = vf_alloc(sizeof *k);
    *k = (field){NULL, functions, near};
    f->fractions = k;
    k->s = new_symbolic(f);
    f->rank = vf_fractions_rank;
    f->jrank = vf_fractions_jrank;
    f->compare = vf_fractions_compare;
}

void vf_fractions_use(vf_facts *f) {
    use(f, false, NULL);
}

void vf_functions_use(vf_facts *f, const vf_point *near) {
    use(f, true, near);
}
