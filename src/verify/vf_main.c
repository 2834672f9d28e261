/* The command rankle-verify. */
#include "vf_cert.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_FOLDERS = 64 };

static const char *library[MAX_FOLDERS + 1]; /* where imports are looked for, NULL-terminated */

/* The one place that ends with status 0. */
_Noreturn static void leave_accepted(const char *what) {
    puts(what);
    if (fflush(stdout) != 0 || ferror(stdout))
        vf_usage("standard output cannot be written");
    exit(0);
}

/* --- all certificates of a folder ----------------------------------------------------------- */

typedef struct tally {
    size_t proved, refuted, refused, limits, unreadable, without, found;
} tally;

/* In a process of its own, what it prints thrown away but for refusals. Its status. */
static int check_apart(const char *claims, const char *path) {
    fflush(stdout);
    pid_t child = fork();
    if (child < 0)
        vf_usage("no process could be started");
    if (child == 0) {
        if (freopen("/dev/null", "w", stdout) == NULL)
            vf_usage("/dev/null cannot be written");
        vf_check_certificate(claims, library, path);
        leave_accepted("");
    }
    int status;
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return 1;
    return WEXITSTATUS(status);
}

/* Reads the header alone, to count; the child has checked it all. */
static void count_verdict(tally *all, const char *path, int status) {
    if (status == 0 && vf_cert_proved(vf_cert_read(path)))
        all->proved++;
    else if (status == 0)
        all->refuted++;
    else if (status == 3)
        all->limits++;
    else if (status == 2)
        all->unreadable++;
    else
        all->refused++;
}

static void check_theorem(const char *claims, const char *name, const char *folder, tally *all) {
    vf_at(claims, 0);
    vf_theorem *t = vf_read_theorem(claims, library, name);
    if (t == NULL)
        return;
    char digest[65], *path = vf_alloc(strlen(folder) + strlen(name) + 32);
    vf_put_hex(t->digest, digest);
    sprintf(path, "%s/%s-%.16s.cert", folder, name, digest);
    if (access(path, F_OK) != 0) {
        if (errno != ENOENT)
            vf_usage("a certificate that cannot be looked for");
        all->without++;
        return;
    }
    all->found++;
    count_verdict(all, path, check_apart(claims, path));
}

static void check_file(const char *claims, const char *folder, tally *all) {
    const char *const *name;
    vf_at(claims, 0);
    size_t n = vf_theorem_names(claims, &name);
    for (size_t i = 0; i < n; i++)
        check_theorem(claims, name[i], folder, all);
}

static bool ends_with(const char *text, const char *end) {
    size_t n = strlen(text), k = strlen(end);
    return n > k && strcmp(text + n - k, end) == 0;
}

static bool is_folder(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static void check_tree(const char *path, const char *folder, tally *all) {
    struct dirent **entry;
    int n = scandir(path, &entry, NULL, alphasort);
    if (n < 0)
        vf_usage("a folder of claim files cannot be read");
    for (int i = 0; i < n; i++) {
        const char *name = entry[i]->d_name;
        char *inside = vf_alloc(strlen(path) + strlen(name) + 2);
        sprintf(inside, "%s/%s", path, name);
        if (*name != '.' && is_folder(inside))
            check_tree(inside, folder, all);
        else if (*name != '.' && ends_with(name, ".thm"))
            check_file(inside, folder, all);
        free(entry[i]);
    }
    free(entry);
}

static size_t certificates_in(const char *folder) {
    struct dirent **entry;
    int n = scandir(folder, &entry, NULL, NULL);
    size_t certificates = 0;
    if (n < 0)
        vf_usage("the folder of certificates cannot be read");
    for (int i = 0; i < n; i++) {
        certificates += ends_with(entry[i]->d_name, ".cert");
        free(entry[i]);
    }
    free(entry);
    return certificates;
}

_Noreturn static void check_all(const char *claims, const char *folder) {
    tally all = {0};
    char text[256];
    if (is_folder(claims))
        check_tree(claims, folder, &all);
    else
        check_file(claims, folder, &all);
    vf_at(folder, 0);
    ENSURE("no certificate is there", all.found > 0);
    snprintf(text, sizeof text,
             "%zu proved, %zu refuted: accepted; %zu refused, %zu beyond a limit, %zu theorems "
             "without a certificate",
             all.proved, all.refuted, all.refused, all.limits, all.without);
    if (all.refused + all.limits + all.unreadable > 0)
        puts(text);
    ENSURE("certificates are refused", all.refused == 0);
    if (all.unreadable > 0)
        vf_usage("some files could not be read");
    ENSURE("certificates that belong to no theorem", all.found == certificates_in(folder));
    if (all.limits > 0)
        vf_limit("some certificates are too large");
    leave_accepted(text);
}

/* --- evaluation alone, for comparisons with the engine --------------------------------------- */

enum { TRUTH = 10 }; /* added to a truth value it is the status of a process */

/* In a process of its own: what reaches a limit is unknown. */
static vf_tern truth_apart(const vf_theorem *t, const vf_term *term, const vf_point *at) {
    fflush(stdout);
    pid_t child = fork();
    if (child < 0)
        vf_usage("no process could be started");
    if (child == 0)
        _exit(TRUTH + (int)vf_truth(t, term, at));
    int status;
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
        vf_usage("an evaluation crashed");
    return WEXITSTATUS(status) < TRUTH ? VF_UNKNOWN : (vf_tern)(WEXITSTATUS(status) - TRUTH);
}

static void print_truths(const char *what, const vf_theorem *t, const vf_term *const *term,
                         size_t n, const vf_point *at) {
    static const char *const name[] = {"false", "true", "undefined", "unknown"};
    printf("%s", what);
    for (size_t i = 0; i < n; i++)
        printf(" %s", name[truth_apart(t, term[i], at)]);
}

static void evaluate_point(vf_theorem *t, vf_cert *c) {
    vf_point *at = vf_read_at(t, vf_take(c, "at"));
    vf_read_sets(t, c, at);
    printf("sets %s", vf_in_sets(t, at) ? "true" : "unknown");
    print_truths("; assume", t, t->assume, t->nassumes, at);
    print_truths("; claim", t, t->claim, t->nclaims, at);
    putchar('\n');
}

/* Prints what is true at each point of a certificate, whatever its digest and verdict. */
_Noreturn static void evaluate_points(const char *claims, const char *path) {
    vf_cert *c = vf_cert_read(path);
    vf_at(claims, 0);
    vf_theorem *t = vf_read_theorem(claims, library, vf_cert_theorem(c));
    while (*vf_next(c) != '\0')
        evaluate_point(t, c);
    leave_accepted("evaluated");
}

/* --- arguments ---------------------------------------------------------------------------- */

static const char help[] =
    "usage: rankle-verify [-I DIR] ... CLAIM.thm CERTIFICATE\n"
    "       rankle-verify [-I DIR] ... --all CLAIMS CERTIFICATES\n"
    "       rankle-verify [-I DIR] ... --evaluate CLAIM.thm POINTS\n"
    "\n"
    "Checks a certificate that `rankle check --cert DIR` wrote against the text of the claim, with "
    "a\n"
    "reader, an evaluator and an algebra of its own (GMP and MPFR, nothing of rankle). Prints the\n"
    "statement that it accepted.\n"
    "\n"
    "  --all      all certificates of a folder, for a claim file or a folder of them\n"
    "  -I DIR     look for imports in DIR, too, before RANKLE_PATH and the installed library\n"
    "  --evaluate what is true at the points of a file: a frame with `at` and `set` records alone\n"
    "  --help     this page\n"
    "\n"
    "Exit status: 0 accepted, 1 refused, 2 wrong arguments or files that cannot be read, 3 a "
    "limit\n"
    "was reached.\n";

static size_t add_folders(size_t n, const char *paths) {
    while (paths != NULL && *paths != '\0') {
        size_t len = strcspn(paths, ":");
        if (n == MAX_FOLDERS)
            vf_limit("folders to look for imports in");
        if (len > 0)
            library[n++] = vf_strndup(paths, len);
        paths += len + (paths[len] == ':');
    }
    return n;
}

int main(int argc, char **argv) {
    vf_memory_start();
    size_t folders = 0;
    int i = 1;
    for (; i + 1 < argc && strcmp(argv[i], "-I") == 0; i += 2)
        folders = add_folders(folders, argv[i + 1]);
    add_folders(add_folders(folders, getenv("RANKLE_PATH")), RANKLE_THEOREM_DIR);
    if (i + 1 == argc && strcmp(argv[i], "--help") == 0)
        leave_accepted(help);
    if (i + 3 == argc && strcmp(argv[i], "--all") == 0)
        check_all(argv[i + 1], argv[i + 2]);
    if (i + 3 == argc && strcmp(argv[i], "--evaluate") == 0)
        evaluate_points(argv[i + 1], argv[i + 2]);
    if (i + 2 != argc || argv[i][0] == '-')
        vf_usage("two files are wanted: see rankle-verify --help");
    vf_check_certificate(argv[i], library, argv[i + 1]);
    leave_accepted("The certificate is accepted.");
}
