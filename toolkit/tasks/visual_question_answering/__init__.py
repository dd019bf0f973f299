"""Questions about images to short answers: all that is particular to this kind of task."""

from toolkit.tasks.task import Task

TASK = Task(
    "visual_question_answering",
    settings="toolkit.tasks.visual_question_answering.settings:VisualQuestionSettings",
    reader="toolkit.tasks.visual_question_answering.questions:read_visual_questions",
    training="toolkit.tasks.visual_question_answering.training:VisualQuestionAnswering",
    exporter="toolkit.tasks.visual_question_answering.exporter:AnswererExporter",
    opener="toolkit.tasks.visual_question_answering.predictor:open_predictor",
    prediction="toolkit.tasks.visual_question_answering.command:QuestionAnswering",
    subject="toolkit.tasks.visual_question_answering.subject:subject_of",
)
