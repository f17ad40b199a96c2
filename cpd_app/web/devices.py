"""What a browser calls itself, short enough to be recognised in a list: "iPhone WeChat"."""

#: word in the user agent -> name; the first that is found counts
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("Lark", "Feishu"),
    ("QQBrowser", "QQ"),
    ("QQ/", "QQ"),
    ("HuaweiBrowser", "Huawei"),
    ("MiuiBrowser", "Xiaomi"),
    ("UCBrowser", "UC"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
#: programs that read calendars, as they name themselves; the first that is found counts
CALENDARS = (
    ("Google-Calendar", "Google Calendar"),
    ("vdirsyncer", "vdirsyncer"),
    ("Thunderbird", "Thunderbird"),
    ("Outlook", "Outlook"),
    ("Microsoft", "Outlook"),
    ("iOS/", "iPhone"),
    ("macOS/", "Mac"),
    ("Mac OS X/", "Mac"),
    ("dataaccessd", "iPhone"),
    ("CalendarAgent", "Mac"),
    ("DAVx5", "DAVx5"),
    ("ICSx5", "ICSx5"),
)


def calendar_name(user_agent: str) -> str:
    """What a calendar that asks calls itself; else the device, else the first word of it."""
    found = next((name for word, name in CALENDARS if word in user_agent), "")
    return found or device_name(user_agent) or user_agent.split("/", maxsplit=1)[0][:40]


def device_name(user_agent: str) -> str:
    """System and browser as their makers call them; empty when it names neither."""
    found = (
        next((name for word, name in known if word in user_agent), "")
        for known in (SYSTEMS, BROWSERS)
    )
    return " ".join(part for part in found if part)
