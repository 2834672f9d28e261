#include "rk_still.h"

#include "base/rk_mem.h"
#include "rk_steps.h"
#include "rk_symbols.h"

enum { MAX_VARIABLES = 30, MAX_TERMS = 1000, MOST_ENTRIES = 400, MOST_TEXT = 1 << 16 };

typedef struct kernel_of {
    const rk_program *program;
    rk_run run;
    rk_domain *domain;
    const rk_term *jrank;
    size_t *slot, nslots; /* that move, in the order of the jrank */
} kernel_of;

/* --- coordinates ---------------------------------------------------------------------------- */

/* How many indeterminates stand before entry (i, j) of the slot. */
static slong before_entry(const rk_slot *s, int64_t i, int64_t j) {
    slong n = 0;
    for (int64_t k = 0; k < i * s->cols + j; k++)
        n += rk_symbols_free(s, k / s->cols, k % s->cols);
    return n;
}

static slong coordinates(const rk_slot *s) {
    return before_entry(s, s->rows, 0);
}

/* Variables each once; the members of a family ascend. */
static void find_slots(kernel_of *k) {
    const rk_program *p = k->program;
    bool *listed = rk_calloc(p->checked->nvars + 1, sizeof *listed);
    k->slot = rk_calloc(p->nslots + 1, sizeof *k->slot);
    for (size_t v = 0; v < k->jrank->nvars; v++) {
        unsigned var = k->jrank->vars[v];
        for (size_t s = 0; s < p->nslots && !listed[var]; s++)
            if (p->slots[s].var == var && p->slots[s].set != RK_SET_INTEGER)
                k->slot[k->nslots++] = s;
        listed[var] = true;
    }
    rk_free(listed);
}

static bool are_affine(const rk_program *p) {
    for (size_t s = 0; s < p->nslots; s++)
        if (!rk_symbols_affine(&p->slots[s]))
            return false;
    return rk_symbols_count(p, rk_symbols_affine, MAX_VARIABLES) <= MAX_VARIABLES;
}

/* --- the Jacobian --------------------------------------------------------------------------- */

/* Column *next and what follows it: the derivatives by the indeterminates of one slot. */
static rk_ev differentiate(const kernel_of *k, const rk_matrix *value, size_t slot, slong *next,
                           rk_matrix *jacobian) {
    slong first = 0;
    rk_ev ev = RK_EV_OK;
    for (size_t s = 0; s < slot; s++)
        first += coordinates(&k->program->slots[s]);
    for (slong c = 0; c < coordinates(&k->program->slots[slot]); c++, ++*next)
        for (slong i = 0; i < jacobian->rows && ev == RK_EV_OK; i++)
            ev = rk_function_derivative(k->domain, rk_matrix_entry(jacobian, i, *next),
                                        rk_matrix_entry(value, i / value->cols, i % value->cols),
                                        first + c);
    return ev;
}

/* That of instruction `root`. False: beyond a limit. */
static bool find_jacobian(kernel_of *k, unsigned root, rk_matrix *jacobian) {
    const rk_instr *in = &k->program->instr[root];
    slong cols = 0, next = 0, rows = (slong)(in->rows * in->cols);
    for (size_t i = 0; i < k->nslots; i++)
        cols += coordinates(&k->program->slots[k->slot[i]]);
    rk_ev ev = rows * cols <= MOST_ENTRIES ? rk_run_compute(&k->run, root) : RK_EV_LIMIT;
    rk_matrix_init(jacobian, k->domain, rows, cols);
    for (size_t i = 0; i < k->nslots && ev == RK_EV_OK; i++)
        ev = differentiate(k, &k->run.value[root], k->slot[i], &next, jacobian);
    return ev == RK_EV_OK && !rk_function_exceeded(k->domain);
}

/* --- text ----------------------------------------------------------------------------------- */

/* What is not free is 0, but for the lower half of a symmetric matrix. */
static void put_entry(rk_steps *s, const rk_slot *slot, const rk_matrix *kernel, slong first,
                      slong column, int64_t i, int64_t j) {
    bool mirrored = slot->set == RK_SET_SYMMETRIC || slot->set == RK_SET_PSD;
    int64_t row = mirrored && i > j ? j : i, col = mirrored && i > j ? i : j;
    rk_buf_puts(&s->text, j > 0 ? ", " : i > 0 ? "; " : "");
    if (!rk_symbols_free(slot, row, col)) {
        rk_buf_puts(&s->text, "0");
        return;
    }
    const fmpz_mpoly_q_struct *x =
        rk_matrix_entry(kernel, first + before_entry(slot, row, col), column);
    rk_steps_put(s, &x->num);
}

static void put_vector(const kernel_of *k, rk_steps *s, const rk_matrix *kernel, slong column) {
    slong first = 0;
    for (size_t n = 0; n < k->nslots; n++) {
        const rk_slot *slot = &k->program->slots[k->slot[n]];
        rk_buf_puts(&s->text, " | [");
        for (int64_t i = 0; i < slot->rows; i++)
            for (int64_t j = 0; j < slot->cols; j++)
                put_entry(s, slot, kernel, first, column, i, j);
        rk_buf_puts(&s->text, "]");
        first += coordinates(slot);
    }
    rk_buf_puts(&s->text, "\n");
}

static void put_kernel(const kernel_of *k, const rk_matrix *kernel, size_t number, rk_buf *out) {
    rk_steps s;
    rk_steps_init(&s, k->program);
    rk_steps_watch(&s, k->domain, rk_symbols_affine);
    for (slong c = 0; c < kernel->cols && s.text.len <= MOST_TEXT; c++) {
        rk_buf_printf(&s.text, "kernel %zu", number);
        put_vector(k, &s, kernel, c);
    }
    if (!s.failed && s.text.len <= MOST_TEXT && kernel->cols > 0)
        rk_buf_puts(out, s.text.text);
    rk_function_set_watch(k->domain, NULL);
    rk_steps_clear(&s);
}

/* --- records -------------------------------------------------------------------------------- */

/* Where the rows are independent, the shape of the Jacobian says as much. */
static void put_kernel_of(const kernel_of *k, const rk_matrix *jacobian, size_t number,
                          rk_buf *out) {
    rk_matrix kernel;
    bool ok = rk_function_kernel(&kernel, jacobian) == RK_EV_OK;
    if (ok && jacobian->cols - kernel.cols < jacobian->rows)
        put_kernel(k, &kernel, number, out);
    rk_matrix_clear(&kernel);
}

static void record_kernel(kernel_of *k, unsigned root, size_t number, rk_buf *out) {
    rk_matrix jacobian;
    slong variables = rk_symbols_count(k->program, rk_symbols_affine, MAX_VARIABLES);
    k->domain = rk_domain_functions(variables, MAX_TERMS);
    rk_run_init(&k->run, k->program, k->domain);
    rk_symbols_set(&k->run, rk_symbols_affine);
    find_slots(k);
    if (find_jacobian(k, root, &jacobian))
        put_kernel_of(k, &jacobian, number, out);
    rk_matrix_clear(&jacobian);
    rk_run_clear(&k->run);
    rk_domain_free(k->domain);
    rk_free(k->slot);
}

void rk_record_kernels(const rk_program *program, rk_buf *out) {
    const rk_term *jrank;
    for (size_t n = 1; (jrank = rk_jrank_numbered(program->checked, n)) != NULL; n++) {
        rk_program *p = NULL;
        unsigned root;
        const rk_term *text = jrank->kid[0];
        rk_build_status built =
            rk_program_build_terms(program->checked, program->dims, &text, 1, &root, &p);
        kernel_of k = {.program = p, .jrank = jrank};
        if (built == RK_BUILD_OK && are_affine(p))
            record_kernel(&k, root, n, out);
        rk_program_free(p);
    }
}
