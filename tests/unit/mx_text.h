/* Random claim texts for the tests of the calculus: well-typed matrices over three open sizes
   n, m, k and families of H members, from a fixed pool of variables of all sets; and hypotheses
   with samplers that satisfy them. */
#ifndef MX_TEXT_H
#define MX_TEXT_H

#include "base/rk_buf.h"
#include "mx_exact.h"

enum mx_size { MX_1, MX_N, MX_M, MX_K, MX_SIZES };

/* What may occur beside variables, sums, products and transposes. */
enum {
    MX_INVERSES = 1 << 0,
    MX_BLOCKS = 1 << 1,
    MX_LOOPS = 1 << 2,
    MX_LAYERS = 1 << 3, /* softmax, normalisations, entrywise functions */
    MX_NUMBERS = 1 << 4 /* scalars, powers, units, diag */
};

typedef struct mx_text {
    rk_rng *rng;
    rk_buf *out;
    unsigned allowed;
    bool plain;    /* variables without a structure of their own only */
    bool loop;     /* inside a loop over h */
    bool fold;     /* inside a fold: Z is there, n by n */
    unsigned used; /* letters written so far */
} mx_text;

/* dim and variable clauses; bits of `generic`: which of the variables are. */
void mx_text_variables(rk_buf *out, uint64_t generic);
/* A random matrix of this shape. */
void mx_text_matrix(mx_text *t, enum mx_size rows, enum mx_size cols, int depth);
/* A random matrix of any shape, also of compound ones: blocks, kron, hcat. */
void mx_text_any(mx_text *t, int depth);
void mx_text_scalar(mx_text *t, int depth);
/* A claim of a shape that is often true; one that is any linear relation between ranks. */
void mx_text_shaped(mx_text *t);
void mx_text_linear(mx_text *t);

/* Hypothesis number i as an assume clause, and values that satisfy it (most times). */
unsigned mx_hypotheses(void);
void mx_hypothesis_text(unsigned i, rk_buf *out);
void mx_hypothesis_sample(unsigned i, mx_point *p, const rk_checked *checked);

#endif
