"""Whether a drug can act in a host: kinetics, route, and something to act on."""

from __future__ import annotations

from paget.errors import did_you_mean
from paget.model.biology import Species
from paget.model.dose import per_weight
from paget.model.drug import Drug
from paget.model.drug_actions import Action, Binds, Blocks, Depletes, Inhibits, Modifies, constant_in
from paget.model.quantity import BadValue, Setting
from paget.model.resolved import Model
from paget.model.resolving import sources_of_factor


def check_drug(drug: Drug, route: str, model: Model, dose: Setting | None = None) -> None:
    """BadValue (with the key of the treatment in `at`) for a drug that cannot be given or would do nothing."""
    host = model.host
    if host.species not in drug.kinetics:
        raise BadValue(
            f"{drug.name} has no kinetics in the {host.species}{_instead(drug, host.species)}",
            found=drug.name,
            allowed=sorted(drug.kinetics),
        )
    routes = drug.kinetics[host.species].routes
    if route not in routes:
        what = f"{drug.name} has no kinetics by this route in the {host.species}"
        raise BadValue(
            what, at=("route",), found=route, allowed=sorted(routes), suggestion=did_you_mean(route, routes)
        )
    if dose is not None:
        _check_dose(dose, model)
    if not host.has(drug.requires):
        raise BadValue(f"{drug.name} needs {drug.requires}, which {host.name} does not have", found=drug.name)
    reasons = [why_idle(action, model) for action in drug.actions]
    if all(reason is not None for reason in reasons):
        because = "; ".join(sorted({reason for reason in reasons if reason}))
        what = f"{drug.name} does nothing in this host: {because}{_instead(drug, host.species)}"
        raise BadValue(what, found=drug.name)


def _instead(drug: Drug, species: Species) -> str:
    """What to use where the drug does not work: '. In the mouse use PS/2', or nothing."""
    surrogate = drug.surrogates.get(species)
    return f". In the {species} use {surrogate}" if surrogate else ""


def _check_dose(dose: Setting, model: Model) -> None:
    try:
        per_weight(dose, model.host.body)
    except BadValue as bad:
        raise BadValue(bad.what, at=("dose",), found=dose.text, allowed="a dose in mg/kg or mg") from None


def why_idle(action: Action, model: Model) -> str | None:
    """Why an action has nothing to act on in this model; None if it acts."""
    if isinstance(action, Binds | Inhibits):
        return _why_unbound(action, model)
    if isinstance(action, Blocks):
        carriers = [c for c in model.cell_types.values() if action.receptor in c.receptors]
        if not carriers:
            return f"no cell carries {action.receptor}"
        species = {model.species_of(c.name) for c in carriers}
        if all(constant_in(action.affinity, one) is None for one in species):
            return f"it does not block {' or '.join(sorted(species))} {action.receptor}"
    if isinstance(action, Depletes | Modifies):
        return _why_unmoved(action, model)
    return None


def _why_unmoved(action: Depletes | Modifies, model: Model) -> str | None:
    if action.cell_type not in model.cell_types:
        return model.why_absent(action.cell_type) or f"there is no {action.cell_type} here"
    species = model.species_of(action.cell_type)
    if constant_in(action.affinity, species) is None:
        return f"it does not act on a {species} {action.cell_type}"
    if isinstance(action, Modifies) and action.behaviour not in model.cell_types[action.cell_type].behaviours:
        return f"{action.cell_type} does not show {action.behaviour} here"
    return None


def _why_unbound(action: Binds | Inhibits, model: Model) -> str | None:
    if isinstance(action, Binds) and not action.bound:
        return f"it does not bind {action.factor}"
    if action.factor not in model.factors:
        return f"there is no {action.factor} here"
    made = sources_of_factor(action.factor, model.cell_types, model.tumour, model.host)
    if not made:
        return f"nothing makes {action.factor} here"
    # Plasma and the cells of the host fill the pool of the ligand; what the antibody does to it, it does there.
    if constant_in(action.affinity, model.host.species) is None:
        return f"it does not bind {model.host.species} {action.factor}"
    return None
