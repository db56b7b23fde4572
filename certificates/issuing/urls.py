from django.urls import path

from certificates.issuing import views

app_name = "issuing"
urlpatterns = [
    path("certificates/", views.mine, name="mine"),
    path("certificates/card/<uuid:enrolment>/", views.card, name="card"),
    path("certificates/<uuid:uuid>.pdf", views.download, name="download"),
    path("verify/", views.verify_start, name="verify_start"),
    path("verify/<uuid:uuid>", views.verify, name="verify"),
]
