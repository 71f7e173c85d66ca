"""The exercises of chapter 6, overfitting."""

import torch

from lecture_utils.exercises.kinds import Choice, Function, Number


# ---- 6.6, repair: a scaling that has seen the test -------------------------------------------------------------------
def prepare(x, train):
    return (x - x[train].mean(dim=0)) / x[train].std(dim=0)


def _others(x, train):
    return torch.tensor([row for row in range(len(x)) if row not in train.tolist()])


def _only_train(x, train):
    scaled = x.clone()
    scaled[train] = prepare(x, train)[train]
    return scaled


def _each_its_own(x, train):
    scaled, others = prepare(x, train), _others(x, train)
    scaled[others] = prepare(x, others)[others]
    return scaled


_X = torch.tensor([[1.0, 5.0], [2.0, 1.0], [4.0, 3.0], [7.0, 2.0], [20.0, 9.0], [30.0, -4.0]])  # (6, 2)
_TRAIN = torch.tensor([3, 0, 2, 1])  # (4,)


# ---- 6.7, build: early stopping --------------------------------------------------------------------------------------
def best_moment(losses, patience):
    best = 0
    for i, loss in enumerate(losses):
        if loss < losses[best]:
            best = i
        elif i - best >= patience:
            break
    return best


def _moment_of_stop(losses, patience):
    best = 0
    for i, loss in enumerate(losses):
        if loss < losses[best]:
            best = i
        elif i - best >= patience:
            return i
    return len(losses) - 1


def _against_the_last(losses, patience):
    best, rises = 0, 0
    for i, loss in enumerate(losses):
        rises = rises + 1 if i and loss >= losses[i - 1] else 0
        if loss < losses[best]:
            best = i
        if rises >= patience:
            break
    return best


_LOSSES = [5.0, 4.0, 6.0, 5.0, 3.0, 7.0, 8.0, 9.0, 2.0]

# ---- 6.1 and 6.5: errors beside the noise ----------------------------------------------------------------------------
_SD = 0.5  # of the noise

EXERCISES = [
    Choice(
        "6.1",
        right="b",
        because="It fails on its own training data, and hardly more on new ones.",
        wrong={
            "a": "It knows its training data almost by heart. That is the other fault.",
            "c": "Both errors are almost as small as the noise lets them be.",
            "d": "It does underfit. But look at its gap, too.",
        },
    ),
    Choice(
        "6.2",
        right="a",
        because="Luck falls with the root of the questions, and only with a logarithm of the coins.",
        wrong={
            "b": "Among twenty coins there is still a lucky one. How far can a score stray on more questions?",
            "c": "One of them shrinks the spread of each single score, the other only the number of tries.",
        },
    ),
    Number(
        "6.3",
        right=50 * 2**2,
        within=1,
        because="Luck is counted in standard deviations of a score, and these fall with the root of the questions.",
        wrong={
            50 * 2: "The standard deviation of a score falls with the square root of the number of questions.",
            50 / 2: "Fewer questions leave more to luck.",
            50 * 2**4: "Too many: you have squared twice.",
        },
    ),
    Choice(
        "6.4",
        right="c",
        because="Two weights follow less of the noise than 512 nodes, but still some of it.",
        wrong={
            "a": "Which slope do 80 points of pure noise give? Exactly 0?",
            "b": "A line has two weights. How much of the noise of 80 points can it follow?",
        },
    ),
    Number(
        "6.5",
        right=_SD**2,
        within=0.005,
        because="With many points the net can only learn the rule, and the noise is left in both errors.",
        wrong={
            0: "On new data no model predicts the noise.",
            _SD: "That is the standard deviation. The error is a mean of squares.",
            2 * _SD**2: "The rule itself can be learned. What is left of each square then?",
        },
    ),
    Function(
        "6.6",
        right=prepare,
        cases=[(_X, _TRAIN), (_X[:4], _TRAIN[:2])],
        because="Test data only measure: they set no number.",
        wrong=[
            (
                lambda x, train: (x - x.mean(dim=0)) / x.std(dim=0),
                "The test rows still have a part in the mean and in the standard deviation.",
            ),
            (
                _each_its_own,
                "You scale the test rows by their own numbers: the same x then means something else to the net.",
            ),
            (_only_train, "The test rows are not scaled: the net would get them in other units."),
            (lambda x, train: x - x[train].mean(dim=0), "The mean is right. Something is not divided."),
            (
                lambda x, train: (x - x.mean(dim=0)) / x[train].std(dim=0),
                "The standard deviation is right. Which rows make your mean?",
            ),
        ],
    ),
    Function(
        "6.7",
        right=best_moment,
        cases=[(_LOSSES, 2), ([3.0, 2.0, 1.0], 2), ([2.0, 3.0, 1.0, 4.0, 5.0, 0.0], 2), (_LOSSES, 3)],
        because="It stops without having seen later losses, and goes back to the best of those it saw.",
        wrong=[
            (
                lambda losses, patience: losses.index(min(losses)),
                "You look at losses that come after the stop. A training does not know them yet.",
            ),
            (_moment_of_stop, "That is the moment of the stop. Which weights does early stopping keep?"),
            (_against_the_last, "Compare with the lowest loss so far, not with the one before."),
            (lambda losses, patience: best_moment(losses, patience + 1), "You wait for one loss too many."),
            (
                lambda losses, patience: losses[best_moment(losses, patience)],
                "That is the loss itself; its index is asked for.",
            ),
        ],
    ),
    Choice(
        "6.8",
        right="a",
        because="What random nodes cannot express acts like noise.",
        wrong={
            "b": "Can 100 random nodes express the rule exactly? What becomes of the part that they cannot?",
            "c": "There is less to follow than with noise.",
        },
    ),
]
