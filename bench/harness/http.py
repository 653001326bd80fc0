"""One request on a connection of its own: for readiness, first answers and checks, never for load."""

import dataclasses
import http.client


@dataclasses.dataclass
class Reply:
    status: int
    headers: dict
    body: bytes


def request(port: int, method: str, path: str, body: bytes | None = None, headers: dict | None = None,
            timeout_s: float = 5) -> Reply:
    """Raises OSError, whatever kept the answer away."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()
