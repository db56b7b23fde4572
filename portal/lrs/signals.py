"""What the store tells the floors above."""

from django.dispatch import Signal

# After commit, with ``uuids`` (those newly stored, in order) and ``authority``.
statements_stored = Signal()
