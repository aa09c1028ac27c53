"""The API of the search: what the palette finds, records only."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm_site.api.permissions import token_allows
from crm_site.pages.palette import Hit, find, sources

RANKS = "exact, name, beginning, word, part, near (but for a slip of the finger) or related (to a record found)"


class FoundSerializer(serializers.Serializer[Any]):
    """A record that was found."""

    kind = serializers.CharField(help_text="code of its list, such as customers or orders")
    id = serializers.IntegerField()
    name = serializers.CharField()
    detail = serializers.CharField(help_text="what stands under the name, or where it was found")
    url = serializers.CharField()
    rank = serializers.CharField(help_text=RANKS)


class SearchSerializer(serializers.Serializer[Any]):
    """What was found, the best first."""

    results = FoundSerializer(many=True)


def _found(hit: Hit) -> dict[str, Any]:
    return {
        "kind": hit.kind,
        "id": int(hit.key),
        "name": str(hit.label),
        "detail": str(hit.context),
        "url": hit.url,
        "rank": hit.rank.name.lower(),
    }


class SearchView(APIView):
    """Search of all records that the caller, and the modules of the token, may see: at most eight of a kind."""

    @extend_schema(
        parameters=[OpenApiParameter("q", OpenApiTypes.STR, description="name, number, mail address, phone, pinyin")],
        responses=SearchSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return the records found for `q`; none for an empty one."""
        user: Any = request.user
        open_sources = [
            source
            for source in sources
            if source.fetch is not None and token_allows(request.auth, source.module, writes=False)
        ]
        query = request.query_params.get("q", "").strip()
        groups = find(user, query, open_sources) if query else []
        return Response({"results": [_found(hit) for group in groups for hit in group.hits]})


urlpatterns = [path("search/", SearchView.as_view(), name="search")]
