/* Work shared among threads. The tasks are numbered; which thread takes which is left to chance, so
   a task must depend on its number alone, and what it finds goes where no other task writes. The
   threads of BLAS rest meanwhile: one product on two threads may round otherwise than on one. */
#ifndef RK_POOL_H
#define RK_POOL_H

#include <stddef.h>

/* `worker`, below the number of threads, names the thread that runs the task: for scratch space. */
typedef void rk_pool_task(void *self, size_t index, unsigned worker);

/* Cores that this process may run on, at least 1. */
unsigned rk_pool_cores(void);

/* Threads that BLAS would take for a product now: 1 inside a task. */
unsigned rk_pool_blas_threads(void);

/* Runs tasks 0 .. n-1 on `threads` threads, the caller's among them (0: as many as there are
   cores), and returns the number of threads that took part. When a task raises (rk_guard.h) no
   further one starts, and the caller's guard is raised to. */
unsigned rk_pool_run(unsigned threads, size_t n, rk_pool_task *task, void *self);

#endif
