/* What elimination says of the rank of a grid of blocks. */
#include "rk_block.h"

#include <string.h>

enum {
    TRIALS = 300, /* steps tried from one grid */
    CHAIN = 48,   /* matrices of one fact */
    DEEPEST = 2   /* nodes further down are not eliminated */
};

/* --- one way of elimination as a fact ----------------------------------------------------- */

typedef struct outcome {
    size_t state;
    rk_sc rank;    /* sum of the ranks of the blocks */
    unsigned cost; /* of the ranks in it */
    unsigned score;
    bool chosen; /* to be stated */
} outcome;

static rk_sc diagonal_rank(rk_instances *g, const rk_block *b, rk_block part[RK_BLOCK_MAX],
                           size_t *nparts) {
    rk_scalars *scalars = rk_inst_scalars(g);
    rk_sc sum = rk_sc_int(scalars, 0);
    *nparts = rk_block_components(b, part);
    for (size_t i = 0; i < *nparts; i++)
        sum = rk_sc_add(scalars, sum, rk_block_rank(rk_instances_store(g), &part[i]));
    return sum;
}

/* What it costs to bring in the rank of one block: nothing if it stands in the sequent or is a
   number or dimension; more for what nobody looks at yet, for several blocks in one. */
static unsigned cost(rk_instances *g, const rk_site *node, const rk_block *part) {
    rk_mxs *s = rk_instances_store(g);
    const rk_mx *a = rk_block_matrix(s, part);
    if (rk_mx_is_eye(a) || rk_inst_invertible(g, a))
        return 0;
    const rk_site *known = rk_inst_find(g, node, a);
    if (known && known->depth == 0)
        return 0;
    unsigned blocks = (unsigned)(part->rows * part->cols);
    return (known ? 1 : 2) + (blocks > 1 ? 4 * (blocks - 1) : 0);
}

static outcome outcome_of(rk_instances *g, const rk_elimination *e, const rk_site *node, size_t i) {
    rk_block part[RK_BLOCK_MAX];
    size_t n;
    outcome o = {.state = i, .score = e->state[i].score};
    o.rank = diagonal_rank(g, &e->state[i].block, part, &n);
    for (size_t k = 0; k < n; k++)
        o.cost += cost(g, node, &part[k]);
    o.chosen = o.cost == 0;
    return o;
}

/* The grids on the way from the root to the state, the root first. */
static size_t way_to(const rk_elimination *e, size_t state, const rk_mx **matrix) {
    size_t depth = 0, n = 0;
    for (size_t i = state; i != 0; i = e->state[i].parent)
        depth++;
    if (depth + 1 >= CHAIN / 2)
        return 0;
    for (size_t i = state, k = depth;; i = e->state[i].parent, k--) {
        matrix[k] = rk_block_matrix(e->s, &e->state[i].block);
        if (k == 0)
            break;
    }
    for (size_t i = 0; i <= depth; i++)
        if (matrix[i])
            matrix[n++] = matrix[i];
    return n;
}

static void add_matrix(const rk_mx **matrix, size_t *n, const rk_mx *a) {
    if (*n == 0 || matrix[*n - 1] != a)
        matrix[(*n)++] = a;
}

/* How the outcome was reached, for certificates. */
static void note_way(rk_instances *g, const rk_block_origin *origin, const rk_elimination *e,
                     size_t state) {
    rk_arena *arena = rk_inst_arena(g);
    rk_block_way *way = rk_arena_alloc(arena, sizeof *way);
    *way = (rk_block_way){.g = g, .origin = *origin, .nletters = e->nletters, .ngrids = 1};
    memcpy(way->letter, e->letter, sizeof way->letter);
    for (size_t i = state; i != 0; i = e->state[i].parent)
        way->ngrids++;
    rk_block *grid = rk_arena_alloc(arena, way->ngrids * sizeof *grid);
    for (size_t i = state, k = way->ngrids; k-- > 0; i = e->state[i].parent)
        grid[k] = e->state[i].block;
    way->grid = grid;
    rk_inst_note(g, &(rk_note){.way = way});
}

static void state_outcome(rk_instances *g, const rk_block_origin *origin, const rk_elimination *e,
                          const outcome *o) {
    rk_mxs *s = rk_instances_store(g);
    const rk_mx *matrix[CHAIN], *way[CHAIN];
    rk_block part[RK_BLOCK_MAX];
    size_t n = 0, nparts;
    rk_sc first = origin->node->rank;
    if (origin->nbefore > 0)
        first = diagonal_rank(g, &origin->before[0], part, &nparts);
    for (size_t i = 0; i < origin->nbefore; i++)
        add_matrix(matrix, &n, rk_block_matrix(s, &origin->before[i]));
    add_matrix(matrix, &n, rk_block_matrix(s, &origin->root));
    size_t more = way_to(e, o->state, way);
    for (size_t i = 0; i < more; i++)
        add_matrix(matrix, &n, way[i]);
    note_way(g, origin, e, o->state);
    rk_inst_equal(g, origin->node, origin->law, first, o->rank, n, matrix);
    nparts = rk_block_components(&e->state[o->state].block, part);
    for (size_t i = 0; i < nparts; i++)
        rk_inst_want(g, origin->node, rk_block_matrix(s, &part[i]));
}

static bool repeated(const outcome *o, const outcome *all, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (all[i].rank == o->rank)
            return true;
    return false;
}

static bool better(const outcome *a, const outcome *b) {
    if (a->cost != b->cost)
        return a->cost < b->cost;
    return a->score < b->score;
}

/* Chooses the best ways that bring in ranks nobody asked about: two where grids may be new. */
static void choose_new(const rk_block_origin *origin, outcome *all, size_t n) {
    for (int times = origin->dearest == RK_BLOCK_ANY ? 2 : 1; times > 0; times--) {
        outcome *best = NULL;
        for (size_t i = 0; i < n; i++)
            if (!all[i].chosen && all[i].cost <= origin->dearest &&
                (!best || better(&all[i], best)))
                best = &all[i];
        if (best)
            best->chosen = true;
    }
}

/* Is there no need to look at the node's own grid any more? */
static bool replaces(const rk_block_origin *origin, const rk_elimination *e, const outcome *o) {
    if (o->rank == origin->node->rank)
        return false;
    if (o->score < e->state[0].score)
        return true;
    rk_block again = e->state[0].block;
    rk_block_tidy(e->g, &again);
    return o->state == 0 && rk_block_same(&again, &e->state[0].block);
}

bool rk_block_state_eliminations(rk_instances *g, const rk_block_origin *origin) {
    if (!rk_inst_on(g, origin->law) || rk_inst_full(g))
        return false;
    rk_elimination e = {.g = g, .trials = TRIALS};
    e.nletters = rk_block_sequent_letters(g, origin->node, e.letter);
    rk_eliminate(&e, &origin->root);
    outcome *all = rk_malloc(e.nstates * sizeof *all);
    size_t n = 0;
    for (size_t i = 0; i < e.nstates; i++) {
        all[n] = outcome_of(g, &e, origin->node, i);
        if (!repeated(&all[n], all, n))
            n++;
    }
    choose_new(origin, all, n);
    bool replaced = false;
    for (size_t i = 0; i < n; i++)
        if (all[i].chosen) {
            state_outcome(g, origin, &e, &all[i]);
            replaced = replaced || replaces(origin, &e, &all[i]);
        }
    rk_free(all);
    rk_elimination_clear(&e);
    return replaced;
}

/* --- the rule ----------------------------------------------------------------------------- */

bool rk_block_row_of(rk_mxs *s, rk_block *row, const rk_mx *a) {
    if (!rk_block_of(row, a) || (row->rows > 1 && row->cols > 1))
        return false;
    if (row->rows > 1)
        rk_block_transpose(s, row, row);
    return true;
}

bool rk_inst_blocks(rk_instances *g, const rk_site *node) {
    rk_block_origin origin = {.node = node, .law = RK_LAW_ELIMINATION, .dearest = RK_BLOCK_FLAT};
    return rk_mx_is_grid(node->mx) && rk_block_of(&origin.root, node->mx) &&
           rk_block_state_eliminations(g, &origin);
}
