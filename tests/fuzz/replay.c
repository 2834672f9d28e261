/* Runs a harness on the files of a folder, each in a process of its own, and says of each in TAP
   whether it came back. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int run(const char *path) {
    static uint8_t bytes[1 << 20];
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return 99;
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    uint8_t *exact = malloc(n > 0 ? n : 1);
    if (exact == NULL)
        return 99;
    memcpy(exact, bytes, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    return 0;
}

static int run_apart(const char *path) {
    fflush(stdout);
    pid_t child = fork();
    int status;
    if (child == 0) {
        if (freopen("/dev/null", "w", stdout) == NULL)
            _exit(99);
        alarm(600);
        exit(run(path));
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return 99;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv) {
    struct dirent **entry;
    int files = argc == 2 ? scandir(argv[1], &entry, NULL, alphasort) : -1, n = 0, failed = 0;
    for (int i = 0; i < files; i++) {
        char path[4096];
        if (entry[i]->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", argv[1], entry[i]->d_name);
            int status = run_apart(path);
            failed += status != 0;
            printf("%s %d - %s\n", status == 0 ? "ok" : "not ok", ++n, entry[i]->d_name);
            if (status != 0)
                printf("# status %d\n", status);
        }
        free(entry[i]);
    }
    if (files >= 0)
        free(entry);
    printf("1..%d\n", n);
    return n == 0 || failed > 0;
}
