#include "rk_exact.h"
#include <math.h>
#include "base/rk_mem.h"
#include "rk_margin.h"
#include "rk_number.h"
#include "rk_polish.h"
#include "rk_trial.h"

enum {
    LATTICE = 9,     /* coordinates up to which all are reduced together */
    PAIRS = 64,      /* coordinates up to which pairs are compared */
    TRIES = 16,      /* exact decisions for one point */
    NAMED_BITS = 320 /* of the balls in which entries are named */
};

/* --- relations ------------------------------------------------------------------------------ */

typedef struct relations {
    fmpz *row; /* (n + 1) integers each */
    slong count, room, n;
} relations;

static fmpz *next_row(relations *r) {
    return r->count < r->room ? r->row + (r->n + 1) * r->count++ : NULL;
}

/* x[i] = 0, and x[i] = x[j] or -x[j] for the first such j. */
static void find_pairs(relations *r, const double *x, double tolerance) {
    for (slong i = 0; i < r->n; i++) {
        slong j = 0;
        bool zero = fabs(x[i]) < tolerance;
        while (j < i && fabs(fabs(x[i]) - fabs(x[j])) >= tolerance)
            j++;
        fmpz *row = zero || j < i ? next_row(r) : NULL;
        if (row == NULL)
            continue;
        fmpz_one(row + i);
        if (!zero)
            fmpz_set_si(row + j, (x[i] < 0) == (x[j] < 0) ? -1 : 1);
    }
}

/* Rows of small integers that x, 1 are orthogonal to, as far as it is known: short vectors of the
   lattice of (c, 2^places * c.(x, 1)). */
static void find_by_lattice(relations *r, const double *x, slong places) {
    slong n = r->n + 1;
    fmpz_mat_t m;
    fmpz_lll_t how;
    fmpz_mat_init(m, n, n + 1);
    for (slong i = 0; i < n; i++) {
        fmpz_one(fmpz_mat_entry(m, i, i));
        fmpz_set_d(fmpz_mat_entry(m, i, n), ldexp(i < r->n ? x[i] : 1, (int)places));
    }
    fmpz_lll_context_init_default(how);
    fmpz_lll(m, NULL, how);
    for (slong k = 0; k < n; k++) {
        bool small = true;
        for (slong i = 0; i <= n; i++)
            small = small && (slong)fmpz_bits(fmpz_mat_entry(m, k, i)) <= 1 + places / (2 * n);
        fmpz *row = small ? next_row(r) : NULL;
        for (slong i = 0; row != NULL && i < n; i++)
            fmpz_set(row + i, fmpz_mat_entry(m, k, i));
    }
    fmpz_mat_clear(m);
}

/* Is some row 0 = 1? In echelon form it would be the last one that is not 0. */
static bool is_contradictory(const fmpq_mat_t r, slong rank) {
    for (slong j = 0; j + 1 < r->c && rank > 0; j++)
        if (!fmpq_is_zero(fmpq_mat_entry(r, rank - 1, j)))
            return false;
    return rank > 0;
}

static bool echelon(fmpq_mat_t out, const relations *r) {
    fmpq_mat_t m;
    fmpq_mat_init(m, r->count, r->n + 1);
    for (slong i = 0; i < r->count; i++)
        for (slong j = 0; j <= r->n; j++)
            fmpq_set_fmpz(fmpq_mat_entry(m, i, j), r->row + (r->n + 1) * i + j);
    slong rank = fmpq_mat_rref(m, m);
    bool good = !is_contradictory(m, rank);
    fmpq_mat_init(out, good ? rank : 0, r->n + 1);
    for (slong i = 0; i < out->r; i++)
        for (slong j = 0; j <= r->n; j++)
            fmpq_set(fmpq_mat_entry(out, i, j), fmpq_mat_entry(m, i, j));
    fmpq_mat_clear(m);
    return good;
}

void rk_exact_relations(fmpq_mat_t out, const double *x, slong n, slong places) {
    relations r = {.n = n, .room = 2 * n + 1};
    slong most = (n + 1) * r.room;
    r.row = _fmpz_vec_init(most);
    if (n <= PAIRS)
        find_pairs(&r, x, ldexp(1, (int)-places));
    slong pairs = r.count;
    if (n <= LATTICE)
        find_by_lattice(&r, x, places);
    if (!echelon(out, &r) && r.count > pairs) {
        fmpq_mat_clear(out);
        r.count = pairs;
        (void)echelon(out, &r);
    }
    _fmpz_vec_clear(r.row, most);
}

/* --- snapping ------------------------------------------------------------------------------- */

static void snap_one(fmpq_t r, double x, int fineness) {
    fmpq_t radius, low, high;
    arf_t exact;
    fmpq_init(radius);
    fmpq_init(low);
    fmpq_init(high);
    arf_init(exact);
    arf_set_d(exact, x);
    arf_get_fmpq(r, exact);
    fmpq_one(radius);
    fmpq_div_2exp(radius, radius, (flint_bitcnt_t)fineness);
    fmpq_sub(low, r, radius);
    fmpq_add(high, r, radius);
    fmpq_simplest_between(r, low, high);
    fmpq_clear(radius);
    fmpq_clear(low);
    fmpq_clear(high);
    arf_clear(exact);
}

static slong pivot_of(const fmpq_mat_t r, slong row) {
    slong j = 0;
    while (fmpq_is_zero(fmpq_mat_entry(r, row, j)))
        j++;
    return j;
}

void rk_exact_snap(fmpq *out, const double *x, slong n, const fmpq_mat_t r, int fineness) {
    for (slong i = 0; i < n; i++)
        snap_one(out + i, x[i], fineness);
    for (slong k = 0; k < r->r; k++) { /* x[pivot] = -(the others) */
        slong pivot = pivot_of(r, k);
        fmpq_neg(out + pivot, fmpq_mat_entry(r, k, n));
        for (slong j = pivot + 1; j < n; j++)
            fmpq_submul(out + pivot, fmpq_mat_entry(r, k, j), out + j);
    }
}

void rk_exact_common(fmpq *out, const double *x, slong n, slong bits) {
    /* rows: 2^places e_i, and (x[0], ..., x[n-1]) 2^places with the denominator beside it */
    slong places = bits + bits / n + 1;
    fmpz_mat_t m;
    fmpz_lll_t how;
    fmpz_t q, p;
    fmpz_mat_init(m, n + 1, n + 1);
    fmpz_init(q);
    fmpz_init(p);
    for (slong i = 0; i < n; i++) {
        fmpz_one_2exp(fmpz_mat_entry(m, i, i), (ulong)places);
        fmpz_set_d(fmpz_mat_entry(m, n, i), ldexp(x[i], (int)places));
    }
    fmpz_one(fmpz_mat_entry(m, n, n));
    fmpz_lll_context_init_default(how);
    fmpz_lll(m, NULL, how);
    fmpz_abs(q, fmpz_mat_entry(m, 0, n));
    if (fmpz_is_zero(q))
        fmpz_one(q);
    for (slong i = 0; i < n; i++) {
        fmpz_set_d(p, nearbyint(x[i] * fmpz_get_d(q)));
        fmpq_set_fmpz_frac(out + i, p, q);
    }
    fmpz_mat_clear(m);
    fmpz_clear(q);
    fmpz_clear(p);
}

/* --- trying --------------------------------------------------------------------------------- */

typedef struct attempt {
    rk_judge *judge;
    const rk_program *program;
    const double *theta;
    slong n;
    rk_point point;
    rk_assignment *out;
    unsigned *claim;
    unsigned tries;
    bool hit; /* doubles saw a violation beyond rounding */
} attempt;

/* Coordinates that count the values of a finite set are integers. */
static void keep_radix(attempt *a) {
    for (slong i = 0; i < a->n; i++)
        if (rk_point_radix(a->program, i) > 0)
            fmpq_set_si(a->point.theta + i, (slong)a->theta[i], 1);
}

static bool try_point(attempt *a, const rk_forms *forms) {
    if (a->tries >= TRIES || !rk_judge_worth(a->judge, a->program, a->out))
        return false;
    if (a->judge->checked->mode == RK_MODE_UNIVERSAL)
        a->hit = a->hit || rk_judge_margin(a->judge, a->program, a->out) > RK_MARGIN_NOISE;
    a->tries++;
    if (forms != NULL)
        return rk_judge_try_forms(a->judge, a->program, a->out, forms, a->claim);
    return rk_judge_try(a->judge, a->program, a->out, RK_EFFORT_SCREENED, a->claim);
}

static bool try_theta(attempt *a) {
    keep_radix(a);
    return rk_point_apply(a->program, &a->point, a->out) && try_point(a, NULL);
}

static bool try_structure(attempt *a, slong places) {
    static const int fineness[] = {1, 3, 5, 8, 12, 18, 28, 40};
    fmpq_mat_t kept;
    bool found = false;
    if (places > 0)
        rk_exact_relations(kept, a->theta, a->n, places);
    else
        fmpq_mat_init(kept, 0, a->n + 1);
    bool any = places == 0 || kept->r > 0;
    for (size_t k = 0; any && k < sizeof fineness / sizeof *fineness && !found; k++) {
        rk_exact_snap(a->point.theta, a->theta, a->n, kept, fineness[k]);
        found = try_theta(a);
    }
    fmpq_mat_clear(kept);
    return found;
}

static bool try_common(attempt *a) {
    bool found = false;
    for (slong bits = 4; bits <= 20 && !found && a->n <= LATTICE; bits += 8) {
        rk_exact_common(a->point.theta, a->theta, a->n, bits);
        found = try_theta(a);
    }
    return found;
}

static bool try_dyadic(attempt *a) {
    arf_t x;
    arf_init(x);
    for (slong i = 0; i < a->n; i++) {
        arf_set_d(x, a->theta[i]);
        arf_get_fmpq(a->point.theta + i, x);
    }
    arf_clear(x);
    return try_theta(a);
}

/* --- equations --------------------------------------------------------------------------- */

/* An entry from an enclosure: a rational, or a form and a rational near it. */
static bool name_entry(rk_assignment *a, rk_forms *forms, size_t s, slong i, slong j,
                       const arb_t x) {
    rk_buf text;
    rk_buf_init(&text);
    bool named = rk_number_recognise(&text, x) && rk_point_read_entry(a, forms, s, i, j, text.text);
    rk_buf_clear(&text);
    return named;
}

static bool name_slot(attempt *a, rk_forms *forms, size_t s, const rk_matrix *value) {
    bool named = true;
    for (slong i = 0; i < value->rows && named; i++)
        for (slong j = 0; j < value->cols && named; j++)
            named = name_entry(a->out, forms, s, i, j, rk_matrix_entry(value, i, j));
    return named;
}

/* Equations that nearly hold are solved to many digits, and all entries named from these. */
static bool try_polished(attempt *a, int fineness) {
    arb_struct *x = _arb_vec_init(a->n);
    rk_domain *balls = rk_domain_ball(NAMED_BITS);
    rk_forms forms = {0};
    rk_run run;
    rk_run_init(&run, a->program, balls);
    bool found = a->tries < TRIES && rk_polish(x, a->program, a->theta, a->n, fineness) &&
                 rk_polish_inputs(&run, x, a->n);
    for (size_t s = 0; s < a->program->nslots && found; s++)
        found = a->program->slots[s].defined || name_slot(a, &forms, s, &run.input[s]);
    found = found && try_point(a, &forms);
    rk_run_clear(&run);
    rk_forms_clear(&forms);
    rk_domain_free(balls);
    _arb_vec_clear(x, a->n);
    return found;
}

bool rk_exact_try(rk_judge *judge, const rk_program *program, const double *theta, slong n,
                  rk_assignment *out, unsigned *claim) {
    attempt a = {
        .judge = judge, .program = program, .theta = theta, .n = n, .out = out, .claim = claim};
    rk_point_init(&a.point, program);
    for (slong i = 0; i < n; i++)
        if (!isfinite(theta[i]))
            n = -1;
    bool found = n == a.point.count && n > 0 &&
                 (try_structure(&a, 40) || try_structure(&a, 24) || try_structure(&a, 12) ||
                  try_structure(&a, 0) || try_common(&a) || try_polished(&a, 1) ||
                  try_polished(&a, 4) || try_polished(&a, 9) || try_dyadic(&a));
    if (a.hit && !found && judge->tally)
        judge->tally->unconfirmed++;
    rk_point_clear(&a.point);
    return found;
}
