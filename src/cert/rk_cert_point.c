#include "rk_cert_point.h"

#include <stdlib.h>
#include <string.h>

#include "base/rk_mem.h"
#include "eval/rk_dims.h"
#include "lang/rk_check_text.h"

static bool read_dims(const rk_checked *checked, const char *text, int64_t *dims) {
    size_t given = 0;
    for (size_t i = 0; i < checked->ndims; i++) {
        const char *name = checked->dims[i].name;
        size_t n = strlen(name);
        for (const char *at = text; (at = strstr(at, name)) != NULL; at += n)
            if (at > text && at[-1] == ' ' && at[n] == '=') {
                dims[i] = strtoll(at + n + 1, NULL, 10);
                given++;
                break;
            }
    }
    return given == checked->ndims;
}

/* The value of a closed expression, if it is rational and of the shape of m. */
static bool evaluate(const rk_lone *lone, fmpq_mat_t m) {
    rk_program *p = NULL;
    if (lone->truth || rk_program_build_value(&lone->checked, lone->value, &p) != RK_BUILD_OK)
        return false;
    unsigned last = (unsigned)p->ninstr - 1;
    rk_domain *rational = rk_domain_rational();
    rk_run run;
    rk_run_init(&run, p, rational);
    bool good = p->instr[last].rows == fmpq_mat_nrows(m) &&
                p->instr[last].cols == fmpq_mat_ncols(m) &&
                rk_run_compute(&run, last) == RK_EV_OK &&
                rk_matrix_get_fmpq_mat(m, &run.value[last]) == RK_EV_OK;
    rk_run_clear(&run);
    rk_domain_free(rational);
    rk_program_free(p);
    return good;
}

static bool read_matrix(fmpq_mat_t m, const char *text) {
    rk_arena *arena = rk_arena_new();
    rk_diags *diags = rk_diags_new();
    rk_node *node = rk_expr_parse(arena, "value", text, strlen(text), diags);
    rk_lone *lone = node != NULL ? rk_expr_check(arena, node, diags) : NULL;
    bool good = lone != NULL && evaluate(lone, m);
    if (lone != NULL)
        rk_lone_free(lone);
    rk_diags_free(diags);
    rk_arena_free(arena);
    return good;
}

static bool read_set(rk_cert_point *w, const char *rest) {
    const char *bar = strstr(rest, " | ");
    for (size_t s = 0; bar != NULL && s < w->program->nslots; s++) {
        const rk_slot *slot = &w->program->slots[s];
        rk_buf name;
        rk_buf_init(&name);
        rk_buf_puts(&name, w->program->checked->vars[slot->var].name);
        if (slot->member > 0)
            rk_buf_printf(&name, "[%lld]", (long long)slot->member);
        bool same = name.len == (size_t)(bar - rest) && strncmp(name.text, rest, name.len) == 0;
        rk_buf_clear(&name);
        if (same)
            return slot->defined || read_matrix(&w->value.value[s], bar + 3);
    }
    return false;
}

/* The records of one `at`; returns the first that is not one of them. */
static size_t read_records(rk_cert_point *p, const rk_cert_text *cert, size_t next, bool *good) {
    *good = true;
    for (; next < cert->nrecords && *good; next++) {
        const char *r = cert->record[next];
        if (strncmp(r, "set ", 4) == 0)
            *good = read_set(p, r + 4);
        else if (strncmp(r, "fails ", 6) == 0)
            p->fails = (unsigned)strtoul(r + 6, NULL, 10);
        else if (strcmp(r, "evaluate") != 0 && strncmp(r, "given ", 6) != 0)
            break;
    }
    return next;
}

void rk_cert_point_clear(rk_cert_point *p) {
    rk_assignment_clear(&p->value);
    rk_program_free(p->program);
}

bool rk_cert_point_read(const rk_checked *checked, const rk_cert_text *cert, size_t *next,
                        rk_cert_point *out, const char **why) {
    *out = (rk_cert_point){0};
    *why = "the dimensions are not allowed";
    int64_t *dims = rk_calloc(checked->ndims + 1, sizeof *dims);
    bool good = read_dims(checked, cert->record[*next], dims) &&
                rk_program_build(checked, dims, NULL, &out->program) == RK_BUILD_OK;
    rk_free(dims);
    if (!good)
        return false;
    rk_assignment_init(&out->value, out->program);
    *why = "the point is not rational";
    *next = read_records(out, cert, *next + 1, &good);
    good = good && out->fails <= out->program->nclaims;
    if (!good)
        rk_cert_point_clear(out);
    return good;
}
