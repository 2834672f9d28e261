/* Readers of weight files. Floats are dyadic rationals, so a matrix of doubles is exact; a NaN or
   an infinity is an input error that names the tensor and the index. */
#ifndef RK_DATA_H
#define RK_DATA_H

#include "lang/rk_check_text.h"

typedef struct rk_dyadic {
    size_t rows, cols;
    double *entry; /* row-major */
} rk_dyadic;

typedef struct rk_data_store rk_data_store; /* owns every matrix read through its loader */

rk_data_store *rk_data_store_new(void);
void rk_data_store_free(rk_data_store *store);
rk_loader rk_data_store_loader(
    rk_data_store *store); /* .npy, .safetensors; float16/32/64, bfloat16, int8..int64 up to 2^53 */

#endif
