"""The page of a form: who reaches it, its languages, what is taken from it, and that nothing typed is lost."""

from __future__ import annotations

import pytest
from django.test import Client

from crm_site.events.delivering import deliver_pending
from crm_site.forms.models import Form, FormField, Submission
from crm_site.forms.targets import forget_target, register_target
from customers.models import Customer
from tests.crm_site.forms.conftest import Fill, build, stamp_of, with_consent
from tests.factories.fields import CustomFieldFactory
from tests.factories.forms import ENQUIRY, FormFieldFactory


def test_a_published_form_opens_for_strangers_and_says_nothing_to_caches(form: Form, client: Client) -> None:
    answer = client.get(f"/f/{form.token}/")
    assert answer.status_code == 200
    assert b"Write to us" in answer.content
    assert b"<script" not in answer.content
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex")
    assert answer.cookies == {}


def test_a_draft_an_unknown_address_and_a_form_without_a_target_do_not_exist(form: Form, client: Client) -> None:
    for path in ("no-such-form", "%00", "embed/%00", "hooks/%00", "confirm/%00", "x" * 3000, "%F0%9F%98%80", "..%2f"):
        assert client.get(f"/f/{path}/").status_code == 404, path
    forget_target("enquiry")
    assert client.get(f"/f/{form.token}/").status_code == 404
    register_target(ENQUIRY)
    Form.objects.filter(pk=form.pk).update(is_published=False)
    assert client.get(f"/f/{form.token}/").status_code == 404
    assert client.post(f"/f/{form.token}/", {"f-name": "Ada"}).status_code == 404


@pytest.mark.parametrize(
    ("query", "header", "title"),
    [
        ("", "zh-CN,zh;q=0.9", "联系我们"),
        ("", "de", "Write to us"),
        ("?lang=zh", "en", "联系我们"),
        ("?lang=en", "zh-CN", "Write to us"),
        ("?lang=xx", "zh-CN", "联系我们"),
    ],
)
def test_the_language_is_the_addresss_or_the_browsers(
    form: Form, client: Client, query: str, header: str, title: str
) -> None:
    answer = client.get(f"/f/{form.token}/{query}", headers={"Accept-Language": header})
    assert f"<h1>{title}</h1>" in answer.content.decode()


def test_what_is_filled_in_is_stored_and_becomes_one_customer(form: Form, fill: Fill) -> None:
    answer = fill(
        form, name=" Ada  Lovelace ", email="ada@example.com", utm_source="spring", page="https://a.example/b#c",
        referrer="javascript:alert(1)",
    )  # fmt: skip
    assert answer.status_code == 200
    assert b"Thank you" in answer.content
    found = Submission.objects.get()
    assert found.values == {"name": "Ada Lovelace", "email": "ada@example.com"}
    assert (found.state, found.via, found.language) == ("received", "page", "en")
    assert (found.utm_source, found.page, found.referrer) == ("spring", "https://a.example/b", "")
    assert len(found.ip_hash) == 40
    assert "127.0.0.1" not in found.ip_hash
    deliver_pending()
    found.refresh_from_db()
    customer = Customer.objects.get()
    assert (customer.name, found.subject_kind, found.subject_id) == ("Ada Lovelace", "customer", customer.pk)


def test_errors_stand_at_the_field_and_nothing_typed_is_lost(form: Form, fill: Fill) -> None:
    answer = fill(form, email="no address", message="A long\nmessage")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_f-name_error"' in page
    assert 'aria-invalid="true"' in page
    assert 'value="no address"' in page
    assert "A long\nmessage" in page
    assert not Submission.objects.exists()


def test_the_page_asks_where_people_come_from_and_keeps_it_through_errors(form: Form, client: Client) -> None:
    page = client.get(
        f"/f/{form.token}/?utm_source=mail&utm_campaign=x", headers={"Referer": "https://a.example/z"}
    ).content.decode()
    for words in ('name="utm_source" value="mail"', 'name="referrer" value="https://a.example/z"'):
        assert words in page
    around = client.get(f"/f/{form.token}/?page=https%3A%2F%2Fshop.example%2Fp%3Futm_source%3Dads").content.decode()
    assert 'name="utm_source" value="ads"' in around
    assert 'name="page" value="https://shop.example/p?utm_source=ads"' in around


def test_hidden_fields_have_our_value_whatever_is_sent(form: Form, fill: Fill, client: Client) -> None:
    FormFieldFactory(form=form, name="source", is_hidden=True, default_value="Fair", position=9)
    assert b"f-source" not in client.get(f"/f/{form.token}/").content
    fill(form, name="Ada", source="forged")
    assert Submission.objects.get().values["source"] == "Fair"


def test_unknown_keys_and_fields_of_other_forms_count_for_nothing(form: Form, fill: Fill) -> None:
    fill(form, name="Ada", budget="5", owner="1", is_superuser="1", state="test", subject_id="1")
    found = Submission.objects.get()
    assert (found.values, found.state, found.subject_id) == ({"name": "Ada"}, "received", None)


def test_custom_fields_are_asked_and_handed_over_as_they_are_stored(form: Form, fill: Fill) -> None:
    CustomFieldFactory(name="shoe", kind="number", label_en="Shoe size")
    FormFieldFactory(form=form, name="custom_shoe", position=9, required=True)
    assert b"Shoe size" in fill(form, name="Ada").content
    fill(form, name="Ada", custom_shoe="42.50")
    deliver_pending()
    assert Customer.objects.get().custom == {"shoe": "42.5"}


def test_a_field_that_its_target_lost_is_not_asked(form: Form, client: Client) -> None:
    FormField.objects.filter(form=form, name="email").update(name="gone")
    assert b"gone" not in client.get(f"/f/{form.token}/").content


def test_a_phone_number_is_kept_as_it_is_dialled(form: Form, fill: Fill) -> None:
    FormFieldFactory(form=form, name="phone", position=5)
    assert fill(form, name="Ada", phone="12").status_code == 422
    fill(form, name="Ada", phone="138 0013 8000")
    assert Submission.objects.get().values["phone"] == "+8613800138000"


def test_afterwards_a_form_leads_on_and_the_policy_lets_it(fill: Fill, client: Client, db: None) -> None:
    form = build(redirect_url="https://www.example.com/thanks", hosts=["www.example.com"])
    answer = fill(form, name="Ada")
    assert (answer.status_code, answer["Location"]) == (302, "https://www.example.com/thanks")
    assert "form-action 'self' https://www.example.com;" in client.get(f"/f/{form.token}/")["Content-Security-Policy"]
    inside = fill(form, f"/f/embed/{form.token}/", name="Ada")
    assert b'href="https://www.example.com/thanks"' in inside.content
    assert b'target="_top"' in inside.content


def test_consent_is_stored_with_the_words_that_were_shown(form: Form, fill: Fill, client: Client) -> None:
    form = with_consent(form)
    old = stamp_of(client, f"/f/{form.token}/")
    fill(form, name="Ada", consent__given="on")
    fill(form, f"/f/{form.token}/?lang=zh", name="Bo", consent__given="on")
    fill(form, name="Cy")
    form = with_consent(form, consent_en="I want all the news.")
    fill(form, name="Di", consent__given="on", stamp=old)
    fill(form, name="Ed", consent__given="on")
    said = {
        one.values["name"]: (one.consent_text, one.wording and one.wording.version) for one in Submission.objects.all()
    }
    assert said == {
        "Ada": ("I want the newsletter.", 1),
        "Bo": ("我想收到新闻。", 1),
        "Cy": ("", None),
        "Di": ("I want the newsletter.", 1),
        "Ed": ("I want all the news.", 2),
    }


def test_consent_that_must_be_given_is_asked_for_again(form: Form, fill: Fill) -> None:
    form = with_consent(form, consent_required=True)
    answer = fill(form, name="Ada")
    assert answer.status_code == 422
    assert not Submission.objects.exists()
