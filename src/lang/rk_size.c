#include <search.h>
#include <string.h>
#include "base/rk_guard.h"
#include "rk_canon.h"
#include "rk_size.h"

/* A tree heavier than WEIGHT is written anew from its canonical form if no division is in it;
   one with divisions must stay as it is, and may reach HEAVIEST. */
enum { WEIGHT = 64, HEAVIEST = 4096, LOOP_STEPS = 1000000 };

typedef struct size_node {
    rk_size size;          /* first: a rk_size of ours is an size_node */
    const rk_canon *canon; /* NULL: too large, equal to itself only */
    uint32_t weight;       /* nodes of the tree */
    bool divides;
} size_node;

typedef struct symbol {
    const char *name;
    const rk_size *definition;
} symbol;

struct rk_sizes {
    rk_arena *arena;
    rk_canons *canons;
    void *index; /* entries by structure, for tsearch */
    size_node **entries;
    size_t nentries, cap_entries;
    symbol *symbols;
    size_t nsymbols, cap_symbols;
    bool overflowed;
};

rk_sizes *rk_sizes_new(void) {
    rk_sizes *s = rk_calloc(1, sizeof *s);
    s->arena = rk_arena_new();
    s->canons = rk_canons_new();
    return s;
}

static int compare_words(uint64_t a, uint64_t b) {
    return a < b ? -1 : a > b;
}

static int compare_structure(const void *a, const void *b) {
    const rk_size *x = a, *y = b;
    int c = compare_words(x->op, y->op);
    c = c ? c : compare_words((uint64_t)x->value, (uint64_t)y->value);
    c = c ? c : compare_words(x->sym, y->sym);
    for (int i = 0; !c && i < 3; i++)
        c = compare_words((uintptr_t)x->kid[i], (uintptr_t)y->kid[i]);
    return c;
}

void rk_sizes_free(rk_sizes *s) {
    if (!s)
        return;
    for (size_t i = 0; i < s->nentries; i++)
        tdelete(s->entries[i], &s->index, compare_structure);
    rk_canons_free(s->canons);
    rk_free(s->entries);
    rk_free(s->symbols);
    rk_arena_free(s->arena);
    rk_free(s);
}

unsigned rk_size_symbol(rk_sizes *s, const char *name, const rk_size *definition) {
    rk_grow(&s->symbols, &s->cap_symbols, s->nsymbols + 1, sizeof *s->symbols);
    s->symbols[s->nsymbols] = (symbol){rk_arena_strdup(s->arena, name), definition};
    return (unsigned)s->nsymbols++;
}

const char *rk_size_symbol_name(const rk_sizes *s, unsigned sym) {
    return s->symbols[sym].name;
}

size_t rk_sizes_symbols(const rk_sizes *s) {
    return s->nsymbols;
}

bool rk_sizes_overflowed(rk_sizes *s) {
    bool was = s->overflowed;
    s->overflowed = false;
    return was;
}

static const size_node *entry_of(const rk_size *a) {
    return (const size_node *)(const void *)a;
}

/* --- canonical forms of nodes -------------------------------------------------------------- */

static const rk_canon *opaque(rk_sizes *s, const rk_size *a) {
    rk_atom atom = {.kind = RK_A_OPAQUE, .tree = a};
    return rk_canon_gen(s->canons, rk_canon_atom(s->canons, &atom));
}

static unsigned atom_of_symbol(rk_sizes *s, unsigned sym, const rk_size *tree) {
    rk_atom atom = {.kind = RK_A_SYM, .index = sym, .tree = tree};
    return rk_canon_atom(s->canons, &atom);
}

static const rk_canon *canon_symbol(rk_sizes *s, const rk_size *a) {
    const rk_size *definition = s->symbols[a->sym].definition;
    if (definition)
        return entry_of(definition)->canon;
    return rk_canon_gen(s->canons, atom_of_symbol(s, a->sym, a));
}

static const rk_canon *canon_quotient(rk_sizes *s, const rk_size *a, const rk_canon *x,
                                      const rk_canon *y) {
    return rk_canon_is_zero(s->canons, y) ? opaque(s, a) : rk_canon_div(s->canons, x, y);
}

static const rk_canon *canon_power(rk_sizes *s, const rk_size *a, const rk_canon *x,
                                   const rk_canon *y) {
    int64_t k, base;
    if (rk_canon_is_int(s->canons, y, &k))
        return k < 0 && rk_canon_is_zero(s->canons, x) ? opaque(s, a)
                                                       : rk_canon_pow(s->canons, x, k);
    if (rk_canon_is_int(s->canons, x, &base) && base == 1)
        return x;
    rk_atom atom = {.kind = RK_A_POW, .part = {x, y}, .tree = a};
    unsigned id = rk_canon_atom(s->canons, &atom);
    return rk_canon_atom_get(s->canons, id)->depth > 16 ? NULL : rk_canon_gen(s->canons, id);
}

static unsigned highest_bound(const rk_sizes *s, const rk_canon *a) {
    unsigned most = 0;
    for (unsigned i = 0; i < a->natoms; i++) {
        unsigned bound = rk_canon_atom_get(s->canons, a->atom[i])->bound;
        most = bound > most ? bound : most;
    }
    return most;
}

/* The body with its index renamed by nesting level, so that the name does not matter. */
static const rk_canon *anonymous(rk_sizes *s, const rk_canon *body, unsigned index) {
    rk_atom bound = {.kind = RK_A_BOUND, .index = highest_bound(s, body) + 1};
    unsigned id = rk_canon_atom(s->canons, &bound);
    return rk_canon_put(s->canons, body, index, rk_canon_gen(s->canons, id));
}

static const rk_canon *canon_loopsum(rk_sizes *s, const rk_size *a) {
    const rk_canon *low = entry_of(a->kid[0])->canon, *high = entry_of(a->kid[1])->canon;
    const rk_canon *body = entry_of(a->kid[2])->canon;
    if (!low || !high || !body)
        return NULL;
    unsigned index = atom_of_symbol(s, a->sym, NULL);
    const rk_canon *closed = rk_canon_faulhaber(s->canons, index, low, high, body);
    if (closed)
        return closed;
    rk_atom atom = {.kind = RK_A_LOOPSUM, .part = {low, high, anonymous(s, body, index)}};
    atom.tree = a;
    if (!atom.part[2])
        return opaque(s, a);
    unsigned id = rk_canon_atom(s->canons, &atom);
    return rk_canon_atom_get(s->canons, id)->depth > 16 ? NULL : rk_canon_gen(s->canons, id);
}

static const rk_canon *canon_binary(rk_sizes *s, const rk_size *a) {
    const rk_canon *x = entry_of(a->kid[0])->canon, *y = entry_of(a->kid[1])->canon;
    if (!x || !y)
        return NULL;
    switch (a->op) {
    case RK_S_ADD:
        return rk_canon_add(s->canons, x, y);
    case RK_S_SUB:
        return rk_canon_sub(s->canons, x, y);
    case RK_S_MUL:
        return rk_canon_mul(s->canons, x, y);
    case RK_S_DIV:
        return canon_quotient(s, a, x, y);
    default:
        return canon_power(s, a, x, y);
    }
}

static const rk_canon *canon_of(rk_sizes *s, const rk_size *a) {
    switch (a->op) {
    case RK_S_CONST:
        return rk_canon_int(s->canons, a->value);
    case RK_S_SYM:
        return canon_symbol(s, a);
    case RK_S_NEG: {
        const rk_canon *x = entry_of(a->kid[0])->canon;
        return x ? rk_canon_sub(s->canons, rk_canon_int(s->canons, 0), x) : NULL;
    }
    case RK_S_LOOPSUM:
        return canon_loopsum(s, a);
    default:
        return canon_binary(s, a);
    }
}

/* --- making nodes -------------------------------------------------------------------------- */

static const rk_size *intern(rk_sizes *s, const rk_size *key) {
    rk_size *const *found = tfind(key, &s->index, compare_structure);
    if (found)
        return *found;
    size_node *e = rk_arena_alloc(s->arena, sizeof *e);
    e->size = *key;
    e->weight = 1;
    e->divides = key->op == RK_S_DIV;
    for (int i = 0; i < 3 && key->kid[i]; i++) {
        const size_node *kid = entry_of(key->kid[i]);
        e->weight = e->weight > UINT32_MAX / 4 ? e->weight : e->weight + kid->weight;
        e->divides |= kid->divides;
    }
    e->canon = canon_of(s, &e->size);
    s->overflowed |= !e->canon || (e->divides && e->weight > HEAVIEST);
    rk_grow(&s->entries, &s->cap_entries, s->nentries + 1, sizeof(size_node *));
    s->entries[s->nentries++] = e;
    if (!tsearch(e, &s->index, compare_structure))
        rk_guard_raise("out of memory");
    return &e->size;
}

const rk_size *rk_size_const(rk_sizes *s, int64_t value) {
    return intern(s, &(rk_size){.op = RK_S_CONST, .value = value});
}

const rk_size *rk_size_sym(rk_sizes *s, unsigned sym) {
    return intern(s, &(rk_size){.op = RK_S_SYM, .sym = sym});
}

/* Sums, differences and products of numbers are numbers. */
static bool fold_constants(rk_size_op op, int64_t a, int64_t b, int64_t *result) {
    switch (op) {
    case RK_S_ADD:
        return !__builtin_add_overflow(a, b, result);
    case RK_S_SUB:
        return !__builtin_sub_overflow(a, b, result);
    case RK_S_MUL:
        return !__builtin_mul_overflow(a, b, result);
    default:
        return false;
    }
}

static const rk_size *lighten(rk_sizes *s, const rk_size *a) {
    return entry_of(a)->weight > WEIGHT && !entry_of(a)->divides ? rk_size_normal(s, a) : a;
}

const rk_size *rk_size_binary(rk_sizes *s, rk_size_op op, const rk_size *a, const rk_size *b) {
    int64_t value;
    if (a->op == RK_S_CONST && b->op == RK_S_CONST &&
        fold_constants(op, a->value, b->value, &value))
        return rk_size_const(s, value);
    return lighten(s, intern(s, &(rk_size){.op = op, .kid = {a, b}}));
}

const rk_size *rk_size_neg(rk_sizes *s, const rk_size *a) {
    if (a->op == RK_S_CONST && a->value != INT64_MIN)
        return rk_size_const(s, -a->value);
    return lighten(s, intern(s, &(rk_size){.op = RK_S_NEG, .kid = {a}}));
}

const rk_size *rk_size_loopsum(rk_sizes *s, unsigned index, const rk_size *low, const rk_size *high,
                               const rk_size *body) {
    rk_size key = {.op = RK_S_LOOPSUM, .sym = index, .kid = {low, high, body}};
    return rk_size_normal(s, intern(s, &key));
}

/* --- from canonical forms back to trees ---------------------------------------------------- */

static const rk_size *tree_of_atom(rk_sizes *s, unsigned id) {
    const rk_atom *atom = rk_canon_atom_get(s->canons, id);
    return atom->kind == RK_A_SYM ? rk_size_sym(s, atom->index) : atom->tree;
}

static const rk_size *raw(rk_sizes *s, rk_size_op op, const rk_size *a, const rk_size *b) {
    return intern(s, &(rk_size){.op = op, .kid = {a, b}});
}

/* Term i of p as a product; NULL where a number in it does not fit. */
static const rk_size *tree_of_term(rk_sizes *s, const rk_canon *c, const fmpz_mpoly_struct *p,
                                   slong i) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, c);
    if (!fmpz_fits_si(p->coeffs + i) || !fmpz_mpoly_term_exp_fits_si(p, i, ctx))
        return NULL;
    const rk_size *t = NULL;
    for (unsigned v = 0; v < c->natoms; v++) {
        slong e = fmpz_mpoly_get_term_var_exp_si(p, i, (slong)v, ctx);
        const rk_size *power = e ? tree_of_atom(s, c->atom[v]) : NULL;
        if (e && !power)
            return NULL;
        if (e > 1)
            power = raw(s, RK_S_POW, power, rk_size_const(s, e));
        t = !e ? t : t ? raw(s, RK_S_MUL, t, power) : power;
    }
    const rk_size *factor = rk_size_const(s, fmpz_get_si(p->coeffs + i));
    return !t ? factor : factor->value == 1 ? t : raw(s, RK_S_MUL, factor, t);
}

/* Terms from..to-1 as a balanced sum. */
static const rk_size *tree_of_terms(rk_sizes *s, const rk_canon *c, const fmpz_mpoly_struct *p,
                                    slong from, slong to) {
    if (from == to)
        return rk_size_const(s, 0);
    if (to - from == 1)
        return tree_of_term(s, c, p, from);
    slong middle = from + (to - from) / 2;
    const rk_size *a = tree_of_terms(s, c, p, from, middle);
    const rk_size *b = a ? tree_of_terms(s, c, p, middle, to) : NULL;
    return b ? raw(s, RK_S_ADD, a, b) : NULL;
}

const rk_size *rk_size_normal(rk_sizes *s, const rk_size *a) {
    const rk_canon *c = entry_of(a)->canon;
    int64_t value;
    if (!c || a->op == RK_S_CONST || a->op == RK_S_SYM)
        return a;
    if (rk_canon_is_int(s->canons, c, &value))
        return rk_size_const(s, value);
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, c);
    const fmpz_mpoly_struct *num = fmpz_mpoly_q_numref(c->value);
    const fmpz_mpoly_struct *den = fmpz_mpoly_q_denref(c->value);
    const rk_size *p = tree_of_terms(s, c, num, 0, num->length);
    if (!p || fmpz_mpoly_is_one(den, ctx))
        return p ? p : a;
    const rk_size *q = tree_of_terms(s, c, den, 0, den->length);
    return q ? raw(s, RK_S_DIV, p, q) : a;
}

static const rk_size *wrap(rk_sizes *s, const rk_canon *c) {
    const fmpz_mpoly_struct *num = fmpz_mpoly_q_numref(c->value);
    const fmpz_mpoly_struct *den = fmpz_mpoly_q_denref(c->value);
    const rk_size *p = tree_of_terms(s, c, num, 0, num->length);
    const rk_size *q = p ? tree_of_terms(s, c, den, 0, den->length) : NULL;
    return !q ? NULL : q->op == RK_S_CONST && q->value == 1 ? p : raw(s, RK_S_DIV, p, q);
}

const rk_size *rk_size_put(rk_sizes *s, const rk_size *a, unsigned sym, const rk_size *by) {
    if (!entry_of(a)->canon || !entry_of(by)->canon)
        return NULL;
    const rk_canon *c = rk_canon_put(s->canons, entry_of(a)->canon, atom_of_symbol(s, sym, NULL),
                                     entry_of(by)->canon);
    return c ? wrap(s, c) : NULL;
}

/* --- questions ----------------------------------------------------------------------------- */

bool rk_size_equal(rk_sizes *s, const rk_size *a, const rk_size *b) {
    return a == b || rk_canon_equal(s->canons, entry_of(a)->canon, entry_of(b)->canon);
}

bool rk_size_is_const(rk_sizes *s, const rk_size *a, int64_t *value) {
    int64_t v;
    const rk_canon *c = entry_of(a)->canon;
    return c && rk_canon_is_int(s->canons, c, value ? value : &v);
}

bool rk_size_mentions(const rk_size *a, unsigned sym) {
    if (a->op == RK_S_SYM)
        return a->sym == sym;
    for (int i = 0; i < 3 && a->kid[i]; i++)
        if (rk_size_mentions(a->kid[i], sym))
            return true;
    return false;
}

bool rk_size_at_least(rk_sizes *s, const rk_size *a, int64_t least, const int64_t *low) {
    const rk_canon *c = entry_of(a)->canon;
    c = c ? rk_canon_sub(s->canons, c, rk_canon_int(s->canons, least)) : NULL;
    if (!c)
        return false;
    int64_t *bound = rk_calloc(c->natoms ? c->atom[c->natoms - 1] + 1 : 1, sizeof *bound);
    for (unsigned i = 0; i < c->natoms; i++) {
        const rk_atom *atom = rk_canon_atom_get(s->canons, c->atom[i]);
        bound[c->atom[i]] = atom->kind == RK_A_SYM ? low[atom->index] : INT64_MIN;
    }
    bool yes = rk_canon_nonnegative(s->canons, c, bound);
    rk_free(bound);
    return yes;
}

rk_canons *rk_sizes_canons(rk_sizes *s) {
    return s->canons;
}

const rk_canon *rk_size_canon(const rk_size *a) {
    return entry_of(a)->canon;
}

/* --- printing ------------------------------------------------------------------------------ */

static void print_tree(rk_buf *out, const rk_sizes *s, const rk_size *a, int level);

/* Strength of each operator: a weaker one inside a stronger one needs parentheses. */
static int strength(const rk_size *a) {
    switch (a->op) {
    case RK_S_ADD:
    case RK_S_SUB:
        return 1;
    case RK_S_MUL:
    case RK_S_DIV:
    case RK_S_NEG:
        return 2;
    case RK_S_POW:
        return 3;
    case RK_S_CONST:
        return a->value < 0 ? 2 : 4;
    default:
        return 4;
    }
}

/* The number in front of a term. */
static int64_t leading(const rk_size *a) {
    const rk_size *c = a->op == RK_S_MUL ? a->kid[0] : a;
    return c->op == RK_S_CONST ? c->value : 1;
}

/* a without its sign where it starts with a negative number. */
static void print_modulus(rk_buf *out, const rk_sizes *s, const rk_size *a) {
    unsigned long long modulus = 0ULL - (unsigned long long)leading(a);
    if (a->op == RK_S_CONST || modulus != 1)
        rk_buf_printf(out, "%llu", modulus);
    if (a->op == RK_S_MUL) {
        rk_buf_puts(out, modulus != 1 ? "*" : "");
        print_tree(out, s, a->kid[1], 2);
    }
}

/* One operand of a sum with the sign that stands before it. */
static void print_operand(rk_buf *out, const rk_sizes *s, const rk_size *a, bool first) {
    if (a->op == RK_S_ADD) {
        print_operand(out, s, a->kid[0], first);
        print_operand(out, s, a->kid[1], false);
    } else if (leading(a) < 0 && !first) {
        rk_buf_puts(out, " - ");
        print_modulus(out, s, a);
    } else {
        rk_buf_puts(out, first ? "" : " + ");
        print_tree(out, s, a, 1);
    }
}

static void print_sum(rk_buf *out, const rk_sizes *s, const rk_size *a) {
    print_operand(out, s, a->kid[0], true);
    if (a->op == RK_S_ADD) {
        print_operand(out, s, a->kid[1], false);
        return;
    }
    rk_buf_puts(out, " - ");
    print_tree(out, s, a->kid[1], 2);
}

static void print_loopsum(rk_buf *out, const rk_sizes *s, const rk_size *a) {
    rk_buf_printf(out, "sum(%s = ", rk_size_symbol_name(s, a->sym));
    print_tree(out, s, a->kid[0], 1);
    rk_buf_puts(out, "..");
    print_tree(out, s, a->kid[1], 1);
    rk_buf_puts(out, ", ");
    print_tree(out, s, a->kid[2], 1);
    rk_buf_putc(out, ')');
}

static void print_product(rk_buf *out, const rk_sizes *s, const rk_size *a) {
    if (a->op == RK_S_MUL && leading(a) < 0) {
        rk_buf_putc(out, '-');
        print_modulus(out, s, a);
        return;
    }
    print_tree(out, s, a->kid[0], a->op == RK_S_POW ? 4 : 2);
    rk_buf_putc(out, a->op == RK_S_MUL ? '*' : a->op == RK_S_DIV ? '/' : '^');
    print_tree(out, s, a->kid[1], a->op != RK_S_MUL ? 4 : a->kid[0]->op == RK_S_CONST ? 2 : 3);
}

static void print_node(rk_buf *out, const rk_sizes *s, const rk_size *a) {
    switch (a->op) {
    case RK_S_CONST:
        rk_buf_printf(out, "%lld", (long long)a->value);
        break;
    case RK_S_SYM:
        rk_buf_puts(out, rk_size_symbol_name(s, a->sym));
        break;
    case RK_S_ADD:
    case RK_S_SUB:
        print_sum(out, s, a);
        break;
    case RK_S_NEG:
        rk_buf_putc(out, '-');
        print_tree(out, s, a->kid[0], 3);
        break;
    case RK_S_LOOPSUM:
        print_loopsum(out, s, a);
        break;
    default:
        print_product(out, s, a);
    }
}

static void print_tree(rk_buf *out, const rk_sizes *s, const rk_size *a, int level) {
    bool brackets = strength(a) < level;
    if (brackets)
        rk_buf_putc(out, '(');
    print_node(out, s, a);
    if (brackets)
        rk_buf_putc(out, ')');
}

/* The normal form is made of nodes like any other, so printing may add to the table. */
void rk_size_print(rk_buf *out, const rk_sizes *s, const rk_size *a) {
    const rk_size *normal = rk_size_normal((rk_sizes *)(uintptr_t)s, a);
    if (entry_of(normal)->weight > HEAVIEST)
        rk_buf_puts(out, "(a long expression)");
    else
        print_tree(out, s, normal, 1);
}

/* --- evaluation ---------------------------------------------------------------------------- */

typedef struct environment { /* values of the indices of enclosing loop sums */
    unsigned sym;
    int64_t value;
    const struct environment *outer;
} environment;

static rk_size_eval_status eval(const rk_size *a, const int64_t *values, const environment *env,
                                int64_t *result);

static rk_size_eval_status eval_power(int64_t base, int64_t exponent, int64_t *result) {
    if (exponent < 0)
        return RK_SIZE_NOT_INTEGER;
    *result = 1;
    if (base == 0 || base == 1 || base == -1) {
        *result = exponent == 0 || base == 1 || (base == -1 && exponent % 2 == 0) ? 1 : base;
        return RK_SIZE_OK;
    }
    for (int64_t i = 0; i < exponent; i++)
        if (__builtin_mul_overflow(*result, base, result))
            return RK_SIZE_TOO_LARGE;
    return RK_SIZE_OK;
}

static rk_size_eval_status eval_quotient(int64_t x, int64_t y, int64_t *result) {
    if (y == 0)
        return RK_SIZE_NOT_INTEGER;
    if (y == -1)
        return __builtin_sub_overflow(0, x, result) ? RK_SIZE_TOO_LARGE : RK_SIZE_OK;
    *result = x / y;
    return x % y ? RK_SIZE_NOT_INTEGER : RK_SIZE_OK;
}

static rk_size_eval_status eval_loopsum(const rk_size *a, const int64_t *values,
                                        const environment *outer, int64_t *result) {
    int64_t low, high, term;
    rk_size_eval_status status = eval(a->kid[0], values, outer, &low);
    if (status == RK_SIZE_OK)
        status = eval(a->kid[1], values, outer, &high);
    if (status != RK_SIZE_OK)
        return status;
    *result = 0;
    for (environment env = {a->sym, low, outer}; env.value <= high; env.value++) {
        if ((uint64_t)env.value - (uint64_t)low > LOOP_STEPS)
            return RK_SIZE_TOO_LARGE;
        status = eval(a->kid[2], values, &env, &term);
        if (status != RK_SIZE_OK)
            return status;
        if (__builtin_add_overflow(*result, term, result))
            return RK_SIZE_TOO_LARGE;
    }
    return RK_SIZE_OK;
}

static int64_t eval_symbol(unsigned sym, const int64_t *values, const environment *env) {
    for (; env; env = env->outer)
        if (env->sym == sym)
            return env->value;
    return values[sym];
}

static rk_size_eval_status eval_binary(const rk_size *a, int64_t x, int64_t y, int64_t *result) {
    if (a->op == RK_S_DIV)
        return eval_quotient(x, y, result);
    if (a->op == RK_S_POW)
        return eval_power(x, y, result);
    return fold_constants(a->op, x, y, result) ? RK_SIZE_OK : RK_SIZE_TOO_LARGE;
}

static rk_size_eval_status eval(const rk_size *a, const int64_t *values, const environment *env,
                                int64_t *result) {
    int64_t x, y = 0;
    if (a->op == RK_S_CONST || a->op == RK_S_SYM) {
        *result = a->op == RK_S_CONST ? a->value : eval_symbol(a->sym, values, env);
        return RK_SIZE_OK;
    }
    if (a->op == RK_S_LOOPSUM)
        return eval_loopsum(a, values, env, result);
    rk_size_eval_status status = eval(a->kid[0], values, env, &x);
    if (status == RK_SIZE_OK && a->kid[1])
        status = eval(a->kid[1], values, env, &y);
    if (status != RK_SIZE_OK)
        return status;
    if (a->op == RK_S_NEG)
        return __builtin_sub_overflow(0, x, result) ? RK_SIZE_TOO_LARGE : RK_SIZE_OK;
    return eval_binary(a, x, y, result);
}

rk_size_eval_status rk_size_eval(const rk_size *a, const int64_t *values, int64_t *result) {
    return eval(a, values, NULL, result);
}
