"""Running notebooks in processes of their own, for the tools that run chapters more than once."""

from __future__ import annotations

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed


def in_parallel(function, tasks, jobs, log):
    """Call a function for each of many tasks, each in a fresh process; an interrupt ends after those at work.

    Parameters
    ----------
    function : callable
        Named at the top level of a module.
    tasks : list of tuple
        The arguments of each call.
    jobs : int
        How many run at once.
    log : Path
        Where what the processes write as errors goes: kernels warn of local sockets, once each.

    Yields
    ------
    object
        What the function returned, in the order in which calls end.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, spawn, initializer=_quiet, initargs=(log,), max_tasks_per_child=1)
    try:
        for done in as_completed([pool.submit(function, *task) for task in tasks]):
            yield done.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _quiet(log):
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), sys.stderr.fileno())
