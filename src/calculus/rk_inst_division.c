/* Division with remainder: M == X*U + R where U and R are looked at already. */
#include "rk_inst_inside.h"

enum { MOST_WORDS = 4 };

typedef struct division {
    rk_instances *g;
    rk_mxs *s;
    const rk_site *node;
} division;

/* Is u the end of w, with something before it? */
static bool ends(const rk_word *w, const rk_word *u) {
    if (u->length == 0 || u->length >= w->length)
        return false;
    const rk_letter *tail = w->letter + w->length - u->length;
    for (size_t i = 0; i < u->length; i++)
        if (!rk_inst_same_letter(&u->letter[i], &tail[i]))
            return false;
    return true;
}

/* x and m - x*u, where x*u takes the word w of m away; false if w does not end as u does. */
static bool divide(division *d, const rk_mx *m, const rk_word *w, const rk_mx *u,
                   const rk_word *end, const rk_mx **x, const rk_mx **rest) {
    rk_scalars *scalars = rk_inst_scalars(d->g);
    if (!ends(w, end) || !rk_sc_is_nonzero(scalars, end->coef))
        return false;
    *x = rk_mx_scale(d->s, rk_sc_div(scalars, w->coef, end->coef),
                     rk_inst_of_letters(d->g, m->rows, w->letter, w->length - end->length));
    *rest = rk_mx_sub(d->s, m, rk_mx_mul(d->s, *x, u));
    return !rk_mx_is_grid(*rest);
}

/* m == x*u? */
static bool is_multiple(division *d, const rk_mx *m, const rk_mx *u) {
    const rk_mx *x, *rest;
    if (u->cols != m->cols)
        return false;
    for (size_t w = 0; w < m->nwords; w++)
        for (size_t k = 0; k < u->nwords; k++)
            if (divide(d, m, &m->word[w], u, &u->word[k], &x, &rest) && rk_mx_is_zero(rest)) {
                rk_inst_product(d->g, d->node, m, x, u);
                return true;
            }
    return false;
}

/* Is the rest at hand, or a multiple of u on either side? */
static bool known_rest(division *d, const rk_mx *rest, const rk_mx *u) {
    return rk_inst_simple(d->g, d->node, rest) || is_multiple(d, rest, u) ||
           is_multiple(d, rest, u->transpose) || is_multiple(d, rest->transpose, u) ||
           is_multiple(d, rest->transpose, u->transpose);
}

static void divided(division *d, const rk_mx *m, const rk_mx *u, const rk_mx *x,
                    const rk_mx *rest) {
    const rk_mx *product = rk_mx_mul(d->s, x, u);
    if (!known_rest(d, rest, u))
        return;
    rk_inst_product(d->g, d->node, product, x, u);
    if (!rk_mx_is_zero(rest))
        rk_inst_sum(d->g, d->node, m, product, rest);
}

static void divide_by(division *d, const rk_mx *m, const rk_mx *u) {
    if (u->nwords < 2 || u->nwords > MOST_WORDS || u->cols != m->cols)
        return;
    const rk_mx *x, *rest;
    for (size_t w = 0; w < m->nwords; w++)
        for (size_t k = 0; k < u->nwords; k++)
            if (divide(d, m, &m->word[w], u, &u->word[k], &x, &rest))
                divided(d, m, u, x, rest);
}

void rk_inst_division(rk_instances *g, const rk_site *node) {
    division d = {.g = g, .s = rk_instances_store(g), .node = node};
    if (node->depth > 0 || node->mx->nwords < 2 || node->mx->nwords > MOST_WORDS)
        return;
    size_t n = rk_inst_nodes(g);
    for (size_t i = 0; i < n; i++) {
        const rk_site *other = rk_inst_node(g, i);
        if (other == node || other->depth > 0 || other->scope != node->scope)
            continue;
        const rk_mx *m[2] = {node->mx, node->mx->transpose};
        for (int k = 0; k < 2; k++) {
            divide_by(&d, m[k], other->mx);
            divide_by(&d, m[k], other->mx->transpose);
        }
    }
}
