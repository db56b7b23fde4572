"""Pages are translated by wagtail-localize, and learning follows the learner across languages."""

import pytest
from django.test import TestCase
from wagtail.models import Locale
from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from campaign.pages.models import CampaignPage
from courses.catalogue.models import CoursePage, LessonPage
from courses.learning.models import Enrolment


@pytest.fixture
def german(db):
    return Locale.objects.get_or_create(language_code="de")[0]


def translate(page, locale, words):
    """Translate ``page`` (and its parents first) as an editor does: string by string, then publish."""
    for parent in page.get_ancestors().filter(depth__gt=1):
        if not parent.has_translation(locale):
            parent.specific.copy_for_translation(locale).save_revision().publish()
    source, _ = TranslationSource.get_or_create_from_instance(page)
    translation = Translation.objects.create(source=source, target_locale=locale)
    for segment in source.stringsegment_set.select_related("string"):
        StringTranslation.objects.create(
            translation_of=segment.string,
            locale=locale,
            context=segment.context,
            data=words.get(segment.string.data, segment.string.data),
        )
    with TestCase.captureOnCommitCallbacks(execute=True):
        translation.save_target(publish=True)
    return page.get_translation(locale)


def test_a_campaign_page_is_published_in_german(client, home, german):
    page = home.add_child(instance=CampaignPage(title="Call for action", slug="call", body=[("heading", "Why we act")]))
    translated = translate(page, german, {"Call for action": "Aufruf", "Why we act": "Warum wir handeln"})
    answer = client.get(translated.url)
    assert translated.url.startswith("/de/")
    assert "Warum wir handeln" in answer.content.decode()
    assert "Why we act" in client.get(page.url).content.decode()


def test_blocks_of_a_lesson_are_offered_for_translation(course, german):
    lesson = LessonPage.objects.first()
    lesson.body = [
        ("note", {"kind": "key", "title": "Remember", "text": "<p>No limit for patients.</p>"}),
        ("table", {"caption": "Doses", "header": ["Exam"], "rows": [["Chest film"]]}),
        (
            "case",
            {
                "title": "A cough",
                "situation": "<p>Three weeks.</p>",
                "request": "CT please",
                "question": "<p>And now?</p>",
                "options": [{"text": "Ask", "reply": "<p>Good.</p>"}, {"text": "Scan", "reply": "<p>Not yet.</p>"}],
                "discussion": "<p>Talk first.</p>",
            },
        ),
    ]
    lesson.save_revision().publish()
    source, _ = TranslationSource.get_or_create_from_instance(lesson)
    offered = set(source.stringsegment_set.values_list("string__data", flat=True))
    assert {
        "Remember",
        "No limit for patients.",
        "Doses",
        "Exam",
        "Chest film",
        "A cough",
        "CT please",
        "Not yet.",
    } <= offered


def test_progress_is_the_same_in_every_language(as_alice, course, german, alice):
    translated = translate(course, german, {})
    for module in course.get_children():
        translate(module.specific, german, {})
        for lesson in module.get_children():
            translate(lesson.specific, german, {})
    as_alice.post(f"/learn/enrol/{course.translation_key}/", {"language": "de"})
    enrolment = Enrolment.objects.of(alice).get()
    assert enrolment.course == CoursePage.objects.get(pk=translated.pk)
    slug = translated.slug
    lesson = LessonPage.objects.descendant_of(translated).order_by("path").first()
    as_alice.post(f"/learn/{slug}/{lesson.get_parent().slug}/{lesson.slug}/done/")
    assert (
        enrolment.progress.get().step
        == LessonPage.objects.descendant_of(course).order_by("path").first().translation_key
    )
