"""Small helpers that the chapters of "Deep Networks by Experiment" import.

Each name is imported from its own module, so a reader always sees where it lives:

    from lecture_utils.claims import claim
"""

__version__ = "0.1.0"
