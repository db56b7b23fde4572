"""One PDF that is PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) at once, with a machine-readable attachment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from weasyprint import Attachment
from weasyprint.pdf.metadata import DocumentMetadata

from certificates.issuing.records import Enclosure

# ISO 14289-1 asks for this property; PDF/A allows a property of another standard only with its schema told beside it
# (ISO 19005-3, 6.6.2.3). The wording of the schema is that of the PDF Association's Technical Note on PDF/UA and PDF/A.
PDFUA = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1" />
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>PDF/UA version identifier</pdfaProperty:description>
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


class BothStandards(DocumentMetadata):
    """WeasyPrint names one standard a file; this names PDF/UA beside PDF/A in the same packet."""

    def generate_rdf_metadata(self, variant: str, version: int, conformance: str | None) -> bytes:
        """The packet of the parent with the properties of PDF/UA at its end."""
        one: bytes = super().generate_rdf_metadata(variant, version, conformance)
        return one.replace(b"</rdf:RDF>", PDFUA + b"</rdf:RDF>")


def archival(document: Any, enclosures: Sequence[Enclosure], at: datetime) -> bytes:
    """The PDF of a rendered WeasyPrint document whose markup has a title and a language.

    Args:
        document: what ``HTML.render`` gave.
        enclosures: embedded as data that the document was made of (``AFRelationship`` Data).
        at: the moment written as their date.
    """
    document.metadata = BothStandards(**vars(document.metadata))
    attachments = [
        Attachment(
            string=enclosed.content,
            name=enclosed.name,
            description=enclosed.description,
            created=at,
            modified=at,
            relationship="Data",
        )
        for enclosed in enclosures
    ]
    data: bytes = document.write_pdf(pdf_variant="pdf/a-3a", attachments=attachments, finisher=_each_once)
    return data


def _each_once(_document: Any, pdf: Any) -> None:
    """WeasyPrint 70 lists every associated file twice."""
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])
