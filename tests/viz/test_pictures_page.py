"""docs/pictures.md: its code makes the pictures that it shows, and the table."""

import importlib.util
import re

from repository import ROOT

PAGE = ROOT / "docs" / "pictures.md"


def script():
    spec = importlib.util.spec_from_file_location("make_pictures", ROOT / "tools/make_pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_makes_what_it_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = PAGE.read_text()
    names = script().run(page)
    shown = set(re.findall(r"\(images/(pictures_\w+\.svg)\)", page))
    assert {p.name for p in tmp_path.iterdir()} == shown
    assert script().with_table(page, names["table"]) == page


def test_the_pictures_are_small():
    pictures = list((ROOT / "docs" / "images").glob("pictures_*.svg"))
    assert len(pictures) == 8
    assert all(p.stat().st_size < 200_000 for p in pictures)
