/* Which rows of a matrix are the same at every assignment, by the text: repeated tokens, and what
   is made of them row by row. The rank is at most the number of different rows; square roots of
   equal radicands are equal. */
#ifndef RK_ROWS_H
#define RK_ROWS_H

#include "eval/rk_program.h"

typedef struct rk_rows {
    size_t n;
    int64_t **first; /* of each instruction: the first row that equals row i; NULL: truth values */
} rk_rows;

void rk_rows_init(rk_rows *rows, const rk_program *program);
void rk_rows_clear(rk_rows *rows);
int64_t rk_rows_different(const rk_rows *rows, const rk_program *program, unsigned instr);

#endif
