"""How long a download of MNIST may take."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long a download may take, in seconds."""

    probe: float = 5.0  # until the server answers
    stall: float = 30.0  # without a single byte
    total: float = 900.0  # 11.6 MB at 13 kB a second

    def as_arguments(self) -> list[str]:
        """Return them for the command line of this module."""
        return [f"--{name}={value}" for name, value in asdict(self).items()]
