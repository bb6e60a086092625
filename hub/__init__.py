"""The hub between the CAF and the Département d'Ille-et-Vilaine."""

from importlib.metadata import version

__version__ = version("caf35-cd35-hub")
