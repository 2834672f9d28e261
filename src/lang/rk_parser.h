/* The parser's state and what its parts share: rk_parse_expr.c reads expressions,
   rk_parse_item.c the items of a file, rk_unit.c files and their imports.

   After an error the parser is in panic: the current token matches nothing, so every production
   ends at once and says nothing, until a clause or an item is reached where reading goes on. */
#ifndef RK_PARSER_H
#define RK_PARSER_H

#include "rk_lex.h"
#include "rk_parse.h"

typedef struct rk_parser {
    rk_arena *arena;
    rk_reporter *reporter;
    rk_lexer lexer;
    rk_token tok, ahead; /* the current token and the one behind it */
    rk_token before;     /* the token consumed last */
    rk_token held;       /* the current token of before the panic */
    bool panic;
    bool wrong;              /* an error was met since this was last cleared */
    unsigned depth;          /* nested productions, at most RK_LIMIT_NESTING */
    size_t braces, brackets; /* open ones of the clause being read */
    bool in_block;           /* directly inside the brackets of a block matrix */
} rk_parser;

void rk_parser_start(rk_parser *p, rk_arena *arena, const rk_source *source, rk_reporter *r);

/* tokens */
void rk_parser_next(rk_parser *p);
bool rk_parser_at_word(const rk_parser *p, rk_word word);
/* At a word that opens a clause or an item: not one that stands where a name or value should. */
bool rk_parser_at_opening(const rk_parser *p);
bool rk_parser_accept(rk_parser *p, rk_token_kind kind);
bool rk_parser_accept_word(rk_parser *p, rk_word word);
void rk_parser_want(rk_parser *p, rk_token_kind kind, const char *what);
const char *rk_parser_name(rk_parser *p, const char *what);     /* a NAME that is not reserved */
const char *rk_parser_any_name(rk_parser *p, const char *what); /* reserved words too */
rk_node *rk_parser_int(rk_parser *p, const char *what);
const char *rk_parser_string(rk_parser *p, const char *what);
const char *rk_parser_text(rk_parser *p, rk_token token); /* as written, in the arena */

/* errors: both report, unless there is panic already, and panic */
bool rk_parser_fail(rk_parser *p, const char *name, rk_span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void rk_parser_unexpected(rk_parser *p, const char *wanted);
void rk_parser_calm(rk_parser *p); /* ends the panic at the token where it began */

/* Appends one zeroed element of `size` bytes to the array `items` of *n elements and returns its
   place; arrays grow in the arena by doubling. */
void *rk_parser_push(rk_parser *p, void *items, size_t *n, size_t size);

rk_node *rk_parser_make(rk_parser *p, rk_node_kind kind, size_t begin, rk_span op, rk_node **kids,
                        size_t nkids);
rk_node *rk_parse_value(rk_parser *p);
rk_file *rk_parse_file(rk_arena *arena, const char *name, const char *text, size_t len,
                       rk_diags *diags);

#endif
