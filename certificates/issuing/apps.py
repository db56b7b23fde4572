from django.apps import AppConfig


class IssuingConfig(AppConfig):
    name = "certificates.issuing"

    def ready(self) -> None:
        from certificates.issuing import receivers  # noqa: F401
        from certificates.issuing.cme.privacy import ClaimsHolder
        from certificates.issuing.privacy import CertificatesHolder
        from certificates.issuing.reviewing.privacy import ReviewersHolder
        from certificates.issuing.transcripts.privacy import ShareLinksHolder
        from portal.privacy.registry import register

        register(CertificatesHolder())
        register(ClaimsHolder())
        register(ShareLinksHolder())
        register(ReviewersHolder())
