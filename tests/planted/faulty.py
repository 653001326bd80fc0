"""Answers rightly at first, and after --after requests with one fault: python faulty.py FAULT --after 20"""

import argparse
import socket
import struct

from base import PlantedServer, ok

GOOD = ok()


class Faulty(PlantedServer):
    def __init__(self, fault: str, after: int, every: int):
        super().__init__()
        self.log["faults"] = 0
        self._fault, self._after, self._every = getattr(self, fault), after, every

    def answer(self, head, body, connection):
        count = self.log["requests"]
        if count <= self._after or count % self._every:
            return GOOD
        self.log["faults"] += 1
        return self._fault(connection)

    def none(self, connection):
        return GOOD

    def garbage(self, connection):
        return b"\x00\x01\x02 this is no HTTP at all\r\n\r\n"

    def wrong_status_line(self, connection):
        return GOOD.replace(b"HTTP/1.1 200 OK", b"HTTP/1.1 two hundred")

    def hang(self, connection):
        return None

    def half(self, connection):
        connection.socket.sendall(GOOD[:-4])
        self.close(connection)

    def half_head(self, connection):
        connection.socket.sendall(GOOD[:20])
        self.close(connection)

    def close_without_a_word(self, connection):
        self.close(connection)

    def reset(self, connection):
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close(connection)

    def error_500(self, connection):
        return ok(b'{"error":"out of paper"}', "500 Internal Server Error")

    def refuse_503(self, connection):
        return ok(b'{"error":"busy"}', "503 Service Unavailable")

    def endless(self, connection):
        return b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"

    def stop(self, connection):
        """Goes away for good."""
        raise SystemExit


if __name__ == "__main__":
    flags = argparse.ArgumentParser()
    flags.add_argument("fault")
    flags.add_argument("--after", type=int, default=20)
    flags.add_argument("--every", type=int, default=1)
    given = flags.parse_args()
    Faulty(given.fault, given.after, given.every).run()
