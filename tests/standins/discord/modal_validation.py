"""Validates modals and autocomplete choices as Discord does."""

from tests.standins.discord.message_validation import (
    ACTION_ROW,
    LABEL,
    SELECTS,
    TEXT_DISPLAY,
    TEXT_INPUT,
    Path,
    Payload,
    ValidationErrors,
    check_select,
    walk,
)


def validate_modal(modal: Payload) -> ValidationErrors:
    errors = ValidationErrors()
    errors.length(("data", "title"), modal.get("title"), 45, 1)
    errors.length(("data", "custom_id"), modal.get("custom_id"), 100, 1)
    components = modal.get("components") or []
    if errors.count(("data", "components"), components, 5, 1):
        for index, each in enumerate(components):
            _check_part(errors, ("data", "components", index), each)
    ids = [each["custom_id"] for each in walk(components) if each.get("custom_id")]
    if len(set(ids)) < len(ids):
        errors.add(("data", "components"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id duplicated")
    return errors


def _check_part(errors: ValidationErrors, at: Path, part: Payload) -> None:
    kind = part.get("type")
    if kind == LABEL:
        errors.length((*at, "label"), part.get("label"), 45, 1)
        errors.length((*at, "description"), part.get("description"), 100)
        _check_input(errors, (*at, "component"), part.get("component") or {}, labelled=True)
    elif kind == ACTION_ROW:
        if errors.count((*at, "components"), part.get("components"), 1, 1):
            _check_input(errors, (*at, "components", 0), part["components"][0], labelled=False)
    elif kind == TEXT_DISPLAY:
        errors.length((*at, "content"), part.get("content"), 4000, 1)
    else:
        errors.add((*at, "type"), "BASE_TYPE_CHOICES", "Value must be one of (1, 10, 18).")


def _check_input(errors: ValidationErrors, at: Path, component: Payload, *, labelled: bool) -> None:
    if component.get("type") in SELECTS:
        check_select(errors, at, component)
    elif component.get("type") == TEXT_INPUT:
        _check_text_input(errors, at, component, labelled=labelled)
    else:
        errors.add((*at, "type"), "BASE_TYPE_CHOICES", "Not an input component.")


def _check_text_input(errors: ValidationErrors, at: Path, component: Payload, *, labelled: bool) -> None:
    errors.length((*at, "custom_id"), component.get("custom_id"), 100, 1)
    errors.length((*at, "placeholder"), component.get("placeholder"), 100)
    errors.length((*at, "value"), component.get("value"), 4000)
    if component.get("style") not in {1, 2}:
        errors.add((*at, "style"), "BASE_TYPE_CHOICES", "Value must be one of (1, 2).")
    if not labelled:
        errors.length((*at, "label"), component.get("label"), 45, 1)
    elif component.get("label"):
        errors.add((*at, "label"), "TEXT_INPUT_LABEL_IN_LABEL", "The label belongs outside the input.")
    minimum, maximum = component.get("min_length") or 0, component.get("max_length") or 4000
    if not 0 <= minimum <= 4000 or not 1 <= maximum <= 4000 or minimum > maximum:
        errors.add((*at, "max_length"), "NUMBER_TYPE_MAX", "0 to 4000, and not below min_length.")
    if len(component.get("value") or "") > maximum:
        errors.add((*at, "value"), "BASE_TYPE_MAX_LENGTH", f"Must be {maximum} or fewer in length.")


def validate_choices(choices: object) -> ValidationErrors:
    errors = ValidationErrors()
    if errors.count(("data", "choices"), choices, 25):
        assert isinstance(choices, list)
        for index, choice in enumerate(choices):
            errors.length(("data", "choices", index, "name"), choice.get("name"), 100, 1)
            if isinstance(choice.get("value"), str):
                errors.length(("data", "choices", index, "value"), choice["value"], 100, 1)
    return errors
