/* A ledger by the schema rankle-ledger-1 (docs/rankle-ledger-1.schema.json). */
#include <math.h>

#include "base/rk_mem.h"
#include "rankle.h"
#include "rk_json.h"
#include "rk_ledger_report.h"

typedef struct export {
    rk_ledger *ledger;
    rk_arena *arena;
    rk_buf *why;
    rk_status status;
}
export;

/* An object that the ledger keeps as text. */
static json_t *kept_object(export *x, const char *text) {
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(object))
        return object;
    json_decref(object);
    if (x->status == RK_OK)
        rk_buf_puts(x->why, "a finding is not as rankle writes them");
    x->status = RK_BAD_INPUT;
    return json_object();
}

static json_t *json_point(export *x, const char *dims, const char *values, const char *snippet) {
    json_t *point = rk_json_need(json_object());
    rk_json_put(point, "dims", kept_object(x, dims));
    rk_json_put(point, "values", kept_object(x, values));
    rk_json_put(point, "snippet", rk_json_text(snippet));
    return point;
}

static json_t *json_finding(export *x, const rk_ledger_finding *f) {
    const rk_block_finding *b = &f->found;
    json_t *o = rk_json_need(json_object());
    bool shrunk = b->small_dims && b->small_values && b->small_snippet;
    rk_json_put(o, "trial", rk_json_count(b->trial));
    rk_json_put(o, "block", rk_json_count(f->block));
    rk_json_put(o, "claim", rk_json_count(b->claim));
    rk_json_put(o, "how", rk_json_text(b->how));
    rk_json_put(o, "margin", isfinite(b->margin) ? json_real(b->margin) : json_null());
    rk_json_put(o, "found", json_point(x, b->dims, b->values, b->snippet));
    rk_json_put(o, "smallest",
                shrunk ? json_point(x, b->small_dims, b->small_values, b->small_snippet)
                       : json_null());
    return o;
}

static json_t *json_findings(export *x, const rk_ledger_entry *e) {
    rk_ledger_finding *f;
    size_t n;
    json_t *findings = rk_json_need(json_array());
    rk_status status = rk_ledger_findings(x->ledger, e->id, SIZE_MAX, x->arena, &f, &n);
    if (status != RK_OK)
        rk_buf_puts(x->why, rk_ledger_why(x->ledger));
    x->status = status;
    for (size_t i = 0; i < n; i++)
        rk_json_add(findings, json_finding(x, &f[i]));
    return findings;
}

static json_t *json_hunt(export *x, const rk_ledger_entry *e) {
    json_t *o = rk_json_need(json_object()), *counted = rk_json_need(json_object());
    rk_json_put(o, "theorem", rk_json_text(e->theorem));
    rk_json_put(o, "file", rk_json_text(e->file));
    rk_json_put(o, "statement", rk_json_text(e->statement));
    rk_json_put(o, "digest", rk_json_text(e->digest));
    rk_json_put(o, "seed", rk_json_count(e->seed));
    rk_json_put(o, "version", rk_json_text(e->version));
    rk_json_put(o, "settings", rk_json_text(e->settings));
    rk_json_put(o, "blocks", rk_json_count(e->blocks));
    rk_json_put(o, "end", rk_json_count(e->end));
#define PUT_COUNTER(name) rk_json_put(counted, #name, rk_json_count(e->sum.name));
    RK_BLOCK_COUNTERS(PUT_COUNTER)
#undef PUT_COUNTER
    rk_json_put(o, "counted", counted);
    rk_json_put(o, "findings", json_findings(x, e));
    return o;
}

rk_status rk_report_ledger_json(rk_buf *out, rk_ledger *ledger, rk_buf *why) {
    rk_ledger_entry *entry;
    size_t n;
    export x = {.ledger = ledger, .arena = rk_arena_new(), .why = why};
    json_t *root = rk_json_need(json_object()), *hunts = rk_json_need(json_array());
    x.status = rk_ledger_entries(ledger, x.arena, &entry, &n);
    if (x.status != RK_OK)
        rk_buf_puts(why, rk_ledger_why(ledger));
    for (size_t i = 0; i < n && x.status == RK_OK; i++)
        rk_json_add(hunts, json_hunt(&x, &entry[i]));
    rk_json_put(root, "schema", rk_json_text("rankle-ledger-1"));
    rk_json_put(root, "version", rk_json_text(RANKLE_VERSION));
    rk_json_put(root, "hunts", hunts);
    rk_json_dump(out, root);
    rk_arena_free(x.arena);
    return x.status;
}
