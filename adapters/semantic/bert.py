"""The forward pass of a BERT encoder in NumPy: six small layers need no framework of hundreds of megabytes.

As in https://arxiv.org/abs/1810.04805 and, for the names of the weights, BertModel of Hugging Face's Transformers.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_EPSILON = np.float32(1e-12)
"""``layer_norm_eps`` of the model's config.json."""
_CACHED = 32
"""Rows that stay in the processor's cache through all steps of ``_gelu``."""
_PARTS = min(2, os.cpu_count() or 1)
_SHARED = 32
"""Tokens from which on a second core saves more time than it takes to begin with it."""
_SQRT_HALF = np.float32(0.5**0.5)


@dataclass(frozen=True, slots=True)
class Linear:
    """``weight``: inputs x outputs."""

    weight: Floats
    bias: Floats

    def __call__(self, rows: Floats) -> Floats:
        result: Floats = rows @ self.weight
        result += self.bias
        return result


@dataclass(frozen=True, slots=True)
class Norm:
    weight: Floats
    bias: Floats

    def __call__(self, rows: Floats) -> Floats:
        """In place."""
        rows -= rows.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", rows, rows)[:, None] / np.float32(rows.shape[1])
        rows /= np.sqrt(variance + _EPSILON)
        rows *= self.weight
        rows += self.bias
        return rows


@dataclass(frozen=True, slots=True)
class Layer:
    attention: Linear
    """Query, key and value side by side."""
    mixed: Linear
    mixed_norm: Norm
    wide: Linear
    narrow: Linear
    norm: Norm


@dataclass(frozen=True, slots=True)
class Encoder:
    words: NDArray[np.float16]
    """A row for each of the vocabulary: halves lose nothing that a vector of bytes would show."""
    positions: Floats
    """A row for each place in a text, with the vector of "first sentence" added."""
    embedded: Norm
    layers: Sequence[Layer]
    heads: int

    def encode(self, texts: Sequence[Sequence[int]]) -> Floats:
        """A row of length 1 for each text, the mean of its tokens' last states.

        ``texts``: ids of tokens, each with at least one and no more than ``positions`` has rows.
        """
        lengths = [len(text) for text in texts]
        ends = np.cumsum(lengths)
        spans = [slice(int(end) - length, int(end)) for end, length in zip(ends, lengths, strict=True)]
        rows = self.words[np.concatenate([np.asarray(text) for text in texts])].astype(np.float32)
        rows += np.concatenate([self.positions[:length] for length in lengths])
        walk = _Walk(self, self.embedded(rows), spans, _PARTS if len(rows) >= _SHARED else 1)
        rows = walk.all_layers()
        means = np.stack([rows[span].mean(axis=0) for span in spans])
        means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), _EPSILON)
        return means


class _Walk:
    """Some texts on their way through all layers, their tokens one below the other in ``rows``, in ``parts`` at once.

    Each part takes its own tokens through; only before they look at each other it waits for the others. NumPy's own
    threads do as much for matrices, but wait for each other by spinning, which a busy machine punishes.
    """

    def __init__(self, encoder: Encoder, rows: Floats, spans: Sequence[slice], parts: int) -> None:
        self._encoder = encoder
        self._rows = rows
        self._spans = spans
        """The rows of each text: its tokens look only at each other."""
        count = len(rows)
        self._parts = [slice(part * count // parts, (part + 1) * count // parts) for part in range(parts)]
        self._together = Barrier(parts)
        self._asked = [np.empty((count, 3 * rows.shape[1]), np.float32) for _ in range(2)]
        """What each token asks, for the even layers and for the odd: who is ahead overwrites nothing that is read."""

    def all_layers(self) -> Floats:
        first, *others = self._parts
        with ThreadPoolExecutor(max(1, len(others))) as pool:
            going = [pool.submit(self._take, part) for part in others]
            self._take(first)
            for one in going:
                one.result()
        return self._rows

    def _take(self, part: slice) -> None:
        try:
            for number, layer in enumerate(self._encoder.layers):
                self._through(layer, part, self._asked[number % 2])
        except BaseException:
            self._together.abort()
            raise

    def _through(self, layer: Layer, part: slice, asked: Floats) -> None:
        rows = self._rows[part]
        asked[part] = layer.attention(rows)
        self._together.wait()
        mixed = layer.mixed(self._looked(part, asked))
        mixed += rows
        mixed = layer.mixed_norm(mixed)
        result = layer.narrow(_gelu(layer.wide(mixed)))
        result += mixed
        self._rows[part] = layer.norm(result)

    def _looked(self, part: slice, asked: Floats) -> Floats:
        """What the tokens of ``part`` see in their texts."""
        seen = np.empty_like(self._rows[part])
        for span in self._spans:
            start, stop = max(span.start, part.start), min(span.stop, part.stop)
            if start < stop:
                seen[start - part.start : stop - part.start] = self._attend(asked[start:stop], asked[span])
        return seen

    def _attend(self, looking: Floats, asked: Floats) -> Floats:
        """``looking``: the rows of ``asked`` that look at all of them."""
        count, heads, width = len(looking), self._encoder.heads, asked.shape[1] // 3
        query = looking[:, :width].reshape(count, heads, -1).transpose(1, 0, 2)
        key, value = asked[:, width:].reshape(len(asked), 2, heads, -1).transpose(1, 2, 0, 3)
        weights = query @ key.transpose(0, 2, 1)
        weights *= np.float32(query.shape[2] ** -0.5)
        weights -= weights.max(axis=2, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=2, keepdims=True)
        return np.asarray((weights @ value).transpose(1, 0, 2).reshape(count, -1))


def _gelu(rows: Floats) -> Floats:
    """``x * (1 + erf(x / sqrt 2)) / 2`` in place, with erf by Abramowitz and Stegun's 7.1.25: off by 2.5e-5 at most."""
    for start in range(0, len(rows), _CACHED):
        part = rows[start : start + _CACHED]
        scaled = np.abs(part)
        scaled *= _SQRT_HALF
        inverse = scaled * np.float32(0.47047)
        inverse += np.float32(1)
        np.reciprocal(inverse, out=inverse)
        series = inverse * np.float32(0.7478556)
        for factor in (-0.0958798, 0.3480242):
            series += np.float32(factor)
            series *= inverse
        np.square(scaled, out=scaled)
        np.negative(scaled, out=scaled)
        np.exp(scaled, out=scaled)
        series *= scaled
        np.subtract(np.float32(1), series, out=series)
        np.copysign(series, part, out=series)
        series += np.float32(1)
        series *= np.float32(0.5)
        part *= series
    return rows
