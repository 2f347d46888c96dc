"""Remote control over HTTP: `POST /control` with `{"person": "U1", "do": "types", "with": ["/rooms"]}`."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins.slack.delivery import DeliveryResult
from tests.standins.slack.faults import Broken, Dropped, Limited, Refused, Slow
from tests.standins.slack.people import Person
from tests.standins.slack.state import Message, View

if TYPE_CHECKING:
    from tests.standins.slack.stand_in import SlackStandIn

_FAULTS: dict[str, Callable[..., Any]] = {
    "limited": Limited,
    "broken": Broken,
    "dropped": Dropped,
    "refused": Refused,
    "slow": Slow,
}


class Control:
    """Calls methods of `Person` and `SlackStandIn`, for tests that run the fake server as a process."""

    def __init__(self, stand_in: "SlackStandIn") -> None:
        self._stand_in = stand_in

    async def handle(self, request: web.Request) -> web.Response:
        order = await request.json()
        try:
            payload = await self._run(order)
        except (LookupError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=422)
        return web.json_response(payload, dumps=lambda each: json.dumps(each, default=_to_json))

    async def _run(self, order: dict[str, Any]) -> object:
        if order["do"] == "inject":
            fault = _FAULTS[order["fault"]](**order.get("details", {}))
            return self._stand_in.inject(order["method"], fault, order.get("times", 1))
        if "person" not in order:
            return await _call(getattr(self._stand_in, order["do"]), order.get("with", ()))
        person = self._stand_in.person(order["person"], order.get("team", "T1"))
        return await self._as_person(person, order)

    async def _as_person(self, person: Person, order: dict[str, Any]) -> object:
        attribute = getattr(person, order["do"])
        if not callable(attribute):
            return attribute
        return await _call(attribute, [self._resolve(person, each) for each in order.get("with", ())], order)

    def _resolve(self, person: Person, argument: object) -> object:
        """Resolve `{"ts": …}` to a message and `{"view": …}` to a view; pass on anything else."""
        if isinstance(argument, dict) and "ts" in argument:
            seen = [each for name in person.workspace.channels for each in person.sees(name)]
            return next(each for each in seen if each.ts == argument["ts"])
        if isinstance(argument, dict) and "view" in argument:
            return person.workspace.view(argument["view"])
        return argument


async def _call(verb: Callable[..., Any], arguments: Any, order: dict[str, Any] | None = None) -> object:
    result = verb(*arguments, **(order or {}).get("named", {}))
    return await result if hasattr(result, "__await__") else result


def _to_json(each: object) -> object:
    if isinstance(each, Message):
        return {"ts": each.ts, "text": each.text, "words": each.words, "blocks": each.blocks}
    if isinstance(each, View):
        return {"view": each.id, "words": each.words, "content": each.content, "errors": each.errors}
    if isinstance(each, DeliveryResult):
        return {"acked": each.acked, "body": each.body, "seconds": each.seconds}
    return str(each)
