"""Letters that came back, as servers of several makes write them (tests/data/bounces)."""

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "data/bounces"
ENVELOPE = "sJ7dQx_3vKfLw-2mZr8A"
ADDRESS = "Lin.Shifan@member.example"
NAMES = sorted(path.stem for path in FOLDER.glob("*.eml"))


def came_back(name: str, envelope: str = ENVELOPE, address: str = ADDRESS) -> bytes:
    """The letter with this word and address in it, and line ends as they travel."""
    data = (FOLDER / f"{name}.eml").read_bytes()
    for place, value in ((b"{ENVELOPE}", envelope), (b"{ADDRESS}", address)):
        data = data.replace(place, value.encode())
    return data.replace(b"\n", b"\r\n")
