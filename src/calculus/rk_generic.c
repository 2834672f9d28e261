/* Ranks for almost every value of the generic variables.

   Maximal rank: for V generic among all matrices of its shape and A, B, C free of V,
   rank(C + A*V*B) = min(rank([A, C]), rank([B; C])) (Tian 2002; the right side bounds it for every
   V and is attained on a Zariski-open set).

   The members of a generic family side by side are generic together: V may be hcat(h = a..b, V[h]).

   Specialisation: where V stands in E only in places that are polynomial or entire in it, a minor
   of E that is not zero at V = c is not zero for almost every V; c must satisfy the equations of
   V's set, whose solutions are a linear space here. Orthogonal matrices and unit rows are left
   alone: their equations are not linear. */
#include <string.h>

#include "base/rk_mem.h"
#include "rk_inst_inside.h"
#include "rk_sequent.h"
#include "rk_walk.h"

enum { MOST_MATRICES = 24, MOST_VARIABLES = 4 };

typedef struct worklist {
    rk_context *x;
    const rk_mx *item[MOST_MATRICES];
    size_t n;
} worklist;

static void add_work(worklist *w, const rk_mx *a) {
    for (size_t i = 0; i < w->n; i++)
        if (w->item[i] == a)
            return;
    if (w->n < MOST_MATRICES)
        w->item[w->n++] = a;
}

static void add_ranks(worklist *w, rk_sc value) {
    for (unsigned i = 0; i < value->natoms; i++) {
        const rk_quantity *q = rk_sc_atom_quantity(w->x->scalars, value->atom[i]);
        if (q == NULL)
            continue;
        if (q->kind == RK_Q_RANK)
            add_work(w, q->mx[0]);
        for (size_t k = 0; k < q->nargs; k++)
            add_ranks(w, q->arg[k]);
    }
}

static void add_noted(worklist *w, rk_law law, rk_sc value, bool equation, const rk_mx *const *mx,
                      size_t n, const rk_note *note) {
    rk_fact f = {.law = law, .value = value, .equation = equation, .matrix = mx, .nmatrices = n};
    f.note = note;
    if (w->x->calculus->options.limits.disabled[law])
        return;
    rk_instances_add(w->x->instances, &f);
    rk_instances_want_scalar(w->x->instances, value);
    add_ranks(w, value);
}

static void add_fact(worklist *w, rk_law law, rk_sc value, bool equation, const rk_mx *const *mx,
                     size_t n) {
    add_noted(w, law, value, equation, mx, n, NULL);
}

/* --- which variables ------------------------------------------------------------------------ */

/* In the step of an induction the running value is a function of the earlier layers: only this
   layer's members of families that stand nowhere else are still free. */
typedef struct members {
    rk_sc index;
    unsigned var;
    bool others;
} members;

static void see_member(void *self, const rk_leaf *leaf, rk_place place) {
    members *m = self;
    (void)place;
    if (leaf->kind == RK_L_VAR && leaf->var == m->var)
        m->others |= leaf->index[0] != m->index;
}

static bool is_fresh_in_step(rk_context *x, const rk_leaf *leaf) {
    members in_body = {.index = rk_sc_sym(x->scalars, x->fold->sym), .var = leaf->var};
    members elsewhere = {.index = NULL, .var = leaf->var};
    rk_walk_matrix(x->store, x->fold->arg[1], RK_PLACE_WORD, see_member, &in_body);
    rk_walk_matrix(x->store, x->fold->arg[0], RK_PLACE_WORD, see_member, &elsewhere);
    rk_walk_scalar(x->store, x->step_hypothesis, RK_PLACE_WORD, see_member, &elsewhere);
    return leaf->index[0] == x->step_index && !in_body.others && !elsewhere.others;
}

static bool is_usable(rk_context *x, const rk_leaf *leaf) {
    if (leaf->kind != RK_L_VAR || x->calculus->checked->vars[leaf->var].quant != RK_GENERIC)
        return false;
    return x->step == NULL || is_fresh_in_step(x, leaf);
}

typedef struct seen {
    rk_context *x;
    const rk_leaf *leaf[64];
    bool barred[64];
    size_t n;
    bool full; /* there were more: nothing is known of them */
} seen;

static void see(void *self, const rk_leaf *leaf, rk_place place) {
    seen *s = self;
    if (leaf->kind != RK_L_VAR)
        return;
    size_t i = 0;
    while (i < s->n && s->leaf[i] != leaf)
        i++;
    if (i == 64) {
        s->full = true;
        return;
    }
    if (i == s->n) {
        s->leaf[s->n++] = leaf;
        s->barred[i] = !is_usable(s->x, leaf);
    }
    s->barred[i] |= place == RK_PLACE_OTHER;
}

/* --- maximal rank --------------------------------------------------------------------------- */

static bool fills_its_shape(rk_set set) {
    return set == RK_SET_REAL || set == RK_SET_POSITIVE || set == RK_SET_NONNEGATIVE ||
           set == RK_SET_NONZERO || set == RK_SET_INVERTIBLE;
}

/* Position of the only letter of this leaf in the word; the length if there is none or several. */
static size_t place_of(const rk_word *w, const rk_leaf *leaf) {
    size_t at = w->length, found = 0;
    for (size_t k = 0; k < w->length; k++)
        if (w->letter[k].leaf == leaf) {
            at = k;
            found++;
        }
    return found == 1 ? at : w->length;
}

static const rk_mx *letter_matrix(rk_mxs *s, const rk_letter *l) {
    const rk_mx *m = rk_mx_of_leaf(s, l->leaf);
    if (l->transposed)
        m = rk_mx_transpose(s, m);
    return l->inverted ? rk_mx_inv(s, m) : m;
}

/* Product of letters from .. to - 1; the identity of size n when there are none. */
static const rk_mx *run(rk_mxs *s, const rk_word *w, size_t from, size_t to, rk_sc n) {
    const rk_mx *m = from < to ? letter_matrix(s, &w->letter[from]) : rk_mx_eye(s, n);
    for (size_t k = from + 1; k < to; k++)
        m = rk_mx_mul(s, m, letter_matrix(s, &w->letter[k]));
    return m;
}

/* The first word that has the leaf, as p*V*q. */
typedef struct pattern {
    const rk_mx *before, *after;
    rk_sc coef;
} pattern;

static bool find_pattern(rk_mxs *s, const rk_mx *cell, const rk_leaf *leaf, pattern *p) {
    for (size_t i = 0; i < cell->nwords; i++) {
        const rk_word *w = &cell->word[i];
        size_t at = place_of(w, leaf);
        if (at == w->length)
            continue;
        p->before = run(s, w, 0, at, cell->rows);
        p->after = run(s, w, at + 1, w->length, cell->cols);
        p->coef = w->coef;
        return true;
    }
    return false;
}

/* Sum of what stands before the leaf in words that end like the pattern (first), or behind it in
   words that begin like it. Coefficients stand before it, divided by that of the pattern behind it.
   Where that may be 0, words of the pattern's beginning alone are taken: as it is before the leaf,
   and with their coefficients behind it. */
static const rk_mx *gather(rk_mxs *s, const rk_mx *cell, const rk_leaf *leaf, const pattern *p,
                           bool before) {
    rk_scalars *sc = rk_mxs_scalars(s);
    bool divided = rk_sc_is_nonzero(sc, p->coef);
    const rk_mx *sum =
        before ? rk_mx_zero(s, cell->rows, leaf->rows) : rk_mx_zero(s, leaf->cols, cell->cols);
    for (size_t i = 0; i < cell->nwords; i++) {
        const rk_word *w = &cell->word[i];
        size_t at = place_of(w, leaf);
        if (at == w->length)
            continue;
        const rk_mx *a = run(s, w, 0, at, cell->rows);
        const rk_mx *b = run(s, w, at + 1, w->length, cell->cols);
        if (before && b == p->after && (divided || a == p->before))
            sum = rk_mx_add(s, sum, divided ? rk_mx_scale(s, w->coef, a) : a);
        if (!before && a == p->before)
            sum = rk_mx_add(s, sum,
                            rk_mx_scale(s, divided ? rk_sc_div(sc, w->coef, p->coef) : w->coef, b));
    }
    return sum;
}

static const rk_mx *cell_at(const rk_mx *e, size_t i, size_t j) {
    return rk_mx_is_grid(e) ? e->cell[i * e->grid_cols + j] : e;
}

static const rk_mx *side(rk_mxs *s, const rk_mx *e, const rk_leaf *leaf, const pattern *p,
                         size_t i0, size_t j0, bool before) {
    size_t n = !rk_mx_is_grid(e) ? 1 : before ? e->grid_rows : e->grid_cols;
    const rk_mx **part = rk_malloc(n * sizeof *part);
    for (size_t k = 0; k < n; k++)
        part[k] = gather(s, before ? cell_at(e, k, j0) : cell_at(e, i0, k), leaf, p, before);
    const rk_mx *result = rk_mx_grid(s, before ? n : 1, before ? 1 : n, part);
    rk_free(part);
    return result;
}

static bool find_first(rk_mxs *s, const rk_mx *e, const rk_leaf *leaf, pattern *p, size_t *i0,
                       size_t *j0) {
    size_t rows = rk_mx_is_grid(e) ? e->grid_rows : 1, cols = rk_mx_is_grid(e) ? e->grid_cols : 1;
    for (*i0 = 0; *i0 < rows; ++*i0)
        for (*j0 = 0; *j0 < cols; ++*j0)
            if (find_pattern(s, cell_at(e, *i0, *j0), leaf, p))
                return true;
    return false;
}

static rk_sc least(rk_scalars *s, rk_sc a, rk_sc b) {
    if (a == b)
        return a;
    bool swap = rk_sc_compare(s, a, b) > 0;
    const rk_sc arg[2] = {swap ? b : a, swap ? a : b};
    rk_quantity q = {.kind = RK_Q_MIN, .arg = arg, .nargs = 2, .nonneg = true, .integer = true};
    return rk_sc_quantity(s, &q);
}

typedef struct sight {
    rk_context *x;
    const rk_leaf *leaf;
    bool found;
} sight;

static void see_same(void *self, const rk_leaf *other, rk_place place) {
    sight *t = self;
    (void)place;
    if (other->kind != RK_L_VAR || other->var != t->leaf->var)
        return;
    rk_scalars *s = t->x->scalars;
    bool different = other->index[0] != NULL && t->leaf->index[0] != NULL &&
                     rk_sc_is_nonzero(s, rk_sc_sub(s, other->index[0], t->leaf->index[0]));
    t->found |= !different;
}

/* Not even as the member of a family whose index may be this one's, as in a sum over all members.
 */
static bool is_free_of(rk_context *x, const rk_mx *a, const rk_leaf *leaf) {
    sight t = {x, leaf, false};
    rk_walk_matrix(x->store, a, RK_PLACE_WORD, see_same, &t);
    return !t.found;
}

/* e == c + a*v*b, all but v free of the variable */
static void state_maximal(worklist *w, const rk_mx *e, const rk_leaf *var, const rk_mx *v,
                          const rk_mx *a, const rk_mx *b, const rk_mx *c) {
    rk_mxs *s = w->x->store;
    if (!is_free_of(w->x, a, var) || !is_free_of(w->x, b, var) || !is_free_of(w->x, c, var))
        return;
    const rk_mx *beside = rk_mx_is_zero(c) ? a : rk_mx_grid(s, 1, 2, (const rk_mx *[]){a, c});
    const rk_mx *below = rk_mx_is_zero(c) ? b : rk_mx_grid(s, 2, 1, (const rk_mx *[]){b, c});
    rk_sc most = least(w->x->scalars, rk_mx_rank(s, beside), rk_mx_rank(s, below));
    const rk_mx *mx[] = {e, v, a, b, c};
    add_fact(w, RK_LAW_MAXIMAL, rk_sc_sub(w->x->scalars, rk_mx_rank(s, e), most), true, mx, 5);
}

/* The letter is the variable, or a row or column of all its members, each once. */
static void maximal_rank(worklist *w, const rk_mx *e, const rk_leaf *leaf, const rk_leaf *var) {
    rk_mxs *s = w->x->store;
    pattern p;
    size_t i0, j0;
    if (!fills_its_shape(w->x->calculus->checked->vars[var->var].set) ||
        !find_first(s, e, leaf, &p, &i0, &j0))
        return;
    const rk_mx *a = side(s, e, leaf, &p, i0, j0, true);
    const rk_mx *b = side(s, e, leaf, &p, i0, j0, false);
    const rk_mx *v = rk_mx_of_leaf(s, leaf);
    const rk_mx *c = rk_mx_sub(s, e, rk_mx_mul(s, rk_mx_mul(s, a, v), b));
    state_maximal(w, e, var, v, a, b, c);
}

static bool stands_transposed(const rk_mx *e, const rk_leaf *leaf) {
    size_t cells = rk_mx_is_grid(e) ? e->grid_rows * e->grid_cols : 1;
    for (size_t c = 0; c < cells; c++) {
        const rk_mx *cell = rk_mx_is_grid(e) ? e->cell[c] : e;
        for (size_t i = 0; i < cell->nwords; i++)
            for (size_t k = 0; k < cell->word[i].length; k++)
                if (cell->word[i].letter[k].leaf == leaf)
                    return cell->word[i].letter[k].transposed;
    }
    return false;
}

static void maximal_ranks(worklist *w, const rk_mx *e, const seen *vars) {
    for (size_t i = 0; i < vars->n; i++)
        if (is_usable(w->x, vars->leaf[i])) {
            bool turned = stands_transposed(e, vars->leaf[i]);
            maximal_rank(w, turned ? rk_mx_transpose(w->x->store, e) : e, vars->leaf[i],
                         vars->leaf[i]);
        }
}

/* --- families side by side ------------------------------------------------------------------ */

/* Is the letter the member h of a generic family that fills its shape, h the index of the loop? */
static bool is_member(rk_context *x, const rk_letter *l, const rk_leaf *loop) {
    return !l->inverted && is_usable(x, l->leaf) &&
           fills_its_shape(x->calculus->checked->vars[l->leaf->var].set) &&
           l->leaf->index[0] == rk_sc_sym(x->scalars, loop->sym);
}

/* Any member. */
static rk_leaf family_of(const rk_leaf *member) {
    rk_leaf any = *member;
    any.index[0] = NULL;
    return any;
}

/* hcat(h = a..b, V[h]) is generic among the matrices of its shape, as V[h] is. */
static void row_of_members(worklist *w, const rk_mx *e, const rk_letter *l) {
    bool row = l->leaf->kind == RK_L_HCAT || l->leaf->kind == RK_L_VCAT;
    const rk_letter *member = row && !l->inverted ? rk_mx_letter(l->leaf->arg[0]) : NULL;
    if (member == NULL || !is_member(w->x, member, l->leaf))
        return;
    rk_leaf any = family_of(member->leaf);
    maximal_rank(w, l->transposed ? rk_mx_transpose(w->x->store, e) : e, l->leaf, &any);
}

/* sum(h = a..b, P*V[h]*Q[h]) is P*hcat(h = a..b, V[h])*vcat(h = a..b, Q[h]). */
static void sum_of_members(worklist *w, const rk_mx *e, const rk_word *word, size_t at) {
    rk_mxs *s = w->x->store;
    const rk_letter *l = &word->letter[at];
    const rk_leaf *sum = l->leaf;
    const rk_mx *body = sum->kind == RK_L_SUM && !l->inverted ? sum->arg[0] : NULL;
    if (body == NULL || rk_mx_is_grid(body) || body->nwords != 1)
        return;
    body = l->transposed ? rk_mx_transpose(s, body) : body;
    const rk_word *in = &body->word[0];
    size_t k = 0;
    while (k < in->length && !is_member(w->x, &in->letter[k], sum))
        k++;
    const rk_mx *p = run(s, in, 0, k, body->rows);
    if (k == in->length || rk_mx_mentions_sym(s, p, sum->sym))
        return;
    const rk_mx *q = rk_mx_scale(s, in->coef, run(s, in, k + 1, in->length, body->cols));
    const rk_mx *v = rk_mx_loop(s, RK_L_HCAT, sum->sym, sum->index[0], sum->index[1],
                                letter_matrix(s, &in->letter[k]));
    const rk_mx *b = rk_mx_loop(s, RK_L_VCAT, sum->sym, sum->index[0], sum->index[1], q);
    const rk_mx *a = rk_mx_mul(s, run(s, word, 0, at, e->rows), p);
    b = rk_mx_scale(s, word->coef, rk_mx_mul(s, b, run(s, word, at + 1, word->length, e->cols)));
    rk_leaf any = family_of(in->letter[k].leaf);
    const rk_mx *c = rk_mx_sub(s, e, rk_mx_of_words(s, e->rows, e->cols, word, 1));
    state_maximal(w, e, &any, v, a, b, c);
}

static void families(worklist *w, const rk_mx *e) {
    for (size_t i = 0; !rk_mx_is_grid(e) && i < e->nwords; i++)
        for (size_t k = 0; k < e->word[i].length; k++) {
            row_of_members(w, e, &e->word[i].letter[k]);
            sum_of_members(w, e, &e->word[i], k);
        }
}

/* --- specialisation ------------------------------------------------------------------------- */

typedef enum choice { KEEP, ZERO, IDENTITY, UNIFORM, CHOICES } choice;

static bool is_stochastic(rk_set set) {
    return set == RK_SET_STOCHASTIC || set == RK_SET_ATTENTION;
}

static bool is_linear_space(rk_set set) {
    return fills_its_shape(set) || set == RK_SET_SYMMETRIC || set == RK_SET_PSD ||
           set == RK_SET_DIAGONAL;
}

static bool is_allowed(const rk_context *x, const rk_leaf *leaf, choice c) {
    rk_set set = x->calculus->checked->vars[leaf->var].set;
    switch (c) {
    case KEEP:
        return true;
    case ZERO:
        return is_linear_space(set);
    case IDENTITY:
        return leaf->rows == leaf->cols && (is_linear_space(set) || is_stochastic(set));
    default:
        return is_stochastic(set);
    }
}

static const rk_mx *chosen(rk_context *x, const rk_leaf *leaf, choice c) {
    rk_scalars *s = x->scalars;
    if (c == ZERO)
        return rk_mx_zero(x->store, leaf->rows, leaf->cols);
    if (c == IDENTITY)
        return rk_mx_eye(x->store, leaf->rows);
    return rk_mx_scale(x->store, rk_sc_div(s, rk_sc_int(s, 1), leaf->cols),
                       rk_mx_ones(x->store, leaf->rows, leaf->cols));
}

/* The variables of E that may be specialised: every leaf of theirs in a smooth place. */
static size_t variables(const seen *vars, unsigned *var) {
    size_t n = 0;
    for (size_t i = 0; i < vars->n; i++) {
        bool good = !vars->full, known = false;
        for (size_t k = 0; k < vars->n; k++)
            good &= vars->leaf[k]->var != vars->leaf[i]->var || !vars->barred[k];
        for (size_t k = 0; k < n; k++)
            known |= var[k] == vars->leaf[i]->var;
        if (good && !known && n < MOST_VARIABLES)
            var[n++] = vars->leaf[i]->var;
    }
    return n;
}

/* E with all members of each variable put to its choice; NULL if a choice does not fit. */
static const rk_mx *specialised(rk_context *x, const rk_mx *e, const seen *vars,
                                const unsigned *var, const choice *c, size_t n) {
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < vars->n && e != NULL; i++)
            if (c[k] != KEEP && vars->leaf[i]->var == var[k])
                e = is_allowed(x, vars->leaf[i], c[k])
                        ? rk_mx_put_leaf(x->store, e, vars->leaf[i], chosen(x, vars->leaf[i], c[k]))
                        : NULL;
    return e;
}

/* The variable that was put to something and what that is; NULL where there are several. */
static const rk_note *note_of(worklist *w, const seen *vars, const unsigned *var, const choice *c,
                              size_t n) {
    rk_note *note = NULL;
    for (size_t k = 0; k < n; k++) {
        if (c[k] == KEEP)
            continue;
        if (note != NULL)
            return NULL;
        note = rk_arena_alloc(w->x->calculus->arena, sizeof *note);
        *note = (rk_note){.sym = var[k]};
        for (size_t i = 0; i < vars->n; i++)
            if (vars->leaf[i]->var == var[k])
                note->mx[0] = chosen(w->x, vars->leaf[i], c[k]);
    }
    return note;
}

static void try_choice(worklist *w, const rk_mx *e, const seen *vars, const unsigned *var,
                       const choice *c, size_t n) {
    rk_mxs *s = w->x->store;
    const rk_mx *at = specialised(w->x, e, vars, var, c, n);
    if (at == NULL || at == e || rk_mx_is_zero(at))
        return;
    const rk_mx *mx[] = {e, at};
    rk_sc value = rk_sc_sub(w->x->scalars, rk_mx_rank(s, e), rk_mx_rank(s, at));
    add_noted(w, RK_LAW_SPECIAL, value, false, mx, 2, note_of(w, vars, var, c, n));
}

/* One variable at a time: what is specialised is looked at again. */
static void specialise(worklist *w, const rk_mx *e, const seen *vars) {
    unsigned var[MOST_VARIABLES];
    size_t n = variables(vars, var);
    for (size_t k = 0; k < n; k++)
        for (choice a = ZERO; a < CHOICES; a++) {
            choice c[MOST_VARIABLES] = {KEEP};
            c[k] = a;
            try_choice(w, e, vars, var, c, n);
        }
}

/* --- numbers -------------------------------------------------------------------------------- */

/* A generic number as it stands in coefficients. */
typedef struct number {
    rk_scalars *scalars;
    const rk_leaf *leaf;
    rk_sc value;
} number;

static rk_sc nought(void *self, const rk_quantity *q) {
    number *t = self;
    const rk_letter *l = q->kind == RK_Q_ENTRY ? rk_mx_letter(q->mx[0]) : NULL;
    return l != NULL && l->leaf == t->leaf ? rk_sc_sub(t->scalars, t->value, t->value) : NULL;
}

/* c = constant + t*slope, where t stands in no denominator. */
static bool is_linear(rk_context *x, number *t, rk_sc c, rk_sc *constant, rk_sc *slope) {
    rk_scalars *s = x->scalars;
    for (unsigned i = 0; i < c->natoms; i++)
        if (c->atom[i] == t->value->atom[0] &&
            fmpz_mpoly_degree_si(fmpz_mpoly_q_denref(c->value), (slong)i,
                                 rk_canon_context(rk_scalars_canons(s), c)) > 0)
            return false;
    *constant = rk_sc_map(s, c, nought, t);
    *slope = rk_sc_div(s, rk_sc_sub(s, c, *constant), t->value);
    for (unsigned i = 0; i < (*slope)->natoms; i++)
        if ((*slope)->atom[i] == t->value->atom[0])
            return false;
    return true;
}

/* e = low + t*high */
static bool split_cell(rk_context *x, number *t, const rk_mx *e, const rk_mx **low,
                       const rk_mx **high) {
    rk_mxs *s = x->store;
    *low = *high = rk_mx_zero(s, e->rows, e->cols);
    for (size_t i = 0; i < e->nwords; i++) {
        rk_word w = e->word[i];
        rk_sc constant, slope;
        if (!is_linear(x, t, w.coef, &constant, &slope))
            return false;
        w.coef = constant;
        *low = rk_mx_add(s, *low, rk_mx_of_words(s, e->rows, e->cols, &w, 1));
        w.coef = slope;
        *high = rk_mx_add(s, *high, rk_mx_of_words(s, e->rows, e->cols, &w, 1));
    }
    return true;
}

enum { MOST_CELLS = 16 };

static bool split_matrix(rk_context *x, number *t, const rk_mx *e, const rk_mx **low,
                         const rk_mx **high) {
    const rk_mx *a[MOST_CELLS], *b[MOST_CELLS];
    size_t n = e->grid_rows * e->grid_cols;
    if (n == 0)
        return split_cell(x, t, e, low, high);
    for (size_t i = 0; i < n; i++)
        if (n > MOST_CELLS || !split_cell(x, t, e->cell[i], &a[i], &b[i]))
            return false;
    *low = rk_mx_grid(x->store, e->grid_rows, e->grid_cols, a);
    *high = rk_mx_grid(x->store, e->grid_rows, e->grid_cols, b);
    return true;
}

static void pencil(worklist *w, const rk_mx *e, const rk_leaf *leaf) {
    rk_context *x = w->x;
    rk_set set = x->calculus->checked->vars[leaf->var].set;
    number t = {.scalars = x->scalars, .leaf = leaf};
    t.value = rk_mx_value(x->store, rk_mx_of_leaf(x->store, leaf));
    const rk_mx *low, *high;
    if (t.value->natoms != 1 || !(fills_its_shape(set) && set != RK_SET_INVERTIBLE) ||
        !split_matrix(x, &t, e, &low, &high) || rk_mx_is_zero(high) || !is_free_of(x, low, leaf) ||
        !is_free_of(x, high, leaf))
        return;
    const rk_mx *mx[] = {low, high};
    rk_sc rank = rk_mx_rank(x->store, e);
    rk_note *note = rk_arena_alloc(x->calculus->arena, sizeof *note);
    *note = (rk_note){.mx = {rk_mx_of_leaf(x->store, leaf)}};
    for (size_t i = 0; i < 2; i++)
        add_noted(w, RK_LAW_PENCIL, rk_sc_sub(x->scalars, rank, rk_mx_rank(x->store, mx[i])), false,
                  mx, 2, note);
}

static bool is_number(const rk_leaf *leaf) {
    return rk_sc_is_one(leaf->rows) && rk_sc_is_one(leaf->cols);
}

static void pencils(worklist *w, const rk_mx *e, const seen *vars) {
    for (size_t i = 0; i < vars->n; i++)
        if (is_number(vars->leaf[i]) && is_usable(w->x, vars->leaf[i]))
            pencil(w, e, vars->leaf[i]);
}

/* --- Kronecker products --------------------------------------------------------------------- */

/* The rank of a row of Kronecker products follows from those of their factors. */
static void add_factors(worklist *w, const rk_mx *e) {
    for (size_t i = 0; i < e->grid_rows * e->grid_cols; i++)
        add_factors(w, e->cell[i]);
    const rk_letter *x = rk_mx_letter(e);
    for (size_t i = 0; x != NULL && x->leaf->kind == RK_L_KRON && i < 2; i++)
        add_ranks(w, rk_mx_rank(w->x->store, x->leaf->arg[i]));
}

/* --- invertible factors --------------------------------------------------------------------- */

/* Of the letters with which all words begin (end), so many are invertible, up to `most`. */
static size_t invertible_letters(rk_context *x, const rk_mx *e, bool back, size_t most) {
    const rk_word *w = &e->word[0];
    size_t n = rk_inst_shared(e, back), k = 0;
    while (k < n && k < most &&
           rk_inst_invertible(x->instances,
                              rk_mx_of_letter(x->store, w->letter[back ? w->length - 1 - k : k])))
        k++;
    return k;
}

/* The rank is that of what stands between invertible factors: that is looked at instead. */
static bool add_inside(worklist *w, const rk_mx *e) {
    if (rk_mx_is_grid(e) || e->nwords == 0)
        return false;
    size_t least = e->word[0].length;
    for (size_t i = 1; i < e->nwords; i++)
        least = e->word[i].length < least ? e->word[i].length : least;
    size_t front = invertible_letters(w->x, e, false, least);
    size_t back = invertible_letters(w->x, e, true, least - front);
    if (front + back == 0)
        return false;
    add_work(w, rk_inst_stripped(w->x->instances, e, e->rows, e->cols, front, back));
    return true;
}

/* --- entry ---------------------------------------------------------------------------------- */

void rk_generic_facts(rk_context *x, rk_sc goal) {
    worklist w = {.x = x};
    add_ranks(&w, goal);
    for (size_t i = 0; i < w.n; i++) {
        seen vars = {.x = x};
        add_factors(&w, w.item[i]);
        if (add_inside(&w, w.item[i]))
            continue;
        rk_walk_matrix(x->store, w.item[i], RK_PLACE_WORD, see, &vars);
        maximal_ranks(&w, w.item[i], &vars);
        families(&w, w.item[i]);
        families(&w, rk_mx_transpose(x->store, w.item[i]));
        pencils(&w, w.item[i], &vars);
        specialise(&w, w.item[i], &vars);
    }
}
