/* Planes and steps of a batch, what is known of them while compiling, and their memory. */
#include "batch_inside.h"

#include <math.h>
#include <string.h>

#include "base/rk_mem.h"

/* --- planes ------------------------------------------------------------------------------------*/

unsigned rk_plan_plane(rk_batch *b) {
    rk_grow(&b->plane, &b->planes_cap, b->nplanes + 1, sizeof *b->plane);
    b->plane[b->nplanes] = (rk_plane){.made = RK_NO_PLANE, .used = RK_NO_PLANE};
    return (unsigned)b->nplanes++;
}

/* Constants that are made once only: those met first. */
enum { KNOWN_CONSTANTS = 256 };

unsigned rk_plan_constant(rk_batch *b, double x) {
    for (size_t p = 0; p < b->nconstants && p < KNOWN_CONSTANTS; p++)
        if (memcmp(&b->plane[b->constants[p]].constant, &x, sizeof x) == 0)
            return b->constants[p];
    unsigned p = rk_plan_plane(b);
    b->plane[p].constant = x;
    b->plane[p].is_constant = true;
    rk_grow(&b->constants, &b->constants_cap, b->nconstants + 1, sizeof *b->constants);
    b->constants[b->nconstants++] = p;
    return p;
}

bool rk_plan_is(const rk_batch *b, unsigned plane, double x) {
    return b->plane[plane].is_constant && b->plane[plane].constant == x;
}

unsigned *rk_plan_planes(rk_batch *b, size_t n) {
    return rk_arena_alloc(b->arena, (n + 1) * sizeof(unsigned));
}

/* --- steps -------------------------------------------------------------------------------------*/

rk_batch_step *rk_plan_add(rk_batch *b, rk_lanes_op op, unsigned *r, size_t nr, unsigned *a,
                           size_t na, unsigned *c, size_t nc) {
    rk_grow(&b->step, &b->steps_cap, b->nsteps + 1, sizeof *b->step);
    rk_batch_step *s = &b->step[b->nsteps];
    *s = (rk_batch_step){.op = op,
                         .n = na,
                         .r = r,
                         .nr = nr,
                         .a = a,
                         .na = na,
                         .b = c,
                         .nb = nc,
                         .flag = RK_NO_PLANE};
    for (size_t i = 0; i < nr; i++) {
        b->plane[r[i]].made = (unsigned)b->nsteps;
        b->plane[r[i]].at = (unsigned)i;
    }
    b->nsteps++;
    return s;
}

static double fold(rk_lanes_op op, double x, double y) {
    switch (op) {
    case RK_L_ADD:
        return x + y;
    case RK_L_SUB:
        return x - y;
    case RK_L_MUL:
        return x * y;
    default:
        return x / y;
    }
}

/* The result where constants settle it, else RK_NO_PLANE. An unknown number times 0 is 0; whether
   it is defined is told apart. */
static unsigned settled(rk_batch *b, rk_lanes_op op, unsigned x, unsigned y) {
    const rk_plane *p = &b->plane[x], *q = &b->plane[y];
    if (p->is_constant && q->is_constant && !(op == RK_L_DIV && q->constant == 0))
        return rk_plan_constant(b, fold(op, p->constant, q->constant));
    bool product = op == RK_L_MUL, unit = product || op == RK_L_DIV;
    if ((product && (rk_plan_is(b, x, 0) || rk_plan_is(b, y, 0))) ||
        (op == RK_L_DIV && rk_plan_is(b, x, 0)))
        return rk_plan_constant(b, 0);
    if (rk_plan_is(b, y, unit ? 1 : 0))
        return x;
    if ((product && rk_plan_is(b, x, 1)) || (op == RK_L_ADD && rk_plan_is(b, x, 0)))
        return y;
    return RK_NO_PLANE;
}

void rk_plan_binary(rk_batch *b, rk_lanes_op op, size_t n, unsigned *r, const unsigned *a,
                    const unsigned *c) {
    unsigned *left = rk_plan_planes(b, n), *right = rk_plan_planes(b, n);
    unsigned *made = rk_plan_planes(b, n);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        left[count] = a[i]; /* r may be a or c */
        right[count] = c[i];
        r[i] = settled(b, op, left[count], right[count]);
        if (r[i] == RK_NO_PLANE)
            r[i] = made[count++] = rk_plan_plane(b);
    }
    if (count > 0)
        rk_plan_add(b, op, made, count, left, count, right, count);
}

/* A sum of products made just for it is a dot product. */
static bool are_products(const rk_batch *b, const unsigned *a, size_t n, unsigned *x, unsigned *y) {
    for (size_t i = 0; i < n; i++) {
        const rk_plane *p = &b->plane[a[i]];
        if (p->made == RK_NO_PLANE || b->step[p->made].op != RK_L_MUL)
            return false;
        x[i] = b->step[p->made].a[p->at];
        y[i] = b->step[p->made].b[p->at];
    }
    return true;
}

unsigned rk_plan_sum(rk_batch *b, const unsigned *a, size_t n) {
    unsigned *rest = rk_plan_planes(b, n + 1), *r = rk_plan_planes(b, 1);
    size_t count = 0;
    double constant = 0;
    for (size_t i = 0; i < n; i++) {
        if (b->plane[a[i]].is_constant)
            constant += b->plane[a[i]].constant;
        else
            rest[count++] = a[i];
    }
    if (constant != 0 || count == 0)
        rest[count++] = rk_plan_constant(b, constant);
    if (count == 1)
        return rest[0];
    unsigned *x = rk_plan_planes(b, count), *y = rk_plan_planes(b, count);
    r[0] = rk_plan_plane(b);
    if (are_products(b, rest, count, x, y))
        rk_plan_add(b, RK_L_DOT, r, 1, x, count, y, count);
    else
        rk_plan_add(b, RK_L_SUM, r, 1, rest, count, NULL, 0);
    return r[0];
}

/* A term of a dot product with a factor 1 is the other factor; true when all terms are so. */
static bool plain_terms(const rk_batch *b, unsigned *x, const unsigned *y, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!rk_plan_is(b, x[i], 1) && !rk_plan_is(b, y[i], 1))
            return false;
    for (size_t i = 0; i < n; i++)
        x[i] = rk_plan_is(b, x[i], 1) ? y[i] : x[i];
    return true;
}

unsigned rk_plan_dot(rk_batch *b, const unsigned *a, const unsigned *c, size_t n) {
    unsigned *x = rk_plan_planes(b, n), *y = rk_plan_planes(b, n), *r = rk_plan_planes(b, 1);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (rk_plan_is(b, a[i], 0) || rk_plan_is(b, c[i], 0))
            continue;
        x[count] = a[i];
        y[count++] = c[i];
    }
    if (count == 1) {
        rk_plan_binary(b, RK_L_MUL, 1, r, x, y);
        return r[0];
    }
    if (count == 0 || plain_terms(b, x, y, count))
        return rk_plan_sum(b, x, count);
    r[0] = rk_plan_plane(b);
    rk_plan_add(b, RK_L_DOT, r, 1, x, count, y, count);
    return r[0];
}

/* --- what is needed, and when ------------------------------------------------------------------*/

static void mark(rk_batch *b, const unsigned *p, size_t n, unsigned step) {
    for (size_t i = 0; i < n; i++)
        if (b->plane[p[i]].used == RK_NO_PLANE)
            b->plane[p[i]].used = step;
}

/* Backwards: a step is needed when a plane it makes is used later or kept. */
static void find_needed(rk_batch *b) {
    for (size_t i = b->nsteps; i-- > 0;) {
        rk_batch_step *s = &b->step[i];
        for (size_t k = 0; k < s->nr && !s->needed; k++)
            s->needed = b->plane[s->r[k]].keep || b->plane[s->r[k]].used != RK_NO_PLANE;
        if (!s->needed)
            continue;
        mark(b, s->a, s->na, (unsigned)i);
        mark(b, s->b, s->nb, (unsigned)i);
        if (s->flag != RK_NO_PLANE)
            mark(b, &s->flag, 1, (unsigned)i);
    }
}

static bool all_constant(const rk_batch *b, const unsigned *p, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const rk_plane *x = &b->plane[p[i]];
        if (!x->is_constant && (x->made == RK_NO_PLANE || !b->step[x->made].once))
            return false;
    }
    return true;
}

/* Steps on constants run once; their results keep their memory. */
static void find_constant(rk_batch *b) {
    for (size_t i = 0; i < b->nsteps; i++) {
        rk_batch_step *s = &b->step[i];
        s->once = s->needed && all_constant(b, s->a, s->na) && all_constant(b, s->b, s->nb) &&
                  (s->flag == RK_NO_PLANE || all_constant(b, &s->flag, 1));
        for (size_t k = 0; k < s->nr && s->once; k++)
            b->plane[s->r[k]].keep = true;
    }
}

static void find_inputs(rk_batch *b) {
    for (size_t s = 0; s < b->program->nslots; s++) {
        const rk_slot *slot = &b->program->slots[s];
        for (size_t k = 0; b->input[s] && k < (size_t)(slot->rows * slot->cols); k++)
            b->reads[s] = b->reads[s] || b->plane[b->input[s][k]].used != RK_NO_PLANE;
    }
}

/* --- one step for many -------------------------------------------------------------------------*/

static bool is_entrywise(const rk_batch_step *s) {
    return s->kind == RK_STEP_LANES && s->op <= RK_L_SURPRISE && s->nr == s->n;
}

static bool reads_from(const rk_batch *b, const rk_batch_step *s, unsigned step) {
    for (size_t i = 0; i < s->na; i++)
        if (b->plane[s->a[i]].made == step)
            return true;
    for (size_t i = 0; i < s->nb; i++)
        if (b->plane[s->b[i]].made == step)
            return true;
    return false;
}

static unsigned *joined(rk_batch *b, const unsigned *x, size_t m, const unsigned *y, size_t n) {
    unsigned *r = rk_plan_planes(b, m + n);
    memcpy(r, x, m * sizeof *r);
    memcpy(r + m, y, n * sizeof *r);
    return r;
}

/* Step i and what it makes become part of step `into`. */
static void join(rk_batch *b, unsigned into, unsigned i) {
    rk_batch_step *s = &b->step[into], *t = &b->step[i];
    for (size_t k = 0; k < t->nr; k++) {
        b->plane[t->r[k]].made = into;
        b->plane[t->r[k]].at = (unsigned)(s->nr + k);
    }
    s->r = joined(b, s->r, s->nr, t->r, t->nr);
    s->a = joined(b, s->a, s->na, t->a, t->na);
    s->b = s->nb > 0 ? joined(b, s->b, s->nb, t->b, t->nb) : s->b;
    s->nr += t->nr;
    s->na += t->na;
    s->nb += t->nb;
    s->n += t->n;
    t->needed = false;
}

/* A step that repeats the operation of the last one on other planes joins it. */
static void join_neighbours(rk_batch *b) {
    unsigned last = RK_NO_PLANE;
    for (unsigned i = 0; i < b->nsteps; i++) {
        const rk_batch_step *s = &b->step[i], *t = last == RK_NO_PLANE ? NULL : &b->step[last];
        if (!s->needed)
            continue;
        if (t && is_entrywise(s) && is_entrywise(t) && s->op == t->op && s->once == t->once &&
            !reads_from(b, s, last))
            join(b, last, i);
        else
            last = i;
    }
}

/* The last step that reads each plane, now that some have moved forward. */
static void find_last_uses(rk_batch *b) {
    for (size_t p = 0; p < b->nplanes; p++)
        b->plane[p].used = RK_NO_PLANE;
    for (size_t i = b->nsteps; i-- > 0;) {
        const rk_batch_step *s = &b->step[i];
        if (!s->needed)
            continue;
        mark(b, s->a, s->na, (unsigned)i);
        mark(b, s->b, s->nb, (unsigned)i);
        if (s->flag != RK_NO_PLANE)
            mark(b, &s->flag, 1, (unsigned)i);
    }
}

/* --- memory ------------------------------------------------------------------------------------*/

/* Rows of `width` numbers, given out and taken back. */
typedef struct rows {
    size_t count, *idle, nidle, cap;
} rows;

static size_t take(rows *r) {
    return r->nidle > 0 ? r->idle[--r->nidle] : r->count++;
}

static void give_back(rows *r, size_t row) {
    rk_grow(&r->idle, &r->cap, r->nidle + 1, sizeof *r->idle);
    r->idle[r->nidle++] = row;
}

static void free_arguments(rk_batch *b, rows *r, const size_t *of, unsigned char *gone,
                           const unsigned *p, size_t n, size_t step) {
    for (size_t i = 0; i < n; i++) {
        const rk_plane *x = &b->plane[p[i]];
        if (gone[p[i]] || x->keep || x->is_constant || x->used != step)
            continue;
        gone[p[i]] = 1;
        give_back(r, of[p[i]]);
    }
}

static size_t choose_places(rk_batch *b, size_t *to) {
    rows r = {0};
    unsigned char *gone = rk_calloc(b->nplanes + 1, 1);
    for (unsigned p = 0; p < b->nplanes; p++) /* the entries of a slot side by side */
        if (b->plane[p].made == RK_NO_PLANE)
            to[p] = take(&r);
    for (size_t i = 0; i < b->nsteps; i++) /* what runs once shares with nothing that runs later */
        for (size_t k = 0; k < b->step[i].nr && b->step[i].once; k++)
            to[b->step[i].r[k]] = take(&r);
    for (size_t i = 0; i < b->nsteps; i++) {
        rk_batch_step *s = &b->step[i];
        if (!s->needed || s->once)
            continue;
        for (size_t k = 0; k < s->nr; k++)
            to[s->r[k]] = take(&r);
        free_arguments(b, &r, to, gone, s->a, s->na, i);
        free_arguments(b, &r, to, gone, s->b, s->nb, i);
        for (size_t k = 0; k < s->nr; k++)
            if (!b->plane[s->r[k]].keep && b->plane[s->r[k]].used == RK_NO_PLANE)
                give_back(&r, to[s->r[k]]);
    }
    rk_free(gone);
    rk_free(r.idle);
    return r.count;
}

static size_t most_scratch(const rk_batch *b) {
    size_t most = 0;
    for (size_t i = 0; i < b->nsteps; i++) {
        const rk_batch_step *s = &b->step[i];
        size_t need = s->kind == RK_STEP_EIGEN ? rk_batch_eigen_scratch(s->n)
                                               : rk_lanes_scratch(s->op, s->m, s->n);
        most = need > most ? need : most;
    }
    return most;
}

static rk_planes pointers(rk_batch *b, const unsigned *p, size_t n) {
    void **to = rk_arena_alloc(b->arena, (n + 1) * sizeof *to);
    for (size_t i = 0; i < n; i++)
        to[i] = b->plane[p[i]].value;
    return to;
}

static void make_job(rk_batch *b, rk_batch_step *s) {
    s->job = (rk_lanes_job){.width = b->width,
                            .m = s->m,
                            .k = s->k,
                            .n = s->n,
                            .r = pointers(b, s->r, s->nr),
                            .a = pointers(b, s->a, s->na),
                            .b = s->nb > 0 ? pointers(b, s->b, s->nb) : NULL,
                            .scratch = b->scratch};
    if (s->flag != RK_NO_PLANE)
        s->job.flag = b->plane[s->flag].value;
}

static void fill_constant(const rk_batch *b, const rk_plane *x) {
    for (size_t t = 0; t < b->width; t++)
        if (b->lanes->size == sizeof(float))
            ((float *)x->value)[t] = (float)x->constant;
        else
            ((double *)x->value)[t] = x->constant;
}

static void set_addresses(rk_batch *b, const size_t *at) {
    for (unsigned p = 0; p < b->nplanes; p++) {
        rk_plane *x = &b->plane[p];
        x->value = b->memory + at[p] * b->width * b->lanes->size;
        if (x->is_constant)
            fill_constant(b, x);
    }
    for (size_t i = 0; i < b->nsteps; i++)
        if (b->step[i].needed)
            make_job(b, &b->step[i]);
}

/* Lanes so that the planes stay in the first level of the cache, if enough lanes do. */
static size_t fitting_width(size_t planes, size_t size) {
    const size_t cache = 32768 / size, most = 256, least = 32;
    size_t width = cache / planes / RK_LANES_STEP * RK_LANES_STEP;
    return width > most ? most : width < least ? least : width;
}

static unsigned char *aligned(void *p) {
    return (unsigned char *)(((uintptr_t)p + RK_LANES_ALIGN - 1) / RK_LANES_ALIGN * RK_LANES_ALIGN);
}

bool rk_plan_place(rk_batch *b, size_t width, size_t bytes) {
    find_needed(b);
    find_constant(b);
    join_neighbours(b);
    find_last_uses(b);
    find_inputs(b);
    size_t *at = rk_calloc(b->nplanes + 1, sizeof *at);
    size_t planes = choose_places(b, at) + 1, scratch = most_scratch(b), size = b->lanes->size;
    size_t room = bytes > scratch ? (bytes - scratch) / size : 0;
    b->width = width > 0 ? (width + RK_LANES_STEP - 1) / RK_LANES_STEP * RK_LANES_STEP
                         : fitting_width(planes, size);
    while (b->width > RK_LANES_STEP && planes > room / b->width)
        b->width = b->width / 2 / RK_LANES_STEP * RK_LANES_STEP;
    b->width = b->width < RK_LANES_STEP ? RK_LANES_STEP : b->width;
    bool fits = planes <= room / b->width;
    if (fits) {
        b->block = rk_calloc(planes * b->width * size + scratch + RK_LANES_ALIGN, 1);
        b->memory = aligned(b->block);
        b->scratch = b->memory + planes * b->width * size;
        set_addresses(b, at);
    }
    rk_free(at);
    return fits;
}
