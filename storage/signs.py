"""What is asked of the signs of every text, as cheaply as can be.  Pure."""

_EVERYDAY = bytes(range(32, 127))


def printable(text: str) -> bool:
    """``str.isprintable``, which is asked only of what is left without ASCII's printable signs."""
    rest = text.encode("utf-8", "surrogatepass").translate(None, _EVERYDAY)
    return not rest or rest.decode("utf-8", "surrogatepass").isprintable()
