/* Walks through terms, which share their parts. */
#include "vf_calculus.h"

enum { VF_MOST_PARTS = 20000 }; /* of one term */

typedef struct vf_walk {
    const vf_term **seen, **image; /* image: by place in seen */
    size_t n;
} vf_walk;

static size_t place_of(const vf_walk *w, const vf_term *t) {
    size_t i = 0;
    while (i < w->n && w->seen[i] != t)
        i++;
    return i;
}

static void see(vf_walk *w, const vf_term *t, const vf_term *image) {
    if (w->n == VF_MOST_PARTS)
        vf_limit("parts of a term");
    w->seen = vf_grow(w->seen, w->n, sizeof *w->seen);
    w->image = vf_grow(w->image, w->n, sizeof *w->image);
    w->seen[w->n] = t;
    w->image[w->n++] = image;
}

static bool find(vf_walk *w, const vf_term *t, vf_test *test, void *self) {
    if (place_of(w, t) < w->n)
        return false;
    see(w, t, NULL);
    if (test(self, t))
        return true;
    for (size_t i = 0; i < t->nkids; i++)
        if (find(w, t->kid[i], test, self))
            return true;
    return false;
}

bool vf_find_term(const vf_term *t, vf_test *test, void *self) {
    vf_walk w = {0};
    return find(&w, t, test, self);
}

static const vf_term *exchange(vf_walk *w, const vf_term *t, vf_term_image *image, void *self) {
    size_t at = place_of(w, t);
    if (at < w->n)
        return w->image[at];
    const vf_term *result = image(self, t);
    if (result == NULL) {
        vf_term *copy = vf_alloc(sizeof *copy);
        bool changed = false;
        *copy = *t;
        copy->size = (vf_ratio){0};
        copy->kid = vf_alloc((t->nkids + 1) * sizeof *copy->kid);
        for (size_t i = 0; i < t->nkids; i++) {
            copy->kid[i] = exchange(w, t->kid[i], image, self);
            changed |= copy->kid[i] != t->kid[i];
            copy->height =
                copy->kid[i]->height >= copy->height ? copy->kid[i]->height + 1 : copy->height;
        }
        if (copy->height > VF_MAX_DEPTH)
            vf_limit("operators above one another");
        result = changed ? copy : t;
    }
    see(w, t, result);
    return result;
}

const vf_term *vf_exchange(const vf_term *t, vf_term_image *image, void *self) {
    vf_walk w = {0};
    return exchange(&w, t, image, self);
}

/* --- layers ----------------------------------------------------------------------------------- */

typedef struct vf_same_fold {
    vf_proof *p;
    const vf_term *fold, *body;            /* the latter at the layer */
    const vf_term *index, *running;        /* what stands for its index and running value */
    const vf_term *found, *found_at_layer; /* the fold and its body */
} vf_same_fold;

static const vf_term *at_layer(void *self, const vf_term *t) {
    const vf_same_fold *f = self;
    if (t->op == VF_SYM && t->sym == f->found->sym)
        return f->index;
    return t->op == VF_ACC && t->sym2 == f->found->sym2 ? f->running : NULL;
}

static bool same_number(vf_proof *p, const vf_term *a, const vf_term *b) {
    return vf_mx_equal_numbers(p->s, vf_mx_number(p->s, a), vf_mx_number(p->s, b));
}

static bool same_matrix(vf_proof *p, const vf_term *a, const vf_term *b) {
    return vf_mx_equal(p->s, vf_mx_read(p->s, a), vf_mx_read(p->s, b));
}

/* The same range, start and layer, so that every value on the way is the same; the same result
   would say nothing of those. */
static bool is_fold(vf_same_fold *f, const vf_term *t) {
    if (t->op != VF_FOLD || !same_number(f->p, t->kid[0], f->fold->kid[0]) ||
        !same_number(f->p, t->kid[1], f->fold->kid[1]) ||
        !same_matrix(f->p, t->kid[2], f->fold->kid[2]))
        return false;
    f->found = t;
    f->found_at_layer = vf_exchange(t->kid[3], at_layer, f);
    return same_matrix(f->p, f->found_at_layer, f->body);
}

/* The fold where it stands outside other loops: those may be empty. */
static bool find_fold(vf_same_fold *f, const vf_term *t) {
    if (is_fold(f, t))
        return true;
    for (size_t i = 0; !vf_is_loop(t->op) && i < t->nkids; i++)
        if (find_fold(f, t->kid[i]))
            return true;
    return false;
}

void vf_add_layer(vf_proof *p, unsigned index, const vf_term *fold, const vf_term *running,
                  const vf_term *body) {
    p->layer = vf_grow(p->layer, p->nlayers, sizeof *p->layer);
    p->layer[p->nlayers++] = (vf_layer){p->t, index, running->sym2, fold->kid[2], body};
    vf_same_fold f = {.p = p, .fold = fold, .body = body, .running = running};
    f.index = vf_symbol_term(index);
    for (size_t i = 0; i < p->ndefined; i++)
        if (find_fold(&f, p->defined[i])) {
            vf_mx_note(p->s, f.found_at_layer);
            return;
        }
}
