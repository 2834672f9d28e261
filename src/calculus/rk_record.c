/* The tree of a derivation as records, the node before its parts. */
#include "record_inside.h"
#include "rk_mx_noted.h"

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

void rk_record_give(rk_recorder *r, rk_recorded given) {
    if (r->ngiven == RK_RECORD_GIVEN)
        rk_record_fail(r, "too many cases inside one another");
    else
        r->given[r->ngiven++] = given;
}

size_t rk_record_hypothesis(const rk_derivation *d, unsigned origin) {
    size_t number = 0;
    for (size_t i = origin; i < d->nassumptions; i++)
        number += d->assumption[i].term != NULL;
    return d->assumption[origin].term != NULL ? number : 0;
}

/* What a grows by when the atom does, over what b does. */
rk_sc rk_record_ratio(rk_recorder *r, rk_sc a, rk_sc b) {
    rk_scalars *s = r->scalars;
    rk_sc zero = rk_sc_int(s, 0), one = rk_sc_int(s, 1);
    for (unsigned i = 0; i < b->natoms; i++) {
        rk_sc up = rk_sc_sub(s, rk_sc_put_atom(s, a, b->atom[i], one),
                             rk_sc_put_atom(s, a, b->atom[i], zero));
        rk_sc down = rk_sc_sub(s, rk_sc_put_atom(s, b, b->atom[i], one),
                               rk_sc_put_atom(s, b, b->atom[i], zero));
        if (rk_sc_is_zero(down))
            continue;
        rk_sc k = rk_sc_div(s, up, down), rest = rk_sc_sub(s, a, rk_sc_mul(s, k, b));
        return k->natoms == 0 && rest->natoms == 0 ? k : NULL;
    }
    return a->natoms == 0 && b->natoms == 0 ? one : NULL;
}

/* --- the logic of the claim ----------------------------------------------------------------- */

static void put_turnings(rk_recorder *r, const rk_derivation *d) {
    char name[RK_SYMBOL_TEXT];
    for (const rk_turning *t = d->turning; t != NULL; t = t->next) {
        if (t->range == NULL) {
            rk_buf_printf(r->out, "choose %zu\n", t->alternative + 1);
            continue;
        }
        rk_mx_symbol_text(r->calculus->checked, t->range->sym, name);
        rk_buf_printf(r->out, "range %s\n", name);
        rk_record_give(r, (rk_recorded){.range = t->range});
        rk_record_give(r, (rk_recorded){.range = t->range, .upper = true});
    }
}

static void put_kids(rk_recorder *r, const rk_derivation *d) {
    for (size_t i = 0; i < d->nkids; i++)
        put_node(r, d->kid[i]);
}

/* Below what states assumptions of its own alone: there are all that are in force. */
static const rk_derivation *without_tops(const rk_derivation *d) {
    while (d->kind == RK_N_ALL && d->nkids == 1)
        d = d->kid[0];
    return d;
}

/* --- goals ---------------------------------------------------------------------------------- */

static void put_enough(rk_recorder *r, rk_sc whole, rk_sc part, rk_cmp how) {
    rk_buf_puts(r->out, "enough ");
    rk_record_sc(r, rk_sc_div(r->scalars, whole, part));
    rk_record_bar(r);
    if (how == RK_LT) {
        rk_buf_puts(r->out, "0 < ");
        rk_record_sc(r, part);
    } else {
        rk_record_relation(r, part, how == RK_EQ);
    }
    rk_record_end(r);
}

/* A goal > 0, of which rounding made the node's: the positive factors first. */
static void put_strict_goal(rk_recorder *r, const rk_derivation *d, rk_sc whole) {
    rk_sc k = d->bare != NULL ? rk_record_ratio(r, d->bare, d->goal) : NULL;
    if (k == NULL) {
        rk_record_fail(r, "a strict inequality with a factor");
        return;
    }
    put_enough(r, whole, d->bare, RK_LT);
    r->scale = k;
}

/* From what the claim says to the goal of the node: a multiple, perhaps rounded. */
static void put_goal(rk_recorder *r, const rk_derivation *d) {
    rk_sc whole = d->raw != NULL ? d->raw : d->shown;
    bool sum = d->kind == RK_N_SUM || d->kind == RK_N_CASES;
    if (whole == NULL || d->goal == NULL || whole == d->goal || d->kind == RK_N_ABSURD)
        return;
    bool equation = d->kind == RK_N_INDUCTION && d->invariant->equation;
    rk_sc k = sum ? rk_record_ratio(r, whole, d->goal) : NULL;
    if (k != NULL)
        r->scale = k;
    else if (d->strict)
        put_strict_goal(r, d, whole);
    else
        put_enough(r, whole, d->goal, equation ? RK_EQ : RK_LE);
}

/* The case analysis of an extremum or of a number that is not 0. */
static void put_split(rk_recorder *r, const rk_derivation *d) {
    const rk_quantity *q = rk_sc_whole_quantity(r->scalars, d->split);
    bool extremum = q != NULL && (q->kind == RK_Q_MIN || q->kind == RK_Q_MAX ||
                                  (q->kind == RK_Q_OF_TERM && q->op == RK_T_ABS));
    rk_buf_puts(r->out, extremum ? "split " : "sides ");
    rk_record_sc(r, d->split);
    rk_record_end(r);
    for (size_t i = 0; i < d->nkids; i++) {
        const rk_derivation *top = d->kid[i];
        size_t before = r->ngiven;
        for (size_t k = 0; k < top->nassumptions; k++)
            rk_record_give(r, (rk_recorded){.value = top->assumption[k].value});
        put_node(r, without_tops(top));
        r->ngiven = before;
    }
}

/* a != b from a contradiction. */
static void put_unequal(rk_recorder *r, const rk_derivation *d) {
    size_t before = r->ngiven;
    rk_buf_puts(r->out, "unequal\n");
    rk_record_give(r, (rk_recorded){.value = d->shown, .as = d->assumption[0].value});
    put_kids(r, d);
    r->ngiven = before;
}

/* a == b from both inequalities. */
static void put_both(rk_recorder *r, const rk_derivation *d) {
    rk_sc half = d->kid[0]->shown != NULL ? d->kid[0]->shown : d->kid[0]->goal;
    if (half == NULL) {
        rk_record_fail(r, "an equation whose half is not known");
        return;
    }
    if (d->shown != NULL && d->shown != half)
        put_enough(r, d->shown, half, RK_EQ);
    rk_buf_puts(r->out, "both\n");
    put_kids(r, d);
}

/* --- induction ------------------------------------------------------------------------------ */

/* Text about the layer after those that are done, or (`last`) about the last one that is. */
static void name_layer(rk_recorder *r, const rk_derivation *d, bool last) {
    const char *name = rk_mx_index_name(r->printer, d->sym);
    rk_mx_print_symbol_as(r->printer, d->sym, name, last ? 0 : 1);
}

static void put_fold(rk_recorder *r, const rk_derivation *d, const rk_invariant *i, size_t k) {
    const rk_leaf *f = i->fold[k];
    rk_leaf acc = {.kind = RK_L_ACC, .sym = f->sym, .rows = f->rows, .cols = f->cols};
    rk_sc layer = rk_sc_sym(r->scalars, d->sym);
    const rk_mx *body = rk_mx_put_sym(r->store, f->arg[1], f->sym, layer);
    body = rk_mx_put_leaf(r->store, body, rk_mx_leaf(r->store, &acc), i->running[k]);
    rk_buf_printf(r->out, " | %s | ", rk_mx_fresh_name(r->printer, i->fresh[k]));
    rk_record_mx(r, f->arg[0]);
    rk_record_bar(r);
    rk_record_mx(r, body);
}

static void put_invariant(rk_recorder *r, const rk_invariant *i) {
    if (i->value != NULL) {
        rk_record_relation(r, i->value, i->equation);
        return;
    }
    rk_record_mx(r, i->left);
    rk_buf_puts(r->out, " == ");
    rk_record_mx(r, i->right);
}

/* In the step of a matrix equation the running value, or the power, is what the hypothesis says. */
static void put_matrix_step(rk_recorder *r, const rk_derivation *d) {
    const rk_invariant *i = d->invariant;
    const rk_letter *lead = rk_mx_letter(i->left);
    if (lead == NULL) {
        rk_record_fail(r, "induction with a matrix equation whose left side is no letter");
        return;
    }
    size_t number = 1;
    for (size_t k = 0; k < d->nassumptions; k++)
        number += d->assumption[k].term != NULL;
    rk_buf_puts(r->out, "rule ");
    rk_mx_print_letters(r->printer, r->out, lead, 1);
    rk_record_bar(r);
    rk_record_mx(r, i->right);
    rk_buf_printf(r->out, " | h %zu | eye(", number);
    rk_record_sc(r, i->left->rows);
    rk_buf_puts(r->out, ") | eye(");
    rk_record_sc(r, i->left->cols);
    rk_buf_puts(r->out, ")\nidentity\n");
}

static void put_step(rk_recorder *r, const rk_derivation *d) {
    const rk_invariant *i = d->invariant;
    rk_scalars *s = r->scalars;
    rk_sc one = rk_sc_int(s, 1), done = rk_sc_sym(s, d->sym);
    rk_sc low = rk_sc_sub(s, i->low, one);
    size_t before = r->ngiven;
    if (i->high != NULL)
        rk_record_give(r, (rk_recorded){.value = rk_sc_sub(s, done, low)});
    else
        rk_record_give(r, (rk_recorded){.value = one});
    rk_record_give(r, (rk_recorded){.value = i->high == NULL
                                                 ? one
                                                 : rk_sc_sub(s, rk_sc_sub(s, i->high, one), done)});
    name_layer(r, d, false);
    if (i->value != NULL) {
        rk_record_give(r, (rk_recorded){.value = i->value});
        put_node(r, d->kid[1]);
    } else {
        put_matrix_step(r, d);
    }
    rk_mx_print_symbol_as(r->printer, d->sym, NULL, 0);
    r->ngiven = before;
}

static void put_induction(rk_recorder *r, const rk_derivation *d) {
    const rk_invariant *i = d->invariant;
    rk_sc scale = r->scale, one = rk_sc_int(r->scalars, 1);
    r->scale = NULL;
    rk_buf_printf(r->out, "induction %s | ", rk_mx_index_name(r->printer, d->sym));
    rk_record_sc(r, i->high != NULL ? i->low : rk_sc_add(r->scalars, i->low, one));
    rk_record_bar(r);
    rk_record_sc(r, i->high != NULL ? i->high : rk_sc_sym(r->scalars, d->sym));
    rk_record_bar(r);
    name_layer(r, d, true);
    put_invariant(r, i);
    for (size_t k = 0; k < i->nfolds; k++)
        put_fold(r, d, i, k);
    rk_mx_print_symbol_as(r->printer, d->sym, NULL, 0);
    rk_record_end(r);
    put_node(r, d->kid[0]);
    put_step(r, d);
    r->scale = scale;
}

/* --- nodes ---------------------------------------------------------------------------------- */

static void leave(rk_recorder *r) {
    if (r->printer != NULL && rk_mx_printer_failed(r->printer))
        rk_record_fail(r, "something that has no text in the language");
    rk_mx_printer_free(r->printer);
    r->printer = NULL;
}

static void enter(rk_recorder *r, const rk_derivation *d) {
    if (r->store == d->store)
        return;
    leave(r);
    r->store = d->store;
    r->scalars = rk_mxs_scalars(d->store);
    r->printer = rk_mx_printer_new(d->store, r->calculus->checked, false);
    rk_mx_printer_spell(r->printer);
    rk_record_rules(r, without_tops(d));
    rk_record_jacobians(r);
}

/* What the store took inverses of grids to be. */
static void put_inverses(rk_recorder *r) {
    for (size_t i = 0; i < rk_mx_inverted_count(r->store); i++) {
        rk_mx_inverted x = rk_mx_inverted_get(r->store, i);
        rk_buf_puts(r->out, "inverse ");
        rk_record_mx(r, x.grid);
        rk_record_bar(r);
        rk_record_mx(r, x.inverse);
        rk_record_end(r);
    }
}

static void put_cancelled(rk_recorder *r, const rk_derivation *d) {
    for (const rk_cancelled *c = d->cancelled; c != NULL; c = c->next) {
        rk_buf_puts(r->out, c->left ? "cancel left | " : "cancel right | ");
        rk_record_mx(r, c->by);
        rk_record_end(r);
    }
}

/* a < b from a <= b and a != b. */
static void put_apart(rk_recorder *r, const rk_derivation *d) {
    rk_buf_puts(r->out, "apart\n");
    put_kids(r, d);
}

static void put_kind(rk_recorder *r, const rk_derivation *d) {
    switch (d->kind) {
    case RK_N_ALL:
        (d->apart ? put_apart : d->nkids == 1 ? put_unequal : put_both)(r, d);
        break;
    case RK_N_CASES:
        put_split(r, d);
        break;
    case RK_N_SUM:
    case RK_N_ABSURD:
        rk_record_sum(r, d);
        break;
    case RK_N_IDENTITY:
        put_inverses(r);
        rk_record_lemmas(r, d);
        put_cancelled(r, d);
        rk_buf_puts(r->out, "identity\n");
        break;
    case RK_N_INDUCTION:
        put_induction(r, d);
        break;
    case RK_N_GIVEN:
        rk_record_fail(r, "a goal that is a hypothesis");
        break;
    }
}

static void put_proof(rk_recorder *r, const rk_derivation *d) {
    rk_sc scale = r->scale;
    if (d->monotone)
        rk_buf_puts(r->out, "monotone\n");
    if (d->by_rank)
        rk_buf_puts(r->out, "rank\n");
    if (d->measured != NULL) {
        rk_buf_puts(r->out, "measure ");
        rk_record_mx(r, d->measured);
        rk_record_end(r);
    }
    if (d->by_trace)
        rk_buf_puts(r->out, "trace\n");
    if (d->squared)
        rk_buf_puts(r->out, "squares\n");
    put_goal(r, d);
    put_kind(r, d);
    r->scale = scale;
}

static void put_node(rk_recorder *r, const rk_derivation *d) {
    size_t before = r->ngiven;
    if (r->why != NULL)
        return;
    put_turnings(r, d);
    if (d->store == NULL) {
        rk_buf_puts(r->out, d->kind == RK_N_CASES ? "cases\n" : "all\n");
        put_kids(r, d);
    } else {
        enter(r, d);
        put_proof(r, d);
    }
    r->ngiven = before;
}

bool rk_calculus_record_side(const rk_calculus *c, size_t claim, rk_cmp side, rk_buf *out) {
    rk_recorder r = {.calculus = c, .out = out};
    rk_buf_printf(out, "known %zu | %s\n", claim + 1, side == RK_LE ? "<=" : ">=");
    put_node(&r, rk_calculus_derivation(c));
    leave(&r);
    return r.why == NULL;
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
    leave(&r);
    if (why != NULL)
        *why = r.why;
    return r.why == NULL;
}
