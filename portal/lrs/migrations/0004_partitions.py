import django.db.models.deletion
from django.db import migrations, models

from portal.lrs.partitions import lay_in_partitions
from portal.lrs.rows import index_again


class Migration(migrations.Migration):
    dependencies = [
        ("lrs", "0003_attachments"),
    ]

    operations = [
        migrations.CreateModel(
            name="StatementId",
            fields=[
                ("uuid", models.UUIDField(primary_key=True, serialize=False)),
                ("statement", models.BigIntegerField(null=True)),
                ("stored", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Reference",
            fields=[
                (
                    "statement",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="reference",
                        serialize=False,
                        to="lrs.statement",
                    ),
                ),
                ("target", models.UUIDField(db_index=True)),
                ("voids", models.BooleanField()),
                ("own", models.BooleanField()),
                ("tenant", models.CharField(blank=True, max_length=100)),
                ("authority", models.CharField(max_length=500)),
            ],
        ),
        migrations.RemoveIndex(model_name="statement", name="statement_registration"),
        migrations.RemoveIndex(model_name="statement", name="statement_target"),
        # Rows that only serve queries: made anew from the statements below.
        migrations.DeleteModel("RelatedAgent"),
        migrations.DeleteModel("RelatedActivity"),
        migrations.AddField("statement", "tenant", models.CharField(blank=True, max_length=100, default=""), False),
        migrations.AddField("statement", "defined", models.BooleanField(default=False)),
        migrations.AddField(
            "statement",
            "sha256",
            models.BinaryField(default=b"", help_text="of body in UTF-8", max_length=32),
            preserve_default=False,
        ),
        migrations.AlterField(
            "attachment",
            "statement",
            models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attachments",
                to="lrs.statement",
            ),
        ),
        migrations.AlterField(
            "statement",
            "credential",
            models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="lrs.credential",
            ),
        ),
        migrations.AlterField("statement", "uuid", models.UUIDField()),
        migrations.AddIndex("statement", models.Index(fields=["actor", "-stored"], name="statement_actor")),
        migrations.AddIndex(
            "statement",
            models.Index(
                fields=["activity", "-stored"], name="statement_defining", condition=models.Q(("defined", True))
            ),
        ),
        migrations.AddIndex(
            "statement",
            models.Index(
                fields=["registration", "-stored"],
                name="statement_registration",
                condition=models.Q(("registration__isnull", False)),
            ),
        ),
        migrations.AddIndex(
            "statement",
            models.Index(
                fields=["tenant", "-stored"],
                name="statement_tenant",
                condition=models.Q(("tenant", ""), _negated=True),
            ),
        ),
        migrations.CreateModel(
            name="RelatedAgent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "statement_id", "agent", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="related_agents",
                        to="lrs.statement",
                    ),
                ),
                ("agent", models.CharField(max_length=500)),
                ("direct", models.BooleanField(default=False)),
                ("stored", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["agent", "-stored"], name="related_agent")]},
        ),
        migrations.CreateModel(
            name="RelatedActivity",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "statement_id", "activity", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="related_activities",
                        to="lrs.statement",
                    ),
                ),
                ("activity", models.CharField(max_length=500)),
                ("stored", models.DateTimeField()),
                ("defined", models.BooleanField(default=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["activity", "-stored"], name="related_activity"),
                    models.Index(
                        fields=["activity", "-stored"],
                        name="related_activity_defined",
                        condition=models.Q(("defined", True)),
                    ),
                ]
            },
        ),
        migrations.RunPython(index_again, migrations.RunPython.noop),
        migrations.RunPython(lay_in_partitions),
    ]
