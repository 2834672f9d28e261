/* Points of certificates: values of variables, membership in sets, and finite proofs. */
#include <stdio.h>
#include <string.h>

#include "vf_cert.h"
#include "vf_machine.h"

/* --- sets ------------------------------------------------------------------------------------ */

static bool has_sign(const vf_number *a, int sign) {
    return vf_num_sign(a) == sign;
}

/* Positive, not negative, not zero. */
static bool entries_are(const vf_grid *a, bool negative, bool zero) {
    for (size_t k = 0; k < a->rows * a->cols; k++) {
        int sign = vf_num_sign(a->x[k]);
        if (sign == VF_NO_SIGN || (sign < 0 && !negative) || (sign == 0 && !zero))
            return false;
    }
    return true;
}

static bool is_integral(const vf_grid *a) {
    mpq_t q;
    mpq_init(q);
    bool integral = true;
    for (size_t k = 0; integral && k < a->rows * a->cols; k++)
        integral = vf_num_is_rational(a->x[k], q) && mpz_cmp_ui(mpq_denref(q), 1) == 0;
    mpq_clear(q);
    return integral;
}

static bool same(const vf_grid *a, const vf_grid *b) {
    for (size_t k = 0; k < a->rows * a->cols; k++)
        if (!has_sign(vf_num_sub(a->x[k], b->x[k]), 0))
            return false;
    return true;
}

static vf_grid ones(size_t rows, size_t cols) {
    vf_grid r = vf_grid_new(rows, cols);
    for (size_t k = 0; k < rows * cols; k++)
        r.x[k] = vf_num_int(1);
    return r;
}

static vf_grid identity(size_t n) {
    vf_grid r = vf_grid_new(n, n);
    for (size_t i = 0; i < n; i++)
        r.x[i * n + i] = vf_num_int(1);
    return r;
}

static bool rows_sum_to_one(const vf_grid *a) {
    vf_grid column = ones(a->cols, 1), all = ones(a->rows, 1), sums = vf_grid_mul(a, &column);
    return same(&sums, &all);
}

static vf_grid squares(const vf_grid *a) {
    vf_grid r = vf_grid_new(a->rows, a->cols);
    for (size_t k = 0; k < a->rows * a->cols; k++)
        r.x[k] = vf_num_mul(a->x[k], a->x[k]);
    return r;
}

static bool is_diagonal(const vf_grid *a) {
    for (size_t k = 0; k < a->rows * a->cols; k++)
        if (k / a->cols != k % a->cols && !has_sign(a->x[k], 0))
            return false;
    return true;
}

static bool is_invertible(const vf_grid *a) {
    long low, high;
    vf_rank_of(a, &low, &high);
    return low == (long)a->rows;
}

bool vf_in_set(vf_set set, const vf_grid *a) {
    vf_grid t = vf_grid_transpose(a), gram, square = squares(a), unit = identity(a->cols);
    switch (set) {
    case VF_REAL:
        return true;
    case VF_POSITIVE:
        return entries_are(a, false, false);
    case VF_NONNEGATIVE:
        return entries_are(a, false, true);
    case VF_NONZERO:
        return entries_are(a, true, false);
    case VF_INTEGER:
        return is_integral(a);
    case VF_STOCHASTIC:
        return entries_are(a, false, true) && rows_sum_to_one(a);
    case VF_ATTENTION:
        return entries_are(a, false, false) && rows_sum_to_one(a);
    case VF_SYMMETRIC:
        return same(a, &t);
    case VF_PSD:
        return same(a, &t) && vf_semidefinite(a) == 1;
    case VF_DIAGONAL:
        return is_diagonal(a);
    case VF_INVERTIBLE:
        return is_invertible(a);
    case VF_ORTHOGONAL:
        gram = vf_grid_mul(&t, a);
        return same(&gram, &unit);
    case VF_PERMUTATION:
        return same(a, &square) && rows_sum_to_one(a) && rows_sum_to_one(&t);
    case VF_UNIT_ROWS:
        return rows_sum_to_one(&square);
    }
    return false;
}

static long members_of(const vf_theorem *t, const vf_point *point, size_t var) {
    long members = 1;
    ENSURE("the number of members",
           t->var[var].members == NULL ||
               (vf_integer(t, t->var[var].members, point, &members) && members >= 1));
    return members;
}

bool vf_in_sets(const vf_theorem *theorem, const vf_point *point) {
    for (size_t v = 0; v < theorem->nvars; v++)
        for (long i = 0; i < members_of(theorem, point, v); i++) {
            vf_grid a = vf_value_grid(&point->var[v][i]);
            if (!vf_in_set(theorem->var[v].set, &a))
                return false;
        }
    return true;
}

/* --- values ---------------------------------------------------------------------------------- */

static void shape_of(const vf_theorem *t, const vf_point *point, size_t var, long *rows,
                     long *cols) {
    ENSURE("the shape of a variable", vf_integer(t, t->var[var].rows, point, rows) &&
                                          vf_integer(t, t->var[var].cols, point, cols) &&
                                          *rows >= 1 && *cols >= 1);
}

static bool is_closed(const vf_term *term) {
    if (term->op == VF_VAR || term->op == VF_DATUM || term->op == VF_SYM)
        return false;
    for (size_t k = 0; k < term->nkids; k++)
        if (!is_closed(term->kid[k]))
            return false;
    return true;
}

static vf_value read_value(vf_theorem *t, const vf_point *point, const char *text) {
    vf_machine m;
    const vf_term *term = vf_read_term(t, NULL, 0, text, NULL);
    ENSURE("a value is a closed expression", !term->truth && is_closed(term));
    vf_machine_init(&m, t, point);
    const vf_value *value = vf_machine_value(&m, term);
    ENSURE("a value that is not defined, or not known to be",
           value != NULL && !m.doubt.undefined && !m.doubt.unsure && !m.stopped);
    return *value;
}

static vf_value read_set(vf_theorem *t, vf_cert *c, vf_point *point, size_t var, long member) {
    const char *field[2];
    long rows, cols;
    size_t room = strlen(t->var[var].name) + 32;
    char *name = vf_alloc(room);
    if (t->var[var].members != NULL)
        snprintf(name, room, "%s[%ld]", t->var[var].name, member + 1);
    else
        snprintf(name, room, "%s", t->var[var].name);
    vf_fields(vf_take(c, "set"), field, 2);
    ENSURE("the value of another variable is due here", strcmp(field[0], name) == 0);
    vf_value value = read_value(t, point, field[1]);
    shape_of(t, point, var, &rows, &cols);
    ENSURE("the value has the shape of the variable",
           value.rows == (size_t)rows && value.cols == (size_t)cols);
    return value;
}

void vf_read_sets(vf_theorem *t, vf_cert *c, vf_point *point) {
    for (size_t v = 0; v < t->nvars; v++) {
        long members = members_of(t, point, v);
        vf_value *value = NULL;
        for (long i = 0; i < members; i++) {
            value = vf_grow(value, (size_t)i, sizeof *value);
            value[i] = read_set(t, c, point, v, i);
        }
        point->var[v] = value;
    }
}
