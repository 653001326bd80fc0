"""One request on a connection of its own, for when the bytes do not matter."""

import http.client
import json as json_module
import urllib.parse
from dataclasses import dataclass


@dataclass
class Reply:
    status: int
    headers: dict[str, str]  # Names in lower case.
    body: bytes

    def json(self):
        return json_module.loads(self.body)

    @property
    def error(self) -> str:
        """The message of a refusal in V2's form, which has nothing else in it."""
        body = self.json()
        assert list(body) == ["error"] and isinstance(body["error"], str), body
        return body["error"]


def ask(url: str, method="GET", body=None, headers=None, json=None, timeout=20) -> Reply:
    parts = urllib.parse.urlsplit(url)
    headers = dict(headers or {})
    if json is not None:
        body = json_module.dumps(json).encode()
        headers.setdefault("Content-Type", "application/json")
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, headers)
        return read_reply(connection.getresponse())
    finally:
        connection.close()


def read_reply(response: http.client.HTTPResponse) -> Reply:
    return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
