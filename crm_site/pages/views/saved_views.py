"""Saving, changing, sharing and forgetting views of a list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from crm_site.pages.choices import Sharing
from crm_site.pages.lists.declaration import ListPage
from crm_site.pages.lists.registry import open_list
from crm_site.pages.lists.saved_views import (
    Shelf,
    change_view,
    keep_widths,
    prefer_view,
    save_view,
    state_of,
    update_view,
)
from crm_site.pages.models import SavedView
from crm_site.pages.querysets import sets_up
from crm_site.pages.requests import dialog_done, signed_in
from crm_site.staff.fetching import fetch_editable
from crm_site.staff.models import Role, User

SALT = "pages.forgotten-view"
RESTORABLE_SECONDS = 3600


class SavedViewForm(forms.Form):
    """The name of a view, who sees it, and for whom the list opens with it."""

    name = forms.CharField(label=_("Name"), max_length=60)
    sharing = forms.ChoiceField(label=_("Shared with"), choices=Sharing.choices, initial=Sharing.NOBODY)
    mine = forms.BooleanField(label=_("Open the list with this view"), required=False)
    default_for = forms.MultipleChoiceField(
        label=_("Default for roles"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For everybody with the role who has chosen no other; share the view with everybody too."),
    )

    def __init__(self, *args: Any, user: User, view: SavedView | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.view = user, view
        if user.team_id is None:
            sharing: Any = self.fields["sharing"]
            sharing.choices = [pair for pair in Sharing.choices if pair[0] != Sharing.TEAM]
        if sets_up(user):
            roles: Any = self.fields["default_for"]
            roles.choices = Role.objects.values_list("code", "name")
        else:
            del self.fields["default_for"]

    def clean_name(self) -> str:
        """Refuse the name of another view of the same person and list."""
        name = " ".join(str(self.cleaned_data["name"]).split())
        if self.view is not None:
            others = SavedView.objects.filter(owner=self.view.owner, list_code=self.view.list_code, name=name)
            if others.exclude(pk=self.view.pk).exists():
                raise forms.ValidationError(_("You have a view of this name already."))
        return name


def _dialog(request: HttpRequest, form: SavedViewForm, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, "pages/list/view_dialog.html", {"form": form, **context}, status=status)


def _prefer(form: SavedViewForm, view: SavedView) -> None:
    """Make the view the person's default, or no longer, as ticked."""
    preference = Shelf(open_list(view.list_code, form.user), form.user).preference
    if form.cleaned_data["mine"]:
        prefer_view(form.user, view.list_code, view)
    elif preference.view_id == view.pk:
        prefer_view(form.user, view.list_code, None)


def _address(page: ListPage[Any], view: SavedView) -> str:
    return state_of(page, view).address(page)


@require_http_methods(["GET", "POST"])
@login_required
def view_save(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for the name of a new view, and keep the state that the list shows under it."""
    user = signed_in(request)
    page = open_list(code, user)
    given = request.POST if request.method == "POST" else request.GET
    state = page.state(QueryDict(given.get("state", "")[:8000]))
    if request.method == "GET":
        return _dialog(request, SavedViewForm(user=user), page=page, state=given.get("state", ""))
    form = SavedViewForm(request.POST, user=user)
    if not form.is_valid():
        return _dialog(request, form, status=422, page=page, state=given.get("state", ""))
    view = save_view(page, state, user, name=form.cleaned_data["name"], sharing=form.cleaned_data["sharing"])
    if "default_for" in form.cleaned_data:
        change_view(view, **_facts(form))
    _prefer(form, view)
    messages.success(request, gettext("“%(view)s” was saved.") % {"view": view.name})
    return dialog_done(request, _address(page, view))


def _facts(form: SavedViewForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("name", "sharing", "default_for") if name in form.cleaned_data}


@require_http_methods(["GET", "POST"])
@login_required
def view_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a view, share it, and choose for whom it opens."""
    user = signed_in(request)
    view = fetch_editable(SavedView.objects.all(), user, pk=pk)
    page = open_list(view.list_code, user)
    mine = Shelf(page, user).preference.view_id == view.pk
    initial = {"name": view.name, "sharing": view.sharing, "mine": mine, "default_for": view.default_for}
    form = SavedViewForm(request.POST or None, initial=initial, user=user, view=view)
    if request.method == "GET":
        return _dialog(request, form, page=page, view=view)
    if not form.is_valid():
        return _dialog(request, form, status=422, page=page, view=view)
    change_view(view, **_facts(form))
    _prefer(form, view)
    messages.success(request, gettext("“%(view)s” was saved.") % {"view": view.name})
    return dialog_done(request, _address(page, view))


@require_POST
@login_required
def view_update(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a view show what the list shows now."""
    user = signed_in(request)
    view = fetch_editable(SavedView.objects.all(), user, pk=pk)
    page = open_list(view.list_code, user)
    update_view(view, page, page.state(QueryDict(request.POST.get("state", "")[:8000])))
    messages.success(request, gettext("“%(view)s” was saved.") % {"view": view.name})
    return dialog_done(request, _address(page, view))


@require_POST
@login_required
def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a view; for an hour it can be brought back."""
    user = signed_in(request)
    view = fetch_editable(SavedView.objects.all(), user, pk=pk)
    page = open_list(view.list_code, user)
    kept = {
        "owner_id": view.owner_id, "name": view.name, "params": view.params, "sharing": view.sharing,
        "team_id": view.team_id, "default_for": view.default_for, "position": view.position,
    }  # fmt: skip
    view.delete()
    token = signing.dumps(kept, salt=SALT, compress=True)
    undo = reverse("pages:list-view-restore", args=[page.code]) + "?" + urlencode({"kept": token})
    messages.success(request, gettext("“%(view)s” was deleted.") % {"view": kept["name"]}, extra_tags=undo)
    return dialog_done(request, page.url())


@require_POST
@login_required
def view_restore(request: HttpRequest, code: str) -> HttpResponse:
    """Bring a view back that was just deleted."""
    page = open_list(code, signed_in(request))
    try:
        kept = signing.loads(request.GET.get("kept", ""), salt=SALT, max_age=RESTORABLE_SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    key = {"owner_id": kept.pop("owner_id"), "list_code": page.code, "name": kept.pop("name")}
    view, _created = SavedView.objects.get_or_create(**key, defaults=kept)
    messages.success(request, gettext("“%(view)s” is back.") % {"view": view.name})
    return dialog_done(request, _address(page, view))


@require_POST
@login_required
def list_widths(request: HttpRequest, code: str) -> HttpResponse:
    """Remember how wide the reader has made the columns; without figures, forget it."""
    user = signed_in(request)
    page = open_list(code, user)
    known = page.schema().columns
    typed = {name: str(text) for name, text in request.POST.items() if name in known}
    widths = {name: int(text) for name, text in typed.items() if text.isascii() and text.isdigit() and len(text) < 6}
    keep_widths(user, page.code, widths)
    return HttpResponse(status=204)
