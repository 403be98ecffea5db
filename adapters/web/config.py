"""What the web door is told at its start."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from core.model.ids import PersonId


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One of the people to be on a demo desk, and in ``words`` who that is."""

    person: PersonId
    name: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    secret_key: bytes = field(repr=False)
    """What every key of the door is derived from; another one signs everybody out."""
    public_url: str
    """Where people reach the desk, without a slash at its end."""
    desk_name: str
    faq_public: bool = False
    """Whether the FAQs are read without signing in."""
    demo_people: Mapping[str, DemoPerson] = field(default_factory=dict)
    """By student, agent, lead, admin; empty where the demo is off."""
    alerts_url: str = "/demo/gchat/spaces/leads/messages"
    """Where the demo desk's page of alerts reads what the alert space received."""
    max_file_bytes: int = 10 * 1024 * 1024
    max_files: int = 10
    """In one request, as ``core.limits.FILES``."""
    transcript_bytes: int = 10 * 1024 * 1024
    """Of files that a transcript may hold."""
    max_live: int = 12
    """Live connections a person may hold."""

    @property
    def demo(self) -> bool:
        return bool(self.demo_people)

    @property
    def origin(self) -> str:
        """Of the desk's own links: the page may be looked at under another name."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def is_https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose, from which no other purpose's can be told."""
        return hmac.new(self.secret_key, purpose.encode(), hashlib.sha256).digest()
