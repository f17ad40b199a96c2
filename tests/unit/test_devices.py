"""A list of sign-ins names devices as people know them."""

import pytest

from cpd_app.web.devices import device_name

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML) "


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (IPHONE + "Version/18.0 Mobile/15E148 Safari/604.1", "iPhone Safari"),
        (IPHONE + "Mobile/15E148 MicroMessenger/8.0.50", "iPhone WeChat"),
        (
            "Mozilla/5.0 (Linux; Android 14; PLA-AL10) Chrome/114.0 Mobile Safari/537.36",
            "Android Chrome",
        ),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) ArkWeb Chrome/114.0", "HarmonyOS Chrome"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Windows Edge"),
        ("Mozilla/5.0 (Macintosh) Gecko/20100101 Firefox/131.0", "Mac Firefox"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_system_and_browser(agent: str, name: str) -> None:
    assert device_name(agent) == name
