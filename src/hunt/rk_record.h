/* Between the structures of a hunt and what travels of them (rk_blocks.h): tallies and findings as
   numbers and texts, and back. A text may come from anywhere: what reads it checks it. */
#ifndef RK_RECORD_H
#define RK_RECORD_H

#include "rk_judge.h"

/* A block's tally and its findings, as texts of the arena. */
void rk_record_block(rk_arena *arena, const rk_checked *checked, const rk_tally *tally,
                     const rk_finding *finding, size_t n, rk_block_result *out);
/* One finding alone. */
void rk_record_finding(rk_arena *arena, const rk_checked *checked, const rk_finding *f,
                       rk_block_finding *out);

/* The tally of a block (out: initialised). False: a text in it is not what rk_record_block wrote.
 */
bool rk_record_tally(const rk_checked *checked, const rk_block_result *r, rk_tally *out);
/* {"n": 2, "d": 3} as dims[checked->ndims]. False: not the dimensions of this theorem. */
bool rk_record_dims(const rk_checked *checked, const char *text, int64_t *dims);
/* The values of a finding at `program` (of its dimensions), judged again; as of rk_judge_try. */
bool rk_record_judge(rk_judge *judge, const rk_program *program, const rk_block_finding *f,
                     rk_assignment *out, unsigned *claim);

#endif
