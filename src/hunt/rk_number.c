#include "rk_number.h"

#include <string.h>

enum {
    PRIMES = 4,        /* 2, 3, 5, 7 */
    FEWEST_BITS = 40,  /* enclosures with fewer say nothing */
    WORKING_BITS = 640 /* more than any enclosure is good for */
};

/* --- relations ------------------------------------------------------------------------------ */

/* How many binary places of x are known; 0: none. */
static slong known_places(const arb_t x) {
    if (arb_is_exact(x))
        return WORKING_BITS;
    slong places = -MAG_EXP(arb_radref(x)) - 1; /* the exponent is small: see rk_number_relation */
    return places < 0 ? 0 : places < WORKING_BITS ? places : WORKING_BITS;
}

static bool is_tame(const arb_t x) {
    return arb_is_finite(x) && arf_cmpabs_2exp_si(arb_midref(x), 64) < 0 &&
           mag_cmp_2exp_si(arb_radref(x), -FEWEST_BITS) < 0 &&
           (arb_is_exact(x) || !COEFF_IS_MPZ(MAG_EXP(arb_radref(x))));
}

/* Row i is the i-th unit vector followed by x[i] in units of 2^-places. */
static void fill_lattice(fmpz_mat_t m, const arb_struct *x, slong n, slong places) {
    arf_t scaled;
    arf_init(scaled);
    for (slong i = 0; i < n; i++) {
        fmpz_one(fmpz_mat_entry(m, i, i));
        arf_mul_2exp_si(scaled, arb_midref(x + i), places);
        arf_get_fmpz(fmpz_mat_entry(m, i, n), scaled, ARF_RND_NEAR);
    }
    arf_clear(scaled);
}

/* A random vector of the reduced lattice has entries of about places/n bits. */
static bool is_short(const fmpz_mat_t m, slong n, slong places) {
    for (slong i = 0; i <= n; i++)
        if ((slong)fmpz_bits(fmpz_mat_entry(m, 0, i)) > (11 * places) / (20 * n))
            return false;
    return true;
}

static bool holds(const fmpz *c, const arb_struct *x, slong n) {
    arb_t sum;
    arb_init(sum);
    for (slong i = 0; i < n; i++)
        arb_addmul_fmpz(sum, x + i, c + i, WORKING_BITS);
    bool zero = arb_contains_zero(sum);
    arb_clear(sum);
    return zero;
}

bool rk_number_relation(fmpz *c, const arb_struct *x, slong n) {
    slong places = WORKING_BITS;
    for (slong i = 0; i < n; i++) {
        if (!is_tame(x + i))
            return false;
        slong known = known_places(x + i);
        places = known < places ? known : places;
    }
    fmpz_mat_t m;
    fmpz_lll_t how;
    fmpz_mat_init(m, n, n + 1);
    fill_lattice(m, x, n, places);
    fmpz_lll_context_init_default(how);
    fmpz_lll(m, NULL, how);
    for (slong i = 0; i < n; i++)
        fmpz_set(c + i, fmpz_mat_entry(m, 0, i));
    bool found = is_short(m, n, places) && holds(c, x, n);
    fmpz_mat_clear(m);
    return found;
}

bool rk_number_rational(fmpq_t r, const arb_t x) {
    arb_struct *pair = _arb_vec_init(2);
    fmpz *c = _fmpz_vec_init(2);
    arb_one(pair);
    arb_set(pair + 1, x);
    bool found = rk_number_relation(c, pair, 2) && !fmpz_is_zero(c + 1);
    if (found) {
        fmpz_neg(c, c);
        fmpq_set_fmpz_frac(r, c, c + 1);
    }
    _arb_vec_clear(pair, 2);
    _fmpz_vec_clear(c, 2);
    return found;
}

/* --- text ----------------------------------------------------------------------------------- */

static void put_fmpz(rk_buf *out, const fmpz_t x) {
    char *text = fmpz_get_str(NULL, 10, x);
    rk_buf_puts(out, text);
    flint_free(text);
}

static void put_fmpq(rk_buf *out, const fmpq_t x) {
    char *text = fmpq_get_str(NULL, 10, x);
    rk_buf_puts(out, text);
    flint_free(text);
}

/* "2*name", "-name" behind what is there, with " + " or " - " when something is. */
static void put_multiple(rk_buf *out, bool behind, const fmpz_t q, const char *name) {
    fmpz_t modulus;
    fmpz_init(modulus);
    fmpz_abs(modulus, q);
    if (behind)
        rk_buf_puts(out, fmpz_sgn(q) < 0 ? " - " : " + ");
    else
        rk_buf_puts(out, fmpz_sgn(q) < 0 ? "-" : "");
    if (!fmpz_is_one(modulus)) {
        put_fmpz(out, modulus);
        rk_buf_putc(out, '*');
    }
    rk_buf_puts(out, name);
    fmpz_clear(modulus);
}

/* (p + q*name)/r, the three without common factor, r > 0, q != 0. */
static void put_linear(rk_buf *out, const fmpz_t p, const fmpz_t q, const char *name,
                       const fmpz_t r) {
    bool both = !fmpz_is_zero(p), over = !fmpz_is_one(r);
    rk_buf_puts(out, both && over ? "(" : "");
    if (both)
        put_fmpz(out, p);
    put_multiple(out, both, q, name);
    rk_buf_puts(out, both && over ? ")" : "");
    if (over) {
        rk_buf_putc(out, '/');
        put_fmpz(out, r);
    }
}

/* Takes squares of small primes, and a square that is left whole, out of d into q. */
static void take_squares(fmpz_t q, fmpz_t d) {
    fmpz_t square, root;
    fmpz_init(square);
    fmpz_init(root);
    for (ulong p = 2; p < 1000; p++)
        for (;;) {
            fmpz_set_ui(square, p * p);
            if (fmpz_cmp(square, d) > 0 || !fmpz_divisible(d, square))
                break;
            fmpz_divexact(d, d, square);
            fmpz_mul_ui(q, q, p);
        }
    if (fmpz_is_square(d)) {
        fmpz_sqrt(root, d);
        fmpz_mul(q, q, root);
        fmpz_one(d);
    }
    fmpz_clear(square);
    fmpz_clear(root);
}

static void reduce_linear(fmpz_t p, fmpz_t q, fmpz_t r) {
    fmpz_t g;
    fmpz_init(g);
    fmpz_gcd(g, p, q);
    fmpz_gcd(g, g, r);
    if (fmpz_sgn(r) < 0)
        fmpz_neg(g, g);
    fmpz_divexact(p, p, g);
    fmpz_divexact(q, q, g);
    fmpz_divexact(r, r, g);
    fmpz_clear(g);
}

void rk_number_print_surd(rk_buf *out, const fmpz_t p, const fmpz_t q, const fmpz_t d,
                          const fmpz_t r) {
    fmpz_t a, b, root, c;
    rk_buf name;
    rk_buf_init(&name);
    fmpz_init_set(a, p);
    fmpz_init_set(b, q);
    fmpz_init_set(root, d);
    fmpz_init_set(c, r);
    if (fmpz_is_zero(root))
        fmpz_zero(b);
    if (!fmpz_is_zero(b))
        take_squares(b, root);
    if (fmpz_is_one(root)) {
        fmpz_add(a, a, b);
        fmpz_zero(b);
    }
    reduce_linear(a, b, c);
    rk_buf_puts(&name, "sqrt(");
    put_fmpz(&name, root);
    rk_buf_putc(&name, ')');
    if (fmpz_is_zero(b)) {
        fmpq_t x;
        fmpq_init(x);
        fmpq_set_fmpz_frac(x, a, c);
        put_fmpq(out, x);
        fmpq_clear(x);
    } else {
        put_linear(out, a, b, name.text, c);
    }
    fmpz_clear(a);
    fmpz_clear(b);
    fmpz_clear(root);
    fmpz_clear(c);
    rk_buf_clear(&name);
}

/* --- the kinds of numbers ------------------------------------------------------------------- */

static bool as_rational(rk_buf *out, const arb_t x) {
    fmpq_t r;
    fmpq_init(r);
    bool found = rk_number_rational(r, x);
    if (found)
        put_fmpq(out, r);
    fmpq_clear(r);
    return found;
}

void rk_number_print_root(rk_buf *out, const fmpz *c, const arb_t x) {
    fmpz_t p, q, d, r;
    arb_t middle;
    fmpz_init(p);
    fmpz_init(q);
    fmpz_init(d);
    fmpz_init(r);
    arb_init(middle);
    fmpz_mul(d, c + 1, c + 1);
    fmpz_mul(r, c, c + 2);
    fmpz_submul_ui(d, r, 4);
    fmpz_mul_2exp(r, c + 2, 1);
    fmpz_neg(p, c + 1);
    arb_mul_fmpz(middle, x, r, WORKING_BITS);
    arb_sub_fmpz(middle, middle, p, WORKING_BITS);
    fmpz_set_si(q, arb_is_negative(middle) ? -1 : 1); /* r*x - p = q*sqrt(d) */
    rk_number_print_surd(out, p, q, d, r);
    fmpz_clear(p);
    fmpz_clear(q);
    fmpz_clear(d);
    fmpz_clear(r);
    arb_clear(middle);
}

static bool as_quadratic(rk_buf *out, const arb_t x) {
    arb_struct *power = _arb_vec_init(3);
    fmpz *c = _fmpz_vec_init(3);
    arb_one(power);
    arb_set(power + 1, x);
    arb_sqr(power + 2, x, WORKING_BITS);
    bool found = rk_number_relation(c, power, 3) && !fmpz_is_zero(c + 2);
    if (found)
        rk_number_print_root(out, c, x);
    _arb_vec_clear(power, 3);
    _fmpz_vec_clear(c, 3);
    return found;
}

/* log(r) for r = product of the primes to these powers, g the factor that was taken out. */
static void put_log(rk_buf *name, fmpz_t g, const fmpz *power) {
    static const ulong prime[PRIMES] = {2, 3, 5, 7};
    fmpq_t r;
    fmpz_t factor;
    fmpq_init(r);
    fmpz_init(factor);
    fmpq_one(r);
    fmpz_zero(g);
    for (slong k = 0; k < PRIMES; k++)
        fmpz_gcd(g, g, power + k);
    for (slong k = 0; k < PRIMES; k++) {
        if (fmpz_is_zero(power + k))
            continue;
        slong e = fmpz_get_si(power + k) / fmpz_get_si(g);
        fmpz_ui_pow_ui(factor, prime[k], (ulong)(e < 0 ? -e : e));
        if (e < 0)
            fmpq_div_fmpz(r, r, factor);
        else
            fmpq_mul_fmpz(r, r, factor);
    }
    if (fmpz_is_one(fmpq_numref(r))) { /* log(1/2) = -log(2) */
        fmpq_inv(r, r);
        fmpz_neg(g, g);
    }
    rk_buf_puts(name, "log(");
    put_fmpq(name, r);
    rk_buf_putc(name, ')');
    fmpq_clear(r);
    fmpz_clear(factor);
}

static bool powers_are_small(const fmpz *power) {
    for (slong k = 0; k < PRIMES; k++)
        if (fmpz_cmpabs(power + k, (const fmpz[]){64}) > 0)
            return false;
    return true;
}

/* c0*x + c1 + sum of powers times logarithms of primes = 0. */
static bool put_logs(rk_buf *out, const fmpz *c) {
    fmpz_t p, g, r;
    rk_buf name;
    bool good = powers_are_small(c + 2) && !fmpz_is_zero(c);
    if (!good)
        return false;
    rk_buf_init(&name);
    fmpz_init(p);
    fmpz_init(g);
    fmpz_init(r);
    put_log(&name, g, c + 2);
    fmpz_neg(p, c + 1);
    fmpz_neg(g, g);
    fmpz_set(r, c);
    good = !fmpz_is_zero(g);
    if (good) {
        reduce_linear(p, g, r);
        put_linear(out, p, g, name.text, r);
    }
    fmpz_clear(p);
    fmpz_clear(g);
    fmpz_clear(r);
    rk_buf_clear(&name);
    return good;
}

static bool as_logs(rk_buf *out, const arb_t x) {
    static const ulong prime[PRIMES] = {2, 3, 5, 7};
    arb_struct *part = _arb_vec_init(PRIMES + 2);
    fmpz *c = _fmpz_vec_init(PRIMES + 2);
    arb_set(part, x);
    arb_one(part + 1);
    for (slong k = 0; k < PRIMES; k++)
        arb_log_ui(part + 2 + k, prime[k], WORKING_BITS);
    bool found = rk_number_relation(c, part, PRIMES + 2) && put_logs(out, c);
    _arb_vec_clear(part, PRIMES + 2);
    _fmpz_vec_clear(c, PRIMES + 2);
    return found;
}

static bool as_simple(rk_buf *out, const arb_t x) {
    return as_rational(out, x) || as_quadratic(out, x) || as_logs(out, x);
}

/* --- what becomes simple -------------------------------------------------------------------- */

typedef struct disguise {
    void (*image)(arb_t y, const arb_t x); /* of x > 0; y is not finite where there is none */
    const char *before, *after;            /* x = before y after */
} disguise;

static void image_exp(arb_t y, const arb_t x) {
    arb_exp(y, x, WORKING_BITS);
}

static void image_log(arb_t y, const arb_t x) {
    arb_log(y, x, WORKING_BITS);
}

static void image_square(arb_t y, const arb_t x) {
    arb_sqr(y, x, WORKING_BITS);
}

static void image_inverse(arb_t y, const arb_t x) {
    arb_inv(y, x, WORKING_BITS);
}

static void image_exp_square(arb_t y, const arb_t x) {
    arb_sqr(y, x, WORKING_BITS);
    arb_exp(y, y, WORKING_BITS);
}

static void image_log_two(arb_t y, const arb_t x) {
    arb_t base;
    arb_init(base);
    arb_const_log2(base, WORKING_BITS);
    arb_mul(y, x, base, WORKING_BITS);
    arb_clear(base);
}

static void image_log_three(arb_t y, const arb_t x) {
    arb_t base;
    arb_init(base);
    arb_log_ui(base, 3, WORKING_BITS);
    arb_mul(y, x, base, WORKING_BITS);
    arb_clear(base);
}

static const disguise disguises[] = {
    {image_exp, "log(", ")"},
    {image_log, "exp(", ")"},
    {image_square, "sqrt(", ")"},
    {image_inverse, "1/(", ")"},
    {image_exp_square, "sqrt(log(", "))"},
    {image_log_two, "(", ")/log(2)"},
    {image_log_three, "(", ")/log(3)"},
};

static bool as_disguised(rk_buf *out, const arb_t x) {
    rk_buf inner;
    arb_t y;
    bool found = false;
    rk_buf_init(&inner);
    arb_init(y);
    for (size_t k = 0; k < sizeof disguises / sizeof *disguises && !found; k++) {
        disguises[k].image(y, x);
        found = arb_is_finite(y) && as_simple(&inner, y);
        if (found)
            rk_buf_printf(out, "%s%s%s", disguises[k].before, inner.text, disguises[k].after);
    }
    arb_clear(y);
    rk_buf_clear(&inner);
    return found;
}

/* exp(x) is short also for negative x: log(1/3) reads better than -(log(3)). */
static bool as_negative(rk_buf *out, const arb_t x) {
    rk_buf inner;
    arb_t y;
    rk_buf_init(&inner);
    arb_init(y);
    arb_neg(y, x);
    bool found = as_disguised(&inner, y);
    if (found)
        rk_buf_printf(out, "-%s", inner.text);
    arb_clear(y);
    rk_buf_clear(&inner);
    return found;
}

bool rk_number_recognise(rk_buf *out, const arb_t x) {
    if (!is_tame(x))
        return false;
    if (as_simple(out, x))
        return true;
    return arb_is_positive(x) ? as_disguised(out, x) : arb_is_negative(x) && as_negative(out, x);
}
