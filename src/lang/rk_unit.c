/* Files and their imports. A file is known by its device and inode, so that it is read once and
   cycles are found whatever names and links lead to it. */
#include "rk_parser.h"

#include <string.h>
#include <sys/stat.h>
#include "base/rk_io.h"
#include "base/rk_limits.h"

typedef struct known {
    rk_file *file;
    dev_t dev;
    ino_t ino;
    bool on_disk; /* dev and ino mean something */
    bool open;    /* its imports are being read */
    const struct known *importer;
    rk_span place; /* of the import that led to it first */
} known;

typedef struct reader {
    rk_unit *unit;
    const char *const *library_path;
    rk_diags *diags;
    known *known[RK_LIMIT_FILES];
    size_t nknown;
} reader;

static void read_imports(reader *r, known *k);

static known *remember(reader *r, const struct stat *st, const known *importer, rk_span place) {
    known *k = rk_arena_alloc(r->unit->arena, sizeof *k);
    if (st != NULL) {
        k->dev = st->st_dev;
        k->ino = st->st_ino;
        k->on_disk = true;
    }
    k->importer = importer;
    k->place = place;
    r->known[r->nknown++] = k;
    return k;
}

static known *recall(const reader *r, const struct stat *st) {
    for (size_t i = 0; i < r->nknown; i++) {
        known *k = r->known[i];
        if (k->on_disk && k->dev == st->st_dev && k->ino == st->st_ino)
            return k;
    }
    return NULL;
}

/* Reads and parses what `path` names; errors of reading stand at `place`. */
static rk_file *load(reader *r, const char *path, const struct stat *st, rk_span place) {
    char *text;
    size_t len;
    const char *why;
    if (S_ISREG(st->st_mode) && st->st_size > RK_LIMIT_FILE_BYTES) {
        rk_diag_add(r->diags, RK_ERROR, "limit-file-bytes", place, "%s: more than %d bytes", path,
                    RK_LIMIT_FILE_BYTES);
        return NULL;
    }
    if (rk_read_file(path, RK_LIMIT_FILE_BYTES, &text, &len, &why) != RK_OK) {
        rk_diag_add(r->diags, RK_ERROR, "unreadable-file", place, "cannot read %s: %s", path, why);
        return NULL;
    }
    rk_file *file = rk_parse_file(r->unit->arena, path, text, len, r->diags);
    rk_free(text);
    return file;
}

/* --- finding ------------------------------------------------------------------------------ */

static const char *beside(reader *r, const char *importer, const char *name) {
    const char *slash = strrchr(importer, '/');
    if (slash == NULL || name[0] == '/')
        return name;
    return rk_arena_printf(r->unit->arena, "%.*s/%s", (int)(slash - importer), importer, name);
}

/* Where an import is: beside the importing file, then along the library path. */
static const char *find(reader *r, const char *importer, const char *name, struct stat *st) {
    const char *path = beside(r, importer, name);
    if (stat(path, st) == 0)
        return path;
    if (name[0] == '/' || r->library_path == NULL)
        return NULL;
    for (const char *const *dir = r->library_path; *dir != NULL; dir++) {
        path = rk_arena_printf(r->unit->arena, "%s/%s", *dir, name);
        if (stat(path, st) == 0)
            return path;
    }
    return NULL;
}

/* --- imports ------------------------------------------------------------------------------ */

static rk_file *missing(reader *r, const char *importer, const char *name, rk_span place) {
    rk_diag_add(r->diags, RK_ERROR, "import-missing", place, "there is no file \"%s\"", name);
    rk_diag_note(r->diags, (rk_span){0}, "looked for %s", beside(r, importer, name));
    if (name[0] == '/' || r->library_path == NULL)
        return NULL;
    for (const char *const *dir = r->library_path; *dir != NULL; dir++)
        rk_diag_note(r->diags, (rk_span){0}, "looked for %s/%s", *dir, name);
    return NULL;
}

/* `from` imports `to`, which is being read: the notes walk the cycle back. */
static rk_file *cycle(reader *r, const known *from, const known *to, rk_span place) {
    rk_diag_add(r->diags, RK_ERROR, "import-cycle", place, "%s imports itself", to->file->path);
    for (const known *k = from; k != to; k = k->importer)
        rk_diag_note(r->diags, k->place, "through the import of %s", k->file->path);
    return NULL;
}

static rk_file *read_new(reader *r, const known *from, const char *path, const struct stat *st,
                         rk_span place) {
    if (r->nknown == RK_LIMIT_FILES) {
        rk_diag_add(r->diags, RK_ERROR, "limit-files", place,
                    "more than %d files are read through imports", RK_LIMIT_FILES);
        return NULL;
    }
    rk_file *file = load(r, path, st, place);
    if (file == NULL)
        return NULL;
    known *k = remember(r, st, from, place);
    k->file = file;
    read_imports(r, k);
    return file;
}

static rk_file *read_import(reader *r, known *from, const char *name, rk_span place) {
    struct stat st;
    const char *path = find(r, from->file->path, name, &st);
    if (path == NULL)
        return missing(r, from->file->path, name, place);
    known *k = recall(r, &st);
    if (k == NULL)
        return read_new(r, from, path, &st, place);
    return k->open ? cycle(r, from, k, place) : k->file;
}

/* Imports in the order of the text; the file itself comes behind them in the unit. */
static void read_imports(reader *r, known *k) {
    rk_file *file = k->file;
    k->open = true;
    for (size_t i = 0; i < file->nitems; i++)
        file->nimports += file->items[i].kind == RK_I_IMPORT;
    file->imports = rk_arena_alloc(r->unit->arena, (file->nimports + 1) * sizeof(rk_file *));
    size_t n = 0;
    for (size_t i = 0; i < file->nitems; i++) {
        const rk_item *item = &file->items[i];
        if (item->kind != RK_I_IMPORT)
            continue;
        rk_file *import = read_import(r, k, item->import, item->span);
        file->imports[n++] = import;
        file->broken |= import == NULL || import->broken;
    }
    k->open = false;
    r->unit->files[r->unit->nfiles++] = file;
}

static rk_unit *new_unit(void) {
    rk_arena *arena = rk_arena_new();
    rk_unit *unit = rk_arena_alloc(arena, sizeof *unit);
    unit->arena = arena;
    unit->files = rk_arena_alloc(arena, RK_LIMIT_FILES * sizeof(rk_file *));
    return unit;
}

static rk_unit *finish(reader *r, rk_file *main, const struct stat *st) {
    known *k = remember(r, st, NULL, (rk_span){0});
    k->file = r->unit->main = main;
    read_imports(r, k);
    return r->unit;
}

rk_unit *rk_unit_read(const char *path, const char *const *library_path, rk_diags *diags) {
    reader r = {.unit = new_unit(), .library_path = library_path, .diags = diags};
    struct stat st = {0}; /* if there is no such file, reading it says so */
    stat(path, &st);
    rk_file *main = load(&r, path, &st, (rk_span){0});
    if (main != NULL)
        return finish(&r, main, &st);
    rk_unit_free(r.unit);
    return NULL;
}

rk_unit *rk_unit_parse(const char *name, const char *text, size_t len,
                       const char *const *library_path, rk_diags *diags) {
    reader r = {.unit = new_unit(), .library_path = library_path, .diags = diags};
    bool fits = len <= RK_LIMIT_FILE_BYTES;
    if (!fits)
        rk_diag_add(diags, RK_ERROR, "limit-file-bytes", (rk_span){0}, "%s: more than %d bytes",
                    name, RK_LIMIT_FILE_BYTES);
    rk_file *main = rk_parse_file(r.unit->arena, name, text, fits ? len : 0, diags);
    main->broken |= !fits;
    return finish(&r, main, NULL);
}

void rk_unit_free(rk_unit *unit) {
    if (unit != NULL)
        rk_arena_free(unit->arena);
}
