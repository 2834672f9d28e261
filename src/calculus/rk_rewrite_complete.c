/* Rules from equations: leading words, overlaps, rules reduced by one another. */
#include "rk_rewrite_inside.h"

#include <string.h>

/* --- equations ------------------------------------------------------------------------------ */

static uint64_t heaviest(const rk_rewrite *r, const rk_mx *a) {
    uint64_t most = 0;
    for (size_t i = 0; i < a->nwords; i++) {
        uint64_t weight = rk_rewrite_weight(r, &a->word[i]);
        most = weight > most ? weight : most;
    }
    return most;
}

/* --- how an equation follows ------------------------------------------------------------------ */

static const rk_cofactor *reason(rk_rewrite *r, rk_cofactor c) {
    rk_cofactor *copy = rk_arena_alloc(r->arena, sizeof *copy);
    *copy = c;
    return copy;
}

static const rk_cofactor *by_rule(rk_rewrite *r, unsigned rule, const rk_mx *left,
                                  const rk_mx *right) {
    return reason(
        r, (rk_cofactor){.ground = RK_FROM_RULE, .index = rule, .left = left, .right = right});
}

static const rk_mx *turned_over(rk_rewrite *r, const rk_mx *a) {
    return a == NULL ? NULL : rk_mx_transpose(r->s, a);
}

static const rk_cofactor *transposed_why(rk_rewrite *r, const rk_cofactor *why) {
    if (why == NULL)
        return NULL;
    rk_cofactor c = *why;
    c.transposed = !c.transposed;
    c.left = turned_over(r, why->right);
    c.right = turned_over(r, why->left);
    c.next = transposed_why(r, why->next);
    return reason(r, c);
}

/* --- what is to be done ------------------------------------------------------------------------
 */

static void push(rk_rewrite *r, const rk_mx *value, uint64_t origins, const rk_cofactor *why) {
    if (rk_mx_is_grid(value)) {
        for (size_t i = 0; i < value->grid_rows * value->grid_cols; i++)
            push(r, value->cell[i], origins, NULL);
        return;
    }
    if (value->nwords == 0)
        return;
    if (value->nwords > 2 * RK_REWRITE_WORDS) {
        r->cut = true;
        return;
    }
    rk_grow(&r->todo, &r->cap_todo, r->ntodo + 1, sizeof *r->todo);
    r->todo[r->ntodo++] = (rk_equation){value, origins, heaviest(r, value), why};
}

/* The lightest one; of equals the one that came first. */
static rk_equation pop(rk_rewrite *r) {
    size_t least = 0;
    for (size_t i = 1; i < r->ntodo; i++)
        if (r->todo[i].weight < r->todo[least].weight)
            least = i;
    rk_equation e = r->todo[least];
    r->ntodo--;
    memmove(r->todo + least, r->todo + least + 1, (r->ntodo - least) * sizeof *r->todo);
    return e;
}

static void push_both(rk_rewrite *r, const rk_mx *value, uint64_t origins, const rk_cofactor *why) {
    push(r, value, origins, why);
    push(r, rk_mx_transpose(r->s, value), origins, transposed_why(r, why));
}

/* --- variables that an equation gives ------------------------------------------------------- */

enum { MOST_DEFINED = 16, MOST_WEIGHT = 1 << 20 };

static bool reaches(const rk_rewrite *r, const rk_mx *value, const rk_leaf *leaf) {
    if (rk_mx_mentions_leaf(r->s, value, leaf))
        return true;
    for (size_t i = 0; i < r->ndefined; i++)
        if (rk_mx_mentions_leaf(r->s, value, r->defined[i].leaf) &&
            reaches(r, r->defined[i].value, leaf))
            return true;
    return false;
}

static bool is_defined(const rk_rewrite *r, const rk_leaf *leaf) {
    for (size_t i = 0; i < r->ndefined; i++)
        if (r->defined[i].leaf == leaf)
            return true;
    return false;
}

/* Variables weigh more than what they are given by. No variable reaches itself, so that this comes
   to an end. */
static void weigh_defined(rk_rewrite *r) {
    for (size_t round = 0; round < r->ndefined; round++)
        for (size_t i = 0; i < r->ndefined; i++)
            r->defined[i].weight = heaviest(r, r->defined[i].value) + 8;
}

/* x == value for a variable x of which nothing is known, and which value does not mention. */
static bool define(rk_rewrite *r, const rk_mx *x, const rk_mx *value) {
    const rk_letter *l = rk_mx_letter(x);
    if (l == NULL || l->inverted || l->leaf->kind != RK_L_VAR || l->leaf->props != 0 ||
        r->ndefined == MOST_DEFINED || heaviest(r, value) > MOST_WEIGHT || is_defined(r, l->leaf) ||
        reaches(r, value, l->leaf))
        return false;
    if (l->transposed)
        value = rk_mx_transpose(r->s, value);
    rk_grow(&r->defined, &r->cap_defined, r->ndefined + 1, sizeof *r->defined);
    r->defined[r->ndefined++] = (rk_defined){l->leaf, value, 0};
    weigh_defined(r);
    return true;
}

/* --- square products that are the identity -------------------------------------------------- */

static bool all_square(const rk_word *w, rk_sc n) {
    for (size_t i = 0; i < w->length; i++)
        if (rk_letter_rows(w->letter[i]) != n || rk_letter_cols(w->letter[i]) != n)
            return false;
    return w->length > 1 && w->length <= RK_REWRITE_LENGTH;
}

/* A*B = c*I for square A and B gives B*A = c*I: where c is not 0, B*A = inv(A)*(A*B)*A; where c is
   0 it need not hold. */
static void push_turns(rk_rewrite *r, const rk_mx *value, uint64_t origins, unsigned origin) {
    if (value->nwords != 2 || value->word[0].length != 0 ||
        !rk_sc_is_nonzero(r->scalars, value->word[0].coef) ||
        !all_square(&value->word[1], value->rows))
        return;
    const rk_word *w = &value->word[1];
    rk_letter turned[RK_REWRITE_LENGTH];
    for (size_t k = 1; k < w->length; k++) {
        for (size_t i = 0; i < w->length; i++)
            turned[i] = w->letter[(i + k) % w->length];
        rk_word words[2] = {value->word[0], {w->coef, turned, w->length}};
        const rk_cofactor *why = reason(
            r, (rk_cofactor){.ground = RK_FROM_TURN, .index = origin, .turn = k, .of = value});
        push_both(r, rk_mx_of_words(r->s, value->rows, value->cols, words, 2), origins, why);
    }
}

void rk_rewrite_add_cell(rk_rewrite *r, const rk_mx *left, const rk_mx *right, unsigned origin,
                         unsigned row, unsigned col) {
    const rk_mx *value = rk_mx_sub(r->s, left, right);
    uint64_t origins = (uint64_t)1 << (origin < 63 ? origin : 63);
    if (!define(r, left, right))
        define(r, right, left);
    rk_cofactor c = {.ground = RK_FROM_EQUATION, .index = origin, .row = row, .col = col};
    c.of = value;
    push_both(r, value, origins, reason(r, c));
    push_turns(r, value, origins, origin);
}

void rk_rewrite_add(rk_rewrite *r, const rk_mx *left, const rk_mx *right, unsigned origin) {
    rk_rewrite_add_cell(r, left, right, origin, 0, 0);
}

/* --- overlaps ------------------------------------------------------------------------------- */

static bool same_letters(const rk_letter *a, const rk_letter *b, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (a[i].leaf != b[i].leaf || a[i].transposed != b[i].transposed ||
            a[i].inverted != b[i].inverted)
            return false;
    return true;
}

static bool contains(const rk_rule *big, const rk_rule *small) {
    for (size_t i = 0; i + small->length <= big->length; i++)
        if (same_letters(big->lead + i, small->lead, small->length))
            return true;
    return false;
}

static const rk_mx *part(rk_rewrite *r, const rk_rule *rule, size_t from, size_t to) {
    rk_sc rows = from ? rk_letter_cols(rule->lead[from - 1]) : rule->rows;
    rk_sc cols = to < rule->length ? rk_letter_rows(rule->lead[to]) : rule->cols;
    return rk_rewrite_letters(r, rows, cols, rule->lead + from, to - from);
}

/* a ends as b begins: two ways to reduce the whole. They are rules i and j. */
static void overlap(rk_rewrite *r, size_t i, size_t j) {
    rk_rule a = r->rule[i], b = r->rule[j];
    size_t most = a.length < b.length ? a.length : b.length;
    for (size_t k = 1; k < most; k++) {
        if (!same_letters(a.lead + a.length - k, b.lead, k))
            continue;
        if (r->overlaps == RK_REWRITE_OVERLAPS || a.length + b.length - k > RK_REWRITE_LENGTH) {
            r->cut = true;
            continue;
        }
        r->overlaps++;
        const rk_mx *behind = part(r, &b, k, b.length), *before = part(r, &a, 0, a.length - k);
        const rk_mx *one = rk_mx_mul(r->s, a.image, behind);
        const rk_mx *two = rk_mx_mul(r->s, before, b.image);
        rk_cofactor why = {.ground = RK_FROM_RULE, .index = (unsigned)i, .right = behind};
        why.negative = true;
        why.next = by_rule(r, (unsigned)j, before, NULL);
        push(r, rk_mx_sub(r->s, one, two), a.origins | b.origins, reason(r, why));
    }
}

/* --- overlaps with what the store cancels by itself ------------------------------------------ */

static bool has_inverse(const rk_rewrite *r, rk_letter l) {
    if (l.leaf->kind == RK_L_INV)
        return false;
    return l.inverted || (l.leaf->props & RK_PROP_SQUARE_INVERTIBLE) ||
           (l.leaf->id < r->cap_known && r->known[l.leaf->id]);
}

static const rk_mx *inverse(rk_rewrite *r, rk_letter l) {
    l.inverted = !l.inverted;
    return rk_mx_of_letter(r->s, l);
}

/* An invertible letter that is equal to something has an inverse that is. */
static void invert(rk_rewrite *r, rk_rule rule, unsigned i) {
    rk_letter l = rule.lead[0];
    if (rule.length != 1 || !has_inverse(r, l) || rule.image->nwords == 0)
        return;
    const rk_mx *of_lead = inverse(r, l), *of_image = rk_mx_inv(r->s, rule.image);
    rk_cofactor why = {.ground = RK_FROM_RULE, .index = i, .left = of_lead, .right = of_image};
    why.negative = true;
    push(r, rk_mx_sub(r->s, of_lead, of_image), rule.origins, reason(r, why));
}

static void divide(rk_rewrite *r, size_t at) {
    rk_rule rule = r->rule[at];
    unsigned i = (unsigned)at;
    invert(r, rule, i);
    if (has_inverse(r, rule.lead[0])) {
        const rk_mx *inv = inverse(r, rule.lead[0]);
        push(r, rk_mx_sub(r->s, part(r, &rule, 1, rule.length), rk_mx_mul(r->s, inv, rule.image)),
             rule.origins, by_rule(r, i, inv, NULL));
    }
    if (has_inverse(r, rule.lead[rule.length - 1])) {
        const rk_mx *inv = inverse(r, rule.lead[rule.length - 1]);
        push(r,
             rk_mx_sub(r->s, part(r, &rule, 0, rule.length - 1), rk_mx_mul(r->s, rule.image, inv)),
             rule.origins, by_rule(r, i, NULL, inv));
    }
}

/* W*A == B with A*1 = 1 gives W*1 == B*1. */
static void times_ones(rk_rewrite *r, size_t at) {
    rk_rule rule = r->rule[at];
    if (rk_sc_is_one(rule.cols))
        return;
    const rk_mx *ones = rk_mx_ones(r->s, rule.cols, rk_sc_int(r->scalars, 1));
    const rk_mx *last = rk_mx_of_letter(r->s, rule.lead[rule.length - 1]);
    const rk_mx *rest = rk_mx_mul(r->s, last, ones);
    if (rk_mx_letter(rest) == NULL || rk_mx_letter(rest)->leaf->kind != RK_L_ONES)
        return;
    push_both(r,
              rk_mx_sub(r->s, rk_mx_mul(r->s, part(r, &rule, 0, rule.length - 1), rest),
                        rk_mx_mul(r->s, rule.image, ones)),
              rule.origins, by_rule(r, (unsigned)at, NULL, ones));
}

/* --- rules ---------------------------------------------------------------------------------- */

static const rk_mx *lead_of(rk_rewrite *r, const rk_rule *rule) {
    return rk_rewrite_letters(r, rule->rows, rule->cols, rule->lead, rule->length);
}

static void retire(rk_rewrite *r, rk_rule *rule) {
    rule->live = false;
    r->nlive--;
    rk_rule old = *rule; /* pushing may make rules */
    unsigned i = (unsigned)(rule - r->rule);
    push(r, rk_mx_sub(r->s, lead_of(r, &old), old.image), old.origins, by_rule(r, i, NULL, NULL));
}

static void insert(rk_rewrite *r, rk_rule rule) {
    for (size_t i = 0; i < r->nrules; i++)
        if (r->rule[i].live && contains(&r->rule[i], &rule))
            retire(r, &r->rule[i]);
    if (r->nlive == RK_REWRITE_RULES) {
        r->cut = true;
        return;
    }
    size_t last = r->nrules;
    rk_grow(&r->rule, &r->cap_rules, last + 1, sizeof *r->rule);
    r->rule[r->nrules++] = rule;
    r->rule[last].live = true;
    r->rule[last].first = rule.image;
    r->nlive++;
    r->version++;
    for (size_t i = 0; i <= last; i++) {
        if (!r->rule[i].live)
            continue;
        overlap(r, last, i);
        if (i < last)
            overlap(r, i, last);
    }
    divide(r, last);
    times_ones(r, last);
}

/* Nonzero at every assignment: invertible letters around at most one that is known not to be 0. */
static bool never_zero(const rk_word *w) {
    size_t others = 0;
    for (size_t i = 0; i < w->length; i++) {
        unsigned props = w->letter[i].leaf->props;
        if (w->letter[i].inverted || (props & RK_PROP_SQUARE_INVERTIBLE))
            continue;
        bool column = w->letter[i].leaf->kind == RK_L_ONES || w->letter[i].leaf->kind == RK_L_UNIT;
        if (!column && !(props & RK_PROP_NOT_ZERO))
            return false;
        others++;
    }
    return others <= 1;
}

static size_t leading(const rk_rewrite *r, const rk_mx *value) {
    size_t lead = 0;
    for (size_t i = 1; i < value->nwords; i++)
        if (rk_rewrite_order(r, &value->word[i], &value->word[lead]) > 0)
            lead = i;
    return lead;
}

/* --- equations between numbers --------------------------------------------------------------- */

/* The coefficient of the atom in a polynomial that is linear in it and has no denominator, where it
   is a rational number; false otherwise. */
static bool linear_in(rk_rewrite *r, rk_sc a, unsigned atom, rk_sc value, fmpq_t coefficient) {
    rk_sc zero = rk_sc_int(r->scalars, 0), one = rk_sc_int(r->scalars, 1);
    rk_sc at0 = rk_sc_put_atom(r->scalars, a, atom, zero);
    rk_sc c = rk_sc_sub(r->scalars, rk_sc_put_atom(r->scalars, a, atom, one), at0);
    return rk_sc_is_rational(r->scalars, c, coefficient) && !fmpq_is_zero(coefficient) &&
           rk_sc_add(r->scalars, at0, rk_sc_mul(r->scalars, c, value)) == a;
}

/* The word behind an atom such as x'*y; NULL for other numbers. */
static const rk_word *word_of_number(const rk_rewrite *r, unsigned atom) {
    const rk_quantity *q = rk_sc_atom_quantity(r->scalars, atom);
    return q != NULL && q->kind == RK_Q_ENTRY ? &q->mx[0]->word[0] : NULL;
}

/* Only products of matrices and dimensions are exchanged: what else stands for a number may hold
   the word itself. */
static bool is_plain(const rk_rewrite *r, rk_sc a) {
    for (unsigned i = 0; i < a->natoms; i++)
        if (word_of_number(r, a->atom[i]) == NULL &&
            rk_sc_atom_quantity(r->scalars, a->atom[i]) != NULL)
            return false;
    return true;
}

static void insert_number(rk_rewrite *r, const rk_word *w, rk_sc value, uint64_t origins,
                          const rk_cofactor *why, rk_sc factor) {
    rk_sc one = rk_sc_int(r->scalars, 1);
    insert(r, (rk_rule){.lead = w->letter,
                        .length = w->length,
                        .rows = one,
                        .cols = one,
                        .image = rk_mx_scalar(r->s, value),
                        .origins = origins,
                        .why = why,
                        .factor = factor});
}

/* Some rule applies inside the word: scalars that were made before it do not show that. */
static bool is_reducible(const rk_rewrite *r, const rk_word *w) {
    rk_rule whole = {.lead = w->letter, .length = w->length};
    for (size_t i = 0; i < r->nrules; i++)
        if (r->rule[i].live && contains(&whole, &r->rule[i]))
            return true;
    return false;
}

/* With what the rules make of the products that stand in it: numbers that were made before them do
   not show that. */
static rk_sc renewed(rk_rewrite *r, rk_sc a) {
    rk_sc now = a, one = rk_sc_int(r->scalars, 1);
    for (unsigned i = 0; i < a->natoms; i++) {
        const rk_word *w = word_of_number(r, a->atom[i]);
        const rk_mx *image;
        if (w != NULL && rk_rewrite_step(r, w, one, one, &image))
            now = rk_sc_put_atom(r->scalars, now, a->atom[i], rk_mx_value(r->s, image));
    }
    return now;
}

/* a == 0 as a rule for the greatest product x'*y that stands in it linearly, and its mirror
   image. */
static void make_number_rule(rk_rewrite *r, rk_sc a, uint64_t origins, const rk_cofactor *why) {
    const rk_word *lead = NULL;
    rk_sc value = NULL, factor = NULL;
    fmpq_t c;
    fmpq_init(c);
    for (unsigned i = 0; i < a->natoms && is_plain(r, a); i++) {
        const rk_word *w = word_of_number(r, a->atom[i]);
        rk_sc self = w ? rk_mx_value(r->s, rk_rewrite_letters(r, rk_sc_int(r->scalars, 1),
                                                              rk_sc_int(r->scalars, 1), w->letter,
                                                              w->length))
                       : NULL;
        if (w == NULL || w->length > RK_REWRITE_LENGTH || is_reducible(r, w) ||
            !linear_in(r, a, a->atom[i], self, c) || (lead && rk_rewrite_order(r, w, lead) <= 0))
            continue;
        lead = w;
        factor = rk_sc_div(r->scalars, rk_sc_int(r->scalars, 1), rk_sc_rational(r->scalars, c));
        value = rk_sc_sub(r->scalars, self, rk_sc_mul(r->scalars, a, factor));
    }
    fmpq_clear(c);
    if (lead == NULL) {
        r->cut = true;
        return;
    }
    insert_number(r, lead, value, origins, why, factor);
    if (lead->length == 1)
        return;
    rk_letter *mirror = rk_arena_alloc(r->arena, lead->length * sizeof *mirror);
    for (size_t i = 0; i < lead->length; i++)
        mirror[lead->length - 1 - i] =
            *rk_mx_letter(rk_mx_transpose(r->s, rk_mx_of_letter(r->s, lead->letter[i])));
    if (!is_reducible(r, &(rk_word){.letter = mirror, .length = lead->length}))
        insert_number(r, &(rk_word){lead->coef, mirror, lead->length}, value, origins,
                      transposed_why(r, why), factor);
}

/* value == 0 as a rule: the leading word equals the rest, divided by minus its coefficient. */
static void make_rule(rk_rewrite *r, const rk_mx *value, uint64_t origins, const rk_cofactor *why) {
    size_t lead = leading(r, value);
    rk_word w = value->word[lead];
    if (w.length == 0 && rk_sc_is_one(value->rows) && !rk_sc_is_nonzero(r->scalars, w.coef)) {
        rk_sc now = renewed(r, w.coef);
        if (!rk_sc_is_zero(now))
            make_number_rule(r, now, origins, why);
        return;
    }
    if (!rk_sc_is_nonzero(r->scalars, w.coef)) {
        r->cut = true;
        return;
    }
    r->contradicts |= value->nwords == 1 && never_zero(&w);
    if (w.length == 0)
        return;
    if (w.length > RK_REWRITE_LENGTH || value->nwords > RK_REWRITE_WORDS) {
        r->cut = true;
        return;
    }
    rk_word *rest = rk_arena_alloc(r->arena, value->nwords * sizeof *rest);
    size_t n = 0;
    for (size_t i = 0; i < value->nwords; i++)
        if (i != lead)
            rest[n++] = value->word[i];
    rk_sc factor = rk_sc_div(r->scalars, rk_sc_int(r->scalars, 1), w.coef);
    const rk_mx *image = rk_mx_of_words(r->s, value->rows, value->cols, rest, n);
    image = rk_mx_scale(r->s, rk_sc_sub(r->scalars, rk_sc_int(r->scalars, 0), factor), image);
    insert(r, (rk_rule){.lead = w.letter,
                        .length = w.length,
                        .rows = value->rows,
                        .cols = value->cols,
                        .image = image,
                        .origins = origins,
                        .why = why,
                        .factor = factor});
}

/* --- inverses ------------------------------------------------------------------------------- */

/* The letters of a word with another one in front or behind. */
static rk_word joined(rk_rewrite *r, const rk_word *w, rk_letter l, bool before) {
    rk_letter *letter = rk_arena_alloc(r->arena, (w->length + 1) * sizeof *letter);
    if (w->length)
        memcpy(letter + (before ? 1 : 0), w->letter, w->length * sizeof *letter);
    letter[before ? 0 : w->length] = l;
    return (rk_word){w->coef, letter, w->length + 1};
}

/* What inv*of == I (before) or of*inv == I tells of the product with something on its right. */
static const rk_cofactor *by_inverse(rk_rewrite *r, const rk_mx *of, bool before,
                                     const rk_mx *right) {
    return reason(r, (rk_cofactor){.ground = before ? RK_FROM_INVERTED : RK_FROM_INVERSE,
                                   .of = of,
                                   .right = right});
}

/* The store cancels inv(A*B) next to A*B; as a rule it also overlaps with others. */
static void insert_cancelled(rk_rewrite *r, const rk_mx *product, rk_letter inv, bool before) {
    rk_word w = joined(r, &product->word[0], inv, before);
    if (w.length > RK_REWRITE_LENGTH)
        return;
    rk_sc n = product->rows;
    insert(r, (rk_rule){.lead = w.letter,
                        .length = w.length,
                        .rows = n,
                        .cols = n,
                        .image = rk_mx_eye(r->s, n),
                        .why = by_inverse(r, product, before, NULL),
                        .factor = rk_sc_int(r->scalars, 1)});
}

/* inv*arg == I (before), or arg*inv == I, word by word: the whole the store cancels. */
static void push_cancelled(rk_rewrite *r, const rk_mx *arg, rk_letter inv, bool before) {
    rk_word *word = rk_arena_alloc(r->arena, arg->nwords * sizeof *word);
    for (size_t i = 0; i < arg->nwords; i++)
        word[i] = joined(r, &arg->word[i], inv, before);
    const rk_mx *sum = rk_mx_of_words(r->s, arg->rows, arg->cols, word, arg->nwords);
    push(r, rk_mx_sub(r->s, sum, rk_mx_eye(r->s, arg->rows)), 0, by_inverse(r, arg, before, NULL));
}

/* Where P = Q + c*u*v' and Q are invertible, so is the number 1 + c*v'*inv(Q)*u, and it is what
   inv(P)*u is divided by. */
static void push_rank_one(rk_rewrite *r, const rk_mx *arg, const rk_mx *inv, size_t i, size_t cut) {
    rk_word w = arg->word[i];
    rk_sc one = rk_sc_int(r->scalars, 1);
    const rk_mx *rest = rk_mx_sub(r->s, arg, rk_mx_of_words(r->s, arg->rows, arg->cols, &w, 1));
    if (!rk_mx_is_invertible(r->s, rest))
        return;
    const rk_mx *u = rk_rewrite_letters(r, arg->rows, one, w.letter, cut);
    const rk_mx *v = rk_rewrite_letters(r, one, arg->cols, w.letter + cut, w.length - cut);
    const rk_mx *solved = rk_mx_mul(r->s, rk_mx_inv(r->s, rest), u);
    rk_sc q = rk_sc_mul(r->scalars, w.coef, rk_mx_value(r->s, rk_mx_mul(r->s, v, solved)));
    rk_sc divisor = rk_sc_add(r->scalars, one, q);
    rk_sc_assume_nonzero(r->scalars, divisor);
    const rk_cofactor *why = by_inverse(r, arg, true, solved); /* P*inv(Q)*u is u*divisor */
    push_both(r, rk_mx_sub(r->s, rk_mx_scale(r->s, divisor, rk_mx_mul(r->s, inv, u)), solved), 0,
              why);
}

static void push_rank_ones(rk_rewrite *r, const rk_mx *arg, const rk_mx *inv) {
    for (size_t i = 0; i < arg->nwords; i++)
        for (size_t k = 1; k < arg->word[i].length; k++)
            if (rk_sc_is_one(rk_letter_rows(arg->word[i].letter[k]))) {
                push_rank_one(r, arg, inv, i, k);
                break;
            }
}

/* P*u is c*u, and c is not 0, as it cannot be if u is not: inv(P)*u is u/c. */
static void push_kept(rk_rewrite *r, const rk_mx *arg, const rk_mx *inv, const rk_mx *u,
                      bool nonzero) {
    if (u->rows != arg->cols)
        return;
    const rk_mx *product = rk_mx_mul(r->s, arg, u);
    if (product->nwords != 1 || u->nwords != 1)
        return;
    rk_sc c = rk_sc_div(r->scalars, product->word[0].coef, u->word[0].coef);
    if (rk_mx_scale(r->s, c, u) != product)
        return;
    if (nonzero)
        rk_sc_assume_nonzero(r->scalars, c);
    if (rk_sc_is_nonzero(r->scalars, c))
        push_both(r, rk_mx_sub(r->s, rk_mx_scale(r->s, c, rk_mx_mul(r->s, inv, u)), u), 0,
                  by_inverse(r, arg, true, u));
}

/* Where a term of the sum may vanish no rule leads with it: what the sum keeps up to a number is
   looked for among ones and its letters. */
static void push_all_kept(rk_rewrite *r, const rk_mx *arg, const rk_mx *inv) {
    bool sure = true;
    for (size_t i = 0; i < arg->nwords; i++)
        sure = sure && rk_sc_is_nonzero(r->scalars, arg->word[i].coef);
    if (sure)
        return;
    push_kept(r, arg, inv, rk_mx_ones(r->s, arg->cols, rk_sc_int(r->scalars, 1)), true);
    for (size_t i = 0; i < arg->nwords; i++)
        for (size_t k = 0; k < arg->word[i].length; k++)
            push_kept(r, arg, inv, rk_mx_of_letter(r->s, arg->word[i].letter[k]), false);
}

static void define_letter(rk_rewrite *r, const rk_mx *arg, rk_letter inv) {
    bool single = arg->nwords == 1 && rk_sc_is_one(arg->word[0].coef);
    for (int before = 0; before < 2; before++)
        if (single)
            insert_cancelled(r, arg, inv, before);
        else
            push_cancelled(r, arg, inv, before);
    push_rank_ones(r, arg, rk_mx_of_letter(r->s, inv));
    push_all_kept(r, arg, rk_mx_of_letter(r->s, inv));
}

static void define_inverse(rk_rewrite *r, const rk_leaf *leaf) {
    const rk_mx *arg = leaf->arg[0], *inv = rk_mx_of_letter(r->s, (rk_letter){.leaf = leaf});
    const rk_letter *l = rk_mx_letter(inv), *t = rk_mx_letter(rk_mx_transpose(r->s, inv));
    if (rk_mx_is_grid(arg) || arg->nwords == 0 || l == NULL || l->leaf != leaf || l->transposed)
        return;
    define_letter(r, arg, *l);
    if (t && (t->leaf != leaf || t->transposed))
        define_letter(r, rk_mx_transpose(r->s, arg), *t);
}

/* A variable that is seen inverted: rules that begin or end with it can be divided. */
static void divide_by(rk_rewrite *r, const rk_leaf *leaf) {
    size_t n = r->nrules;
    for (size_t i = 0; i < n; i++) {
        const rk_rule rule = r->rule[i];
        if (rule.live && (rule.lead[0].leaf == leaf || rule.lead[rule.length - 1].leaf == leaf))
            divide(r, i);
    }
}

static void take_pending(rk_rewrite *r) {
    while (r->npending > 0) {
        const rk_leaf *leaf = r->pending[--r->npending];
        if (leaf->kind == RK_L_INV)
            define_inverse(r, leaf);
        divide_by(r, leaf);
    }
}

/* --- completion ----------------------------------------------------------------------------- */

static void learn_all(rk_rewrite *r, const rk_mx *value) {
    for (size_t i = 0; i < value->nwords; i++)
        rk_rewrite_learn(r, &value->word[i]);
}

static void settle_images(rk_rewrite *r) {
    for (size_t i = 0; i < r->nrules; i++)
        if (r->rule[i].live) {
            const rk_mx *image = rk_rewrite_reduce(r, r->rule[i].image);
            r->rule[i].image = image;
        }
}

void rk_rewrite_resume(rk_rewrite *r) {
    r->busy = true;
    r->steps = RK_REWRITE_STEPS;
    take_pending(r);
    while (r->ntodo > 0 && r->steps > 0) {
        rk_equation e = pop(r);
        const rk_mx *value = rk_rewrite_reduce(r, e.value);
        learn_all(r, value);
        if (rk_mx_is_grid(value))
            push(r, value, e.origins, NULL);
        else if (value->nwords > 0)
            make_rule(r, value, e.origins, e.why);
        take_pending(r);
    }
    r->cut |= r->ntodo > 0;
    r->ntodo = 0;
    settle_images(r);
    r->busy = false;
}

bool rk_rewrite_complete(rk_rewrite *r) {
    rk_rewrite_resume(r);
    return !r->cut;
}

rk_rewrite_rule rk_rewrite_get(const rk_rewrite *rules, size_t i) {
    rk_rewrite *r = (rk_rewrite *)(uintptr_t)rules;
    size_t k = 0;
    while (!r->rule[k].live || i-- > 0)
        k++;
    const rk_rule *rule = &r->rule[k];
    bool was = r->busy;
    r->busy = true;
    r->steps = 0; /* the leading word as it stands */
    rk_rewrite_rule out = {lead_of(r, rule), rule->image, rule->origins};
    r->busy = was;
    return out;
}

size_t rk_rewrite_made(const rk_rewrite *r) {
    return r->nrules;
}

rk_rewrite_reason rk_rewrite_why(const rk_rewrite *r, size_t i) {
    const rk_rule *rule = &r->rule[i];
    return (rk_rewrite_reason){.lead = rule->lead,
                               .length = rule->length,
                               .image = rule->first,
                               .rows = rule->rows,
                               .cols = rule->cols,
                               .factor = rule->factor,
                               .why = rule->why,
                               .live = rule->live};
}
