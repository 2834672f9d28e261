/* Calls of the language's functions and the shapes of what they make. */
#include <string.h>

#include "vf_reader.h"

static const struct {
    const char *name;
    vf_op op;
    size_t least, most;
} functions[] = {
#define VF_FUNCTION_ROW(name, op, least, most) {name, op, least, most},
    VF_FUNCTIONS(VF_FUNCTION_ROW)
#undef VF_FUNCTION_ROW
};

enum { NFUNCTIONS = sizeof functions / sizeof *functions };

bool vf_is_function(const char *name) {
    static const char *const others[] = {"jrank", "norm", "prob", "mean", "var"};
    for (size_t i = 0; i < NFUNCTIONS; i++)
        if (strcmp(functions[i].name, name) == 0)
            return functions[i].op != VF_ROWSCALES;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i], name) == 0)
            return true;
    return false;
}

static vf_op find_function(const vf_reader *r, const char *name, size_t nargs) {
    for (size_t i = 0; i < NFUNCTIONS; i++)
        if (strcmp(functions[i].name, name) == 0 && functions[i].least <= nargs &&
            nargs <= functions[i].most && (functions[i].op != VF_ROWSCALES || r->certificate))
            return functions[i].op;
    vf_refuse("an unknown function, or a wrong number of arguments");
}

/* --- what arguments must be --------------------------------------------------------------- */

static void want_square(const vf_term *a) {
    ENSURE("a square matrix is needed", vf_same_size(a->rows, a->cols));
}

static void want_scalar(const vf_term *a) {
    ENSURE("a scalar is needed", vf_is_one(a->rows) && vf_is_one(a->cols));
}

/* gamma and beta: columns as long as a row of the first argument. */
static void want_column(const vf_term *a, const vf_term *x) {
    ENSURE("a column as long as the rows is needed",
           vf_is_one(a->cols) && vf_same_size(a->rows, x->cols));
}

static void check_arguments(vf_op op, const vf_term **a, size_t n) {
    size_t columns = op == VF_LAYERNORM ? 2 : op == VF_RMSNORM ? 1 : 0;
    for (size_t i = 1; i <= columns; i++)
        want_column(a[i], a[0]);
    if (op == VF_LAYERNORM || op == VF_RMSNORM || op == VF_BATCHNORM || op == VF_ROWSCALES)
        for (size_t i = columns + 1; i < n; i++)
            want_scalar(a[i]);
    if (op == VF_SOFTMAX && n > 1)
        ENSURE("a mask of another shape",
               vf_same_size(a[0]->rows, a[1]->rows) && vf_same_size(a[0]->cols, a[1]->cols));
    if (op == VF_DET || op == VF_TRACE || op == VF_INV || op == VF_EIGABS)
        want_square(a[0]);
    if (op == VF_SUM_OF || op == VF_MAX_OF || op == VF_MIN_OF)
        for (size_t i = 0; i < n; i++)
            want_scalar(a[i]);
}

/* --- shapes of results -------------------------------------------------------------------- */

/* Of a column the diagonal matrix; of another matrix its diagonal, whose length must be plain. */
static const vf_term *make_diag(vf_reader *r, const vf_term **kid) {
    const vf_term *a = kid[0];
    vf_ratio wider = vf_ratio_sub(a->cols, a->rows);
    if (vf_is_one(a->cols))
        return vf_make(r, VF_DIAG, a->rows, a->rows, kid, 1);
    if (vf_size_at_least(r->t, wider, 0))
        return vf_make(r, VF_DIAG, a->rows, r->one, kid, 1);
    ENSURE("a diagonal of unknown length",
           vf_size_at_least(r->t, vf_ratio_sub(vf_ratio_int(0), wider), 0));
    return vf_make(r, VF_DIAG, a->cols, r->one, kid, 1);
}

/* eye, causal, ones, zeros, unit: kids are integer expressions. */
static const vf_term *make_sized(vf_reader *r, vf_op op, const vf_term **kid, size_t n) {
    vf_keep_size(r, kid[0], true);
    if (n > 1)
        vf_keep_size(r, kid[1], op != VF_UNIT);
    vf_ratio rows = vf_size_of(r->t, kid[0]);
    if (op == VF_UNIT)
        vf_check_position(r, kid[1], rows);
    vf_ratio cols = op == VF_UNIT ? r->one : vf_size_of(r->t, kid[n - 1]);
    return vf_make(r, op, rows, cols, kid, n);
}

/* sigma(A, k) and eigabs(A, k) */
static const vf_term *make_spectrum(vf_reader *r, vf_op op, const vf_term **kid) {
    vf_keep_size(r, kid[1], false);
    vf_check_position(r, kid[1], kid[0]->rows);
    vf_check_position(r, kid[1], kid[0]->cols);
    return vf_make_scalar(r, op, kid, 2);
}

static const vf_term *make_span(vf_reader *r, vf_op op, const vf_term **kid) {
    bool rows = op == VF_IN_ROWSPAN;
    ENSURE("spans in different spaces", rows ? vf_same_size(kid[0]->cols, kid[1]->cols)
                                             : vf_same_size(kid[0]->rows, kid[1]->rows));
    return vf_make_truth(r, op, kid, 2);
}

static vf_ratio times(vf_ratio a, vf_ratio b) {
    return vf_ratio_mul(a, b);
}

static const vf_term *make_call(vf_reader *r, vf_op op, const vf_term **kid, size_t n) {
    const vf_term *a = kid[0];
    switch (op) {
    case VF_ROWS:
    case VF_COLS:
        return vf_make_extent(r, op, a);
    case VF_EYE:
    case VF_CAUSAL:
    case VF_ONES:
    case VF_ZEROS:
    case VF_UNIT:
        return make_sized(r, op, kid, n);
    case VF_DIAG:
        return make_diag(r, kid);
    case VF_VEC:
        return vf_make(r, op, times(a->rows, a->cols), r->one, kid, n);
    case VF_KRON:
        return vf_make(r, op, times(a->rows, kid[1]->rows), times(a->cols, kid[1]->cols), kid, n);
    case VF_IN_ROWSPAN:
    case VF_IN_COLSPAN:
        return make_span(r, op, kid);
    case VF_SIGMA:
    case VF_EIGABS:
        return make_spectrum(r, op, kid);
    case VF_ROWSCALES:
        return vf_make(r, op, a->rows, a->rows, kid, n);
    case VF_ENTROPY:
        return vf_make(r, op, a->rows, r->one, kid, n);
    default: /* else rank, det, norms, ...: numbers */
        return op == VF_INV || vf_is_layer(op) || vf_is_entrywise(op)
                   ? vf_make(r, op, a->rows, a->cols, kid, n)
                   : vf_make_scalar(r, op, kid, n);
    }
}

const vf_term *vf_parse_function(vf_reader *r, const char *name) {
    const vf_term **kid = NULL;
    size_t n = 0;
    while (!vf_is(&r->x, ")")) {
        if (n > 0)
            vf_want(&r->x, ",");
        kid = vf_grow(kid, n, sizeof *kid);
        kid[n++] = vf_parse_value(r);
    }
    vf_want(&r->x, ")");
    vf_op op = find_function(r, name, n);
    check_arguments(op, kid, n);
    return make_call(r, op, kid, n);
}
