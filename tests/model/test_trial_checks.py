"""What a trial may not do in this host, with the catalog as it is and with drugs of a project folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from paget.errors import PagetError
from paget.model import check_trial, load_catalog, load_trial_file

XENTUZUMAB = "drugs/xentuzumab.toml"
TRIAL = "trials/igf-paclitaxel.toml"
LM2 = ((r'tumour = "py230"', 'tumour = "lm2-4"'), (r'host = "c57bl6"', 'host = "scid"'))
"""Changes that put the human line into the host without T cells."""

ANTI_CD8 = """schema = "drug/1"
name = "anti-CD8"
class = "antibody"
dose_unit = "mg/kg"
molar_mass = { value = 150000, unit = "g/mol", source = "assumed", kind = "assumed" }
REQUIRES

[kinetics.mouse]
model = "one compartment"
elimination = "linear"
clearance = { value = 9, unit = "mL/day/kg", source = "assumed", kind = "assumed" }
volume = { value = 50, unit = "mL/kg", source = "assumed", kind = "assumed" }
[kinetics.mouse.routes."i.p."]
bioavailability = { value = 0.9, unit = "1", source = "assumed", kind = "assumed" }

[[actions]]
kind = "depletes"
cell_type = "CD8 T cell"
maximum_rate = { value = 3, unit = "1/day", source = "assumed", kind = "assumed" }
[actions.affinity.mouse]
half_concentration = { value = 1, unit = "mg/L", source = "assumed", kind = "assumed" }
"""


NO_COURSE = (r"\n\[usual.mouse\].*", "\n")
"""The usual course in mice goes with their kinetics."""


def with_anti_cd8(folder: Path, requires: str = "") -> None:
    path = folder / "drugs" / "anti-cd8.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ANTI_CD8.replace("REQUIRES", requires), encoding="utf-8")


def treated_with(drug: str) -> tuple[str, str]:
    """The control arm of a trial gets a drug."""
    return (
        r'name = "control"',
        f'name = "control"\n[[arms.treatments]]\ndrug = "{drug}"\ndose = "10 mg/kg"\nroute = "i.p."\n'
        'from = "inoculation"\nevery = "7 day"',
    )


@pytest.mark.parametrize(
    "requires, reason",
    [
        ("", "does nothing in this host: there is no CD8 T cell here"),
        ('requires = "T cells"', "needs T cells"),
    ],
)
def test_depleting_cells_that_the_host_lacks_is_refused(
    requires: str, reason: str, project: Callable[..., Path]
) -> None:
    folder = project(TRIAL, *LM2, treated_with("anti-CD8"), to="mine/lm2.toml")
    with_anti_cd8(folder, requires)
    with pytest.raises(PagetError, match=reason) as caught:
        load_trial_file(folder / "mine" / "lm2.toml", load_catalog(folder))
    assert caught.value.line is not None
    assert "anti-CD8" in str(caught.value)


@pytest.mark.parametrize(
    "drug, reason",
    [("anti-PD-1", "anti-PD-1 needs T cells, which scid does not have"), ("anti-VLA-4", None)],
)
def test_what_needs_t_cells_is_refused_without_them(
    drug: str, reason: str | None, project: Callable[..., Path]
) -> None:
    """Anti-VLA-4 still keeps monocytes out, so it may be given."""
    folder = project(TRIAL, *LM2, treated_with(drug), to="mine/lm2.toml")
    if reason is None:
        assert load_trial_file(folder / "mine" / "lm2.toml", load_catalog(folder)).drugs()[0] == drug
        return
    with pytest.raises(PagetError, match=reason) as caught:
        load_trial_file(folder / "mine" / "lm2.toml", load_catalog(folder))
    assert caught.value.line is not None


EDITED = 'name = "control"\n[[arms.edits]]\nin = "host"\nkind = "knock-out"\n'
READ = '[[assays]]\nendpoint = "{}"\ndays = ["end"]\n[[assays]]\nendpoint = "survival"'


@pytest.mark.parametrize(
    "pattern, text",
    [
        (r'name = "control"', EDITED + 'recruitment = "double-positive T cell"'),
        (r'name = "control"', EDITED + 'receptor = "VLA-4"\ncell_type = "double-positive T cell"'),
        (r'name = "control"', EDITED.replace('"host"', '"tumour"') + 'adhesion = "double-positive T cell"'),
        (
            r'name = "control"',
            EDITED.replace('"host"', '"tumour"') + 'behaviour = "adhesion to double-positive T cell"',
        ),
        (r'\[\[assays\]\]\nendpoint = "survival"', READ.format("composition: double-positive T cell")),
        (r'\[\[assays\]\]\nendpoint = "survival"', READ.format("CTC with partner: double-positive T cell")),
    ],
)
def test_double_positive_t_cells_are_refused_in_a_host_without_t_cells(
    pattern: str, text: str, project: Callable[..., Path]
) -> None:
    """The same trial passes in the host that has them."""
    folder = project(TRIAL, *LM2, (pattern, text), to="mine/lm2.toml")
    with pytest.raises(PagetError) as caught:
        load_trial_file(folder / "mine" / "lm2.toml", load_catalog(folder))
    assert "there is no double-positive T cell here: scid has no T cells" in str(caught.value)
    assert caught.value.line is not None
    folder = project(TRIAL, (pattern, text), to="mine/py230.toml")
    assert load_trial_file(folder / "mine" / "py230.toml", load_catalog(folder)).host == "c57bl6"


@pytest.mark.parametrize(
    "file, receptor, surrogate",
    [("anti-vla-4", "VLA-4", "PS/2"), ("anti-pd-1", "PD-1", "RMP1-14")],
)
def test_antibodies_for_human_targets_name_their_surrogate(
    file: str, receptor: str, surrogate: str, project: Callable[..., Path]
) -> None:
    """The human antibody alone: no affinity for the target of the mouse, or no kinetics in it."""
    no_mouse = (r"\[actions.affinity.mouse\]\n[^\n]*\n", "")
    folder = project(f"drugs/{file}.toml", no_mouse)
    name = f"anti-{receptor}"
    project(TRIAL, treated_with(name), to="mine/py230.toml")
    with pytest.raises(PagetError) as caught:
        load_trial_file(folder / "mine" / "py230.toml", load_catalog(folder))
    for words in (f"does not block mouse {receptor}", f"In the mouse use {surrogate}"):
        assert words in str(caught.value)


def test_the_same_drug_passes_where_it_has_a_target(project: Callable[..., Path]) -> None:
    folder = project(TRIAL, treated_with("anti-CD8"), to="mine/py230.toml")
    with_anti_cd8(folder, 'requires = "T cells"')
    assert load_trial_file(folder / "mine" / "py230.toml", load_catalog(folder)).drugs()[0] == "anti-CD8"


def test_antibody_that_binds_nothing_here_is_refused_and_its_surrogate_named(
    project: Callable[..., Path],
) -> None:
    """Both affinities for the mouse ligands taken away: only the human ones are bound."""
    no_mouse = (r"\n\[actions.affinity.mouse\]\n[^\n]*\n", "\n")
    surrogate = (r'^dose_unit = "mg/kg"', 'dose_unit = "mg/kg"\nsurrogates = { mouse = "m610" }')
    folder = project(XENTUZUMAB, no_mouse, no_mouse, surrogate)
    with pytest.raises(PagetError) as caught:
        load_catalog(folder)
    message = str(caught.value)
    for text in (
        "xentuzumab does nothing in this host",
        "does not bind mouse IGF-1",
        "does not bind insulin",
        "use m610",
    ):
        assert text in message


def test_half_an_antibody_is_enough(project: Callable[..., Path]) -> None:
    """A drug is refused only where none of its actions finds a target."""
    folder = project(XENTUZUMAB, (r"\n\[actions.affinity.mouse\]\n[^\n]*\n", "\n"))
    assert load_catalog(folder).trials


def test_drug_without_kinetics_in_this_species(project: Callable[..., Path]) -> None:
    folder = project(XENTUZUMAB, (r"\[kinetics.mouse\].*?(?=\[kinetics.human\])", ""), NO_COURSE)
    with pytest.raises(PagetError, match="xentuzumab has no kinetics in the mouse"):
        load_catalog(folder)


def test_allogeneic_graft_is_refused(project: Callable[..., Path]) -> None:
    folder = project("hosts/c57bl6.toml", (r'strain = "C57BL/6"', 'strain = "BALB/c"'))
    with pytest.raises(PagetError, match=r"rejects a tumour of another strain \(allogeneic graft\)"):
        load_catalog(folder)


def test_trials_of_the_catalog_pass(catalog: object) -> None:
    loaded = load_catalog()
    for design in loaded.trials.values():
        check_trial(design, loaded)
