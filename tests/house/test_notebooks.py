"""The notebooks are the pages they come from, and every cell runs."""

import importlib.util
import json

import nbclient
import nbformat
import pytest

from repository import ROOT


def tool():
    path = ROOT / "tools" / "make_notebooks.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


notebooks = tool()
each = pytest.mark.parametrize("page, name", notebooks.PAGES.items())


def written(name):
    return (notebooks.NOTEBOOKS / f"{name}.ipynb").read_text()


def run(book, folder):
    """Runs the cells in a kernel of their own; an error in one is raised."""
    resources = {"metadata": {"path": folder}}
    nbclient.NotebookClient(book, timeout=120, resources=resources).execute()


@each
def test_made_from_the_page(page, name):
    """Run `python tools/make_notebooks.py` where this fails."""
    assert notebooks.notebook((notebooks.DOCS / f"{page}.md").read_text()) == written(name)


@each
def test_nothing_of_a_run_is_kept(page, name):
    nbformat.validate(nbformat.reads(written(name), as_version=4))
    cells = json.loads(written(name))["cells"]
    assert {str(c.get("outputs", [])) for c in cells} == {"[]"}
    assert not any("images/" in "".join(c["source"]) for c in cells)


@each
@pytest.mark.filterwarnings("default")  # of the machinery, which runs in this process
def test_every_cell_runs(page, name, tmp_path):
    """In a kernel of its own; a cell that draws shows its picture."""
    book = nbformat.reads(written(name), as_version=4)
    run(book, tmp_path)
    cells = [c for c in book.cells if c.cell_type == "code"]
    assert all(c.execution_count for c in cells)
    shown = [o for c in cells for o in c.outputs if "image/svg+xml" in o.get("data", {})]
    assert len(shown) == (notebooks.DOCS / f"{page}.md").read_text().count("](images/")


def test_a_cell_that_fails_is_seen(tmp_path):
    book = nbformat.reads(notebooks.notebook("```python\nassert 1 == 2\n```\n"), as_version=4)
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="AssertionError"):
        run(book, tmp_path)
