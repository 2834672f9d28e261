/* Facts, and what they add up to. */
#include "vf_calculus.h"

#include <limits.h>
#include <string.h>

enum { VF_MOST_FIELDS = 4096 };

vf_relation vf_relation_text(vf_proof *p, const char *text) {
    const vf_term *t = vf_text(p, text);
    ENSURE("a relation is <= or == between numbers",
           t->truth && (t->op == VF_LE || t->op == VF_EQ) && vf_is_number(t->kid[0]) &&
               vf_is_number(t->kid[1]));
    return vf_says(p, (vf_literal){t, false});
}

/* An equation says its inequalities, too. */
bool vf_same_relation(vf_proof *p, vf_relation a, vf_relation b) {
    if (a.equation && !b.equation)
        return false;
    if (vf_mx_equal_numbers(p->s, a.value, b.value))
        return true;
    return b.equation &&
           vf_mx_equal_numbers(p->s, a.value, vf_n_sub(p->s, vf_ratio_int(0), b.value));
}

static void add_fact(vf_proof *p, vf_relation says) {
    p->fact = vf_grow(p->fact, p->nfacts, sizeof *p->fact);
    p->fact[p->nfacts++] = says;
}

static vf_relation fact_text(vf_proof *p, const char *text) {
    return p->fact[vf_index_text(text, p->nfacts)];
}

vf_ratio vf_less_facts(vf_proof *p, vf_ratio value, const char **field, size_t n, bool *equations) {
    ENSURE("a fact without its factor", n % 2 == 0);
    *equations = true;
    for (size_t i = 0; i < n; i += 2) {
        vf_relation f = fact_text(p, field[i]);
        vf_ratio factor = vf_number_text(p, field[i + 1]);
        ENSURE("a factor that is perhaps below 0", f.equation || vf_mx_at_least(p->s, factor, 0));
        *equations = *equations && f.equation;
        value = vf_n_sub(p->s, value, vf_n_mul(p->s, factor, f.value));
    }
    return value;
}

/* --- what is given ---------------------------------------------------------------------------- */

static void check_given(vf_proof *p, const char **arg, vf_relation stated) {
    vf_literal l = p->given[vf_index_text(arg[0], p->ngiven)];
    ENSURE("not what is given", vf_same_relation(p, stated, vf_says(p, l)));
}

static void check_hypothesis(vf_proof *p, const char **arg, vf_relation stated) {
    vf_literal l = p->hypothesis[vf_index_text(arg[0], p->nhypotheses)].literal;
    ENSURE("not what the hypothesis says", vf_same_relation(p, stated, vf_says(p, l)));
}

/* det(A) == 0: A has not the full rank. */
static void check_singular(vf_proof *p, const char **arg, vf_relation stated) {
    vf_literal l = p->hypothesis[vf_index_text(arg[0], p->nhypotheses)].literal;
    ENSURE("no hypothesis that a determinant is 0",
           vf_comparison(l) == VF_EQ && vf_is_det_and_0(p, l.term));
    vf_relation says = {false, vf_singular_gap(p, l.term->kid[0]->kid[0])};
    ENSURE("not what the hypothesis says of the rank", vf_same_relation(p, stated, says));
}

/* Of a matrix whose measure is not above 0 the rank is 0. */
static void check_vanishing(vf_proof *p, const char **arg, vf_relation stated) {
    vf_relation zero = fact_text(p, arg[0]);
    const vf_term *a = vf_value_text(p, arg[1]);
    vf_ratio minus = vf_n_sub(p->s, vf_ratio_int(0), zero.value);
    ENSURE("no measure of the matrix",
           vf_is_measure(p, a, minus) || (zero.equation && vf_is_measure(p, a, zero.value)));
    vf_relation says = {false,
                        vf_n_sub(p->s, vf_ratio_int(0), vf_mx_rank(p->s, vf_mx_read(p->s, a)))};
    ENSURE("not what that says of the rank", vf_same_relation(p, stated, says));
}

/* A == B: trace(P*A*Q) == trace(P*B*Q). */
static void check_multiplied(vf_proof *p, const char **arg, vf_relation stated) {
    vf_literal l = p->hypothesis[vf_index_text(arg[0], p->nhypotheses)].literal;
    const vf_mx *left = vf_matrix_text(p, arg[1]), *right = vf_matrix_text(p, arg[2]);
    ENSURE("no equation between matrices", vf_is_comparison(l.term) && vf_comparison(l) == VF_EQ);
    const vf_mx *zero =
        vf_mx_sub(p->s, vf_mx_read(p->s, l.term->kid[0]), vf_mx_read(p->s, l.term->kid[1]));
    ENSURE("matrices that do not fit", vf_mx_equal_numbers(p->s, left->cols, zero->rows) &&
                                           vf_mx_equal_numbers(p->s, zero->cols, right->rows));
    zero = vf_mx_mul(p->s, left, vf_mx_mul(p->s, zero, right));
    vf_relation says = {true, vf_trace(p->s, zero)};
    ENSURE("not what follows from the hypothesis", vf_same_relation(p, stated, says));
}

/* Some comparison of numbers that the truth value contains says this for sym = at. */
static bool conjunct_says(vf_proof *p, const vf_term *t, unsigned sym, vf_ratio at,
                          vf_relation stated) {
    for (size_t i = 0; t->op == VF_AND && i < t->nkids; i++)
        if (conjunct_says(p, t->kid[i], sym, at, stated))
            return true;
    if (!vf_is_comparison(t) || t->op == VF_NE || !vf_is_number(t->kid[0]) ||
        !vf_is_number(t->kid[1]))
        return false;
    vf_relation says = vf_says(p, (vf_literal){t, false});
    says.value = vf_mx_put_number(p->s, says.value, sym, at);
    return vf_same_relation(p, stated, says);
}

/* A hypothesis all(i = a..b, P) at one index. */
static void check_instance(vf_proof *p, const char **arg, vf_relation stated) {
    vf_literal l = p->hypothesis[vf_index_text(arg[0], p->nhypotheses)].literal;
    ENSURE("no hypothesis about all members", l.term->op == VF_LOOP_ALL && !l.negated);
    vf_ratio at = vf_number_text(p, arg[1]);
    vf_ratio low = vf_mx_number(p->s, l.term->kid[0]), high = vf_mx_number(p->s, l.term->kid[1]);
    ENSURE("the index is perhaps no integer", vf_mx_is_integer(p->s, at));
    ENSURE("the index is perhaps outside the range",
           vf_mx_at_least(p->s, vf_n_sub(p->s, at, low), 0) &&
               vf_mx_at_least(p->s, vf_n_sub(p->s, high, at), 0));
    vf_mark mark = vf_mx_mark(p->s);
    vf_within(p->s, l.term->sym, low, high);
    bool says = conjunct_says(p, l.term->kid[2], l.term->sym, at, stated);
    vf_mx_forget(p->s, mark);
    ENSURE("not what the hypothesis says of that member", says);
}

/* A dimension is at most the greatest of its values. */
static void check_dimension(vf_proof *p, const char **arg, vf_relation stated) {
    const vf_term *t = vf_value_text(p, arg[0]);
    ENSURE("no dimension with finitely many values",
           t->op == VF_SYM && p->t->sym[t->sym].finite && p->t->sym[t->sym].nvalues > 0);
    const vf_symbol *d = &p->t->sym[t->sym];
    long most = d->value[0];
    for (size_t i = 1; i < d->nvalues; i++)
        most = d->value[i] > most ? d->value[i] : most;
    vf_relation says = {false, vf_n_sub(p->s, vf_ratio_int(most), vf_mx_number(p->s, t))};
    ENSURE("not the bound of the dimension", vf_same_relation(p, stated, says));
}

/* F times what is stated, F > 0, is a sum of facts and something >= 0. An integer above -1 is >= 0.
 */
static void check_derived(vf_proof *p, const char **arg, size_t n, vf_relation stated) {
    bool equations;
    vf_ratio factor = vf_number_text(p, arg[0]);
    ENSURE("a factor that is perhaps not above 0", vf_is_positive(p, factor));
    vf_ratio slack =
        vf_less_facts(p, vf_n_mul(p->s, factor, stated.value), arg + 1, n - 1, &equations);
    if (stated.equation)
        ENSURE("not a sum of equations",
               equations && vf_mx_equal_numbers(p->s, slack, vf_ratio_int(0)));
    else
        ENSURE("what the sum leaves is perhaps below 0",
               vf_mx_at_least(p->s, slack, 0) ||
                   (vf_mx_is_integer(p->s, stated.value) &&
                    vf_is_positive(p, vf_n_add(p->s, slack, factor))));
}

/* The product of two facts, neither of which is below 0. */
static void check_product(vf_proof *p, const char **arg, vf_relation stated) {
    vf_relation a = fact_text(p, arg[0]), b = fact_text(p, arg[1]);
    vf_relation says = {a.equation || b.equation, vf_n_mul(p->s, a.value, b.value)};
    ENSURE("not the product of the facts", vf_same_relation(p, stated, says));
}

/* --- records ---------------------------------------------------------------------------------- */

static void take_fact(vf_proof *p, const char *rest) {
    static const struct {
        const char *name;
        size_t nargs;
        void (*check)(vf_proof *p, const char **arg, vf_relation stated);
    } kinds[] = {{"given", 1, check_given},         {"hypothesis", 1, check_hypothesis},
                 {"singular", 1, check_singular},   {"multiplied", 3, check_multiplied},
                 {"vanishing", 2, check_vanishing}, {"instance", 2, check_instance},
                 {"dimension", 1, check_dimension}, {"product-of-facts", 2, check_product}};
    size_t n = vf_count_fields(rest);
    ENSURE("a fact has a law, arguments and a relation", n >= 3 && n <= VF_MOST_FIELDS);
    const char **field = vf_alloc(n * sizeof *field), **arg = field + 1;
    vf_fields(rest, field, n);
    /* of a derived fact the relation comes first of all that follows its factor */
    bool derived = strcmp(field[0], "derived") == 0;
    vf_relation stated = vf_relation_text(p, derived ? field[2] : field[n - 1]);
    if (derived) {
        field[2] = field[1];
        check_derived(p, field + 2, n - 2, stated);
        add_fact(p, stated);
        return;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(field[0], kinds[i].name) == 0) {
            ENSURE("a fact with another number of arguments", n == kinds[i].nargs + 2);
            kinds[i].check(p, arg, stated);
            add_fact(p, stated);
            return;
        }
    vf_check_law(p, field[0], arg, n - 2, stated);
    add_fact(p, stated);
}

/* From here on facts are about one member h of LOW..HIGH. */
static void open_scope(vf_proof *p, const char *rest) {
    const char *field[3];
    vf_fields(rest, field, 3);
    vf_scope o = {.nnames = p->nnames, .first_fact = p->nfacts, .mark = vf_mx_mark(p->s)};
    o.low = vf_number_text(p, field[1]);
    o.high = vf_number_text(p, field[2]);
    ENSURE("the range is of integers",
           vf_mx_is_integer(p->s, o.low) && vf_mx_is_integer(p->s, o.high));
    ENSURE("the range is perhaps of negative length",
           vf_mx_at_least(p->s, vf_n_sub(p->s, o.high, o.low), -1));
    o.sym = vf_new_symbol(p->t, field[0], vf_mx_at_least(p->s, o.low, 1) ? 1 : LONG_MIN);
    p->t->sym[o.sym].bound = true;
    vf_within(p->s, o.sym, o.low, o.high);
    vf_name_term(p, field[0], vf_symbol_term(o.sym));
    p->scope = vf_grow(p->scope, p->nscopes, sizeof *p->scope);
    p->scope[p->nscopes++] = o;
}

/* The sum of a fact over all members; the facts about one are gone. */
static void close_scope(vf_proof *p, const char *rest) {
    const char *field[2];
    vf_fields(rest, field, 2);
    ENSURE("no family is open", p->nscopes > 0);
    vf_scope o = p->scope[--p->nscopes];
    vf_relation one = fact_text(p, field[0]);
    ENSURE("a fact about no member", vf_index_text(field[0], p->nfacts) >= o.first_fact);
    vf_mx_forget(p->s, o.mark);
    p->nnames = o.nnames;
    p->nfacts = o.first_fact;
    one.value = vf_mx_sum_number(p->s, o.sym, o.low, o.high, one.value);
    vf_relation stated = vf_relation_text(p, field[1]);
    ENSURE("not the sum over the members", vf_same_relation(p, stated, one));
    add_fact(p, stated);
}

void vf_take_facts(vf_proof *p) {
    const char *rest;
    size_t open = p->nscopes;
    for (;;) {
        if (vf_take_if(p->c, "fact", &rest))
            take_fact(p, rest);
        else if (vf_take_if(p->c, "member", &rest))
            open_scope(p, rest);
        else if (vf_take_if(p->c, "family", &rest))
            close_scope(p, rest);
        else
            break;
    }
    ENSURE("a family is left open", p->nscopes == open);
}
