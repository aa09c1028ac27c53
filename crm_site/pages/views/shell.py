"""Today, the palette, and what installs the site on a phone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from crm_site.pages import formatting, palette
from crm_site.pages.requests import signed_in
from crm_site.pages.today import cards, cards_for


@require_GET
@login_required
def today(request: HttpRequest) -> HttpResponse:
    """Show what wants this person now."""
    context = {
        "cards": cards_for(signed_in(request)),
        "today_words": formatting.long_date(timezone.localdate()),
        "page_title": _("Today"),
    }
    return render(request, "pages/today.html", context)


@require_GET
@login_required
def today_card(request: HttpRequest, code: str) -> HttpResponse:
    """Show the inside of one Today card."""
    user, card = signed_in(request), cards.get(code)
    if card is None or not card.visible_to(user):
        raise Http404
    return render(request, card.template, {"card": card, "content": card.load(user)})


@require_GET
@login_required
def find(request: HttpRequest) -> HttpResponse:
    """Answer the palette with matching pages, commands and records."""
    query = request.GET.get("q", "")
    groups = palette.find(signed_in(request), query)
    count = sum(len(group.hits) for group in groups)
    return render(request, "pages/palette.html#hits", {"groups": groups, "count": count, "query": query.strip()})


@require_POST
@login_required
def visit(request: HttpRequest) -> HttpResponse:
    """Note what the reader has just opened, so that the palette offers it again."""
    if not palette.remember_visit(signed_in(request), request.POST.get("kind", ""), request.POST.get("key", "")):
        raise Http404
    return HttpResponse(status=204)


@require_GET
@cache_control(max_age=86400)
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead browsers that ask by habit to the icon."""
    return redirect(static("dist/icon.svg"))


@require_GET
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """Describe the site to browsers that install it."""
    icons: list[dict[str, Any]] = [
        {"src": static("dist/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
        {
            "src": static("dist/icon-maskable.svg"),
            "sizes": "any",
            "type": "image/svg+xml",
            "purpose": "maskable",
        },
    ]
    return JsonResponse(
        {
            "name": settings.PRODUCT_NAME,
            "short_name": settings.PRODUCT_NAME.partition(" ")[0],
            "description": gettext("Customers, sales and service in one calm place."),
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#F7F7F5",
            "theme_color": "#3452C7",
            "icons": icons,
        },
        content_type="application/manifest+json",
    )
