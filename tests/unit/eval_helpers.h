/* Theorems from text to programs, and assignments from text, for the tests of src/eval. */
#ifndef EVAL_HELPERS_H
#define EVAL_HELPERS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rk_mem.h"
#include "eval/rk_dims.h"
#include "eval/rk_run.h"
#include "lang/rk_check_text.h"

typedef struct text_theorem { /* a theorem read from the text of its clauses */
    rk_diags *diags;
    rk_unit *unit;
    rk_module *module;
    const rk_checked *checked;
} text_theorem;

static inline void print_diags(const rk_diags *diags) {
    rk_buf b;
    rk_buf_init(&b);
    rk_diags_print(diags, &b, false);
    fprintf(stderr, "%s", b.text);
    rk_buf_clear(&b);
}

/* NULL checked when the text is refused. */
static inline text_theorem theorem_try(const char *file) {
    text_theorem t = {.diags = rk_diags_new()};
    t.unit = rk_unit_parse("test", file, strlen(file), NULL, t.diags);
    t.module = rk_module_check(t.unit, NULL, t.diags);
    t.checked = t.module->ntheorems > 0 ? &t.module->theorems[0] : NULL;
    return t;
}

static inline text_theorem theorem_of(const char *clauses) {
    rk_buf b;
    rk_buf_init(&b);
    rk_buf_printf(&b, "theorem t {\n%s\n}\n", clauses);
    text_theorem t = theorem_try(b.text);
    if (t.checked == NULL) {
        fprintf(stderr, "%s", b.text);
        print_diags(t.diags);
        fail_msg("the text was refused");
    }
    rk_buf_clear(&b);
    return t;
}

static inline void theorem_free(text_theorem *t) {
    rk_module_free(t->module);
    rk_unit_free(t->unit);
    rk_diags_free(t->diags);
}

/* Reads "1 -1/2; 0 3" into a matrix of that shape. */
static inline void matrix_read(fmpq_mat_t m, const char *text) {
    char *copy = rk_strdup(text), *rest = copy;
    for (slong i = 0; i < fmpq_mat_nrows(m); i++)
        for (slong j = 0; j < fmpq_mat_ncols(m); j++) {
            char *word = strtok_r(i + j ? NULL : rest, " ;", &rest);
            assert_non_null(word);
            assert_int_equal(fmpq_set_str(fmpq_mat_entry(m, i, j), word, 10), 0);
        }
    assert_null(strtok_r(NULL, " ;", &rest));
    rk_free(copy);
}

typedef struct point { /* a theorem at dimensions, with an assignment */
    text_theorem theorem;
    rk_program *program;
    rk_assignment value;
} point;

static inline rk_build_status build(const text_theorem *t, const int64_t *dims,
                                    const rk_build_options *options, rk_program **program) {
    int64_t full[8] = {0};
    for (size_t i = 0; i < t->checked->ndims; i++)
        full[i] = dims[i];
    return rk_dims_complete(t->checked, full) ? rk_program_build(t->checked, full, options, program)
                                              : RK_BUILD_NOT_ALLOWED;
}

/* dims: one value for each dimension of the theorem (0 for those with `=`). */
static inline point point_at(const char *clauses, const int64_t *dims) {
    point p = {.theorem = theorem_of(clauses)};
    assert_int_equal(build(&p.theorem, dims, NULL, &p.program), RK_BUILD_OK);
    rk_assignment_init(&p.value, p.program);
    return p;
}

static inline void point_set(point *p, const char *name, int64_t member, const char *text) {
    for (size_t i = 0; i < p->program->nslots; i++) {
        const rk_slot *s = &p->program->slots[i];
        if (s->member == member && strcmp(p->theorem.checked->vars[s->var].name, name) == 0) {
            assert_false(s->defined);
            matrix_read(&p->value.value[i], text);
            return;
        }
    }
    fail_msg("no slot %s", name);
}

static inline void point_free(point *p) {
    rk_assignment_clear(&p->value);
    rk_program_free(p->program);
    theorem_free(&p->theorem);
}

static inline const char *status_name(rk_instance_status s) {
    static const char *const name[] = {"holds", "violated", "excluded", "undefined", "unknown"};
    return name[s];
}

static inline const char *point_status(const point *p) {
    rk_instance out;
    rk_decide(p->program, &p->value, NULL, &out);
    const char *name = status_name(out.overall);
    rk_instance_clear(&out);
    return name;
}

/* The status of a theorem without variables and dimensions. */
static inline void assert_closed(const char *clauses, const char *want) {
    point p = point_at(clauses, NULL);
    const char *got = point_status(&p);
    if (strcmp(got, want) != 0)
        fail_msg("%s\nis %s, not %s", clauses, got, want);
    point_free(&p);
}

#endif
