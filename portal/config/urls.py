"""The whole URL map; each line an include."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

urlpatterns = [
    path("", include("portal.home.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("account/", include("allauth.urls")),
    path("account/", include("portal.accounts.urls")),
    path("learn/", include("courses.quizzes.urls")),  # before the lessons: "quiz" is no module
    path("learn/", include("courses.learning.urls")),
    path("", include("certificates.issuing.urls")),
    path("", include("certificates.issuing.credentials.urls")),
    path("", include("certificates.issuing.transcripts.urls")),
    path("", include("certificates.issuing.reviewing.urls")),
    path("departments/", include("certificates.compliance.urls")),
    path("xapi/", include("portal.lrs.urls")),
    path("records/credentials/", include("portal.lrs.keys.urls")),
    path("records/delivery/", include("portal.lrs.forwarding.urls")),
    path("records/counters/", include("portal.lrs.counts.urls")),
    path("records/exports/", include("portal.lrs.exports.urls")),
    path("records/", include("portal.lrs.browser.urls")),
    path("account/records/", include("portal.lrs.mine.urls")),
    path("records/keeping/", include("portal.lrs.keeping.urls")),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("media/", include("portal.cms.urls")),
    *i18n_patterns(path("", include(wagtail_urls)), prefix_default_language=True),
]

handler400 = "portal.home.errors.bad_request"
handler403 = "portal.home.errors.forbidden"
handler404 = "portal.home.errors.not_found"
handler500 = "portal.home.errors.server_error"
