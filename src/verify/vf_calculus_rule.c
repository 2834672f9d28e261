/* What comes into force before a goal: equations as rules, inverses, matrices that spans promise.
   Equations are expanded without any rule, or what they say would be lost. */
#include "vf_calculus.h"

#include <string.h>

/* A rule, once the rules before it are in force again. What normal forms show by themselves needs
   none. */
static void add_rule(vf_proof *p, const vf_mx *zero, const vf_mx *lead) {
    p->rule = vf_grow(p->rule, p->nrules, sizeof *p->rule);
    p->rule[p->nrules++] = zero;
    vf_mx_know_zero(p->s, zero, lead);
    for (size_t i = 0; i < p->ndefined; i++)
        vf_mx_note(p->s, p->defined[i]);
}

/* --- sources ---------------------------------------------------------------------------------- */

/* left - right of a hypothesis left == right, or of A == K*B */
static const vf_mx *hypothesis_zero(vf_proof *p, size_t i) {
    const vf_hypothesis *h = &p->hypothesis[i];
    const vf_term *t = h->literal.term;
    const vf_mx *a = vf_mx_read(p->s, t->kid[0]), *b = vf_mx_read(p->s, t->kid[1]);
    if (h->unknown != NULL) {
        const vf_mx *k = vf_mx_read(p->s, h->unknown);
        return vf_mx_sub(p->s, a,
                         t->op == VF_IN_ROWSPAN ? vf_mx_mul(p->s, k, b) : vf_mx_mul(p->s, b, k));
    }
    ENSURE("a hypothesis that is no equation",
           vf_is_comparison(t) && vf_comparison(h->literal) == VF_EQ);
    return vf_mx_sub(p->s, a, b);
}

/* X*inv(X) - I, or inv(X)*X - I, where the inverse is not multiplied out. */
static const vf_mx *inverse_zero(vf_proof *p, const char *text, bool left) {
    const vf_mx *x = vf_matrix_text(p, text), *inverse = vf_mx_inv(p->s, x);
    const vf_mx *product = left ? vf_mx_mul(p->s, inverse, x) : vf_mx_mul(p->s, x, inverse);
    return vf_mx_sub(p->s, product, vf_mx_eye(p->s, x->rows));
}

static bool is_inverse(const char *source) {
    return (source[0] == 'i' || source[0] == 'j') && source[1] == ' ';
}

/* "h 3": hypothesis 3; "r 2": rule 2; with ' behind it transposed; "i X", "j X": an inverse. */
static const vf_mx *source(vf_proof *p, const char *text) {
    size_t len = strlen(text);
    ENSURE("a source is a letter and what it means", len >= 3 && text[1] == ' ');
    if (is_inverse(text))
        return inverse_zero(p, text + 2, text[0] == 'j');
    bool transposed = text[len - 1] == '\'';
    const char *number = vf_strndup(text + 2, len - 2 - transposed);
    ENSURE("a source is h, r, i or j", text[0] == 'h' || text[0] == 'r');
    const vf_mx *zero = text[0] == 'h' ? hypothesis_zero(p, vf_index_text(number, p->nhypotheses))
                                       : p->rule[vf_index_text(number, p->nrules)];
    return transposed ? vf_mx_transpose(p->s, zero) : zero;
}

/* Stops the rules; how many. What they show to be invertible among the sources is known to be so
   without them. */
static size_t stop_rules(vf_proof *p, const char **field, size_t n) {
    bool *known = vf_alloc(n * sizeof *known);
    for (size_t i = 2; i < n; i += 3)
        known[i] =
            is_inverse(field[i]) && vf_mx_is_invertible(p->s, vf_matrix_text(p, field[i] + 2));
    size_t rules = vf_mx_stop_rules(p->s);
    for (size_t i = 2; i < n; i += 3) {
        const vf_mx *x = known[i] ? vf_matrix_text(p, field[i] + 2) : NULL;
        if (x != NULL && vf_mx_is_invertible(p->s, x))
            vf_mx_know_kept(p->s, x);
        else if (x != NULL)
            vf_mx_know_invertible(p->s, x);
    }
    return rules;
}

/* --- records ---------------------------------------------------------------------------------- */

/* LEAD - IMAGE is the sum of P*zero*Q over the sources. */
static void take_rule(vf_proof *p, const char *rest) {
    size_t n = vf_count_fields(rest);
    ENSURE("a rule has two sides and 3 fields for each source", n >= 5 && (n - 2) % 3 == 0);
    const char **field = vf_alloc(n * sizeof *field);
    vf_fields(rest, field, n);
    size_t rules = stop_rules(p, field, n);
    const vf_mx *lead = vf_matrix_text(p, field[0]);
    const vf_mx *zero = vf_mx_sub(p->s, lead, vf_matrix_text(p, field[1])), *left = zero;
    for (size_t i = 2; i < n; i += 3) {
        const vf_mx *before = vf_matrix_text(p, field[i + 1]);
        const vf_mx *behind = vf_matrix_text(p, field[i + 2]);
        const vf_mx *middle = vf_mx_mul(p->s, before, source(p, field[i]));
        left = vf_mx_sub(p->s, left, vf_mx_mul(p->s, middle, behind));
    }
    ENSURE("a rule that does not follow from its sources", vf_mx_is_zero(p->s, left));
    vf_mx_resume_rules(p->s, rules);
    add_rule(p, zero, lead);
}

static bool is_square(const vf_mx *a) {
    return vf_ratio_equal(a->rows, a->cols);
}

/* A and B are square and A*B == I. */
static void take_invertible(vf_proof *p, const char *rest) {
    const char *field[2];
    vf_fields(rest, field, 2);
    const vf_mx *a = vf_matrix_text(p, field[0]), *b = vf_matrix_text(p, field[1]);
    ENSURE("both must be square", is_square(a) && is_square(b));
    ENSURE("the product is not the identity", vf_mx_is_eye(p->s, vf_mx_mul(p->s, a, b)));
    vf_mx_know_invertible(p->s, a);
    vf_mx_know_invertible(p->s, b);
}

/* A is known to be invertible and A*B == I: inv(A) is B. */
static void take_inverse(vf_proof *p, const char *rest) {
    const char *field[2];
    vf_fields(rest, field, 2);
    const vf_mx *a = vf_matrix_text(p, field[0]), *b = vf_matrix_text(p, field[1]);
    ENSURE("the product is not the identity",
           is_square(a) && vf_mx_is_eye(p->s, vf_mx_mul(p->s, a, b)));
    size_t rules = vf_mx_stop_rules(p->s);
    const vf_mx *inverse = vf_mx_inv(p->s, vf_matrix_text(p, field[0]));
    const vf_mx *zero = vf_mx_sub(p->s, inverse, vf_matrix_text(p, field[1]));
    vf_mx_resume_rules(p->s, rules);
    add_rule(p, zero, inverse);
}

/* A lies in the span of B: A == K*B, or B*K, for some K. */
static void take_unknown(vf_proof *p, const char *rest) {
    const char *field[2];
    vf_fields(rest, field, 2);
    vf_hypothesis *h = &p->hypothesis[vf_index_text(field[1], p->nhypotheses)];
    const vf_term *t = h->literal.term;
    ENSURE("a hypothesis that is about no span",
           (t->op == VF_IN_ROWSPAN || t->op == VF_IN_COLSPAN) && !h->literal.negated);
    bool rows = t->op == VF_IN_ROWSPAN;
    const vf_term *a = t->kid[0], *b = t->kid[1];
    h->unknown = vf_new_matrix(p, field[0], rows ? a->rows : b->cols, rows ? b->rows : a->cols);
    vf_name_term(p, field[0], h->unknown);
}

void vf_take_rules(vf_proof *p) {
    static const struct {
        const char *keyword;
        void (*take)(vf_proof *p, const char *rest);
    } records[] = {{"rule", take_rule},
                   {"inverse", take_inverse},
                   {"invertible", take_invertible},
                   {"unknown", take_unknown},
                   {"jacobian", vf_take_jacobian},
                   {"through", vf_take_through},
                   {"freedom", vf_take_freedom},
                   {"lemma", vf_take_lemma}};
    const char *rest;
    for (size_t i = 0; i < sizeof records / sizeof *records;)
        if (vf_take_if(p->c, records[i].keyword, &rest)) {
            records[i].take(p, rest);
            i = 0;
        } else {
            i++;
        }
}
