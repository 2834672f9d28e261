#include "rk_parcel.h"
#include <string.h>

/* --- numbers and texts -------------------------------------------------------------- */

/* All processes of a team are of one architecture: launchers start the same program. */
void rk_parcel_put_number(rk_buf *out, uint64_t number) {
    char bytes[sizeof number];
    memcpy(bytes, &number, sizeof bytes);
    rk_buf_write(out, bytes, sizeof bytes);
}

void rk_parcel_put_real(rk_buf *out, double number) {
    char bytes[sizeof number];
    memcpy(bytes, &number, sizeof bytes);
    rk_buf_write(out, bytes, sizeof bytes);
}

void rk_parcel_put_text(rk_buf *out, const char *text) {
    rk_parcel_put_number(out, text ? strlen(text) + 1 : 0);
    if (text)
        rk_buf_write(out, text, strlen(text) + 1);
}

static const char *take(rk_parcel *p, size_t n) {
    const char *at = p->at;
    p->good = p->good && n <= (size_t)(p->end - p->at);
    if (!p->good)
        return NULL;
    p->at += n;
    return at;
}

uint64_t rk_parcel_number(rk_parcel *p) {
    uint64_t number = 0;
    const char *at = take(p, sizeof number);
    if (at)
        memcpy(&number, at, sizeof number);
    return number;
}

double rk_parcel_real(rk_parcel *p) {
    double number = 0;
    const char *at = take(p, sizeof number);
    if (at)
        memcpy(&number, at, sizeof number);
    return number;
}

const char *rk_parcel_text(rk_parcel *p) {
    uint64_t n = rk_parcel_number(p);
    const char *text = n > 0 ? take(p, n) : NULL;
    if (text && text[n - 1] != '\0')
        p->good = false;
    return p->good ? text : NULL;
}

/* --- results of blocks -------------------------------------------------------------- */

static void put_finding(rk_buf *out, const rk_block_finding *f) {
    rk_parcel_put_number(out, f->trial);
    rk_parcel_put_number(out, f->claim);
    rk_parcel_put_text(out, f->how);
    rk_parcel_put_text(out, f->dims);
    rk_parcel_put_text(out, f->values);
    rk_parcel_put_text(out, f->snippet);
    rk_parcel_put_real(out, f->margin);
    rk_parcel_put_text(out, f->small_dims);
    rk_parcel_put_text(out, f->small_values);
    rk_parcel_put_text(out, f->small_snippet);
}

void rk_parcel_put_result(rk_buf *out, const rk_block_result *r) {
#define PUT_COUNTER(name) rk_parcel_put_number(out, r->name);
    RK_BLOCK_COUNTERS(PUT_COUNTER)
#undef PUT_COUNTER
    rk_parcel_put_real(out, r->best);
    rk_parcel_put_text(out, r->held_low);
    rk_parcel_put_text(out, r->held_high);
    rk_parcel_put_text(out, r->why);
    rk_parcel_put_text(out, r->why_file);
    rk_parcel_put_number(out, r->why_begin);
    rk_parcel_put_number(out, r->why_end);
    rk_parcel_put_number(out, r->cut);
    rk_parcel_put_number(out, r->nfindings);
    for (size_t i = 0; i < r->nfindings; i++)
        put_finding(out, &r->finding[i]);
}

static void get_finding(rk_parcel *p, rk_block_finding *f) {
    *f = (rk_block_finding){.trial = rk_parcel_number(p)};
    f->claim = (unsigned)rk_parcel_number(p);
    f->how = rk_parcel_text(p);
    f->dims = rk_parcel_text(p);
    f->values = rk_parcel_text(p);
    f->snippet = rk_parcel_text(p);
    f->margin = rk_parcel_real(p);
    f->small_dims = rk_parcel_text(p);
    f->small_values = rk_parcel_text(p);
    f->small_snippet = rk_parcel_text(p);
    p->good = p->good && f->how && f->dims && f->values;
}

void rk_parcel_result(rk_parcel *p, rk_arena *arena, rk_block_result *r) {
    *r = (rk_block_result){0};
#define GET_COUNTER(name) r->name = rk_parcel_number(p);
    RK_BLOCK_COUNTERS(GET_COUNTER)
#undef GET_COUNTER
    r->best = rk_parcel_real(p);
    r->held_low = rk_parcel_text(p);
    r->held_high = rk_parcel_text(p);
    r->why = rk_parcel_text(p);
    r->why_file = rk_parcel_text(p);
    r->why_begin = rk_parcel_number(p);
    r->why_end = rk_parcel_number(p);
    r->cut = rk_parcel_number(p) != 0;
    r->nfindings = rk_parcel_number(p);
    p->good = p->good && r->nfindings <= (size_t)(p->end - p->at);
    if (!p->good)
        r->nfindings = 0;
    rk_block_finding *f = rk_arena_alloc(arena, (r->nfindings + 1) * sizeof *f);
    for (size_t i = 0; i < r->nfindings; i++)
        get_finding(p, &f[i]);
    r->finding = f;
}
