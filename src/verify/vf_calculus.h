/* Proofs for all dimensions: docs/certificate-format.md, "calculus". vf_calculus.c takes claims
   apart, vf_calculus_goal.c shows one comparison, vf_calculus_fact.c adds facts up,
   vf_calculus_rule.c turns equations into rules, vf_jacobian.c compares derivatives, vf_law.c has
   the laws that facts are instances of and vf_law_generic.c those that hold for almost every value.

   A proof is read in its order and everything stated is computed again from the theorem's text.
   What comes into force for a part of the proof (hypotheses, names, rules) is forgotten behind it.
   Inside, every matrix stands for one value at every assignment at which the hypotheses and the
   claim are defined and hold; what is shown of almost every generic value holds outside a set of
   measure zero, of which there are countably many in all. */
#ifndef VF_CALCULUS_H
#define VF_CALCULUS_H

#include "vf_cert.h"
#include "vf_matrix.h"

typedef struct vf_literal { /* a comparison or span, perhaps negated */
    const vf_term *term;
    bool negated;
} vf_literal;

typedef struct vf_hypothesis {
    vf_literal literal;
    const vf_term *unknown; /* of a span: A == K*B, or A == B*K; NULL */
} vf_hypothesis;

typedef struct vf_relation { /* value == 0, or >= 0 */
    bool equation;
    vf_ratio value;
} vf_relation;

typedef struct vf_layer { /* the step of an induction: Z is the value of a fold before layer l */
    vf_theorem *theorem;
    unsigned index, running; /* the symbols of l and Z */
    const vf_term *start, *body;
} vf_layer;

typedef struct vf_scope { /* facts about a member */
    size_t nnames, first_fact;
    vf_mark mark;
    unsigned sym;
    vf_ratio low, high;
} vf_scope;

typedef struct vf_proof {
    vf_theorem *t;
    vf_cert *c;
    vf_mxs *s;
    const vf_term **defined; /* texts of the theorem that are defined here */
    size_t ndefined;
    vf_hypothesis *hypothesis;
    size_t nhypotheses;
    vf_literal *given;
    size_t ngiven;
    vf_name *name;
    size_t nnames;
    const vf_mx **rule; /* what each says is 0, found without rules */
    size_t nrules;
    vf_layer *layer;
    size_t nlayers;
    vf_relation *fact;
    size_t nfacts;
    vf_scope *scope;
    size_t nscopes;
    size_t depth; /* goals inside one another */
} vf_proof;

typedef struct vf_place { /* how much is in force */
    vf_mark mark;
    size_t ndefined, nhypotheses, ngiven, nnames, nrules, nlayers;
} vf_place;

/* --- vf_calculus.c */
vf_place vf_enter(vf_proof *p);
void vf_leave(vf_proof *p, vf_place place); /* everything since is forgotten */
void vf_name_term(vf_proof *p, const char *name, const vf_term *term);
const vf_term *vf_symbol_term(unsigned sym);
bool vf_is_comparison(const vf_term *t);
/* The theorem's text, at the indices and running values in force, is defined. */
void vf_take_defined(vf_proof *p, const vf_term *t);
/* A new matrix (or number) of which only the shape is known; not yet named. */
const vf_term *vf_new_matrix(vf_proof *p, const char *name, vf_ratio rows, vf_ratio cols);
void vf_give(vf_proof *p, vf_op op, const vf_term *a, const vf_term *b);
void vf_give_literal(vf_proof *p, vf_literal l);
void vf_take_literal(vf_proof *p, vf_literal l); /* as a hypothesis with a number */
/* Text of a record, in the names in force. */
const vf_term *vf_text(vf_proof *p, const char *text);
const vf_term *vf_value_text(vf_proof *p, const char *text); /* no truth value */
vf_ratio vf_number_text(vf_proof *p, const char *text);
const vf_mx *vf_matrix_text(vf_proof *p, const char *text);
size_t vf_index_text(const char *text, size_t n); /* 1..n as 0..n - 1 */

/* --- vf_calculus_goal.c */
bool vf_is_number(const vf_term *t);                 /* 1 by 1 */
bool vf_is_det_and_0(vf_proof *p, const vf_term *t); /* det(A) beside 0 in a comparison */
/* value >= 0, and 0 exactly when a is 0 */
bool vf_is_measure(vf_proof *p, const vf_term *a, vf_ratio value);
/* min(...), max(...), and max(x, -x) for abs(x) */
const vf_term *vf_extremum(const vf_term *e);
/* A number, or a truth value, made of one or two terms, or of none. */
vf_term *vf_term_of(vf_op op, const vf_term *a, const vf_term *b);
vf_ratio vf_singular_gap(vf_proof *p, const vf_term *a); /* n - 1 - rank(a) */
bool vf_is_positive(vf_proof *p, vf_ratio a);
vf_op vf_comparison(vf_literal l); /* the comparison it says; numbers and == != of matrices */
/* What it says as a number; ENSURE: it does. */
vf_relation vf_says(vf_proof *p, vf_literal l);
void vf_prove_literal(vf_proof *p, vf_literal goal);
void vf_take_lemma(vf_proof *p, const char *rest); /* lemma RELATION, and its proof */

/* --- vf_calculus_term.c */
typedef bool vf_test(void *self, const vf_term *t);
bool vf_find_term(const vf_term *t, vf_test *test, void *self); /* any part, or all of it */
/* The term with other terms in places of its own; image: what stands for t, or NULL for itself. */
typedef const vf_term *vf_term_image(void *self, const vf_term *t);
const vf_term *vf_exchange(const vf_term *t, vf_term_image *image, void *self);
/* Z stands for the value of the fold before layer `index`, so this layer of it is defined if the
   fold is a part of what is defined. */
void vf_add_layer(vf_proof *p, unsigned index, const vf_term *fold, const vf_term *running,
                  const vf_term *body);

/* --- vf_calculus_rule.c */
void vf_take_rules(vf_proof *p); /* all records that bring something into force before a goal */

/* --- vf_jacobian.c: jacobian K | M, or jacobian K | h | M; through F | K | PLACE | M ...; freedom
 */
void vf_take_jacobian(vf_proof *p, const char *rest);
void vf_take_through(vf_proof *p, const char *rest);
void vf_take_freedom(vf_proof *p, const char *rest);

/* --- vf_calculus_fact.c */
void vf_take_facts(vf_proof *p);
/* value less the stated multiples of facts; *equations: of equations only. `field`: from the first
   pair on. */
vf_ratio vf_less_facts(vf_proof *p, vf_ratio value, const char **field, size_t n, bool *equations);
vf_relation vf_relation_text(vf_proof *p, const char *text);
bool vf_same_relation(vf_proof *p, vf_relation a, vf_relation b);

/* --- vf_law.c */
/* ENSURE: the law says this of these arguments. */
void vf_check_law(vf_proof *p, const char *law, const char **arg, size_t n, vf_relation stated);

/* --- vf_law_generic.c: laws of other kinds; false: it is none of these */
bool vf_check_other_law(vf_proof *p, const char *law, const char **arg, size_t n,
                        vf_relation stated);
/* ENSURE: a generic variable, or a member of a generic family, that fills its shape. */
bool vf_is_generic_text(vf_proof *p, const char *text);
/* The set is open in the space of all matrices of its shape, or (nonnegative) has its points. */
bool vf_fills_its_shape(vf_set set);
bool vf_is_free_text(vf_proof *p, const char *text,
                     const char *variable); /* does not depend on it */

#endif
