"""Tables of web forms."""

from crm_site.forms.models.form import MAX_ADDRESS, Form, FormField, FormWording, new_token
from crm_site.forms.models.hook import FormHook
from crm_site.forms.models.submission import MAX_KEY, MAX_UTM, UTM, Submission

__all__ = [
    "MAX_ADDRESS",
    "MAX_KEY",
    "MAX_UTM",
    "UTM",
    "Form",
    "FormField",
    "FormHook",
    "FormWording",
    "Submission",
    "new_token",
]
