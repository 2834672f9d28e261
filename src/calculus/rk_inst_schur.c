/* Grids that nobody asked about: a sum P + Q*R is the Schur complement of the identity in
   [I, R; -Q, P], a sum A + B that of the blocks A and B in [A, 0, A; 0, B, B; A, B, 0]. Eliminated
   otherwise, they give the classical identities between ranks. */
#include "rk_block.h"

enum {
    MOST_WORDS = 6, /* of a sum that is looked at */
    MOST_ROOTS = 14 /* auxiliary grids for one sum */
};

typedef struct auxiliary {
    rk_instances *g;
    rk_mxs *s;
    rk_scalars *scalars;
    const rk_site *node;
    const rk_mx *m; /* the node's matrix or its transpose */
    size_t roots;
    rk_letter letter[RK_BLOCK_LETTERS]; /* of the sequent */
    size_t nletters;
} auxiliary;

static rk_sc minus_one(const auxiliary *x) {
    return rk_sc_int(x->scalars, -1);
}

static const rk_mx *one_word(const auxiliary *x, const rk_mx *a, size_t w) {
    return rk_mx_of_words(x->s, a->rows, a->cols, &a->word[w], 1);
}

/* The grid of two block rows and columns; its sizes are those of the cells. */
static void two_by_two(rk_block *b, const rk_mx *a, const rk_mx *r, const rk_mx *q,
                       const rk_mx *p) {
    *b = (rk_block){.rows = 2,
                    .cols = 2,
                    .height = {a->rows, p->rows},
                    .width = {a->cols, p->cols},
                    .cell = {{a, r}, {q, p}}};
}

/* --- P + Q*R ------------------------------------------------------------------------------ */

static void complement(auxiliary *x, const rk_mx *q, const rk_mx *r, const rk_mx *p) {
    if (rk_mx_is_zero(p) || rk_mx_is_grid(p) || rk_mx_is_grid(q) || rk_mx_is_grid(r) ||
        x->roots++ >= MOST_ROOTS)
        return;
    const rk_mx *eye = rk_mx_eye(x->s, q->cols), *m = x->m;
    rk_block_origin origin = {
        .node = x->node, .law = RK_LAW_SCHUR, .nbefore = 1, .dearest = RK_BLOCK_FLAT};
    origin.auxiliary = RK_BLOCK_COMPLEMENT;
    two_by_two(&origin.before[0], eye, rk_mx_zero(x->s, eye->rows, m->cols),
               rk_mx_zero(x->s, m->rows, eye->cols), m);
    two_by_two(&origin.root, eye, r, rk_mx_scale(x->s, minus_one(x), q), p);
    rk_block_state_eliminations(x->g, &origin);
}

/* All words that begin with the first k letters of word w, if it is the first of several. */
static void complement_of_prefix(auxiliary *x, size_t w, size_t k) {
    const rk_mx *m = x->m;
    rk_word head = {rk_sc_int(x->scalars, 1), m->word[w].letter, k};
    rk_sc inner = rk_letter_cols(head.letter[k - 1]);
    const rk_mx *rest = rk_mx_zero(x->s, inner, m->cols), *other = m;
    size_t count = 0;
    for (size_t i = 0; i < m->nwords; i++) {
        const rk_word *word = &m->word[i];
        if (!rk_block_is_prefix(&head, word))
            continue;
        if (i < w)
            return;
        rk_word tail = {word->coef, word->letter + k, word->length - k};
        if (tail.length == 0 && inner != m->cols)
            return;
        rest = rk_mx_add(x->s, rest, rk_mx_of_words(x->s, inner, m->cols, &tail, 1));
        other = rk_mx_sub(x->s, other, one_word(x, m, i));
        count++;
    }
    if (count > 1)
        complement(x, rk_mx_of_words(x->s, m->rows, inner, &head, 1), rest, other);
}

/* Each word cut in two by itself. */
static void complement_of_word(auxiliary *x, size_t w, size_t k) {
    const rk_mx *m = x->m;
    const rk_word *word = &m->word[w];
    const rk_mx *q = rk_block_letters(x->s, word, 0, k);
    const rk_mx *r = rk_mx_scale(x->s, word->coef, rk_block_letters(x->s, word, k, word->length));
    complement(x, q, r, rk_mx_sub(x->s, m, one_word(x, m, w)));
}

static void complements(auxiliary *x) {
    x->m = x->node->mx;
    for (size_t w = 0; w < x->m->nwords; w++)
        for (size_t k = 1; k < x->m->word[w].length; k++)
            complement_of_word(x, w, k);
    for (int turn = 0; turn < 2 && x->m->nwords > 2; turn++) {
        for (size_t w = 0; w < x->m->nwords; w++)
            for (size_t k = 1; k <= x->m->word[w].length; k++)
                complement_of_prefix(x, w, k);
        x->m = rk_mx_transpose(x->s, x->m);
    }
    x->m = x->node->mx;
}

/* --- A + B of idempotents ----------------------------------------------------------------- */

/* c with a == c*P, P idempotent by the assumed equations; NULL. */
static rk_sc idempotent_times(auxiliary *x, const rk_mx *a) {
    for (size_t w = 0; w < a->nwords; w++) {
        rk_sc c = a->word[w].coef;
        if (!rk_sc_is_nonzero(x->scalars, c))
            continue;
        const rk_mx *p = rk_mx_scale(x->s, rk_sc_div(x->scalars, rk_sc_int(x->scalars, 1), c), a);
        if (rk_mx_mul(x->s, p, p) == p)
            return c;
    }
    return NULL;
}

static void three_by_three(auxiliary *x, rk_block *block, const rk_mx *const cell[9]) {
    rk_sc n = x->m->rows;
    *block = (rk_block){.rows = 3, .cols = 3, .height = {n, n, n}, .width = {n, n, n}};
    for (size_t i = 0; i < 9; i++)
        block->cell[i / 3][i % 3] = cell[i];
}

/* a == c*P and b == d*Q. In [a, 0, a; 0, b, b; a, b, 0] the third column times -P is added to the
   first, then the third row times d/c*Q to the second: what remains is
   [0, 0, a; 0, (1 + d/c)*b, b; a, b, 0]. */
static void idempotents(auxiliary *x, const rk_mx *a, const rk_mx *b, rk_sc c, rk_sc d) {
    const rk_mx *o = rk_mx_zero(x->s, a->rows, a->cols);
    rk_sc ratio = rk_sc_div(x->scalars, d, c);
    const rk_mx *ba =
        rk_mx_scale(x->s, rk_sc_div(x->scalars, minus_one(x), c), rk_mx_mul(x->s, b, a));
    const rk_mx *rest = rk_mx_add(x->s, b, rk_mx_scale(x->s, ratio, b));
    rk_block_origin origin = {
        .node = x->node, .law = RK_LAW_SCHUR, .nbefore = 3, .dearest = RK_BLOCK_ANY};
    origin.auxiliary = RK_BLOCK_IDEMPOTENT;
    origin.c = c;
    origin.d = d;
    three_by_three(x, &origin.before[0], RK_INST_LIST(a, o, o, o, b, o, o, o, x->m));
    three_by_three(x, &origin.before[1], RK_INST_LIST(a, o, a, o, b, b, a, b, o));
    three_by_three(x, &origin.before[2], RK_INST_LIST(o, o, a, ba, b, b, a, b, o));
    three_by_three(x, &origin.root, RK_INST_LIST(o, o, a, o, rest, b, a, b, o));
    rk_block_state_eliminations(x->g, &origin);
}

/* In every way; the last word is never in the first part. */
static void sums_of_idempotents(auxiliary *x) {
    const rk_mx *m = x->m;
    if (m->rows != m->cols || m->nwords > 3)
        return;
    for (unsigned set = 1; set < 1u << (m->nwords - 1); set++) {
        const rk_mx *a = rk_mx_zero(x->s, m->rows, m->cols);
        for (size_t w = 0; w < m->nwords; w++)
            if (set >> w & 1)
                a = rk_mx_add(x->s, a, one_word(x, m, w));
        const rk_mx *b = rk_mx_sub(x->s, m, a);
        rk_sc c = idempotent_times(x, a), d = c ? idempotent_times(x, b) : NULL;
        if (!c || !d)
            continue;
        idempotents(x, a, b, c, d);
        idempotents(x, b, a, d, c);
    }
}

/* --- A + B beside B ----------------------------------------------------------------------- */

/* x*b is b for x = a, or a times a letter of the sequent. */
static bool keeps(auxiliary *x, const rk_mx *a, const rk_mx *b) {
    if (a->cols == b->rows && rk_mx_mul(x->s, a, b) == b)
        return true;
    for (size_t i = 0; i < x->nletters; i++) {
        if (rk_letter_rows(x->letter[i]) != a->cols || rk_letter_cols(x->letter[i]) != b->rows)
            continue;
        const rk_mx *factor = rk_mx_mul(x->s, a, rk_mx_of_letter(x->s, x->letter[i]));
        if (factor->rows == factor->cols && rk_mx_mul(x->s, factor, b) == b)
            return true;
    }
    return false;
}

/* [B, B; B, -A] has the ranks of B and A + B. */
static void bordered(auxiliary *x, const rk_mx *a, const rk_mx *b) {
    const rk_mx *m = x->m, *zero = rk_mx_zero(x->s, m->rows, m->cols);
    rk_block_origin origin = {
        .node = x->node, .law = RK_LAW_SCHUR, .nbefore = 1, .dearest = RK_BLOCK_FLAT};
    origin.auxiliary = RK_BLOCK_BORDERED;
    two_by_two(&origin.before[0], b, zero, zero, m);
    two_by_two(&origin.root, b, b, b, rk_mx_scale(x->s, minus_one(x), a));
    rk_block_state_eliminations(x->g, &origin);
}

static void bordered_sums(auxiliary *x) {
    const rk_mx *m = x->m;
    for (size_t w = 0; m->nwords == 2 && w < 2; w++) {
        const rk_mx *b = one_word(x, m, w), *a = rk_mx_sub(x->s, m, b);
        if (rk_mx_is_grid(a) || rk_mx_is_grid(b))
            continue;
        if (a->nwords != 1) /* m was made before the rules that reduce it now */
            continue;
        rk_sc c = a->word[0].coef;
        if (!rk_sc_is_nonzero(x->scalars, c))
            continue;
        const rk_mx *unit =
            rk_mx_scale(x->s, rk_sc_div(x->scalars, rk_sc_int(x->scalars, 1), c), a);
        if (keeps(x, unit, b))
            bordered(x, a, b);
    }
}

/* --- the rule ----------------------------------------------------------------------------- */

void rk_inst_schur(rk_instances *g, const rk_site *node) {
    if (node->depth > 0 || !rk_block_is_plain(node->mx) || node->mx->nwords < 2 ||
        node->mx->nwords > MOST_WORDS || !rk_inst_on(g, RK_LAW_SCHUR))
        return;
    auxiliary x = {.g = g, .s = rk_instances_store(g), .scalars = rk_inst_scalars(g), .node = node};
    complements(&x);
    sums_of_idempotents(&x);
    x.nletters = rk_block_sequent_letters(g, node, x.letter);
    bordered_sums(&x);
}
