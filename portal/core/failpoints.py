"""Named places where a test kills the process; inert unless ``FAILPOINTS`` names them, which production refuses."""

import os
import signal

from django.conf import settings


def failpoint(name: str) -> None:
    """Kill this process at once, as the kernel would, when ``name`` is listed in ``FAILPOINTS``."""
    if settings.FAILPOINTS and name in settings.FAILPOINTS:
        os.kill(os.getpid(), signal.SIGKILL)
