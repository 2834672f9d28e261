#include <string.h>
#include "rk_mx_inside.h"

/* --- the store ----------------------------------------------------------------------------- */

static const rk_mx *hook_put(void *self, const rk_mx *a, unsigned sym, rk_sc by) {
    return rk_mx_put_sym(self, a, sym, by);
}

static bool hook_mentions(const void *self, const rk_mx *a, unsigned sym) {
    return rk_mx_mentions_sym(self, a, sym);
}

static int hook_compare(const void *self, const rk_mx *a, const rk_mx *b) {
    return rk_mx_compare(self, a, b);
}

static rk_sc hook_again(void *self, const rk_quantity *q) {
    rk_mxs *s = self;
    if (q->kind == RK_Q_RANK)
        return rk_mx_rank(s, q->mx[0]);
    return q->kind == RK_Q_ENTRY ? rk_mx_value(s, q->mx[0]) : rk_sc_quantity(s->scalars, q);
}

static unsigned hook_index(void *self, rk_sc low, rk_sc high, unsigned sym, rk_sc body) {
    return rk_mx_index_of(self, low, high, sym, NULL, body);
}

rk_mxs *rk_mxs_new(rk_scalars *scalars, rk_arena *arena) {
    rk_mxs *s = rk_calloc(1, sizeof *s);
    s->scalars = scalars;
    s->arena = arena;
    s->zero = rk_sc_int(scalars, 0);
    s->one = rk_sc_int(scalars, 1);
    rk_scalar_hooks hooks = {s, hook_put, hook_mentions, hook_compare, hook_again, hook_index};
    rk_scalars_set_hooks(scalars, &hooks);
    return s;
}

void rk_mxs_free(rk_mxs *s) {
    if (!s)
        return;
    rk_free(s->leaf);
    rk_free(s->mx);
    rk_free(s->hash);
    rk_free(s->leaf_slot);
    rk_free(s->mx_slot);
    rk_free(s->memo);
    rk_free(s->index);
    rk_free(s->jacobian);
    rk_free(s->mark[0]);
    rk_free(s->mark[1]);
    rk_free(s);
}

rk_scalars *rk_mxs_scalars(rk_mxs *s) {
    return s->scalars;
}

uint64_t rk_mxs_new_walk(rk_mxs *s) {
    return ++s->walk;
}

bool rk_mxs_walked(rk_mxs *s, uint64_t walk, unsigned id, bool atom, unsigned place) {
    enum { PLACES = 8 };
    size_t before = s->cap_marks[atom];
    rk_grow(&s->mark[atom], &s->cap_marks[atom], (size_t)id + 1, sizeof **s->mark);
    memset(s->mark[atom] + before, 0, (s->cap_marks[atom] - before) * sizeof **s->mark);
    uint64_t *mark = &s->mark[atom][id];
    if (*mark >> PLACES != walk)
        *mark = walk << PLACES;
    bool met = *mark >> place & 1;
    *mark |= UINT64_C(1) << place;
    return met;
}

void rk_mxs_norms(rk_mxs *s, rk_mx_norm *norm, void *self) {
    s->norm = norm;
    s->norm_self = self;
}

void rk_mxs_attach(rk_mxs *s, const rk_rewrite *rules) {
    s->rules = rules;
    rk_free(s->memo);
    s->memo = NULL;
    s->nmemos = s->nmemo_slots = 0;
    s->epoch++;
}

void rk_mxs_note_jacobian(rk_mxs *s, const rk_jacobian *j) {
    size_t i = 0;
    while (i < s->njacobians && s->jacobian[i].text != j->text)
        i++;
    if (i == s->njacobians)
        rk_grow(&s->jacobian, &s->cap_jacobians, ++s->njacobians, sizeof *s->jacobian);
    s->jacobian[i] = *j;
}

const rk_jacobian *rk_mxs_jacobian(const rk_mxs *s, size_t i) {
    return i < s->njacobians ? &s->jacobian[i] : NULL;
}

const rk_rewrite *rk_mxs_rules(const rk_mxs *s) {
    return s->rules;
}

/* --- results remembered -------------------------------------------------------------------- */

static uint64_t memo_hash(const rk_mx_memo *m) {
    uint64_t hash = rk_mx_mix((uint64_t)m->op, (uintptr_t)m->key[0]);
    return rk_mx_mix(rk_mx_mix(hash, (uintptr_t)m->key[1]), m->extra);
}

static rk_mx_memo *memo_slot(rk_mxs *s, const rk_mx_memo *m) {
    size_t i = memo_hash(m) & (s->nmemo_slots - 1);
    for (; s->memo[i].op; i = (i + 1) & (s->nmemo_slots - 1)) {
        const rk_mx_memo *x = &s->memo[i];
        if (x->op == m->op && x->key[0] == m->key[0] && x->key[1] == m->key[1] &&
            x->extra == m->extra)
            break;
    }
    return &s->memo[i];
}

bool rk_mx_recall(rk_mxs *s, rk_mx_memo *m) {
    rk_mx_memo *slot = s->nmemo_slots ? memo_slot(s, m) : NULL;
    if (!slot || !slot->op)
        return false;
    m->result = slot->result;
    return true;
}

static void memos_grow(rk_mxs *s) {
    rk_mx_memo *old = s->memo;
    size_t n = s->nmemo_slots;
    s->nmemo_slots = n ? 2 * n : 512;
    s->memo = rk_calloc(s->nmemo_slots, sizeof *s->memo);
    for (size_t i = 0; i < n; i++)
        if (old[i].op)
            *memo_slot(s, &old[i]) = old[i];
    rk_free(old);
}

void rk_mx_remember(rk_mxs *s, const rk_mx_memo *m) {
    if (2 * (s->nmemos + 1) > s->nmemo_slots)
        memos_grow(s);
    rk_mx_memo *slot = memo_slot(s, m);
    s->nmemos += !slot->op;
    *slot = *m;
}

/* --- leaves -------------------------------------------------------------------------------- */

/* What the caller says of these is kept; the props of the others follow from their parts. */
static unsigned props_given(const rk_leaf *a) {
    switch (a->kind) {
    case RK_L_VAR:
    case RK_L_DATA:
    case RK_L_FRESH:
    case RK_L_FOLD:
    case RK_L_ACC:
    case RK_L_FUNCTION:
        return a->props;
    default:
        return 0;
    }
}

static uint64_t leaf_hash(const rk_leaf *a) {
    uint64_t hash = rk_mx_mix((uint64_t)a->kind, props_given(a));
    hash = rk_mx_mix(hash, ((uint64_t)a->var << 32) | a->sym);
    hash = rk_mx_mix(rk_mx_mix(hash, (uintptr_t)a->rows), (uintptr_t)a->cols);
    hash = rk_mx_mix(hash, (uint64_t)a->op);
    for (int i = 0; i < 3; i++)
        hash = rk_mx_mix(hash, (uintptr_t)a->arg[i]);
    return rk_mx_mix(rk_mx_mix(hash, (uintptr_t)a->index[0]), (uintptr_t)a->index[1]);
}

static bool leaf_equal(const rk_mx_leaf_entry *e, const rk_leaf *b) {
    const rk_leaf *a = &e->leaf;
    return a->kind == b->kind && e->given == props_given(b) && a->rows == b->rows &&
           a->cols == b->cols && a->op == b->op && a->var == b->var && a->sym == b->sym &&
           memcmp(a->arg, b->arg, sizeof a->arg) == 0 &&
           memcmp(a->index, b->index, sizeof a->index) == 0;
}

static unsigned *leaf_slot(rk_mxs *s, const rk_leaf *a) {
    size_t i = leaf_hash(a) & (s->nleaf_slots - 1);
    while (s->leaf_slot[i] && !leaf_equal(s->leaf[s->leaf_slot[i] - 1], a))
        i = (i + 1) & (s->nleaf_slots - 1);
    return &s->leaf_slot[i];
}

static void leaves_grow(rk_mxs *s) {
    if (2 * (s->nleaves + 1) <= s->nleaf_slots)
        return;
    rk_free(s->leaf_slot);
    s->nleaf_slots = s->nleaf_slots ? 2 * s->nleaf_slots : 128;
    s->leaf_slot = rk_calloc(s->nleaf_slots, sizeof *s->leaf_slot);
    for (size_t k = 0; k < s->nleaves; k++) {
        rk_leaf key = s->leaf[k]->leaf;
        key.props = s->leaf[k]->given;
        *leaf_slot(s, &key) = (unsigned)k + 1;
    }
}

const rk_leaf *rk_mx_leaf(rk_mxs *s, const rk_leaf *leaf) {
    leaves_grow(s);
    unsigned *slot = leaf_slot(s, leaf);
    if (*slot)
        return &s->leaf[*slot - 1]->leaf;
    rk_mx_leaf_entry *e = rk_arena_alloc(s->arena, sizeof *e);
    e->leaf = *leaf;
    e->given = props_given(leaf);
    e->leaf.id = (unsigned)s->nleaves;
    e->leaf.props = e->given;
    rk_grow(&s->leaf, &s->cap_leaves, s->nleaves + 1, sizeof *s->leaf);
    s->leaf[s->nleaves] = e;
    *slot = (unsigned)++s->nleaves;
    e->leaf.props |= rk_leaf_derived(s, &e->leaf);
    return &e->leaf;
}

const rk_mx *rk_mx_of_letter(rk_mxs *s, rk_letter letter) {
    rk_mx_sum sum;
    rk_mx_sum_init(&sum, rk_letter_rows(letter), rk_letter_cols(letter));
    rk_mx_sum_put_letters(s, &sum, s->one, &letter, 1);
    return rk_mx_sum_done(s, &sum);
}

const rk_mx *rk_mx_of_leaf(rk_mxs *s, const rk_leaf *leaf) {
    return rk_mx_of_letter(s, (rk_letter){.leaf = leaf});
}

const rk_leaf *rk_mx_fresh_leaf(rk_mxs *s, rk_sc rows, rk_sc cols, unsigned props) {
    rk_leaf leaf = {.kind = RK_L_FRESH, .rows = rows, .cols = cols, .props = props};
    leaf.var = s->nfresh++;
    return rk_mx_leaf(s, &leaf);
}

/* --- matrices ------------------------------------------------------------------------------ */

static uint64_t mx_hash(const rk_mx *a) {
    uint64_t hash = rk_mx_mix((uintptr_t)a->rows, (uintptr_t)a->cols);
    for (size_t i = 0; i < a->nwords; i++) {
        hash = rk_mx_mix(hash, (uintptr_t)a->word[i].coef);
        for (size_t k = 0; k < a->word[i].length; k++) {
            rk_letter x = a->word[i].letter[k];
            hash = rk_mx_mix(hash, ((uint64_t)x.leaf->id << 2) | ((uint64_t)x.transposed << 1) |
                                       (uint64_t)x.inverted);
        }
    }
    for (size_t i = 0; i < a->grid_rows * a->grid_cols; i++)
        hash = rk_mx_mix(hash, (uintptr_t)a->cell[i]);
    return rk_mx_mix(hash, a->grid_rows);
}

bool rk_same_letters(const rk_letter *a, const rk_letter *b, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!rk_same_letter(a[i], b[i]))
            return false;
    return true;
}

static bool words_equal(const rk_mx *a, const rk_mx *b) {
    for (size_t i = 0; i < a->nwords; i++)
        if (a->word[i].coef != b->word[i].coef || a->word[i].length != b->word[i].length ||
            !rk_same_letters(a->word[i].letter, b->word[i].letter, a->word[i].length))
            return false;
    return true;
}

static bool mx_equal(const rk_mx *a, const rk_mx *b) {
    if (a->rows != b->rows || a->cols != b->cols || a->nwords != b->nwords ||
        a->grid_rows != b->grid_rows || a->grid_cols != b->grid_cols)
        return false;
    for (size_t i = 0; i < a->grid_rows * a->grid_cols; i++)
        if (a->cell[i] != b->cell[i])
            return false;
    return words_equal(a, b);
}

static unsigned *mx_slot(rk_mxs *s, const rk_mx *a, uint64_t hash) {
    size_t i = hash & (s->nmx_slots - 1);
    for (; s->mx_slot[i]; i = (i + 1) & (s->nmx_slots - 1)) {
        unsigned k = s->mx_slot[i] - 1;
        if (s->hash[k] == hash && mx_equal(s->mx[k], a))
            break;
    }
    return &s->mx_slot[i];
}

static void mx_grow(rk_mxs *s) {
    if (2 * (s->nmx + 1) <= s->nmx_slots)
        return;
    rk_free(s->mx_slot);
    s->nmx_slots = s->nmx_slots ? 2 * s->nmx_slots : 512;
    s->mx_slot = rk_calloc(s->nmx_slots, sizeof *s->mx_slot);
    for (size_t k = 0; k < s->nmx; k++)
        *mx_slot(s, s->mx[k], s->hash[k]) = (unsigned)k + 1;
}

static unsigned weigh(const rk_mx *a) {
    unsigned weight = 0;
    for (size_t i = 0; i < a->nwords; i++)
        weight += (unsigned)a->word[i].length + 1;
    for (size_t i = 0; i < a->grid_rows * a->grid_cols; i++)
        weight += a->cell[i]->weight;
    return weight;
}

/* The matrix with this content, copied if it is new. Words without letters point to some letter, so
   that places in all words can be reckoned. */
static rk_mx *find_or_add(rk_mxs *s, const rk_mx *key, bool *fresh) {
    static const rk_letter no_letter;
    mx_grow(s);
    uint64_t hash = mx_hash(key);
    unsigned *slot = mx_slot(s, key, hash);
    *fresh = !*slot;
    if (*slot)
        return s->mx[*slot - 1];
    rk_mx *a = rk_arena_alloc(s->arena, sizeof *a);
    *a = *key;
    if (key->nwords) {
        rk_word *word = rk_arena_alloc(s->arena, key->nwords * sizeof *word);
        memcpy(word, key->word, key->nwords * sizeof *word);
        for (size_t i = 0; i < key->nwords; i++)
            if (word[i].length == 0)
                word[i].letter = &no_letter;
        a->word = word;
    }
    if (key->cell) {
        size_t size = key->grid_rows * key->grid_cols * sizeof *key->cell;
        const rk_mx **cell = rk_arena_alloc(s->arena, size);
        memcpy(cell, key->cell, size);
        a->cell = cell;
    }
    a->id = (unsigned)s->nmx;
    a->weight = weigh(a);
    rk_grow(&s->mx, &s->cap_mx, s->nmx + 1, sizeof *s->mx);
    rk_grow(&s->hash, &s->cap_hashes, s->nmx + 1, sizeof *s->hash);
    s->mx[s->nmx] = a;
    s->hash[s->nmx] = hash;
    *slot = (unsigned)++s->nmx;
    return a;
}

static void sort_words(const rk_mxs *s, rk_word *word, size_t n) {
    for (size_t i = 1; i < n; i++) {
        rk_word w = word[i];
        size_t k = i;
        for (; k > 0 && rk_word_compare(s, &word[k - 1], &w) > 0; k--)
            word[k] = word[k - 1];
        word[k] = w;
    }
}

/* The words of the transpose of a bare 1 by 1 word are no other number. */
static rk_mx *mirrored_words(rk_mxs *s, rk_mx *a) {
    if (rk_mx_is_one_by_one(a))
        return a;
    rk_word *word = rk_arena_alloc(s->arena, (a->nwords + 1) * sizeof *word);
    for (size_t i = 0; i < a->nwords; i++)
        word[i] = rk_word_transpose(s, &a->word[i]);
    sort_words(s, word, a->nwords);
    bool fresh;
    rk_mx key = {.rows = a->cols, .cols = a->rows, .word = word, .nwords = a->nwords};
    return find_or_add(s, &key, &fresh);
}

/* Under rules the mirrored words may have another normal form, whose mirror again has another one,
   and so without end where the rules do not mirror one another: then they stay as they are. */
static const rk_mx *mirrored_by_rules(rk_mxs *s, const rk_mx *mirror) {
    enum { MOST_MIRRORS = 16 };
    rk_mx_sum sum;
    if (s->mirrors == MOST_MIRRORS)
        return mirror;
    s->mirrors++;
    rk_mx_sum_init(&sum, mirror->rows, mirror->cols);
    for (size_t i = 0; i < mirror->nwords; i++)
        rk_mx_sum_put_letters(s, &sum, mirror->word[i].coef, mirror->word[i].letter,
                              mirror->word[i].length);
    const rk_mx *done = rk_mx_sum_done(s, &sum);
    s->mirrors--;
    return done;
}

const rk_mx *rk_mx_intern(rk_mxs *s, rk_sc rows, rk_sc cols, const rk_word *word, size_t n) {
    bool fresh;
    rk_mx key = {.rows = rows, .cols = cols, .word = n ? word : NULL, .nwords = n};
    rk_mx *a = find_or_add(s, &key, &fresh);
    if (!fresh && a->transpose && a->epoch == s->epoch)
        return a;
    a->epoch = s->epoch;
    rk_mx *mirror = mirrored_words(s, a);
    a->transpose = mirror;
    if (!mirror->transpose)
        mirror->transpose = a;
    if (mirror != a && (s->rules || rk_mx_has_moving_power(mirror)))
        a->transpose = mirrored_by_rules(s, mirror);
    return a;
}

const rk_mx *rk_mx_intern_grid(rk_mxs *s, size_t grid_rows, size_t grid_cols,
                               const rk_mx *const *cell) {
    bool fresh;
    rk_mx key = {.cell = cell, .grid_rows = grid_rows, .grid_cols = grid_cols};
    key.rows = s->zero;
    key.cols = s->zero;
    for (size_t i = 0; i < grid_rows; i++)
        key.rows = rk_sc_add(s->scalars, key.rows, cell[i * grid_cols]->rows);
    for (size_t j = 0; j < grid_cols; j++)
        key.cols = rk_sc_add(s->scalars, key.cols, cell[j]->cols);
    rk_mx *a = find_or_add(s, &key, &fresh);
    if (a->transpose)
        return a;
    const rk_mx **mirror = rk_arena_alloc(s->arena, grid_rows * grid_cols * sizeof *mirror);
    for (size_t i = 0; i < grid_rows; i++)
        for (size_t j = 0; j < grid_cols; j++)
            mirror[j * grid_rows + i] = cell[i * grid_cols + j]->transpose;
    rk_mx back = {.cell = mirror,
                  .grid_rows = grid_cols,
                  .grid_cols = grid_rows,
                  .rows = key.cols,
                  .cols = key.rows};
    rk_mx *b = find_or_add(s, &back, &fresh);
    a->transpose = b;
    b->transpose = a;
    return a;
}
