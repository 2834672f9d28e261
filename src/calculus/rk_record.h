/* A proof of the calculus written as the records of a certificate (docs/certificate-format.md). */
#ifndef RK_RECORD_H
#define RK_RECORD_H

#include "rk_calculus.h"

/* Appends the records of a proof that was found. False: some step cannot be written. */
bool rk_calculus_record(const rk_calculus *c, rk_buf *out);

#endif
