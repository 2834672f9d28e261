/* The steps of an inequality in one variable. The line is cut at rational points between the roots
   of all polynomials. In a piece every irreducible factor without a root there has a sign, which a
   sum of products of the distances from the ends shows (Bernstein); on either side of the one
   that has a root all signs are products. Where the goal fails, something given fails, too: so that
   side is empty, or the root alone is left of it. */
#include "base/rk_clock.h"
#include "inequality_line.h"

enum { MOST_RAISED = 24, MOST_CUTS = 40, MOST_FACTORS = 64 };

typedef struct piece { /* of the line, with its ends; the root is inside, or -1 */
    const rk_line *l;
    rk_steps *steps;
    const char *x;
    double deadline;
    bool bounded[2];
    fmpq_t end[2];
    slong root;
    fmpz_poly_t shown[MOST_FACTORS]; /* whose signs are evident */
    slong nshown;
} piece;

/* --- texts -------------------------------------------------------------------------------- */

static void put(piece *c, const char *text) {
    rk_buf_puts(&c->steps->text, text);
}

static void put_number(piece *c, const fmpq_t q) {
    char *text = fmpq_get_str(NULL, 10, q);
    rk_buf_printf(&c->steps->text, "(%s)", text);
    flint_free(text);
}

static void put_poly(piece *c, const fmpz_poly_t p) {
    char *text = fmpz_poly_get_str_pretty(p, c->x);
    rk_buf_printf(&c->steps->text, "(%s)", text);
    flint_free(text);
}

/* (x - end) or (end - x), to a power: not negative in the piece. */
static void put_distance(piece *c, int side, slong power) {
    if (power == 0)
        return;
    put(c, "*(");
    if (side == 0)
        put(c, c->x);
    else
        put_number(c, c->end[1]);
    put(c, " - ");
    if (side == 0)
        put_number(c, c->end[0]);
    else
        put(c, c->x);
    rk_buf_printf(&c->steps->text, ")^%ld", (long)power);
}

/* p as a product of its factors; of the piece's own one power less if `less`. */
static void put_product(piece *c, const fmpz_poly_t p, bool less) {
    fmpz_poly_factor_t f;
    fmpz_poly_factor_init(f);
    fmpz_poly_factor(f, p);
    char *text = fmpz_get_str(NULL, 10, &f->c);
    rk_buf_printf(&c->steps->text, "(%s)", text);
    flint_free(text);
    for (slong k = 0; k < f->num; k++) {
        slong e = f->exp[k];
        if (less && c->root >= 0 && fmpz_poly_equal(f->p + k, c->l->factor[c->root]))
            e--;
        if (e == 0)
            continue;
        put(c, "*");
        put_poly(c, f->p + k);
        rk_buf_printf(&c->steps->text, "^%ld", (long)e);
    }
    fmpz_poly_factor_clear(f);
}

/* --- the sign of a factor ------------------------------------------------------------------- */

/* The coefficients of h by powers of what puts the piece on t >= 0: x = (a + b*t)/(1 + t) times
   (1 + t)^degree, x = a + t, x = b - t. */
static void coefficients(const piece *c, const fmpz_poly_t h, fmpq_poly_t r) {
    fmpq_poly_t up, down, power;
    bool both = c->bounded[0] && c->bounded[1];
    slong n = fmpz_poly_degree(h);
    fmpq_poly_init(up);
    fmpq_poly_init(down);
    fmpq_poly_init(power);
    fmpq_poly_set_coeff_fmpq(up, 0, c->end[c->bounded[0] ? 0 : 1]);
    if (both)
        fmpq_poly_set_coeff_fmpq(up, 1, c->end[1]);
    else
        fmpq_poly_set_coeff_si(up, 1, c->bounded[0] ? 1 : -1);
    fmpq_poly_one(down);
    fmpq_poly_set_coeff_si(down, 1, both);
    fmpq_poly_one(power);
    fmpq_poly_zero(r);
    for (slong k = n; k >= 0; k--) { /* Horner, made homogeneous */
        fmpq_poly_t term;
        fmpq_poly_init(term);
        fmpq_poly_mul(r, r, up);
        fmpq_poly_scalar_mul_fmpz(term, power, fmpz_poly_get_coeff_ptr(h, k));
        fmpq_poly_add(r, r, term);
        fmpq_poly_mul(power, power, down);
        fmpq_poly_clear(term);
    }
    fmpq_poly_clear(up);
    fmpq_poly_clear(down);
    fmpq_poly_clear(power);
}

/* The first of them, and `all`, or the others not negative. */
static bool are_positive(const fmpq_poly_t r, bool all) {
    fmpq_t q;
    bool ok = true;
    fmpq_init(q);
    for (slong k = 0; k <= fmpq_poly_degree(r) && ok; k++) {
        fmpq_poly_get_coeff_fmpq(q, r, k);
        ok = k == 0 || all ? fmpq_sgn(q) > 0 : fmpq_sgn(q) >= 0;
    }
    fmpq_clear(q);
    return ok;
}

/* The least quotient of a coefficient and the binomial coefficient: what can be taken away from the
   polynomial as a constant. */
static void smallest(const fmpq_poly_t r, slong n, fmpq_t least) {
    fmpq_t q;
    fmpz_t b;
    fmpq_init(q);
    fmpz_init(b);
    for (slong k = 0; k <= n; k++) {
        fmpq_poly_get_coeff_fmpq(q, r, k);
        fmpz_bin_uiui(b, (ulong)n, (ulong)k);
        fmpq_div_fmpz(q, q, b);
        if (k == 0 || fmpq_cmp(q, least) < 0)
            fmpq_set(least, q);
    }
    fmpq_clear(q);
    fmpz_clear(b);
}

static void put_term(piece *c, const fmpq_t coefficient, slong k, slong n) {
    bool both = c->bounded[0] && c->bounded[1];
    if (fmpq_is_zero(coefficient))
        return;
    put(c, " | ");
    put_number(c, coefficient);
    put_distance(c, c->bounded[0] ? 0 : 1, k);
    if (both)
        put_distance(c, 1, n - k);
}

/* h*(b - a)^n is the sum of the coefficients times (x - a)^k*(b - x)^(n - k), those of 1 less. */
static void put_bounded_sum(piece *c, const fmpq_poly_t r, slong n) {
    fmpq_t q, least, width;
    fmpz_t b;
    fmpq_init(q);
    fmpq_init(least);
    fmpq_init(width);
    fmpz_init(b);
    smallest(r, n, least);
    fmpq_sub(width, c->end[1], c->end[0]);
    fmpq_pow_si(width, width, n);
    put(c, "sum ");
    put_number(c, width);
    put(c, " | ");
    put_number(c, width);
    put(c, "*");
    put_number(c, least);
    for (slong k = 0; k <= n; k++) {
        fmpz_bin_uiui(b, (ulong)n, (ulong)k);
        fmpq_mul_fmpz(width, least, b);
        fmpq_poly_get_coeff_fmpq(q, r, k);
        fmpq_sub(q, q, width);
        put_term(c, q, k, n);
    }
    put(c, "\n");
    fmpq_clear(q);
    fmpq_clear(least);
    fmpq_clear(width);
    fmpz_clear(b);
}

static void put_sum(piece *c, const fmpq_poly_t r) {
    fmpq_t q;
    slong n = fmpq_poly_degree(r);
    if (c->bounded[0] && c->bounded[1]) {
        put_bounded_sum(c, r, n);
        return;
    }
    fmpq_init(q);
    put(c, "sum 1");
    for (slong k = 0; k <= n; k++) {
        fmpq_poly_get_coeff_fmpq(q, r, k);
        put_term(c, q, k, n);
    }
    put(c, "\n");
    fmpq_clear(q);
}

/* The degree is raised until all coefficients are positive. False: not so soon. */
static bool raise_degree(const piece *c, fmpq_poly_t r) {
    fmpq_poly_t one;
    bool both = c->bounded[0] && c->bounded[1], ok = are_positive(r, both);
    fmpq_poly_init(one);
    fmpq_poly_one(one);
    fmpq_poly_set_coeff_si(one, 1, 1);
    for (int k = 0; !ok && both && k < MOST_RAISED; k++) {
        fmpq_poly_mul(r, r, one);
        ok = are_positive(r, both);
    }
    fmpq_poly_clear(one);
    return ok;
}

static bool is_shown(const piece *c, const fmpz_poly_t h) {
    for (slong k = 0; k < c->nshown; k++)
        if (fmpz_poly_equal(c->shown[k], h))
            return true;
    return c->nshown == MOST_FACTORS;
}

/* A factor without roots in the piece is positive, or its negative is. */
static bool show_factor(piece *c, const fmpz_poly_t h) {
    fmpq_poly_t r;
    fmpz_poly_t p;
    if (is_shown(c, h))
        return c->nshown < MOST_FACTORS;
    fmpq_poly_init(r);
    fmpz_poly_init(p);
    bool negative = rk_line_sign(h, c->end[c->bounded[0] ? 0 : 1]) < 0;
    fmpz_poly_set(p, h);
    if (negative)
        fmpz_poly_neg(p, p);
    coefficients(c, p, r);
    bool ok = raise_degree(c, r);
    if (ok) {
        put(c, "fact > | ");
        put_poly(c, p);
        put(c, "\n");
        put_sum(c, r);
        fmpz_poly_init(c->shown[c->nshown]);
        fmpz_poly_set(c->shown[c->nshown++], h);
    }
    fmpq_poly_clear(r);
    fmpz_poly_clear(p);
    return ok;
}

/* All factors but that of the root. */
static bool show_factors(piece *c, const fmpz_poly_t p) {
    fmpz_poly_factor_t f;
    bool ok = true;
    fmpz_poly_factor_init(f);
    fmpz_poly_factor(f, p);
    for (slong k = 0; k < f->num && ok; k++)
        if (c->root < 0 || !fmpz_poly_equal(f->p + k, c->l->factor[c->root]))
            ok = show_factor(c, f->p + k);
    fmpz_poly_factor_clear(f);
    return ok;
}

/* --- one piece ------------------------------------------------------------------------------ */

static bool has_root(const piece *c, const fmpz_poly_t p) {
    return c->root >= 0 && rk_line_sign_at_root(c->l, c->root, p) == 0;
}

/* Something given that fails at an end, or, for end 2, at the root; 0: none. */
static slong culprit(const piece *c, int end) {
    for (slong k = 1; k < c->l->npolys; k++) {
        int sign = end == 2 ? rk_line_sign_at_root(c->l, c->root, c->l->poly[k])
                            : rk_line_sign(c->l->poly[k], c->end[end]);
        if (sign != 2 && !rk_line_suits(sign, c->l->strict[k]))
            return k;
    }
    return 0;
}

static bool goal_suits(const piece *c, int end) {
    int sign = end == 2 ? rk_line_sign_at_root(c->l, c->root, c->l->poly[0])
                        : rk_line_sign(c->l->poly[0], c->end[end]);
    return rk_line_suits(sign, c->l->strict[0]);
}

static bool close_by_product(piece *c) {
    if (!show_factors(c, c->l->poly[0]))
        return false;
    put(c, "sum 1 | ");
    put_product(c, c->l->poly[0], false);
    put(c, "\n");
    return true;
}

/* Of e no sign is left, so none is left of the goal. */
static void close_empty(piece *c, const fmpz_poly_t e) {
    put(c, "sum ");
    put_poly(c, e);
    put(c, " | ");
    put_poly(c, c->l->poly[0]);
    put(c, "*");
    put_poly(c, e);
    put(c, "\n");
}

/* What is given is negative in the whole piece. */
static bool close_by_culprit(piece *c, slong k) {
    if (k == 0 || !show_factors(c, c->l->poly[k]))
        return false;
    put(c, "fact > | -");
    put_poly(c, c->l->poly[k]);
    put(c, "\nsum 1 | -");
    put_product(c, c->l->poly[k], false);
    put(c, "\n");
    close_empty(c, c->l->poly[k]);
    return true;
}

/* On this side of the root f is 0, or is not, since something given f^k*rest says so. */
static bool restrict_root(piece *c, slong k, const char *relation) {
    if (!show_factors(c, c->l->poly[k]))
        return false;
    rk_buf_printf(&c->steps->text, "fact %s | ", relation);
    put_poly(c, c->l->factor[c->root]);
    put(c, "\nsum ");
    put_product(c, c->l->poly[k], true);
    put(c, " | ");
    put_poly(c, c->l->poly[k]);
    put(c, "\n");
    return true;
}

/* One side of the root, which stretches to this end. */
static bool write_side(piece *c, int end) {
    bool beside = goal_suits(c, end), there = goal_suits(c, 2);
    slong k = beside ? 0 : culprit(c, end), j = there ? 0 : culprit(c, 2);
    if ((!beside && k == 0) || (!there && j == 0))
        return false;
    if (k > 0 && !has_root(c, c->l->poly[k]))
        return close_by_culprit(c, k);
    if (j > 0 && !has_root(c, c->l->poly[j]))
        return close_by_culprit(c, j);
    if ((k > 0 && !restrict_root(c, k, "==")) || (j > 0 && !restrict_root(c, j, "!=")))
        return false;
    if (!beside && !there)
        close_empty(c, c->l->factor[c->root]);
    return (!beside && !there) || close_by_product(c);
}

static void forget(piece *c, slong n) {
    while (c->nshown > n)
        fmpz_poly_clear(c->shown[--c->nshown]);
}

static bool write_whole(piece *c) {
    int end = c->bounded[0] ? 0 : 1;
    if (c->root < 0)
        return goal_suits(c, end) ? close_by_product(c) : close_by_culprit(c, culprit(c, end));
    int upper = rk_line_sign(c->l->factor[c->root], c->end[1]) > 0;
    put(c, "split ");
    put_poly(c, c->l->factor[c->root]);
    put(c, "\n");
    bool ok = write_side(c, upper);
    forget(c, 0);
    return ok && write_side(c, !upper);
}

/* --- all pieces ----------------------------------------------------------------------------- */

static void put_split(piece *c, const fmpq_t at) {
    put(c, "split ");
    put(c, c->x);
    put(c, " - ");
    put_number(c, at);
    put(c, "\n");
}

/* A point inside that is not the root. */
static void choose_cut(const piece *c, fmpq_t at) {
    fmpq_t length;
    fmpq_init(length);
    if (c->bounded[0] && c->bounded[1]) {
        fmpq_sub(length, c->end[1], c->end[0]);
        fmpq_div_2exp(length, length, 1);
        fmpq_add(at, c->end[0], length);
        while (c->root >= 0 && rk_line_sign(c->l->factor[c->root], at) == 0) {
            fmpq_div_2exp(length, length, 1);
            fmpq_add(at, c->end[0], length);
        }
    } else {
        fmpq_abs(length, c->end[c->bounded[0] ? 0 : 1]);
        fmpq_add_ui(length, length, 1);
        if (c->bounded[0])
            fmpq_add(at, c->end[0], length);
        else
            fmpq_sub(at, c->end[1], length);
    }
    fmpq_clear(length);
}

static bool write_piece(piece *c, int depth);

/* The part of the piece above the cut, or below. */
static bool write_part(const piece *c, const fmpq_t at, bool above, int depth) {
    piece part = *c;
    part.nshown = 0;
    fmpq_init(part.end[0]);
    fmpq_init(part.end[1]);
    fmpq_set(part.end[0], above ? at : c->end[0]);
    fmpq_set(part.end[1], above ? c->end[1] : at);
    part.bounded[above ? 0 : 1] = true;
    if (c->root >= 0 && rk_line_sign(c->l->factor[c->root], part.end[0]) ==
                            rk_line_sign(c->l->factor[c->root], part.end[1]))
        part.root = -1;
    bool ok = write_piece(&part, depth);
    fmpq_clear(part.end[0]);
    fmpq_clear(part.end[1]);
    return ok;
}

/* As it is, or cut in two where that is too hard to show. */
static bool write_piece(piece *c, int depth) {
    size_t mark = c->steps->text.len;
    fmpq_t at;
    bool ok = write_whole(c);
    forget(c, 0);
    if (ok || depth == MOST_CUTS || rk_clock() > c->deadline)
        return ok;
    rk_buf_cut(&c->steps->text, mark);
    fmpq_init(at);
    choose_cut(c, at);
    put_split(c, at);
    ok = write_part(c, at, true, depth + 1) && write_part(c, at, false, depth + 1);
    fmpq_clear(at);
    return ok;
}

/* What is above the last cut; the cut before the k-th root is the next. */
static bool write_from(piece *c, slong k) {
    fmpq_t at;
    if (k > c->l->nroots) {
        c->root = -1;
        c->bounded[1] = false;
        return write_piece(c, 0);
    }
    fmpq_init(at);
    piece next = *c;
    fmpq_init(next.end[0]);
    fmpq_init(next.end[1]);
    bool ok = c->l->nroots == 0 || rk_line_between(c->l, k - 1, at);
    put_split(c, at);
    next.bounded[0] = true;
    fmpq_set(next.end[0], at);
    ok = ok && write_from(&next, k + 1);
    fmpq_set(c->end[1], at);
    c->bounded[1] = true;
    c->root = k - 1;
    ok = ok && write_piece(c, 0);
    fmpq_clear(next.end[0]);
    fmpq_clear(next.end[1]);
    fmpq_clear(at);
    return ok;
}

bool rk_line_write(const rk_line *l, rk_steps *steps, const char *x, double deadline) {
    piece c = {.l = l, .steps = steps, .x = x, .deadline = deadline, .root = -1};
    fmpq_init(c.end[0]);
    fmpq_init(c.end[1]);
    bool ok = write_from(&c, 0);
    fmpq_clear(c.end[0]);
    fmpq_clear(c.end[1]);
    return ok;
}
