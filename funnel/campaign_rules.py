"""The playbook's part on campaigns: what each is for, where nobody else can say."""

from funnel.glob import Globs
from funnel.part import Part


class Kinds(Part):
    """The campaigns of each kind, by name; `*` stands for any letters, case does not matter."""

    demand: Globs = ()
    lead: Globs = ()


class Campaigns(Part):
    """What is known of campaigns beside their leads and their spend."""

    kinds: Kinds = Kinds()
