/* What is known of signs: sets of signs that hold at every point, carried through products and
   sums, and learned from hypotheses and from definedness. */
#include "function_inside.h"

enum { NEG = RK_MAY_NEGATIVE, ZERO = RK_MAY_ZERO, POS = RK_MAY_POSITIVE, ANY = RK_MAY_ANY };

/* --- sets of signs ------------------------------------------------------------------------ */

static unsigned flip(unsigned a) {
    return (a & ZERO) | (a & NEG ? POS : 0) | (a & POS ? NEG : 0);
}

unsigned rk_signs_mul(unsigned a, unsigned b) {
    unsigned r = (a | b) & ZERO;
    if (a & POS)
        r |= b & (NEG | POS);
    if (a & NEG)
        r |= flip(b) & (NEG | POS);
    return r;
}

static unsigned signs_add(unsigned a, unsigned b) {
    unsigned r = a & b & ZERO;
    bool neg = (a | b) & NEG, pos = (a | b) & POS;
    if (a == ZERO || b == ZERO)
        return a == ZERO ? b : a;
    if (neg && pos)
        return ANY;
    return r | (neg ? NEG : 0) | (pos ? POS : 0);
}

static unsigned signs_power(unsigned a, ulong n) {
    return n % 2 == 0 ? rk_signs_mul(a, a) & ~(unsigned)NEG : a;
}

/* --- of a polynomial ---------------------------------------------------------------------- */

static unsigned signs_by_terms(const rk_domain *d, const fmpz_mpoly_t p) {
    const rk_functions *f = rk_functions_of(d);
    ulong *exponent = rk_malloc((size_t)(f->nvars + 1) * sizeof *exponent);
    unsigned sum = ZERO;
    for (slong i = 0; i < p->length && sum != ANY; i++) {
        fmpz_t c;
        fmpz_init(c);
        fmpz_mpoly_get_term_coeff_fmpz(c, p, i, f->ring);
        unsigned term = fmpz_sgn(c) > 0 ? POS : NEG;
        fmpz_clear(c);
        fmpz_mpoly_get_term_exp_ui(exponent, p, i, f->ring);
        for (slong k = 0; k < f->nused; k++)
            if (exponent[k] > 0)
                term = rk_signs_mul(term, signs_power(f->generator[k].signs, exponent[k]));
        sum = signs_add(sum, term);
    }
    rk_free(exponent);
    return sum;
}

unsigned rk_function_signs_by_terms(const rk_domain *d, const fmpz_mpoly_t p) {
    return signs_by_terms(d, p);
}

/* p is a known polynomial, plus or minus it, or one of them and something of known sign. */
static unsigned signs_by_known(const rk_domain *d, const fmpz_mpoly_t p) {
    const rk_functions *f = rk_functions_of(d);
    unsigned r = ANY;
    fmpz_mpoly_t rest;
    fmpz_mpoly_init(rest, f->ring);
    for (slong k = 0; k < f->nknown; k++) {
        const rk_known_sign *s = &f->known[k];
        fmpz_mpoly_sub(rest, p, s->what, f->ring);
        r &= signs_add(s->signs, signs_by_terms(d, rest));
        fmpz_mpoly_add(rest, p, s->what, f->ring);
        r &= signs_add(flip(s->signs), signs_by_terms(d, rest));
    }
    fmpz_mpoly_clear(rest, f->ring);
    return r;
}

/* The position of a variable among those of a quadratic form, found or added; 0 is the number 1. */
static slong place(slong *variable, slong *n, slong k) {
    for (slong i = 1; i < *n; i++)
        if (variable[i] == k)
            return i;
    variable[*n] = k;
    return (*n)++;
}

/* The matrix of p as a quadratic form in 1 and the variables; its size, 0 when p is none. */
static slong gram(const rk_domain *d, fmpq_mat_t m, const fmpz_mpoly_t p) {
    const rk_functions *f = rk_functions_of(d);
    slong *variable = rk_calloc((size_t)f->nvars + 2, sizeof *variable), n = 1;
    ulong *exponent = rk_malloc((size_t)(f->nvars + 1) * sizeof *exponent);
    fmpq_t c;
    fmpq_init(c);
    for (slong i = 0; i < p->length && n > 0; i++) {
        slong at[2] = {0, 0}, degree = 0;
        fmpz_mpoly_get_term_exp_ui(exponent, p, i, f->ring);
        for (slong k = 0; k < f->nused; k++)
            for (ulong e = 0; e < exponent[k] && degree <= 2; e++, degree++)
                if (degree < 2)
                    at[degree] = place(variable, &n, k);
        if (degree > 2) {
            n = 0;
            break;
        }
        fmpz_mpoly_get_term_coeff_fmpz(fmpq_numref(c), p, i, f->ring);
        fmpz_set_ui(fmpq_denref(c), at[0] == at[1] ? 1 : 2);
        fmpq_canonicalise(c);
        fmpq_add(fmpq_mat_entry(m, at[0], at[1]), fmpq_mat_entry(m, at[0], at[1]), c);
        if (at[0] != at[1])
            fmpq_set(fmpq_mat_entry(m, at[1], at[0]), fmpq_mat_entry(m, at[0], at[1]));
    }
    fmpq_clear(c);
    rk_free(variable);
    rk_free(exponent);
    return n;
}

/* Elimination with positive pivots of the leading n by n part, which is used up: semidefinite if it
   ends in zeros, definite if it does not end before. */
static bool is_semidefinite(fmpq_mat_t m, slong n, bool *definite) {
    fmpq_t factor;
    bool ok = true;
    *definite = true;
    fmpq_init(factor);
    for (slong k = 0; k < n && ok; k++) {
        int sign = fmpq_sgn(fmpq_mat_entry(m, k, k));
        *definite = *definite && sign > 0;
        ok = sign >= 0;
        for (slong i = k + 1; i < n && ok; i++) {
            if (fmpq_is_zero(fmpq_mat_entry(m, i, k)))
                continue;
            ok = sign > 0;
            if (!ok)
                break;
            fmpq_div(factor, fmpq_mat_entry(m, i, k), fmpq_mat_entry(m, k, k));
            for (slong j = k + 1; j < n; j++)
                fmpq_submul(fmpq_mat_entry(m, i, j), factor, fmpq_mat_entry(m, k, j));
        }
    }
    fmpq_clear(factor);
    return ok;
}

enum { MAX_QUADRATIC_TERMS = 300 };

static unsigned signs_by_squares(const rk_domain *d, const fmpz_mpoly_t p) {
    slong size = rk_functions_of(d)->nused + 1;
    bool definite, ok = fmpz_mpoly_total_degree_si(p, rk_ring(d)) == 2;
    if (!ok || p->length > MAX_QUADRATIC_TERMS)
        return ANY;
    unsigned r = ANY;
    for (int side = 0; side < 2 && r == ANY; side++) {
        fmpq_mat_t m;
        fmpq_mat_init(m, size, size);
        slong n = gram(d, m, p);
        if (side == 1)
            fmpq_mat_neg(m, m);
        if (n > 0 && is_semidefinite(m, n, &definite))
            r = (side == 0 ? POS : NEG) | (definite ? 0 : ZERO);
        fmpq_mat_clear(m);
    }
    return r;
}

unsigned rk_signs_of_poly(const rk_domain *d, const fmpz_mpoly_t p) {
    if (rk_functions_of(d)->signs_of != NULL)
        return rk_functions_of(d)->signs_of(d, p);
    unsigned r = signs_by_terms(d, p);
    if (r == ANY)
        r = signs_by_squares(d, p);
    if (r & (r - 1))
        r &= signs_by_known(d, p);
    return r;
}

unsigned rk_function_signs(const rk_domain *d, const void *x) {
    const fmpz_mpoly_q_struct *q = x;
    if (rk_function_is_zero(x))
        return ZERO;
    unsigned den = rk_signs_of_poly(d, &q->den) & (NEG | POS);
    return rk_signs_mul(rk_signs_of_poly(d, &q->num), den);
}

unsigned rk_function_signs_of_variable(const rk_domain *d, slong k) {
    return rk_functions_of(d)->generator[k].signs;
}

unsigned rk_function_signs_of_poly(const rk_domain *d, const fmpz_mpoly_t p) {
    return rk_signs_of_poly(d, p);
}

const fmpz_mpoly_struct *rk_function_known(const rk_domain *d, slong k, unsigned *signs) {
    const rk_functions *f = rk_functions_of(d);
    if (k >= f->nknown)
        return NULL;
    *signs = f->known[k].signs;
    return f->known[k].what;
}

/* --- learning ----------------------------------------------------------------------------- */

static slong variable_of(const rk_domain *d, const fmpz_mpoly_t p) {
    const rk_functions *f = rk_functions_of(d);
    for (slong k = 0; k < f->nused && p->length == 1; k++)
        if (fmpz_mpoly_is_gen(p, k, f->ring))
            return k;
    return -1;
}

/* Generators lose their meaning with a restart; indeterminates do not. */
static bool of_inputs_alone(const rk_domain *d, const fmpz_mpoly_t p) {
    const rk_functions *f = rk_functions_of(d);
    for (slong k = f->ninputs; k < f->nused; k++)
        if (fmpz_mpoly_degree_si(p, k, f->ring) > 0)
            return false;
    return true;
}

static void keep(const rk_domain *d, const fmpz_mpoly_t p, unsigned signs) {
    bool lasting = of_inputs_alone(d, p);
    rk_functions *f = rk_functions_of(d);
    fmpz_t leading;
    if (f->nknown == RK_MAX_KNOWN || p->length > MAX_QUADRATIC_TERMS)
        return;
    rk_known_sign *s = &f->known[f->nknown++];
    fmpz_mpoly_init(s->what, f->ring);
    fmpz_init(leading);
    fmpz_mpoly_get_term_coeff_fmpz(leading, p, 0, f->ring);
    bool negative = fmpz_sgn(leading) < 0;
    s->signs = negative ? flip(signs) : signs;
    s->lasting = lasting;
    if (negative)
        fmpz_mpoly_neg(s->what, p, f->ring);
    else
        fmpz_mpoly_set(s->what, p, f->ring);
    fmpz_clear(leading);
    f->restart = f->restart || lasting;
}

/* A polynomial that has only these signs, by those of x. A contradiction teaches nothing. */
static void learn_poly(const rk_domain *d, const void *x, const fmpz_mpoly_t p, unsigned signs) {
    rk_functions *f = rk_functions_of(d);
    unsigned before = rk_signs_of_poly(d, p);
    slong k = variable_of(d, p);
    if ((before & signs) == before || (before & signs) == 0)
        return;
    if (f->watch != NULL)
        f->watch->sign(f->watch->self, x, p, signs);
    if (k >= 0 && k < f->ninputs) {
        f->generator[k].signs &= signs;
        f->restart = true;
    } else if (k >= 0 && f->generator[k].kind == RK_GEN_ROOT && !(signs & ZERO)) {
        if (f->watch != NULL)
            f->watch->radicand(f->watch->self, k);
        rk_signs_learn(d, f->generator[k].what, POS);
    } else {
        keep(d, p, before & signs);
    }
}

/* The one part whose sign decides that of the product, if the others are of known sign and not
   zero; -1 if there is none, or are several. */
static slong deciding_part(const rk_parts *x, int *sign) {
    slong found = -1;
    *sign = x->sign;
    for (slong k = 0; k < x->n; k++) {
        unsigned s = x->part[k].signs;
        bool odd = x->part[k].exponent % 2 != 0;
        bool settled = !(s & ZERO) && (!odd || !(s & NEG) || !(s & POS));
        if (settled && odd && (s & NEG))
            *sign = -*sign;
        if (settled)
            continue;
        if (!odd || found >= 0)
            return -1;
        found = k;
    }
    return found;
}

/* Several factors of open sign: the product as a whole is known. */
static void learn_product(const rk_domain *d, const void *x, unsigned signs) {
    const fmpz_mpoly_q_struct *q = x;
    unsigned den = rk_signs_of_poly(d, &q->den) & (NEG | POS);
    if (den == NEG || den == POS)
        learn_poly(d, x, &q->num, den == NEG ? flip(signs) : signs);
}

void rk_signs_learn(const rk_domain *d, const void *x, unsigned signs) {
    rk_parts parts;
    int sign;
    if (rk_functions_of(d)->exceeded || rk_function_is_zero(x))
        return;
    unsigned before = rk_function_signs(d, x);
    if ((before & signs) == before || !rk_parts_of(&parts, d, x))
        return;
    bool nonzero = !(signs & ZERO);
    for (slong k = 0; k < parts.n && nonzero; k++) {
        parts.part[k].signs &= ~(unsigned)ZERO;
        learn_poly(d, x, fmpz_mpoly_q_numref(parts.part[k].base), ANY & ~(unsigned)ZERO);
    }
    slong k = deciding_part(&parts, &sign);
    if (k >= 0 && !((signs & NEG) && (signs & POS))) {
        unsigned s = sign > 0 ? signs : flip(signs);
        if (parts.part[k].exponent < 0)
            s &= ~(unsigned)ZERO;
        learn_poly(d, x, fmpz_mpoly_q_numref(parts.part[k].base), s);
    } else if (!((signs & NEG) && (signs & POS))) {
        learn_product(d, x, signs);
    }
    rk_parts_clear(&parts, d);
}

void rk_function_assume_sign(const rk_domain *d, const void *x, unsigned signs) {
    rk_signs_learn(d, x, signs);
}
