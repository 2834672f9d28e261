/* Preloaded into a program (LD_PRELOAD): makes one call fail, or all from one on. Memory: malloc
   and its sisters are replaced. Files: a seccomp filter hands every call of the system that is
   listed below to a handler, which makes it fail or makes it as it was asked for; so nothing that
   the C library or another library does is missed. Calls count from the begin of main. The clock
   stands still, so that two runs print the same, and nobody sleeps: SQLite counts how long it has
   slept before a lock that it cannot get. */
#define _GNU_SOURCE
#include "shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static fault_page *page; /* NULL before main */
static _Thread_local bool inside;

/* --- which calls fail --------------------------------------------------------------------- */

enum { DEPTH = 14, SEEN = 1 << 19 };

static uint64_t seen[SEEN];

/* A hash of the chain of callers. */
static uint64_t place(void) {
    void *caller[DEPTH];
    uint64_t hash = 14695981039346656037u;
    int n = backtrace(caller, DEPTH);
    for (int i = 0; i < n; i++)
        hash = (hash ^ (uint64_t)(uintptr_t)caller[i]) * 1099511628211u;
    return hash | 1;
}

static bool is_new(uint64_t hash) {
    for (size_t i = hash % SEEN, tries = 0; tries < 64; i = (i + 1) % SEEN, tries++) {
        if (seen[i] == hash)
            return false;
        if (seen[i] == 0) {
            seen[i] = hash;
            return true;
        }
    }
    return false;
}

static void note(uint64_t number) {
    static atomic_flag busy = ATOMIC_FLAG_INIT;
    inside = true;
    while (atomic_flag_test_and_set(&busy))
        ;
    if (is_new(place()) && page->nsteps < FAULT_STEPS)
        page->step[page->nsteps++] = number;
    atomic_flag_clear(&busy);
    inside = false;
}

static bool fails(fault_kind kind) {
    if (page == NULL || inside || page->kind != (int)kind)
        return false;
    uint64_t number = __atomic_add_fetch(&page->calls, 1, __ATOMIC_SEQ_CST);
    if (page->at == 0)
        note(number);
    bool now = page->at != 0 && (page->ever ? number >= page->at : number == page->at);
    if (now)
        __atomic_add_fetch(&page->failed, 1, __ATOMIC_SEQ_CST);
    return now;
}

/* --- memory ------------------------------------------------------------------------------- */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void *__libc_memalign(size_t align, size_t size);

/* OpenBLAS asks again and again until it has its buffer. */
static bool waits_for_memory(const void *caller) {
    Dl_info where;
    return dladdr(caller, &where) != 0 && where.dli_fname != NULL &&
           strstr(where.dli_fname, "openblas") != NULL;
}

static bool no_memory(const void *caller) {
    if (!fails(FAULT_MEMORY) || (page->ever && waits_for_memory(caller)))
        return false;
    errno = ENOMEM;
    return true;
}

#define NO_MEMORY no_memory(__builtin_return_address(0))

void *malloc(size_t size) {
    return NO_MEMORY ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size) {
    return NO_MEMORY ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size) {
    return NO_MEMORY ? NULL : __libc_realloc(p, size);
}

void *memalign(size_t align, size_t size) {
    return NO_MEMORY ? NULL : __libc_memalign(align, size);
}

void *aligned_alloc(size_t align, size_t size) {
    return memalign(align, size);
}

int posix_memalign(void **p, size_t align, size_t size) {
    void *q = memalign(align, size);
    if (q != NULL)
        *p = q;
    return q != NULL ? 0 : ENOMEM;
}

void *mmap(void *at, size_t size, int rights, int flags, int fd, off_t offset) {
    if ((flags & MAP_ANONYMOUS) && NO_MEMORY)
        return MAP_FAILED;
    return (void *)syscall(SYS_mmap, at, size, rights, flags, fd, offset);
}

/* --- the clock ---------------------------------------------------------------------------- */

int clock_gettime(clockid_t clock, struct timespec *now) {
    (void)clock;
    *now = (struct timespec){.tv_sec = 1000000000};
    return 0;
}

int usleep(useconds_t time) {
    (void)time;
    return 0;
}

/* --- calls of the system ------------------------------------------------------------------ */

#ifdef __x86_64__

/* One place makes the calls of the handler: the filter lets pass what comes from there. */
extern const char fault_passes[];
long fault_make(long number, const greg_t *argument);
__asm__(".text\n"
        ".globl fault_make\n"
        "fault_make:\n"
        "  mov %rdi, %rax\n"
        "  mov %rsi, %rcx\n"
        "  mov 0(%rcx), %rdi\n"
        "  mov 8(%rcx), %rsi\n"
        "  mov 16(%rcx), %rdx\n"
        "  mov 24(%rcx), %r10\n"
        "  mov 32(%rcx), %r8\n"
        "  mov 40(%rcx), %r9\n"
        "  syscall\n"
        ".globl fault_passes\n"
        "fault_passes:\n"
        "  ret\n");

static const int calls[] = {
    SYS_read,      SYS_write,  SYS_open,      SYS_close,      SYS_stat,       SYS_fstat,
    SYS_lstat,     SYS_lseek,  SYS_pread64,   SYS_pwrite64,   SYS_writev,     SYS_access,
    SYS_fcntl,     SYS_fsync,  SYS_fdatasync, SYS_truncate,   SYS_ftruncate,  SYS_getdents64,
    SYS_getcwd,    SYS_rename, SYS_mkdir,     SYS_rmdir,      SYS_unlink,     SYS_readlink,
    SYS_fchmod,    SYS_openat, SYS_mkdirat,   SYS_newfstatat, SYS_unlinkat,   SYS_renameat,
    SYS_faccessat, SYS_pipe,   SYS_pipe2,     SYS_renameat2,  SYS_faccessat2,
};

static bool moves_bytes(int number) {
    return number == SYS_read || number == SYS_write || number == SYS_pread64 ||
           number == SYS_pwrite64;
}

/* A full disk fails those that want room. Messages get through, and what is half done can be
   removed when all else fails for ever. */
static bool may_fail(int number, const greg_t *argument) {
    if (number == SYS_write && argument[0] == STDERR_FILENO)
        return false;
    if (page != NULL && page->ever && (number == SYS_unlink || number == SYS_unlinkat))
        return false;
    if (page == NULL || page->error != ENOSPC)
        return true;
    return number == SYS_write || number == SYS_pwrite64 || number == SYS_fsync ||
           number == SYS_fdatasync || number == SYS_ftruncate || number == SYS_mkdir ||
           number == SYS_rename || (number == SYS_openat && (argument[2] & O_CREAT));
}

/* As the kernel would have: the result, or minus the error. */
static long answer(int number, greg_t *argument) {
    if (!may_fail(number, argument) || !fails(FAULT_CALL))
        return fault_make(number, argument);
    if (page->error != 0)
        return -page->error;
    if (moves_bytes(number) && argument[2] > 1)
        argument[2] /= 2;
    return fault_make(number, argument);
}

static void on_call(int signal, siginfo_t *about, void *context) {
    greg_t *reg = ((ucontext_t *)context)->uc_mcontext.gregs;
    greg_t argument[] = {reg[REG_RDI], reg[REG_RSI], reg[REG_RDX],
                         reg[REG_R10], reg[REG_R8],  reg[REG_R9]};
    (void)signal;
    reg[REG_RAX] = answer(about->si_syscall, argument);
}

enum { CALLS = sizeof calls / sizeof *calls };

/* From fault_passes everything passes, of the rest what is not listed. */
static void filter_calls(void) {
    uint64_t pass = (uint64_t)(uintptr_t)fault_passes;
    struct sock_filter code[CALLS + 8];
    unsigned n = 0;
    code[n++] = (struct sock_filter)BPF_STMT(
        BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4);
    code[n++] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(pass >> 32), 0, 3);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                             offsetof(struct seccomp_data, instruction_pointer));
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)pass, 0, 1);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[n++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (unsigned i = 0; i < CALLS; i++)
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i],
                                                 (unsigned char)(CALLS - i), 0);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
    struct sock_fprog program = {.len = (unsigned short)n, .filter = code};
    struct sigaction action = {.sa_sigaction = on_call, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGSYS, &action, NULL);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(99);
}

#else

static void filter_calls(void) {
    _exit(99);
}

#endif

/* Children and threads: not through the filter, whose handler could not return twice. They move no
   bytes that could be cut short. */
static bool cannot_start(void) {
    return fails(FAULT_CALL) && page->error != 0;
}

pid_t fork(void) {
    static pid_t (*real)(void);
    if (cannot_start()) {
        errno = EAGAIN;
        return -1;
    }
    if (real == NULL)
        real = (pid_t(*)(void))(uintptr_t)dlsym(RTLD_NEXT, "fork");
    return real();
}

typedef int thread_maker(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

int pthread_create(pthread_t *thread, const pthread_attr_t *about, void *(*begin)(void *),
                   void *argument) {
    static thread_maker *real;
    if (cannot_start())
        return EAGAIN;
    if (real == NULL)
        real = (thread_maker *)(uintptr_t)dlsym(RTLD_NEXT, "pthread_create");
    return real(thread, about, begin, argument);
}

/* --- the begin ---------------------------------------------------------------------------- */

typedef int main_function(int, char **, char **);
typedef int starter(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void),
                    void *);

static main_function *real_main;

static void begin(void) {
    const char *path = getenv("FAULT_PAGE");
    void *first[1];
    int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *p =
        fd >= 0 ? mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (p == MAP_FAILED)
        _exit(99);
    close(fd);
    backtrace(first, 1); /* loads what it needs */
    if (((fault_page *)p)->kind == FAULT_CALL)
        filter_calls();
    page = p;
}

static int begin_main(int argc, char **argv, char **environment) {
    unsetenv("LD_PRELOAD"); /* programs that are called are left alone */
    begin();
    return real_main(argc, argv, environment);
}

int __libc_start_main(main_function *main, int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end);

int __libc_start_main(main_function *main, int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end) {
    starter *real = (starter *)(uintptr_t)dlsym(RTLD_NEXT, "__libc_start_main");
    real_main = main;
    return real(begin_main, argc, argv, init, fini, rtld_fini, stack_end);
}
