from django.urls import path

from certificates.issuing.reviewing import views

app_name = "reviewing"
urlpatterns = [
    path("certificates/accreditations/<uuid:accreditation>/reviewers/", views.index, name="reviewers"),
    path("certificates/reviewers/<uuid:reviewer>/again/", views.again, name="again"),
    path("certificates/reviewers/<uuid:reviewer>/end/", views.end, name="end"),
    path("review/open/<str:token>", views.open_link, name="open"),
    path("review/", views.start, name="start"),
    path("review/lessons/<uuid:key>/", views.lesson, name="lesson"),
    path("review/questions/", views.questions, name="questions"),
    path("review/evaluation/", views.evaluation, name="evaluation"),
    path("review/report/", views.report, name="report"),
]
