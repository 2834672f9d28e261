#include "check_inside.h"

#include <string.h>

#include "prove/rk_prove_records.h"

size_t rk_job_records_at(job *j, const int64_t *dims) {
    if (j->records == NULL)
        return 0;
    rk_buf_puts(j->records, "at");
    for (size_t i = 0; i < j->checked->ndims; i++)
        rk_buf_printf(j->records, " %s=%lld", j->checked->dims[i].name, (long long)dims[i]);
    rk_buf_putc(j->records, '\n');
    return j->records->len;
}

/* Entries of results are claim text. */
static void put_value(rk_buf *out, const rk_named_value *v) {
    rk_buf_printf(out, "set %s | [", v->name);
    for (size_t k = 0; k < v->rows * v->cols; k++)
        rk_buf_printf(out, "%s%s", k == 0 ? "" : k % v->cols == 0 ? "; " : ", ", v->entry[k]);
    rk_buf_puts(out, "]\n");
}

void rk_job_records_point(job *j) {
    const rk_result *r = j->result;
    if (j->records == NULL)
        return;
    j->unrecorded |= !r->has_counterexample;
    for (size_t i = 0; i < r->nvalues; i++)
        put_value(j->records, &r->values[i]);
}

void rk_job_records_fails(job *j) {
    if (j->records != NULL)
        rk_buf_printf(j->records, "fails %u\n", j->claim + 1);
}

/* The point is written down by way of the result, which has no other. */
void rk_job_records_instance(job *j, const rk_program *p, const int64_t *dims,
                             const rk_assignment *a) {
    if (j->records == NULL || j->unrecorded || j->generic)
        return;
    rk_result kept = *j->result;
    unsigned claim = j->claim;
    rk_result_point(j, p, dims, a);
    if (j->result->nvalues == p->nslots) {
        rk_buf_puts(j->records, "instance\n");
        rk_job_records_at(j, dims);
        rk_job_records_point(j);
    }
    *j->result = kept;
    j->claim = claim;
}

void rk_job_records_restart(job *j) {
    if (j->records != NULL)
        rk_buf_reset(j->records);
    j->unrecorded = false;
}

void rk_job_records_only_last(job *j, size_t before) {
    if (j->records == NULL)
        return;
    size_t len = j->records->len - before;
    memmove(j->records->text, j->records->text + before, len);
    rk_buf_cut(j->records, len);
    j->unrecorded = false;
}

void rk_job_records_open(job *j, const int64_t *dims, const rk_program *p,
                         const rk_prove_options *o, const rk_assignment *violation) {
    if (j->records == NULL)
        return;
    rk_job_records_restart(j);
    size_t mark = rk_job_records_at(j, dims);
    rk_record_open(p, NULL, o, violation);
    j->unrecorded = j->records->len == mark;
}

void rk_job_records_never(job *j, const int64_t *dims, const rk_program *p,
                          const rk_prove_options *o, const rk_assignment *violation,
                          const char *proof) {
    if (j->records == NULL)
        return;
    rk_job_records_restart(j);
    size_t mark = rk_job_records_at(j, dims);
    rk_record_box(p, o, violation);
    j->unrecorded = j->records->len == mark || *proof == '\0';
    rk_buf_puts(j->records, proof);
}

static void hide_large_point(rk_result *r) {
    size_t entries = 0;
    for (size_t i = 0; i < r->nvalues; i++)
        entries += r->values[i].rows * r->values[i].cols;
    if (entries <= RK_SHOWN_ENTRIES)
        return;
    r->has_counterexample = false;
    r->nvalues = 0;
}

void rk_job_records_keep(job *j, bool proved) {
    rk_result *r = j->result;
    bool settled = proved || j->refuted;
    if (j->records != NULL && settled && !j->unrecorded && j->records->len > 0)
        r->records = rk_arena_strndup(j->arena, j->records->text, j->records->len);
    if (j->records != NULL)
        hide_large_point(r);
}
