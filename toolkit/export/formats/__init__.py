"""The one place that knows the forms of export: a file, and an entry, for each."""

from toolkit.export.format import Format
from toolkit.export.formats.litert import LiteRT
from toolkit.export.formats.saved_model import SavedModel

FORMATS: tuple[Format, ...] = (SavedModel(), LiteRT())
"""The first is what a version is opened as; it lies in the version's own folder."""
