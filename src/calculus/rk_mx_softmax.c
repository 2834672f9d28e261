#include "rk_mx_inside.h"

/* --- what rows may be shifted by ----------------------------------------------------------- */

/* column*1': the same number all along each row. */
static bool is_row_shift(const rk_word *w) {
    return w->length && rk_is_ones(w->letter[w->length - 1], true);
}

static const rk_mx *without_shifts(rk_mxs *s, const rk_mx *a) {
    if (rk_mx_is_grid(a) || rk_sc_is_one(a->cols))
        return a;
    rk_mx_sum sum;
    rk_mx_sum_init(&sum, a->rows, a->cols);
    for (size_t i = 0; i < a->nwords; i++)
        if (!is_row_shift(&a->word[i]))
            rk_mx_sum_put(s, &sum, a->word[i]);
    return rk_mx_sum_done(s, &sum);
}

/* --- permutations -------------------------------------------------------------------------- */

static bool is_permutation(rk_letter a) {
    return a.leaf->props & RK_PROP_PERMUTATION;
}

/* Does (P'*a, P'*mask) come before (a, mask)? Fewer letters first, then by content. */
static bool is_simpler(rk_mxs *s, const rk_mx *p, const rk_mx *a, const rk_mx *mask) {
    const rk_mx *a1 = rk_mx_mul(s, p->transpose, a);
    const rk_mx *mask1 = mask ? rk_mx_mul(s, p->transpose, mask) : NULL;
    unsigned before = a->weight + (mask ? mask->weight : 0);
    unsigned after = a1->weight + (mask ? mask1->weight : 0);
    if (after != before)
        return after < before;
    int order = rk_mx_compare(s, a1, a);
    return order < 0 || (order == 0 && mask && rk_mx_compare(s, mask1, mask) < 0);
}

static const rk_mx *first_permutation(rk_mxs *s, const rk_mx *begins, const rk_mx *a,
                                      const rk_mx *mask) {
    for (size_t i = 0; i < begins->nwords; i++) {
        const rk_word *w = &begins->word[i];
        if (w->length == 0 || !is_permutation(w->letter[0]))
            continue;
        const rk_mx *p = rk_mx_of_letter(s, w->letter[0]);
        if (is_simpler(s, p, a, mask))
            return p;
    }
    return NULL;
}

/* A permutation P at the beginning of a word of a or of the mask, such that both are simpler
   without it: a = P*(P'*a). NULL: none. */
static const rk_mx *common_permutation(rk_mxs *s, const rk_mx *a, const rk_mx *mask) {
    const rk_mx *p = first_permutation(s, a, a, mask);
    return p || !mask ? p : first_permutation(s, mask, a, mask);
}

/* --- softmax ------------------------------------------------------------------------------- */

static const rk_mx *softmax_leaf(rk_mxs *s, const rk_mx *logits, const rk_mx *mask) {
    if (!mask && rk_mx_is_zero(logits)) {
        rk_sc each = rk_sc_div(s->scalars, s->one, logits->cols);
        return rk_mx_scale(s, each, rk_mx_ones(s, logits->rows, logits->cols));
    }
    rk_leaf leaf = {.kind = RK_L_SOFTMAX, .rows = logits->rows, .cols = logits->cols};
    leaf.arg[0] = logits;
    leaf.arg[1] = mask;
    return rk_mx_of_leaf(s, rk_mx_leaf(s, &leaf));
}

/* A mask of ones masks nothing. */
static bool is_all_ones(rk_mxs *s, const rk_mx *mask) {
    return mask == rk_mx_ones(s, mask->rows, mask->cols);
}

const rk_mx *rk_mx_softmax(rk_mxs *s, const rk_mx *logits, const rk_mx *mask) {
    logits = without_shifts(s, rk_mx_settle(s, logits));
    mask = mask ? rk_mx_settle(s, mask) : NULL;
    if (mask && is_all_ones(s, mask))
        mask = NULL;
    if (rk_sc_is_one(logits->cols))
        return rk_mx_ones(s, logits->rows, logits->cols);
    const rk_mx *p = common_permutation(s, logits, mask);
    if (p) {
        const rk_mx *back = mask ? rk_mx_mul(s, p->transpose, mask) : NULL;
        return rk_mx_mul(s, p, rk_mx_softmax(s, rk_mx_mul(s, p->transpose, logits), back));
    }
    p = common_permutation(s, logits->transpose, mask ? mask->transpose : NULL);
    if (p) {
        const rk_mx *back = mask ? rk_mx_mul(s, mask, p) : NULL;
        const rk_mx *inner = rk_mx_softmax(s, rk_mx_mul(s, logits, p), back);
        return rk_mx_mul(s, inner, p->transpose);
    }
    return softmax_leaf(s, logits, mask);
}

/* --- centring ------------------------------------------------------------------------------ */

const rk_mx *rk_mx_center(rk_mxs *s, const rk_mx *x) {
    const rk_mx *ones = rk_mx_ones(s, x->cols, s->one);
    rk_sc each = rk_sc_div(s->scalars, s->one, x->cols);
    const rk_mx *means = rk_mx_scale(s, each, rk_mx_mul(s, rk_mx_mul(s, x, ones), ones->transpose));
    return rk_mx_sub(s, x, means);
}

const rk_mx *rk_mx_center_tokens(rk_mxs *s, const rk_mx *x) {
    return rk_mx_center(s, x->transpose)->transpose;
}

/* --- scales of rows ------------------------------------------------------------------------ */

/* An orthogonal letter on the right does not change the norms of rows. */
static const rk_mx *without_rotation(rk_mxs *s, const rk_mx *x) {
    for (size_t i = 0; i < x->nwords; i++) {
        const rk_word *w = &x->word[i];
        if (w->length == 0 || !(w->letter[w->length - 1].leaf->props & RK_PROP_ORTHOGONAL))
            continue;
        const rk_mx *back = rk_mx_of_letter(s, w->letter[w->length - 1])->transpose;
        const rk_mx *turned = rk_mx_mul(s, x, back);
        if (rk_mx_compare(s, turned, x) < 0)
            return without_rotation(s, turned);
    }
    return x;
}

/* The scales see no sign: the leading coefficient is positive, or x is the smaller of x and -x. */
static const rk_mx *without_sign(rk_mxs *s, const rk_mx *x) {
    rk_sc minus = rk_sc_int(s->scalars, -1), lead = rk_mx_leading(x);
    if (!lead || rk_sc_is_positive(s->scalars, lead))
        return x;
    const rk_mx *opposite = rk_mx_scale(s, minus, x);
    if (rk_sc_is_positive(s->scalars, rk_mx_leading(opposite)))
        return opposite;
    return rk_mx_compare(s, opposite, x) < 0 ? opposite : x;
}

static const rk_mx *scales_leaf(rk_mxs *s, const rk_mx *x, rk_sc eps) {
    rk_leaf leaf = {.kind = RK_L_SCALES, .rows = x->rows, .cols = x->rows, .index = {eps}};
    leaf.arg[0] = x;
    return rk_mx_of_leaf(s, rk_mx_leaf(s, &leaf));
}

/* Without eps, a factor c > 0 of x is a factor 1/c of the scales; NULL where x has none. */
static const rk_mx *scales_of_multiple(rk_mxs *s, const rk_mx *x, rk_sc eps) {
    rk_sc c = rk_mx_leading(x);
    if (!rk_sc_is_zero(eps) || !c)
        return NULL;
    rk_sc minus = rk_sc_sub(s->scalars, s->zero, c);
    c = rk_sc_is_positive(s->scalars, minus) ? minus : c;
    if (rk_sc_is_one(c) || !rk_sc_is_positive(s->scalars, c))
        return NULL;
    rk_sc inverse = rk_sc_div(s->scalars, s->one, c);
    return rk_mx_scale(s, inverse, rk_mx_scales(s, rk_mx_scale(s, inverse, x), eps));
}

const rk_mx *rk_mx_scales(rk_mxs *s, const rk_mx *x, rk_sc eps) {
    x = without_sign(s, without_rotation(s, rk_mx_settle(s, x)));
    const rk_mx *multiple = scales_of_multiple(s, x, eps);
    if (multiple)
        return multiple;
    const rk_mx *p = common_permutation(s, x, NULL);
    if (p) {
        const rk_mx *inner = rk_mx_scales(s, rk_mx_mul(s, p->transpose, x), eps);
        return rk_mx_mul(s, rk_mx_mul(s, p, inner), p->transpose);
    }
    rk_sc lead = rk_mx_leading(x);
    if (!lead || !rk_sc_is_zero(eps) || !rk_sc_is_positive(s->scalars, lead))
        return scales_leaf(s, x, eps);
    rk_sc each = rk_sc_div(s->scalars, s->one, lead);
    return rk_mx_scale(s, each, scales_leaf(s, rk_mx_scale(s, each, x), eps));
}
