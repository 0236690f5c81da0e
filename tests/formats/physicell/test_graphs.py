"""Graph files of PhysiCell."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from paget.formats.physicell.graphs import graph_text, write_graph


def test_lines(tmp_path):
    path = write_graph(tmp_path / "g.txt", np.array([3, 5, 40]), np.array([[0, 2], [0, 1]]))
    assert path.read_text() == "3: 5,40\n5: 3\n40: 3"


def test_no_cells_and_no_pairs():
    assert graph_text(np.empty(0, dtype=np.int64), np.empty((0, 2), dtype=np.int64)) == ""
    assert graph_text(np.array([7, 9]), np.empty((0, 2), dtype=np.int64)) == "7: \n9: "


@given(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(st.just(n), st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))))
    )
)
def test_every_pair_stands_in_both_lines(case):
    n, drawn = case
    pairs = sorted({(min(pair), max(pair)) for pair in drawn if pair[0] != pair[1]})
    identifier = np.arange(n) * 3 + 2
    text = graph_text(identifier, np.array(pairs, dtype=np.int64).reshape(-1, 2))
    found = {}
    for line in text.split("\n"):
        key, partners = line.split(": ")
        found[int(key)] = {int(p) for p in partners.split(",")} if partners else set()
    expected = {int(i): set() for i in identifier}
    for one, other in pairs:
        expected[int(identifier[one])].add(int(identifier[other]))
        expected[int(identifier[other])].add(int(identifier[one]))
    assert found == expected
