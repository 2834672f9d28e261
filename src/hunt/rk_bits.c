#include "rk_bits.h"

#define NO (-RK_TRUE_LITERAL)

/* Bits that two's complement needs for low .. high. */
static int width_of(int64_t low, int64_t high) {
    int width = 1;
    while (width < 62 && (low < -(INT64_C(1) << (width - 1)) || high >= INT64_C(1) << (width - 1)))
        width++;
    return width;
}

static rk_bits blank(int64_t low, int64_t high, int64_t bottom) {
    rk_bits r = {.width = width_of(low, high), .low = low, .high = high, .bottom = bottom};
    r.wide = r.width > RK_BITS_MOST || bottom > (INT64_C(1) << 20);
    return r;
}

static rk_bits wide(void) {
    return (rk_bits){.wide = true, .bottom = 1};
}

static rk_bits residue(int literal) {
    return (rk_bits){.width = 1, .low = 0, .high = 1, .bottom = 0, .bit = {literal}};
}

static bool is_constant(const rk_bits *a) {
    return a->low == a->high;
}

/* The literal of the number mod 2; 0 for what has none there. */
static int low_bit(const rk_bits *a) {
    return a->wide || (a->bottom > 0 && a->bottom % 2 == 0) ? 0 : a->bit[0];
}

/* Are residues among the two? Then *x and *y are their literals, 0 for what has none. */
static bool residues(const rk_bits *a, const rk_bits *b, int *x, int *y) {
    *x = low_bit(a);
    *y = low_bit(b);
    return a->bottom == 0 || b->bottom == 0;
}

/* Bit i, the sign carried on. */
static int bit_at(const rk_bits *a, int i) {
    return a->bit[i < a->width ? i : a->width - 1];
}

rk_bits rk_bits_constant(int64_t top, int64_t bottom) {
    rk_bits r = blank(top, top, bottom);
    for (int i = 0; i < r.width && !r.wide; i++)
        r.bit[i] = (top >> i) & 1 ? RK_TRUE_LITERAL : NO;
    return r;
}

static void require_at_least(rk_cnf *f, const rk_bits *a, int64_t low) {
    rk_bits least = rk_bits_constant(low, a->bottom);
    rk_cnf_require(f, -rk_bits_less(f, a, &least));
}

static void require_at_most(rk_cnf *f, const rk_bits *a, int64_t high) {
    rk_bits most = rk_bits_constant(high, a->bottom);
    rk_cnf_require(f, -rk_bits_less(f, &most, a));
}

rk_bits rk_bits_unknown(rk_cnf *f, int64_t low, int64_t high, int64_t bottom) {
    if (bottom == 0)
        return residue(rk_cnf_variable(f));
    rk_bits r = blank(low, high, bottom);
    if (r.wide)
        return r;
    for (int i = 0; i < r.width; i++)
        r.bit[i] = low >= 0 && i == r.width - 1 ? NO : rk_cnf_variable(f);
    int64_t reach = INT64_C(1) << (r.width - 1);
    if (low > (low >= 0 ? 0 : -reach))
        require_at_least(f, &r, low);
    if (high < reach - 1)
        require_at_most(f, &r, high);
    return r;
}

/* a + b, or a + not b + 1; of equal denominators. */
static rk_bits ripple(rk_cnf *f, const rk_bits *a, const rk_bits *b, bool minus, rk_bits r) {
    int carry = minus ? RK_TRUE_LITERAL : NO;
    for (int i = 0; i < r.width && !r.wide; i++) {
        int x = bit_at(a, i), y = minus ? -bit_at(b, i) : bit_at(b, i);
        r.bit[i] = rk_cnf_xor(f, rk_cnf_xor(f, x, y), carry);
        carry = rk_cnf_majority(f, x, y, carry);
    }
    return r;
}

static rk_bits times(rk_cnf *f, const rk_bits *a, int64_t factor) {
    if (factor == 1)
        return *a;
    rk_bits by = rk_bits_constant(factor, 1), r = rk_bits_mul(f, a, &by);
    r.bottom = a->bottom;
    return r;
}

/* Makes the denominators equal. */
static void meet(rk_cnf *f, rk_bits *a, rk_bits *b) {
    if (a->bottom == b->bottom || a->wide || b->wide)
        return;
    int64_t x = a->bottom, y = b->bottom, g = x, h = y;
    while (h != 0) {
        int64_t rest = g % h;
        g = h;
        h = rest;
    }
    *a = times(f, a, y / g);
    *b = times(f, b, x / g);
    a->bottom = b->bottom = x / g * y;
}

static rk_bits sum(rk_cnf *f, const rk_bits *a, const rk_bits *b, bool minus) {
    int p, q;
    if (residues(a, b, &p, &q))
        return p && q ? residue(rk_cnf_xor(f, p, q)) : wide();
    rk_bits x = *a, y = *b;
    meet(f, &x, &y);
    if (x.wide || y.wide)
        return wide();
    int64_t low = x.low + (minus ? -y.high : y.low), high = x.high + (minus ? -y.low : y.high);
    return ripple(f, &x, &y, minus, blank(low, high, x.bottom));
}

rk_bits rk_bits_add(rk_cnf *f, const rk_bits *a, const rk_bits *b) {
    return sum(f, a, b, false);
}

rk_bits rk_bits_sub(rk_cnf *f, const rk_bits *a, const rk_bits *b) {
    return sum(f, a, b, true);
}

static int64_t smallest(const int64_t *x) {
    int64_t r = x[0];
    for (int i = 1; i < 4; i++)
        r = x[i] < r ? x[i] : r;
    return r;
}

static int64_t largest(const int64_t *x) {
    int64_t r = x[0];
    for (int i = 1; i < 4; i++)
        r = x[i] > r ? x[i] : r;
    return r;
}

/* a * 2^shift where the literal holds, else 0, as wide as r. */
static rk_bits partial(rk_cnf *f, const rk_bits *a, int literal, int shift, const rk_bits *r) {
    rk_bits p = *r;
    for (int i = 0; i < p.width; i++)
        p.bit[i] = i < shift ? NO : rk_cnf_and(f, literal, bit_at(a, i - shift));
    return p;
}

rk_bits rk_bits_mul(rk_cnf *f, const rk_bits *a, const rk_bits *b) {
    int p, q;
    if (residues(a, b, &p, &q))
        return p && q ? residue(rk_cnf_and(f, p, q)) : wide();
    if (a->wide || b->wide || a->width + b->width > 60)
        return wide();
    if (is_constant(a) && !is_constant(b))
        return rk_bits_mul(f, b, a);
    int64_t corner[4] = {a->low * b->low, a->low * b->high, a->high * b->low, a->high * b->high};
    rk_bits r = blank(smallest(corner), largest(corner), a->bottom * b->bottom);
    if (r.wide)
        return r;
    rk_bits total = r;
    for (int i = 0; i < r.width; i++)
        total.bit[i] = NO;
    for (int k = 0; k < b->width; k++) {
        if (b->bit[k] == NO)
            continue;
        rk_bits part = partial(f, a, b->bit[k], k, &r);
        total = ripple(f, &total, &part, k == b->width - 1, r); /* the sign bit counts negative */
    }
    return total;
}

rk_bits rk_bits_select(rk_cnf *f, int literal, const rk_bits *a, const rk_bits *b) {
    int p, q;
    if (residues(a, b, &p, &q))
        return p && q ? residue(rk_cnf_or(f, rk_cnf_and(f, literal, p), rk_cnf_and(f, -literal, q)))
                      : wide();
    rk_bits x = *a, y = *b;
    meet(f, &x, &y);
    if (x.wide || y.wide)
        return wide();
    rk_bits r = blank(x.low < y.low ? x.low : y.low, x.high > y.high ? x.high : y.high, x.bottom);
    for (int i = 0; i < r.width && !r.wide; i++)
        r.bit[i] = rk_cnf_or(f, rk_cnf_and(f, literal, bit_at(&x, i)),
                             rk_cnf_and(f, -literal, bit_at(&y, i)));
    return r;
}

int rk_bits_equal(rk_cnf *f, const rk_bits *a, const rk_bits *b) {
    int p, q;
    if (residues(a, b, &p, &q))
        return p && q ? -rk_cnf_xor(f, p, q) : 0;
    rk_bits x = *a, y = *b;
    meet(f, &x, &y);
    if (x.wide || y.wide)
        return 0;
    if (x.high < y.low || y.high < x.low)
        return NO;
    int r = RK_TRUE_LITERAL, width = x.width > y.width ? x.width : y.width;
    for (int i = 0; i < width; i++)
        r = rk_cnf_and(f, r, -rk_cnf_xor(f, bit_at(&x, i), bit_at(&y, i)));
    return r;
}

int rk_bits_negative(const rk_bits *a) {
    return a->wide || a->bottom == 0 ? 0
           : a->low >= 0             ? NO
           : a->high < 0             ? RK_TRUE_LITERAL
                                     : a->bit[a->width - 1];
}

int rk_bits_less(rk_cnf *f, const rk_bits *a, const rk_bits *b) {
    rk_bits difference = rk_bits_sub(f, a, b);
    return rk_bits_negative(&difference);
}

int64_t rk_bits_value(rk_solving *s, const rk_bits *a) {
    if (a->bottom == 0)
        return rk_solving_value(s, a->bit[0]);
    int64_t value = 0;
    for (int i = 0; i < a->width; i++)
        if (rk_solving_value(s, a->bit[i]))
            value += i == a->width - 1 ? -(INT64_C(1) << i) : INT64_C(1) << i;
    return value;
}
