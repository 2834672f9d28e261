/* The tree of a derivation as records, the node before its parts. */
#include "record_inside.h"

static void put_node(rk_recorder *r, const rk_derivation *d);

/* --- lines ---------------------------------------------------------------------------------- */

void rk_record_fail(rk_recorder *r, const char *why) {
    if (r->why == NULL)
        r->why = why;
}

void rk_record_bar(rk_recorder *r) {
    rk_buf_puts(r->out, " | ");
}

void rk_record_mx(rk_recorder *r, const rk_mx *a) {
    rk_mx_print(r->printer, r->out, a);
}

void rk_record_sc(rk_recorder *r, rk_sc a) {
    rk_sc_print(r->printer, r->out, a);
}

void rk_record_relation(rk_recorder *r, rk_sc value, bool equation) {
    rk_relation_print(r->printer, r->out, value, equation);
}

void rk_record_end(rk_recorder *r) {
    rk_buf_putc(r->out, '\n');
}

/* --- the logic of the claim ----------------------------------------------------------------- */

static void put_turnings(rk_recorder *r, const rk_derivation *d) {
    for (const rk_turning *t = d->turning; t != NULL; t = t->next)
        if (t->range == NULL)
            rk_buf_printf(r->out, "choose %zu\n", t->alternative + 1);
        else
            rk_buf_printf(r->out, "range %s\n",
                          rk_size_symbol_name(r->calculus->checked->sizes, t->range->sym));
}

static void put_kids(rk_recorder *r, const rk_derivation *d) {
    for (size_t i = 0; i < d->nkids; i++)
        put_node(r, d->kid[i]);
}

static void put_logic(rk_recorder *r, const rk_derivation *d) {
    rk_buf_printf(r->out, "%s %zu\n", d->kind == RK_N_CASES ? "cases" : "all", d->nkids);
    put_kids(r, d);
}

/* --- goals ---------------------------------------------------------------------------------- */

static void put_factor(rk_recorder *r, const char *keyword, rk_sc whole, rk_sc part) {
    rk_buf_printf(r->out, "%s ", keyword);
    rk_record_sc(r, rk_sc_div(r->scalars, whole, part));
}

/* The goal is a positive multiple of what is shown from here on. */
static void put_scale(rk_recorder *r, const rk_derivation *d) {
    if (d->shown == NULL || d->goal == NULL || d->shown == d->goal)
        return;
    put_factor(r, "scale", d->shown, d->goal);
    rk_record_bar(r);
    rk_record_relation(r, d->goal, d->kind == RK_N_INDUCTION && d->invariant->equation);
    rk_record_end(r);
}

static const rk_derivation *without_tops(const rk_derivation *d) {
    while (d->kind == RK_N_ALL && d->nkids == 1)
        d = d->kid[0];
    return d;
}

/* The case analysis of an extremum or of a number that is not 0. */
static void put_split(rk_recorder *r, const rk_derivation *d) {
    const rk_quantity *q =
        d->split->natoms == 1 ? rk_sc_atom_quantity(r->scalars, d->split->atom[0]) : NULL;
    bool extremum = q != NULL && (q->kind == RK_Q_MIN || q->kind == RK_Q_MAX);
    rk_buf_puts(r->out, extremum ? "split " : "sides ");
    rk_record_sc(r, d->split);
    for (size_t i = 0; extremum && i < q->nargs; i++) {
        rk_record_bar(r);
        rk_record_sc(r, q->arg[i]);
    }
    rk_record_end(r);
    for (size_t i = 0; i < d->nkids; i++)
        put_node(r, without_tops(d->kid[i]));
}

/* a == b from both inequalities, or a != b from a contradiction. */
static void put_both(rk_recorder *r, const rk_derivation *d) {
    if (d->nkids == 1) {
        rk_sc value = d->assumption[0].value;
        put_factor(r, "unequal", d->shown, value);
        rk_record_bar(r);
        rk_record_relation(r, value, true);
    } else {
        rk_sc half = d->kid[0]->shown != NULL ? d->kid[0]->shown : d->kid[0]->goal;
        if (half == NULL) {
            rk_record_fail(r, "an equation whose half is not known");
            return;
        }
        put_factor(r, "equal", d->shown != NULL ? d->shown : half, half);
    }
    rk_record_end(r);
    put_kids(r, d);
}

/* --- induction ------------------------------------------------------------------------------ */

static void put_running(rk_recorder *r, const rk_invariant *i, size_t k) {
    const rk_leaf *fresh = rk_mx_letter(i->running[k])->leaf;
    rk_buf_printf(r->out, "running %s | ", rk_mx_fresh_name(r->printer, fresh));
    rk_record_mx(r, rk_mx_of_leaf(r->store, i->fold[k]));
    rk_record_end(r);
}

static void put_induction(rk_recorder *r, const rk_derivation *d) {
    const rk_invariant *i = d->invariant;
    for (size_t k = 0; k < i->nfolds; k++)
        put_running(r, i, k);
    rk_buf_printf(r->out, "induction %s | ", rk_mx_symbol_name(r->printer, d->sym));
    rk_record_sc(r, i->low);
    rk_record_bar(r);
    if (i->high != NULL)
        rk_record_sc(r, i->high);
    else
        rk_buf_putc(r->out, '-');
    rk_record_bar(r);
    if (i->value != NULL) {
        rk_record_relation(r, i->value, i->equation);
    } else {
        rk_record_mx(r, i->left);
        rk_buf_puts(r->out, " == ");
        rk_record_mx(r, i->right);
    }
    rk_record_end(r);
    put_kids(r, d);
}

/* --- nodes ---------------------------------------------------------------------------------- */

static void enter(rk_recorder *r, const rk_derivation *d) {
    if (r->store == d->store)
        return;
    if (r->printer != NULL && rk_mx_printer_failed(r->printer))
        rk_record_fail(r, "something that has no text in the language");
    rk_mx_printer_free(r->printer);
    r->store = d->store;
    r->scalars = rk_mxs_scalars(d->store);
    r->printer = rk_mx_printer_new(d->store, r->calculus->checked, false);
    rk_mx_printer_spell(r->printer);
    rk_record_rules(r, d);
}

static void put_proof(rk_recorder *r, const rk_derivation *d) {
    if (d->squared)
        rk_buf_puts(r->out, "squares\n");
    put_scale(r, d);
    switch (d->kind) {
    case RK_N_ALL:
        put_both(r, d);
        break;
    case RK_N_CASES:
        put_split(r, d);
        break;
    case RK_N_SUM:
    case RK_N_ABSURD:
        rk_record_sum(r, d);
        break;
    case RK_N_IDENTITY:
        rk_buf_puts(r->out, "identity\n");
        break;
    case RK_N_INDUCTION:
        put_induction(r, d);
        break;
    case RK_N_GIVEN:
        rk_buf_puts(r->out, "given\n");
        break;
    }
}

static void put_node(rk_recorder *r, const rk_derivation *d) {
    if (r->why != NULL)
        return;
    put_turnings(r, d);
    if (d->store == NULL) {
        put_logic(r, d);
        return;
    }
    enter(r, d);
    put_proof(r, d);
}

bool rk_calculus_record(const rk_calculus *c, rk_buf *out, const char **why) {
    rk_recorder r = {.calculus = c, .out = out};
    const rk_derivation *root = rk_calculus_derivation(c);
    if (root == NULL)
        return false;
    rk_buf_puts(out, "calculus\n");
    for (size_t i = 0; i < root->nkids; i++) {
        rk_buf_printf(out, "claim %zu\n", i + 1);
        put_node(&r, root->kid[i]);
    }
    if (r.printer != NULL && rk_mx_printer_failed(r.printer))
        rk_record_fail(&r, "something that has no text in the language");
    rk_mx_printer_free(r.printer);
    *why = r.why;
    return r.why == NULL;
}
