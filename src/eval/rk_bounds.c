/* Bounds of scalars that hold in every domain: interval arithmetic on rationals. */
#include "base/rk_mem.h"
#include "rk_step.h"

/* Not inlined: gcc 12 then warns of overflows that are none. */
__attribute__((noinline)) static rk_bounds *bounds_zero(void) {
    rk_bounds *b = rk_malloc(sizeof *b);
    fmpq_init(&b->low);
    fmpq_init(&b->high);
    return b;
}

rk_bounds *rk_bounds_new(slong low, slong high) {
    rk_bounds *b = bounds_zero();
    fmpq_set_si(&b->low, low, 1);
    fmpq_set_si(&b->high, high, 1);
    return b;
}

rk_bounds *rk_bounds_copy(const rk_bounds *b) {
    if (b == NULL)
        return NULL;
    rk_bounds *r = bounds_zero();
    fmpq_set(&r->low, &b->low);
    fmpq_set(&r->high, &b->high);
    return r;
}

void rk_bounds_free(rk_bounds *b) {
    if (b == NULL)
        return;
    fmpq_clear(&b->low);
    fmpq_clear(&b->high);
    rk_free(b);
}

static rk_bounds *constant(const rk_instr *p) {
    rk_bounds *r = bounds_zero();
    fmpq_set(&r->low, p->number);
    fmpq_set(&r->high, p->number);
    return r;
}

static rk_bounds *negative(const rk_bounds *a) {
    rk_bounds *r = bounds_zero();
    fmpq_neg(&r->low, &a->high);
    fmpq_neg(&r->high, &a->low);
    return r;
}

static rk_bounds *sum(const rk_bounds *a, const rk_bounds *b) {
    rk_bounds *r = bounds_zero();
    fmpq_add(&r->low, &a->low, &b->low);
    fmpq_add(&r->high, &a->high, &b->high);
    return r;
}

static rk_bounds *difference(const rk_bounds *a, const rk_bounds *b) {
    rk_bounds *r = bounds_zero();
    fmpq_sub(&r->low, &a->low, &b->high);
    fmpq_sub(&r->high, &a->high, &b->low);
    return r;
}

static void widen(rk_bounds *r, const fmpq_t x) {
    if (fmpq_cmp(x, &r->low) < 0)
        fmpq_set(&r->low, x);
    if (fmpq_cmp(x, &r->high) > 0)
        fmpq_set(&r->high, x);
}

static rk_bounds *product(const rk_bounds *a, const rk_bounds *b) {
    rk_bounds *r = bounds_zero();
    fmpq_t x;
    fmpq_init(x);
    fmpq_mul(&r->low, &a->low, &b->low);
    fmpq_set(&r->high, &r->low);
    fmpq_mul(x, &a->low, &b->high);
    widen(r, x);
    fmpq_mul(x, &a->high, &b->low);
    widen(r, x);
    fmpq_mul(x, &a->high, &b->high);
    widen(r, x);
    fmpq_clear(x);
    return r;
}

/* The larger (smaller) of two numbers, end by end. */
static void extreme_end(fmpq_t r, const fmpq_t x, bool maximum) {
    int c = fmpq_cmp(x, r);
    if (maximum ? c > 0 : c < 0)
        fmpq_set(r, x);
}

static rk_bounds *extreme(const rk_run *run, const rk_instr *p) {
    const rk_instr *row = &run->program->instr[p->arg[0]];
    if (row->code != RK_P_HCAT)
        return rk_bounds_copy(run->bounds[p->arg[0]]);
    for (size_t i = 0; i < row->nargs; i++)
        if (run->bounds[row->arg[i]] == NULL)
            return NULL;
    rk_bounds *r = rk_bounds_copy(run->bounds[row->arg[0]]);
    for (size_t i = 1; i < row->nargs; i++) {
        extreme_end(&r->low, &run->bounds[row->arg[i]]->low, p->code == RK_P_MAX_ENTRIES);
        extreme_end(&r->high, &run->bounds[row->arg[i]]->high, p->code == RK_P_MAX_ENTRIES);
    }
    return r;
}

static rk_bounds *of_two(rk_code code, const rk_bounds *a, const rk_bounds *b) {
    switch (code) {
    case RK_P_ADD:
        return sum(a, b);
    case RK_P_SUB:
        return difference(a, b);
    case RK_P_MUL:
    case RK_P_SCALE:
    case RK_P_EMUL:
        return product(a, b);
    default:
        return NULL;
    }
}

/* Bounds serve ranks and small constants; longer numbers than this are left to the domains. */
#define MAX_BOUND_BITS 4096

static rk_bounds *unless_long(rk_bounds *b) {
    if (b == NULL || (fmpq_height_bits(&b->low) <= MAX_BOUND_BITS &&
                      fmpq_height_bits(&b->high) <= MAX_BOUND_BITS))
        return b;
    rk_bounds_free(b);
    return NULL;
}

rk_bounds *rk_step_bounds(const rk_run *run, const rk_instr *p) {
    if (p->truth || p->rows != 1 || p->cols != 1)
        return NULL;
    const rk_bounds *a = p->nargs > 0 ? run->bounds[p->arg[0]] : NULL;
    const rk_bounds *b = p->nargs > 1 ? run->bounds[p->arg[1]] : NULL;
    if (p->code == RK_P_RATIONAL)
        return unless_long(constant(p));
    if (p->code == RK_P_MAX_ENTRIES || p->code == RK_P_MIN_ENTRIES)
        return extreme(run, p);
    if (p->code == RK_P_NEG && a)
        return negative(a);
    if (p->code == RK_P_KEEP || p->code == RK_P_TRACE || p->code == RK_P_TRANSPOSE)
        return rk_bounds_copy(a);
    return a && b ? unless_long(of_two(p->code, a, b)) : NULL;
}
