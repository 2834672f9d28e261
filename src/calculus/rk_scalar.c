#include <string.h>
#include "base/rk_mem.h"
#include "scalar_inside.h"

rk_scalars *rk_scalars_new(rk_sizes *sizes, rk_arena *arena) {
    rk_scalars *s = rk_calloc(1, sizeof *s);
    s->sizes = sizes;
    s->canons = rk_sizes_canons(sizes);
    s->arena = arena;
    s->epoch = 1;
    return s;
}

void rk_scalars_free(rk_scalars *s) {
    if (!s)
        return;
    rk_free(s->node);
    rk_free(s->slot);
    rk_free(s->memo);
    rk_free(s->quantity);
    rk_free(s->quantity_slot);
    rk_free(s->atom);
    rk_free(s->symbol);
    rk_free(s->low);
    rk_free(s);
}

void rk_scalars_set_hooks(rk_scalars *s, const rk_scalar_hooks *hooks) {
    s->hooks = *hooks;
}

rk_canons *rk_scalars_canons(rk_scalars *s) {
    return s->canons;
}

rk_sizes *rk_scalars_sizes(rk_scalars *s) {
    return s->sizes;
}

/* --- interning ----------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

static uint64_t hash_polynomial(uint64_t hash, const fmpz_mpoly_t p, unsigned natoms,
                                fmpz_mpoly_ctx_struct *ctx) {
    ulong exponent[RK_CANON_ATOMS + 1];
    hash = mix(hash, (uint64_t)p->length);
    for (slong i = 0; i < p->length; i++) {
        bool small = !COEFF_IS_MPZ(p->coeffs[i]);
        hash = mix(hash, small ? (uint64_t)p->coeffs[i] : fmpz_fdiv_ui(p->coeffs + i, 4294967291u));
        if (!fmpz_mpoly_term_exp_fits_ui(p, i, ctx))
            continue;
        fmpz_mpoly_get_term_exp_ui(exponent, p, i, ctx);
        for (unsigned v = 0; v < natoms; v++)
            hash = mix(hash, exponent[v]);
    }
    return hash;
}

static uint64_t hash_form(rk_scalars *s, const rk_canon *a) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, a);
    uint64_t hash = a->natoms;
    for (unsigned i = 0; i < a->natoms; i++)
        hash = mix(hash, a->atom[i]);
    hash = hash_polynomial(hash, rk_sc_num(a), a->natoms, ctx);
    return hash_polynomial(hash, rk_sc_den(a), a->natoms, ctx);
}

static unsigned *node_slot(rk_scalars *s, const rk_canon *form, uint64_t hash) {
    size_t i = hash & (s->nslots - 1);
    for (; s->slot[i]; i = (i + 1) & (s->nslots - 1)) {
        const rk_sc_node *node = &s->node[s->slot[i] - 1];
        if (node->hash == hash && rk_canon_equal(s->canons, node->form, form))
            break;
    }
    return &s->slot[i];
}

static void slots_grow(rk_scalars *s) {
    if (2 * (s->nnodes + 1) <= s->nslots)
        return;
    rk_free(s->slot);
    s->nslots = s->nslots ? 2 * s->nslots : 256;
    s->slot = rk_calloc(s->nslots, sizeof *s->slot);
    for (size_t k = 0; k < s->nnodes; k++) {
        size_t i = s->node[k].hash & (s->nslots - 1);
        while (s->slot[i])
            i = (i + 1) & (s->nslots - 1);
        s->slot[i] = (unsigned)k + 1;
    }
}

/* Exponents that do not fit a word are as bad as too many terms. */
static bool degrees_fit(rk_scalars *s, const rk_canon *a) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, a);
    return fmpz_mpoly_total_degree_fits_si(rk_sc_num(a), ctx) &&
           fmpz_mpoly_total_degree_fits_si(rk_sc_den(a), ctx);
}

rk_sc rk_sc_intern(rk_scalars *s, size_t mark, const rk_canon *form) {
    if (!form || !degrees_fit(s, form)) {
        rk_canons_release(s->canons, mark, NULL);
        return NULL;
    }
    slots_grow(s);
    uint64_t hash = hash_form(s, form);
    unsigned *slot = node_slot(s, form, hash);
    if (*slot) {
        rk_canons_release(s->canons, mark, NULL);
        return s->node[*slot - 1].form;
    }
    rk_canons_release(s->canons, mark, form);
    rk_grow(&s->node, &s->cap_nodes, s->nnodes + 1, sizeof *s->node);
    rk_sc_node *node = &s->node[s->nnodes];
    *node = (rk_sc_node){.form = (rk_canon *)(uintptr_t)form, .hash = hash};
    node->form->id = (unsigned)s->nnodes;
    node->small = rk_canon_is_int(s->canons, form, &node->value);
    *slot = (unsigned)++s->nnodes;
    return form;
}

/* --- simple scalars ------------------------------------------------------------------------ */

rk_sc rk_sc_int(rk_scalars *s, int64_t value) {
    rk_sc *known =
        value >= -RK_SC_INTS && value < RK_SC_INTS ? &s->integer[value + RK_SC_INTS] : NULL;
    if (known && *known)
        return *known;
    size_t mark = rk_canons_mark(s->canons);
    rk_sc a = rk_sc_intern(s, mark, rk_canon_int(s->canons, value));
    if (known)
        *known = a;
    return a;
}

rk_sc rk_sc_rational(rk_scalars *s, const fmpq_t value) {
    size_t mark = rk_canons_mark(s->canons);
    return rk_sc_intern(s, mark, rk_canon_rational(s->canons, value));
}

rk_sc rk_sc_fmpz(rk_scalars *s, const fmpz_t value) {
    if (fmpz_fits_si(value))
        return rk_sc_int(s, fmpz_get_si(value));
    fmpq_t q;
    fmpq_init(q);
    fmpq_set_fmpz(q, value);
    rk_sc a = rk_sc_rational(s, q);
    fmpq_clear(q);
    return a;
}

void rk_sc_room_for_atom(rk_scalars *s, unsigned atom) {
    if (atom < s->natoms)
        return;
    size_t n = s->natoms ? s->natoms : 64;
    while (n <= atom)
        n *= 2;
    s->atom = rk_realloc(s->atom, n * sizeof *s->atom);
    memset(s->atom + s->natoms, 0, (n - s->natoms) * sizeof *s->atom);
    s->natoms = n;
}

rk_sc rk_sc_atom(rk_scalars *s, unsigned atom) {
    rk_sc_room_for_atom(s, atom);
    if (!s->atom[atom].form) {
        size_t mark = rk_canons_mark(s->canons);
        s->atom[atom].form = rk_sc_intern(s, mark, rk_canon_gen(s->canons, atom));
    }
    return s->atom[atom].form;
}

rk_sc rk_sc_part(rk_scalars *s, rk_sc a, const fmpz_mpoly_t p) {
    size_t mark = rk_canons_mark(s->canons);
    return rk_sc_intern(s, mark, rk_canon_poly(s->canons, a, p));
}

void rk_sc_room_for_symbol(rk_scalars *s, unsigned sym) {
    if (sym < s->nsymbols)
        return;
    size_t n = s->nsymbols ? s->nsymbols : 16;
    while (n <= sym)
        n *= 2;
    s->symbol = rk_realloc(s->symbol, n * sizeof(rk_sc));
    s->low = rk_realloc(s->low, n * sizeof *s->low);
    for (size_t i = s->nsymbols; i < n; i++) {
        s->symbol[i] = NULL;
        s->low[i] = INT64_MIN;
    }
    s->nsymbols = n;
}

rk_sc rk_sc_sym(rk_scalars *s, unsigned sym) {
    rk_sc_room_for_symbol(s, sym);
    if (!s->symbol[sym])
        s->symbol[sym] = rk_sc_size(s, rk_size_sym(s->sizes, sym));
    return s->symbol[sym];
}

/* A size too large to be multiplied out: known by its tree alone. */
static rk_sc size_by_parts(rk_scalars *s, const rk_size *a) {
    if (a->op == RK_S_LOOPSUM) {
        rk_sc arg[3] = {rk_sc_size(s, a->kid[2]), rk_sc_size(s, a->kid[0]),
                        rk_sc_size(s, a->kid[1])};
        return rk_sc_quantity(
            s, &(rk_quantity){.kind = RK_Q_SUM, .arg = arg, .nargs = 3, .sym = a->sym});
    }
    rk_sc x = rk_sc_size(s, a->kid[0]), y = a->kid[1] ? rk_sc_size(s, a->kid[1]) : NULL;
    switch (a->op) {
    case RK_S_ADD:
        return rk_sc_add(s, x, y);
    case RK_S_SUB:
        return rk_sc_sub(s, x, y);
    case RK_S_MUL:
        return rk_sc_mul(s, x, y);
    case RK_S_DIV:
        return rk_sc_div(s, x, y);
    case RK_S_POW:
        return rk_sc_pow(s, x, y);
    default:
        return rk_sc_sub(s, rk_sc_int(s, 0), x);
    }
}

/* Powers have one form here whatever the way in which the size has them. What is opaque to the
   sizes is made of its parts, so that it is seen what it depends on. */
static rk_sc size_atom(rk_scalars *s, unsigned id) {
    const rk_atom *atom = rk_canon_atom_get(s->canons, id);
    if (atom->kind == RK_A_OPAQUE && !rk_sc_atom_quantity(s, id))
        return size_by_parts(s, atom->tree);
    if (atom->kind != RK_A_POW)
        return rk_sc_atom(s, id);
    const rk_canon *base = atom->part[0], *exponent = atom->part[1];
    return rk_sc_pow(s, rk_sc_canon(s, base), rk_sc_canon(s, exponent));
}

rk_sc rk_sc_canon(rk_scalars *s, const rk_canon *form) {
    if (rk_sc_is_interned(s, form))
        return form;
    rk_sc image[RK_CANON_ATOMS];
    for (unsigned i = 0; i < form->natoms; i++)
        image[i] = size_atom(s, form->atom[i]);
    if (degrees_fit(s, form))
        return rk_sc_compose(s, form, image);
    return rk_sc_quantity(s,
                          &(rk_quantity){.kind = RK_Q_FRESH, .arg = image, .nargs = form->natoms});
}

rk_sc rk_sc_power_part(rk_scalars *s, unsigned atom, int i) {
    rk_sc_room_for_atom(s, atom);
    if (!s->atom[atom].part[i]) {
        rk_sc part = rk_sc_canon(s, rk_canon_atom_get(s->canons, atom)->part[i]);
        s->atom[atom].part[i] = part;
    }
    return s->atom[atom].part[i];
}

rk_sc rk_sc_size(rk_scalars *s, const rk_size *size) {
    const rk_canon *form = rk_size_canon(size);
    return form && degrees_fit(s, form) ? rk_sc_canon(s, form) : size_by_parts(s, size);
}

/* --- arithmetic ---------------------------------------------------------------------------- */

static rk_sc_memo *memo_slot(rk_scalars *s, uint64_t key) {
    size_t i = mix(0, key) & (s->memo_slots - 1);
    while (s->memo[i].key && s->memo[i].key != key)
        i = (i + 1) & (s->memo_slots - 1);
    return &s->memo[i];
}

static void memo_grow(rk_scalars *s) {
    if (2 * (s->nmemo + 1) <= s->memo_slots)
        return;
    rk_sc_memo *old = s->memo;
    size_t n = s->memo_slots;
    s->memo_slots = n ? 2 * n : 256;
    s->memo = rk_calloc(s->memo_slots, sizeof *s->memo);
    for (size_t i = 0; i < n; i++)
        if (old[i].key)
            *memo_slot(s, old[i].key) = old[i];
    rk_free(old);
}

uint64_t rk_sc_memo_key(unsigned op, rk_sc a, rk_sc b) {
    return ((uint64_t)op << 60) ^ ((uint64_t)a->id << 30) ^ b->id;
}

rk_sc_memo *rk_sc_memo_find(rk_scalars *s, uint64_t key) {
    memo_grow(s);
    return memo_slot(s, key);
}

void rk_sc_memo_put(rk_scalars *s, rk_sc_memo memo) {
    rk_sc_memo *place = rk_sc_memo_find(s, memo.key);
    s->nmemo += place->key == 0;
    *place = memo;
}

typedef const rk_canon *canon_operation(rk_canons *, const rk_canon *, const rk_canon *);

static canon_operation *const operation[] = {[RK_SC_ADD] = rk_canon_add,
                                             [RK_SC_SUB] = rk_canon_sub,
                                             [RK_SC_MUL] = rk_canon_mul,
                                             [RK_SC_DIV] = rk_canon_div};
static const rk_op operation_name[] = {
    [RK_SC_ADD] = RK_T_ADD, [RK_SC_SUB] = RK_T_SUB, [RK_SC_MUL] = RK_T_MUL, [RK_SC_DIV] = RK_T_DIV};

/* What is too large to be worked out is a quantity that remembers how it was made. */
static rk_sc unworked(rk_scalars *s, rk_op op, rk_sc a, rk_sc b) {
    rk_sc arg[2] = {a, b};
    return rk_sc_quantity(s,
                          &(rk_quantity){.kind = RK_Q_OF_TERM, .op = op, .arg = arg, .nargs = 2});
}

static rk_sc work(rk_scalars *s, unsigned op, rk_sc a, rk_sc b) {
    uint64_t key = rk_sc_memo_key(op, a, b);
    const rk_sc_memo *memo = rk_sc_memo_find(s, key);
    if (memo->key)
        return memo->result;
    size_t mark = rk_canons_mark(s->canons);
    rk_sc c = rk_sc_intern(s, mark, operation[op](s->canons, a, b));
    if (!c)
        return unworked(s, operation_name[op], a, b);
    c = rk_sc_without_squares(s, c);
    rk_sc_memo_put(s, (rk_sc_memo){.key = key, .result = c});
    return c;
}

static bool both_small(const rk_scalars *s, rk_sc a, rk_sc b, int64_t *x, int64_t *y) {
    *x = s->node[a->id].value;
    *y = s->node[b->id].value;
    return s->node[a->id].small && s->node[b->id].small;
}

rk_sc rk_sc_add(rk_scalars *s, rk_sc a, rk_sc b) {
    int64_t x, y;
    if (both_small(s, a, b, &x, &y) && !__builtin_add_overflow(x, y, &x))
        return rk_sc_int(s, x);
    if (rk_sc_is_zero(a))
        return b;
    if (rk_sc_is_zero(b))
        return a;
    return a->id < b->id ? work(s, RK_SC_ADD, a, b) : work(s, RK_SC_ADD, b, a);
}

rk_sc rk_sc_sub(rk_scalars *s, rk_sc a, rk_sc b) {
    int64_t x, y;
    if (both_small(s, a, b, &x, &y) && !__builtin_sub_overflow(x, y, &x))
        return rk_sc_int(s, x);
    if (a == b)
        return rk_sc_int(s, 0);
    return rk_sc_is_zero(b) ? a : work(s, RK_SC_SUB, a, b);
}

rk_sc rk_sc_mul(rk_scalars *s, rk_sc a, rk_sc b) {
    int64_t x, y;
    if (both_small(s, a, b, &x, &y) && !__builtin_mul_overflow(x, y, &x))
        return rk_sc_int(s, x);
    if (rk_sc_is_zero(a) || rk_sc_is_one(b))
        return a;
    if (rk_sc_is_zero(b) || rk_sc_is_one(a))
        return b;
    return a->id < b->id ? work(s, RK_SC_MUL, a, b) : work(s, RK_SC_MUL, b, a);
}

rk_sc rk_sc_div(rk_scalars *s, rk_sc a, rk_sc b) {
    if (rk_sc_is_one(b))
        return a;
    return rk_sc_is_zero(b) ? unworked(s, RK_T_DIV, a, b) : work(s, RK_SC_DIV, a, b);
}

rk_sc rk_sc_again(rk_scalars *s, const rk_quantity *q, bool matrices_changed) {
    if (matrices_changed && s->hooks.again)
        return s->hooks.again(s->hooks.self, q);
    bool arithmetic = q->kind == RK_Q_OF_TERM && q->nargs == 2 && q->nmx == 0;
    switch (arithmetic ? q->op : RK_T_COUNT) {
    case RK_T_ADD:
        return rk_sc_add(s, q->arg[0], q->arg[1]);
    case RK_T_SUB:
        return rk_sc_sub(s, q->arg[0], q->arg[1]);
    case RK_T_MUL:
        return rk_sc_mul(s, q->arg[0], q->arg[1]);
    case RK_T_DIV:
        return rk_sc_div(s, q->arg[0], q->arg[1]);
    case RK_T_POWER:
        return rk_sc_pow(s, q->arg[0], q->arg[1]);
    default:
        return rk_sc_quantity(s, q);
    }
}

/* --- powers -------------------------------------------------------------------------------- */

static rk_sc integer_power(rk_scalars *s, rk_sc a, int64_t k) {
    if (k == 1 || rk_sc_is_one(a) || (k > 0 && rk_sc_is_zero(a)))
        return a;
    if (k < 0 && rk_sc_is_zero(a))
        return unworked(s, RK_T_POWER, a, rk_sc_int(s, k));
    size_t mark = rk_canons_mark(s->canons);
    rk_sc c = rk_sc_intern(s, mark, rk_canon_pow(s->canons, a, k));
    return c ? rk_sc_without_squares(s, c) : unworked(s, RK_T_POWER, a, rk_sc_int(s, k));
}

/* base to an exponent that is one monomial with the coefficient 1, or is left as it is. */
static rk_sc power_atom(rk_scalars *s, rk_sc base, rk_sc exponent) {
    rk_atom atom = {.kind = RK_A_POW, .part = {base, exponent}};
    unsigned id = rk_canon_atom(s->canons, &atom);
    bool deep = rk_canon_atom_get(s->canons, id)->depth > 16;
    return deep ? unworked(s, RK_T_POWER, base, exponent) : rk_sc_atom(s, id);
}

/* base^(2*m + k) == (base^m)^2 * base^k, term by term; the base is nonzero unless all terms are
   natural numbers, and the monomials are integers unless it is positive. */
static rk_sc power_by_terms(rk_scalars *s, rk_sc base, rk_sc exponent) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, exponent);
    const fmpz_mpoly_struct *e = rk_sc_num(exponent);
    fmpz_mpoly_t monomial;
    fmpz_mpoly_init(monomial, ctx);
    rk_sc product = rk_sc_int(s, 1);
    for (slong i = 0; i < e->length; i++) {
        fmpz_mpoly_get_term_monomial(monomial, e, i, ctx);
        bool constant = fmpz_mpoly_is_one(monomial, ctx);
        rk_sc power = constant ? base : power_atom(s, base, rk_sc_part(s, exponent, monomial));
        product = rk_sc_mul(s, product, integer_power(s, power, fmpz_get_si(e->coeffs + i)));
    }
    fmpz_mpoly_clear(monomial, ctx);
    return product;
}

/* Every term is a natural number: then 0 is no exception, because 0^0 is 1. */
static bool has_natural_terms(rk_scalars *s, rk_sc exponent) {
    bool natural = rk_sc_atoms_are_integers(s, exponent);
    for (slong i = 0; natural && i < rk_sc_num(exponent)->length; i++)
        natural = fmpz_sgn(rk_sc_num(exponent)->coeffs + i) > 0;
    for (unsigned v = 0; natural && v < exponent->natoms; v++)
        natural = rk_sc_at_least(s, rk_sc_atom(s, exponent->atom[v]), 0);
    return natural;
}

static bool splits(rk_scalars *s, rk_sc base, rk_sc exponent) {
    if (!rk_sc_is_polynomial(s, exponent))
        return false;
    for (slong i = 0; i < rk_sc_num(exponent)->length; i++)
        if (!fmpz_fits_si(rk_sc_num(exponent)->coeffs + i))
            return false;
    return rk_sc_is_positive(s, base) || has_natural_terms(s, exponent) ||
           (rk_sc_is_nonzero(s, base) && rk_sc_atoms_are_integers(s, exponent));
}

/* 6^e == 2^e * 3^e: powers of integers are made of powers of primes. */
static rk_sc power_of_integer(rk_scalars *s, int64_t base, rk_sc exponent) {
    n_factor_t factors;
    n_factor_init(&factors);
    n_factor(&factors, (ulong)base, 1);
    rk_sc product = rk_sc_int(s, 1);
    for (int i = 0; i < factors.num; i++) {
        rk_sc power = power_by_terms(s, rk_sc_int(s, (int64_t)factors.p[i]), exponent);
        product = rk_sc_mul(s, product, integer_power(s, power, factors.exp[i]));
    }
    return product;
}

rk_sc rk_sc_pow(rk_scalars *s, rk_sc a, rk_sc exponent) {
    int64_t k;
    if (rk_sc_is_int(s, exponent, &k))
        return integer_power(s, a, k);
    if (rk_sc_is_one(a))
        return a;
    if (rk_sc_is_zero(a) && rk_sc_at_least(s, exponent, 1))
        return a;
    if (!splits(s, a, exponent))
        return power_atom(s, a, exponent);
    return rk_sc_is_int(s, a, &k) && k > 1 && k < 1000000 ? power_of_integer(s, k, exponent)
                                                          : power_by_terms(s, a, exponent);
}

/* --- composition --------------------------------------------------------------------------- */

static rk_sc compose_term(rk_scalars *s, rk_sc a, const fmpz_mpoly_struct *p, slong i,
                          const rk_sc *image) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, a);
    rk_sc t = rk_sc_fmpz(s, p->coeffs + i);
    for (unsigned v = 0; v < a->natoms; v++) {
        slong e = fmpz_mpoly_get_term_var_exp_si(p, i, (slong)v, ctx);
        if (e)
            t = rk_sc_mul(s, t, integer_power(s, image[v], e));
    }
    return t;
}

static rk_sc compose_polynomial(rk_scalars *s, rk_sc a, const fmpz_mpoly_struct *p,
                                const rk_sc *image) {
    rk_sc sum = rk_sc_int(s, 0);
    for (slong i = 0; i < p->length; i++)
        sum = rk_sc_add(s, sum, compose_term(s, a, p, i, image));
    return sum;
}

rk_sc rk_sc_compose(rk_scalars *s, rk_sc a, const rk_sc *image) {
    rk_sc num = compose_polynomial(s, a, rk_sc_num(a), image);
    return rk_sc_div(s, num, compose_polynomial(s, a, rk_sc_den(a), image));
}

/* --- simple questions ---------------------------------------------------------------------- */

bool rk_sc_is_zero(rk_sc a) {
    return rk_sc_num(a)->length == 0;
}

bool rk_sc_is_one(rk_sc a) {
    return a->natoms == 0 && rk_sc_num(a)->length == 1 && fmpz_is_one(rk_sc_num(a)->coeffs) &&
           fmpz_is_one(rk_sc_den(a)->coeffs);
}

bool rk_sc_is_int(rk_scalars *s, rk_sc a, int64_t *value) {
    *value = s->node[a->id].value;
    return s->node[a->id].small;
}

bool rk_sc_is_rational(rk_scalars *s, rk_sc a, fmpq_t value) {
    (void)s;
    if (a->natoms)
        return false;
    if (rk_sc_is_zero(a))
        fmpq_zero(value);
    else
        fmpq_set_fmpz_frac(value, rk_sc_num(a)->coeffs, rk_sc_den(a)->coeffs);
    return true;
}
