#include "rk_coq.h"

#include <stdlib.h>
#include <string.h>

#include "coq_inside.h"

/* --- the certificate as text -------------------------------------------------------------- */

static const char *after(const char *line, const char *keyword) {
    size_t n = strlen(keyword);
    return strncmp(line, keyword, n) == 0 ? line + n : NULL;
}

static void take_line(rk_cert_text *c, rk_arena *arena, const char *line) {
    const char *verdict, *rest;
    if ((rest = after(line, "# claims ")) != NULL)
        c->claims = rest;
    else if (*line == '#')
        return;
    else if (c->digest == NULL && (rest = after(line, "digest ")) != NULL)
        c->digest = rest;
    else if (c->theorem == NULL && (rest = after(line, "theorem ")) != NULL)
        c->theorem = rest;
    else if ((verdict = after(line, "verdict ")) != NULL)
        c->proved = strcmp(verdict, "proved") == 0;
    else if (after(line, "rankle-cert ") == NULL && after(line, "end ") == NULL) {
        const char **more = rk_arena_alloc(arena, (c->nrecords + 1) * sizeof *more);
        if (c->nrecords > 0)
            memcpy(more, c->record, c->nrecords * sizeof *more);
        c->record = more;
        c->record[c->nrecords++] = line;
    }
}

bool rk_cert_parse(const char *text, size_t len, rk_arena *arena, rk_cert_text *out,
                   const char **why) {
    static const char frame[] = "rankle-cert 1\n";
    *out = (rk_cert_text){0};
    *why = "this is no certificate of version 1";
    if (len < sizeof frame || memcmp(text, frame, sizeof frame - 1) != 0 ||
        memchr(text, '\0', len) != NULL)
        return false;
    char *rest = NULL, *line = strtok_r(rk_arena_strndup(arena, text, len), "\n", &rest);
    for (; line != NULL; line = strtok_r(NULL, "\n", &rest))
        take_line(out, arena, line);
    return out->digest != NULL && out->theorem != NULL;
}

bool rk_cert_fits(const rk_cert_text *cert, const rk_checked *checked) {
    rk_buf digest;
    rk_buf_init(&digest);
    for (size_t i = 0; i < 32; i++)
        rk_buf_printf(&digest, "%02x", checked->digest[i]);
    bool fits = strcmp(cert->theorem, checked->theorem->name) == 0 &&
                strcmp(cert->digest, digest.text) == 0;
    rk_buf_clear(&digest);
    return fits;
}

/* --- the file ----------------------------------------------------------------------------- */

bool rk_coq_print(rk_buf *out, const rk_checked *checked, const rk_cert_text *cert,
                  const char **why) {
    const char *first = cert->nrecords > 0 ? cert->record[0] : "";
    rk_buf_printf(out, "(* %s, theorem %s: %s.\n   Certificate for the text with SHA-256 %s. *)\n",
                  "rankle", cert->theorem, cert->proved ? "proved" : "refuted", cert->digest);
    rk_buf_puts(out, RK_COQ_PREAMBLE);
    if (strcmp(first, "calculus") == 0)
        return rk_coq_sums(out, checked, why);
    if (after(first, "at") != NULL) {
        rk_buf_puts(out, RK_COQ_MATRICES);
        return rk_coq_points(out, checked, cert, why);
    }
    *why = "a certificate of this kind has no form for Coq";
    return false;
}
