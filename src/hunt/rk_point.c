#include "rk_params.h"
#include "rk_trial.h"

static slong slot_count(const rk_slot *slot) {
    return slot->defined ? 0 : rk_params_count(slot);
}

void rk_point_init(rk_point *point, const rk_program *program) {
    point->count = 0;
    for (size_t s = 0; s < program->nslots; s++)
        point->count += slot_count(&program->slots[s]);
    point->theta = _fmpq_vec_init(point->count);
}

void rk_point_clear(rk_point *point) {
    _fmpq_vec_clear(point->theta, point->count);
}

void rk_point_set(rk_point *r, const rk_point *a) {
    for (slong i = 0; i < a->count; i++)
        fmpq_set(r->theta + i, a->theta + i);
}

slong rk_point_radix(const rk_program *program, slong i) {
    for (size_t s = 0; s < program->nslots; s++) {
        slong n = slot_count(&program->slots[s]);
        if (i < n)
            return rk_params_radix(&program->slots[s], i);
        i -= n;
    }
    return 0;
}

bool rk_point_apply(const rk_program *program, const rk_point *point, rk_assignment *out) {
    const fmpq *theta = point->theta;
    bool ok = true;
    for (size_t s = 0; s < program->nslots && ok; s++) {
        if (program->slots[s].defined)
            continue;
        ok = rk_params_apply(&program->slots[s], theta, &out->value[s]);
        theta += slot_count(&program->slots[s]);
    }
    return ok;
}
