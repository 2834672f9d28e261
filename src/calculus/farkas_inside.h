/* What the files of rk_farkas share: facts as columns over monomials, and their linear program.
   Variables are the excess of dimensions and quantities over their known lower bounds, so that
   every monomial in them is >= 0 by itself and needs no fact: its row is an inequality. Where a
   variable may have either sign, the row is an equation. */
#ifndef RK_FARKAS_INSIDE_H
#define RK_FARKAS_INSIDE_H

#include "rk_farkas.h"

enum { RK_FK_DEGREE = 8 };

typedef struct rk_fk_variable {
    unsigned atom;
    int64_t low;
    bool nonneg;
} rk_fk_variable;

typedef struct rk_fk_monomial { /* a row */
    unsigned degree;
    unsigned variable[RK_FK_DEGREE]; /* sorted, repeated */
    bool nonneg;
} rk_fk_monomial;

typedef struct rk_fk_term {
    unsigned row;
    int64_t coefficient;
} rk_fk_term;

typedef struct rk_fk_column {
    unsigned fact;
    unsigned multiplier; /* a row: the monomial that the fact is multiplied by */
    bool equation;
    bool dropped; /* cannot take part */
    size_t first, nterms;
} rk_fk_column;

typedef struct rk_fk_system {
    rk_scalars *s;
    rk_fk_variable *variable;
    size_t nvariables, cap_variables;
    unsigned *of_atom; /* by atom: variable + 1 */
    size_t natoms;
    rk_fk_monomial *row;
    size_t nrows, cap_rows;
    unsigned *slot;
    size_t nslots;
    rk_fk_term *term;
    size_t nterms, cap_terms;
    rk_fk_column *column;
    size_t ncolumns, cap_columns;
    int64_t *goal; /* by row */
    size_t cap_goal;
    int64_t *sum; /* by row: scratch, all 0 */
    size_t cap_sum;
    unsigned *touched;
    size_t cap_touched;
} rk_fk_system;

void rk_fk_init(rk_fk_system *k, rk_scalars *s);
void rk_fk_clear(rk_fk_system *k);
/* A column for the polynomial `value`, multiplied by 1; false: it has no use or is too large. */
bool rk_fk_add(rk_fk_system *k, unsigned fact, rk_sc value, bool equation);
bool rk_fk_set_goal(rk_fk_system *k, rk_sc value);
int64_t rk_fk_goal(const rk_fk_system *k, size_t row);
/* Products of the columns with monomials that turn their terms into those of the goal or of other
   columns; false: there are none. */
bool rk_fk_products(rk_fk_system *k);
/* Marks columns that no sum can use; false: there is none at all. */
bool rk_fk_prune(rk_fk_system *k);
/* Marks the columns that share rows with the goal, then those that share rows with them, and so on,
   until about `most` are marked. */
void rk_fk_near(const rk_fk_system *k, size_t most, bool *use);
rk_sc rk_fk_monomial_scalar(const rk_fk_system *k, unsigned row);

/* Exact multipliers of the columns for a short sum; false: not found. value[] is by column and
   initialised; it is 0 where a column is not used. */
bool rk_fk_solve(const rk_fk_system *k, fmpq *value);

#endif
