import gc
import weakref

from core.memory import exempt_from_collection, pause_full_collections


class Node:
    def __init__(self) -> None:
        self.me = self


def test_what_is_made_meanwhile_is_not_collected_and_what_follows_is():
    with exempt_from_collection():
        assert not gc.isenabled()
        kept = weakref.ref(Node())

    lost = weakref.ref(Node())
    gc.collect()

    assert gc.isenabled()
    assert kept() is not None
    assert lost() is None


def test_full_collections_resume_after_the_last_of_two_pauses():
    usual = gc.get_threshold()

    with pause_full_collections():
        with pause_full_collections():
            assert gc.get_threshold() > usual
        assert gc.get_threshold()[:2] == usual[:2]
        assert gc.get_threshold() > usual

    assert gc.get_threshold() == usual
