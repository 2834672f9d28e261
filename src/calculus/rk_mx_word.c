#include <string.h>
#include "rk_mx_inside.h"

/* --- letters ------------------------------------------------------------------------------- */

rk_sc rk_letter_rows(rk_letter a) {
    return a.transposed ? a.leaf->cols : a.leaf->rows;
}

rk_sc rk_letter_cols(rk_letter a) {
    return a.transposed ? a.leaf->rows : a.leaf->cols;
}

bool rk_letter_is_diagonal(rk_letter a) {
    return a.leaf->props & RK_PROP_DIAGONAL;
}

static bool is_entrywise(rk_op op) {
    return op == RK_T_EMUL || op == RK_T_EDIV || (op >= RK_T_RELU && op <= RK_T_SIGN);
}

/* f(A', B') for f(A, B), where f commutes with the transpose. */
static const rk_leaf *mirrored_leaf(rk_mxs *s, const rk_leaf *a) {
    rk_leaf key = *a;
    key.rows = a->cols;
    key.cols = a->rows;
    for (int i = 0; i < 3 && a->arg[i]; i++)
        key.arg[i] = a->arg[i]->transpose;
    if (a->kind == RK_L_HCAT || a->kind == RK_L_VCAT)
        key.kind = a->kind == RK_L_HCAT ? RK_L_VCAT : RK_L_HCAT;
    key.props = ((const rk_mx_leaf_entry *)(const void *)a)->given;
    key.props &= ~(unsigned)RK_PROP_ROWS_SUM_TO_ONE;
    if (a->kind == RK_L_FUNCTION && a->op == RK_T_EMUL &&
        rk_mx_compare(s, key.arg[0], key.arg[1]) > 0) {
        const rk_mx *first = key.arg[0];
        key.arg[0] = key.arg[1];
        key.arg[1] = first;
    }
    return rk_mx_leaf(s, &key);
}

/* Leaves whose transpose is a leaf of the same family: one of the two is used. */
static rk_letter choose_mirror(rk_mxs *s, rk_letter a) {
    const rk_leaf *mirror = mirrored_leaf(s, a.leaf);
    if (mirror == a.leaf)
        return (rk_letter){a.leaf, false, a.inverted};
    if (rk_leaf_compare(s, mirror, a.leaf) < 0)
        return (rk_letter){mirror, !a.transposed, a.inverted};
    return a;
}

rk_letter rk_letter_canon(rk_mxs *s, rk_letter a) {
    unsigned props = a.leaf->props;
    if (props & (RK_PROP_ORTHOGONAL | RK_PROP_PERMUTATION) && a.inverted)
        a = (rk_letter){a.leaf, !a.transposed, false};
    if (props & (RK_PROP_SYMMETRIC | RK_PROP_DIAGONAL))
        a.transposed = false;
    switch (a.leaf->kind) {
    case RK_L_KRON:
    case RK_L_BLOCKS:
    case RK_L_HCAT:
    case RK_L_VCAT:
        return a.transposed ? (rk_letter){mirrored_leaf(s, a.leaf), false, a.inverted} : a;
    case RK_L_INV:
    case RK_L_POWER:
    case RK_L_SUM:
        return choose_mirror(s, a);
    case RK_L_FUNCTION:
        return is_entrywise(a.leaf->op) ? choose_mirror(s, a) : a;
    default:
        return a;
    }
}

rk_letter rk_letter_transpose(rk_mxs *s, rk_letter a) {
    return rk_letter_canon(s, (rk_letter){a.leaf, !a.transposed, a.inverted});
}

/* Diagonal letters side by side commute; they stand in ascending order. */
static bool sort_diagonals(const rk_mxs *s, rk_letter *letter, size_t n) {
    bool changed = false;
    for (size_t i = 1; i < n; i++)
        for (size_t k = i;
             k > 0 && rk_letter_is_diagonal(letter[k - 1]) && rk_letter_is_diagonal(letter[k]) &&
             rk_letter_compare(s, letter[k - 1], letter[k]) > 0;
             k--) {
            rk_letter x = letter[k];
            letter[k] = letter[k - 1];
            letter[k - 1] = x;
            changed = true;
        }
    return changed;
}

rk_word rk_word_transpose(rk_mxs *s, const rk_word *word) {
    size_t n = word->length;
    rk_letter *letter = n ? rk_arena_alloc(s->arena, n * sizeof *letter) : NULL;
    for (size_t i = 0; i < n; i++)
        letter[i] = rk_letter_transpose(s, word->letter[n - 1 - i]);
    sort_diagonals(s, letter, n);
    return (rk_word){word->coef, letter, n};
}

/* --- sums ---------------------------------------------------------------------------------- */

void rk_mx_sum_init(rk_mx_sum *sum, rk_sc rows, rk_sc cols) {
    *sum = (rk_mx_sum){.rows = rows, .cols = cols};
}

/* Room for one more in an array of the arena. */
static void *room(rk_mxs *s, void *items, size_t n, size_t *cap, size_t size) {
    if (n < *cap)
        return items;
    *cap = *cap ? 2 * *cap : 8;
    void *grown = rk_arena_alloc(s->arena, *cap * size);
    if (n)
        memcpy(grown, items, n * size);
    return grown;
}

void rk_mx_sum_put(rk_mxs *s, rk_mx_sum *sum, rk_word word) {
    if (rk_sc_is_zero(word.coef))
        return;
    sum->word = room(s, sum->word, sum->n, &sum->cap, sizeof *sum->word);
    sum->word[sum->n++] = word;
}

void rk_mx_sum_put_grid(rk_mxs *s, rk_mx_sum *sum, const rk_mx *grid) {
    sum->grid = room(s, sum->grid, sum->ngrids, &sum->cap_grids, sizeof(const rk_mx *));
    sum->grid[sum->ngrids++] = grid;
}

void rk_mx_sum_put_times(rk_mxs *s, rk_mx_sum *sum, rk_sc c, const rk_mx *a) {
    if (rk_mx_is_grid(a)) {
        rk_mx_sum_put_grid(s, sum, rk_mx_scale(s, c, a));
        return;
    }
    for (size_t i = 0; i < a->nwords; i++) {
        rk_word w = a->word[i];
        w.coef = rk_sc_is_one(c) ? w.coef : rk_sc_mul(s->scalars, c, w.coef);
        rk_mx_sum_put(s, sum, w);
    }
}

void rk_mx_sum_put_letters(rk_mxs *s, rk_mx_sum *sum, rk_sc coef, const rk_letter *letter,
                           size_t n) {
    rk_word word = {coef, letter, n};
    const rk_mx *other = rk_mx_word_normal(s, sum->rows, sum->cols, &word);
    if (other)
        rk_mx_sum_put_times(s, sum, s->one, other);
    else
        rk_mx_sum_put(s, sum, word);
}

/* Sorts, and adds up the coefficients of like words. Returns how many are left. */
static size_t collect(rk_mxs *s, rk_word *word, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        size_t low = 0, high = kept;
        int order = 1;
        while (low < high && order) {
            size_t middle = (low + high) / 2;
            order = rk_word_compare(s, &word[i], &word[middle]);
            if (order < 0)
                high = middle;
            else
                low = order ? middle + 1 : middle;
        }
        rk_word w = word[i];
        if (order == 0 && low < kept) {
            word[low].coef = rk_sc_add(s->scalars, word[low].coef, w.coef);
            continue;
        }
        memmove(&word[low + 1], &word[low], (kept - low) * sizeof *word);
        word[low] = w;
        kept++;
    }
    size_t n_left = 0;
    for (size_t i = 0; i < kept; i++)
        if (!rk_sc_is_zero(word[i].coef))
            word[n_left++] = word[i];
    return n_left;
}

const rk_mx *rk_mx_sum_done(rk_mxs *s, rk_mx_sum *sum) {
    do
        sum->n = collect(s, sum->word, sum->n);
    while (rk_mx_sum_series(s, sum));
    if (rk_mx_sum_has_grids(sum)) {
        const rk_mx *grid = rk_mx_sum_grids(s, sum);
        if (grid)
            return grid;
        sum->n = collect(s, sum->word, sum->n);
    }
    return rk_mx_intern(s, sum->rows, sum->cols, sum->word, sum->n);
}

/* --- one by one ---------------------------------------------------------------------------- */

bool rk_mx_is_one_by_one(const rk_mx *a) {
    return rk_sc_is_one(a->rows) && rk_sc_is_one(a->cols);
}

/* What is known of the entries of the matrix that the word takes one entry of; 0 if it is no entry.
 */
static unsigned props_of_entries(const rk_letter *letter, size_t n) {
    size_t at = n == 3 ? 1 : letter[0].leaf->kind == RK_L_UNIT ? 1 : 0;
    if (n < 2 || n > 3 || letter[at].inverted)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (i != at && letter[i].leaf->kind != RK_L_UNIT)
            return 0;
    return letter[at].leaf->props;
}

/* The quantity of a 1 by 1 word that nothing more is known about: of the word and its mirror image
   the smaller one. */
static rk_sc entry_quantity(rk_mxs *s, const rk_letter *letter, size_t n) {
    rk_letter *copy = rk_arena_alloc(s->arena, n * sizeof *copy);
    memcpy(copy, letter, n * sizeof *copy);
    rk_word word = {s->one, copy, n}, mirror = rk_word_transpose(s, &word);
    if (rk_word_compare(s, &mirror, &word) < 0)
        word = mirror;
    rk_quantity q = {.kind = RK_Q_ENTRY, .nmx = 1};
    q.mx[0] = rk_mx_intern(s, s->one, s->one, &word, 1);
    unsigned entries = props_of_entries(word.letter, n);
    q.positive = rk_word_is_positive(word.letter, n) || (entries & RK_PROP_POSITIVE) ||
                 rk_word_is_positive_form(s, word.letter, n);
    q.nonneg = q.positive || rk_word_is_square_form(s, word.letter, n) ||
               rk_word_is_nonnegative(word.letter, n);
    q.nonzero =
        q.positive || (entries & RK_PROP_NO_ZERO_ENTRY) ||
        (n == 1 && word.letter->leaf->props & (RK_PROP_NOT_ZERO | RK_PROP_SQUARE_INVERTIBLE));
    return rk_sc_quantity(s->scalars, &q);
}

/* unit(n,i)'*unit(n,j), NULL if it is not known whether i is j. */
static rk_sc unit_product(rk_mxs *s, const rk_leaf *a, const rk_leaf *b) {
    if (a == b)
        return s->one;
    rk_sc difference = rk_sc_sub(s->scalars, a->index[0], b->index[0]);
    return rk_sc_is_nonzero(s->scalars, difference) ? s->zero : NULL;
}

static rk_sc entry_of_two(rk_mxs *s, rk_letter a, rk_letter b) {
    if (!a.transposed || b.transposed)
        return NULL;
    rk_leaf_kind x = a.leaf->kind, y = b.leaf->kind;
    if (x == RK_L_ONES && y == RK_L_ONES)
        return a.leaf->rows;
    if ((x == RK_L_ONES && y == RK_L_UNIT) || (x == RK_L_UNIT && y == RK_L_ONES))
        return s->one;
    return x == RK_L_UNIT && y == RK_L_UNIT ? unit_product(s, a.leaf, b.leaf) : NULL;
}

rk_sc rk_mx_entry(rk_mxs *s, const rk_letter *letter, size_t n) {
    rk_sc known = n == 2 ? entry_of_two(s, letter[0], letter[1]) : NULL;
    if (known)
        return known;
    if (n > 1)
        return entry_quantity(s, letter, n);
    rk_letter plain = rk_letter_canon(s, (rk_letter){.leaf = letter[0].leaf});
    plain.transposed = false;
    rk_sc value = entry_quantity(s, &plain, 1);
    return letter[0].inverted ? rk_sc_div(s->scalars, s->one, value) : value;
}

const rk_mx *rk_mx_settle(rk_mxs *s, const rk_mx *a) {
    if (a->nwords != 1 || a->word->length == 0 || !rk_mx_is_one_by_one(a))
        return a;
    rk_sc value = rk_mx_entry(s, a->word->letter, a->word->length);
    return rk_mx_scalar(s, rk_sc_mul(s->scalars, a->word->coef, value));
}

/* --- words being brought to their normal form ---------------------------------------------- */

typedef struct work {
    rk_mxs *s;
    rk_sc rows, cols, coef;
    rk_letter *letter;
    size_t n;
} work;

static rk_sc boundary(const work *w, size_t i) {
    return i == 0 ? w->rows : rk_letter_cols(w->letter[i - 1]);
}

static void cut(work *w, size_t from, size_t to) {
    memmove(&w->letter[from], &w->letter[to], (w->n - to) * sizeof *w->letter);
    w->n -= to - from;
}

/* The word with `middle` for the letters from..to-1. */
static const rk_mx *with_middle(work *w, size_t from, size_t to, const rk_mx *middle) {
    rk_mxs *s = w->s;
    rk_mx_sum left, right;
    rk_mx_sum_init(&left, w->rows, middle->rows);
    rk_mx_sum_put_letters(s, &left, w->coef, w->letter, from);
    rk_mx_sum_init(&right, middle->cols, w->cols);
    rk_mx_sum_put_letters(s, &right, s->one, w->letter + to, w->n - to);
    const rk_mx *product = rk_mx_mul(s, rk_mx_sum_done(s, &left), middle);
    return rk_mx_mul(s, product, rk_mx_sum_done(s, &right));
}

bool rk_letters_cancel(rk_letter a, rk_letter b) {
    if (a.leaf != b.leaf)
        return false;
    if (a.leaf->props & (RK_PROP_ORTHOGONAL | RK_PROP_PERMUTATION))
        return a.transposed != b.transposed || (a.leaf->props & RK_PROP_SYMMETRIC);
    return a.transposed == b.transposed && a.inverted != b.inverted;
}

static bool fixes_right_ones(rk_letter a) {
    return (a.leaf->props & RK_PROP_PERMUTATION) ||
           (!a.transposed && (a.leaf->props & RK_PROP_ROWS_SUM_TO_ONE));
}

static bool fixes_left_ones(rk_letter a) {
    return (a.leaf->props & RK_PROP_PERMUTATION) ||
           ((a.transposed || (a.leaf->props & RK_PROP_SYMMETRIC)) &&
            (a.leaf->props & RK_PROP_ROWS_SUM_TO_ONE));
}

/* The column of ones of this many rows, or nothing where that is the number 1. */
static void put_ones(work *w, size_t from, size_t to, rk_sc rows, bool row) {
    if (!rk_sc_is_one(rows)) {
        rk_leaf ones = {.kind = RK_L_ONES, .rows = rows, .cols = w->s->one};
        w->letter[from++] = (rk_letter){rk_mx_leaf(w->s, &ones), row, false};
    }
    cut(w, from, to);
}

/* Does the matrix consist of these letters alone, with coefficient 1? */
static bool is_product(const rk_mx *a, const rk_letter *letter, size_t n) {
    return a->nwords == 1 && a->word->length == n && rk_sc_is_one(a->word->coef) &&
           rk_same_letters(a->word->letter, letter, n);
}

/* inv(diag(g))*g = 1, and inv(A*B) next to A*B, to the right of letter i. */
static bool inverse_before(work *w, size_t i) {
    rk_letter a = w->letter[i];
    const rk_leaf *leaf = a.leaf;
    bool diag = leaf->kind == RK_L_DIAG && a.inverted, inv = leaf->kind == RK_L_INV && !a.inverted;
    if (!diag && !inv)
        return false;
    const rk_mx *arg = a.transposed ? leaf->arg[0]->transpose : leaf->arg[0];
    size_t n = arg->nwords == 1 ? arg->word->length : 0;
    if (n == 0 || i + 1 + n > w->n || !is_product(arg, w->letter + i + 1, n))
        return false;
    if (diag)
        put_ones(w, i, i + 1 + n, leaf->rows, false);
    else
        cut(w, i, i + 1 + n);
    return true;
}

/* The same to the left of letter i. */
static bool inverse_after(work *w, size_t i) {
    rk_letter a = w->letter[i];
    const rk_leaf *leaf = a.leaf;
    bool diag = leaf->kind == RK_L_DIAG && a.inverted, inv = leaf->kind == RK_L_INV && !a.inverted;
    if (!diag && !inv)
        return false;
    const rk_mx *arg = diag || a.transposed ? leaf->arg[0]->transpose : leaf->arg[0];
    size_t n = arg->nwords == 1 ? arg->word->length : 0;
    if (n == 0 || n > i || !is_product(arg, w->letter + i - n, n))
        return false;
    if (diag)
        put_ones(w, i - n, i + 1, leaf->rows, true);
    else
        cut(w, i - n, i + 1);
    return true;
}

/* Rules that keep the word a word. True if one was used at letters i, i + 1. */
static bool simplify_pair(work *w, size_t i) {
    rk_letter a = w->letter[i], b = w->letter[i + 1];
    if (rk_letters_cancel(a, b)) {
        cut(w, i, i + 2);
        return true;
    }
    if (rk_is_ones(b, false) && fixes_right_ones(a)) {
        put_ones(w, i, i + 2, rk_letter_rows(a), false);
        return true;
    }
    if (rk_is_ones(a, true) && fixes_left_ones(b)) {
        put_ones(w, i, i + 2, rk_letter_cols(b), true);
        return true;
    }
    return inverse_before(w, i) || inverse_after(w, i + 1);
}

/* diag(g)*1 = g; unit(i)'*diag(g) = g[i]*unit(i)', and mirrored. */
static const rk_mx *diagonal_pair(rk_mxs *s, rk_letter a, rk_letter b) {
    if (a.leaf->kind == RK_L_DIAG && !a.inverted) {
        if (rk_is_ones(b, false))
            return a.leaf->arg[0];
        if (b.leaf->kind == RK_L_UNIT && !b.transposed) {
            const rk_mx *unit = rk_mx_of_letter(s, b);
            return rk_mx_mul(s, unit, rk_mx_mul(s, unit->transpose, a.leaf->arg[0]));
        }
    }
    if (b.leaf->kind == RK_L_DIAG && !b.inverted) {
        if (rk_is_ones(a, true))
            return b.leaf->arg[0]->transpose;
        if (a.leaf->kind == RK_L_UNIT && a.transposed) {
            const rk_mx *unit = rk_mx_of_letter(s, a);
            return rk_mx_mul(s, rk_mx_mul(s, unit, b.leaf->arg[0]), unit);
        }
    }
    return NULL;
}

/* The column g of diag(g), a single product; NULL for other letters. */
static const rk_word *column_of_diagonal(rk_letter a) {
    const rk_mx *g = a.leaf->kind == RK_L_DIAG && !a.inverted ? a.leaf->arg[0] : NULL;
    return g && g->nwords == 1 && rk_sc_is_one(g->word->coef) ? g->word : NULL;
}

/* diag(g)*c is diag(c)*g for a column c. Of the columns in such a product the last one in the order
   of words stands at the end: the letter from which a diagonal one and the column change places
   (there are diagonal letters from `from` on, then the column up to `to`); SIZE_MAX: none. */
static size_t misplaced_column(const work *w, size_t from, size_t to, size_t *middle) {
    size_t k = from;
    while (k < to && rk_letter_is_diagonal(w->letter[k]))
        k++;
    rk_word column = {NULL, w->letter + k, to - k};
    *middle = k;
    for (size_t i = from; i < k && k < to; i++) {
        const rk_word *g = column_of_diagonal(w->letter[i]);
        if (g && rk_word_compare(w->s, &column, g) < 0)
            return i;
    }
    return SIZE_MAX;
}

/* diag(g)*D*c to diag(c)*D*g for the letters i..to-1, c from k on. */
static const rk_mx *exchanged(rk_mxs *s, const rk_letter *letter, size_t k, size_t n) {
    rk_sc rows = rk_letter_rows(letter[0]);
    const rk_mx *column = rk_mx_of_letters(s, rows, letter + k, n - k);
    const rk_mx *between = rk_mx_of_letters(s, rows, letter + 1, k - 1);
    const rk_mx *first = rk_mx_mul(s, rk_mx_diag(s, column), between);
    return rk_mx_mul(s, first, letter[0].leaf->arg[0]);
}

/* Columns: diagonal letters before a boundary of size 1, and no such boundary in between. */
static const rk_mx *exchange_column(work *w) {
    for (size_t to = 1; to <= w->n; to++) {
        if (!rk_sc_is_one(boundary(w, to)))
            continue;
        size_t from = to, middle;
        while (from > 0 && !rk_letter_is_diagonal(w->letter[from - 1]))
            from--;
        while (from > 0 && rk_letter_is_diagonal(w->letter[from - 1]))
            from--;
        size_t i = misplaced_column(w, from, to, &middle);
        if (i != SIZE_MAX)
            return with_middle(w, i, to, exchanged(w->s, w->letter + i, middle - i, to - i));
    }
    return NULL;
}

/* The same for rows: in the mirror. */
static const rk_mx *exchange_row(work *w) {
    rk_word word = {w->coef, w->letter, w->n};
    word = rk_word_transpose(w->s, &word);
    work mirror = {
        .s = w->s, .rows = w->cols, .cols = w->rows, .coef = word.coef, .n = word.length};
    mirror.letter = rk_arena_alloc(w->s->arena, (word.length + 1) * sizeof *mirror.letter);
    if (word.length)
        memcpy(mirror.letter, word.letter, word.length * sizeof *mirror.letter);
    const rk_mx *other = exchange_column(&mirror);
    return other ? other->transpose : NULL;
}

static bool has_diagonal_column(const work *w) {
    for (size_t i = 0; i < w->n; i++)
        if (column_of_diagonal(w->letter[i]))
            return true;
    return false;
}

static const rk_mx *exchange(work *w) {
    if (!has_diagonal_column(w))
        return NULL;
    const rk_mx *other = exchange_column(w);
    return other ? other : exchange_row(w);
}

/* Rules that make a pair of letters another matrix; NULL: none. */
static const rk_mx *replace_pair(rk_mxs *s, rk_letter a, rk_letter b) {
    const rk_mx *m = diagonal_pair(s, a, b);
    if (!m)
        m = rk_mx_power_rule(s, a, b);
    if (!m)
        m = rk_mx_kron_rule(s, a, b);
    if (!m)
        m = rk_mx_loop_rule(s, a, b);
    return m ? m : rk_mx_blocks_rule(s, a, b);
}

static bool simplify(work *w) {
    bool any = false;
    for (size_t i = 0; i + 1 < w->n;) {
        if (simplify_pair(w, i)) {
            any = true;
            i = i ? i - 1 : 0;
        } else {
            i++;
        }
    }
    return any;
}

/* Parts between two boundaries of size 1 are numbers: they move into the coefficient. */
static bool take_numbers(work *w) {
    bool any = false;
    size_t start = SIZE_MAX;
    for (size_t i = 0; i <= w->n; i++) {
        if (!rk_sc_is_one(boundary(w, i)))
            continue;
        if (start != SIZE_MAX && start < i) {
            rk_sc value = rk_mx_entry(w->s, w->letter + start, i - start);
            w->coef = rk_sc_mul(w->s->scalars, w->coef, value);
            cut(w, start, i);
            any = true;
            i = start;
        }
        start = i;
    }
    return any;
}

/* The letters as they stand in words, in a buffer of their own. */
static void load(work *w, const rk_word *word) {
    rk_mxs *s = w->s;
    w->letter = rk_arena_alloc(s->arena, (word->length + 1) * sizeof *w->letter);
    w->n = word->length;
    for (size_t i = 0; i < w->n; i++)
        w->letter[i] = rk_letter_canon(s, word->letter[i]);
}

/* The number c with A*v == c*v (or v*A == c*v) for the letters v; NULL: not known, or 0. */
static rk_sc stretch(rk_mxs *s, const rk_mx *a, const rk_letter *v, size_t n, bool left) {
    rk_mx_sum sum;
    rk_mx_sum_init(&sum, rk_letter_rows(v[0]), rk_letter_cols(v[n - 1]));
    rk_mx_sum_put_letters(s, &sum, s->one, v, n);
    const rk_mx *vector = rk_mx_sum_done(s, &sum);
    const rk_mx *image = left ? rk_mx_mul(s, vector, a) : rk_mx_mul(s, a, vector);
    if (vector->nwords != 1 || image->nwords != 1)
        return NULL;
    rk_sc c = image->word[0].coef;
    return rk_mx_scale(s, c, vector) == image ? c : NULL;
}

/* A^k*v = c^k*v where A*v = c*v, and mirrored. */
static bool eigenvector_of_power(work *w, size_t i) {
    enum { LONGEST = 3 };
    rk_letter p = w->letter[i];
    if (p.leaf->kind != RK_L_POWER || p.inverted)
        return false;
    const rk_mx *a = p.transposed ? p.leaf->arg[0]->transpose : p.leaf->arg[0];
    for (size_t n = 1; n <= LONGEST; n++)
        for (int left = 0; left < 2; left++) {
            if (left ? n > i : i + n >= w->n)
                continue;
            rk_sc c = stretch(w->s, a, &w->letter[left ? i - n : i + 1], n, left);
            if (c == NULL)
                continue;
            rk_sc factor = rk_sc_pow(w->s->scalars, c, p.leaf->index[0]);
            w->coef = rk_sc_mul(w->s->scalars, w->coef, factor);
            cut(w, i, i + 1);
            return true;
        }
    return false;
}

static bool eigenvectors(work *w) {
    for (size_t i = 0; i < w->n; i++)
        if (eigenvector_of_power(w, i))
            return true;
    return false;
}

const rk_mx *rk_mx_word_normal(rk_mxs *s, rk_sc rows, rk_sc cols, rk_word *word) {
    work w = {.s = s, .rows = rows, .cols = cols, .coef = word->coef};
    load(&w, word);
    do {
        do
            sort_diagonals(s, w.letter, w.n);
        while (simplify(&w));
        for (size_t i = 0; i + 1 < w.n; i++) {
            const rk_mx *middle = replace_pair(s, w.letter[i], w.letter[i + 1]);
            if (middle)
                return with_middle(&w, i, i + 2, middle);
        }
        for (size_t i = 0, count; i < w.n; i++) {
            const rk_mx *power = rk_mx_power_after(s, w.letter, i, &count);
            if (power)
                return with_middle(&w, i - count, i + 1, power);
        }
        const rk_mx *other = exchange(&w);
        if (other)
            return other;
        *word = (rk_word){w.coef, w.letter, w.n};
        if (s->rules && rk_rewrite_word(s->rules, word, rows, cols, &other))
            return other;
    } while (eigenvectors(&w) || take_numbers(&w));
    *word = (rk_word){w.coef, w.letter, w.n};
    return NULL;
}
