"""The portal's addresses and one more, with a chart of every kind; ``?language=ar`` reads from right to left."""

from django.template import engines
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import translation

from portal.config.urls import urlpatterns as portal
from tests.support.charts import BARS, LINES, STACKED

PAGE = """{% extends "kit/frame.html" %}{% load kit %}
{% block title %}Charts{% endblock %}
{% block content %}<h1>Charts</h1>{% for each in charts %}{% chart each %}{% endfor %}{% endblock %}"""


def charts(request):
    page = engines["django"].from_string(PAGE)
    with translation.override(request.GET.get("language", "en")):
        return TemplateResponse(request, page, {"charts": [STACKED, BARS, LINES]}).render()


urlpatterns = [path("charts/", charts), *portal]
