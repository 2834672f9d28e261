/* Facts, and how they add up. A fact of the engine may be several records; the last one counts. */
#include "record_inside.h"
#include "rk_law.h"

typedef struct facts {
    rk_recorder *r;
    const rk_derivation *d;
    size_t *number; /* of the facts of d, from 1; 0: not written yet */
    size_t n;       /* records so far */
} facts;

/* --- relations ------------------------------------------------------------------------------ */

static void put_relation(facts *f, rk_sc value, bool equation) {
    rk_record_bar(f->r);
    rk_record_relation(f->r, value, equation);
    rk_record_end(f->r);
    f->n++;
}

/* What `whole` is divided by to be `value` up to a number, `bare` (or NULL) standing between them.
 */
static rk_sc divisor(rk_recorder *r, rk_sc whole, rk_sc bare, rk_sc value) {
    rk_sc k = rk_record_ratio(r, whole, value);
    rk_sc rest = k == NULL && bare != NULL ? rk_record_ratio(r, bare, value) : NULL;
    if (rest != NULL)
        k = rk_sc_mul(r->scalars, rk_sc_div(r->scalars, whole, bare), rest);
    return k != NULL ? k : rk_sc_div(r->scalars, whole, value);
}

/* `value` follows from `whole`, the fact before it: divided by what is positive, and rounded. */
static void put_derived(facts *f, rk_sc value, bool equation, rk_sc whole, rk_sc bare,
                        size_t from) {
    rk_recorder *r = f->r;
    if (value == whole)
        return;
    rk_sc k = equation ? rk_sc_div(r->scalars, whole, value) : divisor(r, whole, bare, value);
    rk_buf_puts(r->out, "fact derived | ");
    rk_record_sc(r, k);
    rk_record_bar(r);
    rk_record_relation(r, value, equation);
    rk_buf_printf(r->out, " | %zu | 1\n", from);
    f->n++;
}

/* --- what is given -------------------------------------------------------------------------- */

static rk_sc value_of_given(rk_recorder *r, const rk_recorded *g) {
    if (g->range == NULL)
        return g->value;
    rk_sc sym = rk_sc_sym(r->scalars, g->range->sym);
    return g->upper ? rk_sc_sub(r->scalars, rk_sc_size(r->scalars, g->range->ival[1]), sym)
                    : rk_sc_sub(r->scalars, sym, rk_sc_size(r->scalars, g->range->ival[0]));
}

static void put_case(facts *f, const rk_fact *fact) {
    rk_recorder *r = f->r;
    for (size_t i = r->ngiven; i-- > 0;) {
        const rk_recorded *g = &r->given[i];
        rk_sc value = value_of_given(r, g);
        if (value != fact->value && g->as != fact->value)
            continue;
        rk_buf_printf(r->out, "fact given | %zu", i + 1);
        put_relation(f, value, fact->equation);
        put_derived(f, fact->value, fact->equation, value, NULL, f->n);
        return;
    }
    rk_record_fail(r, "a case that is not at hand");
}

static void put_upper_bound(facts *f, const rk_fact *fact) {
    rk_recorder *r = f->r;
    rk_buf_puts(r->out, "fact dimension");
    for (unsigned i = 0; i < fact->value->natoms; i++) {
        const rk_atom *a = rk_canon_atom_get(rk_scalars_canons(r->scalars), fact->value->atom[i]);
        char name[RK_SYMBOL_TEXT];
        if (a->kind == RK_A_SYM) {
            rk_mx_symbol_text(r->calculus->checked, a->index, name);
            rk_buf_printf(r->out, " | %s", name);
        }
    }
    put_relation(f, fact->value, false);
}

static void put_hypothesis(facts *f, const rk_fact *fact) {
    rk_recorder *r = f->r;
    if (fact->origin == RK_ORIGIN_DIMENSION) {
        put_upper_bound(f, fact);
        return;
    }
    size_t number = rk_record_hypothesis(f->d, fact->origin);
    if (number == 0) {
        put_case(f, fact);
        return;
    }
    rk_sc raw = fact->raw != NULL ? fact->raw : fact->value;
    if (fact->strict && rk_sc_is_integer(r->scalars, raw))
        raw = rk_sc_sub(r->scalars, raw, rk_sc_int(r->scalars, 1));
    rk_buf_printf(r->out, "fact %s | %zu", fact->at != NULL ? "instance" : "hypothesis", number);
    if (fact->at != NULL) {
        rk_record_bar(r);
        rk_record_sc(r, fact->at);
    }
    put_relation(f, raw, fact->equation);
    put_derived(f, fact->value, fact->equation, raw, fact->bare, f->n);
}

/* What a hypothesis of the text says: det(A) == 0 of the rank, A == B of columns beside it. */
static void put_of_hypothesis(facts *f, const rk_fact *fact) {
    size_t number = rk_record_hypothesis(f->d, fact->origin);
    bool singular = fact->law == RK_LAW_SINGULAR;
    if (number == 0)
        rk_record_fail(f->r, "a consequence of what is no hypothesis of the text");
    rk_buf_printf(f->r->out, "fact %s | %zu", rk_law_get(fact->law)->name, number);
    for (size_t i = 0; i < fact->nmatrices && !singular; i++) {
        rk_record_bar(f->r);
        rk_record_mx(f->r, fact->matrix[i]);
    }
    put_relation(f, fact->value, fact->equation);
}

/* The number of the fact that says this; 0: none. */
static size_t number_of(const facts *f, rk_sc value) {
    for (size_t i = 0; i < f->d->nfacts; i++)
        if (f->d->fact[i]->value == value && f->number[i] > 0)
            return f->number[i];
    return 0;
}

/* The matrix is 0 because the fact before says that its measure is. */
static void put_vanishing(facts *f, const rk_fact *fact) {
    size_t from = number_of(f, fact->raw);
    if (from == 0)
        rk_record_fail(f->r, "a measure that no fact says to be 0");
    rk_buf_printf(f->r->out, "fact vanishing | %zu | ", from);
    rk_record_mx(f->r, fact->matrix[0]);
    put_relation(f, fact->value, false);
}

/* Puts rank(A)*rank(B) for rank(kron(A, B)), as the fact says; how often that stood in *value. */
static rk_sc put_product(rk_recorder *r, const rk_fact *kron, rk_sc *value) {
    rk_scalars *s = r->scalars;
    for (unsigned i = 0; i < (*value)->natoms; i++) {
        unsigned atom = (*value)->atom[i];
        const rk_quantity *q = rk_sc_atom_quantity(s, atom);
        const rk_letter *l = q != NULL && q->kind == RK_Q_RANK ? rk_mx_letter(q->mx[0]) : NULL;
        if (l == NULL || l->leaf->kind != RK_L_KRON || l->leaf->arg[0] != kron->matrix[0] ||
            l->leaf->arg[1] != kron->matrix[1])
            continue;
        rk_sc product = rk_sc_mul(s, rk_mx_rank(r->store, kron->matrix[0]),
                                  rk_mx_rank(r->store, kron->matrix[1]));
        rk_sc before = *value;
        *value = rk_sc_put_atom(s, before, atom, product);
        return rk_sc_div(s, rk_sc_sub(s, before, *value), kron->value);
    }
    return NULL;
}

/* A hypothesis without its positive factor, seen where the ranks of Kronecker products are put as
   products: these facts are taken away from it. */
static void put_cancel(facts *f, const rk_fact *fact) {
    rk_recorder *r = f->r;
    rk_sc plain = fact->raw, none = rk_sc_int(r->scalars, 0);
    size_t from = number_of(f, fact->raw);
    rk_buf taken;
    rk_buf_init(&taken);
    rk_buf *out = r->out;
    r->out = &taken;
    for (size_t i = 0; i < f->d->nfacts; i++) {
        const rk_fact *kron = f->d->fact[i];
        rk_sc times =
            kron->law == RK_LAW_KRON && f->number[i] > 0 ? put_product(r, kron, &plain) : NULL;
        if (times == NULL)
            continue;
        rk_buf_printf(r->out, " | %zu | ", f->number[i]);
        rk_record_sc(r, rk_sc_sub(r->scalars, none, times));
    }
    r->out = out;
    if (from == 0)
        rk_record_fail(r, "a factor of what is no fact");
    rk_buf_puts(out, "fact derived | ");
    rk_record_sc(r, fact->equation ? rk_sc_div(r->scalars, plain, fact->value)
                                   : divisor(r, plain, NULL, fact->value));
    rk_record_bar(r);
    rk_record_relation(r, fact->value, fact->equation);
    rk_buf_printf(out, " | %zu | 1%s\n", from, taken.text);
    rk_buf_clear(&taken);
    f->n++;
}

/* (size - rank(A)) times a hypothesis that is not negative */
static void put_gap(facts *f, const rk_fact *fact) {
    rk_recorder *r = f->r;
    const rk_mx *a = fact->matrix[0];
    rk_sc x = rk_mx_rank(r->store, a), size[] = {a->rows, a->cols};
    for (size_t i = 0; i < f->d->nfacts; i++)
        for (size_t k = 0; k < 2 && f->number[i] > 0; k++) {
            rk_sc gap = rk_sc_sub(r->scalars, size[k], x);
            if (rk_sc_mul(r->scalars, gap, f->d->fact[i]->value) != fact->value)
                continue;
            rk_buf_puts(r->out, "fact size | ");
            rk_record_mx(r, a);
            put_relation(f, gap, false);
            rk_buf_printf(r->out, "fact product-of-facts | %zu | %zu", f->n, f->number[i]);
            put_relation(f, fact->value, false);
            return;
        }
    rk_record_fail(r, "a product with a hypothesis that is not seen");
}

/* --- families ------------------------------------------------------------------------------- */

static void put_fact(facts *f, const rk_fact *fact);

/* A fact about a member, summed over the range. */
static void put_family(facts *f, const rk_fact *fact) {
    rk_recorder *r = f->r;
    size_t before = f->n;
    const char *name = rk_mx_index_name(r->printer, fact->sym);
    rk_buf_printf(r->out, "member %s | ", name);
    rk_record_sc(r, fact->low);
    rk_record_bar(r);
    rk_record_sc(r, fact->high);
    rk_record_end(r);
    rk_mx_print_symbol_as(r->printer, fact->sym, name, 0);
    put_fact(f, fact->member);
    rk_mx_print_symbol_as(r->printer, fact->sym, NULL, 0);
    rk_buf_printf(r->out, "family %zu", f->n);
    f->n = before;
    put_relation(f, fact->value, fact->equation);
}

/* --- facts ---------------------------------------------------------------------------------- */

static void put_fact(facts *f, const rk_fact *fact) {
    switch (fact->law) {
    case RK_LAW_FAMILY:
        put_family(f, fact);
        break;
    case RK_LAW_HYPOTHESIS:
        put_hypothesis(f, fact);
        break;
    case RK_LAW_CASE:
    case RK_LAW_INDUCTION:
        put_case(f, fact);
        break;
    case RK_LAW_CANCEL:
        put_cancel(f, fact);
        break;
    case RK_LAW_VANISHING:
        put_vanishing(f, fact);
        break;
    case RK_LAW_SINGULAR:
    case RK_LAW_EQUATION:
        put_of_hypothesis(f, fact);
        break;
    case RK_LAW_ELIMINATION:
    case RK_LAW_SCHUR:
        if (fact->note != NULL && fact->note->way != NULL) {
            f->n += rk_record_elimination(f->r, fact, f->n);
            break;
        }
        rk_record_fail(f->r, "an elimination of which only the ends are known");
        break;
    case RK_LAW_GAPS:
        if (fact->nmatrices == 1) {
            put_gap(f, fact);
            break;
        }
        f->n = rk_record_steps(f->r, fact, f->n);
        break;
    case RK_LAW_NORM_SUM:
    case RK_LAW_NORM_PRODUCT:
    case RK_LAW_SPECTRUM:
    case RK_LAW_SPANNED:
    case RK_LAW_KRON_PAIR:
    case RK_LAW_KRON_CHAIN:
    case RK_LAW_GRAM_SUM:
    case RK_LAW_RANGE:
        f->n = rk_record_steps(f->r, fact, f->n);
        break;
    default:
        rk_record_instance(f->r, fact);
        put_relation(f, fact->value, fact->equation);
    }
}

void rk_record_sum(rk_recorder *r, const rk_derivation *d) {
    facts f = {r, d, rk_calloc(d->nfacts + 1, sizeof(size_t)), 0};
    for (size_t i = 0; i < d->nfacts; i++) {
        put_fact(&f, d->fact[i]);
        f.number[i] = f.n;
    }
    rk_buf_puts(r->out, d->kind == RK_N_ABSURD ? "absurd" : "sum");
    for (size_t i = 0; i < d->sum.nitems; i++) {
        rk_sc factor = d->sum.item[i].factor;
        if (d->kind == RK_N_SUM && r->scale != NULL)
            factor = rk_sc_mul(r->scalars, factor, r->scale);
        rk_buf_printf(r->out, " | %zu | ", f.number[d->sum.item[i].fact]);
        rk_record_sc(r, factor);
    }
    rk_record_end(r);
    rk_free(f.number);
}
