"""WeChat's file at the root."""

import dataclasses

from flask import Flask

from tests.support.page import Browser


def test_only_the_file_of_the_setting_is_served(app: Flask, anybody: Browser) -> None:
    anybody.fetch("/MP_verify_AbC123.txt", status=404)
    app.config["CPD"] = dataclasses.replace(
        app.config["CPD"],
        wechat_verify_file="MP_verify_AbC123.txt",
        wechat_verify_text="AbC123",
    )
    served = anybody.fetch("/MP_verify_AbC123.txt")
    assert (served.text, served.mimetype) == ("AbC123", "text/plain")
    anybody.fetch("/other.txt", status=404)
    anybody.fetch("/.txt", status=404)
