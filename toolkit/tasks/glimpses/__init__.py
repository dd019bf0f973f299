"""Images read glimpse by glimpse: all that is particular to this kind of task."""

from toolkit.tasks.task import Task

TASK = Task(
    "glimpses",
    settings="toolkit.tasks.glimpses.settings:GlimpseSettings",
    reader="toolkit.tasks.glimpses.canvases:read_canvases",
    training="toolkit.tasks.glimpses.training:GlimpseTraining",
    exporter="toolkit.tasks.glimpses.exporter:GlimpseExporter",
    opener="toolkit.tasks.glimpses.predictor:open_predictor",
    prediction="toolkit.tasks.glimpses.command:Looking",
    subject="toolkit.tasks.glimpses.subject:subject_of",
)
