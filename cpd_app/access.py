"""Who is asking, and whether they may reach the page at all; every route must say who may."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFProtect, generate_csrf

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.domain.errors import DomainError, NotAllowed, NotFound
from cpd_app.policy import Actor
from cpd_app.usecases import signin, stewards, tokens
from cpd_app.usecases.actors import actor_for, actor_with

if TYPE_CHECKING:
    from cpd_app.models import Person

View = TypeVar("View", bound=Callable[..., Any])

login = LoginManager()
csrf = CSRFProtect()

#: endpoints of frameworks, named one by one; everything else declares its reach on the view
FRAMEWORK_ENDPOINTS = {"static", "api-docs.openapi_json"}
CSRF_COOKIE = "cpd_csrf"
#: random id of a browser that scans; serves the flags of an event and nothing else
DEVICE_COOKIE = "cpd_device"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
#: kept in the signed cookie: the secret of the sign-in
TOKEN_KEY = "_user_id"  # noqa: S105 - a name, not a secret


class NotSignedIn(DomainError):
    """Nobody is signed in (401)."""


def public(view: View) -> View:
    """Anybody may reach it."""
    return _declare(view, "public")


def signed_in(view: View) -> View:
    """Anybody with an account may reach it; what they may do there, the use case decides."""
    return _declare(view, "signed_in")


def staff_area(view: View) -> View:
    """Auditors, registrars and the federation may reach it."""
    return _declare(view, "staff_area")


def audit_area(view: View) -> View:
    """Staff of a society, and outside experts, who find the files assigned to them there."""
    return _declare(view, "audit_area")


def at_the_door(view: View) -> View:
    """Anybody with an account, or a phone paired with the event of the address (`event_id`)."""
    return _declare(view, "at_the_door")


def asks_again(view: View) -> View:
    """A sensitive act: the password is asked again when it was given long ago."""
    setattr(view, "_cpd_asks_again", True)  # noqa: B010 - functions declare no such attribute
    return view


def _declare(view: View, reach: str) -> View:
    setattr(view, "_cpd_reach", reach)  # noqa: B010 - functions declare no such attribute
    return view


class Visitor(UserMixin):  # type: ignore[misc]
    """Whoever is signed in, as Flask-Login wants it; ended on the server, not in the cookie."""

    def __init__(self, sign_in: signin.CurrentSignIn, secret: str) -> None:
        self.sign_in = sign_in
        self.secret = secret
        self.person = sign_in.person
        #: as it was when the request came: asked for again and again, and not looked up again
        self.locale = sign_in.person.locale

    def get_id(self) -> str:
        """The browser's secret; its hash is what the database knows."""
        return self.secret


def current_person() -> "Person":
    """The person who is asking; raises NotSignedIn."""
    holder = _token_holder()
    if holder is not None:
        return holder.person
    _signed_in_id()
    person: Person = current_user.person
    return person


def _signed_in_id() -> int:
    """Who is signed in with this browser; nothing is looked up again after a transaction."""
    if not current_user.is_authenticated:
        raise NotSignedIn("not_signed_in")
    person_id: int = current_user.sign_in.person_id
    return person_id


def current_actor() -> Actor:
    """The person who is asking, with their roles of today; raises NotSignedIn."""
    if "actor" not in g:
        holder = _token_holder()
        origin = "api" if request.path.startswith("/api/") else "web"
        if holder is not None:
            g.actor = actor_with(holder.person_id, holder.held, origin=origin, scopes=holder.scopes)
        else:
            g.actor = actor_for(_signed_in_id(), origin=origin, today=clock.today())
    actor: Actor = g.actor
    return actor


def steward_cookie(event_id: int) -> str:
    """Where a phone keeps its secret; one for each event, so that pairings do not end others."""
    return f"cpd_door_{event_id}"


def paired_phone() -> stewards.PairedPhone | None:
    """The paired phone of the event in the address, if this browser is one."""
    if "paired_phone" not in g:
        event_id = (request.view_args or {}).get("event_id", 0)
        secret = request.cookies.get(steward_cookie(event_id))
        g.paired_phone = stewards.phone_of(secret, event_id, now=clock.now()) if secret else None
    phone: stewards.PairedPhone | None = g.paired_phone
    return phone


def door_actor() -> Actor:
    """Who scans at the event of the address: its paired phone, else the person signed in.

    A member who helps at the door scans as the door, not as themselves.
    """
    phone = None if _token_holder() is not None else paired_phone()
    if phone is None:
        return current_actor()
    return Actor(
        person_id=None,
        origin="door",
        steward_id=phone.steward_id,
        steward_event_id=phone.event_id,
        beside_id=_signed_in_id() if current_user.is_authenticated else None,
    )


def somebody_is_signed_in() -> bool:
    """Whether a page may greet the visitor by name."""
    return _token_holder() is not None or bool(current_user.is_authenticated)


def begin(secret: str) -> None:
    """Make this browser the signed-in one; the old cookie's content is dropped."""
    session.clear()
    session.permanent = True
    session[TOKEN_KEY] = secret
    g.pop("actor", None)


def forget() -> None:
    """This browser is nobody's any more."""
    session.clear()
    g.pop("actor", None)


def _token_holder() -> tokens.TokenHolder | None:
    """The holder of the bearer token that came with an API call, if one did."""
    if "token_holder" not in g:
        g.token_holder = None
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer" and request.path.startswith("/api/"):
            g.token_holder = tokens.holder_of(token.strip(), now=clock.now(), today=clock.today())
            if g.token_holder is None:
                raise NotSignedIn("bad_token")
    holder: tokens.TokenHolder | None = g.token_holder
    return holder


@login.user_loader  # type: ignore[untyped-decorator]
def load_visitor(secret: str) -> Visitor | None:
    """Flask-Login asks for whoever belongs to the cookie's secret."""
    found = signin.sign_in_of(secret, now=clock.now())
    return Visitor(found, secret) if found else None


def reach_of(app: Flask, endpoint: str) -> str | None:
    """What the view of an endpoint declares, wherever the decorator was put."""
    return _reach(app.view_functions[endpoint])


@cache
def _reach(view: Any) -> str | None:
    while view is not None:
        for holder in (view, getattr(view, "view_class", None)):
            reach = getattr(holder, "_cpd_reach", None)
            if reach is not None:
                return str(reach)
        view = getattr(view, "__wrapped__", None)
    return None


def check_reach() -> ResponseReturnValue | None:
    """Before every request: the declared reach, the forged-request check, the password again."""
    if request.endpoint is None or request.endpoint in FRAMEWORK_ENDPOINTS:
        return None
    if "\x00" in request.path or any("\x00" in v for v in request.args.values()):
        raise NotFound  # no database keeps this character, so nothing has such a name
    holder = _token_holder()
    reach = reach_of(current_app, request.endpoint)
    phone = paired_phone() if reach == "at_the_door" else None
    if reach != "public" and phone is None and not somebody_is_signed_in():
        raise NotSignedIn("not_paired" if reach == "at_the_door" else "not_signed_in")
    if request.method not in SAFE_METHODS and holder is None:
        csrf.protect()
    if reach == "public":
        return None
    if phone is not None and holder is None:
        _note_phone(phone)
        return None
    _note_use(holder)
    if reach == "staff_area" and not current_actor().is_staff:
        raise NotAllowed
    if reach == "audit_area" and not current_actor().reads_files:
        raise NotAllowed
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "_cpd_asks_again", False):
        return _ask_again(holder)
    return None


def _ask_again(holder: tokens.TokenHolder | None) -> ResponseReturnValue | None:
    for_machines = request.path.startswith("/api/")
    if holder is not None and for_machines:
        return None  # a token is no open browser; what it may do, its scopes say
    if holder is not None:
        raise NotAllowed("not_in_scope")
    if current_user.sign_in.confirmed_until > clock.now():
        return None
    if for_machines:
        raise NotAllowed("confirm_first")
    back = request.full_path if request.method in SAFE_METHODS else request.referrer or "/"
    return redirect(url_for("signin.confirm", next=back), 303)


def _note_use(holder: tokens.TokenHolder | None) -> None:
    """Write down now and then that the browser or token is used."""
    if holder is not None and holder.use_is_old:
        with transaction():
            tokens.note_used(holder.token_id, now=clock.now())
    elif holder is None and current_user.sign_in.seen_is_old:
        with transaction():
            signin.note_seen(current_user.sign_in.id, now=clock.now())


def _note_phone(phone: stewards.PairedPhone) -> None:
    if phone.seen_is_old:
        with transaction():
            stewards.note_seen(phone.steward_id, now=clock.now())


def give_csrf_cookie(response: Response) -> Response:
    """Pages kept for offline use hold no token; their scripts take it from this cookie."""
    if response.mimetype == "text/html" and not request.path.startswith("/api/"):
        response.set_cookie(
            CSRF_COOKIE,
            generate_csrf(),
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            samesite="Lax",
            httponly=False,
        )
    return response


def init(app: Flask) -> None:
    """Guard the app; refuse to start with a route that does not say who may reach it."""
    login.init_app(app)
    login.session_protection = None  # phones change their address; sign-ins end on the server
    csrf.init_app(app)
    undeclared = sorted(
        endpoint
        for endpoint in app.view_functions
        if endpoint not in FRAMEWORK_ENDPOINTS and reach_of(app, endpoint) is None
    )
    if undeclared:
        raise RuntimeError(f"routes that do not say who may reach them: {', '.join(undeclared)}")
    app.before_request(check_reach)
    app.after_request(give_csrf_cookie)
