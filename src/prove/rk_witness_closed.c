#include "rk_witness_closed.h"
#include "base/rk_mem.h"
#include "rk_facts.h"

static bool any_slot(const rk_slot *slot) {
    (void)slot;
    return true;
}

void rk_closed_init(rk_closed *c, const rk_program *program) {
    *c = (rk_closed){.program = program, .rational = rk_domain_rational()};
    c->moving = rk_calloc(program->ninstr, 1);
    rk_depends(program, any_slot, c->moving);
    rk_run_init(&c->run, program, c->rational);
    for (size_t k = 0; k < RK_CLOSED_BASIS; k++)
        fmpz_init(&c->basis[k]);
}

void rk_closed_clear(rk_closed *c) {
    for (size_t k = 0; k < RK_CLOSED_BASIS; k++)
        fmpz_clear(&c->basis[k]);
    rk_run_clear(&c->run);
    rk_domain_free(c->rational);
    rk_free(c->moving);
}

static const rk_matrix *value_of(rk_closed *c, unsigned instr) {
    bool known = !c->moving[instr] && rk_run_compute(&c->run, instr) == RK_EV_OK;
    return known ? &c->run.value[instr] : NULL;
}

static const fmpq *entry(const rk_matrix *m, slong i, slong j) {
    return rk_matrix_entry(m, i, j);
}

/* --- roots of rationals ------------------------------------------------------------------- */

/* sqrt(u/v) = sqrt(u*v)/v. Finds the product of the basis that makes u*v a square; with s the root
   of u*v*product, sqrt(u/v) = s/(v*product) * (roots of the product). */
static bool express(const rk_closed *c, const fmpq_t x, fmpq_t factor, unsigned *roots) {
    fmpz_t radicand, product, t;
    fmpz_init(radicand);
    fmpz_init(product);
    fmpz_init(t);
    fmpz_mul(radicand, fmpq_numref(x), fmpq_denref(x));
    bool found = false;
    for (unsigned set = 0; set < 1u << c->n && !found; set++) {
        fmpz_one(product);
        for (size_t k = 0; k < c->n; k++)
            if (set >> k & 1)
                fmpz_mul(product, product, &c->basis[k]);
        fmpz_mul(t, radicand, product);
        found = fmpz_is_square(t) != 0;
        if (!found)
            continue;
        *roots = set;
        fmpz_sqrt(fmpq_numref(factor), t);
        fmpz_mul(fmpq_denref(factor), fmpq_denref(x), product);
        fmpq_canonicalise(factor);
    }
    fmpz_clear(radicand);
    fmpz_clear(product);
    fmpz_clear(t);
    return found;
}

static bool take_number(rk_closed *c, const fmpq_t x) {
    fmpq_t factor;
    unsigned roots;
    fmpq_init(factor);
    bool taken = fmpq_sgn(x) >= 0;
    if (taken && !express(c, x, factor, &roots)) {
        taken = c->n < RK_CLOSED_BASIS;
        if (taken)
            fmpz_mul(&c->basis[c->n++], fmpq_numref(x), fmpq_denref(x));
    }
    fmpq_clear(factor);
    return taken;
}

enum { MOST_ENTRIES = 4096 };

bool rk_closed_take_root(rk_closed *c, unsigned instr) {
    const rk_matrix *m = value_of(c, c->program->instr[instr].arg[0]);
    bool taken = m != NULL && m->rows * m->cols <= MOST_ENTRIES;
    for (slong i = 0; taken && i < m->rows; i++)
        for (slong j = 0; taken && j < m->cols; j++)
            taken = take_number(c, entry(m, i, j));
    return taken;
}

void rk_closed_root(rk_closed *c, unsigned instr, slong row, slong col, fmpq_t factor,
                    unsigned *roots) {
    const rk_matrix *m = &c->run.value[c->program->instr[instr].arg[0]];
    *roots = 0;
    express(c, entry(m, row, col), factor, roots);
}

/* --- masks -------------------------------------------------------------------------------- */

bool rk_closed_is_mask(rk_closed *c, unsigned instr) {
    const rk_matrix *m = value_of(c, instr);
    bool mask = m != NULL;
    for (slong i = 0; mask && i < m->rows; i++) {
        bool kept = false;
        for (slong j = 0; mask && j < m->cols; j++) {
            mask = fmpq_is_zero(entry(m, i, j)) || fmpq_is_one(entry(m, i, j));
            kept = kept || fmpq_is_one(entry(m, i, j));
        }
        mask = mask && kept;
    }
    return mask;
}
