#include "rk_witness_tower.h"
#include "base/rk_mem.h"
#include "domain/rk_domain.h"

#include <string.h>

void rk_exponential_depths(const rk_program *program, unsigned *depth) {
    for (size_t i = 0; i < program->ninstr; i++) {
        const rk_instr *in = &program->instr[i];
        depth[i] = 0;
        for (size_t k = 0; k < in->nargs; k++)
            depth[i] = depth[in->arg[k]] > depth[i] ? depth[in->arg[k]] : depth[i];
        depth[i] += rk_is_exponential(in);
    }
}

bool rk_uses_arguments(const rk_instr *in) {
    return !rk_is_exponential(in) || (in->code == RK_P_FN && in->fn == RK_FN_SILU);
}

/* --- the primes --------------------------------------------------------------------------- */

typedef struct chain {
    ulong step; /* divides every prime less 1 */
    const rk_closed *closed;
} chain;

/* A prime with the roots of the basis. */
static bool is_suitable(const chain *c, ulong q) {
    if (!n_is_prime(q) || (q - 1) % c->step != 0)
        return false;
    for (size_t k = 0; k < c->closed->n; k++)
        if (n_jacobi_unsigned(fmpz_fdiv_ui(&c->closed->basis[k], q), q) != 1)
            return false;
    return true;
}

/* Below 2^25 products run at the speed of BLAS; a random point of a hypersurface of degree D is
   met with probability about D over the prime, which a second attempt mends. */
enum { FIRST_BITS = 22, BITS_A_FLOOR = 6, FEWEST_BITS = 13, MOST_BITS = 61 };

static ulong draw_last(const chain *c, size_t floors, rk_rng *rng) {
    int bits = FIRST_BITS - BITS_A_FLOOR * ((int)floors - 1);
    bits = bits < FEWEST_BITS ? FEWEST_BITS : bits;
    ulong q = (UWORD(1) << bits) + rk_rng_below(rng, (ulong)1 << (bits - 1));
    while (!is_suitable(c, q))
        q++;
    return q;
}

/* 0: too large */
static ulong next_prime(const chain *c, ulong above) {
    ulong step = c->step * above, q = 1 + step;
    while (q >> MOST_BITS == 0 && !is_suitable(c, q))
        q += step;
    return q >> MOST_BITS == 0 ? q : 0;
}

static ulong base_of(ulong p, ulong order) {
    ulong b = 1;
    for (ulong g = 2; b == 1; g++)
        b = n_powmod2(g, (slong)((p - 1) / order), p);
    return b;
}

static bool draw_primes(rk_tower *t, const chain *c, rk_rng *rng) {
    size_t last = t->floors - 1;
    t->floor[last].modulus = draw_last(c, t->floors, rng);
    for (size_t f = last; f-- > 0;) {
        t->floor[f].modulus = next_prime(c, t->floor[f + 1].modulus);
        if (t->floor[f].modulus == 0)
            return false;
        t->floor[f].base = base_of(t->floor[f].modulus, t->floor[f + 1].modulus);
    }
    return true;
}

/* --- the floors --------------------------------------------------------------------------- */

unsigned rk_tower_height(const rk_view *view) {
    unsigned *depth = rk_calloc(view->program->ninstr + 1, sizeof *depth), highest = 0;
    rk_exponential_depths(view->program, depth);
    for (size_t i = 0; i < view->program->ninstr; i++)
        if (view->analytic[i] && depth[i] > highest)
            highest = depth[i];
    rk_free(depth);
    return highest;
}

/* The exponents of exponentials that the floor below needs, and all that these are made of here. */
static void mark_exponents(const rk_program *p, const unsigned char *below, unsigned char *marks) {
    for (size_t i = p->ninstr; i-- > 0;) {
        const rk_instr *in = &p->instr[i];
        if (below[i] && rk_is_exponential(in))
            marks[in->arg[0]] = 1;
        for (size_t k = 0; marks[i] && rk_uses_arguments(in) && k < in->nargs; k++)
            marks[in->arg[k]] = 1;
    }
}

static void open_floor(rk_tower *t, rk_floor *f, unsigned levels, rk_rng *rng) {
    f->field = levels == 0 ? rk_domain_prime(f->modulus) : rk_domain_extension(f->modulus, levels);
    rk_run_init(&f->run, t->view->program, f->field);
    f->functional[0] = 1;
    for (size_t k = 1; k < (size_t)1 << levels; k++)
        f->functional[k] = rk_rng_below(rng, f->modulus);
    for (size_t k = 0; k < t->closed->n; k++)
        f->root[k] = n_sqrtmod(fmpz_fdiv_ui(&t->closed->basis[k], f->modulus), f->modulus);
}

enum { MOST_CHAINS = 1000 };

bool rk_tower_init(rk_tower *t, const rk_view *view, rk_closed *closed, unsigned levels,
                   double deadline, rk_rng *rng) {
    const rk_program *p = view->program;
    chain c = {.step = levels > 0 ? 4 : 2, .closed = closed};
    memset(t, 0, sizeof *t);
    t->view = view;
    t->closed = closed;
    t->floors = rk_tower_height(view) + 1;
    bool found = false;
    for (unsigned k = 0; k < MOST_CHAINS && !found; k++)
        found = draw_primes(t, &c, rng);
    if (!found) {
        t->floors = 0;
        return false;
    }
    for (size_t f = 0; f < t->floors; f++) {
        t->floor[f].needed = rk_calloc(p->ninstr, 1);
        if (f == 0)
            memcpy(t->floor[f].needed, view->analytic, p->ninstr);
        else
            mark_exponents(p, t->floor[f - 1].needed, t->floor[f].needed);
        open_floor(t, &t->floor[f], levels, rng);
        t->floor[f].run.deadline = deadline;
    }
    return true;
}

void rk_tower_clear(rk_tower *t) {
    for (size_t f = 0; f < t->floors; f++) {
        rk_run_clear(&t->floor[f].run);
        rk_domain_free(t->floor[f].field);
        rk_free(t->floor[f].needed);
    }
}

/* --- roots of rationals ------------------------------------------------------------------- */

static rk_ev root_entry(const rk_tower *t, const rk_floor *f, unsigned i, slong row, slong col,
                        rk_matrix *r) {
    fmpq_t factor;
    unsigned roots;
    fmpq_init(factor);
    rk_closed_root(t->closed, i, row, col, factor, &roots);
    ulong *x = rk_matrix_entry(r, row, col);
    rk_ev ev = f->field->set_fmpq(f->field, x, factor);
    for (size_t k = 0; k < t->closed->n; k++)
        if (roots >> k & 1)
            *x = n_mulmod2(*x, f->root[k], f->modulus);
    fmpq_clear(factor);
    return ev;
}

static rk_ev closed_root(const rk_tower *t, const rk_floor *f, unsigned i, rk_matrix *r) {
    rk_ev ev = RK_EV_OK;
    for (slong row = 0; row < r->rows; row++)
        for (slong col = 0; col < r->cols; col++)
            ev = rk_ev_worst(ev, root_entry(t, f, i, row, col, r));
    return ev;
}

/* --- exponentials ------------------------------------------------------------------------- */

/* Powers of a floor's base; exponents are values on the floor above. */
typedef struct powers {
    const rk_floor *floor, *above;
    const rk_matrix *argument; /* above */
    nmod_t mod;
    slong coordinates;
} powers;

static ulong exponent(const powers *s, slong i, slong j) {
    const ulong *x = rk_matrix_entry(s->argument, i, j);
    ulong sum = x[0];
    for (slong k = 1; k < s->coordinates; k++)
        sum = n_addmod(sum, n_mulmod2(s->above->functional[k], x[k], s->above->modulus),
                       s->above->modulus);
    return sum;
}

static ulong power(const powers *s, ulong e) {
    return n_powmod2_ui_preinv(s->floor->base, e, s->mod.n, s->mod.ninv);
}

/* numerator / denominator, or false when this is no unit. */
static bool quotient(const powers *s, ulong *r, ulong numerator, ulong denominator) {
    if (denominator == 0)
        return false;
    *r = nmod_mul(numerator, n_invmod(denominator, s->mod.n), s->mod);
    return true;
}

static bool function_entry(const powers *s, int fn, ulong e, ulong *r) {
    ulong u = power(s, e);
    switch (fn) {
    case RK_FN_EXP:
        *r = u;
        return true;
    case RK_FN_TANH: /* (exp(2x) - 1)/(exp(2x) + 1) */
        u = nmod_mul(u, u, s->mod);
        return quotient(s, r, nmod_sub(u, 1, s->mod), nmod_add(u, 1, s->mod));
    default: /* sigmoid */
        return quotient(s, r, u, nmod_add(u, 1, s->mod));
    }
}

static rk_ev functions(const powers *s, int fn, rk_matrix *r) {
    bool ok = true;
    for (slong i = 0; i < r->rows; i++)
        for (slong j = 0; j < r->cols && ok; j++)
            ok = function_entry(s, fn, exponent(s, i, j), rk_matrix_entry(r, i, j));
    return ok ? RK_EV_OK : RK_EV_ESCAPE;
}

static bool keeps(const rk_matrix *mask, slong i, slong j) {
    return mask == NULL || fmpq_is_one(rk_matrix_entry(mask, i, j));
}

/* Exponents are the differences to the first logit that is kept, so that logits which differ by
   a function of the row only give the same group of exponents. */
static bool softmax_row(const powers *s, const rk_matrix *mask, slong i, rk_matrix *r) {
    ulong first = 0, sum = 0, inverse, *x = rk_matrix_entry(r, i, 0);
    slong width = (slong)(r->domain->size / sizeof(ulong));
    bool started = false;
    for (slong j = 0; j < r->cols; j++) {
        if (!keeps(mask, i, j))
            continue;
        ulong e = exponent(s, i, j);
        first = started ? first : e;
        started = true;
        x[j * width] = power(s, n_submod(e, first, s->above->modulus));
        sum = nmod_add(sum, x[j * width], s->mod);
    }
    if (!quotient(s, &inverse, 1, sum))
        return false;
    for (slong j = 0; j < r->cols; j++)
        x[j * width] = nmod_mul(x[j * width], inverse, s->mod);
    return true;
}

static rk_ev softmax(const powers *s, const rk_matrix *mask, rk_matrix *r) {
    bool ok = true;
    for (slong i = 0; i < r->rows && ok; i++)
        ok = softmax_row(s, mask, i, r);
    return ok ? RK_EV_OK : RK_EV_ESCAPE;
}

/* x * sigmoid(x): the factor is a value on the same floor. */
static rk_ev times_argument(rk_floor *f, unsigned argument, rk_matrix *r) {
    rk_ev ev = rk_run_compute(&f->run, argument);
    if (ev != RK_EV_OK)
        return ev;
    rk_matrix product;
    rk_matrix_emul(&product, &f->run.value[argument], r);
    rk_matrix_clear(r);
    *r = product;
    return RK_EV_OK;
}

static rk_ev exponential(rk_tower *t, size_t floor, const rk_instr *in, rk_matrix *r) {
    rk_floor *f = &t->floor[floor], *above = &t->floor[floor + 1];
    rk_ev ev = rk_run_compute(&above->run, in->arg[0]);
    if (ev != RK_EV_OK)
        return ev;
    powers s = {.floor = f,
                .above = above,
                .argument = &above->run.value[in->arg[0]],
                .coordinates = (slong)(above->field->size / sizeof(ulong))};
    nmod_init(&s.mod, f->modulus);
    if (in->code == RK_P_SOFTMAX)
        return softmax(&s, in->nargs > 1 ? &t->closed->run.value[in->arg[1]] : NULL, r);
    ev = functions(&s, in->fn, r);
    return ev == RK_EV_OK && in->fn == RK_FN_SILU ? times_argument(f, in->arg[0], r) : ev;
}

/* --- values ------------------------------------------------------------------------------- */

static bool is_placed(const rk_tower *t, unsigned i) {
    const rk_instr *in = &t->view->program->instr[i];
    return rk_is_exponential(in) || (rk_is_root(in) && !t->closed->moving[i]);
}

static void place(rk_tower *t, size_t floor, unsigned i) {
    const rk_instr *in = &t->view->program->instr[i];
    rk_floor *f = &t->floor[floor];
    rk_matrix *r = &f->run.value[i];
    rk_matrix_init(r, f->field, in->rows, in->cols);
    rk_ev ev = rk_is_root(in) ? closed_root(t, f, i, r) : exponential(t, floor, in, r);
    f->run.ev[i] = f->run.defined[i] = ev;
    f->run.done[i] = 1;
}

bool rk_tower_move(rk_tower *t, size_t floor, const rk_assignment *point) {
    rk_floor *f = &t->floor[floor];
    if (rk_run_set_inputs(&f->run, point) != RK_EV_OK)
        return false;
    for (unsigned i = 0; i < t->view->program->ninstr; i++)
        if (f->needed[i] && is_placed(t, i))
            place(t, floor, i);
    return true;
}

bool rk_tower_set_point(rk_tower *t, const rk_assignment *point) {
    for (size_t f = t->floors; f-- > 0;)
        if (!rk_tower_move(t, f, point))
            return false;
    return true;
}

rk_ev rk_tower_value(rk_tower *t, size_t floor, unsigned instr) {
    return rk_run_compute(&t->floor[floor].run, instr);
}

bool rk_all_units(const rk_matrix *m) {
    for (slong i = 0; i < m->rows; i++)
        for (slong j = 0; j < m->cols; j++)
            if (!rk_tern_false(m->domain->is_zero(m->domain, rk_matrix_entry(m, i, j))))
                return false;
    return true;
}
