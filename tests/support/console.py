"""A shell of a portal that stays open: reads programs, one a line as JSON, and answers each with what it printed.

Starting Python and the portal takes two seconds, which a test that asks often need not wait for each time.
"""

import io
import json
import sys
import traceback
from contextlib import redirect_stdout

import django
from django.db import connections


def answer(program: str) -> dict[str, str]:
    """What ``program`` printed and, where it failed, why."""
    printed, failed = io.StringIO(), ""
    try:
        with redirect_stdout(printed):
            exec(program, {"__name__": "console"})
    except BaseException:  # noqa: BLE001  the test that asked shows it
        failed = traceback.format_exc()
    connections.close_all()
    return {"printed": printed.getvalue(), "failed": failed}


if __name__ == "__main__":
    django.setup()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
