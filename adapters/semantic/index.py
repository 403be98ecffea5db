"""The vectors of all tickets and FAQs in memory: ``core.ports.SemanticIndex``.

A scan of all sign bits (48 bytes an item) finds a few hundred that may be near, and these are compared by their whole
vectors (384 bytes). It looks at everything: nothing near is missed for being filed in a wrong place, there is nothing
to tune, and what an asker may not know of is left out before anything is ranked.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from core.model.similar import Entry, Item, Kind, Near, Scope

_SEGMENT_BITS = 16
_SEGMENT = 1 << _SEGMENT_BITS
"""Rows that are made room for at once: a growing index is never copied, and untouched room costs no memory."""
_BLOCK = 1 << 14
"""Rows that are scanned at once: they stay in the processor's cache."""
_COMPARED = 300
"""How many of the scan are compared by their whole vectors; 200 lost nothing among 29,000 questions."""
_KINDS = tuple(Kind)

Bytes = NDArray[np.int8]
Rows = NDArray[np.int64]


class _Segment:
    """Room for ``_SEGMENT`` items. A row of group 0 is free."""

    def __init__(self, dimensions: int) -> None:
        self.vectors = np.zeros((_SEGMENT, dimensions), np.int8)
        self.signs = np.zeros((dimensions // 64, _SEGMENT), np.uint64)
        self.keys = np.zeros(_SEGMENT, np.int64)
        self.groups = np.zeros(_SEGMENT, np.uint32)
        self.owners = np.zeros(_SEGMENT, np.int64)


class VectorIndex:
    """``dimensions``: bytes in a vector, a multiple of 64. One lock guards it: a look takes milliseconds, and a reader
    that looked at rows while they get another item could tell what it must not."""

    def __init__(self, dimensions: int = 384) -> None:
        if dimensions % 64:
            raise ValueError(f"a vector of {dimensions} bytes: a multiple of 64 is wanted")
        self._dimensions = dimensions
        self._segments: list[_Segment] = []
        self._rows: dict[int, int] = {}
        """Where each key lies."""
        self._used = 0
        """Rows that were ever taken."""
        self._free: list[int] = []
        self._groups: dict[str, int] = {}
        """Their numbers, from 1."""
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, entries: Iterable[Entry]) -> None:
        """Raises ValueError for a vector of another length than the index's; nothing is added then."""
        given = list({entry.item: entry for entry in entries}.values())
        if any(len(entry.vector) != self._dimensions for entry in given):
            raise ValueError(f"a vector that has not {self._dimensions} bytes")
        if not given:
            return
        vectors = np.frombuffer(b"".join(entry.vector for entry in given), np.int8).reshape(-1, self._dimensions)
        signs = _signs(vectors)
        keys = [_key(entry.item) for entry in given]
        owners = np.array([entry.owner or 0 for entry in given], np.int64)
        with self._lock:
            groups = np.array([self._group(entry.group) for entry in given], np.uint32)
            rows = np.array([self._row(key) for key in keys], np.int64)
            for number in np.unique(rows >> _SEGMENT_BITS):
                chosen = rows >> _SEGMENT_BITS == number
                segment, places = self._segments[number], rows[chosen] % _SEGMENT
                segment.vectors[places] = vectors[chosen]
                segment.signs[:, places] = signs[:, chosen]
                segment.keys[places] = np.array(keys, np.int64)[chosen]
                segment.groups[places] = groups[chosen]
                segment.owners[places] = owners[chosen]

    def remove(self, items: Iterable[Item]) -> None:
        with self._lock:
            for item in items:
                row = self._rows.pop(_key(item), None)
                if row is not None:
                    segment, place = self._at(row)
                    segment.groups[place] = segment.owners[place] = 0
                    self._free.append(row)

    def nearest(self, vector: bytes, scope: Scope, limit: int) -> Sequence[Near]:
        """One that is as near as another comes after it if it is younger. At a million items about 12 ms."""
        asked = self._read(vector)
        with self._lock:
            rows = self._may_be_near(asked, scope, max(_COMPARED, 2 * limit))
            keys, cosines = self._compare(asked, rows)
        order = np.lexsort((keys, -cosines))[:limit]
        return [Near(_item(int(keys[at])), float(cosines[at])) for at in order]

    def cosines(self, vector: bytes, items: Collection[Item]) -> Mapping[Item, float]:
        asked = self._read(vector)
        with self._lock:
            rows = [self._rows[key] for key in map(_key, items) if key in self._rows]
            keys, cosines = self._compare(asked, np.array(rows, np.int64))
        return {_item(int(key)): float(cosine) for key, cosine in zip(keys, cosines, strict=True)}

    def _may_be_near(self, asked: Bytes, scope: Scope, count: int) -> Rows:
        """``count`` rows in scope, or all there are, with those that have the most signs in common among them."""
        allowed = self._allowed(scope)
        rows = np.flatnonzero(allowed)
        if len(rows) <= count:
            return rows
        distances = self._distances(asked)
        distances[~allowed] = self._dimensions + 1
        within = np.cumsum(np.bincount(distances))
        furthest = int(np.searchsorted(within, count))
        nearer = np.flatnonzero(distances < furthest)
        return np.concatenate([nearer, np.flatnonzero(distances == furthest)[: count - len(nearer)]])

    def _allowed(self, scope: Scope) -> NDArray[np.bool_]:
        """Whether each row is in scope."""
        known = np.zeros(len(self._groups) + 1, np.bool_)
        known[[self._groups[group] for group in scope.groups if group in self._groups]] = True
        allowed = np.empty(self._used, np.bool_)
        for start, segment, count in self._blocks(_SEGMENT):
            part = allowed[start : start + count]
            np.take(known, segment.groups[:count], out=part)
            if scope.owner is not None:
                part |= segment.owners[:count] == scope.owner
            if scope.but_owner is not None:
                part &= segment.owners[:count] != scope.but_owner
        also = self._rows_of(scope.also)
        if scope.but_owner is not None:
            also = [row for row in also if self._owner(row) != scope.but_owner]
        allowed[also] = True
        allowed[self._rows_of(scope.but)] = False
        return allowed

    def _distances(self, asked: Bytes) -> NDArray[np.uint16]:
        """In how many signs each row differs."""
        signs = _signs(asked[None])[:, 0]
        distances = np.zeros(self._used, np.uint16)
        for start, segment, count in self._blocks(_BLOCK):
            place = start % _SEGMENT
            part = distances[start : start + count]
            for column, sign in zip(segment.signs, signs, strict=True):
                part += np.bitwise_count(column[place : place + count] ^ sign)
        return distances

    def _compare(self, asked: Bytes, rows: Rows) -> tuple[Rows, NDArray[np.float32]]:
        """Keys and cosines of the rows."""
        keys, vectors = np.empty(len(rows), np.int64), np.empty((len(rows), self._dimensions), np.float32)
        for at, row in enumerate(rows.tolist()):
            segment, place = self._at(row)
            keys[at], vectors[at] = segment.keys[place], segment.vectors[place]
        wanted = asked.astype(np.float32)
        lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(wanted)
        return keys, (vectors @ wanted) / np.maximum(lengths, np.float32(1))

    def _blocks(self, size: int) -> Iterable[tuple[int, _Segment, int]]:
        """The first row of each block, its segment, and how many rows of it are taken. ``size`` divides a segment."""
        for start in range(0, self._used, size):
            yield start, self._segments[start >> _SEGMENT_BITS], min(size, self._used - start)

    def _row(self, key: int) -> int:
        """Where the key lies, or is to lie."""
        row = self._rows.get(key)
        if row is None:
            row = self._free.pop() if self._free else self._next()
            self._rows[key] = row
        return row

    def _next(self) -> int:
        if self._used == len(self._segments) * _SEGMENT:
            self._segments.append(_Segment(self._dimensions))
        self._used += 1
        return self._used - 1

    def _group(self, name: str) -> int:
        return self._groups.setdefault(name, len(self._groups) + 1)

    def _at(self, row: int) -> tuple[_Segment, int]:
        return self._segments[row >> _SEGMENT_BITS], row % _SEGMENT

    def _owner(self, row: int) -> int:
        segment, place = self._at(row)
        return int(segment.owners[place])

    def _rows_of(self, items: Iterable[Item]) -> list[int]:
        return [self._rows[key] for key in map(_key, items) if key in self._rows]

    def _read(self, vector: bytes) -> Bytes:
        if len(vector) != self._dimensions:
            raise ValueError(f"a vector that has not {self._dimensions} bytes")
        return np.frombuffer(vector, np.int8)


def _signs(vectors: Bytes) -> NDArray[np.uint64]:
    """A bit for each number that is not negative: a column for each vector, 64 bits in each row."""
    return np.ascontiguousarray(np.packbits(vectors >= 0, axis=1).view(np.uint64).T)


def _key(item: Item) -> int:
    return item.id * len(_KINDS) + _KINDS.index(item.kind)


def _item(key: int) -> Item:
    return Item(_KINDS[key % len(_KINDS)], key // len(_KINDS))
