/* faults SHIM WORK KIND STRIDE STATUSES COMMAND [ARGUMENT ...]
   Runs the command again and again in WORK/now, made anew each time as a copy of WORK/old, while
   one call more fails each time (KIND: memory, short, or the name of an error: every call of the
   system; see shim.c): that call alone, then all from it on (but for short and EINTR). Of the
   places from which memory is asked for, and of the calls, one in STRIDE is tried; RK_TEST_SEED
   says where to begin.

   A run may end as the undisturbed one did, and must then have done the same. Or it ends with one
   of STATUSES ("2,3") and a message; then no result was printed that the undisturbed run does not
   have, and each file is the old one or the new one, as a whole. FAULTS_CHECK: a shell command that
   must succeed in WORK/now after each run, for files named ledger*, which are not compared. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE = 120, TOLD = 10, HUNG = -1 }; /* seconds a run; problems that are told in full */

static const char *shim, *work, *statuses;
static char **command;
static fault_page *page;
static int good_status;
static unsigned runs, failures, problems;

_Noreturn static void give_up(const char *what) {
    perror(what);
    exit(99);
}

static char *in(const char *folder, const char *name) {
    char *path = NULL;
    if (asprintf(&path, "%s/%s%s%s", work, folder, *name != '\0' ? "/" : "", name) < 0)
        give_up("memory");
    return path;
}

__attribute__((format(printf, 1, 2))) static void problem(const char *format, ...) {
    va_list args;
    if (problems++ >= TOLD)
        return;
    printf("%s call %llu of %llu: ", page->ever ? "from" : "only", (unsigned long long)page->at,
           (unsigned long long)page->calls);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

/* --- files -------------------------------------------------------------------------------- */

/* The whole text with a NUL behind it, NULL: none. */
static char *contents(const char *path, size_t *len) {
    struct stat about;
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return NULL;
    if (fstat(fileno(f), &about) != 0)
        give_up(path);
    char *text = malloc((size_t)about.st_size + 1);
    *len = fread(text, 1, (size_t)about.st_size, f);
    text[*len] = '\0';
    fclose(f);
    return text;
}

static bool same_file(const char *a, const char *b) {
    size_t n, k;
    char *x = contents(a, &n), *y = contents(b, &k);
    bool same = x != NULL && y != NULL && n == k && memcmp(x, y, n) == 0;
    free(x);
    free(y);
    return same;
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *where) {
    (void)about, (void)type, (void)where;
    return remove(path);
}

static void remove_folder(const char *path) {
    if (access(path, F_OK) == 0 && nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        give_up(path);
}

static const char *copy_from, *copy_to;

static int copy_one(const char *path, const struct stat *about, int type, struct FTW *where) {
    char *to = NULL;
    size_t len = 0;
    (void)about, (void)where;
    if (asprintf(&to, "%s%s", copy_to, path + strlen(copy_from)) < 0)
        give_up("memory");
    if (type == FTW_D && mkdir(to, 0777) != 0)
        give_up(to);
    if (type == FTW_F) {
        char *text = contents(path, &len);
        FILE *f = fopen(to, "wb");
        if (text == NULL || f == NULL || fwrite(text, 1, len, f) != len || fclose(f) != 0)
            give_up(to);
        free(text);
    }
    free(to);
    return 0;
}

static void copy_folder(const char *from, const char *to) {
    copy_from = from;
    copy_to = to;
    remove_folder(to);
    if (nftw(from, copy_one, 16, FTW_PHYS) != 0)
        give_up(from);
}

/* --- one run ------------------------------------------------------------------------------ */

_Noreturn static void become(void) {
    char *now = in("now", ""), *file = in("page", "");
    int out = open(in("out", ""), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int err = open(in("err", ""), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (chdir(now) != 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
        give_up(now);
    close(out);
    close(err);
    setenv("FAULT_PAGE", file, 1);
    setenv("LD_PRELOAD", shim, 1);
    setpgid(0, 0);
    execv(command[0], command);
    give_up(command[0]);
}

/* The status; that of a killed one is 128 + the signal, as shells have it. */
static int finish(pid_t child) {
    int status = 0;
    for (long tick = 0; waitpid(child, &status, WNOHANG) == 0; tick++) {
        if (tick >= PATIENCE * 500L) {
            kill(-child, SIGKILL);
            waitpid(child, &status, 0);
            return HUNG;
        }
        usleep(2000);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run(uint64_t at, bool ever) {
    char *old = in("old", ""), *now = in("now", "");
    copy_folder(old, now);
    page->at = at;
    page->ever = ever;
    page->calls = page->failed = page->nsteps = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        give_up("fork");
    if (child == 0)
        become();
    free(old);
    free(now);
    return finish(child);
}

/* --- looking at what it left ---------------------------------------------------------------- */

static json_t *loaded(const char *path) {
    return json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
}

/* Every result stands in the undisturbed run's. */
static bool json_within(const char *path, const char *whole) {
    json_t *a = loaded(path), *b = loaded(whole), *x, *y;
    size_t i, j;
    bool ok = a != NULL && b != NULL;
    json_array_foreach(json_object_get(a, "results"), i, x) {
        bool found = false;
        json_array_foreach(json_object_get(b, "results"), j, y) found |= json_equal(x, y) != 0;
        ok = ok && found;
    }
    json_decref(a);
    json_decref(b);
    return ok;
}

static bool ends_with(const char *text, const char *end) {
    size_t n = strlen(text), k = strlen(end);
    return n >= k && strcmp(text + n - k, end) == 0;
}

static int look_status; /* of the run that left the files */

static int look_at(const char *path, const struct stat *about, int type, struct FTW *where) {
    char *now = in("now", ""), *good = in("good", path + strlen(now));
    char *old = in("old", path + strlen(now));
    (void)about;
    if (type == FTW_F && strncmp(path + where->base, "ledger", 6) != 0) {
        bool fine = same_file(path, good) || (look_status != good_status && same_file(path, old));
        if (!fine && look_status != good_status && ends_with(path, ".json"))
            fine = json_within(path, good);
        if (!fine)
            problem("status %d, and %s is neither the old nor the new one", look_status, path);
    }
    free(now);
    free(good);
    free(old);
    return 0;
}

static int look_for(const char *path, const struct stat *about, int type, struct FTW *where) {
    char *good = in("good", ""), *now = in("now", path + strlen(good));
    (void)about, (void)where;
    if (type == FTW_F && access(now, F_OK) != 0)
        problem("status %d, and %s is missing", look_status, now);
    free(good);
    free(now);
    return 0;
}

/* LAPACKE itself says on standard output that it found no memory; who called it goes on without. */
static void drop_lapacke(const char *path) {
    size_t n;
    char *text = contents(path, &n);
    FILE *f = fopen(path, "wb");
    if (f == NULL)
        give_up(path);
    for (char *line = text, *end; *line != '\0'; line = end) {
        end = line + strcspn(line, "\n");
        end += *end == '\n';
        if (strncmp(line, "Not enough memory to ", 21) != 0)
            fwrite(line, 1, (size_t)(end - line), f);
    }
    fclose(f);
    free(text);
}

/* Lines that begin with two blanks are results. */
static void look_at_output(void) {
    size_t n, k;
    char *out = in("out", ""), *err = in("err", "");
    drop_lapacke(out);
    char *text = contents(out, &n);
    char *good_out = in("good.out", ""), *all = contents(good_out, &k);
    if (look_status == good_status) {
        if (!same_file(out, good_out))
            problem("status %d, and another output", look_status);
    } else {
        for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
            if (strncmp(line, "  ", 2) == 0 && strstr(all, line) == NULL)
                problem("status %d, and a result of its own: %s", look_status, line);
            else if (strncmp(line, "accepted", 8) == 0)
                problem("status %d, and it says: %s", look_status, line);
        free(text);
        text = contents(err, &n);
        if (n < 2 || text[n - 1] != '\n')
            problem("status %d, and no message", look_status);
    }
    free(out);
    free(err);
    free(good_out);
    free(text);
    free(all);
}

static bool is_allowed(int status) {
    char word[16];
    snprintf(word, sizeof word, ",%d,", status);
    char *list = NULL;
    bool found = asprintf(&list, ",%s,", statuses) > 0 && strstr(list, word) != NULL;
    free(list);
    return found;
}

static void show(const char *name) {
    size_t n;
    char *path = in(name, ""), *text = contents(path, &n);
    if (problems <= TOLD && text != NULL)
        printf("%s: %s\n", name, n > 600 ? text + n - 600 : text);
    free(path);
    free(text);
}

static void look(int status) {
    unsigned before = problems;
    char *now = in("now", ""), *good = in("good", "");
    const char *also = getenv("FAULTS_CHECK");
    look_status = status;
    if (status == HUNG)
        problem("it hangs");
    else if (status != good_status && !is_allowed(status))
        problem("status %d", status);
    look_at_output();
    nftw(now, look_at, 16, FTW_PHYS);
    if (status == good_status)
        nftw(good, look_for, 16, FTW_PHYS);
    if (also != NULL && (chdir(now) != 0 || system(also) != 0 || chdir(work) != 0))
        problem("status %d, and not so: %s", status, also);
    if (problems > before)
        show("err");
    free(now);
    free(good);
}

static void disturb(uint64_t at, bool ever) {
    int status = run(at, ever);
    runs++;
    failures += status != good_status;
    look(status);
}

/* --- the whole ------------------------------------------------------------------------------ */

static int error_named(const char *kind) {
    static const struct {
        const char *name;
        int error;
    } known[] = {{"memory", 0},    {"short", 0},       {"ENOSPC", ENOSPC}, {"EIO", EIO},
                 {"EINTR", EINTR}, {"EACCES", EACCES}, {"EMFILE", EMFILE}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, kind) == 0)
            return known[i].error;
    errno = EINVAL;
    give_up(kind);
}

static void map_page(const char *kind) {
    char *path = in("page", "");
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 || ftruncate(fd, sizeof *page) != 0)
        give_up(path);
    page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED)
        give_up(path);
    close(fd);
    free(path);
    page->kind = strcmp(kind, "memory") == 0 ? FAULT_MEMORY : FAULT_CALL;
    page->error = error_named(kind);
}

static uint64_t undisturbed(void) {
    char *good = in("good", ""), *now = in("now", "");
    good_status = run(0, false);
    copy_folder(now, good);
    if (rename(in("out", ""), in("good.out", "")) != 0)
        give_up("out");
    if (good_status == 2 || good_status == 99 || good_status >= 127 || page->calls == 0) {
        printf("the undisturbed run ended with status %d after %llu calls\n", good_status,
               (unsigned long long)page->calls);
        show("err");
        exit(99);
    }
    return page->kind == FAULT_MEMORY ? page->nsteps : page->calls;
}

int main(int argc, char **argv) {
    if (argc < 7)
        return 2;
    shim = argv[1];
    work = argv[2];
    statuses = argv[5];
    command = argv + 6;
    map_page(argv[3]);
    const char *seed = getenv("RK_TEST_SEED");
    uint64_t stride = strtoull(argv[4], NULL, 10), n = undisturbed();
    uint64_t *step = calloc(n + 1, sizeof *step), calls = page->calls;
    for (uint64_t i = 0; i < n; i++)
        step[i] = page->kind == FAULT_MEMORY ? page->step[i] : i + 1;
    for (uint64_t i = (seed != NULL ? strtoull(seed, NULL, 10) : 1) % stride; i < n; i += stride) {
        disturb(step[i], false);
        if (page->kind == FAULT_MEMORY || (page->error != 0 && page->error != EINTR))
            disturb(step[i], true);
    }
    printf("%s: %llu calls, %llu places, %u runs, %u of them ended otherwise, %u problems\n",
           argv[3], (unsigned long long)calls, (unsigned long long)n, runs, failures, problems);
    free(step);
    return problems == 0 ? 0 : 1;
}
