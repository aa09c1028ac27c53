"""What watchers of the site ask: whether it lives, and whether it can serve."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process does; servers that are away for a moment are no reason to restart it."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Tell which servers can be reached; 503 when one can't."""
    servers = {"database": database_answers(), "cache": cache_answers()}
    return JsonResponse(servers, status=200 if all(servers.values()) else 503)


def database_answers() -> bool:
    """Ask the database for a number."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def cache_answers() -> bool:
    """Ask the cache for a key."""
    try:
        cache.get("readyz")
    except RedisError:
        return False
    return True
