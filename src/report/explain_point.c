/* A point worked through: every variable, `let` and part of the failing claim with its exact
   value there, computed anew from the values that the result shows. */
#include "rk_explain.h"

#include <string.h>

#include "hunt/rk_forms.h"

enum { SHOWN_ENTRIES = 64, SHOWN_CHARACTERS = 400 };

typedef struct point {
    rk_tale *tale;
    const rk_checked *checked;
    const rk_result *result;
    const rk_term **term; /* what is evaluated, arguments before their users */
    unsigned *root;       /* its instruction */
    size_t n;
    unsigned char *seen;
    rk_program *program;
    rk_assignment value; /* of what is free in the program: entries that are rational */
    bool listed;         /* a formula of the list in hand was printed */
} point;

/* --- the terms ---------------------------------------------------------------------------- */

static bool is_loop(const rk_term *t) {
    return t->op == RK_T_FOLD || (t->op >= RK_T_LOOP_SUM && t->op <= RK_T_LOOP_MIN) ||
           t->op == RK_T_LOOP_ALL || t->op == RK_T_LOOP_ANY;
}

/* Arguments first; the bodies of loops have no value of their own. */
static void collect(point *p, const rk_term *t) {
    if (p->seen[t->id])
        return;
    p->seen[t->id] = 1;
    for (size_t i = 0; i < t->nkids && !is_loop(t); i++)
        collect(p, t->kid[i]);
    p->term[p->n++] = t;
}

static void collect_all(point *p) {
    const rk_checked *c = p->checked;
    p->term = rk_calloc(c->nterms + 1, sizeof *p->term);
    p->root = rk_calloc(c->nterms + 1, sizeof *p->root);
    p->seen = rk_calloc(c->nterms + 1, 1);
    for (size_t i = 0; i < c->nassumes; i++)
        collect(p, c->assumes[i]);
    for (size_t i = 0; i < c->nclaims; i++)
        collect(p, c->claims[i]);
}

/* --- the program -------------------------------------------------------------------------- */

static const rk_named_value *value_of(const point *p, const rk_slot *s) {
    const char *name = p->checked->vars[s->var].name;
    if (s->member > 0)
        name = rk_arena_printf(p->tale->arena, "%s[%lld]", name, (long long)s->member);
    for (size_t i = 0; i < p->result->nvalues; i++)
        if (strcmp(p->result->values[i].name, name) == 0)
            return &p->result->values[i];
    return NULL;
}

/* An entry that is no rational is a closed form. */
static bool set_value(point *p, size_t s, rk_forms *forms) {
    const rk_named_value *v = value_of(p, &p->program->slots[s]);
    fmpq_mat_struct *m = &p->value.value[s];
    if (v == NULL || (slong)v->rows != m->r || (slong)v->cols != m->c)
        return false;
    for (size_t k = 0; k < v->rows * v->cols; k++) {
        slong i = (slong)(k / v->cols), j = (slong)(k % v->cols);
        if (fmpq_set_str(fmpq_mat_entry(m, i, j), v->entry[k], 10) != 0)
            rk_forms_put(forms, s, i, j, v->entry[k]);
    }
    return true;
}

/* The program at the point with its closed forms, in place of that of the theorem. */
static bool put_forms(point *p, const rk_forms *forms) {
    rk_assignment rest;
    unsigned *place = rk_calloc(p->program->ninstr + 1, sizeof *place);
    rk_program *at = rk_forms_program(p->program, &p->value, forms, place, &rest);
    for (size_t i = 0; i < p->n && at != NULL; i++)
        p->root[i] = place[p->root[i]];
    rk_free(place);
    if (at == NULL)
        return false;
    rk_assignment_clear(&p->value);
    rk_program_free(p->program);
    p->value = rest;
    p->program = at;
    return true;
}

static bool set_values(point *p) {
    rk_forms forms = {0};
    bool good = true;
    rk_assignment_init(&p->value, p->program);
    for (size_t s = 0; s < p->program->nslots && good; s++)
        good = p->program->slots[s].defined || set_value(p, s, &forms);
    good = good && (forms.n == 0 || put_forms(p, &forms));
    rk_forms_clear(&forms);
    return good;
}

static bool build(point *p) {
    const rk_checked *c = p->checked;
    int64_t *dims = rk_calloc(c->ndims + 1, sizeof *dims);
    for (size_t i = 0; i < p->result->npoint_dims; i++)
        dims[i] = p->result->point_dims[i].low;
    rk_build_status status = rk_program_build_terms(c, dims, p->term, p->n, p->root, &p->program);
    rk_free(dims);
    return status == RK_BUILD_OK && set_values(p);
}

static const char *evaluate(point *p, unsigned root) {
    rk_buf text;
    rk_buf_init(&text);
    rk_describe_value(&text, p->program, &p->value, root);
    const char *kept = rk_arena_strdup(p->tale->arena, text.text);
    rk_buf_clear(&text);
    return kept;
}

static const char *value_at(point *p, const rk_term *t) {
    for (size_t i = 0; i < p->n; i++)
        if (p->term[i] == t)
            return evaluate(p, p->root[i]);
    return "unknown";
}

static bool is_true(point *p, const rk_term *t) {
    return strcmp(value_at(p, t), "true") == 0;
}

static bool is_false(point *p, const rk_term *t) {
    return strcmp(value_at(p, t), "false") == 0;
}

/* --- the list ----------------------------------------------------------------------------- */

static const char *written(point *p, const rk_term *t) {
    const rk_theorem *theorem = p->checked->theorem;
    rk_span s = t->span;
    if (s.source != theorem->span.source || s.begin < theorem->span.begin ||
        s.end > theorem->span.end)
        return NULL;
    return rk_arena_strndup(p->tale->arena, s.source->text + s.begin, s.end - s.begin);
}

static const char *let_name(const point *p, const rk_term *t) {
    const rk_theorem *theorem = p->checked->theorem;
    for (size_t i = 0; i < theorem->nclauses; i++) {
        const rk_clause *c = &theorem->clauses[i];
        if (c->kind == RK_C_LET && c->expr->span.begin == t->span.begin &&
            c->expr->span.end == t->span.end && c->expr->span.source == t->span.source)
            return c->name;
    }
    return NULL;
}

static void put_line(point *p, const char *left, const char *right) {
    rk_tale *t = p->tale;
    if (!t->latex) {
        rk_tale_display(t, 0, rk_arena_printf(t->arena, "%s = %s", left, right), "");
        return;
    }
    rk_buf_printf(t->out, p->listed ? ", \\\\\n%s &= %s" : "\\begin{align*}\n%s &= %s", left,
                  right);
    p->listed = true;
}

static void open_list(point *p) {
    rk_tale_break(p->tale);
    p->listed = false;
}

static void close_list(point *p, const char *tail) {
    if (p->tale->latex && p->listed)
        rk_buf_printf(p->tale->out, "%s\n\\end{align*}\n", tail);
    p->listed = false;
}

static bool too_large(const char *value) {
    size_t entries = 1;
    for (const char *c = value; *c != '\0'; c++)
        entries += *c == ',' || *c == ';';
    return entries > SHOWN_ENTRIES || strlen(value) > SHOWN_CHARACTERS;
}

static void put_value(point *p, const char *claim, const char *name, const char *value) {
    const char *left = rk_tale_formula(p->tale, claim);
    if (name != NULL)
        left = rk_arena_printf(p->tale->arena, "%s = %s", rk_tale_formula(p->tale, name), left);
    if (!too_large(value))
        put_line(p, left, rk_tale_formula(p->tale, value));
}

static void put_variables(point *p) {
    for (size_t i = 0; i < p->result->nvalues; i++) {
        const rk_named_value *v = &p->result->values[i];
        rk_buf text;
        rk_buf_init(&text);
        bool scalar = v->rows == 1 && v->cols == 1;
        rk_buf_puts(&text, scalar ? "" : "[");
        for (size_t k = 0; k < v->rows * v->cols; k++)
            rk_buf_printf(&text, "%s%s", k == 0 ? "" : k % v->cols == 0 ? "; " : ", ", v->entry[k]);
        rk_buf_puts(&text, scalar ? "" : "]");
        put_value(p, v->name, NULL, text.text);
        rk_buf_clear(&text);
    }
}

/* --- parts of the claim ------------------------------------------------------------------- */

static bool is_plain(const rk_term *t) {
    switch (t->op) {
    case RK_T_NUMBER:
    case RK_T_INT:
    case RK_T_VAR:
    case RK_T_DATA:
    case RK_T_EYE:
    case RK_T_ONES:
    case RK_T_ZEROS:
    case RK_T_UNIT:
    case RK_T_CAUSAL:
        return true;
    default:
        return t->rows == NULL; /* a truth value */
    }
}

static bool same_text(const char *const *told, size_t n, const char *text) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(told[i], text) == 0)
            return true;
    return false;
}

/* Everything in the claim that has a value, arguments before their users. */
static void put_parts(point *p, const rk_term *claim) {
    const char **told = rk_calloc(p->n + 1, sizeof *told);
    size_t ntold = 0;
    memset(p->seen, 0, p->checked->nterms);
    const rk_term **all = p->term, **mine = rk_calloc(p->checked->nterms + 1, sizeof *mine);
    size_t n = p->n;
    p->term = mine;
    p->n = 0;
    collect(p, claim);
    size_t nmine = p->n;
    p->term = all;
    p->n = n;
    for (size_t i = 0; i < nmine; i++) {
        const char *text = is_plain(mine[i]) ? NULL : written(p, mine[i]);
        if (text == NULL || same_text(told, ntold, text))
            continue;
        told[ntold++] = text;
        put_value(p, text, let_name(p, mine[i]), value_at(p, mine[i]));
    }
    rk_free(mine);
    rk_free(told);
}

/* The comparison that fails: the false part of a conjunction, the consequent of =>. */
static const rk_term *failing(point *p, const rk_term *claim) {
    for (;;) {
        const rk_term *next = NULL;
        if (claim->op == RK_T_IMPLIES)
            next = claim->kid[1];
        for (size_t i = 0; claim->op == RK_T_AND && i < claim->nkids && next == NULL; i++)
            next = is_false(p, claim->kid[i]) ? claim->kid[i] : NULL;
        if (next == NULL)
            return claim;
        claim = next;
    }
}

static const rk_term *false_claim(point *p) {
    for (size_t i = 0; i < p->checked->nclaims; i++)
        if (is_false(p, p->checked->claims[i]))
            return p->checked->claims[i];
    return NULL;
}

static const char *claim_formula(point *p, const rk_term *t) {
    const char *text = written(p, t);
    return rk_tale_math(p->tale, text ? rk_tale_formula(p->tale, text) : "?");
}

static const char *value_formula(point *p, const rk_term *t) {
    const char *value = value_at(p, t);
    return too_large(value) ? "a large matrix"
                            : rk_tale_math(p->tale, rk_tale_formula(p->tale, value));
}

/* --- hypotheses --------------------------------------------------------------------------- */

static void say_hypothesis(point *p, const rk_term *t) {
    const char *text = claim_formula(p, t);
    bool number = t->op == RK_T_COMPARE && t->kid[0]->rows != NULL;
    if (!is_true(p, t))
        rk_tale_say(p->tale, "Whether %s holds is not shown.", text);
    else if (number && !is_plain(t->kid[0]))
        rk_tale_say(p->tale, "The hypothesis %s holds: its left side is %s, its right side %s.",
                    text, value_formula(p, t->kid[0]), value_formula(p, t->kid[1]));
    else
        rk_tale_say(p->tale, "The hypothesis %s holds.", text);
}

static void say_hypotheses(point *p) {
    for (size_t i = 0; i < p->checked->nassumes; i++)
        say_hypothesis(p, p->checked->assumes[i]);
    rk_tale_end(p->tale);
}

/* --- the whole ---------------------------------------------------------------------------- */

static void say_failure(point *p, const rk_term *claim) {
    const rk_term *part = failing(p, claim);
    if (part->op != RK_T_COMPARE) {
        rk_tale_say(p->tale, "Here %s is false, so the claim fails.", claim_formula(p, part));
        return;
    }
    rk_tale_say(p->tale, "In the claim %s the left side is %s and the right side is %s,",
                claim_formula(p, part), value_formula(p, part->kid[0]),
                value_formula(p, part->kid[1]));
    rk_tale_say(p->tale, "so the claim fails.");
}

static void work_through(point *p) {
    const rk_term *claim = false_claim(p);
    say_hypotheses(p);
    if (claim == NULL) {
        rk_tale_say(p->tale, "There the claim fails%s%s.", p->result->sides ? ": " : "",
                    p->result->sides ? rk_tale_text(p->tale, p->result->sides) : "");
        return;
    }
    rk_tale_say(p->tale, "At this point");
    open_list(p);
    put_parts(p, claim);
    close_list(p, ".");
    rk_tale_end(p->tale);
    say_failure(p, claim);
}

static void say_point(point *p) {
    const rk_result *r = p->result;
    if (r->npoint_dims > 0)
        rk_tale_say(p->tale, "Take %s%s", rk_explain_dims(p->tale, r->point_dims, r->npoint_dims),
                    r->nvalues > 0 ? " and" : ".");
    else if (r->nvalues > 0)
        rk_tale_say(p->tale, "Take");
    if (r->nvalues == 0)
        return;
    open_list(p);
    put_variables(p);
    close_list(p, ".");
    rk_tale_end(p->tale);
}

void rk_explain_point(rk_tale *t, const rk_explained *what) {
    point p = {.tale = t, .checked = what->checked, .result = what->result};
    say_point(&p);
    collect_all(&p);
    if (build(&p))
        work_through(&p);
    else if (what->result->sides != NULL)
        rk_tale_say(t, "There the claim fails: %s.", rk_tale_text(t, what->result->sides));
    rk_tale_end(t);
    if (p.program != NULL)
        rk_assignment_clear(&p.value);
    rk_program_free(p.program);
    rk_free(p.term);
    rk_free(p.root);
    rk_free(p.seen);
}
