"""The demo is the promise: one command, and the two leads of the story are briefed and counted."""

import re
import subprocess
import sys

JOE = """\
🔥 Contact sales form · asked for a call · urgent · answer by {time}
Joe Blow · clearbrook-bottling.example (from e-mail) · +1 216 555 0142 · title: not captured · unassigned

Referred by: “Maria Chen at Northgate Foundry” (their words) · came from google / organic, \
searched “meridian widgets” · demand-first
Wants:       “a widget retrofit for two bottling lines” (their words)
Timeline:    “within three weeks” (their words) → urgent (≤ 30 d)
Bring:       quote + proposal for a widget retrofit for two bottling lines; \
thank Maria Chen at Northgate Foundry
"""
JON = """\
🟠 MQL: good fit + rising interest · has NOT asked to talk · reply by {time}
Jon Doe · Plant Operations Manager at Harborline Packaging · fit A · unassigned

Read:      “Lifecycle of a Widget” · “10 Tips for Improving your Widget ROI”
Came from: google / organic, “seo-widget-roi-hub” · lead-first
Open with: “Hi Jon, I saw you downloaded our white paper on 10 Tips for Improving your Widget ROI and our \
infographic on the Lifecycle of a Widget. Was that helpful? Any widget initiatives I can help with, \
or can I connect you with a widget expert?”
Ask:       need, timeline, budget
"""
OPENS = (
    "“Hello, I saw you downloaded our white paper on 10 Tips for Improving your Widget ROI. "
    "Was that helpful? Any ROI initiatives I can help with, or can I connect you with an ROI expert?”"
)


def test_the_demo_prints_what_was_said_and_ends_well() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--once", "--port", "0"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr

    joe, jon, funnel, campaigns, surge, rest = re.split(r"^─{72}\n", done.stdout, flags=re.MULTILINE)

    assert _timeless(joe) == JOE
    assert _timeless(jon) == JON
    assert re.match(r"Funnel: this year\n[\d,]+ leads → [\d,]+\*? MQL", funnel)
    assert re.match(r"Campaigns: this year\n1[45] campaigns: [\d,]+ leads", campaigns)
    assert surge.splitlines()[0] == "📈 Surge: campaign “seo-widget-roi-hub”"
    assert re.match(r"2\d leads in .* where .* were expected · by chance ", surge.splitlines()[1])
    assert re.search(r"^Content: +10 Tips for Improving your Widget ROI \d+ % \(2\d\)", surge, re.MULTILINE)
    assert f"Open with: {OPENS}" in surge
    assert rest == ""


def _timeless(page: str) -> str:
    moment = re.sub(r"(?:\d{1,2} \w{3}, )?\d\d:\d\d E[SD]T", "{time}", page)
    return re.sub(r"\(\d{1,2} \w{3}\)", "({day})", moment)
