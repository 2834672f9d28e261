#include "rk_latex.h"

#include <string.h>

/* Words that TeX knows as letters, with its command where that differs. */
static const char *greek(const char *word, size_t len) {
    static const char *const letters[] = {
        "alpha",   "beta",   "gamma", "delta",   "epsilon", "zeta",  "eta",   "theta", "iota",
        "kappa",   "lambda", "mu",    "nu",      "xi",      "pi",    "rho",   "sigma", "tau",
        "upsilon", "phi",    "chi",   "psi",     "omega",   "Gamma", "Delta", "Theta", "Lambda",
        "Xi",      "Pi",     "Sigma", "Upsilon", "Phi",     "Psi",   "Omega"};
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (strlen(letters[i]) == len && memcmp(letters[i], word, len) == 0)
            return letters[i];
    return len == 3 && memcmp(word, "eps", 3) == 0 ? "varepsilon" : NULL;
}

static bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool digit(char c) {
    return c >= '0' && c <= '9';
}

/* A word of letters and digits: a single letter and numbers as they are, the rest in `font`. */
static void put_word(rk_buf *out, const char *word, size_t len, const char *font) {
    const char *known = greek(word, len);
    size_t digits = 0;
    while (digits < len && digit(word[digits]))
        digits++;
    if (known != NULL)
        rk_buf_printf(out, "\\%s", known);
    else if (len == 1 || digits == len)
        rk_buf_write(out, word, len);
    else
        rk_buf_printf(out, "\\%s{%.*s}", font, (int)len, word);
}

static void put_subscript(rk_buf *sub, const char *word, size_t len) {
    if (sub->len > 0)
        rk_buf_putc(sub, ',');
    if (len == 0)
        rk_buf_puts(sub, "\\_");
    else
        put_word(sub, word, len, "mathrm");
}

/* Length of the head of a first word whose rest is a subscript: letters before digits, the W of
   WQ, WK, WV, WO and the d of dk, dv as the field writes them. */
static size_t head_length(const char *word, size_t len) {
    size_t letters = 0;
    while (letters < len && letter(word[letters]))
        letters++;
    size_t digits = letters;
    while (digits < len && digit(word[digits]))
        digits++;
    if (digits < len || letters < len)
        return digits == len ? letters : len;
    bool map = len == 2 && word[0] == 'W' && word[1] >= 'A' && word[1] <= 'Z';
    bool width = len == 2 && word[0] == 'd' && word[1] >= 'a' && word[1] <= 'z';
    return map || width ? 1 : len;
}

void rk_latex_name_parts(rk_buf *base, rk_buf *sub, const char *name) {
    size_t len = strcspn(name, "_"), head = head_length(name, len);
    put_word(base, name, head, "mathit");
    if (head < len)
        put_subscript(sub, name + head, len - head);
    for (name += len; *name == '_'; name += len) {
        name++;
        len = strcspn(name, "_");
        put_subscript(sub, name, len);
    }
}

void rk_latex_name(rk_buf *out, const char *name) {
    rk_buf sub;
    rk_buf_init(&sub);
    rk_latex_name_parts(out, &sub, name);
    if (sub.len > 0)
        rk_buf_printf(out, "_{%s}", sub.text);
    rk_buf_clear(&sub);
}

static const char *escaped(char c) {
    switch (c) {
    case '\\':
        return "\\textbackslash{}";
    case '~':
        return "\\textasciitilde{}";
    case '^':
        return "\\textasciicircum{}";
    case '<':
        return "\\textless{}";
    case '>':
        return "\\textgreater{}";
    case '|':
        return "\\textbar{}";
    case '"':
        return "''";
    default:
        return NULL;
    }
}

void rk_latex_text(rk_buf *out, const char *s) {
    for (; *s != '\0'; s++) {
        const char *command = escaped(*s);
        if (command != NULL)
            rk_buf_puts(out, command);
        else if (strchr("&%$#_{}", *s) != NULL)
            rk_buf_printf(out, "\\%c", *s);
        else
            rk_buf_putc(out, *s);
    }
}
