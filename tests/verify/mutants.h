/* Texts with one token changed, for the programs that try what the checker accepts. */
#ifndef MUTANTS_H
#define MUTANTS_H

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rk_buf.h"
#include "base/rk_mem.h"
#include "base/rk_rng.h"

typedef struct token {
    size_t begin, end;
} token;

/* A text and those of its tokens that may be changed. */
typedef struct tokens {
    const char *text;
    size_t len;
    token *token;
    size_t ntokens;
} tokens;

/* A name, a number, a sign, or a text in quotes. */
static size_t token_end(const char *text, size_t at) {
    size_t end = at + 1;
    if (isalpha((unsigned char)text[at]) || text[at] == '_')
        while (isalnum((unsigned char)text[end]) || text[end] == '_')
            end++;
    else if (isdigit((unsigned char)text[at]))
        while (isdigit((unsigned char)text[end]))
            end++;
    else if (text[at] == '"')
        end += strcspn(text + end, "\"") + 1;
    else if (strchr("<>=!", text[at]) != NULL && text[end] == '=')
        end++;
    return end;
}

/* The tokens from byte `at` to byte `end`, comments and texts in quotes passed over. */
static void split(tokens *d, size_t at, size_t end) {
    size_t cap = 0;
    while (at < end) {
        if (isspace((unsigned char)d->text[at])) {
            at++;
            continue;
        }
        if (d->text[at] == '"') {
            at = token_end(d->text, at);
            continue;
        }
        if (d->text[at] == '#' && (at == 0 || d->text[at - 1] == '\n')) {
            at += strcspn(d->text + at, "\n");
            continue;
        }
        rk_grow(&d->token, &cap, d->ntokens + 1, sizeof *d->token);
        d->token[d->ntokens] = (token){at, token_end(d->text, at)};
        at = d->token[d->ntokens++].end;
    }
}

static void put_changed(const tokens *d, rk_rng *rng, rk_buf *out, token t) {
    static const char *const sign[] = {"+", "-", "*", "/", "<=", ">=", "==", "!=", "<", ">", ","};
    const char *at = d->text + t.begin;
    token other = d->token[rk_rng_below(rng, d->ntokens)];
    size_t len = t.end - t.begin;
    switch (rk_rng_below(rng, 5)) {
    case 0: /* gone */
        return;
    case 1: /* twice */
        rk_buf_printf(out, "%.*s %.*s", (int)len, at, (int)len, at);
        return;
    case 2: /* another one of the file */
        rk_buf_printf(out, "%.*s", (int)(other.end - other.begin), d->text + other.begin);
        return;
    case 3: /* another number, name or sign */
        if (isdigit((unsigned char)*at) && len < 16)
            rk_buf_printf(out, "%lld", strtoll(at, NULL, 10) + rk_rng_between(rng, -2, 3));
        else if (isalpha((unsigned char)*at))
            rk_buf_printf(out, "%.*s%c", (int)len, at, (int)('a' + rk_rng_below(rng, 26)));
        else
            rk_buf_puts(out, sign[rk_rng_below(rng, sizeof sign / sizeof *sign)]);
        return;
    default: /* with the other sign */
        rk_buf_printf(out, "-%.*s", (int)len, at);
    }
}

/* The text with one token changed; returns where that token begins. */
static size_t mutate(const tokens *d, rk_rng *rng, rk_buf *out) {
    token t = d->token[rk_rng_below(rng, d->ntokens)];
    rk_buf_reset(out);
    rk_buf_write(out, d->text, t.begin);
    put_changed(d, rng, out, t);
    rk_buf_puts(out, d->text + t.end);
    return t.begin;
}

/* The line around byte `at`. */
static token line_of(const char *text, size_t at) {
    token line = {at, at + strcspn(text + at, "\n")};
    while (line.begin > 0 && text[line.begin - 1] != '\n')
        line.begin--;
    return line;
}

/* The status with which the program ends, its words thrown away; ends this program where that
   one does not end by itself. */
static int ends_with(const char *const argv[]) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (freopen("/dev/null", "w", stdout) == NULL || freopen("/dev/null", "w", stderr) == NULL)
            _exit(99);
        execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(99);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) == 99) {
        printf("# %s did not end as it should: %s\n", argv[0], argv[2]);
        exit(1);
    }
    return WEXITSTATUS(status);
}

#endif
