"""The file of a notice matrix: the one that ships, or one that an institution proposes."""

import csv
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from hub.domain.notices.matrix import COLUMNS, MatrixRow
from hub.domain.notices.rows import build_rows


@cache
def shipped_matrix() -> dict[str, MatrixRow]:
    """The rows of the matrix that ships, read once."""
    return read_matrix(files(__package__).joinpath("notice_matrix.csv"))


def read_matrix(source: Path | Traversable) -> dict[str, MatrixRow]:
    """The rows of a file.

    Raises ValueError, with French sentences that name the file, the line and the column, for one that cannot be read.
    """
    number = 0
    try:
        text = source.read_text(encoding="utf-8-sig")
        reader = csv.DictReader(text.splitlines(keepends=True), strict=True)
        if sorted(reader.fieldnames or ()) != sorted(COLUMNS):
            msg = f"Ligne 1 : les colonnes doivent être {', '.join(COLUMNS)}, séparées par des virgules."
            raise ValueError(msg)
        lines = []
        for line in reader:
            number = reader.line_num
            if None in line or None in line.values():
                msg = f"Ligne {number} : elle n’a pas le même nombre de colonnes que la première."
                raise ValueError(msg)
            lines.append((number, line))
        return build_rows(lines)
    except UnicodeDecodeError:
        fault = "Il n’est pas en UTF-8."
    except OSError:
        fault = "Il n’existe pas, ou ne peut pas être ouvert."
    except csv.Error:
        fault = f"Vers la ligne {number + 1} : les guillemets droits n’y sont pas ceux d’un fichier CSV."
    except ValueError as error:
        fault = str(error)
    msg = f"Le fichier {source} ne peut pas servir. {fault}"
    raise ValueError(msg)
