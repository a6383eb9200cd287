"""One thread for linear algebra on many small matrices.

A matrix product of a few columns takes microseconds; handing it to several threads costs more than it saves, several times
more where other processes want the cores as well. Into how many parts a product is cut also decides its last bits. The number
of threads is a property of the process, so it is set back.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any


def one_thread() -> AbstractContextManager[Any]:
    """Return a context in which BLAS uses one thread; afterwards it has as many as before. Entering it takes microseconds."""
    return _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> Any:
    """Return what sets the threads of the loaded libraries; finding these takes a millisecond, so it is done once."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
