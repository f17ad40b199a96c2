"""Addresses that staff enter and the service calls: only those that lead outside (SSRF).

What stands here is pure: the address as text, and the numbers that its name was resolved to. Who
calls (cpd_app/calling.py) resolves once, asks about every number, and connects to the very one.
Sources: IANA special-purpose registries for IPv4 and IPv6; RFC 6890, 6598, 4291, 6052, 4380, 3056.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urlsplit

from cpd_app.domain.errors import Rejected

LONGEST = 1000
DEFAULT_PORTS = {"https": 443, "http": 80}
#: below it are the ports of mail, files and terminals; 443 is the exception
LEAST_PORT = 1024

_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
#: a last label that browsers and C libraries read as a number: 1, 0177, 0x7f, 0x
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
#: kept in a path and a query as they are
_SAFE = "/%:@!$&'()*+,;=~-._?"

#: not the public internet, whatever a library's newest table says
INSIDE_4 = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network, unspecified
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by a provider's customers; metadata of a cloud
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the host of a cloud's machine, in the guise of a public address
        "169.254.0.0/16",  # link-local, metadata of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
#: everything else of IPv6 is loopback, link-local, unique-local, multicast, mapped or translated
PUBLIC_6 = ip_network("2000::/3")
INSIDE_6 = tuple(
    ip_network(text)
    for text in (
        "2001::/23",  # Teredo (2001::/32), ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
#: ::0:5efe:a.b.c.d, an IPv4 address in the last part of any IPv6 address (ISATAP)
_ISATAP = (0x00005EFE, 0x02005EFE)


@dataclass(frozen=True)
class WebAddress:
    """An address that may be called, as long as its name leads outside."""

    scheme: str
    #: a name in lower case, international ones as xn--…, or numbers as they are usually written
    host: str
    port: int
    #: path and query
    target: str
    #: named in the settings: it may lead inside
    by_name: bool

    @property
    def authority(self) -> str:
        """Host and port as the header Host says them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == DEFAULT_PORTS[self.scheme]
        return host if usual else f"{host}:{self.port}"

    @property
    def text(self) -> str:
        """The whole address."""
        return f"{self.scheme}://{self.authority}{self.target}"


def read_address(text: str, allowed: frozenset[str] = frozenset()) -> WebAddress:
    """Take an address apart, or refuse it; `allowed` are hosts that may lead inside.

    Raises Rejected `bridge_address_bad`, `bridge_not_https`, `bridge_port`, `bridge_inside`.
    """
    if not text or len(text) > LONGEST or not text.isprintable() or set(text) & set(' \\"<>^`{|}'):
        raise Rejected("bridge_address_bad", "url")
    try:
        parts = urlsplit(text)
        port = parts.port
        host = _host(parts.hostname or "", bracketed="[" in parts.netloc)
    except (ValueError, UnicodeError):
        raise Rejected("bridge_address_bad", "url") from None
    # A user before the host is how one host is dressed up as another.
    if parts.scheme not in DEFAULT_PORTS or "@" in parts.netloc or parts.netloc.endswith(":"):
        raise Rejected("bridge_address_bad", "url")
    by_name = host in allowed
    port = DEFAULT_PORTS[parts.scheme] if port is None else port
    if not by_name:
        if parts.scheme != "https":
            raise Rejected("bridge_not_https", "url")
        if port != DEFAULT_PORTS["https"] and port < LEAST_PORT:
            raise Rejected("bridge_port", "url", port=port)
        if not _may_lead_outside(host):
            raise Rejected("bridge_inside", "url", host=host)
    query = f"?{parts.query}" if parts.query else ""
    return WebAddress(
        scheme=parts.scheme,
        host=host,
        port=port,
        target=quote((parts.path or "/") + query, safe=_SAFE),
        by_name=by_name,
    )


def is_outside(number: str) -> bool:
    """Whether an IP address belongs to the public internet; False when it is none."""
    try:
        address = ip_address(number)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in INSIDE_4)
    return _is_outside_6(address)


def _is_outside_6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in PUBLIC_6:
        return False
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return False
    return not any(address in network for network in INSIDE_6)


def _host(host: str, *, bracketed: bool) -> str:
    """The host in its one spelling; ValueError for what is none.

    Letters that only look like others become what they stand for first (full-width digits, circled
    letters), so that they are judged as what a resolver would make of them.
    """
    if "%" in host:  # a zone, or bytes in another spelling
        raise ValueError(host)
    if bracketed or ":" in host:
        return str(IPv6Address(host))
    name = host.encode("idna").decode("ascii").lower()
    if not _NAME.fullmatch(name):  # also a dot at the end
        raise ValueError(name)
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        # 2130706433, 127.1, 0x7f.1 and 0177.0.0.1 are all somebody's 127.0.0.1.
        return str(IPv4Address(name))
    return name


def _may_lead_outside(host: str) -> bool:
    """Numbers are judged now; a name must have a dot, the rest its resolution says."""
    try:
        ip_address(host)
    except ValueError:
        return "." in host
    return is_outside(host)
