/* A proof of the calculus as records of a certificate (docs/certificate-format.md, kind
   `calculus`): every matrix and number as text in the names of the theorem, every fact with the
   matrices its law was applied to, so that the checker can build each of them again without
   believing any. */
#ifndef RK_CALCULUS_RECORD_H
#define RK_CALCULUS_RECORD_H

#include "base/rk_buf.h"
#include "rk_calculus.h"

/* Appends the records of a proof that was found. False: it has a step for which there is no record,
   `why` says which, and what was appended is worthless. */
bool rk_calculus_record(const rk_calculus *c, rk_buf *out, const char **why);

#endif
