"""Sentences for the audit of a filing."""

SENTENCES: dict[str, str] = {
    "filing_state": "这份申请现在的状态不能做这一步，可能刚有同事处理过。请看过最新状态再继续。",
}
