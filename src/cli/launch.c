#include "rk_launch.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rk_cli.h"
#include "rk_exit.h"

static const char helper[] = "rankle-mpi";

static bool is_set(const char *name) {
    const char *value = getenv(name);
    return value && *value;
}

static bool says_many(const char *name) {
    const char *value = getenv(name);
    return value && atol(value) > 1;
}

/* What Open MPI, MPICH and its kin, and Slurm tell the processes they start. */
static bool is_launched(void) {
    bool slurm = (is_set("PMI_RANK") || is_set("PMIX_RANK")) && says_many("SLURM_STEP_NUM_TASKS");
    return says_many("OMPI_COMM_WORLD_SIZE") || says_many("PMI_SIZE") || slurm;
}

/* A shard, or a page of help, is each process's own. */
static bool stays_alone(int argc, char **argv) {
    for (int i = 2; i < argc; i++)
        if (strncmp(argv[i], "--shard", 7) == 0 || strcmp(argv[i], "--help") == 0 ||
            strcmp(argv[i], "-h") == 0)
            return true;
    return argc < 2 || strcmp(argv[1], "hunt") != 0;
}

static void become(const char *directory, const char *below, char **argv) {
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s%s%s", directory, below, helper);
    if (n > 0 && (size_t)n < sizeof path)
        execv(path, argv); /* comes back when it is not there */
}

/* Where it was installed, or, before that, beside the build's own command. */
static void become_helper(char **argv) {
    char own[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
    if (n > 0) {
        own[n] = '\0';
        *strrchr(own, '/') = '\0';
        become(own, "/../libexec/rankle/", argv);
        if (strcmp(strrchr(own, '/') ? strrchr(own, '/') : own, "/.libs") == 0)
            become(own, "/../", argv);
        become(own, "/", argv);
    }
    become(RK_LIBEXECDIR, "/", argv);
}

int rk_launch_begin(int argc, char **argv) {
    if (!is_launched() || stays_alone(argc, argv))
        return RK_EXIT_OK;
    become_helper(argv);
    return rk_cli_complain(RK_EXIT_ENVIRONMENT,
                           "started by a launcher of many processes, but %s is not there: this "
                           "rankle was built without MPI (--shard I/M needs none)",
                           helper);
}

int rk_launch_end(int code) {
    return code;
}

const rankle_team *rk_launch_team(void) {
    return NULL;
}

unsigned rk_launch_jobs(void) {
    return 0;
}
