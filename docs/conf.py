"""Settings of the documentation: Markdown through MyST, the furo theme, reference taken from the code."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from paget import __version__

project = "Paget"
author = "The Paget developers"
copyright = "The Paget developers"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "paget_docs"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = False

autodoc_member_order = "bysource"
autodoc_typehints = "signature"

html_theme = "furo"
html_title = "Paget"
html_show_sphinx = False
