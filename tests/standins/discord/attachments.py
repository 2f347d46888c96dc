"""Attachments of messages: multipart bodies, limits, and the addresses in galleries."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from tests.standins.discord.message_validation import FILE, MEDIA_GALLERY, ValidationErrors, walk

FILES = "files"
"""Key of a body under which its uploaded files are, by their index."""
_MAX_BYTES, _MAX_FILES, _MAX_DESCRIPTION = 10 * 1024 * 1024, 10, 1024
_SCHEME = "attachment://"


async def read_body(request: web.Request) -> dict[str, Any]:
    """A JSON body; of a multipart one its `payload_json`, with the files by index."""
    if not request.content_type.startswith("multipart/"):
        body: dict[str, Any] = await request.json()
        return body
    form = await request.post()
    body = json.loads(str(form["payload_json"]))
    uploaded = {
        name.removeprefix("files[").removesuffix("]"): (part.filename, part.file.read())
        for name, part in form.items()
        if isinstance(part, web.FileField)
    }
    return body | {FILES: uploaded}


def validate_attachments(message: Mapping[str, Any], body: Mapping[str, Any]) -> ValidationErrors:
    """Sizes, descriptions, and galleries that name files which the message does not have."""
    errors = ValidationErrors()
    attachments = body.get("attachments") or []
    errors.count(("attachments",), attachments, _MAX_FILES)
    for index, each in enumerate(attachments):
        errors.length(("attachments", index, "description"), each.get("description"), _MAX_DESCRIPTION)
    for name, (_, content) in body.get(FILES, {}).items():
        if len(content) > _MAX_BYTES:
            errors.add((FILES, name), "BASE_TYPE_MAX_LENGTH", "Request entity too large")
    kept = body.get("attachments", message.get("attachments", []))
    known = {each.get("filename") for each in kept} | {name for name, _ in body.get(FILES, {}).values()}
    for each in walk(body.get("components") or []):
        url = each["file"]["url"] if each.get("type") == FILE else ""
        if url and (not url.startswith(_SCHEME) or url.removeprefix(_SCHEME) not in known):
            errors.add(("components", "file"), "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", url)
    for item in _gallery_items(body.get("components") or []):
        url = item["media"]["url"]
        errors.length(("components", "description"), item.get("description"), _MAX_DESCRIPTION)
        if url.startswith(_SCHEME) and url.removeprefix(_SCHEME) not in known:
            errors.add(("components", "media"), "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", url)
    return errors


def store_attachments(
    message: dict[str, Any], body: Mapping[str, Any], new_id: str, files: dict[str, bytes]
) -> None:
    """Replaces a message's attachments by those of a body, and addresses in its galleries by theirs."""
    if "attachments" not in body and not body.get(FILES):
        return
    uploaded = body.get(FILES, {})
    shown = []
    for each in body.get("attachments") or []:
        if str(each["id"]) not in uploaded:
            shown += [known for known in message["attachments"] if known["id"] == str(each["id"])]
            continue
        name, content = uploaded[str(each["id"])]
        identifier = f"{int(new_id) + int(each['id'])}"
        files[identifier] = content
        shown.append(_payload(identifier, name, content, each.get("description")))
    message["attachments"] = shown
    for item in _gallery_items(message["components"]):
        url = item["media"]["url"]
        found = next((each for each in shown if f"{_SCHEME}{each['filename']}" == url), None)
        if found is not None:
            item["media"] = {
                "url": found["url"],
                "proxy_url": found["proxy_url"],
                "content_type": "image/png",
            }


def _payload(identifier: str, name: str, content: bytes, description: str | None) -> dict[str, Any]:
    url = f"https://cdn.discord.example/attachments/{identifier}/{name}"
    return {
        "id": identifier,
        "filename": name,
        "description": description,
        "size": len(content),
        "url": url,
        "proxy_url": url,
        "content_type": "image/png",
    }


def _gallery_items(components: list[Any]) -> Iterator[dict[str, Any]]:
    for each in walk(components):
        if each.get("type") == MEDIA_GALLERY:
            yield from each["items"]
