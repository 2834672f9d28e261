/* The independent checker of certificates. It shares no source with the engine and links GMP and
   MPFR alone. It is meant to be read: short functions, textbook algorithms, nothing searched.

   Refusal: every condition that a certificate must meet stands in an ENSURE; the first that fails
   prints the line of the certificate and the reason and ends the process with status 1. So no
   function returns an error, and what a function returns has been checked. Fixed limits end with
   status 3. The one place that ends with status 0 is in vf_main.c.

   Memory, also that of GMP, comes from vf_alloc and is given back when the process ends; each
   certificate is checked in a process of its own. */
#ifndef VF_H
#define VF_H

#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENSURE(reason, condition) ((condition) ? (void)0 : vf_refuse(reason))

_Noreturn void vf_refuse(const char *reason);
_Noreturn void vf_limit(const char *what); /* a limit of this program, not a fault of the file */
_Noreturn void
vf_usage(const char *what); /* files that cannot be read, wrong arguments: status 2 */

_Noreturn void vf_end(int status); /* never with 0 */

/* Where the checker is: shown with a refusal. `line` counts from 1; 0: no line. */
void vf_at(const char *file, size_t line);

enum {
    VF_MAX_MEMORY = 1 << 30, /* bytes in all */
    VF_MAX_FILE = 1 << 26,   /* bytes of a file */
    VF_MAX_DEPTH = 2000      /* of nested expressions */
};

void vf_memory_start(void);  /* also hands GMP and MPFR this allocator */
void *vf_alloc(size_t size); /* zeroed, never NULL */
/* An array with room for one more item than n: doubled when n is a power of two or 0. */
void *vf_grow(void *array, size_t n, size_t item);
char *vf_strndup(const char *text, size_t n);

typedef struct vf_bytes {
    const char *text; /* a NUL stands behind it */
    size_t len;
} vf_bytes;

vf_bytes vf_read_file(const char *path);

void vf_sha256(const void *bytes, size_t len, unsigned char digest[32]);

#endif
