#include "vf_fractions.h"

#include "vf_symbolic.h"

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

static bool is_free(const vf_facts *f, const vf_term *t) {
    return vf_built_of(f->theorem, t, is_free_part);
}

static bool is_rational(const vf_facts *f, const vf_term *t) {
    return vf_built_of(f->theorem, t, vf_is_rational);
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

/* Brings the entry with the fewest terms, not 0, to the place (k, k). False: all are 0. */
static bool pivot(grid *g, size_t k) {
    size_t best = 0, row = k, col = k;
    for (size_t i = k; i < g->rows; i++)
        for (size_t j = k; j < g->cols; j++) {
            size_t n = vf_poly_terms(*at(g, i, j));
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

/* The rank, and a minor of this size that is not 0. */
static long rank_of(grid g, const vf_poly **minor) {
    size_t k = 0;
    *minor = vf_poly_int(1);
    for (; k < g.rows && k < g.cols && pivot(&g, k); k++) {
        eliminate(&g, k, *minor);
        *minor = *at(&g, k, k);
    }
    return (long)k;
}

/* --- what follows --------------------------------------------------------------------------- */

/* Under a bound index everything is computed anew. */
static vf_symbolic *symbolic(vf_facts *f) {
    vf_symbolic *s = f->fractions;
    for (size_t k = 0; k < f->theorem->nsyms; k++)
        s->value[k] = f->value[k];
    s->scope = f->scope == 0 ? 0 : ++s->scopes;
    return s;
}

/* A minor that is a number is nowhere 0. */
static void narrow(const vf_facts *f, const vf_term *t, grid g, long *low, long *high) {
    const vf_poly *minor;
    long rank = rank_of(g, &minor);
    *high = rank < *high ? rank : *high;
    if (is_free(f, t) || vf_poly_is_rational(minor, NULL))
        *low = rank > *low ? rank : *low;
}

void vf_fractions_rank(vf_facts *f, const vf_term *matrix, long *low, long *high) {
    if (is_rational(f, matrix))
        narrow(f, matrix, cleared(vf_symbolic_of(symbolic(f), matrix)), low, high);
}

/* --- Jacobians ------------------------------------------------------------------------------ */

/* Atoms of free entries are coordinates of the tangent space at every point of these sets. */
static bool has_coordinates(vf_set set) {
    return set != VF_PERMUTATION && set != VF_ORTHOGONAL && set != VF_UNIT_ROWS;
}

/* Appends the atoms of the variable's members. */
static size_t atoms_of(vf_symbolic *s, const vf_facts *f, const vf_term *variable, unsigned *atom,
                       size_t n) {
    const vf_variable *v = &f->theorem->var[variable->var];
    size_t members = v->members ? (size_t)vf_symbolic_integer(s, v->members) : 1;
    if (v->set == VF_INTEGER) /* its points are isolated */
        return n;
    ENSURE("a set without coordinates", has_coordinates(v->set));
    for (unsigned a = 0; a < s->natoms; a++) {
        bool found = false;
        for (size_t m = 0; m < members && !found; m++) {
            const vf_form *x = s->variable[variable->var][m];
            for (size_t k = 0; k < x->rows * x->cols; k++)
                found = found || vf_poly_equal(x->entry[k].num, vf_poly_atom(a));
        }
        if (found)
            atom[n++] = a;
    }
    return n;
}

/* Each row times the square of a denominator. */
static grid jacobian(const vf_form *a, const unsigned *atom, size_t natoms) {
    grid g = grid_new(a->rows * a->cols, natoms);
    for (size_t i = 0; i < g.rows; i++)
        for (size_t j = 0; j < natoms; j++) {
            vf_ratio x = a->entry[i];
            *at(&g, i, j) = vf_poly_sub(vf_poly_mul(vf_poly_derivative(x.num, atom[j]), x.den),
                                        vf_poly_mul(x.num, vf_poly_derivative(x.den, atom[j])));
        }
    return g;
}

void vf_fractions_jrank(vf_facts *f, const vf_term *t, long *low, long *high) {
    if (!is_rational(f, t->kid[0]))
        return;
    vf_symbolic *s = symbolic(f);
    unsigned *atom = vf_alloc((s->natoms + 1) * t->nkids * sizeof *atom);
    size_t n = 0;
    for (size_t k = 1; k < t->nkids; k++)
        n = atoms_of(s, f, t->kid[k], atom, n);
    if (n == 0)
        *high = 0;
    else
        narrow(f, t->kid[0], jacobian(vf_symbolic_of(s, t->kid[0]), atom, n), low, high);
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

static bool all_zero(const vf_ratio *x, size_t n) {
    for (size_t k = 0; k < n; k++)
        if (!vf_ratio_is_zero(x[k]))
            return false;
    return true;
}

vf_tern vf_fractions_compare(vf_facts *f, const vf_term *t) {
    if (t->op < VF_EQ || t->op > VF_GE || !is_rational(f, t->kid[0]) || !is_rational(f, t->kid[1]))
        return VF_UNKNOWN;
    vf_symbolic *s = symbolic(f);
    const vf_form *a = vf_symbolic_of(s, t->kid[0]), *b = vf_symbolic_of(s, t->kid[1]);
    bool one = a->rows * a->cols == 1, other = b->rows * b->cols == 1;
    size_t n = one ? b->rows * b->cols : a->rows * a->cols;
    vf_ratio *difference = vf_alloc(n * sizeof *difference);
    for (size_t k = 0; k < n; k++)
        difference[k] = vf_ratio_sub(a->entry[one ? 0 : k], b->entry[other ? 0 : k]);
    vf_tern r = compare_numbers(t->op, difference, n);
    bool equation = t->op == VF_EQ || t->op == VF_NE;
    if (r == VF_UNKNOWN && equation && is_free(f, t) && !all_zero(difference, n))
        r = t->op == VF_NE ? VF_TRUE : VF_FALSE; /* not the same fraction: almost everywhere */
    return r;
}

void vf_fractions_use(vf_facts *f) {
    f->fractions = vf_symbolic_new(f->theorem, f->value, false);
    f->rank = vf_fractions_rank;
    f->jrank = vf_fractions_jrank;
    f->compare = vf_fractions_compare;
}
