"""What all tests share: programs of the system that may be missing, and recorded payloads."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# No test asserts wall time, a property least of all; the same examples every time.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

PACKAGES = {
    "git": "git",
    "promtool": "prometheus",
    "prometheus": "prometheus",
    "amtool": "prometheus-alertmanager",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "docker-compose": "docker-compose",
    "make": "make",
    "dash": "dash",
    "busybox": "busybox",
    "node": "nodejs",
}
REQUIRED = os.environ.get("SCORECARD_TEST_REQUIRE_SERVICES") == "1"


def pytest_runtest_setup(item):
    """Skip a test by name where a program of the system is missing, or fail where none may be."""
    for marker in item.iter_markers("needs"):
        (program,) = marker.args
        if shutil.which(program) is None:
            sentence = f"{program} is not installed; on Debian: apt-get install {PACKAGES[program]}"
            (pytest.fail if REQUIRED else pytest.skip)(sentence)


@pytest.fixture(scope="session")
def payloads() -> Path:
    """The folder of recorded payloads; a test that needs it is skipped where it is missing."""
    folder = Path(os.environ.get("SCORECARD_TEST_PAYLOADS", "../shared/payloads"))
    if not folder.is_dir():
        pytest.skip(f"no recorded payloads at {folder}; set SCORECARD_TEST_PAYLOADS")
    return folder


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of the checkout that the tests are part of."""
    return Path(__file__).resolve().parent.parent
