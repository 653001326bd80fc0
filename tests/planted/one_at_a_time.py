"""Serves one request at a time, in the order in which they came; each takes --seconds. Each has a connection of its own,
since those are taken in order."""

import argparse
import time

from base import PlantedServer, now, ok


CLOSING = ok().replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


class OneAtATime(PlantedServer):
    def __init__(self, seconds: float):
        super().__init__()
        self._seconds = seconds
        self.log["times_ms"] = []

    def answer(self, head, body, connection):
        if self.log["requests"] > 1:  # The first is the look before the load.
            began = now()
            time.sleep(self._seconds)
            self.log["times_ms"].append(1000 * (now() - began))
        connection.socket.sendall(CLOSING)
        self.close(connection)


if __name__ == "__main__":
    flags = argparse.ArgumentParser()
    flags.add_argument("--seconds", type=float, default=0.5)
    OneAtATime(flags.parse_args().seconds).run()
