"""Whatever contacts and absences come and go, whoever stands in is whom a plain reading of the rule names."""

from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hub.data import load_territory
from hub.domain.directory.absence import Absence
from hub.domain.directory.contacts import Contact, Directory
from tests.unit.domain.domain_building import actor

FIRST = date(2026, 8, 3)
DAYS = [FIRST + timedelta(number) for number in range(3)]
REFERENCES = st.sampled_from("abcde")
DEPUTIES = st.sampled_from([None, *"abcde", "nobody"])
KEYS = st.sampled_from(["k-1", "k-2", "k-3", "k-4", "k-5"])
ROLES = {"a": "SOCIAL_WORKER", "b": "SOCIAL_WORKER", "c": "MANAGER", "d": "MANAGER", "e": "GENERIC_MAILBOX"}


class Model:
    """Contacts and absences in two dictionaries, read again for each question."""

    def __init__(self) -> None:
        self.contacts: dict[str, Contact] = {}
        self.absences: dict[str, Absence] = {}

    def away(self, reference: str, day: date) -> list[Absence]:
        """The absences of a day, the shortest first."""
        found = [a for a in self.absences.values() if a.contact == reference and a.first <= day <= a.last]
        return sorted(found, key=lambda a: ((a.last - a.first).days, a.first, a.deputy or ""))

    def there_for(self, reference: str, day: date) -> str | None:
        """The contact itself, or who stands in."""
        return reference if not self.away(reference, day) else self._ask(reference, day, reference, {reference})

    def _ask(self, reference: str, day: date, meant: str, asked: set[str]) -> str | None:
        for deputy in (*(a.deputy for a in self.away(reference, day)), self.contacts[reference].deputy):
            contact = self.contacts.get(deputy or "")
            if contact is None or contact.contact in asked:
                continue
            asked.add(contact.contact)
            if contact.service != self.contacts[meant].service or not contact.is_valid_on(day):
                continue
            found = contact.contact if not self.away(contact.contact, day) else None
            found = found or self._ask(contact.contact, day, meant, asked)
            if found is not None:
                return found
        return None

    def reached(self, role: str, day: date) -> set[str]:
        """Whom a case for this role of the CAF's social work service reaches, the mailbox last."""
        meant = [
            self.there_for(reference, day)
            for reference, contact in self.contacts.items()
            if (contact.service, contact.role) == ("CAF_SOCIAL_WORK", role) and contact.is_valid_on(day)
        ]
        found = {reference for reference in meant if reference is not None}
        return found or (set() if role == "GENERIC_MAILBOX" else self.reached("GENERIC_MAILBOX", day))


class Declaring(RuleBasedStateMachine):
    """Contacts and absences change in any order; the directory, which remembers answers, is asked after each."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Directory(load_territory())
        self.model = Model()

    @rule(
        reference=REFERENCES,
        deputy=DEPUTIES,
        last=st.sampled_from([None, None, DAYS[1]]),
        service=st.sampled_from(["CAF_SOCIAL_WORK", "CAF_SOCIAL_WORK", "CAF_BENEFITS"]),
    )
    def change_contact(self, reference: str, deputy: str | None, last: date | None, service: str) -> None:
        """Declare a contact, new or changed."""
        own = None if deputy == reference else deputy
        contact = actor(reference, institution="CAF", service=service, role=ROLES[reference], deputy=own, valid_to=last)
        self.directory.apply(contact)
        self.model.contacts[reference] = contact

    @rule(reference=REFERENCES)
    def delete_contact(self, reference: str) -> None:
        """Delete a contact; its absences stay."""
        self.directory.remove(reference)
        self.model.contacts.pop(reference, None)

    @rule(key=KEYS, contact=REFERENCES, deputy=DEPUTIES, days=st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)))
    def declare(self, key: str, contact: str, deputy: str | None, days: tuple[date, date]) -> None:
        """Declare an absence, under a new key or one in use."""
        absence = Absence(contact, min(days), max(days), None if deputy == contact else deputy)
        self.directory.declare(key, absence)
        self.model.absences[key] = absence

    @rule(key=KEYS)
    def withdraw(self, key: str) -> None:
        """Delete an absence."""
        self.directory.withdraw(key)
        self.model.absences.pop(key, None)

    @invariant()
    def whoever_stands_in_is_whom_the_rule_names(self) -> None:
        """Each contact, on each day."""
        for reference, contact in self.model.contacts.items():
            for day in DAYS:
                found = self.directory.stand_in(contact, day)
                assert self.model.there_for(reference, day) == (reference if found is None else found.reference)

    @invariant()
    def cases_reach_whom_the_rule_names(self) -> None:
        """Each role, on each day; a manager's case falls back on the mailbox, for want of a secretariat."""
        for day in DAYS:
            for role in ("MANAGER", "GENERIC_MAILBOX"):
                reached = self.directory.reach("CAF_SOCIAL_WORK", role, day).recipients
                assert self.model.reached(role, day) == set(reached)


Declaring.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestDeclaring = Declaring.TestCase
