#include "rk_io.h"
#include "rk_buf.h"
#include "rk_mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static rk_status fail(rk_status status, const char **why, const char *text) {
    *why = text;
    return status;
}

static bool environment_errno(int e) {
    return e == EIO || e == ENOMEM || e == EMFILE || e == ENFILE;
}

static rk_status fail_errno(const char **why) {
    int e = errno;
    return fail(environment_errno(e) ? RK_ENVIRONMENT : RK_BAD_INPUT, why, strerror(e));
}

/* Reads until the end, whatever size the file claimed to have. */
static rk_status read_all(int fd, size_t max, rk_buf *b, const char **why) {
    char chunk[65536];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n == 0)
            return RK_OK;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno(why);
        if (b->len + (size_t)n > max)
            return fail(RK_BAD_INPUT, why, "the file is too large");
        rk_buf_write(b, chunk, (size_t)n);
    }
}

rk_status rk_read_file(const char *path, size_t max, char **text, size_t *len, const char **why) {
    struct stat st;
    *text = NULL;
    *len = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(why);
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        close(fd);
        return fail(RK_BAD_INPUT, why, "it is a directory");
    }
    rk_buf b;
    rk_buf_init(&b);
    rk_status status = read_all(fd, max, &b, why);
    close(fd);
    *len = b.len;
    if (status == RK_OK)
        *text = rk_buf_take(&b);
    rk_buf_clear(&b);
    return status;
}

static bool write_all(int fd, const char *text, size_t len) {
    while (len > 0) {
        ssize_t n = write(fd, text, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text += n;
        len -= (size_t)n;
    }
    return true;
}

static rk_status write_in_place(const char *path, const char *text, size_t len, const char **why) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(RK_ENVIRONMENT, why, strerror(errno));
    bool ok = write_all(fd, text, len);
    int e = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        e = errno;
    }
    return ok ? RK_OK : fail(RK_ENVIRONMENT, why, strerror(e));
}

/* The mode a plain open() would have given: mkstemp makes files private. */
static mode_t default_mode(void) {
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/* Complete on disk under its final mode, or errno says why not. The descriptor is closed. */
static bool finish(int fd, mode_t mode, const char *text, size_t len) {
    bool ok = write_all(fd, text, len) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
    int e = errno;
    if (close(fd) != 0 && ok)
        return false;
    errno = e;
    return ok;
}

static rk_status write_aside(const char *path, mode_t mode, const char *text, size_t len,
                             const char **why) {
    rk_buf aside;
    rk_buf_init(&aside);
    rk_buf_printf(&aside, "%s.XXXXXX", path);
    int fd = mkstemp(aside.text);
    bool ok = fd >= 0 && finish(fd, mode, text, len) && rename(aside.text, path) == 0;
    int e = errno;
    if (fd >= 0 && !ok)
        unlink(aside.text);
    rk_buf_clear(&aside);
    return ok ? RK_OK : fail(RK_ENVIRONMENT, why, strerror(e));
}

rk_status rk_write_file(const char *path, const char *text, size_t len, const char **why) {
    struct stat st;
    if (stat(path, &st) != 0)
        return write_aside(path, default_mode(), text, len, why);
    if (!S_ISREG(st.st_mode))
        return write_in_place(path, text, len, why);
    char *real = realpath(path, NULL); /* keep a symbolic link, replace what it points to */
    rk_status status = write_aside(real != NULL ? real : path, st.st_mode & 0777, text, len, why);
    free(real);
    return status;
}
