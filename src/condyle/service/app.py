"""The web application: every route, who may call it, and what guards them all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from condyle.service.auditing.heads import noting_heads
from condyle.service.calls import Calls
from condyle.service.deps import Deps
from condyle.service.live.form_shelf import telling_of_forms
from condyle.service.live.sorter import sorting_uploads
from condyle.service.problems import RESPONSES, add_problems
from condyle.service.registered import Registered, registered_routes
from condyle.service.routes import (
    analyses,
    annotating,
    annotation,
    audit,
    bundles,
    corrections,
    dashboard,
    dicomweb,
    dicomweb_files,
    dicomweb_pictures,
    dicomweb_store,
    events,
    health,
    objects,
    observations,
    operating,
    outside,
    own_calls,
    priors,
    report_filling,
    reports,
    session,
    studies,
    teaching,
    terms,
    tokens,
    uploads,
    users,
    worklist,
)
from condyle.service.security.body import BodyLimit
from condyle.service.security.headers import Guard
from condyle.service.viewer_files import viewer_files

API = "/api/v1"
"""Where the interface begins; what is told of it holds as long as the number stays."""

PUBLIC = frozenset(
    {
        ("GET", f"{API}/health"),
        ("POST", f"{API}/session"),
        ("GET", f"{API}/openapi.json"),
    }
)
"""What may be called by whoever reaches the server; every other route needs a permission."""

_UNDER_API: tuple[Callable[[], APIRouter], ...] = (
    analyses.routes,
    annotating.routes,
    annotation.routes,
    audit.routes,
    bundles.routes,
    corrections.routes,
    dashboard.routes,
    events.routes,
    health.routes,
    objects.routes,
    observations.routes,
    operating.routes,
    outside.routes,
    own_calls.routes,
    priors.routes,
    report_filling.routes,
    reports.routes,
    session.routes,
    studies.routes,
    teaching.routes,
    terms.routes,
    tokens.routes,
    uploads.routes,
    users.routes,
)
"""Routers whose addresses begin with ``API``: to add one, import its module and name it here.

The worklist's stands before them all.
"""

_AT_ROOT: tuple[Callable[[], APIRouter], ...] = (
    dicomweb.routes,
    dicomweb_files.routes,
    dicomweb_pictures.routes,
    dicomweb_store.routes,
)
"""Routers that say their whole address themselves, such as DICOMweb's."""


_ALONGSIDE: tuple[Callable[[Deps], AbstractAsyncContextManager[None]], ...] = (
    noting_heads,
    sorting_uploads,
    telling_of_forms,
)
"""What runs beside the routes, from the server's start to its end."""


def create_app(deps: Deps) -> FastAPI:
    """Makes the application.

    Args:
        deps: What its routes are given; also ``app.state.deps``.

    Raises:
        RuntimeError: A route asks for no permission, or for two; such an app must not start.
    """
    app = FastAPI(
        title="Condyle",
        summary="The clinic's interface. Research use.",
        version=version("condyle"),
        openapi_url=f"{API}/openapi.json",
        docs_url=None,  # these pages would load scripts of another host
        redoc_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=_operation_name,
    )
    app.state.deps = deps
    # A call is compared with one route after the other: what is asked for most stands first.
    makers = [(API, worklist.routes), *(("", make) for make in _AT_ROOT)]
    makers += [(API, make) for make in _UNDER_API]
    routers = [(prefix, make()) for prefix, make in makers]
    app.state.registered = _checked(registered_routes(routers))
    for prefix, router in routers:
        app.include_router(router, prefix=prefix, responses=dict(RESPONSES))
    add_problems(app)
    app.mount("/", viewer_files(deps.settings.viewer), name="viewer")
    app.add_middleware(BodyLimit, max_mib=deps.settings.max_body_mib)
    app.add_middleware(Calls)
    app.add_middleware(Guard, settings=deps.settings)  # the outermost: no answer without it
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for alongside in _ALONGSIDE:
            await stack.enter_async_context(alongside(app.state.deps))
        yield


def _checked(found: tuple[Registered, ...]) -> tuple[Registered, ...]:
    for route in found:
        public = (route.method, route.path) in PUBLIC
        if len(route.permissions) != (0 if public else 1):
            raise RuntimeError(
                f"{route.method} {route.path} asks for {len(route.permissions)} permissions"
            )
    return found


def _operation_name(route: APIRoute) -> str:
    """Names a call in the generated client as its function is named here."""
    return route.name
