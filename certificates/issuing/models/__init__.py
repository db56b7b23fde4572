from certificates.issuing.models.bulk import Bulk
from certificates.issuing.models.certificates import Certificate, file_name, private_storage
from certificates.issuing.models.credentials import Credential, CredentialKey
from certificates.issuing.models.designs import Design, DesignText, Signatory
from certificates.issuing.models.editions import Edition
from certificates.issuing.models.evaluation import (
    EvaluationAnswer,
    EvaluationGiven,
    EvaluationQuestion,
    EvaluationQuestionText,
)
from certificates.issuing.models.reviewers import Reviewer, ReviewerLink
from certificates.issuing.models.schemes import Accreditation, Claim, Scheme, SchemeText
from certificates.issuing.models.share_links import ShareLink
from certificates.issuing.models.signing_keys import SigningKey

__all__ = [
    "Accreditation",
    "Bulk",
    "Certificate",
    "Claim",
    "Credential",
    "CredentialKey",
    "Design",
    "DesignText",
    "Edition",
    "EvaluationAnswer",
    "EvaluationGiven",
    "EvaluationQuestion",
    "EvaluationQuestionText",
    "Reviewer",
    "ReviewerLink",
    "Scheme",
    "SchemeText",
    "ShareLink",
    "Signatory",
    "SigningKey",
    "file_name",
    "private_storage",
]
