/* The same search in plain C, one trial after the other: ranks by elimination with complete
   pivoting. Prints trials a second of processor time. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

enum { N = 4, D = 6, UP = N - 1 };
static const double tolerance = 1e-9, epsilon = 1e-5, seconds = 0.5;

static uint64_t state = 88172645463325252u;

static double draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(int64_t)(state >> 12) * 0x1p-51 - 1;
}

static void swap(double *a, double *b) {
    double kept = *a;
    *a = *b;
    *b = kept;
}

/* Moves the entry of largest modulus from (k, k) on to (k, k); that modulus. */
static double pivot(double a[UP][D], int k) {
    int p = k, q = k;
    for (int i = k; i < UP; i++)
        for (int j = k; j < D; j++)
            if (fabs(a[i][j]) > fabs(a[p][q]))
                p = i, q = j;
    for (int j = 0; j < D && p != k; j++)
        swap(&a[p][j], &a[k][j]);
    for (int i = 0; i < UP && q != k; i++)
        swap(&a[i][q], &a[i][k]);
    return fabs(a[k][k]);
}

static int rank_of(double a[UP][D]) {
    double first = 0;
    for (int k = 0; k < UP; k++) {
        double size = pivot(a, k);
        if (k == 0)
            first = size;
        if (!(size > tolerance * first))
            return k;
        for (int i = k + 1; i < UP; i++) {
            double factor = a[i][k] / a[k][k];
            for (int j = k; j < D; j++)
                a[i][j] -= factor * a[k][j];
        }
    }
    return UP;
}

static int affine_rank(double x[N][D]) {
    double a[UP][D];
    for (int i = 0; i < UP; i++)
        for (int j = 0; j < D; j++)
            a[i][j] = x[i + 1][j] - x[0][j];
    return rank_of(a);
}

static void layernorm(double x[N][D], double y[N][D]) {
    for (int i = 0; i < N; i++) {
        double mean = 0, square = 0;
        for (int j = 0; j < D; j++)
            mean += x[i][j];
        mean /= D;
        for (int j = 0; j < D; j++) {
            y[i][j] = x[i][j] - mean;
            square += y[i][j] * y[i][j];
        }
        double scale = 1 / sqrt(square / D + epsilon);
        for (int j = 0; j < D; j++)
            y[i][j] *= scale;
    }
}

static int violated(void) {
    double x[N][D], y[N][D];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < D; j++)
            x[i][j] = draw();
    layernorm(x, y);
    return affine_rank(x) != affine_rank(y);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(void) {
    enum { TRIALS = 100000 };
    double start = now(), done = 0;
    long bad = 0;
    for (; now() - start < seconds; done += TRIALS)
        for (int t = 0; t < TRIALS; t++)
            bad += violated();
    printf("%.0f\n", bad < 0 ? 0 : done / (now() - start));
    return 0;
}
