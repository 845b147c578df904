"""How a conversion is shared among the touches before it."""

from typing import Literal, get_args

Model = Literal["first", "last", "linear", "u", "w", "full", "decay", "markov"]
MODELS: tuple[Model, ...] = get_args(Model)
