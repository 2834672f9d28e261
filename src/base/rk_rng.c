#include "rk_rng.h"

#include <math.h>
#include <string.h>

static uint32_t mulhilo(uint32_t a, uint32_t b, uint32_t *high) {
    uint64_t product = (uint64_t)a * b;
    *high = (uint32_t)(product >> 32);
    return (uint32_t)product;
}

void rk_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t c[4], k0 = key[0], k1 = key[1];
    memcpy(c, counter, sizeof c);
    for (int round = 0; round < 10; round++) {
        uint32_t hi0, hi1;
        uint32_t lo0 = mulhilo(0xD2511F53u, c[0], &hi0);
        uint32_t lo1 = mulhilo(0xCD9E8D57u, c[2], &hi1);
        uint32_t next[4] = {hi1 ^ c[1] ^ k0, lo1, hi0 ^ c[3] ^ k1, lo0};
        memcpy(c, next, sizeof c);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    memcpy(out, c, sizeof c);
}

static uint32_t word(const unsigned char *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* The digest and the seed are mixed into the key by the cipher itself; the trial is the upper half
   of the counter, so that streams of different trials never meet. */
rk_rng rk_rng_trial(uint64_t seed, const unsigned char digest[32], uint64_t trial) {
    rk_rng r = {.used = 4};
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    uint32_t state[4] = {0, 0, 0, 0};
    for (int half = 0; half < 2; half++) {
        for (int i = 0; i < 4; i++)
            state[i] ^= word(digest + 16 * half + 4 * i);
        rk_philox4x32(state, key, state);
    }
    r.key[0] = state[0] ^ state[2];
    r.key[1] = state[1] ^ state[3];
    r.counter[2] = (uint32_t)trial;
    r.counter[3] = (uint32_t)(trial >> 32);
    return r;
}

uint32_t rk_rng_u32(rk_rng *r) {
    if (r->used == 4) {
        rk_philox4x32(r->counter, r->key, r->block);
        if (++r->counter[0] == 0)
            ++r->counter[1];
        r->used = 0;
    }
    return r->block[r->used++];
}

uint64_t rk_rng_u64(rk_rng *r) {
    uint64_t low = rk_rng_u32(r);
    return low | (uint64_t)rk_rng_u32(r) << 32;
}

uint64_t rk_rng_below(rk_rng *r, uint64_t bound) {
    uint64_t reject = (0 - bound) % bound; /* 2^64 mod bound: values below it would bias */
    uint64_t x;
    do
        x = rk_rng_u64(r);
    while (x < reject);
    return x % bound;
}

int64_t rk_rng_between(rk_rng *r, int64_t low, int64_t high) {
    uint64_t width = (uint64_t)high - (uint64_t)low + 1;
    uint64_t offset = width == 0 ? rk_rng_u64(r) : rk_rng_below(r, width);
    return (int64_t)((uint64_t)low + offset);
}

double rk_rng_unit(rk_rng *r) {
    return (double)(rk_rng_u64(r) >> 11) * 0x1p-53;
}

double rk_rng_normal(rk_rng *r) {
    double radius = sqrt(-2.0 * log(1.0 - rk_rng_unit(r)));
    return radius * cos(6.283185307179586 * rk_rng_unit(r));
}
