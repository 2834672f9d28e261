#include "rk_program.h"

#include <string.h>

#include "rk_dims.h"
#include "rk_lower.h"
#include "rk_member.h"
#include "rk_terms.h"

/* A theorem on its way to a program. Terms are lowered on demand with a stack of their own; only
   loops inside loops recurse, and their depth is limited. What stands in a loop is lowered once
   for each round if it depends on the index, and once otherwise. */
typedef struct builder {
    rk_emitter emitter;
    const rk_checked *checked;
    rk_terms terms;
    int64_t *symbol;   /* values of dimensions and of the indices of the loops being unrolled */
    unsigned *instr;   /* by term id: its instruction now, or RK_NO_INSTR */
    unsigned *running; /* by symbol: running value of the fold with this index */
    const rk_term ***dependents; /* by id of a loop: terms of its body to lower anew each round */
    size_t *ndependents;
    size_t *first_slot;         /* by variable; [nvars] is the number of slots */
    bool *varied;               /* by variable: some jrank differentiates by it */
    const rk_term **definition; /* by slot: E of `assume NAME == E`, or NULL */
    const rk_term **stack;
    size_t count, cap;
    unsigned depth;
} builder;

/* --- sizes ---------------------------------------------------------------------------------- */

static int64_t int_value(builder *b, const rk_size *size) {
    int64_t v = 0;
    if (size == NULL)
        return 0;
    rk_size_eval_status s = rk_size_eval(size, b->symbol, &v);
    if (s == RK_SIZE_OK)
        return v;
    rk_emit_fail(&b->emitter, s == RK_SIZE_NOT_INTEGER ? RK_BUILD_NOT_ALLOWED : RK_BUILD_TOO_LARGE);
    return 0;
}

static int64_t size_value(builder *b, const rk_size *size) {
    int64_t v = int_value(b, size);
    if (size != NULL && v < 1)
        rk_emit_fail(&b->emitter, RK_BUILD_NOT_ALLOWED);
    return v;
}

/* --- variables ------------------------------------------------------------------------------ */

static void fill_slots(builder *b, size_t var, size_t first, size_t count) {
    const rk_var *v = &b->checked->vars[var];
    int64_t rows = size_value(b, v->rows), cols = size_value(b, v->cols);
    for (size_t i = 0; i < count; i++)
        b->emitter.program->slots[first + i] = (rk_slot){
            .var = (unsigned)var,
            .member = v->family ? (int64_t)i + 1 : 0,
            .set = v->set,
            .quant = v->quant,
            .rows = rows,
            .cols = cols,
        };
}

static void make_slots(builder *b) {
    rk_program *p = b->emitter.program;
    size_t cap = 0, nvars = b->checked->nvars;
    b->first_slot = rk_calloc(nvars + 1, sizeof *b->first_slot);
    for (size_t i = 0; i < nvars; i++) {
        const rk_size *family = b->checked->vars[i].family;
        int64_t members = family ? size_value(b, family) : 1;
        if (b->emitter.status != RK_BUILD_OK || !rk_emit_work(&b->emitter, (size_t)members))
            return;
        rk_grow(&p->slots, &cap, p->nslots + (size_t)members, sizeof *p->slots);
        fill_slots(b, i, p->nslots, (size_t)members);
        p->nslots += (size_t)members;
        b->first_slot[i + 1] = p->nslots;
    }
    b->definition = rk_calloc(p->nslots + 1, sizeof *b->definition);
}

/* The slot a VAR term means now; false when the index is outside the family. */
static bool slot_of(builder *b, const rk_term *t, size_t *slot) {
    size_t first = b->first_slot[t->var], count = b->first_slot[t->var + 1] - first;
    int64_t member = t->ival[0] ? int_value(b, t->ival[0]) : 1;
    if (member < 1 || (uint64_t)member > count)
        return false;
    *slot = first + (size_t)member - 1;
    return true;
}

static unsigned lower_var(builder *b, const rk_term *t, int64_t rows, int64_t cols) {
    size_t slot;
    if (!slot_of(b, t, &slot))
        return rk_emit_opaque(&b->emitter, RK_P_UNDEFINED, rows, cols, NULL, 0);
    if (b->definition[slot])
        return b->instr[b->definition[slot]->id];
    rk_instr p = {.code = RK_P_INPUT, .rows = rows, .cols = cols, .slot = (unsigned)slot};
    return rk_emit(&b->emitter, &p, NULL, 0);
}

/* --- loops ---------------------------------------------------------------------------------- */

static unsigned lower_root(builder *b, const rk_term *root);

/* The terms of the body that change with the index. Every term between the body and one of them
   depends on the index too. */
static void find_dependents(builder *b, const rk_term *loop) {
    rk_term_stack stack = {0};
    const rk_term **list = NULL;
    size_t n = 0, cap = 0;
    if (rk_terms_depends(&b->terms, rk_term_body(loop), loop->sym))
        rk_term_stack_push(&stack, rk_term_body(loop));
    for (const rk_term *t; (t = rk_term_stack_pop(&stack)) != NULL;) {
        rk_grow(&list, &cap, n + 1, sizeof *list);
        list[n++] = t;
        for (size_t k = 0; k < t->nkids; k++)
            if (rk_terms_depends(&b->terms, t->kid[k], loop->sym))
                rk_term_stack_push(&stack, t->kid[k]);
    }
    rk_term_stack_clear(&stack);
    b->dependents[loop->id] = list;
    b->ndependents[loop->id] = n;
}

static void forget_dependents(builder *b, const rk_term *loop) {
    for (size_t i = 0; i < b->ndependents[loop->id]; i++)
        b->instr[b->dependents[loop->id][i]->id] = RK_NO_INSTR;
}

static unsigned lower_round(builder *b, const rk_term *loop, int64_t index) {
    if (!rk_emit_work(&b->emitter, 1 + b->ndependents[loop->id]))
        return 0;
    forget_dependents(b, loop);
    b->symbol[loop->sym] = index;
    return lower_root(b, rk_term_body(loop));
}

typedef struct rounds { /* values of the body, one a round */
    unsigned *value;
    size_t n, cap;
} rounds;

/* A fold's rounds feed each other: round l sees the value of round l - 1. */
static void run_rounds(builder *b, const rk_term *loop, rounds *r) {
    int64_t low = int_value(b, loop->ival[0]), high = int_value(b, loop->ival[1]);
    for (int64_t i = low; i <= high && b->emitter.status == RK_BUILD_OK; i++) {
        rk_grow(&r->value, &r->cap, r->n + 1, sizeof *r->value);
        r->value[r->n] = lower_round(b, loop, i);
        if (loop->op == RK_T_FOLD)
            b->running[loop->sym] = r->value[r->n];
        r->n++;
        if (i == INT64_MAX)
            break;
    }
}

static unsigned chain(builder *b, rk_code code, const rounds *r) {
    unsigned acc = r->value[0];
    for (size_t i = 1; i < r->n; i++)
        acc = rk_emit2(&b->emitter, code, acc, r->value[i]);
    return acc;
}

static unsigned combine_extreme(builder *b, rk_code code, const rounds *r) {
    unsigned row = rk_emit_cat(&b->emitter, RK_P_HCAT, r->value, r->n);
    return r->n == 1 ? row : rk_emit1(&b->emitter, code, row);
}

static unsigned combine_empty(builder *b, const rk_term *loop, int64_t rows, int64_t cols) {
    rk_emitter *e = &b->emitter;
    switch (loop->op) {
    case RK_T_LOOP_SUM:
        return rk_emit_leaf(e, RK_P_ZEROS, rows, cols);
    case RK_T_LOOP_ALL:
        return rk_emit_truth(e, RK_P_AND, NULL, 0);
    case RK_T_LOOP_ANY:
        return rk_emit_truth(e, RK_P_OR, NULL, 0);
    case RK_T_FOLD:
        return b->instr[loop->kid[0]->id];
    default:
        return rk_emit_opaque(e, RK_P_UNDEFINED, rows, cols, NULL, 0);
    }
}

static unsigned combine(builder *b, const rk_term *loop, const rounds *r) {
    rk_emitter *e = &b->emitter;
    switch (loop->op) {
    case RK_T_LOOP_SUM:
        return chain(b, RK_P_ADD, r);
    case RK_T_LOOP_PROD:
        return chain(b, RK_P_MUL, r);
    case RK_T_LOOP_HCAT:
        return rk_emit_cat(e, RK_P_HCAT, r->value, r->n);
    case RK_T_LOOP_VCAT:
        return rk_emit_cat(e, RK_P_VCAT, r->value, r->n);
    case RK_T_LOOP_MAX:
        return combine_extreme(b, RK_P_MAX_ENTRIES, r);
    case RK_T_LOOP_MIN:
        return combine_extreme(b, RK_P_MIN_ENTRIES, r);
    case RK_T_LOOP_ALL:
        return rk_emit_truth(e, RK_P_AND, r->value, r->n);
    case RK_T_LOOP_ANY:
        return rk_emit_truth(e, RK_P_OR, r->value, r->n);
    default: /* fold: every round is used by the next */
        return r->value[r->n - 1];
    }
}

/* A symbol may serve several loops, also one inside the other when the same text is expanded
   twice; so its value is put back and what was lowered with it is forgotten. */
static unsigned lower_loop(builder *b, const rk_term *loop, int64_t rows, int64_t cols) {
    if (b->depth >= RK_MAX_LOOP_DEPTH) {
        rk_emit_fail(&b->emitter, RK_BUILD_TOO_LARGE);
        return 0;
    }
    if (b->dependents[loop->id] == NULL)
        find_dependents(b, loop);
    int64_t index = b->symbol[loop->sym];
    unsigned running = b->running[loop->sym];
    rounds r = {0};
    b->depth++;
    if (loop->op == RK_T_FOLD)
        b->running[loop->sym] = b->instr[loop->kid[0]->id];
    run_rounds(b, loop, &r);
    b->depth--;
    b->symbol[loop->sym] = index;
    b->running[loop->sym] = running;
    forget_dependents(b, loop);
    unsigned made = 0;
    if (b->emitter.status == RK_BUILD_OK)
        made = r.n == 0 ? combine_empty(b, loop, rows, cols) : combine(b, loop, &r);
    rk_free(r.value);
    return made;
}

/* --- terms ---------------------------------------------------------------------------------- */

static void push(builder *b, const rk_term *t) {
    rk_grow(&b->stack, &b->cap, b->count + 1, sizeof *b->stack);
    b->stack[b->count++] = t;
}

/* Pushes what t needs and has not been lowered; false when nothing is missing. */
static bool push_missing(builder *b, const rk_term *t) {
    size_t before = b->count, slot;
    for (size_t k = rk_term_outer_kids(t); k-- > 0;)
        if (b->instr[t->kid[k]->id] == RK_NO_INSTR)
            push(b, t->kid[k]);
    if (t->op == RK_T_VAR && slot_of(b, t, &slot) && b->definition[slot] &&
        b->instr[b->definition[slot]->id] == RK_NO_INSTR)
        push(b, b->definition[slot]);
    return b->count > before;
}

static unsigned lower_ordinary(builder *b, const rk_term *t, int64_t rows, int64_t cols) {
    unsigned few[8], *kid = few;
    if (t->nkids > 8)
        kid = rk_malloc(t->nkids * sizeof *kid);
    for (size_t k = 0; k < t->nkids; k++)
        kid[k] = b->instr[t->kid[k]->id];
    rk_lowering l = {.emitter = &b->emitter, .term = t, .kid = kid, .rows = rows, .cols = cols};
    l.ival[0] = int_value(b, t->ival[0]);
    l.ival[1] = int_value(b, t->ival[1]);
    unsigned made = rk_lower(&l);
    if (kid != few)
        rk_free(kid);
    return made;
}

static unsigned lower_term(builder *b, const rk_term *t) {
    int64_t rows = size_value(b, t->rows), cols = size_value(b, t->cols);
    if (b->emitter.status != RK_BUILD_OK)
        return 0;
    b->emitter.span = t->span;
    if (t->op == RK_T_VAR)
        return lower_var(b, t, rows, cols);
    if (t->op == RK_T_ACC)
        return b->running[t->sym];
    if (rk_term_is_loop(t))
        return lower_loop(b, t, rows, cols);
    return lower_ordinary(b, t, rows, cols);
}

static unsigned lower_root(builder *b, const rk_term *root) {
    size_t base = b->count;
    push(b, root);
    while (b->count > base && b->emitter.status == RK_BUILD_OK) {
        const rk_term *t = b->stack[b->count - 1];
        if (b->instr[t->id] == RK_NO_INSTR) {
            if (push_missing(b, t))
                continue;
            b->instr[t->id] = lower_term(b, t);
        }
        b->count--;
    }
    b->count = base;
    return b->emitter.status == RK_BUILD_OK ? b->instr[root->id] : 0;
}

/* --- definitions ---------------------------------------------------------------------------- */

static bool outside_loops(builder *b, const rk_term *t) {
    return b->terms.depends[t->id].n == 0;
}

/* Pushes the definitions of the slots a VAR term may mean; true when `target` is among them. */
static bool reaches_slot(builder *b, rk_term_stack *stack, const rk_term *t, size_t target) {
    size_t low = b->first_slot[t->var], high = b->first_slot[t->var + 1];
    size_t slot;
    if (outside_loops(b, t)) {
        if (!slot_of(b, t, &slot))
            return false;
        low = slot;
        high = slot + 1;
    }
    for (size_t s = low; s < high; s++)
        if (s != target && b->definition[s])
            rk_term_stack_push(stack, b->definition[s]);
    return low <= target && target < high;
}

/* Does E mention the slot, itself or through slots already defined? */
static bool mentions_slot(builder *b, const rk_term *e, size_t target) {
    rk_term_stack stack = {0};
    bool found = false;
    rk_term_stack_push(&stack, e);
    for (const rk_term *t; !found && (t = rk_term_stack_pop(&stack)) != NULL;) {
        if (t->op == RK_T_VAR)
            found = reaches_slot(b, &stack, t, target);
        for (size_t k = 0; k < t->nkids; k++)
            rk_term_stack_push(&stack, t->kid[k]);
    }
    rk_term_stack_clear(&stack);
    return found;
}

/* What jrank differentiates by must stay free, and what stands still beside it must not come to
   depend on it: neither the variable nor anything made of it defines a slot. */
static bool is_varied(builder *b, const rk_term *name, const rk_term *e) {
    rk_term_stack stack = {0};
    bool found = b->varied[name->var];
    rk_term_stack_push(&stack, e);
    for (const rk_term *t; !found && (t = rk_term_stack_pop(&stack)) != NULL;) {
        found = t->op == RK_T_JRANK || (t->op == RK_T_VAR && b->varied[t->var]);
        for (size_t k = 0; k < t->nkids; k++)
            rk_term_stack_push(&stack, t->kid[k]);
    }
    rk_term_stack_clear(&stack);
    return found;
}

static void find_varied(builder *b) {
    b->varied = rk_calloc(b->checked->nvars + 1, sizeof *b->varied);
    for (size_t i = 0; i < b->terms.nids; i++) {
        const rk_term *t = b->terms.term[i];
        for (size_t v = 0; t && t->op == RK_T_JRANK && v < t->nvars; v++)
            b->varied[t->vars[v]] = true;
    }
}

static bool is_bare_slot(builder *b, const rk_term *t, size_t *slot) {
    return t->op == RK_T_VAR && outside_loops(b, t) && slot_of(b, t, slot) &&
           b->definition[*slot] == NULL;
}

static bool try_define(builder *b, const rk_term *name, const rk_term *e) {
    size_t slot;
    if (!is_bare_slot(b, name, &slot) || is_varied(b, name, e) || mentions_slot(b, e, slot))
        return false;
    b->definition[slot] = e;
    b->emitter.program->slots[slot].defined = true;
    return true;
}

/* Calls f on each conjunct of each `assume`. */
static void each_conjunct(builder *b, void (*f)(builder *, const rk_term *)) {
    for (size_t i = 0; i < b->checked->nassumes; i++) {
        rk_term_stack stack = {0};
        rk_term_stack_push(&stack, b->checked->assumes[i]);
        for (const rk_term *t; (t = rk_term_stack_pop(&stack)) != NULL;) {
            if (t->op != RK_T_AND)
                f(b, t);
            for (size_t k = t->op == RK_T_AND ? t->nkids : 0; k-- > 0;)
                rk_term_stack_push(&stack, t->kid[k]);
        }
        rk_term_stack_clear(&stack);
    }
}

static void find_definition(builder *b, const rk_term *t) {
    if (t->op == RK_T_COMPARE && t->cmp == RK_EQ && !try_define(b, t->kid[0], t->kid[1]))
        try_define(b, t->kid[1], t->kid[0]);
}

/* --- hypotheses and claims ------------------------------------------------------------------ */

static void add_hypothesis(builder *b, unsigned truth) {
    rk_program *p = b->emitter.program;
    size_t cap = p->nhypotheses;
    if (b->emitter.status != RK_BUILD_OK)
        return;
    if ((cap & (cap - 1)) == 0)
        p->hypotheses = rk_realloc(p->hypotheses, (cap ? 2 * cap : 1) * sizeof(unsigned));
    p->hypotheses[p->nhypotheses++] = truth;
}

static void lower_hypothesis(builder *b, const rk_term *t) {
    add_hypothesis(b, lower_root(b, t));
}

static void add_memberships(builder *b, size_t s) {
    rk_program *p = b->emitter.program;
    unsigned truth[RK_MEMBER_MAX];
    unsigned value = lower_root(b, b->definition[s]);
    if (b->emitter.status != RK_BUILD_OK)
        return;
    p->slots[s].definition = value;
    b->emitter.span = b->definition[s]->span;
    size_t n = rk_emit_membership(&b->emitter, p->slots[s].set, value, truth);
    for (size_t i = 0; i < n; i++)
        add_hypothesis(b, truth[i]);
}

static void lower_theorem(builder *b) {
    rk_program *p = b->emitter.program;
    each_conjunct(b, lower_hypothesis);
    for (size_t s = 0; s < p->nslots; s++)
        if (p->slots[s].defined)
            add_memberships(b, s);
    p->claims = rk_calloc(b->checked->nclaims + 1, sizeof *p->claims);
    for (size_t i = 0; i < b->checked->nclaims; i++)
        p->claims[p->nclaims++] = lower_root(b, b->checked->claims[i]);
}

/* --- the whole ------------------------------------------------------------------------------ */

static void builder_init(builder *b, const rk_checked *checked, const rk_build_options *options,
                         const rk_term *const *roots, size_t nroots) {
    memset(b, 0, sizeof *b);
    b->checked = checked;
    rk_emitter_init(&b->emitter, checked, options);
    rk_terms_init(&b->terms, b->emitter.arena, checked, roots, nroots);
    if (b->terms.too_large)
        rk_emit_fail(&b->emitter, RK_BUILD_TOO_LARGE);
    size_t n = b->terms.nids + 1;
    b->symbol = rk_calloc(checked->nsymbols + 1, sizeof *b->symbol);
    b->running = rk_calloc(checked->nsymbols + 1, sizeof *b->running);
    b->instr = rk_malloc(n * sizeof *b->instr);
    memset(b->instr, 0xff, n * sizeof *b->instr);
    b->dependents = rk_calloc(n, sizeof *b->dependents);
    b->ndependents = rk_calloc(n, sizeof *b->ndependents);
}

static rk_build_status builder_finish(builder *b, rk_program **program) {
    rk_build_status status = b->emitter.status;
    *program = b->emitter.program;
    if (status != RK_BUILD_OK) {
        rk_program_free(*program);
        *program = NULL;
    }
    for (size_t i = 0; i < b->terms.nids; i++)
        rk_free(b->dependents[i]);
    rk_free(b->dependents);
    rk_free(b->ndependents);
    rk_free(b->symbol);
    rk_free(b->running);
    rk_free(b->instr);
    rk_free(b->first_slot);
    rk_free(b->varied);
    rk_free(b->definition);
    rk_free(b->stack);
    rk_terms_clear(&b->terms);
    rk_emitter_clear(&b->emitter);
    return status;
}

static void set_dims(builder *b, const int64_t *dims) {
    rk_program *p = b->emitter.program;
    p->dims = rk_calloc(b->checked->ndims + 1, sizeof *p->dims);
    for (size_t i = 0; i < b->checked->ndims; i++) {
        p->dims[i] = dims[i];
        b->symbol[b->checked->dims[i].sym] = dims[i];
        if (dims[i] == RK_DIM_TOO_LARGE)
            rk_emit_fail(&b->emitter, RK_BUILD_TOO_LARGE);
    }
}

static const rk_term **all_roots(const rk_checked *checked, const rk_term *const *more,
                                 size_t nmore, size_t *n) {
    const rk_term **roots =
        rk_calloc(checked->nassumes + checked->nclaims + nmore + 1, sizeof *roots);
    *n = 0;
    for (size_t i = 0; i < nmore; i++)
        roots[(*n)++] = more[i];
    for (size_t i = 0; i < checked->nassumes; i++)
        roots[(*n)++] = checked->assumes[i];
    for (size_t i = 0; i < checked->nclaims; i++)
        roots[(*n)++] = checked->claims[i];
    return roots;
}

/* Under `generic` an equation is a null set: defining a variable by it would claim something of
   that set alone. */
static bool may_define(const rk_checked *checked, const rk_build_options *options) {
    bool define = !(options && options->keep_equations) && checked->mode != RK_MODE_RANDOM;
    for (size_t i = 0; i < checked->nvars; i++)
        define = define && checked->vars[i].quant != RK_GENERIC;
    return define;
}

static void build_theorem(builder *b, const int64_t *dims, const rk_build_options *options) {
    const rk_checked *checked = b->checked;
    set_dims(b, dims);
    make_slots(b);
    find_varied(b);
    if (b->emitter.status == RK_BUILD_OK && may_define(checked, options))
        each_conjunct(b, find_definition);
    if (b->emitter.status == RK_BUILD_OK)
        lower_theorem(b);
}

static void builder_init_theorem(builder *b, const rk_checked *checked,
                                 const rk_build_options *options, const rk_term *const *more,
                                 size_t nmore) {
    size_t n;
    const rk_term **roots = all_roots(checked, more, nmore, &n);
    builder_init(b, checked, options, roots, n);
    rk_free(roots);
}

rk_build_status rk_program_build(const rk_checked *checked, const int64_t *dims,
                                 const rk_build_options *options, rk_program **program) {
    builder b;
    builder_init_theorem(&b, checked, options, NULL, 0);
    build_theorem(&b, dims, options);
    return builder_finish(&b, program);
}

rk_build_status rk_program_build_terms(const rk_checked *checked, const int64_t *dims,
                                       const rk_term *const *terms, size_t n, unsigned *roots,
                                       rk_program **program) {
    builder b;
    builder_init_theorem(&b, checked, NULL, terms, n);
    build_theorem(&b, dims, NULL);
    for (size_t i = 0; i < n && b.emitter.status == RK_BUILD_OK; i++)
        roots[i] = lower_root(&b, terms[i]);
    return builder_finish(&b, program);
}

/* The value must stand last, also where it was there before. */
static void put_last(builder *b, unsigned value) {
    rk_program *p = b->emitter.program;
    if (b->emitter.status != RK_BUILD_OK || value + 1 == p->ninstr)
        return;
    rk_instr i = p->instr[value];
    if (i.truth)
        rk_emit_truth(&b->emitter, RK_P_AND, &value, 1);
    else
        rk_emit_slice(&b->emitter, value, 0, 0, i.rows, i.cols);
}

rk_build_status rk_program_build_value(const rk_checked *checked, const rk_term *value,
                                       rk_program **program) {
    builder b;
    builder_init(&b, checked, NULL, &value, 1);
    set_dims(&b, NULL);
    make_slots(&b);
    if (b.emitter.status == RK_BUILD_OK)
        put_last(&b, lower_root(&b, value));
    return builder_finish(&b, program);
}
