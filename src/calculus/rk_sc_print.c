/* Scalars and relations: quotients of polynomials in dimensions and quantities. */
#include "rk_print_inside.h"

#include <string.h>
#include "lang/rk_latex.h"

/* A polynomial, with the terms that are wanted. */
typedef struct poly {
    rk_sc of; /* names the variables */
    const fmpz_mpoly_struct *terms;
    fmpz_mpoly_ctx_struct *ctx;
} poly;

static poly numerator(rk_mx_printer *p, rk_sc a) {
    return (poly){a, fmpz_mpoly_q_numref(a->value),
                  rk_canon_context(rk_scalars_canons(p->scalars), a)};
}

static poly denominator(rk_mx_printer *p, rk_sc a) {
    return (poly){a, fmpz_mpoly_q_denref(a->value),
                  rk_canon_context(rk_scalars_canons(p->scalars), a)};
}

static slong exponent(const poly *q, slong term, unsigned v) {
    return fmpz_mpoly_get_term_var_exp_si(q->terms, term, (slong)v, q->ctx);
}

static const rk_quantity *quantity_of(rk_mx_printer *p, unsigned atom) {
    return rk_sc_atom_quantity(p->scalars, atom);
}

/* --- quantities --------------------------------------------------------------------------- */

static void put_list(rk_mx_printer *p, const rk_quantity *q) {
    for (size_t i = 0; i < q->nmx; i++) {
        rk_buf_puts(p->out, i > 0 ? ", " : "");
        rk_print_mx(p, q->mx[i], RK_IN_SUM);
    }
    for (size_t i = 0; i < q->nargs; i++) {
        rk_buf_puts(p->out, q->nmx + i > 0 ? ", " : "");
        rk_print_sc(p, q->arg[i], RK_IN_SUM);
    }
}

static void put_application(rk_mx_printer *p, const char *name, const rk_quantity *q) {
    rk_buf inside, *outer;
    rk_print_head(p, name);
    rk_print_begin(p, &inside, &outer);
    put_list(p, q);
    rk_print_end(p, &inside, outer, "(", ")");
}

static const char *norm_of(rk_op op) {
    switch (op) {
    case RK_T_NORM_1:
        return "1";
    case RK_T_NORM_2:
        return "2";
    case RK_T_NORM_INF:
        return "inf";
    case RK_T_NORM_FRO:
        return "fro";
    default:
        return NULL;
    }
}

static void put_norm(rk_mx_printer *p, const rk_mx *of, const char *kind) {
    rk_buf inside, *outer;
    if (!p->latex) {
        rk_buf_puts(p->out, "norm(");
        rk_print_mx(p, of, RK_IN_SUM);
        rk_buf_printf(p->out, ", %s)", kind);
        return;
    }
    rk_print_begin(p, &inside, &outer);
    rk_print_mx(p, of, RK_IN_SUM);
    rk_print_end(p, &inside, outer, "\\lVert ", "\\rVert ");
    kind = strcmp(kind, "inf") == 0 ? "\\infty" : strcmp(kind, "fro") == 0 ? "\\mathrm{F}" : kind;
    rk_buf_printf(p->out, "_{%s}", kind);
}

static void put_entry(rk_mx_printer *p, const rk_quantity *q) {
    rk_print_mx(p, q->mx[0], RK_AS_BASE);
    rk_buf_puts(p->out, p->latex ? "_{" : "[");
    rk_print_sc(p, q->arg[0], RK_IN_SUM);
    rk_buf_puts(p->out, ",");
    rk_print_sc(p, q->arg[1], RK_IN_SUM);
    rk_buf_puts(p->out, p->latex ? "}" : "]");
}

static void put_root(rk_mx_printer *p, const rk_quantity *q) {
    rk_buf_puts(p->out, "\\sqrt{");
    put_list(p, q);
    rk_buf_putc(p->out, '}');
}

static void put_matrix_power(rk_mx_printer *p, const rk_quantity *q) {
    rk_print_mx(p, q->mx[0], RK_AS_BASE);
    rk_buf_puts(p->out, p->latex ? "^{" : "^");
    rk_print_sc(p, q->arg[0], p->latex ? RK_IN_SUM : RK_AS_BASE);
    rk_buf_puts(p->out, p->latex ? "}" : "");
}

static void put_function(rk_mx_printer *p, const rk_quantity *q) {
    const char *kind = norm_of(q->op);
    if (kind != NULL && q->nmx > 0)
        put_norm(p, q->mx[0], kind);
    else if (q->root_of != NULL && p->spell) /* says that what is under the root has one */
        put_norm(p, q->root_of, "fro");
    else if (q->op == RK_T_ENTRY && q->nmx == 1 && q->nargs == 2)
        put_entry(p, q);
    else if (q->op == RK_T_POWER && q->nmx == 1 && q->nargs == 1)
        put_matrix_power(p, q);
    else if (q->op == RK_T_SQRT && p->latex)
        put_root(p, q);
    else
        put_application(p, rk_op_name(q->op), q);
}

static void put_sum_over(rk_mx_printer *p, const rk_quantity *q) {
    const char *other = rk_print_loop(p, "sum", q->sym, q->arg[1], q->arg[2]);
    rk_print_sc(p, q->arg[0], p->latex ? RK_IN_PRODUCT : RK_IN_SUM);
    rk_buf_puts(p->out, p->latex ? "" : ")");
    rk_mx_print_symbol_as(p, q->sym, other, 0);
}

/* A grid, a row or a column of blocks, a Kronecker product: its brackets are enough. */
static bool is_bracketed(const rk_mx_printer *p, const rk_mx *a) {
    const rk_letter *x = rk_mx_letter(a);
    return (rk_mx_is_grid(a) && !rk_print_has_name(p, a)) ||
           (x != NULL && !rk_print_has_name(p, a) && !x->transposed && !x->inverted &&
            (x->leaf->kind == RK_L_HCAT || x->leaf->kind == RK_L_VCAT ||
             x->leaf->kind == RK_L_KRON));
}

static void put_rank(rk_mx_printer *p, const rk_quantity *q) {
    rk_quantity upright = *q;
    upright.mx[0] = rk_mx_upright(p, q->mx[0]);
    if (p->latex && is_bracketed(p, upright.mx[0])) {
        rk_print_head(p, "rank");
        rk_print_mx(p, upright.mx[0], RK_IN_SUM);
    } else {
        put_application(p, "rank", &upright);
    }
}

static void put_quantity(rk_mx_printer *p, const rk_quantity *q) {
    switch (q->kind) {
    case RK_Q_RANK:
        put_rank(p, q);
        break;
    case RK_Q_ENTRY:
        rk_print_mx(p, q->mx[0], RK_IN_PRODUCT);
        break;
    case RK_Q_DET:
        put_application(p, "det", q);
        break;
    case RK_Q_TRACE:
        put_application(p, "trace", q);
        break;
    case RK_Q_OF_TERM:
        put_function(p, q);
        break;
    case RK_Q_MIN:
        put_application(p, "min", q);
        break;
    case RK_Q_MAX:
        put_application(p, "max", q);
        break;
    case RK_Q_SUM:
        put_sum_over(p, q);
        break;
    case RK_Q_FRESH:
        rk_print_name(p, rk_print_quantity_name(p, q), NULL);
        break;
    }
}

/* Whether an exponent may hang on it. */
static bool quantity_is_base(const rk_mx_printer *p, const rk_quantity *q) {
    return q->kind != RK_Q_ENTRY && !(p->latex && q->kind == RK_Q_SUM);
}

/* --- atoms -------------------------------------------------------------------------------- */

static void put_bound(rk_mx_printer *p, unsigned level) {
    rk_buf_printf(p->out, p->latex ? "i_{%u}" : "i%u", level);
}

static void put_size_sum(rk_mx_printer *p, const rk_atom *atom) {
    unsigned level = atom->part[2]->natoms > 0 ? 1 : 0;
    rk_buf_puts(p->out, p->latex ? "\\sum_{" : "sum(");
    put_bound(p, level);
    rk_buf_puts(p->out, p->latex ? "=" : " = ");
    rk_print_sc(p, atom->part[0], RK_IN_SUM);
    rk_buf_puts(p->out, p->latex ? "}^{" : "..");
    rk_print_sc(p, atom->part[1], RK_IN_SUM);
    rk_buf_puts(p->out, p->latex ? "} " : ", ");
    rk_print_sc(p, atom->part[2], p->latex ? RK_IN_PRODUCT : RK_IN_SUM);
    rk_buf_puts(p->out, p->latex ? "" : ")");
}

static void put_tree(rk_mx_printer *p, const rk_size *tree) {
    rk_buf text;
    rk_buf_init(&text);
    rk_size_print(&text, p->checked->sizes, tree);
    if (p->latex) {
        rk_buf_puts(p->out, "\\text{");
        rk_latex_text(p->out, text.text);
        rk_buf_putc(p->out, '}');
    } else {
        rk_buf_printf(p->out, "(%s)", text.text);
    }
    rk_buf_clear(&text);
}

static void put_exponent(rk_mx_printer *p, rk_sc e) {
    bool outer = p->script;
    p->script = true;
    rk_buf_puts(p->out, p->latex ? "^{" : "^");
    rk_print_sc(p, e, p->latex ? RK_IN_SUM : RK_AS_BASE);
    rk_buf_puts(p->out, p->latex ? "}" : "");
    p->script = outer;
}

static void put_atom(rk_mx_printer *p, unsigned id) {
    const rk_quantity *q = quantity_of(p, id);
    const rk_atom *atom = rk_canon_atom_get(rk_scalars_canons(p->scalars), id);
    if (q != NULL) {
        put_quantity(p, q);
        return;
    }
    switch (atom->kind) {
    case RK_A_SYM:
        rk_print_sym(p, atom->index);
        break;
    case RK_A_BOUND:
        put_bound(p, atom->index);
        break;
    case RK_A_POW:
        rk_print_sc(p, atom->part[0], RK_AS_BASE);
        put_exponent(p, atom->part[1]);
        break;
    case RK_A_LOOPSUM:
        put_size_sum(p, atom);
        break;
    case RK_A_OPAQUE:
        p->failed = true;
        put_tree(p, atom->tree);
        break;
    }
}

static bool atom_is_base(rk_mx_printer *p, unsigned id) {
    const rk_quantity *q = quantity_of(p, id);
    rk_atom_kind kind = rk_canon_atom_get(rk_scalars_canons(p->scalars), id)->kind;
    if (q != NULL)
        return quantity_is_base(p, q);
    return kind != RK_A_POW && !(p->latex && kind == RK_A_LOOPSUM);
}

static void put_power(rk_mx_printer *p, unsigned id, slong e) {
    bool wrap = e > 1 && !atom_is_base(p, id);
    rk_buf_puts(p->out, wrap ? "(" : "");
    put_atom(p, id);
    rk_buf_puts(p->out, wrap ? ")" : "");
    if (e > 1)
        rk_buf_printf(p->out, p->latex ? "^{%ld}" : "^%ld", (long)e);
}

/* --- terms -------------------------------------------------------------------------------- */

static bool term_negative(const poly *q, slong i) {
    return fmpz_sgn(q->terms->coeffs + i) < 0;
}

static size_t term_factors(const poly *q, slong i) {
    size_t n = 0;
    for (unsigned v = 0; v < q->of->natoms; v++)
        n += exponent(q, i, v) > 0;
    return n;
}

/* Does a quantity, such as a rank, stand in it? Then its factors come last. */
static bool term_has_quantity(rk_mx_printer *p, const poly *q, slong i) {
    for (unsigned v = 0; v < q->of->natoms; v++)
        if (exponent(q, i, v) > 0 && quantity_of(p, q->of->atom[v]) != NULL)
            return true;
    return false;
}

static bool coefficient_is_unit(const poly *q, slong i) {
    return fmpz_is_pm1(q->terms->coeffs + i);
}

static void put_coefficient(rk_mx_printer *p, const poly *q, slong i) {
    fmpz_t c;
    fmpz_init(c);
    fmpz_abs(c, q->terms->coeffs + i);
    char *text = fmpz_get_str(NULL, 10, c);
    rk_buf_puts(p->out, text);
    flint_free(text);
    fmpz_clear(c);
}

/* The term without its sign: number, dimensions, then quantities. */
static void put_term(rk_mx_printer *p, const poly *q, slong i) {
    const char *times = "";
    if (!coefficient_is_unit(q, i) || term_factors(q, i) == 0) {
        put_coefficient(p, q, i);
        times = p->latex ? " " : "*";
    }
    for (int quantities = 0; quantities < 2; quantities++)
        for (unsigned v = 0; v < q->of->natoms; v++) {
            slong e = exponent(q, i, v);
            if (e == 0 || (quantity_of(p, q->of->atom[v]) != NULL) != (quantities == 1))
                continue;
            rk_buf_puts(p->out, times);
            put_power(p, q->of->atom[v], e);
            times = p->latex ? (quantities ? "\\," : " ") : "*";
        }
}

/* A power only, so that nothing is needed around it. */
static bool poly_is_base(rk_mx_printer *p, const poly *q) {
    if (q->terms->length != 1 || term_negative(q, 0))
        return false;
    if (term_factors(q, 0) == 0)
        return true;
    if (!coefficient_is_unit(q, 0) || term_factors(q, 0) != 1)
        return false;
    for (unsigned v = 0; v < q->of->natoms; v++)
        if (exponent(q, 0, v) > 0)
            return exponent(q, 0, v) == 1 && atom_is_base(p, q->of->atom[v]);
    return false;
}

/* The terms with (1) or without (0) quantities and with the sign that is wanted. */
static bool put_terms_of(rk_mx_printer *p, const poly *q, bool quantities, bool negative, bool flip,
                         bool begun) {
    for (slong i = 0; i < q->terms->length; i++) {
        bool minus = term_negative(q, i) != flip;
        if (minus != negative || term_has_quantity(p, q, i) != quantities)
            continue;
        rk_buf_puts(p->out, begun ? (minus ? " - " : " + ") : minus ? "-" : "");
        put_term(p, q, i);
        begun = true;
    }
    return begun;
}

/* Positive terms first, those with quantities before the others. */
static void put_poly(rk_mx_printer *p, const poly *q, bool flip) {
    bool begun = put_terms_of(p, q, true, false, flip, false);
    begun = put_terms_of(p, q, false, false, flip, begun);
    begun = put_terms_of(p, q, true, true, flip, begun);
    begun = put_terms_of(p, q, false, true, flip, begun);
    rk_buf_puts(p->out, begun ? "" : "0");
}

/* --- quotients ---------------------------------------------------------------------------- */

static bool poly_is_one(const poly *q) {
    return fmpz_mpoly_is_one(q->terms, q->ctx);
}

/* All its terms negative, or the first one in a tie. */
static bool poly_negative(const poly *q) {
    slong negative = 0;
    for (slong i = 0; i < q->terms->length; i++)
        negative += term_negative(q, i);
    return negative > 0 && negative == q->terms->length;
}

rk_fraction rk_print_fraction(rk_mx_printer *p, rk_sc a) {
    poly n = numerator(p, a), d = denominator(p, a);
    rk_fraction f = {.negative = poly_negative(&n), .whole = poly_is_one(&d)};
    f.unit = n.terms->length == 1 && coefficient_is_unit(&n, 0) && term_factors(&n, 0) == 0;
    f.one = f.unit && f.whole;
    return f;
}

static void put_wrapped(rk_mx_printer *p, const poly *q, bool flip, bool wrap) {
    rk_buf inside, *outer;
    if (!wrap) {
        put_poly(p, q, flip);
        return;
    }
    rk_print_begin(p, &inside, &outer);
    put_poly(p, q, flip);
    rk_print_end(p, &inside, outer, "(", ")");
}

void rk_print_numerator(rk_mx_printer *p, rk_sc a, rk_print_place place) {
    poly n = numerator(p, a);
    bool negative = poly_negative(&n), sum = n.terms->length > 1;
    bool base =
        poly_is_base(p, &n) || (negative && n.terms->length == 1 && term_factors(&n, 0) == 0);
    bool wrap = place == RK_AS_BASE ? !base : place == RK_IN_PRODUCT && sum;
    put_wrapped(p, &n, negative, wrap);
}

void rk_print_denominator(rk_mx_printer *p, rk_sc a, rk_print_place place) {
    poly d = denominator(p, a);
    bool wrap =
        place == RK_AS_BASE ? !poly_is_base(p, &d) : place == RK_IN_PRODUCT && d.terms->length > 1;
    put_wrapped(p, &d, false, wrap);
}

static void put_quotient(rk_mx_printer *p, rk_sc a, rk_fraction f) {
    if (f.whole) {
        rk_print_numerator(p, a, f.negative ? RK_IN_PRODUCT : RK_IN_SUM);
    } else if (p->latex && !p->script) {
        rk_buf_puts(p->out, "\\frac{");
        rk_print_numerator(p, a, RK_IN_SUM);
        rk_buf_puts(p->out, "}{");
        rk_print_denominator(p, a, RK_IN_SUM);
        rk_buf_putc(p->out, '}');
    } else {
        rk_print_numerator(p, a, RK_IN_PRODUCT);
        rk_buf_putc(p->out, '/');
        rk_print_denominator(p, a, RK_AS_BASE);
    }
}

static bool is_base(rk_mx_printer *p, rk_sc a, rk_fraction f) {
    poly n = numerator(p, a);
    return f.whole ? !f.negative && poly_is_base(p, &n) : p->latex && !p->script && !f.negative;
}

void rk_print_sc(rk_mx_printer *p, rk_sc a, rk_print_place place) {
    rk_fraction f = rk_print_fraction(p, a);
    poly n = numerator(p, a);
    bool sum = f.negative || (f.whole && n.terms->length > 1);
    bool wrap = place == RK_AS_BASE ? !is_base(p, a, f) : place == RK_IN_PRODUCT && sum;
    rk_buf inside, *outer;
    if (wrap)
        rk_print_begin(p, &inside, &outer);
    rk_buf_puts(p->out, f.negative ? "-" : "");
    put_quotient(p, a, f);
    if (wrap)
        rk_print_end(p, &inside, outer, "(", ")");
}

void rk_sc_print(rk_mx_printer *p, rk_buf *out, rk_sc a) {
    p->out = out;
    rk_print_sc(p, a, RK_IN_SUM);
}

/* --- relations ---------------------------------------------------------------------------- */

static bool denominator_is_number(rk_mx_printer *p, rk_sc a) {
    poly d = denominator(p, a);
    return fmpz_mpoly_is_fmpz(d.terms, d.ctx) && fmpz_sgn(d.terms->coeffs) > 0;
}

/* The terms of one sign as a side of the relation. */
static void put_side(rk_mx_printer *p, const poly *n, bool negative) {
    bool begun = put_terms_of(p, n, true, false, negative, false);
    begun = put_terms_of(p, n, false, false, negative, begun);
    rk_buf_puts(p->out, begun ? "" : "0");
}

enum { EXTREMUM_WEIGHT = 1000 }; /* before any matrix */

/* Weight of the matrices in the terms of one sign: the heavier side of an equation is what it is
   about, and stands on the left. */
static unsigned side_weight(rk_mx_printer *p, const poly *n, bool negative) {
    unsigned weight = 0;
    for (slong i = 0; i < n->terms->length; i++)
        for (unsigned v = 0; v < n->of->natoms && term_negative(n, i) == negative; v++) {
            const rk_quantity *q = quantity_of(p, n->of->atom[v]);
            if (q != NULL && exponent(n, i, v) > 0 && (q->kind == RK_Q_MIN || q->kind == RK_Q_MAX))
                weight += EXTREMUM_WEIGHT;
            for (size_t k = 0; exponent(n, i, v) > 0 && q != NULL && k < q->nmx; k++)
                weight += q->mx[k]->weight + 1;
        }
    return weight;
}

void rk_relation_print(rk_mx_printer *p, rk_buf *out, rk_sc value, bool equation) {
    static const char *const signs[2][2] = {{" <= ", " \\le "}, {" == ", " = "}};
    poly n = numerator(p, value);
    poly d = denominator(p, value);
    p->out = out;
    if (p->spell ? !poly_is_one(&d) : !denominator_is_number(p, value)) {
        rk_buf_puts(out, equation ? "" : p->latex ? "0 \\le " : "0 <= ");
        rk_print_sc(p, value, RK_IN_SUM);
        rk_buf_puts(out, equation ? (p->latex ? " = 0" : " == 0") : "");
        return;
    }
    bool left = !equation || side_weight(p, &n, true) >= side_weight(p, &n, false);
    left = p->spell ? !equation : left;
    put_side(p, &n, left);
    rk_buf_puts(out, signs[equation][p->latex]);
    put_side(p, &n, !left);
}
