"""The stack as it is written down: what docker-compose makes of it, what it lets a container do, and its secret."""

import os
import re
import shutil
import stat
import subprocess

import pytest
import yaml

PUBLISHED = ("exporter", "prometheus", "alertmanager", "grafana")
SERVICES = (*PUBLISHED, "receiver")
CONFIGURATIONS = (
    "prometheus/prometheus.yml",
    "alertmanager/alertmanager.yml",
    "grafana/provisioning/datasources/prometheus.yml",
)
PASSWORD = "secrets/grafana-admin-password"  # noqa: S105  where it is kept


@pytest.fixture(scope="module")
def compose(checkout):
    return yaml.safe_load((checkout / "docker-compose.yml").read_text())


@pytest.fixture
def dockerfile(checkout):
    """The instructions of the Dockerfile, those that go on in a next line joined."""
    text = re.sub(r"^#.*\n", "", (checkout / "exporter/Dockerfile").read_text(), flags=re.M)
    return [line.split(maxsplit=1) for line in re.sub(r"\\\n", " ", text).splitlines() if line]


@pytest.mark.parametrize("flag", ["--web.external-url", "--web.grafana-url"])
def test_the_exporter_knows_where_people_reach_it_and_the_boards(compose, flag):
    """Alerts and boards link to where the ports are published."""
    published = {"--web.external-url": "exporter", "--web.grafana-url": "grafana"}[flag]
    (port,) = compose["services"][published]["ports"]
    assert f"{flag}=http://{port.rpartition(':')[0]}" in compose["services"]["exporter"]["command"]


def test_every_server_that_is_named_is_a_service(compose, checkout):
    """The configurations of Prometheus, Alertmanager and Grafana find each other by name and port."""
    lines = [line for file in CONFIGURATIONS for line in (checkout / file).read_text().splitlines()]
    named = {found for line in lines for found in re.findall(r'(?:http://|")([a-z]+):(\d+)', line.partition("#")[0])}
    services = compose["services"]
    listening = {(name, services[name]["ports"][0].rpartition(":")[2]) for name in PUBLISHED}
    listening.add(("receiver", services["receiver"]["command"][-1].strip(":")))
    assert named == listening - {("grafana", "3000")}


def test_every_alert_is_in_the_operators_document(checkout):
    """With the page that says what to do about it."""
    rules = yaml.safe_load((checkout / "prometheus/rules/scorecard.yml").read_text())
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule}
    document = (checkout / "docs/operations.md").read_text()
    assert set(re.findall(r"^\| `(Scorecard\w+)` .*\(\.\./runbooks/\1\.md\)", document, re.M)) == alerts


@pytest.mark.needs("docker-compose")
def test_docker_compose_takes_it_and_finds_every_service(checkout):
    """As an operator would look at it before anything is started, without any variable set."""
    answer = subprocess.run(
        ["docker-compose", "config", "--services"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert sorted(answer.stdout.split()) == sorted(SERVICES)
    assert answer.stderr == ""


def test_it_needs_neither_an_old_nor_a_new_compose(compose):
    """`version` is obsolete for Compose v2, `name` is unknown to docker-compose 1.29."""
    assert {key for key in compose if not key.startswith("x-")} == {"services", "volumes", "secrets"}


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_published_beyond_this_machine(compose, name):
    """What people open has one port, bound to the loopback address; the rest has none."""
    ports = compose["services"][name].get("ports", [])
    assert len(ports) == (name in PUBLISHED)
    assert all(re.fullmatch(r"127\.0\.0\.1:\$\{[A-Z]+_PORT:-(\d+)\}:\1", port) for port in ports)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_confined(compose, name):
    """What breaks into one finds no privilege to take, no place to write and bounded resources."""
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "cpus", "pids_limit"} <= service.keys()
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert not {"privileged", "network_mode", "pid", "devices", "cap_add"} & service.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_writes_to_one_volume_only(compose, name):
    """Its own, which has a name that does not hang on the folder; all of the checkout is read-only."""
    writable = [volume for volume in compose["services"][name]["volumes"] if not volume.endswith(":ro")]
    assert [volume.partition(":")[0] for volume in writable] == ([name] if name in PUBLISHED else [])
    assert compose["volumes"].get(name) == ({"name": f"engineering-scorecard-{name}"} if writable else None)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_a_health_check(compose, dockerfile, name):
    """The exporter's is in its image."""
    checked = "healthcheck" in compose["services"][name]
    assert checked or (name == "exporter" and "HEALTHCHECK" in [instruction for instruction, _ in dockerfile])


def test_every_image_is_pinned(compose, dockerfile):
    """To a whole version: the same file gives the same programs tomorrow."""
    pulled = [service["image"] for service in compose["services"].values() if "build" not in service]
    pulled += [words.split()[0] for instruction, words in dockerfile if instruction == "FROM"]
    assert len(pulled) == 6
    assert [image for image in pulled if not re.search(r":v?\d+\.\d+\.\d+", image)] == []


def test_the_folders_that_are_mounted_exist(compose, checkout):
    """Docker would make an empty one in place of a folder that is not there."""
    mounted = [
        volume.partition(":")[0]
        for service in compose["services"].values()
        for volume in service["volumes"]
        if volume.startswith("./")
    ]
    assert len(mounted) == 6
    assert [folder for folder in mounted if not (checkout / folder).is_dir()] == []


def test_the_image_runs_as_a_user_of_its_own(dockerfile):
    """By number, so that a volume's owner is known; root ends before the last stage does."""
    users = [words for instruction, words in dockerfile if instruction == "USER"]
    assert users[-1] == "10210:10210"
    last = [instruction for instruction, _ in dockerfile][::-1]
    assert last.index("USER") < last.index("RUN")


def test_the_image_is_built_by_every_builder(checkout):
    """No syntax line, mount or here-document, which the classic builder does not know."""
    assert not re.search(r"--mount|<<|# *syntax", (checkout / "exporter/Dockerfile").read_text())


def test_only_what_the_image_is_made_from_reaches_the_engine(checkout):
    """Everything is left out, then a few things are taken in: no secret can be forgotten."""
    lines = [line for line in (checkout / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    assert {line for line in lines if line[0] == "!"} == {
        "!pyproject.toml",
        "!README.md",
        "!LICENSE",
        "!exporter/scorecard_exporter",
    }


def test_grafana_has_no_password_but_that_of_the_file(compose, checkout):
    """It stands in no variable, and git does not see the file."""
    grafana = compose["services"]["grafana"]
    said = {name for name in grafana["environment"] if "PASSWORD" in name}
    assert said == {"GF_SECURITY_ADMIN_PASSWORD__FILE"}
    assert grafana["environment"][said.pop()] == "/run/secrets/grafana-admin-password"
    assert compose["secrets"] == {"grafana-admin-password": {"file": f"./{PASSWORD}"}}
    assert "secrets/" in (checkout / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize(
    ("content", "starts"),
    [("right horse\n", True), ("", False), ("\n", False), (None, False)],
    ids=["a password", "an empty file", "an empty line", "no file"],
)
def test_grafana_does_not_start_without_its_password(compose, tmp_path, content, starts):
    """It would fall back to a well-known one."""
    shell, option, script = compose["services"]["grafana"]["entrypoint"]
    secret = tmp_path / "secret"
    if content is not None:
        secret.write_text(content)
    script = script.replace("$$", "$").replace("exec /run.sh", "echo started")
    environment = {"PATH": os.environ["PATH"], "GF_SECURITY_ADMIN_PASSWORD__FILE": str(secret)}
    answer = subprocess.run([shell, option, script], env=environment, capture_output=True, text=True, check=False)
    assert (answer.stdout == "started\n") is starts


def make(folder, *arguments):
    """`make` in `folder`, with a program in place of docker-compose that prints what it is given."""
    program = folder / "compose"
    program.write_text('#!/bin/sh\necho "$@"\nenv | grep -E "^(SCORECARD|GRAFANA)_" | sort\n')
    program.chmod(0o755)
    command = ["make", "--silent", *arguments, f"COMPOSE={program}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path, checkout):
    """A folder with the Makefile, which is a repository with one commit and no tag."""
    shutil.copy(checkout / "Makefile", tmp_path)
    (tmp_path / "exporter").mkdir()
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    return tmp_path


@pytest.mark.needs("make")
@pytest.mark.needs("git")
def test_make_stack_makes_a_password_once(folder):
    """Long, random, for its owner alone, and never another one: Grafana keeps the first that it was given."""
    assert make(folder, "stack").returncode == 0
    password = folder / PASSWORD
    first = password.read_text()
    assert len(first.strip()) >= 32
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    assert stat.S_IMODE(password.parent.stat().st_mode) == 0o700
    assert make(folder, "stack").returncode == 0
    assert password.read_text() == first
    password.unlink()
    make(folder, "stack")
    assert password.read_text() != first


@pytest.mark.needs("make")
@pytest.mark.needs("git")
def test_make_stack_says_what_to_run_and_who_may_read_the_password(folder):
    """The repository's own git directory, the configuration that fits it, and the file's owner, who is not root."""
    said = make(folder, "stack").stdout
    owner = (folder / PASSWORD).stat().st_uid
    assert owner != 0
    assert said.startswith("up --detach --build\n")
    assert f"\nGRAFANA_USER={owner}\n" in said
    assert f"\nSCORECARD_DIRECTORY={folder}/examples/quickstart\nSCORECARD_FILE=commits.yaml\n" in said
    assert f"\nSCORECARD_REPOSITORY={folder}/.git\n" in said
    said = make(folder, "stack", "CONFIG=/etc/acme/scorecard.yaml").stdout
    assert "\nSCORECARD_DIRECTORY=/etc/acme\nSCORECARD_FILE=scorecard.yaml\n" in said


@pytest.mark.needs("make")
@pytest.mark.needs("git")
def test_make_stack_starts_nothing_for_what_is_no_repository(folder, tmp_path_factory):
    """Git says so, and nothing is measured in its place."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    answer = make(folder, "stack", f"REPO={elsewhere}")
    assert answer.returncode != 0
    assert "not a git repository" in answer.stderr
    assert "up" not in answer.stdout.split()


@pytest.mark.needs("make")
def test_make_stack_down_keeps_the_data(folder):
    """Containers go, volumes stay."""
    assert make(folder, "stack-down").stdout.splitlines()[0] == "down"
