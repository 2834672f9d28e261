/* Differential test: the engine and the interpreter of rankle-verify, which share no source, judge
   random claims at random points. Where both know, they say the same: true, false or undefined.
   RK_TEST_SEED repeats a run, RK_TEST_CASE one theorem of it, RK_TEST_LONG makes it long. */
#include "eval_helpers.h"
#include "random_claims.h"

#include <unistd.h>

enum { CLAIMS = 10, POINTS = 10 };

typedef struct tally {
    unsigned long pairs, compared, held, failed, undefined, engine_unknown, checker_unknown;
} tally;

static unsigned long number_from(const char *name, unsigned long otherwise) {
    const char *s = getenv(name);
    return s && *s ? strtoul(s, NULL, 10) : otherwise;
}

static void write_file(const char *path, const char *text) {
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

/* --- points as records ---------------------------------------------------------------------- */

static void put_point(rk_buf *out, const rk_program *p, const rk_assignment *a) {
    rk_buf_puts(out, "at\n");
    for (size_t s = 0; s < p->nslots; s++) {
        const fmpq_mat_struct *x = &a->value[s];
        rk_buf_printf(out, "set %s | [", p->checked->vars[p->slots[s].var].name);
        for (slong i = 0; i < fmpq_mat_nrows(x); i++)
            for (slong j = 0; j < fmpq_mat_ncols(x); j++) {
                char *q = fmpq_get_str(NULL, 10, fmpq_mat_entry(x, i, j));
                rk_buf_printf(out, "%s%s", j > 0 ? ", " : i > 0 ? "; " : "", q);
                flint_free(q);
            }
        rk_buf_puts(out, "]\n");
    }
}

static void put_frame(rk_buf *out, const char *points, size_t records) {
    rk_buf_puts(out, "rankle-cert 1\ndigest ");
    for (int i = 0; i < 64; i++)
        rk_buf_putc(out, '0');
    rk_buf_printf(out, "\ntheorem t\nverdict refuted\n%send %zu\n", points, records);
}

/* --- two judges ----------------------------------------------------------------------------- */

static void ask_engine(const rk_program *p, const rk_assignment *a, const char **says) {
    rk_instance x;
    rk_decide(p, a, NULL, &x);
    for (size_t c = 0; c < p->nclaims; c++)
        says[c] = x.claim[c] == RK_INSTANCE_HOLDS       ? "true"
                  : x.claim[c] == RK_INSTANCE_VIOLATED  ? "false"
                  : x.claim[c] == RK_INSTANCE_UNDEFINED ? "undefined"
                                                        : "unknown";
    rk_instance_clear(&x);
}

static void compare(const maker *m, unsigned long number, int at, int claim, const char *engine,
                    const char *checker, tally *t) {
    bool unsure = strcmp(engine, "unknown") == 0, unsure_too = strcmp(checker, "unknown") == 0;
    t->pairs++;
    t->engine_unknown += unsure;
    t->checker_unknown += unsure_too;
    t->held += strcmp(checker, "true") == 0;
    t->failed += strcmp(checker, "false") == 0;
    t->undefined += strcmp(checker, "undefined") == 0;
    if (unsure || unsure_too)
        return;
    t->compared++;
    if (strcmp(engine, checker) != 0)
        fail_msg("case %lu, point %d, claim %d: %s says the engine, %s the checker\n%s", number,
                 at + 1, claim + 1, engine, checker, m->out.text);
}

/* "sets true; assume; claim true false ...", a line for each point */
static void compare_line(const maker *m, unsigned long number, int at, char *line,
                         const char *const *engine, tally *t) {
    char *rest = strstr(line, "claim"), *word;
    assert_non_null(rest);
    rest += strlen("claim");
    for (int c = 0; c < CLAIMS; c++) {
        word = strtok_r(NULL, " \n", &rest);
        if (word == NULL)
            fail_msg("case %lu: the checker stopped: %s", number, line);
        compare(m, number, at, c, engine[c], word, t);
    }
}

static void judge(const maker *m, unsigned long number, const char *command,
                  const char *(*engine)[CLAIMS], tally *t) {
    char line[4096];
    FILE *f = popen(command, "r");
    assert_non_null(f);
    for (int k = 0; k < POINTS; k++) {
        if (fgets(line, sizeof line, f) == NULL)
            fail_msg("case %lu: the checker refused\n%s", number, m->out.text);
        compare_line(m, number, k, line, engine[k], t);
    }
    assert_non_null(fgets(line, sizeof line, f));
    assert_int_equal(pclose(f), 0);
}

/* --- the test ------------------------------------------------------------------------------- */

static void check_theorem(maker *m, unsigned long number, const char *folder, tally *t) {
    const char *engine[POINTS][CLAIMS];
    char claims[512], points[512], command[2048];
    rk_program *program = NULL;
    rk_assignment a;
    rk_buf records, file;
    text_theorem theorem = theorem_try(m->out.text);
    if (theorem.checked == NULL) {
        print_diags(theorem.diags);
        fail_msg("case %lu was refused: %s", number, m->out.text);
    }
    assert_int_equal(rk_program_build(theorem.checked, NULL, NULL, &program), RK_BUILD_OK);
    rk_buf_init(&records);
    rk_buf_init(&file);
    rk_assignment_init(&a, program);
    for (int k = 0; k < POINTS; k++) {
        fill(m, &a);
        put_point(&records, program, &a);
        ask_engine(program, &a, engine[k]);
    }
    put_frame(&file, records.text, POINTS * (program->nslots + 1));
    snprintf(claims, sizeof claims, "%s/t.thm", folder);
    snprintf(points, sizeof points, "%s/t.points", folder);
    write_file(claims, m->out.text);
    write_file(points, file.text);
    snprintf(command, sizeof command, "'%s/rankle-verify' --evaluate '%s' '%s'",
             getenv("abs_top_builddir"), claims, points);
    judge(m, number, command, engine, t);
    unlink(claims);
    unlink(points);
    rk_assignment_clear(&a);
    rk_buf_clear(&records);
    rk_buf_clear(&file);
    rk_program_free(program);
    theorem_free(&theorem);
}

static void interpreters_agree(void **state) {
    (void)state;
    static const unsigned char digest[32] = "two interpreters";
    unsigned long seed = number_from("RK_TEST_SEED", 1), from = number_from("RK_TEST_CASE", 0);
    unsigned long cases = from > 0 ? 1 : getenv("RK_TEST_LONG") ? 500 : 6;
    char folder[] = "/tmp/rankle-checker-XXXXXX";
    tally t = {0};
    maker m = {.wide = true};
    if (getenv("abs_top_builddir") == NULL)
        skip();
    assert_non_null(mkdtemp(folder));
    rk_buf_init(&m.out);
    for (unsigned long k = from; k < from + cases; k++) {
        m.rng = rk_rng_trial(seed, digest, k);
        make_claims(&m, CLAIMS);
        check_theorem(&m, k, folder, &t);
    }
    rmdir(folder);
    print_message("seed %lu: %lu pairs, %lu compared; the checker: %lu true, %lu false, %lu "
                  "undefined, %lu unknown; the engine: %lu unknown\n",
                  seed, t.pairs, t.compared, t.held, t.failed, t.undefined, t.checker_unknown,
                  t.engine_unknown);
    if (from == 0)
        assert_true(t.compared > t.pairs * 9 / 10);
    rk_buf_clear(&m.out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interpreters_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
