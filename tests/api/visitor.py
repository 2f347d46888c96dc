"""Somebody at the door: asks over real HTTP, and reads the answer."""

from typing import Any

from aiohttp import ClientSession
from multidict import CIMultiDict, CIMultiDictProxy


class Heard:
    """One answer, read to its end."""

    def __init__(self, status: int, headers: CIMultiDictProxy[str], body: bytes, said: Any) -> None:
        self.status, self.headers, self.body, self.json = status, headers, body, said

    def __repr__(self) -> str:
        return f"<{self.status} {self.body[:300]!r}>"


class Visitor:
    """A client with or without a token; `as_` is the same client with another."""

    def __init__(self, session: ClientSession, url: str, token: str = "") -> None:
        self._session, self.url, self.token = session, url, token

    def as_(self, token: str) -> "Visitor":
        return Visitor(self._session, self.url, token)

    async def ask(self, method: str, path: str, **how: Any) -> Heard:
        headers = CIMultiDict({"Authorization": f"Token {self.token}"} if self.token else {})
        headers.extend(how.pop("headers", {}))
        url = how.pop("url", self.url + path)
        async with self._session.request(
            method, url, headers=headers, allow_redirects=False, **how
        ) as answer:
            body = await answer.read()
            is_json = body and answer.content_type == "application/json"
            return Heard(answer.status, answer.headers, body, await answer.json() if is_json else None)

    async def get(self, path: str, **how: Any) -> Heard:
        return await self.ask("GET", path, **how)

    async def post(self, path: str, form: dict[str, Any] | None = None, **how: Any) -> Heard:
        return await self.ask("POST", path, data=form, **how)

    async def log_in(self, name: str) -> "Visitor":
        """The same client with the token of a sample person."""
        heard = await self.post("/user.login/", {"username": name, "password": f"{name}password"})
        return self.as_(heard.json["token"])

    async def book(
        self, start: str = "15:00", end: str = "17:00", day: str = "20160808", key: str = "", **more: Any
    ) -> Heard:
        """Book RO-POO, the document's own room and day, unless told otherwise."""
        form = {"room_id": "RO-POO", "date": day, "start_time": start, "end_time": end, **more}
        return await self.post("/rooms.book/", form, headers={"Idempotency-Key": key} if key else {})
