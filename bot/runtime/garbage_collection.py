"""Keeps garbage collections short: a full one goes through all that is loaded, while answers wait."""

import gc

from core.model import PersonId
from core.read_model import ReadModel


class Freezer:
    """Excludes what is loaded, now and at each reload, from collections."""

    def __init__(self, read_model: ReadModel) -> None:
        self._read_model = read_model
        self._frozen = read_model.availability
        gc.freeze()

    def __call__(self, _people: frozenset[PersonId]) -> None:
        if self._read_model.availability is not self._frozen:
            self._frozen = self._read_model.availability
            gc.freeze()


def freeze_gc() -> None:
    """Excludes what is imported and preloaded from collections."""
    gc.collect()
    gc.freeze()
