/* One atomic goal in its context: identities by normal forms, inequalities by the linear program,
   with cases for minima, maxima and numbers that differ. */
#include <string.h>

#include "base/rk_mem.h"
#include "rk_sequent.h"
#include "rk_walk.h"

enum { MOST_DEPTH = 6, MOST_FACTORS = 4 };

/* --- the linear program --------------------------------------------------------------------- */

typedef struct fact_list {
    const rk_fact **item;
    size_t n;
} fact_list;

static fact_list all_facts(rk_context *x, const rk_fact *const *extra, size_t nextra) {
    size_t n = rk_instances_count(x->instances);
    fact_list l = {rk_arena_alloc(x->calculus->arena, (n + nextra + 1) * sizeof *l.item), 0};
    for (size_t i = 0; i < n; i++)
        l.item[l.n++] = rk_instances_get(x->instances, i);
    for (size_t i = 0; i < nextra; i++)
        l.item[l.n++] = extra[i];
    return l;
}

typedef struct used_facts {
    const rk_fact **fact;
    size_t n;
} used_facts;

/* The fact after those it rests on; its position. */
static unsigned use(rk_context *x, used_facts *u, const rk_fact *f) {
    for (size_t i = 0; i < u->n; i++)
        if (u->fact[i] == f)
            return (unsigned)i;
    for (size_t i = 0; i < f->nuses; i++)
        use(x, u, rk_instances_get(x->instances, f->uses[i]));
    u->fact[u->n] = f;
    return (unsigned)u->n++;
}

static size_t count_uses(const rk_context *x, const rk_fact *f) {
    size_t n = 1;
    for (size_t i = 0; i < f->nuses; i++)
        n += count_uses(x, rk_instances_get(x->instances, f->uses[i]));
    return n;
}

/* The node of a sum: the facts it uses, renumbered. */
static rk_derivation *sum_node(rk_context *x, rk_step_kind kind, rk_sc goal, const fact_list *l,
                               rk_sum *sum) {
    rk_derivation *d = rk_derivation_new(x, kind);
    size_t n = 0;
    for (size_t i = 0; i < sum->nitems; i++)
        n += count_uses(x, l->item[sum->item[i].fact]);
    used_facts u = {rk_arena_alloc(x->calculus->arena, (n + 1) * sizeof *u.fact), 0};
    for (size_t i = 0; i < sum->nitems; i++)
        sum->item[i].fact = use(x, &u, l->item[sum->item[i].fact]);
    d->goal = goal;
    d->fact = u.fact;
    d->nfacts = u.n;
    d->sum = *sum;
    return d;
}

static rk_derivation *by_sum(rk_context *x, rk_sc goal, const fact_list *l) {
    rk_sum sum;
    x->calculus->tried.programs++;
    if (!rk_farkas(x->scalars, l->item, l->n, goal, x->calculus->arena, &sum))
        return NULL;
    return sum_node(x, RK_N_SUM, goal, l, &sum);
}

static rk_derivation *by_contradiction(rk_context *x, rk_sc goal, const fact_list *l) {
    rk_sum sum;
    x->calculus->tried.programs++;
    if (!rk_farkas_contradiction(x->scalars, l->item, l->n, x->calculus->arena, &sum))
        return NULL;
    return sum_node(x, RK_N_ABSURD, goal, l, &sum);
}

/* --- cases ---------------------------------------------------------------------------------- */

/* What the goal is split by: a minimum or maximum, a modulus, which is the larger of a number and
   its negative, or a number that is not 0. */
typedef struct split {
    const rk_quantity *extremum;
    rk_sc unequal;
} split;

typedef struct split_list {
    split item[MOST_DEPTH];
    size_t n;
} split_list;

static void add_split(split_list *l, split s) {
    for (size_t i = 0; i < l->n; i++)
        if (l->item[i].extremum == s.extremum && l->item[i].unequal == s.unequal)
            return;
    if (l->n < MOST_DEPTH)
        l->item[l->n++] = s;
}

static bool is_modulus(const rk_quantity *q) {
    return q->kind == RK_Q_OF_TERM && q->op == RK_T_ABS && q->nargs == 1 && q->nmx == 0;
}

static size_t nparts(const rk_quantity *q) {
    return is_modulus(q) ? 2 : q->nargs;
}

/* What it is the smallest or largest of. */
static rk_sc part(rk_context *x, const rk_quantity *q, size_t k) {
    bool negative = is_modulus(q) && k == 1;
    return negative ? rk_sc_sub(x->scalars, rk_sc_int(x->scalars, 0), q->arg[0]) : q->arg[k];
}

/* Moduli are not always split: squares and norms may do without. */
static void moduli_of(const rk_context *x, rk_sc a, split_list *l) {
    for (unsigned i = 0; i < a->natoms; i++) {
        const rk_quantity *q = rk_sc_atom_quantity(x->scalars, a->atom[i]);
        if (q != NULL && is_modulus(q))
            add_split(l, (split){.extremum = q});
    }
}

static void splits_of(const rk_context *x, rk_sc a, split_list *l) {
    for (unsigned i = 0; i < a->natoms; i++) {
        const rk_quantity *q = rk_sc_atom_quantity(x->scalars, a->atom[i]);
        if (q == NULL || (q->kind != RK_Q_MIN && q->kind != RK_Q_MAX))
            continue;
        for (size_t k = 0; k < q->nargs; k++)
            splits_of(x, q->arg[k], l);
        add_split(l, (split){.extremum = q});
    }
}

static const rk_fact *case_fact(rk_context *x, rk_sc value, bool equation) {
    rk_fact *f = rk_arena_alloc(x->calculus->arena, sizeof *f);
    *f = (rk_fact){.law = RK_LAW_CASE, .value = value, .equation = equation};
    return f;
}

/* The facts of case k, one after the other; their number. */
static size_t case_facts(rk_context *x, const split *s, size_t k, const rk_fact **out) {
    rk_scalars *sc = x->scalars;
    if (s->unequal != NULL) {
        rk_sc up = rk_sc_sub(sc, s->unequal, rk_sc_int(sc, 1));
        rk_sc down = rk_sc_sub(sc, rk_sc_int(sc, -1), s->unequal);
        out[0] = case_fact(x, k == 0 ? up : down, false);
        return 1;
    }
    const rk_quantity *q = s->extremum;
    rk_sc value = rk_sc_quantity(sc, q);
    size_t n = 0;
    rk_sc chosen = part(x, q, k);
    out[n++] = case_fact(x, rk_sc_sub(sc, value, chosen), true);
    for (size_t i = 0; i < nparts(q); i++) {
        rk_sc more = rk_sc_sub(sc, chosen, part(x, q, i));
        if (i != k && q->kind == RK_Q_MIN)
            more = rk_sc_sub(sc, rk_sc_int(sc, 0), more);
        if (i != k)
            out[n++] = case_fact(x, more, false);
    }
    return n;
}

static size_t most_facts(const split *s) {
    return s->unequal != NULL ? 1 : nparts(s->extremum);
}

static size_t ncases(const split *s) {
    return s->unequal != NULL ? 2 : nparts(s->extremum);
}

static rk_derivation *by_cases(rk_context *x, rk_sc goal, const split_list *l, size_t next,
                               size_t eager, const rk_fact *const *extra, size_t nextra);

static rk_derivation *one_case(rk_context *x, rk_sc goal, const split_list *l, size_t next,
                               size_t eager, size_t k, const rk_fact *const *extra, size_t nextra) {
    const split *s = &l->item[next];
    const rk_fact **more =
        rk_arena_alloc(x->calculus->arena, (nextra + most_facts(s)) * sizeof *more);
    if (nextra > 0)
        memcpy(more, extra, nextra * sizeof *more);
    size_t n = nextra + case_facts(x, s, k, more + nextra);
    rk_derivation *d = by_cases(x, goal, l, next + 1, eager, more, n);
    if (d == NULL)
        return NULL;
    rk_derivation *top = rk_derivation_new(x, RK_N_ALL); /* carries what the case assumes */
    rk_assumption *a = rk_arena_alloc(x->calculus->arena, (n - nextra + 1) * sizeof *a);
    for (size_t i = nextra; i < n; i++)
        a[i - nextra] = (rk_assumption){.value = more[i]->value, .equation = more[i]->equation};
    top->assumption = a;
    top->nassumptions = n - nextra;
    top->kid = rk_arena_alloc(x->calculus->arena, sizeof *top->kid);
    top->kid[top->nkids++] = d;
    return top;
}

/* Splits l->item[next ..) as far as needed; the first `eager` ones before any attempt. */
static rk_derivation *by_cases(rk_context *x, rk_sc goal, const split_list *l, size_t next,
                               size_t eager, const rk_fact *const *extra, size_t nextra) {
    if (next >= eager) {
        fact_list facts = all_facts(x, extra, nextra);
        rk_derivation *d = goal == NULL ? NULL : by_sum(x, goal, &facts);
        if (d == NULL && (nextra > 0 || x->nassumptions > 0) && (goal == NULL || next == l->n))
            d = by_contradiction(x, goal, &facts);
        if (d != NULL)
            return d;
    }
    if ((goal == NULL || next == l->n))
        return NULL;
    rk_derivation *d = rk_derivation_new(x, RK_N_CASES);
    d->goal = goal;
    d->split = l->item[next].unequal;
    if (d->split == NULL)
        d->split = rk_sc_quantity(x->scalars, l->item[next].extremum);
    size_t n = ncases(&l->item[next]);
    d->kid = rk_arena_alloc(x->calculus->arena, n * sizeof *d->kid);
    for (size_t k = 0; k < n; k++) {
        rk_derivation *kid = one_case(x, goal, l, next, eager, k, extra, nextra);
        if (kid == NULL)
            return NULL;
        d->kid[d->nkids++] = kid;
    }
    return d;
}

/* --- inequalities --------------------------------------------------------------------------- */

/* Facts that hold by definition of min and max. */
static void add_extrema(rk_context *x, const split_list *l) {
    rk_scalars *s = x->scalars;
    bool on = !x->calculus->options.limits.disabled[RK_LAW_EXTREMUM];
    for (size_t i = 0; i < l->n && on; i++) {
        const rk_quantity *q = l->item[i].extremum;
        for (size_t k = 0; q != NULL && k < nparts(q); k++) {
            rk_sc value = rk_sc_quantity(s, q), one = part(x, q, k);
            rk_fact f = {.law = RK_LAW_EXTREMUM,
                         .at = value,
                         .value = q->kind == RK_Q_MIN ? rk_sc_sub(s, one, value)
                                                      : rk_sc_sub(s, value, one)};
            rk_instances_add(x->instances, &f);
            rk_instances_want_scalar(x->instances, one);
        }
    }
}

enum { MOST_NEAR = 32 };

typedef struct nearness { /* quantities of the goal, and of what is said of them */
    const rk_quantity *item[MOST_NEAR];
    size_t n;
} nearness;

/* Those of a, and those that its minima and maxima are made of. */
static void bring_near(const rk_context *x, nearness *k, rk_sc a) {
    for (unsigned i = 0; i < a->natoms; i++) {
        const rk_quantity *q = rk_sc_atom_quantity(x->scalars, a->atom[i]);
        bool known = q == NULL || k->n == MOST_NEAR;
        for (size_t j = 0; j < k->n && !known; j++)
            known = k->item[j] == q;
        if (known)
            continue;
        k->item[k->n++] = q;
        for (size_t j = 0; j < q->nargs; j++)
            bring_near(x, k, q->arg[j]);
    }
}

/* How many quantities the equation brings in that are not near; more than all: it does not give q
   by a minimum or maximum, or by one other rank. */
static size_t distance(const rk_context *x, const nearness *near, const rk_quantity *q,
                       const rk_fact *f) {
    nearness with = *near;
    split_list l = {.n = 0};
    bool gives = false;
    for (unsigned i = 0; f->equation && i < f->value->natoms; i++)
        gives |= rk_sc_atom_quantity(x->scalars, f->value->atom[i]) == q;
    if (gives)
        splits_of(x, f->value, &l);
    bring_near(x, &with, f->value);
    size_t far = with.n - near->n;
    return l.n > 0 || (gives && far == 1) ? far : MOST_NEAR + 1;
}

/* For each quantity of the goal one fact that says what it is by a minimum or maximum, the one that
   brings in the fewest others, then for these and so on; and then all the rest. */
static void splits_of_facts(rk_context *x, rk_sc goal, split_list *l) {
    size_t n = rk_instances_count(x->instances);
    nearness near = {.n = 0};
    bring_near(x, &near, goal);
    for (size_t i = 0; i < near.n; i++) {
        rk_sc best = NULL;
        size_t least = MOST_NEAR + 1;
        for (size_t k = 0; k < n && near.item[i]->kind == RK_Q_RANK; k++) {
            const rk_fact *f = rk_instances_get(x->instances, k);
            size_t far = distance(x, &near, near.item[i], f);
            best = far < least ? f->value : best;
            least = far < least ? far : least;
        }
        if (best == NULL)
            continue;
        splits_of(x, best, l);
        bring_near(x, &near, best);
    }
    for (size_t i = 0; i < n; i++)
        splits_of(x, rk_instances_get(x->instances, i)->value, l);
    for (size_t i = 0; i < x->nassumptions; i++)
        if (x->assumption[i].unequal != NULL &&
            rk_sc_is_integer(x->scalars, x->assumption[i].unequal))
            add_split(l, (split){.unequal = x->assumption[i].unequal});
}

/* An index that lies in low..high. */
typedef struct member {
    rk_context *x;
    rk_sc index, low, high;
} member;

static void see_family(void *self, const rk_leaf *leaf, rk_place place) {
    const member *m = self;
    rk_context *x = m->x;
    bool joined = leaf->kind == RK_L_HCAT || leaf->kind == RK_L_VCAT;
    if (place != RK_PLACE_WORD || (!joined && leaf->kind != RK_L_PROD) ||
        leaf->index[0] != m->low || leaf->index[1] != m->high ||
        x->calculus->options.limits.disabled[RK_LAW_FAMILY_PART])
        return;
    const rk_mx *whole = rk_mx_of_leaf(x->store, leaf);
    const rk_mx *part = rk_mx_put_sym(x->store, leaf->arg[0], leaf->sym, m->index);
    rk_sc more = rk_sc_sub(x->scalars, rk_mx_rank(x->store, whole), rk_mx_rank(x->store, part));
    const rk_mx **mx = rk_arena_alloc(x->calculus->arena, 2 * sizeof *mx);
    mx[0] = joined ? part : whole;
    mx[1] = joined ? whole : part;
    rk_fact f = {.law = joined ? RK_LAW_FAMILY_PART : RK_LAW_PRODUCT,
                 .value = joined ? more : rk_sc_sub(x->scalars, rk_sc_int(x->scalars, 0), more),
                 .matrix = mx,
                 .nmatrices = 2};
    rk_note *note = rk_arena_alloc(x->calculus->arena, sizeof *note);
    *note = (rk_note){.family = leaf, .at = m->index};
    f.note = note;
    rk_instances_add(x->instances, &f);
    rk_instances_want(x->instances, part);
}

/* Members of families at the indices of `all` that are free. */
static void add_members(rk_context *x, rk_sc goal) {
    for (const rk_hypothesis *h = x->hypotheses; h != NULL; h = h->next) {
        if (h->range == NULL)
            continue;
        member m = {x, rk_sc_sym(x->scalars, h->range->sym),
                    rk_sc_size(x->scalars, h->range->ival[0]),
                    rk_sc_size(x->scalars, h->range->ival[1])};
        rk_walk_scalar(x->store, goal, RK_PLACE_WORD, see_family, &m);
    }
}

/* The facts about what stands in the goal and in what is given beside it. */
static void prepare(rk_context *x, rk_sc goal, const rk_fact *const *extra, size_t nextra,
                    split_list *splits) {
    rk_instances_want_scalar(x->instances, goal);
    for (size_t i = 0; i < nextra; i++)
        rk_instances_want_scalar(x->instances, extra[i]->value);
    add_members(x, goal);
    if (x->calculus->generic)
        rk_generic_facts(x, goal);
    rk_norm_facts(x, goal);
    rk_trace_facts(x, goal);
    rk_extreme_facts(x, goal);
    splits_of_facts(x, goal, splits);
    add_extrema(x, splits);
    rk_context_notes(x);
}

/* The minima, maxima and moduli of the goal; how many are to be split before any attempt. */
static size_t splits_of_goal(const rk_context *x, rk_sc goal, split_list *l) {
    splits_of(x, goal, l);
    size_t eager = l->n;
    moduli_of(x, goal, l);
    return eager;
}

/* For generic variables what holds of the ranks that facts give those of the goal by, twice
   over: rank(X*X') is rank(X). False: there are none. */
static bool add_neighbours(rk_context *x, rk_sc goal) {
    nearness near = {.n = 0};
    bring_near(x, &near, goal);
    size_t done = near.n;
    for (int round = 0; round < 2; round++) {
        size_t known = near.n;
        for (size_t i = 0; i < rk_instances_count(x->instances); i++) {
            const rk_fact *f = rk_instances_get(x->instances, i);
            bool beside = false;
            bool gives = f->equation || f->law == RK_LAW_SPECIAL;
            for (size_t k = 0; k < known && gives; k++)
                beside |=
                    near.item[k]->kind == RK_Q_RANK && rk_sc_has_atom(f->value, near.item[k]->atom);
            if (beside)
                bring_near(x, &near, f->value);
        }
        for (size_t i = known; i < near.n; i++)
            if (near.item[i]->kind == RK_Q_RANK)
                rk_generic_facts(x, rk_sc_quantity(x->scalars, near.item[i]));
    }
    return near.n > done;
}

/* Most proofs need what is near the goal only: all that can be said is said when that failed. */
static rk_derivation *by_facts(rk_context *x, rk_sc goal, const split_list *l, size_t eager,
                               const rk_fact *const *extra, size_t nextra) {
    enum { NEAR = 1 };
    bool all = rk_instances_saturate_near(x->instances, NEAR);
    rk_derivation *d = by_cases(x, goal, l, 0, eager, extra, nextra);
    if (d == NULL && !all) {
        rk_instances_saturate(x->instances);
        d = by_cases(x, goal, l, 0, eager, extra, nextra);
    }
    if (d == NULL && goal != NULL && x->calculus->generic && add_neighbours(x, goal)) {
        split_list more = {.n = 0};
        eager = splits_of_goal(x, goal, &more);
        splits_of_facts(x, goal, &more);
        add_extrema(x, &more);
        rk_instances_saturate(x->instances);
        d = by_cases(x, goal, &more, 0, eager, extra, nextra);
    }
    x->calculus->tried.matrices += rk_instances_matrices(x->instances);
    x->calculus->tried.instances += rk_instances_count(x->instances);
    return d;
}

/* The goal as it is, with its factors. */
static rk_derivation *add_up(rk_context *x, rk_sc goal, const rk_fact *const *extra,
                             size_t nextra) {
    split_list splits = {.n = 0};
    size_t eager = splits_of_goal(x, goal, &splits);
    prepare(x, goal, extra, nextra, &splits);
    return by_facts(x, goal, &splits, eager, extra, nextra);
}

rk_derivation *rk_prove_nonnegative(rk_context *x, rk_sc goal, const rk_fact *const *extra,
                                    size_t nextra) {
    rk_sc bare = rk_without_positive(x, goal);
    rk_derivation *d = add_up(x, bare, extra, nextra);
    if (d != NULL)
        d->shown = goal;
    if (d == NULL && x->calculus->tried.open_goal == NULL) {
        x->calculus->tried.open_goal = bare;
        x->calculus->tried.store = x->store;
    }
    return d;
}

static rk_derivation *pair(rk_context *x, rk_derivation *a, rk_derivation *b) {
    rk_derivation *d = rk_derivation_new(x, RK_N_ALL);
    d->kid = rk_arena_alloc(x->calculus->arena, 2 * sizeof *d->kid);
    d->kid[d->nkids++] = a;
    d->kid[d->nkids++] = b;
    return d;
}

rk_derivation *rk_prove_zero(rk_context *x, rk_sc value, const rk_fact *const *extra,
                             size_t nextra) {
    rk_sc minus = rk_sc_sub(x->scalars, rk_sc_int(x->scalars, 0), value);
    rk_derivation *a = rk_prove_nonnegative(x, value, extra, nextra);
    rk_derivation *b = a == NULL ? NULL : rk_prove_nonnegative(x, minus, extra, nextra);
    return b == NULL ? NULL : pair(x, a, b);
}

/* value == 0 because its square is. */
static rk_derivation *by_square(rk_context *x, rk_sc value) {
    rk_sc minus = rk_sc_sub(x->scalars, rk_sc_int(x->scalars, 0), value);
    rk_derivation *d = rk_prove_nonnegative(x, rk_sc_mul(x->scalars, minus, value), NULL, 0);
    if (d != NULL)
        d->squared = true;
    return d;
}

typedef struct factors { /* numbers that are not 0 */
    rk_sc item[MOST_FACTORS];
    size_t n;
} factors;

static void add_factor(factors *f, rk_sc a) {
    for (size_t i = 0; i < f->n; i++)
        if (f->item[i] == a)
            return;
    if (f->n < MOST_FACTORS && a->natoms > 0)
        f->item[f->n++] = a;
}

/* What is assumed not to be 0, determinants of invertible matrices, squares of columns. */
static factors nonzero_numbers(const rk_context *x) {
    factors f = {.n = 0};
    for (size_t i = 0; i < x->nassumptions; i++)
        if (x->assumption[i].unequal != NULL)
            add_factor(&f, x->assumption[i].unequal);
    for (size_t i = 0; i < rk_instances_count(x->instances); i++) {
        rk_sc v = rk_instances_get(x->instances, i)->value;
        for (unsigned k = 0; k < v->natoms; k++) {
            const rk_quantity *q = rk_sc_atom_quantity(x->scalars, v->atom[k]);
            if (q != NULL && (q->kind == RK_Q_DET || q->kind == RK_Q_ENTRY) && q->nonzero)
                add_factor(&f, rk_sc_quantity(x->scalars, q));
        }
    }
    return f;
}

static rk_derivation *is_zero(rk_context *x, rk_sc value) {
    rk_derivation *a = add_up(x, value, NULL, 0), *b = NULL;
    if (a != NULL)
        b = add_up(x, rk_sc_sub(x->scalars, rk_sc_int(x->scalars, 0), value), NULL, 0);
    return b != NULL ? pair(x, a, b) : NULL;
}

/* value == 0 because its product with one or two numbers is 0 that are not. */
static rk_derivation *by_factor(rk_context *x, rk_sc value) {
    factors f = nonzero_numbers(x);
    rk_derivation *d = NULL;
    for (size_t i = 0; i < f.n && d == NULL; i++) {
        rk_sc more = rk_sc_mul(x->scalars, f.item[i], value);
        d = is_zero(x, more);
        for (size_t k = 0; k < i && d == NULL; k++)
            d = is_zero(x, rk_sc_mul(x->scalars, f.item[k], more));
    }
    return d;
}

/* goal >= 0 because its product with a positive number is. */
static rk_derivation *by_positive_factor(rk_context *x, rk_sc goal) {
    factors f = nonzero_numbers(x);
    rk_derivation *d = NULL;
    for (size_t i = 0; i < f.n && d == NULL; i++)
        if (rk_sc_is_positive(x->scalars, f.item[i]))
            d = add_up(x, rk_sc_mul(x->scalars, f.item[i], goal), NULL, 0);
    if (d != NULL)
        d->shown = goal;
    return d;
}

/* By induction where a fold stands in it, else directly. */
static rk_derivation *nonnegative(rk_context *x, rk_sc goal) {
    rk_derivation *d = rk_prove_by_induction(x, goal, false, NULL, NULL);
    d = d != NULL ? d : rk_prove_nonnegative(x, goal, NULL, 0);
    return d != NULL ? d : by_positive_factor(x, goal);
}

static rk_derivation *zero(rk_context *x, rk_sc value) {
    rk_derivation *d = rk_prove_by_induction(x, value, true, NULL, NULL);
    if (d != NULL)
        return d;
    rk_sc minus = rk_sc_sub(x->scalars, rk_sc_int(x->scalars, 0), value);
    rk_derivation *a = nonnegative(x, value);
    rk_derivation *b = a == NULL ? NULL : nonnegative(x, minus);
    return b == NULL ? NULL : pair(x, a, b);
}

/* --- equations ------------------------------------------------------------------------------ */

static rk_derivation *identity(rk_context *x, const rk_mx *left, const rk_mx *right) {
    rk_derivation *d = rk_derivation_new(x, RK_N_IDENTITY);
    d->left = left;
    d->right = right;
    return d;
}

/* What the text takes an inverse of is invertible, so its product with what is not 0 is not 0. */
static bool cancels(rk_context *x, const rk_mx *a, unsigned deep, const rk_cancelled **way) {
    enum { HEAVY = 64 };
    if (rk_mx_is_zero(a))
        return true;
    for (size_t i = 0; deep > 0 && i < rk_reader_ninverted(x->reader); i++)
        for (int left = 1; left >= 0; left--) {
            const rk_mx *by = rk_reader_inverted(x->reader, i);
            if (rk_mx_is_grid(by) || by->rows != (left ? a->rows : a->cols))
                continue;
            rk_cancelled *c = rk_arena_alloc(x->calculus->arena, sizeof *c);
            const rk_mx *more = left ? rk_mx_mul(x->store, by, a) : rk_mx_mul(x->store, a, by);
            *c = (rk_cancelled){by, left, NULL};
            *way = c;
            if (!rk_mx_is_grid(more) && more->weight <= HEAVY &&
                cancels(x, more, deep - 1, &c->next))
                return true;
        }
    return false;
}

static rk_derivation *by_cancelling(rk_context *x, const rk_mx *left, const rk_mx *right) {
    enum { DEEPEST = 2 };
    const rk_mx *difference = rk_mx_sub(x->store, left, right);
    const rk_cancelled *way = NULL;
    if (rk_mx_is_grid(difference) || !cancels(x, difference, DEEPEST, &way))
        return NULL;
    for (const rk_cancelled *c = way; c != NULL; c = c->next) {
        left = c->left ? rk_mx_mul(x->store, c->by, left) : rk_mx_mul(x->store, left, c->by);
        right = c->left ? rk_mx_mul(x->store, c->by, right) : rk_mx_mul(x->store, right, c->by);
    }
    rk_derivation *d = identity(x, left, right);
    d->cancelled = way;
    return d;
}

rk_derivation *rk_prove_equal_matrices(rk_context *x, const rk_mx *left, const rk_mx *right) {
    if (left == right)
        return identity(x, left, right);
    rk_derivation *d = rk_prove_by_induction(x, NULL, false, left, right);
    if (d != NULL)
        return d;
    const rk_mx *difference = rk_mx_sub(x->store, left, right);
    if (rk_mx_is_zero(difference))
        return identity(x, left, right);
    d = by_cancelling(x, left, right);
    if (d != NULL)
        return d;
    rk_sc rank = rk_mx_rank(x->store, difference);
    d = nonnegative(x, rk_sc_sub(x->scalars, rk_sc_int(x->scalars, 0), rank));
    if (d != NULL)
        d->by_rank = true;
    return d;
}

rk_derivation *rk_prove_equal_scalars(rk_context *x, rk_sc left, rk_sc right) {
    if (left == right)
        return identity(x, rk_mx_scalar(x->store, left), rk_mx_scalar(x->store, right));
    rk_sc difference = rk_sc_sub(x->scalars, left, right);
    rk_derivation *d = zero(x, rk_without_positive(x, difference));
    d = d != NULL ? d : by_factor(x, difference);
    if (d != NULL)
        d->shown = difference;
    return d != NULL ? d : by_square(x, difference);
}

/* --- literals ------------------------------------------------------------------------------- */

/* a != b: that they are equal contradicts what is known. */
static rk_derivation *prove_unequal(rk_context *x, rk_sc difference) {
    const rk_fact *equal = case_fact(x, rk_without_positive(x, difference), true);
    split_list splits = {.n = 0};
    prepare(x, equal->value, &equal, 1, &splits);
    rk_derivation *d = by_facts(x, NULL, &splits, 0, &equal, 1);
    if (d == NULL)
        return NULL;
    rk_derivation *top = rk_derivation_new(x, RK_N_ALL);
    top->shown = difference;
    rk_assumption *a = rk_arena_alloc(x->calculus->arena, sizeof *a);
    *a = (rk_assumption){.value = equal->value, .equation = true};
    top->assumption = a;
    top->nassumptions = 1;
    top->kid = rk_arena_alloc(x->calculus->arena, sizeof *top->kid);
    top->kid[top->nkids++] = d;
    return top;
}

static bool has_root(const rk_context *x, rk_sc a) {
    for (unsigned i = 0; i < a->natoms; i++) {
        const rk_quantity *q = rk_sc_atom_quantity(x->scalars, a->atom[i]);
        if (q != NULL && q->kind == RK_Q_OF_TERM && (q->op == RK_T_SQRT || q->op == RK_T_ABS))
            return true;
    }
    return false;
}

/* a <= b with roots or moduli in it: the squares of two numbers that are >= 0 say the same
   without. */
static rk_derivation *by_squares(rk_context *x, rk_sc a, rk_sc b) {
    rk_scalars *s = x->scalars;
    if ((!has_root(x, a) && !has_root(x, b)) || !rk_sc_at_least(s, a, 0) ||
        !rk_sc_at_least(s, b, 0))
        return NULL;
    rk_derivation *d = nonnegative(x, rk_sc_sub(s, rk_sc_mul(s, b, b), rk_sc_mul(s, a, a)));
    if (d != NULL)
        d->squared = true;
    return d;
}

static rk_derivation *equal_squares(rk_context *x, rk_sc a, rk_sc b) {
    rk_derivation *up = by_squares(x, b, a), *down = up != NULL ? by_squares(x, a, b) : NULL;
    return down != NULL ? pair(x, up, down) : NULL;
}

/* det(A) == 0, or != 0, by the rank of A. */
static rk_derivation *by_rank(rk_context *x, const rk_term *t, rk_cmp cmp) {
    if (t->kid[0]->op != RK_T_DET || !rk_sc_is_zero(rk_read_scalar(x->reader, t->kid[1])))
        return NULL;
    rk_scalars *s = x->scalars;
    rk_sc gap = rk_singular_gap(x, rk_read_matrix(x->reader, t->kid[0]->kid[0]));
    rk_context_notes(x);
    rk_derivation *d = nonnegative(x, cmp == RK_EQ ? gap : rk_sc_sub(s, rk_sc_int(s, -1), gap));
    if (d != NULL)
        d->by_rank = true;
    return d;
}

/* A number that is 0 exactly when a matrix is: by the rank of that. */
static rk_derivation *by_measure(rk_context *x, rk_sc a, rk_sc b, rk_cmp cmp) {
    rk_scalars *s = x->scalars;
    rk_sc one = rk_sc_int(s, 1), none = rk_sc_int(s, 0);
    const rk_mx *ahead = rk_measured(x, rk_sc_sub(s, a, b)), *m = ahead;
    m = m == NULL ? rk_measured(x, rk_sc_sub(s, b, a)) : m;
    bool vanishes = cmp == RK_EQ || cmp == (ahead != NULL ? RK_LE : RK_GE);
    bool differs = cmp == RK_NE || cmp == (ahead != NULL ? RK_GT : RK_LT);
    if (m == NULL || (!vanishes && !differs))
        return NULL;
    rk_sc rank = rk_mx_rank(x->store, m);
    rk_derivation *d = nonnegative(x, differs ? rk_sc_sub(s, rank, one) : rk_sc_sub(s, none, rank));
    if (d != NULL)
        d->measured = m;
    return d;
}

/* a == b, or a != b, by what can be added up. */
static rk_derivation *prove_values(rk_context *x, rk_sc a, rk_sc b, rk_cmp cmp) {
    if (cmp == RK_NE)
        return prove_unequal(x, rk_sc_sub(x->scalars, a, b));
    rk_derivation *d = rk_prove_equal_scalars(x, a, b);
    return d != NULL ? d : equal_squares(x, a, b);
}

/* a < b from a <= b and a != b. */
static rk_derivation *by_apartness(rk_context *x, const rk_term *t, rk_sc a, rk_sc b, rk_cmp cmp) {
    if (cmp != RK_LT && cmp != RK_GT)
        return NULL;
    rk_sc more = rk_sc_sub(x->scalars, cmp == RK_GT ? a : b, cmp == RK_GT ? b : a);
    rk_derivation *first = nonnegative(x, more);
    rk_derivation *second = first != NULL ? prove_unequal(x, more) : NULL;
    second = first != NULL && second == NULL ? by_rank(x, t, RK_NE) : second;
    rk_derivation *d = second != NULL ? pair(x, first, second) : NULL;
    if (d != NULL)
        d->apart = true;
    return d;
}

/* a <= b, a < b and mirrored; t: the sides as the text has them */
static rk_derivation *prove_order(rk_context *x, const rk_term *t, rk_sc a, rk_sc b, rk_cmp cmp) {
    rk_scalars *s = x->scalars;
    bool equation;
    rk_sc goal = rk_compared(x, cmp, a, b, &equation);
    rk_derivation *d = goal == NULL ? NULL : nonnegative(x, goal);
    if (d != NULL) {
        d->strict = cmp == RK_LT || cmp == RK_GT;
        d->raw = cmp == RK_GE || cmp == RK_GT ? rk_sc_sub(s, a, b) : rk_sc_sub(s, b, a);
        d->bare = d->strict ? rk_without_positive(x, d->raw) : NULL;
    }
    if (d == NULL && (cmp == RK_LE || cmp == RK_GE))
        d = cmp == RK_LE ? by_squares(x, a, b) : by_squares(x, b, a);
    d = d != NULL ? d : by_measure(x, a, b, cmp);
    return d != NULL ? d : by_apartness(x, t, a, b, cmp);
}

/* x where e is exp(x) or log(x), also 0 for 1 = exp(0) and 1 for 0 = log(1); NULL. */
static rk_sc argument(rk_context *x, rk_op f, const rk_term *e) {
    if (e->op == f)
        return rk_read_scalar(x->reader, e->kid[0]);
    rk_sc value = rk_sc_int(x->scalars, f == RK_T_EXP);
    return rk_read_scalar(x->reader, e) == value ? rk_sc_int(x->scalars, f == RK_T_LOG) : NULL;
}

/* exp and log are increasing. */
static rk_derivation *by_monotony(rk_context *x, const rk_term *t, rk_cmp cmp) {
    rk_op f =
        t->kid[0]->op == RK_T_EXP || t->kid[0]->op == RK_T_LOG ? t->kid[0]->op : t->kid[1]->op;
    if (f != RK_T_EXP && f != RK_T_LOG)
        return NULL;
    rk_sc a = argument(x, f, t->kid[0]), b = argument(x, f, t->kid[1]);
    rk_context_notes(x);
    rk_derivation *d = a != NULL && b != NULL ? prove_order(x, t, a, b, cmp) : NULL;
    if (d != NULL)
        d->monotone = true;
    return d;
}

static rk_derivation *prove_numbers(rk_context *x, const rk_term *t, rk_cmp cmp) {
    rk_sc a = rk_read_scalar(x->reader, t->kid[0]), b = rk_read_scalar(x->reader, t->kid[1]);
    rk_context_notes(x);
    if (cmp == RK_NE || cmp == RK_EQ) {
        rk_derivation *d = prove_values(x, a, b, cmp);
        d = d != NULL ? d : by_rank(x, t, cmp);
        return d != NULL ? d : by_measure(x, a, b, cmp);
    }
    rk_derivation *d = prove_order(x, t, a, b, cmp);
    return d != NULL ? d : by_monotony(x, t, cmp);
}

/* A != B because their traces differ. */
static rk_derivation *by_traces(rk_context *x, const rk_mx *a, const rk_mx *b) {
    if (a->rows != a->cols)
        return NULL;
    rk_sc left = rk_reader_trace(x->reader, a), right = rk_reader_trace(x->reader, b);
    rk_derivation *d = prove_unequal(x, rk_sc_sub(x->scalars, left, right));
    if (d != NULL)
        d->by_trace = true;
    return d;
}

static rk_derivation *prove_matrices(rk_context *x, const rk_term *t, rk_cmp cmp) {
    const rk_mx *a = rk_read_matrix(x->reader, t->kid[0]);
    const rk_mx *b = rk_read_matrix(x->reader, t->kid[1]);
    rk_context_notes(x);
    if (cmp == RK_EQ)
        return rk_prove_equal_matrices(x, a, b);
    if (cmp != RK_NE)
        return NULL;
    rk_sc rank = rk_mx_rank(x->store, rk_mx_sub(x->store, a, b));
    rk_derivation *d = nonnegative(x, rk_sc_sub(x->scalars, rank, rk_sc_int(x->scalars, 1)));
    return d != NULL ? d : by_traces(x, a, b);
}

static rk_derivation *prove_span(rk_context *x, rk_literal goal) {
    rk_scalars *s = x->scalars;
    rk_sc gap = rk_span_gap(x, goal.term);
    rk_context_notes(x);
    return nonnegative(x, goal.negated ? rk_sc_sub(s, gap, rk_sc_int(s, 1))
                                       : rk_sc_sub(s, rk_sc_int(s, 0), gap));
}

rk_derivation *rk_prove_literal(rk_context *x, rk_literal goal) {
    const rk_term *t = goal.term;
    if (t->op == RK_T_IN_ROWSPAN || t->op == RK_T_IN_COLSPAN)
        return prove_span(x, goal);
    if (t->op != RK_T_COMPARE)
        return NULL;
    rk_cmp cmp = goal.negated ? rk_cmp_negation(t->cmp) : t->cmp;
    if (rk_term_is_number(x, t->kid[0]) && rk_term_is_number(x, t->kid[1]))
        return prove_numbers(x, t, cmp);
    /* not (A < B) says that some entry violates */
    bool ordered = t->cmp != RK_EQ && t->cmp != RK_NE;
    return ordered ? NULL : prove_matrices(x, t, cmp);
}
