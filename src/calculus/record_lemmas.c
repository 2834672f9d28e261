/* What the engine's normal forms show by themselves and those of the checker do not: two sums over
   a range that telescope, as a lemma with its proof by induction over the end of the range. */
#include "record_inside.h"
#include "rk_mx_noted.h"

typedef struct lemma {
    rk_recorder *r;
    const rk_mx_telescoped *x;
    const rk_word *lead, *other; /* the longer word is rewritten */
    size_t number;               /* of the hypothesis that it becomes */
} lemma;

/* "(c)*" */
static void put_factor(const lemma *m, rk_sc c) {
    rk_buf_putc(m->r->out, '(');
    rk_record_sc(m->r, c);
    rk_buf_puts(m->r->out, ")*");
}

/* The letters of the word, its sum over another range. */
static void put_word(const lemma *m, const rk_word *w, rk_sc low, rk_sc high) {
    rk_letter *letter = rk_arena_alloc(m->r->calculus->arena, (w->length + 1) * sizeof *letter);
    rk_leaf sum;
    bool found = false;
    for (size_t i = 0; i < w->length; i++) {
        const rk_leaf *l = w->letter[i].leaf;
        letter[i] = w->letter[i];
        if (found || l->kind != RK_L_SUM || l->index[1] != m->x->loop->index[1])
            continue;
        found = true;
        sum = *l;
        sum.index[0] = low;
        sum.index[1] = high;
        letter[i].leaf = &sum;
    }
    rk_mx_print_letters(m->r->printer, m->r->out, letter, w->length);
}

/* The member at the low end less the one behind the high end. */
static const rk_mx *ends(const lemma *m, rk_sc high) {
    const rk_leaf *l = m->x->loop;
    rk_sc after = rk_sc_add(m->r->scalars, high, rk_sc_int(m->r->scalars, 1));
    return rk_mx_sub(m->r->store, rk_mx_put_sym(m->r->store, l->arg[0], l->sym, l->index[0]),
                     rk_mx_put_sym(m->r->store, l->arg[0], l->sym, after));
}

static void put_relation(const lemma *m, rk_sc high) {
    rk_sc low = m->x->loop->index[0];
    put_factor(m, m->lead->coef);
    put_word(m, m->lead, low, high);
    rk_buf_puts(m->r->out, " + ");
    put_factor(m, m->other->coef);
    put_word(m, m->other, low, high);
    rk_buf_puts(m->r->out, " == ");
    rk_record_mx(m->r, ends(m, high));
    rk_record_end(m->r);
}

static void put_identity(const lemma *m, rk_sc n) {
    rk_buf_puts(m->r->out, "eye(");
    rk_record_sc(m->r, n);
    rk_buf_putc(m->r->out, ')');
}

/* The longer word from the relation, which is the next hypothesis; its sum from 1 on, which is one
   letter to the checker. */
static void put_rule(const lemma *m, rk_sc high) {
    rk_scalars *s = m->r->scalars;
    rk_sc one = rk_sc_int(s, 1), each = rk_sc_div(s, one, m->lead->coef);
    rk_sc low = m->x->loop->index[0];
    const rk_mx *image = ends(m, high);
    rk_buf_puts(m->r->out, "rule ");
    put_word(m, m->lead, one, high);
    rk_record_bar(m->r);
    if (!rk_sc_is_one(low)) {
        put_word(m, m->lead, one, rk_sc_sub(s, low, one));
        rk_buf_puts(m->r->out, " + ");
    }
    put_factor(m, each);
    rk_buf_putc(m->r->out, '(');
    rk_record_mx(m->r, image);
    rk_buf_puts(m->r->out, ") - ");
    put_factor(m, rk_sc_mul(s, each, m->other->coef));
    put_word(m, m->other, low, high);
    rk_buf_printf(m->r->out, " | h %zu | ", m->number);
    put_factor(m, each);
    put_identity(m, image->rows);
    rk_record_bar(m->r);
    put_identity(m, image->cols);
    rk_record_end(m->r);
}

static void put_induction(const lemma *m) {
    rk_scalars *s = m->r->scalars;
    const rk_leaf *l = m->x->loop;
    unsigned sym = rk_size_symbol(m->r->calculus->checked->sizes, "l", NULL);
    const char *name = rk_mx_index_name(m->r->printer, sym);
    rk_sc_bound(s, sym, 0);
    rk_mx_print_symbol_as(m->r->printer, sym, name, 0);
    rk_buf_printf(m->r->out, "induction %s | ", name);
    rk_record_sc(m->r, l->index[0]);
    rk_record_bar(m->r);
    rk_record_sc(m->r, l->index[1]);
    rk_record_bar(m->r);
    put_relation(m, rk_sc_sym(s, sym));
    rk_buf_puts(m->r->out, "identity\n");
    put_rule(m, rk_sc_sym(s, sym));
    rk_buf_puts(m->r->out, "identity\n");
    rk_mx_print_symbol_as(m->r->printer, sym, NULL, 0);
}

static void put_lemma(const lemma *m) {
    rk_buf_puts(m->r->out, "lemma ");
    put_relation(m, m->x->loop->index[1]);
    put_induction(m);
    put_rule(m, m->x->loop->index[1]);
}

void rk_record_lemmas(rk_recorder *r, const rk_derivation *d) {
    lemma m = {.r = r, .number = 1};
    for (size_t i = 0; i < d->nassumptions; i++)
        m.number += d->assumption[i].term != NULL;
    for (size_t i = 0; i < rk_mx_telescoped_count(r->store); i++) {
        m.x = rk_mx_telescoped_get(r->store, i);
        bool first = m.x->word[0].length >= m.x->word[1].length;
        m.lead = &m.x->word[!first];
        m.other = &m.x->word[first];
        if (!rk_sc_at_least(r->scalars, m.x->loop->index[0], 1))
            continue;
        put_lemma(&m);
        m.number++;
    }
}
