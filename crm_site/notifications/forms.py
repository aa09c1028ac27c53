"""Forms of notifications."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm_site.notifications.choices import Channel
from crm_site.notifications.kinds import every_kind


class ChannelsForm(forms.Form):
    """Which kinds a person wants on which channel, and the hour of the daily mail."""

    hour = forms.TypedChoiceField(
        label=_("Daily mail"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Off")), *((hour, f"{hour:02d}:00") for hour in range(24))],
        help_text=_("In your own time zone. It tells what is new since the last one, and stays away when nothing is."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.code, kind.label) for kind in every_kind()]
        for channel in Channel:
            self.fields[channel.value] = forms.MultipleChoiceField(label=channel.label, choices=kinds, required=False)

    def wanted(self) -> dict[str, list[str]]:
        """Return the kinds chosen on each channel."""
        return {channel.value: self.cleaned_data[channel.value] for channel in Channel}
