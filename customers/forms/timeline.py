"""Forms of the timeline: what people write, their answers, and what of a stream is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.notifications.mentioning import MentionBox, refuse_blind_mentions
from crm_site.pages.picking import PickerSelect, PickerSelectMultiple, RecordsField
from customers.choices import CallOutcome, ChatChannel, Direction, TalkKind
from customers.forms.tasks import day_input
from customers.models import Customer
from customers.models.activity import MAX_MINUTES
from customers.selectors.streams import MORE, SYSTEM, TALK, TASK, is_drawing
from customers.services.talking import FACTS_OF, check_interaction

if TYPE_CHECKING:
    from crm_site.staff.models import User
    from customers.models import Activity
    from customers.selectors import StreamFilter

SHOWN = (
    ("", _("Everything")),
    (TalkKind.NOTE.value, _("Notes")),
    (TalkKind.CALL.value, _("Calls")),
    (TalkKind.MEETING.value, _("Meetings")),
    (TalkKind.MAIL.value, _("Mails")),
    (TalkKind.CHAT.value, _("Chats")),
    (TALK, _("Talks")),
    (TASK, _("Tasks")),
    (MORE, _("Orders and more")),
    (SYSTEM, _("Changes")),
)
MOST_WORDS = 20_000


class Colleagues(PickerSelectMultiple):
    """Colleagues, offered while one types their names; those chosen already are the only ones read."""

    def __init__(self) -> None:
        super().__init__("customers")


class WordsForm(forms.Form):
    """A text on a timeline; colleagues who see the customer can be mentioned in it."""

    body = forms.CharField(
        label=_("Text"),
        max_length=MOST_WORDS,
        required=False,
        widget=MentionBox(attrs={"rows": 2, "placeholder": _("Write a note…")}),
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = ("customer", customer.pk)
        box: Any = self.fields["body"].widget
        box.subject = self.subject

    def clean_body(self) -> str:
        """Refuse to mention people whom the text would not reach."""
        body = str(self.cleaned_data["body"])
        refuse_blind_mentions(body, *self.subject)
        return body


class InteractionForm(WordsForm):
    """A note, a call, a meeting, a mail or a chat; a kind's own facts are asked for with it only."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=TalkKind.choices, required=False, initial=TalkKind.NOTE, widget=forms.RadioSelect
    )
    direction = forms.ChoiceField(
        label=_("Direction"),
        choices=Direction.choices,
        required=False,
        initial=Direction.OUT,
        widget=forms.RadioSelect,
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=CallOutcome.choices, required=False, initial=CallOutcome.REACHED
    )
    channel = forms.ChoiceField(
        label=_("Channel"), choices=ChatChannel.choices, required=False, initial=ChatChannel.WECHAT
    )
    title = forms.CharField(label=_("Subject"), max_length=200, required=False)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=MAX_MINUTES, required=False)
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    attendees = forms.ModelMultipleChoiceField(
        get_user_model()._default_manager.none(), label=_("Colleagues"), required=False, widget=Colleagues
    )
    guests = RecordsField(Customer.objects.none(), "customers", label=_("People there"), required=False)
    occurred_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty for now."),
    )

    def __init__(self, *args: Any, customer: Customer, user: User, with_files: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, customer=customer, **kwargs)
        self.with_files = with_files
        self._offer_people(user)

    def _offer_people(self, user: User, *, kept: Activity | None = None) -> None:
        """Offer active colleagues and the customers whom the user may see; who was there stays choosable."""
        colleagues: Any = self.fields["attendees"]
        colleagues.queryset = get_user_model()._default_manager.filter(is_active=True)
        colleagues.label_from_instance = lambda one: one.short_name
        colleagues.widget.attrs["data-picker"] = reverse("notifications:people", args=self.subject)
        guests: Any = self.fields["guests"]
        guests.queryset = Customer.objects.visible_to(user)
        if kept is not None:
            there = kept.guests.values("pk")
            visible = guests.queryset.order_by().values("pk")
            guests.queryset = Customer.objects.filter(Q(pk__in=visible) | Q(pk__in=there))
            everybody = get_user_model()._default_manager
            colleagues.queryset = everybody.filter(Q(is_active=True) | Q(pk__in=kept.attendees.values("pk")))

    @property
    def parts(self) -> list[tuple[Any, str]]:
        """The fields of one kind or another, each with the style classes that say of which."""
        kinds: dict[str, list[str]] = {}
        for kind, names in FACTS_OF.items():
            for name in (*names, *(() if kind == TalkKind.NOTE else ("occurred_at",))):
                kinds.setdefault(name, []).append(f"for-{kind}")
        return [(self[name], " ".join(kinds[name])) for name in self.fields if name in kinds]

    def clean(self) -> dict[str, Any]:
        """Hold the facts of the kind to what the service asks for."""
        found = super().clean() or self.cleaned_data
        found["kind"] = found.get("kind") or TalkKind.NOTE.value
        for name, words in check_interaction(found["kind"], found, with_files=self.with_files).items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, words)
        return found


class EntryForm(InteractionForm):
    """What somebody wrote, to be changed; its kind stays."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, entry: Activity, user: User, **kwargs: Any) -> None:
        kind = entry.kind or TalkKind.NOTE.value
        shown = {name: getattr(entry, name) for name in ("body", "occurred_at", *FACTS_OF[kind])}
        # As the control shows it: to the minute.
        shown["occurred_at"] = entry.occurred_at.replace(second=0, microsecond=0)
        for name in ("attendees", "guests"):
            if name in shown:
                shown[name] = [one.pk for one in shown[name].all()]
        super().__init__(
            *args,
            customer=entry.customer,
            user=user,
            with_files=bool(entry.data.get("files")),
            initial={**shown, "kind": kind, "version": entry.version},
            auto_id=f"entry-{entry.pk}-%s",
            **kwargs,
        )
        self._offer_people(user, kept=entry)
        asked = {"body", "version", *FACTS_OF[kind], *(("occurred_at",) if entry.kind not in ("", "note") else ())}
        self.entry_kind = kind
        self.fields = {name: field for name, field in self.fields.items() if name in asked}
        self.fields["body"].widget.attrs["data-focus"] = ""

    def clean(self) -> dict[str, Any]:
        """Hold the facts to what the service asks of the entry's kind."""
        self.cleaned_data["kind"] = self.entry_kind
        return super().clean()

    @property
    def facts(self) -> dict[str, Any]:
        """What was asked for, without what only the form needs."""
        found = {name: self.cleaned_data[name] for name in self.fields if name != "version"}
        if found.get("occurred_at") is None:
            found.pop("occurred_at", None)
        # Seconds stay where nobody chose another minute.
        if "occurred_at" in found and "occurred_at" not in self.changed_data:
            del found["occurred_at"]
        return found


class ReplyForm(WordsForm):
    """An answer to an entry."""

    def __init__(self, *args: Any, entry: Activity, **kwargs: Any) -> None:
        super().__init__(*args, customer=entry.customer, auto_id=f"reply-{entry.pk}-%s", **kwargs)
        self.fields["body"].required = True
        self.fields["body"].label = _("Answer")
        self.fields["body"].widget.attrs.update({"placeholder": _("Write an answer…"), "data-focus": ""})


class StreamForm(forms.Form):
    """What of a stream is asked for; it stands in the address."""

    show = forms.ChoiceField(label=_("Kind"), choices=SHOWN, required=False, widget=forms.RadioSelect)
    by = forms.ModelChoiceField(
        get_user_model()._default_manager.none(), label=_("Person"), required=False, empty_label=_("Anybody")
    )
    since = forms.DateField(label=_("From"), required=False, widget=day_input())
    until = forms.DateField(label=_("Until"), required=False, widget=day_input())
    alone = forms.BooleanField(label=_("Only the organisation itself"), required=False)

    def __init__(self, wanted: StreamFilter, customer: Customer, user: User) -> None:
        params = wanted.params()
        super().__init__(
            initial={**params, "since": wanted.since, "until": wanted.until, "by": wanted.by or None},
            auto_id="stream-%s",
        )
        self.partner = wanted.partner
        self.partner_name = ""
        if wanted.partner:
            named = Customer.objects.visible_to(user).filter(pk=wanted.partner)
            self.partner_name = "".join(named.values_list("name", flat=True))
        self.narrows = wanted.narrows
        # A choice that no filter of the page leads to is offered where a link led to it.
        kinds: Any = self.fields["show"]
        kinds.choices = [one for one in SHOWN if one[0] != TALK or wanted.show == TALK]
        people: Any = self.fields["by"]
        people.queryset = get_user_model()._default_manager.all()
        people.label_from_instance = lambda one: one.short_name
        people.widget = PickerSelect("customers")
        people.widget.choices = people.choices
        people.widget.attrs["data-picker"] = reverse("notifications:people", args=["customer", customer.pk])
        if not is_drawing(customer):
            del self.fields["alone"]

    def add_prefix(self, field_name: str) -> str:
        """Name the first day as the address does."""
        return "from" if field_name == "since" else field_name
