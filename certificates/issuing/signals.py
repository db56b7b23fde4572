"""What this floor tells the floors above; both carry ``certificate_id`` and are sent after commit."""

from django.dispatch import Signal

certificate_issued = Signal()
certificate_revoked = Signal()
