"""Answers each request at once, and knows of each when it came and what it was."""

from base import PlantedServer, now, ok


class Noting(PlantedServer):
    def __init__(self):
        super().__init__()
        self.log["seen"] = []

    def answer(self, head, body, connection):
        method, path = head.split(b" ", 2)[:2]
        self.log["seen"].append([now(), method.decode(), path.decode(), body.decode()])
        return ok()


if __name__ == "__main__":
    Noting().run()
