"""The forward pass beside one written straight from the paper, in double precision, one token at a time."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.semantic.bert import Encoder, Layer, Linear, Norm

WIDTH, WIDE, HEADS, LAYERS, VOCABULARY, PLACES = 8, 16, 2, 2, 20, 50
SEED = np.random.default_rng(5)
Doubles = NDArray[np.float64]


def floats(*shape: int) -> NDArray[np.float32]:
    return SEED.normal(size=shape).astype(np.float32)


def linear(inputs: int, outputs: int) -> Linear:
    return Linear(floats(inputs, outputs), floats(outputs))


def norm() -> Norm:
    return Norm(floats(WIDTH), floats(WIDTH))


def layer() -> Layer:
    narrow = linear(WIDE, WIDTH)
    return Layer(linear(WIDTH, 3 * WIDTH), linear(WIDTH, WIDTH), norm(), linear(WIDTH, WIDE), narrow, norm())


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(
        words=floats(VOCABULARY, WIDTH).astype(np.float16),
        positions=floats(PLACES, WIDTH),
        embedded=norm(),
        layers=[layer() for _ in range(LAYERS)],
        heads=HEADS,
    )


def test_a_text_is_encoded_as_the_paper_says(encoder: Encoder) -> None:
    text = [1, 7, 3, 3, 19]
    assert encoder.encode([text])[0] == pytest.approx(by_the_paper(encoder, text), abs=1e-4)


def test_a_long_text_is_encoded_as_the_paper_says(encoder: Encoder) -> None:
    text = [int(token) for token in SEED.integers(0, VOCABULARY, PLACES)]
    assert encoder.encode([text])[0] == pytest.approx(by_the_paper(encoder, text), abs=1e-4)


def test_texts_side_by_side_do_not_look_at_each_other(encoder: Encoder) -> None:
    texts = [[1, 2, 3], [4], [5, 6, 7, 8, 9]]
    together = encoder.encode(texts)
    for row, text in zip(together, texts, strict=True):
        assert row == pytest.approx(encoder.encode([text])[0], abs=1e-5)
        assert np.linalg.norm(row) == pytest.approx(1)


def by_the_paper(encoder: Encoder, text: list[int]) -> Doubles:
    rows = [encoder.words[token].astype(np.float64) + encoder.positions[place] for place, token in enumerate(text)]
    rows = [normed(row, encoder.embedded) for row in rows]
    for one in encoder.layers:
        seen = attended(rows, one)
        mixed = [normed(row + times(one.mixed, look), one.mixed_norm) for row, look in zip(rows, seen, strict=True)]
        rows = [normed(row + times(one.narrow, gelu(times(one.wide, row))), one.norm) for row in mixed]
    mean = sum(rows) / len(rows)
    return np.asarray(mean / np.linalg.norm(mean))


def attended(rows: list[Doubles], one: Layer) -> list[Doubles]:
    size = WIDTH // HEADS
    asked = [times(one.attention, row) for row in rows]
    seen = []
    for mine in asked:
        parts = []
        for head in range(HEADS):
            query, key, value = (slice(n * WIDTH + head * size, n * WIDTH + (head + 1) * size) for n in range(3))
            weights = [math.exp(mine[query] @ other[key] / math.sqrt(size)) for other in asked]
            parts.append(sum(w * other[value] for w, other in zip(weights, asked, strict=True)) / sum(weights))
        seen.append(np.concatenate(parts))
    return seen


def times(matrix: Linear, row: Doubles) -> Doubles:
    return np.asarray(row @ matrix.weight.astype(np.float64) + matrix.bias)


def normed(row: Doubles, by: Norm) -> Doubles:
    return np.asarray((row - row.mean()) / math.sqrt(row.var() + 1e-12) * by.weight + by.bias)


def gelu(row: Doubles) -> Doubles:
    return np.array([x * (1 + math.erf(x / math.sqrt(2))) / 2 for x in row])
