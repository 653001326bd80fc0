"""Answers in the coding that a client likes best, for every protocol at the same place."""

import gzip
import json
import zlib

import numpy as np
import pytest
import tritonclient.http as triton
import zstandard

from support import samples
from support.http import ask

DECODERS = {"gzip": gzip.decompress, "deflate": zlib.decompress, "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body)}
PIXELS = samples.rows(32)[0].tolist()
QUESTIONS = {
    "/v2/models/digits/infer": samples.request(32),
    "/v1/models/digits:predict": {"instances": PIXELS},
    "/predict/digits": {"pixels": PIXELS},
    "/predictions/digits": PIXELS,
    "/invocations": {"dataframe_split": {"data": PIXELS}},
}


def question(server, path, accept=None, body=None):
    # http.client asks for identity unless something else is asked for.
    return ask(server.url + path, "POST", json=body or QUESTIONS[path], headers={"Accept-Encoding": accept} if accept else {})


@pytest.mark.parametrize("coding", DECODERS)
@pytest.mark.parametrize("path", QUESTIONS)
def test_every_protocol_answers_in_it(digits, path, coding):
    plain, coded = question(digits, path), question(digits, path, coding)
    assert "content-encoding" not in plain.headers
    assert coded.headers["content-encoding"] == coding and coded.headers["vary"] == "Accept-Encoding"
    assert len(coded.body) < len(plain.body)
    assert DECODERS[coding](coded.body) == plain.body


@pytest.mark.parametrize("accept, coding", [
    ("gzip;q=0.5, deflate;q=0.9", "deflate"), ("br, gzip", "gzip"), ("*", "gzip"), ("gzip, deflate, br, zstd", "zstd"),
    ("gzip;q=0", None), ("identity", None), ("br", None), ("gzip;q=nonsense", None), (",;=" * 2000, None)])
def test_weights_choose(digits, accept, coding):
    reply = question(digits, "/predict/digits", accept)
    assert reply.status == 200 and reply.headers.get("content-encoding") == coding
    assert reply.headers["vary"] == "Accept-Encoding"


def test_small_answers_and_errors_stay_as_they_are(digits):
    for body in ({"pixels": PIXELS[:1]}, {"pixels": "x" * 5000}):
        reply = question(digits, "/predict/digits", "gzip", body)
        assert "content-encoding" not in reply.headers and reply.json()


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("binary", [True, False])
def test_tritons_client_reads_them(digits, coding, binary):
    pixels, labels = samples.rows(256)
    client = triton.InferenceServerClient(digits.address)
    tensor = triton.InferInput("pixels", list(pixels.shape), "FP32")
    tensor.set_data_from_numpy(pixels, binary_data=binary)
    wanted = [triton.InferRequestedOutput(name, binary_data=binary) for name in ("label", "probabilities")]
    answer = client.infer("digits", [tensor], outputs=wanted, request_compression_algorithm=coding, response_compression_algorithm=coding)
    assert answer.as_numpy("label").tolist() == labels.tolist()
    np.testing.assert_allclose(answer.as_numpy("probabilities").sum(axis=1), 1, atol=1e-5)
    client.close()


def test_server_timing_and_ids_are_there_all_the_same(digits):
    reply = question(digits, "/predict/digits", "gzip")
    assert "server-timing" in reply.headers and "x-request-id" in reply.headers
    assert json.loads(gzip.decompress(reply.body))["label"]
