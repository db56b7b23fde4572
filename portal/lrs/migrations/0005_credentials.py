from uuid import uuid4

from django.db import migrations, models


def name_those_that_are_there(apps, schema_editor):
    credentials = apps.get_model("lrs", "Credential").objects
    for each in credentials.order_by("pk"):
        each.public_id = uuid4()
        each.holder = "organisation" if each.tenant else "portal"
        each.save(update_fields=["public_id", "holder"])


class Migration(migrations.Migration):
    dependencies = [
        ("lrs", "0004_partitions"),
    ]

    operations = [
        migrations.AddField("credential", "public_id", models.UUIDField(null=True, editable=False)),
        migrations.AddField(
            "credential",
            "holder",
            models.CharField(
                max_length=20,
                choices=[("portal", "The portal"), ("organisation", "Organisation"), ("person", "Person")],
                default="portal",
            ),
        ),
        migrations.AddField("credential", "origins", models.JSONField(default=list, blank=True)),
        migrations.AddField("credential", "rate", models.PositiveIntegerField(null=True, blank=True)),
        migrations.AddField("credential", "body_limit", models.PositiveIntegerField(null=True, blank=True)),
        migrations.AddField("credential", "last_used_at", models.DateTimeField(null=True, blank=True)),
        migrations.RunPython(name_those_that_are_there, migrations.RunPython.noop),
        migrations.AlterField("credential", "public_id", models.UUIDField(default=uuid4, unique=True, editable=False)),
        migrations.AddIndex("credential", models.Index(fields=["tenant", "-created_at"], name="credential_tenant")),
    ]
