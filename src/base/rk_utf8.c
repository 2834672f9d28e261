#include "rk_utf8.h"

#include <stdbool.h>

static bool continues(unsigned char c) {
    return (c & 0xC0) == 0x80;
}

/* Length of the sequence that a first byte announces, and the bits of the code point in it. */
static size_t announced(unsigned char c, unsigned long *bits) {
    if (c < 0x80) {
        *bits = c;
        return 1;
    }
    if (c >= 0xC2 && c <= 0xDF) {
        *bits = c & 0x1Fu;
        return 2;
    }
    if (c >= 0xE0 && c <= 0xEF) {
        *bits = c & 0x0Fu;
        return 3;
    }
    *bits = c & 0x07u;
    return c >= 0xF0 && c <= 0xF4 ? 4 : 0;
}

size_t rk_utf8_decode(const char *text, size_t len, unsigned long *code) {
    static const unsigned long smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (len == 0)
        return 0;
    size_t n = announced((unsigned char)text[0], code);
    if (n == 0 || n > len)
        return 0;
    for (size_t i = 1; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (!continues(c))
            return 0;
        *code = *code << 6 | (c & 0x3Fu);
    }
    bool surrogate = *code >= 0xD800 && *code <= 0xDFFF;
    return *code < smallest[n] || *code > 0x10FFFF || surrogate ? 0 : n;
}

typedef struct range {
    unsigned long first, last;
} range;

static bool within(unsigned long code, const range *ranges, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

/* Unicode's East Asian Width: W and F, by blocks. */
static const range wide[] = {{0x1100, 0x115F},   {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3},
                             {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
                             {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
                             {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};

static const range unseen[] = {
    {0, 0x1F},        {0x7F, 0x9F},     {0xAD, 0xAD},     {0x300, 0x36F},   {0x200B, 0x200F},
    {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xE0000, 0xE0FFF}};

unsigned rk_utf8_columns(unsigned long code) {
    if (within(code, unseen, sizeof unseen / sizeof *unseen))
        return 0;
    return within(code, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}
