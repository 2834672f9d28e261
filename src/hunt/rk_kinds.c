#include "rk_kinds.h"

#include <string.h>

#include "base/rk_buf.h"
#include "base/rk_mem.h"

void rk_kinds_init(rk_kinds *k) {
    *k = (rk_kinds){0};
    pthread_mutex_init(&k->lock, NULL);
}

void rk_kinds_clear(rk_kinds *k) {
    for (size_t i = 0; i < k->n; i++)
        rk_free(k->kind[i]);
    rk_free(k->kind);
    pthread_mutex_destroy(&k->lock);
}

static slong rank_of(const fmpq_mat_t m) {
    fmpq_mat_t r;
    fmpq_mat_init(r, m->r, m->c);
    slong rank = fmpq_mat_rref(r, m);
    fmpq_mat_clear(r);
    return rank;
}

static char *kind_of(const rk_checked *checked, const rk_finding *f) {
    rk_buf b;
    rk_buf_init(&b);
    rk_buf_printf(&b, "%u", f->claim);
    for (size_t i = 0; i < checked->ndims; i++)
        rk_buf_printf(&b, " %lld", (long long)f->dims[i]);
    for (size_t s = 0; s < f->program->nslots; s++)
        if (!f->program->slots[s].defined)
            rk_buf_printf(&b, " %ld", (long)rank_of(&f->value.value[s]));
    return rk_buf_take(&b);
}

static bool has(const rk_kinds *k, const char *kind) {
    for (size_t i = 0; i < k->n; i++)
        if (strcmp(k->kind[i], kind) == 0)
            return true;
    return false;
}

bool rk_kinds_has(rk_kinds *k, const rk_checked *checked, const rk_finding *f) {
    char *kind = kind_of(checked, f);
    pthread_mutex_lock(&k->lock);
    bool there = has(k, kind);
    pthread_mutex_unlock(&k->lock);
    rk_free(kind);
    return there;
}

bool rk_kinds_add(rk_kinds *k, const rk_checked *checked, const rk_finding *f) {
    char *kind = kind_of(checked, f);
    pthread_mutex_lock(&k->lock);
    bool fresh = !has(k, kind);
    if (fresh) {
        rk_grow(&k->kind, &k->capacity, k->n + 1, sizeof *k->kind);
        k->kind[k->n++] = kind;
    }
    pthread_mutex_unlock(&k->lock);
    if (!fresh)
        rk_free(kind);
    return fresh;
}
