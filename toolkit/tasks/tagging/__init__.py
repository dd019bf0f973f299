"""Words to tags, one for each: all that is particular to this kind of task."""

from toolkit.tasks.task import Task

TASK = Task(
    "tagging",
    settings="toolkit.tasks.tagging.settings:TaggedSentenceSettings",
    reader="toolkit.tasks.tagging.texts:read_tagged_sentences",
    training="toolkit.tasks.tagging.training:Tagging",
    exporter="toolkit.tasks.tagging.exporter:TaggerExporter",
    opener="toolkit.tasks.tagging.predictor:open_predictor",
    prediction="toolkit.tasks.tagging.command:WordTagging",
    subject="toolkit.tasks.tagging.subject:subject_of",
)
