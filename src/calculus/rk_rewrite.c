/* The order of words, and rules applied to words. */
#include "rk_rewrite_inside.h"

#include <string.h>

rk_rewrite *rk_rewrite_new(rk_mxs *s) {
    rk_rewrite *r = rk_calloc(1, sizeof *r);
    r->s = s;
    r->scalars = rk_mxs_scalars(s);
    r->arena = rk_arena_new();
    return r;
}

void rk_rewrite_free(rk_rewrite *r) {
    if (r == NULL)
        return;
    rk_arena_free(r->arena);
    rk_free(r->rule);
    rk_free(r->todo);
    rk_free(r->defined);
    rk_free(r->known);
    rk_free(r->pending);
    rk_free(r);
}

size_t rk_rewrite_size(const rk_rewrite *r) {
    return r->nlive;
}

unsigned rk_rewrite_version(const rk_rewrite *r) {
    return r->version;
}

bool rk_rewrite_contradicts(const rk_rewrite *r) {
    return r->contradicts;
}

/* --- the order ------------------------------------------------------------------------------ */

/* Words weigh what their letters weigh: an order that products keep, and without infinite descent
   because every letter weighs something. Inverses and functions weigh more than variables, so that
   they are expressed by them where that is possible. */
static uint64_t weight_of_kind(const rk_leaf *leaf) {
    switch (leaf->kind) {
    case RK_L_ONES:
    case RK_L_UNIT:
        return 2;
    case RK_L_VAR:
    case RK_L_DATA:
    case RK_L_FRESH:
    case RK_L_ACC:
    case RK_L_CAUSAL:
        return 8;
    case RK_L_DIAG:
    case RK_L_SCALES:
        return 12;
    case RK_L_INV:
        return 40 + 2 * (uint64_t)leaf->arg[0]->weight;
    default:
        return 24;
    }
}

static uint64_t weight_of_letter(const rk_rewrite *r, rk_letter l) {
    uint64_t weight = weight_of_kind(l.leaf);
    for (size_t i = 0; i < r->ndefined; i++)
        if (r->defined[i].leaf == l.leaf)
            weight = r->defined[i].weight;
    return weight + (l.transposed ? 1 : 0) + (l.inverted ? 4 : 0);
}

uint64_t rk_rewrite_weight(const rk_rewrite *r, const rk_word *w) {
    uint64_t sum = 0;
    for (size_t i = 0; i < w->length; i++)
        sum += weight_of_letter(r, w->letter[i]);
    return sum;
}

static bool same_letter(rk_letter a, rk_letter b) {
    return a.leaf == b.leaf && a.transposed == b.transposed && a.inverted == b.inverted;
}

int rk_rewrite_order(const rk_rewrite *r, const rk_word *a, const rk_word *b) {
    uint64_t x = rk_rewrite_weight(r, a), y = rk_rewrite_weight(r, b);
    return x != y ? (x > y) - (x < y) : rk_word_compare(r->s, a, b);
}

/* --- applying rules ------------------------------------------------------------------------- */

static bool starts_with(const rk_rule *rule, const rk_letter *letter) {
    for (size_t i = 0; i < rule->length; i++)
        if (!same_letter(rule->lead[i], letter[i]))
            return false;
    return true;
}

static const rk_rule *rule_at(const rk_rewrite *r, const rk_letter *letter, size_t room) {
    for (size_t i = 0; i < r->nrules; i++)
        if (r->rule[i].live && r->rule[i].length <= room && starts_with(&r->rule[i], letter))
            return &r->rule[i];
    return NULL;
}

const rk_mx *rk_rewrite_letters(rk_rewrite *r, rk_sc rows, rk_sc cols, const rk_letter *letter,
                                size_t n) {
    rk_word w = {rk_sc_int(r->scalars, 1), letter, n};
    return rk_mx_of_words(r->s, rows, cols, &w, 1);
}

/* The word with the image for the letters from at. */
static const rk_mx *replaced(rk_rewrite *r, const rk_word *w, size_t at, const rk_rule *rule,
                             rk_sc rows, rk_sc cols) {
    size_t end = at + rule->length;
    const rk_mx *image = rule->image; /* making products may move the table of rules */
    const rk_mx *a = rk_mx_scale(r->s, w->coef, image);
    if (at > 0)
        a = rk_mx_mul(r->s, rk_rewrite_letters(r, rows, image->rows, w->letter, at), a);
    if (end < w->length)
        a = rk_mx_mul(r->s, a,
                      rk_rewrite_letters(r, image->cols, cols, w->letter + end, w->length - end));
    return a;
}

bool rk_rewrite_step(rk_rewrite *r, const rk_word *w, rk_sc rows, rk_sc cols,
                     const rk_mx **result) {
    for (size_t i = 0; i < w->length; i++) {
        const rk_rule *rule = rule_at(r, w->letter + i, w->length - i);
        if (rule == NULL)
            continue;
        if (r->steps == 0 || r->depth == RK_REWRITE_DEPTH) {
            r->cut = true;
            return false;
        }
        r->steps--;
        r->depth++;
        *result = replaced(r, w, i, rule, rows, cols);
        r->depth--;
        return true;
    }
    return false;
}

/* One pass over the words; NULL where all are normal. */
static const rk_mx *pass(rk_rewrite *r, const rk_mx *a) {
    rk_word *kept = rk_arena_alloc(r->arena, (a->nwords + 1) * sizeof *kept);
    size_t n = 0;
    const rk_mx *sum = rk_mx_zero(r->s, a->rows, a->cols);
    for (size_t i = 0; i < a->nwords; i++) {
        const rk_mx *image;
        if (rk_rewrite_step(r, &a->word[i], a->rows, a->cols, &image))
            sum = rk_mx_add(r->s, sum, image);
        else
            kept[n++] = a->word[i];
    }
    if (n == a->nwords)
        return NULL;
    return rk_mx_add(r->s, sum, rk_mx_of_words(r->s, a->rows, a->cols, kept, n));
}

const rk_mx *rk_rewrite_reduce(rk_rewrite *r, const rk_mx *a) {
    for (const rk_mx *b; !rk_mx_is_grid(a) && (b = pass(r, a)) != NULL;)
        a = b;
    return a;
}

void rk_rewrite_learn(rk_rewrite *r, const rk_word *w) {
    for (size_t i = 0; i < w->length; i++) {
        const rk_leaf *leaf = w->letter[i].leaf;
        if (leaf->kind != RK_L_INV && !w->letter[i].inverted)
            continue;
        size_t before = r->cap_known;
        if (leaf->id >= before) {
            rk_grow(&r->known, &r->cap_known, leaf->id + 1, 1);
            memset(r->known + before, 0, r->cap_known - before);
        }
        if (r->known[leaf->id])
            continue;
        r->known[leaf->id] = 1;
        rk_grow(&r->pending, &r->cap_pending, r->npending + 1, sizeof *r->pending);
        r->pending[r->npending++] = leaf;
    }
}

/* The rules a store asks for grow by those of the inverses it shows. */
static rk_rewrite *growing(const rk_rewrite *r) {
    return (rk_rewrite *)(uintptr_t)r;
}

bool rk_rewrite_word(const rk_rewrite *rules, const rk_word *word, rk_sc rows, rk_sc cols,
                     const rk_mx **result) {
    rk_rewrite *r = growing(rules);
    rk_rewrite_learn(r, word);
    bool first = !r->busy;
    if (first) {
        if (r->npending > 0)
            rk_rewrite_resume(r);
        r->busy = true;
        r->steps = RK_REWRITE_WORK;
    }
    bool changed = rk_rewrite_step(r, word, rows, cols, result);
    if (changed)
        *result = rk_rewrite_reduce(r, *result);
    if (first)
        r->busy = false;
    return changed;
}
