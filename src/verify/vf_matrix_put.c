/* Substitution: what mentions the symbol is made again, by the operation that made it. */
#include "vf_matrix_inside.h"

static bool binds(const vf_leaf *a) {
    return a->kind == VF_L_SUM || a->kind == VF_L_PROD || a->kind == VF_L_FOLD;
}

/* The argument in which the index of a loop stands. */
static int body_of(const vf_leaf *a) {
    return a->kind == VF_L_FOLD ? 1 : 0;
}

/* ---- what is mentioned ---- */

static bool poly_has(vf_mxs *s, const vf_poly *p, const vf_image *what);

static bool quantity_has(vf_mxs *s, const vf_quantity *q, const vf_image *what) {
    bool loop = q->kind == VF_Q_SUM || q->kind == VF_Q_EXTREME;
    bool own = loop && !what->mx && q->sym == what->sym;
    if (own && what->binder)
        return true;
    for (int i = 0; i < 3 && q->number[i].num; i++)
        if (!(i == 0 && own) && vf_number_has(s, q->number[i], what))
            return true;
    for (size_t i = 0; i < q->nlist; i++)
        if (vf_number_has(s, q->list[i], what))
            return true;
    for (int i = 0; i < 2 && q->arg[i]; i++)
        if (vf_has(s, q->arg[i], what))
            return true;
    return false;
}

static bool atom_has(vf_mxs *s, unsigned atom, const vf_image *what) {
    const vf_quantity *q = vf_atom_quantity(s, atom);
    return q ? quantity_has(s, q, what) : !what->mx && !what->binder && atom == what->sym;
}

static bool poly_has(vf_mxs *s, const vf_poly *p, const vf_image *what) {
    vf_step(s);
    for (size_t i = 0; i < vf_poly_terms(p); i++)
        for (size_t f = 0; f < vf_poly_factors(p, i); f++)
            if (atom_has(s, vf_poly_factor(p, i, f, NULL), what))
                return true;
    return false;
}

bool vf_number_has(vf_mxs *s, vf_ratio a, const vf_image *what) {
    return poly_has(s, a.num, what) || poly_has(s, a.den, what);
}

bool vf_leaf_has(vf_mxs *s, const vf_leaf *a, const vf_image *what) {
    if (a->kind == VF_L_FRESH && what->mx && a->sym == what->sym)
        return true;
    if (vf_number_has(s, a->rows, what) || vf_number_has(s, a->cols, what))
        return true;
    for (int i = 0; i < 2; i++) {
        bool own = binds(a) && i == body_of(a) && (what->mx ? a->sym2 : a->sym) == what->sym &&
                   (!what->mx || a->kind == VF_L_FOLD);
        if ((a->place[i].num && vf_number_has(s, a->place[i], what)) ||
            (a->arg[i] && !own && vf_has(s, a->arg[i], what)))
            return true;
    }
    return false;
}

bool vf_has(vf_mxs *s, const vf_mx *a, const vf_image *what) {
    if (vf_number_has(s, a->rows, what) || vf_number_has(s, a->cols, what))
        return true;
    for (size_t i = 0; i < a->nwords; i++) {
        if (vf_number_has(s, a->word[i].coef, what))
            return true;
        for (size_t k = 0; k < a->word[i].n; k++)
            if (vf_leaf_has(s, a->word[i].letter[k].leaf, what))
                return true;
    }
    return false;
}

bool vf_mx_mentions(vf_mxs *s, const vf_mx *a, unsigned sym) {
    return vf_has(s, a, &(vf_image){.sym = sym});
}

bool vf_mx_number_mentions(vf_mxs *s, vf_ratio a, unsigned sym) {
    return vf_number_has(s, a, &(vf_image){.sym = sym});
}

bool vf_leaf_mentions(vf_mxs *s, const vf_leaf *a, unsigned sym) {
    return vf_leaf_has(s, a, &(vf_image){.sym = sym});
}

/* ---- numbers ---- */

/* The body of a loop, its index and running value renamed so that nothing put in is caught. */
static vf_ratio number_body(vf_mxs *s, vf_ratio body, unsigned *sym, const vf_image *by) {
    unsigned own = vf_new_index(s);
    body = vf_rename_number(s, body, *sym, own);
    *sym = own;
    return vf_put_number(s, body, by);
}

static vf_ratio put_in_list(vf_mxs *s, const vf_quantity *q, const vf_image *by) {
    vf_ratio *list = vf_alloc((q->nlist + 1) * sizeof *list);
    for (size_t i = 0; i < q->nlist; i++)
        list[i] = vf_put_number(s, q->list[i], by);
    return vf_extreme(s, q->op, list, q->nlist);
}

static vf_ratio function_again(vf_mxs *s, vf_quantity q) {
    if (q.op == VF_DIV)
        return vf_n_div(s, vf_ratio_int(1), q.number[0]);
    if (q.op == VF_POWER && !q.number[1].num)
        return vf_n_function(s, VF_SQRT, q.number[0]);
    if (vf_is_entrywise(q.op))
        return vf_n_function(s, q.op, q.number[0]);
    return vf_quantity_of(s, q);
}

static vf_ratio quantity_again(vf_mxs *s, vf_quantity q) {
    switch (q.kind) {
    case VF_Q_RANK:
        return vf_mx_rank(s, q.arg[0]);
    case VF_Q_ENTRY:
        return vf_mx_value(s, q.arg[0]);
    case VF_Q_TRACE:
        return vf_trace(s, q.arg[0]);
    case VF_Q_DET:
        return vf_det(s, q.arg[0]);
    case VF_Q_SUM:
        return vf_partial_number(s, q.sym, q.number[0], q.number[1]);
    case VF_Q_EXTREME:
        return vf_extreme_over(s, q.op, q.sym, q.number[1], q.number[2], q.number[0]);
    case VF_Q_POWER:
        return vf_n_pow(s, q.number[0], q.number[1]);
    default:
        return function_again(s, q);
    }
}

static vf_ratio put_in_quantity(vf_mxs *s, const vf_quantity *q, const vf_image *by) {
    if (q->nlist)
        return put_in_list(s, q, by);
    vf_quantity r = *q;
    bool loop = q->kind == VF_Q_SUM || q->kind == VF_Q_EXTREME;
    for (int i = 0; i < 3 && q->number[i].num; i++)
        r.number[i] = i == 0 && loop ? number_body(s, q->number[0], &r.sym, by)
                                     : vf_put_number(s, q->number[i], by);
    for (int i = 0; i < 2 && q->arg[i]; i++)
        r.arg[i] = vf_put(s, q->arg[i], by);
    return quantity_again(s, r);
}

typedef struct change { /* an atom, what stands aside for it, and what it becomes */
    unsigned atom, aside;
    vf_ratio becomes;
} change;

static change *note_changes(vf_mxs *s, const vf_poly *p, const vf_image *by, change *list,
                            size_t *n) {
    for (size_t i = 0; i < vf_poly_terms(p); i++)
        for (size_t f = 0; f < vf_poly_factors(p, i); f++) {
            unsigned atom = vf_poly_factor(p, i, f, NULL);
            bool known = !atom_has(s, atom, by);
            for (size_t k = 0; k < *n && !known; k++)
                known = list[k].atom == atom;
            if (known)
                continue;
            const vf_quantity *q = vf_atom_quantity(s, atom);
            list = vf_grow(list, *n, sizeof *list);
            list[(*n)++] =
                (change){atom, vf_new_index(s), q ? put_in_quantity(s, q, by) : by->value};
        }
    return list;
}

static vf_ratio changed(vf_mxs *s, const vf_poly *p, const change *list, size_t n) {
    vf_ratio a = vf_ratio_of(p);
    for (size_t i = 0; i < n; i++)
        a = vf_ratio_put(a, list[i].atom, vf_n_atom(list[i].aside));
    for (size_t i = 0; i < n; i++)
        a = vf_ratio_put(a, list[i].aside, list[i].becomes);
    return vf_n_add(s, a, vf_ratio_int(0));
}

vf_ratio vf_put_number(vf_mxs *s, vf_ratio a, const vf_image *by) {
    size_t n = 0;
    change *list = note_changes(s, a.num, by, NULL, &n);
    list = note_changes(s, a.den, by, list, &n);
    if (n == 0)
        return a;
    vf_ratio num = changed(s, a.num, list, n);
    if (vf_poly_is_rational(a.den, NULL))
        return vf_n_mul(s, num, vf_ratio_div(vf_ratio_int(1), vf_ratio_of(a.den)));
    vf_ratio den = changed(s, a.den, list, n);
    return by->rename ? vf_ratio_div(num, den) : vf_n_div(s, num, den);
}

vf_ratio vf_mx_put_number(vf_mxs *s, vf_ratio a, unsigned sym, vf_ratio by) {
    return vf_put_number(s, a, &(vf_image){.sym = sym, .value = by});
}

/* ---- matrices ---- */

static const vf_mx *function_leaf_again(vf_mxs *s, const vf_leaf *a) {
    switch (a->op) {
    case VF_EMUL:
        return vf_mx_emul(s, a->arg[0], a->arg[1]);
    case VF_SOFTMAX:
        return vf_mx_softmax(s, a->arg[0], a->arg[1]);
    case VF_UNIT:
        return vf_injection(s, a->rows, a->place[0], a->cols);
    case VF_POWER:
        return vf_mx_power(s, a->arg[0], a->place[0]);
    case VF_INV:
        return vf_mx_inverse(s, a->arg[0]);
    case VF_DIAG:
        return vf_mx_take_diagonal(s, a->arg[0], a->rows);
    case VF_VEC:
        return vf_mx_vec(s, a->arg[0]);
    default:
        if (vf_is_entrywise(a->op))
            return vf_mx_entrywise(s, a->op, a->arg[0]);
        return vf_mx_function(s, a->op, a->rows, a->cols, a->arg[0], a->arg[1], a->place[0],
                              a->place[1]);
    }
}

static const vf_mx *inverse_again(vf_mxs *s, const vf_leaf *a) {
    return vf_mx_is_invertible(s, a->arg[0]) ? vf_mx_inverse(s, a->arg[0]) : vf_mx_of_leaf(s, *a);
}

/* A renamed index has the range it had. */
static const vf_mx *leaf_again(vf_mxs *s, const vf_leaf *a, bool rename) {
    if (rename && (a->kind == VF_L_INJECTION || a->kind == VF_L_POWER))
        return vf_mx_of_leaf(s, *a);
    switch (a->kind) {
    case VF_L_ONES:
        return vf_mx_ones(s, a->rows, vf_ratio_int(1));
    case VF_L_INJECTION:
        return vf_injection(s, a->rows, a->place[0], a->cols);
    case VF_L_CAUSAL:
        return vf_n_is_one(a->rows) ? vf_mx_eye(s, a->rows) : vf_mx_of_leaf(s, *a);
    case VF_L_DIAG:
        return vf_mx_diag(s, a->arg[0]);
    case VF_L_SCALES:
        return vf_mx_scales(s, a->arg[0], a->place[0]);
    case VF_L_INV:
        return inverse_again(s, a);
    case VF_L_POWER:
        return vf_mx_power(s, a->arg[0], a->place[0]);
    case VF_L_KRON:
        return vf_mx_kron(s, a->arg[0], a->arg[1]);
    case VF_L_SUM:
        return vf_partial_sum(s, a->sym, a->arg[0], a->place[0]);
    case VF_L_PROD:
        return vf_mx_prod(s, a->sym, a->arg[0], a->place[0]);
    case VF_L_FOLD:
        return vf_mx_fold(s, a->sym, a->sym2, a->arg[0], a->arg[1], a->place[0]);
    case VF_L_FUNCTION:
        return function_leaf_again(s, a);
    default:
        return vf_mx_of_leaf(s, *a);
    }
}

/* A loop's body with an index (and running value) of its own, then the substitution. */
static const vf_mx *put_in_body(vf_mxs *s, vf_leaf *loop, const vf_image *by) {
    const vf_mx *body = loop->arg[body_of(loop)];
    unsigned own = vf_new_index(s);
    body = vf_rename(s, body, loop->sym, own);
    loop->sym = own;
    if (loop->kind == VF_L_FOLD) {
        unsigned value = vf_new_index(s);
        const vf_mx *fresh = vf_mx_fresh(s, value, body->rows, body->cols);
        body = vf_put(s, body, &(vf_image){.sym = loop->sym2, .mx = fresh});
        loop->sym2 = value;
    }
    return vf_put(s, body, by);
}

static const vf_mx *put_in_leaf(vf_mxs *s, const vf_leaf *a, const vf_image *by) {
    if (a->kind == VF_L_FRESH && by->mx && a->sym == by->sym)
        return by->mx;
    vf_leaf b = *a;
    b.rows = vf_put_number(s, a->rows, by);
    b.cols = vf_put_number(s, a->cols, by);
    b.mirror = NULL;
    for (int i = 0; i < 2; i++) {
        if (a->place[i].num)
            b.place[i] = vf_put_number(s, a->place[i], by);
        if (a->arg[i])
            b.arg[i] =
                binds(a) && i == body_of(a) ? put_in_body(s, &b, by) : vf_put(s, a->arg[i], by);
    }
    return leaf_again(s, &b, by->rename);
}

/* The inverse of a letter stays one, though nothing may be known of it here. */
static const vf_mx *inverted_again(vf_mxs *s, const vf_mx *m) {
    bool letter = m->nwords == 1 && m->word[0].n == 1 && vf_n_is_one(m->word[0].coef);
    if (!letter || vf_mx_is_invertible(s, m))
        return vf_mx_inverse(s, m);
    vf_letter a = m->word[0].letter[0];
    a.inverted = !a.inverted;
    return vf_mx_of_letter(s, a);
}

static const vf_mx *put_in_letter(vf_mxs *s, vf_letter a, const vf_image *by) {
    if (!vf_leaf_has(s, a.leaf, by))
        return vf_mx_of_letter(s, a);
    const vf_mx *m = put_in_leaf(s, a.leaf, by);
    m = a.inverted ? inverted_again(s, m) : m;
    return a.transposed ? vf_mx_transpose(s, m) : m;
}

const vf_mx *vf_put(vf_mxs *s, const vf_mx *a, const vf_image *by) {
    vf_step(s);
    if (!vf_has(s, a, by))
        return a;
    vf_ratio rows = vf_put_number(s, a->rows, by), cols = vf_put_number(s, a->cols, by);
    vf_sum sum = vf_sum_start(s, rows, cols);
    for (size_t i = 0; i < a->nwords; i++) {
        const vf_mx *product = vf_mx_eye(s, rows);
        for (size_t k = 0; k < a->word[i].n; k++)
            product = vf_mx_mul(s, product, put_in_letter(s, a->word[i].letter[k], by));
        vf_sum_put_mx(&sum, vf_put_number(s, a->word[i].coef, by), product);
    }
    return vf_sum_done(&sum);
}

const vf_mx *vf_mx_put(vf_mxs *s, const vf_mx *a, unsigned sym, vf_ratio by) {
    return vf_put(s, a, &(vf_image){.sym = sym, .value = by});
}

const vf_mx *vf_rename(vf_mxs *s, const vf_mx *body, unsigned from, unsigned to) {
    return vf_put(s, body, &(vf_image){.sym = from, .value = vf_n_atom(to), .rename = true});
}

vf_ratio vf_rename_number(vf_mxs *s, vf_ratio body, unsigned from, unsigned to) {
    return vf_put_number(s, body, &(vf_image){.sym = from, .value = vf_n_atom(to), .rename = true});
}

const vf_mx *vf_mx_put_fresh(vf_mxs *s, const vf_mx *a, unsigned sym, const vf_mx *by) {
    return vf_put(s, a, &(vf_image){.sym = sym, .mx = by});
}
