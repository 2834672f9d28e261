/* Claim files: their items, their imports, and the digest that names a theorem. A file is known by
   its device and inode, so that it is read once and cycles are found. */
#include <string.h>
#include <sys/stat.h>

#include "vf_reader.h"

typedef struct file {
    const char *path;
    vf_bytes text;
    struct stat st;
    bool read; /* to its end, with its imports */
} file;

typedef struct files {
    vf_reader *r;
    const char *const *library;
    file *known[VF_MAX_FILES];
    size_t nknown;
    file *order[VF_MAX_FILES]; /* imports before the file that imports them */
    size_t norder;
} files;

/* --- items -------------------------------------------------------------------------------- */

/* Behind the sign `close`: brackets within stand in pairs. */
static void skip_to(vf_lexer *x, const char *close) {
    long depth = 0;
    while (depth > 0 || !vf_is(x, close)) {
        ENSURE("the end of the file was not expected", x->token.kind != VF_TOKEN_END);
        bool opens = vf_is(x, "(") || vf_is(x, "[") || vf_is(x, "{");
        bool closes = vf_is(x, ")") || vf_is(x, "]") || vf_is(x, "}");
        depth += opens - closes;
        ENSURE("a bracket without its partner", depth >= 0);
        vf_advance(x);
    }
    vf_advance(x);
}

static vf_item *new_item(vf_reader *r, const char *kind, const char *name) {
    ENSURE("two papers, defs or theorems of one name", vf_find_item(r, kind, name) == NULL);
    r->item = vf_grow(r->item, r->nitems, sizeof *r->item);
    vf_item *i = &r->item[r->nitems++];
    *i = (vf_item){.kind = kind, .name = name};
    return i;
}

/* "paper" NAME "{" { FIELD ( STRING | INT ) ";" } "}" */
static void read_paper(vf_reader *r, vf_lexer *x) {
    new_item(r, "paper", vf_want_any_name(x));
    vf_want(x, "{");
    while (!vf_accept(x, "}")) {
        vf_want_any_name(x);
        ENSURE("a string or an integer was expected",
               x->token.kind == VF_TOKEN_STRING || x->token.kind == VF_TOKEN_INT);
        vf_advance(x);
        vf_want(x, ";");
    }
}

/* "def" NAME "(" [ NAME { "," NAME } ] ")" "=" value ";" */
static void read_def(vf_reader *r, vf_lexer *x) {
    const char *name = vf_want_name(x);
    ENSURE("a def with the name of a function", !vf_is_function(name));
    vf_item *i = new_item(r, "def", name);
    vf_want(x, "(");
    i->body = *x;
    skip_to(x, ")");
    vf_want(x, "=");
    skip_to(x, ";");
}

/* "theorem" NAME [ STRING ] "{" ... "}" */
static void read_theorem(vf_reader *r, vf_lexer *x, const char *starts, const char *path) {
    vf_item *i = new_item(r, "theorem", vf_want_any_name(x));
    i->starts = starts;
    i->path = path;
    i->body = *x;
    if (x->token.kind == VF_TOKEN_STRING)
        vf_advance(x);
    vf_want(x, "{");
    while (!vf_accept(x, "}")) {
        i->random |= vf_is(x, "random");
        skip_to(x, ";");
    }
}

static void read_import(files *f, const file *from, const char *name);

static void read_item(files *f, const file *from, vf_lexer *x) {
    const char *starts = x->token.text;
    if (vf_accept(x, "paper")) {
        read_paper(f->r, x);
    } else if (vf_accept(x, "def")) {
        read_def(f->r, x);
    } else if (vf_accept(x, "theorem")) {
        read_theorem(f->r, x, starts, from->path);
    } else {
        vf_want(x, "import");
        const char *name = vf_want_string(x);
        if (f->library != NULL)
            read_import(f, from, name);
        vf_want(x, ";");
    }
}

/* --- files -------------------------------------------------------------------------------- */

static const char *joined(const char *folder, size_t n, const char *name) {
    char *path = vf_alloc(n + strlen(name) + 2);
    memcpy(path, folder, n);
    path[n] = '/';
    return strcat(path, name);
}

static void read_whole(files *f, const char *path, const struct stat *st) {
    if (f->nknown == VF_MAX_FILES)
        vf_limit("files read through imports");
    file *k = f->known[f->nknown++] = vf_alloc(sizeof *k);
    *k = (file){.path = path, .text = vf_read_file(path), .st = *st};
    if (k->text.len > VF_MAX_CLAIM_FILE)
        vf_limit("bytes in a claim file");
    vf_check_bytes(path, k->text);
    vf_lexer x;
    vf_lex(&x, path, k->text.text, k->text.len);
    while (x.token.kind != VF_TOKEN_END)
        read_item(f, k, &x);
    k->read = true;
    f->order[f->norder++] = k;
}

static void read_once(files *f, const char *path, const struct stat *st) {
    for (size_t i = 0; i < f->nknown; i++)
        if (f->known[i]->st.st_dev == st->st_dev && f->known[i]->st.st_ino == st->st_ino) {
            ENSURE("a file that imports itself", f->known[i]->read);
            return;
        }
    read_whole(f, path, st);
}

/* Beside the importing file, then along the library path. */
static void read_import(files *f, const file *from, const char *name) {
    struct stat st;
    const char *slash = name[0] == '/' ? NULL : strrchr(from->path, '/');
    const char *path = name;
    if (slash != NULL)
        path = joined(from->path, (size_t)(slash - from->path), name);
    bool found = stat(path, &st) == 0;
    for (size_t i = 0; !found && name[0] != '/' && f->library[i] != NULL; i++) {
        path = joined(f->library[i], strlen(f->library[i]), name);
        found = stat(path, &st) == 0;
    }
    ENSURE("an import that is not found", found);
    read_once(f, path, &st);
}

static void read_main(files *f, const char *path) {
    struct stat st;
    if (stat(path, &st) != 0)
        vf_usage("a claim file that cannot be read");
    read_whole(f, path, &st);
}

/* --- the digest --------------------------------------------------------------------------- */

void vf_list_bytes(vf_reader *r, const void *bytes, size_t len) {
    size_t room = r->list_room;
    while (room - r->nlist < len)
        room = 2 * room + 64;
    if (room > r->list_room) {
        unsigned char *more = vf_alloc(room);
        if (r->nlist > 0)
            memcpy(more, r->list, r->nlist);
        r->list = more;
        r->list_room = room;
    }
    if (len > 0)
        memcpy(r->list + r->nlist, bytes, len);
    r->nlist += len;
}

/* Eight bytes, the lowest first. */
static void list_number(vf_reader *r, uint64_t n) {
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(n >> (8 * i));
    vf_list_bytes(r, bytes, sizeof bytes);
}

static void list_text(vf_reader *r, const char *text, size_t len) {
    list_number(r, len);
    vf_list_bytes(r, text, len);
}

/* --- theorems ----------------------------------------------------------------------------- */

static vf_reader *new_reader(void) {
    vf_reader *r = vf_alloc(sizeof *r);
    r->one = vf_ratio_int(1);
    r->let = VF_NO_LET;
    return r;
}

size_t vf_theorem_names(const char *path, const char *const **names) {
    files f = {.r = new_reader()};
    read_main(&f, path);
    const char **found = NULL;
    size_t n = 0;
    for (size_t i = 0; i < f.r->nitems; i++)
        if (strcmp(f.r->item[i].kind, "theorem") == 0 && !f.r->item[i].random) {
            found = vf_grow(found, n, sizeof *found);
            found[n++] = f.r->item[i].name;
        }
    *names = found;
    return n;
}

vf_theorem *vf_read_theorem(const char *path, const char *const *library, const char *name) {
    static const char *const none[] = {NULL};
    files f = {.r = new_reader(), .library = library != NULL ? library : none};
    vf_reader *r = f.r;
    read_main(&f, path);
    list_number(r, f.norder);
    for (size_t i = 0; i < f.norder; i++)
        list_text(r, f.order[i]->text.text, f.order[i]->text.len);
    const vf_item *item = vf_find_item(r, "theorem", name);
    ENSURE("no such theorem in this file", item != NULL && item->path == path);
    vf_theorem *t = r->t = vf_alloc(sizeof *t);
    t->name = item->name;
    r->x = item->body;
    vf_read_clauses(r, path);
    ENSURE("`}` was expected", vf_is(&r->x, "}"));
    t->statement = vf_strndup(item->starts, (size_t)(r->x.token.text + 1 - item->starts));
    list_text(r, name, strlen(name));
    vf_sha256(r->list, r->nlist, t->digest);
    t->scope = r;
    return t;
}
