#include "scalar_inside.h"

/* sqrt(v)^2 = v wherever sqrt(v) is defined, and abs(v)^2 = v^2: a root stands in numerators once
   at most, and in a denominator only where it is no factor of it. Denominators keep their zeros. */

static const rk_quantity *root_of(const rk_scalars *s, unsigned atom) {
    const rk_quantity *q = rk_sc_atom_quantity(s, atom);
    bool root = q && q->kind == RK_Q_OF_TERM && (q->op == RK_T_SQRT || q->op == RK_T_ABS) &&
                q->nargs == 1 && q->nmx == 0;
    return root ? q : NULL;
}

static rk_sc square_of(rk_scalars *s, const rk_quantity *root) {
    rk_sc a = root->arg[0];
    return root->op == RK_T_ABS ? rk_sc_mul(s, a, a) : a;
}

/* Term i of p with its number, without the powers of variable v. */
static rk_sc term_without(rk_scalars *s, rk_sc a, const fmpz_mpoly_struct *p, slong i, slong v) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, a);
    rk_sc t = rk_sc_fmpz(s, p->coeffs + i);
    for (slong u = 0; u < (slong)a->natoms; u++) {
        slong e = u == v ? 0 : fmpz_mpoly_get_term_var_exp_si(p, i, u, ctx);
        if (e)
            t = rk_sc_mul(s, t, rk_sc_pow(s, rk_sc_atom(s, a->atom[u]), rk_sc_int(s, e)));
    }
    return t;
}

/* p as even + odd*root. */
static void halves(rk_scalars *s, rk_sc a, const fmpz_mpoly_struct *p, slong v, rk_sc square,
                   rk_sc half[2]) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, a);
    half[0] = half[1] = rk_sc_int(s, 0);
    for (slong i = 0; i < p->length; i++) {
        slong e = fmpz_mpoly_get_term_var_exp_si(p, i, v, ctx);
        rk_sc t = term_without(s, a, p, i, v);
        t = e > 1 ? rk_sc_mul(s, t, rk_sc_pow(s, square, rk_sc_int(s, e / 2))) : t;
        half[e & 1] = rk_sc_add(s, half[e & 1], t);
    }
}

static bool small_exponents(rk_scalars *s, rk_sc a, const fmpz_mpoly_struct *p) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, a);
    for (slong i = 0; i < p->length; i++)
        if (!fmpz_mpoly_term_exp_fits_si(p, i, ctx))
            return false;
    return p->length <= 64;
}

static bool needs_work(rk_scalars *s, rk_sc a, slong v) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, a);
    slong above = fmpz_mpoly_degree_si(rk_sc_num(a), v, ctx);
    slong below = fmpz_mpoly_degree_si(rk_sc_den(a), v, ctx);
    if (above < 2 && below == 0)
        return false;
    slong least = below; /* is the root a factor of the denominator? */
    for (slong i = 0; i < rk_sc_den(a)->length; i++) {
        slong e = fmpz_mpoly_get_term_var_exp_si(rk_sc_den(a), i, v, ctx);
        least = e < least ? e : least;
    }
    return above > 1 || below > 1 || least > 0;
}

static rk_sc without_squares(rk_scalars *s, rk_sc a, slong v, const rk_quantity *q) {
    rk_sc root = rk_sc_atom(s, q->atom), square = square_of(s, q), num[2], den[2];
    halves(s, a, rk_sc_num(a), v, square, num);
    halves(s, a, rk_sc_den(a), v, square, den);
    if (rk_sc_is_zero(den[0])) { /* (x + y*r)/(d*r) = (y*r^2 + x*r)/(d*r^2) */
        rk_sc x = num[0];
        num[0] = rk_sc_mul(s, num[1], square);
        num[1] = x;
        den[0] = rk_sc_mul(s, den[1], square);
        den[1] = rk_sc_int(s, 0);
    }
    rk_sc below = rk_sc_add(s, den[0], rk_sc_mul(s, den[1], root));
    if (rk_sc_is_zero(below))
        return a;
    rk_sc above = rk_sc_add(s, num[0], rk_sc_mul(s, num[1], root));
    return rk_sc_div(s, above, below);
}

rk_sc rk_sc_without_squares(rk_scalars *s, rk_sc a) {
    for (unsigned v = 0; v < a->natoms; v++) {
        const rk_quantity *q = root_of(s, a->atom[v]);
        if (q && small_exponents(s, a, rk_sc_num(a)) && small_exponents(s, a, rk_sc_den(a)) &&
            needs_work(s, a, (slong)v))
            return without_squares(s, a, (slong)v, q);
    }
    return a;
}
