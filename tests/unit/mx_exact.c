#include "mx_exact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rk_mem.h"
#include "calculus/rk_scalar.h"
#include "hunt/rk_element.h"

enum { MOST_SYMBOLS = 4096, MOST_ENTRIES = 1600, MOST_BITS = 20000, MOST_DEPTH = 64 };

/* --- points ----------------------------------------------------------------------------------- */

typedef struct drawn { /* a variable's member, a fresh matrix or a fresh number */
    unsigned kind, var;
    int64_t member;
    fmpq_mat_t value;
} drawn;

enum { OF_VARIABLE, OF_FRESH_MATRIX, OF_FRESH_NUMBER };

typedef struct running { /* value of the fold whose index is sym */
    unsigned sym;
    const fmpq_mat_struct *value;
    struct running *next;
} running;

struct mx_point {
    const rk_checked *checked;
    rk_rng rng;
    int64_t *sym;
    bool *bound;
    drawn *value[512];
    size_t nvalues;
    rk_pattern *prefer; /* COUNT: any */
    running *folds;
    unsigned depth; /* loops that are being gone through */
};

mx_point *mx_point_new(const rk_checked *checked, const int64_t *dims, uint64_t seed) {
    static const unsigned char digest[32] = "mx_exact";
    mx_point *p = rk_calloc(1, sizeof *p);
    p->checked = checked;
    p->rng = rk_rng_trial(seed, digest, 0);
    p->sym = rk_calloc(MOST_SYMBOLS, sizeof *p->sym);
    p->bound = rk_calloc(MOST_SYMBOLS, sizeof *p->bound);
    p->prefer = rk_calloc(checked->nvars + 1, sizeof *p->prefer);
    for (size_t i = 0; i < checked->nvars; i++)
        p->prefer[i] = RK_PATTERN_COUNT;
    for (size_t i = 0; i < checked->ndims; i++)
        mx_point_set_sym(p, checked->dims[i].sym, dims[i]);
    return p;
}

void mx_point_free(mx_point *p) {
    for (size_t i = 0; i < p->nvalues; i++) {
        fmpq_mat_clear(p->value[i]->value);
        rk_free(p->value[i]);
    }
    rk_free(p->sym);
    rk_free(p->bound);
    rk_free(p->prefer);
    rk_free(p);
}

rk_rng *mx_point_rng(mx_point *p) {
    return &p->rng;
}

void mx_point_set_sym(mx_point *p, unsigned sym, int64_t value) {
    if (sym < MOST_SYMBOLS) {
        p->sym[sym] = value;
        p->bound[sym] = true;
    }
}

bool mx_point_sym(const mx_point *p, unsigned sym, int64_t *value) {
    if (sym >= MOST_SYMBOLS || !p->bound[sym])
        return false;
    *value = p->sym[sym];
    return true;
}

void mx_point_prefer(mx_point *p, unsigned var, rk_pattern pattern) {
    p->prefer[var] = pattern;
}

static mx_ev worst(mx_ev a, mx_ev b) {
    return a > b ? a : b;
}

static mx_ev size_value(const mx_point *p, const rk_size *size, int64_t *value) {
    return rk_size_eval(size, p->sym, value) == RK_SIZE_OK ? MX_OK : MX_UNDEFINED;
}

bool mx_point_size(const mx_point *p, const rk_size *size, int64_t *value) {
    return size_value(p, size, value) == MX_OK;
}

static drawn *find(mx_point *p, unsigned kind, unsigned var, int64_t member) {
    for (size_t i = 0; i < p->nvalues; i++) {
        drawn *d = p->value[i];
        if (d->kind == kind && d->var == var && d->member == member)
            return d;
    }
    return NULL;
}

static drawn *keep(mx_point *p, unsigned kind, unsigned var, int64_t member, slong rows,
                   slong cols) {
    drawn *d = rk_calloc(1, sizeof *d);
    d->kind = kind;
    d->var = var;
    d->member = member;
    fmpq_mat_init(d->value, rows, cols);
    if (p->nvalues == sizeof p->value / sizeof *p->value)
        abort();
    p->value[p->nvalues++] = d;
    return d;
}

/* A matrix drawn before, or its transpose, inverse or negative, where it fits shape and set. */
static bool related(mx_point *p, rk_set set, fmpq_mat_t out) {
    if (p->nvalues < 2 || rk_rng_below(&p->rng, 4) != 0)
        return false;
    const drawn *d = p->value[rk_rng_below(&p->rng, p->nvalues - 1)];
    fmpq_mat_t x;
    bool turned = rk_rng_below(&p->rng, 2) == 0, good;
    if (turned) {
        fmpq_mat_init(x, fmpq_mat_ncols(d->value), fmpq_mat_nrows(d->value));
        fmpq_mat_transpose(x, d->value);
    } else {
        fmpq_mat_init_set(x, d->value);
    }
    if (fmpq_mat_is_square(x) && !fmpq_mat_is_empty(x) && rk_rng_below(&p->rng, 3) == 0)
        (void)fmpq_mat_inv(x, x);
    if (rk_rng_below(&p->rng, 2) == 0)
        fmpq_mat_neg(x, x);
    good = fmpq_mat_nrows(x) == fmpq_mat_nrows(out) && fmpq_mat_ncols(x) == fmpq_mat_ncols(out) &&
           rk_set_contains(set, x);
    if (good)
        fmpq_mat_set(out, x);
    fmpq_mat_clear(x);
    return good;
}

static void scale(fmpq_mat_t a, int64_t num, ulong den) {
    fmpq_t c;
    fmpq_init(c);
    fmpq_set_si(c, (slong)num, den);
    fmpq_mat_scalar_mul_fmpq(a, a, c);
    fmpq_clear(c);
}

static void draw(mx_point *p, rk_set set, rk_pattern prefer, bool interior, fmpq_mat_t out) {
    static const rk_entries kinds[] = {RK_ENTRIES_SMALL, RK_ENTRIES_SIGNS, RK_ENTRIES_SMALL,
                                       RK_ENTRIES_FRACTIONS, RK_ENTRIES_BITS};
    rk_palette palette = {kinds[rk_rng_below(&p->rng, 5)], NULL, 0};
    rk_slot slot = {.set = set, .rows = fmpq_mat_nrows(out), .cols = fmpq_mat_ncols(out)};
    if (fmpq_mat_is_empty(out))
        return;
    if (interior) {
        rk_draw_interior(&slot, &p->rng, out);
        if (set == RK_SET_PSD) /* not always with an eigenvalue 1 */
            scale(out, rk_rng_between(&p->rng, 8, 60), 7);
        return;
    }
    if (prefer != RK_PATTERN_COUNT)
        rk_draw_slot(&slot, prefer, &palette, &p->rng, out);
    else if (!related(p, set, out))
        rk_draw_slot(&slot, (rk_pattern)rk_rng_below(&p->rng, RK_PATTERN_COUNT), &palette, &p->rng,
                     out);
}

static mx_ev variable(mx_point *p, unsigned var, int64_t member, fmpq_mat_struct **out) {
    const rk_var *v = &p->checked->vars[var];
    drawn *d = find(p, OF_VARIABLE, var, member);
    int64_t rows, cols, last = 0;
    if (d == NULL) {
        mx_ev ev = worst(size_value(p, v->rows, &rows), size_value(p, v->cols, &cols));
        if (v->family != NULL)
            ev = worst(ev, size_value(p, v->family, &last));
        if (ev != MX_OK || rows < 1 || cols < 1 ||
            (v->family != NULL && (member < 1 || member > last)))
            return MX_UNDEFINED;
        d = keep(p, OF_VARIABLE, var, member, (slong)rows, (slong)cols);
        draw(p, v->set, p->prefer[var], v->quant == RK_GENERIC, d->value);
    }
    *out = d->value;
    return MX_OK;
}

fmpq_mat_struct *mx_point_variable(mx_point *p, unsigned var, int64_t member) {
    fmpq_mat_struct *out = NULL;
    return variable(p, var, member, &out) == MX_OK ? out : NULL;
}

void mx_point_forget_fresh(mx_point *p) {
    size_t kept = 0;
    for (size_t i = 0; i < p->nvalues; i++) {
        drawn *d = p->value[i];
        if (d->kind == OF_VARIABLE) {
            p->value[kept++] = d;
            continue;
        }
        fmpq_mat_clear(d->value);
        rk_free(d);
    }
    p->nvalues = kept;
}

void mx_point_set_fresh(mx_point *p, unsigned var, const fmpq_mat_t value) {
    drawn *d = keep(p, OF_FRESH_MATRIX, var, (int64_t)RK_L_FRESH, value->r, value->c);
    fmpq_mat_set(d->value, value);
}

void mx_point_redraw_generic(mx_point *p) {
    for (size_t i = 0; i < p->nvalues; i++) {
        drawn *d = p->value[i];
        if (d->kind == OF_VARIABLE && p->checked->vars[d->var].quant == RK_GENERIC)
            draw(p, p->checked->vars[d->var].set, RK_PATTERN_COUNT, true, d->value);
    }
}

void mx_point_print(mx_point *p) {
    for (size_t i = 0; i < p->checked->ndims; i++)
        printf("# %s = %lld\n", p->checked->dims[i].name,
               (long long)p->sym[p->checked->dims[i].sym]);
    for (size_t i = 0; i < p->nvalues; i++) {
        const drawn *d = p->value[i];
        printf("# %s%u[%lld] =", d->kind == OF_VARIABLE ? p->checked->vars[d->var].name : "fresh",
               d->var, (long long)d->member);
        for (slong r = 0; r < fmpq_mat_nrows(d->value); r++)
            for (slong c = 0; c < fmpq_mat_ncols(d->value); c++) {
                char *text = fmpq_get_str(NULL, 10, fmpq_mat_entry(d->value, r, c));
                printf("%s %s", c == 0 && r > 0 ? ";" : "", text);
                flint_free(text);
            }
        printf("\n");
    }
}

/* --- matrices over Q -------------------------------------------------------------------------- */

static void resize(fmpq_mat_t r, slong rows, slong cols) {
    fmpq_mat_clear(r);
    fmpq_mat_init(r, rows, cols);
}

static void move(fmpq_mat_t r, fmpq_mat_t a) { /* a is cleared */
    fmpq_mat_swap(r, a);
    fmpq_mat_clear(a);
}

static bool small(const fmpq_mat_t a) {
    slong bits = 0;
    for (slong i = 0; i < fmpq_mat_nrows(a); i++)
        for (slong j = 0; j < fmpq_mat_ncols(a); j++)
            bits += (slong)fmpz_bits(fmpq_mat_entry_num(a, i, j)) +
                    (slong)fmpz_bits(fmpq_mat_entry_den(a, i, j));
    return bits < MOST_BITS;
}

static bool is_scalar(const fmpq_mat_t a) {
    return fmpq_mat_nrows(a) == 1 && fmpq_mat_ncols(a) == 1;
}

static void set_scalar(fmpq_mat_t r, const fmpq_t x) {
    resize(r, 1, 1);
    fmpq_set(fmpq_mat_entry(r, 0, 0), x);
}

static void set_si(fmpq_mat_t r, slong x) {
    resize(r, 1, 1);
    fmpq_set_si(fmpq_mat_entry(r, 0, 0), x, 1);
}

static void filled(fmpq_mat_t r, slong rows, slong cols, slong value) {
    resize(r, rows, cols);
    for (slong i = 0; i < rows; i++)
        for (slong j = 0; j < cols; j++)
            fmpq_set_si(fmpq_mat_entry(r, i, j), value, 1);
}

static slong rank_of(const fmpq_mat_t a) {
    fmpz_mat_t z;
    fmpz_mat_init(z, fmpq_mat_nrows(a), fmpq_mat_ncols(a));
    fmpq_mat_get_fmpz_mat_rowwise(z, NULL, a);
    slong rank = fmpz_mat_is_empty(z) ? 0 : fmpz_mat_rank(z);
    fmpz_mat_clear(z);
    return rank;
}

static mx_ev power(fmpq_mat_t r, const fmpq_mat_t a, int64_t k) {
    fmpq_mat_t base;
    if (!fmpq_mat_is_square(a) || k > MOST_DEPTH || k < -MOST_DEPTH)
        return MX_UNKNOWN;
    fmpq_mat_init_set(base, a);
    bool good = k >= 0 || fmpq_mat_inv(base, a) != 0;
    resize(r, fmpq_mat_nrows(a), fmpq_mat_ncols(a));
    fmpq_mat_one(r);
    for (int64_t i = 0; good && i < (k < 0 ? -k : k) && small(r); i++)
        fmpq_mat_mul(r, r, base);
    fmpq_mat_clear(base);
    return !good ? MX_UNDEFINED : small(r) ? MX_OK : MX_UNKNOWN;
}

static mx_ev product(fmpq_mat_t r, const fmpq_mat_t a, const fmpq_mat_t b) {
    if (fmpq_mat_ncols(a) != fmpq_mat_nrows(b))
        return MX_UNKNOWN;
    resize(r, fmpq_mat_nrows(a), fmpq_mat_ncols(b));
    fmpq_mat_mul(r, a, b);
    return small(r) ? MX_OK : MX_UNKNOWN;
}

static void kron(fmpq_mat_t r, const fmpq_mat_t a, const fmpq_mat_t b) {
    slong p = fmpq_mat_nrows(b), q = fmpq_mat_ncols(b);
    resize(r, fmpq_mat_nrows(a) * p, fmpq_mat_ncols(a) * q);
    for (slong i = 0; i < fmpq_mat_nrows(r); i++)
        for (slong j = 0; j < fmpq_mat_ncols(r); j++)
            fmpq_mul(fmpq_mat_entry(r, i, j), fmpq_mat_entry(a, i / p, j / q),
                     fmpq_mat_entry(b, i % p, j % q));
}

static void put_block(fmpq_mat_t r, slong row, slong col, const fmpq_mat_t a) {
    for (slong i = 0; i < fmpq_mat_nrows(a); i++)
        for (slong j = 0; j < fmpq_mat_ncols(a); j++)
            fmpq_set(fmpq_mat_entry(r, row + i, col + j), fmpq_mat_entry(a, i, j));
}

static mx_ev beside(fmpq_mat_t r, const fmpq_mat_t a, bool below) { /* [r, a] or [r; a] */
    fmpq_mat_t all;
    slong rows = fmpq_mat_nrows(r), cols = fmpq_mat_ncols(r);
    if (below ? cols != fmpq_mat_ncols(a) : rows != fmpq_mat_nrows(a))
        return MX_UNKNOWN;
    fmpq_mat_init(all, rows + (below ? fmpq_mat_nrows(a) : 0),
                  cols + (below ? 0 : fmpq_mat_ncols(a)));
    put_block(all, 0, 0, r);
    put_block(all, below ? rows : 0, below ? 0 : cols, a);
    move(r, all);
    return MX_OK;
}

static void diagonal(fmpq_mat_t r, const fmpq_mat_t column) {
    resize(r, fmpq_mat_nrows(column), fmpq_mat_nrows(column));
    for (slong i = 0; i < fmpq_mat_nrows(column); i++)
        fmpq_set(fmpq_mat_entry(r, i, i), fmpq_mat_entry(column, i, 0));
}

static void take_diagonal(fmpq_mat_t r, const fmpq_mat_t a) {
    slong n = FLINT_MIN(fmpq_mat_nrows(a), fmpq_mat_ncols(a));
    resize(r, n, 1);
    for (slong i = 0; i < n; i++)
        fmpq_set(fmpq_mat_entry(r, i, 0), fmpq_mat_entry(a, i, i));
}

static void vectorised(fmpq_mat_t r, const fmpq_mat_t a) {
    slong n = fmpq_mat_nrows(a);
    resize(r, n * fmpq_mat_ncols(a), 1);
    for (slong i = 0; i < fmpq_mat_nrows(r); i++)
        fmpq_set(fmpq_mat_entry(r, i, 0), fmpq_mat_entry(a, i % n, i / n));
}

static void slice(fmpq_mat_t r, const fmpq_mat_t a, slong row, slong col, slong rows, slong cols) {
    resize(r, rows, cols);
    for (slong i = 0; i < rows; i++)
        for (slong j = 0; j < cols; j++)
            fmpq_set(fmpq_mat_entry(r, i, j), fmpq_mat_entry(a, row + i, col + j));
}

static mx_ev one_of(fmpq_mat_t r, const fmpq_mat_t a, int64_t i, int64_t j) { /* 0: all */
    slong rows = fmpq_mat_nrows(a), cols = fmpq_mat_ncols(a);
    if (i < 0 || j < 0 || i > rows || j > cols)
        return MX_UNDEFINED;
    slice(r, a, i ? (slong)i - 1 : 0, j ? (slong)j - 1 : 0, i ? 1 : rows, j ? 1 : cols);
    return MX_OK;
}

static void centred(fmpq_mat_t r, const fmpq_mat_t a, bool tokens) {
    fmpq_t mean;
    fmpq_init(mean);
    resize(r, fmpq_mat_nrows(a), fmpq_mat_ncols(a));
    slong lines = tokens ? fmpq_mat_ncols(a) : fmpq_mat_nrows(a);
    slong n = tokens ? fmpq_mat_nrows(a) : fmpq_mat_ncols(a);
    for (slong i = 0; i < lines; i++) {
        fmpq_zero(mean);
        for (slong j = 0; j < n; j++)
            fmpq_add(mean, mean, tokens ? fmpq_mat_entry(a, j, i) : fmpq_mat_entry(a, i, j));
        fmpq_div_fmpz(mean, mean, (fmpz[]){n});
        for (slong j = 0; j < n; j++)
            fmpq_sub(tokens ? fmpq_mat_entry(r, j, i) : fmpq_mat_entry(r, i, j),
                     tokens ? fmpq_mat_entry(a, j, i) : fmpq_mat_entry(a, i, j), mean);
    }
    fmpq_clear(mean);
}

static mx_ev quotient(fmpq_mat_t r, const fmpq_mat_t a, const fmpq_mat_t b) { /* entrywise */
    resize(r, fmpq_mat_nrows(a), fmpq_mat_ncols(a));
    for (slong i = 0; i < fmpq_mat_nrows(a); i++)
        for (slong j = 0; j < fmpq_mat_ncols(a); j++) {
            if (fmpq_is_zero(fmpq_mat_entry(b, i, j)))
                return MX_UNDEFINED;
            fmpq_div(fmpq_mat_entry(r, i, j), fmpq_mat_entry(a, i, j), fmpq_mat_entry(b, i, j));
        }
    return MX_OK;
}

static void hadamard(fmpq_mat_t r, const fmpq_mat_t a, const fmpq_mat_t b) {
    resize(r, fmpq_mat_nrows(a), fmpq_mat_ncols(a));
    for (slong i = 0; i < fmpq_mat_nrows(a); i++)
        for (slong j = 0; j < fmpq_mat_ncols(a); j++)
            fmpq_mul(fmpq_mat_entry(r, i, j), fmpq_mat_entry(a, i, j), fmpq_mat_entry(b, i, j));
}

static bool same_shape(const fmpq_mat_t a, const fmpq_mat_t b) {
    return fmpq_mat_nrows(a) == fmpq_mat_nrows(b) && fmpq_mat_ncols(a) == fmpq_mat_ncols(b);
}

/* --- stand-ins -------------------------------------------------------------------------------- */

/* x/(1 + |x|): odd, between -1 and 1 */
static void squashed(fmpq_t y, const fmpq_t x) {
    fmpq_t d;
    fmpq_init(d);
    fmpq_abs(d, x);
    fmpq_add_si(d, d, 1);
    fmpq_div(y, x, d);
    fmpq_clear(d);
}

/* between 0 and 1, with value(-x) = 1 - value(x) */
static void sigmoid(fmpq_t y, const fmpq_t x) {
    squashed(y, x);
    fmpq_add_si(y, y, 1);
    fmpq_div_2exp(y, y, 1);
}

/* 2^x for integers, else something positive */
static mx_ev exponential(fmpq_t y, const fmpq_t x) {
    if (fmpz_is_one(fmpq_denref(x))) {
        if (fmpz_cmpabs(fmpq_numref(x), (fmpz[]){60}) > 0)
            return MX_UNKNOWN;
        slong k = fmpz_get_si(fmpq_numref(x));
        fmpq_one(y);
        if (k >= 0)
            fmpq_mul_2exp(y, y, (flint_bitcnt_t)k);
        else
            fmpq_div_2exp(y, y, (flint_bitcnt_t)-k);
        return MX_OK;
    }
    sigmoid(y, x);
    fmpq_add_si(y, y, 1);
    return MX_OK;
}

static mx_ev exact_root(fmpq_t y, const fmpq_t x) {
    if (fmpq_sgn(x) < 0)
        return MX_UNDEFINED;
    if (!fmpz_is_square(fmpq_numref(x)) || !fmpz_is_square(fmpq_denref(x)))
        return MX_UNKNOWN;
    fmpz_sqrt(fmpq_numref(y), fmpq_numref(x));
    fmpz_sqrt(fmpq_denref(y), fmpq_denref(x));
    return MX_OK;
}

/* sqrt(x) without the root of the square-free part: exact up to a constant for each square class,
   so f(c^2*x) = |c|*f(x). */
static mx_ev class_root(fmpq_t y, const fmpq_t x) {
    fmpz_t n;
    fmpz_factor_t f;
    if (fmpq_sgn(x) <= 0)
        return MX_UNDEFINED;
    fmpz_init(n);
    fmpz_mul(n, fmpq_numref(x), fmpq_denref(x));
    bool good = fmpz_bits(n) <= 90;
    if (good) {
        fmpz_factor_init(f);
        fmpz_factor(f, n);
        fmpz_one(n);
        for (slong i = 0; i < f->num; i++)
            for (ulong k = 0; k < f->exp[i] / 2; k++)
                fmpz_mul(n, n, f->p + i);
        fmpz_factor_clear(f);
        fmpq_set_fmpz_frac(y, n, fmpq_denref(x));
    }
    fmpz_clear(n);
    return good ? MX_OK : MX_UNKNOWN;
}

static mx_ev logarithm(fmpq_t y, const fmpq_t x) { /* (x - 1)/x: 0 at 1, and increasing */
    fmpq_t z;
    if (fmpq_sgn(x) <= 0)
        return MX_UNDEFINED;
    fmpq_init(z);
    fmpq_sub_si(z, x, 1);
    fmpq_div(y, z, x);
    fmpq_clear(z);
    return MX_OK;
}

static mx_ev entry_function(rk_op op, fmpq_t y, const fmpq_t x) {
    switch (op) {
    case RK_T_RELU:
        if (fmpq_sgn(x) > 0)
            fmpq_set(y, x);
        else
            fmpq_zero(y);
        return MX_OK;
    case RK_T_ABS:
        fmpq_abs(y, x);
        return MX_OK;
    case RK_T_SIGN:
        fmpq_set_si(y, fmpq_sgn(x), 1);
        return MX_OK;
    case RK_T_GELU:
    case RK_T_SILU:
        sigmoid(y, x);
        if (op == RK_T_GELU) /* another function, though with the same values at 0 */
            fmpq_mul(y, y, y);
        fmpq_mul(y, y, x);
        return MX_OK;
    case RK_T_TANH:
        squashed(y, x);
        return MX_OK;
    case RK_T_SIGMOID:
        sigmoid(y, x);
        return MX_OK;
    case RK_T_EXP:
        return exponential(y, x);
    case RK_T_LOG:
        return logarithm(y, x);
    case RK_T_SQRT:
        return exact_root(y, x);
    default:
        return MX_UNKNOWN;
    }
}

static mx_ev entrywise(rk_op op, fmpq_mat_t r, const fmpq_mat_t a) {
    mx_ev ev = MX_OK;
    fmpq_mat_t y; /* r may be a */
    fmpq_mat_init(y, fmpq_mat_nrows(a), fmpq_mat_ncols(a));
    for (slong i = 0; i < fmpq_mat_nrows(a); i++)
        for (slong j = 0; j < fmpq_mat_ncols(a); j++)
            ev = worst(ev, entry_function(op, fmpq_mat_entry(y, i, j), fmpq_mat_entry(a, i, j)));
    move(r, y);
    return ev;
}

/* Weight of entry j among the unmasked ones of a row: 2 to the difference to the largest where
   all differences are small integers, else a sum of 1/(1 + square) or so over the differences. */
static void weight(fmpq_t w, const fmpq_mat_t s, const bool *on, slong i, slong j, bool integral) {
    fmpq_t d, e;
    fmpq_init(d);
    fmpq_init(e);
    fmpq_zero(w);
    for (slong k = 0; k < fmpq_mat_ncols(s); k++) {
        if (!on[k])
            continue;
        fmpq_sub(d, fmpq_mat_entry(s, i, j), fmpq_mat_entry(s, i, k));
        if (integral) {
            exponential(e, d);
            fmpq_inv(e, e);
        } else {
            sigmoid(e, d);
        }
        fmpq_add(w, w, e);
    }
    if (integral) /* sum over k of 2^(k - j), so its inverse is the weight itself */
        fmpq_inv(w, w);
    fmpq_clear(d);
    fmpq_clear(e);
}

static bool integral_row(const fmpq_mat_t s, const bool *on, slong i) {
    fmpq_t d;
    bool good = true;
    fmpq_init(d);
    for (slong j = 0; j < fmpq_mat_ncols(s); j++)
        for (slong k = 0; k < j; k++)
            if (on[j] && on[k]) {
                fmpq_sub(d, fmpq_mat_entry(s, i, j), fmpq_mat_entry(s, i, k));
                good &=
                    fmpz_is_one(fmpq_denref(d)) && fmpz_cmpabs(fmpq_numref(d), (fmpz[]){20}) <= 0;
            }
    fmpq_clear(d);
    return good;
}

static mx_ev softmax_row(fmpq_mat_t r, const fmpq_mat_t s, const fmpq_mat_struct *mask, slong i) {
    bool on[MOST_ENTRIES], any = false;
    fmpq_t total;
    for (slong j = 0; j < fmpq_mat_ncols(s); j++) {
        if (mask != NULL && !fmpq_is_zero(fmpq_mat_entry(mask, i, j)) &&
            !fmpq_is_one(fmpq_mat_entry(mask, i, j)))
            return MX_UNDEFINED;
        on[j] = mask == NULL || fmpq_is_one(fmpq_mat_entry(mask, i, j));
        any |= on[j];
    }
    if (!any)
        return MX_UNDEFINED;
    bool integral = integral_row(s, on, i);
    fmpq_init(total);
    for (slong j = 0; j < fmpq_mat_ncols(s); j++)
        if (on[j]) {
            weight(fmpq_mat_entry(r, i, j), s, on, i, j, integral);
            fmpq_add(total, total, fmpq_mat_entry(r, i, j));
        }
    for (slong j = 0; j < fmpq_mat_ncols(s); j++)
        fmpq_div(fmpq_mat_entry(r, i, j), fmpq_mat_entry(r, i, j), total);
    fmpq_clear(total);
    return MX_OK;
}

static mx_ev softmax(fmpq_mat_t r, const fmpq_mat_t s, const fmpq_mat_struct *mask) {
    mx_ev ev = MX_OK;
    resize(r, fmpq_mat_nrows(s), fmpq_mat_ncols(s));
    for (slong i = 0; i < fmpq_mat_nrows(s); i++)
        ev = worst(ev, softmax_row(r, s, mask, i));
    return ev;
}

/* Without eps the length of a normalised row is known, so that no stand-in will do. */
static mx_ev scale_of_row(fmpq_t r, const fmpq_t square, bool exact) {
    if (exact && !(fmpz_is_square(fmpq_numref(square)) && fmpz_is_square(fmpq_denref(square))))
        return MX_UNKNOWN;
    mx_ev ev = class_root(r, square);
    if (ev == MX_OK)
        fmpq_inv(r, r);
    return ev;
}

/* The diagonal matrix of 1/sqrt(mean of squares + eps) by rows. */
static mx_ev scales(fmpq_mat_t r, const fmpq_mat_t x, const fmpq_t eps) {
    mx_ev ev = MX_OK;
    fmpq_t v;
    fmpq_init(v);
    resize(r, fmpq_mat_nrows(x), fmpq_mat_nrows(x));
    for (slong i = 0; i < fmpq_mat_nrows(x) && ev == MX_OK; i++) {
        fmpq_zero(v);
        for (slong j = 0; j < fmpq_mat_ncols(x); j++)
            fmpq_addmul(v, fmpq_mat_entry(x, i, j), fmpq_mat_entry(x, i, j));
        fmpq_div_fmpz(v, v, (fmpz[]){fmpq_mat_ncols(x)});
        fmpq_add(v, v, eps);
        ev = scale_of_row(fmpq_mat_entry(r, i, i), v, fmpq_is_zero(eps));
    }
    fmpq_clear(v);
    return ev;
}

/* --- functions of matrices to numbers ----------------------------------------------------------
 */

static void line_sum(fmpq_t sum, const fmpq_mat_t a, slong i, bool row) { /* of moduli */
    fmpq_t x;
    fmpq_init(x);
    fmpq_zero(sum);
    for (slong j = 0; j < (row ? fmpq_mat_ncols(a) : fmpq_mat_nrows(a)); j++) {
        fmpq_abs(x, row ? fmpq_mat_entry(a, i, j) : fmpq_mat_entry(a, j, i));
        fmpq_add(sum, sum, x);
    }
    fmpq_clear(x);
}

static void largest_sum(fmpq_t most, const fmpq_mat_t a, bool rows) {
    fmpq_t x;
    fmpq_init(x);
    fmpq_zero(most);
    for (slong i = 0; i < (rows ? fmpq_mat_nrows(a) : fmpq_mat_ncols(a)); i++) {
        line_sum(x, a, i, rows);
        if (fmpq_cmp(x, most) > 0)
            fmpq_set(most, x);
    }
    fmpq_clear(x);
}

static void entries(rk_op op, fmpq_t r, const fmpq_mat_t a) { /* sum, max, min */
    fmpq_set(r, fmpq_mat_entry(a, 0, 0));
    for (slong i = 0; i < fmpq_mat_nrows(a); i++)
        for (slong j = 0; j < fmpq_mat_ncols(a); j++) {
            const fmpq *x = fmpq_mat_entry(a, i, j);
            if (i + j > 0 && op == RK_T_SUM_ENTRIES)
                fmpq_add(r, r, x);
            else if (op != RK_T_SUM_ENTRIES &&
                     (op == RK_T_MAX_ENTRIES ? fmpq_cmp(x, r) > 0 : fmpq_cmp(x, r) < 0))
                fmpq_set(r, x);
        }
}

static mx_ev number_of(rk_op op, fmpq_t r, const fmpq_mat_t a) {
    fmpq_mat_t with;
    switch (op) {
    case RK_T_RANK:
        fmpq_set_si(r, rank_of(a), 1);
        return MX_OK;
    case RK_T_NULLITY:
        fmpq_set_si(r, fmpq_mat_ncols(a) - rank_of(a), 1);
        return MX_OK;
    case RK_T_AFFRANK:
        fmpq_mat_init(with, 0, 0);
        filled(with, fmpq_mat_nrows(a), 1, 1);
        beside(with, a, false);
        fmpq_set_si(r, rank_of(with) - 1, 1);
        fmpq_mat_clear(with);
        return MX_OK;
    case RK_T_DET:
        fmpq_mat_det(r, a);
        return MX_OK;
    case RK_T_TRACE:
        fmpq_mat_trace(r, a);
        return MX_OK;
    case RK_T_SUM_ENTRIES:
    case RK_T_MAX_ENTRIES:
    case RK_T_MIN_ENTRIES:
        entries(op, r, a);
        return MX_OK;
    case RK_T_NORM_1:
    case RK_T_NORM_INF:
        largest_sum(r, a, op == RK_T_NORM_INF);
        return MX_OK;
    default:
        return MX_UNKNOWN;
    }
}

/* --- terms ------------------------------------------------------------------------------------ */

static mx_ev number_term(mx_point *p, const rk_term *t, fmpq_t x) {
    fmpq_mat_t m;
    mx_ev ev = mx_term(p, t, m);
    if (ev == MX_OK)
        fmpq_set(x, fmpq_mat_entry(m, 0, 0));
    fmpq_mat_clear(m);
    return ev;
}

static mx_ev read_number(fmpq_mat_t out, const char *text) { /* "12.5e-3" */
    char digits[256];
    size_t n = 0;
    long shift = 0;
    const char *c = text;
    for (bool point = false; *c && *c != 'e' && *c != 'E'; c++) {
        point |= *c == '.';
        if (*c == '.')
            continue;
        if (n + 1 == sizeof digits)
            return MX_UNKNOWN;
        digits[n++] = *c;
        shift -= point;
    }
    digits[n] = '\0';
    shift += *c ? strtol(c + 1, NULL, 10) : 0;
    resize(out, 1, 1);
    fmpq *x = fmpq_mat_entry(out, 0, 0);
    fmpz_t ten;
    fmpz_init(ten);
    fmpz_ui_pow_ui(ten, 10, (ulong)labs(shift));
    fmpq_set_str(x, digits, 10);
    if (shift < 0)
        fmpq_div_fmpz(x, x, ten);
    else
        fmpq_mul_fmpz(x, x, ten);
    fmpz_clear(ten);
    return MX_OK;
}

/* Runs a loop: `step` takes the body's value at each index. */
typedef mx_ev at_index(mx_point *p, void *self, int64_t index);

static mx_ev loop(mx_point *p, unsigned sym, int64_t low, int64_t high, at_index *step,
                  void *self) {
    mx_ev ev = MX_OK;
    if (sym >= MOST_SYMBOLS)
        return MX_UNKNOWN;
    int64_t old = p->sym[sym];
    bool was = p->bound[sym];
    p->depth++;
    for (int64_t i = low; i <= high && ev == MX_OK; i++) {
        mx_point_set_sym(p, sym, i);
        ev = step(p, self, i);
    }
    p->depth--;
    p->sym[sym] = old;
    p->bound[sym] = was;
    return ev;
}

typedef enum gather { SUM, PROD, HCAT, VCAT, MAX, MIN } gather;

/* r = r with one more value; the first one (r is 0 by 0 and empty) is taken as it is. */
static mx_ev gathered(gather how, bool first, fmpq_mat_t r, fmpq_mat_t a) {
    fmpq_mat_t x;
    mx_ev ev = MX_OK;
    if (first) {
        fmpq_mat_swap(r, a);
        return MX_OK;
    }
    switch (how) {
    case SUM:
        if (!same_shape(r, a))
            return MX_UNKNOWN;
        fmpq_mat_add(r, r, a);
        return MX_OK;
    case PROD:
        fmpq_mat_init(x, 0, 0);
        ev = product(x, r, a);
        move(r, x);
        return ev;
    case HCAT:
    case VCAT:
        return beside(r, a, how == VCAT);
    default: {
        int c = fmpq_cmp(fmpq_mat_entry(a, 0, 0), fmpq_mat_entry(r, 0, 0));
        if (how == MAX ? c > 0 : c < 0)
            fmpq_mat_swap(r, a);
        return MX_OK;
    }
    }
}

typedef struct term_loop {
    const rk_term *body;
    gather how;
    bool some;
    fmpq_mat_struct *out;
    mx_ev truth_ev;
    bool truth, all;
} term_loop;

static mx_ev term_step(mx_point *p, void *self, int64_t index) {
    term_loop *l = self;
    fmpq_mat_t x;
    (void)index;
    mx_ev ev = mx_term(p, l->body, x);
    if (ev == MX_OK)
        ev = gathered(l->how, !l->some, l->out, x);
    l->some = true;
    fmpq_mat_clear(x);
    return ev;
}

static mx_ev term_loop_value(mx_point *p, const rk_term *t, gather how, fmpq_mat_t out) {
    int64_t low, high, rows, cols;
    mx_ev ev = worst(size_value(p, t->ival[0], &low), size_value(p, t->ival[1], &high));
    term_loop l = {.body = t->kid[0], .how = how, .out = out};
    if (ev == MX_OK)
        ev = loop(p, t->sym, low, high, term_step, &l);
    if (ev != MX_OK || l.some)
        return ev;
    if (how != SUM || size_value(p, t->rows, &rows) != MX_OK ||
        size_value(p, t->cols, &cols) != MX_OK)
        return MX_UNDEFINED;
    resize(out, (slong)rows, (slong)cols);
    return MX_OK;
}

static mx_ev fold_step(mx_point *p, void *self, int64_t index) {
    term_loop *l = self;
    fmpq_mat_t x;
    (void)index;
    running now = {l->body->sym, l->out, p->folds};
    p->folds = &now;
    mx_ev ev = mx_term(p, l->body->kid[1], x);
    p->folds = now.next;
    if (ev == MX_OK)
        fmpq_mat_swap(l->out, x);
    fmpq_mat_clear(x);
    return ev;
}

static const fmpq_mat_struct *running_value(const mx_point *p, unsigned sym) {
    for (const running *f = p->folds; f != NULL; f = f->next)
        if (f->sym == sym)
            return f->value;
    return NULL;
}

static mx_ev normalised(mx_point *p, const rk_term *t, fmpq_mat_t out) {
    fmpq_mat_t x, d, gain, bias, ones;
    fmpq_t eps;
    bool layer = t->op == RK_T_LAYERNORM;
    size_t given = layer ? 3 : 2;
    fmpq_init(eps);
    mx_ev ev = mx_term(p, t->kid[0], x);
    ev = worst(ev, mx_term(p, t->kid[1], gain));
    if (layer)
        ev = worst(ev, mx_term(p, t->kid[2], bias));
    else
        fmpq_mat_init(bias, 0, 0);
    if (t->nkids > given)
        ev = worst(ev, number_term(p, t->kid[given], eps));
    fmpq_mat_init(d, 0, 0);
    fmpq_mat_init(ones, 0, 0);
    if (ev == MX_OK && layer) {
        centred(d, x, false);
        fmpq_mat_swap(x, d);
    }
    if (ev == MX_OK)
        ev = scales(d, x, eps);
    if (ev == MX_OK) {
        filled(ones, fmpq_mat_nrows(x), 1, 1);
        product(out, d, x);
        diagonal(d, gain);
        fmpq_mat_mul(x, out, d);
        fmpq_mat_swap(out, x);
    }
    if (ev == MX_OK && layer) {
        resize(d, 1, fmpq_mat_nrows(bias));
        fmpq_mat_transpose(d, bias);
        product(x, ones, d);
        fmpq_mat_add(out, out, x);
    }
    fmpq_mat_clear(x);
    fmpq_mat_clear(d);
    fmpq_mat_clear(gain);
    fmpq_mat_clear(bias);
    fmpq_mat_clear(ones);
    fmpq_clear(eps);
    return ev;
}

static mx_ev batch_normalised(mx_point *p, const rk_term *t, fmpq_mat_t out) {
    fmpq_mat_t x, turned, d;
    fmpq_t eps;
    fmpq_init(eps);
    mx_ev ev = mx_term(p, t->kid[0], x);
    if (t->nkids > 1)
        ev = worst(ev, number_term(p, t->kid[1], eps));
    fmpq_mat_init(turned, fmpq_mat_ncols(x), fmpq_mat_nrows(x));
    fmpq_mat_init(d, 0, 0);
    if (ev == MX_OK) {
        centred(d, x, true);
        fmpq_mat_transpose(turned, d);
        ev = scales(d, turned, eps);
    }
    if (ev == MX_OK) {
        centred(turned, x, true);
        ev = product(out, turned, d);
    }
    fmpq_mat_clear(x);
    fmpq_mat_clear(turned);
    fmpq_mat_clear(d);
    fmpq_clear(eps);
    return ev;
}

static mx_ev leaf_term(mx_point *p, const rk_term *t, fmpq_mat_t out) {
    int64_t rows, cols, k = 0;
    fmpq_mat_struct *value;
    const fmpq_mat_struct *now;
    mx_ev ev = worst(size_value(p, t->rows, &rows), size_value(p, t->cols, &cols));
    if (t->ival[0] != NULL)
        ev = worst(ev, size_value(p, t->ival[0], &k));
    if (ev != MX_OK || rows < 1 || cols < 1 || rows * cols > MOST_ENTRIES)
        return MX_UNDEFINED;
    switch (t->op) {
    case RK_T_NUMBER:
        return read_number(out, t->text);
    case RK_T_INT:
        set_si(out, (slong)k);
        return MX_OK;
    case RK_T_VAR:
        ev = variable(p, t->var, k, &value);
        if (ev == MX_OK)
            fmpq_mat_set((resize(out, value->r, value->c), out), value);
        return ev;
    case RK_T_ACC:
        now = running_value(p, t->sym);
        if (now != NULL)
            fmpq_mat_set((resize(out, now->r, now->c), out), now);
        return now != NULL ? MX_OK : MX_UNKNOWN;
    case RK_T_EYE:
        resize(out, (slong)rows, (slong)rows);
        fmpq_mat_one(out);
        return MX_OK;
    case RK_T_ONES:
    case RK_T_ZEROS:
        filled(out, (slong)rows, (slong)cols, t->op == RK_T_ONES);
        return MX_OK;
    case RK_T_UNIT:
        resize(out, (slong)rows, 1);
        if (k < 1 || k > rows)
            return MX_UNDEFINED;
        fmpq_one(fmpq_mat_entry(out, (slong)k - 1, 0));
        return MX_OK;
    case RK_T_CAUSAL:
        filled(out, (slong)rows, (slong)rows, 1);
        for (slong i = 0; i < (slong)rows; i++)
            for (slong j = i + 1; j < (slong)rows; j++)
                fmpq_zero(fmpq_mat_entry(out, i, j));
        return MX_OK;
    default:
        return MX_UNKNOWN;
    }
}

static mx_ev linear_term(const rk_term *t, fmpq_mat_t out, fmpq_mat_t *kid, int64_t k, int64_t l) {
    switch (t->op) {
    case RK_T_ADD:
    case RK_T_SUB:
        resize(out, fmpq_mat_nrows(kid[0]), fmpq_mat_ncols(kid[0]));
        (t->op == RK_T_ADD ? fmpq_mat_add : fmpq_mat_sub)(out, kid[0], kid[1]);
        return MX_OK;
    case RK_T_NEG:
        resize(out, fmpq_mat_nrows(kid[0]), fmpq_mat_ncols(kid[0]));
        fmpq_mat_neg(out, kid[0]);
        return MX_OK;
    case RK_T_MUL:
        return product(out, kid[0], kid[1]);
    case RK_T_SCALE:
        resize(out, fmpq_mat_nrows(kid[1]), fmpq_mat_ncols(kid[1]));
        fmpq_mat_scalar_mul_fmpq(out, kid[1], fmpq_mat_entry(kid[0], 0, 0));
        return small(out) ? MX_OK : MX_UNKNOWN;
    case RK_T_DIV:
        if (fmpq_is_zero(fmpq_mat_entry(kid[1], 0, 0)))
            return MX_UNDEFINED;
        fmpq_inv(fmpq_mat_entry(kid[1], 0, 0), fmpq_mat_entry(kid[1], 0, 0));
        resize(out, fmpq_mat_nrows(kid[0]), fmpq_mat_ncols(kid[0]));
        fmpq_mat_scalar_mul_fmpq(out, kid[0], fmpq_mat_entry(kid[1], 0, 0));
        return MX_OK;
    case RK_T_EMUL:
        hadamard(out, kid[0], kid[1]);
        return MX_OK;
    case RK_T_EDIV:
        return quotient(out, kid[0], kid[1]);
    case RK_T_TRANSPOSE:
        resize(out, fmpq_mat_ncols(kid[0]), fmpq_mat_nrows(kid[0]));
        fmpq_mat_transpose(out, kid[0]);
        return MX_OK;
    case RK_T_POWER:
        return power(out, kid[0], k);
    case RK_T_INV:
        resize(out, fmpq_mat_nrows(kid[0]), fmpq_mat_nrows(kid[0]));
        return fmpq_mat_inv(out, kid[0]) ? MX_OK : MX_UNDEFINED;
    case RK_T_ENTRY:
        return k < 1 || l < 1 ? MX_UNDEFINED : one_of(out, kid[0], k, l);
    case RK_T_ROW:
        return k < 1 ? MX_UNDEFINED : one_of(out, kid[0], k, 0);
    case RK_T_COL:
        return k < 1 ? MX_UNDEFINED : one_of(out, kid[0], 0, k);
    case RK_T_DIAG_MAKE:
        diagonal(out, kid[0]);
        return MX_OK;
    case RK_T_DIAG_TAKE:
        take_diagonal(out, kid[0]);
        return MX_OK;
    case RK_T_VEC:
        vectorised(out, kid[0]);
        return MX_OK;
    case RK_T_KRON:
        if (kid[0]->r * kid[1]->r * kid[0]->c * kid[1]->c > MOST_ENTRIES)
            return MX_UNKNOWN;
        kron(out, kid[0], kid[1]);
        return MX_OK;
    case RK_T_SOFTMAX:
        return softmax(out, kid[0], t->nkids > 1 ? kid[1] : NULL);
    case RK_T_CENTER:
    case RK_T_CENTER_TOKENS:
        centred(out, kid[0], t->op == RK_T_CENTER_TOKENS);
        return MX_OK;
    default:
        return MX_UNKNOWN;
    }
}

static mx_ev joined_term(const rk_term *t, fmpq_mat_t out, fmpq_mat_t *kid) {
    static const struct {
        rk_op op;
        gather how;
    } table[] = {{RK_T_HCAT, HCAT},
                 {RK_T_VCAT, VCAT},
                 {RK_T_SUM_OF, SUM},
                 {RK_T_MAX_OF, MAX},
                 {RK_T_MIN_OF, MIN}};
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        if (table[k].op != t->op)
            continue;
        mx_ev ev = MX_OK;
        for (size_t i = 0; i < t->nkids; i++)
            ev = worst(ev, gathered(table[k].how, i == 0, out, kid[i]));
        return ev;
    }
    return MX_UNKNOWN;
}

static mx_ev function_term(const rk_term *t, fmpq_mat_t out, fmpq_mat_t *kid) {
    fmpq_t x;
    mx_ev ev;
    if (t->op >= RK_T_RELU && t->op <= RK_T_SIGN)
        return entrywise(t->op, out, kid[0]);
    fmpq_init(x);
    ev = number_of(t->op, x, kid[0]);
    set_scalar(out, x);
    fmpq_clear(x);
    return ev;
}

static mx_ev term_of_kids(mx_point *p, const rk_term *t, fmpq_mat_t out) {
    fmpq_mat_t *kid = rk_calloc(t->nkids + 1, sizeof *kid);
    int64_t k = 0, l = 0;
    mx_ev ev = MX_OK;
    for (size_t i = 0; i < t->nkids; i++)
        ev = worst(ev, mx_term(p, t->kid[i], kid[i]));
    if (t->ival[0] != NULL)
        ev = worst(ev, size_value(p, t->ival[0], &k));
    if (t->ival[1] != NULL)
        ev = worst(ev, size_value(p, t->ival[1], &l));
    if (ev == MX_OK) {
        ev = linear_term(t, out, kid, k, l);
        if (ev == MX_UNKNOWN)
            ev = joined_term(t, out, kid);
        if (ev == MX_UNKNOWN)
            ev = function_term(t, out, kid);
    }
    for (size_t i = 0; i < t->nkids; i++)
        fmpq_mat_clear(kid[i]);
    rk_free(kid);
    return ev;
}

/* --- Jacobians ---------------------------------------------------------------------------------
 */

/* Difference quotients over a step so small that the derivative, a rational of modest height, is
   the simplest number near the quotient. */
enum { STEP_BITS = 500, NEAR_DERIVATIVE_BITS = 250, MOST_DIRECTIONS = 64 };

static bool is_rational_text(const rk_term *t) {
    switch (t->op) {
    case RK_T_NUMBER:
    case RK_T_INT:
    case RK_T_VAR:
    case RK_T_EYE:
    case RK_T_ONES:
    case RK_T_ZEROS:
    case RK_T_UNIT:
    case RK_T_CAUSAL:
    case RK_T_ADD:
    case RK_T_SUB:
    case RK_T_NEG:
    case RK_T_MUL:
    case RK_T_SCALE:
    case RK_T_DIV:
    case RK_T_EMUL:
    case RK_T_EDIV:
    case RK_T_TRANSPOSE:
    case RK_T_POWER:
    case RK_T_INV:
    case RK_T_HCAT:
    case RK_T_VCAT:
    case RK_T_ROW:
    case RK_T_COL:
    case RK_T_ENTRY:
    case RK_T_VEC:
    case RK_T_KRON:
    case RK_T_DIAG_MAKE:
    case RK_T_DIAG_TAKE:
    case RK_T_TRACE:
    case RK_T_DET:
    case RK_T_SUM_ENTRIES:
    case RK_T_CENTER:
    case RK_T_CENTER_TOKENS:
    case RK_T_LOOP_SUM:
    case RK_T_LOOP_HCAT:
    case RK_T_LOOP_VCAT:
        break;
    default:
        return false;
    }
    for (size_t i = 0; i < t->nkids; i++)
        if (!is_rational_text(t->kid[i]))
            return false;
    return true;
}

static void simplest_near(fmpq_t x) {
    fmpq_t low, high, width;
    fmpq_init(low);
    fmpq_init(high);
    fmpq_init(width);
    fmpq_one(width);
    fmpq_div_2exp(width, width, NEAR_DERIVATIVE_BITS);
    fmpq_sub(low, x, width);
    fmpq_add(high, x, width);
    fmpq_simplest_between(x, low, high);
    fmpq_clear(low);
    fmpq_clear(high);
    fmpq_clear(width);
}

typedef struct jacobian { /* column by column */
    const rk_term *text;
    fmpq_mat_t at, columns;
    slong n;
} jacobian;

/* The derivative along entry (i, j) of a variable, less that along entry (i, other) unless that is
   negative. */
static mx_ev add_direction(mx_point *p, jacobian *a, fmpq_mat_struct *v, slong i, slong j,
                           slong other) {
    fmpq_t step;
    fmpq_mat_t moved;
    fmpq_init(step);
    fmpq_one(step);
    fmpq_div_2exp(step, step, STEP_BITS);
    fmpq_add(fmpq_mat_entry(v, i, j), fmpq_mat_entry(v, i, j), step);
    if (other >= 0)
        fmpq_sub(fmpq_mat_entry(v, i, other), fmpq_mat_entry(v, i, other), step);
    mx_ev ev = a->n == MOST_DIRECTIONS ? MX_UNKNOWN : mx_term(p, a->text, moved);
    fmpq_sub(fmpq_mat_entry(v, i, j), fmpq_mat_entry(v, i, j), step);
    if (other >= 0)
        fmpq_add(fmpq_mat_entry(v, i, other), fmpq_mat_entry(v, i, other), step);
    for (slong k = 0; ev == MX_OK && k < moved->r * moved->c; k++) {
        fmpq *x = fmpq_mat_entry(a->columns, k, a->n);
        fmpq_sub(x, fmpq_mat_entry(moved, k / moved->c, k % moved->c),
                 fmpq_mat_entry(a->at, k / moved->c, k % moved->c));
        fmpq_mul_2exp(x, x, STEP_BITS);
        simplest_near(x);
    }
    if (a->n < MOST_DIRECTIONS)
        fmpq_mat_clear(moved);
    a->n++;
    fmpq_clear(step);
    return ev;
}

static mx_ev along_matrix(mx_point *p, jacobian *a, unsigned var, int64_t member) {
    rk_set set = p->checked->vars[var].set;
    bool rows = set == RK_SET_STOCHASTIC || set == RK_SET_ATTENTION;
    fmpq_mat_struct *v;
    mx_ev ev = variable(p, var, member, &v);
    if (set != RK_SET_REAL && set != RK_SET_POSITIVE && set != RK_SET_NONNEGATIVE &&
        set != RK_SET_NONZERO && set != RK_SET_INVERTIBLE && !rows)
        return MX_UNKNOWN;
    for (slong i = 0; ev == MX_OK && i < v->r; i++)
        for (slong j = 0; ev == MX_OK && j < v->c - rows; j++)
            ev = add_direction(p, a, v, i, j, rows ? v->c - 1 : -1);
    return ev;
}

static mx_ev along_variable(mx_point *p, jacobian *a, unsigned var) {
    const rk_size *family = p->checked->vars[var].family;
    int64_t members = 0;
    if (family == NULL)
        return along_matrix(p, a, var, 0);
    mx_ev ev = size_value(p, family, &members);
    for (int64_t k = 1; ev == MX_OK && k <= members; k++)
        ev = along_matrix(p, a, var, k);
    return ev;
}

static mx_ev jacobian_rank(mx_point *p, const rk_term *t, fmpq_mat_t out) {
    jacobian a = {.text = t->kid[0]};
    if (!is_rational_text(t->kid[0]))
        return MX_UNKNOWN;
    mx_ev ev = mx_term(p, t->kid[0], a.at);
    fmpq_mat_init(a.columns, a.at->r * a.at->c, MOST_DIRECTIONS);
    for (size_t i = 0; ev == MX_OK && i < t->nvars; i++)
        ev = along_variable(p, &a, t->vars[i]);
    if (ev == MX_OK)
        set_si(out, rank_of(a.columns));
    fmpq_mat_clear(a.columns);
    fmpq_mat_clear(a.at);
    return ev;
}

mx_ev mx_term(mx_point *p, const rk_term *t, fmpq_mat_t out) {
    int64_t low, high;
    mx_ev ev;
    fmpq_mat_init(out, 0, 0);
    if (t->op <= RK_T_CAUSAL)
        return leaf_term(p, t, out);
    switch (t->op) {
    case RK_T_LOOP_SUM:
    case RK_T_LOOP_PROD:
    case RK_T_LOOP_HCAT:
    case RK_T_LOOP_VCAT:
    case RK_T_LOOP_MAX:
    case RK_T_LOOP_MIN:
        return term_loop_value(p, t, (gather)(SUM + (t->op - RK_T_LOOP_SUM)), out);
    case RK_T_FOLD: {
        term_loop l = {.body = t, .out = out};
        fmpq_mat_clear(out);
        ev = mx_term(p, t->kid[0], out);
        ev = worst(ev, worst(size_value(p, t->ival[0], &low), size_value(p, t->ival[1], &high)));
        return ev != MX_OK ? ev : loop(p, t->sym, low, high, fold_step, &l);
    }
    case RK_T_LAYERNORM:
    case RK_T_RMSNORM:
        return normalised(p, t, out);
    case RK_T_BATCHNORM:
        return batch_normalised(p, t, out);
    case RK_T_JRANK:
        return jacobian_rank(p, t, out);
    default:
        return term_of_kids(p, t, out);
    }
}

/* --- truth ------------------------------------------------------------------------------------ */

static bool compares(rk_cmp cmp, int c) {
    switch (cmp) {
    case RK_EQ:
        return c == 0;
    case RK_NE:
        return c != 0;
    case RK_LT:
        return c < 0;
    case RK_LE:
        return c <= 0;
    case RK_GT:
        return c > 0;
    default:
        return c >= 0;
    }
}

static bool compared(rk_cmp cmp, const fmpq_mat_t a, const fmpq_mat_t b) {
    slong rows = FLINT_MAX(a->r, b->r), cols = FLINT_MAX(a->c, b->c);
    if (cmp == RK_EQ || cmp == RK_NE)
        return (fmpq_mat_equal(a, b) != 0) == (cmp == RK_EQ);
    for (slong i = 0; i < rows; i++)
        for (slong j = 0; j < cols; j++) {
            const fmpq *x = is_scalar(a) ? fmpq_mat_entry(a, 0, 0) : fmpq_mat_entry(a, i, j);
            const fmpq *y = is_scalar(b) ? fmpq_mat_entry(b, 0, 0) : fmpq_mat_entry(b, i, j);
            if (!compares(cmp, fmpq_cmp(x, y)))
                return false;
        }
    return true;
}

static mx_ev pair_truth(mx_point *p, const rk_term *t, bool *truth) {
    fmpq_mat_t a, b;
    mx_ev ev = mx_term(p, t->kid[0], a);
    ev = worst(ev, mx_term(p, t->kid[1], b));
    if (ev == MX_OK && t->op == RK_T_COMPARE) {
        *truth = compared(t->cmp, a, b);
    } else if (ev == MX_OK) {
        slong before = rank_of(b);
        ev = beside(b, a, t->op == RK_T_IN_ROWSPAN);
        *truth = rank_of(b) == before;
    }
    fmpq_mat_clear(a);
    fmpq_mat_clear(b);
    return ev;
}

static mx_ev truth_step(mx_point *p, void *self, int64_t index) {
    term_loop *l = self;
    bool truth = false;
    (void)index;
    mx_ev ev = mx_term_truth(p, l->body, &truth);
    l->truth = l->all ? l->truth && truth : l->truth || truth;
    return ev;
}

static mx_ev joined_truth(mx_point *p, const rk_term *t, bool *truth) {
    mx_ev ev = MX_OK;
    bool and = t->op == RK_T_AND;
    *truth = and;
    for (size_t i = 0; i < t->nkids; i++) {
        bool one = false;
        ev = worst(ev, mx_term_truth(p, t->kid[i], &one));
        *truth = and? *truth && one : *truth || one;
    }
    return ev;
}

mx_ev mx_term_truth(mx_point *p, const rk_term *t, bool *truth) {
    bool other = false;
    int64_t low, high;
    mx_ev ev;
    switch (t->op) {
    case RK_T_COMPARE:
    case RK_T_IN_ROWSPAN:
    case RK_T_IN_COLSPAN:
        return pair_truth(p, t, truth);
    case RK_T_NOT:
        ev = mx_term_truth(p, t->kid[0], truth);
        *truth = !*truth;
        return ev;
    case RK_T_AND:
    case RK_T_OR:
        return joined_truth(p, t, truth);
    case RK_T_IMPLIES:
    case RK_T_IFF:
        ev = mx_term_truth(p, t->kid[0], &other);
        ev = worst(ev, mx_term_truth(p, t->kid[1], truth));
        *truth = t->op == RK_T_IFF ? *truth == other : *truth || !other;
        return ev;
    case RK_T_LOOP_ALL:
    case RK_T_LOOP_ANY: {
        term_loop l = {.body = t->kid[0], .all = t->op == RK_T_LOOP_ALL};
        l.truth = l.all;
        ev = worst(size_value(p, t->ival[0], &low), size_value(p, t->ival[1], &high));
        if (ev == MX_OK)
            ev = loop(p, t->sym, low, high, truth_step, &l);
        *truth = l.truth;
        return ev;
    }
    default:
        return MX_UNKNOWN;
    }
}

/* --- matrices of a store -----------------------------------------------------------------------
 */

typedef struct memo {
    bool known;
    mx_ev ev;
    fmpq_mat_t value;
} memo;

struct mx_values {
    mx_point *point;
    rk_mxs *store;
    memo *memo;
    size_t capacity;
    unsigned nested;
    bool rounded;
};

bool mx_values_rounded(const mx_values *v) {
    return v->rounded;
}

mx_values *mx_values_new(mx_point *p, rk_mxs *store) {
    mx_values *v = rk_calloc(1, sizeof *v);
    v->point = p;
    v->store = store;
    return v;
}

void mx_values_free(mx_values *v) {
    for (size_t i = 0; i < v->capacity; i++)
        if (v->memo[i].known)
            fmpq_mat_clear(v->memo[i].value);
    rk_free(v->memo);
    rk_free(v);
}

static mx_ev integer(mx_values *v, rk_sc a, int64_t *value) {
    fmpq_t x;
    fmpq_init(x);
    mx_ev ev = mx_scalar(v, a, x);
    if (ev == MX_OK && (!fmpz_is_one(fmpq_denref(x)) || !fmpz_fits_si(fmpq_numref(x))))
        ev = MX_UNDEFINED;
    if (ev == MX_OK)
        *value = fmpz_get_si(fmpq_numref(x));
    fmpq_clear(x);
    return ev;
}

static mx_ev shape(mx_values *v, rk_sc rows, rk_sc cols, slong *r, slong *c) {
    int64_t a = 0, b = 0;
    mx_ev ev = worst(integer(v, rows, &a), integer(v, cols, &b));
    if (ev == MX_OK && (a < 0 || b < 0))
        ev = MX_UNDEFINED;
    if (ev == MX_OK && (a > MOST_ENTRIES || b > MOST_ENTRIES || a * b > MOST_ENTRIES))
        ev = MX_UNKNOWN;
    *r = (slong)a;
    *c = (slong)b;
    return ev;
}

/* The smallest declared set that has these properties and no others that can be told. */
static rk_set set_of(unsigned props, rk_rng *rng) {
    if (props & RK_PROP_PERMUTATION)
        return RK_SET_PERMUTATION;
    if (props & RK_PROP_ORTHOGONAL)
        return RK_SET_ORTHOGONAL;
    if (props & RK_PROP_ROWS_SUM_TO_ONE)
        return props & RK_PROP_POSITIVE ? RK_SET_ATTENTION : RK_SET_STOCHASTIC;
    if (props & RK_PROP_PSD)
        return RK_SET_PSD;
    if (props & RK_PROP_DIAGONAL)
        return RK_SET_DIAGONAL;
    if (props & RK_PROP_SYMMETRIC)
        return RK_SET_SYMMETRIC;
    if (props & RK_PROP_SQUARE_INVERTIBLE)
        return RK_SET_INVERTIBLE;
    if (props & (RK_PROP_POSITIVE | RK_PROP_NOT_ZERO))
        return RK_SET_POSITIVE;
    return rk_rng_below(rng, 4) == 0 ? RK_SET_NONNEGATIVE : RK_SET_REAL;
}

static mx_ev fresh_leaf(mx_values *v, const rk_leaf *leaf, slong rows, slong cols, fmpq_mat_t out) {
    mx_point *p = v->point;
    drawn *d = find(p, OF_FRESH_MATRIX, leaf->var, (int64_t)leaf->kind);
    if (d == NULL) {
        d = keep(p, OF_FRESH_MATRIX, leaf->var, (int64_t)leaf->kind, rows, cols);
        bool invertible = (leaf->props & RK_PROP_SQUARE_INVERTIBLE) != 0;
        for (int tries = 0; tries < 50; tries++) {
            draw(p, set_of(leaf->props, &p->rng), RK_PATTERN_COUNT, tries > 20, d->value);
            if (!invertible || rank_of(d->value) == rows)
                break;
        }
    }
    if (d->value->r != rows || d->value->c != cols)
        return MX_UNKNOWN;
    fmpq_mat_set(out, d->value);
    return MX_OK;
}

typedef struct mx_loop {
    mx_values *values;
    const rk_mx *body;
    gather how;
    bool some;
    fmpq_mat_struct *out;
    unsigned sym;
} mx_loop;

static mx_ev mx_step(mx_point *p, void *self, int64_t index) {
    mx_loop *l = self;
    fmpq_mat_t x;
    (void)p, (void)index;
    mx_ev ev = mx_matrix(l->values, l->body, x);
    if (ev == MX_OK)
        ev = gathered(l->how, !l->some, l->out, x);
    l->some = true;
    fmpq_mat_clear(x);
    return ev;
}

static mx_ev mx_fold_step(mx_point *p, void *self, int64_t index) {
    mx_loop *l = self;
    fmpq_mat_t x;
    (void)index;
    running now = {l->sym, l->out, p->folds};
    p->folds = &now;
    mx_ev ev = mx_matrix(l->values, l->body, x);
    p->folds = now.next;
    if (ev == MX_OK)
        fmpq_mat_swap(l->out, x);
    fmpq_mat_clear(x);
    return ev;
}

/* An empty product is the identity, other empty loops have no rows or columns. */
static mx_ev loop_leaf(mx_values *v, const rk_leaf *leaf, gather how, slong rows, slong cols,
                       fmpq_mat_t out) {
    int64_t low, high;
    mx_ev ev = worst(integer(v, leaf->index[0], &low), integer(v, leaf->index[1], &high));
    mx_loop l = {.values = v, .body = leaf->arg[0], .how = how, .out = out};
    if (ev == MX_OK)
        ev = loop(v->point, leaf->sym, low, high, mx_step, &l);
    if (ev == MX_OK && !l.some) {
        resize(out, rows, cols);
        if (how == PROD)
            fmpq_mat_one(out);
    }
    return ev;
}

static mx_ev fold_leaf(mx_values *v, const rk_leaf *leaf, fmpq_mat_t out) {
    int64_t low, high;
    mx_ev ev = worst(integer(v, leaf->index[0], &low), integer(v, leaf->index[1], &high));
    mx_loop l = {.values = v, .body = leaf->arg[1], .out = out, .sym = leaf->sym};
    fmpq_mat_clear(out);
    ev = worst(ev, mx_matrix(v, leaf->arg[0], out));
    return ev != MX_OK ? ev : loop(v->point, leaf->sym, low, high, mx_fold_step, &l);
}

/* Inverses and quotients are functions of which nothing is known where a loop around them may be
   empty: where they are not defined any value will do. */
static bool may_be_undefined(rk_op op) {
    return op == RK_T_INV || op == RK_T_DIV || op == RK_T_EDIV;
}

static mx_ev function_leaf(mx_values *v, const rk_leaf *leaf, slong rows, slong cols,
                           fmpq_mat_t out) {
    fmpq_mat_t kid[3];
    rk_term t = {.op = leaf->op};
    int64_t k[2] = {0, 0};
    mx_ev ev = MX_OK;
    for (size_t i = 0; i < 3; i++)
        if (leaf->arg[i] != NULL && i == t.nkids)
            ev = worst(ev, mx_matrix(v, leaf->arg[i], kid[t.nkids++]));
    for (size_t i = 0; i < 2; i++)
        if (leaf->index[i] != NULL)
            ev = worst(ev, integer(v, leaf->index[i], &k[i]));
    if (ev == MX_OK) {
        ev = linear_term(&t, out, kid, k[0], k[1]);
        if (ev == MX_UNKNOWN)
            ev = joined_term(&t, out, kid);
        if (ev == MX_UNKNOWN && t.nkids == 1)
            ev = function_term(&t, out, kid);
    }
    if (ev == MX_UNDEFINED && may_be_undefined(leaf->op)) {
        filled(out, rows, cols, 0);
        ev = MX_OK;
    }
    for (size_t i = 0; i < t.nkids; i++)
        fmpq_mat_clear(kid[i]);
    return ev;
}

/* Leaves made of one or two other matrices. */
static mx_ev made_leaf(mx_values *v, const rk_leaf *leaf, fmpq_mat_t out) {
    fmpq_mat_t a, b;
    fmpq_t eps;
    int64_t k = 0;
    mx_ev ev = mx_matrix(v, leaf->arg[0], a);
    fmpq_init(eps);
    fmpq_mat_init(b, 0, 0);
    bool second = leaf->arg[1] != NULL;
    if (second) {
        fmpq_mat_clear(b);
        ev = worst(ev, mx_matrix(v, leaf->arg[1], b));
    }
    if (leaf->kind == RK_L_SCALES && leaf->index[0] != NULL)
        ev = worst(ev, mx_scalar(v, leaf->index[0], eps));
    if (leaf->kind == RK_L_POWER)
        ev = worst(ev, integer(v, leaf->index[0], &k));
    if (ev == MX_OK && leaf->kind == RK_L_DIAG)
        diagonal(out, a);
    else if (ev == MX_OK && leaf->kind == RK_L_BLOCKS)
        fmpq_mat_swap(out, a);
    else if (ev == MX_OK && leaf->kind == RK_L_INV)
        ev = power(out, a, -1);
    else if (ev == MX_OK && leaf->kind == RK_L_POWER)
        ev = power(out, a, k);
    else if (ev == MX_OK && leaf->kind == RK_L_SCALES)
        ev = scales(out, a, eps);
    else if (ev == MX_OK && leaf->kind == RK_L_SOFTMAX)
        ev = softmax(out, a, second ? b : NULL);
    else if (ev == MX_OK && leaf->kind == RK_L_KRON)
        kron(out, a, b);
    fmpq_clear(eps);
    fmpq_mat_clear(a);
    fmpq_mat_clear(b);
    return ev;
}

static mx_ev plain_leaf(mx_values *v, const rk_leaf *leaf, slong rows, slong cols, fmpq_mat_t out) {
    fmpq_mat_struct *value;
    const fmpq_mat_struct *now;
    int64_t k = 0;
    mx_ev ev = leaf->index[0] != NULL ? integer(v, leaf->index[0], &k) : MX_OK;
    if (ev != MX_OK)
        return ev;
    resize(out, rows, cols);
    switch (leaf->kind) {
    case RK_L_VAR:
        ev = variable(v->point, leaf->var, k, &value);
        if (ev == MX_OK && !same_shape(out, value))
            return MX_UNKNOWN;
        if (ev == MX_OK)
            fmpq_mat_set(out, value);
        return ev;
    case RK_L_FRESH:
        return fresh_leaf(v, leaf, rows, cols, out);
    case RK_L_ONES:
        filled(out, rows, cols, 1);
        return MX_OK;
    case RK_L_UNIT:
        if (k < 1 || k > rows)
            return MX_UNDEFINED;
        fmpq_one(fmpq_mat_entry(out, (slong)k - 1, 0));
        return MX_OK;
    case RK_L_CAUSAL:
        for (slong i = 0; i < rows; i++)
            for (slong j = 0; j <= i; j++)
                fmpq_one(fmpq_mat_entry(out, i, j));
        return MX_OK;
    case RK_L_ACC:
        now = running_value(v->point, leaf->sym);
        if (now == NULL || !same_shape(out, now))
            return MX_UNKNOWN;
        fmpq_mat_set(out, now);
        return MX_OK;
    default:
        return MX_UNKNOWN;
    }
}

static mx_ev leaf_value(mx_values *v, const rk_leaf *leaf, fmpq_mat_t out) {
    slong rows, cols;
    fmpq_mat_init(out, 0, 0);
    mx_ev ev = shape(v, leaf->rows, leaf->cols, &rows, &cols);
    if (ev != MX_OK)
        return ev;
    switch (leaf->kind) {
    case RK_L_SUM:
        return loop_leaf(v, leaf, SUM, rows, cols, out);
    case RK_L_HCAT:
        return loop_leaf(v, leaf, HCAT, rows, cols, out);
    case RK_L_VCAT:
        return loop_leaf(v, leaf, VCAT, rows, cols, out);
    case RK_L_PROD:
        return loop_leaf(v, leaf, PROD, rows, cols, out);
    case RK_L_FOLD:
        return fold_leaf(v, leaf, out);
    case RK_L_FUNCTION:
        return function_leaf(v, leaf, rows, cols, out);
    case RK_L_DIAG:
    case RK_L_SCALES:
    case RK_L_INV:
    case RK_L_POWER:
    case RK_L_KRON:
    case RK_L_BLOCKS:
    case RK_L_SOFTMAX:
        return made_leaf(v, leaf, out);
    default:
        return plain_leaf(v, leaf, rows, cols, out);
    }
}

static mx_ev letter_value(mx_values *v, rk_letter l, fmpq_mat_t out) {
    fmpq_mat_t x;
    mx_ev ev = leaf_value(v, l.leaf, x);
    fmpq_mat_init(out, x->c, x->r);
    if (ev == MX_OK && l.transposed)
        fmpq_mat_transpose(out, x);
    else
        fmpq_mat_swap(out, x);
    if (ev == MX_OK && l.inverted)
        ev = fmpq_mat_is_square(out) && fmpq_mat_inv(out, out) ? MX_OK : MX_UNDEFINED;
    fmpq_mat_clear(x);
    return ev;
}

/* The product of the letters times the coefficient; the empty word is the identity. */
static mx_ev word_value(mx_values *v, const rk_word *w, slong rows, fmpq_mat_t out) {
    fmpq_t c;
    fmpq_mat_t letter, next;
    fmpq_init(c);
    fmpq_mat_init(out, rows, rows);
    fmpq_mat_one(out);
    mx_ev ev = mx_scalar(v, w->coef, c);
    for (size_t i = 0; i < w->length && ev == MX_OK; i++) {
        ev = letter_value(v, w->letter[i], letter);
        fmpq_mat_init(next, 0, 0);
        if (ev == MX_OK)
            ev = product(next, out, letter);
        move(out, next);
        fmpq_mat_clear(letter);
    }
    if (ev == MX_OK)
        fmpq_mat_scalar_mul_fmpq(out, out, c);
    fmpq_clear(c);
    return ev;
}

static mx_ev words_value(mx_values *v, const rk_mx *a, slong rows, slong cols, fmpq_mat_t out) {
    mx_ev ev = MX_OK;
    resize(out, rows, cols);
    for (size_t i = 0; i < a->nwords && ev == MX_OK; i++) {
        fmpq_mat_t w;
        ev = word_value(v, &a->word[i], rows, w);
        if (ev == MX_OK && !same_shape(w, out))
            ev = MX_UNKNOWN;
        if (ev == MX_OK)
            fmpq_mat_add(out, out, w);
        fmpq_mat_clear(w);
    }
    return ev;
}

static mx_ev grid_value(mx_values *v, const rk_mx *a, slong rows, slong cols, fmpq_mat_t out) {
    mx_ev ev = MX_OK;
    slong row = 0;
    resize(out, rows, cols);
    for (size_t i = 0; i < a->grid_rows && ev == MX_OK; i++) {
        slong col = 0, height = 0;
        for (size_t j = 0; j < a->grid_cols && ev == MX_OK; j++) {
            fmpq_mat_t cell;
            ev = mx_matrix(v, a->cell[i * a->grid_cols + j], cell);
            if (ev == MX_OK && (row + cell->r > rows || col + cell->c > cols))
                ev = MX_UNKNOWN;
            if (ev == MX_OK)
                put_block(out, row, col, cell);
            col += cell->c;
            height = cell->r;
            fmpq_mat_clear(cell);
        }
        row += height;
    }
    return ev;
}

static mx_ev compute(mx_values *v, const rk_mx *a, fmpq_mat_t out) {
    slong rows, cols;
    fmpq_mat_init(out, 0, 0);
    if (v->nested > MOST_DEPTH)
        return MX_UNKNOWN;
    mx_ev ev = shape(v, a->rows, a->cols, &rows, &cols);
    if (ev != MX_OK)
        return ev;
    v->nested++;
    ev = rk_mx_is_grid(a) ? grid_value(v, a, rows, cols, out) : words_value(v, a, rows, cols, out);
    v->nested--;
    return ev;
}

static memo *memo_of(mx_values *v, unsigned id) {
    if (id >= v->capacity) {
        size_t old = v->capacity;
        rk_grow(&v->memo, &v->capacity, (size_t)id + 1, sizeof *v->memo);
        memset(v->memo + old, 0, (v->capacity - old) * sizeof *v->memo);
    }
    return &v->memo[id];
}

mx_ev mx_matrix(mx_values *v, const rk_mx *a, fmpq_mat_t out) {
    if (v->point->depth > 0 || v->point->folds != NULL)
        return compute(v, a, out);
    if (!memo_of(v, a->id)->known) {
        fmpq_mat_t x;
        mx_ev ev = compute(v, a, x);
        memo *m = memo_of(v, a->id);
        m->known = true;
        m->ev = ev;
        fmpq_mat_init(m->value, 0, 0);
        move(m->value, x);
    }
    const memo *m = memo_of(v, a->id);
    fmpq_mat_init_set(out, m->value);
    return m->ev;
}

/* --- scalars ---------------------------------------------------------------------------------- */

enum { NEAR_BITS = 256 };

/* The middle of the one entry of a small ball. */
static mx_ev middle(mx_values *v, const rk_matrix *ball, fmpq_t x) {
    const arb_struct *b = ball->entry;
    if (arb_rel_accuracy_bits(b) < NEAR_BITS / 2 && !mag_is_zero(arb_radref(b)) &&
        mag_cmp_2exp_si(arb_radref(b), -NEAR_BITS / 2) > 0)
        return MX_UNKNOWN;
    arf_get_fmpq(x, arb_midref(b));
    v->rounded = true;
    return MX_OK;
}

/* Singular values and moduli of eigenvalues, nearly: op NORM_2 is the first singular value. */
static mx_ev spectral(mx_values *v, rk_op op, const fmpq_mat_t a, int64_t k, fmpq_t x) {
    rk_domain *balls = rk_domain_ball(NEAR_BITS);
    rk_matrix m, r;
    bool eigen = op == RK_T_EIGABS;
    rk_matrix_set_fmpq_mat(&m, balls, a);
    slong most = m.rows < m.cols ? m.rows : m.cols;
    rk_matrix_init(&r, balls, 1, 1);
    if (k < 1 || k > most) {
        rk_matrix_clear(&r);
        rk_matrix_clear(&m);
        rk_domain_free(balls);
        return MX_UNDEFINED;
    }
    rk_matrix_clear(&r);
    rk_ev ev = eigen ? rk_matrix_eigen_modulus(&r, &m, (slong)k)
                     : rk_matrix_singular_value(&r, &m, (slong)k);
    mx_ev got = ev == RK_EV_OK ? middle(v, &r, x) : MX_UNKNOWN;
    rk_matrix_clear(&r);
    rk_matrix_clear(&m);
    rk_domain_free(balls);
    return got;
}

static mx_ev spectral_quantity(mx_values *v, const rk_quantity *q, fmpq_t x) {
    int64_t k = 1;
    fmpq_mat_t m;
    mx_ev ev = mx_matrix(v, q->mx[0], m);
    if (ev == MX_OK && q->nargs == 1)
        ev = integer(v, q->arg[0], &k);
    if (ev == MX_OK)
        ev = spectral(v, q->op, m, k, x);
    if (ev == MX_OK && q->op == RK_T_STABLE_RANK) {
        fmpq_mat_t t;
        fmpq_t fro;
        fmpq_init(fro);
        fmpq_mat_init(t, m->c, m->r);
        fmpq_mat_transpose(t, m);
        fmpq_mat_t gram;
        fmpq_mat_init(gram, m->c, m->c);
        fmpq_mat_mul(gram, t, m);
        fmpq_mat_trace(fro, gram);
        fmpq_mul(x, x, x);
        ev = fmpq_is_zero(x) ? MX_UNDEFINED : MX_OK;
        if (ev == MX_OK)
            fmpq_div(x, fro, x);
        fmpq_mat_clear(gram);
        fmpq_mat_clear(t);
        fmpq_clear(fro);
    }
    fmpq_mat_clear(m);
    return ev;
}

/* A root that is not rational, nearly. */
static mx_ev near_root(mx_values *v, const fmpq_t of, fmpq_t x) {
    rk_domain *balls = rk_domain_ball(NEAR_BITS);
    rk_matrix m;
    fmpq_mat_t a;
    fmpq_mat_init(a, 1, 1);
    fmpq_set(fmpq_mat_entry(a, 0, 0), of);
    rk_matrix_set_fmpq_mat(&m, balls, a);
    mx_ev ev = balls->fn(balls, RK_FN_SQRT, m.entry, m.entry) == RK_EV_OK ? middle(v, &m, x)
                                                                          : MX_UNDEFINED;
    rk_matrix_clear(&m);
    fmpq_mat_clear(a);
    rk_domain_free(balls);
    return ev;
}

static mx_ev matrix_quantity(mx_values *v, const rk_quantity *q, rk_op op, fmpq_t x) {
    fmpq_mat_t m;
    mx_ev ev = mx_matrix(v, q->mx[0], m);
    if (ev == MX_OK && q->kind == RK_Q_ENTRY)
        fmpq_set(x, fmpq_mat_entry(m, 0, 0));
    else if (ev == MX_OK)
        ev = number_of(op, x, m);
    fmpq_mat_clear(m);
    return ev;
}

static mx_ev extremum(mx_values *v, const rk_quantity *q, fmpq_t x) {
    fmpq_t y;
    mx_ev ev = mx_scalar(v, q->arg[0], x);
    fmpq_init(y);
    for (size_t i = 1; i < q->nargs; i++) {
        ev = worst(ev, mx_scalar(v, q->arg[i], y));
        if (q->kind == RK_Q_MAX ? fmpq_cmp(y, x) > 0 : fmpq_cmp(y, x) < 0)
            fmpq_set(x, y);
    }
    fmpq_clear(y);
    return ev;
}

typedef struct sc_loop {
    mx_values *values;
    rk_sc body;
    fmpq *total;
} sc_loop;

static mx_ev sc_step(mx_point *p, void *self, int64_t index) {
    sc_loop *l = self;
    fmpq_t x;
    (void)p, (void)index;
    fmpq_init(x);
    mx_ev ev = mx_scalar(l->values, l->body, x);
    fmpq_add(l->total, l->total, x);
    fmpq_clear(x);
    return ev;
}

static mx_ev summed(mx_values *v, unsigned sym, rk_sc low, rk_sc high, rk_sc body, fmpq_t x) {
    int64_t a, b;
    sc_loop l = {v, body, x};
    mx_ev ev = worst(integer(v, low, &a), integer(v, high, &b));
    fmpq_zero(x);
    return ev != MX_OK ? ev : loop(v->point, sym, a, b, sc_step, &l);
}

static mx_ev arithmetic(mx_values *v, const rk_quantity *q, fmpq_t x) {
    int64_t k = 0;
    fmpq_t y;
    fmpq_init(y);
    mx_ev ev = worst(mx_scalar(v, q->arg[0], x), mx_scalar(v, q->arg[1], y));
    if (ev == MX_OK && q->op == RK_T_POWER)
        ev = integer(v, q->arg[1], &k);
    if (ev == MX_OK && ((q->op == RK_T_DIV && fmpq_is_zero(y)) ||
                        (q->op == RK_T_POWER && k < 0 && fmpq_is_zero(x))))
        ev = MX_UNDEFINED;
    if (ev == MX_OK && q->op == RK_T_ADD)
        fmpq_add(x, x, y);
    else if (ev == MX_OK && q->op == RK_T_SUB)
        fmpq_sub(x, x, y);
    else if (ev == MX_OK && q->op == RK_T_MUL)
        fmpq_mul(x, x, y);
    else if (ev == MX_OK && q->op == RK_T_DIV)
        fmpq_div(x, x, y);
    else if (ev == MX_OK && q->op == RK_T_POWER && k <= MOST_DEPTH && k >= -MOST_DEPTH)
        fmpq_pow_si(x, x, (slong)k);
    else if (ev == MX_OK)
        ev = MX_UNKNOWN;
    fmpq_clear(y);
    return ev;
}

static mx_ev function_quantity(mx_values *v, const rk_quantity *q, fmpq_t x) {
    mx_ev ev;
    if (q->nmx == 0 && q->nargs == 2)
        return arithmetic(v, q, x);
    if (q->nmx == 1 && q->nargs == 0 && q->op >= RK_T_RELU && q->op <= RK_T_SIGN) {
        ev = matrix_quantity(v, &(rk_quantity){.kind = RK_Q_ENTRY, .mx = {q->mx[0]}}, q->op, x);
        return ev != MX_OK ? ev : entry_function(q->op, x, x);
    }
    if (q->nmx == 1 && (q->op == RK_T_NORM_2 || q->op == RK_T_SIGMA || q->op == RK_T_EIGABS ||
                        q->op == RK_T_STABLE_RANK))
        return spectral_quantity(v, q, x);
    if (q->nmx == 1)
        return matrix_quantity(v, q, q->op, x);
    if (q->nmx == 0 && q->nargs == 1) {
        fmpq_t y;
        fmpq_init(y);
        ev = mx_scalar(v, q->arg[0], y);
        if (ev == MX_OK) {
            ev = entry_function(q->op, x, y);
            if (ev == MX_UNKNOWN && q->op == RK_T_SQRT)
                ev = near_root(v, y, x);
        }
        fmpq_clear(y);
        return ev;
    }
    return MX_UNKNOWN;
}

static mx_ev fresh_number(mx_values *v, const rk_quantity *q, fmpq_t x) {
    mx_point *p = v->point;
    drawn *d = find(p, OF_FRESH_NUMBER, q->id, 0);
    if (d == NULL) {
        d = keep(p, OF_FRESH_NUMBER, q->id, 0, 1, 1);
        slong low = q->positive ? 1 : q->nonneg ? 0 : -4;
        slong n = (slong)rk_rng_between(&p->rng, low, 5);
        fmpq_set_si(fmpq_mat_entry(d->value, 0, 0), n == 0 && q->nonzero ? 1 : n,
                    q->integer ? 1 : (ulong)rk_rng_between(&p->rng, 1, 3));
    }
    fmpq_set(x, fmpq_mat_entry(d->value, 0, 0));
    return MX_OK;
}

static mx_ev quantity(mx_values *v, const rk_quantity *q, fmpq_t x) {
    switch (q->kind) {
    case RK_Q_RANK:
        return matrix_quantity(v, q, RK_T_RANK, x);
    case RK_Q_ENTRY:
        return matrix_quantity(v, q, RK_T_RANK, x);
    case RK_Q_DET:
        return matrix_quantity(v, q, RK_T_DET, x);
    case RK_Q_TRACE:
        return matrix_quantity(v, q, RK_T_TRACE, x);
    case RK_Q_OF_TERM:
        return function_quantity(v, q, x);
    case RK_Q_MIN:
    case RK_Q_MAX:
        return extremum(v, q, x);
    case RK_Q_SUM:
        return summed(v, q->sym, q->arg[1], q->arg[2], q->arg[0], x);
    case RK_Q_FRESH:
        return fresh_number(v, q, x);
    }
    return MX_UNKNOWN;
}

static mx_ev power_atom(mx_values *v, const rk_atom *a, fmpq_t x) {
    int64_t k;
    mx_ev ev = worst(mx_scalar(v, a->part[0], x), integer(v, a->part[1], &k));
    if (ev != MX_OK || k > MOST_DEPTH || k < -MOST_DEPTH)
        return worst(ev, ev == MX_OK ? MX_UNKNOWN : ev);
    if (k < 0 && fmpq_is_zero(x))
        return MX_UNDEFINED;
    fmpq_pow_si(x, x, (slong)k);
    return MX_OK;
}

static mx_ev atom_value(mx_values *v, unsigned id, fmpq_t x) {
    rk_scalars *s = rk_mxs_scalars(v->store);
    const rk_quantity *q = rk_sc_atom_quantity(s, id);
    const rk_atom *a = rk_canon_atom_get(rk_scalars_canons(s), id);
    int64_t value;
    if (q != NULL)
        return quantity(v, q, x);
    if (a->kind == RK_A_POW)
        return power_atom(v, a, x);
    if (a->kind != RK_A_SYM || !mx_point_sym(v->point, a->index, &value))
        return MX_UNKNOWN;
    fmpq_set_si(x, (slong)value, 1);
    return MX_OK;
}

static void polynomial(fmpq_t r, const fmpz_mpoly_t f, const fmpq *at, unsigned n,
                       const fmpz_mpoly_ctx_t ctx) {
    fmpq_t term, c;
    fmpq_init(term);
    fmpq_init(c);
    fmpq_zero(r);
    for (slong i = 0; i < fmpz_mpoly_length(f, ctx); i++) {
        fmpq_one(term);
        fmpz_mpoly_get_term_coeff_fmpz(fmpq_numref(term), f, i, ctx);
        for (unsigned k = 0; k < n; k++) {
            fmpq_pow_si(c, at + k, (slong)fmpz_mpoly_get_term_var_exp_ui(f, i, (slong)k, ctx));
            fmpq_mul(term, term, c);
        }
        fmpq_add(r, r, term);
    }
    fmpq_clear(term);
    fmpq_clear(c);
}

mx_ev mx_scalar(mx_values *v, rk_sc a, fmpq_t out) {
    rk_canons *cs = rk_scalars_canons(rk_mxs_scalars(v->store));
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(cs, a);
    fmpq *at = _fmpq_vec_init(a->natoms + 1);
    fmpq_t den;
    mx_ev ev = MX_OK;
    fmpq_init(den);
    for (unsigned i = 0; i < a->natoms && ev == MX_OK; i++)
        ev = atom_value(v, a->atom[i], at + i);
    if (ev == MX_OK) {
        polynomial(out, fmpz_mpoly_q_numref(a->value), at, a->natoms, ctx);
        polynomial(den, fmpz_mpoly_q_denref(a->value), at, a->natoms, ctx);
        ev = fmpq_is_zero(den) ? MX_UNDEFINED : MX_OK;
        if (ev == MX_OK)
            fmpq_div(out, out, den);
    }
    fmpq_clear(den);
    _fmpq_vec_clear(at, a->natoms + 1);
    return ev;
}
