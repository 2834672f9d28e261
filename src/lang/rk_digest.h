/* The digest that names a theorem in certificates, hunts and ledgers. It is the SHA-256 of this
   list, in which every number takes 8 bytes, the lowest first:
     the number of claim files, then for each, in reading order (imports before the file that
     imports them), the length of its text and the text;
     for each `data` clause of the theorem, in order, the 32 bytes of the SHA-256 of its file;
     the length of the theorem's name and the name. */
#ifndef RK_DIGEST_H
#define RK_DIGEST_H

#include <nettle/sha2.h>
#include "rk_parse.h"

typedef struct rk_digest {
    struct sha256_ctx files; /* the claim files, hashed once a unit */
    struct sha256_ctx sha;
} rk_digest;

void rk_digest_files(rk_digest *d, const rk_unit *unit);
void rk_digest_start(rk_digest *d); /* of the next theorem of the unit */
void rk_digest_data(rk_digest *d, const unsigned char sha[32]);
void rk_digest_finish(rk_digest *d, const char *name, unsigned char digest[32]);

#endif
