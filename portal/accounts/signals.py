"""What the account tells the floors above, besides allauth's own signals."""

from django.dispatch import Signal

# Sent with ``email`` when a sign-in is refused because too many have failed.
sign_in_limited = Signal()
