"""The report as PDF, printed by a headless Chromium where one is installed."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TIMEOUT_S = 120


def print_pdf(html: Path, out: Path) -> str | None:
    """Print a page to PDF without network access.

    Args:
        html: the page.
        out: PDF to write.

    Returns:
        Why there is no PDF, or None if it was written.
    """
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        return "no Chromium is installed where the packet was made; report.html has the same content"
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser, "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-dev-shm-usage",
            "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}", "--no-pdf-header-footer", f"--print-to-pdf={out}",
        ]
        if hasattr(os, "getuid") and os.getuid() == 0:
            command.append("--no-sandbox")  # Chromium refuses to run as root with its sandbox; the page has no script
        try:
            done = subprocess.run([*command, html.resolve().as_uri()], capture_output=True, timeout=TIMEOUT_S)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"Chromium did not print the page ({type(error).__name__})"
    if done.returncode or not out.exists() or out.read_bytes()[:5] != b"%PDF-":
        return f"Chromium did not print the page (exit {done.returncode})"
    return None
