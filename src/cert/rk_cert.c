#include "rk_cert.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rk_io.h"

static void put_digest(rk_buf *out, const rk_checked *checked, size_t bytes) {
    for (size_t i = 0; i < bytes; i++)
        rk_buf_printf(out, "%02x", checked->digest[i]);
}

static size_t lines(const char *text) {
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

/* A comment, for the convenience of who has the certificate alone; the digest is what counts. */
static void put_claims(rk_buf *out, const char *path) {
    for (const char *c = path; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            return;
    rk_buf_printf(out, "# claims %s\n", path);
}

bool rk_cert_print(rk_buf *out, const rk_checked *checked, const rk_result *result) {
    if (result->records == NULL)
        return false;
    rk_buf_puts(out, "rankle-cert 1\n");
    put_claims(out, checked->file->path);
    rk_buf_puts(out, "digest ");
    put_digest(out, checked, 32);
    rk_buf_printf(out, "\ntheorem %s\nverdict %s\n%send %zu\n", checked->theorem->name,
                  rk_verdict_name(result->verdict), result->records, lines(result->records));
    return true;
}

void rk_cert_path(rk_buf *out, const char *folder, const rk_checked *checked) {
    rk_buf_printf(out, "%s/%s-", folder, checked->theorem->name);
    put_digest(out, checked, 8);
    rk_buf_puts(out, ".cert");
}

static rk_status make_folder(const char *folder, const char **why) {
    struct stat about;
    if (mkdir(folder, 0777) == 0 || (stat(folder, &about) == 0 && S_ISDIR(about.st_mode)))
        return RK_OK;
    *why = strerror(errno);
    return RK_ENVIRONMENT;
}

static rk_status write_at(const char *path, const rk_buf *text, bool some, const char **why) {
    if (some)
        return rk_write_file(path, text->text, text->len, why);
    if (unlink(path) == 0 || errno == ENOENT)
        return RK_OK;
    *why = strerror(errno);
    return RK_ENVIRONMENT;
}

rk_status rk_cert_write(const char *folder, const rk_checked *checked, rk_arena *arena,
                        rk_result *result, const char **why) {
    rk_buf text, path;
    rk_buf_init(&text);
    rk_buf_init(&path);
    rk_cert_path(&path, folder, checked);
    bool some = rk_cert_print(&text, checked, result);
    rk_status status = make_folder(folder, why);
    if (status == RK_OK)
        status = write_at(path.text, &text, some, why);
    if (status == RK_OK && some)
        result->certificate = rk_arena_strdup(arena, path.text);
    rk_buf_clear(&path);
    rk_buf_clear(&text);
    return status;
}
