"""Types that every floor shares."""

from typing import Any

JsonObject = dict[str, Any]
