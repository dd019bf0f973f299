"""A look inside of recurrent networks: of trained runs, and of any Keras model with our layers."""

from toolkit.lazy_names import lazy_names

_HERE = "toolkit.inspection"
HOMES = {"Batch": f"{_HERE}.subject", "Finding": f"{_HERE}.finding", "Subject": f"{_HERE}.subject"}

__all__, __getattr__, __dir__ = lazy_names(__name__, HOMES)
