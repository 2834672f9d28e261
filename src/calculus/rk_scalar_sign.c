#include "base/rk_mem.h"
#include "scalar_inside.h"

/* A polynomial is factored only while that is cheap. */
enum { FACTOR_TERMS = 24, FACTOR_ATOMS = 8, FACTOR_DEGREE = 8, SHIFT_TERMS = 64, SHIFT_DEGREE = 8 };

void rk_sc_bound(rk_scalars *s, unsigned sym, int64_t low) {
    rk_sc_room_for_symbol(s, sym);
    if (s->low[sym] == low)
        return;
    s->low[sym] = low;
    s->epoch++;
}

/* --- sets of signs ------------------------------------------------------------------------- */

static unsigned signs_of_int(int sign) {
    return sign < 0 ? RK_SIGN_NEG : sign > 0 ? RK_SIGN_POS : RK_SIGN_ZERO;
}

static unsigned signs_product(unsigned a, unsigned b) {
    unsigned c = (a | b) & RK_SIGN_ZERO;
    if ((a & RK_SIGN_POS && b & RK_SIGN_POS) || (a & RK_SIGN_NEG && b & RK_SIGN_NEG))
        c |= RK_SIGN_POS;
    if ((a & RK_SIGN_POS && b & RK_SIGN_NEG) || (a & RK_SIGN_NEG && b & RK_SIGN_POS))
        c |= RK_SIGN_NEG;
    return c;
}

static unsigned signs_sum(unsigned a, unsigned b) {
    unsigned c = 0;
    if ((a | b) & RK_SIGN_POS)
        c |= RK_SIGN_POS;
    if ((a | b) & RK_SIGN_NEG)
        c |= RK_SIGN_NEG;
    bool cancel = (a & RK_SIGN_POS && b & RK_SIGN_NEG) || (a & RK_SIGN_NEG && b & RK_SIGN_POS);
    if ((a & b & RK_SIGN_ZERO) || cancel)
        c |= RK_SIGN_ZERO;
    /* one side always has the sign, the other never the opposite one */
    if (a == RK_SIGN_ZERO)
        return b;
    return b == RK_SIGN_ZERO ? a : c;
}

static unsigned signs_power(unsigned a, ulong k) {
    if (k % 2 == 0 && a & RK_SIGN_NEG)
        return (a & RK_SIGN_ZERO) | RK_SIGN_POS;
    return a;
}

/* --- atoms --------------------------------------------------------------------------------- */

static int64_t low_of_scalar(rk_scalars *s, rk_sc a) {
    int64_t value;
    if (rk_sc_is_int(s, a, &value))
        return value;
    if (rk_sc_at_least(s, a, 1))
        return 1;
    return rk_sc_at_least(s, a, 0) ? 0 : INT64_MIN;
}

static int64_t low_of_extremum(rk_scalars *s, const rk_quantity *q) {
    int64_t low = low_of_scalar(s, q->arg[0]);
    for (size_t i = 1; i < q->nargs; i++) {
        int64_t next = low_of_scalar(s, q->arg[i]);
        bool better = q->kind == RK_Q_MIN ? next < low : next > low;
        low = better ? next : low;
    }
    return low;
}

static bool integer_quantity(rk_scalars *s, const rk_quantity *q);

static int64_t low_of_quantity(rk_scalars *s, const rk_quantity *q) {
    int64_t low = q->positive || q->nonneg ? 0 : INT64_MIN;
    if ((q->positive || (q->nonneg && q->nonzero)) && integer_quantity(s, q))
        low = 1;
    if (q->kind != RK_Q_MIN && q->kind != RK_Q_MAX)
        return low;
    int64_t by_parts = low_of_extremum(s, q);
    return by_parts > low ? by_parts : low;
}

static int64_t low_of_power(rk_scalars *s, rk_sc base, rk_sc exponent) {
    int64_t b;
    if (rk_sc_is_int(s, base, &b) && b >= 2 && b < 1000) {
        for (int64_t k = 3; k > 0; k--)
            if (rk_sc_at_least(s, exponent, k))
                return k == 1 ? b : k == 2 ? b * b : b * b * b;
    }
    if (rk_sc_at_least(s, base, 1) && rk_sc_at_least(s, exponent, 0))
        return 1;
    return rk_sc_at_least(s, base, 0) ? 0 : INT64_MIN;
}

static int64_t find_low(rk_scalars *s, unsigned id) {
    const rk_quantity *q = rk_sc_atom_quantity(s, id);
    if (q)
        return low_of_quantity(s, q);
    const rk_atom *atom = rk_canon_atom_get(s->canons, id);
    if (atom->kind == RK_A_SYM)
        return atom->index < s->nsymbols ? s->low[atom->index] : INT64_MIN;
    return atom->kind == RK_A_POW
               ? low_of_power(s, rk_sc_power_part(s, id, 0), rk_sc_power_part(s, id, 1))
               : INT64_MIN;
}

int64_t rk_sc_low(rk_scalars *s, unsigned id) {
    rk_sc_room_for_atom(s, id);
    if (s->atom[id].low_epoch != s->epoch) {
        unsigned epoch = s->epoch;
        int64_t low = find_low(s, id);
        s->atom[id].low = low;
        s->atom[id].low_epoch = epoch;
    }
    return s->atom[id].low;
}

static unsigned signs_of_quantity(const rk_quantity *q) {
    unsigned signs = q->positive ? RK_SIGN_POS
                     : q->nonneg ? RK_SIGN_ZERO | RK_SIGN_POS
                                 : RK_SIGN_ANY;
    return q->nonzero ? signs & ~(unsigned)RK_SIGN_ZERO : signs;
}

/* The sign of every term, where the range keeps to what is known of the index. */
static unsigned signs_of_sum(rk_scalars *s, const rk_quantity *q) {
    int64_t low = q->sym < s->nsymbols ? s->low[q->sym] : INT64_MIN;
    if (low != INT64_MIN && !rk_sc_at_least(s, q->arg[1], low))
        return RK_SIGN_ANY;
    unsigned terms = rk_sc_signs(s, q->arg[0]);
    if ((terms & RK_SIGN_NEG) && (terms & RK_SIGN_POS))
        return RK_SIGN_ANY;
    bool some = rk_sc_at_least(s, rk_sc_sub(s, q->arg[2], q->arg[1]), 0);
    return some ? terms : terms | RK_SIGN_ZERO;
}

/* sqrt(x) of something positive is positive. */
static unsigned signs_by_parts(rk_scalars *s, const rk_quantity *q) {
    if (q->kind == RK_Q_SUM)
        return signs_of_sum(s, q);
    if (q->kind == RK_Q_OF_TERM && q->nargs == 1 && (q->op == RK_T_SQRT || q->op == RK_T_ABS))
        return rk_sc_is_nonzero(s, q->arg[0]) ? RK_SIGN_POS : RK_SIGN_ANY;
    return RK_SIGN_ANY;
}

static unsigned find_signs_of_atom(rk_scalars *s, unsigned id) {
    int64_t low = rk_sc_low(s, id);
    unsigned signs = low >= 1 ? RK_SIGN_POS : low == 0 ? RK_SIGN_ZERO | RK_SIGN_POS : RK_SIGN_ANY;
    const rk_quantity *q = rk_sc_atom_quantity(s, id);
    if (q)
        return signs & signs_of_quantity(q) & signs_by_parts(s, q);
    const rk_atom *atom = rk_canon_atom_get(s->canons, id);
    rk_sc base = atom->kind == RK_A_POW ? rk_sc_power_part(s, id, 0) : NULL;
    if (base != NULL && rk_sc_is_positive(s, base))
        signs &= RK_SIGN_POS;
    else if (base != NULL && rk_sc_is_nonzero(s, base))
        signs &= RK_SIGN_NEG | RK_SIGN_POS;
    return signs;
}

static unsigned signs_of_atom(rk_scalars *s, unsigned id) {
    if (s->atom[id].sign[s->plain].epoch != s->epoch) {
        unsigned epoch = s->epoch, signs = find_signs_of_atom(s, id);
        if (s->node[rk_sc_atom(s, id)->id].nonzero)
            signs &= ~(unsigned)RK_SIGN_ZERO;
        s->atom[id].sign[s->plain] = (rk_sc_signed){epoch, signs};
    }
    return s->atom[id].sign[s->plain].signs;
}

/* --- polynomials --------------------------------------------------------------------------- */

typedef struct frame { /* of one polynomial: what its variables may be */
    fmpz_mpoly_ctx_struct *ctx;
    unsigned natoms;
    unsigned signs[RK_CANON_ATOMS];
    int64_t low[RK_CANON_ATOMS];
} frame;

static void frame_of(rk_scalars *s, frame *f, rk_sc a) {
    f->ctx = rk_canon_context(s->canons, a);
    f->natoms = a->natoms;
    for (unsigned i = 0; i < a->natoms; i++) {
        f->low[i] = rk_sc_low(s, a->atom[i]);
        f->signs[i] = signs_of_atom(s, a->atom[i]);
    }
}

static unsigned signs_by_terms(const frame *f, const fmpz_mpoly_t p) {
    unsigned sum = RK_SIGN_ZERO;
    ulong exponent[RK_CANON_ATOMS + 1];
    for (slong i = 0; i < p->length && sum != RK_SIGN_ANY; i++) {
        fmpz_mpoly_get_term_exp_ui(exponent, p, i, f->ctx);
        unsigned term = signs_of_int(fmpz_sgn(p->coeffs + i));
        for (unsigned v = 0; v < f->natoms; v++)
            if (exponent[v])
                term = signs_product(term, signs_power(f->signs[v], exponent[v]));
        sum = signs_sum(sum, term);
    }
    return sum;
}

/* p in the excess of its variables over their lower bounds. */
static void shift(const frame *f, fmpz_mpoly_t out, const fmpz_mpoly_t p) {
    fmpz_mpoly_struct image[RK_CANON_ATOMS], *at[RK_CANON_ATOMS];
    for (unsigned v = 0; v < f->natoms; v++) {
        at[v] = &image[v];
        fmpz_mpoly_init(at[v], f->ctx);
        fmpz_mpoly_gen(at[v], (slong)v, f->ctx);
        if (f->low[v] != INT64_MIN)
            fmpz_mpoly_add_si(at[v], at[v], (slong)f->low[v], f->ctx);
    }
    fmpz_mpoly_compose_fmpz_mpoly(out, p, at, f->ctx, f->ctx);
    for (unsigned v = 0; v < f->natoms; v++)
        fmpz_mpoly_clear(at[v], f->ctx);
}

static bool shift_helps(const frame *f, const fmpz_mpoly_t p) {
    if (p->length > SHIFT_TERMS || fmpz_mpoly_total_degree_si(p, f->ctx) > SHIFT_DEGREE)
        return false;
    for (unsigned v = 0; v < f->natoms; v++)
        if (f->low[v] != INT64_MIN && f->low[v] != 0)
            return true;
    return false;
}

static unsigned signs_by_shift(frame *f, const fmpz_mpoly_t p) {
    if (!shift_helps(f, p))
        return RK_SIGN_ANY;
    fmpz_mpoly_t q;
    fmpz_mpoly_init(q, f->ctx);
    shift(f, q, p);
    for (unsigned v = 0; v < f->natoms; v++)
        if (f->low[v] != INT64_MIN && f->low[v] != 0)
            f->signs[v] = RK_SIGN_ZERO | RK_SIGN_POS;
    unsigned signs = signs_by_terms(f, q);
    fmpz_mpoly_clear(q, f->ctx);
    return signs;
}

/* --- factors ------------------------------------------------------------------------------- */

static bool factorable(rk_scalars *s, rk_sc a) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, a);
    const fmpz_mpoly_struct *p = rk_sc_num(a);
    return p->length <= FACTOR_TERMS && a->natoms <= FACTOR_ATOMS && a->natoms > 0 &&
           fmpz_mpoly_total_degree_si(p, ctx) <= FACTOR_DEGREE;
}

typedef void factor_visit(rk_scalars *s, rk_sc factor, ulong power, void *self);

/* Each irreducible factor of the numerator; the sign of what is in front of them. A polynomial
   that is too large is its only factor. */
static int visit_factors(rk_scalars *s, rk_sc a, factor_visit *visit, void *self) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, a);
    fmpz_mpoly_factor_t f;
    int sign = 1;
    if (!factorable(s, a)) {
        visit(s, rk_sc_part(s, a, rk_sc_num(a)), 1, self);
        return sign;
    }
    fmpz_mpoly_factor_init(f, ctx);
    if (fmpz_mpoly_factor(f, rk_sc_num(a), ctx)) {
        sign = fmpz_sgn(f->constant);
        for (slong i = 0; i < f->num; i++)
            visit(s, rk_sc_part(s, a, f->poly + i),
                  fmpz_fits_si(f->exp + i) ? fmpz_get_ui(f->exp + i) : 1, self);
    } else {
        visit(s, rk_sc_part(s, a, rk_sc_num(a)), 1, self);
    }
    fmpz_mpoly_factor_clear(f, ctx);
    return sign;
}

typedef struct product {
    rk_sc whole;
    unsigned signs;
} product;

static unsigned signs_of_prime(rk_scalars *s, rk_sc a);

static void multiply_signs(rk_scalars *s, rk_sc factor, ulong power, void *self) {
    product *p = self;
    unsigned signs = factor == p->whole ? RK_SIGN_ANY : signs_of_prime(s, factor);
    p->signs = signs_product(p->signs, signs_power(signs, power));
}

static unsigned signs_by_factors(rk_scalars *s, rk_sc a) {
    product p = {a, RK_SIGN_POS};
    int sign = visit_factors(s, a, multiply_signs, &p);
    return signs_product(signs_of_int(sign), p.signs);
}

/* --- the whole ----------------------------------------------------------------------------- */

/* A sum of degree 1 with coefficients that have no common divisor: nothing to be factored. */
static bool plainly_irreducible(rk_scalars *s, rk_sc a) {
    const fmpz_mpoly_struct *p = rk_sc_num(a);
    if (fmpz_mpoly_total_degree_si(p, rk_canon_context(s->canons, a)) != 1)
        return false;
    for (slong i = 0; i < p->length; i++)
        if (fmpz_is_pm1(p->coeffs + i))
            return true;
    return false;
}

static bool settled(unsigned signs) {
    return signs == RK_SIGN_POS || signs == RK_SIGN_NEG || signs == RK_SIGN_ZERO;
}

/* A polynomial by its terms, without looking for factors. */
static unsigned signs_of_prime(rk_scalars *s, rk_sc a) {
    frame f;
    frame_of(s, &f, a);
    unsigned signs = signs_by_terms(&f, rk_sc_num(a));
    if (!settled(signs))
        signs &= signs_by_shift(&f, rk_sc_num(a));
    return s->node[a->id].nonzero ? signs & ~(unsigned)RK_SIGN_ZERO : signs;
}

static unsigned signs_of_polynomial(rk_scalars *s, rk_sc a) {
    unsigned signs = signs_of_prime(s, a);
    if (!settled(signs) && a->natoms && !plainly_irreducible(s, a))
        signs &= signs_by_factors(s, a);
    return signs;
}

/* --- assumptions --------------------------------------------------------------------------- */

/* a == rest + factor*atom, where a is a polynomial of degree at most 1 in the atom. */
static bool split(rk_scalars *s, rk_sc a, unsigned atom, rk_sc *rest, rk_sc *factor) {
    *rest = rk_sc_put_atom(s, a, atom, rk_sc_int(s, 0));
    *factor = rk_sc_sub(s, rk_sc_put_atom(s, a, atom, rk_sc_int(s, 1)), *rest);
    return a == rk_sc_add(s, *rest, rk_sc_mul(s, *factor, rk_sc_atom(s, atom)));
}

static unsigned signs_below(rk_scalars *s, rk_sc a, unsigned depth);

/* |c|*a == (+-factor)*known + rest, where the known value is linear in an atom with the number c.
 */
static unsigned signs_beside(rk_scalars *s, rk_sc a, const rk_sc_known *known, unsigned atom,
                             unsigned depth) {
    rk_sc rest, factor, c;
    if (!split(s, known->value, atom, &rest, &c) || c->natoms > 0 || rk_sc_is_zero(c) ||
        !split(s, a, atom, &rest, &factor) || rk_sc_is_zero(factor))
        return RK_SIGN_ANY;
    if (rk_sc_signs(s, c) == RK_SIGN_NEG) {
        c = rk_sc_sub(s, rk_sc_int(s, 0), c);
        factor = rk_sc_sub(s, rk_sc_int(s, 0), factor);
    }
    rest = rk_sc_sub(s, rk_sc_mul(s, c, a), rk_sc_mul(s, factor, known->value));
    unsigned part = signs_product(signs_below(s, factor, depth), known->signs);
    return part == RK_SIGN_ANY ? part : signs_sum(part, signs_below(s, rest, depth));
}

bool rk_sc_has_atom(rk_sc a, unsigned atom) {
    for (unsigned i = 0; i < a->natoms; i++)
        if (a->atom[i] == atom)
            return true;
    return false;
}

/* The signs of atoms in there are those without assumptions: an atom may be about a again. */
static unsigned signs_by_known(rk_scalars *s, rk_sc a, unsigned signs, unsigned depth) {
    bool outer = s->plain;
    s->plain = true;
    for (size_t k = 0; k < s->nknown; k++) {
        const rk_sc_known *known = &s->known[k];
        for (unsigned i = 0; i < known->value->natoms && !settled(signs); i++)
            if (rk_sc_has_atom(a, known->value->atom[i]))
                signs &= signs_beside(s, a, known, known->value->atom[i], depth);
    }
    s->plain = outer;
    return signs;
}

/* A polynomial, with what is assumed used at most `depth` times. */
static unsigned signs_below(rk_scalars *s, rk_sc a, unsigned depth) {
    if (!rk_sc_is_polynomial(s, a))
        return RK_SIGN_ANY;
    unsigned signs = signs_of_polynomial(s, a);
    return settled(signs) || depth == 0 ? signs : signs_by_known(s, a, signs, depth - 1);
}

/* The polynomial that has the sign of a, 0 included; NULL: the denominator's sign is not known. */
static rk_sc same_sign(rk_scalars *s, rk_sc a) {
    unsigned below = rk_sc_signs(s, rk_sc_part(s, a, rk_sc_den(a))) & ~(unsigned)RK_SIGN_ZERO;
    rk_sc num = rk_sc_part(s, a, rk_sc_num(a));
    if (below == RK_SIGN_POS)
        return num;
    return below == RK_SIGN_NEG ? rk_sc_sub(s, rk_sc_int(s, 0), num) : NULL;
}

void rk_sc_assume_nonnegative(rk_scalars *s, rk_sc a, bool strict) {
    if (strict)
        rk_sc_assume_nonzero(s, a);
    rk_sc value = same_sign(s, a);
    if (value == NULL || value->natoms == 0 || s->nknown == RK_SC_KNOWN)
        return;
    for (size_t k = 0; k < s->nknown; k++)
        if (s->known[k].value == value && (s->known[k].signs == RK_SIGN_POS || !strict))
            return;
    s->known[s->nknown++] = (rk_sc_known){value, strict ? RK_SIGN_POS : RK_SIGN_ZERO | RK_SIGN_POS};
    s->epoch++;
}

bool rk_sc_has_assumptions(const rk_scalars *s) {
    return s->nknown > 0;
}

/* --- any scalar ---------------------------------------------------------------------------- */

static unsigned find_signs(rk_scalars *s, rk_sc a) {
    enum { MOST_ASSUMPTIONS = 3 };
    if (rk_sc_is_polynomial(s, a))
        return signs_below(s, a, s->plain ? 0 : MOST_ASSUMPTIONS);
    rk_sc num = rk_sc_part(s, a, rk_sc_num(a)), den = rk_sc_part(s, a, rk_sc_den(a));
    unsigned below = rk_sc_signs(s, den) & ~(unsigned)RK_SIGN_ZERO;
    unsigned signs = signs_product(rk_sc_signs(s, num), below);
    return s->node[a->id].nonzero ? signs & ~(unsigned)RK_SIGN_ZERO : signs;
}

/* A contradiction among what is known leaves no sign at all; then nothing is said. */
unsigned rk_sc_signs(rk_scalars *s, rk_sc a) {
    if (s->node[a->id].sign[s->plain].epoch == s->epoch)
        return s->node[a->id].sign[s->plain].signs;
    unsigned epoch = s->epoch, signs = find_signs(s, a);
    signs = signs ? signs : RK_SIGN_ANY;
    s->node[a->id].sign[s->plain] = (rk_sc_signed){epoch, signs};
    return signs;
}

static void note_nonzero(rk_scalars *s, rk_sc factor, ulong power, void *self) {
    (void)power;
    (void)self;
    s->node[factor->id].nonzero = true;
    rk_sc opposite = rk_sc_sub(s, rk_sc_int(s, 0), factor);
    s->node[opposite->id].nonzero = true;
}

/* Where a quotient is defined and not 0, neither is any factor of its numerator. */
void rk_sc_assume_nonzero(rk_scalars *s, rk_sc a) {
    if (rk_sc_is_zero(a))
        return;
    s->node[a->id].nonzero = true;
    visit_factors(s, a, note_nonzero, NULL);
    s->epoch++;
}

bool rk_sc_at_least(rk_scalars *s, rk_sc a, int64_t least) {
    int64_t value;
    if (rk_sc_is_int(s, a, &value))
        return value >= least;
    rk_sc excess = rk_sc_sub(s, a, rk_sc_int(s, least));
    if (!(rk_sc_signs(s, excess) & RK_SIGN_NEG))
        return true;
    rk_sc more = rk_sc_add(s, excess, rk_sc_int(s, 1));
    return rk_sc_signs(s, more) == RK_SIGN_POS && rk_sc_is_integer(s, more);
}

bool rk_sc_is_nonzero(rk_scalars *s, rk_sc a) {
    return !(rk_sc_signs(s, a) & RK_SIGN_ZERO);
}

bool rk_sc_is_positive(rk_scalars *s, rk_sc a) {
    return rk_sc_signs(s, a) == RK_SIGN_POS;
}

/* --- integers ------------------------------------------------------------------------------ */

static bool integer_quantity(rk_scalars *s, const rk_quantity *q) {
    bool extremum = q->kind == RK_Q_MIN || q->kind == RK_Q_MAX;
    bool arithmetic = q->kind == RK_Q_OF_TERM && q->nargs == 2 && q->nmx == 0 &&
                      (q->op == RK_T_ADD || q->op == RK_T_SUB || q->op == RK_T_MUL);
    if (q->kind == RK_Q_SUM)
        return q->integer || rk_sc_is_integer(s, q->arg[0]);
    if (q->integer || !(extremum || arithmetic))
        return q->integer;
    for (size_t i = 0; i < q->nargs; i++)
        if (!rk_sc_is_integer(s, q->arg[i]))
            return false;
    return true;
}

static bool atom_is_integer(rk_scalars *s, unsigned id) {
    const rk_quantity *q = rk_sc_atom_quantity(s, id);
    if (q)
        return integer_quantity(s, q);
    const rk_atom *atom = rk_canon_atom_get(s->canons, id);
    if (atom->kind == RK_A_POW)
        return rk_sc_is_integer(s, rk_sc_power_part(s, id, 0)) &&
               rk_sc_is_integer(s, rk_sc_power_part(s, id, 1)) &&
               rk_sc_at_least(s, rk_sc_power_part(s, id, 1), 0);
    return atom->kind == RK_A_SYM;
}

bool rk_sc_atoms_are_integers(rk_scalars *s, rk_sc a) {
    for (unsigned i = 0; i < a->natoms; i++)
        if (!atom_is_integer(s, a->atom[i]))
            return false;
    return true;
}

bool rk_sc_is_integer(rk_scalars *s, rk_sc a) {
    return rk_sc_is_polynomial(s, a) && rk_sc_atoms_are_integers(s, a);
}

/* p = step*q + constant with the greatest step; 0 where p is a number. */
static void step_of(rk_scalars *s, rk_sc p, fmpz_t step, fmpz_t constant) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, p);
    ulong exponent[RK_CANON_ATOMS + 1] = {0};
    fmpz_zero(step);
    fmpz_mpoly_get_coeff_fmpz_ui(constant, rk_sc_num(p), exponent, ctx);
    slong last = rk_sc_num(p)->length - !fmpz_is_zero(constant); /* the constant comes last */
    for (slong i = 0; i < last; i++)
        fmpz_gcd(step, step, rk_sc_num(p)->coeffs + i);
}

/* (p - constant)/step + floor((constant - less)/step). */
static rk_sc rounded(rk_scalars *s, rk_sc p, const fmpz_t step, const fmpz_t constant, ulong less) {
    fmpz_t floor;
    fmpz_init(floor);
    fmpz_sub_ui(floor, constant, less);
    fmpz_fdiv_q(floor, floor, step);
    rk_sc moving = rk_sc_sub(s, p, rk_sc_fmpz(s, constant));
    rk_sc result = rk_sc_add(s, rk_sc_div(s, moving, rk_sc_fmpz(s, step)), rk_sc_fmpz(s, floor));
    fmpz_clear(floor);
    return result;
}

rk_sc rk_sc_rounded(rk_scalars *s, rk_sc a, bool strict) {
    rk_sc p = same_sign(s, a);
    if (p && p->natoms == 0 && strict)
        return rk_sc_is_positive(s, p) ? p : rk_sc_int(s, -1);
    if (!p || p->natoms == 0 || !rk_sc_atoms_are_integers(s, p))
        return strict ? NULL : a;
    fmpz_t step, constant;
    fmpz_init(step);
    fmpz_init(constant);
    step_of(s, p, step, constant);
    bool idle = !strict && fmpz_divisible(constant, step);
    rk_sc result = idle ? a : rounded(s, p, step, constant, strict);
    fmpz_clear(step);
    fmpz_clear(constant);
    return result;
}
