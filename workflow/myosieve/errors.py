"""The one error for everything that a user can cause."""

from __future__ import annotations


class InputError(Exception):
    """Something in the user's input is wrong; raised where it is noticed, printed once, exit status 2.

    Parameters
    ----------
    what
        What is wrong, in one clause ("column 'condition' is missing").
    where
        File, key or row in which it was found ("config/samples.tsv").
    remedy
        What would be right, or what to do next ("add a column named 'condition'").
    """

    def __init__(self, what: str, where: object, remedy: str) -> None:
        self.what, self.where, self.remedy = what, str(where), remedy
        super().__init__(what, self.where, remedy)

    def __str__(self) -> str:
        # One line, whatever the parts carried in (a cell of the user's table may hold a line break).
        return " ".join(f"{self.where}: {self.what}; {self.remedy}".split())
