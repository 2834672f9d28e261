/* The loops of rk_residues.h for one vector unit. Whoever includes this has defined
     VECTOR, WIDTH         the type and its doubles
     TARGET                the attribute of functions that may use it
     LOAD(p) STORE(p, x) ALL(t)
     TAKE(c, a, b)         c - a * b
     ROWS                  rows of a tile of two vectors that fits into the registers
     TABLE, NAME           what is defined here */
#include <string.h>
#include "rk_residues.h"

enum { COLUMNS = 2 * WIDTH, DEEP = 192, TALL = 8 * ROWS, WIDE = 1024, NARROW = 4 * COLUMNS };

typedef struct reducer {
    VECTOR p, inverse, magic;
} reducer;

TARGET static inline reducer reducer_of(const rk_modulus *q) {
    return (reducer){ALL(q->p), ALL(q->inverse), ALL(6755399441055744.0)};
}

/* x - p * (the integer nearest to x / p, nearly): adding and taking away 1.5 * 2^52 rounds. */
TARGET static inline VECTOR reduced(VECTOR x, const reducer *r) {
    VECTOR quotient = (x * r->inverse + r->magic) - r->magic;
    return TAKE(x, quotient, r->p);
}

static inline double reduced_one(double x, const rk_modulus *q) {
    const double magic = 6755399441055744.0;
    double quotient = (x * q->inverse + magic) - magic;
    return x - quotient * q->p;
}

TARGET static void reduce(double *x, slong count, const rk_modulus *q) {
    reducer r = reducer_of(q);
    slong i = 0;
    for (; i + WIDTH <= count; i += WIDTH)
        STORE(x + i, reduced(LOAD(x + i), &r));
    for (; i < count; i++)
        x[i] = reduced_one(x[i], q);
}

/* A tile of ROWS by COLUMNS of c: entry (i, t) of a stands at a[i * row + t * step], row t of b at
   b + t * COLUMNS. */
TARGET static inline void tile(double *c, slong ldc, const double *a, slong row, slong step,
                               const double *b, slong k, const rk_modulus *q) {
    VECTOR x[ROWS], y[ROWS], zero = ALL(0.0);
    reducer r = reducer_of(q);
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; i++)
        x[i] = y[i] = zero;
    for (slong t = 0; t < k;) {
        slong end = k - t > q->chunk ? t + q->chunk : k;
        for (; t < end; t++, a += step, b += COLUMNS) {
            VECTOR u = LOAD(b), v = LOAD(b + WIDTH);
#pragma GCC unroll 16
            for (int i = 0; i < ROWS; i++) {
                VECTOR f = ALL(a[i * row]);
                x[i] = TAKE(x[i], f, u);
                y[i] = TAKE(y[i], f, v);
            }
        }
        if (t < k) {
#pragma GCC unroll 16
            for (int i = 0; i < ROWS; i++) {
                x[i] = reduced(x[i], &r);
                y[i] = reduced(y[i], &r);
            }
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; i++) {
        double *to = c + i * ldc;
        STORE(to, reduced(x[i] + LOAD(to), &r));
        STORE(to + WIDTH, reduced(y[i] + LOAD(to + WIDTH), &r));
    }
}

TARGET static void packed_tile(double *c, slong ldc, const double *a, const double *b, slong k,
                               const rk_modulus *q) {
    tile(c, ldc, a, 1, ROWS, b, k, q);
}

TARGET static void loose_tile(double *c, slong ldc, const double *a, slong lda, const double *b,
                              slong k, const rk_modulus *q) {
    tile(c, ldc, a, lda, 1, b, k, q);
}

/* A tile of which only some rows and columns are there. */
TARGET static void part_of_tile(double *c, slong ldc, slong rows, slong cols, const double *a,
                                const double *b, slong k, const rk_modulus *q) {
    double whole[ROWS * COLUMNS] = {0};
    for (slong i = 0; i < rows; i++)
        memcpy(whole + i * COLUMNS, c + i * ldc, (size_t)cols * sizeof *c);
    packed_tile(whole, COLUMNS, a, b, k, q);
    for (slong i = 0; i < rows; i++)
        memcpy(c + i * ldc, whole + i * COLUMNS, (size_t)cols * sizeof *c);
}

/* Strips of ROWS rows, each column by column; missing rows are 0. */
static void pack_rows(double *to, const double *a, slong lda, slong m, slong k) {
    for (slong i = 0; i < m; i++) {
        double *strip = to + i / ROWS * ROWS * k + i % ROWS;
        for (slong t = 0; t < k; t++)
            strip[t * ROWS] = a[i * lda + t];
    }
    for (slong i = m; i % ROWS != 0; i++) {
        double *strip = to + i / ROWS * ROWS * k + i % ROWS;
        for (slong t = 0; t < k; t++)
            strip[t * ROWS] = 0;
    }
}

/* Strips of COLUMNS columns, each row by row; missing columns are 0. */
TARGET static void pack_columns(double *to, const double *b, slong ldb, slong k, slong n) {
    for (slong j = 0; j < n; j += COLUMNS) {
        slong cols = n - j < COLUMNS ? n - j : COLUMNS;
        for (slong t = 0; t < k; t++, to += COLUMNS) {
            const double *from = b + t * ldb + j;
            if (cols == COLUMNS) {
                STORE(to, LOAD(from));
                STORE(to + WIDTH, LOAD(from + WIDTH));
            } else {
                for (slong s = 0; s < COLUMNS; s++)
                    to[s] = s < cols ? from[s] : 0;
            }
        }
    }
}

/* c -= a * b, of at most TALL rows of a, packed, and all of b, packed. */
TARGET static void take_packed(double *c, slong ldc, const double *a, const double *b, slong m,
                               slong n, slong k, const rk_modulus *q) {
    for (slong j = 0; j < n; j += COLUMNS, b += COLUMNS * k) {
        for (slong i = 0; i < m; i += ROWS) {
            if (m - i >= ROWS && n - j >= COLUMNS)
                packed_tile(c + i * ldc + j, ldc, a + i * k, b, k, q);
            else
                part_of_tile(c + i * ldc + j, ldc, m - i < ROWS ? m - i : ROWS,
                             n - j < COLUMNS ? n - j : COLUMNS, a + i * k, b, k, q);
        }
    }
}

/* The same for few columns: it does not pay to pack a. */
TARGET static void take_narrow(double *c, slong ldc, const double *a, slong lda, const double *b,
                               slong m, slong n, slong k, const rk_modulus *q, double *scratch) {
    slong whole = n - n % COLUMNS, i = 0;
    for (; i + ROWS <= m; i += ROWS) {
        for (slong j = 0; j < whole; j += COLUMNS)
            loose_tile(c + i * ldc + j, ldc, a + i * lda, lda, b + j * k, k, q);
        if (whole < n) {
            pack_rows(scratch, a + i * lda, lda, ROWS, k);
            part_of_tile(c + i * ldc + whole, ldc, ROWS, n - whole, scratch, b + whole * k, k, q);
        }
    }
    if (i < m) {
        pack_rows(scratch, a + i * lda, lda, m - i, k);
        take_packed(c + i * ldc, ldc, scratch, b, m - i, n, k, q);
    }
}

TARGET static void take(double *c, slong ldc, const double *a, slong lda, const double *b,
                        slong ldb, slong m, slong n, slong k, const rk_modulus *q,
                        double *scratch) {
    double *rows = scratch, *columns = scratch + TALL * (k < DEEP ? k : DEEP);
    for (slong j = 0; j < n; j += WIDE) {
        slong wide = n - j < WIDE ? n - j : WIDE;
        for (slong t = 0; t < k; t += DEEP) {
            slong deep = k - t < DEEP ? k - t : DEEP;
            pack_columns(columns, b + t * ldb + j, ldb, deep, wide);
            if (wide <= NARROW) {
                take_narrow(c + j, ldc, a + t, lda, columns, m, wide, deep, q, rows);
                continue;
            }
            for (slong i = 0; i < m; i += TALL) {
                slong tall = m - i < TALL ? m - i : TALL;
                pack_rows(rows, a + i * lda + t, lda, tall, deep);
                take_packed(c + i * ldc + j, ldc, rows, columns, tall, wide, deep, q);
            }
        }
    }
}

TARGET static void take_column(double *y, const double *x, double t, slong count) {
    VECTOR f = ALL(t);
    slong i = 0;
    for (; i + WIDTH <= count; i += WIDTH)
        STORE(y + i, TAKE(LOAD(y + i), LOAD(x + i), f));
    for (; i < count; i++)
        y[i] -= x[i] * t;
}

TARGET static void scale(double *x, double t, slong count, const rk_modulus *q) {
    VECTOR f = ALL(t);
    reducer r = reducer_of(q);
    slong i = 0;
    for (; i + WIDTH <= count; i += WIDTH)
        STORE(x + i, reduced(LOAD(x + i) * f, &r));
    for (; i < count; i++)
        x[i] = reduced_one(x[i] * t, q);
}

enum { ABREAST = 2 * COLUMNS };

/* The same columns of all rows of b, ABREAST of them. */
TARGET static void solve_abreast(const double *l, slong ldl, double *b, slong ldb, slong rows,
                                 const rk_modulus *q) {
    reducer r = reducer_of(q);
    for (slong i = 1; i < rows; i++) {
        VECTOR x[4];
#pragma GCC unroll 4
        for (int s = 0; s < 4; s++)
            x[s] = LOAD(b + i * ldb + s * WIDTH);
        for (slong t = 0, sum = 0; t < i; t++) {
            VECTOR f = ALL(l[i * ldl + t]);
#pragma GCC unroll 4
            for (int s = 0; s < 4; s++)
                x[s] = TAKE(x[s], f, LOAD(b + t * ldb + s * WIDTH));
            if (++sum < q->chunk && t + 1 < i)
                continue;
            sum = 0;
#pragma GCC unroll 4
            for (int s = 0; s < 4; s++)
                x[s] = reduced(x[s], &r);
        }
#pragma GCC unroll 4
        for (int s = 0; s < 4; s++)
            STORE(b + i * ldb + s * WIDTH, x[s]);
    }
}

TARGET static void solve(const double *l, slong ldl, double *b, slong ldb, slong r, slong n,
                         const rk_modulus *q) {
    slong j = 0;
    for (; j + ABREAST <= n; j += ABREAST)
        solve_abreast(l, ldl, b + j, ldb, r, q);
    if (j == n)
        return;
    double rest[RK_RESIDUES_BASE * ABREAST] = {0};
    for (slong i = 0; i < r; i++)
        memcpy(rest + i * ABREAST, b + i * ldb + j, (size_t)(n - j) * sizeof *b);
    solve_abreast(l, ldl, rest, ABREAST, r, q);
    for (slong i = 0; i < r; i++)
        memcpy(b + i * ldb + j, rest + i * ABREAST, (size_t)(n - j) * sizeof *b);
}

/* Products of a balanced residue with an entry below 2^26 are below 2^51: three of them are summed
   on top of a residue. */
TARGET static void combine(double *out, slong count, const double *coefficient, const double *plane,
                           slong stride, slong k, const rk_modulus *q) {
    reducer r = reducer_of(q);
    slong i = 0;
    for (; i + WIDTH <= count; i += WIDTH) {
        VECTOR sum = ALL(0.0);
        for (slong t = 0; t < k; t++) {
            sum = TAKE(sum, ALL(-coefficient[t]), LOAD(plane + t * stride + i));
            if (t % 3 == 2)
                sum = reduced(sum, &r);
        }
        STORE(out + i, reduced(sum, &r));
    }
    for (; i < count; i++) {
        double sum = 0;
        for (slong t = 0; t < k; t++)
            sum = reduced_one(sum + coefficient[t] * plane[t * stride + i], q);
        out[i] = sum;
    }
}

const rk_residues TABLE = {NAME, reduce, take, take_column, scale, solve, combine};
