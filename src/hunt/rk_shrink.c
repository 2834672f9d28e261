/* Shrinking: dimensions first, then values, until neither moves. */
#include "base/rk_mem.h"
#include "rk_joint.h"
#include "rk_moves.h"
#include "rk_plan.h"
#include "rk_project.h"
#include "rk_rows.h"
#include "rk_smallest.h"

enum { SEARCHED_DIMS = 12, SEARCH_TRIALS = 240, ROUNDS = 64, PAIRED_SLOTS = 8 };
static const uint64_t ladder_budget = 20000, lower_ladder_budget = 4000, part_budget = 2000;

typedef struct shrink {
    const rk_checked *checked;
    rk_judge judge;
    rk_finding *f;
    bool searched[SEARCHED_DIMS]; /* the search at the i-th smallest dimensions found nothing */
    bool simplest;                /* nothing on the ladder of these dimensions is smaller */
} shrink;

/* --- dimensions -------------------------------------------------------------------- */

static bool project(shrink *sh, const rk_program *program, rk_assignment *out, unsigned *claim) {
    size_t ways = rk_project_ways(sh->f, program);
    for (size_t way = 0; way < ways && !rk_judge_out_of_time(&sh->judge); way++)
        if (rk_project(sh->f, program, way, out) &&
            rk_judge_try(&sh->judge, program, out, RK_EFFORT_SCREENED, claim))
            return true;
    return false;
}

/* A short hunt at these dimensions alone: it depends on the theorem and the seed only. */
static bool search(shrink *sh, const rk_program *program, rk_assignment *out, unsigned *claim) {
    rk_hunt_options o = rk_hunt_within(sh->judge.options, SEARCH_TRIALS);
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
        found = rk_smallest_find(&sh->judge, program, NULL, lower_ladder_budget, NULL, &value,
                                 &claim) ||
                search(sh, program, &value, &claim);
        sh->searched[number] = !found;
    }
    if (found) {
        replace(sh->f, sh->checked, program, &value, claim);
        sh->simplest = false;
    } else {
        rk_program_free(program);
    }
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

/* The smallest simple finding of all, if the one in hand is not smaller yet. */
static bool simplify(shrink *sh) {
    if (sh->simplest)
        return false;
    sh->simplest = true;
    rk_assignment value;
    rk_assignment_init(&value, sh->f->program);
    unsigned claim = 0;
    bool found = rk_smallest_find(&sh->judge, sh->f->program, NULL, ladder_budget, &sh->f->value,
                                  &value, &claim);
    if (found) {
        rk_assignment_set(&sh->f->value, &value);
        sh->f->claim = claim;
    }
    rk_assignment_clear(&value);
    return found;
}

/* One or two slots at a time: their smallest simple values beside the others as they are. */
static bool lower_part(shrink *sh, rk_shrinker *s, size_t a, size_t b) {
    const rk_program *program = s->program;
    if (program->slots[a].defined || program->slots[b].defined)
        return false;
    bool *free_slot = rk_calloc(program->nslots, sizeof *free_slot);
    free_slot[a] = free_slot[b] = true;
    bool found =
        rk_smallest_find(&sh->judge, program, free_slot, part_budget, s->now, &s->next, &s->claim);
    if (found)
        rk_assignment_set(s->now, &s->next);
    else
        rk_assignment_set(&s->next, s->now);
    rk_free(free_slot);
    return found;
}

static bool lower_parts(shrink *sh, rk_shrinker *s) {
    bool any = false;
    for (size_t a = 0; a < s->program->nslots; a++)
        any = lower_part(sh, s, a, a) || any;
    for (size_t a = 0; a < s->program->nslots && s->program->nslots <= PAIRED_SLOTS; a++)
        for (size_t b = a + 1; b < s->program->nslots; b++)
            any = lower_part(sh, s, a, b) || any;
    return any;
}

static bool lower_values(shrink *sh) {
    rk_shrinker s;
    rk_shrinker_init(&s, &sh->judge, sh->f->program, &sh->f->value);
    s.claim = sh->f->claim;
    bool any = false;
    for (int round = 0; round < ROUNDS; round++) {
        bool moved = rk_moves_round(&s);
        moved = rk_rows_round(&s) || moved;
        moved = rk_joint_round(&s) || moved;
        if (!moved && !rk_moves_exhaust(&s) && !lower_parts(sh, &s))
            break;
        any = true;
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
        any = simplify(&sh) || any;
    }
    rk_judge_clear(&sh.judge);
}
