"""What publish/warm.py imports once for all kernels: what most chapters import, themselves or by lecture_utils."""

# ruff: noqa: F401

import warnings

with warnings.catch_warnings():  # a page warns for itself
    warnings.simplefilter("ignore")
    import fastai.data.external
    import ipykernel.kernelapp
    import matplotlib.pyplot
    import sklearn.datasets
    import torch
    import torchvision
