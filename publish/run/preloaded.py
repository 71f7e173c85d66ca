"""What publish/run/warm.py imports once for all kernels: what most chapters import, themselves or by lecture_utils."""

# ruff: noqa: F401

import warnings

with warnings.catch_warnings():  # a chapter warns for itself
    warnings.simplefilter("ignore")
    import ipykernel.kernelapp
    import matplotlib.pyplot
    import sklearn.datasets
    import torch
    import torchvision

    import publish.run.kernel  # a copied process reads the program that started it, publish.run.execute

    # PyTorch imports its compiler when the first optimiser is made: more than a second in each chapter.
    torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
