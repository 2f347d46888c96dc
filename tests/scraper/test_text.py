"""External text is cleaned to one line of chat."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from scraper.common.text import is_visible, to_one_line


@given(st.text())
def test_one_line_is_visible_and_single_spaced(text):
    line = to_one_line(text)

    assert is_visible(line)
    assert line == " ".join(line.split())


@given(st.text(), st.integers(2, 50))
def test_one_line_is_as_long_as_it_may_be(text, longest):
    assert len(to_one_line(text, longest)) <= longest


@given(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=50))
def test_visible_words_stay_as_they_are(text):
    assert to_one_line(text) == text


def test_direction_marks_and_line_breaks_are_taken_out():
    assert to_one_line("Room\u202e1\r\n\x07free\u200b!") == "Room 1 free !"


@given(st.characters(categories=["Cc", "Cf", "Zl", "Zp"]))
def test_the_invisible_is_known(character):
    assert unicodedata.category(character)[0] in "CZ"
    assert not is_visible(f"a{character}b")
