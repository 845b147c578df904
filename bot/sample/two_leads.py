"""Joe Blow and Jon Doe, the two leads that the demo begins with: one asks to talk, one only reads.

They are the two of the article “Why sales should give a crap about what marketing is doing”.
"""

from datetime import datetime, timedelta

from bot.sample.catalog import ASSETS, CONTACT, LIFECYCLE_MAIL, RETROFITS, ROI_FORMULA
from bot.sample.diary import Diary
from funnel.events import LeadEvent, Origin, Person

JOE = Person(
    email="joe.blow@clearbrook-bottling.example",
    anonymous_id="5a17c09be2d1",
    name="Joe Blow",
    phone="+1 216 555 0142",
)
JOES_COMMENT = (
    "My friend Maria Chen at Northgate Foundry speaks highly of you. "
    "We need a widget retrofit for two bottling lines within three weeks. "
    "Could you have a quote and a proposal ready when you call?"
)
JON = Person(
    email="jon.doe@harborline-packaging.example",
    anonymous_id="c4408d7f19ae",
    name="Jon Doe",
    title="Plant Operations Manager",
    company="Harborline Packaging",
    country="United States",
    traits={"industry": "packaging", "employees": "501-1000"},
)


def joe(now: datetime) -> tuple[LeadEvent, ...]:
    """Joe: one look around, then the contact-sales form, filled in at `now`."""
    diary = Diary("joe", JOE, quiet=False)
    origin = Origin(source="google", medium="organic", term="meridian widgets", landing_page=RETROFITS.url)
    diary.visit(now - timedelta(minutes=6), RETROFITS, origin)
    diary.visit(now - timedelta(minutes=3), CONTACT)
    diary.capture(now, "Contact sales", origin=origin, comment=JOES_COMMENT)
    return tuple(diary.events)


def jon(now: datetime) -> tuple[LeadEvent, ...]:
    """Jon: seven interactions in nine days, one of them ours; at `now` his score rises into the band."""
    diary = Diary("jon", JON, quiet=False)
    origin = Origin(
        source="google",
        medium="organic",
        campaign="seo-widget-roi-hub",
        term="how to improve widget roi",
        landing_page=ROI_FORMULA.url,
    )
    first = now - timedelta(days=9, minutes=48)
    subject, link = LIFECYCLE_MAIL
    diary.visit(first, ROI_FORMULA, origin)
    diary.capture(first + timedelta(minutes=5), "White paper gate", origin=origin, asset=ASSETS["roi-tips"])
    diary.mail(now - timedelta(days=2, hours=3), "email_sent", subject)
    diary.mail(now - timedelta(minutes=22), "email_opened", subject)
    diary.mail(now - timedelta(minutes=21), "email_clicked", subject, link)
    diary.visit(now - timedelta(minutes=20, seconds=48), RETROFITS)
    diary.read(now - timedelta(minutes=14), ASSETS["lifecycle"])
    diary.score(now, 74, "A")
    return tuple(diary.events)
