/* Hensel lifting. With x a solution of F(x) = 0 mod 2^k and J the Jacobian at x mod 2, a solution d
   of J*d = -F(x)/2^k mod 2 makes x + 2^k*d one mod 2^(k+1). J is the same at every step, and so are
   the coordinates that elimination chooses to move; the others keep their integers. So the limit in
   the 2-adic integers is determined, and where it is rational, fractions of it are reconstructed
   (Wang, Guy and Davenport, "P-adic reconstruction of rational numbers", 1982). */
#include "base/rk_mem.h"
#include "rk_equations.h"

enum { MOST_UNKNOWNS = 64, STEPS = 96, EVERY = 24 };

typedef struct lifting {
    const rk_equations *e;
    rk_assignment *a;
    size_t *slot; /* of each unknown, in the order of elimination */
    slong *index;
    slong n;
    fmpq_mat_t residual;
    nmod_mat_t jacobian, right, change;
} lifting;

static bool is_linear_set(rk_set set) {
    switch (set) {
    case RK_SET_REAL:
    case RK_SET_NONZERO:
    case RK_SET_SYMMETRIC:
    case RK_SET_PSD:
    case RK_SET_DIAGONAL:
    case RK_SET_INVERTIBLE:
        return true;
    default:
        return false;
    }
}

/* All unknowns of all slots; -1 when there are too many or their sets are curved. */
static slong count_unknowns(const rk_program *p) {
    slong n = 0;
    for (size_t s = 0; s < p->nslots; s++) {
        if (p->slots[s].defined)
            continue;
        n += rk_equations_unknowns(&p->slots[s]);
        if (n > MOST_UNKNOWNS || !is_linear_set(p->slots[s].set))
            return -1;
    }
    return n;
}

/* Those that come first move first. */
static void order_unknowns(lifting *l, rk_rng *rng) {
    const rk_program *p = l->e->program;
    slong n = 0;
    for (size_t s = 0; s < p->nslots; s++)
        for (slong k = 0; !p->slots[s].defined && k < rk_equations_unknowns(&p->slots[s]); k++) {
            slong at = (slong)rk_rng_below(rng, (uint64_t)n + 1);
            l->slot[n] = l->slot[at];
            l->index[n] = l->index[at];
            l->slot[at] = s;
            l->index[at] = k;
            n++;
        }
}

/* Adds an integer to unknown k. */
static void shift(const lifting *l, slong k, const fmpz_t by) {
    const rk_slot *slot = &l->e->program->slots[l->slot[k]];
    fmpq *x = rk_equations_unknown(slot, &l->a->value[l->slot[k]], l->index[k]);
    fmpq_add_fmpz(x, x, by);
    rk_equations_mirror(slot, &l->a->value[l->slot[k]]);
}

/* Column `col` of out := the residual over `scale`, mod 2. False where it is no 2-adic integer. */
static bool reduce(const lifting *l, const fmpq_mat_t residual, const fmpz_t scale, nmod_mat_t out,
                   slong col) {
    fmpz_t q;
    fmpz_init(q);
    bool ok = true;
    for (slong i = 0; i < l->e->entries && ok; i++) {
        const fmpq *x = fmpq_mat_entry(residual, i, 0);
        ok = fmpz_is_odd(fmpq_denref(x)) && fmpz_divisible(fmpq_numref(x), scale);
        if (ok)
            fmpz_divexact(q, fmpq_numref(x), scale);
        nmod_mat_entry(out, i, col) = ok ? fmpz_fdiv_ui(q, 2) : 0;
    }
    fmpz_clear(q);
    return ok;
}

/* (F(x + 2*e_k) - F(x))/2 is the slope in coordinate k, mod 2. */
static bool slopes(lifting *l) {
    fmpq_mat_t moved;
    fmpz_t two, minus;
    fmpq_mat_init(moved, l->e->entries, 1);
    fmpz_init_set_si(two, 2);
    fmpz_init_set_si(minus, -2);
    bool ok = rk_equations_residual(l->e, l->a, l->residual);
    for (slong k = 0; k < l->n && ok; k++) {
        shift(l, k, two);
        ok = rk_equations_residual(l->e, l->a, moved);
        shift(l, k, minus);
        fmpq_mat_sub(moved, moved, l->residual);
        ok = ok && reduce(l, moved, two, l->jacobian, k);
    }
    fmpz_clear(two);
    fmpz_clear(minus);
    fmpq_mat_clear(moved);
    return ok;
}

/* From a solution mod `modulus` to one mod twice that; signs do not matter mod 2. */
static bool step(lifting *l, const fmpz_t modulus) {
    if (!rk_equations_residual(l->e, l->a, l->residual) ||
        !reduce(l, l->residual, modulus, l->right, 0) ||
        !nmod_mat_can_solve(l->change, l->jacobian, l->right))
        return false;
    for (slong k = 0; k < l->n; k++)
        if (nmod_mat_entry(l->change, k, 0))
            shift(l, k, modulus);
    return true;
}

/* The assignment with fractions for its entries, if that solves the equations. */
static bool reconstruct(const lifting *l, const fmpz_t modulus) {
    rk_assignment kept;
    rk_assignment_init(&kept, l->e->program);
    rk_assignment_set(&kept, l->a);
    bool ok = true;
    for (size_t s = 0; s < kept.nslots && ok; s++)
        for (slong i = 0; i < kept.value[s].r && ok; i++)
            for (slong j = 0; j < kept.value[s].c && ok; j++) {
                fmpq *x = fmpq_mat_entry(&l->a->value[s], i, j);
                fmpz_t residue;
                fmpz_init(residue);
                fmpz_fdiv_r(residue, fmpq_numref(x), modulus);
                ok = fmpq_reconstruct_fmpz(x, residue, modulus) != 0;
                fmpz_clear(residue);
            }
    ok = ok && rk_equations_hold(l->e, l->a);
    if (!ok)
        rk_assignment_set(l->a, &kept);
    rk_assignment_clear(&kept);
    return ok;
}

static bool lift(lifting *l, rk_rng *rng) {
    fmpz_t modulus;
    fmpz_init_set_ui(modulus, 2);
    order_unknowns(l, rng);
    bool ok = slopes(l), done = false;
    for (int k = 1; k <= STEPS && ok && !done; k++) {
        ok = step(l, modulus);
        fmpz_mul_2exp(modulus, modulus, 1);
        done = ok && k % EVERY == 0 && reconstruct(l, modulus);
    }
    fmpz_clear(modulus);
    return done;
}

bool rk_equations_lift(const rk_equations *e, rk_rng *rng, rk_assignment *a) {
    lifting l = {.e = e, .a = a, .n = count_unknowns(e->program)};
    if (l.n <= 0 || e->entries == 0)
        return false;
    l.slot = rk_malloc((size_t)l.n * sizeof *l.slot);
    l.index = rk_malloc((size_t)l.n * sizeof *l.index);
    fmpq_mat_init(l.residual, e->entries, 1);
    nmod_mat_init(l.jacobian, e->entries, l.n, 2);
    nmod_mat_init(l.right, e->entries, 1, 2);
    nmod_mat_init(l.change, l.n, 1, 2);
    bool ok = lift(&l, rng);
    nmod_mat_clear(l.change);
    nmod_mat_clear(l.right);
    nmod_mat_clear(l.jacobian);
    fmpq_mat_clear(l.residual);
    rk_free(l.index);
    rk_free(l.slot);
    return ok;
}
