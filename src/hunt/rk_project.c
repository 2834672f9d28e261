#include "rk_project.h"
#include "base/rk_mem.h"
#include "rk_params.h"

enum { MAX_WAYS = 128, MAX_AXES = 16 };

/* Sizes that change; each has its own choice of what is kept. */
typedef struct axis {
    int64_t old_size, new_size;
    size_t ways, way;
} axis;

typedef struct cut {
    axis axis[MAX_AXES];
    size_t naxes;
    bool grows;
} cut;

static size_t binomial(int64_t n, int64_t k) {
    double count = 1;
    for (int64_t i = 1; i <= k; i++)
        count = count * (double)(n - k + i) / (double)i;
    return count > MAX_WAYS ? MAX_WAYS : (size_t)(count + 0.5);
}

static axis *find_axis(cut *c, int64_t old_size, int64_t new_size) {
    for (size_t i = 0; i < c->naxes; i++)
        if (c->axis[i].old_size == old_size && c->axis[i].new_size == new_size)
            return &c->axis[i];
    return NULL;
}

static void add_axis(cut *c, int64_t old_size, int64_t new_size) {
    c->grows = c->grows || new_size > old_size;
    if (new_size >= old_size || find_axis(c, old_size, new_size))
        return;
    if (c->naxes == MAX_AXES) {
        c->grows = true;
        return;
    }
    c->axis[c->naxes++] = (axis){old_size, new_size, binomial(old_size, new_size), 0};
}

/* Which of the old indices becomes index i: subset number `way` in dictionary order. */
static slong kept_index(cut *c, slong i, int64_t old_size, int64_t new_size) {
    const axis *a = find_axis(c, old_size, new_size);
    if (!a)
        return i;
    size_t way = a->way;
    slong index = 0;
    for (int64_t left = new_size; left > 0; index++) {
        size_t with = binomial(old_size - index - 1, left - 1);
        if (way >= with) {
            way -= with; /* index is left out */
            continue;
        }
        if (i-- == 0)
            return index;
        left--;
    }
    return old_size;
}

static int64_t members(const rk_program *program, unsigned var) {
    int64_t n = 0;
    for (size_t s = 0; s < program->nslots; s++)
        if (program->slots[s].var == var && program->slots[s].member > n)
            n = program->slots[s].member;
    return n;
}

static size_t find_slot(const rk_program *program, unsigned var, int64_t member) {
    size_t s = 0;
    while (s < program->nslots &&
           (program->slots[s].var != var || program->slots[s].member != member))
        s++;
    return s;
}

static size_t source_slot(const rk_finding *f, const rk_program *program, cut *c, size_t slot) {
    unsigned var = program->slots[slot].var;
    int64_t member = program->slots[slot].member;
    if (member > 0)
        member =
            1 + kept_index(c, (slong)member - 1, members(f->program, var), members(program, var));
    return find_slot(f->program, var, member);
}

static void plan(cut *c, const rk_finding *f, const rk_program *program) {
    *c = (cut){0};
    for (size_t s = 0; s < program->nslots; s++) {
        const rk_slot *to = &program->slots[s];
        if (to->defined)
            continue;
        add_axis(c, members(f->program, to->var), members(program, to->var));
        size_t source = find_slot(f->program, to->var, to->member);
        if (source == f->program->nslots || f->program->slots[source].defined) {
            c->grows = true;
            continue;
        }
        add_axis(c, f->program->slots[source].rows, to->rows);
        add_axis(c, f->program->slots[source].cols, to->cols);
    }
}

size_t rk_project_ways(const rk_finding *f, const rk_program *program) {
    cut c;
    plan(&c, f, program);
    size_t ways = 1;
    for (size_t i = 0; i < c.naxes && ways < MAX_WAYS; i++)
        ways *= c.axis[i].ways;
    return c.grows ? 0 : ways < MAX_WAYS ? ways : MAX_WAYS;
}

static bool project_slot(const rk_slot *slot, cut *c, fmpq_mat_t out, const fmpq_mat_t old) {
    for (slong i = 0; i < out->r; i++)
        for (slong j = 0; j < out->c; j++) {
            slong row = kept_index(c, i, old->r, out->r), col = kept_index(c, j, old->c, out->c);
            if (row >= old->r || col >= old->c)
                return false;
            fmpq_set(fmpq_mat_entry(out, i, j), fmpq_mat_entry(old, row, col));
        }
    bool sums = slot->set == RK_SET_STOCHASTIC || slot->set == RK_SET_ATTENTION;
    return !sums || rk_normalise_rows(out);
}

bool rk_project(const rk_finding *f, const rk_program *program, size_t way, rk_assignment *out) {
    cut c;
    plan(&c, f, program);
    for (size_t i = 0; i < c.naxes; i++) {
        c.axis[i].way = way % c.axis[i].ways;
        way /= c.axis[i].ways;
    }
    bool ok = !c.grows;
    for (size_t s = 0; s < program->nslots && ok; s++) {
        if (program->slots[s].defined)
            continue;
        size_t source = source_slot(f, program, &c, s);
        ok = source < f->program->nslots &&
             project_slot(&program->slots[s], &c, &out->value[s], &f->value.value[source]);
    }
    return ok;
}
