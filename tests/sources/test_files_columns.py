"""Exports with columns of their own: what is wanted is named, and nothing else is read."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from scorecard_exporter.sources.files.options import FilesOptions

AT = datetime(2026, 12, 20, tzinfo=UTC)
QUESTION = "How likely are you to recommend us?"
ROUND = {"survey": "pulse", "round": "2026-Q4", "question": "recommend", "closes_at": "2026-12-15T18:00:00Z"}
GOOGLE_FORMS = f"""Timestamp,Email Address,{QUESTION},Your team,"Why, please?"
12/01/2026 9:00:00,eve@example.org,9,Platform,"More, and
better tests"
12/01/2026 9:05:00,bob@example.org,3,Search,
"""
TYPEFORM = f"""#,{QUESTION},Your team,Response Type,Start Date (UTC),Submit Date (UTC),Network ID,Tags
a1,9,Platform,completed,2026-12-01 09:00:00,2026-12-01 09:00:09,n1,
b2,3,Search,completed,2026-12-01 09:05:00,2026-12-01 09:05:09,n2,
"""
MICROSOFT_FORMS = f"""\ufeffID,Start time,Completion time,Email,Name,{QUESTION},Your team\r
1,12/1/26 9:00:00,12/1/26 9:00:09,anonymous,,9,Platform\r
2,12/1/26 9:05:00,12/1/26 9:05:09,anonymous,,3,Search\r
"""


def read(folder, content, **options):
    (folder / "export.csv").write_text(content, encoding="utf-8", newline="")
    source = FilesOptions(type="files", path="export.csv", **options).build("forms", str(folder))
    (stream,) = source.streams
    batches = list(stream.read(None, AT))
    return [one for batch in batches for one in batch.records], [one for batch in batches for one in batch.problems]


@pytest.mark.parametrize("content", [GOOGLE_FORMS, TYPEFORM, MICROSOFT_FORMS], ids=["google", "typeform", "microsoft"])
def test_the_export_of_a_form_tool_gives_answers_and_nothing_about_who_gave_them(tmp_path, content):
    columns = {QUESTION: "answer", "Your team": "subject"}
    records, problems = read(tmp_path, content, kind="survey_answer", columns=columns, constants=ROUND)
    assert problems == []
    assert sorted((one.subject, one.answer) for one in records) == [("Platform", "9"), ("Search", "3")]
    assert {(one.survey, one.round, one.question) for one in records} == {("pulse", "2026-Q4", "recommend")}
    assert {one.closes_at for one in records} == {datetime(2026, 12, 15, 18, tzinfo=UTC)}
    assert "example.org" not in repr(records)


def test_a_question_that_was_reworded_is_a_problem_and_not_a_round_without_answers(tmp_path):
    columns = {"How likely will you recommend us?": "answer", "Your team": "subject"}
    records, problems = read(tmp_path, GOOGLE_FORMS, kind="survey_answer", columns=columns, constants=ROUND)
    assert records == []
    (problem,) = problems
    assert problem.code == "bad_file"
    assert f"did you mean {QUESTION!r}?" in problem.message


def test_two_columns_cannot_be_the_same(tmp_path):
    columns = {QUESTION: "answer", "Your team": "answer"}
    records, problems = read(tmp_path, GOOGLE_FORMS, kind="survey_answer", columns=columns, constants=ROUND)
    assert (records, [one.code for one in problems]) == ([], ["bad_file"])


def test_objects_have_columns_of_their_own_too(tmp_path):
    (tmp_path / "export.jsonl").write_text('{"Team": "web", "Done": 7, "As of": "2026-12-01", "Trainer": "eve"}\n')
    options = FilesOptions(
        type="files",
        path="export.jsonl",
        kind="observation",
        timezone="UTC",
        columns={"Team": "subject", "Done": "value", "As of": "at"},
        constants={"series": "trained", "unit": "count"},
    )
    (stream,) = options.build("forms", str(tmp_path)).streams
    (record,) = [one for batch in stream.read(None, AT) for one in batch.records]
    assert (record.series, record.subject, record.value, record.unit) == ("trained", "web", 7, "count")


@pytest.mark.parametrize("options", [{"columns": {"Team": "subjekt"}}, {"constants": {"serie": "x"}}])
def test_a_column_that_there_is_not_is_a_mistake_of_the_configuration(options):
    with pytest.raises(ValidationError, match=r"did you mean '(subject|series)'"):
        FilesOptions(type="files", path="x.csv", **options)
