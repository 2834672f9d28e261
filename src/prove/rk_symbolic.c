/* Identities and ranks over the function field: the free entries of the sets become indeterminates.
   An equation of rational functions holds wherever both sides, as written, are defined; the rank
   over the field is the rank almost everywhere, and nowhere is the rank larger. */
#include "base/rk_mem.h"
#include "rk_prove_records.h"
#include "rk_symbols.h"
#include "rk_view.h"

enum { MAX_VARIABLES = 30, MAX_TERMS = 2000, MAX_INSTRUCTIONS = 2000 };

/* --- facts -------------------------------------------------------------------------------- */

static void take_rank(rk_view *v, rk_run *run, unsigned i) {
    slong low, high;
    if (rk_run_compute(run, i) != RK_EV_OK)
        return;
    rk_ev ev = rk_matrix_rank(&low, &high, &run->value[i]);
    if (ev != RK_EV_OK || rk_function_exceeded(run->domain))
        return;
    v->bounds.fact_high[i] = high; /* minors that vanish identically vanish everywhere */
    if (!v->mentions_forall[i])
        v->bounds.fact_low[i] = low;
}

/* The comparison of two matrices whose difference is a matrix of numbers. */
static rk_tern compare_constants(rk_cmp cmp, const rk_matrix *difference) {
    static const rk_relation relation[] = {RK_REL_EQ, RK_REL_NE, RK_REL_LT,
                                           RK_REL_LE, RK_REL_GT, RK_REL_GE};
    rk_domain *q = rk_domain_rational();
    rk_matrix number, zero;
    rk_tern t = RK_UNKNOWN;
    rk_ev why;
    fmpq_mat_t m;
    fmpq_mat_init(m, difference->rows, difference->cols);
    if (rk_matrix_get_fmpq_mat(m, difference) == RK_EV_OK) {
        rk_matrix_set_fmpq_mat(&number, q, m);
        rk_matrix_init(&zero, q, difference->rows, difference->cols);
        t = rk_matrix_compare(relation[cmp], &number, &zero, &why);
        rk_matrix_clear(&number);
        rk_matrix_clear(&zero);
    }
    fmpq_mat_clear(m);
    rk_domain_free(q);
    return t;
}

static bool is_zero_matrix(const rk_matrix *m) {
    for (slong i = 0; i < m->rows * m->cols; i++)
        if (!rk_tern_true(
                m->domain->is_zero(m->domain, rk_matrix_entry(m, i / m->cols, i % m->cols))))
            return false;
    return true;
}

static rk_tern compare_functions(const rk_view *v, unsigned i, const rk_matrix *difference) {
    rk_cmp cmp = v->program->instr[i].cmp;
    rk_tern t = compare_constants(cmp, difference);
    bool equation = cmp == RK_EQ || cmp == RK_NE;
    if (!rk_tern_known(t) && equation && !v->mentions_forall[i] && !is_zero_matrix(difference))
        t = rk_tern_of(cmp == RK_NE); /* not the same function: unequal almost everywhere */
    return t;
}

static void take_comparison(rk_view *v, rk_run *run, unsigned i) {
    const rk_instr *in = &v->program->instr[i];
    unsigned a = in->arg[0], b = in->arg[1];
    if (rk_run_compute(run, a) != RK_EV_OK || rk_run_compute(run, b) != RK_EV_OK)
        return;
    if (run->value[a].rows != run->value[b].rows || run->value[a].cols != run->value[b].cols)
        return;
    rk_matrix difference;
    rk_matrix_sub(&difference, &run->value[a], &run->value[b]);
    rk_tern t = compare_functions(v, i, &difference);
    if (!rk_function_exceeded(run->domain))
        v->bounds.fact_truth[i] = t;
    rk_matrix_clear(&difference);
}

static void take_facts(rk_view *v, rk_run *run) {
    const rk_program *p = v->program;
    for (unsigned i = 0; i < p->ninstr && !rk_function_exceeded(run->domain); i++) {
        const rk_instr *in = &p->instr[i];
        if (in->code == RK_P_RANK && v->analytic[in->arg[0]])
            take_rank(v, run, in->arg[0]);
        if (in->code == RK_P_COMPARE && v->analytic[in->arg[0]] && v->analytic[in->arg[1]])
            take_comparison(v, run, i);
        if (v->analytic[i])
            v->defined[i] = !rk_code_is_partial(in->code) || rk_run_compute(run, i) == RK_EV_OK;
    }
}

void rk_prove_symbolic(const rk_program *program, const rk_prove_options *o, rk_proof *out,
                       rk_diags *diags) {
    slong variables = rk_symbols_count(program, rk_symbols_affine, MAX_VARIABLES);
    if (program->checked->mode == RK_MODE_RANDOM || variables > MAX_VARIABLES ||
        program->ninstr > MAX_INSTRUCTIONS)
        return;
    rk_view v;
    rk_run run;
    rk_domain *functions = rk_domain_functions(variables, MAX_TERMS);
    rk_view_init(&v, program, rk_symbols_affine, NULL);
    rk_run_init(&run, program, functions);
    rk_symbols_set(&run, rk_symbols_affine);
    take_facts(&v, &run);
    rk_facts_propagate(&v.bounds);
    out->method = "rational functions";
    rk_view_conclude(&v, out, diags);
    bool refuted = out->status == RK_PROOF_FALSE && program->checked->mode == RK_MODE_EXISTS;
    if (out->status == RK_PROOF_TRUE || refuted)
        rk_record_rational(program, o);
    rk_run_clear(&run);
    rk_view_clear(&v);
    rk_domain_free(functions);
}
