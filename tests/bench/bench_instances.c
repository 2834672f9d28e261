/* How many exact instances of claims with roots are decided in a second: random rational matrices
   with entries of a few digits, so that the square roots are generic; X also of rank 2. For each
   claim the domain that settled the last instance and how many stayed unknown. Nothing is asserted.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/rk_mem.h"
#include "base/rk_rng.h"
#include "eval/rk_dims.h"
#include "eval/rk_run.h"
#include "lang/rk_check_text.h"

#define SECONDS 0.3
enum { FEWEST = 3, MOST = 2000 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static const char *const claims[] = {
    /* ranks of which the normalisation can be peeled */
    "affrank(layernorm(X, g, b)) <= affrank(X) + 1",
    "affrank(layernorm(X, g, b)) == rank([layernorm(X, g, b), ones(n, 1)]) - 1",
    "rank(layernorm(X, g, zeros(d, 1))) <= rank(X)",
    "rank(rmsnorm(X, g)*W) <= rank(X*diag(g)*W)",
    "rank([layernorm(X, g, b); layernorm(X*W, g, b)]) <= 2*rank(X) + 2",
    "affrank(layernorm(layernorm(X, g, b), g, b)) <= affrank(X) + 1",
    /* ranks of which it can not */
    "rank(layernorm(X, g, b)*W) <= rank(X) + 1",
    "rank(layernorm(X, g, b) + X) <= d",
    "rank(V*layernorm(X, g, b)) <= rank(X) + 1",
    "affrank(X + V*layernorm(X, g, b)) <= 2*affrank(X) + 1",
    "rank(layernorm(X + V*layernorm(X, g, b), g, b)*W) <= n",
    "rank(layernorm(X, g, b)'*layernorm(X, g, b)) == rank(layernorm(X, g, b))",
    /* equalities and inequalities */
    "layernorm(layernorm(X, ones(d, 1), zeros(d, 1)), g, b) == layernorm(X, g, b)",
    "layernorm(layernorm(X, g, b), g, b) == layernorm(X, g, b)",
    "norm(X, fro)*norm(W, fro) >= norm(X*W, fro)",
    "norm(layernorm(X, ones(d, 1), zeros(d, 1)), fro)^2 == n*d",
    "rmsnorm(X, g) == rmsnorm(3*X, g)",
    "sum(rmsnorm(X, g)) <= n*sqrt(d)*norm(g, fro)",
    "center(layernorm(X, ones(d, 1), b)) + ones(n, 1)*b' >= layernorm(X, ones(d, 1), b)",
};

/* Rows from the third on become combinations of the first two. */
static void make_deficient(fmpq_mat_t m, rk_rng *rng) {
    fmpq_t c;
    fmpq_init(c);
    for (slong i = 2; i < m->r; i++)
        for (slong k = 0; k < 2; k++) {
            fmpq_set_si(c, rk_rng_between(rng, -3, 3), (ulong)rk_rng_between(rng, 1, 3));
            for (slong j = 0; j < m->c; j++) {
                if (k == 0)
                    fmpq_zero(fmpq_mat_entry(m, i, j));
                fmpq_addmul(fmpq_mat_entry(m, i, j), c, fmpq_mat_entry(m, k, j));
            }
        }
    fmpq_clear(c);
}

/* p/q with p up to 99 in modulus, q up to 9; X of rank 2 if asked */
static void draw(rk_assignment *a, bool deficient, rk_rng *rng) {
    for (size_t k = 0; k < a->nslots; k++)
        for (slong i = 0; i < a->value[k].r; i++)
            for (slong j = 0; j < a->value[k].c; j++)
                fmpq_set_si(fmpq_mat_entry(&a->value[k], i, j), rk_rng_between(rng, -99, 99),
                            (ulong)rk_rng_between(rng, 1, 9));
    if (deficient)
        make_deficient(&a->value[0], rng);
}

static void decide_many(const rk_program *program, int64_t n, bool deficient, const char *claim) {
    static const unsigned char digest[32] = {0};
    const char *domain = "";
    int count = 0, unknown = 0;
    double start = now(), slowest = 0, spent = 0;
    while (count < MOST && (count < FEWEST || spent < SECONDS)) {
        rk_rng rng = rk_rng_trial(1, digest, (uint64_t)count);
        rk_assignment a;
        rk_instance result;
        rk_assignment_init(&a, program);
        draw(&a, deficient, &rng);
        double before = now();
        rk_decide(program, &a, NULL, &result);
        double seconds = now() - before;
        slowest = seconds > slowest ? seconds : slowest;
        unknown += result.overall == RK_INSTANCE_UNKNOWN;
        domain = result.domain;
        rk_instance_clear(&result);
        rk_assignment_clear(&a);
        count++;
        spent = now() - start;
    }
    printf("  %ld by %ld %s %9.1f a second, slowest %7.1f ms, %d of %d unknown, %-12s %s\n",
           (long)n, (long)n, deficient ? "rank 2" : "      ", count / spent, 1e3 * slowest, unknown,
           count, domain, claim);
}

static void bench_claim(const char *claim) {
    rk_buf text;
    rk_diags *diags = rk_diags_new();
    rk_buf_init(&text);
    rk_buf_printf(
        &text,
        "theorem t { dim n >= 1, d >= 1; forall X : real[n, d], V : real[n, n], W : real[d, d], "
        "g : real[d, 1], b : real[d, 1]; claim %s; }",
        claim);
    rk_unit *unit = rk_unit_parse("bench", text.text, text.len, NULL, diags);
    rk_module *module = rk_module_check(unit, NULL, diags);
    for (int64_t n = 4; n <= 8 && module->ntheorems > 0; n += 4) {
        rk_program *program;
        int64_t dims[2] = {n, n};
        if (rk_dims_complete(&module->theorems[0], dims) &&
            rk_program_build(&module->theorems[0], dims, NULL, &program) == RK_BUILD_OK) {
            decide_many(program, n, false, claim);
            decide_many(program, n, true, claim);
            rk_program_free(program);
        }
    }
    if (module->ntheorems == 0)
        printf("  refused: %s\n", claim);
    rk_module_free(module);
    rk_unit_free(unit);
    rk_diags_free(diags);
    rk_buf_clear(&text);
}

int main(int argc, char **argv) {
    printf("exact instances of claims with roots\n");
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++)
        if (argc < 2 || strstr(claims[i], argv[1]) != NULL)
            bench_claim(claims[i]);
    return 0;
}
