"""The checking client finds what it is there to find."""

import pytest
from bs4 import BeautifulSoup

from tests.support.page import faults_of

SOUND = """
<!doctype html><html lang="zh-CN"><head><title>记录</title>
<link rel="stylesheet" href="/static/x/base.css">
<script type="module" src="/static/x/app.js"></script>
</head><body><main><h1>记录</h1>
<form method="post" action="/activities"><input type="hidden" name="csrf_token" value="t">
<label for="title">名称</label><input id="title" name="title" aria-describedby="hint">
<p id="hint">四个字以上</p><label>件数 <input name="papers"></label>
<button>保存</button></form><a href="/"><img src="/x.svg" alt="首页"></a></main></body></html>
"""


def faults(html: str) -> list[str]:
    return list(faults_of(BeautifulSoup(html, "html.parser")))


def test_a_sound_page_has_no_faults():
    assert faults(SOUND) == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("<h1>记录</h1>", "", "0 h1 instead of one"),
        ("<h1>记录</h1>", "<h1>a</h1><h1>b</h1>", "2 h1 instead of one"),
        ("<title>记录</title>", "<title> </title>", "no title"),
        (' lang="zh-CN"', "", "no language"),
        ('id="hint"', 'id="title"', "id title twice"),
        ('id="hint"', "", "aria-describedby names hint, which is not there"),
        ('for="title"', 'for="titel"', "for names titel, which is not there"),
        ('<label for="title">名称</label>', "", "no label for title"),
        ("<label>件数 ", "<label></label><p>件数 ", "no label for papers"),
        ('value="t"', "", "a form without token (/activities)"),
        (' alt="首页"', "", "an image without alt (/x.svg)"),
        ("<button>保存</button>", "<button></button>", "a button or link without a word"),
        ("<main>", "<main><script>1</script>", "an inline script"),
        ("<main>", "<main><style>a{}</style>", "an inline style sheet"),
        ("<main>", '<main style="x">', "style= on a main"),
        ("<main>", '<main onclick="x()">', "onclick= on a main"),
    ],
)
def test_a_fault_is_found(before: str, after: str, fault: str):
    assert before in SOUND

    found = faults(SOUND.replace(before, after, 1))

    assert any(f.startswith(fault) for f in found), found
