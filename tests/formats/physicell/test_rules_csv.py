"""Rules as CSV: versions 3 and 1, what is refused, and what PhysiCell would do otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.errors import PagetError
from paget.formats.physicell.carried_over import CarriedOver
from paget.formats.physicell.dictionary import dictionary_of
from paget.formats.physicell.rules_csv import RuleReader
from paget.tissue.cycles import LIVE
from paget.tissue.definition import CellType
from paget.tissue.vocabulary import vocabulary_of

FACTORS, TYPES = ("oxygen",), ("tumour", "T cell")
BASES = {"exit from cycle phase 0": 0.001, "attack damage rate": 2.0, "phagocytose apoptotic cell": 0.0}


def reader() -> RuleReader:
    vocabulary = vocabulary_of(FACTORS, TYPES)
    defaults = dict(zip(vocabulary.behaviours, vocabulary.defaults, strict=True))
    types = tuple(CellType(name, code, LIVE, BASES) for code, name in enumerate(TYPES))
    dictionary = dictionary_of(FACTORS, [(name, code) for code, name in enumerate(TYPES)])
    return RuleReader(types, defaults, dictionary, CarriedOver())


def read(text: str, version: int = 3) -> RuleReader:
    rules = reader()
    rules.read_lines(text, "r.csv", version)
    return rules


def test_a_line_becomes_a_rule():
    (rule,) = read("T cell,contact with cell type 0,decreases,transition to tumour,0.5,2,3,1\n").rules
    assert (rule.cell_type, rule.signal, rule.behaviour) == (
        "T cell",
        "contact with tumour",
        "transform to tumour",
    )
    assert (rule.increases, rule.saturation, rule.half_maximum, rule.power) == (False, 0.5, 2.0, 3.0)
    assert rule.applies_to_dead


def test_comments_blank_lines_tabs_and_line_ends():
    text = "// tumour,nothing\r\n\r\n,,,,,,,\r\n"
    text += "tumour\ttime\tincreases\tapoptosis\t1\t2\t3\t0\r\ntumour,dead,increases,apoptosis,1,2,3,0,\n"
    assert [rule.signal for rule in read(text).rules] == ["time", "dead"]


def test_version_1_states_the_base_and_has_old_names():
    text = (
        "tumour,oxygen,increases,cycle entry,0.001,0.003,20,4,0\n"
        "tumour,time,increases,damage rate,2,5,20,4,0\n"
        "tumour,time,increases,phagocytose dead cell,0,5,20,4,0\n"
    )
    found = read(text, 1)
    assert [rule.behaviour for rule in found.rules] == [
        "exit from cycle phase 0",
        "attack damage rate",
        "phagocytose apoptotic cell",
        "phagocytose necrotic cell",
        "phagocytose other dead cell",
    ]
    assert [rule.saturation for rule in found.rules] == [0.003, 5, 5, 5, 5]
    assert len(found.report.of("done differently")) == 2
    with pytest.raises(
        PagetError, match=r"base value: is not the base of .* \(found 0.002; allowed: 0.001\)|found '0.002'"
    ):
        read(text.replace("0.001,0.003", "0.002,0.003"), 1)


def test_both_directions_of_one_signal_keep_their_own_parameters():
    found = read("tumour,oxygen,increases,apoptosis,1,5,2,0\ntumour,oxygen,decreases,apoptosis,0,50,8,0\n")
    assert [(rule.half_maximum, rule.power) for rule in found.rules] == [(5, 2), (50, 8)]
    assert "PhysiCell 1.14 gives both those of the later" in found.report.of("done differently")[0].note


def test_signals_that_physicell_does_not_reach_get_a_note():
    found = read("tumour,contact with necrotic cells,increases,apoptosis,1,5,2,0\n")
    assert "PhysiCell 1.14 knows the name but reads 0" in found.report.of("done differently")[0].note


@pytest.mark.parametrize(
    ("word", "applies", "warns"), [("1", True, 0), ("0.0", False, 0), ("true", True, 1), ("False", False, 1)]
)
def test_applies_to_dead(word, applies, warns):
    found = read(f"tumour,oxygen,increases,apoptosis,1,5,2,{word}\n")
    assert found.rules[0].applies_to_dead is applies
    assert len(found.report.of("warning")) == warns


def test_a_saturation_on_the_wrong_side_gets_a_warning():
    found = read("tumour,oxygen,decreases,cycle entry,0.5,5,2,0\n")
    assert "without effect by itself" in found.report.of("warning")[0].note


def test_a_phase_that_the_cycle_has_not_gets_a_warning():
    found = read("tumour,oxygen,increases,exit from cycle phase 1,0.5,5,2,0\n")
    assert "the cycle of tumour has only 1, counted from 0" in found.report.of("warning")[0].note


GOOD = "tumour,oxygen,increases,apoptosis,1,5,2,0"
BAD = [
    ("tumour,oxygen,increases,apoptosis,1,5,2", "rule of version 3: needs 8 fields (found 7)"),
    (GOOD + ",0", 'nine are version 1: then the ruleset must say version="1.0"'),
    ("tumour,,increases,apoptosis,1,5,2,0", "field 2: is empty"),
    (
        GOOD.replace("tumour", "tumor"),
        "cell type: unknown cell type (found 'tumor'; allowed: tumour, T cell). Did you mean",
    ),
    (GOOD.replace("tumour", " tumour"), "Did you mean 'tumour'?"),
    (GOOD.replace("oxygen", "oxigen"), "signal: unknown signal (found 'oxigen'). Did you mean 'oxygen'?"),
    (
        GOOD.replace("increases", "increase"),
        "direction: unknown direction (found 'increase'; allowed: increases, decr",
    ),
    (
        GOOD.replace("apoptosis", "apotosis"),
        "behaviour: unknown behaviour (found 'apotosis'). Did you mean 'apoptosis'?",
    ),
    (
        GOOD.replace("apoptosis", "phagocytose dead cell"),
        "which has phagocytose apoptotic cell, phagocytose necrotic cell",
    ),
    (GOOD.replace(",1,5", ",one,5"), "saturation value: is not a finite number (found 'one')"),
    (GOOD.replace(",1,5", ",-1,5"), "saturation value: must not be negative"),
    (GOOD.replace(",1,5", ",1,inf"), "half-max: is not a finite number"),
    (GOOD.replace(",5,2", ",0,2"), "half-max: must be above 0"),
    (GOOD.replace(",5,2", ",5,-2"), "Hill power: must be above 0"),
    (GOOD[:-1] + "yes", "applies to dead: must be 0 or 1 (found 'yes')"),
]


@pytest.mark.parametrize(("line", "message"), BAD)
def test_bad_rules(line, message):
    with pytest.raises(PagetError) as error:
        read(f"// comment\n\n{line}\n")
    assert message in str(error.value)
    assert (error.value.file, error.value.line) == ("r.csv", 3)


def test_the_same_rule_twice_also_under_another_name():
    again = "tumour,time,increases,cycle entry,1,5,2,0\ntumour,current time,increases,exit from cycle phase 0,2,5,2,0\n"
    with pytest.raises(PagetError, match=r"r.csv:2: rule: the same rule as in r.csv:1"):
        read(again)


@given(st.text(alphabet="tumour,xygein apsd0123.-\t\n/", max_size=120))
def test_any_text_is_rules_or_an_error(text):
    try:
        found = read(text)
    except PagetError:
        return
    assert {rule.cell_type for rule in found.rules} <= set(TYPES)


numbers = st.floats(min_value=1e-6, max_value=1e6)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["oxygen", "time", "pressure", "volume"]),
            st.booleans(),
            st.sampled_from(["apoptosis", "necrosis", "migration speed"]),
            numbers,
            numbers,
            numbers,
            st.booleans(),
        ),
        unique_by=lambda row: row[:3],
        max_size=8,
    )
)
def test_what_is_written_is_read(rows):
    direction = {True: "increases", False: "decreases"}
    text = "".join(
        f"tumour,{signal},{direction[up]},{behaviour},{top!r},{half!r},{power!r},{int(dead)}\n"
        for signal, up, behaviour, top, half, power, dead in rows
    )
    found = read(text).rules
    kept = [
        (r.signal, r.increases, r.behaviour, r.saturation, r.half_maximum, r.power, r.applies_to_dead)
        for r in found
    ]
    assert kept == rows
