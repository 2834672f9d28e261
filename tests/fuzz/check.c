/* The engine on a claim file: every theorem is settled under very small limits, and what was found
   is told in each way. */
#include "fuzz.h"

#include "rankle.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    rankle_session *session = rankle_session_new();
    rankle_options o = {.seed = 1, .time_limit = 0.05, .max_dim = 2, .samples = 3, .jobs = 1};
    rankle_style style = {.width = 80, .colour = 1, .utf8 = 1, .verbosity = 2};
    if (session == NULL)
        fuzz_found("no memory");
    (void)rankle_check_file(session, fuzz_file("claims.thm", bytes, len), &o);
    (void)rankle_diagnostics(session, 1);
    (void)rankle_results_json(session);
    for (size_t i = 0; i < rankle_result_count(session); i++)
        (void)rankle_result_text(session, rankle_result_at(session, i), &style);
    rankle_session_free(session);
    return 0;
}
