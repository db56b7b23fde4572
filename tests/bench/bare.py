"""The baseline: a Django view that does nothing, behind the same server."""

from django.conf import settings

settings.configure(SECRET_KEY="baseline", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=[])

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402


def view(request):
    return HttpResponse("x" * 20_000)


urlpatterns = [path("", view)]
app = get_wsgi_application()
