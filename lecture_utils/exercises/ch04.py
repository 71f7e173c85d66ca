"""The exercises of chapter 4, CPU against GPU."""

import math
import statistics

import torch
from torch import nn

from lecture_utils.exercises.kinds import Choice, Function, Net, Number

# ---- 4.5: the lecture's seconds for 1,000 steps at two widths --------------------------------------------------------
_WIDTHS, _CPU, _GPU = (512, 20480), (0.537, 3.806), (1.451, 1.308)


def _crossing():
    """The width at which two straight lines cross on logarithmic axes."""
    first, second = (math.log(gpu / cpu) for cpu, gpu in zip(_CPU, _GPU, strict=True))
    return _WIDTHS[0] * (_WIDTHS[1] / _WIDTHS[0]) ** (first / (first - second))


def _crossing_of_plain_axes():
    first, second = (gpu - cpu for cpu, gpu in zip(_CPU, _GPU, strict=True))
    return _WIDTHS[0] + (_WIDTHS[1] - _WIDTHS[0]) * first / (first - second)


# ---- 4.7, repair: a clock --------------------------------------------------------------------------------------------
class _Device:
    """A made-up device with a clock of its own: an order takes 1, its work 10, the first 100 more, the fourth 1,000."""

    def __init__(self):
        self.now = self.queue = self.runs = 0

    def work(self):
        self.runs += 1
        self.now += 1
        self.queue += 10 + {1: 100, 4: 1000}.get(self.runs, 0)

    def wait(self):
        self.now += self.queue
        self.queue = 0

    def clock(self):
        return self.now


def seconds(work, wait, clock):
    work()
    wait()
    return statistics.median(_runs(work, wait, clock))


def _runs(work, wait, clock, count=9):
    times = []
    for _ in range(count):
        start = clock()
        work()
        wait()
        times.append(clock() - start)
    return times


def _once(work, wait, clock):
    return _runs(work, wait, clock, count=1)[0]


def _mean(work, wait, clock):
    work()
    wait()
    return statistics.mean(_runs(work, wait, clock))


def _hurried(work, wait, clock):
    return seconds(work, lambda: None, clock)


def _asked(work, wait, clock):
    start = clock()
    work()
    return clock() - start


_WAIT = "Your clock stops when the order has been given: the work is still in the queue."
_COLD = "Your number holds what only a first run does."
_BUSY = "One busy moment of the machine is in your number. Which summary of several runs does not mind it?"


def _test_seconds(answer):
    device = _Device()
    time = answer(device.work, device.wait, device.clock)
    if not isinstance(time, int | float) or isinstance(time, bool):
        return "Your function should return one number."
    if device.runs == 0:
        return "Your function never calls work()."
    if time == 11:
        return None
    if device.queue or time == 1:
        return _WAIT
    return _COLD if device.runs == 1 or time == 111 else _BUSY


# ---- 4.8, build: a net without numbers -------------------------------------------------------------------------------
def _huge(count=1000, bias=False, device="meta"):
    with torch.device(device):
        return nn.Sequential(*(nn.Linear(1000, 1000, bias=bias) for _ in range(count)))


_HERE = "Your net has memory for its numbers: make it on the device meta."
_BIASES = "Your layers have biases, which the task leaves out."


def _test_huge(net):
    weights = list(net.parameters())
    if any(p.device.type != "meta" for p in weights):
        return _HERE
    if any(p.dim() == 1 for p in weights):
        return _BIASES
    count = sum(p.numel() for p in weights)
    return None if count == 1000 * 1000**2 else f"Expected 1,000 layers of a million weights, got {count:,} weights."


_W = 600

EXERCISES = [
    Choice(
        "4.1",
        right="c",
        because="A net moves itself; of a tensor one gets a copy, and here nobody kept it.",
        wrong={
            "a": "One of them has. What does `to` of a tensor give?",
            "b": "PyTorch moves nothing by itself: a hidden copy would be slow.",
            "d": "`to` of a net moves its weights in place.",
        },
    ),
    Choice(
        "4.2",
        right="b",
        because="A tensor without dimensions on the CPU counts as a number.",
        wrong={
            "a": "A Python number works. What is a tensor without dimensions?",
            "c": "A tensor of shape (1,) has one number, but also a dimension.",
        },
    ),
    Number(
        "4.3",
        right=1.3,
        within=0.1,
        because="As many launches as before.",
        wrong={
            2.6: "So it is on the slope. Does the wider net need more launches?",
            0.65: "Twice the work is never done in half the time.",
            5.2: "That is the square. A launch-bound step does not see the width at all.",
        },
    ),
    Number(
        "4.4",
        right=2 * _W**3 / (3 * _W**2 * 4),
        within=0.5,
        because="It grows with the width: w / 6.",
        wrong={
            2 * _W**3 / (3 * _W**2): "That is operations for each number. A number has several bytes.",
            2 * _W**3 / (2 * _W**2 * 4): "Two matrices are read, and one more is written.",
            _W**3 / (3 * _W**2 * 4): "A product and a sum are two operations.",
            2 / 3 / 4: "Each number of the result needs a whole row and a whole column: count again.",
        },
    ),
    Number(
        "4.5",
        right=_crossing(),
        within=100,
        because="From four single runs: the digits mean little.",
        wrong={
            _crossing_of_plain_axes(): "That is the crossing of straight lines on plain axes.",
            math.prod(_WIDTHS) ** 0.5: "That is the middle of the two widths on a logarithmic axis. Use the times too.",
            sum(_WIDTHS) / 2: "That is the mean of the two widths. Use the times too.",
        },
    ),
    Choice(
        "4.6",
        right="b",
        because="First the examples share a floor, then each costs what it contains.",
        wrong={
            "a": "Then a batch of one would have no floor: the launches of a step would cost nothing.",
            "c": "Then a step with a million examples would take as long as one with a single example.",
            "d": "The time of a step does rise. This curve has it divided by the examples.",
        },
    ),
    Function(
        "4.7",
        right=seconds,
        test=_test_seconds,
        because="It warms up, waits, repeats and takes the median.",
        wrong=[(_asked, _WAIT), (_hurried, _WAIT), (_once, _COLD), (_mean, _BUSY)],
    ),
    Net(
        "4.8",
        test=_test_huge,
        right=_huge,
        because="A billion weights, and no memory.",
        wrong=[
            (lambda: _huge(count=1, device="cpu"), _HERE),
            (lambda: _huge(count=2, bias=True), _BIASES),
            (lambda: _huge(count=2), "Expected 1,000 layers of a million weights, got 2,000,000 weights."),
        ],
    ),
    Choice(
        "4.9",
        right="b",
        because="About 6nw² operations, for numbers of the order of nw + w².",
        wrong={
            "a": "It reads one number for each example and writes w: hardly an operation for each byte.",
            "c": "Adam does have many weights, but only a dozen operations for each.",
            "d": "In one of these parts each weight is used for all examples, and each example for all weights.",
        },
    ),
]
