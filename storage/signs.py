"""What is asked of the signs of every text, as cheaply as can be.  Pure."""

_UNPRINTABLE = bytes((*range(32), 127))


def printable(text: str) -> bool:
    """``str.isprintable``, in a quarter of its time where all is ASCII."""
    if text.isascii():
        return len(text.encode().translate(None, _UNPRINTABLE)) == len(text)
    return text.isprintable()
