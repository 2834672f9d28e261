#include "vf_cert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct vf_cert {
    const char *path, **line; /* records between the header and `end` */
    size_t *number;           /* of the line in the file, from 1 */
    size_t nlines, next;
    const char *digest, *theorem;
    bool proved;
};

/* --- lines -------------------------------------------------------------------------------- */

/* Printable ASCII and UTF-8 letters of the claim language's strings never come here: ASCII alone.
 */
static void check_bytes(vf_bytes b) {
    ENSURE("the last line does not end", b.len > 0 && b.text[b.len - 1] == '\n');
    for (size_t i = 0; i < b.len; i++)
        ENSURE("a byte that is no printable character",
               b.text[i] == '\n' || (b.text[i] >= ' ' && b.text[i] <= '~'));
}

static void split_lines(vf_cert *c, vf_bytes b) {
    size_t at = 0;
    for (size_t number = 1; at < b.len; number++) {
        size_t len = (size_t)((const char *)memchr(b.text + at, '\n', b.len - at) - b.text) - at;
        if (b.text[at] != '#') {
            c->line = vf_grow(c->line, c->nlines, sizeof *c->line);
            c->number = vf_grow(c->number, c->nlines, sizeof *c->number);
            c->line[c->nlines] = vf_strndup(b.text + at, len);
            c->number[c->nlines++] = number;
        }
        at += len + 1;
    }
}

static bool has_keyword(const char *line, const char *keyword) {
    size_t n = strlen(keyword);
    return strncmp(line, keyword, n) == 0 && (line[n] == '\0' || line[n] == ' ');
}

const char *vf_next(vf_cert *c) {
    vf_at(c->path, c->next < c->nlines ? c->number[c->next] : 0);
    if (c->next == c->nlines)
        return "";
    ENSURE("a record without a keyword", *c->line[c->next] > ' ');
    return vf_strndup(c->line[c->next], strcspn(c->line[c->next], " "));
}

const char *vf_take(vf_cert *c, const char *keyword) {
    vf_next(c);
    ENSURE("the records end too early", c->next < c->nlines);
    const char *line = c->line[c->next];
    ENSURE("another record is due here", has_keyword(line, keyword));
    c->next++;
    line += strlen(keyword);
    ENSURE("a keyword with nothing behind its blank", line[0] == '\0' || line[1] != '\0');
    return line[0] == '\0' ? line : line + 1;
}

bool vf_take_if(vf_cert *c, const char *keyword, const char **rest) {
    bool due = strcmp(vf_next(c), keyword) == 0;
    if (due)
        *rest = vf_take(c, keyword);
    return due;
}

void vf_take_alone(vf_cert *c, const char *keyword) {
    ENSURE("a keyword that stands alone", *vf_take(c, keyword) == '\0');
}

/* --- the frame ---------------------------------------------------------------------------- */

static bool is_digest(const char *text) {
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static void read_end(vf_cert *c) {
    ENSURE("no `end`", c->nlines > c->next && has_keyword(c->line[c->nlines - 1], "end"));
    vf_at(c->path, c->number[c->nlines - 1]);
    long n = vf_read_long(c->line[c->nlines - 1] + strlen("end") + 1);
    c->nlines--;
    ENSURE("`end` counts another number of records", n == (long)(c->nlines - c->next));
}

vf_cert *vf_cert_read(const char *path) {
    vf_cert *c = vf_alloc(sizeof *c);
    c->path = path;
    vf_at(path, 0);
    vf_bytes b = vf_read_file(path);
    check_bytes(b);
    split_lines(c, b);
    ENSURE("an unknown version", strcmp(vf_take(c, "rankle-cert"), "1") == 0);
    c->digest = vf_take(c, "digest");
    ENSURE("the digest is no SHA-256", is_digest(c->digest));
    c->theorem = vf_take(c, "theorem");
    const char *verdict = vf_take(c, "verdict");
    c->proved = strcmp(verdict, "proved") == 0;
    ENSURE("an unknown verdict", c->proved || strcmp(verdict, "refuted") == 0);
    read_end(c);
    return c;
}

const char *vf_cert_digest(const vf_cert *c) {
    return c->digest;
}

const char *vf_cert_theorem(const vf_cert *c) {
    return c->theorem;
}

bool vf_cert_proved(const vf_cert *c) {
    return c->proved;
}

/* --- fields ------------------------------------------------------------------------------- */

size_t vf_count_fields(const char *rest) {
    size_t n = 1;
    for (const char *p = strstr(rest, " | "); p != NULL; p = strstr(p + 3, " | "))
        n++;
    return n;
}

void vf_fields(const char *rest, const char **field, size_t n) {
    ENSURE("another number of fields is due", vf_count_fields(rest) == n);
    for (size_t i = 0; i < n; i++) {
        const char *bar = strstr(rest, " | ");
        size_t len = bar != NULL ? (size_t)(bar - rest) : strlen(rest);
        field[i] = vf_strndup(rest, len);
        rest += len + (bar != NULL ? 3 : 0);
    }
}

long vf_read_long(const char *text) {
    char *end;
    ENSURE("not an integer", (text[0] >= '0' && text[0] <= '9') ||
                                 (text[0] == '-' && text[1] >= '0' && text[1] <= '9'));
    errno = 0;
    long value = strtol(text, &end, 10);
    ENSURE("not an integer that fits", errno == 0 && *end == '\0');
    return value;
}

/* --- points ------------------------------------------------------------------------------- */

static unsigned dimension_named(const vf_theorem *t, const char *name, size_t len) {
    for (size_t i = 0; i < t->ndims; i++)
        if (strncmp(t->sym[t->dim[i]].name, name, len) == 0 && t->sym[t->dim[i]].name[len] == '\0')
            return t->dim[i];
    vf_refuse("no dimension of this name");
}

vf_point *vf_read_at(const vf_theorem *t, const char *rest) {
    vf_point *p = vf_alloc(sizeof *p);
    p->dim = vf_alloc((t->nsyms + 1) * sizeof *p->dim);
    p->var = vf_alloc((t->nvars + 1) * sizeof *p->var);
    size_t given = 0;
    while (*rest != '\0') {
        size_t word = strcspn(rest, " "), name = strcspn(rest, "=");
        ENSURE("a dimension without a value", name < word);
        unsigned sym = dimension_named(t, rest, name);
        ENSURE("a dimension is given twice", p->dim[sym] == 0);
        p->dim[sym] = vf_read_long(vf_strndup(rest + name + 1, word - name - 1));
        ENSURE("a dimension below 1", p->dim[sym] >= 1);
        given++;
        rest += word + (rest[word] == ' ');
    }
    ENSURE("a dimension is missing", given == t->ndims);
    ENSURE("this choice of dimensions is not allowed", vf_dims_allowed(t, p));
    return p;
}
