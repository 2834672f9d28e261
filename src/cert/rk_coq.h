/* Certificates for Coq: the concrete part, the numbers, as a file of its own that Coq's kernel
   checks by computation (standard library only, no axioms). */
#ifndef RK_COQ_H
#define RK_COQ_H

#include "base/rk_mem.h"
#include "base/rk_buf.h"
#include "lang/rk_term.h"

/* A certificate as text, read as far as this room needs it. */
typedef struct rk_cert_text {
    const char *digest, *theorem, *claims; /* claims: the file its comment names, or NULL */
    bool proved;
    const char **record; /* between the header and `end` */
    size_t nrecords;
} rk_cert_text;

/* Pointers live in the arena. False with *why: it is no certificate of this version. */
bool rk_cert_parse(const char *text, size_t len, rk_arena *arena, rk_cert_text *out,
                   const char **why);

/* Is it about this theorem, as the text is now? */
bool rk_cert_fits(const rk_cert_text *cert, const rk_checked *checked);

/* Appends the file. False with *why where this kind of certificate, or a value that is not
   rational, cannot be written so. */
bool rk_coq_print(rk_buf *out, const rk_checked *checked, const rk_cert_text *cert,
                  const char **why);

#endif
