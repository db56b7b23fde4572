from django.urls import path

from portal.lrs.views import AboutView, StatementsView

app_name = "lrs"
urlpatterns = [
    path("statements", StatementsView.as_view(), name="statements"),
    path("about", AboutView.as_view(), name="about"),
]
