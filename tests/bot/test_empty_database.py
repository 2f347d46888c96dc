"""Chat on a database that has just been created."""

import pytest

from tests.bot.conftest import Roomie


@pytest.mark.parametrize("line", ["/rooms free now", "/rooms free tomorrow 20 seats", "any room for 8?"])
def test_a_search_without_rooms_says_how_to_load_the_sample(roomie: Roomie, line: str):
    result = roomie("chat", line)

    assert "run `roomie sample`" in result.out or "run roomie sample" in result.out
