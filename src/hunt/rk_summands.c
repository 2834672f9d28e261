#include "rk_summands.h"

#include <string.h>

#include "base/rk_mem.h"
#include "rk_element.h"

enum {
    SHAPES = 40,      /* choices of sizes looked at */
    ATTEMPTS = 16,    /* at each of them */
    CANDIDATES = 128, /* values of one arrow kept for a shape */
    DRAWN = 80,       /* of those too many to list */
    LISTED = 10,      /* most entries of an arrow whose values are all listed */
    VERSIONS = 6,
    WORK = 60000 /* relations evaluated for one catalogue */
};

/* Entries: all of the first for matrices, all of them for numbers. */
static const struct {
    slong top;
    ulong bottom;
} palette[] = {{0, 1}, {1, 1}, {-1, 1}, {2, 1}, {1, 2}, {-2, 1}, {3, 1}};
enum { SIGNS = 3, NUMBERS = 7 };

static uint32_t palette_residue(size_t k) {
    uint64_t p = RK_NATURAL_PRIME, x = palette[k].top < 0 ? p - 2 + (uint64_t)(palette[k].top + 2)
                                                          : (uint64_t)palette[k].top;
    return (uint32_t)(palette[k].bottom == 2 ? x * ((p + 1) / 2) % p : x);
}

void rk_small_lift(fmpq_t out, uint32_t residue) {
    for (slong q = 1; q <= 64; q++) {
        slong x = (slong)((uint64_t)residue * (uint64_t)q % RK_NATURAL_PRIME);
        x = x > (slong)(RK_NATURAL_PRIME / 2) ? x - (slong)RK_NATURAL_PRIME : x;
        fmpq_set_si(out, x, (ulong)q);
        slong most = q == 1 ? 1 << 24 : 1 << 12;
        if (x > -most && x < most)
            return;
    }
}

/* --- values of one arrow --------------------------------------------------------------- */

typedef struct search {
    rk_catalogue *out;
    rk_rng *rng;
    int *size;
    rk_small *value;      /* of each arrow, in the making */
    rk_small **candidate; /* of each arrow: a list of CANDIDATES */
    size_t *ncandidates;
    long work;
} search;

/* Is arrow a the last of the relation's (numbers are known before)? The only one? */
static bool completes(const rk_component *c, const rk_natural_relation *rel, size_t a, bool alone) {
    bool last = false, others = false;
    for (size_t k = 0; k < rel->narrows; k++) {
        if (rel->arrow[k] == a) {
            last = true;
        } else if (!c->arrow[rel->arrow[k]].scalar) {
            others = true;
            if (rel->arrow[k] > a)
                return false;
        }
    }
    return last && alone == !others;
}

static bool relations_hold(search *s, size_t a, bool alone) {
    const rk_component *c = s->out->component;
    for (size_t k = 0; k < c->nrelations; k++) {
        const rk_natural_relation *rel = &c->relation[k];
        if (!completes(c, rel, a, alone))
            continue;
        s->work--;
        if (!rk_natural_holds(s->out->natural, rel, s->size, s->value))
            return false;
    }
    return true;
}

static void to_rational(fmpq_mat_t out, const rk_small *a) {
    for (int i = 0; i < a->rows; i++)
        for (int j = 0; j < a->cols; j++)
            rk_small_lift(fmpq_mat_entry(out, i, j), a->entry[i * a->cols + j]);
}

/* Sets that a sum lies in only if its summands do. */
static bool in_set(rk_set set, const rk_small *a) {
    if (set == RK_SET_REAL || set == RK_SET_NONZERO || set == RK_SET_POSITIVE ||
        set == RK_SET_ATTENTION || a->rows == 0)
        return a->cols == 0 || a->rows > 0 || !rk_set_lookup(set)->square;
    if (a->cols == 0)
        return !rk_set_lookup(set)->square && set != RK_SET_STOCHASTIC && set != RK_SET_UNIT_ROWS;
    fmpq_mat_t value;
    fmpq_mat_init(value, a->rows, a->cols);
    to_rational(value, a);
    bool ok = rk_set_contains(set, value);
    fmpq_mat_clear(value);
    return ok;
}

/* Keeps the value of arrow a if nothing speaks against it yet; of too many a random choice. */
static void consider(search *s, size_t a, uint64_t *seen) {
    const rk_component *c = s->out->component;
    rk_set set = s->out->natural->program->slots[c->arrow[a].slot].set;
    if (!in_set(set, &s->value[a]) || !relations_hold(s, a, true))
        return;
    uint64_t at = (*seen)++;
    if (at >= CANDIDATES)
        at = rk_rng_below(s->rng, *seen);
    if (at >= CANDIDATES)
        return;
    s->candidate[a][at] = s->value[a];
    if (s->ncandidates[a] <= at)
        s->ncandidates[a] = (size_t)at + 1;
}

static size_t letters(int entries) {
    return entries == 1 ? NUMBERS : SIGNS;
}

static void consider_all(search *s, size_t a, int entries) {
    uint64_t seen = 0, count = 1;
    for (int i = 0; i < entries; i++)
        count *= letters(entries);
    for (uint64_t code = 0; code < count && s->work > 0; code++) {
        uint64_t rest = code;
        for (int i = 0; i < entries; i++, rest /= letters(entries))
            s->value[a].entry[i] = palette_residue((size_t)(rest % letters(entries)));
        consider(s, a, &seen);
    }
}

/* Zero is likelier than the rest: most solutions have zeros. */
static void consider_some(search *s, size_t a, int entries) {
    uint64_t seen = 0;
    for (int k = 0; k < DRAWN && s->work > 0; k++) {
        uint64_t sparse = 1 + rk_rng_below(s->rng, 4);
        for (int i = 0; i < entries; i++)
            s->value[a].entry[i] = rk_rng_below(s->rng, sparse + 1) == 0
                                       ? palette_residue((size_t)rk_rng_below(s->rng, SIGNS))
                                       : 0;
        consider(s, a, &seen);
    }
}

static void list_candidates(search *s, size_t a) {
    const rk_arrow *arrow = &s->out->component->arrow[a];
    s->ncandidates[a] = 0;
    if (arrow->scalar) {
        s->candidate[a][0] = s->value[a];
        s->ncandidates[a] = 1;
        return;
    }
    s->value[a] = (rk_small){s->size[arrow->row.space], s->size[arrow->col.space], {0}};
    int entries = s->value[a].rows * s->value[a].cols;
    if (entries < LISTED)
        consider_all(s, a, entries);
    else
        consider_some(s, a, entries);
}

/* --- values of all arrows --------------------------------------------------------------- */

static bool same_summand(const rk_component *c, const rk_summand *x, unsigned version,
                         const rk_small *value) {
    if (x->version != version)
        return false;
    for (size_t a = 0; a < c->narrows; a++)
        if (x->value[a].rows != value[a].rows || x->value[a].cols != value[a].cols ||
            memcmp(x->value[a].entry, value[a].entry, sizeof value[a].entry) != 0)
            return false;
    return true;
}

void rk_catalogue_add(rk_catalogue *c, unsigned version, const int *size, const rk_small *value) {
    size_t nspaces = c->component->nspaces, narrows = c->component->narrows;
    for (size_t k = 0; k < c->nsummands; k++)
        if (same_summand(c->component, &c->summand[k], version, value))
            return;
    rk_grow(&c->summand, &c->capacity, c->nsummands + 1, sizeof *c->summand);
    rk_summand *x = &c->summand[c->nsummands++];
    x->version = version;
    x->size = rk_malloc((nspaces + 1) * sizeof *x->size);
    x->value = rk_malloc((narrows + 1) * sizeof *x->value);
    memcpy(x->size, size, nspaces * sizeof *x->size);
    memcpy(x->value, value, narrows * sizeof *x->value);
}

/* One arrow after the other takes a value that no relation forbids; there is no way back. */
static bool assemble(search *s) {
    for (size_t a = 0; a < s->out->component->narrows; a++) {
        size_t n = s->ncandidates[a], k = 0;
        if (n == 0)
            return false;
        size_t start = (size_t)rk_rng_below(s->rng, n);
        for (; k < n && s->work > 0; k++) {
            s->value[a] = s->candidate[a][(start + k) % n];
            if (relations_hold(s, a, false))
                break;
        }
        if (k == n || s->work <= 0)
            return false;
    }
    return true;
}

static void shuffle_candidates(search *s, size_t a) {
    for (size_t k = s->ncandidates[a]; k > 1; k--) {
        size_t other = (size_t)rk_rng_below(s->rng, k);
        rk_small kept = s->candidate[a][k - 1];
        s->candidate[a][k - 1] = s->candidate[a][other];
        s->candidate[a][other] = kept;
    }
}

static void search_shape(search *s, unsigned version) {
    const rk_component *c = s->out->component;
    for (size_t a = 0; a < c->narrows; a++) {
        list_candidates(s, a);
        shuffle_candidates(s, a);
        if (s->ncandidates[a] == 0)
            return;
    }
    for (int k = 0; k < ATTEMPTS && s->work > 0; k++)
        if (assemble(s))
            rk_catalogue_add(s->out, version, s->size, s->value);
}

/* --- shapes ---------------------------------------------------------------------------- */

static int most_of(const rk_component *c) {
    return c->nspaces == 1 ? 3 : c->nspaces <= 3 ? 2 : 1;
}

/* The next choice of sizes, in the order of an odometer; of very many spaces a random one. */
static bool next_shape(search *s, int round) {
    const rk_component *c = s->out->component;
    if (c->nspaces > 5) {
        for (size_t k = 0; k < c->nspaces; k++)
            s->size[k] = (int)rk_rng_below(s->rng, 2);
        return round < SHAPES;
    }
    for (size_t k = 0; k < c->nspaces; k++) {
        if (s->size[k] < most_of(c) && s->size[k] < c->space[k].dimension) {
            s->size[k]++;
            return round < SHAPES;
        }
        s->size[k] = 0;
    }
    return false;
}

static void choose_numbers(search *s, unsigned version) {
    const rk_component *c = s->out->component;
    for (size_t a = 0; a < c->narrows; a++)
        if (c->arrow[a].scalar) {
            size_t k = version == 0 ? 1 : (size_t)rk_rng_below(s->rng, NUMBERS);
            s->value[a] = (rk_small){1, 1, {palette_residue(k)}};
        }
}

static bool has_numbers(const rk_component *c) {
    for (size_t a = 0; a < c->narrows; a++)
        if (c->arrow[a].scalar)
            return true;
    return false;
}

static void search_all(search *s) {
    rk_catalogue *out = s->out;
    for (unsigned v = 0; v < out->versions; v++) {
        s->work = WORK / (long)out->versions;
        choose_numbers(s, v);
        memset(s->size, 0, out->component->nspaces * sizeof *s->size);
        for (int round = 0; next_shape(s, round) && s->work > 0; round++)
            search_shape(s, v);
    }
}

void rk_catalogue_init(rk_catalogue *c, rk_natural *natural, const rk_component *component,
                       rk_rng *rng) {
    *c = (rk_catalogue){.natural = natural,
                        .component = component,
                        .versions = has_numbers(component) ? VERSIONS : 1};
    size_t n = component->narrows;
    search s = {.out = c, .rng = rng};
    s.size = rk_calloc(component->nspaces + 1, sizeof *s.size);
    s.value = rk_calloc(n + 1, sizeof *s.value);
    s.candidate = rk_calloc(n + 1, sizeof *s.candidate);
    s.ncandidates = rk_calloc(n + 1, sizeof *s.ncandidates);
    for (size_t a = 0; a < n; a++)
        s.candidate[a] = rk_malloc(CANDIDATES * sizeof **s.candidate);
    search_all(&s);
    rk_catalogue_add_companions(c);
    for (size_t a = 0; a < n; a++)
        rk_free(s.candidate[a]);
    rk_free(s.candidate);
    rk_free(s.ncandidates);
    rk_free(s.value);
    rk_free(s.size);
}

void rk_catalogue_clear(rk_catalogue *c) {
    for (size_t k = 0; k < c->nsummands; k++) {
        rk_free(c->summand[k].size);
        rk_free(c->summand[k].value);
    }
    rk_free(c->summand);
    *c = (rk_catalogue){.natural = NULL};
}
