"""A reply as JSON, for programs that talk to Roomie at a terminal."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any


def as_json(value: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Plain lists, mappings and strings; parts of a text other than strings name their `type`."""
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return value.value
        case str():
            return value
        case datetime():
            return value.isoformat()
        case Mapping():
            return {str(key): as_json(each) for key, each in value.items()}
        case tuple() | list():
            return [as_json(each) for each in value]
        case _ if is_dataclass(value):
            named = {each.name: as_json(getattr(value, each.name)) for each in fields(value)}
            return {"type": type(value).__name__.lower(), **named}
    return str(value)
