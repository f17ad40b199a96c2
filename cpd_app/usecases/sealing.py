"""Secrets at rest: sealed under a key that is derived from CPD_SECRET_KEY (HKDF, AES-GCM).

A copy of the database alone opens nothing. Each seal has its own salt, and is bound to what it is
about, so that nobody who can write the database puts one secret in the place of another.
"""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SALT = 16
NONCE = 12
_secret: dict[str, bytes] = {}


class SealedError(Exception):
    """It does not open: CPD_SECRET_KEY is another one, or the seal was made for something else."""


def configure(secret_key: str) -> None:
    """Set the secret that everything is sealed under; once, when the application is made."""
    _secret["key"] = secret_key.encode()


def seal(purpose: bytes, plain: bytes, *, about: str) -> tuple[bytes, bytes]:
    """The salt, and the sealed bytes with their nonce before them."""
    salt, nonce = secrets.token_bytes(SALT), secrets.token_bytes(NONCE)
    return salt, nonce + _sealer(purpose, salt).encrypt(nonce, plain, about.encode())


def unseal(purpose: bytes, salt: bytes, sealed: bytes, *, about: str) -> bytes:
    """What was sealed for this purpose and thing. Raises SealedError."""
    try:
        return _sealer(purpose, salt).decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())
    except (InvalidTag, ValueError):
        raise SealedError(about) from None


def seal_text(purpose: bytes, plain: str, *, about: str) -> str:
    """A text, sealed as one text."""
    salt, sealed = seal(purpose, plain.encode(), about=about)
    return base64.urlsafe_b64encode(salt + sealed).decode("ascii")


def unseal_text(purpose: bytes, sealed: str, *, about: str) -> str:
    """What `seal_text` sealed. Raises SealedError."""
    whole = base64.urlsafe_b64decode(sealed)
    return unseal(purpose, whole[:SALT], whole[SALT:], about=about).decode()


def _sealer(purpose: bytes, salt: bytes) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=salt, info=purpose).derive(_secret["key"])
    return AESGCM(derived)
