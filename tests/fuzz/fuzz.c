#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

void fuzz_found(const char *what) {
    fprintf(stderr, "found: %s\n", what);
    abort();
}

/* --- the folder --------------------------------------------------------------------------- */

static char folder[256];
static pid_t maker;

static void remove_folder(void) {
    struct dirent **entry;
    char path[600];
    int n = getpid() == maker ? scandir(folder, &entry, NULL, NULL) : -1;
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name);
        unlink(path);
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
    if (getpid() == maker)
        rmdir(folder);
}

static void make_folder(void) {
    const char *outer = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.200s/rankle-fuzz.XXXXXX", outer != NULL ? outer : "/tmp");
    if (mkdtemp(folder) == NULL)
        fuzz_found("no temporary folder could be made");
    maker = getpid();
    atexit(remove_folder);
}

/* --- files -------------------------------------------------------------------------------- */

static const char *path_of(const char *name) {
    static struct known { char name[32], path[300]; } known[8];
    size_t i = 0;
    if (maker != getpid())
        make_folder();
    while (i < 8 && known[i].name[0] != '\0' && strcmp(known[i].name, name) != 0)
        i++;
    if (i == 8)
        fuzz_found("too many temporary files");
    snprintf(known[i].name, sizeof known[i].name, "%s", name);
    snprintf(known[i].path, sizeof known[i].path, "%s/%s", folder, name);
    return known[i].path;
}

const char *fuzz_file(const char *name, const void *bytes, size_t len) {
    const char *path = path_of(name);
    FILE *f = fopen(path, "wb");
    bool good = f != NULL && fwrite(bytes, 1, len, f) == len;
    if (f == NULL || fclose(f) != 0 || !good)
        fuzz_found("a temporary file could not be written");
    return path;
}

/* --- claims with certificates ------------------------------------------------------------- */

static bool starts(const fuzz_pair *p, const char *verdict) {
    size_t n = strlen(verdict);
    return p->certificate_len > n && memcmp(p->certificate, verdict, n) == 0;
}

bool fuzz_split(fuzz_pair *p, const uint8_t *bytes, size_t len) {
    const char *text = (const char *)bytes;
    for (size_t i = 0; i + 4 <= len; i++)
        if (memcmp(text + i, "\n%%\n", 4) == 0) {
            *p = (fuzz_pair){.claims = text,
                             .claims_len = i + 1,
                             .certificate = text + i + 4,
                             .certificate_len = len - i - 4};
            p->proved = starts(p, "proved\n");
            p->refuted = starts(p, "refuted\n");
            return true;
        }
    return false;
}

static size_t count_records(const fuzz_pair *p) {
    size_t n = 0;
    for (size_t i = 0; i + 1 < p->certificate_len; i++)
        n += p->certificate[i] == '\n' && p->certificate[i + 1] != '#';
    return n;
}

const char *fuzz_framed(const fuzz_pair *p, const char *digest, const char *theorem, size_t *len) {
    static char *text;
    size_t room = p->certificate_len + strlen(theorem) + 200;
    bool framed = p->proved || p->refuted;
    text = realloc(text, room);
    if (text == NULL)
        fuzz_found("no memory");
    int head =
        framed ? sprintf(text, "rankle-cert 1\ndigest %s\ntheorem %s\nverdict ", digest, theorem)
               : 0;
    memcpy(text + head, p->certificate, p->certificate_len);
    *len = (size_t)head + p->certificate_len;
    if (framed)
        *len += (size_t)sprintf(text + *len, "end %zu\n", count_records(p));
    return text;
}
