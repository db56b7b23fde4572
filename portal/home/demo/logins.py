"""Who may sign in to the demo."""

LOGINS = {
    "learner": "learner@demo.example",
    "organiser": "organiser@demo.example",
    "department lead": "lead@demo.example",
    "administrator": "admin@demo.example",
}
PASSWORD = "demo-campus-2026"  # noqa: S105  printed at the start; load_demo refuses to run in production
# The log's word for it: known by this entry, the demo is loaded once and never again by itself.
DEMO_LOADED = "loaded demo"
