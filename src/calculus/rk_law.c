#include "rk_law.h"

#include <string.h>

const rk_law_text *rk_law_get(rk_law law) {
    static const rk_law_text text[] = {
#define RK_LAW_TEXT(id, name, law, condition, reason, latex) {name, law, condition, reason, latex},
        RK_LAWS(RK_LAW_TEXT)
#undef RK_LAW_TEXT
    };
    return &text[law];
}

int rk_law_find(const char *name) {
    for (int law = 0; law < RK_LAW_COUNT; law++)
        if (strcmp(rk_law_get((rk_law)law)->name, name) == 0)
            return law;
    return -1;
}
