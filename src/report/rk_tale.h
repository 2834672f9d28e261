/* Prose with formulas, as plain text or as LaTeX: sentences are collected to a paragraph, formulas
   stand in it or are displayed, perhaps with a number. The tale owns nothing but the paragraph in
   hand; texts it makes live in the arena it was given. */
#ifndef RK_TALE_H
#define RK_TALE_H

#include <stdbool.h>

#include "base/rk_buf.h"
#include "base/rk_mem.h"

typedef struct rk_tale {
    rk_buf *out;
    rk_arena *arena;
    bool latex;
    int width, indent; /* of plain text: columns, and blanks before each line */
    rk_buf paragraph;
    unsigned steps; /* formulas numbered so far */
} rk_tale;

void rk_tale_init(rk_tale *t, rk_buf *out, rk_arena *arena, bool latex);
void rk_tale_clear(rk_tale *t);

/* Goes on with the paragraph; a blank is put between two pieces. */
void rk_tale_say(rk_tale *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same without a blank: punctuation. */
void rk_tale_join(rk_tale *t, const char *text);
void rk_tale_break(rk_tale *t); /* a new line in the same paragraph */
void rk_tale_end(rk_tale *t);   /* of the paragraph */
/* A heading of a part or case on a line of its own. */
void rk_tale_heading(rk_tale *t, const char *text);

/* A formula inside a sentence; `math` is claim text or math-mode LaTeX as the tale wants it. */
const char *rk_tale_math(rk_tale *t, const char *math);
/* Claim text as a formula of the tale, without the dollars; what is no claim text as text. */
const char *rk_tale_formula(rk_tale *t, const char *claim);
const char *rk_tale_text(rk_tale *t, const char *text); /* plain words, escaped */

/* A sentence with one formula, "We show that %s."; a long one is displayed. */
void rk_tale_say_formula(rk_tale *t, const char *sentence, const char *math);
/* A formula on a line of its own. number 0: none. `tail` ends it: "." or "," or "". */
void rk_tale_display(rk_tale *t, unsigned number, const char *math, const char *tail);
/* Lines below the last formula of plain text: why it holds. Nothing in LaTeX. */
void rk_tale_remark(rk_tale *t, const char *text);

#endif
