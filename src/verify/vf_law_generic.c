/* Laws that are no text with matrices put in: minima, and what holds for almost every value of a
   generic variable V, that is outside a set of measure zero, whatever the other variables are.
   There it matters what depends on V; that is seen from the terms: free     does not depend on V
     smooth   made from V by functions that are analytic on the whole space of V: sums, products,
              blocks, exp and the like; no inverse of V, no root, no kink
     barred   anything else
   A matrix that a span promises may depend on anything: barred. The value of a fold before layer l
   is free of a family's member l if only that member stands in layer l of the fold, none of the
   family in its start, and neither has the value of another layer that is not free of it. */
#include <string.h>

#include "vf_calculus.h"

/* --- dependence ------------------------------------------------------------------------------- */

typedef enum vf_class { VF_C_FREE, VF_C_SMOOTH, VF_C_BARRED } vf_class;

enum { VF_MOST_CLASSES = 20000 };

typedef struct vf_look {
    vf_proof *p;
    unsigned var;
    const vf_term *member; /* the index of V in its family, or NULL: of every member */
    const vf_term **seen;
    vf_class *class;
    size_t n;
} vf_look;

static vf_class class_of(vf_look *k, const vf_term *t);

static bool is_other_member(vf_look *k, const vf_term *t) {
    if (k->member == NULL || t->nkids == 0)
        return false;
    vf_mxs *s = k->p->s;
    return vf_mx_is_nonzero(s, vf_n_sub(s, vf_mx_number(s, t->kid[0]), vf_mx_number(s, k->member)));
}

typedef struct vf_stranger { /* looks for the family of V: any member but `index` if that is given;
                                and, with a layer, for other values that V may stand in */
    vf_look *look;
    const vf_term *index;
    const vf_layer *layer;
} vf_stranger;

static vf_class class_of_value(vf_look *k, const vf_term *t);

static bool is_stranger(void *self, const vf_term *t) {
    const vf_stranger *x = self;
    vf_mxs *s = x->look->p->s;
    if (t->op == VF_ACC && x->layer != NULL && t->sym2 != x->layer->running)
        return class_of_value(x->look, t) == VF_C_BARRED;
    if (t->op != VF_VAR || t->var != x->look->var)
        return false;
    return x->index == NULL || t->nkids == 0 ||
           !vf_mx_equal_numbers(s, vf_mx_number(s, t->kid[0]), vf_mx_number(s, x->index));
}

/* The layer belongs to a fold whose value before this layer does not depend on V. */
static bool is_fresh_in(vf_look *k, const vf_layer *layer) {
    vf_mxs *s = k->p->s;
    vf_stranger start = {k, NULL, layer}, body = {k, vf_symbol_term(layer->index), layer};
    bool member = k->member != NULL &&
                  vf_mx_equal_numbers(s, vf_mx_number(s, k->member), vf_mx_number(s, body.index));
    return !vf_find_term(layer->start, is_stranger, &start) &&
           !vf_find_term(layer->body, is_stranger, member ? &body : &start);
}

/* A running value: of a layer of the proof, or of a fold inside the term. */
static vf_class class_of_value(vf_look *k, const vf_term *t) {
    for (size_t i = 0; i < k->p->nlayers; i++)
        if (k->p->layer[i].running == t->sym2)
            return is_fresh_in(k, &k->p->layer[i]) ? VF_C_FREE : VF_C_BARRED;
    for (size_t i = 0; i < k->p->nnames; i++)
        if (k->p->name[i].term->op == VF_ACC && k->p->name[i].term->sym2 == t->sym2)
            return VF_C_BARRED;
    return VF_C_SMOOTH; /* as the fold around it at best */
}

static bool is_smooth(vf_op op) {
    static const vf_op smooth[] = {
        VF_NEG,      VF_ADD,           VF_SUB,       VF_MUL,       VF_EMUL,        VF_TRANSPOSE,
        VF_HCAT,     VF_VCAT,          VF_KRON,      VF_DIAG,      VF_VEC,         VF_TRACE,
        VF_LOOP_SUM, VF_LOOP_PROD,     VF_LOOP_HCAT, VF_LOOP_VCAT, VF_FOLD,        VF_EXP,
        VF_SIGMOID,  VF_TANH,          VF_SILU,      VF_GELU,      VF_SUM_ENTRIES, VF_SUM_OF,
        VF_CENTER,   VF_CENTER_TOKENS, VF_SOFTMAX,   VF_ENTRY,     VF_DIV,         VF_POWER};
    for (size_t i = 0; i < sizeof smooth / sizeof *smooth; i++)
        if (smooth[i] == op)
            return true;
    return false;
}

/* Kids before this one must be smooth only, the others free: a divisor, a mask, a position, an
   exponent. */
static size_t first_rigid(const vf_term *t) {
    bool one = t->op == VF_DIV || t->op == VF_POWER || t->op == VF_ENTRY || t->op == VF_SOFTMAX;
    return one ? 1 : t->nkids;
}

static bool is_negative_power(vf_look *k, const vf_term *t) {
    return t->op == VF_POWER && !vf_mx_at_least(k->p->s, vf_mx_number(k->p->s, t->kid[1]), 0);
}

static vf_class class_by_parts(vf_look *k, const vf_term *t) {
    vf_class worst = VF_C_FREE;
    bool rigid = false;
    for (size_t i = 0; i < t->nkids; i++) {
        vf_class c = class_of(k, t->kid[i]);
        worst = c > worst ? c : worst;
        rigid = rigid || (c != VF_C_FREE && i >= first_rigid(t));
    }
    bool good = is_smooth(t->op) && !rigid && !is_negative_power(k, t);
    return worst == VF_C_SMOOTH && !good ? VF_C_BARRED : worst;
}

static vf_class class_of(vf_look *k, const vf_term *t) {
    for (size_t i = 0; i < k->n; i++)
        if (k->seen[i] == t)
            return k->class[i];
    vf_class c = t->op == VF_ACC                              ? class_of_value(k, t)
                 : t->op != VF_VAR                            ? class_by_parts(k, t)
                 : t->var == k->var && !is_other_member(k, t) ? VF_C_SMOOTH
                                                              : VF_C_FREE;
    if (k->n == VF_MOST_CLASSES)
        vf_limit("parts of a term");
    k->seen = vf_grow(k->seen, k->n, sizeof *k->seen);
    k->class = vf_grow(k->class, k->n, sizeof *k->class);
    k->seen[k->n] = t;
    k->class[k->n++] = c;
    return c;
}

/* --- generic variables ------------------------------------------------------------------------ */

bool vf_fills_its_shape(vf_set set) {
    return set == VF_REAL || set == VF_POSITIVE || set == VF_NONNEGATIVE || set == VF_NONZERO ||
           set == VF_INVERTIBLE;
}

/* hcat(h = a..b, V[h]) or vcat, of V[h]' too: every member once; NULL. */
static const vf_term *all_members(const vf_term *t) {
    const vf_term *body = t->op == VF_LOOP_HCAT || t->op == VF_LOOP_VCAT ? t->kid[2] : NULL;
    if (body != NULL && body->op == VF_TRANSPOSE)
        body = body->kid[0];
    bool each = body != NULL && body->op == VF_VAR && body->nkids == 1 &&
                body->kid[0]->op == VF_SYM && body->kid[0]->sym == t->sym;
    return each ? body : NULL;
}

/* V, one member of a family, or all members of a range side by side: generic among all matrices of
   its shape. */
static vf_look generic_variable(vf_proof *p, const char *text) {
    const vf_term *v = vf_value_text(p, text), *all = all_members(v);
    v = all != NULL ? all : v;
    ENSURE("no variable", v->op == VF_VAR);
    const vf_variable *var = &p->t->var[v->var];
    ENSURE("the variable is not generic", var->quantifier == VF_GENERIC);
    ENSURE("the variable does not fill its shape", vf_fills_its_shape(var->set));
    return (vf_look){
        .p = p, .var = v->var, .member = v->nkids == 0 || all != NULL ? NULL : v->kid[0]};
}

bool vf_is_generic_text(vf_proof *p, const char *text) {
    generic_variable(p, text);
    return true;
}

bool vf_is_free_text(vf_proof *p, const char *text, const char *variable) {
    vf_look k = generic_variable(p, variable);
    return class_of(&k, vf_value_text(p, text)) == VF_C_FREE;
}

static vf_ratio rank_of(vf_proof *p, const vf_mx *a) {
    return vf_mx_rank(p->s, a);
}

/* --- specialisation --------------------------------------------------------------------------- */

/* The space of the set's equations is linear (or affine: rows that sum to 1), and C lies in it. */
static bool is_in_space(vf_proof *p, vf_set set, const vf_mx *c) {
    switch (set) {
    case VF_SYMMETRIC:
    case VF_PSD:
        return vf_mx_equal(p->s, c, vf_mx_transpose(p->s, c));
    case VF_DIAGONAL:
        return vf_mx_is_zero(p->s, c) || vf_mx_is_eye(p->s, c);
    case VF_STOCHASTIC:
    case VF_ATTENTION: {
        vf_ratio one = vf_ratio_int(1);
        const vf_mx *ones = vf_mx_ones(p->s, c->cols, one);
        return vf_mx_equal(p->s, vf_mx_mul(p->s, c, ones), vf_mx_ones(p->s, c->rows, one));
    }
    default:
        return vf_fills_its_shape(set);
    }
}

typedef struct vf_special {
    unsigned var;
    const vf_term *by;
} vf_special;

static const vf_term *specialised(void *self, const vf_term *t) {
    const vf_special *x = self;
    return t->op == VF_VAR && t->var == x->var ? x->by : NULL;
}

static unsigned find_variable(vf_proof *p, const char *name) {
    for (unsigned v = 0; v < p->t->nvars; v++)
        if (strcmp(p->t->var[v].name, name) == 0)
            return v;
    vf_refuse("no variable of this name");
}

/* In the step of an induction only the member of its layer may be specialised. */
static void ensure_one_layer(vf_look *k, const vf_term *e) {
    vf_stranger other = {k, NULL, NULL};
    for (size_t i = 0; i < k->p->nlayers; i++) {
        other.index = vf_symbol_term(k->p->layer[i].index);
        k->member = other.index;
        ENSURE("a member of another layer", !vf_find_term(e, is_stranger, &other));
    }
}

/* rank(E with V := C) <= rank(E): a minor of E is analytic in V; if it is not 0 at V = C, it is not
   0 almost everywhere. All members of a family are put to C. */
static void specialisation(vf_proof *p, const char **arg, vf_relation stated) {
    const vf_term *e = vf_value_text(p, arg[0]), *c = vf_value_text(p, arg[2]);
    vf_look k = {.p = p, .var = find_variable(p, arg[1])};
    const vf_variable *v = &p->t->var[k.var];
    vf_special x = {k.var, c};
    ENSURE("the variable is not generic", v->quantifier == VF_GENERIC);
    ENSURE("a value of another shape", vf_ratio_equal(c->rows, vf_size_of(p->t, v->rows)) &&
                                           vf_ratio_equal(c->cols, vf_size_of(p->t, v->cols)));
    ENSURE("a value outside the space of the variable",
           is_in_space(p, v->set, vf_mx_read(p->s, c)));
    if (v->members != NULL)
        ensure_one_layer(&k, e);
    ENSURE("a value that may depend on the variable", class_of(&k, c) == VF_C_FREE);
    ENSURE("perhaps not analytic in the variable", class_of(&k, e) != VF_C_BARRED);
    const vf_mx *at = vf_mx_read(p->s, vf_exchange(e, specialised, &x));
    vf_ratio more = vf_n_sub(p->s, rank_of(p, vf_mx_read(p->s, e)), rank_of(p, at));
    ENSURE("not what the law says of this matrix",
           vf_same_relation(p, stated, (vf_relation){false, more}));
}

/* --- minima ----------------------------------------------------------------------------------- */

/* min(a, ...) <= a, a <= max(a, ...) */
const vf_term *vf_extremum(const vf_term *e) {
    if (e->op == VF_ABS && vf_is_number(e))
        return vf_term_of(VF_MAX_OF, e->kid[0], vf_term_of(VF_NEG, e->kid[0], NULL));
    ENSURE("no minimum or maximum", e->op == VF_MIN_OF || e->op == VF_MAX_OF);
    return e;
}

static void extremum(vf_proof *p, const char **arg, vf_relation stated) {
    const vf_term *e = vf_value_text(p, arg[0]);
    vf_ratio value = vf_mx_number(p->s, e);
    e = vf_extremum(e);
    for (size_t i = 0; i < e->nkids; i++) {
        vf_ratio part = vf_mx_number(p->s, e->kid[i]);
        vf_ratio more =
            e->op == VF_MIN_OF ? vf_n_sub(p->s, part, value) : vf_n_sub(p->s, value, part);
        if (vf_same_relation(p, stated, (vf_relation){false, more}))
            return;
    }
    vf_refuse("not what a minimum or maximum says");
}

bool vf_check_other_law(vf_proof *p, const char *law, const char **arg, size_t n,
                        vf_relation stated) {
    static const struct {
        const char *name;
        size_t nargs;
        void (*check)(vf_proof *p, const char **arg, vf_relation stated);
    } others[] = {{"specialisation", 3, specialisation}, {"extremum", 1, extremum}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i].name, law) == 0) {
            ENSURE("a law with another number of arguments", n == others[i].nargs);
            others[i].check(p, arg, stated);
            return true;
        }
    return false;
}
