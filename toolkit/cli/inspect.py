"""`toolkit inspect`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from toolkit.arguments import flag
from toolkit.cli.options import described, read_words, setting_kinds
from toolkit.cli.parser import Parser
from toolkit.cli.recipes import open_run
from toolkit.cli.streams import require_output
from toolkit.inspection.registry import INSPECTIONS, find_inspection
from toolkit.json_text import to_json
from toolkit.run import Run


def run(argv: Sequence[str]) -> int:
    """Looks inside of a trained model, and writes a page of it."""
    options = vars(_parser().parse_args(argv))
    require_output()
    run_dir, what, as_json, folder = (options.pop(name) for name in ("run", "what", "json", "output_dir"))
    run, inspection = Run(open_run(run_dir)), find_inspection(what)
    finding = run.inspect(what, **read_words(setting_kinds(inspection), options, inspection.name))
    files = finding.save(Path(folder or "inspections") / ("" if folder else run.path.resolve().name))
    print(to_json(finding.as_dict()) if as_json else "\n".join([str(finding), *(f"written    {file}" for file in files)]))
    return 0


def _parser() -> Parser:
    """Returns a parser of the options of all inspections, whose values are words: what they mean depends on the inspection."""
    parser = Parser(
        "toolkit inspect",
        "Look inside of a trained model: a sentence, a page that needs no other file, and its numbers as JSON. The run stays as it is.",
        usage="toolkit inspect RUN WHAT [--output-dir FOLDER] [--OPTION VALUE ...]",
        epilog="\n".join(["WHAT:", *(f"{name}: {known.summary};" for name, known in INSPECTIONS.items())]),
    )
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run")
    parser.add_argument("what", metavar="WHAT", help=f"one of {', '.join(INSPECTIONS)}")
    parser.add_argument("--output-dir", metavar="FOLDER", help="where to write WHAT.html and WHAT.json (default: inspections/NAME-OF-RUN)")
    parser.add_argument("--json", action="store_true", help="print the numbers as one line of JSON")
    inspections = {name: find_inspection(name) for name in INSPECTIONS}
    told = {name: _told(inspection) for name, inspection in inspections.items()}
    groups: dict[tuple[str, ...], Any] = {}
    for option in dict.fromkeys(option for options in told.values() for option in options):
        names = tuple(name for name, options in told.items() if option in options)
        if names not in groups:
            groups[names] = parser.add_argument_group(" and ".join(names))
        text = "; ".join(dict.fromkeys(told[name][option] for name in names))
        groups[names].add_argument(flag(option), metavar=setting_kinds(inspections[names[0]])[option].metavar, help=text.replace("%", "%%"))
    return parser


def _told(inspection: type) -> dict[str, str]:
    """Returns what an inspection says of its options, by their names."""
    return {option: text for texts in described(inspection).values() for option, text in texts.items()}
