"""The exercises of chapter 9, data augmentation."""

import torch

from lecture_utils.exercises.kinds import Choice, Function, Number


# ---- 9.5, repair: the lecture's pipeline -----------------------------------------------------------------------------
def _steps(*names):
    """A pipeline of transforms, by name; torchvision is slow to import, and only this exercise needs it."""

    def pipeline(picture):
        from torchvision import transforms

        made = {
            "pad": transforms.Pad(3),
            "resize": transforms.Resize(34),
            "crop": transforms.RandomCrop(28),
            "centre": transforms.CenterCrop(28),
            "flip": transforms.RandomHorizontalFlip(),
            "turn": transforms.Lambda(lambda image: image.rotate(90)),
            "tensor": transforms.ToTensor(),
        }
        return transforms.Compose([made[name] for name in names])(picture)

    return pipeline


_FIXED = "The same image comes out each time: which step has to draw its place?"
_FLIP = "Some results are mirrored. A mirrored digit is no digit."
_TURN = "The digits lie on their side, as no test digit does."
_LARGER = "The digits have grown: an empty border gives room to move without a change of size."
_OTHER = "Some results are not the image itself, moved by up to three pixels: something else is done to it, too."


def _test_pipeline(pipeline):
    from torchvision.transforms.functional import to_pil_image

    generator = torch.Generator().manual_seed(0)
    picture = torch.zeros(1, 28, 28)
    picture[:, 6:22, 6:22] = torch.randint(1, 256, (1, 16, 16), generator=generator) / 255
    draws = [pipeline(to_pil_image(picture)) for _ in range(400)]
    if not all(isinstance(draw, torch.Tensor) and draw.shape == (1, 28, 28) for draw in draws):
        return "Each image should come out as a tensor of the shape (1, 28, 28)."
    found = torch.stack(draws).unique(dim=0)  # (k, 1, 28, 28)
    places = torch.cat([picture.roll((down, right), (1, 2)) for down in range(-3, 4) for right in range(-3, 4)])

    def only_moved(x):
        return all((image - places).abs().amax(dim=(1, 2)).min() < 0.01 for image in x[:, 0])

    if only_moved(found):
        return _FIXED if len(found) == 1 else None if len(found) > 40 else _OTHER
    if all(only_moved(image[None]) or only_moved(image[None].flip(3)) for image in found):
        return _FLIP
    if only_moved(found.rot90(-1, dims=(2, 3))):
        return _TURN
    return _LARGER if found.sum(dim=(1, 2, 3)).min() > 1.2 * picture.sum() else _OTHER


# ---- 9.6, build: a shift of its own for each image -------------------------------------------------------------------
def shift_each(x, right):
    out = torch.zeros_like(x)  # (n, 1, 28, 28)
    for image, moved, k in zip(x, out, right.tolist(), strict=True):
        moved[..., k:] = image[..., : x.shape[-1] - k]
    return out


def _rolled(x, right):
    return torch.stack([image.roll(k, dims=2) for image, k in zip(x, right.tolist(), strict=True)])


_IMAGES = 1 + torch.arange(3 * 28 * 28.0).reshape(3, 1, 28, 28) / 1000  # (3, 1, 28, 28)
_RIGHT = torch.tensor([0, 2, 5])  # (3,)


# ---- 9.7, measure: the ink that leaves -------------------------------------------------------------------------------
def ink_lost(x, k):
    return x[..., x.shape[-1] - k :].sum() / x.sum()


EXERCISES = [
    Number(
        "9.1",
        right=(2 * 2 + 1) ** 2,
        because="Five places in each direction, the middle included.",
        wrong={
            5: "These are the places in one direction.",
            16: "You counted four places in each direction. Both ends count.",
            4: "So many pixels are cut away in each direction. At how many places can the cut begin?",
            49: "That is for a border of three pixels.",
        },
    ),
    Number(
        "9.2",
        right=(2 * 2 + 1) ** 2 * 500 / 25,
        because="An epoch has 20 updates.",
        wrong={
            500 / 25: "That is once through all images.",
            (2 * 2 + 1) ** 2: "So many epochs. How many updates has one?",
            (2 * 2 + 1) ** 2 * 500: "So many images are seen. An update sees a whole batch of them.",
            (2 * 8 + 1) ** 2 * 500 / 25: "That is for shifts of up to eight pixels.",
        },
    ),
    Choice(
        "9.3",
        right="b",
        because="Whether the label is kept, we know from the task.",
        wrong={
            "a": "A reader that knows ten answers must give one of them, to any ink at all.",
            "c": "More images of upright digits: what do they say about mirrored ones?",
        },
    ),
    Choice(
        "9.4",
        right="b",
        because="Otherwise copies of held-out images are trained on.",
        wrong={
            "a": "Another seed shuffles otherwise. Do copies of one image then stay together?",
            "c": "Changed test images ask another question, and mostly a harder one. Why is the figure so high?",
            "d": "A rate changes how well the net learns. Is what it learned measured on something new?",
        },
    ),
    Function(
        "9.5",
        right=_steps("pad", "crop", "tensor"),
        test=_test_pipeline,
        because="The digits only move, each time to another place.",
        wrong=[
            (_steps("pad", "centre", "tensor"), _FIXED),
            (_steps("pad", "crop", "flip", "tensor"), _FLIP),
            (_steps("pad", "crop", "turn", "tensor"), _TURN),
            (_steps("resize", "crop", "tensor"), _LARGER),
            (_steps("pad", "crop"), "Each image should come out as a tensor of the shape (1, 28, 28)."),
        ],
    ),
    Function(
        "9.6",
        right=shift_each,
        cases=[(_IMAGES, _RIGHT), (_IMAGES, _RIGHT.flip(0))],
        within=1e-3,  # `move` of the chapter computes with fractions of a pixel
        because="Each image has its own shift, and nothing comes back.",
        wrong=[
            (_rolled, "What leaves on the right comes back on the left."),
            (lambda x, right: shift_each(x, right[:1].expand(len(x))), "All images move as the first one does."),
            (lambda x, right: shift_each(x.flip(3), right).flip(3), "The images move to the left."),
            (lambda x, right: shift_each(x.mT, right).mT, "The images move down. Columns are the last dimension."),
        ],
    ),
    Function(
        "9.7",
        right=ink_lost,
        cases=[(_IMAGES, 8), (_IMAGES.flip(3), 2)],
        because="This part of each label is lost with it.",
        wrong=[
            (lambda x, k: k / x.shape[-1], "That is the part of the pixels. Most of those at the border are empty."),
            (lambda x, k: 1 - ink_lost(x, k), "That is the part that stays."),
            (lambda x, k: ink_lost(x.flip(3), k), "These columns are on the left, where nothing leaves."),
            (lambda x, k: x[..., x.shape[-1] - k :].sum(), "That is the ink itself. Which part of all ink is it?"),
        ],
    ),
]
