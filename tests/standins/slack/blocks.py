"""Validates blocks and views against Block Kit's limits, with errors worded like Slack's."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Blocks = Sequence[Mapping[str, Any]]
_MESSAGE = "message"
_MODAL = "modal"
_HOME = "home"
_MAX_BLOCKS = {_MESSAGE: 50, _MODAL: 100, _HOME: 100}
_TABLE_ROWS, _TABLE_COLUMNS, _TABLE_CHARACTERS = 100, 20, 10_000


def complaints_about(blocks: object, surface: str = _MESSAGE, path: str = "/blocks") -> list[str]:
    """Everything that Slack would refuse about these blocks."""
    return list(_about_blocks(blocks, surface, path))


def complaints_about_view(view: object, path: str = "/view") -> list[str]:
    return list(_about_view(view, path))


def _at(message: str, path: str) -> str:
    return f"[ERROR] {message} [json-pointer:{path}]"


def _about_blocks(blocks: object, surface: str, path: str) -> Iterator[str]:
    if not isinstance(blocks, list):
        yield _at("must provide an array", path)
        return
    if len(blocks) > _MAX_BLOCKS[surface]:
        yield _at(f"no more than {_MAX_BLOCKS[surface]} items allowed", path)
    ids = [each.get("block_id") for each in blocks if isinstance(each, dict) and each.get("block_id")]
    if len(ids) != len(set(ids)):
        yield _at("duplicate block_id", path)
    if sum(1 for each in blocks if isinstance(each, dict) and each.get("type") == "table") > 1:
        yield _at("only one table allowed", path)
    for index, block in enumerate(blocks):
        yield from _about_block(block, surface, f"{path}/{index}")


def _about_block(block: object, surface: str, path: str) -> Iterator[str]:
    if not isinstance(block, dict):
        yield _at("must be an object", path)
        return
    check = _BLOCKS.get(str(block.get("type")))
    if check is None:
        yield _at(f"unsupported type: {block.get('type')}", f"{path}/type")
        return
    if "block_id" in block:
        yield from _length(block["block_id"], 1, 255, f"{path}/block_id")
    yield from check(block, surface, path)


def _length(text: object, least: int, most: int, path: str) -> Iterator[str]:
    if not isinstance(text, str):
        yield _at("must be a string", path)
    elif len(text) > most:
        yield _at(f"must be less than {most + 1} characters", path)
    elif least and not text.strip():
        yield _at(f"must be more than {least - 1} characters", path)


def _text(
    holder: Mapping[str, Any], key: str, most: int, path: str, kinds: tuple[str, ...], *, must: bool = True
) -> Iterator[str]:
    if key not in holder or holder[key] is None:
        if must:
            yield _at(f"missing required field: {key}", path)
        return
    text = holder[key]
    if not isinstance(text, dict) or text.get("type") not in kinds:
        yield _at(f"must be a text object of {' or '.join(kinds)}", f"{path}/{key}")
        return
    unknown = set(text) - {"type", "text", "emoji", "verbatim"}
    if unknown:
        yield _at(f"additional property: {min(unknown)}", f"{path}/{key}")
    yield from _length(text.get("text"), 1, most, f"{path}/{key}/text")


_PLAIN = ("plain_text",)
_ANY = ("plain_text", "mrkdwn")


def _header(block: Mapping[str, Any], surface: str, path: str) -> Iterator[str]:
    yield from _text(block, "text", 150, path, _PLAIN)


def _divider(block: Mapping[str, Any], surface: str, path: str) -> Iterator[str]:
    return iter(())


def _image(block: Mapping[str, Any], surface: str, path: str) -> Iterator[str]:
    yield from _length(block.get("alt_text"), 1, 2000, f"{path}/alt_text")
    yield from _length(block.get("image_url"), 1, 3000, f"{path}/image_url")
    if not str(block.get("image_url")).startswith("https://"):
        yield _at("invalid image url", f"{path}/image_url")


def _section(block: Mapping[str, Any], surface: str, path: str) -> Iterator[str]:
    if "text" not in block and not block.get("fields"):
        yield _at("text or fields required", path)
    yield from _text(block, "text", 3000, path, _ANY, must=False)
    fields = block.get("fields")
    if fields is not None:
        if not 1 <= len(fields) <= 10:
            yield _at("between 1 and 10 items required", f"{path}/fields")
        for index, _field in enumerate(fields):
            yield from _text({"text": _field}, "text", 2000, f"{path}/fields/{index}", _ANY)
    if "accessory" in block:
        yield from _element(block["accessory"], f"{path}/accessory", _ACCESSORIES)


def _context(block: Mapping[str, Any], surface: str, path: str) -> Iterator[str]:
    elements = block.get("elements", ())
    if not 1 <= len(elements) <= 10:
        yield _at("between 1 and 10 items required", f"{path}/elements")
    for index, each in enumerate(elements):
        yield from _text({"text": each}, "text", 3000, f"{path}/elements/{index}", _ANY)


def _actions(block: Mapping[str, Any], surface: str, path: str) -> Iterator[str]:
    elements = block.get("elements", ())
    if not 1 <= len(elements) <= 25:
        yield _at("between 1 and 25 items required", f"{path}/elements")
    ids = [each.get("action_id") for each in elements if each.get("action_id")]
    if len(ids) != len(set(ids)):
        yield _at("duplicate action_id", f"{path}/elements")
    for index, each in enumerate(elements):
        yield from _element(each, f"{path}/elements/{index}", _IN_ACTIONS)


def _input(block: Mapping[str, Any], surface: str, path: str) -> Iterator[str]:
    yield from _text(block, "label", 2000, path, _PLAIN)
    yield from _text(block, "hint", 2000, path, _PLAIN, must=False)
    if "element" not in block:
        yield _at("missing required field: element", path)
    else:
        yield from _element(block["element"], f"{path}/element", _IN_INPUT)


def _table(block: Mapping[str, Any], surface: str, path: str) -> Iterator[str]:
    if surface != _MESSAGE:
        yield _at("table is not allowed here", path)
    rows = block.get("rows", [])
    if not 1 <= len(rows) <= _TABLE_ROWS:
        yield _at(f"between 1 and {_TABLE_ROWS} rows required", f"{path}/rows")
    if len(block.get("column_settings", ())) > _TABLE_COLUMNS:
        yield _at(f"no more than {_TABLE_COLUMNS} items allowed", f"{path}/column_settings")
    for index, row in enumerate(rows):
        if not 1 <= len(row) <= _TABLE_COLUMNS:
            yield _at(f"between 1 and {_TABLE_COLUMNS} columns required", f"{path}/rows/{index}")
        for column, cell in enumerate(row):
            yield from _cell(cell, f"{path}/rows/{index}/{column}")
    if sum(_characters(cell) for row in rows for cell in row) > _TABLE_CHARACTERS:
        yield _at(f"no more than {_TABLE_CHARACTERS} characters allowed in cells", path)


def _cell(cell: Mapping[str, Any], path: str) -> Iterator[str]:
    if cell.get("type") == "raw_text":
        yield from _length(cell.get("text"), 1, _TABLE_CHARACTERS, f"{path}/text")
    elif cell.get("type") == "rich_text":
        yield from _rich_text(cell, _MESSAGE, path)
    else:
        yield _at(f"unsupported type: {cell.get('type')}", f"{path}/type")


def _characters(node: object) -> int:
    if isinstance(node, dict):
        own = len(node["text"]) if isinstance(node.get("text"), str) else 0
        own += len(node["fallback"]) if isinstance(node.get("fallback"), str) else 0
        return own + sum(_characters(value) for value in node.values())
    return sum(map(_characters, node)) if isinstance(node, list) else 0


_RICH_SECTIONS = {"rich_text_section", "rich_text_preformatted", "rich_text_quote"}


def _rich_text(block: Mapping[str, Any], surface: str, path: str) -> Iterator[str]:
    for index, section in enumerate(block.get("elements", ())):
        where = f"{path}/elements/{index}"
        if section.get("type") not in _RICH_SECTIONS:
            yield _at(f"unsupported type: {section.get('type')}", f"{where}/type")
        for number, each in enumerate(section.get("elements", ())):
            yield from _rich_element(each, f"{where}/elements/{number}")


def _rich_element(each: Mapping[str, Any], path: str) -> Iterator[str]:
    if each.get("type") == "text":
        if not each.get("text"):
            yield _at("must be more than 0 characters", f"{path}/text")
    elif each.get("type") == "date":
        if not isinstance(each.get("timestamp"), int) or not each.get("format"):
            yield _at("timestamp and format required", path)
    elif each.get("type") not in {"user", "link", "emoji"}:
        yield _at(f"unsupported type: {each.get('type')}", f"{path}/type")


def _element(element: object, path: str, allowed: frozenset[str]) -> Iterator[str]:
    if not isinstance(element, dict) or element.get("type") not in allowed:
        kind = element.get("type") if isinstance(element, dict) else element
        yield _at(f"unsupported type: {kind}", f"{path}/type")
        return
    if "action_id" in element:
        yield from _length(element["action_id"], 1, 255, f"{path}/action_id")
    yield from _text(element, "placeholder", 150, path, _PLAIN, must=False)
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{path}/confirm")
    yield from _ELEMENTS[element["type"]](element, path)


def _confirm(confirm: Mapping[str, Any], path: str) -> Iterator[str]:
    yield from _text(confirm, "title", 100, path, _PLAIN)
    yield from _text(confirm, "text", 300, path, _ANY)
    yield from _text(confirm, "confirm", 30, path, _PLAIN)
    yield from _text(confirm, "deny", 30, path, _PLAIN)


def _button(element: Mapping[str, Any], path: str) -> Iterator[str]:
    yield from _text(element, "text", 75, path, _PLAIN)
    if "value" in element:
        yield from _length(element["value"], 0, 2000, f"{path}/value")
    if "url" in element:
        yield from _length(element["url"], 1, 3000, f"{path}/url")
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield _at("style must be primary or danger", f"{path}/style")


def _options(options: object, path: str, most: int) -> Iterator[str]:
    if not isinstance(options, list) or not 1 <= len(options) <= most:
        yield _at(f"between 1 and {most} items required", f"{path}/options")
        return
    for index, each in enumerate(options):
        where = f"{path}/options/{index}"
        yield from _text(each, "text", 75, where, _ANY)
        yield from _length(each.get("value"), 1, 150, f"{where}/value")
        yield from _text(each, "description", 75, where, _PLAIN, must=False)


def _select(element: Mapping[str, Any], path: str) -> Iterator[str]:
    yield from _options(element.get("options"), path, 100)
    first = element.get("initial_option")
    if first is not None and first not in element.get("options", ()):
        yield _at("initial_option must be one of options", f"{path}/initial_option")


def _external_select(element: Mapping[str, Any], path: str) -> Iterator[str]:
    if "options" in element:
        yield _at("additional property: options", path)
    if not isinstance(element.get("min_query_length", 3), int):
        yield _at("must be an integer", f"{path}/min_query_length")
    if "initial_option" in element:
        yield from _options([element["initial_option"]], f"{path}/initial_option", 1)


def _conversations_select(element: Mapping[str, Any], path: str) -> Iterator[str]:
    unknown = set(element.get("filter", ())) - {
        "include",
        "exclude_bot_users",
        "exclude_external_shared_channels",
    }
    if unknown:
        yield _at(f"additional property: {min(unknown)}", f"{path}/filter")


def complaints_about_options(body: object, path: str = "/options") -> list[str]:
    """Everything that Slack would refuse about the answer to a search in a menu; no options are fine."""
    options = body.get("options") if isinstance(body, dict) else None
    return [] if options == [] else list(_options(options, path.removesuffix("/options"), 100))


def _overflow(element: Mapping[str, Any], path: str) -> Iterator[str]:
    yield from _options(element.get("options"), path, 5)


def _radio(element: Mapping[str, Any], path: str) -> Iterator[str]:
    yield from _options(element.get("options"), path, 10)


def _plain_input(element: Mapping[str, Any], path: str) -> Iterator[str]:
    if "initial_value" in element:
        yield from _length(element["initial_value"], 0, 3000, f"{path}/initial_value")


def _number(element: Mapping[str, Any], path: str) -> Iterator[str]:
    if "is_decimal_allowed" not in element:
        yield _at("missing required field: is_decimal_allowed", path)
    first = element.get("initial_value")
    if first is not None and not str(first).lstrip("-").isascii():
        yield _at("must be a number", f"{path}/initial_value")
    if first is not None and not str(first).lstrip("-").isdigit():
        yield _at("must be a number", f"{path}/initial_value")


def _date(element: Mapping[str, Any], path: str) -> Iterator[str]:
    first = element.get("initial_date")
    if first is not None and (len(first) != 10 or first[4] != "-" or first[7] != "-"):
        yield _at("must be YYYY-MM-DD", f"{path}/initial_date")


def _time(element: Mapping[str, Any], path: str) -> Iterator[str]:
    first = element.get("initial_time")
    if first is not None and (len(first) != 5 or first[2] != ":"):
        yield _at("must be HH:mm", f"{path}/initial_time")


_BLOCKS: dict[str, Callable[[Mapping[str, Any], str, str], Iterator[str]]] = {
    "header": _header,
    "divider": _divider,
    "image": _image,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "table": _table,
    "rich_text": _rich_text,
}
_ELEMENTS: dict[str, Callable[[Mapping[str, Any], str], Iterator[str]]] = {
    "button": _button,
    "static_select": _select,
    "external_select": _external_select,
    "conversations_select": _conversations_select,
    "overflow": _overflow,
    "radio_buttons": _radio,
    "checkboxes": _radio,
    "plain_text_input": _plain_input,
    "number_input": _number,
    "datepicker": _date,
    "timepicker": _time,
}
_SELECTS = frozenset({"static_select", "external_select", "conversations_select"})
_ACCESSORIES = _SELECTS | {"button", "overflow", "datepicker", "timepicker"}
_IN_ACTIONS = _ACCESSORIES | {"radio_buttons", "checkboxes"}
_IN_INPUT = _SELECTS | {
    "plain_text_input",
    "number_input",
    "datepicker",
    "timepicker",
    "radio_buttons",
    "checkboxes",
}
_VIEW_KEYS = {
    "type",
    "title",
    "submit",
    "close",
    "blocks",
    "private_metadata",
    "callback_id",
    "clear_on_close",
} | {
    "notify_on_close",
    "external_id",
}


def _about_view(view: object, path: str) -> Iterator[str]:
    if not isinstance(view, dict) or view.get("type") not in {_MODAL, _HOME}:
        yield _at("must be a modal or a home view", f"{path}/type")
        return
    unknown = set(view) - _VIEW_KEYS
    if unknown:
        yield _at(f"additional property: {min(unknown)}", path)
    yield from _length(view.get("private_metadata", ""), 0, 3000, f"{path}/private_metadata")
    yield from _length(view.get("callback_id", ""), 0, 255, f"{path}/callback_id")
    yield from _about_blocks(view.get("blocks"), view["type"], f"{path}/blocks")
    if view["type"] == _MODAL:
        yield from _about_modal(view, path)


def _about_modal(view: Mapping[str, Any], path: str) -> Iterator[str]:
    yield from _text(view, "title", 24, path, _PLAIN)
    yield from _text(view, "submit", 24, path, _PLAIN, must=False)
    yield from _text(view, "close", 24, path, _PLAIN, must=False)
    has_inputs = any(
        isinstance(each, dict) and each.get("type") == "input" for each in view.get("blocks", ())
    )
    if has_inputs and not view.get("submit"):
        yield _at("missing required field: submit (the view has input blocks)", path)
