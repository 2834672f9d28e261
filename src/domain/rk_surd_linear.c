/* Matrices over the field with square roots: by classes, as rational matrices, determinant and
   inverse. */
#include <string.h>

#include "rk_surd.h"

enum {
    MOST_WORK = 1 << 20, /* of one elimination: some tens of milliseconds */
    MINORS_LIMIT = 9     /* rows of a determinant by minors: 2^9 of them */
};

static const rk_surd *at(const rk_matrix *a, slong i, slong j) {
    return (const rk_surd *)rk_at(a, i, j);
}

/* --- by classes ----------------------------------------------------------------------------- */

static slong part_of(const rk_surd_parts *p, uint64_t mask) {
    slong k = 0;
    while (k < p->n && p->mask[k] != mask)
        k++;
    return k;
}

static void collect_masks(rk_surd_parts *p, const rk_matrix *a) {
    size_t room = 0;
    rk_grow(&p->mask, &room, 8, sizeof *p->mask);
    p->mask[0] = 0;
    p->n = 1;
    for (slong k = 0; k < a->rows * a->cols; k++) {
        const rk_surd *x = at(a, 0, k);
        for (slong t = 0; t < x->n; t++) {
            if (part_of(p, x->term[t].mask) < p->n)
                continue;
            rk_grow(&p->mask, &room, (size_t)p->n + 1, sizeof *p->mask);
            p->mask[p->n++] = x->term[t].mask;
        }
    }
}

bool rk_surd_parts_init(rk_surd_parts *p, const rk_matrix *a) {
    memset(p, 0, sizeof *p);
    for (slong k = 0; k < a->rows * a->cols; k++)
        if (at(a, 0, k)->lost)
            return false;
    collect_masks(p, a);
    p->part = rk_malloc((size_t)p->n * sizeof *p->part);
    for (slong k = 0; k < p->n; k++)
        fmpq_mat_init(&p->part[k], a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            for (slong t = 0; t < at(a, i, j)->n; t++) {
                const rk_surd_term *term = &at(a, i, j)->term[t];
                fmpq_set(fmpq_mat_entry(&p->part[part_of(p, term->mask)], i, j), &term->c);
            }
    return true;
}

void rk_surd_parts_clear(rk_surd_parts *p) {
    for (slong k = 0; k < p->n; k++)
        fmpq_mat_clear(&p->part[k]);
    rk_free(p->part);
    rk_free(p->mask);
    memset(p, 0, sizeof *p);
}

/* --- scaling -------------------------------------------------------------------------------- */

/* The mask that most of n entries have, `step` apart in the row-major matrix. */
static uint64_t most_common(const rk_matrix *a, slong first, slong step, slong n, bool mixed) {
    uint64_t best = 0;
    slong most = 0;
    for (slong k = 0; k < n; k++) {
        const rk_surd *x = at(a, 0, first + k * step);
        for (slong t = 0; t < x->n; t++) {
            uint64_t mask = x->term[t].mask;
            slong count = 0;
            for (slong l = 0; l < n; l++) {
                const rk_surd *y = at(a, 0, first + l * step);
                for (slong u = 0; u < y->n; u++)
                    count += y->term[u].mask == mask;
            }
            if (count > most || (count == most && mixed && best == 0)) {
                most = count;
                best = mask;
            }
        }
    }
    return best;
}

/* Divides n entries by sqrt(g_mask). */
static void lower_line(rk_matrix *a, slong first, slong step, slong n, uint64_t mask) {
    for (slong k = 0; k < n; k++) {
        rk_surd *x = (rk_surd *)rk_at(a, 0, first + k * step);
        rk_surd_lower(rk_surd_field_of(a->domain), x, x, mask);
    }
}

static slong terms_of(const rk_surd *x, slong n) {
    slong terms = 0;
    for (slong k = 0; k < n; k++)
        terms += x[k].n;
    return terms;
}

/* Divides n entries by sqrt(g_mask), or multiplies them by it where that leaves fewer terms: the
   two differ by more than a rational when there are nested generators in the mask. */
static void shift_line(rk_matrix *a, slong first, slong step, slong n, uint64_t mask) {
    rk_matrix raised;
    const rk_domain *d = a->domain;
    rk_matrix_init(&raised, d, n, 1);
    for (slong k = 0; k < n; k++) {
        d->set(d, rk_at(&raised, k, 0), at(a, 0, first + k * step));
        rk_surd_raise(d, rk_at(&raised, k, 0), mask);
    }
    slong fewest = terms_of(raised.entry, n);
    lower_line(a, first, step, n, mask);
    for (slong k = 0; k < n; k++)
        fewest -= at(a, 0, first + k * step)->n;
    for (slong k = 0; k < n && fewest < 0; k++)
        d->set(d, rk_at(a, 0, first + k * step), rk_at(&raised, k, 0));
    rk_matrix_clear(&raised);
}

static void scale_line(rk_matrix *a, slong first, slong step, slong n, uint64_t *mask, bool mixed) {
    uint64_t common = most_common(a, first, step, n, mixed);
    if (mask != NULL || (common & ~RK_SURD_FLAT) == 0)
        lower_line(a, first, step, n, common);
    else
        shift_line(a, first, step, n, common);
    if (mask != NULL)
        *mask = common;
}

void rk_surd_scale(rk_matrix *a, uint64_t *row, uint64_t *col, bool mixed) {
    for (slong i = 0; i < a->rows; i++)
        scale_line(a, i * a->cols, 1, a->cols, row == NULL ? NULL : &row[i], mixed);
    for (slong j = 0; j < a->cols; j++)
        scale_line(a, j, a->cols, a->rows, col == NULL ? NULL : &col[j], mixed);
}

/* --- as rational matrices ------------------------------------------------------------------- */

void rk_surd_span_of(rk_surd_span *s, const rk_surd_parts *p) {
    s->n = 0;
    for (slong k = 0; k < p->n; k++) {
        uint64_t x = p->mask[k];
        for (slong i = 0; i < s->n; i++)
            if (x & s->basis[i] & (~s->basis[i] + 1))
                x ^= s->basis[i];
        if (x == 0)
            continue;
        uint64_t pivot = x & (~x + 1);
        for (slong i = 0; i < s->n; i++)
            if (s->basis[i] & pivot)
                s->basis[i] ^= x;
        s->basis[s->n++] = x;
    }
}

static uint64_t pivot_of(const rk_surd_span *s, slong i) {
    return s->basis[i] & (~s->basis[i] + 1);
}

/* Each pivot stands in its own basis vector only. */
slong rk_surd_span_index(const rk_surd_span *s, uint64_t mask) {
    slong index = 0;
    for (slong i = 0; i < s->n; i++)
        index |= (mask & pivot_of(s, i) ? (slong)1 : 0) << i;
    return index;
}

uint64_t rk_surd_span_mask(const rk_surd_span *s, slong index) {
    uint64_t mask = 0;
    for (slong i = 0; i < s->n; i++)
        mask ^= index >> i & 1 ? s->basis[i] : 0;
    return mask;
}

/* sqrt(g_S) * sqrt(g_T) = g_{S and T} * sqrt(g_{S xor T}): column T, row S xor T. */
void rk_surd_regular(fmpq_mat_t r, const rk_surd_field *f, const rk_surd_parts *p,
                     const rk_surd_span *s) {
    slong m = (slong)1 << s->n, rows = p->part[0].r, cols = p->part[0].c;
    fmpz_t common;
    fmpz_init(common);
    fmpq_mat_init(r, rows * m, cols * m);
    for (slong k = 0; k < p->n; k++)
        for (slong t = 0; t < m; t++) {
            uint64_t with = rk_surd_span_mask(s, t);
            slong to = rk_surd_span_index(s, p->mask[k] ^ with);
            rk_surd_field_product(f, common, p->mask[k] & with);
            for (slong i = 0; i < rows; i++)
                for (slong j = 0; j < cols; j++)
                    fmpq_mul_fmpz(fmpq_mat_entry(r, i * m + to, j * m + t),
                                  fmpq_mat_entry(&p->part[k], i, j), common);
        }
    fmpz_clear(common);
}

/* --- determinant ---------------------------------------------------------------------------- */

static slong members(slong set) {
    slong n = 0;
    for (; set != 0; set &= set - 1)
        n++;
    return n;
}

/* minor[S], for sets S of row + 1 columns: the determinant of the first row + 1 rows and these
   columns, expanded along the last of the rows. */
static void next_minors(rk_matrix *minor, const rk_matrix *a, slong row) {
    const rk_domain *d = a->domain;
    rk_matrix t;
    rk_matrix_init(&t, d, 1, 1);
    for (slong set = 1; set < minor->rows; set++) {
        bool minus = false;
        if (members(set) != row + 1)
            continue;
        for (slong j = a->cols - 1; j >= 0; j--) {
            if (!(set >> j & 1))
                continue;
            d->mul(d, t.entry, rk_at(a, row, j), rk_at(minor, set ^ (slong)1 << j, 0));
            (minus ? d->sub : d->add)(d, rk_at(minor, set, 0), rk_at(minor, set, 0), t.entry);
            minus = !minus;
        }
    }
    rk_matrix_clear(&t);
}

/* No division, so the numbers are no larger than they must be. */
static void det_by_minors(const rk_domain *d, void *r, const rk_matrix *a) {
    rk_matrix minor;
    fmpq_t one;
    fmpq_init(one);
    fmpq_one(one);
    rk_matrix_init(&minor, d, (slong)1 << a->cols, 1);
    d->set_fmpq(d, minor.entry, one);
    for (slong row = 0; row < a->rows; row++)
        next_minors(&minor, a, row);
    d->set(d, r, rk_at(&minor, minor.rows - 1, 0));
    rk_matrix_clear(&minor);
    fmpq_clear(one);
}

rk_ev rk_surd_det(void *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix work;
    rk_surd_parts p;
    fmpq_t det;
    rk_ev ev = RK_EV_OK;
    uint64_t *mask = rk_calloc(2 * (size_t)a->rows, sizeof *mask);
    rk_matrix_copy(&work, a);
    rk_surd_scale(&work, mask, mask + a->rows, true);
    fmpq_init(det);
    if (!rk_surd_parts_init(&p, &work)) {
        ev = RK_EV_LIMIT;
    } else if (p.n == 1) {
        fmpq_mat_det(det, &p.part[0]);
        d->set_fmpq(d, r, det);
    } else if (a->rows <= MINORS_LIMIT) {
        det_by_minors(d, r, &work);
    } else {
        ev = RK_EV_LIMIT;
    }
    for (slong i = 0; i < 2 * a->rows && ev == RK_EV_OK; i++)
        rk_surd_raise(d, r, mask[i]);
    fmpq_clear(det);
    rk_surd_parts_clear(&p);
    rk_matrix_clear(&work);
    rk_free(mask);
    return ev == RK_EV_OK ? d->outcome(d, r) : ev;
}

/* --- elimination in the field --------------------------------------------------------------- */

/* The row from k on whose entry in column j is not 0 and has the fewest terms; -1: none. */
static slong find_pivot(const rk_matrix *a, slong k, slong j) {
    slong best = -1;
    for (slong i = k; i < a->rows; i++)
        if (at(a, i, j)->n > 0 && (best < 0 || at(a, i, j)->n < at(a, best, j)->n))
            best = i;
    return best;
}

static void swap_rows(rk_matrix *a, slong i, slong k) {
    for (slong j = 0; j < a->cols && i != k; j++) {
        rk_surd *x = (rk_surd *)rk_at(a, i, j), *y = (rk_surd *)rk_at(a, k, j), t = *x;
        *x = *y;
        *y = t;
    }
}

/* Row i minus the multiple of row k that clears its entry in column j. */
static rk_ev clear_entry(rk_matrix *a, slong i, slong k, slong j) {
    const rk_domain *d = a->domain;
    rk_surd factor = {0}, t = {0};
    if (at(a, i, j)->n == 0)
        return RK_EV_OK;
    rk_ev ev = d->div(d, &factor, at(a, i, j), at(a, k, j));
    for (slong l = j; l < a->cols && ev == RK_EV_OK; l++) {
        d->mul(d, &t, &factor, at(a, k, l));
        d->sub(d, rk_at(a, i, l), at(a, i, l), &t);
        ev = d->outcome(d, rk_at(a, i, l));
    }
    rk_surd_clear(&factor);
    rk_surd_clear(&t);
    return ev;
}

rk_ev rk_surd_eliminate(rk_matrix *a, slong cols, bool above, slong *rank) {
    const rk_surd_field *f = rk_surd_field_of(a->domain);
    double limit = f->work + MOST_WORK;
    rk_ev ev = RK_EV_OK;
    *rank = 0;
    for (slong j = 0; j < cols && *rank < a->rows; j++) {
        slong k = *rank, pivot = find_pivot(a, k, j);
        if (pivot < 0)
            continue;
        swap_rows(a, pivot, k);
        for (slong i = above ? 0 : k + 1; i < a->rows && ev == RK_EV_OK; i++)
            if (i != k)
                ev = f->work > limit ? RK_EV_LIMIT : clear_entry(a, i, k, j);
        if (ev != RK_EV_OK)
            return ev;
        ++*rank;
    }
    return RK_EV_OK;
}

/* --- inverse -------------------------------------------------------------------------------- */

/* The columns of the rational matrix that stand for 1 in each entry: the numbers themselves. */
static void read_regular(rk_matrix *r, const fmpq_mat_t x, const rk_surd_span *s) {
    const rk_domain *d = r->domain;
    slong m = (slong)1 << s->n;
    rk_matrix t;
    rk_matrix_init(&t, d, 1, 1);
    for (slong i = 0; i < r->rows; i++)
        for (slong j = 0; j < r->cols; j++)
            for (slong k = 0; k < m; k++) {
                uint64_t mask = rk_surd_span_mask(s, k);
                d->set_fmpq(d, t.entry, fmpq_mat_entry(x, i * m + k, j));
                rk_surd_raise(d, t.entry, mask);
                d->add(d, rk_at(r, i, j), rk_at(r, i, j), t.entry);
            }
    rk_matrix_clear(&t);
}

/* The inverse of the matrix with these parts, by the rational system that stands for it. */
static rk_ev solve_regular(rk_matrix *r, const rk_surd_parts *p, const rk_surd_span *s) {
    slong m = (slong)1 << s->n;
    fmpq_mat_t a, one, x;
    rk_surd_regular(a, rk_surd_field_of(r->domain), p, s);
    fmpq_mat_init(one, a->r, r->cols);
    fmpq_mat_init(x, a->r, r->cols);
    for (slong j = 0; j < r->cols; j++)
        fmpq_set_si(fmpq_mat_entry(one, j * m, j), 1, 1);
    bool regular = fmpq_mat_solve(x, a, one);
    if (regular)
        read_regular(r, x, s);
    fmpq_mat_clear(a);
    fmpq_mat_clear(one);
    fmpq_mat_clear(x);
    return regular ? RK_EV_OK : RK_EV_UNDEFINED;
}

/* [a, 1] with a reduced to a diagonal matrix. */
static rk_ev inv_by_elimination(rk_matrix *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix one, work;
    slong n = a->rows, rank;
    fmpq_t q;
    fmpq_init(q);
    fmpq_one(q);
    rk_matrix_init(&one, d, n, n);
    for (slong i = 0; i < n; i++)
        d->set_fmpq(d, rk_at(&one, i, i), q);
    rk_matrix_hcat(&work, (const rk_matrix *[]){a, &one}, 2);
    rk_ev ev = rk_surd_eliminate(&work, n, true, &rank);
    if (ev == RK_EV_OK && rank < n)
        ev = RK_EV_UNDEFINED;
    for (slong i = 0; i < n && ev == RK_EV_OK; i++)
        for (slong j = 0; j < n && ev == RK_EV_OK; j++)
            ev = d->div(d, rk_at(r, i, j), rk_at(&work, i, n + j), rk_at(&work, i, i));
    rk_matrix_clear(&one);
    rk_matrix_clear(&work);
    fmpq_clear(q);
    return ev;
}

static bool is_flat(const rk_matrix *a) {
    for (slong k = 0; k < a->rows * a->cols; k++)
        if (!rk_surd_is_flat(at(a, 0, k)))
            return false;
    return true;
}

/* With D a E scaled, inv(a) = E inv(D a E) D. */
rk_ev rk_surd_inv(rk_matrix *r, const rk_matrix *a) {
    rk_surd_field *f = rk_surd_field_of(a->domain);
    rk_matrix work;
    rk_surd_parts p;
    rk_surd_span s = {0};
    rk_ev ev = RK_EV_LIMIT;
    slong n = a->rows;
    uint64_t *mask = rk_calloc(2 * (size_t)n, sizeof *mask);
    rk_matrix_copy(&work, a);
    rk_surd_scale(&work, mask, mask + n, true);
    if (rk_surd_parts_init(&p, &work))
        rk_surd_span_of(&s, &p);
    if (p.n > 0 && is_flat(&work) && s.n < FLINT_BITS / 2 && n << s.n <= RK_SURD_REGULAR)
        ev = solve_regular(r, &p, &s);
    else if (p.n > 0)
        ev = inv_by_elimination(r, &work);
    for (slong i = 0; i < n && ev == RK_EV_OK; i++)
        for (slong j = 0; j < n; j++) {
            rk_surd *x = (rk_surd *)rk_at(r, i, j);
            rk_surd_lower(f, x, x, mask[n + i]);
            rk_surd_lower(f, x, x, mask[j]);
        }
    rk_surd_parts_clear(&p);
    rk_matrix_clear(&work);
    rk_free(mask);
    return ev;
}
