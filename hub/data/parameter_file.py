"""The file of the parameters of the rules: the one that ships, or the institutions' own."""

import csv
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from hub.domain.rules.parameters import COLUMNS, ParameterTable, build_parameters


@cache
def load_parameters(path: Path | None = None) -> ParameterTable:
    """The parameters of the file at `path`, or of the shipped one; each file is read once.

    A file of the institutions replaces the shipped one as a whole. Raises ValueError, with one French sentence that
    names the file, the line and the column, for a file that cannot be read.
    """
    source: Traversable = files(__package__).joinpath("parameters.csv") if path is None else path
    try:
        text = source.read_text(encoding="utf-8-sig")
        reader = csv.DictReader(text.splitlines(keepends=True), strict=True)
        if sorted(reader.fieldnames or ()) != sorted(COLUMNS):
            msg = f"Ligne 1 : les colonnes doivent être {', '.join(COLUMNS)}, séparées par des virgules."
            raise ValueError(msg)
        return build_parameters((reader.line_num, row) for row in reader)
    except UnicodeDecodeError:
        fault = "Il n’est pas en UTF-8."
    except OSError:
        fault = "Il n’existe pas, ou ne peut pas être ouvert."
    except csv.Error:
        fault = f"Vers la ligne {reader.line_num + 1} : les guillemets droits n’y sont pas ceux d’un fichier CSV."
    except ValueError as error:
        fault = str(error)
    msg = f"Le fichier {source} ne peut pas servir. {fault}"
    raise ValueError(msg)
