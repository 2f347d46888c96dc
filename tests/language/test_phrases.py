"""The lists of phrases: at least 95 of 100 parse as expected."""

import pytest

from tests.language.scoring import HERE, LISTS, phrases, score

_SHARE = 0.95


@pytest.mark.parametrize("name", LISTS)
def test_at_least_95_of_100_phrases_parse_as_expected(name, capsys):
    if not (HERE / name).exists():
        pytest.skip(f"{name} is not written yet")

    result = score(name)

    with capsys.disabled():
        print(f"\n{name}\n{result.table()}")  # noqa: T201 - the score is to be seen
    assert result.share >= _SHARE, "\n".join(result.failures)


def test_the_development_list_is_as_large_and_varied_as_promised():
    listed = list(phrases("development_phrases.jsonl"))

    requirements = {"capacity", "equipment", "usage", "building", "room", "near", "location", "society"}
    with_requirements = [phrase for phrase in listed if requirements & phrase.expect.keys()]
    traps = [phrase for phrase in listed if phrase.category == "trap"]
    assert len(listed) >= 400
    assert len(with_requirements) >= 100
    assert len(traps) >= 60
