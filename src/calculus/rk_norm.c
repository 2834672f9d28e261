/* Instances of the laws of norms about the matrices whose norms stand in the text, and about what
   they are made of. With x the norm inf, 2 or Frobenius (norm 1 is norm inf of the transpose):
   triangle inequality, products (Frobenius beside norm 2), parts of grids, orthogonal projectors,
   and the comparisons of the three norms of one matrix. The linear program multiplies these facts
   by norms, which are >= 0, where products of them stand. (Horn and Johnson, Matrix Analysis,
   5.6.) */
#include "base/rk_mem.h"
#include "rk_inst_inside.h"
#include "rk_sequent.h"
#include "rk_walk.h"

enum { MOST_NORMS = 96, MOST_SPLIT_WORDS = 4, MOST_CUT_LETTERS = 8, MOST_LETTERS = 6 };

typedef struct norms { /* whose facts are wanted: those that come from the text first */
    rk_context *x;
    rk_norm item[MOST_NORMS];
    size_t n;
    const rk_note *note; /* of the next fact; NULL */
} norms;

static rk_sc value(const norms *w, rk_norm_kind kind, const rk_mx *a) {
    return rk_reader_norm(w->x->reader, kind, a);
}

static void want(norms *w, rk_norm_kind kind, const rk_mx *a) {
    if (rk_mx_is_zero(a) || w->n == MOST_NORMS)
        return;
    for (size_t i = 0; i < w->n; i++)
        if (w->item[i].kind == kind && w->item[i].mx == a)
            return;
    w->item[w->n++] = (rk_norm){kind, a};
}

static bool is_wanted(const norms *w, rk_norm_kind kind, const rk_mx *a) {
    const rk_mx *t = rk_mx_transpose(w->x->store, a);
    for (size_t i = 0; i < w->n; i++)
        if (w->item[i].kind == kind &&
            (w->item[i].mx == a || (kind != RK_NORM_INF && w->item[i].mx == t)))
            return true;
    return false;
}

/* small <= large */
static void state(norms *w, rk_law law, rk_sc small, rk_sc large, size_t n,
                  const rk_mx *const *matrix) {
    rk_context *x = w->x;
    rk_fact f = {.law = law, .value = rk_sc_sub(x->scalars, large, small), .nmatrices = n};
    const rk_note *note = w->note;
    w->note = NULL;
    if (x->calculus->options.limits.disabled[law] || rk_sc_is_zero(f.value))
        return;
    const rk_mx **mx = rk_arena_alloc(x->calculus->arena, (n + 1) * sizeof *mx);
    for (size_t i = 0; i < n; i++)
        mx[i] = matrix[i];
    f.matrix = mx;
    f.note = note;
    rk_instances_add(x->instances, &f);
}

/* Goes with the next fact. */
static void note(norms *w, rk_note about) {
    rk_note *copy = rk_arena_alloc(w->x->calculus->arena, sizeof *copy);
    *copy = about;
    w->note = copy;
}

static const char *name_of(rk_norm_kind kind) {
    return kind == RK_NORM_INF ? "inf" : kind == RK_NORM_TWO ? "2" : "fro";
}

/* --- sums ----------------------------------------------------------------------------------- */

static void triangle(norms *w, rk_norm_kind kind, const rk_mx *whole, const rk_mx *a,
                     const rk_mx *b) {
    rk_sc bound = rk_sc_add(w->x->scalars, value(w, kind, a), value(w, kind, b));
    const rk_mx *mx[3] = {whole, a, b};
    state(w, RK_LAW_NORM_SUM, value(w, kind, whole), bound, 3, mx);
}

/* whole == a + b, a == whole - b, b == whole - a */
static void sum(norms *w, rk_norm_kind kind, const rk_mx *whole, const rk_mx *a, const rk_mx *b) {
    rk_sc minus = rk_sc_int(w->x->scalars, -1);
    want(w, kind, a);
    want(w, kind, b);
    triangle(w, kind, whole, a, b);
    triangle(w, kind, a, whole, rk_mx_scale(w->x->store, minus, b));
    triangle(w, kind, b, whole, rk_mx_scale(w->x->store, minus, a));
}

static const rk_mx *chosen(norms *w, const rk_mx *a, unsigned mask) {
    rk_word word[MOST_SPLIT_WORDS];
    size_t n = 0;
    for (size_t i = 0; i < a->nwords; i++)
        if (mask >> i & 1)
            word[n++] = a->word[i];
    return rk_mx_of_words(w->x->store, a->rows, a->cols, word, n);
}

static void sums(norms *w, rk_norm_kind kind, const rk_mx *a) {
    if (a->nwords < 2)
        return;
    if (a->nwords <= MOST_SPLIT_WORDS) {
        unsigned all = (1U << a->nwords) - 1;
        for (unsigned mask = 1; mask < all; mask += 2) /* the first word is in the first part */
            sum(w, kind, a, chosen(w, a, mask), chosen(w, a, all & ~mask));
        return;
    }
    const rk_mx *first = rk_mx_of_words(w->x->store, a->rows, a->cols, a->word, 1);
    sum(w, kind, a, first, rk_mx_sub(w->x->store, a, first));
}

/* --- products ------------------------------------------------------------------------------- */

/* A product of matrices whose inner sizes agree, never a scaling by a 1 by 1 matrix. */
static void product(norms *w, rk_norm_kind kind, const rk_mx *whole, const rk_mx *a,
                    const rk_mx *b) {
    rk_scalars *s = w->x->scalars;
    rk_norm_kind beside = kind == RK_NORM_FRO ? RK_NORM_TWO : kind;
    rk_sc v = value(w, kind, whole);
    const rk_mx *mx[3] = {whole, a, b};
    if (a->cols != b->rows)
        return;
    want(w, beside, a);
    want(w, kind, b);
    state(w, RK_LAW_NORM_PRODUCT, v, rk_sc_mul(s, value(w, beside, a), value(w, kind, b)), 3, mx);
    if (rk_sc_is_one(a->cols))
        state(w, RK_LAW_NORM_DYAD, rk_sc_mul(s, value(w, kind, a), value(w, kind, b)), v, 2,
              mx + 1);
    if (kind != RK_NORM_FRO)
        return;
    want(w, kind, a);
    want(w, beside, b);
    state(w, RK_LAW_NORM_PRODUCT, v, rk_sc_mul(s, value(w, kind, a), value(w, beside, b)), 3, mx);
}

/* The product of the norms of all letters and the factor, the Frobenius norm of letter `at` beside
   the norm 2 of the others. */
static rk_sc of_letters(norms *w, rk_norm_kind kind, const rk_word *word, size_t at) {
    rk_scalars *s = w->x->scalars;
    rk_sc bound = value(w, kind, rk_mx_scalar(w->x->store, word->coef));
    for (size_t i = 0; i < word->length; i++) {
        const rk_mx *letter = rk_mx_of_letter(w->x->store, word->letter[i]);
        bool two = kind == RK_NORM_FRO && i != at;
        want(w, two ? RK_NORM_TWO : kind, letter);
        bound = rk_sc_mul(s, bound, value(w, two ? RK_NORM_TWO : kind, letter));
    }
    return bound;
}

/* Cut into letters at once: what the programs multiply then stands in a fact. */
static void letters(norms *w, rk_norm_kind kind, const rk_mx *a) {
    enum { FEWEST = 3 };
    const rk_word *word = a->word;
    if (a->nwords != 1 || word->length < FEWEST || word->length > MOST_LETTERS)
        return;
    const rk_mx *mx[MOST_LETTERS + 1] = {a};
    for (size_t i = 0; i < word->length; i++)
        mx[i + 1] = rk_mx_of_letter(w->x->store, word->letter[i]);
    for (size_t at = 0; at < (kind == RK_NORM_FRO ? word->length : 1); at++) {
        note(w, (rk_note){.kind = name_of(kind), .letter = at + 1});
        state(w, RK_LAW_NORM_PRODUCT, value(w, kind, a), of_letters(w, kind, word, at),
              word->length + 1, mx);
    }
}

/* inv(A) times A is the identity. */
static void inverse(norms *w, rk_norm_kind kind, const rk_mx *a) {
    rk_mxs *s = w->x->store;
    const rk_letter *l = rk_mx_letter(a);
    if (l != NULL && (l->inverted || l->leaf->kind == RK_L_INV) && rk_mx_is_invertible(s, a))
        product(w, kind, rk_mx_eye(s, a->rows), a, rk_mx_inv(s, a));
}

static void cuts(norms *w, rk_norm_kind kind, const rk_mx *a) {
    if (a->nwords != 1 || a->word[0].length > MOST_CUT_LETTERS)
        return;
    for (size_t k = 1; k < a->word[0].length; k++) {
        const rk_mx *left, *right;
        rk_mx_split(w->x->store, a, k, &left, &right);
        product(w, kind, a, left, right);
    }
}

/* What all words of a sum begin or end with. */
static void shared(norms *w, rk_norm_kind kind, const rk_mx *a) {
    if (a->nwords < 2)
        return;
    rk_instances *g = w->x->instances;
    const rk_word *v = &a->word[0];
    for (size_t k = rk_inst_shared(a, false); k > 0; k--) {
        const rk_mx *left = rk_inst_of_letters(g, a->rows, v->letter, k);
        product(w, kind, a, left, rk_inst_stripped(g, a, left->cols, a->cols, k, 0));
    }
    for (size_t k = rk_inst_shared(a, true); k > 0; k--) {
        const rk_mx *right = rk_inst_of_letters(g, a->cols, v->letter + v->length - k, k);
        product(w, kind, a, rk_inst_stripped(g, a, a->rows, right->rows, 0, k), right);
    }
}

/* The product of two matrices whose norms stand in the text, though its normal form may not show
   them: P*A*P*X is P*A*X where A fixes the ones. */
static void pairs(norms *w, rk_norm_kind kind, const rk_mx *a, size_t ntext) {
    for (size_t i = 0; i < ntext; i++)
        for (size_t k = 0; k < ntext; k++) {
            const rk_mx *left = w->item[i].mx, *right = w->item[k].mx;
            if (left->cols == right->rows && left->rows == a->rows && right->cols == a->cols &&
                !rk_sc_is_one(left->cols) && rk_mx_mul(w->x->store, left, right) == a)
                product(w, kind, a, left, right);
        }
}

static void written(norms *w, rk_norm_kind kind, const rk_mx *a) {
    const rk_reader *r = w->x->reader;
    for (size_t i = 0; i < rk_reader_nwritten(r); i++) {
        const rk_written *t = rk_reader_written(r, i);
        if (t->whole == a && t->sum)
            sum(w, kind, a, t->left, t->right);
        else if (t->whole == a)
            product(w, kind, a, t->left, t->right);
    }
}

/* --- families ------------------------------------------------------------------------------- */

/* The norm of a sum over a range is at most the sum of those of the members, and of the products of
   the norms of their letters. */
static void family(norms *w, rk_norm_kind kind, const rk_mx *a) {
    const rk_leaf *loop = rk_mx_as_loop(w->x->store, a);
    if (loop == NULL || loop->kind != RK_L_SUM)
        return;
    rk_instances *g = w->x->instances;
    const rk_scope *scope = rk_inst_scope(g, NULL, loop->sym, loop->index[0], loop->index[1]);
    const rk_mx *member = loop->arg[0], *mx[2] = {a, member};
    if (scope == NULL)
        return;
    size_t n = member->nwords == 1 ? member->word[0].length : 0, at[3] = {0, 1, n};
    bool letters = n > 1 && n <= MOST_LETTERS;
    for (size_t i = 0; i < (!letters ? 1 : kind == RK_NORM_FRO ? 3 : 2); i++) {
        rk_sc bound =
            i == 0 ? value(w, kind, member) : of_letters(w, kind, &member->word[0], at[i] - 1);
        note(w, (rk_note){.kind = name_of(kind), .letter = at[i], .family = loop});
        state(w, RK_LAW_NORM_SUM, value(w, kind, a), rk_inst_total(g, scope, bound), 2, mx);
    }
}

/* --- grids ---------------------------------------------------------------------------------- */

static const rk_mx *columns(norms *w, const rk_mx *a, size_t from, size_t to) {
    size_t n = 0;
    const rk_mx **cell =
        rk_arena_alloc(w->x->calculus->arena, a->grid_rows * a->grid_cols * sizeof *cell);
    for (size_t i = 0; i < a->grid_rows; i++)
        for (size_t j = from; j < to; j++)
            cell[n++] = a->cell[i * a->grid_cols + j];
    return rk_mx_grid(w->x->store, a->grid_rows, to - from, cell);
}

static const rk_mx *rows(norms *w, const rk_mx *a, size_t from, size_t to) {
    return rk_mx_grid(w->x->store, to - from, a->grid_cols, a->cell + from * a->grid_cols);
}

static void parts(norms *w, rk_norm_kind kind, const rk_mx *a) {
    if (!rk_mx_is_grid(a))
        return;
    bool wide = a->grid_cols > 1;
    const rk_mx *first = wide ? columns(w, a, 0, 1) : rows(w, a, 0, 1);
    const rk_mx *rest = wide ? columns(w, a, 1, a->grid_cols) : rows(w, a, 1, a->grid_rows);
    const rk_mx *mx[2] = {wide ? first : rk_mx_transpose(w->x->store, first),
                          wide ? rest : rk_mx_transpose(w->x->store, rest)};
    rk_sc v = value(w, kind, a), vf = value(w, kind, first), vr = value(w, kind, rest);
    want(w, kind, first);
    want(w, kind, rest);
    note(w, (rk_note){.kind = "norm-of-blocks"});
    state(w, RK_LAW_NORM_PART, v, rk_sc_add(w->x->scalars, vf, vr), 2, mx);
    state(w, RK_LAW_NORM_PART, vf, v, 2, mx);
    state(w, RK_LAW_NORM_PART, vr, v, 2, mx);
}

/* --- one matrix ----------------------------------------------------------------------------- */

/* A == A' and A*A == A */
static void projector(norms *w, rk_norm_kind kind, const rk_mx *a) {
    if (kind != RK_NORM_TWO || rk_mx_transpose(w->x->store, a) != a ||
        rk_mx_mul(w->x->store, a, a) != a)
        return;
    state(w, RK_LAW_NORM_PROJECTOR, value(w, kind, a), rk_sc_int(w->x->scalars, 1), 1, &a);
}

/* A*A == A, and A is not 0 */
static void idempotent(norms *w, rk_norm_kind kind, const rk_mx *a) {
    rk_scalars *s = w->x->scalars;
    const rk_mx *t = rk_mx_transpose(w->x->store, a);
    if (a->rows != a->cols || rk_mx_mul(w->x->store, a, a) != a ||
        !rk_sc_is_nonzero(s, rk_reader_trace(w->x->reader, rk_mx_mul(w->x->store, a, t))))
        return;
    state(w, RK_LAW_NORM_IDEMPOTENT, rk_sc_int(s, 1), value(w, kind, a), 1, &a);
}

/* The trace in the goal or a hypothesis beside the norm 2. */
static void trace(norms *w, const rk_mx *a) {
    rk_context *x = w->x;
    rk_scalars *s = x->scalars;
    rk_sc two = value(w, RK_NORM_TWO, a), t, minus, size[2];
    if (a->rows != a->cols || !is_wanted(w, RK_NORM_TWO, a))
        return;
    t = rk_reader_trace(x->reader, a);
    minus = rk_sc_sub(s, rk_sc_int(s, 0), t);
    size[0] = rk_mx_rank(x->store, a);
    size[1] = a->rows;
    if (rk_mx_is_psd(x->store, a))
        state(w, RK_LAW_TRACE_NORM, two, t, 1, &a);
    for (int i = 0; i < 2; i++) {
        rk_sc bound = rk_sc_mul(s, size[i], two);
        state(w, RK_LAW_TRACE_NORM, t, bound, 1, &a);
        state(w, RK_LAW_TRACE_NORM, minus, bound, 1, &a);
        state(w, RK_LAW_TRACE_NORM, value(w, RK_NORM_FRO, rk_mx_scalar(x->store, t)), bound, 1, &a);
    }
}

static rk_sc square(const norms *w, rk_sc a) {
    return rk_sc_mul(w->x->scalars, a, a);
}

/* A*1 == 1: the ones column of length sqrt(cols) goes to one of length sqrt(rows). */
static void fixed_ones(norms *w, rk_norm_kind kind, const rk_mx *a) {
    rk_scalars *s = w->x->scalars;
    rk_sc one = rk_sc_int(s, 1);
    const rk_mx *ones = rk_mx_ones(w->x->store, a->cols, one);
    if ((kind != RK_NORM_TWO && kind != RK_NORM_FRO) ||
        rk_mx_mul(w->x->store, a, ones) != rk_mx_ones(w->x->store, a->rows, one))
        return;
    if (kind == RK_NORM_FRO) { /* which is at least norm 2 */
        want(w, RK_NORM_TWO, a);
        return;
    }
    rk_sc v = value(w, kind, a);
    note(w, (rk_note){.kind = "fixed-ones"});
    if (a->rows == a->cols)
        state(w, RK_LAW_SPECTRUM, one, v, 1, &a);
    else
        state(w, RK_LAW_SPECTRUM, a->rows, rk_sc_mul(s, a->cols, square(w, v)), 1, &a);
}

/* The squares of two norms of one matrix: small^2 <= factor*large^2. */
static void compared(norms *w, rk_sc small, rk_sc factor, rk_sc large, const rk_mx *a) {
    rk_sc bound = rk_sc_mul(w->x->scalars, factor, square(w, large));
    state(w, RK_LAW_NORM_COMPARE, square(w, small), bound, 1, &a);
}

static void comparisons(norms *w, const rk_mx *a) {
    rk_scalars *s = w->x->scalars;
    const rk_mx *t = rk_mx_transpose(w->x->store, a);
    rk_sc two = value(w, RK_NORM_TWO, a), fro = value(w, RK_NORM_FRO, a);
    rk_sc inf = value(w, RK_NORM_INF, a), one = value(w, RK_NORM_INF, t);
    bool has_two = is_wanted(w, RK_NORM_TWO, a), has_fro = is_wanted(w, RK_NORM_FRO, a);
    bool has_inf = is_wanted(w, RK_NORM_INF, a) || rk_sc_is_one(inf); /* of averages it is known */
    bool has_one = is_wanted(w, RK_NORM_INF, t) || rk_sc_is_one(one);
    if (has_two && has_fro) {
        state(w, RK_LAW_NORM_COMPARE, two, fro, 1, &a);
        state(w, RK_LAW_NORM_COMPARE, square(w, fro),
              rk_sc_mul(s, rk_mx_rank(w->x->store, a), square(w, two)), 1, &a);
        rk_instances_want(w->x->instances, a);
    }
    if (has_two && has_inf) {
        compared(w, two, a->rows, inf, a);
        compared(w, inf, a->cols, two, a);
    }
    if (has_two && has_one) {
        compared(w, two, a->cols, one, a);
        compared(w, one, a->rows, two, a);
    }
    if (has_one && has_inf && (has_two || has_fro))
        state(w, RK_LAW_NORM_COMPARE, square(w, two), rk_sc_mul(s, one, inf), 1, &a);
    if (has_fro && has_inf) {
        compared(w, fro, a->rows, inf, a);
        compared(w, inf, a->cols, fro, a);
    }
    if (has_fro && has_one) {
        compared(w, fro, a->cols, one, a);
        compared(w, one, a->rows, fro, a);
    }
}

/* --- singular values and eigenvalues --------------------------------------------------------- */

static void singular_value(norms *w, const rk_measure *m) {
    want(w, RK_NORM_TWO, m->mx);
    note(w, (rk_note){.kind = "singular-value", .at = m->place});
    state(w, RK_LAW_SPECTRUM, m->value, value(w, RK_NORM_TWO, m->mx), 1, &m->mx);
}

/* Each modulus is at most every norm that is asked for; a matrix with A*1 = c*1 has c among them.
 */
static void eigenvalue(norms *w, const rk_measure *m) {
    const rk_mx *a = m->mx, *t = rk_mx_transpose(w->x->store, a);
    rk_scalars *s = w->x->scalars;
    const struct {
        rk_norm_kind kind;
        const rk_mx *of;
    } bound[] = {{RK_NORM_INF, a}, {RK_NORM_INF, t}, {RK_NORM_TWO, a}, {RK_NORM_FRO, a}};
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++) {
        rk_sc v = value(w, bound[i].kind, bound[i].of);
        if (!is_wanted(w, bound[i].kind, bound[i].of) && !rk_sc_is_one(v))
            continue;
        note(w, (rk_note){.kind = "eigenvalue", .at = m->place});
        state(w, RK_LAW_SPECTRUM, m->value, v, 1, &a);
    }
    const rk_mx *ones = rk_mx_ones(w->x->store, a->rows, rk_sc_int(s, 1));
    if (!rk_sc_is_one(m->place) || rk_mx_mul(w->x->store, a, ones) != ones)
        return;
    note(w, (rk_note){.kind = "fixed-ones-square"});
    state(w, RK_LAW_SPECTRUM, rk_sc_int(s, 1), m->value, 1, &a);
}

static void stable_rank(norms *w, const rk_measure *m) {
    rk_scalars *s = w->x->scalars;
    rk_sc two = square(w, value(w, RK_NORM_TWO, m->mx));
    rk_sc fro = square(w, value(w, RK_NORM_FRO, m->mx));
    rk_sc product = rk_sc_mul(s, m->value, two);
    state(w, RK_LAW_STABLE_RANK, rk_sc_int(s, 1), m->value, 1, &m->mx);
    state(w, RK_LAW_STABLE_RANK, m->value, rk_mx_rank(w->x->store, m->mx), 1, &m->mx);
    state(w, RK_LAW_STABLE_RANK, product, fro, 1, &m->mx);
    state(w, RK_LAW_STABLE_RANK, fro, product, 1, &m->mx);
    rk_instances_want(w->x->instances, m->mx);
}

static void measures(norms *w) {
    for (size_t i = 0; i < rk_reader_nmeasures(w->x->reader); i++) {
        const rk_measure *m = rk_reader_measure(w->x->reader, i);
        (m->op == RK_T_SIGMA    ? singular_value
         : m->op == RK_T_EIGABS ? eigenvalue
                                : stable_rank)(w, m);
    }
}

/* --- inner products -------------------------------------------------------------------------- */

/* |value| <= norm(A, fro)*norm(B, fro) for the value x'*y of a word, or the trace of A*B. */
static void inner_product(norms *w, const rk_quantity *q) {
    rk_scalars *s = w->x->scalars;
    const rk_mx *a = q->mx[0];
    if (a->nwords != 1 || a->word[0].length > MOST_CUT_LETTERS || !rk_sc_is_one(a->word[0].coef))
        return;
    rk_sc v = rk_sc_quantity(s, q), minus = rk_sc_sub(s, rk_sc_int(s, 0), v);
    rk_sc modulus = value(w, RK_NORM_FRO, rk_mx_scalar(w->x->store, v));
    for (size_t k = 1; k < a->word[0].length; k++) {
        const rk_mx *part[2];
        rk_mx_split(w->x->store, a, k, &part[0], &part[1]);
        rk_sc bound = rk_sc_mul(s, value(w, RK_NORM_FRO, part[0]), value(w, RK_NORM_FRO, part[1]));
        want(w, RK_NORM_FRO, part[0]);
        want(w, RK_NORM_FRO, part[1]);
        state(w, RK_LAW_CAUCHY_SCHWARZ, v, bound, 2, part);
        state(w, RK_LAW_CAUCHY_SCHWARZ, minus, bound, 2, part);
        state(w, RK_LAW_CAUCHY_SCHWARZ, modulus, bound, 2, part);
    }
}

/* Those in the goal, the arguments of roots and moduli included. */
static void inner_products(norms *w, rk_sc a) {
    for (unsigned i = 0; a != NULL && i < a->natoms; i++) {
        const rk_quantity *q = rk_sc_atom_quantity(w->x->scalars, a->atom[i]);
        if (q == NULL)
            continue;
        if (q->kind == RK_Q_ENTRY || q->kind == RK_Q_TRACE)
            inner_product(w, q);
        for (size_t k = 0; k < q->nargs && q->kind == RK_Q_OF_TERM; k++)
            inner_products(w, q->arg[k]);
    }
}

/* --- folds ---------------------------------------------------------------------------------- */

static void see_fold(void *self, const rk_leaf *leaf, rk_place place) {
    const rk_leaf **fold = self;
    (void)place;
    if (*fold == NULL && leaf->kind == RK_L_FOLD)
        *fold = leaf;
}

static const rk_leaf *fold_in(norms *w, const rk_mx *a) {
    const rk_leaf *fold = NULL;
    rk_walk_matrix(w->x->store, a, RK_PLACE_WORD, see_fold, &fold);
    return fold;
}

/* In an induction: the norms of the text at the start, and after one more layer. */
static void layers(norms *w, rk_norm_kind kind, const rk_mx *a) {
    rk_mxs *s = w->x->store;
    const rk_leaf *f = fold_in(w, a);
    if (f == NULL)
        return;
    want(w, kind, rk_mx_put_leaf(s, a, f, f->arg[0]));
    if (w->x->step == NULL || w->x->fold != f)
        return;
    const rk_mx *now = rk_mx_of_leaf(s, w->x->step);
    rk_leaf acc = {.kind = RK_L_ACC, .sym = f->sym, .rows = f->rows, .cols = f->cols};
    const rk_mx *body = rk_mx_put_sym(s, f->arg[1], f->sym, w->x->step_index);
    want(w, kind, rk_mx_put_leaf(s, a, f, now));
    want(w, kind, rk_mx_put_leaf(s, a, f, rk_mx_put_leaf(s, body, rk_mx_leaf(s, &acc), now)));
}

/* --- all ------------------------------------------------------------------------------------ */

void rk_norm_facts(rk_context *x, rk_sc goal) {
    const rk_reader *r = x->reader;
    norms w = {.x = x};
    for (size_t i = 0; i < rk_reader_nnorms(r); i++)
        want(&w, rk_reader_norm_read(r, i)->kind, rk_reader_norm_read(r, i)->mx);
    for (size_t i = 0, n = w.n; i < n; i++)
        layers(&w, w.item[i].kind, w.item[i].mx);
    measures(&w);
    if (w.n > 0)
        inner_products(&w, goal);
    size_t ntext = w.n;
    for (size_t i = 0; i < w.n; i++) {
        rk_norm n = w.item[i];
        sums(&w, n.kind, n.mx);
        cuts(&w, n.kind, n.mx);
        letters(&w, n.kind, n.mx);
        pairs(&w, n.kind, n.mx, ntext);
        shared(&w, n.kind, n.mx);
        written(&w, n.kind, n.mx);
        family(&w, n.kind, n.mx);
        parts(&w, n.kind, n.mx);
        projector(&w, n.kind, n.mx);
        idempotent(&w, n.kind, n.mx);
        inverse(&w, n.kind, n.mx);
        fixed_ones(&w, n.kind, n.mx);
    }
    for (size_t i = 0; i < w.n; i++) {
        comparisons(&w, w.item[i].mx);
        trace(&w, w.item[i].mx);
    }
}
