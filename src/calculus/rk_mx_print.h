/* Matrices and scalars of the calculus as text that the language reads, and as LaTeX. Names of
   variables and dimensions as in the theorem; normalisations as layernorm parts are given short
   names that a legend explains. */
#ifndef RK_MX_PRINT_H
#define RK_MX_PRINT_H

#include "rk_mx.h"

typedef struct rk_mx_printer rk_mx_printer;

/* Where it stands: alone or between signs; beside a factor, where sums need parentheses; under a
   transpose or exponent, where products need them, too. */
typedef enum rk_print_place { RK_IN_SUM, RK_IN_PRODUCT, RK_AS_BASE } rk_print_place;

/* `checked` gives the names. latex: math mode text. */
rk_mx_printer *rk_mx_printer_new(rk_mxs *s, const rk_checked *checked, bool latex);
void rk_mx_printer_free(rk_mx_printer *p);
/* From now on for certificates: everything spelled as the language has it, nothing joined or named
   in short, relations with value == right - left (right - left >= 0) or left - right (== 0). */
void rk_mx_printer_spell(rk_mx_printer *p);
/* Was something printed that has no text in the language? Spelling only. */
bool rk_mx_printer_failed(const rk_mx_printer *p);
/* A product of letters as they stand, whatever rules say of it. */
void rk_mx_print_letters(rk_mx_printer *p, rk_buf *out, const rk_letter *letter, size_t n);
/* A name for a fresh matrix, the same every time. */
const char *rk_mx_fresh_name(rk_mx_printer *p, const rk_leaf *fresh);
/* A name for an index that a proof counts by; and the symbol printed as that name less a number
   (NULL: as itself again). */
const char *rk_mx_index_name(rk_mx_printer *p, unsigned sym);
/* As itself from here on; the name it was printed as, or NULL. */
const char *rk_mx_print_own_name(rk_mx_printer *p, unsigned sym);
void rk_mx_print_symbol_as(rk_mx_printer *p, unsigned sym, const char *name, int less);
/* The name of a dimension or index in certificates: readers make indices of their own, and an
   earlier symbol may have the same name. */
enum { RK_SYMBOL_TEXT = 64 };
void rk_mx_symbol_text(const rk_checked *checked, unsigned sym, char text[RK_SYMBOL_TEXT]);
void rk_mx_print(rk_mx_printer *p, rk_buf *out, const rk_mx *a);
void rk_sc_print(rk_mx_printer *p, rk_buf *out, rk_sc a);
/* From now on the matrix (and its transpose) is printed by this name, as a `let` of the theorem. */
void rk_mx_printer_name(rk_mx_printer *p, const rk_mx *a, const char *name);
/* From now on the unknown matrix, one letter, for sym = low..high is printed as that part of one
   matrix of this name that has them side by side. */
void rk_mx_printer_member(rk_mx_printer *p, const rk_mx *a, const char *name, unsigned sym,
                          rk_sc low, rk_sc high);
/* As rk_mx_print, but written out even where the whole has a name. */
void rk_mx_print_out(rk_mx_printer *p, rk_buf *out, const rk_mx *a);
void rk_mx_print_in(rk_mx_printer *p, rk_buf *out, const rk_mx *a, rk_print_place place);
/* The transpose, where that is written with fewer transposes or has a name, else a itself: ranks
   are printed of these. */
const rk_mx *rk_mx_upright(rk_mx_printer *p, const rk_mx *a);
/* Was the given name printed since this was last asked? */
bool rk_mx_name_used(rk_mx_printer *p, const rk_mx *a);
/* a <= b (or a == b) with both sides free of minus signs, from value >= 0 (value == 0) */
void rk_relation_print(rk_mx_printer *p, rk_buf *out, rk_sc value, bool equation);
/* Names given so far to things that have none in the theorem: "D1 = the row scales of
   layernorm(X)", one line each; NULL at the end. */
const char *rk_mx_legend(rk_mx_printer *p, size_t i);

#endif
