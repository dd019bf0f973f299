"""Images drawn step by step, and new ones: all that is particular to this kind of task."""

from toolkit.tasks.task import Task

TASK = Task(
    "drawing",
    settings="toolkit.tasks.drawing.settings:DrawingSettings",
    reader="toolkit.tasks.drawing.pictures:read_pictures",
    training="toolkit.tasks.drawing.training:DrawingTraining",
    exporter="toolkit.tasks.drawing.exporter:DrawingExporter",
    opener="toolkit.tasks.drawing.predictor:open_predictor",
    prediction="toolkit.tasks.drawing.command:Drawing",
    subject="toolkit.tasks.drawing.subject:subject_of",
)
