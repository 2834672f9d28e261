/* What every exported file for Coq begins with: matrices over Q as lists, and ranks by witnesses.
   Standard library only. */
#ifndef RK_COQ_TEXT_H
#define RK_COQ_TEXT_H

#define RK_COQ_PREAMBLE                                                                            \
    "From Coq Require Import QArith Qabs ZArith List Bool.\n"                                      \
    "Import ListNotations.\n"                                                                      \
    "Local Open Scope Q_scope.\n"

#define RK_COQ_MATRICES                                                                            \
    "\n"                                                                                           \
    "(* Matrices are lists of rows, positions count from 0, entries beyond them are 0. *)\n"       \
    "Definition mat := list (list Q).\n"                                                           \
    "Definition at_ (A : mat) (i j : nat) : Q := nth j (nth i A nil) 0.\n"                         \
    "Definition build (n m : nat) (f : nat -> nat -> Q) : mat :=\n"                                \
    "  map (fun i => map (fun j => Qred (f i j)) (seq 0 m)) (seq 0 n).\n"                          \
    "Definition total (n : nat) (f : nat -> Q) : Q :=\n"                                           \
    "  fold_left (fun s i => Qred (s + f i)) (seq 0 n) 0.\n"                                       \
    "Definition every (n m : nat) (p : nat -> nat -> bool) : bool :=\n"                            \
    "  forallb (fun i => forallb (p i) (seq 0 m)) (seq 0 n).\n"                                    \
    "Definition Qlt_bool (a b : Q) : bool := negb (Qle_bool b a).\n"                               \
    "Definition Qmax_ (a b : Q) : Q := if Qle_bool a b then b else a.\n"                           \
    "Definition Qmin_ (a b : Q) : Q := if Qle_bool a b then a else b.\n"                           \
    "Definition extreme (f : Q -> Q -> Q) (n m : nat) (A : mat) : Q :=\n"                          \
    "  fold_left (fun s i => fold_left (fun t j => f t (at_ A i j)) (seq 0 m) s)\n"                \
    "    (seq 0 n) (at_ A 0 0).\n"                                                                 \
    "Definition Qsign (a : Q) : Q := if Qeq_bool a 0 then 0 else if Qle_bool 0 a then 1 else "     \
    "-1.\n"                                                                                        \
    "Definition Qinteger (a : Q) : bool := Pos.eqb (Qden (Qred a)) 1.\n"                           \
    "Definition eye (n : nat) : mat := build n n (fun i j => if Nat.eqb i j then 1 else 0).\n"     \
    "Definition mul (n k m : nat) (A B : mat) : mat :=\n"                                          \
    "  build n m (fun i j => total k (fun l => at_ A i l * at_ B l j)).\n"                         \
    "Definition meq (n m : nat) (A B : mat) : bool :=\n"                                           \
    "  every n m (fun i j => Qeq_bool (at_ A i j) (at_ B i j)).\n"                                 \
    "Fixpoint det (n : nat) (f : nat -> nat -> Q) : Q :=\n"                                        \
    "  match n with\n"                                                                             \
    "  | O => 1\n"                                                                                 \
    "  | S k => total n (fun j => (if Nat.even j then 1 else -1) * f O j *\n"                      \
    "      det k (fun a b => f (S a) (if Nat.ltb b j then b else S b)))\n"                         \
    "  end.\n"                                                                                     \
    "\n"                                                                                           \
    "(* The rank of A is r: A is a product through r dimensions, and A between two matrices is\n"  \
    "   the r by r identity. *)\n"                                                                 \
    "Definition rank_is (n m r : nat) (A : mat) : Prop :=\n"                                       \
    "  (exists P R, meq n m (mul n r m P R) A = true) /\\\n"                                       \
    "  (exists U V, meq r r (mul r m r (mul r n m U A) V) (eye r) = true).\n"                      \
    "Lemma rank_by (n m r : nat) (A P R U V : mat) :\n"                                            \
    "  meq n m (mul n r m P R) A &&\n"                                                             \
    "  meq r r (mul r m r (mul r n m U A) V) (eye r) = true -> rank_is n m r A.\n"                 \
    "Proof.\n"                                                                                     \
    "  intro H. apply andb_prop in H. destruct H.\n"                                               \
    "  split; [ exists P, R | exists U, V ]; assumption.\n"                                        \
    "Qed.\n"                                                                                       \
    "Opaque rank_is.\n"

#endif
