/* A program as a formula: the entries of its slots are unknown numbers of a small set, hypotheses
   and membership in the declared sets hold, and a claim fails (for `exists`: all hold). What bit
   vectors do not express is left free, so a model is a candidate for the judge and no more. */
#ifndef RK_ENCODE_H
#define RK_ENCODE_H

#include "rk_bits.h"
#include "rk_judge.h"

typedef struct rk_alphabet { /* low .. high over bottom; residues mod 2 if bottom is 0 */
    int low, high, bottom;
} rk_alphabet;

typedef struct rk_encoding {
    rk_cnf cnf;
    rk_bits **slot; /* entries of each slot, row by row; NULL for defined ones */
    int *input;     /* literals of the free bits of the slots */
    size_t ninputs;
    void *memory;
} rk_encoding;

/* NULL when the formula would be too long, or some slot has no value in the alphabet. */
rk_encoding *rk_encode(const rk_judge *judge, const rk_program *program, rk_alphabet alphabet);
void rk_encoding_free(rk_encoding *e);

/* The slots' values in the model that was found. */
void rk_encoding_read(const rk_encoding *e, rk_solving *s, const rk_program *program,
                      rk_assignment *out);

/* --- shared by the parts of the encoder ------------------------------------------------ */

typedef struct rk_grid { /* a matrix of numbers; entry NULL: not expressed */
    int64_t rows, cols;
    rk_bits *entry;
} rk_grid;

/* det of a square grid; wide entries make it wide. */
rk_bits rk_grid_determinant(rk_cnf *f, const rk_grid *a);
/* The rank as a number, from the minors; wide when there are too many. */
rk_bits rk_grid_rank(rk_cnf *f, const rk_grid *a);
/* Are all principal minors at least 0? 0: not expressed. Says nothing of symmetry. */
int rk_grid_is_psd(rk_cnf *f, const rk_grid *a);

#endif
