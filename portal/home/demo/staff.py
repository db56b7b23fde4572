"""The fictional people of the demo hospital: name, profession, department, role, member since."""

from datetime import date

HOSPITAL = "Donau University Hospital (demo)"
DEPARTMENTS = ("Radiology", "Interventional Radiology", "Paediatric Radiology", "Emergency Medicine")

STAFF: list[tuple[str, str, str, str, date]] = [
    ("Ana Kovačić", "radiologist", "Radiology", "member", date(2021, 5, 1)),
    ("Jürgen Weiß", "radiologist", "Radiology", "member", date(2018, 2, 1)),
    ("Sofía Navarro", "radiologist", "Radiology", "member", date(2023, 10, 1)),
    ("Piotr Zieliński", "radiographer", "Radiology", "member", date(2020, 1, 15)),
    ("Eszter Szabó", "radiographer", "Radiology", "member", date(2022, 6, 1)),
    ("Marta Rossi", "radiographer", "Radiology", "member", date(2024, 9, 1)),
    ("Lukas Steiner", "physicist", "Radiology", "member", date(2017, 4, 1)),
    ("Ingrid Solberg", "nurse", "Radiology", "member", date(2019, 11, 1)),
    ("Camille Lefèvre", "radiologist", "Interventional Radiology", "lead", date(2016, 3, 1)),
    ("Tomáš Dvořák", "radiologist", "Interventional Radiology", "member", date(2020, 8, 1)),
    ("Elena Popescu", "radiologist", "Interventional Radiology", "member", date(2022, 2, 1)),
    ("Mikkel Jensen", "radiographer", "Interventional Radiology", "member", date(2021, 9, 1)),
    ("Nina Horvat", "nurse", "Interventional Radiology", "member", date(2023, 1, 9)),
    ("Aoife Byrne", "radiologist", "Paediatric Radiology", "lead", date(2018, 10, 1)),
    ("Katarzyna Wójcik", "radiologist", "Paediatric Radiology", "member", date(2022, 4, 1)),
    ("Georgios Nikolaidis", "radiologist", "Paediatric Radiology", "member", date(2024, 3, 1)),
    ("Laura Bianchi", "radiographer", "Paediatric Radiology", "member", date(2021, 1, 11)),
    ("Anneli Tamm", "radiographer", "Paediatric Radiology", "member", date(2023, 5, 2)),
    ("Henrik Larsson", "referrer", "Emergency Medicine", "lead", date(2015, 6, 1)),
    ("Beatriz Almeida", "referrer", "Emergency Medicine", "member", date(2020, 3, 1)),
    ("Stefan Gruber", "referrer", "Emergency Medicine", "member", date(2021, 12, 1)),
    ("Maja Novak", "referrer", "Emergency Medicine", "member", date(2022, 7, 1)),
    ("Jonas Petrauskas", "referrer", "Emergency Medicine", "member", date(2024, 1, 8)),
    ("Ilona Virtanen", "nurse", "Emergency Medicine", "member", date(2019, 2, 1)),
]

# Who took “Justification” so many days ago: done, due soon, overdue.
TRAINED = {
    "Bob Berger": 250,
    "Ana Kovačić": 410,
    "Jürgen Weiß": 5 * 365 - 44,
    "Sofía Navarro": 5 * 365 + 200,
    "Camille Lefèvre": 120,
    "Tomáš Dvořák": 700,
    "Aoife Byrne": 90,
    "Stefan Gruber": 30,
}

# Who signs the certificates that are younger than so many days; older ones were drawn with another design.
SIGNED_SINCE = 365
SIGNATORIES = (
    ("Prof. Camille Lefèvre", "Chair of the education committee"),
    ("Lukas Steiner", "Medical physics expert"),
)
