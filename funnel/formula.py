"""Formulas of metrics: text that people read, parsed once into a small tree.

Arithmetic over names ("sqls / mqls") and over what is not a plain count:

    median(response_time)           the median of a spread, where what goes on still is censored
    median_ended(time_to_customer)  the median of those that have ended alone
    within(time_to_customer, 30)    the share of all that ended within so many days
    all(leads)                      the count of everybody, beside that of one group
    max(open_leads, owner)          the largest group of a breakdown, min() the smallest
    hhi(leads, source)              how concentrated a breakdown is: the sum of its squared shares

A tree is evaluated with a number for each of its leaves, by the leaf's text.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

Sign = Literal["+", "-", "*", "/"]
Function = Literal["median", "median_ended", "within", "all", "max", "min", "hhi"]
FUNCTIONS: tuple[Function, ...] = get_args(Function)


@dataclass(frozen=True, slots=True)
class Name:
    """A count, or another metric until `expanded` puts its formula in its place."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Call:
    """A function of a count or a spread; `argument` is its days or its dimension."""

    function: Function
    name: str
    argument: int | str | None = None

    def __str__(self) -> str:
        words = self.name if self.argument is None else f"{self.name}, {self.argument}"
        return f"{self.function}({words})"


@dataclass(frozen=True, slots=True)
class Number:
    value: int

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Operation:
    left: "Formula"
    sign: Sign
    right: "Formula"

    def __str__(self) -> str:
        return f"{self._side(self.left)} {self.sign} {self._side(self.right, right=True)}"

    def _side(self, side: "Formula", *, right: bool = False) -> str:
        """One operand, in brackets where reading from left to right would bind it otherwise."""
        looser = isinstance(side, Operation) and _binds(side.sign) < _binds(self.sign) + right
        return f"({side})" if looser else str(side)


Formula = Name | Call | Number | Operation
Leaf = Name | Call


class Result(NamedTuple):
    """What a formula comes to; a division's numerator and denominator are its receipt."""

    value: float | None
    numerator: float | None = None
    denominator: float | None = None


def parse(text: str) -> Formula:
    """The tree of a formula, without looking up its names.

    Raises:
        ValueError: it is not arithmetic over names and the functions above.

    """
    try:
        return _read(ast.parse(text.strip(), mode="eval").body)
    except SyntaxError:
        raise ValueError(f"not a formula: {text}") from None


def leaves(formula: Formula) -> Iterator[Leaf]:
    """What has to be known to evaluate it, from left to right."""
    match formula:
        case Operation(left, _, right):
            yield from leaves(left)
            yield from leaves(right)
        case Name() | Call():
            yield formula


def names(formula: Formula) -> frozenset[str]:
    """The counts and spreads (and, before `expanded`, metrics) that it speaks of."""
    return frozenset(leaf.name for leaf in leaves(formula))


def expanded(formula: Formula, definitions: Mapping[str, str]) -> Formula:
    """The formula with every name of `definitions` replaced by what it stands for, to the bottom."""
    match formula:
        case Name(name) if name in definitions:
            return expanded(parse(definitions[name]), definitions)
        case Operation(left, sign, right):
            return Operation(expanded(left, definitions), sign, expanded(right, definitions))
    return formula


def evaluate(formula: Formula, numbers: Mapping[str, float | None]) -> Result:
    """What the formula comes to, with a number for each leaf by its text; None is not known.

    What is not known makes the whole unknown, and so does a denominator of zero or less: nothing is a share
    of nothing.
    """
    if isinstance(formula, Operation):
        left, right = evaluate(formula.left, numbers).value, evaluate(formula.right, numbers).value
        value = _computed(left, formula.sign, right)
        return Result(value, left, right) if formula.sign == "/" else Result(value)
    return Result(formula.value if isinstance(formula, Number) else numbers[str(formula)])


def _computed(left: float | None, sign: Sign, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    return left / right if right > 0 else None


_SIGNS: Mapping[type[ast.operator], Sign] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def _binds(sign: Sign) -> int:
    return 1 if sign in "+-" else 2


def _read(node: ast.expr) -> Formula:
    match node:
        case ast.Name(id=name):
            return Name(name)
        case ast.Constant(value=int(value)):
            return Number(value)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
            return Operation(_read(left), _SIGNS[type(op)], _read(right))
        case ast.Call(func=ast.Name(id=function), args=[ast.Name(id=name), *rest]) if function in FUNCTIONS:
            return Call(function, name, _argument(rest))
    raise ValueError(f"not arithmetic over names: {ast.unparse(node)}")


def _argument(rest: list[ast.expr]) -> int | str | None:
    match rest:
        case []:
            return None
        case [ast.Name(id=dimension)]:
            return dimension
        case [ast.Constant(value=int(days))]:
            return days
    raise ValueError(f"not a dimension or a number of days: {', '.join(map(ast.unparse, rest))}")
