"""HTTP client of the API tests."""

from typing import Any

from aiohttp import ClientSession
from multidict import CIMultiDict, CIMultiDictProxy


class HttpResponse:
    """A response with its whole body."""

    def __init__(self, status: int, headers: CIMultiDictProxy[str], body: bytes, json: Any) -> None:
        self.status, self.headers, self.body, self.json = status, headers, body, json

    def __repr__(self) -> str:
        return f"<{self.status} {self.body[:300]!r}>"


class HttpClient:
    """A client with or without a token; `as_` is the same client with another."""

    def __init__(self, session: ClientSession, url: str, token: str = "") -> None:
        self._session, self.url, self.token = session, url, token

    def as_(self, token: str) -> "HttpClient":
        return HttpClient(self._session, self.url, token)

    async def ask(self, method: str, path: str, **options: Any) -> HttpResponse:
        headers = CIMultiDict({"Authorization": f"Token {self.token}"} if self.token else {})
        headers.extend(options.pop("headers", {}))
        url = options.pop("url", self.url + path)
        async with self._session.request(
            method, url, headers=headers, allow_redirects=False, **options
        ) as answer:
            body = await answer.read()
            is_json = body and answer.content_type == "application/json"
            return HttpResponse(answer.status, answer.headers, body, await answer.json() if is_json else None)

    async def get(self, path: str, **options: Any) -> HttpResponse:
        return await self.ask("GET", path, **options)

    async def post(self, path: str, form: dict[str, Any] | None = None, **options: Any) -> HttpResponse:
        return await self.ask("POST", path, data=form, **options)

    async def log_in(self, name: str) -> "HttpClient":
        """The same client with the token of a sample person."""
        response = await self.post("/user.login/", {"username": name, "password": f"{name}password"})
        return self.as_(response.json["token"])

    async def book(
        self, start: str = "15:00", end: str = "17:00", day: str = "20160808", key: str = "", **more: Any
    ) -> HttpResponse:
        """Book RO-POO, the document's own room and day, unless other fields are given."""
        form = {"room_id": "RO-POO", "date": day, "start_time": start, "end_time": end, **more}
        return await self.post("/rooms.book/", form, headers={"Idempotency-Key": key} if key else {})
