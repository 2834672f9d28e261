/* Shared by the two files of rk_inequality_sum: the problem and its linear program. */
#ifndef RK_INEQUALITY_SUM_INSIDE_H
#define RK_INEQUALITY_SUM_INSIDE_H

#include "rk_inequality.h"

enum {
    RK_SUM_VARIABLES = 8,
    RK_SUM_DEGREE = 10,
    RK_SUM_TERMS = 400,
    RK_SUM_PRODUCTS = 200,
    RK_SUM_BASIS = 70,
    RK_SUM_FIRST = 900, /* columns before generation starts */
    RK_SUM_COLUMNS = 1500,
    RK_SUM_ROWS = 700,
    RK_SUM_SLOTS = 1024
};

typedef struct rk_sum_monomial {
    unsigned char e[RK_SUM_VARIABLES];
} rk_sum_monomial;

typedef struct rk_sum_product { /* of what is given */
    fmpz_mpoly_t p;
    bool strict; /* positive, not only nonnegative */
    slong last;  /* the last factor: products are formed in ascending order */
    slong rest;  /* the product of the others; -1 for the number 1 */
    slong degree;
} rk_sum_product;

typedef struct rk_sum_column { /* nonnegative at every point */
    fmpz_mpoly_t p;
    bool strict;
    slong product; /* of which it is a square's multiple */
    fmpz_mpoly_t root;
} rk_sum_column;

typedef struct rk_sum_problem {
    rk_inequalities *s;
    fmpz_mpoly_t goal, multiplier; /* the goal has been multiplied by multiplier^power */
    slong power;
    bool strict;
    slong degree;
    unsigned char *uses; /* by variable of the ring */
    slong variable[RK_SUM_VARIABLES], nvars;
    rk_sum_product product[RK_SUM_PRODUCTS];
    slong nproducts;
    rk_sum_monomial *basis; /* of squares */
    slong nbasis;
    rk_sum_monomial row[RK_SUM_ROWS];
    slong nrows, next[RK_SUM_ROWS], slot[RK_SUM_SLOTS]; /* chains of rows, counted from 1 */
    rk_sum_column *column;
    slong ncolumns;
    size_t cap_columns;
} rk_sum_problem;

/* The row of a monomial, by exponents of the ring; -1 when there is none, or no room to add it. */
slong rk_sum_row(rk_sum_problem *q, const ulong *exponent, bool add);
slong rk_sum_degree_of(const rk_sum_problem *q, slong basis);
void rk_sum_monomial_poly(const rk_sum_problem *q, fmpz_mpoly_t p, slong basis, slong c);
/* A column: product times root^2; false when it is too long or there is no room. */
bool rk_sum_add_square(rk_sum_problem *q, slong product, const fmpz_mpoly_t root);

/* Is the goal a sum? Exactly checked. p: the goal before it was multiplied. */
bool rk_sum_solve(rk_sum_problem *q, const fmpz_mpoly_t p);

#endif
