#include "rk_natural.h"

#include <string.h>

#include "base/rk_mem.h"

enum { MAX_OPS = 400 };
#define NONE ((size_t)-1)

/* What arrows are made into. The scalar ones are numbers, the same in all summands. */
struct rk_natural_op {
    rk_code code;
    bool scalar;
    size_t arg[2];
    size_t nargs;
    unsigned slot;   /* INPUT */
    uint32_t number; /* RATIONAL, a residue */
    bool zero;       /* RATIONAL: a zero of any spaces */
    rk_side row, col;
    size_t component, arrow; /* INPUT: which arrow of which component */
};

/* --- reading the equations ------------------------------------------------------- */

/* Nodes 4k and 4k + 2 are the spaces of the rows and of the columns of operation k, each followed
   by its dual. What is joined is joined for the duals too. */
typedef struct reader {
    rk_natural *out;
    rk_arena *arena;
    const rk_program *program;
    size_t capacity;
    size_t *node, nnodes, node_capacity;
    size_t *made[2]; /* by instruction: its operation as a matrix, as a number; NONE */
} reader;

static size_t find(reader *r, size_t x) {
    while (r->node[x] != x)
        x = r->node[x] = r->node[r->node[x]];
    return x;
}

static void join(reader *r, size_t x, size_t y) {
    r->node[find(r, x)] = find(r, y);
    r->node[find(r, x ^ 1)] = find(r, y ^ 1);
}

static size_t row_of(size_t op) {
    return 4 * op;
}

static size_t col_of(size_t op) {
    return 4 * op + 2;
}

static size_t new_op(reader *r, rk_code code, bool scalar) {
    rk_natural *n = r->out;
    rk_grow(&n->op, &r->capacity, n->nops + 1, sizeof *n->op);
    n->op[n->nops] =
        (rk_natural_op){.code = code, .scalar = scalar, .component = NONE, .arrow = NONE};
    rk_grow(&r->node, &r->node_capacity, r->nnodes + 4, sizeof *r->node);
    for (int k = 0; k < 4; k++, r->nnodes++)
        r->node[r->nnodes] = r->nnodes;
    return n->nops++;
}

/* Can instruction i be read as an arrow, respectively as a number made of numbers? `budget` bounds
   the work. */
static bool readable(const rk_program *p, unsigned i, bool scalar, int *budget) {
    const rk_instr *in = &p->instr[i];
    if (--*budget < 0 || (scalar && (in->rows != 1 || in->cols != 1)))
        return false;
    switch (in->code) {
    case RK_P_RATIONAL:
    case RK_P_INPUT:
        return true;
    case RK_P_EYE:
    case RK_P_ZEROS:
        return !scalar;
    case RK_P_ADD:
    case RK_P_SUB:
    case RK_P_MUL:
        return readable(p, in->arg[0], scalar, budget) && readable(p, in->arg[1], scalar, budget);
    case RK_P_NEG:
        return readable(p, in->arg[0], scalar, budget);
    case RK_P_TRANSPOSE:
    case RK_P_INV:
        return !scalar && readable(p, in->arg[0], false, budget);
    case RK_P_SCALE:
        return readable(p, in->arg[0], true, budget) && readable(p, in->arg[1], scalar, budget);
    case RK_P_DIV:
        return readable(p, in->arg[0], scalar, budget) && readable(p, in->arg[1], true, budget);
    default:
        return false;
    }
}

static uint32_t residue(const fmpq *x) {
    nmod_t mod;
    nmod_init(&mod, RK_NATURAL_PRIME);
    ulong top = fmpz_fdiv_ui(fmpq_numref(x), RK_NATURAL_PRIME);
    ulong bottom = fmpz_fdiv_ui(fmpq_denref(x), RK_NATURAL_PRIME);
    return (uint32_t)(bottom ? nmod_div(top, bottom, mod) : 0);
}

static size_t read_instr(reader *r, unsigned i, bool scalar);

static void read_args(reader *r, size_t op, const rk_instr *in, bool scalar) {
    size_t arg[2] = {NONE, NONE};
    for (size_t k = 0; k < in->nargs; k++) {
        bool number =
            scalar || (in->code == RK_P_SCALE && k == 0) || (in->code == RK_P_DIV && k == 1);
        arg[k] = read_instr(r, in->arg[k], number);
    }
    memcpy(r->out->op[op].arg, arg, sizeof arg);
    r->out->op[op].nargs = in->nargs;
}

/* Which spaces the arguments' sides must be for the operation to make sense. */
static void join_sides(reader *r, size_t op) {
    const rk_natural_op *o = &r->out->op[op];
    size_t a = o->code == RK_P_SCALE ? o->arg[1] : o->arg[0], b = o->arg[1];
    switch (o->code) {
    case RK_P_EYE:
        join(r, row_of(op), col_of(op));
        break;
    case RK_P_RATIONAL:
        if (!o->zero)
            join(r, row_of(op), col_of(op));
        break;
    case RK_P_MUL:
        join(r, col_of(a), row_of(b));
        join(r, row_of(op), row_of(a));
        join(r, col_of(op), col_of(b));
        break;
    case RK_P_TRANSPOSE:
        join(r, row_of(op), col_of(a) ^ 1);
        join(r, col_of(op), row_of(a) ^ 1);
        break;
    case RK_P_INV:
        join(r, row_of(op), col_of(a));
        join(r, col_of(op), row_of(a));
        break;
    case RK_P_ADD:
    case RK_P_SUB:
        join(r, row_of(op), row_of(b));
        join(r, col_of(op), col_of(b));
        /* fall through */
    case RK_P_NEG:
    case RK_P_SCALE:
    case RK_P_DIV:
        join(r, row_of(op), row_of(a));
        join(r, col_of(op), col_of(a));
        break;
    default:
        break;
    }
}

/* Constants are read anew each time: nothing ties two identities together. */
static size_t read_instr(reader *r, unsigned i, bool scalar) {
    const rk_instr *in = &r->program->instr[i];
    size_t *made = &r->made[scalar][i];
    if (*made != NONE)
        return *made;
    size_t op = new_op(r, in->code, scalar);
    read_args(r, op, in, scalar);
    rk_natural_op *o = &r->out->op[op];
    o->slot = in->slot;
    if (in->code == RK_P_RATIONAL) {
        o->number = residue(in->number);
        o->zero = fmpq_is_zero(in->number);
    }
    if (!scalar)
        join_sides(r, op);
    if (in->nargs > 0 || in->code == RK_P_INPUT)
        *made = op;
    return op;
}

/* --- sets ------------------------------------------------------------------------- */

static rk_group group_of_set(rk_set set) {
    switch (set) {
    case RK_SET_POSITIVE:
    case RK_SET_NONNEGATIVE:
    case RK_SET_STOCHASTIC:
    case RK_SET_ATTENTION:
    case RK_SET_DIAGONAL:
    case RK_SET_PERMUTATION:
    case RK_SET_UNIT_ROWS:
        return RK_GROUP_PERMUTATION;
    default:
        return RK_GROUP_LINEAR;
    }
}

/* A declared set is one more relation: S == S', Q'*Q == I; or it keeps no basis but its own. */
static void join_set(reader *r, size_t op) {
    rk_set set = r->program->slots[r->out->op[op].slot].set;
    if (set == RK_SET_SYMMETRIC || set == RK_SET_PSD)
        join(r, row_of(op), col_of(op) ^ 1);
    if (set == RK_SET_ORTHOGONAL) {
        join(r, row_of(op), row_of(op) ^ 1);
        join(r, col_of(op), col_of(op) ^ 1);
    }
    if (set == RK_SET_DIAGONAL)
        join(r, row_of(op), col_of(op));
}

/* --- components ------------------------------------------------------------------- */

typedef struct raw_relation {
    size_t left, right;
} raw_relation;

/* Marks the operations below `op`; returns how many inputs were met the first time. */
static size_t mark(const rk_natural *n, size_t op, unsigned char *seen, size_t *input) {
    if (seen[op])
        return 0;
    seen[op] = 1;
    const rk_natural_op *o = &n->op[op];
    if (o->code == RK_P_INPUT) {
        *input = op;
        return 1;
    }
    size_t found = 0;
    for (size_t k = 0; k < o->nargs; k++)
        found += mark(n, o->arg[k], seen, input + found);
    return found;
}

static size_t inputs_of(const rk_natural *n, const raw_relation *rel, unsigned char *seen,
                        size_t *input) {
    memset(seen, 0, n->nops);
    size_t found = mark(n, rel->left, seen, input);
    return found + mark(n, rel->right, seen, input + found);
}

static size_t space_of(reader *r, rk_component *c, size_t *key, size_t node, int64_t dimension) {
    size_t a = find(r, node), b = find(r, node ^ 1), root = a < b ? a : b;
    for (size_t s = 0; s < c->nspaces; s++)
        if (key[s] == root)
            return s;
    key[c->nspaces] = root;
    c->space[c->nspaces] = (rk_space){dimension, a == b ? RK_GROUP_ORTHOGONAL : RK_GROUP_LINEAR};
    return c->nspaces++;
}

static rk_side side_of(reader *r, rk_component *c, size_t *key, size_t node, int64_t dimension) {
    size_t space = space_of(r, c, key, node, dimension);
    return (rk_side){(unsigned)space, find(r, node) > find(r, node ^ 1)};
}

static void restrict_group(rk_space *space, rk_group group) {
    if (group > space->group)
        space->group = group;
}

static void add_arrow(reader *r, rk_component *c, size_t index, size_t *key, size_t input) {
    rk_natural_op *o = &r->out->op[input];
    const rk_slot *slot = &r->program->slots[o->slot];
    if (o->component != NONE)
        return;
    o->component = index;
    o->arrow = c->narrows;
    rk_arrow *a = &c->arrow[c->narrows++];
    *a = (rk_arrow){.slot = o->slot, .scalar = o->scalar};
    if (o->scalar)
        return;
    a->row = o->row = side_of(r, c, key, row_of(input), slot->rows);
    a->col = o->col = side_of(r, c, key, col_of(input), slot->cols);
    restrict_group(&c->space[a->row.space], group_of_set(slot->set));
    restrict_group(&c->space[a->col.space], group_of_set(slot->set));
}

/* Identities and zeros, whose size is that of their spaces. A space no arrow touches is 0. */
static void place_constants(reader *r, rk_component *c, size_t *key, const unsigned char *seen) {
    for (size_t k = 0; k < r->out->nops; k++) {
        rk_natural_op *o = &r->out->op[k];
        if (!seen[k] || o->scalar || o->nargs > 0 || o->code == RK_P_INPUT)
            continue;
        o->row = side_of(r, c, key, row_of(k), 0);
        o->col = side_of(r, c, key, col_of(k), 0);
    }
}

static void add_relation(reader *r, rk_component *c, const raw_relation *raw, const size_t *input,
                         size_t ninputs) {
    rk_natural_relation *rel = &c->relation[c->nrelations++];
    *rel = (rk_natural_relation){raw->left, raw->right, NULL, ninputs};
    rel->arrow = rk_arena_alloc(r->arena, ninputs * sizeof *rel->arrow + 1);
    for (size_t k = 0; k < ninputs; k++)
        rel->arrow[k] = r->out->op[input[k]].arrow;
}

typedef struct gathering {
    const raw_relation *raw;
    size_t nraw;
    size_t *group; /* of each raw relation */
    size_t *input; /* scratch */
    unsigned char *seen;
} gathering;

static void make_component(reader *r, const gathering *g, size_t group) {
    rk_natural *n = r->out;
    rk_component *c = &n->component[n->ncomponents];
    size_t *key = rk_arena_alloc(r->arena, (2 * n->nops + 1) * sizeof *key);
    c->arrow = rk_arena_alloc(r->arena, (n->nops + 1) * sizeof *c->arrow);
    c->space = rk_arena_alloc(r->arena, (2 * n->nops + 1) * sizeof *c->space);
    c->relation = rk_arena_alloc(r->arena, (g->nraw + 1) * sizeof *c->relation);
    for (size_t k = 0; k < g->nraw; k++) {
        if (g->group[k] != group)
            continue;
        size_t ninputs = inputs_of(n, &g->raw[k], g->seen, g->input);
        for (size_t i = 0; i < ninputs; i++)
            add_arrow(r, c, n->ncomponents, key, g->input[i]);
        place_constants(r, c, key, g->seen);
        add_relation(r, c, &g->raw[k], g->input, ninputs);
    }
    n->ncomponents++;
}

/* Relations with an input in common belong together. */
static void gather(reader *r, gathering *g) {
    size_t *first = rk_arena_alloc(r->arena, (r->out->nops + 1) * sizeof *first);
    for (size_t k = 0; k <= r->out->nops; k++)
        first[k] = NONE;
    for (size_t k = 0; k < g->nraw; k++) {
        g->group[k] = k;
        size_t ninputs = inputs_of(r->out, &g->raw[k], g->seen, g->input);
        for (size_t i = 0; i < ninputs; i++) {
            size_t other = first[g->input[i]];
            size_t old = g->group[k], now = other == NONE ? old : g->group[other];
            for (size_t j = 0; j <= k && other != NONE; j++)
                if (g->group[j] == old)
                    g->group[j] = now;
            first[g->input[i]] = k;
        }
    }
}

static bool is_first_of_group(const gathering *g, size_t k) {
    for (size_t j = 0; j < k; j++)
        if (g->group[j] == g->group[k])
            return false;
    return true;
}

static bool read_equation(reader *r, unsigned compare, raw_relation *raw) {
    const unsigned *arg = r->program->instr[compare].arg;
    int budget = MAX_OPS;
    if (!readable(r->program, arg[0], false, &budget) ||
        !readable(r->program, arg[1], false, &budget))
        return false;
    raw->left = read_instr(r, arg[0], false);
    raw->right = read_instr(r, arg[1], false);
    join(r, row_of(raw->left), row_of(raw->right));
    join(r, col_of(raw->left), col_of(raw->right));
    return true;
}

static void make_components(reader *r, gathering *g) {
    size_t most = r->out->nops + 1;
    g->group = rk_arena_alloc(r->arena, (g->nraw + 1) * sizeof *g->group);
    g->input = rk_arena_alloc(r->arena, most * sizeof *g->input);
    g->seen = rk_arena_alloc(r->arena, most);
    for (size_t k = 0; k < r->out->nops; k++)
        if (r->out->op[k].code == RK_P_INPUT && !r->out->op[k].scalar)
            join_set(r, k);
    gather(r, g);
    r->out->component = rk_arena_alloc(r->arena, (g->nraw + 1) * sizeof *r->out->component);
    for (size_t k = 0; k < g->nraw; k++)
        if (is_first_of_group(g, k))
            make_component(r, g, g->group[k]);
}

static bool has_arrow(const reader *r, const raw_relation *raw, unsigned char *seen,
                      size_t *input) {
    size_t ninputs = inputs_of(r->out, raw, seen, input);
    for (size_t k = 0; k < ninputs; k++)
        if (!r->out->op[input[k]].scalar)
            return true;
    return false;
}

static size_t *no_operations(rk_arena *arena, size_t count) {
    size_t *list = rk_arena_alloc(arena, (count + 1) * sizeof *list);
    for (size_t k = 0; k < count; k++)
        list[k] = NONE;
    return list;
}

void rk_natural_init(rk_natural *n, const rk_program *program, const unsigned *compare,
                     size_t count) {
    *n = (rk_natural){.program = program, .memory = rk_arena_new()};
    reader r = {.out = n, .arena = n->memory, .program = program};
    for (int k = 0; k < 2; k++)
        r.made[k] = no_operations(r.arena, program->ninstr);
    gathering g = {.raw = NULL};
    raw_relation *raw = rk_arena_alloc(r.arena, (count + 1) * sizeof *raw);
    size_t room = (count * MAX_OPS + 1) * 2;
    unsigned char *seen = rk_malloc(room);
    size_t *input = rk_malloc(room * sizeof *input);
    for (size_t k = 0; k < count; k++)
        if (read_equation(&r, compare[k], &raw[g.nraw]) && has_arrow(&r, &raw[g.nraw], seen, input))
            g.nraw++;
    rk_free(seen);
    rk_free(input);
    g.raw = raw;
    make_components(&r, &g);
    n->value = rk_arena_alloc(r.arena, (n->nops + 1) * sizeof *n->value);
    n->known = rk_arena_alloc(r.arena, n->nops + 1);
    rk_free(r.node);
}

void rk_natural_clear(rk_natural *n) {
    rk_free(n->op);
    rk_arena_free(n->memory);
    *n = (rk_natural){.program = NULL};
}

/* --- values -------------------------------------------------------------------------- */

static uint32_t reduce(uint64_t x) {
    return (uint32_t)(x % RK_NATURAL_PRIME);
}

static uint32_t negative(uint32_t x) {
    return x ? (uint32_t)RK_NATURAL_PRIME - x : 0;
}

static uint32_t inverse(uint32_t x) {
    return (uint32_t)n_invmod(x, RK_NATURAL_PRIME);
}

static void multiply(rk_small *out, const rk_small *a, const rk_small *b) {
    *out = (rk_small){a->rows, b->cols, {0}};
    for (int i = 0; i < a->rows; i++)
        for (int j = 0; j < b->cols; j++) {
            uint64_t sum = 0;
            for (int k = 0; k < a->cols; k++)
                sum = reduce(sum + (uint64_t)a->entry[i * a->cols + k] * b->entry[k * b->cols + j]);
            out->entry[i * b->cols + j] = (uint32_t)sum;
        }
}

static void add(rk_small *out, const rk_small *a, const rk_small *b, bool minus) {
    *out = (rk_small){a->rows, a->cols, {0}};
    for (int i = 0; i < a->rows * a->cols; i++)
        out->entry[i] =
            reduce((uint64_t)a->entry[i] + (minus ? negative(b->entry[i]) : b->entry[i]));
}

static void scale(rk_small *out, uint32_t factor, const rk_small *a) {
    *out = (rk_small){a->rows, a->cols, {0}};
    for (int i = 0; i < a->rows * a->cols; i++)
        out->entry[i] = reduce((uint64_t)factor * a->entry[i]);
}

static void transpose(rk_small *out, const rk_small *a) {
    *out = (rk_small){a->cols, a->rows, {0}};
    for (int i = 0; i < a->rows; i++)
        for (int j = 0; j < a->cols; j++)
            out->entry[j * a->rows + i] = a->entry[i * a->cols + j];
}

static void diagonal(rk_small *out, int rows, int cols, uint32_t x) {
    *out = (rk_small){rows, cols, {0}};
    for (int i = 0; i < rows && i < cols; i++)
        out->entry[i * cols + i] = x;
}

/* Row operations that make row k of [a, out] the k-th of the identity; false without a pivot. */
static bool eliminate(rk_small *a, rk_small *out, int k) {
    int n = a->rows, pivot = k;
    while (pivot < n && a->entry[pivot * n + k] == 0)
        pivot++;
    if (pivot == n)
        return false;
    uint32_t factor = inverse(a->entry[pivot * n + k]);
    for (int j = 0; j < n; j++) {
        uint32_t x = a->entry[pivot * n + j], y = out->entry[pivot * n + j];
        a->entry[pivot * n + j] = a->entry[k * n + j];
        out->entry[pivot * n + j] = out->entry[k * n + j];
        a->entry[k * n + j] = reduce((uint64_t)x * factor);
        out->entry[k * n + j] = reduce((uint64_t)y * factor);
    }
    for (int i = 0; i < n; i++) {
        uint32_t by = i == k ? 0 : negative(a->entry[i * n + k]);
        for (int j = 0; j < n; j++) {
            a->entry[i * n + j] = reduce(a->entry[i * n + j] + (uint64_t)by * a->entry[k * n + j]);
            out->entry[i * n + j] =
                reduce(out->entry[i * n + j] + (uint64_t)by * out->entry[k * n + j]);
        }
    }
    return true;
}

static bool invert(rk_small *out, const rk_small *of) {
    rk_small a = *of;
    diagonal(out, a.rows, a.cols, 1);
    bool ok = a.rows == a.cols;
    for (int k = 0; k < a.rows && ok; k++)
        ok = eliminate(&a, out, k);
    return ok;
}

typedef struct summand {
    rk_natural *n;
    const int *size;
    const rk_small *value;
} summand;

static bool evaluate(const summand *s, size_t op);

static bool combine(const summand *s, const rk_natural_op *o, rk_small *out) {
    const rk_small *a = &s->n->value[o->arg[0]], *b = &s->n->value[o->arg[1]];
    switch (o->code) {
    case RK_P_ADD:
    case RK_P_SUB:
        add(out, a, b, o->code == RK_P_SUB);
        return true;
    case RK_P_MUL:
        multiply(out, a, b);
        return true;
    case RK_P_SCALE:
        scale(out, a->entry[0], b);
        return true;
    case RK_P_DIV:
        if (b->entry[0] == 0)
            return false;
        scale(out, inverse(b->entry[0]), a);
        return true;
    default:
        return false;
    }
}

static bool compute(const summand *s, const rk_natural_op *o, rk_small *out) {
    if (o->code == RK_P_INPUT) {
        *out = s->value[o->arrow];
        return true;
    }
    if (o->nargs == 0) {
        int rows = o->scalar ? 1 : s->size[o->row.space],
            cols = o->scalar ? 1 : s->size[o->col.space];
        diagonal(out, rows, cols, o->code == RK_P_EYE ? 1 : o->code == RK_P_ZEROS ? 0 : o->number);
        return true;
    }
    for (size_t k = 0; k < o->nargs; k++)
        if (!evaluate(s, o->arg[k]))
            return false;
    if (o->nargs == 2)
        return combine(s, o, out);
    const rk_small *a = &s->n->value[o->arg[0]];
    if (o->code == RK_P_INV)
        return invert(out, a);
    if (o->code == RK_P_NEG)
        scale(out, (uint32_t)RK_NATURAL_PRIME - 1, a);
    else
        transpose(out, a);
    return true;
}

static bool evaluate(const summand *s, size_t op) {
    if (!s->n->known[op] && !compute(s, &s->n->op[op], &s->n->value[op]))
        return false;
    s->n->known[op] = 1;
    return true;
}

static bool evaluate_sides(rk_natural *n, const rk_natural_relation *relation, const int *size,
                           const rk_small *value) {
    summand s = {n, size, value};
    memset(n->known, 0, n->nops);
    return evaluate(&s, relation->left) && evaluate(&s, relation->right);
}

bool rk_natural_holds(rk_natural *n, const rk_natural_relation *relation, const int *size,
                      const rk_small *value) {
    if (!evaluate_sides(n, relation, size, value))
        return false;
    const rk_small *a = &n->value[relation->left], *b = &n->value[relation->right];
    return memcmp(a->entry, b->entry, (size_t)(a->rows * a->cols) * sizeof *a->entry) == 0;
}

bool rk_natural_difference(rk_natural *n, const rk_natural_relation *relation, const int *size,
                           const rk_small *value, uint32_t *out) {
    if (!evaluate_sides(n, relation, size, value))
        return false;
    const rk_small *a = &n->value[relation->left], *b = &n->value[relation->right];
    *out = reduce((uint64_t)a->entry[0] + negative(b->entry[0]));
    return a->rows == 1 && a->cols == 1;
}
