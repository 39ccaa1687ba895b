"""Every setting has a type and a default, and a wrong one is named before anything starts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from logistics.config import SOCKET_PATH_MAX, BadConfiguration, Settings, embedded_socket, own_secret

LONG_SECRET = "s" * 32


def settings(**env: str) -> Settings:
    return Settings.from_env(env)


def test_without_any_variable_the_embedded_parts_under_instance_are_used() -> None:
    plain = settings()

    assert plain.instance_dir == Path("instance").resolve()
    assert plain.database_url == f"sqlite:///{plain.instance_dir}/platform.db"
    assert plain.redis_url.startswith("unix://")
    assert (plain.environment, plain.production, plain.sqlite) == ("development", False, True)
    assert (plain.host, plain.port, plain.roads_file, plain.solve_iteration_limit) == ("127.0.0.1", 8000, None, None)
    assert plain.travel_cache_dir == plain.instance_dir / "travel"


def test_values_are_typed_and_an_empty_one_is_the_default() -> None:
    typed = settings(
        PORT=" 9000 ", SOLVE_ITERATION_LIMIT="50", ROADS_FILE="roads.osm.pbf", LOG_LEVEL="", SOLVE_SEED="0"
    )

    assert (typed.port, typed.solve_iteration_limit, typed.solve_seed) == (9000, 50, 0)
    assert typed.roads_file == Path("roads.osm.pbf").resolve()
    assert typed.log_level == "INFO"


def test_reports_are_cut_off_at_five_unless_the_settings_say_otherwise() -> None:
    plain, early = settings(), settings(REPORT_CUT_OFF="08:30", REPORT_GRACE_MIN="0")

    assert (plain.report_cut_off_min, plain.report_grace_min) == (17 * 60, 60)
    assert (early.report_cut_off_min, early.report_grace_min) == (8 * 60 + 30, 0)


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("PORT", "0", "a whole number from 1 to 65535"),
        ("PORT", "65536", "a whole number from 1 to 65535"),
        ("PORT", "80.5", "a whole number"),
        ("PORT", "-1", "a whole number"),
        ("PORT", "八千", "a whole number"),
        ("WEB_WORKERS", "２", "a whole number"),  # a full-width digit is a slip of the input method
        ("SOLVE_TIME_LIMIT_S", "3601", "from 1 to 3600"),
        ("SOLVE_ITERATION_LIMIT", "0", "from 1 to"),
        ("SOLVE_SEED", "2147483648", "from 0 to 2147483647"),
        ("PLATFORM_ENV", "prod", "one of development, production, test"),
        ("LOG_LEVEL", "debug", "one of DEBUG, ERROR, INFO, WARNING"),
        ("LOG_FORMAT", "xml", "one of console, json"),
        ("REPORT_CUT_OFF", "24:00", "a time of day from 00:00 to 23:59"),
        ("REPORT_CUT_OFF", "1７:00", "a time of day"),
        ("REPORT_GRACE_MIN", "1441", "from 0 to 1440"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(name: str, value: str, right: str) -> None:
    with pytest.raises(BadConfiguration, match=rf"{name} is '{value}'; it must be .*{right}"):
        settings(**{name: value})


@pytest.mark.parametrize("port", ["1", "65535"])
def test_the_bounds_themselves_are_right(port: str) -> None:
    assert settings(PORT=port).port == int(port)


@pytest.mark.parametrize("secret", ["", "s" * 31])
def test_production_refuses_a_default_or_short_secret(secret: str) -> None:
    with pytest.raises(BadConfiguration, match="SECRET_KEY must be set to at least 32 random characters"):
        settings(PLATFORM_ENV="production", SECRET_KEY=secret)


def test_production_runs_on_a_long_secret_with_hardened_cookies() -> None:
    config = settings(PLATFORM_ENV="production", SECRET_KEY=LONG_SECRET).flask_config()

    assert config["SECRET_KEY"] == LONG_SECRET
    assert (config["SESSION_COOKIE_NAME"], config["SESSION_COOKIE_SECURE"]) == ("__Host-session", True)
    assert (config["SESSION_COOKIE_HTTPONLY"], config["SESSION_COOKIE_SAMESITE"]) == (True, "Lax")


def test_without_a_secret_every_instance_makes_one_of_its_own_that_only_its_user_reads(tmp_path: Path) -> None:
    assert settings().secret_key == ""
    assert settings().flask_config()["SESSION_COOKIE_SECURE"] is False

    here, again, there = (own_secret(tmp_path / name) for name in ("here", "here", "there"))

    assert here == again
    assert here != there
    assert len(here) == 64  # 48 random bytes
    assert [(path.name, path.stat().st_mode & 0o777) for path in (tmp_path / "here").iterdir()] == [
        ("secret_key", 0o600)
    ]


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(own_secret, [tmp_path] * 8))) == 1


def test_a_damaged_secret_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("")

    with pytest.raises(BadConfiguration, match="secret_key holds no key of 32 characters; delete it"):
        own_secret(tmp_path)


@pytest.mark.parametrize("url", ["https://a.example.org", "http://10.0.0.1:8000/"])
def test_the_public_address_is_a_host_and_nothing_after_it(url: str) -> None:
    assert settings(PUBLIC_URL=url).public_url == url.rstrip("/")


@pytest.mark.parametrize("url", ["a.example.org", "https://a.example.org/platform", "javascript:x", "https://"])
def test_a_public_address_of_another_shape_is_refused(url: str) -> None:
    with pytest.raises(BadConfiguration, match=r"PUBLIC_URL is .*must be like https://platform\.example\.org"):
        settings(PUBLIC_URL=url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_postgresql_url_runs_on_psycopg_3_however_it_is_written(scheme: str) -> None:
    there = settings(DATABASE_URL=f"{scheme}://u:p@db/platform")

    assert there.database_url == "postgresql+psycopg://u:p@db/platform"
    assert there.sqlite is False


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite+pysqlite:///:memory:"])
def test_a_database_in_memory_is_refused_because_no_other_process_would_see_it(url: str) -> None:
    with pytest.raises(BadConfiguration, match=r"DATABASE_URL is sqlite.*name a file"):
        settings(DATABASE_URL=url)


def test_a_printed_setting_tells_no_secret() -> None:
    shown = repr(
        settings(SECRET_KEY=LONG_SECRET, DATABASE_URL="postgresql://u:hush@db/p", REDIS_URL="redis://:hush@cache")
    )

    assert "hush" not in shown
    assert LONG_SECRET not in shown
    assert "port=8000" in shown


def test_readers_and_writers_are_given_the_same_database() -> None:
    config = settings(DATABASE_URL="sqlite:////srv/platform.db").flask_config()

    assert (
        config["SQLALCHEMY_DATABASE_URI"] == config["SQLALCHEMY_BINDS"]["reader"]["url"] == "sqlite:////srv/platform.db"
    )


def test_the_socket_moves_to_a_private_folder_where_its_path_would_be_too_long(tmp_path: Path) -> None:
    near = Path("/srv/instance")
    deep = Path("/srv") / ("d" * (SOCKET_PATH_MAX - len("/srv//valkey.sock")))

    assert embedded_socket(near) == near / "valkey.sock"
    assert embedded_socket(deep) == deep / "valkey.sock"  # 100 bytes exactly
    assert len(str(embedded_socket(deep.with_name(deep.name + "d")))) <= SOCKET_PATH_MAX
    assert embedded_socket(deep.with_name(deep.name + "d")) != embedded_socket(deep.with_name(deep.name + "e"))
