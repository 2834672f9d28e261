/* Facts for almost every value of generic variables, from one exact point.

   Let a term be built of + - * / inv, exp and functions made of it, erf and square roots, from
   generic variables and constants. The complex points at which no divisor and no radicand is 0, for
   any choice of signs of the roots, are a connected manifold, since each of these conditions takes
   away the zeros of an analytic function that is not 0 at the point of the certificate. Along a
   path in it a minor, as it stands near any real point, is continued to one of the choices of signs
   at the point of the certificate (vf_run.h). If for each choice some minor of size r is not 0
   there, then near no real point all such minors vanish: the rank is at least r almost everywhere.
   The equations of the sets leave a connected manifold (an affine space, a product of complex
   spheres), but for orthogonal matrices, of which there are two kinds: a point is wanted for each.
   Terms may be taken modulo m, where every divisor is a unit: what is not 0 there was not 0 before.
   Of roots and exponentials vf_run.h says when that may be done, and that then one choice of signs
   tells all.

   A Jacobian is a matrix of this kind, too; its columns are derivatives along the directions of the
   sets at the point, of which there are equally many everywhere.

   Nothing else is learned from a point: upper bounds come from shapes and fractions. */
#include <string.h>

#include "vf_cert.h"
#include "vf_entry.h"
#include "vf_fractions.h"
#include "vf_machine.h"
#include "vf_run.h"

enum { MOST_POINTS = 64, LEVELS = 4, JACOBIAN_LEVELS = 2 };

static const mpfr_prec_t precision[LEVELS] = {128, 512, 2048, 8192};

typedef struct vf_points {
    bool multiplied; /* fractions are multiplied out, for upper bounds */
    size_t n;        /* points; 0: residues */
    vf_run *run[MOST_POINTS * LEVELS];
    vf_point *at[MOST_POINTS];
    uint64_t seed;             /* of residues */
    vf_run *above, *fractions; /* for residues, without variables before they are needed */
} vf_points;

/* --- what points speak of ------------------------------------------------------------------- */

static bool is_analytic(const vf_theorem *t, const vf_term *part) {
    switch (part->op) {
    case VF_SOFTMAX:
    case VF_LAYERNORM:
    case VF_RMSNORM:
    case VF_BATCHNORM:
    case VF_GELU:
    case VF_SILU:
    case VF_TANH:
    case VF_SIGMOID:
    case VF_EXP:
    case VF_SQRT:
    case VF_NORM_FRO:
        return true;
    default:
        return vf_is_rational(t, part);
    }
}

/* What has one branch only. */
static bool is_entire(const vf_theorem *t, const vf_term *part) {
    switch (part->op) {
    case VF_LAYERNORM:
    case VF_RMSNORM:
    case VF_BATCHNORM:
    case VF_SQRT:
    case VF_NORM_FRO:
        return false;
    default:
        return is_analytic(t, part);
    }
}

static bool is_root(const vf_theorem *t, const vf_term *part) {
    return vf_is_rational(t, part) || (is_analytic(t, part) && !is_entire(t, part));
}

static bool has_residues(const vf_theorem *t, const vf_term *part) {
    return part->op != VF_GELU && is_analytic(t, part);
}

static bool is_apt(const vf_facts *f, const vf_term *t) {
    const vf_points *p = f->points;
    vf_allowed *allowed = p->n ? is_analytic : p->above ? has_residues : is_root;
    return vf_built_of(f->theorem, t, vf_is_generic) && vf_built_of(f->theorem, t, allowed);
}

/* --- the point of residues ---------------------------------------------------------------------
 */

/* The generator of the format: a number for each place from 1 on. */
static uint64_t random_of(uint64_t seed, uint64_t place) {
    uint64_t x = seed + place * 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

/* Free entries are drawn, numbers below the modulus of the record; the equations of the set give
   the others. */
static void draw(const vf_points *p, vf_run *r, vf_set set, vf_cells *a, uint64_t *place) {
    bool stochastic = set == VF_STOCHASTIC || set == VF_ATTENTION;
    bool symmetric = set == VF_SYMMETRIC || set == VF_PSD;
    for (size_t i = 0; i < a->rows; i++) {
        vf_cell rest = vf_run_integer(r, stochastic), *row = &a->at[i * a->cols];
        for (size_t j = 0; j < a->cols; j++) {
            if (symmetric && j < i)
                row[j] = a->at[j * a->cols + i];
            else if (stochastic && j + 1 == a->cols)
                row[j] = rest;
            else if (set != VF_DIAGONAL || i == j)
                row[j] =
                    vf_run_integer(r, (long)(random_of(p->seed, ++*place) % p->run[0]->modulus));
            else
                row[j] = vf_run_integer(r, 0);
            if (stochastic)
                rest = vf_run_sub(r, rest, row[j]);
        }
    }
}

static void draw_variable(vf_facts *f, vf_run *r, size_t v, uint64_t *place) {
    const vf_variable *x = &f->theorem->var[v];
    long members = x->members ? vf_facts_integer(f, x->members) : 1;
    long rows = vf_facts_integer(f, x->rows), cols = vf_facts_integer(f, x->cols);
    ENSURE("sizes of at least 1", members >= 1 && rows >= 1 && cols >= 1);
    ENSURE("a set that residues cannot be drawn from",
           x->set != VF_ORTHOGONAL && x->set != VF_UNIT_ROWS);
    vf_cells *member = vf_alloc((size_t)members * sizeof *member);
    for (long m = 0; m < members; m++) {
        member[m] = *vf_cells_new((size_t)rows, (size_t)cols);
        draw(f->points, r, x->set, &member[m], place);
    }
    r->variable[v] = member;
}

static void draw_variables(vf_facts *f, vf_run *r) {
    uint64_t place = 0;
    for (size_t v = 0; v < f->theorem->nvars; v++)
        draw_variable(f, r, v, &place);
    r->kept = r->used;
}

/* The same point in the arithmetics that functions need, when one is met. */
static void draw_for(vf_facts *f, const vf_term *t) {
    vf_points *p = f->points;
    if (p->n || p->run[0]->exact || vf_built_of(f->theorem, t, vf_is_rational))
        return;
    draw_variables(f, p->fractions);
    p->run[0]->exact = p->fractions;
    if (!p->above)
        return;
    draw_variables(f, p->above);
    p->above->exact = p->fractions;
    p->run[0]->above = p->above;
}

/* --- what they show -----------------------------------------------------------------------------
 */

/* What point k shows for one choice of signs; a higher precision only where it is needed. */
static long bound_at(const vf_points *p, size_t k, const vf_term *matrix, unsigned long choice,
                     long high) {
    long best = 0, low;
    for (size_t level = 0; level < (p->n ? LEVELS : 1) && best < high; level++)
        if (vf_run_rank(p->run[k * LEVELS + level], matrix, choice, &low) && low > best)
            best = low;
    return best;
}

/* The weakest of what the points show. */
static long lower_bound(vf_facts *f, const vf_term *matrix, long high) {
    const vf_points *p = f->points;
    long least = high;
    for (size_t k = 0; k < (p->n ? p->n : 1); k++)
        for (unsigned long choice = 0; least > 0; choice++) {
            long here = bound_at(p, k, matrix, choice, least);
            least = here < least ? here : least;
            if (vf_run_is_last(p->run[k * LEVELS]))
                break;
        }
    return least;
}

static void narrow_rank(vf_facts *f, const vf_term *matrix, long *low, long *high) {
    const vf_points *p = f->points;
    if (is_apt(f, matrix)) {
        draw_for(f, matrix);
        long found = lower_bound(f, matrix, *high);
        *low = found > *low ? found : *low;
    }
    if (*low < *high && p->multiplied && !f->brief)
        vf_fractions_rank(f, matrix, low, high);
}

static void set_entry(vf_run *r, vf_cell *c, const vf_entry *entry) {
    mpq_t q;
    mpq_init(q);
    ENSURE("the entries of a witness are rational", vf_num_is_rational(entry->value, q));
    *c = vf_run_rational(r, q);
    mpq_clear(q);
}

static long members_of(vf_facts *f, size_t v) {
    return f->theorem->var[v].members ? vf_facts_integer(f, f->theorem->var[v].members) : 1;
}

static void set_point(vf_facts *f, vf_run *r, const vf_point *point) {
    for (size_t v = 0; v < f->theorem->nvars; v++) {
        long members = members_of(f, v);
        vf_cells *member = vf_alloc((size_t)members * sizeof *member);
        for (long m = 0; m < members; m++) {
            const vf_value *x = &point->var[v][m];
            member[m] = *vf_cells_new(x->rows, x->cols);
            for (size_t k = 0; k < x->rows * x->cols; k++)
                set_entry(r, &member[m].at[k], x->entry[k]);
        }
        r->variable[v] = member;
    }
    r->kept = r->used;
}

/* The run of a point with the derivatives that a jrank asks for; NULL: there are none. */
static vf_run *moving_run(vf_facts *f, const vf_term *t, const vf_point *point, size_t level) {
    vf_machine m;
    const vf_direction *along;
    size_t n;
    vf_machine_init(&m, f->theorem, point);
    memcpy(m.point->dim, vf_facts_values(f), m.nsyms * sizeof *m.point->dim);
    if (!vf_directions(&m, t, &along, &n) || n == 0)
        return NULL;
    vf_run *r = vf_run_intervals(f, precision[level]);
    r->slopes = n;
    set_point(f, r, point);
    for (size_t d = 0; d < n; d++)
        for (size_t k = 0; k < along[d].by.rows * along[d].by.cols; k++)
            vf_run_move(r, r->variable[along[d].var][along[d].member].at[k], d, along[d].by.x[k]);
    return r;
}

/* The least rank of the Jacobian at a point, of all choices of signs. */
static long jacobian_with(vf_run *r, const vf_term *text, long high) {
    long least = high, low;
    unsigned long choice = 0;
    do {
        bool certain = vf_run_jrank(r, text, choice++, &low);
        least = !certain ? 0 : low < least ? low : least;
    } while (least > 0 && !vf_run_is_last(r));
    return least;
}

static long jacobian_at(vf_facts *f, const vf_term *t, const vf_point *point, long high) {
    long best = 0;
    for (size_t level = 0; level < JACOBIAN_LEVELS && best < high; level++) {
        vf_run *r = moving_run(f, t, point, level);
        long found = r == NULL ? 0 : jacobian_with(r, t->kid[0], high);
        best = found > best ? found : best;
    }
    return best;
}

/* The weakest of what the points show. */
static long jacobian_at_points(vf_facts *f, const vf_term *t, long high) {
    const vf_points *p = f->points;
    long least = p->n > 0 && is_apt(f, t->kid[0]) ? high : 0;
    for (size_t k = 0; k < p->n && least > 0; k++)
        least = jacobian_at(f, t, p->at[k], least);
    return least;
}

/* Fractions, which may be large, where the points leave something open. */
static void narrow_jrank(vf_facts *f, const vf_term *t, long *low, long *high) {
    const vf_points *p = f->points;
    long found = jacobian_at_points(f, t, *high);
    *low = found > *low ? found : *low;
    if (*low < *high && p->multiplied && !f->brief)
        vf_fractions_jrank(f, t, low, high);
}

/* They differ at point k for one choice of signs. */
static bool differ_at(const vf_points *p, size_t k, const vf_term *t, unsigned long choice) {
    for (size_t level = 0; level < (p->n ? LEVELS : 1); level++)
        if (vf_run_differ(p->run[k * LEVELS + level], t->kid[0], t->kid[1], choice))
            return true;
    return false;
}

/* At every point they differ. */
static bool differ(vf_facts *f, const vf_term *t) {
    const vf_points *p = f->points;
    draw_for(f, t->kid[0]);
    draw_for(f, t->kid[1]);
    for (size_t k = 0; k < (p->n ? p->n : 1); k++) {
        unsigned long choice = 0;
        do
            if (!differ_at(p, k, t, choice++))
                return false;
        while (!vf_run_is_last(p->run[k * LEVELS]));
    }
    return true;
}

static vf_tern compare(vf_facts *f, const vf_term *t) {
    const vf_points *p = f->points;
    bool equation = t->op == VF_EQ || t->op == VF_NE;
    if (equation && is_apt(f, t->kid[0]) && is_apt(f, t->kid[1]) && differ(f, t))
        return t->op == VF_NE ? VF_TRUE : VF_FALSE;
    return p->multiplied ? vf_fractions_compare(f, t) : VF_UNKNOWN;
}

/* --- the record of residues --------------------------------------------------------------------
 */

/* `M | SEED`, or `M | SEED | L | B` with exponentials, whose exponents are residues modulo L. */
static void take_residues(vf_facts *f, const char *rest) {
    vf_points *p = f->points;
    const char *field[4];
    bool exponentials = vf_count_fields(rest) == 4;
    vf_fields(rest, field, exponentials ? 4 : 2);
    long modulus = vf_read_long(field[0]), seed = vf_read_long(field[1]);
    ENSURE("a modulus and a seed that are not negative", modulus >= 2 && seed >= 0);
    p->seed = (uint64_t)seed;
    p->run[0] = vf_run_residues(f, (uint64_t)modulus);
    p->fractions = vf_run_fractions(f);
    draw_variables(f, p->run[0]);
    if (!exponentials)
        return;
    long order = vf_read_long(field[2]), base = vf_read_long(field[3]);
    ENSURE("a modulus of exponents and a base of exponentials",
           order >= 2 && base >= 1 && base < modulus);
    p->above = vf_run_residues(f, (uint64_t)order);
    ENSURE("a base whose power by the modulus of exponents is 1",
           vf_is_root_of_one((uint64_t)base, (uint64_t)order, (uint64_t)modulus));
    p->run[0]->base = (uint64_t)base;
}

/* --- points --------------------------------------------------------------------------------- */

/* Which orthogonal matrices have a negative determinant: bit by bit; *n: how many there are. */
static unsigned long component_of(vf_facts *f, const vf_point *point, size_t *n) {
    unsigned long bits = 0;
    *n = 0;
    for (size_t v = 0; v < f->theorem->nvars; v++) {
        const vf_variable *x = &f->theorem->var[v];
        for (long m = 0; m < members_of(f, v); m++) {
            vf_grid g = {point->var[v][m].rows, point->var[v][m].cols, NULL};
            ENSURE("a row of length 1 is a sign", x->set != VF_UNIT_ROWS || g.cols >= 2);
            if (x->set != VF_ORTHOGONAL || x->quantifier != VF_GENERIC)
                continue;
            g.x = vf_alloc(g.rows * g.cols * sizeof *g.x);
            for (size_t k = 0; k < g.rows * g.cols; k++)
                g.x[k] = point->var[v][m].entry[k]->value;
            const vf_number *det = vf_det_of(&g);
            ENSURE("a determinant of 1 or -1", det != NULL && vf_num_sign(det) != VF_NO_SIGN);
            bits |= (unsigned long)(vf_num_sign(det) < 0) << *n;
            if (++*n > 6)
                vf_limit("orthogonal matrices");
        }
    }
    return bits;
}

static void take_point(vf_theorem *t, vf_cert *c, vf_facts *f, const vf_point *at,
                       unsigned long *component, size_t *orthogonal) {
    vf_points *p = f->points;
    vf_point *point = vf_alloc(sizeof *point);
    *point = (vf_point){at->dim, vf_alloc((t->nvars + 1) * sizeof *point->var)};
    vf_take_alone(c, "point");
    if (p->n == MOST_POINTS)
        vf_limit("points");
    vf_read_sets(t, c, point);
    ENSURE("a value is not in its set", vf_in_sets(t, point));
    component[p->n] = component_of(f, point, orthogonal);
    for (size_t k = 0; k < p->n; k++)
        ENSURE("two points for the same determinants", component[k] != component[p->n]);
    for (size_t level = 0; level < LEVELS; level++) {
        vf_run *r = vf_run_intervals(f, precision[level]);
        p->run[p->n * LEVELS + level] = r;
        set_point(f, r, point);
    }
    p->at[p->n++] = point;
}

static void take_points(vf_theorem *t, vf_cert *c, vf_facts *f, const vf_point *at) {
    const vf_points *p = f->points;
    unsigned long component[MOST_POINTS];
    size_t orthogonal = 0;
    while (strcmp(vf_next(c), "point") == 0)
        take_point(t, c, f, at, component, &orthogonal);
    ENSURE("points for all signs of determinants", p->n == (size_t)1 << orthogonal);
}

/* --- boxes ---------------------------------------------------------------------------------- */

static void set_box(vf_facts *f, vf_run *r, const vf_point *box) {
    for (size_t v = 0; v < f->theorem->nvars; v++) {
        long members = members_of(f, v);
        vf_cells *member = vf_alloc((size_t)members * sizeof *member);
        for (long m = 0; m < members; m++) {
            const vf_value *x = &box->var[v][m];
            member[m] = *vf_cells_new(x->rows, x->cols);
            for (size_t k = 0; k < x->rows * x->cols; k++)
                member[m].at[k] = vf_run_number(r, x->entry[k]->value);
        }
        r->variable[v] = member;
    }
    r->kept = r->used;
}

/* Ranks, sums and comparisons are defined where their parts are; a jrank, where its text is and all
   functions in it have derivatives. */
static bool is_defined(vf_facts *f, vf_run *r, const vf_term *t) {
    bool parts = (t->op >= VF_EQ && t->op <= VF_GE) || t->op == VF_AND || t->op == VF_OR ||
                 t->op == VF_NOT || t->op == VF_RANK || t->op == VF_NULLITY ||
                 t->op == VF_AFFRANK || t->op == VF_NEG || t->op == VF_ADD || t->op == VF_SUB;
    t = t->op == VF_JRANK ? t->kid[0] : t;
    for (size_t k = 0; parts && k < t->nkids; k++)
        if (!is_defined(f, r, t->kid[k]))
            return false;
    return parts ||
           (!t->truth && vf_built_of(f->theorem, t, is_analytic) && vf_run_is_defined(r, t));
}

bool vf_defined_near(vf_facts *f, const vf_term *claim, const vf_point *box) {
    vf_run *r = vf_run_intervals(f, precision[1]);
    r->positive = true;
    set_box(f, r, box);
    return is_defined(f, r, claim);
}

/* --- the record ----------------------------------------------------------------------------- */

/* `witness`, `witness fractions` or `witness functions`, then `residues M | SEED` or `point` and
 * what is set. */
vf_facts *vf_witness_facts(vf_theorem *t, vf_cert *c, const vf_point *at) {
    vf_facts *f = vf_facts_new(t, at);
    vf_points *p = vf_alloc(sizeof *p);
    const char *rest = vf_take(c, "witness");
    bool functions = strcmp(rest, "functions") == 0;
    p->multiplied = functions || strcmp(rest, "fractions") == 0;
    ENSURE("`witness` stands alone, or with `fractions` or `functions`",
           p->multiplied || *rest == '\0');
    if (functions)
        vf_functions_use(f, NULL);
    else if (p->multiplied)
        vf_fractions_use(f);
    f->points = p;
    f->rank = narrow_rank;
    f->jrank = narrow_jrank;
    f->compare = compare;
    if (vf_take_if(c, "residues", &rest))
        take_residues(f, rest);
    else
        take_points(t, c, f, at);
    return f;
}
