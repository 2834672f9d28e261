#include "rk_dims.h"

#include <string.h>

#include "base/rk_mem.h"
#include "rk_terms.h"

/* --- sizes of the theorem ------------------------------------------------------------------- */

/* The values of the symbols at a choice of dimensions; loop indices stay 0. */
static int64_t *symbol_values(const rk_checked *checked, const int64_t *dims) {
    int64_t *values = rk_calloc(checked->nsymbols + 1, sizeof *values);
    for (size_t i = 0; i < checked->ndims; i++)
        values[checked->dims[i].sym] = dims[i];
    return values;
}

/* A size beyond 64 bits is allowed: what cannot be built must not pass for excluded. */
static bool size_at_least_one(const rk_size *size, const int64_t *values) {
    int64_t v;
    if (size == NULL)
        return true;
    rk_size_eval_status s = rk_size_eval(size, values, &v);
    return s == RK_SIZE_TOO_LARGE || (s == RK_SIZE_OK && v >= 1);
}

static bool variable_sizes_allowed(const rk_checked *checked, const int64_t *values) {
    for (size_t i = 0; i < checked->nvars; i++) {
        const rk_var *v = &checked->vars[i];
        if (!size_at_least_one(v->family, values) || !size_at_least_one(v->rows, values) ||
            !size_at_least_one(v->cols, values))
            return false;
    }
    return true;
}

static bool iexprs_allowed(const rk_checked *checked, const int64_t *values) {
    for (size_t i = 0; i < checked->niexprs; i++) {
        int64_t v;
        rk_size_eval_status s = rk_size_eval(checked->iexprs[i], values, &v);
        if (s == RK_SIZE_NOT_INTEGER || (s == RK_SIZE_OK && checked->extent[i] && v < 1))
            return false;
    }
    return true;
}

/* Looks at the terms that stand outside loops; bodies of loops are judged where they run. */
static bool term_sizes_allowed(const rk_checked *checked, const int64_t *values) {
    rk_term_stack s = {0};
    for (size_t i = 0; i < checked->nassumes; i++)
        rk_term_stack_push(&s, checked->assumes[i]);
    for (size_t i = 0; i < checked->nclaims; i++)
        rk_term_stack_push(&s, checked->claims[i]);
    bool allowed = true;
    for (const rk_term *t; allowed && (t = rk_term_stack_pop(&s)) != NULL;) {
        allowed = size_at_least_one(t->rows, values) && size_at_least_one(t->cols, values);
        for (size_t k = 0; k < rk_term_outer_kids(t); k++)
            rk_term_stack_push(&s, t->kid[k]);
    }
    rk_term_stack_clear(&s);
    return allowed;
}

/* --- completion ----------------------------------------------------------------------------- */

/* Once a dimension is too large, nothing is said of those that are made from it. */
static bool fill_equal(const rk_checked *checked, int64_t *dims, int64_t *values, bool *too_large) {
    *too_large = false;
    for (size_t i = 0; i < checked->ndims; i++) {
        const rk_dim *d = &checked->dims[i];
        if (d->kind == RK_DIM_EQUAL) {
            rk_size_eval_status s = rk_size_eval(d->expr, values, &dims[i]);
            *too_large = *too_large || s == RK_SIZE_TOO_LARGE;
            if (*too_large)
                dims[i] = RK_DIM_TOO_LARGE;
            else if (s == RK_SIZE_NOT_INTEGER || dims[i] < 1)
                return false;
        }
        values[d->sym] = dims[i];
    }
    return true;
}

bool rk_dims_complete(const rk_checked *checked, int64_t *dims) {
    bool too_large;
    int64_t *values = symbol_values(checked, dims);
    bool allowed = fill_equal(checked, dims, values, &too_large);
    if (allowed && !too_large)
        allowed = variable_sizes_allowed(checked, values) && iexprs_allowed(checked, values) &&
                  term_sizes_allowed(checked, values);
    rk_free(values);
    return allowed;
}

static bool in_list(const rk_dim *d, int64_t value) {
    for (size_t i = 0; i < d->nvalues; i++)
        if (d->values[i] == value)
            return true;
    return false;
}

static bool dim_allows(const rk_dim *d, int64_t value) {
    switch (d->kind) {
    case RK_DIM_FROM:
        return value >= d->low && value >= 1;
    case RK_DIM_RANGE:
        return value >= d->low && value <= d->high && value >= 1;
    case RK_DIM_LIST:
        return in_list(d, value) && value >= 1;
    case RK_DIM_EQUAL:
        return value >= 1;
    }
    return false;
}

bool rk_dims_allowed(const rk_checked *checked, const int64_t *dims) {
    for (size_t i = 0; i < checked->ndims; i++)
        if (!dim_allows(&checked->dims[i], dims[i]))
            return false;
    int64_t *copy = rk_calloc(checked->ndims + 1, sizeof *copy);
    memcpy(copy, dims, checked->ndims * sizeof *copy);
    bool allowed =
        rk_dims_complete(checked, copy) && memcmp(copy, dims, checked->ndims * sizeof *copy) == 0;
    rk_free(copy);
    return allowed;
}

/* --- counting ------------------------------------------------------------------------------- */

/* Choices of one dimension: low .. low + count - 1, or the list. */
static uint64_t dim_choices(const rk_dim *d, int64_t cap) {
    switch (d->kind) {
    case RK_DIM_FROM: {
        int64_t high = cap > d->low ? cap : d->low;
        return (uint64_t)high - (uint64_t)d->low + 1;
    }
    case RK_DIM_RANGE:
        return d->high < d->low ? 0 : (uint64_t)d->high - (uint64_t)d->low + 1;
    case RK_DIM_LIST:
        return d->nvalues;
    case RK_DIM_EQUAL:
        return 1;
    }
    return 0;
}

bool rk_dims_finite(const rk_checked *checked, uint64_t *count) {
    *count = 1;
    for (size_t i = 0; i < checked->ndims; i++) {
        if (checked->dims[i].kind == RK_DIM_FROM)
            return false;
        if (__builtin_mul_overflow(*count, dim_choices(&checked->dims[i], 0), count))
            *count = UINT64_MAX;
    }
    return true;
}

/* --- the iterator --------------------------------------------------------------------------- */

/* A choice is a vector of positions, one a dimension, each counted from the smallest value. The
   vectors form a tree: the parent of a vector is the vector with its last nonzero position one
   lower. A child has a larger sum of dimensions than its parent, so a heap that starts with the
   zero vector and replaces each vector by its children hands out the vectors in order of the sum,
   each once, and holds no more than a multiple of what was handed out. */
typedef struct heap_node {
    uint64_t sum; /* of the free dimensions, saturated */
    uint64_t *position;
} heap_node;

struct rk_dims_iter {
    const rk_checked *checked;
    uint64_t *choices; /* one a dimension */
    heap_node *heap;
    size_t count, cap;
    bool gave_up;
};

static int64_t value_at(const rk_dim *d, uint64_t position) {
    switch (d->kind) {
    case RK_DIM_LIST:
        return d->values[position];
    case RK_DIM_EQUAL:
        return 0;
    default:
        return (int64_t)((uint64_t)d->low + position);
    }
}

static uint64_t sum_of(const rk_checked *checked, const uint64_t *position) {
    uint64_t sum = 0;
    for (size_t i = 0; i < checked->ndims; i++)
        if (__builtin_add_overflow(sum, (uint64_t)value_at(&checked->dims[i], position[i]), &sum))
            return UINT64_MAX;
    return sum;
}

static bool before(const rk_dims_iter *it, const heap_node *a, const heap_node *b) {
    if (a->sum != b->sum)
        return a->sum < b->sum;
    for (size_t i = 0; i < it->checked->ndims; i++)
        if (a->position[i] != b->position[i])
            return a->position[i] < b->position[i];
    return false;
}

static void swap_nodes(heap_node *a, heap_node *b) {
    heap_node t = *a;
    *a = *b;
    *b = t;
}

static void heap_push(rk_dims_iter *it, uint64_t *position) {
    rk_grow(&it->heap, &it->cap, it->count + 1, sizeof *it->heap);
    size_t i = it->count++;
    it->heap[i] = (heap_node){sum_of(it->checked, position), position};
    for (; i > 0 && before(it, &it->heap[i], &it->heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap_nodes(&it->heap[i], &it->heap[(i - 1) / 2]);
}

static uint64_t *heap_pop(rk_dims_iter *it) {
    uint64_t *top = it->heap[0].position;
    it->heap[0] = it->heap[--it->count];
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t c = 2 * i + 1; c <= 2 * i + 2 && c < it->count; c++)
            if (before(it, &it->heap[c], &it->heap[least]))
                least = c;
        if (least == i)
            return top;
        swap_nodes(&it->heap[i], &it->heap[least]);
        i = least;
    }
}

static void push_children(rk_dims_iter *it, const uint64_t *position) {
    size_t n = it->checked->ndims, first = 0;
    for (size_t i = 0; i < n; i++)
        if (position[i] > 0)
            first = i;
    for (size_t i = first; i < n; i++) {
        if (position[i] + 1 >= it->choices[i])
            continue;
        uint64_t *child = rk_malloc(n * sizeof *child);
        memcpy(child, position, n * sizeof *child);
        child[i]++;
        heap_push(it, child);
    }
}

rk_dims_iter *rk_dims_iter_new(const rk_checked *checked, int64_t max_dim) {
    uint64_t count;
    if (max_dim <= 0 && !rk_dims_finite(checked, &count))
        return NULL;
    size_t n = checked->ndims;
    rk_dims_iter *it = rk_calloc(1, sizeof *it);
    it->checked = checked;
    it->choices = rk_calloc(n + 1, sizeof *it->choices);
    bool empty = false;
    for (size_t i = 0; i < n; i++) {
        it->choices[i] = dim_choices(&checked->dims[i], max_dim);
        empty = empty || it->choices[i] == 0;
    }
    if (!empty)
        heap_push(it, rk_calloc(n + 1, sizeof(uint64_t)));
    return it;
}

/* A range of 10^9 in which next to nothing is allowed must not hold the program up. */
enum { PASSED_OVER_LIMIT = 1000000 };

bool rk_dims_next(rk_dims_iter *it, int64_t *dims) {
    for (size_t passed = 0; it->count > 0 && !it->gave_up; passed++) {
        uint64_t *position = heap_pop(it);
        for (size_t i = 0; i < it->checked->ndims; i++)
            dims[i] = value_at(&it->checked->dims[i], position[i]);
        push_children(it, position);
        rk_free(position);
        if (rk_dims_complete(it->checked, dims))
            return true;
        it->gave_up = passed + 1 >= PASSED_OVER_LIMIT;
    }
    return false;
}

bool rk_dims_gave_up(const rk_dims_iter *it) {
    return it->gave_up;
}

void rk_dims_iter_free(rk_dims_iter *it) {
    if (it == NULL)
        return;
    for (size_t i = 0; i < it->count; i++)
        rk_free(it->heap[i].position);
    rk_free(it->heap);
    rk_free(it->choices);
    rk_free(it);
}
