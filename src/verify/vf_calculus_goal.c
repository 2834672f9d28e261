/* One comparison as a goal: by normal forms, by a sum of facts, by cases, by induction. */
#include "vf_calculus.h"

#include <limits.h>
#include <string.h>

enum { VF_MOST_DEEP = 2000 };

/* --- what literals say ------------------------------------------------------------------------ */

bool vf_is_number(const vf_term *t) {
    return vf_n_is_one(t->rows) && vf_n_is_one(t->cols);
}

bool vf_is_positive(vf_proof *p, vf_ratio a) {
    return vf_mx_at_least(p->s, a, 1) || vf_n_positive(p->s, a);
}

vf_op vf_comparison(vf_literal l) {
    static const vf_op negation[][2] = {{VF_EQ, VF_NE}, {VF_NE, VF_EQ}, {VF_LT, VF_GE},
                                        {VF_LE, VF_GT}, {VF_GT, VF_LE}, {VF_GE, VF_LT}};
    for (size_t i = 0; l.negated && i < 6; i++)
        if (negation[i][0] == l.term->op)
            return negation[i][1];
    return l.term->op;
}

/* rank([A; B]) - rank(B), or of blocks side by side: 0 exactly when the span of A lies in that of
   B. */
static vf_ratio span_gap(vf_proof *p, const vf_term *span) {
    const vf_mx *cell[] = {vf_mx_read(p->s, span->kid[0]), vf_mx_read(p->s, span->kid[1])};
    bool rows = span->op == VF_IN_ROWSPAN;
    const vf_mx *both = vf_mx_grid(p->s, rows ? 2 : 1, rows ? 1 : 2, cell);
    return vf_n_sub(p->s, vf_mx_rank(p->s, both), vf_mx_rank(p->s, cell[1]));
}

static vf_ratio difference_rank(vf_proof *p, const vf_term *a, const vf_term *b) {
    return vf_mx_rank(p->s, vf_mx_sub(p->s, vf_mx_read(p->s, a), vf_mx_read(p->s, b)));
}

static vf_ratio difference(vf_proof *p, const vf_term *a, const vf_term *b) {
    return vf_n_sub(p->s, vf_mx_number(p->s, a), vf_mx_number(p->s, b));
}

static vf_ratio less_one(vf_proof *p, vf_ratio a) {
    return vf_n_sub(p->s, a, vf_ratio_int(1));
}

bool vf_is_det_and_0(vf_proof *p, const vf_term *t) {
    return vf_is_comparison(t) && t->kid[0]->op == VF_DET && vf_is_number(t->kid[1]) &&
           vf_ratio_is_zero(vf_mx_number(p->s, t->kid[1]));
}

vf_ratio vf_singular_gap(vf_proof *p, const vf_term *a) {
    const vf_mx *m = vf_mx_read(p->s, a);
    return less_one(p, vf_n_sub(p->s, m->rows, vf_mx_rank(p->s, m)));
}

/* A comparison of numbers; a strict one between integers says one more. */
static vf_relation numbers_say(vf_proof *p, vf_op op, const vf_term *a, const vf_term *b) {
    ENSURE("`!=` says nothing that can be added up", op != VF_NE);
    vf_relation r = {op == VF_EQ, {0}};
    r.value = op == VF_LE || op == VF_LT ? difference(p, b, a) : difference(p, a, b);
    if ((op == VF_LT || op == VF_GT) && vf_mx_is_integer(p->s, r.value))
        r.value = less_one(p, r.value);
    return r;
}

vf_relation vf_says(vf_proof *p, vf_literal l) {
    const vf_term *t = l.term;
    if (t->op == VF_IN_ROWSPAN || t->op == VF_IN_COLSPAN) {
        vf_ratio gap = span_gap(p, t);
        return (vf_relation){!l.negated, l.negated ? less_one(p, gap) : gap};
    }
    ENSURE("a hypothesis that says nothing about numbers", vf_is_comparison(t));
    if (vf_is_number(t->kid[0]) && vf_is_number(t->kid[1]))
        return numbers_say(p, vf_comparison(l), t->kid[0], t->kid[1]);
    ENSURE("matrices that are compared entry by entry", t->op == VF_EQ || t->op == VF_NE);
    vf_ratio rank = difference_rank(p, t->kid[0], t->kid[1]);
    bool equal = vf_comparison(l) == VF_EQ;
    return (vf_relation){equal, equal ? rank : less_one(p, rank)};
}

/* --- goals ------------------------------------------------------------------------------------ */

typedef enum vf_goal_kind {
    VF_G_AT_MOST,   /* a <= b */
    VF_G_BELOW,     /* a < b */
    VF_G_EQUAL,     /* a == b, numbers */
    VF_G_UNEQUAL,   /* a != b, numbers */
    VF_G_MATRICES,  /* a == b, matrices */
    VF_G_SAME,      /* rank(a - b) <= 0 */
    VF_G_DIFFERENT, /* rank(a - b) >= 1 */
    VF_G_SPAN,      /* a: in_rowspan or in_colspan */
    VF_G_NO_SPAN,   /* a: the same, to be shown false */
    VF_G_SQUARES,   /* a^2 <= b^2 */
    VF_G_SQUARE,    /* (a - b)^2 <= 0 */
    VF_G_SINGULAR,  /* a: rank(a) <= n - 1 */
    VF_G_REGULAR,   /* a: rank(a) >= n */
    VF_G_ZERO,      /* a: rank(a) <= 0 */
    VF_G_SOME,      /* a: rank(a) >= 1 */
    VF_G_NOTHING    /* a contradiction is to be shown */
} vf_goal_kind;

typedef struct vf_goal {
    vf_goal_kind kind;
    const vf_term *a, *b;
} vf_goal;

/* What is to be shown >= 0 (> 0, == 0). */
static vf_ratio goal_value(vf_proof *p, const vf_goal *g) {
    vf_ratio none = vf_ratio_int(0);
    switch (g->kind) {
    case VF_G_AT_MOST:
    case VF_G_BELOW:
        return difference(p, g->b, g->a);
    case VF_G_EQUAL:
        return difference(p, g->a, g->b);
    case VF_G_SAME:
        return vf_n_sub(p->s, none, difference_rank(p, g->a, g->b));
    case VF_G_DIFFERENT:
        return less_one(p, difference_rank(p, g->a, g->b));
    case VF_G_SPAN:
        return vf_n_sub(p->s, none, span_gap(p, g->a));
    case VF_G_NO_SPAN:
        return less_one(p, span_gap(p, g->a));
    case VF_G_SINGULAR:
        return vf_singular_gap(p, g->a);
    case VF_G_REGULAR:
        return less_one(p, vf_n_sub(p->s, none, vf_singular_gap(p, g->a)));
    case VF_G_ZERO:
        return vf_n_sub(p->s, none, vf_mx_rank(p->s, vf_mx_read(p->s, g->a)));
    case VF_G_SOME:
        return less_one(p, vf_mx_rank(p->s, vf_mx_read(p->s, g->a)));
    case VF_G_SQUARE: {
        vf_ratio d = difference(p, g->a, g->b);
        return vf_n_sub(p->s, none, vf_n_mul(p->s, d, d));
    }
    case VF_G_SQUARES: {
        vf_ratio a = vf_mx_number(p->s, g->a), b = vf_mx_number(p->s, g->b);
        return vf_n_sub(p->s, vf_n_mul(p->s, b, b), vf_n_mul(p->s, a, a));
    }
    default:
        vf_refuse("this goal is not shown by a sum");
    }
}

static void prove(vf_proof *p, vf_goal g);

static void branch(vf_proof *p, vf_goal g) {
    vf_place place = vf_enter(p);
    prove(p, g);
    vf_leave(p, place);
}

/* --- sums ------------------------------------------------------------------------------------- */

static void check_sum(vf_proof *p, const vf_goal *g, const char **field, size_t n) {
    bool equations;
    vf_ratio value = goal_value(p, g), slack = vf_less_facts(p, value, field, n, &equations);
    if (g->kind == VF_G_EQUAL)
        ENSURE("the sum is not the goal",
               equations && vf_mx_equal_numbers(p->s, slack, vf_ratio_int(0)));
    else if (g->kind == VF_G_BELOW)
        ENSURE("what the sum leaves is perhaps not above 0", vf_is_positive(p, slack));
    else
        ENSURE("what the sum leaves is perhaps below 0",
               vf_mx_at_least(p->s, slack, 0) ||
                   (vf_mx_is_integer(p->s, value) &&
                    vf_is_positive(p, vf_n_add(p->s, slack, vf_ratio_int(1)))));
}

/* -1 is a sum of what is >= 0. */
static void check_absurd(vf_proof *p, const char **field, size_t n) {
    bool equations;
    vf_ratio slack = vf_less_facts(p, vf_ratio_int(-1), field, n, &equations);
    ENSURE("no contradiction", vf_mx_at_least(p->s, slack, 0));
}

/* `sum | N | FACTOR | ...`, or `absurd`; without facts the word alone */
static void by_facts(vf_proof *p, const vf_goal *g) {
    const char *rest;
    vf_take_facts(p);
    bool absurd = vf_take_if(p->c, "absurd", &rest);
    if (!absurd)
        rest = vf_take(p->c, "sum");
    size_t n = *rest == '\0' ? 0 : vf_count_fields(rest);
    ENSURE("a bar stands before the first fact", n == 0 || strncmp(rest, "| ", 2) == 0);
    const char **field = vf_alloc((n + 1) * sizeof *field);
    if (n > 0)
        vf_fields(rest + 2, field, n);
    if (absurd)
        check_absurd(p, field, n);
    else
        check_sum(p, g, field, n);
    p->nfacts = 0;
}

/* --- one goal from another -------------------------------------------------------------------- */

static void by_normal_forms(vf_proof *p, const vf_goal *g) {
    vf_take_alone(p->c, "identity");
    if (g->kind == VF_G_EQUAL)
        ENSURE("different numbers",
               vf_mx_equal_numbers(p->s, vf_mx_number(p->s, g->a), vf_mx_number(p->s, g->b)));
    else if (g->kind == VF_G_MATRICES)
        ENSURE("different matrices",
               vf_mx_equal(p->s, vf_mx_read(p->s, g->a), vf_mx_read(p->s, g->b)));
    else
        vf_refuse("no equation");
}

static void both(vf_proof *p, const vf_goal *g) {
    vf_take_alone(p->c, "both");
    ENSURE("no equation between numbers", g->kind == VF_G_EQUAL);
    branch(p, (vf_goal){VF_G_AT_MOST, g->b, g->a});
    branch(p, (vf_goal){VF_G_AT_MOST, g->a, g->b});
}

/* a < b from a <= b and a != b. */
static void apart(vf_proof *p, const vf_goal *g) {
    vf_take_alone(p->c, "apart");
    ENSURE("the goal is no `<`", g->kind == VF_G_BELOW);
    branch(p, (vf_goal){VF_G_AT_MOST, g->a, g->b});
    branch(p, (vf_goal){VF_G_UNEQUAL, g->a, g->b});
}

static void unequal(vf_proof *p, const vf_goal *g) {
    vf_take_alone(p->c, "unequal");
    ENSURE("the goal is no `!=` between numbers", g->kind == VF_G_UNEQUAL);
    vf_give(p, VF_EQ, g->a, g->b);
    prove(p, (vf_goal){VF_G_NOTHING, NULL, NULL});
}

/* a == b if a - b has the rank 0; det(a) is 0 exactly when a has not the full rank. */
static void by_rank(vf_proof *p, const vf_goal *g) {
    vf_take_alone(p->c, "rank");
    if (g->kind == VF_G_MATRICES) {
        prove(p, (vf_goal){VF_G_SAME, g->a, g->b});
        return;
    }
    ENSURE("no equation between matrices or numbers",
           g->kind == VF_G_EQUAL || g->kind == VF_G_UNEQUAL);
    const vf_term *det = g->a->op == VF_DET ? g->a : g->b, *other = det == g->a ? g->b : g->a;
    ENSURE("no determinant beside 0",
           det->op == VF_DET && vf_ratio_is_zero(vf_mx_number(p->s, other)));
    prove(p, (vf_goal){g->kind == VF_G_EQUAL ? VF_G_SINGULAR : VF_G_REGULAR, det->kid[0], NULL});
}

static const vf_term *product(const vf_term *a, const vf_term *b) {
    vf_term *t = vf_term_of(VF_MUL, a, b);
    t->rows = a->rows;
    t->cols = b->cols;
    return t;
}

/* a != b if their traces differ. */
static void by_traces(vf_proof *p, const vf_goal *g) {
    vf_take_alone(p->c, "trace");
    ENSURE("no `!=` between matrices", g->kind == VF_G_DIFFERENT);
    ENSURE("matrices that are not square", vf_mx_equal_numbers(p->s, g->a->rows, g->a->cols));
    prove(p, (vf_goal){VF_G_UNEQUAL, vf_term_of(VF_TRACE, g->a, NULL),
                       vf_term_of(VF_TRACE, g->b, NULL)});
}

/* a == b follows from x*a == x*b, or a*x == b*x, for an x that is invertible. */
static void cancel(vf_proof *p, const vf_goal *g) {
    const char *field[2];
    vf_fields(vf_take(p->c, "cancel"), field, 2);
    bool left = strcmp(field[0], "left") == 0;
    const vf_term *x = vf_value_text(p, field[1]);
    ENSURE("a side is left or right", left || strcmp(field[0], "right") == 0);
    ENSURE("no equation between matrices", g->kind == VF_G_MATRICES);
    const vf_mx *factor = vf_mx_read(p->s, x), *a = vf_mx_read(p->s, g->a);
    ENSURE("a factor that is not known to be invertible", vf_mx_is_invertible(p->s, factor));
    ENSURE("matrices that do not fit",
           vf_mx_equal_numbers(p->s, factor->rows, left ? a->rows : a->cols));
    prove(p, (vf_goal){VF_G_MATRICES, left ? product(x, g->a) : product(g->a, x),
                       left ? product(x, g->b) : product(g->b, x)});
}

/* The trace of a semidefinite matrix, the sum of the squares of all entries, a norm. */
bool vf_is_measure(vf_proof *p, const vf_term *a, vf_ratio value) {
    static const vf_op norm[] = {VF_NORM_ONE, VF_NORM_TWO, VF_NORM_INF, VF_NORM_FRO};
    const vf_mx *m = vf_mx_read(p->s, a);
    if (vf_mx_is_psd(p->s, m) && vf_mx_equal_numbers(p->s, value, vf_trace(p->s, m)))
        return true;
    const vf_mx *squares = vf_mx_mul(p->s, vf_mx_transpose(p->s, m), m);
    bool is = vf_mx_equal_numbers(p->s, value, vf_trace(p->s, squares));
    for (size_t i = 0; i < sizeof norm / sizeof *norm && !is; i++)
        is = vf_mx_equal_numbers(p->s, value, vf_mx_number(p->s, vf_term_of(norm[i], a, NULL)));
    return is;
}

/* A number that is not below 0, and is 0 exactly when a matrix is. */
static void measure(vf_proof *p, const vf_goal *g) {
    const vf_term *a = vf_value_text(p, vf_take(p->c, "measure"));
    ENSURE("no comparison of numbers", g->kind <= VF_G_UNEQUAL);
    vf_ratio value = difference(p, g->b, g->a), minus = vf_n_sub(p->s, vf_ratio_int(0), value);
    bool ahead = vf_is_measure(p, a, value), back = vf_is_measure(p, a, minus);
    bool vanishes = (g->kind == VF_G_EQUAL && (ahead || back)) || (g->kind == VF_G_AT_MOST && back);
    bool differs = (g->kind == VF_G_UNEQUAL && (ahead || back)) || (g->kind == VF_G_BELOW && ahead);
    ENSURE("no measure of the matrix", vanishes || differs);
    prove(p, (vf_goal){vanishes ? VF_G_ZERO : VF_G_SOME, a, NULL});
}

static const vf_term *whole_number(unsigned n) {
    vf_term *t = vf_term_of(VF_NUMBER, NULL, NULL);
    mpq_init(t->number);
    mpq_set_ui(t->number, n, 1);
    return t;
}

/* x where e is exp(x) or log(x), also 0 for 1 = exp(0) and 1 for 0 = log(1). */
static const vf_term *argument(vf_proof *p, vf_op f, const vf_term *e) {
    unsigned at = f == VF_LOG, value = f == VF_EXP;
    if (e->op == f)
        return e->kid[0];
    ENSURE("no such function on both sides",
           vf_ratio_equal(vf_mx_number(p->s, e), vf_ratio_int(value)));
    return whole_number(at);
}

/* exp and log are increasing. */
static void monotone(vf_proof *p, const vf_goal *g) {
    vf_take_alone(p->c, "monotone");
    ENSURE("the goal is no `<=` or `<`", g->kind == VF_G_AT_MOST || g->kind == VF_G_BELOW);
    vf_op f = g->a->op == VF_EXP || g->a->op == VF_LOG ? g->a->op : g->b->op;
    ENSURE("neither exp nor log", f == VF_EXP || f == VF_LOG);
    prove(p, (vf_goal){g->kind, argument(p, f, g->a), argument(p, f, g->b)});
}

/* a <= b follows from a^2 <= b^2 and 0 <= b, a == b from (a - b)^2 <= 0. */
static void squares(vf_proof *p, const vf_goal *g) {
    vf_take_alone(p->c, "squares");
    if (g->kind == VF_G_EQUAL) {
        prove(p, (vf_goal){VF_G_SQUARE, g->a, g->b});
        return;
    }
    ENSURE("the goal is no `<=`", g->kind == VF_G_AT_MOST);
    ENSURE("the larger side is perhaps below 0", vf_mx_at_least(p->s, vf_mx_number(p->s, g->b), 0));
    prove(p, (vf_goal){VF_G_SQUARES, g->a, g->b});
}

/* A comparison of numbers as a goal. */
static vf_goal numbers_goal(vf_op op, const vf_term *a, const vf_term *b) {
    if (op == VF_EQ || op == VF_NE)
        return (vf_goal){op == VF_EQ ? VF_G_EQUAL : VF_G_UNEQUAL, a, b};
    vf_goal_kind kind = op == VF_LT || op == VF_GT ? VF_G_BELOW : VF_G_AT_MOST;
    bool turned = op == VF_GE || op == VF_GT;
    return turned ? (vf_goal){kind, b, a} : (vf_goal){kind, a, b};
}

static vf_goal stated_goal(const vf_term *t) {
    ENSURE("a comparison of numbers was expected",
           t->truth && vf_is_comparison(t) && vf_is_number(t->kid[0]) && vf_is_number(t->kid[1]));
    return numbers_goal(t->op, t->kid[0], t->kid[1]);
}

/* The goal's value is F times that of another relation. */
static void enough(vf_proof *p, const vf_goal *g) {
    const char *field[2];
    vf_fields(vf_take(p->c, "enough"), field, 2);
    vf_goal other = stated_goal(vf_text(p, field[1]));
    vf_ratio factor = vf_number_text(p, field[0]);
    ENSURE(
        "not a multiple of that",
        vf_mx_equal_numbers(p->s, goal_value(p, g), vf_n_mul(p->s, factor, goal_value(p, &other))));
    if (g->kind == VF_G_BELOW)
        ENSURE("a factor that is perhaps not above 0",
               other.kind == VF_G_BELOW && vf_is_positive(p, factor));
    else if (g->kind != VF_G_EQUAL && other.kind != VF_G_EQUAL)
        ENSURE("a factor that is perhaps below 0", vf_mx_at_least(p->s, factor, 0));
    ENSURE("an equation needs one", g->kind != VF_G_EQUAL || other.kind == VF_G_EQUAL);
    prove(p, other);
}

/* --- cases ------------------------------------------------------------------------------------ */

/* A minimum or maximum is one of its arguments, and compares with the others. */
static void split(vf_proof *p, const vf_goal *g) {
    const vf_term *whole = vf_value_text(p, vf_take(p->c, "split")), *e = vf_extremum(whole);
    for (size_t k = 0; k < e->nkids; k++) {
        vf_place place = vf_enter(p);
        vf_give(p, VF_EQ, whole, e->kid[k]);
        for (size_t i = 0; i < e->nkids; i++)
            if (i != k)
                vf_give(p, e->op == VF_MIN_OF ? VF_GE : VF_LE, e->kid[i], e->kid[k]);
        prove(p, *g);
        vf_leave(p, place);
    }
}

/* An integer that is not 0 is at least 1 or at most -1. */
static void sides(vf_proof *p, const vf_goal *g) {
    const vf_term *d = vf_value_text(p, vf_take(p->c, "sides"));
    const vf_term *nought = vf_value_text(p, "0");
    ENSURE("a number was expected", vf_is_number(d));
    vf_ratio value = vf_mx_number(p->s, d);
    ENSURE("not known to be an integer", vf_mx_is_integer(p->s, value));
    ENSURE("not known to be different from 0", vf_mx_is_nonzero(p->s, value));
    for (size_t k = 0; k < 2; k++) {
        vf_place place = vf_enter(p);
        vf_give(p, k == 0 ? VF_GT : VF_LT, d, nought);
        prove(p, *g);
        vf_leave(p, place);
    }
}

/* --- induction -------------------------------------------------------------------------------- */

typedef struct vf_induction {
    const char *index, *low, *high, *relation;
    const char **name, **start, **body; /* of each running value */
    size_t n;
} vf_induction;

static vf_induction read_induction(vf_proof *p) {
    const char *rest = vf_take(p->c, "induction");
    size_t n = vf_count_fields(rest);
    ENSURE("an induction has 4 fields and 3 for each fold", n >= 4 && (n - 4) % 3 == 0);
    const char **field = vf_alloc(n * sizeof *field);
    vf_fields(rest, field, n);
    vf_induction i = {.index = field[0], .low = field[1], .high = field[2], .relation = field[3]};
    i.n = (n - 4) / 3;
    i.name = vf_alloc((i.n + 1) * sizeof *i.name);
    i.start = vf_alloc((i.n + 1) * sizeof *i.start);
    i.body = vf_alloc((i.n + 1) * sizeof *i.body);
    for (size_t k = 0; k < i.n; k++) {
        i.name[k] = field[4 + 3 * k];
        i.start[k] = field[5 + 3 * k];
        i.body[k] = field[6 + 3 * k];
    }
    return i;
}

/* A comparison that says what is. */
static const vf_term *relation(vf_proof *p, const char *text) {
    const vf_term *t = vf_text(p, text);
    ENSURE("a relation was expected", t->truth && vf_is_comparison(t) && t->op != VF_NE);
    return t;
}

/* The relation with these terms for the index and the running values. */
static const vf_term *relation_at(vf_proof *p, const vf_induction *i, const vf_term *index,
                                  const vf_term *const *value) {
    size_t before = p->nnames;
    vf_name_term(p, i->index, index);
    for (size_t k = 0; k < i->n; k++)
        vf_name_term(p, i->name[k], value[k]);
    const vf_term *t = relation(p, i->relation);
    p->nnames = before;
    return t;
}

static const char *joined(const char *const *part, size_t n) {
    size_t len = 1;
    for (size_t i = 0; i < n; i++)
        len += strlen(part[i]);
    char *text = vf_alloc(len);
    for (size_t i = 0; i < n; i++)
        strcat(text, part[i]);
    return text;
}

/* (text) - 1 */
static const vf_term *one_less(vf_proof *p, const char *text) {
    return vf_value_text(p, joined((const char *[]){"(", text, ") - 1"}, 3));
}

static const vf_term *fold_of(vf_proof *p, const vf_induction *i, size_t k) {
    const char *part[] = {"fold(",    i->index, " = ",       i->low, "..",       i->high, ", ",
                          i->name[k], " = ",    i->start[k], ", ",   i->body[k], ")"};
    const vf_term *t = vf_value_text(p, joined(part, sizeof part / sizeof *part));
    ENSURE("no fold", t->op == VF_FOLD && t->nkids == 4);
    return t;
}

static vf_goal goal_of(const vf_term *t) {
    if (t->op == VF_EQ && !vf_is_number(t->kid[0]))
        return (vf_goal){VF_G_MATRICES, t->kid[0], t->kid[1]};
    return stated_goal(t);
}

/* Does the relation say the goal? */
static bool says_goal(vf_proof *p, const vf_goal *g, const vf_term *relation) {
    vf_goal other = goal_of(relation);
    if (g->kind == VF_G_MATRICES || other.kind == VF_G_MATRICES)
        return g->kind == other.kind &&
               vf_mx_equal(p->s, vf_mx_read(p->s, g->a), vf_mx_read(p->s, other.a)) &&
               vf_mx_equal(p->s, vf_mx_read(p->s, g->b), vf_mx_read(p->s, other.b));
    bool inequality = g->kind != VF_G_EQUAL && g->kind != VF_G_BELOW && g->kind != VF_G_UNEQUAL;
    return (other.kind == g->kind || (inequality && other.kind == VF_G_AT_MOST)) &&
           vf_mx_equal_numbers(p->s, goal_value(p, g), goal_value(p, &other));
}

static void prove_start(vf_proof *p, const vf_induction *i) {
    const vf_term **value = vf_alloc((i->n + 1) * sizeof *value);
    vf_place place = vf_enter(p);
    for (size_t k = 0; k < i->n; k++)
        value[k] = vf_value_text(p, i->start[k]);
    prove(p, goal_of(relation_at(p, i, one_less(p, i->low), value)));
    vf_leave(p, place);
}

static bool depends_on_index(void *self, const vf_term *t) {
    vf_layer *l = self;
    return !t->truth && (vf_size_mentions(l->theorem, t->rows, l->index) ||
                         vf_size_mentions(l->theorem, t->cols, l->index));
}

/* The index of the layer, LOW..HIGH, and the values before it; named from now on. */
static void open_layer(vf_proof *p, const vf_induction *i, const vf_term *index,
                       const vf_term *const *value) {
    vf_name_term(p, i->index, index);
    for (size_t k = 0; k < i->n; k++)
        vf_name_term(p, i->name[k], value[k]);
}

/* The relation before layer l is given; it is to be shown behind the layer. */
static void prove_step(vf_proof *p, const vf_induction *i, vf_ratio low, vf_ratio high) {
    vf_place place = vf_enter(p);
    long least = LONG_MIN;
    if (!vf_n_is_int(low, &least) && vf_mx_at_least(p->s, low, 1))
        least = 1;
    const vf_term *first = vf_value_text(p, i->low), *last = vf_value_text(p, i->high);
    vf_layer l = {.theorem = p->t, .index = vf_new_symbol(p->t, i->index, least)};
    p->t->sym[l.index].bound = true;
    const vf_term *index = vf_symbol_term(l.index), **value, **next;
    value = vf_alloc((i->n + 1) * sizeof *value);
    next = vf_alloc((i->n + 1) * sizeof *next);
    vf_within(p->s, l.index, low, high);
    for (size_t k = 0; k < i->n; k++) {
        l.start = vf_value_text(p, i->start[k]);
        value[k] = vf_new_matrix(p, i->name[k], l.start->rows, l.start->cols);
    }
    open_layer(p, i, index, value);
    const vf_term *before = one_less(p, i->index);
    for (size_t k = 0; k < i->n; k++)
        next[k] = vf_value_text(p, i->body[k]);
    p->nnames = place.nnames;
    for (size_t k = 0; k < i->n; k++)
        vf_add_layer(p, l.index, fold_of(p, i, k), value[k], next[k]);
    const vf_term *given = relation_at(p, i, before, value), *goal = relation_at(p, i, index, next);
    ENSURE("a size depends on the number of layers",
           !vf_find_term(given, depends_on_index, &l) && !vf_find_term(goal, depends_on_index, &l));
    open_layer(p, i, index, value);
    vf_give(p, VF_GE, index, first);
    vf_give(p, VF_GE, last, index);
    if (goal_of(given).kind == VF_G_MATRICES)
        vf_take_literal(p, (vf_literal){given, false});
    else
        vf_give_literal(p, (vf_literal){given, false});
    prove(p, goal_of(goal));
    vf_leave(p, place);
}

static void induction(vf_proof *p, const vf_goal *g) {
    vf_induction i = read_induction(p);
    const vf_term *low = vf_value_text(p, i.low), *high = vf_value_text(p, i.high);
    vf_ratio a = vf_mx_number(p->s, low), b = vf_mx_number(p->s, high);
    ENSURE("the range of an induction is of integers",
           vf_mx_is_integer(p->s, a) && vf_mx_is_integer(p->s, b));
    ENSURE("the number of layers is perhaps below 0",
           vf_mx_at_least(p->s, vf_n_sub(p->s, b, a), -1));
    const vf_term **fold = vf_alloc((i.n + 1) * sizeof *fold);
    for (size_t k = 0; k < i.n; k++)
        fold[k] = fold_of(p, &i, k);
    ENSURE("the relation is not the goal", says_goal(p, g, relation_at(p, &i, high, fold)));
    prove_start(p, &i);
    prove_step(p, &i, a, b);
}

/* --- entry ------------------------------------------------------------------------------------ */

/* What is shown is the next hypothesis, as long as what was in force is. */
void vf_take_lemma(vf_proof *p, const char *rest) {
    const vf_term *t = relation(p, rest);
    branch(p, goal_of(t));
    vf_take_literal(p, (vf_literal){t, false});
}

static void by_record(vf_proof *p, const vf_goal *g) {
    static const struct {
        const char *keyword;
        void (*by)(vf_proof *p, const vf_goal *g);
    } ways[] = {{"identity", by_normal_forms},
                {"rank", by_rank},
                {"trace", by_traces},
                {"measure", measure},
                {"monotone", monotone},
                {"both", both},
                {"apart", apart},
                {"unequal", unequal},
                {"cancel", cancel},
                {"squares", squares},
                {"enough", enough},
                {"split", split},
                {"sides", sides},
                {"induction", induction}};
    const char *next = vf_next(p->c);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strcmp(next, ways[i].keyword) == 0) {
            ways[i].by(p, g);
            return;
        }
    by_facts(p, g);
}

static void prove(vf_proof *p, vf_goal g) {
    if (++p->depth > VF_MOST_DEEP)
        vf_limit("goals inside one another");
    vf_take_rules(p);
    by_record(p, &g);
    p->depth--;
}

void vf_prove_literal(vf_proof *p, vf_literal goal) {
    const vf_term *t = goal.term, *const *kid = t->kid;
    if (t->op == VF_IN_ROWSPAN || t->op == VF_IN_COLSPAN) {
        prove(p, (vf_goal){goal.negated ? VF_G_NO_SPAN : VF_G_SPAN, t, NULL});
        return;
    }
    ENSURE("a goal of a kind that no proof shows", vf_is_comparison(t));
    vf_op op = vf_comparison(goal);
    if (vf_is_number(kid[0]) && vf_is_number(kid[1])) {
        prove(p, numbers_goal(op, kid[0], kid[1]));
        return;
    }
    /* not (A < B) says that some entry violates */
    ENSURE("matrices that are compared entry by entry", t->op == VF_EQ || t->op == VF_NE);
    prove(p, (vf_goal){op == VF_EQ ? VF_G_MATRICES : VF_G_DIFFERENT, kid[0], kid[1]});
}
