#include "rk_cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "rk_exit.h"
#include "rk_launch.h"
#include "rk_runner.h"

static const uint64_t hunt_trials = 20000;

const char *rk_cli_split(char *operand) {
    struct stat st;
    char *colon = strrchr(operand, ':');
    if (!colon || stat(operand, &st) == 0)
        return NULL;
    *colon = '\0';
    return colon + 1;
}

static void hunt_print_snippets(const rankle_session *session, FILE *out) {
    bool any = false;
    for (size_t i = 0; i < rankle_result_count(session); i++) {
        const rankle_result *r = rankle_result_at(session, i);
        for (size_t j = 0; j < rankle_result_finding_count(r); j++) {
            fprintf(out, "%s%s", any ? "\n" : "", rankle_result_finding(r, j));
            any = true;
        }
    }
}

/* All that was found, one theorem after the other. */
static void hunt_write_snippets(rk_runner *r) {
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (out)
        hunt_print_snippets(r->session, out);
    bool complete = out && !ferror(out);
    if (!out || fclose(out) != 0 || !complete || !text)
        rk_runner_complain(r, RK_EXIT_ENVIRONMENT, NULL, "out of memory");
    else if (rankle_write_file(r->session, r->arguments->snippet, text) != RANKLE_OK)
        rk_runner_complain(r, RK_EXIT_ENVIRONMENT, NULL, rankle_failure(r->session));
    free(text);
}

/* "2/8": the second of eight parts. */
static bool hunt_read_shard(const char *text, rankle_options *o) {
    char *end;
    unsigned long long part = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '/' || end[1] < '0' || end[1] > '9')
        return false;
    unsigned long long parts = strtoull(end + 1, &end, 10);
    if (*end || part < 1 || part > parts || parts > 1000000)
        return false;
    o->shard = part - 1;
    o->shards = parts;
    return true;
}

static uint64_t hunt_budget(const rk_arguments *a) {
    if (a->trials > 0)
        return (uint64_t)a->trials;
    return a->time_limit > 0 ? UINT64_MAX : hunt_trials;
}

/* Another process of the job than the first: it works, and speaks only when it cannot. What is
   wrong with the claim file the first one says. */
static int hunt_follow(rk_runner *r) {
    const char *path = r->arguments->operand[0];
    r->options.settled = NULL;
    r->options.progress = NULL;
    (void)rk_cli_split(r->arguments->operand[0]);
    int status = rankle_follow_file(r->session, path, &r->options);
    if (status == RANKLE_USAGE || status == RANKLE_ENVIRONMENT)
        rk_runner_complain(r, RK_EXIT_ENVIRONMENT, path, rankle_failure(r->session));
    return rk_runner_leave(r);
}

/* The first process of a job lets the others go when all is said. */
static int hunt_finish(rk_runner *r) {
    int code = rk_runner_finish(r);
    if (rk_launch_team())
        rankle_team_dismiss(rk_launch_team());
    return code;
}

static void hunt_run(rk_runner *r) {
    const rk_arguments *a = r->arguments;
    const char *theorem = rk_cli_split(a->operand[0]);
    int status = rankle_hunt_file(r->session, a->operand[0], theorem, hunt_budget(a), &r->options);
    rk_runner_note(r, status, a->ledger ? NULL : a->operand[0]);
    if (status == RANKLE_INPUT && rankle_failure(r->session))
        rk_runner_complain(r, RK_EXIT_INPUT, NULL, rankle_failure(r->session));
    if (r->found < rankle_result_count(r->session))
        r->code = rk_exit_graver(r->code, RK_EXIT_UNDECIDED);
    if (a->snippet && r->found > 0)
        hunt_write_snippets(r);
}

int rk_cli_hunt(const rk_arguments *a) {
    rk_runner r;
    if (a->noperands != 1)
        return rk_cli_complain(RK_EXIT_USAGE, "hunt wants one FILE or FILE:THEOREM");
    rankle_options parts = {0};
    if (a->shard && !hunt_read_shard(a->shard, &parts))
        return rk_cli_complain(RK_EXIT_USAGE, "--shard wants I/M with I from 1 to M, such as 2/8");
    if (a->resume && !a->ledger)
        return rk_cli_complain(RK_EXIT_USAGE, "--resume wants --ledger FILE");
    if (!rk_runner_start(&r, a)) {
        rk_runner_leave(&r);
        return RK_EXIT_ENVIRONMENT;
    }
    r.options.team = rk_launch_team();
    if (r.options.jobs == 0)
        r.options.jobs = rk_launch_jobs();
    if (r.options.team && r.options.team->rank > 0)
        return hunt_follow(&r);
    r.options.shard = parts.shard;
    r.options.shards = parts.shards;
    r.options.findings = a->findings == 0  ? UINT64_MAX
                         : a->findings < 0 ? 0
                                           : (uint64_t)a->findings;
    hunt_run(&r);
    return hunt_finish(&r);
}
