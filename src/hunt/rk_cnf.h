/* Formulas in conjunctive normal form, made of gates (Tseitin, "On the complexity of derivation in
   propositional calculus", 1968), and the solver that looks for models of them (CaDiCaL, by Biere
   and others). A literal is a variable's number, negative for its negation; variable 1 is true.
   An rk_cnf is plain data that owns its clauses: each search starts from a solver of its own, so
   that what it finds depends on its arguments alone. */
#ifndef RK_CNF_H
#define RK_CNF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RK_TRUE_LITERAL 1

typedef struct rk_cnf {
    int *literal; /* the clauses, each ended by 0 */
    size_t n, capacity;
    int variables;
    size_t most; /* literals; beyond it nothing is added and `full` is set */
    bool full;
} rk_cnf;

void rk_cnf_init(rk_cnf *f, size_t most);
void rk_cnf_clear(rk_cnf *f);

int rk_cnf_variable(rk_cnf *f);
void rk_cnf_clause(rk_cnf *f, const int *literal, size_t n);
void rk_cnf_require(rk_cnf *f, int literal);

/* Gates: the literal of the result, constants folded. */
int rk_cnf_and(rk_cnf *f, int a, int b);
int rk_cnf_or(rk_cnf *f, int a, int b);
int rk_cnf_xor(rk_cnf *f, int a, int b);
int rk_cnf_majority(rk_cnf *f, int a, int b, int c);

typedef enum rk_sat { RK_SAT_NONE, RK_SAT_MODEL, RK_SAT_UNKNOWN } rk_sat;

typedef struct rk_sat_options {
    int conflicts;             /* most of them in one search */
    const unsigned char *flip; /* by variable, or NULL: those set are tried false first */
    /* looked at now and then: true ends the search. May be NULL */
    bool (*stop)(void *self);
    void *self;
} rk_sat_options;

typedef struct rk_solving rk_solving;

/* Was this built with a solver? Without one, rk_solving_new returns NULL. */
bool rk_sat_available(void);
rk_solving *rk_solving_new(const rk_cnf *f, const rk_sat_options *options);
void rk_solving_free(rk_solving *s);
void rk_solving_clause(rk_solving *s, const int *literal, size_t n);
/* assumed: n literals that this search alone takes for granted. */
rk_sat rk_solving_run(rk_solving *s, const int *assumed, size_t n);
bool rk_solving_value(rk_solving *s, int literal); /* in the model of the last search */

#endif
