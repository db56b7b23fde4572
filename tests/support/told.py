"""The portal's WSGI application, which tells in each answer of which templates it was made.

With it a test of a screen knows that it looks at the template it means.
"""

from threading import local

from django.core.signals import request_started
from django.template import Template
from django.test.signals import template_rendered
from django.test.utils import instrumented_test_render

from portal.config.wsgi import application as portal
from tests.support.live import TEMPLATES_HEADER

_made = local()  # a thread answers one request at a time


def _begin(**_):
    _made.names = {}


def _keep(template, **_):
    if template.name and template.name.endswith(".html"):
        _made.names[template.name] = True


Template._render = instrumented_test_render
request_started.connect(_begin)
template_rendered.connect(_keep)


def application(environ, start_response):
    def begin(status, headers, *rest):
        return start_response(status, [*headers, (TEMPLATES_HEADER, " ".join(getattr(_made, "names", {})))], *rest)

    return portal(environ, begin)
