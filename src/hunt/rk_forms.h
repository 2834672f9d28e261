/* Entries of a point that are not rational: closed forms written in the claim language, such as
   `sqrt(2)` or `log(3)/2`, beside an assignment that stays rational. Where an entry has a form, the
   form is the value, and the assignment holds a rational near it, for orders and doubles alone. */
#ifndef RK_FORMS_H
#define RK_FORMS_H

#include "eval/rk_run.h"

typedef struct rk_form {
    size_t slot;
    slong row, col;
    char *text; /* owned; read as one operand of a sum or a row of a matrix */
} rk_form;

typedef struct rk_forms { /* zero bytes: none */
    rk_form *form;
    size_t n, cap;
} rk_forms;

void rk_forms_clear(rk_forms *f); /* may be used again */
void rk_forms_set(rk_forms *r, const rk_forms *a);
/* Gives entry (row, col) of a slot this form, in place of the one it had. */
void rk_forms_put(rk_forms *f, size_t slot, slong row, slong col, const char *text);
/* NULL: the entry is rational. */
const char *rk_forms_at(const rk_forms *f, size_t slot, slong row, slong col);

/* Minus a form, as short as may be: "-sqrt(2)", "sqrt(2)", "-(1 + sqrt(5))". */
void rk_form_print_negative(rk_buf *out, const char *text);

/* How forms follow an assignment that is changed by moving values about: adds to r the forms of
   those entries of `next` that hold the rational beside one of the forms of `now`, or minus it. */
void rk_forms_carry(rk_forms *r, const rk_assignment *next, const rk_assignment *now,
                    const rk_forms *forms);

/* An entry, or the value of a slot, as the language reads it back exactly: "-1/2",
   "[sqrt(2), 1; 0, 1]". forms may be NULL. */
void rk_point_print_entry(rk_buf *out, const rk_assignment *a, const rk_forms *forms, size_t slot,
                          slong row, slong col);
void rk_point_print_slot(rk_buf *out, const rk_assignment *a, const rk_forms *forms, size_t slot);

/* Reads an entry: a rational, or a closed expression of one number, whose form is kept and which
   the assignment then stands near. False: it is neither. */
bool rk_point_read_entry(rk_assignment *a, rk_forms *forms, size_t slot, slong row, slong col,
                         const char *text);

/* The program at such a point: the slots that have forms are given by the text that the language
   reads (rk_program_substitute), their membership is a hypothesis, the others stay free. `rest`
   (not initialised) is set to the assignment of what stays free; the caller clears both. place: as
   for rk_program_substitute. NULL, and rest is not set: a form is no closed expression of one
   number, or the program grows too large. */
rk_program *rk_forms_program(const rk_program *program, const rk_assignment *a,
                             const rk_forms *forms, unsigned *place, rk_assignment *rest);

#endif
