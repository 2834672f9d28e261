#include "coq_inside.h"

#include <string.h>

#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "calculus/rk_calculus.h"
#include "calculus/rk_mx_print.h"

enum { SECONDS = 60 };

typedef struct sums {
    rk_buf *out;
    const rk_checked *checked;
    rk_scalars *scalars;
    size_t lemmas;
    const char *why;
} sums;

/* --- polynomials -------------------------------------------------------------------------- */

static bool constant_denominator(const sums *w, rk_sc a) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(rk_scalars_canons(w->scalars), a);
    return fmpz_mpoly_is_fmpz(fmpz_mpoly_q_denref(a->value), ctx) != 0;
}

static void put_term(rk_buf *out, const rk_canon *a, slong term, fmpz_mpoly_ctx_struct *ctx) {
    const fmpz_mpoly_struct *num = fmpz_mpoly_q_numref(a->value);
    ulong exponent[RK_CANON_ATOMS + 1];
    fmpz_t c;
    fmpz_init(c);
    fmpz_mpoly_get_term_coeff_fmpz(c, num, term, ctx);
    fmpz_mpoly_get_term_exp_ui(exponent, num, term, ctx);
    char *text = fmpz_get_str(NULL, 10, c);
    rk_buf_printf(out, term > 0 ? " + (%s)" : "(%s)", text);
    for (unsigned v = 0; v < a->natoms; v++)
        for (ulong k = 0; k < exponent[v]; k++)
            rk_buf_printf(out, "*x%u", a->atom[v]);
    flint_free(text);
    fmpz_clear(c);
}

static void put_polynomial(rk_buf *out, const sums *w, rk_sc a) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(rk_scalars_canons(w->scalars), a);
    const fmpz_mpoly_struct *num = fmpz_mpoly_q_numref(a->value);
    fmpz_t den;
    fmpz_init_set_ui(den, 1);
    fmpz_mpoly_get_fmpz(den, fmpz_mpoly_q_denref(a->value), ctx);
    char *text = fmpz_get_str(NULL, 10, den);
    rk_buf_printf(out, "(1 # %s)*(", text);
    rk_buf_puts(out, fmpz_mpoly_length(num, ctx) == 0 ? "0" : "");
    for (slong t = 0; t < fmpz_mpoly_length(num, ctx); t++)
        put_term(out, a, t, ctx);
    rk_buf_putc(out, ')');
    flint_free(text);
    fmpz_clear(den);
}

/* --- one sum ------------------------------------------------------------------------------ */

typedef struct atoms {
    unsigned *id;
    size_t n, cap;
} atoms;

static void add_atoms(atoms *all, rk_sc a) {
    for (unsigned v = 0; v < a->natoms; v++) {
        bool known = false;
        for (size_t i = 0; i < all->n; i++)
            known |= all->id[i] == a->atom[v];
        if (known)
            continue;
        rk_grow(&all->id, &all->cap, all->n + 1, sizeof *all->id);
        all->id[all->n++] = a->atom[v];
    }
}

static bool is_bounded(sums *w, unsigned atom) {
    return rk_sc_low(w->scalars, atom) != INT64_MIN ||
           rk_sc_at_least(w->scalars, rk_canon_gen(rk_scalars_canons(w->scalars), atom), 0);
}

static void put_bounds(sums *w, const atoms *all) {
    for (size_t i = 0; i < all->n; i++) {
        int64_t low = rk_sc_low(w->scalars, all->id[i]);
        if (is_bounded(w, all->id[i]))
            rk_buf_printf(w->out, "  (%lld) <= x%u ->\n", (long long)(low == INT64_MIN ? 0 : low),
                          all->id[i]);
    }
}

/* What each name stands for, as a comment. */
static void put_names(sums *w, const rk_derivation *d, const atoms *all) {
    rk_mx_printer *printer = rk_mx_printer_new(d->store, w->checked, false);
    for (size_t i = 0; i < all->n; i++) {
        rk_buf text;
        rk_buf_init(&text);
        rk_sc_print(printer, &text, rk_canon_gen(rk_scalars_canons(w->scalars), all->id[i]));
        rk_buf_printf(w->out, "(* x%u is %s *)\n", all->id[i], text.text);
        rk_buf_clear(&text);
    }
    rk_mx_printer_free(printer);
}

static bool is_writable(sums *w, const rk_derivation *d, atoms *all) {
    w->why = "a quotient in the sum has no form for Coq";
    bool good = d->kind == RK_N_ABSURD || constant_denominator(w, d->goal);
    if (d->kind == RK_N_SUM)
        add_atoms(all, d->goal);
    add_atoms(all, d->sum.slack);
    good = good && constant_denominator(w, d->sum.slack);
    for (size_t i = 0; i < d->sum.nitems; i++) {
        const rk_multiplier *m = &d->sum.item[i];
        add_atoms(all, m->factor);
        add_atoms(all, d->fact[m->fact]->value);
        good = good && constant_denominator(w, m->factor) &&
               constant_denominator(w, d->fact[m->fact]->value) &&
               (d->fact[m->fact]->equation || rk_sc_at_least(w->scalars, m->factor, 0));
    }
    return good && rk_sc_at_least(w->scalars, d->sum.slack, 0);
}

static void put_hypotheses(sums *w, const rk_derivation *d) {
    for (size_t i = 0; i < d->sum.nitems; i++) {
        const rk_fact *f = d->fact[d->sum.item[i].fact];
        rk_buf_puts(w->out, f->equation ? "  0 == " : "  0 <= ");
        put_polynomial(w->out, w, f->value);
        rk_buf_printf(w->out, " -> (* %s *)\n", rk_law_get(f->law)->name);
    }
}

/* Signs of factors and slack from the bounds, then each fact times its factor, then the sum. */
static void put_proof(sums *w, const rk_derivation *d, const atoms *all) {
    rk_buf *out = w->out;
    rk_buf_puts(out, "Proof.\n");
    for (size_t i = 0; i < all->n; i++)
        if (is_bounded(w, all->id[i]))
            rk_buf_printf(out, "  intro B%zu.\n", i);
    rk_buf_puts(out, "  assert (S : 0 <= ");
    put_polynomial(out, w, d->sum.slack);
    rk_buf_puts(out, ") by nra.\n");
    for (size_t i = 0; i < d->sum.nitems; i++) {
        if (d->fact[d->sum.item[i].fact]->equation)
            continue;
        rk_buf_printf(out, "  assert (M%zu : 0 <= ", i);
        put_polynomial(out, w, d->sum.item[i].factor);
        rk_buf_puts(out, ") by nra.\n");
    }
    for (size_t i = 0; i < d->sum.nitems; i++)
        rk_buf_printf(out, "  intro F%zu.\n", i);
    for (size_t i = 0; i < d->sum.nitems; i++) {
        const rk_multiplier *m = &d->sum.item[i];
        if (!d->fact[m->fact]->equation) {
            rk_buf_printf(out, "  pose proof (Qmult_le_0_compat _ _ M%zu F%zu).\n", i, i);
            continue;
        }
        rk_buf_printf(out, "  assert ((");
        put_polynomial(out, w, m->factor);
        rk_buf_puts(out, ")*(");
        put_polynomial(out, w, d->fact[m->fact]->value);
        rk_buf_printf(out, ") == 0) by (rewrite <- F%zu; ring).\n", i);
    }
    rk_buf_puts(out, "  lra.\nQed.\n");
}

static bool put_sum(sums *w, const rk_derivation *d) {
    atoms all = {0};
    w->scalars = rk_mxs_scalars(d->store);
    bool good = is_writable(w, d, &all);
    if (good) {
        rk_buf_putc(w->out, '\n');
        put_names(w, d, &all);
        rk_buf_printf(w->out, "Lemma sum_%zu", ++w->lemmas);
        for (size_t i = 0; i < all.n; i++)
            rk_buf_printf(w->out, "%sx%u", i == 0 ? " (" : " ", all.id[i]);
        rk_buf_puts(w->out, all.n > 0 ? " : Q) :\n" : " :\n");
        put_bounds(w, &all);
        put_hypotheses(w, d);
        rk_buf_puts(w->out, "  0 <= ");
        if (d->kind == RK_N_SUM)
            put_polynomial(w->out, w, d->goal);
        else
            rk_buf_puts(w->out, "-1");
        rk_buf_puts(w->out, ".\n");
        put_proof(w, d, &all);
        rk_buf_printf(w->out, "Print Assumptions sum_%zu.\n", w->lemmas);
    }
    rk_free(all.id);
    return good;
}

static bool put_tree(sums *w, const rk_derivation *d) {
    bool good = true;
    if (d->kind == RK_N_SUM || d->kind == RK_N_ABSURD)
        good = put_sum(w, d);
    for (size_t i = 0; i < d->nkids && good; i++)
        good = put_tree(w, d->kid[i]);
    return good;
}

bool rk_coq_sums(rk_buf *out, const rk_checked *checked, const char **why) {
    rk_buf_puts(out, "From Coq Require Import Lqa.\n");
    rk_calculus_options o = {.deadline = rk_clock() + SECONDS};
    rk_calculus *c = rk_calculus_prove(checked, &o);
    sums w = {.out = out, .checked = checked, .why = "the proof was not found again"};
    bool good = rk_calculus_proved(c) && put_tree(&w, rk_calculus_derivation(c));
    if (good && w.lemmas == 0) {
        w.why = "the proof has no sums, only identities";
        good = false;
    }
    *why = w.why;
    rk_calculus_free(c);
    return good;
}
