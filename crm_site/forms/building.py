"""Making forms and changing them: the one way from page, administration and code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish
from crm_site.forms.choices import InputKind
from crm_site.forms.events import FormChanged
from crm_site.forms.hosts import is_among
from crm_site.forms.models import Form, FormField, FormWording
from crm_site.forms.querysets import open_targets
from crm_site.forms.targets import FormTarget
from crm_site.lib.text import clean_text
from crm_site.staff.versioning import save_versioned

if TYPE_CHECKING:
    from crm_site.staff.models import User

MOST_FIELDS = 40
CONSENT = ("consent_channel", "consent_purpose", "consent_en", "consent_zh")
LONG = ("intro_en", "intro_zh", "thanks_en", "thanks_zh", "consent_en", "consent_zh")
FIELD_FACTS = (
    "label_en", "label_zh", "help_en", "help_zh", "required", "width", "is_hidden", "default_value",
)  # fmt: skip


def create_form(name: str, target: str, user: User) -> Form:
    """Make a form for a target, with the fields that it begins with; nobody can reach it before it is published.

    Raises PermissionDenied for a target that the user may not make forms for.
    """
    form = Form(name=clean_text(name), target=target)
    kind = form.kind
    if kind is None or target not in open_targets(user):
        raise PermissionDenied
    wanted = [one.name for one in kind.fields if one.required or one.name in kind.begins_with]
    with transaction.atomic():
        form.full_clean(exclude=("token",))
        form.save(force_insert=True)
        FormField.objects.bulk_create(
            FormField(form=form, position=at, name=one, required=bool((asked := kind.field(one)) and asked.required))
            for at, one in enumerate(wanted)
        )
        publish(FormChanged(form_id=form.pk), user)
    return form


def change_form(
    form: Form, version: int, facts: Mapping[str, Any], fields: Sequence[Mapping[str, Any]] | None, user: User | None
) -> None:
    """Change a form that was read at `version`; `fields` in their order, None to leave them as they are.

    Other words of consent become a version of their own. Raises StaleVersionError, and ValidationError by name.
    """
    values = {name: _plain(name, value) for name, value in facts.items()}
    with transaction.atomic():
        locked = Form.objects.select_for_update().get(pk=form.pk)
        after = _with(locked, values)
        names = [str(one["name"]) for one in fields] if fields is not None else _names(locked)
        _check(after, names, fields)
        asked_before = tuple(getattr(locked, name) for name in CONSENT)
        if after.asks_consent and tuple(getattr(after, name) for name in CONSENT) != asked_before:
            values["consent_version"] = after.consent_version = locked.consent_version + 1
        save_versioned(form, version, values)
        if "consent_version" in values:
            _keep_wording(after)
        if fields is not None:
            _save_fields(form, fields)
        publish(FormChanged(form_id=form.pk), user)


def publish_form(form: Form, on: bool, user: User) -> None:
    """Put a form on the web or take it off; raise ValidationError for one that cannot work."""
    with transaction.atomic():
        locked = Form.objects.select_for_update().get(pk=form.pk)
        if on:
            _check(locked, _names(locked), None, whole=True)
        save_versioned(form, locked.version, {"is_published": on})
        publish(FormChanged(form_id=form.pk), user)


def _names(form: Form) -> list[str]:
    return list(form.fields.order_by("position", "pk").values_list("name", flat=True))


def _with(form: Form, values: Mapping[str, Any]) -> Form:
    after = Form.objects.get(pk=form.pk)
    for name, value in values.items():
        setattr(after, name, value)
    return after


def _plain(name: str, value: Any) -> Any:
    return clean_text(value, multiline=name in LONG) if isinstance(value, str) else value


def _keep_wording(form: Form) -> None:
    FormWording.objects.create(
        form=form,
        version=form.consent_version,
        channel=form.consent_channel,
        purpose=form.consent_purpose,
        text_en=form.consent_en,
        text_zh=form.consent_zh,
    )


def _save_fields(form: Form, fields: Sequence[Mapping[str, Any]]) -> None:
    """Write the fields as they are to be: known ones keep their rows, so that the history tells only what changed."""
    known = {one.name: one for one in form.fields.all()}
    names = {str(one["name"]) for one in fields}
    FormField.objects.filter(form=form, name__in=set(known) - names).delete()
    for position, facts in enumerate(fields):
        field = known.get(str(facts["name"])) or FormField(form=form, name=str(facts["name"]))
        before = {name: getattr(field, name) for name in ("position", *FIELD_FACTS)}
        field.position = position
        for name in FIELD_FACTS:
            setattr(field, name, _plain(name, facts.get(name, before[name])))
        if field._state.adding or before != {name: getattr(field, name) for name in before}:
            field.full_clean(exclude=("form",))
            field.save()


def _check(
    form: Form, names: Sequence[str], fields: Sequence[Mapping[str, Any]] | None, *, whole: bool = False
) -> None:
    """Refuse a form that could not do what it says; a published one, or one about to be, must be `whole`."""
    form.full_clean(exclude=("token", "target"), validate_unique=False)
    kind = form.kind
    if kind is None:
        raise ValidationError(_("Nobody takes the answers of this form any more."))
    wrong: dict[str, Any] = {}
    _check_names(kind, names, wrong)
    if form.asks_consent and not (form.consent_channel and form.consent_purpose):
        wrong["consent_channel"] = _("Say what the consent is for.")
    if form.redirect_url and not is_among(form.redirect_url, form.hosts):
        wrong["redirect_url"] = _("Name its web site among those of the form first.")
    if whole or form.is_published:
        missing = [str(one.label) for one in kind.fields if one.required and one.name not in names]
        if missing:
            wrong["fields"] = _("The form must ask for: %(fields)s.") % {"fields": ", ".join(missing)}
        if not form.title:
            wrong["title_en"] = _("A published form needs a title.")
    if form.double_opt_in and not _asks_mail(form, kind, names, fields):
        wrong["double_opt_in"] = _("To confirm by mail, the form must ask for a mail address, and require it.")
    if wrong:
        raise ValidationError(wrong)


def _check_names(kind: FormTarget, names: Sequence[str], wrong: dict[str, Any]) -> None:
    offered = dict(kind.offered())
    gone = [name for name in names if name not in offered]
    if gone:
        wrong["fields"] = _("“%(field)s” is no field any more: remove it.") % {"field": gone[0]}
    if len(set(names)) < len(names):
        wrong["fields"] = _("A field stands on the form twice.")
    if len(names) > MOST_FIELDS:
        wrong["fields"] = _("At most %(count)d fields.") % {"count": MOST_FIELDS}


def _asks_mail(form: Form, kind: FormTarget, names: Sequence[str], fields: Sequence[Mapping[str, Any]] | None) -> bool:
    """Tell whether a mail address is asked for and required, on the page rather than hidden."""
    if fields is None:
        fields = list(form.fields.values("name", "required", "is_hidden"))
    for facts in fields:
        asked = kind.field(str(facts["name"]))
        if asked is not None and asked.kind == InputKind.EMAIL and not facts.get("is_hidden"):
            return bool(facts.get("required")) or asked.required
    return False
