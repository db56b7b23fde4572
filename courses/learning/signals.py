"""What this floor tells the floors above."""

from django.dispatch import Signal

# Sent after commit with ``completion_id``. Receivers enqueue a task or call one idempotent action.
course_completed = Signal()
