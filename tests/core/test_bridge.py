"""Define what a request looks like to the WSGI application under daphne, and its answer to the client."""

import hashlib
import json
from collections.abc import Iterator

import pytest

from tests.core.bridge_daphne import Daphne, daphne, wait_until


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daphne]:
    with daphne(tmp_path_factory.mktemp("bridge")) as running:
        yield running


def refusal(body: bytes) -> dict[str, str]:
    answer = json.loads(body)
    assert answer["success"] is False
    assert set(answer["error"]) == {"code", "message", "requestId"}
    error: dict[str, str] = answer["error"]
    return error


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/echo", "/echo", ""),
        ("/a%20b?q=%20x&y", "/a b", "q=%20x&y"),
        ("/%D8%AA%D8%B0%D9%83%D8%B1%D8%A9", "/تذكرة", ""),
        ("/a//c/../d", "/a//c/../d", ""),
        ("/a%2Fb%2fc%252F", "/a%2Fb%2fc%2F", ""),
        ("/a?b?c=%3F", "/a", "b?c=%3F"),
        ("/q+r;x=1", "/q+r;x=1", ""),
        ("http://elsewhere/echo?x", "/echo", "x"),
    ],
)
def test_a_path_arrives_as_its_bytes_in_latin_1(server: Daphne, target: str, path: str, query: str) -> None:
    seen = json.loads(server.raw(f"GET {target} HTTP/1.0\r\n\r\n".encode()).partition(b"\r\n\r\n")[2])
    assert seen["PATH_INFO"].encode("latin-1").decode() == path
    assert seen["QUERY_STRING"] == query
    assert seen["SCRIPT_NAME"] == ""


def test_bytes_that_are_no_utf_8_arrive_unchanged(server: Daphne) -> None:
    assert server.json("/%FF%00x")["PATH_INFO"] == "/\xff\x00x"


def test_headers_become_environ_keys(server: Daphne) -> None:
    seen = json.loads(
        server.raw(
            b"POST /echo HTTP/1.1\r\nHost: shop.test:81\r\nConnection: close\r\nContent-Type: text/x\r\n"
            b"Content-Length: 2\r\nX-Twice: one\r\nX-Twice: two\r\nCookie: a=1\r\nCookie: b=2\r\n"
            b"X-Latin: caf\xe9\r\nX_Under: no\r\nX-Request-Id: my.id-1\r\n\r\nhi"
        ).partition(b"\r\n\r\n")[2]
    )
    assert seen["HTTP_HOST"] == "shop.test:81"
    assert (seen["CONTENT_TYPE"], seen["CONTENT_LENGTH"], seen["length"]) == ("text/x", "2", 2)
    assert seen["HTTP_X_TWICE"] == "one,two"
    assert seen["HTTP_COOKIE"] == "a=1; b=2"
    assert seen["HTTP_X_LATIN"] == "caf\xe9"
    assert seen["HTTP_X_REQUEST_ID"] == "my.id-1"
    assert "HTTP_X_UNDER" not in seen
    assert (seen["REMOTE_ADDR"], seen["wsgi.url_scheme"], seen["SERVER_PROTOCOL"]) == ("127.0.0.1", "http", "HTTP/1.1")
    assert seen["SERVER_PORT"] == str(server.port)


def test_a_client_cannot_choose_the_script_name(server: Daphne) -> None:
    seen = server.json("/echo", Daphne_Root_Path="/@evil.test")
    assert (seen["SCRIPT_NAME"], seen["PATH_INFO"]) == ("", "/echo")


def test_a_configured_script_name_is_taken_off_the_path(tmp_path_factory: pytest.TempPathFactory) -> None:
    with daphne(tmp_path_factory.mktemp("mounted"), BRIDGE_SCRIPT_NAME="/support") as mounted:
        inside, outside = mounted.json("/support/echo"), mounted.json("/supporters")
    assert (inside["SCRIPT_NAME"], inside["PATH_INFO"]) == ("/support", "/echo")
    assert (outside["SCRIPT_NAME"], outside["PATH_INFO"]) == ("/support", "/supporters")


@pytest.mark.parametrize("given", ["abc", "A.b_c-9", "x" * 64])
def test_a_sane_request_id_is_kept(server: Daphne, given: str) -> None:
    assert server.request("GET", "/echo", X_Request_Id=given)[0].headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "<script>", "caf\xe9", "a\tb"])
def test_any_other_request_id_is_replaced(server: Daphne, given: str) -> None:
    response, body = server.request("GET", "/echo", X_Request_Id=given)
    made = response.headers["X-Request-Id"]
    assert len(made) == 32
    assert json.loads(body)["HTTP_X_REQUEST_ID"] == made


def test_response_headers_go_out_as_given(server: Daphne) -> None:
    response, body = server.request("GET", "/headers")
    assert body == b"onetwo"
    assert response.headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    assert response.headers["X-Latin"] == "caf\xe9"
    assert response.headers.get_all("Content-Length") == ["6"]
    assert "Connection" not in response.headers


def test_head_answers_the_headers_alone(server: Daphne) -> None:
    answer = server.raw(
        b"HEAD /headers HTTP/1.1\r\nHost: test\r\n\r\nHEAD /file HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
    )
    first, second, rest = answer.split(b"\r\n\r\n")
    assert b"Content-Length: 6\r\n" in first
    assert b"Content-Length: 20971520\r\n" in second
    assert rest == b""


@pytest.mark.parametrize("status", [204, 304])
def test_statuses_without_a_body_carry_none(server: Daphne, status: int) -> None:
    request = f"GET /empty?status={status} HTTP/1.1\r\nHost: test\r\n"
    answer = server.raw(f"{request}\r\n{request}Connection: close\r\n\r\n".encode())
    assert answer.count(b"HTTP/1.1 %d" % status) == 2
    assert b"must not" not in answer
    assert b"chunked" not in answer.lower()
    assert (b"content-length" in answer.lower()) == (status == 304)


def test_a_generator_may_start_its_response_late(server: Daphne) -> None:
    response, body = server.request("GET", "/generator")
    assert (response.status, body) == (201, b"late start")


def test_the_old_write_callable_works(server: Daphne) -> None:
    assert server.request("GET", "/written")[1] == b"old way"


def test_a_small_file_is_answered_from_the_pool_thread(server: Daphne) -> None:
    before = server.stats()["threads_file"]
    assert server.request("GET", "/small-file")[1] == b"body{}"
    assert server.stats()["threads_file"] == before


def test_http_1_0_gets_an_answer_without_chunks(server: Daphne) -> None:
    answer = server.raw(b"GET /generator HTTP/1.0\r\n\r\n")
    assert answer.endswith(b"\r\n\r\nlate start")


@pytest.mark.parametrize("size", [0, 1, 8191, 8192, 8193, 65_536])
def test_a_body_arrives_whole(server: Daphne, size: int) -> None:
    sent = bytes(index % 251 for index in range(size))
    seen = json.loads(server.request("POST", "/echo", sent)[1])
    assert (seen["length"], seen["sha"]) == (size, hashlib.sha256(sent).hexdigest())
    assert seen["CONTENT_LENGTH"] == str(size)


def test_a_large_body_is_kept_on_disk(server: Daphne) -> None:
    sent = b"0123456789" * 300_000
    seen = json.loads(server.request("POST", "/upload", sent)[1])
    assert (seen["length"], seen["sha"], seen["spooled"]) == (len(sent), hashlib.sha256(sent).hexdigest(), True)


def test_a_large_body_holds_no_thread_that_answers_others(server: Daphne) -> None:
    assert server.request("GET", "/where")[1].startswith(b"web-")
    assert server.request("POST", "/where", b"small")[1].startswith(b"web-")
    assert server.request("POST", "/where", bytes(2_000_000))[1].startswith(b"upload-")


def test_a_chunked_body_arrives_with_its_length(server: Daphne) -> None:
    seen = json.loads(server.request("POST", "/echo", iter([b"one", b"two"]))[1])
    assert (seen["length"], seen["CONTENT_LENGTH"]) == (6, "6")
    assert "HTTP_TRANSFER_ENCODING" not in seen


def test_a_form_is_left_to_the_application(server: Daphne) -> None:
    """Twisted would parse it on the loop, and answer a broken one itself."""
    response, body = server.request("POST", "/echo", b"broken", Content_Type="multipart/form-data; boundary=x")
    assert (response.status, json.loads(body)["length"]) == (200, 6)


def test_a_body_above_the_cap_is_refused(server: Daphne) -> None:
    response, body = server.request("POST", "/echo", b"x" * 65_537)
    assert (response.status, refusal(body)["code"]) == (413, "too_large")
    assert refusal(body)["requestId"] == response.headers["X-Request-Id"]


def test_an_announced_body_above_the_cap_is_refused_before_it_is_sent(server: Daphne) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n"
    with server.connect(head) as raw:
        answer = raw.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


def test_an_expected_continue_is_given(server: Daphne) -> None:
    with server.connect(
        b"POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    ) as raw:
        assert raw.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        raw.sendall(b"hi")
        assert b'"length": 2' in raw.recv(4096)


def test_an_endless_chunked_body_is_refused_at_the_cap(server: Daphne) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
    with server.connect(head + b"4000\r\n%s\r\n" % (b"x" * 0x4000) * 5) as raw:
        assert raw.recv(4096).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    ("accepted", "arabic"),
    [("ar", True), ("ar-SA,ar;q=0.9,en;q=0.8", True), ("en-US,ar;q=0.5", False), ("fr", False), ("en;q=x,ar", True)],
)
def test_a_refusal_speaks_the_callers_language(server: Daphne, accepted: str, arabic: bool) -> None:
    _, body = server.request("GET", "/fail", Accept_Language=accepted)
    assert ("خطأ" in refusal(body)["message"]) == arabic


@pytest.mark.parametrize("path", ["/fail", "/leave", "/silent", "/fail-first"])
def test_a_failing_application_answers_500_and_is_logged(server: Daphne, path: str) -> None:
    response, body = server.request("GET", path, X_Request_Id="failing" + path.replace("/", "-"))
    assert (response.status, refusal(body)["code"]) == (500, "internal")
    assert "planted" not in body.decode()
    assert "Traceback" in server.log()
    assert "failing" + path.replace("/", "-") in server.log()


def test_a_file_shorter_than_announced_is_cut(server: Daphne) -> None:
    answer = server.raw(b"GET /file?more=10 HTTP/1.1\r\nHost: test\r\n\r\n")
    assert len(answer.partition(b"\r\n\r\n")[2]) == 20_971_520


@pytest.mark.parametrize("target", [b"*", b"elsewhere:443", b"ftp://x/y"])
def test_a_target_that_is_no_path_is_refused(server: Daphne, target: bytes) -> None:
    head, _, body = server.raw(b"OPTIONS %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n" % target).partition(
        b"\r\n\r\n"
    )
    assert head.startswith(b"HTTP/1.1 400 ")
    assert refusal(body)["code"] == "invalid"


def test_what_daphne_refuses_itself_has_the_same_shape(server: Daphne) -> None:
    head, _, body = server.raw(b"GET / HTTP/1.1\r\nConnection: close\r\nX-Odd: a\x0bb\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert refusal(body)["code"] == "invalid"


def test_every_response_is_closed_once(server: Daphne) -> None:
    before = server.stats()["counts"]
    for path in ("/headers", "/stream", "/fail-first", "/file"):
        server.request("GET", path)
    wait_until(lambda: server.stats()["counts"]["file closed"] > before.get("file closed", 0))
    closed = {name: count - before.get(name, 0) for name, count in server.stats()["counts"].items()}
    assert (closed["closed"], closed["file closed"]) == (3, 1)
