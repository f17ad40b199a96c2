"""Which addresses of a bridge are refused before anybody is asked, and which numbers are inside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpd_app.domain.addresses import is_outside, read_address
from cpd_app.domain.errors import Rejected

#: every spelling of the inside that we know of
INSIDE = [
    # loopback, unspecified
    "https://127.0.0.1/",
    "https://127.8.9.10/",
    "https://0.0.0.0/",
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/",
    # private, shared, link-local, unique-local, site-local
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://100.127.255.254/",
    "https://169.254.1.1/",
    "https://[fe80::1]/",
    "https://[fec0::1]/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    # metadata of clouds
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/",
    "https://100.100.100.200/",
    "https://168.63.129.16/",
    "https://192.0.0.192/",
    # multicast, broadcast, reserved, documentation, benchmarks
    "https://224.0.0.1/",
    "https://239.255.255.250/",
    "https://255.255.255.255/",
    "https://240.0.0.1/",
    "https://[ff02::1]/",
    "https://192.0.2.1/",
    "https://198.51.100.1/",
    "https://203.0.113.1/",
    "https://198.18.0.1/",
    "https://[2001:db8::1]/",
    "https://[3fff::1]/",
    "https://[100::1]/",
    # IPv4 inside IPv6: mapped, compatible, 6to4, NAT64, Teredo, ISATAP
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:0:127.0.0.1]/",
    "https://[::127.0.0.1]/",
    "https://[::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a9fe:a9fe::1]/",
    "https://[64:ff9b::127.0.0.1]/",
    "https://[64:ff9b:1::a00:1]/",
    "https://[2001:0:53aa:64c:0:fbff:80ff:fffe]/",
    "https://[2400:cb00::5efe:127.0.0.1]/",
    # names without a dot are a network's own
    "https://localhost/",
    "https://intranet/",
    # letters that become digits: full-width, circled; a full-width and an ideographic dot
    "https://１２７.0.0.1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://ｌｏｃａｌｈｏｓｔ/",
    "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
]
#: what is no address, or is one in disguise
BAD = [
    "",
    "https://",
    "https:///path",
    "//127.0.0.1/",
    "127.0.0.1",
    "ftp://hooks.example.org/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:25/",
    "javascript:alert(1)",
    # numbers that a C library reads as 127.0.0.1
    "https://2130706433/",
    "https://0x7f000001/",
    "https://017700000001/",
    "https://0x7f.1/",
    "https://0x7f.0.0.0x1/",
    "https://0177.0.0.1/",
    "https://0177.0.0.01/",
    "https://127.1/",
    "https://127.0.1/",
    "https://0/",
    "https://0x/",
    "https://127.0.0.1.1/",
    "https://256.256.256.256/",
    "https://hooks.example.0x7f/",
    # a dot at the end
    "https://127.0.0.1./",
    "https://localhost./",
    "https://hooks.example.org./",
    # a user that looks like the host, and other ways to name two hosts
    "https://hooks.example.org@127.0.0.1/",
    "https://hooks.example.org:443@127.0.0.1/",
    "https://user:password@hooks.example.org/",
    "https://@hooks.example.org/",
    "https://hooks.example.org\\@127.0.0.1/",
    "https://127.0.0.1\\.example.org/",
    "https://127.0.0.1%2f.example.org/",
    "https://127.0.0.1%00.example.org/",
    "https://%31%32%37.0.0.1/",
    "https://hooks.example.org\r\nHost: 127.0.0.1/",
    "https://hooks.example.org/\r\nX: 1",
    "https://hooks.exam\tple.org/",
    " https://hooks.example.org/",
    "https://hooks example.org/",
    "https://hooks..example.org/",
    "https://.example.org/",
    "https://127.0.0.1／.example.org/",
    # zones and brackets
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[::1/",
    "https://[127.0.0.1]/",
    "https://[v1.fe]/",
    # ports that are none
    "https://hooks.example.org:/",
    "https://hooks.example.org:65536/",
    "https://hooks.example.org:-1/",
    "https://hooks.example.org:８０８０x/",
    "https://" + "a" * 64 + ".example.org/",
    "https://hooks.example.org/" + "a" * 1000,
]


@pytest.mark.parametrize("url", INSIDE)
def test_what_leads_inside_is_refused(url: str):
    with pytest.raises(Rejected, match="bridge_inside"):
        read_address(url)


@pytest.mark.parametrize("url", BAD)
def test_what_is_no_address_or_one_in_disguise_is_refused(url: str):
    with pytest.raises(Rejected, match="bridge_address_bad"):
        read_address(url)


@pytest.mark.parametrize("url", ["http://hooks.example.org/", "http://127.0.0.1/", "HTTP://a.org"])
def test_only_https_carries_names_and_phones(url: str):
    with pytest.raises(Rejected, match="bridge_not_https"):
        read_address(url)


@pytest.mark.parametrize("port", [0, 1, 22, 25, 53, 80, 445, 587, 993, 1023])
def test_ports_of_other_protocols_are_refused(port: int):
    with pytest.raises(Rejected, match="bridge_port"):
        read_address(f"https://hooks.example.org:{port}/")


@pytest.mark.parametrize(
    ("url", "host", "authority", "target"),
    [
        ("https://hooks.example.org", "hooks.example.org", "hooks.example.org", "/"),
        ("HTTPS://Hooks.Example.ORG/A?b=c#d", "hooks.example.org", "hooks.example.org", "/A?b=c"),
        ("https://a.example.org:8443/x", "a.example.org", "a.example.org:8443", "/x"),
        ("https://学会.example.cn/通知", "xn--6oqq31a.example.cn", None, "/%E9%80%9A%E7%9F%A5"),
        ("https://93.184.215.14/", "93.184.215.14", "93.184.215.14", "/"),
        ("https://[2606:2800:220:1::1]/", "2606:2800:220:1::1", "[2606:2800:220:1::1]", "/"),
        ("https://172.32.0.1/", "172.32.0.1", None, "/"),
        ("https://100.128.0.1/", "100.128.0.1", None, "/"),
    ],
)
def test_addresses_outside_are_read(url: str, host: str, authority: str | None, target: str):
    address = read_address(url)

    assert (address.host, address.target) == (host, target)
    assert authority is None or address.authority == authority
    assert read_address(address.text) == address


def test_a_host_of_the_settings_may_lead_inside_by_http_on_any_port():
    allowed = frozenset({"sms.intranet", "10.0.0.7", "::1"})

    assert read_address("http://sms.intranet:80/", allowed).by_name
    assert read_address("http://10.0.0.7:25/", allowed).port == 25
    assert read_address("https://[::1]:8443/", allowed).authority == "[::1]:8443"
    with pytest.raises(Rejected):
        read_address("http://10.0.0.8/", allowed)
    with pytest.raises(Rejected):
        read_address("http://x.sms.intranet/", allowed)


def test_what_is_no_number_is_not_outside():
    assert not is_outside("hooks.example.org")
    assert not is_outside("fe80::1%eth0")
    assert not is_outside("")


@given(st.ip_addresses(v=4))
def test_no_private_number_is_outside_in_any_form_of_ipv6(address):
    """The library's own table, which is narrower than ours, is never contradicted."""
    number = int(address)
    if not address.is_global:
        assert not is_outside(str(address))
    for form in (f"::ffff:{address}", f"::{address}", f"64:ff9b::{address}"):
        assert not is_outside(form)
    assert not is_outside(f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1")


@given(st.ip_addresses(v=6))
def test_no_number_of_ipv6_that_is_not_global_is_outside(address):
    assert address.is_global or not is_outside(str(address))
