"""Over a real socket: encoded paths, broken connections, kept pages, and the files of the scorecard."""

import threading
import time

import httpx
import pytest
import uvicorn
from examples.acme.company.moments import moment
from examples.acme.company.people import services, teams
from examples.acme.configuration import HERE, moved, services_yaml, teams_yaml
from examples.acme.systems.faults import Control, Rule
from examples.acme.systems.running import Systems
from examples.acme.systems.server import application

TOKEN = {"PRIVATE-TOKEN": "acme-demo", "Authorization": "Bearer acme-demo"}


@pytest.fixture
def serve():
    """Serves systems at a free port, in a thread, as long as the test runs."""
    running = []

    def start(systems):
        server = uvicorn.Server(uvicorn.Config(application(systems), host="127.0.0.1", port=0, log_level="critical"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        running.append((server, thread))
        while not server.started:
            time.sleep(0.01)
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join()


def test_paths_arrive_as_they_were_sent(serve, small):
    """An encoded slash is part of a name; links lead back to the same address."""
    url = serve(Systems(small))
    body = httpx.get(f"{url}/gitlab/api/v4/projects/acme%2Fpayments%2Fpayments", headers=TOKEN)
    assert body.json()["id"] == 7002
    page = httpx.get(f"{url}/github/api/v3/repos/acme/basket/commits?per_page=1", headers=TOKEN)
    assert f"<{url}/github/api/v3/repositories/7001/commits?per_page=1&page=2>" in page.headers["link"]
    assert httpx.get(f"{url}/").json()["requests"] == {"gitlab": 1, "github": 1}


def test_a_dropped_connection_is_dropped(serve, small):
    """In the middle of an answer."""
    control = Control(next=["dropped"])
    url = serve(Systems(small, control=control))
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{url}/gitlab/api/v4/user", headers=TOKEN)
    assert httpx.get(f"{url}/gitlab/api/v4/user", headers=TOKEN).status_code == 200


FAULTS = [
    ("limited", lambda response: (response.status_code, response.headers["retry-after"]) == (429, "1")),
    ("bad gateway", lambda response: response.status_code == 502 and response.text.startswith("<html>")),
    ("truncated", lambda response: response.status_code == 200 and not response.text.endswith("}")),
]


@pytest.mark.parametrize(("fault", "fits"), FAULTS, ids=[row[0] for row in FAULTS])
def test_faults_on_request(connect, small, fault, fits):
    """The next request fails so, the one after it does not."""
    systems = Systems(small, control=Control(next=[fault]))
    client = connect(systems)
    assert fits(client.get("/gitlab/api/v4/user"))
    assert client.get("/gitlab/api/v4/user").json()["username"]


def test_without_a_server_nothing_waits(connect, small):
    """A slow answer has timed out at once, a dropped one is an error of the protocol."""
    client = connect(Systems(small, control=Control(next=["slow", "dropped"])))
    with pytest.raises(httpx.ReadTimeout):
        client.get("/gitlab/api/v4/user")
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/gitlab/api/v4/user")


def test_a_share_of_a_class_of_requests_fails(connect, small):
    """The same ones for the same seed; others never."""

    def statuses():
        control = Control(rules=[Rule(share=0.3, system="gitlab", path="*/deployments", kinds=("limited",))])
        client = connect(Systems(small, control=control))
        assert all(client.get("/gitlab/api/v4/user").status_code == 200 for _ in range(20))
        return [client.get("/gitlab/api/v4/projects/7002/deployments").status_code for _ in range(100)]

    first = statuses()
    assert first == statuses()
    assert 15 < first.count(429) < 45


def test_kept_pages_are_sent_again(connect, small, tmp_path):
    """From a folder that an earlier run has filled, byte by byte, whatever is left of the quota."""
    query = {"query": '{ rateLimit { remaining } repository(owner: "acme", name: "basket") { name } }'}
    early, late = connect(Systems(small, pages=tmp_path)), connect(Systems(small, pages=tmp_path))
    assert early.post("/github/api/graphql", json=query).json()["data"]["rateLimit"]["remaining"] == 9_999
    kept = list(tmp_path.iterdir())
    late.get("/github/api/v3/user")
    late.post("/github/api/graphql", json=query)
    assert late.post("/github/api/graphql", json=query).json()["data"]["rateLimit"]["remaining"] == 9_998
    assert len(list(tmp_path.iterdir())) == len(kept) + 1


def test_the_scorecard_has_the_companys_teams_and_services():
    """`python -m examples.acme.configuration` wrote them."""
    chosen = services(40)
    assert (HERE / "teams.yaml").read_text("utf-8") == teams_yaml(teams(), chosen)
    assert (HERE / "services.yaml").read_text("utf-8") == services_yaml(chosen)


def test_the_scorecards_dates_move_with_the_company():
    """By whole months."""
    text = "- {at: 2024-11-01, goal: 14d}\n- {from: 2026-07-01, goal: 2d}\n"
    later = moment("2027-02-10T00:00:00Z")
    assert moved(text, later) == "- {at: 2025-02-01, goal: 14d}\n- {from: 2026-10-01, goal: 2d}\n"
