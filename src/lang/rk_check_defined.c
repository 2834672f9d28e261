/* A claim needs every subexpression defined: E of rows(E), too, although its size alone is used.
   Such an E that may be undefined is attached to the term around it, in a way that changes no
   value: 0 * sum(E) is 0 exactly where E is defined. Nearly always E stands elsewhere in the claim
   as well, and then the attached part is taken away again, so that the engine sees the claim as
   it was written. */
#include <string.h>
#include "rk_checker.h"

/* Beyond so many steps everything attached stays. */
enum { MOST_WORK = 20000000 };

static rk_term *wrap_value(rk_checker *ck, rk_term *t, rk_term *sum) {
    rk_term *zeros = rk_make(ck, RK_T_ZEROS, sum->span, t->rows, t->cols, NULL, 0);
    rk_term *nothing = rk_make2(ck, RK_T_SCALE, sum->span, t->rows, t->cols, sum, zeros);
    return rk_make2(ck, RK_T_ADD, t->span, t->rows, t->cols, t, nothing);
}

static rk_term *wrap_truth(rk_checker *ck, rk_term *t, rk_term *sum) {
    rk_term *same = rk_make_truth(ck, RK_T_COMPARE, sum->span, (rk_term *[]){sum, sum}, 2);
    same->cmp = RK_EQ;
    return rk_make_truth(ck, RK_T_AND, t->span, (rk_term *[]){t, same}, 2);
}

static rk_term *attach(rk_checker *ck, rk_term *t, rk_term *e) {
    rk_term *sum = rk_make1(ck, RK_T_SUM_ENTRIES, e->span, rk_one(ck), rk_one(ck), e);
    rk_term *term = t->rows ? wrap_value(ck, t, sum) : wrap_truth(ck, t, sum);
    unsigned loop = ck->nloops ? ck->loops[ck->nloops - 1].id : RK_NO_LOOP;
    rk_grow(&ck->guards, &ck->cap_guards, ck->nguards + 1, sizeof *ck->guards);
    ck->guards[ck->nguards++] = (rk_guard_term){term, t, e, loop};
    return term;
}

rk_term *rk_attach_partial(rk_checker *ck, rk_term *t, size_t mark) {
    while (t && ck->npartial > mark)
        t = attach(ck, t, ck->partial[--ck->npartial]);
    ck->npartial = mark;
    return t;
}

/* --- what is needed ------------------------------------------------------------------------ */

static bool is_loop(const rk_term *t) {
    return t->op == RK_T_FOLD || (t->op >= RK_T_LOOP_SUM && t->op <= RK_T_LOOP_MIN) ||
           t->op == RK_T_LOOP_ALL || t->op == RK_T_LOOP_ANY;
}

/* How many kids are evaluated whenever t is: not the body of a loop that may be empty, and not
   what was attached. The body is the last kid. */
static size_t sure_kids(const rk_checker *ck, const rk_term *t, const bool *guarded) {
    if (guarded[t->id])
        return 1;
    bool empty = is_loop(t) && !(ck->traits[t->id] & RK_TRAIT_RUNS);
    return t->nkids - (empty ? 1 : 0);
}

/* Marks what is evaluated with the marked terms; `all` counts everything below them instead. */
static void spread(const rk_checker *ck, bool *marked, const bool *guarded, bool all) {
    for (size_t i = ck->nterms; i-- > 0;) {
        const rk_term *t = ck->terms[i];
        size_t n = !marked[i] ? 0 : all ? t->nkids : sure_kids(ck, t, guarded);
        for (size_t k = 0; k < n; k++)
            marked[t->kid[k]->id] = true;
    }
}

static void mark_roots(rk_term *const *roots, size_t n, bool *marked) {
    for (size_t i = 0; i < n; i++)
        marked[roots[i]->id] = true;
}

typedef struct needs {
    bool *guarded; /* by id: is the term one with an attachment? */
    bool *sure, *inside;
    bool *needed; /* by guard */
} needs;

/* One claim with the assumes (or, without a claim, the assumes alone): an attachment inside it is
   needed if its matrix is not evaluated in any case. */
static void judge_claim(rk_checker *ck, needs *n, rk_term *const *claim, size_t nclaims) {
    const rk_checked *out = ck->out;
    memset(n->sure, 0, ck->nterms);
    memset(n->inside, 0, ck->nterms);
    mark_roots(out->assumes, out->nassumes, n->sure);
    mark_roots(claim, nclaims, n->sure);
    mark_roots(nclaims ? claim : out->assumes, nclaims ? nclaims : out->nassumes, n->inside);
    spread(ck, n->sure, n->guarded, false);
    spread(ck, n->inside, n->guarded, true);
    for (size_t i = 0; i < ck->nguards; i++)
        if (n->inside[ck->guards[i].term->id] && !n->sure[ck->guards[i].matrix->id])
            n->needed[i] = true;
}

/* An attachment inside a loop is not needed if the body of the loop has the matrix in any case. */
static void judge_loop(rk_checker *ck, needs *n, unsigned loop) {
    rk_term *body = ck->bodies[loop];
    bool concerned = false;
    for (size_t i = 0; i < ck->nguards; i++)
        concerned |= ck->guards[i].loop == loop;
    if (!body || !concerned)
        return;
    memset(n->sure, 0, ck->nterms);
    n->sure[body->id] = true;
    spread(ck, n->sure, n->guarded, false);
    for (size_t i = 0; i < ck->nguards; i++)
        if (ck->guards[i].loop == loop && n->sure[ck->guards[i].matrix->id])
            n->needed[i] = false;
}

static void judge(rk_checker *ck, needs *n, rk_term *const *extra) {
    for (size_t i = 0; i < ck->nguards; i++)
        n->guarded[ck->guards[i].term->id] = true;
    judge_claim(ck, n, NULL, 0);
    judge_claim(ck, n, extra, *extra ? 1 : 0);
    for (size_t i = 0; i < ck->out->nclaims; i++)
        judge_claim(ck, n, &ck->out->claims[i], 1);
    for (size_t l = 0; l < ck->nbodies; l++)
        judge_loop(ck, n, (unsigned)l);
}

/* --- taking away --------------------------------------------------------------------------- */

static void replace(rk_term *const *instead, rk_term **terms, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (terms[i])
            terms[i] = instead[terms[i]->id];
}

static void take_away(rk_checker *ck, const bool *needed, rk_term **extra) {
    rk_checked *out = ck->out;
    rk_term **instead = rk_calloc(ck->nterms + 1, sizeof *instead);
    for (size_t i = 0; i < ck->nterms; i++)
        instead[i] = ck->terms[i];
    for (size_t i = 0; i < ck->nguards; i++) /* inner ones come first */
        if (!needed[i])
            instead[ck->guards[i].term->id] = instead[ck->guards[i].inner->id];
    for (size_t i = 0; i < ck->nterms; i++)
        replace(instead, ck->terms[i]->kid, ck->terms[i]->nkids);
    replace(instead, out->claims, out->nclaims);
    replace(instead, out->assumes, out->nassumes);
    replace(instead, extra, 1);
    rk_free(instead);
}

void rk_drop_needless(rk_checker *ck, rk_term **extra) {
    size_t passes = ck->out->nclaims + ck->nbodies + 1;
    if (!ck->nguards || passes > MOST_WORK / (ck->nterms + ck->nguards))
        return;
    needs n = {rk_calloc(ck->nterms, 1), rk_calloc(ck->nterms, 1), rk_calloc(ck->nterms, 1),
               rk_calloc(ck->nguards, 1)};
    judge(ck, &n, extra);
    take_away(ck, n.needed, extra);
    rk_free(n.guarded);
    rk_free(n.sure);
    rk_free(n.inside);
    rk_free(n.needed);
}
