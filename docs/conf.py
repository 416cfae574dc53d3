"""How Sphinx builds the site: `make docs`, every warning an error, nothing fetched."""

import pathlib
import sys

import taut

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools" / "site"))

project = "taut"
author = "The taut authors"
project_copyright = author
version = release = taut.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "mathml",  # these four are in tools/site
    "docstrings",
    "reference",
    "links",
]
exclude_patterns = []
nitpicky = True
# Types in signatures, as they are written, and what other packages raise.
nitpick_ignore_regex = [
    ("py:class", r"(?!taut\.).*|taut\..*\.[A-Z]"),
    ("py:exc", r"pickle\..*|GradcheckError"),
]

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 90
napoleon_use_ivar = True
napoleon_custom_sections = ["Shape", "Shapes", "Source", "Sources"]
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

html_theme = "furo"
html_title = f"taut {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
