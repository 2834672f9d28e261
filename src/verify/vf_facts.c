#include "vf_facts.h"

#include <limits.h>

enum { MOST_ROUNDS = 100000, MOST_PARTS = 1000 };

/* --- what was computed before --------------------------------------------------------------- */

struct vf_table_item {
    const void *term;
    unsigned long scope;
    void *what;
};

static struct vf_table_item *place(const vf_table *m, const void *term, unsigned long scope) {
    size_t k = ((uintptr_t)term / sizeof(void *) * 31 + scope) & (m->room - 1);
    while (m->item[k].term && (m->item[k].term != term || m->item[k].scope != scope))
        k = (k + 1) & (m->room - 1);
    return &m->item[k];
}

static void make_room(vf_table *m) {
    vf_table old = *m;
    m->room = old.room ? 2 * old.room : 64;
    m->item = vf_alloc(m->room * sizeof *m->item);
    for (size_t k = 0; k < old.room; k++)
        if (old.item[k].term)
            *place(m, old.item[k].term, old.item[k].scope) = old.item[k];
}

void **vf_table_place(vf_table *m, const void *term, unsigned long scope) {
    if (2 * m->n >= m->room)
        make_room(m);
    struct vf_table_item *i = place(m, term, scope);
    if (!i->term) {
        i->term = term;
        i->scope = scope;
        m->n++;
    }
    return &i->what;
}

/* --- bound indices ------------------------------------------------------------------------ */

/* Texts of certificates may bring symbols of their own. */
static void reserve(vf_facts *f) {
    size_t n = f->theorem->nsyms;
    long *value = vf_alloc((n + 1) * sizeof *value);
    const vf_shape **running = vf_alloc((n + 1) * sizeof *running);
    for (size_t k = 0; k < f->nsyms; k++) {
        value[k] = f->value[k];
        running[k] = f->running[k];
    }
    f->value = value;
    f->running = running;
    f->nsyms = n;
}

vf_facts *vf_facts_new(vf_theorem *t, const vf_point *at) {
    vf_facts *f = vf_alloc(sizeof *f);
    f->theorem = t;
    reserve(f);
    for (size_t i = 0; i < t->ndims; i++)
        f->value[t->dim[i]] = at->dim[t->dim[i]];
    return f;
}

const long *vf_facts_values(vf_facts *f) {
    if (f->nsyms < f->theorem->nsyms)
        reserve(f);
    return f->value;
}

vf_bound vf_facts_bind(vf_facts *f, unsigned sym, long value) {
    ENSURE("an index of the theorem", sym < f->theorem->nsyms);
    (void)vf_facts_values(f);
    vf_bound before = {f->value[sym], f->scope};
    f->value[sym] = value;
    f->scope = ++f->scopes;
    return before;
}

void vf_facts_unbind(vf_facts *f, unsigned sym, vf_bound before) {
    f->value[sym] = before.value;
    f->scope = before.scope;
}

void vf_facts_rounds(long from, long to) {
    if (from <= to && (from < -MOST_ROUNDS || to > MOST_ROUNDS))
        vf_limit("rounds of a loop");
}

/* --- intervals over Q --------------------------------------------------------------------- */

typedef struct range {
    bool known; /* else nothing is known */
    mpq_t low, high;
} range;

static range *range_new(bool known) {
    range *r = vf_alloc(sizeof *r);
    r->known = known;
    mpq_init(r->low);
    mpq_init(r->high);
    return r;
}

static range *between(long low, long high) {
    range *r = range_new(true);
    mpq_set_si(r->low, low, 1);
    mpq_set_si(r->high, high, 1);
    return r;
}

static range *number(mpq_srcptr q) {
    range *r = range_new(true);
    mpq_set(r->low, q);
    mpq_set(r->high, q);
    return r;
}

static range *sum(const range *a, const range *b) {
    range *r = range_new(a->known && b->known);
    mpq_add(r->low, a->low, b->low);
    mpq_add(r->high, a->high, b->high);
    return r;
}

static range *negative(const range *a) {
    range *r = range_new(a->known);
    mpq_neg(r->low, a->high);
    mpq_neg(r->high, a->low);
    return r;
}

/* The least and the largest product of ends. */
static range *product(const range *a, const range *b) {
    range *r = range_new(a->known && b->known);
    mpq_t p;
    mpq_init(p);
    for (int k = 0; k < 4; k++) {
        mpq_mul(p, k / 2 ? a->low : a->high, k % 2 ? b->low : b->high);
        if (k == 0 || mpq_cmp(p, r->low) < 0)
            mpq_set(r->low, p);
        if (k == 0 || mpq_cmp(p, r->high) > 0)
            mpq_set(r->high, p);
    }
    mpq_clear(p);
    return r;
}

static range *quotient(const range *a, const range *b) {
    if (!b->known || mpq_sgn(b->low) * mpq_sgn(b->high) <= 0)
        return range_new(false);
    range *inverse = range_new(true);
    mpq_inv(inverse->low, b->high);
    mpq_inv(inverse->high, b->low);
    return product(a, inverse);
}

static range *larger(const range *a, const range *b) {
    range *r = range_new(a->known && b->known);
    mpq_set(r->low, mpq_cmp(a->low, b->low) > 0 ? a->low : b->low);
    mpq_set(r->high, mpq_cmp(a->high, b->high) > 0 ? a->high : b->high);
    return r;
}

static range *smaller(const range *a, const range *b) {
    return negative(larger(negative(a), negative(b)));
}

static range *power(const range *a, const range *k) {
    bool known = a->known && k->known && mpq_equal(k->low, k->high) && mpq_sgn(k->low) >= 0 &&
                 mpq_cmp_si(k->low, 1000, 1) <= 0 && mpz_cmp_ui(mpq_denref(k->low), 1) == 0;
    range *r = known ? between(1, 1) : range_new(false);
    for (unsigned long i = known ? mpz_get_ui(mpq_numref(k->low)) : 0; i > 0; i--)
        r = product(r, a);
    return r;
}

/* --- ranks -------------------------------------------------------------------------------- */

/* most: a bound that is known beside that of the shape. */
static range *rank_at_most(vf_facts *f, const vf_term *matrix, long most) {
    const vf_shape *s = vf_shape_of(f, matrix);
    long low = s->low, high = s->high < most ? s->high : most;
    if (low < high && f->rank)
        f->rank(f, matrix, &low, &high);
    ENSURE("bounds of a rank that contradict one another", low <= high);
    return between(low, high);
}

static range *rank_of(vf_facts *f, const vf_term *matrix) {
    return rank_at_most(f, matrix, LONG_MAX);
}

static vf_term *term_new(vf_op op, size_t nkids) {
    vf_term *t = vf_alloc(sizeof *t);
    t->op = op;
    mpq_init(t->number);
    t->kid = vf_alloc((nkids + 1) * sizeof *t->kid);
    t->nkids = nkids;
    return t;
}

static const vf_term *joined(vf_op op, const vf_term *a, const vf_term *b) {
    vf_term *t = term_new(op, 2);
    t->kid[0] = a;
    t->kid[1] = b;
    return t;
}

static const vf_term *literal(size_t n) {
    vf_term *t = term_new(VF_NUMBER, 0);
    mpq_set_ui(t->number, n, 1);
    return t;
}

/* rank([A, 1]) - 1. The rows of a LayerNorm lie in an affine image of a hyperplane. */
static range *affine_rank(vf_facts *f, const vf_term *a) {
    const vf_shape *s = vf_shape_of(f, a);
    vf_term *ones = term_new(VF_ONES, 2);
    ones->kid[0] = literal(s->rows);
    ones->kid[1] = literal(1);
    long most = (long)s->cols + (a->op != VF_LAYERNORM);
    return sum(rank_at_most(f, joined(VF_HCAT, a, ones), most), between(-1, -1));
}

/* --- numbers ------------------------------------------------------------------------------ */

static range *range_of(vf_facts *f, const vf_term *t);

static range *kid(vf_facts *f, const vf_term *t, size_t k) {
    return range_of(f, t->kid[k]);
}

typedef range *binary(const range *a, const range *b);

static range *list(vf_facts *f, const vf_term *t, binary *op) {
    range *r = kid(f, t, 0);
    for (size_t k = 1; k < t->nkids; k++)
        r = op(r, kid(f, t, k));
    return r;
}

static range *loop(vf_facts *f, const vf_term *t, binary *op) {
    long from = vf_facts_integer(f, t->kid[0]), to = vf_facts_integer(f, t->kid[1]);
    range *r = NULL;
    vf_facts_rounds(from, to);
    for (long i = from; i <= to; i++) {
        vf_bound before = vf_facts_bind(f, t->sym, i);
        range *next = kid(f, t, 2);
        r = r ? op(r, next) : next;
        vf_facts_unbind(f, t->sym, before);
    }
    return r ? r : t->op == VF_LOOP_SUM ? between(0, 0) : range_new(false);
}

static range *jacobian_rank(vf_facts *f, const vf_term *t) {
    long low = 0, high = vf_most_moves(f, t);
    if (low < high && f->jrank)
        f->jrank(f, t, &low, &high);
    ENSURE("bounds of a rank that contradict one another", low <= high);
    return between(low, high);
}

static range *range_of(vf_facts *f, const vf_term *t) {
    switch (t->op) {
    case VF_NUMBER:
        return number(t->number);
    case VF_SYM:
        return between(f->value[t->sym], f->value[t->sym]);
    case VF_ROWS:
    case VF_COLS: {
        const vf_shape *s = vf_shape_of(f, t->kid[0]);
        long n = (long)(t->op == VF_ROWS ? s->rows : s->cols);
        return between(n, n);
    }
    case VF_RANK:
        return rank_of(f, t->kid[0]);
    case VF_NULLITY: {
        long n = (long)vf_shape_of(f, t->kid[0])->cols;
        return sum(between(n, n), negative(rank_of(f, t->kid[0])));
    }
    case VF_AFFRANK:
        return affine_rank(f, t->kid[0]);
    case VF_JRANK:
        return jacobian_rank(f, t);
    case VF_NEG:
        return negative(kid(f, t, 0));
    case VF_ADD:
        return sum(kid(f, t, 0), kid(f, t, 1));
    case VF_SUB:
        return sum(kid(f, t, 0), negative(kid(f, t, 1)));
    case VF_MUL:
    case VF_EMUL:
        return product(kid(f, t, 0), kid(f, t, 1));
    case VF_DIV:
    case VF_EDIV:
        return quotient(kid(f, t, 0), kid(f, t, 1));
    case VF_POWER:
        return power(kid(f, t, 0), kid(f, t, 1));
    case VF_SUM_OF:
        return list(f, t, sum);
    case VF_MAX_OF:
        return list(f, t, larger);
    case VF_MIN_OF:
        return list(f, t, smaller);
    case VF_LOOP_SUM:
        return loop(f, t, sum);
    case VF_LOOP_PROD:
        return loop(f, t, product);
    case VF_LOOP_MAX:
        return loop(f, t, larger);
    case VF_LOOP_MIN:
        return loop(f, t, smaller);
    default:
        return range_new(false);
    }
}

long vf_facts_integer(vf_facts *f, const vf_term *t) {
    range *r = range_of(f, t);
    ENSURE("an integer", r->known && mpq_equal(r->low, r->high) &&
                             mpz_cmp_ui(mpq_denref(r->low), 1) == 0 &&
                             mpz_fits_slong_p(mpq_numref(r->low)));
    return mpz_get_si(mpq_numref(r->low));
}

/* --- truth -------------------------------------------------------------------------------- */

vf_tern vf_not(vf_tern a) {
    return a == VF_TRUE ? VF_FALSE : a == VF_FALSE ? VF_TRUE : VF_UNKNOWN;
}

vf_tern vf_both(vf_tern a, vf_tern b) {
    if (a == VF_FALSE || b == VF_FALSE)
        return VF_FALSE;
    return a == VF_TRUE && b == VF_TRUE ? VF_TRUE : VF_UNKNOWN;
}

static vf_tern either(vf_tern a, vf_tern b) {
    return vf_not(vf_both(vf_not(a), vf_not(b)));
}

static vf_tern known(bool holds, bool fails) {
    return holds ? VF_TRUE : fails ? VF_FALSE : VF_UNKNOWN;
}

static vf_tern compare_ranges(vf_op op, const range *a, const range *b) {
    if (!a->known || !b->known)
        return VF_UNKNOWN;
    int low = mpq_cmp(a->high, b->low), high = mpq_cmp(a->low, b->high);
    switch (op) {
    case VF_EQ:
        return known(low == 0 && high == 0, low < 0 || high > 0);
    case VF_NE:
        return known(low < 0 || high > 0, low == 0 && high == 0);
    case VF_LT:
        return known(low < 0, high >= 0);
    case VF_LE:
        return known(low <= 0, high > 0);
    case VF_GT:
        return known(high > 0, low <= 0);
    default:
        return known(high >= 0, low < 0);
    }
}

/* `parts`: how many may still be looked at. */
static bool is_same_text(const vf_term *a, const vf_term *b, size_t *parts) {
    if (a == b)
        return true;
    if (*parts == 0 || a->op != b->op || a->nkids != b->nkids || a->var != b->var ||
        a->sym != b->sym || a->sym2 != b->sym2 || !mpq_equal(a->number, b->number))
        return false;
    --*parts;
    for (size_t k = 0; k < a->nkids; k++)
        if (!is_same_text(a->kid[k], b->kid[k], parts))
            return false;
    return true;
}

bool vf_is_same_text(const vf_term *a, const vf_term *b) {
    size_t parts = MOST_PARTS;
    return is_same_text(a, b, &parts);
}

/* sigma(A, 1) is norm(A, 2), and of a row or column that is norm(A, fro). */
static vf_op measure_of(vf_facts *f, const vf_term *t) {
    bool first =
        t->op == VF_SIGMA && t->kid[1]->op == VF_NUMBER && mpq_cmp_ui(t->kid[1]->number, 1, 1) == 0;
    if (!first && t->op != VF_NORM_TWO)
        return t->op;
    const vf_shape *a = vf_shape_of(f, t->kid[0]);
    return a->rows == 1 || a->cols == 1 ? VF_NORM_FRO : VF_NORM_TWO;
}

static bool is_same(vf_facts *f, const vf_term *a, const vf_term *b) {
    vf_op op = measure_of(f, a);
    if (op == measure_of(f, b) && (op == VF_NORM_TWO || op == VF_NORM_FRO))
        return vf_is_same_text(a->kid[0], b->kid[0]);
    return vf_is_same_text(a, b);
}

/* The two sides alike, or of different ranks. One number may stand for a matrix of such entries,
   which has its rank. */
static vf_tern compare_texts(vf_facts *f, const vf_term *t) {
    if (is_same(f, t->kid[0], t->kid[1]))
        return known(t->op == VF_EQ || t->op == VF_LE || t->op == VF_GE, true);
    if (t->op != VF_EQ && t->op != VF_NE)
        return VF_UNKNOWN;
    const vf_shape *a = vf_shape_of(f, t->kid[0]), *b = vf_shape_of(f, t->kid[1]);
    if (a->low <= b->high && b->low <= a->high)
        return VF_UNKNOWN;
    return t->op == VF_NE ? VF_TRUE : VF_FALSE;
}

static vf_tern comparison(vf_facts *f, const vf_term *t) {
    vf_tern r = compare_ranges(t->op, kid(f, t, 0), kid(f, t, 1));
    if (r == VF_UNKNOWN)
        r = compare_texts(f, t);
    return r == VF_UNKNOWN && f->compare ? f->compare(f, t) : r;
}

/* a lies in the span of b when joining it does not raise the rank. */
static vf_tern in_span(vf_facts *f, const vf_term *t) {
    vf_op op = t->op == VF_IN_ROWSPAN ? VF_VCAT : VF_HCAT;
    range *all = rank_of(f, joined(op, t->kid[0], t->kid[1]));
    return compare_ranges(VF_EQ, all, rank_of(f, t->kid[1]));
}

static vf_tern all_or_any(vf_facts *f, const vf_term *t) {
    long from = vf_facts_integer(f, t->kid[0]), to = vf_facts_integer(f, t->kid[1]);
    bool all = t->op == VF_LOOP_ALL;
    vf_tern r = all ? VF_TRUE : VF_FALSE;
    vf_facts_rounds(from, to);
    for (long i = from; i <= to; i++) {
        vf_bound before = vf_facts_bind(f, t->sym, i);
        vf_tern next = vf_decide(f, t->kid[2]);
        r = all ? vf_both(r, next) : either(r, next);
        vf_facts_unbind(f, t->sym, before);
    }
    return r;
}

vf_tern vf_connect(const vf_term *t, vf_tern (*part)(void *self, const vf_term *t), void *self) {
    vf_tern r = t->op == VF_AND ? VF_TRUE : VF_FALSE;
    switch (t->op) {
    case VF_NOT:
        return vf_not(part(self, t->kid[0]));
    case VF_AND:
    case VF_OR:
        for (size_t k = 0; k < t->nkids; k++)
            r = t->op == VF_AND ? vf_both(r, part(self, t->kid[k]))
                                : either(r, part(self, t->kid[k]));
        return r;
    case VF_IMPLIES:
        return either(vf_not(part(self, t->kid[0])), part(self, t->kid[1]));
    case VF_IFF: {
        vf_tern a = part(self, t->kid[0]), b = part(self, t->kid[1]);
        return a == VF_UNKNOWN || b == VF_UNKNOWN ? VF_UNKNOWN : known(a == b, a != b);
    }
    default:
        return VF_UNKNOWN;
    }
}

static vf_tern decide(void *facts, const vf_term *t) {
    return vf_decide(facts, t);
}

vf_tern vf_decide(vf_facts *f, const vf_term *t) {
    switch (t->op) {
    case VF_NOT:
    case VF_AND:
    case VF_OR:
    case VF_IMPLIES:
    case VF_IFF:
        return vf_connect(t, decide, f);
    case VF_IN_ROWSPAN:
    case VF_IN_COLSPAN:
        return in_span(f, t);
    case VF_LOOP_ALL:
    case VF_LOOP_ANY:
        return all_or_any(f, t);
    default:
        return comparison(f, t);
    }
}

bool vf_is_settled(vf_facts *f, const vf_term *truth, vf_tern as) {
    f->brief = f->fractions != NULL;
    bool found = vf_decide(f, truth) == as, all = !f->brief;
    f->brief = false;
    return found || (!all && vf_decide(f, truth) == as);
}
