/* Sums of words: common factors taken out, the sum split in two, polynomials in one square matrix
   factored over the rationals. */
#include "rk_inst_inside.h"

#include "base/rk_flint.h"

enum {
    SPLIT_ALL = 4,   /* so many words are split in every way */
    SPLIT_ONE = 10,  /* so many into one word and the rest */
    MAX_DEGREE = 16, /* of a polynomial that is factored */
    MAX_WORDS = 64
};

const rk_mx *rk_inst_of_letters(rk_instances *g, rk_sc rows, const rk_letter *letter, size_t n) {
    rk_mxs *s = rk_instances_store(g);
    if (n == 0)
        return rk_mx_eye(s, rows);
    rk_word word = {.coef = rk_sc_int(rk_inst_scalars(g), 1), .letter = letter, .length = n};
    return rk_mx_of_words(s, rk_letter_rows(letter[0]), rk_letter_cols(letter[n - 1]), &word, 1);
}

bool rk_inst_same_letter(const rk_letter *a, const rk_letter *b) {
    return a->leaf == b->leaf && a->transposed == b->transposed && a->inverted == b->inverted;
}

size_t rk_inst_ratios(rk_instances *g, const rk_mx *a, const rk_mx *b,
                      rk_sc ratio[RK_INST_RATIOS]) {
    rk_mxs *s = rk_instances_store(g);
    rk_scalars *sc = rk_inst_scalars(g);
    size_t n = 0;
    for (size_t i = 0; i < a->nwords; i++)
        for (size_t j = 0; j < b->nwords && n < RK_INST_RATIOS; j++) {
            if (rk_word_compare(s, &a->word[i], &b->word[j]) != 0 ||
                !rk_sc_is_nonzero(sc, b->word[j].coef))
                continue;
            rk_sc t = rk_sc_div(sc, a->word[i].coef, b->word[j].coef);
            size_t k = 0;
            while (k < n && ratio[k] != t)
                k++;
            ratio[k] = t;
            n += k == n;
        }
    return n;
}

void rk_inst_sum(rk_instances *g, const rk_site *from, const rk_mx *whole, const rk_mx *left,
                 const rk_mx *right) {
    rk_scalars *sc = rk_inst_scalars(g);
    rk_mxs *s = rk_instances_store(g);
    if (!rk_inst_on(g, RK_LAW_SUM) || rk_mx_is_zero(left) || rk_mx_is_zero(right))
        return;
    rk_sc w = rk_mx_rank(s, whole), a = rk_mx_rank(s, left), b = rk_mx_rank(s, right);
    rk_inst_at_most(g, from, RK_LAW_SUM, w, rk_sc_add(sc, a, b), 2, RK_INST_LIST(left, right));
    rk_inst_at_most(g, from, RK_LAW_SUM, a, rk_sc_add(sc, w, b), 2, RK_INST_LIST(whole, right));
    rk_inst_at_most(g, from, RK_LAW_SUM, b, rk_sc_add(sc, w, a), 2, RK_INST_LIST(whole, left));
    rk_inst_want(g, from, left);
    rk_inst_want(g, from, right);
}

/* --- common factors ----------------------------------------------------------------------- */

size_t rk_inst_shared(const rk_mx *a, bool back) {
    size_t n = a->word[0].length;
    for (size_t i = 1; i < a->nwords; i++) {
        const rk_word *u = &a->word[0], *v = &a->word[i];
        size_t k = 0;
        while (k < n && k < v->length &&
               rk_inst_same_letter(back ? &u->letter[u->length - 1 - k] : &u->letter[k],
                                   back ? &v->letter[v->length - 1 - k] : &v->letter[k]))
            k++;
        n = k;
    }
    return n;
}

const rk_mx *rk_inst_stripped(rk_instances *g, const rk_mx *a, rk_sc rows, rk_sc cols, size_t front,
                              size_t back) {
    rk_word *word = rk_arena_alloc(rk_inst_arena(g), a->nwords * sizeof *word);
    for (size_t i = 0; i < a->nwords; i++) {
        word[i] = a->word[i];
        word[i].letter += front;
        word[i].length -= front + back;
    }
    return rk_mx_of_words(rk_instances_store(g), rows, cols, word, a->nwords);
}

/* --- quotients ---------------------------------------------------------------------------- */

static bool keeps_ones(rk_letter a) {
    return (a.leaf->props & RK_PROP_PERMUTATION) ||
           (!a.transposed && (a.leaf->props & RK_PROP_ROWS_SUM_TO_ONE));
}

static bool is_ones(rk_letter a) {
    return a.leaf->kind == RK_L_ONES && !a.transposed;
}

/* A candidate for the word Z with a*Z == word. */
static void divide_word(rk_instances *g, rk_letter a, rk_word *word) {
    if (word->length > 0 && rk_inst_same_letter(&word->letter[0], &a)) {
        word->letter++;
        word->length--;
    } else if (word->length > 0 && keeps_ones(a) && is_ones(word->letter[0])) {
        rk_letter *letter = rk_arena_alloc(rk_inst_arena(g), word->length * sizeof *letter);
        for (size_t i = 1; i < word->length; i++)
            letter[i] = word->letter[i];
        rk_leaf ones = *word->letter[0].leaf;
        ones.rows = rk_letter_cols(a);
        letter[0] = (rk_letter){.leaf = rk_mx_leaf(rk_instances_store(g), &ones)};
        word->letter = letter;
    }
}

/* Z with whole == a*Z, or NULL. */
static const rk_mx *quotient(rk_instances *g, rk_letter a, const rk_mx *whole) {
    rk_mxs *s = rk_instances_store(g);
    rk_sc rows = rk_letter_cols(a);
    rk_word *word = rk_arena_alloc(rk_inst_arena(g), (whole->nwords + 1) * sizeof *word);
    for (size_t i = 0; i < whole->nwords; i++) {
        word[i] = whole->word[i];
        divide_word(g, a, &word[i]);
        rk_sc first = word[i].length ? rk_letter_rows(word[i].letter[0]) : whole->cols;
        if (first != rows)
            return NULL;
    }
    const rk_mx *z = rk_mx_of_words(s, rows, whole->cols, word, whole->nwords);
    return rk_mx_mul(s, rk_mx_of_letter(s, a), z) == whole ? z : NULL;
}

/* A letter that some word begins with and the others keep: A - J = A*(I - J) where A*J = J. */
static void quotients(rk_instances *g, const rk_site *node, const rk_mx *a) {
    for (size_t i = 0; i < a->nwords; i++) {
        if (a->word[i].length == 0)
            return; /* nothing divides the identity but what is invertible */
        rk_letter x = a->word[i].letter[0];
        bool earlier = false;
        for (size_t j = 0; j < i && !earlier; j++)
            earlier = rk_inst_same_letter(&a->word[j].letter[0], &x);
        const rk_mx *z = earlier ? NULL : quotient(g, x, a);
        if (z)
            rk_inst_product(g, node, a, rk_mx_of_letter(rk_instances_store(g), x), z);
    }
}

/* --- common factors ----------------------------------------------------------------------- */

static size_t shortest(const rk_mx *a) {
    size_t n = a->word[0].length;
    for (size_t i = 1; i < a->nwords; i++)
        if (a->word[i].length < n)
            n = a->word[i].length;
    return n;
}

static void factors(rk_instances *g, const rk_site *node) {
    const rk_mx *a = node->mx;
    size_t front = rk_inst_shared(a, false), back = rk_inst_shared(a, true), least = shortest(a);
    const rk_word *w = &a->word[0];
    const rk_mx *left = rk_inst_of_letters(g, a->rows, w->letter, front);
    const rk_mx *right = rk_inst_of_letters(g, a->cols, w->letter + w->length - back, back);
    if (front > 0)
        rk_inst_product(g, node, a, left, rk_inst_stripped(g, a, left->cols, a->cols, front, 0));
    if (back > 0)
        rk_inst_product(g, node, a, rk_inst_stripped(g, a, a->rows, right->rows, 0, back), right);
    if (front > 0 && back > 0 && front + back <= least)
        rk_inst_triple(g, node, a, left,
                       rk_inst_stripped(g, a, left->cols, right->rows, front, back), right);
}

/* --- in two parts ------------------------------------------------------------------------- */

static const rk_mx *chosen_words(rk_instances *g, const rk_mx *a, uint64_t chosen) {
    rk_word word[MAX_WORDS];
    size_t n = 0;
    for (size_t i = 0; i < a->nwords; i++)
        if (chosen >> i & 1)
            word[n++] = a->word[i];
    return rk_mx_of_words(rk_instances_store(g), a->rows, a->cols, word, n);
}

static void split(rk_instances *g, const rk_site *node, uint64_t chosen) {
    const rk_mx *a = node->mx;
    rk_inst_sum(g, node, a, chosen_words(g, a, chosen), chosen_words(g, a, ~chosen));
}

/* The words that begin (or end) as word i does, if that is neither one word nor all. */
static uint64_t alike(const rk_mx *a, size_t i, bool back) {
    uint64_t set = 0;
    size_t count = 0;
    const rk_word *u = &a->word[i];
    for (size_t j = 0; j < a->nwords; j++) {
        const rk_word *v = &a->word[j];
        if (u->length == 0 || v->length == 0)
            continue;
        if (rk_inst_same_letter(&u->letter[back ? u->length - 1 : 0],
                                &v->letter[back ? v->length - 1 : 0])) {
            set |= UINT64_C(1) << j;
            count++;
        }
    }
    return count >= 2 && count < a->nwords ? set : 0;
}

static void splits(rk_instances *g, const rk_site *node) {
    const rk_mx *a = node->mx;
    if (a->nwords > MAX_WORDS)
        return;
    if (a->nwords <= SPLIT_ALL) {
        for (uint64_t set = 1; set < UINT64_C(1) << (a->nwords - 1); set++)
            split(g, node, set);
        return;
    }
    for (size_t i = 0; i < a->nwords && a->nwords <= SPLIT_ONE; i++)
        split(g, node, UINT64_C(1) << i);
    for (size_t i = 0; i < a->nwords; i++)
        for (int back = 0; back < 2; back++) {
            uint64_t set = alike(a, i, back);
            if (set && (set & (~set + 1)) == UINT64_C(1) << i) /* once for each group */
                split(g, node, set);
        }
}

/* --- polynomials in one matrix ------------------------------------------------------------ */

/* The exponent e with word = base^e, or -1. */
static int exponent(const rk_word *word, const rk_word *base) {
    if (word->length % base->length)
        return -1;
    for (size_t i = 0; i < word->length; i++)
        if (!rk_inst_same_letter(&word->letter[i], &base->letter[i % base->length]))
            return -1;
    return (int)(word->length / base->length);
}

/* The shortest word that is not the identity. */
static const rk_word *base_word(const rk_mx *a) {
    const rk_word *base = NULL;
    for (size_t i = 0; i < a->nwords; i++)
        if (a->word[i].length > 0 && (!base || a->word[i].length < base->length))
            base = &a->word[i];
    return base;
}

static bool read_polynomial(rk_instances *g, const rk_mx *a, const rk_word *base, fmpq_poly_t p) {
    bool good = true;
    fmpq_t c;
    fmpq_init(c);
    for (size_t i = 0; good && i < a->nwords; i++) {
        int e = exponent(&a->word[i], base);
        good =
            e >= 0 && e <= MAX_DEGREE && rk_sc_is_rational(rk_inst_scalars(g), a->word[i].coef, c);
        if (good)
            fmpq_poly_set_coeff_fmpq(p, e, c);
    }
    fmpq_clear(c);
    return good;
}

static const rk_mx *evaluated(rk_instances *g, const fmpz_poly_t p, const rk_mx *x) {
    rk_mxs *s = rk_instances_store(g);
    const rk_mx *eye = rk_mx_eye(s, x->rows), *value = rk_mx_zero(s, x->rows, x->rows);
    fmpq_t c;
    fmpq_init(c);
    for (slong k = fmpz_poly_degree(p); k >= 0; k--) {
        fmpz_poly_get_coeff_fmpz(fmpq_numref(c), p, k);
        value = rk_mx_mul(s, value, x);
        value = rk_mx_add(s, value, rk_mx_scale(s, rk_sc_rational(rk_inst_scalars(g), c), eye));
    }
    fmpq_clear(c);
    return value;
}

static const rk_mx *rational_at(rk_instances *g, const fmpq_poly_t p, const rk_mx *x) {
    rk_mxs *s = rk_instances_store(g);
    rk_scalars *sc = rk_inst_scalars(g);
    fmpz_poly_t whole;
    fmpq_t share;
    fmpz_poly_init(whole);
    fmpq_init(share);
    fmpq_poly_get_numerator(whole, p);
    fmpz_one(fmpq_numref(share));
    fmpq_poly_get_denominator(fmpq_denref(share), p);
    const rk_mx *a = rk_mx_scale(s, rk_sc_rational(sc, share), evaluated(g, whole, x));
    fmpq_clear(share);
    fmpz_poly_clear(whole);
    return a;
}

/* Notes the factors with which polynomials in x without a common factor add up to the identity. */
static void note_bezout(rk_instances *g, const fmpq_poly_t left, const fmpq_poly_t right,
                        const rk_mx *x) {
    fmpq_poly_t gcd, first, second;
    fmpq_poly_init(gcd);
    fmpq_poly_init(first);
    fmpq_poly_init(second);
    fmpq_poly_xgcd(gcd, first, second, left, right);
    rk_inst_note(g, &(rk_note){.mx = {rational_at(g, first, x), rational_at(g, second, x)}});
    fmpq_poly_clear(second);
    fmpq_poly_clear(first);
    fmpq_poly_clear(gcd);
}

static void note_factors(rk_instances *g, const fmpz_poly_t left, const fmpz_poly_t right,
                         const rk_mx *x) {
    fmpq_poly_t p, q;
    fmpq_poly_init(p);
    fmpq_poly_init(q);
    fmpq_poly_set_fmpz_poly(p, left);
    fmpq_poly_set_fmpz_poly(q, right);
    note_bezout(g, p, q, x);
    fmpq_poly_clear(q);
    fmpq_poly_clear(p);
}

static void coprime(rk_instances *g, const rk_site *node, const rk_mx *left, const rk_mx *right) {
    rk_scalars *sc = rk_inst_scalars(g);
    rk_mxs *s = rk_instances_store(g);
    rk_sc sum = rk_sc_add(sc, rk_mx_rank(s, left), rk_mx_rank(s, right));
    rk_inst_equal(g, node, RK_LAW_COPRIME, node->rank, rk_sc_sub(sc, sum, left->rows), 2,
                  RK_INST_LIST(left, right));
    rk_inst_want(g, node, left);
    rk_inst_want(g, node, right);
}

/* p^e = p * p^(e - 1), and p^e against the other factors. */
static void use_factor(rk_instances *g, const rk_site *node, const fmpz_poly_factor_t f, slong i,
                       const rk_mx *x) {
    fmpz_poly_t power, rest;
    fmpz_poly_init(power);
    fmpz_poly_init(rest);
    fmpz_poly_pow(power, f->p + i, (ulong)f->exp[i]);
    fmpz_poly_one(rest);
    for (slong j = 0; j < f->num; j++)
        for (slong e = 0; j != i && e < f->exp[j]; e++)
            fmpz_poly_mul(rest, rest, f->p + j);
    if (f->num > 1) {
        const rk_mx *left = evaluated(g, power, x), *right = evaluated(g, rest, x);
        note_factors(g, power, rest, x);
        coprime(g, node, left, right);
    } else if (f->exp[i] > 1) {
        fmpz_poly_pow(rest, f->p + i, (ulong)f->exp[i] - 1);
        rk_inst_product(g, node, node->mx, evaluated(g, f->p + i, x), evaluated(g, rest, x));
    }
    fmpz_poly_clear(power);
    fmpz_poly_clear(rest);
}

static void polynomial(rk_instances *g, const rk_site *node) {
    const rk_mx *a = node->mx;
    const rk_word *base = base_word(a);
    if (a->rows != a->cols || !base || !rk_inst_on(g, RK_LAW_COPRIME))
        return;
    fmpq_poly_t p;
    fmpq_poly_init(p);
    if (read_polynomial(g, a, base, p)) {
        fmpz_poly_t whole;
        fmpz_poly_factor_t f;
        fmpz_poly_init(whole);
        fmpz_poly_factor_init(f);
        fmpq_poly_get_numerator(whole, p);
        fmpz_poly_factor(f, whole);
        const rk_mx *x = rk_inst_of_letters(g, a->rows, base->letter, base->length);
        for (slong i = 0; i < f->num && (f->num != 2 || i == 0); i++)
            use_factor(g, node, f, i, x);
        fmpz_poly_factor_clear(f);
        fmpz_poly_clear(whole);
    }
    fmpq_poly_clear(p);
}

/* The shortest word of both that is not the identity. */
static const rk_word *common_base(const rk_mx *a, const rk_mx *b) {
    const rk_word *u = base_word(a), *v = base_word(b);
    return !u || (v && v->length < u->length) ? v : u;
}

void rk_inst_coprime(rk_instances *g, const rk_site *node, const rk_mx *whole, const rk_mx *left,
                     const rk_mx *right) {
    rk_scalars *sc = rk_inst_scalars(g);
    rk_mxs *s = rk_instances_store(g);
    const rk_word *base = common_base(left, right);
    if (!base || left->rows != left->cols || right->rows != left->rows ||
        !rk_inst_on(g, RK_LAW_COPRIME))
        return;
    fmpq_poly_t p, q, gcd;
    fmpq_poly_init(p);
    fmpq_poly_init(q);
    fmpq_poly_init(gcd);
    if (read_polynomial(g, left, base, p) && read_polynomial(g, right, base, q)) {
        fmpq_poly_gcd(gcd, p, q);
        rk_sc sum = rk_sc_add(sc, rk_mx_rank(s, left), rk_mx_rank(s, right));
        if (fmpq_poly_degree(gcd) == 0) {
            note_bezout(g, p, q, rk_inst_of_letters(g, left->rows, base->letter, base->length));
            rk_inst_equal(g, node, RK_LAW_COPRIME, rk_mx_rank(s, whole),
                          rk_sc_sub(sc, sum, left->rows), 2, RK_INST_LIST(left, right));
        }
    }
    fmpq_poly_clear(p);
    fmpq_poly_clear(q);
    fmpq_poly_clear(gcd);
}

void rk_inst_words(rk_instances *g, const rk_site *node) {
    if (node->mx->nwords < 2)
        return;
    factors(g, node);
    quotients(g, node, node->mx);
    quotients(g, node, node->mx->transpose);
    polynomial(g, node);
    splits(g, node);
}
