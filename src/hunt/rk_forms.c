#include "rk_forms.h"

#include <string.h>

#include "base/rk_mem.h"
#include "lang/rk_check_text.h"
#include "lang/rk_parse.h"

enum { NEAR_BITS = 96, LONGEST_FORM = 2000 };

/* --- the list ------------------------------------------------------------------------------- */

void rk_forms_clear(rk_forms *f) {
    for (size_t i = 0; i < f->n; i++)
        rk_free(f->form[i].text);
    rk_free(f->form);
    *f = (rk_forms){0};
}

static char *copy_text(const char *text) {
    size_t n = strlen(text) + 1;
    return memcpy(rk_malloc(n), text, n);
}

static rk_form *find(const rk_forms *f, size_t slot, slong row, slong col) {
    for (size_t i = 0; f != NULL && i < f->n; i++)
        if (f->form[i].slot == slot && f->form[i].row == row && f->form[i].col == col)
            return &f->form[i];
    return NULL;
}

void rk_forms_put(rk_forms *f, size_t slot, slong row, slong col, const char *text) {
    char *copy = copy_text(text);
    rk_form *old = find(f, slot, row, col);
    if (old == NULL) {
        rk_grow(&f->form, &f->cap, f->n + 1, sizeof *f->form);
        old = &f->form[f->n++];
        *old = (rk_form){.slot = slot, .row = row, .col = col};
    }
    rk_free(old->text);
    old->text = copy;
}

void rk_forms_set(rk_forms *r, const rk_forms *a) {
    if (r == a)
        return;
    rk_forms_clear(r);
    for (size_t i = 0; i < a->n; i++)
        rk_forms_put(r, a->form[i].slot, a->form[i].row, a->form[i].col, a->form[i].text);
}

const char *rk_forms_at(const rk_forms *f, size_t slot, slong row, slong col) {
    const rk_form *form = find(f, slot, row, col);
    return form != NULL ? form->text : NULL;
}

/* Does a "+" or "-" stand behind the first character, outside parentheses? */
static bool is_sum(const char *text) {
    int depth = 0;
    for (const char *c = text; *c != '\0'; c++) {
        depth += (*c == '(') - (*c == ')');
        if (depth == 0 && c > text && (*c == '+' || *c == '-'))
            return true;
    }
    return false;
}

void rk_form_print_negative(rk_buf *out, const char *text) {
    if (is_sum(text))
        rk_buf_printf(out, "-(%s)", text);
    else if (*text == '-')
        rk_buf_puts(out, text + 1);
    else
        rk_buf_printf(out, "-%s", text);
}

static void carry_one(rk_forms *r, const rk_assignment *next, const fmpq_t value,
                      const char *text) {
    for (size_t s = 0; s < next->nslots; s++)
        for (slong i = 0; i < next->value[s].r; i++)
            for (slong j = 0; j < next->value[s].c; j++)
                if (fmpq_equal(fmpq_mat_entry(&next->value[s], i, j), value))
                    rk_forms_put(r, s, i, j, text);
}

void rk_forms_carry(rk_forms *r, const rk_assignment *next, const rk_assignment *now,
                    const rk_forms *forms) {
    fmpq_t value;
    rk_buf minus;
    fmpq_init(value);
    rk_buf_init(&minus);
    for (size_t k = 0; k < forms->n; k++) {
        const rk_form *f = &forms->form[k];
        fmpq_set(value, fmpq_mat_entry(&now->value[f->slot], f->row, f->col));
        carry_one(r, next, value, f->text);
        rk_buf_reset(&minus);
        rk_form_print_negative(&minus, f->text);
        fmpq_neg(value, value);
        carry_one(r, next, value, minus.text);
    }
    fmpq_clear(value);
    rk_buf_clear(&minus);
}

/* --- text ----------------------------------------------------------------------------------- */

void rk_point_print_entry(rk_buf *out, const rk_assignment *a, const rk_forms *forms, size_t slot,
                          slong row, slong col) {
    const char *form = rk_forms_at(forms, slot, row, col);
    if (form != NULL) {
        rk_buf_puts(out, form);
        return;
    }
    char *text = fmpq_get_str(NULL, 10, fmpq_mat_entry(&a->value[slot], row, col));
    rk_buf_puts(out, text);
    flint_free(text);
}

void rk_point_print_slot(rk_buf *out, const rk_assignment *a, const rk_forms *forms, size_t slot) {
    const fmpq_mat_struct *m = &a->value[slot];
    bool scalar = m->r == 1 && m->c == 1;
    rk_buf_puts(out, scalar ? "" : "[");
    for (slong i = 0; i < m->r; i++)
        for (slong j = 0; j < m->c; j++) {
            rk_buf_puts(out, j > 0 ? ", " : i > 0 ? "; " : "");
            rk_point_print_entry(out, a, forms, slot, i, j);
        }
    rk_buf_puts(out, scalar ? "" : "]");
}

/* --- the program at the point --------------------------------------------------------------- */

static bool has_form(const rk_forms *forms, size_t slot) {
    for (size_t i = 0; i < forms->n; i++)
        if (forms->form[i].slot == slot)
            return true;
    return false;
}

static bool fits(const rk_program *value, slong rows, slong cols) {
    const rk_instr *last = &value->instr[value->ninstr - 1];
    return !last->truth && last->rows == rows && last->cols == cols;
}

/* The closed program of a text that the language reads as a matrix of this shape; NULL. What was
   checked must outlive it: it lies in the arena, and *lone is the caller's to free. */
static rk_program *read_value(rk_arena *arena, const char *text, slong rows, slong cols,
                              rk_lone **lone) {
    rk_diags *diags = rk_diags_new();
    rk_program *value = NULL;
    rk_node *node = rk_expr_parse(arena, "point", text, strlen(text), diags);
    *lone = node != NULL ? rk_expr_check(arena, node, diags) : NULL;
    if (*lone == NULL || (*lone)->truth ||
        rk_program_build_value(&(*lone)->checked, (*lone)->value, &value) != RK_BUILD_OK)
        value = NULL;
    if (value != NULL && !fits(value, rows, cols)) {
        rk_program_free(value);
        value = NULL;
    }
    rk_diags_free(diags);
    return value;
}

static void set_rest(rk_assignment *rest, const rk_program *program, const rk_assignment *a) {
    rk_assignment_init(rest, program);
    for (size_t s = 0; s < program->nslots; s++)
        if (!program->slots[s].defined)
            fmpq_mat_set(&rest->value[s], &a->value[s]);
}

rk_program *rk_forms_program(const rk_program *program, const rk_assignment *a,
                             const rk_forms *forms, unsigned *place, rk_assignment *rest) {
    rk_program *made = NULL, **given = rk_calloc(program->nslots + 1, sizeof *given);
    rk_lone **lone = rk_calloc(program->nslots + 1, sizeof *lone);
    rk_arena *arena = rk_arena_new();
    bool ok = true;
    for (size_t s = 0; s < program->nslots && ok; s++) {
        if (!has_form(forms, s))
            continue;
        rk_buf text;
        rk_buf_init(&text);
        rk_point_print_slot(&text, a, forms, s);
        const rk_slot *slot = &program->slots[s];
        if (!slot->defined)
            given[s] = read_value(arena, text.text, (slong)slot->rows, (slong)slot->cols, &lone[s]);
        ok = given[s] != NULL;
        rk_buf_clear(&text);
    }
    if (ok && rk_program_substitute(program, (const rk_program *const *)given, place, &made) ==
                  RK_BUILD_OK)
        set_rest(rest, made, a);
    for (size_t s = 0; s < program->nslots; s++) {
        rk_program_free(given[s]);
        rk_lone_free(lone[s]);
    }
    rk_arena_free(arena);
    rk_free(given);
    rk_free(lone);
    return made;
}

/* --- reading -------------------------------------------------------------------------------- */

/* The value of a closed program of one number, where it is rational. */
static bool find_rational(fmpq_t x, const rk_program *value) {
    rk_domain *rationals = rk_domain_rational();
    unsigned last = (unsigned)value->ninstr - 1;
    rk_run run;
    rk_run_init(&run, value, rationals);
    bool ok = rk_run_compute(&run, last) == RK_EV_OK &&
              rationals->get_fmpq(rationals, x, run.value[last].entry) == RK_EV_OK;
    rk_run_clear(&run);
    rk_domain_free(rationals);
    return ok;
}

/* A rational near it. */
static bool find_near(fmpq_t near, const rk_program *value) {
    rk_domain *balls = rk_domain_ball(4 * NEAR_BITS);
    unsigned last = (unsigned)value->ninstr - 1;
    rk_run run;
    rk_run_init(&run, value, balls);
    bool ok = rk_run_compute(&run, last) == RK_EV_OK && arb_is_finite(run.value[last].entry);
    if (ok) {
        arf_get_fmpq(near, arb_midref((arb_struct *)run.value[last].entry));
        fmpq_mul_2exp(near, near, NEAR_BITS);
        fmpz_fdiv_q(fmpq_numref(near), fmpq_numref(near), fmpq_denref(near));
        fmpz_one(fmpq_denref(near));
        fmpq_div_2exp(near, near, NEAR_BITS);
    }
    rk_run_clear(&run);
    rk_domain_free(balls);
    return ok;
}

bool rk_point_read_entry(rk_assignment *a, rk_forms *forms, size_t slot, slong row, slong col,
                         const char *text) {
    fmpq *x = fmpq_mat_entry(&a->value[slot], row, col);
    if (fmpq_set_str(x, text, 10) == 0) {
        bool number = !fmpz_is_zero(fmpq_denref(x));
        if (number)
            fmpq_canonicalise(x);
        else
            fmpq_zero(x);
        return number;
    }
    if (strlen(text) > LONGEST_FORM)
        return false;
    rk_arena *arena = rk_arena_new();
    rk_lone *lone = NULL;
    rk_program *value = read_value(arena, text, 1, 1, &lone);
    bool rational = value != NULL && find_rational(x, value);
    bool ok = rational || (value != NULL && find_near(x, value));
    if (ok && !rational)
        rk_forms_put(forms, slot, row, col, text);
    rk_program_free(value);
    rk_lone_free(lone);
    rk_arena_free(arena);
    return ok;
}
