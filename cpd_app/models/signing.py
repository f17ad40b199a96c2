"""Keys with which a society signs what it says of its certificates."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cpd_app.models.base import Base


class SigningKey(Base):
    """An Ed25519 key of a society; at most one is in force, ended ones still verify."""

    __tablename__ = "signing_keys"
    __table_args__ = (
        Index(
            "ix_signing_keys_in_force",
            "society_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"), index=True)
    #: the first 16 hexadecimal digits of the SHA-256 of the public key
    key_id: Mapped[str] = mapped_column(String(16), unique=True)
    #: 32 bytes, as in RFC 8032
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    #: the private one, AES-256-GCM under a key derived from CPD_SECRET_KEY: 12 bytes nonce, then it
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    #: of the derivation
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: rotated (what it signed before its end stands) or stolen (nothing it signed stands)
    ended_why: Mapped[str | None] = mapped_column(String(20))
