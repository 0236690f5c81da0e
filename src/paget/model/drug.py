"""Drugs: kinetics by species and route, and their toxicity; what they do stands in `drug_actions`."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator

from paget.model.biology import Faculty, Species
from paget.model.drug_actions import Action
from paget.model.names import Item, OneOf
from paget.model.quantity import BadValue, Entry, In, Quantity

RouteName = Annotated[str, OneOf("i.v.", "i.p.", "s.c.", "oral")]
"""Ways into the body."""


class Route(Entry):
    """One way into the body."""

    bioavailability: Annotated[Quantity, In("1", at_most=1)]
    """Share of the dose that reaches plasma [1]."""
    absorption_rate: Annotated[Quantity, In("1/day", above=0)] | None = None
    """First-order rate of absorption [1/day]. Default: at once."""


class Kinetics(Entry):
    """Kinetics in one species."""

    model: Literal["one compartment", "two compartments"]
    """Number of compartments."""
    elimination: Literal["linear", "saturable"]
    """`linear` needs clearance, `saturable` needs maximum_rate and half_saturation."""
    clearance: Annotated[Quantity, In("L/kg/day", above=0)] | None = None
    """Clearance per body weight [L/kg/day]."""
    maximum_rate: Annotated[Quantity, In("mg/kg/day", above=0)] | None = None
    """Largest rate of elimination per body weight [mg/kg/day]."""
    half_saturation: Annotated[Quantity, In("mg/L", above=0)] | None = None
    """Concentration in plasma at half the largest rate [mg/L]."""
    volume: Annotated[Quantity, In("L/kg", above=0)]
    """Central volume of distribution per body weight [L/kg]."""
    peripheral_volume: Annotated[Quantity, In("L/kg", above=0)] | None = None
    """Peripheral volume per body weight [L/kg]; two compartments only."""
    distribution_clearance: Annotated[Quantity, In("L/kg/day", above=0)] | None = None
    """Exchange between the compartments per body weight [L/kg/day]; two compartments only."""
    routes: Annotated[dict[RouteName, Route], Field(min_length=1)]
    """Routes with known uptake."""

    @property
    def half_life(self) -> float | None:
        """Half-life of the last phase of elimination [day]; None where it depends on the level (saturable)."""
        if self.clearance is None:
            return None
        out = self.clearance.canonical / self.volume.canonical
        if self.peripheral_volume is None or self.distribution_clearance is None:
            return math.log(2.0) / out
        forth = self.distribution_clearance.canonical / self.volume.canonical
        back = self.distribution_clearance.canonical / self.peripheral_volume.canonical
        half = 0.5 * (out + forth + back)
        return math.log(2.0) / (half - math.sqrt(half * half - out * back))

    @model_validator(mode="after")
    def _complete(self) -> Kinetics:
        """Each choice brings its own numbers, and no others."""
        linear = self.elimination == "linear"
        two = self.model == "two compartments"
        self._need(linear, f"{self.elimination} elimination", "clearance")
        self._need(not linear, f"{self.elimination} elimination", "maximum_rate", "half_saturation")
        self._need(two, f"a model with {self.model}", "peripheral_volume", "distribution_clearance")
        return self

    def _need(self, needed: bool, choice: str, *keys: str) -> None:
        for key in keys:
            given = getattr(self, key) is not None
            if needed and not given:
                raise BadValue(f"{choice} needs {key}")
            if given and not needed:
                raise BadValue(f"{choice} has no {key}", at=(key,))


class Toxicity(Entry):
    """What the drug does to the host."""

    weight_loss: Annotated[Quantity, In("mL/ug/day")]
    """Relative loss of body weight per exposure in plasma [mL/ug/day]."""
    weight_recovery: Annotated[Quantity, In("1/day", above=0)]
    """Rate at which lost weight returns [1/day]."""
    neutrophil_suppression: Annotated[Quantity, In("mL/ug/day")]
    """Inhibition of proliferating marrow cells per lingering exposure [mL/ug/day]."""


class Usual(Entry):
    """How the drug is usually given in one species, for screens and as a first guess. No engine reads it."""

    dose: Annotated[Quantity, In("mg/kg", above=0)]
    """Each dose [mg/kg]."""
    route: RouteName
    """Way into the body, one of the routes of this species."""
    every: Annotated[Quantity, In("day", above=0)] | None = None
    """Interval between doses [day]; required with more than one dose."""
    doses: Annotated[Quantity, In("1", above=0)]
    """Number of doses [1], a whole number."""

    @model_validator(mode="after")
    def _complete(self) -> Usual:
        if self.doses.value != round(self.doses.value):
            raise BadValue("must be a whole number", at=("doses",), found=self.doses.value)
        if self.doses.value > 1 and self.every is None:
            raise BadValue("more than one dose needs every")
        return self

    def days(self, start: float = 0.0) -> list[float]:
        """Days of the doses of one course that begins on day `start` [day]."""
        interval = 0.0 if self.every is None else self.every.canonical
        return [start + index * interval for index in range(round(self.doses.value))]


class Drug(Item):
    """A drug."""

    schema_: Literal["drug/1"] = Field(alias="schema")
    """`drug/1`."""
    class_: Literal["cytotoxic", "antibody", "small molecule"] = Field(alias="class")
    """Class."""
    dose_unit: Literal["mg/kg", "mg/m^2", "mg", "ug"]
    """Unit in which the field usually states doses; a trial may use any of them (mg and ug: for the whole animal)."""
    molar_mass: Annotated[Quantity, In("g/mol", above=0)]
    """Molar mass [g/mol]."""
    requires: Faculty | None = None
    """What a host must have for the drug to act. Default: nothing."""
    surrogates: dict[Species, str] = Field(default_factory=dict)
    """What to use instead in a species whose target it does not bind. Default: none."""
    kinetics: Annotated[dict[Species, Kinetics], Field(min_length=1)]
    """Kinetics by species of the host."""
    actions: Annotated[list[Action], Field(min_length=1)]
    """What it does in the body."""
    toxicity: Toxicity | None = None
    """Toxicity. Default: none."""
    usual: dict[Species, Usual] = Field(default_factory=dict)
    """Usual dose and schedule by species. Default: none stated."""

    @model_validator(mode="after")
    def _usual_route_is_known(self) -> Drug:
        for species, usual in self.usual.items():
            routes = self.kinetics[species].routes if species in self.kinetics else {}
            if usual.route not in routes:
                raise BadValue(
                    f"{self.name} has no kinetics by this route in the {species}",
                    at=("usual", species, "route"), found=usual.route, allowed=sorted(routes),
                )  # fmt: skip
        return self

    @property
    def drug_class(self) -> str:
        """Class, as in the file's key `class`."""
        return self.class_
