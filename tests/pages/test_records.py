"""The part of the Data page for extracts of a register, by the front door."""

import pytest
import sqlalchemy as sa

from data.database import engine_for

HEAD = "household_key,commune,prefecture,registered_on,indexed_on,applied_on,area,nom,cnie\n"
ROWS = "1,09.273.01.15,,2023-09-05,2023-09-10,,U,Fatima Zahra,JB123456\n2,Lqliaa,,2023-09-05,,,R,Ali,JB123457\n"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """An office of these tests alone: what they store is in nobody's way."""
    return tmp_path_factory.mktemp("register-office")


def started(app, path, layout="households"):
    app.text_input(key="records-path").set_value(str(path)).run()
    app.selectbox(key="records-layout").set_value(layout).run()
    return app.button(key="records-start").click().run()


def job_of(app):
    job = app.session_state["records-job"]
    assert job.ended.wait(120)
    return job


def texts(app):
    return "\n".join(e.value for kind in ("success", "error", "info", "markdown", "text") for e in app.get(kind))


def test_a_file_of_this_machine_is_aggregated_and_what_was_taken_is_said(opened, tmp_path):
    path = tmp_path / "register.csv"
    path.write_text(HEAD + ROWS, encoding="utf-8")
    for locale in ("ar", "fr", "en"):
        app = opened("events", lang=locale)
        started(app, path)
        job = job_of(app)
        app.run()
        assert not app.exception
        assert (job.failed, job.report.problems, job.report.accepted) == (False, (), 2)
        said = texts(app)
        assert "register.csv" in said
        assert not any(secret in said for secret in ("Fatima", "JB123456"))


def test_what_is_refused_is_said_and_the_choice_is_kept_for_another_try(opened, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(HEAD + ROWS + "3,Atlantis,,2023-09-05,,,U,x,x\n", encoding="utf-8")
    app = opened("events", lang="en")
    started(app, path)
    assert job_of(app).report.event is None
    app.run()
    assert (app.text_input(key="records-path").value, app.selectbox(key="records-layout").value) == (
        str(path),
        "households",
    )
    assert "unknown territories" in texts(app) and "Atlantis" not in texts(app)


def test_a_file_that_is_not_there_is_said(opened, tmp_path):
    app = opened("events", lang="en")
    started(app, tmp_path / "nowhere.csv")
    assert [p.code for p in job_of(app).report.problems] == ["not_opened"]
    app.run()
    assert not app.exception


def test_the_button_stops_it_and_nothing_is_stored(opened, office, tmp_path):
    path = tmp_path / "stopped.csv"
    path.write_text(HEAD + ROWS.replace("2023-09", "2023-11"), encoding="utf-8")
    app = opened("events", lang="fr")
    # Somebody else is writing, so that the work has to wait and can be stopped.
    engine = engine_for(f"sqlite:///{office / 'tatabbu.db'}")
    with engine.connect().execution_options(tatabbu_write=True) as held, held.begin():
        count = sa.text("SELECT count(*) FROM event")
        before = held.execute(count).scalar_one()
        started(app, path)
        app.button(key="records-cancel").click().run()
    job = job_of(app)
    app.run()
    with engine.connect() as connection:
        assert connection.execute(count).scalar_one() == before
    engine.dispose()
    assert (job.report, job.failed, app.exception) == (None, False, [])
    assert "rien n'a été enregistré" in texts(app)


def test_databases_are_those_that_the_secrets_name(tmp_path):
    from ui.access import record_connections

    file = tmp_path / "secrets.toml"
    file.write_text('[records.register]\nurl = "sqlite:///r.db"\n[records.broken]\nuser = "x"\n', encoding="utf-8")
    assert record_connections((file,)) == {"register": "sqlite:///r.db"}
    assert record_connections((tmp_path / "none.toml",)) == {}
