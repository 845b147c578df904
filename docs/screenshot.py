"""Takes the README's picture: the demo's page in headless Chromium, once both leads have their brief."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PICTURE = Path(__file__).with_name("demo.png")
SIZE = "1280,960"
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


def main() -> None:
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if browser is None:
        sys.exit(f"No Chromium here: install one of {', '.join(CHROMIUM)}.")
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as demo:
        try:
            page = _address(demo)
            _await_both(page)
            _photograph(browser, page)
        finally:
            demo.terminate()
    print(f"wrote {PICTURE}")


def _address(demo: "subprocess.Popen[str]") -> str:
    for line in demo.stdout or ():
        if found := re.search(r"Open (http://\S+)", line):
            return found[1]
    sys.exit("The demo ended before it printed an address.")


def _await_both(page: str) -> None:
    for _ in range(100):
        with urllib.request.urlopen(page) as answer:  # noqa: S310 - the demo's own page
            html = answer.read()
        if all(name in html for name in BOTH):
            return
        time.sleep(0.1)
    sys.exit("The two leads did not arrive.")


def _photograph(browser: str, page: str) -> None:
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, *FLAGS, f"--user-data-dir={profile}", f"--window-size={SIZE}"]
        subprocess.run([*command, f"--screenshot={PICTURE}", page], check=True, capture_output=True)  # noqa: S603


if __name__ == "__main__":
    main()
