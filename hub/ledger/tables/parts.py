"""The columns and names that every table is made with."""

from sqlalchemy import Column, DateTime, MetaData, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


def time(name: str, *, null: bool = False) -> Column[object]:
    """A column of instants."""
    return Column(name, DateTime(timezone=True), nullable=null)


def string(name: str, *, null: bool = False, key: bool = False) -> Column[str]:
    """A column of text: a symbol of the contract, a reference, a code."""
    return Column(name, Text, nullable=null, primary_key=key)


def strings(name: str) -> Column[object]:
    """A column of lists of text, empty by default."""
    return Column(name, ARRAY(Text), nullable=False, server_default=text("'{}'"))
