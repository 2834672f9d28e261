#include "rk_shelf.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/rk_mem.h"
#include "rk_element.h"

enum { MAX_ENTRIES = 256, MAX_OPTIONS = 4096, MAX_NUMBERS = 255 };
/* Unit of magnitudes, a multiple of all small denominators. */
enum { UNIT = 2520 };

typedef struct number {
    int p, q;
} number;

/* What may stand in one cell: an entry, an entry and its mirror image, or a whole row. */
typedef struct option {
    unsigned level;
    slong nonzero;
    const number *number; /* one for an entry, cols for a row */
    unsigned char *code;
    size_t width;
} option;

typedef struct cell {
    slong row, col; /* col -1: the whole row */
    bool mirrored;
    bool empty;           /* off the diagonal of a diagonal matrix: 0 */
    slong least, largest; /* numbers of nonzero entries */
} cell;

struct rk_shelf {
    rk_arena *arena;
    rk_slot slot;
    size_t most;
    bool rows; /* cells are rows */
    bool sums; /* of weights that sum to one: magnitudes are the same */
    cell *cell;
    slong ncells;
    option *option;
    size_t noptions, capacity;
    number table[MAX_NUMBERS]; /* by code */
    double value[MAX_NUMBERS];
    int ntable;
    slong least, largest;
    rk_rung *rung; /* level * (largest + 1) + nonzero */
    /* while a rung is made */
    unsigned char *code;
    rk_rung *making;
    unsigned level;
    size_t looked;
};

/* --- numbers -------------------------------------------------------------------- */

static const struct {
    unsigned level;
    int count, p[5], q; /* p/q and -p/q */
} signed_numbers[] = {
    {0, 1, {1}, 1},    {2, 1, {2}, 1},       {4, 1, {1}, 2},           {5, 1, {3}, 1},
    {6, 1, {1}, 3},    {6, 1, {3}, 2},       {7, 2, {4, 5}, 1},        {8, 5, {6, 7, 8, 9, 10}, 1},
    {9, 2, {1, 3}, 4}, {9, 1, {2}, 3},       {10, 4, {1, 2, 3, 4}, 5}, {10, 2, {4, 5}, 3},
    {10, 1, {5}, 2},   {11, 2, {12, 20}, 1}, {11, 2, {1, 9}, 10},      {11, 1, {100}, 1}};
enum { SIGNED_NUMBERS = sizeof signed_numbers / sizeof signed_numbers[0] };

static bool allowed(rk_set set, const number *x) {
    switch (set) {
    case RK_SET_POSITIVE:
        return x->p > 0;
    case RK_SET_NONNEGATIVE:
        return x->p >= 0;
    case RK_SET_NONZERO:
        return x->p != 0;
    case RK_SET_INTEGER:
        return x->q == 1;
    default:
        return true;
    }
}

static int sign_of(int p) {
    return (p > 0) - (p < 0);
}

/* As rk_order.h compares entries. */
static int compare_numbers(const void *a, const void *b) {
    static const int place[] = {1, 2, 0}; /* negative, zero, positive */
    const number *x = a, *y = b;
    int c = place[sign_of(x->p) + 1] - place[sign_of(y->p) + 1];
    if (c == 0)
        c = x->q - y->q;
    return c ? c : abs(x->p) - abs(y->p);
}

static unsigned char code_of(const rk_shelf *s, const number *x) {
    for (int i = 0; i < s->ntable; i++)
        if (compare_numbers(&s->table[i], x) == 0)
            return (unsigned char)i;
    return 0;
}

/* --- options -------------------------------------------------------------------- */

static slong width(const rk_shelf *s) {
    return s->rows ? (slong)s->slot.cols : 1;
}

static void add_option(rk_shelf *s, const number *x, unsigned level) {
    if (s->noptions > MAX_OPTIONS)
        return; /* too many */
    size_t bytes = (size_t)width(s) * sizeof *x;
    number *kept = rk_arena_alloc(s->arena, bytes);
    memcpy(kept, x, bytes);
    rk_grow(&s->option, &s->capacity, s->noptions + 1, sizeof *s->option);
    option *o = &s->option[s->noptions++];
    *o = (option){.level = level, .number = kept};
    for (slong j = 0; j < width(s); j++)
        o->nonzero += x[j].p != 0;
}

/* Negative numbers one level after positive ones where that is a level of its own. */
static void entry_options(rk_shelf *s) {
    bool positive = s->slot.set == RK_SET_POSITIVE || s->slot.set == RK_SET_NONNEGATIVE;
    number x = {0, 1};
    if (allowed(s->slot.set, &x))
        add_option(s, &x, 0);
    for (int i = 0; i < SIGNED_NUMBERS; i++)
        for (int k = 0; k < signed_numbers[i].count; k++)
            for (int sign = 1; sign >= -1; sign -= 2) {
                unsigned level = signed_numbers[i].level;
                x = (number){sign * signed_numbers[i].p[k], signed_numbers[i].q};
                level = positive ? level / 2 : sign < 0 && level < 4 ? level + 1 : level;
                if (allowed(s->slot.set, &x))
                    add_option(s, &x, level);
            }
}

static int gcd(int a, int b) {
    return b ? gcd(b, a % b) : a;
}

/* Rows of weights k / total, the parts without a common factor. */
static void weight_rows(rk_shelf *s, number *row, slong j, int left, int total, int common,
                        unsigned level) {
    int low = s->slot.set == RK_SET_ATTENTION;
    if (j == (slong)s->slot.cols - 1) {
        if (left < low || gcd(common, left) != 1)
            return;
        row[j].p = left;
        number *x = rk_calloc((size_t)s->slot.cols, sizeof *x);
        for (slong k = 0; k <= j; k++) {
            int factor = gcd(row[k].p, total);
            x[k] = (number){row[k].p / factor, row[k].p ? total / factor : 1};
        }
        add_option(s, x, level);
        rk_free(x);
        return;
    }
    for (row[j].p = low; row[j].p <= left; row[j].p++)
        weight_rows(s, row, j + 1, left - row[j].p, total, gcd(common, row[j].p), level);
}

static void stochastic_options(rk_shelf *s) {
    int d = (int)s->slot.cols, first = s->slot.set == RK_SET_ATTENTION ? d : 1;
    number *row = rk_calloc((size_t)d, sizeof *row);
    int last = d == 2 ? 24 : d == 3 ? 14 : first + 6;
    for (int total = first, level = 0; total <= last; total++, level++)
        weight_rows(s, row, 0, total, total, 0,
                    (unsigned)(level < RK_SHELF_LEVELS ? level : RK_SHELF_LEVELS - 1));
    if (last < d) { /* equal weights */
        for (int j = 0; j < d; j++)
            row[j] = (number){1, d};
        add_option(s, row, 1);
    }
    rk_free(row);
}

/* Squares that sum to one, to stand in every order and with every sign. */
static const struct norm_one {
    unsigned level, count;
    int q, p[4];
} norm_one[] = {{0, 1, 1, {1}},          {3, 2, 5, {3, 4}},    {4, 3, 3, {1, 2, 2}},
                {4, 4, 2, {1, 1, 1, 1}}, {6, 2, 13, {5, 12}},  {7, 2, 17, {8, 15}},
                {8, 2, 25, {7, 24}},     {8, 3, 7, {2, 3, 6}}, {9, 2, 29, {20, 21}},
                {9, 3, 9, {1, 4, 8}},    {9, 3, 9, {4, 4, 7}}, {10, 2, 41, {9, 40}}};
enum { NORM_ONE = sizeof norm_one / sizeof norm_one[0] };

/* Fills row from entry j on; bits of `used`: the numbers that stand already. */
static void norm_rows(rk_shelf *s, const struct norm_one *n, number *row, slong j, unsigned used,
                      bool negative) {
    bool all = used == (1U << n->count) - 1;
    if (j == (slong)s->slot.cols) {
        if (all)
            add_option(s, row, n->level + negative);
        return;
    }
    row[j] = (number){0, 1};
    norm_rows(s, n, row, j + 1, used, negative);
    for (unsigned k = 0; k < n->count; k++) {
        bool again = k > 0 && n->p[k] == n->p[k - 1] && !(used >> (k - 1) & 1);
        for (int side = 1; side >= -1 && !again && !(used >> k & 1); side -= 2)
            if (side > 0 || s->slot.set != RK_SET_PERMUTATION) {
                row[j] = (number){side * n->p[k], n->q};
                norm_rows(s, n, row, j + 1, used | 1U << k, negative || side < 0);
            }
    }
    row[j] = (number){0, 1};
}

static void norm_options(rk_shelf *s) {
    number *row = rk_calloc((size_t)s->slot.cols + 1, sizeof *row);
    int kinds = s->slot.set == RK_SET_PERMUTATION ? 1 : NORM_ONE;
    for (int i = 0; i < kinds; i++)
        norm_rows(s, &norm_one[i], row, 0, 0, false);
    rk_free(row);
}

static bool is_new(const rk_shelf *s, const number *x) {
    for (int i = 0; i < s->ntable; i++)
        if (compare_numbers(&s->table[i], x) == 0)
            return false;
    return true;
}

static int by_code(const void *a, const void *b) {
    const option *x = a, *y = b;
    return memcmp(x->code, y->code, x->width);
}

static bool collect_numbers(rk_shelf *s) {
    for (size_t i = 0; i < s->noptions; i++)
        for (slong j = 0; j < width(s); j++) {
            const number *x = &s->option[i].number[j];
            if (is_new(s, x) && s->ntable == MAX_NUMBERS)
                return false;
            if (is_new(s, x))
                s->table[s->ntable++] = *x;
        }
    qsort(s->table, (size_t)s->ntable, sizeof s->table[0], compare_numbers);
    for (int i = 0; i < s->ntable; i++)
        s->value[i] = (double)s->table[i].p / s->table[i].q;
    return true;
}

/* Codes for all numbers that occur, and the options sorted by them. */
static bool encode(rk_shelf *s) {
    if (!collect_numbers(s))
        return false;
    for (size_t i = 0; i < s->noptions; i++) {
        option *o = &s->option[i];
        o->width = (size_t)width(s);
        o->code = rk_arena_alloc(s->arena, o->width);
        for (size_t j = 0; j < o->width; j++)
            o->code[j] = code_of(s, &o->number[j]);
    }
    qsort(s->option, s->noptions, sizeof *s->option, by_code);
    return true;
}

/* --- cells ---------------------------------------------------------------------- */

static bool is_symmetric(rk_set set) {
    return set == RK_SET_SYMMETRIC || set == RK_SET_PSD;
}

static void add_cells(rk_shelf *s) {
    slong rows = (slong)s->slot.rows, cols = (slong)s->slot.cols;
    bool mirror = is_symmetric(s->slot.set), diagonal = s->slot.set == RK_SET_DIAGONAL;
    s->cell = rk_arena_alloc(s->arena, (size_t)(rows * cols + 1) * sizeof *s->cell);
    for (slong i = 0; i < rows && s->rows; i++)
        s->cell[s->ncells++] = (cell){.row = i, .col = -1};
    for (slong i = 0; i < rows && !s->rows; i++)
        for (slong j = mirror ? i : 0; j < cols; j++)
            s->cell[s->ncells++] = (cell){
                .row = i, .col = j, .mirrored = mirror && i != j, .empty = diagonal && i != j};
}

static slong nonzero_in(const cell *c, const option *o) {
    return c->mirrored ? 2 * o->nonzero : o->nonzero;
}

static bool fits(const cell *c, const option *o) {
    return !c->empty || o->nonzero == 0;
}

static void set_bounds(rk_shelf *s) {
    for (slong c = 0; c < s->ncells; c++) {
        slong least = -1, largest = 0;
        for (size_t i = 0; i < s->noptions; i++) {
            slong n = nonzero_in(&s->cell[c], &s->option[i]);
            if (!fits(&s->cell[c], &s->option[i]))
                continue;
            least = least < 0 || n < least ? n : least;
            largest = n > largest ? n : largest;
        }
        s->least += least;
        s->largest += largest;
        s->cell[c].least = least;
        s->cell[c].largest = largest;
    }
}

/* --- members -------------------------------------------------------------------- */

/* distinct values, sum of denominators, sum of moduli, negative entries: 12, 20, 22, 10 bits */
static uint64_t key_of(const rk_shelf *s) {
    bool seen[MAX_NUMBERS] = {false};
    uint64_t distinct = 0, denominators = 0, moduli = 0, negative = 0;
    for (size_t i = 0; i < rk_shelf_size(s); i++) {
        const number *x = &s->table[s->code[i]];
        distinct += !seen[s->code[i]];
        seen[s->code[i]] = true;
        denominators += (uint64_t)x->q;
        moduli += s->sums ? 0 : (uint64_t)(UNIT * abs(x->p) / x->q);
        negative += x->p < 0;
    }
    return distinct << 52 | denominators << 32 | moduli << 10 | negative;
}

void rk_shelf_get(const rk_shelf *s, const rk_small *member, fmpq_mat_t out) {
    const unsigned char *code = member->code;
    for (slong i = 0; i < out->r; i++)
        for (slong j = 0; j < out->c; j++, code++)
            fmpq_set_si(fmpq_mat_entry(out, i, j), s->table[*code].p, (ulong)s->table[*code].q);
}

void rk_shelf_lane(const rk_shelf *s, const rk_small *member, double *out, size_t stride) {
    for (size_t k = 0; k < rk_shelf_size(s); k++)
        out[k * stride] = s->value[member->code[k]];
}

static rk_small *new_member(const rk_shelf *s) {
    rk_small *m = rk_malloc(sizeof *m + rk_shelf_size(s));
    m->key = key_of(s);
    memcpy(m->code, s->code, rk_shelf_size(s));
    return m;
}

/* Sets that no choice of cells describes. */
static bool is_member(const rk_shelf *s, const rk_small *m) {
    if (s->slot.set != RK_SET_INVERTIBLE && s->slot.set != RK_SET_PSD)
        return true;
    fmpq_mat_t a;
    fmpq_mat_init(a, (slong)s->slot.rows, (slong)s->slot.cols);
    rk_shelf_get(s, m, a);
    bool ok = rk_set_contains(s->slot.set, a);
    fmpq_mat_clear(a);
    return ok;
}

static void keep(rk_shelf *s) {
    rk_rung *r = s->making;
    rk_small *m = new_member(s);
    if (++s->looked > s->most)
        r->whole = false;
    if (!r->whole || !is_member(s, m)) {
        rk_free(m);
        return;
    }
    rk_grow(&r->member, &r->capacity, r->count + 1, sizeof *r->member);
    r->member[r->count++] = m;
}

/* Row `row` in hand is orthogonal to those above it (doubles will do: the judge has the last
   word). */
static bool is_orthogonal(const rk_shelf *s, slong row) {
    size_t d = (size_t)s->slot.cols;
    const unsigned char *last = s->code + (size_t)row * d;
    for (const unsigned char *above = s->code; above < last; above += d) {
        double dot = 0;
        for (size_t j = 0; j < d; j++)
            dot += s->value[above[j]] * s->value[last[j]];
        if (fabs(dot) > 1e-9)
            return false;
    }
    return true;
}

static bool put(rk_shelf *s, const cell *c, const option *o) {
    slong cols = (slong)s->slot.cols;
    if (c->col >= 0) {
        s->code[c->row * cols + c->col] = o->code[0];
        if (c->mirrored)
            s->code[c->col * cols + c->row] = o->code[0];
        return true;
    }
    memcpy(s->code + c->row * cols, o->code, (size_t)cols);
    bool orthogonal = s->slot.set == RK_SET_ORTHOGONAL || s->slot.set == RK_SET_PERMUTATION;
    return !orthogonal || is_orthogonal(s, c->row);
}

/* Fills the cells from c on with `left` nonzero entries, of which the cells after c can take
   least .. largest. */
static void fill(rk_shelf *s, slong c, slong left, slong least, slong largest) {
    if (c == s->ncells) {
        keep(s);
        return;
    }
    const cell *here = &s->cell[c];
    least -= here->least;
    largest -= here->largest;
    for (size_t i = 0; i < s->noptions && s->making->whole; i++) {
        const option *o = &s->option[i];
        slong rest = left - nonzero_in(here, o);
        if (o->level <= s->level && fits(here, o) && rest >= least && rest <= largest &&
            put(s, here, o))
            fill(s, c + 1, rest, least, largest);
    }
}

static void drop_members(rk_rung *r) {
    for (size_t i = 0; i < r->count; i++)
        rk_free(r->member[i]);
    rk_free(r->member);
    r->member = NULL;
    r->count = 0;
}

const rk_rung *rk_shelf_rung(rk_shelf *s, unsigned level, slong nonzero) {
    static const rk_rung none = {.made = true, .whole = true};
    if (nonzero < s->least || nonzero > s->largest)
        return &none;
    rk_rung *r = &s->rung[(slong)level * (s->largest + 1) + nonzero];
    if (r->made)
        return r;
    r->made = r->whole = true;
    s->making = r;
    s->level = level;
    s->looked = 0;
    fill(s, 0, nonzero, s->least, s->largest);
    if (!r->whole)
        drop_members(r);
    return r;
}

/* --- the shelf ------------------------------------------------------------------ */

static bool by_rows(rk_set set) {
    return set == RK_SET_STOCHASTIC || set == RK_SET_ATTENTION || set == RK_SET_ORTHOGONAL ||
           set == RK_SET_PERMUTATION || set == RK_SET_UNIT_ROWS;
}

static void add_options(rk_shelf *s) {
    if (!s->rows)
        entry_options(s);
    else if (s->sums)
        stochastic_options(s);
    else
        norm_options(s);
}

rk_shelf *rk_shelf_new(const rk_slot *slot, size_t most) {
    if (slot->rows * slot->cols > MAX_ENTRIES)
        return NULL;
    rk_shelf *s = rk_calloc(1, sizeof *s);
    s->arena = rk_arena_new();
    s->slot = *slot;
    s->most = most;
    s->rows = by_rows(slot->set);
    s->sums = slot->set == RK_SET_STOCHASTIC || slot->set == RK_SET_ATTENTION;
    add_options(s);
    add_cells(s);
    if (s->noptions == 0 || s->noptions > MAX_OPTIONS || !encode(s)) {
        rk_shelf_free(s);
        return NULL;
    }
    set_bounds(s);
    s->code = rk_arena_alloc(s->arena, rk_shelf_size(s));
    s->rung = rk_calloc((size_t)(s->largest + 1) * RK_SHELF_LEVELS, sizeof *s->rung);
    return s;
}

void rk_shelf_free(rk_shelf *s) {
    if (!s)
        return;
    for (slong i = 0; s->rung && i < (s->largest + 1) * RK_SHELF_LEVELS; i++)
        drop_members(&s->rung[i]);
    rk_free(s->rung);
    rk_free(s->option);
    rk_arena_free(s->arena);
    rk_free(s);
}

slong rk_shelf_least(const rk_shelf *s) {
    return s->least;
}

slong rk_shelf_largest(const rk_shelf *s) {
    return s->largest;
}

size_t rk_shelf_size(const rk_shelf *s) {
    return (size_t)(s->slot.rows * s->slot.cols);
}
