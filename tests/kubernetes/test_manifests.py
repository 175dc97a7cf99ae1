"""The manifests as they are written: whether they fit together, the stack, the rules and Kubernetes' own schema."""

import copy
import json
import re
import shutil
import subprocess
import sys

import kubernetes_validate
import pytest
import yaml

from scorecard_exporter import __version__
from scorecard_exporter.config import load

BASE = "kubernetes/base"
OPERATOR = "kubernetes/components/prometheus-operator"
GRAFANA = "kubernetes/overlays/grafana"
FOLDERS = (BASE, OPERATOR, GRAFANA)
RULES = "prometheus/rules/scorecard.yml"
WRITTEN = f"{OPERATOR}/prometheus-rule.yaml"


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def kustomization(checkout, folder):
    return read(checkout / folder / "kustomization.yaml")


@pytest.fixture
def exporter(checkout):
    """The deployment of the base."""
    return read(checkout / BASE / "deployment.yaml")


@pytest.fixture
def with_grafana(checkout, exporter):
    """The deployment of the overlay, put together as kustomize does it."""
    deployment = copy.deepcopy(exporter)
    for step in read(checkout / GRAFANA / "pod.yaml"):
        assert step["op"] == "add"
        place = deployment
        *way, last = step["path"].strip("/").split("/")
        for key in way:
            place = place[int(key) if key.isdigit() else key]
        if last == "-":
            place.append(step["value"])
        else:
            place[last] = step["value"]
    return deployment


@pytest.fixture(params=["exporter", "with_grafana"])
def deployment(request):
    return request.getfixturevalue(request.param)


def pod_of(deployment):
    return deployment["spec"]["template"]["spec"]


def container(deployment, name):
    pod = pod_of(deployment)
    (found,) = (one for one in [*pod["containers"], *pod.get("initContainers", [])] if one["name"] == name)
    return found


def flag(deployment, name):
    """What a flag of the exporter is set to."""
    (value,) = (word.partition("=")[2] for word in container(deployment, "exporter")["args"] if f"{name}=" in word)
    return value


def names_of_files(kustomization):
    """Every file that a kustomization takes in, and every folder."""
    patches = [patch["path"] for patch in kustomization.get("patches", [])]
    generated = [file for one in kustomization.get("configMapGenerator", []) for file in one["files"]]
    return {*kustomization["resources"], *kustomization.get("components", []), *patches, *generated}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_kustomization_names_every_file_beside_it_and_no_other(checkout, folder):
    """What is not named is not applied, without a word."""
    named = names_of_files(kustomization(checkout, folder))
    assert {name for name in named if "/" not in name} == {
        file.name for file in (checkout / folder).iterdir() if file.name != "kustomization.yaml"
    }
    assert all((checkout / folder / name / "kustomization.yaml").is_file() for name in named if "/" in name)


def rendered(checkout, folder):
    """What kubectl would apply; a test that needs it is skipped where there is no kubectl."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    command = ["kubectl", "kustomize", checkout / folder]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")
    return list(yaml.safe_load_all(answer.stdout))


def test_kustomize_puts_the_overlay_together_as_these_tests_do(checkout, with_grafana):
    """Kubernetes' own tool, where it is installed."""
    (found,) = (one for one in rendered(checkout, GRAFANA) if one["kind"] == "Deployment")
    for kind in ("containers", "initContainers", "volumes"):
        assert [one["name"] for one in pod_of(found)[kind]] == [one["name"] for one in pod_of(with_grafana)[kind]]
    for key in ("args", "volumeMounts", "securityContext"):
        assert container(found, "exporter")[key] == container(with_grafana, "exporter")[key]
    assert container(found, "plugin-and-boards")["image"] == container(found, "exporter")["image"]
    (volume,) = (one for one in pod_of(found)["volumes"] if one["name"] == "grafana-provisioning")
    maps = {one["metadata"]["name"] for one in rendered(checkout, GRAFANA) if one["kind"] == "ConfigMap"}
    assert volume["configMap"]["name"] in maps


@pytest.mark.parametrize("name", ["deployment.yaml", "service.yaml", "volume.yaml"])
def test_kubernetes_knows_every_key_of_the_base(checkout, name):
    """By its published schema; a key that it does not know it would leave out silently."""
    kubernetes_validate.validate(read(checkout / BASE / name), kubernetes_validate.latest_version(), strict=True)


def test_kubernetes_knows_every_key_of_the_overlay(checkout, with_grafana):
    """Likewise."""
    manifests = [with_grafana, *(read(checkout / GRAFANA / name) for name in ("service.yaml", "volume.yaml"))]
    for manifest in manifests:
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_patches_find_the_exporter_as_the_first_container(deployment):
    """The page about Kubernetes adds a flag to it by its position."""
    assert pod_of(deployment)["containers"][0]["name"] == "exporter"


def test_there_is_never_a_second_exporter(exporter):
    """Two would want the same store."""
    assert exporter["spec"]["replicas"] == 1
    assert exporter["spec"]["strategy"] == {"type": "Recreate"}


def test_services_find_the_pod_and_its_ports(checkout, with_grafana):
    """By label and by the name of the port."""
    template = with_grafana["spec"]["template"]
    assert with_grafana["spec"]["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
    ports = {port["name"]: port["containerPort"] for one in pod_of(with_grafana)["containers"] for port in one["ports"]}
    for file in (checkout / BASE / "service.yaml", checkout / GRAFANA / "service.yaml"):
        service = read(file)
        assert service["spec"]["selector"].items() <= template["metadata"]["labels"].items()
        assert [ports[port["targetPort"]] for port in service["spec"]["ports"]] == [
            port["port"] for port in service["spec"]["ports"]
        ]


def test_the_operator_scrapes_the_service_as_the_job_of_the_rules(checkout):
    """The alert about a missing exporter asks for `up` of this job."""
    monitor, service = read(checkout / OPERATOR / "service-monitor.yaml"), read(checkout / BASE / "service.yaml")
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    (endpoint,) = monitor["spec"]["endpoints"]
    assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}
    (scraped,) = read(checkout / "prometheus/prometheus.yml")["scrape_configs"]
    assert endpoint["relabelings"] == [
        {"action": "replace", "targetLabel": "job", "replacement": scraped["job_name"]},
    ]
    assert f'up{{job="{scraped["job_name"]}"}}' in (checkout / RULES).read_text()


def written(checkout, file, *options):
    """What `make generate` writes."""
    command = [sys.executable, "-m", "kubernetes.prometheus_rule", *options, file]
    subprocess.run(command, cwd=checkout, check=True)
    return file.read_text()


def test_the_rules_of_the_operator_are_current(checkout, tmp_path):
    """`make generate` writes them again."""
    assert (checkout / WRITTEN).read_text() == written(checkout, tmp_path / "rule.yaml")


def test_the_rules_of_the_operator_say_what_those_of_prometheus_say(checkout):
    """The same groups, without references from one part to another, which Kubernetes does not keep."""
    manifest = read(checkout / WRITTEN)
    assert manifest["kind"] == "PrometheusRule"
    assert manifest["spec"] == read(checkout / RULES)
    assert not re.search(r"^ *[\w<]+: [&*]\w", (checkout / WRITTEN).read_text(), re.M)


@pytest.mark.needs("promtool")
def test_prometheus_takes_the_rules_of_the_operator(checkout, tmp_path):
    """As the operator writes them: the specification is a file of rules."""
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps(read(checkout / WRITTEN)["spec"]))
    answer = subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


def test_runbooks_may_lie_elsewhere(checkout, tmp_path):
    """A Prometheus of an operator does not serve them."""
    elsewhere = "--runbooks=https://git.example.com/runbooks/"
    rules = yaml.safe_load(written(checkout, tmp_path / "rule.yaml", elsewhere))
    found = [rule["annotations"]["runbook_url"] for group in rules["spec"]["groups"] for rule in group["rules"]]
    assert len(found) > 5
    assert all(re.fullmatch(r"https://git\.example\.com/runbooks/Scorecard\w+\.md", url) for url in found)


def test_every_mounted_volume_exists_and_is_used(deployment):
    """A name that is missing keeps the pod from starting."""
    pod = pod_of(deployment)
    mounts = {
        mount["name"] for one in [*pod["containers"], *pod.get("initContainers", [])] for mount in one["volumeMounts"]
    }
    assert mounts == {volume["name"] for volume in pod["volumes"]}


def test_every_volume_is_of_something_that_is_there(checkout, with_grafana):
    """Claims and configurations by their names; the secrets are made by whoever installs it, and the page says how."""
    volumes = pod_of(with_grafana)["volumes"]
    claims = {volume["persistentVolumeClaim"]["claimName"] for volume in volumes if "persistentVolumeClaim" in volume}
    assert claims == {read(checkout / folder / "volume.yaml")["metadata"]["name"] for folder in (BASE, GRAFANA)}
    maps = {volume["configMap"]["name"] for volume in volumes if "configMap" in volume}
    generated = [one for folder in (BASE, GRAFANA) for one in kustomization(checkout, folder)["configMapGenerator"]]
    assert maps == {one["name"] for one in generated}
    secrets = {volume["secret"]["secretName"] for volume in volumes if "secret" in volume}
    secrets |= {one["secretRef"]["name"] for one in container(with_grafana, "exporter")["envFrom"]}
    page = (checkout / "docs/kubernetes.md").read_text()
    assert secrets == set(re.findall(r"create secret generic ([\w-]+)", page))


def test_nothing_in_a_pod_has_a_privilege(deployment):
    """What breaks into one finds nothing to take, no place to write, and no account of the cluster."""
    pod = pod_of(deployment)
    assert (pod["automountServiceAccountToken"], pod["enableServiceLinks"]) == (False, False)
    assert pod["securityContext"]["runAsNonRoot"] is True
    for one in [*pod["containers"], *pod.get("initContainers", [])]:
        context = one["securityContext"]
        assert context["runAsUser"] > 0
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert (context["readOnlyRootFilesystem"], context["allowPrivilegeEscalation"]) == (True, False)
        assert one["resources"].keys() == {"requests", "limits"}
        assert "memory" in one["resources"]["limits"]


@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe", "readinessProbe"])
def test_the_exporter_is_asked_whether_it_lives_and_whether_it_is_ready(exporter, probe):
    """Ready is with a first scorecard, which may take its time; alive is earlier."""
    (port,) = container(exporter, "exporter")["ports"]
    path = "/-/ready" if probe == "readinessProbe" else "/-/healthy"
    assert container(exporter, "exporter")[probe]["httpGet"] == {"path": path, "port": port["name"]}


def test_the_exporter_is_the_user_of_its_image_and_the_pod_its_group(checkout, exporter):
    """So that it may write its volume, and Grafana, as one of the group, open the socket of mode 0660."""
    (user, group) = re.findall(r"^USER (\d+):(\d+)$", (checkout / "exporter/Dockerfile").read_text(), re.M)[0]
    context = container(exporter, "exporter")["securityContext"]
    assert (context["runAsUser"], context["runAsGroup"]) == (int(user), int(group))
    assert pod_of(exporter)["securityContext"]["fsGroup"] == int(group)


@pytest.mark.parametrize("folder", [BASE, GRAFANA])
def test_the_exporter_is_of_this_version(checkout, folder):
    """Where it stands without a tag, the kustomization adds it."""
    assert kustomization(checkout, folder)["images"] == [
        {"name": "engineering-scorecard/exporter", "newTag": __version__}
    ]


def test_grafana_is_that_of_the_stack(checkout, with_grafana):
    """One version is tried, and one is shipped."""
    stack = read(checkout / "docker-compose.yml")["services"]["grafana"]
    assert container(with_grafana, "grafana")["image"] == stack["image"]


def test_the_example_of_a_configuration_is_one(checkout, exporter, monkeypatch):
    """It keeps its store in the volume, and needs one secret, which the page about it makes."""
    monkeypatch.setenv("GITHUB_TOKEN", "of a test")
    file = checkout / BASE / "scorecard.yaml"
    assert load(file).scorecards
    mounts = {mount["name"]: mount["mountPath"] for mount in container(exporter, "exporter")["volumeMounts"]}
    assert read_store(file).startswith(f"duckdb:{mounts['store']}/")
    (named,) = container(exporter, "exporter")["env"]
    assert named == {"name": "SCORECARD_CONFIG_FILE", "value": f"{mounts['configuration']}/{file.name}"}
    assert "--from-literal=GITHUB_TOKEN=" in (checkout / "docs/kubernetes.md").read_text()


def read_store(file):
    return re.findall(r"^store: (\S+)$", file.read_text(), re.M)[0]


def test_exporter_and_grafana_share_socket_and_token(checkout, with_grafana):
    """The same volume at the same place, which is where the shim looks; the same key of the same secret."""
    for name in ("exporter", "grafana"):
        mounts = {mount["name"]: mount["mountPath"] for mount in container(with_grafana, name)["volumeMounts"]}
        assert flag(with_grafana, "--grafana.socket") == f"{mounts['socket']}/plugin.sock"
        assert flag(with_grafana, "--grafana.token-file") == f"{mounts['grafana-token']}/token"
    shim = (checkout / "grafana/plugins/scorecard-datasource/gpx_scorecard_linux_amd64").read_text()
    assert f":-{flag(with_grafana, '--grafana.socket')}}}" in shim
    (source,) = (one for one in data_sources(checkout) if one["type"] == "scorecard-datasource")
    assert source["secureJsonData"]["token"] == f"$__file{{{flag(with_grafana, '--grafana.token-file')}}}"


def data_sources(checkout):
    return read(checkout / GRAFANA / "data-sources.yaml")["datasources"]


def test_nobody_else_may_read_the_secrets(with_grafana):
    """The exporter refuses a token that others may use."""
    modes = [volume["secret"]["defaultMode"] for volume in pod_of(with_grafana)["volumes"] if "secret" in volume]
    assert modes == [0o440, 0o440]


def test_boards_find_their_data_sources(checkout):
    """By the uids that they have in the stack."""
    stack = [read(file)["datasources"][0] for file in (checkout / "grafana/provisioning/datasources").glob("*.yml")]
    known = {(one["uid"], one["type"]) for one in stack if one["type"] != "alertmanager"}
    assert {(one["uid"], one["type"]) for one in data_sources(checkout)} == known


def test_plugin_and_boards_come_out_of_the_image_of_the_exporter(checkout, with_grafana):
    """Copied to where Grafana looks for them: the folders of the image, by their last names."""
    command, *_, target = container(with_grafana, "plugin-and-boards")["command"]
    copied = container(with_grafana, "plugin-and-boards")["command"][2:-1]
    assert command == "cp"
    in_image = re.findall(r"^COPY grafana/\S+ (\S+)$", (checkout / "exporter/Dockerfile").read_text(), re.M)
    assert copied == in_image
    (mount,) = container(with_grafana, "plugin-and-boards")["volumeMounts"]
    assert mount == {"name": "grafana-files", "mountPath": target}
    mounts = [mount for mount in container(with_grafana, "grafana")["volumeMounts"] if mount["name"] == "grafana-files"]
    assert {mount["subPath"]: mount["mountPath"] for mount in mounts} == {
        "plugins": "/var/lib/grafana/plugins",
        "dashboards": read(checkout / GRAFANA / "boards.yaml")["providers"][0]["options"]["path"],
    }
    assert {path.rpartition("/")[2] for path in copied} == {mount["subPath"] for mount in mounts}
