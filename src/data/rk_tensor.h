/* One tensor inside a weight file, between the readers of the formats (npy.c, safetensors.c) and
   the store that hands out matrices (store.c). A tensor points into the bytes of the file, which
   the caller owns. Every function that returns false has reported why at the site. */
#ifndef RK_TENSOR_H
#define RK_TENSOR_H

#include <stdint.h>

#include "base/rk_diag.h"
#include "rk_data.h"

typedef struct rk_data_site { /* where messages go, and what they call the file */
    const char *path;
    rk_span span;
    rk_diags *diags;
} rk_data_site;

/* Reports "PATH: text" as an error of that name; always false. */
bool rk_data_fail(const rk_data_site *site, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

typedef enum rk_dtype_kind {
    RK_DTYPE_BOOL,
    RK_DTYPE_SIGNED,
    RK_DTYPE_UNSIGNED,
    RK_DTYPE_FLOAT, /* IEEE 754, 2, 4 or 8 bytes */
    RK_DTYPE_BFLOAT /* the upper half of a 4-byte float */
} rk_dtype_kind;

typedef struct rk_dtype {
    rk_dtype_kind kind;
    size_t bytes; /* of one entry: 1, 2, 4 or 8 */
    bool big_endian;
} rk_dtype;

enum { RK_TENSOR_RANK_MAX = 32 };

typedef struct rk_tensor {
    const char *name; /* NULL where the format has no names */
    rk_dtype dtype;
    bool column_major;
    size_t ndims, dim[RK_TENSOR_RANK_MAX];
    const unsigned char *data;
    size_t len;
} rk_tensor;

/* Number of entries times the bytes of one; false when it does not fit a size_t. */
bool rk_tensor_bytes(const rk_tensor *t, size_t *bytes);

bool rk_npy_read(const unsigned char *file, size_t len, const rk_data_site *site, rk_tensor *out);

/* name NULL: the only tensor of the file. out->name lives in *holder (a json_t, to be released
   with rk_safetensors_release, also after a failure). */
bool rk_safetensors_read(const unsigned char *file, size_t len, const char *name,
                         const rk_data_site *site, rk_tensor *out, void **holder);
void rk_safetensors_release(void *holder);

/* Exact entries of a tensor of rank 1 (a column) or 2; NaN, infinities and integers beyond 2^53
   are refused with their place. out->entry is freed with rk_free. */
bool rk_tensor_decode(const rk_tensor *t, const rk_data_site *site, rk_dyadic *out);

#endif
