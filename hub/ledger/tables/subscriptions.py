"""What contacts chose to receive, by which media and when."""

from sqlalchemy import CheckConstraint, Column, SmallInteger, Table

from hub.ledger.tables.parts import metadata, string, strings, time

# One row of a contact's choices (hub.domain.subscriptions.rows). `number`: from 1, without meaning. `basis`: DUTY or
# CHOICE. Empty or null criteria fit everything. `pace`: AT_ONCE, DAILY, WEEKLY; `hour` (0 to 23, Europe/Paris) and
# `weekday` (ISO, 1 Monday) as the pace needs them. `changed_by`: an operator's login, or the contact itself.
subscription = Table(
    "subscription",
    metadata,
    string("contact", key=True),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    string("basis"),
    strings("media"),
    string("pace"),
    Column("hour", SmallInteger, nullable=True),
    Column("weekday", SmallInteger, nullable=True),
    string("kind", null=True),
    strings("codes"),
    strings("benefits"),
    strings("communes"),
    strings("epci"),
    string("urgency", null=True),
    time("changed_at"),
    string("changed_by"),
    CheckConstraint("basis in ('DUTY', 'CHOICE')", name="basis"),
    CheckConstraint("basis = 'CHOICE' or cardinality(media) > 0", name="duty"),
    CheckConstraint("(pace = 'AT_ONCE') = (hour is null) and (pace = 'WEEKLY') = (weekday is not null)", name="rhythm"),
    CheckConstraint("hour between 0 and 23 and weekday between 1 and 7", name="time"),
)
