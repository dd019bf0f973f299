"""What the tests of pages in a browser share."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.system.browser import WEB, Page

NO_NETWORK = ("ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH")


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """A copy of the example with its libraries."""
    folder = tmp_path_factory.mktemp("web") / "web"
    shutil.copytree(WEB, folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    install = ["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1"]
    process = subprocess.run(install, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    if process.returncode and any(code in process.stderr for code in NO_NETWORK):
        pytest.skip("the registry of npm cannot be reached")
    assert process.returncode == 0, process.stderr
    return folder


@pytest.fixture(scope="module")
def page(web):
    """A browser. Each test serves from a port of its own, so nothing that is kept for one is found by another."""
    page = Page(web)
    yield page
    page.close()


@pytest.fixture(scope="module")
def browser(web):
    """A browser of pages of one file: `browser("open", url=...)`; `drive_file.js` has the commands."""
    shutil.copy(Path(__file__).with_name("drive_file.js"), web / "test")
    page = Page(web, "test/drive_file.js")
    yield lambda command, **options: page(command, **options)["answer"]
    page.close()
