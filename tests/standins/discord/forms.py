"""What Discord refuses in a modal and in the list of autocomplete choices."""

from tests.standins.discord.limits import (
    ACTION_ROW,
    LABEL,
    SELECTS,
    TEXT_DISPLAY,
    TEXT_INPUT,
    Complaints,
    Path,
    Payload,
    check_select,
    walk,
)


def modal_complaints(modal: Payload) -> Complaints:
    """What Discord would refuse in this modal."""
    wrong = Complaints()
    wrong.length(("data", "title"), modal.get("title"), 45, 1)
    wrong.length(("data", "custom_id"), modal.get("custom_id"), 100, 1)
    components = modal.get("components") or []
    if wrong.count(("data", "components"), components, 5, 1):
        for index, each in enumerate(components):
            _check_part(wrong, ("data", "components", index), each)
    ids = [each["custom_id"] for each in walk(components) if each.get("custom_id")]
    if len(set(ids)) < len(ids):
        wrong.add(("data", "components"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id duplicated")
    return wrong


def _check_part(wrong: Complaints, at: Path, part: Payload) -> None:
    kind = part.get("type")
    if kind == LABEL:
        wrong.length((*at, "label"), part.get("label"), 45, 1)
        wrong.length((*at, "description"), part.get("description"), 100)
        _check_input(wrong, (*at, "component"), part.get("component") or {}, labelled=True)
    elif kind == ACTION_ROW:
        if wrong.count((*at, "components"), part.get("components"), 1, 1):
            _check_input(wrong, (*at, "components", 0), part["components"][0], labelled=False)
    elif kind == TEXT_DISPLAY:
        wrong.length((*at, "content"), part.get("content"), 4000, 1)
    else:
        wrong.add((*at, "type"), "BASE_TYPE_CHOICES", "Value must be one of (1, 10, 18).")


def _check_input(wrong: Complaints, at: Path, given: Payload, *, labelled: bool) -> None:
    if given.get("type") in SELECTS:
        check_select(wrong, at, given)
    elif given.get("type") == TEXT_INPUT:
        _check_text_input(wrong, at, given, labelled=labelled)
    else:
        wrong.add((*at, "type"), "BASE_TYPE_CHOICES", "Not something to fill in.")


def _check_text_input(wrong: Complaints, at: Path, given: Payload, *, labelled: bool) -> None:
    wrong.length((*at, "custom_id"), given.get("custom_id"), 100, 1)
    wrong.length((*at, "placeholder"), given.get("placeholder"), 100)
    wrong.length((*at, "value"), given.get("value"), 4000)
    if given.get("style") not in {1, 2}:
        wrong.add((*at, "style"), "BASE_TYPE_CHOICES", "Value must be one of (1, 2).")
    if not labelled:
        wrong.length((*at, "label"), given.get("label"), 45, 1)
    elif given.get("label"):
        wrong.add((*at, "label"), "TEXT_INPUT_LABEL_IN_LABEL", "A label stands outside of its input.")
    least, most = given.get("min_length") or 0, given.get("max_length") or 4000
    if not 0 <= least <= 4000 or not 1 <= most <= 4000 or least > most:
        wrong.add((*at, "max_length"), "NUMBER_TYPE_MAX", "0 to 4000, and not below min_length.")
    if len(given.get("value") or "") > most:
        wrong.add((*at, "value"), "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


def choice_complaints(choices: object) -> Complaints:
    """What Discord would refuse in the answer to an autocomplete."""
    wrong = Complaints()
    if wrong.count(("data", "choices"), choices, 25):
        assert isinstance(choices, list)
        for index, choice in enumerate(choices):
            wrong.length(("data", "choices", index, "name"), choice.get("name"), 100, 1)
            if isinstance(choice.get("value"), str):
                wrong.length(("data", "choices", index, "value"), choice["value"], 100, 1)
    return wrong
