#include "rk_record.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/rk_mem.h"
#include "rk_plan.h"

/* --- writing ---------------------------------------------------------------------- */

/* Names are those of the language: they need no escapes. */
static const char *dims_text(rk_arena *arena, const rk_checked *checked, const int64_t *dims) {
    rk_buf text;
    rk_buf_init(&text);
    rk_buf_putc(&text, '{');
    for (size_t i = 0; i < checked->ndims; i++)
        rk_buf_printf(&text, "%s\"%s\": %lld", i ? ", " : "", checked->dims[i].name,
                      (long long)dims[i]);
    rk_buf_putc(&text, '}');
    const char *kept = rk_arena_strdup(arena, text.text);
    rk_buf_clear(&text);
    return kept;
}

static void put_name(rk_buf *out, const rk_checked *checked, const rk_slot *slot) {
    rk_buf_puts(out, checked->vars[slot->var].name);
    if (slot->member > 0)
        rk_buf_printf(out, "[%lld]", (long long)slot->member);
}

/* Numbers and closed forms: they need no escapes either. */
static void put_entry(rk_buf *out, const rk_finding *f, size_t s, slong i, slong j) {
    rk_buf_puts(out, j ? ", \"" : "\"");
    rk_point_print_entry(out, &f->value, &f->forms, s, i, j);
    rk_buf_putc(out, '"');
}

static void put_matrix(rk_buf *out, const rk_finding *f, size_t s) {
    const rk_slot *slot = &f->program->slots[s];
    rk_buf_putc(out, '[');
    for (slong i = 0; i < slot->rows; i++) {
        rk_buf_puts(out, i ? ", [" : "[");
        for (slong j = 0; j < slot->cols; j++)
            put_entry(out, f, s, i, j);
        rk_buf_putc(out, ']');
    }
    rk_buf_putc(out, ']');
}

static const char *values_text(rk_arena *arena, const rk_checked *checked, const rk_finding *f) {
    rk_buf text;
    rk_buf_init(&text);
    for (size_t s = 0; s < f->program->nslots; s++) {
        if (f->program->slots[s].defined)
            continue;
        rk_buf_puts(&text, text.len ? ", \"" : "{\"");
        put_name(&text, checked, &f->program->slots[s]);
        rk_buf_puts(&text, "\": ");
        put_matrix(&text, f, s);
    }
    rk_buf_puts(&text, text.len ? "}" : "{}");
    const char *kept = rk_arena_strdup(arena, text.text);
    rk_buf_clear(&text);
    return kept;
}

void rk_record_finding(rk_arena *arena, const rk_checked *checked, const rk_finding *f,
                       rk_block_finding *out) {
    rk_buf snippet;
    rk_buf_init(&snippet);
    rk_finding_snippet(&snippet, checked, f);
    *out = (rk_block_finding){.trial = f->trial,
                              .claim = f->claim,
                              .how = rk_arena_strdup(arena, f->how),
                              .dims = dims_text(arena, checked, f->dims),
                              .values = values_text(arena, checked, f),
                              .snippet = rk_arena_strdup(arena, snippet.text),
                              .margin = NAN};
    rk_buf_clear(&snippet);
}

static const char *const why_name[] = {"",          "undefined", "escape",
                                       "precision", "construct", "limit"};
enum { WHYS = sizeof why_name / sizeof why_name[0] };

static void record_why(rk_arena *arena, const rk_tally *tally, rk_block_result *out) {
    out->why = why_name[tally->why];
    out->why_begin = tally->where.begin;
    out->why_end = tally->where.end;
    if (tally->where.source)
        out->why_file = rk_arena_strdup(arena, tally->where.source->name);
}

/* The smallest form of a finding of the arena. */
static void record_small(rk_arena *arena, const rk_checked *checked, const rk_finding *small,
                         rk_block_finding *out) {
    rk_block_finding f;
    rk_record_finding(arena, checked, small, &f);
    out->small_dims = f.dims;
    out->small_values = f.values;
    out->small_snippet = f.snippet;
}

void rk_record_block(rk_arena *arena, const rk_checked *checked, const rk_tally *tally,
                     const rk_finding *finding, const rk_finding *small, size_t n,
                     rk_block_result *out) {
    rk_block_finding *f = rk_arena_alloc(arena, (n + 1) * sizeof *f);
    *out = (rk_block_result){.nfindings = n, .finding = f, .best = tally->best};
#define RECORD_COUNTER(name) out->name = tally->name;
    RK_BLOCK_COUNTERS(RECORD_COUNTER)
#undef RECORD_COUNTER
    if (tally->held > 0) {
        out->held_low = dims_text(arena, checked, tally->dims_low);
        out->held_high = dims_text(arena, checked, tally->dims_high);
    }
    if (tally->why != RK_EV_OK)
        record_why(arena, tally, out);
    for (size_t i = 0; i < n; i++)
        rk_record_finding(arena, checked, &finding[i], &f[i]);
    for (size_t i = 0; i < n && small; i++)
        record_small(arena, checked, &small[i], &f[i]);
}

/* --- reading ---------------------------------------------------------------------- */

bool rk_record_dims(const rk_checked *checked, const char *text, int64_t *dims) {
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    bool ok = json_is_object(object) && json_object_size(object) == checked->ndims;
    for (size_t i = 0; i < checked->ndims && ok; i++) {
        json_t *value = json_object_get(object, checked->dims[i].name);
        ok = json_is_integer(value) && json_integer_value(value) >= 0;
        dims[i] = ok ? json_integer_value(value) : 0;
    }
    json_decref(object);
    return ok;
}

static const rk_source *source_named(const rk_file *file, const char *name) {
    if (!file || strcmp(file->source.name, name) == 0)
        return file ? &file->source : NULL;
    const rk_source *found = NULL;
    for (size_t i = 0; i < file->nimports && !found; i++)
        found = source_named(file->imports[i], name);
    return found;
}

static bool read_why(const rk_checked *checked, const rk_block_result *r, rk_tally *out) {
    unsigned why = 1;
    while (why < WHYS && strcmp(r->why, why_name[why]) != 0)
        why++;
    const rk_source *source = r->why_file ? source_named(checked->file, r->why_file) : NULL;
    if (why == WHYS)
        return false;
    out->why = (rk_ev)why;
    if (source && r->why_begin <= r->why_end && r->why_end <= source->len)
        out->where = (rk_span){source, (size_t)r->why_begin, (size_t)r->why_end};
    return true;
}

bool rk_record_tally(const rk_checked *checked, const rk_block_result *r, rk_tally *out) {
#define READ_COUNTER(name) out->name = r->name;
    RK_BLOCK_COUNTERS(READ_COUNTER)
#undef READ_COUNTER
    out->best = r->best;
    if (r->held > 0 && (!r->held_low || !rk_record_dims(checked, r->held_low, out->dims_low) ||
                        !r->held_high || !rk_record_dims(checked, r->held_high, out->dims_high)))
        return false;
    return !r->why || read_why(checked, r, out);
}

static bool read_matrix(json_t *rows, rk_finding *f, size_t s) {
    slong n = fmpq_mat_nrows(&f->value.value[s]), m = fmpq_mat_ncols(&f->value.value[s]);
    bool ok = json_array_size(rows) == (size_t)n;
    for (slong i = 0; i < n && ok; i++) {
        json_t *row = json_array_get(rows, (size_t)i);
        ok = json_array_size(row) == (size_t)m;
        for (slong j = 0; j < m && ok; j++) {
            const char *text = json_string_value(json_array_get(row, (size_t)j));
            ok = text && rk_point_read_entry(&f->value, &f->forms, s, i, j, text);
        }
    }
    return ok;
}

static bool read_slot(json_t *values, rk_finding *f, size_t s) {
    rk_buf name;
    rk_buf_init(&name);
    put_name(&name, f->program->checked, &f->program->slots[s]);
    json_t *rows = json_object_get(values, name.text);
    rk_buf_clear(&name);
    return read_matrix(rows, f, s);
}

static bool read_values(const char *text, rk_finding *f) {
    json_t *values = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    bool ok = json_is_object(values);
    for (size_t s = 0; s < f->program->nslots && ok; s++)
        ok = f->program->slots[s].defined || read_slot(values, f, s);
    json_decref(values);
    return ok;
}

static bool judge_again(rk_judge *judge, rk_finding *f) {
    rk_tally *tally = judge->tally;
    rk_effort most = judge->most;
    judge->tally = NULL;
    judge->most = RK_EFFORT_THOROUGH;
    bool ok = rk_judge_try_forms(judge, f->program, &f->value, &f->forms, &f->claim);
    judge->tally = tally;
    judge->most = most;
    rk_judge_forget(judge, f->program);
    return ok;
}

bool rk_record_restore(rk_judge *judge, const rk_block_finding *f, bool small, rk_finding *out) {
    const rk_checked *checked = judge->checked;
    const char *dims = small ? f->small_dims : f->dims;
    const char *values = small ? f->small_values : f->values;
    bool large = false;
    *out = (rk_finding){.trial = f->trial};
    out->dims = rk_calloc(checked->ndims + 1, sizeof *out->dims);
    if (dims && values && rk_record_dims(checked, dims, out->dims))
        out->program = rk_plan_build(checked, out->dims, &large);
    if (!out->program) {
        rk_free(out->dims);
        return false;
    }
    out->how = rk_strdup(f->how);
    rk_assignment_init(&out->value, out->program);
    if (read_values(values, out) && judge_again(judge, out))
        return true;
    rk_finding_clear(out);
    return false;
}
