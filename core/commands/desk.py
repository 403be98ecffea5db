"""Of the desk as a whole."""

from dataclasses import dataclass

from core.commands.base import Command
from core.model.ids import DeliveryId


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDigest(Command):
    """By the desk, once a day: how it stands, to those who lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTrouble(Command):
    """By the desk: something outside stands in its way. The admins are told the first time."""

    key: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MendTrouble(Command):
    """By the desk: what ``key`` names is no longer in the way."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearTrouble(Command):
    """By an admin: one that nothing but a person can know to be over. ``code``: the end of its key, as its sentence
    says."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDelivery(Command):
    delivery: DeliveryId
