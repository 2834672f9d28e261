/* Between the structures of a hunt and what travels of them (rk_blocks.h): tallies and findings as
   numbers and texts, and back. A text may come from anywhere: what reads it checks it. */
#ifndef RK_RECORD_H
#define RK_RECORD_H

#include "rk_judge.h"

/* A block's tally and its findings, as texts of the arena. small: the findings shrunk, or NULL. */
void rk_record_block(rk_arena *arena, const rk_checked *checked, const rk_tally *tally,
                     const rk_finding *finding, const rk_finding *small, size_t n,
                     rk_block_result *out);
/* One finding alone. */
void rk_record_finding(rk_arena *arena, const rk_checked *checked, const rk_finding *f,
                       rk_block_finding *out);

/* The tally of a block (out: initialised). False: a text in it is not what rk_record_block wrote.
 */
bool rk_record_tally(const rk_checked *checked, const rk_block_result *r, rk_tally *out);
/* {"n": 2, "d": 3} as dims[checked->ndims]. False: not the dimensions of this theorem. */
bool rk_record_dims(const rk_checked *checked, const char *text, int64_t *dims);
/* A finding as the hunt had it, or with `small` its smallest form, judged again. False, and *out is
   not set: there is none, or the judge finds none there. The judge counts nothing of it. */
bool rk_record_restore(rk_judge *judge, const rk_block_finding *f, bool small, rk_finding *out);

#endif
