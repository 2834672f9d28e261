/* Counter-based random numbers: Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random
   numbers: as easy as 1, 2, 3", SC 2011, tested against its published vectors. A stream is a
   plain value determined by (seed, digest, trial) alone, so that trial k of a hunt is the same
   whoever runs it. */
#ifndef RK_RNG_H
#define RK_RNG_H

#include <stdint.h>

typedef struct rk_rng {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t block[4];
    unsigned used; /* words of block already handed out */
} rk_rng;

void rk_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The stream of one trial: digest is the 32-byte theorem digest. */
rk_rng rk_rng_trial(uint64_t seed, const unsigned char digest[32], uint64_t trial);

uint32_t rk_rng_u32(rk_rng *r);
uint64_t rk_rng_u64(rk_rng *r);
uint64_t rk_rng_below(rk_rng *r, uint64_t bound); /* uniform on 0..bound-1, bound >= 1 */
int64_t rk_rng_between(rk_rng *r, int64_t low, int64_t high); /* uniform, both ends included */
double rk_rng_unit(rk_rng *r);                                /* uniform on [0, 1), 53 bits */
double rk_rng_normal(rk_rng *r);                              /* standard Gaussian */

#endif
