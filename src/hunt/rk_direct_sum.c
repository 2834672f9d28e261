/* Direct sums of summands, in random bases. */
#include "base/rk_mem.h"
#include "rk_draw.h"
#include "rk_params.h"
#include "rk_summands.h"

enum { TRIES = 6 };

typedef struct basis { /* x becomes change * x, a row of the dual y * inverse */
    fmpq_mat_t change, inverse;
} basis;

typedef struct sum {
    const rk_catalogue *c;
    rk_rng *rng;
    int64_t *left, *offset; /* of each space: dimensions not yet filled, filled */
    basis *of;              /* of each space */
} sum;

/* --- the summands ---------------------------------------------------------------------- */

static bool fits(const sum *s, const rk_summand *x, unsigned version) {
    if (x->version != version)
        return false;
    for (size_t k = 0; k < s->c->component->nspaces; k++)
        if (x->size[k] > s->left[k])
            return false;
    return true;
}

static void clear_values(const sum *s, rk_assignment *out) {
    const rk_component *c = s->c->component;
    for (size_t a = 0; a < c->narrows; a++)
        fmpq_mat_zero(&out->value[c->arrow[a].slot]);
}

static void place(sum *s, const rk_summand *x, rk_assignment *out) {
    const rk_component *c = s->c->component;
    for (size_t a = 0; a < c->narrows; a++) {
        const rk_arrow *arrow = &c->arrow[a];
        const rk_small *v = &x->value[a];
        slong row = arrow->scalar ? 0 : (slong)s->offset[arrow->row.space];
        slong col = arrow->scalar ? 0 : (slong)s->offset[arrow->col.space];
        for (int i = 0; i < v->rows; i++)
            for (int j = 0; j < v->cols; j++)
                rk_small_lift(fmpq_mat_entry(&out->value[arrow->slot], row + i, col + j),
                              v->entry[i * v->cols + j]);
    }
    for (size_t k = 0; k < c->nspaces; k++) {
        s->offset[k] += x->size[k];
        s->left[k] -= x->size[k];
    }
}

static bool is_full(const sum *s) {
    for (size_t k = 0; k < s->c->component->nspaces; k++)
        if (s->left[k] > 0)
            return false;
    return true;
}

/* A random one that fits; now and then the last once more. */
static const rk_summand *choose(const sum *s, unsigned version) {
    const rk_summand *chosen = NULL;
    uint64_t seen = 0;
    for (size_t k = 0; k < s->c->nsummands; k++)
        if (fits(s, &s->c->summand[k], version) && rk_rng_below(s->rng, ++seen) == 0)
            chosen = &s->c->summand[k];
    return chosen;
}

/* Does it take up no dimension of any space? */
static bool is_idle(const sum *s, const rk_summand *x) {
    for (size_t k = 0; k < s->c->component->nspaces; k++)
        if (x->size[k] > 0)
            return false;
    return true;
}

static bool fill(sum *s, rk_assignment *out) {
    enum { MOST_IDLE = 16 };
    const rk_component *c = s->c->component;
    int idle = 0;
    unsigned version = (unsigned)rk_rng_below(s->rng, s->c->versions);
    const rk_summand *last = NULL;
    for (size_t k = 0; k < c->nspaces; k++) {
        s->left[k] = c->space[k].dimension;
        s->offset[k] = 0;
    }
    clear_values(s, out);
    while (!is_full(s)) {
        if (!last || !fits(s, last, version) || rk_rng_below(s->rng, 3))
            last = choose(s, version);
        if (!last || (is_idle(s, last) && ++idle > MOST_IDLE)) /* nothing else fits */
            return false;
        place(s, last, out);
    }
    return true;
}

/* --- the bases ------------------------------------------------------------------------- */

/* Adds multiples of rows to others: determinant 1, and so the inverse is an integer matrix. */
static void shear(basis *b, rk_rng *rng) {
    slong n = b->change->r, steps = (slong)rk_rng_below(rng, (uint64_t)(2 * n));
    for (slong k = 0; k < steps && n > 1; k++) {
        slong i = (slong)rk_rng_below(rng, (uint64_t)n);
        slong j = (i + 1 + (slong)rk_rng_below(rng, (uint64_t)n - 1)) % n;
        bool minus = rk_rng_below(rng, 2) != 0;
        for (slong l = 0; l < n; l++) {
            fmpq *x = fmpq_mat_entry(b->change, i, l), *y = fmpq_mat_entry(b->inverse, l, j);
            const fmpq *dx = fmpq_mat_entry(b->change, j, l),
                       *dy = fmpq_mat_entry(b->inverse, l, i);
            if (minus) {
                fmpq_sub(x, x, dx);
                fmpq_add(y, y, dy);
            } else {
                fmpq_add(x, x, dx);
                fmpq_sub(y, y, dy);
            }
        }
    }
}

static void draw_in(fmpq_mat_t out, rk_set set, rk_rng *rng) {
    rk_slot slot = {.set = set, .rows = out->r, .cols = out->c};
    rk_palette signs = {RK_ENTRIES_SIGNS, NULL, 0};
    rk_draw_slot(&slot, RK_PATTERN_PLAIN, &signs, rng, out);
}

static void choose_basis(basis *b, rk_group group, bool plain, rk_rng *rng) {
    fmpq_mat_one(b->change);
    fmpq_mat_one(b->inverse);
    if (plain || b->change->r == 0)
        return;
    if (group == RK_GROUP_LINEAR && rk_rng_below(rng, 4)) {
        shear(b, rng);
        return;
    }
    bool turn = group != RK_GROUP_PERMUTATION && rk_rng_below(rng, 2);
    draw_in(b->change, turn ? RK_SET_ORTHOGONAL : RK_SET_PERMUTATION, rng);
    fmpq_mat_transpose(b->inverse, b->change);
}

/* On the dual the inverse transpose acts. */
static void act(fmpq_mat_t value, const basis *b, bool dual, bool left) {
    fmpq_mat_t by;
    fmpq_mat_init(by, b->change->r, b->change->c);
    if (dual)
        fmpq_mat_transpose(by, left ? b->inverse : b->change);
    else
        fmpq_mat_set(by, left ? b->change : b->inverse);
    if (left)
        fmpq_mat_mul(value, by, value);
    else
        fmpq_mat_mul(value, value, by);
    fmpq_mat_clear(by);
}

static void change_bases(sum *s, rk_assignment *out) {
    const rk_component *c = s->c->component;
    bool plain = rk_rng_below(s->rng, 4) == 0;
    for (size_t k = 0; k < c->nspaces; k++)
        choose_basis(&s->of[k], c->space[k].group, plain, s->rng);
    for (size_t a = 0; a < c->narrows && !plain; a++) {
        const rk_arrow *arrow = &c->arrow[a];
        if (arrow->scalar)
            continue;
        act(&out->value[arrow->slot], &s->of[arrow->row.space], arrow->row.dual, true);
        act(&out->value[arrow->slot], &s->of[arrow->col.space], arrow->col.dual, false);
    }
}

bool rk_catalogue_draw(const rk_catalogue *c, rk_rng *rng, rk_assignment *out) {
    size_t n = c->component->nspaces;
    sum s = {.c = c, .rng = rng};
    s.left = rk_calloc(2 * n + 1, sizeof *s.left);
    s.offset = s.left + n;
    s.of = rk_malloc((n + 1) * sizeof *s.of);
    for (size_t k = 0; k < n; k++) {
        slong dimension = (slong)c->component->space[k].dimension;
        fmpq_mat_init(s.of[k].change, dimension, dimension);
        fmpq_mat_init(s.of[k].inverse, dimension, dimension);
    }
    bool ok = false;
    for (int k = 0; k < TRIES && !ok; k++)
        ok = fill(&s, out);
    if (ok)
        change_bases(&s, out);
    for (size_t k = 0; k < n; k++) {
        fmpq_mat_clear(s.of[k].change);
        fmpq_mat_clear(s.of[k].inverse);
    }
    rk_free(s.of);
    rk_free(s.left);
    return ok;
}
