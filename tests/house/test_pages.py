"""The pages of docs: what they show is what their code makes, and the site has every public name."""

import importlib.util
import re
import warnings

import pytest

from repository import ROOT

IMAGES = ROOT / "docs" / "images"


def tool(path):
    """A program of tools as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pictures = tool(ROOT / "tools" / "make_pictures.py")


def words(svg):
    """The texts of a picture, and by which version of matplotlib it was drawn."""
    return re.findall(r"<text[^>]*>(.*?)</text>", svg), re.search(r"Matplotlib v[\d.]+", svg)[0]


@pytest.mark.parametrize("path", pictures.pages(), ids=lambda p: p.stem)
def test_a_page_makes_what_it_shows(path, tmp_path, monkeypatch):
    """Run `python tools/make_pictures.py` where this fails."""
    monkeypatch.chdir(tmp_path)
    page = path.read_text()
    printed = pictures.run(page)
    assert pictures.with_output(page, printed) == page
    for name in pictures.PICTURE.findall(page):
        kept, drawn = ((folder / name).read_text() for folder in (IMAGES, tmp_path))
        (kept_words, kept_by), (drawn_words, drawn_by) = words(kept), words(drawn)
        assert drawn_words == kept_words
        if drawn_by == kept_by:
            assert drawn.count("<path") == kept.count("<path")


def test_every_picture_is_shown():
    shown = {n for p in pictures.DOCS.glob("*.md") for n in pictures.PICTURE.findall(p.read_text())}
    assert {p.name for p in IMAGES.iterdir()} == shown
    assert all(p.stat().st_size < 200_000 for p in IMAGES.iterdir())


def test_a_changed_output_is_seen():
    page = "```python\nprint(1)\n```\n\n<!-- output -->\n```text\n2\n```\n<!-- end of output -->\n"
    assert pictures.with_output(page, pictures.run(page)) == page.replace("2\n", "1\n")
    empty = page.replace("2\n", "")
    assert pictures.with_output(empty, pictures.run(empty)) == page.replace("2\n", "1\n")


def test_missing_names_are_those_that_are_missing():
    """Run `python tools/missing_names.py` where this fails."""
    names = tool(ROOT / "tools" / "missing_names.py")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's own, of names that it has deprecated
        assert names.page() == names.PAGE.read_text()


def test_the_cpp_page_shows_the_example():
    """The code of docs/cpp_library.md is that of examples/cpp, which is built and run elsewhere."""
    example = "".join(p.read_text() for p in sorted((ROOT / "examples" / "cpp").iterdir()))
    page = (ROOT / "docs" / "cpp_library.md").read_text()
    blocks = re.findall(r"^```(?:cpp|cmake)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 5
    for block in blocks:
        assert block in example
