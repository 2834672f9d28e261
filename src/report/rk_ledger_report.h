/* Ledgers for people and programs: an overview as text, everything as JSON by the schema
   rankle-ledger-1, findings as claim files. What stands in a ledger may come from anywhere: names
   that become file names are checked, and nothing reaches a terminal that could command it. Where a
   call fails, the reason is appended to `why`. */
#ifndef RK_LEDGER_REPORT_H
#define RK_LEDGER_REPORT_H

#include "hunt/rk_ledger.h"
#include "rk_report.h"

/* Hunts with their progress and their first findings; with verbosity 2 all findings, and the
   statements. */
rk_status rk_report_ledger(rk_buf *out, rk_ledger *ledger, const char *path,
                           const rk_text_style *style, rk_buf *why);
rk_status rk_report_ledger_json(rk_buf *out, rk_ledger *ledger, rk_buf *why);
/* Each finding, shrunk where it was, as FOLDER/THEOREM-sSEED-tTRIAL.thm; the folder is made when it
   is not there. *written: how many. */
rk_status rk_report_ledger_snippets(const char *folder, rk_ledger *ledger, size_t *written,
                                    rk_buf *why);

#endif
