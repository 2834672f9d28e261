#include "rk_kernel.h"

/* Sides, and bits of all entries along the shorter one: a basis takes about a second at most. */
enum { MOST_SIDE = 48, MOST_BITS = 2000 };

static bool small_enough(const fmpz_mat_t a) {
    slong m = fmpz_mat_nrows(a), n = fmpz_mat_ncols(a), bits = FLINT_ABS(fmpz_mat_max_bits(a));
    return m <= MOST_SIDE && n <= MOST_SIDE && FLINT_MIN(m, n) * bits <= MOST_BITS;
}

static void make_short(fmpz_mat_t basis) {
    fmpz_lll_t how;
    fmpz_lll_context_init_default(how);
    if (fmpz_mat_nrows(basis) > 0)
        fmpz_lll(basis, NULL, how);
}

/* u * a' is in normal form with zeros below: the rows of u that make them span the kernel, and no
   more than all of it is saturated, as u is unimodular. */
static void read_kernel(fmpz_mat_t basis, const fmpz_mat_t a) {
    slong m = fmpz_mat_nrows(a), n = fmpz_mat_ncols(a), rank = 0;
    fmpz_mat_t t, h, u;
    fmpz_mat_init(t, n, m);
    fmpz_mat_init(h, n, m);
    fmpz_mat_init(u, n, n);
    fmpz_mat_transpose(t, a);
    fmpz_mat_hnf_transform(h, u, t);
    while (rank < n && !fmpz_mat_is_zero_row(h, rank))
        rank++;
    fmpz_mat_init(basis, n - rank, n);
    for (slong i = rank; i < n; i++)
        for (slong j = 0; j < n; j++)
            fmpz_set(fmpz_mat_entry(basis, i - rank, j), fmpz_mat_entry(u, i, j));
    fmpz_mat_clear(t);
    fmpz_mat_clear(h);
    fmpz_mat_clear(u);
}

bool rk_kernel_init_set(fmpz_mat_t basis, const fmpz_mat_t a) {
    if (!small_enough(a))
        return false;
    read_kernel(basis, a);
    make_short(basis);
    return true;
}

bool rk_row_space_init_set(fmpz_mat_t basis, const fmpz_mat_t a) {
    fmpz_mat_t kernel;
    if (!rk_kernel_init_set(kernel, a))
        return false;
    read_kernel(basis, kernel);
    make_short(basis);
    fmpz_mat_clear(kernel);
    return true;
}
