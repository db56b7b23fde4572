"""Names from all of Unicode, and from what the shipped fonts cover."""

from hypothesis import strategies as st

from certificates.issuing.pdf import covered

LONGEST = 200
# What no account may hold: surrogates are no characters, and PostgreSQL refuses NUL. Forms refuse control characters.
ANYTHING = st.characters(exclude_categories=("Cs", "Cc"))
COVERED = sorted(chr(code) for code in covered() if chr(code).isprintable())
SCRIPTS = [
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzßæøåÄÖÜéèêñçłšžğıőű -'’.",
    "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρστυφχψωάέήίόύώ ",
    "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ -",
    "אבגדהוזחטיכלמנסעפצקרשתךםןףץ ־",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآ ",
]
NAMES = st.one_of(
    st.text(ANYTHING, min_size=1, max_size=LONGEST),
    st.text(st.sampled_from(COVERED), min_size=1, max_size=LONGEST),
    *(st.text(st.sampled_from(script), min_size=1, max_size=LONGEST) for script in SCRIPTS),
    st.lists(st.text(st.sampled_from("".join(SCRIPTS)), min_size=1, max_size=30), min_size=2, max_size=6).map(
        lambda parts: " ".join(parts)[:LONGEST]
    ),
)
