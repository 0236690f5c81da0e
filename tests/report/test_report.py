"""The written report: self-contained, complete, honest in its words, the same for the same result."""

from __future__ import annotations

import json
import re
import time
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import openpyxl
import pytest
from PIL import Image

from paget.errors import PagetError
from paget.report import terminal_summary, write_report
from paget.report.arrive import essential_ten
from paget.report.markdown import to_html
from paget.report.words import headline, headlines

MODEL_TEXT = """The model holds two cell types & one <drug>.

## Rules

- In tumour cells, *IGF* activity increases **cycle entry** (`0.5 nM`),
  half-maximum 1.
- Another rule.

## Sources

- x2020: dropped here
"""
PARAMETERS = [
    {
        "path": "tumours/a/death", "value": 0.02, "unit": "1/day", "source": "ireland2018", "kind": "measured",
        "range": [0.01, 0.04],
    },
    {
        "path": "drugs/p/<b>", "value": 1e6, "unit": "1", "source": "assumed", "kind": "assumed", "range": None,
        "note": "guess",
    },
]  # fmt: skip
REFERENCES = [
    {
        "key": "ireland2018", "author": "Ireland, L. and Mielgo, A.", "year": "2018", "title": "IGF & chemo",
        "journal": "Oncogene", "doi": "10.1038/s41388-017-0115-x",
    },
]  # fmt: skip
BIBTEX = "@article{ireland2018, title={IGF}}\n"
TEXTS = {"model_text": MODEL_TEXT, "parameters": PARAMETERS, "references": REFERENCES, "bibtex": BIBTEX}
FORBIDDEN = ("validated", "proves", "will benefit", "prove that", "demonstrates that")
VOID = {"meta", "br", "img", "link", "hr", "input"}


class Reader(HTMLParser):
    """Collects ids, links, text and tags that were not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.fetched: list[str] = []
        self.anchors: list[str] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "id" in given:
            self.ids.append(given["id"])
        for name in ("src", "xlink:href", "data", "poster", "srcset", "action"):
            if given.get(name) and not given[name].startswith("#"):
                self.fetched.append(given[name])
        if tag == "link" or tag == "script":
            self.fetched.append(tag)
        if tag == "a":
            self.anchors.append(given["href"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.text.append(data)


@pytest.fixture(scope="module")
def written(result_with_draws, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    write_report(result_with_draws, folder, **TEXTS)
    return folder


@pytest.fixture(scope="module")
def html(written):
    return (written / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


class TestPage:
    def test_is_well_formed_and_ids_are_unique(self, read):
        assert read.open == []
        assert len(read.ids) == len(set(read.ids))

    def test_fetches_nothing(self, read, html):
        assert read.fetched == []
        assert "@import" not in html
        assert not re.findall(r"url\((?!#)[^)]*\)", html)

    def test_links_inside_the_page_lead_somewhere(self, read):
        inside = {link[1:] for link in read.anchors if link.startswith("#")}
        assert inside <= set(read.ids)
        outside = [link for link in read.anchors if not link.startswith("#")]
        assert outside == ["https://doi.org/10.1038/s41388-017-0115-x"]

    def test_references_inside_figures_lead_somewhere(self, html):
        ids = set(re.findall(r'\bid="([^"]+)"', html))
        used = set(re.findall(r'xlink:href="#([^"]+)"', html)) | set(re.findall(r"url\(#([^)]+)\)", html))
        assert used <= ids
        assert used

    def test_has_all_sections(self, read):
        wanted = {
            "arms", "results", "growth", "endpoints", "survival", "funnel", "contrasts", "tolerability", "model",
            "parameters", "arrive", "references", "provenance",
        }  # fmt: skip
        figures = {
            "growth",
            "growth-bands",
            "endpoints",
            "composition",
            "survival",
            "funnel",
            "contrasts",
            "tolerability",
        }
        assert wanted | {f"figure-{name}" for name in figures} <= set(read.ids)

    def test_figures_have_a_description(self, html):
        assert html.count('<svg role="img" aria-label="') == html.count("<svg")

    def test_follows_light_and_dark(self, html):
        assert "prefers-color-scheme: dark" in html
        drawn = html[html.index("<main") :]
        assert not re.search(r"(fill|stroke): #(1b1f24|4a4f55|0072b2|e69f00|009e73)", drawn)

    def test_texts_of_the_user_are_escaped(self, html):
        assert "two cell types &amp; one &lt;drug&gt;" in html
        assert "drugs/p/&lt;b&gt;" in html

    def test_model_and_parameters_are_there(self, read):
        text = " ".join("".join(read.text).split())
        assert "In tumour cells, IGF activity increases cycle entry (0.5 nM), half-maximum 1." in text
        assert "Measured (1)" in text
        assert "Assumed (1)" in text
        assert "0.01 to 0.04" in text
        assert "dropped here" not in text

    def test_words_are_honest(self, read, written):
        everything = "".join(read.text).lower() + (written / "methods.md").read_text(encoding="utf-8").lower()
        for word in FORBIDDEN:
            assert word not in everything
        assert "in these simulated mice, under these assumptions" in everything
        assert "not for clinical decisions" in everything
        assert "adds no evidence about mice" in everything

    def test_exploratory_contrasts_are_apart_and_marked(self, html, result_with_draws):
        exploratory = html.split("<summary>Exploratory contrasts", 1)[1]
        count = int((~result_with_draws.contrasts["declared"].astype(bool)).sum())
        assert f"Exploratory contrasts ({count})" in html
        assert "not corrected" in exploratory[:600]

    def test_arrive_has_ten_items_marked_simulated(self, result):
        items = essential_ten(result)
        assert [item.number for item in items] == list(range(1, 11))
        assert items[0].title == "Study design"
        simulated = [item for item in items if "imulated" in item.text]
        assert len(simulated) >= 9

    def test_size_of_the_page(self, html):
        assert len(html) < 1_500_000


class TestFiles:
    def test_all_are_there(self, written):
        names = {path.relative_to(written).as_posix() for path in written.rglob("*") if path.is_file()}
        assert {"report.html", "methods.md", "references.bib", "tables.xlsx"} <= names
        for figure in (
            "growth",
            "growth-bands",
            "endpoints",
            "survival",
            "funnel",
            "contrasts",
            "tolerability",
        ):
            assert {f"figures/{figure}.png", f"figures/{figure}.svg"} <= names
        assert not [name for name in names if name.endswith(".tmp")]

    def test_pictures_are_slide_size(self, written):
        with Image.open(written / "figures" / "growth.png") as picture:
            assert round(picture.info["dpi"][0]) == 200
            assert picture.width > 1200
            pixels = np.asarray(picture.convert("L"))
        assert pixels.min() < 60
        assert pixels.max() == 255

    def test_svg_keeps_its_text_and_has_no_date(self, written):
        text = (written / "figures" / "growth.svg").read_text(encoding="utf-8")
        assert "paclitaxel + xentuzumab</text>" in text
        assert "<dc:date>" not in text

    def test_references_are_exactly_those_given(self, written):
        assert (written / "references.bib").read_text(encoding="utf-8") == BIBTEX

    def test_methods_name_what_was_done(self, written):
        text = (written / "methods.md").read_text(encoding="utf-8")
        for word in (
            "paclitaxel 15 mg/kg",
            "seed 1",
            "5 draws",
            "Holm",
            "numpy",
            "ireland2018",
            "No animal was used",
        ):
            assert word in text

    def test_workbook_opens(self, written):
        assert "lung foci" in openpyxl.load_workbook(written / "tables.xlsx").sheetnames

    def test_the_same_result_gives_the_same_page(self, result_with_draws, written, tmp_path):
        write_report(result_with_draws, tmp_path, **TEXTS)
        for name in ("report.html", "methods.md", "figures/funnel.svg"):
            assert (tmp_path / name).read_bytes() == (written / name).read_bytes()

    def test_without_texts_it_is_still_a_report(self, make_result, tmp_path):
        page = write_report(make_result(animals=2), tmp_path).read_text(encoding="utf-8")
        assert "No publication is the source" in page
        assert "no parameter draws" in page

    def test_a_folder_that_cannot_be_written_is_a_clear_error(self, result, tmp_path):
        (tmp_path / "file").write_text("x")
        with pytest.raises(PagetError, match="cannot write the report"):
            write_report(result, tmp_path / "file", **TEXTS)

    def test_is_quick(self, result, tmp_path):
        """Two seconds are the aim on two idle cores; the test leaves room for a busy machine."""
        start = time.perf_counter()
        write_report(result, tmp_path, **TEXTS)
        assert time.perf_counter() - start < 8


def row(**changes):
    base = {
        "endpoint": "lung foci", "arm": "both", "reference": "one", "effect_name": "ratio of means", "effect": 0.17,
        "low": 0.06, "high": 0.46, "p": 0.0016, "p_holm": 0.005, "test": "negative-binomial", "n_arm": 10,
        "n_reference": 9, "note": "", "family": "primary",
    }  # fmt: skip
    return {**base, **changes}


class TestWords:
    @pytest.mark.parametrize(
        "changes, unit, wanted, unwanted",
        [
            ({}, "count", ["lower with both than with one", "ratio of means 0.17", "0.06 to 0.46"], []),
            ({}, "count", ["p = 0.005 after Holm", "n = 10 and 9"], []),
            ({"effect": 3.0, "low": 1.2, "high": 8.0}, "", ["higher with both"], ["lower"]),
            ({"high": 1.1}, "", ["no clear difference between both and one"], ["lower with"]),
            ({"p_holm": 0.2}, "", ["lower", "not clearly once corrected"], []),
            (
                {"test": "equivalence", "effect": 1.1, "low": 0.9, "high": 1.4, "p_holm": 0.02}, "",
                ["both and one are alike within the declared margin", "two one-sided tests"], ["no clear difference"],
            ),
            (
                {"test": "equivalence", "effect": 1.1, "low": 0.6, "high": 1.9, "p_holm": 0.3}, "",
                ["both and one were not shown to be alike"], ["no clear difference", "are alike"],
            ),
            ({"p": np.nan, "note": "all counts are zero"}, "", ["cannot be compared (all counts are zero)"], ["nan"]),
            (
                {"effect_name": "difference of means", "effect": -8.5, "low": -20.0, "high": -3.0}, "%",
                ["−8.5 percentage points", "lower"], ["ratio of"],
            ),
            ({"effect_name": "hazard ratio"}, "day", ["animals lived longer with both"], ["lower", " day"]),
            ({"draws_low": 0.1, "draws_high": 0.9}, "", ["Over the parameter draws: 0.1 to 0.9"], []),
            ({"effect": 0.0, "low": 0.0, "high": 0.3}, "", ["lower", "0 to 0.3"], []),
        ],
    )  # fmt: skip
    def test_headline(self, changes, unit, wanted, unwanted):
        text = headline(row(**changes), unit)
        for words in wanted:
            assert words in text
        for words in unwanted:
            assert words not in text

    def test_primary_contrasts_come_first(self, result):
        found = headlines(result)
        assert len(found) == 5
        assert found[0].startswith("Ki-67 index")
        assert found[-1].startswith("Survival")


class TestMarkdown:
    @pytest.mark.parametrize(
        "text, html",
        [
            ("one\ntwo", "<p>one two</p>"),
            ("# A", "<h3>A</h3>"),
            ("### A", "<h4>A</h4>"),
            ("- a\n- b\n\nc", "<ul><li>a</li><li>b</li></ul>\n<p>c</p>"),
            ("- a\n  more\n- b", "<ul><li>a more</li><li>b</li></ul>"),
            ("x\n- a", "<p>x</p>\n<ul><li>a</li></ul>"),
            ("- a\ny", "<ul><li>a</li></ul>\n<p>y</p>"),
            ("- a\n\n# T", "<ul><li>a</li></ul>\n<h3>T</h3>"),
            ("*a* **b** `c<d`", "<p><em>a</em> <strong>b</strong> <code>c&lt;d</code></p>"),
            ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
            ("<script>", "<p>&lt;script&gt;</p>"),
            ("", ""),
        ],
    )
    def test_block(self, text, html):
        assert to_html(text) == html


class TestTerminal:
    def test_plain_text_with_all_arms_and_contrasts(self, result):
        text = terminal_summary(result, width=140)
        assert "\x1b" not in text
        assert max(map(len, text.splitlines())) <= 140
        for name in ("control", "xentuzumab", "lung foci (count)", "Declared contrasts", "negative-binomial"):
            assert name in text
        median = result.endpoints.query("arm == 'control' and endpoint == 'lung foci'")["value"].median()
        assert f"{median:g} [" in text
        assert "n=9" in text
        assert "under these assumptions" in text

    def test_colour_where_it_is_asked_for(self, result):
        assert "\x1b[" in terminal_summary(result, colour=True)

    def test_brackets_in_names_are_text(self, make_result):
        odd = make_result(animals=2)
        odd.design.arms[0].name = "control [bold]"
        assert "control [bold]" in terminal_summary(odd, width=200)

    def test_no_contrast_and_no_values(self, result):
        empty = SimpleNamespace(**vars(result))
        empty.contrasts = result.contrasts.iloc[:0]
        empty.endpoints = result.endpoints.assign(value=np.nan)
        assert "–" in terminal_summary(empty)


def test_summary_and_report_agree(result, written):
    """The median in the page's table is the one in summary.json."""
    from paget.formats.summary import summary

    found = json.loads(json.dumps(summary(result)))
    median = found["arms"]["control"]["endpoints"]["lung foci"]["median"]
    page = (written / "report.html").read_text(encoding="utf-8")
    assert "lung foci (count)" in page
    assert f"{median:g} [" in terminal_summary(result, width=160)


@pytest.fixture(scope="module")
def potency(tmp_path_factory):
    """Report and methods of a real trial without a primary, with a card, as small as one can be."""
    from paget.model import load_catalog
    from paget.trial import run_trial

    folder, catalog = tmp_path_factory.mktemp("potency"), load_catalog()
    result = run_trial(catalog.trials["cluster-potency"], catalog, animals=2, workers=1)
    page = write_report(result, folder).read_text(encoding="utf-8")
    return page, (folder / "methods.md").read_text(encoding="utf-8")


class TestTrialsOfTheCatalog:
    def test_the_card_is_told(self, potency):
        page, methods = potency
        assert '<section id="card">' in page
        assert "50,000 cells one by one" in page
        assert "not seen, chosen here" in page
        assert 'href="#reference-aceto2014"' in page
        assert "Seen in the paper: route, dose and endpoint." in methods

    def test_nothing_is_said_of_a_primary(self, potency):
        page, methods = potency
        assert 'id="growth"' not in page
        assert 'href="#growth"' not in page
        assert "fat pad" not in methods
        assert "clusters of the same cells: tumour cells in clusters of 4" in methods

    def test_it_is_whole(self, potency):
        reader = Reader()
        reader.feed(potency[0])
        assert not reader.fetched
        assert {anchor[1:] for anchor in reader.anchors if anchor.startswith("#")} <= set(reader.ids)
