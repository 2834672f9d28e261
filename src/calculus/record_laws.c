/* The arguments of laws, in the order in which the checker's table has them. */
#include "rk_block.h"

#include "record_inside.h"
#include "rk_law.h"

static void put_name(rk_recorder *r, const char *law) {
    rk_buf_printf(r->out, "fact %s", law);
}

static void put_matrix(rk_recorder *r, const rk_mx *a) {
    rk_record_bar(r);
    rk_record_mx(r, a);
}

static void put_number(rk_recorder *r, rk_sc a) {
    rk_record_bar(r);
    rk_record_sc(r, a);
}

static void put_matrices(rk_recorder *r, const char *law, size_t n, const rk_mx *const *a) {
    put_name(r, law);
    for (size_t i = 0; i < n; i++)
        put_matrix(r, a[i]);
}

#define PUT(r, law, ...)                                                                           \
    put_matrices(r, law, sizeof((const rk_mx *[]){__VA_ARGS__}) / sizeof(const rk_mx *),           \
                 (const rk_mx *[]){__VA_ARGS__})

/* rank(A + B) <= rank(A) + rank(B), also used as rank(A) <= rank(A + B) + rank(B). */
static void put_sum(rk_recorder *r, const rk_fact *f) {
    const rk_mx *a = f->matrix[0], *b = f->matrix[1];
    rk_sc both = rk_sc_add(r->scalars, rk_mx_rank(r->store, a), rk_mx_rank(r->store, b));
    const rk_mx *whole = rk_mx_add(r->store, a, b);
    if (f->value != rk_sc_sub(r->scalars, both, rk_mx_rank(r->store, whole)))
        b = rk_mx_scale(r->store, rk_sc_int(r->scalars, -1), b);
    PUT(r, "sum", a, b);
}

/* --- blocks --------------------------------------------------------------------------------- */

static const rk_mx *part(rk_recorder *r, const rk_block *b, unsigned rows, unsigned cols) {
    rk_block p;
    rk_block_part(&p, b, rows, cols);
    return rk_block_matrix(r->store, &p);
}

static void put_part(rk_recorder *r, const rk_note *n) {
    const rk_block *b = n->block;
    rk_mxs *s = r->store;
    if (n->row == 0)
        PUT(r, "part", part(r, b, n->rows, n->cols), part(r, b, n->rows, n->col));
    else if (n->rows != 0)
        PUT(r, "part", rk_mx_transpose(s, part(r, b, n->rows, n->col)),
            rk_mx_transpose(s, part(r, b, n->row, n->col)));
    else
        PUT(r, "part", part(r, b, n->row, n->cols), part(r, b, n->row, n->col));
}

static void put_corner(rk_recorder *r, const rk_note *n) {
    const rk_block *b = n->block;
    PUT(r, "corner", part(r, b, n->rows, n->cols), part(r, b, n->rows, n->col),
        part(r, b, n->row, n->cols), part(r, b, n->row, n->col));
}

/* The block row n->row of the whole is F times that of the block. */
static void put_block_factor(rk_recorder *r, const rk_fact *f) {
    const rk_note *n = f->note;
    const rk_block *b = n->block;
    unsigned all = (1u << b->rows) - 1, cols = (1u << b->cols) - 1;
    const rk_mx *one = part(r, b, n->row, cols), *rest = part(r, b, all & ~n->row, cols);
    bool below = rk_sc_sub(r->scalars, rk_mx_rank(r->store, f->matrix[1]),
                           rk_mx_rank(r->store, f->matrix[0])) == f->value;
    if (rest != NULL)
        PUT(r, "block-factor", n->mx[0], one, rest);
    else
        PUT(r, below ? "product" : "sylvester", n->mx[0], one);
}

/* The columns K with row*K == sum, word by word; NULL. */
static const rk_mx *quotient_by_words(rk_recorder *r, const rk_block *row, const rk_mx *sum) {
    rk_mxs *s = r->store;
    rk_block k = {.rows = row->cols, .cols = 1, .width = {sum->cols}};
    for (size_t j = 0; j < row->cols; j++) {
        k.height[j] = row->width[j];
        k.cell[j][0] = rk_mx_zero(s, row->width[j], sum->cols);
    }
    for (size_t w = 0; w < sum->nwords; w++) {
        const rk_word *word = &sum->word[w];
        for (size_t j = 0; j < row->cols; j++) {
            const rk_mx *cell = row->cell[0][j];
            if (cell->nwords != 1 || !rk_block_is_prefix(&cell->word[0], word) ||
                !rk_sc_is_nonzero(r->scalars, cell->word[0].coef))
                continue;
            size_t n = cell->word[0].length;
            rk_sc ratio = rk_sc_div(r->scalars, word->coef, cell->word[0].coef);
            const rk_mx *rest = n == word->length ? rk_mx_eye(s, row->width[j])
                                                  : rk_block_letters(s, word, n, word->length);
            k.cell[j][0] = rk_mx_add(s, k.cell[j][0], rk_mx_scale(s, ratio, rest));
            break;
        }
    }
    return rk_block_matrix(s, &k);
}

/* Plus or minus whole blocks. */
static const rk_mx *quotient_by_signs(rk_recorder *r, const rk_block *row, const rk_mx *whole,
                                      const rk_mx *sum) {
    rk_mxs *s = r->store;
    for (unsigned signs = 0; signs < 1u << row->cols; signs++) {
        rk_block k = {.rows = row->cols, .cols = 1, .width = {sum->cols}};
        for (size_t j = 0; j < row->cols; j++) {
            k.height[j] = row->width[j];
            k.cell[j][0] = rk_mx_scale(s, rk_sc_int(r->scalars, signs >> j & 1 ? -1 : 1),
                                       rk_mx_eye(s, row->width[j]));
        }
        const rk_mx *columns = rk_block_matrix(s, &k);
        if (row->width[0] == sum->cols && rk_mx_mul(s, whole, columns) == sum)
            return columns;
    }
    return NULL;
}

/* rank(A*U + B*V) <= rank([A, B]) as that of a product. */
static void put_block_sum(rk_recorder *r, const rk_fact *f) {
    const rk_note *n = f->note;
    const rk_mx *sum = f->matrix[0];
    if (n->block == NULL) {
        const rk_mx *a = n->mx[0], *b = n->mx[1], *eye = rk_mx_eye(r->store, a->cols);
        PUT(r, "product", rk_mx_grid(r->store, 1, 2, (const rk_mx *[]){a, b}),
            rk_mx_grid(r->store, 2, 1, (const rk_mx *[]){eye, eye}));
        return;
    }
    const rk_mx *whole = rk_block_matrix(r->store, n->block);
    const rk_mx *columns = quotient_by_words(r, n->block, sum);
    if (rk_mx_mul(r->store, whole, columns) != sum)
        columns = quotient_by_signs(r, n->block, whole, sum);
    if (columns == NULL)
        rk_record_fail(r, "a sum of multiples of blocks that is not seen");
    else
        PUT(r, "product", whole, columns);
}

/* rank(F*X) + rank(X*E) <= rank(X) + rank(F*X*E), where E takes the block columns n->cols of X. */
static void put_part_factor(rk_recorder *r, const rk_note *n) {
    const rk_block *x = n->block;
    rk_block eye = {.rows = x->cols, .cols = x->cols}, e;
    for (size_t i = 0; i < x->cols; i++) {
        eye.height[i] = eye.width[i] = x->width[i];
        for (size_t j = 0; j < x->cols; j++)
            eye.cell[i][j] = i == j ? rk_mx_eye(r->store, x->width[i])
                                    : rk_mx_zero(r->store, x->width[i], x->width[j]);
    }
    rk_block_part(&e, &eye, n->cols | n->col, n->cols);
    PUT(r, "frobenius", n->mx[0], part(r, x, 1, n->cols | n->col), rk_block_matrix(r->store, &e));
}

static void put_blocks(rk_recorder *r, const rk_fact *f) {
    const rk_note *n = f->note;
    const rk_block *b = n->block;
    switch (f->law) {
    case RK_LAW_PART:
        put_part(r, n);
        break;
    case RK_LAW_BLOCKS:
        PUT(r, "blocks", part(r, b, n->rows, n->col), part(r, b, n->rows, n->other));
        break;
    case RK_LAW_SUBMODULAR:
        PUT(r, "submodular", part(r, b, n->rows, n->col), part(r, b, n->rows, n->cols),
            part(r, b, n->rows, n->other));
        break;
    case RK_LAW_CORNER:
    case RK_LAW_TRIANGULAR:
        put_corner(r, n);
        break;
    case RK_LAW_BLOCK_FACTOR:
        put_block_factor(r, f);
        break;
    case RK_LAW_BLOCK_SUM:
        put_block_sum(r, f);
        break;
    default: /* PART_FACTOR */
        put_part_factor(r, n);
    }
}

/* --- families ------------------------------------------------------------------------------- */

static void put_range(rk_recorder *r, const char *law, unsigned sym, rk_sc low, rk_sc high) {
    char name[RK_SYMBOL_TEXT];
    rk_mx_symbol_text(r->calculus->checked, sym, name);
    put_name(r, law);
    rk_buf_printf(r->out, " | %s", name);
    put_number(r, low);
    put_number(r, high);
}

static void put_family(rk_recorder *r, const char *law, const rk_leaf *family) {
    put_range(r, law, family->sym, family->index[0], family->index[1]);
    put_matrix(r, family->arg[0]);
}

/* The index of the member may be that of the family, under another name. */
static void put_member(rk_recorder *r, const rk_note *n) {
    const rk_leaf *f = n->family;
    const char *other = rk_mx_print_own_name(r->printer, f->sym);
    put_family(r, "member", f);
    rk_mx_print_symbol_as(r->printer, f->sym, other, 0);
    put_number(r, n->at);
    put_matrix(r, rk_mx_put_sym(r->store, f->arg[0], f->sym, n->at));
}

/* --- all ------------------------------------------------------------------------------------ */

static void put_specialisation(rk_recorder *r, const rk_fact *f) {
    put_name(r, "specialisation");
    put_matrix(r, f->matrix[0]);
    rk_buf_printf(r->out, " | %s", r->calculus->checked->vars[f->note->sym].name);
    put_matrix(r, f->note->mx[0]);
}

/* The law's own matrices are its arguments. */
static void put_plain(rk_recorder *r, const rk_fact *f) {
    put_matrices(r, rk_law_get(f->law)->name, f->nmatrices, f->matrix);
}

static void put_noted(rk_recorder *r, const rk_fact *f) {
    const rk_note *n = f->note;
    switch (f->law) {
    case RK_LAW_PART:
    case RK_LAW_BLOCKS:
    case RK_LAW_SUBMODULAR:
    case RK_LAW_CORNER:
    case RK_LAW_TRIANGULAR:
    case RK_LAW_BLOCK_FACTOR:
    case RK_LAW_PART_FACTOR:
    case RK_LAW_BLOCK_SUM:
        put_blocks(r, f);
        break;
    case RK_LAW_BEZOUT:
    case RK_LAW_COPRIME:
        PUT(r, "bezout", f->matrix[0], f->matrix[1], n->mx[0], n->mx[1]);
        break;
    case RK_LAW_INTERSECTION:
        PUT(r, "intersection", f->matrix[0], f->matrix[1], n->mx[0], f->matrix[2], n->mx[1]);
        break;
    case RK_LAW_FAMILY_SUM:
        put_family(r, "sum-of-members", n->family);
        break;
    case RK_LAW_FAMILY_JOIN:
        put_family(r, "join-of-members", n->family);
        break;
    case RK_LAW_FAMILY_PRODUCT:
        put_family(r, "product-of-members", n->family);
        put_number(r, n->family->rows);
        break;
    case RK_LAW_FAMILY_MODULO:
        put_range(r, "family-modulo", n->sym, n->low, n->high);
        put_matrix(r, f->matrix[0]);
        put_matrix(r, f->matrix[1]);
        break;
    case RK_LAW_FAMILY_PART:
    case RK_LAW_PRODUCT:
        put_member(r, n);
        break;
    case RK_LAW_PENCIL:
        PUT(r, "pencil", n->mx[0], f->matrix[0], f->matrix[1]);
        break;
    case RK_LAW_NORM_PART:
        put_matrices(r, n->kind, 2, f->matrix);
        break;
    case RK_LAW_SPECIAL:
        put_specialisation(r, f);
        break;
    default:
        put_plain(r, f);
    }
}

void rk_record_instance(rk_recorder *r, const rk_fact *f) {
    if (f->note != NULL) {
        put_noted(r, f);
    } else if (f->law == RK_LAW_SUM) {
        put_sum(r, f);
    } else if (f->law == RK_LAW_EXTREMUM) {
        put_name(r, "extremum");
        put_number(r, f->at);
    } else if (f->law == RK_LAW_MAXIMAL) {
        put_matrices(r, "maximal-rank", f->nmatrices - 1, f->matrix + 1);
    } else {
        put_plain(r, f);
    }
}
