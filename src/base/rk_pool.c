#define _GNU_SOURCE /* cpu_set_t */
#include "rk_pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "rk_guard.h"
#include "rk_mem.h"

/* OpenBLAS has them; another BLAS may not. */
extern void openblas_set_num_threads(int n) __attribute__((weak));
extern int openblas_get_num_threads(void) __attribute__((weak));

enum { MOST_THREADS = 64 };

typedef struct pool {
    rk_pool_task *task;
    void *self;
    size_t n;
    atomic_size_t next;
    _Atomic(const char *) failure; /* what a task raised, NULL */
} pool;

typedef struct worker {
    pool *pool;
    unsigned number;
    pthread_t thread;
} worker;

unsigned rk_pool_cores(void) {
    cpu_set_t mine;
    long n = sched_getaffinity(0, sizeof mine, &mine) == 0 ? CPU_COUNT(&mine)
                                                           : sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > MOST_THREADS ? MOST_THREADS : (unsigned)n;
}

unsigned rk_pool_blas_threads(void) {
    int n = openblas_get_num_threads == NULL ? 1 : openblas_get_num_threads();
    return n < 1 ? 1 : (unsigned)n;
}

static rk_status take_tasks(void *arg) {
    worker *w = arg;
    pool *p = w->pool;
    for (;;) {
        size_t i = atomic_fetch_add(&p->next, 1);
        if (i >= p->n || atomic_load(&p->failure) != NULL)
            return RK_OK;
        p->task(p->self, i, w->number);
    }
}

static void work(worker *w) {
    const char *message = NULL;
    if (rk_guard_run(take_tasks, w, &message) != RK_OK)
        atomic_store(&w->pool->failure, message != NULL ? message : "a thread failed");
}

static void *thread_main(void *arg) {
    work(arg);
    rk_guard_leave_thread();
    return NULL;
}

/* Threads that cannot be had are done without. */
static unsigned start(worker *w, unsigned threads, pool *p) {
    unsigned started = 1;
    for (unsigned i = 1; i < threads; i++) {
        w[started] = (worker){.pool = p, .number = started};
        if (pthread_create(&w[started].thread, NULL, thread_main, &w[started]) != 0)
            break;
        started++;
    }
    return started;
}

/* BLAS has one thread while a pool is at work. Pools inside pools and beside each other: the first
   one and the last one set it, since BLAS is not made for being told from two threads. */
static pthread_mutex_t blas_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned pools;
static int blas_threads;

static void rest_blas(void) {
    bool can = openblas_set_num_threads != NULL && openblas_get_num_threads != NULL;
    pthread_mutex_lock(&blas_lock);
    if (pools++ == 0 && can) {
        blas_threads = openblas_get_num_threads();
        openblas_set_num_threads(1);
    }
    pthread_mutex_unlock(&blas_lock);
}

static void wake_blas(void) {
    pthread_mutex_lock(&blas_lock);
    if (--pools == 0 && blas_threads > 0)
        openblas_set_num_threads(blas_threads);
    pthread_mutex_unlock(&blas_lock);
}

unsigned rk_pool_run(unsigned threads, size_t n, rk_pool_task *task, void *self) {
    worker w[MOST_THREADS];
    pool p = {.task = task, .self = self, .n = n};
    threads = threads == 0 ? rk_pool_cores() : threads;
    threads = threads > MOST_THREADS ? MOST_THREADS : threads;
    threads = threads > n ? (unsigned)(n > 0 ? n : 1) : threads;
    rest_blas();
    w[0] = (worker){.pool = &p};
    unsigned started = start(w, threads, &p);
    work(&w[0]);
    for (unsigned i = 1; i < started; i++)
        pthread_join(w[i].thread, NULL);
    wake_blas();
    if (atomic_load(&p.failure) != NULL)
        rk_guard_raise(atomic_load(&p.failure));
    return started;
}
