#include "rk_far.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/rk_mem.h"
#include "eval/rk_terms.h"

/* LARGEST_DRAWN: with variables; DIGITS: longest number that is looked at. */
enum { LARGEST = 1 << 20, LARGEST_DRAWN = 256, DIGITS = 7, MOST_VALUES = 512, MOST_NUMBERS = 16 };

typedef struct values {
    int64_t item[MOST_VALUES];
    size_t count;
    int64_t number[MOST_NUMBERS]; /* of the text */
    size_t numbers;
    int64_t above, largest; /* others do not matter */
} values;

static void add_value(values *v, int64_t x) {
    if (x > v->above && x <= v->largest && v->count < MOST_VALUES)
        v->item[v->count++] = x;
}

static void add_neighbours(values *v, int64_t x) {
    for (int64_t y = x - 1; y <= x + 1; y++)
        add_value(v, y);
}

/* --- numbers of the theorem --------------------------------------------------------------- */

static void add_number(values *v, int64_t x) {
    for (size_t i = 0; i < v->numbers; i++)
        if (v->number[i] == x)
            return;
    if (x > 1 && v->numbers < MOST_NUMBERS)
        v->number[v->numbers++] = x;
}

static void add_size(values *v, const rk_size *size) {
    if (!size)
        return;
    if (size->op == RK_S_CONST)
        add_number(v, size->value);
    for (size_t k = 0; k < 3; k++)
        add_size(v, size->kid[k]);
}

static void add_term(values *v, const rk_term *t) {
    if (t->op == RK_T_NUMBER && strlen(t->text) <= DIGITS &&
        t->text[strspn(t->text, "0123456789")] == '\0')
        add_number(v, strtoll(t->text, NULL, 10));
    add_size(v, t->ival[0]);
    add_size(v, t->ival[1]);
}

static void add_terms(values *v, const rk_checked *checked, rk_term *const *root, size_t n) {
    rk_arena *arena = rk_arena_new();
    rk_terms terms;
    rk_terms_init(&terms, arena, checked, (const rk_term *const *)root, n);
    for (size_t i = 0; i < terms.nids; i++)
        if (terms.term[i])
            add_term(v, terms.term[i]);
    rk_terms_clear(&terms);
    rk_arena_free(arena);
}

/* --- the values --------------------------------------------------------------------------- */

/* The numbers themselves, their square roots and quotients, each with its neighbours. */
static void add_thresholds(values *v) {
    for (size_t i = 0; i < v->numbers; i++) {
        add_neighbours(v, v->number[i]);
        add_neighbours(v, (int64_t)sqrt((double)v->number[i]));
        for (size_t k = 0; k < v->numbers; k++)
            add_neighbours(v, v->number[i] / v->number[k]);
    }
}

/* All up to 16, then in steps of a third to a half: 24, 32, 48, ... */
static void add_progression(values *v) {
    for (int64_t x = v->above + 1; x <= 16; x++)
        add_value(v, x);
    for (int64_t x = 8; x <= v->largest; x *= 2) {
        add_value(v, x);
        add_value(v, x + x / 2);
    }
}

static int by_value(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool has_value(const values *v, size_t among, int64_t x) {
    for (size_t i = 0; i < among; i++)
        if (v->item[i] == x)
            return true;
    return false;
}

/* Those from `first` on in order, each once and none that stands before. */
static void sort_values(values *v, size_t first) {
    size_t kept = first;
    qsort(v->item + first, v->count - first, sizeof *v->item, by_value);
    for (size_t i = first; i < v->count; i++)
        if (!has_value(v, kept, v->item[i]))
            v->item[kept++] = v->item[i];
    v->count = kept;
}

/* --- choices ------------------------------------------------------------------------------ */

static bool is_open(const rk_dim *d) {
    return d->kind == RK_DIM_FROM;
}

/* All dimensions at their smallest, those that `far` says at x. False: not allowed. */
static bool choose(const rk_checked *checked, const unsigned char *far, int64_t x, int64_t *dims) {
    for (size_t i = 0; i < checked->ndims; i++) {
        const rk_dim *d = &checked->dims[i];
        int64_t low = d->kind == RK_DIM_LIST ? d->values[0] : d->kind == RK_DIM_EQUAL ? 0 : d->low;
        dims[i] = far[i] && x > low ? x : low;
    }
    return rk_dims_complete(checked, dims) && rk_dims_allowed(checked, dims);
}

typedef struct choices {
    int64_t *dims;
    size_t count, capacity;
} choices;

static void add_choice(choices *c, const rk_checked *checked, const unsigned char *far, int64_t x) {
    size_t n = checked->ndims;
    rk_grow(&c->dims, &c->capacity, (c->count + 1) * n, sizeof *c->dims);
    if (choose(checked, far, x, c->dims + c->count * n))
        c->count++;
}

/* Each open dimension alone, and all together. */
static void add_choices(choices *c, const rk_checked *checked, int64_t x) {
    unsigned char *far = rk_calloc(checked->ndims + 1, 1);
    size_t open = 0;
    for (size_t i = 0; i < checked->ndims; i++) {
        if (!is_open(&checked->dims[i]))
            continue;
        far[i] = 1;
        open++;
        add_choice(c, checked, far, x);
        far[i] = 0;
    }
    for (size_t i = 0; i < checked->ndims; i++)
        far[i] = is_open(&checked->dims[i]);
    if (open > 1)
        add_choice(c, checked, far, x);
    rk_free(far);
}

int64_t *rk_far_dims(const rk_checked *checked, int64_t max_dim, size_t *count) {
    values v = {.above = max_dim, .largest = checked->nvars > 0 ? LARGEST_DRAWN : LARGEST};
    choices c = {0};
    add_terms(&v, checked, checked->claims, checked->nclaims);
    add_terms(&v, checked, checked->assumes, checked->nassumes);
    add_thresholds(&v);
    sort_values(&v, 0);
    size_t thresholds = v.count;
    add_progression(&v);
    sort_values(&v, thresholds);
    for (size_t i = 0; i < v.count; i++)
        add_choices(&c, checked, v.item[i]);
    *count = c.count;
    return c.dims;
}
