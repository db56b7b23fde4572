"""What this floor tells the floors above; each carries ``certificate_id`` and is sent after commit."""

from django.dispatch import Signal

certificate_issued = Signal()
certificate_revoked = Signal()
certificate_superseded = Signal()  # a corrected one took its place
