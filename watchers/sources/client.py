"""httpx's client, without what a poll has no use for: cookies, headers of its own, the environment.

What is asked, how often, and what an answer means is left to ``http``; connections to
``transport``.
"""

import logging
from collections.abc import AsyncIterator

import httpx

from watchers.sources import transport
from watchers.sources.transport import Fields, GuardedTransport

_NOTHING = httpx.ByteStream(b"")  # the body of a GET; httpx's own looks for boundaries of forms first
_requests = logging.getLogger("httpx")  # where ``send`` writes its line for each


class _NoCookies(httpx.Cookies):
    """Takes none, and so sends none."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Leave the answer's cookies where they are."""


class Client(httpx.AsyncClient):
    """httpx's client without cookies, headers of its own and settings from the environment."""

    _none = _NoCookies()

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        super().__init__(transport=transport, trust_env=False, headers={})
        self.headers.clear()

    async def answer(self, url: httpx.URL, fields: Fields) -> "Answer":
        """GET: past what httpx does for credentials, redirects and hooks where it is for nothing."""
        behind = self._transport_for_url(url)
        if isinstance(behind, GuardedTransport) and not url.userinfo:
            answer: Answer = await behind.get(url, fields)
        else:
            request = httpx.Request("GET", url, headers=fields, stream=_NOTHING)
            if url.userinfo:  # ``send`` writes the line of the log, too
                return _HttpxAnswer(await self.send(request, stream=True, follow_redirects=False))
            answer = _HttpxAnswer(await behind.handle_async_request(request))
        if _requests.isEnabledFor(logging.INFO):
            _requests.info("HTTP Request: GET %s %d", url, answer.status)
        return answer

    @property
    def cookies(self) -> httpx.Cookies:
        """None, ever."""
        return self._none

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        """None are taken."""


class _HttpxAnswer(httpx.AsyncByteStream):
    """An answer that came through httpx: for credentials in an address, and of a mock in tests."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers = response.headers.raw
        self.content = response.content if response.is_stream_consumed else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._response.aiter_raw():
            yield piece

    async def aclose(self) -> None:
        await self._response.aclose()


Answer = transport.Answer | _HttpxAnswer
