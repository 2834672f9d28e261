/* Trials a second of a hunt that finds nothing: two threads beside one, and two processes under
   mpirun beside one. The first argument is a launcher, "mpirun" if there is none, and the second
   the program it starts. Nothing is asserted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rk_clock.h"
#include "hunt/rk_hunt.h"
#include "lang/rk_check_text.h"

enum { TRIALS = 6000 };

static const char claim[] = "theorem product { dim n >= 1; forall A : real[n, n], B : real[n, n];\n"
                            "    claim rank(A*B) <= rank(A); }\n";

/* Trials a second on so many threads. */
static double threads(const rk_checked *checked, unsigned jobs) {
    rk_hunt_options o = {.seed = 1, .trials = TRIALS, .jobs = jobs};
    rk_hunt_report r;
    double start = rk_clock();
    rk_hunt(checked, NULL, &o, &r);
    double rate = (double)r.tally.trials / (rk_clock() - start);
    rk_hunt_report_clear(&r, checked);
    return rate;
}

static void bench_threads(void) {
    rk_diags *diags = rk_diags_new();
    rk_unit *unit = rk_unit_parse("bench.thm", claim, strlen(claim), NULL, diags);
    rk_module *module = rk_module_check(unit, NULL, diags);
    double one = threads(&module->theorems[0], 1), two = threads(&module->theorems[0], 2);
    printf("threads:   1: %.0f trials/s   2: %.0f trials/s   ratio %.2f\n", one, two, two / one);
    rk_module_free(module);
    rk_unit_free(unit);
    rk_diags_free(diags);
}

/* Seconds of a hunt in so many processes, each with one thread; below 0: it did not run. */
static double processes(const char *launcher, const char *program, int n, long trials) {
    char call[2000];
    snprintf(call, sizeof call,
             "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 '%s' -n %d '%s' hunt -q "
             "--jobs 1 --trials %ld --time-limit 600 bench_scale.thm >bench_scale.out 2>&1",
             launcher, n, program, trials);
    double start = rk_clock();
    int status = system(call);
    (void)status; /* nothing was found: 20, which launchers pass on in their own ways */
    double seconds = rk_clock() - start;
    FILE *out = fopen("bench_scale.out", "r");
    char text[4000] = "";
    if (out) {
        size_t got = fread(text, 1, sizeof text - 1, out);
        text[got] = '\0';
        fclose(out);
    }
    return strstr(text, "product") ? seconds : -1;
}

/* What starting takes is in both, and is taken off. */
static double rate(const char *launcher, const char *program, int n) {
    double start = processes(launcher, program, n, 16);
    double all = processes(launcher, program, n, TRIALS);
    return start < 0 || all < 0 ? -1 : (double)TRIALS / (all - start);
}

static void bench_processes(const char *launcher, const char *program) {
    FILE *f = fopen("bench_scale.thm", "w");
    if (!f)
        return;
    fputs(claim, f);
    fclose(f);
    double one = rate(launcher, program, 1), two = one < 0 ? -1 : rate(launcher, program, 2);
    if (two < 0)
        printf("processes: %s did not run %s\n", launcher, program);
    else
        printf("processes: 1: %.0f trials/s   2: %.0f trials/s   ratio %.2f\n", one, two,
               two / one);
    remove("bench_scale.thm");
    remove("bench_scale.out");
}

int main(int argc, char **argv) {
    bench_threads();
    bench_processes(argc > 1 ? argv[1] : "mpirun", argc > 2 ? argv[2] : "./rankle-mpi");
    return 0;
}
