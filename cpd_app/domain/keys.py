"""Achievement keys (standard number, DOI, ISBN …) as they are compared."""

import unicodedata


def normal_key(key: str | None) -> str | None:
    """The key after NFKC, case folding and removal of all white space; an empty key is no key.

    Source: domain rules §4, counts once.
    """
    if not key:
        return None
    folded = unicodedata.normalize("NFKC", key).casefold()
    return "".join(folded.split()) or None
