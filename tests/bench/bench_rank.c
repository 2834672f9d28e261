/* Ranks beside those of other programs, on the same data in the same run: medians of rounds in
   which each runs once, ratios to ours, the distance to an LU at the speed of dgemm, and how the
   cost grows, as a table and as bench-rank.json. Nothing is asserted. usage, in the build
   directory: bench_rank [PART OF A CASE'S NAME].

   Every program is a process that reads the matrix, and does it once for each line it is sent.
   Peers in other languages are those of peers/build-ranks.sh. RK_BENCH_ROUNDS: 5; RK_BENCH_LIMIT:
   seconds after which a program is given up, 150; RK_BENCH_CLOCK=cpu counts the processor's time.

   OpenBLAS reads its kernel and cache settings from the environment when it is loaded: the program
   takes them out and starts itself again, so that it measures what a user gets. */
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rk_flint.h"
#include "base/rk_mem.h"
#include "base/rk_rng.h"
#include "linalg/rk_likely.h"
#include "linalg/rk_poly_rank.h"
#include "linalg/rk_rank.h"
#include "linalg/rk_residues.h"
#include "peers/seconds.h"
#include <cblas.h> /* after FLINT, which uses the name I that it defines */

extern char *openblas_get_corename(void) __attribute__((weak));

#define PEERS "tests/bench/peers/"
enum { MOST_ROUNDS = 25, MOST_TOOLS = 8, MOST_GROWTH = 8, FAMILIES = 6 };
#define ENOUGH_SECONDS 20.0 /* for the rounds of one program */

typedef enum kind { MODULAR, FULL, PLANTED, POLYNOMIAL } kind;

/* What is measured: bits of the entries over Q; p for MODULAR; degree 8 for POLYNOMIAL. */
typedef struct bench_case {
    const char *name;
    kind kind;
    slong m, n;
    int bits;
    ulong p;
} bench_case;

static const bench_case cases[] = {
    {"mod 2^23 128x128", MODULAR, 128, 128, 0, 8388593},
    {"mod 2^23 256x256", MODULAR, 256, 256, 0, 8388593},
    {"mod 2^23 512x512", MODULAR, 512, 512, 0, 8388593},
    {"mod 2^23 512x768", MODULAR, 512, 768, 0, 8388593},
    {"mod 2^23 1024x1024", MODULAR, 1024, 1024, 0, 8388593},
    {"mod 2^23 2048x2048", MODULAR, 2048, 2048, 0, 8388593},
    {"mod 2^26 512x512", MODULAR, 512, 512, 0, 67108859},
    {"mod 2^26 512x768", MODULAR, 512, 768, 0, 67108859},
    {"mod 2^26 1024x1024", MODULAR, 1024, 1024, 0, 67108859},
    {"mod 2^26 2048x2048", MODULAR, 2048, 2048, 0, 67108859},
    {"full 8-bit 128x128", FULL, 128, 128, 8, 0},
    {"full 8-bit 256x256", FULL, 256, 256, 8, 0},
    {"full 8-bit 512x512", FULL, 512, 512, 8, 0},
    {"full 8-bit 512x768", FULL, 512, 768, 8, 0},
    {"full 53-bit 512x768", FULL, 512, 768, 53, 0},
    {"planted 8-bit 20x30", PLANTED, 20, 30, 8, 0},
    {"planted 8-bit 64x64", PLANTED, 64, 64, 8, 0},
    {"planted 8-bit 128x128", PLANTED, 128, 128, 8, 0},
    {"planted 8-bit 256x256", PLANTED, 256, 256, 8, 0},
    {"planted 8-bit 512x512", PLANTED, 512, 512, 8, 0},
    {"planted 53-bit 64x64", PLANTED, 64, 64, 53, 0},
    {"planted 53-bit 128x128", PLANTED, 128, 128, 53, 0},
    {"planted 53-bit 256x256", PLANTED, 256, 256, 53, 0},
    {"planted 53-bit 512x512", PLANTED, 512, 512, 53, 0},
    {"planted 53-bit 512x768", PLANTED, 512, 768, 53, 0},
    {"over Q(t) full 16x16", POLYNOMIAL, 16, 16, 0, 0},
    {"over Q(t) full 32x32", POLYNOMIAL, 32, 32, 0, 0},
    {"over Q(t) full 64x64", POLYNOMIAL, 64, 64, 0, 0},
};

/* A program, and the matrix it has read. */
typedef struct data {
    const bench_case *what;
    nmod_mat_t residues;
    fmpz_mat_t integers;
    fmpz_poly_mat_t polynomials;
    double *a, *b, *c; /* for dgemm */
} data;

typedef struct tool {
    const char *name, *first; /* first argument of a peer, NULL: none */
    unsigned kinds;
    slong (*run)(const data *d); /* NULL: a program of its own */
    const char *program;
} tool;

static slong ours(const data *d) {
    return d->what->kind == MODULAR      ? rk_rank_mod(d->residues)
           : d->what->kind == POLYNOMIAL ? rk_poly_rank(d->polynomials)
                                         : rk_rank_fmpz(d->integers);
}

/* By two random primes, without a proof. */
static slong likely(const data *d) {
    static const unsigned char digest[32] = {0};
    rk_rng rng = rk_rng_trial(2, digest, 0);
    return rk_likely_fmpz(d->integers, &rng).rank;
}

static slong flints(const data *d) {
    return d->what->kind == MODULAR      ? nmod_mat_rank(d->residues)
           : d->what->kind == POLYNOMIAL ? fmpz_poly_mat_rank(d->polynomials)
                                         : fmpz_mat_rank(d->integers);
}

static slong dgemm(const data *d) {
    int n = (int)FLINT_MIN(d->what->m, d->what->n);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, d->a, n, d->b, n, 0, d->c,
                n);
    return n;
}

#define ON(kind) (1u << (kind))
#define OVER_Q (ON(FULL) | ON(PLANTED))
static const tool tools[] = {
    {"rankle", NULL, ~0u, ours, NULL},
    {"rankle (no proof)", NULL, ON(PLANTED), likely, NULL},
    {"dgemm", NULL, ON(MODULAR), dgemm, NULL},
    {"FLINT", NULL, ~0u, flints, NULL},
    {"FFPACK modular", "modular", ON(MODULAR), NULL, PEERS "peer_ffpack"},
    {"FFPACK balanced", "balanced", ON(MODULAR), NULL, PEERS "peer_ffpack"},
    {"LinBox (no proof)", NULL, OVER_Q, NULL, PEERS "peer_linbox"},
    {"PARI", NULL, OVER_Q, NULL, "gp"},
};

/* --- data ------------------------------------------------------------------------------------- */

static void gaussian_integer(fmpz_t x, rk_rng *rng) {
    int exponent;
    double fraction = frexp(rk_rng_normal(rng), &exponent);
    fmpz_set_d(x, ldexp(fraction, 53));
    fmpz_mul_2exp(x, x, (ulong)FLINT_MAX(exponent + 20, 0));
}

static void random_integers(fmpz_mat_t a, int bits, rk_rng *rng) {
    for (slong i = 0; i < fmpz_mat_nrows(a); i++)
        for (slong j = 0; j < fmpz_mat_ncols(a); j++)
            if (bits == 53)
                gaussian_integer(fmpz_mat_entry(a, i, j), rng);
            else
                fmpz_set_si(fmpz_mat_entry(a, i, j), rk_rng_between(rng, -128, 127));
}

static void integers_of(fmpz_mat_t a, const bench_case *c, rk_rng *rng) {
    if (c->kind == FULL) {
        random_integers(a, c->bits, rng);
        return;
    }
    fmpz_mat_t x, y;
    slong r = FLINT_MIN(c->m, c->n) / 2;
    fmpz_mat_init(x, c->m, r);
    fmpz_mat_init(y, r, c->n);
    random_integers(x, c->bits, rng);
    random_integers(y, c->bits, rng);
    fmpz_mat_mul(a, x, y);
    fmpz_mat_clear(x);
    fmpz_mat_clear(y);
}

static void make(data *d, const bench_case *c) {
    static const unsigned char digest[32] = {0};
    rk_rng rng = rk_rng_trial(1, digest, 0);
    size_t side = (size_t)FLINT_MIN(c->m, c->n);
    d->what = c;
    nmod_mat_init(d->residues, c->kind == MODULAR ? c->m : 0, c->n, c->p ? c->p : 2);
    fmpz_mat_init(d->integers, ON(c->kind) & OVER_Q ? c->m : 0, c->n);
    fmpz_poly_mat_init(d->polynomials, c->kind == POLYNOMIAL ? c->m : 0, c->n);
    for (slong i = 0; i < nmod_mat_nrows(d->residues); i++)
        for (slong j = 0; j < c->n; j++)
            nmod_mat_entry(d->residues, i, j) = rk_rng_below(&rng, c->p);
    if (ON(c->kind) & OVER_Q)
        integers_of(d->integers, c, &rng);
    for (slong i = 0; i < d->polynomials->r; i++)
        for (slong j = 0; j < c->n; j++)
            for (slong k = 0; k <= 8; k++)
                fmpz_poly_set_coeff_si(fmpz_poly_mat_entry(d->polynomials, i, j), k,
                                       rk_rng_between(&rng, -3, 3));
    d->a = rk_calloc(side * side, sizeof(double));
    d->b = rk_calloc(side * side, sizeof(double));
    d->c = rk_calloc(side * side, sizeof(double));
    for (size_t i = 0; i < side * side; i++)
        d->a[i] = d->b[i] = (double)(i % 97) - 48;
}

static void forget(data *d) {
    nmod_mat_clear(d->residues);
    fmpz_mat_clear(d->integers);
    fmpz_poly_mat_clear(d->polynomials);
    rk_free(d->a);
    rk_free(d->b);
    rk_free(d->c);
}

static void print_entry(FILE *f, const data *d, slong i, slong j) {
    if (d->what->kind == MODULAR)
        fprintf(f, "%lu", (unsigned long)nmod_mat_entry(d->residues, i, j));
    else
        fmpz_fprint(f, fmpz_mat_entry(d->integers, i, j));
}

/* As LinBox reads it, or as PARI does: M=[1,2;3,4]; */
static void write_matrix(const char *path, const data *d, bool pari) {
    FILE *f = fopen(path, "w");
    if (f == NULL || d->what->kind == POLYNOMIAL)
        return;
    fprintf(f, pari ? "default(nbthreads,1);M=[" : "%ld %ld\n", (long)d->what->m, (long)d->what->n);
    for (slong i = 0; i < d->what->m; i++)
        for (slong j = 0; j < d->what->n; j++) {
            print_entry(f, d, i, j);
            bool last = j + 1 == d->what->n;
            fputs(!pari ? " " : !last ? "," : i + 1 == d->what->m ? "];\n" : ";", f);
        }
    fclose(f);
}

/* --- programs --------------------------------------------------------------------------------- */

typedef struct worker {
    const tool *tool;
    pid_t pid;
    int to, from;
    double seconds[MOST_ROUNDS], spent, median;
    int runs;
    long rank;
    bool over; /* given up at the limit */
} worker;

static void serve(const tool *t, const data *d) {
    char line[64];
    while (fgets(line, sizeof line, stdin) != NULL) {
        double start = seconds();
        slong rank = t->run(d);
        printf("%ld %.9f\n", (long)rank, seconds() - start);
        fflush(stdout);
    }
    _exit(0);
}

static void become(const tool *t, const data *d, const char *matrix) {
    char p[32];
    snprintf(p, sizeof p, "%lu", (unsigned long)d->what->p);
    if (t->run != NULL)
        serve(t, d);
    else if (strcmp(t->program, "gp") == 0)
        execlp("gp", "gp", "-q", "-f", "-s", "2G", matrix, (char *)NULL);
    else if (t->first != NULL)
        execl(t->program, t->program, t->first, matrix, p, (char *)NULL);
    else
        execl(t->program, t->program, matrix, (char *)NULL);
    _exit(127);
}

static bool start(worker *w, const tool *t, const data *d, const char *matrix) {
    int in[2], out[2];
    *w = (worker){.tool = t, .rank = -1};
    if ((t->program != NULL && strchr(t->program, '/') && access(t->program, X_OK) != 0) ||
        pipe(in) != 0 || pipe(out) != 0)
        return false;
    fflush(stdout);
    w->pid = fork();
    if (w->pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        close(out[0]);
        become(t, d, matrix);
    }
    close(in[0]);
    close(out[1]);
    w->to = in[1];
    w->from = out[0];
    return w->pid > 0;
}

static void stop(worker *w) {
    close(w->to);
    close(w->from);
    kill(w->pid, SIGKILL);
    waitpid(w->pid, NULL, 0);
}

/* A line within the limit; false: none. */
static bool answer(worker *w, char *line, size_t size, double limit) {
    size_t n = 0;
    double end = limit;
    struct pollfd p = {.fd = w->from, .events = POLLIN};
    while (n + 1 < size) {
        int ready = poll(&p, 1, (int)(1e3 * end));
        w->over = ready == 0;
        if (ready <= 0 || read(w->from, line + n, 1) != 1)
            return false;
        if (line[n++] == '\n')
            break;
    }
    line[n] = '\0';
    return true;
}

static void one_round(worker *w, double limit) {
    char line[128];
    const char *wall = "t=getwalltime();r=matrank(M);print(r,\" \",(getwalltime()-t)/1000.)\n";
    const char *cpu = "gettime();r=matrank(M);print(r,\" \",gettime()/1000.)\n";
    bool gp = w->tool->program != NULL && strcmp(w->tool->program, "gp") == 0;
    const char *go = !gp ? "\n" : getenv("RK_BENCH_CLOCK") ? cpu : wall;
    double s = 0;
    if (w->pid <= 0 || w->over || w->runs == MOST_ROUNDS || w->spent > ENOUGH_SECONDS)
        return;
    if (write(w->to, go, strlen(go)) != (ssize_t)strlen(go) ||
        !answer(w, line, sizeof line, limit) || sscanf(line, "%ld %lf", &w->rank, &s) != 2) {
        stop(w);
        w->pid = 0;
        return;
    }
    w->seconds[w->runs++] = s;
    w->spent += s;
}

static int ascending(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static double number(const char *variable, double otherwise) {
    const char *text = getenv(variable);
    return text == NULL ? otherwise : atof(text);
}

/* --- reports ---------------------------------------------------------------------------------- */

/* Seconds of an LU with as many operations a second as this product of n by n matrices. */
static double lu_seconds(const bench_case *c, double product) {
    double w = (double)FLINT_MIN(c->m, c->n), q = (double)FLINT_MAX(c->m, c->n);
    return product * (w * w * (q - w / 3)) / (2 * w * w * w);
}

static void report(FILE *json, const bench_case *c, worker *w, int n) {
    double mine = w[0].median;
    static bool any = false;
    printf("%s\n", c->name);
    fprintf(json, "%s\n  {\"case\": \"%s\", \"results\": [", any ? "," : "", c->name);
    any = true;
    for (int i = 0, written = 0; i < n; i++) {
        if (w[i].tool->run == dgemm)
            w[i].median = lu_seconds(c, w[i].median);
        const char *name = w[i].tool->run == dgemm ? "LU at dgemm speed" : w[i].tool->name;
        if (w[i].runs == 0) {
            printf("  %-18s %s\n", name, w[i].over ? "over the limit" : "not installed: skipped");
            continue;
        }
        if (w[i].median <= 0) { /* PARI counts milliseconds */
            printf("  %-18s too quick for its clock  rank %ld\n", name, w[i].rank);
            continue;
        }
        if (w[0].runs == 0) {
            printf("  %-18s %11.3f ms  rank %ld, median of %d\n", name, 1e3 * w[i].median,
                   w[i].rank, w[i].runs);
            continue;
        }
        printf("  %-18s %11.3f ms  ours %6.3f of it  rank %ld, median of %d%s\n", name,
               1e3 * w[i].median, mine / w[i].median, w[i].rank, w[i].runs,
               w[i].rank == w[0].rank || w[i].tool->run == dgemm ? "" : "  RANKS DIFFER");
        fprintf(
            json,
            "%s{\"tool\": \"%s\", \"seconds\": %.9g, \"ours\": %.6g, \"rank\": %ld, \"runs\": %d}",
            written++ ? ", " : "", name, w[i].median, mine / w[i].median, w[i].rank, w[i].runs);
    }
    fprintf(json, "]}");
    fflush(stdout);
}

/* What each program took on the square matrices of a family. */
typedef struct growth {
    const char *family;
    struct {
        double x[MOST_GROWTH], y[MOST_GROWTH]; /* logarithms of side and seconds */
        int n;
    } tool[sizeof tools / sizeof *tools];
} growth;

static void remember(growth *g, const bench_case *c, const worker *w) {
    size_t t = (size_t)(w->tool - tools);
    for (int i = 0; i < FAMILIES; i++) {
        int *n = &g[i].tool[t].n;
        if (strncmp(c->name, g[i].family, strlen(g[i].family)) != 0 || c->m != c->n ||
            w->median <= 0 || *n == MOST_GROWTH)
            continue;
        g[i].tool[t].x[*n] = log((double)c->n);
        g[i].tool[t].y[(*n)++] = log(w->median);
    }
}

/* The exponent of n in the cost: the slope of the logarithms, by least squares. */
static double slope(const double *x, const double *y, int n) {
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int i = 0; i < n; i++) {
        sx += x[i];
        sy += y[i];
        sxx += x[i] * x[i];
        sxy += x[i] * y[i];
    }
    return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

static void report_growth(FILE *json, const growth *g) {
    const char *comma = "";
    for (int i = 0; i < FAMILIES; i++)
        for (size_t t = 0; t < sizeof tools / sizeof *tools; t++) {
            int n = g[i].tool[t].n;
            if (n < 3 || tools[t].run == dgemm)
                continue;
            double s = slope(g[i].tool[t].x, g[i].tool[t].y, n);
            if (*comma == '\0')
                printf("growth of the cost with n, square matrices of three sizes or more\n");
            printf("  %-16s %-18s n^%.2f, n from %.0f to %.0f\n", g[i].family, tools[t].name, s,
                   exp(g[i].tool[t].x[0]), exp(g[i].tool[t].x[n - 1]));
            fprintf(
                json,
                "%s\n  {\"family\": \"%s\", \"tool\": \"%s\", \"exponent\": %.4g, \"sizes\": %d}",
                comma, g[i].family, tools[t].name, s, n);
            comma = ",";
        }
}

static void bench(FILE *json, const bench_case *c, growth *g) {
    worker w[MOST_TOOLS];
    char text[] = "/tmp/bench-rank-XXXXXX", gp[sizeof text + 3];
    int n = 0, fd = mkstemp(text), rounds = (int)number("RK_BENCH_ROUNDS", 5);
    data d;
    if (fd < 0)
        return;
    close(fd);
    snprintf(gp, sizeof gp, "%s.gp", text);
    make(&d, c);
    write_matrix(text, &d, false);
    write_matrix(gp, &d, true);
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
        if (tools[i].kinds & ON(c->kind))
            start(&w[n++], &tools[i], &d,
                  tools[i].program && strcmp(tools[i].program, "gp") == 0 ? gp : text);
    for (int k = 0; k < rounds; k++)
        for (int i = 0; i < n; i++)
            one_round(&w[i], number("RK_BENCH_LIMIT", 150));
    for (int i = 0; i < n; i++) {
        qsort(w[i].seconds, (size_t)w[i].runs, sizeof(double), ascending);
        w[i].median = w[i].runs ? w[i].seconds[w[i].runs / 2] : 0;
        if (w[i].pid > 0)
            stop(&w[i]);
    }
    report(json, c, w, n);
    for (int i = 0; i < n; i++)
        remember(g, c, &w[i]);
    unlink(text);
    unlink(gp);
    forget(&d);
}

static void start_again_without_settings(char **argv) {
    if (getenv("OPENBLAS_CORETYPE") == NULL && getenv("OPENBLAS_L2_SIZE") == NULL)
        return;
    unsetenv("OPENBLAS_CORETYPE");
    unsetenv("OPENBLAS_L2_SIZE");
    execv("/proc/self/exe", argv);
}

int main(int argc, char **argv) {
    static growth g[FAMILIES] = {{.family = "mod 2^23"},       {.family = "mod 2^26"},
                                 {.family = "full 8-bit"},     {.family = "planted 8-bit"},
                                 {.family = "planted 53-bit"}, {.family = "over Q(t)"}};
    start_again_without_settings(argv);
    signal(SIGPIPE, SIG_IGN);
    FILE *json = fopen("bench-rank.json", "w");
    if (json == NULL)
        return 1;
    const char *core = openblas_get_corename != NULL ? openblas_get_corename() : "unknown";
    printf("medians of interleaved runs; kernels of OpenBLAS: %s; ours: %s\n", core,
           rk_residues_best()->name);
    fprintf(json, "{\"openblas\": \"%s\", \"kernels\": \"%s\", \"cases\": [", core,
            rk_residues_best()->name);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (argc < 2 || strstr(cases[i].name, argv[1]) != NULL)
            bench(json, &cases[i], g);
    fprintf(json, "\n], \"growth\": [");
    report_growth(json, g);
    fprintf(json, "\n]}\n");
    return fclose(json) == 0 ? 0 : 1;
}
