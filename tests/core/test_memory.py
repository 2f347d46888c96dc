"""Lasting values are built without full garbage collections, and stay out of them in a server."""

import gc
import weakref

import pytest

from core import memory


class Cycle:
    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memory, "_freezes", memory._freezes)
    yield
    gc.freeze()


def test_full_collections_are_paused_until_the_last_of_several_builders_ends():
    usual = gc.get_threshold()

    with memory.build_lasting_values():
        with memory.pause_full_collections():
            pass
        assert gc.get_threshold()[:2] == usual[:2]
        assert gc.get_threshold()[2] > usual[2]

    assert gc.get_threshold() == usual


def test_only_a_server_keeps_what_was_built_out_of_collections():
    gc.unfreeze()
    with memory.build_lasting_values():
        one = [[]]
    assert any(each is one for each in gc.get_objects())

    memory.freeze_lasting_values()
    with memory.build_lasting_values():
        other = [[]]

    assert not any(each is other for each in gc.get_objects())


def test_what_is_imported_is_not_collected_and_what_follows_is():
    with memory.exempt_from_collection():
        assert not gc.isenabled()
        kept = weakref.ref(Cycle())

    lost = weakref.ref(Cycle())
    gc.collect()

    assert gc.isenabled()
    assert kept() is not None
    assert lost() is None
