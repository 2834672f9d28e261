/* Where X*U + V*Y is the identity, Sylvester's inequality for U*V is an equation: the kernel of U
   lies in the column space of V. X and Y are looked for among what is at hand. */
#include "rk_block.h"

enum { MOST_NODES = 16, MOST_DEPTH = 1, MOST_WORDS = 4 };

typedef struct pair {
    rk_instances *g;
    rk_mxs *s;
    const rk_site *node;
    const rk_mx *u, *v;
    const rk_mx *x, *y; /* x*u + v*y is the identity */
    rk_letter letter[RK_BLOCK_LETTERS];
    size_t nletters;
} pair;

/* Is the identity a sum of multiples of a*u and v*b by numbers? */
static bool makes_identity(pair *z, const rk_mx *a, const rk_mx *b) {
    rk_scalars *s = rk_mxs_scalars(z->s);
    const rk_mx *p = rk_mx_mul(z->s, a, z->u), *q = rk_mx_mul(z->s, z->v, b);
    rk_sc x, y, zero = rk_sc_int(s, 0);
    if (rk_mx_is_grid(p) || rk_mx_is_grid(q) ||
        !rk_block_combine(z->s, rk_mx_eye(z->s, z->u->cols), p, q, &x, &y))
        return false;
    z->x = rk_mx_scale(z->s, rk_sc_sub(s, zero, x), a);
    z->y = rk_mx_scale(z->s, rk_sc_sub(s, zero, y), b);
    return true;
}

/* Candidates for X: the identity, U, V and letters, where the shapes fit. */
static bool with_left(pair *z, const rk_mx *x) {
    const rk_mx *u = z->u, *v = z->v;
    if (x->cols != u->rows || x->rows != u->cols || v->rows != v->cols)
        return false;
    return makes_identity(z, x, rk_mx_eye(z->s, v->cols)) || makes_identity(z, x, v) ||
           (u->rows == u->cols && makes_identity(z, x, u));
}

static bool with_right(pair *z, const rk_mx *y) {
    const rk_mx *u = z->u, *v = z->v;
    if (y->rows != v->cols || y->cols != v->rows || u->rows != u->cols)
        return false;
    return makes_identity(z, rk_mx_eye(z->s, u->rows), y);
}

static bool bezout(pair *z) {
    const rk_mx *eye = rk_mx_eye(z->s, z->u->cols);
    if (with_left(z, eye) || with_left(z, z->u) || with_left(z, z->v))
        return true;
    for (size_t i = 0; i < z->nletters; i++) {
        const rk_mx *a = rk_mx_of_letter(z->s, z->letter[i]);
        if (with_left(z, a) || with_right(z, a))
            return true;
    }
    return false;
}

static void product(pair *z, const rk_mx *u, const rk_mx *v) {
    if (u->cols != v->rows)
        return;
    const rk_mx *whole = rk_mx_mul(z->s, u, v);
    if (!rk_mx_is_zero(whole) && !rk_inst_find(z->g, z->node, whole))
        return;
    z->u = u;
    z->v = v;
    if (!bezout(z))
        return;
    rk_scalars *scalars = rk_inst_scalars(z->g);
    rk_sc sum = rk_sc_add(scalars, rk_mx_rank(z->s, u), rk_mx_rank(z->s, v));
    rk_inst_note(z->g, &(rk_note){.mx = {z->x, z->y}});
    rk_inst_equal(z->g, z->node, RK_LAW_BEZOUT, rk_mx_rank(z->s, whole),
                  rk_sc_sub(scalars, sum, u->cols), 2, RK_INST_LIST(u, v));
}

static bool fits(const rk_site *node) {
    return node->depth <= MOST_DEPTH && node->mx->nwords > 0 && node->mx->nwords <= MOST_WORDS;
}

void rk_inst_bezout(rk_instances *g, const rk_site *node) {
    if (!fits(node) || !rk_inst_on(g, RK_LAW_BEZOUT))
        return;
    pair z = {.g = g, .s = rk_instances_store(g), .node = node};
    z.nletters = rk_block_sequent_letters(g, node, z.letter);
    size_t seen = 0;
    for (size_t i = 0; i < rk_inst_nodes(g) && seen < MOST_NODES; i++) {
        const rk_site *other = rk_inst_node(g, i);
        if (!other->done || other->scope != node->scope || !fits(other))
            continue;
        seen++;
        const rk_mx *a[2] = {node->mx, node->mx->transpose}, *b = other->mx;
        for (int k = 0; k < 2; k++) {
            product(&z, a[k], b);
            product(&z, b, a[k]);
        }
    }
}
