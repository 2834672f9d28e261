/* Text to tokens. The lexer reports its own errors and goes on; a token of kind ERROR stands for
   text that was reported and means nothing. Tokens point into the source, they own nothing. */
#ifndef RK_LEX_H
#define RK_LEX_H

#include <stdbool.h>
#include "base/rk_diag.h"
#include "base/rk_mem.h"

/* Longest first among those with a common start: the longest operator wins. */
#define RK_OPERATORS(X)                                                                            \
    X(IFF, "<=>")                                                                                  \
    X(LE, "<=")                                                                                    \
    X(LT, "<")                                                                                     \
    X(GE, ">=")                                                                                    \
    X(GT, ">")                                                                                     \
    X(EQ, "==")                                                                                    \
    X(IMPLIES, "=>")                                                                               \
    X(ASSIGN, "=")                                                                                 \
    X(NE, "!=")                                                                                    \
    X(DOTS, "..")                                                                                  \
    X(EMUL, ".*")                                                                                  \
    X(EDIV, "./")                                                                                  \
    X(PLUS, "+")                                                                                   \
    X(MINUS, "-")                                                                                  \
    X(MUL, "*")                                                                                    \
    X(DIV, "/")                                                                                    \
    X(POWER, "^")                                                                                  \
    X(QUOTE, "'")                                                                                  \
    X(LPAREN, "(")                                                                                 \
    X(RPAREN, ")")                                                                                 \
    X(LBRACKET, "[")                                                                               \
    X(RBRACKET, "]")                                                                               \
    X(LBRACE, "{")                                                                                 \
    X(RBRACE, "}")                                                                                 \
    X(COMMA, ",")                                                                                  \
    X(SEMICOLON, ";")                                                                              \
    X(COLON, ":")

typedef enum rk_token_kind {
    RK_TOK_END,
    RK_TOK_ERROR, /* reported already */
    RK_TOK_NAME,  /* reserved words too, with their rk_word */
    RK_TOK_INT,
    RK_TOK_NUMBER, /* with a point or an exponent */
    RK_TOK_STRING,
#define RK_TOKEN_ENUM(id, text) RK_TOK_##id,
    RK_OPERATORS(RK_TOKEN_ENUM)
#undef RK_TOKEN_ENUM
} rk_token_kind;

/* The reserved words, by what they open. */
#define RK_WORDS(X)                                                                                \
    X(IMPORT, "import", ITEM)                                                                      \
    X(PAPER, "paper", ITEM)                                                                        \
    X(DEF, "def", ITEM)                                                                            \
    X(THEOREM, "theorem", ITEM)                                                                    \
    X(SOURCE, "source", CLAUSE)                                                                    \
    X(CORRECTS, "corrects", CLAUSE)                                                                \
    X(NOTE, "note", CLAUSE)                                                                        \
    X(DIM, "dim", CLAUSE)                                                                          \
    X(FORALL, "forall", CLAUSE)                                                                    \
    X(GENERIC, "generic", CLAUSE)                                                                  \
    X(EXISTS, "exists", CLAUSE)                                                                    \
    X(RANDOM, "random", CLAUSE)                                                                    \
    X(DATA, "data", CLAUSE)                                                                        \
    X(LET, "let", CLAUSE)                                                                          \
    X(ASSUME, "assume", CLAUSE)                                                                    \
    X(CLAIM, "claim", CLAUSE)                                                                      \
    X(EXPECT, "expect", CLAUSE)                                                                    \
    X(SUM, "sum", LOOP)                                                                            \
    X(PROD, "prod", LOOP)                                                                          \
    X(HCAT, "hcat", LOOP)                                                                          \
    X(VCAT, "vcat", LOOP)                                                                          \
    X(MAX, "max", LOOP)                                                                            \
    X(MIN, "min", LOOP)                                                                            \
    X(ALL, "all", LOOP)                                                                            \
    X(ANY, "any", LOOP)                                                                            \
    X(FOLD, "fold", LOOP)                                                                          \
    X(IN, "in", OTHER)                                                                             \
    X(OR, "or", OTHER)                                                                             \
    X(AND, "and", OTHER)                                                                           \
    X(NOT, "not", OTHER)                                                                           \
    X(LOAD, "load", OTHER)

typedef enum rk_word {
    RK_W_NONE,
#define RK_WORD_ENUM(id, text, class) RK_W_##id,
    RK_WORDS(RK_WORD_ENUM)
#undef RK_WORD_ENUM
} rk_word;

typedef enum rk_word_class {
    RK_WORD_NONE,
    RK_WORD_ITEM,
    RK_WORD_CLAUSE,
    RK_WORD_LOOP,
    RK_WORD_OTHER
} rk_word_class;

rk_word rk_word_find(const char *text, size_t len); /* RK_W_NONE if it is not reserved */
rk_word_class rk_word_class_of(rk_word word);

typedef struct rk_token {
    rk_token_kind kind;
    rk_word word; /* of a NAME */
    rk_span span;
    bool bad; /* something in it was reported */
} rk_token;

/* Where the errors of one file go; after RK_LIMIT_ERRORS of them the file is given up, and of
   warnings no more than that are kept. */
typedef struct rk_reporter {
    rk_diags *diags;
    size_t errors, warnings;
    bool full;
} rk_reporter;

/* True if the error was added, and hints and notes may follow. */
bool rk_report(rk_reporter *r, const char *name, rk_span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

typedef struct rk_lexer {
    const rk_source *source;
    size_t pos;
    rk_reporter *reporter;
} rk_lexer;

/* Starts at the beginning of the source (after a byte order mark) and reports, for the whole
   text, NUL bytes, invalid UTF-8 and characters that hide or reorder what a reader sees. */
void rk_lexer_start(rk_lexer *lexer, const rk_source *source, rk_reporter *reporter);
rk_token rk_lexer_next(rk_lexer *lexer);

/* A STRING token without its quotes, escapes resolved. */
const char *rk_token_string(rk_arena *arena, rk_token token);

#endif
