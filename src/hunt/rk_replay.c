#include "rk_replay.h"
#include <string.h>
#include "base/rk_mem.h"
#include "eval/rk_dims.h"

static bool dim_value(const rk_program *program, const char *name, int64_t *value) {
    for (size_t i = 0; i < program->checked->ndims; i++)
        if (strcmp(program->checked->dims[i].name, name) == 0) {
            *value = program->dims[i];
            return true;
        }
    return false;
}

/* The known theorem at the dimensions of `program`, or NULL. */
static rk_program *build_known(const rk_checked *known, const rk_program *program) {
    int64_t *dims = rk_calloc(known->ndims + 1, sizeof *dims);
    bool ok = true;
    for (size_t i = 0; i < known->ndims && ok; i++)
        ok = dim_value(program, known->dims[i].name, &dims[i]);
    rk_build_options o = {.max_instr = 20000, .max_entries = 4096};
    rk_program *built = NULL;
    if (!ok || !rk_dims_allowed(known, dims) ||
        rk_program_build(known, dims, &o, &built) != RK_BUILD_OK)
        built = NULL;
    rk_free(dims);
    return built;
}

static bool copy_value(rk_run *run, const rk_slot *slot, const char *name, fmpq_mat_t out) {
    const rk_program *known = run->program;
    for (size_t s = 0; s < known->nslots; s++) {
        const rk_slot *other = &known->slots[s];
        if (!other->defined || other->member != slot->member || other->rows != slot->rows ||
            other->cols != slot->cols || strcmp(known->checked->vars[other->var].name, name) != 0)
            continue;
        return rk_run_compute(run, other->definition) == RK_EV_OK &&
               rk_matrix_get_fmpq_mat(out, &run->value[other->definition]) == RK_EV_OK;
    }
    return false;
}

bool rk_replay_values(const rk_checked *known, const rk_program *program, rk_assignment *out) {
    rk_program *built = build_known(known, program);
    if (!built)
        return false;
    rk_domain *rationals = rk_domain_rational();
    rk_run run;
    rk_run_init(&run, built, rationals);
    bool ok = true;
    for (size_t s = 0; s < program->nslots && ok; s++) {
        const rk_slot *slot = &program->slots[s];
        ok = slot->defined ||
             copy_value(&run, slot, program->checked->vars[slot->var].name, &out->value[s]);
    }
    rk_run_clear(&run);
    rk_domain_free(rationals);
    rk_program_free(built);
    return ok;
}
