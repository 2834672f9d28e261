/* A proof of the calculus written as the records of a certificate (docs/certificate-format.md, kind
   `calculus`): every matrix and number as text in the names of the theorem, every fact with the
   matrices its law was applied to, so that the checker builds each of them again and believes
   none. */
#ifndef RK_RECORD_H
#define RK_RECORD_H

#include "rk_calculus.h"

/* Appends the records of a proof that was found. False: it has a step for which there is no record;
   `why` (may be NULL) says which, and what was appended is worthless. */
bool rk_calculus_record(const rk_calculus *c, rk_buf *out, const char **why);
/* The same of one side of a claim: the record `known`. */
bool rk_calculus_record_side(const rk_calculus *c, size_t claim, rk_cmp side, rk_buf *out);

#endif
