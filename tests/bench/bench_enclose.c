/* Enclosures beside Arb's on the same data in the same run: products of 512 by 512 matrices in
   doubles, points and balls, and one encoder layer of BERT-base in balls of 128 bits, products by
   the domain against the same program with arb_mat_mul. Medians of interleaved runs, processor time
   of one thread, as a table and in bench-enclose.json. Arguments, all optional: the numbers of
   tokens; "layers N" instead: N layers, at a precision that the radii of a first run choose.
   Nothing is asserted. */
#include <math.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/rk_mem.h"
#include "base/rk_rng.h"
#include "domain/rk_ball.h"
#include "domain/rk_matrix.h"
#include "linalg/rk_enclose.h"
#include "linalg/rk_gemm.h"
#include <cblas.h>

enum { RUNS = 9, SIDE = 512 };

extern char *openblas_get_corename(void) __attribute__((weak)); /* other BLAS have none */

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
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

/* --- products in doubles -----------------------------------------------------------------------*/

typedef struct operand { /* the same matrix for all */
    double *m, *r;
    arb_mat_t arb;
} operand;

/* Floats in [-1, 1], or doubles; radii 2^-43 or none. */
static void fill(operand *s, rk_rng *rng, bool floats, bool balls) {
    s->m = rk_malloc(SIDE * SIDE * sizeof *s->m);
    s->r = balls ? rk_malloc(SIDE * SIDE * sizeof *s->r) : NULL;
    arb_mat_init(s->arb, SIDE, SIDE);
    for (int i = 0; i < SIDE * SIDE; i++) {
        double x = 2 * rk_rng_unit(rng) - 1;
        s->m[i] = floats ? (float)x : x;
        arb_ptr entry = arb_mat_entry(s->arb, i / SIDE, i % SIDE);
        arb_set_d(entry, s->m[i]);
        if (balls) {
            s->r[i] = 0x1p-43;
            mag_set_d(arb_radref(entry), 0x1p-43);
        }
    }
}

static void drop(operand *s) {
    rk_free(s->m);
    rk_free(s->r);
    arb_mat_clear(s->arb);
}

typedef struct widths {
    double most, mean;
} widths;

static widths widths_of(const double *radius, const arb_mat_t arb) {
    widths w = {0, 0};
    for (int i = 0; i < SIDE * SIDE; i++) {
        double r = radius != NULL ? radius[i]
                                  : mag_get_d(arb_radref(arb_mat_entry(arb, i / SIDE, i % SIDE)));
        w.most = fmax(w.most, r);
        w.mean += r / (SIDE * SIDE);
    }
    return w;
}

static void bench_product(FILE *json, const char *name, bool floats, bool balls) {
    double ours[RUNS], arb[RUNS], blas[RUNS], kernel[RUNS];
    operand a, b, c;
    rk_rng rng = stream();
    fill(&a, &rng, floats, balls);
    fill(&b, &rng, floats, balls);
    fill(&c, &rng, false, true);
    for (int k = 0; k < RUNS; k++) {
        double start = now();
        arb_mat_mul(c.arb, a.arb, b.arb, 53);
        arb[k] = now() - start;
        start = now();
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE, 1, a.m, SIDE, b.m,
                    SIDE, 0, c.m, SIDE);
        blas[k] = now() - start;
        start = now();
        rk_gemm(c.m, SIDE, a.m, SIDE, b.m, SIDE, SIDE, SIDE, SIDE);
        kernel[k] = now() - start;
        start = now();
        rk_enclose_product(c.m, c.r, a.m, a.r, b.m, b.r, SIDE, SIDE, SIDE);
        ours[k] = now() - start;
    }
    double t = median(ours, RUNS), other = median(arb, RUNS), gemm = median(kernel, RUNS);
    widths w = widths_of(c.r, c.arb), v = widths_of(NULL, c.arb);
    printf("  %-16s %8.2f ms; Arb %8.2f (%.1f times); dgemm %.2f, ours %.2f; largest radius %.2g "
           "(%.1f times Arb's), mean %.2g (%.1f)\n",
           name, 1e3 * t, 1e3 * other, other / t, 1e3 * median(blas, RUNS), 1e3 * gemm, w.most,
           w.most / v.most, w.mean, w.mean / v.mean);
    fprintf(json,
            "{\"work\": \"product 512, %s\", \"ms\": %.3f, \"arb_ms\": %.3f, \"time_ratio\": %.5f, "
            "\"dgemms\": %.3f, \"radius\": %.4g, \"arb_radius\": %.4g, \"width_ratio\": %.3f, "
            "\"mean_width_ratio\": %.3f},\n",
            name, 1e3 * t, 1e3 * other, t / other, t / gemm, w.most, v.most, w.most / v.most,
            w.mean / v.mean);
    drop(&a);
    drop(&b);
    drop(&c);
}

/* --- an encoder layer --------------------------------------------------------------------------*/

enum { WIDTH = 768, HEADS = 12, HEAD = 64, HIDDEN = 3072 };

typedef void multiplier(rk_matrix *r, const rk_matrix *a, const rk_matrix *b);

static rk_matrix times(multiplier *mul, const rk_matrix *a, const rk_matrix *b) {
    rk_matrix r;
    rk_matrix_init(&r, a->domain, a->rows, b->cols);
    mul(&r, a, b);
    return r;
}

static arb_ptr entries(const rk_matrix *a) {
    return a->entry;
}

static void to_arb(arb_mat_t r, const rk_matrix *a) {
    arb_mat_init(r, a->rows, a->cols);
    for (slong i = 0; i < a->rows * a->cols; i++)
        arb_set(arb_mat_entry(r, i / a->cols, i % a->cols), entries(a) + i);
}

/* A program written with Arb has its matrices as Arb's from the start: copying them is not counted.
 */
static double not_counted;

static void multiply_arb(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    arb_mat_t x, y, z;
    double start = now();
    to_arb(x, a);
    to_arb(y, b);
    arb_mat_init(z, a->rows, b->cols);
    not_counted += now() - start;
    arb_mat_mul(z, x, y, a->domain->precision);
    start = now();
    for (slong i = 0; i < r->rows * r->cols; i++)
        arb_swap(entries(r) + i, arb_mat_entry(z, i / r->cols, i % r->cols));
    arb_mat_clear(x);
    arb_mat_clear(y);
    arb_mat_clear(z);
    not_counted += now() - start;
}

typedef struct layer {
    rk_matrix query, key, value, output, up, down;
} layer;

static rk_matrix weights(const rk_domain *d, rk_rng *rng, slong rows, slong cols, double scale) {
    rk_matrix r;
    double *x = rk_malloc((size_t)(rows * cols) * sizeof *x);
    for (slong i = 0; i < rows * cols; i++)
        x[i] = (float)(rk_rng_normal(rng) * scale);
    rk_matrix_set_doubles(&r, d, rows, cols, x);
    rk_free(x);
    return r;
}

static layer layer_new(const rk_domain *d, rk_rng *rng) {
    const double scale = 0.02;
    layer l = {.query = weights(d, rng, WIDTH, WIDTH, scale)};
    l.key = weights(d, rng, WIDTH, WIDTH, scale);
    l.value = weights(d, rng, WIDTH, WIDTH, scale);
    l.output = weights(d, rng, WIDTH, WIDTH, scale);
    l.up = weights(d, rng, WIDTH, HIDDEN, scale);
    l.down = weights(d, rng, HIDDEN, WIDTH, scale);
    return l;
}

static void layer_clear(layer *l) {
    rk_matrix *all[] = {&l->query, &l->key, &l->value, &l->output, &l->up, &l->down};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        rk_matrix_clear(all[i]);
}

static void normalise_row(arb_ptr x, slong prec) {
    arb_t mean, square, t;
    arb_init(mean);
    arb_init(square);
    arb_init(t);
    for (slong j = 0; j < WIDTH; j++)
        arb_add(mean, mean, x + j, prec);
    arb_div_ui(mean, mean, WIDTH, prec);
    for (slong j = 0; j < WIDTH; j++) {
        arb_sub(x + j, x + j, mean, prec);
        arb_sqr(t, x + j, prec);
        arb_add(square, square, t, prec);
    }
    arb_div_ui(square, square, WIDTH, prec);
    arb_set_d(t, 1e-12);
    arb_add(square, square, t, prec);
    arb_rsqrt(square, square, prec);
    for (slong j = 0; j < WIDTH; j++)
        arb_mul(x + j, x + j, square, prec);
    arb_clear(mean);
    arb_clear(square);
    arb_clear(t);
}

static void normalise(rk_matrix *x) {
    for (slong i = 0; i < x->rows; i++)
        normalise_row(entries(x) + i * WIDTH, x->domain->precision);
}

static void softmax_row(arb_ptr x, slong n, slong prec) {
    arb_t top, sum;
    arb_init(top);
    arb_init(sum);
    for (slong j = 0; j < n; j++)
        if (j == 0 || arf_cmp(arb_midref(x + j), arb_midref(top)) > 0)
            arb_get_mid_arb(top, x + j);
    for (slong j = 0; j < n; j++) {
        arb_sub(x + j, x + j, top, prec);
        arb_exp(x + j, x + j, prec);
        arb_add(sum, sum, x + j, prec);
    }
    for (slong j = 0; j < n; j++)
        arb_div(x + j, x + j, sum, prec);
    arb_clear(top);
    arb_clear(sum);
}

/* out gets the columns of one head */
static void attend(rk_matrix *out, multiplier *mul, const rk_matrix *q, const rk_matrix *k,
                   const rk_matrix *v, slong head) {
    rk_matrix part[3], turned;
    const rk_matrix *all[] = {q, k, v};
    for (int i = 0; i < 3; i++)
        rk_matrix_slice(&part[i], all[i], 0, head * HEAD, q->rows, HEAD);
    rk_matrix_transpose(&turned, &part[1]);
    rk_matrix scores = times(mul, &part[0], &turned);
    for (slong i = 0; i < scores.rows * scores.cols; i++)
        arb_mul_2exp_si(entries(&scores) + i, entries(&scores) + i, -3);
    for (slong i = 0; i < scores.rows; i++)
        softmax_row(entries(&scores) + i * scores.cols, scores.cols, q->domain->precision);
    rk_matrix mixed = times(mul, &scores, &part[2]);
    for (slong i = 0; i < mixed.rows; i++)
        for (slong j = 0; j < HEAD; j++)
            arb_swap(entries(out) + i * WIDTH + head * HEAD + j, entries(&mixed) + i * HEAD + j);
    rk_matrix *gone[] = {&part[0], &part[1], &part[2], &turned, &scores, &mixed};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        rk_matrix_clear(gone[i]);
}

/* x := layernorm(x + y), y is cleared */
static void add_and_normalise(rk_matrix *x, rk_matrix *y) {
    for (slong i = 0; i < x->rows * x->cols; i++)
        arb_add(entries(x) + i, entries(x) + i, entries(y) + i, x->domain->precision);
    normalise(x);
    rk_matrix_clear(y);
}

/* x/2 (1 + erf(x/sqrt(2))), as one writes it with Arb */
static void gelu_arb(rk_matrix *r, const rk_matrix *x) {
    slong prec = x->domain->precision;
    arb_t root;
    rk_matrix_init(r, x->domain, x->rows, x->cols);
    arb_init(root);
    arb_set_ui(root, 2);
    arb_rsqrt(root, root, prec);
    for (slong i = 0; i < x->rows * x->cols; i++) {
        arb_ptr y = entries(r) + i;
        arb_mul(y, entries(x) + i, root, prec);
        arb_hypgeom_erf(y, y, prec);
        arb_add_ui(y, y, 1, prec);
        arb_mul(y, y, entries(x) + i, prec);
        arb_mul_2exp_si(y, y, -1);
    }
    arb_clear(root);
}

static void run_layer(rk_matrix *x, const layer *l, multiplier *mul) {
    rk_matrix mixed, curved, y;
    rk_matrix q = times(mul, x, &l->query), k = times(mul, x, &l->key);
    rk_matrix v = times(mul, x, &l->value);
    rk_matrix_init(&mixed, x->domain, x->rows, WIDTH);
    for (slong h = 0; h < HEADS; h++)
        attend(&mixed, mul, &q, &k, &v, h);
    y = times(mul, &mixed, &l->output);
    add_and_normalise(x, &y);
    rk_matrix wide = times(mul, x, &l->up);
    if (mul == multiply_arb)
        gelu_arb(&curved, &wide);
    else
        rk_matrix_fn(&curved, RK_FN_GELU, &wide);
    y = times(mul, &curved, &l->down);
    add_and_normalise(x, &y);
    rk_matrix *gone[] = {&q, &k, &v, &mixed, &wide, &curved};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        rk_matrix_clear(gone[i]);
}

static double largest_radius(const rk_matrix *x) {
    double most = 0;
    for (slong i = 0; i < x->rows * x->cols; i++)
        most = fmax(most, mag_get_d(arb_radref(entries(x) + i)));
    return most;
}

static rk_matrix tokens_of(const rk_domain *d, rk_rng *rng, slong tokens) {
    rk_matrix x = weights(d, rng, tokens, WIDTH, 1);
    normalise(&x);
    return x;
}

/* Seconds of one layer on a copy of `start`; *radius: the largest afterwards. */
static double time_layer(const rk_matrix *start, const layer *l, multiplier *mul, double *radius) {
    rk_matrix x;
    rk_matrix_copy(&x, start);
    not_counted = 0;
    double t = now();
    run_layer(&x, l, mul);
    t = now() - t - not_counted;
    *radius = largest_radius(&x);
    rk_matrix_clear(&x);
    return t;
}

enum { LAYERS = 3, WAYS = 3 };

/* Weights meet a new domain for the first time, and are converted then; again; and Arb. */
static void layer_round(double *seconds[WAYS], int k, slong tokens, bool with_arb,
                        double radius[WAYS]) {
    rk_domain *d = rk_domain_ball(128);
    rk_rng rng = stream();
    layer l = layer_new(d, &rng);
    rk_matrix start = tokens_of(d, &rng, tokens);
    for (int way = 0; way < (with_arb ? 3 : 2); way++)
        seconds[way][k] =
            time_layer(&start, &l, way == 2 ? multiply_arb : rk_ball_mul, &radius[way]);
    rk_matrix_clear(&start);
    layer_clear(&l);
    rk_domain_free(d);
}

static double bench_layer(FILE *json, slong tokens, bool with_arb) {
    double first[LAYERS], again[LAYERS], arb[LAYERS] = {0}, radius[WAYS] = {0};
    double *seconds[WAYS] = {first, again, arb};
    for (int k = 0; k < LAYERS; k++)
        layer_round(seconds, k, tokens, with_arb, radius);
    double f = median(first, LAYERS), t = median(again, LAYERS), other = median(arb, LAYERS);
    printf("  %3ld tokens: %7.3f s, with conversion %7.3f s; radius %.2g", (long)tokens, t, f,
           radius[0]);
    if (with_arb)
        printf("; Arb %7.3f s (%.1f times, %.1f), radius %.2g", other, other / t, other / f,
               radius[2]);
    printf("\n");
    fprintf(json,
            "{\"work\": \"BERT layer, %ld tokens, 128 bits\", \"s\": %.4f, \"first_s\": %.4f, "
            "\"arb_s\": %.4f, \"radius\": %.4g, \"arb_radius\": %.4g},\n",
            (long)tokens, t, f, other, radius[0], radius[2]);
    return t;
}

/* --- many layers -------------------------------------------------------------------------------*/

/* The radius after n layers at this precision, infinite once lost; *passed: layers until then. */
static double run_layers(slong prec, int n, slong tokens, int *passed, double *seconds) {
    rk_domain *d = rk_domain_ball(prec);
    rk_rng rng = stream();
    rk_matrix x = tokens_of(d, &rng, tokens);
    double radius = 0;
    *seconds = 0;
    for (*passed = 0; *passed < n && radius < 1e-3; ++*passed) {
        layer l = layer_new(d, &rng);
        double start = now();
        run_layer(&x, &l, rk_ball_mul);
        *seconds += now() - start;
        radius = largest_radius(&x);
        layer_clear(&l);
    }
    bool lost = *passed < n || !(radius < 1e-3);
    rk_matrix_clear(&x);
    rk_domain_free(d);
    return lost ? INFINITY : radius;
}

/* Runs of one layer and of two tell how many bits a layer costs. */
static void bench_layers(int n) {
    const slong tokens = 16, trial = 128, left = 53;
    int passed;
    double seconds, one = run_layers(trial, 1, tokens, &passed, &seconds);
    double two = run_layers(trial, 2, tokens, &passed, &seconds);
    slong cost = (slong)ceil(log2(two / one));
    slong prec = trial + (slong)ceil(log2(one)) + cost * (n - 1) + left;
    double radius = run_layers(prec, n, tokens, &passed, &seconds);
    printf("  %d layers: a layer costs %ld bits, %ld chosen: %.2f s, radius %.2g after %d\n", n,
           (long)cost, (long)prec, seconds, radius, passed);
}

/* OpenBLAS reads its settings when it is loaded. */
static void start_again_without_settings(char **argv) {
    const char *names[] = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"};
    bool set = false;
    for (int i = 0; i < 2; i++) {
        set = set || getenv(names[i]) != NULL;
        unsetenv(names[i]);
    }
    if (set)
        execv("/proc/self/exe", argv);
}

int main(int argc, char **argv) {
    start_again_without_settings(argv);
    if (argc > 2 && strcmp(argv[1], "layers") == 0) {
        bench_layers(atoi(argv[2]));
        return 0;
    }
    FILE *json = fopen("bench-enclose.json", "w");
    if (json == NULL)
        return 1;
    fprintf(json, "[\n");
    const char *core = openblas_get_corename != NULL ? openblas_get_corename() : "unknown";
    printf("products of 512 by 512 matrices, medians of %d interleaved runs; OpenBLAS runs its "
           "kernel %s, ours %s\n",
           RUNS, core, rk_gemm_use(SIZE_MAX));
    bench_product(json, "points, floats", true, false);
    bench_product(json, "points, doubles", false, false);
    bench_product(json, "balls", false, true);
    printf("one encoder layer of BERT-base, 128 bits\n");
    const slong usual[] = {16, 60, 64};
    double seconds[3] = {0};
    for (int i = 0; i < 3 && argc == 1; i++)
        seconds[i] = bench_layer(json, usual[i], usual[i] == 16);
    for (int i = 1; i < argc; i++)
        bench_layer(json, atol(argv[i]), true);
    if (argc == 1)
        printf("  60 tokens take %.2f of the time of 64\n", seconds[1] / seconds[2]);
    fprintf(json, "{\"work\": \"60 over 64 tokens\", \"ratio\": %.4f}\n]\n",
            argc == 1 ? seconds[1] / seconds[2] : 0);
    fclose(json);
    return 0;
}
