/* Terms to matrices. */
#include "vf_matrix_inside.h"

enum { MEMOS = 1 << 14 };

static const vf_mx *read(vf_mxs *s, const vf_term *t);

vf_mxs *vf_mxs_new(vf_theorem *t) {
    vf_mxs *s = vf_alloc(sizeof *s);
    s->theorem = t;
    s->memo = vf_alloc(MEMOS * sizeof *s->memo);
    vf_changed(s);
    return s;
}

static bool sure(const vf_mxs *s) {
    return s->learning && s->unsure == 0;
}

/* ---- sizes ---- */

/* Of an integer expression of the text: indices of open loops have their own symbols, and powers
   with a symbol in the exponent are quantities. */
static vf_ratio from_size(vf_mxs *s, vf_ratio a) {
    for (size_t i = 0; i < s->nopen; i++)
        if (vf_size_mentions(s->theorem, a, s->open[i].own))
            a = vf_size_put(s->theorem, a, s->open[i].own, vf_n_atom(s->open[i].sym));
    for (unsigned sym = 0; sym < s->theorem->nsyms; sym++) {
        const vf_symbol *x = &s->theorem->sym[sym];
        if (x->power && (vf_poly_mentions(a.num, sym) || vf_poly_mentions(a.den, sym)))
            a = vf_ratio_put(a, sym, vf_n_pow(s, from_size(s, x->base), from_size(s, x->exponent)));
    }
    return a;
}

static vf_ratio size(vf_mxs *s, const vf_term *t) {
    return from_size(s, vf_size_of(s->theorem, t));
}

static const vf_mx *number(vf_mxs *s, vf_ratio a) {
    return vf_mx_scalar(s, a);
}

static vf_ratio value(vf_mxs *s, const vf_term *t) {
    return vf_mx_value(s, read(s, t));
}

static vf_ratio rows_of(vf_mxs *s, const vf_term *t) {
    return from_size(s, t->rows);
}

static vf_ratio cols_of(vf_mxs *s, const vf_term *t) {
    return from_size(s, t->cols);
}

/* ---- texts that are equal to the same text only ---- */

/* Loops around what is compared, the innermost first: their indices and running values go with one
   another. */
typedef struct vf_pair {
    const vf_term *a, *b;
    const struct vf_pair *outer;
} vf_pair;

static bool same_index(const vf_pair *p, unsigned a, unsigned b) {
    for (; p != NULL; p = p->outer)
        if (p->a->sym == a || p->b->sym == b)
            return p->a->sym == a && p->b->sym == b;
    return a == b;
}

static bool same_running(const vf_pair *p, unsigned a, unsigned b) {
    for (; p != NULL; p = p->outer)
        if (p->a->op == VF_FOLD && (p->a->sym2 == a || p->b->sym2 == b))
            return p->a->sym2 == a && p->b->sym2 == b;
    return a == b;
}

static bool same_text(const vf_term *a, const vf_term *b, const vf_pair *outer) {
    bool loop = vf_is_loop(a->op);
    if (a->op != b->op || a->nkids != b->nkids || a->var != b->var ||
        (a->op == VF_NUMBER && !mpq_equal(a->number, b->number)))
        return false;
    if (a->op == VF_SYM || a->op == VF_ACC)
        return same_index(outer, a->sym, b->sym) && same_running(outer, a->sym2, b->sym2);
    if (!loop && (a->sym != b->sym || a->sym2 != b->sym2))
        return false;
    vf_pair pair = {a, b, outer};
    for (size_t i = 0; i < a->nkids; i++) /* an index is known in the last part only */
        if (!same_text(a->kid[i], b->kid[i], loop && i + 1 == a->nkids ? &pair : outer))
            return false;
    return true;
}

bool vf_same_text(const vf_term *a, const vf_term *b) {
    return a == b || same_text(a, b, NULL);
}

static size_t number_of_text(vf_mxs *s, const vf_term *t) {
    size_t i = 0;
    while (i < s->nopaque && !vf_same_text(s->opaque[i], t))
        i++;
    if (i == s->nopaque) {
        s->opaque = vf_grow(s->opaque, i, sizeof *s->opaque);
        s->opaque[s->nopaque++] = t;
    }
    return i;
}

static const vf_mx *beside(vf_mxs *s, const vf_mx *row, vf_ratio last) {
    const vf_mx *both[2] = {row, number(s, last)};
    return vf_mx_grid(s, 1, 2, both);
}

/* All but those that loops inside the text bind. */
static const vf_mx *symbols_in(vf_mxs *s, const vf_term *t, const vf_pair *loops,
                               const vf_mx *row) {
    bool bound = false;
    for (const vf_pair *p = loops; p != NULL; p = p->outer)
        bound = bound || p->a->sym == t->sym;
    if (t->op == VF_SYM && !bound && !s->theorem->sym[t->sym].definition)
        row = beside(s, row, from_size(s, s->theorem->sym[t->sym].size));
    vf_pair pair = {t, t, loops};
    for (size_t i = 0; i < t->nkids; i++)
        row = symbols_in(s, t->kid[i], vf_is_loop(t->op) && i + 1 == t->nkids ? &pair : loops, row);
    return row;
}

/* A function of all symbols that stand in the text or give its sizes. Inside a fold it may depend
   on the running value, too: then nothing is known of the fold. */
static const vf_mx *opaque(vf_mxs *s, const vf_term *t) {
    const vf_mx *row = number(s, vf_ratio_int(0));
    for (size_t i = 0; i < s->theorem->ndims; i++)
        row = beside(s, row, s->theorem->sym[s->theorem->dim[i]].size);
    row = symbols_in(s, t, NULL, row);
    for (size_t i = 0; i < s->nopen; i++)
        s->lost = s->lost || s->open[i].fold;
    return vf_mx_function(s, t->op, rows_of(s, t), cols_of(s, t), row, NULL,
                          vf_ratio_int((long)number_of_text(s, t)), (vf_ratio){0});
}

/* ---- leaves ---- */

static unsigned props_of_set(vf_set set) {
    enum { REGULAR = VF_P_INVERTIBLE | VF_P_SOME_NONZERO };
    switch (set) {
    case VF_POSITIVE:
        return VF_P_NONNEGATIVE | VF_P_NO_ZERO | VF_P_SOME_NONZERO;
    case VF_NONNEGATIVE:
        return VF_P_NONNEGATIVE;
    case VF_NONZERO:
        return VF_P_NO_ZERO | VF_P_SOME_NONZERO;
    case VF_INTEGER:
        return VF_P_INTEGER;
    case VF_STOCHASTIC:
        return VF_P_ROWS_ONE | VF_P_NONNEGATIVE | VF_P_SOME_NONZERO;
    case VF_ATTENTION:
        return VF_P_ROWS_ONE | VF_P_NONNEGATIVE | VF_P_NO_ZERO | VF_P_SOME_NONZERO;
    case VF_SYMMETRIC:
        return VF_P_SYMMETRIC;
    case VF_PSD:
        return VF_P_SYMMETRIC | VF_P_PSD;
    case VF_DIAGONAL:
        return VF_P_SYMMETRIC | VF_P_DIAGONAL;
    case VF_INVERTIBLE:
        return REGULAR;
    case VF_ORTHOGONAL:
        return REGULAR | VF_P_ORTHOGONAL;
    case VF_PERMUTATION:
        return REGULAR | VF_P_ORTHOGONAL | VF_P_PERMUTATION | VF_P_ROWS_ONE | VF_P_NONNEGATIVE |
               VF_P_INTEGER;
    case VF_UNIT_ROWS:
        return VF_P_SOME_NONZERO;
    default:
        return 0;
    }
}

static const vf_mx *read_var(vf_mxs *s, const vf_term *t) {
    vf_leaf leaf = {.kind = VF_L_VAR, .var = t->var, .rows = rows_of(s, t), .cols = cols_of(s, t)};
    leaf.props = props_of_set(s->theorem->var[t->var].set);
    if (leaf.props & VF_P_ROWS_ONE && vf_n_is_one(leaf.cols))
        return vf_mx_ones(s, leaf.rows, leaf.cols);
    if (t->nkids)
        leaf.place[0] = size(s, t->kid[0]);
    return vf_mx_of_leaf(s, leaf);
}

static const vf_mx *read_datum(vf_mxs *s, const vf_term *t) {
    return vf_mx_of_leaf(
        s,
        (vf_leaf){.kind = VF_L_DATUM, .var = t->var, .rows = rows_of(s, t), .cols = cols_of(s, t)});
}

static const vf_mx *read_acc(vf_mxs *s, const vf_term *t) {
    unsigned sym = t->sym2;
    for (size_t i = 0; i < s->nopen; i++)
        if (s->open[i].fold && s->open[i].own_value == sym)
            return vf_mx_fresh(s, s->open[i].value, rows_of(s, t), cols_of(s, t));
    return vf_mx_fresh(s, sym, rows_of(s, t), cols_of(s, t));
}

static const vf_mx *read_causal(vf_mxs *s, const vf_term *t) {
    vf_ratio n = rows_of(s, t);
    vf_leaf leaf = {.kind = VF_L_CAUSAL, .rows = n, .cols = n};
    leaf.props = VF_P_INVERTIBLE | VF_P_SOME_NONZERO | VF_P_NONNEGATIVE | VF_P_INTEGER | VF_P_LOWER;
    return vf_n_is_one(n) ? vf_mx_eye(s, n) : vf_mx_of_leaf(s, leaf);
}

/* ---- positions ---- */

/* unit(n, at); where the text is defined the position is inside. */
static const vf_mx *unit(vf_mxs *s, vf_ratio n, const vf_term *at) {
    vf_ratio offset = vf_n_sub(s, size(s, at), vf_ratio_int(1));
    if (sure(s) && !vf_mx_at_least(s, offset, 0))
        vf_mx_know_nonnegative(s, offset);
    vf_ratio below = vf_n_sub(s, vf_n_sub(s, n, offset), vf_ratio_int(1));
    if (sure(s) && !vf_mx_at_least(s, below, 0))
        vf_mx_know_nonnegative(s, below);
    return vf_injection(s, n, offset, vf_ratio_int(1));
}

static const vf_mx *read_entry(vf_mxs *s, const vf_term *t) {
    const vf_mx *a = read(s, t->kid[0]);
    if (t->kid[1]->op != VF_COLON)
        a = vf_mx_mul(s, vf_mx_transpose(s, unit(s, a->rows, t->kid[1])), a);
    if (t->kid[2]->op != VF_COLON)
        a = vf_mx_mul(s, a, unit(s, a->cols, t->kid[2]));
    return a;
}

/* ---- algebra ---- */

static bool is_number(const vf_mx *a) {
    return vf_n_is_one(a->rows) && vf_n_is_one(a->cols);
}

static const vf_mx *read_mul(vf_mxs *s, const vf_term *t) {
    const vf_mx *a = read(s, t->kid[0]), *b = read(s, t->kid[1]);
    if (vf_mx_equal_numbers(s, a->cols, b->rows))
        return vf_mx_mul(s, a, b);
    if (is_number(a))
        return vf_mx_scale(s, vf_mx_value(s, a), b);
    return vf_mx_scale(s, vf_mx_value(s, b), a);
}

static const vf_mx *divided(vf_mxs *s, const vf_mx *a, vf_ratio by) {
    if (sure(s) && !vf_ratio_is_zero(by) && !vf_mx_is_nonzero(s, by))
        vf_mx_know_nonzero(s, by);
    return vf_mx_scale(s, vf_n_div(s, vf_ratio_int(1), by), a);
}

static const vf_mx *read_inverse(vf_mxs *s, const vf_mx *a) {
    if (is_number(a))
        return divided(s, number(s, vf_ratio_int(1)), vf_mx_value(s, a));
    if (s->learning && a->nwords && !vf_mx_is_invertible(s, a))
        vf_mx_know_invertible(s, a);
    return vf_mx_inverse(s, a);
}

static const vf_mx *read_power(vf_mxs *s, const vf_term *t) {
    const vf_mx *a = read(s, t->kid[0]);
    vf_ratio k = size(s, t->kid[1]), minus = vf_n_sub(s, vf_ratio_int(0), k);
    if (is_number(a) && !vf_mx_at_least(s, k, 0)) {
        if (sure(s) && vf_mx_at_least(s, minus, 1))
            divided(s, a, vf_mx_value(s, a));
        return number(s, vf_n_pow(s, vf_mx_value(s, a), k));
    }
    if (!vf_mx_at_least(s, k, 0) && vf_mx_at_least(s, minus, 1))
        return vf_mx_power(s, read_inverse(s, a), minus);
    return vf_mx_power(s, a, k);
}

/* a ./ b for a column b is inv(diag(b))*a; nothing is known of other quotients. */
static const vf_mx *read_ediv(vf_mxs *s, const vf_term *t) {
    const vf_mx *a = read(s, t->kid[0]), *b = read(s, t->kid[1]);
    if (is_number(b))
        return divided(s, a, vf_mx_value(s, b));
    vf_ratio none = {0};
    if (b->nwords == 1 && vf_n_is_one(b->cols)) {
        const vf_mx *d = vf_mx_diag(s, b);
        if (sure(s) && !vf_mx_is_invertible(s, d))
            vf_mx_know_invertible(s, d);
        if (vf_mx_is_invertible(s, d))
            return vf_mx_mul(s, vf_mx_inverse(s, d), a);
    }
    return vf_mx_function(s, VF_EDIV, a->rows, a->cols, a, b, none, none);
}

/* ---- blocks ---- */

static const vf_mx *read_blocks(vf_mxs *s, const vf_term *t, bool beside) {
    const vf_mx **cell = vf_alloc((t->nkids + 1) * sizeof *cell);
    for (size_t i = 0; i < t->nkids; i++)
        cell[i] = read(s, t->kid[i]);
    return vf_mx_grid(s, beside ? 1 : t->nkids, beside ? t->nkids : 1, cell);
}

static const vf_mx *read_diag(vf_mxs *s, const vf_term *t) {
    const vf_mx *a = read(s, t->kid[0]);
    bool makes = vf_n_is_one(t->kid[0]->cols);
    return makes ? vf_mx_diag(s, a) : vf_mx_take_diagonal(s, a, rows_of(s, t));
}

/* ---- loops ---- */

typedef struct range {
    vf_ratio low, high, count;
    unsigned sym, value;              /* the index; the running value of a fold */
    bool fold, known, unsure, filled; /* known: of no negative length; filled: surely not empty */
    bool hidden;                      /* the running value stands in what has no normal form */
    vf_mark before, inside;
} range;

static bool may_be_empty(vf_op op) {
    return op == VF_LOOP_SUM || op == VF_FOLD || op == VF_LOOP_ALL || op == VF_LOOP_ANY;
}

/* What is read until close_range stands in the loop t. */
/* A range that ends before its start is empty, however far before. */
static vf_ratio end_of(vf_mxs *s, vf_ratio low, vf_ratio high) {
    vf_ratio end[] = {high, vf_n_sub(s, low, vf_ratio_int(1))};
    if (vf_mx_at_least(s, vf_n_sub(s, high, end[1]), 0))
        return high;
    vf_ratio later = vf_extreme(s, VF_MAX_OF, end, 2), count = vf_n_sub(s, later, end[1]);
    if (!vf_mx_at_least(s, count, 0))
        vf_mx_know_nonnegative(s, count);
    return later;
}

static range open_range(vf_mxs *s, const vf_term *t) {
    range r = {.low = size(s, t->kid[0]), .high = size(s, t->kid[1]), .fold = t->op == VF_FOLD};
    if (may_be_empty(t->op))
        r.high = end_of(s, r.low, r.high);
    vf_ratio span = vf_n_sub(s, r.high, r.low);
    r.count = vf_n_add(s, span, vf_ratio_int(1));
    if (!may_be_empty(t->op) && sure(s) && !vf_mx_at_least(s, span, 0))
        vf_mx_know_nonnegative(s, span);
    r.filled = vf_mx_at_least(s, span, 0);
    r.unsure = may_be_empty(t->op) && !r.filled;
    r.known = vf_mx_at_least(s, r.count, 0);
    r.sym = vf_new_index(s);
    r.before = vf_mx_mark(s);
    vf_changed(s); /* the index is another one, even where nothing is known of its range */
    vf_within(s, r.sym, r.low, r.high);
    r.inside = vf_mx_mark(s);
    s->open = vf_grow(s->open, s->nopen, sizeof *s->open);
    r.value = vf_new_index(s);
    s->open[s->nopen++] = (vf_open){
        .own = t->sym, .sym = r.sym, .fold = r.fold, .own_value = t->sym2, .value = r.value};
    s->unsure += r.unsure;
    return r;
}

static void push_ranged(vf_mxs *s, vf_scaled what, const range *r) {
    s->ranged = vf_grow(s->ranged, s->nranged, sizeof *s->ranged);
    s->ranged[s->nranged++] = (vf_ranged){what, r->sym, r->low, r->high};
    vf_changed(s);
}

/* May it speak of the running value? That differs from layer to layer. */
static bool runs(vf_mxs *s, const range *r, const vf_mx *a) {
    return r->fold && (r->hidden || vf_has(s, a, &(vf_image){.sym = r->value, .mx = a}));
}

/* What was learned of every member. Without the index it is known at all where there is a member;
   else it is known of those of this range from now on. */
static void keep_matrix(vf_mxs *s, const range *r, vf_scaled what) {
    const vf_mx *eps = what.eps.num ? number(s, what.eps) : NULL;
    bool moves = vf_mx_mentions(s, what.mx, r->sym) || (eps && vf_mx_mentions(s, eps, r->sym));
    if (runs(s, r, what.mx) || (eps && runs(s, r, eps)))
        return;
    if (r->filled && !moves && eps)
        vf_mx_know_scaled(s, what.mx, what.eps);
    else if (r->filled && !moves)
        vf_mx_know_invertible(s, what.mx);
    else if (s->nopen == 0)
        push_ranged(s, what, r);
}

static void keep_nonzero(vf_mxs *s, const range *r, vf_ratio a) {
    const vf_mx *mx = number(s, a);
    if (r->filled && !vf_mx_mentions(s, mx, r->sym) && !runs(s, r, mx))
        vf_mx_know_nonzero(s, a);
}

static void close_range(vf_mxs *s, const range *r) {
    size_t n = s->ninvertible - r->inside.invertible, m = s->nscaled - r->inside.scaled;
    size_t k = s->nnonzero - r->inside.nonzero;
    vf_scaled *learned = vf_alloc((n + m + 1) * sizeof *learned);
    vf_ratio *nonzero = vf_alloc((k + 1) * sizeof *nonzero);
    for (size_t i = 0; i < n; i++)
        learned[i].mx = s->invertible[r->inside.invertible + i];
    for (size_t i = 0; i < m; i++)
        learned[n + i] = s->scaled[r->inside.scaled + i];
    for (size_t i = 0; i < k; i++)
        nonzero[i] = s->nonzero[r->inside.nonzero + i];
    s->nopen--;
    s->unsure -= r->unsure;
    vf_mx_forget(s, r->before);
    for (size_t i = 0; i < k && s->learning; i++)
        keep_nonzero(s, r, nonzero[i]);
    for (size_t i = 0; i < n + m && s->learning; i++)
        keep_matrix(s, r, learned[i]);
}

static const vf_mx *read_loop(vf_mxs *s, const vf_term *t) {
    range r = open_range(s, t);
    const vf_mx *body = read(s, t->kid[2]);
    close_range(s, &r);
    if (!r.known)
        return opaque(s, t);
    switch (t->op) {
    case VF_LOOP_SUM:
        return is_number(body)
                   ? number(s, vf_mx_sum_number(s, r.sym, r.low, r.high, vf_mx_value(s, body)))
                   : vf_mx_sum(s, r.sym, r.low, r.high, body);
    case VF_LOOP_HCAT:
        return vf_mx_hcat(s, r.sym, r.low, r.high, body);
    case VF_LOOP_VCAT:
        body = vf_mx_hcat(s, r.sym, r.low, r.high, vf_mx_transpose(s, body));
        return vf_mx_transpose(s, body);
    case VF_LOOP_PROD: {
        unsigned sym = vf_new_index(s);
        vf_ratio at = vf_n_sub(s, vf_n_add(s, vf_n_atom(sym), r.low), vf_ratio_int(1));
        return vf_mx_prod(s, sym, vf_mx_put(s, body, r.sym, at), r.count);
    }
    default:
        return number(s, vf_extreme_over(s, t->op, r.sym, r.low, r.high, vf_mx_value(s, body)));
    }
}

static const vf_mx *read_fold(vf_mxs *s, const vf_term *t) {
    const vf_mx *start = read(s, t->kid[2]);
    range r = open_range(s, t);
    unsigned sym = vf_new_index(s);
    bool outer = s->lost;
    s->lost = false;
    const vf_mx *body = read(s, t->kid[3]);
    r.hidden = s->lost;
    s->lost = outer;
    close_range(s, &r);
    if (!r.known || r.hidden)
        return opaque(s, t);
    vf_ratio at = vf_n_sub(s, vf_n_add(s, vf_n_atom(sym), r.low), vf_ratio_int(1));
    return vf_mx_fold(s, sym, r.value, start, vf_mx_put(s, body, r.sym, at), r.count);
}

/* ---- normalisations ---- */

static const vf_mx *centred(vf_mxs *s, const vf_mx *x) {
    vf_ratio one = vf_ratio_int(1);
    const vf_mx *row = vf_mx_ones(s, one, x->cols);
    const vf_mx *sums = vf_mx_mul(s, x, vf_mx_transpose(s, row));
    const vf_mx *means = vf_mx_scale(s, vf_n_div(s, one, x->cols), vf_mx_mul(s, sums, row));
    return vf_mx_sub(s, x, means);
}

static const vf_mx *centred_tokens(vf_mxs *s, const vf_mx *x) {
    return vf_mx_transpose(s, centred(s, vf_mx_transpose(s, x)));
}

static vf_ratio eps_of(vf_mxs *s, const vf_term *t, size_t kid) {
    return t->nkids > kid ? value(s, t->kid[kid]) : vf_ratio_int(0);
}

/* The rows of x by their scales, which exist where the text is defined. */
static const vf_mx *scaled(vf_mxs *s, const vf_mx *x, vf_ratio eps) {
    if (s->learning && !vf_mx_is_scaled(s, x, eps))
        vf_mx_know_scaled(s, x, eps);
    return vf_mx_mul(s, vf_mx_scales(s, x, eps), x);
}

static const vf_mx *read_layernorm(vf_mxs *s, const vf_term *t) {
    const vf_mx *c = centred(s, read(s, t->kid[0]));
    const vf_mx *y = scaled(s, c, eps_of(s, t, 3));
    y = vf_mx_mul(s, y, vf_mx_diag(s, read(s, t->kid[1])));
    const vf_mx *bias = vf_mx_transpose(s, read(s, t->kid[2]));
    return vf_mx_add(s, y, vf_mx_mul(s, vf_mx_ones(s, c->rows, vf_ratio_int(1)), bias));
}

static const vf_mx *read_rmsnorm(vf_mxs *s, const vf_term *t) {
    const vf_mx *y = scaled(s, read(s, t->kid[0]), eps_of(s, t, 2));
    return vf_mx_mul(s, y, vf_mx_diag(s, read(s, t->kid[1])));
}

static const vf_mx *read_batchnorm(vf_mxs *s, const vf_term *t) {
    const vf_mx *c = vf_mx_transpose(s, centred_tokens(s, read(s, t->kid[0])));
    return vf_mx_transpose(s, scaled(s, c, eps_of(s, t, 1)));
}

static const vf_mx *read_softmax(vf_mxs *s, const vf_term *t) {
    const vf_mx *mask = t->nkids > 1 ? read(s, t->kid[1]) : NULL;
    return vf_mx_softmax(s, read(s, t->kid[0]), mask);
}

/* ---- numbers ---- */

static vf_ratio affrank(vf_mxs *s, const vf_mx *a) {
    const vf_mx *cell[2] = {a, vf_mx_ones(s, a->rows, vf_ratio_int(1))};
    return vf_n_sub(s, vf_mx_rank(s, vf_mx_grid(s, 1, 2, cell)), vf_ratio_int(1));
}

enum { VF_MOST_IN_LIST = 256 };

/* The numbers of a list, min(min(a, b), c) being min(a, b, c); how many. NULL: counts them. */
static size_t spread(vf_mxs *s, const vf_term *t, vf_op op, vf_ratio *list) {
    size_t n = 0;
    for (size_t i = 0; i < t->nkids && t->op == op; i++) {
        n += spread(s, t->kid[i], op, list == NULL ? NULL : list + n);
        if (n > VF_MOST_IN_LIST)
            vf_limit("numbers in a list");
    }
    if (t->op == op)
        return n;
    if (list != NULL)
        *list = value(s, t);
    return 1;
}

static const vf_mx *read_list(vf_mxs *s, const vf_term *t) {
    size_t n = spread(s, t, t->op, NULL);
    vf_ratio *list = vf_alloc((n + 1) * sizeof *list), sum = vf_ratio_int(0);
    spread(s, t, t->op, list);
    for (size_t i = 0; i < n; i++)
        sum = vf_n_add(s, sum, list[i]);
    return number(s, t->op == VF_SUM_OF ? sum : vf_extreme(s, t->op, list, n));
}

static const vf_mx *read_sum_of_entries(vf_mxs *s, const vf_term *t) {
    const vf_term *of = t->kid[0];
    if (of->op == VF_EMUL)
        return number(s, vf_trace_of_product(s, vf_mx_transpose(s, read(s, of->kid[0])),
                                             read(s, of->kid[1])));
    const vf_mx *a = read(s, of);
    vf_ratio one = vf_ratio_int(1);
    return vf_mx_mul(s, vf_mx_mul(s, vf_mx_ones(s, one, a->rows), a), vf_mx_ones(s, a->cols, one));
}

/* Of a matrix without negative entries whose rows have the same sum: that sum; num NULL. */
static vf_ratio row_sum(vf_mxs *s, const vf_mx *a) {
    const vf_mx *ones = vf_mx_ones(s, a->rows, vf_ratio_int(1));
    const vf_mx *sums = vf_mx_mul(s, a, vf_mx_ones(s, a->cols, vf_ratio_int(1)));
    bool alike = vf_mx_is_nonnegative(s, a) && sums->nwords == 1 &&
                 vf_mx_equal(s, sums, vf_mx_scale(s, sums->word[0].coef, ones));
    return alike ? sums->word[0].coef : (vf_ratio){0};
}

/* Without factors that have the property: singular values do not see orthogonal ones, the sums of
   rows, as a whole, not the order of rows and columns. */
static const vf_mx *without_factors(vf_mxs *s, const vf_mx *a, unsigned prop) {
    for (int side = 0; side < 2; side++) {
        a = vf_mx_transpose(s, a);
        while (a->nwords && a->word[0].n && (a->word[0].letter[0].leaf->props & prop)) {
            const vf_mx *back = vf_mx_transpose(s, vf_mx_of_letter(s, a->word[0].letter[0]));
            const vf_mx *turned = vf_mx_mul(s, back, a);
            if (vf_weight(turned) >= vf_weight(a))
                break;
            a = turned;
        }
    }
    return a;
}

/* norm(G*G', 2) is norm(G, 2)^2: G; NULL: a is no such product. */
static const vf_mx *gram_factor(vf_mxs *s, const vf_mx *a) {
    size_t n = a->nwords == 1 ? a->word[0].n : 0;
    if (n < 2 || n % 2 != 0 || !vf_n_is_one(a->word[0].coef))
        return NULL;
    const vf_letter *letter = a->word[0].letter;
    const vf_mx *g = vf_letters(s, a->rows, letter, n / 2);
    const vf_mx *back = vf_letters(s, g->cols, letter + n / 2, n / 2);
    return vf_mx_equal(s, vf_mx_transpose(s, g), back) ? g : NULL;
}

static vf_ratio read_trace(vf_mxs *s, const vf_term *t) {
    if (t->op != VF_MUL)
        return vf_trace(s, read(s, t));
    const vf_mx *a = read(s, t->kid[0]), *b = read(s, t->kid[1]);
    return vf_mx_equal_numbers(s, a->cols, b->rows) ? vf_trace_of_product(s, a, b)
                                                    : vf_trace(s, read(s, t));
}

/* sqrt(trace(A*A')): the root of a number that is never negative */
static vf_ratio frobenius(vf_mxs *s, const vf_mx *a) {
    vf_ratio square = vf_trace_of_product(s, a, vf_mx_transpose(s, a));
    vf_mark mark = vf_mx_mark(s);
    vf_mx_know_nonnegative(s, square);
    vf_ratio root = vf_n_function(s, VF_SQRT, square);
    vf_mx_forget(s, mark);
    return root;
}

/* The place in a spectrum that sigma or eigabs is about: where the text is defined it is inside. */
static vf_ratio place_of(vf_mxs *s, const vf_term *t, const vf_mx *a) {
    unit(s, a->rows, t->kid[1]);
    if (t->op == VF_SIGMA)
        unit(s, a->cols, t->kid[1]);
    return size(s, t->kid[1]);
}

/* Are the columns orthonormal, or the rows? Then lengths are kept, or those of a projection are. */
static bool is_isometry(vf_mxs *s, const vf_mx *a) {
    const vf_mx *t = vf_mx_transpose(s, a);
    return vf_mx_is_eye(s, vf_mx_mul(s, t, a)) || vf_mx_is_eye(s, vf_mx_mul(s, a, t));
}

/* A measure of a matrix that scales with it, and is that of -A; place: in the spectrum, or num
 * NULL.
 */
static vf_ratio norm_of(vf_mxs *s, vf_op op, const vf_mx *a, vf_ratio place) {
    if (a->nwords == 0)
        return vf_ratio_int(0);
    vf_ratio c = vf_modulus_out(s, &a);
    if (op == VF_NORM_TWO || op == VF_SIGMA)
        a = without_factors(s, a, VF_P_ORTHOGONAL);
    if (op == VF_NORM_INF)
        a = without_factors(s, a, VF_P_PERMUTATION);
    size_t squares = 0;
    for (const vf_mx *g; op == VF_NORM_TWO && (g = gram_factor(s, a)) != NULL; squares++)
        a = g;
    if (op == VF_NORM_TWO && (vf_n_is_one(a->rows) || vf_n_is_one(a->cols)))
        op = VF_NORM_FRO; /* a row or column has its length */
    vf_quantity q = {.kind = VF_Q_FUNCTION, .op = op, .arg = {a}, .signs = VF_S_NONNEGATIVE};
    q.number[0] = place;
    vf_ratio norm = op == VF_NORM_INF                        ? row_sum(s, a)
                    : op == VF_NORM_TWO && is_isometry(s, a) ? vf_ratio_int(1)
                                                             : (vf_ratio){0};
    if (!norm.num)
        norm = op == VF_NORM_FRO ? frobenius(s, a) : vf_quantity_of(s, q);
    while (squares-- > 0)
        norm = vf_n_mul(s, norm, norm);
    return vf_n_mul(s, c, norm);
}

vf_ratio vf_norm(vf_mxs *s, vf_op op, const vf_mx *a) {
    return norm_of(s, op, a, (vf_ratio){0});
}

/* The norm 1 is the norm inf of the transpose, norm1inf the root of the product of both, the
   greatest singular value the norm 2. */
static const vf_mx *read_norm(vf_mxs *s, const vf_term *t) {
    const vf_mx *a = read(s, t->kid[0]), *back = vf_mx_transpose(s, a);
    vf_ratio none = {0}, place = t->nkids > 1 ? place_of(s, t, a) : none;
    if (t->op == VF_NORM_ONE)
        return number(s, norm_of(s, VF_NORM_INF, back, none));
    if (t->op == VF_SIGMA && vf_n_is_one(place))
        return number(s, norm_of(s, VF_NORM_TWO, a, none));
    if (t->op != VF_NORM_1INF)
        return number(s, norm_of(s, t->op, a, place));
    vf_ratio square =
        vf_n_mul(s, norm_of(s, VF_NORM_INF, back, none), norm_of(s, VF_NORM_INF, a, none));
    return number(s, vf_n_function(s, VF_SQRT, square));
}

static const vf_mx *read_measure(vf_mxs *s, const vf_term *t) {
    if (t->nkids != 1 || t->kid[0]->truth)
        return opaque(s, t);
    vf_ratio none = {0};
    const vf_mx *a = read(s, t->kid[0]);
    if (t->op == VF_STABLE_RANK && sure(s) && s->nopen == 0) /* it is divided by norm(A, 2)^2 */
        vf_mx_know_nonzero(s, vf_trace(s, vf_mx_mul(s, a, vf_mx_transpose(s, a))));
    return vf_mx_function(s, t->op, rows_of(s, t), cols_of(s, t), a, NULL, none, none);
}

/* The part of `outer` that belongs to the member sym of low.., times the matrix. */
static const vf_mx *times_part(vf_mxs *s, const vf_mx *outer, unsigned sym, vf_ratio low,
                               const vf_mx *a) {
    vf_ratio before = vf_n_mul(s, vf_n_sub(s, vf_n_atom(sym), low), a->rows);
    return vf_mx_mul(s, vf_mx_mul(s, outer, vf_injection(s, outer->cols, before, a->rows)), a);
}

/* Over the range of the loop: beside one another behind `outer`, else their ranks are added. */
static const vf_mx *read_members(vf_mxs *s, const vf_jacobian *j) {
    unsigned sym = j->loop->sym;
    vf_ratio low = size(s, j->loop->kid[0]), high = size(s, j->loop->kid[1]), rank = low;
    vf_mark mark = vf_mx_mark(s);
    vf_within(s, sym, low, high);
    const vf_mx *a = read(s, j->matrix);
    if (j->outer != NULL)
        a = times_part(s, read(s, j->outer), sym, low, a);
    else
        rank = vf_mx_rank(s, a);
    vf_mx_forget(s, mark);
    return j->outer != NULL ? vf_mx_hcat(s, sym, low, high, a)
                            : number(s, vf_mx_sum_number(s, sym, low, high, rank));
}

/* A variable of all real matrices, or a member of its family, by itself among others: each entry is
   a direction. */
static bool is_own_jrank(const vf_mxs *s, const vf_term *t) {
    const vf_term *v = t->kid[0];
    for (size_t i = 1; v->op == VF_VAR && i < t->nkids; i++)
        if (t->kid[i]->var == v->var)
            return s->theorem->var[v->var].set == VF_REAL;
    return false;
}

static const vf_mx *read_jrank(vf_mxs *s, const vf_term *t) {
    if (is_own_jrank(s, t))
        return number(s, vf_n_mul(s, rows_of(s, t->kid[0]), cols_of(s, t->kid[0])));
    size_t i = s->njranks;
    while (i > 0 && !vf_same_text(s->jrank[i - 1].jrank, t))
        i--;
    if (i == 0)
        return opaque(s, t);
    const vf_jacobian *j = &s->jrank[i - 1].is;
    if (j->loop != NULL && j->outer == NULL)
        return read_members(s, j);
    const vf_mx *a = j->loop != NULL ? read_members(s, j) : read(s, j->matrix);
    if (j->loop == NULL && j->outer != NULL)
        a = vf_mx_mul(s, read(s, j->outer), a);
    if (j->known != NULL)
        a = vf_mx_grid(s, 1, 2, (const vf_mx *const[]){read(s, j->known), a});
    return number(s, vf_mx_rank(s, a));
}

void vf_mx_know_jrank(vf_mxs *s, const vf_term *jrank, vf_jacobian is) {
    s->jrank = vf_grow(s->jrank, s->njranks, sizeof *s->jrank);
    s->jrank[s->njranks++] = (vf_jrank){jrank, is};
    vf_changed(s);
}

/* ---- determinants of blocks ---- */

enum { MOST_BLOCKS = 8 };

/* The rows of as many blocks, square on the diagonal; 0: it is something else. */
static size_t square_blocks(vf_mxs *s, const vf_term *t,
                            const vf_mx *cell[MOST_BLOCKS][MOST_BLOCKS]) {
    size_t n = t->op == VF_VCAT ? t->nkids : 0;
    for (size_t i = 0; i < n; i++) {
        if (n > MOST_BLOCKS || t->kid[i]->op != VF_HCAT || t->kid[i]->nkids != n)
            return 0;
        for (size_t k = 0; k < n; k++)
            cell[i][k] = read(s, t->kid[i]->kid[k]);
    }
    for (size_t i = 0; i < n * n; i++) { /* columns of blocks need not be as wide in each row */
        const vf_mx *a = cell[i / n][i % n], *across = cell[i / n][i / n],
                    *down = cell[i % n][i % n];
        if (!vf_mx_equal_numbers(s, a->rows, across->rows) ||
            !vf_mx_equal_numbers(s, a->cols, down->rows))
            return 0;
    }
    return n;
}

/* Nothing stands below the diagonal, or nothing above it: the product of the determinants on it.
   det [A, B; C, D] = det(A)*det(D - C*inv(A)*B) for an invertible A, and so for D. num NULL: it is
   something else. */
static vf_ratio det_of_blocks(vf_mxs *s, const vf_term *t) {
    const vf_mx *cell[MOST_BLOCKS][MOST_BLOCKS];
    size_t n = square_blocks(s, t, cell);
    bool lower = true, upper = true;
    vf_ratio det = vf_ratio_int(1);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            lower = lower && (i >= k || cell[i][k]->nwords == 0);
            upper = upper && (i <= k || cell[i][k]->nwords == 0);
        }
        det = vf_n_mul(s, det, vf_det(s, cell[i][i]));
    }
    if (n > 0 && (lower || upper))
        return det;
    for (size_t i = 0; i < 2 && n == 2; i++) {
        const vf_mx *a = cell[i][i], *d = cell[1 - i][1 - i];
        if (!vf_mx_is_invertible(s, a))
            continue;
        const vf_mx *rest =
            vf_mx_mul(s, vf_mx_mul(s, cell[1 - i][i], vf_mx_inv(s, a)), cell[i][1 - i]);
        return vf_n_mul(s, vf_det(s, a), vf_det(s, vf_mx_sub(s, d, rest)));
    }
    return (vf_ratio){0};
}

static vf_ratio read_det(vf_mxs *s, const vf_term *t) {
    vf_ratio det = det_of_blocks(s, t);
    return det.num ? det : vf_det(s, read(s, t));
}

/* ---- all operations ---- */

static const vf_mx *read_rest(vf_mxs *s, const vf_term *t) {
    switch (t->op) {
    case VF_RANK:
        return number(s, vf_mx_rank(s, read(s, t->kid[0])));
    case VF_NULLITY: {
        const vf_mx *a = read(s, t->kid[0]);
        return number(s, vf_n_sub(s, a->cols, vf_mx_rank(s, a)));
    }
    case VF_AFFRANK:
        return number(s, affrank(s, read(s, t->kid[0])));
    case VF_TRACE:
        return number(s, read_trace(s, t->kid[0]));
    case VF_DET:
        return number(s, read_det(s, t->kid[0]));
    case VF_SUM_OF:
    case VF_MAX_OF:
    case VF_MIN_OF:
        return read_list(s, t);
    case VF_SUM_ENTRIES:
        return read_sum_of_entries(s, t);
    case VF_NORM_ONE:
    case VF_NORM_TWO:
    case VF_NORM_INF:
    case VF_NORM_FRO:
    case VF_NORM_1INF:
    case VF_SIGMA:
    case VF_EIGABS:
        return read_norm(s, t);
    case VF_LAYERNORM:
        return read_layernorm(s, t);
    case VF_RMSNORM:
        return read_rmsnorm(s, t);
    case VF_BATCHNORM:
        return read_batchnorm(s, t);
    case VF_ROWSCALES:
        return vf_mx_scales(s, read(s, t->kid[0]), eps_of(s, t, 1));
    case VF_SOFTMAX:
        return read_softmax(s, t);
    case VF_CENTER:
        return centred(s, read(s, t->kid[0]));
    case VF_CENTER_TOKENS:
        return centred_tokens(s, read(s, t->kid[0]));
    case VF_JRANK:
        return read_jrank(s, t);
    default:
        if (vf_is_entrywise(t->op))
            return vf_mx_entrywise(s, t->op, read(s, t->kid[0]));
        return read_measure(s, t);
    }
}

static const vf_mx *read_simple(vf_mxs *s, const vf_term *t) {
    switch (t->op) {
    case VF_NUMBER:
        return number(s, vf_ratio_of(vf_poly_rational(t->number)));
    case VF_SYM:
    case VF_ROWS:
    case VF_COLS:
        return number(s, size(s, t));
    case VF_VAR:
        return read_var(s, t);
    case VF_DATUM:
        return read_datum(s, t);
    case VF_ACC:
        return read_acc(s, t);
    case VF_EYE:
        return vf_mx_eye(s, rows_of(s, t));
    case VF_ONES:
        return vf_mx_ones(s, rows_of(s, t), cols_of(s, t));
    case VF_ZEROS:
        return vf_mx_zero(s, rows_of(s, t), cols_of(s, t));
    case VF_UNIT:
        return unit(s, rows_of(s, t), t->kid[1]);
    case VF_CAUSAL:
        return read_causal(s, t);
    case VF_HCAT:
    case VF_VCAT:
        return read_blocks(s, t, t->op == VF_HCAT);
    case VF_LOOP_SUM:
    case VF_LOOP_PROD:
    case VF_LOOP_HCAT:
    case VF_LOOP_VCAT:
    case VF_LOOP_MAX:
    case VF_LOOP_MIN:
        return read_loop(s, t);
    case VF_FOLD:
        return read_fold(s, t);
    default:
        return read_rest(s, t);
    }
}

static const vf_mx *read_term(vf_mxs *s, const vf_term *t) {
    switch (t->op) {
    case VF_NEG:
        return vf_mx_scale(s, vf_ratio_int(-1), read(s, t->kid[0]));
    case VF_ADD:
        return vf_mx_add(s, read(s, t->kid[0]), read(s, t->kid[1]));
    case VF_SUB:
        return vf_mx_sub(s, read(s, t->kid[0]), read(s, t->kid[1]));
    case VF_MUL:
        return read_mul(s, t);
    case VF_DIV:
        return divided(s, read(s, t->kid[0]), value(s, t->kid[1]));
    case VF_EMUL:
        return vf_mx_emul(s, read(s, t->kid[0]), read(s, t->kid[1]));
    case VF_EDIV:
        return read_ediv(s, t);
    case VF_POWER:
        return read_power(s, t);
    case VF_TRANSPOSE:
        return vf_mx_transpose(s, read(s, t->kid[0]));
    case VF_ENTRY:
        return read_entry(s, t);
    case VF_INV:
        return read_inverse(s, read(s, t->kid[0]));
    case VF_DIAG:
        return read_diag(s, t);
    case VF_VEC:
        return vf_mx_vec(s, read(s, t->kid[0]));
    case VF_KRON:
        return vf_mx_kron(s, read(s, t->kid[0]), read(s, t->kid[1]));
    default:
        return read_simple(s, t);
    }
}

/* A term is read once for each state of what is known: loops change it while they are open. What a
   term teaches its first parts did not know: then it is read again. */
static const vf_mx *read(vf_mxs *s, const vf_term *t) {
    vf_memo *memo = &s->memo[((uintptr_t)t / sizeof(void *)) % MEMOS];
    size_t version = s->version;
    if (memo->term == t && memo->version == version)
        return memo->mx;
    const vf_mx *a = read_term(s, t);
    if (s->version == version)
        *memo = (vf_memo){t, a, version};
    return a;
}

const vf_mx *vf_mx_read(vf_mxs *s, const vf_term *t) {
    return read(s, t);
}

vf_ratio vf_mx_number(vf_mxs *s, const vf_term *t) {
    return value(s, t);
}

/* ---- what is defined ---- */

static void note(vf_mxs *s, const vf_term *t) {
    bool loop = t->op == VF_LOOP_ALL || t->op == VF_LOOP_ANY;
    if (!t->truth) {
        read(s, t);
    } else if (loop) {
        range r = open_range(s, t);
        note(s, t->kid[2]);
        close_range(s, &r);
    } else {
        for (size_t i = 0; i < t->nkids; i++)
            note(s, t->kid[i]);
    }
}

void vf_mx_note(vf_mxs *s, const vf_term *text) {
    enum { MOST_ROUNDS = 4 };
    s->learning = true;
    for (int round = 0; round < MOST_ROUNDS; round++) {
        size_t before = s->version;
        note(s, text);
        if (s->version == before)
            break;
    }
    s->learning = false;
}

size_t vf_mx_stop_rules(vf_mxs *s) {
    size_t n = s->nrules;
    s->nrules = 0;
    vf_changed(s);
    return n;
}

void vf_mx_resume_rules(vf_mxs *s, size_t n) {
    s->nrules = n;
    vf_changed(s);
}

/* ---- rules ---- */

static void push_rule(vf_mxs *s, const vf_letter *letter, size_t n, const vf_mx *image) {
    s->rule = vf_grow(s->rule, s->nrules, sizeof *s->rule);
    s->rule[s->nrules++] = (vf_rule){letter, n, image};
    vf_changed(s);
}

/* The word behind a number that is one atom, such as x'*y; NULL: it is none. */
static const vf_word *word_of_number(const vf_mxs *s, vf_ratio a, unsigned *atom) {
    if (vf_poly_terms(a.num) != 1 || vf_poly_factors(a.num, 0) != 1)
        return NULL;
    *atom = vf_poly_factor(a.num, 0, 0, NULL);
    const vf_quantity *q = vf_atom_quantity(s, *atom);
    bool plain = q && q->kind == VF_Q_ENTRY && vf_ratio_equal(a, vf_n_atom(*atom));
    return plain ? q->arg[0]->word : NULL;
}

/* zero == p*x + rest for the number x that is a word: x is -rest/p. The word and its transpose. */
static void know_zero_number(vf_mxs *s, vf_ratio zero, vf_ratio lead) {
    unsigned atom = 0;
    const vf_word *w = word_of_number(s, lead, &atom);
    ENSURE("a rule for numbers is for one product of matrices", w != NULL);
    vf_ratio rest = vf_ratio_of(vf_poly_put(zero.num, atom, vf_poly_zero()));
    vf_ratio p = vf_n_sub(s, vf_ratio_of(vf_poly_put(zero.num, atom, vf_poly_int(1))), rest);
    vf_ratio line = vf_n_add(s, vf_n_mul(s, p, lead), rest);
    ENSURE("a rule's number stands in its equation in another way",
           vf_ratio_equal(line, vf_ratio_of(zero.num)) && vf_mx_is_nonzero(s, p) &&
               !vf_poly_mentions(p.num, atom));
    const vf_mx *image = number(s, vf_n_div(s, vf_n_sub(s, vf_ratio_int(0), rest), p));
    vf_letter *back = vf_alloc((w->n + 1) * sizeof *back);
    for (size_t i = 0; i < w->n; i++) {
        back[i] = w->letter[w->n - 1 - i];
        back[i].transposed = !back[i].transposed;
        back[i] = vf_canon(s, back[i]);
    }
    push_rule(s, w->letter, w->n, image);
    push_rule(s, back, w->n, image);
}

/* The word of `lead` in zero; where that is no single word, the greatest one there. */
static size_t word_of_rule(const vf_mx *zero, const vf_mx *lead) {
    if (lead->nwords != 1)
        return vf_greatest_word(zero);
    for (size_t i = 0; i < zero->nwords; i++)
        if (vf_same_word(&zero->word[i], &lead->word[0]))
            return i;
    vf_refuse("a rule's word does not stand in its equation");
}

void vf_mx_know_zero(vf_mxs *s, const vf_mx *zero, const vf_mx *lead) {
    if (vf_mx_is_zero(s, zero))
        return;
    if (is_number(zero)) {
        know_zero_number(s, vf_mx_value(s, zero), vf_mx_value(s, lead));
        return;
    }
    size_t at = word_of_rule(zero, lead);
    const vf_word *w = &zero->word[at];
    ENSURE("a rule's word is the identity, or its coefficient may be 0",
           w->n > 0 && vf_mx_is_nonzero(s, w->coef));
    const vf_mx *rest = vf_mx_sub(s, vf_mx_of_word(s, zero, at), zero);
    push_rule(s, w->letter, w->n, vf_mx_scale(s, vf_n_div(s, vf_ratio_int(1), w->coef), rest));
}
