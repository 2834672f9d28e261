/* The syntax tree: what was written, nothing resolved. Every node, name and array lives in the
   arena of its rk_unit (rk_parse.h). Printing a tree and parsing it again gives an equal tree. */
#ifndef RK_AST_H
#define RK_AST_H

#include <stdbool.h>
#include <stddef.h>
#include "base/rk_diag.h"

typedef enum rk_node_kind {
    RK_N_NUMBER,    /* text */
    RK_N_NAME,      /* name */
    RK_N_CALL,      /* name(kid...): function or def; also sum, max, min with expressions */
    RK_N_NORM,      /* norm(kid0, name) with name one of 1 2 inf fro */
    RK_N_JRANK,     /* jrank(kid0; kid1, ...), kid1.. are NAME nodes */
    RK_N_LOOP,      /* name2(name = kid0..kid1, kid2), name2: sum prod hcat vcat max min all any */
    RK_N_FOLD,      /* fold(name = kid0..kid1, name2 = kid2, kid3) */
    RK_N_BLOCK,     /* [row; ...], kids are ROW nodes */
    RK_N_ROW,       /* kids are the blocks of one row */
    RK_N_TRANSPOSE, /* kid0' */
    RK_N_POWER,     /* kid0^kid1 */
    RK_N_MEMBER,    /* kid0[kid1]: member of a family */
    RK_N_ENTRY,     /* kid0[kid1, kid2]: entry, row or column; COLON nodes where `:` stands */
    RK_N_COLON,
    RK_N_NEG,
    RK_N_MUL,  /* * */
    RK_N_DIV,  /* / */
    RK_N_EMUL, /* .* */
    RK_N_EDIV, /* ./ */
    RK_N_ADD,
    RK_N_SUB,
    RK_N_COMPARE, /* kid0 cmp[0] kid1 cmp[1] kid2 ... */
    RK_N_NOT,
    RK_N_AND, /* two kids, groups to the left */
    RK_N_OR,
    RK_N_IMPLIES,
    RK_N_IFF
} rk_node_kind;

typedef enum rk_cmp { RK_EQ, RK_NE, RK_LT, RK_LE, RK_GT, RK_GE } rk_cmp;
rk_cmp rk_cmp_negation(rk_cmp cmp); /* of two numbers: holds where cmp fails */

typedef struct rk_node rk_node;
struct rk_node {
    rk_node_kind kind;
    rk_span span;     /* the whole expression, parentheses around it not included */
    rk_span op;       /* the operator, function name or bracket that diagnostics point at */
    const char *name; /* see the kinds; NULL otherwise */
    const char *name2;
    const char *text;  /* NUMBER: as written, e.g. "0.1e-3" */
    const rk_cmp *cmp; /* COMPARE: nkids - 1 operators */
    rk_node **kid;
    size_t nkids;
    unsigned height; /* of the tree below: 1 for a leaf, at most RK_LIMIT_HEIGHT, so that a walk
                        by recursion is safe */
};

typedef enum rk_dim_kind { RK_DIM_FROM, RK_DIM_RANGE, RK_DIM_LIST, RK_DIM_EQUAL } rk_dim_kind;

typedef struct rk_dimdecl {
    const char *name;
    rk_span span; /* of the name */
    rk_dim_kind kind;
    const rk_node **values; /* FROM: [low]; RANGE: [low, high]; LIST: all; all NUMBER nodes */
    size_t nvalues;
    rk_node *expr; /* EQUAL */
} rk_dimdecl;

typedef enum rk_quant { RK_FORALL, RK_GENERIC, RK_EXISTS, RK_RANDOM } rk_quant;

typedef struct rk_vardecl {
    const char *name;
    rk_span span;    /* of the name */
    rk_node *family; /* number of members, NULL for a single variable */
    const char *set;
    rk_span set_span;
    rk_node *size[2];
    size_t nsizes; /* 0, 1 or 2 written in brackets */
    rk_node **params;
    size_t nparams;
} rk_vardecl;

typedef enum rk_clause_kind {
    RK_C_SOURCE,   /* name, string */
    RK_C_CORRECTS, /* name */
    RK_C_NOTE,     /* string */
    RK_C_DIM,      /* dims */
    RK_C_VARS,     /* quant, vars */
    RK_C_DATA,     /* name, string = file, string2 = tensor or NULL */
    RK_C_LET,      /* name, expr */
    RK_C_ASSUME,   /* expr */
    RK_C_CLAIM,    /* expr */
    RK_C_EXPECT    /* name */
} rk_clause_kind;

typedef struct rk_clause {
    rk_clause_kind kind;
    rk_span span;      /* the whole clause */
    rk_span name_span; /* of the name where there is one */
    const char *name, *string, *string2;
    rk_quant quant;
    rk_dimdecl *dims;
    size_t ndims;
    rk_vardecl *vars;
    size_t nvars;
    rk_node *expr;
} rk_clause;

typedef struct rk_theorem {
    const char *name, *title; /* title NULL if there is none */
    rk_span span, name_span;
    rk_clause *clauses;
    size_t nclauses;
    bool broken; /* syntax errors were reported inside: clauses are missing */
} rk_theorem;

typedef struct rk_def {
    const char *name;
    rk_span name_span;
    const char **params;
    rk_span *param_spans;
    size_t nparams;
    rk_node *body;
} rk_def;

typedef struct rk_field {
    const char *name,
        *string; /* string: text as meant (escapes resolved) or the digits of an INT */
    bool is_int;
    rk_span span;
} rk_field;

typedef struct rk_paper {
    const char *name;
    rk_span name_span;
    rk_field *fields;
    size_t nfields;
} rk_paper;

typedef enum rk_item_kind { RK_I_IMPORT, RK_I_PAPER, RK_I_DEF, RK_I_THEOREM } rk_item_kind;

typedef struct rk_item {
    rk_item_kind kind;
    rk_span span;
    const char *import; /* IMPORT: the string as written */
    rk_paper *paper;
    rk_def *def;
    rk_theorem *theorem;
} rk_item;

typedef struct rk_file {
    rk_source source;
    const char *path; /* as opened */
    rk_item *items;
    size_t nitems;
    struct rk_file **imports; /* one for each IMPORT item, in order; NULL where reading failed */
    size_t nimports;
    bool broken; /* syntax errors were reported: items may be missing, here or in an import */
} rk_file;

bool rk_node_equal(const rk_node *a, const rk_node *b); /* equal trees, places ignored */
bool rk_file_equal(const rk_file *a, const rk_file *b);

#endif
