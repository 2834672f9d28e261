#include "rk_keep.h"

#include "base/rk_mem.h"
#include "rk_record.h"

void rk_keep_init(rk_keep *keep, const rk_block_store *store) {
    keep->store = store;
    pthread_mutex_init(&keep->lock, NULL);
}

void rk_keep_clear(rk_keep *keep) {
    pthread_mutex_destroy(&keep->lock);
}

/* An example counts at the dimensions of the hunt alone. */
static bool belongs(const rk_worker *w, const rk_finding *f) {
    const rk_plan *plan = &w->schedule->plan;
    const rk_checked *checked = w->schedule->checked;
    bool there = checked->mode != RK_MODE_EXISTS;
    for (size_t p = 0; p < plan->nprograms && !there; p++) {
        there = true;
        for (size_t i = 0; i < checked->ndims; i++)
            there = there && plan->program[p]->dims[i] == f->dims[i];
    }
    return there;
}

static bool restore(rk_worker *w, const rk_block_finding *f, bool small, rk_finding *out) {
    return rk_record_restore(&w->judge, f, small, out) && belongs(w, out);
}

static bool restore_all(rk_worker *w, const rk_block_result *r, bool one, rk_haul *haul) {
    bool ok = rk_record_tally(w->schedule->checked, r, &haul->tally);
    const rk_hunt_options *o = w->judge.options;
    bool shrinks = o->shrink && (!one || o->kept);
    haul->cut = r->cut;
    haul->n = haul->capacity = r->nfindings;
    haul->finding = rk_calloc(r->nfindings + 1, sizeof *haul->finding);
    if (shrinks)
        haul->small = rk_calloc(r->nfindings + 1, sizeof *haul->small);
    for (size_t i = 0; i < r->nfindings && ok; i++) {
        ok = restore(w, &r->finding[i], false, &haul->finding[i]);
        ok = ok && (!shrinks || restore(w, &r->finding[i], true, &haul->small[i]));
    }
    return ok;
}

rk_haul *rk_keep_restore(rk_worker *w, const rk_block_result *result, bool one) {
    rk_haul *haul = rk_calloc(1, sizeof *haul);
    rk_tally_init(&haul->tally, w->schedule->checked);
    if (restore_all(w, result, one, haul))
        return haul;
    rk_haul_free(haul);
    return NULL;
}

static bool fetch(rk_keep *keep, uint64_t block, rk_arena *arena, rk_block_result *out) {
    pthread_mutex_lock(&keep->lock);
    bool there = keep->store->fetch(keep->store->self, block, arena, out);
    pthread_mutex_unlock(&keep->lock);
    return there;
}

rk_haul *rk_keep_fetch(rk_keep *keep, rk_worker *w, uint64_t block) {
    rk_block_result r;
    if (!keep->store)
        return NULL;
    rk_arena *arena = rk_arena_new();
    rk_haul *haul = NULL;
    if (fetch(keep, block, arena, &r))
        haul = rk_keep_restore(w, &r, false);
    rk_arena_free(arena);
    return haul;
}

bool rk_keep_store(rk_keep *keep, const rk_checked *checked, uint64_t block, const rk_haul *haul) {
    rk_block_result r;
    if (!keep->store || (haul->cut && haul->n == 0))
        return true;
    rk_arena *arena = rk_arena_new();
    rk_record_block(arena, checked, &haul->tally, haul->finding, haul->small, haul->n, &r);
    r.cut = haul->cut;
    pthread_mutex_lock(&keep->lock);
    bool ok = keep->store->store(keep->store->self, block, &r) == RK_OK;
    pthread_mutex_unlock(&keep->lock);
    rk_arena_free(arena);
    return ok;
}

bool rk_keep_flush(rk_keep *keep) {
    if (!keep->store)
        return true;
    pthread_mutex_lock(&keep->lock);
    bool ok = keep->store->flush(keep->store->self) == RK_OK;
    pthread_mutex_unlock(&keep->lock);
    return ok;
}

void rk_keep_settings(rk_buf *out, const rk_checked *checked, const int64_t *only_dims,
                      const rk_hunt_options *o) {
    rk_buf_printf(out, "%s%sblocks of %d", o->findings <= 1 ? "first finding, " : "",
                  o->shrink ? "" : "not shrunk, ", RK_BLOCK_TRIALS);
    if (o->max_dim > 0)
        rk_buf_printf(out, ", max-dim %lld", (long long)o->max_dim);
    if (o->precision_cap > 0)
        rk_buf_printf(out, ", precision-cap %ld", (long)o->precision_cap);
    for (size_t i = 0; i < checked->ndims && only_dims; i++)
        rk_buf_printf(out, "%s%s=%lld", i ? " " : ", at ", checked->dims[i].name,
                      (long long)only_dims[i]);
}
