/* Terms evaluated at given dimensions for all values of the variables at once: matrices of
   fractions of polynomials in atoms. An atom is an entry of a variable, or a generator: the value
   of a root, an exponential, a logarithm. A point below is a choice of values at which the
   hypotheses hold and at which they and the claim in hand, as written, are defined; an atom has one
   real value there.

   What the text alone says of atoms at every such point is collected as facts on the signs of
   polynomials: by the declared sets, by what is divided by (not 0), what a root is taken of (not
   negative) and what a logarithm is taken of (positive), by the ranges of roots and exponentials.
   Every denominator is a product of things that are not 0 at any point, so a fraction whose
   numerator is zero is zero at every point. Rules say that a power of an atom equals a fraction at
   every point; vf_normal applies them. */
#ifndef VF_SYMBOLIC_H
#define VF_SYMBOLIC_H

#include "vf_value.h"

/* Sets of signs that a polynomial may take at the points. */
enum { VF_MINUS = 1, VF_NULL = 2, VF_PLUS = 4, VF_ANY = 7 };

typedef struct vf_fact {
    const vf_poly *p; /* in normal form, with leading coefficient 1 */
    unsigned signs;
} vf_fact;

typedef struct vf_fraction {
    vf_ratio x;
    unsigned signs;
} vf_fraction;

typedef enum vf_kind {
    VF_OF_ENTRY,
    VF_OF_ROOT,
    VF_OF_EXP,
    VF_OF_LOG,
    VF_OF_ERF,
    VF_OF_SIGN
} vf_kind;

typedef struct vf_atom {
    vf_kind kind;
    vf_ratio what;   /* of a generator: root, exp, log, sign of it, erf(what/sqrt(2)) */
    unsigned degree; /* of the rule atom^degree = power: 1 or 2; 0: none */
    vf_ratio power;
} vf_atom;

typedef struct vf_form { /* row by row */
    size_t rows, cols;
    vf_ratio *entry;
} vf_form;

typedef struct vf_symbolic {
    vf_theorem *theorem;
    bool functions; /* are generators allowed? */
    bool fewer;     /* exponentials that are made of other generators get none of their own */
    bool kinks;     /* of what is differentiated: a sign is a number that stands still */
    bool strict;    /* terms of a certificate: nothing is learned from them, what they take roots
                       and logarithms of and divide by must be known to be apt */
    long *value;    /* of dimensions and of bound indices, by symbol */
    vf_atom *atom;
    size_t natoms;
    vf_fact *fact;
    size_t nfacts;
    vf_fraction *fraction; /* facts on fractions, besides those on numerator times denominator */
    size_t nfractions;
    const vf_form ***variable; /* by variable and member */
    const vf_form **running;   /* of folds, by symbol */
    size_t nsyms;              /* for which there is room */
    unsigned long scope, scopes;
    struct vf_memo *memo;
    size_t nmemo, room;
} vf_symbolic;

/* At these values of the dimensions, by symbol. Variables get an atom for each free entry: entries
   that the set fixes (the last of a stochastic row, below the diagonal of a symmetric matrix) get
   none. */
vf_symbolic *vf_symbolic_new(vf_theorem *t, const long *value, bool functions);
/* The same of almost all points near a point (NULL: of all): generic orthogonal matrices and rows
   of length 1 are fractions of atoms that may have any value, other variables than generic ones
   stand still. */
vf_symbolic *vf_symbolic_near(vf_theorem *t, const long *value, bool functions,
                              const vf_point *near);
const vf_form *vf_symbolic_of(vf_symbolic *s, const vf_term *term);
long vf_symbolic_integer(vf_symbolic *s, const vf_term *term);
/* Values of all symbols that the theorem has by now. */
void vf_symbolic_take(vf_symbolic *s, const long *value);
/* An index gets a value; what was there is put back by giving back what the call returns. */
typedef struct vf_binding {
    long value;
    unsigned long scope;
} vf_binding;
vf_binding vf_symbolic_bind(vf_symbolic *s, unsigned sym, long value);
void vf_symbolic_unbind(vf_symbolic *s, unsigned sym, vf_binding before);

/* At every point the sign of x is among these. Whoever says so vouches for it. */
void vf_learn(vf_symbolic *s, vf_ratio x, unsigned signs);
/* At every point atom^degree = power. */
void vf_rule(vf_symbolic *s, unsigned atom, unsigned degree, vf_ratio power);
/* What is known: facts, and the signs of sums of products of what is known. */
unsigned vf_signs(vf_symbolic *s, const vf_poly *p);
unsigned vf_ratio_signs(vf_symbolic *s, vf_ratio x);
/* Of the sides of a comparison, entry by entry; either may be one number for all. */
const vf_ratio *vf_symbolic_differences(vf_symbolic *s, const vf_term *t, size_t *n);
/* By their signs. *absurd becomes true where one of them can have none. */
vf_tern vf_symbolic_compare(vf_symbolic *s, const vf_term *t, bool *absurd);
unsigned vf_signs_mul(unsigned a, unsigned b);
unsigned vf_signs_said(vf_op op); /* of the difference of the sides; 0: no comparison */
unsigned vf_signs_add(unsigned a, unsigned b);

/* p times the square of something that is not 0 at any point, powers replaced by the rules. */
const vf_poly *vf_normal(vf_symbolic *s, const vf_poly *p);
bool vf_same(vf_symbolic *s, vf_ratio x, vf_ratio y); /* equal at every point, by the rules */

#endif
