"""What can go wrong with the memory, as sentences.

TipoffError
└── StoreError         the store cannot be opened or is not of this version
"""

from funnel.errors import TipoffError


class StoreError(TipoffError):
    """The store cannot be used; says which one, why, and what would work."""
