/* Tokens of the claim language, and what the bytes of a claim file may be. A token knows where it
   stands; whoever wants to know which sign it is compares its text. A character that the language
   does not have is a token VF_TOKEN_OTHER, which nothing expects. */
#ifndef VF_LEX_H
#define VF_LEX_H

#include "vf.h"

enum { VF_MAX_DIGITS = 10000, VF_MAX_NAME = 128 };

typedef enum vf_token_kind {
    VF_TOKEN_END,
    VF_TOKEN_NAME, /* reserved words too */
    VF_TOKEN_INT,
    VF_TOKEN_DECIMAL, /* a number with a point or an exponent */
    VF_TOKEN_STRING,
    VF_TOKEN_SIGN, /* the longest operator that starts here */
    VF_TOKEN_OTHER
} vf_token_kind;

typedef struct vf_token {
    vf_token_kind kind;
    const char *text; /* as written, quotes included */
    size_t len;
} vf_token;

typedef struct vf_lexer { /* may be copied and put back: reading goes on from there */
    const char *file;     /* told to vf_at; NULL while a certificate is read */
    bool comments;        /* a certificate's text has none */
    const char *start, *at, *end;
    const char *counted; /* lines were counted up to here */
    size_t line;
    vf_token token, ahead; /* the current one and the next */
} vf_lexer;

/* ENSURE: UTF-8 without characters that hide or reorder what a reader sees. */
void vf_check_bytes(const char *file, vf_bytes text);

/* file NULL: the text of a certificate. */
void vf_lex(vf_lexer *x, const char *file, const char *text, size_t len);
void vf_advance(vf_lexer *x);

bool vf_token_is(vf_token t, const char *text); /* a sign or word, spelt so */
bool vf_is(const vf_lexer *x, const char *text);
bool vf_accept(vf_lexer *x, const char *text);
void vf_want(vf_lexer *x, const char *text);
bool vf_reserved(vf_token t);
const char *vf_want_name(vf_lexer *x);     /* that is not reserved */
const char *vf_want_any_name(vf_lexer *x); /* reserved words too */
const char *vf_want_string(vf_lexer *x);   /* without quotes, escapes resolved */
long vf_want_long(vf_lexer *x);            /* an INT */
void vf_number_value(mpq_t value, vf_token t);

#endif
