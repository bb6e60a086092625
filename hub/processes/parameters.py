"""The parameters of the two institutions, as a role reads them when it starts."""

from hub.data import load_parameters
from hub.domain.rules.parameters import ParameterTable
from hub.errors import StartError
from hub.settings import Settings


def read_parameters(settings: Settings) -> ParameterTable:
    """The table of HUB_PARAMETERS_FILE, or the shipped one. Raises StartError for a file that cannot be used."""
    try:
        return load_parameters(settings.parameters_file)
    except ValueError as error:
        raise StartError(str(error), "Mend the file that HUB_PARAMETERS_FILE names, or unset it.") from error
