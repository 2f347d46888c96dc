"""The dashboard and the alert rules use metrics and labels that a running application really has."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import ClientSession, web
from msgspec import Struct
from prometheus_client.parser import text_string_to_metric_families

from bot.commands import COMMANDS
from bot.config import Config, DiscordSection, SlackSection
from bot.config.sections import BackupSection
from bot.conversation.dispatcher import Dispatcher
from bot.notifications import NOTIFICATION_TYPES
from bot.runtime.backups import register_backup_metrics
from bot.runtime.loop_lag import measure_loop_lag
from bot.runtime.platforms import create_platforms
from bot.runtime.worker import register_metrics, register_webhook_metrics
from bot.services import Services
from bot.web.application import serve, stop
from bot.worker.outbox import OutboxSender
from core.policy.schedule import Periodic
from tests.api.http_client import HttpClient

pytestmark = pytest.mark.filterwarnings("ignore:'audioop'")  # discord.py imports it

_DOCS = Path(__file__).parents[2] / "docs"
_TOKEN = re.compile(
    r"""(?P<string>"[^"]*")|(?P<range>\[[^]]*\])|(?P<number>\d[\d.]*)|(?P<name>[A-Za-z_:][\w:]*)"""
    r"""|(?P<operator>=~|!~|!=|>=|<=|==|[-+*/^%=<>(){},])|(?P<space>\s+)"""
)
_GROUPING = {"by", "without", "on", "ignoring", "group_left", "group_right"}
_KEYWORDS = {"and", "or", "unless", "bool", "offset"}
_OF_PROMETHEUS = {"up"}
_LABELS_OF_PROMETHEUS = {"job", "instance"}


class Token(Struct, frozen=True):
    kind: str
    text: str


class Use(Struct, frozen=True):
    """A metric in an expression, or (without a name) a label that the expression groups by."""

    metric: str
    labels: tuple[tuple[str, str, str], ...] = ()
    """Label, operator and value of each matcher."""


def tokens(expression: str) -> list[Token]:
    found, place = [], 0
    while place < len(expression):
        match = _TOKEN.match(expression, place)
        assert match is not None, f"{expression[place:]!r} in {expression!r}"
        place = match.end()
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match.group()))
    return found


def uses(expression: str) -> Iterator[Use]:
    """What a PromQL expression uses; functions and keywords left out."""
    rest = tokens(expression)
    while rest:
        token, following = rest.pop(0), rest[0].text if rest else ""
        if token.kind != "name" or token.text in _KEYWORDS:
            continue
        if token.text in _GROUPING:
            yield from (Use("", ((each.text, "", ""),)) for each in _until(rest, ")") if each.kind == "name")
        elif following == "{":
            yield Use(token.text, tuple(_matchers(_until(rest, "}"))))
        elif following != "(" and following not in _GROUPING:
            yield Use(token.text)


def _until(rest: list[Token], closing: str) -> list[Token]:
    taken = []
    while (token := rest.pop(0)).text != closing:
        taken.append(token)
    return taken[1:]


def _matchers(inside: list[Token]) -> Iterator[tuple[str, str, str]]:
    for name, operator, value in zip(inside[::4], inside[1::4], inside[2::4], strict=True):
        yield name.text, operator.text, value.text.strip('"')


def expressions() -> dict[str, str]:
    board = json.loads((_DOCS / "monitoring" / "dashboard.json").read_text("utf-8"))
    found = {
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in board["panels"]
        for target in panel["targets"]
    }
    return found | {rule["alert"]: rule["expr"] for rule in rules()}


def rules() -> list[dict[str, Any]]:
    content = yaml.safe_load((_DOCS / "monitoring" / "alerts.yaml").read_text("utf-8"))
    return [rule for group in content["groups"] for rule in group["rules"]]


Samples = dict[str, list[dict[str, str]]]


@pytest.fixture
async def samples(services: Services, app: web.Application) -> Samples:
    """The names and labels in `/metrics` of an application with every platform and the outbox."""
    config = Config(
        slack=SlackSection(bot_token="xoxb-1", app_token="xapp-1"),
        discord=DiscordSection(token="a.b.c"),
        backup=BackupSection(every=Periodic(timedelta(hours=6))),
    )
    platforms = create_platforms(config, services, Dispatcher(services, COMMANDS))
    register_metrics(services, OutboxSender(services, platforms, NOTIFICATION_TYPES, "worker"))
    register_webhook_metrics(services, Counter())
    register_backup_metrics(config, services)
    runner, url = await serve(app, "127.0.0.1", 0)
    async with ClientSession() as session:
        http_client = HttpClient(session, url)
        await http_client.get("/api/rooms")
        with measure_loop_lag(services.metrics):
            answer = (await http_client.get("/metrics")).body.decode()
    await stop(runner)
    found: Samples = {}
    for family in text_string_to_metric_families(answer):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


async def test_every_expression_uses_metrics_and_labels_that_exist(samples: Samples) -> None:
    missing = []
    for title, expression in expressions().items():
        found = list(uses(expression))
        metrics = {use.metric for use in found if use.metric} - _OF_PROMETHEUS
        missing += [f"{title}: {metric}" for metric in metrics if metric not in samples]
        labels = {label for metric in metrics for each in samples.get(metric, ()) for label in each}
        labels |= _LABELS_OF_PROMETHEUS
        missing += [f"{title}: {label}" for use in found for label, _, _ in use.labels if label not in labels]

    assert missing == []


async def test_every_value_that_a_rule_asks_for_exists(samples: Samples) -> None:
    """`outcome="given_up"` is exported from the start; codes of HTTP appear with the first response."""
    missing = [
        (metric, label, value)
        for expression in expressions().values()
        for metric, matchers in ((use.metric, use.labels) for use in uses(expression))
        for label, operator, value in matchers
        if operator == "=" and label not in {*_LABELS_OF_PROMETHEUS, "code"}
        if value not in {each.get(label) for each in samples.get(metric, ())}
    ]

    assert missing == []


async def test_every_metric_is_on_the_page_that_lists_them(samples: Samples) -> None:
    page = (_DOCS / "metrics.md").read_text("utf-8")
    rows = re.findall(r"^\| `(roomie_\w+)` \| (\w+) \|([^|]*)\|", page, re.MULTILINE)
    listed = {
        name: {label.strip("` ") for label in labels.split(",") if label.strip()} for name, _, labels in rows
    }
    exported = {
        re.sub(r"_(bucket|count|sum)$", "", name): {key for each in labels for key in each} - {"le"}
        for name, labels in samples.items()
        if name.startswith("roomie_")
    }

    assert exported == listed


async def test_counters_and_only_counters_end_in_total(services: Services, app: web.Application) -> None:
    page = (_DOCS / "metrics.md").read_text("utf-8")

    for name, kind in re.findall(r"^\| `(roomie_\w+)` \| (\w+) \|", page, re.MULTILINE):
        assert name.endswith("_total") == (kind == "counter"), name


def test_alerts_say_what_is_wrong_and_how_bad_it_is() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"]["summary"].endswith(".")


def test_the_tokenizer_tells_metrics_from_functions_and_labels() -> None:
    expression = 'topk(5, sum by (route) (rate(a_total{code=~"5..", job="x"}[5m]))) / b > 0.5 and c unless d'

    assert list(uses(expression)) == [
        Use("", (("route", "", ""),)),
        Use("a_total", (("code", "=~", "5.."), ("job", "=", "x"))),
        Use("b"),
        Use("c"),
        Use("d"),
    ]
