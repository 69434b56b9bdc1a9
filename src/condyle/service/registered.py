"""Which routes an app has, and what each asks of who calls it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from condyle.service.access import Permission
from condyle.service.security.actor import Needs


@dataclass(frozen=True)
class Registered:
    """A route of the app.

    Attributes:
        method: Such as ``"GET"``.
        path: With its prefix, its parameters in braces.
        name: Of the call in the interface's description.
        permissions: What it asks for; one, and none where it is public.
        browser: Whether an access token is not enough.
    """

    method: str
    path: str
    name: str
    permissions: tuple[Permission, ...]
    browser: bool


def registered_routes(routers: Sequence[tuple[str, APIRouter]]) -> tuple[Registered, ...]:
    """Gives the routes of routers, each with its prefix."""
    found = []
    for prefix, router in routers:
        for route in router.routes:
            if not isinstance(route, APIRoute):
                raise RuntimeError(f"{route!r} is no route that can ask for a permission")
            asked = tuple(_needs(route.dependant))
            found += [
                Registered(
                    method=method,
                    path=prefix + route.path,
                    name=route.name,
                    permissions=tuple(need.permission for need in asked),
                    browser=any(need.browser for need in asked),
                )
                for method in sorted(route.methods or ())
            ]
    return tuple(found)


def _needs(dependant: Dependant) -> Iterator[Needs]:
    if isinstance(dependant.call, Needs):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _needs(inner)
