"""The proofs of a record as its pages show them: slots, files, who opened them, flags."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app.policy import Actor
from cpd_app.usecases.evidence import Attachment, evidence_of, listed_proofs
from cpd_app.usecases.files import View, shared_with_others, views_of
from cpd_app.web.activity_forms import named

if TYPE_CHECKING:
    from cpd_app.models import Activity


@dataclass(frozen=True)
class Slot:
    """One listed proof, and the file that covers it if one does."""

    code: str
    name: str
    attachment: Attachment | None

    @property
    def is_filled(self) -> bool:
        """Whether some file covers it."""
        return self.attachment is not None


@dataclass(frozen=True)
class Panel:
    """Everything the pages print about a record's evidence."""

    activity: "Activity"
    own: bool
    slots: list[Slot]
    attachments: list[Attachment]
    views: dict[int, list[View]] = field(default_factory=dict)
    #: files that another member uploaded too; empty for everybody but staff
    shared: frozenset[int] = frozenset()

    @property
    def missing(self) -> list[Slot]:
        """Listed proofs that no file covers."""
        return [slot for slot in self.slots if not slot.is_filled]

    @property
    def living(self) -> list[Attachment]:
        """Files whose bytes are there."""
        return [a for a in self.attachments if a.state != "purged"]

    @property
    def others(self) -> list[Attachment]:
        """Files that show in no slot: they cover no listed proof, or one that another covers."""
        shown = {slot.attachment.id for slot in self.slots if slot.attachment}
        return [a for a in self.living if a.id not in shown]

    @property
    def words(self) -> str:
        """已有 2 种，还缺 1 种."""
        if not self.slots:
            return ngettext("%(num)s 个文件", "%(num)s 个文件", len(self.living))
        have = len(self.slots) - len(self.missing)
        if not self.missing:
            return _("佐证齐全")
        if not have:
            return _("缺 %(lack)s 种佐证", lack=len(self.missing))
        return _("已有 %(have)s 种，还缺 %(lack)s 种", have=have, lack=len(self.missing))

    def proof_names(self, attached: Attachment) -> list[str]:
        """What a file proves, in words."""
        return [slot.name for slot in self.slots if slot.code in attached.proofs]

    @property
    def proof_options(self) -> list[tuple[str, str]]:
        """Code and name of each listed proof, for chips."""
        return [(slot.code, slot.name) for slot in self.slots]


def panel_of(actor: Actor, activity: "Activity") -> Panel:
    """The proofs of a record that the actor may read."""
    attachments = evidence_of([activity.id]).get(activity.id, [])
    ids = [a.file_id for a in attachments]
    own = activity.person_id == actor.person_id
    slots = [
        Slot(
            proof.code,
            named(proof.names),
            next((a for a in attachments if a.proves and proof.code in a.proofs), None),
        )
        for proof in listed_proofs(activity)
    ]
    return Panel(
        activity=activity,
        own=own,
        slots=slots,
        attachments=attachments,
        views=views_of(ids) if own and ids else {},
        shared=frozenset() if own or not ids else shared_with_others(ids),
    )
