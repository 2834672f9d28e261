/* Matrices as a person would write them. The normal form is a sum of words; before it is printed,
   words u*v and -u*1*1'*v/d are joined to u*(I - 1*1'/d)*v, which is how centring is written. */
#include "rk_print_inside.h"

#include <string.h>
#include "lang/rk_latex.h"

/* --- words with centring ------------------------------------------------------------------ */

typedef struct factor {
    const rk_letter *letter; /* NULL: the projection of this size */
    rk_sc size;
} factor;

typedef struct product {
    rk_sc coef;
    factor *factor;
    size_t n, order; /* order: place in the normal form */
    const rk_mx *mx; /* its value */
    bool gone;       /* joined to another */
} product;

typedef struct sum {
    product *term;
    size_t n;
} sum;

static bool same_factor(const factor *a, const factor *b) {
    if (a->letter == NULL || b->letter == NULL)
        return a->letter == b->letter && a->size == b->size;
    return a->letter->leaf == b->letter->leaf && a->letter->transposed == b->letter->transposed &&
           a->letter->inverted == b->letter->inverted;
}

static bool is_ones(const factor *f, bool transposed) {
    return f->letter != NULL && f->letter->leaf->kind == RK_L_ONES &&
           f->letter->transposed == transposed;
}

/* 1*1'/d */
static const rk_mx *mean_of(rk_mx_printer *p, rk_sc size) {
    rk_sc share = rk_sc_div(p->scalars, rk_sc_int(p->scalars, 1), size);
    return rk_mx_scale(p->store, share, rk_mx_ones(p->store, size, size));
}

static const rk_mx *factor_value(rk_mx_printer *p, const factor *f) {
    if (f->letter == NULL)
        return rk_mx_sub(p->store, rk_mx_eye(p->store, f->size), mean_of(p, f->size));
    const rk_mx *a = rk_mx_of_leaf(p->store, f->letter->leaf);
    a = f->letter->transposed ? rk_mx_transpose(p->store, a) : a;
    return f->letter->inverted ? rk_mx_inv(p->store, a) : a;
}

/* The product of factors from..to, on the right of `left` (NULL: nothing yet). */
static const rk_mx *times(rk_mx_printer *p, const rk_mx *left, const product *a, size_t from,
                          size_t to) {
    for (size_t i = from; i < to; i++) {
        const rk_mx *f = factor_value(p, &a->factor[i]);
        left = left == NULL ? f : rk_mx_mul(p->store, left, f);
    }
    return left;
}

/* The size between factor k - 1 and factor k. */
static rk_sc size_at(rk_mx_printer *p, const product *a, size_t k) {
    return k < a->n ? factor_value(p, &a->factor[k])->rows : a->mx->cols;
}

/* What centring at place k takes away from a. */
static const rk_mx *taken_away(rk_mx_printer *p, const product *a, size_t k) {
    const rk_mx *mean = mean_of(p, size_at(p, a, k)), *left = times(p, NULL, a, 0, k);
    const rk_mx *whole = left == NULL ? mean : rk_mx_mul(p->store, left, mean);
    rk_sc minus = rk_sc_sub(p->scalars, rk_sc_int(p->scalars, 0), a->coef);
    return rk_mx_scale(p->store, minus, times(p, whole, a, k, a->n));
}

static void insert_projection(product *a, size_t k, rk_sc size) {
    factor *more = rk_malloc((a->n + 1) * sizeof *more);
    memcpy(more, a->factor, k * sizeof *more);
    more[k] = (factor){NULL, size};
    memcpy(more + k + 1, a->factor + k, (a->n - k) * sizeof *more);
    rk_free(a->factor);
    a->factor = more;
    a->n++;
}

/* Joins to a the term that makes it centred at place k, if it is there. */
static bool join_at(rk_mx_printer *p, sum *s, product *a, size_t k) {
    if (rk_sc_is_one(size_at(p, a, k)))
        return false;
    const rk_mx *wanted = taken_away(p, a, k);
    for (size_t i = 0; i < s->n; i++) {
        product *b = &s->term[i];
        if (b == a || b->gone || b->mx != wanted)
            continue;
        rk_sc size = size_at(p, a, k);
        a->mx = rk_mx_add(p->store, a->mx, b->mx);
        insert_projection(a, k, size);
        b->gone = true;
        return true;
    }
    return false;
}

static bool has_ones(const product *a) {
    for (size_t i = 0; i < a->n; i++)
        if (is_ones(&a->factor[i], false) || is_ones(&a->factor[i], true))
            return true;
    return false;
}

enum { JOINED_TERMS = 12, JOINED_FACTORS = 12 }; /* longer sums are printed as they are */

static bool join_any(rk_mx_printer *p, sum *s) {
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; !s->term[i].gone && k <= s->term[i].n; k++)
            if (join_at(p, s, &s->term[i], k))
                return true;
    return false;
}

static void join_all(rk_mx_printer *p, sum *s) {
    bool ones = false, small = s->n > 1 && s->n <= JOINED_TERMS;
    for (size_t i = 0; i < s->n && small; i++) {
        ones |= has_ones(&s->term[i]);
        small = s->term[i].n <= JOINED_FACTORS;
    }
    while (ones && small && join_any(p, s))
        continue;
}

static bool starts_with_ones(const product *a) {
    return a->n > 0 && is_ones(&a->factor[0], false);
}

static int by_place(const product *a, const product *b, rk_mx_printer *p) {
    int sign = rk_print_fraction(p, a->coef).negative - rk_print_fraction(p, b->coef).negative;
    int ones = starts_with_ones(a) - starts_with_ones(b);
    if (sign != 0 || ones != 0)
        return sign != 0 ? sign : ones;
    return a->n != b->n ? (a->n < b->n ? -1 : 1) : a->order < b->order ? -1 : 1;
}

/* Positive terms first, short ones before long ones, biases last. */
static void sort_terms(rk_mx_printer *p, sum *s) {
    for (size_t i = 1; i < s->n; i++)
        for (size_t k = i; k > 0 && by_place(&s->term[k], &s->term[k - 1], p) < 0; k--) {
            product swap = s->term[k];
            s->term[k] = s->term[k - 1];
            s->term[k - 1] = swap;
        }
}

static const rk_mx *term_value(rk_mx_printer *p, const product *t, rk_sc rows) {
    const rk_mx *value = times(p, NULL, t, 0, t->n);
    return rk_mx_scale(p->store, t->coef, value ? value : rk_mx_eye(p->store, rows));
}

static sum sum_of(rk_mx_printer *p, const rk_mx *a) {
    sum s = {rk_calloc(a->nwords + 1, sizeof *s.term), a->nwords};
    for (size_t i = 0; i < s.n; i++) {
        const rk_word *w = &a->word[i];
        product *t = &s.term[i];
        *t = (product){.coef = w->coef, .n = w->length, .order = i};
        t->factor = rk_calloc(w->length + 1, sizeof *t->factor);
        for (size_t k = 0; k < w->length; k++)
            t->factor[k].letter = &w->letter[k];
        t->mx = p->spell ? NULL : term_value(p, t, a->rows);
    }
    if (!p->spell)
        join_all(p, &s);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.term[i].gone)
            rk_free(s.term[i].factor);
        else
            s.term[n++] = s.term[i];
    s.n = n;
    sort_terms(p, &s);
    return s;
}

static void sum_clear(sum *s) {
    for (size_t i = 0; i < s->n; i++)
        rk_free(s->term[i].factor);
    rk_free(s->term);
}

/* --- leaves ------------------------------------------------------------------------------- */

static void put_constant(rk_mx_printer *p, const char *text, const char *latex, rk_sc rows,
                         rk_sc cols) {
    bool outer = p->script;
    p->script = true;
    rk_buf_printf(p->out, p->latex ? "%s_{" : "%s(", p->latex ? latex : text);
    rk_print_sc(p, rows, cols != NULL && p->latex ? RK_IN_PRODUCT : RK_IN_SUM);
    if (cols != NULL && !(p->latex && rk_sc_is_one(cols))) {
        rk_buf_puts(p->out, p->latex ? " \\times " : ", ");
        rk_print_sc(p, cols, p->latex ? RK_IN_PRODUCT : RK_IN_SUM);
    }
    rk_buf_puts(p->out, p->latex ? "}" : ")");
    p->script = outer;
}

static rk_sc one(rk_mx_printer *p) {
    return rk_sc_int(p->scalars, 1);
}

static void put_unit(rk_mx_printer *p, const rk_leaf *l) {
    if (!p->latex) {
        put_constant(p, "unit", "", l->rows, l->index[0]);
        return;
    }
    rk_buf_puts(p->out, "e_{");
    rk_print_sc(p, l->index[0], RK_IN_SUM);
    rk_buf_puts(p->out, "}");
}

static void put_causal(rk_mx_printer *p, const rk_leaf *l) {
    rk_buf inside, *outer;
    rk_print_head(p, "causal");
    rk_print_begin(p, &inside, &outer);
    rk_print_sc(p, l->rows, RK_IN_SUM);
    rk_print_end(p, &inside, outer, "(", ")");
}

static void put_arguments(rk_mx_printer *p, const rk_leaf *l, const char *first) {
    size_t n = 0;
    for (int i = 0; i < 3 && l->arg[i] != NULL; i++, n++) {
        rk_buf_puts(p->out, n == 0 ? "" : n == 1 ? first : ", ");
        rk_print_mx(p, l->arg[i], RK_IN_SUM);
    }
    for (int i = 0; i < 2 && l->index[i] != NULL; i++, n++) {
        rk_buf_puts(p->out, n == 0 ? "" : ", ");
        rk_print_sc(p, l->index[i], RK_IN_SUM);
    }
}

static void put_call(rk_mx_printer *p, const char *name, const rk_leaf *l) {
    const char *first = ", ";
    rk_buf inside, *outer;
    if (p->latex)
        rk_latex_function(p->out, name, &first);
    else
        rk_buf_puts(p->out, name);
    rk_print_begin(p, &inside, &outer);
    put_arguments(p, l, first);
    rk_print_end(p, &inside, outer, "(", ")");
}

static void put_infix(rk_mx_printer *p, const rk_leaf *l, const char *sign) {
    rk_buf inside, *outer;
    rk_print_begin(p, &inside, &outer);
    rk_print_mx(p, l->arg[0], RK_AS_BASE);
    rk_buf_puts(p->out, sign);
    rk_print_mx(p, l->arg[1], RK_AS_BASE);
    rk_print_end(p, &inside, outer, "(", ")");
}

static void put_power_leaf(rk_mx_printer *p, const rk_leaf *l) {
    bool outer = p->script;
    rk_print_mx(p, l->arg[0], RK_AS_BASE);
    p->script = true;
    rk_buf_puts(p->out, p->latex ? "^{" : "^");
    rk_print_sc(p, l->index[0], p->latex ? RK_IN_SUM : RK_AS_BASE);
    rk_buf_puts(p->out, p->latex ? "}" : "");
    p->script = outer;
}

/* "(F*kron(unit(H, h - LOW + 1), eye(n)))" */
static void put_member(rk_mx_printer *p, const rk_given_name *given, const rk_leaf *l) {
    rk_scalars *s = p->scalars;
    rk_sc before = rk_sc_sub(s, given->low, one(p));
    rk_buf_printf(p->out, "(%s*kron(unit(", given->name);
    rk_print_sc(p, rk_sc_sub(s, given->high, before), RK_IN_SUM);
    rk_buf_puts(p->out, ", ");
    rk_print_sc(p, rk_sc_sub(s, l->index[0], before), RK_IN_SUM);
    rk_buf_puts(p->out, "), eye(");
    rk_print_sc(p, l->cols, RK_IN_SUM);
    rk_buf_puts(p->out, ")))");
}

/* Is the leaf the matrix that has the name, perhaps at another index? */
static bool is_named(rk_mx_printer *p, const rk_given_name *given, const rk_leaf *l) {
    const rk_letter *x = rk_mx_letter(given->a);
    if (x != NULL && x->leaf == l && !x->transposed)
        return true;
    return given->low != NULL && l->index[0] != NULL &&
           rk_mx_put_sym(p->store, given->a, given->sym, l->index[0]) == rk_mx_of_leaf(p->store, l);
}

static bool put_named_jacobian(rk_mx_printer *p, const rk_leaf *l) {
    size_t i = 0;
    while (i < p->ngiven && !is_named(p, &p->given[i], l))
        i++;
    if (i == p->ngiven)
        return false;
    if (p->given[i].low != NULL)
        put_member(p, &p->given[i], l);
    else
        rk_print_name(p, p->given[i].name, NULL);
    return true;
}

/* A Jacobian of which only the shape is known; what else stands in the leaf tells texts apart. */
static void put_jacobian(rk_mx_printer *p, const rk_leaf *l) {
    rk_buf inside, *outer;
    if (put_named_jacobian(p, l))
        return;
    p->failed = true;
    rk_buf_puts(p->out, p->latex ? "\\operatorname{D}" : "jacobian");
    rk_print_begin(p, &inside, &outer);
    rk_print_mx(p, l->arg[0], RK_IN_SUM);
    rk_print_end(p, &inside, outer, "(", ")");
}

static void put_function(rk_mx_printer *p, const rk_leaf *l) {
    bool two = l->arg[0] != NULL && l->arg[1] != NULL;
    if (l->op == RK_T_EMUL && two)
        put_infix(p, l, p->latex ? " \\odot " : " .* ");
    else if (l->op == RK_T_POWER && l->arg[0] != NULL && l->index[0] != NULL)
        put_power_leaf(p, l);
    else if (l->op == RK_T_EDIV && two)
        put_infix(p, l, p->latex ? " \\oslash " : " ./ ");
    else if (l->op == RK_T_JRANK)
        put_jacobian(p, l);
    else
        put_call(p, rk_op_name(l->op), l);
}

/* A function of one argument in claim text; `open`, `close` in LaTeX. */
static void put_wrapped(rk_mx_printer *p, const char *text, const char *latex, const rk_mx *a) {
    rk_buf inside, *outer;
    rk_buf_puts(p->out, p->latex ? latex : text);
    rk_print_begin(p, &inside, &outer);
    rk_print_mx(p, a, RK_IN_SUM);
    rk_print_end(p, &inside, outer, "(", ")");
}

static void put_inverse(rk_mx_printer *p, const rk_mx *a, bool transposed) {
    if (!p->latex) {
        put_wrapped(p, "inv", "", a);
        rk_buf_puts(p->out, transposed ? "'" : "");
        return;
    }
    rk_print_mx(p, a, RK_AS_BASE);
    rk_buf_puts(p->out, transposed ? "^{-\\top}" : "^{-1}");
}

static void put_kron(rk_mx_printer *p, const rk_leaf *l) {
    if (p->latex)
        put_infix(p, l, " \\otimes ");
    else
        put_call(p, "kron", l);
}

/* The first and the last block with dots between them. */
static void latex_blocks(rk_mx_printer *p, const rk_leaf *l, const char *dots) {
    bool outer = p->script;
    p->script = true;
    rk_buf_puts(p->out, "\\begin{bmatrix} ");
    rk_print_mx(p, rk_mx_put_sym(p->store, l->arg[0], l->sym, l->index[0]), RK_IN_SUM);
    rk_buf_puts(p->out, dots);
    rk_print_mx(p, rk_mx_put_sym(p->store, l->arg[0], l->sym, l->index[1]), RK_IN_SUM);
    rk_buf_puts(p->out, " \\end{bmatrix}");
    p->script = outer;
}

static void put_loop(rk_mx_printer *p, const rk_leaf *l) {
    static const char *const names[] = {"sum", "hcat", "vcat", "prod"};
    const char *name = names[l->kind - RK_L_SUM];
    if (p->latex && l->kind == RK_L_HCAT) {
        latex_blocks(p, l, " & \\cdots & ");
    } else if (p->latex && l->kind == RK_L_VCAT) {
        latex_blocks(p, l, " \\\\ \\vdots \\\\ ");
    } else {
        const char *other = rk_print_loop(p, name, l->sym, l->index[0], l->index[1]);
        rk_print_mx(p, l->arg[0], p->latex ? RK_IN_PRODUCT : RK_IN_SUM);
        rk_buf_puts(p->out, p->latex ? "" : ")");
        rk_mx_print_symbol_as(p, l->sym, other, 0);
    }
}

static void put_fold(rk_mx_printer *p, const rk_leaf *l) {
    const char *name = rk_print_running_name(p, l->sym);
    const char *other = rk_print_loop(p, p->latex ? "operatorname{fold}" : "fold", l->sym,
                                      l->index[0], l->index[1]);
    rk_buf_puts(p->out, p->latex ? "(" : "");
    rk_print_name(p, name, NULL);
    rk_buf_puts(p->out, " = ");
    rk_print_mx(p, l->arg[0], RK_IN_SUM);
    rk_buf_puts(p->out, p->latex ? ";\\; " : ", ");
    if (p->latex) {
        rk_print_name(p, name, NULL);
        rk_buf_puts(p->out, " \\mapsto ");
    }
    rk_print_mx(p, l->arg[1], RK_IN_SUM);
    rk_buf_putc(p->out, ')');
    rk_mx_print_symbol_as(p, l->sym, other, 0);
}

static void put_row_scales(rk_mx_printer *p, const rk_leaf *l) {
    rk_buf_puts(p->out, "rowscales(");
    rk_print_mx(p, l->arg[0], RK_IN_SUM);
    if (l->index[0] != NULL && !rk_sc_is_zero(l->index[0])) {
        rk_buf_puts(p->out, ", ");
        rk_print_sc(p, l->index[0], RK_IN_SUM);
    }
    rk_buf_putc(p->out, ')');
}

static void put_named_leaf(rk_mx_printer *p, const rk_leaf *l) {
    const rk_checked *c = p->checked;
    switch (l->kind) {
    case RK_L_VAR:
        rk_print_name(p, c->vars[l->var].name, l->index[0]);
        break;
    case RK_L_DATA:
        rk_print_name(p, c->data[l->var].name, NULL);
        break;
    case RK_L_FRESH:
        rk_print_name(p, rk_print_fresh_name(p, l), NULL);
        break;
    case RK_L_SCALES:
        if (p->spell)
            put_row_scales(p, l);
        else
            rk_print_name(p, rk_print_scales_name(p, l), NULL);
        break;
    default:
        rk_print_name(p, rk_print_running_name(p, l->sym), NULL);
    }
}

static void put_leaf(rk_mx_printer *p, const rk_leaf *l) {
    switch (l->kind) {
    case RK_L_ONES:
        put_constant(p, "ones", "\\mathbf{1}", l->rows, one(p));
        break;
    case RK_L_UNIT:
        put_unit(p, l);
        break;
    case RK_L_CAUSAL:
        put_causal(p, l);
        break;
    case RK_L_DIAG:
        put_wrapped(p, "diag", "\\operatorname{diag}", l->arg[0]);
        break;
    case RK_L_INV:
        put_inverse(p, l->arg[0], false);
        break;
    case RK_L_POWER:
        put_power_leaf(p, l);
        break;
    case RK_L_KRON:
        put_kron(p, l);
        break;
    case RK_L_BLOCKS:
        rk_print_mx(p, l->arg[0], RK_AS_BASE);
        break;
    case RK_L_SUM:
    case RK_L_HCAT:
    case RK_L_VCAT:
    case RK_L_PROD:
        put_loop(p, l);
        break;
    case RK_L_FOLD:
        put_fold(p, l);
        break;
    case RK_L_SOFTMAX:
        put_call(p, "softmax", l);
        break;
    case RK_L_FUNCTION:
        put_function(p, l);
        break;
    default:
        put_named_leaf(p, l);
    }
}

/* --- the upright form --------------------------------------------------------------------- */

bool rk_print_has_name(const rk_mx_printer *p, const rk_mx *a) {
    for (size_t i = 0; i < p->ngiven; i++)
        if (p->given[i].a == a)
            return true;
    return false;
}

static long uprightness(const rk_mx_printer *p, const rk_mx *a);

static long letter_uprightness(const rk_mx_printer *p, const rk_letter *x) {
    const rk_leaf *l = x->leaf;
    if (l->kind == RK_L_DIAG || l->kind == RK_L_SCALES)
        return 0;
    long n = 1;
    if (l->kind >= RK_L_KRON && l->kind <= RK_L_PROD)
        n = uprightness(p, l->arg[0]) + (l->arg[1] != NULL ? uprightness(p, l->arg[1]) : 0);
    return x->transposed ? -n : n;
}

/* Letters without a transpose less those with one. */
static long uprightness(const rk_mx_printer *p, const rk_mx *a) {
    long n = rk_print_has_name(p, a) ? (long)a->weight + 1 : 0;
    for (size_t i = 0; i < a->nwords; i++)
        for (size_t k = 0; k < a->word[i].length; k++)
            n += letter_uprightness(p, &a->word[i].letter[k]);
    for (size_t i = 0; i < a->grid_rows * a->grid_cols && rk_mx_is_grid(a); i++)
        n += uprightness(p, a->cell[i]);
    return n;
}

/* --- factors ------------------------------------------------------------------------------ */

/* Ends in the body of a sum or product sign, which would take in what follows. */
static bool open_ended(const rk_mx_printer *p, const rk_leaf *l) {
    return p->latex && (l->kind == RK_L_SUM || l->kind == RK_L_PROD);
}

/* Something hangs on its upper right in LaTeX already. */
static bool has_superscript(const rk_mx_printer *p, const rk_leaf *l) {
    return p->latex && (l->kind == RK_L_POWER || l->kind == RK_L_INV ||
                        (l->kind == RK_L_FUNCTION && l->op == RK_T_POWER));
}

static void put_leaf_as_base(rk_mx_printer *p, const rk_leaf *l) {
    rk_buf inside, *outer;
    if (!open_ended(p, l) && !has_superscript(p, l)) {
        put_leaf(p, l);
        return;
    }
    rk_print_begin(p, &inside, &outer);
    put_leaf(p, l);
    rk_print_end(p, &inside, outer, "(", ")");
}

/* A transposed sum, row or column of blocks, or Kronecker product as one of transposes, where that
   has fewer of them. */
static bool put_turned(rk_mx_printer *p, const rk_letter *x) {
    rk_leaf turned = *x->leaf;
    bool loop = turned.kind == RK_L_SUM || turned.kind == RK_L_HCAT || turned.kind == RK_L_VCAT;
    if (p->spell || !x->transposed || x->inverted || (!loop && turned.kind != RK_L_KRON) ||
        letter_uprightness(p, x) < 0)
        return false;
    for (int i = 0; i < 2 && turned.arg[i] != NULL; i++)
        turned.arg[i] = rk_mx_transpose(p->store, turned.arg[i]);
    if (turned.kind == RK_L_HCAT || turned.kind == RK_L_VCAT)
        turned.kind = turned.kind == RK_L_HCAT ? RK_L_VCAT : RK_L_HCAT;
    put_leaf(p, &turned);
    return true;
}

static void put_letter(rk_mx_printer *p, const rk_letter *x) {
    if (put_turned(p, x))
        return;
    if (x->leaf->kind == RK_L_INV && !x->inverted) {
        put_inverse(p, x->leaf->arg[0], x->transposed);
        return;
    }
    rk_buf_puts(p->out, !p->latex && x->inverted ? "inv(" : "");
    if (x->transposed || x->inverted)
        put_leaf_as_base(p, x->leaf);
    else
        put_leaf(p, x->leaf);
    rk_buf_puts(p->out, !p->latex && x->inverted ? ")" : "");
    if (!p->latex)
        rk_buf_puts(p->out, x->transposed ? "'" : "");
    else if (x->transposed || x->inverted)
        rk_buf_printf(p->out, "^{%s%s}", x->inverted ? "-" : "", x->transposed ? "\\top" : "1");
}

/* How often the letter stands here in a row. */
static size_t run_of(const product *a, size_t i) {
    size_t n = 1;
    while (i + n < a->n && a->factor[i].letter != NULL &&
           same_factor(&a->factor[i], &a->factor[i + n]))
        n++;
    return n;
}

/* In claim text centring is a function of the factor before it, or behind it. */
static bool centred(const product *a, size_t i) {
    return i + 1 < a->n && a->factor[i].letter != NULL && a->factor[i + 1].letter == NULL;
}

static size_t text_factor(rk_mx_printer *p, const product *a, size_t i) {
    if (a->factor[i].letter == NULL && i + 1 == a->n) {
        rk_buf_puts(p->out, "center(");
        put_constant(p, "eye", "", a->factor[i].size, NULL);
        rk_buf_putc(p->out, ')');
        return 1;
    }
    if (a->factor[i].letter == NULL) {
        rk_buf_puts(p->out, "center_tokens(");
        size_t used = text_factor(p, a, i + 1);
        rk_buf_putc(p->out, ')');
        return used + 1;
    }
    rk_buf_puts(p->out, centred(a, i) ? "center(" : "");
    put_letter(p, a->factor[i].letter);
    rk_buf_puts(p->out, centred(a, i) ? ")" : "");
    return centred(a, i) ? 2 : 1;
}

static void latex_factor(rk_mx_printer *p, const product *a, size_t i) {
    const factor *f = &a->factor[i];
    bool outer = p->script;
    rk_buf inside, *rest;
    if (f->letter == NULL) {
        rk_print_projection(p, f->size);
        p->script = true;
        rk_buf_puts(p->out, "\\Pi_{");
        rk_print_sc(p, f->size, RK_IN_SUM);
        rk_buf_puts(p->out, "}");
        p->script = outer;
    } else if (open_ended(p, f->letter->leaf) && i + 1 < a->n) {
        rk_print_begin(p, &inside, &rest);
        put_letter(p, f->letter);
        rk_print_end(p, &inside, rest, "(", ")");
    } else {
        put_letter(p, f->letter);
    }
}

/* A letter several times in a row as a power. */
static size_t put_run(rk_mx_printer *p, const product *a, size_t i, size_t n) {
    const rk_letter *x = a->factor[i].letter;
    bool wrap = p->latex && (x->transposed || x->inverted || has_superscript(p, x->leaf));
    rk_buf_puts(p->out, wrap ? "(" : "");
    put_letter(p, x);
    rk_buf_printf(p->out, p->latex ? "%s^{%zu}" : "%s^%zu", wrap ? ")" : "", n);
    return n;
}

/* ones(n, m) for the product of a column and a row of ones */
static size_t put_ones(rk_mx_printer *p, const product *a, size_t i) {
    put_constant(p, "ones", "", a->factor[i].letter->leaf->rows,
                 a->factor[i + 1].letter->leaf->rows);
    return 2;
}

static size_t put_factor(rk_mx_printer *p, const product *a, size_t i) {
    size_t run = run_of(a, i);
    if (run > 1 && !centred(a, i + run - 1))
        return put_run(p, a, i, run);
    if (p->latex) {
        latex_factor(p, a, i);
        return 1;
    }
    bool ones = i + 1 < a->n && is_ones(&a->factor[i], false) && is_ones(&a->factor[i + 1], true);
    return ones && !centred(a, i + 1) ? put_ones(p, a, i) : text_factor(p, a, i);
}

static void put_factors(rk_mx_printer *p, const product *a) {
    for (size_t i = 0; i < a->n;) {
        rk_buf_puts(p->out, i == 0 ? "" : p->latex ? "\\," : "*");
        i += put_factor(p, a, i);
    }
}

/* --- terms -------------------------------------------------------------------------------- */

/* The identity of this size; nothing where it is the number 1. */
static bool put_identity(rk_mx_printer *p, const rk_mx *of) {
    if (rk_sc_is_one(of->rows))
        return false;
    put_constant(p, "eye", "I", of->rows, NULL);
    return true;
}

static void latex_coefficient(rk_mx_printer *p, rk_sc c, rk_fraction f) {
    if (f.one)
        return;
    if (f.whole) {
        rk_print_numerator(p, c, RK_IN_PRODUCT);
    } else {
        rk_buf_puts(p->out, p->script ? "\\tfrac{" : "\\frac{");
        rk_print_numerator(p, c, RK_IN_SUM);
        rk_buf_puts(p->out, "}{");
        rk_print_denominator(p, c, RK_IN_SUM);
        rk_buf_putc(p->out, '}');
    }
    rk_buf_puts(p->out, "\\,");
}

static void put_body(rk_mx_printer *p, const product *a, const rk_mx *of) {
    if (a->n == 0)
        put_identity(p, of);
    else
        put_factors(p, a);
}

/* A term without its sign: coefficient, letters. */
static void put_term(rk_mx_printer *p, const product *a, const rk_mx *of) {
    rk_fraction f = rk_print_fraction(p, a->coef);
    if (a->n == 0 && rk_sc_is_one(of->rows)) {
        rk_sc c = a->coef;
        rk_print_sc(p, f.negative ? rk_sc_sub(p->scalars, rk_sc_int(p->scalars, 0), c) : c,
                    RK_IN_PRODUCT);
        return;
    }
    if (p->latex) {
        latex_coefficient(p, a->coef, f);
        put_body(p, a, of);
        return;
    }
    if (!f.unit) {
        rk_print_numerator(p, a->coef, RK_IN_PRODUCT);
        rk_buf_putc(p->out, '*');
    }
    put_body(p, a, of);
    if (!f.whole) {
        rk_buf_putc(p->out, '/');
        rk_print_denominator(p, a->coef, RK_AS_BASE);
    }
}

static bool ends_open(const rk_mx_printer *p, const product *a) {
    const rk_letter *last = a->n > 0 ? a->factor[a->n - 1].letter : NULL;
    return last != NULL && open_ended(p, last->leaf);
}

static void put_sum(rk_mx_printer *p, const sum *s, const rk_mx *of) {
    for (size_t i = 0; i < s->n; i++) {
        bool negative = rk_print_fraction(p, s->term[i].coef).negative;
        bool wrap = i + 1 < s->n && ends_open(p, &s->term[i]);
        rk_buf inside, *outer;
        rk_buf_puts(p->out, i == 0 ? (negative ? "-" : "") : negative ? " - " : " + ");
        if (wrap)
            rk_print_begin(p, &inside, &outer);
        put_term(p, &s->term[i], of);
        if (wrap)
            rk_print_end(p, &inside, outer, "(", ")");
    }
}

/* --- matrices ----------------------------------------------------------------------------- */

enum { BMATRIX_COLUMNS = 10 }; /* amsmath's MaxMatrixCols */

static void put_grid(rk_mx_printer *p, const rk_mx *a) {
    bool fits = a->grid_cols <= BMATRIX_COLUMNS, outer = p->script;
    p->script = p->latex;
    if (!p->latex)
        rk_buf_putc(p->out, '[');
    else if (fits)
        rk_buf_puts(p->out, "\\begin{bmatrix} ");
    else
        rk_buf_printf(p->out, "\\left[\\begin{array}{*{%zu}{c}} ", a->grid_cols);
    for (size_t i = 0; i < a->grid_rows; i++) {
        rk_buf_puts(p->out, i == 0 ? "" : p->latex ? " \\\\ " : "; ");
        for (size_t k = 0; k < a->grid_cols; k++) {
            rk_buf_puts(p->out, k == 0 ? "" : p->latex ? " & " : ", ");
            rk_print_mx(p, a->cell[i * a->grid_cols + k], RK_IN_SUM);
        }
    }
    rk_buf_puts(p->out, !p->latex ? "]" : fits ? " \\end{bmatrix}" : " \\end{array}\\right]");
    p->script = outer;
}

/* The same loop with an index of another name: readers make indices of their own. */
static bool same_loop(rk_mx_printer *p, const rk_mx *a, const rk_mx *b) {
    const rk_letter *x = rk_mx_letter(a), *y = rk_mx_letter(b);
    if (x == NULL || y == NULL || x->leaf->kind != y->leaf->kind || x->inverted || y->inverted ||
        x->transposed != y->transposed || x->leaf->kind < RK_L_SUM || x->leaf->kind > RK_L_FOLD)
        return false;
    const rk_leaf *l = x->leaf, *m = y->leaf;
    bool fold = l->kind == RK_L_FOLD;
    if (l->index[0] != m->index[0] || l->index[1] != m->index[1] ||
        (fold && l->arg[0] != m->arg[0]))
        return false;
    const rk_mx *body =
        rk_mx_put_sym(p->store, l->arg[fold], l->sym, rk_sc_sym(p->scalars, m->sym));
    if (fold) {
        rk_leaf acc = {.kind = RK_L_ACC, .sym = l->sym, .rows = l->rows, .cols = l->cols};
        rk_leaf other = acc;
        other.sym = m->sym;
        body = rk_mx_put_leaf(p->store, body, rk_mx_leaf(p->store, &acc),
                              rk_mx_of_leaf(p->store, rk_mx_leaf(p->store, &other)));
    }
    return body == m->arg[fold];
}

static bool put_given(rk_mx_printer *p, const rk_mx *a) {
    for (size_t i = 0; i < p->ngiven && a != p->spelled; i++) {
        const rk_mx *named = p->given[i].a;
        if (p->given[i].low != NULL)
            continue;
        bool same = named == a || same_loop(p, named, a);
        if (!same && named->transpose != a)
            continue;
        p->given[i].used = true;
        rk_print_name(p, p->given[i].name, NULL);
        if (!same)
            rk_buf_puts(p->out, p->latex ? "^{\\top}" : "'");
        return true;
    }
    return false;
}

static bool unadorned(const rk_mx_printer *p, const factor *f) {
    if (!p->latex)
        return f->letter != NULL;
    return f->letter == NULL ||
           (!f->letter->transposed && !f->letter->inverted && !open_ended(p, f->letter->leaf) &&
            !has_superscript(p, f->letter->leaf));
}

/* Nothing is needed around it when a transpose or exponent is hung on it. */
static bool is_base(rk_mx_printer *p, const sum *s, const rk_mx *of) {
    const product *t = &s->term[0];
    if (s->n != 1)
        return false;
    if (t->n == 0 && rk_sc_is_one(of->rows))
        return !rk_print_fraction(p, t->coef).negative;
    return rk_print_fraction(p, t->coef).one && !rk_print_fraction(p, t->coef).negative &&
           (t->n == 0 || (t->n == 1 && unadorned(p, &t->factor[0])));
}

static void put_words(rk_mx_printer *p, const rk_mx *a, rk_print_place place) {
    sum s = sum_of(p, a);
    bool lone = s.n == 1 && !rk_print_fraction(p, s.term[0].coef).negative;
    bool wrap = place == RK_AS_BASE ? !is_base(p, &s, a) : place == RK_IN_PRODUCT && !lone;
    rk_buf inside, *outer;
    if (wrap)
        rk_print_begin(p, &inside, &outer);
    put_sum(p, &s, a);
    if (wrap)
        rk_print_end(p, &inside, outer, "(", ")");
    sum_clear(&s);
}

static void put_zero(rk_mx_printer *p, const rk_mx *a) {
    if (p->latex || (rk_sc_is_one(a->rows) && rk_sc_is_one(a->cols)))
        rk_buf_putc(p->out, '0');
    else
        put_constant(p, "zeros", "", a->rows, a->cols);
}

void rk_print_mx(rk_mx_printer *p, const rk_mx *a, rk_print_place place) {
    if (put_given(p, a))
        return;
    if (rk_mx_is_grid(a))
        put_grid(p, a);
    else if (a->nwords == 0)
        put_zero(p, a);
    else
        put_words(p, a, place);
}

/* --- the whole ------------------------------------------------------------------------------ */

const rk_mx *rk_mx_upright(rk_mx_printer *p, const rk_mx *a) {
    const rk_mx *transposed = rk_mx_transpose(p->store, a);
    return uprightness(p, transposed) > uprightness(p, a) ? transposed : a;
}

/* ------------------------------------------------------------------------------------------ */

void rk_mx_print(rk_mx_printer *p, rk_buf *out, const rk_mx *a) {
    p->out = out;
    rk_print_mx(p, a, RK_IN_SUM);
}

void rk_mx_print_letters(rk_mx_printer *p, rk_buf *out, const rk_letter *letter, size_t n) {
    p->out = out;
    for (size_t i = 0; i < n; i++) {
        rk_buf_puts(out, i > 0 ? "*" : "");
        put_letter(p, &letter[i]);
    }
}

void rk_mx_print_out(rk_mx_printer *p, rk_buf *out, const rk_mx *a) {
    p->spelled = a;
    rk_mx_print(p, out, a);
    p->spelled = NULL;
}

void rk_mx_print_in(rk_mx_printer *p, rk_buf *out, const rk_mx *a, rk_print_place place) {
    p->out = out;
    rk_print_mx(p, a, place);
}
