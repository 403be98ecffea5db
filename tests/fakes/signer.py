"""What signs the links of a desk under test."""

from bot.signer import HmacSigner

SIGNER = HmacSigner(b"a secret key of the tests, long enough")
