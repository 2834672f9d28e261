/* Tree to claim text (parse . print . parse = parse) and to LaTeX. Text uses the fewest
   parentheses that keep the tree. LaTeX is math-mode source for amsmath. */
#ifndef RK_PRINT_H
#define RK_PRINT_H

#include "base/rk_buf.h"
#include "rk_ast.h"

void rk_print_node(rk_buf *out, const rk_node *node);
void rk_print_theorem(rk_buf *out, const rk_theorem *theorem);
/* The clauses that say what is claimed: neither name nor title, source, note or expectation. */
void rk_print_statement(rk_buf *out, const rk_theorem *theorem);
void rk_print_def(rk_buf *out, const rk_def *def);
void rk_print_file(rk_buf *out, const rk_file *file);
void rk_print_string(rk_buf *out, const char *s); /* quoted and escaped as the lexer reads it */

void rk_latex_node(rk_buf *out, const rk_node *node);
/* Quantifiers, hypotheses and claims as one statement, lines separated by `\\`. */
void rk_latex_statement(rk_buf *out, const rk_theorem *theorem);
/* The same in sentences, the claims displayed: "Let n be at least 1. ... Then ..."
 */
void rk_latex_sentences(rk_buf *out, const rk_theorem *theorem);
void rk_latex_text(rk_buf *out, const char *s); /* plain text with TeX specials escaped */

#endif
