/* Trials a second on one core of the claim that LayerNorm with an epsilon keeps the affine rank, at
   4 tokens of 6 channels, drawing included: a batched kernel written by hand for this claim alone
   (the yardstick), the claim compiled by rk_batch with the same plain draws, for every set of
   instructions this processor has, and whole trials of a hunt's way "floats in batches". A thread
   of the hunt does what one core does here. Nothing is asserted. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/rk_mem.h"
#include "base/rk_rng.h"
#include "eval/rk_batch.h"
#include "eval/rk_dims.h"
#include "hunt/rk_trial.h"
#include "lang/rk_check_text.h"
#include "lang/rk_parse.h"

enum { N = 4, D = 6, LANES = 8 };
#define SECONDS 0.5

/* Time of this process alone: other work on the machine counts less. */
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* --- by hand: eight trials in a vector ---------------------------------------------------------*/

typedef double V __attribute__((vector_size(8 * LANES)));
typedef int64_t M __attribute__((vector_size(8 * LANES)));
typedef uint64_t U __attribute__((vector_size(8 * LANES)));

#ifdef __x86_64__
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma")))
#else
#define TARGET
#endif
#define INLINE static inline __attribute__((always_inline)) TARGET

INLINE V modulus(V x) {
    return (V)((M)x & INT64_MAX);
}

INLINE V choose(M m, V a, V b) {
    return (V)(((M)a & m) | ((M)b & ~m));
}

INLINE V splat(double x) {
    V zero = {0};
    return zero + x;
}

/* The row and column of the pivot, in each lane its own; the first hit counts. */
INLINE V find_pivot(V a[N - 1][D], V best, M rows[N - 1], M cols[D]) {
    M used = {0};
    V pivot = {0};
    memset(rows, 0, (N - 1) * sizeof *rows);
    memset(cols, 0, D * sizeof *cols);
    for (int i = 0; i < N - 1; i++)
        for (int j = 0; j < D; j++) {
            M hit = (modulus(a[i][j]) == best) & ~used;
            used |= hit;
            rows[i] |= hit;
            cols[j] |= hit;
            pivot = choose(hit, a[i][j], pivot);
        }
    return pivot;
}

INLINE void clear(V a[N - 1][D], V pivot, const M rows[N - 1], const M cols[D]) {
    V row[D], col[N - 1], inverse = 1.0 / pivot;
    for (int j = 0; j < D; j++) {
        row[j] = splat(0);
        for (int i = 0; i < N - 1; i++)
            row[j] = choose(rows[i], a[i][j], row[j]);
    }
    for (int i = 0; i < N - 1; i++) {
        col[i] = splat(0);
        for (int j = 0; j < D; j++)
            col[i] = choose(cols[j], a[i][j], col[i]);
        for (int j = 0; j < D; j++)
            a[i][j] = choose(rows[i] | cols[j], splat(0), a[i][j] - col[i] * inverse * row[j]);
    }
}

INLINE M rank_of(V a[N - 1][D]) {
    M rank = {0}, rows[N - 1], cols[D], alive = rank - 1;
    V first = {0};
    for (int k = 0; k < N - 1; k++) {
        V best = {0};
        for (int i = 0; i < N - 1; i++)
            for (int j = 0; j < D; j++)
                best = choose(modulus(a[i][j]) > best, modulus(a[i][j]), best);
        first = k == 0 ? best : first;
        alive &= best > 1e-9 * first;
        rank -= alive;
        if (k == N - 2)
            break;
        V pivot = find_pivot(a, best, rows, cols);
        clear(a, choose(alive, pivot, splat(1)), rows, cols);
    }
    return rank;
}

/* Uniform on [-1, 1): xorshift64. */
INLINE V uniform(U *state) {
    U x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *state = x;
    return (V)((x >> 12) | 0x4000000000000000ULL) - 3.0;
}

INLINE void normalise(V y[D], const V x[D]) {
    V mean = {0}, square = {0};
    for (int j = 0; j < D; j++)
        mean += x[j];
    mean *= 1.0 / D;
    for (int j = 0; j < D; j++) {
        y[j] = x[j] - mean;
        square += y[j] * y[j];
    }
    square = square * (1.0 / D) + 1e-5;
    for (int l = 0; l < LANES; l++)
        square[l] = sqrt(square[l]);
    square = 1.0 / square;
    for (int j = 0; j < D; j++)
        y[j] *= square;
}

static TARGET uint64_t by_hand(uint64_t trials) {
    U state;
    M bad = {0};
    const uint64_t golden = 0x9E3779B97F4A7C15;
    for (int l = 0; l < LANES; l++)
        state[l] = golden * (unsigned)(l + 1);
    for (uint64_t t = 0; t < trials; t += LANES) {
        V x[N][D], y[N][D], a[N - 1][D], b[N - 1][D];
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < D; j++)
                x[i][j] = uniform(&state);
            normalise(y[i], x[i]);
        }
        for (int i = 0; i < N - 1; i++)
            for (int j = 0; j < D; j++) {
                a[i][j] = x[i + 1][j] - x[0][j];
                b[i][j] = y[i + 1][j] - y[0][j];
            }
        bad -= rank_of(a) != rank_of(b);
    }
    uint64_t sum = 0;
    for (int l = 0; l < LANES; l++)
        sum += (unsigned long long)bad[l];
    return sum;
}

static double bench_by_hand(void) {
    const uint64_t trials = 200000;
    uint64_t done = 0, bad = 0;
    double start = now();
    for (; now() - start < SECONDS; done += trials)
        bad += by_hand(trials);
    double rate = (double)done / (now() - start);
    printf("  %-44s %8.2f million trials/s (%llu violated)\n", "by hand, for this claim alone",
           1e-6 * rate, (unsigned long long)bad);
    return rate;
}

/* --- compiled ----------------------------------------------------------------------------------*/

static const char literal[] =
    "theorem t { dim n >= 1, d >= 2; forall X : real[n, d], gamma : nonzero[d], beta : real[d]; "
    "claim affrank(layernorm(X, gamma, beta, 0.00001)) == affrank(X); }";

/* True, and as dear: a hunt for it does not end early. */
static const char bound[] =
    "theorem t { dim n >= 1, d >= 2; forall X : real[n, d], gamma : nonzero[d], beta : real[d]; "
    "claim affrank(layernorm(X, gamma, beta, 0.00001)) <= affrank(X) + 1; }";

typedef struct claim {
    rk_diags *diags;
    rk_unit *unit;
    rk_module *module;
    rk_program *program;
} claim;

static bool claim_open(claim *c, const char *text) {
    int64_t dims[] = {N, D};
    c->diags = rk_diags_new();
    c->unit = rk_unit_parse("bench", text, strlen(text), NULL, c->diags);
    c->module = rk_module_check(c->unit, NULL, c->diags);
    return c->module->ntheorems == 1 && rk_dims_complete(&c->module->theorems[0], dims) &&
           rk_program_build(&c->module->theorems[0], dims, NULL, &c->program) == RK_BUILD_OK;
}

static void claim_close(claim *c) {
    rk_program_free(c->program);
    rk_module_free(c->module);
    rk_unit_free(c->unit);
    rk_diags_free(c->diags);
}

/* 0 where the kernel by hand has no instructions to run with. */
static double of_hand(double rate, double by_hand_rate) {
    return by_hand_rate > 0 ? rate / by_hand_rate : 0;
}

static size_t collect_planes(rk_batch *b, const rk_program *program, size_t size, void **plane) {
    size_t n = 0;
    for (size_t s = 0; s < program->nslots; s++)
        for (int64_t k = 0; k < program->slots[s].rows * program->slots[s].cols; k++)
            plane[n++] = (char *)rk_batch_input(b, s) + (size_t)k * rk_batch_width(b) * size;
    return n;
}

static void bench_compiled(const rk_program *program, const rk_lanes *lanes, double by_hand_rate) {
    rk_batch *b = rk_batch_new_with(program, &(rk_batch_options){.lanes = lanes});
    size_t width = rk_batch_width(b), bad = 0;
    void *plane[2 * N * D];
    double start = now();
    rk_lanes_draw draw = {.width = width, .r = plane, .low = -32768, .range = 65536};
    draw.n = collect_planes(b, program, lanes->size, plane);
    draw.unit = 0x1p-15;
    uint64_t runs = 0;
    for (; now() - start < SECONDS; runs++) {
        draw.stream = runs;
        lanes->draw(&draw);
        rk_batch_run(b);
        const double *violation = rk_batch_violation(b);
        for (size_t t = 0; t < width; t++)
            bad += violation[t] > 0;
    }
    double rate = (double)(runs * width) / (now() - start);
    printf(
        "  compiled, plain draws, %zu lanes, %-15s %8.2f million trials/s (%zu violated), %.2f of "
        "by hand\n",
        width, lanes->name, 1e-6 * rate, bad, of_hand(rate, by_hand_rate));
    rk_batch_free(b);
}

static void bench_way(const rk_program *program, const rk_checked *checked, double by_hand_rate) {
    rk_hunt_options options = {.seed = 1};
    rk_tally tally = {0};
    rk_judge judge;
    rk_assignment out;
    unsigned which;
    rk_judge_init(&judge, checked, &options, &tally);
    rk_assignment_init(&out, program);
    double start = now();
    bool found = false;
    for (uint64_t k = 0; now() - start < SECONDS; k++) {
        rk_rng rng = rk_rng_trial(1, checked->statement, k);
        found = rk_trial_floats(&judge, program, &rng, &out, &which) || found;
    }
    double rate = (double)tally.assignments / (now() - start);
    printf("  %-44s %8.2f million trials/s (%llu unconfirmed)%s, %.2f of by hand\n",
           "a hunt's floats in batches, structured draws", 1e-6 * rate,
           (unsigned long long)tally.unconfirmed, found ? " REFUTED" : "",
           of_hand(rate, by_hand_rate));
    rk_assignment_clear(&out);
    rk_judge_clear(&judge);
}

int main(void) {
    claim false_, true_;
    if (!claim_open(&false_, literal) || !claim_open(&true_, bound))
        return 1;
    printf("LayerNorm and the affine rank, n = %d, d = %d, one core\n", N, D);
    bool wide = rk_lanes_at(2, false) != NULL;
    double rate = wide ? bench_by_hand() : 0;
    for (int single = 0; single < 2; single++)
        for (size_t i = 0; rk_lanes_at(i, single); i++)
            bench_compiled(false_.program, rk_lanes_at(i, single), rate);
    bench_way(true_.program, &true_.module->theorems[0], rate);
    claim_close(&false_);
    claim_close(&true_);
    return 0;
}
