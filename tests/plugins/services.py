"""Starts the embedded services before pytest-django reads the settings, and says which suites could not run.

Loaded with `-p tests.plugins.services`: a conftest would be too late for the settings. With TEST_DATABASE_URL and the
others set, those servers are used instead. With PG_BINDIR the tests run on that PostgreSQL.
"""

import atexit
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest

from config.embedded import EmbeddedError, Services, ServicesBusy, Urls

ROOT = Path(__file__).resolve().parent.parent.parent
# Runs beside each other (another terminal, another session) each get a folder of their own.
SLOTS = 8
NAMES = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SUPERUSER_URL", "REDIS_URL")
# The headless shell takes half the processor time.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
NGINX = ("nginx", "/usr/sbin/nginx")
NEEDS = {"browser": ("no Chromium", CHROMIUM), "node": ("no node", ("node",)), "proxy": ("no nginx", NGINX)}

# Compiled modules are kept, whatever the environment says: tests start a hundred processes that read the same ones.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

_skipped: dict[str, str] = {}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Runs before pytest-django's own hook, which reads the settings."""
    options = early_config.known_args_namespace
    # A worker of pytest-xdist inherits the environment of the controller that started the services.
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None and not (options.help or options.version):
        _provide()
    if worker is not None:
        os.environ["REDIS_URL"] = _database_of(worker, os.environ["REDIS_URL"])
    return (yield)


def _database_of(worker: str, url: str) -> str:
    """A database of the worker's own in the shared Redis, as its PostgreSQL database is: gw0 has number 1."""
    where, _, query = url.partition("?")
    return f"{where}?{urlencode({**dict(parse_qsl(query)), 'db': int(worker.removeprefix('gw')) + 1})}"


def _provide() -> None:
    given = {name: os.environ.get(f"TEST_{name}", "") for name in NAMES}
    if any(given.values()):
        missing = [f"TEST_{name}" for name, value in given.items() if not value]
        if missing:
            raise pytest.UsageError(f"Set all of TEST_DATABASE_URL and its companions; missing: {', '.join(missing)}")
        os.environ.update(given)
        return
    binaries = Path(os.environ["PG_BINDIR"]) if os.environ.get("PG_BINDIR") else None
    if binaries is not None and not (binaries / "initdb").exists():
        raise pytest.UsageError(f"PG_BINDIR={binaries} holds no PostgreSQL (initdb)")
    try:
        services = _start(binaries)
    except EmbeddedError as error:
        raise pytest.UsageError(str(error)) from error
    atexit.register(services.stop)
    _drop_left_databases(services.layout.urls())
    _forget_leases(services.layout.urls())
    _announce(services.layout.urls())


def _drop_left_databases(urls: Urls) -> None:
    """Test databases of runs that were killed; the folder is ours alone, so nobody uses them."""
    import psycopg

    with psycopg.connect(urls.database_superuser, autocommit=True) as server:
        found = server.execute(r"SELECT quote_ident(datname) FROM pg_database WHERE datname LIKE 'test\_%'").fetchall()
        for (name,) in found:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _forget_leases(urls: Urls) -> None:
    """Empty Redis: what it kept of the run before is about people whose numbers are given out again."""
    import redis

    with redis.Redis.from_url(urls.redis) as server:
        server.flushall()


def _announce(urls: Urls) -> None:
    os.environ["DATABASE_URL"] = urls.database
    os.environ["DATABASE_OWNER_URL"] = urls.database_owner
    os.environ["DATABASE_SUPERUSER_URL"] = urls.database_superuser
    os.environ["REDIS_URL"] = urls.redis


def _start(binaries: Path | None) -> Services:
    """The services in the first test folder that no other run holds; its data is kept between runs for speed."""
    kind = "test" if binaries is None else f"test-{binaries.parent.name}"
    for slot in range(1, SLOTS + 1):
        folder = ROOT / "var" / (kind if slot == 1 else f"{kind}-{slot}")
        services = Services(folder, tests=True, postgres_binaries=binaries)
        try:
            services.claim(patience=0)
        except ServicesBusy:
            continue
        try:
            services.start()
        except EmbeddedError:
            # Test data is written without care for a crash: made anew when it does not start.
            services.claim()
            shutil.rmtree(services.layout.cluster, ignore_errors=True)
            services.start()
        return services
    raise EmbeddedError(f"{SLOTS} test runs are under way in {ROOT / 'var'}; end one of them.")


def missing_programs() -> dict[str, str]:
    """The suites that cannot run here, and why."""
    return {
        marker: reason
        for marker, (reason, programs) in NEEDS.items()
        if not any(shutil.which(program) for program in programs)
    }


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = missing_programs()
    for item in items:
        for marker, reason in missing.items():
            if item.get_closest_marker(marker) is not None:
                item.add_marker(pytest.mark.skip(reason=f"{marker}: {reason}"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    missing = missing_programs()
    if report.skipped:
        _skipped.update({marker: reason for marker, reason in missing.items() if marker in report.keywords})


def pytest_sessionfinish(session: pytest.Session) -> None:
    """On CI a suite that could not run fails the run."""
    if _skipped and os.environ.get("CI") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line of a run names the suites that were skipped."""
    if _skipped and not hasattr(config, "workerinput"):
        suites = ", ".join(f"{marker} ({reason})" for marker, reason in sorted(_skipped.items()))
        config.get_terminal_writer().line(
            f"skipped suites: {suites}{'; CI refuses that' if os.environ.get('CI') else ''}"
        )
