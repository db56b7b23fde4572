"""Verbs, activity types and extensions that the portal uses (pure), from the ADL vocabulary and the cmi5 profile."""

_ADL = "http://adlnet.gov/expapi"

REGISTERED = f"{_ADL}/verbs/registered"
INITIALIZED = f"{_ADL}/verbs/initialized"
PROGRESSED = f"{_ADL}/verbs/progressed"
ANSWERED = f"{_ADL}/verbs/answered"
PASSED = f"{_ADL}/verbs/passed"
FAILED = f"{_ADL}/verbs/failed"
COMPLETED = f"{_ADL}/verbs/completed"
TERMINATED = f"{_ADL}/verbs/terminated"
VOIDED = f"{_ADL}/verbs/voided"

COURSE = f"{_ADL}/activities/course"
MODULE = f"{_ADL}/activities/module"
LESSON = f"{_ADL}/activities/lesson"
ASSESSMENT = f"{_ADL}/activities/assessment"
INTERACTION = f"{_ADL}/activities/cmi.interaction"

PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"

# The usageType of an attachment that signs its statement.
SIGNATURE = f"{_ADL}/attachments/signature"

DISPLAY: dict[str, dict[str, str]] = {
    REGISTERED: {
        "en": "registered",
        "de": "meldete sich an zu",
        "es": "se inscribió en",
        "fr": "s’est inscrit à",
        "it": "si è iscritto a",
        "pl": "zapisał(a) się na",
    },
    INITIALIZED: {
        "en": "initialized",
        "de": "begann",
        "es": "inició",
        "fr": "a commencé",
        "it": "ha iniziato",
        "pl": "rozpoczął/rozpoczęła",
    },
    PROGRESSED: {
        "en": "progressed",
        "de": "kam voran in",
        "es": "avanzó en",
        "fr": "a progressé dans",
        "it": "è avanzato in",
        "pl": "poczynił(a) postępy w",
    },
    ANSWERED: {
        "en": "answered",
        "de": "beantwortete",
        "es": "respondió a",
        "fr": "a répondu à",
        "it": "ha risposto a",
        "pl": "odpowiedział(a) na",
    },
    PASSED: {
        "en": "passed",
        "de": "bestand",
        "es": "aprobó",
        "fr": "a réussi",
        "it": "ha superato",
        "pl": "zaliczył(a)",
    },
    FAILED: {
        "en": "failed",
        "de": "bestand nicht",
        "es": "no aprobó",
        "fr": "a échoué à",
        "it": "non ha superato",
        "pl": "nie zaliczył(a)",
    },
    COMPLETED: {
        "en": "completed",
        "de": "schloss ab",
        "es": "completó",
        "fr": "a terminé",
        "it": "ha completato",
        "pl": "ukończył(a)",
    },
    TERMINATED: {
        "en": "terminated",
        "de": "beendete",
        "es": "terminó",
        "fr": "a quitté",
        "it": "ha terminato",
        "pl": "zakończył(a)",
    },
    VOIDED: {
        "en": "voided",
        "de": "erklärte für ungültig",
        "es": "anuló",
        "fr": "a annulé",
        "it": "ha annullato",
        "pl": "unieważnił(a)",
    },
}
