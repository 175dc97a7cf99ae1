"""The plugin protocol: what is generated is current, and its names and numbers are Grafana's."""

import re
import subprocess
import sys

from scorecard_exporter.grafana.pluginv2 import backend_pb2

ROOM = "scorecard_exporter/grafana/pluginv2"


def test_what_is_generated_is_current(checkout, tmp_path):
    """Where this fails: `make generate`."""
    recipe = re.search(r"^PROTOCOL := (.*?[^\\])$", (checkout / "Makefile").read_text(), re.DOTALL | re.MULTILINE)[1]
    arguments = recipe.replace("\\\n", " ").replace("_out=exporter", f"_out={tmp_path}").split()
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *arguments], cwd=checkout, check=True)
    made = {path.name: path.read_text() for path in (tmp_path / ROOM).iterdir()}
    assert len(made) == 6
    assert made == {name: (checkout / "exporter" / ROOM / name).read_text() for name in made}


def test_a_request_as_grafana_writes_it_is_read():
    """Byte by byte: key = number * 8 + type, as in the protocol's own description of its messages."""
    settings = b"\x4a\x0b\x0a\x05token\x12\x02xy" + b"\x5a\x03uid"
    context = b"\x08\x01\x12\x02id\x1a\x07\x0a\x05vilma\x2a" + bytes([len(settings)]) + settings + b"\x3a\x050.1.0"
    span = b"\x08\xe8\x07" + b"\x10\xd0\x0f"
    query = (
        b"\x0a\x01A" + b"\x10\x64" + b"\x18\x3c" + b"\x22" + bytes([len(span)]) + span + b"\x2a\x02{}" + b"\x32\x03map"
    )
    raw = (
        b"\x0a"
        + bytes([len(context)])
        + context
        + b"\x12\x06\x0a\x01h\x12\x01v"
        + b"\x1a"
        + bytes([len(query)])
        + query
    )
    request = backend_pb2.QueryDataRequest.FromString(raw)
    assert request.pluginContext.orgId == 1
    assert request.pluginContext.pluginVersion == "0.1.0"
    assert request.pluginContext.dataSourceInstanceSettings.decryptedSecureJsonData == {"token": "xy"}
    (asked,) = request.queries
    assert (asked.refId, asked.maxDataPoints, asked.intervalMS, asked.json, asked.queryType) == (
        "A",
        100,
        60,
        b"{}",
        "map",
    )
    assert (asked.timeRange.fromEpochMS, asked.timeRange.toEpochMS) == (1000, 2000)


def test_an_answer_is_written_as_grafana_reads_it():
    response = backend_pb2.DataResponse(frames=[b"F"], error="e", status=404, errorSource="downstream")
    assert response.SerializeToString() == b"\x0a\x01F" + b"\x12\x01e" + b"\x20\x94\x03" + b"\x2a\x0adownstream"
    health = backend_pb2.CheckHealthResponse(status=2, message="m", jsonDetails=b"{}")
    assert health.SerializeToString() == b"\x08\x02" + b"\x12\x01m" + b"\x1a\x02{}"
    resource = backend_pb2.CallResourceResponse(
        code=200, body=b"[]", headers={"a": backend_pb2.StringList(values=["b"])}
    )
    assert resource.SerializeToString() == b"\x08\xc8\x01" + b"\x12\x08\x0a\x01a\x12\x03\x0a\x01b" + b"\x1a\x02[]"
