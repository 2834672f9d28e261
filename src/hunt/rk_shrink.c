/* Shrinking: dimensions first, then values, until neither moves. */
#include "base/rk_mem.h"
#include "rk_moves.h"
#include "rk_params.h"
#include "rk_plan.h"

enum { SEARCHED_DIMS = 12, SEARCH_TRIALS = 240, ROUNDS = 64 };

typedef struct shrink {
    const rk_checked *checked;
    rk_judge judge;
    rk_finding *f;
    bool searched[SEARCHED_DIMS]; /* the search at the i-th smallest dimensions found nothing */
} shrink;

/* --- dimensions -------------------------------------------------------------------- */

/* Which of the old rows become row i of the new: the first, the last, or all but one. */
static slong source_index(slong i, slong new_size, slong old_size, int variant) {
    if (new_size == old_size || variant == 0)
        return i;
    if (variant == 1)
        return i + old_size - new_size;
    return i < variant - 2 ? i : i + 1;
}

static bool project_slot(const rk_slot *slot, fmpq_mat_t out, const fmpq_mat_t old, int variant) {
    if (out->r > old->r || out->c > old->c)
        return false;
    for (slong i = 0; i < out->r; i++)
        for (slong j = 0; j < out->c; j++) {
            slong r = source_index(i, out->r, old->r, variant);
            slong c = source_index(j, out->c, old->c, variant);
            if (r >= old->r || c >= old->c)
                return false;
            fmpq_set(fmpq_mat_entry(out, i, j), fmpq_mat_entry(old, r, c));
        }
    bool sums = slot->set == RK_SET_STOCHASTIC || slot->set == RK_SET_ATTENTION;
    return !sums || rk_normalise_rows(out);
}

static const fmpq_mat_struct *slot_value(const rk_finding *f, const rk_slot *slot) {
    for (size_t s = 0; s < f->program->nslots; s++)
        if (f->program->slots[s].var == slot->var && f->program->slots[s].member == slot->member)
            return &f->value.value[s];
    return NULL;
}

static bool project(shrink *sh, const rk_program *program, rk_assignment *out, unsigned *claim) {
    for (int variant = 0; variant < 8; variant++) {
        bool ok = true;
        for (size_t s = 0; s < program->nslots && ok; s++) {
            const rk_slot *slot = &program->slots[s];
            const fmpq_mat_struct *old = slot_value(sh->f, slot);
            ok = slot->defined || (old && project_slot(slot, &out->value[s], old, variant));
        }
        if (ok && rk_judge_try(&sh->judge, program, out, RK_EFFORT_SCREENED, claim))
            return true;
    }
    return false;
}

/* A short hunt at these dimensions alone: it depends on the theorem and the seed only. */
static bool search(shrink *sh, const rk_program *program, rk_assignment *out, unsigned *claim) {
    rk_hunt_options o = *sh->judge.options;
    o.trials = SEARCH_TRIALS;
    o.shrink = false;
    o.progress = NULL;
    o.nknown = 0;
    rk_hunt_report r;
    rk_hunt(sh->checked, program->dims, &o, &r);
    bool found = r.found;
    if (found) {
        rk_assignment_set(out, &r.finding.value);
        *claim = r.finding.claim;
    }
    rk_hunt_report_clear(&r, sh->checked);
    return found;
}

static void replace(rk_finding *f, const rk_checked *checked, rk_program *program,
                    const rk_assignment *value, unsigned claim) {
    rk_assignment_clear(&f->value);
    rk_program_free(f->program);
    f->program = program;
    rk_assignment_init(&f->value, program);
    rk_assignment_set(&f->value, value);
    f->claim = claim;
    for (size_t i = 0; i < checked->ndims; i++)
        f->dims[i] = program->dims[i];
}

/* Tries the finding at the dimensions with this number in the order of visits. */
static bool lower_to(shrink *sh, const int64_t *dims, size_t number) {
    bool too_large = false;
    rk_program *program = rk_plan_build(sh->checked, dims, &too_large);
    if (!program)
        return false;
    rk_assignment value;
    rk_assignment_init(&value, program);
    unsigned claim = 0;
    bool found = project(sh, program, &value, &claim);
    if (!found && number < SEARCHED_DIMS && !sh->searched[number]) {
        found = search(sh, program, &value, &claim);
        sh->searched[number] = !found;
    }
    if (found)
        replace(sh->f, sh->checked, program, &value, claim);
    else
        rk_program_free(program);
    rk_assignment_clear(&value);
    return found;
}

static bool same_dims(const shrink *sh, const int64_t *dims) {
    for (size_t i = 0; i < sh->checked->ndims; i++)
        if (dims[i] != sh->f->dims[i])
            return false;
    return true;
}

/* No dimension larger: reached by taking rows and columns away. */
static bool none_larger(const shrink *sh, const int64_t *dims) {
    for (size_t i = 0; i < sh->checked->ndims; i++)
        if (dims[i] > sh->f->dims[i])
            return false;
    return true;
}

static int64_t largest(const shrink *sh) {
    int64_t top = 1;
    for (size_t i = 0; i < sh->checked->ndims; i++)
        if (sh->f->dims[i] > top)
            top = sh->f->dims[i];
    return top;
}

/* All allowed dimensions before those of the finding, smallest first. */
static bool lower_dims(shrink *sh) {
    int64_t *dims = rk_calloc(sh->checked->ndims + 1, sizeof *dims);
    rk_dims_iter *it = rk_dims_iter_new(sh->checked, largest(sh));
    bool found = false;
    for (size_t number = 0; !found && !rk_judge_out_of_time(&sh->judge); number++) {
        if (!rk_dims_next(it, dims) || same_dims(sh, dims))
            break;
        if (number < SEARCHED_DIMS || none_larger(sh, dims))
            found = lower_to(sh, dims, number);
    }
    rk_dims_iter_free(it);
    rk_free(dims);
    return found;
}

/* --- values ------------------------------------------------------------------------- */

static bool lower_values(shrink *sh) {
    rk_shrinker s;
    rk_shrinker_init(&s, &sh->judge, sh->f->program, &sh->f->value);
    s.claim = sh->f->claim;
    bool any = false;
    for (int round = 0; round < ROUNDS; round++) {
        if (rk_moves_round(&s))
            any = true;
        else if (rk_moves_exhaust(&s))
            any = true;
        else
            break;
    }
    sh->f->claim = s.claim;
    rk_shrinker_clear(&s);
    return any;
}

void rk_shrink(const rk_checked *checked, rk_finding *f, const rk_hunt_options *o) {
    shrink sh = {.checked = checked, .f = f};
    rk_judge_init(&sh.judge, checked, o, NULL);
    bool any = true;
    for (int round = 0; round < ROUNDS && any; round++) {
        any = checked->mode != RK_MODE_EXISTS && lower_dims(&sh);
        any = lower_values(&sh) || any;
    }
    rk_judge_clear(&sh.judge);
}
