"""Discord's message components as payloads, and their limits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

Component: TypeAlias = dict[str, object]

ROW, BUTTON, MENU, TEXT_INPUT, SECTION, TEXT, GALLERY, FILE, CONTAINER, LABEL = (
    *(1, 2, 3, 4, 9, 10, 12, 13, 17, 18),
)
MAX_COMPONENTS = 40
MAX_TEXT = 4000
MAX_OPTIONS = 25
MAX_BUTTONS_IN_ROW = 5


def text(content: str) -> Component:
    return {"type": TEXT, "content": content}


def section(content: str, accessory: Component) -> Component:
    return {"type": SECTION, "components": [text(content)], "accessory": accessory}


def row(inside: Sequence[Component]) -> Component:
    return {"type": ROW, "components": list(inside)}


def rows(buttons: Sequence[Component]) -> Iterator[Component]:
    for start in range(0, len(buttons), MAX_BUTTONS_IN_ROW):
        yield row(buttons[start : start + MAX_BUTTONS_IN_ROW])


def menu(custom_id: str, placeholder: str, options: Sequence[Component]) -> Component:
    inside: Component = {"type": MENU, "custom_id": custom_id, "options": list(options)}
    return row([inside | {"placeholder": placeholder} if placeholder else inside])


def walk(components: Iterable[object]) -> Iterator[Component]:
    """All components, nested ones included."""
    for component in components:
        if isinstance(component, dict):
            yield component
            inside = component.get("components")
            yield from walk(inside if isinstance(inside, list) else ())
            yield from walk([component.get("accessory")])


def count(components: Iterable[object]) -> int:
    """The number of components, nested ones included; as `walk`, but quicker."""
    total = 0
    for component in components:
        if isinstance(component, dict):
            inside = component.get("components")
            total += 1 + (count(inside) if isinstance(inside, list) else 0)
            if "accessory" in component:
                total += count((component["accessory"],))
    return total


def replace_component(
    components: Iterable[object], custom_id: str, new: Mapping[str, object]
) -> list[object]:
    """Copy the components; update those with this custom id."""
    return [_replace_in(each, custom_id, new) for each in components]


def _replace_in(component: object, custom_id: str, new: Mapping[str, object]) -> object:
    if not isinstance(component, dict):
        return component
    if component.get("custom_id") == custom_id:
        return component | dict(new)
    result = dict(component)
    if isinstance(inside := component.get("components"), list):
        result["components"] = replace_component(inside, custom_id, new)
    if "accessory" in component:
        result["accessory"] = _replace_in(component["accessory"], custom_id, new)
    return result
