"""A plain socket for one ``asyncio.Protocol``, at two thirds of what the loop's own transport costs.

What is left out: nobody waits for the connection, which may still be being made (what is sent
meanwhile follows, a failure is told by the first read), addresses are not looked up, writing is
never held up.  Needs a loop with ``add_reader``.  TLS stays with the loop.
"""

import asyncio
import socket
from typing import Any

MOST_AT_ONCE = 64 * 1024  # bytes of one read: most bodies in one, and none for long


class Wire(asyncio.Transport):
    """Calls the protocol as asyncio's transports do; owns the socket."""

    def __init__(self, sock: socket.socket, protocol: asyncio.Protocol) -> None:
        self._loop = asyncio.get_running_loop()
        self._sock = sock
        self._fd = sock.fileno()  # of a socket the selector would write out what it is, to no end
        self._protocol = protocol
        self._unsent = b""
        self._reading = False
        self._ended = False
        protocol.connection_made(self)
        self.resume_reading()

    def write(self, data: Any) -> None:
        """Send, now or when there is room."""
        if self._ended:
            return
        if self._unsent:
            self._unsent += data
            return
        self._unsent = self._sent(data)
        if self._unsent:
            self._loop.add_writer(self._fd, self._go_on)

    def pause_reading(self) -> None:
        """Leave what comes with the kernel."""
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._fd)

    def resume_reading(self) -> None:
        """Take what comes again."""
        if not self._reading and not self._ended:
            self._reading = True
            self._loop.add_reader(self._fd, self._read)

    def abort(self) -> None:
        """Drop the connection at once."""
        self._end(None)

    close = abort

    @property
    def silent(self) -> bool:
        """Whether nothing came that was not taken yet, neither bytes nor the end."""
        return is_silent(self._sock)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Nothing of what asyncio's transports tell."""
        return default

    def _go_on(self) -> None:
        self._unsent = self._sent(self._unsent)
        if not self._unsent and not self._ended:
            self._loop.remove_writer(self._fd)

    def _sent(self, data: bytes) -> bytes:
        """What is left of it."""
        try:
            return data[self._sock.send(data) :]
        except (BlockingIOError, InterruptedError):
            return data
        except OSError as error:
            self._end(error)
            return b""

    def _read(self) -> None:
        try:
            data = self._sock.recv(MOST_AT_ONCE)
            if data:
                self._protocol.data_received(data)
            else:
                self._protocol.eof_received()
                self._end(None)
        except (BlockingIOError, InterruptedError):
            return
        except Exception as error:  # the protocol's too: the loop would log it, and let who waits wait
            self._end(error)

    def _end(self, error: Exception | None) -> None:
        if self._ended:
            return
        self._ended = True
        self.pause_reading()
        if self._unsent:
            self._loop.remove_writer(self._fd)
        self._sock.close()
        self._loop.call_soon(self._tell, error)  # never inside of what the protocol asked for

    def _tell(self, error: Exception | None) -> None:
        self._protocol.connection_lost(error)
        del self._protocol  # it refers to us


def is_silent(sock: socket.socket) -> bool:
    """Whether neither bytes nor the end wait in a socket that does not block."""
    try:
        sock.recv(1, socket.MSG_PEEK)
    except (BlockingIOError, InterruptedError):
        return True
    except OSError:
        pass
    return False
