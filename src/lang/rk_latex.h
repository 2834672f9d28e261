/* Inside the LaTeX printer: rk_latex_name.c sets names and plain text, rk_latex.c expressions,
   rk_latex_statement.c theorems. */
#ifndef RK_LATEX_H
#define RK_LATEX_H

#include "rk_print.h"

/* Joining names to subscripts: "W_Q" and "WQ" are W with Q, "x1" is x with 1, "gamma" is a
   letter; longer words are set in one piece. `base` and `sub` are filled, sub may stay empty. */
void rk_latex_name_parts(rk_buf *base, rk_buf *sub, const char *name);
void rk_latex_name(rk_buf *out, const char *name);

/* The sign or word of a function, before its arguments; *first is what stands between the first
   argument and the second. */
void rk_latex_function(rk_buf *out, const char *name, const char **first);

/* A node where a whole factor is asked for: sums, products and connectives in parentheses. */
void rk_latex_factor(rk_buf *out, const rk_node *node);
/* "n \times d", "n": sums in parentheses */
void rk_latex_sizes(rk_buf *out, rk_node *const *sizes, size_t n);

#endif
