#include "rk_expression.h"

#include <string.h>

#include "rk_chain.h"

/* Closed forms longer than this are of no use to a reader; an enclosure is printed instead. */
#define MAX_CLOSED_FORM 400
#define ACCURACY_BITS 52 /* enough for 15 certain digits */
#define DEFAULT_PRECISION_CAP 1024

typedef struct evaluation {
    const rk_program *program;
    unsigned root;
    rk_chain chain;
    slong precision_cap;
    rk_buf *out;
    rk_diags *diags;
} evaluation;

/* --- printing ------------------------------------------------------------------------------- */

/* Calcium writes a `~` before digits where it has no closed form. */
static bool print_closed_form(rk_buf *out, const rk_matrix *m) {
    rk_buf text;
    rk_buf_init(&text);
    rk_value_print(&text, m);
    bool good = strchr(text.text, '~') == NULL && text.len <= MAX_CLOSED_FORM;
    if (good)
        rk_buf_puts(out, text.text);
    rk_buf_clear(&text);
    return good;
}

/* --- evaluation ----------------------------------------------------------------------------- */

/* By how many bits the entries are less accurate than is wanted, at most the precision; 0: they are
   accurate. */
static slong bits_missing(const rk_matrix *m) {
    slong least = ACCURACY_BITS, floor = ACCURACY_BITS - m->domain->precision;
    for (slong k = 0; k < m->rows * m->cols; k++) {
        const arb_struct *x = rk_matrix_entry(m, 0, k);
        slong bits = arb_is_zero(x) ? ACCURACY_BITS : arb_rel_accuracy_bits(x);
        least = bits < least ? bits : least;
    }
    return ACCURACY_BITS - (least > floor ? least : floor);
}

/* Prints the result when the domain in hand has a good enough one. */
static bool print_result(evaluation *e, bool last) {
    const rk_run *run = rk_chain_run(&e->chain);
    if (e->program->instr[e->root].truth) {
        rk_buf_puts(e->out, rk_tern_true(run->truth[e->root]) ? "true" : "false");
        return true;
    }
    const rk_matrix *m = &run->value[e->root];
    if (run->domain->exact && run == &e->chain.run[0])
        rk_value_print(e->out, m);
    else if (run->domain->exact)
        return print_closed_form(e->out, m);
    else if (last || bits_missing(m) == 0)
        rk_value_print(e->out, m);
    else
        return false;
    return true;
}

static rk_status report_undefined(evaluation *e) {
    rk_diag_add(e->diags, RK_ERROR, "undefined-value", rk_chain_obstacle(&e->chain, e->root),
                "this is not defined");
    return RK_BAD_INPUT;
}

static rk_status report_unknown(evaluation *e, rk_ev ev) {
    rk_span span = rk_chain_obstacle(&e->chain, e->root);
    const char *why = ev == RK_EV_LIMIT       ? "the numbers grow too large"
                      : ev == RK_EV_PRECISION ? "the precision cap was reached"
                                              : "no method covers it";
    rk_buf_printf(e->out, "undecided: %s", why);
    if (span.source != NULL)
        rk_buf_printf(e->out, ": %.*s", (int)(span.end - span.begin),
                      span.source->text + span.begin);
    return RK_LIMIT;
}

/* The precision at which the balls in hand would be accurate; 0: not known. */
static slong bits_for(evaluation *e, rk_ev ev) {
    const rk_run *run = rk_chain_run(&e->chain);
    if (ev != RK_EV_OK || run->domain->precision == 0 || e->program->instr[e->root].truth)
        return 0;
    return run->domain->precision + bits_missing(&run->value[e->root]);
}

/* Whether the balls at the cap are the last thing there is. */
static bool is_last(evaluation *e) {
    return 2 * rk_chain_run(&e->chain)->domain->precision > e->precision_cap;
}

static bool wanted(const void *who, unsigned stage) {
    const evaluation *e = who;
    return rk_chain_worth(&e->chain, stage, e->root);
}

static rk_status run_chain(evaluation *e) {
    rk_chain_walk walk = {.precision_cap = e->precision_cap,
                          .closed_forms = !e->program->instr[e->root].truth};
    rk_ev ev;
    do {
        ev = rk_run_compute(rk_chain_run(&e->chain), e->root);
        if (ev == RK_EV_UNDEFINED)
            return report_undefined(e);
        if (ev == RK_EV_OK && print_result(e, is_last(e)))
            return RK_OK;
        walk.needed = bits_for(e, ev);
    } while (rk_chain_next(&e->chain, &walk, wanted, e));
    return report_unknown(e, ev);
}

static rk_status run_program(evaluation *e) {
    rk_assignment none;
    rk_assignment_init(&none, e->program);
    rk_chain_init(&e->chain, e->program, &none);
    rk_status status = run_chain(e);
    rk_chain_clear(&e->chain);
    rk_assignment_clear(&none);
    return status;
}

static rk_status build_and_run(evaluation *e, const rk_lone *lone) {
    rk_program *program;
    const rk_term *value = lone->truth ? lone->checked.claims[0] : lone->value;
    rk_build_status built = rk_program_build_value(&lone->checked, value, &program);
    if (built == RK_BUILD_NOT_ALLOWED) {
        rk_diag_add(e->diags, RK_ERROR, "undefined-value", value->span,
                    "a size is below 1, or an integer expression is not an integer");
        return RK_BAD_INPUT;
    }
    if (built != RK_BUILD_OK) {
        rk_buf_puts(e->out, "undecided: the expression is too large");
        return RK_LIMIT;
    }
    e->program = program;
    e->root = (unsigned)program->ninstr - 1;
    rk_status status = run_program(e);
    rk_program_free(program);
    return status;
}

rk_status rk_evaluate(const char *text, size_t len, long precision_cap, rk_buf *out,
                      rk_diags *diags) {
    evaluation e = {.out = out, .diags = diags};
    e.precision_cap = precision_cap > 0 ? precision_cap : DEFAULT_PRECISION_CAP;
    rk_arena *arena = rk_arena_new();
    rk_status status = RK_BAD_INPUT;
    rk_node *node = rk_expr_parse(arena, "expression", text, len, diags);
    rk_lone *lone = node ? rk_expr_check(arena, node, diags) : NULL;
    if (lone != NULL)
        status = build_and_run(&e, lone);
    rk_lone_free(lone);
    rk_diags_keep(diags, arena);
    return status;
}
