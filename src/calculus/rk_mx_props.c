#include "rk_mx_inside.h"

/* What is known of matrices from how they are made. Each answer holds at every assignment at which
   the matrix is defined; "false" is "not known". */

/* --- words --------------------------------------------------------------------------------- */

bool rk_word_is_nonnegative(const rk_letter *letter, size_t n) {
    for (size_t i = 0; i < n; i++) {
        unsigned props = letter[i].leaf->props;
        bool inverse = (props & RK_PROP_DIAGONAL) && (props & RK_PROP_PSD); /* 1/g of a g > 0 */
        if (!(props & RK_PROP_NONNEGATIVE) || (letter[i].inverted && !inverse))
            return false;
    }
    return true;
}

/* Multiplying by it on the left keeps all entries positive. */
static bool keeps_positive(rk_letter a) {
    unsigned props = a.leaf->props;
    bool positive_diagonal =
        (props & RK_PROP_DIAGONAL) && (props & RK_PROP_PSD) && (props & RK_PROP_SQUARE_INVERTIBLE);
    return positive_diagonal || (props & RK_PROP_PERMUTATION) ||
           ((props & RK_PROP_POSITIVE) && !a.inverted);
}

/* Not negative, and no row (of the transpose, no column) is 0: times positive entries they stay
   positive. */
static bool has_no_zero_row(rk_letter a, bool transposed) {
    const unsigned average = RK_PROP_NONNEGATIVE | RK_PROP_ROWS_SUM_TO_ONE;
    unsigned props = a.leaf->props;
    bool invertible = (props & RK_PROP_NONNEGATIVE) && (props & RK_PROP_SQUARE_INVERTIBLE);
    return keeps_positive(a) || (!a.inverted && invertible) ||
           (!a.inverted && a.transposed == transposed && (props & average) == average);
}

bool rk_word_is_positive(const rk_letter *letter, size_t n) {
    for (size_t at = 0; at < n; at++) {
        bool found = (letter[at].leaf->props & RK_PROP_POSITIVE) && !letter[at].inverted;
        for (size_t i = 0; i < n && found; i++)
            found = i == at || has_no_zero_row(letter[i], i > at);
        if (found)
            return true;
    }
    return false;
}

bool rk_word_is_square_form(rk_mxs *s, const rk_letter *letter, size_t n) {
    for (size_t i = 0; i < n / 2; i++)
        if (!rk_same_letter(rk_letter_transpose(s, letter[i]), letter[n - 1 - i]))
            return false;
    return n % 2 == 0 || (letter[n / 2].leaf->props & RK_PROP_PSD);
}

bool rk_word_is_positive_form(rk_mxs *s, const rk_letter *letter, size_t n) {
    if (n < 2 || !rk_word_is_square_form(s, letter, n) ||
        !(letter[n - 1].leaf->props & RK_PROP_NOT_ZERO))
        return false;
    for (size_t i = n / 2; i + 1 < n; i++)
        if (!letter[i].inverted && !(letter[i].leaf->props & RK_PROP_SQUARE_INVERTIBLE))
            return false;
    return true;
}

bool rk_word_is_invertible(const rk_word *w) {
    for (size_t i = 0; i < w->length; i++)
        if (!w->letter[i].inverted && !(w->letter[i].leaf->props & RK_PROP_SQUARE_INVERTIBLE))
            return false;
    return true;
}

/* --- matrices ------------------------------------------------------------------------------ */

bool rk_mx_is_symmetric(const rk_mx *a) {
    return a->transpose == a;
}

bool rk_mx_is_diagonal(const rk_mx *a) {
    if (a->cell)
        return false;
    for (size_t i = 0; i < a->nwords; i++)
        for (size_t k = 0; k < a->word[i].length; k++)
            if (!rk_letter_is_diagonal(a->word[i].letter[k]))
                return false;
    return true;
}

bool rk_mx_fixes_ones(rk_mxs *s, const rk_mx *a) {
    const rk_mx *ones = rk_mx_ones(s, a->cols, s->one);
    return rk_mx_mul(s, a, ones) == rk_mx_ones(s, a->rows, s->one);
}

bool rk_mx_is_orthogonal(rk_mxs *s, const rk_mx *a) {
    return a->rows == a->cols && rk_mx_is_eye(rk_mx_mul(s, a, a->transpose));
}

static bool is_permutation(const rk_mx *a) {
    const rk_letter *x = rk_mx_letter(a);
    return rk_mx_is_eye(a) || (x && x->leaf->props & RK_PROP_PERMUTATION);
}

bool rk_mx_is_positive_product(rk_mxs *s, const rk_mx *a) {
    if (a->nwords != 1 || !rk_sc_is_nonzero(s->scalars, a->word->coef) ||
        !rk_word_is_positive(a->word->letter, a->word->length))
        return false;
    bool there = rk_sc_at_least(s->scalars, a->rows, 1);
    for (size_t i = 0; i < a->word->length; i++)
        there = there && rk_sc_at_least(s->scalars, rk_letter_cols(a->word->letter[i]), 1);
    return there;
}

bool rk_mx_is_nonnegative(rk_mxs *s, const rk_mx *a) {
    bool is = !rk_mx_is_grid(a);
    for (size_t i = 0; is && i < a->nwords; i++)
        is = rk_sc_at_least(s->scalars, a->word[i].coef, 0) &&
             rk_word_is_nonnegative(a->word[i].letter, a->word[i].length);
    return is;
}

/* Only a nonzero multiple of letters that are invertible, or one letter that is not 0. */
static bool is_not_zero(rk_mxs *s, const rk_mx *a) {
    if (a->nwords != 1 || !rk_sc_is_nonzero(s->scalars, a->word->coef))
        return false;
    return rk_word_is_invertible(a->word) ||
           rk_word_is_positive(a->word->letter, a->word->length) ||
           (a->word->length == 1 && a->word->letter->leaf->props & RK_PROP_NOT_ZERO);
}

/* --- leaves -------------------------------------------------------------------------------- */

static unsigned when(bool condition, unsigned props) {
    return condition ? props : 0;
}

enum { INVERTIBLE = RK_PROP_SQUARE_INVERTIBLE | RK_PROP_NOT_ZERO };

/* Is every entry of this column nonzero? One letter of a set that says so. */
static bool has_no_zero(const rk_mx *column) {
    return column->nwords == 1 && column->word->length == 1 && !column->word->letter->inverted &&
           (column->word->letter->leaf->props & (RK_PROP_NO_ZERO_ENTRY | RK_PROP_POSITIVE));
}

static unsigned of_diag(const rk_leaf *a) {
    const rk_mx *g = a->arg[0];
    bool positive = g->nwords == 1 && rk_sc_is_one(g->word->coef) &&
                    rk_word_is_positive(g->word->letter, g->word->length);
    bool nonnegative = g->nwords == 1 && rk_sc_is_one(g->word->coef) &&
                       rk_word_is_nonnegative(g->word->letter, g->word->length);
    return RK_PROP_DIAGONAL | when(nonnegative, RK_PROP_PSD | RK_PROP_NONNEGATIVE) |
           when(positive, INVERTIBLE | RK_PROP_PSD) | when(has_no_zero(g), INVERTIBLE);
}

/* Inverse and power: what goes over from the argument. */
static unsigned of_same_kind(rk_mxs *s, const rk_mx *a) {
    return when(rk_mx_is_symmetric(a), RK_PROP_SYMMETRIC) |
           when(rk_mx_is_diagonal(a), RK_PROP_DIAGONAL | RK_PROP_SYMMETRIC) |
           when(rk_mx_is_psd(s, a), RK_PROP_PSD) |
           when(rk_mx_fixes_ones(s, a), RK_PROP_ROWS_SUM_TO_ONE) |
           when(rk_mx_is_orthogonal(s, a), RK_PROP_ORTHOGONAL) |
           when(is_permutation(a), RK_PROP_PERMUTATION);
}

static unsigned of_power(rk_mxs *s, const rk_mx *a) {
    return of_same_kind(s, a) | when(rk_mx_is_invertible(s, a), INVERTIBLE) |
           when(a->nwords == 1 && rk_mx_is_nonnegative(s, a), RK_PROP_NONNEGATIVE);
}

static unsigned of_kron(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    bool both = rk_mx_is_invertible(s, a) && rk_mx_is_invertible(s, b);
    return when(both, INVERTIBLE) |
           when(rk_mx_is_orthogonal(s, a) && rk_mx_is_orthogonal(s, b), RK_PROP_ORTHOGONAL) |
           when(is_permutation(a) && is_permutation(b), RK_PROP_PERMUTATION) |
           when(rk_mx_is_symmetric(a) && rk_mx_is_symmetric(b), RK_PROP_SYMMETRIC) |
           when(rk_mx_is_diagonal(a) && rk_mx_is_diagonal(b), RK_PROP_DIAGONAL) |
           when(rk_mx_is_psd(s, a) && rk_mx_is_psd(s, b), RK_PROP_PSD) |
           when(rk_mx_fixes_ones(s, a) && rk_mx_fixes_ones(s, b), RK_PROP_ROWS_SUM_TO_ONE) |
           when(is_not_zero(s, a) && is_not_zero(s, b), RK_PROP_NOT_ZERO);
}

static unsigned of_blocks(rk_mxs *s, const rk_mx *grid) {
    return when(rk_mx_is_invertible(s, grid), INVERTIBLE) |
           when(rk_mx_is_symmetric(grid), RK_PROP_SYMMETRIC) |
           when(rk_mx_is_psd(s, grid), RK_PROP_PSD | RK_PROP_SYMMETRIC) |
           when(rk_mx_fixes_ones(s, grid), RK_PROP_ROWS_SUM_TO_ONE);
}

/* Lower triangular with ones where the softmax is not 0: its diagonal is positive. */
bool rk_mx_is_causal(const rk_mx *mask) {
    const rk_letter *x = mask ? rk_mx_letter(mask) : NULL;
    return x && x->leaf->kind == RK_L_CAUSAL && !x->transposed && !x->inverted;
}

static unsigned of_softmax(const rk_leaf *a) {
    return RK_PROP_ROWS_SUM_TO_ONE | RK_PROP_NONNEGATIVE | when(!a->arg[1], RK_PROP_POSITIVE) |
           when(rk_mx_is_causal(a->arg[1]), INVERTIBLE);
}

static unsigned of_loop(rk_mxs *s, const rk_leaf *a) {
    const rk_mx *body = a->arg[0];
    switch (a->kind) {
    case RK_L_SUM:
        return when(rk_mx_is_symmetric(body), RK_PROP_SYMMETRIC) |
               when(rk_mx_is_psd(s, body), RK_PROP_PSD | RK_PROP_SYMMETRIC);
    case RK_L_VCAT:
        return when(rk_mx_fixes_ones(s, body), RK_PROP_ROWS_SUM_TO_ONE);
    case RK_L_PROD:
        return when(rk_mx_is_invertible(s, body), INVERTIBLE) |
               when(rk_mx_fixes_ones(s, body), RK_PROP_ROWS_SUM_TO_ONE) |
               when(rk_mx_is_orthogonal(s, body), RK_PROP_ORTHOGONAL) |
               when(is_permutation(body), RK_PROP_PERMUTATION);
    default:
        return 0;
    }
}

/* Entry by entry. */
static unsigned of_function(const rk_leaf *a) {
    if (a->op != RK_T_EMUL)
        return 0;
    const rk_mx *x = a->arg[0], *y = a->arg[1];
    bool positive = x->nwords == 1 && y->nwords == 1 &&
                    rk_word_is_positive(x->word->letter, x->word->length) &&
                    rk_word_is_positive(y->word->letter, y->word->length) &&
                    rk_sc_is_one(x->word->coef) && rk_sc_is_one(y->word->coef);
    return when(positive, RK_PROP_POSITIVE) |
           when(rk_mx_is_diagonal(x) || rk_mx_is_diagonal(y), RK_PROP_DIAGONAL) |
           when(rk_mx_is_symmetric(x) && rk_mx_is_symmetric(y), RK_PROP_SYMMETRIC);
}

/* The props of a permutation, and so on. */
static unsigned implied(unsigned props) {
    if (props & RK_PROP_PERMUTATION)
        props |= RK_PROP_ORTHOGONAL | RK_PROP_ROWS_SUM_TO_ONE | RK_PROP_NONNEGATIVE;
    if (props & RK_PROP_ORTHOGONAL)
        props |= RK_PROP_SQUARE_INVERTIBLE;
    if (props & (RK_PROP_PSD | RK_PROP_DIAGONAL))
        props |= RK_PROP_SYMMETRIC;
    if (props & RK_PROP_POSITIVE)
        props |= RK_PROP_NO_ZERO_ENTRY | RK_PROP_NONNEGATIVE;
    if (props & (RK_PROP_SQUARE_INVERTIBLE | RK_PROP_ROWS_SUM_TO_ONE | RK_PROP_NO_ZERO_ENTRY))
        props |= RK_PROP_NOT_ZERO;
    return props;
}

static unsigned by_kind(rk_mxs *s, const rk_leaf *a) {
    switch (a->kind) {
    case RK_L_ONES:
        return RK_PROP_POSITIVE;
    case RK_L_UNIT:
        return RK_PROP_NOT_ZERO | RK_PROP_NONNEGATIVE;
    case RK_L_CAUSAL:
        return INVERTIBLE | RK_PROP_NONNEGATIVE;
    case RK_L_DIAG:
        return of_diag(a);
    case RK_L_SCALES:
        return INVERTIBLE | RK_PROP_DIAGONAL | RK_PROP_PSD | RK_PROP_NONNEGATIVE;
    case RK_L_INV:
        return INVERTIBLE | of_same_kind(s, a->arg[0]);
    case RK_L_POWER:
        return of_power(s, a->arg[0]);
    case RK_L_KRON:
        return of_kron(s, a->arg[0], a->arg[1]);
    case RK_L_BLOCKS:
        return of_blocks(s, a->arg[0]);
    case RK_L_SOFTMAX:
        return of_softmax(a);
    case RK_L_FUNCTION:
        return of_function(a);
    default:
        return of_loop(s, a);
    }
}

unsigned rk_leaf_derived(rk_mxs *s, const rk_leaf *leaf) {
    return implied(leaf->props | by_kind(s, leaf));
}
