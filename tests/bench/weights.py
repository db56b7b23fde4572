"""What a visitor of the production portal loads, and how soon she sees it on a slow phone line.

The server is gunicorn with the settings of production, collected static files and, in place of a proxy with TLS, one
header (``tests.support.proxied``). Bytes are those that come over the line, headers included, of a first visit.
"""

import json
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.browsing import browser, chromium
from tests.support.live import ROOT, LivePortal

PAGES = {
    "home": "/en/",
    "call for action": "/en/call-for-action/",
    "catalogue": "/en/courses/",
    "course": "/en/courses/justification/",
    "lesson": "/en/courses/justification/why-justify/net-benefit/",
    "verify": "/verify/",
    "sign in": "/account/login/",
    "sign up": "/account/signup/",
}
KIB = 1024
BUDGET = {"HTML": 30, "CSS": 40, "script": 30, "fonts": 120}  # KiB
KINDS = {"Document": "HTML", "Stylesheet": "CSS", "Script": "script", "Font": "fonts"}
LCP_SECONDS = 1.2
# A slow phone on a slow line: 150 ms there and back, 1.6 Mbit/s down, 750 kbit/s up, a quarter of this machine's speed.
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOWER = 4
VISITS = 3
LIGHTHOUSE = ROOT / ".venv" / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
OBSERVE = """
window.seen = {lcp: 0, cls: 0};
new PerformanceObserver(list => { for (const e of list.getEntries()) seen.lcp = e.startTime })
    .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) seen.cls += e.value })
    .observe({type: "layout-shift", buffered: true});
"""


@dataclass(frozen=True)
class Visit:
    """``kib`` by kind; ``lcp`` in seconds; ``shift`` is the sum of layout shifts."""

    kib: dict[str, float]
    lcp: float
    shift: float


def weights() -> None:
    """Print the table, and the scores of Lighthouse where it is installed."""
    live = LivePortal("embedded", application="tests.support.proxied")
    try:
        live.prepare()
        production = live.production()
        live.manage("collectstatic", "--noinput", "--verbosity", "0", **production)
        live.start("web", **production, LOG_LEVEL="ERROR")
        print(f"\nfirst visit, in production; KiB over the line; LCP and CLS on a slow phone, median of {VISITS}")
        print(f"  {'':<16}" + "".join(f"{f'{kind} <{most}':>13}" for kind, most in BUDGET.items()), end="")
        print(f"{f'LCP <{LCP_SECONDS} s':>13}{'CLS 0':>13}", flush=True)
        with browser() as running:
            for name, path in PAGES.items():
                show(name, [visit(running, live.url + path) for _ in range(VISITS)])
        lighthouse(live.url)
    finally:
        live.stop()


def visit(running: Browser, address: str) -> Visit:
    """Open ``address`` for the first time on a phone and wait until it is quiet."""
    page = running.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True).new_page()
    bytes_of = count(page)
    page.add_init_script(OBSERVE)
    page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(300)
    seen = page.evaluate("seen")
    page.context.close()
    return Visit({kind: bytes_of[kind] / KIB for kind in BUDGET}, seen["lcp"] / 1000, seen["cls"])


def count(page: Page) -> Counter[str]:
    """Slow the page's line and processor down; the bytes of each kind that come in from now on."""
    wire = page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    total: Counter[str] = Counter()

    def responded(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = KINDS.get(event["type"], "other")

    def finished(event: dict[str, Any]) -> None:
        total[kinds.get(event["requestId"], "other")] += event["encodedDataLength"]

    wire.on("Network.responseReceived", responded)
    wire.on("Network.loadingFinished", finished)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", LINE)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return total


def show(name: str, visits: list[Visit]) -> None:
    def cell(text: str, *, fits: bool) -> str:
        return f"{text if fits else f'OVER {text}':>13}"

    middle = sorted(visits, key=lambda each: each.lcp)[len(visits) // 2]
    cells = [cell(f"{middle.kib[kind]:.1f}", fits=middle.kib[kind] < most) for kind, most in BUDGET.items()]
    cells += [cell(f"{middle.lcp:.2f}", fits=middle.lcp < LCP_SECONDS)]
    shift = max(each.shift for each in visits)
    print(f"  {name:<16}" + "".join([*cells, cell(f"{shift:.4f}", fits=shift == 0)]), flush=True)


def lighthouse(url: str) -> None:
    """Print the four scores of each page, and what keeps one below 100; says so when it cannot."""
    node = shutil.which("node")
    if node is None or not LIGHTHOUSE.exists():
        print("  Lighthouse was not run: it needs Node and `make lighthouse`", flush=True)
        return
    print("\nLighthouse, phone" + "".join(f"{name:>16}" for name in CATEGORIES), flush=True)
    for name, path in PAGES.items():
        report = audited(node, url + path)
        scores = [report["categories"][each]["score"] for each in CATEGORIES]
        print(f"  {name:<15}" + "".join(f"{'none' if each is None else round(each * 100):>16}" for each in scores))
        for each in CATEGORIES if None in scores or min(scores) < 1 else ():
            for reference in report["categories"][each]["auditRefs"]:
                audit = report["audits"][reference["id"]]
                if reference["weight"] and (audit["score"] or 0) < 1 and audit["scoreDisplayMode"] != "notApplicable":
                    print(f"      {audit['title']} {audit.get('displayValue', '')}", flush=True)


def audited(node: str, address: str, *, tries: int = 3) -> dict[str, Any]:
    """Its report of ``address``; asked again when its own recording of the browser failed."""
    command = [node, str(LIGHTHOUSE), address, "--quiet", "--output=json", "--output-path=stdout"]
    flags = "--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-background-networking"
    done = subprocess.run(
        [*command, flags, f"--only-categories={','.join(CATEGORIES)}"],
        env={"PATH": str(Path(node).parent) + ":/usr/bin:/bin", "HOME": "/nonexistent", "CHROME_PATH": chromium()},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    if "NO_NAVSTART" in done.stderr and tries > 1:
        return audited(node, address, tries=tries - 1)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
