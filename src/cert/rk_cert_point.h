/* Rational points of certificates, read back. */
#ifndef RK_CERT_POINT_H
#define RK_CERT_POINT_H

#include "eval/rk_run.h"
#include "rk_coq.h"

typedef struct rk_cert_point {
    rk_program *program;
    rk_assignment value;
    unsigned fails; /* the claim that is said to fail, from 1; 0: none */
} rk_cert_point;

/* Reads the point that begins with record *next, an `at`, and moves on to what stands behind it.
   False with *why, and nothing to clear, where it is not rational or makes no sense. */
bool rk_cert_point_read(const rk_checked *checked, const rk_cert_text *cert, size_t *next,
                        rk_cert_point *out, const char **why);
void rk_cert_point_clear(rk_cert_point *p);

#endif
