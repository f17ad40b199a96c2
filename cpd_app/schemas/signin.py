"""Forms of sign-in and account: names and codes are trimmed, passwords are taken as they are."""

from marshmallow import EXCLUDE, Schema, fields, validate

from cpd_app.schemas.fields import TextField


class FormSchema(Schema):
    """What all of them share."""

    class Meta:
        """What a page sends beside its fields (the form's token) is passed over."""

        unknown = EXCLUDE


class SignInSchema(FormSchema):
    """A name (e-mail, phone, registration number, login of a file) and a password."""

    name = TextField(required=True, validate=validate.Length(min=1, max=254))
    password = fields.String(required=True)


class CodeSchema(FormSchema):
    """A one-time code as it is typed."""

    code = TextField(required=True, validate=validate.Length(min=1, max=80))


class EmailSchema(FormSchema):
    """A new address; whether it is one, the use case says."""

    email = TextField(required=True, validate=validate.Length(min=1, max=254))


class TokenSchema(FormSchema):
    """Name and scopes of an access token."""

    name = TextField(required=True)
    scopes = fields.List(fields.String(), load_default=list)
