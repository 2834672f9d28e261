/* Gram matrices and semidefinite ones, at the top of a rank only: rank([A'*A, B]) is not
   rank([A, B]). The entries are real. */
#include "rk_inst_inside.h"

/* 1 if the letter b is the transpose of a, -1 if it is minus that, 0 if it is neither. */
static int mirrored(rk_instances *g, rk_letter a, rk_letter b) {
    rk_mxs *s = rk_instances_store(g);
    if (rk_letter_rows(a) != rk_letter_cols(b) || rk_letter_cols(a) != rk_letter_rows(b))
        return 0;
    const rk_mx *x = rk_mx_transpose(s, rk_mx_of_letter(s, a)), *y = rk_mx_of_letter(s, b);
    if (x == y)
        return 1;
    return rk_mx_scale(s, rk_sc_int(rk_inst_scalars(g), -1), x) == y ? -1 : 0;
}

/* By its props, or symmetric with c*M*M == M, c > 0, by the equations that are assumed. */
static bool semidefinite(rk_instances *g, const rk_letter *letter) {
    rk_mxs *s = rk_instances_store(g);
    const rk_mx *m = rk_mx_of_letter(s, *letter);
    if (m->rows != m->cols)
        return false;
    if (rk_mx_is_psd(s, m))
        return true;
    if (rk_mx_transpose(s, m) != m || rk_mx_is_grid(m))
        return false;
    const rk_mx *square = rk_mx_mul(s, m, m);
    rk_sc ratio[RK_INST_RATIOS];
    size_t n = rk_inst_ratios(g, square, m, ratio);
    for (size_t i = 0; i < n; i++)
        if (rk_sc_is_positive(rk_inst_scalars(g), ratio[i]) &&
            rk_mx_scale(s, ratio[i], m) == square)
            return true;
    return false;
}

/* Do the letters left of the middle mirror those to its right? The sign that this costs, or 0. */
static int palindrome(rk_instances *g, const rk_letter *letter, size_t n) {
    int sign = 1;
    for (size_t i = 0; sign && i < n / 2; i++)
        sign *= mirrored(g, letter[i], letter[n - 1 - i]);
    return sign;
}

/* a = A'*A*B or A'*M*A*B, with A'*A or A'*M*A the n letters that all its words begin with. */
static void front(rk_instances *g, const rk_site *node, const rk_mx *a, size_t n) {
    rk_mxs *s = rk_instances_store(g);
    const rk_letter *letter = a->word->letter;
    size_t half = n / 2;
    const rk_mx *root = rk_inst_of_letters(g, NULL, letter + n - half, half);
    const rk_mx *middle = rk_inst_of_letters(g, root->rows, letter + half, n % 2);
    const rk_mx *right = rk_inst_stripped(g, a, root->cols, a->cols, n, 0);
    const rk_mx *left = rk_mx_mul(s, middle, rk_mx_mul(s, root, right));
    if (n % 2 == 0)
        rk_inst_equal(g, node, RK_LAW_GRAM, node->rank, rk_mx_rank(s, left), 2,
                      RK_INST_LIST(root, right));
    else
        rk_inst_equal(g, node, RK_LAW_SEMIDEFINITE, node->rank, rk_mx_rank(s, left), 3,
                      RK_INST_LIST(root, middle, right));
    rk_inst_want(g, node, left);
}

void rk_inst_squares(rk_instances *g, const rk_site *node, const rk_mx *a) {
    const rk_letter *letter = a->word->letter;
    size_t shared = rk_inst_shared(a, false);
    for (size_t n = 2; n <= shared; n++)
        if (palindrome(g, letter, n) && (n % 2 == 0 || semidefinite(g, &letter[n / 2])))
            front(g, node, a, n);
}

/* c*A'*A or c*A'*M*A with c > 0: the matrix A or M*A with the same kernel, else NULL. */
static const rk_mx *kernel_of(rk_instances *g, const rk_mx *a, const rk_word *w) {
    rk_scalars *sc = rk_inst_scalars(g);
    size_t n = w->length, half = n / 2;
    int sign = palindrome(g, w->letter, n);
    if (sign == 0 || !rk_sc_is_positive(sc, rk_sc_mul(sc, w->coef, rk_sc_int(sc, sign))) ||
        (n % 2 == 1 && !semidefinite(g, &w->letter[half])))
        return NULL;
    return rk_inst_of_letters(g, a->rows, w->letter + half, n - half);
}

const rk_mx *rk_inst_root(rk_instances *g, const rk_mx *a) {
    return a->nwords == 1 && a->rows == a->cols ? kernel_of(g, a, a->word) : NULL;
}

/* a = S*R with S a sum of squares c*A'*A, c*A'*M*A: the kernel of S is that of the A and M*A one
   above the other, since no square can make up for another. */
static void sum_of_squares(rk_instances *g, const rk_site *node, const rk_mx *a, size_t back) {
    enum { MOST = 8 };
    rk_mxs *s = rk_instances_store(g);
    const rk_word *w = &a->word[0];
    const rk_mx *root[MOST + 1];
    const rk_mx *right = rk_inst_of_letters(g, a->cols, w->letter + w->length - back, back);
    if (a->rows != right->rows || a->nwords > MOST)
        return;
    const rk_mx *whole = rk_inst_stripped(g, a, a->rows, a->rows, 0, back);
    if (whole->nwords < 2)
        return;
    for (size_t i = 0; i < whole->nwords; i++)
        if (!(root[i] = kernel_of(g, whole, &whole->word[i])))
            return;
    root[whole->nwords] = right;
    const rk_mx *stack = rk_mx_mul(s, rk_mx_grid(s, whole->nwords, 1, root), right);
    rk_inst_note(g, &(rk_note){.mx = {whole}});
    rk_inst_equal(g, node, RK_LAW_GRAM_SUM, node->rank, rk_mx_rank(s, stack), whole->nwords + 1,
                  root);
    rk_inst_want(g, node, stack);
}

static void sums_of_squares(rk_instances *g, const rk_site *node, const rk_mx *a) {
    size_t shared = rk_inst_shared(a, true);
    for (size_t back = 0; back <= shared; back++)
        sum_of_squares(g, node, a, back);
}

static bool is_sum_of_squares(rk_instances *g, const rk_mx *a) {
    if (a->rows != a->cols || a->nwords < 2)
        return false;
    for (size_t i = 0; i < a->nwords; i++)
        if (!kernel_of(g, a, &a->word[i]))
            return false;
    return true;
}

/* --- from A*B to A'*A*B ------------------------------------------------------------------- */

enum { DEEPEST = 2, MOST_TERMS = 3 };

/* The rank of root*right is that of root'*whole, whole = root*right, if that is simpler to know. */
static void back_to_square(rk_instances *g, const rk_site *node, const rk_mx *whole,
                           const rk_mx *root, const rk_mx *right) {
    rk_mxs *s = rk_instances_store(g);
    const rk_mx *square = rk_mx_mul(s, rk_mx_transpose(s, root), whole);
    if (!rk_inst_simple(g, node, square) && !is_sum_of_squares(g, square))
        return;
    rk_inst_equal(g, node, RK_LAW_GRAM, rk_mx_rank(s, square), node->rank, 2,
                  RK_INST_LIST(root, right));
    rk_inst_want(g, node, square);
}

static void back_to_squares(rk_instances *g, const rk_site *node, const rk_mx *a) {
    size_t shared = rk_inst_shared(a, false);
    for (size_t n = 1; n <= shared; n++) {
        const rk_mx *root = rk_inst_of_letters(g, a->rows, a->word->letter, n);
        back_to_square(g, node, a, root, rk_inst_stripped(g, a, root->cols, a->cols, n, 0));
    }
    if (a->nwords > 1)
        back_to_square(g, node, a, a, rk_mx_eye(rk_instances_store(g), a->cols));
}

/* --- the rule ----------------------------------------------------------------------------- */

static void words(rk_instances *g, const rk_site *node, const rk_mx *a) {
    rk_inst_squares(g, node, a);
    if (a->nwords > 1)
        sums_of_squares(g, node, a);
    if (node->depth <= DEEPEST && a->nwords <= MOST_TERMS)
        back_to_squares(g, node, a);
}

void rk_inst_gram(rk_instances *g, const rk_site *node) {
    const rk_mx *a = node->mx, *both[2] = {a, a->transpose};
    for (int i = 0; i < (a->transpose == a ? 1 : 2); i++)
        if (both[i]->nwords > 0)
            words(g, node, both[i]);
}
