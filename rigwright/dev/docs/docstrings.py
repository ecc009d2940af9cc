"""The docstrings below the fields of a class, which Python itself does not keep.

Pydantic can read them too, but then reads every source again at each start of every command.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise

from pydantic import BaseModel


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """The docstring of each field that has one, by the field's name; a subclass's own comes first."""
    own = [base for base in model.__mro__ if issubclass(base, BaseModel) and base is not BaseModel]
    return {name: text for base in reversed(own) for name, text in _of_class(base)}


def _of_class(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    for field, below in pairwise(body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)
