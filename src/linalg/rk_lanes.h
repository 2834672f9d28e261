/* Kernels on many small matrices at once, in doubles or floats: structure of arrays, one matrix to
   a lane. The entries of a matrix are planes, each of `width` numbers (one a lane), 64-byte
   aligned; a matrix is an array of pointers to its planes, row by row, so that transposes, slices
   and constants cost nothing. Results never share planes with arguments.

   The same source is compiled for several instruction sets; which one runs is chosen when asked
   for, from what the processor has. Nothing here allocates. Numbers that are not finite stay so and
   end as NAN in ranks and comparisons; what is not defined is marked in flag planes (1 or 0). */
#ifndef RK_LANES_H
#define RK_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void *const *rk_planes; /* of doubles or floats, as the kernels are */

/* One operation. Shapes: n planes entrywise; m by k by n for products; m by n else. Entrywise
   operations may write over their arguments. */
typedef struct rk_lanes_job {
    size_t width, m, k, n;
    rk_planes r, a, b;
    const void *flag; /* comparisons and leaves: lanes that are undefined; NULL: none */
    void *scratch;    /* rk_lanes_scratch bytes, 64-byte aligned */
} rk_lanes_job;

typedef enum rk_lanes_op {
    /* entrywise, n planes */
    RK_L_ADD,
    RK_L_SUB,
    RK_L_MUL,
    RK_L_DIV,
    RK_L_NEG,
    RK_L_ABS,
    RK_L_SIGN,
    RK_L_RELU,
    RK_L_SQRT,
    RK_L_EXP,
    RK_L_LOG,
    RK_L_TANH,
    RK_L_SIGMOID,
    RK_L_SILU,
    RK_L_GELU,
    RK_L_GELU_SLOPE,
    RK_L_SURPRISE, /* -x log(x), 0 at 0 */
    /* n planes of a (and b) to r[0] */
    RK_L_SUM,
    RK_L_DOT,
    RK_L_MAX,
    RK_L_MIN,
    RK_L_CHOOSE, /* n planes: r[i] = entry number b[i][a[0]] of tables of RK_LANES_CHOICES numbers
                  */
    /* matrices */
    RK_L_PRODUCT, /* r (m by n) = a (m by k) b (k by n) */
    RK_L_RANK, /* r[0]: rank of a (m by n) by complete pivoting, tolerance relative to the first */
    RK_L_DET,  /* r[0]; a n by n */
    RK_L_INV,  /* r, a n by n; r[n*n]: flag of matrices found singular; NAN where ill-conditioned */
    RK_L_SOFTMAX, /* by rows of a (m by n) where the mask b is 1, or everywhere if b is NULL; with a
                     mask r[m*n] is the flag of masks that are no masks */
    RK_L_SINGULAR_VALUES, /* r[0] >= r[1] >= ..; a m by n, m >= n, n of them */
    /* flags: r[0] is 1 in lanes where some of the n planes of a is so */
    RK_L_FLAG_ZERO,
    RK_L_FLAG_NEGATIVE, /* below 0 */
    RK_L_FLAG_BELOW,    /* below 0 by more than rounding */
    RK_L_FLAG_NONPOSITIVE,
    RK_L_FLAG_SET, /* not 0: the union of flags */
    /* truth values as margins (> 0 false, < 0 true, NAN unknown, -INFINITY undefined) to r[0] */
    RK_L_EQ, /* planes a[i] against b[i], the worst of n */
    RK_L_NE, /* the best of n */
    RK_L_LT,
    RK_L_LE,
    RK_L_GT,
    RK_L_GE,
    RK_L_NOT, /* of a[0] */
    RK_L_AND, /* of n */
    RK_L_OR,
    RK_L_IMPLIES,
    RK_L_IFF,
    RK_L_IS_INTEGER, /* n planes */
    RK_L_IS_PSD,     /* a n by n */
    RK_L_VIOLATION,  /* m hypotheses a, n claims b */
    RK_L_COUNT
} rk_lanes_op;

/* Relative tolerances, and below what a whole matrix may be rounding: its rank is NAN. */
#define RK_LANES_TOLERANCE 1e-9
#define RK_LANES_ROUNDING 1e-12
#define RK_LANES_SINGLE_TOLERANCE 1e-5
#define RK_LANES_SINGLE_ROUNDING 1e-6
#define RK_LANES_CHOICES 16
#define RK_LANES_COLUMNS 512 /* at most, of a matrix that is eliminated */

/* Random planes: multiples of `unit`, unit*(low + 0 .. range-1), nearly uniform (range <= 2^16).
   The stream is Philox4x32-10 (base/rk_rng.h) under `key`: lane t takes the eight half words of the
   counters (q, t, stream) in order of q, one for each plane; of floats lanes 2t and 2t+1 share
   them, the low half of each word and the high one. */
typedef struct rk_lanes_draw {
    size_t width, n;
    rk_planes r;
    uint32_t key[2];
    uint64_t stream;
    int low;
    uint32_t range;
    double unit;
} rk_lanes_draw;

typedef void rk_lanes_kernel(const rk_lanes_job *job);

typedef struct rk_lanes {
    const char *name;
    size_t size;  /* of a number: that of a double or a float */
    double noise; /* the tolerance of margins */
    rk_lanes_kernel *value[RK_L_COUNT];
    void (*draw)(const rk_lanes_draw *d);
} rk_lanes;

#define RK_LANES_STEP 16 /* widths are multiples of it */
#define RK_LANES_ALIGN 64

/* The best kernels this processor runs. */
const rk_lanes *rk_lanes_best(bool single);
/* All that it runs, from the plainest; NULL beyond the last. For tests. */
const rk_lanes *rk_lanes_at(size_t i, bool single);
/* Bytes of scratch that an operation of that shape needs. */
size_t rk_lanes_scratch(rk_lanes_op op, size_t m, size_t n);

#endif
