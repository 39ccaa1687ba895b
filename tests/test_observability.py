"""Health, metrics and logs: what they say, and what they never say."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from logistics import create_app, outbox
from logistics.config import BadConfiguration, Settings, embedded_socket
from logistics.db import db, transaction
from logistics.observability import bound_job, configure_logging, error_line, get_logger
from tests.builders import NOW
from tests.conftest import settings_for


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_a_live_process_says_so(client: FlaskClient) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_ready_without_redis_because_orders_do_not_need_it(any_app: Flask) -> None:
    answer = any_app.test_client().get("/readyz")

    assert answer.status_code == 200
    assert answer.json == {"status": "ready", "database": "ok", "redis": "down"}


def test_not_ready_while_the_schema_is_behind_the_code(tmp_path: Path) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path}/empty.db", tmp_path))

    answer = app.test_client().get("/readyz")

    assert answer.status_code == 503
    assert "run flask db upgrade" in answer.json["database"]
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def test_not_ready_while_the_database_does_not_answer(tmp_path: Path) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path}/no-such-folder/platform.db", tmp_path))

    answer = app.test_client().get("/readyz")

    assert (answer.status_code, answer.json["database"]) == (503, "down")


def test_a_sane_request_id_is_kept_and_any_other_replaced(client: FlaskClient) -> None:
    for sane in ("5f0c2b1e-aaaa", "trace.0000_1"):
        assert client.get("/healthz", headers={"X-Request-ID": sane}).headers["X-Request-ID"] == sane
    for bad in ("short", "x" * 65, "has space here", '{"json":"injected"}', ""):
        given = client.get("/healthz", headers={"X-Request-ID": bad}).headers["X-Request-ID"]
        assert given != bad
        assert len(given) == 16


def test_metrics_count_requests_and_what_the_tables_owe(app: Flask, client: FlaskClient) -> None:
    with transaction() as session:
        outbox.promise(session, key="a", job="solve_plan", args={"plan_id": 1}, due_at=NOW)
        lost = outbox.promise(session, key="b", job="solve_plan", args={"plan_id": 2}, due_at=NOW)
        outbox.give_up(session, lost, error="lost", now=NOW)
    client.get("/healthz")

    told = client.get("/metrics").text

    assert 'platform_promises_owed{job="solve_plan"} 1.0' in told
    assert 'platform_promises_overdue{job="solve_plan"} 1.0' in told  # NOW is years ago
    assert 'platform_promises_failed{job="solve_plan"} 1.0' in told
    assert "platform_database_up 1.0" in told
    assert "platform_redis_up 0.0" in told
    assert 'platform_requests_total{endpoint="observability.healthz",method="GET",status="200"}' in told
    assert "platform_request_seconds_bucket" in told


def test_metrics_answer_while_the_database_does_not(tmp_path: Path) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path}/no-such-folder/platform.db", tmp_path))

    answer = app.test_client().get("/metrics")

    assert answer.status_code == 200
    assert "platform_database_up 0.0" in answer.text


def test_a_request_is_logged_without_its_query_its_body_or_its_address(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        client.post("/no/such/page?phone=13812348000", data={"name": "张三"}, environ_base={"REMOTE_ADDR": "9.9.9.9"})

    lines = [record.msg for record in caplog.records if record.name == "web" and isinstance(record.msg, dict)]
    assert [(line["endpoint"], line["method"], line["status"]) for line in lines] == [("unknown", "POST", 404)]
    told = json.dumps(lines, ensure_ascii=False, default=str)
    assert not any(secret in told for secret in ("13812348000", "张三", "9.9.9.9", "/no/such/page"))


def test_a_log_line_of_a_job_has_its_name_and_id(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), bound_job("close_campaign", 7):
        get_logger("workers.jobs").info("job ended")

    line = caplog.records[-1].msg
    assert isinstance(line, dict)
    assert (line["event"], line["job"], line["job_id"]) == ("job ended", "close_campaign", 7)


def test_an_error_line_leaves_out_the_values_that_a_database_repeats(any_app: Flask) -> None:
    def promise_again() -> None:
        with transaction() as session:
            for _ in range(2):
                session.add(outbox.Promise(key="张三 13812348000", job="j", args={}, queue="default", due_at=NOW))

    with pytest.raises(IntegrityError) as caught:
        promise_again()

    line = error_line(caught.value)
    assert line.startswith("IntegrityError: ")
    assert "13812348000" not in line
    assert "\n" not in line


def test_json_lines_carry_the_exception_without_the_row(
    any_app: Flask, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    try:
        configure_logging(settings_for(f"sqlite:///{tmp_path}/unused.db", tmp_path, LOG_FORMAT="json"))
        try:
            with transaction() as session:
                for _ in range(2):
                    session.add(outbox.Promise(key="13812348000", job="j", args={}, queue="default", due_at=NOW))
        except IntegrityError:
            get_logger("test").exception("insert failed")
    finally:
        root.handlers[:], root.level = before

    line = json.loads(capsys.readouterr().err.strip().splitlines()[-1])
    assert (line["event"], line["level"], line["logger"]) == ("insert failed", "error", "test")
    assert "IntegrityError" in line["exception"]
    assert "13812348000" not in json.dumps(line)
    structlog.contextvars.clear_contextvars()


def test_the_socket_of_the_embedded_queue_fits_where_the_folder_is_deep(tmp_path: Path) -> None:
    assert embedded_socket(tmp_path) == tmp_path / "valkey.sock"

    deep = tmp_path / ("d" * 100)

    assert len(str(embedded_socket(deep))) <= 100
    assert embedded_socket(deep) != embedded_socket(tmp_path / ("e" * 100))


def test_a_folder_with_odd_characters_still_makes_a_readable_redis_address(tmp_path: Path) -> None:
    odd = tmp_path / "a b#c?d%20"

    url = Settings.from_env({"INSTANCE_DIR": str(odd)}).redis_url

    assert url.startswith("unix:///")
    assert url.endswith("/a%20b%23c%3Fd%2520/valkey.sock")


def test_production_refuses_to_make_its_own_secret() -> None:
    with pytest.raises(BadConfiguration, match="SECRET_KEY"):
        Settings.from_env({"PLATFORM_ENV": "production"})
