"""All tables, by the name under which stores and reads know them: `from db import tables as t`."""

from db.tables.ballots import *  # noqa: F403
from db.tables.base import metadata as metadata
from db.tables.follow_up import *  # noqa: F403
from db.tables.leading import *  # noqa: F403
from db.tables.look_back import *  # noqa: F403
from db.tables.outcome import *  # noqa: F403
from db.tables.sittings import *  # noqa: F403
from db.tables.speaking import *  # noqa: F403
from db.tables.staff import *  # noqa: F403
