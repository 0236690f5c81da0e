"""Tables, summary and workbook: everything in, everything out, nothing that other programs cannot read."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import jsonschema
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paget.errors import PagetError
from paget.formats.summary import funnel_means, summary, write_summary
from paget.formats.tables import FRAMES, read_tables, write_tables
from paget.formats.workbook import _SheetNames, write_workbook

NUMBER = {"type": ["number", "null"]}
PAIR = {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}
SUMMARY_SCHEMA = {
    "type": "object",
    "required": ["schema", "trial", "seed", "animals", "arms", "contrasts", "funnel"],
    "properties": {
        "schema": {"const": "summary/1"},
        "arms": {
            "additionalProperties": {
                "required": ["endpoints"],
                "properties": {
                    "endpoints": {
                        "additionalProperties": {
                            "required": [
                                "unit", "day", "values", "median", "mean", "q25", "q75", "between_animals",
                                "from_parameters",
                            ],
                            "properties": {
                                "unit": {"type": "string"},
                                "values": {"type": "array", "items": NUMBER},
                                "between_animals": PAIR,
                                "from_parameters": {"anyOf": [PAIR, {"type": "null"}]},
                            },
                        }
                    }
                },
            }
        },
        "contrasts": {
            "items": {
                "required": [
                    "endpoint", "arms", "effect", "effect_name", "interval", "p", "p_holm", "test", "declared",
                ],
                "properties": {"interval": PAIR, "p": NUMBER, "n": PAIR, "arms": {"minItems": 2, "maxItems": 2}},
            }
        },
    },
}  # fmt: skip


class TestTables:
    def test_parquet_gives_the_frames_back(self, result, tmp_path):
        files = write_tables(result, tmp_path)
        assert len(files) == 2 * len(FRAMES)
        found = read_tables(tmp_path)
        for name in FRAMES:
            expected = getattr(result, name)
            pd.testing.assert_frame_equal(found[name], expected, check_dtype=bool(len(expected)))

    def test_csv_holds_the_same_numbers_exactly(self, result, tmp_path):
        write_tables(result, tmp_path)
        text = {"keep_default_na": False, "na_values": {"value": [""]}, "float_precision": "round_trip"}
        found = pd.read_csv(tmp_path / "tables" / "endpoints.csv", **text)
        pd.testing.assert_frame_equal(found, result.endpoints, check_dtype=False, check_exact=True)

    def test_a_frame_without_rows_keeps_its_columns(self, result, tmp_path):
        write_tables(result, tmp_path)
        found = pd.read_csv(tmp_path / "tables" / "lesions.csv")
        assert list(found.columns) == list(result.lesions.columns)
        assert found.empty

    def test_categories_become_text(self, result, tmp_path):
        coded = SimpleNamespace(survival=result.survival.astype({"arm": "category"}))
        write_tables(coded, tmp_path)
        found = pd.read_parquet(tmp_path / "tables" / "survival.parquet")
        assert found["arm"].tolist() == result.survival["arm"].tolist()

    def test_missing_and_torn_tables_are_named(self, result, tmp_path):
        with pytest.raises(PagetError, match="missing"):
            read_tables(tmp_path)
        write_tables(result, tmp_path)
        (tmp_path / "tables" / "survival.parquet").write_bytes(b"PAR1 torn")
        with pytest.raises(PagetError, match=r"survival\.parquet"):
            read_tables(tmp_path)


def strict(text: str):
    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


class TestSummary:
    def test_fits_its_schema_and_is_strict_json(self, result, tmp_path):
        found = strict(write_summary(result, tmp_path).read_text(encoding="utf-8"))
        jsonschema.validate(found, SUMMARY_SCHEMA)
        assert found["trial"] == "igf-paclitaxel"
        assert found["draws"] == 5

    def test_values_are_one_per_subject_of_the_central_draw(self, result):
        found = summary(result)["arms"]["paclitaxel"]["endpoints"]
        rows = result.endpoints.query("arm == 'paclitaxel' and draw == 0 and endpoint == 'lung foci'")
        entry = found["lung foci"]
        assert entry["values"] == rows.sort_values("animal")["value"].tolist()
        assert entry["median"] == np.median(entry["values"])
        assert entry["mean"] == pytest.approx(np.mean(entry["values"]))
        assert entry["between_animals"] == pytest.approx(list(np.quantile(entry["values"], [0.05, 0.95])))
        assert found["collagen alignment"]["values"][2] is None
        assert found["collagen alignment"]["n"] == 9

    def test_order_of_rows_does_not_matter(self, result):
        mixed = SimpleNamespace(**vars(result))
        mixed.endpoints = result.endpoints.sample(frac=1, random_state=1)
        assert summary(mixed)["arms"] == summary(result)["arms"]

    def test_parameter_range_is_over_medians_of_draws_and_null_without(self, result, make_result):
        found = summary(result)["arms"]["control"]["endpoints"]["primary volume"]["from_parameters"]
        rows = result.endpoints.query("arm == 'control' and draw > 0 and endpoint == 'primary volume'")
        medians = rows.groupby("draw")["value"].median()
        assert found == pytest.approx(list(np.quantile(medians, [0.05, 0.95])))
        assert (
            summary(make_result())["arms"]["control"]["endpoints"]["primary volume"]["from_parameters"]
            is None
        )

    def test_survival_says_who_died(self, result):
        found = summary(result)["arms"]["control"]["endpoints"]["survival"]
        rows = result.survival.query("arm == 'control' and draw == 0")
        assert found["values"] == rows["day"].tolist()
        assert found["events"] == rows["event"].tolist()
        assert found["unit"] == "day"

    def test_contrasts_are_those_of_the_table(self, result):
        found = summary(result)["contrasts"]
        assert len(found) == len(result.contrasts)
        first, row = found[0], result.contrasts.iloc[0]
        assert first["arms"] == [row["arm"], row["reference"]]
        assert first["interval"] == [row["low"], row["high"]]
        assert first["declared"] is True
        assert found[-1]["p_holm"] is None

    def test_infinite_and_missing_numbers_are_null(self, result):
        odd = SimpleNamespace(**vars(result))
        odd.contrasts = result.contrasts.assign(effect=math.inf, low=math.nan)
        first = summary(odd)["contrasts"][0]
        assert first["effect"] is None
        assert first["interval"][0] is None
        json.dumps(summary(odd), allow_nan=False)

    def test_funnel_is_the_mean_per_animal_and_all_sums_the_sites(self, result):
        rows = result.funnel.query("arm == 'control' and draw == 0 and step == 'arrested'")
        found = summary(result)["funnel"]["arms"]["control"]
        assert found["all"]["arrested"] == pytest.approx(rows["count"].sum() / 10)
        lung = rows[rows["site"] == "lung"]["count"].sum() / 10
        assert found["lung"]["arrested"] == pytest.approx(lung)
        assert funnel_means(result.funnel)["control", "lung", "arrested"] == pytest.approx(lung)

    def test_a_trial_in_which_everything_was_lost(self, result):
        lost = SimpleNamespace(**vars(result))
        lost.endpoints = result.endpoints.assign(value=np.nan, day=np.nan)
        found = summary(lost)
        jsonschema.validate(found, SUMMARY_SCHEMA)
        entry = found["arms"]["control"]["endpoints"]["lung foci"]
        assert entry["median"] is None
        assert entry["day"] is None


@pytest.fixture(scope="module")
def book(result, tmp_path_factory):
    return openpyxl.load_workbook(write_workbook(result, tmp_path_factory.mktemp("book")))


class TestWorkbook:
    def test_says_that_it_is_simulated(self, book):
        assert "Simulated" in book.worksheets[0]["A1"].value

    def test_columns_are_arms_and_rows_animals(self, book, result):
        rows = list(book["lung foci"].iter_rows(values_only=True))
        assert rows[0] == ("animal (count)", *(arm.name for arm in result.design.arms))
        assert [row[0] for row in rows[1:]] == list(range(1, 11))
        central = result.endpoints.query("draw == 0 and endpoint == 'lung foci'").set_index(["arm", "animal"])
        for row in rows[1:]:
            for arm, value in zip(rows[0][1:], row[1:], strict=True):
                assert value == central.loc[(arm, row[0]), "value"]

    def test_lost_animals_are_empty_cells(self, book):
        assert book["collagen alignment"]["B4"].value is None
        assert book["collagen alignment"]["B5"].value is not None

    def test_repeated_readings_have_days_in_rows_and_animals_by_arm_in_columns(self, book, result):
        rows = list(book["primary volume by day"].iter_rows(values_only=True))
        assert rows[0][1:] == tuple(arm.name for arm in result.design.arms for _ in range(10))
        assert rows[1][:3] == ("day", 1, 2)
        days = [row[0] for row in rows[2:]]
        assert days == sorted(days)
        reading = result.measurements.query(
            "draw == 0 and endpoint == 'primary volume' and arm == 'paclitaxel' and animal == 4 and day == 21"
        )["value"].iloc[0]
        column = rows[0].index("paclitaxel") + 3
        assert rows[2 + days.index(21)][column] == reading

    def test_survival_is_days_and_ones_and_zeros(self, book, result):
        rows = list(book["survival"].iter_rows(values_only=True))[1:]
        assert len(rows) == 40
        events = sum(value for row in rows for value in row[1:] if value is not None)
        assert events == result.survival.query("draw == 0")["event"].sum()

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.text(max_size=60), max_size=6))
    def test_any_title_becomes_a_legal_and_unique_name(self, titles):
        names = _SheetNames()
        found = [names(title) for title in titles]
        assert len({name.casefold() for name in found}) == len(found)
        for name in found:
            assert 0 < len(name) <= 31
            assert not set(name) & set("[]:*?/\\")
            assert name.casefold() != "history"
