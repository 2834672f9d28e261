#include "rk_typical.h"
#include "rk_draw.h"
#include "rk_element.h"

static bool is_generic(const rk_slot *slot) {
    return !slot->defined && slot->quant == RK_GENERIC;
}

bool rk_has_generic_slot(const rk_program *program) {
    for (size_t s = 0; s < program->nslots; s++)
        if (is_generic(&program->slots[s]))
            return true;
    return false;
}

void rk_typical_draw(const rk_program *program, rk_rng *rng, rk_assignment *a) {
    for (size_t s = 0; s < program->nslots; s++)
        if (is_generic(&program->slots[s]))
            rk_draw_dense(&program->slots[s], rng, &a->value[s]);
}

/* Is the member off the edges that the set has? */
static bool is_inside(const rk_slot *slot, const fmpq_mat_t m) {
    if (slot->set == RK_SET_NONNEGATIVE)
        return rk_set_contains(RK_SET_POSITIVE, m);
    return slot->set != RK_SET_STOCHASTIC || rk_set_contains(RK_SET_ATTENTION, m);
}

static void move_close(const rk_program *program, const rk_assignment *a, rk_assignment *out) {
    rk_rng rng = rk_rng_trial(0, program->checked->statement, 0x74797069ULL);
    rk_assignment_set(out, a);
    for (size_t s = 0; s < program->nslots; s++)
        if (is_generic(&program->slots[s]))
            rk_draw_close(&program->slots[s], &rng, &out->value[s]);
}

static slong rank_of(const fmpq_mat_t m) {
    fmpz_mat_t whole;
    fmpz_mat_init(whole, m->r, m->c);
    fmpq_mat_get_fmpz_mat_rowwise(whole, NULL, m);
    slong rank = fmpz_mat_rank(whole);
    fmpz_mat_clear(whole);
    return rank;
}

static bool values_are_typical(const rk_program *program, const rk_assignment *a,
                               const rk_assignment *close) {
    for (size_t s = 0; s < program->nslots; s++)
        if (is_generic(&program->slots[s]) && (!is_inside(&program->slots[s], &a->value[s]) ||
                                               rank_of(&a->value[s]) != rank_of(&close->value[s])))
            return false;
    return true;
}

static void compute(rk_run *run, const rk_program *program, const rk_assignment *a) {
    if (rk_run_set_inputs(run, a) != RK_EV_OK)
        return;
    for (unsigned i = 0; i < program->ninstr; i++)
        if (program->instr[i].code == RK_P_RANK)
            (void)rk_run_compute(run, i);
}

/* Do the ranks that are known at both points differ? */
static bool ranks_differ(const rk_program *program, const rk_domain *domain, const rk_assignment *a,
                         const rk_assignment *b) {
    rk_run at, close;
    bool differ = false;
    rk_run_init(&at, program, domain);
    rk_run_init(&close, program, domain);
    compute(&at, program, a);
    compute(&close, program, b);
    for (unsigned i = 0; i < program->ninstr && !differ; i++) {
        const rk_bounds *x = at.bounds[i], *y = close.bounds[i];
        differ = program->instr[i].code == RK_P_RANK && x != NULL && y != NULL &&
                 (fmpq_cmp(&x->high, &y->low) < 0 || fmpq_cmp(&y->high, &x->low) < 0);
    }
    rk_run_clear(&at);
    rk_run_clear(&close);
    return differ;
}

static bool ranks_are_typical(const rk_program *program, const rk_assignment *a,
                              const rk_assignment *close) {
    rk_domain *rationals = rk_domain_rational(), *doubles = rk_domain_double();
    bool typical =
        !ranks_differ(program, rationals, a, close) && !ranks_differ(program, doubles, a, close);
    rk_domain_free(rationals);
    rk_domain_free(doubles);
    return typical;
}

bool rk_typical(const rk_program *program, const rk_assignment *a) {
    rk_assignment close;
    if (!rk_has_generic_slot(program))
        return true;
    rk_assignment_init(&close, program);
    move_close(program, a, &close);
    bool typical = values_are_typical(program, a, &close) && ranks_are_typical(program, a, &close);
    rk_assignment_clear(&close);
    return typical;
}
