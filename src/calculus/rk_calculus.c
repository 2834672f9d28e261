/* The logic of a theorem: claims taken apart into sequents with atomic hypotheses and goals. */
#include "rk_calculus.h"

#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "rk_sequent.h"

enum { MOST_SPLITS = 64 };

static rk_derivation *prove(rk_calculus *c, const rk_hypothesis *pending,
                            const rk_hypothesis *atoms, rk_literal goal);

static const rk_hypothesis *with(rk_calculus *c, rk_literal l, const rk_hypothesis *next) {
    rk_hypothesis *h = rk_arena_alloc(c->arena, sizeof *h);
    *h = (rk_hypothesis){.literal = l, .next = next};
    return h;
}

static const rk_hypothesis *with_range(rk_calculus *c, const rk_term *loop,
                                       const rk_hypothesis *next) {
    rk_hypothesis *h = rk_arena_alloc(c->arena, sizeof *h);
    *h = (rk_hypothesis){.range = loop, .next = next};
    return h;
}

static rk_literal of(const rk_term *t, bool negated) {
    return (rk_literal){t, negated};
}

/* A node above the sequents; it has no store of its own. */
static rk_derivation *node(rk_calculus *c, rk_step_kind kind, const rk_term *claim, size_t nkids) {
    rk_derivation *d = rk_arena_alloc(c->arena, sizeof *d);
    d->kind = kind;
    d->claim = claim;
    d->kid = rk_arena_alloc(c->arena, (nkids + 1) * sizeof *d->kid);
    return d;
}

static bool add_kid(rk_derivation *d, rk_derivation *kid) {
    if (kid != NULL)
        d->kid[d->nkids++] = kid;
    return kid != NULL;
}

/* --- hypotheses ----------------------------------------------------------------------------- */

/* Either of two hypotheses may hold: the goal must follow from each. */
static rk_derivation *both_cases(rk_calculus *c, const rk_hypothesis *atoms, rk_literal goal,
                                 const rk_hypothesis *a, const rk_hypothesis *b) {
    rk_derivation *d = node(c, RK_N_CASES, goal.term, 2);
    if (++c->splits > MOST_SPLITS)
        return NULL;
    return add_kid(d, prove(c, a, atoms, goal)) && add_kid(d, prove(c, b, atoms, goal)) ? d : NULL;
}

/* One of n hypotheses holds. */
static rk_derivation *any_case(rk_calculus *c, const rk_term *t, bool negated,
                               const rk_hypothesis *rest, const rk_hypothesis *atoms,
                               rk_literal goal) {
    rk_derivation *d = node(c, RK_N_CASES, goal.term, t->nkids);
    if ((c->splits += (unsigned)t->nkids) > MOST_SPLITS)
        return NULL;
    for (size_t i = 0; i < t->nkids; i++)
        if (!add_kid(d, prove(c, with(c, of(t->kid[i], negated), rest), atoms, goal)))
            return NULL;
    return d;
}

static const rk_hypothesis *with_all(rk_calculus *c, const rk_term *t, bool negated,
                                     const rk_hypothesis *rest) {
    for (size_t i = 0; i < t->nkids; i++)
        rest = with(c, of(t->kid[i], negated), rest);
    return rest;
}

static rk_derivation *take_hypothesis(rk_calculus *c, rk_literal h, const rk_hypothesis *rest,
                                      const rk_hypothesis *atoms, rk_literal goal) {
    const rk_term *t = h.term;
    bool n = h.negated;
    switch (t->op) {
    case RK_T_NOT:
        return prove(c, with(c, of(t->kid[0], !n), rest), atoms, goal);
    case RK_T_AND:
    case RK_T_OR:
        return (t->op == RK_T_AND) != n ? prove(c, with_all(c, t, n, rest), atoms, goal)
                                        : any_case(c, t, n, rest, atoms, goal);
    case RK_T_IMPLIES:
        if (n)
            return prove(c, with(c, of(t->kid[0], false), with(c, of(t->kid[1], true), rest)),
                         atoms, goal);
        return both_cases(c, atoms, goal, with(c, of(t->kid[0], true), rest),
                          with(c, of(t->kid[1], false), rest));
    case RK_T_IFF: {
        const rk_hypothesis *yes = with(c, of(t->kid[1], n), rest);
        const rk_hypothesis *no = with(c, of(t->kid[1], !n), rest);
        return both_cases(c, atoms, goal, with(c, of(t->kid[0], false), yes),
                          with(c, of(t->kid[0], true), no));
    }
    default:
        return prove(c, rest, with(c, h, atoms), goal);
    }
}

/* --- goals ---------------------------------------------------------------------------------- */

static rk_derivation *all_goals(rk_calculus *c, const rk_term *t, bool negated,
                                const rk_hypothesis *atoms) {
    rk_derivation *d = node(c, RK_N_ALL, t, t->nkids);
    for (size_t i = 0; i < t->nkids; i++)
        if (!add_kid(d, prove(c, NULL, atoms, of(t->kid[i], negated))))
            return NULL;
    return d;
}

/* d shows what the goal was turned to. */
static rk_derivation *turned(rk_calculus *c, rk_derivation *d, const rk_term *range,
                             size_t alternative) {
    if (d == NULL)
        return NULL;
    rk_turning *t = rk_arena_alloc(c->arena, sizeof *t);
    *t = (rk_turning){range, alternative, d->turning};
    d->turning = t;
    return d;
}

/* One of the goals, the others being false. */
static rk_derivation *any_goal(rk_calculus *c, const rk_term *t, bool negated,
                               const rk_hypothesis *atoms) {
    rk_derivation *found = NULL;
    for (size_t i = 0; i < t->nkids && found == NULL; i++) {
        const rk_hypothesis *pending = NULL;
        for (size_t j = 0; j < t->nkids; j++)
            if (j != i)
                pending = with(c, of(t->kid[j], !negated), pending);
        found = turned(c, prove(c, pending, atoms, of(t->kid[i], negated)), NULL, i);
    }
    return found;
}

static rk_derivation *two_goals(rk_calculus *c, const rk_term *t, const rk_hypothesis *atoms,
                                rk_literal if1, rk_literal then1, rk_literal if2,
                                rk_literal then2) {
    rk_derivation *d = node(c, RK_N_ALL, t, 2);
    return add_kid(d, prove(c, with(c, if1, NULL), atoms, then1)) &&
                   add_kid(d, prove(c, with(c, if2, NULL), atoms, then2))
               ? d
               : NULL;
}

static rk_derivation *premise_and_not_conclusion(rk_calculus *c, const rk_term *t,
                                                 const rk_hypothesis *atoms) {
    rk_derivation *d = node(c, RK_N_ALL, t, 2);
    return add_kid(d, prove(c, NULL, atoms, of(t->kid[0], false))) &&
                   add_kid(d, prove(c, NULL, atoms, of(t->kid[1], true)))
               ? d
               : NULL;
}

static bool out_of_time(const rk_calculus *c) {
    return rk_clock() > c->options.deadline;
}

static rk_derivation *atomic_goal(rk_calculus *c, rk_literal goal, const rk_hypothesis *atoms) {
    rk_derivation *d = out_of_time(c) ? NULL : rk_prove_literal(rk_context_new(c, atoms), goal);
    if (d == NULL && c->tried.open == NULL)
        c->tried.open = goal.term;
    if (d != NULL)
        d->claim = goal.term;
    return d;
}

static rk_derivation *prove_goal(rk_calculus *c, const rk_hypothesis *atoms, rk_literal goal) {
    const rk_term *t = goal.term;
    bool n = goal.negated;
    switch (t->op) {
    case RK_T_NOT:
        return prove(c, NULL, atoms, of(t->kid[0], !n));
    case RK_T_AND:
    case RK_T_OR:
        return (t->op == RK_T_AND) != n ? all_goals(c, t, n, atoms) : any_goal(c, t, n, atoms);
    case RK_T_IMPLIES:
        if (!n)
            return prove(c, with(c, of(t->kid[0], false), NULL), atoms, of(t->kid[1], false));
        return premise_and_not_conclusion(c, t, atoms);
    case RK_T_IFF:
        return two_goals(c, t, atoms, of(t->kid[0], false), of(t->kid[1], n), of(t->kid[1], n),
                         of(t->kid[0], false));
    case RK_T_LOOP_ALL:
        return n ? NULL
                 : turned(c, prove(c, NULL, with_range(c, t, atoms), of(t->kid[0], false)), t, 0);
    default:
        return atomic_goal(c, goal, atoms);
    }
}

static rk_derivation *prove(rk_calculus *c, const rk_hypothesis *pending,
                            const rk_hypothesis *atoms, rk_literal goal) {
    if (pending != NULL)
        return take_hypothesis(c, pending->literal, pending->next, atoms, goal);
    return prove_goal(c, atoms, goal);
}

/* --- theorems ------------------------------------------------------------------------------- */

static bool has_generic(const rk_checked *checked) {
    for (size_t i = 0; i < checked->nvars; i++)
        if (checked->vars[i].quant == RK_GENERIC)
            return true;
    return false;
}

static const rk_hypothesis *assumes(rk_calculus *c) {
    const rk_hypothesis *h = NULL;
    for (size_t i = c->checked->nassumes; i-- > 0;)
        h = with(c, of(c->checked->assumes[i], false), h);
    return h;
}

static void prove_claims(rk_calculus *c) {
    const rk_checked *checked = c->checked;
    rk_derivation *d = node(c, RK_N_ALL, NULL, checked->nclaims);
    c->proved = true;
    for (size_t i = 0; i < checked->nclaims && c->proved; i++) {
        c->splits = 0;
        c->claim = checked->claims[i];
        c->proved = add_kid(d, prove(c, assumes(c), NULL, of(checked->claims[i], false)));
    }
    if (c->proved)
        c->root = d;
}

static rk_calculus *calculus_new(const rk_checked *checked, const rk_calculus_options *options) {
    rk_arena *arena = rk_arena_new();
    rk_calculus *c = rk_arena_alloc(arena, sizeof *c);
    *c = (rk_calculus){
        .checked = checked, .options = *options, .arena = arena, .generic = has_generic(checked)};
    return c;
}

rk_calculus *rk_calculus_prove_side(const rk_checked *checked, size_t claim, rk_cmp side,
                                    const rk_calculus_options *options) {
    rk_calculus *c = calculus_new(checked, options);
    rk_term *t = rk_arena_alloc(c->arena, sizeof *t);
    *t = *checked->claims[claim];
    if (checked->mode != RK_MODE_UNIVERSAL || t->op != RK_T_COMPARE || t->cmp != RK_EQ)
        return c;
    t->cmp = side;
    c->claim = checked->claims[claim];
    c->root = prove(c, assumes(c), NULL, of(t, false));
    c->proved = c->root != NULL;
    return c;
}

rk_calculus *rk_calculus_prove(const rk_checked *checked, const rk_calculus_options *options) {
    rk_calculus *c = calculus_new(checked, options);
    if (checked->mode == RK_MODE_UNIVERSAL)
        prove_claims(c);
    return c;
}

void rk_calculus_free(rk_calculus *c) {
    if (c == NULL)
        return;
    for (rk_context *x = c->contexts; x != NULL; x = x->next)
        rk_context_free(x);
    rk_arena_free(c->arena);
}

bool rk_calculus_proved(const rk_calculus *c) {
    return c->proved;
}

const rk_derivation *rk_calculus_derivation(const rk_calculus *c) {
    return c->root;
}

const rk_calculus_report *rk_calculus_tried(const rk_calculus *c) {
    return &c->tried;
}

size_t rk_derivation_steps(const rk_derivation *root) {
    size_t n = root->kind == RK_N_SUM || root->kind == RK_N_ABSURD ? root->nfacts
               : root->kind == RK_N_IDENTITY                       ? 1
                                                                   : 0;
    for (size_t i = 0; i < root->nkids; i++)
        n += rk_derivation_steps(root->kid[i]);
    return n;
}
