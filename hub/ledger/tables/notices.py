"""What may be shown of notices, version by version."""

from sqlalchemy import Boolean, Column, Date, Integer, Table

from hub.ledger.tables.parts import metadata, string, strings, time

# What a mail or page shows of one version of a notice. `source`, `event_id`: the event that carried it.
# `status`: PUBLISHED (in force), CORRECTED (a higher version replaces it), WITHDRAWN. `warnings`: of its decision.
notice_version = Table(
    "notice_version",
    metadata,
    string("notice", key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    string("source"),
    string("event_id"),
    string("status"),
    string("issuer"),
    string("nature"),
    string("code"),
    strings("impacts"),
    Column("significant", Boolean, nullable=False),
    string("title"),
    string("summary"),
    strings("benefits"),
    Column("published_on", Date, nullable=False),
    Column("effective_on", Date, nullable=False),
    strings("communes"),
    strings("epci"),
    strings("warnings"),
)

# Withdrawals, kept apart because one may be read before the version that it withdraws.
notice_withdrawal = Table(
    "notice_withdrawal",
    metadata,
    string("notice", key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    string("source"),
    string("event_id"),
    string("reason"),
    string("replaced_by", null=True),
    time("withdrawn_at"),
)
