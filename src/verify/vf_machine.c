#include "vf_machine.h"

/* Loops and products beyond this end with a limit. */
enum { MOST_ROUNDS = 1 << 22, MOST_ENTRIES = 1 << 24 };

struct vf_memo {
    const vf_term *term;
    uint64_t symbols; /* bit s: what it is made of mentions a symbol that is s modulo 64 */
    size_t when;      /* 0: not known */
    bool visited;     /* by visit() */
    const vf_value *value;
    vf_tern truth;
};

void vf_machine_init(vf_machine *m, const vf_theorem *theorem, const vf_point *point) {
    vf_point *own = vf_alloc(sizeof *own);
    *own = (vf_point){vf_alloc((theorem->nsyms + 1) * sizeof *own->dim), point->var};
    for (size_t i = 0; i < theorem->ndims; i++)
        own->dim[theorem->dim[i]] = point->dim[theorem->dim[i]];
    *m = (vf_machine){.theorem = theorem, .point = own, .nsyms = theorem->nsyms, .clock = 1};
    m->changed = vf_alloc(64 * sizeof *m->changed);
    m->running = vf_alloc((theorem->nsyms + 1) * sizeof *m->running);
}

/* --- values kept ----------------------------------------------------------------------------- */

static size_t place_of(const vf_machine *m, const vf_term *term) {
    size_t at = ((uintptr_t)term >> 4) % m->room;
    while (m->memo[at] != NULL && m->memo[at]->term != term)
        at = (at + 1) % m->room;
    return at;
}

static void make_room(vf_machine *m) {
    if (2 * (m->nmemos + 1) < m->room)
        return;
    vf_memo **old = m->memo;
    size_t n = m->room;
    m->room = n ? 2 * n : 256;
    m->memo = vf_alloc(m->room * sizeof *m->memo);
    for (size_t i = 0; i < n; i++)
        if (old[i] != NULL)
            m->memo[place_of(m, old[i]->term)] = old[i];
}

static vf_memo *memo_of(vf_machine *m, const vf_term *term) {
    make_room(m);
    size_t at = place_of(m, term);
    if (m->memo[at] != NULL)
        return m->memo[at];
    vf_memo *made = vf_alloc(sizeof *made);
    made->term = term;
    m->memo[at] = made;
    m->nmemos++;
    made->symbols = term->op == VF_SYM   ? (uint64_t)1 << term->sym % 64
                    : term->op == VF_ACC ? (uint64_t)1 << term->sym2 % 64
                                         : 0;
    for (size_t k = 0; k < term->nkids; k++)
        made->symbols |= memo_of(m, term->kid[k])->symbols;
    return made;
}

static bool is_fresh(const vf_machine *m, const vf_memo *memo) {
    bool fresh = memo->when > 0;
    for (unsigned s = 0; fresh && s < 64; s++)
        fresh = !(memo->symbols >> s & 1) || m->changed[s] < memo->when;
    return fresh;
}

static void touch(vf_machine *m, unsigned sym) {
    m->changed[sym % 64] = m->clock++;
}

/* --- values ---------------------------------------------------------------------------------- */

vf_value *vf_value_new(size_t rows, size_t cols) {
    vf_value *made = vf_alloc(sizeof *made);
    if (cols > 0 && rows > MOST_ENTRIES / cols)
        vf_limit("entries of a matrix");
    made->rows = rows;
    made->cols = cols;
    made->entry = vf_alloc((rows * cols + 1) * sizeof *made->entry);
    return made;
}

const vf_value *vf_value_scalar(const vf_entry *x) {
    vf_value *made = vf_value_new(1, 1);
    made->entry[0] = x;
    return made;
}

const vf_entry **vf_value_at(const vf_value *a, size_t i, size_t j) {
    return &a->entry[i * a->cols + j];
}

vf_grid vf_value_grid(const vf_value *a) {
    vf_grid r = vf_grid_new(a->rows, a->cols);
    for (size_t k = 0; k < a->rows * a->cols; k++)
        r.x[k] = a->entry[k]->value;
    return r;
}

bool vf_value_moves(const vf_value *a) {
    for (size_t k = 0; k < a->rows * a->cols; k++)
        if (a->entry[k]->n > 0)
            return true;
    return false;
}

/* Where one entry of a matrix moves all do, if some do not go anywhere. */
static const vf_value *move_together(vf_machine *m, const vf_value *a) {
    if (m->ndirections == 0 || a == NULL || !vf_value_moves(a))
        return a;
    vf_value *made = vf_value_new(a->rows, a->cols);
    for (size_t k = 0; k < a->rows * a->cols; k++) {
        made->entry[k] = a->entry[k];
        if (a->entry[k]->n > 0)
            continue;
        vf_entry *e = vf_alloc(sizeof *e);
        *e = (vf_entry){a->entry[k]->value, m->ndirections, NULL};
        e->slope = vf_alloc(e->n * sizeof *e->slope);
        for (size_t d = 0; d < e->n; d++)
            e->slope[d] = vf_num_zero();
        made->entry[k] = e;
    }
    return made;
}

static bool is_lost(const vf_machine *m) {
    return m->stopped || m->doubt.undefined;
}

/* The matrices of which an integer expression takes sizes must be defined, too. */
static void visit_shapes(vf_machine *m, const vf_term *term) {
    for (size_t k = 0; k < term->nkids; k++)
        if (term->op == VF_ROWS || term->op == VF_COLS)
            vf_machine_value(m, term->kid[k]);
        else
            visit_shapes(m, term->kid[k]);
}

bool vf_machine_integer(vf_machine *m, const vf_term *term, long *value) {
    visit_shapes(m, term);
    bool known = vf_integer(m->theorem, term, m->point, value);
    m->stopped = m->stopped || !known;
    return known && !is_lost(m);
}

/* --- leaves ---------------------------------------------------------------------------------- */

static const vf_value *undefined(vf_machine *m) {
    m->doubt.undefined = true;
    return NULL;
}

static const vf_entry *seeded(const vf_machine *m, const vf_entry *e, unsigned var, size_t member,
                              size_t place) {
    vf_entry *made = vf_alloc(sizeof *made);
    bool moves = false;
    *made = (vf_entry){e->value, m->ndirections, NULL};
    made->slope = vf_alloc((m->ndirections + 1) * sizeof *made->slope);
    for (size_t d = 0; d < m->ndirections; d++) {
        const vf_direction *along = &m->direction[d];
        bool own = along->var == var && along->member == member;
        made->slope[d] = own ? along->by.x[place] : vf_num_zero();
        moves = moves || own;
    }
    return moves ? made : e;
}

static const vf_value *variable(vf_machine *m, const vf_term *t) {
    long member = 1, members = 1;
    const vf_variable *v = &m->theorem->var[t->var];
    ENSURE("a family stands with its index", (v->members == NULL) == (t->nkids == 0));
    if (v->members != NULL && (!vf_machine_integer(m, t->kid[0], &member) ||
                               !vf_machine_integer(m, v->members, &members)))
        return NULL;
    if (member < 1 || member > members)
        return undefined(m);
    ENSURE("a variable has no value yet", m->point->var[t->var] != NULL);
    const vf_value *value = &m->point->var[t->var][member - 1];
    ENSURE("a variable has no value yet", value->entry != NULL);
    if (m->ndirections == 0)
        return value;
    vf_value *made = vf_value_new(value->rows, value->cols);
    for (size_t k = 0; k < value->rows * value->cols; k++)
        made->entry[k] = seeded(m, value->entry[k], t->var, (size_t)member - 1, k);
    return made;
}

static const vf_value *datum(vf_machine *m, const vf_term *t) {
    const vf_datum *d = &m->theorem->datum[t->var];
    vf_value *made = vf_value_new(d->rows, d->cols);
    for (size_t k = 0; k < d->rows * d->cols; k++)
        made->entry[k] = vf_entry_of(vf_num_rational(d->entry[k]));
    return made;
}

/* eye ones zeros unit causal, from integers */
static const vf_value *constant(vf_machine *m, const vf_term *t) {
    long a, b, rows, cols;
    if (!vf_machine_integer(m, t->kid[0], &a))
        return NULL;
    b = a;
    if (t->nkids > 1 && !vf_machine_integer(m, t->kid[1], &b))
        return NULL;
    rows = a;
    cols = t->op == VF_UNIT ? 1 : b;
    if (rows < 1 || cols < 1) {
        m->stopped = true;
        return NULL;
    }
    if (t->op == VF_UNIT && (b < 1 || b > a))
        return undefined(m);
    vf_value *made = vf_value_new((size_t)rows, (size_t)cols);
    const vf_entry *zero = vf_entry_int(0), *unit = vf_entry_int(1);
    for (long i = 0; i < rows; i++)
        for (long j = 0; j < cols; j++) {
            bool set = t->op == VF_ONES || (t->op == VF_EYE && i == j) ||
                       (t->op == VF_CAUSAL && j <= i) || (t->op == VF_UNIT && i == b - 1);
            *vf_value_at(made, (size_t)i, (size_t)j) = set ? unit : zero;
        }
    return made;
}

/* --- parts ----------------------------------------------------------------------------------- */

/* Positions are counted from 1; a colon stands for all. */
static bool positions(vf_machine *m, const vf_term *t, size_t size, size_t *from, size_t *n) {
    long at;
    *from = 0;
    *n = size;
    if (t->op == VF_COLON)
        return true;
    if (!vf_machine_integer(m, t, &at))
        return false;
    m->doubt.undefined = m->doubt.undefined || at < 1 || (size_t)at > size;
    *from = (size_t)at - 1;
    *n = 1;
    return !m->doubt.undefined;
}

static const vf_value *part(vf_machine *m, const vf_term *t) {
    size_t row, col, rows, cols;
    const vf_value *a = vf_machine_value(m, t->kid[0]);
    if (a == NULL || !positions(m, t->kid[1], a->rows, &row, &rows) ||
        !positions(m, t->kid[2], a->cols, &col, &cols))
        return NULL;
    vf_value *made = vf_value_new(rows, cols);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            *vf_value_at(made, i, j) = *vf_value_at(a, row + i, col + j);
    return made;
}

typedef struct pieces {
    const vf_value **piece;
    size_t n;
} pieces;

static void add_piece(pieces *p, const vf_value *a) {
    p->piece = vf_grow(p->piece, p->n, sizeof *p->piece);
    p->piece[p->n++] = a;
}

/* Side by side, or one below the other. */
static const vf_value *join(const pieces *p, bool beside) {
    size_t rows = p->piece[0]->rows, cols = p->piece[0]->cols, at = 0;
    for (size_t k = 1; k < p->n; k++) {
        const vf_value *a = p->piece[k];
        ENSURE("blocks fit", beside ? a->rows == rows : a->cols == cols);
        rows += beside ? 0 : a->rows;
        cols += beside ? a->cols : 0;
    }
    vf_value *made = vf_value_new(rows, cols);
    for (size_t k = 0; k < p->n; k++) {
        const vf_value *a = p->piece[k];
        for (size_t i = 0; i < a->rows; i++)
            for (size_t j = 0; j < a->cols; j++)
                *vf_value_at(made, beside ? i : at + i, beside ? at + j : j) =
                    *vf_value_at(a, i, j);
        at += beside ? a->cols : a->rows;
    }
    return made;
}

/* --- loops ----------------------------------------------------------------------------------- */

static const vf_value *extreme(vf_machine *m, const pieces *rounds, bool largest) {
    const vf_entry **all = vf_alloc(rounds->n * sizeof *all);
    for (size_t k = 0; k < rounds->n; k++)
        all[k] = rounds->piece[k]->entry[0];
    return vf_value_scalar(vf_entry_extreme(&m->doubt, all, rounds->n, largest));
}

/* What the rounds of a loop make. */
static const vf_value *combine(vf_machine *m, vf_op op, const pieces *rounds) {
    const vf_value *sum = rounds->piece[0];
    if (op == VF_LOOP_HCAT || op == VF_LOOP_VCAT)
        return join(rounds, op == VF_LOOP_HCAT);
    if (op == VF_LOOP_MAX || op == VF_LOOP_MIN)
        return extreme(m, rounds, op == VF_LOOP_MAX);
    for (size_t k = 1; k < rounds->n; k++) {
        const vf_value *round = rounds->piece[k];
        sum = op == VF_LOOP_SUM ? vf_value_add(sum, round) : vf_value_mul(sum, round);
    }
    return sum;
}

static const vf_value *empty_loop(vf_machine *m, const vf_term *t) {
    long rows, cols;
    if (t->op != VF_LOOP_SUM)
        return undefined(m);
    m->stopped = !vf_machine_size(m->theorem, m->point, t->rows, &rows) ||
                 !vf_machine_size(m->theorem, m->point, t->cols, &cols) || rows < 1 || cols < 1;
    if (m->stopped)
        return NULL;
    vf_value *made = vf_value_new((size_t)rows, (size_t)cols);
    for (size_t k = 0; k < made->rows * made->cols; k++)
        made->entry[k] = vf_entry_int(0);
    return made;
}

static bool bounds(vf_machine *m, const vf_term *t, long *from, long *to) {
    static unsigned long rounds;
    if (!vf_machine_integer(m, t->kid[0], from) || !vf_machine_integer(m, t->kid[1], to))
        return false;
    if (*from <= *to && (*to > MOST_ROUNDS || *from < -MOST_ROUNDS))
        vf_limit("rounds of a loop");
    rounds += *from <= *to ? (unsigned long)(*to - *from + 1) : 0;
    if (rounds > MOST_ROUNDS)
        vf_limit("rounds of all loops");
    return true;
}

/* The place of the index that a loop binds. */
static long *index_of(vf_machine *m, const vf_term *t) {
    ENSURE("an index of the theorem", t->sym < m->nsyms && t->sym2 < m->nsyms);
    return &m->point->dim[t->sym];
}

static const vf_value *fold(vf_machine *m, const vf_term *t) {
    long from, to, *index = index_of(m, t), before = *index;
    const vf_value *value = vf_machine_value(m, t->kid[2]), *outer = m->running[t->sym2];
    if (value == NULL || !bounds(m, t, &from, &to))
        return NULL;
    for (long i = from; i <= to && value != NULL; i++) {
        *index = i;
        m->running[t->sym2] = value;
        touch(m, t->sym);
        touch(m, t->sym2);
        value = vf_machine_value(m, t->kid[3]);
    }
    *index = before;
    m->running[t->sym2] = outer;
    touch(m, t->sym);
    touch(m, t->sym2);
    return value;
}

static const vf_value *loop(vf_machine *m, const vf_term *t) {
    long from, to, *index = index_of(m, t), before = *index;
    pieces rounds = {0};
    if (!bounds(m, t, &from, &to))
        return NULL;
    if (from > to)
        return empty_loop(m, t);
    for (long i = from; i <= to && !is_lost(m); i++) {
        *index = i;
        touch(m, t->sym);
        add_piece(&rounds, vf_machine_value(m, t->kid[2]));
    }
    *index = before;
    touch(m, t->sym);
    return is_lost(m) ? NULL : combine(m, t->op, &rounds);
}

/* --- all values ------------------------------------------------------------------------------ */

/* The value so far of a fold outside the jrank in which it is used: how it moves is not known. */
static const vf_value *running(vf_machine *m, const vf_term *t) {
    m->stopped = m->stopped || m->running[t->sym2] == NULL;
    return m->running[t->sym2];
}

static const vf_value *operation(vf_machine *m, const vf_term *t) {
    const vf_value **kid = vf_alloc((t->nkids + 1) * sizeof *kid);
    size_t n = t->op == VF_POWER || t->op == VF_SIGMA || t->op == VF_EIGABS ? 1 : t->nkids;
    for (size_t k = 0; k < n; k++)
        if ((kid[k] = vf_machine_value(m, t->kid[k])) == NULL)
            return NULL;
    return vf_apply(m, t, kid);
}

static const vf_value *blocks(vf_machine *m, const vf_term *t) {
    pieces p = {0};
    for (size_t k = 0; k < t->nkids; k++)
        add_piece(&p, vf_machine_value(m, t->kid[k]));
    return is_lost(m) ? NULL : join(&p, t->op == VF_HCAT);
}

static const vf_value *number(vf_machine *m, const vf_term *t) {
    long value;
    if (t->op == VF_NUMBER)
        return vf_value_scalar(vf_entry_of(vf_num_rational(t->number)));
    return vf_machine_integer(m, t, &value) ? vf_value_scalar(vf_entry_int(value)) : NULL;
}

static const vf_value *compute(vf_machine *m, const vf_term *t) {
    switch (t->op) {
    case VF_NUMBER:
    case VF_SYM:
    case VF_ROWS:
    case VF_COLS:
        return number(m, t);
    case VF_VAR:
        return variable(m, t);
    case VF_DATUM:
        return datum(m, t);
    case VF_ACC:
        return running(m, t);
    case VF_EYE:
    case VF_ONES:
    case VF_ZEROS:
    case VF_UNIT:
    case VF_CAUSAL:
        return constant(m, t);
    case VF_ENTRY:
        return part(m, t);
    case VF_HCAT:
    case VF_VCAT:
        return blocks(m, t);
    case VF_LOOP_SUM:
    case VF_LOOP_PROD:
    case VF_LOOP_HCAT:
    case VF_LOOP_VCAT:
    case VF_LOOP_MAX:
    case VF_LOOP_MIN:
        return loop(m, t);
    case VF_FOLD:
        return fold(m, t);
    case VF_JRANK:
        return vf_jrank(m, t);
    default:
        return operation(m, t);
    }
}

const vf_value *vf_machine_value(vf_machine *m, const vf_term *term) {
    ENSURE("a value, not a truth value", !term->truth);
    if (is_lost(m))
        return NULL;
    vf_memo *memo = memo_of(m, term);
    if (is_fresh(m, memo))
        return memo->value;
    memo->value = move_together(m, compute(m, term));
    memo->when = m->clock++;
    return is_lost(m) ? NULL : memo->value;
}

/* --- truth values ---------------------------------------------------------------------------- */

static vf_tern and_of(vf_tern a, vf_tern b) {
    return a == VF_FALSE || b == VF_FALSE ? VF_FALSE
           : a == VF_TRUE && b == VF_TRUE ? VF_TRUE
                                          : VF_UNKNOWN;
}

static vf_tern not_of(vf_tern a) {
    return a == VF_TRUE ? VF_FALSE : a == VF_FALSE ? VF_TRUE : VF_UNKNOWN;
}

static vf_tern or_of(vf_tern a, vf_tern b) {
    return not_of(and_of(not_of(a), not_of(b)));
}

static vf_tern connective(vf_machine *m, const vf_term *t) {
    vf_tern r = vf_machine_truth(m, t->kid[0]), b;
    if (t->op == VF_NOT)
        return not_of(r);
    for (size_t k = 1; k < t->nkids; k++) {
        b = vf_machine_truth(m, t->kid[k]);
        if (t->op == VF_AND)
            r = and_of(r, b);
        else if (t->op == VF_OR)
            r = or_of(r, b);
        else if (t->op == VF_IMPLIES)
            r = or_of(not_of(r), b);
        else
            r = and_of(or_of(not_of(r), b), or_of(r, not_of(b)));
    }
    return r;
}

static vf_tern truth_loop(vf_machine *m, const vf_term *t) {
    long from, to, *index = index_of(m, t), before = *index;
    vf_tern r = t->op == VF_LOOP_ALL ? VF_TRUE : VF_FALSE;
    if (!bounds(m, t, &from, &to))
        return VF_UNKNOWN;
    for (long i = from; i <= to && !is_lost(m); i++) {
        *index = i;
        touch(m, t->sym);
        vf_tern round = vf_machine_truth(m, t->kid[2]);
        r = t->op == VF_LOOP_ALL ? and_of(r, round) : or_of(r, round);
    }
    *index = before;
    touch(m, t->sym);
    return r;
}

static vf_tern comparison(vf_machine *m, const vf_term *t) {
    const vf_value *a = vf_machine_value(m, t->kid[0]), *b = vf_machine_value(m, t->kid[1]);
    return a == NULL || b == NULL ? VF_UNKNOWN : vf_compare(t->op, a, b);
}

/* span A in span B: B on its own has the rank of both */
static vf_tern inclusion(vf_machine *m, const vf_term *t) {
    const vf_value *a = vf_machine_value(m, t->kid[0]), *b = vf_machine_value(m, t->kid[1]);
    if (a == NULL || b == NULL)
        return VF_UNKNOWN;
    const vf_value *both = join(&(pieces){(const vf_value *[]){a, b}, 2}, t->op == VF_IN_COLSPAN);
    const vf_value *whole = vf_rank_value(m, both), *own = vf_rank_value(m, b);
    return whole == NULL || own == NULL ? VF_UNKNOWN : vf_compare(VF_EQ, whole, own);
}

static vf_tern decide(vf_machine *m, const vf_term *t) {
    switch (t->op) {
    case VF_EQ:
    case VF_NE:
    case VF_LT:
    case VF_LE:
    case VF_GT:
    case VF_GE:
        return comparison(m, t);
    case VF_IN_ROWSPAN:
    case VF_IN_COLSPAN:
        return inclusion(m, t);
    case VF_LOOP_ALL:
    case VF_LOOP_ANY:
        return truth_loop(m, t);
    default:
        return connective(m, t);
    }
}

vf_tern vf_machine_truth(vf_machine *m, const vf_term *term) {
    ENSURE("a truth value", term->truth);
    if (is_lost(m))
        return VF_UNKNOWN;
    vf_memo *memo = memo_of(m, term);
    if (is_fresh(m, memo))
        return memo->truth;
    memo->truth = decide(m, term);
    memo->when = m->clock++;
    return memo->truth;
}

vf_tern vf_truth(const vf_theorem *theorem, const vf_term *term, const vf_point *point) {
    vf_machine m;
    vf_machine_init(&m, theorem, point);
    vf_tern truth = vf_machine_truth(&m, term);
    return m.doubt.undefined ? VF_UNDEFINED : m.doubt.unsure || m.stopped ? VF_UNKNOWN : truth;
}

/* Operations that are defined wherever their arguments are; sizes fit by the reading. */
static bool is_total(const vf_term *t) {
    switch (t->op) {
    case VF_NEG:
    case VF_ADD:
    case VF_SUB:
    case VF_MUL:
    case VF_EMUL:
    case VF_TRANSPOSE:
    case VF_HCAT:
    case VF_VCAT:
    case VF_KRON:
    case VF_EXP:
    case VF_RANK:
        return true;
    case VF_SOFTMAX:
        return t->nkids == 1;
    default:
        return t->op >= VF_EQ && t->op <= VF_IFF;
    }
}

/* Computes what may be undefined, and of the rest no values. */
static void visit(vf_machine *m, const vf_term *t) {
    if (t->truth && !is_total(t)) {
        (void)vf_machine_truth(m, t);
    } else if (!is_total(t)) {
        (void)vf_machine_value(m, t);
    } else if (!memo_of(m, t)->visited) {
        memo_of(m, t)->visited = true;
        for (size_t k = 0; k < t->nkids; k++)
            visit(m, t->kid[k]);
    }
}

bool vf_is_defined(const vf_theorem *theorem, const vf_term *term, const vf_point *point) {
    vf_machine m;
    vf_machine_init(&m, theorem, point);
    visit(&m, term);
    return !m.doubt.undefined && !m.doubt.unsure && !m.stopped;
}
