"""Makes a chapter run with other seeds and other threads, and lets it go on after a claim that fails.

Python imports a module of this name when it starts. publish/tools/robustness.py puts this folder on PYTHONPATH, so that
it also works in the processes that a chapter starts; nothing in a chapter knows of it. LECTURE_RERUN holds two numbers:
what is added to every seed, and the number of threads.
"""

import contextlib
import functools
import os
import random


def _shift_seeds(shift):
    import numpy as np
    import torch

    def shifted(function):
        @functools.wraps(function)
        def with_another_seed(*args, **kwargs):
            # The seed is the only or the first argument everywhere; no seed and other forms stay what they are.
            if args and type(args[0]) is int:
                args = (args[0] + shift, *args[1:])
            for name in ("seed", "random_state"):
                if type(kwargs.get(name)) is int:
                    kwargs[name] += shift
            return function(*args, **kwargs)

        return with_another_seed

    class Generator(torch.Generator):
        def manual_seed(self, seed):
            super().manual_seed(seed + shift)
            return self

    class RandomState(np.random.RandomState):
        def __init__(self, seed=None):
            super().__init__(seed + shift if type(seed) is int else seed)

    torch.manual_seed(torch.initial_seed() % 2**32 + shift)  # what a chapter draws before it sets a seed
    torch.manual_seed = torch.random.manual_seed = shifted(torch.manual_seed)
    torch.Generator = Generator
    np.random.seed, np.random.default_rng = shifted(np.random.seed), shifted(np.random.default_rng)
    np.random.RandomState = RandomState
    random.seed = shifted(random.seed)


def _fix_threads(threads):
    import torch

    torch.set_num_threads(threads)
    torch.set_num_threads = lambda _: None


def _record_claims():
    with contextlib.suppress(ImportError):  # a process of a chapter may not have the package
        from lecture_utils import claims

        def recorded(*args, _claim=claims.claim, **kwargs):
            with contextlib.suppress(claims.ClaimError):  # the record says that it does not hold
                _claim(*args, **kwargs)

        claims.claim = functools.wraps(claims.claim)(recorded)


if os.environ.get("LECTURE_RERUN"):
    _shift, _threads = map(int, os.environ["LECTURE_RERUN"].split())
    if _shift:
        _shift_seeds(_shift)
    _fix_threads(_threads)
    _record_claims()
