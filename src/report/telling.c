#include "rk_telling.h"

#include <string.h>

#include "lang/rk_print.h"

void rk_telling_init(rk_telling *t, rk_tale *tale, const rk_checked *checked) {
    *t = (rk_telling){.tale = tale, .checked = checked};
}

void rk_telling_clear(rk_telling *t) {
    for (size_t i = 0; i < t->nvoices; i++) {
        rk_mx_printer_free(t->voice[i].printer);
        rk_reader_free(t->voice[i].reader);
    }
    rk_mxs_free(t->plain);
    rk_scalars_free(t->plain_scalars);
    rk_free(t->voice);
    rk_free(t->fact);
    rk_free(t->assumption);
    rk_free(t->legend);
}

rk_mxs *rk_telling_plain_store(rk_telling *t) {
    if (t->plain == NULL) {
        t->plain_scalars = rk_scalars_new(t->checked->sizes, t->tale->arena);
        t->plain = rk_mxs_new(t->plain_scalars, t->tale->arena);
    }
    return t->plain;
}

/* --- lets --------------------------------------------------------------------------------- */

static bool spans_equal(rk_span a, rk_span b) {
    return a.source == b.source && a.begin == b.begin && a.end == b.end;
}

static const rk_term *find_span(const rk_term *t, rk_span span, unsigned char *seen) {
    if (spans_equal(t->span, span))
        return t;
    seen[t->id] = 1;
    for (size_t i = 0; i < t->nkids; i++) {
        const rk_term *found = seen[t->kid[i]->id] ? NULL : find_span(t->kid[i], span, seen);
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* The term that a `let` became; NULL when nothing uses it. */
static const rk_term *let_term(const rk_checked *c, const rk_clause *let) {
    unsigned char *seen = rk_calloc(c->nterms + 1, 1);
    const rk_term *found = NULL;
    for (size_t i = 0; i < c->nclaims && found == NULL; i++)
        found = find_span(c->claims[i], let->expr->span, seen);
    for (size_t i = 0; i < c->nassumes && found == NULL; i++)
        found = find_span(c->assumes[i], let->expr->span, seen);
    rk_free(seen);
    return found;
}

static bool is_number(const rk_checked *c, const rk_term *t) {
    int64_t rows, cols;
    return rk_size_is_const(c->sizes, t->rows, &rows) &&
           rk_size_is_const(c->sizes, t->cols, &cols) && rows == 1 && cols == 1;
}

/* Names that say more than the matrix itself. */
static bool worth_a_name(const rk_mx *a) {
    const rk_letter *x = rk_mx_letter(a);
    return !rk_mx_is_zero(a) && !rk_mx_is_eye(a) && (x == NULL || x->leaf->kind > RK_L_CAUSAL);
}

static void name_let(rk_telling *t, rk_voice *v, const rk_clause *let) {
    const rk_term *term = let_term(t->checked, let);
    if (term == NULL || term->rows == NULL || is_number(t->checked, term))
        return;
    const rk_mx *a = rk_read_matrix(v->reader, term);
    if (!worth_a_name(a))
        return;
    rk_mx_printer_name(v->printer, a, let->name);
    v->let[v->nlets++] = (rk_let_name){let->name, term, a};
}

/* --- voices ------------------------------------------------------------------------------- */

static rk_voice *voice_of(rk_telling *t, rk_mxs *store) {
    for (size_t i = 0; i < t->nvoices; i++)
        if (t->voice[i].store == store)
            return &t->voice[i];
    const rk_theorem *theorem = t->checked->theorem;
    rk_grow(&t->voice, &t->voices_cap, t->nvoices + 1, sizeof *t->voice);
    rk_voice *v = &t->voice[t->nvoices++];
    *v = (rk_voice){.store = store,
                    .printer = rk_mx_printer_new(store, t->checked, t->tale->latex),
                    .reader = rk_reader_new(store, t->checked)};
    v->let = rk_arena_alloc(t->tale->arena, (theorem->nclauses + 1) * sizeof *v->let);
    for (size_t i = 0; i < theorem->nclauses; i++)
        if (theorem->clauses[i].kind == RK_C_LET)
            name_let(t, v, &theorem->clauses[i]);
    return v;
}

static const char *keep(rk_telling *t, rk_buf *text) {
    const char *kept = rk_arena_strdup(t->tale->arena, text->text);
    rk_buf_clear(text);
    return kept;
}

const char *rk_telling_matrix(rk_telling *t, rk_mxs *store, const rk_mx *a, rk_print_place place) {
    rk_buf text;
    rk_buf_init(&text);
    rk_mx_print_in(voice_of(t, store)->printer, &text, a, place);
    return keep(t, &text);
}

const char *rk_telling_written_out(rk_telling *t, rk_mxs *store, const rk_mx *a) {
    rk_buf text;
    rk_buf_init(&text);
    rk_mx_print_out(voice_of(t, store)->printer, &text, a);
    return keep(t, &text);
}

const char *rk_telling_scalar(rk_telling *t, rk_mxs *store, rk_sc a) {
    rk_buf text;
    rk_buf_init(&text);
    rk_sc_print(voice_of(t, store)->printer, &text, a);
    return keep(t, &text);
}

const char *rk_telling_relation(rk_telling *t, rk_mxs *store, rk_sc value, bool equation) {
    rk_buf text;
    rk_buf_init(&text);
    rk_relation_print(voice_of(t, store)->printer, &text, value, equation);
    return keep(t, &text);
}

const rk_mx *rk_telling_upright(rk_telling *t, rk_mxs *store, const rk_mx *a) {
    return rk_mx_upright(voice_of(t, store)->printer, a);
}

/* --- terms -------------------------------------------------------------------------------- */

static const char *source_text(rk_telling *t, const rk_term *term) {
    const rk_theorem *theorem = t->checked->theorem;
    rk_span s = term->span;
    bool inside = s.source == theorem->span.source && s.begin >= theorem->span.begin &&
                  s.end <= theorem->span.end;
    return inside ? rk_arena_strndup(t->tale->arena, s.source->text + s.begin, s.end - s.begin)
                  : NULL;
}

static const char *compared(rk_telling *t, const rk_term *term, bool negated) {
    static const char *const signs[2][6] = {{"==", "!=", "<", "<=", ">", ">="},
                                            {"!=", "==", ">=", ">", "<=", "<"}};
    const char *left = source_text(t, term->kid[0]), *right = source_text(t, term->kid[1]);
    if (left == NULL || right == NULL)
        return NULL;
    return rk_arena_printf(t->tale->arena, "%s %s %s", left, signs[negated][term->cmp], right);
}

const char *rk_telling_term(rk_telling *t, const rk_term *term, bool negated) {
    const char *text;
    bool turn =
        negated && (term->cmp == RK_EQ || term->cmp == RK_NE ||
                    (is_number(t->checked, term->kid[0]) && is_number(t->checked, term->kid[1])));
    if (term->op == RK_T_COMPARE && (!negated || turn))
        text = compared(t, term, negated);
    else
        text = source_text(t, term);
    if (text == NULL)
        return NULL;
    if (negated && !(term->op == RK_T_COMPARE && turn))
        text = rk_arena_printf(t->tale->arena, "not (%s)", text);
    return rk_tale_formula(t->tale, text);
}

bool rk_same_formula(const char *a, const char *b) {
    for (;; a++, b++) {
        a += strspn(a, " \n");
        b += strspn(b, " \n");
        if (*a != *b || *a == '\0')
            return *a == *b;
    }
}

/* --- legends ------------------------------------------------------------------------------ */

static bool told_legend(rk_telling *t, const char *text) {
    for (size_t i = 0; i < t->nlegends; i++)
        if (strcmp(t->legend[i], text) == 0)
            return true;
    rk_grow(&t->legend, &t->legends_cap, t->nlegends + 1, sizeof *t->legend);
    t->legend[t->nlegends++] = text;
    return false;
}

/* "Here Y = ...; D is ..." */
static void say_legend(rk_telling *t, const char *text, bool *begun) {
    rk_tale_join(t->tale, *begun ? ";" : "");
    rk_tale_say(t->tale, "%s%s", *begun ? "" : "Here ", text);
    *begun = true;
}

/* "Y = D*center(X)*diag(gamma) + ones(n,1)*beta'", unless that is how the theorem writes it. */
static const char *let_legend(rk_telling *t, rk_mxs *store, const rk_let_name *let) {
    const char *out = rk_telling_written_out(t, store, let->mx);
    const char *written = source_text(t, let->term);
    if (written == NULL || rk_same_formula(out, rk_tale_formula(t->tale, written)))
        return NULL;
    rk_buf name;
    rk_buf_init(&name);
    if (t->tale->latex)
        rk_latex_node(&name, &(rk_node){.kind = RK_N_NAME, .name = let->name, .height = 1});
    else
        rk_buf_puts(&name, let->name);
    rk_buf_printf(&name, " = %s", out);
    return keep(t, &name);
}

bool rk_telling_agree(rk_telling *t, rk_mxs *a, rk_mxs *b) {
    if (a == b)
        return true;
    voice_of(t, a); /* both are made before one is looked at: making moves them */
    voice_of(t, b);
    rk_mx_printer *p = voice_of(t, a)->printer, *q = voice_of(t, b)->printer;
    for (size_t i = 0; rk_mx_legend(p, i) != NULL && rk_mx_legend(q, i) != NULL; i++)
        if (strcmp(rk_mx_legend(p, i), rk_mx_legend(q, i)) != 0)
            return false;
    return true;
}

void rk_telling_legends(rk_telling *t, rk_mxs *store) {
    rk_voice *v = voice_of(t, store);
    bool begun = false;
    for (size_t i = 0; i < v->nlets; i++) {
        const char *text =
            rk_mx_name_used(v->printer, v->let[i].mx) ? let_legend(t, store, &v->let[i]) : NULL;
        if (text != NULL && !told_legend(t, text))
            say_legend(t, rk_tale_math(t->tale, text), &begun);
    }
    for (size_t i = 0; rk_mx_legend(v->printer, i) != NULL; i++) {
        const char *text = rk_arena_strdup(t->tale->arena, rk_mx_legend(v->printer, i));
        if (!told_legend(t, text))
            say_legend(t, text, &begun);
    }
    rk_tale_join(t->tale, begun ? "." : "");
}

void rk_telling_legends_of(rk_telling *t) {
    for (size_t i = 0; i < t->nvoices; i++)
        rk_telling_legends(t, t->voice[i].store);
}
