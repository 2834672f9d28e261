/* The strategy: which provers and which hunts run for a theorem, in which order, and the verdict
   that follows. Never says more than was established. */
#ifndef RK_STRATEGY_H
#define RK_STRATEGY_H

#include "rankle.h"
#include "rk_result.h"
#include "hunt/rk_ledger.h"
#include "hunt/rk_team.h"
#include "lang/rk_check_text.h"

/* In both, a theorem NAME_counterexample of the module, as hunts write them, is replayed first for
   the theorem NAME; module may be NULL. */

/* Settles one theorem into *result (strings in arena). RK_BAD_INPUT when the text turns out to be
   at fault (generic-equation, no allowed dimensions): diagnostics were added. */
rk_status rk_settle(const rk_module *module, const rk_checked *checked,
                    const rankle_options *options, rk_arena *arena, rk_result *result,
                    rk_diags *diags);

/* Provers off: the hunt alone, with a budget of trials. Its blocks are kept in the ledger and taken
   from it; NULL: they are not. A failure of the ledger is returned, and then rk_ledger_why says
   more; RK_BAD_USAGE: it has this hunt already, and options->resume was not set. */
rk_status rk_settle_by_hunt(const rk_module *module, const rk_checked *checked, uint64_t trials,
                            const rankle_options *options, rk_ledger *ledger, rk_arena *arena,
                            rk_result *result, rk_diags *diags);

/* In another process of options->team: does blocks of this hunt of process 0. False: this is not
   the theorem that is meant. */
bool rk_settle_help(const rk_checked *checked, const rankle_options *options,
                    const rk_team_job *team_job, rk_arena *arena);

/* 0, 10, 20, 21 by the table of verdicts: that of the results before, 0 of none, and this one. */
int rk_exit_code(int code, const rk_result *result);

#endif
