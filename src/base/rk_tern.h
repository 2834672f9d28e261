/* Three-valued truth (Kleene). A struct, so that it cannot be mistaken for an int or
   negated with `!`: unknown is neither true nor false. Values are plain; nobody owns them. */
#ifndef RK_TERN_H
#define RK_TERN_H

#include <stdbool.h>

typedef struct {
    signed char v; /* 1 true, -1 false, 0 unknown; read it through the functions below */
} rk_tern;

#define RK_TRUE ((rk_tern){1})
#define RK_FALSE ((rk_tern){-1})
#define RK_UNKNOWN ((rk_tern){0})

static inline rk_tern rk_tern_of(bool b) {
    return b ? RK_TRUE : RK_FALSE;
}

static inline bool rk_tern_true(rk_tern t) {
    return t.v > 0;
}

static inline bool rk_tern_false(rk_tern t) {
    return t.v < 0;
}

static inline bool rk_tern_known(rk_tern t) {
    return t.v != 0;
}

static inline rk_tern rk_tern_not(rk_tern t) {
    return (rk_tern){(signed char)-t.v};
}

static inline rk_tern rk_tern_and(rk_tern a, rk_tern b) {
    return a.v < b.v ? a : b;
}

static inline rk_tern rk_tern_or(rk_tern a, rk_tern b) {
    return a.v > b.v ? a : b;
}

static inline rk_tern rk_tern_implies(rk_tern a, rk_tern b) {
    return rk_tern_or(rk_tern_not(a), b);
}

static inline rk_tern rk_tern_iff(rk_tern a, rk_tern b) {
    return (rk_tern){(signed char)(a.v * b.v)};
}

#endif
