"""A certificate as anybody may have it: the signed document described."""

from marshmallow import fields

from cpd_app.domain.verification import PublicState
from cpd_app.schemas.answers import Described

DAY = {"format": "date"}


class BothSchema(Described):
    """A word in both languages."""

    zh = fields.String()
    en = fields.String()


class CertificateSocietySchema(Described):
    """The society that keeps the registration."""

    code = fields.String()
    name = fields.String()
    name_en = fields.String()


class CertificateTermSchema(Described):
    """The certificate's term; the last day belongs to it."""

    starts_on = fields.String(metadata=DAY)
    last_day = fields.String(metadata=DAY)


class HistoryEntrySchema(Described):
    """What was done to the certificate."""

    act = fields.String(
        metadata={
            "enum": [
                "issued",
                "renewed",
                "upgraded",
                "suspended",
                "resumed",
                "expired",
                "cancelled",
                "revoked",
                "annulled",
            ]
        }
    )
    on = fields.String(metadata=DAY)
    document_no = fields.String(allow_none=True)
    annulled = fields.Boolean(metadata={"description": "set aside by a later act"})
    last_day = fields.String(
        allow_none=True, metadata={**DAY, "description": "of the term that the act gave"}
    )


class CertificateSchema(Described):
    """What is signed, as canonical JSON: UTF-8, keys in order, no white space."""

    format = fields.String(metadata={"enum": ["cpd-certificate/1"]})
    number = fields.String()
    name = fields.String(metadata={"description": "masked unless the society says otherwise"})
    name_en = fields.String(allow_none=True)
    level = fields.String(metadata={"enum": ["apprentice", "professional", "senior"]})
    level_name = fields.Nested(BothSchema)
    field = fields.String()
    field_en = fields.String(allow_none=True)
    society = fields.Nested(CertificateSocietySchema)
    term = fields.Nested(CertificateTermSchema)
    state = fields.String(metadata={"enum": [state.value for state in PublicState]})
    history = fields.List(
        fields.Nested(HistoryEntrySchema), metadata={"description": "the latest first"}
    )
    as_of = fields.String(metadata={"format": "date-time"})


class SignatureSchema(Described):
    """Who signed it, and where the public keys are."""

    algorithm = fields.String(metadata={"enum": ["Ed25519"]})
    key_id = fields.String()
    value = fields.String(metadata={"format": "byte", "description": "Base64"})
    keys = fields.String(metadata={"description": "address of the public keys"})


class SignedCertificateSchema(Described):
    """A certificate and the society's signature of it."""

    certificate = fields.Nested(CertificateSchema)
    signature = fields.Nested(SignatureSchema)
