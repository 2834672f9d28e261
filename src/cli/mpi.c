#include "rk_launch.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rk_exit.h"

/* Messages under way: MPI wants them left alone until it has sent them. */
typedef struct parcel {
    MPI_Request request;
    struct parcel *next;
    char bytes[];
} parcel;

typedef struct mail {
    parcel *under_way;
    char *got; /* the last message received */
    size_t room;
    unsigned local; /* processes on this host */
} mail;

static mail post;
static rankle_team team;

static void out_of_memory(void) {
    fputs("rankle: out of memory\n", stderr);
    MPI_Abort(MPI_COMM_WORLD, RK_EXIT_ENVIRONMENT);
}

static void forget_sent(mail *m) {
    for (parcel **p = &m->under_way; *p;) {
        int sent = 0;
        parcel *gone = *p;
        MPI_Test(&gone->request, &sent, MPI_STATUS_IGNORE);
        if (!sent) {
            p = &gone->next;
            continue;
        }
        *p = gone->next;
        free(gone);
    }
}

static void mpi_send(void *self, unsigned to, const void *bytes, size_t n) {
    mail *m = self;
    forget_sent(m);
    parcel *p = malloc(sizeof *p + n);
    if (!p)
        out_of_memory();
    memcpy(p->bytes, bytes, n);
    MPI_Isend(p->bytes, (int)n, MPI_BYTE, (int)to, 0, MPI_COMM_WORLD, &p->request);
    p->next = m->under_way;
    m->under_way = p;
}

static int mpi_receive(void *self, unsigned *from, const void **bytes, size_t *n) {
    mail *m = self;
    int there = 0, count = 0;
    MPI_Status status;
    forget_sent(m);
    MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &there, &status);
    if (!there)
        return 0;
    MPI_Get_count(&status, MPI_BYTE, &count);
    if (!m->got || (size_t)count > m->room) {
        free(m->got);
        m->room = (size_t)count + 1024;
        if (!(m->got = malloc(m->room)))
            out_of_memory();
    }
    MPI_Recv(m->got, count, MPI_BYTE, status.MPI_SOURCE, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    *from = (unsigned)status.MPI_SOURCE;
    *bytes = m->got;
    *n = (size_t)count;
    return 1;
}

int rk_launch_begin(int argc, char **argv) {
    int given, rank, size, local;
    MPI_Comm host;
    if (MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &given) != MPI_SUCCESS)
        return RK_EXIT_ENVIRONMENT;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &host);
    MPI_Comm_size(host, &local);
    MPI_Comm_free(&host);
    post.local = (unsigned)local;
    team = (rankle_team){.self = &post,
                         .rank = (unsigned)rank,
                         .size = (unsigned)size,
                         .send = mpi_send,
                         .receive = mpi_receive};
    return RK_EXIT_OK;
}

/* A process that fails takes the job with it, so that none waits for it. */
int rk_launch_end(int code) {
    fflush(NULL);
    if (code == RK_EXIT_ENVIRONMENT)
        MPI_Abort(MPI_COMM_WORLD, code);
    while (post.under_way)
        forget_sent(&post);
    free(post.got);
    MPI_Finalize();
    return code;
}

const rankle_team *rk_launch_team(void) {
    return team.size > 1 ? &team : NULL;
}

/* The cores of the host are for all processes on it. */
unsigned rk_launch_jobs(void) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > (long)post.local ? (unsigned)cores / post.local : 1;
}
