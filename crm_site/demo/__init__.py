"""The demo company: every app contributes its part, and all of it can be taken out again."""

DEMO_DOMAIN = "demo.example"
DEMO_PASSWORD = "guanxi-demo"  # noqa: S105, printed for everybody to see
