"""Bodies that are wrong, each with a plain sentence; afterwards the server answers as before."""

import gzip
import zlib

import pytest
import zstandard

from support import paths, samples
from support.http import ask
from support.samples import INFER, assert_right
from support.wrong_bodies import WRONG, WRONG_BINARY, whole

CODERS = {"gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstandard.compress}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_body_is_400_with_a_sentence(digits, what):
    body, message = WRONG[what]
    reply = ask(digits.url + INFER, "POST", body)
    assert reply.status == 400, reply.body[:300]
    assert message in reply.error
    assert 10 < len(reply.error) < 500 and "\n" not in reply.error
    assert_right(ask(digits.url + INFER, "POST", samples.body()))


@pytest.mark.parametrize("what", WRONG_BINARY)
def test_a_wrong_binary_body_is_400_with_a_sentence(digits, what):
    (body, headers), message = WRONG_BINARY[what]
    reply = ask(digits.url + INFER, "POST", body, headers)
    assert reply.status == 400, reply.body[:300]
    assert message in reply.error
    body, headers = samples.binary()
    assert_right(ask(digits.url + INFER, "POST", body, headers))


def test_what_is_not_known_is_passed_over(digits):
    """As V2 says: unknown keys and parameters are no errors."""
    body = whole(colour="blue", parameters={"later": {"a": [1]}})
    assert_right(ask(digits.url + INFER, "POST", body))


def test_deep_nesting_in_what_nobody_reads_does_no_harm(digits):
    body = b'{"unknown":' + b"[" * 100_000 + b"]" * 100_000 + b"," + samples.body()[1:]
    assert ask(digits.url + INFER, "POST", body).status in (200, 400)


@pytest.mark.parametrize("encoding", ["br", "compress", "gzip, gzip"])
def test_an_encoding_that_is_not_offered_is_501(digits, encoding):
    reply = ask(digits.url + INFER, "POST", samples.body(), {"Content-Encoding": encoding})
    assert reply.status == 501 and encoding in reply.error and "gzip, deflate or zstd" in reply.error


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
@pytest.mark.parametrize("path", [INFER, "/v1/models/digits:predict"])
def test_a_body_that_is_not_encoded_as_it_says_is_400(digits, encoding, path):
    for body in (samples.body(), b"", CODERS[encoding](samples.body())[:-9]):
        reply = ask(digits.url + path, "POST", body, {"Content-Encoding": encoding})
        assert reply.status == 400 and encoding in reply.error, body


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_a_bomb_is_413_and_takes_no_more_memory_than_a_body_may(digits, encoding):
    bomb = CODERS[encoding](bytes(1 << 30))
    before = digits.resident_bytes()
    assert ask(digits.url + INFER, "POST", bomb, {"Content-Encoding": encoding}).status == 413
    assert digits.resident_bytes() - before < 600 << 20  # Sanitizers keep what was freed for a while.
    assert_right(ask(digits.url + INFER, "POST", samples.body()))


@pytest.mark.parametrize("classes", [-1, 1.5, "2", None])
def test_a_number_of_classes_that_is_none_is_400(digits, classes):
    body = whole(outputs=[{"name": "label", "parameters": {"classification": classes}}])
    reply = ask(digits.url + INFER, "POST", body)
    assert reply.status == 400 and "'classification' is not a whole number" in reply.error


@pytest.mark.parametrize("version", ["x", "-1", "1.0", "99999999999999999999"])
def test_versions_that_are_no_versions(digits, version):
    reply = ask(digits.url + f"/v2/models/digits/versions/{version}/infer", "POST", samples.body())
    assert reply.status in (400, 404) and version in reply.error


def test_a_model_that_fails_is_500_and_says_so(serve):
    server = serve(paths.DATA / "fails")
    body = {"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP32", "data": [1, 2]}]}
    reply = ask(server.url + "/v2/models/fails/infer", "POST", json=body)
    assert reply.status == 500 and "the model failed" in reply.error
    assert 'reason="internal"} 1' in ask(server.url + "/metrics").body.decode()
