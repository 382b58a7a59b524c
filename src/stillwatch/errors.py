"""The errors a caller can meet.

StillwatchError                 anything below; its text is one line: what, where, what to do
├── InputError                  the input or the usage is wrong (exit code 1)
│   └── SchemaError             a table lacks a column or has one of the wrong type
└── MissingExtraError           an optional dependency is not installed (exit code 1)
"""


class StillwatchError(Exception):
    """An error with one line for the user: what went wrong, where, and what to do; the exit code is 1."""

    def __init__(self, what: str, *, where: object = None, todo: str | None = None) -> None:
        """Join the three parts; ``where`` is usually a path, ``todo`` an instruction."""
        self.what, self.where, self.todo = what, where, todo
        text = what if where is None else f"{what}: {where}"
        super().__init__(text if todo is None else f"{text}. {todo}")


class InputError(StillwatchError):
    """The input or the usage is wrong."""


class SchemaError(InputError):
    """A table lacks a column, or a column has a type that cannot be read as the contract's."""


class MissingExtraError(StillwatchError):
    """An optional dependency is not installed."""
