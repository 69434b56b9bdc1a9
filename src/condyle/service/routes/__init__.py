"""The calls of the interface, one module a subject, each with ``routes() -> APIRouter``."""
