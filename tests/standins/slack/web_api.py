"""Slack's Web API: each method with its checks and error codes."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from tests.standins.slack import faults
from tests.standins.slack.blocks import complaints_about, complaints_about_view
from tests.standins.slack.faults import Dropped, FaultQueue
from tests.standins.slack.limits import MessageLimits
from tests.standins.slack.state import TRIGGER_LIFE, Channel, Message, Payload, State, View, Workspace
from tests.standins.slack.uploads import Uploads


class Refusal(Exception):
    """`{"ok": false, "error": …}`."""

    def __init__(self, error: str, complaints: list[str] | None = None) -> None:
        super().__init__(error)
        self.error, self.complaints = error, complaints or []


Args = Mapping[str, Any]
Method = Callable[["WebApi", Workspace, Args], Payload]


class WebApi:
    """Handles `/api/{method}`. Records every call, and every refusal with its reasons."""

    def __init__(self, state: State, queue: FaultQueue, changed: Callable[[], None]) -> None:
        self.state, self.faults, self.changed = state, queue, changed
        self.calls: list[tuple[str, Args]] = []
        self.refusals: list[tuple[str, str, list[str]]] = []
        self.limits = MessageLimits()
        self.uploads = Uploads(state)
        self.upload_base = ""
        self.on_message_posted: Callable[[Workspace, Message], None] = lambda workspace, message: None

    async def handle(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        args, token = await _read(request)
        self.calls.append((name, args))
        fault = self.faults.next_for(name)
        response = await faults.before(fault, request)
        if response is not None:
            return response
        workspace = self.state.with_token(token)
        if name == "chat.postMessage" and workspace is not None:
            limited = self.limits.check(workspace.id, str(args.get("channel", "")))
            if limited is not None:
                return limited
        answer = self.answer(name, args, token)
        self.changed()
        if isinstance(fault, Dropped):
            faults.hang_up(request)
        return web.json_response(answer, headers=self._scopes(token))

    def _scopes(self, token: str) -> dict[str, str]:
        """The header that names what the token may do."""
        workspace = self.state.with_token(token)
        return {"X-OAuth-Scopes": ",".join(sorted(workspace.scopes))} if workspace else {}

    def answer(self, name: str, args: Args, token: str) -> Payload:
        try:
            method, scope = _METHODS.get(name, (_unknown, ""))
            return {"ok": True, **method(self, self.authorised(token, scope), args)}
        except Refusal as refusal:
            self.refusals.append((name, refusal.error, refusal.complaints))
            return _refused(refusal)

    def authorised(self, token: str, scope: str) -> Workspace:
        if not token:
            raise Refusal("not_authed")
        workspace = self.state.with_token(token)
        if workspace is None:
            raise Refusal("invalid_auth")
        if workspace.token_revoked:
            raise Refusal("token_revoked")
        if not workspace.installed:
            raise Refusal("account_inactive")
        if scope and scope not in workspace.scopes:
            raise Refusal("missing_scope")
        return workspace


def _refused(refusal: Refusal) -> Payload:
    payload: Payload = {"ok": False, "error": refusal.error}
    if refusal.complaints:
        payload["errors"] = refusal.complaints
        payload["response_metadata"] = {"messages": refusal.complaints}
    return payload


async def _read(request: web.Request) -> tuple[Payload, str]:
    args: Payload = dict(request.query)
    if request.content_type == "application/json":
        args |= await request.json() if request.can_read_body else {}
    else:
        args |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    for key in ("blocks", "view", "metadata"):
        if isinstance(args.get(key), str):
            args[key] = json.loads(args[key])
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return args, args.pop("token", "") or bearer


def _is_true(value: object) -> bool:
    return value in {True, "1", "true", "True"}


def check_blocks(args: Args, state: State) -> list[Payload]:
    blocks = args.get("blocks") or []
    complaints = complaints_about(blocks)
    if complaints:
        raise Refusal("invalid_blocks", complaints)
    if not blocks and not str(args.get("text") or "").strip():
        raise Refusal("no_text")
    if len(str(args.get("text") or "")) > 40_000:
        raise Refusal("msg_too_long")
    return state.with_ids(blocks)


def _channel(workspace: Workspace, channel_id: str) -> Channel:
    if channel_id in workspace.users:
        _reachable(workspace, channel_id)
        return workspace.dm_with(channel_id)
    channel = workspace.channels.get(channel_id)
    if channel is None or channel.deleted:
        raise Refusal("channel_not_found")
    if channel.im_with:
        _reachable(workspace, channel.im_with)
    elif workspace.bot_user not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _reachable(workspace: Workspace, user_id: str) -> None:
    user = workspace.users[user_id]
    if user.deleted:
        raise Refusal("user_disabled")
    if user.is_bot or not user.dms_open:
        raise Refusal("cannot_dm_bot")


def _unknown(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    raise Refusal("unknown_method")


def _auth_test(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    return {
        "url": f"https://{workspace.name}.slack.example/",
        "team": workspace.name,
        "user": "roomie",
        "team_id": workspace.id,
        "user_id": workspace.bot_user,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def _post_message(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    channel = _channel(workspace, args.get("channel", ""))
    message = _bot_message(api, workspace, channel, args)
    message.metadata = args.get("metadata")
    channel.messages.append(message)
    api.on_message_posted(workspace, message)
    return {"channel": channel.id, "ts": message.ts, "message": message.payload()}


def _bot_message(api: WebApi, workspace: Workspace, channel: Channel, args: Args) -> Message:
    blocks = check_blocks(args, api.state)
    text = args.get("text") or ""
    return Message(api.state.ts(), channel.id, workspace.bot_user, text, blocks, bot_id=workspace.bot_id)


def _post_ephemeral(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    channel = _channel(workspace, args.get("channel", ""))
    if args.get("user") not in channel.members:
        raise Refusal("user_not_in_channel")
    message = _bot_message(api, workspace, channel, args)
    message.only_for = args["user"]
    channel.messages.append(message)
    return {"message_ts": message.ts}


def _own_message(workspace: Workspace, args: Args, refusal: str) -> tuple[Channel, Message]:
    channel = _channel(workspace, args.get("channel", ""))
    message = channel.find(args.get("ts", ""))
    if message is None or message.is_ephemeral:
        raise Refusal("message_not_found")
    if message.user != workspace.bot_user:
        raise Refusal(refusal)
    return channel, message


def _update(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    channel, message = _own_message(workspace, args, "cant_update_message")
    message.blocks, message.text = check_blocks(args, api.state), args.get("text") or ""
    message.edits += 1
    return {"channel": channel.id, "ts": message.ts, "text": message.text}


def _delete(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    channel, message = _own_message(workspace, args, "cant_delete_message")
    channel.messages.remove(message)
    return {"channel": channel.id, "ts": message.ts}


def _open_conversation(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    users = args.get("users", "")
    if users not in workspace.users:
        raise Refusal("user_not_found")
    _reachable(workspace, users)
    return {"channel": {"id": workspace.dm_with(users).id}}


def _history(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    channel = _channel(workspace, args.get("channel", ""))
    oldest, most = float(args.get("oldest") or 0), int(args.get("limit") or 100)
    with_metadata = _is_true(args.get("include_all_metadata"))
    seen = [each for each in reversed(channel.messages) if not each.is_ephemeral and float(each.ts) > oldest]
    payload = [each.payload(with_metadata=with_metadata) for each in seen[:most]]
    return {"messages": payload, "has_more": len(seen) > most}


def _exchange_trigger(api: WebApi, args: Args) -> str:
    trigger = api.state.triggers.get(args.get("trigger_id", ""))
    if trigger is None:
        raise Refusal("invalid_trigger_id")
    if trigger.used:
        raise Refusal("exchanged_trigger_id")
    if api.state.clock.now() - trigger.made > TRIGGER_LIFE:
        raise Refusal("expired_trigger_id")
    return trigger.user


def _checked_view(args: Args, kind: str) -> Payload:
    view: Payload = args.get("view") or {}
    complaints = complaints_about_view(view)
    if not complaints and view["type"] != kind:
        complaints = [f"[ERROR] must be a {kind} view [json-pointer:/view/type]"]
    if complaints:
        raise Refusal("invalid_arguments", complaints)
    return view


def _open_view(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    user = _exchange_trigger(api, args)
    view = api.state.new_view(user, _checked_view(args, "modal"))
    api.state.triggers[args["trigger_id"]].used = True
    workspace.modals[user] = [view]
    return {"view": view.payload(workspace)}


def _push_view(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    user = _exchange_trigger(api, args)
    stack = workspace.modals.setdefault(user, [])
    if len(stack) >= 3:
        raise Refusal("push_limit_reached")
    view = api.state.new_view(user, _checked_view(args, "modal"))
    api.state.triggers[args["trigger_id"]].used = True
    stack.append(view)
    return {"view": view.payload(workspace)}


def _update_view(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    view = workspace.view(args.get("view_id", ""))
    if view is None:
        raise Refusal("not_found")
    if args.get("hash") and args["hash"] != view.hash:
        raise Refusal("hash_conflict")
    api.state.change_view(view, _checked_view(args, view.content["type"]))
    return {"view": view.payload(workspace)}


def _publish_view(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    user = args.get("user_id", "")
    if user not in workspace.users:
        raise Refusal("user_not_found")
    home = workspace.homes.get(user)
    if args.get("hash") and home is not None and args["hash"] != home.hash:
        raise Refusal("hash_conflict")
    content = _checked_view(args, "home")
    if home is None:
        home = workspace.homes[user] = View(f"V{api.state.number()}", user, {}, "")
    api.state.change_view(home, content)
    return {"view": home.payload(workspace)}


def _user_info(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    user = workspace.users.get(args.get("user", ""))
    if user is None:
        raise Refusal("user_not_found")
    with_email = "users:read.email" in workspace.scopes
    with_locale = _is_true(args.get("include_locale"))
    return {"user": user.payload(workspace.id, with_email=with_email, with_locale=with_locale)}


def _by_email(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    for user in workspace.users.values():
        if user.email and user.email == args.get("email") and not user.deleted:
            return {"user": user.payload(workspace.id, with_email=True, with_locale=False)}
    raise Refusal("users_not_found")


def _upload_url(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    made = api.uploads.new(workspace.id, args)
    if made is None:
        raise Refusal("invalid_arguments")
    return {"upload_url": f"{api.upload_base}/upload/{made.id}", "file_id": made.id}


def _complete_upload(api: WebApi, workspace: Workspace, args: Args) -> Payload:
    shared = api.uploads.share(workspace.id, args)
    if isinstance(shared, str):
        raise Refusal(shared)
    return {"files": [{"id": each.id, "title": each.title} for each in shared]}


_METHODS: dict[str, tuple[Method, str]] = {
    "auth.test": (_auth_test, ""),
    "chat.postMessage": (_post_message, "chat:write"),
    "chat.postEphemeral": (_post_ephemeral, "chat:write"),
    "chat.update": (_update, "chat:write"),
    "chat.delete": (_delete, "chat:write"),
    "conversations.open": (_open_conversation, "im:write"),
    "conversations.history": (_history, "im:history"),
    "files.getUploadURLExternal": (_upload_url, "files:write"),
    "files.completeUploadExternal": (_complete_upload, "files:write"),
    "views.open": (_open_view, ""),
    "views.push": (_push_view, ""),
    "views.update": (_update_view, ""),
    "views.publish": (_publish_view, ""),
    "users.info": (_user_info, "users:read"),
    "users.lookupByEmail": (_by_email, "users:read.email"),
}
