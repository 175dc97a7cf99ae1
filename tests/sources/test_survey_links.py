"""Rounds of our own surveys: a link answers once, nothing links it to its answer, and answers come at the close."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from scorecard_exporter.errors import ScorecardError, UnknownNameError
from scorecard_exporter.quantities import instant
from scorecard_exporter.sources.survey_links.rounds import ClosedError, NoLinkError, Round, Rounds
from scorecard_exporter.sources.survey_links.stream import ClosedRounds

OPENED = datetime(2026, 11, 1, 9, tzinfo=UTC)
CLOSES = datetime(2026, 12, 1, tzinfo=UTC)
DURING = datetime(2026, 11, 10, 9, tzinfo=UTC)
AFTER = CLOSES + timedelta(minutes=1)


@pytest.fixture
def rounds(tmp_path):
    found = Rounds(tmp_path / "surveys")
    found.open(
        Round(
            survey="pulse",
            name="2026-Q4",
            question="Would you recommend us?",
            opened_at=instant(OPENED),
            closes_at=instant(CLOSES),
            subjects=("platform", "search"),
        )
    )
    return found


def invite(rounds, count, subject="platform"):
    return rounds.invite("pulse", "2026-Q4", subject, count, DURING)


def kept(tmp_path):
    return {path.name: path.read_bytes() for path in (tmp_path / "surveys").iterdir()}


def test_a_link_answers_once(rounds):
    (token,) = invite(rounds, 1)
    rounds.answer(token, "9", "", DURING)
    with pytest.raises(NoLinkError):
        rounds.answer(token, "9", "", DURING)
    assert rounds.find("pulse", "2026-Q4").answers == {"platform": {"9": 1}}


def test_a_link_answers_once_also_when_it_is_sent_many_times_at_the_same_moment(rounds):
    (token,) = invite(rounds, 1)
    refused = []

    def answer():
        try:
            rounds.answer(token, "9", "", DURING)
        except NoLinkError as error:
            refused.append(error)

    threads = [threading.Thread(target=answer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 7
    assert rounds.find("pulse", "2026-Q4").answered == 1


@pytest.mark.parametrize("token", ["", "x", "../../etc/passwd", "0123456789ab-" + "A" * 24, "ü" * 37])
def test_what_is_no_link_opens_nothing(rounds, token):
    with pytest.raises(NoLinkError):
        rounds.asked(token, DURING)


def test_another_link_of_the_same_round_opens_nothing(rounds):
    (token,) = invite(rounds, 1)
    with pytest.raises(NoLinkError):
        rounds.asked(token[:-1] + ("A" if token[-1] != "A" else "B"), DURING)


@pytest.mark.parametrize("answer", ["11", "-1", "", "9.5", "٩", " 9"])
def test_what_is_no_answer_uses_no_link_up(rounds, answer):
    (token,) = invite(rounds, 1)
    with pytest.raises(ValueError, match="from 0 to 10"):
        rounds.answer(token, answer, "", DURING)
    assert rounds.asked(token, DURING)


def test_a_round_closes_at_its_moment_and_not_before(rounds):
    one, other = invite(rounds, 2)
    rounds.answer(one, "9", "", CLOSES - timedelta(microseconds=1))
    with pytest.raises(ClosedError, match="closed on 1 December 2026"):
        rounds.answer(other, "9", "", CLOSES)
    with pytest.raises(ScorecardError, match="has closed"):
        rounds.invite("pulse", "2026-Q4", "platform", 1, CLOSES)


def test_a_round_that_is_closed_early_takes_no_more_and_never_opens_again(rounds):
    (token,) = invite(rounds, 1)
    rounds.close("pulse", "2026-Q4", DURING)
    assert rounds.close("pulse", "2026-Q4", DURING + timedelta(days=1)).closes_at == instant(DURING)
    with pytest.raises(ClosedError):
        rounds.asked(token, DURING)


def test_what_does_not_exist_is_told_with_what_does(rounds):
    with pytest.raises(UnknownNameError, match="2026-Q4"):
        rounds.find("pulse", "2026-Q3")
    with pytest.raises(UnknownNameError, match="platform, search"):
        rounds.invite("pulse", "2026-Q4", "shop", 1, DURING)


@pytest.mark.parametrize("name", ["", "../x", "2026 Q4", "a" * 41])
def test_a_name_of_a_round_is_plain(rounds, name):
    with pytest.raises(ScorecardError, match="no name of a round"):
        rounds.open(Round(survey="pulse", name=name, question="?", opened_at=0, closes_at=1, subjects=()))


def test_a_second_round_of_the_same_name_is_refused(rounds):
    with pytest.raises(ScorecardError, match="already"):
        rounds.open(Round(survey="pulse", name="2026-Q4", question="?", opened_at=0, closes_at=1, subjects=()))


def test_no_link_can_be_read_from_the_files_and_nobody_else_may_read_them(rounds, tmp_path):
    tokens = invite(rounds, 30)
    content = b"".join(kept(tmp_path).values())
    for token in tokens:
        assert token.encode() not in content
        assert token[-24:].encode() not in content
    assert (tmp_path / "surveys").stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "surveys").iterdir())


def test_a_used_link_leaves_no_trace_in_the_files(rounds, tmp_path):
    """Where there is none, none can be put beside an answer: not the link, its digest, a mark, a place or a time."""
    before = set(rounds.find("pulse", "2026-Q4").links)
    used, *unused = invite(rounds, 3)
    digests = set(rounds.find("pulse", "2026-Q4").links) - before
    rounds.answer(used, "9", "", DURING)
    (gone,) = digests - set(rounds.find("pulse", "2026-Q4").links)
    assert gone.encode() not in b"".join(kept(tmp_path).values())
    assert all(rounds.asked(token, DURING) for token in unused)


def test_whichever_links_answer_and_in_whatever_order_the_same_answers_are_written_alike(tmp_path):
    """The file holds what was answered, and the unused links: it is the same for every order of who and when."""
    given = [("9", "more tests"), ("3", "less meetings"), ("9", ""), ("0", "Zeit"), ("10", "a day off")]
    written = []
    for number, order in enumerate([range(5), reversed(range(5)), (2, 0, 4, 1, 3)]):
        rounds = Rounds(tmp_path / str(number))
        about = {"question": "?", "opened_at": instant(OPENED), "closes_at": instant(CLOSES)}
        rounds.open(Round(survey="pulse", name="2026-Q4", subjects=("platform",), **about))
        tokens = invite(rounds, 5)
        for place, which in enumerate(order):
            rounds.answer(tokens[place], *given[which], DURING + timedelta(minutes=place))
        (path,) = (tmp_path / str(number)).glob("*.json")
        written.append(path.read_bytes())
    assert written[0] == written[1] == written[2]
    said = json.loads(written[0])
    assert said["answers"] == {"platform": {"0": 1, "10": 1, "3": 1, "9": 2}}
    assert said["comments"] == ["Zeit", "a day off", "less meetings", "more tests"]
    assert said["links"] == {}


def test_an_answer_that_cannot_be_written_uses_no_link_up(rounds, tmp_path, monkeypatch):
    (token,) = invite(rounds, 1)
    before = {name: content for name, content in kept(tmp_path).items() if name.endswith(".json")}

    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            rounds.answer(token, "9", "", DURING)
    assert {name: kept(tmp_path)[name] for name in before} == before
    rounds.answer(token, "9", "", DURING)


def read(rounds, at, cursor=None):
    batches = list(ClosedRounds(rounds).read(cursor, at))
    return batches[0] if batches else None


def test_nothing_of_a_round_is_read_before_it_closes(rounds):
    for token in invite(rounds, 6):
        rounds.answer(token, "9", "", DURING)
    batch = read(rounds, CLOSES - timedelta(microseconds=1))
    assert batch.records == ()
    assert [(one.origin, one.kind, one.from_at) for one in batch.coverage] == [
        ("survey-links:pulse", "survey_answer", OPENED)
    ]


def test_the_answers_of_a_closed_round_are_records_without_person_comment_or_order(rounds):
    answers = [("platform", "9"), ("platform", "9"), ("search", "0"), ("platform", "10")]
    for subject, answer in answers:
        (token,) = invite(rounds, 1, subject)
        rounds.answer(token, answer, "a comment", DURING)
    records = read(rounds, AFTER).records
    assert sorted((one.subject, one.answer) for one in records) == sorted(answers)
    assert {(one.survey, one.round, one.question) for one in records} == {
        ("pulse", "2026-Q4", "Would you recommend us?")
    }
    assert {one.closes_at for one in records} == {CLOSES}
    assert len({one.key for one in records}) == 4
    assert [one.key for one in records] == sorted(one.key for one in records)
    assert "a comment" not in repr(records)


def test_a_closed_round_is_read_once(rounds):
    (token,) = invite(rounds, 1)
    rounds.answer(token, "9", "", DURING)
    first = read(rounds, AFTER)
    assert len(first.records) == 1
    assert read(rounds, AFTER + timedelta(minutes=1), first.cursor).records == ()
    assert read(rounds, AFTER, "no cursor of ours").records == first.records


def test_without_a_round_there_is_nothing_to_read_and_nothing_is_covered(tmp_path):
    assert read(Rounds(tmp_path / "surveys"), AFTER) is None
