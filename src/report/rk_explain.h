/* `rankle explain`: a settled theorem with its proof, its counterexample worked through, or what
   was tried, as plain text or LaTeX. */
#ifndef RK_EXPLAIN_H
#define RK_EXPLAIN_H

#include "calculus/rk_calculus.h"
#include "check/rk_result.h"
#include "rk_tale.h"

typedef struct rk_explained {
    const rk_checked *checked;
    const rk_result *result;
    const rk_calculus *calculus; /* what the calculus found for this theorem; NULL: not asked */
} rk_explained;

typedef enum rk_explain_format {
    RK_EXPLAIN_TEXT,
    RK_EXPLAIN_LATEX,         /* to be input by a document */
    RK_EXPLAIN_LATEX_DOCUMENT /* to be compiled as it is */
} rk_explain_format;

void rk_explain(rk_buf *out, const rk_explained *what, rk_explain_format format);

/* --- parts -------------------------------------------------------------------------------- */
/* The point of the result worked through: values, hypotheses, parts of the claim, its sides. */
void rk_explain_point(rk_tale *t, const rk_explained *what);
/* What the method shows, for proofs that are no derivations. */
void rk_explain_method(rk_tale *t, const rk_explained *what);
/* verified, undecided and their kin: what was tried, what is missing, what can be changed. */
void rk_explain_trials(rk_tale *t, const rk_explained *what);
/* "n = 2, d = 3" as formulas in a sentence */
const char *rk_explain_dims(rk_tale *t, const rk_dim_scope *dims, size_t n);

#endif
