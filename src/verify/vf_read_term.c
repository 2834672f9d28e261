/* Expressions: one function a production of the grammar, which stands over it. */
#include <limits.h>
#include <string.h>

#include "vf_reader.h"

/* --- terms -------------------------------------------------------------------------------- */

static bool makes_integers(vf_op op) {
    return op == VF_ADD || op == VF_SUB || op == VF_MUL || op == VF_DIV || op == VF_NEG ||
           op == VF_POWER;
}

static vf_term *make(vf_reader *r, vf_op op, const vf_term **kid, size_t nkids) {
    if (++r->nterms > VF_MAX_TERMS)
        vf_limit("terms of a theorem");
    vf_term *t = vf_alloc(sizeof *t);
    t->op = op;
    t->kid = kid;
    t->nkids = nkids;
    t->integer = makes_integers(op);
    for (size_t i = 0; i < nkids; i++) {
        t->integer = t->integer && kid[i]->integer;
        t->height = kid[i]->height + 1 > t->height ? kid[i]->height + 1 : t->height;
    }
    if (t->height > VF_MAX_DEPTH)
        vf_limit("operators above one another");
    return t;
}

vf_term *vf_make(vf_reader *r, vf_op op, vf_ratio rows, vf_ratio cols, const vf_term **kid,
                 size_t nkids) {
    vf_term *t = make(r, op, kid, nkids);
    t->rows = rows;
    t->cols = cols;
    return t;
}

vf_term *vf_make_scalar(vf_reader *r, vf_op op, const vf_term **kid, size_t nkids) {
    return vf_make(r, op, r->one, r->one, kid, nkids);
}

vf_term *vf_make_truth(vf_reader *r, vf_op op, const vf_term **kid, size_t nkids) {
    vf_term *t = make(r, op, kid, nkids);
    t->truth = true;
    return t;
}

const vf_term *vf_make_int(vf_reader *r, long value) {
    vf_term *t = vf_make_scalar(r, VF_NUMBER, NULL, 0);
    mpq_init(t->number);
    mpq_set_si(t->number, value, 1);
    t->integer = true;
    return t;
}

const vf_term *vf_make_symbol(vf_reader *r, unsigned sym) {
    vf_term *t = vf_make_scalar(r, VF_SYM, NULL, 0);
    t->sym = sym;
    t->integer = true;
    return t;
}

const vf_term *vf_make_extent(vf_reader *r, vf_op op, const vf_term *of) {
    vf_term *t = vf_make_scalar(r, op, vf_kids(1, of, NULL, NULL), 1);
    t->integer = true;
    return t;
}

const vf_term **vf_kids(size_t n, const vf_term *a, const vf_term *b, const vf_term *c) {
    const vf_term *all[] = {a, b, c}, **kid = vf_alloc(n * sizeof *kid);
    memcpy(kid, all, n * sizeof *kid);
    return kid;
}

/* --- names -------------------------------------------------------------------------------- */

static const vf_binding *find(const vf_reader *r, const char *name) {
    const vf_binding *b = r->names;
    while (b != NULL && strcmp(b->name, name) != 0)
        b = b->before;
    return b;
}

vf_binding *vf_bind(vf_reader *r, const char *name, const vf_term *term) {
    ENSURE("a name is declared twice", find(r, name) == NULL);
    vf_binding *b = vf_alloc(sizeof *b);
    b->name = name;
    b->term = term;
    b->before = r->names;
    r->names = b;
    return b;
}

const vf_binding *vf_lookup(vf_reader *r, const char *name) {
    const vf_binding *b = find(r, name);
    ENSURE("an unknown name", b != NULL);
    if (b->kind != VF_BOUND_LET)
        return b;
    if (r->certificate) { /* the sizes of others were not looked at */
        ENSURE("a `let` that the theorem does not use", r->used[b->let]);
    } else {
        r->use = vf_grow(r->use, r->nuses, sizeof *r->use);
        r->use[r->nuses][0] = r->let;
        r->use[r->nuses++][1] = b->let;
    }
    return b;
}

const vf_item *vf_find_item(const vf_reader *r, const char *kind, const char *name) {
    for (size_t i = 0; i < r->nitems; i++)
        if (strcmp(r->item[i].kind, kind) == 0 && strcmp(r->item[i].name, name) == 0)
            return &r->item[i];
    return NULL;
}

/* --- integer expressions ------------------------------------------------------------------ */

/* At all allowed dimensions, of a certificate's expression: a division must be one that the
   theorem has too, or leave no remainder as polynomials. */
static bool certain(vf_reader *r, const vf_term *i);

static bool certain_quotient(vf_reader *r, const vf_term *i) {
    vf_ratio a = vf_size_of(r->t, i), divisor = vf_size_of(r->t, i->kid[1]);
    for (size_t k = 0; k < r->t->nsizes; k++)
        if (vf_same_size(vf_size_of(r->t, r->t->size[k]), a))
            return true;
    for (size_t k = 0; k < vf_poly_terms(a.num); k++)
        if (mpz_cmp_ui(mpq_denref(vf_poly_coefficient(a.num, k)), 1) != 0)
            return false;
    return vf_is_one(vf_ratio_of(a.den)) && vf_size_at_least(r->t, divisor, 1);
}

static bool certain(vf_reader *r, const vf_term *i) {
    if (++r->nterms > VF_MAX_TERMS)
        vf_limit("terms of a certificate");
    if (i->op == VF_ROWS || i->op == VF_COLS)
        return true;
    for (size_t k = 0; k < i->nkids; k++)
        if (!certain(r, i->kid[k]))
            return false;
    if (i->op == VF_POWER)
        return vf_size_at_least(r->t, vf_size_of(r->t, i->kid[1]), 0);
    return i->op != VF_DIV || certain_quotient(r, i);
}

/* At least 1: plainly, or because a size of the theorem is and this one is no smaller. */
static bool certain_extent(vf_reader *r, const vf_term *i) {
    vf_ratio a = vf_size_of(r->t, i);
    if (vf_size_at_least(r->t, a, 1))
        return true;
    for (size_t k = 0; k < r->t->nsizes; k++)
        if (r->t->extent[k] &&
            vf_size_at_least(r->t, vf_ratio_sub(a, vf_size_of(r->t, r->t->size[k])), 0))
            return true;
    return false;
}

static void check_constant(vf_reader *r, const vf_term *i, bool extent) {
    long value;
    vf_ratio a = vf_size_of(r->t, i);
    bool constant = vf_poly_is_rational(a.num, NULL) && vf_poly_is_rational(a.den, NULL);
    ENSURE("a number that is no integer, or too large", !constant || vf_size_constant(a, &value));
    ENSURE("a size below 1 at all dimensions",
           !extent || !vf_size_at_least(r->t, vf_ratio_sub(vf_ratio_int(0), a), 0));
}

void vf_keep_size(vf_reader *r, const vf_term *size, bool extent) {
    ENSURE("an integer expression was expected", size->integer);
    check_constant(r, size, extent);
    if (r->certificate) {
        ENSURE("an integer expression that is perhaps no integer", certain(r, size));
        ENSURE("a size that is perhaps below 1", !extent || certain_extent(r, size));
    } else if (r->loops == 0) {
        vf_theorem *t = r->t;
        t->size = vf_grow(t->size, t->nsizes, sizeof *t->size);
        t->extent = vf_grow(t->extent, t->nsizes, sizeof *t->extent);
        r->size_let = vf_grow(r->size_let, t->nsizes, sizeof *r->size_let);
        t->size[t->nsizes] = size;
        t->extent[t->nsizes] = extent;
        r->size_let[t->nsizes++] = r->let;
    }
}

const vf_term *vf_parse_integer(vf_reader *r) {
    const vf_term *i = vf_parse_value(r);
    vf_keep_size(r, i, false);
    return i;
}

const vf_term *vf_parse_extent(vf_reader *r) {
    const vf_term *i = vf_parse_value(r);
    vf_keep_size(r, i, true);
    return i;
}

void vf_check_position(vf_reader *r, const vf_term *at, vf_ratio extent) {
    vf_ratio a = vf_size_of(r->t, at);
    ENSURE("a position outside its matrix at all dimensions",
           !vf_size_at_least(r->t, vf_ratio_sub(vf_ratio_int(0), a), 0) &&
               !vf_size_at_least(r->t, vf_ratio_sub(a, extent), 1));
}

/* --- shapes ------------------------------------------------------------------------------- */

static bool scalar(const vf_term *t) {
    return vf_is_one(t->rows) && vf_is_one(t->cols);
}

static bool same_shape(const vf_term *a, const vf_term *b) {
    return vf_same_size(a->rows, b->rows) && vf_same_size(a->cols, b->cols);
}

/* --- defs --------------------------------------------------------------------------------- */

/* An argument: a bare name hands on what it stands for, a family too. */
static vf_binding *parse_argument(vf_reader *r) {
    vf_binding *b = vf_alloc(sizeof *b);
    bool bare = vf_token_is(r->x.ahead, ",") || vf_token_is(r->x.ahead, ")");
    if (bare && r->x.token.kind == VF_TOKEN_NAME && !vf_reserved(r->x.token))
        *b = *vf_lookup(r, vf_want_name(&r->x));
    else
        b->term = vf_parse_any(r);
    return b;
}

static void bind_parameters(vf_reader *r, vf_binding **arg, size_t nargs) {
    r->names = NULL;
    for (size_t i = 0; i < nargs; i++) {
        if (i > 0)
            vf_want(&r->x, ",");
        vf_binding *b = vf_bind(r, vf_want_name(&r->x), arg[i]->term);
        b->kind = arg[i]->kind;
        b->var = arg[i]->var;
        b->let = arg[i]->let;
    }
    vf_want(&r->x, ")");
    vf_want(&r->x, "=");
}

/* The text of the def is read where it is used, with the arguments under its parameters' names. */
static const vf_term *expand(vf_reader *r, vf_item *def, vf_binding **arg, size_t nargs) {
    vf_lexer x = r->x;
    const vf_binding *names = r->names;
    ENSURE("a def that uses itself", !def->open);
    def->open = true;
    r->x = def->body;
    if (r->certificate)
        r->x.file = NULL; /* a refusal is to tell the line of the certificate */
    bind_parameters(r, arg, nargs);
    const vf_term *t = vf_parse_any(r);
    ENSURE("`;` was expected behind a def", vf_is(&r->x, ";"));
    def->open = false;
    r->x = x;
    r->names = names;
    return t;
}

static const vf_term *parse_def_call(vf_reader *r, vf_item *def) {
    vf_binding **arg = NULL;
    size_t n = 0;
    while (!vf_is(&r->x, ")")) {
        if (n > 0)
            vf_want(&r->x, ",");
        arg = vf_grow(arg, n, sizeof *arg);
        arg[n++] = parse_argument(r);
    }
    vf_want(&r->x, ")");
    return expand(r, def, arg, n);
}

/* --- loops -------------------------------------------------------------------------------- */

typedef struct range {
    const char *name;
    const vf_term *from, *to;
    unsigned sym;
} range;

/* range = NAME "=" iexpr ".." iexpr */
static range parse_range(vf_reader *r) {
    range g = {.name = vf_want_name(&r->x)};
    vf_want(&r->x, "=");
    g.from = vf_parse_integer(r);
    vf_want(&r->x, "..");
    g.to = vf_parse_integer(r);
    return g;
}

static void open_loop(vf_reader *r, range *g) {
    long low = LONG_MIN;
    vf_ratio from = vf_size_of(r->t, g->from);
    if (!vf_size_constant(from, &low) && vf_size_at_least(r->t, from, 1))
        low = 1;
    g->sym = vf_new_symbol(r->t, g->name, low);
    r->t->sym[g->sym].bound = true;
    vf_bind(r, g->name, vf_make_symbol(r, g->sym));
    r->loops++;
}

static bool surely_empty(vf_reader *r, const range *g) {
    vf_ratio from = vf_size_of(r->t, g->from), to = vf_size_of(r->t, g->to);
    return vf_size_at_least(r->t, vf_ratio_sub(from, to), 1);
}

/* What a loop makes of its body; the body's size may vary only where blocks are joined. */
static const vf_term *make_loop(vf_reader *r, vf_op op, const range *g, const vf_term *body) {
    vf_ratio from = vf_size_of(r->t, g->from), to = vf_size_of(r->t, g->to);
    vf_ratio rows = body->rows, cols = body->cols;
    ENSURE("an entry of `max` or `min` over a range that is no scalar",
           (op != VF_LOOP_MAX && op != VF_LOOP_MIN) || scalar(body));
    ENSURE("a factor of `prod` that is not square", op != VF_LOOP_PROD || vf_same_size(rows, cols));
    ENSURE("an empty loop", op == VF_LOOP_SUM || !surely_empty(r, g));
    if (op == VF_LOOP_HCAT)
        cols = vf_size_sum(r->t, g->sym, from, to, cols);
    if (op == VF_LOOP_VCAT)
        rows = vf_size_sum(r->t, g->sym, from, to, rows);
    ENSURE("a size that changes with the index of its loop",
           !vf_size_mentions(r->t, rows, g->sym) && !vf_size_mentions(r->t, cols, g->sym));
    vf_term *t = vf_make(r, op, rows, cols, vf_kids(3, g->from, g->to, body), 3);
    t->sym = g->sym;
    if ((op == VF_LOOP_HCAT || op == VF_LOOP_VCAT) && !r->certificate)
        vf_keep_size(r, vf_make_extent(r, op == VF_LOOP_HCAT ? VF_COLS : VF_ROWS, t), true);
    return t;
}

/* ("sum" | "prod" | ...) "(" range "," value ")", from behind the parenthesis on */
static const vf_term *parse_loop(vf_reader *r, vf_op op) {
    const vf_binding *names = r->names;
    range g = parse_range(r);
    vf_want(&r->x, ",");
    open_loop(r, &g);
    bool truth = op == VF_LOOP_ALL || op == VF_LOOP_ANY;
    const vf_term *body = truth ? vf_parse_truth(r) : vf_parse_value(r);
    vf_want(&r->x, ")");
    r->loops--;
    r->names = names;
    if (!truth)
        return make_loop(r, op, &g, body);
    vf_term *t = vf_make_truth(r, op, vf_kids(3, g.from, g.to, body), 3);
    t->sym = g.sym;
    return t;
}

/* "fold" "(" range "," NAME "=" expr "," expr ")", from behind the parenthesis on */
static const vf_term *parse_fold(vf_reader *r) {
    const vf_binding *names = r->names;
    range g = parse_range(r);
    vf_want(&r->x, ",");
    const char *name = vf_want_name(&r->x);
    vf_want(&r->x, "=");
    const vf_term *start = vf_parse_value(r);
    vf_want(&r->x, ",");
    open_loop(r, &g);
    vf_term *running = vf_make(r, VF_ACC, start->rows, start->cols, NULL, 0);
    running->sym2 = vf_new_symbol(r->t, name, LONG_MIN);
    r->t->sym[running->sym2].bound = true;
    vf_bind(r, name, running);
    const vf_term *step = vf_parse_value(r);
    vf_want(&r->x, ")");
    r->loops--;
    r->names = names;
    ENSURE("a step of a fold that changes the shape", same_shape(start, step));
    const vf_term **kid = vf_alloc(4 * sizeof *kid);
    memcpy(kid, (const vf_term *[]){g.from, g.to, start, step}, 4 * sizeof *kid);
    vf_term *t = vf_make(r, VF_FOLD, start->rows, start->cols, kid, 4);
    t->sym = g.sym;
    t->sym2 = running->sym2;
    return t;
}

static bool loop_word(vf_token t, vf_op *op) {
    static const struct {
        const char *word;
        vf_op op;
    } words[] = {{"sum", VF_LOOP_SUM},   {"prod", VF_LOOP_PROD}, {"hcat", VF_LOOP_HCAT},
                 {"vcat", VF_LOOP_VCAT}, {"max", VF_LOOP_MAX},   {"min", VF_LOOP_MIN},
                 {"all", VF_LOOP_ALL},   {"any", VF_LOOP_ANY},   {"fold", VF_FOLD}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (vf_token_is(t, words[i].word)) {
            *op = words[i].op;
            return true;
        }
    return false;
}

/* --- functions with a grammar of their own ------------------------------------------------ */

static const vf_term *counted_by(vf_reader *r) {
    const vf_binding *b = vf_lookup(r, vf_want_name(&r->x));
    if (b->kind == VF_BOUND_TERM) {
        ENSURE("`jrank` counts by variables", b->term->op == VF_VAR && b->term->nkids == 0);
        return b->term;
    }
    ENSURE("`jrank` counts by variables", b->kind == VF_BOUND_FAMILY);
    const vf_variable *v = &r->t->var[b->var];
    vf_term *t = vf_make(r, VF_VAR, vf_size_of(r->t, v->rows), vf_size_of(r->t, v->cols), NULL, 0);
    t->var = b->var;
    return t;
}

static bool listed(const vf_term *t, const vf_term **kid, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (kid[i]->var == t->var)
            return true;
    return false;
}

/* "jrank" "(" expr ";" NAME { "," NAME } ")", from behind the parenthesis on */
static const vf_term *parse_jrank(vf_reader *r) {
    const vf_term **kid = vf_kids(1, vf_parse_value(r), NULL, NULL);
    size_t n = 1;
    vf_want(&r->x, ";");
    do {
        const vf_term *t = counted_by(r);
        if (listed(t, kid, n))
            continue;
        kid = vf_grow(kid, n, sizeof *kid);
        kid[n++] = t;
    } while (vf_accept(&r->x, ","));
    vf_want(&r->x, ")");
    return vf_make_scalar(r, VF_JRANK, kid, n);
}

/* "norm" "(" expr "," ( "1" | "2" | "inf" | "fro" ) ")", from behind the parenthesis on */
static const vf_term *parse_norm(vf_reader *r) {
    static const struct {
        const char *text;
        vf_op op;
    } kinds[] = {
        {"1", VF_NORM_ONE}, {"2", VF_NORM_TWO}, {"inf", VF_NORM_INF}, {"fro", VF_NORM_FRO}};
    const vf_term *a = vf_parse_value(r);
    vf_want(&r->x, ",");
    size_t i = 0;
    while (i < 4 && (strlen(kinds[i].text) != r->x.token.len ||
                     memcmp(kinds[i].text, r->x.token.text, r->x.token.len) != 0))
        i++;
    ENSURE("1, 2, inf or fro was expected", i < 4);
    vf_advance(&r->x);
    vf_want(&r->x, ")");
    return vf_make_scalar(r, kinds[i].op, vf_kids(1, a, NULL, NULL), 1);
}

/* --- primary ------------------------------------------------------------------------------ */

static const vf_term *parse_number(vf_reader *r) {
    vf_term *t = vf_make_scalar(r, VF_NUMBER, NULL, 0);
    t->integer = r->x.token.kind == VF_TOKEN_INT;
    vf_number_value(t->number, r->x.token);
    vf_advance(&r->x);
    return t;
}

/* A member of a family, from behind its name on: "[" iexpr "]". */
static const vf_term *parse_member(vf_reader *r, unsigned var) {
    const vf_variable *v = &r->t->var[var];
    ENSURE("a family stands with its index", vf_accept(&r->x, "["));
    const vf_term *at = vf_parse_integer(r);
    vf_want(&r->x, "]");
    vf_check_position(r, at, vf_size_of(r->t, v->members));
    vf_term *t = vf_make(r, VF_VAR, vf_size_of(r->t, v->rows), vf_size_of(r->t, v->cols),
                         vf_kids(1, at, NULL, NULL), 1);
    t->var = var;
    return t;
}

static const vf_term *parse_name(vf_reader *r) {
    const vf_binding *b = vf_lookup(r, vf_want_name(&r->x));
    return b->kind == VF_BOUND_FAMILY ? parse_member(r, b->var) : b->term;
}

/* NAME "(" ... ")" */
static const vf_term *parse_application(vf_reader *r) {
    vf_op op;
    bool loop = loop_word(r->x.token, &op);
    const char *name = vf_want_any_name(&r->x);
    vf_item *def = (vf_item *)(uintptr_t)vf_find_item(r, "def", name);
    vf_want(&r->x, "(");
    if (def != NULL)
        return parse_def_call(r, def);
    if (loop && op == VF_FOLD)
        return parse_fold(r);
    bool range_follows = r->x.token.kind == VF_TOKEN_NAME && vf_token_is(r->x.ahead, "=");
    if (loop && (range_follows || !vf_is_function(name)))
        return parse_loop(r, op);
    if (strcmp(name, "jrank") == 0)
        return parse_jrank(r);
    if (strcmp(name, "norm") == 0)
        return parse_norm(r);
    return vf_parse_function(r, name);
}

/* Blocks side by side, or rows below one another; one alone is what it is. */
static const vf_term *join(vf_reader *r, vf_op op, const vf_term **kid, size_t n) {
    bool beside = op == VF_HCAT;
    vf_ratio sum = vf_ratio_int(0);
    long ones = 0;
    for (size_t i = 0; i < n; i++) {
        vf_ratio across = beside ? kid[i]->rows : kid[i]->cols;
        vf_ratio along = beside ? kid[i]->cols : kid[i]->rows;
        ENSURE("blocks that do not fit together",
               vf_same_size(across, beside ? kid[0]->rows : kid[0]->cols));
        if (along.num == r->one.num && along.den == r->one.den)
            ones++;
        else
            sum = vf_ratio_add(sum, along);
    }
    if (n == 1)
        return kid[0];
    sum = vf_ratio_add(sum, vf_ratio_int(ones));
    return vf_make(r, op, beside ? kid[0]->rows : sum, beside ? sum : kid[0]->cols, kid, n);
}

/* row = expr { "," expr } */
static const vf_term *parse_row(vf_reader *r) {
    const vf_term **kid = NULL;
    size_t n = 0;
    do {
        kid = vf_grow(kid, n, sizeof *kid);
        kid[n++] = vf_parse_value(r);
    } while (vf_accept(&r->x, ","));
    return join(r, VF_HCAT, kid, n);
}

/* "[" row { ";" row } "]" */
static const vf_term *parse_block(vf_reader *r) {
    const vf_term **kid = NULL;
    size_t n = 0;
    vf_want(&r->x, "[");
    do {
        kid = vf_grow(kid, n, sizeof *kid);
        kid[n++] = parse_row(r);
    } while (vf_accept(&r->x, ";"));
    vf_want(&r->x, "]");
    return join(r, VF_VCAT, kid, n);
}

static const vf_term *parse_parenthesis(vf_reader *r) {
    vf_want(&r->x, "(");
    const vf_term *t = vf_parse_any(r);
    vf_want(&r->x, ")");
    return t;
}

/* primary = NUMBER | NAME | "(" value ")" | "[" ... "]" | NAME "(" ... ")" */
static const vf_term *parse_primary(vf_reader *r) {
    vf_op op;
    vf_token t = r->x.token;
    if (t.kind == VF_TOKEN_INT || t.kind == VF_TOKEN_DECIMAL)
        return parse_number(r);
    if (vf_is(&r->x, "("))
        return parse_parenthesis(r);
    if (vf_is(&r->x, "["))
        return parse_block(r);
    ENSURE("a value was expected",
           t.kind == VF_TOKEN_NAME && (!vf_reserved(t) || loop_word(t, &op)));
    return vf_token_is(r->x.ahead, "(") ? parse_application(r) : parse_name(r);
}

/* --- postfix operators -------------------------------------------------------------------- */

static const vf_term *want_value(const vf_term *t) {
    ENSURE("a value was expected, not a truth value", !t->truth);
    return t;
}

static const vf_term *want_truth(const vf_term *t) {
    ENSURE("a truth value was expected", t->truth);
    return t;
}

/* exponent = INT | NAME | "(" iexpr ")" */
static const vf_term *parse_exponent(vf_reader *r) {
    bool name = r->x.token.kind == VF_TOKEN_NAME && !vf_reserved(r->x.token);
    ENSURE("an exponent is an integer, a name or stands in parentheses",
           name || vf_is(&r->x, "(") || r->x.token.kind == VF_TOKEN_INT);
    const vf_term *e = name                              ? parse_name(r)
                       : r->x.token.kind == VF_TOKEN_INT ? parse_number(r)
                                                         : parse_parenthesis(r);
    vf_keep_size(r, want_value(e), false);
    return e;
}

static const vf_term *make_power(vf_reader *r, const vf_term *base) {
    vf_want(&r->x, "^");
    const vf_term *e = parse_exponent(r);
    ENSURE("a power of what is not square", vf_same_size(base->rows, base->cols));
    return vf_make(r, VF_POWER, base->rows, base->cols, vf_kids(2, base, e, NULL), 2);
}

/* index = iexpr | ":" */
static const vf_term *parse_index(vf_reader *r, vf_ratio extent) {
    if (vf_accept(&r->x, ":"))
        return vf_make_scalar(r, VF_COLON, NULL, 0);
    const vf_term *at = vf_parse_integer(r);
    vf_check_position(r, at, extent);
    return at;
}

/* "[" index "," index "]" */
static const vf_term *parse_entry(vf_reader *r, const vf_term *a) {
    vf_want(&r->x, "[");
    const vf_term *i = parse_index(r, a->rows);
    ENSURE("one position belongs to a family, an entry needs two", vf_accept(&r->x, ","));
    const vf_term *j = parse_index(r, a->cols);
    vf_want(&r->x, "]");
    if (i->op == VF_COLON && j->op == VF_COLON)
        return a;
    return vf_make(r, VF_ENTRY, i->op == VF_COLON ? a->rows : r->one,
                   j->op == VF_COLON ? a->cols : r->one, vf_kids(3, a, i, j), 3);
}

static const vf_term *parse_transpose(vf_reader *r, const vf_term *a) {
    vf_want(&r->x, "'");
    return vf_make(r, VF_TRANSPOSE, a->cols, a->rows, vf_kids(1, a, NULL, NULL), 1);
}

/* power = primary { "'" | "^" exponent | "[" index [ "," index ] "]" } */
static const vf_term *parse_power(vf_reader *r) {
    const vf_term *t = parse_primary(r);
    bool powered = false;
    for (;;) {
        if (vf_is(&r->x, "^")) {
            ENSURE("a second `^` on the same value", !powered);
            powered = true;
            t = make_power(r, want_value(t));
        } else if (vf_is(&r->x, "'")) {
            t = parse_transpose(r, want_value(t));
        } else if (vf_is(&r->x, "[")) {
            t = parse_entry(r, want_value(t));
        } else {
            return t;
        }
    }
}

/* --- the ladder --------------------------------------------------------------------------- */

static void deeper(vf_reader *r) {
    if (++r->depth > VF_MAX_NESTING)
        vf_limit("nested expressions");
}

/* unary = "-" unary | power */
static const vf_term *parse_unary(vf_reader *r) {
    if (!vf_accept(&r->x, "-"))
        return parse_power(r);
    deeper(r);
    const vf_term *a = want_value(parse_unary(r));
    r->depth--;
    return vf_make(r, VF_NEG, a->rows, a->cols, vf_kids(1, a, NULL, NULL), 1);
}

/* The matrix product where the inner sizes agree, else scaling by a 1 by 1 side. */
static const vf_term *make_product(vf_reader *r, const vf_term *a, const vf_term *b) {
    const vf_term **kid = vf_kids(2, a, b, NULL);
    if (vf_same_size(a->cols, b->rows))
        return vf_make(r, VF_MUL, a->rows, b->cols, kid, 2);
    ENSURE("a product of matrices that do not fit", scalar(a) || scalar(b));
    const vf_term *m = scalar(a) ? b : a;
    return vf_make(r, VF_MUL, m->rows, m->cols, kid, 2);
}

static const vf_term *make_factor(vf_reader *r, vf_op op, const vf_term *a, const vf_term *b) {
    want_value(a);
    want_value(b);
    if (op == VF_MUL)
        return make_product(r, a, b);
    ENSURE("the right side of `/` is a scalar", op != VF_DIV || scalar(b));
    ENSURE("matrices of different shape", op == VF_DIV || same_shape(a, b));
    return vf_make(r, op, a->rows, a->cols, vf_kids(2, a, b, NULL), 2);
}

typedef struct sign {
    const char *text;
    vf_op op;
} sign;

/* Takes the sign at the current token if it is one of these. */
static bool take_sign(vf_reader *r, const sign *signs, size_t n, vf_op *op) {
    for (size_t i = 0; i < n; i++)
        if (vf_accept(&r->x, signs[i].text)) {
            *op = signs[i].op;
            return true;
        }
    return false;
}

/* term = unary { ( "*" | "/" | ".*" | "./" ) unary } */
static const vf_term *parse_term(vf_reader *r) {
    static const sign signs[] = {{"*", VF_MUL}, {"/", VF_DIV}, {".*", VF_EMUL}, {"./", VF_EDIV}};
    const vf_term *t = parse_unary(r);
    vf_op op;
    while (take_sign(r, signs, 4, &op))
        t = make_factor(r, op, t, parse_unary(r));
    return t;
}

/* add = term { ( "+" | "-" ) term } */
static const vf_term *parse_add(vf_reader *r) {
    static const sign signs[] = {{"+", VF_ADD}, {"-", VF_SUB}};
    const vf_term *t = parse_term(r);
    vf_op op;
    while (take_sign(r, signs, 2, &op)) {
        const vf_term *b = want_value(parse_term(r));
        ENSURE("matrices of different shape", same_shape(want_value(t), b));
        t = vf_make(r, op, t->rows, t->cols, vf_kids(2, t, b, NULL), 2);
    }
    return t;
}

static const vf_term *make_comparison(vf_reader *r, vf_op op, const vf_term *a, const vf_term *b) {
    bool entrywise = op != VF_EQ && op != VF_NE;
    want_value(a);
    want_value(b);
    ENSURE("a comparison of matrices of different shape",
           same_shape(a, b) || (entrywise && (scalar(a) || scalar(b))));
    return vf_make_truth(r, op, vf_kids(2, a, b, NULL), 2);
}

/* A chain of n - 1 comparisons says that each of them holds. */
static const vf_term *make_chain(vf_reader *r, const vf_term **side, const vf_op *op, size_t n) {
    const vf_term **pair = vf_alloc(n * sizeof *pair);
    bool rising = false, falling = false;
    for (size_t i = 0; i + 1 < n; i++) {
        rising |= op[i] == VF_LT || op[i] == VF_LE;
        falling |= op[i] == VF_GT || op[i] == VF_GE;
        ENSURE("`!=` does not chain", op[i] != VF_NE || n == 2);
        pair[i] = make_comparison(r, op[i], side[i], side[i + 1]);
    }
    ENSURE("a chain is all of == < <= or all of == > >=", !rising || !falling);
    return n == 2 ? pair[0] : vf_make_truth(r, VF_AND, pair, n - 1);
}

/* add [ CMP add { CMP add } ] */
static const vf_term *parse_comparison(vf_reader *r) {
    static const sign signs[] = {{"==", VF_EQ}, {"!=", VF_NE}, {"<", VF_LT},
                                 {"<=", VF_LE}, {">", VF_GT},  {">=", VF_GE}};
    const vf_term **side = vf_kids(1, parse_add(r), NULL, NULL);
    vf_op op, *ops = NULL;
    size_t n = 1;
    while (take_sign(r, signs, 6, &op)) {
        ops = vf_grow(ops, n - 1, sizeof *ops);
        ops[n - 1] = op;
        side = vf_grow(side, n, sizeof *side);
        side[n++] = parse_add(r);
    }
    return n == 1 ? side[0] : make_chain(r, side, ops, n);
}

/* neg = "not" neg | add [ CMP add { CMP add } ] */
static const vf_term *parse_neg(vf_reader *r) {
    if (!vf_accept(&r->x, "not"))
        return parse_comparison(r);
    deeper(r);
    const vf_term *a = want_truth(parse_neg(r));
    r->depth--;
    return vf_make_truth(r, VF_NOT, vf_kids(1, a, NULL, NULL), 1);
}

static const vf_term *connect(vf_reader *r, vf_op op, const vf_term *a, const vf_term *b) {
    return vf_make_truth(r, op, vf_kids(2, want_truth(a), want_truth(b), NULL), 2);
}

/* conj = neg { "and" neg } */
static const vf_term *parse_conj(vf_reader *r) {
    const vf_term *t = parse_neg(r);
    while (vf_accept(&r->x, "and"))
        t = connect(r, VF_AND, t, parse_neg(r));
    return t;
}

/* disj = conj { "or" conj } */
static const vf_term *parse_disj(vf_reader *r) {
    const vf_term *t = parse_conj(r);
    while (vf_accept(&r->x, "or"))
        t = connect(r, VF_OR, t, parse_conj(r));
    return t;
}

/* imp = disj [ "=>" imp ] */
static const vf_term *parse_imp(vf_reader *r) {
    const vf_term *t = parse_disj(r);
    if (!vf_accept(&r->x, "=>"))
        return t;
    deeper(r);
    t = connect(r, VF_IMPLIES, t, parse_imp(r));
    r->depth--;
    return t;
}

/* value = imp [ "<=>" imp ] */
const vf_term *vf_parse_any(vf_reader *r) {
    deeper(r);
    const vf_term *t = parse_imp(r);
    if (vf_accept(&r->x, "<=>"))
        t = connect(r, VF_IFF, t, parse_imp(r));
    ENSURE("`<=>` does not chain", !vf_is(&r->x, "<=>"));
    r->depth--;
    return t;
}

const vf_term *vf_parse_value(vf_reader *r) {
    return want_value(vf_parse_any(r));
}

const vf_term *vf_parse_truth(vf_reader *r) {
    return want_truth(vf_parse_any(r));
}
