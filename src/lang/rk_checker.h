/* The checker's state and what its parts share. rk_check_scope.c keeps names and reports,
   rk_check_size.c reads integer expressions, rk_check_term.c makes terms and compares shapes,
   rk_check_defined.c keeps matrices whose size alone is used,
   rk_check_expr.c, rk_check_loop.c and rk_check_call.c turn trees into terms,
   rk_check_random.c looks at random claims, rk_check_theorem.c reads the clauses of a theorem, and
   rk_check_module.c the items of a unit.

   A function that turns a tree into a term or size returns NULL after an error that it (or what
   it called) reported, so that nothing is reported twice. */
#ifndef RK_CHECKER_H
#define RK_CHECKER_H

#include "rk_check_text.h"
#include "rk_digest.h"
#include "rk_functions.h"
#include "rk_lex.h"

typedef enum rk_bind_kind {
    RK_BIND_DIM,    /* size */
    RK_BIND_INDEX,  /* size */
    RK_BIND_VAR,    /* var, term */
    RK_BIND_FAMILY, /* var */
    RK_BIND_DATA,   /* term */
    RK_BIND_LET,    /* term, let */
    RK_BIND_ACC,    /* term: running value of a fold */
    RK_BIND_PARAM   /* of a def, standing for an expression: term, argument */
} rk_bind_kind;

typedef struct rk_frame rk_frame;

typedef struct rk_binding {
    const char *name;
    rk_bind_kind kind;
    rk_span span;
    bool bad; /* its declaration was wrong: uses say nothing */
    const rk_size *size;
    rk_term *term;
    unsigned var, let;
    const rk_node *argument;  /* PARAM: read again where an integer expression is wanted, */
    rk_frame *home;           /* with the names of the place of the call */
    struct rk_binding *alias; /* PARAM given a bare name: the binding of that name */
    struct rk_binding *next;  /* declared before it in the same frame */
} rk_binding;

struct rk_frame {      /* the names known in a theorem, or in the text of a def being expanded */
    const rk_def *def; /* NULL in a theorem */
    rk_span use;       /* where the def is used */
    rk_frame *caller;
    void *names; /* for tsearch */
    rk_binding *last;
};

typedef struct rk_loop_index { /* an enclosing loop */
    unsigned sym;
    const rk_size *low, *high;
    bool runs;   /* at least once, at all dimensions */
    unsigned id; /* into the checker's bodies */
} rk_loop_index;

typedef struct rk_guard_term { /* a term with a matrix attached that must be defined */
    rk_term *term, *inner;
    rk_term *matrix; /* NULL once it turned out not to be needed */
    unsigned loop;   /* innermost loop around it, RK_NO_LOOP */
} rk_guard_term;

typedef struct rk_known_def {
    const char *name; /* first: compared by name */
    const rk_def *def;
    bool bad;             /* errors were reported in its text */
    unsigned state;       /* search for recursion: 0 not seen, 1 above, 2 done */
    size_t calls, ncalls; /* the defs its text calls: a stretch of the checker's calls */
} rk_known_def;

typedef struct rk_iexpr_entry {
    const rk_size *size;
    unsigned let; /* in which let it stands; RK_NO_LET elsewhere */
    bool extent;  /* must be at least 1 */
} rk_iexpr_entry;

enum rk_trait {
    RK_TRAIT_PARTIAL = 1,   /* may be undefined */
    RK_TRAIT_VARIABLE = 2,  /* depends on a variable */
    RK_TRAIT_STATISTIC = 4, /* prob, mean or var is in it */
    RK_TRAIT_RUNS = 8,      /* a loop that runs at all dimensions; not inherited */
    RK_TRAIT_INHERITED = 7
};

typedef struct rk_let_use {
    unsigned user, used;
} rk_let_use;

enum { RK_NO_LET = 0xffffffffu, RK_NO_LOOP = 0xffffffffu };

typedef struct rk_checker {
    rk_arena *arena;   /* of the results */
    rk_arena *scratch; /* of the names of one theorem */
    rk_reporter report;
    const rk_loader *loader;
    const rk_unit *unit;
    void *defs, *theorems, *papers; /* by name, for tsearch */
    rk_known_def **calls;           /* from one def to another */
    size_t ncalls, cap_calls;
    bool broken; /* syntax errors hide some of the names: unknown ones say nothing */
    /* the theorem being checked */
    rk_checked *out;
    rk_sizes *sizes;
    const rk_theorem *theorem;
    rk_frame *frame;
    unsigned depth;
    bool stopped; /* a limit was reached: give the theorem up */
    bool spoilt;  /* part of the theorem could not be read, though perhaps nothing was said */
    bool allow_random;
    rk_term **terms;
    unsigned char *traits; /* by id: rk_trait bits */
    size_t nterms, cap_terms, cap_traits;
    rk_loop_index *loops;
    size_t nloops, cap_loops;
    int64_t *low; /* what each symbol is at least, INT64_MIN not known */
    size_t cap_low;
    rk_iexpr_entry *iexprs;
    size_t niexprs, cap_iexprs;
    rk_let_use *let_uses;
    size_t nlet_uses, cap_let_uses;
    unsigned let, nlets; /* the let being read */
    rk_term **partial;   /* matrices of rows(E), cols(E) that may be undefined, not yet attached */
    size_t npartial, cap_partial;
    rk_guard_term *guards;
    size_t nguards, cap_guards;
    rk_term **bodies; /* of loops, by id; NULL after an error */
    size_t nbodies, cap_bodies;
    rk_digest digest;
    size_t cap_dims, cap_vars, cap_data, cap_assumes, cap_claims;
} rk_checker;

/* --- names and reports (rk_check_scope.c) --- */

int rk_compare_names(const void *a, const void *b); /* of structs that begin with their name */
/* Reports an error; inside a def with notes on where it is used. True if hints may follow. */
bool rk_complain(rk_checker *ck, const char *name, rk_span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void rk_hint(rk_checker *ck, const char *format, ...) __attribute__((format(printf, 2, 3)));

rk_binding *rk_bind(rk_checker *ck, rk_bind_kind kind, const char *name, rk_span span);
void rk_unbind(rk_checker *ck, rk_binding *b);
void rk_frame_clear(rk_frame *frame);
/* What a name stands for; complains when it is not known. NULL, too, for bad ones. */
rk_binding *rk_lookup(rk_checker *ck, const char *name, rk_span span);
rk_known_def *rk_def_find(const rk_checker *ck, const char *name);
void rk_hint_function(rk_checker *ck, const char *name);
rk_binding *rk_binding_peek(const rk_frame *frame, const char *name); /* NULL: not declared */

/* --- integer expressions (rk_check_size.c) --- */

/* A number as an int64; complains at the span when it is not one. */
bool rk_check_int(rk_checker *ck, const rk_node *node, int64_t *value);
const rk_size *rk_check_size(rk_checker *ck, const rk_node *node);
/* The same where a size is wanted: below 1 at all dimensions is an error. */
const rk_size *rk_check_extent(rk_checker *ck, const rk_node *node);
/* Complains if a size made since the last call is too large, and gives the theorem up. */
bool rk_sizes_fit(rk_checker *ck, rk_span span);
unsigned rk_new_symbol(rk_checker *ck, const char *name, const rk_size *definition, int64_t low);
/* True only if a >= least at all allowed dimensions (and at all indices). */
bool rk_always(rk_checker *ck, const rk_size *a, int64_t least);
/* Complains if a position is outside 1..extent at all allowed dimensions. */
bool rk_check_position(rk_checker *ck, const rk_size *at, const rk_size *extent, rk_span span,
                       const char *what);
/* Visits the choices of the dimensions declared so far if there are at most `most`. */
typedef bool rk_visit_dims(rk_checker *ck, const int64_t *values, void *arg);
bool rk_each_dims(rk_checker *ck, size_t most, rk_visit_dims *visit, void *arg, bool *finite);

/* --- terms and shapes (rk_check_term.c) --- */

rk_term *rk_make(rk_checker *ck, rk_op op, rk_span span, const rk_size *rows, const rk_size *cols,
                 rk_term *const *kids, size_t nkids);
rk_term *rk_make1(rk_checker *ck, rk_op op, rk_span span, const rk_size *rows, const rk_size *cols,
                  rk_term *kid);
rk_term *rk_make2(rk_checker *ck, rk_op op, rk_span span, const rk_size *rows, const rk_size *cols,
                  rk_term *a, rk_term *b);
rk_term *rk_make_truth(rk_checker *ck, rk_op op, rk_span span, rk_term *const *kids, size_t nkids);
rk_term *rk_make_int(rk_checker *ck, rk_span span, const rk_size *size);
/* To be called when the position or exponent of a VAR or POWER has been filled in. */
rk_term *rk_finish(rk_checker *ck, rk_term *t);
const rk_size *rk_one(rk_checker *ck);
bool rk_is_one(rk_checker *ck, const rk_size *a);
bool rk_is_scalar(rk_checker *ck, const rk_term *t);
bool rk_is_square(rk_checker *ck, const rk_term *t);
bool rk_same_shape(rk_checker *ck, const rk_term *a, const rk_term *b);
const char *rk_shape_text(rk_checker *ck, const rk_term *t); /* "n by d" */
const char *rk_size_text(rk_checker *ck, const rk_size *a);
bool rk_want_square(rk_checker *ck, const rk_term *t, rk_span span, const char *what);
bool rk_want_scalar(rk_checker *ck, const rk_term *t, rk_span span, const char *what);

/* --- matrices whose size alone is used (rk_check_defined.c) --- */

/* Attaches to t the matrices of rows(E), cols(E) met since `mark` that may be undefined. */
rk_term *rk_attach_partial(rk_checker *ck, rk_term *t, size_t mark);
/* Takes away again what was attached without need, in claims, assumes and *extra (may be NULL). */
void rk_drop_needless(rk_checker *ck, rk_term **extra);

/* --- trees to terms (rk_check_expr.c, rk_check_loop.c, rk_check_call.c) --- */

/* One level deeper into expressions; complains at the limit. The caller steps back with depth--. */
bool rk_deeper(rk_checker *ck, const rk_node *node);
rk_term *rk_check_any(rk_checker *ck, const rk_node *node);
rk_term *rk_check_value(rk_checker *ck, const rk_node *node);
rk_term *rk_check_truth(rk_checker *ck, const rk_node *node);
rk_term *rk_check_loop(rk_checker *ck, const rk_node *node);
rk_term *rk_check_fold(rk_checker *ck, const rk_node *node);
rk_term *rk_check_member(rk_checker *ck, const rk_node *node);
rk_term *rk_check_entry(rk_checker *ck, const rk_node *node);
rk_term *rk_check_block(rk_checker *ck, const rk_node *node);
rk_term *rk_check_call(rk_checker *ck, const rk_node *node);
rk_term *rk_check_jrank(rk_checker *ck, const rk_node *node);
rk_term *rk_check_norm(rk_checker *ck, const rk_node *node);

/* Opens the text of a def with its arguments bound: the new frame becomes current. False after an
   error. rk_leave_def closes it. */
bool rk_enter_def(rk_checker *ck, const rk_node *call, rk_frame *frame);
void rk_leave_def(rk_checker *ck, rk_frame *frame);
const rk_def *rk_def_of_call(const rk_checker *ck, const rk_node *node);

/* --- theorems --- */

void rk_check_random_claim(rk_checker *ck, const rk_term *claim);
/* Complains about prob, mean and var in what is no claim. */
void rk_check_no_statistic(rk_checker *ck, const rk_term *t, const char *what);
/* Reads a theorem into *out; false after an error in it. */
bool rk_check_theorem(rk_checker *ck, const rk_file *file, const rk_theorem *theorem,
                      rk_checked *out);

/* Before and after a theorem or lone expression: rk_checker_open makes *out empty, `frame` its
   names; rk_checker_close frees what was needed meanwhile. If `keep`, the terms that *extra (may be
   NULL), claims, assumes and parameters reach get dense ids, and the tables go to the arena. */
bool *rk_used_lets(const rk_checker *ck); /* by let; to be freed */
void rk_checker_open(rk_checker *ck, rk_checked *out, rk_frame *frame);
void rk_checker_close(rk_checker *ck, bool keep, rk_term **extra);

typedef struct rk_named { /* what the tables of theorems and papers hold */
    const char *name;
    rk_span span;
    const void *item;
} rk_named;
const rk_named *rk_named_find(void *const *table, const char *name);
/* Checks the texts of all defs by themselves: names, arguments, recursion. */
void rk_check_defs(rk_checker *ck);

#endif
