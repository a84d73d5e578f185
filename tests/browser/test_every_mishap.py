"""One sitting of thirteen units and sixty phones in which every mishap that a host may meet happens once.

Each mishap is gone through on the screens of whoever meets it: host, second host, two clerks, supervisor, liaison, judge.
What the result is in the end an outsider recounts from the package; who did what when is read off the record.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.mishaps import agenda
from tests.browser.mishaps.gathered import gathered

pytestmark = pytest.mark.slow


def test_every_mishap_of_a_sitting_happens_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with gathered(tmp_path) as h:
        agenda.the_order_changes(h)
        agenda.a_unit_is_put_off(h)
        agenda.another_speaks_in_its_stead(h)
        agenda.a_unit_is_listed_apart(h)
        assert "Traceback" not in h.server.log()
