/* The checker's reader of claims: every theorem of a file, with its imports not looked for but
   beside the file. */
#include "fuzz.h"

#include "src/verify/vf_text.h"

static void read_all(void *path) {
    const char *const *name;
    size_t n = vf_theorem_names(path, &name);
    for (size_t i = 0; i < n; i++)
        vf_read_theorem(path, NULL, name[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    fuzz_checker(read_all, (void *)fuzz_file("claims.thm", bytes, len));
    return 0;
}
