#include "check_inside.h"

#include <string.h>

typedef struct collector {
    rk_arena *arena;
    const char **text;
    size_t n, cap;
    unsigned char *seen;
} collector;

static const char *source_text(collector *c, const rk_term *t) {
    if (t->span.source == NULL)
        return "?";
    return rk_arena_strndup(c->arena, t->span.source->text + t->span.begin,
                            t->span.end - t->span.begin);
}

static void add(collector *c, const char *format, const rk_term *t) {
    const char *text = rk_arena_printf(c->arena, format, source_text(c, t));
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->text[i], text) == 0)
            return;
    rk_grow(&c->text, &c->cap, c->n + 1, sizeof *c->text);
    c->text[c->n++] = text;
}

static bool is_nonzero_constant(const rk_term *t) {
    return t->op == RK_T_INT || t->op == RK_T_NUMBER ||
           ((t->op == RK_T_SQRT || t->op == RK_T_EXP) && is_nonzero_constant(t->kid[0]));
}

/* eps is the last optional argument; without it (or with a literal 0) constant rows are out. */
static bool eps_is_zero(const rk_term *t, size_t position) {
    return t->nkids <= position ||
           (t->kid[position]->op == RK_T_NUMBER &&
            strspn(t->kid[position]->text, "0.") == strlen(t->kid[position]->text));
}

static void visit(collector *c, const rk_term *t) {
    switch (t->op) {
    case RK_T_INV:
        add(c, "det(%s) != 0", t->kid[0]);
        break;
    case RK_T_POWER:
        if (t->ival[0]->op == RK_S_NEG || (t->ival[0]->op == RK_S_CONST && t->ival[0]->value < 0))
            add(c, "det(%s) != 0", t->kid[0]);
        break;
    case RK_T_DIV:
    case RK_T_EDIV:
        if (!is_nonzero_constant(t->kid[1]))
            add(c, t->op == RK_T_DIV ? "%s != 0" : "no entry of %s is 0", t->kid[1]);
        break;
    case RK_T_LOG:
        if (!is_nonzero_constant(t->kid[0]))
            add(c, "%s > 0", t->kid[0]);
        break;
    case RK_T_SQRT:
        if (!is_nonzero_constant(t->kid[0]))
            add(c, "%s >= 0", t->kid[0]);
        break;
    case RK_T_LAYERNORM:
        if (eps_is_zero(t, 3))
            add(c, "no row of %s is constant", t->kid[0]);
        break;
    case RK_T_RMSNORM:
        if (eps_is_zero(t, 2))
            add(c, "no row of %s is 0", t->kid[0]);
        break;
    case RK_T_BATCHNORM:
        if (eps_is_zero(t, 1))
            add(c, "no column of %s is constant", t->kid[0]);
        break;
    default:
        break;
    }
}

static void walk(collector *c, const rk_term *root, size_t nterms) {
    const rk_term **stack = rk_malloc((nterms + 1) * sizeof *stack);
    size_t n = 0;
    if (!c->seen[root->id])
        stack[n++] = root;
    c->seen[root->id] = 1;
    while (n > 0) {
        const rk_term *t = stack[--n];
        visit(c, t);
        for (size_t k = t->nkids; k-- > 0;)
            if (!c->seen[t->kid[k]->id]) {
                c->seen[t->kid[k]->id] = 1;
                stack[n++] = t->kid[k];
            }
    }
    rk_free(stack);
}

void rk_silent_hypotheses(const rk_checked *checked, rk_arena *arena, rk_result *result) {
    collector c = {.arena = arena, .seen = rk_calloc(checked->nterms, 1)};
    for (size_t i = 0; i < checked->nassumes; i++)
        walk(&c, checked->assumes[i], checked->nterms);
    for (size_t i = 0; i < checked->nclaims; i++)
        walk(&c, checked->claims[i], checked->nterms);
    result->nhypotheses = c.n;
    result->hypotheses = rk_arena_alloc(arena, (c.n + 1) * sizeof *result->hypotheses);
    if (c.n > 0)
        memcpy(result->hypotheses, c.text, c.n * sizeof *c.text);
    rk_free(c.text);
    rk_free(c.seen);
}
