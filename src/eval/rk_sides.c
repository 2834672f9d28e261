/* Values for people: as text, and the sides of a comparison. */
#include <string.h>

#include "base/rk_mem.h"
#include "rk_chain.h"

#define MAX_SIDE 200
#define SIDE_PRECISION 256
#define DIGITS 15

/* The comparison that a reader would look at: the consequent of =>, the first part of a
   conjunction that is false. */
static const rk_instr *outermost_comparison(rk_chain *c, unsigned root) {
    const rk_program *program = c->run[0].program;
    for (const rk_instr *p = &program->instr[root]; p->nargs > 0;) {
        if (p->code == RK_P_COMPARE)
            return p;
        if (!p->truth || !program->instr[p->arg[0]].truth)
            return NULL;
        unsigned next = p->arg[p->code == RK_P_IMPLIES ? 1 : 0];
        for (size_t k = p->nargs; p->code == RK_P_AND && k-- > 0;) {
            rk_run_compute(&c->run[0], p->arg[k]);
            if (rk_tern_false(c->run[0].truth[p->arg[k]]))
                next = p->arg[k];
        }
        p = &program->instr[next];
    }
    return NULL;
}

static void print_entry(rk_buf *out, const rk_matrix *m, slong k) {
    const rk_domain *d = m->domain;
    if (d->precision == 0) {
        d->print(d, out, rk_matrix_entry(m, 0, k));
        return;
    }
    char *s = arb_get_str(rk_matrix_entry(m, 0, k), DIGITS, 0);
    size_t n = strlen(s);
    if (s[0] == '[')
        rk_buf_write(out, s + 1, n - 2);
    else
        rk_buf_puts(out, s);
    flint_free(s);
}

void rk_value_print(rk_buf *out, const rk_matrix *m) {
    bool scalar = m->rows == 1 && m->cols == 1;
    rk_buf_puts(out, scalar ? "" : "[");
    for (slong k = 0; k < m->rows * m->cols; k++) {
        if (k > 0)
            rk_buf_puts(out, k % m->cols == 0 ? "; " : ", ");
        print_entry(out, m, k);
    }
    rk_buf_puts(out, scalar ? "" : "]");
}

static void print_side(rk_buf *out, const rk_matrix *m) {
    rk_buf text;
    rk_buf_init(&text);
    rk_value_print(&text, m);
    rk_buf_write(out, text.text, text.len < MAX_SIDE ? text.len : MAX_SIDE);
    if (text.len > MAX_SIDE)
        rk_buf_puts(out, "...");
    rk_buf_clear(&text);
}

typedef struct sought {
    rk_chain *chain;
    unsigned root;
} sought;

static bool wanted(const void *who, unsigned stage) {
    const sought *s = who;
    return rk_chain_worth(s->chain, stage, s->root);
}

/* Is what the run in hand says of i of use to a reader? Of an irrational number, digits tell more
   than a closed form that would be cut. */
static bool tells(rk_chain *c, unsigned i) {
    const rk_run *run = rk_chain_run(c);
    bool irrational = run->domain->exact && run != &c->run[0];
    if (run->ev[i] != RK_EV_OK || !irrational || run->program->instr[i].truth)
        return run->ev[i] == RK_EV_OK;
    rk_buf text;
    rk_buf_init(&text);
    rk_value_print(&text, &run->value[i]);
    bool brief = text.len <= MAX_SIDE;
    rk_buf_clear(&text);
    return brief;
}

/* Computes i in the first domain that can tell it. A closed form tells more than an enclosure. */
static bool settle(rk_chain *c, unsigned i) {
    rk_chain_walk walk = {.precision_cap = SIDE_PRECISION, .closed_forms = true};
    sought s = {c, i};
    rk_ev ev;
    do
        ev = rk_run_compute(rk_chain_run(c), i);
    while (ev != RK_EV_UNDEFINED && !tells(c, i) && rk_chain_next(c, &walk, wanted, &s));
    return ev == RK_EV_OK;
}

static void describe(rk_buf *out, rk_chain *c, unsigned i) {
    if (settle(c, i))
        print_side(out, &rk_chain_run(c)->value[i]);
    else
        rk_buf_puts(out, "unknown");
}

static const char *truth_name(rk_tern truth) {
    return rk_tern_true(truth) ? "true" : rk_tern_false(truth) ? "false" : "unknown";
}

void rk_describe_value(rk_buf *out, const rk_program *program, const rk_assignment *a,
                       unsigned instr) {
    rk_chain c;
    rk_chain_init(&c, program, a);
    if (!settle(&c, instr))
        rk_buf_puts(out, "unknown");
    else if (program->instr[instr].truth)
        rk_buf_puts(out, truth_name(rk_chain_run(&c)->truth[instr]));
    else
        rk_value_print(out, &rk_chain_run(&c)->value[instr]);
    rk_chain_clear(&c);
}

void rk_describe_sides(rk_buf *out, const rk_program *program, const rk_assignment *a,
                       unsigned claim) {
    static const char *const label[] = {"left ", ", right "};
    rk_chain c;
    rk_chain_init(&c, program, a);
    const rk_instr *p = outermost_comparison(&c, program->claims[claim]);
    for (unsigned side = 0; p != NULL && side < 2; side++) {
        rk_chain one;
        rk_buf_puts(out, label[side]);
        rk_chain_init(&one, program, a);
        describe(out, &one, p->arg[side]);
        rk_chain_clear(&one);
    }
    rk_chain_clear(&c);
}
