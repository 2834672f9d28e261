/* The rules that matrices are rewritten by: each is a sum of multiples of assumed equations, of
   what inverses are, and of earlier rules, so that multiplying out shows it. */
#include "record_inside.h"
#include "rk_mx_inside.h"

typedef struct rules {
    rk_recorder *r;
    const rk_derivation *d;
    const rk_rewrite *rewrite;
    size_t *number;         /* in the certificate, by the rule's own; 0: not written */
    bool *needed, *dropped; /* dropped: cannot be multiplied out, nor what follows from it */
    size_t n, written;
} rules;

/* --- which -------------------------------------------------------------------------------- */

static void need(rules *u, size_t i) {
    if (u->needed[i])
        return;
    u->needed[i] = true;
    for (const rk_cofactor *c = rk_rewrite_why(u->rewrite, i).why; c != NULL; c = c->next)
        if (c->ground == RK_FROM_RULE)
            need(u, c->index);
}

/* An index that has a name where the rules stand: a dimension, or one that a hypothesis bounds. */
static bool is_named(const rules *u, unsigned sym) {
    const rk_checked *c = u->r->calculus->checked;
    for (size_t i = 0; i < c->ndims; i++)
        if (c->dims[i].sym == sym)
            return true;
    for (size_t i = 0; i < u->r->ngiven; i++)
        if (u->r->given[i].range != NULL && u->r->given[i].range->sym == sym)
            return true;
    return false;
}

/* A rule about the layer of an induction, which came from what was read inside its step. */
static bool is_local(const rules *u, const rk_rewrite_reason *why) {
    rk_mxs *s = u->d->store;
    unsigned n = (unsigned)rk_sizes_symbols(u->r->calculus->checked->sizes);
    for (unsigned sym = 0; sym < n; sym++) {
        bool local = rk_mx_mentions_sym(s, why->image, sym);
        for (size_t i = 0; i < why->length && !local; i++)
            local = rk_leaf_mentions(s, why->lead[i].leaf, sym);
        if (local && !is_named(u, sym))
            return true;
    }
    return false;
}

/* --- what is introduced ------------------------------------------------------------------- */

static size_t hypothesis(const rules *u, unsigned origin) {
    return rk_record_hypothesis(u->d, origin);
}

/* Matrices K with A == K*B for the assumption that the rows of A are in the row space of B. */
static void put_unknown(rules *u, unsigned origin, const rk_leaf *fresh) {
    rk_recorder *r = u->r;
    rk_buf_printf(r->out, "unknown %s | %zu\n", rk_mx_fresh_name(r->printer, fresh),
                  hypothesis(u, origin));
}

/* --- multiplied out ----------------------------------------------------------------------- */

enum {
    MOST_STEPS = 600,
    MOST_LETTERS = 8 /* of a word that is rewritten, where nothing else needs the rule */
};

/* What is said without any rule: those are taken off the store meanwhile. */
static const rk_mx *times(rules *u, const rk_mx *a, const rk_mx *b) {
    return a == NULL ? b : b == NULL ? a : rk_mx_mul(u->r->store, a, b);
}

static const rk_mx *letters(rules *u, rk_sc rows, rk_sc cols, const rk_letter *letter, size_t n) {
    rk_word w = {rk_sc_int(u->r->scalars, 1), letter, n};
    return n == 0 ? NULL : rk_mx_of_words(u->r->store, rows, cols, &w, 1);
}

/* lead - image of rule i */
static const rk_mx *rule_value(rules *u, size_t i) {
    rk_rewrite_reason why = rk_rewrite_why(u->rewrite, i);
    const rk_mx *lead = letters(u, why.rows, why.cols, why.lead, why.length);
    return rk_mx_sub(u->r->store, lead, why.image);
}

/* A matrix keeps its transpose, which was made under the rules: word by word it is free of them. */
static const rk_mx *transposed(rules *u, const rk_mx *a) {
    rk_word *word = rk_arena_alloc(u->r->calculus->arena, (a->nwords + 1) * sizeof *word);
    for (size_t i = 0; i < a->nwords; i++)
        word[i] = rk_word_transpose(u->r->store, &a->word[i]);
    return rk_mx_of_words(u->r->store, a->cols, a->rows, word, a->nwords);
}

/* What is inverted, or (*turned) its transpose: as the letter of the inverse has it. Under the
   rules the inverse of one matrix may be that of another transposed. */
static const rk_mx *inverted(rules *u, const rk_cofactor *c, bool *turned) {
    const rk_letter *x = rk_mx_letter(rk_mx_inv(u->r->store, c->of));
    *turned = x != NULL && x->leaf->kind == RK_L_INV && x->transposed;
    return *turned ? x->leaf->arg[0] : c->of;
}

/* X*inv(X) - I, or inv(X)*X - I, word by word. */
static const rk_mx *inverse_value(rules *u, const rk_cofactor *c) {
    rk_mxs *s = u->r->store;
    bool turned;
    const rk_mx *inv = rk_mx_inv(s, c->of), *x = inverted(u, c, &turned);
    x = turned ? transposed(u, x) : x;
    const rk_mx *sum = rk_mx_scale(s, rk_sc_int(u->r->scalars, -1), rk_mx_eye(s, x->rows));
    for (size_t i = 0; i < x->nwords; i++) {
        const rk_mx *word = rk_mx_of_words(s, x->rows, x->cols, &x->word[i], 1);
        bool behind = c->ground == RK_FROM_INVERSE;
        sum = rk_mx_add(s, sum, behind ? rk_mx_mul(s, word, inv) : rk_mx_mul(s, inv, word));
    }
    return sum;
}

/* c0*I + c1*A*B turned to c0*I + c1*B*A */
static const rk_mx *turn_value(rules *u, const rk_cofactor *c) {
    rk_mxs *s = u->r->store;
    const rk_word *w = &c->of->word[1];
    const rk_mx *a = letters(u, c->of->rows, c->of->rows, w->letter, c->turn);
    const rk_mx *b = letters(u, c->of->rows, c->of->rows, w->letter + c->turn, w->length - c->turn);
    const rk_mx *eye = rk_mx_scale(s, c->of->word[0].coef, rk_mx_eye(s, c->of->rows));
    return rk_mx_add(s, eye, rk_mx_scale(s, w->coef, rk_mx_mul(s, b, a)));
}

static const rk_mx *ground_value(rules *u, const rk_cofactor *c) {
    const rk_mx *value = c->ground == RK_FROM_EQUATION ? c->of
                         : c->ground == RK_FROM_RULE   ? rule_value(u, c->index)
                         : c->ground == RK_FROM_TURN   ? turn_value(u, c)
                                                       : inverse_value(u, c);
    return c->transposed ? transposed(u, value) : value;
}

static const rk_mx *cofactor_value(rules *u, const rk_cofactor *c) {
    const rk_mx *a = times(u, times(u, c->left, ground_value(u, c)), c->right);
    return c->negative ? rk_mx_scale(u->r->store, rk_sc_int(u->r->scalars, -1), a) : a;
}

/* --- steps of rewriting as cofactors ------------------------------------------------------ */

static bool same_letter(rk_letter a, rk_letter b) {
    return a.leaf == b.leaf && a.transposed == b.transposed && a.inverted == b.inverted;
}

/* Where the lead of rule i stands in the word; its length: nowhere. */
static size_t place_of(const rules *u, const rk_word *w, size_t i) {
    rk_rewrite_reason why = rk_rewrite_why(u->rewrite, i);
    for (size_t at = 0; at + why.length <= w->length; at++) {
        size_t k = 0;
        while (k < why.length && same_letter(w->letter[at + k], why.lead[k]))
            k++;
        if (k == why.length)
            return at;
    }
    return w->length;
}

/* What is tried one after the other: retired rules may be what an equation was reduced by, and the
   rules that it is made from lead back to where it began. */
typedef struct attempt {
    bool unwritten, cited;
} attempt;

static bool is_cited(const rk_cofactor *why, size_t i) {
    for (; why != NULL; why = why->next)
        if (why->ground == RK_FROM_RULE && why->index == i)
            return true;
    return false;
}

static bool may_use(const rules *u, attempt how, size_t of, size_t i) {
    bool open = u->number[i] > 0 || (how.unwritten && i < of && rk_rewrite_why(u->rewrite, i).why);
    return open && (how.cited || !is_cited(rk_rewrite_why(u->rewrite, of).why, i));
}

/* Rule i at letter `at` of the word. */
static rk_cofactor *replaced(rules *u, const rk_mx *a, const rk_word *word, size_t at, size_t i) {
    rk_mxs *s = u->r->store;
    rk_rewrite_reason why = rk_rewrite_why(u->rewrite, i);
    rk_cofactor *c = rk_arena_alloc(u->r->calculus->arena, sizeof *c);
    *c = (rk_cofactor){.ground = RK_FROM_RULE, .index = (unsigned)i};
    const rk_mx *left = letters(u, a->rows, why.rows, word->letter, at);
    size_t end = at + why.length;
    c->left = rk_mx_scale(s, word->coef, left ? left : rk_mx_eye(s, why.rows));
    c->right = letters(u, why.cols, a->cols, word->letter + end, word->length - end);
    return c;
}

/* One step towards rule `of`; NULL: nothing can be rewritten. */
static rk_cofactor *step(rules *u, const rk_mx *a, attempt how, size_t of) {
    for (size_t w = 0; w < a->nwords; w++)
        for (size_t i = 0; i < u->n; i++) {
            const rk_word *word = &a->word[w];
            size_t at = may_use(u, how, of, i) ? place_of(u, word, i) : word->length;
            if (at < word->length)
                return replaced(u, a, word, at, i);
        }
    return NULL;
}

/* The steps that take `rest` to 0, as further cofactors with factor 1; false: they do not. */
static bool reduced(rules *u, const rk_mx *rest, attempt how, size_t of, rk_cofactor **first) {
    *first = NULL;
    for (size_t steps = 0; !rk_mx_is_zero(rest); steps++) {
        rk_cofactor *c = steps < MOST_STEPS ? step(u, rest, how, of) : NULL;
        if (c == NULL)
            return false;
        rest = rk_mx_sub(u->r->store, rest, cofactor_value(u, c));
        c->next = *first;
        *first = c;
    }
    return true;
}

/* What takes lead - image less the sum of its cofactors to 0; false: it is not seen. */
static bool remaining(rules *u, size_t i, rk_cofactor **steps) {
    static const attempt attempts[] = {{false, false}, {true, false}, {false, true}, {true, true}};
    rk_recorder *r = u->r;
    rk_rewrite_reason why = rk_rewrite_why(u->rewrite, i);
    bool done = false;
    rk_mxs_attach(r->store, NULL);
    const rk_mx *rest = rule_value(u, i);
    for (const rk_cofactor *c = why.why; c != NULL; c = c->next)
        rest = rk_mx_sub(r->store, rest, rk_mx_scale(r->store, why.factor, cofactor_value(u, c)));
    for (size_t k = 0; k < sizeof attempts / sizeof *attempts && !done; k++)
        done = reduced(u, rest, attempts[k], i, steps);
    rk_mxs_attach(r->store, u->rewrite);
    return done;
}

/* --- one rule ----------------------------------------------------------------------------- */

static void put_identity(rk_recorder *r, rk_sc n) {
    rk_buf_puts(r->out, "eye(");
    rk_record_sc(r, n);
    rk_buf_putc(r->out, ')');
}

static void put_side(rk_recorder *r, const rk_mx *a, rk_sc size, rk_print_place place) {
    if (a == NULL)
        put_identity(r, size);
    else
        rk_mx_print_in(r->printer, r->out, a, place);
}

/* Transposed it is the other one of the transpose. */
static void put_inverse(rules *u, const rk_cofactor *c) {
    rk_recorder *r = u->r;
    bool turned;
    const rk_mx *x = inverted(u, c, &turned);
    rk_buf_puts(r->out, (c->ground == RK_FROM_INVERSE) != c->transposed ? "i " : "j ");
    turned = turned != c->transposed;
    rk_mx_print_in(r->printer, r->out, x, turned ? RK_AS_BASE : RK_IN_SUM);
    if (turned)
        rk_buf_putc(r->out, '\'');
}

static void put_ground(rules *u, const rk_cofactor *c, size_t turn) {
    rk_recorder *r = u->r;
    switch (c->ground) {
    case RK_FROM_EQUATION:
        rk_buf_printf(r->out, "h %zu", hypothesis(u, c->index));
        if (c->row > 0 || c->col > 0)
            rk_buf_printf(r->out, ".%u.%u", c->row + 1, c->col + 1);
        break;
    case RK_FROM_RULE:
        rk_buf_printf(r->out, "r %zu", u->number[c->index]);
        break;
    case RK_FROM_TURN:
        rk_buf_printf(r->out, "r %zu", turn);
        break;
    case RK_FROM_INVERSE:
    case RK_FROM_INVERTED:
        put_inverse(u, c);
        return;
    }
    if (c->transposed)
        rk_buf_putc(r->out, '\'');
}

/* The factor of c, a number; NULL: 1. */
static void put_cofactor(rules *u, const rk_rewrite_reason *why, const rk_cofactor *c, size_t turn,
                         rk_sc factor) {
    rk_recorder *r = u->r;
    if (c->negative)
        factor = rk_sc_sub(r->scalars, rk_sc_int(r->scalars, 0), factor);
    bool one = rk_sc_is_one(factor);
    rk_record_bar(r);
    put_ground(u, c, turn);
    rk_record_bar(r);
    if (!one) {
        rk_buf_putc(r->out, '(');
        rk_record_sc(r, factor);
        rk_buf_puts(r->out, ")*");
    }
    put_side(r, c->left, why->rows, one ? RK_IN_SUM : RK_IN_PRODUCT);
    rk_record_bar(r);
    put_side(r, c->right, why->cols, RK_IN_SUM);
}

/* " | h N | (factor)*", the first cofactor of a rule that comes from an equation alone. */
static void put_multiple(rules *u, unsigned origin, rk_sc factor) {
    rk_buf_printf(u->r->out, " | h %zu | (", hypothesis(u, origin));
    rk_record_sc(u->r, factor);
    rk_buf_puts(u->r->out, ")*");
}

/* "(factor)*eye(n)" */
static void put_scaled_identity(rk_recorder *r, rk_sc factor, rk_sc n) {
    rk_buf_putc(r->out, '(');
    rk_record_sc(r, factor);
    rk_buf_puts(r->out, ")*");
    put_identity(r, n);
}

/* c0*I + c1*A*B == 0: A is invertible, so inv(A)*(A*B)*A says what B*A is. The number of this rule.
 */
static size_t put_turn(rules *u, const rk_cofactor *c) {
    rk_recorder *r = u->r;
    const rk_word *eye = &c->of->word[0], *w = &c->of->word[1];
    const rk_letter *behind = w->letter + c->turn;
    size_t rest = w->length - c->turn;
    rk_sc one = rk_sc_int(r->scalars, 1), zero = rk_sc_int(r->scalars, 0);
    rk_sc each = rk_sc_div(r->scalars, one, w->coef);
    rk_sc ratio = rk_sc_sub(r->scalars, zero, rk_sc_mul(r->scalars, eye->coef, each));
    rk_buf_puts(r->out, "rule ");
    rk_mx_print_letters(r->printer, r->out, w->letter, w->length);
    rk_record_bar(r);
    put_scaled_identity(r, ratio, c->of->rows);
    put_multiple(u, c->index, each);
    put_identity(r, c->of->rows);
    rk_record_bar(r);
    put_identity(r, c->of->rows);
    rk_buf_puts(r->out, "\ninvertible ");
    rk_mx_print_letters(r->printer, r->out, w->letter, c->turn);
    rk_buf_puts(r->out, " | (");
    rk_record_sc(r, rk_sc_div(r->scalars, one, ratio));
    rk_buf_puts(r->out, ")*");
    rk_mx_print_letters(r->printer, r->out, behind, rest);
    rk_buf_puts(r->out, "\nrule ");
    rk_mx_print_letters(r->printer, r->out, behind, rest);
    rk_buf_putc(r->out, '*');
    rk_mx_print_letters(r->printer, r->out, w->letter, c->turn);
    rk_record_bar(r);
    put_scaled_identity(r, ratio, c->of->rows);
    put_multiple(u, c->index, each);
    rk_buf_puts(r->out, "inv(");
    rk_mx_print_letters(r->printer, r->out, w->letter, c->turn);
    rk_buf_puts(r->out, ") | ");
    rk_mx_print_letters(r->printer, r->out, w->letter, c->turn);
    rk_record_end(r);
    u->written += 2;
    return u->written;
}

static void put_rule(rules *u, size_t i);

/* The earlier rules among these sources that are not written yet; false: one is dropped. */
static bool put_sources(rules *u, const rk_cofactor *c) {
    for (; c != NULL; c = c->next) {
        if (c->ground != RK_FROM_RULE)
            continue;
        if (u->number[c->index] == 0 && !u->dropped[c->index])
            put_rule(u, c->index);
        if (u->dropped[c->index])
            return false;
    }
    return true;
}

/* Rules that were only of use to find others need not be known to the checker. */
static void put_rule(rules *u, size_t i) {
    rk_recorder *r = u->r;
    rk_rewrite_reason why = rk_rewrite_why(u->rewrite, i);
    rk_cofactor *more = NULL;
    size_t turn = 0;
    rk_sc one = rk_sc_int(r->scalars, 1);
    u->dropped[i] = why.why == NULL || !put_sources(u, why.why) || !remaining(u, i, &more) ||
                    !put_sources(u, more);
    if (u->dropped[i])
        return;
    for (const rk_cofactor *c = why.why; c != NULL; c = c->next)
        if (c->ground == RK_FROM_TURN)
            turn = put_turn(u, c);
    rk_buf_puts(r->out, "rule ");
    rk_mx_print_letters(r->printer, r->out, why.lead, why.length);
    rk_record_bar(r);
    rk_record_mx(r, why.image);
    for (const rk_cofactor *c = why.why; c != NULL; c = c->next) {
        rk_sc scale = c->ground == RK_FROM_TURN ? c->of->word[1].coef : one;
        put_cofactor(u, &why, c, turn, rk_sc_mul(r->scalars, why.factor, scale));
    }
    for (const rk_cofactor *c = more; c != NULL; c = c->next)
        put_cofactor(u, &why, c, turn, one);
    rk_record_end(r);
    u->number[i] = ++u->written;
}

/* --- all of them -------------------------------------------------------------------------- */

/* The unknown matrix of the span that hypothesis `origin` is: K in A - K*B, or A - B*K. */
static void find_unknown(rules *u, const rk_mx *zero, unsigned origin) {
    bool first = u->d->assumption[origin].term->op == RK_T_IN_ROWSPAN;
    for (size_t i = 0; i < zero->nwords; i++) {
        const rk_word *w = &zero->word[i];
        const rk_leaf *leaf = w->length == 0 ? NULL : w->letter[first ? 0 : w->length - 1].leaf;
        if (leaf != NULL && leaf->kind == RK_L_FRESH) {
            put_unknown(u, origin, leaf);
            return;
        }
    }
    rk_record_fail(u->r, "a span whose unknown matrix is not seen");
}

static bool is_span(const rules *u, unsigned origin) {
    const rk_term *t = u->d->assumption[origin].term;
    return t != NULL && (t->op == RK_T_IN_ROWSPAN || t->op == RK_T_IN_COLSPAN);
}

/* Each span once: by the first rule that comes from it directly. */
static void put_unknowns(rules *u) {
    bool *seen = rk_calloc(u->d->nassumptions + 1, sizeof *seen);
    for (size_t i = 0; i < u->n; i++) {
        rk_rewrite_reason why = rk_rewrite_why(u->rewrite, i);
        const rk_cofactor *c = u->needed[i] ? why.why : NULL;
        if (c == NULL || c->ground != RK_FROM_EQUATION || seen[c->index] || !is_span(u, c->index))
            continue;
        seen[c->index] = true;
        find_unknown(u, c->of, c->index);
    }
    rk_free(seen);
}

/* An inverse whose letter only the rules make one of the transpose is replaced by that letter. */
static void put_turned(rules *u, const rk_cofactor *c, const rk_mx **last) {
    bool turned = false, inverse = c->ground == RK_FROM_INVERSE || c->ground == RK_FROM_INVERTED;
    const rk_mx *x = inverse ? inverted(u, c, &turned) : NULL;
    rk_mxs_attach(u->r->store, NULL);
    bool same = !turned || transposed(u, x) == c->of;
    rk_mxs_attach(u->r->store, u->rewrite);
    if (same || c->of == *last)
        return;
    *last = c->of;
    rk_buf_puts(u->r->out, "inverse ");
    rk_record_mx(u->r, c->of);
    rk_record_bar(u->r);
    rk_record_mx(u->r, rk_mx_inv(u->r->store, c->of));
    rk_record_end(u->r);
}

static void put_all_turned(rules *u) {
    const rk_mx *last = NULL;
    for (size_t i = 0; i < u->n && u->r->why == NULL; i++)
        if (u->number[i] > 0)
            for (const rk_cofactor *c = rk_rewrite_why(u->rewrite, i).why; c != NULL; c = c->next)
                put_turned(u, c, &last);
}

static bool turns(const rules *u, size_t i) {
    for (const rk_cofactor *c = rk_rewrite_why(u->rewrite, i).why; c != NULL; c = c->next)
        if (c->ground == RK_FROM_TURN)
            return true;
    return false;
}

static void put_needed(rules *u, size_t i) {
    if (u->needed[i] && u->number[i] == 0 && !u->dropped[i] && u->r->why == NULL)
        put_rule(u, i);
}

void rk_record_rules(rk_recorder *r, const rk_derivation *d) {
    const rk_rewrite *rewrite = rk_mxs_rules(d->store);
    size_t n = rewrite == NULL ? 0 : rk_rewrite_made(rewrite);
    if (n == 0)
        return;
    rules u = {.r = r, .d = d, .rewrite = rewrite, .n = n};
    u.number = rk_calloc(n, sizeof *u.number);
    u.needed = rk_calloc(n, sizeof *u.needed);
    u.dropped = rk_calloc(n, sizeof *u.dropped);
    for (size_t i = 0; i < n; i++) {
        rk_rewrite_reason why = rk_rewrite_why(rewrite, i);
        if (why.live && why.length <= MOST_LETTERS && !is_local(&u, &why))
            need(&u, i);
    }
    put_unknowns(&u);
    for (size_t i = 0; i < n; i++) /* these say what is invertible, which others rest on */
        if (turns(&u, i))
            put_needed(&u, i);
    for (size_t i = 0; i < n; i++)
        put_needed(&u, i);
    put_all_turned(&u);
    rk_free(u.number);
    rk_free(u.needed);
    rk_free(u.dropped);
}

/* --- degrees of freedom -------------------------------------------------------------------- */

/* Its number among those of the hypotheses and claims as they are written, from 1; 0: none. */
static size_t number_of_jrank(const rk_checked *c, const rk_term *jrank) {
    const rk_term *t;
    for (size_t k = 1; (t = rk_jrank_numbered(c, k)) != NULL; k++)
        if (t == jrank)
            return k;
    return 0;
}

static void put_jacobian(rk_recorder *r, const rk_jacobian *j, size_t number) {
    char name[RK_SYMBOL_TEXT];
    rk_buf_printf(r->out, "jacobian %zu", number);
    if (j->low != NULL) {
        rk_mx_symbol_text(r->calculus->checked, j->sym, name);
        rk_buf_printf(r->out, " | %s", name);
    }
    rk_record_bar(r);
    rk_record_mx(r, j->matrix);
    rk_record_end(r);
}

/* A name for a matrix of the shape that is known. */
static void put_freedom(rk_recorder *r, const rk_jacobian *j, size_t number) {
    rk_buf name;
    rk_buf_init(&name);
    rk_buf_printf(&name, "J_%zu", number);
    rk_buf_printf(r->out, "freedom %s | %zu\n", name.text, number);
    rk_mx_printer_name(r->printer, j->matrix, rk_arena_strdup(r->calculus->arena, name.text));
    rk_buf_clear(&name);
}

/* J_1, or over a range J_1[h], as the unknown matrix; the place; what is known. */
static void put_through(rk_recorder *r, const rk_jacobian *j, size_t number) {
    rk_buf name;
    char index[RK_SYMBOL_TEXT];
    rk_buf_init(&name);
    rk_buf_printf(&name, "J_%zu", number);
    rk_buf_printf(r->out, "through %s", name.text);
    if (j->low != NULL) {
        rk_mx_symbol_text(r->calculus->checked, j->sym, index);
        rk_buf_printf(r->out, "[%s]", index);
    }
    rk_buf_printf(r->out, " | %zu | ", number);
    rk_record_mx(r, j->place);
    rk_record_bar(r);
    rk_record_mx(r, j->matrix);
    if (j->known != NULL) {
        rk_record_bar(r);
        rk_record_mx(r, j->known);
    }
    rk_record_end(r);
    const char *kept = rk_arena_strdup(r->calculus->arena, name.text);
    if (j->low != NULL)
        rk_mx_printer_member(r->printer, j->outer, kept, j->sym, j->low, j->high);
    else
        rk_mx_printer_name(r->printer, j->outer, kept);
    rk_buf_clear(&name);
}

void rk_record_jacobians(rk_recorder *r) {
    const rk_jacobian *j;
    for (size_t i = 0; (j = rk_mxs_jacobian(r->store, i)) != NULL; i++) {
        size_t number = number_of_jrank(r->calculus->checked, j->text);
        if (number == 0)
            rk_record_fail(r, "degrees of freedom inside a loop");
        (j->shape ? put_freedom : j->outer != NULL ? put_through : put_jacobian)(r, j, number);
    }
}
