/* Certificates: what makes a verdict certain, as text that a program accepts which shares no
   source with the engine (src/verify). docs/certificate-format.md specifies it. The records are
   made where things are proved and refuted; here they get their frame and their file. */
#ifndef RK_CERT_H
#define RK_CERT_H

#include "check/rk_result.h"
#include "lang/rk_term.h"

/* The certificate as text; false, and nothing written, when there is none: the verdict is neither
   proved nor refuted, or part of what was shown has no records. */
bool rk_cert_print(rk_buf *out, const rk_checked *checked, const rk_result *result);

/* FOLDER/NAME-DIGITS.cert, with the first 16 digits of the theorem's digest. */
void rk_cert_path(rk_buf *out, const char *folder, const rk_checked *checked);

/* Writes the certificate, if there is one, and makes the folder if it is not there; then
   result->certificate is the path. What an earlier run left there of this theorem goes when there
   is none now. RK_ENVIRONMENT with *why where that fails. */
rk_status rk_cert_write(const char *folder, const rk_checked *checked, rk_arena *arena,
                        rk_result *result, const char **why);

#endif
