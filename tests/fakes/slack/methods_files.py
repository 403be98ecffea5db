"""``files.*``, and the two addresses where their bytes go in and out.

https://docs.slack.dev/messaging/working-with-files
"""

import asyncio
import secrets
from typing import Any

from aiohttp import web

from tests.fakes.slack import blocks, posting, records
from tests.fakes.slack.api import Call, Table, WebApi
from tests.fakes.slack.payloads import file_json, shares_json, type_of
from tests.fakes.slack.refusals import Refused, invalid
from tests.fakes.slack.state import PUBLIC, SlackFile
from tests.fakes.slack.world import World

table = Table()
Json = dict[str, Any]


class Upload:
    """One that was announced; ``file.data`` comes later."""

    def __init__(self, file: SlackFile, length: int) -> None:
        self.file = file
        self.length = length
        self.key = secrets.token_urlsafe(24)
        self.sent = False


@table.on("files.getUploadURLExternal", "files:write")
def get_upload_url(call: Call) -> Json:
    world = call.world
    name, length = call.text("filename"), call.number("length", 0)
    if length <= 0:
        raise invalid("must be greater than 0 [json-pointer:/length]")
    file = SlackFile(world.new_id("F"), world.bot.id, name, b"", type_of(name, None), world.seconds())
    upload = Upload(file, length)
    world.uploads[file.id] = upload
    return {"upload_url": f"{world.base}/upload/v1/{upload.key}", "file_id": file.id}


@table.on("files.completeUploadExternal", "files:write")
def complete_upload(call: Call) -> Json:
    """It answers at once; the message with the files is made a little later."""
    world = call.world
    given = call.args.get("files")
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        raise invalid("must be an array of objects [json-pointer:/files]")
    uploads = [_sent(world, one.get("id")) for one in given]
    fields = _comment(call)
    channel_id, thread_ts = call.optional("channel_id"), call.optional("thread_ts")
    channel = None if channel_id is None else posting.destination(world, channel_id)
    for one, upload in zip(given, uploads, strict=True):
        upload.file.title = one.get("title") or upload.file.name
        world.files[upload.file.id] = upload.file
        world.uploads.pop(upload.file.id)
    files = [upload.file for upload in uploads]
    if channel is not None:
        _share_later(world, channel, files, fields, thread_ts)
    return {"files": [file_json(one, world) | shares_json(one) for one in files]}


def _sent(world: World, file_id: Any) -> Upload:
    upload = world.uploads.get(file_id)
    if upload is None or not upload.sent:
        raise Refused("file_not_found")
    return upload


def _comment(call: Call) -> Json:
    comment, made_of = call.optional("initial_comment"), call.args.get("blocks")
    if comment is not None:
        return {"text": comment}
    if made_of is None:
        return {}
    problems = blocks.message_problems(made_of, call.world.settings.words_of_blocks)
    if problems:
        raise Refused("invalid_blocks", messages=[f"[ERROR] {one}" for one in problems])
    return {"blocks": posting.numbered(call.world, made_of)}


def _share_later(world: World, channel: Any, files: list[SlackFile], fields: Json, thread_ts: str | None) -> None:
    if world.lost_shares:
        world.lost_shares -= 1
        return

    def share() -> None:
        if channel.id in world.channels and world.app_in(channel):
            posting.post(world, channel, fields, thread_ts=thread_ts, files=files, subtype="file_share")

    asyncio.get_running_loop().call_later(world.settings.file_share_delay, share)


def _seen(world: World, file_id: Any) -> SlackFile:
    """One that the app may see: its own, handed to it in a form, or shared where it is. Raises Refused."""
    file = world.files.get(file_id)
    if file is None:
        raise Refused("file_not_found")
    if file.deleted:
        raise Refused("file_deleted")
    if not visible(world, file):
        raise Refused("file_not_found")
    return file


def visible(world: World, file: SlackFile) -> bool:
    shared = any(not one.deleted and (world.app_in(one.place) or one.place.kind == PUBLIC) for one in file.shares)
    return shared or file.handed_in or file.user == world.bot.id


@table.on("files.info", "files:read")
def info(call: Call) -> Json:
    file = _seen(call.world, call.text("file"))
    return {"file": file_json(file, call.world) | shares_json(file), "comments": [], "response_metadata": {}}


@table.on("files.delete", "files:write")
def delete(call: Call) -> None:
    file = _seen(call.world, call.text("file"))
    if file.user != call.world.bot.id:
        raise Refused("cant_delete_file")
    records.remove_file(call.world, file)


class FileRoutes:
    """Bytes in: whoever has the address. Bytes out: the bot's token, with ``files:read``; else the way to a page."""

    def __init__(self, world: World, api: WebApi) -> None:
        self._world = world
        self._api = api

    async def upload(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        upload = next((one for one in self._world.uploads.values() if one.key == key), None)
        data = await _body(request)
        args = {"file": None if upload is None else upload.file.id, "length": len(data)}
        record = self._api.record("upload", args)
        fault = self._api.faults.meet("upload", args)
        await self._api.wait(fault)
        failing = fault is not None and fault.kind in ("fail", "refuse", "drop", "hang", "limit")
        answer = web.Response(status=404, text="Not found")
        if upload is not None and (not failing or fault.applied):
            answer = self._take(upload, data)
        if failing and fault.kind in ("fail", "limit"):
            headers = {"Retry-After": "1"} if fault.kind == "limit" else {}
            answer = web.Response(status=fault.status, text="upstream", headers=headers)
        record.status = answer.status
        return await self._api.finish(request, record, fault, answer)

    def _take(self, upload: Upload, data: bytes) -> web.Response:
        if len(data) != upload.length:
            self._world.violations.append(f"upload: {len(data)} bytes where {upload.length} were announced")
            return web.Response(status=400, text="The length is not what was announced")
        upload.file.data, upload.sent = data, True
        return web.Response(text=f"OK - {len(data)}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        file = self._world.files.get(request.match_info["file"].partition("-")[2])
        args = {"file": None if file is None else file.id, "url": request.path}
        record = self._api.record("download", args)
        fault = self._api.faults.meet("download", args)
        await self._api.wait(fault)
        answer = self._bytes(request, file)
        if fault is not None and fault.kind in ("fail", "limit"):
            headers = {"Retry-After": "1"} if fault.kind == "limit" else {}
            answer = web.Response(status=fault.status, text="upstream", headers=headers)
        record.status = answer.status
        return await self._api.finish(request, record, fault, answer)

    def _bytes(self, request: web.Request, file: SlackFile | None) -> web.Response:
        """Without the right to it Slack sends people to a page where they sign in, and tells them so with 200."""
        world = self._world
        allowed = request.headers.get("Authorization") == f"Bearer {world.bot_token}" and world.revoked is None
        if not allowed or "files:read" not in world.installed.scopes:
            return web.Response(status=302, headers={"Location": f"{world.base}/signin?redir={request.path}"})
        if file is None or file.deleted or not visible(world, file):
            return web.Response(status=404, text="<!DOCTYPE html><html>Not found</html>", content_type="text/html")
        kind = file.mimetype.partition(";")[0]
        headers = {"Content-Disposition": "attachment"} if "/download/" in request.path else {}
        return web.Response(body=file.data, content_type=kind, headers=headers)


async def signin(request: web.Request) -> web.Response:
    return web.Response(text="<!DOCTYPE html><html><title>Sign in | Slack</title></html>", content_type="text/html")


async def _body(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            return part.file.read()
    return b""
