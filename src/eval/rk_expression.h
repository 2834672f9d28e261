/* Exact evaluation of a closed expression, for `rankle eval`. */
#ifndef RK_EXPRESSION_H
#define RK_EXPRESSION_H

#include "lang/rk_check_text.h"

/* Parses, checks and evaluates. Prints the exact value when there is one ("3/2", "[1, 0; 0, 1]",
   "true", closed forms such as sqrt(2)), otherwise an enclosure whose printed digits are certain
   ("3.14159265358979 +/- 4e-15"). RK_BAD_INPUT after diagnostics, or when the value is undefined
   (an error says where); RK_LIMIT when it could not be told (out says why). */
rk_status rk_evaluate(const char *text, size_t len, long precision_cap, rk_buf *out,
                      rk_diags *diags);

#endif
