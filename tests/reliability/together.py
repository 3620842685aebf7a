"""Many at one moment."""

import threading
from collections.abc import Callable
from typing import Any


def together(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run ``work(n)`` in threads that start at one moment; what each returned or raised."""
    start, said = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        start.wait()
        try:
            said[number] = work(number)
        except Exception as error:
            said[number] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said
