/* Results by the schema rankle-results-1 (docs/rankle-results-1.schema.json). */
#include <jansson.h>
#include <stdlib.h>

#include "base/rk_guard.h"
#include "rankle.h"
#include "rk_count.h"
#include "rk_report.h"

static json_t *need(json_t *value) {
    if (!value)
        rk_guard_raise("out of memory while writing JSON");
    return value;
}

static void put(json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, need(value)) != 0)
        rk_guard_raise("out of memory while writing JSON");
}

static void add(json_t *array, json_t *value) {
    if (json_array_append_new(array, need(value)) != 0)
        rk_guard_raise("out of memory while writing JSON");
}

/* A name that is no UTF-8 (a file's) still has to stand in JSON: U+FFFD for its odd bytes. */
static json_t *text_replaced(const char *s) {
    rk_buf clean;
    rk_buf_init(&clean);
    for (; *s; s++) {
        if ((unsigned char)*s < 0x80)
            rk_buf_putc(&clean, *s);
        else
            rk_buf_puts(&clean, "\xef\xbf\xbd");
    }
    json_t *value = json_string(clean.text);
    rk_buf_clear(&clean);
    return value;
}

static json_t *text(const char *s) {
    if (!s)
        return json_null();
    json_t *value = json_string(s);
    return value ? value : text_replaced(s);
}

static json_t *count(uint64_t n) {
    return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}

static json_t *texts(const char *const *s, size_t n) {
    json_t *array = need(json_array());
    for (size_t i = 0; i < n; i++)
        add(array, text(s[i]));
    return array;
}

static json_t *json_scope(const rk_result *r) {
    json_t *scope = need(json_object());
    for (size_t i = 0; i < r->nscope; i++) {
        json_t *range = need(json_object());
        put(range, "low", json_integer(r->scope[i].low));
        put(range, "high", r->scope[i].high < 0 ? json_null() : json_integer(r->scope[i].high));
        put(scope, r->scope[i].name, range);
    }
    return scope;
}

static json_t *json_matrix(const rk_named_value *v) {
    json_t *rows = need(json_array());
    for (size_t i = 0; i < v->rows; i++)
        add(rows, texts(v->entry + i * v->cols, v->cols));
    return rows;
}

static json_t *json_point(const rk_result *r) {
    json_t *point = need(json_object()), *dims = need(json_object());
    json_t *values = need(json_object());
    for (size_t i = 0; i < r->npoint_dims; i++)
        put(dims, r->point_dims[i].name, json_integer(r->point_dims[i].low));
    for (size_t i = 0; i < r->nvalues; i++)
        put(values, r->values[i].name, json_matrix(&r->values[i]));
    put(point, "dims", dims);
    put(point, "values", values);
    put(point, "sides", text(r->sides));
    put(point, "snippet", text(r->snippet));
    return point;
}

static json_t *json_paper(const rk_result *r) {
    if (!r->paper)
        return json_null();
    json_t *paper = need(json_object());
    put(paper, "name", text(r->paper));
    put(paper, "title", text(r->paper_title));
    return paper;
}

static void put_statement(json_t *o, const rk_result *r) {
    put(o, "theorem", text(r->theorem));
    put(o, "file", text(r->file));
    put(o, "title", text(r->title));
    put(o, "paper", json_paper(r));
    put(o, "source", text(r->source));
    put(o, "corrects", text(r->corrects));
    put(o, "statement", text(r->statement));
    put(o, "hypotheses", texts(r->hypotheses, r->nhypotheses));
}

static void put_verdict(json_t *o, const rk_result *r) {
    put(o, "verdict", text(rk_verdict_name(r->verdict)));
    put(o, "reason", r->reason == RK_REASON_NONE ? json_null() : text(rk_reason_name(r->reason)));
    put(o, "advice", text(r->advice));
    put(o, "expected",
        r->expected == RK_VERDICT_NONE ? json_null() : text(rk_verdict_name(r->expected)));
    put(o, "as_expected", json_boolean(r->as_expected));
    put(o, "caveats", texts(r->caveats, r->ncaveats));
    put(o, "method", text(r->method));
    put(o, "scope", json_scope(r));
}

static void put_work(json_t *o, const rk_result *r) {
    put(o, "instances", count(r->instances));
    put(o, "passed_over", count(r->passed_over));
    put(o, "unknown_instances", count(r->unknown_instances));
    put(o, "unconfirmed", count(r->unconfirmed));
    put(o, "trials", count(r->trials));
    put(o, "assignments", count(r->assignments));
    put(o, "drawn", text(r->drawn));
    put(o, "precision", r->precision > 0 ? json_integer(r->precision) : json_null());
    put(o, "level", text(r->level));
    put(o, "witness", text(r->witness));
    put(o, "seed", count(r->seed));
    put(o, "time_ms", json_real(r->time_ms));
}

/* A point refutes a refuted theorem; of any other it is an example. */
static void put_points(json_t *o, const rk_result *r) {
    bool refutes = r->has_counterexample && r->verdict == RK_REFUTED;
    bool shows = r->has_counterexample && r->verdict != RK_REFUTED;
    put(o, "counterexample", refutes ? json_point(r) : json_null());
    put(o, "example", shows ? json_point(r) : json_null());
    put(o, "certificate", json_null());
}

static json_t *json_result(const rk_result *r) {
    json_t *o = need(json_object());
    put_statement(o, r);
    put_verdict(o, r);
    put_work(o, r);
    put_points(o, r);
    return o;
}

static json_t *json_summary(const rk_result *const *r, size_t n) {
    rk_count c = rk_count_results(r, n);
    json_t *o = need(json_object());
    put(o, "total", count(c.total));
    for (rk_verdict v = RK_PROVED; v < RK_VERDICT_NONE; v++)
        put(o, rk_verdict_name(v), count(c.verdict[v]));
    put(o, "unexpected", count(c.unexpected));
    return o;
}

void rk_report_json(rk_buf *out, const rk_result *const *r, size_t n, uint64_t seed) {
    json_t *root = need(json_object()), *results = need(json_array());
    for (size_t i = 0; i < n; i++)
        add(results, json_result(r[i]));
    put(root, "schema", text("rankle-results-1"));
    put(root, "version", text(RANKLE_VERSION));
    put(root, "seed", count(seed));
    put(root, "results", results);
    put(root, "summary", json_summary(r, n));
    char *dump = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
    json_decref(root);
    if (!dump)
        rk_guard_raise("out of memory while writing JSON");
    rk_buf_puts(out, dump);
    rk_buf_putc(out, '\n');
    free(dump);
}
