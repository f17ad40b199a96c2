"""The typefaces documents are set in, and which characters of a text they lack.

A typesetter draws an empty box for a character its fonts do not have, without a word. Members'
names hold rare ones, so every text is held against the fonts' own list (`cmap`) beforehand.
"""

import functools
import struct
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

#: copied there by the set-up: Noto Serif SC (OFL), regular and bold
OWN = Path(__file__).parent / "fonts"
ENDINGS = (".ttf", ".otf", ".ttc")
#: 〓, which printers set where a character is missing
STAND_IN = "\u3013"
COLLECTION = b"ttcf"
#: the only form of `cmap` that knows characters beyond the first 65,536
SEGMENTED = 12


@dataclass(frozen=True)
class Typefaces:
    """The folders of fonts that a text needs, and what even they do not have."""

    folders: tuple[Path, ...]
    missing: frozenset[str]

    def printable(self, text: str) -> str:
        """The text with 〓 for what no font has."""
        return "".join(STAND_IN if c in self.missing else c for c in text)


def typefaces_for(text: str, further: Path | None = None) -> Typefaces:
    """Our own fonts; those of the folder `further` too when the text needs one of them."""
    missing = _lacking(frozenset(text), OWN)
    if not missing or further is None:
        return Typefaces((OWN,), missing)
    still = _lacking(missing, further)
    folders = (OWN,) if still == missing else (OWN, further)
    return Typefaces(folders, still)


def _lacking(characters: frozenset[str], folder: Path) -> frozenset[str]:
    fonts = sorted(p for p in folder.glob("*") if p.suffix.lower() in ENDINGS)
    left = {c for c in characters if _is_drawn(c)}
    for font in fonts:
        if not left:
            break
        coverage = _coverage(font, font.stat().st_mtime_ns)
        left = {c for c in left if not coverage.has(ord(c))}
    return frozenset(left)


def _is_drawn(character: str) -> bool:
    """Spaces, controls, joiners and variation selectors need no glyph."""
    kind = unicodedata.category(character)
    return kind[0] not in "CZ" and not (kind == "Mn" and "VARIATION" in _name(character))


def _name(character: str) -> str:
    return unicodedata.name(character, "")


@dataclass(frozen=True)
class _Coverage:
    """Ranges of code points, in order, both ends inclusive."""

    begins: "array[int]"
    ends: "array[int]"

    def has(self, code: int) -> bool:
        place = bisect_right(self.begins, code) - 1
        return place >= 0 and code <= self.ends[place]


@functools.lru_cache(maxsize=32)
def _coverage(path: Path, _changed: int) -> _Coverage:
    """What a font file has; of a collection, what any of its fonts has."""
    begins, ends = array("I"), array("I")
    with path.open("rb") as file:
        tables = {place for start in _starts(file) if (place := _segmented(file, start))}
        for begin, end in sorted({group for place in tables for group in _groups(file, place)}):
            if ends and begin <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                begins.append(begin)
                ends.append(end)
    return _Coverage(begins, ends)


def _starts(file: BinaryIO) -> list[int]:
    """Where the fonts of a file begin: one, or those of a collection."""
    if file.read(4) != COLLECTION:
        return [0]
    (count,) = struct.unpack(">4xI", file.read(8))
    return list(struct.unpack(f">{count}I", file.read(4 * count)))


def _segmented(file: BinaryIO, start: int) -> int | None:
    """Where a font's list of characters lies; fonts of one collection often share it."""
    at = _table(file, start, b"cmap")
    if at is None:
        return None
    file.seek(at)
    (count,) = struct.unpack(">2xH", file.read(4))
    for _, _, offset in struct.iter_unpack(">HHI", file.read(8 * count)):
        file.seek(at + offset)
        if struct.unpack(">H", file.read(2))[0] == SEGMENTED:
            return int(at + offset)
    return None


def _groups(file: BinaryIO, place: int) -> Iterator[tuple[int, int]]:
    """First and last code point of each group."""
    file.seek(place + 12)
    (count,) = struct.unpack(">I", file.read(4))
    for begin, end, _ in struct.iter_unpack(">III", file.read(12 * count)):
        yield begin, end


def _table(file: BinaryIO, start: int, tag: bytes) -> int | None:
    file.seek(start)
    (count,) = struct.unpack(">4xH6x", file.read(12))
    for name, _, offset, _ in struct.iter_unpack(">4sIII", file.read(16 * count)):
        if name == tag:
            return int(offset)
    return None
