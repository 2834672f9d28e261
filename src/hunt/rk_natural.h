/* Equational hypotheses as relations between arrows. Every slot is an arrow from the space of its
   columns to the space of its rows; an equation made of products, sums, constant factors,
   transposes and identities is kept by a change of basis in every space and by direct sums. So
   its solutions of any size are made of small ones, as in the theory of representations of
   quivers with relations (Assem, Simson, Skowronski, "Elements of the Representation Theory of
   Associative Algebras 1", ch. II-III). A transpose is an arrow between the dual spaces; where a
   space meets its own dual only orthogonal changes of basis remain.

   An rk_natural belongs to one program and owns all it points to. */
#ifndef RK_NATURAL_H
#define RK_NATURAL_H

#include "eval/rk_program.h"

/* Changes of basis that a space allows, each a subgroup of those before it. */
typedef enum rk_group { RK_GROUP_LINEAR, RK_GROUP_ORTHOGONAL, RK_GROUP_PERMUTATION } rk_group;

enum { RK_NATURAL_SIDE = 6, RK_NATURAL_ENTRIES = RK_NATURAL_SIDE * RK_NATURAL_SIDE };

/* A small matrix of residues modulo RK_NATURAL_PRIME. */
#define RK_NATURAL_PRIME UINT64_C(2147483647)
typedef struct rk_small {
    int rows, cols;
    uint32_t entry[RK_NATURAL_ENTRIES]; /* row by row */
} rk_small;

/* One side of an arrow: a space, or its dual. */
typedef struct rk_side {
    unsigned space;
    bool dual;
} rk_side;

typedef struct rk_arrow { /* a slot that occurs in the equations */
    unsigned slot;
    bool scalar; /* a number that multiplies others: the same in all summands */
    rk_side row, col;
} rk_arrow;

typedef struct rk_space {
    int64_t dimension;
    rk_group group;
} rk_space;

typedef struct rk_natural_op rk_natural_op;

typedef struct rk_natural_relation {
    size_t left, right; /* operations whose results are to be equal */
    size_t *arrow;      /* indices of those it mentions */
    size_t narrows;
} rk_natural_relation;

/* What equations tie together: its arrows, spaces and relations. */
typedef struct rk_component {
    rk_arrow *arrow;
    size_t narrows;
    rk_space *space;
    size_t nspaces;
    rk_natural_relation *relation;
    size_t nrelations;
} rk_component;

typedef struct rk_natural {
    const rk_program *program; /* not owned */
    rk_component *component;
    size_t ncomponents;
    rk_natural_op *op;
    size_t nops;
    rk_small *value; /* scratch, of each operation */
    unsigned char *known;
    void *memory;
} rk_natural;

/* compare: the instructions `a == b` that are to hold. Those that are no relations between arrows
   are left out. */
void rk_natural_init(rk_natural *n, const rk_program *program, const unsigned *compare,
                     size_t count);
void rk_natural_clear(rk_natural *n);

/* Does a relation of a component hold modulo RK_NATURAL_PRIME? size[s]: of its space s in this
   summand; value[a]: of its arrow a, of the shape that the sizes say. */
bool rk_natural_holds(rk_natural *n, const rk_natural_relation *relation, const int *size,
                      const rk_small *value);

/* Left minus right of a relation whose sides are 1 by 1 in this summand. */
bool rk_natural_difference(rk_natural *n, const rk_natural_relation *relation, const int *size,
                           const rk_small *value, uint32_t *out);

#endif
