"""Figures: they show the data they are given, keep an arm's look, and survive trials in which little happened."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from paget.errors import PagetError
from paget.report import (
    cascade_funnel,
    composition,
    contrast_forest,
    endpoint_strip,
    endpoint_strips,
    growth_curves,
    growth_panels,
    plot,
    survival_curves,
    tolerability,
)
from paget.report.curves import band_of_medians, readings
from paget.report.figures.funnel import funnel_figure, funnel_table
from paget.report.style import ARM_COLOURS, arm_styles, two_lines

WITH_AX = [growth_curves, survival_curves, cascade_funnel, contrast_forest, tolerability, composition]
WITHOUT_AX = [*WITH_AX, growth_panels, endpoint_strips, funnel_figure]


def axes():
    return Figure().add_subplot()


def draw_all(result):
    for function in WITHOUT_AX:
        figure = np.ravel(function(result))[0].figure
        figure.draw_without_rendering()
    for endpoint in result.endpoints["endpoint"].unique():
        endpoint_strip(result, endpoint, axes())


def changed(result, **frames) -> SimpleNamespace:
    copy = SimpleNamespace(**vars(result))
    for name, frame in frames.items():
        setattr(copy, name, frame)
    return copy


class TestAxes:
    @pytest.mark.parametrize("function", WITH_AX)
    def test_draws_on_the_given_axes_and_returns_it(self, result_with_draws, function):
        ax = axes()
        assert function(result_with_draws, ax=ax) is ax
        assert ax.has_data()
        assert ax.get_xlabel() or ax.get_ylabel()

    def test_pyplot_stays_out_of_it(self, result, monkeypatch):
        import sys

        monkeypatch.delitem(
            sys.modules, "matplotlib.pyplot", raising=False
        )  # another test may have needed it
        draw_all(result)
        assert "matplotlib.pyplot" not in sys.modules

    def test_settings_of_the_caller_are_left_alone(self, result):
        import matplotlib

        before = dict(matplotlib.rcParams)
        growth_curves(result)
        assert dict(matplotlib.rcParams) == before


class TestWhatIsDrawn:
    def test_growth_shows_every_animal_and_the_median(self, result):
        ax = growth_curves(result)
        drawn = sum(len(collection.get_segments()) for collection in ax.collections)
        assert drawn == 40
        line = next(line for line in ax.lines if line.get_label() == "xentuzumab")
        rows = result.measurements.query("arm == 'xentuzumab' and endpoint == 'primary volume' and day == 21")
        assert np.interp(21, *line.get_data()) == pytest.approx(rows["value"].median())

    def test_a_median_does_not_fall_when_the_largest_leave(self):
        """Planted: three of five animals grow to 100, 200, 300 and leave on day 2; the rest stay at 1 and 2."""
        rows = [("a", i, 0, "v", day, "day", v, "mm^3") for i, v in enumerate((1, 2)) for day in (0, 1, 2, 3)]
        rows += [
            ("a", 2 + i, 0, "v", day, "day", v, "mm^3")
            for i, v in enumerate((100, 200, 300))
            for day in (0, 1)
        ]
        columns = ["arm", "animal", "draw", "endpoint", "day", "matching", "value", "unit"]
        found = readings(pd.DataFrame(rows, columns=columns), "v")["a", 0]
        assert found.carried().median().tolist() == [100, 100, 100, 100]
        assert found.followed.tolist() == [True, True, False, False]
        assert np.isnan(found.median()[2:]).all()

    def test_bands_are_of_two_kinds(self, result_with_draws, result):
        found = readings(result_with_draws.measurements, "primary volume")
        assert band_of_medians(found, "control") is not None
        assert band_of_medians(readings(result.measurements, "primary volume"), "control") is None
        with_draws, without = growth_panels(result_with_draws)[1], growth_panels(result)[1]
        hatched = [c for c in with_draws.collections if c.get_hatch()]
        assert len(hatched) == 1
        assert not [c for c in without.collections if c.get_hatch()]

    def test_band_from_parameters_is_the_spread_of_medians(self, result_with_draws):
        found = readings(result_with_draws.measurements, "primary volume")
        days, low, high = band_of_medians(found, "paclitaxel")
        medians = [found["paclitaxel", draw].carried() for draw in range(1, 6)]
        at_30 = [np.interp(30, r.days, r.median()) for r in medians]
        assert np.interp(30, days, low) == pytest.approx(np.quantile(at_30, 0.05))
        assert np.interp(30, days, high) == pytest.approx(np.quantile(at_30, 0.95))

    def test_strip_shows_every_animal_at_its_value(self, result):
        ax = endpoint_strip(result, "lung foci")
        points = np.concatenate([line.get_ydata() for line in ax.lines if line.get_linestyle() == "None"])
        expected = result.endpoints.query("endpoint == 'lung foci'")["value"]
        assert sorted(points) == sorted(expected)

    @pytest.mark.parametrize(
        "values, scale",
        [([1, 5, 9], "linear"), ([1, 50, 900], "log"), ([0, 5, 900], "symlog"), ([0, 0, 0], "linear")],
    )
    def test_strip_chooses_its_scale(self, result, values, scale):
        rows = result.endpoints[result.endpoints["endpoint"] == "lung foci"].copy()
        rows["value"] = np.resize(values, len(rows)).astype(float)
        ax = endpoint_strip(changed(result, endpoints=rows), "lung foci")
        assert ax.get_yscale() == scale

    def test_funnel_means_and_zero_line(self, result):
        table = funnel_table(result)
        ax = cascade_funnel(result)
        line = next(line for line in ax.lines if line.get_label() == "control")
        rows = result.funnel.query("arm == 'control' and draw == 0")
        shed = rows[rows["step"] == "shed"]["count"].sum() / 10
        assert line.get_ydata()[0] == pytest.approx(shed)
        assert table["shed"].sum() == result.funnel.query("step == 'shed'")["count"].sum()
        assert funnel_table(result, "lung").columns[2] == "arrested"

    def test_forest_has_a_row_for_every_declared_contrast(self, result):
        rows = sum(len(ax.get_yticks()) for ax in contrast_forest(result))
        assert rows == result.contrasts["declared"].sum()

    def test_survival_counts_animals_at_risk(self, result):
        ax = survival_curves(result)
        texts = [text.get_text() for text in ax.texts]
        assert texts[0] == "At risk"
        control = result.survival.query("arm == 'control' and draw == 0")["day"]
        last_tick = max(day for day in ax.get_xticks() if day <= control.max())
        assert texts[texts.index("paclitaxel") - 1] == str((control >= last_tick).sum())

    def test_weight_at_which_the_trial_kills_is_marked(self, make_result):
        result = make_result(animals=2)
        assert not tolerability(result, axes()).texts
        result.design.humane_endpoint = SimpleNamespace(weight_loss=0.15)
        ax = tolerability(result, axes())
        assert ax.texts[0].get_text() == "humane endpoint: 15 % loss"
        assert ax.texts[0].xy[1] == pytest.approx(85)


class TestLooks:
    def test_an_arm_has_one_colour_everywhere(self, result):
        expected = arm_styles([arm.name for arm in result.design.arms])["xentuzumab"]
        for function in (growth_curves, survival_curves, cascade_funnel, composition):
            ax = function(result)
            handles = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
            assert to_hex(handles["xentuzumab"].get_color()) == expected.colour

    def test_colours_and_markers_stay_apart_for_many_arms(self):
        styles = arm_styles([str(i) for i in range(14)])
        assert len(set(styles.values())) == 14
        assert len(set(ARM_COLOURS)) == len(ARM_COLOURS)

    @pytest.mark.parametrize(
        "colours",
        [("#4a4f55", "#0072b2", "#e69f00", "#009e73"), ("#009e73", "#cc79a7", "#56b4e9", "#d55e00")],
    )
    def test_neighbouring_colours_differ_for_red_green_blind_readers(self, colours):
        """Deuteranopia by Vienot's matrix: pairs are 15 CIELAB units apart. Planted: red and green fail."""

        def seen(colour):
            rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
            linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
            linear = np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]) @ linear
            xyz = (
                np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
                @ linear
            )
            f = np.cbrt(np.maximum(xyz / [0.9505, 1, 1.089], 0.008856))
            return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])

        def nearest(group):
            return min(np.linalg.norm(seen(a) - seen(b)) for i, a in enumerate(group) for b in group[:i])

        assert nearest(colours) > 15
        assert nearest(("#7f6000", "#2e7d00")) < 15

    def test_dollars_in_names_are_text(self, make_result):
        result = make_result(animals=2)
        result.design.arms[1].name = "pacl$itaxel^$"
        draw_all(result)

    @pytest.mark.parametrize(
        "name, lines", [("control", 1), ("paclitaxel + xentuzumab", 2), ("averyverylongnamewithoutspace", 1)]
    )
    def test_long_names_break(self, name, lines):
        assert two_lines(name).count("\n") == lines - 1
        assert two_lines(name).replace("\n", " ") == name


class TestSparseTrials:
    """No warning and no exception, whatever is missing."""

    @pytest.fixture(autouse=True)
    def _strict(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield

    def test_one_animal(self, make_result):
        draw_all(make_result(animals=1))

    def test_many_animals_draw_few_lines(self, make_result):
        ax = growth_curves(make_result(animals=90))
        assert max(len(collection.get_segments()) for collection in ax.collections) <= 40

    def test_all_values_lost(self, result):
        nothing = changed(
            result,
            endpoints=result.endpoints.assign(value=np.nan),
            measurements=result.measurements.assign(value=np.nan),
        )
        draw_all(nothing)

    def test_all_zero(self, result):
        draw_all(
            changed(
                result,
                endpoints=result.endpoints.assign(value=0.0),
                funnel=result.funnel.assign(count=0),
                measurements=result.measurements[result.measurements["endpoint"] != "body weight"].assign(
                    value=0.0
                ),
            )
        )

    def test_empty_frames(self, result):
        draw_all(
            changed(
                result,
                **{
                    name: getattr(result, name).iloc[:0]
                    for name in ("endpoints", "measurements", "funnel", "survival")
                },
                contrasts=result.contrasts.iloc[:0],
            )
        )

    def test_one_arm(self, make_result):
        result = make_result(animals=3)
        result.design.arms = result.design.arms[:1]
        result.design.contrasts = []
        for name in ("measurements", "endpoints", "survival", "funnel", "series"):
            frame = getattr(result, name)
            setattr(result, name, frame[frame["arm"] == "control"])
        result.contrasts = result.contrasts.iloc[:0]
        draw_all(result)

    def test_infinite_and_missing_effects(self, result):
        odd = result.contrasts.copy()
        odd.loc[odd.index[:2], ["effect", "high"]] = np.inf
        odd.loc[odd.index[1], ["effect", "low"]] = 0.0
        odd.loc[odd.index[2], ["effect", "low", "high", "p"]] = np.nan
        draw_all(changed(result, contrasts=odd))

    def test_never_enrolled(self, result):
        survival = result.survival.copy()
        survival.loc[survival["animal"] == 1, "day"] = np.nan
        draw_all(changed(result, survival=survival))


class TestPlotByName:
    @pytest.mark.parametrize(
        "kind", ["growth", "survival", "funnel", "contrasts", "tolerability", "lung foci"]
    )
    def test_known(self, result, kind):
        ax = axes()
        assert plot(result, kind, ax=ax) is ax

    def test_unknown_suggests(self, result):
        with pytest.raises(PagetError, match="Did you mean 'survival'"):
            plot(result, "surivval")
