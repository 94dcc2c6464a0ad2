"""A sign of life for a service that notices when it stays away: one GET, its failure a value."""

SECONDS = 10.0


async def ping(url: str) -> str | None:
    """Ask ``url`` once; what went wrong, for people and without the URL, or None."""
    import asyncio

    import httpx

    local = url.lower().startswith("http://")  # no TLS: spare the reading of certificates
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx.AsyncClient(trust_env=False, verify=not local) as client,
            client.stream("GET", url, headers={"User-Agent": "Movewire"}) as response,
        ):
            status = response.status_code
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        return f"the heartbeat URL did not answer ({type(error).__name__})"
    return None if 200 <= status < 300 else f"the heartbeat URL answered HTTP {status}"
