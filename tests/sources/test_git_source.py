"""What the `git` source reads from real repositories, made here with git itself."""

import gc
import os
import shutil
import subprocess
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scorecard_exporter.errors import RetriableSourceError, SkippableSourceError
from scorecard_exporter.events.model import Branch, Commit, Deployment
from scorecard_exporter.sources import delivery
from scorecard_exporter.sources.registry import TYPES

pytestmark = pytest.mark.needs("git")

START = datetime(2026, 1, 1, tzinfo=UTC)
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def hour(hours):
    return START + timedelta(hours=hours)


class Work:
    """A repository in the making; every commit and tag is dated in hours since START."""

    def __init__(self, path: Path):
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments, hours=0, authored=None, name="Ann", email="Ann@Acme.Example", **options):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": name,
            "GIT_AUTHOR_EMAIL": email,
            "GIT_COMMITTER_NAME": "Bob",
            "GIT_COMMITTER_EMAIL": "bob@acme.example",
            "GIT_AUTHOR_DATE": f"{hour(hours if authored is None else authored):%s} +0000",
            "GIT_COMMITTER_DATE": f"{hour(hours):%s} +0000",
            "TZ": "UTC",
        }
        command = ["git", "-c", "protocol.file.allow=always", *arguments]
        done = subprocess.run(command, cwd=self.path, env=environment, check=True, capture_output=True, **options)
        return done.stdout.decode("utf-8", "replace").strip()

    def commit(self, message, hours, **options):
        self.git("commit", "--quiet", "--allow-empty", "--message", message, hours=hours, **options)
        return self.git("rev-parse", "HEAD")

    def write(self, name, text="text\n"):
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        self.git("add", "--all")

    def object(self, kind, content: bytes):
        return self.git("hash-object", "-t", kind, "-w", "--stdin", "--literally", input=content)


@pytest.fixture
def work(tmp_path):
    return Work(tmp_path / "shop")


def source(path, **options):
    return TYPES["git"].model_validate({"type": "git", "path": str(path), **options}).build("code", "/")


def read(stream, cursor=None, at=AT):
    return list(stream.read(cursor, at))


def everything(batches):
    return [record for batch in batches for record in batch.records]


def commits(path, **options):
    return {
        record.subject: record
        for record in everything(read(source(path, **options).streams[0]))
        if isinstance(record, Commit)
    }


def tags(path, at=AT, **options):
    return {record.key: record for record in everything(read(source(path, **options).streams[1], at=at))}


def codes(batches):
    return [problem.code for batch in batches for problem in batch.problems]


# What a commit says


def test_a_commit_has_its_times_its_parents_its_author_and_its_subject(work):
    first = work.commit("first", hours=1)
    second = work.commit("second\n\nbody", hours=5, authored=3)
    assert commits(work.path)["second"] == Commit(
        origin="code:shop",
        key=second,
        parents=(first,),
        authored_at=hour(3),
        committed_at=hour(5),
        author="ann@acme.example",
        subject="second",
    )


def test_a_body_that_reverts_names_what_it_reverts(work):
    sha = work.commit("a feature", hours=1)
    work.commit(f'Revert "a feature"\n\nThis reverts commit {sha}.', hours=2)
    assert commits(work.path)['Revert "a feature"'].reverts == (sha,)


@pytest.mark.parametrize(
    ("name", "email", "is_bot"),
    [
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.example", True),
        ("Robot", "ci[bot]@acme.example", True),
        ("Abbott", "abbott@acme.example", False),
    ],
)
def test_an_author_that_its_host_marks_as_a_bot_is_one(work, name, email, is_bot):
    work.commit("change", hours=1, name=name, email=email)
    assert commits(work.path)["change"].is_bot is is_bot


def test_text_that_is_not_utf_8_is_replaced_and_not_refused(work):
    work.commit("first", hours=1)
    tree = work.git("rev-parse", "HEAD^{tree}")
    person = b"J\xf6rg <j\xf6rg@acme.example> 1767225600 +0000"
    sha = work.object("commit", b"tree %s\nauthor %s\ncommitter %s\n\nGr\xfc\xdfe\n" % (tree.encode(), person, person))
    work.git("update-ref", "refs/heads/main", sha)
    (commit,) = commits(work.path).values()
    assert (commit.subject, commit.author) == ("Gr��e", "j�rg@acme.example")


def test_text_in_another_encoding_that_the_commit_names_is_understood(work):
    work.git("config", "i18n.commitEncoding", "ISO-8859-1")
    work.git("commit", "--allow-empty", "--file=-", hours=1, input="Grüße".encode("latin-1"))
    assert "Grüße" in commits(work.path)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("a \x1b[31mred\x1b[0m", "a �[31mred�[0m"),
        ("--upload-pack=x", "--upload-pack=x"),
        ("left\u202eright", "left�right"),
    ],
)
def test_hostile_subjects_and_authors_are_only_text(work, written, read_as):
    work.commit(written, hours=1, name=written, email=written)
    (commit,) = commits(work.path).values()
    assert commit.subject == read_as
    assert commit.author == read_as


@pytest.mark.parametrize(
    "date",
    [b"99999999999999999 +0000", b"nonsense", b"-5 +0000", b"253402300800 +0000"],
    ids=lambda date: date.decode(),
)
def test_a_commit_without_a_usable_date_stays_in_the_graph_and_is_reported(work, date):
    first = work.commit("first", hours=1)
    tree = work.git("rev-parse", "HEAD^{tree}").encode()
    header = b"tree %s\nparent %s\n" % (tree, first.encode())
    person = b"A <a@b> " + date
    sha = work.object("commit", header + b"author %s\ncommitter %s\n\nodd\n" % (person, person))
    work.git("update-ref", "refs/heads/main", sha)
    batches = read(source(work.path).streams[0])
    assert {record.key for record in everything(batches)} == {sha, first, "main"}
    assert codes(batches) == ["bad_time"]


def test_a_commit_of_the_future_stays_in_the_graph_and_is_reported(work):
    work.commit("early", hours=24 * 365)
    batches = read(source(work.path).streams[0])
    assert len(everything(batches)) == 2
    assert codes(batches) == ["clock_in_future"]


def test_files_are_read_only_when_asked_for_and_by_their_new_names(work):
    odd = "two\nlines \x1b[0m"
    work.write("services/shop/a.py")
    work.write(odd)
    work.commit("first", hours=1)
    work.git("mv", "services/shop/a.py", "services/shop/b.py")
    work.commit("second", hours=2)
    assert {commit.paths for commit in commits(work.path).values()} == {()}
    assert commits(work.path, paths=True)["second"].paths == ("services/shop/a.py", "services/shop/b.py")
    assert set(commits(work.path, paths=True)["first"].paths) == {odd, "services/shop/a.py"}


def test_a_merge_commit_touches_no_files_of_its_own(work):
    work.commit("first", hours=1)
    work.git("checkout", "--quiet", "-b", "topic")
    work.write("a")
    work.commit("topic", hours=2)
    work.git("checkout", "--quiet", "main")
    work.git("merge", "--quiet", "--no-ff", "--message", "merged", "topic", hours=3)
    found = commits(work.path, paths=True)
    assert found["topic"].paths == ("a",)
    assert found["merged"].paths == ()
    assert found["merged"].parents == (found["first"].key, found["topic"].key)


def test_an_octopus_merge_keeps_all_its_parents_in_order(work):
    base = work.commit("base", hours=1)
    shas = []
    for name in ("one", "two", "three"):
        work.git("checkout", "--quiet", "-b", name, base)
        work.write(name)
        shas.append(work.commit(name, hours=2))
    work.git("checkout", "--quiet", "main")
    work.git("merge", "--quiet", "--no-ff", "--message", "octopus", "one", "two", "three", hours=3)
    assert commits(work.path)["octopus"].parents == (base, *shas)


# Which commits


def test_the_deployed_branch_and_tags_of_maintenance_branches_are_read_and_other_branches_are_not(work):
    base = work.commit("base", hours=1)
    work.git("checkout", "--quiet", "-b", "maintenance")
    work.commit("backport", hours=2)
    work.git("tag", "v1.0.1", hours=2)
    work.git("checkout", "--quiet", "-b", "experiment", base)
    work.commit("experiment", hours=3)
    work.git("checkout", "--quiet", "main")
    work.commit("onwards", hours=4)
    assert commits(work.path).keys() == {"base", "backport", "onwards"}
    assert commits(work.path, tags="nightly-*").keys() == {"base", "onwards"}
    assert commits(work.path, branch="experiment").keys() == {"base", "backport", "experiment"}


def branch(path, **options):
    (found,) = (record for record in everything(read(source(path, **options).streams[0])) if isinstance(record, Branch))
    return found.key, found.sha


def test_the_published_default_branch_of_a_clone_is_preferred_to_what_is_checked_out(work, tmp_path):
    tip = work.commit("published", hours=1)
    work.git("clone", "--quiet", str(work.path), str(tmp_path / "clone"))
    clone = Work(tmp_path / "clone")
    clone.git("checkout", "--quiet", "-b", "topic")
    clone.commit("not yet published", hours=2)
    assert branch(clone.path) == ("main", tip)


def test_the_branch_of_head_is_taken_where_there_is_no_remote(work):
    work.git("checkout", "--quiet", "-b", "trunk")
    tip = work.commit("first", hours=1)
    assert branch(work.path) == ("trunk", tip)


def test_a_detached_head_without_branches_is_taken_as_it_is(work):
    tip = work.commit("first", hours=1)
    work.git("checkout", "--quiet", "--detach")
    work.git("branch", "--quiet", "-D", "main")
    assert branch(work.path) == ("HEAD", tip)


def test_a_bare_mirror_is_read_like_a_work_tree(work, tmp_path):
    tip = work.commit("first", hours=1)
    work.git("clone", "--quiet", "--mirror", str(work.path), str(tmp_path / "mirror.git"))
    assert branch(tmp_path / "mirror.git") == ("main", tip)


def test_a_linked_work_tree_is_read_like_its_repository(work, tmp_path):
    work.commit("first", hours=1)
    work.git("worktree", "add", "--quiet", "-b", "other", str(tmp_path / "linked"))
    assert branch(tmp_path / "linked")[0] == "other"


# Reading again


def test_an_unchanged_repository_yields_one_empty_batch_that_moves_coverage_on(work):
    work.commit("first", hours=1)
    work.git("tag", "v1", hours=1)
    later = AT + timedelta(hours=1)
    for stream in source(work.path).streams:
        cursor = read(stream)[-1].cursor
        (again,) = read(stream, cursor, later)
        assert (again.records, again.cursor, again.replace) == ((), cursor, ())
        assert [(one.from_at, one.to_at) for one in again.coverage] == [(None, later)]


def test_only_new_commits_are_read_when_the_branch_grew(work):
    work.commit("first", hours=1)
    stream = source(work.path).streams[0]
    cursor = read(stream)[-1].cursor
    work.commit("second", hours=2)
    (batch,) = read(stream, cursor)
    assert [record.subject for record in batch.records if isinstance(record, Commit)] == ["second"]
    assert batch.replace == (("code:shop", "branch"),)


def test_commits_of_a_new_tag_are_read_and_those_of_known_tags_are_not_read_again(work):
    base = work.commit("base", hours=1)
    stream = source(work.path).streams[0]
    cursor = read(stream)[-1].cursor
    seen = []
    for number in (1, 2, 3):
        work.git("checkout", "--quiet", "--detach", base if number == 1 else f"v1.{number - 1}")
        work.commit(f"backport {number}", hours=number + 1)
        work.git("tag", f"v1.{number}")
        work.git("checkout", "--quiet", "main")
        (batch,) = read(stream, cursor)
        cursor = batch.cursor
        seen.append([record.subject for record in batch.records if isinstance(record, Commit)])
    assert seen == [["backport 1"], ["backport 2"], ["backport 3"]]


def test_a_rewritten_branch_replaces_all_commits(work):
    base = work.commit("base", hours=1)
    work.commit("gone", hours=2)
    stream = source(work.path).streams[0]
    cursor = read(stream)[-1].cursor
    work.git("reset", "--quiet", "--hard", base)
    work.commit("instead", hours=3)
    work.git("reflog", "expire", "--expire=now", "--all")
    work.git("gc", "--quiet", "--prune=now")
    (batch,) = read(stream, cursor)
    assert {record.subject for record in batch.records if isinstance(record, Commit)} == {"base", "instead"}
    assert ("code:shop", "commit") in batch.replace


@pytest.mark.parametrize("change", [{"paths": True}, {"url": "https://git.example/{sha}"}, {"branch": "other"}])
def test_all_is_read_anew_when_an_option_changes_what_the_records_look_like(work, change):
    work.commit("first", hours=1)
    work.git("branch", "other")
    cursor = read(source(work.path).streams[0])[-1].cursor
    (batch,) = read(source(work.path, **change).streams[0], cursor)
    assert len(batch.records) == 2
    assert ("code:shop", "commit") in batch.replace


def test_a_cursor_that_is_not_understood_is_as_none(work):
    work.commit("first", hours=1)
    for stream in source(work.path).streams:
        assert read(stream, "[1, 2")[-1].replace


def test_only_the_last_of_many_batches_moves_the_cursor(work, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH_SIZE", 2)
    for number in range(5):
        work.commit(f"commit {number}", hours=number)
    batches = read(source(work.path).streams[0])
    assert [len(batch.records) for batch in batches] == [2, 2, 2]
    assert [bool(batch.cursor) for batch in batches] == [False, False, True]
    assert [bool(batch.coverage) for batch in batches] == [False, False, True]


def test_a_read_that_is_given_up_ends_its_process(work):
    work.commit("first", hours=1)
    reading = source(work.path).streams[0].read(None, AT)
    next(reading)
    with warnings.catch_warnings(record=True) as left_open:
        warnings.simplefilter("always")
        reading.close()
        del reading
        gc.collect()
    assert left_open == []


# Tags


def test_an_annotated_tag_is_a_deployment_when_it_was_set_and_a_light_one_when_its_commit_was_made(work):
    sha = work.commit("release", hours=1)
    work.git("tag", "light", hours=9)
    work.git("tag", "--annotate", "--message", "x", "annotated", hours=9)
    shared = {"origin": "code:shop", "environment": "tag", "sha": sha}
    assert tags(work.path) == {
        "light": Deployment(key="light", version="light", finished_at=hour(1), **shared),
        "annotated": Deployment(key="annotated", version="annotated", finished_at=hour(9), **shared),
    }


def test_a_tag_of_a_tag_leads_to_the_commit_at_its_end(work):
    sha = work.commit("release", hours=1)
    work.git("tag", "--annotate", "--message", "x", "inner", hours=2)
    work.git("tag", "--annotate", "--message", "x", "middle", "inner", hours=3)
    work.git("tag", "--annotate", "--message", "x", "outer", "middle", hours=4)
    assert (tags(work.path)["outer"].sha, tags(work.path)["outer"].finished_at) == (sha, hour(4))


def test_an_annotated_tag_without_a_tagger_is_dated_by_its_commit(work):
    sha = work.commit("release", hours=1)
    tag = work.object("tag", f"object {sha}\ntype commit\ntag v0\n\nold\n".encode())
    work.git("update-ref", "refs/tags/v0", tag)
    assert tags(work.path)["v0"].finished_at == hour(1)


@pytest.mark.parametrize(("kind", "revision"), [("tree", "HEAD^{tree}"), ("blob", "HEAD:file")])
def test_a_tag_that_points_to_no_commit_is_refused_and_the_others_go_in(work, kind, revision):
    work.write("file")
    work.commit("release", hours=1)
    work.git("tag", "good")
    work.git("tag", "bad", revision)
    work.git("tag", "--annotate", "--message", "x", "worse", revision, hours=2)
    batches = read(source(work.path).streams[1])
    assert [record.key for record in everything(batches)] == ["good"]
    (bad, worse) = batches[-1].problems
    assert (bad.code, worse.code) == ("not_a_commit", "not_a_commit")
    assert f"tag 'bad' points to a {kind}, not to a commit" in bad.message
    assert commits(work.path).keys() == {"release"}


def test_a_tag_of_the_future_is_left_out_until_its_time_has_come(work):
    work.commit("release", hours=1)
    work.git("tag", "--annotate", "--message", "x", "v1", hours=24 * 365)
    stream = source(work.path).streams[1]
    batches = read(stream)
    assert (everything(batches), codes(batches)) == ([], ["clock_in_future"])
    later = read(stream, batches[-1].cursor, at=hour(24 * 365))
    assert ([record.key for record in everything(later)], codes(later)) == (["v1"], [])


def test_a_clock_that_is_a_little_ahead_does_no_harm(work):
    work.commit("release", hours=1)
    work.git("tag", "v1")
    assert tags(work.path, at=hour(1) - timedelta(minutes=9)).keys() == {"v1"}


def test_a_tag_that_moved_or_went_replaces_what_was_known(work):
    work.commit("one", hours=1)
    work.git("tag", "kept")
    work.git("tag", "gone")
    stream = source(work.path).streams[1]
    cursor = read(stream)[-1].cursor
    sha = work.commit("two", hours=2)
    work.git("tag", "--force", "kept")
    work.git("tag", "--delete", "gone")
    (batch,) = read(stream, cursor)
    assert [(record.key, record.sha) for record in batch.records] == [("kept", sha)]
    assert batch.replace == (("code:shop", "deployment"),)


def test_only_tags_that_match_are_read(work):
    work.commit("one", hours=1)
    for name in ("v1.0", "v2.0", "nightly/7"):
        work.git("tag", name)
    assert tags(work.path, tags="v*").keys() == {"v1.0", "v2.0"}


# Shallow clones


@pytest.fixture
def shallow(work, tmp_path):
    for number in range(1, 6):
        work.commit(f"commit {number}", hours=number)
    work.git("tag", "v5")
    work.git("clone", "--quiet", "--depth=2", f"file://{work.path}", str(tmp_path / "shallow"))
    return Work(tmp_path / "shallow")


def test_a_shallow_clone_covers_only_what_it_has_and_says_how_to_get_the_rest(shallow):
    (batch,) = read(source(shallow.path).streams[0])
    assert {record.subject for record in batch.records if isinstance(record, Commit)} == {"commit 4", "commit 5"}
    (coverage,) = batch.coverage
    assert coverage.from_at == hour(4)
    (problem,) = batch.problems
    assert problem.code == "shallow_history"
    assert "fetch --unshallow" in problem.message
    assert read(source(shallow.path).streams[1])[-1].coverage[0].from_at == hour(4)


def test_a_shallow_clone_that_was_made_whole_is_read_anew(shallow):
    stream = source(shallow.path).streams[0]
    cursor = read(stream)[-1].cursor
    shallow.git("fetch", "--quiet", "--unshallow")
    (batch,) = read(stream, cursor)
    assert len(batch.records) == 6
    assert (batch.coverage[0].from_at, batch.problems) == (None, ())


# Pages


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("https://github.com/acme/shop.git", "https://github.com/acme/shop/commit/SHA"),
        ("https://user:secret@github.com/acme/shop", "https://github.com/acme/shop/commit/SHA"),
        ("git@github.com:acme/shop.git", "https://github.com/acme/shop/commit/SHA"),
        ("ssh://git@gitlab.com:22/acme/web/shop.git", "https://gitlab.com/acme/web/shop/-/commit/SHA"),
        ("https://git.acme.example/acme/shop.git", ""),
        ("https://github.com.evil.example/acme/shop.git", ""),
        ("https://evil.example/@github.com/acme/shop", ""),
        ("javascript://github.com/%0aalert(1)", ""),
        ("/srv/git/shop.git", ""),
    ],
)
def test_the_page_of_a_commit_is_known_where_its_host_is(work, remote, page):
    sha = work.commit("first", hours=1)
    work.git("tag", "v1")
    work.git("remote", "add", "origin", remote)
    expected = page.replace("SHA", sha)
    assert (commits(work.path)["first"].url, tags(work.path)["v1"].url) == (expected, expected)


def test_a_template_leads_to_the_pages_of_any_other_host(work):
    sha = work.commit("first", hours=1)
    template = "https://git.acme.example/{thing}/commit/{sha}"
    assert commits(work.path, url=template)["first"].url == f"https://git.acme.example/shop/commit/{sha}"


# Failures


def test_a_repository_that_is_not_there_may_come_back(tmp_path):
    for stream in source(tmp_path / "gone").streams:
        with pytest.raises(RetriableSourceError, match="gone is not there, or may not be seen; check the path"):
            read(stream)


def test_a_folder_inside_a_repository_is_no_repository(work):
    work.write("inner/file")
    work.commit("first", hours=1)
    with pytest.raises(SkippableSourceError, match="not a git repository"):
        read(source(work.path / "inner").streams[0])


def test_a_repository_without_commits_may_get_some(work):
    with pytest.raises(RetriableSourceError, match="has no commit yet"):
        read(source(work.path).streams[0])


def test_a_branch_that_does_not_exist_is_named_with_the_nearest_that_does(work):
    work.commit("first", hours=1)
    with pytest.raises(SkippableSourceError, match="has no branch 'mian'; is it 'main'"):
        read(source(work.path, branch="mian").streams[0])


def test_a_damaged_repository_fails_with_what_git_says(work):
    work.commit("first", hours=1)
    shutil.rmtree(work.path / ".git" / "objects")
    (work.path / ".git" / "objects").mkdir()
    with pytest.raises(RetriableSourceError, match=r"git .* failed in .*shop: (?!hint)"):
        read(source(work.path).streams[0])


def test_one_repository_that_fails_leaves_the_others_of_its_source_alone(work, tmp_path):
    work.commit("first", hours=1)
    options = {"type": "git", "repositories": {"gone": str(tmp_path / "gone"), "shop": str(work.path)}}
    streams = {stream.name: stream for stream in TYPES["git"].model_validate(options).build("code", "/").streams}
    assert streams.keys() == {"gone/commits", "gone/tags", "shop/commits", "shop/tags"}
    assert everything(read(streams["shop/commits"]))
