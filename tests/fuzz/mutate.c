/* Mutations of texts that consist of lines, besides libFuzzer's own: lines are dropped, doubled and
   exchanged, fields (what stands between " | ") and words of one line are put in another. Only
   libFuzzer asks for them. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t len, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t most, unsigned seed);

typedef struct part {
    size_t at, len;
} part;

static unsigned random_state;

static size_t below(size_t n) {
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % n;
}

/* A line from `from` on, without its end. */
static part some_line(const uint8_t *bytes, size_t from, size_t len) {
    size_t at = from + below(len - from), end = at;
    while (at > from && bytes[at - 1] != '\n')
        at--;
    while (end < len && bytes[end] != '\n')
        end++;
    return (part){at, end - at};
}

static int separates(const char *between, uint8_t c) {
    return c == '\n' || strchr(between, c) != NULL;
}

/* A piece of the text between two of these characters. */
static part some_piece(const uint8_t *bytes, size_t from, size_t len, const char *between) {
    size_t at = from + below(len - from), end = at;
    while (at > from && !separates(between, bytes[at - 1]))
        at--;
    while (end < len && !separates(between, bytes[end]))
        end++;
    return (part){at, end - at};
}

/* The bytes of `old` become a copy of these; the new length of all. */
static size_t put(uint8_t *bytes, size_t len, size_t most, part old, const uint8_t *piece,
                  size_t n) {
    if (len - old.len + n > most)
        return len;
    memmove(bytes + old.at + n, bytes + old.at + old.len, len - old.at - old.len);
    memcpy(bytes + old.at, piece, n);
    return len - old.len + n;
}

static size_t exchange(uint8_t *bytes, size_t len, size_t most, part old, part piece) {
    uint8_t *copy = malloc(piece.len + 1);
    if (copy == NULL)
        return len;
    memcpy(copy, bytes + piece.at, piece.len);
    len = put(bytes, len, most, old, copy, piece.len);
    free(copy);
    return len;
}

static size_t mutate_lines(uint8_t *bytes, size_t from, size_t len, size_t most) {
    static const char *const between[] = {"|", " ", " ()[]{},;:=<>+-*/^.'"};
    part line = some_line(bytes, from, len), other = some_line(bytes, from, len);
    size_t kind = below(8);
    if (kind == 0)
        return put(bytes, len, most, (part){line.at, line.len + (line.at + line.len < len)}, bytes,
                   0);
    if (kind == 1) {
        other.len += other.at + other.len < len;
        return exchange(bytes, len, most, (part){line.at, 0}, other);
    }
    if (kind == 2)
        return exchange(bytes, len, most, line, other);
    const char *signs = between[kind < 5 ? 0 : kind - 5];
    return exchange(bytes, len, most, some_piece(bytes, from, len, signs),
                    some_piece(bytes, from, len, signs));
}

/* Behind a line `%%`, most times. */
static size_t start_of(const uint8_t *bytes, size_t len) {
    for (size_t i = 0; i + 4 < len; i++)
        if (memcmp(bytes + i, "\n%%\n", 4) == 0)
            return below(4) > 0 ? i + 4 : 0;
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t most, unsigned seed) {
    random_state = seed;
    below(2);
    size_t from = start_of(bytes, len);
    if (from < len && below(2) == 0)
        return mutate_lines(bytes, from, len, most);
    return from + LLVMFuzzerMutate(bytes + from, len - from, most - from);
}
