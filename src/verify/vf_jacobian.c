/* jrank as the rank of a matrix that the certificate states. The derivative of a text E by its
   variables is a sum of terms L*dV*R (or L*dV'*R), found from the text, never from a normal form:
   an equation that holds at a point says nothing of derivatives. L and R are values at the point.

   With J the Jacobian of vec(E), and M the stated matrix, it is enough that J*J' == M*M'. Neither
   the order of columns nor how they are put together matters then, and no Jacobian is made: both
   sides are applied to a fresh matrix Z of E's shape, vec(Z) being what they multiply. J' is the
   derivative backwards (Z to the gradient by each variable), J forwards; for kron(A, B) they are
   B'*Z*A and B*X*A'. */
#include "vf_calculus.h"
#include "vf_matrix_inside.h"

#include <string.h>

enum {
    VF_MOST_PARTS_OF = 64,
    VF_MOST_GRADIENTS = 64,
    VF_MOST_OCCURRENCES = 20000,
    VF_MOST_LOOKS = 1000000
};

typedef struct vf_part { /* of a derivative: left*dT*right, or with dT transposed */
    const vf_term *of;
    const vf_mx *left, *right; /* NULL: the identity */
    bool turned;
} vf_part;

typedef struct vf_gradient { /* by a variable, or a member of a family */
    unsigned var, sym;
    bool ranged;     /* by the member sym, for each sym in low..high */
    vf_ratio member; /* of those that are not; num NULL: no family */
    vf_ratio low, high;
    const vf_mx *mx;
} vf_gradient;

typedef struct vf_differ {
    vf_proof *p;
    vf_mxs *s;
    const vf_term *const *by; /* the variables */
    size_t nby;
    vf_gradient gradient[VF_MOST_GRADIENTS];
    size_t n, steps;
} vf_differ;

static const vf_mx *value(vf_differ *d, const vf_term *t) {
    return vf_mx_read(d->s, t);
}

static const vf_mx *product(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    return a == NULL ? b : b == NULL ? a : vf_mx_mul(s, a, b);
}

/* x - means of its rows is x*P */
static const vf_mx *projector(vf_mxs *s, vf_ratio n) {
    vf_ratio one = vf_ratio_int(1);
    const vf_mx *means = vf_mx_scale(s, vf_n_div(s, one, n), vf_mx_ones(s, n, n));
    return vf_mx_sub(s, vf_mx_eye(s, n), means);
}

/* --- what moves ------------------------------------------------------------------------------- */

/* Does one of the variables stand in the text? Sizes do not move. */
static bool moves(vf_differ *d, const vf_term *t) {
    if (++d->steps > VF_MOST_LOOKS)
        vf_limit("parts of a text that is differentiated");
    bool any = false;
    for (size_t i = 0; i < d->nby && t->op == VF_VAR; i++)
        any = any || t->var == d->by[i]->var;
    for (size_t i = 0; i < t->nkids && !any && t->op != VF_ROWS && t->op != VF_COLS; i++)
        any = moves(d, t->kid[i]);
    return any;
}

/* --- the derivative of one operation ---------------------------------------------------------- */

static size_t put(vf_part *out, size_t n, vf_part part) {
    if (n == VF_MOST_PARTS_OF)
        vf_limit("parts of a derivative");
    out[n] = part;
    return n + 1;
}

static const vf_mx *times(vf_differ *d, vf_ratio c, const vf_term *t) {
    return vf_mx_scale(d->s, c, vf_mx_eye(d->s, value(d, t)->rows));
}

static bool is_one(vf_ratio a) {
    return vf_n_is_one(a);
}

/* A number that moves, times a column or a row, is a product of matrices. */
static size_t scaling(vf_differ *d, const vf_term *c, const vf_term *of, vf_part *out) {
    const vf_mx *a = value(d, of);
    size_t n = put(out, 0, (vf_part){of, times(d, vf_mx_number(d->s, c), of), NULL, false});
    if (!moves(d, c))
        return n;
    ENSURE("a matrix times a number that moves", is_one(a->cols) || is_one(a->rows));
    return put(out, n,
               is_one(a->cols) ? (vf_part){c, a, NULL, false} : (vf_part){c, NULL, a, false});
}

static size_t of_product(vf_differ *d, const vf_term *t, vf_part *out) {
    const vf_mx *a = value(d, t->kid[0]), *b = value(d, t->kid[1]);
    if (!vf_ratio_equal(a->cols, b->rows)) {
        bool first = vf_is_number(t->kid[0]);
        return scaling(d, t->kid[!first], t->kid[first], out);
    }
    size_t n = put(out, 0, (vf_part){t->kid[0], NULL, b, false});
    return put(out, n, (vf_part){t->kid[1], a, NULL, false});
}

static size_t of_quotient(vf_differ *d, const vf_term *t, vf_part *out) {
    ENSURE("a divisor that moves", !moves(d, t->kid[1]));
    vf_ratio c = vf_n_div(d->s, vf_ratio_int(1), vf_mx_number(d->s, t->kid[1]));
    return put(out, 0, (vf_part){t->kid[0], times(d, c, t->kid[0]), NULL, false});
}

static size_t of_inverse(vf_differ *d, const vf_term *t, vf_part *out) {
    const vf_mx *inverse = value(d, t);
    const vf_mx *minus = vf_mx_scale(d->s, vf_ratio_int(-1), inverse);
    return put(out, 0, (vf_part){t->kid[0], minus, inverse, false});
}

/* the sum of A^i*dA*A^(k - 1 - i) */
static size_t of_power(vf_differ *d, const vf_term *t, vf_part *out) {
    long k;
    bool known = vf_n_is_int(vf_mx_number(d->s, t->kid[1]), &k);
    ENSURE("a power that moves, with a large exponent", known && k >= 0 && k <= VF_MOST_MULTIPLIED);
    size_t n = 0;
    for (long i = 0; i < k; i++) {
        const vf_mx *a = value(d, t->kid[0]);
        const vf_mx *left = vf_mx_power(d->s, a, vf_ratio_int(i));
        const vf_mx *right = vf_mx_power(d->s, a, vf_ratio_int(k - 1 - i));
        n = put(out, n, (vf_part){t->kid[0], left, right, false});
    }
    return n;
}

/* the column of the identity that a position takes out; a text that is defined has it */
static const vf_mx *place(vf_differ *d, vf_ratio size, const vf_term *at) {
    if (at->op == VF_COLON)
        return NULL;
    vf_ratio one = vf_ratio_int(1);
    return vf_injection(d->s, size, vf_n_sub(d->s, vf_mx_number(d->s, at), one), one);
}

static size_t of_entry(vf_differ *d, const vf_term *t, vf_part *out) {
    const vf_mx *a = value(d, t->kid[0]), *row = place(d, a->rows, t->kid[1]);
    const vf_mx *left = row == NULL ? NULL : vf_mx_transpose(d->s, row);
    return put(out, 0, (vf_part){t->kid[0], left, place(d, a->cols, t->kid[2]), false});
}

static size_t of_blocks(vf_differ *d, const vf_term *t, vf_part *out) {
    const vf_mx *whole = value(d, t);
    vf_ratio offset = vf_ratio_int(0);
    size_t n = 0;
    for (size_t i = 0; i < t->nkids; i++) {
        bool beside = t->op == VF_HCAT;
        const vf_mx *cell = value(d, t->kid[i]);
        vf_ratio size = beside ? cell->cols : cell->rows;
        const vf_mx *e = vf_injection(d->s, beside ? whole->cols : whole->rows, offset, size);
        n = put(out, n,
                beside ? (vf_part){t->kid[i], NULL, vf_mx_transpose(d->s, e), false}
                       : (vf_part){t->kid[i], e, NULL, false});
        offset = vf_n_add(d->s, offset, size);
    }
    return n;
}

/* Where a block of a loop stands; the index is free. */
static size_t of_loop(vf_differ *d, const vf_term *t, vf_part *out) {
    const vf_term *body = t->kid[2];
    if (t->op == VF_LOOP_SUM)
        return put(out, 0, (vf_part){body, NULL, NULL, false});
    bool beside = t->op == VF_LOOP_HCAT;
    const vf_mx *a = value(d, body);
    vf_ratio size = beside ? a->cols : a->rows, low = vf_mx_number(d->s, t->kid[0]);
    ENSURE("blocks of sizes that depend on the index", !vf_mx_number_mentions(d->s, size, t->sym));
    vf_ratio before = vf_n_sub(d->s, vf_n_atom(t->sym), low);
    vf_ratio count = vf_n_sub(d->s, vf_mx_number(d->s, t->kid[1]), low);
    vf_ratio all = vf_n_mul(d->s, vf_n_add(d->s, count, vf_ratio_int(1)), size);
    const vf_mx *e = vf_injection(d->s, all, vf_n_mul(d->s, before, size), size);
    return put(out, 0,
               beside ? (vf_part){body, NULL, vf_mx_transpose(d->s, e), false}
                      : (vf_part){body, e, NULL, false});
}

static void backwards(vf_differ *d, const vf_term *t, const vf_mx *z);

/* Has the text, its rows centred, the derivative 0? */
static bool stands_still(vf_differ *d, const vf_term *t) {
    const vf_mx *a = value(d, t);
    const vf_mx *z = value(d, vf_new_matrix(d->p, "Z", a->rows, a->cols));
    size_t before = d->n;
    bool still = true;
    backwards(d, t, vf_mx_mul(d->s, z, projector(d->s, a->cols)));
    for (size_t i = before; i < d->n; i++)
        still = still && vf_mx_is_zero(d->s, d->gradient[i].mx);
    d->n = before;
    return still;
}

static size_t parts_of(vf_differ *d, const vf_term *t, vf_part *out) {
    const vf_term *first = t->kid[0];
    const vf_mx *a = value(d, first);
    size_t n;
    switch (t->op) {
    case VF_NEG:
        return put(out, 0, (vf_part){first, times(d, vf_ratio_int(-1), first), NULL, false});
    case VF_ADD:
    case VF_SUB:
        n = put(out, 0, (vf_part){first, NULL, NULL, false});
        return put(out, n,
                   (vf_part){t->kid[1], times(d, vf_ratio_int(t->op == VF_ADD ? 1 : -1), first),
                             NULL, false});
    case VF_MUL:
        return of_product(d, t, out);
    case VF_DIV:
        return of_quotient(d, t, out);
    case VF_TRANSPOSE:
        return put(out, 0, (vf_part){first, NULL, NULL, true});
    case VF_INV:
        return of_inverse(d, t, out);
    case VF_POWER:
        return of_power(d, t, out);
    case VF_CENTER:
        return put(out, 0, (vf_part){first, NULL, projector(d->s, a->cols), false});
    case VF_CENTER_TOKENS:
        return put(out, 0, (vf_part){first, projector(d->s, a->rows), NULL, false});
    case VF_SUM_ENTRIES:
        return put(out, 0,
                   (vf_part){first, vf_mx_ones(d->s, vf_ratio_int(1), a->rows),
                             vf_mx_ones(d->s, a->cols, vf_ratio_int(1)), false});
    case VF_ENTRY:
        return of_entry(d, t, out);
    case VF_HCAT:
    case VF_VCAT:
        return of_blocks(d, t, out);
    case VF_SOFTMAX:
        ENSURE("a softmax that moves", t->nkids == 1 && stands_still(d, first));
        return 0;
    default:
        vf_refuse("a derivative that is not known");
    }
}

/* --- loops ------------------------------------------------------------------------------------ */

typedef struct vf_around { /* a loop with its index free */
    unsigned sym;
    vf_ratio low, high;
    vf_mark mark;
} vf_around;

static vf_around enter_loop(vf_differ *d, const vf_term *loop) {
    vf_around l = {.sym = loop->sym, .mark = vf_mx_mark(d->s)};
    l.low = vf_mx_number(d->s, loop->kid[0]);
    l.high = vf_mx_number(d->s, loop->kid[1]);
    vf_within(d->s, l.sym, l.low, l.high);
    return l;
}

static bool is_loop(const vf_term *t) {
    return t->op == VF_LOOP_SUM || t->op == VF_LOOP_HCAT || t->op == VF_LOOP_VCAT;
}

/* --- backwards -------------------------------------------------------------------------------- */

static bool is_index(vf_ratio a, unsigned sym) {
    return vf_ratio_equal(a, vf_n_atom(sym));
}

/* The gradient by a variable, from Z for it: along the directions in which its set extends. */
static const vf_mx *along(vf_differ *d, const vf_term *v, const vf_mx *z) {
    vf_set set = d->p->t->var[v->var].set;
    if (set == VF_STOCHASTIC || set == VF_ATTENTION)
        return vf_mx_mul(d->s, z, projector(d->s, z->cols));
    ENSURE("a variable whose directions are not known", vf_fills_its_shape(set));
    return z;
}

static bool is_discrete(vf_differ *d, const vf_term *v) {
    vf_set set = d->p->t->var[v->var].set;
    return set == VF_INTEGER || set == VF_PERMUTATION;
}

static void add_gradient(vf_differ *d, const vf_term *v, const vf_mx *z) {
    if (is_discrete(d, v))
        return;
    if (d->n == VF_MOST_GRADIENTS)
        vf_limit("gradients");
    vf_gradient g = {.var = v->var, .mx = along(d, v, z)};
    if (v->nkids > 0)
        g.member = vf_mx_number(d->s, v->kid[0]);
    d->gradient[d->n++] = g;
}

/* What was found inside the loop: by the members over its range, or summed. */
static void close_gradients(vf_differ *d, size_t from, const vf_around *l) {
    for (size_t i = from; i < d->n; i++) {
        vf_gradient *g = &d->gradient[i];
        if (!g->ranged && g->member.num != NULL && is_index(g->member, l->sym)) {
            g->ranged = true;
            g->sym = l->sym;
            g->low = l->low;
            g->high = l->high;
            continue;
        }
        vf_ratio none = vf_ratio_int(0), member = g->member.num != NULL ? g->member : none;
        ENSURE("a member that depends on an index in another way",
               g->ranged || !vf_mx_number_mentions(d->s, member, l->sym));
        ENSURE("a range that depends on another index",
               !g->ranged || (!vf_mx_number_mentions(d->s, g->low, l->sym) &&
                              !vf_mx_number_mentions(d->s, g->high, l->sym) &&
                              !vf_mx_number_mentions(d->s, l->low, g->sym) &&
                              !vf_mx_number_mentions(d->s, l->high, g->sym)));
        g->mx = vf_mx_sum(d->s, l->sym, l->low, l->high, g->mx);
    }
}

static void backwards(vf_differ *d, const vf_term *t, const vf_mx *z) {
    if (!moves(d, t))
        return;
    if (t->op == VF_VAR) {
        add_gradient(d, t, z);
        return;
    }
    vf_part part[VF_MOST_PARTS_OF];
    vf_around l = {0};
    size_t before = d->n;
    if (is_loop(t))
        l = enter_loop(d, t);
    size_t n = is_loop(t) ? of_loop(d, t, part) : parts_of(d, t, part);
    for (size_t i = 0; i < n; i++) {
        const vf_mx *left = part[i].left ? vf_mx_transpose(d->s, part[i].left) : NULL;
        const vf_mx *right = part[i].right ? vf_mx_transpose(d->s, part[i].right) : NULL;
        const vf_mx *inner = product(d->s, product(d->s, left, z), right);
        backwards(d, part[i].of, part[i].turned ? vf_mx_transpose(d->s, inner) : inner);
    }
    if (is_loop(t)) {
        vf_mx_forget(d->s, l.mark);
        close_gradients(d, before, &l);
    }
}

/* --- forwards --------------------------------------------------------------------------------- */

static bool at_least(vf_differ *d, vf_ratio a, vf_ratio b, long more) {
    return vf_mx_at_least(d->s, vf_n_sub(d->s, a, b), more);
}

/* Is the gradient by this member? ENSURE: it is known. */
static bool is_by(vf_differ *d, const vf_gradient *g, vf_ratio member) {
    if (g->ranged) {
        bool inside = at_least(d, member, g->low, 0) && at_least(d, g->high, member, 0);
        ENSURE("members that cannot be told apart",
               inside || at_least(d, g->low, member, 1) || at_least(d, member, g->high, 1));
        return inside;
    }
    vf_ratio gap = vf_n_sub(d->s, g->member, member);
    ENSURE("members that cannot be told apart",
           vf_ratio_is_zero(gap) || vf_mx_is_nonzero(d->s, gap));
    return vf_ratio_is_zero(gap);
}

/* dV is the whole gradient by V. */
static const vf_mx *direction(vf_differ *d, const vf_term *v) {
    const vf_mx *a = value(d, v), *sum = vf_mx_zero(d->s, a->rows, a->cols);
    vf_ratio member = v->nkids > 0 ? vf_mx_number(d->s, v->kid[0]) : (vf_ratio){0};
    for (size_t i = 0; i < d->n; i++) {
        const vf_gradient *g = &d->gradient[i];
        if (g->var != v->var || (v->nkids > 0 && !is_by(d, g, member)))
            continue;
        sum = vf_mx_add(d->s, sum, g->ranged ? vf_mx_put(d->s, g->mx, g->sym, member) : g->mx);
    }
    return sum;
}

static const vf_mx *forwards(vf_differ *d, const vf_term *t) {
    if (t->op == VF_VAR && moves(d, t))
        return direction(d, t);
    const vf_mx *a = value(d, t), *sum = vf_mx_zero(d->s, a->rows, a->cols);
    if (!moves(d, t))
        return sum;
    vf_part part[VF_MOST_PARTS_OF];
    vf_around l = {0};
    if (is_loop(t))
        l = enter_loop(d, t);
    size_t n = is_loop(t) ? of_loop(d, t, part) : parts_of(d, t, part);
    for (size_t i = 0; i < n; i++) {
        const vf_mx *inner = forwards(d, part[i].of);
        inner = part[i].turned ? vf_mx_transpose(d->s, inner) : inner;
        sum =
            vf_mx_add(d->s, sum, product(d->s, product(d->s, part[i].left, inner), part[i].right));
    }
    if (is_loop(t)) {
        vf_mx_forget(d->s, l.mark);
        sum = vf_mx_sum(d->s, l.sym, l.low, l.high, sum);
    }
    return sum;
}

/* --- the stated matrix ------------------------------------------------------------------------ */

/* M*vec(X), or M'*vec(X), as a matrix. */
static const vf_mx *applied(vf_differ *d, const vf_term *m, const vf_mx *x, bool back) {
    vf_mxs *s = d->s;
    if (m->op == VF_KRON) {
        const vf_mx *a = value(d, m->kid[0]), *b = value(d, m->kid[1]);
        return back ? vf_mx_mul(s, vf_mx_mul(s, vf_mx_transpose(s, b), x), a)
                    : vf_mx_mul(s, vf_mx_mul(s, b, x), vf_mx_transpose(s, a));
    }
    if (m->op == VF_EYE)
        return x;
    if (m->op == VF_TRANSPOSE)
        return applied(d, m->kid[0], x, !back);
    if (m->op == VF_NEG)
        return vf_mx_scale(s, vf_ratio_int(-1), applied(d, m->kid[0], x, back));
    if (m->op == VF_ADD || m->op == VF_SUB) {
        const vf_mx *a = applied(d, m->kid[0], x, back), *b = applied(d, m->kid[1], x, back);
        return m->op == VF_ADD ? vf_mx_add(s, a, b) : vf_mx_sub(s, a, b);
    }
    if (m->op == VF_DIV) {
        vf_ratio c = vf_n_div(s, vf_ratio_int(1), vf_mx_number(s, m->kid[1]));
        return vf_mx_scale(s, c, applied(d, m->kid[0], x, back));
    }
    if (m->op == VF_MUL && vf_is_number(m->kid[0]))
        return vf_mx_scale(s, vf_mx_number(s, m->kid[0]), applied(d, m->kid[1], x, back));
    if (m->op == VF_LOOP_SUM) {
        vf_around l = enter_loop(d, m);
        const vf_mx *body = applied(d, m->kid[2], x, back);
        vf_mx_forget(s, l.mark);
        return vf_mx_sum(s, l.sym, l.low, l.high, body);
    }
    if (m->op == VF_MUL && vf_ratio_equal(value(d, m->kid[0])->cols, value(d, m->kid[1])->rows)) {
        const vf_mx *inner = applied(d, m->kid[!back], x, back);
        return applied(d, m->kid[back], inner, back);
    }
    const vf_mx *whole = back ? vf_mx_transpose(s, value(d, m)) : value(d, m);
    ENSURE("a Jacobian that is made of no Kronecker products", is_one(x->cols) || is_one(x->rows));
    return is_one(x->cols) ? vf_mx_mul(s, whole, x) : vf_mx_mul(s, x, vf_mx_transpose(s, whole));
}

/* M*M'*vec(Z): of blocks side by side the sum. */
static const vf_mx *gram(vf_differ *d, const vf_term *m, const vf_mx *z) {
    if (m->op == VF_VCAT && m->nkids == 1)
        return gram(d, m->kid[0], z);
    if (m->op == VF_LOOP_HCAT) {
        vf_around l = enter_loop(d, m);
        const vf_mx *body = gram(d, m->kid[2], z);
        vf_mx_forget(d->s, l.mark);
        return vf_mx_sum(d->s, l.sym, l.low, l.high, body);
    }
    const vf_mx *sum = vf_mx_zero(d->s, z->rows, z->cols);
    if (value(d, m)->nwords == 0)
        return sum;
    if (m->op != VF_HCAT)
        return applied(d, m, applied(d, m, z, true), false);
    for (size_t i = 0; i < m->nkids; i++)
        sum = vf_mx_add(d->s, sum, gram(d, m->kid[i], z));
    return sum;
}

/* --- through functions of entries and rows ---------------------------------------------------- */

/* The rows of a LayerNorm with eps > 0 see what centring leaves, one to one; gamma has no 0. */
static bool is_plain_layernorm(vf_differ *d, const vf_term *t) {
    return t->op == VF_LAYERNORM && t->nkids == 4 && !moves(d, t->kid[1]) && !moves(d, t->kid[2]) &&
           !moves(d, t->kid[3]) && vf_n_positive(d->s, vf_mx_number(d->s, t->kid[3])) &&
           vf_mx_is_invertible(d->s, vf_mx_diag(d->s, value(d, t->kid[1])));
}

/* What a text is of that is one to one in each entry with a slope that is nowhere 0, or moves
   entries about. *centred: a softmax, which sees each row up to a shift, or such a LayerNorm. */
static const vf_term *beneath(vf_differ *d, const vf_term *t, bool *centred) {
    static const vf_op plain[] = {VF_TRANSPOSE, VF_NEG,  VF_VEC,    VF_EXP,
                                  VF_LOG,       VF_TANH, VF_SIGMOID};
    *centred = (t->op == VF_SOFTMAX && t->nkids == 1) || is_plain_layernorm(d, t);
    if (*centred)
        return t->kid[0];
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (t->op == plain[i])
            return beneath(d, t->kid[0], centred);
    return t;
}

static void compare(vf_differ *d, const vf_term *e, bool centred, const vf_term *m) {
    const vf_mx *a = value(d, e), *whole = value(d, m);
    const vf_mx *z = value(d, vf_new_matrix(d->p, "Z", a->rows, a->cols));
    ENSURE("a Jacobian of another height",
           vf_mx_equal_numbers(d->s, whole->rows, vf_n_mul(d->s, a->rows, a->cols)));
    const vf_mx *p = centred ? projector(d->s, a->cols) : NULL;
    backwards(d, e, product(d->s, z, p));
    const vf_mx *own = product(d->s, forwards(d, e), p);
    ENSURE("not the Jacobian", vf_mx_equal(d->s, own, gram(d, m, z)));
}

/* --- records ---------------------------------------------------------------------------------- */

typedef struct vf_count {
    size_t left, steps;
} vf_count;

/* The jrank that so many others begin before, as the text is written; none inside loops. */
static const vf_term *find_jrank(const vf_term *t, vf_count *c) {
    if (++c->steps > VF_MOST_OCCURRENCES)
        vf_limit("parts of a theorem");
    if (vf_is_loop(t->op))
        return NULL;
    if (t->op == VF_JRANK)
        return c->left-- == 1 ? t : NULL;
    const vf_term *found = NULL;
    for (size_t i = 0; i < t->nkids && found == NULL; i++)
        found = find_jrank(t->kid[i], c);
    return found;
}

static bool is_jrank(void *self, const vf_term *t) {
    (void)self;
    return t->op == VF_JRANK;
}

/* The text of a Jacobian says itself what it is. */
static const vf_term *stated_matrix(vf_proof *p, const char *text) {
    const vf_term *m = vf_value_text(p, text);
    ENSURE("a Jacobian with `jrank` in it", !vf_find_term(m, is_jrank, NULL));
    return m;
}

const vf_term *vf_jrank_numbered(const vf_theorem *t, const char *number) {
    long k = vf_read_long(number);
    ENSURE("a number that nothing has", k >= 1);
    vf_count c = {(size_t)k, 0};
    const vf_term *found = NULL;
    for (size_t i = 0; i < t->nassumes && found == NULL; i++)
        found = find_jrank(t->assume[i], &c);
    for (size_t i = 0; i < t->nclaims && found == NULL; i++)
        found = find_jrank(t->claim[i], &c);
    ENSURE("a number that nothing has", found != NULL);
    return found;
}

static vf_differ differ_of(vf_proof *p, const vf_term *jrank) {
    return (vf_differ){.p = p, .s = p->s, .by = jrank->kid + 1, .nby = jrank->nkids - 1};
}

/* jacobian K | M: jrank number K is rank(M). */
static void take_whole(vf_proof *p, const vf_term *jrank, const char *text) {
    vf_differ d = differ_of(p, jrank);
    const vf_term *m = stated_matrix(p, text);
    bool centred;
    const vf_term *e = beneath(&d, jrank->kid[0], &centred);
    compare(&d, e, centred, m);
    vf_mx_know_jrank(p->s, jrank, (vf_jacobian){.matrix = m});
}

static void ensure_own_members(vf_differ *d, unsigned sym) {
    for (size_t i = 0; i < d->n; i++)
        ENSURE("a block that does not see its member alone",
               !d->gradient[i].ranged && d->gradient[i].member.num != NULL &&
                   is_index(d->gradient[i].member, sym));
}

/* jacobian K | h | M: it is of blocks beside one another that see the members h of families alone:
   the sum of rank(M). */
static void take_members(vf_proof *p, const vf_term *jrank, const char *name, const char *text) {
    vf_differ d = differ_of(p, jrank);
    bool centred;
    const vf_term *loop = beneath(&d, jrank->kid[0], &centred);
    ENSURE("no blocks over a range",
           !centred && (loop->op == VF_LOOP_HCAT || loop->op == VF_LOOP_VCAT));
    vf_name_term(p, name, vf_symbol_term(loop->sym));
    vf_around l = enter_loop(&d, loop);
    const vf_term *m = stated_matrix(p, text);
    compare(&d, loop->kid[2], false, m);
    ensure_own_members(&d, l.sym);
    vf_mx_forget(p->s, l.mark);
    p->nnames--;
    vf_mx_know_jrank(p->s, jrank, (vf_jacobian){.matrix = m, .loop = loop});
}

void vf_take_jacobian(vf_proof *p, const char *rest) {
    const char *field[3];
    size_t n = vf_count_fields(rest);
    ENSURE("a Jacobian has a number and a matrix", n == 2 || n == 3);
    vf_fields(rest, field, n);
    const vf_term *jrank = vf_jrank_numbered(p->t, field[0]);
    if (n == 2)
        take_whole(p, jrank, field[1]);
    else
        take_members(p, jrank, field[1], field[2]);
}

/* --- where the shape alone is known ---------------------------------------------------------- */

/* Directions in which the set of one variable, or of one member, extends. */
static vf_ratio directions(vf_differ *d, const vf_variable *v) {
    vf_mxs *s = d->s;
    vf_ratio n = vf_size_of(d->p->t, v->rows), m = vf_size_of(d->p->t, v->cols);
    vf_ratio one = vf_ratio_int(1), half = vf_n_div(s, n, vf_ratio_int(2));
    switch (v->set) {
    case VF_INTEGER:
    case VF_PERMUTATION:
        return vf_ratio_int(0);
    case VF_STOCHASTIC:
    case VF_ATTENTION:
    case VF_UNIT_ROWS:
        return vf_n_mul(s, n, vf_n_sub(s, m, one));
    case VF_SYMMETRIC:
    case VF_PSD:
        return vf_n_mul(s, half, vf_n_add(s, n, one));
    case VF_ORTHOGONAL:
        return vf_n_mul(s, half, vf_n_sub(s, n, one));
    case VF_DIAGONAL:
        return n;
    default:
        return vf_n_mul(s, n, m);
    }
}

/* By all variables, each once. */
static vf_ratio all_directions(vf_differ *d) {
    vf_ratio sum = vf_ratio_int(0);
    for (size_t i = 0; i < d->nby; i++) {
        const vf_variable *v = &d->p->t->var[d->by[i]->var];
        vf_ratio each = directions(d, v);
        if (v->members != NULL)
            each = vf_n_mul(d->s, vf_size_of(d->p->t, v->members), each);
        sum = vf_n_add(d->s, sum, each);
    }
    return sum;
}

/* How many directions the rows of a text do not have although they are so long: the sum of a
   softmax, the length of a normalised row, and its mean where gamma and beta stand still. */
static long lost_in_row(vf_differ *d, const vf_term *t) {
    for (size_t i = 1; i < t->nkids; i++)
        if (moves(d, t->kid[i]))
            return 0;
    if (t->op == VF_SOFTMAX || (t->op == VF_RMSNORM && t->nkids == 2))
        return 1;
    return t->op != VF_LAYERNORM ? 0 : t->nkids == 3 ? 2 : 1;
}

/* In which a text can go; `fewer`: where its rows are all of one form, less than it is long. */
static vf_ratio directions_of_text(vf_differ *d, const vf_term *t, bool fewer) {
    const vf_mx *a = value(d, t);
    vf_ratio width = vf_n_sub(d->s, a->cols, vf_ratio_int(fewer ? lost_in_row(d, t) : 0));
    ENSURE("a shape that is perhaps below 0", vf_mx_at_least(d->s, width, 0));
    return vf_n_mul(d->s, a->rows, width);
}

static const vf_term *unknown(vf_proof *p, const char *name, vf_ratio rows, vf_ratio cols) {
    ENSURE("a shape that is perhaps below 0", vf_mx_at_least(p->s, cols, 0));
    const vf_term *t = vf_new_matrix(p, name, rows, cols);
    vf_name_term(p, name, t);
    return t;
}

/* freedom S | K: S is a matrix whose rank is jrank number K, with a row for each direction in which
   the text can go, and a column for each in which its variables can. */
void vf_take_freedom(vf_proof *p, const char *rest) {
    const char *field[2];
    vf_fields(rest, field, 2);
    const vf_term *jrank = vf_jrank_numbered(p->t, field[1]);
    vf_differ d = differ_of(p, jrank);
    vf_ratio rows = directions_of_text(&d, jrank->kid[0], true), cols = all_directions(&d);
    const vf_term *s = unknown(p, field[0], rows, cols);
    vf_mx_know_jrank(p->s, jrank, (vf_jacobian){.matrix = s});
}

/* --- through one place ------------------------------------------------------------------------ */

/* Where a text sees variables through one place T alone, its derivative by them is that of T with
   something before it: F*D(T), for a matrix F of which nothing else is known. */
typedef struct vf_through {
    vf_proof *p;
    const char *name, *index; /* of F; of the member that F belongs to, or NULL */
    const vf_term *jrank, *whole, *text, *place; /* text: the whole, or each member of its sum */
    vf_around around;
    const vf_term **seen, **rest; /* its variables: seen through the place alone, and the others */
    size_t nseen, nrest;
} vf_through;

/* What makes values of a text that are not those of its parts. */
static bool binds(const vf_term *t) {
    return t->op == VF_JRANK || vf_is_loop(t->op);
}

/* The first part that moves and has this value; outside of loops, whose parts are many. */
static const vf_term *find_place(vf_differ *d, const vf_term *t, const vf_mx *stated) {
    if (!moves(d, t) || binds(t))
        return NULL;
    const vf_mx *a = value(d, t);
    bool fits = vf_ratio_equal(a->rows, stated->rows) && vf_ratio_equal(a->cols, stated->cols);
    if (fits && vf_mx_equal(d->s, a, stated))
        return t;
    const vf_term *found = NULL;
    for (size_t i = 0; i < t->nkids && found == NULL; i++)
        if (t->kid[i]->op != VF_COLON)
            found = find_place(d, t->kid[i], stated);
    return found;
}

/* Does the variable stand beside the place? In loops there is no place. */
static bool stands_beside(vf_differ *d, const vf_term *t, const vf_term *place) {
    if (!moves(d, t) || (place != NULL && vf_same_text(t, place)))
        return false;
    bool any = t->op == VF_VAR;
    for (size_t i = 0; i < t->nkids && !any && t->op != VF_ROWS && t->op != VF_COLS; i++)
        any = stands_beside(d, t->kid[i], binds(t) ? NULL : place);
    return any;
}

/* Is the place nowhere but in softmaxes without mask? These see its rows up to a shift. */
static bool only_in_softmaxes(vf_differ *d, const vf_term *t, const vf_term *place) {
    if (!moves(d, t) || (t->op == VF_SOFTMAX && t->nkids == 1 && vf_same_text(t->kid[0], place)))
        return true;
    bool all = !vf_same_text(t, place);
    for (size_t i = 0; i < t->nkids && all; i++)
        all = only_in_softmaxes(d, t->kid[i], place);
    return all;
}

static void sort_variables(vf_through *t) {
    const vf_term *jrank = t->jrank;
    t->seen = vf_alloc(jrank->nkids * sizeof *t->seen);
    t->rest = vf_alloc(jrank->nkids * sizeof *t->rest);
    for (size_t i = 1; i < jrank->nkids; i++) {
        vf_differ one = {.p = t->p, .s = t->p->s, .by = &jrank->kid[i], .nby = 1};
        if (stands_beside(&one, t->text, t->place))
            t->rest[t->nrest++] = jrank->kid[i];
        else
            t->seen[t->nseen++] = jrank->kid[i];
    }
}

/* "F", or "F[h]": of the members of a sum. */
static void take_names(vf_through *t, const char *text) {
    size_t len = strcspn(text, "["), all = strlen(text);
    t->name = vf_strndup(text, len);
    if (len == all)
        return;
    ENSURE("a member is NAME[index]", all > len + 2 && text[all - 1] == ']');
    t->index = vf_strndup(text + len + 1, all - len - 2);
    ENSURE("no sum over a range", t->whole->op == VF_LOOP_SUM);
    t->text = t->whole->kid[2];
}

static void enter_members(vf_through *t, vf_differ *d) {
    if (t->index == NULL)
        return;
    vf_name_term(t->p, t->index, vf_symbol_term(t->whole->sym));
    t->around = enter_loop(d, t->whole);
}

/* How many members there are; `size` is what F has columns for each. */
static vf_ratio leave_members(vf_through *t, vf_differ *seen, vf_ratio size) {
    vf_mxs *s = t->p->s;
    const vf_around *l = &t->around;
    if (t->index == NULL)
        return vf_ratio_int(1);
    ensure_own_members(seen, l->sym);
    ENSURE("a place whose size depends on the index", !vf_mx_number_mentions(s, size, l->sym));
    vf_mx_forget(s, l->mark);
    t->p->nnames--;
    vf_ratio count = vf_n_add(s, vf_n_sub(s, l->high, l->low), vf_ratio_int(1));
    ENSURE("a sum that is perhaps empty", vf_mx_at_least(s, count, 1));
    return count;
}

/* M as the Jacobian of the place; its rows. */
static vf_ratio compare_place(vf_through *t, vf_differ *seen, const vf_term *m) {
    bool centred = only_in_softmaxes(seen, t->text, t->place);
    const vf_mx *a = value(seen, t->place);
    seen->by = t->seen;
    seen->nby = t->nseen;
    compare(seen, t->place, centred, m);
    return vf_n_mul(t->p->s, a->rows, a->cols);
}

/* By the variables that stand beside the place the Jacobian of the whole is stated, too. */
static const vf_term *take_rest(vf_through *t, const char *text) {
    if (text == NULL)
        return NULL;
    vf_differ d = {.p = t->p, .s = t->p->s, .by = t->rest, .nby = t->nrest};
    const vf_term *m = stated_matrix(t->p, text);
    compare(&d, t->whole, false, m);
    return m;
}

/* through F | K | PLACE | M: jrank number K is rank(F*M), with F before the Jacobian of the place;
   through F[h] ...: of a sum over h, whose member h sees the members h alone, and through its
   place, it is rank(hcat(h, F[h]*M)). | M1: beside M1. */
void vf_take_through(vf_proof *p, const char *rest) {
    const char *field[5] = {NULL};
    size_t n = vf_count_fields(rest);
    ENSURE("a place has a name, a number, its value, its Jacobian, perhaps another",
           n == 4 || n == 5);
    vf_fields(rest, field, n);
    vf_through t = {.p = p, .jrank = vf_jrank_numbered(p->t, field[1])};
    vf_differ d = differ_of(p, t.jrank);
    t.whole = t.text = t.jrank->kid[0];
    take_names(&t, field[0]);
    enter_members(&t, &d);
    t.place = find_place(&d, t.text, vf_matrix_text(p, field[2]));
    ENSURE("a place that is not there", t.place != NULL);
    sort_variables(&t);
    ENSURE("variables that are seen beside the place", t.nrest == 0 || n == 5);
    const vf_term *m = stated_matrix(p, field[3]);
    vf_ratio size = compare_place(&t, &d, m);
    vf_ratio cols = vf_n_mul(p->s, size, leave_members(&t, &d, size));
    const vf_term *known = take_rest(&t, n == 5 ? field[4] : NULL);
    vf_differ all = differ_of(p, t.jrank);
    bool alone = known == NULL && (t.index == NULL || t.text->op == VF_SOFTMAX);
    const vf_term *outer = unknown(p, t.name, directions_of_text(&all, t.text, alone), cols);
    vf_mx_know_jrank(p->s, t.jrank,
                     (vf_jacobian){m, t.index != NULL ? t.whole : NULL, outer, known});
}
