#include <string.h>
#include "base/rk_mem.h"
#include "farkas_inside.h"
#include "scalar_inside.h"

/* A fact or goal without its denominator: scale * value is the polynomial, scale > 0. */
typedef struct cleared {
    rk_sc polynomial, scale;
} cleared;

static bool clear_denominator(rk_scalars *s, rk_sc value, cleared *c) {
    *c = (cleared){value, rk_sc_int(s, 1)};
    if (rk_sc_is_polynomial(s, value))
        return true;
    rk_sc den = rk_sc_part(s, value, rk_sc_den(value));
    unsigned signs = rk_sc_signs(s, den) & ~(unsigned)RK_SIGN_ZERO;
    if (signs != RK_SIGN_POS && signs != RK_SIGN_NEG)
        return false;
    c->scale = signs == RK_SIGN_POS ? den : rk_sc_sub(s, rk_sc_int(s, 0), den);
    c->polynomial = rk_sc_mul(s, value, c->scale);
    return rk_sc_is_polynomial(s, c->polynomial);
}

typedef struct search {
    rk_scalars *s;
    const rk_fact *const *facts;
    size_t nfacts;
    rk_sc goal;
    cleared cleared_goal;
    rk_sc *scale; /* by fact */
    rk_fk_system k;
    fmpq *value; /* by column */
    rk_arena *arena;
    rk_sum *sum;
} search;

/* The same value twice, once from another law, is one column; an equation says more. */
static bool seen_before(rk_sc value, bool equation, unsigned char *seen) {
    unsigned char level = equation ? 2 : 1;
    if (seen[value->id] >= level)
        return true;
    seen[value->id] = level;
    return false;
}

static void add_facts(search *f) {
    unsigned char *seen = rk_calloc(f->s->nnodes, 1);
    for (size_t i = 0; i < f->nfacts; i++) {
        const rk_fact *fact = f->facts[i];
        cleared c;
        if (seen_before(fact->value, fact->equation, seen) ||
            !clear_denominator(f->s, fact->value, &c))
            continue;
        f->scale[i] = c.scale;
        rk_fk_add(&f->k, (unsigned)i, c.polynomial, fact->equation);
    }
    rk_free(seen);
}

/* --- the sum -------------------------------------------------------------------------------- */

/* What fact i is multiplied by: over all its columns, for the goal as it was. */
static rk_sc factor_of(search *f, unsigned fact) {
    rk_sc factor = rk_sc_int(f->s, 0);
    for (size_t c = 0; c < f->k.ncolumns; c++) {
        if (f->k.column[c].fact != fact || fmpq_is_zero(f->value + c))
            continue;
        rk_sc monomial = rk_fk_monomial_scalar(&f->k, f->k.column[c].multiplier);
        rk_sc part = rk_sc_mul(f->s, rk_sc_rational(f->s, f->value + c), monomial);
        factor = rk_sc_add(f->s, factor, part);
    }
    factor = rk_sc_mul(f->s, factor, f->scale[fact]);
    return rk_sc_div(f->s, factor, f->cleared_goal.scale);
}

static void collect_items(search *f, rk_sum *sum) {
    bool *used = rk_calloc(f->nfacts + 1, sizeof *used);
    size_t n = 0;
    for (size_t c = 0; c < f->k.ncolumns; c++)
        used[f->k.column[c].fact] |= !fmpq_is_zero(f->value + c);
    for (size_t i = 0; i < f->nfacts; i++)
        n += used[i];
    sum->item = rk_arena_alloc(f->arena, (n + 1) * sizeof *sum->item);
    for (size_t i = 0; i < f->nfacts; i++)
        if (used[i])
            sum->item[sum->nitems++] =
                (rk_multiplier){.fact = (unsigned)i, .factor = factor_of(f, (unsigned)i)};
    rk_free(used);
}

/* The proof is checked as it will be told, whatever it was found by. */
static bool adds_up(search *f, rk_sum *sum) {
    sum->slack = f->goal;
    for (size_t i = 0; i < sum->nitems; i++) {
        const rk_fact *fact = f->facts[sum->item[i].fact];
        if (!fact->equation && !rk_sc_at_least(f->s, sum->item[i].factor, 0))
            return false;
        rk_sc part = rk_sc_mul(f->s, sum->item[i].factor, fact->value);
        sum->slack = rk_sc_sub(f->s, sum->slack, part);
    }
    return rk_sc_at_least(f->s, sum->slack, 0);
}

static bool attempt(search *f) {
    if (!rk_fk_prune(&f->k))
        return false;
    f->value = _fmpq_vec_init((slong)f->k.ncolumns + 1);
    rk_sum sum = {0};
    bool found = rk_fk_solve(&f->k, f->value);
    if (found)
        collect_items(f, &sum);
    found = found && adds_up(f, &sum);
    if (found)
        *f->sum = sum;
    _fmpq_vec_clear(f->value, (slong)f->k.ncolumns + 1);
    return found;
}

static void forget_pruning(rk_fk_system *k) {
    for (size_t c = 0; c < k->ncolumns; c++)
        k->column[c].dropped = false;
}

static bool run(search *f) {
    add_facts(f);
    if (!rk_fk_set_goal(&f->k, f->cleared_goal.polynomial))
        return false;
    if (attempt(f))
        return true;
    forget_pruning(&f->k);
    return rk_fk_products(&f->k) && attempt(f);
}

bool rk_farkas(rk_scalars *s, const rk_fact *const *facts, size_t nfacts, rk_sc goal,
               rk_arena *arena, rk_sum *sum) {
    search f = {.s = s, .facts = facts, .nfacts = nfacts, .goal = goal, .arena = arena, .sum = sum};
    *sum = (rk_sum){.slack = goal};
    if (rk_sc_at_least(s, goal, 0))
        return true;
    if (!clear_denominator(s, goal, &f.cleared_goal))
        return false;
    f.scale = rk_calloc(nfacts + 1, sizeof *f.scale);
    rk_fk_init(&f.k, s);
    bool found = run(&f);
    rk_fk_clear(&f.k);
    rk_free(f.scale);
    return found;
}

bool rk_farkas_contradiction(rk_scalars *s, const rk_fact *const *facts, size_t nfacts,
                             rk_arena *arena, rk_sum *sum) {
    return rk_farkas(s, facts, nfacts, rk_sc_int(s, -1), arena, sum);
}
