"""Logs never hold a secret, whichever way it comes."""

import logging

import pytest

from bot import logs

CANARY = "canary-tok.en/with+signs"


@pytest.fixture(autouse=True)
def root_logger() -> object:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = before, level


def test_secrets_are_scrubbed_from_messages_arguments_and_tracebacks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(logging.DEBUG, [CANARY])
    log = logging.getLogger("test.logs")
    log.debug("asked %s", f"https://example.org/{CANARY}")
    log.info(f"literally {CANARY}")
    log.info("quoted canary-tok.en%2Fwith%2Bsigns")
    try:
        raise RuntimeError(f"no answer from {CANARY}")
    except RuntimeError:
        log.exception("failed")
    written = capsys.readouterr().err
    assert "canary-tok" not in written
    assert written.count("***") >= 4
    assert "RuntimeError" in written


def test_what_strangers_write_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(logging.INFO)
    logging.getLogger("test.logs").info("feed %s\n\tfails", "\x1b]0;title\x07 \x9b31m\u202eyaB")
    assert capsys.readouterr().err.endswith(": feed ]0;title 31myaB\n\tfails\n")


def test_the_token_in_a_webhook_url_is_scrubbed_though_nobody_named_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(logging.INFO)
    logging.getLogger("httpx").info("POST https://discord.com/api/webhooks/123/abc-DEF_9?wait=true 200")
    assert "/webhooks/123/***?wait=true" in capsys.readouterr().err


def test_the_credentials_in_a_feeds_address_are_scrubbed(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(logging.INFO)
    logging.getLogger("test.logs").info("asked http://reader:hunt@er2@quay.example/feed?to=a@b for a@b")
    assert "asked http://***@quay.example/feed?to=a@b for a@b" in capsys.readouterr().err


def test_setting_up_twice_writes_once(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(logging.INFO)
    logs.configure(logging.INFO)
    logging.getLogger("test.logs").info("one line")
    assert capsys.readouterr().err.count("one line") == 1
