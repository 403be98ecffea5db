"""The forward pass of a BERT encoder in NumPy: six small layers need no framework of hundreds of megabytes.

As in https://arxiv.org/abs/1810.04805 and, for the names of the weights, BertModel of Hugging Face's Transformers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_EPSILON = np.float32(1e-12)
"""``layer_norm_eps`` of the model's config.json."""
_CACHED = 32
"""Rows that stay in the processor's cache through all steps of ``_gelu``."""
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
        rows = self.embedded(rows)
        for layer in self.layers:
            rows = self._through(layer, rows, spans)
        means = np.stack([rows[span].mean(axis=0) for span in spans])
        means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), _EPSILON)
        return means

    def _through(self, layer: Layer, rows: Floats, spans: Sequence[slice]) -> Floats:
        """``rows``: the tokens of all texts, one below the other; a text's tokens look only at each other."""
        asked = layer.attention(rows)
        seen = np.empty_like(rows)
        for span in spans:
            seen[span] = self._attend(asked[span])
        mixed = layer.mixed(seen)
        mixed += rows
        mixed = layer.mixed_norm(mixed)
        result = layer.narrow(_gelu(layer.wide(mixed)))
        result += mixed
        return layer.norm(result)

    def _attend(self, asked: Floats) -> Floats:
        count = len(asked)
        query, key, value = asked.reshape(count, 3, self.heads, -1).transpose(1, 2, 0, 3)
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
