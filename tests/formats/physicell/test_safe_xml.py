"""XML from strangers: what is refused, and that the refusal says where."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.errors import PagetError
from paget.formats.physicell.safe_xml import DEEPEST, LARGEST, MOST, parse_xml, read_xml

BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<PhysiCell_settings>&b;</PhysiCell_settings>"""

OPENS_A_FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>\n<x>&f;</x>'

REFUSED = [
    pytest.param(BOMB, 2, "document type", id="entity bomb"),
    pytest.param(OPENS_A_FILE, 1, "document type", id="external entity"),
    pytest.param(
        '\n<!DOCTYPE x SYSTEM "http://example.org/x.dtd">\n<x/>', 2, "document type", id="external DTD"
    ),
    pytest.param("<x>&nothing;</x>", 1, "undefined entity", id="entity without declaration"),
    pytest.param("<x>\n<y>\n</x>", 3, "mismatched tag", id="mismatched tag"),
    pytest.param("<x>", 1, "no element found", id="cut off"),
    pytest.param("just text", 1, "syntax error", id="no XML"),
    pytest.param("<x a='1' a='2'/>", 1, "duplicate attribute", id="attribute twice"),
    pytest.param("<x/><y/>", 1, "junk after document element", id="two roots"),
    pytest.param("<?xml version='1.0' encoding='no-such'?><x/>", 1, "encoding", id="unknown encoding"),
    pytest.param("<d>" * (DEEPEST + 1) + "</d>" * (DEEPEST + 1), 1, "too deep", id="too deep"),
    pytest.param("<x>" + "<y/>" * MOST + "</x>", 1, "too many elements", id="too many"),
]


@pytest.mark.parametrize(("text", "line", "what"), REFUSED)
def test_refused(text, line, what):
    with pytest.raises(PagetError, match=what) as error:
        parse_xml(text.encode(), "s.xml")
    assert (error.value.file, error.value.line) == ("s.xml", line)


def test_empty_and_missing_and_large_files(tmp_path):
    (tmp_path / "empty.xml").write_bytes(b"  \n")
    with pytest.raises(PagetError, match="is empty"):
        read_xml(tmp_path / "empty.xml")
    with pytest.raises(PagetError, match="no such file"):
        read_xml(tmp_path / "none.xml")
    with pytest.raises(PagetError, match="cannot be read"):
        read_xml(tmp_path)
    with (tmp_path / "large.xml").open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(PagetError, match="too large"):
        read_xml(tmp_path / "large.xml")


def test_the_tree_has_lines_text_and_paths():
    root = parse_xml(b"<a>\n<b name='n'>\n 1<!-- no --> </b>\n<c><d>2</d></c></a>", "s.xml")
    b, c = root.children
    assert (b.line, b.text, b.path) == (2, "1", "b[n]")
    assert (c.children[0].line, c.children[0].path) == (4, "c/d")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_tree_or_an_error(data):
    with contextlib.suppress(PagetError):
        assert parse_xml(data, "s.xml").tag
