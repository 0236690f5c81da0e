"""The scene of the speed benchmark, and what runs by turns with PhysiCell."""

import numpy as np
import pytest

SETTINGS = """<PhysiCell_settings>
 <overall><max_time units="min">60</max_time><dt_mechanics units="min">0.1</dt_mechanics></overall>
 <parallel><omp_num_threads>8</omp_num_threads></parallel>
 <save><folder>elsewhere</folder><full_data><interval>6</interval><enable>true</enable></full_data></save>
</PhysiCell_settings>"""


@pytest.mark.parametrize("flat, neighbours", [(False, 12), (True, 6)])
def test_cells_are_packed(flat, neighbours):
    from scipy.spatial import cKDTree
    from tissue_scene import SPACING, half_width, population

    places = population(2000, flat=flat).position
    assert len(places) == 2000
    inner = np.linalg.norm(places, axis=1) < 0.7 * np.linalg.norm(places, axis=1).max()
    near = cKDTree(places).query_ball_point(places[inner], 1.2 * SPACING, return_length=True) - 1
    assert (near == neighbours).all()
    assert np.abs(places).max() < half_width(2000, flat)


def test_settings_are_shortened(tmp_path):
    from side_by_side import shortened

    (tmp_path / "from").mkdir()
    (tmp_path / "to").mkdir()
    file = tmp_path / "from" / "ball.xml"
    file.write_text(SETTINGS)
    text = shortened(file, tmp_path / "to", 6.0, 2).read_text()
    for part in (">5.95<", "<omp_num_threads>2<", "<folder>output<", "<enable>false<"):
        assert part in text
    assert (tmp_path / "to" / "output").is_dir()


def test_run_time_that_a_program_prints(tmp_path):
    from side_by_side import physicell_seconds

    program = tmp_path / "program"
    line = "0 days, 0 hours, 2 minutes, and 3.5 seconds"
    program.write_text(f"#!/bin/sh\nprintf 'Total simulation runtime: \\n{line}\\n'\n")
    program.chmod(0o755)
    assert physicell_seconds(program, tmp_path / "a.xml") == pytest.approx(123.5)


def test_a_program_that_fails_is_named(tmp_path):
    from side_by_side import physicell_seconds

    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho no such file\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(SystemExit, match="no such file"):
        physicell_seconds(program, tmp_path / "a.xml")
