/* The kind `evaluate`: nothing is left to choose, or finitely many things. Every case is computed:
   a hypothesis is false or not defined, or all claims that are defined are true. */
#include <stdio.h>
#include <string.h>

#include "vf_cert.h"
#include "vf_machine.h"

enum { MOST_CASES = 20000 };

typedef struct slot { /* a variable or a member of a family */
    unsigned var;
    long member; /* from 0 */
    size_t rows, cols, choices;
    const vf_term *given; /* what a hypothesis says it is; NULL: all members of its set */
    size_t order;         /* of what is given, from 1 */
} slot;

/* --- finite sets ----------------------------------------------------------------------------- */

static size_t times(size_t a, size_t b) {
    if (b > 0 && a > MOST_CASES / b)
        vf_limit("cases");
    return a * b;
}

static size_t size_of_set(const vf_theorem *t, const slot *s) {
    vf_set set = t->var[s->var].set;
    size_t n = 1;
    if (set == VF_PERMUTATION)
        for (size_t k = 2; k <= s->rows; k++)
            n = times(n, k);
    else if (set == VF_ORTHOGONAL && s->rows == 1)
        n = 2;
    else if (set == VF_UNIT_ROWS && s->cols == 1)
        for (size_t k = 0; k < s->rows; k++)
            n = times(n, 2);
    else
        ENSURE("a variable of a set that is not finite",
               (set == VF_STOCHASTIC || set == VF_ATTENTION) && s->cols == 1);
    return n;
}

/* Row i of the k-th permutation has its 1 in the (k modulo the rest)-th column that is left. */
static void put_permutation(vf_value *v, size_t k) {
    bool *used = vf_alloc(v->cols * sizeof *used);
    for (size_t i = 0; i < v->rows; i++) {
        size_t skip = k % (v->rows - i), j = 0;
        k /= v->rows - i;
        for (; used[j] || skip > 0; j++)
            skip -= !used[j];
        used[j] = true;
        *vf_value_at(v, i, j) = vf_entry_int(1);
    }
}

static vf_value member_of_set(vf_set set, const slot *s, size_t k) {
    vf_value *v = vf_value_new(s->rows, s->cols);
    bool permutation = set == VF_PERMUTATION, weights = set == VF_STOCHASTIC || set == VF_ATTENTION;
    for (size_t i = 0; i < s->rows * s->cols; i++)
        v->entry[i] = vf_entry_int(permutation ? 0 : weights ? 1 : k >> i & 1 ? -1 : 1);
    if (permutation)
        put_permutation(v, k);
    return *v;
}

/* --- what hypotheses give -------------------------------------------------------------------- */

static bool is_slot(const vf_theorem *t, const vf_point *at, const vf_term *x, const slot *s) {
    long member = 1;
    return x->op == VF_VAR && x->var == s->var &&
           (x->nkids == 0 || vf_integer(t, x->kid[0], at, &member)) && member == s->member + 1;
}

/* The other side of an equation for the slot, in the hypothesis or one of its conjuncts. */
static const vf_term *equation(const vf_theorem *t, const vf_point *at, const vf_term *h,
                               const slot *s) {
    for (size_t side = 0; h->op == VF_EQ && side < 2; side++)
        if (is_slot(t, at, h->kid[side], s))
            return h->kid[1 - side];
    for (size_t k = 0; h->op == VF_AND && k < h->nkids; k++) {
        const vf_term *found = equation(t, at, h->kid[k], s);
        if (found != NULL)
            return found;
    }
    return NULL;
}

static slot *slot_named(const vf_theorem *t, slot *s, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++) {
        const vf_variable *v = &t->var[s[i].var];
        size_t room = strlen(v->name) + 32;
        char *own = vf_alloc(room);
        snprintf(own, room, v->members != NULL ? "%s[%ld]" : "%s", v->name, s[i].member + 1);
        if (strcmp(own, name) == 0)
            return &s[i];
    }
    vf_refuse("no variable of this name");
}

/* --- cases ----------------------------------------------------------------------------------- */

static size_t make_slots(const vf_theorem *t, vf_point *at, slot **slots) {
    size_t n = 0;
    *slots = NULL;
    for (unsigned v = 0; v < t->nvars; v++) {
        long members = 1, rows, cols;
        bool known = t->var[v].members == NULL || vf_integer(t, t->var[v].members, at, &members);
        ENSURE("the shape of a variable", known && vf_integer(t, t->var[v].rows, at, &rows) &&
                                              vf_integer(t, t->var[v].cols, at, &cols));
        ENSURE("sizes are at least 1", members >= 1 && rows >= 1 && cols >= 1);
        if (members > MOST_CASES)
            vf_limit("members of a family");
        at->var[v] = vf_alloc((size_t)members * sizeof *at->var[v]);
        for (long i = 0; i < members; i++) {
            *slots = vf_grow(*slots, n, sizeof **slots);
            (*slots)[n++] = (slot){v, i, (size_t)rows, (size_t)cols, 1, NULL, 0};
        }
    }
    return n;
}

/* False: what a hypothesis says of the slot is not defined, so there is no such instance. */
static bool put_slot(const vf_theorem *t, vf_point *at, const slot *s, size_t choice) {
    vf_value v;
    at->var[s->var][s->member].entry = NULL;
    if (s->given != NULL) {
        vf_machine m;
        vf_machine_init(&m, t, at);
        const vf_value *value = vf_machine_value(&m, s->given);
        if (m.doubt.undefined)
            return false;
        ENSURE("what is given can be computed", value != NULL && !m.doubt.unsure && !m.stopped);
        v = *value;
    } else {
        v = member_of_set(t->var[s->var].set, s, choice);
    }
    ENSURE("what is given has the shape of the variable", v.rows == s->rows && v.cols == s->cols);
    at->var[s->var][s->member] = v;
    return true;
}

static void check_case(const vf_theorem *t, const vf_point *at) {
    for (size_t i = 0; i < t->nassumes; i++) {
        vf_tern truth = vf_truth(t, t->assume[i], at);
        if (truth == VF_FALSE || truth == VF_UNDEFINED)
            return;
    }
    for (size_t i = 0; i < t->nclaims; i++) {
        vf_tern truth = vf_truth(t, t->claim[i], at);
        ENSURE("a claim is not true in some case", truth == VF_TRUE || truth == VF_UNDEFINED);
    }
}

/* What is given is computed when all else is chosen, in the order of the records. */
static void put_given_last(slot *s, size_t n) {
    slot *sorted = vf_alloc((n + 1) * sizeof *sorted);
    size_t done = 0;
    for (size_t order = 0; order <= n; order++)
        for (size_t i = 0; i < n; i++)
            if (s[i].order == order)
                sorted[done++] = s[i];
    memcpy(s, sorted, n * sizeof *s);
}

static void check_cases(const vf_theorem *t, vf_point *at, const slot *s, size_t n, size_t i) {
    if (i == n) {
        check_case(t, at);
        return;
    }
    for (size_t k = 0; k < s[i].choices; k++)
        if (put_slot(t, at, &s[i], k))
            check_cases(t, at, s, n, i + 1);
}

void vf_check_evaluate(vf_theorem *t, vf_cert *c, vf_point *at) {
    const char *rest, *field[2];
    slot *slots;
    ENSURE("nothing stands behind `evaluate`", *vf_take(c, "evaluate") == '\0');
    size_t n = make_slots(t, at, &slots), cases = 1, given = 0;
    while (vf_take_if(c, "given", &rest)) {
        vf_fields(rest, field, 2);
        slot *s = slot_named(t, slots, n, field[0]);
        long k = vf_read_long(field[1]);
        ENSURE("no such hypothesis", k >= 1 && (size_t)k <= t->nassumes);
        s->given = equation(t, at, t->assume[k - 1], s);
        ENSURE("the hypothesis does not say what the variable is", s->given != NULL);
        s->order = ++given;
        ENSURE("more is given than there are variables", given <= n);
    }
    for (size_t i = 0; i < n; i++) {
        if (slots[i].given == NULL)
            slots[i].choices = size_of_set(t, &slots[i]);
        cases = times(cases, slots[i].choices);
    }
    put_given_last(slots, n);
    check_cases(t, at, slots, n, 0);
}
