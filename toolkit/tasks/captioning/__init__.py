"""Images to sentences about them: all that is particular to this kind of task."""

from toolkit.tasks.task import Task

TASK = Task(
    "captioning",
    settings="toolkit.tasks.captioning.settings:CaptioningSettings",
    reader="toolkit.tasks.captioning.captions:read_captions",
    training="toolkit.tasks.captioning.training:Captioning",
    exporter="toolkit.tasks.captioning.exporter:CaptionerExporter",
    opener="toolkit.tasks.captioning.predictor:open_predictor",
    prediction="toolkit.tasks.captioning.command:CaptionWriting",
    subject="toolkit.tasks.captioning.subject:subject_of",
)
