/* Ranks over the field with square roots. Lower bounds come from the images in finite fields,
   upper bounds from exact rational linear algebra; between them, what is left is small. */
#include "linalg/rk_rank.h"
#include "rk_ball.h"
#include "rk_surd.h"

enum {
    PRIME_BITS = 61,
    PRIMES = 2,
    ENCLOSURE_BITS = 256,
    STACK_LIMIT = 1 << 13 /* entries of a rational matrix that is brought to echelon form */
};

/* --- the image in a field of p^2 elements --------------------------------------------------- */

/* In F_{p^2} = F_p(w), w^2 = nonresidue, every element of F_p has a root: that of g is root, or
   root*w where `twisted`. Since the generators are independent modulo squares, the field is
   Q[x_1, ..., x_k] / (x_i^2 - g_i), and any choice of the roots is a homomorphism from the numbers
   without p in their denominators. So the rank of the image is a lower bound. */
typedef struct image {
    nmod_t mod;
    ulong nonresidue;
    ulong root[RK_SURD_GENERATORS];
    uint64_t twisted, used;
} image;

static ulong smallest_nonresidue(ulong p) {
    ulong a = 2;
    while (n_jacobi_unsigned(a, p) != -1)
        a++;
    return a;
}

static void choose_roots(image *m, const rk_surd_field *f, ulong p, uint64_t used) {
    nmod_init(&m->mod, p);
    m->nonresidue = smallest_nonresidue(p);
    m->twisted = 0;
    m->used = used;
    for (slong i = 0; i < f->n; i++) {
        ulong g = fmpz_fdiv_ui(&f->generator[i], p);
        if (!(used >> i & 1))
            continue;
        if (g != 0 && n_jacobi_unsigned(g, p) < 0) {
            g = nmod_div(g, m->nonresidue, m->mod);
            m->twisted |= (uint64_t)1 << i;
        }
        m->root[i] = n_sqrtmod(g, p);
    }
}

/* u + v*w := the image of sqrt(g_mask) */
static void image_of_root(const image *m, ulong *u, ulong *v, uint64_t mask) {
    bool twisted = false;
    ulong x = 1;
    for (slong i = 0; mask >> i != 0; i++) {
        if (!(mask >> i & 1))
            continue;
        x = nmod_mul(x, m->root[i], m->mod);
        if (!(m->twisted >> i & 1))
            continue;
        if (twisted)
            x = nmod_mul(x, m->nonresidue, m->mod);
        twisted = !twisted;
        if (i == 63)
            break;
    }
    *u = twisted ? 0 : x;
    *v = twisted ? x : 0;
}

/* false: p divides the denominator */
static bool residue(ulong *r, const fmpq *x, nmod_t mod) {
    ulong below = fmpz_fdiv_ui(fmpq_denref(x), mod.n);
    if (below == 0)
        return false;
    *r = nmod_div(fmpz_fdiv_ui(fmpq_numref(x), mod.n), below, mod);
    return true;
}

/* Adds the image of sqrt(g_mask)*part; u + v*w is [u, v*nonresidue; v, u] over F_p. */
static bool add_part(nmod_mat_t r, const image *m, uint64_t mask, const fmpq_mat_struct *part) {
    ulong u, v, c = 0;
    image_of_root(m, &u, &v, mask);
    ulong upper = nmod_mul(v, m->nonresidue, m->mod);
    for (slong i = 0; i < part->r; i++)
        for (slong j = 0; j < part->c; j++) {
            if (!residue(&c, fmpq_mat_entry(part, i, j), m->mod))
                return false;
            ulong *top = &nmod_mat_entry(r, 2 * i, 2 * j);
            ulong *bottom = &nmod_mat_entry(r, 2 * i + 1, 2 * j);
            top[0] = nmod_add(top[0], nmod_mul(c, u, m->mod), m->mod);
            top[1] = nmod_add(top[1], nmod_mul(c, upper, m->mod), m->mod);
            bottom[0] = nmod_add(bottom[0], nmod_mul(c, v, m->mod), m->mod);
            bottom[1] = nmod_add(bottom[1], nmod_mul(c, u, m->mod), m->mod);
        }
    return true;
}

static slong rank_mod(const rk_surd_field *f, const rk_surd_parts *p, ulong prime) {
    uint64_t used = 0;
    image m;
    nmod_mat_t r;
    bool good = true;
    for (slong k = 0; k < p->n; k++)
        used |= p->mask[k];
    choose_roots(&m, f, prime, used);
    nmod_mat_init(r, 2 * p->part[0].r, 2 * p->part[0].c, prime);
    for (slong k = 0; k < p->n && good; k++)
        good = add_part(r, &m, p->mask[k], &p->part[k]);
    slong rank = good ? rk_rank_mod(r) / 2 : 0;
    nmod_mat_clear(r);
    return rank;
}

static slong modular_bound(const rk_surd_field *f, const rk_surd_parts *p) {
    slong best = 0, full = FLINT_MIN(p->part[0].r, p->part[0].c);
    ulong prime = UWORD(1) << PRIME_BITS;
    for (int k = 0; k < PRIMES && best < full; k++) {
        prime = n_nextprime(prime, 1);
        best = FLINT_MAX(best, rank_mod(f, p, prime));
    }
    return best;
}

static bool flat_parts(const rk_surd_parts *p) {
    for (slong k = 0; k < p->n; k++)
        if (p->mask[k] & ~RK_SURD_FLAT)
            return false;
    return true;
}

/* With nested roots the images would be in larger fields; enclosures serve. */
static slong enclosed_bound(const rk_matrix *a) {
    arb_mat_t x;
    slong low, high;
    arb_mat_init(x, a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            rk_surd_enclose(rk_surd_field_of(a->domain), arb_mat_entry(x, i, j),
                            (const rk_surd *)rk_at(a, i, j), ENCLOSURE_BITS);
    rk_ball_rank_arb(&low, &high, x, ENCLOSURE_BITS);
    arb_mat_clear(x);
    return low;
}

static slong lower_bound(const rk_matrix *a, const rk_surd_parts *p) {
    return flat_parts(p) ? modular_bound(rk_surd_field_of(a->domain), p) : enclosed_bound(a);
}

/* --- rational combinations ------------------------------------------------------------------ */

/* Columns of y (initialised here): a basis of the x with a*x = 0. pivot[0], ... get the columns of
   a outside which these x are free; the others among the x are 0 but for one that is 1. */
static void kernel(fmpq_mat_t y, slong *pivot, const fmpq_mat_t a) {
    fmpq_mat_t e;
    fmpq_mat_init(e, a->r, a->c);
    slong rank = fmpq_mat_rref(e, a), row = 0, free_column = 0;
    fmpq_mat_init(y, a->c, a->c - rank);
    for (slong j = 0; j < a->c; j++) {
        if (row < rank && !fmpq_is_zero(fmpq_mat_entry(e, row, j))) {
            pivot[row++] = j;
            continue;
        }
        fmpq_set_si(fmpq_mat_entry(y, j, free_column), 1, 1);
        for (slong i = 0; i < row; i++)
            fmpq_neg(fmpq_mat_entry(y, pivot[i], free_column), fmpq_mat_entry(e, i, j));
        free_column++;
    }
    fmpq_mat_clear(e);
}

/* The parts from `first` on below each other, or beside each other. */
static void stack(fmpq_mat_t r, const rk_surd_parts *p, slong first, bool below) {
    slong rows = p->part[0].r, cols = p->part[0].c, n = p->n - first;
    fmpq_mat_init(r, below ? n * rows : rows, below ? cols : n * cols);
    for (slong k = 0; k < n; k++)
        for (slong i = 0; i < rows; i++)
            for (slong j = 0; j < cols; j++)
                fmpq_set(fmpq_mat_entry(r, (below ? k * rows : 0) + i, (below ? 0 : k * cols) + j),
                         fmpq_mat_entry(&p->part[first + k], i, j));
}

static slong rank_of_stack(const rk_surd_parts *p, bool below) {
    fmpq_mat_t s;
    stack(s, p, 0, below);
    slong rank = rk_rank_fmpq(s);
    fmpq_mat_clear(s);
    return rank;
}

/* The n chosen columns of a. */
static void choose_columns(fmpq_mat_t r, const fmpq_mat_t a, const slong *chosen, slong n) {
    fmpq_mat_init(r, a->r, n);
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < n; j++)
            fmpq_set(fmpq_mat_entry(r, i, j), fmpq_mat_entry(a, i, chosen[j]));
}

static void left_kernel(fmpq_mat_t r, const fmpq_mat_t a) {
    fmpq_mat_t t, y;
    slong *pivot = rk_calloc((size_t)a->r + 1, sizeof *pivot);
    fmpq_mat_init(t, a->c, a->r);
    fmpq_mat_transpose(t, a);
    kernel(y, pivot, t);
    fmpq_mat_init(r, y->c, y->r);
    fmpq_mat_transpose(r, y);
    fmpq_mat_clear(t);
    fmpq_mat_clear(y);
    rk_free(pivot);
}

static void assemble(rk_matrix *r, const rk_domain *d, const rk_surd_parts *p) {
    rk_matrix t;
    rk_matrix_init(r, d, p->part[0].r, p->part[0].c);
    rk_matrix_init(&t, d, 1, 1);
    for (slong k = 0; k < p->n; k++)
        for (slong i = 0; i < r->rows; i++)
            for (slong j = 0; j < r->cols; j++) {
                d->set_fmpq(d, t.entry, fmpq_mat_entry(&p->part[k], i, j));
                rk_surd_raise(d, t.entry, p->mask[k]);
                d->add(d, rk_at(r, i, j), rk_at(r, i, j), t.entry);
            }
    rk_matrix_clear(&t);
}

/* p := left * p restricted to n chosen columns */
static void restrict_parts(rk_surd_parts *p, const fmpq_mat_t left, const slong *chosen, slong n) {
    for (slong k = 0; k < p->n; k++) {
        fmpq_mat_t some, product;
        choose_columns(some, &p->part[k], chosen, n);
        fmpq_mat_init(product, left->r, n);
        fmpq_mat_mul(product, left, some);
        fmpq_mat_swap(&p->part[k], product);
        fmpq_mat_clear(some);
        fmpq_mat_clear(product);
    }
}

/* Rational combinations of columns that are rational: with y their coefficients and `chosen`
   columns that complete them, rank(a) = rank([a*y, a_chosen]) = rank(R) + rank(N * a_chosen),
   where R = a*y and the rows of N are a basis of the left kernel of R. Replaces *a by
   N * a_chosen and returns rank(R); -1: there are no such combinations. */
static slong peel(rk_matrix *a, rk_surd_parts *p) {
    fmpq_mat_t others, y, r, left;
    slong *chosen = rk_calloc((size_t)a->cols + 1, sizeof *chosen), peeled = -1;
    stack(others, p, 1, true);
    kernel(y, chosen, others);
    if (y->c > 0) {
        fmpq_mat_init(r, a->rows, y->c);
        fmpq_mat_mul(r, &p->part[0], y);
        left_kernel(left, r);
        peeled = a->rows - left->r;
        restrict_parts(p, left, chosen, a->cols - y->c);
        const rk_domain *d = a->domain;
        rk_matrix_clear(a);
        assemble(a, d, p);
        fmpq_mat_clear(r);
        fmpq_mat_clear(left);
    }
    fmpq_mat_clear(others);
    fmpq_mat_clear(y);
    rk_free(chosen);
    return peeled;
}

static void transpose(rk_matrix *a) {
    rk_matrix t;
    rk_matrix_transpose(&t, a);
    rk_matrix_clear(a);
    *a = t;
}

/* Peels what it can with the rows and columns scaled so, or the transposed. */
static slong peel_scaled(rk_matrix *a, bool mixed, bool transposed) {
    rk_surd_parts p;
    slong peeled = -1;
    if (transposed)
        transpose(a);
    rk_surd_scale(a, NULL, NULL, mixed);
    if (!rk_surd_parts_init(&p, a))
        return -1;
    if (p.n > 1 && (p.n - 1) * a->rows * a->cols <= STACK_LIMIT)
        peeled = peel(a, &p);
    rk_surd_parts_clear(&p);
    return peeled;
}

/* --- rank ----------------------------------------------------------------------------------- */

/* rank over the field = rank of the rational matrix that stands for it / degree of the field */
static bool regular_rank(const rk_surd_field *f, const rk_surd_parts *p, slong *rank) {
    rk_surd_span s;
    fmpq_mat_t r;
    slong rows = p->part[0].r, cols = p->part[0].c;
    rk_surd_span_of(&s, p);
    if (!flat_parts(p) || s.n >= FLINT_BITS / 2 || FLINT_MIN(rows, cols) << s.n > RK_SURD_REGULAR ||
        FLINT_MAX(rows, cols) << s.n > 4 * RK_SURD_REGULAR)
        return false;
    rk_surd_regular(r, f, p, &s);
    *rank = rk_rank_fmpq(r) >> s.n;
    fmpq_mat_clear(r);
    return true;
}

static bool eliminated_rank(const rk_matrix *a, slong *rank) {
    rk_matrix work;
    rk_matrix_copy(&work, a);
    rk_ev ev = rk_surd_eliminate(&work, work.cols, false, rank);
    rk_matrix_clear(&work);
    return ev == RK_EV_OK;
}

/* Bounds of the rank of the matrix with these parts. A rational combination of rows (columns) that
   vanishes in all parts vanishes in the matrix: hence the bounds by the parts in one row or
   column. */
static void bound(slong *low, slong *high, const rk_matrix *a, const rk_surd_parts *p) {
    slong rows = p->part[0].r, cols = p->part[0].c, exact;
    *high = FLINT_MIN(rows, cols);
    *low = 0;
    if (*high == 0)
        return;
    if (p->n == 1) {
        *low = *high = rk_rank_fmpq(&p->part[0]);
        return;
    }
    *low = lower_bound(a, p);
    if (*low == *high || p->n * rows * cols > STACK_LIMIT)
        return;
    *high = FLINT_MIN(*high, rank_of_stack(p, false));
    *high = FLINT_MIN(*high, rank_of_stack(p, true));
    if (*low < *high &&
        (regular_rank(rk_surd_field_of(a->domain), p, &exact) || eliminated_rank(a, &exact)))
        *low = *high = exact;
}

/* Is the rank known to be full or the matrix rational? Else the bounds are not looked for yet. */
static bool is_simple(slong *rank, const rk_matrix *a) {
    rk_surd_parts p;
    bool simple = a->rows == 0 || a->cols == 0;
    *rank = 0;
    if (simple || !rk_surd_parts_init(&p, a))
        return simple;
    if (p.n == 1) {
        *rank = rk_rank_fmpq(&p.part[0]);
        simple = true;
    } else {
        *rank = lower_bound(a, &p);
        simple = *rank == FLINT_MIN(a->rows, a->cols);
    }
    rk_surd_parts_clear(&p);
    return simple;
}

/* Peels as long as it helps; returns the rank of what was peeled. */
static slong peel_all(rk_matrix *a) {
    slong known = 0, rank;
    for (int failures = 0; failures < 4 && !is_simple(&rank, a);) {
        slong peeled = peel_scaled(a, failures % 2 == 0, failures == 2);
        failures = peeled < 0 ? failures + 1 : 0;
        known += peeled < 0 ? 0 : peeled;
    }
    return known;
}

rk_ev rk_surd_rank(slong *low, slong *high, const rk_matrix *a) {
    rk_matrix work;
    rk_surd_parts p;
    *low = 0;
    *high = FLINT_MIN(a->rows, a->cols);
    rk_matrix_copy(&work, a);
    slong known = peel_all(&work);
    bool held = rk_surd_parts_init(&p, &work);
    if (held) {
        bound(low, high, &work, &p);
        *low += known;
        *high += known;
        rk_surd_parts_clear(&p);
    }
    rk_matrix_clear(&work);
    return !held ? RK_EV_LIMIT : *low == *high ? RK_EV_OK : RK_EV_PRECISION;
}
