"""The reader of references.bib."""

from __future__ import annotations

from pathlib import Path

import pytest

from paget.errors import PagetError
from paget.model import Catalog
from paget.model.references import bibliography, read_references

AWKWARD = """% a comment
@article{one2001,
  author = {One, Anna and {The Long Consortium} and Two, B.},
  title = "A {BIG} title
    over two lines",
  year = 2001, journal={J}, volume = 3, pages = {1--9}, doi={10.1/x},
}
@misc{two, title={No author}}
"""


def entries(tmp_path: Path, text: str) -> dict[str, object]:
    path = tmp_path / "references.bib"
    path.write_text(text, encoding="utf-8")
    return dict(read_references(path))


def test_awkward_entries(tmp_path: Path) -> None:
    path = tmp_path / "references.bib"
    path.write_text(AWKWARD, encoding="utf-8")
    read = read_references(path)
    one = read["one2001"]
    assert one.type == "article"
    assert one.fields["title"] == "A BIG title over two lines"
    assert (one.fields["year"], one.fields["doi"]) == ("2001", "10.1/x")
    assert one.short == "One 2001"
    assert (
        one.long
        == "One, Anna; The Long Consortium; Two, B. 2001. A BIG title over two lines. J 3: 1-9. doi 10.1/x."
    )
    assert read["two"].short == "two"
    assert read["two"].long == "No author."


def test_used_entries_are_given_back_word_for_word(tmp_path: Path) -> None:
    path = tmp_path / "references.bib"
    path.write_text(AWKWARD, encoding="utf-8")
    read = read_references(path)
    text = bibliography(read, ["two", "one2001", "assumed"])
    assert AWKWARD.split("% a comment\n")[1].split("@misc")[0].strip() in text
    path.write_text(text, encoding="utf-8")
    assert read_references(path).keys() == read.keys()
    assert "one2001" not in bibliography(read, ["two"])


@pytest.mark.parametrize(
    "text, message", [("@misc{a, title={x}", "no closing brace"), ("@misc{a,}\n@misc{a,}", "stands twice")]
)
def test_faults(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(PagetError, match=message):
        entries(tmp_path, text)


def test_no_file_is_no_reference(tmp_path: Path) -> None:
    assert read_references(tmp_path / "none.bib") == {}


def test_references_of_the_catalog(catalog: Catalog) -> None:
    for key, entry in catalog.references.items():
        assert entry.fields["title"], key
        if entry.type == "article":
            assert entry.fields["year"] in key
            author = entry.first_author.casefold().replace(" ", "-")
            assert author in key or author.replace("-", "") in key
            assert entry.fields.get("doi") or entry.fields.get("note")
    for key in ("johnson2025", "percie-du-sert2020", "ireland2018", "acharyya2012", "aceto2014"):
        assert key in catalog.references
