"""Evidence keeps the moment of a completion instead of the portal's day; a requirement ends after it begins."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def take_moment(apps, schema_editor):
    completions = apps.get_model("learning", "Completion").objects.filter(certificate=OuterRef("certificate"))
    apps.get_model("compliance", "Evidence").objects.update(
        completed_at=Subquery(completions.values("completed_at")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0001_initial"),
        ("departments", "0001_initial"),
        ("issuing", "0001_initial"),
        ("learning", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name="evidence", name="evidence_of_person"),
        migrations.AddField(
            model_name="evidence", name="completed_at", field=models.DateTimeField(null=True), preserve_default=False
        ),
        migrations.RunPython(take_moment, migrations.RunPython.noop),
        migrations.AlterField(model_name="evidence", name="completed_at", field=models.DateTimeField()),
        migrations.RemoveField(model_name="evidence", name="completed_on"),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(fields=["user", "course_key", "completed_at"], name="evidence_of_person"),
        ),
        migrations.AddConstraint(
            model_name="requirement",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"),
                name="requirement_ends_after_it_begins",
                violation_error_message="The last day lies before the first.",
            ),
        ),
    ]
