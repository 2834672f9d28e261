/* The rank calculus against exact values: what is read has the value of the text; every fact that
   is generated holds at every assignment that satisfies the hypotheses; sums add up; and what is
   proved holds. Random theorems, exact random assignments of small dimensions. */
#include <glob.h>

#include "calculus_laws.h"
#include "eval_helpers.h"

#include "base/rk_clock.h"
#include "calculus/rk_mx_print.h"
#include "calculus/rk_sequent.h"
#include "hunt/rk_element.h"
#include "hunt/rk_trial.h"
#include "mx_exact.h"
#include "mx_text.h"

enum { SHORT_READINGS = 1500, LONG_READINGS = 60000, SHORT_THEOREMS = 90, LONG_THEOREMS = 12000 };
enum { REDRAWN = 24 }; /* times that generic variables are drawn anew before it counts */

static uint64_t first_seed;

static uint64_t test_seed(void) {
    const char *given = getenv("RK_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 20261122;
    print_message("# RK_TEST_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

static bool is_long(void) {
    return getenv("RK_TEST_LONG") != NULL;
}

static rk_rng stream(uint64_t trial, const char *what) {
    unsigned char digest[32] = {0};
    strncpy((char *)digest, what, 31);
    return rk_rng_trial(first_seed, digest, trial);
}

/* --- points of a theorem -----------------------------------------------------------------------
 */

/* Allowed dimensions, each open one between its low end and three more; false: passed over. */
static bool draw_dims(const rk_checked *checked, rk_rng *rng, int64_t *dims) {
    for (size_t i = 0; i < checked->ndims; i++) {
        const rk_dim *d = &checked->dims[i];
        int64_t high = d->kind == RK_DIM_RANGE && d->high < d->low + 3 ? d->high : d->low + 3;
        dims[i] = d->kind == RK_DIM_LIST ? d->values[rk_rng_below(rng, d->nvalues)]
                  : d->kind == RK_DIM_EQUAL
                      ? 0
                      : rk_rng_between(rng, d->low,
                                       rk_rng_below(rng, 3) ? d->low + 1 < high ? d->low + 1 : high
                                                            : high);
        if (d->kind != RK_DIM_EQUAL && dims[i] > 6 && d->low < 6)
            return false;
    }
    return rk_dims_complete(checked, dims) && rk_dims_allowed(checked, dims);
}

static mx_point *draw_point(const rk_checked *checked, rk_rng *rng) {
    int64_t dims[16] = {0};
    if (checked->ndims > 16 || !draw_dims(checked, rng, dims))
        return NULL;
    mx_point *p = mx_point_new(checked, dims, rk_rng_u64(rng));
    return p;
}

/* Loop indices that stand free in a sequent get small values. */
static void draw_symbols(mx_point *p, const rk_checked *checked) {
    int64_t value;
    for (unsigned s = 0; s < rk_sizes_symbols(checked->sizes); s++)
        if (!mx_point_sym(p, s, &value))
            mx_point_set_sym(p, s, rk_rng_between(mx_point_rng(p), 0, 2));
}

/* Is the text defined and do the hypotheses hold? */
static bool satisfies(mx_point *p, const rk_checked *checked) {
    bool truth;
    for (size_t i = 0; i < checked->nassumes; i++)
        if (mx_term_truth(p, checked->assumes[i], &truth) != MX_OK || !truth)
            return false;
    return true;
}

/* --- (a) reading -------------------------------------------------------------------------------
 */

typedef struct store {
    rk_arena *arena;
    rk_scalars *scalars;
    rk_mxs *mxs;
    rk_reader *reader;
} store;

static store store_new(const rk_checked *checked) {
    store s = {.arena = rk_arena_new()};
    s.scalars = rk_scalars_new(checked->sizes, s.arena);
    s.mxs = rk_mxs_new(s.scalars, s.arena);
    for (size_t i = 0; i < checked->ndims; i++)
        rk_sc_bound(s.scalars, checked->dims[i].sym, checked->dims[i].low);
    s.reader = rk_reader_new(s.mxs, checked);
    return s;
}

static void store_free(store *s) {
    rk_reader_free(s->reader);
    rk_mxs_free(s->mxs);
    rk_scalars_free(s->scalars);
    rk_arena_free(s->arena);
}

static text_theorem parsed(const char *clauses) {
    return theorem_of(clauses);
}

static void show(const char *what, const fmpq_mat_t a) {
    char *text;
    printf("# %s:", what);
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < a->c; j++) {
            text = fmpq_get_str(NULL, 10, fmpq_mat_entry(a, i, j));
            printf("%s %s", j == 0 && i > 0 ? ";" : "", text);
            flint_free(text);
        }
    printf("\n");
}

/* The value of the claim's left side by the engine that decides instances. */
static bool engine_value(const rk_checked *checked, mx_point *p, fmpq_mat_t out) {
    int64_t dims[16];
    rk_program *program;
    rk_assignment a;
    rk_run run;
    rk_domain *rationals = rk_domain_rational();
    for (size_t i = 0; i < checked->ndims; i++)
        mx_point_sym(p, checked->dims[i].sym, &dims[i]);
    bool good = rk_program_build(checked, dims, NULL, &program) == RK_BUILD_OK;
    if (!good) {
        rk_domain_free(rationals);
        return false;
    }
    rk_assignment_init(&a, program);
    for (size_t i = 0; i < program->nslots; i++) {
        const rk_slot *slot = &program->slots[i];
        fmpq_mat_set(&a.value[i], mx_point_variable(p, slot->var, slot->member));
    }
    rk_run_init(&run, program, rationals);
    const rk_instr *claim = &program->instr[program->claims[0]];
    good = claim->code == RK_P_COMPARE && rk_run_set_inputs(&run, &a) == RK_EV_OK &&
           rk_run_compute(&run, claim->arg[0]) == RK_EV_OK;
    if (good) {
        const rk_matrix *m = &run.value[claim->arg[0]];
        fmpq_mat_clear(out);
        fmpq_mat_init(out, m->rows, m->cols);
        good = rk_matrix_get_fmpq_mat(out, m) == RK_EV_OK;
    }
    rk_run_clear(&run);
    rk_assignment_clear(&a);
    rk_program_free(program);
    rk_domain_free(rationals);
    return good;
}

/* Has it a function whose values here are stand-ins? */
static bool has_stand_in(const rk_term *t) {
    bool found = t->op == RK_T_SOFTMAX || t->op == RK_T_LAYERNORM || t->op == RK_T_RMSNORM ||
                 t->op == RK_T_GELU || t->op == RK_T_SILU || t->op == RK_T_TANH ||
                 t->op == RK_T_SIGMOID || t->op == RK_T_EXP || t->op == RK_T_LOG;
    for (size_t i = 0; i < t->nkids && !found; i++)
        found = has_stand_in(t->kid[i]);
    return found;
}

typedef struct reading_counts {
    unsigned compared, engine, undefined, unknown;
} reading_counts;

static void one_reading(const rk_checked *checked, mx_point *p, store *s, const rk_mx *m,
                        reading_counts *n, const char *text) {
    fmpq_mat_t want, got, engine;
    mx_ev ev = mx_term(p, checked->claims[0]->kid[0], want);
    mx_values *values = mx_values_new(p, s->mxs);
    mx_ev read = mx_matrix(values, m, got);
    fmpq_mat_init(engine, 0, 0);
    if (ev != MX_OK) {
        n->undefined++;
    } else if (read == MX_UNKNOWN) {
        n->unknown++;
    } else {
        n->compared++;
        if (read != MX_OK || !fmpq_mat_equal(want, got)) {
            printf("# %s\n", text);
            mx_point_print(p);
            show("text", want);
            show("calculus", got);
            fail_msg("what is read differs from the text");
        }
        if (!has_stand_in(checked->claims[0]->kid[0]) && engine_value(checked, p, engine)) {
            n->engine++;
            if (!fmpq_mat_equal(engine, want)) {
                printf("# %s\n", text);
                mx_point_print(p);
                show("engine", engine);
                show("terms", want);
                fail_msg("the exact value of a text is wrong here");
            }
        }
    }
    fmpq_mat_clear(want);
    fmpq_mat_clear(got);
    fmpq_mat_clear(engine);
    mx_values_free(values);
}

static void random_reading(rk_rng *rng, reading_counts *n) {
    rk_buf text;
    rk_buf_init(&text);
    mx_text t = {.rng = rng, .out = &text};
    t.allowed = MX_INVERSES | MX_BLOCKS | MX_LOOPS | MX_LAYERS | MX_NUMBERS;
    if (rk_rng_below(rng, 2))
        t.allowed = (unsigned)rk_rng_below(rng, 32);
    mx_text_variables(&text, 0);
    size_t start = text.len;
    rk_buf_printf(&text, "claim ");
    if (rk_rng_below(rng, 5) == 0)
        mx_text_scalar(&t, 3);
    else
        mx_text_any(&t, 1 + (int)rk_rng_below(rng, 4));
    rk_buf_printf(&text, " == 0*");
    size_t end = text.len; /* the same text once more, so that the shapes agree */
    char *copy = rk_strdup(text.text + start + 6);
    copy[end - start - 6 - 6] = '\0';
    rk_buf_printf(&text, "(%s);\n", copy);
    rk_free(copy);
    text_theorem theorem = parsed(text.text);
    store s = store_new(theorem.checked);
    const rk_mx *m = rk_read_matrix(s.reader, theorem.checked->claims[0]->kid[0]);
    for (int k = 0; k < 3; k++) {
        mx_point *p = draw_point(theorem.checked, rng);
        if (p == NULL)
            continue;
        one_reading(theorem.checked, p, &s, m, n, text.text + start);
        mx_point_free(p);
    }
    store_free(&s);
    theorem_free(&theorem);
    rk_buf_clear(&text);
}

static void reading_keeps_values(void **state) {
    (void)state;
    reading_counts n = {0};
    for (uint64_t i = 0; i < (is_long() ? LONG_READINGS : SHORT_READINGS); i++) {
        rk_rng rng = stream(i, "reading");
        random_reading(&rng, &n);
    }
    print_message("# readings compared %u (with the engine too: %u), undefined %u, unknown %u\n",
                  n.compared, n.engine, n.undefined, n.unknown);
    assert_true(n.compared > (is_long() ? LONG_READINGS : SHORT_READINGS));
    assert_true(n.engine > n.compared / 5);
}

/* --- (b) facts, (c) sums, (d) theorems
 * ------------------------------------------------------------ */

typedef struct counts {
    unsigned long law[RK_LAW_COUNT]; /* instances that held */
    unsigned long facts, undefined, unknown, points, sums;
    unsigned theorems, proved, claims; /* claims: evaluations of proved ones */
    unsigned failures;
    const char *text; /* in hand, for messages */
} counts;

static void complain(counts *n, mx_point *p, const char *what) {
    if (++n->failures > 20)
        return;
    printf("# %s\n# %s\n", what, n->text);
    if (p != NULL)
        mx_point_print(p);
}

static void print_fact(const rk_context *x, const rk_fact *f) {
    rk_buf out;
    rk_buf_init(&out);
    rk_mx_printer *printer = rk_mx_printer_new(x->store, x->calculus->checked, false);
    rk_relation_print(printer, &out, f->value, f->equation);
    for (size_t i = 0; i < f->nmatrices; i++) {
        rk_buf_printf(&out, "\n#   matrix %zu: ", i + 1);
        rk_mx_print(printer, &out, f->matrix[i]);
    }
    printf("# %s: %s\n", rk_law_get(f->law)->name, out.text);
    rk_mx_printer_free(printer);
    rk_buf_clear(&out);
}

/* 0; or next to it, where roots or spectra were rounded. */
static bool is_nothing(const mx_values *v, const fmpq_t x) {
    fmpq_t size;
    fmpq_init(size);
    fmpq_abs(size, x);
    fmpq_mul_2exp(size, size, 60);
    bool small = fmpq_is_zero(x) || (mx_values_rounded(v) && fmpq_cmp_ui(size, 1) < 0);
    fmpq_clear(size);
    return small;
}

static mx_ev fact_holds(mx_values *v, const rk_fact *f, bool *holds) {
    fmpq_t x;
    fmpq_init(x);
    mx_ev ev = mx_scalar(v, f->value, x);
    *holds = f->equation ? is_nothing(v, x) : fmpq_sgn(x) >= 0 || is_nothing(v, x);
    fmpq_clear(x);
    return ev;
}

static bool is_given(rk_law law) {
    return law == RK_LAW_HYPOTHESIS || law == RK_LAW_CASE || law == RK_LAW_INDUCTION;
}

/* The matrix that an inclusion of spans says there is: A = K*B (or B*K). */
static bool witness(mx_point *p, const rk_term *span, fmpq_mat_t k) {
    fmpq_mat_t a, b, at, bt;
    bool rows = span->op == RK_T_IN_ROWSPAN;
    bool good = mx_term(p, span->kid[0], a) == MX_OK && mx_term(p, span->kid[1], b) == MX_OK;
    fmpq_mat_init(at, a->c, a->r);
    fmpq_mat_init(bt, b->c, b->r);
    fmpq_mat_transpose(at, a);
    fmpq_mat_transpose(bt, b);
    if (rows) { /* B'*K' == A' */
        fmpq_mat_t turned;
        fmpq_mat_init(turned, b->r, a->r);
        fmpq_mat_init(k, a->r, b->r);
        good = good && fmpq_mat_can_solve(turned, bt, at);
        fmpq_mat_transpose(k, turned);
        fmpq_mat_clear(turned);
    } else {
        fmpq_mat_init(k, b->c, a->c);
        good = good && fmpq_mat_can_solve(k, b, a);
    }
    fmpq_mat_clear(a);
    fmpq_mat_clear(b);
    fmpq_mat_clear(at);
    fmpq_mat_clear(bt);
    return good;
}

/* The fresh matrices of a sequent stand for the witnesses of its inclusions, in their order. */
static void set_witnesses(const rk_context *x, mx_point *p) {
    unsigned fresh = 0;
    mx_point_forget_fresh(p);
    for (size_t i = 0; i < x->nassumptions; i++) {
        const rk_assumption *a = &x->assumption[i];
        fmpq_mat_t k;
        if (a->term == NULL || a->negated ||
            (a->term->op != RK_T_IN_ROWSPAN && a->term->op != RK_T_IN_COLSPAN) ||
            a->term->kid[0]->op != RK_T_VAR)
            continue;
        if (witness(p, a->term, k))
            mx_point_set_fresh(p, fresh, k);
        fresh++;
        fmpq_mat_clear(k);
    }
}

/* Does what is read modulo the rules of the sequent have the value of the text? */
static bool reads_right(const rk_context *x, mx_point *p, mx_values *v, const rk_term *t) {
    fmpq_mat_t want, got;
    mx_ev text = mx_term(p, t, want), read = mx_matrix(v, rk_read_matrix(x->reader, t), got);
    bool good = text != MX_OK || (read == MX_OK && fmpq_mat_equal(want, got));
    fmpq_mat_clear(want);
    fmpq_mat_clear(got);
    return good;
}

/* Do the hypotheses of this sequent hold here? */
static bool sequent_holds(const rk_context *x, mx_point *p, mx_values *v) {
    bool truth = false;
    for (size_t i = 0; i < x->nassumptions; i++) {
        const rk_assumption *a = &x->assumption[i];
        if (a->term != NULL && (mx_term_truth(p, a->term, &truth) != MX_OK || truth == a->negated))
            return false;
        if (a->term != NULL && (a->term->op == RK_T_IN_ROWSPAN || a->term->op == RK_T_IN_COLSPAN) &&
            !reads_right(x, p, v, a->term->kid[0]))
            return false;
    }
    for (size_t i = 0; i < rk_instances_count(x->instances); i++) {
        const rk_fact *f = rk_instances_get(x->instances, i);
        if (is_given(f->law) && (fact_holds(v, f, &truth) != MX_OK || !truth))
            return false;
    }
    return true;
}

/* Almost every value: it must hold after the generic variables are drawn anew. */
static bool holds_later(const rk_context *x, mx_point *p, const rk_fact *f) {
    bool holds = false;
    for (int k = 0; k < REDRAWN && !holds; k++) {
        mx_point_redraw_generic(p);
        mx_values *v = mx_values_new(p, x->store);
        if (fact_holds(v, f, &holds) != MX_OK)
            holds = true;
        mx_values_free(v);
    }
    return holds;
}

/* Does it speak of a loop index? Its range is known in the proof and not here. */
static bool at_an_index(const rk_context *x, rk_sc a) {
    const rk_checked *checked = x->calculus->checked;
    for (unsigned sym = 0; sym < rk_sizes_symbols(checked->sizes); sym++) {
        bool dim = false;
        for (size_t k = 0; k < checked->ndims; k++)
            dim |= checked->dims[k].sym == sym;
        if (!dim && rk_sc_mentions(x->scalars, a, sym))
            return true;
    }
    return false;
}

static void check_facts(const rk_context *x, mx_point *p, counts *n) {
    set_witnesses(x, p);
    mx_values *v = mx_values_new(p, x->store);
    if (!sequent_holds(x, p, v)) {
        mx_values_free(v);
        return;
    }
    n->points++;
    for (size_t i = 0; i < rk_instances_count(x->instances); i++) {
        const rk_fact *f = rk_instances_get(x->instances, i);
        bool holds;
        mx_ev ev = fact_holds(v, f, &holds);
        n->undefined += ev == MX_UNDEFINED;
        n->unknown += ev == MX_UNKNOWN;
        if (ev == MX_UNDEFINED && !at_an_index(x, f->value)) {
            complain(n, p, "a fact is not defined where the text is");
            if (n->failures <= 20)
                print_fact(x, f);
        }
        if (ev != MX_OK)
            continue;
        if (!holds && !(x->calculus->generic && holds_later(x, p, f))) {
            complain(n, p, "a fact does not hold");
            if (n->failures <= 20)
                print_fact(x, f);
            continue;
        }
        n->facts++;
        n->law[f->law]++;
    }
    mx_values_free(v);
}

/* goal == sum of factor*fact + slack at one point, with the signs right where the sequent holds:
   they may rest on what it assumes. */
static void check_sum(const rk_calculus *c, const rk_derivation *d, mx_point *p, counts *n) {
    const rk_context *x = c->contexts;
    while (x != NULL && x->store != d->store)
        x = x->next;
    assert_non_null(x);
    mx_values *v = mx_values_new(p, d->store);
    fmpq_t total, factor, value;
    fmpq_init(total);
    fmpq_init(factor);
    fmpq_init(value);
    bool assumed = sequent_holds(x, p, v);
    mx_ev ev = mx_scalar(v, d->sum.slack, total);
    if (assumed && ev == MX_OK && fmpq_sgn(total) < 0 && !at_an_index(x, d->sum.slack))
        complain(n, p, "the slack of a sum is negative");
    for (size_t i = 0; i < d->sum.nitems && ev == MX_OK; i++) {
        const rk_fact *f = d->fact[d->sum.item[i].fact];
        ev = mx_scalar(v, d->sum.item[i].factor, factor);
        if (assumed && ev == MX_OK && !f->equation && fmpq_sgn(factor) < 0 &&
            !at_an_index(x, d->sum.item[i].factor))
            complain(n, p, "a multiplier of an inequality is negative");
        if (ev == MX_OK)
            ev = mx_scalar(v, f->value, value);
        fmpq_addmul(total, factor, value);
    }
    if (ev == MX_OK && d->kind == RK_N_SUM)
        ev = mx_scalar(v, d->goal, factor);
    else
        fmpq_set_si(factor, -1, 1);
    fmpq_sub(value, factor, total);
    if (ev == MX_OK && !is_nothing(v, value))
        complain(n, p, "a sum does not add up to its goal");
    n->sums += ev == MX_OK;
    fmpq_clear(total);
    fmpq_clear(factor);
    fmpq_clear(value);
    mx_values_free(v);
}

static void check_sums(const rk_calculus *c, const rk_derivation *d, mx_point *p, counts *n) {
    if (d->kind == RK_N_SUM || d->kind == RK_N_ABSURD)
        check_sum(c, d, p, n);
    for (size_t i = 0; i < d->nkids; i++)
        check_sums(c, d->kid[i], p, n);
}

/* The claims of a theorem that is proved, at a point that satisfies its hypotheses. */
static void check_claims(const rk_calculus *c, mx_point *p, counts *n) {
    for (size_t i = 0; i < c->checked->nclaims; i++) {
        bool truth = false;
        if (mx_term_truth(p, c->checked->claims[i], &truth) != MX_OK)
            continue;
        for (int k = 0; k < REDRAWN && c->generic && !truth; k++) {
            mx_point_redraw_generic(p);
            if (mx_term_truth(p, c->checked->claims[i], &truth) != MX_OK)
                truth = true;
        }
        if (!truth)
            complain(n, p, "PROVED, BUT FALSE");
        n->claims++;
    }
}

/* The value of a matrix of the text; false: it has no rational one. */
static bool value_of(mx_point *p, const rk_term *t, fmpq_mat_t out) {
    return mx_term(p, t, out) == MX_OK;
}

/* Norms and spectra have no rational value, but they are defined where their matrices are. */
static bool measure_defined(mx_point *p, const rk_term *t) {
    fmpq_mat_t m;
    int64_t k = 1;
    bool good = value_of(p, t->kid[0], m);
    slong most = fmpq_mat_nrows(m) < fmpq_mat_ncols(m) ? fmpq_mat_nrows(m) : fmpq_mat_ncols(m);
    if (t->ival[0] != NULL)
        good = good && mx_point_size(p, t->ival[0], &k) && k >= 1 && k <= most;
    if (t->op == RK_T_STABLE_RANK)
        good = good && !fmpq_mat_is_zero(m);
    fmpq_mat_clear(m);
    return good;
}

static bool term_defined(mx_point *p, const rk_term *t) {
    bool truth, good = true;
    int64_t k;
    fmpq_mat_t m;
    if (t->op >= RK_T_NORM_1 && t->op <= RK_T_STABLE_RANK)
        return measure_defined(p, t);
    if (t->rows == NULL && (t->op == RK_T_LOOP_ALL || t->op == RK_T_LOOP_ANY))
        return mx_term_truth(p, t, &truth) == MX_OK;
    bool plain = t->rows == NULL || t->op == RK_T_ADD || t->op == RK_T_SUB || t->op == RK_T_NEG ||
                 t->op == RK_T_MUL || t->op == RK_T_SCALE ||
                 (t->op == RK_T_POWER && mx_point_size(p, t->ival[0], &k) && k >= 0);
    if (plain) {
        for (size_t i = 0; i < t->nkids; i++)
            good = good && term_defined(p, t->kid[i]);
        return good;
    }
    good = value_of(p, t, m);
    fmpq_mat_clear(m);
    return good;
}

static bool defined(mx_point *p, const rk_checked *checked) {
    for (size_t i = 0; i < checked->nclaims; i++)
        if (!term_defined(p, checked->claims[i]))
            return false;
    return true;
}

typedef struct given { /* numbers of the hypotheses of a random theorem */
    unsigned which[3], n;
} given;

/* Number k of the points of a theorem: the first ones see all of it. */
static void check_point(const rk_calculus *c, mx_point *p, int k, counts *n) {
    if (!satisfies(p, c->checked) || !defined(p, c->checked))
        return;
    if (rk_calculus_proved(c))
        check_claims(c, p, n);
    draw_symbols(p, c->checked);
    for (const rk_context *x = c->contexts; x != NULL && (k < 4 || is_long()); x = x->next)
        check_facts(x, p, n);
    if (rk_calculus_proved(c) && k < 2)
        check_sums(c, rk_calculus_derivation(c), p, n);
}

static void at_points(const rk_calculus *c, const given *g, rk_rng *rng, int points, counts *n) {
    for (int k = 0; k < points; k++) {
        mx_point *p = draw_point(c->checked, rng);
        if (p == NULL)
            continue;
        for (unsigned i = 0; i < g->n; i++)
            mx_hypothesis_sample(g->which[i], p, c->checked);
        check_point(c, p, k, n);
        mx_point_free(p);
    }
}

static rk_calculus *prove(const rk_checked *checked, double seconds) {
    rk_calculus_options options = {.deadline = rk_clock() + seconds};
    return rk_calculus_prove(checked, &options);
}

/* --- random theorems ----------------------------------------------------------------------------
 */

static given random_theorem(rk_rng *rng, rk_buf *text) {
    given g = {{0}, 0};
    mx_text t = {.rng = rng, .out = text};
    bool generic = rk_rng_below(rng, 5) == 0;
    t.allowed = (unsigned)rk_rng_below(rng, 32);
    t.plain = rk_rng_below(rng, 2) == 0;
    mx_text_variables(text, generic ? rk_rng_u64(rng) : 0);
    if (!generic && rk_rng_below(rng, 2)) {
        g.n = 1 + (rk_rng_below(rng, 6) == 0);
        for (unsigned i = 0; i < g.n; i++) {
            g.which[i] = (unsigned)rk_rng_below(rng, mx_hypotheses());
            mx_hypothesis_text(g.which[i], text);
        }
        t.plain = rk_rng_below(rng, 3) > 0;
    }
    rk_buf_printf(text, "claim ");
    if (rk_rng_below(rng, 4))
        mx_text_shaped(&t);
    else
        mx_text_linear(&t);
    rk_buf_printf(text, ";\n");
    return g;
}

static void one_theorem(rk_rng *rng, counts *n) {
    rk_buf text;
    rk_buf_init(&text);
    given g = random_theorem(rng, &text);
    text_theorem theorem = parsed(text.text);
    n->text = text.text;
    rk_calculus *c = prove(theorem.checked, 1);
    n->theorems++;
    n->proved += rk_calculus_proved(c);
    at_points(c, &g, rng, rk_calculus_proved(c) ? 40 : 4, n);
    rk_calculus_free(c);
    theorem_free(&theorem);
    rk_buf_clear(&text);
}

static void report(const counts *n) {
    print_message("# theorems %u, proved %u and evaluated %u times; sums checked %lu\n",
                  n->theorems, n->proved, n->claims, n->sums);
    print_message("# facts held %lu at %lu points of sequents; undefined %lu, without a rational "
                  "value %lu\n",
                  n->facts, n->points, n->undefined, n->unknown);
    for (int i = 0; i < RK_LAW_COUNT; i++)
        print_message("#   %-20s %lu\n", rk_law_get((rk_law)i)->name, n->law[i]);
    assert_int_equal(n->failures, 0);
}

static void random_theorems_hold(void **state) {
    (void)state;
    counts n = {0};
    for (uint64_t i = 0; i < (is_long() ? LONG_THEOREMS : SHORT_THEOREMS); i++) {
        rk_rng rng = stream(i, "theorems");
        one_theorem(&rng, &n);
    }
    report(&n);
}

/* --- theorems of files ---------------------------------------------------------------------------
 */

/* The value of a slot that an assumed equation defines. */
static bool defined_value(rk_run *run, const rk_slot *slot, fmpq_mat_t out) {
    return rk_run_compute(run, slot->definition) == RK_EV_OK &&
           rk_matrix_get_fmpq_mat(out, &run->value[slot->definition]) == RK_EV_OK;
}

/* Is what hypotheses give in the sets of the variables? Else the point is none of the theorem. */
static bool definitions_fit(rk_run *run, mx_point *p) {
    bool fit = true;
    for (size_t i = 0; i < run->program->nslots && fit; i++) {
        const rk_slot *slot = &run->program->slots[i];
        fmpq_mat_t value;
        if (!slot->defined)
            continue;
        fmpq_mat_init_set(value, mx_point_variable(p, slot->var, slot->member));
        defined_value(run, slot, value);
        fit = rk_set_contains(slot->set, value);
        fmpq_mat_clear(value);
    }
    return fit;
}

static void take_assignment(mx_point *p, const rk_program *program, const rk_assignment *a) {
    rk_run run;
    rk_domain *rationals = rk_domain_rational();
    rk_run_init(&run, program, rationals);
    rk_run_set_inputs(&run, a);
    bool fit = definitions_fit(&run, p);
    for (size_t i = 0; i < program->nslots && fit; i++) {
        const rk_slot *slot = &program->slots[i];
        fmpq_mat_struct *to = mx_point_variable(p, slot->var, slot->member);
        if (slot->defined)
            defined_value(&run, slot, to);
        else
            fmpq_mat_set(to, &a->value[i]);
    }
    rk_run_clear(&run);
    rk_domain_free(rationals);
}

/* An assignment as the hunt for counterexamples draws them: structures, relations between
   variables, solutions of the hypotheses. */
static void hunted(mx_point *p, const rk_checked *checked, rk_rng *rng) {
    int64_t dims[16];
    rk_program *program;
    rk_assignment a;
    rk_judge judge;
    unsigned claim;
    for (size_t i = 0; i < checked->ndims; i++)
        mx_point_sym(p, checked->dims[i].sym, &dims[i]);
    if (rk_program_build(checked, dims, NULL, &program) != RK_BUILD_OK)
        return;
    rk_hunt_options options = {.precision_cap = 64};
    rk_judge_init(&judge, checked, &options, NULL);
    judge.most = RK_EFFORT_RATIONAL;
    rk_assignment_init(&a, program);
    rk_sample(program, (unsigned)rk_rng_below(rng, rk_sample_styles()), rng, &a);
    if (rk_trial_has_equations(&judge, program) && rk_rng_below(rng, 3))
        rk_trial_solve(&judge, program, rng, &a, &claim);
    if (rk_assignment_in_sets(program, &a))
        take_assignment(p, program, &a);
    rk_assignment_clear(&a);
    rk_judge_clear(&judge);
    rk_program_free(program);
}

static void at_hunted_points(const rk_calculus *c, rk_rng *rng, int points, counts *n) {
    for (int k = 0; k < points; k++) {
        mx_point *p = draw_point(c->checked, rng);
        if (p == NULL)
            continue;
        if (!c->generic && rk_rng_below(rng, 3))
            hunted(p, c->checked, rng);
        check_point(c, p, k, n);
        mx_point_free(p);
    }
}

/* --- each law ------------------------------------------------------------------------------------
 */

/* Points of the law's theorem until so many instances of the law were evaluated. */
static void law_holds(const law_theorem *t, unsigned long wanted, counts *n) {
    rk_buf text;
    rk_buf_init(&text);
    rk_buf_printf(&text, "%s%s", law_dims, t->theorem);
    text_theorem theorem = theorem_of(text.text);
    rk_calculus *c = prove(theorem.checked, 5);
    n->text = t->theorem;
    for (unsigned long k = 0; n->law[t->law] < wanted && k < 40 * wanted; k++) {
        rk_rng rng = stream(k, rk_law_get(t->law)->name);
        mx_point *p = draw_point(theorem.checked, &rng);
        if (p == NULL)
            continue;
        if (!c->generic && rk_rng_below(&rng, 3))
            hunted(p, theorem.checked, &rng);
        check_point(c, p, 0, n);
        mx_point_free(p);
    }
    if (n->law[t->law] < wanted)
        complain(n, NULL, "TOO FEW INSTANCES OF ITS LAW");
    rk_calculus_free(c);
    theorem_free(&theorem);
    rk_buf_clear(&text);
}

static void every_law_holds_often(void **state) {
    (void)state;
    unsigned long wanted = is_long() ? 1000 : 100;
    counts n = {0};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        law_holds(&needed[i], wanted, &n);
    for (size_t i = 0; i < sizeof handy / sizeof *handy; i++)
        law_holds(&handy[i], wanted, &n);
    report(&n);
}

/* What the note of a theorem says of its truth; NULL: nothing. */
static const char *known_truth(const rk_theorem *t) {
    for (size_t i = 0; i < t->nclauses; i++)
        if (t->clauses[i].kind == RK_C_NOTE && strncmp(t->clauses[i].string, "truth: ", 7) == 0)
            return t->clauses[i].string + 7;
    return NULL;
}

static void theorem_of_file(const rk_checked *checked, rk_rng *rng, counts *n) {
    const char *truth = known_truth(checked->theorem);
    rk_calculus *c = prove(checked, 2);
    bool proved = rk_calculus_proved(c);
    n->text = checked->theorem->name;
    n->theorems++;
    n->proved += proved;
    if (proved && truth != NULL && strcmp(truth, "false") == 0)
        complain(n, NULL, "PROVED, BUT KNOWN TO BE FALSE");
    if (proved && checked->expect == RK_REFUTED)
        complain(n, NULL, "PROVED, BUT EXPECTED TO BE REFUTED");
    at_hunted_points(c, rng, is_long() ? 60 : proved ? 4 : 1, n);
    rk_calculus_free(c);
}

static void theorems_of(const char *path, rk_rng *rng, counts *n) {
    rk_diags *diags = rk_diags_new();
    rk_unit *unit = rk_unit_read(path, NULL, diags);
    assert_non_null(unit);
    rk_module *module = rk_module_check(unit, NULL, diags);
    for (size_t i = 0; i < module->ntheorems; i++)
        if (module->theorems[i].mode == RK_MODE_UNIVERSAL)
            theorem_of_file(&module->theorems[i], rng, n);
    rk_module_free(module);
    rk_unit_free(unit);
    rk_diags_free(diags);
}

static void files_hold(const char *pattern) {
    const char *top = getenv("abs_top_srcdir");
    char path[4096];
    counts n = {0};
    glob_t found;
    rk_rng rng = stream(0, pattern);
    snprintf(path, sizeof path, "%s/%s", top ? top : ".", pattern);
    assert_int_equal(glob(path, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        theorems_of(found.gl_pathv[i], &rng, &n);
    globfree(&found);
    report(&n);
}

static void theorems_of_known_truth(void **state) {
    (void)state;
    files_hold("tests/soundness/*.thm");
}

static void theorems_of_the_library(void **state) {
    (void)state;
    files_hold("theorems/*/*.thm");
}

int main(void) {
    first_seed = test_seed();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_keeps_values),    cmocka_unit_test(random_theorems_hold),
        cmocka_unit_test(every_law_holds_often),   cmocka_unit_test(theorems_of_known_truth),
        cmocka_unit_test(theorems_of_the_library),
    };
    return cmocka_run_group_tests_name("calculus_exact", tests, NULL, NULL);
}
