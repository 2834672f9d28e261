/* Characters in bytes: what is well-formed UTF-8, and how wide a character is on a terminal. */
#ifndef RK_UTF8_H
#define RK_UTF8_H

#include <stddef.h>

/* Length of the well-formed sequence at text[0..len), 0 if there is none; its code point in
 *code. Overlong forms, surrogates and values above U+10FFFF are not well-formed. */
size_t rk_utf8_decode(const char *text, size_t len, unsigned long *code);

/* Columns of a character: 2 for East Asian wide ones and emoji, 1 for most others, 0 for those
   that cannot be shown as they are: controls, marks that combine or change the direction. */
unsigned rk_utf8_columns(unsigned long code);

#endif
