"""Frames of sequences to labels, one for each: all that is particular to this kind of task."""

from toolkit.tasks.task import Task

TASK = Task(
    "frames",
    settings="toolkit.tasks.frames.settings:FrameSettings",
    reader="toolkit.tasks.frames.frames:read_frames",
    training="toolkit.tasks.frames.training:FrameTraining",
    exporter="toolkit.tasks.frames.exporter:FrameExporter",
    opener="toolkit.tasks.frames.predictor:open_predictor",
    prediction="toolkit.tasks.frames.command:FrameTagging",
    subject="toolkit.tasks.frames.subject:subject_of",
)
