"""Buttons, menus and inputs as Block Kit; whatever cannot be shown within Slack's limits is left out."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, time
from itertools import count
from typing import Any

from bot.chat.reply import Button, ButtonStyle, Choice, FormInput, FormInputKind, Option
from bot.platforms.slack.render import action_ids
from bot.platforms.slack.render.markup import clip

Block = dict[str, Any]
VALUE = "value"
_URL = re.compile(r"https?://\S+")
_MAX_OPTIONS = 100


def plain_text(text: str, most: int, instead: str = "—") -> Block:
    shown = clip(" ".join(text.split()), most)
    return {"type": "plain_text", "text": shown or clip(instead, most)}


def element(part: Button | Choice, numbers: "count[int]") -> Block | None:
    """One button or menu; nothing when it would break a limit that cutting cannot mend."""
    return _button(part, next(numbers)) if isinstance(part, Button) else _menu(part, next(numbers))


def elements(parts: Iterable[Button | Choice], numbers: "count[int]") -> list[Block]:
    return [each for each in (element(part, numbers) for part in parts) if each is not None]


def _button(button: Button, number: int) -> Block | None:
    kind = action_ids.LINK if button.url else action_ids.OPEN if button.opens else action_ids.PRESS
    told: Block = {
        "type": "button",
        "action_id": action_ids.action_id(kind, button.action, number),
        "text": plain_text(button.label, 75, button.action.strip() or "…"),
        "value": action_ids.wrap(button.value),
    }
    if button.url:
        told["url"] = button.url
    if button.style is not ButtonStyle.PLAIN:
        told["style"] = button.style.value
    if button.confirm.strip():
        told["confirm"] = _confirm(button)
    return told if _fits(told) else None


def _fits(told: Block) -> bool:
    url = told.get("url")
    return (
        len(told["action_id"]) <= action_ids.MAX_ID
        and len(told["value"]) <= action_ids.MAX_VALUE
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
    return list(_options(offered))[:_MAX_OPTIONS]


def _options(offered: Iterable[Option]) -> Iterator[Block]:
    for each in offered:
        value = action_ids.wrap(each.value)
        if len(value) <= action_ids.MAX_OPTION_VALUE:
            told: Block = {"text": plain_text(each.label, 75, each.value.strip() or "—"), "value": value}
            if each.detail.strip():
                told["description"] = plain_text(each.detail, 75)
            yield told


def input_block(asked: FormInput) -> Block | None:
    """One line of a form. A choice without options becomes a line that says so."""
    block_id = action_ids.input_id(asked.name)
    if len(block_id) > action_ids.MAX_ID:
        return None
    if asked.kind is FormInputKind.CHOICE and not options(asked.options):
        return _nothing_to_choose(asked, block_id)
    told: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(asked.label, 150, asked.name.strip() or "—"),
        "element": _input_element(asked),
        "optional": not asked.required,
    }
    if asked.hint.strip():
        told["hint"] = plain_text(asked.hint, 300)
    if asked.refreshes:
        told["dispatch_action"] = True
    return told


def _nothing_to_choose(asked: FormInput, block_id: str) -> Block:
    said = f"{asked.label}: {asked.hint or asked.placeholder or 'nothing to choose from'}"
    return {"type": "section", "block_id": block_id, "text": plain_text(said, 1000)}


def _input_element(asked: FormInput) -> Block:
    told: Block = {"action_id": VALUE, **_ELEMENTS[asked.kind](asked)}
    if asked.placeholder.strip():
        told["placeholder"] = plain_text(asked.placeholder, 150)
    return told


def _text(asked: FormInput) -> Block:
    told: Block = {"type": "plain_text_input", "multiline": asked.kind is FormInputKind.LONG_TEXT}
    if asked.refreshes:
        told["dispatch_action_config"] = {"trigger_actions_on": ["on_enter_pressed"]}
    return told | ({"initial_value": clip(asked.value, 3000)} if asked.value else {})


def _number(asked: FormInput) -> Block:
    first = {"initial_value": asked.value} if re.fullmatch(r"-?[0-9]{1,12}", asked.value) else {}
    return {"type": "number_input", "is_decimal_allowed": False, **first}


def _date(asked: FormInput) -> Block:
    return {"type": "datepicker", **({"initial_date": asked.value} if _is_date(asked.value) else {})}


def _time(asked: FormInput) -> Block:
    return {"type": "timepicker", **({"initial_time": asked.value} if _is_time(asked.value) else {})}


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


def _choice(asked: FormInput) -> Block:
    offered = options(asked.options)
    chosen = next((each for each in offered if each["value"] == action_ids.wrap(asked.value)), None)
    return {"type": "static_select", "options": offered, **({"initial_option": chosen} if chosen else {})}


_ELEMENTS = {
    FormInputKind.TEXT: _text,
    FormInputKind.LONG_TEXT: _text,
    FormInputKind.WHEN: _text,
    FormInputKind.NUMBER: _number,
    FormInputKind.DATE: _date,
    FormInputKind.TIME: _time,
    FormInputKind.CHOICE: _choice,
}
