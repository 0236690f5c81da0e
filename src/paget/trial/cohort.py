"""A trial ready to run: genotypes compiled, places to fill, and the function that simulates and measures one animal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from paget.assays import Animal
from paget.errors import PagetError
from paget.host import run_subject
from paget.host.genotype import beside_wild_type
from paget.host.regimen import Protocol, Regimen
from paget.keyed_random import subject_key
from paget.model import Catalog, Edit, Model, resolve
from paget.model.trial_design import Inoculum, TrialDesign
from paget.rules import CompiledModel, compile_model
from paget.trial.outcome import Outcome, Seat, outcome_of
from paget.trial.planning import enrolment_of, observation_of, protocol_of, regimen_of
from paget.trial.screening import FloatArray, Place, Screening, population_sample
from paget.trial.subjects import Population, Values, parameter_draw, population_of

TWIN = "twin"
"""What stands for the arm in the keys of a trial whose arms hold the same animals."""


@dataclass(frozen=True)
class Genotype:
    """A model that one or more arms share."""

    model: Model
    compiled: CompiledModel
    population: Population
    sample: FloatArray
    """Scores of the population sample that sets the strata."""
    wild_type: int | None = None
    """Place of the same genotype with an unedited host, if its host is edited."""


@dataclass(frozen=True)
class Drawn:
    """A genotype and a way of inoculation with the numbers of one parameter draw."""

    compiled: CompiledModel
    protocol: Protocol
    screening: Screening
    organ_volumes: Mapping[str, float]


class Cohort:
    """All animals of a trial."""

    def __init__(self, design: TrialDesign, catalog: Catalog) -> None:
        """design: with the seed, the number of animals and of draws that are wanted."""
        self.design = design
        self.genotypes: list[Genotype] = []
        self._genotype_of: list[int] = []
        for arm in design.arms:
            self._genotype_of.append(self._genotype(arm.edits, catalog))
        self._groups: list[tuple[int, Inoculum]] = []
        """Genotypes with ways of inoculation: what one or more arms have in common."""
        self._group_of = [
            self._group(index, design.inoculum_of(arm))
            for arm, index in zip(design.arms, self._genotype_of, strict=True)
        ]
        self.observation = observation_of(design, self.genotypes[0].model)
        self.regimens: list[Regimen] = [
            regimen_of(arm, design, self.genotypes[index].compiled)
            for arm, index in zip(design.arms, self._genotype_of, strict=True)
        ]
        self._drawn: dict[tuple[int, int], Drawn] = {}

    def _genotype(self, edits: list[Edit], catalog: Catalog) -> int:
        """Index of a genotype, made if no earlier arm has it."""
        for index, genotype in enumerate(self.genotypes):
            if list(genotype.model.edits) == edits:
                return index
        design, drugs = self.design, self.design.drugs()
        of_tumour = [edit for edit in edits if edit.in_ == "tumour"]
        wild_type = self._genotype(of_tumour, catalog) if of_tumour != edits else None
        model = resolve(catalog, design.tumour, design.host, design.without, edits, drugs)
        population = population_of(model.quantities(), model.correlations)
        compiled = compile_model(model, drugs)
        sample = population_sample(population)
        self.genotypes.append(Genotype(model, compiled, population, sample, wild_type))
        return len(self.genotypes) - 1

    def _group(self, genotype: int, inoculum: Inoculum) -> int:
        """Index of this genotype with this inoculum, made if no earlier arm has both."""
        group = (genotype, inoculum)
        if group not in self._groups:
            self._groups.append(group)
        return self._groups.index(group)

    def model_of(self, arm: int) -> Model:
        """The model of an arm."""
        return self.genotypes[self._genotype_of[arm]].model

    def seats(self) -> Iterator[Seat]:
        """All subjects, the central draw first."""
        for draw in range(self.design.draws + 1):
            for index, arm in enumerate(self.design.arms):
                for animal in range(1, self.design.animals_in(arm) + 1):
                    yield Seat(index, animal, draw)

    def name_of(self, seat: Seat) -> str:
        """Name under which a finished subject is stored."""
        return f"{self.design.arms[seat.arm].name}/{seat.animal}/{seat.draw}"

    def prepare(self, draw: int) -> None:
        """Draw the uncertain numbers of a parameter draw; before its first animal, and from one thread."""
        for index, (genotype, inoculum) in enumerate(self._groups):
            if (index, draw) not in self._drawn:
                self._drawn[index, draw] = self._draw(self.genotypes[genotype], inoculum, draw)

    def _draw(self, genotype: Genotype, inoculum: Inoculum, draw: int) -> Drawn:
        design, model = self.design, genotype.model
        values = self.values_of(model, draw)
        enrolment = enrolment_of(design, model, values, inoculum)
        partners = genotype.compiled.partners
        growth = (model.tumour.crowding.alpha, model.tumour.crowding.beta)
        fixed = {rate.path: values.get(rate.path, rate.canonical) for rate in growth}
        population = genotype.population.with_medians(values)
        return Drawn(
            compiled=self._compiled(genotype, draw),
            protocol=protocol_of(design, model, self.observation, values, inoculum, partners),
            screening=Screening(
                population, genotype.sample, fixed, enrolment, design.seed, self.keyed_draw(draw)
            ),
            organ_volumes=_organ_volumes(model, values),
        )

    def _compiled(self, genotype: Genotype, draw: int) -> CompiledModel:
        compiled = genotype.compiled.with_values(self.values_of(genotype.model, draw))
        if genotype.wild_type is None:
            return compiled
        return beside_wild_type(compiled, self._compiled(self.genotypes[genotype.wild_type], draw))

    def values_of(self, model: Model, draw: int) -> Values:
        """Uncertain numbers of a draw, by path; studies that choose the numbers themselves replace it."""
        return parameter_draw(model.quantities(), self.design.seed, draw)

    def keyed_draw(self, draw: int) -> int:
        """The draw in the keys of random numbers; the same for all where only the numbers of the model may differ."""
        return draw

    def run(self, seat: Seat) -> Outcome:
        """Simulate and measure one animal. Depends on design, catalog and seat alone; safe from any thread."""
        animal, place = self.animal(seat)
        return outcome_of(animal, self.observation, seat.draw == 0, place.candidate, place.takes)

    def animal(self, seat: Seat) -> tuple[Animal, Place]:
        """Simulate one animal, without measuring it, and the place that it fills."""
        drawn = self._drawn[self._group_of[seat.arm], seat.draw]
        keyed_as = TWIN if self.design.twins else self.design.arms[seat.arm].name
        place = drawn.screening.place(keyed_as, seat.animal)
        protocol = drawn.protocol if place.takes else drawn.protocol._replace(engrafted_share=0.0)
        key = subject_key(self.design.seed, keyed_as, seat.animal, self.keyed_draw(seat.draw))
        compiled = drawn.compiled.with_values(place.values)
        try:
            record = run_subject(compiled, self.regimens[seat.arm], protocol, key)
        except PagetError as error:
            raise PagetError(
                error.what, key=self.name_of(seat), found=error.found, allowed=error.allowed
            ) from error
        return Animal(record, key, drawn.organ_volumes, compiled.cell_types), place

    def forget(self, draw: int) -> None:
        """Free what `prepare` made for a draw that is done."""
        for index in range(len(self._groups)):
            self._drawn.pop((index, draw), None)


def _organ_volumes(model: Model, values: Values) -> dict[str, float]:
    sites = model.host.sites.items()
    return {name: values.get(site.volume.path, site.volume.canonical) for name, site in sites}
