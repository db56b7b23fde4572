"""The portal as it stands behind a proxy with TLS in production: the proxy's word that the visitor came by https."""

from collections.abc import Callable, Iterable
from typing import Any

from portal.config.wsgi import application as portal


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    return portal({**environ, "HTTP_X_FORWARDED_PROTO": "https"}, start_response)
