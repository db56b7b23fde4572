from django.urls import path

from courses.learning import views

app_name = "learning"
urlpatterns = [
    path("", views.index, name="index"),
    path("enrol/<uuid:course>/", views.enrol, name="enrol"),
    path("taken/<uuid:enrolment>/", views.taken, name="taken"),
    path("<slug:course>/", views.course, name="course"),
    path("<slug:course>/<slug:module>/<slug:lesson>/", views.lesson, name="lesson"),
    path("<slug:course>/<slug:module>/<slug:lesson>/done/", views.done, name="done"),
    path("<slug:course>/<slug:module>/<slug:lesson>/place/", views.place, name="place"),
]
