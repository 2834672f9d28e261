/* Records of certificates for what the checker works out by itself, given a point or nothing but
   the kind (docs/certificate-format.md): shapes, fractions, witnesses, open sets of violations.
   They are proposals: only the checker says whether they suffice. */
#ifndef RK_PROVE_RECORDS_H
#define RK_PROVE_RECORDS_H

#include "rk_prove.h"
#include "rk_view.h"

/* Nothing is written where the options want no records. */
void rk_record_shape(const rk_program *program, const rk_prove_options *o);
void rk_record_cases(const rk_program *program, const rk_prove_options *o);
void rk_record_rational(const rk_program *program, const rk_prove_options *o);
void rk_record_functions(const rk_program *program, const rk_prove_options *o);
/* view: shows which roots are independent; NULL: none is known to be. */
void rk_record_witness(const rk_program *program, const rk_view *view, const rk_prove_options *o);
/* Does a claim speak of a Jacobian; all of them of fractions? */
bool rk_has_jacobians(const rk_checked *checked);
bool rk_has_fraction_jacobians(const rk_checked *checked);
/* The neighbourhood of a point, of which more is said behind it. */
void rk_record_box(const rk_program *program, const rk_prove_options *o,
                   const rk_assignment *point);
/* A generic theorem that fails at this point, and around it or almost everywhere. */
void rk_record_open(const rk_program *program, const rk_view *view, const rk_prove_options *o,
                    const rk_assignment *violation);

#endif
