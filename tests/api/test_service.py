"""Health, readiness, metrics, documentation and request logs."""

import asyncio
import json
import logging
import socket

import pytest
from aiohttp import ClientConnectionError, ClientSession
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from prometheus_client.parser import text_string_to_metric_families

from bot.runtime.logging_setup import LineFormatter, RequestIdFilter
from bot.services import Services
from bot.web.application import create_application, serve, stop
from bot.web.framework.settings import HttpSettings
from bot.web.routes import ROUTES
from core.errors import Unavailable
from tests.api.http_client import HttpClient
from tests.sample_services import create_services


async def test_a_running_process_is_healthy(http_client: HttpClient):
    assert (await http_client.get("/healthz")).json == {"status": "ok"}


async def test_readiness_lists_its_parts(http_client: HttpClient):
    response = await http_client.get("/readyz")

    assert response.status == 200
    assert response.json["ready"] is True
    assert response.json["parts"]["database"] == {"ok": True, "writable": True}
    assert response.json["parts"]["read_model"]["ok"] is True
    assert response.json["parts"]["read_model"]["age"] >= 0


async def test_one_failing_part_makes_the_service_unready(services: Services):
    async def sick() -> dict[str, object]:
        raise Unavailable("The platform does not answer.")

    async def late() -> dict[str, object]:
        return {"ok": False, "age": 900}

    app = create_application(services, HttpSettings(), checks={"slack": sick, "source": late})
    runner, url = await serve(app, "127.0.0.1", 0)
    async with ClientSession() as session:
        response = await HttpClient(session, url).get("/readyz")
    await stop(runner)

    assert response.status == 503
    assert response.json["ready"] is False
    assert response.json["parts"]["slack"] == {"ok": False, "reason": "The platform does not answer."}
    assert response.json["parts"]["source"] == {"ok": False, "age": 900}


async def test_metrics_count_responses(http_client: HttpClient):
    for path in ("/api/rooms", "/api/rooms", "/api/rooms/status?capacity=x", "/nowhere"):
        await http_client.get(path)

    families = {
        each.name: each
        for each in text_string_to_metric_families((await http_client.get("/metrics")).body.decode())
    }

    counted = {
        (sample.labels["route"], sample.labels["code"]): sample.value
        for sample in families["roomie_http_requests"].samples
    }
    assert counted[("rooms", "200")] == 2
    assert counted[("status", "400")] == 1
    assert counted[("nowhere", "404")] == 1
    assert "roomie_http_request_duration_seconds" in families
    assert families["roomie_rooms"].samples[0].value == 23


async def test_the_openapi_document_is_valid_and_lists_every_route(http_client: HttpClient):
    document = (await http_client.get("/openapi.json")).json

    validate(document, cls=OpenAPIV31SpecValidator)
    assert document["openapi"].startswith("3.1")
    documented = {
        operation["operationId"] for path in document["paths"].values() for operation in path.values()
    }
    assert {f"{route.name}.{method.lower()}" for route in ROUTES for method in route.methods} <= documented


async def test_the_documentation_page_lists_every_route_and_loads_nothing(http_client: HttpClient):
    response = await http_client.get("/docs")
    page = response.body.decode()

    assert response.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    for outside in ("http://", "https://", "<script", "src=", "@import", "url("):
        assert outside not in page.replace("http://127.0.0.1:8000", "")
    assert all(route.name in page or route.path in page for route in ROUTES)


async def test_parse_passes_the_text_to_the_parser(http_client: HttpClient):
    response = await http_client.get("/api/v1/parse?text=free+now+20+seats")

    assert response.json == {"text": "free now 20 seats"}
    assert (await http_client.get("/api/v1/parse")).status == 400


async def test_the_catalogue_is_served_before_the_read_model_is_loaded(services: Services, database_url: str):
    early = create_services(database_url, services.clock, services.rules)
    await early.storage.open()
    runner, url = await serve(create_application(early, HttpSettings()), "127.0.0.1", 0)
    async with ClientSession() as session:
        http_client = HttpClient(session, url)
        rooms = await http_client.get("/api/rooms")
        ready = await http_client.get("/readyz")
        too_early = await http_client.get("/api/rooms/status")
        await early.storage.load()
        later = await http_client.get("/api/rooms/status")
    await stop(runner)
    await early.storage.close()

    assert len({each["name"] for each in rooms.json["rooms"].values()}) == 23
    assert (ready.status, ready.json["parts"]["read_model"]["ok"]) == (503, False)
    assert too_early.status == 503
    assert later.status == 200


async def test_shutdown_is_announced_and_finishes_running_requests(services: Services):
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> dict[str, object]:
        under_way.set()
        await go_on.wait()
        return {}

    app = create_application(services, HttpSettings(), checks={"slow": slow})
    runner, url = await serve(app, "127.0.0.1", 0)
    async with ClientSession() as session:
        request = asyncio.create_task(HttpClient(session, url).get("/readyz"))
        await under_way.wait()
        stopping = asyncio.create_task(stop(runner))
        await asyncio.sleep(0)
        go_on.set()
        response = await request
        await stopping
        with pytest.raises(ClientConnectionError):
            await HttpClient(session, url).get("/readyz")

    assert response.status == 503
    assert response.json["parts"]["accepting_requests"] == {"ok": False}


async def test_a_server_error_shows_only_its_request_id(services: Services, caplog: pytest.LogCaptureFixture):
    def parse(text: str) -> dict[str, object]:
        raise KeyError(text)

    runner, url = await serve(create_application(services, HttpSettings(), parse=parse), "127.0.0.1", 0)
    async with ClientSession() as session:
        response = await HttpClient(session, url).get("/api/v1/parse?text=secret")
    await stop(runner)

    assert response.status == 500
    assert response.json == {"error": "internal", "request_id": response.headers["X-Request-ID"]}
    fault = next(record for record in caplog.records if record.exc_info)
    assert fault.request_id == response.headers["X-Request-ID"]


async def test_logs_record_changes_and_failures_but_no_secrets(
    http_client: HttpClient, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "bot.web")
    wil = await http_client.log_in("wil")
    await wil.get("/rooms.list/")
    booked = await wil.book(notes="a private word")
    await http_client.get("/api/rooms/status?capacity=nonsense")
    records = [record for record in caplog.records if record.name == "bot.web.framework.handler"]

    assert [(record.route, record.status) for record in records] == [
        ("user.login", 200),
        ("rooms.book", 200),
        ("status", 400),
    ]
    assert records[1].request_id == booked.headers["X-Request-ID"]
    assert records[1].by.startswith("person:")
    lines = "\n".join(LineFormatter(as_json=True).format(record) for record in records)
    assert all(secret not in lines for secret in (wil.token, "wilpassword", "private", "nonsense"))


@pytest.mark.parametrize("as_json", [True, False])
def test_a_log_record_is_one_line(*, as_json: bool):
    record = logging.makeLogRecord({"msg": "two\nlines", "name": "x", "route": "a b", "status": 200})
    RequestIdFilter().filter(record)

    line = LineFormatter(as_json=as_json).format(record)

    assert "\n" not in line
    if as_json:
        assert json.loads(line)["route"] == "a b"
    else:
        assert 'route="a b" status=200' in line


async def test_reads_are_answered_from_memory_while_the_database_is_down(
    services: Services, wil: HttpClient, monkeypatch: pytest.MonkeyPatch
):
    async def out_of_reach() -> None:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(services.storage, "is_fresh", lambda: False)
    monkeypatch.setattr(services.storage, "catch_up", out_of_reach)

    assert (await wil.get("/api/rooms/status")).status == 200
    assert (await wil.get("/rooms.list/")).status == 200
    assert (await wil.as_("f" * 40).get("/rooms.list/")).status == 503, "another process may know this token"


async def test_connections_that_only_the_system_accepted_before_a_stop_are_answered(services: Services):
    runner, address = await serve(create_application(services, HttpSettings()), "127.0.0.1", 0)
    host, port = address.removeprefix("http://").split(":")
    clients = [socket.create_connection((host, int(port))) for _ in range(20)]

    for site in tuple(runner.sites):
        await site.stop()

    for each in clients:
        each.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answers = [await asyncio.to_thread(each.recv, 15) for each in clients]
    assert set(answers) == {b"HTTP/1.1 200 OK"}
    for each in clients:
        each.close()
    await runner.cleanup()
