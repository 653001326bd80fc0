"""A tokenizer graph as docs/models.md makes one, a small classifier of texts behind it, and what the Python libraries
say to the same texts."""

import re
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import onnxruntime_extensions
import tokenizers
from onnx import TensorProto, helper, numpy_helper

from support import paths

OPERATORS = onnxruntime_extensions.get_library_path()
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LABELS = ["gloomy", "cheerful"]

# Learnt from, and asked about: accents, scripts, punctuation, control characters, what no vocabulary has.
SENTENCES = [
    "The cats sat on the mat, unbelievably content!", "I loved every minute of it.", "What a waste of time...",
    "", "   ", "Ça va? Très bien, merci à l'été.", "Größe, Straße; naïve café", "日本語のテキスト 東京", "Привет, мир!",
    "emoji 😀 and 👩‍👩‍👧 too", "tabs\tand\nnew lines\r\n", "don't stop-believing (ever) [MASK] #1 @home $3.50",
    "ALL CAPS AND MiXeD", "e\u0301 combined, é precomposed", "supercalifragilisticexpialidocious" * 4,
    "zero\u200bwidth and soft\u00adhyphen", "word " * 300, "a", "[CLS] is text here [SEP]",
]


def recipe() -> str:
    """The program of docs/models.md that makes a tokenizer graph."""
    blocks = re.findall(r"```python\n(.*?)```", (paths.ROOT / "docs/models.md").read_text(), re.DOTALL)
    (program,) = [block for block in blocks if "BertTokenizer" in block]
    return program


def oracle(vocabulary: list[str]) -> tokenizers.Tokenizer:
    known = tokenizers.Tokenizer(tokenizers.models.WordPiece({word: at for at, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    known.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=True)
    known.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    known.post_processor = tokenizers.processors.TemplateProcessing(
        "[CLS] $A [SEP]", special_tokens=[("[CLS]", vocabulary.index("[CLS]")), ("[SEP]", vocabulary.index("[SEP]"))])
    known.enable_truncation(128)
    known.enable_padding(pad_id=0)
    return known


def learn_vocabulary() -> list[str]:
    learner = tokenizers.Tokenizer(tokenizers.models.WordPiece(unk_token="[UNK]"))
    learner.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=True)
    learner.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    trainer = tokenizers.trainers.WordPieceTrainer(vocab_size=400, special_tokens=SPECIAL, show_progress=False)
    # Of a word that begins like known ones and ends otherwise, the operator keeps the beginning; `tokenizers` keeps
    # nothing. So only whole words are left out here.
    learner.train_from_iterator([re.sub("[\U0001f000-\U0001ffff]", "", text) for text in SENTENCES], trainer)
    return [word for word, _ in sorted(learner.get_vocab().items(), key=lambda item: item[1])]


def save_tokenizer(folder, vocabulary):
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    subprocess.run([sys.executable, "-c", recipe()], cwd=folder, check=True, timeout=120)


def info(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def save(path, nodes, inputs, outputs, weights=()):
    model = helper.make_model(helper.make_graph(nodes, path.stem, inputs, outputs, weights),
                              opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.contrib", 1)])
    model.ir_version = 8
    onnx.save(model, path)


def save_classifier(path, words: int):
    """The mean of what each token says, and beside it what the model was given: for looking at."""
    random = np.random.default_rng(1)
    table = random.standard_normal((words, len(LABELS))).astype(np.float32)
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["each"]),
             helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
             helper.make_node("Unsqueeze", ["mask", "last"], ["mask3"]),
             helper.make_node("Mul", ["each", "mask3"], ["masked"]),
             helper.make_node("ReduceSum", ["masked", "tokens"], ["logits"], keepdims=0),
             helper.make_node("Identity", ["input_ids"], ["ids"]),
             helper.make_node("Identity", ["attention_mask"], ["seen"])]
    weights = [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array([2]), "last"),
               numpy_helper.from_array(np.array([1]), "tokens")]
    tokens = ["rows", "tokens"]
    save(path, nodes, [info("input_ids", TensorProto.INT64, tokens), info("attention_mask", TensorProto.INT64, tokens)],
         [info("logits", TensorProto.FLOAT, ["rows", len(LABELS)]), info("ids", TensorProto.INT64, tokens),
          info("seen", TensorProto.INT64, tokens)], weights)


def right_answer(folder, known, texts):
    """Ids, mask and probabilities, by tokenizers, ONNX Runtime and numpy."""
    encoded = known.encode_batch(texts)
    ids = np.array([one.ids for one in encoded], np.int64)
    mask = np.array([one.attention_mask for one in encoded], np.int64)
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    (logits,) = session.run(["logits"], {"input_ids": ids, "attention_mask": mask})
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return ids, mask, powers / powers.sum(axis=1, keepdims=True)
