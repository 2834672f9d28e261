#include "base/rk_mem.h"
#include "rk_run.h"

void rk_assignment_init(rk_assignment *a, const rk_program *program) {
    a->nslots = program->nslots;
    a->value = rk_calloc(a->nslots + 1, sizeof *a->value);
    for (size_t i = 0; i < a->nslots; i++) {
        const rk_slot *s = &program->slots[i];
        fmpq_mat_init(&a->value[i], s->defined ? 0 : s->rows, s->defined ? 0 : s->cols);
    }
}

void rk_assignment_clear(rk_assignment *a) {
    for (size_t i = 0; i < a->nslots; i++)
        fmpq_mat_clear(&a->value[i]);
    rk_free(a->value);
    a->value = NULL;
    a->nslots = 0;
}

void rk_assignment_set(rk_assignment *r, const rk_assignment *a) {
    for (size_t i = 0; i < a->nslots; i++)
        fmpq_mat_set(&r->value[i], &a->value[i]);
}
