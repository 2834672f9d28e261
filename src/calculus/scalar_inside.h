/* What the files of rk_scalar share: the interned forms and what is known of them. */
#ifndef RK_SCALAR_INSIDE_H
#define RK_SCALAR_INSIDE_H

#include "rk_scalar.h"

/* The signs a value may have, as a set. */
enum { RK_SIGN_NEG = 1, RK_SIGN_ZERO = 2, RK_SIGN_POS = 4, RK_SIGN_ANY = 7 };

/* What was found in this epoch of the scalars: [0] in all, [1] without what is assumed. */
typedef struct rk_sc_signed {
    unsigned epoch, signs;
} rk_sc_signed;

typedef struct rk_sc_node {
    rk_canon *form;
    uint64_t hash;
    bool small; /* an integer that fits */
    int64_t value;
    bool nonzero; /* noted by rk_sc_assume_nonzero */
    rk_sc_signed sign[2];
} rk_sc_node;

typedef struct rk_sc_memo { /* the result of an operation */
    uint64_t key;           /* 0: free */
    rk_sc result;
    int order;
} rk_sc_memo;

typedef struct rk_sc_atom_node {
    rk_quantity *quantity; /* NULL where it is none */
    rk_sc form;            /* of the atom alone, NULL not yet made */
    rk_sc part[2];         /* of a power: base and exponent, NULL not yet made */
    unsigned low_epoch;
    int64_t low;
    rk_sc_signed sign[2];
} rk_sc_atom_node;

typedef struct rk_sc_known { /* what an assumption says */
    rk_sc value;
    unsigned signs;
} rk_sc_known;

enum { RK_SC_INTS = 64, RK_SC_KNOWN = 16 };

struct rk_scalars {
    rk_sizes *sizes;
    rk_canons *canons;
    rk_arena *arena;
    rk_scalar_hooks hooks;
    rk_sc_node *node; /* by the id of the form */
    size_t nnodes, cap_nodes;
    unsigned *slot; /* nodes by hash: 0 free, else the id + 1 */
    size_t nslots;
    rk_sc_memo *memo;
    size_t nmemo, memo_slots;
    rk_quantity **quantity;
    size_t nquantities, cap_quantities;
    unsigned *quantity_slot;
    size_t quantity_slots;
    rk_sc_atom_node *atom; /* by atom */
    size_t natoms;
    rk_sc *symbol; /* by symbol, NULL not yet made */
    int64_t *low;  /* by symbol */
    size_t nsymbols;
    rk_sc integer[2 * RK_SC_INTS]; /* -RK_SC_INTS.. */
    rk_sc_known known[RK_SC_KNOWN];
    size_t nknown;
    bool plain;     /* what is assumed is being used, and not once more for the signs in there */
    unsigned epoch; /* grows when more is known */
};

static inline rk_sc_node *rk_sc_node_of(const rk_scalars *s, rk_sc a) {
    return &s->node[a->id];
}

static inline const fmpz_mpoly_struct *rk_sc_num(rk_sc a) {
    return fmpz_mpoly_q_numref(a->value);
}

static inline const fmpz_mpoly_struct *rk_sc_den(rk_sc a) {
    return fmpz_mpoly_q_denref(a->value);
}

/* Forms inside atoms may be of the sizes, or of other scalars over the same sizes. */
static inline bool rk_sc_is_interned(const rk_scalars *s, rk_sc a) {
    return a->id < s->nnodes && s->node[a->id].form == a;
}

static inline bool rk_sc_is_polynomial(const rk_scalars *s, rk_sc a) {
    return fmpz_mpoly_is_one(rk_sc_den(a), rk_canon_context(s->canons, a));
}

/* The place of an operation on two interned forms: with its result, or free (key 0). The next
   search may move it. */
enum { RK_SC_ADD = 1, RK_SC_SUB, RK_SC_MUL, RK_SC_DIV, RK_SC_COMPARE };
uint64_t rk_sc_memo_key(unsigned op, rk_sc a, rk_sc b);
rk_sc_memo *rk_sc_memo_find(rk_scalars *s, uint64_t key);
void rk_sc_memo_put(rk_scalars *s, rk_sc_memo memo);
rk_sc rk_sc_intern(rk_scalars *s, size_t mark, const rk_canon *form); /* NULL stays NULL */
rk_sc rk_sc_atom(rk_scalars *s, unsigned atom);
rk_sc rk_sc_canon(rk_scalars *s, const rk_canon *form); /* of a size */
bool rk_sc_atoms_are_integers(rk_scalars *s, rk_sc a);
/* Base (0) and exponent (1) of a power. What the atom itself has is a form of the sizes, or was
   interned elsewhere. */
rk_sc rk_sc_power_part(rk_scalars *s, unsigned atom, int i);
rk_sc rk_sc_fmpz(rk_scalars *s, const fmpz_t value);
rk_sc rk_sc_part(rk_scalars *s, rk_sc a, const fmpz_mpoly_t p); /* a polynomial of a's context */
/* a where each atom becomes its image; images are those of a->atom[] in order */
rk_sc rk_sc_compose(rk_scalars *s, rk_sc a, const rk_sc *image);
/* The scalar of a quantity made anew after its parts have changed. */
rk_sc rk_sc_again(rk_scalars *s, const rk_quantity *q, bool matrices_changed);
rk_sc rk_sc_without_squares(rk_scalars *s, rk_sc a); /* of roots */
unsigned rk_sc_signs(rk_scalars *s, rk_sc a);
void rk_sc_room_for_symbol(rk_scalars *s, unsigned sym);
void rk_sc_room_for_atom(rk_scalars *s, unsigned atom);

#endif
