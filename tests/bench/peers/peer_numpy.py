"""Random search in numpy for a violation of "LayerNorm keeps the affine rank" at 4 tokens of 6
channels, as one writes it first (loop: one trial after the other) and with care (batched: all
trials in one call). Prints trials a second. usage: peer_numpy.py loop|batched"""
import sys
import time

import numpy as np

N, D, EPS = 4, 6, 1e-5
rng = np.random.default_rng(1)


def layernorm(x):
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + EPS)


def affrank(x):
    return np.linalg.matrix_rank(x[..., 1:, :] - x[..., :1, :])


def loop(trials=3000):
    bad = 0
    for _ in range(trials):
        x = rng.standard_normal((N, D))
        bad += affrank(x) != affrank(layernorm(x))
    return trials


def batched(trials=20000):
    x = rng.standard_normal((trials, N, D))
    (affrank(x) != affrank(layernorm(x))).sum()
    return trials


run = {"loop": loop, "batched": batched}[sys.argv[1]]
run()
begin, done = time.process_time(), 0
while time.process_time() - begin < 0.5:
    done += run()
print(done / (time.process_time() - begin))
