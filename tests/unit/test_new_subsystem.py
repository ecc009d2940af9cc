"""What ``rig dev new`` makes, as text; the how-to page runs it and every check that it claims."""

from __future__ import annotations

import pytest

from rigwright.dev.subsystem.files import REFERENCE, RIG, Subsystem, files, registered
from rigwright.repository import ROOT

GREETING = Subsystem("greeting", "/etc/greeting.d/rigwright", "a line for everybody who logs in")


def test_its_names_are_the_name_of_the_subsystem() -> None:
    made = files(GREETING)
    assert "deploys/greeting/settings.py" in made
    assert made["templates/greeting/etc/greeting.d/rigwright.j2"] == "{{ greeting.text }}\n"
    assert 'directories=(Directory("/etc/greeting.d"),)' in made["deploys/greeting/state.py"]


def test_a_directory_that_every_host_has_is_not_owned() -> None:
    made = files(Subsystem("greeting", "/etc/greeting", "a line"))
    assert "Directory" not in made["deploys/greeting/state.py"]


def test_it_is_registered_before_what_is_made_from_all_others() -> None:
    rig, reference = ((ROOT / one).read_text() for one in (RIG, REFERENCE))
    changed = registered(GREETING, rig, reference, ("prometheus",))
    rows, hosts = changed[RIG].splitlines(), changed[REFERENCE].splitlines()
    at = rows.index("    greeting: GreetingSettings | None = None")
    assert rows[at + 1 : at + 3] == ['    """A line for everybody who logs in."""', ""]
    assert rows[at + 3].startswith("    prometheus: ")
    imports = [row for row in rows if row.startswith("from deploys.")]
    assert imports == sorted(imports, key=str.lower)
    assert "from deploys.greeting.settings import GreetingSettings" in imports
    assert hosts[hosts.index("            greeting=greeting,") + 1].startswith("            prometheus=")


@pytest.mark.parametrize("name", ["", "Greeting", "gree-ting", "2greeting", "class", "machine", "rigwright"])
def test_a_name_that_python_or_rig_cannot_take_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a subsystem"):
        Subsystem(name, GREETING.path, GREETING.summary)


@pytest.mark.parametrize("path", ["greeting", "/motd", "/etc/../greeting"])
def test_a_path_that_is_no_file_below_a_directory_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="no absolute path"):
        Subsystem("greeting", path, GREETING.summary)


@pytest.mark.parametrize("summary", ["", 'a "line"', "two\nlines"])
def test_a_summary_that_ends_its_docstring_is_refused(summary: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        Subsystem("greeting", GREETING.path, summary)
