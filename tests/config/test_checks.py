"""Each system check by its id: silent where all is well, and named where it is not."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import redis
from django.core.checks.registry import registry
from django.db import connection

from config.checks import stores
from tests.conftest import superuser

KEY = "q8Zr-1vT0mXw7LkP_3sYd9FhBn2GcJe5RuAo6WiQtKxMzVyE4D"
PUBLIC = {
    "SITE_URL": "https://support.example",
    "SECURE": True,
    "DEBUG": False,
    "SECRET_KEY": KEY,
    "SECRET_KEY_GIVEN": True,
    "ALLOWED_HOSTS": ["support.example"],
    "EMAIL_HOST": "smtp.example",
    "DEFAULT_FROM_EMAIL": "help@support.example",
    "TRUSTED_PROXY_COUNT": 1,
}


def ids(deploy: bool = False, databases: list[str] | None = None) -> set[str]:
    """Return what our own checks find, as `manage.py check [--deploy] [--database …]` runs them."""
    ours = [check for check in registry.get_checks(deploy) if check.__module__.startswith("config.checks.")]
    assert len(ours) == (9 if deploy else 8)
    found = [message for check in ours for message in check(app_configs=None, databases=databases)]
    assert all(message.hint for message in found)
    return {message.id.removeprefix("support.") for message in found}


def apply(settings, values):
    for name, value in values.items():
        setattr(settings, name, value)


def test_a_trial_is_told_nothing():
    assert ids() == set()


def test_a_well_set_public_site_is_told_nothing(settings):
    apply(settings, PUBLIC)
    assert ids(deploy=True) == set()


def test_a_trial_that_asks_about_deployment_is_told_what_it_lacks():
    assert ids(deploy=True) == {"I010", "I014"}


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"DEBUG": True}, {"E002"}),
        ({"CORS_ALLOWED_ORIGINS": ["*"]}, {"E003"}),
        ({"CORS_ALLOW_ALL_ORIGINS": True}, {"E003"}),
        ({"SECRET_KEY": "short"}, {"W004"}),
        ({"SECRET_KEY": "ab" * 40}, {"W004"}),
        ({"METRICS_TOKEN": "short"}, {"W005"}),
        ({"METRICS_TOKEN": KEY}, set()),
        ({"SITE_URL": "support.example"}, {"E006"}),
        ({"SITE_URL": "https://support.example/help"}, {"E006"}),
        ({"SITE_URL": "ftp://support.example"}, {"E006"}),
        ({"IDEMPOTENCY_WAIT_SECONDS": 10}, {"W009"}),
    ],
)
def test_what_endangers_any_site_is_found_without_asking(settings, changed, found):
    apply(settings, {**PUBLIC, **changed})
    assert ids() == found


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"SITE_URL": "http://support.example", "SECURE": False}, {"W011"}),
        ({"SITE_URL": "http://127.0.0.1:3000", "SECURE": False}, set()),
        ({"ALLOWED_HOSTS": ["*"]}, {"W012"}),
        ({"DEMO": True}, {"W013"}),
        ({"EMAIL_HOST": ""}, {"I014"}),
        ({"DEFAULT_FROM_EMAIL": "support@localhost"}, {"W015"}),
        ({"TRUSTED_PROXY_COUNT": 0}, {"I016"}),
    ],
)
def test_what_a_public_site_should_not_have_is_found_when_asked(settings, changed, found):
    apply(settings, {**PUBLIC, **changed})
    assert ids() == set()
    assert ids(deploy=True) == found


def test_an_unknown_time_zone_is_found(settings):
    settings.TIME_ZONE = "Asia/Nowhere"
    assert ids() == {"E007"}


def _files_in(settings, folder):
    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, "default": local}


def test_a_folder_of_files_that_can_be_made_is_well_and_is_not_made(settings, tmp_path):
    _files_in(settings, tmp_path / "not" / "yet")
    assert ids() == set()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_files_that_cannot_be_made_is_found(settings, tmp_path):
    (tmp_path / "file").write_text("")
    _files_in(settings, tmp_path / "file" / "files")
    assert ids() == {"E008"}


def test_a_bucket_needs_no_folder(settings):
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "storages.backends.s3.S3Storage"}}
    assert ids() == set()


@pytest.mark.django_db
class TestStores:
    def test_the_stores_that_come_along_are_in_order(self):
        assert ids(databases=["default"]) == set()

    def test_they_are_not_asked_unless_named(self, settings):
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        assert ids(deploy=True) >= {"I010"}
        assert "W030" not in ids(deploy=True)

    def test_an_old_postgresql_is_found(self, monkeypatch):
        monkeypatch.setattr(stores, "OLDEST", 99)
        assert ids(databases=["default"]) == {"E021"}

    def test_more_connections_than_there_are_is_found(self, settings):
        settings.WEB_PROCESSES, settings.WEB_THREADS = 20, 16
        assert ids(databases=["default"]) == {"W028"}

    def test_a_limit_of_the_role_counts_too(self):
        role = connection.settings_dict["USER"]
        with superuser("postgres") as hand:
            hand.execute(f"alter role {role} connection limit {stores.connections_needed() - 1}")
            try:
                assert ids(databases=["default"]) == {"W028"}
            finally:
                hand.execute(f"alter role {role} connection limit -1")

    def test_one_role_for_everything_is_found(self, settings):
        settings.DATABASE_OWNER = {**settings.DATABASE_OWNER, "USER": settings.DATABASES["default"]["USER"]}
        assert ids(databases=["default"]) == {"W026"}

    def test_a_role_that_may_create_in_the_schema_is_found(self):
        with superuser(connection.settings_dict["NAME"]) as hand:
            hand.execute("grant create on schema public to public")
            try:
                assert ids(databases=["default"]) == {"W027"}
            finally:
                hand.execute("revoke create on schema public from public")

    def test_a_zone_that_postgresql_does_not_know_is_found(self, settings):
        settings.TIME_ZONE = "Asia/Nowhere"
        assert ids(databases=["default"]) == {"E007", "E025"}


class TestOtherDatabases:
    """Databases that somebody else made, seen as the application would see them."""

    @pytest.fixture
    def made(self, transactional_db) -> Iterator[object]:
        names, here = [], dict(connection.settings_dict)

        def run(options: str, extension: bool = True, user: str = "") -> None:
            name = f"{here['NAME']}_checked_{len(names)}"
            names.append(name)
            with superuser("postgres") as hand:
                hand.execute(f'create database "{name}" template template0 {options}')
            if extension:
                with superuser(name) as hand:
                    hand.execute("create extension pg_trgm")
            connection.close()
            connection.settings_dict.update(NAME=name, USER=user or here["USER"])

        yield run
        connection.close()
        connection.settings_dict.update(here)
        with superuser("postgres") as hand:
            for name in names:
                hand.execute(f'drop database if exists "{name}" with (force)')

    def test_one_whose_letters_are_ascii_alone_is_found(self, made):
        made("encoding 'UTF8' lc_ctype 'C' lc_collate 'C' locale_provider libc")
        assert ids(databases=["default"]) == {"E024"}

    def test_one_of_utf8_letters_is_well(self, made):
        made("encoding 'UTF8' lc_ctype 'C.UTF-8' lc_collate 'C' locale_provider libc")
        assert ids(databases=["default"]) == set()

    def test_one_of_another_encoding_is_found(self, made):
        made("encoding 'LATIN1' lc_ctype 'C' lc_collate 'C' locale_provider libc")
        assert ids(databases=["default"]) == {"E022"}

    def test_a_missing_extension_is_found_once_it_is_ours(self, made):
        made("", extension=False)
        assert ids(databases=["default"]) == set()
        with superuser(connection.settings_dict["NAME"]) as hand:
            hand.execute("create table django_migrations (id int)")
        assert ids(databases=["default"]) == {"W023"}

    def test_a_superuser_for_everyday_work_is_found(self, made):
        made("", user=urlsplit(os.environ["DATABASE_SUPERUSER_URL"]).username or "")
        assert ids(databases=["default"]) == {"W026"}

    def test_a_database_that_is_not_there_is_found(self, transactional_db):
        here = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = "no_such_database"
        try:
            assert ids(databases=["default"]) == {"E020"}
        finally:
            connection.close()
            connection.settings_dict["NAME"] = here


@pytest.mark.django_db
class TestRedis:
    def test_one_that_is_away_is_found(self, settings):
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        assert ids(databases=["default"]) == {"W030"}

    @pytest.mark.parametrize(
        ("name", "value", "found"), [("maxmemory-policy", "allkeys-lru", {"W031"}), ("timeout", "60", {"W032"})]
    )
    def test_settings_that_lose_work_or_cut_connections_are_found(self, settings, name, value, found):
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            [(_, before)] = client.config_get(name).items()
            client.config_set(name, value)
            try:
                assert ids(databases=["default"]) == found
            finally:
                client.config_set(name, before)
