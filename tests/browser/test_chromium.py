"""Which browser is driven, and what happens without one."""

import pytest

from tests.browser import chromium
from tests.browser.conftest import missing_browser


def program(path):
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture(autouse=True)
def _nothing_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("MYOSIEVE_CHROMIUM", raising=False)


@pytest.mark.parametrize("name", chromium.NAMES)
def test_a_chromium_on_path_is_found_by_each_of_its_names(tmp_path, name):
    assert chromium.executable() is None
    path = program(tmp_path / name)
    assert chromium.executable() == path


def test_the_environment_names_another_browser_than_the_one_on_path(tmp_path, monkeypatch):
    program(tmp_path / "chromium")
    other = program(tmp_path / "other")
    monkeypatch.setenv("MYOSIEVE_CHROMIUM", other)
    assert chromium.executable() == other


def test_a_named_browser_that_is_not_there_is_not_replaced_by_another(tmp_path, monkeypatch):
    program(tmp_path / "chromium")
    monkeypatch.setenv("MYOSIEVE_CHROMIUM", str(tmp_path / "absent"))
    assert chromium.executable() is None
    with pytest.raises(FileNotFoundError, match="MYOSIEVE_CHROMIUM"), chromium.browser():
        pass


def test_without_a_browser_tests_skip_aloud_unless_everything_has_to_run(monkeypatch):
    monkeypatch.delenv("MYOSIEVE_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="install Debian's package chromium"):
        missing_browser()
    monkeypatch.setenv("MYOSIEVE_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="install Debian's package chromium"):
        missing_browser()
