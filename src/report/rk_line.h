/* A line of fields that wraps at the width of the terminal. Fields stand two blanks apart; a
   field that does not fit starts a new line at the hanging indent, a longer one is broken at its
   blanks. Columns count characters, not bytes. The writer owns nothing. */
#ifndef RK_LINE_H
#define RK_LINE_H

#include "rk_report.h"

typedef struct rk_line {
    rk_buf *out;
    int width; /* 0: unlimited */
    int column, indent;
    bool fresh; /* nothing stands on this line after the indent */
} rk_line;

typedef enum rk_colour {
    RK_COLOUR_NONE,
    RK_COLOUR_GOOD,
    RK_COLOUR_BAD,
    RK_COLOUR_OPEN,
    RK_COLOUR_FAINT
} rk_colour;

rk_line rk_line_start(rk_buf *out, const rk_text_style *style, int indent);
void rk_line_field(rk_line *line, const char *text);
/* Switches a colour on (RK_COLOUR_NONE: off), if the style asks. */
void rk_line_paint(rk_line *line, const rk_text_style *style, rk_colour colour);
void rk_line_newline(rk_line *line); /* continues at the indent */
/* The text padded with blanks to at least `width` characters, coloured if the style asks. */
void rk_line_padded(rk_line *line, const rk_text_style *style, rk_colour colour, const char *text,
                    int width);
/* Ends the line, with `text` at the right edge (after three blanks where there is no edge). */
void rk_line_finish(rk_line *line, const rk_text_style *style, const char *text);

int rk_text_columns(const char *s); /* characters of a UTF-8 text */

/* "3 ms", "0.31 s" */
void rk_text_duration(rk_buf *out, double ms);
/* "all n, d", "n=2 d=3", "n >= 1, d in 1..6" */
void rk_text_scope(rk_buf *out, const rk_dim_scope *scope, size_t n, bool utf8);
/* "n=2 d=3" */
void rk_text_point(rk_buf *out, const rk_dim_scope *dims, size_t n);
/* "[1, 0; 0, -1]", as the language reads it; a 1 by 1 matrix without brackets */
void rk_text_matrix(rk_buf *out, const rk_named_value *v);

#endif
