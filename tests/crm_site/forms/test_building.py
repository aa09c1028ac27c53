"""The builder: who opens it, what it saves, and which forms it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from crm_site.forms.building import change_form, create_form, publish_form
from crm_site.forms.models import Form, FormField, FormWording
from crm_site.history.models import Change, Operation
from crm_site.history.undoing import undo_operation
from crm_site.staff.models import User
from tests.conftest import Cast
from tests.crm_site.forms.conftest import CONSENT, build, with_consent
from tests.database_digest import database_digest
from tests.factories.fields import CustomFieldFactory
from tests.factories.forms import FormFactory, SubmissionFactory

SignIn = Callable[[User], Client]


def names(form: Form) -> list[str]:
    """Return the fields of a form in their order."""
    return list(form.fields.order_by("position").values_list("name", flat=True))


def typed(form: Form, rows: list[dict[str, Any]] | None = None, **facts: Any) -> dict[str, Any]:
    """Return what the builder's page sends."""
    data: dict[str, Any] = {"version": form.version, "name": form.name, "title_en": "Write to us", "min_seconds": 3}
    given = rows if rows is not None else [{"name": name} for name in names(form)]
    for key, row in enumerate(given):
        data |= {f"r{key}-{name}": value for name, value in {"width": "full", **row}.items()}
    return {**data, "row": list(range(len(given))), **facts}


def test_only_people_who_may_change_everything_in_the_targets_module_find_forms(
    form: Form, cast: Cast, signed_in: SignIn
) -> None:
    submission = SubmissionFactory(form=form)
    pages = (f"/forms/{form.pk}/", f"/forms/{form.pk}/test/", submission.get_absolute_url(), "/forms/new/")
    for person in cast:
        inside = person in (cast.agent, cast.marketer, cast.manager, cast.admin)
        codes = {signed_in(person).get(path).status_code for path in pages}
        assert codes == {200 if inside else 404}, person.name
        assert (b"/forms/" in signed_in(person).get("/").content) == inside, person.name
    assert form.name.encode() not in signed_in(cast.owner).get("/forms/").content
    assert form.name.encode() in signed_in(cast.manager).get("/forms/").content


def test_a_stranger_to_the_module_changes_nothing(form: Form, cast: Cast, signed_in: SignIn) -> None:
    client, before = signed_in(cast.owner), database_digest()
    for path in (f"/forms/{form.pk}/", f"/forms/{form.pk}/publish/", f"/forms/{form.pk}/preview/", "/forms/new/"):
        assert client.post(path, typed(form, name="Mine", target="enquiry")).status_code == 404, path
    with pytest.raises(PermissionDenied):
        create_form("Mine", "enquiry", cast.owner)
    assert database_digest() == before


def test_a_new_form_begins_with_what_its_target_needs_and_is_off_the_web(
    cast: Cast, signed_in: SignIn, client: Client
) -> None:
    assert signed_in(cast.manager).post("/forms/new/", {"name": "", "target": "no"}).status_code == 422
    answer = signed_in(cast.manager).post("/forms/new/", {"name": "Fair", "target": "enquiry"})
    form = Form.objects.get()
    assert answer["Location"] == form.get_absolute_url()
    assert (form.is_published, names(form)) == (False, ["name", "email"])
    assert len(form.token) >= 20
    assert client.get(f"/f/{form.token}/").status_code == 404


def test_saving_keeps_words_order_and_what_is_hidden(form: Form, cast: Cast, signed_in: SignIn) -> None:
    rows = [
        {"name": "email", "label_en": "Your mail", "label_zh": "邮箱", "width": "half", "required": "on"},
        {"name": "name"},
        {"name": "source", "is_hidden": "on", "default_value": "Fair"},
    ]
    answer = signed_in(cast.manager).post(
        form.get_absolute_url(), typed(form, rows, hosts="www.example.com\n*.example.org")
    )
    assert answer.status_code == 302
    form.refresh_from_db()
    assert names(form) == ["email", "name", "source"]
    email = form.fields.get(name="email")
    assert (email.label_zh, email.width, email.required) == ("邮箱", "half", True)
    assert (form.hosts, form.version) == (["www.example.com", "*.example.org"], 2)
    kept = FormField.objects.get(form=form, name="name").pk
    assert Change.objects.filter(table_name="web_forms_formfield", root_id=form.pk, action="D").count() == 1
    assert FormField.objects.filter(pk=kept).exists()


@pytest.mark.parametrize(
    ("action", "order"),
    [
        ("up-1", ["email", "name", "message"]),
        ("down-0", ["email", "name", "message"]),
        ("up-0", ["name", "email", "message"]),
        ("down-2", ["name", "email", "message"]),
        ("remove-1", ["name", "message"]),
        ("add", ["name", "email", "message", "size"]),
        ("up-99", ["name", "email", "message"]),
        ("x", ["name", "email", "message"]),
    ],
)
def test_buttons_change_the_lines_without_saving_or_losing_anything(
    action: str, order: list[str], form: Form, cast: Cast, signed_in: SignIn
) -> None:
    client, before = signed_in(cast.manager), database_digest()
    data = typed(form, title_en="Typed, not saved", act=action, add="size")
    answer = client.post(form.get_absolute_url(), data)
    assert answer.status_code == 200
    assert [row.field_name for row in answer.context["rows"]] == order
    assert b"Typed, not saved" in answer.content
    assert database_digest() == before


def test_a_stale_save_shows_what_was_typed_and_saves_nothing(form: Form, cast: Cast, signed_in: SignIn) -> None:
    data = typed(form, title_en="Mine")
    change_form(form, form.version, {"title_en": "Theirs"}, None, cast.manager)
    answer = signed_in(cast.manager).post(form.get_absolute_url(), data)
    assert (answer.status_code, b"Mine" in answer.content) == (409, True)
    form.refresh_from_db()
    assert form.title_en == "Theirs"


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"redirect_url": "https://evil.example/x"}, "redirect_url"),
        ({"redirect_url": "https://www.example.com.evil.example/", "hosts": ["www.example.com"]}, "redirect_url"),
        ({"redirect_url": "https://www.example.com@evil.example/", "hosts": ["www.example.com"]}, "redirect_url"),
        ({"redirect_url": "https://bank.example@www.example.com/", "hosts": ["www.example.com"]}, "redirect_url"),
        ({"redirect_url": "javascript:alert(1)", "hosts": ["www.example.com"]}, "redirect_url"),
        ({"redirect_url": "https://example.org/", "hosts": ["*.example.org"]}, "redirect_url"),
        ({**CONSENT, "consent_purpose": ""}, "consent_channel"),
        ({"double_opt_in": True}, "double_opt_in"),
        ({"title_en": "", "title_zh": ""}, "title_en"),
        ({"min_seconds": 500}, "min_seconds"),
    ],
)
def test_forms_that_could_not_work_are_refused(facts: dict[str, Any], wrong: str, form: Form) -> None:
    before = database_digest()
    with pytest.raises(ValidationError) as refused:
        change_form(form, form.version, facts, None, None)
    assert wrong in refused.value.message_dict
    assert database_digest() == before


@pytest.mark.parametrize(
    "host", ["www.example.com/path?x", "*.com", "a b", "javascript:alert(1)", "https://", "*", "'none'; x"]
)
def test_what_is_no_web_site_is_refused(host: str, form: Form, cast: Cast, signed_in: SignIn) -> None:
    answer = signed_in(cast.manager).post(form.get_absolute_url(), typed(form, hosts=host))
    assert answer.status_code == 422
    form.refresh_from_db()
    assert form.hosts == []


def test_a_redirect_may_go_where_the_settings_or_the_form_allow(form: Form, settings: Any) -> None:
    change_form(form, 1, {"redirect_url": "https://a.example.org/x", "hosts": ["*.example.org"]}, None, None)
    settings.FORM_REDIRECT_HOSTS = ["shop.example"]
    change_form(form, 2, {"redirect_url": "https://shop.example/x"}, None, None)
    form.refresh_from_db()
    assert form.redirect_url == "https://shop.example/x"


def test_fields_that_are_twice_unknown_or_missing_are_refused(form: Form, cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.manager)
    for rows in ([{"name": "name"}, {"name": "name"}], [{"name": "name"}, {"name": "owner"}], [{"name": "email"}]):
        answer = client.post(form.get_absolute_url(), typed(form, rows))
        assert answer.status_code == 422, rows
    assert names(form) == ["name", "email", "message"]


def test_publishing_needs_a_title_and_the_fields_of_the_target(cast: Cast, client: Client) -> None:
    form: Form = FormFactory(is_published=False, title_en="", title_zh="")
    with pytest.raises(ValidationError) as refused:
        publish_form(form, True, cast.manager)
    assert set(refused.value.message_dict) == {"fields", "title_en"}
    whole = build(is_published=False)
    publish_form(whole, True, cast.manager)
    assert client.get(f"/f/{whole.token}/").status_code == 200
    publish_form(whole, False, cast.manager)
    assert client.get(f"/f/{whole.token}/").status_code == 404


def test_publishing_on_the_page_says_what_is_missing(cast: Cast, signed_in: SignIn) -> None:
    form: Form = FormFactory(is_published=False)
    client = signed_in(cast.manager)
    answer = client.post(f"/forms/{form.pk}/publish/", {"on": "yes"}, follow=True)
    assert b"must ask for: Name" in answer.content
    form.refresh_from_db()
    assert not form.is_published


def test_other_words_of_consent_are_a_version_of_their_own(form: Form) -> None:
    form = with_consent(form)
    form = with_consent(form)
    form = with_consent(form, consent_zh="我要新闻。")
    change_form(form, form.version, {"title_en": "Other"}, None, None)
    versions = FormWording.objects.filter(form=form).order_by("version").values_list("version", "text_zh")
    assert list(versions) == [(1, "我想收到新闻。"), (2, "我要新闻。")]


def test_the_preview_shows_what_is_typed_in_either_language(form: Form, cast: Cast, signed_in: SignIn) -> None:
    rows = [{"name": "name", "label_en": "Your name", "label_zh": "您的姓名"}, {"name": "gone"}]
    data = typed(form, rows, title_en="<b>New</b>", title_zh="新", preview_in="zh")
    page = signed_in(cast.manager).post(f"/forms/{form.pk}/preview/", data).content.decode()
    assert "您的姓名" in page
    assert 'sandbox=""' in page
    data["preview_in"] = "en"
    page = signed_in(cast.manager).post(f"/forms/{form.pk}/preview/", data).content.decode()
    assert "&amp;lt;b&amp;gt;New&amp;lt;/b&amp;gt;" in page
    form.refresh_from_db()
    assert form.title_en == "Write to us"


def test_custom_fields_are_offered(form: Form, cast: Cast, signed_in: SignIn) -> None:
    CustomFieldFactory(name="shoe", label_en="Shoe size")
    answer = signed_in(cast.manager).get(form.get_absolute_url())
    assert ("custom_shoe", "Shoe size") in answer.context["addable"]


def test_what_people_copy_is_there_and_cannot_break_out(
    form: Form, cast: Cast, signed_in: SignIn, settings: Any
) -> None:
    settings.BASE_URL = "https://crm.example.com"
    Form.objects.update(title_en='"><script>alert(1)</script>', hosts=["www.example.com"])
    answer = signed_in(cast.manager).get(form.get_absolute_url())
    assert answer.context["frame_code"].startswith(f'<iframe src="https://crm.example.com/f/embed/{form.token}/"')
    assert "<script>alert" not in answer.context["frame_code"]
    assert b"<script>alert" not in answer.content


def test_a_search_by_somebody_who_sees_nothing_finds_nothing(form: Form, cast: Cast, signed_in: SignIn) -> None:
    SubmissionFactory(form=form)
    for path in ("/forms/", "/forms/submissions/"):
        assert signed_in(cast.owner).get(f"{path}?q=ada").status_code == 200, path


def test_a_form_that_brought_nothing_goes_to_the_trash_and_comes_back(
    form: Form, cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.manager)
    fields = form.fields.count()
    assert reverse("forms:form-delete", args=[form.pk]) in client.get(form.get_absolute_url()).content.decode()
    assert client.post(reverse("forms:form-delete", args=[form.pk])).status_code == 302
    assert not Form.objects.exists()
    assert client.get(reverse("web:hosted", args=[form.token])).status_code == 404
    assert undo_operation(Operation.objects.latest("pk"), cast.manager).conflicts == []
    assert Form.objects.get().fields.count() == fields
    assert client.get(reverse("web:hosted", args=[form.token])).status_code == 200


def test_a_form_that_brought_something_stays(form: Form, cast: Cast, signed_in: SignIn) -> None:
    SubmissionFactory(form=form)
    page = signed_in(cast.manager).post(reverse("forms:form-delete", args=[form.pk]))
    assert page.status_code == 409
    assert "submissions" in page.content.decode()
    assert Form.objects.exists()


def test_nobody_else_deletes_a_form(form: Form, cast: Cast, signed_in: SignIn) -> None:
    assert signed_in(cast.owner).post(reverse("forms:form-delete", args=[form.pk])).status_code == 404
    assert Form.objects.exists()
