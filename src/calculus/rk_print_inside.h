/* Inside the printer of the calculus: rk_sc_print.c writes scalars and relations, rk_mx_print.c
   matrices, rk_print_name.c the names of things that have none in the theorem. Everything appends
   to p->out. */
#ifndef RK_PRINT_INSIDE_H
#define RK_PRINT_INSIDE_H

#include "lang/rk_term.h"
#include "rk_mx_print.h"

typedef struct rk_given_name { /* of a matrix, by rk_mx_printer_name or rk_mx_printer_member */
    const rk_mx *a;
    const char *name;
    bool used;
    unsigned sym; /* with low: the member sym, sym = low..high, of matrices beside one another */
    rk_sc low, high;
} rk_given_name;

typedef struct rk_made_name { /* of a thing that has none in the theorem */
    const void *thing;
    char *name, *legend;
} rk_made_name;

enum { RK_ALIASES = 4 };

typedef struct rk_alias {
    unsigned sym;
    const char *name; /* NULL: none */
    int less;
} rk_alias;

struct rk_mx_printer {
    rk_mxs *store;
    rk_scalars *scalars;
    const rk_checked *checked;
    bool latex;
    bool spell;                 /* for certificates */
    bool failed;                /* something has no text */
    rk_alias alias[RK_ALIASES]; /* symbols that are printed as a name less a number */
    bool script;                /* inside an index, exponent or matrix: fractions on one line */
    rk_buf *out;
    rk_given_name *given;
    size_t ngiven, given_cap;
    rk_made_name *made;
    size_t nmade, made_cap;
    const rk_mx *spelled; /* printed in full although it has a name */
};

void rk_print_mx(rk_mx_printer *p, const rk_mx *a, rk_print_place place);
bool rk_print_has_name(const rk_mx_printer *p, const rk_mx *a); /* by rk_mx_printer_name */
void rk_print_sc(rk_mx_printer *p, rk_sc a, rk_print_place place);
/* A name of the theorem; in LaTeX with `index` (NULL: none) among its subscripts. */
void rk_print_name(rk_mx_printer *p, const char *name, rk_sc index);
void rk_print_sym(rk_mx_printer *p, unsigned sym);
/* The name of a function, before its arguments. */
void rk_print_head(rk_mx_printer *p, const char *function);
/* What is written between the two stands between delimiters, in LaTeX high enough ones. */
void rk_print_begin(rk_mx_printer *p, rk_buf *inside, rk_buf **outer);
void rk_print_end(rk_mx_printer *p, rk_buf *inside, rk_buf *outer, const char *open,
                  const char *close);
/* "sum(h = 1..H, " or \sum_{h=1}^{H} */
/* sum(h = low..high, and the like. What follows is inside, where the symbol has its own name; the
   other one it had is returned, for rk_mx_print_symbol_as behind the end. */
const char *rk_print_loop(rk_mx_printer *p, const char *name, unsigned sym, rk_sc low, rk_sc high);

/* Names for row scales, projections, unknown matrices and scalars; made at first use. */
const char *rk_print_scales_name(rk_mx_printer *p, const rk_leaf *scales);
const char *rk_print_fresh_name(rk_mx_printer *p, const rk_leaf *fresh);
const char *rk_print_quantity_name(rk_mx_printer *p, const rk_quantity *q);
/* The running name of the fold over the index sym. */
const char *rk_print_running_name(rk_mx_printer *p, unsigned sym);
/* LaTeX: puts the projection of size d into the legend. */
void rk_print_projection(rk_mx_printer *p, rk_sc size);

/* The scalar as sign * numerator / denominator. */
typedef struct rk_fraction {
    bool negative, one; /* one: numerator and denominator are 1 */
    bool whole;         /* the denominator is 1 */
    bool unit;          /* the numerator is 1 */
} rk_fraction;
rk_fraction rk_print_fraction(rk_mx_printer *p, rk_sc a);
void rk_print_numerator(rk_mx_printer *p, rk_sc a, rk_print_place place); /* without the sign */
void rk_print_denominator(rk_mx_printer *p, rk_sc a, rk_print_place place);

#endif
