"""Which passwords are taken, and what is said to the others."""

import pytest

from adapters.web.strength import WeakPassword, require_strength

ABOUT = ("Zebedee Quill", "quill.z@example.org")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("password1", "very many people have it"),
        ("P@ssw0rd!", "it is close to one that very many people have"),
        ("asdfghjkl;'", "it runs along the keyboard"),
        ("aaaaaaaaaaaa", "it repeats itself"),
        ("        ", "it repeats itself"),
        ("abcdefghij", "it counts up or down"),
        ("20011987", "it is a date or a year"),
        ("a12b34c5", "there is too little in it that nobody knows"),
        ("quill.z@example.org", "there is too little in it that nobody knows"),
        ("ZebedeeQuill", ""),
        ("zebedee77", ""),
        ("\ud800" * 8, ""),
    ],
)
def test_what_is_easy_to_guess_is_refused_with_what_to_do(password: str, why: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        require_strength(password, ABOUT)
    sentence = refused.value.sentence(str)
    assert f"easy to guess: {why}" in sentence
    assert "four words that do not belong together" in sentence
    assert password not in sentence


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "a long pass phrase",
        "пароль из букв",
        "🙂🐙🪁🧭🍋🪩🦔🎻🛶🪴",
        "tG7#vq2!Lm",
        "far owl kite " * 15,
    ],
)
def test_what_is_hard_to_guess_is_taken_in_any_letters(password: str) -> None:
    require_strength(password, ABOUT)


def test_what_is_strong_for_others_is_weak_for_whose_name_it_is() -> None:
    require_strength("ZebedeeQuill", ("Ann", "ann@example.org"))
    with pytest.raises(WeakPassword):
        require_strength("ZebedeeQuill", ABOUT)


def test_a_name_of_thousands_of_words_is_no_trouble() -> None:
    require_strength("correct horse battery", (" ".join(f"word{n}" for n in range(5000)), ""))
