"""Renders buttons, menus and inputs as Block Kit; leaves out what exceeds Slack's limits."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, time
from itertools import count
from typing import Any

from bot.chat.reply import Button, ButtonStyle, Choice, FormInput, FormInputKind, Option
from bot.platforms.slack.render import action_ids
from bot.platforms.text import clip, clip_line

Block = dict[str, Any]
VALUE = "value"
_URL = re.compile(r"https?://\S+")
MAX_OPTIONS = 100


def plain_text(text: str, limit: int, default: str = "—") -> Block:
    """A text object of at most `limit` characters; `default` where there is no text, which Slack rejects."""
    return {"type": "plain_text", "text": clip_line(text, limit) or clip(default, limit)}


def element(part: Button | Choice, numbers: "count[int]") -> Block | None:
    """One button or menu; None where an id or value is too long, which must not be cut."""
    return _button(part, next(numbers)) if isinstance(part, Button) else _menu(part, next(numbers))


def elements(parts: Iterable[Button | Choice], numbers: "count[int]") -> list[Block]:
    return [each for each in (element(part, numbers) for part in parts) if each is not None]


def _button(button: Button, number: int) -> Block | None:
    kind = action_ids.LINK if button.url else action_ids.OPEN if button.opens else action_ids.PRESS
    block: Block = {
        "type": "button",
        "action_id": action_ids.action_id(kind, button.action, number),
        "text": plain_text(button.label, 75, button.action.strip() or "…"),
        "value": action_ids.wrap(button.value),
    }
    if button.url:
        block["url"] = button.url
    if button.style is not ButtonStyle.PLAIN:
        block["style"] = button.style.value
    if button.confirm.strip():
        block["confirm"] = _confirm(button)
    return block if _fits(block) else None


def _fits(block: Block) -> bool:
    url = block.get("url")
    return (
        len(block["action_id"]) <= action_ids.MAX_ID
        and len(block["value"]) <= action_ids.MAX_VALUE
        and (url is None or (len(url) <= 3000 and _URL.fullmatch(url) is not None))
    )


def _confirm(button: Button) -> Block:
    return {
        "title": plain_text("Are you sure?", 100),
        "text": plain_text(button.confirm, 300),
        "confirm": plain_text(button.label, 30, "Yes"),
        "deny": plain_text("No", 30),
        **({"style": "danger"} if button.style is ButtonStyle.DANGER else {}),
    }


def _menu(choice: Choice, number: int) -> Block | None:
    identifier = action_ids.action_id(action_ids.PICK, choice.action, number)
    offered = options(choice.options)
    if not offered or len(identifier) > action_ids.MAX_ID:
        return None
    return {
        "type": "static_select",
        "action_id": identifier,
        "placeholder": plain_text(choice.label, 150, "Choose"),
        "options": offered,
    }


def options(offered: Iterable[Option]) -> list[Block]:
    return list(_options(offered))[:MAX_OPTIONS]


def _options(offered: Iterable[Option]) -> Iterator[Block]:
    for each in offered:
        value = action_ids.wrap(each.value)
        if len(value) <= action_ids.MAX_OPTION_VALUE:
            block: Block = {"text": plain_text(each.label, 75, each.value.strip() or "—"), "value": value}
            if each.detail.strip():
                block["description"] = plain_text(each.detail, 75)
            yield block


def input_block(field: FormInput) -> Block | None:
    """An input of a form; a choice without options becomes a text that says so."""
    block_id = action_ids.input_id(field.name)
    if len(block_id) > action_ids.MAX_ID:
        return None
    if field.kind is FormInputKind.CHOICE and not options(field.options):
        return _empty_choice(field, block_id)
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(field.label, 150, field.name.strip() or "—"),
        "element": _input_element(field),
        "optional": not field.required,
    }
    if field.hint.strip():
        block["hint"] = plain_text(field.hint, 300)
    if field.refreshes:
        block["dispatch_action"] = True
    return block


def _empty_choice(field: FormInput, block_id: str) -> Block:
    text = f"{field.label}: {field.hint or field.placeholder or 'nothing to choose from'}"
    return {"type": "section", "block_id": block_id, "text": plain_text(text, 1000)}


def _input_element(field: FormInput) -> Block:
    block: Block = {"action_id": VALUE, **_ELEMENTS[field.kind](field)}
    if field.placeholder.strip():
        block["placeholder"] = plain_text(field.placeholder, 150)
    return block


def _text(field: FormInput) -> Block:
    block: Block = {"type": "plain_text_input", "multiline": field.kind is FormInputKind.LONG_TEXT}
    if field.refreshes:
        block["dispatch_action_config"] = {"trigger_actions_on": ["on_enter_pressed"]}
    return block | ({"initial_value": clip(field.value, 3000)} if field.value else {})


def _number(field: FormInput) -> Block:
    first = {"initial_value": field.value} if re.fullmatch(r"-?[0-9]{1,12}", field.value) else {}
    return {"type": "number_input", "is_decimal_allowed": False, **first}


def _date(field: FormInput) -> Block:
    return {"type": "datepicker", **({"initial_date": field.value} if _is_date(field.value) else {})}


def _time(field: FormInput) -> Block:
    return {"type": "timepicker", **({"initial_time": field.value} if _is_time(field.value) else {})}


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_time(value: str) -> bool:
    try:
        return f"{time.fromisoformat(value):%H:%M}" == value
    except ValueError:
        return False


def _choice(field: FormInput) -> Block:
    offered = options(field.options)
    chosen = next((each for each in offered if each["value"] == action_ids.wrap(field.value)), None)
    return {"type": "static_select", "options": offered, **({"initial_option": chosen} if chosen else {})}


def _search(field: FormInput) -> Block:
    """A menu that asks us for its options, also before anything is typed."""
    chosen = next((each for each in field.options if each.value == field.value), None)
    first = options([chosen])[:1] if chosen else []
    return {
        "type": "external_select",
        "action_id": action_ids.search_id(field.source),
        "min_query_length": 0,
        **({"initial_option": first[0]} if first else {}),
    }


_ELEMENTS = {
    FormInputKind.TEXT: _text,
    FormInputKind.LONG_TEXT: _text,
    FormInputKind.WHEN: _text,
    FormInputKind.NUMBER: _number,
    FormInputKind.DATE: _date,
    FormInputKind.TIME: _time,
    FormInputKind.CHOICE: _choice,
    FormInputKind.SEARCH: _search,
}
