/* The kind `evaluate`: nothing is left to choose, or finitely many things. Every case is computed:
   a hypothesis is false or not defined, or all claims that are defined are true. */
#include "vf_cert.h"
#include "vf_linear.h"
#include "vf_machine.h"

enum { MOST_CASES = 20000 };

typedef struct slot { /* a variable or a member of a family */
    unsigned var;
    long member; /* from 0 */
    size_t rows, cols, choices;
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
        v->entry[i] = vf_entry_int(permutation                      ? 0
                                   : weights                        ? 1
                                   : i < 8 * sizeof k && k >> i & 1 ? -1
                                                                    : 1);
    if (permutation)
        put_permutation(v, k);
    return *v;
}

/* --- what hypotheses give ------------------------------------------------------------------- */

static bool is_given(const vf_variable *v, long member) {
    for (size_t i = 0; i < v->ngiven; i++)
        if (v->given[i].member == 0 || v->given[i].member == member + 1)
            return true;
    return false;
}

static bool lies_outside(const vf_theorem *t, const vf_term *by, vf_set set, const vf_point *at) {
    vf_machine m;
    vf_machine_init(&m, t, at);
    const vf_value *value = vf_machine_value(&m, by);
    if (value == NULL || m.doubt.undefined || m.doubt.unsure || m.stopped)
        return false;
    vf_grid a = vf_value_grid(value);
    return vf_grid_is_rational(&a) && !vf_in_set(set, &a);
}

/* Is what a hypothesis gives certainly not in the set of its variable? */
static bool misses_a_set(const vf_theorem *t, const vf_point *at) {
    for (size_t v = 0; v < t->nvars; v++)
        for (size_t i = 0; i < t->var[v].ngiven; i++)
            if (lies_outside(t, t->var[v].given[i].by, t->var[v].set, at))
                return true;
    return false;
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
            (*slots)[n++] = (slot){v, i, (size_t)rows, (size_t)cols, 1};
        }
    }
    return n;
}

typedef void checker_of_case(const vf_theorem *t, const vf_point *at);

static bool fails(const vf_theorem *t, const vf_term *truth, const vf_point *at) {
    vf_tern found = vf_truth(t, truth, at);
    return found == VF_FALSE || found == VF_UNDEFINED;
}

static void ensure_claims(const vf_theorem *t, const vf_point *at) {
    if (misses_a_set(t, at))
        return;
    for (size_t i = 0; i < t->nassumes; i++)
        if (fails(t, t->assume[i], at))
            return;
    for (size_t i = 0; i < t->nclaims; i++) {
        vf_tern truth = vf_truth(t, t->claim[i], at);
        ENSURE("a claim is not true in some case", truth == VF_TRUE || truth == VF_UNDEFINED);
    }
}

static void ensure_no_example(const vf_theorem *t, const vf_point *at) {
    bool excluded = misses_a_set(t, at);
    for (size_t i = 0; i < t->nassumes && !excluded; i++)
        excluded = fails(t, t->assume[i], at);
    for (size_t i = 0; i < t->nclaims && !excluded; i++)
        excluded = fails(t, t->claim[i], at);
    ENSURE("some case is perhaps an example", excluded);
}

static void check_cases(const vf_theorem *t, vf_point *at, const slot *s, size_t n, size_t i,
                        checker_of_case *check) {
    if (i == n) {
        check(t, at);
        return;
    }
    for (size_t k = 0; k < s[i].choices; k++) {
        at->var[s[i].var][s[i].member] = member_of_set(t->var[s[i].var].set, &s[i], k);
        check_cases(t, at, s, n, i + 1, check);
    }
}

static void check_all(vf_theorem *t, vf_cert *c, vf_point *at, checker_of_case *check) {
    slot *slots;
    vf_take_alone(c, "evaluate");
    size_t n = make_slots(t, at, &slots), cases = 1;
    for (size_t i = 0; i < n; i++) {
        slots[i].choices =
            is_given(&t->var[slots[i].var], slots[i].member) ? 1 : size_of_set(t, &slots[i]);
        cases = times(cases, slots[i].choices);
    }
    check_cases(t, at, slots, n, 0, check);
}

void vf_check_evaluate(vf_theorem *t, vf_cert *c, vf_point *at) {
    check_all(t, c, at, ensure_claims);
}

void vf_check_no_case(vf_theorem *t, vf_cert *c, vf_point *at) {
    for (size_t k = 0; k < t->nvars; k++)
        ENSURE("this refutes `exists` theorems", t->var[k].quantifier == VF_EXISTS);
    ENSURE("this refutes `exists` theorems", t->nvars > 0);
    check_all(t, c, at, ensure_no_example);
}
