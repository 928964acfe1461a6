"""A load of GET requests over kept connections: `python -m tests.benchmarks.load PORT PATH SECONDS CONNECTIONS LENGTH`.

It asks again on a connection as soon as it has the answer, and always on several, so that the server never waits for it. It
does the least a client can: it trusts the length it was told and looks only at the status and at how much came.
"""

import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[2]  # not asked of the portal: loading it would take longer than a short load
_TIMEOUT_SECONDS = 30
_HEAD_END = b"\r\n\r\n"


class WrongAnswer(Exception):
    """Not 200, or not of the length it should have: what was measured is something else."""


@dataclass(frozen=True)
class Load:
    """What is asked for: `length` bytes of body at `path` of the server on `port`, for `seconds`."""

    port: int
    path: str
    length: int
    seconds: float
    processes: int = 2
    connections: int = 2


def requests_per_second(load: Load) -> float:
    """Put the load on the server and return its rate over all processes. Raises CalledProcessError, TimeoutExpired."""
    arguments = [str(load.port), load.path, str(load.seconds), str(load.connections), str(load.length)]
    command = [sys.executable, "-m", "tests.benchmarks.load", *arguments]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_ROOT) for _ in range(load.processes)]
    try:
        answers = [process.communicate(timeout=load.seconds + _TIMEOUT_SECONDS)[0] for process in running]
    finally:
        for process in running:
            if process.poll() is None:
                process.kill()
                process.wait()
    for process in running:
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
    return sum(float(answer) for answer in answers)


def _asked(port: int, path: str, seconds: float, connections: int, length: int) -> float:
    """Requests answered a second by this process."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    open_connections = [_connected(port) for _ in range(connections)]
    buffer = bytearray(length + 16_384)
    for connection in open_connections:
        connection.sendall(request)
    answered, start = 0, time.perf_counter()
    end = start + seconds
    while (now := time.perf_counter()) < end:
        for connection in open_connections:
            _receive(connection, buffer, length)
            connection.sendall(request)
            answered += 1
    for connection in open_connections:
        connection.close()
    return answered / (now - start)


def _connected(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _receive(connection: socket.socket, buffer: bytearray, length: int) -> None:
    """One whole answer. Raises WrongAnswer, TimeoutError."""
    view, filled, whole = memoryview(buffer), 0, None
    while whole is None or filled < whole:
        got = connection.recv_into(view[filled:])
        if not got:
            raise WrongAnswer("the server closed the connection")
        filled += got
        if whole is None:
            head = buffer.find(_HEAD_END, 0, filled)
            whole = None if head < 0 else head + len(_HEAD_END) + length
    if filled != whole or not buffer.startswith(b"HTTP/1.1 200 "):
        raise WrongAnswer(bytes(buffer[:200]))


if __name__ == "__main__":
    print(_asked(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])))
