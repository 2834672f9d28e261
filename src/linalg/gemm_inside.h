/* One kernel of rk_gemm.h; the including file defines GEMM_REAL, the type of an entry, GEMM_BITS,
   an integer type of its size, GEMM_BYTES, the bytes of a register, GEMM_ROWS and GEMM_VECTORS, the
   tile of the result (rows, and registers in a row) that is kept in registers, GEMM_TARGET, the
   attribute that allows the instructions, GEMM_SPLAT(x), a register full of x, GEMM_FMA(a, b, c),
   a*b + c with one rounding or two, and GEMM_NAME. All are undefined at the end.

   Entries of both sides are copied into panels of tiles, zeros beyond the edges (Goto and van de
   Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34, 2008). A sum of k
   products is made of sums of SHORT, which stay in registers, sums of LONG / SHORT of those, sums
   of DEPTH / LONG of those, and what is left. Where it is asked for, the moduli of the results of
   additions of such sums are added up beside: the trace of rk_gemm.h. */

#define V GEMM_NAME(vector)
#define WIDTH (GEMM_BYTES / sizeof(GEMM_REAL))
#define COLUMNS (GEMM_VECTORS * WIDTH)
#define TILE (GEMM_ROWS * GEMM_VECTORS)
#define B GEMM_NAME(bits)
#define FORCED static inline __attribute__((always_inline)) GEMM_TARGET

typedef GEMM_REAL V __attribute__((vector_size(GEMM_BYTES), may_alias, aligned(sizeof(GEMM_REAL))));
typedef GEMM_BITS B __attribute__((vector_size(GEMM_BYTES)));

FORCED V GEMM_NAME(modulus)(V x) {
    return (V)((B)x & (GEMM_BITS)(INT64_MAX >> (64 - 8 * sizeof(GEMM_BITS))));
}

/* sum (+)= a panel of SHORT columns of a times one of SHORT rows of b. */
FORCED void GEMM_NAME(short_sum)(V *sum, V *trace, const GEMM_REAL *a, const GEMM_REAL *b, bool add,
                                 bool traced) {
    V t[GEMM_ROWS][GEMM_VECTORS] = {{{0}}};
    for (int p = 0; p < SHORT; p++) {
        UNROLL for (int i = 0; i < GEMM_ROWS; i++) {
            V x = GEMM_SPLAT(a[p * GEMM_ROWS + i]);
            UNROLL for (int j = 0; j < GEMM_VECTORS; j++) t[i][j] =
                GEMM_FMA(x, *(const V *)(b + (size_t)p * COLUMNS + (size_t)j * WIDTH), t[i][j]);
        }
    }
    UNROLL for (int i = 0; i < GEMM_ROWS; i++) UNROLL for (int j = 0; j < GEMM_VECTORS; j++) {
        size_t at = (size_t)i * GEMM_VECTORS + (size_t)j;
        if (add)
            t[i][j] += sum[at];
        sum[at] = t[i][j];
        if (add && traced)
            trace[at] += GEMM_NAME(modulus)(sum[at]);
    }
}

/* x (+)= y; half of what comes out is traced when something is added. */
FORCED void GEMM_NAME(accumulate)(V *x, V *trace, const V *y, bool add, bool traced) {
    for (size_t i = 0; i < TILE; i++) {
        V sum = y[i];
        if (add)
            sum += x[i];
        x[i] = sum;
        if (add && traced)
            trace[i] += GEMM_NAME(modulus)(sum) * (GEMM_REAL)0.5;
    }
}

/* part := the sum of a LONG block or less. Of additions every other one is traced, and the last. */
FORCED void GEMM_NAME(long_sum)(V *part, V *trace, const GEMM_REAL *a, const GEMM_REAL *b,
                                size_t depth, bool traced) {
    GEMM_NAME(short_sum)(part, trace, a, b, false, traced);
    for (size_t p = SHORT; p < depth; p += SHORT)
        if (traced && (p / SHORT % 2 == 1 || p + SHORT >= depth))
            GEMM_NAME(short_sum)(part, trace, a + p * GEMM_ROWS, b + p * COLUMNS, true, true);
        else
            GEMM_NAME(short_sum)(part, trace, a + p * GEMM_ROWS, b + p * COLUMNS, true, false);
}

/* The tile of a panel of a and one of b, `depth` (a multiple of SHORT) long; half of its trace. */
FORCED void GEMM_NAME(tile)(V *sum, V *trace, const GEMM_REAL *a, const GEMM_REAL *b, size_t depth,
                            bool traced) {
    V part[TILE];
    UNROLL for (size_t i = 0; i < TILE && traced; i++) trace[i] = (V){0};
    for (size_t start = 0; start < depth; start += LONG) {
        size_t length = depth - start < LONG ? depth - start : LONG;
        GEMM_NAME(long_sum)
        (part, trace, a + start * GEMM_ROWS, b + start * COLUMNS, length, traced);
        GEMM_NAME(accumulate)(sum, trace, part, start > 0, traced);
    }
}

/* Panels of GEMM_ROWS rows of a. */
static void GEMM_NAME(pack_left)(GEMM_REAL *r, const GEMM_REAL *a, size_t lda, size_t rows,
                                 size_t depth, size_t padded) {
    for (size_t i = 0; i < rows; i += GEMM_ROWS, r += GEMM_ROWS * padded) {
        size_t height = rows - i < GEMM_ROWS ? rows - i : GEMM_ROWS;
        if (height < GEMM_ROWS || depth < padded)
            memset(r, 0, GEMM_ROWS * padded * sizeof *r);
        for (size_t p = 0; p < depth; p++)
            if (height == GEMM_ROWS)
                UNROLL for (size_t s = 0; s < GEMM_ROWS; s++) r[p * GEMM_ROWS + s] =
                    a[(i + s) * lda + p];
            else
                for (size_t s = 0; s < height; s++)
                    r[p * GEMM_ROWS + s] = a[(i + s) * lda + p];
    }
}

/* Panels of COLUMNS columns of b. */
static void GEMM_NAME(pack_right)(GEMM_REAL *r, const GEMM_REAL *b, size_t ldb, size_t cols,
                                  size_t depth, size_t padded) {
    for (size_t j = 0; j < cols; j += COLUMNS, r += COLUMNS * padded) {
        size_t width = cols - j < COLUMNS ? cols - j : COLUMNS;
        if (width < COLUMNS || depth < padded)
            memset(r, 0, COLUMNS * padded * sizeof *r);
        for (size_t p = 0; p < depth; p++)
            if (width == COLUMNS)
                memcpy(r + p * COLUMNS, b + p * ldb + j, COLUMNS * sizeof *r);
            else
                memcpy(r + p * COLUMNS, b + p * ldb + j, width * sizeof *r);
    }
}

/* A tile, or the part of it that is within c, out of c and into it. */
FORCED void GEMM_NAME(load)(V *x, const GEMM_REAL *c, size_t ldc, size_t rows, size_t cols) {
    if (rows < GEMM_ROWS || cols < COLUMNS)
        memset(x, 0, TILE * sizeof *x);
    for (size_t i = 0; i < rows; i++)
        if (cols == COLUMNS)
            memcpy(x + i * GEMM_VECTORS, c + i * ldc, COLUMNS * sizeof *c);
        else
            memcpy(x + i * GEMM_VECTORS, c + i * ldc, cols * sizeof *c);
}

FORCED void GEMM_NAME(store)(GEMM_REAL *c, size_t ldc, const V *x, size_t rows, size_t cols) {
    for (size_t i = 0; i < rows; i++)
        if (cols == COLUMNS)
            memcpy(c + i * ldc, x + i * GEMM_VECTORS, COLUMNS * sizeof *c);
        else
            memcpy(c + i * ldc, x + i * GEMM_VECTORS, cols * sizeof *c);
}

/* One tile of c (+)= packed rows times packed columns; trace NULL: not traced. */
FORCED void GEMM_NAME(corner)(GEMM_REAL *c, GEMM_REAL *trace, size_t ldc, const GEMM_REAL *a,
                              const GEMM_REAL *b, size_t rows, size_t cols, size_t padded, bool add,
                              bool traced) {
    V sum[TILE], moduli[TILE], old[TILE];
    GEMM_NAME(tile)(sum, moduli, a, b, padded, traced);
    if (add) {
        GEMM_NAME(load)(old, c, ldc, rows, cols);
        GEMM_NAME(accumulate)(sum, moduli, old, true, traced);
    }
    GEMM_NAME(store)(c, ldc, sum, rows, cols);
    UNROLL for (size_t i = 0; i < TILE && traced; i++) moduli[i] *= (GEMM_REAL)2;
    if (add && traced) {
        GEMM_NAME(load)(old, trace, ldc, rows, cols);
        GEMM_NAME(accumulate)(moduli, NULL, old, true, false);
    }
    if (traced)
        GEMM_NAME(store)(trace, ldc, moduli, rows, cols);
}

static GEMM_TARGET void GEMM_NAME(block)(GEMM_REAL *c, GEMM_REAL *trace, size_t ldc,
                                         const GEMM_REAL *a, const GEMM_REAL *b, size_t rows,
                                         size_t cols, size_t padded, bool add) {
    for (size_t j = 0; j < cols; j += COLUMNS)
        for (size_t i = 0; i < rows; i += GEMM_ROWS) {
            size_t height = rows - i < GEMM_ROWS ? rows - i : GEMM_ROWS;
            size_t width = cols - j < COLUMNS ? cols - j : COLUMNS, at = i * ldc + j;
            const GEMM_REAL *left = a + i * padded, *right = b + j * padded;
            if (trace != NULL)
                GEMM_NAME(corner)
            (c + at, trace + at, ldc, left, right, height, width, padded, add, true);
            else GEMM_NAME(corner)(c + at, NULL, ldc, left, right, height, width, padded, add,
                                   false);
        }
}

/* Panels of a hold TALL rows, those of b WIDE columns: the one stays in the second cache, the other
   in the third. */
static void GEMM_NAME(multiply)(GEMM_REAL *c, GEMM_REAL *trace, size_t ldc, const GEMM_REAL *a,
                                size_t lda, const GEMM_REAL *b, size_t ldb, size_t m, size_t k,
                                size_t n) {
    size_t deep = k < DEPTH ? (k + SHORT - 1) / SHORT * SHORT : DEPTH;
    size_t tall = m < TALL ? m : TALL, wide = n < WIDE ? n : WIDE;
    void *memory[2] = {rk_malloc((tall + GEMM_ROWS) * deep * sizeof(GEMM_REAL) + LINE),
                       rk_malloc((wide + COLUMNS) * deep * sizeof(GEMM_REAL) + LINE)};
    GEMM_REAL *left = aligned(memory[0]), *right = aligned(memory[1]);
    for (size_t p = 0; p < k; p += DEPTH) {
        size_t depth = k - p < DEPTH ? k - p : DEPTH, padded = (depth + SHORT - 1) / SHORT * SHORT;
        for (size_t j = 0; j < n; j += WIDE) {
            size_t cols = n - j < WIDE ? n - j : WIDE;
            GEMM_NAME(pack_right)(right, b + p * ldb + j, ldb, cols, depth, padded);
            for (size_t i = 0; i < m; i += TALL) {
                size_t rows = m - i < TALL ? m - i : TALL;
                GEMM_NAME(pack_left)(left, a + i * lda + p, lda, rows, depth, padded);
                GEMM_NAME(block)
                (c + i * ldc + j, trace == NULL ? NULL : trace + i * ldc + j, ldc, left, right,
                 rows, cols, padded, p > 0);
            }
        }
    }
    rk_free(memory[0]);
    rk_free(memory[1]);
}

#undef V
#undef WIDTH
#undef COLUMNS
#undef TILE
#undef B
#undef FORCED
#undef GEMM_REAL
#undef GEMM_BITS
#undef GEMM_BYTES
#undef GEMM_ROWS
#undef GEMM_VECTORS
#undef GEMM_TARGET
#undef GEMM_FMA
#undef GEMM_SPLAT
#undef GEMM_NAME
