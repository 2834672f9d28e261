/* Two factors of one matrix: M == A*U == B*V lies in the intersection of the column spaces of A
   and B. Its word shows one of them, the assumed equations the other. */
#include "rk_block.h"

enum { MOST_LENGTH = 5, MOST_DEPTH = 1, MOST_FACTORS = 6 };

typedef struct factors {
    rk_instances *g;
    const rk_site *node;
    const rk_mx *whole; /* one word: the node's matrix or its transpose */
    const rk_mx *left[MOST_FACTORS];
    const rk_mx *right[MOST_FACTORS]; /* left*right is the whole */
    size_t n;
    rk_letter letter[RK_BLOCK_LETTERS]; /* of the sequent */
    size_t nletters;
} factors;

static void add_factor(factors *f, const rk_mx *a, const rk_mx *rest) {
    for (size_t i = 0; i < f->n; i++)
        if (f->left[i] == a)
            return;
    if (f->n < MOST_FACTORS && !rk_mx_is_eye(a)) {
        f->right[f->n] = rest;
        f->left[f->n++] = a;
    }
}

/* The part of the word, or the letter of the sequent, that a is to be multiplied by for the word;
   NULL. */
static const rk_mx *divided(const factors *f, const rk_mx *a) {
    rk_mxs *s = rk_instances_store(f->g);
    const rk_word *w = &f->whole->word[0];
    if (a->rows != f->whole->rows || a == f->whole)
        return NULL;
    for (size_t from = 0; from < w->length; from++)
        for (size_t to = from + 1; to <= w->length; to++) {
            if (rk_letter_rows(w->letter[from]) != a->cols ||
                rk_letter_cols(w->letter[to - 1]) != f->whole->cols)
                continue;
            const rk_mx *rest = rk_block_letters(s, w, from, to);
            if (rk_mx_mul(s, a, rest) == f->whole)
                return rest;
        }
    for (size_t i = 0; i < f->nletters; i++)
        if (rk_letter_rows(f->letter[i]) == a->cols &&
            rk_letter_cols(f->letter[i]) == f->whole->cols &&
            rk_mx_mul(s, a, rk_mx_of_letter(s, f->letter[i])) == f->whole)
            return rk_mx_of_letter(s, f->letter[i]);
    return NULL;
}

/* What is looked at and has the word as a multiple, however it is written. */
static void find_factors(factors *f) {
    rk_mxs *s = rk_instances_store(f->g);
    const rk_word *w = &f->whole->word[0];
    for (size_t k = 1; k < w->length; k++)
        add_factor(f, rk_block_letters(s, w, 0, k),
                   rk_mx_scale(s, w->coef, rk_block_letters(s, w, k, w->length)));
    size_t nodes = rk_inst_nodes(f->g);
    for (size_t i = 0; i < nodes; i++) {
        const rk_site *other = rk_inst_node(f->g, i);
        if (other->scope != f->node->scope || other->depth > MOST_DEPTH || other->mx->nwords == 0)
            continue;
        const rk_mx *turned[2] = {other->mx, other->mx->transpose};
        for (int t = 0; t < 2; t++) {
            const rk_mx *rest = divided(f, turned[t]);
            if (rest != NULL)
                add_factor(f, turned[t], rest);
        }
    }
}

/* Of two factors one of which is a factor of the other, the intersection says nothing new. */
static bool nested(const rk_mx *a, const rk_mx *b) {
    return a->nwords == 1 && b->nwords == 1 && rk_block_is_prefix(&a->word[0], &b->word[0]);
}

static void state(factors *f, size_t i, size_t j) {
    const rk_mx *a = f->left[i], *b = f->left[j];
    rk_mxs *s = rk_instances_store(f->g);
    rk_scalars *scalars = rk_inst_scalars(f->g);
    if (nested(a, b) || nested(b, a))
        return;
    const rk_mx *both = rk_mx_grid(s, 1, 2, RK_INST_LIST(a, b));
    rk_sc small = rk_sc_add(scalars, f->node->rank, rk_mx_rank(s, both));
    rk_sc large = rk_sc_add(scalars, rk_mx_rank(s, a), rk_mx_rank(s, b));
    rk_inst_note(f->g, &(rk_note){.mx = {f->right[i], f->right[j]}});
    rk_inst_at_most(f->g, f->node, RK_LAW_INTERSECTION, small, large, 3,
                    RK_INST_LIST(f->whole, a, b));
    rk_inst_want(f->g, f->node, both);
    rk_inst_want(f->g, f->node, a);
    rk_inst_want(f->g, f->node, b);
}

void rk_inst_intersection(rk_instances *g, const rk_site *node) {
    const rk_mx *turned[2] = {node->mx, node->mx->transpose};
    if (node->depth > MOST_DEPTH || node->mx->nwords != 1 || !rk_block_is_plain(node->mx) ||
        node->mx->word[0].length < 2 || node->mx->word[0].length > MOST_LENGTH ||
        !rk_inst_on(g, RK_LAW_INTERSECTION))
        return;
    for (int t = 0; t < 2; t++) {
        factors f = {.g = g, .node = node, .whole = turned[t]};
        f.nletters = rk_block_sequent_letters(g, node, f.letter);
        find_factors(&f);
        for (size_t i = 0; i < f.n; i++)
            for (size_t j = i + 1; j < f.n; j++)
                state(&f, i, j);
    }
}
