"""What an examination finds."""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import asdict


class Severity(StrEnum):
    """`UNKNOWN`: it could not be checked from here."""

    OK = "ok"
    UNKNOWN = "not checked"
    WARNING = "warning"
    PROBLEM = "problem"


class Finding(Struct, frozen=True):
    """The state of one part; `remedy` says what to do about it."""

    part: str
    severity: Severity
    text: str
    remedy: str = ""

    def to_json(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}


def ok(part: str, text: str) -> Finding:
    return Finding(part, Severity.OK, text)


def unknown(part: str, text: str, remedy: str = "") -> Finding:
    return Finding(part, Severity.UNKNOWN, text, remedy)


def warning(part: str, text: str, remedy: str) -> Finding:
    return Finding(part, Severity.WARNING, text, remedy)


def problem(part: str, text: str, remedy: str) -> Finding:
    return Finding(part, Severity.PROBLEM, text, remedy)
