/* Sums, products and folds over ranges. The sum up to x is one letter S(x) for a body, so that a
   sum over low..high is S(high) - S(low - 1): ranges join and telescope by themselves. */
#include "vf_matrix_inside.h"

unsigned vf_new_index(vf_mxs *s) {
    return VF_FIRST_INDEX + VF_SETTLED + s->nindices++;
}

/* The first index that nothing else in the body has: two bodies that differ only in the names of
   their indices become one. */
vf_ratio vf_settle_index(vf_mxs *s, vf_ratio body, unsigned *sym) {
    for (unsigned i = 0; i < VF_SETTLED; i++) {
        unsigned own = VF_FIRST_INDEX + i;
        bool free = own != *sym && vf_mx_number_mentions(s, body, own);
        if (free || vf_number_has(s, body, &(vf_image){.sym = own, .binder = true}))
            continue;
        body = own == *sym ? body : vf_rename_number(s, body, *sym, own);
        *sym = own;
        return body;
    }
    vf_limit("sums inside one another");
}

void vf_within(vf_mxs *s, unsigned sym, vf_ratio low, vf_ratio high) {
    vf_ratio at = vf_n_atom(sym);
    vf_mx_know_nonnegative(s, vf_n_sub(s, at, low));
    vf_mx_know_nonnegative(s, vf_n_sub(s, high, at));
    for (size_t i = 0; i < s->nranged; i++) {
        const vf_ranged *r = &s->ranged[i];
        if (!vf_mx_at_least(s, vf_n_sub(s, low, r->low), 0) ||
            !vf_mx_at_least(s, vf_n_sub(s, r->high, high), 0))
            continue;
        const vf_mx *a = vf_mx_put(s, r->what.mx, r->sym, at);
        if (r->what.eps.num)
            vf_mx_know_scaled(s, a, vf_mx_put_number(s, r->what.eps, r->sym, at));
        else
            vf_mx_know_invertible(s, a);
    }
}

static vf_ratio plus(vf_mxs *s, vf_ratio a, long b) {
    return vf_n_add(s, a, vf_ratio_int(b));
}

/* ---- the constant in an upper end ---- */

/* high == base + c, with an integer c, where base has no constant term. */
static vf_ratio without_constant(vf_mxs *s, vf_ratio high, long *c) {
    *c = 0;
    if (!vf_poly_is_rational(high.den, NULL))
        return high;
    for (size_t i = 0; i < vf_poly_terms(high.num); i++)
        if (vf_poly_factors(high.num, i) == 0 &&
            vf_n_is_int(vf_ratio_of(vf_poly_rational(vf_poly_coefficient(high.num, i))), c))
            return plus(s, high, -*c);
    return high;
}

static bool few(long c) {
    return c <= VF_MOST_UNROLLED && c >= -VF_MOST_UNROLLED;
}

/* ---- members ---- */

static bool number_allows(vf_mxs *s, vf_ratio a, unsigned sym, vf_ratio at) {
    if (!vf_poly_mentions(a.den, sym))
        return true;
    const vf_poly *den = at.den;
    if (!vf_poly_is_rational(den, NULL))
        return false;
    den = vf_poly_put(a.den, sym, at.num);
    return vf_mx_is_nonzero(s, vf_ratio_of(den));
}

/* Blocks that move with the index stay inside at this one, divisors are not 0. */
static bool allows(vf_mxs *s, const vf_mx *body, unsigned sym, vf_ratio at) {
    for (size_t i = 0; i < body->nwords; i++) {
        if (!number_allows(s, body->word[i].coef, sym, at))
            return false;
        for (size_t k = 0; k < body->word[i].n; k++) {
            const vf_leaf *e = body->word[i].letter[k].leaf;
            if (e->kind != VF_L_INJECTION ||
                !vf_number_has(s, e->place[0], &(vf_image){.sym = sym}))
                continue;
            vf_ratio offset = vf_mx_put_number(s, e->place[0], sym, at);
            vf_ratio below = vf_n_sub(s, vf_n_sub(s, e->rows, offset), e->cols);
            if (!vf_mx_at_least(s, offset, 0) || !vf_mx_at_least(s, below, 0))
                return false;
        }
    }
    return true;
}

/* ---- sums of matrices ---- */

static bool is_free(vf_mxs *s, vf_letter a, unsigned sym) {
    return !vf_leaf_mentions(s, a.leaf, sym);
}

static const vf_mx *sum_letter(vf_mxs *s, unsigned sym, vf_ratio coef, vf_ratio rows,
                               const vf_letter *letter, size_t n, vf_ratio high) {
    const vf_mx *body = vf_mx_scale(s, coef, vf_letters(s, rows, letter, n));
    vf_leaf leaf = {.kind = VF_L_SUM, .rows = body->rows, .cols = body->cols, .sym = sym};
    leaf.arg[0] = body;
    leaf.place[0] = high;
    return vf_mx_of_leaf(s, leaf);
}

/* c*P*core*R with P and R free of the index; c is free, or stays inside. */
static const vf_mx *sum_of_letters(vf_mxs *s, unsigned sym, vf_ratio c, const vf_mx *body,
                                   const vf_word *w, vf_ratio high) {
    size_t from = 0, to = w->n;
    while (from < to && is_free(s, w->letter[from], sym))
        from++;
    while (to > from && is_free(s, w->letter[to - 1], sym))
        to--;
    bool inside = vf_mx_number_mentions(s, c, sym) || !vf_mx_is_nonzero(s, vf_ratio_of(c.den));
    if (from == to)
        return vf_mx_scale(s, vf_partial_number(s, sym, c, high),
                           vf_letters(s, body->rows, w->letter, w->n));
    const vf_mx *left = vf_letters(s, body->rows, w->letter, from);
    const vf_mx *core = sum_letter(s, sym, inside ? c : vf_ratio_int(1), left->cols,
                                   w->letter + from, to - from, high);
    const vf_mx *right = vf_letters(s, core->cols, w->letter + to, w->n - to);
    core = vf_mx_mul(s, vf_mx_mul(s, left, core), right);
    return inside ? core : vf_mx_scale(s, c, core);
}

/* The term of a polynomial as that of its atoms that depend on the index, times the rest. */
static void split_term(vf_mxs *s, const vf_poly *p, size_t term, unsigned sym, vf_ratio *free,
                       vf_ratio *bound) {
    *free = vf_ratio_of(vf_poly_rational(vf_poly_coefficient(p, term)));
    *bound = vf_ratio_int(1);
    for (size_t f = 0; f < vf_poly_factors(p, term); f++) {
        unsigned long power;
        vf_ratio atom = vf_n_atom(vf_poly_factor(p, term, f, &power));
        vf_ratio *into = vf_mx_number_mentions(s, atom, sym) ? bound : free;
        *into = vf_ratio_mul(*into, vf_ratio_of(vf_poly_pow(atom.num, power)));
    }
}

static const vf_mx *sum_of_word(vf_mxs *s, unsigned sym, const vf_mx *body, const vf_word *w,
                                vf_ratio high) {
    vf_ratio below = vf_ratio_of(w->coef.den);
    if (vf_mx_number_mentions(s, below, sym) || !vf_mx_is_nonzero(s, below))
        return sum_of_letters(s, sym, w->coef, body, w, high);
    const vf_mx *sum = vf_mx_zero(s, body->rows, body->cols);
    for (size_t i = 0; i < vf_poly_terms(w->coef.num); i++) {
        vf_ratio free, bound;
        split_term(s, w->coef.num, i, sym, &free, &bound);
        const vf_mx *part = sum_of_letters(s, sym, bound, body, w, high);
        sum = vf_mx_add(s, sum, vf_mx_scale(s, vf_ratio_div(free, below), part));
    }
    return sum;
}

/* Members base + 1 .. base + c, or minus those of base + c + 1 .. base; NULL: one is not allowed.
 */
static const vf_mx *members(vf_mxs *s, unsigned sym, const vf_mx *body, vf_ratio base, long c) {
    const vf_mx *sum = vf_mx_zero(s, body->rows, body->cols);
    for (long i = c > 0 ? 1 : c + 1; i <= (c > 0 ? c : 0); i++) {
        vf_ratio at = plus(s, base, i);
        if (!allows(s, body, sym, at))
            return NULL;
        const vf_mx *member = vf_mx_put(s, body, sym, at);
        sum = c > 0 ? vf_mx_add(s, sum, member) : vf_mx_sub(s, sum, member);
    }
    return sum;
}

const vf_mx *vf_partial_sum(vf_mxs *s, unsigned sym, const vf_mx *body, vf_ratio high) {
    if (vf_n_is_one(body->rows) && vf_n_is_one(body->cols))
        return vf_mx_scalar(s, vf_partial_number(s, sym, vf_mx_value(s, body), high));
    long c;
    vf_ratio base = without_constant(s, high, &c);
    const vf_mx *beside = few(c) ? members(s, sym, body, base, c) : NULL;
    if (beside && vf_ratio_is_zero(base))
        return beside;
    high = beside ? base : high;
    const vf_mx *sum = beside ? beside : vf_mx_zero(s, body->rows, body->cols);
    for (size_t i = 0; i < body->nwords; i++)
        sum = vf_mx_add(s, sum, sum_of_word(s, sym, body, &body->word[i], high));
    return sum;
}

static bool moves(vf_mxs *s, const vf_mx *body, unsigned sym) {
    for (size_t i = 0; i < body->nwords; i++) {
        if (vf_poly_mentions(body->word[i].coef.den, sym))
            return true;
        for (size_t k = 0; k < body->word[i].n; k++)
            if (body->word[i].letter[k].leaf->kind == VF_L_INJECTION &&
                !is_free(s, body->word[i].letter[k], sym))
                return true;
    }
    return false;
}

static vf_ratio count_of(vf_mxs *s, vf_ratio low, vf_ratio high) {
    vf_ratio count = plus(s, vf_n_sub(s, high, low), 1);
    ENSURE("a range that may be of negative length", vf_mx_at_least(s, count, 0));
    return count;
}

const vf_mx *vf_mx_sum(vf_mxs *s, unsigned sym, vf_ratio low, vf_ratio high, const vf_mx *body) {
    vf_ratio count = count_of(s, low, high), before = plus(s, low, -1);
    if (vf_ratio_is_zero(before))
        return vf_partial_sum(s, sym, body, high);
    if (!moves(s, body, sym))
        return vf_mx_sub(s, vf_partial_sum(s, sym, body, high),
                         vf_partial_sum(s, sym, body, before));
    unsigned from_one = vf_new_index(s);
    body = vf_mx_put(s, body, sym, vf_n_add(s, vf_n_atom(from_one), before));
    return vf_partial_sum(s, from_one, body, count);
}

/* ---- sums of numbers ---- */

/* The sum of sym^k over 1..x as a polynomial in x; num NULL: k is not so small. */
static vf_ratio sum_of_powers(vf_mxs *s, unsigned long k, vf_ratio x) {
    vf_ratio half = vf_ratio_div(vf_n_mul(s, x, plus(s, x, 1)), vf_ratio_int(2));
    vf_ratio third = vf_ratio_div(vf_n_add(s, vf_n_add(s, x, x), vf_ratio_int(1)), vf_ratio_int(3));
    return k == 1   ? half
           : k == 2 ? vf_n_mul(s, half, third)
           : k == 3 ? vf_n_mul(s, half, half)
                    : (vf_ratio){0};
}

static vf_ratio sum_of_product(vf_mxs *s, unsigned sym, vf_ratio body, vf_ratio high) {
    if (!vf_mx_number_mentions(s, body, sym) && vf_mx_is_nonzero(s, vf_ratio_of(body.den)))
        return vf_n_mul(s, body, high);
    for (unsigned long k = 1; k <= 3; k++)
        if (vf_ratio_equal(body, vf_ratio_of(vf_poly_pow(vf_poly_atom(sym), k))))
            return sum_of_powers(s, k, high);
    body = vf_settle_index(s, body, &sym);
    return vf_quantity_of(s, (vf_quantity){.kind = VF_Q_SUM, .number = {body, high}, .sym = sym});
}

static vf_ratio sum_of_terms(vf_mxs *s, unsigned sym, vf_ratio body, vf_ratio high) {
    vf_ratio below = vf_ratio_of(body.den), sum = vf_ratio_int(0);
    if (vf_mx_number_mentions(s, below, sym) || !vf_mx_is_nonzero(s, below))
        return sum_of_product(s, sym, body, high);
    for (size_t i = 0; i < vf_poly_terms(body.num); i++) {
        vf_ratio free, bound;
        split_term(s, body.num, i, sym, &free, &bound);
        sum = vf_n_add(s, sum, vf_n_mul(s, free, sum_of_product(s, sym, bound, high)));
    }
    return vf_ratio_div(sum, below);
}

static vf_ratio number_members(vf_mxs *s, unsigned sym, vf_ratio body, vf_ratio base, long c) {
    vf_ratio sum = vf_ratio_int(0);
    for (long i = c > 0 ? 1 : c + 1; i <= (c > 0 ? c : 0); i++) {
        vf_ratio at = plus(s, base, i);
        if (!number_allows(s, body, sym, at))
            return (vf_ratio){0};
        vf_ratio member = vf_mx_put_number(s, body, sym, at);
        sum = c > 0 ? vf_n_add(s, sum, member) : vf_n_sub(s, sum, member);
    }
    return sum;
}

vf_ratio vf_partial_number(vf_mxs *s, unsigned sym, vf_ratio body, vf_ratio high) {
    long c;
    vf_ratio base = without_constant(s, high, &c);
    vf_ratio beside = few(c) ? number_members(s, sym, body, base, c) : (vf_ratio){0};
    if (!beside.num)
        return sum_of_terms(s, sym, body, high);
    return vf_ratio_is_zero(base) ? beside : vf_n_add(s, beside, sum_of_terms(s, sym, body, base));
}

vf_ratio vf_mx_sum_number(vf_mxs *s, unsigned sym, vf_ratio low, vf_ratio high, vf_ratio body) {
    vf_ratio count = count_of(s, low, high), before = plus(s, low, -1);
    if (vf_ratio_is_zero(before))
        return vf_partial_number(s, sym, body, high);
    if (!vf_poly_mentions(body.den, sym))
        return vf_n_sub(s, vf_partial_number(s, sym, body, high),
                        vf_partial_number(s, sym, body, before));
    unsigned from_one = vf_new_index(s);
    body = vf_mx_put_number(s, body, sym, vf_n_add(s, vf_n_atom(from_one), before));
    return vf_partial_number(s, from_one, body, count);
}

/* ---- blocks side by side ---- */

const vf_mx *vf_mx_hcat(vf_mxs *s, unsigned sym, vf_ratio low, vf_ratio high, const vf_mx *body) {
    vf_ratio count = count_of(s, low, high), one = vf_ratio_int(1);
    unsigned at = vf_new_index(s), before = vf_new_index(s);
    vf_ratio here = vf_n_sub(s, vf_n_add(s, vf_n_atom(at), low), one);
    vf_mark mark = vf_mx_mark(s);
    vf_within(s, at, one, count);
    body = vf_mx_put(s, body, sym, here);
    vf_ratio width = vf_mx_put_number(s, body->cols, at, vf_n_atom(before));
    vf_ratio offset = vf_partial_number(s, before, width, vf_n_sub(s, vf_n_atom(at), one));
    vf_ratio all = vf_partial_number(s, before, width, count);
    const vf_mx *beside = vf_mx_transpose(s, vf_injection(s, all, offset, body->cols));
    body = vf_mx_mul(s, body, beside);
    vf_mx_forget(s, mark);
    return vf_partial_sum(s, at, body, count);
}

/* ---- products and folds ---- */

const vf_mx *vf_mx_prod(vf_mxs *s, unsigned sym, const vf_mx *body, vf_ratio high) {
    long c;
    vf_ratio base = without_constant(s, high, &c);
    if (!vf_mx_mentions(s, body, sym))
        return vf_mx_power(s, body, high);
    vf_leaf leaf = {.kind = VF_L_PROD, .rows = body->rows, .cols = body->cols, .sym = sym};
    bool apart = c > 0 && few(c) && vf_mx_at_least(s, base, 0);
    leaf.arg[0] = body;
    leaf.place[0] = apart ? base : high;
    bool none = apart && vf_ratio_is_zero(base);
    const vf_mx *product = none ? vf_mx_eye(s, body->rows) : vf_mx_of_leaf(s, leaf);
    for (long i = 1; apart && i <= c; i++)
        product = vf_mx_mul(s, product, vf_mx_put(s, body, sym, plus(s, base, i)));
    return product;
}

/* The value after one more step. */
static const vf_mx *stepped(vf_mxs *s, unsigned sym, unsigned sym2, const vf_mx *value,
                            const vf_mx *body, vf_ratio at) {
    return vf_mx_put_fresh(s, vf_mx_put(s, body, sym, at), sym2, value);
}

/* A step adds what does not depend on the value: the start and the sum of it. NULL: none such. */
static const vf_mx *fold_of_sums(vf_mxs *s, unsigned sym, unsigned sym2, const vf_mx *start,
                                 const vf_mx *body, vf_ratio steps) {
    const vf_mx *value = vf_mx_fresh(s, sym2, body->rows, body->cols);
    const vf_mx *added = vf_mx_sub(s, body, value);
    if (vf_has(s, added, &(vf_image){.sym = sym2, .mx = value}))
        return NULL;
    return vf_mx_add(s, start, vf_partial_sum(s, sym, added, steps));
}

/* Where the step A*Z*B has the value Z; the number of its letters where it is not of that form, or
   A and B change. */
static size_t place_of_value(vf_mxs *s, const vf_word *w, unsigned sym, const vf_image *value) {
    size_t at = w->n;
    for (size_t i = 0; i < w->n; i++) {
        const vf_leaf *leaf = w->letter[i].leaf;
        if (at == w->n && vf_is_kind(w->letter[i], VF_L_FRESH, false) && leaf->sym == value->sym)
            at = i;
        else if (vf_leaf_mentions(s, leaf, sym) || vf_leaf_has(s, leaf, value))
            return w->n;
    }
    return at;
}

/* The same A*Z*B in each step: A^k*start*B^k. */
static const vf_mx *fold_of_powers(vf_mxs *s, unsigned sym, unsigned sym2, const vf_mx *start,
                                   const vf_mx *body, vf_ratio steps) {
    if (body->nwords != 1 || !vf_n_is_one(body->word[0].coef))
        return NULL;
    const vf_word *w = &body->word[0];
    size_t at = place_of_value(s, w, sym, &(vf_image){.sym = sym2, .mx = body});
    if (at == w->n)
        return NULL;
    const vf_mx *left = vf_letters(s, body->rows, w->letter, at);
    const vf_mx *right = vf_letters(s, start->cols, w->letter + at + 1, w->n - at - 1);
    const vf_mx *value = vf_mx_mul(s, vf_mx_power(s, left, steps), start);
    return vf_mx_mul(s, value, vf_mx_power(s, right, steps));
}

const vf_mx *vf_mx_fold(vf_mxs *s, unsigned sym, unsigned sym2, const vf_mx *start,
                        const vf_mx *body, vf_ratio steps) {
    const vf_mx *known = fold_of_sums(s, sym, sym2, start, body, steps);
    known = known ? known : fold_of_powers(s, sym, sym2, start, body, steps);
    if (known)
        return known;
    long c;
    vf_ratio base = without_constant(s, steps, &c);
    bool apart = c > 0 && few(c) && vf_mx_at_least(s, base, 0);
    vf_leaf leaf = {.kind = VF_L_FOLD,
                    .rows = start->rows,
                    .cols = start->cols,
                    .sym = sym,
                    .sym2 = sym2,
                    .arg = {start, body},
                    .place = {apart ? base : steps}};
    bool none = vf_ratio_is_zero(leaf.place[0]);
    const vf_mx *value = none ? start : vf_mx_of_leaf(s, leaf);
    for (long i = 1; apart && i <= c; i++)
        value = stepped(s, sym, sym2, value, body, plus(s, base, i));
    return value;
}

/* ---- sums beside other letters ---- */

typedef struct opened { /* a sum, its index a new symbol */
    unsigned sym;
    const vf_mx *body;
    vf_ratio high;
} opened;

static opened open_sum(vf_mxs *s, vf_letter a) {
    unsigned sym = vf_new_index(s);
    const vf_mx *body = vf_rename(s, a.leaf->arg[0], a.leaf->sym, sym);
    return (opened){sym, a.transposed ? vf_mx_transpose(s, body) : body, a.leaf->place[0]};
}

/* a*body for every member; the index is known to lie in the range where that is not reversed. */
static const vf_mx *inside(vf_mxs *s, const vf_mx *a, const opened *b) {
    vf_mark mark = vf_mx_mark(s);
    if (vf_mx_at_least(s, b->high, 0))
        vf_within(s, b->sym, vf_ratio_int(1), b->high);
    const vf_mx *product = vf_mx_mul(s, a, b->body);
    vf_mx_forget(s, mark);
    return product;
}

static bool some_word_starts(const vf_mx *a, vf_letter with) {
    for (size_t i = 0; i < a->nwords; i++)
        if (a->word[i].n && vf_same_letter(a->word[i].letter[0], with))
            return true;
    return false;
}

static bool some_word_ends(const vf_mx *a, vf_letter with) {
    for (size_t i = 0; i < a->nwords; i++)
        if (a->word[i].n && vf_same_letter(a->word[i].letter[a->word[i].n - 1], with))
            return true;
    return false;
}

/* One term without one factor of the atom; NULL: it has none. */
static const vf_poly *term_over(const vf_poly *p, size_t term, unsigned atom) {
    const vf_poly *t = vf_poly_rational(vf_poly_coefficient(p, term));
    bool found = false;
    for (size_t f = 0; f < vf_poly_factors(p, term); f++) {
        unsigned long power;
        unsigned x = vf_poly_factor(p, term, f, &power);
        found = found || x == atom;
        t = vf_poly_mul(t, vf_poly_pow(vf_poly_atom(x), x == atom ? power - 1 : power));
    }
    return found ? t : NULL;
}

static const vf_poly *over_atom(const vf_poly *p, unsigned atom) {
    const vf_poly *sum = vf_poly_zero();
    for (size_t i = 0; i < vf_poly_terms(p); i++) {
        const vf_poly *t = term_over(p, i, atom);
        if (!t)
            return NULL;
        sum = vf_poly_add(sum, t);
    }
    return sum;
}

/* p/q for a polynomial and a single term that divides each of its terms; NULL: it does not. */
static const vf_poly *quotient(const vf_poly *p, const vf_poly *q) {
    if (vf_poly_terms(q) != 1)
        return NULL;
    for (size_t f = 0; f < vf_poly_factors(q, 0); f++) {
        unsigned long power;
        unsigned atom = vf_poly_factor(q, 0, f, &power);
        for (; power > 0 && p; power--)
            p = over_atom(p, atom);
        if (!p)
            return NULL;
    }
    vf_ratio c = vf_ratio_of(vf_poly_rational(vf_poly_coefficient(q, 0)));
    return vf_ratio_div(vf_ratio_of(p), c).num;
}

/* Blocks that move by so much from one member to the next do not overlap. */
static bool are_apart(vf_mxs *s, vf_ratio slope, vf_ratio width) {
    vf_ratio back = vf_n_sub(s, vf_ratio_int(0), slope);
    return vf_mx_at_least(s, vf_n_sub(s, slope, width), 0) ||
           vf_mx_at_least(s, vf_n_sub(s, back, width), 0);
}

/* E'*S for a block E that is one of the blocks with which the members of S begin: that member. */
static const vf_mx *picked(vf_mxs *s, vf_letter e, const opened *b) {
    if (b->body->nwords != 1 || b->body->word[0].n == 0)
        return NULL;
    vf_letter first = b->body->word[0].letter[0];
    vf_ratio zero = vf_ratio_int(0), one = vf_ratio_int(1);
    if (!vf_is_kind(first, VF_L_INJECTION, false) ||
        !vf_poly_is_rational(e.leaf->place[0].den, NULL) ||
        !vf_mx_equal_numbers(s, first.leaf->cols, e.leaf->cols))
        return NULL;
    vf_ratio at0 = vf_mx_put_number(s, first.leaf->place[0], b->sym, zero);
    vf_ratio slope = vf_n_sub(s, vf_mx_put_number(s, first.leaf->place[0], b->sym, one), at0);
    vf_ratio far = vf_n_sub(s, e.leaf->place[0], at0);
    vf_ratio line = vf_n_add(s, at0, vf_n_mul(s, slope, vf_n_atom(b->sym)));
    if (!vf_mx_equal_numbers(s, line, first.leaf->place[0]) || vf_ratio_is_zero(slope) ||
        !vf_poly_is_rational(far.den, NULL) || !vf_poly_is_rational(slope.den, NULL))
        return NULL;
    const vf_poly *at = quotient(far.num, slope.num);
    if (!at || !vf_mx_is_integer(s, vf_ratio_of(at)) || !are_apart(s, slope, first.leaf->cols) ||
        !vf_mx_at_least(s, b->high, 0))
        return NULL;
    if (vf_mx_at_least(s, vf_n_sub(s, vf_ratio_of(at), b->high), 1) ||
        vf_mx_at_least(s, vf_n_sub(s, zero, vf_ratio_of(at)), 0))
        return vf_mx_zero(s, e.leaf->cols, b->body->cols);
    if (!vf_mx_at_least(s, vf_ratio_of(at), 1) ||
        !vf_mx_at_least(s, vf_n_sub(s, b->high, vf_ratio_of(at)), 0))
        return NULL;
    const vf_mx *member = vf_mx_put(s, b->body, b->sym, vf_ratio_of(at));
    return vf_mx_mul(s, vf_mx_of_letter(s, e), member);
}

/* A block of rows of a sum whose members begin with blocks. */
static const vf_mx *block_of_sum(vf_mxs *s, vf_letter e, vf_letter sum) {
    opened b = open_sum(s, sum);
    const vf_mx *one = e.transposed ? picked(s, e, &b) : NULL;
    if (one)
        return one;
    const vf_mx *product = inside(s, vf_mx_of_letter(s, e), &b);
    return some_word_starts(product, e) ? NULL : vf_partial_sum(s, b.sym, product, b.high);
}

/* 1'*S where every member takes the ones up. */
static const vf_mx *ones_of_sum(vf_mxs *s, vf_letter ones, vf_letter sum) {
    opened b = open_sum(s, sum);
    const vf_mx *product = inside(s, vf_mx_of_letter(s, ones), &b);
    if (vf_weight(product) > vf_weight(b.body))
        return NULL;
    return vf_partial_sum(s, b.sym, product, b.high);
}

/* The sum of A[h]*E[h]' times that of E[h]*B[h]: the second goes into the first. */
static const vf_mx *sum_times_sum(vf_mxs *s, vf_letter first, vf_letter second) {
    opened a = open_sum(s, first);
    bool blocks = a.body->nwords == 1 && a.body->word[0].n > 0;
    vf_letter last = {0};
    if (blocks)
        last = a.body->word[0].letter[a.body->word[0].n - 1];
    if (!blocks || !vf_is_kind(last, VF_L_INJECTION, true))
        return NULL;
    vf_mark mark = vf_mx_mark(s);
    if (vf_mx_at_least(s, a.high, 0))
        vf_within(s, a.sym, vf_ratio_int(1), a.high);
    const vf_mx *product = vf_mx_mul(s, a.body, vf_mx_of_letter(s, second));
    vf_mx_forget(s, mark);
    return some_word_ends(product, second) ? NULL : vf_partial_sum(s, a.sym, product, a.high);
}

const vf_mx *vf_loop_pair(vf_mxs *s, vf_letter a, vf_letter b) {
    if (b.leaf->kind != VF_L_SUM || b.inverted)
        return NULL;
    if (vf_is_ones(a, true))
        return ones_of_sum(s, a, b);
    if (a.leaf->kind == VF_L_INJECTION)
        return block_of_sum(s, a, b);
    return a.leaf->kind == VF_L_SUM && !a.inverted ? sum_times_sum(s, a, b) : NULL;
}
