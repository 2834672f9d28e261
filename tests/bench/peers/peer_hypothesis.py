"""The same search by Hypothesis, which generates only: no database, no shrinking. Prints trials a
second. usage: peer_hypothesis.py floats|integers"""
import sys
import time

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

N, D, EPS = 4, 6, 1e-5
elements = {"floats": st.floats(-4, 4), "integers": st.integers(-2, 2).map(float)}[sys.argv[1]]
trials = 0


def layernorm(x):
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + EPS)


def affrank(x):
    return np.linalg.matrix_rank(x[1:] - x[:1])


@settings(max_examples=500, deadline=None, database=None, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))
@given(arrays(np.float64, (N, D), elements=elements))
def search(x):
    global trials
    trials += 1
    affrank(x) != affrank(layernorm(x))


begin = time.process_time()
search()
print(trials / (time.process_time() - begin))
