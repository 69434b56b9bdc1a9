"""The built viewer is served as files, and each of its pages as one."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from condyle.service.app import create_app
from condyle.service.deps import Deps
from condyle.service.settings import Settings

from .conftest import Client

PAGE = "<!doctype html><title>Condyle</title>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    around = tmp_path_factory.mktemp("around")
    built = around / "built"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(PAGE)
    (built / "assets" / "index-abc.js").write_text("let x;")
    (built / "assets" / "codec-abc.wasm").write_bytes(b"\0asm")
    (around / "secret.txt").write_text("secret")
    (built / "link.txt").symlink_to(around / "secret.txt")
    return built


@pytest.fixture
def settings(home: Path, folder: Path) -> Settings:
    return Settings(home=home, viewer=folder)


@pytest.fixture
def client(app: FastAPI) -> Client:
    return Client(app, base_url="http://localhost")


@pytest.mark.parametrize("path", ["/", "/worklist", "/studies/12", "/studies/12/report"])
def test_each_page_is_the_one_that_draws_them(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Type"].startswith("text/html")


def test_an_asset_is_kept_for_good_and_has_its_type(client: Client) -> None:
    script = client.get("/assets/index-abc.js")
    assert (script.status_code, script.text) == (200, "let x;")
    assert "immutable" in script.headers["Cache-Control"]
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert client.get("/assets/codec-abc.wasm").headers["Content-Type"] == "application/wasm"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone.js",
        "/favicon.ico",
        "/api/v1/nothing",
        "/api",
        "/dicomweb/nothing",
        "/link.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
    ],
)
def test_what_is_not_there_is_a_problem_and_no_page(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["failed"]
    assert "secret" not in answer.text


def test_a_name_with_a_zero_byte_is_no_fault(client: Client) -> None:
    assert client.get("/a%00b.js").status_code == 404
    assert client.get("/" + "a" * 5000 + ".js").status_code in (404, 414)


def test_pages_are_only_read(client: Client) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert client.request(method, "/worklist").status_code == 405


class TestWithoutABuiltViewer:
    @pytest.fixture
    def settings(self, home: Path, folder: Path) -> Settings:
        return Settings(home=home, viewer=folder / "assets")

    def test_the_page_says_so_and_how_to_build_it(self, client: Client) -> None:
        answer = client.get("/")
        assert answer.status_code == 503
        assert "not built" in answer.text and "make clinic" in answer.text

    def test_the_interface_works_all_the_same(self, client: Client, deps: Deps) -> None:
        assert client.get("/api/v1/health").status_code == 200
        assert client.get("/assets/index.js").status_code == 404
        assert create_app(deps).state.deps is deps
