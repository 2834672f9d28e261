#include "rk_ladder.h"
#include <stdlib.h>
#include <string.h>
#include "base/rk_mem.h"
#include "rk_shelf.h"

enum { MAX_MEMBERS = 50000 }; /* of one slot, with as many nonzero entries */

/* An assignment: one member for each slot that is not defined. */
typedef struct tuple {
    const rk_ladder *ladder;
    uint64_t key;
    const rk_small *member[];
} tuple;

typedef struct place { /* one slot that is not defined */
    size_t slot;
    rk_shelf *shelf;
    bool shared; /* with an earlier place of the same set and shape */
    slong least; /* nonzero entries of this place and those after it */
    slong largest;
} place;

struct rk_ladder {
    const rk_program *program;
    place *place;
    size_t nplaces;
    uint64_t budget;
    slong nonzero; /* of the tuples in hand */
    unsigned level;
    int whole;       /* the level of all steps, or -1: each has its own */
    slong most;      /* nonzero entries of the last step */
    rk_arena *arena; /* of the tuples */
    tuple **tuple;
    size_t ntuples, capacity;
    size_t first, next;      /* the block in hand */
    const rk_small **member; /* while tuples are made */
    bool ended;
};

static uint64_t add(uint64_t a, uint64_t b) {
    return __builtin_add_overflow(a, b, &a) ? UINT64_MAX : a;
}

static uint64_t multiply(uint64_t a, uint64_t b) {
    return __builtin_mul_overflow(a, b, &a) ? UINT64_MAX : a;
}

/* --- how many tuples there are ---------------------------------------------------- */

/* Slots with few entries have larger alphabets. */
static const rk_rung *rung(const place *p, unsigned level, slong nonzero) {
    size_t size = rk_shelf_size(p->shelf);
    level += size == 1 ? 4 : size == 2 ? 2 : size <= 4 ? 1 : 0;
    return rk_shelf_rung(p->shelf, level < RK_SHELF_LEVELS ? level : RK_SHELF_LEVELS - 1, nonzero);
}

static uint64_t rung_count(const place *p, unsigned level, slong nonzero) {
    const rk_rung *r = rung(p, level, nonzero);
    return r->whole ? r->count : UINT64_MAX;
}

/* ways[n]: tuples with n nonzero entries, up to `nonzero` of them (nonzero + 1 numbers). */
static void count_tuples(const rk_ladder *l, unsigned level, slong nonzero, uint64_t *ways) {
    size_t bytes = ((size_t)nonzero + 1) * sizeof *ways;
    uint64_t *more = rk_malloc(bytes);
    memset(ways, 0, bytes);
    ways[0] = 1;
    for (size_t k = l->nplaces; k-- > 0;) {
        slong room = nonzero - (l->place[0].least - l->place[k].least); /* the rest is taken */
        memset(more, 0, bytes);
        for (slong n = 0; n <= room; n++)
            for (slong i = 0; i <= n; i++)
                if (ways[n - i] > 0)
                    more[n] =
                        add(more[n], multiply(ways[n - i], rung_count(&l->place[k], level, i)));
        memcpy(ways, more, bytes);
    }
    rk_free(more);
}

static uint64_t count_step(const rk_ladder *l, unsigned level) {
    uint64_t *ways = rk_malloc(((size_t)l->nonzero + 1) * sizeof *ways);
    count_tuples(l, level, l->nonzero, ways);
    uint64_t count = ways[l->nonzero];
    rk_free(ways);
    return count;
}

static uint64_t count_all(const rk_ladder *l, unsigned level, slong nonzero) {
    uint64_t *ways = rk_malloc(((size_t)nonzero + 1) * sizeof *ways), sum = 0;
    count_tuples(l, level, nonzero, ways);
    for (slong n = 0; n <= nonzero; n++)
        sum = add(sum, ways[n]);
    rk_free(ways);
    return sum;
}

/* No rung that such tuples need is too long: looked at from few nonzero entries on, because where
   one is, those after it are longer. */
static bool all_whole(const rk_ladder *l, unsigned level, slong nonzero) {
    slong least = l->place[0].least;
    for (slong n = 0; n <= nonzero; n++)
        for (size_t k = 0; k < l->nplaces; k++)
            if (n <= nonzero - (least - rk_shelf_least(l->place[k].shelf)) &&
                !rung(&l->place[k], level, n)->whole)
                return false;
    return true;
}

/* The largest alphabet with which all of them up to `nonzero` nonzero entries fit; none: -1. */
static int whole_level(const rk_ladder *l, slong nonzero) {
    int level = -1;
    while (level + 1 < RK_SHELF_LEVELS && all_whole(l, (unsigned)(level + 1), nonzero) &&
           count_all(l, (unsigned)(level + 1), nonzero) <= l->budget)
        level++;
    return level;
}

/* --- making them ------------------------------------------------------------------ */

static void add_tuple(rk_ladder *l) {
    size_t bytes = l->nplaces * sizeof l->member[0];
    tuple *t = rk_arena_alloc(l->arena, sizeof *t + bytes);
    t->ladder = l;
    memcpy(t->member, l->member, bytes);
    for (size_t p = 0; p < l->nplaces; p++)
        t->key += l->member[p]->key;
    rk_grow(&l->tuple, &l->capacity, l->ntuples + 1, sizeof *l->tuple);
    l->tuple[l->ntuples++] = t;
}

static void make_tuples(rk_ladder *l, size_t p, slong left) {
    if (p == l->nplaces) {
        if (left == 0)
            add_tuple(l);
        return;
    }
    const place *after = &l->place[p + 1];
    for (slong n = 0; n <= left; n++) {
        if (left - n < after->least || left - n > after->largest)
            continue;
        const rk_rung *r = rung(&l->place[p], l->level, n);
        for (size_t i = 0; i < r->count; i++) {
            l->member[p] = r->member[i];
            make_tuples(l, p + 1, left - n);
        }
    }
}

static int in_order(const void *a, const void *b) {
    const tuple *x = *(tuple *const *)a, *y = *(tuple *const *)b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    for (size_t p = 0; p < x->ladder->nplaces; p++) {
        size_t n = rk_shelf_size(x->ladder->place[p].shelf);
        int c = memcmp(x->member[p]->code, y->member[p]->code, n);
        if (c)
            return c;
    }
    return 0;
}

/* The largest alphabet from `level` on with which this step has no more tuples than `most`, or that
   one; *count: its tuples. */
static unsigned step_level(const rk_ladder *l, unsigned level, uint64_t most, uint64_t *count) {
    *count = count_step(l, level);
    for (uint64_t more; level + 1 < RK_SHELF_LEVELS; level++, *count = more) {
        more = count_step(l, level + 1);
        if (more > most)
            break;
    }
    return level;
}

/* All tuples with l->nonzero nonzero entries. False: too many over every alphabet. */
static bool make_step(rk_ladder *l) {
    uint64_t count;
    if (l->whole >= 0) {
        l->level = step_level(l, (unsigned)l->whole, l->budget / 4, &count);
        count = 0; /* all of them were counted before */
    } else {
        l->level = step_level(l, 0, l->budget / 2, &count);
    }
    if (count > l->budget / 2)
        return false;
    l->budget -= count;
    rk_arena *arena = rk_arena_new();
    rk_arena_free(l->arena);
    l->arena = arena;
    l->ntuples = l->first = l->next = 0;
    make_tuples(l, 0, l->nonzero);
    if (l->ntuples > 0) /* else there is no array */
        qsort(l->tuple, l->ntuples, sizeof *l->tuple, in_order);
    return true;
}

/* --- the ladder ------------------------------------------------------------------- */

static bool same_kind(const rk_slot *a, const rk_slot *b) {
    return a->set == b->set && a->rows == b->rows && a->cols == b->cols;
}

static bool add_place(rk_ladder *l, size_t slot, size_t most) {
    place *p = &l->place[l->nplaces];
    *p = (place){.slot = slot};
    for (size_t k = 0; k < l->nplaces && !p->shared; k++)
        if (same_kind(&l->program->slots[l->place[k].slot], &l->program->slots[slot])) {
            p->shelf = l->place[k].shelf;
            p->shared = true;
        }
    if (!p->shared)
        p->shelf = rk_shelf_new(&l->program->slots[slot], most);
    l->nplaces += p->shelf != NULL;
    return p->shelf != NULL;
}

static bool is_free(const rk_program *program, const bool *free_slot, size_t s) {
    return !program->slots[s].defined && (!free_slot || free_slot[s]);
}

static slong nonzero_entries(const rk_ladder *l, const rk_assignment *a) {
    slong n = 0;
    for (size_t p = 0; p < l->nplaces; p++) {
        const fmpq_mat_struct *m = &a->value[l->place[p].slot];
        for (slong k = 0; k < m->r * m->c; k++)
            n += !fmpq_is_zero(fmpq_mat_entry(m, k / m->c, k % m->c));
    }
    return n;
}

static void set_range(rk_ladder *l, const rk_assignment *below) {
    l->nonzero = l->place[0].least - 1;
    l->most = l->place[0].largest;
    slong n = below ? nonzero_entries(l, below) : l->most;
    l->most = n < l->most ? n : l->most;
    if (l->most >= l->place[0].least)
        l->whole = whole_level(l, l->most);
}

rk_ladder *rk_ladder_new(const rk_program *program, const bool *free_slot, uint64_t budget,
                         const rk_assignment *below) {
    rk_ladder *l = rk_calloc(1, sizeof *l);
    *l = (rk_ladder){.program = program, .budget = budget, .arena = rk_arena_new(), .whole = -1};
    l->place = rk_calloc(program->nslots + 1, sizeof *l->place);
    l->member = rk_calloc(program->nslots + 1, sizeof *l->member);
    size_t most = budget < MAX_MEMBERS ? (size_t)budget : MAX_MEMBERS;
    for (size_t s = 0; s < program->nslots && !l->ended; s++)
        l->ended = is_free(program, free_slot, s) && !add_place(l, s, most);
    for (size_t p = l->nplaces; p-- > 0 && !l->ended;) {
        l->place[p].least = l->place[p + 1].least + rk_shelf_least(l->place[p].shelf);
        l->place[p].largest = l->place[p + 1].largest + rk_shelf_largest(l->place[p].shelf);
    }
    l->ended = l->ended || l->nplaces == 0;
    if (!l->ended)
        set_range(l, below);
    return l;
}

void rk_ladder_free(rk_ladder *l) {
    for (size_t p = 0; p < l->nplaces; p++)
        if (!l->place[p].shared)
            rk_shelf_free(l->place[p].shelf);
    rk_free(l->place);
    rk_free(l->member);
    rk_free(l->tuple);
    rk_arena_free(l->arena);
    rk_free(l);
}

size_t rk_ladder_block(rk_ladder *l, size_t most) {
    while (!l->ended && l->next == l->ntuples) {
        l->nonzero++;
        l->ended = l->nonzero > l->most || !make_step(l);
    }
    if (l->ended)
        return 0;
    l->first = l->next;
    l->next = l->ntuples - l->first > most ? l->first + most : l->ntuples;
    return l->next - l->first;
}

void rk_ladder_get(const rk_ladder *l, size_t i, rk_assignment *out) {
    const tuple *t = l->tuple[l->first + i];
    for (size_t p = 0; p < l->nplaces; p++)
        rk_shelf_get(l->place[p].shelf, t->member[p], &out->value[l->place[p].slot]);
}

void rk_ladder_lane(const rk_ladder *l, size_t i, double *const *input, size_t width) {
    const tuple *t = l->tuple[l->first + i];
    for (size_t p = 0; p < l->nplaces; p++)
        if (input[l->place[p].slot])
            rk_shelf_lane(l->place[p].shelf, t->member[p], input[l->place[p].slot] + i, width);
}
