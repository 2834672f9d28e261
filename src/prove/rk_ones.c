#include "rk_ones.h"
#include "base/rk_mem.h"

static rk_eigen *eigens(size_t n) {
    rk_eigen *e = rk_calloc(n + 1, sizeof *e);
    for (size_t i = 0; i < n; i++)
        fmpq_init(&e[i].value);
    return e;
}

static void clear_all(rk_eigen *e, size_t n) {
    for (size_t i = 0; i < n; i++)
        fmpq_clear(&e[i].value);
    rk_free(e);
}

bool rk_ones_kills(const rk_eigen *e) {
    return e->known && fmpq_is_zero(&e->value);
}

static void set_si(rk_eigen *r, int64_t c) {
    fmpq_set_si(&r->value, c, 1);
    r->known = true;
}

typedef void fmpq_op(fmpq_t, const fmpq_t, const fmpq_t);

static void combine(rk_eigen *r, const rk_eigen *a, const rk_eigen *b, fmpq_op *op) {
    r->known = a->known && b->known;
    if (r->known)
        op(&r->value, &a->value, &b->value);
}

/* c*A for a scalar c: needs the number c, unless A kills the vector anyway. */
static void scale(rk_eigen *r, const rk_instr *factor, const rk_eigen *a) {
    if (rk_ones_kills(a)) {
        set_si(r, 0);
    } else if (factor->code == RK_P_RATIONAL && a->known) {
        fmpq_mul(&r->value, factor->number, &a->value);
        r->known = true;
    }
}

/* --- the centring pattern ----------------------------------------------------------------- */

static const rk_instr *at(const rk_program *p, unsigned i) {
    return &p->instr[i];
}

/* ROW_SUMS(A) / cols as an instruction, A given. */
static bool is_row_means(const rk_program *p, unsigned i, unsigned a) {
    const rk_instr *in = at(p, i);
    if (in->code != RK_P_SCALE || at(p, in->arg[0])->code != RK_P_RATIONAL)
        return false;
    const rk_instr *sums = at(p, in->arg[1]);
    if (sums->code != RK_P_ROW_SUMS || sums->arg[0] != a)
        return false;
    fmpq_t one;
    fmpq_init(one);
    fmpq_mul_si(one, at(p, in->arg[0])->number, at(p, a)->cols);
    bool mean = fmpq_is_one(one);
    fmpq_clear(one);
    return mean;
}

bool rk_is_centred(const rk_program *p, unsigned i) {
    const rk_instr *in = at(p, i);
    if (in->code != RK_P_SUB || at(p, in->arg[1])->code != RK_P_MUL)
        return false;
    const rk_instr *spread = at(p, in->arg[1]);
    return at(p, spread->arg[1])->code == RK_P_ONES && is_row_means(p, spread->arg[0], in->arg[0]);
}

/* --- from the right: A*1 ------------------------------------------------------------------ */

static void input_right(rk_eigen *r, const rk_slot *s) {
    if (s->set == RK_SET_STOCHASTIC || s->set == RK_SET_ATTENTION || s->set == RK_SET_PERMUTATION)
        set_si(r, 1);
}

static void inverse(rk_eigen *r, const rk_eigen *a) {
    r->known = a->known && !fmpq_is_zero(&a->value);
    if (r->known)
        fmpq_inv(&r->value, &a->value);
}

/* All blocks of a column agree. */
static void stacked(rk_eigen *r, const rk_eigen *of, const rk_instr *in) {
    const rk_eigen *first = &of[in->arg[0]];
    r->known = first->known;
    for (size_t k = 1; k < in->nargs && r->known; k++)
        r->known = of[in->arg[k]].known && fmpq_equal(&of[in->arg[k]].value, &first->value);
    if (r->known)
        fmpq_set(&r->value, &first->value);
}

/* The blocks of a row add up. */
static void side_by_side(rk_eigen *r, const rk_eigen *of, const rk_instr *in) {
    set_si(r, 0);
    for (size_t k = 0; k < in->nargs && r->known; k++) {
        const rk_eigen *part = &of[in->arg[k]];
        r->known = part->known;
        if (r->known)
            fmpq_add(&r->value, &r->value, &part->value);
    }
}

/* What both sides share: `own` is the side in hand, `other` the one that transposes lead to. */
static void common(const rk_program *p, unsigned i, rk_eigen *own, const rk_eigen *other) {
    const rk_instr *in = at(p, i);
    rk_eigen *r = &own[i];
    switch (in->code) {
    case RK_P_EYE:
        set_si(r, 1);
        break;
    case RK_P_ZEROS:
        set_si(r, 0);
        break;
    case RK_P_ADD:
        combine(r, &own[in->arg[0]], &own[in->arg[1]], fmpq_add);
        break;
    case RK_P_SUB:
        combine(r, &own[in->arg[0]], &own[in->arg[1]], fmpq_sub);
        break;
    case RK_P_KRON:
        combine(r, &own[in->arg[0]], &own[in->arg[1]], fmpq_mul);
        break;
    case RK_P_NEG:
        set_si(r, 0);
        combine(r, r, &own[in->arg[0]], fmpq_sub);
        break;
    case RK_P_KEEP:
        stacked(r, own, &(rk_instr){.arg = in->arg, .nargs = 1});
        break;
    case RK_P_SCALE:
        scale(r, at(p, in->arg[0]), &own[in->arg[1]]);
        break;
    case RK_P_INV:
        inverse(r, &own[in->arg[0]]);
        break;
    case RK_P_TRANSPOSE:
        stacked(r, other, in);
        break;
    default:
        break;
    }
}

static void from_right(rk_ones *o, const rk_program *p, unsigned i) {
    const rk_instr *in = at(p, i);
    rk_eigen *r = &o->right[i];
    switch (in->code) {
    case RK_P_INPUT:
        input_right(r, &p->slots[in->slot]);
        break;
    case RK_P_SOFTMAX:
        set_si(r, 1);
        break;
    case RK_P_ONES:
        set_si(r, in->cols);
        break;
    case RK_P_MUL: /* A*B*1 = A*c*1 */
        combine(r, &o->right[in->arg[0]], &o->right[in->arg[1]], fmpq_mul);
        if (rk_ones_kills(&o->right[in->arg[1]]))
            set_si(r, 0);
        break;
    case RK_P_ROW_SCALE:
        if (rk_ones_kills(&o->right[in->arg[1]]))
            set_si(r, 0);
        break;
    case RK_P_ROW_DIVIDE:
    case RK_P_DIV:
        if (rk_ones_kills(&o->right[in->arg[0]]))
            set_si(r, 0);
        break;
    case RK_P_VCAT:
        stacked(r, o->right, in);
        break;
    case RK_P_HCAT:
        side_by_side(r, o->right, in);
        break;
    default:
        common(p, i, o->right, o->left);
    }
    if (rk_is_centred(p, i))
        set_si(r, 0);
}

static void from_left(rk_ones *o, const rk_program *p, unsigned i) {
    const rk_instr *in = at(p, i);
    rk_eigen *r = &o->left[i];
    switch (in->code) {
    case RK_P_INPUT:
        if (p->slots[in->slot].set == RK_SET_PERMUTATION)
            set_si(r, 1);
        break;
    case RK_P_ONES:
        set_si(r, in->rows);
        break;
    case RK_P_MUL:
        combine(r, &o->left[in->arg[0]], &o->left[in->arg[1]], fmpq_mul);
        if (rk_ones_kills(&o->left[in->arg[0]]))
            set_si(r, 0);
        break;
    case RK_P_DIV:
        if (rk_ones_kills(&o->left[in->arg[0]]))
            set_si(r, 0);
        break;
    case RK_P_HCAT:
        stacked(r, o->left, in);
        break;
    case RK_P_VCAT:
        side_by_side(r, o->left, in);
        break;
    default:
        common(p, i, o->left, o->right);
    }
}

void rk_ones_init(rk_ones *o, const rk_program *program) {
    o->n = program->ninstr;
    o->right = eigens(o->n);
    o->left = eigens(o->n);
    for (unsigned i = 0; i < o->n; i++) {
        if (program->instr[i].truth)
            continue;
        from_right(o, program, i);
        from_left(o, program, i);
    }
}

void rk_ones_clear(rk_ones *o) {
    clear_all(o->right, o->n);
    clear_all(o->left, o->n);
}
