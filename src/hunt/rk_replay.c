#include "rk_replay.h"
#include <stdlib.h>
#include <string.h>
#include "base/rk_mem.h"
#include "eval/rk_dims.h"
#include "lang/rk_print.h"

typedef struct replaying {
    rk_judge *judge;
    const rk_program *known, *program;
    rk_assignment *out;
    rk_forms forms;
} replaying;

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

/* The slot of the known program that gives a value to this variable, NULL. */
static const rk_slot *giver(const rk_program *known, const rk_slot *slot, const char *name) {
    for (size_t s = 0; s < known->nslots; s++) {
        const rk_slot *other = &known->slots[s];
        if (other->defined && other->member == slot->member && other->rows == slot->rows &&
            other->cols == slot->cols && strcmp(known->checked->vars[other->var].name, name) == 0)
            return other;
    }
    return NULL;
}

/* --- values that are not rational ----------------------------------------------------------- */

static bool names_slot(const rk_node *node, const rk_slot *slot, const char *name) {
    if (slot->member == 0)
        return node->kind == RK_N_NAME && strcmp(node->name, name) == 0;
    return node->kind == RK_N_MEMBER && node->kid[0]->kind == RK_N_NAME &&
           strcmp(node->kid[0]->name, name) == 0 && node->kid[1]->kind == RK_N_NUMBER &&
           strtoll(node->kid[1]->text, NULL, 10) == slot->member;
}

/* E of `assume NAME == E`, as it was written. */
static const rk_node *written(const rk_checked *known, const rk_slot *slot, const char *name) {
    for (size_t i = 0; i < known->theorem->nclauses; i++) {
        const rk_clause *c = &known->theorem->clauses[i];
        if (c->kind == RK_C_ASSUME && c->expr->kind == RK_N_COMPARE && c->expr->nkids == 2 &&
            c->expr->cmp[0] == RK_EQ && names_slot(c->expr->kid[0], slot, name))
            return c->expr->kid[1];
    }
    return NULL;
}

/* Entry (i, j) of a matrix written entry by entry; NULL. */
static const rk_node *entry_node(const rk_node *e, const rk_slot *slot, slong i, slong j) {
    if (slot->rows == 1 && slot->cols == 1)
        return e;
    if (e->kind != RK_N_BLOCK || e->nkids != (size_t)slot->rows ||
        e->kid[i]->nkids != (size_t)slot->cols)
        return NULL;
    return e->kid[i]->kid[j];
}

static bool read_entry(replaying *r, size_t s, slong i, slong j, const rk_node *node) {
    if (node == NULL)
        return false;
    rk_buf text;
    rk_buf_init(&text);
    rk_print_node(&text, node);
    bool ok = rk_point_read_entry(r->out, &r->forms, s, i, j, text.text);
    rk_buf_clear(&text);
    return ok;
}

static bool read_written(replaying *r, size_t s, const rk_slot *from, const rk_node *e) {
    bool ok = e != NULL;
    for (slong i = 0; i < from->rows && ok; i++)
        for (slong j = 0; j < from->cols && ok; j++)
            ok = read_entry(r, s, i, j, entry_node(e, from, i, j));
    return ok;
}

/* --- the whole ------------------------------------------------------------------------------ */

static bool read_slot(replaying *r, rk_run *rational, size_t s) {
    const rk_slot *slot = &r->program->slots[s];
    const char *name = r->program->checked->vars[slot->var].name;
    const rk_slot *from = giver(r->known, slot, name);
    if (from == NULL)
        return false;
    unsigned e = from->definition;
    if (rk_run_compute(rational, e) == RK_EV_OK)
        return rk_matrix_get_fmpq_mat(&r->out->value[s], &rational->value[e]) == RK_EV_OK;
    return read_written(r, s, from, written(r->known->checked, from, name));
}

static bool read_slots(replaying *r) {
    rk_run run;
    bool ok = true;
    rk_run_init(&run, r->known, r->judge->rationals);
    for (size_t s = 0; s < r->program->nslots && ok; s++)
        ok = r->program->slots[s].defined || read_slot(r, &run, s);
    rk_run_clear(&run);
    return ok;
}

bool rk_replay(rk_judge *judge, const rk_checked *known, const rk_program *program,
               rk_assignment *out, unsigned *claim) {
    rk_program *built = build_known(known, program);
    replaying r = {.judge = judge, .known = built, .program = program, .out = out};
    bool found =
        built != NULL && read_slots(&r) && rk_judge_try_forms(judge, program, out, &r.forms, claim);
    rk_forms_clear(&r.forms);
    rk_program_free(built);
    return found;
}
