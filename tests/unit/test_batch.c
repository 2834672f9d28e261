/* Batches against one run after another: every theorem of the library and of tests/soundness at
   random assignments, all lanes at once by rk_batch and each alone by rk_run over doubles; floats
   against doubles; every set of instructions against the plainest. */
#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rk_mem.h"
#include "eval/rk_batch.h"
#include "hunt/rk_hunt.h"
#include "hunt/rk_margin.h"
#include "hunt/rk_plan.h"
#include "lang/rk_check_text.h"
#include "lang/rk_parse.h"

enum { WIDTH = 16, PROGRAMS = 3 };

typedef struct counts {
    size_t programs, refused, lanes, compared, open, apart;
} counts;

static uint64_t seed(void) {
    static uint64_t value;
    const char *text = getenv("RK_TEST_SEED");
    if (value == 0) {
        value = text ? strtoull(text, NULL, 10) : 1;
        printf("# seed %llu\n", (unsigned long long)value);
    }
    return value;
}

/* --- programs of theorems ----------------------------------------------------------------------*/

typedef void on_program(const rk_program *program, rk_rng *rng, counts *n);

static void programs_of(const rk_checked *checked, rk_rng *rng, on_program *test, counts *n) {
    rk_plan plan;
    if (checked->mode == RK_MODE_RANDOM)
        return;
    rk_plan_init(&plan, checked, NULL, 4);
    for (size_t p = 0; p < plan.nprograms && p < PROGRAMS; p++)
        test(plan.program[(p * 7 + 1) % plan.nprograms], rng, n);
    rk_plan_clear(&plan);
}

static void theorems_of(const char *path, rk_rng *rng, on_program *test, counts *n) {
    const char *top = getenv("abs_top_srcdir");
    char library[4096];
    snprintf(library, sizeof library, "%s/theorems", top ? top : ".");
    const char *search[] = {library, NULL};
    rk_diags *diags = rk_diags_new();
    rk_unit *unit = rk_unit_read(path, search, diags);
    assert_non_null(unit);
    rk_module *module = rk_module_check(unit, NULL, diags);
    for (size_t i = 0; i < module->ntheorems; i++)
        programs_of(&module->theorems[i], rng, test, n);
    rk_module_free(module);
    rk_unit_free(unit);
    rk_diags_free(diags);
}

static void files(const char *pattern, on_program *test, counts *n) {
    static const unsigned char digest[32] = {0};
    const char *top = getenv("abs_top_srcdir");
    char path[4096];
    glob_t found;
    rk_rng rng = rk_rng_trial(seed(), digest, 0);
    snprintf(path, sizeof path, "%s/%s", top ? top : ".", pattern);
    assert_int_equal(glob(path, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        if (!strstr(found.gl_pathv[i], "fragile")) /* made to be beyond doubles */
            theorems_of(found.gl_pathv[i], &rng, test, n);
    globfree(&found);
}

static void library_and_soundness(on_program *test, counts *n) {
    files("theorems/*/*.thm", test, n);
    files("tests/soundness/*.thm", test, n);
    printf("# %zu programs, %zu refused, %zu lanes, %zu margins compared, %zu too close to tell\n",
           n->programs, n->refused, n->lanes, n->compared, n->open);
}

/* --- lanes -------------------------------------------------------------------------------------*/

static double to_double(const fmpq_t x) {
    arf_t f;
    arf_init(f);
    arf_set_fmpq(f, x, 64, ARF_RND_NEAR);
    double d = arf_get_d(f, ARF_RND_NEAR);
    arf_clear(f);
    return d;
}

static void put_lane(rk_batch *b, bool single, const rk_program *program, const rk_assignment *a,
                     size_t t) {
    size_t width = rk_batch_width(b);
    for (size_t s = 0; s < program->nslots; s++) {
        void *to = rk_batch_input(b, s);
        const fmpq_mat_struct *m = &a->value[s];
        for (slong k = 0; to && k < m->r * m->c; k++) {
            double x = to_double(fmpq_mat_entry(m, k / m->c, k % m->c));
            if (single)
                ((float *)to)[(size_t)k * width + t] = (float)x;
            else
                ((double *)to)[(size_t)k * width + t] = x;
        }
    }
}

static void draw(const rk_program *program, rk_rng *rng, rk_assignment *a) {
    unsigned style = (unsigned)rk_rng_below(rng, rk_sample_styles());
    if (rk_rng_below(rng, 3) == 0 || !rk_sample(program, style, rng, a))
        rk_sample_interior(program, rng, a);
}

static double largest(const rk_matrix *m) {
    double most = 0;
    for (slong k = 0; k < m->rows * m->cols; k++)
        most = fmax(most, fabs(((const double *)m->entry)[k]));
    return most;
}

/* Rounding has a rank of its own, where a matrix would be zero but for it. */
static bool is_rounding(rk_run *run, unsigned i) {
    const rk_instr *in = &run->program->instr[i];
    if (in->code != RK_P_RANK || rk_run_compute(run, i) != RK_EV_OK ||
        run->ev[in->arg[0]] != RK_EV_OK)
        return false;
    double most = largest(&run->value[in->arg[0]]);
    return most > 0 && most < 1e-9;
}

/* Does the instruction rest on a truth that rk_margin grades: by pivots, eigenvalues, distances? Of
   these a batch tells the sign. */
static bool is_graded(const rk_program *program, unsigned root) {
    unsigned char *needed = rk_calloc(program->ninstr + 1, 1);
    bool graded = false;
    rk_program_closure(program, root, needed);
    for (size_t i = 0; i < program->ninstr && !graded; i++) {
        rk_code code = program->instr[i].code;
        graded = needed[i] && (code == RK_P_RANK || code == RK_P_IS_PSD || code == RK_P_IS_INTEGER);
    }
    rk_free(needed);
    return graded;
}

/* A run at inputs that are some units in the last place off. */
static void nudge(rk_run *run, rk_rng *rng) {
    for (size_t s = 0; s < run->program->nslots; s++) {
        const rk_matrix *m = &run->input[s];
        for (slong k = 0; m->domain && k < m->rows * m->cols; k++)
            ((double *)m->entry)[k] *= 1 + (double)rk_rng_between(rng, -8, 8) * 0x1p-52;
    }
}

/* Does rounding move this margin? */
static bool is_fragile(rk_run *off, unsigned i, double margin) {
    double other = rk_margin(off, i);
    return isfinite(margin) && !(fabs(other - margin) <= 1e-10);
}

/* Values that rounding moves over 0 or over the noise of margins are left open. */
static bool agrees(double want, double got, bool close, bool graded) {
    if (isnan(want) || (want == -INFINITY && isnan(got)))
        return true;
    if (want == -INFINITY || got == -INFINITY)
        return want == got;
    if (close)
        return true;
    if (graded)
        return isnan(got) || fabs(want) <= 1e-8 || (want > 0) == (got > 0);
    return !isnan(got) && fabs(want - got) <= 1e-6;
}

static void compare_lane(const rk_batch *b, const rk_program *program, const rk_assignment *a,
                         const rk_domain *doubles, size_t t, rk_rng *rng, counts *n) {
    rk_run run, off;
    rk_run_init(&run, program, doubles);
    rk_run_init(&off, program, doubles);
    bool close = false;
    if (rk_run_set_inputs(&run, a) != RK_EV_OK || rk_run_set_inputs(&off, a) != RK_EV_OK)
        close = true;
    nudge(&off, rng);
    for (unsigned i = 0; i < program->ninstr && !close; i++)
        close = is_rounding(&run, i);
    for (unsigned i = 0; i < program->ninstr; i++) {
        const double *margin = rk_batch_margin(b, i);
        if (!margin)
            continue;
        double want = rk_margin(&run, i);
        n->compared++;
        bool fragile = close || is_fragile(&off, i, want);
        n->open += isnan(want) || fragile;
        if (!agrees(want, margin[t], fragile, is_graded(program, i))) {
            n->apart++;
            printf("# %s: instruction %u: %.17g alone, %.17g in a batch\n",
                   program->checked->theorem->name, i, want, margin[t]);
        }
    }
    rk_run_clear(&run);
    rk_run_clear(&off);
}

static void margins_agree(const rk_program *program, rk_rng *rng, counts *n) {
    rk_batch *b = rk_batch_new_with(program, &(rk_batch_options){.width = WIDTH});
    n->programs++;
    if (!b) {
        n->refused++;
        return;
    }
    rk_domain *doubles = rk_domain_double();
    rk_assignment a[WIDTH];
    for (size_t t = 0; t < WIDTH; t++) {
        rk_assignment_init(&a[t], program);
        draw(program, rng, &a[t]);
        put_lane(b, false, program, &a[t], t);
    }
    rk_batch_run(b);
    for (size_t t = 0; t < WIDTH; t++) {
        n->lanes++;
        if (t == 0 || program->nslots > 0)
            compare_lane(b, program, &a[t], doubles, t, rng, n);
        rk_assignment_clear(&a[t]);
    }
    rk_domain_free(doubles);
    rk_batch_free(b);
}

static void batches_agree_with_runs(void **state) {
    counts n = {0};
    (void)state;
    library_and_soundness(margins_agree, &n);
    assert_true(n.refused * 10 < n.programs);
    assert_true(n.apart * 2000 < n.compared); /* pivots near the tolerance */
}

/* --- sets of instructions ----------------------------------------------------------------------*/

static bool same_bits(const double *x, const double *y, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (memcmp(&x[i], &y[i], sizeof *x) != 0 && !(isnan(x[i]) && isnan(y[i])))
            return false;
    return true;
}

static void put_samples(rk_batch *b, bool single, const rk_program *program, rk_rng rng) {
    for (size_t t = 0; t < rk_batch_width(b); t++) {
        rk_assignment a;
        rk_assignment_init(&a, program);
        draw(program, &rng, &a);
        put_lane(b, single, program, &a, t);
        rk_assignment_clear(&a);
    }
}

static rk_batch *run_samples(const rk_program *program, const rk_lanes *lanes, bool single,
                             rk_rng rng) {
    rk_batch *b = rk_batch_new_with(
        program, &(rk_batch_options){.width = WIDTH, .lanes = lanes, .single = single});
    if (!b)
        return NULL;
    put_samples(b, single, program, rng);
    rk_batch_run(b);
    return b;
}

static void same_everywhere(const rk_program *program, rk_rng *rng, counts *n) {
    bool single = n->programs % 2;
    rk_batch *first = run_samples(program, rk_lanes_at(0, single), single, *rng);
    for (size_t k = 1; first && rk_lanes_at(k, single); k++) {
        rk_batch *b = run_samples(program, rk_lanes_at(k, single), single, *rng);
        assert_true(same_bits(rk_batch_violation(first), rk_batch_violation(b), WIDTH));
        rk_batch_free(b);
    }
    n->programs++;
    rk_rng_u32(rng);
    rk_batch_free(first);
}

static void instructions_agree(void **state) {
    counts n = {0};
    (void)state;
    library_and_soundness(same_everywhere, &n);
}

/* A clear violation in doubles that floats do not see is lost for most trials. */
static void floats_see(const rk_program *program, rk_rng *rng, counts *n) {
    rk_batch *wide = run_samples(program, NULL, false, *rng);
    rk_batch *narrow = run_samples(program, NULL, true, *rng);
    n->programs++;
    n->refused += wide && !narrow;
    for (size_t t = 0; wide && narrow && t < WIDTH; t++) {
        double x = rk_batch_violation(wide)[t], y = rk_batch_violation(narrow)[t];
        n->compared += x > 1e-3;
        n->apart += x > 1e-3 && !(y > 0);
    }
    rk_rng_u32(rng);
    rk_batch_free(wide);
    rk_batch_free(narrow);
}

static void floats_see_what_doubles_see(void **state) {
    counts n = {0};
    (void)state;
    library_and_soundness(floats_see, &n);
    printf("# %zu of %zu clear violations are lost in floats\n", n.apart, n.compared);
    assert_true(n.compared > 1000);
    assert_true(n.apart * 20 < n.compared);
    assert_true(n.refused * 20 < n.programs);
}

/* The half word that lane t of plane p takes. */
static uint32_t half_word(const rk_lanes_draw *d, bool single, uint32_t p, uint32_t t) {
    uint32_t planes = single ? 4 : 8, out[4];
    uint32_t counter[4] = {p / planes, single ? t / 2 : t, (uint32_t)d->stream,
                           (uint32_t)(d->stream >> 32)};
    rk_philox4x32(counter, d->key, out);
    uint32_t word = single ? out[p % 4] : out[p % 8 / 2];
    return ((single ? t % 2 : p % 2) ? word >> 16 : word) & 0xffff;
}

static void draws_are_philox(void **state) {
    enum { PLANES = 19 };
    void *plane[PLANES];
    double *block = aligned_alloc(64, PLANES * WIDTH * sizeof *block);
    (void)state;
    for (size_t p = 0; p < PLANES; p++)
        plane[p] = block + p * WIDTH;
    rk_lanes_draw d = {.width = WIDTH,
                       .n = PLANES,
                       .r = plane,
                       .key = {12345, 0xdeadbeef},
                       .stream = 0x123456789abcdef0,
                       .low = -100,
                       .range = 1000,
                       .unit = 0.25};
    for (size_t k = 0; k < 6; k++) {
        bool single = k % 2;
        if (!rk_lanes_at(k / 2, single))
            continue;
        rk_lanes_at(k / 2, single)->draw(&d);
        for (uint32_t p = 0; p < PLANES; p++)
            for (uint32_t t = 0; t < WIDTH; t++) {
                uint32_t half = half_word(&d, single, p, t);
                double x = single ? (double)((float *)plane[p])[t] : ((double *)plane[p])[t];
                assert_true(x == 0.25 * ((double)(half * 1000 >> 16) - 100));
            }
    }
    free(block);
}

/* --- tables ------------------------------------------------------------------------------------*/

static void choices_are_entries(void **state) {
    _Alignas(64) double index[WIDTH], table[RK_LANES_CHOICES], out[WIDTH];
    void *a = index, *b = table, *r = out;
    rk_lanes_job job = {.width = WIDTH, .n = 1, .r = &r, .a = &a, .b = &b};
    (void)state;
    for (size_t k = 0; k < 6; k++) {
        bool single = k % 2;
        const rk_lanes *lanes = rk_lanes_at(k / 2, single);
        for (size_t t = 0; t < WIDTH && single; t++)
            ((float *)a)[t] = (float)(t * 7 % 16), ((float *)b)[t] = (float)(t * t);
        for (size_t t = 0; t < WIDTH && !single; t++)
            index[t] = (double)(t * 7 % 16), table[t] = (double)(t * t);
        if (lanes)
            lanes->value[RK_L_CHOOSE](&job);
        for (size_t t = 0; t < WIDTH && lanes; t++)
            assert_true((single ? (double)((float *)r)[t] : out[t]) ==
                        (double)((t * 7 % 16) * (t * 7 % 16)));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_agree_with_runs), cmocka_unit_test(instructions_agree),
        cmocka_unit_test(draws_are_philox),        cmocka_unit_test(floats_see_what_doubles_see),
        cmocka_unit_test(choices_are_entries),
    };
    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
