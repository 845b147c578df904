"""Who is no lead at all, and who is not one yet: the playbook's rules of disqualification."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from funnel.events import LeadCaptured, LeadEvent, Person
from funnel.glob import Globs, fits
from funnel.part import Part


class Rule(Part):
    """A reason code, and the patterns of which any one is enough; `*` stands for any letters."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    email: Globs = ()
    title: Globs = ()
    company: Globs = ()
    country: Globs = ()
    form: Globs = ()
    comment: Globs = ()

    @model_validator(mode="after")
    def _looks_somewhere(self) -> Self:
        if not any((self.email, self.title, self.company, self.country, self.form, self.comment)):
            raise ValueError("needs a pattern for email, title, company, country, form or comment")
        return self

    def matches(self, event: LeadEvent) -> bool:
        """Whether what `event` says of the person, or on its form, fits one of the patterns."""
        return self.describes(event.person) or (isinstance(event, LeadCaptured) and self._matches_form(event))

    def describes(self, person: Person) -> bool:
        """Whether what is said of a person fits one of the patterns."""
        return bool(
            (self.email and fits(person.email, self.email))
            or (self.title and fits(person.title, self.title))
            or (self.company and fits(person.company, self.company))
            or (self.country and fits(person.country, self.country))
        )

    def _matches_form(self, form: LeadCaptured) -> bool:
        return fits(form.form, self.form) or fits(form.comment, self.comment)


class Qualification(Part):
    """Rules that disqualify at once, and rules for whom the score alone qualifies not yet."""

    disqualify: tuple[Rule, ...] = (
        Rule(reason="student", title=("student", "* student", "intern", "* intern")),
        Rule(
            reason="job seeker", form=("*career*", "*job application*", "*apply for a job*", "*internship*")
        ),
    )
    not_yet: tuple[Rule, ...] = Field(
        default=(), description="who becomes an MQL by asking to talk, never by score alone"
    )

    def disqualified(self, event: LeadEvent) -> str | None:
        """The reason code for which `event` disqualifies its lead, if it does."""
        return next((rule.reason for rule in self.disqualify if rule.matches(event)), None)

    def disqualified_for(self, person: Person) -> str | None:
        """The reason code for which somebody of whom that is said is disqualified, whatever the form."""
        return next((rule.reason for rule in self.disqualify if rule.describes(person)), None)

    def waits(self, event: LeadEvent) -> bool:
        """Whether the lead of `event` is not qualified by score yet."""
        return any(rule.matches(event) for rule in self.not_yet)
