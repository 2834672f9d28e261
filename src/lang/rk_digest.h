/* Two digests of a theorem, each the SHA-256 of a list in which every number takes 8 bytes, the
   lowest first.
   The digest that names a theorem in certificates:
     the number of claim files, then for each, in reading order (imports before the file that
     imports them), the length of its text and the text;
     for each `data` clause of the theorem, in order, the 32 bytes of the SHA-256 of its file;
     the length of the theorem's name and the name.
   The digest of its statement, from which draws, hunts and ledgers are keyed, so that comments,
   notes and other theorems do not matter to them:
     the SHA-256 of the files of its `data` clauses as above;
     the length of the text of its statement and that text (rk_print_statement);
     the same for each def that it uses (rk_print_def), in the order of first use. */
#ifndef RK_DIGEST_H
#define RK_DIGEST_H

#include <nettle/sha2.h>
#include "rk_parse.h"

typedef struct rk_digest {
    struct sha256_ctx files; /* the claim files, hashed once a unit */
    struct sha256_ctx sha, statement;
    const rk_def **def; /* used by the theorem, in the order of first use; owned is the array */
    size_t ndefs, capacity;
} rk_digest;

void rk_digest_files(rk_digest *d, const rk_unit *unit);
void rk_digest_start(rk_digest *d); /* of the next theorem of the unit */
void rk_digest_data(rk_digest *d, const unsigned char sha[32]);
void rk_digest_def(rk_digest *d, const rk_def *def); /* at each use */
void rk_digest_finish(rk_digest *d, const rk_theorem *theorem, unsigned char digest[32],
                      unsigned char statement[32]);
void rk_digest_clear(rk_digest *d);

#endif
