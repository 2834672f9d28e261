/* Results by the schema rankle-results-1 (docs/rankle-results-1.schema.json). */
#include "rankle.h"
#include "rk_count.h"
#include "rk_json.h"
#include "rk_report.h"

static json_t *texts(const char *const *s, size_t n) {
    json_t *array = rk_json_need(json_array());
    for (size_t i = 0; i < n; i++)
        rk_json_add(array, rk_json_text(s[i]));
    return array;
}

static json_t *json_scope(const rk_result *r) {
    json_t *scope = rk_json_need(json_object());
    for (size_t i = 0; i < r->nscope; i++) {
        json_t *range = rk_json_need(json_object());
        rk_json_put(range, "low", json_integer(r->scope[i].low));
        rk_json_put(range, "high",
                    r->scope[i].high < 0 ? json_null() : json_integer(r->scope[i].high));
        rk_json_put(scope, r->scope[i].name, range);
    }
    return scope;
}

static json_t *json_matrix(const rk_named_value *v) {
    json_t *rows = rk_json_need(json_array());
    for (size_t i = 0; i < v->rows; i++)
        rk_json_add(rows, texts(v->entry + i * v->cols, v->cols));
    return rows;
}

static json_t *json_point(const rk_result *r) {
    json_t *point = rk_json_need(json_object()), *dims = rk_json_need(json_object());
    json_t *values = rk_json_need(json_object());
    for (size_t i = 0; i < r->npoint_dims; i++)
        rk_json_put(dims, r->point_dims[i].name, json_integer(r->point_dims[i].low));
    for (size_t i = 0; i < r->nvalues; i++)
        rk_json_put(values, r->values[i].name, json_matrix(&r->values[i]));
    rk_json_put(point, "dims", dims);
    rk_json_put(point, "values", values);
    rk_json_put(point, "sides", rk_json_text(r->sides));
    rk_json_put(point, "snippet", rk_json_text(r->snippet));
    if (r->nmore > 0)
        rk_json_put(point, "more", texts(r->more, r->nmore));
    if (r->largest_snippet) {
        json_t *largest = rk_json_need(json_object());
        rk_json_put(largest, "violation", json_real(r->largest_violation));
        rk_json_put(largest, "snippet", rk_json_text(r->largest_snippet));
        rk_json_put(point, "largest", largest);
    }
    return point;
}

static json_t *json_paper(const rk_result *r) {
    if (!r->paper)
        return json_null();
    json_t *paper = rk_json_need(json_object());
    rk_json_put(paper, "name", rk_json_text(r->paper));
    rk_json_put(paper, "title", rk_json_text(r->paper_title));
    return paper;
}

static void put_statement(json_t *o, const rk_result *r) {
    rk_json_put(o, "theorem", rk_json_text(r->theorem));
    rk_json_put(o, "file", rk_json_text(r->file));
    rk_json_put(o, "title", rk_json_text(r->title));
    rk_json_put(o, "paper", json_paper(r));
    rk_json_put(o, "source", rk_json_text(r->source));
    rk_json_put(o, "corrects", rk_json_text(r->corrects));
    rk_json_put(o, "statement", rk_json_text(r->statement));
    rk_json_put(o, "hypotheses", texts(r->hypotheses, r->nhypotheses));
}

static void put_verdict(json_t *o, const rk_result *r) {
    rk_json_put(o, "verdict", rk_json_text(rk_verdict_name(r->verdict)));
    rk_json_put(o, "reason",
                r->reason == RK_REASON_NONE ? json_null()
                                            : rk_json_text(rk_reason_name(r->reason)));
    rk_json_put(o, "advice", rk_json_text(r->advice));
    rk_json_put(o, "expected",
                r->expected == RK_VERDICT_NONE ? json_null()
                                               : rk_json_text(rk_verdict_name(r->expected)));
    rk_json_put(o, "as_expected", json_boolean(r->as_expected));
    rk_json_put(o, "caveats", texts(r->caveats, r->ncaveats));
    rk_json_put(o, "method", rk_json_text(r->method));
    rk_json_put(o, "scope", json_scope(r));
}

static void put_work(json_t *o, const rk_result *r) {
    rk_json_put(o, "instances", rk_json_count(r->instances));
    rk_json_put(o, "passed_over", rk_json_count(r->passed_over));
    rk_json_put(o, "unknown_instances", rk_json_count(r->unknown_instances));
    rk_json_put(o, "unconfirmed", rk_json_count(r->unconfirmed));
    rk_json_put(o, "trials", rk_json_count(r->trials));
    rk_json_put(o, "assignments", rk_json_count(r->assignments));
    rk_json_put(o, "drawn", rk_json_text(r->drawn));
    rk_json_put(o, "precision", r->precision > 0 ? json_integer(r->precision) : json_null());
    rk_json_put(o, "level", rk_json_text(r->level));
    rk_json_put(o, "witness", rk_json_text(r->witness));
    rk_json_put(o, "seed", rk_json_count(r->seed));
    rk_json_put(o, "time_ms", json_real(r->time_ms));
}

/* A point refutes a refuted theorem; of any other it is an example. */
static void put_points(json_t *o, const rk_result *r) {
    bool refutes = r->has_counterexample && r->verdict == RK_REFUTED;
    bool shows = r->has_counterexample && r->verdict != RK_REFUTED;
    rk_json_put(o, "counterexample", refutes ? json_point(r) : json_null());
    rk_json_put(o, "example", shows ? json_point(r) : json_null());
    rk_json_put(o, "certificate", rk_json_text(r->certificate));
}

static json_t *json_result(const rk_result *r) {
    json_t *o = rk_json_need(json_object());
    put_statement(o, r);
    put_verdict(o, r);
    put_work(o, r);
    put_points(o, r);
    return o;
}

static json_t *json_summary(const rk_result *const *r, size_t n) {
    rk_count c = rk_count_results(r, n);
    json_t *o = rk_json_need(json_object());
    rk_json_put(o, "total", rk_json_count(c.total));
    for (rk_verdict v = RK_PROVED; v < RK_VERDICT_NONE; v++)
        rk_json_put(o, rk_verdict_name(v), rk_json_count(c.verdict[v]));
    rk_json_put(o, "unexpected", rk_json_count(c.unexpected));
    return o;
}

void rk_report_json(rk_buf *out, const rk_result *const *r, size_t n, uint64_t seed) {
    json_t *root = rk_json_need(json_object()), *results = rk_json_need(json_array());
    for (size_t i = 0; i < n; i++)
        rk_json_add(results, json_result(r[i]));
    rk_json_put(root, "schema", rk_json_text("rankle-results-1"));
    rk_json_put(root, "version", rk_json_text(RANKLE_VERSION));
    rk_json_put(root, "seed", rk_json_count(seed));
    rk_json_put(root, "results", results);
    rk_json_put(root, "summary", json_summary(r, n));
    rk_json_dump(out, root);
}
