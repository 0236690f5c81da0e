"""The rulesets that a settings file lists: which are on, in which format, in which file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from paget.formats.physicell.carried_over import OFF, UNREAD
from paget.formats.physicell.element import Element, as_number
from paget.formats.physicell.rules_csv import RuleReader

_REFUSED = {
    0: "version 0 (ten fields) is a prototype that PhysiCell dropped: write the rules anew as version 3",
    2: (
        "version 2 (preprint) has the fields of version 3, but `damage rate` and `phagocytose dead cell` meant "
        'something else: check these names, then say version="3.0"'
    ),
}


def read_rulesets(root: Element, find: Callable[[Element], Path], reader: RuleReader) -> None:
    """Read the rules of all enabled rulesets; `find` gives the path of the file that an element names."""
    node = root.child("cell_rules")
    if node is None:
        return
    settings = node.child("settings")
    if settings is not None:
        settings.mark(UNREAD)
    rulesets = node.child("rulesets")
    for ruleset in rulesets.all("ruleset") if rulesets is not None else ():
        if not ruleset.flag_attribute("enabled"):
            ruleset.mark(OFF)
            continue
        _check_format(ruleset)
        reader.read(find(ruleset), _version(ruleset))


def _check_format(ruleset: Element) -> None:
    form, protocol = ruleset.attribute("format") or "", ruleset.attribute("protocol") or ""
    if form not in ("csv", "CSV"):
        raise ruleset.error("unknown format of rules", found=form, allowed=("csv",))
    if protocol != "CBHG":
        raise ruleset.error("unknown protocol of rules", found=protocol, allowed=("CBHG",))


def _version(ruleset: Element) -> int:
    text = ruleset.attribute("version") or ""
    number = as_number(text)
    if number is None:
        raise ruleset.error("the version of the rules must be said: names changed meaning", found=text,
                            allowed=("3.0", "1.0"))  # fmt: skip
    major = 3 if number >= 3.0 else int(number)
    if major in _REFUSED or number < 0:
        raise ruleset.error(_REFUSED[max(major, 0)], found=text, allowed=("3.0", "1.0"))
    return major
