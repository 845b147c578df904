"""Takes the README's pictures of the demo in headless Chromium: both leads with their brief, and a surge."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

BRIEFS, SURGE = (Path(__file__).with_name(f"{name}.png") for name in ("demo", "surge"))
MARKETING = "/?channel=C0MARKETING"
SIZE, TALL = "1280,960", "1280,1180"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
BOTH = (b"Joe Blow", b"Jon Doe")
SURGES = (b"Surge", b"Leads by hour")
SOON, LATER = 10.0, 480.0  # seconds; surges are looked for every five minutes


def main() -> None:
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if browser is None:
        sys.exit(f"No Chromium here: install one of {', '.join(CHROMIUM)}.")
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as demo:
        try:
            page = _address(demo)
            _await(page, BOTH, SOON)
            _photograph(browser, page, BRIEFS, SIZE)
            _await(page + MARKETING, SURGES, LATER)
            _photograph(browser, page + MARKETING, SURGE, TALL)
        finally:
            demo.terminate()
    print(f"wrote {BRIEFS} and {SURGE}")


def _address(demo: "subprocess.Popen[str]") -> str:
    for line in demo.stdout or ():
        if found := re.search(r"Open (http://\S+)", line):
            return found[1]
    sys.exit("The demo ended before it printed an address.")


def _await(page: str, words: tuple[bytes, ...], patience: float) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        with urllib.request.urlopen(page) as answer:  # noqa: S310 - the demo's own page
            html = answer.read()
        if all(word in html for word in words):
            return
        time.sleep(0.5)
    sys.exit(f"The page did not show {b' and '.join(words).decode()}.")


def _photograph(browser: str, page: str, picture: Path, size: str) -> None:
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, *FLAGS, f"--user-data-dir={profile}", f"--window-size={size}"]
        subprocess.run([*command, f"--screenshot={picture}", page], check=True, capture_output=True)  # noqa: S603


if __name__ == "__main__":
    main()
