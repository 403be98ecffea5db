"""As which priority a ticket waits."""

import pytest

from core.model.ticket import Priority
from core.rules.queue import is_raised, ranked

LOW, NORMAL, HIGH, URGENT = Priority


@pytest.mark.parametrize(
    ("priority", "followers", "raised_from", "rank"),
    [
        (NORMAL, 4, 5, NORMAL),
        (NORMAL, 5, 5, HIGH),
        (NORMAL, 500, 5, HIGH),
        (LOW, 5, 5, NORMAL),
        (HIGH, 5, 5, URGENT),
        (URGENT, 5, 5, URGENT),
        (NORMAL, 500, 0, NORMAL),
        (NORMAL, 0, 0, NORMAL),
    ],
)
def test_enough_followers_raise_a_ticket_by_one_step_and_none_above_urgent(
    priority: Priority, followers: int, raised_from: int, rank: Priority
) -> None:
    assert ranked(priority, followers, raised_from) is rank
    assert is_raised(priority, followers, raised_from) == (rank is not priority)
