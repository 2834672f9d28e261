/* Results of blocks (rk_blocks.h) on their way between processes: as bytes, and back. */
#ifndef RK_PARCEL_H
#define RK_PARCEL_H

#include "base/rk_buf.h"
#include "rk_blocks.h"

/* Numbers and texts, one after the other. */
void rk_parcel_put_number(rk_buf *out, uint64_t number);
void rk_parcel_put_real(rk_buf *out, double number);
void rk_parcel_put_text(rk_buf *out, const char *text); /* NULL is allowed */
void rk_parcel_put_result(rk_buf *out, const rk_block_result *result);

/* Reading, with a memory of failure: past the end everything is 0 or NULL, and good is false.
   Texts lie in the bytes. */
typedef struct rk_parcel {
    const char *at, *end;
    bool good;
} rk_parcel;

uint64_t rk_parcel_number(rk_parcel *p);
double rk_parcel_real(rk_parcel *p);
const char *rk_parcel_text(rk_parcel *p);
void rk_parcel_result(rk_parcel *p, rk_arena *arena, rk_block_result *out);

#endif
