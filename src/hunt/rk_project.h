/* A finding at smaller dimensions by leaving out rows, columns and members of families. What shares
   a dimension loses the same indices: axes of one old and one new size are cut alike. */
#ifndef RK_PROJECT_H
#define RK_PROJECT_H

#include "rk_hunt.h"

/* Number of ways to cut the finding down to the shapes of `program`; 0: something would grow. */
size_t rk_project_ways(const rk_finding *f, const rk_program *program);

/* Way number `way`. Rows of weights are divided by their sums; false where that cannot be. Defined
   slots stay empty. Other sets are for the judge to look at. */
bool rk_project(const rk_finding *f, const rk_program *program, size_t way, rk_assignment *out);

#endif
