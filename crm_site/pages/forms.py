"""How forms look: one template for the form and one for a field."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Renders forms and fields with our components and through the site's own template engine."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
