/* A variable that a hypothesis gives, `NAME == E`: E stands for it from here on. What is shown then
   for all values of the others says more than the theorem, which speaks of those alone where E is
   in the variable's set. */
#include "vf_cert.h"

#include <string.h>

#include "vf_calculus.h"

typedef struct definition {
    unsigned var;
    long member;
    const vf_term *by; /* E */
} definition;

static bool is_fixed(const vf_term *t) {
    return t->nkids == 0 || t->kid[0]->op == VF_NUMBER;
}

/* The variable; of a family the member, one that is not told, or all of them, as `jrank` names a
   family. */
static bool may_be(void *self, const vf_term *t) {
    const definition *d = self;
    return t->op == VF_VAR && t->var == d->var &&
           (t->nkids == 0 || !is_fixed(t) || mpq_cmp_si(t->kid[0]->number, d->member, 1) == 0);
}

static bool is_open(void *self, const vf_term *t) {
    return may_be(self, t) && !is_fixed(t);
}

static bool is_of_variable(void *self, const vf_term *t) {
    return t->op == VF_VAR && t->var == *(const unsigned *)self;
}

static const vf_term *image(void *self, const vf_term *t) {
    const definition *d = self;
    return may_be(self, t) ? d->by : NULL;
}

static bool gives(definition *d, const vf_term *name, const vf_term *e) {
    d->by = e;
    return may_be(d, name) && is_fixed(name) && vf_ratio_equal(name->rows, e->rows) &&
           vf_ratio_equal(name->cols, e->cols) && !vf_find_term(e, may_be, d);
}

static bool is_given_by(definition *d, const vf_term *hypothesis) {
    const vf_term *const *kid = hypothesis->kid;
    if (hypothesis->op == VF_EQ)
        return gives(d, kid[0], kid[1]) || gives(d, kid[1], kid[0]);
    for (size_t i = 0; hypothesis->op == VF_AND && i < hypothesis->nkids; i++)
        if (is_given_by(d, kid[i]))
            return true;
    return false;
}

/* Is it a `jrank` by the variable, or by what E is made of? */
static bool moves(void *self, const vf_term *t) {
    const definition *d = self;
    for (size_t k = 1; t->op == VF_JRANK && k < t->nkids; k++) {
        unsigned by = t->kid[k]->var;
        if (by == d->var || vf_find_term(d->by, is_of_variable, &by))
            return true;
    }
    return false;
}

static const vf_term **put_in(definition *d, const vf_term *const *all, size_t n) {
    const vf_term **made = vf_alloc((n + 1) * sizeof *made);
    for (size_t i = 0; i < n; i++) {
        ENSURE("a derivative by what a hypothesis gives", !vf_find_term(all[i], moves, d));
        ENSURE("which member it is", !vf_find_term(all[i], is_open, d));
        made[i] = vf_exchange(all[i], image, d);
    }
    return made;
}

/* NAME, or NAME[number]. */
static definition read_name(const vf_theorem *t, const char *text) {
    definition d = {0};
    size_t length = strcspn(text, "[");
    while (d.var < t->nvars &&
           (strncmp(t->var[d.var].name, text, length) != 0 || t->var[d.var].name[length] != '\0'))
        d.var++;
    ENSURE("a variable",
           d.var < t->nvars && (t->var[d.var].members != NULL) == (text[length] == '['));
    if (text[length] == '\0')
        return d;
    size_t end = strlen(text) - 1;
    char *number = vf_alloc(end - length + 1);
    memcpy(number, text + length + 1, end - length);
    number[end - length - 1] = '\0';
    ENSURE("a variable", text[end] == ']');
    d.member = vf_read_long(number);
    ENSURE("members count from 1", d.member >= 1);
    return d;
}

/* define NAME */
static void take(vf_theorem *t, const char *name) {
    definition d = read_name(t, name);
    size_t k = 0;
    while (k < t->nassumes && !is_given_by(&d, t->assume[k]))
        k++;
    ENSURE("a hypothesis that gives the variable", k < t->nassumes);
    t->assume = put_in(&d, t->assume, t->nassumes);
    t->claim = put_in(&d, t->claim, t->nclaims);
    for (size_t v = 0; v < t->nvars; v++)
        for (size_t i = 0; i < t->var[v].ngiven; i++)
            t->var[v].given[i].by = *put_in(&d, &t->var[v].given[i].by, 1);
    vf_variable *v = &t->var[d.var];
    v->given = vf_grow(v->given, v->ngiven, sizeof *v->given);
    v->given[v->ngiven++] = (vf_definition){d.member, d.by};
}

/* In place: texts of the certificate bring symbols of their own, which the theorem has to know. */
vf_undefined vf_take_definitions(vf_theorem *t, vf_cert *c) {
    const char *name;
    vf_undefined before = {t->assume, t->claim, t->var};
    t->var = vf_alloc((t->nvars + 1) * sizeof *t->var);
    for (size_t v = 0; v < t->nvars; v++)
        t->var[v] = before.var[v];
    while (vf_take_if(c, "define", &name))
        take(t, name);
    return before;
}

void vf_drop_definitions(vf_theorem *t, vf_undefined before) {
    t->assume = before.assume;
    t->claim = before.claim;
    t->var = before.var;
}
