"""The table of budgets: what was measured, its bound, and whether it was kept."""

import numpy as np
import psutil

MEGABYTE = 1e6


class Rows:
    """Rows in the order in which they were measured."""

    def __init__(self):
        self.rows: list[tuple[str, str, str, bool]] = []

    def add(self, what: str, bound: float, seconds: list[float]) -> None:
        """Take in times; their 95th percentile must be within the bound."""
        worst, middle = np.percentile(seconds, 95), np.median(seconds)
        shown = (
            f"{worst:.2f} s"
            if len(seconds) == 1
            else f"{worst:.2f} s (median {middle:.2f} of {len(seconds)})"
        )
        self.rows.append((what, shown, f"{bound:g} s", bool(worst <= bound)))
        print(f"{what}: {shown}", flush=True)

    def add_share(self, what: str, bound: float, share: float) -> None:
        """Take in a share."""
        self.rows.append((what, f"{share:.0%}", f"{bound:.0%}", share <= bound))

    def add_memory(self, server: int) -> None:
        """Take in what the server and the workers have in memory, shared pages counted once."""
        web = psutil.Process(server)
        workers = [child.memory_full_info().uss for child in web.children(recursive=True)]
        parts = [size / MEGABYTE for size in (web.memory_full_info().uss, max(workers, default=0))]
        shown = " + ".join(f"{part:.0f}" for part in parts)
        self.rows.append(("web process and one worker", f"{shown} MB", "900 MB", sum(parts) <= 900))

    def print(self) -> None:
        """Print the table."""
        print("\n| what | measured | bound | kept |\n|---|---|---|---|")
        for what, measured, bound, kept in self.rows:
            print(f"| {what} | {measured} | {bound} | {'yes' if kept else '**no**'} |")
