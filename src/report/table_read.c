#include "rk_table.h"

#include <stdlib.h>
#include <string.h>

#include "lang/rk_term.h"

/* --- checking the JSON -------------------------------------------------------- */

static bool table_refuse(rk_diags *diags, size_t i, const char *what) {
    rk_diag_add(diags, RK_ERROR, "results-format", (rk_span){0}, "results[%zu]: %s", i, what);
    return false;
}

static bool is_text(const json_t *v) {
    return json_is_string(v) || json_is_null(v);
}

static bool is_dims(const json_t *dims) {
    bool ok = json_is_object(dims);
    for (void *it = json_object_iter((json_t *)dims); it;
         it = json_object_iter_next((json_t *)dims, it))
        ok = ok && json_is_integer(json_object_iter_value(it));
    return ok;
}

static bool is_row(const json_t *row, size_t cols) {
    bool ok = json_is_array(row) && json_array_size(row) == cols && cols > 0;
    for (size_t j = 0; ok && j < cols; j++)
        ok = json_is_string(json_array_get(row, j));
    return ok;
}

static bool is_matrix(const json_t *rows) {
    bool ok = json_array_size(rows) > 0;
    for (size_t i = 0; i < json_array_size(rows); i++)
        ok = ok && is_row(json_array_get(rows, i), json_array_size(json_array_get(rows, 0)));
    return ok;
}

static bool is_point(const json_t *point) {
    if (json_is_null(point))
        return true;
    const json_t *values = json_object_get(point, "values");
    bool ok = json_is_object(values) && is_dims(json_object_get(point, "dims")) &&
              is_text(json_object_get(point, "sides"));
    for (void *it = json_object_iter((json_t *)values); it;
         it = json_object_iter_next((json_t *)values, it))
        ok = ok && is_matrix(json_object_iter_value(it));
    return ok;
}

static bool is_scope(const json_t *scope) {
    bool ok = json_is_object(scope);
    for (void *it = json_object_iter((json_t *)scope); it;
         it = json_object_iter_next((json_t *)scope, it)) {
        const json_t *high = json_object_get(json_object_iter_value(it), "high");
        ok = ok && json_is_integer(json_object_get(json_object_iter_value(it), "low")) &&
             (json_is_integer(high) || json_is_null(high));
    }
    return ok;
}

static bool is_texts(const json_t *list) {
    bool ok = json_is_array(list);
    for (size_t i = 0; i < json_array_size(list); i++)
        ok = ok && json_is_string(json_array_get(list, i));
    return ok;
}

static bool is_verdict(const json_t *v) {
    rk_verdict verdict;
    return json_is_string(v) && rk_verdict_find(json_string_value(v), &verdict);
}

static bool is_paper(const json_t *v) {
    return json_is_null(v) ||
           (json_is_string(json_object_get(v, "name")) && is_text(json_object_get(v, "title")));
}

static bool is_string(const json_t *v) {
    return json_is_string(v);
}

static bool is_boolean(const json_t *v) {
    return json_is_boolean(v);
}

static bool is_count(const json_t *v) {
    return json_is_integer(v) && json_integer_value(v) >= 0;
}

static bool is_number(const json_t *v) {
    return json_is_number(v);
}

/* The fields that tables show, by the schema. */
static bool table_check_result(const json_t *r, size_t i, rk_diags *diags) {
    static const struct {
        const char *key;
        bool (*fits)(const json_t *);
    } fields[] = {
        {"theorem", is_string},    {"file", is_string},          {"title", is_text},
        {"paper", is_paper},       {"source", is_text},          {"corrects", is_text},
        {"statement", is_string},  {"verdict", is_verdict},      {"reason", is_text},
        {"expected", is_text},     {"as_expected", is_boolean},  {"caveats", is_texts},
        {"method", is_text},       {"scope", is_scope},          {"instances", is_count},
        {"passed_over", is_count}, {"counterexample", is_point}, {"example", is_point},
        {"time_ms", is_number},
    };
    for (size_t k = 0; k < sizeof fields / sizeof fields[0]; k++)
        if (!fields[k].fits(json_object_get(r, fields[k].key)))
            return table_refuse(diags, i, fields[k].key);
    return true;
}

static bool table_check(const json_t *root, rk_diags *diags) {
    const char *schema = json_string_value(json_object_get(root, "schema"));
    const json_t *results = json_object_get(root, "results");
    if (!schema || strcmp(schema, "rankle-results-1") != 0 || !json_is_array(results)) {
        rk_diag_add(diags, RK_ERROR, "results-format", (rk_span){0},
                    "not results by the schema rankle-results-1");
        return false;
    }
    bool ok = true;
    for (size_t i = 0; i < json_array_size(results); i++)
        ok = table_check_result(json_array_get(results, i), i, diags) && ok;
    return ok;
}

/* --- rows --------------------------------------------------------------------- */

const char *rk_table_text(const rk_table_row *row, const char *key) {
    return json_string_value(json_object_get(row->result, key));
}

/* The statement is claim text: what the table shows is what was checked. What is said of it points
   into it, so then it goes with the diagnostics, not with the table. */
static bool table_parse(rk_table_row *row, rk_diags *diags) {
    const char *text = rk_table_text(row, "statement");
    size_t said = rk_diags_count(diags);
    rk_unit *unit = rk_unit_parse(rk_table_text(row, "theorem"), text, strlen(text), NULL, diags);
    for (size_t i = 0; i < unit->main->nitems; i++)
        if (unit->main->items[i].kind == RK_I_THEOREM)
            row->theorem = unit->main->items[i].theorem;
    if (rk_diags_count(diags) > said)
        rk_diags_keep(diags, unit->arena);
    else
        row->unit = unit;
    return row->theorem || table_refuse(diags, row->index, "the statement is no theorem");
}

static const char *table_paper(const rk_table_row *row) {
    return json_string_value(json_object_get(json_object_get(row->result, "paper"), "name"));
}

/* The theorem that row i corrects, found by name, in its own file first; i itself if none. */
static size_t table_parent(const rk_table *t, size_t i) {
    const char *name = rk_table_text(&t->row[i], "corrects");
    const char *file = rk_table_text(&t->row[i], "file");
    size_t found = i;
    for (size_t k = 0; name && k < t->n; k++) {
        if (k == i || strcmp(rk_table_text(&t->row[k], "theorem"), name) != 0)
            continue;
        if (strcmp(rk_table_text(&t->row[k], "file"), file) == 0)
            return k;
        found = k;
    }
    return found;
}

static void table_find_root(rk_table *t, size_t i) {
    size_t root = i;
    for (size_t steps = 0; steps < t->n && table_parent(t, root) != root; steps++)
        root = table_parent(t, root);
    t->row[i].root = root;
    t->row[i].key = table_paper(&t->row[root]);
    if (!t->row[i].key)
        t->row[i].key = table_paper(&t->row[i]);
}

static int table_order(const void *a, const void *b) {
    const rk_table_row *x = a, *y = b;
    if (!x->key != !y->key)
        return x->key ? -1 : 1; /* without a source: last */
    int papers = x->key ? strcmp(x->key, y->key) : 0;
    if (papers != 0)
        return papers;
    if (x->root != y->root)
        return x->root < y->root ? -1 : 1;
    if ((x->index == x->root) != (y->index == y->root))
        return x->index == x->root ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static bool table_fill(rk_table *t, const json_t *results, rk_diags *diags) {
    bool ok = true;
    t->n = json_array_size(results);
    t->row = rk_calloc(t->n + 1, sizeof *t->row);
    for (size_t i = 0; i < t->n; i++) {
        t->row[i].result = json_array_get(results, i);
        t->row[i].index = i;
        ok = table_parse(&t->row[i], diags) && ok;
    }
    for (size_t i = 0; i < t->n; i++)
        table_find_root(t, i);
    qsort(t->row, t->n, sizeof *t->row, table_order);
    return ok;
}

rk_status rk_table_read(rk_table *t, const char *json, size_t len, rk_diags *diags) {
    json_error_t error;
    *t = (rk_table){.arena = rk_arena_new()};
    size_t errors = rk_diags_errors(diags);
    t->json = json_loadb(json, len, JSON_REJECT_DUPLICATES, &error);
    if (!t->json)
        rk_diag_add(diags, RK_ERROR, "results-format", (rk_span){0}, "line %d: %s", error.line,
                    error.text);
    else if (table_check(t->json, diags))
        table_fill(t, json_object_get(t->json, "results"), diags);
    return rk_diags_errors(diags) > errors ? RK_BAD_INPUT : RK_OK;
}

void rk_table_clear(rk_table *t) {
    for (size_t i = 0; t->row && i < t->n; i++)
        if (t->row[i].unit)
            rk_unit_free(t->row[i].unit);
    rk_free(t->row);
    json_decref(t->json);
    rk_arena_free(t->arena);
}
