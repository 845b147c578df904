"""Groups of people whose comparison is published."""

from funnel.compare import Arm

Strata = dict[str | None, tuple[Arm, Arm]]

WEBINAR, FAIR = Arm("webinar", 80, 7), Arm("fair", 75, 4)
"""The worked example of the specification."""

BERKELEY: Strata = {
    "A": (Arm("men", 825, 512), Arm("women", 108, 89)),
    "B": (Arm("men", 560, 353), Arm("women", 25, 17)),
    "C": (Arm("men", 325, 120), Arm("women", 593, 202)),
    "D": (Arm("men", 417, 138), Arm("women", 375, 131)),
    "E": (Arm("men", 191, 53), Arm("women", 393, 94)),
    "F": (Arm("men", 373, 22), Arm("women", 341, 24)),
}
"""Admissions to six departments in 1973 (Bickel, Hammel and O'Connell 1975; `UCBAdmissions` of R)."""
KIDNEY_STONES: Strata = {
    "small": (Arm("open surgery", 87, 81), Arm("percutaneous", 270, 234)),
    "large": (Arm("open surgery", 263, 192), Arm("percutaneous", 80, 55)),
}
"""Charig and others (1986), the textbooks' example of Simpson's paradox."""
MYELOMA = (
    *((3, 4, 1, 3), (3, 4, 8, 11), (2, 2, 2, 3), (2, 2, 2, 2), (2, 2, 0, 3), (1, 3, 2, 3), (2, 2, 2, 3)),
    *((1, 5, 4, 4), (2, 2, 2, 3), (0, 2, 2, 3), (3, 3, 3, 3), (2, 2, 0, 2), (1, 4, 1, 5), (2, 3, 2, 4)),
    *((2, 4, 4, 6), (4, 12, 3, 9), (1, 2, 2, 3), (3, 3, 1, 4), (1, 4, 2, 3), (0, 3, 0, 2), (2, 4, 1, 5)),
)
"""Alive of all in 21 hospitals, under two treatments: the data of Klingenberg (2014)."""
