"""openapi.yaml is what the code says, and a valid OpenAPI 3.1 document."""

from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command
from openapi_spec_validator import validate

from config.management.commands.openapi import FILE


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """A file as the command writes it now."""
    file = tmp_path_factory.mktemp("openapi") / "openapi.yaml"
    call_command("openapi", file=file, stdout=StringIO())
    return file


def test_the_committed_file_is_what_the_code_says(written):
    assert FILE.read_text() == written.read_text(), "run `make openapi` and look at what changed"


def test_it_is_valid_openapi_3_1(written):
    document = yaml.safe_load(written.read_text())
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_it_is_in_english_whatever_the_site_speaks(written):
    assert not any("\u0600" <= letter <= "\u06ff" for letter in written.read_text())


def test_checking_a_current_file_says_so_and_an_old_one_ends_with_an_error_that_shows_where(written):
    out, err = StringIO(), StringIO()
    call_command("openapi", check=True, file=written, stdout=out)
    assert "is what the code says" in out.getvalue()
    written.write_text(written.read_text().replace("Support API", "Another API"))
    with pytest.raises(CommandError, match="is not what the code says"):
        call_command("openapi", check=True, file=written, stdout=out, stderr=err)
    assert "-  title: Another API" in err.getvalue()
    assert "Another" in written.read_text()
