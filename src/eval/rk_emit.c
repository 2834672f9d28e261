#include "rk_emit.h"

#include <string.h>

#define DEFAULT_MAX_INSTR 2000000u
#define DEFAULT_MAX_ENTRIES ((int64_t)1 << 24)

/* --- the emitter ---------------------------------------------------------------------------- */

static void table_reset(rk_emitter *e, size_t size) {
    rk_free(e->table);
    e->table = rk_malloc(size * sizeof *e->table);
    e->table_size = size;
    memset(e->table, 0xff, size * sizeof *e->table);
}

void rk_emitter_init(rk_emitter *e, const rk_checked *checked, const rk_build_options *options) {
    memset(e, 0, sizeof *e);
    e->max_instr = options && options->max_instr ? options->max_instr : DEFAULT_MAX_INSTR;
    e->max_entries = options && options->max_entries ? options->max_entries : DEFAULT_MAX_ENTRIES;
    e->arena = rk_arena_new();
    e->program = rk_calloc(1, sizeof *e->program);
    e->program->checked = checked;
    e->program->memory = e->arena;
    /* one zeroed place, so that after a failure index 0 can be looked at */
    rk_grow(&e->program->instr, &e->cap, 64, sizeof(rk_instr));
    memset(e->program->instr, 0, sizeof(rk_instr));
    table_reset(e, 256);
}

void rk_emitter_clear(rk_emitter *e) {
    rk_free(e->table);
    e->table = NULL;
}

void rk_emit_fail(rk_emitter *e, rk_build_status status) {
    if (e->status == RK_BUILD_OK)
        e->status = status;
}

bool rk_emit_work(rk_emitter *e, size_t amount) {
    if (amount > e->max_instr || (e->work += amount) > 4 * e->max_instr)
        rk_emit_fail(e, RK_BUILD_TOO_LARGE);
    return e->status == RK_BUILD_OK;
}

const rk_instr *rk_emit_at(const rk_emitter *e, unsigned instr) {
    return &e->program->instr[instr];
}

/* --- sharing -------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t x) {
    h = (h ^ x) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 29);
}

static uint64_t hash_instr(const rk_instr *p) {
    uint64_t h = mix((uint64_t)p->code, (uint64_t)p->rows);
    h = mix(mix(h, (uint64_t)p->cols), (uint64_t)p->k);
    h = mix(mix(h, (uint64_t)p->l), (uint64_t)p->fn);
    h = mix(mix(h, (uint64_t)p->cmp), p->slot);
    if (p->number)
        h = mix(mix(h, fmpz_fdiv_ui(fmpq_numref(p->number), 4294967291u)),
                fmpz_fdiv_ui(fmpq_denref(p->number), 4294967291u));
    for (size_t i = 0; i < p->nargs; i++)
        h = mix(h, p->arg[i]);
    return h;
}

static bool same_instr(const rk_instr *a, const rk_instr *b) {
    return a->code == b->code && a->rows == b->rows && a->cols == b->cols && a->k == b->k &&
           a->l == b->l && a->fn == b->fn && a->cmp == b->cmp && a->slot == b->slot &&
           a->nargs == b->nargs && !a->number == !b->number &&
           (!a->number || fmpq_equal(a->number, b->number)) &&
           (a->nargs == 0 || memcmp(a->arg, b->arg, a->nargs * sizeof *a->arg) == 0);
}

/* The place in the table of an equal instruction, or the free place where it belongs. */
static unsigned *table_place(rk_emitter *e, const rk_instr *p) {
    size_t i = hash_instr(p) & (e->table_size - 1);
    while (e->table[i] != RK_NO_INSTR && !same_instr(&e->program->instr[e->table[i]], p))
        i = (i + 1) & (e->table_size - 1);
    return &e->table[i];
}

static void table_grow(rk_emitter *e) {
    table_reset(e, 2 * e->table_size);
    for (unsigned i = 0; i < e->program->ninstr; i++) {
        const rk_instr *p = &e->program->instr[i];
        if (p->code != RK_P_UNDEFINED && p->code != RK_P_CONSTRUCT)
            *table_place(e, p) = i;
    }
}

/* All values of a run are held at once: a program may hold this many of the largest matrices. */
#define MAX_LARGEST 8

static bool room_for(rk_emitter *e, const rk_instr *p) {
    e->entries += p->rows * p->cols;
    if (e->program->ninstr >= e->max_instr || e->entries / MAX_LARGEST > e->max_entries)
        rk_emit_fail(e, RK_BUILD_TOO_LARGE);
    return rk_emit_work(e, p->nargs + 1);
}

static unsigned append(rk_emitter *e, const rk_instr *p) {
    rk_program *program = e->program;
    if (!room_for(e, p))
        return 0;
    rk_grow(&program->instr, &e->cap, program->ninstr + 1, sizeof(rk_instr));
    rk_instr *n = &program->instr[program->ninstr];
    *n = *p;
    if (p->nargs > 0) {
        unsigned *arg = rk_arena_alloc(e->arena, p->nargs * sizeof *arg);
        memcpy(arg, p->arg, p->nargs * sizeof *arg);
        n->arg = arg;
    }
    if (p->number) {
        n->number = rk_arena_alloc(e->arena, sizeof(fmpq));
        fmpq_init(n->number);
        fmpq_set(n->number, p->number);
    }
    return (unsigned)program->ninstr++;
}

static bool shape_fits(rk_emitter *e, const rk_instr *p) {
    int64_t entries;
    if (__builtin_mul_overflow(p->rows, p->cols, &entries) || entries > e->max_entries)
        rk_emit_fail(e, RK_BUILD_TOO_LARGE);
    return e->status == RK_BUILD_OK;
}

unsigned rk_emit(rk_emitter *e, const rk_instr *proto, const unsigned *arg, size_t nargs) {
    rk_instr p = *proto;
    p.arg = arg;
    p.nargs = nargs;
    p.span = e->span;
    if (e->status != RK_BUILD_OK || !shape_fits(e, &p))
        return 0;
    if (p.code == RK_P_UNDEFINED || p.code == RK_P_CONSTRUCT)
        return append(e, &p);
    unsigned *place = table_place(e, &p);
    if (*place != RK_NO_INSTR)
        return *place;
    unsigned made = append(e, &p);
    if (e->status != RK_BUILD_OK)
        return 0;
    *place = made;
    if (2 * e->program->ninstr > e->table_size)
        table_grow(e);
    return made;
}

/* --- leaves --------------------------------------------------------------------------------- */

unsigned rk_emit_fmpq(rk_emitter *e, const fmpq_t number) {
    fmpq_t copy;
    fmpq_init(copy);
    fmpq_set(copy, number);
    unsigned i = rk_emit(
        e, &(rk_instr){.code = RK_P_RATIONAL, .rows = 1, .cols = 1, .number = copy}, NULL, 0);
    fmpq_clear(copy);
    return i;
}

unsigned rk_emit_si(rk_emitter *e, int64_t number) {
    fmpq_t q;
    fmpq_init(q);
    fmpz_set_si(fmpq_numref(q), number);
    unsigned i = rk_emit_fmpq(e, q);
    fmpq_clear(q);
    return i;
}

unsigned rk_emit_reciprocal(rk_emitter *e, int64_t number) {
    fmpq_t q;
    fmpq_init(q);
    fmpq_set_si(q, 1, (ulong)number);
    unsigned i = rk_emit_fmpq(e, q);
    fmpq_clear(q);
    return i;
}

unsigned rk_emit_leaf(rk_emitter *e, rk_code code, int64_t rows, int64_t cols) {
    return rk_emit(e, &(rk_instr){.code = code, .rows = rows, .cols = cols}, NULL, 0);
}

unsigned rk_emit_ones(rk_emitter *e, int64_t rows, int64_t cols) {
    return rk_emit_leaf(e, RK_P_ONES, rows, cols);
}

unsigned rk_emit_opaque(rk_emitter *e, rk_code code, int64_t rows, int64_t cols,
                        const unsigned *arg, size_t nargs) {
    rk_instr p = {.code = code, .rows = rows, .cols = cols, .truth = rows == 0};
    return rk_emit(e, &p, arg, nargs);
}

/* --- operations ----------------------------------------------------------------------------- */

static void set_shape(rk_instr *p, int64_t rows, int64_t cols) {
    p->rows = rows;
    p->cols = cols;
}

/* Overflow ends in a shape that shape_fits refuses. */
static int64_t times(int64_t a, int64_t b) {
    int64_t r;
    return __builtin_mul_overflow(a, b, &r) ? INT64_MAX : r;
}

static void shape1(rk_instr *p, const rk_instr *a) {
    switch (p->code) {
    case RK_P_NEG:
    case RK_P_INV:
    case RK_P_FN:
    case RK_P_SOFTMAX:
        set_shape(p, a->rows, a->cols);
        break;
    case RK_P_TRANSPOSE:
        set_shape(p, a->cols, a->rows);
        break;
    case RK_P_DIAG_MAKE:
        set_shape(p, a->rows, a->rows);
        break;
    case RK_P_DIAG_TAKE:
        set_shape(p, a->rows < a->cols ? a->rows : a->cols, 1);
        break;
    case RK_P_VEC:
        set_shape(p, times(a->rows, a->cols), 1);
        break;
    case RK_P_ROW_SUMS:
    case RK_P_ENTROPY:
        set_shape(p, a->rows, 1);
        break;
    default: /* sums, extremes, rank, det, trace, norms, spectra */
        set_shape(p, 1, 1);
    }
}

static void shape2(rk_instr *p, const rk_instr *a, const rk_instr *b) {
    switch (p->code) {
    case RK_P_MUL:
        set_shape(p, a->rows, b->cols);
        break;
    case RK_P_SCALE:
    case RK_P_ROW_SCALE:
        set_shape(p, b->rows, b->cols);
        break;
    case RK_P_KRON:
        set_shape(p, times(a->rows, b->rows), times(a->cols, b->cols));
        break;
    default: /* entrywise operations, division of rows, softmax with its mask */
        set_shape(p, a->rows, a->cols);
    }
}

unsigned rk_emit1(rk_emitter *e, rk_code code, unsigned a) {
    rk_instr p = {.code = code};
    shape1(&p, rk_emit_at(e, a));
    return rk_emit(e, &p, &a, 1);
}

unsigned rk_emit2(rk_emitter *e, rk_code code, unsigned a, unsigned b) {
    rk_instr p = {.code = code};
    shape2(&p, rk_emit_at(e, a), rk_emit_at(e, b));
    return rk_emit(e, &p, (unsigned[]){a, b}, 2);
}

unsigned rk_emit_cat(rk_emitter *e, rk_code code, const unsigned *arg, size_t n) {
    if (n == 1)
        return arg[0];
    rk_instr p = {.code = code};
    for (size_t i = 0; i < n; i++) {
        const rk_instr *a = rk_emit_at(e, arg[i]);
        if (code == RK_P_HCAT)
            set_shape(&p, a->rows, p.cols + a->cols);
        else
            set_shape(&p, p.rows + a->rows, a->cols);
    }
    return rk_emit(e, &p, arg, n);
}

unsigned rk_emit_fn(rk_emitter *e, rk_fn fn, unsigned a) {
    rk_instr p = {.code = RK_P_FN, .fn = (int)fn};
    shape1(&p, rk_emit_at(e, a));
    return rk_emit(e, &p, &a, 1);
}

unsigned rk_emit_slice(rk_emitter *e, unsigned a, int64_t row, int64_t col, int64_t rows,
                       int64_t cols) {
    rk_instr p = {.code = RK_P_SLICE, .rows = rows, .cols = cols, .k = row, .l = col};
    return rk_emit(e, &p, &a, 1);
}

unsigned rk_emit_reshape(rk_emitter *e, unsigned a, int64_t k, int64_t l, int64_t rows,
                         int64_t cols) {
    const rk_instr *in = rk_emit_at(e, a);
    bool moved = k > 1 && l > 1;
    if (!moved && in->code == RK_P_RESHAPE && in->k == 1)
        return rk_emit_reshape(e, in->arg[0], 1, 1, rows, cols);
    if (!moved && in->rows == rows && in->cols == cols)
        return a;
    rk_instr p = {.code = RK_P_RESHAPE, .rows = rows, .cols = cols};
    p.k = moved ? k : 1;
    p.l = moved ? l : 1;
    return rk_emit(e, &p, &a, 1);
}

unsigned rk_emit_indexed(rk_emitter *e, rk_code code, unsigned a, int64_t k) {
    return rk_emit(e, &(rk_instr){.code = code, .rows = 1, .cols = 1, .k = k}, &a, 1);
}

unsigned rk_emit_compare(rk_emitter *e, rk_cmp cmp, unsigned a, unsigned b) {
    rk_instr p = {.code = RK_P_COMPARE, .truth = true, .cmp = cmp};
    return rk_emit(e, &p, (unsigned[]){a, b}, 2);
}

unsigned rk_emit_truth(rk_emitter *e, rk_code code, const unsigned *arg, size_t n) {
    return rk_emit(e, &(rk_instr){.code = code, .truth = true}, arg, n);
}
