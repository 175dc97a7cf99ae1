"""The web configuration file: what it allows, what it refuses, and who gets in then."""

import asyncio
import os
import shutil
import socket
import ssl
from base64 import b64encode
from pathlib import Path

import bcrypt
import httpx
import pytest
from starlette.responses import PlainTextResponse

from scorecard_exporter.errors import ConfigurationError
from scorecard_exporter.web import authentication
from scorecard_exporter.web.listen import serving
from scorecard_exporter.web.security import WebConfig, load_web_config

TESTDATA = Path(__file__).parent.parent / "testdata" / "web"
HASH = bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4)).decode()
SAY_HELLO = PlainTextResponse("hello", headers={"x-frame-options": "DENY"})


@pytest.fixture
def write(tmp_path):
    """Writes a web configuration file beside a certificate and its key."""
    for name in ("server.pem", "server.key", "authority.pem"):
        shutil.copy(TESTDATA / name, tmp_path)

    def writer(text):
        path = tmp_path / "web.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return writer


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}"], ids=["empty", "comment", "mapping"])
def test_an_empty_file_protects_nothing(write, text):
    """As without a file."""
    assert load_web_config(write(text)) == load_web_config(None) == WebConfig()


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (
            "basic_auth_user:\n  admin: x\n",
            [
                (
                    "1:1: basic_auth_user: this key is unknown; did you mean 'basic_auth_users'? allowed: "
                    "tls_server_config, http_server_config, basic_auth_users"
                )
            ],
        ),
        (
            "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  cipher_suites: [A]\n",
            [
                (
                    "4:3: tls_server_config.cipher_suites: this key is unknown; allowed: cert_file, key_file, "
                    "client_auth_type, client_ca_file, min_version"
                )
            ],
        ),
        (
            "tls_server_config:\n  cert_file: server.pem\n",
            ["1:1: tls_server_config: the key 'key_file' is missing"],
        ),
        (
            "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  min_version: TLS10\n",
            [
                (
                    "4:16: tls_server_config.min_version: 'TLS10' is not known; did you mean 'TLS13'? "
                    "allowed: TLS12, TLS13"
                )
            ],
        ),
        (
            "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_ca_file: authority.pem\n",
            [
                (
                    "2:3: tls_server_config: client_ca_file and client_auth_type go together: give the file of the "
                    "authority and VerifyClientCertIfGiven or RequireAndVerifyClientCert, or neither"
                )
            ],
        ),
        (
            "tls_server_config:\n  cert_file: gone.pem\n  key_file: gone.key\n",
            [
                "2:14: tls_server_config.cert_file: there is no file {directory}/gone.pem",
                "3:13: tls_server_config.key_file: there is no file {directory}/gone.key",
            ],
        ),
        (
            "http_server_config:\n  headers:\n    Set-Cookie: a=b\n",
            [
                (
                    "3:5: http_server_config.headers.Set-Cookie: this header cannot be set here; allowed: "
                    "Content-Security-Policy, Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, "
                    "X-XSS-Protection"
                )
            ],
        ),
        (
            'http_server_config:\n  headers:\n    X-Frame-Options: "DENY\\r\\nSet-Cookie: a=b"\n',
            ["3:22: http_server_config.headers.X-Frame-Options: a header is one line of printable ASCII"],
        ),
        (
            "http_server_config:\n  http2: true\n",
            ["2:3: http_server_config.http2: this key is unknown; allowed: headers"],
        ),
        (
            "basic_auth_users:\n  admin: hunter2\n  root: $2y$10$short\n",
            [
                "2:10: basic_auth_users.admin: not a bcrypt hash; `htpasswd -nBC 10 USER` writes one",
                "3:9: basic_auth_users.root: not a bcrypt hash; `htpasswd -nBC 10 USER` writes one",
            ],
        ),
        (
            f"basic_auth_users:\n  admin: {HASH}\n  admin: {HASH}\n",
            ["3:3: basic_auth_users.admin: this key is given twice; the first one is in line 2"],
        ),
        ("basic_auth_users:\n", ["1:18: basic_auth_users: a mapping (key: value) is needed here"]),
        ("- admin\n", ["1:1: a mapping (key: value) is needed here"]),
    ],
    ids=[
        "unknown key",
        "unknown TLS key",
        "missing key",
        "old TLS version",
        "authority without verification",
        "missing files",
        "other header",
        "header of two lines",
        "HTTP/2",
        "plain passwords",
        "duplicate",
        "users forgotten",
        "no mapping",
    ],
)
def test_mistakes_have_a_place_and_a_way_out(write, tmp_path, text, messages):
    """All at once, as in the configuration; and nothing of a password or a hash in them."""
    path = write(text)
    with pytest.raises(ConfigurationError) as refused:
        load_web_config(path)
    assert str(refused.value).splitlines() == [f"{path}:{line.format(directory=tmp_path)}" for line in messages]


def test_a_certificate_that_does_not_fit_its_key(write):
    """Found at the start, not at the first handshake."""
    shutil.copy(TESTDATA / "renewed.key", write("").with_name("server.key"))
    with pytest.raises(ConfigurationError, match=r"web.yml:\d+:\d+: tls_server_config: the certificate, its key"):
        load_web_config(write("tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"))


def test_a_missing_file_is_a_mistake_too(tmp_path):
    """The flag names a file that is not there."""
    with pytest.raises(ConfigurationError, match=r"web.yml cannot be read: No such file or directory"):
        load_web_config(tmp_path / "web.yml")


def test_hashes_may_come_from_outside(write):
    """A hash in an environment variable; it shows in no representation."""
    config = load_web_config(write("basic_auth_users:\n  admin: !env HASH\n"), {"HASH": HASH})
    assert config.users == {"admin": HASH}
    assert HASH not in repr(config)


def basic(name, password):
    """The Authorization header of RFC 7617."""
    encoded = b64encode(f"{name}:{password}".encode()).decode()
    return f"Basic {encoded}"


async def ask(app, authorization=None):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://exporter") as client:
        return await client.get("/", headers={"authorization": authorization} if authorization else {})


LONG = "p" * 72
USERS = {
    "admin": HASH,
    "jörg": bcrypt.hashpw("pässword".encode(), bcrypt.gensalt(4)).decode(),
    "colons": bcrypt.hashpw(b"a:b:c", bcrypt.gensalt(4)).decode(),
    "long": bcrypt.hashpw(LONG.encode(), bcrypt.gensalt(4)).decode(),
}


@pytest.mark.parametrize(
    ("authorization", "status", "why"),
    [
        (None, 401, "no name and no password"),
        (basic("admin", "correct horse"), 200, "the right password"),
        (basic("admin", "correct horse").replace("Basic", "BASIC"), 200, "the scheme is not case-sensitive"),
        (basic("admin", "wrong"), 401, "another password"),
        (basic("admin", ""), 401, "an empty password"),
        (basic("Admin", "correct horse"), 401, "names are case-sensitive"),
        (basic("nobody", "correct horse"), 401, "a name that does not exist, with a password that does"),
        (basic("", ""), 401, "nothing at all"),
        (basic("jörg", "pässword"), 200, "UTF-8, as the challenge says"),
        (basic("colons", "a:b:c"), 200, "only the first colon divides"),
        (basic("long", LONG), 200, "as long as bcrypt reads"),
        (basic("long", LONG + "x"), 401, "what bcrypt would not read makes no difference disappear"),
        ("Bearer abc", 401, "another scheme"),
        ("Basic %%%", 401, "not base64"),
        ("Basic " + b64encode(b"\xff\xfe:x").decode(), 401, "not UTF-8"),
        ("Basic", 401, "no credentials after the scheme"),
    ],
)
def test_who_gets_in(authorization, status, why):
    """With basic_auth_users, only who knows a name and its password; everybody else is asked for them."""
    response = asyncio.run(ask(WebConfig(USERS).protect(SAY_HELLO), authorization))
    assert response.status_code == status, why
    assert ("www-authenticate" in response.headers) == (status == 401)
    assert (response.text == "hello") == (status == 200)


def test_the_slow_check_is_done_once_for_what_is_right_and_always_for_what_is_not(monkeypatch):
    """A scrape every few seconds must not cost a bcrypt each; a guess must, whether the name exists or not."""
    checked = []
    check = bcrypt.checkpw
    monkeypatch.setattr(authentication.bcrypt, "checkpw", lambda *given: checked.append(given) or check(*given))
    app = WebConfig({"admin": HASH}).protect(SAY_HELLO)

    def costs(name, password):
        before = len(checked)
        asyncio.run(ask(app, basic(name, password)))
        return len(checked) - before

    assert [costs("admin", "correct horse") for _ in range(3)] == [1, 0, 0]
    assert [costs("admin", "wrong") for _ in range(3)] == [1, 1, 1]
    assert [costs("nobody", "wrong") for _ in range(3)] == [1, 1, 1]
    assert costs("admin", "correct horse") == 0


def test_headers_are_on_every_answer(write):
    """On a refusal as well, and in place of what a page says itself."""
    text = "http_server_config:\n  headers:\n    X-Frame-Options: SAMEORIGIN\nbasic_auth_users:\n  admin: " + HASH
    app = load_web_config(write(text)).protect(SAY_HELLO)
    for authorization in (None, basic("admin", "correct horse")):
        response = asyncio.run(ask(app, authorization))
        assert response.headers.get_list("x-frame-options") == ["SAMEORIGIN"]


def client_context(certificate=None):
    """A client that trusts the authority of the tests, with a certificate of its own if it has one."""
    context = ssl.create_default_context(cafile=TESTDATA / "authority.pem")
    if certificate:
        context.load_cert_chain(TESTDATA / f"{certificate}.pem", TESTDATA / f"{certificate}.key")
    return context


class Listener:
    """A protected app on a port of this machine."""

    def __init__(self, config):
        self._config = config
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def serving(self):
        return serving(self._config.protect(SAY_HELLO), [self._socket], self._config.uvicorn_options())

    async def get(self, context, authorization=None):
        async with httpx.AsyncClient(verify=context) as client:
            headers = {"authorization": authorization} if authorization else {}
            return await client.get(f"https://127.0.0.1:{self.port}/", headers=headers)

    async def subject(self):
        """The name in the certificate that the listener shows."""
        _, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=client_context())
        ((((_, name),),),) = (writer.get_extra_info("peercert")["subject"],)
        writer.close()
        await writer.wait_closed()
        return name


TLS = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"


def test_tls_and_a_password_together(write):
    """A scrape as it is configured in Prometheus, over a real connection."""
    listener = Listener(load_web_config(write(f"{TLS}basic_auth_users:\n  admin: {HASH}\n")))

    async def scrape():
        async with listener.serving():
            refused = await listener.get(client_context())
            allowed = await listener.get(client_context(), basic("admin", "correct horse"))
            return refused.status_code, allowed.status_code

    assert asyncio.run(scrape()) == (401, 200)


def test_the_lowest_version_of_tls(write):
    """A client that knows no better than TLS 1.2 is refused where 1.3 is asked for."""
    listener = Listener(load_web_config(write(f"{TLS}  min_version: TLS13\n")))
    old = client_context()
    old.maximum_version = ssl.TLSVersion.TLSv1_2

    async def scrape():
        async with listener.serving():
            with pytest.raises(httpx.ConnectError):
                await listener.get(old)
            return (await listener.get(client_context())).status_code

    assert asyncio.run(scrape()) == 200


@pytest.mark.parametrize(
    ("client_auth_type", "without", "why"),
    [
        ("RequireAndVerifyClientCert", None, "no certificate, no answer"),
        ("VerifyClientCertIfGiven", 200, "a certificate is looked at if there is one"),
    ],
)
def test_certificates_of_clients(write, client_auth_type, without, why):
    """A certificate that the authority signed gets in; none gets in where it may."""
    text = f"{TLS}  client_auth_type: {client_auth_type}\n  client_ca_file: authority.pem\n"
    listener = Listener(load_web_config(write(text)))

    async def scrape(certificate):
        try:
            return (await listener.get(client_context(certificate))).status_code
        except httpx.TransportError:
            return None

    async def scrapes():
        async with listener.serving():
            return [await scrape("client"), await scrape(None)]

    assert asyncio.run(scrapes()) == [200, without], why


def test_renewed_certificates_are_taken_without_a_restart(write):
    """A new certificate and key are shown at the next handshake; half of them changes nothing."""
    path = write(TLS)
    listener = Listener(load_web_config(path))

    def replace(name, later):
        target = path.with_name(f"server.{name}")
        shutil.copy(TESTDATA / f"renewed.{name}", target)
        changed = target.stat().st_mtime_ns + later * 1_000_000_000
        os.utime(target, ns=(changed, changed))

    async def subjects():
        async with listener.serving():
            seen = [await listener.subject()]
            replace("pem", later=1)
            seen.append(await listener.subject())
            replace("key", later=2)
            return [*seen, await listener.subject()]

    assert asyncio.run(subjects()) == ["server of the tests", "server of the tests", "renewed of the tests"]
