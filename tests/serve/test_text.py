"""Texts in, classes out: tokenizer graphs of ONNX Runtime Extensions before a model, against the `tokenizers` library."""

import concurrent.futures
import json
import pathlib
import re

import numpy as np
import onnx
import pytest
import tokenizers
import tritonclient.http as triton
from onnx import TensorProto, helper

from support import text_models
from support.http import ask
from support.process import mettle
from support.text_models import LABELS, OPERATORS, SENTENCES, info, save
from support.waiting import until

CONFIG = """\
transforms:
  before: {graph: tokenizer.onnx, pad_to_multiple_of: PAD}
  classes:
    output: logits
    activation: softmax
    labels: [gloomy, cheerful]
"""


@pytest.fixture(scope="module")
def vocabulary():
    return text_models.learn_vocabulary()


@pytest.fixture(scope="module")
def known(vocabulary):
    return text_models.oracle(vocabulary)


@pytest.fixture(scope="module")
def moods(tmp_path_factory, vocabulary) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("models") / "moods"
    folder.mkdir()
    text_models.save_tokenizer(folder, vocabulary)
    text_models.save_classifier(folder / "model.onnx", len(vocabulary))
    (folder / "mettle.yaml").write_text(CONFIG.replace("PAD", "1"))
    return folder


@pytest.fixture(scope="module")
def server(serve_for_module, moods):
    return serve_for_module(moods, "--custom-ops", OPERATORS)


def copy(moods, folder, config):
    folder.mkdir()
    for file in moods.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "mettle.yaml").write_text(config)
    return folder


def refused(*arguments) -> str:
    done = mettle("serve", *arguments, "--port", "0")
    assert done.code == 2 and done.stdout == "" and "Sanitizer" not in done.stderr, done
    return done.stderr


def infer(server, texts, model="moods"):
    client = triton.InferenceServerClient(f"127.0.0.1:{server.port}")
    tensor = triton.InferInput("text", [len(texts)], "BYTES")
    tensor.set_data_from_numpy(np.array([text.encode() for text in texts], dtype=np.object_))
    return client.infer(model, [tensor])


@pytest.mark.parametrize("texts", [[text] for text in SENTENCES] + [SENTENCES], ids=lambda texts: ascii(texts[0][:12]) + str(len(texts)))
def test_ids_are_those_of_the_tokenizers_library(server, moods, known, texts):
    ids, mask, probabilities = text_models.right_answer(moods, known, texts)
    answer = infer(server, texts)
    np.testing.assert_array_equal(answer.as_numpy("ids"), ids)
    np.testing.assert_array_equal(answer.as_numpy("seen"), mask)
    np.testing.assert_allclose(answer.as_numpy("score")[:, 0], probabilities.max(axis=1), atol=1e-5)


def test_all_protocols_give_the_label(server, moods, known):
    text = SENTENCES[1]
    label = LABELS[text_models.right_answer(moods, known, [text])[2][0].argmax()]
    assert infer(server, [text]).as_numpy("label").tolist() == [[label.encode()]]
    assert ask(server.url + "/predict/moods", "POST", json={"text": text}).json()["label"] == [label]
    assert ask(server.url + "/predict/moods", "POST", json={"text": [text]}).json()["label"] == [[label]]
    reply = ask(server.url + "/predict/moods", "POST", text.encode(), {"Content-Type": "text/plain"})
    assert reply.json()["label"] == [label], reply.body
    reply = ask(server.url + "/v1/models/moods:predict", "POST", json={"instances": [text]})
    assert reply.json()["predictions"][0]["label"] == [label], reply.body
    timing = reply.headers["server-timing"]
    assert "pre;dur=" in timing and "post;dur=" in timing, timing


def test_requests_of_unlike_lengths_get_their_own_answers_at_once(serve, moods, known, tmp_path):
    model = copy(moods, tmp_path / "wide", CONFIG.replace("PAD", "16"))
    server = serve(model, "--custom-ops", OPERATORS, "--lane", "worker", "--workers", "1")
    expected = text_models.right_answer(model, known, SENTENCES)[2].max(axis=1)

    def one(at):
        answer = infer(server, [SENTENCES[at % len(SENTENCES)]], "wide")
        assert answer.as_numpy("ids").shape[1] % 16 == 0
        return answer.as_numpy("score")[0, 0] - expected[at % len(SENTENCES)]

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        assert max(abs(difference) for difference in pool.map(one, range(120))) < 1e-5


def test_a_tokenizer_that_takes_all_rows_at_once(serve, tmp_path):
    """Byte-pair encoding: the operator fills up a batch itself."""
    folder = tmp_path / "gpt"
    folder.mkdir()
    known = tokenizers.Tokenizer(tokenizers.models.BPE())
    known.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=400, initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
                                             special_tokens=["<|endoftext|>"], show_progress=False)
    known.train_from_iterator(SENTENCES, trainer)
    model = json.loads(known.to_str())["model"]
    merges = "\n".join(" ".join(pair) if isinstance(pair, list) else pair for pair in model["merges"])
    node = helper.make_node("GPT2Tokenizer", ["text"], ["input_ids", "attention_mask"], domain="ai.onnx.contrib",
                            vocab=json.dumps(model["vocab"]), merges=merges, padding_length=-1)
    tokens = ["rows", "tokens"]
    save(folder / "tokenizer.onnx", [node], [info("text", TensorProto.STRING, ["rows"])],
         [info(name, TensorProto.INT64, tokens) for name in ("input_ids", "attention_mask")])
    text_models.save_classifier(folder / "model.onnx", known.get_vocab_size())
    (folder / "mettle.yaml").write_text("transforms: {before: tokenizer.onnx}\n")
    server = serve(folder, "--custom-ops", OPERATORS)
    texts = [text for text in SENTENCES if text.strip()]
    answer = infer(server, texts, "gpt")
    for row, text in enumerate(texts):
        seen = answer.as_numpy("seen")[row].astype(bool)
        assert answer.as_numpy("ids")[row][seen].tolist() == known.encode(text).ids, text


def test_a_graph_behind_the_model(serve, moods, tmp_path):
    config = "custom_ops: [OPS]\ntransforms: {before: tokenizer.onnx, after: post.onnx}\n"
    library = pathlib.Path(OPERATORS)
    model = copy(moods, tmp_path / "judge", config.replace("OPS", library.name))
    (model / library.name).symlink_to(library)  # A path that starts at the model's folder.
    save(model / "post.onnx", [helper.make_node("ArgMax", ["logits"], ["mood"], axis=1, keepdims=0)],
         [info("logits", TensorProto.FLOAT, ["rows", 2])], [info("mood", TensorProto.INT64, ["rows"])])
    server = serve(model)
    answer = ask(server.url + "/predict/judge", "POST", json={"text": SENTENCES[:3]}).json()
    assert list(answer) == ["mood", "ids", "seen"]
    scores = infer(serve(moods, "--custom-ops", OPERATORS), SENTENCES[:3]).as_numpy("class")[:, 0]
    assert answer["mood"] == scores.tolist()


def test_a_hugging_face_folder_with_a_tokenizers_graph(serve, moods, tmp_path, known):
    """onnx/model.onnx, config.json with the labels, and beside them what was made of its word-piece tokenizer.json."""
    folder = tmp_path / "sentiment"
    (folder / "onnx").mkdir(parents=True)
    (folder / "onnx/model.onnx").write_bytes((moods / "model.onnx").read_bytes())
    (folder / "config.json").write_text(json.dumps({"id2label": {"0": "NEGATIVE", "1": "POSITIVE"}}))
    known.save(str(folder / "tokenizer.json"))
    words = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    text_models.save_tokenizer(folder, sorted(words, key=words.get))
    (folder / "mettle.yaml").write_text(
        "transforms: {before: tokenizer.onnx, classes: {output: logits, activation: softmax}}\n")
    answer = infer(serve(folder, "--custom-ops", OPERATORS), SENTENCES, "sentiment")
    ids, _, probabilities = text_models.right_answer(moods, known, SENTENCES)
    np.testing.assert_array_equal(answer.as_numpy("ids"), ids)
    assert [label.decode() for (label,) in answer.as_numpy("label")] == [
        ["NEGATIVE", "POSITIVE"][at] for at in probabilities.argmax(axis=1)]


def test_bytes_that_are_no_text_harm_nobody(server):
    random = np.random.default_rng(1)
    for text in (b"\xff\xfe", b"\xc3", b"a\0b", b"\xed\xa0\x80", b"x" * 1_000_000,
                 *(random.bytes(int(random.integers(1, 60))) for _ in range(100))):
        reply = ask(server.url + "/predict/moods", "POST", text, {"Content-Type": "text/plain"})
        assert reply.status in (200, 422), (text[:60], reply.body)
    assert server.returncode is None


def test_an_operator_that_is_missing_names_the_flag(moods):
    message = refused(moods)
    assert "BertTokenizer" in message and "--custom-ops" in message, message


def test_what_is_no_library_of_operators(moods, tmp_path):
    library = tmp_path / "ops.so"
    assert "no such file" in refused(moods, "--custom-ops", library)
    assert "not a file" in refused(moods, "--custom-ops", tmp_path)
    library.write_bytes(b"\x7fELF, or so")
    assert str(library) in refused(moods, "--custom-ops", library)
    libc = re.search(r"/\S*/libc\.so\S*", pathlib.Path("/proc/self/maps").read_text())[0]
    assert "RegisterCustomOps" in refused(moods, "--custom-ops", libc)


def test_a_load_request_brings_no_library(serve, moods):
    server = serve(moods.parent, "--model-control", "explicit", "--custom-ops", OPERATORS)
    config = json.dumps({"customOps": [OPERATORS]})
    reply = ask(server.url + "/v2/repository/models/moods/load", "POST", json={"parameters": {"config": config}})
    assert reply.status == 400 and "--custom-ops" in reply.error, reply.body
    config = json.dumps({"transforms": {"before": "../moods/tokenizer.onnx"}})
    reply = ask(server.url + "/v2/repository/models/moods/load", "POST", json={"parameters": {"config": config}})
    assert reply.status == 400 and "without a path" in reply.error, reply.body


@pytest.mark.parametrize("transforms, words", [
    ("{before: model.onnx}", ["transforms.before", "no output"]),
    ("{before: nowhere.onnx}", ["nowhere.onnx", "no such file"]),
    ("{before: {graph: tokenizer.onnx, pad: {inputids: 1}}}", ["inputids"]),
    ("{after: tokenizer.onnx}", ["transforms.after", "text"]),
    ("{before: {graph: tokenizer.onnx, padding: 1}}", ["mettle.yaml:1", "padding"]),
])
def test_what_does_not_fit_is_said_at_the_start(moods, tmp_path, transforms, words):
    model = copy(moods, tmp_path / "odd", f"transforms: {transforms}\n")
    message = refused(model, "--custom-ops", OPERATORS)
    assert all(word in message for word in words), message


def test_a_new_tokenizer_beside_the_model_is_seen(serve, moods, tmp_path, vocabulary):
    """The graph's own file stays the same: polling looks at what the config names, too."""
    model = copy(moods, tmp_path / "moods", CONFIG.replace("PAD", "1"))
    server = serve(tmp_path, "--custom-ops", OPERATORS, "--model-control", "poll", "--poll-interval", "50ms")
    before = infer(server, ["the cats"]).as_numpy("ids").tolist()
    changed = onnx.load(model / "tokenizer.onnx")
    (attribute,) = [one for one in changed.graph.node[0].attribute if one.name == "vocab_file"]
    attribute.s = "\n".join(reversed(vocabulary)).encode()
    onnx.save(changed, tmp_path / "next.onnx")
    (tmp_path / "next.onnx").rename(model / "tokenizer.onnx")
    until(lambda: infer(server, ["the cats"]).as_numpy("ids").tolist() != before, "the new tokenizer")
