#include "rk_cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "rk_exit.h"
#include "rk_runner.h"

enum { HUNT_TRIALS = 20000 };

const char *rk_cli_split(char *operand) {
    struct stat st;
    char *colon = strrchr(operand, ':');
    if (!colon || stat(operand, &st) == 0)
        return NULL;
    *colon = '\0';
    return colon + 1;
}

/* All that was found, one theorem after the other. */
static void hunt_write_snippets(rk_runner *r) {
    const char *path = r->arguments->snippet;
    size_t n = rankle_result_count(r->session), len = 1;
    for (size_t i = 0; i < n; i++) {
        const char *s = rankle_result_snippet(rankle_result_at(r->session, i));
        len += s ? strlen(s) + 1 : 0;
    }
    char *text = calloc(len, 1);
    for (size_t i = 0; text && i < n; i++) {
        const char *s = rankle_result_snippet(rankle_result_at(r->session, i));
        if (s)
            strcat(strcat(text, *text ? "\n" : ""), s);
    }
    if (!text || rankle_write_file(r->session, path, text) != RANKLE_OK)
        rk_runner_complain(r, RK_EXIT_ENVIRONMENT, NULL,
                           text ? rankle_failure(r->session) : "out of memory");
    free(text);
}

int rk_cli_hunt(const rk_arguments *a) {
    rk_runner r;
    if (a->noperands != 1)
        return rk_cli_complain(RK_EXIT_USAGE, "hunt wants one FILE or FILE:THEOREM");
    if (!rk_runner_start(&r, a)) {
        rk_runner_finish(&r);
        return RK_EXIT_ENVIRONMENT;
    }
    const char *theorem = rk_cli_split(a->operand[0]);
    uint64_t trials = a->trials > 0 ? (uint64_t)a->trials : HUNT_TRIALS;
    int status = rankle_hunt_file(r.session, a->operand[0], theorem, trials, &r.options);
    rk_runner_note(&r, status, a->operand[0]);
    if (r.found < rankle_result_count(r.session))
        r.code = rk_exit_graver(r.code, RK_EXIT_UNDECIDED);
    if (a->snippet && r.found > 0)
        hunt_write_snippets(&r);
    return rk_runner_finish(&r);
}
