/* The one way to FLINT, Arb and Calcium. Debian 12 ships them as three libraries (FLINT 2.9,
 * Arb 2.23, Calcium 0.4), FLINT 3 holds all three under <flint/...>. Everything else in the tree
 * includes this header and none of theirs.
 *
 * Their inline functions are not clean under our warnings, so this counts as a system header. */
#ifndef RK_BASE_RK_FLINT_H
#define RK_BASE_RK_FLINT_H

#pragma GCC system_header

#include <gmp.h>
#include <mpfr.h>

#include <flint/flint.h>
#include <flint/ulong_extras.h>
#include <flint/fmpz.h>
#include <flint/fmpz_vec.h>
#include <flint/fmpz_mat.h>
#include <flint/fmpz_poly.h>
#include <flint/fmpz_poly_factor.h>
#include <flint/fmpz_factor.h>
#include <flint/fmpz_mpoly.h>
#include <flint/fmpz_mpoly_factor.h>
#include <flint/fmpq.h>
#include <flint/fmpq_vec.h>
#include <flint/fmpq_mat.h>
#include <flint/fmpq_poly.h>
#include <flint/fmpq_mpoly.h>
#include <flint/arith.h>
#include <flint/nmod.h>
#include <flint/nmod_vec.h>
#include <flint/nmod_mat.h>
#include <flint/nmod_poly.h>
#include <flint/nmod_poly_factor.h>
#include <flint/fmpz_poly_mat.h>
#include <flint/fmpz_lll.h>

#if __FLINT_VERSION >= 3
#include <flint/arf.h>
#include <flint/mag.h>
#include <flint/arb.h>
#include <flint/arb_mat.h>
#include <flint/arb_hypgeom.h>
#include <flint/arb_fmpz_poly.h>
#include <flint/acb.h>
#include <flint/acb_mat.h>
#include <flint/acb_hypgeom.h>
#include <flint/qqbar.h>
#include <flint/fmpz_mpoly_q.h>
#include <flint/fexpr.h>
#include <flint/fexpr_builtin.h>
#include <flint/ca.h>
#include <flint/ca_ext.h>
#include <flint/ca_mat.h>
#else
#include <arf.h>
#include <mag.h>
#include <arb.h>
#include <arb_mat.h>
#include <arb_hypgeom.h>
#include <arb_fmpz_poly.h>
#include <acb.h>
#include <acb_mat.h>
#include <acb_hypgeom.h>
#include <calcium/qqbar.h>
#include <calcium/fmpz_mpoly_q.h>
#include <calcium/fexpr.h>
#include <calcium/fexpr_builtin.h>
#include <calcium/ca.h>
#include <calcium/ca_ext.h>
#include <calcium/ca_mat.h>
#endif

#endif
