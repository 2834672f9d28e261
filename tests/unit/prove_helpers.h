/* One theorem at its one choice of dimensions, for the tests of provers. */
#ifndef PROVE_HELPERS_H
#define PROVE_HELPERS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rk_mem.h"
#include "lang/rk_check_text.h"
#include "prove/rk_prove.h"

/* What rk_prove_identity says of the theorem with these clauses: the method, or NULL for nothing.
 */
static inline void expect_formal(const char *clauses, const char *method) {
    char text[2048];
    snprintf(text, sizeof text, "theorem t { %s }", clauses);
    rk_diags *diags = rk_diags_new();
    rk_unit *unit = rk_unit_parse("t.thm", text, strlen(text), NULL, diags);
    rk_module *module = rk_module_check(unit, NULL, diags);
    if (rk_diags_errors(diags) > 0)
        fail_msg("%s: does not check", clauses);
    const rk_checked *c = &module->theorems[0];
    int64_t dims[8];
    rk_program *program = NULL;
    rk_proof proof;
    rk_prove_options o = {.seed = 1, .precision_cap = 256};
    rk_dims_iter *it = rk_dims_iter_new(c, 6);
    assert_true(rk_dims_next(it, dims));
    rk_dims_iter_free(it);
    assert_int_equal(rk_program_build(c, dims, NULL, &program), RK_BUILD_OK);
    rk_proof_init(&proof);
    rk_prove_identity(program, &o, &proof);
    const char *said = proof.status == RK_PROOF_TRUE ? proof.method : "nothing";
    if (strcmp(said, method != NULL ? method : "nothing") != 0)
        fail_msg("%s: '%s', not '%s'", clauses, said, method != NULL ? method : "nothing");
    rk_proof_clear(&proof);
    rk_program_free(program);
    rk_module_free(module);
    rk_unit_free(unit);
    rk_diags_free(diags);
}

#endif
