/* Inside the room: the two kinds of files for Coq. */
#ifndef RK_COQ_INSIDE_H
#define RK_COQ_INSIDE_H

#include "rk_coq.h"
#include "rk_coq_text.h"

/* Counterexamples and examples: every value of the theorem's program at the point is computed in
   Coq, inverses, roots and ranks are checked by what they must fulfil. */
bool rk_coq_points(rk_buf *out, const rk_checked *checked, const rk_cert_text *cert,
                   const char **why);

/* The linear arithmetic of a proof of the calculus: that the facts make the goals. */
bool rk_coq_sums(rk_buf *out, const rk_checked *checked, const char **why);

#endif
