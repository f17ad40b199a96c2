"""Names on public pages: how much of one is shown, and whether a typed one is the same.

`numbers.masked_name` is another thing and stays apart: it lets the holder of a one-time code tell
themselves from a namesake, so it shows the last character, which no public page may.
"""

import re
import unicodedata
from collections.abc import Iterable

STAR = "＊"
#: so many stars for every part of a Latin name, whatever its length
LATIN_STARS = 3
#: surnames of two characters that still occur, one after the other
_PAIRS = (
    "欧阳司马上官诸葛司徒夏侯尉迟公孙慕容令狐皇甫宇文长孙端木东方独孤南宫轩辕闻人澹台"
    "公冶太叔申屠钟离鲜于闾丘亓官司寇子车颛孙巫马公西漆雕乐正壤驷公良拓跋夹谷宰父谷梁"
    "段干百里东郭南门呼延羊舌微生左丘东门西门第五歐陽司馬諸葛尉遲長孫東方獨孤南宮軒轅"
)
COMPOUND = frozenset(_PAIRS[at : at + 2] for at in range(0, len(_PAIRS), 2))
#: what stands between the parts of a transcribed name (阿卜杜拉·买买提)
DOTS = "·•‧∙・･"
BETWEEN = re.compile(rf"[\s{DOTS}.'’\-]+")


def masked(name: str) -> str:
    """The surname and a star for every further character: 林＊＊, 欧阳＊, 阿＊·＊＊.

    Gao Qiming is G＊＊＊ ＊＊＊: the number of Latin letters is not shown. One character is a star.
    """
    name = " ".join(name.split())
    if not name:
        return ""
    if _is_latin(name):
        first, *rest = name.split(" ")
        if not rest:
            return first[0] + STAR * LATIN_STARS
        return " ".join([first[0] + STAR * LATIN_STARS, *(STAR * LATIN_STARS for _ in rest)])
    bare = name.replace(" ", "")
    if len(bare) == 1:
        return STAR
    kept = 2 if len(bare) > 2 and bare[:2] in COMPOUND else 1
    return bare[:kept] + "".join(c if c in DOTS else STAR for c in bare[kept:])


def same_name(typed: str, names: Iterable[str | None]) -> bool:
    """Whether a typed full name is one of these: width, case, spaces, dots and order set aside.

    Only the order of a Latin name is set aside, since people write Gao Qiming and Qiming Gao.
    """
    wanted = _compared(typed)
    return bool(wanted) and any(wanted == _compared(name) for name in names if name)


def _is_latin(name: str) -> bool:
    return all(ord(c) < 0x250 or not c.isalpha() for c in name)


def _compared(name: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKC", name).casefold()
    parts = [part for part in BETWEEN.split(plain) if part]
    return tuple(sorted(parts)) if _is_latin(plain) else ("".join(parts),)
