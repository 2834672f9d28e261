/* What a theorem means, in lines that do not depend on how it is kept: equal for the engine
   (terms_engine.c) and the checker (terms_checker.c) if both read the same thing out of a text.
   Each different term is one line, kids first; sizes are told by their values where the dimension
   NAME has the value terms_value(NAME, point) and the index of a loop with k loops inside it has
   17 + k, at two points. */
#ifndef TERMS_H
#define TERMS_H

#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TERMS_POINTS = 2, TERMS_LOOP = 17, TERMS_TEXT = 1 << 16 };

static inline long terms_value(const char *name, int point) {
    unsigned long h = point == 0 ? 7 : 11;
    for (; *name != '\0'; name++)
        h = h * 31 + (unsigned char)*name;
    return 5 + (long)(h % (point == 0 ? 9 : 13));
}

/* base^exponent; 0 where that is too large to be told. */
static inline void terms_power(mpq_t out, const mpq_t base, const mpq_t exponent) {
    mpq_t b;
    mpq_init(b);
    mpq_set(b, base);
    mpq_set_ui(out, 0, 1);
    if (mpz_cmp_ui(mpq_denref(exponent), 1) == 0 && mpz_cmpabs_ui(mpq_numref(exponent), 999) < 0 &&
        (mpq_sgn(exponent) >= 0 || mpq_sgn(b) != 0)) {
        long k = mpz_get_si(mpq_numref(exponent));
        if (k < 0)
            mpq_inv(b, b);
        mpz_pow_ui(mpq_numref(out), mpq_numref(b), (unsigned long)labs(k));
        mpz_pow_ui(mpq_denref(out), mpq_denref(b), (unsigned long)labs(k));
    }
    mpq_clear(b);
}

/* The lines of one theorem: the number of the line with this text, which is printed if it is new.
 */
typedef struct terms_lines {
    char **text;
    size_t n;
} terms_lines;

static inline size_t terms_line(terms_lines *l, const char *text) {
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->text[i], text) == 0)
            return i;
    if ((l->n & (l->n - 1)) == 0)
        l->text = realloc(l->text, (l->n > 0 ? 2 * l->n : 1) * sizeof *l->text);
    l->text[l->n] = strdup(text);
    if (l->text[l->n] == NULL)
        abort();
    printf("  %zu: %s\n", l->n, text);
    return l->n++;
}

#endif
