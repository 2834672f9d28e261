/* How long ranks take, beside FLINT's own and one LU in double precision, on the same data in the
   same run: medians of interleaved runs, and ratios to ours. Nothing is asserted.

   OpenBLAS reads its kernel and cache settings from the environment when it is loaded: the program
   takes them out and starts itself again, so that it measures what a user gets. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/rk_flint.h"
#include "base/rk_mem.h"
#include "base/rk_rng.h"
#include "linalg/rk_rank.h"
#include <lapacke.h> /* after FLINT, which uses the name I that it defines */

enum { RUNS = 7, LIMIT_SECONDS = 60 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static double median(double *x, int n) {
    qsort(x, (size_t)n, sizeof *x, ascending);
    return x[n / 2];
}

static rk_rng stream(void) {
    static const unsigned char digest[32] = {0};
    return rk_rng_trial(1, digest, 0);
}

/* Seconds of one LU of an m by n matrix of doubles, which is not changed. */
static double time_lu(slong m, slong n, const double *entry) {
    size_t size = (size_t)(m * n);
    double *x = rk_malloc(size * sizeof *x);
    lapack_int *pivots = rk_malloc((size_t)m * sizeof *pivots);
    memcpy(x, entry, size * sizeof *x);
    double start = now();
    LAPACKE_dgetrf(LAPACK_COL_MAJOR, (lapack_int)m, (lapack_int)n, x, (lapack_int)m, pivots);
    double seconds = now() - start;
    rk_free(x);
    rk_free(pivots);
    return seconds;
}

static void gaussian(double *x, slong count, rk_rng *rng) {
    for (slong i = 0; i < count; i++)
        x[i] = rk_rng_normal(rng);
}

static void bench_modular(slong m, slong n, ulong p, const char *size_of_p) {
    double ours[RUNS], flint[RUNS], lu[RUNS];
    double *x = rk_malloc((size_t)(m * n) * sizeof *x);
    slong rank = 0, other = 0;
    rk_rng rng = stream();
    nmod_mat_t a;
    nmod_mat_init(a, m, n, p);
    for (slong i = 0; i < m; i++)
        for (slong j = 0; j < n; j++)
            nmod_mat_entry(a, i, j) = rk_rng_below(&rng, p);
    gaussian(x, m * n, &rng);
    for (int k = 0; k < RUNS; k++) {
        double start = now();
        rank = rk_rank_mod(a);
        ours[k] = now() - start;
        start = now();
        other = nmod_mat_rank(a);
        flint[k] = now() - start;
        lu[k] = time_lu(m, n, x);
    }
    double t = median(ours, RUNS), f = median(flint, RUNS), l = median(lu, RUNS);
    printf("%4ldx%-4ld  mod p, p about %-4s  rank %4ld  ours %8.2f ms  FLINT %8.2f ms (%.2f)  "
           "dgetrf %6.2f ms (%.2f)%s\n",
           (long)m, (long)n, size_of_p, (long)rank, 1e3 * t, 1e3 * f, f / t, 1e3 * l, l / t,
           rank == other ? "" : "  RANKS DIFFER");
    fflush(stdout);
    nmod_mat_clear(a);
    rk_free(x);
}

/* The doubles over one power of two. */
static void to_integers(fmpz_mat_t z, const double *x) {
    slong n = fmpz_mat_ncols(z);
    for (slong i = 0; i < fmpz_mat_nrows(z); i++) {
        for (slong j = 0; j < n; j++) {
            int exponent;
            double fraction = frexp(x[i * n + j], &exponent);
            fmpz *to = fmpz_mat_entry(z, i, j);
            fmpz_set_d(to, ldexp(fraction, 53));
            fmpz_mul_2exp(to, to, (ulong)(exponent + 1074));
        }
    }
    fmpz_t content;
    fmpz_init(content);
    fmpz_mat_content(content, z);
    if (!fmpz_is_zero(content))
        fmpz_mat_scalar_divexact_fmpz(z, z, content);
    fmpz_clear(content);
}

/* fmpz_mat_rank in a process of its own: its seconds, or a negative number when it took more than
   the limit. */
static double time_flint(const double *x, slong m, slong n) {
    int ends[2];
    double seconds = -1;
    fflush(stdout);
    if (pipe(ends) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        fmpz_mat_t z;
        alarm(LIMIT_SECONDS);
        fmpz_mat_init(z, m, n);
        to_integers(z, x);
        double start = now();
        fmpz_mat_rank(z);
        seconds = now() - start;
        ssize_t written = write(ends[1], &seconds, sizeof seconds);
        _exit(written != (ssize_t)sizeof seconds);
    }
    close(ends[1]);
    if (child < 0 || read(ends[0], &seconds, sizeof seconds) != (ssize_t)sizeof seconds)
        seconds = -1;
    close(ends[0]);
    if (child > 0)
        waitpid(child, NULL, 0);
    return seconds;
}

static void bench_dyadic(slong m, slong n, const char *kind, double *x) {
    double ours[RUNS], lu[RUNS];
    slong rank = 0;
    for (int k = 0; k < RUNS; k++) {
        double start = now();
        rank = rk_rank_doubles(m, n, x);
        ours[k] = now() - start;
        lu[k] = time_lu(m, n, x);
    }
    double t = median(ours, RUNS), l = median(lu, RUNS), f = time_flint(x, m, n);
    printf("%4ldx%-4ld  over Q, %-14s  rank %4ld  ours %8.2f ms  FLINT ", (long)m, (long)n, kind,
           (long)rank, 1e3 * t);
    if (f < 0)
        printf("over %d s (over %.0f)", LIMIT_SECONDS, LIMIT_SECONDS / t);
    else
        printf("%8.2f ms (%.2f)", 1e3 * f, f / t);
    printf("  dgetrf %6.2f ms (%.2f)\n", 1e3 * l, l / t);
    fflush(stdout);
}

/* Tokens of which an eighth are repeated, as after a rank collapse. */
static void repeat_rows(double *x, slong m, slong n) {
    for (slong i = 0; i < m; i += 8)
        memcpy(x + i * n, x + (i + 1) * n, (size_t)n * sizeof *x);
}

static void start_again_without_settings(char **argv) {
    if (getenv("OPENBLAS_CORETYPE") == NULL && getenv("OPENBLAS_L2_SIZE") == NULL)
        return;
    unsetenv("OPENBLAS_CORETYPE");
    unsetenv("OPENBLAS_L2_SIZE");
    execv("/proc/self/exe", argv);
}

int main(int argc, char **argv) {
    (void)argc;
    start_again_without_settings(argv);
    const slong m = 512, n = 768;
    printf("medians of %d interleaved runs; in brackets how many times ours\n", RUNS);
    bench_modular(m, n, UWORD(8388593), "2^23");
    bench_modular(m, n, UWORD(2305843009213693951), "2^61");
    bench_modular(1024, 1024, UWORD(8388593), "2^23");
    bench_modular(1024, 1024, UWORD(2305843009213693951), "2^61");
    double *x = rk_malloc((size_t)(m * n) * sizeof *x);
    rk_rng rng = stream();
    gaussian(x, m * n, &rng);
    bench_dyadic(m, n, "doubles", x);
    repeat_rows(x, m, n);
    bench_dyadic(m, n, "repeated rows", x);
    rk_free(x);
    return 0;
}
