"""The stack as it is written down: what docker-compose makes of it, what it lets a container do, and its secret."""

import json
import os
import re
import shutil
import stat
import subprocess

import pytest
import yaml

PUBLISHED = ("exporter", "prometheus", "alertmanager", "grafana")
ALWAYS = (*PUBLISHED, "receiver")
DEMO = ("acme",)
SERVICES = (*ALWAYS, *DEMO)
DOCKERFILES = {"exporter": "exporter/Dockerfile", "acme": "examples/acme/Dockerfile"}
CONFIGURATIONS = (
    "prometheus/prometheus.yml",
    "alertmanager/alertmanager.yml",
    "grafana/provisioning/datasources/prometheus.yml",
    "grafana/provisioning/datasources/alertmanager.yml",
)
PASSWORD = "secrets/grafana-admin-password"  # noqa: S105  where it is kept
TOKEN = "secrets/grafana-token"  # noqa: S105  likewise


@pytest.fixture(scope="module")
def compose(checkout):
    return yaml.safe_load((checkout / "docker-compose.yml").read_text())


@pytest.fixture
def dockerfile(checkout):
    """The instructions of the exporter's Dockerfile."""
    return instructions(checkout / DOCKERFILES["exporter"])


def instructions(file):
    """What a Dockerfile does, a line that goes on in the next one joined with it."""
    text = re.sub(r"^#.*\n", "", file.read_text(), flags=re.M)
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
    assert set(ALWAYS) <= set(answer.stdout.split()) <= set(SERVICES)
    assert answer.stderr == ""


def test_only_the_demonstration_has_a_service_of_its_own(compose):
    """What has no profile is always started."""
    profiles = {name: service["profiles"] for name, service in compose["services"].items() if "profiles" in service}
    assert profiles == {name: ["demo"] for name in DEMO}
    assert set(compose["services"]) == set(SERVICES)


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
def test_a_service_writes_to_its_own_volume_only(compose, name):
    """All of the checkout is read-only; the exporter makes the socket for Grafana as well."""
    writable = [volume for volume in compose["services"][name].get("volumes", []) if not volume.endswith(":ro")]
    own = {"exporter": ["exporter", "socket"], "receiver": [], "acme": []}.get(name, [name])
    assert [volume.partition(":")[0] for volume in writable] == own


def test_volumes_have_names_that_do_not_hang_on_the_folder(compose):
    """A checkout that is moved finds its data; the demonstration has volumes of its own, which it may delete."""
    expected = {name: {"name": f"${{STACK:-engineering-scorecard}}-{name}"} for name in (*PUBLISHED, "socket")}
    assert compose["volumes"] == expected


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_a_health_check(compose, checkout, name):
    """Its own, or that of its image, where it is built here."""
    in_image = name in DOCKERFILES and "HEALTHCHECK" in dict(instructions(checkout / DOCKERFILES[name]))
    assert in_image is not ("healthcheck" in compose["services"][name])


def test_every_image_is_pinned(compose, checkout):
    """To a whole version: the same file gives the same programs tomorrow."""
    pulled = [service["image"] for service in compose["services"].values() if "build" not in service]
    steps = [step for file in DOCKERFILES.values() for step in instructions(checkout / file)]
    pulled += [words.split()[0] for instruction, words in steps if instruction == "FROM"]
    assert len(pulled) == 7
    assert [image for image in pulled if not re.search(r":v?\d+\.\d+\.\d+", image)] == []


def test_what_is_built_is_built_from_its_dockerfile(compose, checkout):
    """The file exists where Compose looks for it."""
    builds = {name: service["build"] for name, service in compose["services"].items() if "build" in service}
    found = {name: checkout / one["context"] / one.get("dockerfile", "Dockerfile") for name, one in builds.items()}
    assert {name: str(file.relative_to(checkout)) for name, file in found.items()} == DOCKERFILES


def test_the_folders_that_are_mounted_exist(compose, checkout):
    """Docker would make an empty one in place of a folder that is not there."""
    mounted = [
        volume.partition(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
        if volume.startswith("./")
    ]
    assert len(mounted) == 7
    assert [folder for folder in mounted if not (checkout / folder).is_dir()] == []


def test_the_image_runs_as_a_user_of_its_own(dockerfile):
    """By number, so that a volume's owner is known; root ends before the last stage does."""
    users = [words for instruction, words in dockerfile if instruction == "USER"]
    assert users[-1] == "10210:10210"
    last = [instruction for instruction, _ in dockerfile][::-1]
    assert last.index("USER") < last.index("RUN")


@pytest.mark.parametrize("file", DOCKERFILES.values())
def test_an_image_is_built_by_every_builder(checkout, file):
    """No syntax line, mount or here-document, which the classic builder does not know."""
    assert not re.search(r"--mount|<<|# *syntax", (checkout / file).read_text())


def test_only_what_the_image_is_made_from_reaches_the_engine(checkout):
    """Everything is left out, then a few things are taken in: no secret can be forgotten."""
    lines = [line for line in (checkout / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    assert {line for line in lines if line[0] == "!"} == {
        "!pyproject.toml",
        "!README.md",
        "!LICENSE",
        "!exporter/scorecard_exporter",
        "!grafana/plugins",
        "!grafana/dashboards",
    }


def test_grafana_has_no_password_but_that_of_the_file(compose):
    """It stands in no variable."""
    grafana = compose["services"]["grafana"]
    said = {name for name in grafana["environment"] if "PASSWORD" in name}
    assert said == {"GF_SECURITY_ADMIN_PASSWORD__FILE"}
    assert grafana["environment"][said.pop()] == "/run/secrets/grafana-admin-password"


def test_secrets_are_files_that_git_does_not_see(compose, checkout):
    """Each service has those that it needs."""
    assert compose["secrets"] == {
        "grafana-admin-password": {"file": f"./{PASSWORD}"},
        "grafana-token": {"file": f"./{TOKEN}"},
    }
    assert "secrets/" in (checkout / ".gitignore").read_text().splitlines()
    given = {name: service["secrets"] for name, service in compose["services"].items() if "secrets" in service}
    assert given == {"exporter": ["grafana-token"], "grafana": ["grafana-admin-password", "grafana-token"]}


def flag(compose, name):
    """What a flag of the exporter is set to."""
    (value,) = (word.partition("=")[2] for word in compose["services"]["exporter"]["command"] if f"{name}=" in word)
    return value


def test_exporter_and_grafana_have_the_same_token(compose, checkout):
    """The file that one is started with is what the other's data source sends."""
    path = "/run/secrets/grafana-token"
    provisioned = yaml.safe_load((checkout / "grafana/provisioning/datasources/scorecard.yml").read_text())
    (source,) = provisioned["datasources"]
    assert source["secureJsonData"] == {"token": f"$__file{{{path}}}"}
    assert flag(compose, "--grafana.token-file") == path


def test_exporter_and_grafana_share_the_folder_of_the_socket(compose, checkout):
    """Where the shim looks for it unless it is told otherwise; only the exporter may make something there."""
    path = flag(compose, "--grafana.socket")
    shim = (checkout / "grafana/plugins/scorecard-datasource/gpx_scorecard_linux_amd64").read_text()
    assert f":-{path}}}" in shim
    folder = path.rpartition("/")[0]
    assert f"socket:{folder}" in compose["services"]["exporter"]["volumes"]
    assert f"socket:{folder}:ro" in compose["services"]["grafana"]["volumes"]


def test_grafana_may_open_the_socket_as_a_member_of_its_group(compose, dockerfile):
    """Its mode is 0660, its folder's 0750. Grafana is nothing else of what the exporter is."""
    (user,) = (words for instruction, words in dockerfile if instruction == "USER")
    assert compose["services"]["grafana"]["group_add"] == [user.partition(":")[2]]
    (made,) = re.findall(r"install --directory (.+)", " ".join(words for _, words in dockerfile))
    assert made.startswith("--owner=10210 --group=10210 --mode=0750 ")
    assert "/run/scorecard" in made.split()


def test_grafana_runs_the_plugin_of_this_checkout_and_no_other_without_a_signature(compose, checkout):
    """It lies where Grafana looks for plugins, and Grafana cannot change it."""
    folder = "grafana/plugins/scorecard-datasource"
    id_ = json.loads((checkout / folder / "plugin.json").read_text())["id"]
    grafana = compose["services"]["grafana"]
    assert grafana["environment"]["GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS"] == id_
    assert f"./{folder}:/var/lib/grafana/plugins/{id_}:ro" in grafana["volumes"]


def test_boards_and_alerts_find_their_data_sources(checkout):
    """The uids that the boards ask for, and Alertmanager as one whose alerts Grafana shows and does not take over."""
    files = sorted((checkout / "grafana/provisioning/datasources").glob("*.yml"))
    found = [source for file in files for source in yaml.safe_load(file.read_text())["datasources"]]
    assert {source["uid"]: source["type"] for source in found} == {
        "scorecard-alertmanager": "alertmanager",
        "scorecard-datasource": "scorecard-datasource",
        "scorecard-prometheus": "prometheus",
    }
    settings = {source["type"]: source.get("jsonData", {}) for source in found}
    assert settings["alertmanager"] == {"implementation": "prometheus", "handleGrafanaManagedAlerts": False}
    assert settings["prometheus"]["alertmanagerUid"] == "scorecard-alertmanager"
    assert not any(source["editable"] for source in found)


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
    program.write_text('#!/bin/sh\necho "$@"\nenv | grep -E "^(SCORECARD_|GRAFANA_|SECRETS_|COMPOSE_|STACK=)" | sort\n')
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
@pytest.mark.parametrize(
    ("name", "mode"), [(PASSWORD, 0o600), (TOKEN, 0o640)], ids=["Grafana's alone", "the exporter's too"]
)
def test_make_stack_makes_a_secret_once(folder, name, mode):
    """Long, random, and never another one: Grafana keeps the first password that it was given."""
    assert make(folder, "stack").returncode == 0
    secret = folder / name
    first = secret.read_text()
    assert len(first.strip()) >= 32
    assert stat.S_IMODE(secret.stat().st_mode) == mode
    assert stat.S_IMODE(secret.parent.stat().st_mode) == 0o700
    assert make(folder, "stack").returncode == 0
    assert secret.read_text() == first
    secret.unlink()
    make(folder, "stack")
    assert secret.read_text() != first


@pytest.mark.needs("make")
@pytest.mark.needs("git")
def test_make_stack_says_what_to_run_and_who_may_read_the_secrets(folder):
    """The repository's own git directory, the configuration that fits it, and the files' owner, who is not root."""
    said = make(folder, "stack").stdout
    owner, token = (folder / PASSWORD).stat().st_uid, (folder / TOKEN).stat()
    assert owner == token.st_uid != 0
    assert said.startswith("up --detach --build\n")
    assert f"\nGRAFANA_USER={owner}\n" in said
    assert f"\nSECRETS_GROUP={token.st_gid}\n" in said
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


@pytest.mark.needs("make")
def test_make_stack_demo_is_a_stack_of_its_own(folder):
    """Acme is told anew and its old data is deleted, which is never that of the other stack."""
    python = folder / "python"
    python.write_text('#!/bin/sh\necho python "$@"\n')
    python.chmod(0o755)
    said = make(folder, "stack-demo", f"BIN={folder}", "--assume-old=.venv/.package").stdout
    own = {"COMPOSE_PROFILES": "demo", **dict.fromkeys(("COMPOSE_PROJECT_NAME", "STACK"), "engineering-scorecard-demo")}
    steps = [line for line in said.splitlines() if "=" not in line and "://" not in line]
    assert steps == [
        "down --volumes",
        "python -m examples.acme.stack data/stack-demo",
        "up --detach --build acme",
        "exec -T acme python -m examples.acme.waiting",
        "up --detach --build",
    ]
    assert [said.count(f"\n{name}={value}\n") for name, value in own.items()] == [4, 4, 4]
    assert f"\nSCORECARD_DIRECTORY={folder}/data/stack-demo\nSCORECARD_FILE=scorecard.yaml\n" in said
