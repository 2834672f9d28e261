/* Gram matrices and semidefinite ones, at the top of a rank only: rank([A'*A, B]) is not
   rank([A, B]). The entries are real. */
#include "rk_inst_inside.h"

/* Is the letter b the transpose of a? Symmetric letters carry no transpose. */
static bool mirrored(const rk_letter *a, const rk_letter *b) {
    bool symmetric = a->leaf->props & (RK_PROP_SYMMETRIC | RK_PROP_PSD | RK_PROP_DIAGONAL);
    return a->leaf == b->leaf && a->inverted == b->inverted &&
           (symmetric || a->transposed != b->transposed);
}

static bool semidefinite(rk_instances *g, const rk_letter *letter) {
    const rk_mx *m = rk_inst_of_letters(g, NULL, letter, 1);
    return m->rows == m->cols && rk_mx_is_psd(rk_instances_store(g), m);
}

/* The letters left of the middle mirror those to its right. */
static bool palindrome(const rk_letter *letter, size_t n) {
    for (size_t i = 0; i < n / 2; i++)
        if (!mirrored(&letter[i], &letter[n - 1 - i]))
            return false;
    return true;
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

static void squares(rk_instances *g, const rk_site *node, const rk_mx *a) {
    const rk_letter *letter = a->word->letter;
    size_t shared = rk_inst_shared(a, false);
    for (size_t n = 2; n <= shared; n++)
        if (palindrome(letter, n) && (n % 2 == 0 || semidefinite(g, &letter[n / 2])))
            front(g, node, a, n);
}

/* c*A'*A or c*A'*M*A with c > 0: the matrix A or M*A with the same kernel, else NULL. */
static const rk_mx *kernel_of(rk_instances *g, const rk_mx *a, const rk_word *w) {
    size_t n = w->length, half = n / 2;
    if (!rk_sc_is_positive(rk_inst_scalars(g), w->coef) || !palindrome(w->letter, n) ||
        (n % 2 == 1 && !semidefinite(g, &w->letter[half])))
        return NULL;
    return rk_inst_of_letters(g, a->rows, w->letter + half, n - half);
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
    rk_inst_equal(g, node, RK_LAW_GRAM_SUM, node->rank, rk_mx_rank(s, stack), whole->nwords + 1,
                  root);
    rk_inst_want(g, node, stack);
}

static void sums_of_squares(rk_instances *g, const rk_site *node, const rk_mx *a) {
    size_t shared = rk_inst_shared(a, true);
    for (size_t back = 0; back <= shared; back++)
        sum_of_squares(g, node, a, back);
}

void rk_inst_gram(rk_instances *g, const rk_site *node) {
    if (node->mx->nwords == 0)
        return;
    squares(g, node, node->mx);
    if (node->mx->transpose != node->mx)
        squares(g, node, node->mx->transpose);
    if (node->mx->nwords < 2)
        return;
    sums_of_squares(g, node, node->mx);
    if (node->mx->transpose != node->mx)
        sums_of_squares(g, node, node->mx->transpose);
}
