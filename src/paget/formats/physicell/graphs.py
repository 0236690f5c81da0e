"""Graph files of PhysiCell: one line per cell, `ID: id,id,...`, every pair in the lines of both cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from paget.formats.atomic import new_file


def graph_text(identifier: npt.NDArray[np.int64], pairs: npt.NDArray[np.int64]) -> str:
    """The text of a graph file: `identifier` of n cells, `pairs` of their rows, shape (p, 2), each pair once."""
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    end = np.cumsum(np.bincount(both[:, 0], minlength=len(identifier))).tolist()
    words = identifier.astype(str).tolist()
    partners = [words[row] for row in both[:, 1].tolist()]
    lines, start = [], 0
    for word, last in zip(words, end, strict=True):
        lines.append(f"{word}: {','.join(partners[start:last])}")
        start = last
    return "\n".join(lines)


def write_graph(path: Path, identifier: npt.NDArray[np.int64], pairs: npt.NDArray[np.int64]) -> Path:
    """Write a graph file. Raises PagetError if the system refuses."""
    with new_file(path) as temporary:
        temporary.write_text(graph_text(identifier, pairs), encoding="ascii")
    return path
