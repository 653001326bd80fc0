"""What is wrong with a request whatever the protocol: each refuses it in its own form, and answers as before afterwards."""

import gzip
import json
import random
import zlib

import pytest
import zstandard

from support.http import ask
from support.samples import rows

CODERS = {"gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstandard.compress}
PIXELS, LABELS = rows(2)
# A path, a right body, the key of a refusal that has the sentence, and the status of what a client did wrong.
PROTOCOLS = {
    "tfs": ("/v1/models/digits:predict", {"instances": PIXELS.tolist()}, "error", 400),
    "predict": ("/predict/digits", {"pixels": PIXELS.tolist()}, "detail", 422),
    "torchserve": ("/predictions/digits", PIXELS.tolist(), "message", 400),
    "invocations": ("/invocations", {"dataframe_split": {"data": PIXELS.tolist()}}, "message", 400),
}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(params=PROTOCOLS)
def asked(request, digits):
    path, body, key, wrong = PROTOCOLS[request.param]

    class Asked:
        right = json.dumps(body).encode()
        mistake = wrong

        def send(self, sent, **headers):
            reply = ask(digits.url + path, "POST", sent, {**JSON, **headers})
            if reply.status != 200:
                assert reply.headers["content-type"] == "application/json" and reply.json()[key], reply.body[:300]
            return reply.status

    asked = Asked()
    yield asked
    assert asked.send(asked.right) == 200


def test_bodies_that_are_not_json(asked):
    for body in (b"", b" \n", b"{", b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", bytes(range(256)), b"null", b'"', b"\0" * 64):
        assert asked.send(body) == asked.mistake, body[:20]


def test_every_cut_and_random_changes_are_answered(asked):
    chooser = random.Random(7)
    right = asked.right
    for at in range(0, len(right), max(1, len(right) // 60)):
        assert asked.send(right[:at]) == asked.mistake, at
    for _ in range(150):
        body = bytearray(right)
        for _ in range(chooser.randint(1, 4)):
            body[chooser.randrange(len(body))] = chooser.choice(b'[]{}",:0-eN\0\xff')
        assert asked.send(bytes(body)) in (200, asked.mistake), bytes(body)


@pytest.mark.parametrize("coding", CODERS)
def test_bodies_that_are_not_coded_as_they_say_and_bombs(asked, coding):
    headers = {"Content-Encoding": coding}
    assert asked.send(CODERS[coding](asked.right), **headers) == 200
    for body in (asked.right, b"", CODERS[coding](asked.right)[:-9]):
        assert asked.send(body, **headers) == asked.mistake
    assert asked.send(CODERS[coding](bytes(100 << 20)), **headers) == 413


def test_codings_that_are_not_offered(asked):
    assert asked.send(asked.right, **{"Content-Encoding": "br"}) in (415, 501)


def test_deadlines_that_are_none(asked):
    for text in ("0", "-1", "soon", "1.5"):
        assert asked.send(asked.right, **{"x-request-timeout-ms": text}) == asked.mistake
