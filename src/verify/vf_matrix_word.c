/* What letters that stand side by side can be replaced by. Each rule is an identity of matrices
   that holds wherever its condition does. */
#include "vf_matrix_inside.h"

/* ---- one letter ---- */

static bool goes_by_entries(vf_op op) {
    return op == VF_EMUL || op == VF_EDIV || vf_is_entrywise(op);
}

/* Is the transpose of such a leaf a leaf made of the transposes of its parts? */
static bool has_mirror(const vf_leaf *a) {
    switch (a->kind) {
    case VF_L_INV:
    case VF_L_POWER:
    case VF_L_SUM:
    case VF_L_KRON:
        return true;
    default:
        return a->kind == VF_L_FUNCTION && goes_by_entries(a->op);
    }
}

static const vf_leaf *mirror(vf_mxs *s, const vf_leaf *a) {
    if (a->mirror && a->mirror_version == s->version)
        return a->mirror;
    vf_leaf key = *a;
    key.rows = a->cols;
    key.cols = a->rows;
    for (int i = 0; i < 2 && a->arg[i]; i++)
        key.arg[i] = vf_mx_transpose(s, a->arg[i]);
    key.props &= ~(unsigned)VF_P_ROWS_ONE;
    vf_leaf *own = s->leaf[a->id];
    own->mirror = vf_leaf_of(s, key);
    own->mirror_version = s->version;
    return own->mirror;
}

/* The same matrix by the letter that stands for it in words. */
vf_letter vf_canon(vf_mxs *s, vf_letter a) {
    if (a.leaf->props & VF_P_ORTHOGONAL && a.inverted)
        a = (vf_letter){a.leaf, !a.transposed, false};
    if (a.leaf->props & (VF_P_SYMMETRIC | VF_P_DIAGONAL))
        a.transposed = false;
    if (!has_mirror(a.leaf))
        return a;
    const vf_leaf *other = mirror(s, a.leaf);
    if (other == a.leaf)
        return (vf_letter){a.leaf, false, a.inverted};
    bool turn = a.leaf->kind == VF_L_KRON ? a.transposed : other->id < a.leaf->id;
    return turn ? (vf_letter){other, !a.transposed, a.inverted} : a;
}

static const vf_mx *inverses_side_by_side(vf_mxs *s, vf_letter x, vf_letter inv);

/* ---- pairs ---- */

static bool cancel(vf_mxs *s, vf_letter a, vf_letter b) {
    if (a.leaf != b.leaf)
        return false;
    if (a.leaf->props & VF_P_ORTHOGONAL)
        return a.transposed != b.transposed || (a.leaf->props & VF_P_SYMMETRIC);
    return a.transposed == b.transposed && a.inverted != b.inverted &&
           vf_leaf_is_invertible(s, a.leaf);
}

/* A*1 == 1, also for the inverse. */
static bool fixes_ones(vf_mxs *s, vf_letter a) {
    bool turned = a.transposed && !(a.leaf->props & VF_P_SYMMETRIC);
    if (turned && !(a.leaf->props & VF_P_PERMUTATION))
        return false;
    bool made = a.leaf->kind == VF_L_POWER || a.leaf->kind == VF_L_PROD;
    return (a.leaf->props & (VF_P_ROWS_ONE | VF_P_PERMUTATION)) ||
           (made && vf_mx_fixes_ones(s, a.leaf->arg[0]));
}

static vf_letter turned(vf_letter a) {
    a.transposed = !a.transposed;
    return a;
}

static const vf_mx *ones_pair(vf_mxs *s, vf_letter a, vf_letter b) {
    vf_ratio one = vf_ratio_int(1);
    if (vf_is_ones(a, true) && vf_is_ones(b, false))
        return vf_mx_scalar(s, a.leaf->rows);
    if (vf_is_ones(b, false) && fixes_ones(s, a))
        return vf_mx_ones(s, vf_letter_rows(a), one);
    if (vf_is_ones(b, false) && vf_is_kind(a, VF_L_INJECTION, true))
        return vf_mx_ones(s, a.leaf->cols, one);
    if (vf_is_ones(b, false) && vf_is_kind(a, VF_L_DIAG, false))
        return a.leaf->arg[0];
    return NULL;
}

/* E1'*E2 for injections into the same rows. */
static const vf_mx *meeting(vf_mxs *s, const vf_leaf *a, const vf_leaf *b) {
    vf_ratio start = vf_n_sub(s, b->place[0], a->place[0]); /* of b, seen from a */
    vf_ratio rest = vf_n_sub(s, vf_n_sub(s, a->cols, start), b->cols);
    if (vf_ratio_is_zero(start) && vf_ratio_is_zero(rest))
        return vf_mx_eye(s, a->cols);
    vf_ratio after = vf_n_sub(s, start, a->cols);
    vf_ratio before = vf_n_sub(s, vf_ratio_int(0), vf_n_add(s, start, b->cols));
    if (vf_mx_at_least(s, after, 0) || vf_mx_at_least(s, before, 0))
        return vf_mx_zero(s, a->cols, b->cols);
    if (vf_mx_at_least(s, start, 0) && vf_mx_at_least(s, rest, 0))
        return vf_injection(s, a->cols, start, b->cols);
    vf_ratio minus = vf_n_sub(s, vf_ratio_int(0), start);
    vf_ratio over = vf_n_sub(s, vf_ratio_int(0), rest);
    if (vf_mx_at_least(s, minus, 0) && vf_mx_at_least(s, over, 0))
        return vf_mx_transpose(s, vf_injection(s, b->cols, minus, a->cols));
    return NULL;
}

static const vf_mx *injection_pair(vf_mxs *s, vf_letter a, vf_letter b) {
    if (vf_is_kind(a, VF_L_INJECTION, true) && vf_is_kind(b, VF_L_INJECTION, false))
        return meeting(s, a.leaf, b.leaf);
    if (!vf_is_kind(a, VF_L_INJECTION, false) || !vf_is_kind(b, VF_L_INJECTION, false))
        return NULL;
    vf_ratio offset = vf_n_add(s, a.leaf->place[0], b.leaf->place[0]);
    const vf_mx *both = vf_injection(s, a.leaf->rows, offset, b.leaf->cols);
    return both->word[0].letter->leaf->kind == VF_L_INJECTION ? both : NULL;
}

/* diag(g)*E is E*diag(E'*g), and so for the scales of rows. */
static const vf_mx *diagonal_pair(vf_mxs *s, vf_letter a, vf_letter b) {
    if (!vf_is_kind(b, VF_L_INJECTION, false) || a.inverted)
        return NULL;
    const vf_mx *down = vf_mx_of_letter(s, b), *up = vf_mx_transpose(s, down);
    if (a.leaf->kind == VF_L_DIAG)
        return vf_mx_mul(s, down, vf_mx_diag(s, vf_mx_mul(s, up, a.leaf->arg[0])));
    if (a.leaf->kind != VF_L_SCALES)
        return NULL;
    const vf_mx *rows = vf_mx_mul(s, up, a.leaf->arg[0]);
    return vf_mx_mul(s, down, vf_mx_scales(s, rows, a.leaf->place[0]));
}

static const vf_mx *power_pair(vf_mxs *s, vf_letter a, vf_letter b) {
    if (a.leaf->kind != VF_L_POWER || b.leaf->kind != VF_L_POWER || a.transposed != b.transposed ||
        a.inverted || b.inverted || !vf_mx_equal(s, a.leaf->arg[0], b.leaf->arg[0]))
        return NULL;
    vf_ratio k = vf_n_add(s, a.leaf->place[0], b.leaf->place[0]);
    const vf_mx *power = vf_mx_power(s, a.leaf->arg[0], k);
    return a.transposed ? vf_mx_transpose(s, power) : power;
}

static const vf_mx *row_of_ones(vf_mxs *s, vf_ratio n) {
    return vf_mx_ones(s, vf_ratio_int(1), n);
}

/* kron(P, Q)*vec(W) is vec(Q*W*P') */
static const vf_mx *kron_vec(vf_mxs *s, const vf_leaf *kron, const vf_mx *w) {
    const vf_mx *p = kron->arg[0], *q = kron->arg[1];
    if (!vf_mx_equal_numbers(s, w->rows, q->cols) || !vf_mx_equal_numbers(s, w->cols, p->cols))
        return NULL;
    return vf_mx_vec(s, vf_mx_mul(s, vf_mx_mul(s, q, w), vf_mx_transpose(s, p)));
}

static const vf_mx *kron_pair(vf_mxs *s, vf_letter a, vf_letter b) {
    bool x = vf_is_kind(a, VF_L_KRON, false), y = vf_is_kind(b, VF_L_KRON, false);
    if (vf_is_ones(a, true) && y) {
        const vf_mx *p = b.leaf->arg[0], *q = b.leaf->arg[1];
        return vf_mx_kron(s, vf_mx_mul(s, row_of_ones(s, p->rows), p),
                          vf_mx_mul(s, row_of_ones(s, q->rows), q));
    }
    if (x && b.leaf->kind == VF_L_FUNCTION && b.leaf->op == VF_VEC && !b.transposed)
        return kron_vec(s, a.leaf, b.leaf->arg[0]);
    if (!x || !y)
        return NULL;
    const vf_mx *u = a.leaf->arg[0], *v = a.leaf->arg[1];
    const vf_mx *p = b.leaf->arg[0], *q = b.leaf->arg[1];
    if (!vf_mx_equal_numbers(s, u->cols, p->rows) || !vf_mx_equal_numbers(s, v->cols, q->rows))
        return NULL;
    return vf_mx_kron(s, vf_mx_mul(s, u, p), vf_mx_mul(s, v, q));
}

typedef const vf_mx *pair_rule(vf_mxs *s, vf_letter a, vf_letter b);

/* The rule for a*b, or for b'*a' transposed. */
static const vf_mx *both_ways(vf_mxs *s, pair_rule *rule, vf_letter a, vf_letter b) {
    const vf_mx *m = rule(s, a, b);
    if (m)
        return m;
    m = rule(s, vf_canon(s, turned(b)), vf_canon(s, turned(a)));
    return m ? vf_mx_transpose(s, m) : NULL;
}

static const vf_mx *replace_pair(vf_mxs *s, vf_letter a, vf_letter b) {
    static pair_rule *const rules[] = {ones_pair, injection_pair, diagonal_pair,        power_pair,
                                       kron_pair, vf_loop_pair,   inverses_side_by_side};
    if (cancel(s, a, b))
        return vf_mx_eye(s, vf_letter_rows(a));
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const vf_mx *m = both_ways(s, rules[i], a, b);
        if (m)
            return m;
    }
    return NULL;
}

/* ---- longer parts of a word ---- */

static bool starts_with(const vf_letter *w, size_t n, const vf_letter *part, size_t m) {
    if (m > n)
        return false;
    for (size_t i = 0; i < m; i++)
        if (!vf_same_letter(w[i], part[i]))
            return false;
    return true;
}

static int compare_letters(const vf_letter *a, size_t n, const vf_letter *b, size_t m) {
    if (n != m)
        return n < m ? -1 : 1;
    for (size_t i = 0; i < n; i++) {
        unsigned x = a[i].leaf->id * 4 + a[i].transposed * 2 + a[i].inverted;
        unsigned y = b[i].leaf->id * 4 + b[i].transposed * 2 + b[i].inverted;
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

bool vf_word_before(const vf_word *a, const vf_word *b) {
    return compare_letters(a->letter, a->n, b->letter, b->n) < 0;
}

size_t vf_greatest_word(const vf_mx *a) {
    size_t g = 0;
    for (size_t i = 1; i < a->nwords; i++)
        if (compare_letters(a->word[i].letter, a->word[i].n, a->word[g].letter, a->word[g].n) > 0)
            g = i;
    return g;
}

static const vf_mx *argument(vf_mxs *s, vf_letter a) {
    return a.transposed ? vf_mx_transpose(s, a.leaf->arg[0]) : a.leaf->arg[0];
}

/* inv(A)*A == I, or A*inv(A) == I, for a product A. (For a sum a proof states what it uses.) The
   letter of inv(A) is w[at]. */
static const vf_mx *inverse_rule(vf_mxs *s, const vf_letter *w, size_t n, size_t i, bool before,
                                 size_t *count) {
    size_t at = i;
    for (; !before && at < n && w[at].leaf->kind != VF_L_INV; at++)
        ;
    if (at == n || w[at].leaf->kind != VF_L_INV)
        return NULL;
    const vf_mx *a = argument(s, w[at]);
    if (a->nwords != 1)
        return NULL;
    const vf_word *x = &a->word[0];
    bool here = before ? starts_with(w + i + 1, n - i - 1, x->letter, x->n)
                       : at - i == x->n && starts_with(w + i, n - i, x->letter, x->n);
    if (x->n == 0 || !here || !vf_mx_is_nonzero(s, x->coef) || !vf_mx_is_invertible(s, a))
        return NULL;
    *count = x->n + 1;
    vf_ratio each = vf_n_div(s, vf_ratio_int(1), x->coef);
    return vf_mx_scale(s, each, vf_mx_eye(s, a->rows));
}

/* u*(v*u)^k is (u*v)^k*u for k >= 0: what a power begins again with stands behind it. */
static const vf_mx *power_after(vf_mxs *s, const vf_letter *w, size_t n, size_t i, size_t *count) {
    size_t at = i + 1;
    while (at < n && (w[at].leaf->kind != VF_L_POWER || w[at].inverted))
        at++;
    const vf_mx *a = at < n ? argument(s, w[at]) : NULL;
    size_t shared = at - i, before = a && a->nwords == 1 ? a->word[0].n : 0;
    if (before < shared)
        return NULL;
    const vf_letter *base = a->word[0].letter;
    before -= shared;
    if (!starts_with(w + i, n - i, base + before, shared))
        return NULL;
    const vf_mx *u = vf_letters(s, vf_letter_rows(w[i]), w + i, shared);
    const vf_mx *turned_base = vf_mx_mul(s, u, vf_letters(s, a->rows, base, before));
    turned_base = vf_mx_scale(s, a->word[0].coef, turned_base);
    *count = shared + 1;
    return vf_mx_mul(s, vf_mx_power(s, turned_base, w[at].leaf->place[0]), u);
}

/* Does the upper end of a product or an exponent have a negative constant term? */
static bool falls_short(const vf_leaf *a) {
    const vf_poly *p = a->place[0].num;
    for (size_t i = 0; i < vf_poly_terms(p); i++)
        if (vf_poly_factors(p, i) == 0)
            return mpq_sgn(vf_poly_coefficient(p, i)) < 0;
    return false;
}

/* A^(k - 1)*A is A^k, prod(h = 1..k - 1, A[h])*A[k] is the product up to k. (With other
   constants the factors stand beside.) */
static const vf_mx *longer(vf_mxs *s, const vf_letter *w, size_t n, size_t i, size_t *count) {
    const vf_leaf *a = w[i].leaf;
    bool power = a->kind == VF_L_POWER && !w[i].inverted;
    bool product = vf_is_kind(w[i], VF_L_PROD, false);
    if ((!power && !product) || !falls_short(a))
        return NULL;
    vf_ratio next = vf_n_add(s, a->place[0], vf_ratio_int(1));
    const vf_mx *member = power ? argument(s, w[i]) : vf_mx_put(s, a->arg[0], a->sym, next);
    if (member->nwords != 1 || !vf_n_is_one(member->word[0].coef) || member->word[0].n == 0 ||
        !starts_with(w + i + 1, n - i - 1, member->word[0].letter, member->word[0].n))
        return NULL;
    *count = member->word[0].n + 1;
    return power ? vf_mx_power(s, member, next) : vf_mx_prod(s, a->sym, a->arg[0], next);
}

/* diag(g)*D*c is diag(c)*D*g for columns g and c and diagonal D: the greater column stands last. */
static const vf_mx *exchange(vf_mxs *s, const vf_letter *w, size_t n, size_t i, size_t *count) {
    if (!vf_is_kind(w[i], VF_L_DIAG, false) || w[i].leaf->arg[0]->nwords != 1)
        return NULL;
    const vf_word *g = &w[i].leaf->arg[0]->word[0];
    size_t from = i, to;
    while (from < n && (w[from].leaf->props & VF_P_DIAGONAL))
        from++;
    for (to = from; to < n && !vf_n_is_one(vf_letter_rows(w[to])); to++)
        ;
    bool column = to > from && vf_n_is_one(vf_letter_cols(w[to - 1])) && vf_n_is_one(g->coef);
    if (!column || compare_letters(w + from, to - from, g->letter, g->n) >= 0)
        return NULL;
    *count = to - i;
    vf_ratio rows = w[i].leaf->rows;
    const vf_mx *c = vf_mx_diag(s, vf_letters(s, rows, w + from, to - from));
    const vf_mx *between = vf_letters(s, rows, w + i + 1, from - i - 1);
    return vf_mx_mul(s, vf_mx_mul(s, c, between), w[i].leaf->arg[0]);
}

/* inv(diag(g))*g is a column of ones. */
static const vf_mx *diagonal_divided(vf_mxs *s, const vf_letter *w, size_t n, size_t i,
                                     size_t *count) {
    const vf_mx *g = w[i].leaf->kind == VF_L_DIAG && w[i].inverted ? w[i].leaf->arg[0] : NULL;
    if (!g || g->nwords != 1 || !vf_n_is_one(g->word[0].coef) ||
        !starts_with(w + i + 1, n - i - 1, g->word[0].letter, g->word[0].n) ||
        !vf_leaf_is_invertible(s, w[i].leaf))
        return NULL;
    *count = g->word[0].n + 1;
    return vf_mx_ones(s, g->rows, vf_ratio_int(1));
}

/* inv(L)*inv(c*L + r) is (inv(L) - c*inv(c*L + r))/r for a letter L and numbers c and r. */
static const vf_mx *inverses_side_by_side(vf_mxs *s, vf_letter x, vf_letter inv) {
    if (!x.inverted || inv.leaf->kind != VF_L_INV)
        return NULL;
    const vf_mx *a = argument(s, inv), *plain;
    x.inverted = false;
    for (size_t i = 0; i < a->nwords && a->nwords == 2; i++) {
        const vf_word *l = &a->word[i], *r = &a->word[1 - i];
        if (l->n != 1 || r->n != 0 || !vf_same_letter(l->letter[0], x) ||
            !vf_mx_is_nonzero(s, r->coef) || !vf_leaf_is_invertible(s, x.leaf) ||
            !vf_mx_is_invertible(s, a))
            continue;
        x.inverted = true;
        plain = vf_mx_scale(s, l->coef, vf_mx_of_letter(s, inv));
        plain = vf_mx_sub(s, vf_mx_of_letter(s, x), plain);
        return vf_mx_scale(s, vf_n_div(s, vf_ratio_int(1), r->coef), plain);
    }
    return NULL;
}

/* c with a*v == c*v; num NULL: there is none, or it is 0 */
static vf_ratio stretch(vf_mxs *s, const vf_mx *a, const vf_mx *v) {
    const vf_mx *image = vf_mx_mul(s, a, v);
    bool multiple = v->nwords == 1 && image->nwords == 1 &&
                    vf_same_word(&image->word[0], &v->word[0]) && vf_n_is_one(v->word[0].coef);
    return multiple ? image->word[0].coef : (vf_ratio){0};
}

/* A^k*v = c^k*v and inv(A)*v = v/c where A*v == c*v, for a v without inverses and powers. */
static const vf_mx *eigenvector(vf_mxs *s, const vf_letter *w, size_t n, size_t i, size_t *count) {
    enum { LONGEST = 3 };
    bool power = w[i].leaf->kind == VF_L_POWER && !w[i].inverted;
    if (!power && w[i].leaf->kind != VF_L_INV)
        return NULL;
    const vf_mx *a = argument(s, w[i]);
    for (size_t k = 1; k <= LONGEST && i + k < n; k++) {
        if (w[i + k].leaf->kind == VF_L_INV || w[i + k].leaf->kind == VF_L_POWER)
            break;
        const vf_mx *v = vf_letters(s, vf_letter_cols(w[i]), w + i + 1, k);
        vf_ratio c = stretch(s, a, v);
        if (!c.num || (!power && (!vf_mx_is_nonzero(s, c) || !vf_mx_is_invertible(s, a))))
            continue;
        *count = k + 1;
        return vf_mx_scale(
            s, power ? vf_n_pow(s, c, w[i].leaf->place[0]) : vf_n_div(s, vf_ratio_int(1), c), v);
    }
    return NULL;
}

static const vf_letter *mirrored(vf_mxs *s, const vf_letter *w, size_t n) {
    vf_letter *back = vf_alloc((n + 1) * sizeof *back);
    for (size_t i = 0; i < n; i++)
        back[i] = vf_canon(s, turned(w[n - 1 - i]));
    return back;
}

typedef const vf_mx *part_rule(vf_mxs *s, const vf_letter *w, size_t n, size_t i, size_t *count);

/* The rule for the letters that begin at i, or transposed for those that end at some place. */
static const vf_mx *part_both_ways(vf_mxs *s, part_rule *rule, const vf_letter *w, size_t n,
                                   size_t i, size_t *count) {
    const vf_mx *m = rule(s, w, n, i, count);
    for (size_t at = i + 1; at < n && !m; at++) {
        vf_leaf_kind kind = w[at].leaf->kind;
        if (kind != VF_L_POWER && kind != VF_L_INV && !(kind == VF_L_DIAG && w[at].inverted))
            continue;
        const vf_letter *back = mirrored(s, w + i, at - i + 1);
        m = rule(s, back, at - i + 1, 0, count);
        m = m && *count == at - i + 1 ? vf_mx_transpose(s, m) : NULL;
    }
    return m;
}

/* A rule for A^k alone serves A^(k + 1), too. */
static const vf_mx *power_rule(vf_mxs *s, vf_letter a, const vf_rule *rule) {
    vf_letter lead = rule->letter[0];
    if (rule->n != 1 || a.leaf->kind != VF_L_POWER || lead.leaf->kind != VF_L_POWER ||
        a.transposed != lead.transposed || a.inverted || lead.inverted)
        return NULL;
    vf_ratio more = vf_n_sub(s, a.leaf->place[0], lead.leaf->place[0]);
    if (!vf_n_is_one(more) || !vf_mx_equal(s, a.leaf->arg[0], lead.leaf->arg[0]))
        return NULL;
    return vf_mx_mul(s, rule->image, argument(s, a));
}

static const vf_mx *given_rule(vf_mxs *s, const vf_letter *w, size_t n, size_t i, size_t *count) {
    for (size_t k = 0; k < s->nrules; k++)
        if (starts_with(w + i, n - i, s->rule[k].letter, s->rule[k].n)) {
            *count = s->rule[k].n;
            return s->rule[k].image;
        }
    *count = 1;
    for (size_t k = 0; k < s->nrules; k++) {
        const vf_mx *m = power_rule(s, w[i], &s->rule[k]);
        if (m)
            return m;
    }
    return NULL;
}

const vf_mx *vf_replace(vf_mxs *s, const vf_letter *w, size_t n, size_t i, size_t *count) {
    *count = 2;
    const vf_mx *m = i + 1 < n ? replace_pair(s, w[i], w[i + 1]) : NULL;
    m = m ? m : inverse_rule(s, w, n, i, true, count);
    m = m ? m : inverse_rule(s, w, n, i, false, count);
    m = m ? m : power_after(s, w, n, i, count);
    m = m ? m : longer(s, w, n, i, count);
    m = m ? m : part_both_ways(s, diagonal_divided, w, n, i, count);
    m = m ? m : exchange(s, w, n, i, count);
    m = m ? m : given_rule(s, w, n, i, count);
    return m ? m : part_both_ways(s, eigenvector, w, n, i, count);
}
