"""Forms as Discord's modals, and reading what comes back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.chat.reply import Form, FormInput, FormInputKind, Option
from bot.platforms.discord.render import components as parts
from bot.platforms.discord.render.components import Component
from bot.platforms.discord.render.text import clip

TITLE, LABEL, DESCRIPTION, PLACEHOLDER, VALUE, OPTION, CUSTOM_ID = 45, 45, 100, 100, 4000, 100, 100
MAX_INPUTS = 5
SHORT, PARAGRAPH = 1, 2
MAX_VALUE = {
    FormInputKind.DATE: 40,
    FormInputKind.TIME: 40,
    FormInputKind.NUMBER: 20,
    FormInputKind.WHEN: 200,
}
"""What may be typed, in characters; DATE and TIME leave room for words."""


def modal(form: Form, custom_id: str) -> Component:
    """A form as a modal. Discord shows five inputs; required ones come first in line, in their order."""
    inputs = [_with_label(each, name) for name, each in _visible_inputs(form)]
    return {
        "custom_id": custom_id,
        "title": clip(form.title, TITLE) or "Roomie",
        "components": inputs or [parts.text("There is nothing to fill in. Send it as it is.")],
    }


def _visible_inputs(form: Form) -> list[tuple[str, FormInput]]:
    """At most five inputs, with their names on the wire."""
    by_need = sorted(range(len(form.inputs)), key=lambda place: not form.inputs[place].required)
    return [(_name(form, place), form.inputs[place]) for place in sorted(by_need[:MAX_INPUTS])]


def _name(form: Form, place: int) -> str:
    """An input's own name where Discord can carry it and it is the only one of that name."""
    name = form.inputs[place].name
    is_good = name.strip() == name and 0 < len(name) <= CUSTOM_ID and name[0] != "#"
    first = next(number for number, each in enumerate(form.inputs) if each.name == name)
    return name if is_good and first == place else f"#{place}"


def _with_label(given: FormInput, name: str) -> Component:
    label: Component = {
        "type": parts.LABEL,
        "label": clip(given.label, LABEL) or clip(given.name, LABEL) or "…",
        "component": _menu(given, name) if _options(given) else _text_input(given, name),
    }
    hint = clip(given.hint, DESCRIPTION)
    return label | {"description": hint} if hint else label


def _options(given: FormInput) -> list[Option]:
    """What can be picked; a choice of nothing is typed instead."""
    if given.kind is not FormInputKind.CHOICE:
        return []
    able = {each.value: each for each in given.options if each.value.strip() and len(each.value) <= OPTION}
    wanted = [each for each in able.values() if each.value == given.value]
    others = [each for each in able.values() if each.value != given.value]
    keep = {each.value for each in (*wanted, *others[: parts.MAX_OPTIONS - len(wanted)])}
    return [each for each in able.values() if each.value in keep]


def _menu(given: FormInput, name: str) -> Component:
    drawn: Component = {
        "type": parts.MENU,
        "custom_id": name,
        "options": [_option(each, is_default=each.value == given.value) for each in _options(given)],
        "required": given.required,
        "min_values": 1 if given.required else 0,
    }
    placeholder = clip(given.placeholder, PLACEHOLDER)
    return drawn | {"placeholder": placeholder} if placeholder else drawn


def _option(option: Option, *, is_default: bool) -> Component:
    drawn: Component = {
        "label": clip(option.label, OPTION) or clip(option.value, OPTION),
        "value": option.value,
    }
    detail = clip(option.detail, OPTION)
    drawn |= {"description": detail} if detail else {}
    return drawn | {"default": True} if is_default else drawn


def _text_input(given: FormInput, name: str) -> Component:
    longest = MAX_VALUE.get(given.kind, VALUE)
    drawn: Component = {
        "type": parts.TEXT_INPUT,
        "custom_id": name,
        "style": PARAGRAPH if given.kind is FormInputKind.LONG_TEXT else SHORT,
        "required": given.required,
        "max_length": longest,
    }
    placeholder = clip(given.placeholder, PLACEHOLDER)
    drawn |= {"placeholder": placeholder} if placeholder else {}
    return drawn | {"value": given.value[:longest]} if given.value.strip() else drawn


def submitted_values(components: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """What was filled in, by the names that the inputs have on the wire."""
    return dict(_submitted(components))


def _submitted(components: Sequence[Mapping[str, object]]) -> Iterator[tuple[str, str]]:
    for part in components:
        inside = [part.get("component"), *_list(part.get("components"))]
        yield from _submitted([each for each in inside if isinstance(each, Mapping)])
        if isinstance(name := part.get("custom_id"), str):
            picked = [*_list(part.get("values")), part.get("value")]
            yield name, next((str(each) for each in picked if each is not None), "")


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def fill_in(form: Form, answers: Mapping[str, str]) -> Form:
    """The form with what was typed into it."""
    inputs = (
        replace(each, value=answers.get(_name(form, place), each.value))
        for place, each in enumerate(form.inputs)
    )
    return replace(form, inputs=tuple(inputs))


def values(form: Form) -> dict[str, str]:
    """What a form holds, by name; inputs that Discord had no room for keep what they held."""
    return {each.name: each.value for each in form.inputs}
