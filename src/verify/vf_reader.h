/* The reader's state and what its parts share. vf_lex.c makes tokens, vf_size.c computes with
   sizes, vf_read_term.c and vf_read_call.c turn text into terms at once, without a tree between:
   a `def` is read again at each use. vf_theorem.c reads the clauses of a theorem, vf_files.c
   finds the items of a file and its imports, vf_data.c reads matrices. */
#ifndef VF_READER_H
#define VF_READER_H

#include "vf_lex.h"
#include "vf_text.h"

enum {
    VF_MAX_FILES = 256,
    VF_MAX_CLAIM_FILE = 8388608, /* bytes */
    VF_MAX_NESTING = 1000,       /* of what is read, defs put in */
    VF_MAX_TERMS = 1000000,      /* of a theorem */
    VF_MAX_SIZE_TERMS = 1024,    /* of a size that is multiplied out */
    VF_MAX_SIZE_BITS = 4096,     /* of its coefficients */
    VF_MAX_RANGE = 1 << 20,      /* values of a dimension n in 1..9 */
    VF_MAX_DATA = 1 << 24,       /* of a matrix in a data file */
    VF_NO_LET = -1
};

typedef struct vf_item { /* a paper, def or theorem */
    const char *kind, *name;
    vf_lexer body;      /* of a def: at its parameters; of a theorem: at its title or brace */
    const char *starts; /* the word it begins with */
    const char *path;   /* of its file */
    bool random;        /* a theorem about random variables */
    bool open;          /* a def that is being expanded */
} vf_item;

typedef enum vf_bound {                 /* what a name stands for */
                        VF_BOUND_TERM,  /* term: a dimension, an index, an entry of data, a running
                                           value, ... */
                        VF_BOUND_LET,   /* term, let */
                        VF_BOUND_FAMILY /* var */
} vf_bound;

typedef struct vf_binding {
    const char *name;
    vf_bound kind;
    const vf_term *term;
    unsigned var;
    long let;
    const struct vf_binding *before; /* declared earlier in the same text */
} vf_binding;

typedef struct vf_reader {
    vf_theorem *t;
    vf_item *item;
    size_t nitems;
    unsigned char *list; /* what the digest is of */
    size_t nlist, list_room;
    vf_lexer x;
    const vf_binding *names; /* the ones known here; those of a def's text are apart */
    vf_ratio one;
    unsigned depth, loops; /* around what is being read */
    size_t nterms;
    bool certificate; /* reading the text of one: sizes are to be known, names are fixed */
    long let, nlets;  /* the let being read */
    long *size_let;   /* by size of the theorem: the let in which it stands */
    long (*use)[2];   /* which let uses which; VF_NO_LET: something else uses it */
    size_t nuses;
    bool *used; /* by let, once the theorem was read */
} vf_reader;

/* --- vf_read_term.c --- */

vf_term *vf_make(vf_reader *r, vf_op op, vf_ratio rows, vf_ratio cols, const vf_term **kid,
                 size_t nkids);
vf_term *vf_make_scalar(vf_reader *r, vf_op op, const vf_term **kid, size_t nkids);
vf_term *vf_make_truth(vf_reader *r, vf_op op, const vf_term **kid, size_t nkids);
const vf_term *vf_make_int(vf_reader *r, long value);
const vf_term *vf_make_symbol(vf_reader *r, unsigned sym);
const vf_term *vf_make_extent(vf_reader *r, vf_op op, const vf_term *of); /* VF_ROWS, VF_COLS */
const vf_term **vf_kids(size_t n, const vf_term *a, const vf_term *b, const vf_term *c);

vf_binding *vf_bind(vf_reader *r, const char *name, const vf_term *term);
const vf_binding *vf_lookup(vf_reader *r, const char *name);
const vf_item *vf_find_item(const vf_reader *r, const char *kind, const char *name);

const vf_term *vf_parse_any(vf_reader *r); /* `value` of the grammar */
const vf_term *vf_parse_value(vf_reader *r);
const vf_term *vf_parse_truth(vf_reader *r);
/* An integer expression, kept with the theorem's if it stands outside loops. */
const vf_term *vf_parse_integer(vf_reader *r);
const vf_term *vf_parse_extent(vf_reader *r); /* one that must be at least 1 */
void vf_keep_size(vf_reader *r, const vf_term *size, bool extent);
/* ENSURE: the position is not outside 1..extent whatever the dimensions are. */
void vf_check_position(vf_reader *r, const vf_term *at, vf_ratio extent);

/* --- vf_read_call.c --- */

/* name( ... ): functions of the language; the current token is behind the parenthesis. */
bool vf_is_function(const char *name);
const vf_term *vf_parse_function(vf_reader *r, const char *name);

/* --- vf_size.c --- */

bool vf_same_size(vf_ratio a, vf_ratio b);
bool vf_is_one(vf_ratio a);
/* Sum of `width` for sym = low..high, in closed form. */
vf_ratio vf_size_sum(const vf_theorem *t, unsigned sym, vf_ratio low, vf_ratio high,
                     vf_ratio width);
bool vf_size_constant(vf_ratio a, long *value); /* an integer that fits */

/* --- vf_theorem.c, vf_files.c, vf_data.c --- */

void vf_read_clauses(vf_reader *r, const char *path); /* up to the last `}` */
void vf_list_bytes(vf_reader *r, const void *bytes, size_t len);
void vf_read_matrix(vf_datum *d, unsigned char digest[32]);

#endif
