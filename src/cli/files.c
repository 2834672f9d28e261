#include "rk_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void rk_paths_clear(rk_paths *p) {
    for (size_t i = 0; i < p->n; i++)
        free(p->path[i]);
    free(p->path);
    *p = (rk_paths){0};
}

static bool paths_take(rk_paths *p, char *path) {
    if (path && p->n + 2 > p->cap) {
        size_t cap = 2 * p->cap + 16;
        char **grown = realloc(p->path, cap * sizeof *grown);
        if (!grown) {
            free(path);
            return false;
        }
        p->path = grown;
        p->cap = cap;
    }
    if (!path)
        return false;
    p->path[p->n++] = path;
    p->path[p->n] = NULL;
    return true;
}

bool rk_paths_add(rk_paths *p, const char *path) {
    return paths_take(p, strdup(path));
}

static char *path_join(const char *folder, const char *name) {
    size_t n = strlen(folder), k = strlen(name);
    char *path = malloc(n + k + 2);
    while (n > 1 && folder[n - 1] == '/')
        n--;
    if (path)
        snprintf(path, strlen(folder) + k + 2, "%.*s/%s", (int)n, folder, name);
    return path;
}

static int visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static bool is_claim_file(const char *name) {
    size_t n = strlen(name);
    return n > 4 && strcmp(name + n - 4, ".thm") == 0;
}

/* A link to a directory is not followed, so that no loop of links goes on for ever. */
static bool is_folder(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool collect_folder(rk_paths *p, const char *folder);

static bool collect_entry(rk_paths *p, const char *folder, const char *name) {
    char *path = path_join(folder, name);
    if (!path)
        return false;
    if (!is_folder(path) && is_claim_file(name))
        return paths_take(p, path);
    bool ok = !is_folder(path) || collect_folder(p, path);
    free(path);
    return ok;
}

static bool collect_folder(rk_paths *p, const char *folder) {
    struct dirent **entry;
    int n = scandir(folder, &entry, visible, alphasort);
    bool ok = true;
    for (int i = 0; i < n; i++) {
        ok = ok && collect_entry(p, folder, entry[i]->d_name);
        free(entry[i]);
    }
    if (n < 0) /* kept as a path of its own, so that reading it says what is wrong */
        return errno != ENOMEM && rk_paths_add(p, folder);
    free(entry);
    return ok;
}

rk_collected rk_paths_collect(rk_paths *p, const char *path) {
    struct stat st;
    size_t before = p->n;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return rk_paths_add(p, path) ? RK_COLLECTED : RK_COLLECTED_MEMORY;
    if (!collect_folder(p, path))
        return RK_COLLECTED_MEMORY;
    return p->n > before ? RK_COLLECTED : RK_COLLECTED_NONE;
}

bool rk_paths_library(rk_paths *p, const char *const *given, size_t n) {
    const char *rest = getenv("RANKLE_PATH");
    for (size_t i = 0; i < n; i++)
        if (!rk_paths_add(p, given[i]))
            return false;
    while (rest && *rest) {
        size_t len = strcspn(rest, ":");
        if (len > 0 && !paths_take(p, strndup(rest, len)))
            return false;
        rest += len + (rest[len] == ':');
    }
    return rk_paths_add(p, RANKLE_THEOREM_DIR);
}

static char *stream_all(FILE *in, size_t *len) {
    char *text = NULL;
    size_t cap = 0;
    *len = 0;
    do {
        char *grown = realloc(text, cap = 2 * cap + 65536);
        if (!grown)
            break;
        text = grown;
        *len += fread(text + *len, 1, cap - 1 - *len, in);
        text[*len] = '\0';
        if (feof(in))
            return text;
    } while (!ferror(in));
    free(text);
    return NULL;
}

char *rk_stream_text(const char *path, size_t *len) {
    if (strcmp(path, "-") == 0)
        return stream_all(stdin, len);
    FILE *in = fopen(path, "rb");
    if (!in)
        return NULL;
    char *text = stream_all(in, len);
    int kept = errno;
    fclose(in);
    errno = kept;
    return text;
}
