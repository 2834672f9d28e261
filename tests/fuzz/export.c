/* The engine's reader of certificates, for `rankle export`. Whether a certificate belongs to the
   text is not asked. */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "base/rk_buf.h"
#include "base/rk_guard.h"
#include "cert/rk_coq.h"
#include "lang/rk_check_text.h"
#include "lang/rk_parse.h"

static void print_coq(const fuzz_pair *p, const rk_checked *checked, rk_arena *arena) {
    static const char digest[] = "0000000000000000000000000000000000000000000000000000000000000000";
    rk_cert_text cert;
    size_t len;
    const char *why = NULL, *text = fuzz_framed(p, digest, checked->theorem->name, &len);
    rk_buf out;
    rk_buf_init(&out);
    if (rk_cert_parse(text, len, arena, &cert, &why)) {
        (void)rk_cert_fits(&cert, checked);
        if (!rk_coq_print(&out, checked, &cert, &why) && why == NULL)
            fuzz_found("nothing is said why");
    }
    rk_buf_clear(&out);
}

static rk_status work(void *self) {
    const fuzz_pair *p = self;
    rk_diags *diags = rk_diags_new();
    rk_arena *arena = rk_arena_new();
    rk_unit *unit = rk_unit_parse("claims.thm", p->claims, p->claims_len, NULL, diags);
    rk_module *module = unit != NULL ? rk_module_check(unit, NULL, diags) : NULL;
    for (size_t i = 0; module != NULL && i < module->ntheorems; i++)
        print_coq(p, &module->theorems[i], arena);
    if (module != NULL)
        rk_module_free(module);
    if (unit != NULL)
        rk_unit_free(unit);
    rk_arena_free(arena);
    rk_diags_free(diags);
    return RK_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    fuzz_pair p;
    if (!fuzz_split(&p, bytes, len))
        return -1;
    rk_guard_run(work, &p, NULL);
    return 0;
}
