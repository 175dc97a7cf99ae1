"""A repository that wants to harm its reader: nothing of it is executed, fetched or waited for."""

import os
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scorecard_exporter.errors import SourceError
from scorecard_exporter.sources.registry import TYPES

pytestmark = pytest.mark.needs("git")

AT = datetime(2026, 6, 1, tzinfo=UTC)

CONFIGURATION = """
[core]
    repositoryFormatVersion = 1
    bare = false
    fsmonitor = {program}
    hooksPath = {folder}/hooks
    sshCommand = {program}
    gitProxy = {program}
    pager = {program}
    editor = {program}
    askPass = {program}
    alternateRefsCommand = {program}
    attributesFile = {pipe}
    excludesFile = {pipe}
[extensions]
    partialClone = origin
[remote "origin"]
    url = ext::{program}
    promisor = true
    partialCloneFilter = blob:none
    uploadpack = {program}
    fetch = +refs/heads/*:refs/remotes/origin/*
[protocol]
    allow = always
[protocol "ext"]
    allow = always
[protocol "file"]
    allow = always
[credential]
    helper = !{program}
[alias]
    log = !{program}
    for-each-ref = !{program}
    rev-parse = !{program}
    config = !{program}
    merge-base = !{program}
[pager]
    log = {program}
    for-each-ref = {program}
    config = {program}
[color]
    ui = always
[log]
    showSignature = true
    mailmap = true
    decorate = full
    diffMerges = separate
    follow = true
[gpg]
    program = {program}
[gpg "ssh"]
    program = {program}
[gpg "x509"]
    program = {program}
[diff]
    external = {program}
    orderFile = {pipe}
    submodule = diff
    renames = copies
    relative = true
[diff "harm"]
    command = {program}
    textconv = {program}
[filter "harm"]
    clean = {program}
    smudge = {program}
    process = {program}
    required = true
[merge "harm"]
    driver = {program}
[mailmap]
    file = {pipe}
    blob = HEAD:mailmap
[notes]
    displayRef = refs/*
[format]
    pretty = "%GG"
[gc]
    auto = 1
[trace2]
    eventTarget = {canary}
"""
HOOKS = ("post-checkout", "post-index-change", "pre-auto-gc", "reference-transaction", "fsmonitor-watchman")


class Trap:
    """A repository full of traps; the canary file appears when one of them snaps."""

    def __init__(self, folder: Path):
        self.path = folder / "repository"
        self.canary = folder / "canary"
        self._folder = folder
        self.path.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        (self.path / "inner").mkdir()
        (self.path / "inner" / "file").write_text("text")
        (self.path / ".gitattributes").write_text("* diff=harm filter=harm merge=harm\n")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "first")
        self.git("tag", "v1")
        self._sign()
        self._arm()

    def git(self, *arguments, **options):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self._folder), "GIT_CONFIG_NOSYSTEM": "1"}
        environment |= dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), "2026-01-01T00:00:00Z")
        person = ("-c", "user.name=A", "-c", "user.email=a@b.example")
        options |= {"cwd": self.path, "env": environment, "capture_output": True, "timeout": 60}
        return subprocess.run(["git", *person, *arguments], check=False, **options).stdout

    def _sign(self):
        """A commit with a signature, which git would show to a program that checks it."""
        head, _, message = self.git("cat-file", "commit", "HEAD").partition(b"\n\n")
        parent = b"\nparent " + self.git("rev-parse", "HEAD").strip() + b"\nauthor "
        signature = b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n harm\n -----END PGP SIGNATURE-----\n\n"
        signed = head.replace(b"\nauthor ", parent, 1) + signature + message
        sha = self.git("hash-object", "-t", "commit", "-w", "--stdin", input=signed).decode().strip()
        self.git("update-ref", "refs/heads/main", sha)

    def _arm(self):
        program, pipe = self._folder / "program", self._folder / "pipe"
        self._executable(program)
        os.mkfifo(pipe)
        for hook in HOOKS:
            self._executable(self.path / ".git" / "hooks" / hook)
            (self._folder / "hooks").mkdir(exist_ok=True)
            self._executable(self._folder / "hooks" / hook)
        names = {"program": program, "pipe": pipe, "folder": self._folder, "canary": self.canary}
        (self.path / ".git" / "config").write_text(CONFIGURATION.format(**names))
        (self.path / ".git" / "info" / "attributes").write_text("* diff=harm filter=harm\n")

    def _executable(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {self.canary}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def trap(tmp_path):
    return Trap(tmp_path)


def streams(path):
    options = {"type": "git", "path": str(path), "paths": True}
    return TYPES["git"].model_validate(options).build("code", "/").streams


def test_a_repository_full_of_traps_is_read_and_none_of_them_snaps(trap):
    for stream in streams(trap.path):
        batches = list(stream.read(None, AT))
        assert batches[-1].records
        list(stream.read(batches[-1].cursor, AT))
    assert not trap.canary.exists()


def test_a_missing_object_is_not_fetched(trap):
    """A partial clone's missing objects would be fetched by a program that the repository names."""
    tree = trap.git("rev-parse", "HEAD:inner").decode().strip()
    (trap.path / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(SourceError, match="git log failed"):
        list(streams(trap.path)[0].read(None, AT))
    assert not trap.canary.exists()


@pytest.mark.parametrize(
    "careless",
    [
        ["-c", "mailmap.file=", "log", "-1", "--show-signature", "main"],
        ["-c", "mailmap.file=", "-c", "core.attributesFile=", "-c", "core.excludesFile=", "status"],
    ],
    ids=["signature", "status"],
)
def test_the_traps_are_live(trap, careless):
    """Without this the tests above would prove nothing."""
    trap.git(*careless)
    assert trap.canary.exists()


def test_the_trap_of_missing_objects_is_live(trap):
    """Likewise."""
    tree = trap.git("rev-parse", "HEAD:inner").decode().strip()
    (trap.path / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    trap.git("cat-file", "-p", tree)
    assert trap.canary.exists()


def test_the_environment_of_the_exporter_does_not_reach_git(trap, monkeypatch, tmp_path):
    """Whoever starts the exporter inside a hook, say, has such variables set."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.bare")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "nonsense")
    monkeypatch.setenv("GIT_TRACE", str(trap.canary))
    assert list(streams(trap.path)[0].read(None, AT))[-1].records
    assert not trap.canary.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_repository_of_another_user_is_read(trap):
    """A volume mounted into a container usually belongs to somebody else."""
    for path in (trap.path, trap.path / ".git", trap.path / ".git" / "config"):
        os.chown(path, 12345, 12345)
    assert list(streams(trap.path)[0].read(None, AT))[-1].records


def test_replaced_and_grafted_history_is_not_believed(tmp_path):
    """Both make git show other parents than those that the commits have."""
    trap = Trap(tmp_path)
    (trap.path / ".git" / "config").write_text("[core]\nrepositoryFormatVersion = 0\n")
    main = trap.git("rev-parse", "main").decode().strip()
    parent = trap.git("rev-parse", "main~1").decode().strip()
    trap.git("replace", "--graft", main)
    (trap.path / ".git" / "info" / "grafts").write_text(f"{main}\n")
    found = {record.key: record for batch in streams(trap.path)[0].read(None, AT) for record in batch.records}
    assert found[main].parents == (parent,)


@pytest.mark.parametrize(
    "name", ["--upload-pack=x", "$(touch${IFS}canary)", "`id`", "a'b", "-c", "{sha}", "%(refname)"]
)
def test_hostile_names_of_branches_and_tags_are_only_names(tmp_path, name):
    trap = Trap(tmp_path)
    (trap.path / ".git" / "config").write_text("[core]\nrepositoryFormatVersion = 0\n")
    sha = trap.git("rev-parse", "main").decode().strip()
    for kind in ("heads", "tags"):
        file = trap.path / ".git" / "refs" / kind / name
        file.write_text(f"{sha}\n")
    options = {"type": "git", "path": str(trap.path), "branch": name}
    commits, tags = TYPES["git"].model_validate(options).build("code", "/").streams
    known = {record.key for batch in commits.read(None, AT) for record in batch.records}
    released = {record.key for batch in tags.read(None, AT) for record in batch.records}
    assert (name in known, name in released) == (True, True)
    assert not trap.canary.exists()
