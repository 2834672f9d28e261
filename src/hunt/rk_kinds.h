/* Kinds of findings: the claim that fails, the dimensions, and the ranks of the matrices. Findings
   of one kind mostly shrink to the same, so that of each kind the first alone is shrunk and told.
 */
#ifndef RK_KINDS_H
#define RK_KINDS_H

#include <pthread.h>

#include "rk_hunt.h"

typedef struct rk_kinds {
    pthread_mutex_t lock;
    char **kind;
    size_t n, capacity;
} rk_kinds;

void rk_kinds_init(rk_kinds *k);
void rk_kinds_clear(rk_kinds *k);
bool rk_kinds_has(rk_kinds *k, const rk_checked *checked, const rk_finding *f);
/* False when it was there. */
bool rk_kinds_add(rk_kinds *k, const rk_checked *checked, const rk_finding *f);

#endif
