"""A recipe in a file of its own."""

import difflib
import hashlib
import importlib.util
import os
import sys
import traceback
from pathlib import Path
from types import CodeType, ModuleType

from toolkit.errors import UserError
from toolkit.quiet import native_notices_hidden
from toolkit.recipe import ATTRIBUTE, Recipe

WHAT = f"a Python file with {ATTRIBUTE} = toolkit.Recipe(...)"
_importing: list[Path] = []


def import_recipe(path: Path) -> Recipe:
    """Imports a file and returns its `RECIPE`. A file that has not changed is imported once, and not again while it runs as a program.

    Modules beside the file are found, as they are by `python FILE`.

    Args:
        path: The file.

    Raises:
        UserError: There is no such file, it cannot be read or raises an error, or has no recipe; the message has the line.
    """
    _check_file(path)
    main = sys.modules["__main__"]
    is_main = ATTRIBUTE in vars(main) and Path(getattr(main, "__file__", None) or "").resolve() == path.resolve()
    return _recipe_of(main if is_main else _module(path), path)


def refuse_to_run_while_imported() -> None:
    """Says how to write it, if a file runs its recipe while it is imported.

    Raises:
        UserError: One does.
    """
    if _importing:
        raise UserError(f"{_importing[-1]}: expected toolkit.run_recipe below `if __name__ == '__main__':`, found it elsewhere")


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise UserError(f"{path}: expected {WHAT}, received a folder")
    if not path.is_file():
        near = difflib.get_close_matches(path.name, [each.name for each in path.parent.glob("*.py")], n=1)
        raise UserError(f"{path}: expected {WHAT}, found no such file" + (f"; did you mean {path.with_name(near[0])}?" if near else ""))
    if path.suffix != ".py":
        raise UserError(f"{path}: expected {WHAT}, received a file of another kind; what to train on is given by --data")


def _module(path: Path) -> ModuleType:
    """Returns a file as a module, which is imported anew when the file has changed."""
    try:
        source = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: expected {WHAT}, but it cannot be read ({error.strerror})") from error
    digest = hashlib.sha256(os.fsencode(path.resolve()) + b"\0" + source).hexdigest()[:12]
    name = f"recipe_{path.stem}_{digest}"  # unlike that of any module that is imported in another way
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path.resolve())
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        try:
            _run(_compiled(source, path), module, path)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]


def _compiled(source: bytes, path: Path) -> CodeType:
    try:
        return compile(source, str(path), "exec")
    except (SyntaxError, ValueError) as error:
        raise UserError(f"{_place(error, path)}: expected Python, but it cannot be read ({getattr(error, 'msg', error)})") from error


def _run(code: CodeType, module: ModuleType, path: Path) -> None:
    """Runs the file's code in its module."""
    if (folder := str(path.resolve().parent)) not in sys.path:
        sys.path.append(folder)
    _importing.append(path)
    with native_notices_hidden():
        try:
            exec(code, vars(module))
        except UserError:
            raise
        except (Exception, SystemExit) as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            raise UserError(f"{_place(error, path)}: expected a recipe, but importing it raises {reason}") from error
        finally:
            _importing.pop()


def _place(error: BaseException, path: Path) -> str:
    """Returns the file and the line that an error is about: of what cannot be read there, or else of the recipe."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{error.filename}:{error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"{path}:{lines[-1]}" if lines else str(path)


def _recipe_of(module: ModuleType, path: Path) -> Recipe:
    recipe = vars(module).get(ATTRIBUTE)
    if recipe is None:
        others = [name for name, value in vars(module).items() if isinstance(value, Recipe)]
        found = f"found it as {others[0]}; rename that" if others else "found none"
        raise UserError(f"{path}: expected {ATTRIBUTE} = toolkit.Recipe(...), {found}")
    if not isinstance(recipe, Recipe):
        raise UserError(f"{path}: {ATTRIBUTE}: expected a toolkit.Recipe, received {type(recipe).__name__}")
    return recipe
