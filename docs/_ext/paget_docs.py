"""Directives that take their text from the code, so that the reference cannot lag behind it.

```{command-help} trial
```                            the output of `paget trial --help`

```{schema-fields} trial
```                            a table of the fields of a catalog file, from its JSON Schema

```{assay-numbers}
```                            a table of the errors and limits of all assays

```{trial-cards}
```                            the cards of all trials of the catalog

```{drug-table}
```                            all drugs, from the catalog

```{tissue-behaviours}
```                            the behaviours of the tissue engine; `tissue-signals` and `tissue-cycles` likewise
"""

from __future__ import annotations

import contextlib
import io
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList


class CommandHelp(Directive):
    """Help text of one command, or of `paget` itself without an argument."""

    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        from paget.cli import main

        words = self.arguments[0].split() if self.arguments else []
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            if main([*words, "--help"]) != 0:
                raise self.error(f"no such command: {' '.join(words)}")
        return [nodes.literal_block(text.getvalue(), text.getvalue())]


EVERYWHERE = ("Quantity", "Between")
"""Tables that stand in every kind of catalog file, and are told once."""


class GeneratedMarkdown(Directive):
    """Base of directives that make Markdown, which is then read as if it stood in the page."""

    def markdown(self) -> str:
        """The text."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        holder = nodes.section()
        holder.document = self.state.document
        lines = StringList(self.markdown().splitlines(), source=type(self).__name__)
        self.state.nested_parse(lines, self.content_offset, holder)
        return holder.children


class SchemaFields(GeneratedMarkdown):
    """One table for each object of the JSON Schema of a kind of catalog file."""

    required_arguments = 1

    def markdown(self) -> str:
        from paget.model import json_schema

        if self.arguments[0] == "quantity":
            parts = json_schema("factor")["$defs"]
            return "\n\n".join(_table(f"`{name}`", parts[name]) for name in EVERYWHERE)
        return schema_as_markdown(json_schema(self.arguments[0]))


class Endpoints(GeneratedMarkdown):
    """The vocabulary of measurements."""

    def markdown(self) -> str:
        from paget.model.endpoints import ENDPOINTS

        rows = ["| endpoint | unit | kind | site | what is read |", "|---|---|---|---|---|"]
        for end in ENDPOINTS:
            rows.append(f"| `{end.name}` | {end.unit} | {end.kind} | {end.site} | {end.text} |")
        return "\n".join(rows)


class AssayNumbers(GeneratedMarkdown):
    """Errors and limits of all assays."""

    def markdown(self) -> str:
        from paget.assays import assay_numbers

        rows = ["| endpoint | number | value | kind | what it is |", "|---|---|---|---|---|"]
        for row in assay_numbers():
            unit = "" if row["unit"] == "1" else f" {row['unit']}"
            name = row["name"].replace("_", " ")
            rows.append(
                f"| `{row['endpoint']}` | {name} | {row['value']:g}{unit} | {row['kind']} | {row['note']} |"
            )
        return "\n".join(rows)


class TrialCards(GeneratedMarkdown):
    """One card for each trial of the catalog, read when the documentation is built."""

    def markdown(self) -> str:
        from paget.model import load_catalog

        catalog = load_catalog()
        return "\n\n".join(card_as_markdown(catalog.trials[name], catalog) for name in sorted(catalog.trials))


def card_as_markdown(design: Any, catalog: Any) -> str:
    """The card of a trial as a table, with what is assumed and what comes out."""
    from paget.model.english.words import cite, sentence
    from paget.model.trial_card import seen_text

    card, keys = design.card, [key.strip() for key in (design.published or "").split(",")]
    lines = [f"**`{design.name}`.** {design.title}. {sentence(design.question)}", ""]
    if card is None:
        return "\n".join(lines)
    lines += [
        f"It resembles {cite(keys, catalog.references)}.",
        "",
        "| choice | in this trial | in the paper |",
    ]
    lines += ["|---|---|---|"]
    lines += [f"| {name} | {entry.value} | {seen_text(entry)} |" for name, entry in card.entries()]
    lines += ["", "Assumed:", "", *(f"- {sentence(text)}" for text in card.assumed), ""]
    serves = (
        f" Published results it serves: {', '.join(f'`{key}`' for key in card.results)}."
        if card.results
        else ""
    )
    return "\n".join([*lines, f"What comes out: {card.comes_out.rstrip('.')}.{serves}"])


class DrugTable(GeneratedMarkdown):
    """All drugs of the catalog: what they act on in each species, half-lives, usual course."""

    def markdown(self) -> str:
        from paget.model import load_catalog

        return drugs_as_markdown(load_catalog().drugs)


def drugs_as_markdown(drugs: dict[str, Any]) -> str:
    """One row for each action of each drug."""
    rows = [
        "| drug | action | in mice | in humans | half-life, mice / humans | usual in mice |",
        "|---|---|---|---|---|---|",
    ]
    for name, drug in sorted(drugs.items(), key=lambda pair: pair[0].casefold()):
        lives = " / ".join(_half_life(drug, species) for species in ("mouse", "human"))
        for index, action in enumerate(drug.actions):
            meets = [_constant(action, species) for species in ("mouse", "human")]
            shown = (f"`{name}`", lives, _course(drug)) if index == 0 else ("", "", "")
            rows.append(
                f"| {shown[0]} | {action.path_key} | {meets[0]} | {meets[1]} | {shown[1]} | {shown[2]} |"
            )
    return "\n".join(rows)


def _constant(action: Any, species: str) -> str:
    if getattr(action, "bound", True) is False:
        return "no"
    if not hasattr(action, "affinity"):
        return "any"
    target = action.affinity.get(species)
    number = None if target is None else target.constant()
    return "no" if number is None else f"{number.value:g} {number.unit}"


def _half_life(drug: Any, species: str) -> str:
    from paget.model.english.drug import in_words

    kinetics = drug.kinetics.get(species)
    if kinetics is None:
        return "unknown"
    return "saturable" if kinetics.half_life is None else in_words(kinetics.half_life)


def _course(drug: Any) -> str:
    usual = drug.usual.get("mouse")
    if usual is None:
        return ""
    text = f"{usual.dose.value:g} {usual.dose.unit} {usual.route}"
    return (
        text
        if usual.every is None
        else f"{text}, {usual.doses.value:g} times every {usual.every.value:g} days"
    )


class TissueBehaviours(GeneratedMarkdown):
    """What cells of a tissue can do."""

    def markdown(self) -> str:
        from paget.tissue.vocabulary import BEHAVIOURS

        rows = ["| behaviour | unit | unless stated |", "|---|---|---|"]
        rows += [f"| `{name}` | {unit} | {default:g} |" for name, unit, default in BEHAVIOURS.values()]
        return "\n".join(rows)


class TissueSignals(GeneratedMarkdown):
    """What cells of a tissue can sense."""

    def markdown(self) -> str:
        from paget.tissue.vocabulary import SIGNALS

        rows = ["| signal | unit |", "|---|---|"]
        return "\n".join(rows + [f"| `{name}` | {unit} |" for name, unit in SIGNALS.values()])


class TissueCycles(GeneratedMarkdown):
    """Models of the cell cycle and their phases."""

    def markdown(self) -> str:
        from paget.coupling.scene_types import CYCLES

        rows = ["| cycle | phases | cells divide at the end of |", "|---|---|---|"]
        for name, cycle in CYCLES.items():
            phases = [f"{number} {phase.name}" for number, phase in enumerate(cycle.phases)]
            dividing = [phase.name for phase in cycle.phases if phase.divides_at_exit]
            rows.append(f"| `{name}` | {', '.join(phases)} | {', '.join(dividing)} |")
        return "\n".join(rows)


def schema_as_markdown(schema: dict[str, Any]) -> str:
    """Markdown tables of the fields of a schema: first the file itself, then the tables within it."""
    parts = [_table("The file", schema)]
    parts += [
        _table(f"`{name}`", part)
        for name, part in schema.get("$defs", {}).items()
        if "properties" in part and name not in EVERYWHERE
    ]
    return "\n\n".join(parts)


def _table(title: str, schema: dict[str, Any]) -> str:
    required = set(schema.get("required", []))
    rows = [
        f"**{title}.** {_one_line(schema.get('description', ''))}",
        "",
        "| field | type | default | meaning |",
        "|---|---|---|---|",
    ]
    for name, field in schema.get("properties", {}).items():
        default = "required" if name in required else _code(field.get("default"))
        rows.append(f"| `{name}` | {_type(field)} | {default} | {_one_line(field.get('description', ''))} |")
    return "\n".join(rows)


def _type(field: dict[str, Any]) -> str:
    if field.get("type") == ["string", "number"]:
        unit = field.get("x-unit", "")
        return "share or percentage" if unit == "1" else f"setting in {unit}"
    if "$ref" in field:
        return f"`{field['$ref'].rsplit('/', 1)[-1]}`"
    if "const" in field:
        return _code(field["const"])
    if "enum" in field:
        return " or ".join(_code(value) for value in field["enum"])
    options = field.get("anyOf") or field.get("oneOf")
    if options:
        return " or ".join(_type(option) for option in options if option.get("type") != "null")
    if "prefixItems" in field:
        return f"pair of {_type(field['prefixItems'][0])}"
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    if field.get("type") == "object" and isinstance(field.get("additionalProperties"), dict):
        return f"table of {_type(field['additionalProperties'])}"
    return _PLAIN_TYPES.get(str(field.get("type")), "any")


_PLAIN_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true` or `false`",
    "object": "table",
    "array": "list",
}


def _code(value: object) -> str:
    if value in (None, "", []) or isinstance(value, dict):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def setup(app: Any) -> dict[str, Any]:
    """Register the directives with Sphinx."""
    app.add_directive("command-help", CommandHelp)
    app.add_directive("schema-fields", SchemaFields)
    app.add_directive("endpoints", Endpoints)
    app.add_directive("assay-numbers", AssayNumbers)
    app.add_directive("trial-cards", TrialCards)
    app.add_directive("drug-table", DrugTable)
    app.add_directive("tissue-behaviours", TissueBehaviours)
    app.add_directive("tissue-signals", TissueSignals)
    app.add_directive("tissue-cycles", TissueCycles)
    return {"version": "1", "parallel_read_safe": True}
