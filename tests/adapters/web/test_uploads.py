import pytest

from adapters.web.serving import disposition


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a b.txt", "attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt"),
        ('a"; x="b', "attachment; filename=\"a__ x__b\"; filename*=UTF-8''a%22%3B%20x%3D%22b"),
        ("a\r\nSet-Cookie: b", "attachment; filename=\"a__Set-Cookie_ b\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20b"),
        ("ü/\\'.pdf", "attachment; filename=\"____.pdf\"; filename*=UTF-8''%C3%BC%2F%5C%27.pdf"),
    ],
)
def test_a_name_cannot_leave_its_header(name, header):
    assert disposition("attachment", name) == header
