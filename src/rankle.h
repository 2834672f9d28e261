/* librankle: claims about matrices, checked. The one installed header.
 *
 * Opaque types, no global state; nothing here prints or exits. */
#ifndef RANKLE_H
#define RANKLE_H

#if defined(__GNUC__)
#define RANKLE_API __attribute__((visibility("default")))
#else
#define RANKLE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that is running, as "0.1.0". Never NULL, not to be freed. */
RANKLE_API const char *rankle_version(void);

#ifdef __cplusplus
}
#endif

#endif
