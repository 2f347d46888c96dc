"""Renders forms as modals and parses submitted modals."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from bot.chat.reply import Form, FormInput, FormInputKind, Option
from bot.platforms.discord.render import components as parts
from bot.platforms.discord.render.components import Component
from bot.platforms.text import clip_line

MAX_TITLE, MAX_LABEL, MAX_DESCRIPTION, MAX_PLACEHOLDER, MAX_OPTION = 45, 45, 100, 100, 100
MAX_TEXT_INPUT, MAX_CUSTOM_ID = 4000, 100
MAX_INPUTS = 5
SHORT, PARAGRAPH = 1, 2
MAX_VALUE = {
    FormInputKind.DATE: 40,
    FormInputKind.TIME: 40,
    FormInputKind.NUMBER: 20,
    FormInputKind.WHEN: 200,
    FormInputKind.SEARCH: 100,
    FormInputKind.TEXT: 500,
}
"""Longest text that can be typed; dates and times may be words, such as "tomorrow"."""


def modal(form: Form, custom_id: str) -> Component:
    """A form as a modal of at most five inputs; required inputs have precedence, the order stays."""
    inputs = [_with_label(each, custom_id) for custom_id, each in _visible_inputs(form)]
    return {
        "custom_id": custom_id,
        "title": clip_line(form.title, MAX_TITLE) or "Roomie",
        "components": inputs or [parts.text("Nothing to fill in. Just submit.")],
    }


def _visible_inputs(form: Form) -> list[tuple[str, FormInput]]:
    """At most five inputs, with their custom ids."""
    by_need = sorted(range(len(form.inputs)), key=lambda index: not form.inputs[index].required)
    return [(_custom_id(form, index), form.inputs[index]) for index in sorted(by_need[:MAX_INPUTS])]


def _custom_id(form: Form, index: int) -> str:
    """An input's name, where it is a unique and valid custom id; else its index."""
    name = form.inputs[index].name
    is_valid = name.strip() == name and 0 < len(name) <= MAX_CUSTOM_ID and name[0] != "#"
    first = next(number for number, each in enumerate(form.inputs) if each.name == name)
    return name if is_valid and first == index else f"#{index}"


def _with_label(form_input: FormInput, custom_id: str) -> Component:
    label: Component = {
        "type": parts.LABEL,
        "label": clip_line(form_input.label, MAX_LABEL) or clip_line(form_input.name, MAX_LABEL) or "…",
        "component": _menu(form_input, custom_id)
        if _options(form_input)
        else _text_input(form_input, custom_id),
    }
    hint = clip_line(form_input.hint, MAX_DESCRIPTION)
    return label | {"description": hint} if hint else label


def _options(form_input: FormInput) -> list[Option]:
    """Options of a menu; an input without any becomes a text input."""
    if form_input.kind is not FormInputKind.CHOICE:
        return []
    usable = {
        each.value: each
        for each in form_input.options
        if each.value.strip() and len(each.value) <= MAX_OPTION
    }
    selected = [each for each in usable.values() if each.value == form_input.value]
    others = [each for each in usable.values() if each.value != form_input.value]
    shown = {each.value for each in (*selected, *others[: parts.MAX_OPTIONS - len(selected)])}
    return [each for each in usable.values() if each.value in shown]


def _menu(form_input: FormInput, custom_id: str) -> Component:
    payload: Component = {
        "type": parts.MENU,
        "custom_id": custom_id,
        "options": [
            _option(each, is_default=each.value == form_input.value) for each in _options(form_input)
        ],
        "required": form_input.required,
        "min_values": 1 if form_input.required else 0,
    }
    placeholder = clip_line(form_input.placeholder, MAX_PLACEHOLDER)
    return payload | {"placeholder": placeholder} if placeholder else payload


def _option(option: Option, *, is_default: bool) -> Component:
    payload: Component = {
        "label": clip_line(option.label, MAX_OPTION) or clip_line(option.value, MAX_OPTION),
        "value": option.value,
    }
    detail = clip_line(option.detail, MAX_OPTION)
    payload |= {"description": detail} if detail else {}
    return payload | {"default": True} if is_default else payload


def _text_input(form_input: FormInput, custom_id: str) -> Component:
    max_length = MAX_VALUE.get(form_input.kind, MAX_TEXT_INPUT)
    payload: Component = {
        "type": parts.TEXT_INPUT,
        "custom_id": custom_id,
        "style": PARAGRAPH if form_input.kind is FormInputKind.LONG_TEXT else SHORT,
        "required": form_input.required,
        "max_length": max_length,
    }
    placeholder = clip_line(form_input.placeholder, MAX_PLACEHOLDER)
    payload |= {"placeholder": placeholder} if placeholder else {}
    value = _typed_value(form_input)
    return payload | {"value": value[:max_length]} if value.strip() else payload


def _typed_value(form_input: FormInput) -> str:
    """What a text input is filled with; in a search the name of the option, not its id."""
    if form_input.kind is not FormInputKind.SEARCH:
        return form_input.value
    labels = (each.label for each in form_input.options if each.value == form_input.value)
    return next(labels, form_input.value)


def submitted_values(components: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """Values of a submitted modal by custom id."""
    return dict(_submitted(components))


def _submitted(components: Sequence[Mapping[str, object]]) -> Iterator[tuple[str, str]]:
    for part in components:
        nested = [part.get("component"), *_list(part.get("components"))]
        yield from _submitted([each for each in nested if isinstance(each, Mapping)])
        if isinstance(name := part.get("custom_id"), str):
            picked = [*_list(part.get("values")), part.get("value")]
            yield name, next((str(each) for each in picked if each is not None), "")


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def fill_in(form: Form, submitted: Mapping[str, str]) -> Form:
    """The form with submitted values, by custom id."""
    inputs = (
        replace(each, value=submitted.get(_custom_id(form, index), each.value))
        for index, each in enumerate(form.inputs)
    )
    return replace(form, inputs=tuple(inputs))


def form_values(form: Form) -> dict[str, str]:
    """Values of all inputs by name, also of those that the modal had no room for."""
    return {each.name: each.value for each in form.inputs}
