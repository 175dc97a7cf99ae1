"""What the `files` source makes of files, good and bad."""

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from scorecard_exporter.errors import RetriableSourceError, SkippableSourceError
from scorecard_exporter.events.model import (
    KINDS,
    Branch,
    Build,
    Change,
    Commit,
    Deployment,
    Incident,
    Issue,
    Observation,
    PullRequest,
    Review,
    SurveyAnswer,
    Transition,
)
from scorecard_exporter.sources import delivery
from scorecard_exporter.sources.registry import TYPES

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
HEADER = "key,environment,finished_at\n"


def day(number, hour=0, minute=0):
    return datetime(2026, 3, number, hour, minute, tzinfo=UTC)


def stream(folder, path=".", **options):
    written = {"type": "files", "path": path, **options}
    return TYPES["files"].model_validate(written).build("shop", str(folder)).streams[0]


def read(folder, path=".", cursor=None, at=AT, **options):
    return list(stream(folder, path, **options).read(cursor, at))


def everything(batches):
    return [record for batch in batches for record in batch.records]


def problems(batches):
    return [(problem.code, problem.message) for batch in batches for problem in batch.problems]


def one(tmp_path, name, text, **options):
    """The only record of a file with this text, read without a problem."""
    (tmp_path / name).write_text(text)
    batches = read(tmp_path, **options)
    assert problems(batches) == []
    (record,) = everything(batches)
    return record


# What a row becomes

ROWS = [
    (
        {"kind": "deployment", "key": "d1", "url": "https://ci.example/1", "environment": "production", "sha": "abc",
         "version": "1.2", "status": "failure", "started_at": "2026-03-01T10:00:00Z",
         "finished_at": "2026-03-01T10:05:00Z", "replaces": "d0"},
        Deployment(origin="shop:t", key="d1", url="https://ci.example/1", environment="production", sha="abc",
                   version="1.2", status="failure", started_at=day(1, 10), finished_at=day(1, 10, 5), replaces="d0"),
    ),
    (
        {"kind": "commit", "key": "abc", "parents": "def 123", "authored_at": "2026-03-01T10:00:00Z",
         "committed_at": "2026-03-01T11:00:00+01:00", "author": "a@b.example", "is_bot": "yes", "subject": "x, y",
         "reverts": "#12", "change": "13", "paths": "a b.py;c"},
        Commit(origin="shop:t", key="abc", parents=("def", "123"), authored_at=day(1, 10), committed_at=day(1, 10),
               author="a@b.example", is_bot=True, subject="x, y", reverts=("#12",), change="13", paths=("a b.py", "c")),
    ),
    ({"kind": "branch", "key": "main", "sha": "abc"}, Branch(origin="shop:t", key="main", sha="abc")),
    (
        {"kind": "change", "key": "12", "merged_at": "2026-03-02", "first_authored_at": "2026-03-01", "merge_sha": "a",
         "head_sha": "b", "author": "c", "is_bot": "false", "title": "T", "branch": "topic", "reverts": "#1;#2",
         "labels": "customer report; urgent", "paths": "x"},
        Change(origin="shop:t", key="12", merged_at=day(2), first_authored_at=day(1), merge_sha="a", head_sha="b",
               author="c", title="T", branch="topic", reverts=("#1", "#2"), labels=("customer report", "urgent"),
               paths=("x",)),
    ),
    (
        {"kind": "pull_request", "key": "12", "opened_at": "2026-03-01", "ready_at": "2026-03-02",
         "merged_at": "2026-03-03", "closed_at": "2026-03-03", "author": "c", "is_bot": "0", "labels": "a b"},
        PullRequest(origin="shop:t", key="12", opened_at=day(1), ready_at=day(2), merged_at=day(3), closed_at=day(3),
                    author="c", labels=("a", "b")),
    ),
    (
        {"kind": "review", "key": "r", "pull_request": "12", "submitted_at": "2026-03-01", "author": "d",
         "is_bot": "1", "state": "approved"},
        Review(origin="shop:t", key="r", pull_request="12", submitted_at=day(1), author="d", is_bot=True,
               state="approved"),
    ),
    (
        {"kind": "incident", "key": "i", "began_at": "2026-03-01", "severity": "sev1", "title": "down",
         "acknowledged_at": "2026-03-01T01:00", "resolved_at": "2026-03-03", "deployment": "d1", "sha": "abc",
         "version": "1.2", "labels": "x", "history": "resolved@2026-03-02; reopened@2026-03-02T05:00"},
        Incident(origin="shop:t", key="i", began_at=day(1), severity="sev1", title="down", acknowledged_at=day(1, 1),
                 resolved_at=day(3), deployment="d1", sha="abc", version="1.2", labels=("x",),
                 history=(Transition(status="resolved", at=day(2)), Transition(status="reopened", at=day(2, 5)))),
    ),
    (
        {"kind": "build", "key": "b", "branch": "main", "sha": "abc", "status": "SUCCESS", "started_at": "2026-03-01",
         "finished_at": "2026-03-02"},
        Build(origin="shop:t", key="b", branch="main", sha="abc", status="success", started_at=day(1),
              finished_at=day(2)),
    ),
    (
        {"kind": "issue", "key": "I-1", "type": "bug", "opened_at": "2026-03-01", "resolved_at": "2026-03-02",
         "fix_version": "1.3", "labels": "x", "history": "open@2026-03-01"},
        Issue(origin="shop:t", key="I-1", type="bug", opened_at=day(1), resolved_at=day(2), fix_version="1.3",
              labels=("x",), history=(Transition(status="open", at=day(1)),)),
    ),
    (
        {"kind": "observation", "key": "o", "series": "cost", "subject": "checkout", "starts_at": "2026-03-01",
         "ends_at": "2026-03-31", "value": "1200.50", "unit": "eur"},
        Observation(origin="shop:t", key="o", series="cost", subject="checkout", starts_at=day(1), ends_at=day(31),
                    value=Decimal("1200.50"), unit="eur"),
    ),
]  # fmt: skip


def as_csv(row):
    cells = [f'"{cell}"' for cell in row.values()]
    return f"{','.join(row)}\n{','.join(cells)}\n"


def as_yaml(row):
    return "- " + "\n  ".join(f'{name}: "{cell}"' for name, cell in row.items())


@pytest.mark.parametrize(("name", "write"), [("a.csv", as_csv), ("a.jsonl", json.dumps), ("a.yaml", as_yaml)])
@pytest.mark.parametrize(("row", "record"), ROWS, ids=lambda value: getattr(value, "kind", ""))
def test_every_column_of_every_kind_is_read_from_every_format(tmp_path, name, write, row, record):
    assert one(tmp_path, name, write({"thing": "t", **row}), timezone="UTC") == record


def test_the_table_of_rows_has_every_kind_but_answers_of_surveys():
    assert {row["kind"] for row, _ in ROWS} == KINDS.keys() - {"survey_answer"}


@pytest.mark.parametrize(
    ("text", "labels", "history"),
    [
        ('{"labels": ["a b", "c"], "history": [{"status": "resolved", "at": "2026-03-02"}], ', ("a b", "c"), 1),
        ('{"labels": [], "history": ["resolved@2026-03-02", "reopened@2026-03-02T01:00"], ', (), 2),
        ('{"labels": null, "history": null, ', (), 0),
    ],
)
def test_json_may_have_real_lists(tmp_path, text, labels, history):
    incident = one(tmp_path, "incidents.jsonl", text + '"began_at": "2026-03-01"}', timezone="UTC")
    assert (incident.labels, len(incident.history)) == (labels, history)


def test_numbers_of_json_stay_exact(tmp_path):
    text = '{"series": "s", "at": "2026-03-01T00:00:00Z", "value": 0.1000000000000000055511151231257827}'
    assert one(tmp_path, "observations.jsonl", text).value == Decimal("0.1000000000000000055511151231257827")


def test_yaml_does_not_change_what_is_written(tmp_path):
    """In YAML 1.1 `no` is false, 1:30 is 90, and a date without a zone is one in UTC."""
    text = "- {series: no, subject: 1:30, at: 2026-03-01T10:00:00Z, value: 010, unit: ~}"
    found = one(tmp_path, "observations.yaml", text)
    assert (found.series, found.subject, found.starts_at, found.value, found.unit) == ("no", "1:30", day(1, 10), 10, "")


def test_an_observation_of_one_moment_begins_and_ends_there(tmp_path):
    text = "series,subject,at,value\nheadcount,payments,2026-03-01T00:00:00Z,12\n"
    found = one(tmp_path, "observations.csv", text)
    assert (found.starts_at, found.ends_at) == (day(1), day(1))


def test_a_status_that_is_not_written_is_success(tmp_path):
    assert one(tmp_path, "deployments.csv", f"{HEADER}d,prod,2026-03-01T00:00:00Z\n").status == "success"


def test_a_running_deployment_needs_no_finish(tmp_path):
    text = "environment,status,started_at\nprod,running,2026-03-01T00:00:00Z\n"
    assert one(tmp_path, "deployments.csv", text).finished_at is None


@pytest.mark.parametrize(
    ("name", "header", "row", "key"),
    [
        ("deployments", "environment,version,finished_at", "prod,v1,{t}", "prod/v1/2026-03-01 00:00:00+00:00"),
        ("incidents", "began_at,title", "{t},down", "2026-03-01 00:00:00+00:00/down"),
        ("observations", "series,subject,at,value", "s,x,{t},1", "s/x/{n}/{n}"),
        ("builds", "branch,started_at", "main,{t}", "main/{n}"),
        ("issues", "type,opened_at", "bug,{t}", "bug/{n}"),
        ("reviews", "pull_request,author,submitted_at", "12,ann,{t}", "12/ann/{n}"),
    ],
)
@pytest.mark.parametrize("written", ["2026-03-01T00:00:00Z", "2026-03-01T01:00:00+01:00"])
def test_a_missing_key_is_made_of_what_does_not_change(tmp_path, name, header, row, key, written):
    """The same moment written otherwise gives the same key."""
    text = f"{header}\n{row.replace('{t}', written)}\n"
    assert one(tmp_path, f"{name}.csv", text).key == key.replace("{n}", "2026-03-01 00:00:00+00:00")


# Surveys

SURVEY = "survey,round,question,subject,answer,closes_at\n"
CLOSE = "2026-03-31T00:00:00Z"


def test_one_row_of_a_survey_export_is_one_answer(tmp_path):
    answer = one(tmp_path, "surveys.csv", f"{SURVEY}pulse,2026-Q1,enps,payments,9,{CLOSE}\n")
    assert answer == SurveyAnswer(
        origin="shop:surveys", key=answer.key, survey="pulse", round="2026-Q1", question="enps", subject="payments",
        answer="9", closes_at=day(31),
    )  # fmt: skip


def test_equal_answers_are_told_apart_and_the_order_of_the_rows_leaves_no_trace(tmp_path):
    rows = [f"pulse,Q1,enps,payments,{score},{CLOSE}\n" for score in (9, 3, 9, 9, 10)]
    found = []
    for number, order in enumerate((rows, rows[::-1])):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "surveys.csv").write_text(SURVEY + "".join(order))
        found.append(everything(read(folder)))
    assert sorted(answer.answer for answer in found[0]) == ["10", "3", "9", "9", "9"]
    assert len({answer.key for answer in found[0]}) == 5
    assert found[0] == found[1]


@pytest.mark.parametrize("column", ["key", "url", "email", "respondent"])
def test_what_could_lead_to_a_person_is_no_column_of_a_survey(tmp_path, column):
    (tmp_path / "surveys.csv").write_text(f"{column},{SURVEY}x,pulse,Q1,enps,payments,9,{CLOSE}\n")
    batches = read(tmp_path)
    assert everything(batches) == []
    ((code, message),) = problems(batches)
    assert code == "bad_file"
    assert f"the column '{column}' is unknown" in message


def test_a_round_that_is_still_open_is_read_and_covers_nothing_yet(tmp_path):
    (tmp_path / "surveys.csv").write_text(f"{SURVEY}pulse,Q2,enps,payments,9,2026-06-30T00:00:00Z\n")
    batches = read(tmp_path)
    assert len(everything(batches)) == 1
    assert batches[-1].coverage == ()


# What a file is about


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("deployments.csv", "deployment"), ("Deployment-2026.csv", "deployment"), ("pull-requests.csv", "pull_request"),
        ("pull_requests_2026.csv", "pull_request"), ("survey-answers.csv", "survey_answer"),
        ("surveys.csv", "survey_answer"),
        ("incidents 2025.csv", "incident"), ("branches.csv", "branch"),
    ],
)  # fmt: skip
def test_the_beginning_of_a_files_name_tells_its_kind(tmp_path, name, kind):
    (tmp_path / name).write_text("thing\n")
    assert read(tmp_path)[-1].replace == ((f"shop:{Path(name).stem}", kind),)


@pytest.mark.parametrize("name", ["deploymentsx.csv", "my-incidents.csv", "data.csv"])
def test_a_file_that_does_not_tell_its_kind_is_refused_with_what_to_do(tmp_path, name):
    (tmp_path / name).write_text(f"{HEADER}d,prod,2026-03-01T00:00:00Z\n")
    batches = read(tmp_path)
    assert everything(batches) == []
    ((code, message),) = problems(batches)
    assert code == "bad_row"
    assert message == (
        f"{name}:2: what it is, is not said: name the file like incidents.csv, add a column `kind`, or set `kind:`; "
        "the row is left out"
    )


def test_the_option_kind_says_it_for_all_files(tmp_path):
    assert one(tmp_path, "data.csv", f"{HEADER}d,prod,2026-03-01T00:00:00Z\n", kind="deployment").kind == "deployment"


def test_the_column_thing_parts_one_file_into_several_origins(tmp_path):
    rows = "checkout,prod,2026-03-01T00:00:00Z\ncatalog,prod,2026-03-02T00:00:00Z\n,prod,2026-03-03T00:00:00Z\n"
    (tmp_path / "deployments.csv").write_text(f"thing,environment,finished_at\n{rows}")
    origins = [record.origin for record in everything(read(tmp_path))]
    assert origins == ["shop:checkout", "shop:catalog", "shop:deployments"]


def test_one_file_may_hold_several_kinds(tmp_path):
    text = (
        "kind,environment,finished_at,began_at\n"
        "deployment,prod,2026-03-01T00:00:00Z,\nincident,,,2026-03-02T00:00:00Z\nincident,prod,,2026-03-02T00:00:00Z\n"
    )
    (tmp_path / "all.csv").write_text(text)
    batches = read(tmp_path)
    assert [record.kind for record in everything(batches)] == ["deployment", "incident"]
    ((_, message),) = problems(batches)
    assert message.startswith(
        "all.csv:4: the incident column 'environment' is unknown; Allowed: acknowledged_at, began_at"
    )


# Bad rows

D1, D2 = "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"
GOOD = f"good,prod,{D1}"


@pytest.mark.parametrize(
    ("header", "row", "reason"),
    [
        ("environment,finished_at", "prod,2026-03-41", "finished_at: '2026-03-41' is not a time such as"),
        ("environment,finished_at", "prod,yesterday", "finished_at: 'yesterday' is not a time such as"),
        ("environment,finished_at", "prod,2026-03-01T10:00:00", "has no time zone; add one (Z, +01:00)"),
        ("environment,finished_at", "prod,1989-12-31T23:59:59Z", "is before 1990"),
        ("environment,finished_at", "prod,2026-06-02T12:00:01Z", "is in the future"),
        ("environment,finished_at", "prod,0001-01-01T00:00:00+14:00", "is before 1990"),
        ("environment,finished_at", "prod,9999-12-31T23:59:59-14:00", "is in the future"),
        ("environment,finished_at", "prod,", "finished_at is missing"),
        ("environment,finished_at", f",{D1}", "environment is missing"),
        ("environment,status,finished_at", f"prod,failed,{D1}", "status: 'failed' is none of success"),
        ("environment,status", "prod,running", "started_at or finished_at is missing"),
        ("environment,started_at,finished_at", f"prod,{D2},{D1}", "finished_at is before started_at"),
        ("environment,finished_at", "prod", "it has 1 cells, the header has 2"),
        ("environment,finished_at", f"prod,{D1},extra", "it has 3 cells, the header has 2"),
        ("kind,began_at,resolved_at", f"incident,{D2},{D1}", "resolved_at is before began_at"),
        ("kind,began_at,history", f"incident,{D2},resolved", "history: 'resolved' is not a step"),
        ("kind,key,merged_at", f"change,,{D2}", "key is missing"),
        ("kind,key,merged_at,is_bot", f"change,1,{D2},perhaps", "is_bot: 'perhaps' is neither true nor false"),
        ("kind,began_at", f"incidnet,{D2}", "the kind 'incidnet' is unknown; did you mean 'incident'?"),
        ("kind,series,at,value", f"observation,s,{D2},NaN", "value: 'NaN' is not a number"),
        ("kind,series,at,value", f"observation,s,{D2},inf", "value: 'inf' is not a number"),
        ("kind,series,at,value", f"observation,s,{D2},1e30", "value: '1e30' is beyond 100,000,000,000"),
        ("kind,series,at,value", f"observation,s,{D2},12 EUR", "value: '12 EUR' is not a number"),
        ("kind,series,at,value,unit", f"observation,s,{D2},-1,seconds", "value: -1 seconds is below zero"),
        ("kind,series,at,starts_at,value", f"observation,s,{D2},{D1},1", "give either `at`"),
        ("kind,series,starts_at,value", f"observation,s,{D2},1", "ends_at is missing"),
        ("kind,series,ends_at,starts_at,value", f"observation,s,{D1},{D2},1", "ends_at is before"),
        ("kind,survey,round,question,answer,closes_at", "survey_answer,p,Q1,enps,9,2200-01-02T00Z", "is in the future"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_its_line_and_reason_and_the_rest_goes_in(tmp_path, header, row, reason):
    columns = header.split(",")
    good = dict.fromkeys(columns, "") | {"environment": "prod", "finished_at": "2026-03-01T00:00:00Z"}
    if "kind" in columns:
        good["kind"] = "deployment"
    names = [*columns, *(name for name in good if name not in columns)]
    padding = "," * (len(names) - len(columns))
    rows = [",".join(names), row + padding, ",".join(good[name] for name in names)]
    (tmp_path / "deployments.csv").write_text("\n".join(rows) + "\n")
    batches = read(tmp_path)
    ((code, message),) = problems(batches)
    assert code == "bad_row"
    assert message.startswith("deployments.csv:2: ")
    assert reason in message
    assert len(everything(batches)) == 1


@pytest.mark.parametrize(
    "line",
    ["[1]", "12", '"x"', "{", "NaN", '{"began_at": NaN}', "[" * 100_000, '{"began_at": ["2026-03-01"]}', '{"title": 1}',
     '{"began_at": "2026-03-01T00:00:00Z", "title": {"a": 1}}', '{"began_at": "2026-03-01T00:00:00Z", "nonsense": 1}',
     '{"began_at": "2026-03-01T00:00:00Z", "history": 7}', '{"began_at": "2026-03-01T00:00:00Z", "history": [7]}',
     '{"kind": ["incident"]}', "9" * 5000],
    ids=lambda line: line[:20],
)  # fmt: skip
def test_a_bad_line_of_json_is_refused_and_the_rest_goes_in(tmp_path, line):
    (tmp_path / "incidents.jsonl").write_text(f'{line}\n\n{{"began_at": "2026-03-01T00:00:00Z"}}\n')
    batches = read(tmp_path)
    ((code, message),) = problems(batches)
    assert (code, message.startswith("incidents.jsonl:1: ")) == ("bad_row", True)
    assert len(everything(batches)) == 1


def test_many_bad_rows_are_counted_and_not_all_listed(tmp_path):
    (tmp_path / "deployments.csv").write_text(HEADER + "d,prod,never\n" * 1000)
    found = problems(read(tmp_path))
    assert len(found) == 21
    assert found[-1] == ("bad_row", "deployments.csv: 980 more rows are left out")


def test_what_a_file_says_cannot_write_escape_sequences_into_a_log(tmp_path):
    (tmp_path / "deployments.csv").write_text(f"{HEADER}d,\x1b[31mprod,\x1b[2Jnow\n")
    ((_, message),) = problems(read(tmp_path))
    assert message.isprintable()


# Bad files


def test_an_unknown_column_refuses_the_file_and_names_the_nearest(tmp_path):
    (tmp_path / "deployments.csv").write_text("environment,finishd_at\nprod,2026-03-01T00:00:00Z\n")
    batches = read(tmp_path)
    assert everything(batches) == []
    ((code, message),) = problems(batches)
    assert code == "bad_file"
    assert message.startswith(
        "deployments.csv: the column 'finishd_at' is unknown; did you mean 'finished_at'? Allowed: "
    )


HARMLESS = [
    ("a byte order mark", b"\xef\xbb\xbf" + f"{HEADER}{GOOD}\n".encode(), []),
    ("Windows line ends", f"{HEADER}{GOOD}\n".replace("\n", "\r\n").encode(), []),
    ("no line end at the end", f"{HEADER}{GOOD}".encode(), []),
    ("empty lines and spaces", f"{HEADER}\n  good , prod , 2026-03-01T00:00:00Z \n\n".encode(), []),
    ("quoted line breaks", f'{HEADER}good,"pr\nod",2026-03-01T00:00:00Z\n'.encode(), []),
    ("not UTF-8", f"{HEADER}{GOOD.replace('prod', 'pröd')}\n".encode("latin-1"), ["bad_encoding"]),
    (
        "a NUL",
        f"{HEADER}{GOOD}\n{GOOD.replace('good', 'n').replace('prod', 'pr' + chr(0))}\n".encode(),
        ["bad_encoding"],
    ),
    ("cut off in a row", f"{HEADER}{GOOD}\nbad,pr".encode(), ["bad_row", "truncated"]),
    ("cut off in quotes", f'{HEADER}{GOOD}\nbad,"pr'.encode(), ["truncated"]),
    ("a quote out of order", f'{HEADER}bad,"pr"od,x\n{GOOD}\n'.encode(), ["truncated"]),
    ("a huge field", f"{HEADER}bad,{'x' * 200_000},x\n{GOOD}\n".encode(), ["truncated"]),
]


@pytest.mark.parametrize(("content", "expected"), [row[1:] for row in HARMLESS], ids=[row[0] for row in HARMLESS])
def test_odd_files_are_read_as_far_as_they_go(tmp_path, content, expected):
    (tmp_path / "deployments.csv").write_bytes(content)
    batches = read(tmp_path)
    assert "good" in {record.key for record in everything(batches)}
    assert [code for code, _ in problems(batches)] == expected


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("deployments.csv", b"", ["truncated"]),
        ("deployments.jsonl", b"", []),
        ("deployments.yaml", b"# nothing yet\n", []),
        ("deployments.csv", HEADER.encode(), []),
        ("deployments.csv", HEADER.encode("utf-16"), ["bad_encoding", "bad_file"]),
        ("deployments.csv", b"\0" * 5000, ["bad_encoding", "bad_file"]),
        ("deployments.csv", b"x" * 3_000_000, ["truncated"]),
        ("deployments.csv", b"key,key,environment\n", ["bad_file"]),
        ("deployments.yaml", b"- {", ["bad_file"]),
        ("deployments.yaml", b"[" * 100_000, ["bad_file"]),
        ("deployments.yaml", b"environment: prod\n", ["bad_file"]),
        ("deployments.yaml", b"- &a [x]\n- *a\n", ["bad_row", "bad_file"]),
        ("deployments.yaml", b"- \x01\n", ["bad_file"]),
        ("deployments.yaml", b"- prod\n", ["bad_row"]),
        ("deployments.jsonl", b'{"environment": "prod", "fini', ["bad_row", "truncated"]),
    ],
)
def test_files_without_rows_are_harmless(tmp_path, name, content, expected):
    (tmp_path / name).write_bytes(content)
    batches = read(tmp_path)
    assert everything(batches) == []
    assert [code for code, _ in problems(batches)] == expected


def test_text_that_cannot_be_stored_is_replaced(tmp_path):
    """Names of files are bytes, and JSON can write half a character."""
    folder = os.fsencode(tmp_path)
    with open(folder + b"/incidents-\xff.jsonl", "w") as file:  # noqa: PTH123 - a name that is no text
        file.write('{"began_at": "2026-03-01T00:00:00Z", "title": "\\ud800"}\n{\n')
    batches = read(tmp_path)
    (incident,) = everything(batches)
    assert (incident.origin, incident.title) == ("shop:incidents-�", "�")
    assert problems(batches) == [("bad_row", "incidents-�.jsonl:2: it is not a JSON object; the row is left out")]
    assert everything(read(tmp_path, cursor=batches[-1].cursor)) == []


# Which files


def test_a_directory_a_glob_and_a_list_name_files_and_others_are_left_alone(tmp_path):
    for name in ("deployments-1.csv", "deployments-2.csv", "README.md", ".hidden.csv", "deep/er/deployments-3.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{HEADER}{name},prod,2026-03-01T00:00:00Z\n")
    os.mkfifo(tmp_path / "deployments-pipe.csv")

    def keys(path):
        return [record.key for record in everything(read(tmp_path, path))]

    assert keys(".") == ["deployments-1.csv", "deployments-2.csv"]
    assert keys("deployments-*") == ["deployments-1.csv", "deployments-2.csv"]
    assert keys("**/*.csv") == ["deep/er/deployments-3.csv", "deployments-1.csv", "deployments-2.csv"]
    assert keys(["deployments-2.csv", "deep/er", "*-2.csv"]) == ["deep/er/deployments-3.csv", "deployments-2.csv"]


@pytest.mark.parametrize("path", ["gone.csv", "gone/", "gone/*.csv", "*.csv"])
def test_files_that_are_not_there_may_come_back_and_lose_nothing(tmp_path, path):
    with pytest.raises(RetriableSourceError, match="what was read before stays"):
        read(tmp_path, path)


def test_a_file_of_an_unknown_format_is_refused_when_it_is_named(tmp_path):
    (tmp_path / "deployments.xlsx").write_text("")
    with pytest.raises(SkippableSourceError, match=r"its name must end in \.csv, \.jsonl"):
        read(tmp_path, "deployments.xlsx")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_changes_nothing(tmp_path):
    (tmp_path / "deployments.csv").write_text(HEADER)
    (tmp_path / "deployments.csv").chmod(stat.S_IWUSR)
    with pytest.raises(RetriableSourceError, match=r"cannot read .*Permission denied; nothing is changed"):
        read(tmp_path)


# Time


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-01T10:00:00", day(1, 9)),
        ("2026-03-01", day(1) - timedelta(hours=1)),
        ("2026-03-01 10:00", day(1, 9)),
        ("2026-03-01T10:00:00Z", day(1, 10)),
        ("2026-03-01T10:00:00-0500", day(1, 15)),
        ("2026-03-30T10:00:00", day(30, 8)),
    ],
    ids=str,
)
def test_a_naive_time_is_one_of_the_configured_zone(tmp_path, written, moment):
    """Berlin is an hour ahead of UTC, and two from the last Sunday of March on."""
    text = f"{HEADER}d,prod,{written}\n"
    assert one(tmp_path, "deployments.csv", text, timezone="Europe/Berlin").finished_at == moment


def test_coverage_begins_with_the_earliest_record_or_on_the_day_that_the_options_say(tmp_path):
    text = f"{HEADER}b,prod,2026-03-09T00:00:00Z\na,prod,2026-03-05T00:00:00Z\n"
    (tmp_path / "deployments.csv").write_text(text)
    (coverage,) = read(tmp_path)[-1].coverage
    assert (coverage.origin, coverage.kind, coverage.from_at, coverage.to_at) == (
        "shop:deployments", "deployment", day(5), AT,
    )  # fmt: skip
    (coverage,) = read(tmp_path, covers_from="2026-03-01", timezone="Europe/Berlin")[-1].coverage
    assert coverage.from_at == day(1) - timedelta(hours=1)


def test_an_empty_file_covers_only_what_the_options_say(tmp_path):
    """A true zero needs somebody who says that nothing is missing."""
    (tmp_path / "deployments.csv").write_text(HEADER)
    assert read(tmp_path)[-1].coverage == ()
    (coverage,) = read(tmp_path, covers_from="2026-03-01")[-1].coverage
    assert (coverage.origin, coverage.from_at) == ("shop:deployments", day(1))


# Reading again


def keys_after(tmp_path, known, change):
    """What is known after a read, `change`, and another read, as a store would have it."""
    first = read(tmp_path)
    change()
    for batch in [*first, *read(tmp_path, cursor=first[-1].cursor)]:
        for pair in batch.replace:
            for address in [address for address in known if address[:2] == pair]:
                del known[address]
        known.update({(record.origin, record.kind, record.key): record for record in batch.records})
    return sorted(key for _, _, key in known)


def write(folder, name, *keys, thing="t"):
    rows = "".join(f"{key},{thing},prod,2026-03-01T00:00:00Z\n" for key in keys)
    (folder / name).write_text(f"key,thing,environment,finished_at\n{rows}")


def test_unchanged_files_yield_one_empty_batch_that_moves_coverage_on(tmp_path):
    write(tmp_path, "deployments.csv", "a")
    cursor = read(tmp_path)[-1].cursor
    (again,) = read(tmp_path, cursor=cursor, at=AT + timedelta(hours=1))
    assert (again.records, again.replace, again.cursor) == ((), (), cursor)
    assert again.coverage[0].to_at == AT + timedelta(hours=1)


def test_a_file_that_was_only_touched_is_not_read_again(tmp_path):
    write(tmp_path, "deployments.csv", "a")
    cursor = read(tmp_path)[-1].cursor
    os.utime(tmp_path / "deployments.csv", (1_700_000_000, 1_700_000_000))
    assert everything(read(tmp_path, cursor=cursor)) == []


def test_a_file_that_changed_within_one_tick_of_the_clock_is_noticed(tmp_path):
    """Same size and same time of change: only the content tells."""
    file = tmp_path / "deployments.csv"
    write(tmp_path, file.name, "a")
    status = file.stat()
    cursor = read(tmp_path, at=datetime.fromtimestamp(status.st_mtime, UTC))[-1].cursor
    write(tmp_path, file.name, "b")
    os.utime(file, ns=(status.st_mtime_ns, status.st_mtime_ns))
    assert [record.key for record in everything(read(tmp_path, cursor=cursor))] == ["b"]


CHANGES = [
    ("a row is added", lambda folder: write(folder, "deployments-1.csv", "a", "b", "new"), ["a", "b", "c", "new"]),
    ("a row is deleted", lambda folder: write(folder, "deployments-1.csv", "a"), ["a", "c"]),
    ("a file is removed", lambda folder: (folder / "deployments-1.csv").unlink(), ["c"]),
    ("a file is added", lambda folder: write(folder, "deployments-0.csv", "z"), ["a", "b", "c", "z"]),
    ("a file moves on to another thing", lambda folder: write(folder, "deployments-1.csv", "a", thing="u"), ["a", "c"]),
    ("all rows of a file are removed", lambda folder: (folder / "deployments-1.csv").write_text(HEADER), ["c"]),
    (
        "a file is cut off at its beginning",
        lambda folder: (folder / "deployments-1.csv").write_text(""),
        ["a", "b", "c"],
    ),
    (
        "a file is cut off",
        lambda folder: (folder / "deployments-1.csv").write_text("key,thing,environment,finished_at\na,t,pr"),
        ["a", "b", "c"],
    ),
    (
        "a file becomes rubbish",
        lambda folder: (folder / "deployments-1.csv").write_text("rubbish\n1\n"),
        ["a", "b", "c"],
    ),
]


@pytest.mark.parametrize(("change", "keys"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_files_that_feed_the_same_thing_do_not_wipe_each_other(tmp_path, change, keys):
    write(tmp_path, "deployments-1.csv", "a", "b")
    write(tmp_path, "deployments-2.csv", "c")
    assert keys_after(tmp_path, {}, lambda: change(tmp_path)) == keys


def test_a_file_that_is_whole_again_replaces_what_stayed(tmp_path):
    write(tmp_path, "deployments.csv", "a", "b")
    known: dict = {}
    keys_after(tmp_path, known, lambda: (tmp_path / "deployments.csv").write_text("rubbish\n"))
    assert keys_after(tmp_path, known, lambda: write(tmp_path, "deployments.csv", "b", "c")) == ["b", "c"]


def test_a_file_that_is_not_whole_moves_no_coverage_on(tmp_path):
    (tmp_path / "deployments.csv").write_text(f"{HEADER}{GOOD}\nbad,")
    first = read(tmp_path)
    assert first[-1].coverage == ()
    assert read(tmp_path, cursor=first[-1].cursor)[-1].coverage == ()


def test_the_later_file_wins_whichever_of_them_changed(tmp_path):
    for name, environment in (("deployments-1.csv", "old"), ("deployments-2.csv", "new")):
        (tmp_path / name).write_text(f"thing,key,environment,finished_at\nt,d,{environment},2026-03-01T00:00:00Z\n")
    for changed in ("deployments-1.csv", "deployments-2.csv"):
        cursor = read(tmp_path)[-1].cursor
        with (tmp_path / changed).open("a") as file:
            file.write("\n")
        assert everything(read(tmp_path, cursor=cursor))[-1].environment == "new"


def test_a_change_of_the_options_reads_everything_again(tmp_path):
    (tmp_path / "deployments.csv").write_text(f"{HEADER}d,prod,2026-03-01\n")
    cursor = read(tmp_path, timezone="UTC")[-1].cursor
    (record,) = everything(read(tmp_path, cursor=cursor, timezone="Asia/Tokyo"))
    assert record.finished_at == day(1) - timedelta(hours=9)


def test_only_the_last_of_many_batches_moves_the_cursor(tmp_path, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH_SIZE", 2)
    write(tmp_path, "deployments.csv", *"abcde")
    batches = read(tmp_path)
    assert [len(batch.records) for batch in batches] == [2, 2, 1]
    assert [bool(batch.cursor) for batch in batches] == [False, False, True]
    assert [bool(batch.replace) for batch in batches] == [True, False, False]
