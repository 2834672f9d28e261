#include "check_inside.h"

#include <string.h>

#include "lang/rk_parse.h"
#include "lang/rk_print.h"

void rk_job_unknown(job *j, rk_ev why, rk_span where) {
    bool telling = why == RK_EV_CONSTRUCT || why == RK_EV_PRECISION || why == RK_EV_LIMIT;
    if (!telling || j->why == RK_EV_CONSTRUCT)
        return;
    j->why = why;
    j->where = where;
}

void rk_job_dims(job *j, const int64_t *dims) {
    for (size_t i = 0; i < j->checked->ndims; i++) {
        if (!j->any_dims || dims[i] < j->low[i])
            j->low[i] = dims[i];
        if (!j->any_dims || dims[i] > j->high[i])
            j->high[i] = dims[i];
    }
    j->any_dims = true;
}

void rk_job_instance(job *j, const int64_t *dims, const rk_instance *x) {
    switch (x->overall) {
    case RK_INSTANCE_HOLDS:
        j->held++;
        j->witnessed |= !j->generic; /* else one instance may be all there is but a null set */
        rk_job_dims(j, dims);
        break;
    case RK_INSTANCE_UNDEFINED:
        j->undefined++;
        break;
    case RK_INSTANCE_EXCLUDED:
        j->excluded++;
        break;
    case RK_INSTANCE_UNKNOWN:
        j->unknown++;
        rk_job_unknown(j, x->why, x->where);
        break;
    case RK_INSTANCE_VIOLATED:
        break;
    }
    if (x->precision > j->result->precision)
        j->result->precision = x->precision;
}

void rk_job_hunted(job *j, const rk_hunt_report *report) {
    const rk_tally *r = &report->tally;
    /* under `generic` only points of the interior count: null sets are not what is claimed */
    if (!j->generic)
        j->held += r->held;
    j->witnessed |= !j->generic && r->held > 0;
    j->undefined += r->undefined;
    j->excluded += r->excluded;
    j->unknown += r->unknown;
    j->unconfirmed += r->unconfirmed;
    j->trials += r->trials;
    j->assignments += r->assignments;
    if (r->unknown > 0)
        rk_job_unknown(j, r->why, r->where);
    if (r->held > 0 && r->dims_low != NULL) {
        rk_job_dims(j, r->dims_low);
        rk_job_dims(j, r->dims_high);
    }
}

/* --- the point ---------------------------------------------------------------------------- */

static rk_named_value *next_value(job *j, const char *name, size_t rows, size_t cols) {
    rk_named_value *v = &j->result->values[j->result->nvalues++];
    *v = (rk_named_value){.name = name, .rows = rows, .cols = cols};
    v->entry = rk_arena_alloc(j->arena, rows * cols * sizeof *v->entry);
    return v;
}

static void put_value(job *j, const char *name, const rk_assignment *a, const rk_forms *forms,
                      size_t s) {
    slong rows = fmpq_mat_nrows(&a->value[s]), cols = fmpq_mat_ncols(&a->value[s]);
    rk_named_value *v = next_value(j, name, (size_t)rows, (size_t)cols);
    for (slong i = 0; i < rows; i++)
        for (slong k = 0; k < cols; k++) {
            rk_buf text;
            rk_buf_init(&text);
            rk_point_print_entry(&text, a, forms, s, i, k);
            v->entry[i * cols + k] = rk_arena_strdup(j->arena, text.text);
            rk_buf_clear(&text);
        }
}

static const char *slot_name(job *j, const rk_slot *s) {
    const char *name = j->checked->vars[s->var].name;
    if (s->member == 0)
        return name;
    return rk_arena_printf(j->arena, "%s[%lld]", name, (long long)s->member);
}

/* Entry (i, k) of a matrix written entry by entry; NULL where it is not. */
static const rk_node *entry_of(const rk_node *e, const rk_slot *slot, size_t i, size_t k) {
    if (slot->rows == 1 && slot->cols == 1)
        return e;
    if (e->kind != RK_N_BLOCK || e->nkids != (size_t)slot->rows ||
        e->kid[i]->nkids != (size_t)slot->cols)
        return NULL;
    return e->kid[i]->kid[k];
}

/* Is it a number to the language, too? Some closed forms have no notation there. */
static bool reads_back(const char *text) {
    rk_forms forms = {0};
    rk_assignment a = {.nslots = 1};
    fmpq_mat_t m;
    fmpq_mat_init(m, 1, 1);
    a.value = m;
    bool good = rk_point_read_entry(&a, &forms, 0, 0, 0, text);
    rk_forms_clear(&forms);
    fmpq_mat_clear(m);
    return good;
}

static bool put_nodes(job *j, rk_named_value *v, const rk_slot *slot, const rk_node *e) {
    bool good = true;
    for (size_t k = 0; k < v->rows * v->cols && good; k++) {
        const rk_node *node = entry_of(e, slot, k / v->cols, k % v->cols);
        rk_buf text;
        rk_buf_init(&text);
        good = node != NULL;
        if (good)
            rk_print_node(&text, node);
        good = good && reads_back(text.text);
        v->entry[k] = rk_arena_strdup(j->arena, text.text);
        rk_buf_clear(&text);
    }
    return good;
}

/* The closed form of a value that is not rational, where there is one: what is printed of it is
   read as the language reads it. */
static void put_closed(job *j, const rk_program *p, const rk_assignment *a, const rk_slot *slot) {
    rk_diags *diags = rk_diags_new();
    rk_buf text;
    rk_buf_init(&text);
    rk_describe_value(&text, p, a, slot->definition);
    rk_node *e = NULL;
    if (strstr(text.text, "+/-") == NULL && strcmp(text.text, "unknown") != 0)
        e = rk_expr_parse(j->arena, "value", text.text, text.len, diags);
    if (e != NULL) {
        size_t n = j->result->nvalues;
        rk_named_value *v =
            next_value(j, slot_name(j, slot), (size_t)slot->rows, (size_t)slot->cols);
        if (!put_nodes(j, v, slot, e))
            j->result->nvalues = n;
    }
    rk_buf_clear(&text);
    rk_diags_free(diags);
}

/* The value of a slot that an `assume NAME == E` defines. */
static void put_defined(job *j, rk_run *run, const rk_assignment *a, const rk_slot *slot) {
    rk_assignment own = {.nslots = 1};
    fmpq_mat_t m;
    fmpq_mat_init(m, slot->rows, slot->cols);
    own.value = m;
    if (rk_run_compute(run, slot->definition) == RK_EV_OK &&
        rk_matrix_get_fmpq_mat(m, &run->value[slot->definition]) == RK_EV_OK)
        put_value(j, slot_name(j, slot), &own, NULL, 0);
    else
        put_closed(j, run->program, a, slot);
    fmpq_mat_clear(m);
}

static void put_values(job *j, const rk_program *p, const rk_assignment *a, const rk_forms *forms,
                       rk_run *run, const rk_assignment *rest) {
    j->result->nvalues = 0;
    j->result->values = rk_arena_alloc(j->arena, p->nslots * sizeof *j->result->values);
    for (size_t s = 0; s < p->nslots; s++) {
        const rk_slot *slot = &p->slots[s];
        if (slot->defined)
            put_defined(j, run, rest, &run->program->slots[s]);
        else
            put_value(j, slot_name(j, slot), a, forms, s);
    }
}

static void put_sides(job *j, const rk_program *p, const rk_assignment *a) {
    rk_buf b;
    rk_buf_init(&b);
    rk_describe_sides(&b, p, a, j->claim);
    j->result->sides = b.len > 0 ? rk_arena_strdup(j->arena, b.text) : NULL;
    rk_buf_clear(&b);
}

/* The first claim that is false there; the first one when all hold (an example). */
static unsigned false_claim(const job *j, const rk_program *p, const rk_assignment *a) {
    rk_decide_options o = {.precision_cap = j->options->precision_cap};
    rk_instance x;
    unsigned found = 0;
    rk_decide(p, a, &o, &x);
    for (size_t c = p->nclaims; c-- > 0;)
        if (x.claim[c] == RK_INSTANCE_VIOLATED)
            found = (unsigned)c;
    rk_instance_clear(&x);
    return found;
}

void rk_result_dims(job *j, const int64_t *dims) {
    rk_result *r = j->result;
    r->npoint_dims = j->checked->ndims;
    r->point_dims = rk_arena_alloc(j->arena, r->npoint_dims * sizeof *r->point_dims);
    for (size_t i = 0; i < r->npoint_dims; i++)
        r->point_dims[i] = (rk_dim_scope){j->checked->dims[i].name, dims[i], dims[i]};
}

/* Definitions of the theorem are looked at over Q: `at` is the program at the point, `rest` what is
   free in it. */
static void put_point(job *j, const rk_program *p, const int64_t *dims, const rk_assignment *a,
                      const rk_forms *forms, const rk_program *at, const rk_assignment *rest) {
    rk_domain *rational = rk_domain_rational();
    rk_run run;
    rk_run_init(&run, at, rational);
    (void)rk_run_set_inputs(&run, rest);
    rk_result_dims(j, dims);
    j->result->has_counterexample = true;
    put_values(j, p, a, forms, &run, rest);
    j->claim = false_claim(j, at, rest);
    put_sides(j, at, rest);
    rk_run_clear(&run);
    rk_domain_free(rational);
}

void rk_result_point(job *j, const rk_program *p, const int64_t *dims, const rk_assignment *a) {
    put_point(j, p, dims, a, NULL, p, a);
}

void rk_result_point_forms(job *j, const rk_program *p, const int64_t *dims, const rk_assignment *a,
                           const rk_forms *forms) {
    rk_assignment rest;
    rk_program *at = forms->n > 0 ? rk_forms_program(p, a, forms, NULL, &rest) : NULL;
    if (at == NULL) {
        rk_result_point(j, p, dims, a);
        return;
    }
    put_point(j, p, dims, a, forms, at, &rest);
    rk_assignment_clear(&rest);
    rk_program_free(at);
}
