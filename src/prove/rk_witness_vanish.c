#include "rk_witness_vanish.h"
#include "base/rk_mem.h"

#include <string.h>

/* For each instruction a set of slots that make it 0, of small weight, if one is known. */
typedef struct zeros {
    const rk_program *program;
    unsigned char *slots; /* nslots for each instruction */
    uint64_t *weight;     /* NEVER: none known */
} zeros;

#define NEVER UINT64_MAX

static unsigned char *set_of(const zeros *z, unsigned i) {
    return z->slots + (size_t)i * z->program->nslots;
}

static bool allows_zero(rk_set set) {
    switch (set) {
    case RK_SET_REAL:
    case RK_SET_POSITIVE:
    case RK_SET_NONNEGATIVE:
    case RK_SET_NONZERO:
    case RK_SET_SYMMETRIC:
    case RK_SET_PSD:
    case RK_SET_DIAGONAL:
    case RK_SET_INVERTIBLE:
        return true;
    default:
        return false;
    }
}

/* How much of the program a slot reaches: setting one to 0 that reaches little leaves more
   defined. */
static uint64_t reach_of(const rk_program *p, unsigned slot) {
    unsigned char *marks = rk_calloc(p->ninstr, 1);
    uint64_t n = 1;
    for (size_t i = 0; i < p->ninstr; i++) {
        const rk_instr *in = &p->instr[i];
        marks[i] = in->code == RK_P_INPUT && in->slot == slot;
        for (size_t k = 0; k < in->nargs; k++)
            marks[i] |= marks[in->arg[k]];
        n += marks[i];
    }
    rk_free(marks);
    return n;
}

static void unite(zeros *z, unsigned i, unsigned a) {
    for (size_t s = 0; s < z->program->nslots; s++)
        set_of(z, i)[s] |= set_of(z, a)[s];
    bool none = z->weight[i] == NEVER || z->weight[a] == NEVER;
    z->weight[i] = none ? NEVER : z->weight[i] + z->weight[a];
}

static void take_all(zeros *z, unsigned i) {
    const rk_instr *in = &z->program->instr[i];
    z->weight[i] = 0;
    for (size_t k = 0; k < in->nargs; k++)
        unite(z, i, in->arg[k]);
}

static void take_one(zeros *z, unsigned i, unsigned a) {
    z->weight[i] = 0;
    unite(z, i, a);
}

static void take_lighter(zeros *z, unsigned i) {
    unsigned a = z->program->instr[i].arg[0], b = z->program->instr[i].arg[1];
    take_one(z, i, z->weight[b] < z->weight[a] ? b : a);
}

static void find_zeros(zeros *z, unsigned i) {
    const rk_instr *in = &z->program->instr[i];
    z->weight[i] = NEVER;
    switch (in->code) {
    case RK_P_INPUT:
        if (allows_zero(z->program->slots[in->slot].set)) {
            set_of(z, i)[in->slot] = 1;
            z->weight[i] = reach_of(z->program, in->slot);
        }
        return;
    case RK_P_ZEROS:
    case RK_P_ADD:
    case RK_P_SUB:
    case RK_P_NEG:
    case RK_P_TRANSPOSE:
    case RK_P_SLICE:
    case RK_P_HCAT:
    case RK_P_VCAT:
    case RK_P_DIAG_MAKE:
    case RK_P_DIAG_TAKE:
    case RK_P_VEC:
    case RK_P_ROW_SUMS:
    case RK_P_SUM_ENTRIES:
    case RK_P_TRACE:
        take_all(z, i);
        return;
    case RK_P_MUL:
    case RK_P_EMUL:
    case RK_P_SCALE:
    case RK_P_ROW_SCALE:
    case RK_P_KRON:
        take_lighter(z, i);
        return;
    case RK_P_KEEP:
    case RK_P_DIV:
    case RK_P_EDIV:
    case RK_P_ROW_DIVIDE:
        take_one(z, i, in->arg[0]);
        return;
    case RK_P_FN:
        if (in->fn == RK_FN_TANH || in->fn == RK_FN_SILU)
            take_one(z, i, in->arg[0]);
        return;
    default:
        return;
    }
}

/* The slots to be set to 0, of the exponents of all exponentials that the floors but the first
   need; false when some of them have none. */
static bool gather(const rk_tower *t, zeros *z, unsigned char *chosen) {
    const rk_program *p = z->program;
    for (unsigned i = 0; i < p->ninstr; i++)
        find_zeros(z, i);
    for (size_t f = 1; f < t->floors; f++)
        for (size_t i = 0; i < p->ninstr; i++) {
            if (!t->floor[f].needed[i] || !rk_is_exponential(&p->instr[i]))
                continue;
            unsigned exponent = p->instr[i].arg[0];
            if (z->weight[exponent] == NEVER)
                return false;
            for (size_t s = 0; s < p->nslots; s++)
                chosen[s] |= set_of(z, exponent)[s];
        }
    return true;
}

/* Is the value known, and if it is a radicand, made of units? Then the root lifts to the p-adic
   numbers, and with it the whole map. */
static bool lifts(rk_tower *t, size_t floor, unsigned i) {
    const rk_instr *in = &t->view->program->instr[i];
    if (rk_tower_value(t, floor, i) != RK_EV_OK)
        return false;
    return !rk_is_root(in) || !t->closed->moving[i] ||
           rk_all_units(&t->floor[floor].run.value[in->arg[0]]);
}

/* With the chosen slots at 0 the exponents are defined. */
static bool defined_at_zero(rk_tower *t, const rk_assignment *point, const unsigned char *chosen) {
    const rk_program *p = t->view->program;
    rk_assignment zeroed;
    rk_assignment_init(&zeroed, p);
    rk_assignment_set(&zeroed, point);
    for (size_t s = 0; s < p->nslots; s++)
        if (chosen[s])
            fmpq_mat_zero(&zeroed.value[s]);
    bool ok = rk_tower_set_point(t, &zeroed);
    for (size_t f = 2; f < t->floors && ok; f++)
        for (unsigned i = 0; i < p->ninstr && ok; i++)
            ok = !t->floor[f].needed[i] || lifts(t, f, i);
    rk_assignment_clear(&zeroed);
    return ok;
}

enum { MOST_MARKS = 1 << 26 };

bool rk_exponents_vanish(rk_tower *t, const rk_assignment *point) {
    const rk_program *p = t->view->program;
    if (t->floors <= 2)
        return true;
    if (p->ninstr * p->nslots > MOST_MARKS)
        return false;
    zeros z = {.program = p,
               .slots = rk_calloc(p->ninstr * p->nslots + 1, 1),
               .weight = rk_calloc(p->ninstr + 1, sizeof *z.weight)};
    unsigned char *chosen = rk_calloc(p->nslots + 1, 1);
    bool ok = gather(t, &z, chosen) && defined_at_zero(t, point, chosen);
    rk_free(chosen);
    rk_free(z.slots);
    rk_free(z.weight);
    return ok;
}
