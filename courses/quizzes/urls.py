from django.urls import path

from courses.quizzes import views

app_name = "quizzes"
urlpatterns = [
    path("<slug:course>/quiz/", views.start, name="start"),
    path("<slug:course>/quiz/<uuid:attempt>/", views.attempt, name="attempt"),
    path("<slug:course>/quiz/<uuid:attempt>/<int:position>/", views.question, name="question"),
    path("<slug:course>/quiz/<uuid:attempt>/<int:position>/answer/", views.answer, name="answer"),
]
