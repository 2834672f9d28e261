/* Facts of the engine that are several facts of the checker, which has fewer laws: norms of
   products of many letters and of families, chains of Kronecker products, sums of squares, blocks
   that others span. The last record says what the engine's fact says. */
#include <string.h>

#include "record_inside.h"
#include "rk_block.h"

typedef struct steps {
    rk_recorder *r;
    rk_mxs *s;
    const rk_fact *fact;
    size_t n; /* number of the last fact written */
} steps;

/* --- pieces of records ---------------------------------------------------------------------- */

static void put_text(steps *t, const char *text) {
    rk_buf_puts(t->r->out, text);
}

static void put_matrices(steps *t, const char *law, size_t n, const rk_mx *const *a) {
    rk_buf_printf(t->r->out, "fact %s", law);
    for (size_t i = 0; i < n; i++) {
        rk_record_bar(t->r);
        rk_record_mx(t->r, a[i]);
    }
}

#define PUT(t, law, ...)                                                                           \
    put_matrices(t, law, sizeof((const rk_mx *[]){__VA_ARGS__}) / sizeof(const rk_mx *),           \
                 (const rk_mx *[]){__VA_ARGS__})

static size_t end(steps *t) {
    rk_record_end(t->r);
    return ++t->n;
}

static size_t end_with(steps *t, rk_sc value, bool equation) {
    rk_record_bar(t->r);
    rk_record_relation(t->r, value, equation);
    return end(t);
}

/* `head(a tail`: "rank(" A ")", "norm(" A ", 2)" */
static void put_call(steps *t, const char *head, const rk_mx *a, const char *tail) {
    put_text(t, head);
    rk_record_mx(t->r, a);
    put_text(t, tail);
}

static void put_norm(steps *t, const rk_mx *a, const char *kind) {
    put_call(t, "norm(", a, ", ");
    rk_buf_printf(t->r->out, "%s)", kind);
}

static void put_ranks(steps *t, const rk_mx *a, const rk_mx *b) {
    put_call(t, " | rank(", a, ") == ");
    put_call(t, "rank(", b, ")");
}

/* The fact of the engine from F times it. */
static void begin_derived(steps *t, const char *factor) {
    rk_buf_printf(t->r->out, "fact derived | %s | ", factor);
    rk_record_relation(t->r, t->fact->value, t->fact->equation);
}

static void put_used(steps *t, size_t number, const char *factor) {
    rk_buf_printf(t->r->out, " | %zu | %s", number, factor);
}

static void put_used_times(steps *t, size_t number, rk_sc factor) {
    put_used(t, number, "");
    rk_record_sc(t->r, factor);
}

static rk_sc rank_of(const steps *t, const rk_mx *a) {
    return rk_mx_rank(t->s, a);
}

static const rk_mx *beside(const steps *t, const rk_mx *a, const rk_mx *b) {
    return rk_mx_grid(t->s, 1, 2, (const rk_mx *[]){a, b});
}

static const rk_mx *below(const steps *t, const rk_mx *a, const rk_mx *b) {
    return rk_mx_grid(t->s, 2, 1, (const rk_mx *[]){a, b});
}

static const rk_mx *eye(const steps *t, rk_sc n) {
    return rk_mx_eye(t->s, n);
}

/* --- norms ----------------------------------------------------------------------------------- */

/* norm(a) <= the product of the norms of its letters, as derived from one product after the other;
   letter `at` has its Frobenius norm. The text of the bound is put where `bound` is set. */
typedef struct letters {
    const rk_mx *left[8];
    const char *kind[8];
    size_t n;
} letters;

static void cut_off(steps *t, letters *l, const rk_mx **rest, const char **kind, bool at) {
    const rk_mx *left, *right;
    rk_mx_split(t->s, *rest, 1, &left, &right);
    bool fro = strcmp(*kind, "fro") == 0;
    l->kind[l->n] = fro && !at ? "2" : *kind;
    l->left[l->n] = left;
    const char *other = fro && at ? "2" : *kind;
    PUT(t, "norm-of-product", left, right);
    rk_record_bar(t->r);
    put_norm(t, *rest, *kind);
    put_text(t, " <= ");
    put_norm(t, left, l->kind[l->n++]);
    put_text(t, "*");
    put_norm(t, right, other);
    end(t);
    *rest = right;
    *kind = other;
}

static letters cut_all(steps *t, const rk_mx *a, const char *kind, size_t at) {
    letters l = {.n = 0};
    for (size_t n = a->word[0].length; l.n + 1 < n;)
        cut_off(t, &l, &a, &kind, l.n + 1 == at);
    l.left[l.n] = a;
    l.kind[l.n++] = kind;
    return l;
}

/* The product of the norms of the first n. */
static void put_bound(steps *t, const letters *l, size_t n) {
    for (size_t i = 0; i < n; i++) {
        put_text(t, i == 0 ? "" : "*");
        put_norm(t, l->left[i], l->kind[i]);
    }
    put_text(t, n == 0 ? "1" : "");
}

/* Of the products before: each one times the norms of what was cut off before it. */
static void put_cuts(steps *t, const letters *l, size_t first) {
    for (size_t i = 0; i + 1 < l->n; i++) {
        put_used(t, first + i, "");
        put_bound(t, l, i);
    }
}

static void put_norm_of_letters(steps *t) {
    const rk_note *n = t->fact->note;
    size_t first = t->n + 1;
    letters l = cut_all(t, t->fact->matrix[0], n->kind, n->letter);
    begin_derived(t, "1");
    put_cuts(t, &l, first);
    end(t);
}

static void put_index(steps *t, const rk_leaf *family) {
    char name[RK_SYMBOL_TEXT];
    rk_mx_symbol_text(t->r->calculus->checked, family->sym, name);
    put_text(t, name);
}

static void put_range(steps *t, const rk_leaf *family, const char *between, const char *dots) {
    put_index(t, family);
    put_text(t, between);
    rk_record_sc(t->r, family->index[0]);
    put_text(t, dots);
    rk_record_sc(t->r, family->index[1]);
}

/* sum(h = a..b, */
static void put_total(steps *t, const rk_leaf *family) {
    put_text(t, "sum(");
    put_range(t, family, " = ", "..");
    put_text(t, ", ");
}

/* norm(E) <= the bound by letters, summed over the members. */
static void put_member_bounds(steps *t, const rk_leaf *family) {
    const rk_note *n = t->fact->note;
    const rk_mx *member = family->arg[0];
    size_t before = t->n, first = before + 1;
    put_text(t, "member ");
    put_range(t, family, " | ", " | ");
    rk_record_end(t->r);
    letters l = cut_all(t, member, n->kind, n->letter);
    put_text(t, "fact derived | 1 | ");
    put_norm(t, member, n->kind);
    put_text(t, " <= ");
    put_bound(t, &l, l.n);
    put_cuts(t, &l, first);
    size_t bound = end(t);
    rk_buf_printf(t->r->out, "family %zu | ", bound);
    put_total(t, family);
    put_norm(t, member, n->kind);
    put_text(t, ") <= ");
    put_total(t, family);
    put_bound(t, &l, l.n);
    put_text(t, ")");
    t->n = before;
    end(t);
}

static void put_norm_of_family(steps *t) {
    const rk_note *n = t->fact->note;
    const rk_leaf *family = n->family;
    put_text(t, "fact norm-of-members | ");
    put_range(t, family, " | ", " | ");
    rk_record_bar(t->r);
    rk_record_mx(t->r, family->arg[0]);
    if (n->letter == 0) {
        end_with(t, t->fact->value, false);
        return;
    }
    rk_record_bar(t->r);
    put_norm(t, t->fact->matrix[0], n->kind);
    put_text(t, " <= ");
    put_total(t, family);
    put_norm(t, family->arg[0], n->kind);
    put_text(t, ")");
    size_t whole = end(t);
    put_member_bounds(t, family);
    begin_derived(t, "1");
    put_used(t, whole, "1");
    put_used(t, t->n, "1");
    end(t);
}

static void put_norm_law(steps *t) {
    const rk_note *n = t->fact->note;
    if (n != NULL && n->family != NULL)
        put_norm_of_family(t);
    else if (n != NULL && n->letter > 0 && t->fact->matrix[0]->word[0].length > 1)
        put_norm_of_letters(t);
    else { /* the first matrix is the whole */
        bool sum = t->fact->law == RK_LAW_NORM_SUM;
        PUT(t, sum ? "norm-of-sum" : "norm-of-product", t->fact->matrix[1], t->fact->matrix[2]);
        end_with(t, t->fact->value, false);
    }
}

/* --- spectra --------------------------------------------------------------------------------- */

/* 1 <= norm(A, 2) from n <= n*norm(A, 2)^2 */
static void put_fixed_ones(steps *t) {
    const rk_mx *a = t->fact->matrix[0];
    rk_buf *out = t->r->out;
    PUT(t, "fixed-ones", a);
    if (a->rows != a->cols) {
        end_with(t, t->fact->value, false);
        return;
    }
    rk_record_bar(t->r);
    rk_record_sc(t->r, a->rows);
    put_text(t, " <= (");
    rk_record_sc(t->r, a->rows);
    put_text(t, ")*");
    put_norm(t, a, "2");
    put_text(t, "^2");
    end(t);
    put_text(t, "fact derived | ");
    put_norm(t, a, "2");
    put_text(t, " + 1 | ");
    rk_record_relation(t->r, t->fact->value, false);
    rk_buf_printf(out, " | %zu | 1/(", t->n);
    rk_record_sc(t->r, a->rows);
    put_text(t, ")");
    end(t);
}

static void put_spectrum(steps *t) {
    const rk_note *n = t->fact->note;
    if (strcmp(n->kind, "fixed-ones") == 0) {
        put_fixed_ones(t);
        return;
    }
    PUT(t, n->kind, t->fact->matrix[0]);
    if (n->at != NULL) {
        rk_record_bar(t->r);
        rk_record_sc(t->r, n->at);
    }
    end_with(t, t->fact->value, false);
}

/* --- spans ----------------------------------------------------------------------------------- */

/* rank([a, b]) == rank(b), where a == b*k */
static size_t put_within(steps *t, const rk_mx *a, const rk_mx *b, const rk_mx *k) {
    const rk_mx *both = beside(t, a, b), *rows = eye(t, a->rows), *one = eye(t, b->cols);
    PUT(t, "equivalent", both, b, rows, below(t, rk_mx_zero(t->s, a->cols, b->cols), one), rows,
        beside(t, k, one));
    put_ranks(t, both, b);
    return end(t);
}

/* K with the member at this index of the row of blocks as the row times K. */
static void put_choice(steps *t, const rk_leaf *row, rk_sc at) {
    rk_scalars *s = t->r->scalars;
    rk_sc one = rk_sc_int(s, 1), width = row->arg[0]->cols;
    if (rk_sc_mentions(s, width, row->sym))
        rk_record_fail(t->r, "a member of a row of blocks that differ in width");
    put_text(t, "kron(unit(");
    rk_record_sc(t->r, rk_sc_add(s, rk_sc_sub(s, row->index[1], row->index[0]), one));
    put_text(t, ", ");
    rk_record_sc(t->r, rk_sc_add(s, rk_sc_sub(s, at, row->index[0]), one));
    put_text(t, "), eye(");
    rk_record_sc(t->r, width);
    put_text(t, "))");
}

/* The identity without the block row of what is spanned; with the factor its column spans that. */
static void put_without(steps *t, const rk_mx *grid, bool factor) {
    const rk_note *n = t->fact->note;
    for (size_t i = 0, rows = 0; i < grid->grid_cols; i++) {
        if (i == n->col)
            continue;
        put_text(t, rows++ == 0 ? "[" : "; ");
        for (size_t j = 0; j < grid->grid_cols; j++) {
            put_text(t, j == 0 ? "" : ", ");
            bool here = factor && j == n->col && i == n->other;
            if (here && n->mx[0] == NULL)
                put_choice(t, n->family, n->at);
            else
                rk_record_mx(t->r,
                             here     ? n->mx[0]
                             : i == j ? eye(t, grid->cell[i]->cols)
                                      : rk_mx_zero(t->s, grid->cell[i]->cols, grid->cell[j]->cols));
        }
    }
    put_text(t, "]");
}

/* rank([A, B, ...]) == rank([A, ...]), where B == A*K */
static void put_spanned(steps *t) {
    const rk_note *n = t->fact->note;
    const rk_mx *grid = n->mx[1], *rest[RK_BLOCK_MAX];
    size_t kept = 0;
    for (size_t i = 0; i < grid->grid_cols && kept < RK_BLOCK_MAX; i++)
        if (i != n->col)
            rest[kept++] = grid->cell[i];
    const rk_mx *less = rk_mx_grid(t->s, 1, kept, rest), *rows = eye(t, grid->rows);
    PUT(t, "equivalent", grid, less, rows);
    rk_record_bar(t->r);
    put_without(t, grid, false);
    put_text(t, "' | ");
    rk_record_mx(t->r, rows);
    rk_record_bar(t->r);
    put_without(t, grid, true);
    end_with(t, t->fact->value, true);
}

/* --- Kronecker products ---------------------------------------------------------------------- */

/* rank(a) + rank(b) - rank([a, b]) */
static rk_sc meet(const steps *t, const rk_mx *a, const rk_mx *b) {
    rk_scalars *s = t->r->scalars;
    rk_sc sum = rk_sc_add(s, rank_of(t, a), rank_of(t, b));
    return rk_sc_sub(s, sum, rank_of(t, beside(t, a, b)));
}

/* The same where the column space of one of them lies in that of the other; the number of the fact
   that says so: 0 if it says nothing. */
static rk_sc meet_within(steps *t, const rk_mx *a, const rk_mx *b, const rk_mx *const k[2],
                         rk_sc plain, size_t *number) {
    rk_sc known = k[0] != NULL ? rank_of(t, a) : k[1] != NULL ? rank_of(t, b) : plain;
    *number = 0;
    if (known != plain)
        *number = k[0] != NULL ? put_within(t, a, b, k[0]) : put_within(t, b, a, k[1]);
    return known;
}

static void put_pair(steps *t) {
    const rk_mx *const *m = t->fact->matrix;
    const rk_note *n = t->fact->note;
    rk_scalars *s = t->r->scalars;
    rk_sc left = meet(t, m[0], m[2]), right = meet(t, m[1], m[3]);
    size_t first, second;
    rk_sc known = meet_within(t, m[0], m[2], &n->mx[0], left, &first);
    rk_sc other = meet_within(t, m[1], m[3], &n->mx[2], right, &second);
    rk_sc more = rk_sc_sub(s, rk_sc_mul(s, left, right), rk_sc_mul(s, known, other));
    put_matrices(t, "kronecker-pair", 4, m);
    size_t pair = end_with(t, rk_sc_add(s, t->fact->value, more), true);
    if (first == 0 && second == 0)
        return;
    begin_derived(t, "1");
    put_used(t, pair, "1");
    if (first > 0) /* says known - left == 0 */
        put_used_times(t, first, other);
    if (second > 0)
        put_used_times(t, second, left);
    end(t);
}

/* One more product beside those before: kronecker-chain | S | A | C | D | K | U | W. */
static const rk_mx *put_link(steps *t, const rk_mx *row, size_t i, const rk_mx **w) {
    const rk_mx *const *m = t->fact->matrix;
    const rk_note *n = t->fact->note;
    const rk_mx *a = m[2 * i], *b = m[2 * i + 1], *c = m[2 * i + 2], *d = m[2 * i + 3];
    const rk_mx *last = rk_mx_kron(t->s, eye(t, a->cols), n->right[i]), *u = last;
    const rk_mx *here = rk_mx_kron(t->s, eye(t, a->cols), b), *next = rk_mx_kron(t->s, c, d);
    if (i > 0) { /* what the products before are of A */
        rk_sc above = rk_sc_sub(t->r->scalars, row->cols, last->rows);
        const rk_mx *down = rk_mx_kron(t->s, n->left[i - 1], eye(t, b->rows));
        u = below(t, rk_mx_zero(t->s, above, last->cols), last);
        here = beside(t, rk_mx_mul(t->s, down, *w), here);
    }
    *w = here;
    PUT(t, "kronecker-chain", row, a, c, d, n->left[i], u, here);
    put_call(t, " | rank(", beside(t, row, next), ") + ");
    put_call(t, "rank(", a, ")*");
    put_call(t, "rank(", d, ") == ");
    put_call(t, "rank(", row, ") + ");
    put_call(t, "rank(", c, ")*");
    put_call(t, "rank(", d, ")");
    end(t);
    return beside(t, row, next);
}

static void put_chain(steps *t) {
    const rk_mx *const *m = t->fact->matrix;
    size_t n = t->fact->nmatrices / 2, first = t->n + 1;
    const rk_mx *row = rk_mx_kron(t->s, m[0], m[1]), *w = NULL;
    PUT(t, "kronecker", m[0], m[1]);
    put_call(t, " | rank(", row, ") == ");
    put_call(t, "rank(", m[0], ")*");
    put_call(t, "rank(", m[1], ")");
    end(t);
    for (size_t i = 0; i + 1 < n; i++)
        row = put_link(t, row, i, &w);
    begin_derived(t, "1");
    for (size_t i = 0; i < n; i++)
        put_used(t, first + i, "1");
    end(t);
}

/* (size - rank(A)) times the same of B, or rank(B) */
static void put_gaps(steps *t) {
    const rk_mx *a = t->fact->matrix[0], *b = t->fact->matrix[1];
    rk_scalars *s = t->r->scalars;
    rk_sc x = rank_of(t, a), y = rank_of(t, b);
    rk_sc of_a[] = {rk_sc_sub(s, a->rows, x), rk_sc_sub(s, a->cols, x)};
    rk_sc of_b[] = {rk_sc_sub(s, b->rows, y), rk_sc_sub(s, b->cols, y), y};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 3; k++) {
            if (rk_sc_mul(s, of_a[i], of_b[k]) != t->fact->value)
                continue;
            PUT(t, "size", a);
            size_t first = end_with(t, of_a[i], false);
            PUT(t, "size", b);
            size_t second = end_with(t, of_b[k], false);
            rk_buf_printf(t->r->out, "fact product-of-facts | %zu | %zu", first, second);
            end_with(t, t->fact->value, false);
            return;
        }
    rk_record_fail(t->r, "a product of gaps that is not seen");
}

/* --- sums of squares ------------------------------------------------------------------------- */

/* sum(h, A[h]'*A[h]) has the rank of the A[h] one below the other. */
static void put_squares_of_family(steps *t) {
    const rk_leaf *family = t->fact->note->family;
    const rk_mx *root = t->fact->matrix[0], *body = family->arg[0];
    rk_sc factor = body->word[0].coef;
    if (body->word[0].length % 2 != 0 || rk_sc_mentions(t->r->scalars, factor, family->sym)) {
        rk_record_fail(t->r, "a sum of squares with factors of its members");
        return;
    }
    PUT(t, "gram",
        rk_mx_loop(t->s, RK_L_VCAT, family->sym, family->index[0], family->index[1], root),
        eye(t, root->cols));
    end_with(t, t->fact->value, true);
}

/* The word c*A'*M*A: A, and c*M. */
static bool square_of(const steps *t, const rk_mx *whole, size_t i, const rk_mx **a,
                      const rk_mx **m) {
    const rk_word *w = &whole->word[i];
    size_t half = w->length / 2;
    *a = half == 0 ? eye(t, whole->cols) : rk_block_letters(t->s, w, w->length - half, w->length);
    *m = w->length % 2 == 0 ? eye(t, (*a)->rows) : rk_block_letters(t->s, w, half, half + 1);
    const rk_mx *product = rk_mx_mul(t->s, rk_mx_mul(t->s, rk_mx_transpose(t->s, *a), *m), *a);
    const rk_mx *word = rk_mx_of_words(t->s, whole->rows, whole->cols, w, 1);
    if (product->nwords != 1)
        return false;
    rk_sc c = rk_sc_div(t->r->scalars, w->coef, product->word[0].coef);
    *m = rk_mx_scale(t->s, c, *m);
    return rk_mx_scale(t->s, c, product) == word;
}

/* rank(S'*D*S*C) == rank(D*S*C) for the A one below the other as S, the c*M on the diagonal of D;
   then the c are taken off the rows of D*S*C. */
static void put_sum_of_squares(steps *t) {
    const rk_mx *whole = t->fact->note->mx[0], *const *root = t->fact->matrix;
    const rk_mx *right = root[t->fact->nmatrices - 1], *a[RK_BLOCK_MAX];
    size_t n = whole->nwords;
    rk_block d = {.rows = n, .cols = n}, back = d, there = d;
    bool seen = n <= RK_BLOCK_MAX;
    for (size_t i = 0; i < n && seen; i++) {
        seen = square_of(t, whole, i, &a[i], &d.cell[i][i]);
        d.height[i] = d.width[i] = there.height[i] = there.width[i] = a[i]->rows;
    }
    if (!seen) {
        rk_record_fail(t->r, "a sum of squares that is not seen");
        return;
    }
    back = d;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            const rk_mx *zero = rk_mx_zero(t->s, a[i]->rows, a[j]->rows);
            rk_sc c = whole->word[i].coef, one = rk_sc_int(t->r->scalars, 1);
            if (i != j)
                d.cell[i][j] = zero;
            there.cell[i][j] = i == j ? rk_mx_scale(t->s, c, eye(t, a[i]->rows)) : zero;
            back.cell[i][j] =
                i == j ? rk_mx_scale(t->s, rk_sc_div(t->r->scalars, one, c), eye(t, a[i]->rows))
                       : zero;
        }
    const rk_mx *diagonal = rk_block_matrix(t->s, &d), *stack = rk_mx_grid(t->s, n, 1, a);
    const rk_mx *scaled = rk_mx_mul(t->s, rk_mx_mul(t->s, diagonal, stack), right);
    const rk_mx *plain = rk_mx_mul(t->s, rk_mx_grid(t->s, n, 1, root), right);
    const rk_mx *product = rk_mx_mul(t->s, whole, right), *one = eye(t, right->cols);
    PUT(t, "semidefinite", stack, diagonal, right);
    put_ranks(t, product, scaled);
    size_t first = end(t);
    PUT(t, "equivalent", scaled, plain, rk_block_matrix(t->s, &back), one,
        rk_block_matrix(t->s, &there), one);
    put_ranks(t, scaled, plain);
    size_t second = end(t);
    begin_derived(t, "1");
    put_used(t, first, "1");
    put_used(t, second, "1");
    end(t);
}

static void put_gram_sum(steps *t) {
    if (t->fact->note->family != NULL)
        put_squares_of_family(t);
    else
        put_sum_of_squares(t);
}

/* --- ranges ---------------------------------------------------------------------------------- */

/* The same matrix in other words. */
static void put_same(steps *t) {
    const rk_mx *a = t->fact->matrix[0], *b = t->fact->matrix[1];
    const rk_mx *rows = eye(t, a->rows), *cols = eye(t, a->cols);
    PUT(t, "equivalent", a, b, rows, cols, rows, cols);
    end_with(t, t->fact->value, true);
}

/* --- all ------------------------------------------------------------------------------------- */

static void put(steps *t) {
    switch (t->fact->law) {
    case RK_LAW_NORM_SUM:
    case RK_LAW_NORM_PRODUCT:
        put_norm_law(t);
        break;
    case RK_LAW_SPECTRUM:
        put_spectrum(t);
        break;
    case RK_LAW_SPANNED:
        put_spanned(t);
        break;
    case RK_LAW_KRON_PAIR:
        put_pair(t);
        break;
    case RK_LAW_KRON_CHAIN:
        put_chain(t);
        break;
    case RK_LAW_GAPS:
        put_gaps(t);
        break;
    case RK_LAW_GRAM_SUM:
        put_gram_sum(t);
        break;
    default: /* RK_LAW_RANGE */
        put_same(t);
    }
}

size_t rk_record_steps(rk_recorder *r, const rk_fact *f, size_t n) {
    steps t = {r, r->store, f, n};
    put(&t);
    return t.n;
}
