#include "rk_record.h"

bool rk_calculus_record(const rk_calculus *c, rk_buf *out) {
    (void)c;
    (void)out;
    return false;
}
