import socket
import time

from toolkit.data.reading.network import reachable


def test_a_listening_host_is_reachable(monkeypatch):
    monkeypatch.delenv("http_proxy", raising=False)
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        here = f"http://127.0.0.1:{server.getsockname()[1]}/file"
        assert reachable(["http://host.invalid/file", here])


def test_a_proxy_stands_for_the_host(monkeypatch):
    monkeypatch.delenv("no_proxy", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.getsockname()[1]}")
        assert reachable(["http://host.invalid/file"])


def test_an_unreachable_host_is_known_in_time(monkeypatch):
    monkeypatch.delenv("http_proxy", raising=False)
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    begin = time.monotonic()
    assert not reachable(["http://host.invalid/file", "http://192.0.2.1/file"], timeout=1)  # 192.0.2.0/24 is reserved: nobody answers
    assert time.monotonic() - begin < 2
