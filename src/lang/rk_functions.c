#include "rk_functions.h"

#include <stdint.h>
#include <string.h>

static const rk_function functions[] = {
#define RK_FUNCTION_ROW(name, op, args, shape) {name, op, args, RK_SHAPE_##shape},
    RK_FUNCTIONS(RK_FUNCTION_ROW)
#undef RK_FUNCTION_ROW
};
enum { NFUNCTIONS = sizeof functions / sizeof *functions };

static size_t least_arguments(const rk_function *f) {
    size_t n = strcspn(f->args, "?");
    return f->args[n - 1] == '+' ? n - 1 : n;
}

static size_t most_arguments(const rk_function *f) {
    size_t n = strlen(f->args);
    return f->args[n - 1] == '+' ? SIZE_MAX : strchr(f->args, '?') ? n - 1 : n;
}

bool rk_function_takes(const rk_function *f, size_t nargs) {
    return least_arguments(f) <= nargs && nargs <= most_arguments(f);
}

char rk_function_kind(const rk_function *f, size_t arg) {
    size_t n = strlen(f->args);
    if (f->args[n - 1] == '+')
        return f->args[arg < n - 1 ? arg : n - 2];
    return f->args[arg < strcspn(f->args, "?") ? arg : arg + 1];
}

const rk_function *rk_function_find(const char *name, size_t nargs) {
    const rk_function *first = NULL;
    for (size_t i = 0; i < NFUNCTIONS; i++)
        if (strcmp(functions[i].name, name) == 0) {
            if (rk_function_takes(&functions[i], nargs))
                return &functions[i];
            first = first ? first : &functions[i];
        }
    return first;
}

bool rk_function_name(const char *name) {
    return rk_function_find(name, 0) || strcmp(name, "jrank") == 0 || strcmp(name, "norm") == 0;
}

void rk_function_describe(rk_buf *out, const char *name) {
    const rk_function *f = rk_function_find(name, 1);
    size_t least = least_arguments(f), most = most_arguments(f);
    if (rk_function_find(name, SIZE_MAX) != f)
        rk_buf_puts(out, "at least 1 argument");
    else if (least == most)
        rk_buf_printf(out, "%zu argument%s", least, least == 1 ? "" : "s");
    else
        rk_buf_printf(out, "%zu or %zu arguments", least, most);
}

/* --- spelling ------------------------------------------------------------------------------ */

enum { LONGEST = 40 };

static size_t smallest(size_t a, size_t b, size_t c) {
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Letters to insert, delete or replace (Levenshtein), names up to LONGEST letters. */
static size_t edits(const char *a, const char *b) {
    size_t n = strlen(a), m = strlen(b), row[LONGEST + 1];
    if (n > LONGEST || m > LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t above = row[j];
            row[j] = smallest(above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
            corner = above;
        }
    }
    return row[m];
}

void rk_nearest(const char *wanted, const char *candidate, const char **best, size_t *distance) {
    size_t d = edits(wanted, candidate);
    if (d < *distance && d <= (strlen(wanted) + 2) / 3 && d < strlen(wanted)) {
        *distance = d;
        *best = candidate;
    }
}

/* What other systems call it. */
static const char *const synonyms[][2] = {{"determinant", "det(A)"},
                                          {"identity", "eye(n)"},
                                          {"transpose", "A'"},
                                          {"inverse", "inv(A)"},
                                          {"frobenius", "norm(A, fro)"},
                                          {"size", "rows(A), cols(A)"},
                                          {"nrows", "rows(A)"},
                                          {"ncols", "cols(A)"},
                                          {"mask", "causal(n)"},
                                          {"svd", "sigma(A, k)"},
                                          {"eig", "eigabs(A, k)"},
                                          {"dot", "A*B"},
                                          {"ln", "log(x)"},
                                          {"tr", "trace(A)"},
                                          {"len", "rows(A)"},
                                          {"expectation", "mean(x)"},
                                          {"variance", "var(x)"},
                                          {"probability", "prob(t)"}};

const char *rk_function_synonym(const char *name) {
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
        if (strcmp(synonyms[i][0], name) == 0)
            return synonyms[i][1];
    return NULL;
}

void rk_nearest_function(const char *wanted, const char **best, size_t *distance) {
    for (size_t i = 0; i < NFUNCTIONS; i++)
        rk_nearest(wanted, functions[i].name, best, distance);
    rk_nearest(wanted, "jrank", best, distance);
    rk_nearest(wanted, "norm", best, distance);
}
