"""A load generator: some connections, each of which sends its next request when the last is answered.

    python -m benchmarks.closed_loop PORT CONNECTIONS FILE

FILE holds raw HTTP requests, each after its length in four bytes. It speaks just enough HTTP/1.1 to cost
little: the machine's other core is the server's.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"


class Connection(asyncio.Protocol):
    """One connection of the load; `over` is done when there is nothing left to send."""

    def __init__(self, requests: Iterator[bytes], latencies: list[float], statuses: Counter[str]) -> None:
        self._requests = requests
        self._latencies = latencies
        self._statuses = statuses
        self._buffer = b""
        self._sent_at = 0.0
        self.over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio's typing is wider than its deeds
        self._transport = transport

    def start(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            self.over.set_result(None)
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(END_OF_HEAD)
        if not found:
            return
        fields = head.lower()
        place = fields.find(LENGTH)
        length = int(fields[place + len(LENGTH) :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(body) < length:
            return
        self._latencies.append(time.perf_counter() - self._sent_at)
        self._statuses[head.split(b" ", 2)[1].decode()] += 1
        self._buffer = b""
        self.start()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(error or ConnectionError("the server hung up"))


def read(file: Path) -> Iterator[bytes]:
    data = memoryview(file.read_bytes())
    place = 0
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        yield bytes(data[place + 4 : place + 4 + length])
        place += 4 + length


async def main(port: int, connections: int, file: Path) -> None:
    requests = iter(list(read(file)))
    latencies: list[float] = []
    statuses: Counter[str] = Counter()
    loop = asyncio.get_running_loop()
    opened = [
        (await loop.create_connection(lambda: Connection(requests, latencies, statuses), "127.0.0.1", port))[
            1
        ]
        for _ in range(connections)
    ]
    began = time.perf_counter()
    for one in opened:
        one.start()
    await asyncio.gather(*(one.over for one in opened))
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "latencies": latencies, "statuses": statuses}))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
