/* Numbers: quantities, their arithmetic, and what is known of signs. A fraction is made only where
   its denominator is known not to be 0. */
#include "vf_matrix_inside.h"

#include <limits.h>

/* ---- quantities ---- */

vf_ratio vf_n_atom(unsigned atom) {
    return vf_ratio_of(vf_poly_atom(atom));
}

vf_quantity *vf_atom_quantity(const vf_mxs *s, unsigned atom) {
    bool is = atom >= VF_FIRST_QUANTITY && atom - VF_FIRST_QUANTITY < s->nquantities;
    return is ? s->quantity[atom - VF_FIRST_QUANTITY] : NULL;
}

static bool same_number(vf_mxs *s, vf_ratio a, vf_ratio b) {
    if (!a.num || !b.num)
        return !a.num && !b.num;
    return vf_mx_equal_numbers(s, a, b);
}

static bool same_matrix(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    if (!a || !b)
        return !a && !b;
    return vf_mx_equal(s, a, b);
}

/* Is it that of the transpose, too? */
static bool turns_with(const vf_quantity *q) {
    bool measure =
        q->op == VF_NORM_TWO || q->op == VF_SIGMA || q->op == VF_EIGABS || q->op == VF_STABLE_RANK;
    return q->kind == VF_Q_ENTRY || q->kind == VF_Q_TRACE || q->kind == VF_Q_DET ||
           (q->kind == VF_Q_FUNCTION && measure);
}

static bool same_parts(vf_mxs *s, const vf_quantity *a, const vf_quantity *b) {
    bool turns = turns_with(a);
    if (a->kind == VF_Q_ENTRY)
        return vf_same_word(a->arg[0]->word, b->arg[0]->word);
    bool same = same_matrix(s, a->arg[0], b->arg[0]) && same_matrix(s, a->arg[1], b->arg[1]);
    return same || (turns && vf_mx_equal(s, a->arg[0], vf_mx_transpose(s, b->arg[0])));
}

static bool is_listed(vf_mxs *s, vf_ratio a, const vf_quantity *in) {
    for (size_t i = 0; i < in->nlist; i++)
        if (vf_mx_equal_numbers(s, a, in->list[i]))
            return true;
    return false;
}

/* As sets: repetitions make no difference to a least or greatest one. */
static bool same_list(vf_mxs *s, const vf_quantity *a, const vf_quantity *b) {
    for (size_t i = 0; i < a->nlist; i++)
        if (!is_listed(s, a->list[i], b))
            return false;
    for (size_t i = 0; i < b->nlist; i++)
        if (!is_listed(s, b->list[i], a))
            return false;
    return true;
}

static bool same_quantity(vf_mxs *s, const vf_quantity *a, const vf_quantity *b) {
    if (a->kind != b->kind || a->op != b->op || !same_number(s, a->number[1], b->number[1]) ||
        !same_number(s, a->number[2], b->number[2]))
        return false;
    if (a->kind == VF_Q_RANK)
        return vf_same_rank(s, a->arg[0], b->arg[0]);
    if (a->nlist || b->nlist)
        return same_list(s, a, b);
    return a->sym == b->sym && same_number(s, a->number[0], b->number[0]) && same_parts(s, a, b);
}

vf_ratio vf_quantity_of(vf_mxs *s, vf_quantity key) {
    for (size_t i = 0; i < s->nquantities; i++)
        if (same_quantity(s, s->quantity[i], &key))
            return vf_n_atom(VF_FIRST_QUANTITY + (unsigned)i);
    vf_quantity *q = vf_alloc(sizeof *q);
    *q = key;
    s->quantity = vf_grow(s->quantity, s->nquantities, sizeof(vf_quantity *));
    s->quantity[s->nquantities++] = q;
    return vf_n_atom(VF_FIRST_QUANTITY + (unsigned)s->nquantities - 1);
}

/* ---- square roots: the square is what is under the root, that of abs(x) is x^2 ---- */

static vf_ratio power_of(vf_ratio a, unsigned long k) {
    return (vf_ratio){vf_poly_pow(a.num, k), vf_poly_pow(a.den, k)};
}

static vf_ratio under_root(const vf_mxs *s, unsigned atom) {
    const vf_quantity *q = vf_atom_quantity(s, atom);
    if (!q || q->kind != VF_Q_FUNCTION || (q->op != VF_SQRT && q->op != VF_ABS))
        return (vf_ratio){0};
    return power_of(q->number[0], q->op == VF_ABS ? 2 : 1);
}

static bool has_square(const vf_mxs *s, const vf_poly *p) {
    for (size_t i = 0; i < vf_poly_terms(p); i++)
        for (size_t f = 0; f < vf_poly_factors(p, i); f++) {
            unsigned long power;
            unsigned atom = vf_poly_factor(p, i, f, &power);
            if (power > 1 && under_root(s, atom).num)
                return true;
        }
    return false;
}

static vf_ratio without_squares(const vf_mxs *s, const vf_poly *p) {
    vf_ratio sum = vf_ratio_int(0);
    for (size_t i = 0; i < vf_poly_terms(p); i++) {
        vf_ratio term = vf_ratio_of(vf_poly_rational(vf_poly_coefficient(p, i)));
        for (size_t f = 0; f < vf_poly_factors(p, i); f++) {
            unsigned long power;
            unsigned atom = vf_poly_factor(p, i, f, &power);
            vf_ratio under = under_root(s, atom);
            if (under.num)
                term = vf_ratio_mul(term, power_of(under, power / 2));
            term = vf_ratio_mul(term, power_of(vf_n_atom(atom), under.num ? power % 2 : power));
        }
        sum = vf_ratio_add(sum, term);
    }
    return sum;
}

static vf_ratio settled(const vf_mxs *s, vf_ratio a) {
    while (has_square(s, a.num) || has_square(s, a.den))
        a = vf_ratio_div(without_squares(s, a.num), without_squares(s, a.den));
    return a;
}

/* ---- arithmetic ---- */

vf_ratio vf_n_add(vf_mxs *s, vf_ratio a, vf_ratio b) {
    return settled(s, vf_ratio_add(a, b));
}

vf_ratio vf_n_sub(vf_mxs *s, vf_ratio a, vf_ratio b) {
    return settled(s, vf_ratio_sub(a, b));
}

vf_ratio vf_n_mul(vf_mxs *s, vf_ratio a, vf_ratio b) {
    if (vf_n_is_one(a) || vf_n_is_one(b))
        return vf_n_is_one(a) ? b : a;
    return settled(s, vf_ratio_mul(a, b));
}

/* Where b is not known not to be 0, 1/b is a number that is known by b alone. */
vf_ratio vf_n_div(vf_mxs *s, vf_ratio a, vf_ratio b) {
    if (vf_mx_is_nonzero(s, b))
        return settled(s, vf_ratio_div(a, b));
    return vf_n_mul(
        s, a, vf_quantity_of(s, (vf_quantity){.kind = VF_Q_FUNCTION, .op = VF_DIV, .number = {b}}));
}

bool vf_n_is_int(vf_ratio a, long *value) {
    mpq_t q;
    mpq_init(q);
    bool is = vf_poly_is_rational(a.den, NULL) && vf_poly_is_rational(a.num, q) &&
              mpz_cmp_ui(mpq_denref(q), 1) == 0 && mpz_fits_slong_p(mpq_numref(q));
    if (is)
        *value = mpz_get_si(mpq_numref(q));
    mpq_clear(q);
    return is;
}

/* a^m for a monomial m of the exponent with coefficient 1 */
static vf_ratio power_quantity(vf_mxs *s, vf_ratio a, vf_ratio m) {
    return vf_quantity_of(s, (vf_quantity){.kind = VF_Q_POWER, .number = {a, m}});
}

static vf_ratio integer_power(vf_mxs *s, vf_ratio a, long k) {
    if (k > 1000 || k < -1000)
        vf_limit("an exponent");
    vf_ratio r = settled(s, power_of(a, (unsigned long)(k < 0 ? -k : k)));
    return k < 0 ? vf_n_div(s, vf_ratio_int(1), r) : r;
}

static vf_ratio monomial(const vf_poly *p, size_t term) {
    vf_ratio m = vf_ratio_int(1);
    for (size_t f = 0; f < vf_poly_factors(p, term); f++) {
        unsigned long power;
        unsigned atom = vf_poly_factor(p, term, f, &power);
        m = vf_ratio_mul(m, power_of(vf_n_atom(atom), power));
    }
    return m;
}

/* a^k is a^(k - c)*a^c for the greatest small c <= k. */
static vf_ratio power_of_rest(vf_mxs *s, vf_ratio a, vf_ratio k) {
    long c = 0;
    while (c < VF_MOST_MULTIPLIED && vf_mx_at_least(s, k, c + 1))
        c++;
    vf_ratio rest = power_quantity(s, a, vf_n_sub(s, k, vf_ratio_int(c)));
    return vf_n_mul(s, rest, integer_power(s, a, c));
}

static const vf_poly *shifted(vf_mxs *s, const vf_poly *p, bool back);

/* a^(c1*m1 + c2*m2 + ...) is (a^m1)^c1*(a^m2)^c2*... where no c and no m is below 0: products of
   what dimensions are above their least values. */
static vf_ratio power_of_any(vf_mxs *s, vf_ratio a, vf_ratio k) {
    const vf_poly *above = shifted(s, k.num, false);
    vf_ratio product = vf_ratio_int(1);
    for (size_t i = 0; i < vf_poly_terms(above); i++) {
        long c = -1;
        vf_ratio m = vf_ratio_of(shifted(s, monomial(above, i).num, true));
        bool known = vf_n_is_int(vf_ratio_of(vf_poly_rational(vf_poly_coefficient(above, i))), &c);
        if (!known || c < 0 || !vf_mx_is_integer(s, m) || !vf_mx_at_least(s, m, 0))
            return power_of_rest(s, a, k);
        vf_ratio base = vf_poly_factors(above, i) == 0 ? a : power_quantity(s, a, m);
        product = vf_n_mul(s, product, integer_power(s, base, c));
    }
    return product;
}

/* a^(c1*m1 + c2*m2 + ...) is (a^m1)^c1*(a^m2)^c2*... for integers c and a that is not 0. */
vf_ratio vf_n_pow(vf_mxs *s, vf_ratio a, vf_ratio k) {
    long c;
    if (vf_n_is_int(k, &c) && (c >= 0 || vf_mx_is_nonzero(s, a)))
        return integer_power(s, a, c);
    if (vf_n_is_one(a))
        return a;
    if (!vf_mx_is_integer(s, k))
        return power_quantity(s, a, k);
    if (!vf_mx_is_nonzero(s, a))
        return power_of_any(s, a, k);
    vf_ratio product = vf_ratio_int(1);
    for (size_t i = 0; i < vf_poly_terms(k.num); i++) {
        vf_ratio m = monomial(k.num, i);
        bool known = vf_n_is_int(vf_ratio_of(vf_poly_rational(vf_poly_coefficient(k.num, i))), &c);
        ENSURE("an exponent is no integer", known);
        vf_ratio base = vf_n_is_one(m) ? a : power_quantity(s, a, m);
        product = vf_n_mul(s, product, integer_power(s, base, c));
    }
    return product;
}

/* ---- functions of numbers ---- */

static vf_ratio at_zero(vf_op op) {
    vf_ratio half = vf_ratio_div(vf_ratio_int(1), vf_ratio_int(2));
    return op == VF_EXP ? vf_ratio_int(1) : op == VF_SIGMOID ? half : vf_ratio_int(0);
}

/* Where the sign of a tells the value; num NULL elsewhere. */
static vf_ratio by_sign(vf_mxs *s, vf_op op, vf_ratio a) {
    vf_ratio minus = vf_n_sub(s, vf_ratio_int(0), a);
    bool up = vf_mx_at_least(s, a, 0), down = vf_mx_at_least(s, minus, 0);
    if ((op == VF_RELU || op == VF_ABS) && up)
        return a;
    if ((op == VF_RELU || op == VF_ABS) && down)
        return op == VF_ABS ? minus : vf_ratio_int(0);
    if (op == VF_SIGN && (vf_n_positive(s, a) || vf_n_positive(s, minus)))
        return vf_ratio_int(up ? 1 : -1);
    return (vf_ratio){0};
}

/* The root of a square of a rational number. */
static vf_ratio rational_root(vf_ratio a) {
    mpq_t q;
    mpq_init(q);
    vf_ratio root = {0};
    if (vf_poly_is_rational(a.den, NULL) && vf_poly_is_rational(a.num, q) && mpq_sgn(q) > 0 &&
        mpz_perfect_square_p(mpq_numref(q)) && mpz_perfect_square_p(mpq_denref(q))) {
        mpz_sqrt(mpq_numref(q), mpq_numref(q));
        mpz_sqrt(mpq_denref(q), mpq_denref(q));
        root = vf_ratio_of(vf_poly_rational(q));
    }
    mpq_clear(q);
    return root;
}

/* What can be taken out of the root of one product of atoms: even powers of those above 0. */
static vf_ratio even_powers(vf_mxs *s, vf_ratio a) {
    vf_ratio out = vf_ratio_int(1);
    if (vf_poly_terms(a.num) != 1)
        return out;
    for (size_t f = 0; f < vf_poly_factors(a.num, 0); f++) {
        unsigned long power;
        vf_ratio atom = vf_n_atom(vf_poly_factor(a.num, 0, f, &power));
        if (power >= 2 && vf_n_positive(s, atom))
            out = vf_ratio_mul(out, vf_ratio_of(vf_poly_pow(atom.num, power / 2)));
    }
    return out;
}

static vf_ratio root_of_product(vf_mxs *s, vf_ratio a) {
    vf_ratio out = even_powers(s, a);
    if (vf_n_is_one(out))
        return (vf_ratio){0};
    const vf_poly *rest = vf_poly_quotient(a.num, vf_poly_mul(out.num, out.num));
    return rest ? vf_n_mul(s, out, vf_n_function(s, VF_SQRT, (vf_ratio){rest, a.den}))
                : (vf_ratio){0};
}

vf_ratio vf_n_function(vf_mxs *s, vf_op op, vf_ratio a) {
    if (vf_ratio_is_zero(a) && op != VF_LOG)
        return at_zero(op);
    if (vf_n_is_one(a) && op == VF_LOG)
        return vf_ratio_int(0);
    vf_ratio known = by_sign(s, op, a);
    if (!known.num && op == VF_SQRT)
        known = rational_root(a);
    if (!known.num && op == VF_SQRT)
        known = root_of_product(s, a);
    if (known.num)
        return known;
    if (op == VF_ABS && mpq_sgn(vf_poly_coefficient(a.num, 0)) < 0)
        a = vf_n_sub(s, vf_ratio_int(0), a);
    if (op == VF_SQRT && s->learning && !s->unsure)
        vf_mx_know_nonnegative(s, a);
    /* a root is known by its square only where there is one */
    bool rootless = op == VF_SQRT && !vf_mx_at_least(s, a, 0);
    return vf_quantity_of(
        s, (vf_quantity){.kind = VF_Q_FUNCTION, .op = rootless ? VF_POWER : op, .number = {a}});
}

/* The least or greatest of a list: what another one is known to be beyond is left out. */
vf_ratio vf_extreme(vf_mxs *s, vf_op op, const vf_ratio *list, size_t n) {
    vf_ratio *kept = vf_alloc((n + 1) * sizeof *kept);
    size_t nkept = 0;
    for (size_t i = 0; i < n; i++) {
        bool idle = false;
        for (size_t k = 0; k < n && !idle; k++) {
            vf_ratio ahead =
                op == VF_MIN_OF ? vf_n_sub(s, list[i], list[k]) : vf_n_sub(s, list[k], list[i]);
            bool same = vf_ratio_is_zero(ahead);
            idle = k != i && vf_mx_at_least(s, ahead, 0) && (!same || k < i);
        }
        if (!idle)
            kept[nkept++] = list[i];
    }
    if (nkept == 1)
        return kept[0];
    return vf_quantity_of(
        s, (vf_quantity){.kind = VF_Q_FUNCTION, .op = op, .list = kept, .nlist = nkept});
}

vf_ratio vf_extreme_over(vf_mxs *s, vf_op op, unsigned sym, vf_ratio low, vf_ratio high,
                         vf_ratio body) {
    if (!vf_mx_number_mentions(s, body, sym))
        return body;
    body = vf_settle_index(s, body, &sym);
    return vf_quantity_of(
        s, (vf_quantity){.kind = VF_Q_EXTREME, .op = op, .number = {body, low, high}, .sym = sym});
}

/* ---- words that are numbers ---- */

static bool is_nonnegative_word(const vf_letter *letter, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (letter[i].inverted || !(letter[i].leaf->props & VF_P_NONNEGATIVE))
            return false;
    return true;
}

/* Not negative, and no row (of the transpose, no column) is 0: so is no row of its product with
   what has none. */
static bool has_no_zero_row(vf_letter a, bool transposed) {
    unsigned props = a.leaf->props;
    if (a.inverted || !(props & VF_P_NONNEGATIVE))
        return false;
    return (props & (VF_P_NO_ZERO | VF_P_INVERTIBLE)) ||
           ((props & VF_P_ROWS_ONE) && a.transposed == transposed);
}

bool vf_is_positive_word(vf_mxs *s, const vf_letter *letter, size_t n) {
    for (size_t i = 0; i + 1 < n; i++)
        if (!vf_mx_at_least(s, vf_letter_cols(letter[i]), 1))
            return false;
    for (size_t at = 0; at < n; at++) {
        bool found = (letter[at].leaf->props & VF_P_NO_ZERO) && has_no_zero_row(letter[at], false);
        for (size_t i = 0; i < n && found; i++)
            found = i == at || has_no_zero_row(letter[i], i > at);
        if (found)
            return true;
    }
    return false;
}

/* u'*u, or u'*M*u with a positive semidefinite M */
static bool is_square_form(vf_mxs *s, const vf_letter *letter, size_t n) {
    for (size_t i = 0; i < n / 2; i++) {
        vf_letter back = letter[n - 1 - i];
        back.transposed = !back.transposed;
        if (!vf_same_letter(letter[i], vf_canon(s, back)))
            return false;
    }
    return n > 1 && (n % 2 == 0 || letter[n / 2].leaf->props & VF_P_PSD);
}

/* The same above 0: u is a column that is not 0 behind invertible letters, M is invertible. */
static bool is_positive_form(vf_mxs *s, const vf_letter *letter, size_t n) {
    enum { SOME = VF_P_SOME_NONZERO | VF_P_INVERTIBLE };
    if (!is_square_form(s, letter, n) || !(letter[n - 1].leaf->props & SOME))
        return false;
    for (size_t i = n / 2; i + 1 < n; i++)
        if (!(letter[i].leaf->props & VF_P_INVERTIBLE))
            return false;
    return true;
}

/* One entry: blocks of size 1 stand around one letter, if any. */
static const vf_leaf *leaf_of_entry(const vf_letter *letter, size_t n) {
    size_t from = n > 1 && vf_is_kind(letter[0], VF_L_INJECTION, true);
    size_t to = n > from + 1 && vf_is_kind(letter[n - 1], VF_L_INJECTION, false) ? n - 1 : n;
    return to - from == 1 && !letter[from].inverted ? letter[from].leaf : NULL;
}

static unsigned signs_of_word(vf_mxs *s, const vf_letter *letter, size_t n) {
    unsigned signs = 0, props = letter[0].leaf->props;
    if (is_nonnegative_word(letter, n) || is_square_form(s, letter, n) ||
        (n == 1 && props & VF_P_PSD))
        signs |= VF_S_NONNEGATIVE;
    const vf_leaf *entry = leaf_of_entry(letter, n);
    if ((n == 1 && props & (VF_P_SOME_NONZERO | VF_P_INVERTIBLE)) ||
        (entry && entry->props & VF_P_NO_ZERO) || vf_is_positive_word(s, letter, n) ||
        is_positive_form(s, letter, n))
        signs |= VF_S_NONZERO;
    if (signs == (VF_S_NONNEGATIVE | VF_S_NONZERO))
        signs |= VF_S_POSITIVE;
    bool integer = true;
    for (size_t i = 0; i < n; i++)
        integer = integer && !letter[i].inverted && (letter[i].leaf->props & VF_P_INTEGER);
    return signs | (integer ? VF_S_INTEGER : 0);
}

static vf_ratio entry_quantity(vf_mxs *s, const vf_letter *letter, size_t n) {
    vf_word *w = vf_alloc(sizeof *w);
    *w = (vf_word){vf_ratio_int(1), letter, n};
    vf_mx *bare = vf_alloc(sizeof *bare);
    *bare = (vf_mx){vf_ratio_int(1), vf_ratio_int(1), w, 1};
    vf_quantity q = {.kind = VF_Q_ENTRY, .arg = {bare}, .signs = signs_of_word(s, letter, n)};
    return vf_quantity_of(s, q);
}

/* The letters of the transpose, in the order of fewer or smaller ones. */
static const vf_letter *chosen_side(vf_mxs *s, const vf_letter *letter, size_t n) {
    vf_letter *back = vf_alloc((n + 1) * sizeof *back);
    for (size_t i = 0; i < n; i++) {
        back[i] = letter[n - 1 - i];
        back[i].transposed = !back[i].transposed;
        back[i] = vf_canon(s, back[i]);
    }
    for (size_t i = 0; i < n; i++) {
        unsigned x = letter[i].leaf->id * 4 + letter[i].transposed * 2 + letter[i].inverted;
        unsigned y = back[i].leaf->id * 4 + back[i].transposed * 2 + back[i].inverted;
        if (x != y)
            return x < y ? letter : back;
    }
    return letter;
}

/* x'*sum(h, A[h])*y is the sum of x'*A[h]*y. */
static vf_ratio entry_of_sum(vf_mxs *s, const vf_letter *letter, size_t n, size_t at) {
    const vf_leaf *sum = letter[at].leaf;
    unsigned sym = vf_new_index(s);
    const vf_mx *body = vf_rename(s, sum->arg[0], sum->sym, sym);
    body = letter[at].transposed ? vf_mx_transpose(s, body) : body;
    const vf_mx *left = vf_letters(s, vf_ratio_int(1), letter, at);
    left = vf_mx_mul(s, left, body);
    left = vf_mx_mul(s, left, vf_letters(s, body->cols, letter + at + 1, n - at - 1));
    return vf_partial_number(s, sym, vf_mx_value(s, left), sum->place[0]);
}

vf_ratio vf_word_value(vf_mxs *s, const vf_letter *letter, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (letter[i].leaf->kind == VF_L_SUM && !letter[i].inverted)
            return entry_of_sum(s, letter, n, i);
    if (n > 1)
        return entry_quantity(s, chosen_side(s, letter, n), n);
    vf_letter *plain = vf_alloc(sizeof *plain);
    plain->leaf = letter[0].leaf;
    vf_ratio value = entry_quantity(s, plain, 1);
    return letter[0].inverted ? vf_n_div(s, vf_ratio_int(1), value) : value;
}

/* ---- what is known ---- */

static long low_of(const vf_mxs *s, unsigned sym) {
    const vf_symbol *x = &s->theorem->sym[sym];
    if (x->bound)
        return x->low;
    long low = x->low > 1 ? x->low : 1;
    for (size_t i = 0; x->finite && i < x->nvalues; i++)
        if (i == 0 || x->value[i] < low)
            low = x->value[i] > 1 ? x->value[i] : 1;
    return low;
}

/* The least or greatest of integers above 0. Not while that is looked for: facts may lead from the
   greatest of n and m to n and back. */
static bool is_count(vf_mxs *s, vf_quantity *q) {
    bool is = q->nlist > 0;
    if (q->counted)
        return false;
    q->counted = true;
    for (size_t i = 0; i < q->nlist && is; i++)
        is = vf_mx_is_integer(s, q->list[i]) && vf_mx_at_least(s, q->list[i], 1);
    q->counted = false;
    return is;
}

/* Every symbol with a least value becomes that plus something that is not negative, so does the
   least or greatest of integers above 0. Back: what was that something becomes the symbol less its
   least value. */
static const vf_poly *shifted(vf_mxs *s, const vf_poly *p, bool back) {
    for (unsigned sym = 0; sym < s->theorem->nsyms; sym++) {
        long low = vf_poly_mentions(p, sym) ? low_of(s, sym) : LONG_MIN;
        if (low != LONG_MIN && low != 0)
            p = vf_poly_put(p, sym, vf_poly_add(vf_poly_atom(sym), vf_poly_int(back ? -low : low)));
    }
    for (size_t i = 0; i < s->nquantities; i++) {
        unsigned atom = VF_FIRST_QUANTITY + (unsigned)i;
        if (vf_poly_mentions(p, atom) && is_count(s, s->quantity[i]))
            p = vf_poly_put(p, atom, vf_poly_add(vf_poly_atom(atom), vf_poly_int(back ? -1 : 1)));
    }
    return p;
}

static unsigned signs_of_function(vf_mxs *s, vf_op op, vf_ratio a) {
    bool positive = op == VF_EXP || op == VF_SIGMOID || (op == VF_SQRT && vf_n_positive(s, a));
    bool nonzero = positive || ((op == VF_ABS || op == VF_SIGN) && vf_mx_is_nonzero(s, a));
    bool nonnegative = positive || op == VF_SQRT || op == VF_ABS || op == VF_RELU;
    return (positive ? VF_S_POSITIVE : 0) | (nonzero ? VF_S_NONZERO : 0) |
           (nonnegative ? VF_S_NONNEGATIVE : 0);
}

static unsigned signs_of_power(vf_mxs *s, vf_ratio a, vf_ratio k) {
    bool whole = vf_mx_is_integer(s, a) && vf_mx_at_least(s, k, 0);
    return (vf_n_positive(s, a) ? VF_S_POSITIVE : 0) | (vf_mx_is_nonzero(s, a) ? VF_S_NONZERO : 0) |
           (whole ? VF_S_INTEGER : 0);
}

/* Of a sum over 1..high, where that is not of negative length. */
static unsigned signs_of_sum(vf_mxs *s, const vf_quantity *q) {
    vf_mark mark = vf_mx_mark(s);
    bool integer = vf_mx_is_integer(s, q->number[0]);
    bool nonnegative = vf_mx_at_least(s, q->number[1], 0), positive = false;
    if (nonnegative) {
        unsigned sym = vf_new_index(s);
        vf_within(s, sym, vf_ratio_int(1), q->number[1]);
        vf_ratio body = vf_rename_number(s, q->number[0], q->sym, sym);
        nonnegative = vf_mx_at_least(s, body, 0);
        positive = nonnegative && vf_n_positive(s, body);
        vf_mx_forget(s, mark);
        positive = positive && vf_mx_at_least(s, q->number[1], 1);
    }
    return (integer ? VF_S_INTEGER : 0) | (nonnegative ? VF_S_NONNEGATIVE : 0) |
           (positive ? VF_S_POSITIVE : 0);
}

static unsigned signs_of_list(vf_mxs *s, const vf_quantity *q) {
    bool integer = true, nonnegative = true;
    for (size_t i = 0; i < q->nlist; i++) {
        integer = integer && vf_mx_is_integer(s, q->list[i]);
        nonnegative = nonnegative && vf_mx_at_least(s, q->list[i], 0);
    }
    return (integer ? VF_S_INTEGER : 0) | (nonnegative ? VF_S_NONNEGATIVE : 0);
}

static unsigned signs_of_det(vf_mxs *s, const vf_mx *a) {
    unsigned nonzero = vf_mx_is_invertible(s, a) ? VF_S_NONZERO : 0;
    unsigned nonnegative = vf_mx_is_psd(s, a) ? VF_S_NONNEGATIVE : 0;
    return nonzero | nonnegative | (nonzero && nonnegative ? VF_S_POSITIVE : 0);
}

/* The largest or smallest entry. */
static unsigned signs_of_extreme(vf_mxs *s, const vf_mx *a) {
    bool nonnegative = vf_mx_is_nonnegative(s, a);
    bool positive = nonnegative && a->nwords == 1 && vf_n_positive(s, a->word[0].coef) &&
                    vf_is_positive_word(s, a->word[0].letter, a->word[0].n);
    return (nonnegative ? VF_S_NONNEGATIVE : 0) | (positive ? VF_S_POSITIVE : 0);
}

static unsigned signs_found(vf_mxs *s, const vf_quantity *q) {
    unsigned signs = q->signs;
    if (q->kind == VF_Q_FUNCTION && q->number[0].num && !q->number[1].num)
        signs |= signs_of_function(s, q->op, q->number[0]);
    else if (q->kind == VF_Q_POWER)
        signs |= signs_of_power(s, q->number[0], q->number[1]);
    else if (q->kind == VF_Q_SUM)
        signs |= signs_of_sum(s, q);
    else if (q->kind == VF_Q_DET)
        signs |= signs_of_det(s, q->arg[0]);
    else if (q->kind == VF_Q_TRACE && vf_mx_is_psd(s, q->arg[0]))
        signs |= VF_S_NONNEGATIVE;
    else if (q->kind == VF_Q_FUNCTION && q->op == VF_ENTROPY &&
             vf_mx_is_nonnegative(s, q->arg[0]) && vf_mx_fixes_ones(s, q->arg[0]))
        signs |= VF_S_NONNEGATIVE;
    else if (q->kind == VF_Q_FUNCTION && (q->op == VF_MAX_ENTRIES || q->op == VF_MIN_ENTRIES))
        signs |= signs_of_extreme(s, q->arg[0]);
    else if (q->nlist)
        signs |= signs_of_list(s, q);
    return signs | (signs & VF_S_POSITIVE ? VF_S_NONNEGATIVE | VF_S_NONZERO : 0);
}

/* By what is known now. It is found once in each state of knowledge: a sum makes a new index, and
   with it new quantities, whenever it is looked at. While it is looked for, what is known anyway
   must do: facts may lead from x to abs(x) and back. */
static unsigned signs_of_quantity(vf_mxs *s, vf_quantity *q) {
    if (q->sought)
        return q->signs;
    if (!q->found || q->found_version != s->version) {
        q->sought = true;
        q->found_signs = signs_found(s, q);
        q->sought = false;
        q->found_version = s->version;
        q->found = true;
    }
    return q->found_signs;
}

static unsigned signs_of_atom(vf_mxs *s, unsigned atom) {
    vf_quantity *q = vf_atom_quantity(s, atom);
    return q ? signs_of_quantity(s, q) : 0;
}

/* Of what is left of an atom after the shift. */
static unsigned signs_of_rest(vf_mxs *s, unsigned atom) {
    vf_quantity *q = vf_atom_quantity(s, atom);
    if (q)
        return is_count(s, q) ? VF_S_NONNEGATIVE : signs_of_quantity(s, q);
    return atom < s->theorem->nsyms && low_of(s, atom) != LONG_MIN ? VF_S_NONNEGATIVE : 0;
}

/* All terms are products of what is not negative; strict: and one is positive. */
static bool plainly(vf_mxs *s, const vf_poly *p, bool strict) {
    p = shifted(s, p, false);
    bool some = false;
    for (size_t i = 0; i < vf_poly_terms(p); i++) {
        bool positive = true;
        if (mpq_sgn(vf_poly_coefficient(p, i)) < 0)
            return false;
        for (size_t f = 0; f < vf_poly_factors(p, i); f++) {
            unsigned long power;
            unsigned signs = signs_of_rest(s, vf_poly_factor(p, i, f, &power));
            if (power % 2 && !(signs & VF_S_NONNEGATIVE))
                return false;
            positive = positive && (signs & (power % 2 ? VF_S_POSITIVE : VF_S_NONZERO));
        }
        some = some || positive;
    }
    return some || !strict;
}

/* The coefficient of an atom in which p is linear; NULL where it is not. */
static const vf_poly *linear_part(const vf_poly *p, unsigned atom) {
    const vf_poly *rest = vf_poly_put(p, atom, vf_poly_zero());
    const vf_poly *part = vf_poly_sub(vf_poly_put(p, atom, vf_poly_int(1)), rest);
    const vf_poly *again = vf_poly_add(vf_poly_mul(part, vf_poly_atom(atom)), rest);
    return vf_poly_equal(again, p) && !vf_poly_is_zero(part) ? part : NULL;
}

enum { MOST_FACTS_DEEP = 2 };

static bool surely(vf_mxs *s, const vf_poly *p, bool strict, int depth);

/* p is a rational number times q */
static bool is_multiple(const vf_poly *p, const vf_poly *q) {
    if (vf_poly_terms(p) == 0 || vf_poly_terms(p) != vf_poly_terms(q))
        return false;
    const vf_poly *a = vf_poly_rational(vf_poly_coefficient(p, 0));
    const vf_poly *b = vf_poly_rational(vf_poly_coefficient(q, 0));
    return vf_poly_equal(vf_poly_mul(p, b), vf_poly_mul(q, a));
}

/* Is it assumed that this, or a multiple, is not 0? */
static bool is_strict(const vf_mxs *s, const vf_poly *fact) {
    for (size_t k = 0; k < s->nnonzero; k++)
        if (is_multiple(s->nonzero[k].num, fact))
            return true;
    return false;
}

/* p == (part/c)*fact + rest, where the fact is linear in an atom with the number c before it. */
static bool by_fact(vf_mxs *s, const vf_poly *p, const vf_poly *fact, unsigned atom, bool strict,
                    int depth) {
    const vf_poly *part = linear_part(p, atom), *c = linear_part(fact, atom);
    mpq_t q;
    mpq_init(q);
    bool number = part && c && vf_poly_is_rational(c, q);
    if (number) {
        mpq_inv(q, q);
        part = vf_poly_mul(part, vf_poly_rational(q));
    }
    mpq_clear(q);
    if (!number || !surely(s, part, false, depth + 1))
        return false;
    const vf_poly *rest = vf_poly_sub(p, vf_poly_mul(part, fact));
    return surely(s, rest, strict, depth + 1) ||
           (strict && is_strict(s, fact) && surely(s, part, true, depth + 1) &&
            surely(s, rest, false, depth + 1));
}

/* p >= 0 (strict: p > 0) */
static bool surely(vf_mxs *s, const vf_poly *p, bool strict, int depth) {
    vf_step(s);
    strict = strict && !is_strict(s, p);
    if (plainly(s, p, strict))
        return true;
    if (depth > MOST_FACTS_DEEP)
        return false;
    for (size_t k = s->nnonnegative; k-- > 0;) {
        const vf_poly *fact = s->nonnegative[k].num;
        if (vf_poly_equal(p, fact) && !strict)
            return true;
        for (size_t i = 0; i < vf_poly_terms(fact); i++)
            if (vf_poly_factors(fact, i) == 1) {
                unsigned atom = vf_poly_factor(fact, i, 0, NULL);
                if (vf_poly_mentions(p, atom) && by_fact(s, p, fact, atom, strict, depth))
                    return true;
            }
    }
    return false;
}

static const vf_poly *minus(const vf_poly *p) {
    return vf_poly_sub(vf_poly_zero(), p);
}

/* num/den with a denominator that is positive; false: that is not known */
static bool upright(vf_mxs *s, vf_ratio *a) {
    if (vf_poly_is_rational(a->den, NULL) || surely(s, a->den, true, 0))
        return true;
    *a = (vf_ratio){minus(a->num), minus(a->den)};
    return surely(s, a->den, true, 0);
}

bool vf_mx_at_least(vf_mxs *s, vf_ratio a, long least) {
    a = vf_n_sub(s, a, vf_ratio_int(least));
    return upright(s, &a) && surely(s, a.num, false, 0);
}

bool vf_n_positive(vf_mxs *s, vf_ratio a) {
    return upright(s, &a) && surely(s, a.num, true, 0);
}

/* One term whose atoms are not 0. */
static bool is_nonzero_term(vf_mxs *s, const vf_poly *p) {
    if (vf_poly_terms(p) != 1)
        return false;
    for (size_t f = 0; f < vf_poly_factors(p, 0); f++) {
        unsigned atom = vf_poly_factor(p, 0, f, NULL);
        bool dimension = atom < s->theorem->nsyms && low_of(s, atom) > 0;
        bool known = dimension || (signs_of_atom(s, atom) & VF_S_NONZERO);
        for (size_t k = 0; k < s->nnonzero && !known; k++)
            known = is_multiple(s->nonzero[k].num, vf_poly_atom(atom));
        if (!known)
            return false;
    }
    return true;
}

/* Is 0 known not to be 0? */
static bool is_absurd(const vf_mxs *s) {
    for (size_t k = 0; k < s->nnonzero; k++)
        if (vf_poly_is_zero(s->nonzero[k].num))
            return true;
    return false;
}

/* What is left of p without one factor that is known not to be 0; NULL: it has none. */
static const vf_poly *without_nonzero(const vf_mxs *s, const vf_poly *p) {
    for (size_t k = 0; k < s->nnonzero; k++) {
        const vf_poly *by = s->nonzero[k].num;
        const vf_poly *rest =
            vf_poly_is_rational(by, NULL) || vf_poly_is_zero(by) ? NULL : vf_poly_quotient(p, by);
        if (rest != NULL)
            return rest;
    }
    return NULL;
}

bool vf_mx_is_nonzero(vf_mxs *s, vf_ratio a) {
    if (vf_ratio_is_zero(a))
        return is_absurd(s);
    if (is_nonzero_term(s, a.num) || surely(s, a.num, true, 0) || surely(s, minus(a.num), true, 0))
        return true;
    if (is_strict(s, a.num))
        return true;
    const vf_poly *rest = without_nonzero(s, a.num);
    return rest != NULL && vf_mx_is_nonzero(s, vf_ratio_of(rest));
}

bool vf_mx_is_integer(vf_mxs *s, vf_ratio a) {
    if (!vf_poly_is_rational(a.den, NULL))
        return false;
    for (size_t i = 0; i < vf_poly_terms(a.num); i++) {
        if (mpz_cmp_ui(mpq_denref(vf_poly_coefficient(a.num, i)), 1) != 0)
            return false;
        for (size_t f = 0; f < vf_poly_factors(a.num, i); f++) {
            unsigned atom = vf_poly_factor(a.num, i, f, NULL);
            vf_quantity *q = vf_atom_quantity(s, atom);
            if (q && !(signs_of_quantity(s, q) & VF_S_INTEGER))
                return false;
        }
    }
    return true;
}

vf_mark vf_mx_mark(const vf_mxs *s) {
    return (vf_mark){s->version, s->nnonnegative, s->nnonzero, s->ninvertible,
                     s->nscaled, s->nranged,      s->nrules,   s->njranks};
}

void vf_mx_forget(vf_mxs *s, vf_mark mark) {
    s->nnonnegative = mark.nonnegative;
    s->nnonzero = mark.nonzero;
    s->ninvertible = mark.invertible;
    s->nscaled = mark.scaled;
    s->nranged = mark.ranged;
    s->nrules = mark.rules;
    s->njranks = mark.jranks;
    s->version = mark.version; /* what is known is what was known then */
}

void vf_changed(vf_mxs *s) {
    s->version = ++s->versions;
}

static void know(vf_mxs *s, vf_ratio **list, size_t *n, vf_ratio a) {
    for (size_t k = 0; k < *n; k++)
        if (vf_poly_equal((*list)[k].num, a.num))
            return;
    *list = vf_grow(*list, *n, sizeof **list);
    (*list)[(*n)++] = a;
    vf_changed(s);
}

void vf_mx_know_nonnegative(vf_mxs *s, vf_ratio a) {
    if (upright(s, &a))
        know(s, &s->nonnegative, &s->nnonnegative, (vf_ratio){a.num, vf_poly_int(1)});
}

void vf_mx_know_nonzero(vf_mxs *s, vf_ratio a) {
    know(s, &s->nonzero, &s->nnonzero, (vf_ratio){a.num, vf_poly_int(1)});
}

bool vf_mx_equal_numbers(vf_mxs *s, vf_ratio a, vf_ratio b) {
    if (vf_poly_equal(a.den, b.den))
        return vf_poly_equal(a.num, b.num);
    return vf_ratio_is_zero(vf_n_sub(s, a, b));
}
