/* The call of rankle.h that writes certificates for other programs. */
#include <string.h>

#include "base/rk_guard.h"
#include "base/rk_io.h"
#include "base/rk_mem.h"
#include "cert/rk_coq.h"
#include "rk_session_run.h"

enum { MAX_CERTIFICATE = 1 << 28 };

typedef struct export_request {
    rankle_session *s;
    const char *certificate, *claims;
    const char *const *library_path;
    const char *text;
    const char *why; /* after RK_BAD_INPUT, when no diagnostic says more */
} export_request;

static const rk_checked *find_theorem(export_request *r, const rk_cert_text *cert) {
    const rk_session_file *file = rk_session_read(r->s, r->claims, r->library_path);
    r->why = "the claim file is wrong";
    for (size_t i = 0; file->module && i < file->module->ntheorems; i++)
        if (rk_cert_fits(cert, &file->module->theorems[i]))
            return &file->module->theorems[i];
    if (file->module && rk_diags_errors(r->s->diags) == 0)
        r->why = "the certificate belongs to another text than this claim file has now";
    return NULL;
}

static rk_status print_coq(export_request *r, const rk_cert_text *cert) {
    if (r->claims == NULL)
        r->claims = cert->claims;
    r->why = "the certificate names no claim file; name it behind the certificate";
    const rk_checked *checked = r->claims ? find_theorem(r, cert) : NULL;
    if (checked == NULL)
        return RK_BAD_INPUT;
    rk_buf out;
    rk_buf_init(&out);
    bool good = rk_coq_print(&out, checked, cert, &r->why);
    if (good)
        r->text = rk_arena_strndup(r->s->arena, out.text, out.len);
    rk_buf_clear(&out);
    return good ? RK_OK : RK_BAD_INPUT;
}

static rk_status work(void *self) {
    export_request *r = self;
    char *text;
    size_t len;
    rk_cert_text cert;
    rk_status status = rk_read_file(r->certificate, MAX_CERTIFICATE, &text, &len, &r->why);
    if (status != RK_OK)
        return status;
    bool good = rk_cert_parse(text, len, r->s->arena, &cert, &r->why);
    rk_free(text);
    return good ? print_coq(r, &cert) : RK_BAD_INPUT;
}

int rankle_export_coq(rankle_session *session, const char *certificate, const char *claims,
                      const rankle_options *options, const char **text) {
    export_request r = {.s = session,
                        .certificate = certificate,
                        .claims = claims,
                        .library_path = options ? options->library_path : NULL};
    const char *message = NULL;
    session->failure = NULL;
    rk_status status = rk_guard_run(work, &r, &message);
    *text = r.text;
    if (status == RK_BAD_INPUT) {
        session->failure = r.why;
        return RANKLE_INPUT;
    }
    return rk_session_code(session, status, message ? message : r.why);
}
