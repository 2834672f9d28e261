/* Results in JSON, as `rankle table` reads them, brought into every format. */
#include "fuzz.h"

#include "rankle.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    static const char *const formats[] = {"latex", "latex-document", "markdown", "csv"};
    for (int i = 0; i < 4; i++) {
        const char *text = NULL;
        rankle_session *session = rankle_session_new();
        if (session == NULL)
            fuzz_found("no memory");
        if (rankle_table(session, (const char *)bytes, len, formats[i], &text) == RANKLE_OK &&
            text == NULL)
            fuzz_found("no table and no reason");
        (void)rankle_diagnostics(session, 1);
        rankle_session_free(session);
    }
    return 0;
}
