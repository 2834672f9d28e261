/* Exact random draws for one slot: entries from a palette, arranged in a pattern (repeated rows,
   planted rank, rational norms, ...), made a member of the slot's set. Nothing here knows of
   other slots; rk_relate.h does. The caller owns the matrices. */
#ifndef RK_DRAW_H
#define RK_DRAW_H

#include "base/rk_rng.h"
#include "eval/rk_program.h"

typedef enum rk_entries {
    RK_ENTRIES_BITS,      /* 0, 1 */
    RK_ENTRIES_SIGNS,     /* -1, 0, 1 */
    RK_ENTRIES_SMALL,     /* -3 .. 3 */
    RK_ENTRIES_FRACTIONS, /* height at most 6 */
    RK_ENTRIES_WIDE,      /* powers of ten from 1e-6 to 1e6 */
    RK_ENTRIES_CONSTANTS, /* numbers of the theorem's text, their neighbours, roots, reciprocals */
    RK_ENTRIES_COUNT,
    RK_ENTRIES_DENSE = RK_ENTRIES_COUNT + 1 /* of -99 .. 99 without 0; no sampler's choice */
} rk_entries;

typedef struct rk_palette {
    rk_entries kind;
    const fmpq *constant; /* for CONSTANTS, not owned */
    slong nconstants;
} rk_palette;

#define RK_PATTERNS(X)                                                                             \
    X(PLAIN, plain)                                                                                \
    X(REPEATED, repeated)             /* few distinct rows */                                      \
    X(COLLINEAR, collinear)           /* rows on a line through the origin */                      \
    X(COLLINEAR_OFF, collinear_off)   /* rows on a line that misses it */                          \
    X(PLANTED, planted)               /* outer products of small rank */                           \
    X(NEAR, near)                     /* rows that nearly agree */                                 \
    X(ZERO_BLOCK, zero_block)         /* rows or columns of zeros */                               \
    X(DEVIATION, deviation)           /* rows of rational standard deviation */                    \
    X(DEVIATION_LINE, deviation_line) /* the same, all rows on one line */                         \
    X(COLUMN_DEVIATION, column_deviation)                                                          \
    X(RMS, rms)                 /* rows of rational root mean square */                            \
    X(PYTHAGOREAN, pythagorean) /* rows of rational Euclidean norm */                              \
    X(IDEMPOTENT, idempotent)                                                                      \
    X(NILPOTENT, nilpotent)                                                                        \
    X(INVOLUTION, involution)                                                                      \
    X(SPARSE, sparse)                                                                              \
    X(UPDATE, update)     /* a multiple of the identity plus one of rank one */                    \
    X(BLEND, blend)       /* a multiple of the identity plus a constant */                         \
    X(PEAKED, peaked)     /* in each row one entry stands out */                                   \
    X(RAMP, ramp)         /* arithmetic progressions */                                            \
    X(POWERS, powers)     /* geometric ones */                                                     \
    X(TOEPLITZ, toeplitz) /* constant along diagonals, circulants among them */                    \
    X(TRIANGULAR, triangular)                                                                      \
    X(MONOMIAL, monomial)     /* one nonzero entry in a row: signed permutations */                \
    X(REFLECTION, reflection) /* orthogonal rows */                                                \
    X(SKEW, skew)             /* A' == -A */                                                       \
    X(GRADED, graded)         /* rows of very different sizes */                                   \
    X(ONE_SIGN, one_sign)     /* all entries of a row, or of all, with one sign */                 \
    X(SIMPLE, simple)         /* zero, identity, ones, one entry 1 */                              \
    X(SPECIAL, special)       /* zero, identity, ones, one-hot rows, triangular, constant */

typedef enum rk_pattern {
#define RK_PATTERN_ENUM(id, function) RK_PATTERN_##id,
    RK_PATTERNS(RK_PATTERN_ENUM)
#undef RK_PATTERN_ENUM
        RK_PATTERN_COUNT
} rk_pattern;

void rk_entry_draw(fmpq_t x, const rk_palette *palette, rk_rng *rng);

/* A member of the slot's set, into `out` (initialised to the slot's shape). Where the pattern
   does not fit the shape or the set, the nearest thing that does. */
void rk_draw_slot(const rk_slot *slot, rk_pattern pattern, const rk_palette *palette, rk_rng *rng,
                  fmpq_mat_t out);

/* A member in the interior of the set (for finite sets, any), from random small rationals. */
void rk_draw_interior(const rk_slot *slot, rk_rng *rng, fmpq_mat_t out);

/* The same without small entries that meet by chance: a polynomial in them is 0 rarely. */
void rk_draw_dense(const rk_slot *slot, rk_rng *rng, fmpq_mat_t out);

/* Moves a member a little in a random direction, so that it leaves its structure but stays near;
   members of finite sets stay where they are. */
void rk_draw_nearby(const rk_slot *slot, rk_rng *rng, fmpq_mat_t a);

/* The same by very little: to where inequalities stay as they are and ranks are those of almost all
   members. */
void rk_draw_close(const rk_slot *slot, rk_rng *rng, fmpq_mat_t a);

/* Multiplies a member by a power of two or ten, where the set is a cone. */
void rk_draw_scale(const rk_slot *slot, rk_rng *rng, fmpq_mat_t a);

#endif
