"""Role by route: the whole table, over every route that the app has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, get_args

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from condyle.errors import UnknownName
from condyle.service import app as app_module
from condyle.service.access import ALLOWED, ROLES, Permission, allows, as_role
from condyle.service.app import PUBLIC, create_app
from condyle.service.deps import Deps
from condyle.service.registered import Registered
from condyle.service.schemas.base import Role
from condyle.service.security.actor import Actor, needs

SEEING = {"see_worklist", "see_images", "see_findings"}
OWN = {"own_account", "own_tokens"}
BRINGING = {"upload", "change_priority", "run_analysis"}
TABLE: dict[str, set[str]] = {
    "viewer": OWN | SEEING | {"see_identity", "learn"},
    "clinician": OWN
    | SEEING
    | BRINGING
    | {"see_identity", "correct", "observe", "sign", "export", "export_identified"}
    | {"learn", "teach", "adjudicate", "see_dashboard"},
    "annotator": OWN | {"see_images", "annotate"},
    "researcher": OWN | SEEING | {"export", "manage_annotation", "see_dashboard"},
    "administrator": OWN
    | SEEING
    | BRINGING
    | {"see_identity", "manage_bundles", "manage_users", "manage_settings", "see_audit"}
    | {"learn", "manage_annotation", "see_dashboard"},
}
"""Written out a second time, so that no permission is given to a role by accident."""


def routes_of(app: FastAPI) -> tuple[Registered, ...]:
    found: tuple[Registered, ...] = app.state.registered
    return found


def call(client: TestClient, route: Registered) -> Any:
    """Calls a route with parameters that fit nothing and no body: what counts is who may."""
    path = "/".join("9999" if part.startswith("{") else part for part in route.path.split("/"))
    return client.request(route.method, path)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_the_permissions_of_the_table_and_no_other(role: Role) -> None:
    assert {str(permission) for permission in ALLOWED[role]} == TABLE[role]


def test_every_role_of_the_interface_is_in_the_table() -> None:
    assert set(ALLOWED) == set(get_args(Role)) == set(TABLE)


def test_each_permission_is_somebodys() -> None:
    assert not [it for it in Permission if not any(allows(role, it) for role in ROLES)]


def test_only_clinicians_sign() -> None:
    assert [role for role in ROLES if allows(role, Permission.SIGN)] == ["clinician"]


def test_a_role_that_is_not_known_is_refused() -> None:
    with pytest.raises(UnknownName, match="'root'"):
        as_role("root")


def test_every_route_asks_for_one_permission_or_is_listed_as_public(app: FastAPI) -> None:
    routes = routes_of(app)
    public = {(route.method, route.path) for route in routes if not route.permissions}
    assert public | {("GET", app.openapi_url)} == PUBLIC
    assert not [route for route in routes if len(route.permissions) > 1]


def test_the_description_has_no_call_that_the_table_of_routes_lacks(app: FastAPI) -> None:
    described = {
        (method.upper(), path) for path, calls in app.openapi()["paths"].items() for method in calls
    }
    listed = {(route.method, route.path) for route in routes_of(app)}
    assert described and described <= listed


def test_no_call_takes_a_number_larger_than_the_databases(app: FastAPI) -> None:
    unbounded = [
        (path, parameter["name"])
        for path, calls in app.openapi()["paths"].items()
        for call_ in calls.values()
        for parameter in call_.get("parameters", [])
        for kind in (parameter["schema"], *parameter["schema"].get("anyOf", []))
        if kind.get("type") == "integer" and kind.get("maximum", 2**31) >= 2**31
    ]
    assert not unbounded


def test_no_two_calls_have_one_name(app: FastAPI) -> None:
    names = [(route.name, route.path) for route in routes_of(app)]
    assert len({name for name, _ in names}) == len({path + name for name, path in names})


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_call_what_the_table_allows_and_nothing_else(
    role: Role, app: FastAPI, log_in: Callable[[Role], TestClient]
) -> None:
    client = log_in(role)
    wrong = []
    # Logging out goes last: it ends what the others need.
    routes = sorted(routes_of(app), key=lambda route: route.name == "log_out")
    for route in routes:
        if not route.permissions:
            continue
        allowed = str(route.permissions[0]) in TABLE[role]
        if allowed and route.path.endswith("/events"):
            continue  # an answer that has no end
        refused = call(client, route).status_code in (401, 403)
        if refused == allowed:
            wrong.append((route.method, route.path, "refused" if refused else "allowed"))
    assert not wrong


def test_who_is_not_logged_in_may_call_only_what_is_public(
    app: FastAPI, browser: Callable[[], TestClient]
) -> None:
    client = browser()
    statuses = {
        (route.method, route.path): call(client, route).status_code
        for route in routes_of(app)
        if route.permissions
    }
    assert statuses
    assert {key: status for key, status in statuses.items() if status != 401} == {}


def _open() -> str:
    return "to everybody"


def _twice(
    one: Annotated[Actor, needs(Permission.SIGN)], two: Annotated[Actor, needs(Permission.EXPORT)]
) -> str:
    return "of two minds"


@pytest.mark.parametrize(("handler", "count"), [(_open, 0), (_twice, 2)])
def test_an_app_with_a_route_that_asks_for_no_or_two_permissions_does_not_start(
    handler: Callable[..., str], count: int, deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def routes() -> APIRouter:
        router = APIRouter()
        router.add_api_route("/forgotten", handler)
        return router

    monkeypatch.setattr(app_module, "_UNDER_API", (routes,))
    with pytest.raises(RuntimeError, match=f"/forgotten asks for {count} permissions"):
        create_app(deps)
