"""Validates messages as Discord does: the documented limits of content, embeds and components."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field

Payload = Mapping[str, Any]
Path = tuple[str | int, ...]

EPHEMERAL = 1 << 6
COMPONENTS_V2 = 1 << 15
ALLOWED_FLAGS = 1 << 2 | EPHEMERAL | 1 << 12 | COMPONENTS_V2

ACTION_ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = frozenset({3, 5, 6, 7, 8})
SECTION, TEXT_DISPLAY, THUMBNAIL, MEDIA_GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = (
    9,
    10,
    11,
    12,
    13,
    14,
    17,
    18,
)
TOP_LEVEL_V2 = frozenset({ACTION_ROW, SECTION, TEXT_DISPLAY, MEDIA_GALLERY, FILE, SEPARATOR, CONTAINER})
IN_CONTAINER = TOP_LEVEL_V2 - {CONTAINER}
LINK, PREMIUM = 5, 6
_URL = re.compile(r"(https?|discord)://\S+\Z")


class ValidationErrors(Struct):
    """Everything errors with a payload, each with the path to it."""

    found: list[tuple[Path, str, str]] = field(default_factory=list)

    def add(self, path: Path, code: str, message: str) -> None:
        self.found.append((path, code, message))

    def __bool__(self) -> bool:
        return bool(self.found)

    def length(self, path: Path, value: object, maximum: int, minimum: int = 0) -> None:
        """Check that `value` is a text of `minimum` to `maximum` characters; None counts as empty."""
        if value is None:
            value = ""
        if not isinstance(value, str):
            self.add(path, "STRING_TYPE_CONVERT", f"Could not interpret {value!r} as string.")
        elif len(value) > maximum:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {maximum} or fewer in length.")
        elif len(value.strip()) < minimum:
            self.add(path, "BASE_TYPE_MIN_LENGTH", f"Must be at least {minimum} in length.")

    def count(self, path: Path, value: object, maximum: int, minimum: int = 0) -> bool:
        """Check that `value` is a list of `minimum` to `maximum` elements; returns whether it is."""
        if not isinstance(value, list):
            self.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        elif not minimum <= len(value) <= maximum:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {minimum} and {maximum} in length.")
        else:
            return True
        return False

    def as_error(self) -> dict[str, Any]:
        """The body of Discord's response with status 400."""
        errors: dict[str, Any] = {}
        for path, code, message in self.found:
            node = errors
            for step in path:
                node = node.setdefault(str(step), {})
            node.setdefault("_errors", []).append({"code": code, "message": message})
        return {"code": 50035, "message": "Invalid Form Body", "errors": errors}


def validate_message(message: Payload, *, was_v2: bool = False, editing: bool = False) -> ValidationErrors:
    """Validate a message; with `editing` an edit, of a message that `was_v2` or not."""
    errors = ValidationErrors()
    flags = message.get("flags") or 0
    if flags & ~ALLOWED_FLAGS:
        errors.add(("flags",), "MESSAGE_FLAGS_INVALID", "These message flags cannot be set.")
    _check_mentions(errors, message.get("allowed_mentions"))
    if flags & COMPONENTS_V2 or was_v2:
        _check_v2(errors, message, editing=editing)
    else:
        _check_v1(errors, message, editing=editing)
    return errors


def _check_mentions(errors: ValidationErrors, mentions: Payload | None) -> None:
    for kind in (mentions or {}).get("parse", ()):
        if kind not in {"roles", "users", "everyone"}:
            errors.add(("allowed_mentions", "parse"), "BASE_TYPE_CHOICES", "Unknown kind of mention.")


def _check_v1(errors: ValidationErrors, message: Payload, *, editing: bool) -> None:
    errors.length(("content",), message.get("content"), 2000)
    embeds = message.get("embeds") or []
    if errors.count(("embeds",), embeds, 10):
        _check_embeds(errors, embeds)
    rows = message.get("components") or []
    if errors.count(("components",), rows, 5):
        for index, row in enumerate(rows):
            if row.get("type") != ACTION_ROW:
                errors.add(("components", index, "type"), "BASE_TYPE_CHOICES", "Value must be one of (1,).")
        _check_components(errors, rows, frozenset({ACTION_ROW}))
    if not editing and not (message.get("content") or embeds or rows):
        errors.add((), "MESSAGE_EMPTY", "Cannot send an empty message")


def _check_embeds(errors: ValidationErrors, embeds: list[Payload]) -> None:
    for index, embed in enumerate(embeds):
        at: Path = ("embeds", index)
        errors.length((*at, "title"), embed.get("title"), 256)
        errors.length((*at, "description"), embed.get("description"), 4096)
        errors.length((*at, "footer", "text"), (embed.get("footer") or {}).get("text"), 2048)
        errors.length((*at, "author", "name"), (embed.get("author") or {}).get("name"), 256)
        fields = embed.get("fields") or []
        if errors.count((*at, "fields"), fields, 25):
            for number, each in enumerate(fields):
                errors.length((*at, "fields", number, "name"), each.get("name"), 256, 1)
                errors.length((*at, "fields", number, "value"), each.get("value"), 1024, 1)
    if sum(len(text) for embed in embeds for text in _embed_texts(embed)) > 6000:
        errors.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _embed_texts(embed: Payload) -> Iterator[str]:
    yield embed.get("title") or ""
    yield embed.get("description") or ""
    yield (embed.get("footer") or {}).get("text") or ""
    yield (embed.get("author") or {}).get("name") or ""
    for each in embed.get("fields") or ():
        yield each.get("name") or ""
        yield each.get("value") or ""


def _check_v2(errors: ValidationErrors, message: Payload, *, editing: bool) -> None:
    for name in ("content", "embeds", "sticker_ids", "poll"):
        if message.get(name):
            errors.add(
                (name,),
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )
    components = message.get("components")
    if components is None and editing:
        return
    if errors.count(("components",), components or [], 40, 1):
        _check_components(errors, components or [], TOP_LEVEL_V2)


def _check_components(errors: ValidationErrors, components: list[Payload], allowed: frozenset[int]) -> None:
    every_component = list(walk(components))
    if len(every_component) > 40:
        errors.add(
            ("components",), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "At most 40 components in all."
        )
    text_length = sum(
        len(each.get("content") or "") for each in every_component if each.get("type") == TEXT_DISPLAY
    )
    if text_length > 4000:
        errors.add(
            ("components",), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "At most 4000 characters of text."
        )
    _refuse_duplicates(errors, every_component, "custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED")
    _refuse_duplicates(errors, every_component, "id", "COMPONENT_ID_DUPLICATED")
    for index, component in enumerate(components):
        check_component(errors, ("components", index), component, allowed)


def walk(components: list[Payload]) -> Iterator[Payload]:
    """All components, nested ones included."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        yield from walk([component[name] for name in ("accessory", "component") if component.get(name)])


def _refuse_duplicates(
    errors: ValidationErrors, every_component: list[Payload], name: str, code: str
) -> None:
    seen = [each[name] for each in every_component if each.get(name)]
    for value in sorted({value for value in seen if seen.count(value) > 1}, key=str):
        errors.add(("components",), code, f"{name} {value!r} cannot be duplicated")


def check_component(errors: ValidationErrors, at: Path, component: Payload, allowed: frozenset[int]) -> None:
    """Validate a component in a place where only the types in `allowed` may be."""
    kind = component.get("type")
    if kind not in allowed:
        errors.add((*at, "type"), "BASE_TYPE_CHOICES", f"Value must be one of {sorted(allowed)}, not {kind}.")
    elif kind == ACTION_ROW:
        _check_row(errors, at, component)
    elif kind == BUTTON:
        _check_button(errors, at, component)
    elif kind in SELECTS:
        check_select(errors, at, component)
    elif kind == SECTION:
        _check_section(errors, at, component)
    elif kind == TEXT_DISPLAY:
        errors.length((*at, "content"), component.get("content"), 4000, 1)
    elif kind == CONTAINER:
        _check_container(errors, at, component)


def _check_row(errors: ValidationErrors, at: Path, row: Payload) -> None:
    inside = row.get("components")
    if not errors.count((*at, "components"), inside, 5, 1):
        return
    assert inside is not None
    if inside[0].get("type") in SELECTS and len(inside) > 1:
        errors.add(
            (*at, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A select menu fills its row on its own."
        )
    for index, each in enumerate(inside):
        check_component(errors, (*at, "components", index), each, SELECTS | {BUTTON})


def _check_button(errors: ValidationErrors, at: Path, button: Payload) -> None:
    style = button.get("style")
    if style not in range(1, 7):
        errors.add((*at, "style"), "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5, 6).")
    errors.length(
        (*at, "label"), button.get("label"), 80, 0 if button.get("emoji") or style == PREMIUM else 1
    )
    if style == LINK:
        errors.length((*at, "url"), button.get("url"), 512, 1)
        if not _URL.match(str(button.get("url"))):
            errors.add(
                (*at, "url"), "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https', 'discord')."
            )
        if button.get("custom_id"):
            errors.add(
                (*at,), "BUTTON_COMPONENT_CUSTOM_ID_URL_EXCLUSIVE", "A custom id and url cannot both be set."
            )
    elif style != PREMIUM:
        errors.length((*at, "custom_id"), button.get("custom_id"), 100, 1)
        if button.get("url"):
            errors.add((*at, "url"), "BUTTON_COMPONENT_INVALID_URL", "Only link buttons have a url.")


def check_select(errors: ValidationErrors, at: Path, select: Payload) -> None:
    errors.length((*at, "custom_id"), select.get("custom_id"), 100, 1)
    errors.length((*at, "placeholder"), select.get("placeholder"), 150)
    minimum, maximum = select.get("min_values", 1), select.get("max_values", 1)
    if not 0 <= minimum <= 25 or not 1 <= maximum <= 25 or minimum > maximum:
        errors.add((*at, "min_values"), "NUMBER_TYPE_MAX", "0 to 25, and not above max_values.")
    if select.get("type") == STRING_SELECT:
        options = select.get("options") or []
        if errors.count((*at, "options"), options, 25, 1):
            _check_options(errors, at, options, maximum)


def _check_options(errors: ValidationErrors, at: Path, options: list[Payload], maximum: int) -> None:
    for index, option in enumerate(options):
        here = (*at, "options", index)
        errors.length((*here, "label"), option.get("label"), 100, 1)
        errors.length((*here, "value"), option.get("value"), 100, 1)
        errors.length((*here, "description"), option.get("description"), 100)
    values = [option.get("value") for option in options]
    if len(set(values)) < len(values):
        errors.add(
            (*at, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "An option value is duplicated."
        )
    if sum(bool(option.get("default")) for option in options) > maximum:
        errors.add((*at, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "More defaults than max_values.")


def _check_section(errors: ValidationErrors, at: Path, section: Payload) -> None:
    inside = section.get("components")
    if errors.count((*at, "components"), inside, 3, 1):
        assert inside is not None
        for index, each in enumerate(inside):
            check_component(errors, (*at, "components", index), each, frozenset({TEXT_DISPLAY}))
    accessory = section.get("accessory")
    if not accessory:
        errors.add((*at, "accessory"), "BASE_TYPE_REQUIRED", "This field is required")
    else:
        check_component(errors, (*at, "accessory"), accessory, frozenset({BUTTON, THUMBNAIL}))


def _check_container(errors: ValidationErrors, at: Path, container: Payload) -> None:
    colour = container.get("accent_color")
    if colour is not None and not 0 <= colour <= 0xFFFFFF:
        errors.add((*at, "accent_color"), "NUMBER_TYPE_MAX", "Must be a colour.")
    inside = container.get("components")
    if errors.count((*at, "components"), inside, 39, 1):
        assert inside is not None
        for index, each in enumerate(inside):
            check_component(errors, (*at, "components", index), each, IN_CONTAINER)
