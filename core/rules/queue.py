"""In what order tickets wait: by priority, one step higher for what many people follow."""

from core.model.ticket import Priority


def ranked(priority: Priority, followers: int, raised_from: int) -> Priority:
    """As which priority a ticket waits that ``followers`` follow, where ``raised_from`` of them raise it by one step;
    0: none do. Nothing ranks above urgent. ``adapters/sql/tickets.py`` orders by the same rule."""
    if not is_raised(priority, followers, raised_from):
        return priority
    return list(Priority)[priority.weight + 1]


def is_raised(priority: Priority, followers: int, raised_from: int) -> bool:
    return 0 < raised_from <= followers and priority is not Priority.URGENT
