"""Lasting values are built without full garbage collections, and stay out of them in a server."""

import gc

import pytest

from core import memory


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memory, "_freezes", memory._freezes)
    yield
    gc.unfreeze()


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
