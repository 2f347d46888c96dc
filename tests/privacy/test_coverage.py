"""Every column that can tell who somebody is has been thought of."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Column, LargeBinary, Table, Text

from storage.impersonal_data import IMPERSONAL, IMPERSONAL_COLUMNS
from storage.personal_data import ACCOUNT, IDENTITIES, ROWS
from storage.tables import metadata


def _can_tell(column: Column[object]) -> bool:
    """Whether a column can hold words, secrets, or the number of a person."""
    refers = any(key.column.table.name == "person" for key in column.foreign_keys)
    is_named = "person" in column.name or column.name.endswith("_by")
    return isinstance(column.type, Text | LargeBinary) or refers or is_named


def _treated() -> dict[str, set[str]]:
    treated: dict[str, set[str]] = defaultdict(set)
    for each in (ACCOUNT, IDENTITIES, *ROWS):
        treated[each.table.name].update(each.columns)
    return treated


def _forgotten(tables: dict[str, Table]) -> Iterator[str]:
    treated = _treated()
    for name, table in tables.items():
        known = treated[name] | IMPERSONAL_COLUMNS.get(name, frozenset())
        if name not in IMPERSONAL:
            yield from (
                f"{name}.{each.name}" for each in table.c if _can_tell(each) and each.name not in known
            )


def test_every_column_about_people_is_erased_or_known_to_tell_nothing():
    forgotten = sorted(_forgotten(dict(metadata.tables)))

    assert not forgotten, (
        f"Who is in {', '.join(forgotten)}? Add them to storage/personal_data.py: to ROWS, so that they are "
        "exported and erased; or to storage/impersonal_data.py, with the reason."
    )


def test_tables_without_personal_data_refer_to_nobody():
    for name in IMPERSONAL:
        for column in metadata.tables[name].c:
            assert all(key.column.table.name != "person" for key in column.foreign_keys), (
                f"{name}.{column.name}"
            )


def test_what_is_listed_exists():
    listed = {**{name: set[str]() for name in IMPERSONAL}, **_treated()}
    for name, columns in IMPERSONAL_COLUMNS.items():
        listed[name] = listed[name] | columns

    for name, columns in listed.items():
        assert columns <= set(metadata.tables[name].c.keys()), name


def test_every_table_with_rows_of_a_person_is_exported():
    exported = {each.table.name for each in (ACCOUNT, IDENTITIES, *ROWS) if each.shown}

    assert exported == set(metadata.tables) - set(IMPERSONAL)


def test_no_secret_is_exported():
    secrets = {"hash", "salt", "sealed", "nonce", "password_hash"}

    for each in (ACCOUNT, IDENTITIES, *ROWS):
        assert not secrets & set(each.shown), each.section
