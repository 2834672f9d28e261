/* Integer expressions over dimensions and loop indices: sizes, positions, exponents, bounds.
   Each keeps the tree as written, because `/` must leave no remainder at every step, and is
   compared as a rational function after `dim d = ...` has been put in. Sizes live in a rk_sizes,
   which hash-conses them: sizes equal as rational functions may still be different objects. */
#ifndef RK_SIZE_H
#define RK_SIZE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/rk_buf.h"
#include "base/rk_mem.h"
#include "rk_canon.h"

typedef enum rk_size_op {
    RK_S_CONST, /* value */
    RK_S_SYM,   /* sym: dimension or loop index */
    RK_S_ADD,
    RK_S_SUB,
    RK_S_MUL,
    RK_S_DIV,
    RK_S_POW,
    RK_S_NEG,
    RK_S_LOOPSUM /* sum of kid[2] for sym = kid[0]..kid[1]: width of an hcat of unequal blocks */
} rk_size_op;

typedef struct rk_size rk_size;
struct rk_size {
    rk_size_op op;
    int64_t value;
    unsigned sym;
    const rk_size *kid[3];
};

typedef struct rk_sizes rk_sizes; /* the symbols and the canonical forms */

rk_sizes *rk_sizes_new(void);
void rk_sizes_free(rk_sizes *s); /* and every rk_size made with it */

/* A new symbol. `definition` (may be NULL) is put in wherever sizes are compared. */
unsigned rk_size_symbol(rk_sizes *s, const char *name, const rk_size *definition);
const char *rk_size_symbol_name(const rk_sizes *s, unsigned sym);

const rk_size *rk_size_const(rk_sizes *s, int64_t value);
const rk_size *rk_size_sym(rk_sizes *s, unsigned sym);
const rk_size *rk_size_binary(rk_sizes *s, rk_size_op op, const rk_size *a, const rk_size *b);
const rk_size *rk_size_neg(rk_sizes *s, const rk_size *a);
const rk_size *rk_size_loopsum(rk_sizes *s, unsigned index, const rk_size *low, const rk_size *high,
                               const rk_size *body);

/* The same value by a short tree: for sizes made from others (the width of an hcat), never for an
   expression as written, whose divisions count one by one. */
const rk_size *rk_size_normal(rk_sizes *s, const rk_size *a);

/* `a` with `by` put in for a symbol; NULL where that is not possible or too large. */
const rk_size *rk_size_put(rk_sizes *s, const rk_size *a, unsigned sym, const rk_size *by);

bool rk_size_equal(rk_sizes *s, const rk_size *a, const rk_size *b);  /* as rational functions */
bool rk_size_is_const(rk_sizes *s, const rk_size *a, int64_t *value); /* value may be NULL */
bool rk_size_mentions(const rk_size *a, unsigned sym);

/* True only if a >= least wherever each symbol is at least low[sym] (INT64_MIN: not known).
   Sufficient, not necessary. */
bool rk_size_at_least(rk_sizes *s, const rk_size *a, int64_t least, const int64_t *low);

/* The canonical forms of the sizes, which whoever computes on with them shares. Definitions
   `dim d = ...` are put in. NULL: the size is too large to be multiplied out. */
rk_canons *rk_sizes_canons(rk_sizes *s);
const rk_canon *rk_size_canon(const rk_size *a);

/* Has a size become too large to be multiplied out since this was last asked? Comparisons with
   such a size say "different" unless it is the same object. */
bool rk_sizes_overflowed(rk_sizes *s);
size_t rk_sizes_symbols(const rk_sizes *s);

void rk_size_print(rk_buf *out, const rk_sizes *s, const rk_size *a); /* "H*dk", normalised */

typedef enum rk_size_eval_status {
    RK_SIZE_OK,
    RK_SIZE_NOT_INTEGER, /* a division left a remainder, 0 in a denominator, negative power */
    RK_SIZE_TOO_LARGE    /* beyond int64 */
} rk_size_eval_status;

/* Value at given symbol values (values[sym]); definitions are not consulted. */
rk_size_eval_status rk_size_eval(const rk_size *a, const int64_t *values, int64_t *result);

#endif
