"""What cells exchange with the medium and do to each other; custom variables; intracellular models."""

from __future__ import annotations

from paget.formats.physicell.carried_over import DIFFERENT, OFF, UNREAD, UNSUPPORTED
from paget.formats.physicell.draft import Draft, Names, known_name
from paget.formats.physicell.element import Element, as_number

_SECRETION = {
    "secretion_rate": ("secretion", 0.0),
    "secretion_target": ("secretion target", 0.0),
    "uptake_rate": ("uptake", 0.0),
    "net_export_rate": ("export", None),
}
_DEAD = {
    "apoptotic_phagocytosis_rate": "phagocytose apoptotic cell",
    "necrotic_phagocytosis_rate": "phagocytose necrotic cell",
    "other_dead_phagocytosis_rate": "phagocytose other dead cell",
}
_TARGETS = (
    ("live_phagocytosis_rates", "phagocytosis_rate", "phagocytose"),
    ("attack_rates", "attack_rate", "attack"),
    ("fusion_rates", "fusion_rate", "fuse to"),
)


def read_secretion(phenotype: Element, draft: Draft, names: Names) -> None:
    """Secretion, uptake and export of each factor."""
    node = phenotype.child("secretion")
    for factor in node.all("substrate") if node is not None else ():
        name = factor.name_among("name", names.factors, "substrate")
        for tag, (behaviour, least) in _SECRETION.items():
            child = factor.child(tag)
            if child is not None:
                draft.behaviours[f"{name} {behaviour}"] = child.number(least)


def read_interactions(phenotype: Element, draft: Draft, names: Names) -> None:
    """Phagocytosis, attack and fusion."""
    node = phenotype.child("cell_interactions")
    if node is None:
        return
    _dead(node, draft)
    for group, tag, behaviour in _TARGETS:
        rates = node.child(group)
        for rate in rates.all(tag) if rates is not None else ():
            target = known_name(rate, "name", names.types, "cell type", 0.0)
            if target is not None:
                draft.behaviours[f"{behaviour} {target}"] = rate.number(0.0)
    _attack(node, draft)


def _dead(node: Element, draft: Draft) -> None:
    """The old single rate counts for every way of being dead that has none of its own; absent rates are 0."""
    old = node.child("dead_phagocytosis_rate")
    common = 0.0 if old is None else old.number(0.0)
    if old is not None:
        old.note = "old form: the rate for apoptotic, necrotic and other dead cells"
    for tag, behaviour in _DEAD.items():
        child = node.child(tag)
        draft.behaviours[behaviour] = common if child is None else child.number(0.0)


def _attack(node: Element, draft: Draft) -> None:
    """Damage and length of an attack. Absent, PhysiCell reads 0 for both, so that attacks do nothing."""
    damage, old, duration = (
        node.child("attack_damage_rate"),
        node.child("damage_rate"),
        node.child("attack_duration"),
    )
    if old is not None:
        old.mark(
            DIFFERENT,
            "old name of attack_damage_rate, read as that; PhysiCell 1.14 ignores it and takes 0"
            if damage is None
            else "ignored: attack_damage_rate is given too",
        )
    if damage is None:
        damage = old
    if damage is not None:
        draft.behaviours["attack damage rate"] = damage.number(0.0)
    if duration is not None:
        draft.behaviours["attack duration"] = duration.number(0.0)
    attacks = any(
        v > 0 for b, v in draft.behaviours.items() if b.startswith("attack ") and b not in _NOT_RATES
    )
    missing = [
        f"{tag} {draft.behaviours.get(behaviour, 1.0):g} {unit}"
        for tag, behaviour, unit, child in (
            ("attack_damage_rate", "attack damage rate", "1/min", damage),
            ("attack_duration", "attack duration", "min", duration),
        )
        if child is None
    ]
    if missing and attacks:
        node.warn(
            f"missing, kept as inherited: {', '.join(missing)}; PhysiCell 1.14 reads 0, so that attacks do nothing"
        )


_NOT_RATES = ("attack damage rate", "attack duration")


def read_transformations(phenotype: Element, draft: Draft, names: Names) -> None:
    """Rates of becoming another type."""
    node = phenotype.child("cell_transformations")
    rates = node.child("transformation_rates") if node is not None else None
    for rate in rates.all("transformation_rate") if rates is not None else ():
        target = known_name(rate, "name", names.types, "cell type", 0.0)
        value = rate.number(0.0)
        if target is None:
            continue
        if target == draft.name:
            if value > 1e-16:
                rate.mark(UNSUPPORTED, "a type does not turn into itself; PhysiCell ignores this too")
            continue
        draft.behaviours[f"transform to {target}"] = value


def read_integrity(phenotype: Element, draft: Draft) -> None:
    """Damage and repair."""
    node = phenotype.child("cell_integrity")
    for tag, behaviour in (("damage_rate", "damage rate"), ("damage_repair_rate", "damage repair rate")):
        child = node.child(tag) if node is not None else None
        if child is not None:
            draft.behaviours[behaviour] = child.number(0.0)


def read_intracellular(phenotype: Element) -> str | None:
    """The kind of an intracellular model, None if there is none; it is not carried over."""
    node = phenotype.child("intracellular")
    molecular = phenotype.child("molecular")
    if molecular is not None:
        molecular.mark(UNREAD)
    if node is None:
        return None
    kind = node.attribute("type") or "unnamed"
    node.mark(UNSUPPORTED, f"intracellular model ({kind}): Paget runs none")
    return kind


def read_custom(definition: Element, draft: Draft) -> None:
    """Custom variables; each is a signal and a behaviour of its name."""
    node = definition.child("custom_data")
    for child in node.every() if node is not None else ():
        conserved = child.flag_attribute("conserved")
        if len(child.text.replace(",", " ").split()) > 1 and as_number(child.text) is None:
            child.mark(UNSUPPORTED, "custom vectors: only custom C++ reads them")
            continue
        draft.custom[child.tag] = child.number()
        draft.conserved[child.tag] = conserved


def mark_disabled(definition: Element) -> Element | None:
    """The element with distributions of initial parameters, where it is enabled."""
    node = definition.child("initial_parameter_distributions")
    if node is None:
        return None
    if not node.flag_attribute("enabled", default=True):
        node.mark(OFF)
        return None
    return node
