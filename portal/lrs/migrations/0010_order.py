from django.db import migrations, models

from portal.core.migrating import ReplaceIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("lrs", "0009_lists"),
    ]

    operations = [
        ReplaceIndex(
            model_name="relatedactivity",
            index=models.Index(fields=["activity", "-stored", "-statement"], name="related_activity"),
        ),
        ReplaceIndex(
            model_name="relatedactivity",
            index=models.Index(
                condition=models.Q(("defined", True)),
                fields=["activity", "-stored", "-statement"],
                name="related_activity_defined",
            ),
        ),
        ReplaceIndex(
            model_name="relatedagent",
            index=models.Index(fields=["agent", "-stored", "-statement"], name="related_agent"),
        ),
        ReplaceIndex(
            model_name="statement",
            index=models.Index(fields=["actor", "-stored", "-id"], name="statement_actor"),
        ),
        ReplaceIndex(
            model_name="statement",
            index=models.Index(fields=["actor", "verb", "-stored", "-id"], name="statement_actor_verb"),
        ),
        ReplaceIndex(
            model_name="statement",
            index=models.Index(fields=["verb", "-stored", "-id"], name="statement_verb"),
        ),
        ReplaceIndex(
            model_name="statement",
            index=models.Index(fields=["activity", "-stored", "-id"], name="statement_activity"),
        ),
        ReplaceIndex(
            model_name="statement",
            index=models.Index(
                condition=models.Q(("defined", True)), fields=["activity", "-stored", "-id"], name="statement_defining"
            ),
        ),
        ReplaceIndex(
            model_name="statement",
            index=models.Index(
                condition=models.Q(("registration__isnull", False)),
                fields=["registration", "-stored", "-id"],
                name="statement_registration",
            ),
        ),
        ReplaceIndex(
            model_name="statement",
            index=models.Index(fields=["authority", "-stored", "-id"], name="statement_authority"),
        ),
        ReplaceIndex(
            model_name="statement",
            index=models.Index(
                condition=models.Q(("tenant", ""), _negated=True),
                fields=["tenant", "-stored", "-id"],
                name="statement_tenant",
            ),
        ),
    ]
