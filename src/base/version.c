#include "config.h"
#include "rankle.h"

const char *rankle_version(void) {
    return PACKAGE_VERSION;
}
