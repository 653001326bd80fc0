"""One move of a server, again and again: python moves.py MOVE. Each is right HTTP, or wrong in one known way."""

import random
import select
import socket
import sys
import threading
import time

from threads import GOOD, Connection, serve

TEXT = b"a body of forty-two bytes, no more no less"
LAW = random.Random(7)  # The law of `sleep_by_law`: most answers take some milliseconds, a few ten times as long.
CPU = threading.Lock()


def with_length(body=TEXT, status="200 OK", extra=b"") -> bytes:
    return b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s" % (status.encode(), extra, len(body), body)


def for_each(answer):
    """A move that takes a request and calls `answer(connection)`, for as long as the connection lives."""

    def move(connection: Connection):
        while True:
            connection.take()
            answer(connection)

    return move


@for_each
def sleep_by_law(connection):
    with CPU:  # A random.Random is not for several threads.
        seconds = min(LAW.lognormvariate(-5.0, 0.8), 0.2)
    time.sleep(seconds)
    connection.answer(GOOD)


@for_each
def sleep_20_ms(connection):
    time.sleep(0.02)
    connection.answer(GOOD)


@for_each
def drip(connection):
    """Byte by byte, with a pause before each of the body's."""
    data = with_length()
    head = data.index(b"\r\n\r\n") + 4
    for at in range(head):
        connection.send(data[at:at + 1])
    for at in range(head, len(data) - 1):
        connection.send(data[at:at + 1])
        time.sleep(0.0005)
    connection.answer(data[-1:])


@for_each
def chunks_of_one(connection):
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for byte in TEXT:
        connection.send(b"1\r\n%c\r\n" % byte)
    connection.answer(b"0\r\n\r\n")


@for_each
def chunks_with_all_that_is_allowed(connection):
    """Extensions, leading zeros, capital digits, a trailer."""
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.answer(b"0001;name=value\r\na\r\n1A;q=\"x\"\r\n" + b"b" * 26 + b"\r\n0\r\nX-Sum: 27\r\n\r\n")


@for_each
def interim(connection):
    connection.answer(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + with_length())


@for_each
def interim_on_its_own(connection):
    connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    time.sleep(0.002)
    connection.answer(with_length())


@for_each
def redirect(connection):
    connection.answer(with_length(b"", "302 Found", b"Location: /elsewhere\r\n"))


@for_each
def not_modified(connection):
    """A status that has no body, whatever its head says."""
    connection.answer(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 42\r\n\r\n")


@for_each
def no_content(connection):
    connection.answer(b"HTTP/1.1 204 No Content\r\n\r\n")


@for_each
def http_1_0_kept(connection):
    connection.answer(with_length(extra=b"Connection: keep-alive\r\n").replace(b"1.1", b"1.0", 1))


@for_each
def large_head(connection):
    connection.answer(with_length(extra=b"X-Large: " + b"x" * 60_000 + b"\r\n"))


@for_each
def huge_head(connection):
    connection.answer(with_length(extra=b"X-Large: " + b"x" * 1_000_000 + b"\r\n"))


@for_each
def many_headers(connection):
    connection.answer(with_length(extra=b"".join(b"X-%d: y\r\n" % number for number in range(2000))))


@for_each
def two_lengths(connection):
    connection.answer(with_length(extra=b"Content-Length: 41\r\n"))


@for_each
def empty_chunk_size(connection):
    connection.answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\nabc\r\n0\r\n\r\n")


@for_each
def more_than_announced(connection):
    connection.answer(with_length() + b"and more")


def head_without_end(connection):
    connection.take()
    connection.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.send(b"X-Line: " + b"x" * 1000 + b"\r\n")


def stream_without_end(connection):
    connection.take()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    while True:
        connection.send(b"data: more\n\n")
        time.sleep(0.001)


def close_said(connection):
    connection.take()
    connection.answer(with_length(extra=b"Connection: close\r\n"))


def http_1_0(connection):
    connection.take()
    connection.answer(with_length().replace(b"1.1", b"1.0", 1))


def until_close(connection):
    connection.take()
    connection.answer(b"HTTP/1.1 200 OK\r\n\r\n" + TEXT)


def less_than_announced(connection):
    connection.take()
    connection.answer(with_length()[:-1])


def goodbye_with_the_answer(connection):
    """The end of the stream comes in the packet of the answer; then it listens until the client closes."""
    connection.take()
    connection.answer(with_length(), socket.MSG_MORE)
    connection.no_more()
    connection.drain()


def goodbye_before_the_answer(connection):
    connection.take()
    connection.no_more()
    connection.drain()


def reset_after_the_answer(connection):
    """The answer is whole; what follows it is no longer the request's business."""
    connection.take()
    connection.answer(with_length(extra=b"Connection: close\r\n"))
    time.sleep(0.005)  # So that the reset does not overtake it.
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def five_a_connection(connection):
    """Closes after the fifth answer, unannounced."""
    while True:
        connection.take()
        last = connection.count == 5
        connection.answer(GOOD, socket.MSG_MORE if last else 0)
        if last:
            return


def idle_for_3_ms(connection):
    """Closes a connection on which nothing came for 3 ms, as clients come after about that time. A request that has come
    when it closes is `unread`: the client sees a reset, and nobody can say whether it was served."""
    while True:
        connection.take()
        connection.answer(GOOD)
        if not select.select([connection.socket], [], [], 0.003)[0]:
            if connection.hang_up() and connection.log:
                connection.log.add("unread")
            return


def answer_before_the_body(connection):
    """Refuses a large body as soon as it has seen the head, and lets the client say the rest."""
    connection.take(body=False)
    connection.answer(with_length(b"too large", "413 Content Too Large", b"Connection: close\r\n"))
    connection.no_more()
    connection.drain()


def accept_late(connection):
    while True:
        connection.take()
        connection.answer(GOOD)


def _wait_before_accepting(listener, log):
    """Once, with the first client at the door, for 300 ms."""
    select.select([listener], [], [])
    if accept_late.waited:
        return
    accept_late.waited = True
    came = time.monotonic()
    time.sleep(0.3)
    log.add("held_ms", 1000 * (time.monotonic() - came))


accept_late.waited = False
accept_late.before_accepting = _wait_before_accepting


if __name__ == "__main__":
    serve(globals()[sys.argv[1]])
