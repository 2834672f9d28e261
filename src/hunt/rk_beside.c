#include "rk_beside.h"
#include "rk_draw.h"
#include "rk_hunt.h"

static bool is_generic(const rk_slot *slot) {
    return !slot->defined && slot->quant == RK_GENERIC;
}

bool rk_beside_mixed(const rk_program *program) {
    bool generic = false, other = false;
    for (size_t s = 0; s < program->nslots; s++) {
        generic = generic || is_generic(&program->slots[s]);
        other = other || (!program->slots[s].defined && !is_generic(&program->slots[s]));
    }
    return generic && other;
}

bool rk_beside_dense(const rk_program *program, size_t slot) {
    return is_generic(&program->slots[slot]) && rk_beside_mixed(program);
}

void rk_beside_draw(const rk_program *program, rk_rng *rng, rk_assignment *a) {
    for (size_t s = 0; s < program->nslots; s++)
        if (rk_beside_dense(program, s))
            rk_draw_dense(&program->slots[s], rng, &a->value[s]);
}

void rk_beside_vary(const rk_program *program, rk_rng *rng, rk_assignment *a) {
    uint64_t how = rk_beside_mixed(program) ? rk_rng_below(rng, 8) : 7;
    if (how < 6)
        rk_beside_draw(program, rng, a);
    for (size_t s = 0; s < program->nslots && how == 0; s++)
        if (is_generic(&program->slots[s]))
            rk_draw_scale(&program->slots[s], rng, &a->value[s]);
}

void rk_beside_structure(const rk_program *program, unsigned style, rk_rng *rng, rk_assignment *a) {
    rk_assignment drawn;
    rk_assignment_init(&drawn, program);
    (void)rk_sample(program, style, rng, &drawn);
    for (size_t s = 0; s < program->nslots; s++)
        if (!program->slots[s].defined && !is_generic(&program->slots[s]))
            fmpq_mat_swap(&a->value[s], &drawn.value[s]);
    rk_assignment_clear(&drawn);
}
