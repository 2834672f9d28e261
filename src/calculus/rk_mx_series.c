#include "rk_mx_inside.h"

/* Sums over ranges beside one another and beside single members. A member just outside the range
   joins it, one at its end that is subtracted leaves it, neighbouring ranges become one, and what
   telescopes is written out. */

/* A word that is a sum over a range, everything it is multiplied with inside. */
typedef struct series {
    const rk_leaf *loop;
    rk_sc count;
} series;

static bool find_series(rk_mxs *s, const rk_mx_sum *sum, const rk_word *w, series *found) {
    bool any = false;
    for (size_t i = 0; i < w->length && !any; i++)
        any = w->letter[i].leaf->kind == RK_L_SUM;
    if (!any)
        return false;
    const rk_leaf *loop = rk_mx_as_loop(s, rk_mx_of_word(s, sum->rows, sum->cols, w));
    if (!loop || loop->kind != RK_L_SUM)
        return false;
    rk_sc span = rk_sc_sub(s->scalars, loop->index[1], loop->index[0]);
    *found = (series){loop, rk_sc_add(s->scalars, span, s->one)};
    return rk_sc_at_least(s->scalars, found->count, 0);
}

static rk_sc shifted(rk_mxs *s, rk_sc a, int by) {
    return rk_sc_add(s->scalars, a, rk_sc_int(s->scalars, by));
}

static const rk_mx *member(rk_mxs *s, const rk_leaf *loop, rk_sc at) {
    return rk_mx_put_sym(s, loop->arg[0], loop->sym, at);
}

/* Takes words out of the sum and puts a matrix there instead. */
static void replace(rk_mxs *s, rk_mx_sum *sum, size_t i, size_t k, const rk_mx *by) {
    size_t n = 0;
    for (size_t j = 0; j < sum->n; j++)
        if (j != i && j != k)
            sum->word[n++] = sum->word[j];
    sum->n = n;
    rk_mx_sum_put_times(s, sum, s->one, by);
}

/* The word of the sum that is `sign` times this matrix; SIZE_MAX: none. */
static size_t find_word(rk_mxs *s, const rk_mx_sum *sum, const rk_mx *a, int sign) {
    for (size_t i = 0; a->nwords == 1 && i < sum->n; i++)
        if (rk_word_compare(s, &sum->word[i], a->word) == 0) {
            rk_sc c = rk_sc_mul(s->scalars, rk_sc_int(s->scalars, sign), sum->word[i].coef);
            return c == a->word->coef ? i : SIZE_MAX;
        }
    return SIZE_MAX;
}

static const rk_mx *over(rk_mxs *s, const rk_leaf *loop, rk_sc low, rk_sc high) {
    return rk_mx_loop(s, RK_L_SUM, loop->sym, low, high, loop->arg[0]);
}

/* A single member beside the range of word i. */
static bool take_member(rk_mxs *s, rk_mx_sum *sum, size_t i, const series *x) {
    rk_sc low = x->loop->index[0], high = x->loop->index[1];
    rk_sc before = shifted(s, low, -1), after = shifted(s, high, 1);
    size_t k = find_word(s, sum, member(s, x->loop, after), 1);
    if (k != SIZE_MAX && k != i) {
        replace(s, sum, i, k, over(s, x->loop, low, after));
        return true;
    }
    k = find_word(s, sum, member(s, x->loop, before), 1);
    if (k != SIZE_MAX && k != i) {
        replace(s, sum, i, k, over(s, x->loop, before, high));
        return true;
    }
    if (!rk_sc_at_least(s->scalars, x->count, 1))
        return false;
    k = find_word(s, sum, member(s, x->loop, high), -1);
    if (k != SIZE_MAX && k != i) {
        replace(s, sum, i, k, over(s, x->loop, low, shifted(s, high, -1)));
        return true;
    }
    k = find_word(s, sum, member(s, x->loop, low), -1);
    if (k == SIZE_MAX || k == i)
        return false;
    replace(s, sum, i, k, over(s, x->loop, shifted(s, low, 1), high));
    return true;
}

/* Word i goes on where word k ends, or the other way round. */
static bool join_ranges(rk_mxs *s, rk_mx_sum *sum, size_t i, size_t k, const rk_leaf *a,
                        const rk_leaf *b) {
    if (b->arg[0] != member(s, a, rk_sc_sym(s->scalars, b->sym)))
        return false;
    bool first = shifted(s, a->index[1], 1) == b->index[0];
    if (!first && shifted(s, b->index[1], 1) != a->index[0])
        return false;
    replace(s, sum, i, k,
            first ? over(s, a, a->index[0], b->index[1]) : over(s, b, b->index[0], a->index[1]));
    return true;
}

static bool is_noted(const rk_mxs *s, const rk_mx_telescoped *x) {
    for (size_t i = 0; i < s->ntelescoped; i++) {
        const rk_mx_telescoped *y = &s->telescoped[i];
        if (y->loop == x->loop && rk_word_compare(s, &y->word[0], &x->word[0]) == 0 &&
            rk_word_compare(s, &y->word[1], &x->word[1]) == 0)
            return true;
    }
    return false;
}

static void note_telescoped(rk_mxs *s, const rk_mx_telescoped *x) {
    if (s->ntelescoped < RK_MX_TELESCOPED && !is_noted(s, x))
        s->telescoped[s->ntelescoped++] = *x;
}

size_t rk_mx_telescoped_count(const rk_mxs *s) {
    return s->ntelescoped;
}

const rk_mx_telescoped *rk_mx_telescoped_get(const rk_mxs *s, size_t i) {
    return &s->telescoped[i];
}

/* Sum of f(h) - f(h + 1). */
static bool telescope(rk_mxs *s, rk_mx_sum *sum, size_t i, size_t k, const rk_leaf *a,
                      const rk_leaf *b) {
    if (a->index[0] != b->index[0] || a->index[1] != b->index[1])
        return false;
    rk_sc minus = rk_sc_int(s->scalars, -1), next = shifted(s, rk_sc_sym(s->scalars, b->sym), 1);
    if (member(s, a, next) != rk_mx_scale(s, minus, b->arg[0]))
        return false;
    const rk_mx *end = member(s, a, shifted(s, a->index[1], 1));
    note_telescoped(s, &(rk_mx_telescoped){{sum->word[i], sum->word[k]}, a});
    replace(s, sum, i, k, rk_mx_sub(s, member(s, a, a->index[0]), end));
    return true;
}

static bool take_series(rk_mxs *s, rk_mx_sum *sum, size_t i, const series *x) {
    if (take_member(s, sum, i, x))
        return true;
    for (size_t k = 0; k < sum->n; k++) {
        series y;
        if (k != i && find_series(s, sum, &sum->word[k], &y) &&
            (join_ranges(s, sum, i, k, x->loop, y.loop) ||
             telescope(s, sum, i, k, x->loop, y.loop)))
            return true;
    }
    return false;
}

bool rk_mx_sum_series(rk_mxs *s, rk_mx_sum *sum) {
    series x;
    for (size_t i = 0; sum->n > 1 && i < sum->n; i++)
        if (find_series(s, sum, &sum->word[i], &x) && take_series(s, sum, i, &x))
            return true;
    return false;
}
