/* The claim language as the checker reads it: files, imports, defs and lets put in, names resolved,
   shapes known. The rules are those of the language's reference, written down a second time. */
#ifndef VF_TEXT_H
#define VF_TEXT_H

#include "vf_poly.h"

/* Functions: name, operation, least and most number of arguments (99: any). The last one is not of
   the language, but of certificates alone: rowscales(X [, eps]) is the diagonal matrix of
   1/sqrt(sum(x.*x)/cols(X) + eps) for the rows x of X, what a normalisation multiplies by. */
#define VF_FUNCTIONS(X)                                                                            \
    X("rows", VF_ROWS, 1, 1)                                                                       \
    X("cols", VF_COLS, 1, 1)                                                                       \
    X("eye", VF_EYE, 1, 1)                                                                         \
    X("ones", VF_ONES, 2, 2)                                                                       \
    X("zeros", VF_ZEROS, 2, 2)                                                                     \
    X("unit", VF_UNIT, 2, 2)                                                                       \
    X("causal", VF_CAUSAL, 1, 1)                                                                   \
    X("diag", VF_DIAG, 1, 1)                                                                       \
    X("vec", VF_VEC, 1, 1)                                                                         \
    X("kron", VF_KRON, 2, 2)                                                                       \
    X("rank", VF_RANK, 1, 1)                                                                       \
    X("nullity", VF_NULLITY, 1, 1)                                                                 \
    X("affrank", VF_AFFRANK, 1, 1)                                                                 \
    X("det", VF_DET, 1, 1)                                                                         \
    X("trace", VF_TRACE, 1, 1)                                                                     \
    X("inv", VF_INV, 1, 1)                                                                         \
    X("in_rowspan", VF_IN_ROWSPAN, 2, 2)                                                           \
    X("in_colspan", VF_IN_COLSPAN, 2, 2)                                                           \
    X("softmax", VF_SOFTMAX, 1, 2)                                                                 \
    X("layernorm", VF_LAYERNORM, 3, 4)                                                             \
    X("rmsnorm", VF_RMSNORM, 2, 3)                                                                 \
    X("batchnorm", VF_BATCHNORM, 1, 2)                                                             \
    X("center", VF_CENTER, 1, 1)                                                                   \
    X("center_tokens", VF_CENTER_TOKENS, 1, 1)                                                     \
    X("relu", VF_RELU, 1, 1)                                                                       \
    X("gelu", VF_GELU, 1, 1)                                                                       \
    X("silu", VF_SILU, 1, 1)                                                                       \
    X("tanh", VF_TANH, 1, 1)                                                                       \
    X("sigmoid", VF_SIGMOID, 1, 1)                                                                 \
    X("exp", VF_EXP, 1, 1)                                                                         \
    X("log", VF_LOG, 1, 1)                                                                         \
    X("sqrt", VF_SQRT, 1, 1)                                                                       \
    X("abs", VF_ABS, 1, 1)                                                                         \
    X("sign", VF_SIGN, 1, 1)                                                                       \
    X("sum", VF_SUM_ENTRIES, 1, 1)                                                                 \
    X("max", VF_MAX_ENTRIES, 1, 1)                                                                 \
    X("min", VF_MIN_ENTRIES, 1, 1)                                                                 \
    X("sum", VF_SUM_OF, 2, 99)                                                                     \
    X("max", VF_MAX_OF, 2, 99)                                                                     \
    X("min", VF_MIN_OF, 2, 99)                                                                     \
    X("norm1inf", VF_NORM_1INF, 1, 1)                                                              \
    X("sigma", VF_SIGMA, 2, 2)                                                                     \
    X("eigabs", VF_EIGABS, 2, 2)                                                                   \
    X("stable_rank", VF_STABLE_RANK, 1, 1)                                                         \
    X("entropy", VF_ENTROPY, 1, 1)                                                                 \
    X("rowscales", VF_ROWSCALES, 1, 2)

typedef enum vf_op {
#define VF_FUNCTION_ENUM(name, op, least, most) op,
    VF_FUNCTIONS(VF_FUNCTION_ENUM)
#undef VF_FUNCTION_ENUM
        VF_NUMBER, /* number */
    VF_SYM,        /* a dimension or index as a number: sym */
    VF_VAR,        /* var; kid 0: the member, none for a single variable */
    VF_DATUM,      /* var: which datum of the theorem */
    VF_ACC,        /* running value of the fold that binds sym2 */
    VF_NEG,
    VF_ADD,
    VF_SUB,
    VF_MUL, /* matrix product, or scaling by a 1 by 1 side */
    VF_DIV,
    VF_EMUL,
    VF_EDIV,
    VF_POWER, /* kid 0, kid 1: the exponent, an integer expression */
    VF_TRANSPOSE,
    VF_ENTRY, /* kid 0, kids 1 and 2: positions; VF_COLON for a whole row or column */
    VF_COLON,
    VF_HCAT,     /* blocks side by side: one row of [ ... ] */
    VF_VCAT,     /* rows below one another */
    VF_LOOP_SUM, /* sym; kid 0: from, kid 1: to, kid 2: body */
    VF_LOOP_PROD,
    VF_LOOP_HCAT,
    VF_LOOP_VCAT,
    VF_LOOP_MAX,
    VF_LOOP_MIN,
    VF_LOOP_ALL,
    VF_LOOP_ANY,
    VF_FOLD,  /* sym, sym2: the running value; kids: from, to, start, body */
    VF_JRANK, /* kid 0; kids 1..: VF_VAR nodes, of families without a member */
    VF_NORM_ONE,
    VF_NORM_TWO,
    VF_NORM_INF,
    VF_NORM_FRO,
    VF_EQ, /* comparisons of two; a chain is a VF_AND of its neighbours */
    VF_NE,
    VF_LT,
    VF_LE,
    VF_GT,
    VF_GE,
    VF_NOT,
    VF_AND, /* of any number of kids */
    VF_OR,
    VF_IMPLIES,
    VF_IFF
} vf_op;

static inline bool vf_is_entrywise(vf_op op) { /* a function of each entry */
    return op >= VF_RELU && op <= VF_SIGN;
}

static inline bool vf_is_layer(vf_op op) { /* softmax, normalisations, centrings */
    return op >= VF_SOFTMAX && op <= VF_CENTER_TOKENS;
}

static inline bool vf_is_loop(vf_op op) {
    return op >= VF_LOOP_SUM && op <= VF_FOLD;
}

typedef struct vf_term vf_term;
struct vf_term {
    vf_op op;
    bool truth;
    bool integer;    /* made so that it may stand for an integer; `/` then leaves no remainder */
    unsigned height; /* of what stands below, at most VF_MAX_DEPTH */
    vf_ratio rows, cols; /* of a value: in the atoms of vf_theorem.sym */
    vf_ratio size;       /* of an integer expression, once vf_size_of was asked */
    mpq_t number;
    unsigned sym, sym2, var;
    const vf_term **kid; /* a let or an argument that is used twice is the same object twice */
    size_t nkids;
};

typedef struct vf_symbol { /* a dimension or a bound index; also an atom of sizes */
    const char *name;
    bool bound;  /* an index of a loop, not a dimension */
    long low;    /* of a dimension: at least this; LONG_MIN for an index */
    bool finite; /* value[0..nvalues) are all values */
    const long *value;
    size_t nvalues;
    const vf_term *definition; /* dim d = H*dk; NULL otherwise */
    vf_ratio size;             /* in sizes: what it is defined as, otherwise itself as an atom */
    bool power;                /* no dimension or index: stands in sizes for base^exponent, */
    vf_ratio base, exponent;   /* which is no polynomial (2^n) */
} vf_symbol;

typedef enum vf_set {
    VF_REAL,
    VF_POSITIVE,
    VF_NONNEGATIVE,
    VF_NONZERO,
    VF_INTEGER,
    VF_STOCHASTIC,
    VF_ATTENTION,
    VF_SYMMETRIC,
    VF_PSD,
    VF_DIAGONAL,
    VF_INVERTIBLE,
    VF_ORTHOGONAL,
    VF_PERMUTATION,
    VF_UNIT_ROWS
} vf_set;

typedef enum vf_quantifier { VF_FORALL, VF_GENERIC, VF_EXISTS } vf_quantifier;

typedef struct vf_definition {
    long member;       /* of a family, from 1; 0: a single variable */
    const vf_term *by; /* stands for it; it stands nowhere itself */
} vf_definition;

typedef struct vf_variable {
    const char *name;
    vf_quantifier quantifier;
    vf_set set;
    const vf_term *members;     /* of a family W[H]: H; NULL for a single variable */
    const vf_term *rows, *cols; /* integer expressions */
    vf_definition *given;       /* by `define` records */
    size_t ngiven;
} vf_variable;

typedef struct vf_datum {
    const char *name, *path, *tensor; /* tensor NULL: the file has one */
    size_t rows, cols;
    mpq_t *entry; /* row by row, exact */
} vf_datum;

typedef struct vf_theorem {
    const char *name;
    vf_symbol *sym;
    size_t nsyms;
    unsigned *dim; /* the symbols that are dimensions, in the order of declaration */
    size_t ndims;
    vf_variable *var;
    size_t nvars;
    vf_datum *datum;
    size_t ndata;
    const vf_term **assume, **claim;
    size_t nassumes, nclaims;
    const vf_term **size; /* every integer expression of the text that must be an integer, and */
    bool *extent;         /* whether it must also be at least 1 */
    size_t nsizes;
    unsigned char digest[32]; /* files, data and name: docs/certificate-format.md */
    const char *statement;    /* the theorem's text as written, for the reader of the verdict */
    void *scope;              /* the names, for vf_read_term */
} vf_theorem;

/* Reads the file and what it imports (beside the importing file, then in the folders of
   `library`, NULL-terminated). ENSURE: the text is well formed, the theorem stands in the file. */
vf_theorem *vf_read_theorem(const char *path, const char *const *library, const char *name);

/* The names of the theorems of a file, in its order, without those about random variables;
   imported files are not looked at. */
size_t vf_theorem_names(const char *path, const char *const **name);

/* Reads an expression or truth value of a certificate in the names of a theorem. More names may be
   given (indices and matrices that a proof introduces). `end`, if not NULL, is where reading
   stopped; otherwise ENSURE that the text ends there. ENSURE, too: its integer expressions are
   integers, and its sizes at least 1, at all allowed dimensions. */
typedef struct vf_name { /* stands for term; for an index term->op is VF_SYM */
    const char *name;
    const vf_term *term;
} vf_name;
const vf_term *vf_read_term(vf_theorem *theorem, const vf_name *more, size_t nmore,
                            const char *text, const char **end);
/* A new symbol: an index that the certificate introduces. */
unsigned vf_new_symbol(vf_theorem *theorem, const char *name, long low);

/* Sizes: rational functions of the symbols, in which `dim d = ...` has been put in. */
vf_ratio vf_size_of(vf_theorem *theorem, const vf_term *integer); /* of an integer expression */
/* With `by` for a symbol, inside powers too (vf_ratio_put alone would miss those). */
vf_ratio vf_size_put(vf_theorem *theorem, vf_ratio a, unsigned sym, vf_ratio by);
bool vf_size_mentions(const vf_theorem *theorem, vf_ratio a, unsigned sym);
/* Only if a >= least wherever each symbol is at least its `low`: sufficient, not necessary. */
bool vf_size_at_least(const vf_theorem *theorem, vf_ratio a, long least);

#endif
