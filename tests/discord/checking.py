"""What the bot sends in a simulated Discord, held against our limits and Discord's own schema."""

import json
from typing import Any

import simcord

from bot.render.limits import command_violations, violations
from tests.delivery.schema import schema_check

SAYS, UPDATES, COMPLETES = 4, 7, 8  # interactions/receiving-and-responding#interaction-callback-type
CHOICES = 25
SCHEMA = schema_check()
SCHEMAS = {
    SAYS: "CreateMessageInteractionCallbackRequest",
    5: "CreateMessageInteractionCallbackRequest",
    6: "UpdateMessageInteractionCallbackRequest",
    UPDATES: "UpdateMessageInteractionCallbackRequest",
    COMPLETES: "ApplicationCommandAutocompleteCallbackRequest",
}


def faults(request: simcord.HttpLogEntry) -> list[str]:
    """What Discord would refuse in a request; [] also for those that carry nothing."""
    found = payload_faults(request.method, request.path, request.json)
    return [f"{request.method} {request.path}: {fault}" for fault in found]


def payload_faults(method: str, path: str, body: Any) -> list[str]:
    """The same for a method, a path below the API's base, and the JSON that was sent."""
    if isinstance(body, dict) and "payload_json" in body:
        body = json.loads(body["payload_json"])
    if path.endswith("/callback"):
        return _callback(body)
    if path.endswith("/commands") and method == "PUT":
        return [
            fault
            for command in body
            for fault in command_violations(command) + _schema("ApplicationCommandUpdateRequest", command)
        ]
    if "/messages/" in path and method == "PATCH":
        return violations(body, partial=True) + _schema("IncomingWebhookUpdateRequestPartial", body)
    if path.startswith("/webhooks/") and method == "POST":
        return violations(body) + _schema("IncomingWebhookRequestPartial", body)
    if path.endswith("/messages") and method == "POST":
        return violations(body) + _schema("MessageCreateRequest", body)
    return []


def _callback(body: dict[str, Any]) -> list[str]:
    kind, data = body["type"], body.get("data") or {}
    found = _schema(SCHEMAS[kind], body)
    if kind in (SAYS, UPDATES):
        found += violations(data, partial=kind == UPDATES)
    if kind == COMPLETES:
        found += [
            f"a choice {one}"
            for one in data["choices"]
            if not (0 < len(one["name"]) <= 100 >= len(str(one["value"])))
        ]
        found += ["too many choices"] if len(data["choices"]) > CHOICES else []
    return found


def _schema(name: str, body: Any) -> list[str]:
    if isinstance(body, dict) and body.get("attachments"):
        # discord.py numbers the files that it uploads with integers (reference#uploading-files does so, too).
        files = [{**one, "id": str(one["id"])} for one in body["attachments"]]
        body = {**body, "attachments": files}
    return SCHEMA(name, body) if SCHEMA is not None else []
