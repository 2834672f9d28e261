/* A certificate: a header, then records, one a line, each a keyword and what follows it.
   docs/certificate-format.md specifies them. Read strictly in order: whoever expects a record takes
   it, and what nobody took is refused. */
#ifndef VF_CERT_H
#define VF_CERT_H

#include "vf_value.h"

typedef struct vf_cert vf_cert;

vf_cert *vf_cert_read(const char *path);      /* checks the frame: version, count, last line */
const char *vf_cert_digest(const vf_cert *c); /* 64 hexadecimal digits */
const char *vf_cert_theorem(const vf_cert *c);
bool vf_cert_proved(const vf_cert *c); /* else refuted */

/* The keyword of the next record, "" at the end. Also tells vf_at its line. */
const char *vf_next(vf_cert *c);
/* Takes the next record: ENSURE that it has this keyword; what follows it ("" if nothing). */
const char *vf_take(vf_cert *c, const char *keyword);
void vf_take_alone(vf_cert *c, const char *keyword); /* ENSURE: nothing follows it */
bool vf_take_if(vf_cert *c, const char *keyword, const char **rest);

/* Fields of a record, which stand between " | ". ENSURE: exactly n. */
void vf_fields(const char *rest, const char **field, size_t n);
size_t vf_count_fields(const char *rest);
long vf_read_long(const char *text); /* ENSURE: the whole text is one integer that fits */

/* "n=2 d=3": every dimension once, allowed. A fresh point without entries. */
vf_point *vf_read_at(const vf_theorem *t, const char *rest);
/* `set X | [1, 0; 0, 1]` records, one for each variable and member that is not given by the text;
   entries are closed expressions of the language. */
void vf_read_sets(vf_theorem *t, vf_cert *c, vf_point *point);

/* What proves or refutes the theorem at given dimensions, by keyword of its first record. Each
   checker takes its records and returns only if they are right. */
typedef void vf_checker(vf_theorem *t, vf_cert *c, vf_point *at);
vf_checker vf_check_evaluate;   /* no variables: evaluated; or one case after the other */
vf_checker vf_check_shape;      /* shapes and declared sets alone */
vf_checker vf_check_rational;   /* `rational`: ranks and identities over Q(entries), or
                                   `functions`: with values of functions as indeterminates */
vf_checker vf_check_identity;   /* roots, exponentials and signs as generators; sums of squares */
vf_checker vf_check_witness;    /* lower bounds of ranks at one exact point, upper ones by shape */
vf_checker vf_check_no_example; /* refutes `exists` by shapes and declared sets, or fractions */
vf_checker vf_check_no_case;    /* refutes `exists` case by case */
vf_checker vf_check_open;       /* a generic claim is false on a neighbourhood of a point */
/* The facts that a `witness` record and what follows it give. */
struct vf_facts *vf_witness_facts(vf_theorem *t, vf_cert *c, const vf_point *at);
/* Does an evaluation in intervals show that the claim is defined at all points of the box? */
bool vf_defined_near(struct vf_facts *f, const vf_term *claim, const vf_point *box);
/* Those of `rational`, or of `functions`, then near a point or everywhere (NULL). */
struct vf_facts *vf_rational_facts(vf_theorem *t, vf_cert *c, const vf_point *at,
                                   const vf_point *near);
/* The `jrank` of hypotheses and claims that has this number. ENSURE: there is one. */
const vf_term *vf_jrank_numbered(const vf_theorem *t, const char *number);
/* At all dimensions at once. */
void vf_check_calculus(vf_theorem *t, vf_cert *c);
/* `known` records: one side of some claims, by the calculus. What is left of all claims. */
const vf_term **vf_check_known(vf_theorem *t, vf_cert *c);

/* define NAME: from here on the theorem has what hypotheses give in the place of the variables,
   until it is as it was before. */
typedef struct vf_undefined {
    const vf_term **assume, **claim;
    vf_variable *var;
} vf_undefined;
vf_undefined vf_take_definitions(vf_theorem *t, vf_cert *c);
void vf_drop_definitions(vf_theorem *t, vf_undefined before);

/* never K: the theorem becomes the negation of claim K; that of an `exists` theorem for all values,
   with the other claims as hypotheses. */
void vf_take_never(vf_theorem *t, vf_cert *c);

/* All of it; prints the statement that it shows. `library` as in vf_read_theorem. */
void vf_check_certificate(const char *claims, const char *const *library, const char *path);
void vf_put_hex(const unsigned char digest[32], char *text);

#endif
