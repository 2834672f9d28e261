/* What was shown without a derivation, and what was tried where nothing was shown. */
#include "rk_explain.h"

#include <inttypes.h>
#include <string.h>

#include "rk_line.h"
#include "rk_telling.h"

static const char *plural(uint64_t n) {
    return n == 1 ? "" : "s";
}

/* "n = 2", "n >= 1", "1 <= n <= 6", as claim text */
static const char *dim_text(rk_tale *t, const rk_dim_scope *d) {
    if (d->high < 0)
        return rk_arena_printf(t->arena, "%s >= %" PRId64, d->name, d->low);
    if (d->low == d->high)
        return rk_arena_printf(t->arena, t->latex ? "%s == %" PRId64 : "%s = %" PRId64, d->name,
                               d->low);
    return rk_arena_printf(t->arena, "%" PRId64 " <= %s <= %" PRId64, d->low, d->name, d->high);
}

const char *rk_explain_dims(rk_tale *t, const rk_dim_scope *dims, size_t n) {
    const char *all = "";
    for (size_t i = 0; i < n; i++) {
        const char *one = rk_tale_math(t, rk_tale_formula(t, dim_text(t, &dims[i])));
        all = rk_arena_printf(t->arena, "%s%s%s", all, i == 0 ? "" : ", ", one);
    }
    return all;
}

static void say_scope(rk_tale *t, const rk_result *r) {
    if (r->nscope > 0)
        rk_tale_say(t, "This covers %s.", rk_explain_dims(t, r->scope, r->nscope));
}

/* --- proofs without a derivation ---------------------------------------------------------- */

static const struct {
    const char *method, *what;
} methods[] = {
    {"exact evaluation",
     "Both sides have no variables left. They were evaluated exactly, and the claim holds for the "
     "values."},
    {"all cases", "The variables range over finitely many values. All were gone through, and the "
                  "claim was evaluated exactly for each of them."},
    {"shape bounds",
     "Bounds of the ranks follow from the sizes of the matrices and from the sets that the "
     "variables range over. The claim holds for all numbers within these bounds."},
    {"witness mod p",
     "At one exact point of the sets, taken modulo a prime, the minors that the claim needs are "
     "not 0. A minor that is not 0 at one point of a connected domain is not 0 outside a set of "
     "measure zero, which bounds the ranks from below for almost all values; the bounds from above "
     "follow from the sizes."},
    {"witness mod p with exponentials",
     "At one exact point of the sets, values were taken modulo a prime, and exponents modulo "
     "further primes, so that "
     "all relations between exponentials hold there. The minors that the claim needs are not 0. By "
     "Ax's theorem "
     "there are no other relations, so that these minors are not 0 outside a set of measure zero, "
     "which bounds the "
     "ranks from below for almost all values; the bounds from above follow from the sizes."},
    {"witness mod p with roots",
     "At one exact point of the sets, taken in a finite field where the square roots exist, the "
     "minors that the "
     "claim needs are not 0. The radicands were shown to be independent modulo squares, so that "
     "the point speaks for "
     "every choice of signs: the minors are not 0 outside a set of measure zero, which bounds the "
     "ranks from below "
     "for almost all values; the bounds from above follow from the sizes."},
    {"witness mod p with roots and exponentials",
     "At one exact point of the sets, taken in a finite field where the square roots exist, with "
     "exponents modulo "
     "further primes, the minors that the claim needs are not 0. The radicands were shown to be "
     "independent modulo "
     "squares, and all relations between exponentials hold, so that the minors are not 0 outside a "
     "set of measure "
     "zero, which bounds the ranks from below for almost all values; the bounds from above follow "
     "from the sizes."},
    {"rational functions",
     "The entries were taken as independent variables, and the claim was decided by exact "
     "calculation in the field of rational functions in them."},
    {"an example at each choice of dimensions tried",
     "An example was found for each choice of dimensions that was tried."},
};

void rk_explain_method(rk_tale *t, const rk_explained *what) {
    const rk_result *r = what->result;
    const char *text = NULL;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i].method, r->method) == 0)
            text = methods[i].what;
    if (text != NULL)
        rk_tale_say(t, "%s", text);
    else
        rk_tale_say(t, "The method was: %s.", rk_tale_text(t, r->method));
    if (r->witness != NULL)
        rk_tale_say(t, "The witness is %s.", rk_tale_text(t, r->witness));
    say_scope(t, r);
    rk_tale_end(t);
}

/* --- what was tried ----------------------------------------------------------------------- */

static void say_instances(rk_tale *t, const rk_result *r) {
    if (r->instances > 0) {
        rk_tale_say(t, "It holds exactly at each of %" PRIu64 " instance%s that %s evaluated",
                    r->instances, plural(r->instances), r->instances == 1 ? "was" : "were");
        if (r->drawn != NULL)
            rk_tale_say(t, "(%s)", rk_tale_text(t, r->drawn));
        rk_tale_join(t, ".");
    } else {
        rk_tale_say(t, "No instance was decided.");
    }
    if (r->passed_over > 0)
        rk_tale_say(t, "Something was undefined at %" PRIu64 " more, which say nothing.",
                    r->passed_over);
    if (r->unknown_instances > 0)
        rk_tale_say(t, "%" PRIu64 " more could not be told.", r->unknown_instances);
    if (r->trials > 0)
        rk_tale_say(t,
                    "The hunt for a counterexample looked at %" PRIu64 " assignment%s in %" PRIu64
                    " trial%s.",
                    r->assignments, plural(r->assignments), r->trials, plural(r->trials));
    if (r->verdict == RK_VERIFIED)
        say_scope(t, r);
    rk_tale_end(t);
}

/* --- draws -------------------------------------------------------------------------------- */

static const char *side_said(const rk_result *r) {
    switch (r->verdict) {
    case RK_SUPPORTED:
        return "All bounds lie on the claimed side.";
    case RK_UNSUPPORTED:
        return "A bound lies on the other side than claimed.";
    default:
        return "That settles nothing.";
    }
}

static void say_draws(rk_tale *t, const rk_result *r) {
    rk_tale_say(t,
                "The random variables were drawn %" PRIu64 " time%s in all, independently, from "
                "seed %" PRIu64 "; the number of draws was fixed beforehand.",
                r->trials, plural(r->trials), r->seed);
    if (r->drawn != NULL) {
        rk_tale_say(t,
                    "What they give, with exact binomial bounds of probabilities and empirical "
                    "Bernstein bounds of means: %s. %s",
                    rk_tale_text(t, r->drawn), side_said(r));
    }
    rk_tale_say(t, "The level is %s.", rk_tale_text(t, r->level));
    if (r->passed_over > 0)
        rk_tale_say(t,
                    "At %" PRIu64 " draws a hypothesis was false or something undefined: they are "
                    "no instances, and what is claimed is claimed of the others.",
                    r->passed_over);
    if (r->unknown_instances > 0)
        rk_tale_say(t,
                    "At %" PRIu64 " draws arithmetic could not tell; they count against whatever "
                    "is said.",
                    r->unknown_instances);
    if (r->verdict == RK_SUPPORTED || r->verdict == RK_UNSUPPORTED)
        say_scope(t, r);
    rk_tale_end(t);
}

static const char *open_claim(rk_telling *telling, const rk_calculus_report *r) {
    const char *text = r->open == NULL ? NULL : rk_telling_term(telling, r->open, false);
    return text == NULL ? NULL : rk_tale_math(telling->tale, text);
}

static void say_calculus(rk_tale *t, const rk_explained *what) {
    const rk_calculus_report *r = rk_calculus_tried(what->calculus);
    rk_telling telling;
    rk_telling_init(&telling, t, what->checked);
    rk_tale_say(t,
                "The rank calculus looked at %zu matri%s, stated %zu instance%s of its laws and "
                "solved %zu linear program%s without a proof.",
                r->matrices, r->matrices == 1 ? "x" : "ces", r->instances, plural(r->instances),
                r->programs, plural(r->programs));
    const char *open = open_claim(&telling, r);
    if (open != NULL)
        rk_tale_say(t, "What stayed open is %s.", open);
    if (r->open_goal != NULL && r->store != NULL) {
        const char *goal = rk_telling_relation(&telling, r->store, r->open_goal, false);
        rk_tale_say(t, "The inequality that was missing is");
        rk_tale_display(t, 0, goal, ".");
        rk_telling_legends(&telling, r->store);
    }
    rk_tale_end(t);
    rk_telling_clear(&telling);
}

static void say_advice(rk_tale *t, const rk_result *r) {
    if (t->latex)
        return; /* a paper has no use for options of a command */
    if (r->advice != NULL)
        rk_tale_say(t, "To go on: %s.", rk_tale_text(t, r->advice));
    else if (r->verdict == RK_VERIFIED)
        rk_tale_say(t, "More instances are drawn with --samples, larger dimensions tried with "
                       "--max-dim; a proof may need a hypothesis that the theorem does not state, "
                       "or a law that the calculus does not have.");
    rk_tale_end(t);
}

/* Ranks over Q whose proofs were late. */
static void say_likely(rk_tale *t, const rk_result *r) {
    rk_tale_say(t,
                "The claim was evaluated with %s. Primes are drawn evenly from seed %" PRIu64
                "; a rank modulo a prime is never too large, and too small only when the prime "
                "divides every minor of that order, of which few primes are capable. The level is "
                "%s. This is no proof.",
                rk_tale_text(t, r->method), r->seed, rk_tale_text(t, r->level));
    say_scope(t, r);
    rk_tale_end(t);
}

void rk_explain_trials(rk_tale *t, const rk_explained *what) {
    if (what->result->level != NULL && what->checked->mode != RK_MODE_RANDOM)
        say_likely(t, what->result);
    else if (what->result->level != NULL)
        say_draws(t, what->result);
    else
        say_instances(t, what->result);
    if (what->calculus != NULL && !rk_calculus_proved(what->calculus))
        say_calculus(t, what);
    say_advice(t, what->result);
}
