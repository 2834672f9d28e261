/* The logic of a proof: claims and hypotheses taken apart until comparisons are left. */
#include "vf_calculus.h"

#include <limits.h>
#include <string.h>

/* --- what is in force ------------------------------------------------------------------------ */

vf_place vf_enter(vf_proof *p) {
    return (vf_place){vf_mx_mark(p->s), p->ndefined, p->nhypotheses, p->ngiven,
                      p->nnames,        p->nrules,   p->nlayers};
}

void vf_leave(vf_proof *p, vf_place place) {
    vf_mx_forget(p->s, place.mark);
    p->ndefined = place.ndefined;
    p->nhypotheses = place.nhypotheses;
    p->ngiven = place.ngiven;
    p->nnames = place.nnames;
    p->nrules = place.nrules;
    p->nlayers = place.nlayers;
}

void vf_name_term(vf_proof *p, const char *name, const vf_term *term) {
    p->name = vf_grow(p->name, p->nnames, sizeof *p->name);
    p->name[p->nnames++] = (vf_name){name, term};
}

vf_term *vf_term_of(vf_op op, const vf_term *a, const vf_term *b) {
    vf_term *t = vf_alloc(sizeof *t);
    t->op = op;
    t->rows = t->cols = vf_ratio_int(1);
    t->nkids = a == NULL ? 0 : b == NULL ? 1 : 2;
    t->kid = vf_alloc(2 * sizeof *t->kid);
    t->kid[0] = a;
    t->kid[1] = b;
    return t;
}

const vf_term *vf_symbol_term(unsigned sym) {
    vf_term *t = vf_term_of(VF_SYM, NULL, NULL);
    t->integer = true;
    t->sym = sym;
    return t;
}

const vf_term *vf_new_matrix(vf_proof *p, const char *name, vf_ratio rows, vf_ratio cols) {
    vf_term *t = vf_term_of(VF_ACC, NULL, NULL);
    t->rows = rows;
    t->cols = cols;
    t->sym2 = vf_new_symbol(p->t, name, LONG_MIN);
    p->t->sym[t->sym2].bound = true;
    vf_mx_fresh(p->s, t->sym2, rows, cols);
    return t;
}

void vf_give_literal(vf_proof *p, vf_literal l) {
    p->given = vf_grow(p->given, p->ngiven, sizeof *p->given);
    p->given[p->ngiven++] = l;
}

void vf_give(vf_proof *p, vf_op op, const vf_term *a, const vf_term *b) {
    vf_term *t = vf_term_of(op, a, b);
    t->truth = true;
    vf_give_literal(p, (vf_literal){t, false});
}

bool vf_is_comparison(const vf_term *t) {
    return t->op >= VF_EQ && t->op <= VF_GE;
}

void vf_take_defined(vf_proof *p, const vf_term *t) {
    p->defined = vf_grow(p->defined, p->ndefined, sizeof *p->defined);
    p->defined[p->ndefined++] = t;
    vf_mx_note(p->s, t);
}

/* The sign of what is compared. A matrix whose determinant is not 0 has an inverse. */
static void learn(vf_proof *p, vf_literal l) {
    const vf_term *t = l.term;
    if (!vf_is_comparison(t) || !vf_is_number(t->kid[0]) || !vf_is_number(t->kid[1]))
        return;
    vf_op op = vf_comparison(l);
    if (op == VF_EQ)
        return;
    vf_ratio a = vf_mx_number(p->s, t->kid[0]), b = vf_mx_number(p->s, t->kid[1]);
    bool turned = op == VF_LT || op == VF_LE;
    vf_ratio excess = turned ? vf_n_sub(p->s, b, a) : vf_n_sub(p->s, a, b);
    if (op != VF_NE)
        vf_mx_know_nonnegative(p->s, excess);
    if (op == VF_LE || op == VF_GE)
        return;
    vf_mx_know_nonzero(p->s, excess);
    if (t->kid[0]->op == VF_DET && vf_ratio_is_zero(b))
        vf_mx_know_invertible(p->s, vf_mx_read(p->s, t->kid[0]->kid[0]));
}

void vf_take_literal(vf_proof *p, vf_literal l) {
    p->hypothesis = vf_grow(p->hypothesis, p->nhypotheses, sizeof *p->hypothesis);
    p->hypothesis[p->nhypotheses++] = (vf_hypothesis){l, NULL};
    for (size_t i = p->nhypotheses; i-- > 0;) /* the earlier ones by what this one says */
        learn(p, p->hypothesis[i].literal);
}

/* --- text ------------------------------------------------------------------------------------ */

const vf_term *vf_text(vf_proof *p, const char *text) {
    return vf_read_term(p->t, p->name, p->nnames, text, NULL);
}

const vf_term *vf_value_text(vf_proof *p, const char *text) {
    const vf_term *t = vf_text(p, text);
    ENSURE("a value was expected, not a truth value", !t->truth);
    return t;
}

vf_ratio vf_number_text(vf_proof *p, const char *text) {
    const vf_term *t = vf_value_text(p, text);
    ENSURE("a number was expected", vf_is_number(t));
    return vf_mx_number(p->s, t);
}

const vf_mx *vf_matrix_text(vf_proof *p, const char *text) {
    return vf_mx_read(p->s, vf_value_text(p, text));
}

size_t vf_index_text(const char *text, size_t n) {
    long i = vf_read_long(text);
    ENSURE("a number that nothing has", i >= 1 && (size_t)i <= n);
    return (size_t)i - 1;
}

/* --- hypotheses ------------------------------------------------------------------------------ */

typedef struct vf_pending { /* hypotheses that are still to be taken apart, the next one first */
    vf_literal literal;
    const struct vf_pending *next;
} vf_pending;

static const vf_pending *with(const vf_term *t, bool negated, const vf_pending *next) {
    vf_pending *h = vf_alloc(sizeof *h);
    *h = (vf_pending){{t, negated}, next};
    return h;
}

static void prove(vf_proof *p, const vf_pending *pending, vf_literal goal);

static void branch(vf_proof *p, const vf_pending *pending, vf_literal goal) {
    vf_place place = vf_enter(p);
    prove(p, pending, goal);
    vf_leave(p, place);
}

/* One of the parts holds: the goal must follow from each. */
static void each_part(vf_proof *p, const vf_literal h, const vf_pending *rest, vf_literal goal) {
    vf_take_alone(p->c, "cases");
    for (size_t i = 0; i < h.term->nkids; i++)
        branch(p, with(h.term->kid[i], h.negated, rest), goal);
}

/* a => b, or a <=> b: either a is false, or ... */
static void two_parts(vf_proof *p, const vf_pending *first, const vf_pending *second,
                      vf_literal goal) {
    vf_take_alone(p->c, "cases");
    branch(p, first, goal);
    branch(p, second, goal);
}

static const vf_pending *all_parts(const vf_literal h, const vf_pending *rest) {
    for (size_t i = 0; i < h.term->nkids; i++)
        rest = with(h.term->kid[i], h.negated, rest);
    return rest;
}

static void take_apart(vf_proof *p, vf_literal h, const vf_pending *rest, vf_literal goal) {
    const vf_term *const *kid = h.term->kid;
    bool n = h.negated;
    switch (h.term->op) {
    case VF_NOT:
        prove(p, with(kid[0], !n, rest), goal);
        break;
    case VF_AND:
    case VF_OR:
        if ((h.term->op == VF_AND) != n)
            prove(p, all_parts(h, rest), goal);
        else
            each_part(p, h, rest, goal);
        break;
    case VF_IMPLIES:
        if (n)
            prove(p, with(kid[0], false, with(kid[1], true, rest)), goal);
        else
            two_parts(p, with(kid[0], true, rest), with(kid[1], false, rest), goal);
        break;
    case VF_IFF:
        two_parts(p, with(kid[0], false, with(kid[1], n, rest)),
                  with(kid[0], true, with(kid[1], !n, rest)), goal);
        break;
    default:
        vf_take_literal(p, h);
        prove(p, rest, goal);
    }
}

/* --- goals ----------------------------------------------------------------------------------- */

static void all_goals(vf_proof *p, vf_literal goal) {
    vf_take_alone(p->c, "all");
    for (size_t i = 0; i < goal.term->nkids; i++)
        branch(p, NULL, (vf_literal){goal.term->kid[i], goal.negated});
}

/* One of the parts is shown, where the others are false. */
static void chosen_goal(vf_proof *p, vf_literal goal) {
    const vf_term *t = goal.term;
    size_t chosen = vf_index_text(vf_take(p->c, "choose"), t->nkids);
    const vf_pending *pending = NULL;
    for (size_t i = 0; i < t->nkids; i++)
        if (i != chosen)
            pending = with(t->kid[i], !goal.negated, pending);
    prove(p, pending, (vf_literal){t->kid[chosen], goal.negated});
}

/* a <=> b from a => b and b => a; not (a <=> b) from a => not b and not b => a. */
static void both_ways(vf_proof *p, vf_literal goal) {
    const vf_term *a = goal.term->kid[0], *b = goal.term->kid[1];
    vf_take_alone(p->c, "all");
    branch(p, with(a, false, NULL), (vf_literal){b, goal.negated});
    branch(p, with(b, goal.negated, NULL), (vf_literal){a, false});
}

static void not_implies(vf_proof *p, vf_literal goal) {
    vf_take_alone(p->c, "all");
    branch(p, NULL, (vf_literal){goal.term->kid[0], false});
    branch(p, NULL, (vf_literal){goal.term->kid[1], true});
}

/* all(i = a..b, P): P is shown for any i in the range. */
static void each_index(vf_proof *p, const vf_term *loop) {
    const vf_term *i = vf_symbol_term(loop->sym);
    for (size_t k = 0; k < p->nnames; k++)
        ENSURE("an index that is free already",
               p->name[k].term->op != VF_SYM || p->name[k].term->sym != loop->sym);
    vf_name_term(p, vf_take(p->c, "range"), i);
    vf_ratio low = vf_mx_number(p->s, loop->kid[0]), high = vf_mx_number(p->s, loop->kid[1]);
    vf_within(p->s, loop->sym, low, high);
    vf_give(p, VF_GE, i, loop->kid[0]);
    vf_give(p, VF_GE, loop->kid[1], i);
    vf_take_defined(p, loop->kid[2]);
    prove(p, NULL, (vf_literal){loop->kid[2], false});
}

static void prove_goal(vf_proof *p, vf_literal goal) {
    const vf_term *t = goal.term;
    switch (t->op) {
    case VF_NOT:
        prove(p, NULL, (vf_literal){t->kid[0], !goal.negated});
        break;
    case VF_AND:
    case VF_OR:
        if ((t->op == VF_AND) != goal.negated)
            all_goals(p, goal);
        else
            chosen_goal(p, goal);
        break;
    case VF_IMPLIES:
        if (goal.negated)
            not_implies(p, goal);
        else
            prove(p, with(t->kid[0], false, NULL), (vf_literal){t->kid[1], false});
        break;
    case VF_IFF:
        both_ways(p, goal);
        break;
    case VF_LOOP_ALL:
        ENSURE("a goal of a kind that no proof shows", !goal.negated);
        each_index(p, t);
        break;
    default:
        vf_prove_literal(p, goal);
    }
}

static void prove(vf_proof *p, const vf_pending *pending, vf_literal goal) {
    if (pending != NULL)
        take_apart(p, pending->literal, pending->next, goal);
    else
        prove_goal(p, goal);
}

/* --- the theorem ------------------------------------------------------------------------------ */

static vf_proof new_proof(vf_theorem *t, vf_cert *c) {
    for (size_t v = 0; v < t->nvars; v++)
        ENSURE("an `exists` theorem has no proof of this kind", t->var[v].quantifier != VF_EXISTS);
    return (vf_proof){.t = t, .c = c, .s = vf_mxs_new(t)};
}

/* The goal, which is defined where the claim is, under all hypotheses. */
static void prove_claim(vf_proof *p, const vf_term *goal) {
    const vf_pending *assumed = NULL;
    vf_place place = vf_enter(p);
    for (size_t i = p->t->nassumes; i-- > 0;)
        assumed = with(p->t->assume[i], false, assumed);
    for (size_t i = 0; i < p->t->nassumes; i++)
        vf_take_defined(p, p->t->assume[i]);
    vf_take_defined(p, goal);
    prove(p, assumed, (vf_literal){goal, false});
    vf_leave(p, place);
}

void vf_check_calculus(vf_theorem *t, vf_cert *c) {
    vf_take_alone(c, "calculus");
    vf_proof p = new_proof(t, c);
    for (size_t k = 0; k < t->nclaims; k++) {
        ENSURE("the claims come in order", vf_read_long(vf_take(c, "claim")) == (long)k + 1);
        prove_claim(&p, t->claim[k]);
    }
}

/* The equation with another sign between its sides. */
static const vf_term *one_side(const vf_term *equation, vf_op op) {
    vf_term *t = vf_alloc(sizeof *t);
    *t = *equation;
    t->op = op;
    return t;
}

/* known K | <=, or >=: the proof follows; what is left of claim K is the other side. */
static void take_known(vf_proof *p, const vf_term **claim) {
    const char *field[2];
    vf_fields(vf_take(p->c, "known"), field, 2);
    size_t k = vf_index_text(field[0], p->t->nclaims);
    bool at_most = strcmp(field[1], "<=") == 0;
    ENSURE("one side of an equation: <= or >=", at_most || strcmp(field[1], ">=") == 0);
    ENSURE("no equation between numbers, or a side is known already",
           claim[k]->op == VF_EQ && vf_is_number(claim[k]->kid[0]) &&
               vf_is_number(claim[k]->kid[1]));
    prove_claim(p, one_side(claim[k], at_most ? VF_LE : VF_GE));
    claim[k] = one_side(claim[k], at_most ? VF_GE : VF_LE);
}

const vf_term **vf_check_known(vf_theorem *t, vf_cert *c) {
    const vf_term **claim = vf_alloc((t->nclaims + 1) * sizeof *claim);
    for (size_t k = 0; k < t->nclaims; k++)
        claim[k] = t->claim[k];
    while (strcmp(vf_next(c), "known") == 0) {
        vf_proof p = new_proof(t, c);
        take_known(&p, claim);
    }
    return claim;
}
