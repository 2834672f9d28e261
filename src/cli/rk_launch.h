/* Hunts on several hosts. A launcher (mpirun, srun) starts the same command many times; such a
   command becomes rankle-mpi, a program of its own with the same commands and MPI linked in, so
   that no other call pays for loading MPI. Two files say what is here: launch.c for rankle, mpi.c
   for rankle-mpi. */
#ifndef RK_LAUNCH_H
#define RK_LAUNCH_H

#include "rankle.h"

/* First thing of all. Not 0: the exit code, a message was written. */
int rk_launch_begin(int argc, char **argv);
/* Last thing of all; returns the exit code. */
int rk_launch_end(int code);

/* The processes of this job; NULL: this one is alone. */
const rankle_team *rk_launch_team(void);
/* Threads for this process when nothing else was asked for; 0: no opinion. */
unsigned rk_launch_jobs(void);

#endif
