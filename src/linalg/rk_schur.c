#include "rk_schur.h"
#include <stdatomic.h>
#include <string.h>
#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "base/rk_pool.h"
#include "rk_modular.h"
#include "rk_residues.h"

/* Primes are taken downwards from here: sums of 127 products need no reduction. */
#define FIRST_PRIME (UWORD(1) << 24)
enum { MOST_FACTORS = 32, MOST_WIDTH = 256 };
#define MOST_DOUBLES 0x1p27 /* of the inverses mod all of them: a gigabyte */

/* Residues mod several primes stand for an integer below their product in modulus. */
typedef struct basis {
    slong count, room;
    ulong *prime;
    rk_modulus *q;
    double *unit; /* (product / prime)^-1 mod prime */
    fmpz_t product;
} basis;

typedef struct schur {
    const rk_residues *on;
    slong m, r, k; /* k columns beside the minor's r */
    basis p, q;
    slong steps;
    double *solve;       /* m by r mod each prime of p: -M^-1 over C M^-1 */
    double *times;       /* m by r mod each prime of q: M over C */
    double *right;       /* m by k mod each prime of q: B over D */
    double *to_p, *to_q; /* what residues of the other basis are multiplied by */
    double *shrink;      /* 1 / P mod each prime of q */
    slong width;         /* columns that are lifted together */
    double *room;        /* `each` doubles for a thread */
    size_t each;
    double deadline;
    atomic_bool refuted, late;
} schur;

static bool is_late(schur *s) {
    if (s->deadline > 0 && rk_clock() > s->deadline)
        atomic_store(&s->late, true);
    return atomic_load(&s->late);
}

static double balanced(ulong residue, ulong p) {
    return residue > p / 2 ? (double)residue - (double)p : (double)residue;
}

static double residue_of(const fmpz_t x, ulong p) {
    return balanced(fmpz_fdiv_ui(x, p), p);
}

static ulong previous_prime(ulong p) {
    do
        p--;
    while (!n_is_prime(p));
    return p;
}

/* --- bases ----------------------------------------------------------------------------------- */

static void basis_init(basis *b) {
    *b = (basis){0};
    fmpz_init_set_ui(b->product, 1);
}

static void basis_clear(basis *b) {
    rk_free(b->prime);
    rk_free(b->q);
    rk_free(b->unit);
    fmpz_clear(b->product);
}

static void basis_add(basis *b, ulong p) {
    if (b->count == b->room) {
        b->room = 2 * b->room + 8;
        b->prime = rk_realloc(b->prime, (size_t)b->room * sizeof *b->prime);
        b->q = rk_realloc(b->q, (size_t)b->room * sizeof *b->q);
    }
    b->prime[b->count] = p;
    b->q[b->count++] = rk_modulus_of(p);
    fmpz_mul_ui(b->product, b->product, p);
}

static ulong cofactor_mod(const basis *b, slong i, ulong p) {
    fmpz_t t;
    fmpz_init(t);
    fmpz_divexact_ui(t, b->product, b->prime[i]);
    ulong r = fmpz_fdiv_ui(t, p);
    fmpz_clear(t);
    return r;
}

static void find_units(basis *b) {
    b->unit = rk_malloc(((size_t)b->count + 1) * sizeof *b->unit);
    for (slong i = 0; i < b->count; i++) {
        ulong p = b->prime[i];
        b->unit[i] = balanced(n_invmod(cofactor_mod(b, i, p), p), p);
    }
}

/* For each prime of `to`: product / prime for the primes of `from`, and minus the product. */
static double *coefficients(const basis *from, const basis *to) {
    slong width = from->count + 1;
    double *c = rk_malloc((size_t)(to->count * width + 1) * sizeof *c);
    for (slong j = 0; j < to->count; j++) {
        for (slong i = 0; i < from->count; i++)
            c[j * width + i] = balanced(cofactor_mod(from, i, to->prime[j]), to->prime[j]);
        c[j * width + from->count] = -residue_of(from->product, to->prime[j]);
    }
    return c;
}

/* Planes of residues of x mod the primes become those of x * unit, y_i; one more plane is the
   integer nearest to the sum of y_i / prime_i, so that x = sum of y_i product / prime_i minus this
   integer times the product, if x is below a quarter of it; else x is the residue nearest to 0, up
   to the error of the sum. */
static void prepare(const rk_residues *on, const basis *b, double *plane, slong size) {
    const double magic = 6755399441055744.0;
    double *sum = plane + b->count * size;
    memset(sum, 0, (size_t)size * sizeof *sum);
    for (slong i = 0; i < b->count; i++) {
        on->scale(plane + i * size, b->unit[i], size, &b->q[i]);
        on->take_column(sum, plane + i * size, -b->q[i].inverse, size);
    }
    for (slong i = 0; i < size; i++)
        sum[i] = (sum[i] + magic) - magic;
}

/* --- what is computed once -------------------------------------------------------------------- */

/* The row or column numbers with the given ones first. */
static slong *in_front(const slong *taken, slong r, slong n) {
    slong *order = rk_malloc(((size_t)n + 1) * sizeof *order), count = r;
    unsigned char *seen = rk_calloc((size_t)n + 1, 1);
    for (slong i = 0; i < r; i++) {
        order[i] = taken[i];
        seen[taken[i]] = 1;
    }
    for (slong i = 0; i < n; i++)
        if (!seen[i])
            order[count++] = i;
    rk_free(seen);
    return order;
}

/* The residues of columns from..from+n-1 of a. */
static void read_block(double *to, const fmpz_mat_t a, slong from, slong n, ulong p) {
    for (slong i = 0; i < fmpz_mat_nrows(a); i++)
        for (slong j = 0; j < n; j++)
            to[i * n + j] = residue_of(fmpz_mat_entry(a, i, from + j), p);
}

/* -M^-1 over C M^-1 mod p; false when a leading minor of M is singular. */
static bool read_inverse(const schur *s, double *to, const fmpz_mat_t a, ulong p) {
    slong m = s->m, r = s->r;
    rk_modulus q = rk_modulus_of(p);
    double *block = rk_malloc((size_t)(m * r) * sizeof *block);
    double *scratch = rk_malloc(rk_residues_scratch(r, r) * sizeof *scratch);
    read_block(block, a, 0, r, p);
    memcpy(to, block, (size_t)(r * r) * sizeof *to);
    bool regular = rk_modular_inverse(to, r, p);
    memset(to + r * r, 0, (size_t)((m - r) * r) * sizeof *to);
    for (slong i = 0; i < r * r; i++)
        to[i] = -to[i];
    if (regular)
        s->on->take(to + r * r, r, block + r * r, r, to, r, m - r, r, r, &q, scratch);
    rk_free(scratch);
    rk_free(block);
    return regular;
}

/* a(i, j)^2 summed over the minor's columns, and the largest of the others added: the squared norm
   of row i of every minor of r + 1 columns among which those are. */
static void row_square(fmpz_t square, const fmpz_mat_t a, slong i, slong r) {
    fmpz_t most;
    fmpz_init(most);
    fmpz_zero(square);
    for (slong j = 0; j < r; j++)
        fmpz_addmul(square, fmpz_mat_entry(a, i, j), fmpz_mat_entry(a, i, j));
    for (slong j = r; j < fmpz_mat_ncols(a); j++)
        if (fmpz_cmpabs(fmpz_mat_entry(a, i, j), most) > 0)
            fmpz_set(most, fmpz_mat_entry(a, i, j));
    fmpz_addmul(square, most, most);
    fmpz_clear(most);
}

/* Hadamard's bound by rows, squared, for all minors of order r + 1 that contain the first. */
static void square_bound(fmpz_t bound, const fmpz_mat_t a, slong r) {
    fmpz_t square, most;
    fmpz_init(square);
    fmpz_init(most);
    fmpz_one(bound);
    for (slong i = 0; i < fmpz_mat_nrows(a); i++) {
        row_square(square, a, i, r);
        if (i < r)
            fmpz_mul(bound, bound, square);
        else if (fmpz_cmp(square, most) > 0)
            fmpz_set(most, square);
    }
    fmpz_mul(bound, bound, most);
    fmpz_clear(square);
    fmpz_clear(most);
}

/* The smaller of the bounds by rows and by columns. */
static void minors_bound(fmpz_t bound, const fmpz_mat_t a, slong r) {
    fmpz_mat_t t;
    fmpz_t other;
    fmpz_init(other);
    fmpz_mat_init(t, fmpz_mat_ncols(a), fmpz_mat_nrows(a));
    fmpz_mat_transpose(t, a);
    square_bound(bound, a, r);
    square_bound(other, t, r);
    if (fmpz_cmp(other, bound) < 0)
        fmpz_swap(bound, other);
    fmpz_mat_clear(t);
    fmpz_clear(other);
}

/* How many primes make P: more of them mean fewer steps, and more to prepare. */
static slong factors(const schur *s, slong digits) {
    double m = (double)s->m, r = (double)s->r, k = (double)s->k, q = (double)s->q.count;
    double least = 0;
    slong best = 1;
    for (slong n = 1; n <= MOST_FACTORS && n <= digits; n++) {
        if (n > 1 && (double)n * m * r > MOST_DOUBLES)
            break;
        double steps = (double)((digits + n - 1) / n), primes = (double)n;
        double cost = steps * ((primes + q) * m * r * k + 2 * primes * q * (m + r) * k) +
                      primes * r * (3 * r * r + (m - r) * r + 100 * m);
        if (n == 1 || cost < least) {
            least = cost;
            best = n;
        }
    }
    return best;
}

/* What is left stays below (r + 1) times the largest entry; four times that is told from its
   residues. */
static void choose_small_primes(schur *s, const fmpz_mat_t a, ulong *p) {
    fmpz_t enough;
    fmpz_init_set_ui(enough, (ulong)s->r + 1);
    fmpz_mul_2exp(enough, enough, (ulong)FLINT_ABS(fmpz_mat_max_bits(a)) + 2);
    while (fmpz_cmp(s->q.product, enough) <= 0)
        basis_add(&s->q, *p = previous_prime(*p));
    fmpz_clear(enough);
    find_units(&s->q);
    s->times = rk_malloc((size_t)(s->q.count * s->m * s->r) * sizeof(double));
    s->right = rk_malloc((size_t)(s->q.count * s->m * s->k) * sizeof(double));
    for (slong j = 0; j < s->q.count; j++) {
        read_block(s->times + j * s->m * s->r, a, 0, s->r, s->q.prime[j]);
        read_block(s->right + j * s->m * s->k, a, s->r, s->k, s->q.prime[j]);
    }
}

static void choose_digits(schur *s, const fmpz_mat_t a, ulong *p) {
    fmpz_t bound, power;
    fmpz_init(bound);
    fmpz_init_set_ui(power, 1);
    minors_bound(bound, a, s->r);
    slong count = factors(s, (slong)fmpz_bits(bound) / 48 + 1);
    s->solve = rk_malloc((size_t)(count * s->m * s->r) * sizeof(double));
    while (s->p.count < count && !is_late(s)) {
        *p = previous_prime(*p);
        if (read_inverse(s, s->solve + s->p.count * s->m * s->r, a, *p))
            basis_add(&s->p, *p);
    }
    find_units(&s->p);
    for (; s->p.count == count && fmpz_cmp(power, bound) <= 0; s->steps++) {
        fmpz_mul(power, power, s->p.product);
        fmpz_mul(power, power, s->p.product);
    }
    fmpz_clear(bound);
    fmpz_clear(power);
}

static void choose_width(schur *s, slong threads) {
    slong parts = FLINT_MAX((s->k + MOST_WIDTH - 1) / MOST_WIDTH, FLINT_MIN(threads, s->k));
    s->width = (s->k + parts - 1) / parts;
    slong m = s->m * s->width, r = s->r * s->width;
    s->each = (size_t)(s->q.count * m + (s->q.count + 1) * m + m + (s->p.count + 1) * r + r) +
              rk_residues_scratch(s->width, s->r);
    s->room = rk_malloc((size_t)threads * s->each * sizeof(double));
}

static void start(schur *s, const fmpz_mat_t a, slong r, slong threads, double deadline) {
    ulong p = FIRST_PRIME;
    *s = (schur){.on = rk_residues_best(), .m = fmpz_mat_nrows(a), .r = r, .deadline = deadline};
    s->k = fmpz_mat_ncols(a) - r;
    basis_init(&s->p);
    basis_init(&s->q);
    choose_small_primes(s, a, &p);
    choose_digits(s, a, &p);
    s->to_p = coefficients(&s->q, &s->p);
    s->to_q = coefficients(&s->p, &s->q);
    s->shrink = rk_malloc((size_t)s->q.count * sizeof(double));
    for (slong j = 0; j < s->q.count; j++) {
        ulong q = s->q.prime[j];
        s->shrink[j] = balanced(n_invmod(fmpz_fdiv_ui(s->p.product, q), q), q);
    }
    choose_width(s, threads);
}

static void finish(schur *s) {
    basis_clear(&s->p);
    basis_clear(&s->q);
    rk_free(s->solve);
    rk_free(s->times);
    rk_free(s->right);
    rk_free(s->to_p);
    rk_free(s->to_q);
    rk_free(s->shrink);
    rk_free(s->room);
}

/* --- lifting ---------------------------------------------------------------------------------- */

/* Some columns of what is left, mod the primes of q, and room for a digit. */
typedef struct columns {
    slong width, size, digit_size; /* of a plane of m rows, and of r rows */
    double *left;                  /* a plane mod each prime of q */
    double *spread;                /* the same prepared, one more plane */
    double *image;                 /* what is left mod one prime of p */
    double *digit;                 /* a plane mod each prime of p, one more */
    double *small;                 /* the digit mod one prime of q */
    double *scratch;
} columns;

static columns columns_at(const schur *s, slong from, unsigned worker) {
    columns c = {.width = FLINT_MIN(s->width, s->k - from)};
    c.size = s->m * c.width;
    c.digit_size = s->r * c.width;
    c.left = s->room + worker * s->each;
    c.spread = c.left + s->q.count * c.size;
    c.image = c.spread + (s->q.count + 1) * c.size;
    c.digit = c.image + c.size;
    c.small = c.digit + (s->p.count + 1) * c.digit_size;
    c.scratch = c.small + c.digit_size;
    for (slong j = 0; j < s->q.count; j++)
        for (slong i = 0; i < s->m; i++)
            memcpy(c.left + j * c.size + i * c.width, s->right + (j * s->m + i) * s->k + from,
                   (size_t)c.width * sizeof(double));
    return c;
}

static bool all_zero(const double *x, slong count) {
    for (slong i = 0; i < count; i++)
        if (x[i] != 0)
            return false;
    return true;
}

/* The next digit mod the primes of p; false when what is left of D is not C M^-1 times what is left
   of B, mod P. */
static bool next_digit(const schur *s, columns *c) {
    slong w = c->width, below = s->m - s->r;
    memcpy(c->spread, c->left, (size_t)(s->q.count * c->size) * sizeof(double));
    prepare(s->on, &s->q, c->spread, c->size);
    for (slong i = 0; i < s->p.count; i++) {
        const double *g = s->solve + i * s->m * s->r;
        double *low = c->image + c->digit_size, *digit = c->digit + i * c->digit_size;
        s->on->combine(c->image, c->size, s->to_p + i * (s->q.count + 1), c->spread, c->size,
                       s->q.count + 1, &s->p.q[i]);
        s->on->take(low, w, g + s->r * s->r, s->r, c->image, w, below, w, s->r, &s->p.q[i],
                    c->scratch);
        if (!all_zero(low, below * w))
            return false;
        memset(digit, 0, (size_t)c->digit_size * sizeof *digit);
        s->on->take(digit, w, g, s->r, c->image, w, s->r, w, s->r, &s->p.q[i], c->scratch);
    }
    return true;
}

/* left := (left - [M; C] digit) / P */
static void take_digit(const schur *s, columns *c) {
    prepare(s->on, &s->p, c->digit, c->digit_size);
    for (slong j = 0; j < s->q.count; j++) {
        double *left = c->left + j * c->size;
        s->on->combine(c->small, c->digit_size, s->to_q + j * (s->p.count + 1), c->digit,
                       c->digit_size, s->p.count + 1, &s->q.q[j]);
        s->on->take(left, c->width, s->times + j * s->m * s->r, s->r, c->small, c->width, s->m,
                    c->width, s->r, &s->q.q[j], c->scratch);
        s->on->scale(left, s->shrink[j], c->size, &s->q.q[j]);
    }
}

static void lift_part(void *self, size_t index, unsigned worker) {
    schur *s = self;
    columns c = columns_at(s, (slong)index * s->width, worker);
    for (slong step = 1; step <= s->steps && !atomic_load(&s->refuted) && !is_late(s); step++) {
        if (!next_digit(s, &c))
            atomic_store(&s->refuted, true);
        else if (step < s->steps)
            take_digit(s, &c);
    }
}

/* a, or its transpose when it is wide, with the minor in its corner. */
static void arrange(fmpz_mat_t to, const fmpz_mat_t a, slong r, const slong *rows,
                    const slong *cols) {
    slong m = fmpz_mat_nrows(a), n = fmpz_mat_ncols(a);
    slong *i = in_front(rows, r, m), *j = in_front(cols, r, n);
    bool wide = n > m; /* fewer columns are lifted of the transpose */
    fmpz_mat_init(to, wide ? n : m, wide ? m : n);
    for (slong x = 0; x < m; x++)
        for (slong y = 0; y < n; y++)
            fmpz_set(wide ? fmpz_mat_entry(to, y, x) : fmpz_mat_entry(to, x, y),
                     fmpz_mat_entry(a, i[x], j[y]));
    rk_free(i);
    rk_free(j);
}

rk_tern rk_schur_is_zero(const fmpz_mat_t a, slong r, const slong *rows, const slong *cols,
                         double deadline) {
    schur s;
    fmpz_mat_t b;
    unsigned threads = rk_pool_blas_threads();
    arrange(b, a, r, rows, cols);
    start(&s, b, r, threads, deadline);
    fmpz_mat_clear(b);
    size_t parts = (size_t)((s.k + s.width - 1) / s.width);
    if (threads > 1 && parts > 1)
        rk_pool_run(threads, parts, lift_part, &s);
    else
        for (size_t i = 0; i < parts; i++)
            lift_part(&s, i, 0);
    bool refuted = atomic_load(&s.refuted), late = atomic_load(&s.late);
    finish(&s);
    return refuted ? RK_FALSE : late ? RK_UNKNOWN : RK_TRUE;
}
