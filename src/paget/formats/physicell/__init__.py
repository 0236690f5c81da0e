"""Projects of PhysiCell: settings, rules, cells and initial levels, read into the tissue engine's own terms."""

from paget.formats.physicell.carried_over import CarriedOver, Row
from paget.formats.physicell.project import Project, read_project
from paget.formats.physicell.settings import RunSettings, UserParameter

__all__ = ["CarriedOver", "Project", "Row", "RunSettings", "UserParameter", "read_project"]
