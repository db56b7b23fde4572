from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = ("lrs_relatedagent", "lrs_relatedactivity")


def walk_alone(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """A list needs the first few rows of an index: the planner would start two processes more to fetch them."""
    if editor.connection.vendor == "postgresql":
        for table in TABLES:
            editor.execute(f"ALTER TABLE {table} SET (parallel_workers = 0)")


def walk_together(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        for table in TABLES:
            editor.execute(f"ALTER TABLE {table} RESET (parallel_workers)")


class Migration(migrations.Migration):
    dependencies = [("lrs", "0008_keeping")]

    operations = [
        migrations.AddIndex(
            model_name="document",
            index=models.Index(condition=~models.Q(("agent", "")), fields=["agent"], name="document_agent"),
        ),
        migrations.RunPython(walk_alone, walk_together),
    ]
