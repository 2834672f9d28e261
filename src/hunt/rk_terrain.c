#include "rk_terrain.h"
#include <math.h>
#include "base/rk_mem.h"
#include "domain/rk_jet.h"
#include "rk_params.h"

/* --- points -------------------------------------------------------------------- */

typedef enum manner { SIXTEENTHS, SMALL_INTEGERS, CONSTANTS, WIDE, MANNERS } manner;

/* A number of the theorem's text, or 1. */
static double some_constant(const rk_program *program, rk_rng *rng) {
    double chosen = 1;
    uint64_t seen = 0;
    for (size_t i = 0; i < program->ninstr; i++)
        if (program->instr[i].code == RK_P_RATIONAL && rk_rng_below(rng, ++seen) == 0)
            chosen = fmpq_get_d(program->instr[i].number);
    return chosen;
}

static double draw(const rk_program *program, rk_rng *rng, manner how, slong spread) {
    switch (how) {
    case SMALL_INTEGERS:
        return (double)rk_rng_between(rng, -3, 3);
    case CONSTANTS:
        return some_constant(program, rng) * (rk_rng_below(rng, 2) ? 1 : -1) +
               (rk_rng_below(rng, 2) ? 0 : rk_rng_normal(rng));
    case WIDE:
        return rk_rng_normal(rng) * pow(10, rk_rng_unit(rng) * 6 - 3);
    default:
        return (double)rk_rng_between(rng, -spread, spread) / 16;
    }
}

void rk_terrain_draw(rk_terrain *t, rk_rng *rng) {
    slong spread = rk_rng_between(rng, 1, 48);
    manner how = (manner)rk_rng_below(rng, MANNERS);
    for (slong i = 0; i < t->count; i++) {
        slong radix = rk_point_radix(t->program, i);
        t->theta[i] = radix > 0 ? (double)rk_rng_between(rng, 0, radix - 1)
                                : draw(t->program, rng, how, spread);
    }
}

/* All coordinates that vary continuously, or as many of them as are wanted. */
static void choose_active(rk_terrain *t, rk_rng *rng, slong most) {
    t->active = rk_malloc((size_t)(t->count + 1) * sizeof *t->active);
    t->nactive = 0;
    for (slong i = 0; i < t->count; i++)
        if (rk_point_radix(t->program, i) == 0)
            t->active[t->nactive++] = i;
    for (; t->nactive > most; t->nactive--) {
        slong out = (slong)rk_rng_below(rng, (uint64_t)t->nactive);
        t->active[out] = t->active[t->nactive - 1];
    }
}

static void mark_fixed(rk_terrain *t) {
    const rk_program *p = t->program;
    t->fixed = rk_calloc(p->ninstr + 1, 1);
    for (size_t i = 0; i < p->ninstr; i++) {
        t->fixed[i] = p->instr[i].code != RK_P_INPUT;
        for (size_t k = 0; k < p->instr[i].nargs; k++)
            t->fixed[i] = t->fixed[i] && t->fixed[p->instr[i].arg[k]];
    }
}

static bool is_spectral(const rk_instr *in) {
    return in->code == RK_P_SINGULAR_VALUE || in->code == RK_P_EIGEN_MODULUS;
}

static double work_of(const rk_terrain *t) {
    const rk_program *p = t->program;
    const double spectrum = 4e4; /* of a small matrix: calls of LAPACK, not arithmetic */
    double sum = 0, calls = 0;
    for (size_t i = 0; i < p->ninstr; i++) {
        const rk_instr *in = &p->instr[i];
        double inner = in->nargs > 0 ? (double)p->instr[in->arg[0]].cols : 1;
        if (!t->fixed[i])
            sum += 30 + (double)(in->rows * in->cols) * (inner + 1);
        if (!t->fixed[i] && is_spectral(in))
            calls += spectrum;
    }
    return sum * (double)(t->slopes ? t->nactive + 1 : 1) + calls;
}

void rk_terrain_init(rk_terrain *t, const rk_program *program, rk_rng *rng, slong most,
                     bool slopes) {
    rk_point all;
    rk_point_init(&all, program);
    *t = (rk_terrain){.program = program, .count = all.count, .slopes = slopes};
    rk_point_clear(&all);
    t->theta = rk_malloc((size_t)(t->count + 1) * sizeof *t->theta);
    rk_terrain_draw(t, rng);
    choose_active(t, rng, most);
    mark_fixed(t);
    t->work = work_of(t);
    t->domain = rk_domain_jet(slopes ? t->nactive : 0);
    rk_run_init(&t->run, program, t->domain);
}

void rk_terrain_clear(rk_terrain *t) {
    rk_run_clear(&t->run);
    rk_domain_free(t->domain);
    rk_free(t->theta);
    rk_free(t->active);
    rk_free(t->fixed);
}

/* --- looking ------------------------------------------------------------------- */

static void set_slopes(const rk_terrain *t, slong first, rk_matrix *theta) {
    for (slong a = 0; t->slopes && a < t->nactive; a++)
        if (t->active[a] >= first && t->active[a] < first + theta->rows)
            ((double *)rk_matrix_entry(theta, t->active[a] - first, 0))[a + 1] = 1;
}

bool rk_terrain_go(rk_terrain *t, const double *x) {
    slong first = 0;
    bool ok = true;
    for (slong a = 0; a < t->nactive; a++)
        t->theta[t->active[a]] = x[a];
    rk_run_restart(&t->run, t->fixed);
    for (size_t s = 0; s < t->program->nslots; s++) {
        const rk_slot *slot = &t->program->slots[s];
        if (slot->defined)
            continue;
        rk_matrix theta;
        rk_matrix_init(&theta, t->domain, rk_params_count(slot), 1);
        for (slong i = 0; i < theta.rows; i++)
            *(double *)rk_matrix_entry(&theta, i, 0) = t->theta[first + i];
        set_slopes(t, first, &theta);
        if (t->run.input[s].domain)
            rk_matrix_clear(&t->run.input[s]);
        ok = rk_params_map(slot, &theta, &t->run.input[s]) != RK_EV_UNDEFINED && ok;
        first += theta.rows;
        rk_matrix_clear(&theta);
    }
    return ok;
}

void rk_terrain_here(const rk_terrain *t, double *x) {
    for (slong a = 0; a < t->nactive; a++)
        x[a] = t->theta[t->active[a]];
}

const rk_matrix *rk_terrain_value(rk_terrain *t, unsigned instr) {
    rk_ev ev = rk_run_compute(&t->run, instr);
    if (ev != RK_EV_OK)
        return NULL;
    const rk_matrix *m = &t->run.value[instr];
    const double *entry = m->entry;
    slong n = m->rows * m->cols * (slong)(t->domain->size / sizeof(double));
    for (slong i = 0; i < n; i++)
        if (!isfinite(entry[i]))
            return NULL;
    return m;
}

/* --- making rational ----------------------------------------------------------- */

static void put(fmpq_t x, double value) {
    arf_t f;
    arf_init(f);
    arf_set_d(f, isfinite(value) ? value : 0);
    arf_get_fmpq(x, f);
    arf_clear(f);
}

void rk_terrain_exact(const rk_terrain *t, rk_point *point) {
    for (slong i = 0; i < t->count; i++)
        put(point->theta + i, t->theta[i]);
}

void rk_terrain_round(fmpq_t x, double value, int fineness) {
    fmpq_t low, high, radius;
    fmpq_init(low);
    fmpq_init(high);
    fmpq_init(radius);
    put(x, value);
    fmpq_one(radius);
    fmpq_div_2exp(radius, radius, (flint_bitcnt_t)fineness);
    fmpq_sub(low, x, radius);
    fmpq_add(high, x, radius);
    fmpq_simplest_between(x, low, high);
    fmpq_clear(low);
    fmpq_clear(high);
    fmpq_clear(radius);
}

void rk_terrain_snap(const rk_terrain *t, int fineness, rk_point *point) {
    for (slong i = 0; i < t->count; i++)
        if (rk_point_radix(t->program, i) > 0)
            put(point->theta + i, t->theta[i]);
        else
            rk_terrain_round(point->theta + i, t->theta[i], fineness);
}
