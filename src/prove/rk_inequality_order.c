/* Successive difference substitution. A form in nonnegative variables is nonnegative if it is so
   for each order of their sizes; where x_1 <= x_2 <= ..., write x_1 = t_1, x_2 = t_1 + t_2, ...
   with t >= 0. When all coefficients have become nonnegative, that order is done; else the same is
   tried on the new form. Variables of either sign are taken in both, powers x^g that alone occur
   become one variable, and a polynomial that is no form gets one more variable that stands for 1.
 */
#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "rk_inequality.h"

enum { MOST = 4, MAX_TERMS = 200, MAX_LENGTH = 1500, MAX_STEPS = 3000, MILLION = 1000000 };

typedef struct orders {
    rk_inequalities *s;
    fmpz_mpoly_ctx_t ring; /* of the new variables; the last one is 1 */
    slong variable[MOST], nvars;
    ulong power[MOST]; /* x^power is the new variable */
    bool both[MOST];   /* of either sign */
    int steps;
} orders;

static ulong common_power(const orders *o, const fmpz_mpoly_t p, slong k) {
    ulong g = 0;
    for (slong i = 0; i < p->length; i++)
        g = n_gcd(g, fmpz_mpoly_get_term_var_exp_ui(p, i, k, o->s->ring));
    return g;
}

static bool choose(orders *o, const fmpz_mpoly_t p) {
    for (slong k = 0; k < o->s->nvars; k++) {
        if (fmpz_mpoly_degree_si(p, k, o->s->ring) <= 0)
            continue;
        if (o->nvars + 1 == MOST)
            return false;
        ulong g = common_power(o, p, k);
        unsigned signs = rk_function_signs_of_variable(o->s->domain, k);
        o->variable[o->nvars] = k;
        o->power[o->nvars] = g;
        o->both[o->nvars++] = g % 2 != 0 && (signs & RK_MAY_NEGATIVE);
    }
    return o->nvars > 0;
}

/* The polynomial in the new variables, x_k negated where the bit of `flips` says so. */
static void translate(const orders *o, fmpz_mpoly_t r, const fmpz_mpoly_t p, unsigned flips) {
    slong most = 0;
    ulong e[MOST];
    fmpz_t c;
    fmpz_init(c);
    for (int pass = 0; pass < 2; pass++) {
        for (slong i = 0; i < p->length; i++) {
            slong degree = 0;
            fmpz_mpoly_get_term_coeff_fmpz(c, p, i, o->s->ring);
            for (slong k = 0; k < o->nvars; k++) {
                e[k] =
                    fmpz_mpoly_get_term_var_exp_ui(p, i, o->variable[k], o->s->ring) / o->power[k];
                degree += (slong)e[k];
                if (flips >> k & 1 && e[k] % 2 != 0)
                    fmpz_neg(c, c);
            }
            if (pass == 0)
                most = degree > most ? degree : most;
            e[o->nvars] = (ulong)(most - degree);
            if (pass == 1)
                fmpz_mpoly_set_coeff_fmpz_ui(r, c, e, o->ring);
        }
    }
    fmpz_clear(c);
}

static bool no_negative(const orders *o, const fmpz_mpoly_t p) {
    fmpz_t c;
    bool ok = true;
    fmpz_init(c);
    for (slong i = 0; i < p->length && ok; i++) {
        fmpz_mpoly_get_term_coeff_fmpz(c, p, i, o->ring);
        ok = fmpz_sgn(c) >= 0;
    }
    fmpz_clear(c);
    return ok;
}

/* At a unit vector only one pure power is not 0: is one of them negative? */
static bool negative_corner(const orders *o, const fmpz_mpoly_t p) {
    slong degree = fmpz_mpoly_total_degree_si(p, o->ring);
    fmpz_t c;
    bool found = false;
    fmpz_init(c);
    for (slong k = 0; k <= o->nvars && !found; k++) {
        ulong e[MOST] = {0};
        e[k] = (ulong)degree;
        fmpz_mpoly_get_coeff_fmpz_ui(c, p, e, o->ring);
        found = fmpz_sgn(c) < 0;
    }
    fmpz_clear(c);
    return found;
}

/* The next permutation in lexicographic order; false behind the last. */
static bool next_order(slong *order, slong n) {
    slong i = n - 2, j = n - 1;
    while (i >= 0 && order[i] > order[i + 1])
        i--;
    if (i < 0)
        return false;
    while (order[j] < order[i])
        j--;
    slong t = order[i];
    order[i] = order[j];
    order[j] = t;
    for (slong a = i + 1, b = n - 1; a < b; a++, b--) {
        t = order[a];
        order[a] = order[b];
        order[b] = t;
    }
    return true;
}

static bool settle(orders *o, const fmpz_mpoly_t p, int depth);

/* r: p with x of the k-th place in the order := t_1 + ... + t_k. */
static bool put_order(const orders *o, fmpz_mpoly_t r, const fmpz_mpoly_t p, const slong *order) {
    slong n = o->nvars + 1;
    fmpz_mpoly_struct sum[MOST], *image[MOST];
    fmpz_mpoly_t t;
    fmpz_mpoly_init(t, o->ring);
    for (slong k = 0; k < n; k++) {
        fmpz_mpoly_init(sum + k, o->ring);
        fmpz_mpoly_gen(t, k, o->ring);
        if (k > 0)
            fmpz_mpoly_add(sum + k, sum + k - 1, t, o->ring);
        else
            fmpz_mpoly_set(sum + k, t, o->ring);
        image[order[k]] = sum + k;
    }
    bool ok =
        fmpz_mpoly_compose_fmpz_mpoly(r, p, image, o->ring, o->ring) && r->length <= MAX_LENGTH;
    for (slong k = 0; k < n; k++)
        fmpz_mpoly_clear(sum + k, o->ring);
    fmpz_mpoly_clear(t, o->ring);
    return ok;
}

static bool settle_order(orders *o, const fmpz_mpoly_t p, const slong *order, int depth) {
    fmpz_mpoly_t r;
    fmpz_mpoly_init(r, o->ring);
    bool ok = put_order(o, r, p, order) && settle(o, r, depth - 1);
    fmpz_mpoly_clear(r, o->ring);
    return ok;
}

static bool settle(orders *o, const fmpz_mpoly_t p, int depth) {
    slong order[MOST];
    if (no_negative(o, p))
        return true;
    if (depth <= 0 || negative_corner(o, p) || ++o->steps > MAX_STEPS ||
        rk_clock() > o->s->deadline)
        return false;
    for (slong k = 0; k <= o->nvars; k++)
        order[k] = k;
    bool ok = true;
    do
        ok = settle_order(o, p, order, depth);
    while (ok && next_order(order, o->nvars + 1));
    return ok;
}

/* --- as steps of a certificate ------------------------------------------------------------- */

/* What is written of a form: the polynomials that its variables stand for, none negative, and what
   the goal is a multiple of it and a number more: scale*goal = form + more. */
typedef struct written {
    orders *o;
    fmpz_mpoly_struct image[MOST];
    fmpz_t scale, more;
} written;

static void written_init(written *w, orders *o) {
    w->o = o;
    fmpz_init_set_ui(w->scale, 1);
    fmpz_init(w->more);
    for (slong k = 0; k <= o->nvars; k++)
        fmpz_mpoly_init(w->image + k, o->s->ring);
}

static void written_clear(written *w) {
    for (slong k = 0; k <= w->o->nvars; k++)
        fmpz_mpoly_clear(w->image + k, w->o->s->ring);
    fmpz_clear(w->scale);
    fmpz_clear(w->more);
}

static void write_integer(const written *w, const char *before, const fmpz_t c) {
    char *text = fmpz_get_str(NULL, 10, c);
    rk_buf_printf(&w->o->s->steps->text, "%s%s", before, text);
    flint_free(text);
}

/* All coefficients are nonnegative. */
static void write_terms(const written *w, const fmpz_mpoly_t p) {
    rk_steps *steps = w->o->s->steps;
    fmpz_t c;
    fmpz_init(c);
    write_integer(w, "sum ", w->scale);
    if (!fmpz_is_zero(w->more))
        write_integer(w, " | ", w->more);
    for (slong i = 0; i < p->length; i++) {
        fmpz_mpoly_get_term_coeff_fmpz(c, p, i, w->o->ring);
        write_integer(w, " | ", c);
        for (slong k = 0; k <= w->o->nvars; k++) {
            ulong e = fmpz_mpoly_get_term_var_exp_ui(p, i, k, w->o->ring);
            if (e == 0)
                continue;
            rk_buf_puts(&steps->text, "*(");
            rk_steps_put(steps, w->image + k);
            rk_buf_printf(&steps->text, ")^%lu", e);
        }
    }
    rk_buf_putc(&steps->text, '\n');
    fmpz_clear(c);
}

static void write_split(const written *w, const fmpz_mpoly_t p) {
    rk_buf_puts(&w->o->s->steps->text, "split ");
    rk_steps_put(w->o->s->steps, p);
    rk_buf_putc(&w->o->s->steps->text, '\n');
}

static void write_form(const written *w, const fmpz_mpoly_t p);

/* The form in the differences of neighbours. */
static void write_order(const written *w, const fmpz_mpoly_t p, const slong *order) {
    orders *o = w->o;
    fmpz_mpoly_t r;
    written next;
    written_init(&next, o);
    fmpz_set(next.scale, w->scale);
    fmpz_set(next.more, w->more);
    for (slong k = 0; k <= o->nvars; k++)
        if (k == 0)
            fmpz_mpoly_set(next.image, w->image + order[0], o->s->ring);
        else
            fmpz_mpoly_sub(next.image + k, w->image + order[k], w->image + order[k - 1],
                           o->s->ring);
    fmpz_mpoly_init(r, o->ring);
    if (put_order(o, r, p, order))
        write_form(&next, r);
    fmpz_mpoly_clear(r, o->ring);
    written_clear(&next);
}

/* Variables 0 .. n - 1 are in order; the next one is put in its place, from `place` on. */
static void write_orders(const written *w, const fmpz_mpoly_t p, const slong *order, slong n,
                         slong place) {
    slong longer[MOST];
    if (w->o->s->steps->failed)
        return;
    if (n == w->o->nvars + 1) {
        write_order(w, p, order);
        return;
    }
    for (slong k = 0; k <= n; k++)
        longer[k] = k < place ? order[k] : k == place ? n : order[k - 1];
    if (place < n) {
        fmpz_mpoly_t gap;
        fmpz_mpoly_init(gap, w->o->s->ring);
        fmpz_mpoly_sub(gap, w->image + order[place], w->image + n, w->o->s->ring);
        write_split(w, gap);
        fmpz_mpoly_clear(gap, w->o->s->ring);
    }
    write_orders(w, p, longer, n + 1, 0);
    if (place < n)
        write_orders(w, p, order, n, place + 1);
}

static void write_form(const written *w, const fmpz_mpoly_t p) {
    static const slong none[MOST] = {0};
    if (no_negative(w->o, p))
        write_terms(w, p);
    else
        write_orders(w, p, none, 0, 0);
}

/* From variable k on: both signs where it may have both. */
static void write_orthants(written *w, const fmpz_mpoly_t p, slong k, unsigned flips) {
    orders *o = w->o;
    fmpz_mpoly_t x;
    if (k == o->nvars) {
        fmpz_mpoly_init(x, o->ring);
        translate(o, x, p, flips);
        write_form(w, x);
        fmpz_mpoly_clear(x, o->ring);
        return;
    }
    fmpz_mpoly_init(x, o->s->ring);
    fmpz_mpoly_gen(x, o->variable[k], o->s->ring);
    if (o->both[k])
        write_split(w, x);
    fmpz_mpoly_pow_ui(w->image + k, x, o->power[k], o->s->ring);
    write_orthants(w, p, k + 1, flips);
    if (o->both[k]) {
        fmpz_mpoly_pow_ui(w->image + k, x, o->power[k], o->s->ring);
        fmpz_mpoly_neg(w->image + k, w->image + k, o->s->ring);
        write_orthants(w, p, k + 1, flips | 1U << k);
    }
    fmpz_mpoly_clear(x, o->s->ring);
}

/* q: p, or what is left of a multiple of p beside a positive number. */
static void write_all(orders *o, const fmpz_mpoly_t p, const fmpz_mpoly_t q, bool strict) {
    written w;
    fmpz_mpoly_t rest;
    written_init(&w, o);
    fmpz_mpoly_one(w.image + o->nvars, o->s->ring);
    if (strict) {
        fmpz_set_si(w.scale, MILLION);
        fmpz_mpoly_init(rest, o->s->ring);
        fmpz_mpoly_scalar_mul_si(rest, p, MILLION, o->s->ring);
        fmpz_mpoly_sub(rest, rest, q, o->s->ring);
        fmpz_mpoly_get_fmpz(w.more, rest, o->s->ring);
        fmpz_mpoly_clear(rest, o->s->ring);
    }
    rk_steps_fact(o->s->steps, p, rk_inequality_signs(strict));
    write_orthants(&w, q, 0, 0);
    written_clear(&w);
}

/* A positive number beside terms that are nonnegative makes it strict. */
static bool stays_positive(const fmpz_mpoly_t p, const fmpz_mpoly_ctx_struct *ring,
                           fmpz_mpoly_t q) {
    fmpz_t c;
    ulong *e = rk_calloc((size_t)fmpz_mpoly_ctx_nvars(ring) + 1, sizeof *e);
    fmpz_init(c);
    fmpz_mpoly_get_coeff_fmpz_ui(c, p, e, ring);
    bool ok = fmpz_sgn(c) > 0;
    fmpz_mpoly_scalar_mul_si(q, p, MILLION, ring);
    fmpz_mpoly_sub_fmpz(q, q, c, ring); /* p minus a millionth of its constant term */
    fmpz_clear(c);
    rk_free(e);
    return ok;
}

static bool in_all_orthants(orders *o, const fmpz_mpoly_t p) {
    static const int depth[] = {0, 0, 6, 4, 2};
    bool ok = true;
    for (unsigned flips = 0; flips < 1U << o->nvars && ok; flips++) {
        bool apt = true;
        for (slong k = 0; k < o->nvars; k++)
            apt = apt && (o->both[k] || !(flips >> k & 1));
        if (!apt)
            continue;
        fmpz_mpoly_t q;
        fmpz_mpoly_init(q, o->ring);
        translate(o, q, p, flips);
        ok = settle(o, q, depth[o->nvars + 1]);
        fmpz_mpoly_clear(q, o->ring);
    }
    return ok;
}

bool rk_inequality_order(rk_inequalities *s, const fmpz_mpoly_t p, bool strict) {
    orders o = {.s = s};
    fmpz_mpoly_t q;
    if (p->length > MAX_TERMS || !choose(&o, p))
        return false;
    fmpz_mpoly_ctx_init(o.ring, o.nvars + 1, ORD_LEX);
    fmpz_mpoly_init(q, s->ring);
    fmpz_mpoly_set(q, p, s->ring);
    bool ok = (!strict || stays_positive(p, s->ring, q)) && in_all_orthants(&o, q);
    if (ok && s->steps != NULL)
        write_all(&o, p, q, strict);
    fmpz_mpoly_clear(q, s->ring);
    fmpz_mpoly_ctx_clear(o.ring);
    return ok;
}
