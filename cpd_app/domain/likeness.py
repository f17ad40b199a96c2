"""How alike two short texts are, for Chinese too, where words are not parted by spaces."""

import re
from unicodedata import normalize


def likeness(text: str, other: str) -> float:
    """The share of the first text's pairs of neighbouring characters that the other has: 0 to 1."""
    pairs = _pairs(text)
    return len(pairs & _pairs(other)) / len(pairs) if pairs else 0.0


def _pairs(text: str) -> set[str]:
    """Neighbouring characters inside words; a word of one character stands for itself."""
    found: set[str] = set()
    for word in re.findall(r"\w+", normalize("NFKC", text).casefold()):
        found |= {word[i : i + 2] for i in range(len(word) - 1)} or {word}
    return found
