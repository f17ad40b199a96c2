"""Templates compile, name their page, stay short, and load nothing from elsewhere."""

import re

import pytest
from flask import Flask
from jinja2 import nodes

from tests.architecture.places import PACKAGE, STATIC, TEMPLATES, name, written

PAGES = [p for p in written(TEMPLATES, "html") if "extends" in p.read_text("utf-8")]
#: layouts fill the title from the page; partials have none
TITLED = [p for p in PAGES if p.parent.name != "layouts" and not p.name.startswith("_")]


@pytest.mark.parametrize("path", written(TEMPLATES, "html", "txt"), ids=name)
def test_it_compiles_and_uses_what_it_imports(shape: Flask, path):
    environment = shape.jinja_env
    source = path.read_text("utf-8")
    environment.compile(source, name=name(path))
    tree = environment.parse(source)
    imported = {
        item[1] if isinstance(item, tuple) else item
        for found in tree.find_all(nodes.FromImport)
        for item in found.names
    }
    used = {found.name for found in tree.find_all(nodes.Name) if found.ctx == "load"}

    unused = imported - used
    assert not unused


@pytest.mark.parametrize("path", TITLED, ids=name)
def test_a_page_sets_its_title(shape: Flask, path):
    blocks = {b.name for b in shape.jinja_env.parse(path.read_text("utf-8")).find_all(nodes.Block)}

    assert "title" in blocks


#: letters have their styles inline, since readers of mail know no others; no policy guards them
LETTERS = [TEMPLATES / "layouts/mail.html", *written(TEMPLATES / "mail", "html")]


@pytest.mark.parametrize(
    "path", [p for p in written(TEMPLATES, "html") if p not in LETTERS], ids=name
)
def test_nothing_inline(path):
    source = path.read_text("utf-8")

    assert not re.findall(r"\s(?:style|on[a-z]+)\s*=\s*[\"']", source)
    assert not re.findall(r"<style|<script(?![^>]*\bsrc=)(?![^>]*application/json)", source)


def test_every_static_file_that_templates_name_is_there():
    lost = []
    for path in written(TEMPLATES, "html"):
        found = re.findall(
            r"url_for\(\s*'static',\s*filename='([^'~]+)'\s*\)", path.read_text("utf-8")
        )
        lost += [f"{name(path)}: {file}" for file in found if not (STATIC / file).exists()]

    assert not lost


def test_nothing_is_loaded_from_elsewhere():
    address = re.compile(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s\"')]*")
    elsewhere = [
        f"{name(path)}: {found}"
        for path in [*written(TEMPLATES, "html"), *written(STATIC, "css", "js", "svg")]
        for found in address.findall(path.read_text("utf-8"))
        if "www.w3.org/" not in found
    ]

    assert not elsewhere


def test_nothing_that_people_write_is_printed_as_markup():
    unsafe = [
        name(path)
        for path in [*written(TEMPLATES, "html"), *written(PACKAGE, "py")]
        if re.search(r"\|\s*safe\b", path.read_text("utf-8"))
    ]

    assert not unsafe
