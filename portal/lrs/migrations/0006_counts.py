import uuid

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import portal.core.files


class Migration(migrations.Migration):
    dependencies = [
        ("lrs", "0005_credentials"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ParquetDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("statements", models.PositiveBigIntegerField(default=0)),
                ("written_at", models.DateTimeField(null=True)),
                ("changes", models.PositiveIntegerField(default=1)),
                ("in_file", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("counted_to", models.BigIntegerField(default=0)),
                ("as_of", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Term",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("verb", "Verb"), ("activity", "Activity")], max_length=8)),
                ("key", models.CharField(max_length=500)),
                ("iri", models.TextField()),
                ("names", models.JSONField(default=dict)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="term_once")],
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("asked_at", models.DateTimeField()),
                ("form", models.CharField(choices=[("jsonl", "JSON Lines"), ("csv", "CSV")], max_length=8)),
                ("filters", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Being written"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                            ("cancelled", "Withdrawn"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("beat_at", models.DateTimeField(null=True)),
                ("written", models.PositiveBigIntegerField(default=0)),
                ("done_share", models.FloatField(default=0)),
                ("file", models.FileField(blank=True, storage=portal.core.files.private_storage, upload_to="")),
                ("size", models.PositiveBigIntegerField(default=0)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("killed", "It was stopped before its end three times. Please ask an operator."),
                            ("too_long", "It took longer than 50 minutes. Choose a shorter period."),
                            ("no_room", "The file could not be stored: the disk is full, or the storage is away."),
                            ("unknown", "Something unforeseen happened. It is in the log; please ask an operator."),
                        ],
                        max_length=10,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "asked_at"], name="export_state")],
            },
        ),
        migrations.CreateModel(
            name="DailyCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("tenant", models.CharField(blank=True, max_length=100)),
                ("statements", models.PositiveBigIntegerField()),
                (
                    "credential",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lrs.credential"
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lrs.term"
                    ),
                ),
                (
                    "verb",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lrs.term"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("day"),
                        models.F("verb"),
                        django.db.models.functions.comparison.Coalesce("activity", 0),
                        django.db.models.functions.comparison.Coalesce("credential", 0),
                        models.F("tenant"),
                        name="daily_count_once",
                    )
                ],
            },
        ),
    ]
