"""Every metric of the hub, declared once, with its meaning.

Labels are closed lists (kinds, codes, states): never an identifier, never anything about a person.
Shipped dashboards and alert rules may use these names only (checked by tests).
"""

from prometheus_client import Counter, Gauge, Histogram

_LATENCY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

# Gateway
GATEWAY_EVENTS = Counter(
    "hub_gateway_events_total",
    "Events received over HTTP, by kind and answer (accepted, repeated, or a refusal code).",
    ["kind", "answer"],
)
GATEWAY_SECONDS = Histogram(
    "hub_gateway_request_seconds", "Time to answer a publishing request, in seconds.", buckets=_LATENCY
)
NEVER_STORED = Counter(
    "hub_never_stored_total",
    "Events that the hub must keep nothing of (immediate danger, no agreement): a bare count.",
    ["reason"],
)

SIGN_INS = Counter(
    "hub_sign_ins_total",
    "Sign-in links to the contact persons' pages, by what became of them (asked, limited, opened, refused).",
    ["result"],
)

# Router
ROUTER_EVENTS = Counter(
    "hub_router_events_total",
    "Records read by the router, by lane and result (decided, passed, rejected, not_stored).",
    ["lane", "result"],
)
ROUTER_REJECTS = Counter(
    "hub_router_rejects_total", "Records rejected by the router, by lane and reason code.", ["lane", "reason"]
)
ROUTER_BATCH_SECONDS = Histogram(
    "hub_router_batch_seconds", "Time of one router transaction, in seconds.", ["lane"], buckets=_LATENCY
)
ROUTER_LAG_SECONDS = Gauge(
    "hub_router_lag_seconds",
    "Age of the oldest record of the latest batch when it was committed, in seconds.",
    ["lane"],
)
ROUTER_REJECT_SHARE = Gauge(
    "hub_router_reject_share", "Share of rejects among the latest records of a lane (0 to 1).", ["lane"]
)
DIRECTORY_REVISION = Gauge("hub_directory_revision", "Revision of the directory that this process applies.")
DIRECTORY_CONTACTS = Gauge("hub_directory_contacts", "Contacts in the directory that this process applies.")
DIRECTORY_UNREACHABLE = Gauge(
    "hub_directory_unreachable",
    "Communes and parts of communes for which a decision of today would reach nobody, by service and role; one more "
    "where a case whose commune is not known would reach nobody. Set by the router.",
    ["service", "role"],
)
DIRECTORY_ABSENCES = Gauge(
    "hub_directory_absence_findings",
    "What is wrong with the absences of the next 60 days, by kind (LOOP, GAP, OVERLAP, DEPUTY_AWAY), as "
    "`hub directory lint` tells it. Set by the router.",
    ["kind"],
)
CALENDAR_END = Gauge(
    "hub_calendar_end_timestamp_seconds",
    "When the calendar of the priority line ends, as a Unix time: from then on the router takes the line for closed. "
    "0 in the other roles.",
)
UNREACHABLE_ROUTINGS = Counter(
    "hub_unreachable_routings_total",
    "Routings for which the directory held no contact, by service and role.",
    ["service", "role"],
)

# Processors
INTAKE_RECORDS = Counter(
    "hub_intake_records_total",
    "Records taken into the ledger, by topic and result (new, repeated, conflict).",
    ["topic", "result"],
)
INTAKE_BATCH_SECONDS = Histogram(
    "hub_intake_batch_seconds", "Time to take one batch into the ledger, in seconds.", ["topic"], buckets=_LATENCY
)
NOTICE_AUDIENCES = Counter(
    "hub_notice_audiences_total",
    "Notice versions of which the further audience was looked for, by outcome (PLANNED, NOT_NOTIFIED, OVERTAKEN).",
    ["outcome"],
)
NOTICE_AUDIENCES_WAITING = Gauge(
    "hub_notice_audiences_waiting", "Notice versions of which the further audience is still to be found."
)
NOTICE_ADDITIONS = Counter(
    "hub_notice_additions_total", "Deliveries that the notice matrix added (R28), by code of the notice.", ["code"]
)
NOTICES_SHORT = Counter(
    "hub_notices_short_total",
    "Notice versions published with fewer days of notice than the notice matrix asks, by code.",
    ["code"],
)
INDICATOR_FACTS_COUNTED = Counter("hub_indicator_facts_counted_total", "Facts counted into the indicators.")
INDICATOR_FACTS_WAITING = Gauge(
    "hub_indicator_facts_waiting", "Facts that wait to be counted into the indicators, as far as 100,000."
)
INDICATORS_COUNTED_AT = Gauge(
    "hub_indicators_counted_timestamp_seconds",
    "When the processors last found every fact counted, as a Unix time; at first when they started, 0 in other roles.",
)
INDICATOR_FLOWS = Gauge(
    "hub_indicator_flows",
    "Requests of the current month by kind, direction and outcome, down to a multiple of 5; absent below 5. Set by the "
    "processors.",
    ["kind", "direction", "outcome"],
)
STATUSES_RELAYED = Counter("hub_statuses_relayed_total", "Status events relayed from the outbox to hub.statuses.")
HEARTBEATS = Counter("hub_heartbeats_total", "Heartbeats published.")
HEARTBEAT_AT = Gauge(
    "hub_heartbeat_timestamp_seconds",
    "When the last heartbeat that Kafka acknowledged was made, as a Unix time; 0 before the first and in other roles.",
)
RECONCILED_RECORDS = Gauge(
    "hub_reconciled_records",
    "Records of the last reconciled day, by input topic and fate (decided, held, passed, rejected, repeated, "
    "not_stored, in_flight, missing): together, what was published.",
    ["topic", "fate"],
)
RECONCILED_DELIVERIES = Gauge(
    "hub_reconciled_deliveries",
    "Deliveries of the events of the last reconciled day, by input topic and where they stood (delivered, "
    "acknowledged, open, failed, stopped).",
    ["topic", "reached"],
)
RECONCILIATION_DIFFERENCES = Gauge(
    "hub_reconciliation_differences",
    "What did not add up on the last reconciled day, by kind of difference; `hub reconcile` names each.",
    ["difference"],
)
RECONCILED_AT = Gauge(
    "hub_reconciliation_timestamp_seconds",
    "When this process last accounted for a whole day, as a Unix time; 0 before the first, and in the other roles.",
)

# Dispatcher
DELIVERIES = Counter("hub_deliveries_total", "Delivery state changes, by medium and new state.", ["medium", "state"])
DELIVERY_FAILURES = Counter(
    "hub_delivery_failures_total", "Failed delivery attempts, by medium and reason.", ["medium", "reason"]
)
DELIVERY_SECONDS = Histogram(
    "hub_delivery_seconds",
    "Time from the decision to the acceptance by the channel, in seconds.",
    ["lane"],
    buckets=_LATENCY,
)
DELIVERY_REPEATS = Counter(
    "hub_delivery_repeats_total",
    "Attempts started again after a dispatcher died with one under way: each may be a duplicate.",
    ["medium"],
)
SIGN_IN_MAILS = Counter(
    "hub_sign_in_mails_total",
    "Mails with a sign-in link, by what became of them (sent, postponed, unknown: no contact has the address, failed).",
    ["result"],
)
DELIVERY_BACKLOG = Gauge("hub_delivery_backlog", "Deliveries that are due and not yet claimed, by lane.", ["lane"])
DELIVERIES_POSTPONED = Counter(
    "hub_deliveries_postponed_total",
    "Deliveries that were claimed and given back untried, by medium: their receiver had enough under way, or was "
    "spared.",
    ["medium"],
)
DELIVERIES_RETRYING = Gauge(
    "hub_deliveries_retrying", "Deliveries that failed for now and wait for another attempt, by lane.", ["lane"]
)
OPEN_URGENCIES = Gauge(
    "hub_open_urgencies",
    "Urgencies that nobody has taken in charge, by the time since the decision (under_15m, under_1h, under_4h, "
    "under_1d, over_1d; each counts in one). Every dispatcher shows all of them.",
    ["age"],
)
UNANSWERED_HOURS = Gauge(
    "hub_directory_unanswered_hours",
    "Hours of work of the next 60 days in which nobody would answer, summed over services, roles and territories, by "
    "reason (NOBODY: the directory reaches nobody; CLOSED: the service's calendar). Set by the dispatcher.",
    ["reason"],
)
SILENT_SENDERS = Gauge(
    "hub_silent_senders",
    "Systems that published nothing for four hours, and did in these hours of at least three of the four weeks before, "
    "by institution (CAF, CD35, PARTNER). Every dispatcher shows all of them; its log names each (`sender_silent`).",
    ["institution"],
)
WEBHOOK_ENDPOINTS = Gauge(
    "hub_webhook_endpoints", "Webhooks of the directory, by state (PENDING, ACTIVE, DISABLED).", ["state"]
)
WEBHOOK_HANDSHAKES = Counter(
    "hub_webhook_handshakes_total", "Handshakes of webhooks, by result (ACTIVE, or why it failed).", ["result"]
)
WEBHOOK_RECEIVERS_SPARED = Gauge(
    "hub_webhook_receivers_spared",
    "Systems, counted once for each lane, that this dispatcher calls less for now: they did not answer, or asked for "
    "it.",
)

# Absences read from calendars, in the connectors
CALENDAR_READS = Counter(
    "hub_absence_calendar_reads_total",
    "Attempts to read an absence calendar, by result (changed, same: read and nothing new, unchanged: the server says "
    "so, or the fault).",
    ["result"],
)
CALENDARS = Gauge(
    "hub_absence_calendars",
    "Absence calendars by standing: CURRENT, FAILING, STALE (not read for a day: its absences are what they were).",
    ["standing"],
)
CALENDAR_FINDINGS = Counter(
    "hub_absence_calendar_findings_total",
    "What absences read from calendars bring with them, by kind (OVERLAP, LOOP, GAP, DEPUTY_AWAY, UNCOVERED: the "
    "service's mailbox takes the cases, NOBODY: nobody is reached).",
    ["kind"],
)

# Acknowledgements
ACKNOWLEDGEMENTS = Counter(
    "hub_acknowledgements_total",
    "Deliveries acknowledged by their recipients, by lane, kind of event and acknowledgement (SHOWN, TAKEN_IN_CHARGE).",
    ["lane", "kind", "acknowledgement"],
)
TAKEN_IN_CHARGE_SECONDS = Histogram(
    "hub_taken_in_charge_seconds",
    "Time from the publication of an event to its being taken in charge, in seconds: each recipient of a notice, who "
    "confirms having read it; the first for a situation.",
    ["lane", "kind"],
    buckets=(60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800, 432_000, 864_000),
)

# Feeds
FEED_FETCHES = Counter(
    "hub_feed_fetches_total",
    "Fetches of feeds, by form (atom, calendar) and answer (sent, unchanged, unknown: no such feed in force).",
    ["form", "answer"],
)

# Escalations, in the dispatcher
ESCALATIONS = Gauge(
    "hub_escalations",
    "Urgencies that nobody has taken in charge, by state of their escalation: OPEN (the clock has not started), "
    "RUNNING (a next step waits), EXHAUSTED (everybody was asked, nobody answered).",
    ["state"],
)
ESCALATION_STEPS = Counter(
    "hub_escalation_steps_total",
    "Steps of escalations, by rank (SUBSTITUTE, SECRETARIAT, MANAGER, ADMINISTRATORS, REPEAT) and result: asked, empty "
    "(nobody to ask), late (asked more than 5 s after its instant).",
    ["rank", "result"],
)
ESCALATION_LATENESS = Histogram(
    "hub_escalation_lateness_seconds",
    "From the instant at which a step was due to the moment it was done, in seconds.",
    buckets=(0.1, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 3600.0),
)
ESCALATION_FAULTS = Gauge(
    "hub_escalation_faults",
    "Open urgencies without a valid next step that the auditor found in its latest round, by fault (MISSING, "
    "NOT_STARTED, NO_NEXT_STEP, OVERDUE); those that it could, it mended in the same round.",
    ["fault"],
)
NOTICE_REMINDERS = Counter(
    "hub_notice_reminders_total",
    "Reminders of notices not acknowledged, by number (1: before, 2: effective day).",
    ["number"],
)

# Every role
PROGRESS = Gauge(
    "hub_progress_timestamp_seconds", "When each loop of this process last made progress, as a Unix time.", ["loop"]
)
READY = Gauge("hub_ready", "Whether this process does its work now (1) or not (0).")
