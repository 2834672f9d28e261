/* Shrinking: dimensions first, then values, until neither moves. */
#include <string.h>
#include "base/rk_mem.h"
#include "rk_joint.h"
#include "rk_moves.h"
#include "rk_plan.h"
#include "rk_project.h"
#include "rk_rows.h"
#include "rk_smallest.h"
#include "rk_typical.h"

enum {
    SEARCHED_DIMS = 12,
    LEAST_TOP = 6,
    SEARCH_TRIALS = 240,
    SEARCH_SEED = 1,
    ROUNDS = 64,
    PAIRED_SLOTS = 8,
    TYPICAL_DRAWS = 24
};
/* Share of the work of a search for simple assignments when some slots alone are free. */
enum { PART_SHARE = 16 };

typedef struct shrink {
    const rk_checked *checked;
    rk_judge judge;
    rk_finding *f;
    int64_t *searched; /* dimensions whose search found nothing, ndims numbers each */
    size_t nsearched, capacity;
} shrink;

/* --- dimensions -------------------------------------------------------------------- */

/* The forms of the finding go with their values. */
static bool try_projected(shrink *sh, const rk_program *program, const rk_assignment *a,
                          unsigned *claim) {
    rk_forms kept = {0};
    if (sh->f->forms.n == 0)
        return rk_judge_try(&sh->judge, program, a, RK_EFFORT_SCREENED, claim);
    rk_forms_carry(&kept, a, &sh->f->value, &sh->f->forms);
    bool found = rk_judge_try_forms(&sh->judge, program, a, &kept, claim);
    rk_forms_clear(&kept);
    return found;
}

static bool project(shrink *sh, const rk_program *program, rk_assignment *out, unsigned *claim) {
    size_t ways = rk_project_ways(sh->f, program);
    for (size_t way = 0; way < ways && !rk_judge_out_of_time(&sh->judge); way++)
        if (rk_project(sh->f, program, way, out) && try_projected(sh, program, out, claim))
            return true;
    return false;
}

/* Generic values that are like those close by: the ones in hand, or others beside what is not
   generic. */
static bool make_typical(shrink *sh, const rk_program *program, rk_assignment *a, unsigned *claim) {
    rk_rng rng = rk_rng_trial(SEARCH_SEED, sh->checked->statement, 0x64656e7365ULL);
    bool found =
        !sh->judge.typical || rk_judge_try(&sh->judge, program, a, RK_EFFORT_THOROUGH, claim);
    rk_assignment drawn;
    rk_assignment_init(&drawn, program);
    rk_assignment_set(&drawn, a);
    for (int k = 0; k < TYPICAL_DRAWS && !found; k++) {
        rk_typical_draw(program, &rng, &drawn);
        found = rk_judge_try(&sh->judge, program, &drawn, RK_EFFORT_THOROUGH, claim);
        if (found)
            rk_assignment_set(a, &drawn);
    }
    rk_assignment_clear(&drawn);
    return found;
}

/* A short hunt at these dimensions alone. It has a seed of its own, so that what comes out hardly
   depends on what the hunt found. */
static bool search(shrink *sh, const rk_program *program, rk_assignment *out, unsigned *claim) {
    rk_hunt_options o = rk_hunt_within(sh->judge.options, SEARCH_TRIALS);
    o.seed = SEARCH_SEED;
    rk_hunt_report r;
    rk_hunt(sh->checked, program->dims, &o, &r);
    bool found = r.found;
    if (found) {
        rk_assignment_set(out, &r.finding.value);
        rk_forms_set(&sh->judge.forms, &r.finding.forms);
        *claim = r.finding.claim;
    }
    rk_hunt_report_clear(&r, sh->checked);
    return found;
}

static void replace(shrink *sh, rk_program *program, const rk_assignment *value,
                    const rk_forms *forms, unsigned claim) {
    rk_finding *f = sh->f;
    rk_assignment_clear(&f->value);
    rk_judge_forget(&sh->judge, f->program);
    rk_program_free(f->program);
    f->program = program;
    rk_assignment_init(&f->value, program);
    rk_assignment_set(&f->value, value);
    rk_forms_set(&f->forms, forms);
    f->claim = claim;
    for (size_t i = 0; i < sh->checked->ndims; i++)
        f->dims[i] = program->dims[i];
}

static bool was_searched(const shrink *sh, const int64_t *dims) {
    size_t n = sh->checked->ndims;
    for (size_t i = 0; i < sh->nsearched; i++)
        if (memcmp(sh->searched + i * n, dims, n * sizeof *dims) == 0)
            return true;
    return false;
}

static void note_searched(shrink *sh, const int64_t *dims) {
    size_t n = sh->checked->ndims;
    rk_grow(&sh->searched, &sh->capacity, (sh->nsearched + 1) * n, sizeof *dims);
    memcpy(sh->searched + sh->nsearched * n, dims, n * sizeof *dims);
    sh->nsearched++;
}

/* Tries the finding at these dimensions; with `anew` also without it. */
static bool lower_to(shrink *sh, const int64_t *dims, bool anew) {
    bool too_large = false;
    rk_program *program = rk_plan_build(sh->checked, dims, &too_large);
    if (!program)
        return false;
    rk_assignment value;
    rk_assignment_init(&value, program);
    unsigned claim = 0;
    bool found = project(sh, program, &value, &claim);
    if (!found && anew && !was_searched(sh, dims)) {
        found = rk_smallest_find(&sh->judge, program, NULL, 1, NULL, &value, &claim) ||
                (search(sh, program, &value, &claim) && make_typical(sh, program, &value, &claim));
        if (!found)
            note_searched(sh, dims);
    }
    if (found) {
        replace(sh, program, &value, &sh->judge.forms, claim);
    } else {
        rk_judge_forget(&sh->judge, program);
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
    int64_t top = LEAST_TOP;
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
            found = lower_to(sh, dims, number < SEARCHED_DIMS);
    }
    rk_dims_iter_free(it);
    rk_free(dims);
    return found;
}

/* --- values ------------------------------------------------------------------------- */

/* The smallest simple finding of all, if the one in hand is not smaller yet. */
static bool simplify(shrink *sh) {
    rk_assignment value;
    rk_assignment_init(&value, sh->f->program);
    unsigned claim = 0;
    bool found =
        rk_smallest_find(&sh->judge, sh->f->program, NULL, 1, &sh->f->value, &value, &claim);
    if (found) {
        rk_assignment_set(&sh->f->value, &value);
        rk_forms_clear(&sh->f->forms);
        sh->f->claim = claim;
    }
    rk_assignment_clear(&value);
    return found;
}

/* One or two slots at a time: their smallest simple values beside the others as they are, if these
   are rational. */
static bool lower_part(shrink *sh, rk_shrinker *s, size_t a, size_t b) {
    const rk_program *program = s->program;
    if (program->slots[a].defined || program->slots[b].defined || s->forms->n > 0)
        return false;
    bool *free_slot = rk_calloc(program->nslots, sizeof *free_slot);
    free_slot[a] = free_slot[b] = true;
    unsigned claim = 0;
    bool found =
        rk_smallest_find(&sh->judge, program, free_slot, PART_SHARE, s->now, &s->next, &claim);
    if (found) {
        rk_assignment_set(s->now, &s->next);
        s->claim = claim;
    } else {
        rk_assignment_set(&s->next, s->now);
    }
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
    rk_shrinker_init(&s, &sh->judge, sh->f->program, &sh->f->value, &sh->f->forms);
    s.claim = sh->f->claim;
    bool any = false;
    for (int round = 0; round < ROUNDS; round++) {
        bool moved = rk_rows_round(&s);
        moved = rk_joint_round(&s) || moved;
        moved = rk_moves_round(&s) || moved;
        if (!moved && !lower_parts(sh, &s))
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
    sh.judge.typical =
        checked->mode == RK_MODE_UNIVERSAL && f->forms.n == 0 && rk_has_generic_slot(f->program);
    sh.judge.typical = make_typical(&sh, f->program, &f->value, &f->claim) && sh.judge.typical;
    bool any = true;
    for (int round = 0; round < ROUNDS && any; round++) {
        any = checked->mode != RK_MODE_EXISTS && lower_dims(&sh);
        any = lower_values(&sh) || any;
        if (!any || round == 0)
            any = simplify(&sh) || any;
    }
    rk_judge_clear(&sh.judge);
    rk_free(sh.searched);
}
