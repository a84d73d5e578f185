"""On which kinds of database a test runs: on both, as `url` is; on one where SQL is not what it is about.

What is decided over rows that were read, and how it is put into words, is the same on both. What is stored, what is
looked for, and what happens at the same moment is not: such tests stay on both.
"""

from __future__ import annotations

import pytest

one_kind = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
