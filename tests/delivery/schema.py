"""Checks payloads against Discord's own OpenAPI document, where a developer has it at hand."""

import functools
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def _document() -> dict[str, Any] | None:
    shared = Path(os.environ.get("MOVEWIRE_SHARED", ROOT.parent / "shared"))
    path = shared / "discord" / "openapi.json"
    return json.loads(path.read_text()) if path.is_file() else None


@functools.cache
def _validator(name: str) -> Any:
    import jsonschema

    document = _document()
    assert document is not None
    return jsonschema.Draft202012Validator({**document, "$ref": f"#/components/schemas/{name}"})


def schema_check() -> Callable[[str, Any], list[str]] | None:
    """A function (schema's name, payload) -> faults; None where the document is absent."""
    if _document() is None:
        return None

    def check(name: str, payload: Any) -> list[str]:
        return [
            f"{name}: {fault.json_path}: {fault.message[:200]}"
            for fault in _validator(name).iter_errors(payload)
        ]

    return check
