/* A derivation told as a proof: parts, cases and inductions in words, every fact as a numbered
   formula with its reason, and how the facts add up to the goal. */
#include "rk_telling.h"

#include <string.h>

static void tell(rk_telling *t, const rk_derivation *d);

/* --- assumptions -------------------------------------------------------------------------- */

static bool conjunct_of(const rk_term *whole, const rk_term *part) {
    if (whole == part)
        return true;
    for (size_t i = 0; whole->op == RK_T_AND && i < whole->nkids; i++)
        if (conjunct_of(whole->kid[i], part))
            return true;
    return false;
}

/* A hypothesis of the theorem itself, which its statement tells. */
static bool standing(const rk_telling *t, const rk_assumption *a) {
    for (size_t i = 0; a->term != NULL && !a->negated && i < t->checked->nassumes; i++)
        if (conjunct_of(t->checked->assumes[i], a->term))
            return true;
    return false;
}

static bool in_force(const rk_telling *t, const rk_derivation *d, const rk_assumption *a) {
    for (size_t i = 0; i < t->nassumptions; i++) {
        const rk_told_assumption *x = &t->assumption[i];
        if (a->term != NULL ? x->term == a->term && x->negated == a->negated
                            : x->store == d->store && x->value == a->value)
            return true;
    }
    return false;
}

static void put_in_force(rk_telling *t, const rk_derivation *d, const rk_assumption *a) {
    rk_grow(&t->assumption, &t->assumptions_cap, t->nassumptions + 1, sizeof *t->assumption);
    t->assumption[t->nassumptions++] =
        (rk_told_assumption){a->term, a->negated, d->store, a->value};
}

static const char *equation_of(rk_telling *t, const rk_derivation *d, const rk_assumption *a) {
    return rk_arena_printf(t->tale->arena, t->tale->latex ? "%s = %s" : "%s == %s",
                           rk_telling_matrix(t, d->store, a->left, RK_IN_SUM),
                           rk_telling_matrix(t, d->store, a->right, RK_IN_SUM));
}

static const char *assumption_text(rk_telling *t, const rk_derivation *d, const rk_assumption *a) {
    const char *text = a->term == NULL ? NULL : rk_telling_term(t, a->term, a->negated);
    if (text != NULL)
        return text;
    if (a->value != NULL)
        return rk_telling_relation(t, d->store, a->value, a->equation);
    return a->left != NULL && !a->negated ? equation_of(t, d, a) : NULL;
}

/* The assumptions of the node that are new here, "x and y"; NULL when there are none. They are in
   force until the caller takes them back. */
static const char *new_assumptions(rk_telling *t, const rk_derivation *d) {
    const char *all = NULL;
    for (size_t i = 0; i < d->nassumptions; i++) {
        const rk_assumption *a = &d->assumption[i];
        if ((a->term == NULL && a->value == NULL) || standing(t, a) || in_force(t, d, a))
            continue;
        const char *text = assumption_text(t, d, a);
        put_in_force(t, d, a);
        if (text == NULL)
            continue;
        text = rk_tale_math(t->tale, text);
        all = all == NULL ? text : rk_arena_printf(t->tale->arena, "%s and %s", all, text);
    }
    return all;
}

static bool is_choice(const rk_derivation *d, const rk_fact *f);

/* --- steps -------------------------------------------------------------------------------- */

static const char *fact_text(rk_telling *t, const rk_derivation *d, const rk_fact *f) {
    return rk_telling_relation(t, d->store, f->value, f->equation);
}

/* 0: not told yet. Claims have stores of their own, so facts are the same that read the same. */
static unsigned number_of(rk_telling *t, const rk_derivation *d, const rk_fact *f) {
    const char *text = fact_text(t, d, f);
    for (size_t i = t->nfacts; i-- > 0;)
        if (strcmp(t->fact[i].text, text) == 0 && rk_telling_agree(t, t->fact[i].store, d->store))
            return t->fact[i].number;
    return 0;
}

/* `last`: how the fact before it was led in, or NULL. */
static void tell_fact(rk_telling *t, const rk_derivation *d, const rk_fact *f, const char **last) {
    unsigned number = ++t->tale->steps;
    const char *relation = fact_text(t, d, f), *lead = rk_fact_lead(t, d->store, f);
    bool again = *last != NULL && strcmp(*last, lead) == 0;
    *last = lead;
    rk_grow(&t->fact, &t->facts_cap, t->nfacts + 1, sizeof *t->fact);
    t->fact[t->nfacts++] = (rk_told_fact){d->store, relation, number};
    rk_telling_legends(t, d->store);
    if (t->tale->latex)
        rk_tale_say(t->tale, "%s", again ? "Likewise," : lead);
    rk_tale_display(t->tale, number, relation, ".");
    rk_tale_remark(t->tale, rk_fact_reason(t, d->store, f));
}

/* Facts that were told already keep their numbers. */
static void tell_facts(rk_telling *t, const rk_derivation *d) {
    const char *last = NULL;
    for (size_t i = 0; i < d->nfacts; i++)
        if (number_of(t, d, d->fact[i]) == 0 && !is_choice(d, d->fact[i]))
            tell_fact(t, d, d->fact[i], &last);
}

/* --- the sum ------------------------------------------------------------------------------ */

static bool has_extremum(const rk_derivation *d, rk_sc value) {
    rk_scalars *s = rk_mxs_scalars(d->store);
    for (unsigned i = 0; i < value->natoms; i++) {
        const rk_quantity *q = rk_sc_atom_quantity(s, value->atom[i]);
        if (q != NULL && (q->kind == RK_Q_MIN || q->kind == RK_Q_MAX))
            return true;
    }
    return false;
}

/* "min(a, b) == a" in the case that says so: the reader puts a in for it. */
static bool is_choice(const rk_derivation *d, const rk_fact *f) {
    return f->law == RK_LAW_CASE && f->equation && has_extremum(d, f->value);
}

/* The goal with what the case chooses put in. */
static rk_sc chosen_goal(const rk_derivation *d) {
    rk_scalars *s = rk_mxs_scalars(d->store);
    rk_sc goal = d->goal;
    for (size_t i = 0; i < d->sum.nitems; i++) {
        const rk_multiplier *m = &d->sum.item[i];
        const rk_fact *f = d->fact[m->fact];
        if (is_choice(d, f))
            goal = rk_sc_sub(s, goal, rk_sc_mul(s, m->factor, f->value));
    }
    return goal;
}

typedef struct share { /* a fact in the sum: how often, and its number */
    rk_sc factor;
    bool equation, negative; /* negative: the factor is printed with a minus */
    unsigned number;
} share;

typedef struct shares {
    share *item;
    size_t n;
    bool units, positive; /* all factors are 1 or -1; only equations are taken negatively */
    bool slack;           /* the sum leaves something over that is not negative by itself */
} shares;

static shares shares_of(rk_telling *t, const rk_derivation *d) {
    rk_scalars *s = rk_mxs_scalars(d->store);
    shares l = {rk_arena_alloc(t->tale->arena, (d->sum.nitems + 1) * sizeof(share)), 0, true, true,
                d->sum.slack != NULL && !rk_sc_is_zero(d->sum.slack)};
    for (size_t i = 0; i < d->sum.nitems; i++) {
        const rk_multiplier *m = &d->sum.item[i];
        const rk_fact *f = d->fact[m->fact];
        if (is_choice(d, f))
            continue;
        rk_sc minus = rk_sc_sub(s, rk_sc_int(s, 0), m->factor);
        bool negative = rk_telling_scalar(t, d->store, m->factor)[0] == '-';
        share x = {negative ? minus : m->factor, f->equation, negative, number_of(t, d, f)};
        size_t at = l.n++;
        for (; at > 0 && l.item[at - 1].number > x.number; at--)
            l.item[at] = l.item[at - 1];
        l.item[at] = x;
        l.units &= rk_sc_is_one(x.factor);
        l.positive &= !negative;
    }
    return l;
}

/* "(1), (2) and (4)" */
static void list_numbers(const shares *l, rk_buf *out) {
    for (size_t i = 0; i < l->n; i++)
        rk_buf_printf(out, "%s(%u)",
                      i == 0          ? ""
                      : i + 1 == l->n ? " and "
                                      : ", ",
                      l->item[i].number);
}

static void put_share(rk_telling *t, const rk_derivation *d, const share *x, rk_buf *out) {
    const char *text = rk_telling_scalar(t, d->store, x->factor);
    bool sum = strstr(text, " + ") != NULL || strstr(text, " - ") != NULL;
    rk_buf_puts(out, out->len == 0 ? (x->negative ? "-" : "") : x->negative ? " - " : " + ");
    if (!rk_sc_is_one(x->factor))
        rk_buf_printf(out, t->tale->latex ? "%s%s%s \\cdot " : "%s%s%s*", sum ? "(" : "", text,
                      sum ? ")" : "");
    rk_buf_printf(out, "(%u)", x->number);
}

/* "(1) + 2*(3) - (4)" */
static const char *list_multiples(rk_telling *t, const rk_derivation *d, const shares *l) {
    rk_buf out;
    rk_buf_init(&out);
    for (int negative = 0; negative < 2; negative++)
        for (size_t i = 0; i < l->n; i++)
            if (l->item[i].negative == (negative == 1))
                put_share(t, d, &l->item[i], &out);
    const char *text = rk_arena_strdup(t->tale->arena, out.text);
    rk_buf_clear(&out);
    return rk_tale_math(t->tale, text);
}

static void say_combination(rk_telling *t, const rk_derivation *d, const shares *l) {
    rk_buf numbers;
    rk_buf_init(&numbers);
    list_numbers(l, &numbers);
    if (l->n == 1 && l->units)
        rk_tale_say(t->tale, "By %s", numbers.text);
    else if (l->units && l->positive)
        rk_tale_say(t->tale, "Adding %s", numbers.text);
    else if (l->units)
        rk_tale_say(t->tale, "Together, %s", numbers.text);
    else
        rk_tale_say(t->tale, "The combination %s", list_multiples(t, d, l));
    rk_buf_clear(&numbers);
}

/* "gives", as the words before it want it. */
static const char *verb(const shares *l) {
    if (l->n == 1 && l->units)
        return "we get";
    return l->units && !l->positive ? "give" : "gives";
}

static bool slack_is_plain(const rk_derivation *d) {
    int64_t value;
    return rk_sc_is_int(rk_mxs_scalars(d->store), d->sum.slack, &value);
}

/* The goal is literally one of the facts. */
static bool is_fact_itself(const rk_derivation *d, rk_sc goal) {
    const rk_fact *f = NULL;
    for (size_t i = 0; i < d->sum.nitems; i++)
        if (!is_choice(d, d->fact[d->sum.item[i].fact])) {
            if (f != NULL || !rk_sc_is_one(d->sum.item[i].factor))
                return false;
            f = d->fact[d->sum.item[i].fact];
        }
    return f != NULL && f->value == goal;
}

/* The same for a goal == 0, which may be turned round. */
static bool is_equation_itself(const rk_derivation *d) {
    const rk_fact *f = d->nfacts == 1 ? d->fact[0] : NULL;
    rk_scalars *s = rk_mxs_scalars(d->store);
    return f != NULL && f->equation &&
           (f->value == d->goal || rk_sc_is_zero(rk_sc_add(s, f->value, d->goal)));
}

static void say_sum(rk_telling *t, const rk_derivation *d, rk_sc goal, bool equation) {
    shares l = shares_of(t, d);
    const char *text = rk_telling_relation(t, d->store, goal, equation);
    if (l.n == 0) {
        rk_tale_say(t->tale, "Ranks and dimensions are not negative, so");
    } else {
        say_combination(t, d, &l);
        if (l.slack && !slack_is_plain(d))
            rk_tale_say(
                t->tale, "together with %s",
                rk_tale_math(t->tale, rk_telling_relation(t, d->store, d->sum.slack, false)));
        rk_tale_say(t->tale, "%s", verb(&l));
    }
    rk_telling_legends(t, d->store);
    rk_tale_display(t->tale, 0, text, ".");
}

/* "This is the claim." */
static void say_closing(rk_telling *t, const char *goal) {
    bool claim = strstr(t->closing, "claim") != NULL; /* which may be written in another way */
    bool same = !claim || (t->announced != NULL && rk_same_formula(goal, t->announced));
    rk_tale_say(t->tale, same ? "This is %s." : "This amounts to %s.", t->closing);
}

static void tell_sum(rk_telling *t, const rk_derivation *d, bool equation) {
    rk_sc goal = chosen_goal(d);
    tell_facts(t, d);
    if (!is_fact_itself(d, goal) && !(equation && is_equation_itself(d)))
        say_sum(t, d, goal, equation);
    else if (t->closing != NULL)
        say_closing(t, rk_telling_relation(t, d->store, goal, equation));
    rk_tale_end(t->tale);
}

static void tell_absurd(rk_telling *t, const rk_derivation *d) {
    tell_facts(t, d);
    shares l = shares_of(t, d);
    say_combination(t, d, &l);
    rk_tale_say(t->tale, "%s %s, which is absurd: this does not occur.", verb(&l),
                rk_tale_math(t->tale, t->tale->latex ? "1 \\le 0" : "1 <= 0"));
    rk_tale_end(t->tale);
}

/* --- identities --------------------------------------------------------------------------- */

static bool mentions(const rk_term *t, bool (*wanted)(const rk_term *t)) {
    for (size_t i = 0; i < t->nkids; i++)
        if (mentions(t->kid[i], wanted))
            return true;
    return wanted(t);
}

static bool is_softmax(const rk_term *t) {
    return t->op == RK_T_SOFTMAX;
}

static bool stands_in(const rk_term *t, unsigned var) {
    bool found = t->op == RK_T_VAR && t->var == var;
    for (size_t i = 0; i < t->nkids && !found; i++)
        found = stands_in(t->kid[i], var);
    return found;
}

/* What the set of a variable says of products: NULL where that is nothing. */
static const char *set_equation(rk_telling *t, const rk_var *v) {
    rk_arena *arena = t->tale->arena;
    if (v->family != NULL)
        return NULL;
    switch (v->set) {
    case RK_SET_ORTHOGONAL:
    case RK_SET_PERMUTATION:
        return rk_arena_printf(arena, "%s'*%s == eye(n)", v->name, v->name);
    case RK_SET_SYMMETRIC:
    case RK_SET_PSD:
        return rk_arena_printf(arena, "%s' == %s", v->name, v->name);
    default:
        return NULL;
    }
}

/* The identity of the size of v. */
static const char *identity_formula(rk_telling *t, const char *text, const rk_var *v) {
    rk_buf size;
    rk_buf_init(&size);
    rk_size_print(&size, t->checked->sizes, v->rows);
    const char *head = strstr(text, "eye(n)");
    if (head != NULL)
        text = rk_arena_printf(t->tale->arena, "%.*seye(%s)", (int)(head - text), text, size.text);
    rk_buf_clear(&size);
    return rk_tale_formula(t->tale, text);
}

static void add_ground(rk_telling *t, const char **all, const char *one) {
    *all = *all == NULL ? one : rk_arena_printf(t->tale->arena, "%s and %s", *all, one);
}

/* "S = A + U*C*V and S = ...": the matrices other than letters whose inverses stand in the text. */
static void inverted_sums(rk_telling *t, const rk_term *term, const char **all) {
    for (size_t i = 0; i < term->nkids; i++)
        inverted_sums(t, term->kid[i], all);
    if (term->op != RK_T_INV || term->kid[0]->op == RK_T_VAR)
        return;
    const char *text = rk_telling_term(t, term->kid[0], false);
    text = text == NULL ? NULL : rk_arena_printf(t->tale->arena, "S = %s", text);
    text = text == NULL ? NULL : rk_tale_math(t->tale, text);
    if (text == NULL || (*all != NULL && strstr(*all, text) != NULL))
        return;
    *all = *all == NULL ? text : rk_arena_printf(t->tale->arena, "%s and %s", *all, text);
}

/* What a product may be reduced by, beside multiplying out: "P*P == P, the inverses"; or NULL. */
static const char *grounds(rk_telling *t, const rk_derivation *d) {
    const char *all = NULL;
    const rk_checked *c = t->checked;
    for (size_t i = 0; i < d->nassumptions; i++)
        if (d->assumption[i].left != NULL) {
            const char *text = assumption_text(t, d, &d->assumption[i]);
            if (text != NULL)
                add_ground(t, &all, rk_tale_math(t->tale, text));
        }
    for (unsigned v = 0; v < c->nvars && d->claim != NULL; v++) {
        const char *text = stands_in(d->claim, v) ? set_equation(t, &c->vars[v]) : NULL;
        if (text != NULL)
            add_ground(t, &all, rk_tale_math(t->tale, identity_formula(t, text, &c->vars[v])));
    }
    const char *sums = NULL;
    if (d->claim != NULL)
        inverted_sums(t, d->claim, &sums);
    if (sums != NULL)
        add_ground(
            t, &all,
            rk_arena_printf(t->tale->arena, "%s for %s",
                            rk_tale_math(t->tale, t->tale->latex ? "S\\,S^{-1} = I = S^{-1}S"
                                                                 : "S*inv(S) == I == inv(S)*S"),
                            sums));
    if (d->claim != NULL && mentions(d->claim, is_softmax))
        add_ground(t, &all,
                   "the symmetries of softmax (it commutes with permutations and ignores "
                   "what is added to a whole row)");
    return all;
}

/* Both sides multiplied out and nothing else; false where that is no equation of matrices. */
static bool multiplied_out(rk_telling *t, const rk_derivation *d, const char **left,
                           const char **right) {
    const rk_term *c = d->claim;
    if (c == NULL || c->op != RK_T_COMPARE || c->kid[0]->rows == NULL)
        return false;
    rk_mxs *plain = rk_telling_plain_store(t);
    rk_reader *reader = rk_reader_new(plain, t->checked);
    *left = rk_telling_written_out(t, plain, rk_read_matrix(reader, c->kid[0]));
    *right = rk_telling_written_out(t, plain, rk_read_matrix(reader, c->kid[1]));
    rk_reader_free(reader);
    return true;
}

/* "It is enough to show this multiplied by ... on the left and by ... on the right." */
static void tell_cancelled(rk_telling *t, const rk_derivation *d) {
    for (const rk_cancelled *c = d->cancelled; c != NULL; c = c->next) {
        const char *by = rk_tale_math(t->tale, rk_telling_matrix(t, d->store, c->by, RK_IN_SUM));
        const char *side = c->left ? "left" : "right";
        rk_tale_say(t->tale, "%s multiplied by the invertible %s on the %s%s",
                    c == d->cancelled ? "It is enough to show this" : "and", by, side,
                    c->next == NULL ? "." : ",");
    }
}

/* "Multiplied out, the left side is ... and the right side ... By ..., both are ..." */
static void tell_identity(rk_telling *t, const rk_derivation *d) {
    tell_cancelled(t, d);
    const char *form = rk_telling_written_out(t, d->store, d->left), *left, *right;
    const char *by = grounds(t, d);
    bool apart = multiplied_out(t, d, &left, &right) && strcmp(left, right) != 0;
    if (apart) {
        rk_tale_say_formula(t->tale, "Multiplied out, the left side is %s", left);
        rk_tale_say_formula(t->tale, "and the right side is %s.", right);
    }
    if (by != NULL)
        rk_tale_say(t->tale, "By %s, both sides are", by);
    else
        rk_tale_say(t->tale, apart ? "Collected, both are" : "Multiplied out, both sides are");
    rk_telling_legends(t, d->store);
    rk_tale_display(t->tale, 0, form, ".");
    rk_tale_end(t->tale);
}

/* --- induction ---------------------------------------------------------------------------- */

/* The matrix of an induction step that stands in a; NULL. */
static const rk_leaf *fresh_in(const rk_mx *a) {
    const rk_leaf *found = NULL;
    for (size_t i = 0; i < a->nwords; i++)
        for (size_t k = 0; k < a->word[i].length && found == NULL; k++) {
            const rk_leaf *l = a->word[i].letter[k].leaf;
            found = l->kind == RK_L_FRESH ? l : NULL;
            for (size_t m = 0; m < 3 && found == NULL; m++)
                found = l->arg[m] != NULL ? fresh_in(l->arg[m]) : NULL;
        }
    for (size_t i = 0; rk_mx_is_grid(a) && i < a->grid_rows * a->grid_cols && found == NULL; i++)
        found = fresh_in(a->cell[i]);
    return found;
}

/* Both sides of an identity after one more layer. */
static void tell_identity_step(rk_telling *t, const rk_derivation *d) {
    const rk_derivation *step = d->kid[1];
    const rk_leaf *fresh = fresh_in(step->left);
    rk_sc layers = rk_sc_sym(rk_mxs_scalars(d->store), d->sym);
    rk_tale_say(t->tale,
                d->fold != NULL ? "Suppose that both sides agree after %s layers"
                                : "Suppose that both sides agree at %s",
                rk_tale_math(t->tale, rk_telling_scalar(t, d->store, layers)));
    if (fresh != NULL)
        rk_tale_say(
            t->tale, "and write %s for the value of the fold there",
            rk_tale_math(t->tale, rk_telling_matrix(t, d->store, rk_mx_of_leaf(d->store, fresh),
                                                    RK_IN_SUM)));
    rk_tale_join(t->tale, ".");
    const char *form = rk_telling_written_out(t, d->store, step->left);
    rk_telling_legends(t, d->store);
    rk_tale_say(t->tale, d->fold != NULL ? "With one more layer, both sides are"
                                         : "At the next exponent, both sides are");
    rk_tale_display(t->tale, 0, form, ".");
    rk_tale_end(t->tale);
}

static const rk_fact *hypothesis_of(const rk_derivation *d) {
    for (size_t i = 0; i < d->nfacts; i++)
        if (d->fact[i]->law == RK_LAW_INDUCTION)
            return d->fact[i];
    for (size_t i = 0; i < d->nkids; i++) {
        const rk_fact *f = hypothesis_of(d->kid[i]);
        if (f != NULL)
            return f;
    }
    return NULL;
}

/* "Let Z be the value after l layers, for which ..." */
static void say_step(rk_telling *t, const rk_derivation *d) {
    const rk_fact *given = hypothesis_of(d->kid[1]);
    rk_scalars *s = rk_mxs_scalars(d->store);
    if (d->fresh != NULL)
        rk_tale_say(
            t->tale, "Let %s be the value after %s layers",
            rk_tale_math(t->tale, rk_telling_matrix(t, d->store, rk_mx_of_leaf(d->store, d->fresh),
                                                    RK_IN_SUM)),
            rk_tale_math(t->tale, rk_telling_scalar(t, d->store, rk_sc_sym(s, d->sym))));
    if (given != NULL)
        rk_tale_say(
            t->tale, d->fresh != NULL ? "and suppose that %s" : "Suppose that %s",
            rk_tale_math(t->tale, rk_telling_relation(t, d->store, given->value, given->equation)));
    if (d->fresh != NULL || given != NULL)
        rk_tale_join(t->tale, ".");
}

static bool is_trivial(const rk_derivation *d) {
    if (d->kind == RK_N_IDENTITY)
        return d->left == d->right;
    for (size_t i = 0; i < d->nkids; i++)
        if (!is_trivial(d->kid[i]))
            return false;
    return d->kind == RK_N_SUM ? rk_sc_is_zero(d->goal) : d->nkids > 0;
}

static void tell_induction(rk_telling *t, const rk_derivation *d) {
    const char *closing = t->closing;
    t->closing = NULL;
    rk_sc sym = rk_sc_sym(rk_mxs_scalars(d->store), d->sym);
    if (d->fold != NULL)
        rk_tale_say(t->tale, "We use induction on the number of layers.");
    else
        rk_tale_say(t->tale, "We use induction on %s.",
                    rk_tale_math(t->tale, rk_telling_scalar(t, d->store, sym)));
    rk_tale_end(t->tale);
    t->announcement = 0; /* of a paragraph that has ended */
    rk_tale_heading(t->tale, "Start.");
    if (is_trivial(d->kid[0]))
        rk_tale_say(t->tale, d->fold != NULL ? "Without any layer there is nothing to show."
                                             : "At the least exponent there is nothing to show.");
    else
        tell(t, d->kid[0]);
    rk_tale_end(t->tale);
    rk_tale_heading(t->tale, "Step.");
    if (d->kid[1]->kind == RK_N_IDENTITY && d->goal == NULL) {
        tell_identity_step(t, d);
    } else {
        say_step(t, d);
        tell(t, d->kid[1]);
    }
    t->closing = closing;
}

/* --- parts and cases ---------------------------------------------------------------------- */

static bool is_pair(const rk_derivation *d);

/* A sum of facts none of which is the case at hand holds in every case. */
static bool needs_no_case(const rk_derivation *d) {
    while (d->kind == RK_N_ALL && d->nkids == 1)
        d = d->kid[0];
    for (size_t i = 0; i < d->nfacts; i++)
        if (d->fact[i]->law == RK_LAW_CASE)
            return false;
    return d->kind == RK_N_SUM;
}

/* The derivation without parts of one part, and without cases that are not needed. */
static const rk_derivation *unwrapped(const rk_derivation *d) {
    for (;;) {
        const rk_derivation *inner = d->kind == RK_N_ALL && d->nkids == 1 ? d->kid[0] : NULL;
        for (size_t i = 0; d->kind == RK_N_CASES && d->goal != NULL && i < d->nkids; i++)
            if (inner == NULL && needs_no_case(d->kid[i]))
                inner = d->kid[i];
        if (inner == NULL)
            return d;
        d = inner;
    }
}

/* What the node shows, as a formula; NULL where that is no single one. */
static const char *goal_of(rk_telling *t, const rk_derivation *d) {
    bool equation = d->kind == RK_N_INDUCTION && is_pair(d->kid[1]);
    if (d->goal != NULL && d->store != NULL)
        return rk_telling_relation(t, d->store, d->goal, equation);
    if (d->claim != NULL)
        return rk_telling_term(t, d->claim, false);
    return d->nkids == 1 ? goal_of(t, d->kid[0]) : NULL;
}

static void announce(rk_telling *t, const char *goal, const char *lead) {
    if (goal == NULL || (t->announced != NULL && rk_same_formula(goal, t->announced)))
        return;
    t->announced = goal;
    bool same = strncmp(lead, "We show", strlen("We show")) == 0; /* not a part of it */
    if (same && t->tale->paragraph.len > 0 && t->tale->paragraph.len == t->announcement) {
        t->tale->paragraph.text[--t->tale->paragraph.len] = '\0'; /* the full stop */
        rk_tale_join(t->tale, ", that is,");
        lead = "%s.";
    } else {
        rk_telling_legends_of(t);
    }
    rk_tale_say_formula(t->tale, lead, goal);
    t->announcement = t->tale->paragraph.len;
}

/* Half of an equation that uses equations alone, so that it shows the other half, too. */
static bool shows_both(const rk_derivation *half) {
    if (half->kind != RK_N_SUM || !rk_sc_is_zero(half->sum.slack))
        return false;
    for (size_t i = 0; i < half->nfacts; i++)
        if (!half->fact[i]->equation)
            return false;
    return true;
}

/* The two halves of an equation between numbers. */
static bool is_pair(const rk_derivation *d) {
    if (d->nkids != 2 || d->kid[0]->goal == NULL || d->kid[1]->goal == NULL ||
        d->kid[0]->store == NULL || d->kid[0]->store != d->kid[1]->store)
        return false;
    rk_scalars *s = rk_mxs_scalars(d->kid[0]->store);
    return rk_sc_is_zero(rk_sc_add(s, d->kid[0]->goal, d->kid[1]->goal));
}

static void tell_equation(rk_telling *t, const rk_derivation *half) {
    if (!is_equation_itself(half))
        announce(t, rk_telling_relation(t, half->store, half->goal, true), "We show that %s.");
    tell_sum(t, half, true);
}

/* Says what is shown next, unless the formula itself will be the one step of it. */
static void open_part(rk_telling *t, const rk_derivation *d, const char *lead) {
    const rk_derivation *inner = unwrapped(d);
    bool parts = inner->kind == RK_N_ALL && inner->nkids > 1 && !is_pair(inner);
    if (t->depth > 0 && parts)
        return; /* they are announced themselves */
    if (inner->kind != RK_N_SUM || !is_fact_itself(inner, chosen_goal(inner)))
        announce(t, goal_of(t, d), lead);
}

static void tell_pair(rk_telling *t, const rk_derivation *d) {
    const rk_derivation *a = d->kid[0];
    const char *closing = t->closing;
    for (size_t i = 0; i < 2; i++)
        if (shows_both(unwrapped(d->kid[i]))) {
            tell_equation(t, unwrapped(d->kid[i]));
            return;
        }
    announce(t, rk_telling_relation(t, a->store, a->goal, true),
             "We show that %s, one inequality after the other.");
    open_part(t, d->kid[0], "First, we show that %s.");
    t->closing = "one of the two inequalities";
    tell(t, d->kid[0]);
    open_part(t, d->kid[1], "Conversely, we show that %s.");
    t->closing = "the other one";
    tell(t, d->kid[1]);
    t->closing = closing;
}

static void tell_all(rk_telling *t, const rk_derivation *d) {
    static const char *const parts[] = {"the first claim", "the second claim", "the third claim",
                                        "the next claim"};
    static const char *const leads[2][2] = {{"First, we show that %s.", "Next, we show that %s."},
                                            {"We begin with %s.", "Now for %s."}};
    const char *closing = t->closing;
    if (is_pair(d)) {
        tell_pair(t, d);
        return;
    }
    for (size_t i = 0; i < d->nkids; i++) {
        if (d->nkids > 1) {
            open_part(t, d->kid[i], leads[t->depth > 0][i > 0]);
            t->closing = t->depth > 0 ? "this part" : parts[i < 3 ? i : 3];
        }
        t->depth += d->nkids > 1;
        tell(t, d->kid[i]);
        t->depth -= d->nkids > 1;
    }
    t->closing = closing;
}

/* No case uses more than which argument the minimum or maximum is. */
static bool only_choices(const rk_derivation *d) {
    const rk_derivation *inner = d;
    while (inner->kind == RK_N_ALL && inner->nkids == 1)
        inner = inner->kid[0];
    if (inner->kind != RK_N_SUM)
        return false;
    bool chosen = false;
    for (size_t i = 0; i < inner->nfacts; i++) {
        bool choice = is_choice(inner, inner->fact[i]);
        if (inner->fact[i]->law == RK_LAW_CASE && !choice)
            return false;
        chosen |= choice;
    }
    return chosen;
}

static bool all_choices(const rk_derivation *d) {
    for (size_t i = 0; i < d->nkids; i++)
        if (!only_choices(d->kid[i]))
            return false;
    return d->nkids > 0;
}

static void tell_case(rk_telling *t, const rk_derivation *d, const char *heading) {
    size_t assumptions = t->nassumptions, facts = t->nfacts;
    const char *announced = t->announced, *closing = t->closing;
    const char *given = new_assumptions(t, d);
    t->closing = NULL;
    if (heading != NULL)
        rk_tale_heading(t->tale, rk_arena_printf(t->tale->arena, "%s%s%s.", heading,
                                                 given ? ": " : "", given ? given : ""));
    tell(t, d);
    t->nassumptions = assumptions;
    t->nfacts = facts;
    t->announced = announced;
    t->closing = closing;
}

static void tell_cases(rk_telling *t, const rk_derivation *d) {
    if (unwrapped(d) != d) {
        tell(t, unwrapped(d));
        return;
    }
    bool choices = all_choices(d);
    announce(t, goal_of(t, d), "We show that %s.");
    if (choices)
        rk_tale_say(t->tale, "The extremum is one of its arguments, which are looked at one by "
                             "one.");
    else
        rk_tale_say(t->tale, "There are %zu cases.", d->nkids);
    rk_tale_end(t->tale);
    for (size_t i = 0; i < d->nkids; i++)
        tell_case(t, d->kid[i],
                  choices ? NULL : rk_arena_printf(t->tale->arena, "Case %zu", i + 1));
}

static void tell_kind(rk_telling *t, const rk_derivation *d) {
    switch (d->kind) {
    case RK_N_ALL:
        tell_all(t, d);
        break;
    case RK_N_CASES:
        tell_cases(t, d);
        break;
    case RK_N_SUM:
        if (!is_fact_itself(d, chosen_goal(d)) && chosen_goal(d) == d->goal)
            announce(t, goal_of(t, d), "We show that %s.");
        tell_sum(t, d, false);
        break;
    case RK_N_ABSURD:
        tell_absurd(t, d);
        break;
    case RK_N_IDENTITY:
        tell_identity(t, d);
        break;
    case RK_N_INDUCTION:
        announce(t, goal_of(t, d), "We show that %s.");
        tell_induction(t, d);
        break;
    case RK_N_GIVEN:
        rk_tale_say(t->tale, "This is an assumption.");
        rk_tale_end(t->tale);
        break;
    }
}

static void tell(rk_telling *t, const rk_derivation *d) {
    size_t assumptions = t->nassumptions, facts = t->nfacts;
    const char *given = new_assumptions(t, d);
    if (given != NULL)
        rk_tale_say(t->tale, "Suppose that %s.", given);
    tell_kind(t, d);
    t->nassumptions = assumptions;
    if (given != NULL)
        t->nfacts = facts;
}

void rk_tell_derivation(rk_telling *t, const rk_derivation *root) {
    t->closing = root->nkids == 1 ? "the claim" : NULL;
    if (root->nkids == 1 && root->kid[0]->claim != NULL)
        t->announced = rk_telling_term(t, root->kid[0]->claim, false);
    tell(t, root);
}
