"""AnnData files (.h5ad) of one moment, for scanpy, squidpy and their relatives.

    X                             behaviours that differ between cells, as they are in each cell; the dead as dead
    var                           unit and kind of each behaviour; `own`: cells of one type may differ in it
    obs                           state of the cells: type, phase, dead, volume, radius, pressure ...; `FACTOR level`
    obsm["spatial"]               x, y, z (um); in 2-D x, y
    obsm["velocity"]              (um/min), same axes
    obsp["spatial_connectivities"], obsp["spatial_distances"]    cells in contact, under the names squidpy looks for
    obsp["springs"]               cells that a spring ties
    uns                           time, units, factors, domain, behaviours that all cells share, provenance (JSON)

Rows are cells in the order of their identifiers, which are the names of the observations. Behaviours are chosen by the
model, not by the moment, so that files of one run have the same columns.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array, csr_matrix

from paget.formats.atomic import new_file
from paget.formats.snapshot import MODELS, cell_columns, phase_names
from paget.tissue.snapshot import Snapshot
from paget.tissue.vocabulary import BEHAVIOURS

if TYPE_CHECKING:
    from anndata import AnnData

SCHEMA = "tissue-anndata/1"


def write_anndata(path: Path | str, snapshot: Snapshot, provenance: Mapping[str, Any] | None = None) -> Path:
    """Write one moment as a `.h5ad` file. Raises PagetError if the system refuses; an earlier file then stays.

    The file is made in memory first: HDF5 cannot close a file on a full disk without a cascade of tracebacks.
    """
    import h5py
    from anndata.io import write_elem

    path = Path(path)
    with new_file(path) as temporary, h5py.File("memory", "w", driver="core", backing_store=False) as file:
        options = {"compression": "gzip", "compression_opts": 1}
        write_elem(file, "/", anndata_of(snapshot, provenance), dataset_kwargs=options)
        file.flush()
        temporary.write_bytes(file.id.get_file_image())
    return path


def anndata_of(snapshot: Snapshot, provenance: Mapping[str, Any] | None = None) -> AnnData:
    """The same as an object in memory."""
    from anndata import AnnData

    numbers = differing_behaviours(snapshot)
    values = np.empty((snapshot.count, len(numbers)))
    for column, number in enumerate(numbers):
        values[:, column] = snapshot.behaviour(number)
    axes = 2 if snapshot.definition.domain.two_dimensional else 3
    obs, units = _observations(snapshot)
    return AnnData(
        X=values,
        obs=obs,
        var=_variables(snapshot, numbers),
        obsm={
            "spatial": snapshot.position[:, :axes].copy(),
            "velocity": snapshot.cells["velocity"][:, :axes].copy(),
        },
        obsp=_graphs(snapshot),
        uns=_facts(snapshot, units, numbers)
        | {"provenance": json.dumps(dict(provenance or {}), default=str)},
    )


def differing_behaviours(snapshot: Snapshot) -> list[int]:
    """Numbers of the behaviours that may differ between cells: by a value of their own, by type, or by death."""
    types, first = snapshot.types, snapshot.vocabulary.behaviour
    factors = len(snapshot.definition.factors)
    by_death = [start + f for start in (first.secretion, first.uptake, first.export) for f in range(factors)]
    by_cell = types.column >= 0
    by_type = (types.base != types.base[:1]).any(axis=0)
    changed = np.zeros(len(by_cell), dtype=bool)
    changed[by_death] = types.base[:, by_death].any(axis=0)
    return np.flatnonzero(by_cell | by_type | changed).tolist()


def _observations(snapshot: Snapshot) -> tuple[pd.DataFrame, dict[str, str]]:
    """State of the cells, and the unit of each column."""
    columns = cell_columns(snapshot)
    columns.pop("velocity")
    table: dict[str, Any] = {name: column.values for name, column in columns.items()}
    units = {name: column.unit for name, column in columns.items()}
    names = [kind.name for kind in snapshot.definition.cell_types]
    table["type"] = pd.Categorical.from_codes(snapshot.kind, names)
    table["model"] = pd.Categorical.from_codes(snapshot.cells["model"], list(MODELS))
    table["phase"] = pd.Categorical(phase_names(snapshot))
    levels = snapshot.level_at_cells()
    for number, factor in enumerate(snapshot.definition.factors):
        name = f"{_key(factor.name)} level"
        table[name], units[name] = levels[:, number], factor.unit
    return pd.DataFrame(table, index=snapshot.identifier.astype(str)), units


def _variables(snapshot: Snapshot, numbers: list[int]) -> pd.DataFrame:
    kinds, starts = list(BEHAVIOURS), np.array(snapshot.vocabulary.behaviour)
    found = [kinds[np.searchsorted(starts, number, side="right") - 1] for number in numbers]
    return pd.DataFrame(
        {
            "unit": [BEHAVIOURS[kind][1] for kind in found],
            "kind": found,
            "own": snapshot.types.column[numbers] >= 0,
        },
        index=[snapshot.vocabulary.behaviours[number] for number in numbers],
    )


def _graphs(snapshot: Snapshot) -> dict[str, csr_matrix]:
    touching = snapshot.contacts()
    apart = snapshot.position[touching[:, 0]] - snapshot.position[touching[:, 1]]
    return {
        "spatial_connectivities": _symmetric(touching, np.ones(len(touching)), snapshot.count),
        "spatial_distances": _symmetric(touching, np.sqrt((apart**2).sum(axis=1)), snapshot.count),
        "springs": _symmetric(snapshot.springs(), np.ones(len(snapshot.springs())), snapshot.count),
    }


def _symmetric(pairs: npt.NDArray[np.int64], values: npt.NDArray[np.float64], count: int) -> csr_matrix:
    one, other = np.concatenate([pairs, pairs[:, ::-1]]).T
    return csr_matrix(coo_array((np.tile(values, 2), (one, other)), shape=(count, count)))


def _facts(snapshot: Snapshot, units: dict[str, str], numbers: list[int]) -> dict[str, Any]:
    definition, vocabulary = snapshot.definition, snapshot.vocabulary
    domain = definition.domain
    shared = sorted(set(range(len(vocabulary.behaviours))) - set(numbers))
    return {
        "schema": SCHEMA,
        "time_min": snapshot.time,
        "units": units | {"spatial": "um", "velocity": "um/min"},
        "factors": pd.DataFrame(
            {
                "unit": [factor.unit for factor in definition.factors],
                "diffusion_um2_per_min": [float(factor.diffusion) for factor in definition.factors],
                "decay_per_min": [float(factor.decay) for factor in definition.factors],
            },
            index=pd.Index([factor.name for factor in definition.factors], dtype=object),
        ),
        "cell_types": pd.DataFrame(
            {"code": [kind.code for kind in definition.cell_types]},
            index=[kind.name for kind in definition.cell_types],
        ),
        "domain_um": {"low": list(domain.low), "high": list(domain.high), "spacing": list(domain.spacing)},
        "shared_behaviours": {
            _key(vocabulary.behaviours[number]): float(snapshot.types.base[0, number])
            for number in shared
            if len(snapshot.types.base)
        },
        "spatial_neighbors": {
            "connectivities_key": "spatial_connectivities",
            "distances_key": "spatial_distances",
            "params": {"n_neighbors": 0, "coord_type": "generic"},
        },
    }


def _key(name: str) -> str:
    """A name as a key of HDF5, where a slash would make a group."""
    return name.replace("/", "|")
